//! Chunks of a file that is written.

use iio_codec::{Blame, Result};

use crate::INFO;
use crate::container::{Animation, info};

/// Flags of `VP8X`.
const ANIMATED: u8 = 0x02;
const XMP: u8 = 0x04;
const EXIF: u8 = 0x08;
const ALPHA: u8 = 0x10;
const ICC: u8 = 0x20;

/// An alpha plane that is opaque throughout, of any size: `ALPH` with compression 1 (RFC 9649, section 2.7.1.2), a VP8L
/// image without transform, colour cache and meta codes, whose five prefix codes have one symbol each, green 255.
const OPAQUE: [u8; 5] = {
    let codes: u32 = 0b111_1111_1101 << 3;
    // Each of the others: a simple code of one symbol, of one bit, 0.
    let codes = codes | 0b0001_0001_0001_0001 << 14;
    let [a, b, c, d] = codes.to_le_bytes();
    [1, a, b, c, d]
};

/// What stands beside the images of a file.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Extras<'a> {
    /// ICC profile.
    pub icc_profile: Option<&'a [u8]>,
    /// EXIF block, from its TIFF header on.
    pub exif: Option<&'a [u8]>,
    /// XMP packet.
    pub xmp: Option<&'a [u8]>,
}

impl<'a> Extras<'a> {
    /// Makes extras of what there is.
    #[must_use]
    pub const fn new(icc_profile: Option<&'a [u8]>, exif: Option<&'a [u8]>, xmp: Option<&'a [u8]>) -> Self {
        Self { icc_profile, exif, xmp }
    }

    const fn flags(&self) -> u8 {
        let mut flags = 0;
        if self.icc_profile.is_some() {
            flags |= ICC;
        }
        if self.exif.is_some() {
            flags |= EXIF;
        }
        if self.xmp.is_some() {
            flags |= XMP;
        }
        flags
    }
}

/// Appends chunks to a file whose length is set at the end.
pub(crate) struct File<'a> {
    dst: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> File<'a> {
    pub(crate) fn begin(dst: &'a mut Vec<u8>) -> Result<Self> {
        let mut file = Self { start: dst.len(), dst };
        file.put(b"RIFF\0\0\0\0WEBP")?;
        Ok(file)
    }

    /// Goes on with a file that fills `dst`.
    pub(crate) const fn resume(dst: &'a mut Vec<u8>) -> Self {
        Self { dst, start: 0 }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.dst.try_reserve(bytes.len()).map_err(|error| INFO.out_of_memory(bytes.len()).with_source(error))?;
        self.dst.extend_from_slice(bytes);
        Ok(())
    }

    /// Writes a chunk whose content is `parts`, one after the other.
    pub(crate) fn chunk(&mut self, tag: [u8; 4], parts: &[&[u8]]) -> Result<()> {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let Ok(declared) = u32::try_from(len) else {
            return Err(INFO.invalid_argument(format!("{} of {len} bytes exceeds 4 GiB", tag.escape_ascii())));
        };
        self.put(&tag)?;
        self.put(&declared.to_le_bytes())?;
        parts.iter().try_for_each(|part| self.put(part))?;
        self.put(if len % 2 == 1 { &[0] } else { &[] })
    }

    pub(crate) fn vp8x(&mut self, flags: u8, width: u32, height: u32) -> Result<()> {
        let [w0, w1, w2, _] = (width.saturating_sub(1)).to_le_bytes();
        let [h0, h1, h2, _] = (height.saturating_sub(1)).to_le_bytes();
        self.chunk(*b"VP8X", &[&[flags, 0, 0, 0, w0, w1, w2, h0, h1, h2]])
    }

    pub(crate) fn finish(self) -> Result<()> {
        let len = self.dst.len() - self.start - 8;
        let Ok(declared) = u32::try_from(len) else {
            return Err(INFO.invalid_argument(format!("file of {len} bytes exceeds the 4 GiB of RIFF")));
        };
        if let Some(field) = self.dst.get_mut(self.start + 4..self.start + 8) {
            field.copy_from_slice(&declared.to_le_bytes());
        }
        Ok(())
    }
}

/// Writes what comes before the first frame of an animation.
pub(crate) fn head(
    file: &mut File<'_>,
    [width, height]: [u32; 2],
    alpha: bool,
    animation: Animation,
    extras: &Extras<'_>,
) -> Result<()> {
    let alpha = if alpha { ALPHA } else { 0 };
    file.vp8x(ANIMATED | alpha | extras.flags(), width, height)?;
    if let Some(profile) = extras.icc_profile {
        file.chunk(*b"ICCP", &[profile])?;
    }
    file.chunk(*b"ANIM", &[&animation.background, &animation.loops.to_le_bytes()])
}

/// Writes what comes behind the images.
pub(crate) fn tail(file: &mut File<'_>, extras: &Extras<'_>) -> Result<()> {
    if let Some(exif) = extras.exif {
        file.chunk(*b"EXIF", &[exif])?;
    }
    if let Some(xmp) = extras.xmp {
        file.chunk(*b"XMP ", &[xmp])?;
    }
    Ok(())
}

/// Says of the still image that begins at `start` of `dst` that it has alpha, which libwebp does not if all is opaque.
pub(crate) fn keep_alpha(dst: &mut Vec<u8>, start: usize) -> Result<()> {
    /// Place of the byte of a VP8L file that has the bit for alpha.
    const ALPHA_BYTE: usize = 24;
    let info = info(dst.get(start..).unwrap_or(&[]))?;
    if info.alpha {
        return Ok(());
    }
    if info.lossless {
        if let Some(byte) = dst.get_mut(start + ALPHA_BYTE) {
            *byte |= 0x10;
        }
        return Ok(());
    }
    let image = dst.get(start + 12..).unwrap_or(&[]).to_vec();
    dst.truncate(start);
    let mut file = File::begin(dst)?;
    file.vp8x(ALPHA, info.width, info.height)?;
    file.chunk(*b"ALPH", &[&OPAQUE])?;
    file.put(&image)?;
    file.finish()
}

/// Says of an animation that it has no alpha.
pub(crate) fn drop_alpha(file: &mut [u8]) {
    /// Place of the flags of `VP8X`.
    const FLAGS: usize = 20;
    if let Some(flags) = file.get_mut(FLAGS) {
        *flags &= !ALPHA;
    }
}

/// The still image `src` with `extras` beside it, which replace those that it has.
///
/// # Errors
/// `Malformed`, `Truncated` if `src` is no file; `InvalidArgument` if it is an animation, or the result exceeds 4 GiB.
pub fn with_extras(src: &[u8], extras: &Extras<'_>) -> Result<Vec<u8>> {
    let info = info(src)?;
    if info.animation.is_some() {
        return Err(INFO.invalid_argument("extras of an animation are given to the Animator"));
    }
    let frames = crate::frames(src)?;
    let frame = frames.first().ok_or_else(|| INFO.internal("no image"))?;
    let (start, end) = (usize::try_from(frame.range.start), usize::try_from(frame.range.end));
    let image = start.ok().zip(end.ok()).and_then(|(start, end)| src.get(start..end));
    let image = image.ok_or_else(|| INFO.internal("image is not all there"))?;
    let mut dst = Vec::new();
    let mut file = File::begin(&mut dst)?;
    file.vp8x(extras.flags() | if info.alpha { ALPHA } else { 0 }, info.width, info.height)?;
    if let Some(profile) = extras.icc_profile {
        file.chunk(*b"ICCP", &[profile])?;
    }
    file.put(image)?;
    file.put(if image.len() % 2 == 1 { &[0] } else { &[] })?;
    tail(&mut file, extras)?;
    file.finish()?;
    Ok(dst)
}
