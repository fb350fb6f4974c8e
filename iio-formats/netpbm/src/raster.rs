//! Raw samples: rows of bits, bytes, big-endian words or floats.

use iio_codec::{ArrayMut, Blame, Context, DType, Error, Result};

use crate::INFO;

/// How raw samples stand in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Samples {
    /// Eight pixels a byte, the first one highest, 1 is black.
    Bits,
    /// Bytes.
    U8,
    /// Big-endian words.
    U16,
    /// Floats, rows from the bottom up.
    F32 {
        /// Byte order.
        little: bool,
    },
}

impl Samples {
    /// Bytes of a row, which saturate where no file can have them.
    pub(crate) const fn row_len(self, width: usize, depth: usize) -> usize {
        let n = width.saturating_mul(depth);
        match self {
            Self::Bits => n.div_ceil(8),
            Self::U8 => n,
            Self::U16 => n.saturating_mul(2),
            Self::F32 { .. } => n.saturating_mul(4),
        }
    }

    pub(crate) const fn is_bottom_up(self) -> bool {
        matches!(self, Self::F32 { .. })
    }
}

/// How raw samples become those of the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Raster {
    pub(crate) samples: Samples,
    /// Samples above it are malformed.
    pub(crate) maxval: u16,
    /// Stretches 0 to maxval over the dtype.
    pub(crate) scale: bool,
}

/// Rows are done in pieces of about this size, so that a cancelled call ends soon.
const PIECE: usize = 1 << 18;

/// What a byte of eight pixels gives.
const PIXELS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            table[byte][bit] = (byte >> (7 - bit) & 1 == 0) as u8;
            bit += 1;
        }
        byte += 1;
    }
    table
};

impl Raster {
    /// True if the samples need only be put in their place.
    pub(crate) fn is_plain_bytes(&self) -> bool {
        self.samples == Samples::U8 && self.maxval == 255
    }

    /// True if the samples need only have their bytes swapped, or not even that.
    pub(crate) fn is_plain_words(&self) -> bool {
        self.samples == Samples::U16 && self.maxval == u16::MAX
    }

    /// Decodes the rows that `src` begins with.
    pub(crate) fn decode(&self, src: &[u8], mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let (&[rows, width] | &[rows, width, _]) = dst.shape() else {
            return Err(INFO.internal(format!("rows of {}", dst.layout())));
        };
        let depth = dst.shape().get(2).copied().unwrap_or(1);
        let stored = self.samples.row_len(width, depth);
        let decoded = dst.layout().stride(0);
        let needed = stored.saturating_mul(rows);
        let Some(src) = src.get(..needed) else {
            return Err(INFO.truncated(format!("samples need {needed} bytes, there are {}", src.len())).at(src.len()));
        };
        if dst.layout().is_empty() {
            return Ok(());
        }
        let table = self.table();
        let step = (PIECE / decoded).max(1);
        if self.samples != Samples::Bits
            && !self.samples.is_bottom_up()
            && let Some(all) = dst.contiguous()
        {
            let pieces = src.chunks(stored * step).zip(all.chunks_mut(decoded * step));
            for (index, (from, to)) in pieces.enumerate() {
                cx.check_cancel(&INFO)?;
                self.row(from, to, &table).map_err(|error| error.shifted((index * step * stored) as u64))?;
            }
            return Ok(());
        }
        let direct = dst.run_len().is_multiple_of(decoded);
        let mut scratch = if direct { Vec::new() } else { iio_codec::zeroed_vec(decoded)? };
        for (index, from) in src.chunks_exact(stored).enumerate() {
            if index % step == 0 {
                cx.check_cancel(&INFO)?;
            }
            let y = if self.samples.is_bottom_up() { rows - 1 - index } else { index };
            let at = |error: Error| error.shifted((index * stored) as u64);
            if direct {
                let to = dst.row_mut(y, decoded).ok_or_else(|| INFO.internal("no such row"))?;
                self.row(from, to, &table).map_err(at)?;
            } else {
                self.row(from, &mut scratch, &table).map_err(at)?;
                let mut ranges: Vec<_> = dst.shape().iter().map(|&len| 0..len).collect();
                ranges.iter_mut().take(1).for_each(|range| *range = y..y + 1);
                dst.reborrow().window(&ranges)?.store(&scratch)?;
            }
        }
        Ok(())
    }

    /// Decodes one row, or several without gaps.
    fn row(&self, src: &[u8], dst: &mut [u8], table: &[u16]) -> Result<()> {
        match self.samples {
            Samples::Bits => unpack(src, dst),
            Samples::U8 if self.scale => {
                for (index, (to, &from)) in dst.iter_mut().zip(src).enumerate() {
                    let scaled = table.get(usize::from(from)).ok_or_else(|| self.above(from, index))?;
                    *to = scaled.to_le_bytes()[0];
                }
            }
            Samples::U8 => {
                dst.copy_from_slice(src);
                let most = u8::try_from(self.maxval).unwrap_or(u8::MAX);
                if src.iter().copied().max().is_some_and(|max| max > most) {
                    let found = src.iter().enumerate().find(|(_, value)| **value > most);
                    return Err(found.map_or_else(|| INFO.internal("maximum is lost"), |(i, &v)| self.above(v, i)));
                }
            }
            Samples::U16 if self.scale => {
                let words = src.as_chunks().0.iter().map(|bytes| u16::from_be_bytes(*bytes));
                for (index, (to, from)) in dst.as_chunks_mut().0.iter_mut().zip(words).enumerate() {
                    let scaled = table.get(usize::from(from)).ok_or_else(|| self.above(from, 2 * index))?;
                    *to = scaled.to_ne_bytes();
                }
            }
            Samples::U16 => {
                let words = || src.as_chunks().0.iter().map(|bytes| u16::from_be_bytes(*bytes));
                let mut max = 0;
                for (to, from) in dst.as_chunks_mut().0.iter_mut().zip(words()) {
                    max = from.max(max);
                    *to = from.to_ne_bytes();
                }
                if max > self.maxval {
                    // The first one, as everywhere: which is the greatest would depend on how many rows come at once.
                    let found = words().enumerate().find(|(_, value)| *value > self.maxval);
                    return Err(found.map_or_else(|| INFO.internal("maximum is lost"), |(i, v)| self.above(v, 2 * i)));
                }
            }
            Samples::F32 { little } => {
                if little == cfg!(target_endian = "little") {
                    dst.copy_from_slice(src);
                } else {
                    for (to, from) in dst.as_chunks_mut::<4>().0.iter_mut().zip(src.as_chunks::<4>().0) {
                        *to = u32::from_ne_bytes(*from).swap_bytes().to_ne_bytes();
                    }
                }
            }
        }
        Ok(())
    }

    #[cold]
    fn above(&self, value: impl Into<u64>, at: usize) -> Error {
        above(value, self.maxval, at)
    }

    /// What each sample becomes when it is scaled; empty if none is.
    fn table(&self) -> Vec<u16> {
        let dtype = if self.samples == Samples::U8 { DType::U8 } else { DType::U16 };
        if self.scale && matches!(self.samples, Samples::U8 | Samples::U16) {
            (0..=self.maxval).map(|value| scaled(value, self.maxval, dtype)).collect()
        } else {
            Vec::new()
        }
    }
}

/// Stretches a sample over the range of its dtype. Halves go to the even neighbour, as in Pillow.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65535 by the division")]
pub(crate) fn scaled(value: u16, maxval: u16, dtype: DType) -> u16 {
    let most = if dtype == DType::U8 { 255.0 } else { 65535.0 };
    (f64::from(value) / f64::from(maxval) * most).round_ties_even() as u16
}

#[cold]
pub(crate) fn above(value: impl Into<u64>, maxval: u16, at: usize) -> Error {
    INFO.malformed(format!("sample {} exceeds maxval {maxval}", value.into())).at(at)
}

fn unpack(src: &[u8], dst: &mut [u8]) {
    let (whole, rest) = dst.as_chunks_mut::<8>();
    for (to, &from) in whole.iter_mut().zip(src) {
        *to = PIXELS[usize::from(from)];
    }
    if let Some(&last) = src.get(whole.len()) {
        rest.iter_mut().zip(PIXELS[usize::from(last)]).for_each(|(to, from)| *to = from);
    }
}

/// Packs a row of pixels, 0 or 1 each, as PBM has them.
pub(crate) fn pack(src: &[u8], dst: &mut Vec<u8>) {
    /// Gathers the lowest bits of eight bytes in the highest byte, the first one highest.
    const GATHER: u64 = 0x8040_2010_0804_0201;
    let (whole, rest) = src.as_chunks::<8>();
    dst.extend(whole.iter().map(|pixels| {
        let white = u64::from_le_bytes(*pixels) & 0x0101_0101_0101_0101;
        !(white.wrapping_mul(GATHER) >> 56).to_le_bytes()[0]
    }));
    if !rest.is_empty() {
        // Bits behind the last pixel are zero.
        let black = rest.iter().fold(0u8, |bits, &pixel| bits << 1 | u8::from(pixel & 1 == 0));
        dst.push(black << (8 - rest.len()));
    }
}
