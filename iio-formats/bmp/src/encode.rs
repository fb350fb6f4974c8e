//! The way from an array to a file.

use iio_codec::{ArrayRef, Blame, DType, Layout, Result};

use crate::header::{INFO_HEADER, V4, V5};
use crate::pixel::{reverse3, reverse4};
use crate::{EncodeOptions, INFO, rle};

/// Rows of about this many bytes are encoded at a time.
const BAND: usize = 256 << 10;

const FILE_HEADER: usize = 14;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Indices, gray samples or bool, in this many bits.
    Indices(u8),
    Rgb,
    Rgba,
}

/// A file that is to be made: everything but its pixels.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    head: Vec<u8>,
    kind: Kind,
    height: usize,
    width: usize,
    stride: usize,
    /// Indices from here on have no place.
    n_colours: usize,
    options: EncodeOptions,
}

impl Encoding {
    pub(crate) fn new(layout: &Layout, options: &EncodeOptions) -> Result<Self> {
        options.validate()?;
        let (kind, height, width) = kind(layout, options)?;
        let bits = match kind {
            Kind::Indices(bits) => bits.into(),
            Kind::Rgb => 24,
            Kind::Rgba => 32,
        };
        if options.rle && !matches!(kind, Kind::Indices(4 | 8)) {
            return Err(INFO.invalid_argument(format!("rle is for gray and indices of 4 or 8 bits, got {layout}")));
        }
        if options.palette.is_some() && !matches!(kind, Kind::Indices(_)) {
            return Err(INFO.invalid_argument(format!("a palette is for [height, width] of uint8, got {layout}")));
        }
        let stride = width.saturating_mul(bits).div_ceil(32).saturating_mul(4);
        let n_colours = match (kind, &options.palette) {
            (Kind::Indices(bits), Some(colours)) => colours.len().min(1 << bits),
            (Kind::Indices(bits), None) => 1 << bits,
            _ => 0,
        };
        let mut encoding = Self { head: Vec::new(), kind, height, width, stride, n_colours, options: options.clone() };
        encoding.head = encoding.headers(bits)?;
        Ok(encoding)
    }

    /// The most bytes that the file has.
    pub(crate) fn bound(&self) -> usize {
        let profile = self.options.icc_profile.as_ref().map_or(0, |profile| profile.len());
        self.head.len().saturating_add(self.data_bound()).saturating_add(profile)
    }

    fn data_bound(&self) -> usize {
        if self.options.rle {
            // Two bytes for each pixel at worst, and the ends of line and bitmap.
            return self.width.saturating_mul(2).saturating_add(4).saturating_mul(self.height).saturating_add(2);
        }
        self.stride.saturating_mul(self.height)
    }

    /// The bytes before the pixels. With `rle`, sizes and the profile follow by [`Encoding::patch`].
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    fn headers(&self, bits: usize) -> Result<Vec<u8>> {
        let has_profile = self.options.icc_profile.is_some();
        let dib = match self.kind {
            _ if has_profile => V5,
            Kind::Rgba => V4,
            _ => INFO_HEADER,
        };
        let start = FILE_HEADER + dib + self.n_colours * 4;
        let total = self
            .data_bound()
            .saturating_add(start)
            .saturating_add(self.options.icc_profile.as_ref().map_or(0, |profile| profile.len()));
        if u32::try_from(total).is_err() {
            let message =
                format!("{}x{} of {bits} bits need {total} bytes, BMP holds 4294967295", self.width, self.height);
            return Err(INFO.invalid_argument(message));
        }
        let mut head = Vec::with_capacity(start);
        let mut put = |value: usize| -> Result<()> {
            let value = u32::try_from(value).map_err(|_| INFO.internal(format!("{value} in a header")))?;
            head.extend_from_slice(&value.to_le_bytes());
            Ok(())
        };
        let height = u32::try_from(self.height).ok().and_then(|n| i32::try_from(n).ok()).unwrap_or(i32::MAX);
        let height = if self.options.top_down { -height } else { height };
        let compression = match (self.kind, self.options.rle) {
            (Kind::Rgba, _) => 3,
            (Kind::Indices(4), true) => 2,
            (_, true) => 1,
            _ => 0,
        };
        let colours = if self.n_colours == 1 << bits.min(8) { 0 } else { self.n_colours };
        let data = self.stride * self.height;
        put(total)?;
        put(0)?;
        put(start)?;
        put(dib)?;
        put(self.width)?;
        put(height.cast_unsigned() as usize)?;
        put(bits << 16 | 1)?;
        put(compression)?;
        put(data)?;
        put(self.options.ppm[0] as usize)?;
        put(self.options.ppm[1] as usize)?;
        put(colours)?;
        put(0)?;
        if dib > INFO_HEADER {
            let masks = if self.kind == Kind::Rgba { [0x00ff_0000, 0xff00, 0xff, 0xff00_0000] } else { [0; 4] };
            masks.into_iter().try_for_each(&mut put)?;
            let space = if has_profile { *b"MBED" } else { *b"sRGB" };
            put(u32::from_be_bytes(space) as usize)?;
            // End points and gamma of a calibrated space.
            (0..12).try_for_each(|_| put(0))?;
        }
        if dib == V5 {
            let profile = self.options.icc_profile.as_ref().map_or(0, |profile| profile.len());
            // LCS_GM_IMAGES: perceptual. The profile stands behind the pixels.
            [4, start - FILE_HEADER + data, profile, 0].into_iter().try_for_each(&mut put)?;
        }
        let mut file = b"BM".to_vec();
        file.append(&mut head);
        self.push_palette(&mut file);
        Ok(file)
    }

    fn push_palette(&self, head: &mut Vec<u8>) {
        match (&self.options.palette, self.kind) {
            (Some(colours), _) => {
                let entry = |&[red, green, blue]: &[u8; 3]| [blue, green, red, 0];
                head.extend(colours.iter().take(self.n_colours).flat_map(entry));
            }
            (None, Kind::Indices(bits)) => {
                let step = u8::MAX / (u8::MAX >> (8 - bits));
                (0..=u8::MAX >> (8 - bits)).for_each(|i| head.extend_from_slice(&[i * step, i * step, i * step, 0]));
            }
            _ => {}
        }
    }

    /// The number of bands that the rows are encoded in.
    pub(crate) fn n_bands(&self) -> usize {
        self.height.div_ceil(self.band_rows())
    }

    fn band_rows(&self) -> usize {
        (BAND / self.stride.max(1)).max(1)
    }

    /// Appends a band of rows, the first one stored first. Returns the bytes of samples that it took.
    pub(crate) fn band(&self, index: usize, src: ArrayRef<'_>, dst: &mut Vec<u8>) -> Result<usize> {
        let first = index * self.band_rows();
        let stored = first..(first + self.band_rows()).min(self.height);
        let row_len = src.layout().stride(0);
        let mut scratch = Vec::new();
        let (n, whole) = (stored.len(), src.contiguous());
        let plain = self.kind == Kind::Indices(8) && self.n_colours == 256 && !self.options.rle;
        if let Some(whole) = whole.filter(|_| plain && row_len > 0) {
            let filled = [0; 3].get(..self.stride - row_len).unwrap_or_default();
            let rows = whole.chunks_exact(row_len);
            let mut put = |row| {
                dst.extend_from_slice(row);
                dst.extend_from_slice(filled);
            };
            if self.options.top_down {
                rows.skip(stored.start).take(n).for_each(&mut put);
            } else {
                rows.rev().skip(stored.start).take(n).for_each(&mut put);
            }
            return Ok(n * row_len);
        }
        for index in stored {
            let y = if self.options.top_down { index } else { self.height - 1 - index };
            let row = match whole {
                // Without the cost of a view.
                Some(whole) => whole.get(y * row_len..(y + 1) * row_len),
                None if src.run_len().is_multiple_of(row_len) => src.row(y, row_len),
                None => None,
            };
            let row = match row {
                Some(row) => row,
                None => {
                    scratch.clear();
                    src.index_axis(0, y)?.append_to(&mut scratch)?;
                    &scratch
                }
            };
            self.row(row, dst).map_err(|error| error.within(format_args!("row {y}")))?;
        }
        if self.options.rle && first + n == self.height {
            rle::encode_end(dst);
        }
        Ok(n * row_len)
    }

    fn row(&self, row: &[u8], dst: &mut Vec<u8>) -> Result<()> {
        let start = dst.len();
        match self.kind {
            Kind::Indices(bits) => {
                let all_fit = self.n_colours == 256;
                let greatest = if all_fit { 0 } else { row.iter().fold(0, |most, &index| index.max(most)) };
                if usize::from(greatest) >= self.n_colours {
                    let message = format!("index {greatest} has no place among {} colours", self.n_colours);
                    return Err(INFO.invalid_argument(message));
                }
                if self.options.rle {
                    rle::encode_row(row, bits == 4, dst);
                    return Ok(());
                }
                match bits {
                    8 => dst.extend_from_slice(row),
                    _ => {
                        let pack =
                            |byte: u8, (i, value): (usize, &u8)| byte | value << (8 - usize::from(bits) * (i + 1));
                        let per_byte = 8 / usize::from(bits);
                        dst.extend(row.chunks(per_byte).map(|pixels| pixels.iter().enumerate().fold(0, pack)));
                    }
                }
            }
            Kind::Rgb => {
                dst.resize(start + row.len(), 0);
                reverse3(row, dst.get_mut(start..).unwrap_or_default());
            }
            Kind::Rgba => {
                dst.resize(start + row.len(), 0);
                reverse4(row, dst.get_mut(start..).unwrap_or_default());
            }
        }
        dst.resize(start + self.stride, 0);
        Ok(())
    }

    /// What is only known when `data_len` bytes of runs were written: bytes to be put at offsets.
    pub(crate) fn patches(&self, data_len: usize) -> Result<Vec<(u64, [u8; 4])>> {
        let profile = self.options.icc_profile.as_ref().map_or(0, |profile| profile.len());
        let mut patches = Vec::new();
        let mut put = |at: u64, value: usize| -> Result<()> {
            let value = u32::try_from(value).map_err(|_| INFO.internal(format!("{value} in a header")))?;
            patches.push((at, value.to_le_bytes()));
            Ok(())
        };
        put(2, self.head.len() + data_len + profile)?;
        put(34, data_len)?;
        if self.options.icc_profile.is_some() {
            put(126, self.head.len() - FILE_HEADER + data_len)?;
        }
        Ok(patches)
    }

    pub(crate) fn profile(&self) -> &[u8] {
        self.options.icc_profile.as_deref().unwrap_or(&[])
    }
}

fn kind(layout: &Layout, options: &EncodeOptions) -> Result<(Kind, usize, usize)> {
    let (kind, height, width) = match (layout.dtype(), layout.shape()) {
        (DType::Bool, &[h, w]) if matches!(options.bits_per_sample, 0 | 1) && options.palette.is_none() => {
            (Kind::Indices(1), h, w)
        }
        (DType::U8, &[h, w]) => {
            let fewest = match options.palette.as_ref().map_or(256, |colours| colours.len()) {
                0..=2 => 1,
                3..=16 => 4,
                _ => 8,
            };
            (Kind::Indices(if options.bits_per_sample == 0 { fewest } else { options.bits_per_sample }), h, w)
        }
        (DType::U8, &[h, w, 3]) => (Kind::Rgb, h, w),
        (DType::U8, &[h, w, 4]) => (Kind::Rgba, h, w),
        _ => {
            let message =
                format!("BMP holds uint8 or bool [height, width] and uint8 [height, width, 3 or 4], got {layout}");
            return Err(INFO.invalid_argument(message));
        }
    };
    let most = i32::MAX as usize;
    if !(1..=most).contains(&height) || !(1..=most).contains(&width) {
        return Err(INFO.invalid_argument(format!("height and width must be 1..={most}, got {layout}")));
    }
    Ok((kind, height, width))
}
