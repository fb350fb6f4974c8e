//! Metadata of a file whose pixels are not read.

use std::borrow::Cow;
use std::ops::Range;

use iio_codec::{Blame, Context, Result};
use iio_core::Source;

use crate::chunk::{Chunk, ChunkType, chunk_head};
use crate::header::{ImageHeader, SIGNATURE};
use crate::metadata::{Metadata, Reader};
use crate::{DecodeOptions, INFO};

/// Bytes of the length and the type of a chunk.
const HEAD_LEN: u64 = 8;
/// Bytes of the CRC of a chunk.
const CRC_LEN: u64 = 4;

/// Reads what stands beside the pixels, from one chunk to the next. Of chunks that only pixels ask for, nothing is
/// fetched but length and type: their CRCs are the decoder's to check.
///
/// # Errors
/// As [`crate::Png::metadata`]; `Malformed` or `Unsupported` for chunks that cannot stand where they do.
pub(crate) fn metadata(
    source: &Source,
    header: ImageHeader,
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<Metadata> {
    let mut reader = Reader::new(header, cx);
    let mut window = Window { source, start: 0, bytes: Cow::Borrowed(&[]), ahead: source.coalesce_gap() };
    let (mut offset, mut order) = (SIGNATURE.len() as u64, Order::default());
    loop {
        cx.check_cancel(&INFO)?;
        let left = source.len().saturating_sub(offset);
        if left == 0 && options.ignore_missing_end && order.has_data {
            return Ok(reader.metadata);
        }
        if left < HEAD_LEN {
            let place = if left == 0 { "before IEND" } else { "in the header of a chunk" };
            return Err(INFO.truncated(format!("file ends {place}")).at(source.len()));
        }
        // Chunks of a file that is larger than memory may lie beyond it.
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        let (len, kind) = chunk_head(&window.head(offset)?, at)?;
        let data = offset + HEAD_LEN..offset + HEAD_LEN + u64::from(len);
        order.check(kind, at)?;
        if data.end + CRC_LEN > source.len() {
            let rest = source.len() - data.start;
            let message = match u64::from(len) <= rest {
                true => format!("file ends in the CRC of {kind}"),
                false => format!("{kind} has {len} bytes, the file has {rest} more"),
            };
            return Err(INFO.truncated(message).at(source.len()));
        }
        if kind == ChunkType::IEND {
            return Ok(reader.metadata);
        }
        offset = data.end + CRC_LEN;
        if reader.pass(kind) {
            window.pass(len.into());
            continue;
        }
        reader.gate(kind, len.into(), at)?;
        let bytes = window.get(data.start..offset)?;
        if let Some((data, &crc)) = bytes.split_last_chunk() {
            reader.read(&Chunk::new(kind, data, crc, at), options)?;
        }
    }
}

/// What came so far.
#[derive(Default)]
struct Order {
    has_data: bool,
    /// Something else came behind the pixel data.
    closed: bool,
}

impl Order {
    /// Fails for a critical chunk that cannot stand here. What precedes the pixel data was read with the head.
    fn check(&mut self, kind: ChunkType, at: usize) -> Result<()> {
        match kind {
            ChunkType::IDAT if self.closed => Err(INFO.malformed("IDAT chunks are not consecutive").at(at)),
            ChunkType::IDAT => {
                self.has_data = true;
                Ok(())
            }
            ChunkType::IHDR | ChunkType::PLTE if self.has_data => {
                Err(INFO.malformed(format!("{kind} comes after IDAT")).at(at))
            }
            ChunkType::IHDR | ChunkType::PLTE | ChunkType::IEND => Ok(()),
            _ if !kind.is_ancillary() => Err(INFO.unsupported(format!("critical chunk {kind} is not known")).at(at)),
            _ => {
                self.closed = self.has_data;
                Ok(())
            }
        }
    }
}

/// The part of the source that was fetched last.
struct Window<'a> {
    source: &'a Source,
    start: u64,
    bytes: Cow<'a, [u8]>,
    /// Bytes to fetch beyond those that are asked for: the next chunk is near, unless the last one was passed over.
    ahead: u64,
}

impl Window<'_> {
    /// Notes that a chunk of `len` bytes was not asked for: where such chunks are large, only their heads are fetched.
    fn pass(&mut self, len: u64) {
        let gap = self.source.coalesce_gap();
        self.ahead = if len < gap { gap } else { 0 };
    }

    fn get(&mut self, range: Range<u64>) -> Result<&[u8]> {
        let place = |start: u64| {
            let from = usize::try_from(range.start.checked_sub(start)?).ok()?;
            Some(from..from.checked_add(usize::try_from(range.end - range.start).ok()?)?)
        };
        if place(self.start).is_none_or(|place| self.bytes.len() < place.end) {
            let end = range.end.saturating_add(self.ahead).min(self.source.len());
            (self.start, self.bytes) = (range.start, self.source.read(range.start..end)?);
            self.ahead = self.source.coalesce_gap();
        }
        let bytes = place(self.start).and_then(|place| self.bytes.get(place));
        bytes.ok_or_else(|| INFO.internal(format!("no bytes {range:?} in the window")))
    }

    fn head(&mut self, offset: u64) -> Result<[u8; 8]> {
        let bytes = self.get(offset..offset + HEAD_LEN)?;
        bytes.first_chunk().copied().ok_or_else(|| INFO.internal(format!("no head at {offset}")))
    }
}
