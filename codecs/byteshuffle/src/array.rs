//! From an array to rows, and from a row to planes in scratch memory.

use iio_codec::{ArrayMut, Blame, Context, Direction, Error, Result, zeroed_vec};

use crate::options::Rows;
use crate::{INFO, Options, planes};

pub(crate) fn run(
    options: &Options,
    direction: Direction,
    mut array: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let rows = &options.rows(array.layout())?;
    if array.layout().is_empty() || !(rows.moves() || rows.lag.is_some()) {
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

fn run_rows<'a>(
    rows: &Rows,
    direction: Direction,
    iterator: impl Iterator<Item = &'a mut [u8]>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let scratch = grow(scratch, if rows.moves() { rows.row_len } else { 0 }, cx)?;
    for row in iterator {
        run_row(rows, direction, row, scratch, cx)?;
    }
    Ok(())
}

fn run_row(rows: &Rows, direction: Direction, row: &mut [u8], scratch: &mut [u8], cx: &Context<'_>) -> Result<()> {
    cx.check_cancel(&INFO)?;
    if let (Direction::Decode, Some(lag)) = (direction, rows.lag) {
        iio_delta::decode_rows(row, rows.row_len, 1, lag)?;
    }
    if rows.moves() {
        scratch.copy_from_slice(row);
        match direction {
            Direction::Decode => planes::join(scratch, row, rows, cx)?,
            Direction::Encode => planes::split(scratch, row, rows, cx)?,
        }
    }
    if let (Direction::Encode, Some(lag)) = (direction, rows.lag) {
        iio_delta::encode_rows(row, rows.row_len, 1, lag)?;
    }
    Ok(())
}

/// Runs rows that consist of pieces: collects the row, and takes it apart again.
fn run_with_gaps(
    rows: &Rows,
    direction: Direction,
    mut array: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    // Only whole axes are counted by `run_len`, and a row is none of its divisors here: it is a multiple.
    let piece = array.run_len();
    let pieces = rows.row_len / piece;
    let (row, rest) = grow(scratch, 2 * rows.row_len, cx)?.split_at_mut(rows.row_len);
    for first in (0..array.layout().n_bytes() / piece).step_by(pieces) {
        for (index, bytes) in row.chunks_exact_mut(piece).enumerate() {
            bytes.copy_from_slice(array.as_ref().row(first + index, piece).ok_or_else(lost)?);
        }
        run_row(rows, direction, row, rest, cx)?;
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
