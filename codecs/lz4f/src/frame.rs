//! Headers of frames and of blocks, and a walk over them.

use iio_codec::{Blame, Check, Error, Result, SizeHint};

use crate::INFO;
use crate::options::BlockSize;
use crate::xxh32::xxh32;

/// A byte of a match length stands for 255 bytes; nothing else reaches that.
pub(crate) const MAX_RATIO: u32 = 255;

const MAGIC: u32 = 0x184d_2204;
const MAGIC_LEGACY: u32 = 0x184c_2102;
const MAGIC_SKIPPABLE: u32 = 0x184d_2a50;
const SKIPPABLE_MASK: u32 = 0xffff_fff0;
/// Bit of a block's size that says that it is stored as it is.
const STORED: u32 = 1 << 31;

/// Tells whether bytes look like LZ4 frames, by their magic.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    match src.first_chunk().map(|magic| u32::from_le_bytes(*magic)) {
        Some(MAGIC) => Check::Yes,
        // Zstandard has the same skippable frames.
        Some(magic) if magic & SKIPPABLE_MASK == MAGIC_SKIPPABLE => Check::Unknown,
        Some(_) => Check::No,
        None => Check::Unknown,
    }
}

/// Returns what `src` decodes to, by a walk over the headers of its frames and blocks: `Exact` if all frames tell the
/// size of their content.
///
/// # Errors
/// `Malformed`, `Truncated`, `Unsupported`.
pub fn decoded_size(src: &[u8]) -> Result<SizeHint> {
    let mut reader = Reader { src, at: 0 };
    let (mut size, mut exact) = (0u64, true);
    while let Some(header) = reader.next_frame()? {
        let mut most = 0u64;
        while let Some(block) = reader.next_block(&header)? {
            most += match block.stored {
                true => block.bytes.len() as u64,
                false => (block.bytes.len() as u64 * u64::from(MAX_RATIO)).min(header.block_size.n_bytes() as u64),
            };
        }
        reader.content_checksum(&header)?;
        exact &= header.content_size.is_some();
        size = size.saturating_add(header.content_size.unwrap_or(most));
    }
    Ok(if exact { SizeHint::Exact(size) } else { SizeHint::AtMost(size) })
}

/// What the header of a frame says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) independent: bool,
    block_checksum: bool,
    pub(crate) content_checksum: bool,
    pub(crate) content_size: Option<u64>,
    pub(crate) block_size: BlockSize,
    /// Where the frame begins.
    pub(crate) at: usize,
}

/// A block of a frame, whose checksum was verified if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) stored: bool,
    /// Where its bytes begin.
    pub(crate) at: usize,
    pub(crate) checksum: Option<u32>,
}

/// A walk over frames.
pub(crate) struct Reader<'a> {
    pub(crate) src: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize, what: &str) -> Result<&'a [u8]> {
        match self.src.get(self.at..).and_then(|rest| rest.get(..len)) {
            Some(bytes) => {
                self.at += len;
                Ok(bytes)
            }
            None => Err(self.cut(what)),
        }
    }

    #[cold]
    fn cut(&self, what: &str) -> Error {
        INFO.truncated(format!("stream ends within {what}")).at(self.src.len())
    }

    fn word(&mut self, what: &str) -> Result<u32> {
        self.take(4, what).map(|bytes| bytes.first_chunk().map_or(0, |word| u32::from_le_bytes(*word)))
    }

    /// Reads the header of the next frame, past skippable ones; `None` at the end, if there was a frame before.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Header>> {
        loop {
            let at = self.at;
            if at > 0 && at == self.src.len() {
                return Ok(None);
            }
            match self.word("the magic of a frame")? {
                MAGIC => return self.header(at).map(Some),
                MAGIC_LEGACY => return Err(INFO.unsupported("frame of the legacy format").at(at)),
                magic if magic & SKIPPABLE_MASK == MAGIC_SKIPPABLE => {
                    let len = self.word("the size of a skippable frame")?;
                    let len = usize::try_from(len).map_err(|_| self.cut("a skippable frame"))?;
                    self.take(len, "a skippable frame")?;
                }
                magic => return Err(INFO.malformed(format!("0x{magic:08x} is not the magic of a frame")).at(at)),
            }
        }
    }

    fn header(&mut self, at: usize) -> Result<Header> {
        let first = self.at;
        let mut byte = || self.take(1, "the header of a frame").map(|byte| byte.first().copied().unwrap_or(0));
        let (flags, size) = (byte()?, byte()?);
        if flags >> 6 != 1 {
            return Err(INFO.unsupported(format!("frame of version {}, known is 1", flags >> 6)).at(first));
        }
        if flags & 2 != 0 || size & 0x8f != 0 {
            return Err(INFO.malformed(format!("reserved bits in 0x{flags:02x} 0x{size:02x} are not 0")).at(first));
        }
        let number = size >> 4;
        let block_size = BlockSize::of(number)
            .ok_or_else(|| INFO.malformed(format!("block size number {number} is not 4..=7")).at(first + 1))?;
        let content_size = match flags & 8 {
            0 => None,
            _ => self.take(8, "the size of the content")?.first_chunk().map(|size| u64::from_le_bytes(*size)),
        };
        let dictionary = if flags & 1 == 0 { None } else { Some(self.word("the number of a dictionary")?) };
        let computed = xxh32(self.src.get(first..self.at).unwrap_or_default()).to_le_bytes()[1];
        let stored = self.take(1, "the checksum of a header")?.first().copied().unwrap_or(0);
        if computed != stored {
            let message = format!("checksum of the header is 0x{computed:02x}, stored is 0x{stored:02x}");
            return Err(INFO.malformed(message).at(self.at - 1));
        }
        if let Some(number) = dictionary {
            let message = format!("frame needs the dictionary 0x{number:08x}, dictionaries are not supported");
            return Err(INFO.unsupported(message).at(at));
        }
        Ok(Header {
            independent: flags & 0x20 != 0,
            block_checksum: flags & 0x10 != 0,
            content_checksum: flags & 4 != 0,
            content_size,
            block_size,
            at,
        })
    }

    /// Reads the next block; `None` at the end mark.
    pub(crate) fn next_block(&mut self, header: &Header) -> Result<Option<Block<'a>>> {
        let start = self.at;
        let word = self.word("the size of a block")?;
        if word == 0 {
            return Ok(None);
        }
        let (len, stored) = (word & !STORED, word & STORED != 0);
        let most = header.block_size.n_bytes();
        // The library accepts no more than a stored block would have, and writes no more.
        let len = usize::try_from(len)
            .ok()
            .filter(|&len| len <= most)
            .ok_or_else(|| INFO.malformed(format!("block of {len} bytes, where {most} are the most")).at(start))?;
        let at = self.at;
        let bytes = self.take(len, "a block")?;
        let checksum = if header.block_checksum { Some(self.word("the checksum of a block")?) } else { None };
        Ok(Some(Block { bytes, stored, at, checksum }))
    }

    /// Reads the checksum behind the end mark, if there is one.
    pub(crate) fn content_checksum(&mut self, header: &Header) -> Result<Option<u32>> {
        if header.content_checksum { self.word("the checksum of the content").map(Some) } else { Ok(None) }
    }
}
