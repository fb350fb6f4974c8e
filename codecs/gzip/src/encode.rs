use iio_codec::{Blame, BytesEncoder, CodecInfo, Context, ErrorKind, Result};
use iio_deflate::engine::Deflater;

use crate::check::{CM_DEFLATE, FIXED_LEN, FNAME, ID, TRAILER_LEN};
use crate::{EncodeOptions, INFO};

/// OS: not known. What wrote a stream is no property of its content.
const OS_UNKNOWN: u8 = 255;

/// Returns the most bytes that `src_len` bytes can become, at any level: 18, the name, and five more for every 5000.
#[must_use]
pub fn encode_bound(src_len: usize, options: &EncodeOptions) -> usize {
    let name_len = options.name.as_ref().map_or(0, |name| name.chars().count() + 1);
    Deflater::bound(src_len).saturating_add(FIXED_LEN + name_len + TRAILER_LEN)
}

/// Encodes `src` as one member into the start of `dst` and returns the bytes written.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument` for a level that does not exist or a name that cannot be
/// stored.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    Encoder::new(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` as one member into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` for a level that does not exist or a name that cannot be stored; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    Encoder::new(options)?.encode(src, &Context::default())
}

/// A worker that encodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Encoder {
    deflater: Deflater,
    header: Vec<u8>,
}

impl Encoder {
    /// Makes a worker. The library's memory is allocated at first use.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist or a name that cannot be stored.
    pub fn new(options: &EncodeOptions) -> Result<Self> {
        let deflater = Deflater::new(&INFO, options.level)?;
        let name = options.name_bytes()?;
        let flags = if name.is_empty() { 0 } else { FNAME };
        let xfl = match options.level {
            0..=1 => 4,
            2..=7 => 0,
            _ => 2,
        };
        let [m0, m1, m2, m3] = options.mtime.to_le_bytes();
        let mut header = vec![ID[0], ID[1], CM_DEFLATE, flags, m0, m1, m2, m3, xfl, OS_UNKNOWN];
        header.extend(name);
        Ok(Self { deflater, header })
    }
}

fn trailer(src: &[u8]) -> [u8; TRAILER_LEN] {
    let [c0, c1, c2, c3] = iio_deflate::crc32(0, src).to_le_bytes();
    // ISIZE is the length modulo 2^32.
    let [n0, n1, n2, n3, ..] = (src.len() as u64).to_le_bytes();
    [c0, c1, c2, c3, n0, n1, n2, n3]
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        Deflater::bound(src_len).saturating_add(self.header.len() + TRAILER_LEN)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        let (bound, have) = (self.encode_bound(src.len()), dst.len());
        let too_small = || INFO.output_too_small(bound, have);
        let start = self.header.len();
        let end = have.checked_sub(TRAILER_LEN).ok_or_else(too_small)?;
        let body = dst.get_mut(start..end).ok_or_else(too_small)?;
        let end = start
            + self.deflater.deflate_into(src, body, cx).map_err(|error| match error.kind() {
                ErrorKind::OutputTooSmall { .. } => too_small(),
                _ => error,
            })?;
        let (head, tail) = dst.split_at_mut_checked(end).ok_or_else(too_small)?;
        head.get_mut(..start).ok_or_else(too_small)?.copy_from_slice(&self.header);
        *tail.first_chunk_mut().ok_or_else(too_small)? = trailer(src);
        Ok(end + TRAILER_LEN)
    }

    fn encode_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let (start, bound) = (dst.len(), self.encode_bound(src.len()));
        dst.try_reserve(bound).map_err(|error| INFO.out_of_memory(bound).with_source(error))?;
        dst.extend_from_slice(&self.header);
        if let Err(error) = self.deflater.deflate_append(src, dst, cx) {
            dst.truncate(start);
            return Err(error);
        }
        dst.extend_from_slice(&trailer(src));
        Ok(())
    }
}
