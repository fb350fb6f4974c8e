//! The fast loop of the decoder: sequences far from both ends, copied in pieces of fixed size, which may run past their
//! end; what is written too much, later sequences overwrite. Its scalar twin is to leave all sequences to the careful
//! one of `block.rs`; `tests/it/blocks.rs` compares them.
//!
//! There are no intrinsics: words of 16 bytes are what vector registers hold on any machine, and wider ones do not pay.
//! Pointers, and not slices, since each bound is checked once for all accesses of a sequence:
//!
//! - At the start of a sequence [`SRC`] bytes of the block and [`DST`] bytes of room are left. They hold what a token
//!   tells by itself: 14 literals, read and written as 16, the offset, and a match of 18 bytes.
//! - Longer literals are checked to leave [`SRC_AFTER`] bytes of the block and [`DST`] of room, other matches too.
//!
//! Nothing behind the output is touched: a sound block makes of `n` bytes `n - n / 255 - 2` at least (all literals), and
//! 14 bytes are written too much with 31 of the block left, 31 with [`SRC_AFTER`] less an offset left. For the same reason
//! the rules for the end of a block cannot be broken by a match here, and it is not noted where the last one begins.

use crate::check::{Cursor, FULL_LENGTH, MIN_MATCH_LEN};

/// Bytes of the block that are left at the start of a sequence.
const SRC: usize = 48;
/// Bytes of the block that longer lengths leave.
const SRC_AFTER: usize = 40;
/// Room in the output at the start of a sequence, and behind longer literals and matches: no piece is larger.
const DST: usize = 32;
/// From here on literals are copied by the system.
const MANY: usize = 193;
/// The longest match that a token tells by itself.
const SHORT_MATCH: usize = 18;
/// The bytes of a stretch of so many, times this, are repeated in a word.
const REPEATS: [u64; 8] = [
    0,
    0x0101_0101_0101_0101,
    0x0001_0001_0001_0001,
    1 | 1 << 24 | 1 << 48,
    1 | 1 << 32,
    1 | 1 << 40,
    1 | 1 << 48,
    1 | 1 << 56,
];
/// How far such a word takes the output on.
const STEPS: [usize; 8] = [8, 8, 8, 6, 8, 5, 6, 7];

/// Where the loop ends. `src_last` has [`SRC`] bytes of the block from there on, `dst_last` room for [`DST`]; `base` is the
/// start of the output.
#[derive(Clone, Copy)]
struct Ends {
    src_last: *const u8,
    base: *mut u8,
    dst_last: *mut u8,
}

/// Where the block and the output go on, and the token there. It is read as soon as its place is known: each sequence
/// waits for it.
#[derive(Clone, Copy)]
struct Step {
    at: *const u8,
    to: *mut u8,
    token: usize,
}

/// Decodes sequences while both ends are far away, and returns at the start of one that it leaves to others: near an end,
/// or broken.
pub(crate) fn fast(block: &[u8], dst: &mut [u8], out: &mut usize, cursor: &mut Cursor) {
    let (Some(src_last), Some(dst_last)) = (block.len().checked_sub(SRC), dst.len().checked_sub(DST)) else { return };
    if cursor.at > src_last || *out > dst_last {
        return;
    }
    let (src, base) = (block.as_ptr(), dst.as_mut_ptr());
    // SAFETY: these are places in the slices, as compared above; `sequence` is told only such, and returns such.
    let (at, to) = unsafe {
        let ends = Ends { src_last: src.add(src_last), base, dst_last: base.add(dst_last) };
        let at = src.add(cursor.at);
        let mut step = Step { at, to: base.add(*out), token: usize::from(*at) };
        while step.at <= ends.src_last && step.to <= ends.dst_last {
            let Some(next) = sequence(step, ends) else { break };
            step = next;
        }
        (step.at.offset_from_unsigned(src), step.to.offset_from_unsigned(base))
    };
    cursor.at = at;
    cursor.out += (to - *out) as u64;
    *out = to;
}

/// Decodes a sequence; `None` if it is left to others.
///
/// # Safety
/// `at` must lie in the block, not behind `src_last`, and begin with `token`; `to` in the output, not behind `dst_last`.
#[inline(always)]
unsafe fn sequence(Step { at, to, token }: Step, ends: Ends) -> Option<Step> {
    let (literals, bits) = (token >> 4, token & FULL_LENGTH);
    // Two ways to the match, so that the common one waits for nothing.
    if literals < FULL_LENGTH {
        // SAFETY: of `SRC` bytes 1 + 14 + 2 are read, and the token behind; of `DST` 16 are written, and 18 left.
        unsafe {
            copy::<u128>(at.add(1), to);
            let behind = at.add(literals);
            let next = Step { at: behind.add(3), to: to.add(literals), token: usize::from(*behind.add(3)) };
            return found(next, offset_at(behind.add(1)), bits, ends);
        }
    }
    // SAFETY: of `SRC` bytes 2 are read. Literals that fit leave `SRC_AFTER` bytes of the block, and `DST` of the room.
    unsafe {
        let (mut from, mut len) = (at.add(2), FULL_LENGTH + usize::from(*at.add(1)));
        if len == FULL_LENGTH + 255 {
            let more = rest_of_length(from, ends)?;
            (len, from) = (len.saturating_add(more.0), more.1);
        }
        if len > last(ends).offset_from_unsigned(from) || len > ends.dst_last.offset_from_unsigned(to) {
            return None;
        }
        copy_literals(from, to, len);
        let behind = from.add(len);
        let next = Step { at: behind.add(2), to: to.add(len), token: usize::from(*behind.add(2)) };
        found(next, offset_at(behind), bits, ends)
    }
}

/// Decodes the match at `next.to`. `bits` of its length are known; it goes on at `next.at`, if it does.
///
/// # Safety
/// `next.at` must lie in the block with 31 bytes left, `next.to` in the output with 18.
#[inline(always)]
unsafe fn found(mut next: Step, offset: usize, bits: usize, ends: Ends) -> Option<Step> {
    let to = next.to;
    // SAFETY: `base` is the start of the output.
    let before = unsafe { to.offset_from_unsigned(ends.base) };
    let mut len = bits + MIN_MATCH_LEN;
    if bits < FULL_LENGTH && offset >= 8 && offset <= before {
        // SAFETY: the match begins within the output, and 18 bytes of room are left. No piece is longer than the offset,
        // so that each was written before it is read.
        unsafe {
            let from = to.sub(offset);
            copy::<u64>(from, to);
            copy::<u64>(from.add(8), to.add(8));
            copy::<u16>(from.add(16), to.add(16));
            next.to = to.add(len);
        }
        return Some(next);
    }
    // SAFETY: a length is read from within the block, and the token behind one that leaves `SRC_AFTER` bytes. The match
    // begins within the output, with 8 bytes before it; if it fits, `DST` bytes of room are left behind.
    unsafe {
        if bits == FULL_LENGTH {
            let more = rest_of_length(next.at, ends)?;
            len = len.saturating_add(more.0);
            next.at = more.1;
            next.token = usize::from(*next.at);
        }
        let room = ends.dst_last.addr().checked_sub(to.addr())?;
        if !(1..=before).contains(&offset) || before < 8 || len > room || next.at > last(ends) {
            return None;
        }
        copy_match(to, offset, len);
        next.to = to.add(len);
    }
    Some(next)
}

/// The last place that leaves [`SRC_AFTER`] bytes of the block.
#[inline(always)]
fn last(ends: Ends) -> *const u8 {
    // SAFETY: `SRC` bytes are left at `src_last`.
    unsafe { ends.src_last.add(SRC - SRC_AFTER) }
}

/// Adds the bytes of a length from `at` on. Returns the sum and where the block goes on; `None` if that leaves less than
/// [`SRC_AFTER`] bytes of it.
///
/// # Safety
/// `at` must lie in the block.
// It is rare, and would take registers from the loop.
#[inline(never)]
unsafe fn rest_of_length(mut at: *const u8, ends: Ends) -> Option<(usize, *const u8)> {
    let mut length = 0usize;
    while at < last(ends) {
        // SAFETY: more than `SRC_AFTER` bytes are left.
        unsafe {
            // Runs of it are long where literals are.
            if at.cast::<u64>().read_unaligned() == u64::MAX {
                length = length.saturating_add(8 * usize::from(u8::MAX));
                at = at.add(8);
                continue;
            }
            let byte = *at;
            at = at.add(1);
            length = length.saturating_add(usize::from(byte));
            if byte != u8::MAX {
                return Some((length, at));
            }
        }
    }
    None
}

/// Reads an offset.
///
/// # Safety
/// 2 bytes must be readable.
#[inline(always)]
unsafe fn offset_at(at: *const u8) -> usize {
    // SAFETY: by the contract of this function.
    usize::from(u16::from_le(unsafe { at.cast::<u16>().read_unaligned() }))
}

/// Copies a `T`, all of which is read before the first byte is written.
///
/// # Safety
/// A `T`, which is an integer, must be readable, and as much writable.
#[inline(always)]
unsafe fn copy<T: Copy>(from: *const u8, to: *mut u8) {
    // SAFETY: by the contract of this function.
    unsafe { to.cast::<T>().write_unaligned(from.cast::<T>().read_unaligned()) };
}

/// Copies `len` literals. If there are not many, the pieces at the start and at the end overlap, so that few branches
/// depend on the length, which is hard to guess.
///
/// # Safety
/// `len + 32` bytes must be readable, and as many writable; they must not overlap.
#[inline(always)]
unsafe fn copy_literals(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: by the contract of this function; pieces from 32 on end before `len + 32`, those from the end at `len`.
    unsafe {
        if len >= MANY {
            core::ptr::copy_nonoverlapping(from, to, len);
            return;
        }
        copy_pair(from, to, 0);
        if len <= 32 {
            return;
        }
        copy_pair(from, to, 32);
        if len > 96 {
            copy_pair(from, to, 64);
            copy_pair(from, to, len - 96);
            copy_pair(from, to, len - 64);
        }
        copy_pair(from, to, len - 32);
    }
}

/// Copies 32 bytes from `at` on.
///
/// # Safety
/// They must be readable, and as many writable.
#[inline(always)]
unsafe fn copy_pair(from: *const u8, to: *mut u8, at: usize) {
    // SAFETY: by the contract of this function.
    unsafe {
        copy::<u128>(from.add(at), to.add(at));
        copy::<u128>(from.add(at + 16), to.add(at + 16));
    }
}

/// Copies `len` bytes in pieces of a `T`, one behind the other.
///
/// # Safety
/// `len` bytes and a `T`, which is an integer, must be readable, and as many writable.
#[inline(always)]
unsafe fn copy_pieces<T: Copy>(from: *const u8, to: *mut u8, len: usize) {
    let mut done = 0;
    while done < len {
        // SAFETY: the piece begins before `len`.
        unsafe { copy::<T>(from.add(done), to.add(done)) };
        done += size_of::<T>();
    }
}

/// Copies a match of any offset and length in pieces that may run past its end by [`DST`] bytes.
///
/// # Safety
/// Before `to`, `offset.max(8)` bytes must be readable, `offset` being 1 at least, and `len + DST` writable behind.
#[inline(always)]
unsafe fn copy_match(to: *mut u8, offset: usize, len: usize) {
    // SAFETY: the match begins within what is readable, and no piece is longer than the offset, so that each was written
    // before it is read; pieces are no longer than `DST`.
    unsafe {
        let from = to.sub(offset);
        if offset >= 16 {
            copy_pieces::<u128>(from, to, len);
        } else if offset >= 8 {
            copy_pieces::<u64>(from, to, len);
        } else {
            repeat(to, offset, len);
        }
    }
}

/// Copies a match with an offset of 1 to 7: its bytes are repeated in a word.
///
/// # Safety
/// Before `to`, 8 bytes must be readable, and `len + DST` writable behind.
#[inline(always)]
unsafe fn repeat(to: *mut u8, offset: usize, len: usize) {
    // SAFETY: by the contract of this function.
    let before = u64::from_le(unsafe { to.sub(8).cast::<u64>().read_unaligned() });
    let (times, step) = (REPEATS[offset & 7], STEPS[offset & 7]);
    let word = (before >> (64 - 8 * offset)).wrapping_mul(times).to_le();
    // SAFETY: of `DST` bytes 24 are written at most.
    unsafe {
        to.cast::<u64>().write_unaligned(word);
        to.add(step).cast::<u64>().write_unaligned(word);
        to.add(2 * step).cast::<u64>().write_unaligned(word);
    }
    if len <= SHORT_MATCH {
        return;
    }
    let mut done = 3 * step;
    while done < len.min(64) {
        // SAFETY: the word begins before `len`, so it ends before `len + DST`.
        unsafe { to.add(done).cast::<u64>().write_unaligned(word) };
        done += step;
    }
    if done < len {
        // By now the pattern stands there often enough to be copied in large pieces.
        // SAFETY: what was written is longer than the multiple of the offset from 16 to 21, and the last piece begins
        // before `len`.
        unsafe { copy_pieces::<u128>(to.add(done).sub(16usize.next_multiple_of(offset)), to.add(done), len - done) };
    }
}
