//! The RIFF container: what is where, without decoding pixels.

use core::ops::Range;

use iio_codec::{Blame, Check, Result};

use crate::INFO;
use crate::image::{CHUNK_HEADER, Chunk, Image, ReadFn};

/// Bytes of `RIFF`, the length and `WEBP`.
const RIFF_HEADER: usize = 12;
/// Bytes of a frame before its chunks.
const FRAME_HEADER: usize = 16;
/// The most pixels of a canvas (RFC 9649, section 2.7).
const MAX_PIXELS: u64 = (1 << 32) - 1;

/// What a file declares.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// Width of the canvas in pixels.
    pub width: u32,
    /// Height of the canvas in pixels.
    pub height: u32,
    /// True if pixels may be transparent. Of an animation that says so, that is not the case if its first frame is
    /// opaque and all others only ever paint over it.
    pub alpha: bool,
    /// True if all images are lossless (`VP8L`).
    pub lossless: bool,
    /// True if the file has a `VP8X` chunk.
    pub extended: bool,
    /// The number of frames: 1 for a still image.
    pub n_frames: usize,
    /// What `ANIM` says; `None` for a still image.
    pub animation: Option<Animation>,
    /// Place of the ICC profile.
    pub icc_profile: Option<Range<u64>>,
    /// Place of the EXIF block.
    pub exif: Option<Range<u64>>,
    /// Place of the XMP packet.
    pub xmp: Option<Range<u64>>,
    /// Bytes of the file, without what follows the RIFF chunk.
    pub len: u64,
}

/// What is common to all frames of an animation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Animation {
    /// Background colour: blue, green, red, alpha. A hint that no browser follows.
    pub background: [u8; 4],
    /// How often it is played; 0 is for ever.
    pub loops: u16,
}

/// One frame, or the still image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frame {
    /// Left edge on the canvas.
    pub x: u32,
    /// Upper edge on the canvas.
    pub y: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Milliseconds for which it is shown.
    pub duration: u32,
    /// True if it is blended with what is there, false if it replaces it.
    pub blend: bool,
    /// True if its rectangle becomes transparent after it was shown.
    pub dispose: bool,
    /// True if it has alpha.
    pub alpha: bool,
    /// True if it is lossless.
    pub lossless: bool,
    /// Place of its image chunks in the file.
    pub range: Range<u64>,
}

/// Tells whether bytes look like a WebP file.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    let (riff, webp) = (src.get(..4), src.get(8..12));
    match (riff, webp) {
        (Some(b"RIFF"), Some(b"WEBP")) => Check::Yes,
        (Some(b"RIFF"), None) => Check::Unknown,
        (None, _) if b"RIFF".starts_with(src) => Check::Unknown,
        _ => Check::No,
    }
}

/// Reads all headers of a file.
///
/// # Errors
/// `Malformed`, `Truncated`.
pub fn info(src: &[u8]) -> Result<Info> {
    scan(src.len() as u64, &mut |offset, to| slice(src, offset, to), &mut |_| Ok(()))
}

/// The frames of a file; of a still image that image.
///
/// # Errors
/// As [`info`]; `OutOfMemory`.
pub fn frames(src: &[u8]) -> Result<Vec<Frame>> {
    let mut frames: Vec<Frame> = Vec::new();
    scan(src.len() as u64, &mut |offset, to| slice(src, offset, to), &mut |frame| {
        frames.try_reserve(1).map_err(|error| INFO.out_of_memory(size_of::<Frame>()).with_source(error))?;
        frames.push(frame);
        Ok(())
    })?;
    Ok(frames)
}

pub(crate) fn slice(src: &[u8], offset: u64, to: &mut [u8]) -> Result<()> {
    let from = usize::try_from(offset).ok().and_then(|start| src.get(start..)?.get(..to.len()));
    to.copy_from_slice(from.ok_or_else(|| INFO.truncated(format!("needs {} bytes", to.len())).at(offset))?);
    Ok(())
}

/// Reads all headers of a file of `len` bytes through `read`, which fills its second argument with the bytes from an
/// offset on, and gives each frame to `each`.
///
/// # Errors
/// As [`info`]; those of `read` and `each`.
pub fn scan(
    len: u64,
    read: &mut dyn FnMut(u64, &mut [u8]) -> Result<()>,
    each: &mut dyn FnMut(Frame) -> Result<()>,
) -> Result<Info> {
    let end = riff(len, read)?;
    let first = Chunk::read(RIFF_HEADER as u64, end, read)?;
    if first.tag == *b"VP8X" {
        return Extended::open(&first, end, read)?.scan(&first, read, each);
    }
    if !matches!(&first.tag, b"VP8 " | b"VP8L") {
        let tag = first.tag.escape_ascii();
        return Err(INFO.malformed(format!("first chunk is {tag}, must be VP8, VP8L or VP8X")).at(first.start()));
    }
    let image = Image::read(&first, None, read)?;
    let info = Info {
        width: image.width,
        height: image.height,
        alpha: image.alpha,
        lossless: image.lossless,
        extended: false,
        n_frames: 1,
        animation: None,
        icc_profile: None,
        exif: None,
        xmp: None,
        len: end,
    };
    each(still(&image))?;
    Ok(info)
}

/// Checks signature and length; returns where the RIFF chunk ends.
fn riff(len: u64, read: &mut ReadFn<'_>) -> Result<u64> {
    let mut header = [0; RIFF_HEADER];
    let have =
        header.get_mut(..usize::try_from(len).map_or(RIFF_HEADER, |len| len.min(RIFF_HEADER))).unwrap_or(&mut []);
    read(0, have)?;
    if check(have) == Check::No {
        return Err(INFO.malformed("signature is not RIFF .. WEBP").at(0u64));
    }
    if len < RIFF_HEADER as u64 + CHUNK_HEADER {
        return Err(INFO.truncated(format!("{len} bytes are too few for a WebP file")).at(len));
    }
    let [.., l0, l1, l2, l3, _, _, _, _] = header;
    let end = u64::from(u32::from_le_bytes([l0, l1, l2, l3])) + CHUNK_HEADER;
    if end < RIFF_HEADER as u64 + CHUNK_HEADER {
        return Err(INFO.malformed(format!("RIFF chunk of {} bytes is too short", end - CHUNK_HEADER)).at(4u64));
    }
    if end > len {
        // The last byte of padding carries nothing.
        if end == len + 1 && end.is_multiple_of(2) {
            return Ok(len);
        }
        return Err(INFO.truncated(format!("file should have {end} bytes, has {len}")).at(len));
    }
    Ok(end)
}

fn still(image: &Image) -> Frame {
    Frame {
        x: 0,
        y: 0,
        width: image.width,
        height: image.height,
        duration: 0,
        blend: false,
        dispose: false,
        alpha: image.alpha,
        lossless: image.lossless,
        range: image.range.clone(),
    }
}

const fn u24(a: u8, b: u8, c: u8) -> u32 {
    u32::from_le_bytes([a, b, c, 0])
}

/// A file that begins with `VP8X`.
struct Extended {
    info: Info,
    animated: bool,
    /// True if a frame leaves transparent pixels.
    uncovers: bool,
}

impl Extended {
    fn open(chunk: &Chunk, end: u64, read: &mut ReadFn<'_>) -> Result<Self> {
        let mut data = [0; 10];
        if chunk.len() < 10 {
            return Err(INFO.malformed(format!("VP8X has {} bytes, must have 10", chunk.len())).at(chunk.start()));
        }
        read(chunk.data.start, &mut data)?;
        let [flags, _, _, _, w0, w1, w2, h0, h1, h2] = data;
        let (width, height) = (u24(w0, w1, w2) + 1, u24(h0, h1, h2) + 1);
        if u64::from(width) * u64::from(height) > MAX_PIXELS {
            let message = format!("canvas of {width} x {height} has more than {MAX_PIXELS} pixels");
            return Err(INFO.malformed(message).at(chunk.data.start));
        }
        let info = Info {
            width,
            height,
            alpha: flags & 0x10 != 0,
            lossless: true,
            extended: true,
            n_frames: 0,
            animation: None,
            icc_profile: None,
            exif: None,
            xmp: None,
            len: end,
        };
        Ok(Self { info, animated: flags & 0x02 != 0, uncovers: false })
    }

    fn scan(mut self, first: &Chunk, read: &mut ReadFn<'_>, each: &mut dyn FnMut(Frame) -> Result<()>) -> Result<Info> {
        let end = self.info.len;
        let (mut offset, mut alpha) = (first.end(), None);
        while offset < end {
            let chunk = match Chunk::read(offset, end, read) {
                Ok(chunk) => chunk,
                // Junk behind the image is not ours to judge.
                Err(_) if self.info.n_frames > 0 && !self.animated => break,
                Err(error) => return Err(error),
            };
            offset = chunk.end();
            match &chunk.tag {
                b"ICCP" => self.info.icc_profile = self.info.icc_profile.take().or(Some(chunk.data)),
                b"EXIF" => self.info.exif = self.info.exif.take().or(Some(chunk.data)),
                b"XMP " => self.info.xmp = self.info.xmp.take().or(Some(chunk.data)),
                b"ANIM" if self.animated && self.info.animation.is_none() => {
                    self.info.animation = Some(animation(&chunk, read)?);
                }
                b"ANMF" if self.animated => {
                    let frame = self.frame(&chunk, read)?;
                    self.note_alpha(&frame);
                    self.count(&frame);
                    each(frame)?;
                }
                b"ALPH" if !self.animated && self.info.n_frames == 0 => alpha = Some(chunk),
                b"VP8 " | b"VP8L" if !self.animated && self.info.n_frames == 0 => {
                    let frame = self.image(&chunk, alpha.as_ref(), read)?;
                    self.count(&frame);
                    self.info.alpha = frame.alpha;
                    each(frame)?;
                }
                _ => {}
            }
        }
        if self.info.n_frames == 0 {
            let missing = if self.animated { "frame" } else { "image" };
            return Err(INFO.malformed(format!("there is no {missing}")).at(end));
        }
        if self.animated && self.info.animation.is_none() {
            return Err(INFO.malformed("animation without ANIM chunk").at(end));
        }
        if self.animated {
            self.info.alpha &= self.uncovers;
        }
        Ok(self.info)
    }

    fn note_alpha(&mut self, frame: &Frame) {
        let full = frame.width == self.info.width && frame.height == self.info.height;
        if self.info.n_frames == 0 {
            self.uncovers = frame.alpha || !full;
            // Files whose flag is wrong.
            self.info.alpha |= frame.alpha;
        }
        self.uncovers |= frame.dispose || (frame.alpha && !frame.blend);
    }

    fn count(&mut self, frame: &Frame) {
        self.info.n_frames += 1;
        self.info.lossless &= frame.lossless;
    }

    fn image(&self, chunk: &Chunk, alpha: Option<&Chunk>, read: &mut ReadFn<'_>) -> Result<Frame> {
        let image = Image::read(chunk, alpha, read)?;
        let (width, height) = (self.info.width, self.info.height);
        if (image.width, image.height) != (width, height) {
            let message = format!("image of {} x {} on a canvas of {width} x {height}", image.width, image.height);
            return Err(INFO.malformed(message).at(chunk.start()));
        }
        Ok(still(&image))
    }

    /// RFC 9649, section 2.7.1.1.
    fn frame(&self, chunk: &Chunk, read: &mut ReadFn<'_>) -> Result<Frame> {
        if chunk.len() < FRAME_HEADER as u64 {
            return Err(INFO.malformed(format!("ANMF has {} bytes, needs 16", chunk.len())).at(chunk.start()));
        }
        let mut data = [0; FRAME_HEADER];
        read(chunk.data.start, &mut data)?;
        let [x0, x1, x2, y0, y1, y2, w0, w1, w2, h0, h1, h2, d0, d1, d2, flags] = data;
        let (x, y) = (u24(x0, x1, x2) * 2, u24(y0, y1, y2) * 2);
        let (width, height) = (u24(w0, w1, w2) + 1, u24(h0, h1, h2) + 1);
        let fits = x + width <= self.info.width && y + height <= self.info.height;
        if !fits {
            let (w, h) = (self.info.width, self.info.height);
            let message = format!("frame of {width} x {height} at {x}, {y} exceeds the canvas of {w} x {h}");
            return Err(INFO.malformed(message).at(chunk.start()));
        }
        let image = frame_image(chunk, read)?;
        if (image.width, image.height) != (width, height) {
            let message = format!("image of {} x {} in a frame of {width} x {height}", image.width, image.height);
            return Err(INFO.malformed(message).at(chunk.start()));
        }
        Ok(Frame { x, y, duration: u24(d0, d1, d2), blend: flags & 2 == 0, dispose: flags & 1 != 0, ..still(&image) })
    }
}

/// The image chunks of a frame: perhaps `ALPH`, then one bit stream.
fn frame_image(frame: &Chunk, read: &mut ReadFn<'_>) -> Result<Image> {
    let (mut offset, end) = (frame.data.start + FRAME_HEADER as u64, frame.data.end);
    let mut alpha = None;
    while offset < end {
        let chunk = Chunk::read(offset, end, read)?;
        offset = chunk.end();
        match &chunk.tag {
            b"ALPH" => alpha = Some(chunk),
            b"VP8 " | b"VP8L" => return Image::read(&chunk, alpha.as_ref(), read),
            _ => {}
        }
    }
    Err(INFO.malformed("frame without image").at(frame.start()))
}

fn animation(chunk: &Chunk, read: &mut ReadFn<'_>) -> Result<Animation> {
    let mut data = [0; 6];
    if chunk.len() < 6 {
        return Err(INFO.malformed(format!("ANIM has {} bytes, must have 6", chunk.len())).at(chunk.start()));
    }
    read(chunk.data.start, &mut data)?;
    let [b, g, r, a, l0, l1] = data;
    Ok(Animation { background: [b, g, r, a], loops: u16::from_le_bytes([l0, l1]) })
}
