//! Between samples and byte planes, the plane of the most significant bytes first.

use crate::{ByteOrder, Rows, simd};

/// Splits `bytes` into `N` planes, in the order of the bytes of a sample.
fn in_byte_order<const N: usize>(bytes: &[u8], order: ByteOrder) -> [&[u8]; N] {
    let mut planes = [&[][..]; N];
    for (to, plane) in planes.iter_mut().zip(bytes.chunks_exact((bytes.len() / N).max(1))) {
        *to = plane;
    }
    if order == ByteOrder::Little {
        planes.reverse();
    }
    planes
}

/// As [`in_byte_order`].
fn in_byte_order_mut<const N: usize>(bytes: &mut [u8], order: ByteOrder) -> [&mut [u8]; N] {
    let mut planes = [(); N].map(|()| &mut [][..]);
    let len = (bytes.len() / N).max(1);
    for (to, plane) in planes.iter_mut().zip(bytes.chunks_exact_mut(len)) {
        *to = plane;
    }
    if order == ByteOrder::Little {
        planes.reverse();
    }
    planes
}

/// Runs `$body` with `$N` as the constant length of a sample.
macro_rules! match_len {
    ($len:expr, $N:ident => $body:expr) => {
        match $len {
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
            _ => {
                const $N: usize = 8;
                $body
            }
        }
    };
}

/// Samples from planes. Both have the length of a row.
pub(crate) fn join(planes: &[u8], samples: &mut [u8], rows: &Rows) {
    match_len!(rows.sample_len, N => {
        let planes = in_byte_order::<N>(planes, rows.order);
        let done = simd::join(&planes, samples);
        join_scalar(&planes, samples, done);
    });
}

/// Planes from samples. Both have the length of a row.
pub(crate) fn split(samples: &[u8], planes: &mut [u8], rows: &Rows) {
    match_len!(rows.sample_len, N => {
        let mut planes = in_byte_order_mut::<N>(planes, rows.order);
        let done = simd::split(samples, &mut planes);
        split_scalar(samples, &mut planes, done);
    });
}

/// The twin of [`join`] without vector instructions.
pub(crate) fn join_by_scalars(planes: &[u8], samples: &mut [u8], rows: &Rows) {
    match_len!(rows.sample_len, N => join_scalar(&in_byte_order::<N>(planes, rows.order), samples, 0));
}

/// The twin of [`split`] without vector instructions.
pub(crate) fn split_by_scalars(samples: &[u8], planes: &mut [u8], rows: &Rows) {
    match_len!(rows.sample_len, N => split_scalar(samples, &mut in_byte_order_mut::<N>(planes, rows.order), 0));
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
