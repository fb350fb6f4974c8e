use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, CodecId, CodecInfo, CodecKind, Context,
    Directions, Fields, Header, Layout, Result, Tier,
};
use iio_jpeg8::{DecodeOptions, Jpeg8};

use crate::decode::ours;
use crate::{EncodeOptions, check, encode, ffi, options};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "mozjpeg",
    title: "JPEG of 8 bits, in fewer bytes",
    aliases: &[],
    // Streams of containers that say JPEG are jpeg8's.
    ids: &[CodecId::Numcodecs("imagecodecs_mozjpeg"), CodecId::Zarr("imagecodecs_mozjpeg")],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // As of jpeg8.
    max_ratio: None,
    check,
    build,
    backend: Some(ffi::version),
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (encode, decode) = options::read(id, fields)?;
    Ok(AnyCodec::Array(Arc::new(Mozjpeg::new(encode, decode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Mozjpeg {
    encode: EncodeOptions,
    decode: Jpeg8,
}

impl Mozjpeg {
    /// Makes a codec with these options.
    #[must_use]
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode: Jpeg8::new(iio_jpeg8::EncodeOptions::default(), decode) }
    }
}

impl ArrayCodec for Mozjpeg {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Decoder(self.decode.decoder()?)))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Encoder { options: self.encode.clone(), pixels: Vec::new() }))
    }
}

/// That of jpeg8, under another name.
struct Decoder(Box<dyn ArrayDecoder>);

impl ArrayDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        self.0.header(src).map_err(ours)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        self.0.decode_into(src, dst, cx).map_err(ours)
    }
}

struct Encoder {
    options: EncodeOptions,
    pixels: Vec<u8>,
}

impl ArrayEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, _: &Layout) -> Option<usize> {
        None
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        encode::append(src, dst, &self.options, &mut self.pixels, cx)
    }
}
