//! Rows without gaps: each byte is combined with the one `lag` bytes before it.

use iio_codec::{Blame, Direction, Result};

use crate::{INFO, simd};

fn checked(bytes: &[u8], row_len: usize, lag: usize) -> Result<()> {
    if row_len == 0 || lag == 0 || !bytes.len().is_multiple_of(row_len) {
        let message = format!("{} bytes are not rows of {row_len} bytes with distance {lag}", bytes.len());
        return Err(INFO.invalid_argument(message));
    }
    Ok(())
}

/// Replaces each byte in each row of `bytes` by its XOR with the one `lag` bytes before it in the same row.
///
/// # Errors
/// `InvalidArgument` if the distance or the length of a row is 0, or if `bytes` are not whole rows.
pub fn encode_rows(bytes: &mut [u8], row_len: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, lag)?;
    run(Direction::Encode, bytes.chunks_exact_mut(row_len), lag);
    Ok(())
}

/// Undoes [`encode_rows`].
///
/// # Errors
/// As [`encode_rows`].
pub fn decode_rows(bytes: &mut [u8], row_len: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, lag)?;
    run(Direction::Decode, bytes.chunks_exact_mut(row_len), lag);
    Ok(())
}

/// The twin of [`decode_rows`] without vector instructions, for tests and for machines that have none.
///
/// # Errors
/// As [`encode_rows`].
#[doc(hidden)]
pub fn decode_rows_scalar(bytes: &mut [u8], row_len: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, lag)?;
    decode_scalar(bytes.chunks_exact_mut(row_len), lag);
    Ok(())
}

pub(crate) fn run<'a>(direction: Direction, rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    match direction {
        Direction::Encode => encode_scalar(rows, lag),
        Direction::Decode if simd::can_decode(lag) => simd::decode_rows(rows, lag),
        Direction::Decode => decode_scalar(rows, lag),
    }
}

/// One step along an axis with gaps: `carry` holds the samples at the position before, and afterwards those here.
pub(crate) fn step(direction: Direction, bytes: &mut [u8], carry: &mut [u8]) {
    for (byte, carry) in bytes.iter_mut().zip(carry) {
        let here = *byte;
        *byte ^= *carry;
        *carry = match direction {
            Direction::Encode => here,
            Direction::Decode => *byte,
        };
    }
}

/// Goes backwards, so that what is combined is not yet encoded.
fn encode_scalar<'a>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    for row in rows {
        let end = encode_blocks::<64>(row, lag, row.len());
        let end = encode_blocks::<16>(row, lag, end);
        for at in (lag..end).rev() {
            row[at] ^= row[at - lag];
        }
    }
}

/// Encodes whole blocks of `N` bytes before `end` and returns where the first one begins. The compiler makes vectors of
/// the blocks.
#[inline]
fn encode_blocks<const N: usize>(row: &mut [u8], lag: usize, mut end: usize) -> usize {
    while end >= N && end - N >= lag {
        let start = end - N;
        let Some(&before) = row.get(start - lag..).and_then(<[u8]>::first_chunk::<N>) else { break };
        let Some(here) = row.get_mut(start..).and_then(<[u8]>::first_chunk_mut::<N>) else { break };
        for (here, before) in here.iter_mut().zip(before) {
            *here ^= before;
        }
        end = start;
    }
    end
}

fn decode_scalar<'a>(rows: impl Iterator<Item = &'a mut [u8]>, lag: usize) {
    for row in rows {
        match lag {
            1 => decode_carried::<1>(row),
            2 => decode_carried::<2>(row),
            3 => decode_carried::<3>(row),
            4 => decode_carried::<4>(row),
            6 => decode_carried::<6>(row),
            8 => decode_carried::<8>(row),
            _ => decode_far(row, lag),
        }
    }
}

/// A distance of `N` bytes: those before stay in registers.
fn decode_carried<const N: usize>(row: &mut [u8]) {
    let mut carry = [0; N];
    let (groups, tail) = row.as_chunks_mut::<N>();
    for group in groups {
        for (byte, carry) in group.iter_mut().zip(&mut carry) {
            *carry ^= *byte;
            *byte = *carry;
        }
    }
    for (byte, carry) in tail.iter_mut().zip(carry) {
        *byte ^= carry;
    }
}

/// A distance at which a stretch of `lag` bytes can be combined at once.
fn decode_far(row: &mut [u8], lag: usize) {
    let mut start = lag;
    while let Some((done, rest)) = row.split_at_mut_checked(start) {
        if rest.is_empty() {
            break;
        }
        for (here, before) in rest.iter_mut().zip(&done[start - lag..]) {
            *here ^= before;
        }
        start += lag;
    }
}
