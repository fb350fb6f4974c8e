use iio_codec::{Blame, BytesCodec, BytesDecoder, CodecInfo, Context, Error, Progress, Result, SizeHint, zeroed_vec};

use crate::block::{self, Decoded};
use crate::check::{HEADER, split, walk};
use crate::{DecodeOptions, EncodeOptions, INFO, Lz4};

/// Decodes `src` into the start of `dst`. The whole of `src` is checked; if `dst` is too short for it, it is filled, and
/// the result says so by `complete == false`.
///
/// # Errors
/// `Malformed`, `Truncated`.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<Progress> {
    worker(options)?.decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<()> {
    worker(options)?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<Vec<u8>> {
    worker(options)?.decode(src, &Context::default())
}

fn worker(options: &DecodeOptions) -> Result<Box<dyn BytesDecoder>> {
    Lz4::new(EncodeOptions::default(), options.clone())?.decoder()
}

/// A worker that decodes. It has no state.
pub(crate) struct Decoder {
    pub(crate) options: DecodeOptions,
}

impl Decoder {
    /// Decodes `block` and holds its size against that of the header.
    fn run(&self, block: &[u8], declared: Option<u64>, dst: &mut [u8], cx: &Context<'_>) -> Result<Decoded> {
        cx.check_cancel(&INFO)?;
        let decoded = block::decode(block, dst, 0).map_err(|error| self.placed(error))?;
        cx.check_cancel(&INFO)?;
        agree(declared, decoded.whole_end)?;
        Ok(decoded)
    }

    /// Offsets of errors count from the header.
    fn placed(&self, error: Error) -> Error {
        if self.options.header { error.shifted(HEADER as u64) } else { error }
    }
}

fn agree(declared: Option<u64>, size: u64) -> Result<()> {
    match declared {
        Some(declared) if declared != size => {
            Err(INFO.malformed(format!("block gives {size} bytes, its header declares {declared}")).at(0))
        }
        _ => Ok(()),
    }
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        crate::decoded_size(src, &self.options).map(SizeHint::Exact)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let (declared, block) = split(src, &self.options)?;
        let decoded = self.run(block, declared, dst, cx)?;
        Ok(Progress { consumed: src.len(), written: decoded.end, complete: decoded.complete() })
    }

    // The provided method takes what a header declares for true before the block is looked at.
    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        cx.check_cancel(&INFO)?;
        let (declared, block) = split(src, &self.options)?;
        let gate = |size| cx.gate_output(&INFO, size, src.len(), INFO.max_ratio);
        let size = match declared.map(|size| (size, gate(size))) {
            Some((size, Ok(()))) => size,
            // A header that asks too much may be wrong, which is another error.
            Some((_, Err(error))) => {
                agree(declared, walk(block).map_err(|error| self.placed(error))?)?;
                return Err(error);
            }
            None => {
                let size = walk(block)?;
                gate(size)?;
                size
            }
        };
        let mut dst = zeroed_vec(usize::try_from(size).map_err(|_| INFO.out_of_memory(usize::MAX))?)?;
        self.run(block, Some(size), &mut dst, cx)?;
        Ok(dst)
    }
}
