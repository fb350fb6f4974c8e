//! Inputs: six kinds of content for any layout, the same on every machine.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "patterns are cut to the width of the sample on purpose"
)]

use iio_codec::{DType, DTypeKind, Layout};

/// A pseudorandom generator: the same numbers for the same seed, for ever.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// Makes a generator.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(0x2545_f491_4f6c_dd1d);
        // The low bits of a congruential generator are poor: fold the high ones into them.
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 32)
    }

    /// A number below `end`, which is taken as 1 if it is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() % end.max(1) as u64) as usize
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Fills bytes.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.bits() as u8;
        }
    }
}

/// What an input looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Content {
    /// One value throughout.
    Constant,
    /// Each sample a little greater than the one before, with wrap-around.
    Ramp,
    /// No structure. Floats are finite.
    Noise,
    /// Values that repeat for a while.
    Runs,
    /// Smooth in two dimensions with a little noise, as a camera gives it.
    Photo,
    /// The greatest, the smallest and their neighbours in turn; for floats infinities, NaN, negative zero, subnormals.
    Extremes,
}

impl Content {
    /// All kinds.
    pub const ALL: [Self; 6] = [Self::Constant, Self::Ramp, Self::Noise, Self::Runs, Self::Photo, Self::Extremes];

    /// The kinds that a lossy codec is measured on.
    pub const SMOOTH: [Self; 2] = [Self::Constant, Self::Photo];

    /// Makes `len` bytes.
    #[must_use]
    pub fn bytes(self, len: usize) -> Vec<u8> {
        match Layout::new(DType::U8, &[len]) {
            Ok(layout) => self.array(&layout, None),
            Err(_) => Vec::new(),
        }
    }

    /// Makes the samples of an array, native-endian and in C order. Integers stay within `bits` bits, if given.
    #[must_use]
    pub fn array(self, layout: &Layout, bits: Option<u32>) -> Vec<u8> {
        let mut maker = Maker {
            content: self,
            dtype: layout.dtype(),
            bits: bits.unwrap_or(64).clamp(1, layout.dtype().size() as u32 * 8),
            size: picture_size(layout),
            rng: Rng::new(layout.n_samples() as u64 ^ ((self as u64) << 40)),
            left: 0,
            held: 0,
        };
        let parts = if layout.dtype().kind() == DTypeKind::Complex { 2 } else { 1 };
        let mut bytes = Vec::with_capacity(layout.n_bytes());
        for index in 0..layout.n_samples() * parts {
            maker.push(index, &mut bytes);
        }
        bytes
    }
}

/// Width in samples, samples per pixel, and height of the pictures in an array.
fn picture_size(layout: &Layout) -> (usize, usize, usize) {
    match *layout.shape() {
        [.., height, width, samples] if samples <= 4 => (width.max(1), samples.max(1), height.max(1)),
        [.., height, width] => (width.max(1), 1, height.max(1)),
        [width] => (width.max(1), 1, 1),
        [] => (1, 1, 1),
    }
}

struct Maker {
    content: Content,
    dtype: DType,
    bits: u32,
    size: (usize, usize, usize),
    rng: Rng,
    left: usize,
    held: u64,
}

impl Maker {
    fn push(&mut self, index: usize, to: &mut Vec<u8>) {
        let raw = match self.dtype.kind() {
            DTypeKind::Bool => u64::from(self.unit(index) >= 0.5),
            DTypeKind::Uint | DTypeKind::Int => self.integer(index),
            DTypeKind::Float | DTypeKind::Complex => self.float(index),
        };
        let size = self.dtype.swap_size();
        let bytes = raw.to_ne_bytes();
        to.extend_from_slice(if cfg!(target_endian = "little") { &bytes[..size] } else { &bytes[8 - size..] });
    }

    /// Brightness in `0.0..1.0` of a made-up photograph.
    fn photo(&mut self, index: usize) -> f64 {
        let (width, samples, height) = self.size;
        let (pixel, sample) = (index / samples, index % samples);
        let x = (pixel % width) as f64 / width as f64;
        let y = (pixel / width % height) as f64 / height as f64;
        let disc = if (x - 0.6).hypot(y - 0.4) < 0.25 { 0.2 } else { 0.0 };
        let smooth = 0.35 + 0.2 * (5.0 * x + sample as f64).sin() + 0.15 * (7.0 * y * x).cos() + disc;
        (smooth + 0.02 * (self.rng.unit() - 0.5)).clamp(0.0, 0.999_999)
    }

    /// The value as a fraction, for the contents that have one.
    fn unit(&mut self, index: usize) -> f64 {
        match self.content {
            Content::Constant => 0.7,
            Content::Ramp => (index % 97) as f64 / 97.0,
            Content::Noise => self.rng.unit(),
            Content::Runs => self.run(Rng::bits) as f64 / u64::MAX as f64,
            Content::Photo => self.photo(index),
            Content::Extremes => (index % 2) as f64,
        }
    }

    fn run(&mut self, make: impl FnOnce(&mut Rng) -> u64) -> u64 {
        if self.left == 0 {
            // Mostly short, now and then longer than any packet of a run-length code.
            self.left = if self.rng.below(16) == 0 { self.rng.below(1000) } else { self.rng.below(12) } + 1;
            self.held = make(&mut self.rng);
        }
        self.left -= 1;
        self.held
    }

    /// An integer of `bits` bits, sign-extended for signed dtypes.
    fn integer(&mut self, index: usize) -> u64 {
        let bits = self.bits;
        let max = u64::MAX >> (64 - bits);
        let raw = match self.content {
            Content::Constant => 0xa5a5_a5a5_a5a5_a5a5 >> (64 - bits),
            Content::Ramp => index as u64,
            Content::Noise => self.rng.bits(),
            Content::Runs => self.run(Rng::bits),
            Content::Photo => (self.photo(index) * max as f64) as u64,
            Content::Extremes => match index % 7 {
                0 => 0,
                1 | 4 => max,
                2 => max >> 1,
                3 => (max >> 1) + 1,
                5 => 1,
                _ => max - 1,
            },
        } & max;
        if self.dtype.kind() == DTypeKind::Int {
            // A photograph of signed samples is dark where an unsigned one is, not torn at half brightness.
            let raw = if self.content == Content::Photo { raw ^ (max ^ (max >> 1)) } else { raw };
            return (((raw << (64 - bits)) as i64) >> (64 - bits)) as u64;
        }
        raw
    }

    /// The bits of a float.
    fn float(&mut self, index: usize) -> u64 {
        let value = match self.content {
            Content::Ramp => index as f64 * 0.25 - 100.0,
            Content::Noise => (self.rng.unit() - 0.5) * 2000.0,
            Content::Extremes => {
                const VALUES: [f64; 8] = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0, -1.0, 6.1e-5];
                match index % 10 {
                    8 => return 1,
                    9 => return self.greatest(),
                    i => VALUES[i],
                }
            }
            _ => self.unit(index),
        };
        match self.dtype.swap_size() {
            2 if self.dtype == DType::BF16 => u64::from((value as f32).to_bits() >> 16),
            2 => u64::from(half_bits(value as f32)),
            4 => u64::from((value as f32).to_bits()),
            _ => value.to_bits(),
        }
    }

    fn greatest(&self) -> u64 {
        match self.dtype {
            DType::F16 => 0x7bff,
            DType::BF16 => 0x7f7f,
            DType::F32 | DType::C64 => u64::from(f32::MAX.to_bits()),
            _ => f64::MAX.to_bits(),
        }
    }
}

/// The bits of a binary16, cut, not rounded; subnormals become zero.
fn half_bits(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let exponent = (bits >> 23 & 0xff) as i32 - 127 + 15;
    let fraction = (bits >> 13) as u16 & 0x3ff;
    match exponent {
        _ if value.is_nan() => sign | 0x7e00,
        31.. => sign | 0x7c00,
        ..=0 => sign,
        _ => sign | (exponent as u16) << 10 | fraction,
    }
}

fn half_value(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let fraction = f64::from(bits & 0x3ff) / 1024.0;
    sign * match bits >> 10 & 31 {
        0 => fraction * 2f64.powi(-14),
        31 if fraction > 0.0 => f64::NAN,
        31 => f64::INFINITY,
        exponent => (1.0 + fraction) * 2f64.powi(i32::from(exponent) - 15),
    }
}

/// The samples as numbers; complex ones as two.
pub(crate) fn values(dtype: DType, bytes: &[u8]) -> Vec<f64> {
    macro_rules! each {
        ($type:ty) => {
            bytes
                .chunks_exact(size_of::<$type>())
                .map(|piece| <$type>::from_ne_bytes(piece.try_into().unwrap_or_default()) as f64)
                .collect()
        };
    }
    let halves = || bytes.chunks_exact(2).map(|piece| u16::from_ne_bytes(piece.try_into().unwrap_or_default()));
    match dtype {
        DType::Bool | DType::U8 => each!(u8),
        DType::U16 => each!(u16),
        DType::U32 => each!(u32),
        DType::U64 => each!(u64),
        DType::I8 => each!(i8),
        DType::I16 => each!(i16),
        DType::I32 => each!(i32),
        DType::I64 => each!(i64),
        DType::F16 => halves().map(half_value).collect(),
        DType::BF16 => halves().map(|bits| f64::from(f32::from_bits(u32::from(bits) << 16))).collect(),
        DType::F32 | DType::C64 => each!(f32),
        _ => each!(f64),
    }
}
