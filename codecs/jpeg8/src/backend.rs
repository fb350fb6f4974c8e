//! The one place where the library underneath is called.

use std::panic::{AssertUnwindSafe, catch_unwind};

use iio_codec::{Blame, Error, Result};
use libjpeg_turbo_rs::{DecodeLimits, Decoder, JpegError, PixelFormat, RawImage};

use crate::INFO;

/// The version that the workspace pins.
pub(crate) fn version() -> String {
    "libjpeg-turbo-rs 0.9.0".to_owned()
}

/// Runs `call`. The library is young: a panic of it must not pass through a decoder that promises none.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, JpegError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(translate),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(INFO.internal(format!("libjpeg-turbo-rs panicked: {text}")))
        }
    }
}

#[cold]
fn translate(error: JpegError) -> Error {
    match &error {
        JpegError::UnexpectedEof => INFO.truncated("the coded data ends before the image is complete"),
        JpegError::Unsupported(text) => INFO.unsupported(text.clone()),
        JpegError::CorruptData(text) => INFO.malformed(text.clone()),
        JpegError::LimitExceeded { what, actual, limit } => {
            INFO.malformed(format!("{what} {actual}, the decoder takes {limit}"))
        }
        JpegError::AllocationFailed { bytes, .. } => INFO.out_of_memory(usize::try_from(*bytes).unwrap_or(usize::MAX)),
        JpegError::InvalidMarker(_) | JpegError::UnexpectedMarker(_) => INFO.malformed(error.to_string()),
        _ => INFO.backend(0, error.to_string()),
    }
    .with_source(error)
}

/// How to call the decoder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) fancy: bool,
    pub(crate) lenient: bool,
    pub(crate) scans: u32,
}

impl Call {
    fn decoder<'a>(&self, stream: &'a [u8]) -> Result<Decoder<'a>, JpegError> {
        // The gates of this crate have run: the library is not to judge by numbers of its own.
        let scans = usize::try_from(self.scans).unwrap_or(usize::MAX);
        let limits = DecodeLimits {
            max_width: 0xffff,
            max_height: 0xffff,
            max_pixels: u64::MAX,
            max_scans: scans,
            max_memory: None,
        };
        let mut decoder = Decoder::new_with_limits(stream, limits)?;
        decoder.set_fast_upsample(!self.fancy);
        decoder.set_lenient(self.lenient);
        // As libjpeg: blocks of which only the DC has come are smoothed. Complete ones are not.
        decoder.set_block_smoothing(true);
        Ok(decoder)
    }

    /// Decodes to pixels, which fill `dst`.
    pub(crate) fn pixels(&self, stream: &[u8], format: PixelFormat, dst: &mut [u8]) -> Result<()> {
        let len = dst.len();
        let info = guarded(|| {
            let mut decoder = self.decoder(stream)?;
            decoder.set_output_format(format);
            decoder.decode_image_into(dst)
        })?;
        if info.bytes_written == len {
            return Ok(());
        }
        Err(INFO.internal(format!("libjpeg-turbo-rs wrote {} of {len} bytes", info.bytes_written)))
    }

    /// Decodes to the planes as stored, of whole MCUs.
    pub(crate) fn planes(&self, stream: &[u8]) -> Result<RawImage> {
        guarded(|| self.decoder(stream)?.decode_raw())
    }
}
