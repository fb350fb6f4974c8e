use iio_codec::Check;

/// Tells whether bytes look like a raw DEFLATE stream. There is no signature: `No` if the first block cannot be one
/// (reserved type, a stored length that contradicts its complement, too many symbols), else `Unknown`.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    match first_block(src) {
        Some(false) => Check::No,
        _ => Check::Unknown,
    }
}

/// Looks at the header of the first block: false if no block begins so, `None` if the bytes are too few to tell.
#[must_use]
pub fn first_block(src: &[u8]) -> Option<bool> {
    let first = *src.first()?;
    match first >> 1 & 3 {
        0 => {
            let &[len0, len1, nlen0, nlen1] = src.get(1..5)?.first_chunk()?;
            Some(len0 == !nlen0 && len1 == !nlen1)
        }
        1 => Some(true),
        // HLIT: there are no more than 257 + 29 literal/length symbols.
        2 => Some(first >> 3 <= 29),
        _ => Some(false),
    }
}
