//! The structure of a file: which chunks there are and in what order, without decoding pixels.

use iio_codec::{Blame, Context, DType, Header, Layout, Result};

use crate::chunk::{Chunk, ChunkType, check_signature, chunk_at, chunk_head};
use crate::header::{ColourType, ImageHeader, SIGNATURE};
use crate::{DecodeOptions, INFO};

/// Deflate cannot expand further than this.
pub(crate) const DEFLATE_RATIO: u32 = 1032;

/// A palette: 1 to 256 colours, each red, green, blue and alpha.
#[derive(Clone, PartialEq, Eq)]
pub struct Palette {
    /// Entries from `len` on are opaque black.
    entries: [[u8; 4]; 256],
    len: u16,
    /// Entries that tRNS covers.
    alpha_len: u16,
}

impl Palette {
    /// Makes a palette of opaque colours.
    ///
    /// # Errors
    /// `InvalidArgument` if there are none or more than 256.
    pub fn new(colours: &[[u8; 3]]) -> Result<Self> {
        let len = u16::try_from(colours.len()).ok().filter(|len| (1..=256).contains(len));
        let Some(len) = len else {
            return Err(INFO.invalid_argument(format!("palette must have 1..=256 colours, got {}", colours.len())));
        };
        let mut entries = [[0, 0, 0, 255]; 256];
        for (entry, &[r, g, b]) in entries.iter_mut().zip(colours) {
            *entry = [r, g, b, 255];
        }
        Ok(Self { entries, len, alpha_len: 0 })
    }

    /// Sets the alpha of the first colours; the others stay opaque.
    ///
    /// # Errors
    /// `InvalidArgument` if there are more values than colours.
    pub fn with_alpha(mut self, alpha: &[u8]) -> Result<Self> {
        let len = u16::try_from(alpha.len()).ok().filter(|&len| len <= self.len);
        let Some(len) = len else {
            let message = format!("{} alpha values for a palette of {} colours", alpha.len(), self.len);
            return Err(INFO.invalid_argument(message));
        };
        for (entry, &alpha) in self.entries.iter_mut().zip(alpha) {
            entry[3] = alpha;
        }
        self.alpha_len = len;
        Ok(self)
    }

    /// The colours, with alpha.
    #[must_use]
    pub fn colours(&self) -> &[[u8; 4]] {
        self.entries.get(..usize::from(self.len)).unwrap_or(&self.entries)
    }

    /// True if alpha was given, by a tRNS chunk or by [`Palette::with_alpha`].
    #[must_use]
    pub const fn has_alpha(&self) -> bool {
        self.alpha_len > 0
    }

    /// The alpha values that tRNS holds.
    pub(crate) fn alpha(&self) -> impl Iterator<Item = u8> {
        self.entries.iter().take(usize::from(self.alpha_len)).map(|entry| entry[3])
    }

    /// All 256 entries; those beyond the palette are opaque black.
    pub(crate) const fn table(&self) -> &[[u8; 4]; 256] {
        &self.entries
    }
}

impl core::fmt::Debug for Palette {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.colours()).finish()
    }
}

/// What acTL says of an animation. Its further frames are not decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// Number of frames.
    pub n_frames: u32,
    /// How often it is played; 0 is for ever.
    pub n_plays: u32,
}

/// All that comes before the pixel data and decides how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Head {
    /// The image header.
    pub header: ImageHeader,
    /// The palette: that of the indices or, for RGB, a suggestion.
    pub palette: Option<Palette>,
    /// The gray (first value) or RGB sample values that stand for transparent, in the scale of the file.
    pub transparent: Option<[u16; 3]>,
    /// That the file is animated.
    pub animation: Option<Animation>,
    /// Offset of the first IDAT chunk.
    data_offset: usize,
}

impl Head {
    /// Reads up to the first IDAT chunk, of which no more than length and type need be there.
    ///
    /// # Errors
    /// `Malformed`, `Truncated`; `Unsupported` for a critical chunk that is not known.
    pub fn parse(src: &[u8], options: &DecodeOptions) -> Result<Self> {
        check_signature(src)?;
        let first = chunk_at(src, SIGNATURE.len())?;
        if first.kind != ChunkType::IHDR {
            return Err(INFO.malformed(format!("first chunk is {}, must be IHDR", first.kind)).at(first.offset));
        }
        check_crc(&first, options)?;
        let header = ImageHeader::parse(first.data, first.data_offset())?;
        let mut head = Self { header, palette: None, transparent: None, animation: None, data_offset: 0 };
        let mut offset = first.end();
        while !begins_data(src, offset)? {
            let chunk = chunk_at(src, offset)?;
            head.take(&chunk, options)?;
            offset = chunk.end();
        }
        if header.colour == ColourType::Palette && head.palette.is_none() {
            return Err(INFO.malformed("IDAT comes before PLTE, which colour type 3 needs").at(offset));
        }
        head.data_offset = offset;
        Ok(head)
    }

    fn take(&mut self, chunk: &Chunk<'_>, options: &DecodeOptions) -> Result<()> {
        match chunk.kind {
            ChunkType::PLTE => {
                check_crc(chunk, options)?;
                self.take_palette(chunk, options)
            }
            ChunkType::IHDR => Err(INFO.malformed("second IHDR").at(chunk.offset)),
            ChunkType::IEND => Err(INFO.malformed("IEND comes before any IDAT").at(chunk.offset)),
            ChunkType::TRNS => {
                tolerate(options, check_crc(chunk, options).and_then(|()| self.take_transparency(chunk)))
            }
            ChunkType::ACTL => tolerate(options, check_crc(chunk, options).and_then(|()| self.take_animation(chunk))),
            _ => pass_over(chunk, options),
        }
    }

    fn take_palette(&mut self, chunk: &Chunk<'_>, options: &DecodeOptions) -> Result<()> {
        let needed = self.header.colour == ColourType::Palette;
        let bad = |message: String| INFO.malformed(message).at(chunk.data_offset());
        if self.palette.is_some() {
            return Err(INFO.malformed("second PLTE").at(chunk.offset));
        }
        if matches!(self.header.colour, ColourType::Gray | ColourType::GrayAlpha) {
            return tolerate(options, Err(INFO.malformed("PLTE in a gray image").at(chunk.offset)));
        }
        let (colours, rest) = chunk.data.as_chunks::<3>();
        if colours.is_empty() || colours.len() > 256 || !rest.is_empty() {
            let error = bad(format!("PLTE has {} bytes, must be 3 for each of 1..=256 colours", chunk.data.len()));
            return if needed { Err(error) } else { tolerate(options, Err(error)) };
        }
        // More colours than indices can reach are a fault that harms nobody.
        let reach = if needed { 1 << self.header.bit_depth } else { 256 };
        if colours.len() > reach {
            let error =
                bad(format!("PLTE has {} colours, {} bits reach {reach}", colours.len(), self.header.bit_depth));
            tolerate(options, Err(error))?;
        }
        self.palette = Some(Palette::new(colours.get(..reach).unwrap_or(colours))?);
        Ok(())
    }

    fn take_transparency(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let bad = |message: &str| Err(INFO.malformed(message.to_owned()).at(chunk.offset));
        if self.transparent.is_some() || self.palette.as_ref().is_some_and(Palette::has_alpha) {
            return bad("second tRNS");
        }
        // Decoders compare as many bits as a sample has.
        let key = |high: u8, low: u8| u16::from_be_bytes([high, low]) & (u16::MAX >> (16 - self.header.bit_depth));
        match (self.header.colour, chunk.data) {
            (ColourType::Gray, &[h, l]) => self.transparent = Some([key(h, l); 3]),
            (ColourType::Rgb, &[rh, rl, gh, gl, bh, bl]) => {
                self.transparent = Some([key(rh, rl), key(gh, gl), key(bh, bl)]);
            }
            (ColourType::Palette, alpha) => match self.palette.take() {
                None => return bad("tRNS comes before PLTE"),
                Some(palette) if alpha.is_empty() || alpha.len() > palette.colours().len() => {
                    let len = palette.colours().len();
                    self.palette = Some(palette);
                    return bad(&format!("tRNS has {} values for a palette of {len}", alpha.len()));
                }
                Some(palette) => self.palette = Some(palette.with_alpha(alpha)?),
            },
            (ColourType::GrayAlpha | ColourType::Rgba, _) => return bad("tRNS in an image with alpha"),
            (_, data) => return bad(&format!("tRNS has {} bytes, must have 2 for gray, 6 for RGB", data.len())),
        }
        Ok(())
    }

    fn take_animation(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let bad = |message: &'static str| Err(INFO.malformed(message).at(chunk.offset));
        if self.animation.is_some() {
            return bad("second acTL");
        }
        let &[f0, f1, f2, f3, p0, p1, p2, p3] = chunk.data else {
            return bad("acTL does not have 8 bytes");
        };
        let (n_frames, n_plays) = (u32::from_be_bytes([f0, f1, f2, f3]), u32::from_be_bytes([p0, p1, p2, p3]));
        if n_frames == 0 {
            return bad("acTL declares no frames");
        }
        self.animation = Some(Animation { n_frames, n_plays });
        Ok(())
    }

    /// Frames of the file: 1 if it is not animated.
    #[must_use]
    pub fn n_frames(&self) -> u32 {
        self.animation.map_or(1, |animation| animation.n_frames)
    }

    /// Samples per pixel and dtype after decoding with `options`.
    pub(crate) fn output(&self, options: &DecodeOptions) -> (usize, DType) {
        let has_key = options.expand_transparency && self.transparent.is_some();
        let n = match self.header.colour {
            ColourType::Palette if !options.expand_palette => 1,
            ColourType::Palette => {
                let alpha = self.palette.as_ref().is_some_and(Palette::has_alpha);
                3 + usize::from(alpha && options.expand_transparency)
            }
            colour => colour.n_samples() + usize::from(has_key),
        };
        (n, self.header.dtype())
    }

    /// The layout that decoding with `options` gives: `[height, width]` for one sample per pixel, else
    /// `[height, width, samples]`.
    ///
    /// # Errors
    /// `Limit` if it exceeds the address space.
    pub fn layout(&self, options: &DecodeOptions) -> Result<Layout> {
        let (n_samples, dtype) = self.output(options);
        let shape = [u64::from(self.header.height), u64::from(self.header.width), n_samples as u64];
        let shape = if n_samples == 1 { &shape[..2] } else { &shape[..] };
        Layout::from_u64(dtype, shape).map_err(|_| {
            let bytes = shape.iter().fold(dtype.size() as u64, |n, &len| n.saturating_mul(len));
            INFO.limit(self.describe(), "output_bytes", bytes, isize::MAX.unsigned_abs() as u64)
        })
    }

    /// The layout and the significant bits of decoding with `options`.
    pub(crate) fn array_header(&self, options: &DecodeOptions) -> Result<Header> {
        let depth = u32::from(self.header.bit_depth);
        let kept = match self.header.colour {
            ColourType::Gray => !options.scale_low_bits,
            ColourType::Palette => !options.expand_palette,
            _ => false,
        };
        Ok(Header { layout: self.layout(options)?, bits: if kept { depth } else { depth.max(8) } })
    }

    /// Size and kind of the image, for messages.
    pub(crate) fn describe(&self) -> String {
        let ImageHeader { width, height, bit_depth, colour, .. } = self.header;
        format!("{width}x{height} {colour:?} at {bit_depth} bits")
    }
}

/// A file whose chunks have been read through: the head and where the pixel data is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Png {
    /// All that comes before the pixel data.
    pub head: Head,
    /// Bytes of pixel data, compressed.
    pub data_len: usize,
    /// Number of IDAT chunks.
    pub n_data: usize,
    /// Bytes of the file up to the end of IEND. What follows belongs to somebody else.
    pub end: usize,
}

impl Png {
    /// Reads through all chunks up to IEND.
    ///
    /// # Errors
    /// As [`Head::parse`].
    pub fn parse(src: &[u8], options: &DecodeOptions) -> Result<Self> {
        let head = Head::parse(src, options)?;
        let mut png = Self { end: head.data_offset, head, data_len: 0, n_data: 0 };
        let mut closed = false;
        loop {
            let chunk = match chunk_at(src, png.end) {
                Ok(chunk) => chunk,
                Err(_) if closed_without_end(src, &png, options) => return Ok(png),
                Err(error) => return Err(error),
            };
            match chunk.kind {
                ChunkType::IDAT if closed => {
                    return Err(INFO.malformed("IDAT chunks are not consecutive").at(chunk.offset));
                }
                ChunkType::IDAT => {
                    check_crc(&chunk, options)?;
                    png.data_len += chunk.data.len();
                    png.n_data += 1;
                }
                ChunkType::IEND => {
                    check_crc(&chunk, options)?;
                    png.end = chunk.end();
                    return Ok(png);
                }
                ChunkType::IHDR | ChunkType::PLTE => {
                    return Err(INFO.malformed(format!("{} comes after IDAT", chunk.kind)).at(chunk.offset));
                }
                _ => {
                    closed = true;
                    pass_over(&chunk, options)?;
                }
            }
            png.end = chunk.end();
        }
    }

    /// The IDAT chunks.
    pub(crate) fn data_chunks<'a>(&self, src: &'a [u8]) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut offset = self.head.data_offset;
        (0..self.n_data).map_while(move |_| {
            let chunk = chunk_at(src, offset).ok()?;
            offset = chunk.end();
            Some(chunk)
        })
    }

    /// The compressed pixel data: that of the only IDAT chunk, or that of all, gathered in `scratch`.
    pub(crate) fn data<'a>(&self, src: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<&'a [u8]> {
        if let (1, Some(only)) = (self.n_data, self.data_chunks(src).next()) {
            return Ok(only.data);
        }
        scratch.clear();
        scratch.try_reserve(self.data_len).map_err(|error| INFO.out_of_memory(self.data_len).with_source(error))?;
        self.data_chunks(src).for_each(|chunk| scratch.extend_from_slice(chunk.data));
        Ok(scratch)
    }

    /// Passes what the file declares through the gates, before anything is allocated for it.
    ///
    /// # Errors
    /// `Limit`; `Malformed` if the pixel data cannot hold so many pixels.
    pub(crate) fn gate(&self, layout: &Layout, cx: &Context<'_>) -> Result<()> {
        let ImageHeader { width, height, .. } = self.head.header;
        for len in [width, height] {
            if u64::from(len) > cx.limits.axis_len {
                return Err(INFO.limit(self.head.describe(), "axis_len", u64::from(len), cx.limits.axis_len));
            }
        }
        let bytes = layout.n_bytes() as u64;
        if bytes > cx.limits.output_bytes {
            return Err(INFO.limit(self.head.describe(), "output_bytes", bytes, cx.limits.output_bytes));
        }
        self.gate_ratio()?;
        cx.gate_output(&INFO, bytes, self.data_len, None)
    }

    /// Fails if the pixel data cannot hold the rows that the header declares.
    pub(crate) fn gate_ratio(&self) -> Result<()> {
        let needed = self.head.header.filtered_len();
        let reachable = (self.data_len as u64).saturating_mul(u64::from(DEFLATE_RATIO));
        if needed <= reachable {
            return Ok(());
        }
        let what = self.head.describe();
        let message =
            format!("{what} needs {needed} bytes, but {} bytes of IDAT reach {reachable} at most", self.data_len);
        Err(INFO.malformed(message).at(self.head.data_offset))
    }
}

/// True if a chunk of pixel data begins here.
fn begins_data(src: &[u8], offset: usize) -> Result<bool> {
    let head = src.get(offset..).and_then(|rest| rest.first_chunk());
    head.map_or(Ok(false), |head| chunk_head(head, offset).map(|(_, kind)| kind == ChunkType::IDAT))
}

/// True if the file ends where a chunk should begin, and the caller accepts that.
fn closed_without_end(src: &[u8], png: &Png, options: &DecodeOptions) -> bool {
    options.ignore_missing_end && png.n_data > 0 && png.end >= src.len()
}

fn check_crc(chunk: &Chunk<'_>, options: &DecodeOptions) -> Result<()> {
    if options.ignore_crc { Ok(()) } else { chunk.check_crc() }
}

/// The fault of an ancillary chunk is one only if the caller says so.
fn tolerate(options: &DecodeOptions, result: Result<()>) -> Result<()> {
    if options.ignore_bad_ancillary { Ok(()) } else { result }
}

/// Skips a chunk that has no say in the pixels.
fn pass_over(chunk: &Chunk<'_>, options: &DecodeOptions) -> Result<()> {
    if !chunk.kind.is_ancillary() {
        return Err(INFO.unsupported(format!("critical chunk {} is not known", chunk.kind)).at(chunk.offset));
    }
    if options.ignore_bad_ancillary { Ok(()) } else { check_crc(chunk, options) }
}
