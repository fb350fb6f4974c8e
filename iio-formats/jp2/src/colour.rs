//! The meaning of the channels that decoding gives.

use iio_core::Colour;
use iio_jpeg2k::{DecodeOptions, Info};

/// Colour space of the decoded channels, by the names that the codec's option `colorspace` has, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    Gray,
    Rgb,
    Ycc,
    ExtendedYcc,
    Cmyk,
    Lab,
    Palette,
    Other,
}

impl Space {
    /// The colour space of what decoding with these options gives.
    pub(crate) fn of(info: &Info<'_>, options: &DecodeOptions) -> Self {
        let n = n_channels(info, options);
        if info.palette.is_some() && !options.palette {
            return Self::Palette;
        }
        let declared = match info.colour {
            // Table I.10, and M.25 of Part 2.
            iio_jpeg2k::Colour::Enumerated(number) => match number {
                0 | 15 | 17 => Self::Gray,
                16 | 20 | 21 => Self::Rgb,
                18 if options.to_rgb => Self::Rgb,
                1 | 3 | 4 | 18 => Self::Ycc,
                24 => Self::ExtendedYcc,
                12 => Self::Cmyk,
                14 => Self::Lab,
                _ => Self::Other,
            },
            iio_jpeg2k::Colour::Icc(profile) => Self::of_profile(profile),
            _ => Self::guess(info, n),
        };
        // Files that declare more colours than they have channels are common: their channels are what counts.
        if n < declared.n_colours() { Self::guess(info, n) } else { declared }
    }

    fn guess(info: &Info<'_>, n: usize) -> Self {
        match n {
            1 | 2 => Self::Gray,
            3 => Self::Rgb,
            4 if info.coding.component_transform || info.is_jp2 => Self::Rgb,
            _ => Self::Other,
        }
    }

    /// The colour space of an ICC profile, by the field of that name in its header.
    pub(crate) fn of_profile(profile: &[u8]) -> Self {
        match profile.get(16..20) {
            Some(b"GRAY") => Self::Gray,
            Some(b"RGB ") => Self::Rgb,
            Some(b"CMYK") => Self::Cmyk,
            Some(b"Lab ") => Self::Lab,
            Some(b"YCbr") => Self::Ycc,
            _ => Self::Other,
        }
    }

    pub(crate) const fn n_colours(self) -> usize {
        match self {
            Self::Gray | Self::Palette => 1,
            Self::Rgb | Self::Ycc | Self::ExtendedYcc | Self::Lab => 3,
            Self::Cmyk => 4,
            Self::Other => 0,
        }
    }

    /// The value of the codec's option `colorspace`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::Rgb => "srgb",
            Self::Ycc => "sycc",
            Self::ExtendedYcc => "eycc",
            Self::Cmyk => "cmyk",
            Self::Lab | Self::Palette | Self::Other => "unspecified",
        }
    }

    pub(crate) const fn colour(self) -> Colour {
        match self {
            Self::Gray => Colour::Gray,
            Self::Rgb => Colour::Rgb,
            Self::Ycc | Self::ExtendedYcc => Colour::YCbCr,
            Self::Cmyk => Colour::Cmyk,
            Self::Lab => Colour::Lab,
            Self::Palette => Colour::Palette,
            Self::Other => Colour::Other,
        }
    }
}

/// Channels that decoding gives.
pub(crate) fn n_channels(info: &Info<'_>, options: &DecodeOptions) -> usize {
    info.palette.filter(|_| options.palette).map_or(info.size.n_components(), |palette| palette.n_channels())
}

/// Channels beyond those of the colour: as defined, else what is left.
pub(crate) fn n_extra(info: &Info<'_>, options: &DecodeOptions) -> usize {
    let n = n_channels(info, options);
    let defined = info.channel_definitions().filter(|definition| definition.kind != 0).count();
    if defined > 0 && defined <= n {
        return defined;
    }
    match Space::of(info, options) {
        Space::Other => 0,
        space => n.saturating_sub(space.n_colours()),
    }
}

/// True if the last channel is opacity, as far as the file says.
pub(crate) fn has_alpha(info: &Info<'_>) -> bool {
    let last = info.size.n_components().saturating_sub(1);
    info.channel_definitions().any(|definition| {
        matches!(definition.kind, 1 | 2) && usize::from(definition.channel) == last && definition.association == 0
    })
}
