//! From bits to samples.
//!
//! Groups of 8 samples are taken at once. Where 4 or 8 samples fit in a word, the word is spread in halves: the later
//! samples move to the upper half of it, then within each half, and so on. Wider samples are cut out of the word that
//! begins at their first byte. Both read a few bytes more than they use, so that the last groups of a stream are taken
//! from a copy with zeros behind it.

use crate::plan::{Order, Plan};
use crate::word::{Word, copy, lanes, spread, word};

/// Unpacks `dst.len() / size` samples from sample `first` of a run on, which begins at the start of `src`.
pub(crate) fn unpack(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    if plan.is_copy() {
        return copy(src.get(first * plan.size..).unwrap_or(&[]), dst);
    }
    match plan.size {
        1 => unpack_to::<u8>(plan, src, first, dst),
        2 => unpack_to::<u16>(plan, src, first, dst),
        4 => unpack_to::<u32>(plan, src, first, dst),
        _ => unpack_to::<u64>(plan, src, first, dst),
    }
}

fn unpack_to<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    if plan.order == Order::Packed {
        unpack_packed::<T>(plan, src, first, dst);
    } else {
        let head = (first.next_multiple_of(8) - first) * T::SIZE;
        let (head, body) = dst.split_at_mut(head.min(dst.len()));
        unpack_each::<T>(plan, src, first, head);
        let group = first.div_ceil(8);
        let src_body = src.get(group * plan.bits as usize..).unwrap_or(&[]);
        let n = if plan.order == Order::Msb {
            T::unpack_groups::<true>(plan.bits, src_body, body)
        } else {
            T::unpack_groups::<false>(plan.bits, src_body, body)
        };
        unpack_rest::<T>(plan, src, (group + n) * 8, body.get_mut(n * 8 * T::SIZE..).unwrap_or(&mut []));
    }
    if plan.signed {
        for sample in dst.chunks_exact_mut(T::SIZE) {
            T::load(sample).sign_extended(plan.bits).store(sample);
        }
    }
}

/// Unpacks groups at the end of the stream, which lack the bytes behind them, and a last group that is not whole.
fn unpack_rest<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    /// Bytes of a group and of what may be read behind it, for the widest samples.
    const PADDED: usize = 128;
    let mut from = src.get(first / 8 * plan.bits as usize..).unwrap_or(&[]);
    for part in dst.chunks_mut(8 * T::SIZE) {
        let mut padded = [0; PADDED];
        let mut group = [0; 64];
        copy(from, &mut padded);
        if plan.order == Order::Msb {
            T::unpack_groups::<true>(plan.bits, &padded, &mut group[..8 * T::SIZE]);
        } else {
            T::unpack_groups::<false>(plan.bits, &padded, &mut group[..8 * T::SIZE]);
        }
        copy(&group, part);
        from = from.get(plan.bits as usize..).unwrap_or(&[]);
    }
}

/// Unpacks samples one by one.
fn unpack_each<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    let bits = plan.bits as usize;
    for (index, sample) in (first..).zip(dst.chunks_exact_mut(T::SIZE)) {
        let bit = index % 8 * bits;
        let from = src.get(index / 8 * bits + bit / 8..).unwrap_or(&[]);
        let mut window = [0; 16];
        copy(from, &mut window);
        let value = match plan.order {
            Order::Lsb => u128::from_le_bytes(window) >> (bit % 8),
            _ => u128::from_be_bytes(window) << (bit % 8) >> (128 - bits),
        };
        #[expect(clippy::cast_possible_truncation, reason = "cut to the bits of a sample")]
        T::from_bits(value as u64 & plan.mask()).store(sample);
    }
}

/// Two samples in three bytes: the upper 8 bits of the first, the lower bits of both, the upper 8 bits of the second.
fn unpack_packed<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    let low = plan.bits - 8;
    let low_mask = (1 << low) - 1;
    let join = |high: u8, low_bits: u8| T::from_bits(u64::from(high) << low | u64::from(low_bits & low_mask));
    let at = |index: usize| src.get(index).copied().unwrap_or(0);
    let each = |index: usize, sample: &mut [u8]| {
        let pair = index / 2 * 3;
        let value =
            if index.is_multiple_of(2) { join(at(pair), at(pair + 1)) } else { join(at(pair + 2), at(pair + 1) >> 4) };
        value.store(sample);
    };
    let (head, body) = dst.split_at_mut((first % 2 * T::SIZE).min(dst.len()));
    head.chunks_exact_mut(T::SIZE).for_each(|sample| each(first, sample));
    let from = src.get(first.div_ceil(2) * 3..).unwrap_or(&[]);
    let mut pairs = body.chunks_exact_mut(2 * T::SIZE);
    let mut n = first.next_multiple_of(2);
    for (pair, bytes) in (&mut pairs).zip(from.as_chunks::<3>().0) {
        let (a, b) = pair.split_at_mut(T::SIZE);
        join(bytes[0], bytes[1]).store(a);
        join(bytes[2], bytes[1] >> 4).store(b);
        n += 2;
    }
    pairs.into_remainder().chunks_exact_mut(T::SIZE).zip(n..).for_each(|(sample, index)| each(index, sample));
}

/// Samples of up to 8 bits to bytes: 8 of them fit in a word.
pub(crate) fn groups_8<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    match bits {
        1 => look_up(if MSB { &BITS_MSB } else { &BITS_LSB }, src, dst),
        2 => {
            /// Bytes whose nibbles stay in the first-level cache.
            const BLOCK: usize = 128;
            let mut nibbles = [0; 2 * BLOCK];
            for (bytes, samples) in src.chunks(BLOCK).zip(dst.chunks_mut(4 * BLOCK)) {
                halve::<4, MSB>(bytes, &mut nibbles);
                halve::<2, MSB>(&nibbles, samples);
            }
        }
        4 => halve::<4, MSB>(src, dst),
        _ => return spread_groups::<MSB>(bits, src, dst),
    }
    (dst.len() / 8).min(src.len() / bits as usize)
}

static BITS_MSB: [[u8; 8]; 256] = bits_of_bytes(true);
static BITS_LSB: [[u8; 8]; 256] = bits_of_bytes(false);

/// The samples of one bit in each byte.
#[expect(clippy::cast_possible_truncation, reason = "an index of 256")]
const fn bits_of_bytes(msb: bool) -> [[u8; 8]; 256] {
    let mut table = [[0; 8]; 256];
    let mut at = 0;
    while at < 256 * 8 {
        let (byte, sample) = (at / 8, at % 8);
        table[byte][sample] = byte as u8 >> (if msb { 7 - sample } else { sample }) & 1;
        at += 1;
    }
    table
}

fn look_up(table: &[[u8; 8]; 256], src: &[u8], dst: &mut [u8]) {
    for (samples, byte) in dst.as_chunks_mut().0.iter_mut().zip(src) {
        *samples = table[usize::from(*byte)];
    }
}

/// Cuts each value in two of `BITS` bits. Not inlined, since the compiler makes vectors of this loop as it stands.
#[inline(never)]
fn halve<const BITS: u32, const MSB: bool>(src: &[u8], dst: &mut [u8]) {
    for (halves, value) in dst.as_chunks_mut::<2>().0.iter_mut().zip(src) {
        let (low, high) = (value & (0xff >> (8 - BITS)), value >> BITS);
        *halves = if MSB { [high, low] } else { [low, high] };
    }
}

fn spread_groups<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    let (m4, m2, m1) = (lanes(4 * bits, 32), lanes(2 * bits, 16), lanes(bits, 8));
    let mut at = 0;
    let mut n = 0;
    for group in dst.as_chunks_mut::<8>().0 {
        let Some(word) = word::<MSB>(src, at) else { break };
        let word = if MSB { word >> (64 - 8 * bits) } else { word };
        let word = spread::<MSB>(word, 4 * bits, m4, 32);
        let word = spread::<MSB>(word, 2 * bits, m2, 16);
        *group = spread::<MSB>(word, bits, m1, 8).to_le_bytes();
        at += bits as usize;
        n += 1;
    }
    n
}

/// Samples of up to 16 bits to 2 bytes: 4 of them fit in a word.
pub(crate) fn groups_16<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    let (m2, m1) = (lanes(2 * bits, 32), lanes(bits, 16));
    // The second word begins in the middle of a byte if `bits` is odd.
    let (half, shift) = (bits as usize / 2, bits % 2 * 4);
    let spread = |word| {
        let word = spread::<MSB>(word, 2 * bits, m2, 32);
        spread::<MSB>(word, bits, m1, 16)
    };
    let mut at = 0;
    let mut n = 0;
    for group in dst.as_chunks_mut::<16>().0 {
        let (Some(first), Some(second)) = (word::<MSB>(src, at), word::<MSB>(src, at + half)) else { break };
        let words =
            if MSB { [first >> (64 - 4 * bits), second << shift >> (64 - 4 * bits)] } else { [first, second >> shift] };
        let (a, b) = group.split_at_mut(8);
        a.copy_from_slice(&native_16(spread(words[0])));
        b.copy_from_slice(&native_16(spread(words[1])));
        at += bits as usize;
        n += 1;
    }
    n
}

/// Four samples, the first one lowest, as they lie in an array.
#[inline(always)]
fn native_16(word: u64) -> [u8; 8] {
    let mut bytes = [0; 8];
    for (index, sample) in bytes.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        *sample = u16::from_bits(word >> (16 * index)).to_ne_bytes();
    }
    bytes
}

/// Samples of up to 64 bits to 4 or 8 bytes, each from the word that begins at its first byte.
pub(crate) fn groups_wide<T: Word, const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    match bits {
        // A constant, so that all places are.
        24 => cut_groups::<T, MSB>(24, src, dst),
        // A word that begins up to 7 bits early holds samples of 57 bits.
        ..=57 => cut_groups::<T, MSB>(bits, src, dst),
        _ => cut_long_groups::<T, MSB>(bits, src, dst),
    }
}

/// The byte and bit at which each sample of a group begins.
#[inline(always)]
fn places(bits: u32) -> [(usize, u32); 8] {
    let mut places = [(0, 0); 8];
    for (place, bit) in places.iter_mut().zip((0..).step_by(bits as usize)) {
        *place = (bit as usize / 8, bit % 8);
    }
    places
}

#[inline(always)]
fn cut_groups<T: Word, const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    /// Seven samples of 57 bits and a word.
    const WINDOW: usize = 58;
    let (mask, places) = (u64::MAX >> (64 - bits), places(bits));
    let mut n = 0;
    for (group, from) in dst.chunks_exact_mut(8 * T::SIZE).zip((0..).step_by(bits as usize)) {
        let Some(window) = src.get(from..).and_then(<[u8]>::first_chunk::<WINDOW>) else { break };
        for (sample, (byte, bit)) in group.chunks_exact_mut(T::SIZE).zip(places) {
            let word = word::<MSB>(window, byte).unwrap_or_default();
            T::from_bits(if MSB { word << bit >> (64 - bits) } else { (word >> bit) & mask }).store(sample);
        }
        n += 1;
    }
    n
}

/// As [`cut_groups`], from a word and the byte behind it.
fn cut_long_groups<T: Word, const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    let (mask, places) = (u128::from(u64::MAX >> (64 - bits)), places(bits));
    let mut n = 0;
    for (group, from) in dst.chunks_exact_mut(8 * T::SIZE).zip((0..).step_by(bits as usize)) {
        for (sample, (byte, bit)) in group.chunks_exact_mut(T::SIZE).zip(places) {
            let (Some(word), Some(&next)) = (word::<MSB>(src, from + byte), src.get(from + byte + 8)) else { return n };
            let (word, next) = (u128::from(word), u128::from(next));
            let window = if MSB { (word << 8 | next) >> (72 - bit - bits) } else { (next << 64 | word) >> bit };
            #[expect(clippy::cast_possible_truncation, reason = "cut to the bits of a sample")]
            T::from_bits((window & mask) as u64).store(sample);
        }
        n += 1;
    }
    n
}
