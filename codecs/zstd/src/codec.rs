use std::sync::Arc;

use iio_codec::{
    AnyCodec, BytesCodec, BytesDecoder, BytesEncoder, CodecId, CodecInfo, CodecKind, Directions, Fields, Result, Tier,
    key,
};
use zstd::zstd_safe;

use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::options::THREADS;
use crate::{DecodeOptions, EncodeOptions, LEVELS, WINDOW_LOGS, check, frame};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "zstd",
    title: "Zstandard frames",
    aliases: &["zstandard"],
    ids: &[
        CodecId::Tiff(50000),
        CodecId::Tiff(34926),
        CodecId::Numcodecs("zstd"),
        CodecId::Numcodecs("imagecodecs_zstd"),
        CodecId::Zarr("zstd"),
        CodecId::Zarr("imagecodecs_zstd"),
        CodecId::Hdf5(32015),
    ],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(frame::MAX_RATIO),
    check,
    build,
    backend: Some(|| format!("zstd {}", zstd_safe::version_string())),
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (mut encode, mut decode) = (EncodeOptions::default(), DecodeOptions::default());
    // The HDF5 filter takes the level, a signed integer in an unsigned field, from the first value, cuts it to the
    // range, and passes over the others: files that exist must open, so this does the same.
    if let Some(values) = fields.ints(key::CD_VALUES)?
        && let Some(&value) = values.first()
    {
        #[expect(clippy::cast_possible_wrap, reason = "the HDF5 filter stores negative levels this way")]
        let level = u32::try_from(value).map_or(value, |bits| i64::from(bits as i32));
        let level = level.clamp(i64::from(*LEVELS.start()), i64::from(*LEVELS.end()));
        encode.level = i32::try_from(level).unwrap_or(encode.level);
    }
    fields.int(key::LEVEL, LEVELS, &mut encode.level)?;
    // The second is what imagecodecs calls it in Zarr.
    for key in [key::THREADS, "numthreads"] {
        fields.int(key, THREADS, &mut encode.threads)?;
    }
    fields.bool("checksum", &mut encode.checksum)?;
    fields.bool("content_size", &mut encode.content_size)?;
    fields.int_opt("window_log", WINDOW_LOGS, &mut encode.window_log)?;
    fields.bool("long", &mut encode.long)?;
    fields.int("window_log_max", WINDOW_LOGS, &mut decode.window_log_max)?;
    Ok(AnyCodec::Bytes(Arc::new(Zstd::new(encode, decode)?)))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Zstd {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Zstd {
    /// Makes a codec that encodes and decodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` if one is out of range.
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Result<Self> {
        Ok(Self { encode: encode.validated()?, decode: decode.validated()? })
    }
}

impl BytesCodec for Zstd {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder::new(&self.decode)?))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.encode)?))
    }
}
