//! The headers of the two kinds of bit streams, and the chunks around one image.

use core::ops::Range;

use iio_codec::{Blame, Result};

use crate::INFO;

/// Bytes of a chunk's header: four letters and a length.
pub(crate) const CHUNK_HEADER: u64 = 8;
/// Bytes of a bit stream that its header takes.
const VP8_HEADER: usize = 10;
const VP8L_HEADER: usize = 5;

/// Reads bytes at an offset; the range was checked against the length.
pub(crate) type ReadFn<'a> = dyn FnMut(u64, &mut [u8]) -> Result<()> + 'a;

/// One chunk: its letters and the place of its content.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) tag: [u8; 4],
    pub(crate) data: Range<u64>,
}

impl Chunk {
    /// Reads the header of the chunk at `offset`, which ends at `end` or before.
    pub(crate) fn read(offset: u64, end: u64, read: &mut ReadFn<'_>) -> Result<Self> {
        let mut header = [0; 8];
        if end.saturating_sub(offset) < CHUNK_HEADER {
            let message = format!("{} bytes where a chunk should begin", end.saturating_sub(offset));
            return Err(INFO.malformed(message).at(offset));
        }
        read(offset, &mut header)?;
        let [a, b, c, d, len @ ..] = header;
        let start = offset + CHUNK_HEADER;
        let len = u64::from(u32::from_le_bytes(len));
        if len > end - start {
            let tag = [a, b, c, d].escape_ascii().to_string();
            let message = format!("chunk {tag} has {len} bytes, {} are left", end - start);
            return Err(INFO.malformed(message).at(offset));
        }
        Ok(Self { tag: [a, b, c, d], data: start..start + len })
    }

    /// Offset of its header.
    pub(crate) const fn start(&self) -> u64 {
        self.data.start - CHUNK_HEADER
    }

    /// Offset behind its padding.
    pub(crate) const fn end(&self) -> u64 {
        self.data.end + self.len() % 2
    }

    pub(crate) const fn len(&self) -> u64 {
        self.data.end - self.data.start
    }
}

/// What the chunks of one image say.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alpha: bool,
    pub(crate) lossless: bool,
    /// The chunks that libwebp gets: `ALPH` and `VP8 `, or `VP8L`, headers included.
    pub(crate) range: Range<u64>,
}

impl Image {
    /// Reads the header of the bit stream in `chunk`; `alpha` is the `ALPH` chunk before it.
    pub(crate) fn read(chunk: &Chunk, alpha: Option<&Chunk>, read: &mut ReadFn<'_>) -> Result<Self> {
        let range = chunk.start()..chunk.data.end;
        if chunk.tag == *b"VP8L" {
            let (width, height, alpha) = vp8l(chunk, read)?;
            return Ok(Self { width, height, alpha, lossless: true, range });
        }
        let (width, height) = vp8(chunk, read)?;
        if let Some(alpha) = alpha {
            check_alpha(alpha, width, height, read)?;
        }
        let start = alpha.map_or(range.start, Chunk::start);
        Ok(Self { width, height, alpha: alpha.is_some(), lossless: false, range: start..range.end })
    }
}

fn short(name: &str, chunk: &Chunk) -> iio_codec::Error {
    INFO.malformed(format!("{name} has {} bytes, too few for its header", chunk.len())).at(chunk.start())
}

/// RFC 6386, section 9.1: the frame tag, the start code, width and height with two bits of scale each.
fn vp8(chunk: &Chunk, read: &mut ReadFn<'_>) -> Result<(u32, u32)> {
    let mut header = [0; VP8_HEADER];
    if chunk.len() < VP8_HEADER as u64 {
        return Err(short("VP8", chunk));
    }
    read(chunk.data.start, &mut header)?;
    let [t0, t1, t2, s0, s1, s2, w0, w1, h0, h1] = header;
    let tag = u32::from_le_bytes([t0, t1, t2, 0]);
    let bad = |message: String| Err(INFO.malformed(message).at(chunk.data.start));
    if tag & 1 != 0 {
        return bad("VP8 frame is not a key frame".to_owned());
    }
    if tag >> 1 & 7 > 3 {
        return bad(format!("VP8 version {} is not 0..=3", tag >> 1 & 7));
    }
    if tag >> 4 & 1 == 0 {
        return bad("VP8 frame is not to be shown".to_owned());
    }
    if [s0, s1, s2] != [0x9d, 0x01, 0x2a] {
        return bad(format!("VP8 start code is {s0:02x} {s1:02x} {s2:02x}, must be 9d 01 2a"));
    }
    if u64::from(tag >> 5) > chunk.len() - VP8_HEADER as u64 {
        return bad(format!("first partition has {} bytes, VP8 has {}", tag >> 5, chunk.len()));
    }
    let [width, height] = [[w0, w1], [h0, h1]].map(|bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff));
    if width == 0 || height == 0 {
        return bad(format!("VP8 image of {width} x {height}"));
    }
    Ok((width, height))
}

/// RFC 9649, section 2.7.1.2: a byte of compression, filter, pre-processing and zeros, two bits each, then the plane.
fn check_alpha(chunk: &Chunk, width: u32, height: u32, read: &mut ReadFn<'_>) -> Result<()> {
    let mut header = [0; 1];
    if chunk.len() < 2 {
        return Err(short("ALPH", chunk));
    }
    read(chunk.data.start, &mut header)?;
    let [flags] = header;
    let bad = |message: String| Err(INFO.malformed(message).at(chunk.data.start));
    let (compression, preparation, reserved) = (flags & 3, flags >> 4 & 3, flags >> 6);
    if compression > 1 || preparation > 1 || reserved != 0 {
        return bad(format!("ALPH flags are {flags:#04x}: compression and pre-processing must be 0 or 1"));
    }
    let n_pixels = u64::from(width) * u64::from(height);
    if compression == 0 && chunk.len() - 1 < n_pixels {
        return bad(format!("plain alpha has {} bytes, {width} x {height} needs {n_pixels}", chunk.len() - 1));
    }
    Ok(())
}

/// RFC 9649, section 3.4: signature, 14 bits of width - 1, 14 of height - 1, alpha, 3 bits of version.
fn vp8l(chunk: &Chunk, read: &mut ReadFn<'_>) -> Result<(u32, u32, bool)> {
    let mut header = [0; VP8L_HEADER];
    if chunk.len() < VP8L_HEADER as u64 {
        return Err(short("VP8L", chunk));
    }
    read(chunk.data.start, &mut header)?;
    let [signature, bits @ ..] = header;
    let bits = u32::from_le_bytes(bits);
    if signature != 0x2f {
        return Err(INFO.malformed(format!("VP8L signature is {signature:02x}, must be 2f")).at(chunk.data.start));
    }
    if bits >> 29 != 0 {
        return Err(INFO.malformed(format!("VP8L version {} is not 0", bits >> 29)).at(chunk.data.start));
    }
    Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, bits >> 28 & 1 == 1))
}
