//! Metadata: the typed model, and all tags by name.

use iio_codec::{Blame, Limits, Result};
use iio_core::{Known, MetaValue, Metadata, Resolution, ResolutionUnit, Step};

use crate::FORMAT;
use crate::fetch::Bytes;
use crate::header::{Header, Order, uint};
use crate::ifd::{self, Entry, Ifd, signed};
use crate::tag::{self, FieldType};

/// Arrays of more values are told by type, count and offset, not loaded.
const LONG: u64 = 1000;

/// Loads values of one IFD and of those below it, within the limit on metadata.
struct Loader<'a> {
    bytes: &'a mut Bytes,
    header: Header,
    limits: &'a Limits,
    /// Bytes of values that were loaded.
    spent: u64,
}

/// The metadata of the image of the IFD at `at`.
pub(crate) fn of_image(bytes: &mut Bytes, header: Header, at: u64, limits: &Limits) -> Result<Metadata> {
    let ifd = bytes.drive(|known| ifd::parse(known, header, at, limits))?;
    let mut loader = Loader { bytes, header, limits, spent: 0 };
    let mut meta = Metadata::default();
    for entry in &ifd.entries {
        let value = loader.tag(entry)?;
        let name = tag::name(entry.tag).map_or_else(|| entry.tag.to_string(), str::to_owned);
        take(&mut meta, entry.tag, &value);
        meta.tags.push((name, value));
    }
    meta.resolution = loader.resolution(&ifd);
    meta.palette = loader.palette(&ifd)?;
    meta.icc_profile = loader.blob(&ifd, tag::ICC_PROFILE)?;
    meta.xmp = loader.blob(&ifd, tag::XMP)?;
    Ok(meta)
}

/// What the typed model takes from a tag.
fn take(meta: &mut Metadata, tag: u16, value: &MetaValue) {
    match (tag, value) {
        (tag::ORIENTATION, MetaValue::Uint(value @ 1..=8)) => meta.orientation = u8::try_from(*value).ok(),
        (_, MetaValue::Text(text)) => {
            let slot = match tag {
                tag::IMAGE_DESCRIPTION => &mut meta.description,
                tag::SOFTWARE => &mut meta.software,
                tag::DATE_TIME => &mut meta.date_time,
                tag::PAGE_NAME => &mut meta.page_name,
                tag::ARTIST | tag::COPYRIGHT | tag::DOCUMENT_NAME | tag::HOST_COMPUTER | tag::MAKE | tag::MODEL => {
                    let name = tag::name(tag).unwrap_or_default().to_owned();
                    return meta.text.push((name, text.clone()));
                }
                _ => return,
            };
            // Of several values the first counts.
            slot.get_or_insert_with(|| text.clone());
        }
        _ => {}
    }
}

impl Loader<'_> {
    fn spend(&mut self, entry: &Entry, bytes: u64) -> Result<()> {
        self.spent = self.spent.saturating_add(bytes);
        if self.spent <= self.limits.metadata_bytes {
            return Ok(());
        }
        let what = format!("{} and the tags before it", tag::Tag(entry.tag));
        Err(FORMAT.limit(what, "metadata_bytes", self.spent, self.limits.metadata_bytes).at(entry.at))
    }

    /// The value of a tag. One that is broken does no harm to the others: it becomes the text of the error.
    fn tag(&mut self, entry: &Entry) -> Result<MetaValue> {
        let names: fn(u16) -> Option<&'static str> = match entry.tag {
            tag::EXIF_IFD => tag::name,
            tag::GPS_IFD => tag::gps_name,
            _ => return self.value(entry),
        };
        self.directory(entry, names, 1)
    }

    /// The tags of an IFD that an entry points to.
    fn directory(&mut self, entry: &Entry, names: fn(u16) -> Option<&'static str>, depth: u32) -> Result<MetaValue> {
        let (header, limits) = (self.header, self.limits);
        let parse = |known: &Known| {
            let at = need!(entry.uint(known, header.order));
            ifd::parse(known, header, at, limits)
        };
        let ifd = match self.bytes.drive(parse) {
            Ok(ifd) => ifd,
            Err(error) => return Ok(MetaValue::Text(format!("<{error}>"))),
        };
        self.spend(entry, ifd.entries.len() as u64 * header.entry_len())?;
        let mut map = Vec::new();
        for entry in &ifd.entries {
            let name = names(entry.tag).map_or_else(|| entry.tag.to_string(), str::to_owned);
            let value = if entry.tag == tag::INTEROPERABILITY_IFD && depth < 2 {
                self.directory(entry, tag::interoperability_name, depth + 1)?
            } else {
                self.value(entry)?
            };
            map.push((name, value));
        }
        Ok(MetaValue::Map(map))
    }

    fn value(&mut self, entry: &Entry) -> Result<MetaValue> {
        let is_text = entry.field() == Some(FieldType::Ascii);
        if entry.count > LONG && !is_text && entry.tag != tag::IMAGE_DESCRIPTION {
            return Ok(summary(entry));
        }
        let order = self.header.order;
        let result = match self.bytes.drive(|known| value(known, order, entry, self.limits)) {
            Ok(value) => value,
            Err(error) if matches!(error.kind(), iio_codec::ErrorKind::Limit { .. }) => return Err(error),
            Err(error) => return Ok(MetaValue::Text(format!("<{error}>"))),
        };
        self.spend(entry, entry.n_bytes().unwrap_or(0))?;
        Ok(result)
    }

    /// All bytes of a tag.
    fn blob(&mut self, ifd: &Ifd, tag: u16) -> Result<Option<Vec<u8>>> {
        let Some(entry) = ifd.find(tag) else { return Ok(None) };
        self.spend(entry, entry.n_bytes().unwrap_or(0))?;
        let read = |known: &Known| Ok(Step::Done(need!(entry.raw(known, 0..entry.count)).to_vec()));
        // The tag list tells what is wrong with it, if something is.
        Ok(self.bytes.drive(read).ok())
    }

    fn number(&mut self, ifd: &Ifd, tag: u16) -> Option<f64> {
        let (entry, order) = (ifd.find(tag)?, self.header.order);
        let values = self.bytes.drive(|known| entry.floats(known, order, 1)).ok()?;
        values.first().copied().filter(|value| value.is_finite() && *value > 0.0)
    }

    fn resolution(&mut self, ifd: &Ifd) -> Option<Resolution> {
        let (x, y) = (self.number(ifd, tag::X_RESOLUTION)?, self.number(ifd, tag::Y_RESOLUTION)?);
        let order = self.header.order;
        let unit =
            ifd.find(tag::RESOLUTION_UNIT).and_then(|entry| self.bytes.drive(|known| entry.uint(known, order)).ok());
        let unit = match unit {
            Some(1) => ResolutionUnit::Aspect,
            Some(3) => ResolutionUnit::Centimetre,
            _ => ResolutionUnit::Inch,
        };
        Some(Resolution { x, y, unit })
    }

    /// The colour map: all reds, all greens, all blues in the file.
    fn palette(&mut self, ifd: &Ifd) -> Result<Option<Vec<[u16; 3]>>> {
        /// Colours of 16-bit indices.
        const MOST: u64 = 1 << 16;
        let Some(entry) = ifd.find(tag::COLOR_MAP) else { return Ok(None) };
        let n = entry.count / 3;
        if n == 0 || n > MOST || entry.field() != Some(FieldType::Short) {
            return Ok(None);
        }
        self.spend(entry, n * 6)?;
        let order = self.header.order;
        let Ok(values) = self.bytes.drive(|known| entry.uints(known, order, 0..3 * n)) else { return Ok(None) };
        let value = |value: &u64| u16::try_from(*value).unwrap_or(u16::MAX);
        let (reds, rest) = values.split_at(values.len() / 3);
        let (greens, blues) = rest.split_at(rest.len() / 2);
        let colours = reds.iter().zip(greens).zip(blues);
        Ok(Some(colours.map(|((red, green), blue)| [value(red), value(green), value(blue)]).collect()))
    }
}

/// What stands for an array that is not loaded.
fn summary(entry: &Entry) -> MetaValue {
    let kind = entry.field().map_or_else(|| entry.kind.to_string(), |field| field.name().to_owned());
    MetaValue::Map(vec![
        ("type".to_owned(), MetaValue::Text(kind)),
        ("count".to_owned(), MetaValue::Uint(entry.count)),
        ("offset".to_owned(), MetaValue::Uint(entry.data)),
    ])
}

/// The values of an entry.
fn value(known: &Known, order: Order, entry: &Entry, limits: &Limits) -> Result<Step<MetaValue>> {
    let Some(field) = entry.field() else {
        return Err(entry.malformed(format_args!("has the unknown type {}", entry.kind)));
    };
    let place = entry.place(known, 0..entry.count)?;
    let bytes = place.end - place.start;
    if bytes > limits.metadata_bytes {
        return Err(FORMAT.limit(tag::Tag(entry.tag), "metadata_bytes", bytes, limits.metadata_bytes).at(entry.at));
    }
    let is_text = field == FieldType::Ascii
        || (entry.tag == tag::IMAGE_DESCRIPTION && matches!(field, FieldType::Byte | FieldType::Undefined));
    if is_text {
        return Ok(Step::Done(MetaValue::Text(need!(entry.text(known)))));
    }
    let bytes = need!(entry.raw(known, 0..entry.count));
    if field == FieldType::Undefined || (field == FieldType::Byte && entry.count != 1) {
        return Ok(Step::Done(MetaValue::Bytes(bytes.to_vec())));
    }
    let mut values: Vec<_> = bytes.chunks_exact(field.size()).map(|value| scalar(field, order, value)).collect();
    Ok(Step::Done(match values.pop() {
        Some(only) if values.is_empty() => only,
        Some(last) => {
            values.push(last);
            MetaValue::List(values)
        }
        None => MetaValue::List(values),
    }))
}

fn scalar(field: FieldType, order: Order, value: &[u8]) -> MetaValue {
    use FieldType as F;
    let bits = uint(order, value);
    let half = |range: core::ops::Range<usize>| uint(order, value.get(range).unwrap_or_default());
    match field {
        F::Rational => {
            let (n, d) = (half(0..4), half(4..8));
            MetaValue::Rational(i64::try_from(n).unwrap_or(0), i64::try_from(d).unwrap_or(0))
        }
        F::SRational => MetaValue::Rational(signed(half(0..4), 4), signed(half(4..8), 4)),
        F::SByte | F::SShort | F::SLong | F::SLong8 => MetaValue::Int(signed(bits, field.size())),
        F::Float => MetaValue::Float(u32::try_from(bits).map_or(0.0, |bits| f64::from(f32::from_bits(bits)))),
        F::Double => MetaValue::Float(f64::from_bits(bits)),
        _ => MetaValue::Uint(bits),
    }
}

/// The metadata of the file: byte order, classic or BigTIFF, and what wrote it, as far as simple signs tell.
pub(crate) fn of_file(bytes: &mut Bytes, header: Header, first: u64, limits: &Limits) -> Result<Metadata> {
    let ifd = bytes.drive(|known| ifd::parse(known, header, first, limits))?;
    let mut loader = Loader { bytes, header, limits, spent: 0 };
    let description = match ifd.find(tag::IMAGE_DESCRIPTION).map(|entry| loader.value(entry)).transpose()? {
        Some(MetaValue::Text(text)) => text,
        _ => String::new(),
    };
    let order = if header.order == Order::Big { "big" } else { "little" };
    let mut meta = Metadata::default();
    meta.tags = vec![
        ("byte_order".to_owned(), MetaValue::Text(order.to_owned())),
        ("bigtiff".to_owned(), MetaValue::Bool(header.big)),
        ("flavour".to_owned(), MetaValue::Text(flavour(&ifd, &description).to_owned())),
    ];
    Ok(meta)
}

fn flavour(ifd: &Ifd, description: &str) -> &'static str {
    /// Tags that one kind of software or file alone has.
    const SIGNS: [(u16, &str); 8] = [
        (34412, "lsm"),
        (33629, "stk"),
        (65420, "ndpi"),
        (51123, "micromanager"),
        (50706, "dng"),
        (50839, "imagej"),
        (34735, "geotiff"),
        (33445, "mdgel"),
    ];
    let text = description.trim();
    let has_ome = text.ends_with("</OME>") || text.ends_with("</OME:OME>");
    match text {
        _ if has_ome => "ome",
        _ if text.starts_with("ImageJ=") => "imagej",
        _ if text.starts_with("Aperio ") => "svs",
        _ if text.starts_with("{\"shape\":") => "tifffile",
        _ if text.contains("<scn") => "scn",
        _ => SIGNS.iter().find(|(tag, _)| ifd.find(*tag).is_some()).map_or("plain", |(_, name)| name),
    }
}
