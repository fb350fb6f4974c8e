//! From a strided array to rows of bytes.

use core::cmp::Reverse;
use core::ops::Range;

use iio_codec::{ArrayMut, Blame, Context, MAX_NDIM, Result};

use crate::{INFO, simd};

/// Bytes between two looks at whether the caller asked to stop.
const STRETCH: usize = 1 << 16;
/// Stretches without gaps that are shorter are copied to scratch and back, many at a time.
const SHORT: usize = 64;
/// Bytes of the scratch.
const SCRATCH: usize = 8192;

pub(crate) fn reverse(mut array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
    if let Some(bytes) = array.contiguous() {
        return reverse_stretches(bytes, cx);
    }
    // Which sample is which does not matter here: in the order of memory there are longer stretches.
    let mut order: [usize; MAX_NDIM] = core::array::from_fn(|axis| axis);
    let order = order.get_mut(..array.shape().len()).unwrap_or_default();
    order.sort_unstable_by_key(|&axis| Reverse(array.strides().get(axis).copied()));
    let mut array = array.permute(order)?;
    if let Some(bytes) = array.contiguous() {
        return reverse_stretches(bytes, cx);
    }
    match array.run_len() {
        0..SHORT => reverse_blocks(array, cx),
        run_len => reverse_rows(array, run_len, cx),
    }
}

fn reverse_stretches(bytes: &mut [u8], cx: &Context<'_>) -> Result<()> {
    bytes.chunks_mut(STRETCH).try_for_each(|stretch| {
        cx.check_cancel(&INFO)?;
        simd::reverse([stretch]);
        Ok(())
    })
}

fn reverse_rows(mut array: ArrayMut<'_>, row_len: usize, cx: &Context<'_>) -> Result<()> {
    let rows = array.rows_mut(row_len).ok_or_else(|| INFO.internal(format!("array has no rows of {row_len} bytes")))?;
    let mut cancelled = Ok(());
    simd::reverse(rows.map_while(|row| match cx.check_cancel(&INFO) {
        Ok(()) => Some(row),
        Err(error) => {
            cancelled = Err(error);
            None
        }
    }));
    cancelled
}

/// Copies one block of the array after the other to scratch without gaps, and back.
fn reverse_blocks(mut array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
    let layout = *array.layout();
    let shape = layout.shape();
    let mut block = [1; MAX_NDIM];
    let mut room = SCRATCH / layout.dtype().size();
    for (len, &whole) in block.iter_mut().zip(shape).rev() {
        *len = whole.min(room);
        room /= *len;
    }
    let mut scratch = [0; SCRATCH];
    let mut ranges: [Range<usize>; MAX_NDIM] = block.map(|len| 0..len);
    loop {
        cx.check_cancel(&INFO)?;
        let mut window = array.reborrow().window(&ranges[..shape.len()])?;
        let bytes = &mut scratch[..window.layout().n_bytes()];
        ArrayMut::new(bytes, *window.layout())?.copy_from(window.as_ref())?;
        simd::reverse([&mut *bytes]);
        window.store(bytes)?;
        // The next block, as an odometer counts.
        let mut axes = ranges.iter_mut().zip(shape).zip(block).rev();
        let more = axes.any(|((range, &whole), len)| {
            let start = if range.end < whole { range.end } else { 0 };
            *range = start..whole.min(start + len);
            start > 0
        });
        if !more {
            return Ok(());
        }
    }
}
