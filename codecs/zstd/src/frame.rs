//! Frame and block headers, read in Rust: sizes, bounds and the end of each frame are known before the library runs.

use iio_codec::{Blame, Check, Error, Result, SizeHint};

use crate::{INFO, WINDOW_LOGS};

/// A run block of 4 bytes gives [`BLOCK_MAX`] bytes. No other block comes near: two or more bytes of literals and
/// sequences follow the header of a compressed one, and more than 6 if it gives that much.
pub(crate) const MAX_RATIO: u32 = 32768;
/// Block_Maximum_Size, where the window is not smaller.
pub(crate) const BLOCK_MAX: u64 = 128 << 10;

const MAGIC: u32 = 0xFD2F_B528;
const SKIPPABLE: u32 = 0x184D_2A50;
const SKIPPABLE_MASK: u32 = 0xFFFF_FFF0;
/// Version 0.1 wrote its magic in the other byte order.
const MAGIC_V01: u32 = 0x1EB5_2FFD;
const MAGIC_V02: u32 = 0xFD2F_B522;
const MAGIC_V07: u32 = 0xFD2F_B527;

/// One frame of a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Where it begins.
    pub(crate) at: usize,
    /// Where it ends; `None` if the stream ends before.
    pub(crate) end: Option<usize>,
    /// `None` for a skippable frame.
    pub(crate) content: Option<Content>,
}

/// What a frame declares about its content, and what its blocks can give.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content {
    /// Frame_Content_Size.
    pub(crate) size: Option<u64>,
    /// Sum over the blocks: their size if raw or runs, else the most that a block can have.
    pub(crate) bound: u64,
    /// Window_Size.
    pub(crate) window: u64,
    /// True if the window is the content.
    pub(crate) single_segment: bool,
    /// True if a checksum follows the blocks.
    pub(crate) checksum: bool,
    /// Where the blocks begin.
    pub(crate) blocks: usize,
}

/// Tells whether bytes look like a stream of Zstandard frames. A skippable frame alone is `Unknown`, since LZ4 has the
/// same.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    let mut rest = src;
    loop {
        let Some((magic, tail)) = rest.split_first_chunk::<4>() else {
            let begun = MAGIC.to_le_bytes().starts_with(rest) || may_be_skippable(rest) || rest.len() < src.len();
            return if begun { Check::Unknown } else { Check::No };
        };
        let magic = u32::from_le_bytes(*magic);
        if magic == MAGIC || is_legacy(magic) {
            return Check::Yes;
        }
        if magic & SKIPPABLE_MASK != SKIPPABLE {
            return Check::No;
        }
        let Some((len, body)) = tail.split_first_chunk::<4>() else { return Check::Unknown };
        let Some(after) = usize::try_from(u32::from_le_bytes(*len)).ok().and_then(|len| body.get(len..)) else {
            return Check::Unknown;
        };
        rest = after;
    }
}

fn may_be_skippable(start: &[u8]) -> bool {
    let mut magic = SKIPPABLE.to_le_bytes();
    magic[0] |= start.first().copied().unwrap_or(0) & 0x0f;
    magic.starts_with(start)
}

const fn is_legacy(magic: u32) -> bool {
    magic == MAGIC_V01 || (magic >= MAGIC_V02 && magic <= MAGIC_V07)
}

/// True if a frame of any kind begins here.
pub(crate) fn starts_frame(bytes: &[u8]) -> bool {
    bytes.first_chunk::<4>().is_some_and(|magic| {
        let magic = u32::from_le_bytes(*magic);
        magic == MAGIC || magic & SKIPPABLE_MASK == SKIPPABLE || is_legacy(magic)
    })
}

/// Tells how many bytes `src` decodes to, by a walk over the headers of its frames and blocks: `Exact` if every frame
/// declares its size, else `AtMost`.
///
/// # Errors
/// `Malformed`, `Truncated` or `Unsupported`.
pub fn decoded_size(src: &[u8]) -> Result<SizeHint> {
    let (mut at, mut total, mut exact) = (0, 0u64, true);
    loop {
        let frame = read(src, at)?;
        if let Some(content) = frame.content {
            exact &= content.size.is_some();
            total = total
                .checked_add(content.size.unwrap_or(content.bound))
                .ok_or_else(|| INFO.malformed("frames declare more than 2^64 bytes").at(at))?;
        }
        at = frame.end.ok_or_else(|| cut(src))?;
        if at == src.len() {
            return Ok(if exact { SizeHint::Exact(total) } else { SizeHint::AtMost(total) });
        }
    }
}

/// The error for a stream that ends within a frame.
#[cold]
pub(crate) fn cut(src: &[u8]) -> Error {
    INFO.truncated("stream ends within a frame").at(src.len())
}

/// Reads the frame that begins at `at`. A header that is not whole is an error; blocks that are not are left to the
/// caller.
pub(crate) fn read(src: &[u8], at: usize) -> Result<Frame> {
    let rest = src.get(at..).unwrap_or(&[]);
    let Some((magic, tail)) = rest.split_first_chunk::<4>() else {
        return Err(INFO.truncated(format!("frame header needs 4 bytes, got {}", rest.len())).at(at));
    };
    let magic = u32::from_le_bytes(*magic);
    if magic & SKIPPABLE_MASK == SKIPPABLE {
        let Some((len, body)) = tail.split_first_chunk::<4>() else {
            return Err(INFO.truncated("skippable frame lacks its length").at(at));
        };
        let len = u64::from(u32::from_le_bytes(*len));
        let whole = len <= body.len() as u64;
        let end = usize::try_from(len).ok().filter(|_| whole).map(|len| at + 8 + len);
        return Ok(Frame { at, end, content: None });
    }
    if is_legacy(magic) {
        return Err(INFO.unsupported("frame is in the legacy format of zstandard 0.1 to 0.7").at(at));
    }
    if magic != MAGIC {
        return Err(INFO.malformed(format!("{magic:#010x} is not the magic number of a frame")).at(at));
    }
    let (header_len, mut content) = header(tail).map_err(|error| error.at(at))?;
    content.blocks = at + 4 + header_len;
    let (end, bound) = walk(src, content.blocks, content.checksum, content.window.min(BLOCK_MAX))?;
    content.bound = bound;
    if let (Some(size), Some(_)) = (content.size, end)
        && size > bound
    {
        return Err(INFO.malformed(format!("frame declares {size} bytes, its blocks give {bound} at most")).at(at));
    }
    Ok(Frame { at, end, content: Some(content) })
}

/// Reads what follows the magic number: the bytes of the header, and the content.
fn header(bytes: &[u8]) -> Result<(usize, Content)> {
    let descriptor = *bytes.first().ok_or_else(|| INFO.truncated("frame header lacks its descriptor"))?;
    if descriptor & 0x08 != 0 {
        return Err(INFO.unsupported(format!("reserved bit is set in the frame descriptor {descriptor:#04x}")));
    }
    let single_segment = descriptor & 0x20 != 0;
    let dictionary_len = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size_len = match descriptor >> 6 {
        0 => usize::from(single_segment),
        flag => 1 << flag,
    };
    let window_len = usize::from(!single_segment);
    let len = 1 + window_len + dictionary_len + size_len;
    let fields = bytes
        .get(1..len)
        .ok_or_else(|| INFO.truncated(format!("frame header needs {} bytes, got {}", len + 4, bytes.len() + 4)))?;
    let (window, fields) = fields.split_at(window_len);
    let (dictionary, size) = fields.split_at(dictionary_len);
    let dictionary = little_endian(dictionary);
    if dictionary != 0 {
        return Err(INFO.unsupported(format!("frame needs dictionary {dictionary}")));
    }
    let size = match size_len {
        0 => None,
        2 => Some(little_endian(size) + 256),
        _ => Some(little_endian(size)),
    };
    let window = match window.first() {
        Some(&byte) => window_size(byte)?,
        None => size.unwrap_or(0),
    };
    let checksum = descriptor & 4 != 0;
    Ok((len, Content { size, bound: 0, window, single_segment, checksum, blocks: 0 }))
}

fn little_endian(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn window_size(byte: u8) -> Result<u64> {
    let log = 10 + u32::from(byte >> 3);
    if log > *WINDOW_LOGS.end() {
        return Err(INFO.unsupported(format!("frame has a window of 2^{log} bytes, 2^31 is the most")));
    }
    Ok((1 << log) + (1 << (log - 3)) * u64::from(byte & 7))
}

/// Walks over the blocks that begin at `at`: the end of the frame, if it is there, and the most that the blocks give.
fn walk(src: &[u8], mut at: usize, checksum: bool, block_max: u64) -> Result<(Option<usize>, u64)> {
    let mut bound = 0u64;
    loop {
        let Some(head) = src.get(at..).and_then(<[u8]>::first_chunk::<3>) else {
            return Ok((None, bound));
        };
        let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let size = head >> 3;
        if u64::from(size) > block_max {
            return Err(INFO.malformed(format!("block has {size} bytes, {block_max} is the most")).at(at));
        }
        let (stored, gives) = match head >> 1 & 3 {
            0 => (size as usize, u64::from(size)),
            1 => (1, u64::from(size)),
            2 => (size as usize, block_max),
            _ => return Err(INFO.malformed("block is of the reserved type 3").at(at)),
        };
        bound += gives;
        at += 3 + stored;
        if head & 1 != 0 {
            at += if checksum { 4 } else { 0 };
            return Ok(((at <= src.len()).then_some(at), bound));
        }
    }
}
