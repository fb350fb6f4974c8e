use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, ArrayRef, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout,
    Result, SimpleFilter, Tier,
};
use iio_delta::MAX_DIST;

use crate::{Options, Rows, array};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "floatpred",
    title: "Floating point predictor (TIFF predictor 3)",
    aliases: &[],
    ids: &[
        CodecId::TiffPredictor(3),
        CodecId::TiffPredictor(34894),
        CodecId::TiffPredictor(34895),
        CodecId::Numcodecs("imagecodecs_floatpred"),
        CodecId::Zarr("imagecodecs_floatpred"),
    ],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like predicted floats: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default().with_dist(match id {
        // `FloatingPointX2` and `FloatingPointX4` of DNG 1.4.
        CodecId::TiffPredictor(34894) => 2,
        CodecId::TiffPredictor(34895) => 4,
        _ => 1,
    });
    fields.int("axis", -8..=7, &mut options.axis)?;
    fields.int("dist", 1..=MAX_DIST, &mut options.dist)?;
    Ok(AnyCodec::Filter(Arc::new(FloatPred::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct FloatPred {
    options: Options,
    scratch: Vec<u8>,
}

impl FloatPred {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options, scratch: Vec::new() }
    }
}

impl SimpleFilter for FloatPred {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        self.options.rows(layout).map(|_| ())
    }

    fn run(&mut self, direction: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let rows = self.options.rows(array.layout())?;
        array::run(&rows, direction, array, &mut self.scratch, cx)
    }

    fn run_into(&mut self, direction: Direction, src: ArrayRef<'_>, dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let rows = self.options.rows(dst.layout())?;
        array::run_into(&rows, direction, src, dst, &mut self.scratch, cx)
    }
}

/// Replaces the samples of `array` by byte planes of differences, in place.
///
/// # Errors
/// `InvalidArgument` if the dtype, the axis or the distance is not accepted; `Limit` if a row exceeds 512 MiB;
/// `OutOfMemory`.
pub fn encode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    FloatPred::new(options.clone()).run(Direction::Encode, array, &Context::default())
}

/// Restores the samples of `array` from byte planes of differences, in place.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>, options: &Options) -> Result<()> {
    FloatPred::new(options.clone()).run(Direction::Decode, array, &Context::default())
}

/// Replaces samples by byte planes of differences in each row of `bytes`. `scratch` grows to at least one row and is
/// best kept for the next call.
///
/// # Errors
/// `InvalidArgument` if `rows` is not possible or does not fit `bytes`; `OutOfMemory`.
pub fn encode_rows(bytes: &mut [u8], rows: &Rows, scratch: &mut Vec<u8>) -> Result<()> {
    array::run_bytes(rows, Direction::Encode, bytes, scratch)
}

/// Undoes [`encode_rows`].
///
/// # Errors
/// As [`encode_rows`].
pub fn decode_rows(bytes: &mut [u8], rows: &Rows, scratch: &mut Vec<u8>) -> Result<()> {
    array::run_bytes(rows, Direction::Decode, bytes, scratch)
}

/// The twin of [`encode_rows`] without vector instructions, for tests.
///
/// # Errors
/// As [`encode_rows`].
#[doc(hidden)]
pub fn encode_rows_scalar(bytes: &mut [u8], rows: &Rows) -> Result<()> {
    array::run_bytes_by_scalars(rows, Direction::Encode, bytes)
}

/// The twin of [`decode_rows`] without vector instructions, for tests.
///
/// # Errors
/// As [`encode_rows`].
#[doc(hidden)]
pub fn decode_rows_scalar(bytes: &mut [u8], rows: &Rows) -> Result<()> {
    array::run_bytes_by_scalars(rows, Direction::Decode, bytes)
}
