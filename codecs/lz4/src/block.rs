//! Decoding of a block in one pass over its sequences, each checked before it is copied.
//!
//! Far from the end of the block and of the output, sequences are copied in pieces of fixed size, which may run past their
//! end: what is written too much, later sequences overwrite. Near either end, and for whatever is wrong, sequences go
//! through [`careful`], which copies no byte too much and knows the errors.

use iio_codec::{Blame, Result};

use crate::check::{Cursor, FULL_LENGTH, MIN_MATCH_LEN, Sequence, next_sequence, walk_from};
use crate::{INFO, simd};

/// Bytes of the block that are left at the start of a fast sequence: a token, a byte of length, 64 literals and an
/// offset leave [`SRC_AFTER`].
const SRC: usize = 128;
/// Bytes of the block that a fast sequence leaves. A sound block makes of `n` bytes `n - n / 255 - 2` at least (all
/// literals), which is more than is written too much: so what is behind the output is never touched.
const SRC_AFTER: usize = 40;
/// Room in the output at the start of a fast sequence: 64 literals and a short match.
const DST: usize = 96;
/// The most bytes that are written too much.
const WILD: usize = 32;
/// Literals and matches as long as four bits of a token can tell are copied as one piece.
const SHORT_LITERALS: usize = 16;
const SHORT_MATCH: usize = 18;
/// So are literals of up to this length, which the next byte tells.
const LONG_LITERALS: usize = 64;
/// As pieces of that many, up to here.
const MEDIUM_LITERALS: usize = 512;
const LONG_LITERALS_BYTE: u8 = 64 - 15;

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

/// Decodes with one of the twins of the fast loop.
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

/// Decodes sequences while both ends are far away, and returns at the start of one that it leaves to [`careful`].
///
/// It does not note where matches begin: the rules for the end of a block cannot be broken by one behind which
/// [`SRC_AFTER`] bytes follow.
// Inlined, or it would be compiled without the instructions of its callers.
#[inline(always)]
pub(crate) fn fast_anywhere(block: &[u8], dst: &mut [u8], out: &mut usize, cursor: &mut Cursor) {
    let (mut rest, mut to) = (block.get(cursor.at..).unwrap_or_default(), *out);
    // The next token is read as soon as its place is known: each sequence waits for it.
    let mut token = usize::from(rest.first().copied().unwrap_or(0));
    while let Some(window) = rest.first_chunk::<SRC>() {
        let Some((before, room)) = dst.split_at_mut_checked(to) else { break };
        let Some(room) = room.first_chunk_mut::<DST>() else { break };
        let (mut literals, length) = (token >> 4, token & FULL_LENGTH);
        let mut next = 1;
        let offset;
        if literals < FULL_LENGTH {
            room[..SHORT_LITERALS].copy_from_slice(&window[1..=SHORT_LITERALS]);
            offset = usize::from(u16::from_le_bytes([window[1 + literals], window[2 + literals]]));
            if length < FULL_LENGTH && offset >= SHORT_LITERALS + SHORT_MATCH {
                // All of it stands before the literals.
                let Some(from) = to.checked_sub(offset - literals) else { break };
                let Some(bytes) = before.get(from..).and_then(<[u8]>::first_chunk::<SHORT_MATCH>) else { break };
                room[literals..literals + SHORT_MATCH].copy_from_slice(bytes);
                token = usize::from(window[literals + 3]);
                rest = rest.get(literals + 3..).unwrap_or_default();
                to += literals + length + MIN_MATCH_LEN;
                continue;
            }
        } else if window[1] <= LONG_LITERALS_BYTE {
            literals += usize::from(window[1]);
            next += 1;
            room[..LONG_LITERALS].copy_from_slice(&window[2..2 + LONG_LITERALS]);
            offset = usize::from(u16::from_le_bytes([window[2 + literals], window[3 + literals]]));
        } else {
            let Some((first, len, behind)) = longer_literals(rest, dst, next, to) else { break };
            (next, literals, offset) = (first, len, behind);
        }
        next += literals + 2;
        let here = to + literals;
        if length < FULL_LENGTH && offset >= SHORT_MATCH {
            // An offset before the start wraps to an index that is none.
            let from = here.wrapping_sub(offset);
            let Some(&bytes) = dst.get(from..).and_then(<[u8]>::first_chunk::<SHORT_MATCH>) else { break };
            let Some(room) = dst.get_mut(here..).and_then(<[u8]>::first_chunk_mut) else { break };
            *room = bytes;
            to = here + length + MIN_MATCH_LEN;
        } else {
            let Some(behind) = any_match(rest, dst, next, here, offset, length) else { break };
            (next, to) = behind;
        }
        rest = rest.get(next..).unwrap_or_default();
        token = usize::from(rest.first().copied().unwrap_or(0));
    }
    cursor.at = block.len() - rest.len();
    cursor.out += (to - *out) as u64;
    *out = to;
}

/// Copies literals whose length goes on at `at` to `to`. Returns where they begin, how many there are, and the offset
/// behind them. `None` near an end.
#[inline(always)]
fn longer_literals(block: &[u8], dst: &mut [u8], mut at: usize, to: usize) -> Option<(usize, usize, usize)> {
    let len = rest_of_length(block, &mut at, FULL_LENGTH)?;
    let from = block.get(at..at.checked_add(len)?.checked_add(DST)?)?;
    // Room for a short match as well.
    let room = dst.get_mut(to..to.checked_add(len)?.checked_add(DST)?)?;
    if len <= MEDIUM_LITERALS {
        let pieces = room.as_chunks_mut::<LONG_LITERALS>().0.iter_mut().zip(from.as_chunks().0);
        pieces.for_each(|(to, from)| *to = *from);
    } else {
        room.get_mut(..len)?.copy_from_slice(from.get(..len)?);
    }
    let behind = block.get(at + len..)?;
    let offset = usize::from(u16::from_le_bytes(*behind.first_chunk()?));
    (behind.len() >= 2 + SRC_AFTER).then_some((at, len, offset))
}

/// Copies a match of any offset and length to `to`. Returns where the block and the output go on; `None` near an end, or
/// if the offset is none.
#[inline(always)]
fn any_match(
    block: &[u8],
    dst: &mut [u8],
    mut at: usize,
    to: usize,
    offset: usize,
    bits: usize,
) -> Option<(usize, usize)> {
    let len = rest_of_length(block, &mut at, bits)? + MIN_MATCH_LEN;
    copy_match(dst, to, offset, len).then_some((at, to + len))
}

/// The length that begins with four bits of a token and goes on at `at`. `None` near the end of the block.
#[inline(always)]
fn rest_of_length(block: &[u8], at: &mut usize, bits: usize) -> Option<usize> {
    let mut length = bits;
    if bits == FULL_LENGTH {
        loop {
            let byte = *block.get(*at)?;
            *at += 1;
            length += usize::from(byte);
            if byte != u8::MAX {
                break;
            }
            // Runs of it are long where literals are.
            while block.get(*at..).and_then(<[u8]>::first_chunk) == Some(&[u8::MAX; 8]) {
                length += 8 * usize::from(u8::MAX);
                *at += 8;
            }
        }
    }
    (block.len() - *at >= SRC_AFTER).then_some(length)
}

/// How far a pattern of 8 bytes, a repeated stretch of `offset` bytes, takes the output on.
const STEPS: [usize; 8] = [0, 8, 8, 6, 8, 5, 6, 7];

/// Copies a match of any offset and length in pieces that may run past its end by [`WILD`] bytes. False, and nothing
/// copied, if the offset is none or an end is near.
#[inline(always)]
fn copy_match(dst: &mut [u8], to: usize, offset: usize, len: usize) -> bool {
    if offset == 0 || to < 8 || offset > to || dst.len() - to < WILD || len > dst.len() - to - WILD {
        return false;
    }
    if offset >= WILD {
        copy_pieces::<WILD>(dst, to, offset, 0, len);
    } else if offset >= 16 {
        copy_pieces::<16>(dst, to, offset, 0, len);
    } else if offset >= 8 {
        copy_pieces::<8>(dst, to, offset, 0, len);
    } else {
        repeat(dst, to, offset, len);
    }
    true
}

/// Copies from `done` to `len` in pieces of `N` bytes, the offset at most.
#[inline(always)]
fn copy_pieces<const N: usize>(dst: &mut [u8], to: usize, offset: usize, mut done: usize, len: usize) {
    while done < len {
        let Some(&bytes) = dst.get(to + done - offset..).and_then(<[u8]>::first_chunk::<N>) else { return };
        let Some(room) = dst.get_mut(to + done..).and_then(<[u8]>::first_chunk_mut) else { return };
        *room = bytes;
        done += N;
    }
}

/// Copies a match with an offset of 1 to 7: its bytes are repeated in a word.
#[inline(always)]
fn repeat(dst: &mut [u8], to: usize, offset: usize, len: usize) {
    let Some(&before) = dst.get(to - 8..).and_then(<[u8]>::first_chunk) else { return };
    #[expect(clippy::cast_possible_truncation, reason = "8 to 56")]
    let bits = 8 * offset as u32;
    let mut pattern = u64::from_le_bytes(before) >> (64 - bits);
    pattern |= pattern << bits;
    pattern |= pattern.unbounded_shl(2 * bits);
    pattern |= pattern.unbounded_shl(4 * bits);
    let step = STEPS[offset];
    let mut done = 0;
    while done < len.min(2 * WILD) {
        let Some(room) = dst.get_mut(to + done..).and_then(<[u8]>::first_chunk_mut) else { return };
        *room = pattern.to_le_bytes();
        done += step;
    }
    if done < len {
        // By now the pattern stands there often enough to be copied in large pieces.
        copy_pieces::<WILD>(dst, to, WILD.next_multiple_of(offset), done, len);
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

/// The twin of [`decode_block_at`] without vector instructions, for tests.
///
/// # Errors
/// As [`decode_block_at`].
#[doc(hidden)]
pub fn decode_block_at_scalar(block: &[u8], dst: &mut [u8], start: usize) -> Result<(usize, bool)> {
    decode_by(block, dst, start, fast_anywhere).map(|decoded| (decoded.end, decoded.complete()))
}
