use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, CodecId, CodecInfo, CodecKind, Context,
    Directions, Fields, Header, Layout, Result, Tier,
};

use crate::decode::Scratch;
use crate::{DecodeOptions, EncodeOptions, backend, check, decode, encode, options};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "jpeg8",
    title: "JPEG of 8 bits: baseline, progressive, arithmetic",
    aliases: &["jpeg"],
    ids: &[
        CodecId::Tiff(7),
        CodecId::Tiff(6),
        CodecId::Tiff(33007),
        CodecId::Tiff(34892),
        CodecId::Numcodecs("imagecodecs_jpeg8"),
        CodecId::Numcodecs("imagecodecs_jpeg"),
        CodecId::Zarr("imagecodecs_jpeg8"),
        CodecId::Zarr("imagecodecs_jpeg"),
        CodecId::Dicom("1.2.840.10008.1.2.4.50"),
    ],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // Arithmetic coding has none; of Huffman codes the blocks are counted.
    max_ratio: None,
    check,
    build,
    backend: Some(backend::version),
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (encode, decode) = options::read(id, fields)?;
    Ok(AnyCodec::Array(Arc::new(Jpeg8::new(encode, decode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Jpeg8 {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Jpeg8 {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

impl ArrayCodec for Jpeg8 {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Decoder { options: self.decode.clone(), scratch: Scratch::default() }))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Encoder { options: self.encode.clone(), scratch: encode::Scratch::default() }))
    }
}

struct Decoder {
    options: DecodeOptions,
    scratch: Scratch,
}

impl ArrayDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        decode::header(src, &self.options).map(Some)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        self.scratch.decode_into(src, dst, &self.options, cx)
    }
}

struct Encoder {
    options: EncodeOptions,
    scratch: encode::Scratch,
}

impl ArrayEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, _: &Layout) -> Option<usize> {
        None
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        self.scratch.append(src, dst, &self.options, cx)
    }
}
