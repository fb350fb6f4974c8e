use iio_codec::Tier;
use iio_core::{FormatInfo, Modes};

use crate::{reader, writer};

/// What registries know of this format.
///
/// Options of reading: `has_alpha`, `threads` ([`iio_webp::DecodeOptions`]). Options of writing: those of
/// [`iio_webp::EncodeOptions`].
pub static FORMAT: FormatInfo = FormatInfo {
    name: "webp",
    title: "WebP: still images and animations",
    extensions: &["webp"],
    writes: &["webp"],
    modes: Modes::Multi,
    tier: Tier::Fuzzed,
    sniff: |file| iio_webp::check(file.head),
    open: Some(reader::open),
    create: Some(writer::create),
};
