use std::sync::Arc;

use iio_codec::{
    AnyCodec, Blame, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result,
    Tier, key,
};
use iio_deflate::Deflate;
use iio_deflate::engine::MAX_RATIO;

use crate::{DecodeOptions, Decoder, EncodeOptions, Encoder, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "zlib",
    title: "zlib streams (RFC 1950) of TIFF, PNG, HDF5 and Zarr",
    aliases: &["zlibng", "isal"],
    ids: &[
        CodecId::Tiff(8),
        CodecId::Tiff(32946),
        CodecId::Tiff(50013),
        CodecId::Hdf5(1),
        CodecId::Numcodecs("zlib"),
        CodecId::Numcodecs("imagecodecs_zlib"),
        CodecId::Numcodecs("imagecodecs_zlibng"),
        CodecId::Numcodecs("imagecodecs_deflate"),
        CodecId::Numcodecs("imagecodecs_isal"),
        CodecId::Zarr("numcodecs.zlib"),
        CodecId::Zarr("imagecodecs_zlib"),
        CodecId::Zarr("imagecodecs_zlibng"),
        CodecId::Zarr("imagecodecs_deflate"),
        CodecId::Zarr("imagecodecs_isal"),
    ],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: Some(iio_deflate::backend),
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (mut encode, mut decode) = (EncodeOptions::default(), DecodeOptions::default());
    if matches!(id, CodecId::Hdf5(_)) {
        cd_values(fields, &mut encode)?;
    }
    let mut level = i8::try_from(encode.level).unwrap_or(LEVEL_DEFAULT);
    fields.int(key::LEVEL, LEVEL_DEFAULT..=12, &mut level)?;
    encode.level = u8::try_from(level).unwrap_or(EncodeOptions::default().level);
    fields.bool("ignore_checksum", &mut decode.ignore_checksum)?;
    let (mut raw, mut gzip) = (false, false);
    if let CodecId::Numcodecs(name) | CodecId::Zarr(name) = *id {
        if matches!(name, "imagecodecs_deflate" | "imagecodecs_isal") {
            fields.bool("raw", &mut raw)?;
        }
        if name == "imagecodecs_isal" {
            fields.bool("gzip", &mut gzip)?;
        }
    }
    match (raw, gzip) {
        (_, true) => Err(INFO.unsupported("a gzip frame is the codec gzip's")),
        (true, false) => Ok(AnyCodec::Bytes(Arc::new(Deflate::new(encode)?))),
        (false, false) => Ok(AnyCodec::Bytes(Arc::new(Zlib::new(encode, decode)?))),
    }
}

/// zlib's number for its default level, which is 6.
const LEVEL_DEFAULT: i8 = -1;

/// The filter has one parameter, the level. Files written with none are read.
fn cd_values(fields: &mut Fields<'_>, encode: &mut EncodeOptions) -> Result<()> {
    let Some(values) = fields.ints(key::CD_VALUES)? else { return Ok(()) };
    match values.as_slice() {
        [] => {}
        &[level] if (0..=9).contains(&level) => encode.level = u8::try_from(level).unwrap_or(encode.level),
        _ => return Err(INFO.invalid_argument(format!("cd_values must be one level in 0..=9, got {values:?}"))),
    }
    Ok(())
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Zlib {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Zlib {
    /// Makes a codec that encodes and decodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` for a level that does not exist.
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Result<Self> {
        Encoder::new(&encode)?;
        Ok(Self { encode, decode })
    }
}

impl BytesCodec for Zlib {
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
