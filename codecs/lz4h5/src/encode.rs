use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, ErrorKind, Result};
use iio_lz4::{DecodeOptions, Lz4};

use crate::decode::{HEADER, SIZE};
use crate::{EncodeOptions, INFO, Lz4h5};

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub fn encode_bound(src_len: usize, options: &EncodeOptions) -> usize {
    let block_size = usize::try_from(options.block_size_for(src_len)).unwrap_or(usize::MAX);
    // A block that does not shrink is stored.
    src_len.saturating_add(src_len.div_ceil(block_size).saturating_mul(SIZE)).saturating_add(HEADER)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// Makes scratch for each call: keep a worker of [`Lz4h5`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` if an option is out of range; `OutOfMemory`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Lz4h5::new(options.clone())?.encoder()?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if an option is out of range; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Lz4h5::new(options.clone())?.encoder()?.encode(src, &Context::default())
}

/// A worker that keeps the scratch of the compressor.
pub(crate) struct Encoder {
    blocks: Box<dyn BytesEncoder>,
    options: EncodeOptions,
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Result<Self> {
        let blocks = iio_lz4::EncodeOptions::default().with_acceleration(options.acceleration)?;
        let blocks = Lz4::new(blocks, DecodeOptions::default())?.encoder()?;
        Ok(Self { blocks, options: options.clone() })
    }

    /// Encodes a block to `dst`, its size first; `None` if there is no room.
    fn block(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Option<usize>> {
        let Some((size, room)) = dst.split_first_chunk_mut::<SIZE>() else { return Ok(None) };
        let len = match self.blocks.encode_into(src, room, cx) {
            Ok(len) if len < src.len() => len,
            Err(error) if !matches!(error.kind(), ErrorKind::OutputTooSmall { .. }) => return Err(error),
            Ok(_) | Err(_) => match room.get_mut(..src.len()) {
                Some(room) => {
                    room.copy_from_slice(src);
                    src.len()
                }
                None => return Ok(None),
            },
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
        let block_size = self.options.block_size_for(src.len());
        let (bound, have) = (encode_bound(src.len(), &self.options), dst.len());
        let too_small = || INFO.output_too_small(bound, have);
        let header = dst.first_chunk_mut::<HEADER>().ok_or_else(too_small)?;
        let (total, size) = header.split_at_mut(size_of::<u64>());
        total.copy_from_slice(&(src.len() as u64).to_be_bytes());
        size.copy_from_slice(&block_size.to_be_bytes());
        let mut at = HEADER;
        for block in src.chunks(usize::try_from(block_size).unwrap_or(usize::MAX)) {
            cx.check_cancel(&INFO)?;
            at += self.block(block, dst.get_mut(at..).unwrap_or_default(), cx)?.ok_or_else(too_small)?;
        }
        Ok(at)
    }
}
