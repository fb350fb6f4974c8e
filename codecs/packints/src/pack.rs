//! From samples to bits: the way back of `unpack`.

use crate::plan::{Order, Plan};
use crate::word::{Word, copy, gather, lanes};

/// Packs the samples of `src` from sample `first` of a run on, which begins at the start of `dst`. What lies behind them
/// in `dst` must be zero.
pub(crate) fn pack(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    if plan.is_copy() {
        return copy(src, dst.get_mut(first * plan.size..).unwrap_or(&mut []));
    }
    match plan.size {
        1 => pack_from::<u8>(plan, src, first, dst),
        2 => pack_from::<u16>(plan, src, first, dst),
        4 => pack_from::<u32>(plan, src, first, dst),
        _ => pack_from::<u64>(plan, src, first, dst),
    }
}

/// Finds the first sample that the bits of the stream cannot hold: its index and value.
pub(crate) fn misfit(plan: &Plan, src: &[u8]) -> Option<(usize, i128)> {
    match plan.size {
        1 => misfit_of::<u8>(plan, src),
        2 => misfit_of::<u16>(plan, src),
        4 => misfit_of::<u32>(plan, src),
        _ => misfit_of::<u64>(plan, src),
    }
}

fn misfit_of<T: Word>(plan: &Plan, src: &[u8]) -> Option<(usize, i128)> {
    if plan.bits as usize >= T::SIZE * 8 {
        return None;
    }
    let none = T::default();
    let samples = src.chunks_exact(T::SIZE);
    // Two loops, since the compiler makes vectors of one that looks at all samples.
    let all = |signed| samples.clone().fold(none, |all, sample| all | T::load(sample).excess(plan.bits, signed));
    if (if plan.signed { all(true) } else { all(false) }) == none {
        return None;
    }
    let (index, bits) =
        samples.map(T::load).enumerate().find(|(_, bits)| bits.excess(plan.bits, plan.signed) != none)?;
    Some((index, if plan.signed { bits.to_signed().into() } else { bits.to_bits().into() }))
}

fn pack_from<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    if plan.order == Order::Packed {
        return pack_packed::<T>(plan, src, first, dst);
    }
    let head = (first.next_multiple_of(8) - first) * T::SIZE;
    let (head, body) = src.split_at(head.min(src.len()));
    pack_each::<T>(plan, head, first, dst);
    let group = first.div_ceil(8);
    let dst_body = dst.get_mut(group * plan.bits as usize..).unwrap_or(&mut []);
    let n = if plan.order == Order::Msb {
        T::pack_groups::<true>(plan.bits, body, dst_body)
    } else {
        T::pack_groups::<false>(plan.bits, body, dst_body)
    };
    pack_each::<T>(plan, body.get(n * 8 * T::SIZE..).unwrap_or(&[]), (group + n) * 8, dst);
}

/// Packs samples one by one.
fn pack_each<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    let bits = plan.bits as usize;
    for (index, sample) in (first..).zip(src.chunks_exact(T::SIZE)) {
        let bit = index % 8 * bits;
        let value = u128::from(T::load(sample).to_bits() & plan.mask());
        let window = match plan.order {
            Order::Lsb => (value << (bit % 8)).to_le_bytes(),
            _ => (value << (128 - bits - bit % 8)).to_be_bytes(),
        };
        let to = dst.get_mut(index / 8 * bits + bit / 8..).unwrap_or(&mut []);
        to.iter_mut().zip(window).for_each(|(to, from)| *to |= from);
    }
}

/// Two samples to three bytes: the upper 8 bits of the first, the lower bits of both, the upper 8 bits of the second.
fn pack_packed<T: Word>(plan: &Plan, src: &[u8], first: usize, dst: &mut [u8]) {
    let low = plan.bits - 8;
    let parts = |sample: &[u8]| {
        let value = T::load(sample).to_bits();
        #[expect(clippy::cast_possible_truncation, reason = "cut to the bits of a sample")]
        ((value >> low) as u8, (value & ((1 << low) - 1)) as u8)
    };
    let mut each = |index: usize, sample: &[u8]| {
        let (high, low) = parts(sample);
        let from = index / 2 * 3;
        let (place, bytes) = if index.is_multiple_of(2) { (from, [high, low]) } else { (from + 1, [low << 4, high]) };
        let to = dst.get_mut(place..).unwrap_or(&mut []);
        to.iter_mut().zip(bytes).for_each(|(to, from)| *to |= from);
    };
    let (head, body) = src.split_at((first % 2 * T::SIZE).min(src.len()));
    head.chunks_exact(T::SIZE).for_each(|sample| each(first, sample));
    let pairs = body.chunks_exact(2 * T::SIZE);
    let start = first.next_multiple_of(2);
    let last = start + body.len() / T::SIZE / 2 * 2;
    pairs.remainder().chunks_exact(T::SIZE).for_each(|sample| each(last, sample));
    let to = dst.get_mut(start / 2 * 3..).unwrap_or(&mut []);
    for (pair, to) in pairs.zip(to.as_chunks_mut::<3>().0) {
        let (a, b) = pair.split_at(T::SIZE);
        let ((high_a, low_a), (high_b, low_b)) = (parts(a), parts(b));
        *to = [high_a, low_a | low_b << 4, high_b];
    }
}

/// Stores a group of `len` bytes as a whole array where there is room: what follows is zero, and written later.
#[inline(always)]
fn store_group<const N: usize>(dst: &mut [u8], at: usize, len: usize, group: [u8; N]) {
    let Some(to) = dst.get_mut(at..) else { return };
    match to.first_chunk_mut() {
        Some(to) => *to = group,
        None => copy(&group[..len], to),
    }
}

/// Samples of up to 8 bits from bytes: 8 of them fit in a word.
pub(crate) fn groups_8<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    if bits == 1 {
        return groups_of_bits::<MSB>(src, dst);
    }
    let (m4, m2, m1) = (lanes(4 * bits, 32), lanes(2 * bits, 16), lanes(bits, 8));
    let groups = src.as_chunks::<8>().0;
    for (group, at) in groups.iter().zip((0..).step_by(bits as usize)) {
        let word = gather::<MSB>(u64::from_le_bytes(*group), bits, m1, 8);
        let word = gather::<MSB>(word, 2 * bits, m2, 16);
        let word = gather::<MSB>(word, 4 * bits, m4, 32);
        let bytes = if MSB { (word << (64 - 8 * bits)).to_be_bytes() } else { word.to_le_bytes() };
        store_group(dst, at, bits as usize, bytes);
    }
    groups.len()
}

/// Bytes of one bit each: a product moves the lowest bits of 8 bytes next to each other, without carries.
fn groups_of_bits<const MSB: bool>(src: &[u8], dst: &mut [u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Byte i (bit 8 i of the word) moves to bit 63 - i, or 56 + i.
    let factor = if MSB { 0x8040_2010_0804_0201 } else { 0x0102_0408_1020_4080 };
    let groups = src.as_chunks::<8>().0;
    for (group, to) in groups.iter().zip(dst) {
        *to = u8::from_bits((u64::from_le_bytes(*group) & ONES).wrapping_mul(factor) >> 56);
    }
    groups.len()
}

/// Samples of up to 16 bits from 2 bytes: 4 of them fit in a word.
pub(crate) fn groups_16<const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    let (m2, m1) = (lanes(2 * bits, 32), lanes(bits, 16));
    let groups = src.as_chunks::<16>().0;
    for (group, at) in groups.iter().zip((0..).step_by(bits as usize)) {
        let half = |samples: &[u8]| {
            let lowest_first = |word, sample: &[u8; 2]| word << 16 | u64::from(u16::from_ne_bytes(*sample));
            let word = samples.as_chunks().0.iter().rev().fold(0, lowest_first);
            u128::from(gather::<MSB>(gather::<MSB>(word, bits, m1, 16), 2 * bits, m2, 32))
        };
        let (first, second) = group.split_at(8);
        let (first, second) = (half(first), half(second));
        let bytes = if MSB {
            (first << (128 - 4 * bits) | second << (128 - 8 * bits)).to_be_bytes()
        } else {
            (first | second << (4 * bits)).to_le_bytes()
        };
        store_group(dst, at, bits as usize, bytes);
    }
    groups.len()
}

/// Packs samples through a store of bits that gives away its oldest ones in `$part`s.
macro_rules! stream_out {
    ($T:ty, $MSB:expr, $store:ty, $part:ty, $bits:expr, $src:expr, $dst:expr) => {{
        let mask = u64::MAX >> (64 - $bits);
        let (mut store, mut n, mut at): ($store, u32, usize) = (0, 0, 0);
        for sample in $src.chunks_exact(<$T>::SIZE) {
            let value = <$store>::from(<$T>::load(sample).to_bits() & mask);
            store = if $MSB { store << $bits | value } else { store | value << n };
            n += $bits;
            if n >= <$part>::BITS {
                n -= <$part>::BITS;
                #[expect(clippy::cast_possible_truncation, reason = "the oldest bits")]
                let part = if $MSB { ((store >> n) as $part).to_be_bytes() } else { (store as $part).to_le_bytes() };
                store_group($dst, at, part.len(), part);
                at += part.len();
                if !$MSB {
                    store >>= <$part>::BITS;
                }
            }
        }
        // Whole groups are whole bytes.
        let rest = if $MSB { (store << (<$store>::BITS - 1 - n) << 1).to_be_bytes() } else { store.to_le_bytes() };
        copy(&rest[..n as usize / 8], $dst.get_mut(at..).unwrap_or(&mut []));
    }};
}

/// Samples of up to 64 bits from 4 or 8 bytes.
pub(crate) fn groups_wide<T: Word, const MSB: bool>(bits: u32, src: &[u8], dst: &mut [u8]) -> usize {
    let n = src.len() / (8 * T::SIZE);
    let src = src.get(..n * 8 * T::SIZE).unwrap_or(&[]);
    if bits <= 32 {
        stream_out!(T, MSB, u64, u32, bits, src, dst);
    } else {
        stream_out!(T, MSB, u128, u64, bits, src, dst);
    }
    n
}
