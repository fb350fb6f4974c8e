//! From indices to colours.

/// A colour in one word, red in the lowest byte, alpha in the highest.
pub(crate) type Words = [u32; 256];

/// The colours of all indices: black beyond the table, and gray without one, as in Pillow.
pub(crate) fn words(table: Option<&[[u8; 3]]>) -> Words {
    let word = |[red, green, blue]: [u8; 3]| u32::from_le_bytes([red, green, blue, u8::MAX]);
    let mut words = [word([0; 3]); 256];
    match table {
        Some(table) => words.iter_mut().zip(table).for_each(|(to, &colour)| *to = word(colour)),
        None => words.iter_mut().zip(0..=u8::MAX).for_each(|(to, gray)| *to = word([gray; 3])),
    }
    words
}

/// Writes the colours of indices as pixels of 3 or 4 samples.
pub(crate) fn opaque(indices: &[u8], words: &Words, to: &mut [u8], samples: usize) {
    let word = |index: u8| words[usize::from(index)];
    if samples == 4 {
        to.as_chunks_mut().0.iter_mut().zip(indices).for_each(|(to, &index)| *to = word(index).to_le_bytes());
        return;
    }
    let (blocks, _) = to.as_chunks_mut::<12>();
    let (quads, _) = indices.as_chunks::<4>();
    for (to, quad) in blocks.iter_mut().zip(quads) {
        *to = packed(quad.map(word));
    }
    let done = blocks.len().min(quads.len());
    let rest = to.get_mut(12 * done..).unwrap_or_default().as_chunks_mut::<3>().0;
    for (to, &index) in rest.iter_mut().zip(indices.get(4 * done..).unwrap_or_default()) {
        let [red, green, blue, _] = word(index).to_le_bytes();
        *to = [red, green, blue];
    }
}

/// The lower three bytes of each word: three stores for four pixels.
#[inline(always)]
fn packed([a, b, c, d]: [u32; 4]) -> [u8; 12] {
    let low = |word: u32| word & 0x00ff_ffff;
    let words = [low(a) | b << 24, low(b) >> 8 | c << 16, low(c) >> 16 | d << 8];
    let mut bytes = [0; 12];
    bytes.as_chunks_mut().0.iter_mut().zip(words).for_each(|(to, word)| *to = word.to_le_bytes());
    bytes
}

/// As [`opaque`], but leaves pixels of the transparent index as they are.
pub(crate) fn masked(indices: &[u8], transparent: u8, words: &Words, to: &mut [u8], samples: usize) {
    if samples == 4 {
        for (to, &index) in to.as_chunks_mut().0.iter_mut().zip(indices) {
            // A choice of words is no branch: which pixels are transparent is hard to guess.
            let (there, here) = (u32::from_le_bytes(*to), words[usize::from(index)]);
            *to = (if index == transparent { there } else { here }).to_le_bytes();
        }
        return;
    }
    for (to, &index) in to.as_chunks_mut::<3>().0.iter_mut().zip(indices).filter(|(_, index)| **index != transparent) {
        let [red, green, blue, _] = words[usize::from(index)].to_le_bytes();
        *to = [red, green, blue];
    }
}
