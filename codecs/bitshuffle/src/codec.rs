use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout, Result,
    SimpleFilter, Tier,
};

use crate::blocks;
use crate::options::{Blocks, MAX_BLOCK_SIZE, MAX_ITEM_SIZE, Options};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "bitshuffle",
    title: "Bit planes of samples in blocks",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_bitshuffle"), CodecId::Zarr("imagecodecs_bitshuffle")],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    if matches!(id, CodecId::Numcodecs(_) | CodecId::Zarr(_)) {
        // There, 1 is the default, and is not heeded if the dtype is known.
        let mut item_size = 1;
        fields.int("itemsize", 1..=MAX_ITEM_SIZE, &mut item_size)?;
        options.item_size = (item_size > 1).then_some(item_size);
        fields.int("blocksize", 0..=MAX_BLOCK_SIZE, &mut options.block_size)?;
    }
    fields.int_opt("item_size", 1..=MAX_ITEM_SIZE, &mut options.item_size)?;
    fields.int("block_size", 0..=MAX_BLOCK_SIZE, &mut options.block_size)?;
    // Says now what is wrong with the sizes for any array.
    Blocks::new(0, options.item_size.unwrap_or(1), options.block_size)?;
    Ok(AnyCodec::Filter(Arc::new(Bitshuffle::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Bitshuffle {
    options: Options,
    scratch: Vec<u8>,
}

impl Bitshuffle {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options, scratch: Vec::new() }
    }
}

impl SimpleFilter for Bitshuffle {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        self.options.blocks(layout).map(|_| ())
    }

    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        blocks::run(&self.options.blocks(array.layout())?, direction, array, &mut self.scratch, cx)
    }
}

/// Tells whether bytes look like bit planes: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

/// Replaces the samples of `array` by bit planes, in place.
///
/// # Errors
/// `InvalidArgument` if a size is not accepted, or if the array is not whole samples of it; `Limit` if a block, or an
/// array with gaps, exceeds 512 MiB; `OutOfMemory`.
pub fn encode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    Bitshuffle::new(options.clone()).run(Direction::Encode, array, &Context::default())
}

/// Restores the samples of `array` from bit planes, in place.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    Bitshuffle::new(options.clone()).run(Direction::Decode, array, &Context::default())
}
