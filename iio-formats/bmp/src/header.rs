//! The headers: which of the many there are, and what they say.

use iio_codec::{Blame, Check, DType, Error, Layout, Result};

use crate::mask::{Mask, Masks};
use crate::palette::Palette;
use crate::{DecodeOptions, Expand, INFO};

/// Bytes of BITMAPFILEHEADER.
const FILE_HEADER: usize = 14;
/// BITMAPCOREHEADER of Windows 2 and OS/2 1.x.
const CORE: usize = 12;
/// BITMAPINFOHEADER.
pub(crate) const INFO_HEADER: usize = 40;
/// BITMAPV4HEADER.
pub(crate) const V4: usize = 108;
/// BITMAPV5HEADER.
pub(crate) const V5: usize = 124;

/// How pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// Rows of pixels or indices.
    None,
    /// Runs of indices of 8 bits.
    Rle8,
    /// Runs of indices of 4 bits.
    Rle4,
    /// Runs of pixels of 24 bits (OS/2 2.x).
    Rle24,
    /// Rows of pixels whose bits are told by masks.
    Bitfields,
    /// A JPEG file in place of the pixels.
    Jpeg,
    /// A PNG file in place of the pixels.
    Png,
}

impl Compression {
    /// One word for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Rle8 => "rle8",
            Self::Rle4 => "rle4",
            Self::Rle24 => "rle24",
            Self::Bitfields => "bitfields",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
        }
    }

    pub(crate) const fn is_rle(self) -> bool {
        matches!(self, Self::Rle8 | Self::Rle4 | Self::Rle24)
    }
}

/// Where a colour profile stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) start: u64,
    pub(crate) len: u64,
    /// The bytes are a path (code page 1252), not a profile.
    pub(crate) linked: bool,
}

/// What the headers of a file say. Offsets count from the start of the file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// True if the first row stored is the upper one.
    pub top_down: bool,
    /// Bits of a stored pixel: 1, 2, 4, 8, 16, 24 or 32; 0 for embedded files.
    pub bits_per_pixel: u16,
    /// How pixels are stored.
    pub compression: Compression,
    /// Bytes of the DIB header, which tell its version.
    pub header_len: u32,
    /// Pixels per metre along width and height, if both are told.
    pub pixels_per_metre: Option<[u32; 2]>,
    /// Offset of the pixels.
    pub data_offset: u64,
    pub(crate) image_len: u32,
    pub(crate) masks: Option<Masks>,
    pub(crate) palette: Option<Palette>,
    pub(crate) profile: Option<Profile>,
    pub(crate) colour_space: Option<[u8; 4]>,
    pub(crate) intent: Option<u32>,
}

/// Tells whether bytes begin as a BMP file does.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    match src {
        [b'B', b'M', rest @ ..] => match rest.get(12..16) {
            Some(len) if known_len(le32(len, 0)) => Check::Yes,
            Some(_) => Check::No,
            None => Check::Unknown,
        },
        _ if is_bare(src) => Check::Unknown,
        [] | [b'B'] => Check::Unknown,
        _ => Check::No,
    }
}

/// The DIB header lengths there are: 12, those that OS/2 2.x allows from 16 to 64, and Windows' 52, 56, 108, 124.
fn known_len(len: u32) -> bool {
    matches!(len, 12 | 108 | 124) || ((16..=64).contains(&len) && len.is_multiple_of(2))
}

/// A DIB without a file header, as on clipboards.
fn is_bare(src: &[u8]) -> bool {
    match src.get(..16) {
        Some(head) if le32(head, 0) == 12 => {
            le16(head, 8) == 1 && matches!(le16(head, 10), 1 | 4 | 8 | 24) && le16(head, 4) > 0 && le16(head, 6) > 0
        }
        Some(head) if matches!(le32(head, 0), 40 | 52 | 56 | 108 | 124) => {
            le16(head, 12) == 1 && matches!(le16(head, 14), 0 | 1 | 2 | 4 | 8 | 16 | 24 | 32)
        }
        _ => false,
    }
}

pub(crate) fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |&bytes| u16::from_le_bytes(bytes))
}

pub(crate) fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |&bytes| u32::from_le_bytes(bytes))
}

/// Reads the headers and the palette at the start of a file. Pixels need not be there.
///
/// # Errors
/// `Malformed`; `Truncated`; `Unsupported` for OS/2 bitmap arrays and icons, Huffman and CMYK: each is named.
pub fn header(src: &[u8]) -> Result<Header> {
    let (start, declared) = file_header(src)?;
    let rest = src.get(start..).unwrap_or(&[]);
    let ends = || INFO.truncated(format!("headers end after {} bytes", src.len())).at(src.len());
    let len = rest.first_chunk().map(|&bytes| u32::from_le_bytes(bytes)).ok_or_else(ends)?;
    if !known_len(len) {
        let message = format!("DIB header of {len} bytes is not one of 12, 16 to 64, 108 and 124");
        return Err(INFO.malformed(message).at(start));
    }
    // Fields that a short header lacks are 0.
    let mut dib = [0; V5];
    let stored = rest.get(..len as usize).ok_or_else(ends)?;
    dib.iter_mut().zip(stored).for_each(|(to, from)| *to = *from);
    let fields = Fields::new(&dib, len, start)?;
    let mut end = start + len as usize;
    let masks = fields.masks(rest.get(len as usize..).unwrap_or(&[]), &mut end).transpose()?;
    let palette = if (1..=8).contains(&fields.bits) {
        let palette = Palette::read(src, &mut end, fields.palette_len(), fields.bits, declared, len as usize == CORE)?;
        Some(palette)
    } else {
        None
    };
    let data_offset = match declared {
        // Without a palette of indices one of hints may stand here.
        None | Some(0) if palette.is_none() => (end as u64).saturating_add(u64::from(fields.palette_len()) * 4),
        None | Some(0) => end as u64,
        Some(offset) if (offset as usize) < start + len as usize => {
            return Err(INFO.malformed(format!("pixels at byte {offset} lie within the headers")).at(10));
        }
        Some(offset) => offset.into(),
    };
    let [x, y] = [le32(&dib, 24), le32(&dib, 28)];
    let told = [x, y].iter().all(|n| (1..=i32::MAX as u32).contains(n)) && len as usize >= INFO_HEADER;
    Ok(Header {
        width: fields.width,
        height: fields.height,
        top_down: fields.top_down,
        bits_per_pixel: fields.bits,
        compression: fields.compression,
        header_len: len,
        pixels_per_metre: told.then_some([x, y]),
        data_offset,
        image_len: le32(&dib, 20),
        masks,
        palette,
        profile: profile(&dib, len, start),
        colour_space: (len as usize >= V4).then(|| le32(&dib, 56).to_be_bytes()),
        intent: (len as usize >= V5).then(|| le32(&dib, 108)),
    })
}

/// Where the DIB header begins, and where the pixels are said to.
fn file_header(src: &[u8]) -> Result<(usize, Option<u32>)> {
    match src {
        [b'B', b'M', ..] if src.len() < FILE_HEADER => {
            Err(INFO.truncated(format!("file header has {FILE_HEADER} bytes, got {}", src.len())).at(src.len()))
        }
        [b'B', b'M', ..] => Ok((FILE_HEADER, Some(le32(src, 10)))),
        [b'B', b'A', ..] => Err(INFO.unsupported("arrays of OS/2 bitmaps (BA) are not read").at(0)),
        [b'C', b'I' | b'P', ..] | [b'I', b'C', ..] | [b'P', b'T', ..] => {
            Err(INFO.unsupported("icons and pointers of OS/2 (CI, CP, IC, PT) are not read").at(0))
        }
        _ if is_bare(src) => Ok((0, None)),
        [] | [b'B'] => Err(INFO.truncated("file header has 14 bytes").at(src.len())),
        _ => Err(INFO.malformed("not a BMP file: signature is not BM").at(0)),
    }
}

/// The fields of a DIB header that tell how pixels are stored.
struct Fields<'a> {
    dib: &'a [u8; V5],
    len: u32,
    start: usize,
    width: u32,
    height: u32,
    top_down: bool,
    bits: u16,
    compression: Compression,
}

impl<'a> Fields<'a> {
    fn new(dib: &'a [u8; V5], len: u32, start: usize) -> Result<Self> {
        let core = len as usize == CORE;
        let (width, height, bits) = if core {
            (le16(dib, 4).into(), le16(dib, 6).into(), le16(dib, 10))
        } else {
            (le32(dib, 4).cast_signed(), le32(dib, 8).cast_signed(), le16(dib, 14))
        };
        let code = if core { 0 } else { le32(dib, 16) };
        let size = |message: String| INFO.malformed(message).at(start + 4);
        if width <= 0 {
            return Err(size(format!("width {width} is not above 0")));
        }
        if height == 0 || height == i32::MIN {
            return Err(size(format!("height {height} is not one")));
        }
        let at = start + if core { 10 } else { 14 };
        let compression = compression(code, bits).map_err(|error| error.at(at))?;
        let (top_down, height) = (height < 0, height.unsigned_abs());
        Ok(Self { dib, len, start, width: width.unsigned_abs(), height, top_down, bits, compression })
    }

    /// Colours that the header declares; 0 if it leaves that to the depth.
    fn palette_len(&self) -> u32 {
        if self.len as usize == CORE { 0 } else { le32(self.dib, 32) }
    }

    /// The masks, from the header or from behind it; then `end` moves.
    fn masks(&self, behind: &[u8], end: &mut usize) -> Option<Result<Masks>> {
        let default = match self.bits {
            16 => [0x7c00, 0x03e0, 0x001f, 0],
            32 => [0x00ff_0000, 0x0000_ff00, 0x0000_00ff, 0],
            _ => return None,
        };
        if self.compression != Compression::Bitfields {
            return Some(Masks::new(default, self.bits));
        }
        // BI_ALPHABITFIELDS has a fourth mask behind the header of 40 bytes.
        let n = if le32(self.dib, 16) == 6 { 4 } else { 3 };
        let mut masks = [0; 4];
        let mut at = self.start + INFO_HEADER;
        if self.len as usize <= INFO_HEADER {
            at = self.start + self.len as usize;
            let Some(bytes) = behind.get(..n * 4) else {
                return Some(Err(INFO.truncated("bit masks are cut off").at(*end + behind.len())));
            };
            masks.iter_mut().zip(bytes.as_chunks().0).for_each(|(mask, &bytes)| *mask = u32::from_le_bytes(bytes));
            *end += n * 4;
        } else {
            // The fourth is there from 56 bytes on; what stands behind a shorter header was read as 0.
            masks = [40, 44, 48, 52].map(|at| le32(self.dib, at));
        }
        Some(Masks::new(masks, self.bits).map_err(|error| error.at(at)))
    }
}

fn compression(code: u32, bits: u16) -> Result<Compression> {
    let fits = |compression, depths: &[u16]| {
        if depths.contains(&bits) {
            return Ok(compression);
        }
        let message = format!("{bits} bits per pixel with compression {code}, must be one of {depths:?}");
        Err(INFO.malformed(message))
    };
    match (code, bits) {
        (0, 64) => Err(INFO.unsupported("64 bits per pixel (fixed point of GDI+) are not read")),
        (0, _) => fits(Compression::None, &[1, 2, 4, 8, 16, 24, 32]),
        (1, _) => fits(Compression::Rle8, &[8]),
        (2, _) => fits(Compression::Rle4, &[4]),
        (3, 1) => Err(INFO.unsupported("Huffman 1D (CCITT) of OS/2 is not read")),
        (3 | 6, _) => fits(Compression::Bitfields, &[16, 32]),
        (4, 24) => Ok(Compression::Rle24),
        (4, _) => fits(Compression::Jpeg, &[0]),
        (5, _) => fits(Compression::Png, &[0]),
        (11..=13, _) => Err(INFO.unsupported("CMYK is not read")),
        _ => Err(INFO.malformed(format!("compression {code} is not 0 to 6"))),
    }
}

/// The colour profile of a version 5 header, `LINK` or `MBED`.
fn profile(dib: &[u8; V5], len: u32, start: usize) -> Option<Profile> {
    let linked = match &le32(dib, 56).to_be_bytes() {
        b"MBED" => false,
        b"LINK" => true,
        _ => return None,
    };
    let (offset, size) = (le32(dib, 112), le32(dib, 116));
    (len as usize >= V5 && size > 0).then(|| Profile {
        start: start as u64 + u64::from(offset),
        len: size.into(),
        linked,
    })
}

impl Header {
    /// What decoding with `options` gives.
    ///
    /// # Errors
    /// `Unsupported` for an embedded JPEG or PNG file; `Malformed` if the image exceeds the address space.
    pub fn layout(&self, options: &DecodeOptions) -> Result<Layout> {
        if let Some(name) = self.embedded() {
            let message = format!("pixels are a {name} file: decode the bytes from {} on with it", self.data_offset);
            return Err(INFO.unsupported(message).at(self.data_offset));
        }
        let (dtype, depth) = self.output(options);
        let (height, width) = (self.height as usize, self.width as usize);
        let shape = [height, width, depth];
        let layout = if depth == 1 { Layout::new(dtype, &shape[..2]) } else { Layout::new(dtype, &shape) };
        layout.map_err(|error| INFO.malformed(error.message().to_owned()))
    }

    /// Name of the format that stands in place of the pixels.
    pub(crate) const fn embedded(&self) -> Option<&'static str> {
        match self.compression {
            Compression::Jpeg => Some("JPEG"),
            Compression::Png => Some("PNG"),
            _ => None,
        }
    }

    /// Dtype, and samples per pixel.
    pub(crate) fn output(&self, options: &DecodeOptions) -> (DType, usize) {
        let has_alpha = self.masks.as_ref().is_some_and(|masks| masks.alpha != Mask::default());
        match &self.palette {
            _ if has_alpha => (DType::U8, 4),
            None => (DType::U8, 3),
            Some(palette) if options.bilevel_as_bool && palette.is_bilevel() => (DType::Bool, 1),
            Some(palette) => match options.expand {
                Expand::Auto if palette.is_gray() => (DType::U8, 1),
                Expand::Indices => (DType::U8, 1),
                Expand::Auto | Expand::Rgb => (DType::U8, 3),
            },
        }
    }

    /// Significant bits of each sample.
    pub(crate) fn bits(&self, options: &DecodeOptions) -> u32 {
        match self.output(options) {
            (DType::Bool, _) => 1,
            (_, 1) if options.expand == Expand::Indices => self.bits_per_pixel.into(),
            _ => 8,
        }
    }

    /// Bytes of a stored row, without and with what fills it up to a multiple of four.
    pub(crate) fn row_len(&self) -> (u64, u64) {
        let bits = u64::from(self.width) * u64::from(self.bits_per_pixel);
        (bits.div_ceil(8), bits.div_ceil(32) * 4)
    }

    /// Where the pixels end; the last row may lack what fills it up. `None` if only the pixels themselves tell.
    pub(crate) fn data_end(&self) -> Option<u64> {
        let (row, stride) = self.row_len();
        let rows = stride.saturating_mul(u64::from(self.height).saturating_sub(1)).saturating_add(row);
        let raw = matches!(self.compression, Compression::None | Compression::Bitfields);
        raw.then(|| self.data_offset.saturating_add(rows))
    }
}

/// The pixels go beyond the end of the file.
#[cold]
pub(crate) fn ends(file_len: u64, needed: u64) -> Error {
    INFO.truncated(format!("pixels go up to byte {needed}, the file has {file_len}")).at(file_len)
}
