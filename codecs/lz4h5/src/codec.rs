use std::sync::Arc;

use iio_codec::{
    AnyCodec, Blame, BytesCodec, BytesDecoder, BytesEncoder, Check, CodecId, CodecInfo, CodecKind, Context, Directions,
    Fields, Progress, Result, SizeHint, Tier, key,
};

use crate::EncodeOptions;
use crate::decode::{MAX_RATIO, decoded_size, run};
use crate::encode::Encoder;
use crate::options::{ACCELERATIONS, BLOCK_SIZES};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "lz4h5",
    title: "LZ4 blocks as in HDF5",
    aliases: &[],
    ids: &[CodecId::Hdf5(32004), CodecId::Numcodecs("imagecodecs_lz4h5"), CodecId::Zarr("imagecodecs_lz4h5")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like a stream of this codec: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = EncodeOptions::default();
    match id {
        CodecId::Hdf5(_) => cd_values(fields, &mut options)?,
        CodecId::Numcodecs(_) | CodecId::Zarr(_) => {
            // There, level is the acceleration, and is cut to the range.
            let mut level = options.acceleration;
            fields.int(key::LEVEL, i32::MIN..=i32::MAX, &mut level)?;
            options.acceleration = level.clamp(*ACCELERATIONS.start(), *ACCELERATIONS.end());
            fields.int_opt("blocksize", BLOCK_SIZES, &mut options.block_size)?;
        }
        _ => {}
    }
    fields.int("acceleration", ACCELERATIONS, &mut options.acceleration)?;
    fields.int_opt("block_size", BLOCK_SIZES, &mut options.block_size)?;
    Ok(AnyCodec::Bytes(Arc::new(Lz4h5::new(options)?)))
}

/// The filter has one parameter, the bytes of a block; 0 is its default.
fn cd_values(fields: &mut Fields<'_>, options: &mut EncodeOptions) -> Result<()> {
    let Some(values) = fields.ints(key::CD_VALUES)? else { return Ok(()) };
    options.block_size = match values.first() {
        None | Some(0) => return Ok(()),
        Some(&size) => u32::try_from(size).ok().filter(|size| BLOCK_SIZES.contains(size)),
    };
    if options.block_size.is_none() {
        let last = BLOCK_SIZES.end();
        return Err(
            INFO.invalid_argument(format!("cd_values must begin with a block size in 0..={last}, got {values:?}"))
        );
    }
    Ok(())
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Lz4h5 {
    encode: EncodeOptions,
}

impl Lz4h5 {
    /// Makes a codec that encodes with these options, and decodes any stream.
    ///
    /// # Errors
    /// `InvalidArgument` if an option is out of range.
    pub fn new(encode: EncodeOptions) -> Result<Self> {
        Ok(Self { encode: encode.validated()? })
    }
}

impl BytesCodec for Lz4h5 {
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

/// A worker that decodes. It has no state.
struct Decoder;

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        decoded_size(src).map(SizeHint::Exact)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        run(src, dst, cx)
    }
}
