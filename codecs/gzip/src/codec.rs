use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
    key,
};
use iio_deflate::engine::{LEVELS, MAX_RATIO};

use crate::{DecodeOptions, Decoder, EncodeOptions, Encoder, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "gzip",
    title: "gzip files (RFC 1952), of one or more members",
    aliases: &["gz"],
    ids: &[
        CodecId::Numcodecs("gzip"),
        CodecId::Numcodecs("imagecodecs_gzip"),
        CodecId::Zarr("gzip"),
        CodecId::Zarr("imagecodecs_gzip"),
    ],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: Some(iio_deflate::backend),
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (mut encode, mut decode) = (EncodeOptions::default(), DecodeOptions::default());
    fields.int(key::LEVEL, LEVELS, &mut encode.level)?;
    encode.name = fields.text("name")?.map(str::to_owned);
    fields.int("mtime", 0..=u32::MAX, &mut encode.mtime)?;
    fields.bool("ignore_checksum", &mut decode.ignore_checksum)?;
    Ok(AnyCodec::Bytes(Arc::new(Gzip::new(encode, decode)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Gzip {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Gzip {
    /// Makes a codec that encodes and decodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist or a name that cannot be stored.
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Result<Self> {
        Encoder::new(&encode)?;
        Ok(Self { encode, decode })
    }
}

impl BytesCodec for Gzip {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder::new(&self.decode)))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)?))
    }
}
