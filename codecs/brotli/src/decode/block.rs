//! The header of a compressed meta-block, Section 9.2, and what it leaves for the commands.

use super::bits::Bits;
use super::command::{Distances, N_COMMANDS, N_COUNTS, block_count};
use super::context::{LOOKUPS, Lookup, N_ROWS, read_map, read_number};
use super::fault::Fault;
use super::prefix::{Code, Codes, LITERAL_ROOT, Table};

/// Memory for the codes and maps of a meta-block, which a worker keeps.
#[derive(Default)]
pub(crate) struct Tables {
    codes: Codes,
    modes: Vec<u8>,
    literal_map: Vec<u8>,
    /// The same with codes in place of their numbers.
    literal_codes: Vec<Code>,
    /// The codes by the last byte, a row for each part of a context that comes of the byte before. Empty if the
    /// meta-block is too short for them.
    literal_rows: Vec<Row>,
    /// Where the rows of each block type begin.
    row_starts: Vec<usize>,
    /// Whether a block type has one code for all contexts.
    plain: Vec<bool>,
    literals: Vec<Code>,
    commands: Vec<Code>,
    distance_map: Vec<u8>,
    distances: Vec<Code>,
}

/// How literals of a block type are coded.
#[derive(Clone, Copy)]
pub(crate) enum Literals<'a> {
    /// By one code.
    Plain(Table<'a>),
    /// By the code of their context.
    Mapped(Contexts<'a>),
}

/// Codes by the last byte.
type Row = [Code; 256];

/// The contexts of a block type, and their codes.
#[derive(Clone, Copy)]
pub(crate) struct Contexts<'a> {
    lookup: &'a Lookup,
    map: &'a [Code; 64],
    rows: &'a [Row],
    codes: &'a Codes,
}

/// Literals that the bits of one load are enough for.
const PER_LOAD: usize = 3;
/// Output of a meta-block for which a row pays, and the most rows, of 2 KiB each.
const ROW_PAYS: usize = 64;
const MAX_ROWS: usize = 512;

impl Contexts<'_> {
    /// Decodes literals from `out` to the end of `dst`.
    #[inline]
    pub(crate) fn literals(self, bits: &mut Bits<'_>, dst: &mut [u8], out: usize) {
        if self.rows.is_empty() { self.by_map(bits, dst, out) } else { self.by_row(bits, dst, out) }
    }

    #[inline(never)]
    fn by_map(self, bits: &mut Bits<'_>, dst: &mut [u8], out: usize) {
        self.run(bits, dst, out, |last, before_last| {
            let context = self.lookup[usize::from(last)] | self.lookup[256 + usize::from(before_last)];
            self.map[usize::from(context & 63)]
        });
    }

    /// Between two literals lie two look-ups, not three, which is what they wait for.
    #[inline(never)]
    fn by_row(self, bits: &mut Bits<'_>, dst: &mut [u8], out: usize) {
        self.run(bits, dst, out, |last, before_last| {
            let row = self.lookup[256 + usize::from(before_last)];
            self.rows[usize::from(row)][usize::from(last)]
        });
    }

    /// `code` gives the code after the last byte and the one before it. The reader is a copy, so that it stays in
    /// registers.
    #[inline(always)]
    fn run(self, bits: &mut Bits<'_>, dst: &mut [u8], out: usize, code: impl Fn(u8, u8) -> Code) {
        let mut own = bits.copied();
        let before = |back: usize| out.checked_sub(back).map_or(0, |at| dst[at]);
        let (mut last, mut before_last) = (before(1), before(2));
        let mut next = |own: &mut Bits<'_>| {
            let code = code(last, before_last);
            before_last = last;
            last = self.codes.literal(code, own);
            last
        };
        let (groups, rest) = dst[out..].as_chunks_mut::<PER_LOAD>();
        for group in groups {
            own.refill();
            group.iter_mut().for_each(|byte| *byte = next(&mut own));
        }
        own.refill();
        rest.iter_mut().for_each(|byte| *byte = next(&mut own));
        *bits = own;
    }
}

/// The blocks of one category: literals, commands or distances.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Blocks {
    n_types: usize,
    types: Code,
    counts: Code,
    /// The type of the present block, and of the one before.
    pub(crate) current: usize,
    previous: usize,
    /// Symbols that are left in the present block.
    pub(crate) left: u32,
}

impl Blocks {
    fn read(codes: &mut Codes, bits: &mut Bits<'_>) -> Result<Self, Fault> {
        let n_types = read_number(bits);
        // A single block is longer than any meta-block.
        let mut blocks = Self { n_types, previous: 1, left: u32::MAX, ..Self::default() };
        if n_types > 1 {
            blocks.types = codes.read(bits, n_types + 2, 8)?;
            blocks.counts = codes.read(bits, N_COUNTS, 8)?;
            bits.refill();
            let symbol = codes.table(blocks.counts).symbol(bits);
            blocks.left = block_count(symbol, bits);
        }
        bits.check()?;
        Ok(blocks)
    }

    /// Goes on to the next block, Section 6.
    #[inline(never)]
    pub(crate) fn next<'a>(mut self, tables: &Tables, mut bits: Bits<'a>) -> (Self, Bits<'a>) {
        bits.refill();
        let next = match tables.codes.table(self.types).symbol(&mut bits) {
            0 => self.previous,
            1 if self.current + 1 == self.n_types => 0,
            1 => self.current + 1,
            symbol => symbol as usize - 2,
        };
        (self.previous, self.current) = (self.current, next);
        bits.refill();
        let symbol = tables.codes.table(self.counts).symbol(&mut bits);
        self.left = block_count(symbol, &mut bits);
        (self, bits)
    }
}

/// What the header of a meta-block says beside its [`Tables`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Block {
    pub(crate) literals: Blocks,
    pub(crate) commands: Blocks,
    pub(crate) distances: Blocks,
    pub(crate) parameters: Distances,
}

impl Tables {
    /// Reads the header of a meta-block of `len` bytes, behind that length.
    pub(crate) fn read(&mut self, bits: &mut Bits<'_>, len: usize) -> Result<Block, Fault> {
        let codes = &mut self.codes;
        codes.clear();
        let literals = Blocks::read(codes, bits)?;
        let commands = Blocks::read(codes, bits)?;
        let distances = Blocks::read(codes, bits)?;
        let postfix = bits.read(2);
        let parameters = Distances { postfix, direct: bits.read(4) << postfix };
        self.modes.clear();
        self.modes.extend((0..literals.n_types).map(|_| bits.read(2).to_le_bytes()[0]));
        let n_literal_codes = read_map(codes, bits, &mut self.literal_map, literals.n_types * 64)?;
        let n_distance_codes = read_map(codes, bits, &mut self.distance_map, distances.n_types * 4)?;
        self.plain.clear();
        let maps = self.literal_map.as_chunks::<64>().0;
        self.plain.extend(maps.iter().map(|map| map.iter().all(|&code| code == map[0])));
        read_codes(codes, bits, &mut self.literals, n_literal_codes, 256, literal_root(n_literal_codes))?;
        self.literal_codes.clear();
        self.literal_codes.extend(self.literal_map.iter().map(|&code| self.literals[usize::from(code)]));
        read_codes(codes, bits, &mut self.commands, commands.n_types, N_COMMANDS, 10)?;
        read_codes(codes, bits, &mut self.distances, n_distance_codes, parameters.n_symbols(), 9)?;
        self.make_rows(len);
        Ok(Block { literals, commands, distances, parameters })
    }

    /// Makes the rows of all block types, if they pay for a meta-block of `len` bytes.
    fn make_rows(&mut self, len: usize) {
        self.literal_rows.clear();
        self.row_starts.clear();
        let mut end = 0;
        self.row_starts.extend(self.modes.iter().zip(&self.plain).map(|(&mode, &plain)| {
            let start = end;
            end += if plain { 0 } else { N_ROWS[usize::from(mode)] };
            start
        }));
        if end > MAX_ROWS.min(len / ROW_PAYS) {
            return;
        }
        let maps = self.literal_codes.as_chunks::<64>().0;
        let types = maps.iter().zip(&self.modes).zip(&self.plain);
        for ((map, &mode), _) in types.filter(|&(_, &plain)| !plain) {
            let lookup = &LOOKUPS[usize::from(mode)];
            let row = |row: usize| std::array::from_fn(|last| map[(usize::from(lookup[last]) | row) & 63]);
            self.literal_rows.extend((0..N_ROWS[usize::from(mode)]).map(row));
        }
    }

    #[inline]
    pub(crate) fn literals(&self, block_type: usize) -> Literals<'_> {
        let map = &self.literal_codes.as_chunks().0[block_type];
        if self.plain[block_type] {
            return Literals::Plain(self.codes.table(map[0]));
        }
        let lookup = &LOOKUPS[usize::from(self.modes[block_type])];
        let rows = self.literal_rows.get(self.row_starts[block_type]..).unwrap_or_default();
        Literals::Mapped(Contexts { lookup, map, rows, codes: &self.codes })
    }

    #[inline(always)]
    pub(crate) fn commands(&self, block_type: usize) -> Table<'_> {
        self.codes.table(self.commands[block_type])
    }

    /// The codes of a block type by context.
    #[inline(always)]
    pub(crate) fn distances(&self, block_type: usize) -> [Table<'_>; 4] {
        let map = &self.distance_map.as_chunks().0[block_type];
        map.map(|code| self.codes.table(self.distances[usize::from(code)]))
    }

    /// What the types of the present blocks choose.
    pub(crate) fn choose(&self, block: &Block) -> Choice<'_> {
        Choice {
            literals: self.literals(block.literals.current),
            commands: self.commands(block.commands.current),
            distances: self.distances(block.distances.current),
        }
    }
}

/// The codes of the present blocks.
pub(crate) struct Choice<'a> {
    pub(crate) literals: Literals<'a>,
    pub(crate) commands: Table<'a>,
    /// By context.
    pub(crate) distances: [Table<'a>; 4],
}

impl Choice<'_> {
    #[inline(always)]
    pub(crate) fn distance_table(&self, context: u8) -> Table<'_> {
        self.distances[usize::from(context & 3)]
    }
}

/// Long words in the first part of a table spare jumps, but many such tables do not fit into the cache.
const fn literal_root(n_codes: usize) -> usize {
    if n_codes <= 4 { LITERAL_ROOT } else { 10 }
}

fn read_codes(
    codes: &mut Codes,
    bits: &mut Bits<'_>,
    list: &mut Vec<Code>,
    n: usize,
    n_symbols: usize,
    root: usize,
) -> Result<(), Fault> {
    list.clear();
    for _ in 0..n {
        list.push(codes.read(bits, n_symbols, root)?);
    }
    Ok(())
}
