//! The loop that decodes nearly all symbols: no end of input or output is near, so it reads whole words and copies too
//! much. The scalar twin is `Inflate::symbols`; `tests/it/twins.rs` compares them.
//!
//! An inflater waits for one thing: the bits of a code tell where the next one begins. Between two codes lie a mask, a
//! look-up and a shift, and nothing else may join them. Hence
//! - the next entry is looked up before more bits are taken in, which never changes those that are there;
//! - two bits below the next one are spare, so that a mask gives the offset of an entry in bytes: the processor needs a
//!   cycle more to multiply an index;
//! - `n` may have anything above its bit 5, as shifts ignore that, and an entry is subtracted from it as it is.
//!
//! BMI2 shifts by any register, which is worth 6 %. The loop over slices that this one began as was a fifth slower (0.89 of
//! libdeflate's speed on Zen 4, where this one has 1.10): bounds take registers, of which there are too few.
//!
//! Where literals and matches are mixed, as in 16-bit images behind a predictor, no processor foresees which comes next: a
//! literal that may come before a match is decoded without a branch there (6 to 10 % faster). What is left is waiting, and
//! two streams wait at the same time: [`run_both`] has 1.37 times the speed of one (Intel Xeon, tiles of such images).

#![expect(clippy::cast_possible_truncation, reason = "bits that were masked, and literals")]

use crate::inflate::{
    Bits, DIST_BITS, DIST_TABLE, Fault, Inflate, LARGE, LITLEN_TABLE, OTHER, SECOND, SMALL, STOP, State,
};

/// How symbols are decoded. All ways have the same result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By the loop of this module with the instructions of BMI2. Where the machine lacks them, as `Plain`.
    Bmi2,
    /// By the loop of this module.
    Plain,
    /// One by one.
    Scalar,
}

/// Bytes of input that a turn of the loop may read: it takes in a word twice, each behind 7 bytes of the last at most.
const INPUT: usize = 32;
/// Bytes of output that a turn may write before its match: three times up to 3, the last time as 2.
const LITERALS: usize = 10;
/// Bytes of the longest match.
const MATCH: usize = 258;
/// Bytes that may be written behind a match: a copy goes on by 32.
const BEYOND: usize = 32;

/// Bits that lie below the next one: those of an offset within an entry.
const SPARE: u32 = 2;

/// True if the loop can make a turn, be it one that asks whether its match has room.
#[inline(always)]
pub(crate) fn has_room(bits: &Bits, out: usize, src: &[u8], dst: &[u8]) -> bool {
    bits.at + INPUT <= src.len() && out + LITERALS + BEYOND <= dst.len()
}

/// Decodes symbols until the block ends, or the room. A match that has no room becomes the state.
pub(crate) fn run(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    if inflate.path == Path::Scalar {
        return Ok(());
    }
    #[cfg(target_arch = "x86_64")]
    if inflate.path == Path::Bmi2 && std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the machine has BMI2.
        unsafe { far_bmi2(inflate, src, dst)? };
        if inflate.state == State::Symbols {
            // SAFETY: as above.
            unsafe { near_bmi2(inflate, src, dst)? };
        }
        return Ok(());
    }
    far::<false>(inflate, src, dst)?;
    if inflate.state == State::Symbols { near::<false>(inflate, src, dst) } else { Ok(()) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn far_bmi2(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    far::<true>(inflate, src, dst)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
#[inline(never)]
fn near_bmi2(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    near::<true>(inflate, src, dst)
}

/// Decodes where the longest match has room.
#[inline(always)]
fn far<const BMI2: bool>(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE if inflate.tables.is_mixed => turns::<LARGE, true, BMI2, false>(inflate, src, dst),
        LARGE => turns::<LARGE, false, BMI2, false>(inflate, src, dst),
        _ => turns::<SMALL, false, BMI2, false>(inflate, src, dst),
    }
}

/// Decodes where each match is asked for its room.
#[inline(always)]
fn near<const BMI2: bool>(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE => turns::<LARGE, false, BMI2, true>(inflate, src, dst),
        _ => turns::<SMALL, false, BMI2, true>(inflate, src, dst),
    }
}

/// Makes turns until one cannot be made; `INDEX` are the index bits of the table of literals and lengths.
#[inline(always)]
fn turns<const INDEX: u32, const MIXED: bool, const BMI2: bool, const NEAR: bool>(
    inflate: &mut Inflate,
    src: &[u8],
    dst: &mut [u8],
) -> Result<(), Fault> {
    let Some(mut lane) = Lane::<INDEX, MIXED, BMI2, NEAR>::begin(inflate, src, dst) else { return Ok(()) };
    let exit = loop {
        // SAFETY: made for `src` and `dst`, which are borrowed.
        if let Some(exit) = unsafe { lane.turn() } {
            break exit;
        }
    };
    lane.end(exit, inflate, src)
}

/// A stream, its inflater and its output.
type Stream<'a> = (&'a mut Inflate, &'a [u8], &'a mut [u8]);

/// Decodes symbols of two streams in turns, until one of them has no room, ends its block, or is at fault, which becomes
/// its state.
///
/// A turn waits for the one before, by way of bits and look-ups, but not for the other stream: two take little more time
/// than one.
pub(crate) fn run_both(first: Stream<'_>, second: Stream<'_>) {
    let is_mixed = first.0.tables.is_mixed || second.0.tables.is_mixed;
    #[cfg(target_arch = "x86_64")]
    if first.0.path == Path::Bmi2 && std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the machine has BMI2.
        return unsafe { if is_mixed { both_bmi2::<true>(first, second) } else { both_bmi2::<false>(first, second) } };
    }
    if is_mixed { both::<true, false>(first, second) } else { both::<false, false>(first, second) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn both_bmi2<const MIXED: bool>(first: Stream<'_>, second: Stream<'_>) {
    both::<MIXED, true>(first, second);
}

#[inline(always)]
fn both<const MIXED: bool, const BMI2: bool>(
    (first, src, dst): Stream<'_>,
    (second, other_src, other_dst): Stream<'_>,
) {
    let (Some(mut lane), Some(mut other)) = (
        Lane::<LARGE, MIXED, BMI2, false>::begin(first, src, dst),
        Lane::<LARGE, MIXED, BMI2, false>::begin(second, other_src, other_dst),
    ) else {
        return;
    };
    let exits = loop {
        // SAFETY: made for slices that are borrowed.
        let exits = unsafe { (lane.turn(), other.turn()) };
        if exits != (None, None) {
            break exits;
        }
    };
    if let Err(fault) = lane.end(exits.0.unwrap_or(Exit::Room), first, src) {
        first.state = State::Broken(fault);
    }
    if let Err(fault) = other.end(exits.1.unwrap_or(Exit::Room), second, other_src) {
        second.state = State::Broken(fault);
    }
}

/// Why a lane makes no further turn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// The end of input or output is near.
    Room,
    /// The block ended.
    Block,
    /// A match that has no room.
    Match {
        len: usize,
        dist: usize,
    },
    Fault(Fault),
}

/// A stream in the loop.
struct Lane<const INDEX: u32, const MIXED: bool, const BMI2: bool, const NEAR: bool> {
    /// The next bits, above the spare ones.
    bits: u64,
    n: u32,
    /// The entry of `litlen` for the next bits.
    entry: u32,
    next: *const u8,
    out: *mut u8,
    litlen: *const u8,
    distances: *const u8,
    start: *mut u8,
    in_last: *const u8,
    out_last: *mut u8,
}

impl<const INDEX: u32, const MIXED: bool, const BMI2: bool, const NEAR: bool> Lane<INDEX, MIXED, BMI2, NEAR> {
    /// Output that there must be for a turn.
    const OUTPUT: usize = if NEAR { LITERALS + BEYOND } else { LITERALS + MATCH + BEYOND };

    /// `None` if there is no room for a turn, or the tables are others.
    #[inline(always)]
    fn begin(inflate: &Inflate, src: &[u8], dst: &mut [u8]) -> Option<Self> {
        const { assert!(1 << INDEX <= LITLEN_TABLE && 1 << DIST_BITS <= DIST_TABLE) };
        let Bits { mut bits, mut n, mut at } = inflate.bits;
        if inflate.tables.bits != INDEX || at + INPUT > src.len() || inflate.out + Self::OUTPUT > dst.len() {
            return None;
        }
        // What has no room beside the spare bits is taken in again.
        let back = n.saturating_sub(48) / 8;
        at -= back as usize;
        n -= 8 * back;
        bits &= !(u64::MAX << n);
        let start = dst.as_mut_ptr();
        // SAFETY: `INPUT` bytes follow `at`, and `OUTPUT` bytes follow `out`.
        unsafe {
            let mut lane = Self {
                bits: bits << SPARE,
                n: n + SPARE,
                entry: 0,
                next: src.as_ptr().add(at),
                out: start.add(inflate.out),
                litlen: inflate.tables.litlen.as_ptr().cast(),
                distances: inflate.tables.dist.as_ptr().cast(),
                start,
                in_last: src.as_ptr().add(src.len() - INPUT),
                out_last: start.add(dst.len() - Self::OUTPUT),
            };
            lane.refill();
            lane.entry = lane.look_up();
            Some(lane)
        }
    }

    /// Takes in bits, until there are 56 and more. There must be 8 bytes at `next`.
    #[inline(always)]
    unsafe fn refill(&mut self) {
        // SAFETY: that is asked for. It moves on by 7 bytes at most.
        unsafe {
            self.bits |= u64::from_le_bytes(self.next.cast::<[u8; 8]>().read()).wrapping_shl(self.n);
            self.next = self.next.add(7).sub((self.n >> 3 & 7) as usize);
        }
        self.n |= 56;
    }

    /// The entry for the next bits as a literal or length.
    #[inline(always)]
    fn look_up(&self) -> u32 {
        // SAFETY: the index is masked.
        unsafe { self.litlen.add((self.bits & (((1 << INDEX) - 1) << SPARE)) as usize).cast::<u32>().read() }
    }

    #[inline(always)]
    fn skip(&mut self, entry: u32) {
        self.bits = self.bits.wrapping_shr(entry);
        self.n = self.n.wrapping_sub(entry);
    }

    /// Writes the literals of an entry. There must be two bytes at `out`, and three to move on by.
    #[inline(always)]
    unsafe fn put(&mut self, entry: u32) {
        // SAFETY: that is asked for.
        unsafe {
            self.out.cast::<[u8; 2]>().write(((entry >> 16) as u16).to_le_bytes());
            self.out = self.out.add((entry as usize >> 8) & 3);
        }
    }

    /// Decodes a few literals, or up to one and a match. The slices that the lane was begun with must still be borrowed.
    #[inline(always)]
    unsafe fn turn(&mut self) -> Option<Exit> {
        if self.next > self.in_last || self.out > self.out_last {
            return Some(Exit::Room);
        }
        // SAFETY: there are `INPUT` bytes at `next`, from which `n / 8` bytes and more were taken, and `OUTPUT` bytes at
        // `out`. A turn takes in a word at most twice, and moves on by at most 7 bytes each time. `out` moves at most
        // three times before a match, by up to 3, and a match ends `BEYOND` bytes before the end of `dst`: where that is
        // not asked, there is room for `MATCH`, than which no entry of `Tables::make` is longer. What is copied was
        // written, as `dist` is compared with that, and words are read from before where they are written. Indices of the
        // first tables are masked, those of the second ones are within them by `Tables::make`.
        unsafe {
            // There are 54 bits; two entries of literals and the longest length take 42.
            let mut entry = self.entry;
            if MIXED {
                // Whether a literal comes before a match is what no processor foresees. So it is no branch: of anything
                // else no bits are skipped, nothing is put, and the same entry is looked up again.
                let literals = entry & (entry >> 15 & 1).wrapping_sub(1);
                self.skip(literals);
                entry = self.look_up();
                self.put(literals);
            }
            let mut saved = self.bits;
            self.skip(entry);
            macro_rules! literals {
                () => {
                    let literals = entry;
                    entry = self.look_up();
                    saved = self.bits;
                    self.skip(entry);
                    self.put(literals);
                };
            }
            macro_rules! last {
                () => {
                    if entry & OTHER == 0 {
                        self.entry = self.look_up();
                        self.refill();
                        self.put(entry);
                        return None;
                    }
                };
            }
            if entry & OTHER == 0 {
                literals!();
                if MIXED {
                    last!();
                } else if entry & OTHER == 0 {
                    literals!();
                    last!();
                }
            }
            if entry & (SECOND | STOP) != 0 {
                if entry & STOP == 0 {
                    let index =
                        (entry >> 16) as usize + (saved >> (SPARE + INDEX) & !(u64::MAX << (entry >> 8 & 15))) as usize;
                    entry = self.litlen.cast::<u32>().add(index).read();
                    self.bits = saved.wrapping_shr(entry);
                    self.n = self.n.wrapping_sub(entry);
                    if entry & OTHER == 0 {
                        self.entry = self.look_up();
                        self.refill();
                        self.out.write((entry >> 16) as u8);
                        self.out = self.out.add(1);
                        return None;
                    }
                }
                if entry & STOP != 0 {
                    self.bits = saved.wrapping_shr(entry >> 8 & 15);
                    self.n = self.n.wrapping_sub(entry >> 8 & 15);
                    return Some(if entry >> 16 == 0 { Exit::Block } else { Exit::Fault(Fault::LitlenSymbol) });
                }
            }
            let len = number::<BMI2>(entry, saved);
            entry = self.distances.add((self.bits & (((1 << DIST_BITS) - 1) << SPARE)) as usize).cast::<u32>().read();
            if entry & (SECOND | STOP) != 0 {
                self.refill();
                if entry & STOP == 0 {
                    let index = (entry >> 16) as usize
                        + (self.bits >> (SPARE + DIST_BITS) & !(u64::MAX << (entry >> 8 & 15))) as usize;
                    entry = self.distances.cast::<u32>().add(index).read();
                }
                if entry & STOP != 0 {
                    return Some(Exit::Fault(Fault::DistSymbol));
                }
            } else if (self.n & 63) < DIST_BITS + 13 + INDEX + SPARE {
                // A distance takes so many, and the look-up behind it.
                self.refill();
            }
            let dist = number::<BMI2>(entry, self.bits);
            self.skip(entry);
            self.entry = self.look_up();
            self.refill();
            if dist > self.out.offset_from_unsigned(self.start) {
                return Some(Exit::Fault(Fault::Distance));
            }
            if NEAR
                && len
                    > self.out_last.offset_from_unsigned(self.start) + LITERALS
                        - self.out.offset_from_unsigned(self.start)
            {
                return Some(Exit::Match { len, dist });
            }
            let (from, to) = (self.out.sub(dist), self.out);
            self.out = to.add(len);
            copy(from, to, dist, self.out);
        }
        None
    }

    /// Writes back where the lane stands. `inflate` and `src` are those it was begun with.
    #[inline(always)]
    fn end(self, exit: Exit, inflate: &mut Inflate, src: &[u8]) -> Result<(), Fault> {
        // SAFETY: both lie in their slices.
        let (out, at) =
            unsafe { (self.out.offset_from_unsigned(self.start), self.next.offset_from_unsigned(src.as_ptr())) };
        inflate.out = out;
        inflate.bits = Bits { bits: self.bits >> SPARE, n: (self.n & 63) - SPARE, at };
        match exit {
            Exit::Room => {}
            Exit::Block => inflate.end_block(),
            Exit::Match { len, dist } => inflate.state = State::Match { len, dist },
            Exit::Fault(fault) => return Err(fault),
        }
        Ok(())
    }
}

/// Copies a match from `dist` bytes before `to` on, up to `end` and up to 32 bytes more.
#[inline(always)]
unsafe fn copy(from: *const u8, to: *mut u8, dist: usize, end: *const u8) {
    let (mut from, mut to) = (from, to);
    // SAFETY: asked for by the caller.
    unsafe {
        if dist >= 8 {
            macro_rules! word {
                () => {
                    to.cast::<[u8; 8]>().write(from.cast::<[u8; 8]>().read());
                    from = from.add(8);
                    to = to.add(8);
                };
            }
            word!();
            word!();
            if to.cast_const() < end {
                word!();
                word!();
                while to.cast_const() < end {
                    word!();
                    word!();
                    word!();
                    word!();
                }
            }
        } else if dist == 1 {
            let run = [from.read(); 16];
            to.cast::<[u8; 16]>().write(run);
            to = to.add(16);
            while to.cast_const() < end {
                to.cast::<[u8; 16]>().write(run);
                to = to.add(16);
            }
        } else {
            // A word holds the pattern once, and each copy makes it longer by itself.
            macro_rules! word {
                () => {
                    to.cast::<[u8; 8]>().write(from.cast::<[u8; 8]>().read());
                    from = from.add(dist);
                    to = to.add(dist);
                };
            }
            word!();
            word!();
            while to.cast_const() < end {
                word!();
                word!();
            }
        }
    }
}

/// The number that an entry of a length or distance stands for; `bits` begin with the spare ones.
#[inline(always)]
fn number<const BMI2: bool>(entry: u32, bits: u64) -> usize {
    let extra = if BMI2 {
        low_bits(bits >> SPARE, entry).wrapping_shr(entry >> 8)
    } else {
        ((bits >> SPARE) & !(u64::MAX.wrapping_shl(entry))).wrapping_shr(entry >> 8 & 15)
    };
    (entry >> 16) as usize + extra as usize
}

/// The lowest bits, as many as the low byte of `n` says.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn low_bits(bits: u64, n: u32) -> u64 {
    // SAFETY: called where the machine has BMI2.
    unsafe { core::arch::x86_64::_bzhi_u64(bits, n) }
}

#[cfg(not(target_arch = "x86_64"))]
fn low_bits(bits: u64, n: u32) -> u64 {
    bits & !(u64::MAX.wrapping_shl(n))
}
