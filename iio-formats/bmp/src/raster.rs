//! Rows as they are stored, and what they become.

use iio_codec::{ArrayMut, Blame, Context, DType, Error, Result, zeroed_vec};

use crate::mask::{Mask, Masks};
use crate::pixel::{drop_fourth, indexed, reverse3, reverse4};
use crate::{Compression, DecodeOptions, Header, INFO};

/// Rows are done in pieces of about this size, so that a cancelled call ends soon.
const PIECE: usize = 1 << 18;

/// How a stored row becomes samples.
#[derive(Clone, Debug)]
pub(crate) struct Raster {
    bits: u16,
    /// Indices from here on have no colour; 256 if that cannot be.
    n_colours: usize,
    out: Out,
}

#[derive(Clone, Debug)]
enum Out {
    Indices,
    /// One sample for each index.
    One(Box<[u8; 256]>),
    /// Three: red in the lowest byte.
    Three(Box<[u32; 256]>),
    /// Bytes are blue, green, red.
    Bgr,
    /// Bytes are blue, green, red, and one that has no meaning.
    Bgrx,
    /// Bytes are blue, green, red, alpha.
    Bgra,
    /// Words of 16 or 32 bits.
    Words(Box<Masks>, bool),
}

impl Raster {
    pub(crate) fn new(header: &Header, options: &DecodeOptions) -> Self {
        let (dtype, depth) = header.output(options);
        let bits = header.bits_per_pixel;
        let Some(palette) = &header.palette else {
            let out = match &header.masks {
                Some(masks) => {
                    let has_alpha = masks.alpha != Mask::default();
                    match (bits, masks.is_bytes()) {
                        (32, true) if has_alpha => Out::Bgra,
                        (32, true) => Out::Bgrx,
                        _ => Out::Words(Box::new(masks.clone()), has_alpha),
                    }
                }
                None => Out::Bgr,
            };
            return Self { bits, n_colours: 256, out };
        };
        let colours = palette.colours();
        let full = colours.len() == 1 << bits || options.ignore_index_range;
        let out = match (dtype, depth) {
            (DType::U8, 1) if header.keeps_indices(options) => Out::Indices,
            (_, 1) => {
                let mut table = Box::new([0; 256]);
                let white = if dtype == DType::Bool { 1 } else { u8::MAX };
                table.iter_mut().zip(colours).for_each(|(to, colour)| *to = colour[0].min(white));
                Out::One(table)
            }
            _ => {
                let mut table = Box::new([0; 256]);
                let word = |[red, green, blue]: [u8; 3]| u32::from_le_bytes([red, green, blue, 0]);
                table.iter_mut().zip(colours).for_each(|(to, colour)| *to = word(*colour));
                Out::Three(table)
            }
        };
        Self { bits, n_colours: if full { 256 } else { colours.len() }, out }
    }

    /// True if a stored row is decoded as it stands.
    pub(crate) fn is_plain(&self) -> bool {
        self.bits == 8 && self.n_colours == 256 && matches!(self.out, Out::Indices)
    }

    /// Samples of a pixel.
    pub(crate) fn depth(&self) -> usize {
        match self.out {
            Out::Indices | Out::One(_) => 1,
            Out::Three(_) | Out::Bgr | Out::Bgrx | Out::Words(_, false) => 3,
            Out::Bgra | Out::Words(_, true) => 4,
        }
    }

    /// Decodes a stored row. `indices` has one byte for each pixel if pixels are smaller than one.
    fn row(&self, src: &[u8], indices: &mut [u8], to: &mut [u8]) -> Result<()> {
        match self.bits {
            1 => unpack::<1>(src, indices),
            2 => unpack::<2>(src, indices),
            4 => unpack::<4>(src, indices),
            _ => return self.samples(src, to),
        }
        self.samples(indices, to)
    }

    /// Decodes a row of pixels of whole bytes.
    pub(crate) fn samples(&self, src: &[u8], to: &mut [u8]) -> Result<()> {
        if self.n_colours < 256 {
            let greatest = src.iter().fold(0, |most, &index| index.max(most));
            if usize::from(greatest) >= self.n_colours {
                let at = src.iter().position(|&index| usize::from(index) >= self.n_colours).unwrap_or(0);
                let index = src.get(at).copied().unwrap_or(0);
                let message = format!("index {index} in column {at} has no colour, the palette has {}", self.n_colours);
                return Err(INFO.malformed(message));
            }
        }
        match &self.out {
            Out::Indices => to.copy_from_slice(src),
            Out::One(table) => to.iter_mut().zip(src).for_each(|(to, &index)| *to = table[usize::from(index)]),
            Out::Three(table) => indexed(src, table, to),
            Out::Bgr => reverse3(src, to),
            Out::Bgrx => drop_fourth(src, to, |pixel| pixel.swap_bytes() >> 8),
            Out::Bgra => reverse4(src, to),
            Out::Words(masks, has_alpha) => {
                let short = src.as_chunks::<2>().0.iter().map(|&bytes| u16::from_le_bytes(bytes).into());
                match (self.bits, has_alpha) {
                    (16, false) => masks.unpack::<3>(short, to),
                    (16, true) => masks.unpack::<4>(short, to),
                    _ => masks.unpack_long(src, *has_alpha, to),
                }
            }
        }
        Ok(())
    }

    /// Bytes of the pixels of a stored row, and of the row filled up.
    fn row_len(&self, width: usize) -> (usize, usize) {
        let bits = width.saturating_mul(self.bits.into());
        (bits.div_ceil(8), bits.div_ceil(32).saturating_mul(4))
    }

    /// Decodes the rows that `src` begins with. With `pieces`, a single row that is not filled up.
    pub(crate) fn decode(&self, src: &[u8], dst: ArrayMut<'_>, bottom_up: bool, cx: &Context<'_>) -> Result<()> {
        let mut rows = Rows::new(dst, self.depth(), bottom_up)?;
        let (row_len, stride) = self.row_len(rows.width);
        let needed = stride.saturating_mul(rows.n.saturating_sub(1)).saturating_add(row_len);
        if src.len() < needed {
            return Err(INFO.truncated(format!("pixels need {needed} bytes, there are {}", src.len())).at(src.len()));
        }
        if self.is_plain()
            && let Some(done) = rows.copy(src, stride, cx)
        {
            return done;
        }
        let mut indices = zeroed_vec(if self.bits < 8 { rows.width } else { 0 })?;
        let step = (PIECE / stride.max(1)).max(1);
        for (index, row) in src.chunks(stride.max(1)).take(rows.n).enumerate() {
            if index % step == 0 {
                cx.check_cancel(&INFO)?;
            }
            let row = row.get(..row_len).unwrap_or(row);
            rows.write(index, |to| self.row(row, &mut indices, to)).map_err(|e| e.at(index * stride))?;
        }
        Ok(())
    }
}

impl Header {
    /// True if indices stay what they are.
    fn keeps_indices(&self, options: &DecodeOptions) -> bool {
        options.expand == crate::Expand::Indices || (options.expand == crate::Expand::Auto && self.is_identity())
    }

    /// True if each of 256 indices is its own gray value.
    fn is_identity(&self) -> bool {
        let colours = self.palette.as_ref().map_or(&[][..], crate::palette::Palette::colours);
        colours.len() == 256 && colours.iter().zip(0..=255).all(|(colour, index)| *colour == [index; 3])
    }

    /// True if rows can be read without those before them.
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self.compression, Compression::None | Compression::Bitfields)
    }
}

/// Spreads pixels of `BITS` bits over bytes, the first one from the highest bits.
fn unpack<const BITS: usize>(src: &[u8], to: &mut [u8]) {
    let mask = u8::MAX >> (8 - BITS);
    for (to, &byte) in to.chunks_mut(8 / BITS).zip(src) {
        to.iter_mut().enumerate().for_each(|(i, to)| *to = byte >> (8 - BITS * (i + 1)) & mask);
    }
}

/// The rows of a destination, in the order in which they are stored.
pub(crate) struct Rows<'a> {
    to: Target<'a>,
    pub(crate) n: usize,
    pub(crate) width: usize,
    len: usize,
    bottom_up: bool,
}

enum Target<'a> {
    /// Rows without gaps between them, which are found without the cost of a view.
    Whole(&'a mut [u8]),
    /// Rows without gaps in them.
    Rows(ArrayMut<'a>),
    /// Pixels with gaps in between, and a row that is stored in them.
    Pixels(ArrayMut<'a>, Vec<u8>),
}

impl<'a> Rows<'a> {
    pub(crate) fn new(dst: ArrayMut<'a>, depth: usize, bottom_up: bool) -> Result<Self> {
        let (n, width) = match (dst.shape(), depth) {
            (&[n, width], 1) => (n, width),
            (&[n, width, samples], _) if samples == depth => (n, width),
            _ => return Err(INFO.internal(format!("rows of {}", dst.layout()))),
        };
        let len = width.saturating_mul(depth);
        let to = if dst.is_contiguous() {
            Target::Whole(dst.into_contiguous().ok_or_else(|| INFO.internal("gaps in a view without gaps"))?)
        } else if len > 0 && dst.run_len().is_multiple_of(len) {
            Target::Rows(dst)
        } else {
            Target::Pixels(dst, zeroed_vec(len)?)
        };
        Ok(Self { to, n, width, len, bottom_up })
    }

    /// Writes the row that is stored as number `index`.
    pub(crate) fn write(&mut self, index: usize, fill: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<()> {
        let y = if self.bottom_up { self.n.wrapping_sub(index + 1) } else { index };
        let none = || -> Error { INFO.internal(format!("there is no row {y}")) };
        match &mut self.to {
            Target::Whole(bytes) => {
                let start = y.checked_mul(self.len).ok_or_else(none)?;
                fill(bytes.get_mut(start..start.saturating_add(self.len)).ok_or_else(none)?)
            }
            Target::Rows(dst) => fill(dst.row_mut(y, self.len).ok_or_else(none)?),
            Target::Pixels(dst, scratch) => {
                fill(scratch)?;
                dst.reborrow().index_axis(0, y)?.store(scratch)
            }
        }
    }

    /// Copies all rows, one from each `stride` bytes of `src`; `None` if the destination has gaps, or there are no pixels.
    fn copy(&mut self, src: &[u8], stride: usize, cx: &Context<'_>) -> Option<Result<()>> {
        let Target::Whole(to) = &mut self.to else { return None };
        let (len, step) = (self.len, (PIECE / stride.max(1)).max(1));
        if len == 0 || to.len() != len * self.n {
            return None;
        }
        let mut to = &mut **to;
        for piece in src.chunks(stride * step) {
            if let Err(error) = cx.check_cancel(&INFO) {
                return Some(Err(error));
            }
            let n = step.min(to.len() / len);
            let rows = piece.chunks(stride).take(n).map(|row| row.get(..len).unwrap_or(row));
            let part;
            if self.bottom_up {
                (to, part) = to.split_at_mut(to.len() - n * len);
                part.chunks_exact_mut(len).rev().zip(rows).for_each(|(to, row)| to.copy_from_slice(row));
            } else {
                (part, to) = to.split_at_mut(n * len);
                part.chunks_exact_mut(len).zip(rows).for_each(|(to, row)| to.copy_from_slice(row));
            }
        }
        Some(Ok(()))
    }
}
