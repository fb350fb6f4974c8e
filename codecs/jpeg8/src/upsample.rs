//! Planes of a lower resolution to rows of the full one, as libjpeg does it ("fancy": a triangle filter).

use iio_codec::{Blame, Result};

use crate::INFO;

/// How one component is brought to full resolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// As it is.
    Full,
    /// Twice as wide, by the filter.
    Wide,
    /// Twice as high, by the filter.
    High,
    /// Twice as wide and high, by the filter.
    Both,
    /// Repeated.
    Box(usize, usize),
}

/// The plane of one component.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plane<'a> {
    samples: &'a [u8],
    /// Samples from row to row.
    stride: usize,
    /// Samples and rows that belong to the image.
    pub(crate) width: usize,
    pub(crate) height: usize,
    method: Method,
}

impl<'a> Plane<'a> {
    /// A plane of `stride` samples a row, of which `extent` (width, height) belong to the image, to be enlarged by
    /// `factors` of (horizontal, vertical) `[have, full]`.
    pub(crate) fn new(
        samples: &'a [u8],
        stride: usize,
        extent: (usize, usize),
        [h, v]: [[u8; 2]; 2],
        fancy: bool,
    ) -> Result<Self> {
        let (width, height) = extent;
        if width > stride || height == 0 || samples.len() < stride * height {
            return Err(INFO.internal(format!("a plane of {} bytes for {height} rows of {stride}", samples.len())));
        }
        let method = match (h, v) {
            _ if h[0] == h[1] && v[0] == v[1] => Method::Full,
            _ if 2 * h[0] == h[1] && v[0] == v[1] && fancy && width > 2 => Method::Wide,
            _ if h[0] == h[1] && 2 * v[0] == v[1] && fancy => Method::High,
            _ if 2 * h[0] == h[1] && 2 * v[0] == v[1] && fancy && width > 2 => Method::Both,
            _ if h[1] % h[0] == 0 && v[1] % v[0] == 0 => {
                Method::Box(usize::from(h[1] / h[0]), usize::from(v[1] / v[0]))
            }
            _ => {
                let message = format!("sampling of {}x{} to {}x{}, which is no whole factor", h[0], v[0], h[1], v[1]);
                return Err(INFO.unsupported(message));
            }
        };
        Ok(Self { samples, stride, width, height, method })
    }

    /// Row `y` as stored; the last one if there are fewer.
    pub(crate) fn stored(&self, y: usize) -> &'a [u8] {
        let start = y.min(self.height - 1) * self.stride;
        self.samples.get(start..start + self.width).unwrap_or(&[])
    }

    /// Row `y` of the enlarged plane, which is put into `scratch` if it is not stored. It may be longer than the image
    /// is wide.
    pub(crate) fn row<'b>(&self, y: usize, scratch: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        let near = |y: usize| if y.is_multiple_of(2) { (y / 2).saturating_sub(1) } else { y / 2 + 1 };
        match self.method {
            Method::Full => return self.stored(y),
            Method::Wide => wide(self.stored(y), scratch),
            Method::High => {
                let bias = if y.is_multiple_of(2) { 1 } else { 2 };
                high(self.stored(y / 2), self.stored(near(y)), bias, scratch);
            }
            Method::Both => both(self.stored(y / 2), self.stored(near(y)), scratch),
            Method::Box(across, down) => {
                scratch.clear();
                let row = self.stored(y / down);
                scratch.resize(row.len() * across, 0);
                scratch.chunks_exact_mut(across).zip(row).for_each(|(to, &from)| to.fill(from));
            }
        }
        scratch
    }
}

/// Three parts of the nearer sample, one of the farther. Rounding alternates, so that there is no drift.
fn wide(row: &[u8], to: &mut Vec<u8>) {
    to.clear();
    to.resize(2 * row.len(), 0);
    let (Some(&first), Some(&last)) = (row.first(), row.last()) else { return };
    let left = core::iter::once(&first).chain(row);
    let right = row.iter().skip(1).chain(core::iter::once(&last));
    for (((to, &here), &left), &right) in to.as_chunks_mut::<2>().0.iter_mut().zip(row).zip(left).zip(right) {
        let three = 3 * u16::from(here);
        *to = [narrow((three + u16::from(left) + 1) >> 2), narrow((three + u16::from(right) + 2) >> 2)];
    }
}

fn high(near: &[u8], far: &[u8], bias: u16, to: &mut Vec<u8>) {
    to.clear();
    to.extend(near.iter().zip(far).map(|(&near, &far)| narrow((3 * u16::from(near) + u16::from(far) + bias) >> 2)));
}

fn both(near: &[u8], far: &[u8], to: &mut Vec<u8>) {
    to.clear();
    to.resize(2 * near.len(), 0);
    let sum = |i: usize| match (near.get(i), far.get(i)) {
        (Some(&near), Some(&far)) => 3 * u16::from(near) + u16::from(far),
        _ => 0,
    };
    let last = near.len().saturating_sub(1);
    let (mut left, mut here) = (sum(0), sum(0));
    for (i, to) in to.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let right = sum((i + 1).min(last));
        *to = [narrow((3 * here + left + 8) >> 4), narrow((3 * here + right + 7) >> 4)];
        (left, here) = (here, right);
    }
}

/// What filters give fits eight bits.
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
const fn narrow(mean: u16) -> u8 {
    mean as u8
}
