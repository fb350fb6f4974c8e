use core::ops::Range;

use iio_codec::{Blame, Limits, Result};
use iio_core::{MetaValue, Metadata, Source};
use iio_webp::{EncodeOptions, Extras, Frame, Info};

use crate::FORMAT;

const DURATION: &str = "duration";
const LOOP: &str = "loop";
const BACKGROUND: &str = "background";
/// What stands before EXIF in JPEG, and in files of some programs here.
const EXIF_PREFIX: &[u8] = b"Exif\0\0";

pub(crate) fn read(source: &Source, info: &Info, frame: &Frame, limits: &Limits) -> Result<Metadata> {
    let places = [&info.icc_profile, &info.exif, &info.xmp];
    let len = places.into_iter().flatten().map(|range| range.end - range.start).sum();
    if len > limits.metadata_bytes {
        return Err(FORMAT.limit("metadata", "metadata_bytes", len, limits.metadata_bytes));
    }
    let bytes = |place: &Option<Range<u64>>| -> Result<Option<Vec<u8>>> {
        place.clone().map(|range| source.read(range).map(std::borrow::Cow::into_owned)).transpose()
    };
    let mut meta = Metadata::default();
    meta.icc_profile = bytes(&info.icc_profile)?;
    meta.exif = bytes(&info.exif)?.map(|exif| match exif.strip_prefix(EXIF_PREFIX) {
        Some(tiff) => tiff.to_vec(),
        None => exif,
    });
    meta.xmp = bytes(&info.xmp)?;
    let mut tag = |name: &str, value: MetaValue| meta.tags.push((name.to_owned(), value));
    if let Some(animation) = info.animation {
        tag(DURATION, MetaValue::Uint(frame.duration.into()));
        tag("n_frames", MetaValue::Uint(info.n_frames as u64));
        tag(LOOP, MetaValue::Uint(animation.loops.into()));
        let [b, g, r, a] = animation.background;
        tag(BACKGROUND, MetaValue::List([r, g, b, a].map(|v| MetaValue::Uint(v.into())).to_vec()));
    }
    Ok(meta)
}

/// The blocks that are written beside the pixels.
pub(crate) fn extras(meta: &Metadata) -> Extras<'_> {
    Extras::new(meta.icc_profile.as_deref(), meta.exif.as_deref(), meta.xmp.as_deref())
}

/// True if there are any.
pub(crate) const fn has_extras(meta: &Metadata) -> bool {
    meta.icc_profile.is_some() || meta.exif.is_some() || meta.xmp.is_some()
}

/// Milliseconds for which an image was shown where it comes from.
pub(crate) fn duration(meta: &Metadata) -> Option<u32> {
    match meta.tag(DURATION) {
        Some(&MetaValue::Uint(ms)) => u32::try_from(ms).ok().filter(|&ms| ms < 1 << 24),
        _ => None,
    }
}

/// What the file that an image comes from says of its animation.
pub(crate) fn animation(meta: &Metadata, mut options: EncodeOptions) -> EncodeOptions {
    if let Some(&MetaValue::Uint(loops)) = meta.tag(LOOP)
        && let Ok(loops) = u16::try_from(loops)
    {
        options.loops = loops;
    }
    if let Some(MetaValue::List(values)) = meta.tag(BACKGROUND) {
        let byte = |value: &MetaValue| match value {
            MetaValue::Uint(v) => u8::try_from(*v).ok(),
            _ => None,
        };
        if let Some(&[r, g, b, a]) = values.iter().map(byte).collect::<Option<Vec<u8>>>().as_deref() {
            options.background = [b, g, r, a];
        }
    }
    options
}
