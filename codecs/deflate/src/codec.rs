use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
};

use crate::engine::MAX_RATIO;
use crate::{Decoder, EncodeOptions, Encoder, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "deflate",
    title: "raw DEFLATE (RFC 1951), without zlib or gzip frame",
    aliases: &[],
    ids: &[],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: Some(backend),
};

/// Name the libraries underneath, with their versions.
#[must_use]
pub fn backend() -> String {
    "libdeflate 1.26 (encoder)".to_owned()
}

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    Ok(AnyCodec::Bytes(Arc::new(Deflate::new(EncodeOptions::read(fields)?)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Deflate {
    encode: EncodeOptions,
}

impl Deflate {
    /// Makes a codec that encodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist.
    pub fn new(encode: EncodeOptions) -> Result<Self> {
        Encoder::new(&encode)?;
        Ok(Self { encode })
    }
}

impl BytesCodec for Deflate {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder::new()))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)?))
    }
}
