//! Coefficients to samples: the scalar twin of what `simd` has. It is the accurate inverse of libjpeg ("islow"), columns
//! first, whose results keep two more bits, then rows. Coefficients that no encoder makes give what they give in
//! libjpeg-turbo's vectors of 16 bits: sums before products wrap, results saturate, but those of a block that has only its
//! first row wrap.

use crate::baseline::block::factor::*;

/// Makes rows of samples of pairs of blocks, whose coefficients are to be multiplied by `steps`.
pub(crate) fn inverse(blocks: &[[[i16; 64]; 2]], steps: &[i16; 64], to: [&mut [[u8; 16]]; 8]) {
    let mut to = to;
    for (i, pair) in blocks.iter().enumerate() {
        for (half, block) in pair.iter().enumerate() {
            let mut work = [[0_i16; 8]; 8];
            let flat = block[8..].iter().all(|&coefficient| coefficient == 0);
            for x in 0..8 {
                let column: [i16; 8] = std::array::from_fn(|y| block[8 * y + x].wrapping_mul(steps[8 * y + x]));
                let column = if flat { [column[0] << 2; 8] } else { pass::<11>(column) };
                work.iter_mut().zip(column).for_each(|(row, value)| row[x] = value);
            }
            for (row, to) in work.into_iter().zip(&mut to) {
                if let Some(to) = to.get_mut(i) {
                    to.as_chunks_mut::<8>().0[half] = pass::<18>(row).map(sample);
                }
            }
        }
    }
}

/// About 128 again.
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "clamped")]
fn sample(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

/// One dimension; `BITS` is what results lose: 11 of columns, 18 of rows.
fn pass<const BITS: u32>(v: [i16; 8]) -> [i16; 8] {
    let products = |a: i16, b: i16, x: i16, y: i16| i32::from(a) * i32::from(x) + i32::from(b) * i32::from(y);
    let whole = |value: i16| i32::from(value) << 13;
    #[expect(clippy::cast_possible_truncation, reason = "clamped")]
    let narrow = |value: i32| (value.wrapping_add(1 << (BITS - 1)) >> BITS).clamp(-0x8000, 0x7fff) as i16;

    let even2 = products(v[2], v[6], F0_541, F0_541 - F1_847);
    let even3 = products(v[2], v[6], F0_541 + F0_765, F0_541);
    let (sum, difference) = (whole(v[0].wrapping_add(v[4])), whole(v[0].wrapping_sub(v[4])));
    let even = [
        sum.wrapping_add(even3),
        difference.wrapping_add(even2),
        difference.wrapping_sub(even2),
        sum.wrapping_sub(even3),
    ];
    let (z3, z4) = (v[7].wrapping_add(v[3]), v[5].wrapping_add(v[1]));
    let (t3, t4) = (products(z3, z4, F1_175 - F1_961, F1_175), products(z3, z4, F1_175, F1_175 - F0_390));
    let odd = [
        products(v[7], v[1], -F0_899, F1_501 - F0_899).wrapping_add(t4),
        products(v[5], v[3], -F2_562, F3_072 - F2_562).wrapping_add(t3),
        products(v[5], v[3], F2_053 - F2_562, -F2_562).wrapping_add(t4),
        products(v[7], v[1], F0_298 - F0_899, -F0_899).wrapping_add(t3),
    ];
    std::array::from_fn(|x| match x {
        0..4 => narrow(even[x].wrapping_add(odd[x])),
        _ => narrow(even[7 - x].wrapping_sub(odd[7 - x])),
    })
}
