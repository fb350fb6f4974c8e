//! Plain samples: decimal numbers or, in PBM, digits 0 and 1.

use iio_codec::{ArrayMut, Blame, Context, DType, Error, Result};

use crate::header::{Header, is_space};
use crate::raster::{above, scaled};
use crate::{DecodeOptions, INFO};

/// Lines are not longer than this.
const LINE: usize = 70;

/// Decodes the samples of a plain file; `src` begins behind the header.
pub(crate) fn decode(
    src: &[u8],
    header: &Header,
    options: &DecodeOptions,
    mut dst: ArrayMut<'_>,
    cx: &Context<'_>,
) -> Result<()> {
    let mut numbers = Numbers { src, at: 0, options };
    let maxval = header.maxval;
    let dtype = dst.dtype();
    let decoded = dst.layout().stride(0);
    if let Some(all) = dst.contiguous() {
        for row in all.chunks_exact_mut(decoded.max(1)) {
            cx.check_cancel(&INFO)?;
            numbers.row(row, dtype, maxval)?;
        }
        return Ok(());
    }
    let mut scratch = iio_codec::zeroed_vec(decoded)?;
    let rows = dst.shape().first().copied().unwrap_or(0);
    for y in 0..rows {
        cx.check_cancel(&INFO)?;
        numbers.row(&mut scratch, dtype, maxval)?;
        let mut ranges: Vec<_> = dst.shape().iter().map(|&len| 0..len).collect();
        ranges.iter_mut().take(1).for_each(|range| *range = y..y + 1);
        dst.reborrow().window(&ranges)?.store(&scratch)?;
    }
    Ok(())
}

struct Numbers<'a> {
    src: &'a [u8],
    at: usize,
    options: &'a DecodeOptions,
}

impl Numbers<'_> {
    fn row(&mut self, row: &mut [u8], dtype: DType, maxval: u16) -> Result<()> {
        match dtype {
            DType::Bool => row.iter_mut().try_for_each(|to| self.digit().map(|white| *to = white)),
            DType::U8 => {
                row.iter_mut().try_for_each(|to| self.sample(maxval, dtype).map(|value| *to = value.to_le_bytes()[0]))
            }
            _ => {
                let words = row.as_chunks_mut::<2>().0;
                words.iter_mut().try_for_each(|to| self.sample(maxval, dtype).map(|value| *to = value.to_ne_bytes()))
            }
        }
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<u8> {
        loop {
            match self.src.get(self.at) {
                Some(&byte) if is_space(byte) => self.at += 1,
                Some(b'#') => {
                    let rest = self.src.get(self.at..).unwrap_or(&[]);
                    self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
                }
                Some(&byte) => return Ok(byte),
                None => return Err(self.ends("file ends before the last sample")),
            }
        }
    }

    #[cold]
    fn ends(&self, message: &'static str) -> Error {
        INFO.truncated(message).at(self.src.len())
    }

    #[cold]
    fn unexpected(&self, byte: u8) -> Error {
        INFO.malformed(format!("\"{}\" stands where a sample is due", byte.escape_ascii())).at(self.at)
    }

    /// A pixel of PBM: white is 1 here.
    fn digit(&mut self) -> Result<u8> {
        match self.skip()? {
            byte @ (b'0' | b'1') => {
                self.at += 1;
                Ok(b'1' - byte)
            }
            byte => Err(self.unexpected(byte)),
        }
    }

    fn sample(&mut self, maxval: u16, dtype: DType) -> Result<u16> {
        let first = self.skip()?;
        if !first.is_ascii_digit() {
            return Err(self.unexpected(first));
        }
        let start = self.at;
        let mut value = 0u32;
        loop {
            match self.src.get(self.at) {
                Some(byte @ b'0'..=b'9') => value = value.saturating_mul(10).saturating_add(u32::from(byte - b'0')),
                Some(&byte) if is_space(byte) || byte == b'#' => break,
                Some(&byte) => return Err(self.unexpected(byte)),
                // 12 may be what is left of 123.
                None if self.options.allow_missing_end => break,
                None => {
                    let message = "file ends right behind a sample: it may lack digits; allow_missing_end takes it";
                    return Err(self.ends(message));
                }
            }
            self.at += 1;
        }
        match u16::try_from(value) {
            Ok(value) if value <= maxval && self.options.scale => Ok(scaled(value, maxval, dtype)),
            Ok(value) if value <= maxval => Ok(value),
            _ => Err(above(value, maxval, start)),
        }
    }
}

/// Appends a row as text.
pub(crate) fn encode(row: &[u8], dtype: DType, dst: &mut Vec<u8>) {
    match dtype {
        DType::Bool => {
            for line in row.chunks(LINE) {
                dst.extend(line.iter().map(|&white| if white == 0 { b'1' } else { b'0' }));
                dst.push(b'\n');
            }
        }
        DType::U8 => numbers(row.iter().map(|&value| value.into()), dst),
        _ => numbers(row.as_chunks::<2>().0.iter().map(|&bytes| u16::from_ne_bytes(bytes)), dst),
    }
}

fn numbers(samples: impl Iterator<Item = u16>, dst: &mut Vec<u8>) {
    let mut line = dst.len();
    for value in samples {
        let mut digits = [0; 5];
        let mut start = digits.len();
        let mut rest = value;
        loop {
            start -= 1;
            digits[start] = b'0' + (rest % 10).to_le_bytes()[0];
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if dst.len() + digits.len() - start > line + LINE {
            // The space behind the last sample becomes the end of the line.
            if let Some(space) = dst.last_mut() {
                *space = b'\n';
            }
            line = dst.len();
        }
        dst.extend_from_slice(digits.get(start..).unwrap_or(&[]));
        dst.push(b' ');
    }
    if let Some(space) = dst.last_mut() {
        *space = b'\n';
    }
}
