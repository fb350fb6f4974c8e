//! From a strided array to rows.

use iio_codec::{ArrayMut, Blame, Context, Direction, Result};
use iio_delta::xor_rows;

use crate::options::Geometry;
use crate::{INFO, Options, row};

pub(crate) fn run(options: &Options, direction: Direction, mut array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
    let geometry = options.geometry(array.layout())?;
    if array.layout().is_empty() || geometry.len < 2 {
        return Ok(());
    }
    let row_len = geometry.len * geometry.step;
    let mut cancelled = Ok(());
    // The row iterator of a view costs divisions, which show in rows of a few hundred bytes.
    if let Some(bytes) = array.contiguous() {
        let rows = until_cancelled(bytes.chunks_exact_mut(row_len), cx, &mut cancelled);
        xor_rows(direction, rows, geometry.step);
        return cancelled;
    }
    if let Some(rows) = array.rows_mut(row_len) {
        xor_rows(direction, until_cancelled(rows, cx, &mut cancelled), geometry.step);
        return cancelled;
    }
    run_with_gaps(direction, array, &geometry, cx)
}

/// Ends the rows, and says so, once the caller asked to stop.
fn until_cancelled<T>(
    rows: impl Iterator<Item = T>,
    cx: &Context<'_>,
    cancelled: &mut Result<()>,
) -> impl Iterator<Item = T> {
    rows.map_while(|row| match cx.check_cancel(&INFO) {
        Ok(()) => Some(row),
        Err(error) => {
            *cancelled = Err(error);
            None
        }
    })
}

/// Bytes of the samples that are carried from one position on the axis to the next.
const CARRY: usize = 1024;

/// Runs where the positions on the axis do not follow each other without gaps: each stretch of bytes that has none is
/// walked along the axis, in columns of [`CARRY`] bytes.
fn run_with_gaps(direction: Direction, mut array: ArrayMut<'_>, geometry: &Geometry, cx: &Context<'_>) -> Result<()> {
    // Only whole axes are counted by `run_len`, so it either divides a step or is divided by it.
    let piece = array.run_len().min(geometry.step);
    let pieces = geometry.step / piece;
    let n_rows = array.layout().n_bytes() / (geometry.len * geometry.step);
    for (outer, inner) in (0..n_rows).flat_map(|outer| (0..pieces).map(move |inner| (outer, inner))) {
        cx.check_cancel(&INFO)?;
        for column in (0..piece).step_by(CARRY) {
            let mut carry = [0; CARRY];
            for position in 0..geometry.len {
                let index = (outer * geometry.len + position) * pieces + inner;
                let bytes = array
                    .row_mut(index, piece)
                    .and_then(|bytes| bytes.get_mut(column..(column + CARRY).min(piece)))
                    .ok_or_else(|| INFO.internal(format!("array has no piece {index} of {piece} bytes")))?;
                row::step(direction, bytes, &mut carry);
            }
        }
    }
    Ok(())
}
