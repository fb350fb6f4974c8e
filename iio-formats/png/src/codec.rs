use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, Blame, CodecId, CodecInfo, CodecKind, Directions, Fields, Result,
    Tier, key,
};

use crate::metadata::{Cicp, IccProfile, Metadata};
use crate::options::{DecodeOptions, EncodeOptions, Filters, Strategy};
use crate::png::{DEFLATE_RATIO, Palette};
use crate::{Decoder, Encoder, check};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "png",
    title: "PNG, Portable Network Graphics",
    aliases: &["spng"],
    ids: &[
        CodecId::Tiff(34933),
        CodecId::Numcodecs("imagecodecs_png"),
        CodecId::Numcodecs("imagecodecs_spng"),
        CodecId::Zarr("imagecodecs_png"),
        CodecId::Zarr("imagecodecs_spng"),
    ],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // Indices of one bit become four bytes.
    max_ratio: Some(DEFLATE_RATIO * 32),
    check,
    build,
    backend: Some(iio_deflate::backend),
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut decode = DecodeOptions::default();
    read_decode_options(fields, &mut decode)?;
    let mut encode = EncodeOptions { scale_low_bits: decode.scale_low_bits, ..EncodeOptions::default() };
    read_encode_options(fields, &mut encode)?;
    Ok(AnyCodec::Array(Arc::new(PngCodec::new(encode, decode)?)))
}

pub(crate) fn read_decode_options(fields: &mut Fields<'_>, decode: &mut DecodeOptions) -> Result<()> {
    for (name, flag) in [
        ("expand_palette", &mut decode.expand_palette),
        ("expand_transparency", &mut decode.expand_transparency),
        ("scale_low_bits", &mut decode.scale_low_bits),
        ("ignore_crc", &mut decode.ignore_crc),
        ("ignore_checksum", &mut decode.ignore_checksum),
        ("ignore_excess", &mut decode.ignore_excess),
        ("ignore_index_range", &mut decode.ignore_index_range),
        ("ignore_bad_ancillary", &mut decode.ignore_bad_ancillary),
        ("ignore_missing_end", &mut decode.ignore_missing_end),
    ] {
        fields.bool(name, flag)?;
    }
    Ok(())
}

pub(crate) fn read_encode_options(fields: &mut Fields<'_>, encode: &mut EncodeOptions) -> Result<()> {
    let mut level = -1;
    fields.int(key::LEVEL, -1..=12, &mut level)?;
    encode.level = u8::try_from(level).unwrap_or(encode.level);
    fields.choice("strategy", STRATEGIES, &mut encode.strategy)?;
    encode.filter = read_filter(fields)?;
    fields.bool("interlace", &mut encode.interlace)?;
    fields.int(key::BITS_PER_SAMPLE, 0..=16, &mut encode.bits_per_sample)?;
    encode.palette = read_palette(fields)?;
    encode.transparent = read_transparent(fields)?;
    encode.metadata = read_metadata(fields)?.map(Arc::new);
    Ok(())
}

const STRATEGIES: &[(&str, i64, Strategy)] = &[
    ("default", 0, Strategy::Default),
    ("filtered", 1, Strategy::Filtered),
    ("huffman_only", 2, Strategy::HuffmanOnly),
    ("rle", 3, Strategy::Rle),
    ("fixed", 4, Strategy::Fixed),
];

const FILTERS: &[(&str, u8)] =
    &[("no", 0), ("none", 8), ("sub", 16), ("up", 32), ("avg", 64), ("paeth", 128), ("fast", 56), ("all", 248)];

/// A sum of libpng's numbers, or names joined by `+`.
fn read_filter(fields: &mut Fields<'_>) -> Result<Option<Filters>> {
    let mut bits: Option<u8> = None;
    // A text is read by `text`, and a number by `int_opt`: each refuses what the other takes.
    if let Ok(Some(names)) = fields.text("filter")
        && names.trim().parse::<u8>().is_err()
    {
        let mut sum = 0;
        for name in names.split('+') {
            let found = FILTERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
            sum |= found.ok_or_else(|| INFO.invalid_argument(filter_fault(names)))?.1;
        }
        bits = Some(sum);
    } else {
        fields.int_opt("filter", 0..=248, &mut bits)?;
    }
    let filter =
        |bits: u8| Filters::from_bits(bits).ok_or_else(|| INFO.invalid_argument(filter_fault(&bits.to_string())));
    bits.map(filter).transpose()
}

#[cold]
fn filter_fault(given: &str) -> String {
    let names: Vec<_> = FILTERS.iter().map(|(name, bits)| format!("{name} ({bits})")).collect();
    format!("filter must be a sum of {}, got {given}", names.join(", "))
}

/// `palette`: red, green, blue of each colour. `palette_alpha`: alpha of the first ones.
fn read_palette(fields: &mut Fields<'_>) -> Result<Option<Palette>> {
    let (colours, alpha) = (fields.bytes("palette")?, fields.bytes("palette_alpha")?);
    let Some(colours) = colours else {
        return match alpha {
            Some(_) => Err(INFO.invalid_argument("palette_alpha without palette")),
            None => Ok(None),
        };
    };
    let (rgb, rest) = colours.as_chunks::<3>();
    if !rest.is_empty() {
        return Err(INFO.invalid_argument(format!("palette must be 3 bytes per colour, got {} bytes", colours.len())));
    }
    let palette = Palette::new(rgb)?;
    alpha.map_or(Ok(palette.clone()), |alpha| palette.with_alpha(&alpha)).map(Some)
}

fn read_transparent(fields: &mut Fields<'_>) -> Result<Option<[u16; 3]>> {
    let Some(values) = fields.ints("transparent")? else { return Ok(None) };
    let narrow = |value: &i64| u16::try_from(*value).ok();
    let values: Option<Vec<u16>> = values.iter().map(narrow).collect();
    match values.as_deref() {
        Some(&[gray]) => Ok(Some([gray; 3])),
        Some(&[r, g, b]) => Ok(Some([r, g, b])),
        _ => Err(INFO.invalid_argument("transparent must be one gray or three RGB values in 0..=65535")),
    }
}

fn read_metadata(fields: &mut Fields<'_>) -> Result<Option<Metadata>> {
    let mut metadata = Metadata::default();
    let points = [
        read_code_point(fields, "primaries", PRIMARIES)?,
        read_code_point(fields, "transfer", TRANSFERS)?,
        read_code_point(fields, "matrix", MATRICES)?,
    ];
    if points.iter().any(Option::is_some) {
        // What is not given is unspecified (2), but for the matrix: a PNG holds RGB.
        let [primaries, transfer, matrix] = points;
        let (primaries, transfer) = (primaries.unwrap_or(2), transfer.unwrap_or(2));
        metadata.cicp = Some(Cicp { primaries, transfer, matrix: matrix.unwrap_or(0), full_range: true });
    }
    if let Some(profile) = fields.bytes("icc_profile")? {
        metadata.icc_profile = Some(IccProfile { name: "icc".to_owned(), profile: profile.to_vec() });
    }
    metadata.exif = fields.bytes("exif")?.map(|exif| exif.to_vec());
    fields.int_opt("gamma", 1..=u32::MAX, &mut metadata.gamma)?;
    Ok((metadata != Metadata::default()).then_some(metadata))
}

/// A code point by number or by the name that imagecodecs gives it.
fn read_code_point(fields: &mut Fields<'_>, name: &'static str, names: &[(&str, u8)]) -> Result<Option<u8>> {
    let mut point = None;
    if let Ok(Some(text)) = fields.text(name)
        && text.trim().parse::<u8>().is_err()
    {
        return match names.iter().find(|(known, _)| known.eq_ignore_ascii_case(text.trim())) {
            Some((_, point)) => Ok(Some(*point)),
            None => {
                let known: Vec<_> = names.iter().map(|(known, _)| *known).collect();
                Err(INFO.invalid_argument(format!("{name} must be 0..=255 or one of {}, got {text}", known.join(", "))))
            }
        };
    }
    fields.int_opt(name, 0..=255, &mut point)?;
    Ok(point)
}

const PRIMARIES: &[(&str, u8)] = &[
    ("bt709", 1),
    ("srgb", 1),
    ("unspecified", 2),
    ("bt470m", 4),
    ("bt470bg", 5),
    ("bt601", 6),
    ("smpte240", 7),
    ("generic_film", 8),
    ("bt2020", 9),
    ("bt2100", 9),
    ("xyz", 10),
    ("smpte431", 11),
    ("smpte432", 12),
    ("dci_p3", 12),
    ("ebu3213", 22),
];

const TRANSFERS: &[(&str, u8)] = &[
    ("bt709", 1),
    ("unspecified", 2),
    ("bt470m", 4),
    ("bt470bg", 5),
    ("bt601", 6),
    ("smpte240", 7),
    ("linear", 8),
    ("log100", 9),
    ("log100_sqrt10", 10),
    ("iec61966", 11),
    ("bt1361", 12),
    ("srgb", 13),
    ("bt2020_10bit", 14),
    ("bt2020_12bit", 15),
    ("pq", 16),
    ("smpte428", 17),
    ("hlg", 18),
];

const MATRICES: &[(&str, u8)] = &[
    ("identity", 0),
    ("bt709", 1),
    ("unspecified", 2),
    ("fcc", 4),
    ("bt470bg", 5),
    ("bt601", 6),
    ("smpte240", 7),
    ("ycgco", 8),
    ("bt2020_ncl", 9),
    ("bt2020_cl", 10),
    ("smpte2085", 11),
    ("chroma_derived_ncl", 12),
    ("chroma_derived_cl", 13),
    ("ictcp", 14),
    ("ycgco_re", 16),
    ("ycgco_ro", 17),
];

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct PngCodec {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl PngCodec {
    /// Makes a codec with these options.
    ///
    /// # Errors
    /// `InvalidArgument` for options that do not exist.
    pub fn new(encode: EncodeOptions, decode: DecodeOptions) -> Result<Self> {
        encode.validate()?;
        Ok(Self { encode, decode })
    }
}

impl ArrayCodec for PngCodec {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Decoder::new(self.decode.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Ok(Box::new(Encoder::new(self.encode.clone())?))
    }
}
