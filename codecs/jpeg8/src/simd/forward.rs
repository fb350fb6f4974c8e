use core::arch::x86_64::*;
use std::ops::Range;

use iio_codec::Result;

use crate::baseline::block::{Block, Divisors, factor::*};
use crate::baseline::entropy::{Bits, Part};
use crate::baseline::sample::{self, Rgb};
use crate::baseline::table::ZIGZAG;

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
pub(super) fn code(bits: &mut Bits<'_>, parts: &mut [Part<'_>], mcus: Range<usize>) -> Result<()> {
    bits.code(parts, mcus)
}

#[target_feature(enable = "avx2")]
pub(super) fn split<const N: usize>(pixels: &[u8], planes: [&mut [u8]; N]) {
    sample::split(pixels, planes);
}

#[target_feature(enable = "avx2")]
pub(super) fn luma(rgb: Rgb<'_>, to: &mut [u8]) {
    sample::luma(rgb, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn ycbcr(rgb: Rgb<'_>, to: [&mut [u8]; 3]) {
    sample::ycbcr(rgb, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn shrink(by: (usize, usize), rows: &[u8], to: &mut [u8]) {
    sample::shrink(by, rows, to);
}

/// Eight rows, or columns, of two blocks: one block per lane of 16 bytes.
pub(super) type Rows = [__m256i; 8];

#[target_feature(enable = "avx2")]
pub(super) fn transform(rows: [&[[u8; 16]]; 8], divisors: &Divisors, to: &mut [[Block; 2]]) {
    let n = rows.iter().fold(to.len(), |n, row| n.min(row.len()));
    let rows = rows.map(|row| &row[..n]);
    for (i, to) in to.iter_mut().enumerate().take(n) {
        // Not `map`, which would be compiled without the instructions.
        let mut samples = [_mm256_setzero_si256(); 8];
        for (to, row) in samples.iter_mut().zip(rows) {
            *to = level(&row[i]);
        }
        let columns = transpose(pass::<11>(transpose(samples)));
        store(&quantize(&pass::<15>(columns), divisors), to);
    }
}

/// Samples about 0.
#[target_feature(enable = "avx2")]
fn level(samples: &[u8; 16]) -> __m256i {
    // SAFETY: 16 bytes are read.
    let bytes = unsafe { _mm_loadu_si128(samples.as_ptr().cast()) };
    _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(128))
}

#[target_feature(enable = "avx2")]
pub(super) fn transpose(r: Rows) -> Rows {
    let (a0, a1) = (_mm256_unpacklo_epi16(r[0], r[1]), _mm256_unpackhi_epi16(r[0], r[1]));
    let (a2, a3) = (_mm256_unpacklo_epi16(r[2], r[3]), _mm256_unpackhi_epi16(r[2], r[3]));
    let (a4, a5) = (_mm256_unpacklo_epi16(r[4], r[5]), _mm256_unpackhi_epi16(r[4], r[5]));
    let (a6, a7) = (_mm256_unpacklo_epi16(r[6], r[7]), _mm256_unpackhi_epi16(r[6], r[7]));
    let (b0, b1) = (_mm256_unpacklo_epi32(a0, a2), _mm256_unpackhi_epi32(a0, a2));
    let (b2, b3) = (_mm256_unpacklo_epi32(a1, a3), _mm256_unpackhi_epi32(a1, a3));
    let (b4, b5) = (_mm256_unpacklo_epi32(a4, a6), _mm256_unpackhi_epi32(a4, a6));
    let (b6, b7) = (_mm256_unpacklo_epi32(a5, a7), _mm256_unpackhi_epi32(a5, a7));
    [
        _mm256_unpacklo_epi64(b0, b4),
        _mm256_unpackhi_epi64(b0, b4),
        _mm256_unpacklo_epi64(b1, b5),
        _mm256_unpackhi_epi64(b1, b5),
        _mm256_unpacklo_epi64(b2, b6),
        _mm256_unpackhi_epi64(b2, b6),
        _mm256_unpacklo_epi64(b3, b7),
        _mm256_unpackhi_epi64(b3, b7),
    ]
}

/// Pairs of numbers of 16 bits, in two vectors.
pub(super) type Pairs = [__m256i; 2];

#[target_feature(enable = "avx2")]
pub(super) fn pairs(a: __m256i, b: __m256i) -> Pairs {
    [_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)]
}

/// Sums of both products of a pair, in 32 bits.
#[target_feature(enable = "avx2")]
pub(super) fn products(v: Pairs, a: i16, b: i16) -> Pairs {
    let factors = _mm256_set1_epi32(i32::from(b) << 16 | i32::from(a) & 0xffff);
    [_mm256_madd_epi16(v[0], factors), _mm256_madd_epi16(v[1], factors)]
}

#[target_feature(enable = "avx2")]
pub(super) fn sum(a: Pairs, b: Pairs) -> Pairs {
    [_mm256_add_epi32(a[0], b[0]), _mm256_add_epi32(a[1], b[1])]
}

/// Drops bits, rounds, and back to 16 bits.
#[target_feature(enable = "avx2")]
pub(super) fn narrow<const BITS: i32>(v: Pairs) -> __m256i {
    let half = _mm256_set1_epi32(1 << (BITS - 1));
    let low = _mm256_srai_epi32::<BITS>(_mm256_add_epi32(v[0], half));
    _mm256_packs_epi32(low, _mm256_srai_epi32::<BITS>(_mm256_add_epi32(v[1], half)))
}

/// One dimension of the transform, as the scalar `pass`, whose products are regrouped: sums are exact in any order. `BITS`
/// is what products lose: 11 of rows, 15 of columns.
#[target_feature(enable = "avx2")]
fn pass<const BITS: i32>(v: Rows) -> Rows {
    let (s0, d0) = (_mm256_add_epi16(v[0], v[7]), _mm256_sub_epi16(v[0], v[7]));
    let (s1, d1) = (_mm256_add_epi16(v[1], v[6]), _mm256_sub_epi16(v[1], v[6]));
    let (s2, d2) = (_mm256_add_epi16(v[2], v[5]), _mm256_sub_epi16(v[2], v[5]));
    let (s3, d3) = (_mm256_add_epi16(v[3], v[4]), _mm256_sub_epi16(v[3], v[4]));
    let (even0, even3) = (_mm256_add_epi16(s0, s3), _mm256_sub_epi16(s0, s3));
    let (even1, even2) = (_mm256_add_epi16(s1, s2), _mm256_sub_epi16(s1, s2));
    let plain = |value| match BITS {
        11 => _mm256_slli_epi16::<2>(value),
        _ => _mm256_srai_epi16::<2>(_mm256_add_epi16(value, _mm256_set1_epi16(2))),
    };
    let turned = pairs(even2, even3);
    let z = pairs(_mm256_add_epi16(d3, d1), _mm256_add_epi16(d2, d0));
    let z3 = products(z, F1_175 - F1_961, F1_175);
    let z4 = products(z, F1_175, F1_175 - F0_390);
    let (outer, inner) = (pairs(d3, d0), pairs(d2, d1));
    [
        plain(_mm256_add_epi16(even0, even1)),
        narrow::<BITS>(sum(products(outer, -F0_899, F1_501 - F0_899), z4)),
        narrow::<BITS>(products(turned, F0_541, F0_541 + F0_765)),
        narrow::<BITS>(sum(products(inner, -F2_562, F3_072 - F2_562), z3)),
        plain(_mm256_sub_epi16(even0, even1)),
        narrow::<BITS>(sum(products(inner, F2_053 - F2_562, -F2_562), z4)),
        narrow::<BITS>(products(turned, F0_541 - F1_847, F0_541)),
        narrow::<BITS>(sum(products(outer, F0_298 - F0_899, -F0_899), z3)),
    ]
}

/// A row of eight numbers, in both lanes.
#[target_feature(enable = "avx2")]
fn both(row: &[u16; 8]) -> __m256i {
    // SAFETY: 16 bytes are read.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(row.as_ptr().cast()) })
}

#[target_feature(enable = "avx2")]
fn quantize(rows: &Rows, divisors: &Divisors) -> Rows {
    let mut to = *rows;
    for (y, row) in to.iter_mut().enumerate() {
        let value = _mm256_add_epi16(_mm256_abs_epi16(*row), both(&divisors.half[y]));
        let value = _mm256_mulhi_epu16(value, both(&divisors.reciprocal[y]));
        *row = _mm256_sign_epi16(_mm256_mulhi_epu16(value, both(&divisors.shift[y])), *row);
    }
    to
}

/// Which bytes of row `from` of a block come to which places of row `to` in the order of coding; elsewhere zeros enter.
const MOVES: [[[u8; 16]; 8]; 8] = {
    let mut moves = [[[0x80; 16]; 8]; 8];
    let mut k = 0;
    while k < 64 {
        let (from, first) = (ZIGZAG[k] as usize, ZIGZAG[k] % 8 * 2);
        moves[k / 8][from / 8][k % 8 * 2] = first;
        moves[k / 8][from / 8][k % 8 * 2 + 1] = first + 1;
        k += 1;
    }
    moves
};

/// Row `TO` in the order of coding, which is made of rows `FIRST` to `LAST`.
#[target_feature(enable = "avx2")]
fn ordered<const TO: usize, const FIRST: usize, const LAST: usize>(rows: &Rows) -> __m256i {
    let mut row = _mm256_setzero_si256();
    for from in FIRST..=LAST {
        // SAFETY: 16 bytes are read.
        let moves = unsafe { _mm_loadu_si128(MOVES[TO][from].as_ptr().cast()) };
        row = _mm256_or_si256(row, _mm256_shuffle_epi8(rows[from], _mm256_broadcastsi128_si256(moves)));
    }
    row
}

/// Symbols of 32 coefficients, 16 of each block.
#[target_feature(enable = "avx2")]
fn symbols(a: __m256i, b: __m256i) -> __m256i {
    // Bits of a nibble, if it is the lowest, the second, the third.
    let table = |add: i8| {
        let bits = |n: i8| n + add;
        let (one, two, three, four) = (bits(1), bits(2), bits(3), bits(4));
        let half =
            _mm_setr_epi8(0, one, two, two, three, three, three, three, four, four, four, four, four, four, four, four);
        _mm256_broadcastsi128_si256(half)
    };
    let (nibble, byte) = (_mm256_set1_epi8(15), _mm256_set1_epi16(255));
    let (abs_a, abs_b) = (_mm256_abs_epi16(a), _mm256_abs_epi16(b));
    let low = _mm256_packus_epi16(_mm256_and_si256(abs_a, byte), _mm256_and_si256(abs_b, byte));
    let high = _mm256_packus_epi16(_mm256_srli_epi16::<8>(abs_a), _mm256_srli_epi16::<8>(abs_b));
    let first = _mm256_shuffle_epi8(table(0), _mm256_and_si256(low, nibble));
    let second = _mm256_shuffle_epi8(table(4), _mm256_and_si256(_mm256_srli_epi16::<4>(low), nibble));
    let third = _mm256_shuffle_epi8(table(8), high);
    let signs = _mm256_srli_epi16::<3>(_mm256_and_si256(_mm256_packs_epi16(a, b), _mm256_set1_epi8(-128)));
    _mm256_or_si256(_mm256_max_epu8(_mm256_max_epu8(first, second), third), signs)
}

#[target_feature(enable = "avx2")]
fn store(rows: &Rows, [first, second]: &mut [Block; 2]) {
    let ordered = [
        ordered::<0, 0, 2>(rows),
        ordered::<1, 0, 4>(rows),
        ordered::<2, 1, 6>(rows),
        ordered::<3, 0, 3>(rows),
        ordered::<4, 4, 7>(rows),
        ordered::<5, 1, 6>(rows),
        ordered::<6, 3, 7>(rows),
        ordered::<7, 5, 7>(rows),
    ];
    let all = first.coefficients.as_chunks_mut::<8>().0.iter_mut().zip(second.coefficients.as_chunks_mut::<8>().0);
    for (row, (a, b)) in ordered.into_iter().zip(all) {
        // SAFETY: 16 bytes are written each time.
        unsafe {
            _mm_storeu_si128(a.as_mut_ptr().cast(), _mm256_castsi256_si128(row));
            _mm_storeu_si128(b.as_mut_ptr().cast(), _mm256_extracti128_si256::<1>(row));
        }
    }
    let all = first.symbols.as_chunks_mut::<16>().0.iter_mut().zip(second.symbols.as_chunks_mut::<16>().0);
    let mut nonzero = [0_u64; 2];
    for ((rows, (a, b)), shift) in ordered.as_chunks::<2>().0.iter().zip(all).zip([0, 16, 32, 48]) {
        let symbols = symbols(rows[0], rows[1]);
        // SAFETY: 16 bytes are written each time.
        unsafe {
            _mm_storeu_si128(a.as_mut_ptr().cast(), _mm256_castsi256_si128(symbols));
            _mm_storeu_si128(b.as_mut_ptr().cast(), _mm256_extracti128_si256::<1>(symbols));
        }
        let zero = _mm256_cmpeq_epi8(symbols, _mm256_setzero_si256());
        let mask = !_mm256_movemask_epi8(zero).cast_unsigned();
        nonzero[0] |= u64::from(mask & 0xffff) << shift;
        nonzero[1] |= u64::from(mask >> 16) << shift;
    }
    [first.nonzero, second.nonzero] = nonzero;
}
