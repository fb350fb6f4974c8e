//! Every option by its key: what it gives is what the option itself gives, and is not the default.

use std::sync::Arc;

use iio_codec::{AnyCodec, ArrayCodec, ArrayRef, CodecId, Config, Context, DType, Layout, Value};
use iio_format_png::{DecodeOptions, EncodeOptions, Filters, INFO, Metadata, Palette, Strategy, decode, encode};

use crate::file::{file, ihdr, image, offset_of, stored, tiny};

fn codec(config: &Config) -> Arc<dyn ArrayCodec> {
    match INFO.create(&CodecId::Numcodecs("imagecodecs_png"), config).unwrap() {
        AnyCodec::Array(codec) => codec,
        other => panic!("{other:?}"),
    }
}

fn set(key: &str, value: impl Into<Value>) -> Config {
    Config::new().set(key, value)
}

fn write(config: &Config, samples: &[u8], shape: &[usize]) -> Vec<u8> {
    let view = ArrayRef::new(samples, Layout::new(DType::U8, shape).unwrap()).unwrap();
    codec(config).encoder().unwrap().encode(view, &Context::default()).unwrap()
}

fn direct(options: &EncodeOptions, samples: &[u8], shape: &[usize]) -> Vec<u8> {
    encode(ArrayRef::new(samples, Layout::new(DType::U8, shape).unwrap()).unwrap(), options).unwrap()
}

/// [40, 50, 3], with smooth parts, noise and runs, so that every strategy and filter gives a stream of its own.
fn picture() -> Vec<u8> {
    let mut noise = 1u32;
    let sample = |i: u32| {
        let (y, x) = (i / 150, i % 150);
        noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12345);
        let value = if y < 10 { y / 5 } else { x * 2 + y * y / 16 + (noise >> 30) };
        value.to_le_bytes()[0]
    };
    (0..6000).map(sample).collect()
}

const SHAPE: [usize; 3] = [40, 50, 3];

fn all_differ(files: &[Vec<u8>]) -> bool {
    files.iter().enumerate().all(|(i, file)| !files[..i].contains(file))
}

#[test]
fn levels_are_those_of_zlib_and_three_more() {
    let samples = picture();
    let files = [0u8, 1, 6, 9, 12].map(|level| {
        let expected = direct(&EncodeOptions::default().with_level(level), &samples, &SHAPE);
        assert!(write(&set("level", level), &samples, &SHAPE) == expected, "{level}");
        expected
    });
    assert!(all_differ(&files));
    assert!(write(&set("level", -1), &samples, &SHAPE) == files[2]);
    assert!(write(&Config::new(), &samples, &SHAPE) == files[2]);
    for level in [-2, 13] {
        let error = INFO.create(&CodecId::Name("png"), &set("level", level)).unwrap_err();
        assert_eq!(error.to_string(), format!("png: level must be an integer in -1..=12, got {level}"));
    }
}

#[test]
fn strategies_have_the_names_and_numbers_of_zlib() {
    let samples = picture();
    let known = [
        ("DEFAULT", 0, Strategy::Default),
        ("FILTERED", 1, Strategy::Filtered),
        ("HUFFMAN_ONLY", 2, Strategy::HuffmanOnly),
        ("RLE", 3, Strategy::Rle),
        ("FIXED", 4, Strategy::Fixed),
    ];
    let files = known.map(|(name, number, strategy)| {
        let expected = direct(&EncodeOptions::default().with_strategy(strategy), &samples, &SHAPE);
        assert!(write(&set("strategy", name), &samples, &SHAPE) == expected, "{name}");
        assert!(write(&set("strategy", number), &samples, &SHAPE) == expected, "{number}");
        expected
    });
    assert!(all_differ(&files));
    assert!(write(&Config::new(), &samples, &SHAPE) == files[0]);
}

#[test]
fn filters_have_the_names_and_numbers_of_libpng() {
    let samples = picture();
    let known = [
        ("NONE", 8, Filters::NONE),
        ("SUB", 16, Filters::SUB),
        ("UP", 32, Filters::UP),
        ("AVG", 64, Filters::AVERAGE),
        ("PAETH", 128, Filters::PAETH),
        ("FAST", 56, Filters::FAST),
        ("ALL", 248, Filters::ALL),
    ];
    let files = known.map(|(name, number, filter)| {
        let expected = direct(&EncodeOptions::default().with_filter(filter), &samples, &SHAPE);
        assert!(write(&set("filter", name), &samples, &SHAPE) == expected, "{name}");
        assert!(write(&set("filter", number), &samples, &SHAPE) == expected, "{number}");
        expected
    });
    assert!(all_differ(&files));
    assert!(write(&set("filter", "NO"), &samples, &SHAPE) == files[0]);
    assert!(write(&set("filter", 0), &samples, &SHAPE) == files[0]);
}

#[test]
fn code_points_have_the_names_and_numbers_of_imagecodecs() {
    let primaries: &[(&str, u8)] = &[
        ("BT709", 1),
        ("SRGB", 1),
        ("UNSPECIFIED", 2),
        ("BT470M", 4),
        ("BT470BG", 5),
        ("BT601", 6),
        ("SMPTE240", 7),
        ("GENERIC_FILM", 8),
        ("BT2020", 9),
        ("BT2100", 9),
        ("XYZ", 10),
        ("SMPTE431", 11),
        ("SMPTE432", 12),
        ("DCI_P3", 12),
        ("EBU3213", 22),
    ];
    let transfers: &[(&str, u8)] = &[
        ("BT709", 1),
        ("UNSPECIFIED", 2),
        ("BT470M", 4),
        ("BT470BG", 5),
        ("BT601", 6),
        ("SMPTE240", 7),
        ("LINEAR", 8),
        ("LOG100", 9),
        ("LOG100_SQRT10", 10),
        ("IEC61966", 11),
        ("BT1361", 12),
        ("SRGB", 13),
        ("BT2020_10BIT", 14),
        ("BT2020_12BIT", 15),
        ("PQ", 16),
        ("SMPTE428", 17),
        ("HLG", 18),
    ];
    let matrices: &[(&str, u8)] = &[
        ("IDENTITY", 0),
        ("BT709", 1),
        ("UNSPECIFIED", 2),
        ("FCC", 4),
        ("BT470BG", 5),
        ("BT601", 6),
        ("SMPTE240", 7),
        ("YCGCO", 8),
        ("BT2020_NCL", 9),
        ("BT2020_CL", 10),
        ("SMPTE2085", 11),
        ("CHROMA_DERIVED_NCL", 12),
        ("CHROMA_DERIVED_CL", 13),
        ("ICTCP", 14),
        ("YCGCO_RE", 16),
        ("YCGCO_RO", 17),
    ];
    // What is not given is unspecified, but for the matrix.
    let default = [2, 2, 0, 1];
    for (place, (key, names)) in
        [("primaries", primaries), ("transfer", transfers), ("matrix", matrices)].into_iter().enumerate()
    {
        for &(name, point) in names {
            let mut expected = default;
            expected[place] = point;
            for config in [set(key, name), set(key, name.to_lowercase()), set(key, point)] {
                let file = write(&config, &[1, 2, 3], &[1, 1, 3]);
                assert_eq!(file[offset_of(&file, b"cICP") + 8..][..4], expected, "{config:?}");
            }
        }
        assert!(INFO.create(&CodecId::Name("png"), &set(key, "RED")).is_err());
        assert!(INFO.create(&CodecId::Name("png"), &set(key, 256)).is_err());
    }
}

#[test]
fn other_keys_of_the_encoder_are_its_options() {
    let samples: Vec<u8> = (0..64).map(|i| i % 2 * 255).collect();
    let (shape, d) = ([8, 8], EncodeOptions::default);
    let colours = [[1, 2, 3], [4, 5, 6]];
    let palette = Palette::new(&colours).unwrap();
    let mut gamma = Metadata::default();
    gamma.gamma = Some(45455);
    let mut exif = Metadata::default();
    exif.exif = Some(b"II*\0\x08\0\0\0\0\0".to_vec());
    let profile = Metadata::default().with_icc_profile("icc", vec![9; 40]);
    let indices: Vec<u8> = samples.iter().map(|&sample| sample & 1).collect();
    for (config, options, samples) in [
        (set("interlace", true), d().with_interlace(true), &samples),
        (set("bits_per_sample", 1), d().with_bits_per_sample(1), &samples),
        (
            set("bits_per_sample", 2).set("scale_low_bits", false),
            d().with_bits_per_sample(2).with_scale_low_bits(false),
            &indices,
        ),
        (set("palette", colours.concat()), d().with_palette(palette.clone()), &indices),
        (
            set("palette", colours.concat()).set("palette_alpha", vec![77u8]),
            d().with_palette(palette.with_alpha(&[77]).unwrap()),
            &indices,
        ),
        (set("transparent", 255), d().with_transparent([255; 3]), &samples),
        (set("gamma", 45455), d().with_metadata(gamma), &samples),
        (set("exif", b"II*\0\x08\0\0\0\0\0".to_vec()), d().with_metadata(exif), &samples),
        (set("icc_profile", vec![9u8; 40]), d().with_metadata(profile), &samples),
    ] {
        let file = write(&config, samples, &shape);
        assert!(file == direct(&options, samples, &shape), "{config:?}");
        assert!(file != direct(&d(), samples, &shape), "{config:?}");
    }
}

#[test]
fn keys_of_the_decoder_are_its_options() {
    let d = DecodeOptions::default;
    let palette = (b"PLTE", vec![1, 2, 3, 4, 5, 6]);
    let indexed = image(ihdr(2, 1, 1, 3, 0), std::slice::from_ref(&palette), &[0, 0b0100_0000]);
    let clear = image(ihdr(2, 1, 8, 0, 0), &[(b"tRNS", vec![0, 7])], &[0, 7, 8]);
    let low = image(ihdr(2, 1, 4, 0, 0), &[], &[0, 0x34]);
    let mut bad_crc = tiny();
    let at = offset_of(&bad_crc, b"IDAT");
    let len = usize::from(bad_crc[at + 3]);
    bad_crc[at + 8 + len] ^= 1;
    let mut stream = stored(&[0, 7]);
    *stream.last_mut().unwrap() ^= 1;
    let bad_checksum = file(&[(b"IHDR", ihdr(1, 1, 8, 0, 0)), (b"IDAT", stream)]);
    let excess = image(ihdr(2, 1, 8, 0, 0), &[], &[0, 1, 2, 0, 3]);
    let beyond = image(ihdr(3, 1, 2, 3, 0), &[palette], &[0, 0b00_10_01_00]);
    let bad_ancillary = image(ihdr(1, 1, 8, 0, 0), &[(b"tRNS", vec![0])], &[0, 7]);
    let no_end = tiny()[..offset_of(&tiny(), b"IEND")].to_vec();
    for (key, on, options, src) in [
        ("expand_palette", false, d().with_expand_palette(false), indexed),
        ("expand_transparency", false, d().with_expand_transparency(false), clear),
        ("scale_low_bits", false, d().with_scale_low_bits(false), low),
        ("ignore_crc", true, d().with_ignore_crc(true), bad_crc),
        ("ignore_checksum", true, d().with_ignore_checksum(true), bad_checksum),
        ("ignore_excess", false, d().with_ignore_excess(false), excess),
        ("ignore_index_range", false, d().with_ignore_index_range(false), beyond),
        ("ignore_bad_ancillary", false, d().with_ignore_bad_ancillary(false), bad_ancillary),
        ("ignore_missing_end", true, d().with_ignore_missing_end(true), no_end),
    ] {
        let by_key = |config: &Config| codec(config).decoder().unwrap().decode(&src, None, &Context::default()).ok();
        let changed = by_key(&set(key, on));
        assert!(changed == decode(&src, &options).ok(), "{key}");
        assert!(changed != by_key(&Config::new()), "{key}");
        assert!(by_key(&set(key, !on)) == by_key(&Config::new()), "{key}");
    }
}
