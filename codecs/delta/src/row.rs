//! Differences within rows without gaps. The unit of distance here is the byte: sample `i` of a row and the one `lag`
//! bytes before it.

use iio_codec::{Blame, Direction, Result};

use crate::place::Moved;
use crate::{INFO, simd};

/// Adds and subtracts samples that lie in bytes, at any alignment.
pub(crate) trait Word: Copy {
    const SIZE: usize;
    fn load(bytes: &[u8]) -> Self;
    fn store(self, bytes: &mut [u8]);
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    const ZERO: Self;
}

macro_rules! words {
    ($($type:ty),+) => {$(
        impl Word for $type {
            const SIZE: usize = size_of::<Self>();
            const ZERO: Self = 0;
            #[inline(always)]
            fn load(bytes: &[u8]) -> Self {
                bytes.first_chunk().map_or(0, |&bytes| Self::from_ne_bytes(bytes))
            }
            #[inline(always)]
            fn store(self, bytes: &mut [u8]) {
                if let Some(bytes) = bytes.first_chunk_mut() {
                    *bytes = self.to_ne_bytes();
                }
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    )+};
}
words!(u8, u16, u32, u64);

/// A byte that is combined by XOR, which is its own inverse: the same walk, for `iio-xor`.
#[derive(Clone, Copy)]
struct Bits(u8);

impl Word for Bits {
    const SIZE: usize = 1;
    const ZERO: Self = Self(0);
    #[inline(always)]
    fn load(bytes: &[u8]) -> Self {
        Self(u8::load(bytes))
    }
    #[inline(always)]
    fn store(self, bytes: &mut [u8]) {
        self.0.store(bytes);
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        self.plus(other)
    }
}

/// Runs `$body` with `$T` bound to the unsigned integer of `$size` bytes.
macro_rules! match_size {
    ($size:expr, $T:ident => $body:expr) => {
        match $size {
            1 => {
                type $T = u8;
                $body
            }
            2 => {
                type $T = u16;
                $body
            }
            4 => {
                type $T = u32;
                $body
            }
            _ => {
                type $T = u64;
                $body
            }
        }
    };
}

fn checked(bytes: &[u8], row_len: usize, size: usize, lag: usize) -> Result<()> {
    let whole = |len: usize| len > 0 && len.is_multiple_of(size);
    if !matches!(size, 1 | 2 | 4 | 8) || !whole(row_len) || !whole(lag) || !bytes.len().is_multiple_of(row_len) {
        let len = bytes.len();
        let message = format!("{len} bytes are not rows of {row_len} bytes, samples of {size} bytes, distance {lag}");
        return Err(INFO.invalid_argument(message));
    }
    Ok(())
}

/// Replaces samples by differences in each row of `bytes`: of each sample of `size` (1, 2, 4 or 8) bytes, the one
/// `lag` bytes before it in the same row is subtracted, as native-endian integers that wrap.
///
/// # Errors
/// `InvalidArgument` if the size is another one, or if lengths are not whole samples or rows.
pub fn encode_rows(bytes: &mut [u8], row_len: usize, size: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, size, lag)?;
    run(Direction::Encode, bytes.chunks_exact_mut(row_len), size, lag);
    Ok(())
}

/// Undoes [`encode_rows`].
///
/// # Errors
/// As [`encode_rows`].
pub fn decode_rows(bytes: &mut [u8], row_len: usize, size: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, size, lag)?;
    run(Direction::Decode, bytes.chunks_exact_mut(row_len), size, lag);
    Ok(())
}

/// As [`decode_rows`], from `src` into `dst`.
///
/// # Errors
/// As [`encode_rows`]; `InvalidArgument` if the lengths differ.
pub fn decode_rows_into(src: &[u8], dst: &mut [u8], row_len: usize, size: usize, lag: usize) -> Result<()> {
    checked(src, row_len, size, lag)?;
    if dst.len() != src.len() {
        return Err(INFO.invalid_argument(format!("{} bytes do not become {} bytes", src.len(), dst.len())));
    }
    let pairs = src.chunks_exact(row_len).zip(dst.chunks_exact_mut(row_len));
    let rows = pairs.map(|(from, to)| Moved { from, to, far: false });
    run_into(Direction::Decode, rows, size, lag);
    Ok(())
}

/// The twin of [`decode_rows`] without vector instructions, for tests and for machines that have none.
///
/// # Errors
/// As [`encode_rows`].
#[doc(hidden)]
pub fn decode_rows_scalar(bytes: &mut [u8], row_len: usize, size: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, size, lag)?;
    match_size!(size, T => decode_scalar::<T>(bytes.chunks_exact_mut(row_len), lag));
    Ok(())
}

pub(crate) fn run<'a>(direction: Direction, rows: impl Iterator<Item = &'a mut [u8]>, size: usize, lag: usize) {
    match direction {
        Direction::Encode => match_size!(size, T => encode_scalar::<T>(rows, lag)),
        Direction::Decode if simd::can_decode(lag) => simd::decode_rows(rows, size, lag),
        Direction::Decode => match_size!(size, T => decode_scalar::<T>(rows, lag)),
    }
}

/// As [`run`], from one row into another of equal length.
pub(crate) fn run_into<'a>(direction: Direction, rows: impl Iterator<Item = Moved<'a>>, size: usize, lag: usize) {
    if direction == Direction::Decode && simd::can_decode(lag) {
        return simd::decode_rows(rows, size, lag);
    }
    run(direction, rows.map(Moved::copied), size, lag);
}

/// Combines each byte of each row with the one `lag` bytes before it by XOR, or undoes that, for `iio-xor`. `lag` is not 0.
#[doc(hidden)]
pub fn xor_rows<'a>(direction: Direction, rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    match direction {
        Direction::Encode => encode_scalar::<Bits>(rows, lag),
        Direction::Decode if simd::can_decode(lag) => simd::decode_rows(rows, simd::BITS, lag),
        Direction::Decode => decode_scalar::<Bits>(rows, lag),
    }
}

/// The twin of decoding by [`xor_rows`] without vector instructions, for tests.
#[doc(hidden)]
pub fn undo_xor_rows_scalar<'a>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    decode_scalar::<Bits>(rows, lag);
}

/// One step along an axis with gaps: `carry` holds the samples at the position before, and afterwards those here.
pub(crate) fn step(direction: Direction, bytes: &mut [u8], carry: &mut [u8], size: usize) {
    match_size!(size, T => {
        for (bytes, carry) in bytes.chunks_exact_mut(T::SIZE).zip(carry.chunks_exact_mut(T::SIZE)) {
            let (before, here) = (T::load(carry), T::load(bytes));
            let (carried, stored) = match direction {
                Direction::Encode => (here, here.minus(before)),
                Direction::Decode => (here.plus(before), here.plus(before)),
            };
            carried.store(carry);
            stored.store(bytes);
        }
    });
}

/// Goes backwards, so that what is subtracted is not yet a difference.
fn encode_scalar<'a, T: Word>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    for row in rows {
        let end = encode_blocks::<T, 64>(row, lag, row.len());
        let mut end = encode_blocks::<T, 16>(row, lag, end);
        while end >= lag + T::SIZE {
            end -= T::SIZE;
            let before = T::load(&row[end - lag..]);
            let here = &mut row[end..];
            T::load(here).minus(before).store(here);
        }
    }
}

/// Encodes whole blocks of `N` bytes before `end` and returns where the first one begins. The compiler makes vectors of
/// the blocks.
#[inline]
fn encode_blocks<T: Word, const N: usize>(row: &mut [u8], lag: usize, mut end: usize) -> usize {
    while end >= lag + N {
        let start = end - N;
        let Some(&before) = row.get(start - lag..).and_then(<[u8]>::first_chunk::<N>) else { break };
        let Some(here) = row.get_mut(start..).and_then(<[u8]>::first_chunk_mut::<N>) else { break };
        for (here, before) in here.chunks_exact_mut(T::SIZE).zip(before.chunks_exact(T::SIZE)) {
            T::load(here).minus(T::load(before)).store(here);
        }
        end = start;
    }
    end
}

fn decode_scalar<'a, T: Word>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    for row in rows {
        match lag / T::SIZE {
            1 => decode_carried::<T, 1>(row),
            2 => decode_carried::<T, 2>(row),
            3 => decode_carried::<T, 3>(row),
            4 => decode_carried::<T, 4>(row),
            5 => decode_carried::<T, 5>(row),
            6 => decode_carried::<T, 6>(row),
            7 => decode_carried::<T, 7>(row),
            8 => decode_carried::<T, 8>(row),
            _ => decode_far::<T>(row, lag),
        }
    }
}

/// Pixels of `N` samples: the pixel before stays in registers.
fn decode_carried<T: Word, const N: usize>(row: &mut [u8]) {
    let mut carry = [T::ZERO; N];
    let mut pixels = row.chunks_exact_mut(N * T::SIZE);
    for pixel in &mut pixels {
        for (sample, carry) in pixel.chunks_exact_mut(T::SIZE).zip(&mut carry) {
            *carry = T::load(sample).plus(*carry);
            carry.store(sample);
        }
    }
    for (sample, carry) in pixels.into_remainder().chunks_exact_mut(T::SIZE).zip(&carry) {
        T::load(sample).plus(*carry).store(sample);
    }
}

/// A distance at which a stretch of `lag` bytes can be added at once.
fn decode_far<T: Word>(row: &mut [u8], lag: usize) {
    let mut start = lag;
    while let Some((done, rest)) = row.split_at_mut_checked(start) {
        if rest.is_empty() {
            break;
        }
        for (here, before) in rest.chunks_exact_mut(T::SIZE).zip(done[start - lag..].chunks_exact(T::SIZE)) {
            T::load(here).plus(T::load(before)).store(here);
        }
        start += lag;
    }
}
