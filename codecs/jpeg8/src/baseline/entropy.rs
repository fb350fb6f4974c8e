//! The Huffman coder.
//!
//! Coefficients that are not zero are found by the bits of a mask, and a code with its bits is one entry of a table. Two of
//! them are put into the accumulator, then eight bytes are stored whether or not they are full, and as many kept as are:
//! nothing that depends on the image is asked, but where a block ends, and once per block whether it has long runs of
//! zeros. The bytes go to a buffer; what moves them on puts in the zero behind `FF`.

use iio_codec::{Blame, Result};

use super::block::Block;
use super::table::{CODES, Codes};
use crate::INFO;
use crate::header::find_ff;

/// Bytes that are kept back, a power of two.
const SIZE: usize = 1 << 13;
/// More than a block can take: 22 bits and 63 times 26.
const BLOCK: usize = 256;

/// The stream of bits.
pub(crate) struct Bits<'a> {
    buffer: Box<[u8; SIZE + 8]>,
    state: State,
    to: &'a mut Vec<u8>,
}

/// What is held in registers.
#[derive(Clone, Copy, Default)]
struct State {
    /// The last bits, lowest last. Above them is what was stored before.
    bits: u64,
    /// How many of them are not stored.
    n: u32,
    /// Where they will be stored.
    at: usize,
}

impl Codes {
    /// The entry of coefficient `k` behind `run` zeros.
    #[inline(always)]
    fn entry(&self, block: &Block, run: u32, k: u32) -> u32 {
        let symbol = run << 5 | u32::from(block.symbols[k as usize]);
        self.ac[(symbol & 511) as usize]
    }
}

impl State {
    #[inline(always)]
    fn put(&mut self, entry: u32, value: i16) {
        let n = entry & 63;
        self.bits = self.bits << n | u64::from((entry >> 6).wrapping_add_signed(value.into()));
        self.n += n;
    }

    /// Stores all, and keeps the bits of a byte that is not full.
    #[inline(always)]
    fn store(&mut self, buffer: &mut [u8; SIZE + 8]) {
        let left = self.bits << (self.n.wrapping_neg() & 63);
        let at = self.at & (SIZE - 1);
        buffer[at..at + 8].copy_from_slice(&left.to_be_bytes());
        self.at += (self.n / 8) as usize;
        self.n %= 8;
    }

    /// Codes a block; returns its DC coefficient. Up to 4 bits of it are left to the next store.
    #[inline(always)]
    fn block(&mut self, block: &Block, dc: i16, codes: &Codes, buffer: &mut [u8; SIZE + 8]) -> i16 {
        let difference = block.coefficients[0].wrapping_sub(dc);
        let size = u16::BITS - difference.unsigned_abs().leading_zeros();
        let sign = u32::from(difference < 0) << 4;
        self.put(codes.dc[((sign | size) & 31) as usize], difference);
        if has_long_run(block.nonzero | 1) {
            self.sparse(block, codes, buffer);
        } else {
            self.dense(block, codes, buffer);
        }
        if block.nonzero >> 63 == 0 {
            self.put(codes.ac[Codes::END], 0);
        }
        block.coefficients[0]
    }

    /// Codes coefficients between which there are at most 15 zeros.
    #[inline(always)]
    fn dense(&mut self, block: &Block, codes: &Codes, buffer: &mut [u8; SIZE + 8]) {
        let mut rest = block.nonzero & !1;
        let n = rest.count_ones();
        // If they are odd in number, one goes with the DC coefficient: a branch on that would be guessed in vain.
        let odd = n & 1;
        let k = rest.trailing_zeros() & 63;
        rest &= rest.wrapping_sub(odd.into());
        let mut last = k * odd;
        let entry = codes.entry(block, k.wrapping_sub(1), k) & odd.wrapping_neg();
        self.put(entry, if odd == 1 { block.coefficients[k as usize] } else { 0 });
        self.store(buffer);
        let mut coefficient = |state: &mut Self| {
            let k = rest.trailing_zeros() & 63;
            rest &= rest.wrapping_sub(1);
            let run = k.wrapping_sub(last).wrapping_sub(1);
            last = k;
            state.put(codes.entry(block, run, k), block.coefficients[k as usize]);
        };
        for _ in 0..n / 2 {
            coefficient(self);
            coefficient(self);
            self.store(buffer);
        }
    }

    /// Codes coefficients between which there may be any number of zeros.
    #[inline(always)]
    fn sparse(&mut self, block: &Block, codes: &Codes, buffer: &mut [u8; SIZE + 8]) {
        self.store(buffer);
        let mut rest = block.nonzero & !1;
        let mut last = 0;
        while rest != 0 {
            let k = rest.trailing_zeros() & 63;
            rest &= rest.wrapping_sub(1);
            let mut run = k - last - 1;
            last = k;
            while run > 15 {
                self.put(codes.ac[Codes::ZEROS], 0);
                self.store(buffer);
                run -= 16;
            }
            self.put(codes.entry(block, run, k), block.coefficients[k as usize]);
            self.store(buffer);
        }
    }

    /// A block that lies outside the image: no difference, no coefficient.
    #[inline(always)]
    fn nothing(&mut self, codes: &Codes, buffer: &mut [u8; SIZE + 8]) {
        self.put(codes.dc[0], 0);
        self.put(codes.ac[Codes::END], 0);
        self.store(buffer);
    }
}

/// Whether more than 15 zeros lie between two bits.
#[inline(always)]
const fn has_long_run(mask: u64) -> bool {
    // Each bit spreads over the 15 above it.
    let mut near = mask | mask << 1;
    near |= near << 2;
    near |= near << 4;
    near |= near << 8;
    !near & (u64::MAX >> mask.leading_zeros()) != 0
}

/// What one component adds to a number of MCUs.
pub(crate) struct Part<'a> {
    pub(crate) codes: &'static Codes,
    /// The DC coefficient of the block before.
    pub(crate) dc: i16,
    /// Blocks across in an MCU.
    pub(crate) across: usize,
    /// Rows of blocks. They end where the image ends.
    pub(crate) rows: [&'a [Block]; 4],
    /// Rows of blocks in an MCU.
    pub(crate) down: usize,
}

impl Part<'_> {
    pub(crate) const NONE: Self = Self { codes: &CODES[0], dc: 0, across: 0, rows: [&[]; 4], down: 0 };
}

impl<'a> Bits<'a> {
    /// Bits that go to the end of `to`.
    pub(crate) fn new(to: &'a mut Vec<u8>) -> Self {
        Self { buffer: Box::new([0; SIZE + 8]), state: State::default(), to }
    }

    /// Codes MCUs.
    #[inline(always)]
    pub(crate) fn code(&mut self, parts: &mut [Part<'_>], mcus: std::ops::Range<usize>) -> Result<()> {
        let mut state = self.state;
        for mcu in mcus {
            for part in parts.iter_mut() {
                for row in part.rows.iter().take(part.down) {
                    for i in mcu * part.across..(mcu + 1) * part.across {
                        match row.get(i) {
                            Some(block) => part.dc = state.block(block, part.dc, part.codes, &mut self.buffer),
                            None => state.nothing(part.codes, &mut self.buffer),
                        }
                        if state.at > SIZE - BLOCK {
                            self.state = state;
                            self.drain()?;
                            state = self.state;
                        }
                    }
                }
            }
        }
        self.state = state;
        Ok(())
    }

    /// Fills the last byte with ones, moves all bytes on, and writes a marker.
    pub(crate) fn end(&mut self, code: u8) -> Result<()> {
        let n = self.state.n.wrapping_neg() % 8;
        self.state.put(((1 << n) - 1) << 6 | n, 0);
        self.state.store(&mut self.buffer);
        self.drain()?;
        self.to.extend_from_slice(&[0xff, code]);
        Ok(())
    }

    /// Moves the full bytes on.
    fn drain(&mut self) -> Result<()> {
        let mut bytes = self.buffer.get(..self.state.at).unwrap_or(&[]);
        // Should all of them be FF; and a marker.
        let most = 2 * bytes.len() + 2;
        self.to.try_reserve(most).map_err(|error| INFO.out_of_memory(most).with_source(error))?;
        while let Some(at) = find_ff(bytes, 0) {
            let (before, after) = bytes.split_at(at + 1);
            self.to.extend_from_slice(before);
            self.to.push(0);
            bytes = after;
        }
        self.to.extend_from_slice(bytes);
        self.state.at = 0;
        Ok(())
    }
}
