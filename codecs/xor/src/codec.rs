use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout, Result,
    SimpleFilter, Tier,
};

use crate::{Options, array};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "xor",
    title: "XOR of neighbouring samples",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_xor"), CodecId::Zarr("imagecodecs_xor")],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like a stream of this codec: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    fields.int("axis", -8..=7, &mut options.axis)?;
    Ok(AnyCodec::Filter(Arc::new(Xor::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Xor {
    options: Options,
}

impl Xor {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }
}

impl SimpleFilter for Xor {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        self.options.geometry(layout).map(|_| ())
    }

    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        array::run(&self.options, direction, array, cx)
    }
}

/// Replaces the samples of `array` by their XOR with the ones before them, in place.
///
/// # Errors
/// `InvalidArgument` if the array has no such axis.
pub fn encode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Encode, array, &Context::default())
}

/// Undoes [`encode`], in place.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Decode, array, &Context::default())
}
