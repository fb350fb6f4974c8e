use iio_codec::{Check, Tier};
use iio_core::{FormatInfo, Modes, Sniff};

use crate::{check, reader, writer};

/// What registries know of this format.
///
/// Options of reading: `asrgb`, `allow_missing_end`, `allow_missing_pixels` ([`DecodeOptions`](crate::DecodeOptions)).
/// Options of writing: `colormap`, `transparent`, `rgb`, `n_colours`, `dither`, `interlace`, `crop`, `duration`, `loop`
/// (-1: not told), `disposal`, `comment` ([`EncodeOptions`](crate::EncodeOptions)).
pub static FORMAT: FormatInfo = FormatInfo {
    name: "gif",
    title: "GIF 87a and 89a",
    extensions: &["gif"],
    writes: &["gif"],
    modes: Modes::Multi,
    tier: Tier::Safe,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

fn sniff(file: &Sniff<'_>) -> Check {
    check(file.head)
}
