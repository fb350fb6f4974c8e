//! Pixels of whole bytes, in loops that the compiler turns into vectors.

/// Bytes that are reversed at a time: whole pixels and whole vectors.
const BLOCK: usize = 48;
/// What stands before and behind a block as well.
const WINDOW: usize = BLOCK + 4;
/// Pixels of a block, and one on each side.
const LEAST: usize = BLOCK / 3 + 2;

/// All bits set where a byte is number `byte` of its pixel.
const fn mask(byte: usize) -> [u8; BLOCK] {
    let mut mask = [0; BLOCK];
    let mut at = byte;
    while at < BLOCK {
        mask[at] = u8::MAX;
        at += 3;
    }
    mask
}

const FIRST: [u8; BLOCK] = mask(0);
const SECOND: [u8; BLOCK] = mask(1);
const THIRD: [u8; BLOCK] = mask(2);

/// Reverses pixels of three bytes. A first byte comes from two places on, a third one from two before: three loads and
/// masks do what would be a shuffle, which not every machine has.
pub(crate) fn reverse3(src: &[u8], to: &mut [u8]) {
    let n = src.len().min(to.len()) / 3;
    let pixel = |to: &mut [u8], at: usize| {
        if let (Some(to), Some(&[a, b, c])) = (chunk_mut(to, at), chunk(src, at)) {
            *to = [c, b, a];
        }
    };
    if n < LEAST {
        (0..n).for_each(|i| pixel(to, 3 * i));
        return;
    }
    let last = 3 * (n - LEAST + 1);
    pixel(to, 0);
    pixel(to, 3 * (n - 1));
    // The last block may begin within the one before.
    for at in (3..last).step_by(BLOCK).chain([last]) {
        if let (Some(to), Some(window)) = (chunk_mut(to, at), chunk(src, at - 2)) {
            reverse3_block(window, to);
        }
    }
}

#[inline(always)]
fn reverse3_block(window: &[u8; WINDOW], to: &mut [u8; BLOCK]) {
    for i in 0..BLOCK {
        to[i] = window[i + 4] & FIRST[i] | window[i + 2] & SECOND[i] | window[i] & THIRD[i];
    }
}

fn chunk<const N: usize>(src: &[u8], at: usize) -> Option<&[u8; N]> {
    src.get(at..)?.first_chunk()
}

fn chunk_mut<const N: usize>(to: &mut [u8], at: usize) -> Option<&mut [u8; N]> {
    to.get_mut(at..)?.first_chunk_mut()
}

/// Reverses the first three bytes of pixels of four.
pub(crate) fn reverse4(src: &[u8], to: &mut [u8]) {
    for (to, &pixel) in to.as_chunks_mut().0.iter_mut().zip(src.as_chunks().0) {
        let pixel = u32::from_le_bytes(pixel);
        *to = (pixel & 0xff00_ff00 | pixel >> 16 & 0xff | (pixel & 0xff) << 16).to_le_bytes();
    }
}

/// Makes pixels of three bytes of those of four: the lower ones of what `join` makes of them, of which the highest is 0.
#[inline(always)]
pub(crate) fn drop_fourth(src: &[u8], to: &mut [u8], join: impl Fn(u32) -> u32) {
    let joined = |bytes: [u8; 4]| join(u32::from_le_bytes(bytes));
    let (blocks, rest) = to.as_chunks_mut::<12>();
    let (pixels, left) = src.as_chunks::<4>().0.split_at_checked(4 * blocks.len()).unwrap_or_default();
    for (to, pixels) in blocks.iter_mut().zip(pixels.as_chunks::<4>().0) {
        *to = packed(pixels.map(joined));
    }
    for (to, &pixel) in rest.as_chunks_mut::<3>().0.iter_mut().zip(left) {
        let [a, b, c, _] = joined(pixel).to_le_bytes();
        *to = [a, b, c];
    }
}

/// Makes pixels of three bytes of indices.
pub(crate) fn indexed(src: &[u8], table: &[u32; 256], to: &mut [u8]) {
    let colour = |index: u8| table[usize::from(index)];
    let (blocks, rest) = to.as_chunks_mut::<12>();
    let (indices, left) = src.split_at_checked(4 * blocks.len()).unwrap_or_default();
    for (to, indices) in blocks.iter_mut().zip(indices.as_chunks::<4>().0) {
        *to = packed(indices.map(colour));
    }
    for (to, &index) in rest.as_chunks_mut::<3>().0.iter_mut().zip(left) {
        let [a, b, c, _] = colour(index).to_le_bytes();
        *to = [a, b, c];
    }
}

/// The lower three bytes of each word: three stores for four pixels.
#[inline(always)]
fn packed([a, b, c, d]: [u32; 4]) -> [u8; 12] {
    let words = [a | b << 24, b >> 8 | c << 16, c >> 16 | d << 8];
    let mut bytes = [0; 12];
    bytes.as_chunks_mut().0.iter_mut().zip(words).for_each(|(to, word)| *to = word.to_le_bytes());
    bytes
}
