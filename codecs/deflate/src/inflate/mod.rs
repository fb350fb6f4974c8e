//! Our inflater (RFC 1951): whole input, output in the memory of the caller, which is the window as well. It stops where
//! the output is full and goes on when there is more room.

#![expect(clippy::cast_possible_truncation, reason = "bits that were masked, and symbols")]

mod table;

use crate::simd::{self, Path};
use table::{
    DIST, END_OF_BLOCK, LITERAL, LITLEN, MAX_DIST, MAX_LITLEN, Shape, build, code_bits, join_literals, shares, taken,
};
pub(crate) use table::{DIST_BITS, DIST_TABLE, LITLEN_TABLE, OTHER, SECOND, STOP, number, second};

/// Why a stream cannot be inflated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    BlockType,
    StoredLength,
    TooManySymbols,
    CodeLengthCode,
    Repeat,
    NoEndOfBlock,
    LitlenCode,
    DistCode,
    LitlenSymbol,
    DistSymbol,
    Distance,
    /// The input ends before the stream does.
    Truncated,
}

impl Fault {
    /// The fault in the words of RFC 1951.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::BlockType => "block type 3 is reserved",
            Self::StoredLength => "LEN and NLEN of a stored block are not complements",
            Self::TooManySymbols => "a block declares over 286 length or 30 distance symbols",
            Self::CodeLengthCode => "the code length code is over-subscribed or incomplete",
            Self::Repeat => "a code length repeat has nothing to repeat or runs past the last symbol",
            Self::NoEndOfBlock => "the literal/length code lacks the end-of-block symbol",
            Self::LitlenCode => "the literal/length code is over-subscribed or incomplete",
            Self::DistCode => "the distance code is over-subscribed or incomplete",
            Self::LitlenSymbol => "bits that are no literal/length symbol",
            Self::DistSymbol => "bits that are no distance symbol",
            Self::Distance => "a distance reaches before the start of the output",
            Self::Truncated => "stream ends inside a deflate block",
        }
    }
}

/// What comes next in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The header of a block.
    Header,
    /// So many bytes of a stored block.
    Stored(usize),
    /// Symbols of a block.
    Symbols,
    /// The rest of a match.
    Match { len: usize, dist: usize },
    /// Nothing: this was the last block.
    Done,
    /// Nothing: a fault was found while another stream was inflated too.
    Broken(Fault),
}

/// Codes of a block, as tables, which begin with a line of the cache: anywhere else, decoding takes 4 % longer (Zen 4).
#[repr(C, align(64))]
pub(crate) struct Tables {
    pub(crate) litlen: [[u8; 4]; LITLEN_TABLE],
    pub(crate) dist: [[u8; 4]; DIST_TABLE],
    /// Index bits of `litlen`: [`SMALL`] or [`LARGE`].
    pub(crate) bits: u32,
    /// Literals and matches are mixed.
    pub(crate) is_mixed: bool,
}

/// Bits of the input, the next one lowest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bits {
    /// Beyond `n` there may be some of the bytes at `at`.
    pub(crate) bits: u64,
    pub(crate) n: u32,
    /// Bytes of the input before those that are still to be taken in.
    pub(crate) at: usize,
}

impl Bits {
    /// Takes in bytes until there are 56 bits, or the input ends.
    #[inline(always)]
    fn fill(&mut self, src: &[u8]) {
        if let Some(word) = src.get(self.at..).and_then(<[u8]>::first_chunk) {
            self.bits |= u64::from_le_bytes(*word) << self.n;
            self.at += (63 - self.n as usize) / 8;
            self.n |= 56;
            return;
        }
        self.bits &= !(u64::MAX << self.n);
        while let (true, Some(&byte)) = (self.n < 56, src.get(self.at)) {
            self.bits |= u64::from(byte) << self.n;
            self.n += 8;
            self.at += 1;
        }
    }

    /// The bits behind the next `n`.
    #[inline(always)]
    fn without(self, n: u32) -> Result<Self, Fault> {
        Ok(Self { bits: self.bits >> n, n: self.n.checked_sub(n).ok_or(Fault::Truncated)?, at: self.at })
    }

    /// The next `n` bits, at most 32, as a number; [`Bits::fill`] was just called.
    #[inline(always)]
    fn take(&mut self, n: u32) -> Result<usize, Fault> {
        let value = self.bits & !(u64::MAX << n);
        *self = self.without(n)?;
        Ok(value as usize)
    }

    /// Forgets the bits up to the next byte and gives back the bytes that were not used.
    fn align(&mut self) {
        self.at -= self.n as usize / 8;
        (self.bits, self.n) = (0, 0);
    }
}

/// An inflater of one stream after the other.
pub(crate) struct Inflate {
    pub(crate) path: Path,
    pub(crate) state: State,
    last: bool,
    pub(crate) bits: Bits,
    /// Bytes of output so far.
    pub(crate) out: usize,
    pub(crate) tables: Box<Tables>,
}

/// Index bits where a block may be short, and tables must be made quickly.
pub(crate) const SMALL: u32 = 9;
/// Index bits where blocks are long.
pub(crate) const LARGE: u32 = 11;
/// Input from which on blocks are taken for long ones.
const LONG: usize = 4096;
/// Look-ups of 256 that give a literal where it cannot be foreseen whether the next one does.
const MIXED: core::ops::Range<u32> = 40..140;
/// Look-ups of 256 that must give two literals, or joining them takes more time than it saves.
const JOIN: u32 = 64;

impl Inflate {
    /// What it holds.
    pub(crate) const BYTES: usize = size_of::<Self>() + size_of::<Tables>();

    /// Makes an inflater.
    pub(crate) fn new(path: Path) -> Self {
        let tables =
            Tables { bits: SMALL, is_mixed: false, litlen: [[0; 4]; LITLEN_TABLE], dist: [[0; 4]; DIST_TABLE] };
        Self { path, state: State::Header, last: false, bits: Bits::default(), out: 0, tables: Box::new(tables) }
    }

    /// Begins a stream.
    pub(crate) fn reset(&mut self) {
        (self.state, self.last, self.bits, self.out) = (State::Header, false, Bits::default(), 0);
    }

    /// Bytes of input that belong to what was inflated.
    pub(crate) fn consumed(&self) -> usize {
        self.bits.at - self.bits.n as usize / 8
    }

    /// Bytes of output that are written.
    pub(crate) fn written(&self) -> usize {
        self.out
    }

    /// Inflates until the stream ends, which gives true, or more output comes than `dst` holds. `src` is all of the
    /// input, each time, and `dst` has all of the output, from its first byte on. What is in `dst` behind the output may
    /// be overwritten.
    pub(crate) fn run(&mut self, src: &[u8], dst: &mut [u8]) -> Result<bool, Fault> {
        loop {
            if self.state == State::Symbols {
                simd::run(self, src, dst)?;
                if self.state == State::Symbols && !self.symbols(src, dst)? {
                    return Ok(false);
                }
            } else if let Some(done) = self.step(src, dst)? {
                return Ok(done);
            }
        }
    }

    /// Does what comes next but symbols. Gives what [`Inflate::run`] gives, if there is nothing to do or no room for it.
    fn step(&mut self, src: &[u8], dst: &mut [u8]) -> Result<Option<bool>, Fault> {
        match self.state {
            State::Header => self.header(src)?,
            State::Stored(len) => {
                let from = src.get(self.bits.at..).unwrap_or(&[]);
                let room = dst.get_mut(self.out..).unwrap_or(&mut []);
                let n = len.min(from.len()).min(room.len());
                if let (Some(to), Some(from)) = (room.get_mut(..n), from.get(..n)) {
                    to.copy_from_slice(from);
                }
                self.out += n;
                self.bits.at += n;
                self.state = State::Stored(len - n);
                match len - n {
                    0 => self.end_block(),
                    _ if n == from.len() => return Err(Fault::Truncated),
                    _ => return Ok(Some(false)),
                }
            }
            State::Match { len, dist } => {
                if dist > self.out {
                    return Err(Fault::Distance);
                }
                let n = len.min(dst.len() - self.out);
                repeat(dst, self.out, n, dist);
                self.out += n;
                if n < len {
                    self.state = State::Match { len: len - n, dist };
                    return Ok(Some(false));
                }
                self.state = State::Symbols;
            }
            State::Symbols => {}
            State::Done => return Ok(Some(true)),
            State::Broken(fault) => return Err(fault),
        }
        Ok(None)
    }

    /// Inflates two streams at once, as far as that saves time: [`Inflate::run`] has to follow for each, and tells of
    /// ends and faults.
    pub(crate) fn run_both(
        (first, src, dst): (&mut Self, &[u8], &mut [u8]),
        (second, other_src, other_dst): (&mut Self, &[u8], &mut [u8]),
    ) {
        while first.path != Path::Scalar
            && first.comes_to_symbols(src, dst)
            && second.comes_to_symbols(other_src, other_dst)
        {
            simd::run_both((first, src, dst), (second, other_src, other_dst));
            if first.state == State::Symbols && second.state == State::Symbols {
                return;
            }
        }
    }

    /// Goes on to the symbols of the next block. False if there is none.
    fn comes_to_symbols(&mut self, src: &[u8], dst: &mut [u8]) -> bool {
        while matches!(self.state, State::Header | State::Stored(_)) {
            match self.step(src, dst) {
                Ok(None) => {}
                Ok(Some(_)) => return false,
                Err(fault) => self.state = State::Broken(fault),
            }
        }
        self.state == State::Symbols
    }

    pub(crate) fn end_block(&mut self) {
        self.state = if self.last { State::Done } else { State::Header };
        if self.last {
            self.bits.align();
        }
    }

    /// Decodes symbols one by one, at least one, until there is room in input and output for the loop of `simd`, a
    /// match comes, or the block ends. False if a symbol has no room.
    fn symbols(&mut self, src: &[u8], dst: &mut [u8]) -> Result<bool, Fault> {
        loop {
            self.bits.fill(src);
            let entry = lookup(&self.tables.litlen, self.bits.bits, self.tables.bits);
            if entry & OTHER == 0 {
                let after = self.bits.without(code_bits(entry))?;
                let Some(slot) = dst.get_mut(self.out) else { return Ok(false) };
                *slot = (entry >> 16) as u8;
                self.out += 1;
                self.bits = after;
                if self.path != Path::Scalar && simd::has_room(&self.bits, self.out, src, dst) {
                    return Ok(true);
                }
                continue;
            }
            if entry & STOP != 0 {
                self.bits = self.bits.without(code_bits(entry))?;
                if entry >> 16 != 0 {
                    return Err(Fault::LitlenSymbol);
                }
                self.end_block();
                return Ok(true);
            }
            let len = number(entry, self.bits.bits);
            self.bits = self.bits.without(taken(entry))?;
            let dist = self.distance(src)?;
            self.state = State::Match { len, dist };
            return Ok(true);
        }
    }

    fn distance(&mut self, src: &[u8]) -> Result<usize, Fault> {
        self.bits.fill(src);
        let entry = lookup(&self.tables.dist, self.bits.bits, DIST_BITS);
        if entry & STOP != 0 {
            self.bits.without(code_bits(entry))?;
            return Err(Fault::DistSymbol);
        }
        let dist = number(entry, self.bits.bits);
        self.bits = self.bits.without(taken(entry))?;
        Ok(dist)
    }

    /// Reads the header of a block, and makes its tables.
    fn header(&mut self, src: &[u8]) -> Result<(), Fault> {
        self.bits.fill(src);
        self.last = self.bits.take(1)? == 1;
        match self.bits.take(2)? {
            0 => {
                self.bits.align();
                let Some(&[l0, l1, n0, n1]) = src.get(self.bits.at..).and_then(<[u8]>::first_chunk) else {
                    self.bits.at = src.len();
                    return Err(Fault::Truncated);
                };
                self.bits.at += 4;
                if [l0, l1] != [!n0, !n1] {
                    return Err(Fault::StoredLength);
                }
                self.state = State::Stored(usize::from(u16::from_le_bytes([l0, l1])));
                return Ok(());
            }
            1 => {
                // 3.2.6.
                let mut lens = [8u8; 288];
                lens[144..256].fill(9);
                lens[256..280].fill(7);
                self.tables.make(&lens, &[5; 32], src.len() - self.bits.at)?;
            }
            2 => self.dynamic(src)?,
            _ => return Err(Fault::BlockType),
        }
        self.state = State::Symbols;
        Ok(())
    }

    /// Reads the code lengths of a block (3.2.7).
    fn dynamic(&mut self, src: &[u8]) -> Result<(), Fault> {
        const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let bits = &mut self.bits;
        let n_litlen = 257 + bits.take(5)?;
        let n_dist = 1 + bits.take(5)?;
        let n_code = 4 + bits.take(4)?;
        if n_litlen > MAX_LITLEN || n_dist > MAX_DIST {
            return Err(Fault::TooManySymbols);
        }
        let mut code_lens = [0u8; 19];
        for &place in ORDER.iter().take(n_code) {
            bits.fill(src);
            code_lens[place] = bits.take(3)? as u8;
        }
        let mut codes = [[0; 4]; 128];
        let names: [u32; 19] = core::array::from_fn(|symbol| (symbol as u32) << 16 | LITERAL);
        if build(&mut codes, 7, &code_lens, &names) != Some(Shape::Complete) {
            return Err(Fault::CodeLengthCode);
        }
        let mut lens = [0u8; MAX_LITLEN + MAX_DIST];
        let wanted = lens.get_mut(..n_litlen + n_dist).unwrap_or(&mut []);
        let mut done = 0;
        while done < wanted.len() {
            bits.fill(src);
            let entry = lookup(&codes, bits.bits, 7);
            *bits = bits.without(taken(entry))?;
            let (value, n) = match (entry >> 16) as u8 {
                16 => {
                    let n = 3 + bits.take(2)?;
                    (done.checked_sub(1).and_then(|last| wanted.get(last)).copied().ok_or(Fault::Repeat)?, n)
                }
                17 => (0, 3 + bits.take(3)?),
                18 => (0, 11 + bits.take(7)?),
                len => {
                    // The loop's condition: there is a slot.
                    wanted[done] = len;
                    done += 1;
                    continue;
                }
            };
            wanted.get_mut(done..done + n).ok_or(Fault::Repeat)?.fill(value);
            done += n;
        }
        let (litlen, dist) = wanted.split_at_checked(n_litlen).unwrap_or_default();
        if litlen.get(END_OF_BLOCK) == Some(&0) {
            return Err(Fault::NoEndOfBlock);
        }
        self.tables.make(litlen, dist, src.len() - self.bits.at)
    }
}

impl Tables {
    /// Makes the tables for these code lengths. `left` bytes of input hold all that is decoded with them.
    fn make(&mut self, litlen: &[u8], dist: &[u8], left: usize) -> Result<(), Fault> {
        self.bits = if left < LONG { SMALL } else { LARGE };
        self.is_mixed = false;
        build(&mut self.litlen, self.bits, litlen, &LITLEN).ok_or(Fault::LitlenCode)?;
        if self.bits == LARGE {
            let (one, two) = shares(litlen.get(..END_OF_BLOCK).unwrap_or(&[]), LARGE);
            self.is_mixed = MIXED.contains(&one);
            if two >= JOIN {
                join_literals(&mut self.litlen, LARGE);
            }
        }
        build(&mut self.dist, DIST_BITS, dist, &DIST).ok_or(Fault::DistCode)?;
        Ok(())
    }
}

/// The entry for the next bits.
#[inline(always)]
fn lookup(table: &[[u8; 4]], bits: u64, n: u32) -> u32 {
    let at = |at: usize| table.get(at).copied().map_or(0, u32::from_ne_bytes);
    let entry = at((bits & !(u64::MAX << n)) as usize);
    let leads = entry & (OTHER | SECOND) == OTHER | SECOND;
    if leads { at(second(entry, bits >> n)) } else { entry }
}

/// Appends `len` bytes from `dist` before `out` on. Both are in `dst`.
fn repeat(dst: &mut [u8], out: usize, len: usize, dist: usize) {
    for at in out..out + len {
        let byte = at.checked_sub(dist).and_then(|from| dst.get(from)).copied();
        if let (Some(byte), Some(slot)) = (byte, dst.get_mut(at)) {
            *slot = byte;
        }
    }
}
