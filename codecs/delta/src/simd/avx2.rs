use core::arch::x86_64::{
    __m256i, _mm_sfence, _mm256_add_epi8, _mm256_add_epi16, _mm256_add_epi32, _mm256_add_epi64, _mm256_loadu_si256,
    _mm256_permute2x128_si256, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
    _mm256_stream_si256, _mm256_xor_si256,
};

use crate::place::{Place, Row};

/// Bytes of a lane. Byte shuffles do not cross it, so that it bounds the distance.
pub(super) const LANE: usize = 16;
/// Bytes of a vector: two lanes.
const VECTOR: usize = 2 * LANE;

/// `lag` must be 1 to 16 and, as the length of rows, a multiple of `size`; else the result is unspecified.
#[target_feature(enable = "avx2")]
pub(super) fn decode_rows(rows: impl Iterator<Item = impl Row>, size: usize, lag: usize) {
    match size {
        super::BITS => by_steps::<{ super::BITS }>(rows, lag),
        1 => by_steps::<1>(rows, lag),
        2 => by_steps::<2>(rows, lag),
        4 => by_steps::<4>(rows, lag),
        _ => by_steps::<8>(rows, lag),
    }
}

#[target_feature(enable = "avx2")]
fn by_steps<const SIZE: usize>(rows: impl Iterator<Item = impl Row>, lag: usize) {
    match lag {
        16.. => sum_rows::<SIZE, 0, false>(rows, lag),
        9..16 => sum_rows::<SIZE, 1, true>(rows, lag),
        8 => sum_rows::<SIZE, 1, false>(rows, lag),
        5..8 => sum_rows::<SIZE, 2, true>(rows, lag),
        4 => sum_rows::<SIZE, 2, false>(rows, lag),
        3 => sum_rows::<SIZE, 3, true>(rows, lag),
        2 => sum_rows::<SIZE, 3, false>(rows, lag),
        _ => sum_rows::<SIZE, 4, false>(rows, lag),
    }
}

/// Shuffles within lanes for one distance.
struct Shuffles<const STEPS: usize> {
    /// Moves by `lag << step` bytes towards the end, zeros enter.
    steps: [__m256i; STEPS],
    /// Repeats the last `lag` bytes of a lane, for the next lane.
    next: __m256i,
    /// Repeats the last `lag` bytes of a lane: in the lower lane for the next lane, in the upper for the one after.
    total: __m256i,
    /// From the carry of a vector to that of the next: a turn by the length of a vector.
    turn: __m256i,
}

/// `CYCLES[lag][i]` is `i % lag`: a table, since rows can be as short as what computing it takes.
const CYCLES: [[u8; VECTOR]; LANE + 1] = {
    let mut table = [[0; VECTOR]; LANE + 1];
    let mut lag = 1;
    while lag <= LANE {
        let mut at = 1;
        while at < VECTOR {
            let next = table[lag][at - 1] + 1;
            table[lag][at] = if next as usize == lag { 0 } else { next };
            at += 1;
        }
        lag += 1;
    }
    table
};

/// Indices that give zeros, then those that change nothing: the shuffle that moves by `n` begins at `LANE - n`.
const RAMP: [u8; 2 * LANE] = {
    let mut ramp = [0x80; 2 * LANE];
    ramp[LANE] = 0;
    let mut at = LANE + 1;
    while at < 2 * LANE {
        ramp[at] = ramp[at - 1] + 1;
        at += 1;
    }
    ramp
};

impl<const STEPS: usize> Shuffles<STEPS> {
    #[target_feature(enable = "avx2")]
    fn new(lag: usize) -> Self {
        let mut steps = [_mm256_setzero_si256(); STEPS];
        for (step, to) in steps.iter_mut().enumerate() {
            *to = both_lanes(&RAMP, LANE - (lag << step));
        }
        let cycle = &CYCLES[lag];
        #[expect(clippy::cast_possible_truncation, reason = "0 to 15")]
        let last = _mm256_set1_epi8((LANE - lag) as i8);
        Self {
            steps,
            next: _mm256_add_epi8(both_lanes(cycle, 0), last),
            total: _mm256_add_epi8(load(cycle), last),
            turn: both_lanes(cycle, VECTOR % lag),
        }
    }
}

/// The 16 bytes from `start` on, in either lane. `start` is at most 16.
#[target_feature(enable = "avx2")]
fn both_lanes(bytes: &[u8; VECTOR], start: usize) -> __m256i {
    let mut vector = [0; VECTOR];
    for lane in vector.as_chunks_mut::<LANE>().0 {
        lane.copy_from_slice(&bytes[start..start + LANE]);
    }
    load(&vector)
}

/// Writes past the caches, if the bytes begin at a multiple of their length. Other threads see them after the next
/// `_mm_sfence` only.
#[target_feature(enable = "avx2")]
#[inline]
fn stream(bytes: &mut [u8; VECTOR], value: __m256i) {
    if bytes.as_ptr().addr().is_multiple_of(VECTOR) {
        // SAFETY: 32 bytes are writable, and begin at a multiple of 32. All callers in this module end with the fence.
        unsafe { _mm256_stream_si256(bytes.as_mut_ptr().cast(), value) }
    } else {
        store(bytes, value);
    }
}

/// `TURN` is false where the distance divides the length of a vector, so that the carry need not be turned.
#[target_feature(enable = "avx2")]
fn sum_rows<const SIZE: usize, const STEPS: usize, const TURN: bool>(rows: impl Iterator<Item = impl Row>, lag: usize) {
    let shuffles = Shuffles::<STEPS>::new(lag);
    let mut streamed = false;
    for row in rows {
        let streams = row.streams();
        streamed |= streams;
        let mut carry = _mm256_setzero_si256();
        let (vectors, mut tail) = row.vectors::<VECTOR>();
        for mut vector in vectors {
            let sum = sum::<SIZE, STEPS>(load(vector.read()), &shuffles);
            let done = add::<SIZE>(sum, carry);
            if streams {
                stream(vector.write(), done);
            } else {
                store(vector.write(), done);
            }
            let upper = _mm256_permute2x128_si256::<0x11>(sum, sum);
            let total = _mm256_shuffle_epi8(upper, shuffles.total);
            if TURN {
                carry = _mm256_shuffle_epi8(carry, shuffles.turn);
            }
            carry = add::<SIZE>(carry, total);
        }
        let len = tail.read().len();
        if len > 0 {
            let mut vector = [0; VECTOR];
            vector[..len].copy_from_slice(tail.read());
            let sum = sum::<SIZE, STEPS>(load(&vector), &shuffles);
            store(&mut vector, add::<SIZE>(sum, carry));
            tail.write().copy_from_slice(&vector[..len]);
        }
    }
    if streamed {
        _mm_sfence();
    }
}

/// Sums within one vector.
#[target_feature(enable = "avx2")]
#[inline]
fn sum<const SIZE: usize, const STEPS: usize>(mut vector: __m256i, shuffles: &Shuffles<STEPS>) -> __m256i {
    for shuffle in shuffles.steps {
        vector = add::<SIZE>(vector, _mm256_shuffle_epi8(vector, shuffle));
    }
    // The lower lane moves up, zeros enter.
    let lower = _mm256_permute2x128_si256::<0x08>(vector, vector);
    add::<SIZE>(vector, _mm256_shuffle_epi8(lower, shuffles.next))
}

#[target_feature(enable = "avx2")]
#[inline]
fn add<const SIZE: usize>(a: __m256i, b: __m256i) -> __m256i {
    match SIZE {
        super::BITS => _mm256_xor_si256(a, b),
        1 => _mm256_add_epi8(a, b),
        2 => _mm256_add_epi16(a, b),
        4 => _mm256_add_epi32(a, b),
        _ => _mm256_add_epi64(a, b),
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8; VECTOR]) -> __m256i {
    // SAFETY: 32 bytes are readable, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(bytes: &mut [u8; VECTOR], value: __m256i) {
    // SAFETY: 32 bytes are writable, at any alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), value) }
}
