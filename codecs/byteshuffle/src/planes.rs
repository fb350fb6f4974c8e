//! Between samples and byte planes.

use iio_codec::{Blame, Context, Result};

use crate::options::Rows;
use crate::{INFO, simd};

/// Bytes between two looks at whether the caller asked to stop.
const STRETCH: usize = 1 << 16;
/// Samples of a size without a kernel that are gone through once per plane: they shall stay in the cache.
const ANY_BLOCK: usize = 32;

/// Splits `bytes` into `N` planes, in the order of the bytes of a sample.
fn in_byte_order<const N: usize>(bytes: &[u8], reverse: bool) -> [&[u8]; N] {
    let mut planes = [&[][..]; N];
    for (to, plane) in planes.iter_mut().zip(bytes.chunks_exact((bytes.len() / N).max(1))) {
        *to = plane;
    }
    if reverse {
        planes.reverse();
    }
    planes
}

/// As [`in_byte_order`].
fn in_byte_order_mut<const N: usize>(bytes: &mut [u8], reverse: bool) -> [&mut [u8]; N] {
    let mut planes = [(); N].map(|()| &mut [][..]);
    let len = (bytes.len() / N).max(1);
    for (to, plane) in planes.iter_mut().zip(bytes.chunks_exact_mut(len)) {
        *to = plane;
    }
    if reverse {
        planes.reverse();
    }
    planes
}

/// Runs `$body` with `$N` as the constant size of a sample, or `$any` for a size that has no kernel.
macro_rules! match_size {
    ($size:expr, $N:ident => $body:expr, $any:expr) => {
        match $size {
            2 => {
                const $N: usize = 2;
                $body
            }
            3 => {
                const $N: usize = 3;
                $body
            }
            4 => {
                const $N: usize = 4;
                $body
            }
            8 => {
                const $N: usize = 8;
                $body
            }
            16 => {
                const $N: usize = 16;
                $body
            }
            _ => $any,
        }
    };
}

/// Samples from planes. Both have the length of a row; what is no whole sample at the end is not touched.
pub(crate) fn join(planes: &[u8], samples: &mut [u8], rows: &Rows, cx: &Context<'_>) -> Result<()> {
    let len = samples.len() / rows.item_size * rows.item_size;
    let (Some(planes), Some(samples)) = (planes.get(..len), samples.get_mut(..len)) else { return Ok(()) };
    match_size!(rows.item_size, N => {
        let mut planes = in_byte_order::<N>(planes, rows.reverse);
        for stretch in samples.chunks_mut(STRETCH / N * N) {
            cx.check_cancel(&INFO)?;
            let done = simd::join(&planes, stretch);
            join_scalar(&planes, stretch, done);
            planes = planes.map(|plane| plane.get(stretch.len() / N..).unwrap_or_default());
        }
    }, join_any(planes, samples, rows, cx)?);
    Ok(())
}

/// Planes from samples. Both have the length of a row; what is no whole sample at the end is not touched.
pub(crate) fn split(samples: &[u8], planes: &mut [u8], rows: &Rows, cx: &Context<'_>) -> Result<()> {
    let len = samples.len() / rows.item_size * rows.item_size;
    let (Some(samples), Some(planes)) = (samples.get(..len), planes.get_mut(..len)) else { return Ok(()) };
    match_size!(rows.item_size, N => {
        let mut planes = in_byte_order_mut::<N>(planes, rows.reverse);
        for stretch in samples.chunks(STRETCH / N * N) {
            cx.check_cancel(&INFO)?;
            let done = simd::split(stretch, &mut planes);
            split_scalar(stretch, &mut planes, done);
            planes = planes.map(|plane| plane.get_mut(stretch.len() / N..).unwrap_or_default());
        }
    }, split_any(samples, planes, rows, cx)?);
    Ok(())
}

/// Joins the samples from `first` on.
fn join_scalar<const N: usize>(planes: &[&[u8]; N], samples: &mut [u8], first: usize) {
    let samples = samples.as_chunks_mut::<N>().0;
    let planes = planes.map(|plane| &plane[..samples.len()]);
    for (at, sample) in samples.iter_mut().enumerate().skip(first) {
        for (byte, plane) in sample.iter_mut().zip(&planes) {
            *byte = plane[at];
        }
    }
}

/// Splits the samples from `first` on.
fn split_scalar<const N: usize>(samples: &[u8], planes: &mut [&mut [u8]; N], first: usize) {
    let samples = samples.as_chunks::<N>().0;
    for (byte, plane) in planes.iter_mut().enumerate() {
        for (to, sample) in plane.iter_mut().zip(samples).skip(first) {
            *to = sample[byte];
        }
    }
}

/// Which byte of a sample a plane holds.
const fn byte_of(plane: usize, rows: &Rows) -> usize {
    if rows.reverse { rows.item_size - 1 - plane } else { plane }
}

fn join_any(planes: &[u8], samples: &mut [u8], rows: &Rows, cx: &Context<'_>) -> Result<()> {
    let n_samples = samples.len() / rows.item_size;
    for (index, block) in samples.chunks_mut(ANY_BLOCK * rows.item_size).enumerate() {
        cx.check_cancel(&INFO)?;
        for (plane, from) in planes.chunks_exact(n_samples).enumerate() {
            let byte = byte_of(plane, rows);
            let from = &from[index * ANY_BLOCK..];
            for (sample, from) in block.chunks_exact_mut(rows.item_size).zip(from) {
                sample[byte] = *from;
            }
        }
    }
    Ok(())
}

fn split_any(samples: &[u8], planes: &mut [u8], rows: &Rows, cx: &Context<'_>) -> Result<()> {
    let n_samples = samples.len() / rows.item_size;
    for (index, block) in samples.chunks(ANY_BLOCK * rows.item_size).enumerate() {
        cx.check_cancel(&INFO)?;
        for (plane, to) in planes.chunks_exact_mut(n_samples).enumerate() {
            let byte = byte_of(plane, rows);
            let to = &mut to[index * ANY_BLOCK..];
            for (sample, to) in block.chunks_exact(rows.item_size).zip(to) {
                *to = sample[byte];
            }
        }
    }
    Ok(())
}

/// Sorts the bytes of `samples`, of `item_size` bytes each, into `planes`: byte 0 of all samples first, or with `reverse`
/// the last one. Bytes at the end that are no whole sample are not written. What this crate does for a row; for codecs
/// that stand on it.
///
/// # Errors
/// `InvalidArgument` if the lengths differ or the size is 0; `Cancelled`.
pub fn split_planes(
    samples: &[u8],
    planes: &mut [u8],
    item_size: usize,
    reverse: bool,
    cx: &Context<'_>,
) -> Result<()> {
    split(samples, planes, &row_of(samples.len(), planes.len(), item_size, reverse)?, cx)
}

/// Undoes [`split_planes`].
///
/// # Errors
/// As [`split_planes`].
pub fn join_planes(planes: &[u8], samples: &mut [u8], item_size: usize, reverse: bool, cx: &Context<'_>) -> Result<()> {
    join(planes, samples, &row_of(planes.len(), samples.len(), item_size, reverse)?, cx)
}

fn row_of(src_len: usize, dst_len: usize, item_size: usize, reverse: bool) -> Result<Rows> {
    if src_len != dst_len || item_size == 0 {
        let message = format!("{src_len} bytes to {dst_len} bytes, samples of {item_size} bytes");
        return Err(INFO.invalid_argument(message));
    }
    Ok(Rows { row_len: src_len, item_size, lag: None, reverse })
}

/// The twin of decoding one row of samples of `item_size` bytes without vector instructions, for tests.
#[doc(hidden)]
pub fn join_scalar_row(planes: &[u8], samples: &mut [u8], item_size: usize, reverse: bool) {
    match_size!(item_size, N => join_scalar(&in_byte_order::<N>(planes, reverse), samples, 0), {});
}

/// The twin of encoding one row of samples of `item_size` bytes without vector instructions, for tests.
#[doc(hidden)]
pub fn split_scalar_row(samples: &[u8], planes: &mut [u8], item_size: usize, reverse: bool) {
    match_size!(item_size, N => split_scalar(samples, &mut in_byte_order_mut::<N>(planes, reverse), 0), {});
}
