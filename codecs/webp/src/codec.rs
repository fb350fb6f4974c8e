use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, CodecId, CodecInfo, CodecKind, Context,
    Directions, Fields, Header, Layout, Result, Tier,
};

use crate::{DecodeOptions, EncodeOptions, check, decode, encode, ffi};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "webp",
    title: "WebP images and animations",
    aliases: &["libwebp"],
    ids: &[
        CodecId::Tiff(50001),
        CodecId::Tiff(34927),
        CodecId::Numcodecs("imagecodecs_webp"),
        CodecId::Zarr("imagecodecs_webp"),
    ],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // An image of one colour takes 30 bytes, whatever its size.
    max_ratio: None,
    check,
    build,
    backend: Some(ffi::version),
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (encode, decode) = (EncodeOptions::read(fields)?, DecodeOptions::read(fields)?);
    Ok(AnyCodec::Array(Arc::new(Webp::new(encode, decode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Webp {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Webp {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

impl ArrayCodec for Webp {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Decoder(self.decode.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Encoder(self.encode.clone())))
    }
}

/// libwebp makes all its memory anew for every image: there is nothing to keep but the options.
struct Decoder(DecodeOptions);

impl ArrayDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        decode::header(src, &self.0).map(Some)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        decode::decode_into(src, dst, &self.0, cx)
    }
}

struct Encoder(EncodeOptions);

impl ArrayEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, _: &Layout) -> Option<usize> {
        None
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        encode::encode_append(src, dst, &self.0, cx)
    }
}
