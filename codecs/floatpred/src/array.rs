//! From an array to rows, and from a row to planes in scratch memory.

use iio_byteshuffle::{join_planes, join_scalar_row, split_planes, split_scalar_row};
use iio_codec::{ArrayMut, ArrayRef, Blame, Context, Direction, Error, Result, zeroed_vec};

use crate::{INFO, Rows};

pub(crate) fn run(
    rows: &Rows,
    direction: Direction,
    mut array: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    if array.layout().is_empty() {
        return Ok(());
    }
    // The row iterator of a view costs divisions, which show in rows of a few hundred bytes.
    if let Some(bytes) = array.contiguous() {
        return run_rows(rows, direction, bytes.chunks_exact_mut(rows.row_len), scratch, cx);
    }
    if let Some(iterator) = array.rows_mut(rows.row_len) {
        return run_rows(rows, direction, iterator, scratch, cx);
    }
    run_with_gaps(rows, direction, array, scratch, cx)
}

/// As [`run`], from `src` into `dst` of the same layout, without a copy where rows have no gaps.
pub(crate) fn run_into(
    rows: &Rows,
    direction: Direction,
    src: ArrayRef<'_>,
    mut dst: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    if dst.layout().is_empty() {
        return Ok(());
    }
    let row_len = rows.row_len;
    if let (Some(from), Some(to)) = (src.rows(row_len), dst.rows_mut(row_len)) {
        let scratch = grow(scratch, row_len, cx)?;
        for (from, to) in from.zip(to) {
            cx.check_cancel(&INFO)?;
            run_row_into(rows, direction, from, to, scratch, cx)?;
        }
        return Ok(());
    }
    dst.copy_from(src)?;
    run(rows, direction, dst, scratch, cx)
}

fn run_row_into(
    rows: &Rows,
    direction: Direction,
    from: &[u8],
    to: &mut [u8],
    scratch: &mut [u8],
    cx: &Context<'_>,
) -> Result<()> {
    match direction {
        Direction::Decode => {
            iio_delta::decode_rows_into(from, scratch, rows.row_len, 1, rows.lag)?;
            join_planes(scratch, to, rows.sample_len, rows.reverse(), cx)
        }
        Direction::Encode => {
            split_planes(from, to, rows.sample_len, rows.reverse(), cx)?;
            iio_delta::encode_rows(to, rows.row_len, 1, rows.lag)
        }
    }
}

pub(crate) fn run_bytes(rows: &Rows, direction: Direction, bytes: &mut [u8], scratch: &mut Vec<u8>) -> Result<()> {
    rows.checked(bytes.len())?;
    run_rows(rows, direction, bytes.chunks_exact_mut(rows.row_len), scratch, &Context::default())
}

/// The twin of [`run_bytes`] without vector instructions in the crates that this one stands on.
pub(crate) fn run_bytes_by_scalars(rows: &Rows, direction: Direction, bytes: &mut [u8]) -> Result<()> {
    rows.checked(bytes.len())?;
    for row in bytes.chunks_exact_mut(rows.row_len) {
        let mut scratch = row.to_vec();
        match direction {
            Direction::Decode => {
                iio_delta::decode_rows_scalar(&mut scratch, rows.row_len, 1, rows.lag)?;
                join_scalar_row(&scratch, row, rows.sample_len, rows.reverse());
            }
            Direction::Encode => {
                split_scalar_row(&scratch, row, rows.sample_len, rows.reverse());
                iio_delta::encode_rows(row, rows.row_len, 1, rows.lag)?;
            }
        }
    }
    Ok(())
}

fn run_rows<'a>(
    rows: &Rows,
    direction: Direction,
    iterator: impl Iterator<Item = &'a mut [u8]>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let scratch = grow(scratch, rows.row_len, cx)?;
    for row in iterator {
        cx.check_cancel(&INFO)?;
        run_row(rows, direction, row, scratch, cx)?;
    }
    Ok(())
}

fn run_row(rows: &Rows, direction: Direction, row: &mut [u8], scratch: &mut [u8], cx: &Context<'_>) -> Result<()> {
    match direction {
        Direction::Decode => {
            iio_delta::decode_rows_into(row, scratch, rows.row_len, 1, rows.lag)?;
            join_planes(scratch, row, rows.sample_len, rows.reverse(), cx)
        }
        Direction::Encode => {
            scratch.copy_from_slice(row);
            run_row_into(rows, direction, scratch, row, &mut [], cx)
        }
    }
}

/// Runs rows that consist of pieces: collects the row, and takes it apart again.
fn run_with_gaps(
    rows: &Rows,
    direction: Direction,
    mut array: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let piece = array.run_len();
    let pieces = rows.row_len / piece;
    let (row, scratch) = grow(scratch, 2 * rows.row_len, cx)?.split_at_mut(rows.row_len);
    for first in (0..array.layout().n_bytes() / piece).step_by(pieces) {
        cx.check_cancel(&INFO)?;
        for (index, bytes) in row.chunks_exact_mut(piece).enumerate() {
            bytes.copy_from_slice(array.as_ref().row(first + index, piece).ok_or_else(lost)?);
        }
        run_row(rows, direction, row, scratch, cx)?;
        for (index, bytes) in row.chunks_exact(piece).enumerate() {
            array.row_mut(first + index, piece).ok_or_else(lost)?.copy_from_slice(bytes);
        }
    }
    Ok(())
}

#[cold]
fn lost() -> Error {
    INFO.internal("array has no such piece")
}

/// Makes `scratch` at least `len` bytes long and returns so many.
fn grow<'a>(scratch: &'a mut Vec<u8>, len: usize, cx: &Context<'_>) -> Result<&'a mut [u8]> {
    if scratch.len() < len {
        cx.gate_working(&INFO, len as u64)?;
        *scratch = Vec::new();
        *scratch = zeroed_vec(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    }
    scratch.get_mut(..len).ok_or_else(|| INFO.internal("scratch did not grow"))
}
