//! SSE2, which every x86-64 has.

use core::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_loadu_si128, _mm_packus_epi16, _mm_set1_epi16, _mm_setzero_si128, _mm_srli_epi16,
    _mm_storeu_si128, _mm_unpackhi_epi8, _mm_unpackhi_epi16, _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi8,
    _mm_unpacklo_epi16, _mm_unpacklo_epi32, _mm_unpacklo_epi64,
};

/// Bytes of a vector: samples that are joined at a time, of which each plane gives one byte.
const VECTOR: usize = 16;

/// Joins the first samples; returns how many. None where `N` is not 2, 4, 8 or 16.
#[target_feature(enable = "sse2")]
pub(super) fn join<const N: usize>(planes: &[&[u8]; N], samples: &mut [u8]) -> usize {
    let mut done = 0;
    if !matches!(N, 2 | 4 | 8 | 16) {
        return done;
    }
    for block in samples.as_chunks_mut::<VECTOR>().0.chunks_exact_mut(N) {
        let mut vectors = [_mm_setzero_si128(); N];
        for (vector, plane) in vectors.iter_mut().zip(planes) {
            let Some(bytes) = plane.get(done..).and_then(<[u8]>::first_chunk) else { return done };
            *vector = load(bytes);
        }
        join_block(&mut vectors);
        for (to, vector) in block.iter_mut().zip(vectors) {
            store(to, vector);
        }
        done += VECTOR;
    }
    done
}

/// Splits the first samples; returns how many. None where `N` is not 2, 4, 8 or 16.
#[target_feature(enable = "sse2")]
pub(super) fn split<const N: usize>(samples: &[u8], planes: &mut [&mut [u8]; N]) -> usize {
    let mut done = 0;
    if !matches!(N, 2 | 4 | 8 | 16) {
        return done;
    }
    for block in samples.as_chunks::<VECTOR>().0.chunks_exact(N) {
        let mut vectors = [_mm_setzero_si128(); N];
        for (vector, bytes) in vectors.iter_mut().zip(block) {
            *vector = load(bytes);
        }
        split_block(&mut vectors);
        for (byte, plane) in planes.iter_mut().enumerate() {
            let Some(bytes) = plane.get_mut(done..).and_then(<[u8]>::first_chunk_mut) else { return done };
            store(bytes, vectors[place::<N>(byte)]);
        }
        done += VECTOR;
    }
    done
}

/// From one vector per plane to the bytes of 16 samples.
#[target_feature(enable = "sse2")]
#[inline]
fn join_block<const N: usize>(v: &mut [__m128i; N]) {
    // In each round, vectors of units of 1, 2, 4 and 8 bytes are interleaved pairwise. `v[i]` and `v[i + half]` hold
    // neighbouring units of the same samples.
    let mut unit = 1;
    while unit < N {
        let before = *v;
        for pair in 0..N / 2 {
            // Runs of `unit` vectors hold the same bytes of successive samples.
            let (a, b) = (pair / unit * 2 * unit + pair % unit, pair / unit * 2 * unit + pair % unit + unit);
            let to = pair / unit * 2 * unit + pair % unit * 2;
            let (low, high) = match unit {
                1 => (_mm_unpacklo_epi8(before[a], before[b]), _mm_unpackhi_epi8(before[a], before[b])),
                2 => (_mm_unpacklo_epi16(before[a], before[b]), _mm_unpackhi_epi16(before[a], before[b])),
                4 => (_mm_unpacklo_epi32(before[a], before[b]), _mm_unpackhi_epi32(before[a], before[b])),
                _ => (_mm_unpacklo_epi64(before[a], before[b]), _mm_unpackhi_epi64(before[a], before[b])),
            };
            (v[to], v[to + 1]) = (low, high);
        }
        unit *= 2;
    }
}

/// Where [`split_block`] leaves the plane of a byte: at the index with the bits in reverse.
const fn place<const N: usize>(byte: usize) -> usize {
    byte.reverse_bits() >> (usize::BITS - N.trailing_zeros())
}

/// From the bytes of 16 samples to one vector per plane, see [`place`].
#[target_feature(enable = "sse2")]
#[inline]
fn split_block<const N: usize>(v: &mut [__m128i; N]) {
    let low = _mm_set1_epi16(0xff);
    // In each round, even bytes go to the first half and odd ones to the second half of each run of vectors.
    let mut run = N;
    while run > 1 {
        let before = *v;
        for pair in 0..N / 2 {
            let start = pair / (run / 2) * run;
            let within = pair % (run / 2);
            let (a, b) = (before[start + 2 * within], before[start + 2 * within + 1]);
            v[start + within] = _mm_packus_epi16(_mm_and_si128(a, low), _mm_and_si128(b, low));
            v[start + run / 2 + within] = _mm_packus_epi16(_mm_srli_epi16::<8>(a), _mm_srli_epi16::<8>(b));
        }
        run /= 2;
    }
}

#[target_feature(enable = "sse2")]
#[inline]
fn load(bytes: &[u8; VECTOR]) -> __m128i {
    // SAFETY: 16 bytes are readable, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
#[inline]
fn store(bytes: &mut [u8; VECTOR], value: __m128i) {
    // SAFETY: 16 bytes are writable, at any alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), value) }
}
