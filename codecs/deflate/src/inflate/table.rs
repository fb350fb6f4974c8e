//! Decoding tables for the three Huffman codes of a block.
//!
//! A table is indexed by the next bits of the stream. Its first `1 << bits` entries answer for codes of up to `bits` bits;
//! longer ones lead to a second table behind them, indexed by the bits that follow. An entry is one number:
//!
//! | | bits 0 to 7 | 8 and up |
//! |---|---|---|
//! | literals | bits taken | 2 bits: how many, 1 or 2; 4 bits: those of the first code; from bit 16 on their bytes |
//! | length or distance | bits taken, extra ones included | 4 bits: those of the code; [`OTHER`]; from bit 16 on the base |
//! | anything else | 0 | 4 bits: see there; [`OTHER`] and which it is; from bit 16 on a number |
//!
//! An entry in a second table counts all bits of its code, also those that led there.

#![expect(clippy::cast_possible_truncation, reason = "symbols, code lengths, and masked bits")]

/// The longest code of literals, lengths and distances (RFC 1951, 3.2.7).
pub(super) const MAX_BITS: usize = 15;
/// Literal and length symbols that a block can declare.
pub(super) const MAX_LITLEN: usize = 286;
/// Distance symbols that a block can declare.
pub(super) const MAX_DIST: usize = 30;
/// The end-of-block symbol.
pub(super) const END_OF_BLOCK: usize = 256;

/// Entries of the table of literals and lengths. No code of 286 symbols and 15 bits needs more than 2340 behind 11 index
/// bits, or 852 behind 9: counted over all sets of code lengths. The power of two spares the check of the index.
pub(crate) const LITLEN_TABLE: usize = 4096;
/// Index bits of the table of distances.
pub(crate) const DIST_BITS: u32 = 8;
/// Entries of the table of distances, of which no code of 30 symbols needs more than 400, counted likewise.
pub(crate) const DIST_TABLE: usize = 2048;

/// Not a literal.
pub(crate) const OTHER: u32 = 1 << 15;
/// With [`OTHER`]: leads to a second table. The number is its start, the bits of the code are those of its index.
pub(crate) const SECOND: u32 = 1 << 12;
/// With [`OTHER`]: ends the block, or is no symbol, which the number tells.
pub(crate) const STOP: u32 = 1 << 13;
/// The end of the block.
const END: u32 = OTHER | STOP;
/// A symbol that RFC 1951 reserves.
const RESERVED: u32 = OTHER | STOP | 1 << 16;
/// Bits that no code begins with: one of them tells.
const NO_CODE: u32 = RESERVED | 1 << 8;
/// A literal, which is the number.
pub(super) const LITERAL: u32 = 1 << 8;

const LENGTH_BASE: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DIST_BASE: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
];

/// The entries of the literal/length symbols, without the bits of their codes.
pub(super) static LITLEN: [u32; 288] = {
    let mut entries = [RESERVED; 288];
    let mut symbol = 0;
    while symbol < END_OF_BLOCK {
        entries[symbol] = (symbol as u32) << 16 | LITERAL;
        symbol += 1;
    }
    entries[END_OF_BLOCK] = END;
    symbol = 0;
    while symbol < LENGTH_BASE.len() {
        entries[257 + symbol] = (LENGTH_BASE[symbol] as u32) << 16 | OTHER | LENGTH_EXTRA[symbol] as u32;
        symbol += 1;
    }
    entries
};

/// The entries of the distance symbols, without the bits of their codes.
pub(super) static DIST: [u32; 32] = {
    let mut entries = [RESERVED; 32];
    let mut symbol = 0;
    while symbol < DIST_BASE.len() {
        let extra = if symbol < 4 { 0 } else { symbol as u32 / 2 - 1 };
        entries[symbol] = (DIST_BASE[symbol] as u32) << 16 | OTHER | extra;
        symbol += 1;
    }
    entries
};

/// Bits that an entry takes from the stream.
#[inline(always)]
pub(super) const fn taken(entry: u32) -> u32 {
    entry & 63
}

/// Bits of the code of an entry: of literals, the first one.
#[inline(always)]
pub(super) const fn code_bits(entry: u32) -> u32 {
    if entry & OTHER == 0 { entry >> 10 & 15 } else { entry >> 8 & 15 }
}

/// The number that an entry of a length or distance stands for, with the extra bits that follow its code in `bits`.
#[inline(always)]
pub(crate) const fn number(entry: u32, bits: u64) -> usize {
    let extra = (bits & !(u64::MAX.wrapping_shl(entry))).wrapping_shr(entry >> 8 & 15);
    (entry >> 16) as usize + extra as usize
}

/// The index in the second table to which an entry leads; `bits` are those behind the index of the first one.
#[inline(always)]
pub(crate) const fn second(entry: u32, bits: u64) -> usize {
    (entry >> 16) as usize + (bits & !(u64::MAX << (entry >> 8 & 15))) as usize
}

/// What code lengths make of a Huffman code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Each sequence of bits has a symbol.
    Complete,
    /// One symbol of one bit, or no symbol. RFC 1951 allows it for distances, zlib for literals too.
    Single,
}

/// Counts the codes of each length, and judges the code they make.
fn shape(lens: &[u8], counts: &mut [u16; MAX_BITS + 1]) -> Option<Shape> {
    for &len in lens {
        counts[usize::from(len & 15)] += 1;
    }
    counts[0] = 0;
    let mut left = 1i32;
    for &count in &counts[1..] {
        left = (left << 1) - i32::from(count);
        if left < 0 {
            return None;
        }
    }
    let n_codes: u16 = counts.iter().sum();
    match left {
        0 => Some(Shape::Complete),
        _ if n_codes == counts[1] && n_codes <= 1 => Some(Shape::Single),
        _ => None,
    }
}

/// The code that follows `code`, both with the first bit lowest, among `len` bits: an addition from the far end.
#[inline(always)]
const fn next_code(code: usize, len: u32) -> usize {
    // The highest bit that is clear is set, and those above it are cleared.
    let clear = !code & ((1 << len) - 1);
    if clear == 0 {
        return 0;
    }
    let bit = 1 << clear.ilog2();
    (code & (bit - 1)) | bit
}

/// Fills a table of `bits` index bits for the code with these lengths. `entries` has one entry per symbol. `None` if
/// there is no such code.
pub(super) fn build(table: &mut [[u8; 4]], bits: u32, lens: &[u8], entries: &[u32]) -> Option<Shape> {
    let mut counts = [0u16; MAX_BITS + 1];
    let shape = shape(lens, &mut counts)?;
    // Symbols in the order of their codes.
    let mut starts = [0u16; MAX_BITS + 2];
    for len in 1..=MAX_BITS {
        starts[len + 1] = starts[len] + counts[len];
    }
    let mut sorted = [0u16; 288];
    for (symbol, &len) in (0u16..).zip(lens) {
        if len > 0 {
            let place = &mut starts[usize::from(len & 15)];
            sorted[usize::from(*place) % 288] = symbol;
            *place += 1;
        }
    }
    let mut symbols = sorted.iter().map(|&symbol| entries.get(usize::from(symbol)).copied().unwrap_or(NO_CODE));
    if shape == Shape::Single {
        table.get_mut(..1 << bits).unwrap_or(&mut []).fill(NO_CODE.to_ne_bytes());
        if counts[1] == 1 {
            let entry = with_code(symbols.next().unwrap_or(NO_CODE), 1);
            table.iter_mut().take(1 << bits).step_by(2).for_each(|slot| *slot = entry.to_ne_bytes());
        }
        return Some(shape);
    }
    let code = fill_first(table, bits, &counts, &mut symbols);
    fill_second(table, bits, &counts, &mut symbols, code)?;
    Some(shape)
}

/// An entry with the bits of its code.
#[inline(always)]
const fn with_code(entry: u32, len: u32) -> u32 {
    match entry & (OTHER | STOP) {
        0 => entry + len + (len << 10),
        OTHER => entry + len + (len << 8),
        _ => entry + (len << 8),
    }
}

/// Enters the codes of up to `bits` bits, and returns the code that follows.
fn fill_first(
    table: &mut [[u8; 4]],
    bits: u32,
    counts: &[u16; MAX_BITS + 1],
    symbols: &mut impl Iterator<Item = u32>,
) -> usize {
    let shortest = counts.iter().position(|&count| count > 0).unwrap_or(0) as u32;
    let mut code = 0;
    for len in shortest..=bits {
        if len > shortest {
            // What has been entered holds whatever bit follows.
            table.copy_within(..1 << (len - 1), 1 << (len - 1));
        }
        for _ in 0..counts.get(len as usize).copied().unwrap_or(0) {
            if let (Some(slot), Some(entry)) = (table.get_mut(code), symbols.next()) {
                *slot = with_code(entry, len).to_ne_bytes();
            }
            code = next_code(code, len);
        }
    }
    code
}

/// Enters the longer codes in tables behind the first one. `None` if they do not fit, which no set of lengths brings about.
fn fill_second(
    table: &mut [[u8; 4]],
    bits: u32,
    counts: &[u16; MAX_BITS + 1],
    symbols: &mut impl Iterator<Item = u32>,
    mut code: usize,
) -> Option<()> {
    let first = 1usize << bits;
    let mut end = first;
    let (mut prefix, mut start) = (usize::MAX, 0);
    for len in bits + 1..=MAX_BITS as u32 {
        for done in 0..counts[len as usize] {
            if code & (first - 1) != prefix {
                prefix = code & (first - 1);
                start = end;
                let second_bits = second_size(len - bits, bits, counts, done);
                end = start + (1 << second_bits);
                let lead = OTHER | SECOND | second_bits << 8 | u32::try_from(start).ok()? << 16;
                *table.get_mut(prefix)? = lead.to_ne_bytes();
            }
            let entry = with_code(symbols.next()?, len);
            let slots = table.get_mut(start..end)?.iter_mut().skip(code >> bits).step_by(1 << (len - bits));
            slots.for_each(|slot| *slot = entry.to_ne_bytes());
            code = next_code(code, len);
        }
    }
    Some(())
}

/// Index bits of a second table whose first code has `len` bits behind the first table: as many as its longest code.
fn second_size(mut len: u32, bits: u32, counts: &[u16; MAX_BITS + 1], done: u16) -> u32 {
    let left = |len: u32| i32::from(counts.get((bits + len) as usize).copied().unwrap_or(0));
    let mut room = (1i32 << len) - (left(len) - i32::from(done));
    while room > 0 && ((bits + len) as usize) < MAX_BITS {
        len += 1;
        room = (room << 1) - left(len);
    }
    len
}

/// Puts into each entry of one literal the one that the rest of its index holds.
pub(super) fn join_literals(table: &mut [[u8; 4]], bits: u32) {
    // Downwards: the rest of an index is not larger than the index, so its entry still holds one literal.
    for index in (0..1usize << bits).rev() {
        let at = |index: usize| table.get(index).copied().map_or(OTHER, u32::from_ne_bytes);
        let entry = at(index);
        let next = at(index >> taken(entry));
        if (entry | next) & OTHER == 0
            && taken(entry) + taken(next) <= bits
            && let Some(slot) = table.get_mut(index)
        {
            *slot = (entry + (next >> 16 << 24) + LITERAL + taken(next)).to_ne_bytes();
        }
    }
}

/// Of 256 look-ups that give a literal, or a length, how many give a literal, and how many would give two.
pub(super) fn shares(literals: &[u8], bits: u32) -> (u32, u32) {
    // The share of codes of up to so many bits, of 2^15.
    let mut upto = [0u32; MAX_BITS + 1];
    for &len in literals.iter().filter(|&&len| len > 0) {
        upto[usize::from(len & 15)] += 1 << 15 >> len;
    }
    let of_len = upto;
    for len in 1..=MAX_BITS {
        upto[len] += upto[len - 1];
    }
    let both = |(len, &share): (usize, &u32)| {
        let left = (bits as usize).checked_sub(len).and_then(|left| upto.get(left));
        left.map_or(0, |upto| (share * (upto >> 7)) >> 15)
    };
    (upto[MAX_BITS] >> 7, of_len.iter().enumerate().map(both).sum())
}
