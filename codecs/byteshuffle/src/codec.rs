use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, Blame, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout,
    Result, SimpleFilter, Tier, key,
};

use crate::options::{MAX_DIST, MAX_ITEM_SIZE};
use crate::{Options, array};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "byteshuffle",
    title: "Byte planes of samples (HDF5 and Numcodecs shuffle)",
    aliases: &["shuffle"],
    ids: &[
        CodecId::Hdf5(2),
        CodecId::Numcodecs("shuffle"),
        CodecId::Numcodecs("imagecodecs_byteshuffle"),
        CodecId::Zarr("numcodecs.shuffle"),
        CodecId::Zarr("imagecodecs_byteshuffle"),
    ],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like byte planes: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    match id {
        CodecId::Hdf5(_) => {
            options.axis = 0;
            cd_values(fields, &mut options)?;
        }
        CodecId::Numcodecs("shuffle") | CodecId::Zarr("numcodecs.shuffle") => {
            options = options.with_axis(0).with_item_size(Some(4));
            fields.int_opt("elementsize", 0..=MAX_ITEM_SIZE, &mut options.item_size)?;
            // 0 is written by Numcodecs for bytes that stay as they are.
            options.item_size = options.item_size.map(|size| size.max(1));
        }
        _ => {}
    }
    fields.int("axis", -8..=7, &mut options.axis)?;
    fields.int("dist", 1..=MAX_DIST, &mut options.dist)?;
    fields.bool("delta", &mut options.delta)?;
    fields.bool("reorder", &mut options.reorder)?;
    fields.int_opt("item_size", 1..=MAX_ITEM_SIZE, &mut options.item_size)?;
    Ok(AnyCodec::Filter(Arc::new(Byteshuffle::new(options))))
}

/// The filter has one parameter, the bytes of a sample. Without it those of the dtype are taken.
fn cd_values(fields: &mut Fields<'_>, options: &mut Options) -> Result<()> {
    let Some(values) = fields.ints(key::CD_VALUES)? else { return Ok(()) };
    options.item_size = match values.as_slice() {
        [] => return Ok(()),
        &[size] => usize::try_from(size).ok().filter(|size| (1..=MAX_ITEM_SIZE).contains(size)),
        _ => None,
    };
    if options.item_size.is_none() {
        let message = format!("cd_values must be one sample size in 1..={MAX_ITEM_SIZE}, got {values:?}");
        return Err(INFO.invalid_argument(message));
    }
    Ok(())
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Byteshuffle {
    options: Options,
    scratch: Vec<u8>,
}

impl Byteshuffle {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options, scratch: Vec::new() }
    }
}

impl SimpleFilter for Byteshuffle {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        self.options.rows(layout).map(|_| ())
    }

    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        array::run(&self.options, direction, array, &mut self.scratch, cx)
    }
}

/// Replaces the samples of `array` by byte planes, in place.
///
/// # Errors
/// `InvalidArgument` if the axis, the distance or the size of a sample is not accepted; `Limit` if a row exceeds
/// 512 MiB; `OutOfMemory`.
pub fn encode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Encode, array, &mut Vec::new(), &Context::default())
}

/// Restores the samples of `array` from byte planes, in place.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Decode, array, &mut Vec::new(), &Context::default())
}
