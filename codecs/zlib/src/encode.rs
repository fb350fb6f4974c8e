use iio_codec::{Blame, BytesEncoder, CodecInfo, Context, ErrorKind, Result};
use iio_deflate::engine::Deflater;

use crate::check::{HEADER_LEN, TRAILER_LEN};
use crate::{EncodeOptions, INFO};

/// Returns the most bytes that `src_len` bytes can become, at any level: 6, and five more for every 5000.
#[must_use]
pub fn encode_bound(src_len: usize) -> usize {
    Deflater::bound(src_len).saturating_add(HEADER_LEN + TRAILER_LEN)
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` for a level that does not exist.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Encoder::new(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` for a level that does not exist; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Encoder::new(options)?.encode(src, &Context::default())
}

/// A worker that encodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Encoder {
    deflater: Deflater,
}

impl Encoder {
    /// Makes a worker. Nothing is allocated until it is used.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist.
    pub fn new(options: &EncodeOptions) -> Result<Self> {
        Ok(Self { deflater: Deflater::new(&INFO, options.level)? })
    }

    /// CMF (deflate, 32 KiB window) and FLG (FLEVEL, which nothing reads, and the check bits).
    fn header(&self) -> [u8; HEADER_LEN] {
        match self.deflater.level() {
            0..=1 => [0x78, 0x01],
            2..=5 => [0x78, 0x5e],
            6..=7 => [0x78, 0x9c],
            _ => [0x78, 0xda],
        }
    }
}

fn checksum(src: &[u8]) -> [u8; TRAILER_LEN] {
    iio_deflate::adler32(1, src).to_be_bytes()
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        let (bound, have) = (encode_bound(src.len()), dst.len());
        let too_small = || INFO.output_too_small(bound, have);
        let end = have.checked_sub(TRAILER_LEN).ok_or_else(too_small)?;
        let body = dst.get_mut(HEADER_LEN..end).ok_or_else(too_small)?;
        let end = HEADER_LEN
            + self.deflater.deflate_into(src, body, cx).map_err(|error| match error.kind() {
                ErrorKind::OutputTooSmall { .. } => too_small(),
                _ => error,
            })?;
        let (head, tail) = dst.split_at_mut_checked(end).ok_or_else(too_small)?;
        *head.first_chunk_mut().ok_or_else(too_small)? = self.header();
        *tail.first_chunk_mut().ok_or_else(too_small)? = checksum(src);
        Ok(end + TRAILER_LEN)
    }

    fn encode_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let (start, bound) = (dst.len(), encode_bound(src.len()));
        dst.try_reserve(bound).map_err(|error| INFO.out_of_memory(bound).with_source(error))?;
        dst.extend_from_slice(&self.header());
        if let Err(error) = self.deflater.deflate_append(src, dst, cx) {
            dst.truncate(start);
            return Err(error);
        }
        dst.extend_from_slice(&checksum(src));
        Ok(())
    }
}
