//! Entries of a directory that is to be written.

use iio_codec::{Blame, Result};
use iio_core::Sink;

use crate::FORMAT;
use crate::tag::FieldType;

/// Byte order and width of offsets of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// True for `MM`.
    pub(super) big_endian: bool,
    /// True for 64-bit offsets.
    pub(super) big: bool,
}

impl Form {
    pub(super) fn u16(self, value: u16) -> [u8; 2] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(super) fn u32(self, value: u32) -> [u8; 4] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub(super) fn u64(self, value: u64) -> [u8; 8] {
        if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    /// Bytes of an offset.
    pub(super) const fn offset_len(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    /// An offset or count, as wide as the file has them.
    pub(super) fn offset(self, value: u64) -> Result<Vec<u8>> {
        if self.big {
            return Ok(self.u64(value).to_vec());
        }
        match u32::try_from(value) {
            Ok(value) => Ok(self.u32(value).to_vec()),
            Err(_) => Err(FORMAT.limit("file", "4 GiB of classic TIFF (set bigtiff=true)", value, u32::MAX.into())),
        }
    }
}

/// A tag with its values, in file order.
pub(super) struct Entry {
    tag: u16,
    field: FieldType,
    count: u64,
    bytes: Vec<u8>,
}

/// The directory of one image.
pub(super) struct Directory {
    form: Form,
    entries: Vec<Entry>,
}

impl Directory {
    pub(super) const fn new(form: Form) -> Self {
        Self { form, entries: Vec::new() }
    }

    fn push(&mut self, tag: u16, field: FieldType, count: usize, bytes: Vec<u8>) {
        self.entries.push(Entry { tag, field, count: count as u64, bytes });
    }

    pub(super) fn shorts(&mut self, tag: u16, values: &[u16]) {
        let bytes = values.iter().flat_map(|&value| self.form.u16(value)).collect();
        self.push(tag, FieldType::Short, values.len(), bytes);
    }

    pub(super) fn longs(&mut self, tag: u16, values: &[u32]) {
        let bytes = values.iter().flat_map(|&value| self.form.u32(value)).collect();
        self.push(tag, FieldType::Long, values.len(), bytes);
    }

    /// Offsets or byte counts: LONG8 in BigTIFF, else LONG.
    pub(super) fn offsets(&mut self, tag: u16, values: &[u64]) -> Result<()> {
        let mut bytes = Vec::with_capacity(values.len() * self.form.offset_len());
        for &value in values {
            bytes.extend(self.form.offset(value)?);
        }
        let field = if self.form.big { FieldType::Long8 } else { FieldType::Long };
        self.push(tag, field, values.len(), bytes);
        Ok(())
    }

    /// A text, which ends with a zero byte.
    pub(super) fn text(&mut self, tag: u16, text: &str) {
        // A zero byte within would end the text for every reader.
        let mut bytes: Vec<u8> = text.bytes().filter(|&byte| byte != 0).collect();
        bytes.push(0);
        self.push(tag, FieldType::Ascii, bytes.len(), bytes);
    }

    pub(super) fn bytes(&mut self, tag: u16, field: FieldType, bytes: &[u8]) {
        self.push(tag, field, bytes.len(), bytes.to_vec());
    }

    /// A positive number as a fraction.
    pub(super) fn rational(&mut self, tag: u16, value: f64) {
        let (numerator, denominator) = fraction(value);
        let bytes = [self.form.u32(numerator), self.form.u32(denominator)].concat();
        self.push(tag, FieldType::Rational, 1, bytes);
    }

    /// Appends the directory and the values that do not fit into it. Returns its offset, and that of the field for the
    /// offset of the next one.
    pub(super) fn append(mut self, output: &mut dyn Sink) -> Result<(u64, u64)> {
        self.entries.sort_by_key(|entry| entry.tag);
        let form = self.form;
        align(output)?;
        let start = output.position();
        let (count_len, entry_len) = if form.big { (8, 20) } else { (2, 12) };
        let n = self.entries.len();
        let mut table: Vec<u8> = Vec::with_capacity(count_len + n * entry_len + 8);
        if form.big {
            table.extend(form.u64(n as u64));
        } else {
            let n = u16::try_from(n).map_err(|_| FORMAT.internal("more than 65535 tags"))?;
            table.extend(form.u16(n));
        }
        let mut values = Vec::new();
        let behind = start + (count_len + n * entry_len + form.offset_len()) as u64;
        for entry in &self.entries {
            table.extend(form.u16(entry.tag));
            table.extend(form.u16(entry.field.number()));
            table.extend(form.offset(entry.count)?);
            if entry.bytes.len() <= form.offset_len() {
                table.extend(&entry.bytes);
                table.resize(table.len() + form.offset_len() - entry.bytes.len(), 0);
            } else {
                table.extend(form.offset(behind + values.len() as u64)?);
                values.extend(&entry.bytes);
                values.resize(values.len().next_multiple_of(8), 0);
            }
        }
        let next = start + table.len() as u64;
        table.extend(form.offset(0)?);
        output.append(&table)?;
        output.append(&values)?;
        Ok((start, next))
    }
}

/// Directories begin at a multiple of 8 in our files: of 2 is asked for.
fn align(output: &mut dyn Sink) -> Result<()> {
    let over = (output.position() % 8) as usize;
    if over > 0 {
        output.append(&[0; 8][over..])?;
    }
    Ok(())
}

/// The fraction of 32-bit numbers that is nearest to a positive number, by continued fractions.
fn fraction(value: f64) -> (u32, u32) {
    #![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against u32::MAX")]
    let limit = f64::from(u32::MAX);
    if !value.is_finite() || value <= 0.0 || value > limit {
        return (if value > limit { u32::MAX } else { 0 }, 1);
    }
    let (mut before, mut now) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = value;
    for _ in 0..32 {
        let whole = rest.floor();
        let next: (f64, f64) = (whole * now.0 + before.0, whole * now.1 + before.1);
        if next.0 > limit || next.1 > limit {
            break;
        }
        (before, now) = (now, next);
        if (rest - whole).abs() < 1e-12 || (now.0 / now.1 - value).abs() <= value * 1e-15 {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    (now.0 as u32, (now.1 as u32).max(1))
}
