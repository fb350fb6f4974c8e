//! What the segments say beside the image.

use iio_core::{MetaValue, Metadata, Resolution, ResolutionUnit};

use crate::segment::{APP0, APP1, APP2, APP13, APP14, COM, DRI, Frame, Segment, segments};

pub(crate) const JFIF: &[u8] = b"JFIF\0";
pub(crate) const EXIF: &[u8] = b"Exif\0\0";
pub(crate) const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
pub(crate) const EXTENDED_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
pub(crate) const ICC: &[u8] = b"ICC_PROFILE\0";
pub(crate) const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const ADOBE: &[u8] = b"Adobe";

/// Reads the metadata in a head.
pub(crate) fn read(head: &[u8]) -> Metadata {
    let mut meta = Metadata::default();
    let tag = |meta: &mut Metadata, name: &str, value: MetaValue| meta.tags.push((name.to_owned(), value));
    if let Some(frame) = Frame::find(head) {
        tag(&mut meta, "process", MetaValue::Text(frame.process().to_owned()));
        if let Some(subsampling) = frame.subsampling() {
            tag(&mut meta, "subsampling", MetaValue::Text(subsampling.to_owned()));
        }
    }
    let mut exif = None;
    let mut profile = Parts::default();
    let mut extended = Parts::default();
    for Segment { marker, body, .. } in segments(head) {
        let with = |identifier: &[u8]| body.strip_prefix(identifier);
        if marker == APP0
            && let Some(rest) = with(JFIF)
        {
            jfif(&mut meta, rest);
        } else if marker == APP1
            && let Some(rest) = with(EXIF)
        {
            exif = exif.or_else(|| Some(rest.to_vec()));
        } else if marker == APP1
            && let Some(rest) = with(XMP)
        {
            meta.xmp = meta.xmp.or_else(|| Some(rest.to_vec()));
        } else if marker == APP1
            && let Some(rest) = with(EXTENDED_XMP)
        {
            // A digest, the length of all, the offset of this part.
            if let Some((&[a, b, c, d], part)) = rest.get(36..).and_then(<[u8]>::split_first_chunk) {
                extended.add(u32::from_be_bytes([a, b, c, d]), part);
            }
        } else if marker == APP2
            && let Some(rest) = with(ICC)
        {
            // Number of the part, from 1, and number of parts.
            if let Some((&[number, _], part)) = rest.split_first_chunk() {
                profile.add(number.into(), part);
            }
        } else if marker == APP13
            && let Some(rest) = with(PHOTOSHOP)
        {
            tag(&mut meta, "photoshop", MetaValue::Bytes(rest.to_vec()));
        } else if marker == APP14
            && let Some(rest) = with(ADOBE)
        {
            if let Some(&transform) = rest.get(6) {
                tag(&mut meta, "adobe_transform", MetaValue::Uint(transform.into()));
            }
        } else if marker == DRI
            && let Some(&interval) = body.first_chunk()
        {
            tag(&mut meta, "restart_interval", MetaValue::Uint(u16::from_be_bytes(interval).into()));
        } else if marker == COM {
            let text =
                String::from_utf8(body.to_vec()).unwrap_or_else(|_| body.iter().copied().map(char::from).collect());
            meta.text.push(("comment".to_owned(), text.trim_end_matches('\0').to_owned()));
        }
    }
    meta.icc_profile = profile.joined();
    if let Some(bytes) = extended.joined() {
        tag(&mut meta, "extended_xmp", MetaValue::Bytes(bytes));
    }
    if let Some(exif) = exif {
        meta.take_exif(exif);
    }
    meta
}

/// Parts of something that exceeds a segment, with their order.
#[derive(Default)]
struct Parts<'a>(Vec<(u32, &'a [u8])>);

impl<'a> Parts<'a> {
    fn add(&mut self, order: u32, part: &'a [u8]) {
        self.0.push((order, part));
    }

    fn joined(mut self) -> Option<Vec<u8>> {
        self.0.sort_by_key(|(order, _)| *order);
        self.0.dedup_by_key(|(order, _)| *order);
        let all: Vec<u8> = self.0.iter().flat_map(|(_, part)| part.iter().copied()).collect();
        (!all.is_empty()).then_some(all)
    }
}

fn jfif(meta: &mut Metadata, body: &[u8]) {
    let Some(&[major, minor, unit, x_high, x_low, y_high, y_low]) = body.first_chunk() else { return };
    meta.tags.push(("jfif_version".to_owned(), MetaValue::Text(format!("{major}.{minor:02}"))));
    let unit = match unit {
        0 => ResolutionUnit::Aspect,
        1 => ResolutionUnit::Inch,
        2 => ResolutionUnit::Centimetre,
        _ => return,
    };
    let (x, y) = (u16::from_be_bytes([x_high, x_low]), u16::from_be_bytes([y_high, y_low]));
    // Square pixels of no size are what writers say that know nothing.
    if x > 0 && y > 0 && (unit != ResolutionUnit::Aspect || x != y) {
        meta.resolution = Some(Resolution { x: x.into(), y: y.into(), unit });
    }
}
