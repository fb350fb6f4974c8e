//! From a strided array to rows.

use iio_codec::{ArrayMut, Context, Direction, Result};
use iio_delta::{Along, walk_with_gaps, xor_rows};

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
    let along = Along { who: &INFO, len: geometry.len, step: geometry.step, dist: 1 };
    walk_with_gaps(&along, array, cx, |bytes, carry| row::step(direction, bytes, carry))
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
