//! Values of the tags Compression and Predictor: names, and what they call for.

/// No compression.
pub(crate) const NONE: u32 = 1;
/// JPEG of TIFF 6.0, which is obsolete.
pub(crate) const OLD_JPEG: u32 = 6;

/// One word for people.
pub(crate) fn name(compression: u32) -> String {
    let name = match compression {
        1 => "none",
        2 => "ccitt rle",
        3 => "ccitt fax 3",
        4 => "ccitt fax 4",
        5 => "lzw",
        6 => "jpeg (old)",
        7 | 33007 => "jpeg",
        8 | 32946 | 50013 => "deflate",
        9 | 10 | 34661 => "jbig",
        32766 => "next",
        32771 => "ccitt rle (word aligned)",
        32773 => "packbits",
        32809 => "thunderscan",
        32908 => "pixarfilm",
        32909 => "pixarlog",
        22610 | 34934 => "jpegxr",
        33003..=33005 | 34712 => "jpeg2k",
        34676 => "sgilog",
        34677 => "sgilog 24",
        34715 => "jbig2",
        34887 => "lerc",
        34892 => "jpeg (lossy dng)",
        34925 => "lzma",
        34926 | 50000 => "zstd",
        34927 | 50001 => "webp",
        34933 => "png",
        48124 => "jetraw",
        50002 | 52546 => "jpegxl",
        65000..=65002 => "eer",
        other => return format!("tiff:{other}"),
    };
    name.to_owned()
}

/// The value that another one is a synonym of.
pub(crate) const fn canonical(compression: u32) -> u32 {
    match compression {
        32946 | 50013 => 8,
        33007 => 7,
        34926 => 50000,
        34927 => 50001,
        52546 => 50002,
        other => other,
    }
}

/// Facsimile codes: streams of bits, to which FillOrder applies.
pub(crate) const fn is_fax(compression: u32) -> bool {
    matches!(compression, 2..=4 | 32771)
}

/// JPEG streams, whose YCbCr the decoder turns to RGB.
pub(crate) const fn is_jpeg(compression: u32) -> bool {
    matches!(compression, 6 | 7 | 33007 | 34892)
}

/// Streams that tell their own colour sampling.
pub(crate) const fn is_image(compression: u32) -> bool {
    is_jpeg(compression)
        || matches!(compression, 22610 | 33003..=33005 | 34712 | 34933 | 34934 | 48124 | 50001 | 50002 | 52546 | 34927)
}

/// Predictors that work on the bytes of floats, whatever the byte order of the file.
pub(crate) const fn is_float_predictor(predictor: u32) -> bool {
    matches!(predictor, 3 | 34894 | 34895)
}

/// One word for people; empty for none.
pub(crate) fn predictor_name(predictor: u32) -> String {
    match predictor {
        0 | 1 => String::new(),
        2 => "delta".to_owned(),
        3 => "floatpred".to_owned(),
        34892 => "delta x2".to_owned(),
        34893 => "delta x4".to_owned(),
        34894 => "floatpred x2".to_owned(),
        34895 => "floatpred x4".to_owned(),
        other => format!("tiff-predictor:{other}"),
    }
}
