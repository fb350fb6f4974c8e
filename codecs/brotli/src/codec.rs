use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
    key,
};

use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::options::MODES;
use crate::{EncodeOptions, LEVELS, WINDOW_LOGS, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "brotli",
    title: "Brotli streams",
    aliases: &["br"],
    ids: &[CodecId::Numcodecs("brotli"), CodecId::Numcodecs("imagecodecs_brotli"), CodecId::Zarr("imagecodecs_brotli")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: None,
    check,
    build,
    backend: Some(|| "brotli 9 (Rust)".to_owned()),
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut encode = EncodeOptions::default();
    fields.int(key::LEVEL, LEVELS, &mut encode.level)?;
    fields.choice("mode", &MODES, &mut encode.mode)?;
    fields.int("lgwin", WINDOW_LOGS, &mut encode.lgwin)?;
    Ok(AnyCodec::Bytes(Arc::new(Brotli::new(encode)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Brotli {
    encode: EncodeOptions,
}

impl Brotli {
    /// Makes a codec that encodes with these options. Decoding has none.
    ///
    /// # Errors
    /// `InvalidArgument` if one is out of range.
    pub fn new(encode: EncodeOptions) -> Result<Self> {
        Ok(Self { encode: encode.validated()? })
    }
}

impl BytesCodec for Brotli {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder::default()))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)))
    }
}
