use libjpeg_turbo_rs::PixelFormat;

/// What the samples of a pixel mean: in a stream, or in an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ColourSpace {
    /// Nothing that is known: samples are not converted.
    #[default]
    Unknown,
    /// Grey.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Luma and two differences, as JFIF has them.
    YCbCr,
    /// Cyan, magenta, yellow, black. Files of Adobe hold the complements.
    Cmyk,
    /// CMYK, whose first three are coded as YCbCr of their complements.
    Ycck,
    /// Red, green, blue, 255. Of arrays only, as all that follow.
    Rgbx,
    /// Blue, green, red.
    Bgr,
    /// Blue, green, red, 255.
    Bgrx,
    /// 255, blue, green, red.
    Xbgr,
    /// 255, red, green, blue.
    Xrgb,
    /// Red, green, blue, opacity 255.
    Rgba,
    /// Blue, green, red, opacity 255.
    Bgra,
    /// Opacity 255, blue, green, red.
    Abgr,
    /// Opacity 255, red, green, blue.
    Argb,
}

/// Names and numbers, those of imagecodecs first.
#[doc(hidden)]
pub const SPACES: [(&str, i64, Option<ColourSpace>); 24] = [
    ("unknown", 0, Some(ColourSpace::Unknown)),
    ("grayscale", 1, Some(ColourSpace::Gray)),
    ("rgb", 2, Some(ColourSpace::Rgb)),
    ("ycbcr", 3, Some(ColourSpace::YCbCr)),
    ("cmyk", 4, Some(ColourSpace::Cmyk)),
    ("ycck", 5, Some(ColourSpace::Ycck)),
    ("ext_rgb", 6, Some(ColourSpace::Rgb)),
    ("ext_rgbx", 7, Some(ColourSpace::Rgbx)),
    ("ext_bgr", 8, Some(ColourSpace::Bgr)),
    ("ext_bgrx", 9, Some(ColourSpace::Bgrx)),
    ("ext_xbgr", 10, Some(ColourSpace::Xbgr)),
    ("ext_xrgb", 11, Some(ColourSpace::Xrgb)),
    ("ext_rgba", 12, Some(ColourSpace::Rgba)),
    ("ext_bgra", 13, Some(ColourSpace::Bgra)),
    ("ext_abgr", 14, Some(ColourSpace::Abgr)),
    ("ext_argb", 15, Some(ColourSpace::Argb)),
    ("gray", 1, Some(ColourSpace::Gray)),
    ("minisblack", 1, Some(ColourSpace::Gray)),
    ("miniswhite", 1, Some(ColourSpace::Gray)),
    ("rgba", 12, Some(ColourSpace::Rgba)),
    ("bgr", 8, Some(ColourSpace::Bgr)),
    ("bgra", 13, Some(ColourSpace::Bgra)),
    ("argb", 15, Some(ColourSpace::Argb)),
    ("separated", 4, Some(ColourSpace::Cmyk)),
];

impl ColourSpace {
    /// What an array of `samples` is taken for.
    pub(crate) const fn usual(samples: usize) -> Self {
        match samples {
            1 => Self::Gray,
            3 => Self::Rgb,
            _ => Self::Unknown,
        }
    }

    /// Samples of a pixel; `None` if that is not known.
    #[must_use]
    pub const fn samples(self) -> Option<usize> {
        match self {
            Self::Unknown => None,
            Self::Gray => Some(1),
            Self::Rgb | Self::YCbCr | Self::Bgr => Some(3),
            _ => Some(4),
        }
    }

    /// The name in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Gray => "gray",
            Self::Rgb => "rgb",
            Self::YCbCr => "ycbcr",
            Self::Cmyk => "cmyk",
            Self::Ycck => "ycck",
            Self::Rgbx => "ext_rgbx",
            Self::Bgr => "ext_bgr",
            Self::Bgrx => "ext_bgrx",
            Self::Xbgr => "ext_xbgr",
            Self::Xrgb => "ext_xrgb",
            Self::Rgba => "ext_rgba",
            Self::Bgra => "ext_bgra",
            Self::Abgr => "ext_abgr",
            Self::Argb => "ext_argb",
        }
    }

    /// Places of red, green and blue in a pixel, if it has them.
    pub(crate) const fn rgb(self) -> Option<[usize; 3]> {
        match self {
            Self::Rgb | Self::Rgbx | Self::Rgba => Some([0, 1, 2]),
            Self::Bgr | Self::Bgrx | Self::Bgra => Some([2, 1, 0]),
            Self::Xrgb | Self::Argb => Some([1, 2, 3]),
            Self::Xbgr | Self::Abgr => Some([3, 2, 1]),
            _ => None,
        }
    }

    /// The same in words of the library underneath.
    pub(crate) const fn format(self) -> Option<PixelFormat> {
        match self {
            Self::Gray => Some(PixelFormat::Grayscale),
            Self::Rgb => Some(PixelFormat::Rgb),
            Self::Cmyk => Some(PixelFormat::Cmyk),
            Self::Rgbx => Some(PixelFormat::Rgbx),
            Self::Bgr => Some(PixelFormat::Bgr),
            Self::Bgrx => Some(PixelFormat::Bgrx),
            Self::Xbgr => Some(PixelFormat::Xbgr),
            Self::Xrgb => Some(PixelFormat::Xrgb),
            Self::Rgba => Some(PixelFormat::Rgba),
            Self::Bgra => Some(PixelFormat::Bgra),
            Self::Abgr => Some(PixelFormat::Abgr),
            Self::Argb => Some(PixelFormat::Argb),
            Self::Unknown | Self::YCbCr | Self::Ycck => None,
        }
    }
}
