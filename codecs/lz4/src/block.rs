//! Decoding of a block in one pass over its sequences, each checked before it is copied.
//!
//! Far from the end of the block and of the output, [`simd::fast`] copies sequences in pieces of fixed size. Near either
//! end, and for whatever is wrong, sequences go through [`careful`], which copies no byte too much and knows the errors.

use iio_codec::{Blame, Result};

use crate::check::{Cursor, Sequence, next_sequence, walk_from};
use crate::{INFO, simd};

/// What decoding a block did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoded {
    /// Where the output ends in the destination.
    pub(crate) end: usize,
    /// Where it would end if there were room.
    pub(crate) whole_end: u64,
}

impl Decoded {
    pub(crate) const fn complete(&self) -> bool {
        self.end as u64 == self.whole_end
    }
}

/// Decodes `block` into `dst` from `start` on; what is before is what matches may reach back to. All of the block is
/// checked, whether it fits or not. Nothing behind the output is written.
pub(crate) fn decode(block: &[u8], dst: &mut [u8], start: usize) -> Result<Decoded> {
    decode_by(block, dst, start, simd::fast)
}

/// Decodes with the fast loop or its twin.
fn decode_by(
    block: &[u8],
    dst: &mut [u8],
    start: usize,
    fast: impl Fn(&[u8], &mut [u8], &mut usize, &mut Cursor),
) -> Result<Decoded> {
    if start > dst.len() {
        return Err(INFO.invalid_argument(format!("output begins at byte {start} of {}", dst.len())));
    }
    let mut cursor = Cursor::new(start as u64);
    let mut out = start;
    loop {
        fast(block, dst, &mut out, &mut cursor);
        if let Some(decoded) = careful(block, dst, &mut out, &mut cursor)? {
            return Ok(decoded);
        }
    }
}

/// Decodes one sequence without a byte too much. Returns what was done at the end of the block or of the room.
fn careful(block: &[u8], dst: &mut [u8], out: &mut usize, cursor: &mut Cursor) -> Result<Option<Decoded>> {
    let before = *cursor;
    let Sequence { literals, found } = next_sequence(block, cursor)?;
    let room = dst.get_mut(*out..).unwrap_or_default();
    let Some(fits) = room.get_mut(..literals.len()) else {
        room.iter_mut().zip(literals).for_each(|(to, from)| *to = *from);
        return Ok(Some(Decoded { end: dst.len(), whole_end: walk_from(block, before)? }));
    };
    fits.copy_from_slice(literals);
    *out += literals.len();
    let Some((offset, length)) = found else {
        return Ok(Some(Decoded { end: *out, whole_end: cursor.out }));
    };
    let room = dst.len() - *out;
    let fits = usize::try_from(length).ok().filter(|&length| length <= room);
    copy_exactly(dst, *out, offset, fits.unwrap_or(room));
    let Some(length) = fits else {
        return Ok(Some(Decoded { end: dst.len(), whole_end: walk_from(block, *cursor)? }));
    };
    *out += length;
    Ok(None)
}

/// Copies a match whose offset was checked. What was copied is doubled until it is enough.
fn copy_exactly(dst: &mut [u8], to: usize, offset: usize, len: usize) {
    let from = to - offset;
    let mut done = 0;
    while done < len {
        let piece = (offset + done).min(len - done);
        dst.copy_within(from..from + piece, to + done);
        done += piece;
    }
}

/// Decodes a block into `dst` from `start` on, where matches may reach back to what stands before `start`, as linked
/// blocks of a frame do. Returns where the output ends, and whether all of it had room. For codecs that stand on this one.
///
/// # Errors
/// `Malformed`, `Truncated`; `InvalidArgument` if `start` is behind the end of `dst`.
pub fn decode_block_at(block: &[u8], dst: &mut [u8], start: usize) -> Result<(usize, bool)> {
    decode(block, dst, start).map(|decoded| (decoded.end, decoded.complete()))
}

/// The twin of [`decode_block_at`] without the fast loop, for tests.
///
/// # Errors
/// As [`decode_block_at`].
#[doc(hidden)]
pub fn decode_block_at_scalar(block: &[u8], dst: &mut [u8], start: usize) -> Result<(usize, bool)> {
    decode_by(block, dst, start, |_, _, _, _| ()).map(|decoded| (decoded.end, decoded.complete()))
}
