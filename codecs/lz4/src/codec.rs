use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
    key,
};

use crate::check::MAX_RATIO;
use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::options::{ACCELERATIONS, LEVELS};
use crate::{DecodeOptions, EncodeOptions, check, ffi};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "lz4",
    title: "LZ4 blocks",
    aliases: &[],
    ids: &[CodecId::Numcodecs("lz4"), CodecId::Numcodecs("imagecodecs_lz4"), CodecId::Zarr("imagecodecs_lz4")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: Some(|| format!("lz4 {}", ffi::version())),
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut encode = EncodeOptions::default();
    fields.bool("hc", &mut encode.hc)?;
    match id {
        CodecId::Numcodecs("lz4") => {
            encode.header = true;
            // What numcodecs does with it: 0 and less are the default, and the library cuts the rest.
            let mut acceleration = encode.acceleration;
            fields.int("acceleration", i32::MIN..=i32::MAX, &mut acceleration)?;
            encode.acceleration = acceleration.clamp(*ACCELERATIONS.start(), *ACCELERATIONS.end());
            fields.int(key::LEVEL, LEVELS, &mut encode.level)?;
        }
        CodecId::Numcodecs("imagecodecs_lz4") | CodecId::Zarr("imagecodecs_lz4") => {
            // There, level is the acceleration of the fast compressor too, and is cut to the range.
            let mut level = None;
            fields.int_opt(key::LEVEL, i32::MIN..=i32::MAX, &mut level)?;
            match level {
                Some(level) if encode.hc => encode.level = level.clamp(2, *LEVELS.end()),
                Some(level) => encode.acceleration = level.clamp(*ACCELERATIONS.start(), *ACCELERATIONS.end()),
                None => (),
            }
            fields.int("acceleration", ACCELERATIONS, &mut encode.acceleration)?;
        }
        _ => {
            fields.int(key::LEVEL, LEVELS, &mut encode.level)?;
            fields.int("acceleration", ACCELERATIONS, &mut encode.acceleration)?;
        }
    }
    fields.bool("header", &mut encode.header)?;
    let decode = DecodeOptions::default().with_header(encode.header);
    Ok(AnyCodec::Bytes(Arc::new(Lz4::new(encode, decode)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Lz4 {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Lz4 {
    /// Makes a codec that encodes and decodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` if one is out of range.
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Result<Self> {
        Ok(Self { encode: encode.validated()?, decode })
    }
}

impl BytesCodec for Lz4 {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder { options: self.decode.clone() }))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)?))
    }
}
