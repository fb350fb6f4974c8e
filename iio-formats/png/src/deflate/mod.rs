//! A small deflate encoder for the strategies that libdeflate has not: no matches, runs only, fixed codes, and long
//! matches only. Each takes one look at the data, so all are fast; the level has no say.

mod huffman;
mod token;

use iio_codec::{Blame, Context, Result};

use crate::INFO;
use crate::options::Strategy;
use huffman::{Codes, END_OF_BLOCK};
use token::Tokens;

/// Bytes that one block codes: few enough for the codes to follow the rows, enough to pay for their description.
const BLOCK: usize = STORED_MAX;

/// Appends `src` as a deflate stream. Not for [`Strategy::Default`], which it takes for `Filtered`.
pub(crate) fn deflate_append(src: &[u8], strategy: Strategy, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
    let mut tokens = Tokens::new(strategy)?;
    let mut writer = BitWriter { dst, acc: 0, n: 0 };
    let mut from = 0;
    loop {
        cx.check_cancel(&INFO)?;
        let to = src.len().min(from + BLOCK);
        tokens.take(src, from..to);
        write_block(&mut writer, src.get(from..to).unwrap_or(&[]), &tokens, to == src.len())?;
        from = to;
        if from == src.len() {
            break;
        }
    }
    writer.align()
}

/// Writes a block in the form that takes the fewest bits, or with fixed codes where the strategy asks for them.
fn write_block(writer: &mut BitWriter<'_>, bytes: &[u8], tokens: &Tokens, last: bool) -> Result<()> {
    let fixed = Codes::fixed();
    let extra = tokens.extra_bits();
    let fixed_bits = 3 + extra + fixed.cost(tokens);
    let mut dynamic = None;
    if tokens.strategy != Strategy::Fixed {
        let codes = Codes::of(tokens);
        let bits = 3 + extra + codes.cost(tokens) + codes.description_bits();
        dynamic = (bits < fixed_bits).then_some((codes, bits));
    }
    let (codes, bits, kind) = match &dynamic {
        Some((codes, bits)) => (codes, *bits, 2),
        None => (&fixed, fixed_bits, 1),
    };
    let stored_bits = (bytes.len() as u64 + 5 * (bytes.len() / STORED_MAX + 1) as u64) * 8 + 8;
    if stored_bits < bits && tokens.strategy != Strategy::Fixed {
        return write_stored(writer, bytes, last);
    }
    writer.reserve(bits)?;
    let mut out = writer.open(bits);
    out.put(u64::from(last) | kind << 1, 3);
    if kind == 2 {
        codes.describe(&mut out);
    }
    if tokens.strategy == Strategy::HuffmanOnly {
        out.literals(bytes, &codes.literal);
    } else {
        tokens.list.iter().for_each(|token| token.put(&mut out, codes));
    }
    let end = codes.literal[END_OF_BLOCK];
    out.put(end.bits(), end.len());
    out.flush();
    let (at, acc, n) = (out.at, out.acc, out.n);
    writer.close(at, acc, n);
    Ok(())
}

const STORED_MAX: usize = 0xffff;

fn write_stored(writer: &mut BitWriter<'_>, bytes: &[u8], last: bool) -> Result<()> {
    let mut rest = bytes;
    loop {
        let (piece, tail) = rest.split_at(rest.len().min(STORED_MAX));
        rest = tail;
        writer.reserve(64 + 8 * piece.len() as u64)?;
        let mut out = writer.open(64);
        out.put(u64::from(last && rest.is_empty()), 3);
        // To the next byte.
        out.put(0, (8 - out.n % 8) % 8);
        let len = piece.len() as u64;
        out.put(len | (!len & 0xffff) << 16, 32);
        out.flush();
        let (at, acc, n) = (out.at, out.acc, out.n);
        writer.close(at, acc, n);
        writer.dst.extend_from_slice(piece);
        if rest.is_empty() {
            return Ok(());
        }
    }
}

/// The end of the destination and the bits that do not fill a byte yet.
struct BitWriter<'a> {
    dst: &'a mut Vec<u8>,
    acc: u64,
    n: u32,
}

/// Bytes that [`Bits::flush`] may touch behind those it completes.
const SLACK: usize = 16;

impl BitWriter<'_> {
    fn reserve(&mut self, bits: u64) -> Result<()> {
        let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX).saturating_add(SLACK);
        self.dst.try_reserve(bytes).map_err(|error| INFO.out_of_memory(bytes).with_source(error))
    }

    /// Opens room for `bits` more bits, for which memory is reserved.
    fn open(&mut self, bits: u64) -> Bits<'_> {
        let start = self.dst.len();
        self.dst.resize(start + usize::try_from(bits / 8).unwrap_or(0) + SLACK, 0);
        Bits { acc: self.acc, n: self.n, at: start, out: self.dst }
    }

    fn close(&mut self, at: usize, acc: u64, n: u32) {
        self.dst.truncate(at);
        (self.acc, self.n) = (acc, n);
    }

    /// Fills up the last byte.
    fn align(self) -> Result<()> {
        if self.n > 0 {
            self.dst.try_reserve(1).map_err(|error| INFO.out_of_memory(1).with_source(error))?;
            self.dst.push((self.acc & 0xff) as u8);
        }
        Ok(())
    }
}

/// Room for bits: the least significant first. At most 57 bits go in between two flushes.
struct Bits<'a> {
    out: &'a mut [u8],
    at: usize,
    acc: u64,
    n: u32,
}

impl Bits<'_> {
    #[inline(always)]
    fn put(&mut self, bits: u64, len: u32) {
        self.acc |= bits << self.n;
        self.n += len;
    }

    /// Moves whole bytes out: at most 7 bits stay.
    #[inline(always)]
    fn flush(&mut self) {
        if let Some(to) = self.out.get_mut(self.at..self.at + 8) {
            to.copy_from_slice(&self.acc.to_le_bytes());
        }
        let bytes = self.n / 8;
        self.at += bytes as usize;
        // A shift by 64 would overflow; after 63 bits at most 7 bytes go.
        self.acc >>= bytes * 8;
        self.n %= 8;
    }

    fn literals(&mut self, bytes: &[u8], codes: &[huffman::Code; huffman::N_LITERAL]) {
        let (fours, rest) = bytes.as_chunks::<4>();
        for four in fours {
            // Four codes of at most 14 bits and 7 bits from before.
            for &byte in four {
                let code = codes[usize::from(byte)];
                self.put(code.bits(), code.len());
            }
            self.flush();
        }
        for &byte in rest {
            let code = codes[usize::from(byte)];
            self.put(code.bits(), code.len());
            self.flush();
        }
    }
}
