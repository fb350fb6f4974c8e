use core::fmt;

/// The type of one sample of an image, in the native byte order of the machine.
///
/// Bits per sample that are odd or below a byte (1-bit masks, 12-bit camera data) are held in the next wider type; the
/// number of bits that are in use travels as metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DType {
    /// One byte, 0 or 1.
    Bool,
    /// Unsigned, 8 bits.
    U8,
    /// Unsigned, 16 bits.
    U16,
    /// Unsigned, 32 bits.
    U32,
    /// Unsigned, 64 bits.
    U64,
    /// Two's complement, 8 bits.
    I8,
    /// Two's complement, 16 bits.
    I16,
    /// Two's complement, 32 bits.
    I32,
    /// Two's complement, 64 bits.
    I64,
    /// IEEE 754 binary16.
    F16,
    /// The upper half of an IEEE 754 binary32 (Google Brain).
    BF16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Complex number of two binary32: real, imaginary.
    C64,
    /// Complex number of two binary64: real, imaginary.
    C128,
}

/// What kind of number a [`DType`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DTypeKind {
    /// `Bool`.
    Bool,
    /// Unsigned integers.
    Uint,
    /// Signed integers.
    Int,
    /// Floating point numbers.
    Float,
    /// Pairs of floating point numbers.
    Complex,
}

impl DType {
    /// Every dtype, narrow to wide within its kind.
    pub const ALL: [Self; 15] = [
        Self::Bool,
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::F16,
        Self::BF16,
        Self::F32,
        Self::F64,
        Self::C64,
        Self::C128,
    ];

    /// Bytes of one sample.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Bool | Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 | Self::F16 | Self::BF16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 | Self::C64 => 8,
            Self::C128 => 16,
        }
    }

    /// Bytes of the unit that byte swapping works on: half of the size for complex numbers, else the size.
    #[must_use]
    pub const fn swap_size(self) -> usize {
        match self {
            Self::C64 | Self::C128 => self.size() / 2,
            _ => self.size(),
        }
    }

    /// What kind of number this is.
    #[must_use]
    pub const fn kind(self) -> DTypeKind {
        match self {
            Self::Bool => DTypeKind::Bool,
            Self::U8 | Self::U16 | Self::U32 | Self::U64 => DTypeKind::Uint,
            Self::I8 | Self::I16 | Self::I32 | Self::I64 => DTypeKind::Int,
            Self::F16 | Self::BF16 | Self::F32 | Self::F64 => DTypeKind::Float,
            Self::C64 | Self::C128 => DTypeKind::Complex,
        }
    }

    /// The name that numpy uses (`uint16`, `complex64`); `bfloat16` as in `ml_dtypes`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::U8 => "uint8",
            Self::U16 => "uint16",
            Self::U32 => "uint32",
            Self::U64 => "uint64",
            Self::I8 => "int8",
            Self::I16 => "int16",
            Self::I32 => "int32",
            Self::I64 => "int64",
            Self::F16 => "float16",
            Self::BF16 => "bfloat16",
            Self::F32 => "float32",
            Self::F64 => "float64",
            Self::C64 => "complex64",
            Self::C128 => "complex128",
        }
    }

    /// The dtype of a name such as `uint16`, `u16`, `u2` or `<u2`; `None` for names that are not known and for
    /// explicit big-endian ones, since arrays are native-endian.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let bare = name.strip_prefix(['<', '=', '|']).unwrap_or(name);
        Some(match bare {
            "bool" | "?" | "b1" => Self::Bool,
            "uint8" | "u8" | "u1" | "B" => Self::U8,
            "uint16" | "u16" | "u2" => Self::U16,
            "uint32" | "u32" | "u4" => Self::U32,
            "uint64" | "u64" => Self::U64,
            "int8" | "i8" | "i1" => Self::I8,
            "int16" | "i16" | "i2" => Self::I16,
            "int32" | "i32" | "i4" => Self::I32,
            "int64" | "i64" => Self::I64,
            "float16" | "f16" | "f2" => Self::F16,
            "bfloat16" | "bf16" => Self::BF16,
            "float32" | "f32" | "f4" => Self::F32,
            "float64" | "f64" | "f8" => Self::F64,
            "complex64" | "c64" | "c8" => Self::C64,
            "complex128" | "c128" | "c16" => Self::C128,
            _ => return None,
        })
    }

    /// The narrowest unsigned dtype that holds `bits` (1 to 64) bits.
    #[must_use]
    pub const fn uint_for_bits(bits: u32) -> Option<Self> {
        match bits {
            1..=8 => Some(Self::U8),
            9..=16 => Some(Self::U16),
            17..=32 => Some(Self::U32),
            33..=64 => Some(Self::U64),
            _ => None,
        }
    }

    /// The narrowest signed dtype that holds `bits` (1 to 64) bits.
    #[must_use]
    pub const fn int_for_bits(bits: u32) -> Option<Self> {
        match bits {
            1..=8 => Some(Self::I8),
            9..=16 => Some(Self::I16),
            17..=32 => Some(Self::I32),
            33..=64 => Some(Self::I64),
            _ => None,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Runs a generic expression with `$T` bound to the Rust type of an integer or float [`DType`].
///
/// `F16`, `BF16`, complex and `Bool` go to the `else` branch.
///
/// ```
/// # use iio_codec::{DType, match_dtype};
/// let width = match_dtype!(DType::U16, T => core::mem::size_of::<T>(), else => 0);
/// assert_eq!(width, 2);
/// ```
#[macro_export]
macro_rules! match_dtype {
    ($dtype:expr, $T:ident => $body:expr, else => $other:expr) => {
        match $dtype {
            $crate::DType::U8 => {
                type $T = u8;
                $body
            }
            $crate::DType::U16 => {
                type $T = u16;
                $body
            }
            $crate::DType::U32 => {
                type $T = u32;
                $body
            }
            $crate::DType::U64 => {
                type $T = u64;
                $body
            }
            $crate::DType::I8 => {
                type $T = i8;
                $body
            }
            $crate::DType::I16 => {
                type $T = i16;
                $body
            }
            $crate::DType::I32 => {
                type $T = i32;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => $other,
        }
    };
}
