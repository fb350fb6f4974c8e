//! Contexts of literals, and the maps from block types and contexts to codes: Section 7.

use super::bits::Bits;
use super::fault::Fault;
use super::prefix::Codes;

/// The part of a context that comes of the last byte (the first 256), and of the one before it. Both together are the
/// context.
pub(crate) type Lookup = [u8; 512];

/// How many values the part of the byte before the last one has, by mode.
pub(crate) const N_ROWS: [usize; 4] = [1, 1, 4, 8];

/// [`Lookup`] by mode: LSB6, MSB6, UTF8, Signed.
pub(crate) static LOOKUPS: [Lookup; 4] = {
    let mut lookups = [[0; 512]; 4];
    let mut byte = 0usize;
    while byte < 256 {
        let value = byte.to_le_bytes()[0];
        lookups[0][byte] = value & 63;
        lookups[1][byte] = value >> 2;
        lookups[2][byte] = utf8_last(value);
        lookups[2][256 + byte] = utf8_before(value);
        lookups[3][byte] = signed(value) << 3;
        lookups[3][256 + byte] = signed(value);
        byte += 1;
    }
    lookups
};

/// Lut0 of Section 7.1.
const fn utf8_last(byte: u8) -> u8 {
    match byte {
        b'\t' | b'\n' | b'\r' => 4,
        0..=31 | 127 => 0,
        b' ' => 8,
        b'"' | b'\'' => 16,
        b'%' => 20,
        b'(' | b'<' | b'[' | b'{' => 24,
        b')' | b'>' | b']' | b'}' => 28,
        b',' | b':' | b';' => 32,
        b'.' => 36,
        b'=' => 40,
        b'0'..=b'9' => 44,
        b'A' | b'E' | b'I' | b'O' | b'U' => 48,
        b'A'..=b'Z' => 52,
        b'a' | b'e' | b'i' | b'o' | b'u' => 56,
        b'a'..=b'z' => 60,
        128..=191 => byte & 1,
        192.. => 2 + (byte & 1),
        _ => 12,
    }
}

/// Lut1.
const fn utf8_before(byte: u8) -> u8 {
    match byte {
        0..=32 | 127..=223 => 0,
        b'0'..=b'9' | b'A'..=b'Z' | 224.. => 2,
        b'a'..=b'z' => 3,
        _ => 1,
    }
}

/// Lut2.
const fn signed(byte: u8) -> u8 {
    match byte {
        0 => 0,
        1..=15 => 1,
        16..=63 => 2,
        64..=127 => 3,
        128..=191 => 4,
        192..=239 => 5,
        240..=254 => 6,
        255 => 7,
    }
}

/// Reads the number of block types or of codes: 1 to 256, Section 9.2.
pub(crate) fn read_number(bits: &mut Bits<'_>) -> usize {
    if bits.read(1) == 0 {
        return 1;
    }
    let extra = bits.read(3);
    1 + (1 << extra) + bits.read(extra) as usize
}

/// Reads the number of codes, and which one each of `len` contexts has.
pub(crate) fn read_map(codes: &mut Codes, bits: &mut Bits<'_>, map: &mut Vec<u8>, len: usize) -> Result<usize, Fault> {
    map.clear();
    map.try_reserve(len).map_err(|_| Fault::Memory(len))?;
    let n_codes = read_number(bits);
    if n_codes == 1 {
        map.resize(len, 0);
        return Ok(1);
    }
    let max_run = if bits.read(1) == 1 { 1 + bits.read(4) } else { 0 };
    let code = codes.read(bits, n_codes + max_run as usize, 8)?;
    let table = codes.table(code);
    while map.len() < len {
        bits.refill();
        let symbol = table.symbol(bits);
        if symbol > max_run {
            map.push((symbol - max_run).to_le_bytes()[0]);
            continue;
        }
        let run = (1 << symbol) + bits.take(symbol) as usize;
        if run > len - map.len() {
            bits.check()?;
            return Err(Fault::number(format!("context map has a run of {run} at {} of {len}", map.len())));
        }
        map.resize(map.len() + run, 0);
    }
    if bits.read(1) == 1 {
        undo_move_to_front(map);
    }
    bits.check()?;
    Ok(n_codes)
}

/// Section 7.3: values are places in a list, whose first is the one that was used last.
fn undo_move_to_front(map: &mut [u8]) {
    let mut list: [u8; 256] = core::array::from_fn(|i| i.to_le_bytes()[0]);
    for value in map {
        let place = usize::from(*value);
        *value = list[place];
        list.copy_within(..place, 1);
        list[0] = *value;
    }
}
