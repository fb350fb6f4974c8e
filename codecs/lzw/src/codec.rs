use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
};

use crate::decode::{Decoder, MAX_RATIO};
use crate::encode::Encoder;
use crate::{DecodeOptions, Dialect, EncodeOptions, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "lzw",
    title: "Lempel-Ziv-Welch of TIFF",
    aliases: &[],
    ids: &[CodecId::Tiff(5), CodecId::Numcodecs("imagecodecs_lzw"), CodecId::Zarr("imagecodecs_lzw")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut dialect = Dialect::default();
    let dialects = [("auto", 0, Dialect::Auto), ("tiff", 1, Dialect::Tiff), ("lsb", 2, Dialect::Lsb)];
    fields.choice("dialect", &dialects, &mut dialect)?;
    let encode = EncodeOptions::default().with_dialect(dialect);
    let mut decode = DecodeOptions::default().with_dialect(dialect);
    fields.bool("require_clear", &mut decode.require_clear)?;
    fields.bool("allow_missing_end", &mut decode.allow_missing_end)?;
    Ok(AnyCodec::Bytes(Arc::new(Lzw::new(encode, decode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Lzw {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Lzw {
    /// Makes a codec that encodes and decodes with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

impl BytesCodec for Lzw {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        self.decode.dialect.check(1..=11)?;
        Ok(Box::new(Decoder::new(&self.decode)))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        self.encode.dialect.check(2..=8)?;
        Ok(Box::new(Encoder::new(&self.encode)))
    }
}
