//! How the blocks of a category are stored, Section 6.

use super::bits::Writer;
use super::prefix::{Builder, Word, add_word};
use super::split::MAX_TYPES;
use crate::decode::command::{COUNTS, N_COUNTS};
use crate::decode::prefix::MAX_LEN;

/// Goes through blocks, and says where another one begins.
pub(super) struct Switch<'a> {
    rest: &'a [(u8, u32)],
    /// The type of the present block, and the symbols that it has yet.
    pub(super) current: usize,
    pub(super) left: u32,
    previous: usize,
    types: [Word; MAX_TYPES + 2],
    counts: [Word; N_COUNTS],
}

/// The symbol of a type, after the present type and the one before.
const fn type_symbol(next: usize, current: usize, previous: usize) -> usize {
    if next == current + 1 {
        1
    } else if next == previous {
        0
    } else {
        next + 2
    }
}

fn count_symbol(count: u32) -> usize {
    COUNTS.iter().rposition(|range| u32::from(range.base) <= count).unwrap_or(0)
}

/// Writes a number of 1 to 256, Section 9.2.
pub(super) fn put_number(bits: &mut Writer<'_>, number: usize) {
    let Some(log) = (number - 1).checked_ilog2() else {
        bits.put(0, 1);
        return;
    };
    bits.put(1 | u64::from(log) << 1, 4);
    bits.put((number - 1 - (1 << log)) as u64, log);
}

impl<'a> Switch<'a> {
    /// Writes what the header of a meta-block says of the blocks.
    pub(super) fn begin(builder: &mut Builder, bits: &mut Writer<'_>, n_types: usize, blocks: &'a [(u8, u32)]) -> Self {
        put_number(bits, n_types);
        let mut switch = Self { rest: &[], current: 0, left: u32::MAX, previous: 1, types: [0; _], counts: [0; _] };
        let Some((&first, rest)) = blocks.split_first() else { return switch };
        if n_types == 1 {
            return switch;
        }
        let (mut types, mut counts) = ([0; MAX_TYPES + 2], [0; N_COUNTS]);
        let (mut current, mut previous) = (0, 1);
        for &(next, _) in rest {
            types[type_symbol(next.into(), current, previous)] += 1;
            (current, previous) = (next.into(), current);
        }
        blocks.iter().for_each(|&(_, count)| counts[count_symbol(count)] += 1);
        builder.build(bits, &types[..n_types + 2], MAX_LEN, &mut switch.types);
        builder.build(bits, &counts, MAX_LEN, &mut switch.counts);
        switch.put_count(bits, first.1);
        switch.left = first.1;
        switch.rest = rest;
        switch
    }

    fn put_count(&self, bits: &mut Writer<'_>, count: u32) {
        let symbol = count_symbol(count);
        add_word(bits, self.counts[symbol]);
        bits.put(u64::from(count - u32::from(COUNTS[symbol].base)), COUNTS[symbol].extra.into());
    }

    /// Goes on to the next block.
    #[cold]
    #[inline(never)]
    pub(super) fn next(&mut self, bits: &mut Writer<'_>) {
        let Some((&(next, count), rest)) = self.rest.split_first() else { return };
        bits.flush();
        add_word(bits, self.types[type_symbol(next.into(), self.current, self.previous)]);
        self.put_count(bits, count);
        (self.current, self.previous) = (next.into(), self.current);
        (self.rest, self.left) = (rest, count);
    }
}
