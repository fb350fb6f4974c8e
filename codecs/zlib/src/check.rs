use iio_codec::{Blame, Check, Result};

use crate::INFO;

/// CMF and FLG.
pub(crate) const HEADER_LEN: usize = 2;

/// Adler-32.
pub(crate) const TRAILER_LEN: usize = 4;

const CM_DEFLATE: u8 = 8;
const CINFO_32K: u8 = 7;
const FDICT: u8 = 0x20;

/// Tells whether bytes look like a zlib stream.
///
/// The header has only 16 bits, and one in a thousand random pairs passes its test. So `Yes` asks for more: the 32 KiB
/// window that practically every writer declares, and a first block that DEFLATE allows. A valid header with a smaller
/// window is `Unknown`, as are fewer than 3 bytes.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    let Some(&[cmf, flg]) = src.first_chunk() else {
        return if src.first().is_some_and(|cmf| cmf & 15 != CM_DEFLATE || cmf >> 4 > CINFO_32K) {
            Check::No
        } else {
            Check::Unknown
        };
    };
    if u16::from_be_bytes([cmf, flg]) % 31 != 0 || cmf & 15 != CM_DEFLATE || cmf >> 4 > CINFO_32K {
        return Check::No;
    }
    let body = if flg & FDICT == 0 { HEADER_LEN } else { HEADER_LEN + 4 };
    match iio_deflate::first_block(src.get(body..).unwrap_or(&[])) {
        Some(false) => Check::No,
        Some(true) if cmf >> 4 == CINFO_32K => Check::Yes,
        _ => Check::Unknown,
    }
}

/// Reads the header and gives what follows it.
///
/// # Errors
/// `Truncated`; `Malformed` if the check bits do not fit or the window is too large; `Unsupported` if the method is not
/// deflate or a preset dictionary is needed.
pub(crate) fn header(src: &[u8]) -> Result<&[u8]> {
    let Some((&[cmf, flg], body)) = src.split_first_chunk::<HEADER_LEN>() else {
        return Err(INFO.truncated(format!("header needs 2 bytes, got {}", src.len())).at(src.len()));
    };
    let word = u16::from_be_bytes([cmf, flg]);
    if word % 31 != 0 {
        return Err(INFO.malformed(format!("header {word:#06x} is no multiple of 31")).at(0u64));
    }
    if cmf & 15 != CM_DEFLATE {
        return Err(INFO.unsupported(format!("compression method {} is not deflate (8)", cmf & 15)).at(0u64));
    }
    if cmf >> 4 > CINFO_32K {
        let window = 1u32 << (8 + (cmf >> 4));
        return Err(INFO.malformed(format!("window of {window} bytes exceeds 32768")).at(0u64));
    }
    if flg & FDICT != 0 {
        let name = body.first_chunk().map_or(0, |id| u32::from_be_bytes(*id));
        let message = format!("stream needs the preset dictionary with adler32 {name:#010x}");
        return Err(INFO.unsupported(message).at(1u64));
    }
    Ok(body)
}

/// Reads the Adler-32 at `at`, compares it with that of `decoded`, and returns where the stream ends.
///
/// # Errors
/// `Truncated`; `Malformed` if they differ.
pub(crate) fn trailer(src: &[u8], at: usize, decoded: &[u8]) -> Result<usize> {
    let rest = src.get(at..).unwrap_or(&[]);
    let Some(stored) = rest.first_chunk::<TRAILER_LEN>() else {
        return Err(INFO.truncated(format!("adler32 needs 4 bytes, got {}", rest.len())).at(src.len()));
    };
    let (stored, actual) = (u32::from_be_bytes(*stored), iio_deflate::adler32(1, decoded));
    if stored != actual {
        let message = format!("adler32 of the output is {actual:#010x}, the stream says {stored:#010x}");
        return Err(INFO.malformed(message).at(at));
    }
    Ok(at + TRAILER_LEN)
}
