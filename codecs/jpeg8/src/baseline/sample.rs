//! Pixels to components, and components to the resolution in which they are coded. The scalar code here is also what the
//! compiler makes vectors of, in `simd`.

/// Takes the samples of pixels apart.
#[inline(always)]
pub(crate) fn split<const N: usize>(pixels: &[u8], planes: [&mut [u8]; N]) {
    let pixels = pixels.as_chunks::<N>().0;
    for (s, plane) in planes.into_iter().enumerate() {
        plane.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = pixel[s]);
    }
}

/// Luma, as libjpeg computes it: 0.299, 0.587 and 0.114 in parts of 2^16, rounded. Factors add up to 1, so that green is
/// what the others differ from.
#[inline(always)]
fn luma_of(r: u8, g: u8, b: u8) -> u8 {
    let (red, blue) = (i32::from(r) - i32::from(g), i32::from(b) - i32::from(g));
    byte(i32::from(g) + ((19595 * red + 7471 * blue + (1 << 15)) >> 16))
}

/// A difference: 0.5 of `own`, less parts of the others, which add up to 0.5; rounded, but down from half.
#[inline(always)]
fn difference(own: u8, others: [u8; 2], parts: [i32; 2]) -> u8 {
    let [a, b] = others.map(|other| i32::from(own) - i32::from(other));
    byte(128 + ((a * parts[0] + b * parts[1] + (1 << 15) - 1) >> 16))
}

#[inline(always)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weights add up to 1: a byte")]
const fn byte(value: i32) -> u8 {
    value as u8
}

/// Red, green and blue of a row.
pub(crate) type Rgb<'a> = [&'a [u8]; 3];

/// Luma of a row.
#[inline(always)]
pub(crate) fn luma([r, g, b]: Rgb<'_>, to: &mut [u8]) {
    for (((to, &r), &g), &b) in to.iter_mut().zip(r).zip(g).zip(b) {
        *to = luma_of(r, g, b);
    }
}

/// Luma and differences of a row.
#[inline(always)]
pub(crate) fn ycbcr([r, g, b]: Rgb<'_>, [y, cb, cr]: [&mut [u8]; 3]) {
    for (((((y, cb), cr), &r), &g), &b) in y.iter_mut().zip(cb).zip(cr).zip(r).zip(g).zip(b) {
        *y = luma_of(r, g, b);
        *cb = difference(b, [r, g], [11059, 21709]);
        *cr = difference(r, [g, b], [27439, 5329]);
    }
}

/// Means of `across` by `down` samples, of as many rows that lie one behind the other.
#[inline(always)]
pub(crate) fn shrink((across, down): (usize, usize), rows: &[u8], to: &mut [u8]) {
    match (across, down) {
        (2, 1) => means::<2, 1>(rows, to),
        (2, 2) => means::<2, 2>(rows, to),
        (1, 2) => means::<1, 2>(rows, to),
        (4, 1) => means::<4, 1>(rows, to),
        (4, 2) => means::<4, 2>(rows, to),
        (1, 4) => means::<1, 4>(rows, to),
        _ => {}
    }
}

/// What is added before the division of two samples across takes turns, so that there is no drift. Rows of the result are
/// made in pieces, whose length the compiler knows.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a mean of at most eight bytes is a byte")]
fn means<const ACROSS: usize, const DOWN: usize>(rows: &[u8], to: &mut [u8]) {
    const PIECE: usize = 16;
    let n = (ACROSS * DOWN) as u16;
    let turns = if ACROSS == 2 { [n / 2 - u16::from(DOWN < 3), n / 2] } else { [n / 2; 2] };
    let bias: [u16; PIECE] = std::array::from_fn(|x| turns[x % 2]);
    let across = to.len() / PIECE;
    let rows = rows.as_chunks::<ACROSS>().0.as_chunks::<PIECE>().0;
    for (i, to) in to.as_chunks_mut::<PIECE>().0.iter_mut().enumerate() {
        let mut sums = bias;
        for row in 0..DOWN {
            let Some(samples) = rows.get(row * across + i) else { return };
            for (sum, samples) in sums.iter_mut().zip(samples) {
                for &sample in samples {
                    *sum += u16::from(sample);
                }
            }
        }
        for (to, sum) in to.iter_mut().zip(sums) {
            *to = (sum / n) as u8;
        }
    }
}
