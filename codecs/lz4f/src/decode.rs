use iio_codec::{Blame, BytesCodec, BytesDecoder, CodecInfo, Context, Progress, Result, SizeHint};
use iio_lz4::decode_block_at;

use crate::frame::{Block, Header, Reader};
use crate::xxh32::{Xxh32, xxh32};
use crate::{INFO, Lz4f};

/// Decodes all frames of `src` into the start of `dst`.
///
/// # Errors
/// `Malformed` (checksums that do not match included), `Truncated`, `Unsupported`.
pub fn decode_into(src: &[u8], dst: &mut [u8]) -> Result<Progress> {
    Decoder.decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8]) -> Result<()> {
    Decoder.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8]) -> Result<Vec<u8>> {
    Lz4f::default().decoder()?.decode(src, &Context::default())
}

/// A worker that decodes. It has no state.
pub(crate) struct Decoder;

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        crate::decoded_size(src)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let mut reader = Reader { src, at: 0 };
        let mut out = 0;
        cx.check_cancel(&INFO)?;
        while let Some(header) = reader.next_frame()? {
            let Some(end) = frame(&mut reader, &header, dst, out, cx)? else {
                return Ok(Progress { consumed: reader.at, written: dst.len(), complete: false });
            };
            out = end;
        }
        Ok(Progress { consumed: reader.at, written: out, complete: true })
    }
}

/// Decodes the blocks of a frame and returns where the output goes on; `None` if it filled `dst` before its end.
fn frame(
    reader: &mut Reader<'_>,
    header: &Header,
    dst: &mut [u8],
    start: usize,
    cx: &Context<'_>,
) -> Result<Option<usize>> {
    let mut out = start;
    let mut hash = header.content_checksum.then(Xxh32::new);
    while let Some(block) = reader.next_block(header)? {
        cx.check_cancel(&INFO)?;
        verify(&block)?;
        // Blocks reach back to those of their own frame only.
        let base = if header.independent { out } else { start };
        let end = out + header.block_size.n_bytes().min(dst.len() - out);
        let room = dst.get_mut(base..end).unwrap_or_default();
        let (len, complete) = copy(&block, room, out - base)?;
        let to = base + len;
        if !complete {
            if to - out == header.block_size.n_bytes() {
                let message = format!("block gives more than the {} bytes of the frame's blocks", to - out);
                return Err(INFO.malformed(message).at(block.at));
            }
            return Ok(None);
        }
        if let Some(hash) = &mut hash {
            hash.update(dst.get(out..to).unwrap_or_default());
        }
        out = to;
    }
    let at = reader.at;
    let stored = reader.content_checksum(header)?;
    let size = (out - start) as u64;
    if let Some(declared) = header.content_size
        && declared != size
    {
        return Err(INFO.malformed(format!("frame gives {size} bytes, its header declares {declared}")).at(header.at));
    }
    if let (Some(stored), Some(hash)) = (stored, hash)
        && stored != hash.finish()
    {
        let computed = hash.finish();
        let message = format!("checksum of the content is 0x{computed:08x}, stored is 0x{stored:08x}");
        return Err(INFO.malformed(message).at(at));
    }
    Ok(Some(out))
}

/// Decodes a block to `start` of `room`, which is at most as long as the block may be. Returns where it ends.
fn copy(block: &Block<'_>, room: &mut [u8], start: usize) -> Result<(usize, bool)> {
    if !block.stored {
        return decode_block_at(block.bytes, room, start).map_err(|error| {
            // The frame tells the length of the block: one that ends too early is broken as any other.
            let at = (block.at as u64).saturating_add(error.offset().unwrap_or(0));
            INFO.malformed(error.message().to_owned()).at(at)
        });
    }
    let room_len = room.len();
    let to = room.get_mut(start..).unwrap_or_default();
    let len = block.bytes.len().min(to.len());
    if let (Some(to), Some(from)) = (to.get_mut(..len), block.bytes.get(..len)) {
        to.copy_from_slice(from);
    }
    let complete = len == block.bytes.len();
    Ok((if complete { start + block.bytes.len() } else { room_len }, complete))
}

fn verify(block: &Block<'_>) -> Result<()> {
    let Some(stored) = block.checksum else { return Ok(()) };
    let computed = xxh32(block.bytes);
    if computed == stored {
        return Ok(());
    }
    let message = format!("checksum of the block is 0x{computed:08x}, stored is 0x{stored:08x}");
    Err(INFO.malformed(message).at(block.at))
}
