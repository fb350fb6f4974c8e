//! The zlib frame of the pixel data and of compressed text (RFC 1950), around the deflate engine.

use iio_codec::{Blame, Context, Error, ErrorKind, Result};
use iio_deflate::adler32;
use iio_deflate::engine::{Deflater, End, Inflater};

use crate::{DecodeOptions, INFO};

const HEADER_LEN: usize = 2;
const TRAILER_LEN: usize = 4;
/// Deflate with a window of 32 KiB, no dictionary, default level: what nearly all files say.
const HEADER: [u8; HEADER_LEN] = [0x78, 0x9c];

/// Checks the two bytes that a zlib stream begins with.
pub(crate) fn check_header([cmf, flg]: [u8; HEADER_LEN]) -> Result<()> {
    let fault = if cmf & 15 != 8 || cmf >> 4 > 7 {
        format!("zlib header {cmf:02x} is not deflate with a window of at most 32768 bytes")
    } else if u16::from_be_bytes([cmf, flg]) % 31 != 0 {
        format!("zlib header {cmf:02x} {flg:02x} is not a multiple of 31")
    } else if flg & 0x20 != 0 {
        "zlib header asks for a dictionary".to_owned()
    } else {
        return Ok(());
    };
    Err(INFO.malformed(fault).at(0u64))
}

/// The deflate stream within a zlib stream.
fn body(data: &[u8]) -> Result<&[u8]> {
    match data.split_first_chunk() {
        Some((&header, body)) => check_header(header).map(|()| body),
        None => Err(header_is_cut(data.len())),
    }
}

#[cold]
pub(crate) fn header_is_cut(at: usize) -> Error {
    INFO.truncated("compressed data ends in the zlib header").at(at)
}

/// An error of the deflate engine as one of this format.
#[cold]
fn ours(error: Error, what: &str) -> Error {
    let at = error.offset().map_or(0, |inner| inner.saturating_add(HEADER_LEN as u64));
    Error::new(INFO.name, error.kind(), format!("{what}: {}", error.message())).at(at).with_source(error)
}

/// Inflates exactly `dst.len()` bytes of pixel data. Offsets of errors are those in `data`.
pub(crate) fn inflate_pixels(
    inflater: &mut Inflater,
    data: &[u8],
    dst: &mut [u8],
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    let body = body(data)?;
    let inflated = inflater.inflate_into(body, dst, cx).map_err(|error| ours(error, "pixel data"))?;
    let end = HEADER_LEN + inflated.consumed;
    if inflated.written < dst.len() {
        let message = format!("pixel data ends after {} of {} bytes", inflated.written, dst.len());
        return Err(INFO.truncated(message).at(end));
    }
    match inflated.end {
        End::Reached => {
            let sum = if options.ignore_checksum { 0 } else { adler32(1, dst) };
            check_trailer(data.get(end..).unwrap_or(&[]), sum, options).map_err(|error| error.shifted(end as u64))
        }
        End::Beyond if options.ignore_excess => Ok(()),
        End::Beyond => Err(excess(data.len())),
        End::Missing(_) if options.ignore_checksum => Ok(()),
        End::Missing(error) => Err(ours(error, "end of the pixel data")),
    }
}

#[cold]
pub(crate) fn excess(at: usize) -> Error {
    INFO.malformed("pixel data goes on behind the last row").at(at)
}

/// Compares the Adler-32 behind the deflate stream.
pub(crate) fn check_trailer(trailer: &[u8], sum: u32, options: &DecodeOptions) -> Result<()> {
    if !options.ignore_checksum {
        let Some(&stored) = trailer.first_chunk::<TRAILER_LEN>() else {
            return Err(INFO.truncated("pixel data lacks its Adler-32").at(trailer.len()));
        };
        let stored = u32::from_be_bytes(stored);
        if stored != sum {
            let message = format!("Adler-32 of the pixel data is {sum:08x}, the file says {stored:08x}");
            return Err(INFO.malformed(message).at(0u64));
        }
    }
    if !options.ignore_excess && trailer.len() > TRAILER_LEN {
        return Err(INFO.malformed("IDAT goes on behind the zlib stream").at(TRAILER_LEN));
    }
    Ok(())
}

/// Inflates a compressed text or profile that stands at `offset`. `room` is what is left of `limits.metadata_bytes`.
pub(crate) fn inflate_metadata(data: &[u8], offset: usize, room: u64, cx: &Context<'_>) -> Result<Vec<u8>> {
    inflate_to_vec(data, room, cx).map_err(|error| match error.kind() {
        ErrorKind::Limit { which: "output_bytes", .. } => {
            let needed = cx.limits.metadata_bytes.saturating_add(1);
            INFO.limit("compressed metadata", "metadata_bytes", needed, cx.limits.metadata_bytes).at(offset)
        }
        _ => error.shifted(offset as u64),
    })
}

fn inflate_to_vec(data: &[u8], room: u64, cx: &Context<'_>) -> Result<Vec<u8>> {
    let body = body(data)?;
    let mut inner = *cx;
    inner.budget = None;
    inner.limits.output_bytes = room;
    let mut dst = Vec::new();
    let guess = body.len().saturating_mul(4);
    let consumed = Inflater::new(&INFO).inflate_append(body, &mut dst, guess, &inner).map_err(|error| {
        if matches!(error.kind(), ErrorKind::Limit { .. }) { error } else { ours(error, "compressed metadata") }
    })?;
    let trailer = body.get(consumed..).unwrap_or(&[]);
    check_trailer(trailer, adler32(1, &dst), &DecodeOptions::default())
        .map_err(|error| error.shifted((HEADER_LEN + consumed) as u64))?;
    dst.shrink_to_fit();
    Ok(dst)
}

/// Appends `src` as a zlib stream whose deflate stream `deflate` appends.
pub(crate) fn push_frame(
    src: &[u8],
    dst: &mut Vec<u8>,
    deflate: impl FnOnce(&[u8], &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    dst.try_reserve(HEADER_LEN).map_err(|error| INFO.out_of_memory(HEADER_LEN).with_source(error))?;
    dst.extend_from_slice(&HEADER);
    deflate(src, dst)?;
    dst.try_reserve(TRAILER_LEN).map_err(|error| INFO.out_of_memory(TRAILER_LEN).with_source(error))?;
    dst.extend_from_slice(&adler32(1, src).to_be_bytes());
    Ok(())
}

/// Appends `src` as a zlib stream, for text and profiles.
pub(crate) fn push_metadata(src: &[u8], dst: &mut Vec<u8>) -> Result<()> {
    push_frame(src, dst, |src, dst| Deflater::new(&INFO, 9)?.deflate_append(src, dst, &Context::default()))
}
