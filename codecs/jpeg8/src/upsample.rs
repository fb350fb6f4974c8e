//! Planes of a lower resolution to rows of the full one, as libjpeg does it ("fancy": a triangle filter).

use iio_codec::{Blame, Result};

use crate::INFO;
use crate::simd::Machine;

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
    pub(crate) fn row<'b>(&self, y: usize, scratch: &'b mut Vec<u8>, machine: Machine) -> &'b [u8]
    where
        'a: 'b,
    {
        let near = |y: usize| if y.is_multiple_of(2) { (y / 2).saturating_sub(1) } else { y / 2 + 1 };
        match self.method {
            Method::Full => return self.stored(y),
            Method::Wide => {
                scratch.resize(2 * self.width, 0);
                machine.wide(self.stored(y), scratch);
            }
            Method::High => {
                let bias = if y.is_multiple_of(2) { 1 } else { 2 };
                scratch.resize(self.width, 0);
                machine.high(self.stored(y / 2), self.stored(near(y)), bias, scratch);
            }
            Method::Both => {
                scratch.resize(2 * self.width, 0);
                machine.both(self.stored(y / 2), self.stored(near(y)), scratch);
            }
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
#[inline(always)]
pub(crate) fn wide(row: &[u8], to: &mut [u8]) {
    let mean = |here: u8, side: u8, bias: u16| narrow((3 * u16::from(here) + u16::from(side) + bias) >> 2);
    let pair = |left: u8, here: u8, right: u8| [mean(here, left, 1), mean(here, right, 2)];
    let to = to.as_chunks_mut::<2>().0;
    let inner = to.get_mut(1..).unwrap_or(&mut []).iter_mut();
    for (to, near) in inner.zip(row.windows(3)) {
        *to = pair(near[0], near[1], near[2]);
    }
    let last = row.len().saturating_sub(1);
    for x in [0, last] {
        let at = |x: usize| row.get(x).copied().unwrap_or(0);
        if let Some(to) = to.get_mut(x) {
            *to = pair(at(x.saturating_sub(1)), at(x), at((x + 1).min(last)));
        }
    }
}

/// As [`wide`], of rows above and below.
#[inline(always)]
pub(crate) fn high(near: &[u8], far: &[u8], bias: u16, to: &mut [u8]) {
    for ((to, &near), &far) in to.iter_mut().zip(near).zip(far) {
        *to = narrow((3 * u16::from(near) + u16::from(far) + bias) >> 2);
    }
}

/// Both at once.
#[inline(always)]
pub(crate) fn both(near: &[u8], far: &[u8], to: &mut [u8]) {
    let sum = |near: u8, far: u8| 3 * u16::from(near) + u16::from(far);
    let pair =
        |left: u16, here: u16, right: u16| [narrow((3 * here + left + 8) >> 4), narrow((3 * here + right + 7) >> 4)];
    let to = to.as_chunks_mut::<2>().0;
    let inner = to.get_mut(1..).unwrap_or(&mut []).iter_mut();
    for ((to, near), far) in inner.zip(near.windows(3)).zip(far.windows(3)) {
        *to = pair(sum(near[0], far[0]), sum(near[1], far[1]), sum(near[2], far[2]));
    }
    let last = near.len().min(far.len()).saturating_sub(1);
    for x in [0, last] {
        let at = |x: usize| near.get(x).zip(far.get(x)).map_or(0, |(&near, &far)| sum(near, far));
        if let Some(to) = to.get_mut(x) {
            *to = pair(at(x.saturating_sub(1)), at(x), at((x + 1).min(last)));
        }
    }
}

/// What filters give fits eight bits.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a mean of bytes is a byte")]
const fn narrow(mean: u16) -> u8 {
    mean as u8
}
