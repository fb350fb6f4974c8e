//! The boxes of a JP2 file: ISO/IEC 15444-1, Annex I.

use iio_codec::{Blame, Result};

use super::codestream::main_header;
use super::{Info, be16, be32};
use crate::INFO;

/// How the `colr` box gives the colour space (I.5.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colour<'a> {
    /// It does not, or there is no such box.
    #[default]
    Unspecified,
    /// By number (EnumCS): 12 CMYK, 14 CIELab, 16 sRGB, 17 grey, 18 sYCC, 24 e-sYCC ..
    Enumerated(u32),
    /// By an ICC profile.
    Icc(&'a [u8]),
}

impl Colour<'_> {
    /// EnumCS of sYCC.
    pub(crate) const SYCC: Self = Self::Enumerated(18);
}

/// One entry of the `cdef` box (I.5.3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelDefinition {
    /// The channel that is described.
    pub channel: u16,
    /// 0 colour, 1 opacity, 2 premultiplied opacity, 65535 unspecified.
    pub kind: u16,
    /// 0 the image as a whole, else the number of the colour counted from 1, 65535 none.
    pub association: u16,
}

impl ChannelDefinition {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        Some(Self { channel: be16(bytes, 0)?, kind: be16(bytes, 2)?, association: be16(bytes, 4)? })
    }
}

/// What a channel is made of: an entry of the `cmap` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaletteColumn {
    /// The component as it is.
    Direct {
        /// The component.
        component: u16,
    },
    /// The component looked up in a column of the palette.
    Mapped {
        /// The component.
        component: u16,
        /// The column.
        column: u8,
    },
}

/// The palette (I.5.3.4) and the mapping of components to channels (I.5.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette<'a> {
    n_entries: u16,
    /// Bi: depth and sign of each column.
    depths: &'a [u8],
    entries: &'a [u8],
    channels: &'a [[u8; 4]],
}

impl<'a> Palette<'a> {
    /// Number of entries.
    #[must_use]
    pub const fn n_entries(&self) -> u16 {
        self.n_entries
    }

    /// Bits of column `index`, sign included, and whether it is signed.
    #[must_use]
    pub fn depth(&self, index: u8) -> Option<(u8, bool)> {
        self.depths.get(usize::from(index)).map(|&b| ((b & 0x7f) + 1, b & 0x80 != 0))
    }

    /// Number of channels.
    #[must_use]
    pub const fn n_channels(&self) -> usize {
        self.channels.len()
    }

    /// What each channel is made of.
    pub fn channels(&self) -> impl ExactSizeIterator<Item = PaletteColumn> + Clone + 'a {
        self.channels.iter().map(|&[high, low, kind, column]| {
            let component = u16::from_be_bytes([high, low]);
            if kind == 1 { PaletteColumn::Mapped { component, column } } else { PaletteColumn::Direct { component } }
        })
    }

    /// The values of a column, at most 32 bits of each.
    pub fn column(&self, index: u8) -> impl Iterator<Item = i64> + 'a {
        let width = |byte: &u8| usize::from((byte & 0x7f) / 8 + 1);
        let row: usize = self.depths.iter().map(width).sum();
        let start = self.depths.iter().take(usize::from(index)).map(width).sum();
        let (bits, signed) = self.depth(index).unwrap_or((1, false));
        let len = usize::from((bits - 1) / 8 + 1);
        self.entries.chunks_exact(row.max(1)).map(move |entry| {
            let bytes = entry.get(start..).and_then(|entry| entry.get(..len)).unwrap_or(&[]);
            let value = bytes.iter().fold(0i64, |value, &byte| value << 8 | i64::from(byte));
            let unused = 64 - u32::from(bits.min(64));
            if signed { value << unused >> unused } else { value }
        })
    }

    fn parse(pclr: Box<'a>, cmap: Box<'a>) -> Result<Self> {
        let wrong = |message: String| INFO.malformed(message).at(pclr.at);
        let (Some(n_entries), Some(&n_columns), Some(rest)) =
            (be16(pclr.body, 0), pclr.body.get(2), pclr.body.get(3..))
        else {
            return Err(wrong(format!("pclr has {} bytes", pclr.body.len())));
        };
        if n_entries == 0 || n_entries > 1024 || n_columns == 0 {
            return Err(wrong(format!("palette of {n_entries} entries in {n_columns} columns")));
        }
        let (depths, entries) = rest
            .split_at_checked(usize::from(n_columns))
            .ok_or_else(|| wrong("pclr ends within its depths".to_owned()))?;
        if depths.iter().any(|&depth| depth & 0x7f >= 38) {
            return Err(wrong("palette column of more than 38 bits".to_owned()));
        }
        let row: usize = depths.iter().map(|byte| usize::from((byte & 0x7f) / 8 + 1)).sum();
        let len = row * usize::from(n_entries);
        let entries = entries
            .get(..len)
            .ok_or_else(|| wrong(format!("pclr has {} bytes of entries, not {len}", entries.len())))?;
        let (channels, rest) = cmap.body.as_chunks::<4>();
        let known = |&[_, _, kind, column]: &[u8; 4]| kind == 0 || kind == 1 && column < n_columns;
        if channels.is_empty() || !rest.is_empty() || !channels.iter().all(known) {
            return Err(INFO.malformed("cmap does not map to the columns of the palette").at(cmap.at));
        }
        Ok(Self { n_entries, depths, entries, channels })
    }
}

/// One box.
#[derive(Clone, Copy)]
struct Box<'a> {
    kind: [u8; 4],
    body: &'a [u8],
    /// Offset of the body in the source.
    at: usize,
}

/// Walks the boxes in `bytes`, which begin at `base` of the source.
struct Boxes<'a> {
    bytes: &'a [u8],
    base: usize,
    /// At the top level a body may be cut off by the end of the source: the code stream tells itself what it lacks.
    open_ended: bool,
}

impl<'a> Iterator for Boxes<'a> {
    type Item = Result<Box<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let item = self.step();
        if item.is_err() {
            self.bytes = &[];
        }
        Some(item)
    }
}

impl<'a> Boxes<'a> {
    fn step(&mut self) -> Result<Box<'a>> {
        let truncated =
            |what: &str| INFO.truncated(format!("file ends within {what}")).at(self.base + self.bytes.len());
        let short = be32(self.bytes, 0).ok_or_else(|| truncated("a box header"))?;
        let kind = *self.bytes.get(4..).and_then(|b| b.first_chunk()).ok_or_else(|| truncated("a box header"))?;
        let (header, len) = match short {
            0 => (8, self.bytes.len()),
            1 => {
                let long =
                    self.bytes.get(8..).and_then(|b| b.first_chunk()).ok_or_else(|| truncated("a box header"))?;
                (16, usize::try_from(u64::from_be_bytes(*long)).unwrap_or(usize::MAX))
            }
            _ => (8, short as usize),
        };
        let name = kind.escape_ascii();
        if len < header {
            return Err(INFO.malformed(format!("box {name} has length {len}")).at(self.base));
        }
        let end = if self.open_ended { len.min(self.bytes.len()) } else { len };
        let (whole, rest) = self.bytes.split_at_checked(end).ok_or_else(|| truncated(&format!("box {name}")))?;
        let body = whole.get(header..).unwrap_or(&[]);
        let item = Box { kind, body, at: self.base + header };
        self.base += whole.len();
        self.bytes = rest;
        Ok(item)
    }
}

/// What the boxes before the code stream say.
#[derive(Default)]
struct Found<'a> {
    /// Height and width of `ihdr`.
    ihdr: Option<[u32; 2]>,
    colour: Option<Colour<'a>>,
    pclr: Option<Box<'a>>,
    cmap: Option<Box<'a>>,
    definitions: &'a [u8],
    capture: Option<[f64; 2]>,
    display: Option<[f64; 2]>,
}

/// Reads a JP2 file up to the main header of its first code stream.
pub(super) fn file(src: &[u8]) -> Result<Info<'_>> {
    let mut found = Found::default();
    for item in (Boxes { bytes: src, base: 0, open_ended: true }) {
        let item = item?;
        match &item.kind {
            b"jp2h" => found.header(item)?,
            b"jp2c" => return found.info(item),
            _ => {}
        }
    }
    Err(INFO.truncated("file ends before its code stream").at(src.len()))
}

impl<'a> Found<'a> {
    fn header(&mut self, jp2h: Box<'a>) -> Result<()> {
        for item in (Boxes { bytes: jp2h.body, base: jp2h.at, open_ended: false }) {
            let item = item?;
            match &item.kind {
                b"ihdr" if self.ihdr.is_none() => match (be32(item.body, 0), be32(item.body, 4), item.body.len()) {
                    (Some(height), Some(width), 14) => self.ihdr = Some([height, width]),
                    _ => return Err(INFO.malformed(format!("ihdr has {} bytes, not 14", item.body.len())).at(item.at)),
                },
                // Boxes behind the first, and methods that are not known, are to be ignored (I.5.3.3).
                b"colr" if self.colour.is_none() => self.colour = colour(item)?,
                b"pclr" => self.pclr = Some(item),
                b"cmap" => self.cmap = Some(item),
                b"cdef" => self.definitions = definitions(item)?,
                b"res " => self.resolutions(item),
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads what is whole of the resolution boxes. Nothing depends on them, and writers get their lengths wrong.
    fn resolutions(&mut self, res: Box<'a>) {
        for item in (Boxes { bytes: res.body, base: res.at, open_ended: true }).map_while(Result::ok) {
            match &item.kind {
                b"resc" => self.capture = resolution(item.body),
                b"resd" => self.display = resolution(item.body),
                _ => {}
            }
        }
    }

    fn info(self, jp2c: Box<'a>) -> Result<Info<'a>> {
        let mut info = main_header(jp2c.body, jp2c.at)?.into_info(jp2c.body, jp2c.at);
        let area = info.size.area;
        let siz = [area[3] - area[1], area[2] - area[0]];
        if let Some([height, width]) = self.ihdr.filter(|ihdr| *ihdr != siz) {
            let message = format!("ihdr declares {width}x{height}, SIZ {}x{}", siz[1], siz[0]);
            return Err(INFO.malformed(message).at(jp2c.at));
        }
        info.is_jp2 = true;
        info.colour = self.colour.unwrap_or_default();
        info.capture_resolution = self.capture;
        info.display_resolution = self.display;
        info.definitions = self.definitions;
        info.palette = match (self.pclr, self.cmap) {
            (Some(pclr), Some(cmap)) => Some(Palette::parse(pclr, cmap)?),
            (None, Some(cmap)) => return Err(INFO.malformed("cmap without pclr").at(cmap.at)),
            // Either both or none (I.5.3.4): a palette that nothing maps to is of no use.
            (_, None) => None,
        };
        let n = info.size.n_components();
        if let Some(palette) = info.palette {
            let missing = palette.channels().find_map(|channel| {
                let (PaletteColumn::Direct { component } | PaletteColumn::Mapped { component, .. }) = channel;
                (usize::from(component) >= n).then_some(component)
            });
            if let Some(component) = missing {
                return Err(INFO.malformed(format!("cmap maps component {component}, there are {n}")).at(jp2c.at));
            }
        }
        Ok(info)
    }
}

fn colour(item: Box<'_>) -> Result<Option<Colour<'_>>> {
    let [method, _, _, rest @ ..] = item.body else {
        return Err(INFO.malformed(format!("colr has {} bytes", item.body.len())).at(item.at));
    };
    match (method, be32(rest, 0)) {
        (1, Some(number)) => Ok(Some(Colour::Enumerated(number))),
        (1, None) => Err(INFO.malformed("colr ends within EnumCS").at(item.at)),
        (2, _) => Ok(Some(Colour::Icc(rest))),
        _ => Ok(None),
    }
}

fn definitions(item: Box<'_>) -> Result<&[u8]> {
    let n = usize::from(be16(item.body, 0).unwrap_or_default());
    let entries = item.body.get(2..).and_then(|entries| entries.get(..6 * n));
    match entries {
        Some(entries) if n > 0 => Ok(entries),
        _ => Err(INFO.malformed(format!("cdef of {n} entries has {} bytes", item.body.len())).at(item.at)),
    }
}

/// Vertical and horizontal pixels per metre: numerator, denominator and power of ten each (I.5.3.7.1).
fn resolution(body: &[u8]) -> Option<[f64; 2]> {
    let [vertical, horizontal] = body.get(8..10)? else { return None };
    let part = |at, exponent: u8| {
        let (numerator, denominator) = (be16(body, at)?, be16(body, at + 2)?);
        let value = f64::from(numerator) / f64::from(denominator) * 10f64.powi(i32::from(exponent.cast_signed()));
        (numerator != 0 && denominator != 0).then_some(value)
    };
    Some([part(0, *vertical)?, part(4, *horizontal)?])
}
