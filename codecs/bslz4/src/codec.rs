use std::sync::Arc;

use iio_codec::{
    AnyCodec, Blame, BytesCodec, BytesDecoder, BytesEncoder, Check, CodecId, CodecInfo, CodecKind, Directions, Fields,
    Result, Tier, key,
};

use crate::decode::Decoder;
use crate::encode::Encoder;
use crate::options::{Compression, LEVELS, MAX_BLOCK_SIZE, MAX_ITEM_SIZE, Options};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "bslz4",
    title: "Bit planes of samples in blocks of LZ4 or Zstandard, as in HDF5",
    aliases: &[],
    ids: &[CodecId::Hdf5(32008)],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // That of Zstandard.
    max_ratio: Some(32768),
    check,
    build,
    backend: None,
};

/// By name, and by the numbers of the filter.
const COMPRESSIONS: [(&str, i64, Compression); 3] =
    [("none", 0, Compression::None), ("lz4", 2, Compression::Lz4), ("zstd", 3, Compression::Zstd)];

/// Tells whether bytes look like a stream of this codec: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    if matches!(id, CodecId::Hdf5(_)) {
        cd_values(fields, &mut options)?;
    }
    fields.int("item_size", 1..=MAX_ITEM_SIZE, &mut options.item_size)?;
    fields.int("block_size", 0..=MAX_BLOCK_SIZE, &mut options.block_size)?;
    fields.choice("compression", &COMPRESSIONS, &mut options.compression)?;
    fields.int(key::LEVEL, LEVELS, &mut options.level)?;
    Ok(AnyCodec::Bytes(Arc::new(Bslz4::new(options)?)))
}

/// The parameters of the filter: version of the library (two numbers), bytes of a sample, samples of a block (0: the
/// default), compression of the blocks (0: none), level of Zstandard.
fn cd_values(fields: &mut Fields<'_>, options: &mut Options) -> Result<()> {
    options.compression = Compression::None;
    let Some(values) = fields.ints(key::CD_VALUES)? else { return Ok(()) };
    let size = |at: usize, last: usize| match values.get(at) {
        None => Ok(0),
        Some(&value) => usize::try_from(value)
            .ok()
            .filter(|&value| value <= last)
            .ok_or_else(|| INFO.invalid_argument(format!("cd_values[{at}] must be 0..={last}, got {value}"))),
    };
    options.item_size = size(2, MAX_ITEM_SIZE)?.max(1);
    options.block_size = size(3, MAX_BLOCK_SIZE)?;
    if let Some(&number) = values.get(4) {
        let known = COMPRESSIONS.iter().find(|&&(_, known, _)| known == number);
        let unknown = || INFO.unsupported(format!("blocks compressed by an unknown method (cd_values[4] is {number})"));
        options.compression = known.ok_or_else(unknown)?.2;
    }
    if let Some(&level) = values.get(5) {
        #[expect(clippy::cast_possible_wrap, reason = "HDF5 stores negative levels this way")]
        let level = u32::try_from(level).map_or(level, |bits| i64::from(bits as i32));
        // The library cuts it to its range too: files that exist must open.
        let level = level.clamp(i64::from(*LEVELS.start()), i64::from(*LEVELS.end()));
        options.level = i32::try_from(level).unwrap_or(options.level);
    }
    Ok(())
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Bslz4 {
    options: Options,
}

impl Bslz4 {
    /// Makes a codec that encodes and decodes with these options.
    ///
    /// # Errors
    /// `InvalidArgument` if one is out of range.
    pub fn new(options: Options) -> Result<Self> {
        Ok(Self { options: options.validated()? })
    }
}

impl BytesCodec for Bslz4 {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Decoder::new(&self.options)?))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Encoder::new(&self.options)?))
    }
}
