//! From samples to the bytes of a row: the inverse of `expand`.

/// Native samples of 16 bits to big-endian ones.
pub(crate) fn to_big_endian(source: &[u8], row: &mut [u8]) {
    for (to, &from) in row.as_chunks_mut::<2>().0.iter_mut().zip(source.as_chunks::<2>().0) {
        *to = u16::from_ne_bytes(from).to_be_bytes();
    }
}

/// Packs values of `depth` bits, the first into the highest bits. Bits that fill up the last byte are 0.
pub(crate) fn pack(depth: u8, values: &[u8], row: &mut [u8]) {
    if depth == 8 {
        row.copy_from_slice(values);
        return;
    }
    let per_byte = usize::from(8 / depth);
    for (to, values) in row.iter_mut().zip(values.chunks(per_byte)) {
        let packed = values.iter().fold(0u8, |bits, &value| bits << depth | value);
        *to = packed << (usize::from(depth) * (per_byte - values.len()));
    }
}

/// Divides by `scale`. The error is the first value that is no multiple of it, or exceeds `depth` bits.
pub(crate) fn unscale(depth: u8, scale: u8, source: &[u8]) -> Result<Vec<u8>, u8> {
    let max = (1 << depth) - 1;
    source
        .iter()
        .map(|&value| if value % scale == 0 && value / scale <= max { Ok(value / scale) } else { Err(value) })
        .collect()
}

/// Takes every `dx`th pixel from `x` on.
pub(crate) fn gather(pixel_len: usize, source: &[u8], x: usize, dx: usize, dst: &mut Vec<u8>) {
    for pixel in source.chunks_exact(pixel_len).skip(x).step_by(dx) {
        dst.extend_from_slice(pixel);
    }
}
