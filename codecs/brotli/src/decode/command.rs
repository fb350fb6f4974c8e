//! Symbols that stand for lengths, counts and distances, with the bits that follow them: Sections 4, 5 and 6.

use super::bits::Bits;

/// The lowest value of a code, and how many bits say what is to be added.
#[derive(Clone, Copy)]
pub(crate) struct Range {
    pub(crate) base: u16,
    pub(crate) extra: u8,
}

/// Ranges that follow one another, by their extra bits.
const fn ranges<const N: usize>(first: u16, extra: [u8; N]) -> [Range; N] {
    let mut ranges = [Range { base: first, extra: 0 }; N];
    let mut i = 0;
    while i < N {
        ranges[i].extra = extra[i];
        if i + 1 < N {
            ranges[i + 1].base = ranges[i].base + (1 << extra[i]);
        }
        i += 1;
    }
    ranges
}

pub(crate) const INSERTS: [Range; 24] =
    ranges(0, [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24]);
pub(crate) const COPIES: [Range; 24] =
    ranges(2, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24]);

/// The symbols of block counts.
pub(crate) const N_COUNTS: usize = 26;
pub(crate) const COUNTS: [Range; N_COUNTS] =
    ranges(1, [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24]);

/// Takes what follows a symbol of a block count. 24 bits have to be there.
pub(crate) fn block_count(symbol: u32, bits: &mut Bits<'_>) -> u32 {
    let Range { base, extra } = COUNTS[symbol as usize];
    u32::from(base) + bits.take(u32::from(extra))
}

/// A command without its extra bits.
#[derive(Clone, Copy)]
pub(crate) struct Command {
    pub(crate) insert: u16,
    pub(crate) copy: u16,
    pub(crate) insert_extra: u8,
    pub(crate) copy_extra: u8,
    /// Section 7.2: the context of its distance, by the length to copy. None if it has the last distance, without a
    /// symbol.
    pub(crate) context: Option<u8>,
}

/// The symbols of commands.
pub(crate) const N_COMMANDS: usize = 704;

/// Section 5: insert and copy codes of 64 symbols each begin at these.
const CELLS: [(usize, usize); 11] =
    [(0, 0), (0, 8), (0, 0), (0, 8), (8, 0), (8, 8), (0, 16), (16, 0), (8, 16), (16, 8), (16, 16)];

pub(crate) static COMMANDS: [Command; N_COMMANDS] = {
    let mut commands = [Command { insert: 0, copy: 0, insert_extra: 0, copy_extra: 0, context: None }; N_COMMANDS];
    let mut symbol = 0;
    while symbol < N_COMMANDS {
        let (insert, copy) = CELLS[symbol / 64];
        let (insert, copy) = (INSERTS[insert + symbol / 8 % 8], COPIES[copy + symbol % 8]);
        commands[symbol] = Command {
            insert: insert.base,
            copy: copy.base,
            insert_extra: insert.extra,
            copy_extra: copy.extra,
            context: match copy.base {
                _ if symbol < 128 => None,
                base @ 2..=4 => Some(base.to_le_bytes()[0] - 2),
                _ => Some(3),
            },
        };
        symbol += 1;
    }
    commands
};

/// The last four distances, the latest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recent([u32; 4]);

impl Default for Recent {
    fn default() -> Self {
        Self([4, 11, 15, 16])
    }
}

/// Symbols of [`Recent`] distances: which one, and what is added to it.
pub(crate) const SHORT: [(usize, i32); 16] = [
    (0, 0),
    (1, 0),
    (2, 0),
    (3, 0),
    (0, -1),
    (0, 1),
    (0, -2),
    (0, 2),
    (0, -3),
    (0, 3),
    (1, -1),
    (1, 1),
    (1, -2),
    (1, 2),
    (1, -3),
    (1, 3),
];

impl Recent {
    /// Makes a distance the latest.
    #[inline(always)]
    pub(crate) const fn push(&mut self, distance: u32) {
        self.0 = [distance, self.0[0], self.0[1], self.0[2]];
    }
}

/// The symbols of distances: their parameters in the header of a meta-block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Distances {
    /// NPOSTFIX.
    pub(crate) postfix: u32,
    /// NDIRECT.
    pub(crate) direct: u32,
}

impl Distances {
    pub(crate) const fn n_symbols(self) -> usize {
        (16 + self.direct + (48 << self.postfix)) as usize
    }

    /// Takes what follows a symbol, and gives the distance; 0 if that is zero or less. 24 bits have to be there.
    #[inline(always)]
    pub(crate) fn distance(self, symbol: u32, recent: &Recent, bits: &mut Bits<'_>) -> u32 {
        if symbol < 16 {
            let (index, add) = SHORT[symbol as usize];
            return recent.0[index].saturating_add_signed(add);
        }
        let Some(code) = (symbol - 16).checked_sub(self.direct) else {
            return symbol - 15;
        };
        let (low, high) = (code & ((1 << self.postfix) - 1), code >> self.postfix);
        let extra = 1 + (high >> 1);
        let offset = ((2 + (high & 1)) << extra) - 4 + bits.take(extra);
        (offset << self.postfix) + low + self.direct + 1
    }
}
