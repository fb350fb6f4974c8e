use std::ops::Range;

use iio_codec::{Blame, Error, Limits, Result};
use iio_core::{Known, Step};

use crate::FORMAT;
use crate::header::{Header, Order, uint};
use crate::tag::{FieldType, Tag};

/// An image file directory: its entries, values not loaded.
#[derive(Clone, Debug)]
pub(crate) struct Ifd {
    /// Where it stands in the file.
    pub(crate) at: u64,
    /// In file order, which need not be sorted.
    pub(crate) entries: Vec<Entry>,
    /// Offset of the next IFD; 0 if there is none.
    pub(crate) next: u64,
}

/// An entry of an IFD: a typed array that stays in the file until it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) tag: u16,
    /// Number of the field type, as it stands in the file.
    pub(crate) kind: u16,
    pub(crate) count: u64,
    /// Where the entry stands in the file.
    pub(crate) at: u64,
    /// Where its values stand: in the entry itself, or elsewhere.
    pub(crate) data: u64,
}

impl Ifd {
    /// The first entry of a tag.
    pub(crate) fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

/// Parses the IFD at `at`.
pub(crate) fn parse(known: &Known, header: Header, at: u64, limits: &Limits) -> Result<Step<Ifd>> {
    let outside = |what: &str| {
        let message = format!("{what} of the IFD at byte {at} exceed the file of {} bytes", known.len());
        FORMAT.truncated(message).at(at)
    };
    let begin = at.checked_add(header.count_len()).filter(|&begin| begin <= known.len());
    let begin = begin.ok_or_else(|| outside("first bytes"))?;
    let Some(count) = known.bytes(at..begin) else { return Ok(Step::Need(at..begin)) };
    let n = header.uint(count);
    if n == 0 {
        return Err(FORMAT.malformed(format!("IFD at byte {at} has no entries")).at(at));
    }
    let len = n.checked_mul(header.entry_len());
    let end = len.and_then(|len| begin.checked_add(len)).filter(|&end| end <= known.len());
    let end = end.ok_or_else(|| outside(&format!("{n} entries")))?;
    if end - begin > limits.metadata_bytes {
        let what = format!("IFD at byte {at} with {n} entries");
        return Err(FORMAT.limit(what, "metadata_bytes", end - begin, limits.metadata_bytes).at(at));
    }
    // An IFD at the end of the file may lack the offset of the next: there is none.
    let last = end.saturating_add(header.offset_len()).min(known.len());
    let Some(bytes) = known.bytes(begin..last) else { return Ok(Step::Need(begin..last)) };
    let (body, tail) = bytes.split_at_checked(usize_of(end - begin)?).unwrap_or((bytes, &[]));
    let next = if tail.len() as u64 == header.offset_len() { header.uint(tail) } else { 0 };
    let rows = body.chunks_exact(usize_of(header.entry_len())?);
    let entries = rows.zip(0u64..).map(|(row, i)| entry(row, header, begin + i * header.entry_len())).collect();
    Ok(Step::Done(Ifd { at, entries, next }))
}

fn entry(row: &[u8], header: Header, at: u64) -> Entry {
    let (tag, rest) = row.split_at_checked(2).unwrap_or_default();
    let (kind, rest) = rest.split_at_checked(2).unwrap_or_default();
    let (count, value) = rest.split_at_checked(if header.big { 8 } else { 4 }).unwrap_or_default();
    let number = |bytes: &[u8]| u16::try_from(header.uint(bytes)).unwrap_or(0);
    let (tag, kind, count) = (number(tag), number(kind), header.uint(count));
    let inline = at + header.entry_len() - header.offset_len();
    let size = FieldType::from_number(kind).and_then(|kind| count.checked_mul(kind.size() as u64));
    let fits = size.is_some_and(|size| size <= header.offset_len());
    Entry { tag, kind, count, at, data: if fits { inline } else { header.uint(value) } }
}

/// A length of the file as a length in memory.
pub(crate) fn usize_of(len: u64) -> Result<usize> {
    usize::try_from(len).map_err(|_| FORMAT.out_of_memory(usize::MAX))
}

impl Entry {
    /// The type of the values.
    pub(crate) const fn field(&self) -> Option<FieldType> {
        FieldType::from_number(self.kind)
    }

    /// The number of bytes of all values; `None` for an unknown type.
    pub(crate) fn n_bytes(&self) -> Option<u64> {
        self.count.checked_mul(self.field()?.size() as u64)
    }

    /// A fault of this entry.
    #[cold]
    pub(crate) fn malformed(&self, message: impl core::fmt::Display) -> Error {
        FORMAT.malformed(format!("{} {message}", Tag(self.tag))).at(self.at)
    }

    /// Where values `which` stand, compared with the length of the file.
    pub(crate) fn place(&self, known: &Known, which: Range<u64>) -> Result<Range<u64>> {
        let Some(field) = self.field() else {
            return Err(self.malformed(format_args!("has the unknown type {}", self.kind)));
        };
        if which.end > self.count || which.start > which.end {
            let message = format_args!("has {} values, {} were expected", self.count, which.end);
            return Err(self.malformed(message));
        }
        let size = field.size() as u64;
        let place = which.start.checked_mul(size).and_then(|start| self.data.checked_add(start)).and_then(|start| {
            let end = (which.end - which.start).checked_mul(size).and_then(|len| start.checked_add(len));
            Some(start..end.filter(|&end| end <= known.len())?)
        });
        place.ok_or_else(|| {
            let message = format!(
                "{}: {} values of {} at byte {} exceed the file of {} bytes",
                Tag(self.tag),
                self.count,
                field.name(),
                self.data,
                known.len()
            );
            FORMAT.truncated(message).at(self.at)
        })
    }

    /// The bytes of values `which`.
    pub(crate) fn raw<'k>(&self, known: &'k Known, which: Range<u64>) -> Result<Step<&'k [u8]>> {
        let place = self.place(known, which)?;
        Ok(match known.bytes(place.clone()) {
            Some(bytes) => Step::Done(bytes),
            None => Step::Need(place),
        })
    }

    /// The values `which` as unsigned integers.
    pub(crate) fn uints(&self, known: &Known, order: Order, which: Range<u64>) -> Result<Step<Vec<u64>>> {
        use FieldType as F;
        let Some(field) = self.field() else {
            return Err(self.malformed(format_args!("has the unknown type {}", self.kind)));
        };
        let signed = match field {
            F::Byte | F::Short | F::Long | F::Long8 | F::Ifd | F::Ifd8 | F::Undefined => false,
            F::SByte | F::SShort | F::SLong | F::SLong8 => true,
            F::Ascii | F::Rational | F::SRational | F::Float | F::Double => {
                return Err(self.malformed(format_args!("is {}, integers were expected", field.name())));
            }
        };
        let bytes = need!(self.raw(known, which));
        let mut values = Vec::new();
        let n = bytes.len() / field.size();
        values.try_reserve_exact(n).map_err(|_| FORMAT.out_of_memory(n.saturating_mul(8)))?;
        match field {
            F::Short => values.extend(bytes.as_chunks::<2>().0.iter().map(|&b| u64::from(order.u16(b)))),
            F::Long | F::Ifd => values.extend(bytes.as_chunks::<4>().0.iter().map(|&b| u64::from(order.u32(b)))),
            F::Long8 | F::Ifd8 => values.extend(bytes.as_chunks::<8>().0.iter().map(|&b| order.u64(b))),
            _ => values.extend(bytes.chunks_exact(field.size()).map(|value| uint(order, value))),
        }
        let sign = 1u64 << (8 * field.size() - 1);
        if signed && let Some(value) = values.iter().find(|&&value| value & sign != 0) {
            return Err(self.malformed(format_args!("is negative (two's complement {value})")));
        }
        Ok(Step::Done(values))
    }

    /// The first value as an unsigned integer.
    pub(crate) fn uint(&self, known: &Known, order: Order) -> Result<Step<u64>> {
        if self.count == 0 {
            return Err(self.malformed("has no value"));
        }
        let values = need!(self.uints(known, order, 0..1));
        Ok(Step::Done(values.first().copied().unwrap_or(0)))
    }

    /// The values as text, without the zero bytes at the end. UTF-8, else Latin-1.
    pub(crate) fn text(&self, known: &Known) -> Result<Step<String>> {
        let bytes = need!(self.raw(known, 0..self.count));
        let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        let bytes = bytes.get(..end).unwrap_or(bytes);
        let text =
            core::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned);
        Ok(Step::Done(text))
    }

    /// The first `n` values as numbers.
    pub(crate) fn floats(&self, known: &Known, order: Order, n: u64) -> Result<Step<Vec<f64>>> {
        let bytes = need!(self.raw(known, 0..n));
        let field = self.field().unwrap_or(FieldType::Byte);
        Ok(Step::Done(bytes.chunks_exact(field.size()).filter_map(|value| float(field, order, value)).collect()))
    }
}

/// One value as a number.
#[expect(clippy::cast_precision_loss, reason = "measures of people")]
fn float(field: FieldType, order: Order, value: &[u8]) -> Option<f64> {
    use FieldType as F;
    let half = |bytes: &[u8]| Some((uint(order, bytes.get(..4)?), uint(order, bytes.get(4..8)?)));
    Some(match field {
        F::Rational => {
            let (n, d) = half(value)?;
            n as f64 / d as f64
        }
        F::SRational => {
            let (n, d) = half(value)?;
            signed(n, 4) as f64 / signed(d, 4) as f64
        }
        F::Float => f64::from(f32::from_bits(order.u32(value.try_into().ok()?))),
        F::Double => f64::from_bits(order.u64(value.try_into().ok()?)),
        F::SByte | F::SShort | F::SLong | F::SLong8 => signed(uint(order, value), field.size()) as f64,
        F::Ascii => return None,
        _ => uint(order, value) as f64,
    })
}

/// Extends the sign of a value of `size` bytes.
#[expect(clippy::cast_possible_wrap, reason = "that is what this is for")]
pub(crate) const fn signed(value: u64, size: usize) -> i64 {
    let shift = 64 - 8 * size;
    (value << shift) as i64 >> shift
}
