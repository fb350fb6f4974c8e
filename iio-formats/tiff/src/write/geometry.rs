//! How an array becomes pages, planes and chunks.

use core::ops::Range;

use iio_codec::{ArrayRef, Blame, DType, Layout, Result};
use iio_core::{Metadata, WriteImage};

use crate::FORMAT;
use crate::write::options::{Photometric, WriteOptions};

/// Bytes of a strip if the rows of a strip are not told.
const STRIP_BYTES: usize = 256 << 10;

/// An array as `[pages, height, width, samples]`, in strides of the original.
pub(super) struct Pages<'a> {
    array: ArrayRef<'a>,
    /// Position of the samples, of the rows and of the columns among the axes.
    samples_axis: Option<usize>,
    spatial: [usize; 2],
    pub(super) n: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) samples: usize,
}

impl<'a> Pages<'a> {
    pub(super) fn new(image: &WriteImage<'a>) -> Result<Self> {
        let array = image.pixels;
        let shape = array.shape();
        let ndim = shape.len();
        if ndim < 2 || array.layout().is_empty() {
            return Err(
                FORMAT.invalid_argument(format!("an image has 2 axes or more, none empty; got {}", array.layout()))
            );
        }
        let axes = image.axes.filter(|axes| axes.len() == ndim);
        let samples_axis = match axes.map(str::as_bytes) {
            Some([.., b'S']) => Some(ndim - 1),
            Some([.., b'S', _, _]) => Some(ndim - 3),
            Some(_) => None,
            // Without names: colours or alpha come last and are few.
            None => shape.last().filter(|&&last| ndim >= 3 && last <= 4).map(|_| ndim - 1),
        };
        let spatial = if samples_axis == Some(ndim - 1) { [ndim - 3, ndim - 2] } else { [ndim - 2, ndim - 1] };
        let spatial = if ndim == 2 { [0, 1] } else { spatial };
        let length = |axis: usize| shape.get(axis).copied().unwrap_or(1);
        let (height, width) = (length(spatial[0]), length(spatial[1]));
        let samples = samples_axis.map_or(1, length);
        let n = array.layout().n_samples() / (height * width * samples);
        Ok(Self { array, samples_axis, spatial, n, height, width, samples })
    }

    /// True if the samples stand before the rows.
    pub(super) fn samples_first(&self) -> bool {
        self.samples_axis.is_some_and(|axis| axis < self.spatial[0])
    }

    /// Rows and columns of a page, with all samples behind them, or one of them.
    pub(super) fn window(
        &self,
        page: usize,
        rows: Range<usize>,
        columns: Range<usize>,
        sample: Option<usize>,
    ) -> Result<ArrayRef<'a>> {
        let mut ranges: Vec<_> = self.array.shape().iter().map(|&len| 0..len).collect();
        let mut rest = page;
        for (axis, range) in ranges.iter_mut().enumerate().rev() {
            if self.spatial.contains(&axis) || self.samples_axis == Some(axis) {
                continue;
            }
            let index = rest % range.end;
            rest /= range.end;
            *range = index..index + 1;
        }
        let mut set = |axis: usize, range: Range<usize>| {
            if let Some(slot) = ranges.get_mut(axis) {
                *slot = range;
            }
        };
        set(self.spatial[0], rows);
        set(self.spatial[1], columns);
        if let (Some(axis), Some(sample)) = (self.samples_axis, sample) {
            set(axis, sample..sample + 1);
        }
        let mut view = self.array.window(&ranges)?;
        // Axes that are neither rows, columns nor (all) samples have one element each: they are dropped, last one first.
        for axis in (0..ranges.len()).rev() {
            let kept = self.spatial.contains(&axis) || (self.samples_axis == Some(axis) && sample.is_none());
            if !kept {
                view = view.index_axis(axis, 0)?;
            }
        }
        if self.samples_first() && sample.is_none() { view.permute(&[1, 2, 0]) } else { Ok(view) }
    }
}

/// How a page is stored.
#[derive(Clone, Debug)]
pub(super) struct Geometry {
    pub(super) dtype: DType,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) samples: usize,
    /// Samples lie in planes of their own.
    pub(super) planar: bool,
    pub(super) tiled: bool,
    /// Rows and columns of a chunk.
    pub(super) chunk: [usize; 2],
    /// Bits of a sample, packed.
    pub(super) bits: u32,
    pub(super) photometric: u16,
    /// Samples beyond those of the colour.
    pub(super) extra: usize,
}

impl Geometry {
    pub(super) fn new(pages: &Pages<'_>, dtype: DType, options: &WriteOptions, meta: &Metadata) -> Result<Self> {
        let planar = pages.samples > 1 && options.planar.unwrap_or_else(|| pages.samples_first());
        let bits = bits(dtype, options)?;
        let in_chunk = if planar { 1 } else { pages.samples };
        let chunk = match options.tile {
            Some(tile) => tile,
            None => {
                let row = pages.width * in_chunk * dtype.size();
                // Multiples of 16, which libtiff wants of JPEG.
                let rows = options.rows_per_strip.unwrap_or_else(|| match STRIP_BYTES / row.max(1) {
                    rows @ ..16 => rows.max(1),
                    rows => rows / 16 * 16,
                });
                [rows.min(pages.height), pages.width]
            }
        };
        let (photometric, colours) = photometric(pages, dtype, options, meta);
        for len in [pages.height, pages.width] {
            if u32::try_from(len).is_err() {
                return Err(FORMAT.invalid_argument(format!("{len} pixels along an axis, TIFF holds 2^32 - 1")));
            }
        }
        if u16::try_from(pages.samples).is_err() {
            return Err(FORMAT.invalid_argument(format!("{} samples per pixel, TIFF holds 65535", pages.samples)));
        }
        Ok(Self {
            dtype,
            height: pages.height,
            width: pages.width,
            samples: pages.samples,
            planar,
            tiled: options.tile.is_some(),
            chunk,
            bits,
            photometric,
            extra: pages.samples.saturating_sub(colours),
        })
    }

    pub(super) const fn planes(&self) -> usize {
        if self.planar { self.samples } else { 1 }
    }

    /// Chunks down and across.
    pub(super) const fn counts(&self) -> [usize; 2] {
        [self.height.div_ceil(self.chunk[0]), self.width.div_ceil(self.chunk[1])]
    }

    pub(super) const fn n_chunks(&self) -> usize {
        let [down, across] = self.counts();
        self.planes() * down * across
    }

    /// Plane, rows and columns of chunk `index`, without what an edge tile has beyond the image.
    pub(super) fn place(&self, index: usize) -> (usize, Range<usize>, Range<usize>) {
        let [down, across] = self.counts();
        let (plane, rest) = (index / (down * across), index % (down * across));
        let (y, x) = (rest / across * self.chunk[0], rest % across * self.chunk[1]);
        (plane, y..(y + self.chunk[0]).min(self.height), x..(x + self.chunk[1]).min(self.width))
    }

    /// The layout of a stored chunk with that many rows of the image: tiles are always whole.
    pub(super) fn chunk_layout(&self, rows: usize) -> Result<Layout> {
        let height = if self.tiled { self.chunk[0] } else { rows };
        if self.planar || self.samples == 1 {
            Layout::new(self.dtype, &[height, self.chunk[1]])
        } else {
            Layout::new(self.dtype, &[height, self.chunk[1], self.samples])
        }
    }

    /// True if samples are stored as floats of 24 bits.
    pub(super) fn is_float24(&self) -> bool {
        self.bits == 24 && self.dtype == DType::F32
    }

    /// True if samples are stored with fewer bits than the dtype has.
    pub(super) fn is_packed(&self) -> bool {
        self.bits as usize != self.dtype.size() * 8
    }
}

fn bits(dtype: DType, options: &WriteOptions) -> Result<u32> {
    let width = u32::try_from(dtype.size() * 8).unwrap_or(u32::MAX);
    match (dtype, options.bits_per_sample) {
        (DType::BF16, _) => Err(FORMAT.invalid_argument("bfloat16 has no sample format in TIFF")),
        (DType::Bool, None | Some(1)) => Ok(1),
        (DType::U8 | DType::U16 | DType::U32 | DType::U64, Some(bits)) if bits <= width => Ok(bits),
        (DType::F32, Some(24)) => Ok(24),
        (_, None) => Ok(width),
        (_, Some(bits)) if bits == width => Ok(bits),
        (_, Some(bits)) => Err(FORMAT.invalid_argument(format!("bits_per_sample {bits} does not fit {dtype}"))),
    }
}

/// The value of the tag, and the number of colours it stands for.
fn photometric(pages: &Pages<'_>, dtype: DType, options: &WriteOptions, meta: &Metadata) -> (u16, usize) {
    match options.photometric {
        Photometric::MinIsWhite => (0, 1),
        Photometric::MinIsBlack => (1, 1),
        Photometric::Rgb => (2, 3),
        Photometric::Separated => (5, 4),
        Photometric::CieLab => (8, 3),
        Photometric::Auto => match (pages.samples, dtype) {
            (1, DType::U8 | DType::U16) if meta.palette.is_some() => (3, 1),
            (3 | 4, DType::U8 | DType::U16) => (2, 3),
            _ => (1, 1),
        },
    }
}
