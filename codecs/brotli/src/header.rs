//! The window size, which is all that a stream has for a header.

use iio_codec::{Blame, Check, ErrorKind, Result};

use crate::INFO;

/// Reads WBITS, Section 9.1: the logarithm of the window.
pub(crate) fn window_log(src: &[u8]) -> Result<u32> {
    let Some(&first) = src.first() else {
        return Err(INFO.truncated("stream is empty, its header needs 1 byte").at(0u64));
    };
    let first = u32::from(first);
    if first & 1 == 0 {
        return Ok(16);
    }
    match (first >> 1 & 7, first >> 4 & 7) {
        (0, 0) => Ok(17),
        (0, 1) if first & 0x80 == 0 => {
            Err(INFO.unsupported("stream has a large window, an extension of RFC 7932").at(0u64))
        }
        (0, 1) => Err(INFO.malformed(format!("first byte {first:#04x} gives no window size")).at(0u64)),
        (0, n) => Ok(8 + n),
        (n, _) => Ok(17 + n),
    }
}

/// Tells whether bytes can begin a stream. There is no signature: `No` for window sizes that do not exist, `Unknown`
/// for all else.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    match window_log(src) {
        Err(error) if error.kind() == ErrorKind::Malformed => Check::No,
        _ => Check::Unknown,
    }
}
