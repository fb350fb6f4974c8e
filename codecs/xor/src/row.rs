//! Rows without gaps: each byte is combined with the one `lag` bytes before it.

use iio_codec::{Blame, Direction, Result};
use iio_delta::{undo_xor_rows_scalar, xor_rows};

use crate::INFO;

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
    xor_rows(Direction::Encode, bytes.chunks_exact_mut(row_len), lag);
    Ok(())
}

/// Undoes [`encode_rows`].
///
/// # Errors
/// As [`encode_rows`].
pub fn decode_rows(bytes: &mut [u8], row_len: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, lag)?;
    xor_rows(Direction::Decode, bytes.chunks_exact_mut(row_len), lag);
    Ok(())
}

/// The twin of [`decode_rows`] without vector instructions, for tests and for machines that have none.
///
/// # Errors
/// As [`encode_rows`].
#[doc(hidden)]
pub fn decode_rows_scalar(bytes: &mut [u8], row_len: usize, lag: usize) -> Result<()> {
    checked(bytes, row_len, lag)?;
    undo_xor_rows_scalar(bytes.chunks_exact_mut(row_len), lag);
    Ok(())
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
