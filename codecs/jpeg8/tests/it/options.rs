//! Options as keys and values.

use iio_codec::{AnyCodec, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout};
use iio_jpeg8::{DecodeOptions, EncodeOptions, INFO, encode, info};

use crate::build::{FLAT_LEVEL, flat_stream, picture, sof, sos, stream, tables};

fn refused(config: &Config) -> ErrorKind {
    INFO.create(&CodecId::Name("jpeg8"), config).unwrap_err().kind()
}

fn written(config: &Config) -> Vec<u8> {
    let AnyCodec::Array(codec) = INFO.create(&CodecId::Name("jpeg8"), config).unwrap() else { unreachable!("array") };
    let pixels = picture(31, 45, 3);
    let array = ArrayRef::new(&pixels, Layout::new(DType::U8, &[31, 45, 3]).unwrap()).unwrap();
    codec.encoder().unwrap().encode(array, &Context::default()).unwrap()
}

fn given(options: &EncodeOptions) -> Vec<u8> {
    let pixels = picture(31, 45, 3);
    encode(ArrayRef::new(&pixels, Layout::new(DType::U8, &[31, 45, 3]).unwrap()).unwrap(), options).unwrap()
}

#[test]
fn keys_reach_the_encoder() {
    use iio_jpeg8::{ColourSpace, Subsampling};
    let set = |key: &str, value: &str| written(&Config::new().set(key, value));
    let plain = EncodeOptions::default();
    let cases = [
        (set("level", "40"), plain.clone().with_quality(40)),
        (set("quality", "40"), plain.clone().with_quality(40)),
        (set("subsampling", "422"), plain.clone().with_subsampling(Subsampling::S422)),
        (set("subsampling", "1x2"), plain.clone().with_subsampling(Subsampling::S440)),
        (set("optimize", "true"), plain.clone().with_optimize(true)),
        (set("smoothing", "30"), plain.clone().with_smoothing(30)),
        (set("progressive", "true"), plain.clone().with_progressive(true)),
        (set("arithmetic", "true"), plain.clone().with_arithmetic(true)),
        (set("restart_interval", "2"), plain.clone().with_restart_interval(2_u16)),
        (set("restart_rows", "1"), plain.clone().with_restart_rows(1_u16)),
        (set("abbreviated", "true"), plain.clone().with_abbreviated(true)),
        (set("colorspace_data", "bgr"), plain.clone().with_colorspace(ColourSpace::Bgr)),
        (set("colorspace_jpeg", "rgb"), plain.clone().with_outcolorspace(ColourSpace::Rgb)),
        (set("colour_space", "rgb"), plain.clone().with_outcolorspace(ColourSpace::Rgb)),
        (set("colour_space", "ycbcr"), plain.clone()),
        (set("validate", "true"), plain.clone()),
        (set("bitspersample", "8"), plain.clone()),
        (set("lossless", "false"), plain),
    ];
    for (have, options) in cases {
        assert!(have == given(&options), "{options:?}");
    }
}

#[test]
fn keys_reach_the_decoder() {
    let decode = |config: &Config, src: &[u8]| {
        let AnyCodec::Array(codec) = INFO.create(&CodecId::Name("jpeg8"), config).unwrap() else {
            unreachable!("array")
        };
        codec
            .decoder()
            .unwrap()
            .decode(src, None, &Context::default())
            .map(|(layout, samples)| (layout.shape().to_vec(), samples.to_vec()))
    };
    let whole = given(&EncodeOptions::default());
    let options = |options: DecodeOptions, src: &[u8]| {
        let (layout, samples) = iio_jpeg8::decode(src, &options).unwrap();
        (layout.shape().to_vec(), samples.to_vec())
    };
    use iio_jpeg8::ColourSpace;
    let plain = DecodeOptions::default();
    for (key, value, expected) in [
        ("fancyupsampling", "false", plain.clone().with_fancy_upsampling(false)),
        ("fancy_upsampling", "false", plain.clone().with_fancy_upsampling(false)),
        ("colorspace", "rgb", plain.clone().with_colorspace(ColourSpace::Rgb)),
        ("outcolorspace", "ext_bgra", plain.clone().with_outcolorspace(ColourSpace::Bgra)),
        ("outcolorspace", "1", plain.clone().with_outcolorspace(ColourSpace::Gray)),
        ("colorspace_data", "ycbcr", plain.clone().with_outcolorspace(ColourSpace::YCbCr)),
        ("colorspace_jpeg", "2", plain.clone().with_colorspace(ColourSpace::Rgb)),
    ] {
        let have = decode(&Config::new().set(key, value), &whole).unwrap();
        assert!(have == options(expected, &whole), "{key}");
        assert!(have != options(plain.clone(), &whole), "{key}");
    }
    let mut open = tables();
    open.extend([sof(0xc0, 0, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    let open = stream(&open, &crate::build::FLAT);
    assert_eq!(decode(&Config::new().set("shape", vec![3_i64, 8]), &open).unwrap(), (vec![3, 8], vec![FLAT_LEVEL; 24]));
    let cut = &whole[..whole.len() / 2];
    assert_eq!(decode(&Config::new(), cut).unwrap_err().kind(), ErrorKind::Truncated);
    assert!(decode(&Config::new().set("allow_damaged", true), cut).is_ok());
    let head = flat_stream();
    let (head, data) = head.split_at(head.len() - 3);
    assert_eq!(decode(&Config::new().set("header", head), data).unwrap().1, [FLAT_LEVEL; 64]);
}

#[test]
fn other_depths_and_lossless_coding_are_named() {
    for config in [
        Config::new().set("lossless", true),
        Config::new().set("predictor", 4),
        Config::new().set("bitspersample", 12),
        Config::new().hint("bits_per_sample", 16),
    ] {
        assert_eq!(refused(&config), ErrorKind::Unsupported);
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for (key, value) in [
        ("level", "101"),
        ("smoothing", "101"),
        ("subsampling", "333"),
        ("colorspace", "hsv"),
        ("outcolorspace", "rgb565"),
        ("shape", "1,2,3,4"),
        ("restart_interval", "65536"),
        ("levels", "1"),
    ] {
        assert_eq!(refused(&Config::new().set(key, value)), ErrorKind::InvalidArgument, "{key}");
    }
}

#[test]
fn info_is_of_the_stream_that_is_put_together() {
    let mut open = tables();
    open.extend([sof(0xc0, 0, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    let told = info(&stream(&open, &crate::build::FLAT), &DecodeOptions::default().with_shape([3, 8])).unwrap();
    assert_eq!((told.width, told.height), (8, 3));
}
