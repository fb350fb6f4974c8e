use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
    key,
};

use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::frame::MAX_RATIO;
use crate::options::{BlockSize, LEVELS};
use crate::{EncodeOptions, check, ffi};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "lz4f",
    title: "LZ4 frames",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_lz4f"), CodecId::Zarr("imagecodecs_lz4f")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: Some(|| format!("lz4 {}", ffi::version())),
};

const BLOCK_SIZES: [(&str, i64, BlockSize); 5] = [
    ("default", 0, BlockSize::Max64KiB),
    ("64k", 4, BlockSize::Max64KiB),
    ("256k", 5, BlockSize::Max256KiB),
    ("1m", 6, BlockSize::Max1MiB),
    ("4m", 7, BlockSize::Max4MiB),
];

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = EncodeOptions::default();
    if matches!(id, CodecId::Numcodecs(_) | CodecId::Zarr(_)) {
        // There, the level is cut to its range.
        let mut level = options.level;
        fields.int(key::LEVEL, i32::MIN..=i32::MAX, &mut level)?;
        options.level = level.clamp(-1, *LEVELS.end());
        fields.choice("blocksizeid", &BLOCK_SIZES, &mut options.block_size)?;
        fields.bool("blockchecksum", &mut options.block_checksum)?;
        fields.bool("contentchecksum", &mut options.content_checksum)?;
        fields.bool("contentsize", &mut options.content_size)?;
    } else {
        fields.int(key::LEVEL, LEVELS, &mut options.level)?;
    }
    fields.choice("block_size", &BLOCK_SIZES, &mut options.block_size)?;
    fields.bool("block_independent", &mut options.block_independent)?;
    fields.bool("block_checksum", &mut options.block_checksum)?;
    fields.bool("content_checksum", &mut options.content_checksum)?;
    fields.bool("content_size", &mut options.content_size)?;
    Ok(AnyCodec::Bytes(Arc::new(Lz4f::new(options)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Lz4f {
    encode: EncodeOptions,
}

impl Lz4f {
    /// Makes a codec that encodes with these options, and decodes any frames.
    ///
    /// # Errors
    /// `InvalidArgument` if the level is out of range.
    pub fn new(encode: EncodeOptions) -> Result<Self> {
        Ok(Self { encode: encode.validated()? })
    }
}

impl BytesCodec for Lz4f {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)?))
    }
}
