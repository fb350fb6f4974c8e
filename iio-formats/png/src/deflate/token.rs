//! What a block is made of: literals and matches, and how often each symbol occurs.

use core::ops::Range;

use iio_codec::{Result, zeroed_vec};

use super::Bits;
use super::huffman::{Codes, END_OF_BLOCK, N_DISTANCE, N_LITERAL};
use crate::options::Strategy;

const MIN_RUN: usize = 3;
/// zlib's `Z_FILTERED` drops matches of up to 5 bytes: filtered rows have many by chance.
const MIN_FILTERED: usize = 6;
/// Against the long codes for literals of the fixed code, short matches pay.
const MIN_FIXED: usize = 4;
const MAX_MATCH: usize = 258;
const MAX_DISTANCE: usize = 1 << 15;
const HASH_BITS: u32 = 15;

/// A literal, or a match with its length less 3 and its distance less 1.
#[derive(Clone, Copy)]
pub(super) struct Token(u32);

const MATCH: u32 = 1 << 31;

impl Token {
    #[expect(clippy::cast_possible_truncation, reason = "at most 255 and 32767")]
    const fn of_match(len: usize, distance: usize) -> Self {
        Self(MATCH | ((len - 3) as u32) << 16 | (distance - 1) as u32)
    }

    #[inline(always)]
    pub(super) fn put(self, out: &mut Bits<'_>, codes: &Codes) {
        if self.0 & MATCH == 0 {
            let code = codes.literal[self.0 as usize & 0xff];
            out.put(code.bits(), code.len());
        } else {
            let length = length_symbol(self.0 >> 16 & 0xff);
            let distance = distance_symbol(self.0 & 0x7fff);
            for (code, part) in [(codes.literal[length.symbol], length), (codes.distance[distance.symbol], distance)] {
                out.put(code.bits(), code.len());
                out.put(u64::from(part.extra), part.extra_len);
            }
        }
        out.flush();
    }
}

#[derive(Clone, Copy)]
struct Part {
    symbol: usize,
    extra: u32,
    extra_len: u32,
}

/// Symbol of a length less 3 (RFC 1951, 3.2.5).
fn length_symbol(len: u32) -> Part {
    match len {
        0..8 => Part { symbol: 257 + len as usize, extra: 0, extra_len: 0 },
        255 => Part { symbol: 285, extra: 0, extra_len: 0 },
        _ => {
            let extra_len = len.ilog2() - 2;
            let symbol = 257 + 4 * (extra_len + 1) + (len >> extra_len & 3);
            Part { symbol: symbol as usize, extra: len & ((1 << extra_len) - 1), extra_len }
        }
    }
}

/// Symbol of a distance less 1.
fn distance_symbol(distance: u32) -> Part {
    if distance < 4 {
        return Part { symbol: distance as usize, extra: 0, extra_len: 0 };
    }
    let extra_len = distance.ilog2() - 1;
    let symbol = 2 * (extra_len + 1) + (distance >> extra_len & 1);
    Part { symbol: symbol as usize, extra: distance & ((1 << extra_len) - 1), extra_len }
}

/// The tokens of one block, and the state of the search that goes on from block to block.
pub(super) struct Tokens {
    pub(super) strategy: Strategy,
    /// Empty for `HuffmanOnly`, whose literals are the bytes themselves.
    pub(super) list: Vec<Token>,
    pub(super) literal: [u32; N_LITERAL],
    pub(super) distance: [u32; N_DISTANCE],
    /// Where the bytes of a hash stood last, plus 1, in native bytes of u32: 0 is nowhere.
    last: Vec<[u8; 4]>,
}

impl Tokens {
    pub(super) fn new(strategy: Strategy) -> Result<Self> {
        let searches = !matches!(strategy, Strategy::HuffmanOnly | Strategy::Rle);
        let memory = zeroed_vec(if searches { 4 << HASH_BITS } else { 0 })?;
        let last = memory.as_chunks::<4>().0.to_vec();
        Ok(Self { strategy, list: Vec::new(), literal: [0; N_LITERAL], distance: [0; N_DISTANCE], last })
    }

    /// Takes the tokens of a part of `src`. Matches reach back before it, never beyond it.
    pub(super) fn take(&mut self, src: &[u8], part: Range<usize>) {
        self.list.clear();
        self.literal = [0; N_LITERAL];
        self.distance = [0; N_DISTANCE];
        self.literal[END_OF_BLOCK] = 1;
        match self.strategy {
            Strategy::HuffmanOnly => self.count(src.get(part).unwrap_or(&[])),
            Strategy::Rle => self.take_runs(src, part),
            _ => self.take_matches(src, part),
        }
    }

    /// Counts literals, in four tables so that equal neighbours do not wait for each other.
    fn count(&mut self, bytes: &[u8]) {
        let mut counts = [[0u32; 256]; 4];
        let (fours, rest) = bytes.as_chunks::<4>();
        for four in fours {
            for (counts, &byte) in counts.iter_mut().zip(four) {
                counts[usize::from(byte)] += 1;
            }
        }
        for &byte in rest {
            counts[0][usize::from(byte)] += 1;
        }
        for counts in &counts {
            self.literal.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
    }

    fn push_literal(&mut self, byte: u8) {
        self.literal[usize::from(byte)] += 1;
        self.list.push(Token(u32::from(byte)));
    }

    fn push_match(&mut self, len: usize, distance: usize) {
        let token = Token::of_match(len, distance);
        self.literal[length_symbol(token.0 >> 16 & 0xff).symbol] += 1;
        self.distance[distance_symbol(token.0 & 0x7fff).symbol] += 1;
        self.list.push(token);
    }

    fn take_runs(&mut self, src: &[u8], part: Range<usize>) {
        let mut at = part.start;
        let mut before = at.checked_sub(1).and_then(|at| src.get(at)).copied();
        while let Some(&byte) = src.get(at).filter(|_| at < part.end) {
            if before == Some(byte) {
                let len = same_len(src, at - 1, at, MAX_MATCH.min(part.end - at));
                if len >= MIN_RUN {
                    self.push_match(len, 1);
                    at += len;
                    continue;
                }
            }
            self.push_literal(byte);
            before = Some(byte);
            at += 1;
        }
    }

    fn take_matches(&mut self, src: &[u8], part: Range<usize>) {
        let least = if self.strategy == Strategy::Fixed { MIN_FIXED } else { MIN_FILTERED };
        let mut at = part.start;
        while let Some(&byte) = src.get(at).filter(|_| at < part.end) {
            if let Some(from) = self.candidate(src, at, least) {
                let len = same_len(src, from, at, MAX_MATCH.min(part.end - at));
                if len >= least {
                    self.push_match(len, at - from);
                    // The end of a match is where the next one is likely to begin.
                    for inner in at + len - 2..at + len {
                        self.candidate(src, inner, least);
                    }
                    at += len;
                    continue;
                }
            }
            self.push_literal(byte);
            at += 1;
        }
    }

    /// Notes the bytes at `at`, and tells where their like stood last.
    fn candidate(&mut self, src: &[u8], at: usize, least: usize) -> Option<usize> {
        let bytes = src.get(at..at + 8)?.first_chunk::<8>()?;
        // Only the bytes that a match has at least: the others are shifted out.
        let hash =
            (u64::from_le_bytes(*bytes) << (64 - 8 * least)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HASH_BITS);
        let slot = self.last.get_mut(usize::try_from(hash).ok()?)?;
        let now = u32::try_from(at + 1).ok()?;
        let before = u32::from_ne_bytes(core::mem::replace(slot, now.to_ne_bytes()));
        let from = usize::try_from(before.checked_sub(1)?).ok()?;
        (at - from <= MAX_DISTANCE).then_some(from)
    }

    /// Bits that stand beside the codes.
    pub(super) fn extra_bits(&self) -> u64 {
        let lengths = self.literal.iter().zip(0u32..).skip(257).map(|(&n, symbol)| {
            let extra = if (265..285).contains(&symbol) { (symbol - 261) / 4 } else { 0 };
            u64::from(n) * u64::from(extra)
        });
        let distances = self
            .distance
            .iter()
            .zip(0u32..)
            .map(|(&n, symbol)| u64::from(n) * u64::from((symbol / 2).saturating_sub(1)));
        lengths.chain(distances).sum()
    }
}

/// Bytes that are the same from `a` and `b` on, at most `max`.
fn same_len(src: &[u8], a: usize, b: usize, max: usize) -> usize {
    let (a, b) = (src.get(a..).unwrap_or(&[]), src.get(b..).unwrap_or(&[]));
    let mut len = 0;
    for (x, y) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let differ = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differ != 0 {
            return (len + differ.trailing_zeros() as usize / 8).min(max);
        }
        len += 8;
        if len >= max {
            return max;
        }
    }
    let same = a.iter().zip(b).skip(len).take_while(|(x, y)| x == y).count();
    (len + same).min(max)
}
