//! Frames by an own decoder, where that is faster than the library: 16-bit images and the like, whose blocks are sequences more
//! than literals. What it does not take it leaves to the library, so that all errors are those of the library: short frames,
//! such with a checksum, such of literals, such that have no room, and broken ones.

#![expect(clippy::cast_possible_truncation, reason = "fields of a few bits")]

mod backward;
mod fse;
mod huffman;

use iio_codec::{Result, zeroed_vec};

use fse::Distribution;
pub(crate) use huffman::Huffman;

use crate::simd::{self, BEYOND};

/// Content below this is left to the library: to make tables costs more than sequences save.
const LEAST: usize = 16 << 10;
/// Bytes that a block gives at most, and literals that it has, where the window is not smaller.
const BLOCK_MAX: usize = 128 << 10;

/// What a state says.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Entry {
    /// Extra bits of the value.
    pub(crate) bits: u8,
    /// Bits of the next state.
    pub(crate) next_bits: u8,
    /// What is added to those.
    pub(crate) next: u16,
    /// What is added to the extra bits.
    pub(crate) base: u32,
}

/// The tables of sequences. No state that an entry leads to lies outside of its table.
#[repr(C, align(64))]
pub(crate) struct Tables {
    pub(crate) literals: [Entry; 512],
    pub(crate) lengths: [Entry; 512],
    pub(crate) offsets: [Entry; 256],
    /// The sum of both bits of each entry.
    pub(crate) literals_bits: [u8; 512],
    pub(crate) lengths_bits: [u8; 512],
    pub(crate) offsets_bits: [u8; 256],
    /// Bits of the first states, in this order.
    pub(crate) logs: [u8; 3],
    /// Whether there is a table that a block can use again.
    known: [bool; 3],
}

impl Tables {
    const fn new() -> Self {
        let entry = Entry { bits: 0, next_bits: 0, next: 0, base: 0 };
        Self {
            literals: [entry; 512],
            lengths: [entry; 512],
            offsets: [entry; 256],
            literals_bits: [0; 512],
            lengths_bits: [0; 512],
            offsets_bits: [0; 256],
            logs: [0; 3],
            known: [false; 3],
        }
    }

    /// Makes a table as `mode` says, whose description is at the start of `src`; returns the bytes that it takes.
    fn make(&mut self, field: &Field, mode: u8, src: &[u8]) -> Option<usize> {
        let (entries, bits) = match field.index {
            0 => (self.literals.as_mut_slice(), self.literals_bits.as_mut_slice()),
            1 => (self.lengths.as_mut_slice(), self.lengths_bits.as_mut_slice()),
            _ => (self.offsets.as_mut_slice(), self.offsets_bits.as_mut_slice()),
        };
        let (log, known) = (self.logs.get_mut(field.index)?, self.known.get_mut(field.index)?);
        if mode == 3 {
            return known.then_some(0);
        }
        *known = false;
        let mut put = |state: usize, entry: Option<Entry>| {
            let (Some(entry), Some(to), Some(bits)) = (entry, entries.get_mut(state), bits.get_mut(state)) else {
                return false;
            };
            *bits = entry.bits + entry.next_bits;
            *to = entry;
            true
        };
        let mut is_sound = true;
        let (states, taken) = match mode {
            0 => (Distribution::predefined(field.counts, field.log), 0),
            1 => {
                is_sound = put(0, field.entry(*src.first()?, 0, 0));
                (*log, *known) = (0, is_sound);
                return is_sound.then_some(1);
            }
            _ => Distribution::read(src, field.log_max, field.symbols)?,
        };
        states.states(|state, symbol, n, next| {
            is_sound &= put(state, field.entry(symbol, n as u8, next as u16));
        })?;
        (*log, *known) = (states.log as u8, is_sound);
        is_sound.then_some(taken)
    }
}

/// What is kept from block to block, and from frame to frame to be used again.
pub(crate) struct Scratch {
    tables: Tables,
    huffman: Huffman,
    literals: Vec<u8>,
    /// Keeps to instructions that all machines have.
    pub(crate) plain: bool,
}

impl Scratch {
    pub(crate) fn new() -> Result<Box<Self>> {
        let literals = zeroed_vec(BLOCK_MAX + BEYOND)?;
        Ok(Box::new(Self { tables: Tables::new(), huffman: Huffman::new(), literals, plain: false }))
    }
}

/// Decodes a frame, whose blocks are `src[at..]`, to the start of `dst`, and tells the bytes that it gives. `None` if that is
/// left to the library; what `dst` then holds is unspecified.
pub(crate) fn decode(scratch: &mut Scratch, src: &[u8], at: usize, window: u64, dst: &mut [u8]) -> Option<usize> {
    scratch.tables.known = [false; 3];
    scratch.huffman.clear();
    let block_max = usize::try_from(window).map_or(BLOCK_MAX, |window| window.min(BLOCK_MAX));
    Frame { scratch, src, at, dst, out: 0, offsets: [1, 4, 8], block_max }.decode()
}

/// True if the frame is long enough, and its first block not nearly all literals, which the library decodes two at once.
pub(crate) fn is_worth(src: &[u8], at: usize, len: usize) -> bool {
    let parts = || {
        let head = Head::read(src, at)?;
        Some((head.kind == COMPRESSED).then_some((Literals::read(src, at + 3)?.stored, head.size)))
    };
    len >= LEAST && parts().is_some_and(|parts| parts.is_none_or(|(literals, block)| literals / 7 < block / 8))
}

/// The type of a block that is compressed.
const COMPRESSED: u32 = 2;

/// The header of a block.
struct Head {
    is_last: bool,
    kind: u32,
    size: usize,
}

impl Head {
    fn read(src: &[u8], at: usize) -> Option<Self> {
        let &[a, b, c] = src.get(at..)?.first_chunk()?;
        let head = u32::from_le_bytes([a, b, c, 0]);
        Some(Self { is_last: head & 1 != 0, kind: head >> 1 & 3, size: (head >> 3) as usize })
    }
}

/// The header of the literals of a block.
struct Literals {
    kind: u64,
    /// Bytes of the header.
    head: usize,
    /// How many literals there are.
    n: usize,
    /// Bytes that they take, their table included.
    stored: usize,
    streams: usize,
}

impl Literals {
    fn read(src: &[u8], at: usize) -> Option<Self> {
        let mut word = [0; 8];
        word.iter_mut().zip(src.get(at..)?).for_each(|(to, from)| *to = *from);
        let word = u64::from_le_bytes(word);
        let (kind, format) = (word & 3, word >> 2 & 3);
        if kind < 2 {
            let (head, n) = match format {
                1 => (2, word >> 4 & 0xfff),
                3 => (3, word >> 4 & 0xf_ffff),
                _ => (1, word >> 3 & 0x1f),
            };
            let n = n as usize;
            return Some(Self { kind, head, n, stored: if kind == 0 { n } else { 1 }, streams: 0 });
        }
        let (head, bits) = match format {
            0 | 1 => (3, 10),
            2 => (4, 14),
            _ => (5, 18),
        };
        let size = |at: u32| (word >> at & ((1 << bits) - 1)) as usize;
        let streams = if format == 0 { 1 } else { 4 };
        Some(Self { kind, head, n: size(4), stored: size(4 + bits), streams })
    }
}

/// A frame that is decoded.
struct Frame<'a> {
    scratch: &'a mut Scratch,
    src: &'a [u8],
    at: usize,
    dst: &'a mut [u8],
    out: usize,
    /// The last three offsets.
    offsets: [usize; 3],
    /// Bytes that a block gives at most.
    block_max: usize,
}

impl Frame<'_> {
    fn decode(&mut self) -> Option<usize> {
        loop {
            let Head { is_last, kind, size } = Head::read(self.src, self.at)?;
            self.at += 3;
            match kind {
                0 => {
                    let bytes = self.src.get(self.at..self.at + size)?;
                    self.dst.get_mut(self.out..self.out + size)?.copy_from_slice(bytes);
                    self.at += size;
                    self.out += size;
                }
                1 => {
                    self.dst.get_mut(self.out..self.out + size)?.fill(*self.src.get(self.at)?);
                    self.at += 1;
                    self.out += size;
                }
                COMPRESSED => {
                    let out = self.block(self.at + size)?;
                    if out - self.out > self.block_max {
                        return None;
                    }
                    self.at += size;
                    self.out = out;
                }
                _ => return None,
            }
            if is_last {
                return (self.at == self.src.len()).then_some(self.out);
            }
        }
    }

    /// Decodes the block that ends at `end`; returns the bytes of output then.
    fn block(&mut self, end: usize) -> Option<usize> {
        let src = self.src.get(..end)?;
        let literals = Literals::read(src, self.at)?;
        let mut at = self.at + literals.head + literals.stored;
        self.literals(&literals)?;
        let (n, taken) = match *src.get(at)? {
            head @ 0..128 => (usize::from(head), 1),
            255 => (usize::from(u16::from_le_bytes(*src.get(at + 1..)?.first_chunk()?)) + 0x7f00, 3),
            head => (usize::from(head - 128) << 8 | usize::from(*src.get(at + 1)?), 2),
        };
        at += taken;
        if n == 0 {
            let literals = self.scratch.literals.get(..literals.n)?;
            let end_out = self.out + literals.len();
            self.dst.get_mut(self.out..end_out)?.copy_from_slice(literals);
            return (at == end).then_some(end_out);
        }
        let modes = *src.get(at)?;
        at += 1;
        if modes & 3 != 0 {
            return None;
        }
        let Scratch { tables, literals: bytes, plain, .. } = &mut *self.scratch;
        for (field, mode) in [(&LITERALS, modes >> 6), (&OFFSETS, modes >> 4 & 3), (&LENGTHS, modes >> 2 & 3)] {
            at += tables.make(field, mode, src.get(at..)?)?;
        }
        let literals = (bytes.as_slice(), literals.n);
        let (out, offsets) =
            simd::sequences((src, at, end), tables, literals, (self.dst, self.out), (self.offsets, n), *plain)?;
        self.offsets = offsets;
        Some(out)
    }

    /// Decodes the literals of the block at hand.
    fn literals(&mut self, literals: &Literals) -> Option<()> {
        let at = self.at + literals.head;
        let end = at + literals.stored;
        let src = self.src.get(..end)?;
        let stored = src.get(at..)?;
        let Scratch { huffman, literals: to, plain, .. } = &mut *self.scratch;
        let to = to.get_mut(..self.block_max)?.get_mut(..literals.n)?;
        match literals.kind {
            0 => to.copy_from_slice(stored),
            1 => to.fill(*stored.first()?),
            kind => {
                let mut at = at;
                if kind == 2 {
                    at += huffman.read(stored)?;
                } else if huffman.log() == 0 {
                    return None;
                }
                if literals.streams == 1 {
                    return simd::literals(huffman, src, &[(at, end)], to, *plain);
                }
                let jumps = src.get(at..)?.first_chunk::<6>()?.as_chunks::<2>().0;
                let mut next = at + 6;
                let mut streams = [(0, end); 4];
                for (stream, len) in streams.iter_mut().zip(jumps) {
                    *stream = (next, next + usize::from(u16::from_le_bytes(*len)));
                    next = stream.1;
                }
                streams[3].0 = next;
                // Each part is what is left by those before.
                if literals.n < 6 || next >= end {
                    return None;
                }
                simd::literals(huffman, src, &streams, to, *plain)?;
            }
        }
        Some(())
    }
}

/// One of the three fields of a sequence.
struct Field {
    /// Its place in [`Tables`].
    index: usize,
    /// How often symbols come where no block tells.
    counts: &'static [i16],
    /// Bits of a state then.
    log: u32,
    /// The most bits of a state.
    log_max: u32,
    /// Symbols that there are.
    symbols: usize,
    /// What each symbol stands for: extra bits, and what is added to them. Empty for offsets, which have as many as the symbol
    /// says, below a 1.
    values: &'static [(u8, u32)],
}

impl Field {
    /// The entry of a symbol that is followed by state `next` and the more that `next_bits` tell.
    fn entry(&self, symbol: u8, next_bits: u8, next: u16) -> Option<Entry> {
        let (bits, base) = match self.values {
            [] if symbol < 32 => (symbol, 1 << symbol),
            values => *values.get(usize::from(symbol))?,
        };
        Some(Entry { bits, next_bits, next, base })
    }
}

static LITERALS: Field = Field {
    index: 0,
    counts: &[
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
    ],
    log: 6,
    log_max: 9,
    symbols: 36,
    values: &[
        (0, 0),
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 4),
        (0, 5),
        (0, 6),
        (0, 7),
        (0, 8),
        (0, 9),
        (0, 10),
        (0, 11),
        (0, 12),
        (0, 13),
        (0, 14),
        (0, 15),
        (1, 16),
        (1, 18),
        (1, 20),
        (1, 22),
        (2, 24),
        (2, 28),
        (3, 32),
        (3, 40),
        (4, 48),
        (6, 64),
        (7, 128),
        (8, 256),
        (9, 512),
        (10, 1024),
        (11, 2048),
        (12, 4096),
        (13, 8192),
        (14, 16384),
        (15, 32768),
        (16, 65536),
    ],
};

static LENGTHS: Field = Field {
    index: 1,
    counts: &[
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ],
    log: 6,
    log_max: 9,
    symbols: 53,
    values: &[
        (0, 3),
        (0, 4),
        (0, 5),
        (0, 6),
        (0, 7),
        (0, 8),
        (0, 9),
        (0, 10),
        (0, 11),
        (0, 12),
        (0, 13),
        (0, 14),
        (0, 15),
        (0, 16),
        (0, 17),
        (0, 18),
        (0, 19),
        (0, 20),
        (0, 21),
        (0, 22),
        (0, 23),
        (0, 24),
        (0, 25),
        (0, 26),
        (0, 27),
        (0, 28),
        (0, 29),
        (0, 30),
        (0, 31),
        (0, 32),
        (0, 33),
        (0, 34),
        (1, 35),
        (1, 37),
        (1, 39),
        (1, 41),
        (2, 43),
        (2, 47),
        (3, 51),
        (3, 59),
        (4, 67),
        (4, 83),
        (5, 99),
        (7, 131),
        (8, 259),
        (9, 515),
        (10, 1027),
        (11, 2051),
        (12, 4099),
        (13, 8195),
        (14, 16387),
        (15, 32771),
        (16, 65539),
    ],
};

static OFFSETS: Field = Field {
    index: 2,
    counts: &[1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
    log: 5,
    log_max: 8,
    symbols: 32,
    values: &[],
};
