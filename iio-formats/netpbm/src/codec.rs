use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, CodecId, CodecInfo,
    CodecKind, Context, Directions, Fields, Layout, Result, Tier,
};

use crate::encode::Encoding;
use crate::raster::Raster;
use crate::{DecodeOptions, EncodeOptions, Header, check, plain};

/// What registries know of this codec: one image in memory.
pub static INFO: CodecInfo = CodecInfo {
    name: "netpbm",
    title: "PBM, PGM, PPM, PAM and PFM",
    aliases: &["pnm"],
    ids: &[],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(8),
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let encode = EncodeOptions::read(fields)?;
    let decode = DecodeOptions::read(fields)?;
    Ok(AnyCodec::Array(Arc::new(Netpbm { encode, decode })))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Netpbm {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Netpbm {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

/// Decodes the first image of `src`, under the default limits.
///
/// # Errors
/// `Malformed`, `Truncated`; `Limit` if the samples exceed 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    Worker(Netpbm::new(EncodeOptions::default(), options.clone())).decode(src, None, &Context::default())
}

/// Decodes the first image of `src` into `dst`, which has the layout of its header.
///
/// # Errors
/// `Malformed`, `Truncated`; `InvalidArgument` if `dst` has another layout.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions) -> Result<()> {
    decode_image(src, dst, options, &Context::default())
}

/// Encodes an array as a file of one image.
///
/// # Errors
/// `InvalidArgument` if the options or the format do not hold the array; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_image(src, &mut dst, options, &Context::default())?;
    Ok(dst)
}

/// Encodes an array into the start of `dst` and returns the bytes written.
///
/// # Errors
/// As [`encode`]; `OutputTooSmall`.
pub fn encode_into(src: ArrayRef<'_>, dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    let file = encode(src, options)?;
    let have = dst.len();
    let to = dst.get_mut(..file.len()).ok_or_else(|| INFO.output_too_small(file.len(), have))?;
    to.copy_from_slice(&file);
    Ok(file.len())
}

fn decode_image(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    let header = crate::header(src)?;
    if *dst.layout() != header.layout {
        return Err(INFO.invalid_argument(format!("image is {}, destination {}", header.layout, dst.layout())));
    }
    let samples = src.get(header.data_offset..).unwrap_or(&[]);
    decode_samples(&header, samples, dst, options, cx).map_err(|error| error.shifted(header.data_offset as u64))
}

/// Decodes the rows or, in a plain file, all that stands behind the header.
pub(crate) fn decode_samples(
    header: &Header,
    src: &[u8],
    dst: ArrayMut<'_>,
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    if header.plain {
        return plain::decode(src, header, options, dst, cx);
    }
    header.raster(options).decode(src, dst, cx)
}

impl Header {
    /// Significant bits of each sample once it is decoded.
    #[expect(clippy::cast_possible_truncation, reason = "a dtype has 16 bytes at most")]
    pub(crate) fn bits_with(&self, options: &DecodeOptions) -> u32 {
        if self.raster(options).scale { self.layout.dtype().size() as u32 * 8 } else { self.bits() }
    }

    pub(crate) fn raster(&self, options: &DecodeOptions) -> Raster {
        // Black and white has no range to fill.
        let scale = options.scale && self.layout.dtype() != iio_codec::DType::Bool;
        let maxval = if self.maxval == 0 { u16::MAX } else { self.maxval };
        let full = maxval == 255 || maxval == u16::MAX;
        Raster { samples: self.samples(), maxval, scale: scale && !full }
    }
}

fn encode_image(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    let encoding = Encoding::new(src.layout(), options)?;
    let bound = encoding.bound();
    dst.try_reserve(bound).map_err(|error| INFO.out_of_memory(bound).with_source(error))?;
    dst.extend_from_slice(encoding.header());
    for index in 0..encoding.n_bands() {
        cx.check_cancel(&INFO)?;
        encoding.band(index, src, dst)?;
    }
    Ok(())
}

/// Decodes and encodes: there is no state.
struct Worker(Netpbm);

impl ArrayCodec for Netpbm {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Worker(self.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Ok(Box::new(Worker(self.clone())))
    }
}

impl ArrayDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<iio_codec::Header>> {
        let header = crate::header(src)?;
        Ok(Some(iio_codec::Header { layout: header.layout, bits: header.bits_with(&self.0.decode) }))
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        decode_image(src, dst, &self.0.decode, cx)
    }
}

impl ArrayEncoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        Encoding::new(layout, &self.0.encode).ok().map(|encoding| encoding.bound())
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let start = dst.len();
        let result = encode_image(src, dst, &self.0.encode, cx);
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}
