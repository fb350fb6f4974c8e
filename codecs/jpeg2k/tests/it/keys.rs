//! Every option by its key: what it gives is what the option itself gives, and is not the default.

use iio_codec::{AnyCodec, ArrayCodec, ArrayRef, CodecId, Config, Context, DType, Layout};
use iio_jpeg2k::{ColourSpace, DecodeOptions, EncodeOptions, Format, INFO, Progression, decode, encode};
use iio_testkit::{Content, Threads};
use std::sync::Arc;

use crate::build::{EXAMPLE, boxed, example, jp2};

fn codec(id: CodecId<'_>, config: &Config) -> Arc<dyn ArrayCodec> {
    match INFO.create(&id, config).unwrap() {
        AnyCodec::Array(codec) => codec,
        other => panic!("{other:?}"),
    }
}

fn by_key(config: &Config) -> Arc<dyn ArrayCodec> {
    codec(CodecId::Numcodecs("imagecodecs_jpeg2k"), config)
}

/// Nearly grey, so that 7 bits do, and decorrelation pays.
fn picture() -> (Layout, Vec<u8>) {
    let layout = Layout::new(DType::U8, &[96, 96, 3]).unwrap();
    (layout, Content::Photo.array(&layout, Some(7)))
}

fn set(key: &str, value: impl Into<iio_codec::Value>) -> Config {
    Config::new().set(key, value)
}

#[test]
fn keys_of_the_encoder_are_its_options() {
    let (layout, samples) = picture();
    let view = ArrayRef::new(&samples, layout).unwrap();
    let d = EncodeOptions::default;
    let profile: Arc<[u8]> = vec![7; 150].into();
    let cases = [
        (set("level", 40), d().with_level(40.0)),
        (set("level", 33.5), d().with_level(33.5)),
        (set("rate", 8), d().with_rate(8.0)),
        (set("codecformat", "J2K"), d().with_format(Format::J2k)),
        (set("codecformat", 0), d().with_format(Format::J2k)),
        (set("colorspace", "unspecified"), d().with_colour_space(ColourSpace::Unspecified)),
        (set("colorspace", "GRAY"), d().with_colour_space(ColourSpace::Gray)),
        (set("colorspace", 3), d().with_colour_space(ColourSpace::Sycc)),
        (set("colorspace", "eycc"), d().with_colour_space(ColourSpace::Eycc)),
        (set("colorspace", 5), d().with_colour_space(ColourSpace::Cmyk)),
        (set("tile", vec![40_i64, 30]), d().with_tile([40, 30])),
        (set("bitspersample", 7), d().with_bits_per_sample(7u8)),
        (set("bits_per_sample", 7), d().with_bits_per_sample(7u8)),
        (set("resolutions", 2), d().with_resolutions(2u8)),
        (set("reversible", false), d().with_reversible(false)),
        (set("level", 40).set("reversible", true), d().with_level(40.0).with_reversible(true)),
        (set("mct", false), d().with_mct(false)),
        (set("layers", 3), d().with_layers(3u16)),
        (set("progression", "rlcp"), d().with_progression(Progression::Rlcp)),
        (set("progression", 2), d().with_progression(Progression::Rpcl)),
        (set("progression", "PCRL"), d().with_progression(Progression::Pcrl)),
        (set("progression", 4), d().with_progression(Progression::Cprl)),
        (set("code_block", vec![16_i64, 8]), d().with_code_block([16, 8])),
        (set("precinct", "64x32"), d().with_precinct([64, 32])),
        (set("alpha", true), d().with_alpha(true)),
        (set("icc_profile", profile.clone()), d().with_icc_profile(profile)),
    ];
    let default = encode(view, &d()).unwrap();
    let write = |config: &Config| by_key(config).encoder().unwrap().encode(view, &Context::default()).unwrap();
    assert!(write(&Config::new()) == default);
    // What is the default already.
    for config in [set("level", 0), set("codecformat", 2), set("colorspace", "srgb"), set("mct", true)] {
        assert!(write(&config) == default, "{config:?}");
    }
    let mut seen = vec![default];
    for (config, options) in cases {
        let src = write(&config);
        assert!(src == encode(view, &options).unwrap(), "{config:?}");
        assert!(src != seen[0], "{config:?}");
        seen.push(src);
    }
    // With `level`, `reversible` makes a difference as well.
    assert!(seen[16] != seen[1]);
}

#[test]
fn keys_of_the_decoder_are_its_options() {
    let (layout, samples) = picture();
    let options = EncodeOptions::default().with_layers(3u16).with_colour_space(ColourSpace::Sycc);
    let src = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
    let default = decode(&src, &DecodeOptions::default()).unwrap();
    let d = DecodeOptions::default;
    for (config, options) in [
        (set("planar", true), d().with_planar(true)),
        (set("reduce", 2), d().with_reduce(2u8)),
        (set("skipres", 1), d().with_reduce(1u8)),
        (set("region", vec![5_i64, 6, 30, 40]), d().with_region([5, 6, 30, 40])),
        (set("max_layers", 1), d().with_max_layers(1u16)),
        (set("to_rgb", false), d().with_to_rgb(false)),
    ] {
        let decoded = by_key(&config).decoder().unwrap().decode(&src, None, &Context::default()).unwrap();
        assert!(decoded == decode(&src, &options).unwrap(), "{config:?}");
        assert!(decoded != default, "{config:?}");
    }
    let cut = &src[..src.len() - 2];
    let read = |config: &Config| by_key(config).decoder().unwrap().decode(cut, None, &Context::default());
    assert!(read(&Config::new()).is_err());
    assert!(read(&set("allow_missing_end", true)).unwrap() == default);
}

#[test]
fn palette_is_a_key() {
    // 128 entries of one column: n becomes 2n.
    let entries: Vec<u8> = (0..128).map(|n| 2 * n).collect();
    let pclr = boxed(b"pclr", &[&[0, 128, 1, 7][..], &entries].concat());
    let src = jp2(9, 1, &[pclr, boxed(b"cmap", &[0, 0, 1, 0])], &example());
    let read = |config: &Config| by_key(config).decoder().unwrap().decode(&src, None, &Context::default()).unwrap().1;
    assert_eq!(*read(&Config::new()), EXAMPLE.map(|n| 2 * n));
    assert_eq!(*read(&set("palette", false)), EXAMPLE);
}

#[test]
fn planar_is_a_key_of_both() {
    let layout = Layout::new(DType::U8, &[3, 20, 30]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    let codec = by_key(&set("planar", true));
    let src = codec.encoder().unwrap().encode(ArrayRef::new(&samples, layout).unwrap(), &Context::default()).unwrap();
    let (shape, _) = decode(&src, &DecodeOptions::default()).unwrap();
    assert_eq!(shape.shape(), [20, 30, 3]);
    let (back, planes) = codec.decoder().unwrap().decode(&src, None, &Context::default()).unwrap();
    assert!(back == layout && *planes == samples);
}

#[test]
fn values_out_of_range_are_refused_and_not_clamped() {
    let message = |config: Config| INFO.create(&CodecId::Name("jpeg2k"), &config).unwrap_err().to_string();
    assert_eq!(message(set("level", -1)), "jpeg2k: level must be a number in 0..=1000, got -1");
    assert_eq!(message(set("resolutions", 0)), "jpeg2k: resolutions must be an integer in 1..=33, got 0");
    assert_eq!(message(set("layers", 101)), "jpeg2k: layers must be an integer in 1..=100, got 101");
    assert_eq!(message(set("tile", 5)), "jpeg2k: tile must be width, height, got [5]");
    assert!(message(set("colorspace", 9)).starts_with("jpeg2k: colorspace must be one of unspecified, srgb, gray, "));
    assert_eq!(message(set("codecformat", 1)), "jpeg2k: codecformat must be one of jp2, j2k, got 1");
    assert!(
        message(set("rate", 5).set("level", 40)).starts_with("jpeg2k: rate must be 0 or above 1 and without level")
    );
    let (layout, samples) = picture();
    let direct = |options: EncodeOptions| {
        encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap_err().message().to_owned()
    };
    let d = EncodeOptions::default;
    assert_eq!(direct(d().with_level(1001.0)), "level must be 0..=1000, got 1001");
    assert_eq!(direct(d().with_level(f64::NAN)), "level must be 0..=1000, got NaN");
    assert_eq!(direct(d().with_rate(-1.0)), "rate must be 0 or above 1 and without level, got -1 and 0");
    assert_eq!(direct(d().with_resolutions(0u8)), "resolutions must be 1..=33, got 0");
    assert_eq!(direct(d().with_layers(0u16)), "layers must be 1..=100, got 0");
}

/// Stores of Zarr hold the key, whatever it was; what OpenJPEG says stands in the errors.
#[test]
fn verbose_is_accepted_where_stores_hold_it() {
    let (layout, samples) = picture();
    let view = ArrayRef::new(&samples, layout).unwrap();
    for id in [CodecId::Numcodecs("imagecodecs_jpeg2k"), CodecId::Zarr("imagecodecs_jpeg2k")] {
        let codec = codec(id, &set("verbose", 2));
        let src = codec.encoder().unwrap().encode(view, &Context::default()).unwrap();
        assert!(src == encode(view, &EncodeOptions::default()).unwrap());
    }
    let error = INFO.create(&CodecId::Name("jpeg2k"), &set("verbose", 2)).unwrap_err();
    assert!(error.message().starts_with("unknown option verbose, known are "), "{error}");
}

/// Time of the processor that the calling thread spends on a call: OpenJPEG's threads take work off it.
#[cfg(target_os = "linux")]
fn own_time(call: impl FnOnce()) -> f64 {
    let now = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    };
    let start = now();
    call();
    now() - start
}

#[cfg(target_os = "linux")]
#[test]
fn threads_take_the_work_off_the_caller() {
    let layout = Layout::new(DType::U8, &[1500, 1500]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    let view = ArrayRef::new(&samples, layout).unwrap();
    let src = encode(view, &EncodeOptions::default()).unwrap();
    let times = |config: &Config, width| {
        let (codec, threads) = (by_key(config), Threads(width));
        let cx = Context::default().with_executor(&threads);
        let encoding = own_time(|| assert!(codec.encoder().unwrap().encode(view, &cx).unwrap() == src));
        let decoding = own_time(|| assert!(*codec.decoder().unwrap().decode(&src, None, &cx).unwrap().1 == samples));
        [encoding, decoding]
    };
    let alone = times(&Config::new(), 4);
    for (config, width) in [(set("threads", 4), 4), (set("numthreads", 3), 4), (set("threads", 0), 4)] {
        let helped = times(&config, width);
        assert!(helped[0] < alone[0] * 0.5 && helped[1] < alone[1] * 0.5, "{config:?}: {helped:?} of {alone:?}");
    }
    // No more than the executor has.
    let narrow = times(&set("threads", 4), 1);
    assert!(narrow[0] > alone[0] * 0.5 && narrow[1] > alone[1] * 0.5, "{narrow:?} of {alone:?}");
}
