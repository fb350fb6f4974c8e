use iio_codec::{Check, Tier};
use iio_core::{FormatInfo, Modes, Sniff};

use crate::{reader, writer};

/// What registries know of this format.
///
/// Options of reading: `planar`, `max_layers`, `threads`, `to_rgb`, `palette`, `allow_missing_end`
/// ([`iio_jpeg2k::DecodeOptions`]). Options of writing: those of the codec ([`iio_jpeg2k::EncodeOptions`]); without
/// `codecformat` the extension tells a JP2 file from a bare code stream.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "jp2",
    title: "JPEG 2000: JP2 files and code streams",
    extensions: &["jp2", "j2k", "j2c", "jpc", "jpx", "jpf", "jph", "jhc"],
    writes: &["jp2", "j2k", "j2c", "jpc", "jpx", "jpf"],
    modes: Modes::Single,
    tier: Tier::Fuzzed,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

fn sniff(file: &Sniff<'_>) -> Check {
    iio_jpeg2k::check(file.head)
}
