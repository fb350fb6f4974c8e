use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, ArrayRef, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout,
    Result, SimpleFilter, Tier, key,
};

use crate::{MAX_DIST, Options, array};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "delta",
    title: "Differences of neighbouring samples (TIFF predictor 2)",
    aliases: &["hdiff"],
    ids: &[
        CodecId::TiffPredictor(2),
        CodecId::TiffPredictor(34892),
        CodecId::TiffPredictor(34893),
        CodecId::Numcodecs("imagecodecs_delta"),
        CodecId::Zarr("imagecodecs_delta"),
    ],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like differences: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default().with_dist(match id {
        // `HorizontalDifferenceX2` and `HorizontalDifferenceX4` of DNG 1.4.
        CodecId::TiffPredictor(34892) => 2,
        CodecId::TiffPredictor(34893) => 4,
        _ => 1,
    });
    fields.int("axis", -8..=7, &mut options.axis)?;
    fields.int("dist", 1..=MAX_DIST, &mut options.dist)?;
    fields.int_opt(key::BITS_PER_SAMPLE, 1..=64, &mut options.bits)?;
    Ok(AnyCodec::Filter(Arc::new(Delta::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Delta {
    options: Options,
}

impl Delta {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }
}

impl SimpleFilter for Delta {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        self.options.geometry(layout).map(|_| ())
    }

    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        array::run(&self.options, direction, array, cx)
    }

    fn run_into(&mut self, direction: Direction, src: ArrayRef<'_>, dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        array::run_into(&self.options, direction, src, dst, cx)
    }
}

/// Replaces the samples of `array` by differences, in place.
///
/// # Errors
/// `InvalidArgument` if the dtype, the axis or the distance is not accepted.
pub fn encode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Encode, array, &Context::default())
}

/// Replaces the differences in `array` by samples, in place.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    array::run(options, Direction::Decode, array, &Context::default())
}
