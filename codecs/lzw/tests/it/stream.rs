//! Codes written one by one, for streams that no encoder writes.

/// Packs codes with their widths, high bits first (`msb`) or low bits first.
pub(crate) fn pack(msb: bool, codes: impl IntoIterator<Item = (u32, u32)>) -> Vec<u8> {
    let mut bits = Vec::new();
    for (code, width) in codes {
        let order: Vec<u32> = if msb { (0..width).rev().collect() } else { (0..width).collect() };
        bits.extend(order.into_iter().map(|bit| code >> bit & 1 == 1));
    }
    let byte = |bits: &[bool]| {
        let place = |i: usize| if msb { 7 - i } else { i };
        bits.iter().enumerate().map(|(i, &bit)| u8::from(bit) << place(i)).sum()
    };
    bits.chunks(8).map(byte).collect()
}

/// Gives each code the width it has in a stream of TIFF's order.
pub(crate) fn tiff(codes: &[u32]) -> Vec<u8> {
    let (mut width, mut next, mut first) = (9, 258, true);
    let widths = codes.iter().map(|&code| {
        let now = (code, width);
        if code == 256 {
            (width, next, first) = (9, 258, true);
        } else if first {
            first = false;
        } else if next < 4096 {
            next += 1;
            if next == (1 << width) - 1 && width < 12 {
                width += 1;
            }
        }
        now
    });
    pack(true, widths.collect::<Vec<_>>())
}

/// Deterministic noise of `values` values.
pub(crate) fn noise(len: usize, values: u8, mut state: u64) -> Vec<u8> {
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[4] % values
    };
    std::iter::repeat_with(step).take(len).collect()
}
