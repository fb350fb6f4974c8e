//! Options as keys and values.

use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind};
use iio_mozjpeg::{ColourSpace, DecodeOptions, EncodeOptions, INFO, Subsampling, decode, encode};

use crate::build::{array, photo, ramp, short_ramp, tables};

const NAME: CodecId<'static> = CodecId::Name("mozjpeg");
const NUMCODECS: CodecId<'static> = CodecId::Numcodecs("imagecodecs_mozjpeg");

fn written(id: &CodecId<'_>, config: &Config) -> Vec<u8> {
    let AnyCodec::Array(codec) = INFO.create(id, config).unwrap() else { unreachable!("array") };
    codec.encoder().unwrap().encode(array(&photo(64, 80, 3), [64, 80, 3]), &Context::default()).unwrap()
}

fn given(options: &EncodeOptions) -> Vec<u8> {
    encode(array(&photo(64, 80, 3), [64, 80, 3]), options).unwrap()
}

#[test]
fn keys_reach_the_encoder() {
    let plain = EncodeOptions::default;
    let sequential = || plain().with_progressive(false);
    let cases: &[(&[(&str, &str)], EncodeOptions)] = &[
        (&[("level", "40")], plain().with_quality(40)),
        (&[("quality", "40")], plain().with_quality(40)),
        (&[("subsampling", "422")], plain().with_subsampling(Subsampling::S422)),
        (&[("subsampling", "1x2")], plain().with_subsampling(Subsampling::S440)),
        (&[("progressive", "false")], sequential()),
        (&[("progressive", "false"), ("optimize", "false")], sequential().with_optimize(false)),
        (&[("smoothing", "30")], plain().with_smoothing(30)),
        (&[("notrellis", "true")], plain().with_trellis(false)),
        (&[("trellis", "false")], plain().with_trellis(false)),
        (&[("quanttable", "2")], plain().with_quanttable(2)),
        (&[("optimize_scans", "false")], plain().with_optimize_scans(false)),
        (&[("colorspace", "bgr")], plain().with_colorspace(ColourSpace::Bgr)),
        (&[("colorspace", "8")], plain().with_colorspace(ColourSpace::Bgr)),
        (&[("outcolorspace", "rgb")], plain().with_outcolorspace(ColourSpace::Rgb)),
        (&[("outcolorspace", "grayscale")], plain().with_outcolorspace(ColourSpace::Gray)),
        (&[("colorspace_data", "ext_bgr")], plain().with_colorspace(ColourSpace::Bgr)),
        (&[("colorspace_jpeg", "rgb")], plain().with_outcolorspace(ColourSpace::Rgb)),
        (&[("colour_space", "rgb")], plain().with_outcolorspace(ColourSpace::Rgb)),
    ];
    let default = given(&plain());
    for (pairs, options) in cases {
        let config = pairs.iter().fold(Config::new(), |config, &(key, value)| config.set(key, value));
        for id in [NAME, NUMCODECS] {
            let have = written(&id, &config);
            assert!(have == given(options), "{pairs:?}");
            assert!(have != default, "{pairs:?} does nothing");
        }
    }
    // These say what is the default.
    for (key, value) in [
        ("level", "95"),
        ("quanttable", "-1"),
        ("quanttable", "3"),
        ("optimize", "true"),
        ("progressive", "true"),
        ("notrellis", "false"),
        ("colour_space", "ycbcr"),
        ("subsampling", "420"),
    ] {
        assert!(written(&NAME, &Config::new().set(key, value)) == default, "{key} {value}");
    }
}

#[test]
fn keys_reach_the_decoder() {
    let read = |config: &Config, src: &[u8]| {
        let AnyCodec::Array(codec) = INFO.create(&NUMCODECS, config).unwrap() else { unreachable!("array") };
        let decoded = codec.decoder().unwrap().decode(src, None, &Context::default());
        decoded.map(|(layout, samples)| (layout.shape().to_vec(), samples.to_vec()))
    };
    let options = |options: DecodeOptions, src: &[u8]| {
        let (layout, samples) = decode(src, &options).unwrap();
        (layout.shape().to_vec(), samples.to_vec())
    };
    let whole = given(&EncodeOptions::default());
    let plain = DecodeOptions::default;
    for (key, value, expected) in [
        ("fancyupsampling", "false", plain().with_fancy_upsampling(false)),
        ("fancy_upsampling", "false", plain().with_fancy_upsampling(false)),
        ("colorspace", "rgb", plain().with_colorspace(ColourSpace::Rgb)),
        ("outcolorspace", "ext_bgra", plain().with_outcolorspace(ColourSpace::Bgra)),
        ("outcolorspace", "1", plain().with_outcolorspace(ColourSpace::Gray)),
        ("colorspace_data", "ycbcr", plain().with_outcolorspace(ColourSpace::YCbCr)),
        ("colorspace_jpeg", "2", plain().with_colorspace(ColourSpace::Rgb)),
    ] {
        let have = read(&Config::new().set(key, value), &whole).unwrap();
        assert!(have == options(expected, &whole), "{key}");
        assert!(have != options(plain(), &whole), "{key}");
    }
    for key in ["tables", "jpeg_tables"] {
        let with = Config::new().set(key, &tables()[..]);
        assert_eq!(read(&with, &short_ramp(8)).unwrap().1, ramp());
        let open = with.set("shape", vec![3_i64, 8]);
        assert_eq!(read(&open, &short_ramp(0)).unwrap(), (vec![3, 8], ramp()[..24].to_vec()));
    }
    let head = short_ramp(8);
    let (head, data) = head.split_at(head.len() - 3);
    assert_eq!(read(&Config::new().set("tables", &tables()[..]).set("header", head), data).unwrap().1, ramp());
    let sized = Config::new().set("tables", &tables()[..]).hint("width", 8).hint("height", 3);
    assert_eq!(read(&sized, &short_ramp(0)).unwrap().0, [3, 8]);
    let cut = &whole[..whole.len() / 2];
    assert_eq!(read(&Config::new(), cut).unwrap_err().kind(), ErrorKind::Truncated);
    assert!(read(&Config::new().set("allow_damaged", true), cut).is_ok());
}

#[test]
fn a_codec_of_array_and_stream_goes_both_ways() {
    let config = Config::new().set("colorspace_data", "bgr").set("colorspace_jpeg", "ycbcr").set("level", 100);
    let AnyCodec::Array(codec) = INFO.create(&NUMCODECS, &config).unwrap() else { unreachable!("array") };
    let (cx, pixels) = (Context::default(), photo(64, 80, 3));
    let stream = codec.encoder().unwrap().encode(array(&pixels, [64, 80, 3]), &cx).unwrap();
    let (_, samples) = codec.decoder().unwrap().decode(&stream, None, &cx).unwrap();
    assert!(crate::build::psnr(&samples, &pixels) > 27.0, "{}", crate::build::psnr(&samples, &pixels));
}

#[test]
fn numbers_out_of_range_are_cut_where_imagecodecs_does() {
    for (key, value, same) in
        [("level", 101, 100), ("level", -5, 0), ("smoothing", 300, 100), ("smoothing", -1, 0), ("quanttable", 8, 5)]
    {
        let by = |value: i64| written(&NUMCODECS, &Config::new().set(key, value));
        assert!(by(value) == by(same), "{key} {value}");
    }
    assert!(written(&NAME, &Config::new().set("quanttable", 8)) != written(&NAME, &Config::new().set("quanttable", 5)));
}

#[test]
fn values_that_are_not_known_are_refused() {
    for (key, value) in [
        ("level", "101"),
        ("smoothing", "101"),
        ("smoothing", "-1"),
        ("quanttable", "9"),
        ("subsampling", "333"),
        ("colorspace", "hsv"),
        ("outcolorspace", "rgb565"),
        ("shape", "1,2,3,4"),
        ("levels", "1"),
    ] {
        let error = INFO.create(&NAME, &Config::new().set(key, value)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{key}");
    }
    for key in ["tables", "jpeg_tables", "header"] {
        let error = INFO.create(&NAME, &Config::new().set(key, &tables()[1..])).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{key}");
    }
}

#[test]
fn the_library_tells_its_version() {
    let version = INFO.backend.unwrap()();
    let number = version.strip_prefix("mozjpeg-sys ").unwrap();
    assert!(number.starts_with("2.") && number.split('.').count() >= 3, "{version}");
}
