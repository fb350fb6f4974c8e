use core::fmt;

use iio_codec::{Blame, DType, Layout, Result};

use crate::INFO;

/// Which of the formats a file is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// Black and white: `P1`, `P4`.
    Pbm,
    /// Grey: `P2`, `P5`.
    Pgm,
    /// Colour: `P3`, `P6`.
    Ppm,
    /// Any number of samples: `P7`.
    Pam,
    /// Floating point: `Pf`, `PF`.
    Pfm,
}

impl Variant {
    const ALL: [Self; 5] = [Self::Pbm, Self::Pgm, Self::Ppm, Self::Pam, Self::Pfm];

    /// Names that options accept. The number is that of the raw variant's magic; PFM has none.
    pub(crate) const CHOICES: [(&'static str, i64, Option<Self>); 5] = [
        ("pbm", 4, Some(Self::Pbm)),
        ("pgm", 5, Some(Self::Pgm)),
        ("ppm", 6, Some(Self::Ppm)),
        ("pam", 7, Some(Self::Pam)),
        ("pfm", -1, Some(Self::Pfm)),
    ];

    /// The name, which is also the extension.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pbm => "pbm",
            Self::Pgm => "pgm",
            Self::Ppm => "ppm",
            Self::Pam => "pam",
            Self::Pfm => "pfm",
        }
    }

    /// The variant of an extension; `None` for `pnm`, which may be any.
    pub(crate) fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variant| variant.name() == extension)
    }

    const fn takes(self) -> &'static str {
        match self {
            Self::Pbm => "bool [height, width]",
            Self::Pgm => "uint8 or uint16 [height, width]",
            Self::Ppm => "uint8 or uint16 [height, width, 3]",
            Self::Pam => "uint8 or uint16 [height, width] or [height, width, samples], bool with 1 or 2 samples",
            Self::Pfm => "float32 [height, width] or [height, width, 3]",
        }
    }

    fn holds(self, dtype: DType, depth: usize) -> bool {
        match (self, dtype) {
            (Self::Pbm, DType::Bool) | (Self::Pgm, DType::U8 | DType::U16) => depth == 1,
            (Self::Ppm, DType::U8 | DType::U16) => depth == 3,
            (Self::Pam, DType::U8 | DType::U16) => true,
            (Self::Pam, DType::Bool) => depth <= 2,
            (Self::Pfm, DType::F32) => depth == 1 || depth == 3,
            _ => false,
        }
    }

    /// The variant for an image of this layout and its number of samples: the one that is asked for, or the simplest
    /// that holds it.
    ///
    /// # Errors
    /// `InvalidArgument` that says what would fit.
    pub(crate) fn choose(asked: Option<Self>, layout: &Layout) -> Result<(Self, usize)> {
        let depth = match *layout.shape() {
            [height, width] if height > 0 && width > 0 => 1,
            // A last axis of one would be lost on the way back.
            [height, width, depth] if height > 0 && width > 0 && depth > 1 => depth,
            _ => {
                let message = format!("takes [height, width] or [height, width, 2 and more samples], got {layout}");
                return Err(INFO.invalid_argument(message));
            }
        };
        let mut fitting = Self::ALL.into_iter().filter(|variant| variant.holds(layout.dtype(), depth));
        match (asked, fitting.next()) {
            (Some(asked), _) if asked.holds(layout.dtype(), depth) => Ok((asked, depth)),
            (None, Some(variant)) => Ok((variant, depth)),
            (Some(asked), Some(variant)) => {
                let message = format!("{asked} takes {}, got {layout}, which {variant} takes", asked.takes());
                Err(INFO.invalid_argument(message))
            }
            (asked, None) => {
                let takes = asked.map_or("bool, uint8, uint16 or float32 with 1 or 3 samples", Self::takes);
                let name = asked.map_or("", Self::name);
                Err(INFO.invalid_argument(format!("{name} takes {takes}, got {layout}").trim_start().to_owned()))
            }
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
