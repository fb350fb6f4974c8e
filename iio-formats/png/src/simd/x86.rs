use core::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_add_epi16, _mm_and_si128, _mm_andnot_si128, _mm_avg_epu8, _mm_cmpgt_epi16,
    _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_max_epi16, _mm_min_epi16, _mm_or_si128, _mm_packus_epi16, _mm_set1_epi8,
    _mm_setzero_si128, _mm_slli_epi16, _mm_sub_epi8, _mm_sub_epi16, _mm_unpacklo_epi8, _mm_xor_si128,
};

use crate::filter::{average_body, cost_body, paeth_body};

/// A pixel of up to 8 bytes in the low half of a register.
#[inline(always)]
fn load<const N: usize>(pixel: &[u8; N]) -> __m128i {
    let mut bytes = [0u8; 8];
    bytes[..N].copy_from_slice(pixel);
    // SAFETY: SSE2 is part of x86_64.
    unsafe { _mm_cvtsi64_si128(i64::from_le_bytes(bytes)) }
}

#[inline(always)]
fn store<const N: usize>(value: __m128i, pixel: &mut [u8; N]) {
    // SAFETY: SSE2 is part of x86_64.
    let bytes = unsafe { _mm_cvtsi128_si64(value) }.to_le_bytes();
    pixel.copy_from_slice(&bytes[..N]);
}

/// Twin of `filter::unsub_scalar`.
pub(super) fn unsub<const N: usize>(row: &mut [u8]) {
    // SAFETY: SSE2 is part of x86_64.
    unsafe {
        let mut a = _mm_setzero_si128();
        for x in row.as_chunks_mut::<N>().0 {
            a = _mm_add_epi8(a, load(x));
            store(a, x);
        }
    }
}

/// Twin of `filter::unaverage_scalar`.
pub(super) fn unaverage<const N: usize>(above: &[u8], row: &mut [u8]) {
    // SAFETY: SSE2 is part of x86_64.
    unsafe {
        // The instruction rounds up. Between complements (255 - a) that is rounding down, and the sum becomes
        // a difference: two steps from pixel to pixel.
        let ones = _mm_set1_epi8(-1);
        let mut a = ones;
        for (x, b) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
            a = _mm_sub_epi8(_mm_avg_epu8(a, _mm_xor_si128(load(b), ones)), load(x));
            store(_mm_xor_si128(a, ones), x);
        }
    }
}

/// A pixel of up to 8 bytes in lanes of 16 bits.
#[inline(always)]
fn load_wide<const N: usize>(pixel: &[u8; N]) -> __m128i {
    // SAFETY: SSE2 is part of x86_64.
    unsafe { _mm_unpacklo_epi8(load(pixel), _mm_setzero_si128()) }
}

#[inline(always)]
fn store_wide<const N: usize>(value: __m128i, pixel: &mut [u8; N]) {
    // SAFETY: SSE2 is part of x86_64.
    store(unsafe { _mm_packus_epi16(value, value) }, pixel);
}

/// x + Paeth(a, b, c) as `filter::predict` has it. Five steps wait for `a`.
#[inline(always)]
fn add_paeth(x: __m128i, a: __m128i, b: __m128i, c: __m128i) -> __m128i {
    // SAFETY: SSE2 is part of x86_64.
    unsafe {
        let third = _mm_sub_epi16(_mm_sub_epi16(_mm_add_epi16(c, _mm_slli_epi16::<1>(c)), b), a);
        let (low, high) = (_mm_min_epi16(a, b), _mm_max_epi16(a, b));
        let not_low = _mm_cmpgt_epi16(high, third);
        let not_high = _mm_cmpgt_epi16(third, low);
        // Bytes are added: the high ones of the lanes stay 0. Meanwhile the comparisons go on.
        let (low, high, c) = (_mm_add_epi8(low, x), _mm_add_epi8(high, x), _mm_add_epi8(c, x));
        let of_c = _mm_and_si128(_mm_and_si128(not_low, not_high), c);
        // If neither is excluded, low and high are equal.
        _mm_or_si128(_mm_or_si128(_mm_andnot_si128(not_low, low), _mm_andnot_si128(not_high, high)), of_c)
    }
}

/// Twin of `filter::unpaeth_scalar`.
pub(super) fn unpaeth<const N: usize>(above: &[u8], row: &mut [u8]) {
    // SAFETY: SSE2 is part of x86_64.
    let zero = unsafe { _mm_setzero_si128() };
    let (mut a, mut c) = (zero, zero);
    for (x, b) in row.as_chunks_mut::<N>().0.iter_mut().zip(above.as_chunks::<N>().0) {
        let b = load_wide(b);
        a = add_paeth(load_wide(x), a, b, c);
        c = b;
        store_wide(a, x);
    }
}

/// Twin of `filter::unpaeth_two_scalar`.
pub(super) fn unpaeth_two<const N: usize>(above: &[u8], row: &mut [u8], next: &mut [u8]) {
    // SAFETY: SSE2 is part of x86_64.
    let zero = unsafe { _mm_setzero_si128() };
    let (above, row, next) = (above.as_chunks::<N>().0, row.as_chunks_mut::<N>().0, next.as_chunks_mut::<N>().0);
    let (Some((b0, above)), Some((x0, row))) = (above.split_first(), row.split_first_mut()) else { return };
    let mut c = load_wide(b0);
    let mut a = add_paeth(load_wide(x0), zero, c, zero);
    store_wide(a, x0);
    let (mut left, mut corner) = (zero, zero);
    let mut behind = next.iter_mut();
    for ((x, b), y) in row.iter_mut().zip(above).zip(&mut behind) {
        // The pixel of the next row is one behind: neither waits for the other.
        left = add_paeth(load_wide(y), left, a, corner);
        corner = a;
        let b = load_wide(b);
        a = add_paeth(load_wide(x), a, b, c);
        c = b;
        store_wide(a, x);
        store_wide(left, y);
    }
    if let Some(y) = behind.next() {
        store_wide(add_paeth(load_wide(y), left, a, corner), y);
    }
}

/// `filter::average_body` with AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn average_avx2(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8]) {
    average_body(to, x, a, b);
}

/// `filter::paeth_body` with AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn paeth_avx2(to: &mut [u8], x: &[u8], a: &[u8], b: &[u8], c: &[u8]) {
    paeth_body(to, x, a, b, c);
}

/// `filter::cost_body` with AVX2.
#[target_feature(enable = "avx2")]
pub(super) fn cost_avx2(row: &[u8]) -> u64 {
    cost_body(row)
}
