use iio_codec::{Check, Tier};
use iio_core::{FormatInfo, Modes, Sniff};

use crate::{check, reader, writer};

/// What registries know of this format.
///
/// Options of reading: `scale`, `allow_missing_end` ([`DecodeOptions`](crate::DecodeOptions)). Options of writing:
/// `variant`, `ascii`, `maxval`, `tuple_type`, `comment` ([`EncodeOptions`](crate::EncodeOptions)); without `variant` the
/// extension decides, and `pnm` takes what fits.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "netpbm",
    title: "PBM, PGM, PPM, PAM and PFM",
    extensions: &["pnm", "pbm", "pgm", "ppm", "pam", "pfm"],
    writes: &["pnm", "pbm", "pgm", "ppm", "pam", "pfm"],
    modes: Modes::Multi,
    tier: Tier::Safe,
    sniff,
    open: Some(reader::open),
    create: Some(writer::create),
};

fn sniff(file: &Sniff<'_>) -> Check {
    check(file.head)
}
