use core::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_add_epi8, _mm256_add_epi16, _mm256_blend_epi32,
    _mm256_castsi128_si256, _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_extracti128_si256,
    _mm256_inserti128_si256, _mm256_movemask_epi8, _mm256_mullo_epi16, _mm256_or_si256, _mm256_packs_epi16,
    _mm256_permute4x64_epi64, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_slli_epi16, _mm256_srai_epi32,
    _mm256_sub_epi16, _mm256_sub_epi32, _mm256_unpackhi_epi16, _mm256_unpacklo_epi16,
};
use std::ops::Range;

use super::forward::{Pairs, Rows, narrow, pairs, products, sum, transpose};
use crate::baseline::block::factor::*;
use crate::sequential::{self, Codes, Component, Reader};
use crate::{convert, upsample};

#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
pub(super) fn read(
    reader: &mut Reader<'_>,
    components: &mut [Component],
    codes: &[Codes<'_>],
    mcus: Range<usize>,
) -> Option<()> {
    sequential::read(reader, components, codes, mcus)
}

#[target_feature(enable = "avx2")]
pub(super) fn wide(row: &[u8], to: &mut [u8]) {
    upsample::wide(row, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn high(near: &[u8], far: &[u8], bias: u16, to: &mut [u8]) {
    upsample::high(near, far, bias, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn both(near: &[u8], far: &[u8], to: &mut [u8]) {
    upsample::both(near, far, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn join<const N: usize>(rows: [&[u8]; N], to: &mut [u8]) {
    convert::join(rows, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn rgb(rows: [&[u8]; 3], to: &mut [u8]) {
    convert::rgb_row(rows, to);
}

#[target_feature(enable = "avx2")]
pub(super) fn inverse(blocks: &[[[i16; 64]; 2]], steps: &[i16; 64], to: [&mut [[u8; 16]]; 8]) {
    let mut to = to;
    let steps = steps.as_chunks::<8>().0;
    for (i, [first, second]) in blocks.iter().enumerate() {
        let zero = _mm256_setzero_si256();
        let (mut rows, mut below) = ([zero; 8], zero);
        let all = first.as_chunks::<8>().0.iter().zip(second.as_chunks::<8>().0).zip(steps);
        for (y, (row, ((first, second), steps))) in rows.iter_mut().zip(all).enumerate() {
            let coefficients = two(first, second);
            *row = _mm256_mullo_epi16(coefficients, two(steps, steps));
            if y > 0 {
                below = _mm256_or_si256(below, coefficients);
            }
        }
        // Which blocks have nothing below their first row.
        let flat = _mm256_movemask_epi8(_mm256_cmpeq_epi8(below, zero)).cast_unsigned();
        let (flat_first, flat_second) = (flat & 0xffff == 0xffff, flat >> 16 == 0xffff);
        let same = _mm256_slli_epi16::<2>(rows[0]);
        let mut columns = [same; 8];
        if !(flat_first && flat_second) {
            columns = pass::<11>(rows);
            for row in &mut columns {
                if flat_first {
                    *row = _mm256_blend_epi32::<0b0000_1111>(*row, same);
                }
                if flat_second {
                    *row = _mm256_blend_epi32::<0b1111_0000>(*row, same);
                }
            }
        }
        let rows = transpose(pass::<18>(transpose(columns)));
        for (pair, to) in rows.as_chunks::<2>().0.iter().zip(to.as_chunks_mut::<2>().0) {
            // Of each block eight samples of one row, then of the other.
            let samples = _mm256_add_epi8(_mm256_packs_epi16(pair[0], pair[1]), _mm256_set1_epi8(-128));
            let samples = _mm256_permute4x64_epi64::<0b11_01_10_00>(samples);
            if let [Some(a), Some(b)] = to.each_mut().map(|row| row.get_mut(i)) {
                // SAFETY: 16 bytes are written each time.
                unsafe {
                    _mm_storeu_si128(a.as_mut_ptr().cast(), _mm256_castsi256_si128(samples));
                    _mm_storeu_si128(b.as_mut_ptr().cast(), _mm256_extracti128_si256::<1>(samples));
                }
            }
        }
    }
}

/// Rows of two blocks.
#[target_feature(enable = "avx2")]
fn two(first: &[i16; 8], second: &[i16; 8]) -> __m256i {
    // SAFETY: 16 bytes are read each time.
    let (first, second) = unsafe { (_mm_loadu_si128(first.as_ptr().cast()), _mm_loadu_si128(second.as_ptr().cast())) };
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(first), second)
}

/// Numbers of 16 bits as such of 32, times 2^13.
#[target_feature(enable = "avx2")]
fn whole(value: __m256i) -> Pairs {
    let zero = _mm256_setzero_si256();
    [
        _mm256_srai_epi32::<3>(_mm256_unpacklo_epi16(zero, value)),
        _mm256_srai_epi32::<3>(_mm256_unpackhi_epi16(zero, value)),
    ]
}

#[target_feature(enable = "avx2")]
fn difference(a: Pairs, b: Pairs) -> Pairs {
    [_mm256_sub_epi32(a[0], b[0]), _mm256_sub_epi32(a[1], b[1])]
}

/// One dimension of the inverse, as the scalar `pass`.
#[target_feature(enable = "avx2")]
fn pass<const BITS: i32>(v: Rows) -> Rows {
    let turned = pairs(v[2], v[6]);
    let even2 = products(turned, F0_541, F0_541 - F1_847);
    let even3 = products(turned, F0_541 + F0_765, F0_541);
    let (plus, minus) = (whole(_mm256_add_epi16(v[0], v[4])), whole(_mm256_sub_epi16(v[0], v[4])));
    let (e0, e3) = (sum(plus, even3), difference(plus, even3));
    let (e1, e2) = (sum(minus, even2), difference(minus, even2));
    let z = pairs(_mm256_add_epi16(v[7], v[3]), _mm256_add_epi16(v[5], v[1]));
    let t3 = products(z, F1_175 - F1_961, F1_175);
    let t4 = products(z, F1_175, F1_175 - F0_390);
    let (outer, inner) = (pairs(v[7], v[1]), pairs(v[5], v[3]));
    let o0 = sum(products(outer, -F0_899, F1_501 - F0_899), t4);
    let o1 = sum(products(inner, -F2_562, F3_072 - F2_562), t3);
    let o2 = sum(products(inner, F2_053 - F2_562, -F2_562), t4);
    let o3 = sum(products(outer, F0_298 - F0_899, -F0_899), t3);
    [
        narrow::<BITS>(sum(e0, o0)),
        narrow::<BITS>(sum(e1, o1)),
        narrow::<BITS>(sum(e2, o2)),
        narrow::<BITS>(sum(e3, o3)),
        narrow::<BITS>(difference(e3, o3)),
        narrow::<BITS>(difference(e2, o2)),
        narrow::<BITS>(difference(e1, o1)),
        narrow::<BITS>(difference(e0, o0)),
    ]
}
