use iio_codec::{Blame, DType, Layout, Result};
use iio_floatpred::Rows;

use crate::INFO;
use crate::convert::SAMPLE_LEN;

/// The order of the three bytes of a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// The least significant byte first. What imagecodecs does by default on most machines.
    #[default]
    Little,
    /// The most significant byte first.
    Big,
}

impl ByteOrder {
    /// That of this machine.
    pub const NATIVE: Self = if cfg!(target_endian = "little") { Self::Little } else { Self::Big };
}

/// Which of its two neighbours a number becomes that 24 bits cannot hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// The nearest one; of two that are equally near, the one whose last bit is 0.
    #[default]
    ToNearest,
    /// The greater one.
    Upward,
    /// The smaller one.
    Downward,
    /// The one nearer to 0.
    TowardZero,
}

/// What was done to the bytes of a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Predictor {
    /// Nothing: samples follow each other.
    #[default]
    None,
    /// Planes of bytes as differences (TIFF predictor 3). They have no byte order.
    Float,
    /// Differences over two pixels (`FloatingPointX2` of DNG, 34894).
    FloatX2,
    /// Differences over four pixels (`FloatingPointX4` of DNG, 34895).
    FloatX4,
}

impl Predictor {
    /// Distance of the bytes of a difference in pixels.
    const fn dist(self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Float => Some(1),
            Self::FloatX2 => Some(2),
            Self::FloatX4 => Some(4),
        }
    }
}

/// How samples are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Order of the bytes of a sample. Without meaning under a predictor.
    pub byteorder: ByteOrder,
    /// What the encoder makes of numbers that do not fit.
    pub rounding: Rounding,
    /// What was done to the bytes of a row.
    pub predictor: Predictor,
    /// The first axis of a row, for the predictor: a row is everything from this axis on; negative ones count from the
    /// end. Default -1, the last axis. The rows of an image `[height, width, samples]` are axis -2.
    pub axis: i32,
}

impl Default for Options {
    fn default() -> Self {
        let (byteorder, rounding) = (ByteOrder::default(), Rounding::default());
        Self { byteorder, rounding, predictor: Predictor::None, axis: -1 }
    }
}

impl Options {
    /// Sets [`Options::byteorder`].
    #[must_use]
    pub const fn with_byteorder(mut self, byteorder: ByteOrder) -> Self {
        self.byteorder = byteorder;
        self
    }

    /// Sets [`Options::rounding`].
    #[must_use]
    pub const fn with_rounding(mut self, rounding: Rounding) -> Self {
        self.rounding = rounding;
        self
    }

    /// Sets [`Options::predictor`].
    #[must_use]
    pub const fn with_predictor(mut self, predictor: Predictor) -> Self {
        self.predictor = predictor;
        self
    }

    /// Sets [`Options::axis`].
    #[must_use]
    pub const fn with_axis(mut self, axis: i32) -> Self {
        self.axis = axis;
        self
    }

    /// The rows of the stream, if there is a predictor.
    pub(crate) fn rows(&self, layout: &Layout) -> Result<Option<Rows>> {
        let dtype = layout.dtype();
        if dtype != DType::F32 {
            return Err(INFO.invalid_argument(format!("samples must be float32, got {dtype}")));
        }
        let Some(dist) = self.predictor.dist() else { return Ok(None) };
        let ndim = layout.ndim();
        let axis = usize::try_from(self.axis).ok().or_else(|| ndim.checked_sub(self.axis.unsigned_abs() as usize));
        let Some((axis, &len)) = axis.and_then(|axis| Some((axis, layout.shape().get(axis)?))) else {
            return Err(INFO.invalid_argument(format!("axis {} is not one of the {ndim} axes of {layout}", self.axis)));
        };
        let step = layout.stride(axis) / dtype.size();
        let order = match self.stored_order() {
            ByteOrder::Little => iio_floatpred::ByteOrder::Little,
            ByteOrder::Big => iio_floatpred::ByteOrder::Big,
        };
        Ok(Some(Rows::new(len * step * SAMPLE_LEN, SAMPLE_LEN).with_lag(dist * step).with_order(order)))
    }

    /// The order of bytes before a predictor is applied.
    pub(crate) fn stored_order(&self) -> ByteOrder {
        if self.predictor == Predictor::None { self.byteorder } else { ByteOrder::Little }
    }
}
