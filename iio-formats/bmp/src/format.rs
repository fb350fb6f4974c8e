use iio_codec::{Check, Tier};
use iio_core::{FormatInfo, Modes, Sniff};

use crate::{check, reader, writer};

/// What registries know of this format.
///
/// Options of reading: those of [`DecodeOptions`](crate::DecodeOptions): `expand` (`auto`, `rgb`, `indices`),
/// `bilevel_as_bool`, `ignore_index_range`, `allow_missing_end`. Options of writing: those of
/// [`EncodeOptions`](crate::EncodeOptions): `ppm`, `rle`, `top_down`, `bits_per_sample`, `palette`, `icc_profile`.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "bmp",
    title: "BMP and DIB of Windows and OS/2",
    extensions: &["bmp", "dib", "rle"],
    writes: &["bmp", "dib"],
    modes: Modes::Single,
    tier: Tier::Safe,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

fn sniff(file: &Sniff<'_>) -> Check {
    check(file.head)
}
