//! AVX2, with and without GFNI.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_loadu_si128, _mm_storeu_si128, _mm256_and_si256, _mm256_castsi256_si128,
    _mm256_extracti128_si256, _mm256_gf2p8affine_epi64_epi8, _mm256_loadu_si256, _mm256_set_m128i, _mm256_set1_epi64x,
    _mm256_setr_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_storeu_si256, _mm256_unpackhi_epi8, _mm256_unpacklo_epi8, _mm256_xor_si256,
};

use super::BITS;

/// Bytes of a lane.
const LANE: usize = 16;
/// Bytes of a vector: two lanes.
const VECTOR: usize = 2 * LANE;
/// Bytes of a plane that are held at a time: in each lane of eight vectors one half.
const BLOCK: usize = BITS * VECTOR;

macro_rules! kernels {
    ($features:literal, $transpose:ident, $to_rows:ident, $from_rows:ident) => {
        /// Turns the first blocks of a plane to rows; returns how many matrices.
        #[target_feature(enable = $features)]
        pub(crate) fn $to_rows(plane: &[u8], rows: &mut [u8]) -> usize {
            let row_len = rows.len() / BITS;
            let mut done = 0;
            for block in plane.as_chunks::<BLOCK>().0 {
                let (low, high) = block.split_at(BLOCK / 2);
                let mut v = [_mm256_setzero_si256(); BITS];
                for ((v, low), high) in v.iter_mut().zip(low.as_chunks::<LANE>().0).zip(high.as_chunks::<LANE>().0) {
                    *v = $transpose(_mm256_set_m128i(load_lane(high), load_lane(low)));
                }
                // Four bits of the index count matrices.
                let v = interleave(interleave(interleave(interleave(v))));
                for (row, v) in rows.chunks_exact_mut(row_len).zip(v) {
                    let Some(bytes) = row.get_mut(done..).and_then(<[u8]>::first_chunk_mut) else { return done };
                    store(bytes, v);
                }
                done += VECTOR;
            }
            done
        }

        /// Turns the first blocks of rows to a plane; returns how many matrices.
        #[target_feature(enable = $features)]
        pub(crate) fn $from_rows(rows: &[u8], plane: &mut [u8]) -> usize {
            let row_len = rows.len() / BITS;
            let mut done = 0;
            for block in plane.as_chunks_mut::<BLOCK>().0 {
                let mut v = [_mm256_setzero_si256(); BITS];
                for (v, row) in v.iter_mut().zip(rows.chunks_exact(row_len)) {
                    let Some(bytes) = row.get(done..).and_then(<[u8]>::first_chunk) else { return done };
                    *v = load(bytes);
                }
                // Three bits of the index count bytes of a matrix.
                let v = interleave(interleave(interleave(v)));
                let (low, high) = block.split_at_mut(BLOCK / 2);
                let lanes = low.as_chunks_mut::<LANE>().0.iter_mut().zip(high.as_chunks_mut::<LANE>().0);
                for (v, (low, high)) in v.into_iter().zip(lanes) {
                    let v = $transpose(v);
                    store_lane(low, _mm256_castsi256_si128(v));
                    store_lane(high, _mm256_extracti128_si256::<1>(v));
                }
                done += VECTOR;
            }
            done
        }
    };
}
kernels!("avx2", transpose, to_rows, from_rows);
kernels!("avx2,gfni", transpose_gfni, to_rows_gfni, from_rows_gfni);

/// In each lane, a byte at index `(top bit, rest)` of eight registers goes to `(rest, top bit)`.
#[target_feature(enable = "avx2")]
#[inline]
fn interleave(v: [__m256i; BITS]) -> [__m256i; BITS] {
    let mut to = v;
    for pair in 0..BITS / 2 {
        to[2 * pair] = _mm256_unpacklo_epi8(v[pair], v[pair + BITS / 2]);
        to[2 * pair + 1] = _mm256_unpackhi_epi8(v[pair], v[pair + BITS / 2]);
    }
    to
}

/// As [`super::transpose`], of four matrices.
#[target_feature(enable = "avx2")]
#[inline]
fn transpose(x: __m256i) -> __m256i {
    let t = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64::<7>(x)), _mm256_set1_epi64x(0x00aa_00aa_00aa_00aa));
    let x = _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64::<7>(t)));
    let t =
        _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64::<14>(x)), _mm256_set1_epi64x(0x0000_cccc_0000_cccc));
    let x = _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64::<14>(t)));
    let t =
        _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64::<28>(x)), _mm256_set1_epi64x(0x0000_0000_f0f0_f0f0));
    _mm256_xor_si256(x, _mm256_xor_si256(t, _mm256_slli_epi64::<28>(t)))
}

/// As [`transpose`]: the product of the identity and a matrix whose bytes were turned round.
#[target_feature(enable = "avx2,gfni")]
#[inline]
fn transpose_gfni(x: __m256i) -> __m256i {
    let turn = _mm256_setr_epi8(
        7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8,
    );
    let identity = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64.cast_signed());
    _mm256_gf2p8affine_epi64_epi8::<0>(identity, _mm256_shuffle_epi8(x, turn))
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8; VECTOR]) -> __m256i {
    // SAFETY: 32 bytes are readable, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load_lane(bytes: &[u8; LANE]) -> __m128i {
    // SAFETY: 16 bytes are readable, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(bytes: &mut [u8; VECTOR], value: __m256i) {
    // SAFETY: 32 bytes are writable, at any alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), value) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store_lane(bytes: &mut [u8; LANE], value: __m128i) {
    // SAFETY: 16 bytes are writable, at any alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), value) }
}
