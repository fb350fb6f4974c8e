use iio_codec::{Blame, BytesCodec, BytesDecoder, CodecInfo, Context, Error, Progress, Result, SizeHint, zeroed_vec};

use crate::check::{HEADER, split, walk};
use crate::{DecodeOptions, EncodeOptions, INFO, Lz4, ffi};

/// The library counts in 32 bits with sign.
const SIZE_MAX: u64 = i32::MAX as u64;

/// Decodes `src` into the start of `dst`. The whole of `src` is checked first; if `dst` is too short for it, it is
/// filled, and the result says so by `complete == false`.
///
/// # Errors
/// `Malformed`, `Truncated`; `Unsupported` if the block or its output exceeds 2 GiB.
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

/// A block that was walked over: it gives exactly `size` bytes.
struct Sound<'a> {
    block: &'a [u8],
    size: usize,
}

impl Decoder {
    /// Walks over the block, and holds its size against that of the header.
    fn sound<'a>(&self, src: &'a [u8], cx: &Context<'_>) -> Result<Sound<'a>> {
        cx.check_cancel(&INFO)?;
        let (declared, block) = split(src, &self.options)?;
        let size =
            walk(block).map_err(|error| if self.options.header { error.shifted(HEADER as u64) } else { error })?;
        if let Some(declared) = declared
            && declared != size
        {
            return Err(INFO.malformed(format!("block gives {size} bytes, its header declares {declared}")).at(0));
        }
        if size > SIZE_MAX || block.len() as u64 > SIZE_MAX {
            let len = block.len();
            return Err(INFO.unsupported(format!("block of {len} bytes for {size}, the library takes {SIZE_MAX}")));
        }
        cx.check_cancel(&INFO)?;
        Ok(Sound { block, size: usize::try_from(size).map_err(|_| INFO.out_of_memory(usize::MAX))? })
    }
}

impl Sound<'_> {
    /// Decodes into the start of `dst` and returns the bytes written, which are fewer than `size` if it is full.
    fn run(&self, dst: &mut [u8]) -> Result<usize> {
        let expected = self.size.min(dst.len());
        let dst = dst.get_mut(..expected).unwrap_or(&mut []);
        // A dangling pointer for no bytes is not the library's to see.
        if dst.is_empty() {
            return Ok(0);
        }
        let result = if expected == self.size {
            ffi::decompress(self.block, dst)
        } else {
            ffi::decompress_part(self.block, dst)
        };
        match result {
            Ok(written) if written == expected => Ok(written),
            Ok(written) => Err(disagrees(written, expected)),
            Err(code) => Err(INFO.backend(code, "the library refuses a block whose sequences are sound")),
        }
    }
}

#[cold]
fn disagrees(written: usize, expected: usize) -> Error {
    INFO.internal(format!("the library wrote {written} bytes where the sequences give {expected}"))
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        crate::decoded_size(src, &self.options).map(SizeHint::Exact)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let sound = self.sound(src, cx)?;
        let written = sound.run(dst)?;
        Ok(Progress { consumed: src.len(), written, complete: written == sound.size })
    }

    // The walk tells the size: the provided method would walk twice.
    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let sound = self.sound(src, cx)?;
        cx.gate_output(&INFO, sound.size as u64, src.len(), INFO.max_ratio)?;
        let mut dst = zeroed_vec(sound.size)?;
        sound.run(&mut dst)?;
        Ok(dst)
    }
}
