use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, ErrorKind, Result};
use iio_lz4::Lz4;
use iio_zstd::Zstd;

use crate::decode::{HEADER, SIZE, grow};
use crate::{Bslz4, Compression, INFO, Options};

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub fn encode_bound(src_len: usize, options: &Options) -> usize {
    let block_bound = |len: usize| match options.compression {
        Compression::None => len,
        Compression::Lz4 => iio_lz4::encode_bound(len, &iio_lz4::EncodeOptions::default()).saturating_add(SIZE),
        Compression::Zstd => iio_zstd::encode_bound(len).saturating_add(SIZE),
    };
    let (rest, block) = (src_len % options.group().max(1), options.block_len().max(1));
    let (n_whole, last) = ((src_len - rest) / block, (src_len - rest) % block);
    let last = if last > 0 { block_bound(last) } else { 0 };
    let header = if options.compression == Compression::None { 0 } else { HEADER };
    n_whole.saturating_mul(block_bound(block)).saturating_add(last).saturating_add(rest).saturating_add(header)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// Makes scratch for each call: keep a worker of [`Bslz4`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` if an option is out of range; `Limit` if a block exceeds
/// 512 MiB; `OutOfMemory`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &Options) -> Result<usize> {
    Bslz4::new(options.clone())?.encoder()?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// As [`encode_into`].
pub fn encode(src: &[u8], options: &Options) -> Result<Vec<u8>> {
    Bslz4::new(options.clone())?.encoder()?.encode(src, &Context::default())
}

/// A worker that keeps scratch, and that of the compressor.
pub(crate) struct Encoder {
    options: Options,
    /// Without compression, none.
    blocks: Option<Box<dyn BytesEncoder>>,
    scratch: Vec<u8>,
    planes: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let blocks = match options.compression {
            Compression::None => None,
            Compression::Lz4 => Some(Lz4::default().encoder()?),
            Compression::Zstd => {
                let options = iio_zstd::EncodeOptions::default().with_level(options.level)?;
                Some(Zstd::new(options, iio_zstd::DecodeOptions::default())?.encoder()?)
            }
        };
        Ok(Self { options: options.clone(), blocks, scratch: Vec::new(), planes: Vec::new() })
    }

    /// Encodes a block to `dst` and returns the bytes written; `None` if there is no room.
    fn block(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Option<usize>> {
        let Some(planes) = self.planes.get_mut(..src.len()) else { return Err(INFO.internal("scratch did not grow")) };
        planes.copy_from_slice(src);
        let item_size = self.options.item_size;
        iio_bitshuffle::encode_bytes(planes, item_size, src.len() / item_size, &mut self.scratch, cx)?;
        let Some(blocks) = &mut self.blocks else {
            let Some(room) = dst.get_mut(..planes.len()) else { return Ok(None) };
            room.copy_from_slice(planes);
            return Ok(Some(planes.len()));
        };
        let Some((size, room)) = dst.split_first_chunk_mut::<SIZE>() else { return Ok(None) };
        let len = match blocks.encode_into(planes, room, cx) {
            Ok(len) => len,
            Err(error) if matches!(error.kind(), ErrorKind::OutputTooSmall { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        *size = u32::try_from(len).map_err(|_| INFO.internal("block of more than 4 GiB"))?.to_be_bytes();
        Ok(Some(SIZE + len))
    }
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len, &self.options)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(&INFO)?;
        let (bound, have) = (encode_bound(src.len(), &self.options), dst.len());
        let too_small = || INFO.output_too_small(bound, have);
        let (block_len, mut at) = (self.options.block_len(), 0);
        if self.blocks.is_some() {
            let header = dst.first_chunk_mut::<HEADER>().ok_or_else(too_small)?;
            let (total, size) = header.split_at_mut(size_of::<u64>());
            total.copy_from_slice(&(src.len() as u64).to_be_bytes());
            let block_len = u32::try_from(block_len).map_err(|_| INFO.internal("block of more than 4 GiB"))?;
            size.copy_from_slice(&block_len.to_be_bytes());
            at = HEADER;
        }
        let (samples, rest) = src.split_at(src.len() - src.len() % self.options.group());
        grow(&mut self.planes, block_len.min(samples.len()), cx)?;
        for block in samples.chunks(block_len) {
            cx.check_cancel(&INFO)?;
            at += self.block(block, dst.get_mut(at..).unwrap_or_default(), cx)?.ok_or_else(too_small)?;
        }
        let room = dst.get_mut(at..).and_then(|room| room.get_mut(..rest.len())).ok_or_else(too_small)?;
        room.copy_from_slice(rest);
        Ok(at + rest.len())
    }
}
