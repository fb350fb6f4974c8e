//! A walk over the sequences of a block: its decoded size, and where it is broken.

use iio_codec::{Blame, Check, Error, Result};

use crate::{DecodeOptions, INFO};

/// A byte of a match length stands for 255 bytes; nothing else reaches that.
pub(crate) const MAX_RATIO: u32 = 255;
/// Bytes of the header, where there is one.
pub(crate) const HEADER: usize = 4;

/// A length field of four bits that is full goes on in bytes.
pub(crate) const FULL_LENGTH: usize = 15;
pub(crate) const MIN_MATCH_LEN: usize = 4;
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

/// Where a walk over the sequences is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor {
    /// Offset of the next token in the block.
    pub(crate) at: usize,
    /// Bytes of output before it.
    pub(crate) out: u64,
    /// Where in the output the last match begins.
    pub(crate) last_match: Option<u64>,
}

impl Cursor {
    /// Begins where `out` bytes of output stand before the block.
    pub(crate) const fn new(out: u64) -> Self {
        Self { at: 0, out, last_match: None }
    }
}

/// One sequence.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence<'a> {
    pub(crate) literals: &'a [u8],
    /// Offset, which is sound, and length of the match; `None` in the last sequence.
    pub(crate) found: Option<(usize, u64)>,
}

/// Checks all sequences of a block and returns the bytes that it gives. Offsets of errors are those in the block.
pub(crate) fn walk(block: &[u8]) -> Result<u64> {
    walk_from(block, Cursor::new(0))
}

/// As [`walk`], from within.
pub(crate) fn walk_from(block: &[u8], mut cursor: Cursor) -> Result<u64> {
    while next_sequence(block, &mut cursor)?.found.is_some() {}
    Ok(cursor.out)
}

/// Checks the next sequence and moves behind it.
#[inline]
pub(crate) fn next_sequence<'a>(block: &'a [u8], cursor: &mut Cursor) -> Result<Sequence<'a>> {
    let mut at = cursor.at;
    let token = usize::from(*block.get(at).ok_or_else(|| cut(block))?);
    at += 1;
    let literals = length(block, &mut at, token >> 4)?;
    // Literals are bytes of the block, so that a length beyond its end is not added.
    let literals =
        usize::try_from(literals).ok().and_then(|len| block.get(at..)?.get(..len)).ok_or_else(|| cut(block))?;
    at += literals.len();
    cursor.out += literals.len() as u64;
    if at == block.len() {
        cursor.at = at;
        last(block, literals.len() as u64, cursor.out, cursor.last_match)?;
        return Ok(Sequence { literals, found: None });
    }
    let offset = u16::from_le_bytes(*block.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| cut(block))?);
    if offset == 0 || u64::from(offset) > cursor.out {
        return Err(bad_offset(offset, cursor.out).at(at));
    }
    at += 2;
    cursor.last_match = Some(cursor.out);
    let length = MIN_MATCH_LEN as u64 + length(block, &mut at, token & FULL_LENGTH)?;
    cursor.out += length;
    cursor.at = at;
    Ok(Sequence { literals, found: Some((usize::from(offset), length)) })
}

/// A length that begins with four bits of a token and goes on at `at`.
#[inline]
fn length(block: &[u8], at: &mut usize, bits: usize) -> Result<u64> {
    let mut length = bits as u64;
    if bits == FULL_LENGTH {
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

/// Checks the rules for the end of a block, which decoders rely on to copy more than they have to.
fn last(block: &[u8], literals: u64, out: u64, last_match: Option<u64>) -> Result<()> {
    let Some(start) = last_match else { return Ok(()) };
    if literals < LAST_LITERALS || out - start < LAST_MATCH {
        let from_match = out - start;
        let message = format!(
            "block ends {literals} literals behind and {from_match} bytes from the start of its last match, where \
             {LAST_LITERALS} and {LAST_MATCH} are the least"
        );
        return Err(INFO.truncated(message).at(block.len()));
    }
    Ok(())
}

#[cold]
fn cut(block: &[u8]) -> Error {
    INFO.truncated("block ends within a sequence").at(block.len())
}

#[cold]
fn bad_offset(offset: u16, out: u64) -> Error {
    INFO.malformed(format!("match offset {offset} is not in 1..={out}, the bytes before it"))
}
