use iio_codec::{
    Blame, BytesCodec, BytesDecoder, CodecInfo, Context, Error, ErrorKind, Progress, Result, SizeHint, zeroed_vec,
};
use iio_zstd::Zstd;

use crate::options::MAX_BLOCK_SIZE;
use crate::{Bslz4, Compression, INFO, Options};

/// Bytes of total and block size.
pub(crate) const HEADER: usize = 12;
/// Bytes of the size of a block.
pub(crate) const SIZE: usize = 4;

/// How the output is parted.
struct Parts {
    total: u64,
    /// Bytes at its start that are in blocks.
    shuffled: u64,
    /// Bytes of a block; the last one may have fewer.
    block: usize,
    /// Where the first block is.
    at: usize,
}

fn parts(src: &[u8], options: &Options) -> Result<Parts> {
    let group = options.group();
    let parted = |total: u64, block, at| Parts { total, shuffled: total - total % group as u64, block, at };
    if options.compression == Compression::None {
        return Ok(parted(src.len() as u64, options.block_len(), 0));
    }
    let cut = || INFO.truncated(format!("header has {} bytes of {HEADER}", src.len())).at(src.len());
    let (total, rest) = src.split_first_chunk().ok_or_else(cut)?;
    let block = u32::from_be_bytes(*rest.first_chunk().ok_or_else(cut)?);
    let len = match usize::try_from(block) {
        Ok(0) => options.block_len(),
        Ok(len) if len.is_multiple_of(group) && len / options.item_size <= MAX_BLOCK_SIZE => len,
        _ => {
            let message = format!(
                "header declares blocks of {block} bytes, no multiple of 8 samples of {} bytes",
                options.item_size
            );
            return Err(INFO.malformed(message).at(8u64));
        }
    };
    let parts = parted(u64::from_be_bytes(*total), len, HEADER);
    // Each block has a size and a byte at least.
    let (blocks, room) = (parts.shuffled.div_ceil(len as u64), (src.len() - HEADER) / (SIZE + 1));
    if blocks > room as u64 {
        let message = format!("header declares {blocks} blocks, {room} are the most in {} bytes", src.len());
        return Err(INFO.truncated(message).at(src.len()));
    }
    Ok(parts)
}

/// Returns the bytes that `src` decodes to: as its header declares, or its own length without compression.
///
/// # Errors
/// `Malformed` if blocks of the declared size are impossible; `Truncated` if the header, or `src` for so many blocks, is
/// not whole.
pub fn decoded_size(src: &[u8], options: &Options) -> Result<u64> {
    parts(src, options).map(|parts| parts.total)
}

/// Decodes `src` into the start of `dst`.
///
/// # Errors
/// `Malformed`, `Truncated`; `Limit` if a block exceeds 512 MiB; `OutOfMemory`.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &Options) -> Result<Progress> {
    worker(options)?.decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8], options: &Options) -> Result<()> {
    worker(options)?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB.
pub fn decode(src: &[u8], options: &Options) -> Result<Vec<u8>> {
    worker(options)?.decode(src, &Context::default())
}

fn worker(options: &Options) -> Result<Box<dyn BytesDecoder>> {
    Bslz4::new(options.clone())?.decoder()
}

/// A worker that keeps scratch, and the context of the library.
pub(crate) struct Decoder {
    options: Options,
    zstd: Option<Box<dyn BytesDecoder>>,
    scratch: Vec<u8>,
    /// A block that does not fit the destination.
    whole: Vec<u8>,
}

impl Decoder {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let zstd = match options.compression {
            Compression::Zstd => Some(Zstd::default().decoder()?),
            Compression::None | Compression::Lz4 => None,
        };
        Ok(Self { options: options.clone(), zstd, scratch: Vec::new(), whole: Vec::new() })
    }

    /// Decodes the block `src`, which begins at `at`, to the samples `dst`.
    fn block(&mut self, src: &[u8], dst: &mut [u8], at: usize, cx: &Context<'_>) -> Result<()> {
        let len = dst.len();
        let malformed = |message: String| INFO.malformed(message).at(at);
        match (self.options.compression, &mut self.zstd) {
            (Compression::None, _) if src.len() == len => dst.copy_from_slice(src),
            (Compression::Lz4, _) => {
                let (end, complete) = iio_lz4::decode_block_at(src, dst, 0).map_err(|error| placed(error, at))?;
                if end < len || !complete {
                    let gives = if complete { format!("{end}") } else { format!("more than {end}") };
                    return Err(malformed(format!("block gives {gives} bytes, {len} were declared")));
                }
            }
            (Compression::Zstd, Some(zstd)) => zstd.decode_exact(src, dst, cx).map_err(|error| placed(error, at))?,
            _ => return Err(INFO.internal("block without a way to decode it")),
        }
        let (item_size, scratch) = (self.options.item_size, &mut self.scratch);
        iio_bitshuffle::decode_bytes(dst, item_size, len / item_size, scratch, cx)
    }

    /// The block that begins at `at` and gives `len` bytes.
    fn next<'a>(&self, src: &'a [u8], at: &mut usize, len: usize) -> Option<&'a [u8]> {
        let rest = src.get(*at..)?;
        let (skip, len) = match self.options.compression {
            Compression::None => (0, len),
            _ => (SIZE, usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?),
        };
        *at += skip;
        rest.get(skip..)?.get(..len)
    }

    /// Decodes a block to scratch, and as much of it as there is room to `dst`.
    fn part(&mut self, src: &[u8], dst: &mut [u8], len: usize, at: usize, cx: &Context<'_>) -> Result<()> {
        let mut whole = core::mem::take(&mut self.whole);
        grow(&mut whole, len, cx)?;
        let samples = whole.get_mut(..len).unwrap_or_default();
        self.block(src, samples, at, cx)?;
        if let Some(samples) = samples.get(..dst.len()) {
            dst.copy_from_slice(samples);
        }
        self.whole = whole;
        Ok(())
    }
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        decoded_size(src, &self.options).map(SizeHint::Exact)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let parts = parts(src, &self.options)?;
        let (mut at, mut out) = (parts.at, 0usize);
        while (out as u64) < parts.shuffled {
            cx.check_cancel(&INFO)?;
            let len = usize::try_from(parts.shuffled - out as u64).unwrap_or(usize::MAX).min(parts.block);
            let block = self.next(src, &mut at, len).ok_or_else(|| cut(src, out))?;
            let room = dst.get_mut(out..).unwrap_or_default();
            if let Some(room) = room.get_mut(..len) {
                self.block(block, room, at, cx)?;
                (at, out) = (at + block.len(), out + len);
                continue;
            }
            self.part(block, room, len, at, cx)?;
            return Ok(Progress { consumed: at + block.len(), written: dst.len(), complete: false });
        }
        let len = usize::try_from(parts.total - parts.shuffled).unwrap_or(usize::MAX);
        let rest = src.get(at..).and_then(|rest| rest.get(..len)).ok_or_else(|| cut(src, out))?;
        let room = dst.get_mut(out..).unwrap_or_default();
        let fits = room.len().min(len);
        if let (Some(room), Some(rest)) = (room.get_mut(..fits), rest.get(..fits)) {
            room.copy_from_slice(rest);
        }
        Ok(Progress { consumed: at + fits, written: out + fits, complete: fits == len })
    }
}

/// Makes `bytes` at least `len` long.
pub(crate) fn grow(bytes: &mut Vec<u8>, len: usize, cx: &Context<'_>) -> Result<()> {
    if bytes.len() < len {
        cx.gate_working(&INFO, len as u64)?;
        *bytes = Vec::new();
        *bytes = zeroed_vec(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    }
    Ok(())
}

#[cold]
fn cut(src: &[u8], out: usize) -> Error {
    INFO.truncated(format!("stream ends within the block of byte {out}")).at(src.len())
}

/// What a block says against itself, in terms of the stream. It tells the length of the block: one that ends too early is
/// broken as any other.
#[cold]
fn placed(error: Error, at: usize) -> Error {
    let offset = (at as u64).saturating_add(error.offset().unwrap_or(0));
    match error.kind() {
        ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::OutputTooSmall { .. } => {
            INFO.malformed(error.message().to_owned()).at(offset)
        }
        ErrorKind::Unsupported => INFO.unsupported(error.message().to_owned()).at(offset),
        _ => error,
    }
}
