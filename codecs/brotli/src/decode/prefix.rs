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
pub(crate) const MAX_LEN: usize = 15;
/// Section 3.5: where a code word of no more than 15 bits counts as 2^(15 - length), all of a code are so many.
const SPACE: u32 = 1 << MAX_LEN;
/// The order in which lengths of the code of lengths are stored.
pub(crate) const LENGTH_ORDER: [usize; 18] = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// Those lengths by the next 4 bits, and the bits that each takes.
const LENGTH_LENGTHS: [(u8, u8); 16] = {
    let (zero, four, three, two) = ((0, 2), (4, 2), (3, 2), (2, 3));
    [zero, four, three, two, zero, four, three, (1, 4), zero, four, three, two, zero, four, three, (5, 4)]
};

/// The root bits that tables of literals have at most.
pub(crate) const LITERAL_ROOT: usize = 11;
/// So many times [`LITERAL_ROOT`] bits are there after one load.
pub(crate) const FEW: usize = 5;

/// Marks an [`Entry`] that links to a part of the table.
const LINK: u32 = 0x80;

/// The bits of an [`Entry`] with the length of a code word. They are those that a shift of 64 bits looks at, so that it
/// needs no mask.
const LEN: u32 = 63;

/// What a table holds: the symbol in the upper half, the length of its code word in the lowest bits. A link has the
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
        bits.skip(entry & LEN);
        entry >> 16
    }

    /// Loads and takes a symbol.
    pub(crate) fn read(self, bits: &mut Bits<'_>) -> u32 {
        bits.refill();
        self.symbol(bits)
    }

    /// Decodes bytes. A function of its own, with a copy of the reader, so that it stays in registers.
    #[inline(never)]
    pub(crate) fn literals(self, bits: &mut Bits<'_>, run: &mut [u8]) {
        let mut own = bits.copied();
        let (runs, rest) = run.as_chunks_mut::<FEW>();
        for [a, b, c, d, e] in runs {
            own.refill();
            *a = self.literal(&mut own);
            *b = self.literal(&mut own);
            *c = self.literal(&mut own);
            *d = self.literal(&mut own);
            *e = self.literal(&mut own);
        }
        self.few_literals(&mut own, rest);
        *bits = own;
    }

    /// Decodes [`FEW`] bytes at most.
    #[inline(always)]
    pub(crate) fn few_literals(self, bits: &mut Bits<'_>, run: &mut [u8]) {
        bits.refill();
        for byte in run {
            *byte = self.literal(bits);
        }
    }

    /// Takes a byte, where root bits are there and 15 may not be.
    #[inline(always)]
    fn literal(self, bits: &mut Bits<'_>) -> u8 {
        let mut entry = self.entries[bits.peek(self.mask)];
        if entry & LINK != 0 {
            bits.refill();
            entry = self.follow(entry, bits);
            bits.skip(entry & LEN);
            bits.refill();
        } else {
            bits.skip(entry & LEN);
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
    /// Symbols that have a code word, each above the 4 bits of its length, the lowest symbol first.
    coded: [u16; MAX_SYMBOLS],
    /// The same symbols, the shortest code word first.
    sorted: [u16; MAX_SYMBOLS],
}

/// How many code words have each length; none has 0.
type Counts = [u16; MAX_LEN + 1];

impl Default for Codes {
    fn default() -> Self {
        Self { entries: Vec::new(), used: 0, coded: [0; MAX_SYMBOLS], sorted: [0; MAX_SYMBOLS] }
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

    /// Takes a byte. 15 bits have to be there.
    #[inline(always)]
    pub(crate) fn literal(&self, code: Code, bits: &mut Bits<'_>) -> u8 {
        let start = code.start as usize;
        let mut entry = self.entries[start + bits.peek(code.mask as usize)];
        if entry & LINK != 0 {
            entry = self.table(code).follow(entry, bits);
        }
        bits.skip(entry & LEN);
        (entry >> 16) as u8
    }

    /// Reads a code for symbols below `n_symbols` and makes its table with up to `root` bits in the first part.
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>, n_symbols: usize, root: usize) -> Result<Code, Fault> {
        match bits.read(2) {
            1 => self.read_simple(bits, n_symbols, root),
            skip => {
                let lengths = LengthCode::read(bits, skip as usize)?;
                let counts = self.read_lengths(&lengths, bits, n_symbols)?;
                bits.check()?;
                self.build(&counts, root)
            }
        }
    }

    /// Reads a simple code, Section 3.4.
    fn read_simple(&mut self, bits: &mut Bits<'_>, n_symbols: usize, root: usize) -> Result<Code, Fault> {
        let width = usize::BITS - (n_symbols - 1).leading_zeros();
        let n = bits.read(2) as usize + 1;
        let mut symbols = [0; 4];
        for i in 0..n {
            let symbol = bits.read(width) as usize;
            bits.check()?;
            if symbol >= n_symbols {
                return Err(Fault::number(format!("symbol {symbol} of a simple prefix code is not below {n_symbols}")));
            }
            if symbols[..i].contains(&symbol) {
                return Err(Fault::number(format!("symbol {symbol} is twice in a simple prefix code")));
            }
            symbols[i] = symbol;
        }
        let lens: [usize; 4] = match n {
            1 => return self.build_single(symbols[0]),
            2 => [1; 4],
            3 => [1, 2, 2, 0],
            _ if bits.read(1) == 0 => [2; 4],
            _ => [1, 2, 3, 3],
        };
        bits.check()?;
        let mut counts = Counts::default();
        for ((coded, symbol), len) in self.coded.iter_mut().zip(&symbols[..n]).zip(lens) {
            *coded = (symbol << 4 | len) as u16;
            counts[len] += 1;
        }
        self.coded[..n].sort_unstable();
        self.build(&counts, root)
    }

    /// Reads the lengths of a complex code, Section 3.5.
    fn read_lengths(&mut self, lengths: &LengthCode, bits: &mut Bits<'_>, n_symbols: usize) -> Result<Counts, Fault> {
        let (mut counts, mut n) = (Counts::default(), 0);
        let (mut symbol, mut space) = (0, SPACE);
        // The last length that is not zero, and the run that codes 16 and 17 make longer.
        let (mut last, mut run_of, mut run) = (8, 0, 0);
        while space > 0 && symbol < n_symbols {
            bits.refill_below(16);
            let len = lengths.symbol(bits);
            if len < 16 {
                // Without jumps: what of the symbols is used is hard to predict.
                run = 0;
                space = space.checked_sub(SPACE >> len & (SPACE - 1)).ok_or_else(|| overfull(bits))?;
                self.coded[n] = (symbol << 4 | len) as u16;
                counts[len] += 1;
                n += usize::from(len > 0);
                last = if len > 0 { len } else { last };
                symbol += 1;
                continue;
            }
            let of = if len == 16 { last } else { 0 };
            if run_of != of {
                (run_of, run) = (of, 0);
            }
            let extra = len as u32 - 14;
            let before = run;
            run = if run > 0 { (run - 2) << extra } else { 0 } + 3 + bits.take(extra) as usize;
            let more = run - before;
            if more > n_symbols - symbol {
                bits.check()?;
                let end = symbol + more;
                return Err(Fault::number(format!("lengths of a prefix code run to {end} of {n_symbols} symbols")));
            }
            if of > 0 {
                space = space.checked_sub((more as u32) << (MAX_LEN - of)).ok_or_else(|| overfull(bits))?;
                for (coded, symbol) in self.coded[n..n + more].iter_mut().zip(symbol..) {
                    *coded = (symbol << 4 | of) as u16;
                }
                n += more;
                counts[of] += more as u16;
            }
            symbol += more;
        }
        if space > 0 {
            bits.check()?;
            return Err(Fault::rule("prefix code leaves bit patterns without a symbol"));
        }
        counts[0] = 0;
        Ok(counts)
    }

    /// Makes the table of a code for one symbol, which takes no bits.
    fn build_single(&mut self, symbol: usize) -> Result<Code, Fault> {
        let base = self.used;
        self.reserve(base + 1)?;
        self.entries[base] = (symbol as Entry) << 16;
        self.used = base + 1;
        Ok(Code { start: base as u32, mask: 0 })
    }

    /// Makes the table of a complete code.
    fn build(&mut self, counts: &Counts, root: usize) -> Result<Code, Fault> {
        let max = counts.iter().rposition(|&count| count > 0).unwrap_or(0);
        self.sort(counts);
        let root = root.min(max);
        let base = self.used;
        let size = 1 << root;
        self.reserve(base + size)?;
        let mut next = 0;
        let (table, mask) = (&mut self.entries[base..base + size], size - 1);
        let (mut word, mut filled) = (0u32, 1);
        for (len, &n) in (1..=root).zip(&counts[1..]) {
            // What is shorter stands for both values of the next bit.
            if next > 0 {
                table.copy_within(..filled, filled);
            }
            filled *= 2;
            word *= 2;
            for &symbol in &self.sorted[next..next + usize::from(n)] {
                table[reversed(word, len) & mask] = Entry::from(symbol) << 16 | len as Entry;
                word += 1;
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
        mut word: u32,
        counts: &Counts,
    ) -> Result<(), Fault> {
        let mask = (1 << root) - 1;
        let (mut prefix, mut start, mut width) = (usize::MAX, 0, 0);
        for len in root + 1..=MAX_LEN {
            word *= 2;
            for left in (1..=counts[len]).rev() {
                let index = reversed(word, len);
                if index & mask != prefix {
                    prefix = index & mask;
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
                part[index >> root..].iter_mut().step_by(1 << (len - root)).for_each(|slot| *slot = entry);
                word += 1;
            }
        }
        Ok(())
    }

    /// Sorts symbols by length.
    fn sort(&mut self, counts: &Counts) {
        let (mut offsets, mut n) = (Counts::default(), 0);
        for (offset, &count) in offsets.iter_mut().zip(counts) {
            *offset = n;
            n += count;
        }
        for &coded in &self.coded[..usize::from(n)] {
            let offset = &mut offsets[usize::from(coded & 15)];
            self.sorted[usize::from(*offset)] = coded >> 4;
            *offset += 1;
        }
    }

    fn reserve(&mut self, len: usize) -> Result<(), Fault> {
        if let Some(more) = len.checked_sub(self.entries.len())
            && more > 0
        {
            let more = more.next_multiple_of(1 << 14);
            self.entries.try_reserve_exact(more).map_err(|_| Fault::Memory(more * size_of::<Entry>()))?;
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

/// The bits of a byte in reverse.
static REVERSED: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).reverse_bits();
        byte += 1;
    }
    table
};

/// A code word of `len` bits as it is read, its first bit lowest.
#[inline(always)]
fn reversed(word: u32, len: usize) -> usize {
    let [low, high, ..] = word.to_le_bytes().map(|byte| usize::from(REVERSED[usize::from(byte)]));
    (low << 8 | high) >> (16 - len)
}

/// The bits that tell apart the code words from the next one on that share their root bits: `left` of `len` bits come
/// first, then longer ones.
fn part_width(len: usize, left: usize, root: usize, counts: &Counts) -> usize {
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
        let (mut lens, mut counts, mut space) = ([0u8; 18], [0; 6], 32u32);
        bits.refill();
        // 18 times 4 bits do not fit in one load.
        for (i, &symbol) in LENGTH_ORDER.iter().enumerate().skip(skip) {
            if i % 8 == 0 {
                bits.refill();
            }
            let (len, width) = LENGTH_LENGTHS[bits.peek(15)];
            bits.skip(u32::from(width));
            lens[symbol] = len;
            counts[usize::from(len)] += 1;
            if len != 0 {
                space = space.checked_sub(32 >> len).ok_or_else(|| overfull(bits))?;
                if space == 0 {
                    break;
                }
            }
        }
        bits.check()?;
        if counts[1..].iter().sum::<u32>() == 1 {
            // The only symbol takes no bits.
            let symbol = lens.iter().position(|&len| len != 0).unwrap_or(0);
            return Ok(Self([(symbol as u8, 0); 32]));
        }
        if space != 0 {
            return Err(Fault::rule("code of code lengths leaves bit patterns without a symbol"));
        }
        // The next code word of each length, Section 3.2.
        let (mut words, mut word) = ([0u32; 6], 0);
        for (len, next) in words.iter_mut().enumerate().skip(1) {
            word *= 2;
            *next = word;
            word += counts[len];
        }
        let mut table = [(0, 0); 32];
        for (symbol, &len) in (0..).zip(&lens).filter(|&(_, &len)| len > 0) {
            let index = reversed(words[usize::from(len)], len.into());
            words[usize::from(len)] += 1;
            table[index..].iter_mut().step_by(1 << len).for_each(|slot| *slot = (symbol, len));
        }
        Ok(Self(table))
    }

    #[inline(always)]
    fn symbol(&self, bits: &mut Bits<'_>) -> usize {
        let (symbol, len) = self.0[bits.peek(31)];
        bits.skip(u32::from(len));
        usize::from(symbol)
    }
}
