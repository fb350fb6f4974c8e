//! Boxes: in a source, of which only their headers are read, and in memory.

use core::ops::Range;

use iio_codec::{Blame, Limits, Result};
use iio_core::Source;

use crate::FORMAT;

/// Four letters.
pub(crate) type Kind = [u8; 4];

/// Where a box stands in a file.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    pub(crate) start: u64,
    pub(crate) body: Range<u64>,
}

/// Splits a box header: type, length of the header, length of the box (0: up to the end).
fn parse(bytes: &[u8]) -> Option<(Kind, u64, u64)> {
    let short = u32::from_be_bytes(*bytes.first_chunk()?);
    let kind = *bytes.get(4..)?.first_chunk()?;
    if short == 1 {
        return Some((kind, 16, u64::from_be_bytes(*bytes.get(8..)?.first_chunk()?)));
    }
    Some((kind, 8, short.into()))
}

/// The most bytes of a box header.
const HEADER: u64 = 16;

/// Walks the boxes of a file. The last one may be cut off.
pub(crate) struct Walk<'a> {
    source: &'a Source,
    at: u64,
    /// Bytes that all boxes so far are accounted for, and the most they may be.
    cost: u64,
    limit: u64,
    /// What was read ahead, from this offset on.
    window: (u64, Vec<u8>),
}

impl<'a> Walk<'a> {
    pub(crate) fn new(source: &'a Source, limits: &Limits) -> Self {
        Self { source, at: 0, cost: 0, limit: limits.metadata_bytes, window: (0, Vec::new()) }
    }

    /// The next box.
    ///
    /// # Errors
    /// `Truncated` within a box header, `Malformed` for a length that is less than the header; `Limit`; `Io`.
    pub(crate) fn next(&mut self) -> Result<Option<Item>> {
        let (start, end) = (self.at, self.source.len());
        if start >= end {
            return Ok(None);
        }
        self.cost = self.cost.saturating_add(HEADER);
        if self.cost > self.limit {
            return Err(FORMAT.limit("list of boxes", "metadata_bytes", self.cost, self.limit).at(start));
        }
        let head = self.peek(start, HEADER)?;
        let (kind, header, len) =
            parse(head).ok_or_else(|| FORMAT.truncated("file ends within a box header").at(end))?;
        let len = if len == 0 { end - start } else { len };
        if len < header {
            let message = format!("box {} has length {len}", kind.escape_ascii());
            return Err(FORMAT.malformed(message).at(start));
        }
        let stop = start.saturating_add(len).min(end);
        self.at = stop;
        Ok(Some(Item { kind, start, body: start + header.min(stop - start)..stop }))
    }

    /// Up to `len` bytes from `at` on.
    fn peek(&mut self, at: u64, len: u64) -> Result<&[u8]> {
        const AHEAD: u64 = 4096;
        let rest = self.source.len() - at;
        let (from, bytes) = &self.window;
        let known = at >= *from && at + len.min(rest) <= from + bytes.len() as u64;
        if !known {
            self.window = (at, self.source.read(at..at + AHEAD.min(rest))?.into_owned());
        }
        let skip = usize::try_from(at - self.window.0).unwrap_or(usize::MAX);
        Ok(self.window.1.get(skip..).unwrap_or(&[]))
    }
}

/// The boxes in `bytes`, up to the first one that is not whole.
pub(crate) fn children(mut bytes: &[u8]) -> impl Iterator<Item = (Kind, &[u8])> {
    core::iter::from_fn(move || {
        let (kind, header, len) = parse(bytes)?;
        let len = if len == 0 { bytes.len() } else { usize::try_from(len).ok()? };
        let (whole, rest) = bytes.split_at_checked(len)?;
        bytes = rest;
        Some((kind, whole.get(usize::try_from(header).ok()?..)?))
    })
}

/// Appends a box.
pub(crate) fn append(dst: &mut Vec<u8>, kind: Kind, parts: &[&[u8]]) {
    let len: usize = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    match u32::try_from(len) {
        Ok(len) => {
            dst.extend_from_slice(&len.to_be_bytes());
            dst.extend_from_slice(&kind);
        }
        Err(_) => {
            dst.extend_from_slice(&1u32.to_be_bytes());
            dst.extend_from_slice(&kind);
            dst.extend_from_slice(&(len as u64 + 8).to_be_bytes());
        }
    }
    parts.iter().for_each(|part| dst.extend_from_slice(part));
}

/// Universally unique identifiers of `uuid` boxes.
pub(crate) mod uuid {
    /// An XMP packet.
    pub(crate) const XMP: [u8; 16] =
        [0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac];
    /// An EXIF block.
    pub(crate) const EXIF: [u8; 16] = *b"JpgTiffExif->JP2";
    /// GeoTIFF: a TIFF file whose tags place the image on earth.
    pub(crate) const GEOJP2: [u8; 16] =
        [0xb1, 0x4b, 0xf8, 0xbd, 0x08, 0x3d, 0x4b, 0x43, 0xa5, 0xae, 0x8c, 0xd7, 0xd5, 0xa6, 0xce, 0x03];
    /// IPTC-IIM.
    pub(crate) const IPTC: [u8; 16] =
        [0x33, 0xc7, 0xa4, 0xd2, 0xb8, 0x1d, 0x47, 0x23, 0xa0, 0xba, 0xf1, 0xa3, 0xe0, 0x97, 0xad, 0x38];
}
