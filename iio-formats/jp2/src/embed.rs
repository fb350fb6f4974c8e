//! Puts metadata into a JP2 file that the encoder wrote.

use iio_codec::{Blame, Result};
use iio_core::{MetaValue, Metadata, Resolution, ResolutionUnit};

use crate::FORMAT;
use crate::boxes::{append, children, uuid};

/// Returns the file with resolution, XMP, EXIF, XML and the like of `meta` in it.
pub(crate) fn embed(file: Vec<u8>, meta: &Metadata) -> Result<Vec<u8>> {
    let res = meta.resolution.as_ref().and_then(resolution);
    let boxes = boxes(meta);
    if res.is_none() && boxes.is_empty() {
        return Ok(file);
    }
    let room = file.len() + boxes.len() + 64;
    let mut dst = Vec::new();
    dst.try_reserve(room).map_err(|error| FORMAT.out_of_memory(room).with_source(error))?;
    for (kind, body) in children(&file) {
        match &kind {
            b"jp2h" => append(&mut dst, kind, &[body, res.as_deref().unwrap_or(&[])]),
            b"jp2c" => {
                dst.extend_from_slice(&boxes);
                append(&mut dst, kind, &[body]);
            }
            _ => append(&mut dst, kind, &[body]),
        }
    }
    Ok(dst)
}

/// The boxes that go in front of the code stream.
fn boxes(meta: &Metadata) -> Vec<u8> {
    let mut dst = Vec::new();
    let mut add = |id: [u8; 16], body: &[u8]| append(&mut dst, *b"uuid", &[&id, body]);
    meta.xmp.iter().for_each(|xmp| add(uuid::XMP, xmp));
    meta.exif.iter().for_each(|exif| add(uuid::EXIF, exif));
    // Names as the reader gives them; of other formats' tags none is meant.
    let ours: &[_] = if meta.tag("container").is_some() { &meta.tags } else { &[] };
    for (name, value) in ours {
        match (&**name, value) {
            ("geojp2", MetaValue::Bytes(bytes)) => add(uuid::GEOJP2, bytes),
            ("iptc", MetaValue::Bytes(bytes)) => add(uuid::IPTC, bytes),
            _ => {}
        }
    }
    for (name, value) in ours {
        if let ("xml", MetaValue::Text(text)) = (&**name, value) {
            append(&mut dst, *b"xml ", &[text.as_bytes()]);
        }
    }
    dst
}

/// The `res ` box with a capture resolution (I.5.3.7.1).
fn resolution(resolution: &Resolution) -> Option<Vec<u8>> {
    let per_metre = match resolution.unit {
        ResolutionUnit::Inch => 1.0 / 0.0254,
        ResolutionUnit::Centimetre => 100.0,
        ResolutionUnit::Metre => 1.0,
        ResolutionUnit::Aspect => return None,
    };
    let (vertical, horizontal) = (fraction(resolution.y * per_metre)?, fraction(resolution.x * per_metre)?);
    let mut body = Vec::with_capacity(10);
    for (numerator, denominator, _) in [vertical, horizontal] {
        body.extend_from_slice(&numerator.to_be_bytes());
        body.extend_from_slice(&denominator.to_be_bytes());
    }
    body.extend_from_slice(&vertical.2.to_be_bytes());
    body.extend_from_slice(&horizontal.2.to_be_bytes());
    let (mut resc, mut res) = (Vec::new(), Vec::new());
    append(&mut resc, *b"resc", &[&body]);
    append(&mut res, *b"res ", &[&resc]);
    Some(res)
}

/// The numerator, denominator and power of ten that come closest to `value`.
fn fraction(value: f64) -> Option<(u16, u16, i8)> {
    if !(value.is_finite() && value > 0.0) {
        return None;
    }
    let candidates = (-12i8..=12).filter_map(|exponent| {
        let (numerator, denominator) = ratio(value / 10f64.powi(exponent.into()))?;
        let back = f64::from(numerator) / f64::from(denominator) * 10f64.powi(exponent.into());
        Some(((back - value).abs() / value, exponent.unsigned_abs(), (numerator, denominator, exponent)))
    });
    // Of equally good ones the plainest power of ten.
    let best = candidates.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))?;
    (best.0 < 1e-3).then_some(best.2)
}

/// The best convergent of the continued fraction of `value` with terms of 16 bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against the range")]
fn ratio(value: f64) -> Option<(u16, u16)> {
    let (mut before, mut last) = ((0u32, 1u32), (1u32, 0u32));
    let mut rest = value;
    let mut best = None;
    for _ in 0..24 {
        let whole = rest.floor();
        if whole > 65535.0 {
            break;
        }
        let term = whole as u32;
        let next = (term * last.0 + before.0, term * last.1 + before.1);
        let (Ok(numerator), Ok(denominator)) = (u16::try_from(next.0), u16::try_from(next.1)) else { break };
        if numerator > 0 && denominator > 0 {
            best = Some((numerator, denominator));
        }
        (before, last) = (last, next);
        let part = rest - whole;
        if part < 1e-9 {
            break;
        }
        rest = part.recip();
    }
    best
}
