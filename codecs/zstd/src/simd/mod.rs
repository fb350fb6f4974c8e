//! The loops that decode nearly all of a frame: literals and sequences of a block. Their slow twin is the library, which
//! `tests/it/twins.rs` compares them with.
//!
//! A decoder of sequences waits for one thing: the bits of a sequence tell the next states, and those how many bits it
//! takes. Between two look-ups lie a sum, two shifts, a mask and an addition, and nothing else may join them. Hence
//! - a small table tells how many bits a state takes in all, and all fields of a sequence are cut from one word, none after
//!   the one before;
//! - next states come first, and lowest in that word;
//! - the two older offsets share a register, of which there are too few.
//!
//! That is 107 instructions for a sequence, where the library takes 129, and 1.1 to 1.2 times its speed (Zen 4, tiles of
//! 16-bit images behind a predictor). Two blocks in turns were no faster: no registers are left.

#![expect(clippy::cast_possible_truncation, reason = "bits that were masked, and symbols")]

use crate::block::{Entry, Huffman, Tables};

/// Bytes that must come before a stream of bits: words are read from up to 8 bytes before it, or 20 if it is broken.
pub(crate) const BEFORE: usize = 32;
/// Bytes that may be read behind literals, and written behind a match.
pub(crate) const BEYOND: usize = 32;
/// Bits that a word has beside those of its first byte that were read.
const WORD: u32 = 57;

/// The lowest `n` bits, less than 64.
#[inline(always)]
fn low_bits<const BMI2: bool>(bits: u64, n: u8) -> usize {
    #[cfg(target_arch = "x86_64")]
    if BMI2 {
        // SAFETY: called where the machine has BMI2.
        return unsafe { core::arch::x86_64::_bzhi_u64(bits, u32::from(n)) } as usize;
    }
    (bits & !(u64::MAX.wrapping_shl(u32::from(n)))) as usize
}

/// Decodes `n` sequences, whose bits are `src[at..end]`, and the literals behind the last one. `literals` are so many, and
/// followed by [`BEYOND`] bytes; `out` bytes of `dst` were written. Returns the bytes of output then, and the last offsets;
/// `None` if the block is broken. `plain` keeps to instructions that all machines have.
pub(crate) fn sequences(
    bits: (&[u8], usize, usize),
    tables: &Tables,
    literals: (&[u8], usize),
    output: (&mut [u8], usize),
    (offsets, n): ([usize; 3], usize),
    plain: bool,
) -> Option<(usize, [usize; 3])> {
    let mut lane = Lane::begin(bits, tables, literals, output, offsets, n)?;
    // SAFETY: all that the lane was begun with is borrowed.
    let out = unsafe { lane.run(plain) }?;
    Some((out, lane.offsets()))
}

/// The sequences of a block.
#[derive(Clone, Copy)]
struct Lane {
    /// The word whose highest bits are the next, but for those that were read.
    next: *const u8,
    /// How many of them were read, less than 8.
    read: u32,
    /// Indices of entries: literals, lengths, offsets.
    states: [usize; 3],
    tables: *const Tables,
    literals: *const u8,
    out: *mut u8,
    /// The last offset.
    offset: usize,
    /// The two before it, the earlier one above the other.
    offsets: u64,
    /// Sequences that are to be decoded.
    left: usize,
    /// Where `next` is in the end.
    low: *const u8,
    literals_end: *const u8,
    start: *mut u8,
    end: *mut u8,
}

impl Lane {
    /// As [`sequences`].
    fn begin(
        (src, at, end): (&[u8], usize, usize),
        tables: &Tables,
        (literals, len): (&[u8], usize),
        (dst, out): (&mut [u8], usize),
        offsets: [usize; 3],
        left: usize,
    ) -> Option<Self> {
        let mark = *src.get(..end)?.get(at..)?.last()?;
        if at < BEFORE || mark == 0 || literals.len() < len + BEYOND || left == 0 {
            return None;
        }
        if dst.len() < BEYOND || out > dst.len() {
            return None;
        }
        // SAFETY: `BEFORE` bytes come before `at`, of which 5 are passed over at most; the others lie in their slices.
        unsafe {
            let start = dst.as_mut_ptr();
            let mut lane = Self {
                next: src.as_ptr().add(end - 8),
                read: mark.leading_zeros() + 1,
                states: [0; 3],
                tables,
                literals: literals.as_ptr(),
                out: start.add(out),
                offset: offsets[0],
                offsets: pair(offsets[1], offsets[2]),
                left,
                low: src.as_ptr().add(at - 8),
                literals_end: literals.as_ptr().add(len),
                start,
                end: start.add(dst.len()),
            };
            for field in [0, 2, 1] {
                lane.states[field] = lane.take(tables.logs[field]);
            }
            Some(lane)
        }
    }

    /// The last three offsets.
    const fn offsets(&self) -> [usize; 3] {
        [self.offset, self.offsets as u32 as usize, (self.offsets >> 32) as usize]
    }

    /// The next `n` bits, [`WORD`] at most, below bits that were read.
    #[inline(always)]
    unsafe fn word(&self, n: u32) -> u64 {
        // SAFETY: asked for by the caller: 8 bytes are readable at `next`.
        let word = u64::from_le_bytes(unsafe { self.next.cast::<[u8; 8]>().read() });
        word.wrapping_shl(self.read).wrapping_shr(n.wrapping_neg())
    }

    #[inline(always)]
    unsafe fn skip(&mut self, n: u32) {
        let read = self.read + n;
        // SAFETY: asked for by the caller: that many bytes come before.
        self.next = unsafe { self.next.sub((read >> 3) as usize) };
        self.read = read & 7;
    }

    /// Reads `n` bits.
    unsafe fn take(&mut self, n: u8) -> usize {
        // SAFETY: asked for by the caller.
        unsafe {
            let value = low_bits::<false>(self.word(u32::from(n)), n);
            self.skip(u32::from(n));
            value
        }
    }

    /// The entries of the states.
    #[inline(always)]
    unsafe fn entries(&self) -> [*const Entry; 3] {
        // SAFETY: states are less than the size of their table, by `Tables::make`.
        unsafe {
            [
                (&raw const (*self.tables).literals).cast::<Entry>().add(self.states[0]),
                (&raw const (*self.tables).lengths).cast::<Entry>().add(self.states[1]),
                (&raw const (*self.tables).offsets).cast::<Entry>().add(self.states[2]),
            ]
        }
    }

    /// Decodes a sequence that is not the last; false if it is broken.
    #[inline(always)]
    unsafe fn turn<const BMI2: bool>(&mut self) -> bool {
        if self.next < self.low {
            return false;
        }
        // SAFETY: `next` is not before `low`, which has `BEFORE - 8` bytes before it, and moves back by 12 at most: a sequence
        // takes 89 bits. For states, see `entries`. Copies are checked.
        unsafe {
            let tables = self.tables;
            let total = u32::from(*(&raw const (*tables).literals_bits).cast::<u8>().add(self.states[0]))
                + u32::from(*(&raw const (*tables).lengths_bits).cast::<u8>().add(self.states[1]))
                + u32::from(*(&raw const (*tables).offsets_bits).cast::<u8>().add(self.states[2]));
            let [literal, length, far] = self.entries();
            if total > WORD {
                return self.turn_by_fields();
            }
            let word = self.word(total);
            self.skip(total);
            let [a, b, c] = [(*far).next_bits, (*length).next_bits, (*literal).next_bits];
            self.states[2] = usize::from((*far).next) + low_bits::<BMI2>(word, a);
            self.states[1] = usize::from((*length).next) + low_bits::<BMI2>(word.wrapping_shr(u32::from(a)), b);
            let ab = u32::from(a) + u32::from(b);
            self.states[0] = usize::from((*literal).next) + low_bits::<BMI2>(word.wrapping_shr(ab), c);
            let values = word.wrapping_shr(ab + u32::from(c));
            let literals = (*literal).base as usize + low_bits::<BMI2>(values, (*literal).bits);
            let values = values.wrapping_shr(u32::from((*literal).bits));
            let len = (*length).base as usize + low_bits::<BMI2>(values, (*length).bits);
            let values = values.wrapping_shr(u32::from((*length).bits));
            let value = (*far).base as usize + low_bits::<BMI2>(values, (*far).bits);
            self.copy(literals, len, value)
        }
    }

    /// As [`Lane::turn`], where the fields do not come from one word.
    #[cold]
    unsafe fn turn_by_fields(&mut self) -> bool {
        // SAFETY: see there. A word is read for each field.
        unsafe {
            let entries = self.entries();
            let [literals, len, value] = self.fields(entries);
            for (field, entry) in entries.into_iter().enumerate() {
                self.states[field] = usize::from((*entry).next) + self.take((*entry).next_bits);
            }
            self.copy(literals, len, value)
        }
    }

    /// Reads the values of a sequence one by one: literals, length, and what tells the offset.
    unsafe fn fields(&mut self, [literal, length, far]: [*const Entry; 3]) -> [usize; 3] {
        // SAFETY: asked for by the caller.
        unsafe {
            let value = (*far).base as usize + self.take((*far).bits);
            let len = (*length).base as usize + self.take((*length).bits);
            [(*literal).base as usize + self.take((*literal).bits), len, value]
        }
    }

    /// Decodes all sequences, and copies the literals behind the last one. Returns the bytes of output then, or `None` if the
    /// block is broken.
    ///
    /// # Safety
    /// What the lane was begun with must still be borrowed.
    unsafe fn run(&mut self, plain: bool) -> Option<usize> {
        // SAFETY: asked for by the contract; the last sequence has no next states. The literals that are left, and the output,
        // lie in their slices.
        unsafe {
            if !self.turns(plain) || self.next < self.low {
                return None;
            }
            let [literals, len, value] = self.fields(self.entries());
            if !self.copy(literals, len, value) || self.next != self.low || self.read != 0 {
                return None;
            }
            let rest = self.literals_end.offset_from_unsigned(self.literals);
            if rest > self.end.offset_from_unsigned(self.out) {
                return None;
            }
            core::ptr::copy_nonoverlapping(self.literals, self.out, rest);
            Some(self.out.offset_from_unsigned(self.start) + rest)
        }
    }

    /// Decodes all sequences but the last; false if one is broken.
    unsafe fn turns(&mut self, plain: bool) -> bool {
        #[cfg(target_arch = "x86_64")]
        if !plain && std::arch::is_x86_feature_detected!("bmi2") {
            // SAFETY: the machine has BMI2.
            return unsafe { self.turns_bmi2() };
        }
        // SAFETY: asked for by the caller.
        unsafe { self.turns_any::<false>() }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi2")]
    unsafe fn turns_bmi2(&mut self) -> bool {
        // SAFETY: asked for by the caller.
        unsafe { self.turns_any::<true>() }
    }

    #[inline(always)]
    unsafe fn turns_any<const BMI2: bool>(&mut self) -> bool {
        // A copy, which can be in registers.
        let mut lane = *self;
        let mut is_sound = true;
        while is_sound && lane.left > 1 {
            // SAFETY: asked for by the caller.
            is_sound = unsafe { lane.turn::<BMI2>() };
            lane.left -= 1;
        }
        *self = lane;
        is_sound
    }

    /// Copies literals and a match, whose offset `value` tells; false if they are not there, or have no room.
    #[inline(always)]
    unsafe fn copy(&mut self, literals: usize, len: usize, value: usize) -> bool {
        let offset;
        if value > 3 {
            offset = value - 3;
            self.offsets = self.offsets << 32 | self.offset as u64;
        } else {
            let [first, second, third] = self.offsets();
            // Without literals, the last offset is not meant again.
            match value + usize::from(literals == 0) {
                1 => offset = first,
                2 => {
                    offset = second;
                    self.offsets = pair(first, third);
                }
                3 => {
                    offset = third;
                    self.offsets = pair(first, second);
                }
                _ if first > 1 => {
                    offset = first - 1;
                    self.offsets = pair(first, second);
                }
                _ => return false,
            }
        }
        self.offset = offset;
        // SAFETY: compared before anything is copied. `offset` is not 0.
        unsafe {
            let (bytes, out) = (self.literals, self.out);
            let to = out.wrapping_add(literals);
            let from = to.wrapping_sub(offset);
            self.literals = bytes.wrapping_add(literals);
            self.out = to.wrapping_add(len);
            // No sum wraps: lengths have 17 bits, and an offset leads to before the start, if not to within.
            if self.literals > self.literals_end || offset > to.addr() - self.start.addr() {
                return false;
            }
            if self.out > self.end.wrapping_sub(BEYOND) {
                if self.out > self.end {
                    return false;
                }
                copy_exactly(bytes, out, literals, len, offset);
                return true;
            }
            pieces(bytes, out, literals);
            if offset >= 16 {
                pieces(from, to, len);
            } else {
                repeat(from, to, len, offset);
            }
        }
        true
    }
}

/// Two offsets, the second above the first.
const fn pair(first: usize, second: usize) -> u64 {
    first as u64 & 0xffff_ffff | (second as u64) << 32
}

/// Copies literals and a match near the end of the output.
#[cold]
#[inline(never)]
unsafe fn copy_exactly(from: *const u8, to: *mut u8, literals: usize, len: usize, offset: usize) {
    // SAFETY: asked for by the caller: there are so many literals, as much room, and `offset` bytes before the match.
    unsafe {
        core::ptr::copy_nonoverlapping(from, to, literals);
        let to = to.add(literals);
        for at in 0..len {
            to.add(at).write(to.add(at).sub(offset).read());
        }
    }
}

/// Copies `len` bytes in pieces of 16, which may run past the end by 31 bytes.
#[inline(always)]
unsafe fn pieces(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: asked for by the caller. Pieces are no longer than what lies between both places.
    unsafe {
        piece(from, to);
        if len > 16 {
            piece(from.add(16), to.add(16));
            let mut done = 32;
            while done < len {
                piece(from.add(done), to.add(done));
                piece(from.add(done + 16), to.add(done + 16));
                done += 32;
            }
        }
    }
}

#[inline(always)]
unsafe fn piece(from: *const u8, to: *mut u8) {
    // SAFETY: asked for by the caller.
    unsafe { to.cast::<[u8; 16]>().write(from.cast::<[u8; 16]>().read()) };
}

/// Copies a match that begins less than 16 bytes before; may run past the end by 8 bytes.
#[inline(always)]
unsafe fn repeat(from: *const u8, to: *mut u8, len: usize, offset: usize) {
    // SAFETY: asked for by the caller. A word holds the pattern once, and each copy makes it longer.
    unsafe {
        if offset == 1 {
            core::ptr::write_bytes(to, from.read(), len);
            return;
        }
        let step = offset.min(8);
        let mut done = 0;
        while done < len {
            to.add(done).cast::<[u8; 8]>().write(from.add(done).cast::<[u8; 8]>().read());
            done += step;
        }
    }
}

/// Bits of literals, from the end of their stream: the next one is the highest. Below the last one stands a mark, which
/// tells how many were read.
#[derive(Clone, Copy)]
struct Bits {
    bits: u64,
    /// The word that they were taken from.
    next: *const u8,
    /// Where that is in the end.
    low: *const u8,
}

impl Bits {
    /// `None` if the stream lacks its mark, or what must be before it.
    fn begin(src: &[u8], (at, end): (usize, usize)) -> Option<Self> {
        let last = *src.get(..end)?.get(at..)?.last()?;
        if at < BEFORE || last == 0 {
            return None;
        }
        // SAFETY: `BEFORE` bytes come before `at`.
        unsafe {
            let (next, low) = (src.as_ptr().add(end - 8), src.as_ptr().add(at - 8));
            let mut bits = Self { bits: 1 << (last.leading_zeros() + 1), next, low };
            bits.refill();
            Some(bits)
        }
    }

    /// Takes in bits, until there are 56 and more.
    #[inline(always)]
    unsafe fn refill(&mut self) {
        let read = self.bits.trailing_zeros();
        // SAFETY: asked for by the caller: `next` is not before `low`. It moves back by 7 bytes at most.
        unsafe {
            self.next = self.next.sub((read >> 3) as usize);
            self.bits = (u64::from_le_bytes(self.next.cast::<[u8; 8]>().read()) | 1).wrapping_shl(read & 7);
        }
    }

    /// How often bits can be taken in before `next` comes before `low`.
    fn refills(&self) -> usize {
        self.next.addr().saturating_sub(self.low.addr()) / 7
    }

    /// True if all bits were read, and no more.
    fn is_at_end(&self) -> bool {
        self.next == self.low && self.bits & 1 == 1
    }
}

/// Decodes literals of one stream, or four, whose bits are at these places of `src`, to all of `dst`.
pub(crate) fn literals(
    table: &Huffman,
    src: &[u8],
    streams: &[(usize, usize)],
    dst: &mut [u8],
    plain: bool,
) -> Option<()> {
    let part = dst.len().div_ceil(streams.len()).max(1);
    let mut parts = dst.chunks_mut(part);
    let &[a, b, c, d] = streams else {
        return rest(table, &mut Bits::begin(src, *streams.first()?)?, parts.next()?);
    };
    let mut outs = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let mut lanes = [Bits::begin(src, a)?, Bits::begin(src, b)?, Bits::begin(src, c)?, Bits::begin(src, d)?];
    let done = four(table, &mut lanes, &mut outs, plain);
    lanes.iter_mut().zip(outs).try_for_each(|(bits, out)| rest(table, bits, out.get_mut(done..)?))
}

/// Decodes as much of four streams as can be without a look at their ends; returns the symbols of each.
fn four(table: &Huffman, lanes: &mut [Bits; 4], outs: &mut [&mut [u8]; 4], plain: bool) -> usize {
    #[cfg(target_arch = "x86_64")]
    if !plain && std::arch::is_x86_feature_detected!("bmi1") && std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the machine has both.
        return unsafe { four_bmi2(table, lanes, outs) };
    }
    four_any(table, lanes, outs)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi1,bmi2")]
fn four_bmi2(table: &Huffman, lanes: &mut [Bits; 4], outs: &mut [&mut [u8]; 4]) -> usize {
    four_any(table, lanes, outs)
}

#[inline(always)]
fn four_any(table: &Huffman, lanes: &mut [Bits; 4], outs: &mut [&mut [u8]; 4]) -> usize {
    /// Symbols between two refills: they have 11 bits at most.
    const SYMBOLS: usize = 5;
    let len = outs.iter().map(|out| out.len()).min().unwrap_or(0);
    let [mut a, mut b, mut c, mut d] = *lanes;
    let [mut to_a, mut to_b, mut to_c, mut to_d] = outs.each_mut().map(|out| out.as_mut_ptr());
    let (shift, entries) = (64 - table.log(), table.entries().as_ptr());
    let mut done = 0;
    loop {
        let refills = a.refills().min(b.refills()).min(c.refills()).min(d.refills());
        let steps = refills.min((len - done) / SYMBOLS);
        if steps == 0 {
            break;
        }
        for _ in 0..steps {
            // SAFETY: 56 bits hold `SYMBOLS`; an index has as many bits as the table; `next` does not come before `low` in so
            // many steps, and there is room for as many symbols.
            unsafe {
                macro_rules! symbol {
                    ($lane:ident $to:ident $at:literal) => {
                        let entry = entries.add($lane.bits.wrapping_shr(shift) as usize).read();
                        $lane.bits = $lane.bits.wrapping_shl(u32::from(entry));
                        $to.add($at).write((entry >> 8) as u8);
                    };
                }
                macro_rules! symbols {
                    ($($at:literal)*) => {$(
                        symbol!(a to_a $at);
                        symbol!(b to_b $at);
                        symbol!(c to_c $at);
                        symbol!(d to_d $at);
                    )*};
                }
                symbols!(0 1 2 3 4);
                a.refill();
                b.refill();
                c.refill();
                d.refill();
                to_a = to_a.add(SYMBOLS);
                to_b = to_b.add(SYMBOLS);
                to_c = to_c.add(SYMBOLS);
                to_d = to_d.add(SYMBOLS);
            }
        }
        done += SYMBOLS * steps;
    }
    *lanes = [a, b, c, d];
    done
}

/// Decodes what is left of a stream, all of which must be read then.
fn rest(table: &Huffman, bits: &mut Bits, dst: &mut [u8]) -> Option<()> {
    for to in dst {
        if bits.next < bits.low {
            return None;
        }
        let entry = *table.entries().get(bits.bits.wrapping_shr(64 - table.log()) as usize)?;
        bits.bits = bits.bits.wrapping_shl(u32::from(entry));
        *to = (entry >> 8) as u8;
        // SAFETY: `next` is not before `low`.
        unsafe { bits.refill() };
    }
    bits.is_at_end().then_some(())
}
