use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, Result};
use zstd::zstd_safe::{CCtx, CParameter, compress_bound, zstd_sys};

use crate::decode::{failure, no_context};
use crate::{DecodeOptions, EncodeOptions, INFO, Zstd};

/// Returns the most bytes that `src_len` bytes can become.
#[must_use]
pub fn encode_bound(src_len: usize) -> usize {
    // Beyond this the library returns an error code for a size.
    compress_bound(src_len.min(usize::MAX >> 2))
}

/// Encodes `src` into the start of `dst` and returns the bytes written: one frame.
///
/// Makes a context for each call: keep a worker of [`Zstd`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room; `InvalidArgument`; `OutOfMemory`.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    worker(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`: one frame.
///
/// # Errors
/// `InvalidArgument`; `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    worker(options)?.encode(src, &Context::default())
}

fn worker(options: &EncodeOptions) -> Result<Box<dyn BytesEncoder>> {
    Zstd::new(options.clone(), DecodeOptions::default())?.encoder()
}

/// A worker that keeps the library's context.
pub(crate) struct Encoder {
    cctx: CCtx<'static>,
    options: EncodeOptions,
    workers: u32,
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Result<Self> {
        Ok(Self { cctx: context(options)?, options: options.clone(), workers: 0 })
    }

    /// Sets the library's threads. With `threads` other than 1 it has one at least, since jobs on any number of
    /// threads give the same bytes, and no jobs give others.
    fn set_workers(&mut self, cx: &Context<'_>) -> Result<()> {
        let width = cx.executor.width().max(1);
        let workers = match self.options.threads {
            1 => 0,
            0 => width.min(*crate::options::THREADS.end()),
            threads => threads.min(width),
        };
        let workers = u32::try_from(workers).unwrap_or(1);
        if workers != self.workers {
            self.cctx.set_parameter(CParameter::NbWorkers(workers)).map_err(|code| failure(code, None))?;
            self.workers = workers;
        }
        Ok(())
    }
}

fn context(options: &EncodeOptions) -> Result<CCtx<'static>> {
    let mut cctx = CCtx::try_create().ok_or_else(no_context)?;
    let parameters = [
        CParameter::CompressionLevel(options.level),
        CParameter::ChecksumFlag(options.checksum),
        CParameter::ContentSizeFlag(options.content_size),
        CParameter::EnableLongDistanceMatching(options.long),
        CParameter::WindowLog(options.window_log.unwrap_or(0)),
    ];
    for parameter in parameters {
        cctx.set_parameter(parameter).map_err(|code| failure(code, None))?;
    }
    Ok(cctx)
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(&INFO)?;
        self.set_workers(cx)?;
        match self.cctx.compress2(dst, src) {
            Ok(written) => Ok(written),
            Err(code) => {
                // Threads of the library may still be at work on the frame that failed: dropping the context ends them.
                self.cctx = context(&self.options)?;
                self.workers = 0;
                if code.wrapping_neg() == zstd_sys::ZSTD_ErrorCode::ZSTD_error_dstSize_tooSmall as usize {
                    return Err(INFO.output_too_small(encode_bound(src.len()), dst.len()));
                }
                Err(failure(code, None))
            }
        }
    }
}
