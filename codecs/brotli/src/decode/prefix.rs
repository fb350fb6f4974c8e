//! Prefix codes, Section 3: how they are stored, and the tables that decode them.
//!
//! The table of a code begins with an entry for each value of the next *root* bits, which are as many as the longest
//! code word has, up to a limit. Longer words share an entry, which links to a part of the table by the bits that
//! follow. All tables of a meta-block are in one vector, one behind the other.

#![expect(clippy::cast_possible_truncation, reason = "symbols and lengths are below 2^16, table entries below 2^32")]

use super::bits::Bits;
use super::fault::Fault;

/// The largest alphabet: that of commands.
pub(crate) const MAX_SYMBOLS: usize = 704;
/// The longest code word.
const MAX_LEN: usize = 15;
/// Section 3.5: where a code word of no more than 15 bits counts as 2^(15 - length), all of a code are so many.
const SPACE: u32 = 1 << MAX_LEN;
/// The order in which lengths of the code of lengths are stored.
const LENGTH_ORDER: [usize; 18] = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Those lengths by the next 4 bits, and the bits that each takes.
const LENGTH_LENGTHS: [(u8, u8); 16] = {
    let (zero, four, three, two) = ((0, 2), (4, 2), (3, 2), (2, 3));
    [zero, four, three, two, zero, four, three, (1, 4), zero, four, three, two, zero, four, three, (5, 4)]
};

/// Marks an [`Entry`] that links to a part of the table.
const LINK: u32 = 0x80;

/// What a table holds: the symbol in the upper half, the length of its code word in the lowest 4 bits. A link has the
/// start of the part in the upper half, the root bits in the second byte, and the bits that count in the lowest 4.
pub(crate) type Entry = u32;

/// A code: where its table starts, and the mask of its root bits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Code {
    start: u32,
    mask: u32,
}

/// The table of one code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    entries: &'a [Entry],
    mask: usize,
}

impl Table<'_> {
    /// Takes a symbol. 15 bits have to be there.
    #[inline(always)]
    pub(crate) fn symbol(self, bits: &mut Bits<'_>) -> u32 {
        let mut entry = self.entries[bits.peek(self.mask)];
        if entry & LINK != 0 {
            entry = self.follow(entry, bits);
        }
        bits.skip(entry & 15);
        entry >> 16
    }

    /// Takes a symbol of a byte, where root bits are there and 15 may not be.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "literals are bytes")]
    pub(crate) fn literal(self, bits: &mut Bits<'_>) -> u8 {
        let mut entry = self.entries[bits.peek(self.mask)];
        if entry & LINK != 0 {
            bits.refill();
            entry = self.follow(entry, bits);
            bits.skip(entry & 15);
            bits.refill();
        } else {
            bits.skip(entry & 15);
        }
        (entry >> 16) as u8
    }

    #[inline(always)]
    fn follow(self, link: Entry, bits: &Bits<'_>) -> Entry {
        let root = link >> 8 & 15;
        let index = bits.peek((1 << (root + (link & 15))) - 1) >> root;
        self.entries[(link >> 16) as usize + index]
    }
}

/// Tables of codes, and scratch to make them.
pub(crate) struct Codes {
    entries: Vec<Entry>,
    used: usize,
    lens: [u8; MAX_SYMBOLS],
    sorted: [u16; MAX_SYMBOLS],
}

impl Default for Codes {
    fn default() -> Self {
        Self { entries: Vec::new(), used: 0, lens: [0; MAX_SYMBOLS], sorted: [0; MAX_SYMBOLS] }
    }
}

impl Codes {
    pub(crate) const fn clear(&mut self) {
        self.used = 0;
    }

    #[inline(always)]
    pub(crate) fn table(&self, code: Code) -> Table<'_> {
        Table { entries: &self.entries[code.start as usize..], mask: code.mask as usize }
    }

    /// Reads a code for symbols below `n_symbols` and makes its table with up to `root` bits in the first part.
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>, n_symbols: usize, root: usize) -> Result<Code, Fault> {
        let mut counts = [0; MAX_LEN + 1];
        let n = match bits.read(2) {
            1 => self.read_simple(bits, n_symbols, &mut counts)?,
            skip => {
                let lengths = LengthCode::read(bits, skip as usize)?;
                self.read_lengths(&lengths, bits, n_symbols, &mut counts)?
            }
        };
        bits.check()?;
        self.build(n, &counts, root)
    }

    /// Reads a simple code, Section 3.4.
    fn read_simple(&mut self, bits: &mut Bits<'_>, n_symbols: usize, counts: &mut [u16; 16]) -> Result<usize, Fault> {
        let width = usize::BITS - (n_symbols - 1).leading_zeros();
        let n = bits.read(2) as usize + 1;
        let mut symbols = [0; 4];
        for i in 0..n {
            let symbol = bits.read(width) as usize;
            if symbol >= n_symbols {
                bits.check()?;
                return Err(Fault::number(format!("symbol {symbol} of a simple prefix code is not below {n_symbols}")));
            }
            if symbols[..i].contains(&symbol) {
                bits.check()?;
                return Err(Fault::number(format!("symbol {symbol} is twice in a simple prefix code")));
            }
            symbols[i] = symbol;
        }
        let lens: [u8; 4] = match n {
            1 => [0; 4],
            2 => [1; 4],
            3 => [1, 2, 2, 0],
            _ if bits.read(1) == 0 => [2; 4],
            _ => [1, 2, 3, 3],
        };
        let end = symbols.iter().max().map_or(0, |symbol| symbol + 1);
        self.lens[..end].fill(0);
        counts[0] = end as u16;
        for (&symbol, len) in symbols[..n].iter().zip(lens) {
            self.lens[symbol] = len;
            counts[0] -= 1;
            counts[usize::from(len)] += 1;
        }
        Ok(end)
    }

    /// Reads the lengths of a complex code, Section 3.5, and returns how many symbols have one. The others have none.
    fn read_lengths(
        &mut self,
        lengths: &LengthCode,
        bits: &mut Bits<'_>,
        n_symbols: usize,
        counts: &mut [u16; 16],
    ) -> Result<usize, Fault> {
        let lens = &mut self.lens[..n_symbols];
        let (mut at, mut space) = (0, SPACE);
        // The last length that is not zero, and the run that codes 16 and 17 make longer.
        let (mut last, mut run_of, mut run) = (8u8, 0u8, 0);
        while space > 0 && at < lens.len() {
            bits.refill();
            let len = lengths.symbol(bits);
            if len < 16 {
                lens[at] = len;
                at += 1;
                counts[usize::from(len)] += 1;
                run = 0;
                if len != 0 {
                    last = len;
                    space = space.checked_sub(SPACE >> len).ok_or_else(|| overfull(bits))?;
                }
                continue;
            }
            let of = if len == 16 { last } else { 0 };
            if run_of != of {
                (run_of, run) = (of, 0);
            }
            let extra = u32::from(len) - 14;
            let before = run;
            run = if run > 0 { (run - 2) << extra } else { 0 } + 3 + bits.take(extra);
            let more = run - before;
            let end = at + more as usize;
            let Some(part) = lens.get_mut(at..end) else {
                bits.check()?;
                return Err(Fault::number(format!("lengths of a prefix code run to {end} of {n_symbols} symbols")));
            };
            part.fill(of);
            at = end;
            counts[usize::from(of)] += more as u16;
            if of != 0 {
                space = space.checked_sub(more << (MAX_LEN - usize::from(of))).ok_or_else(|| overfull(bits))?;
            }
        }
        if space > 0 {
            bits.check()?;
            return Err(Fault::rule("prefix code leaves bit patterns without a symbol"));
        }
        Ok(at)
    }

    /// Makes the table of the first `n` symbols, whose lengths are those of a complete code or all zero but one.
    fn build(&mut self, n: usize, counts: &[u16; 16], root: usize) -> Result<Code, Fault> {
        let max = (1..=MAX_LEN).rev().find(|&len| counts[len] != 0).unwrap_or(0);
        self.sort(n, counts);
        let root = root.min(max);
        let base = self.used;
        let size = 1 << root;
        self.reserve(base + size)?;
        if max == 0 {
            // One symbol, which takes no bits. It is the last: lengths end with it.
            self.entries[base] = (n as Entry - 1) << 16;
            self.used = base + 1;
            return Ok(Code { start: base as u32, mask: 0 });
        }
        let mut next = usize::from(counts[0]);
        let table = &mut self.entries[base..base + size];
        // The code word, its first bit lowest: the index of its entry.
        let (mut word, mut filled) = (0, 1);
        for (len, &n) in (1..=root).zip(&counts[1..]) {
            // What is shorter stands for both values of the next bit.
            table.copy_within(..filled, filled);
            filled *= 2;
            for &symbol in &self.sorted[next..next + usize::from(n)] {
                table[word] = Entry::from(symbol) << 16 | len as Entry;
                word = increment(word, len);
            }
            next += usize::from(n);
        }
        self.used = base + size;
        if max > root {
            self.build_links(base, root, &mut next, word, counts)?;
        }
        Ok(Code { start: base as u32, mask: size as u32 - 1 })
    }

    /// Adds the parts for code words longer than `root`.
    #[inline(never)]
    fn build_links(
        &mut self,
        base: usize,
        root: usize,
        next: &mut usize,
        mut word: usize,
        counts: &[u16; 16],
    ) -> Result<(), Fault> {
        let mask = (1 << root) - 1;
        let (mut prefix, mut start, mut width) = (usize::MAX, 0, 0);
        for len in root + 1..=MAX_LEN {
            for left in (1..=counts[len]).rev() {
                if word & mask != prefix {
                    prefix = word & mask;
                    width = part_width(len, usize::from(left), root, counts);
                    start = self.used;
                    self.used += 1 << width;
                    self.reserve(self.used)?;
                    let link = (start - base) as Entry;
                    self.entries[base + prefix] = link << 16 | (root as Entry) << 8 | LINK | width as Entry;
                }
                let entry = Entry::from(self.sorted[*next]) << 16 | len as Entry;
                *next += 1;
                let part = &mut self.entries[start..start + (1 << width)];
                part[word >> root..].iter_mut().step_by(1 << (len - root)).for_each(|slot| *slot = entry);
                word = increment(word, len);
            }
        }
        Ok(())
    }

    /// Sorts symbols by length, those without a code word first.
    fn sort(&mut self, n: usize, counts: &[u16; 16]) {
        let mut offsets = [0u16; MAX_LEN + 1];
        for len in 1..=MAX_LEN {
            offsets[len] = offsets[len - 1] + counts[len - 1];
        }
        for (symbol, &len) in self.lens[..n].iter().enumerate() {
            let offset = &mut offsets[usize::from(len & 15)];
            self.sorted[usize::from(*offset)] = symbol as u16;
            *offset += 1;
        }
    }

    fn reserve(&mut self, len: usize) -> Result<(), Fault> {
        if let Some(more) = len.checked_sub(self.entries.len())
            && more > 0
        {
            let more = more.next_multiple_of(4096);
            self.entries.try_reserve(more).map_err(|_| Fault::Memory(more * size_of::<Entry>()))?;
            self.entries.resize(self.entries.len() + more, 0);
        }
        Ok(())
    }
}

#[cold]
fn overfull(bits: &Bits<'_>) -> Fault {
    match bits.check() {
        Err(cut) => cut,
        Ok(()) => Fault::rule("prefix code has more symbols than bit patterns"),
    }
}

/// The next code word of `len` bits, both with their first bit lowest. After the last comes 0.
#[inline(always)]
const fn increment(word: usize, len: usize) -> usize {
    let zeros = !word & ((1 << len) - 1);
    if zeros == 0 {
        return 0;
    }
    let bit = 1 << zeros.ilog2();
    word & (bit - 1) | bit
}

/// The bits that tell apart the code words from the next one on that share their root bits: `left` of `len` bits come
/// first, then longer ones.
fn part_width(len: usize, left: usize, root: usize, counts: &[u16; 16]) -> usize {
    let (mut width, mut words) = (len - root, left);
    while words < 1 << width && root + width < MAX_LEN {
        width += 1;
        words = words * 2 + usize::from(counts[root + width]);
    }
    width
}

/// The code of code lengths: symbol and length by the next 5 bits.
struct LengthCode([(u8, u8); 32]);

impl LengthCode {
    fn read(bits: &mut Bits<'_>, skip: usize) -> Result<Self, Fault> {
        let (mut lens, mut space, mut n) = ([0u8; 18], 32u32, 0);
        bits.refill();
        // 16 times 4 bits do not fit in one load.
        for (i, &symbol) in LENGTH_ORDER.iter().enumerate().skip(skip) {
            if i % 8 == 0 {
                bits.refill();
            }
            let (len, width) = LENGTH_LENGTHS[bits.peek(15)];
            bits.skip(u32::from(width));
            lens[symbol] = len;
            if len != 0 {
                n += 1;
                space = space.checked_sub(32 >> len).ok_or_else(|| overfull(bits))?;
                if space == 0 {
                    break;
                }
            }
        }
        bits.check()?;
        if n == 1 {
            // The only symbol takes no bits.
            let symbol = lens.iter().position(|&len| len != 0).unwrap_or(0);
            return Ok(Self([(symbol as u8, 0); 32]));
        }
        if space != 0 {
            return Err(Fault::rule("code of code lengths leaves bit patterns without a symbol"));
        }
        let (mut table, mut word) = ([(0, 0); 32], 0);
        for len in 1..=5u8 {
            for symbol in (0..18u8).filter(|&symbol| lens[usize::from(symbol)] == len) {
                table[word..].iter_mut().step_by(1 << len).for_each(|slot| *slot = (symbol, len));
                word = increment(word, usize::from(len));
            }
        }
        Ok(Self(table))
    }

    #[inline(always)]
    fn symbol(&self, bits: &mut Bits<'_>) -> u8 {
        let (symbol, len) = self.0[bits.peek(31)];
        bits.skip(u32::from(len));
        symbol
    }
}
