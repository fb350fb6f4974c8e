//! Huffman codes of sequential streams.
//!
//! The bytes that stand for `FF` and the restart markers are taken out before, so that eight bytes can be read at once, and
//! the reader never asks how many bits there are: it may run on into zeros or the next segment, and whether it did is asked
//! behind each segment.

use crate::header::{find_ff, marker};

/// Bits of codes that are looked up at once.
const QUICK: u32 = 10;

/// A table of codes, by the first bits of what comes.
pub(crate) struct Table {
    /// `run << 16 | size << 11 | n_bits of the code << 6 | n_bits of code and coefficient`; 0 for longer codes, and none.
    quick: Box<[u32; 1 << QUICK]>,
    /// Of longer codes: what 16 bits must lie below, left-aligned, to have a code of so many bits, and the place of its
    /// symbol.
    limits: [(u32, i32); 17],
    symbols: [u8; 256],
}

/// Bits of a code of 16 and a coefficient of 10 (F.1.2.2), the most that there are.
const LONGEST: u32 = 26;
/// Codes that are read before bits are. Each would wait for the place from which to read, which comes of the one before;
/// most often so many codes are within the bits that are there.
const CODES_AT_ONCE: usize = 4;

/// The run that ends a block.
const END: u32 = 128;

impl Table {
    /// A table of counts of codes by length, and their symbols (annex C), for `ac` or DC coefficients.
    pub(crate) fn new(counts: &[u8; 16], symbols: &[u8], ac: bool) -> Option<Self> {
        let mut table = Self { quick: Box::new([0; 1 << QUICK]), limits: [(0, 0); 17], symbols: [0; 256] };
        table.symbols.get_mut(..symbols.len())?.copy_from_slice(symbols);
        let (mut code, mut place) = (0_u32, 0_u32);
        for (&count, n_bits) in counts.iter().zip(1_u32..) {
            let first = place.cast_signed() - code.cast_signed();
            for _ in 0..count {
                if n_bits <= QUICK {
                    let start = (code << (QUICK - n_bits)) as usize;
                    let symbol = *symbols.get(place as usize)?;
                    let slots = table.quick.get_mut(start..start + (1 << (QUICK - n_bits)))?;
                    slots.fill(entry(symbol, n_bits, ac)?);
                }
                code += 1;
                place += 1;
            }
            table.limits[n_bits as usize] = (code << (16 - n_bits), first);
            code <<= 1;
        }
        Some(table)
    }

    /// The entry of a code that is not in the table.
    #[cold]
    fn long(&self, bits: u64, ac: bool) -> Option<u32> {
        let next = (bits >> 48) as u32;
        let n_bits = (QUICK + 1..=16).find(|&n| next < self.limits[n as usize].0)?;
        let place = (next >> (16 - n_bits)).cast_signed() + self.limits[n_bits as usize].1;
        entry(*self.symbols.get(usize::try_from(place).ok()?)?, n_bits, ac)
    }
}

fn entry(symbol: u8, n_bits: u32, ac: bool) -> Option<u32> {
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    if if ac { size > 10 } else { symbol > 11 } {
        return None;
    }
    // Only 16 zeros are nothing but a run.
    let run = if ac && size == 0 && run < 15 { END } else { run };
    Some(run << 16 | size << 11 | n_bits << 6 | (n_bits + size))
}

/// Coded data without what is not code, in segments between restart markers.
#[derive(Debug, Default)]
pub(crate) struct Data {
    bytes: Vec<u8>,
    /// Where each segment ends.
    ends: Vec<usize>,
}

impl Data {
    /// Takes the coded data at the start of `src`. False if it does not end with EOI, if restart markers are not in order,
    /// or there is no memory.
    pub(crate) fn fill(&mut self, src: &[u8]) -> bool {
        self.bytes.clear();
        self.ends.clear();
        if self.bytes.try_reserve(src.len()).is_err() {
            return false;
        }
        let mut rest = src;
        while let Some(at) = find_ff(rest, 0) {
            let (before, after) = rest.split_at(at);
            self.bytes.extend_from_slice(before);
            let Some(&code) = after.get(1) else { return false };
            match code {
                0 => self.bytes.push(0xff),
                marker::EOI => {
                    self.ends.push(self.bytes.len());
                    return true;
                }
                _ if usize::from(code) == usize::from(marker::RST0) + self.ends.len() % 8 => {
                    self.ends.push(self.bytes.len());
                }
                _ => return false,
            }
            rest = after.get(2..).unwrap_or(&[]);
        }
        false
    }

    pub(crate) fn n_segments(&self) -> usize {
        self.ends.len()
    }

    /// A reader of segment `index`.
    pub(crate) fn reader(&self, index: usize) -> Option<Reader<'_>> {
        let end = *self.ends.get(index)?;
        let at = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        Some(Reader { bytes: &self.bytes, at: *at, end, bits: 0, n: 0 })
    }
}

/// Where bits are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    /// The next bits, from the highest on, of which `n` count. Those below are right, too.
    bits: u64,
    n: u32,
}

impl Reader<'_> {
    /// True if the segment was read to its last byte, and not beyond.
    pub(crate) fn is_at_end(&self) -> bool {
        let read = 8 * self.at - self.n as usize;
        !self.is_beyond() && read + 8 > 8 * self.end
    }

    /// True if bits were read that the segment does not have.
    pub(crate) fn is_beyond(&self) -> bool {
        8 * self.at - self.n as usize > 8 * self.end
    }

    /// Sees to 56 bits.
    #[inline(always)]
    fn refill(&mut self) {
        let next = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()).copied();
        let next = next.unwrap_or_else(|| last(self.bytes, self.at));
        self.bits |= u64::from_be_bytes(next) >> self.n;
        self.at += ((63 - self.n) >> 3) as usize;
        self.n |= 56;
    }

    /// Reads a code and its bits: the run, and the coefficient.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "at most 15 bits are kept")]
    fn next(&mut self, table: &Table, ac: bool) -> Option<(usize, i32)> {
        let mut entry = table.quick[(self.bits >> (64 - QUICK)) as usize];
        if entry == 0 {
            entry = table.long(self.bits, ac)?;
        }
        let size = entry >> 11 & 31;
        let tail = self.bits << (entry >> 6 & 31);
        // A first bit of 0 is that of a negative one (F.2.2.1).
        let negative = !(tail.cast_signed() >> 63) as i32;
        let value = ((tail >> 1) >> (63 - size)) as i32 + (negative & (1 - (1 << size)));
        self.bits <<= entry & 63;
        self.n = self.n.wrapping_sub(entry & 63);
        Some(((entry >> 16) as usize, value))
    }

    /// Reads a block into zeros, at the places of `order`. `None` for what is no block.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "15 bits at most")]
    pub(crate) fn block(
        &mut self,
        [dc, ac]: [&Table; 2],
        last: &mut i16,
        order: &[u8; 64],
        to: &mut [i16; 64],
    ) -> Option<()> {
        self.refill();
        *last = last.checked_add(self.next(dc, false)?.1 as i16)?;
        to[0] = *last;
        let mut k = 1;
        while k < 64 {
            for _ in 0..CODES_AT_ONCE {
                if self.n < LONGEST {
                    break;
                }
                let (run, value) = self.next(ac, true)?;
                k += run;
                if k > 63 {
                    // An end, or a run too far.
                    return (k > END as usize).then_some(());
                }
                to[usize::from(order[k] & 63)] = value as i16;
                k += 1;
                if k > 63 {
                    return Some(());
                }
            }
            self.refill();
        }
        Some(())
    }
}

/// The last bytes, and zeros. By value, so that a reader stays in registers.
#[cold]
fn last(bytes: &[u8], at: usize) -> [u8; 8] {
    let rest = bytes.get(at..).unwrap_or(&[]);
    std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0))
}
