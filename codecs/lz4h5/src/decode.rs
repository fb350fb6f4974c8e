use iio_codec::{Blame, BytesCodec, Context, Error, Progress, Result};
use iio_lz4::decode_block_at;

use crate::{INFO, Lz4h5};

/// Bytes of total and block size.
pub(crate) const HEADER: usize = 12;
/// Bytes of the size of a block.
pub(crate) const SIZE: usize = 4;
/// A byte of a match length stands for 255 bytes; nothing else reaches that.
pub(crate) const MAX_RATIO: u32 = 255;

struct Header {
    total: u64,
    block_size: u32,
}

fn header(src: &[u8]) -> Result<Header> {
    let cut = || INFO.truncated(format!("header has {} bytes of {HEADER}", src.len())).at(src.len());
    let (total, rest) = src.split_first_chunk().ok_or_else(cut)?;
    let block_size = rest.first_chunk().ok_or_else(cut)?;
    let header = Header { total: u64::from_be_bytes(*total), block_size: u32::from_be_bytes(*block_size) };
    if header.block_size == 0 && header.total > 0 {
        return Err(INFO.malformed(format!("header declares {} bytes in blocks of 0", header.total)).at(8u64));
    }
    // Each block has a size and a byte at least.
    let blocks = header.total.div_ceil(u64::from(header.block_size.max(1)));
    let room = (src.len() - HEADER) / (SIZE + 1);
    if blocks > room as u64 {
        let message = format!("header declares {blocks} blocks, {room} are the most in {} bytes", src.len());
        return Err(INFO.truncated(message).at(src.len()));
    }
    Ok(header)
}

/// Returns the bytes that `src` decodes to, as its header declares.
///
/// # Errors
/// `Malformed` if the blocks have no bytes; `Truncated` if the header, or `src` for so many blocks, is not whole.
pub fn decoded_size(src: &[u8]) -> Result<u64> {
    header(src).map(|header| header.total)
}

/// Decodes `src` into the start of `dst`.
///
/// # Errors
/// `Malformed`, `Truncated`.
pub fn decode_into(src: &[u8], dst: &mut [u8]) -> Result<Progress> {
    run(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8]) -> Result<()> {
    Lz4h5::default().decoder()?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8]) -> Result<Vec<u8>> {
    Lz4h5::default().decoder()?.decode(src, &Context::default())
}

pub(crate) fn run(src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
    let header = header(src)?;
    let (mut at, mut out) = (HEADER, 0usize);
    let block_size = usize::try_from(header.block_size).map_err(|_| INFO.out_of_memory(usize::MAX))?;
    while (out as u64) < header.total {
        cx.check_cancel(&INFO)?;
        let left = header.total - out as u64;
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(block_size);
        let size = src.get(at..).and_then(<[u8]>::first_chunk).ok_or_else(|| cut(src, out))?;
        at += SIZE;
        let block = usize::try_from(u32::from_be_bytes(*size)).ok().and_then(|size| src.get(at..)?.get(..size));
        let block = block.ok_or_else(|| cut(src, out))?;
        let (_, room) = dst.split_at_mut(out);
        let room_len = room.len().min(len);
        let room = room.get_mut(..room_len).unwrap_or_default();
        copy(block, room, len, at)?;
        at += block.len();
        out += room_len;
        if room_len < len {
            return Ok(Progress { consumed: at, written: out, complete: false });
        }
    }
    Ok(Progress { consumed: at, written: out, complete: true })
}

/// Decodes a block that gives `len` bytes to `room`, which may be shorter.
fn copy(block: &[u8], room: &mut [u8], len: usize, at: usize) -> Result<()> {
    if block.len() == len {
        // The room may be shorter.
        if let Some(block) = block.get(..room.len()) {
            room.copy_from_slice(block);
        }
        return Ok(());
    }
    let room_len = room.len();
    let (end, complete) = decode_block_at(block, room, 0).map_err(|error| {
        // The framing tells the length of the block: one that ends too early is broken as any other.
        let at = (at as u64).saturating_add(error.offset().unwrap_or(0));
        INFO.malformed(error.message().to_owned()).at(at)
    })?;
    if end < room_len || (complete && room_len < len) || (!complete && room_len == len) {
        let gives = if complete { format!("{end}") } else { format!("more than {end}") };
        return Err(INFO.malformed(format!("block gives {gives} bytes, {len} were declared")).at(at));
    }
    Ok(())
}

#[cold]
fn cut(src: &[u8], out: usize) -> Error {
    INFO.truncated(format!("stream ends within the block of byte {out}")).at(src.len())
}
