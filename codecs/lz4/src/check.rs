//! A walk over the sequences of a block: its decoded size, and where it is broken, before the library runs.

use iio_codec::{Blame, Check, Error, Result};

use crate::{DecodeOptions, INFO};

/// A byte of a match length stands for 255 bytes; nothing else reaches that.
pub(crate) const MAX_RATIO: u32 = 255;
/// Bytes of the header, where there is one.
pub(crate) const HEADER: usize = 4;

/// A length field of four bits that is full goes on in bytes.
const FULL: u64 = 15;
const MIN_MATCH: u64 = 4;
/// A block ends with at least so many literals, if it has a match.
const LAST_LITERALS: u64 = 5;
/// The last match begins at least so many bytes before the end of the output.
const LAST_MATCH: u64 = 12;

/// Tells whether bytes look like an LZ4 block: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

/// Returns the bytes that `src` decodes to: what the header declares, else by a walk over the sequences.
///
/// # Errors
/// `Truncated` if the header or the last sequence is not whole; `Malformed` if an offset is 0 or reaches before the
/// start of the output.
pub fn decoded_size(src: &[u8], options: &DecodeOptions) -> Result<u64> {
    match split(src, options)? {
        (Some(size), _) => Ok(size),
        (None, block) => walk(block),
    }
}

/// Parts the header from the block.
pub(crate) fn split<'a>(src: &'a [u8], options: &DecodeOptions) -> Result<(Option<u64>, &'a [u8])> {
    if !options.header {
        return Ok((None, src));
    }
    match src.split_first_chunk::<HEADER>() {
        Some((size, block)) => Ok((Some(u64::from(u32::from_le_bytes(*size))), block)),
        None => Err(INFO.truncated(format!("header has {} bytes of {HEADER}", src.len())).at(src.len())),
    }
}

/// Checks all sequences of a block and returns the bytes that it gives. Offsets of errors are those in the block.
pub(crate) fn walk(block: &[u8]) -> Result<u64> {
    let (mut at, mut out, mut last_match) = (0usize, 0u64, None);
    loop {
        let token = u64::from(*block.get(at).ok_or_else(|| cut(block))?);
        at += 1;
        let literals = length(block, &mut at, token >> 4)?;
        out += literals;
        // Literals are bytes of the block, so that a length beyond its end is not added.
        at = match usize::try_from(literals) {
            Ok(literals) if literals <= block.len() - at => at + literals,
            _ => return Err(cut(block)),
        };
        if at == block.len() {
            return last(block, literals, out, last_match);
        }
        let offset = block.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| cut(block))?;
        let offset = u64::from(u16::from_le_bytes(*offset));
        if offset == 0 || offset > out {
            return Err(bad_offset(offset, out).at(at));
        }
        at += 2;
        last_match = Some(out);
        out += MIN_MATCH + length(block, &mut at, token & FULL)?;
    }
}

/// A length that begins with four bits of a token and goes on at `at`.
#[inline]
fn length(block: &[u8], at: &mut usize, bits: u64) -> Result<u64> {
    let mut length = bits;
    if bits == FULL {
        loop {
            let byte = *block.get(*at).ok_or_else(|| cut(block))?;
            *at += 1;
            length += u64::from(byte);
            if byte != u8::MAX {
                break;
            }
        }
    }
    Ok(length)
}

/// Checks the rules for the end of a block, which the library relies on to copy more than it has to.
fn last(block: &[u8], literals: u64, out: u64, last_match: Option<u64>) -> Result<u64> {
    let Some(start) = last_match else { return Ok(out) };
    if literals < LAST_LITERALS || out - start < LAST_MATCH {
        let from_match = out - start;
        let message = format!(
            "block ends {literals} literals behind and {from_match} bytes from the start of its last match, where \
             {LAST_LITERALS} and {LAST_MATCH} are the least"
        );
        return Err(INFO.truncated(message).at(block.len()));
    }
    Ok(out)
}

#[cold]
fn cut(block: &[u8]) -> Error {
    INFO.truncated("block ends within a sequence").at(block.len())
}

#[cold]
fn bad_offset(offset: u64, out: u64) -> Error {
    INFO.malformed(format!("match offset {offset} is not in 1..={out}, the bytes before it"))
}
