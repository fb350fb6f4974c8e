//! JPEG is decoded by `iio-jpeg8`, which gives what mozjpeg's decoder, that of libjpeg-turbo, gives, without C.

use iio_codec::{AlignedBytes, ArrayMut, Check, Context, Error, Header, Layout, Result};
use iio_jpeg8::{DecodeOptions, Info};

use crate::INFO;

/// Tells whether bytes look like a JPEG stream.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    iio_jpeg8::check(src)
}

/// Reads the markers before the first scan.
///
/// # Errors
/// As [`iio_jpeg8::info`].
pub fn info(src: &[u8], options: &DecodeOptions) -> Result<Info> {
    iio_jpeg8::info(src, options).map_err(ours)
}

/// Tells the layout that decoding gives: `[height, width]` or `[height, width, samples]` of `u8`.
///
/// # Errors
/// As [`iio_jpeg8::header`].
pub fn header(src: &[u8], options: &DecodeOptions) -> Result<Header> {
    iio_jpeg8::header(src, options).map_err(ours)
}

/// Decodes `src` into a new array, under the default limits.
///
/// # Errors
/// As [`iio_jpeg8::decode`].
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    iio_jpeg8::decode(src, options).map_err(ours)
}

/// Decodes `src` into `dst`, whose layout must be that of [`header`]; an axis of length 1 may be added for grey.
///
/// # Errors
/// As [`iio_jpeg8::decode_into`].
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    iio_jpeg8::decode_into(src, dst, options, cx).map_err(ours)
}

/// The same error in the name of this codec, which is the one that was asked for.
#[cold]
pub(crate) fn ours(error: Error) -> Error {
    let named = Error::new(INFO.name, error.kind(), error.message().to_owned());
    match error.offset() {
        Some(offset) => named.at(offset),
        None => named,
    }
    .with_source(error)
}
