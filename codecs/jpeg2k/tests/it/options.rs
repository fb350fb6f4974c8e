//! Every option, by its effect.

use iio_codec::{ArrayCodec, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout};
use iio_jpeg2k::{
    ColourSpace, DecodeOptions, EncodeOptions, Format, INFO, Jpeg2k, Progression, decode, encode, header, info,
};
use iio_testkit::Content;

fn photo(dtype: DType, shape: &[usize], bits: Option<u32>) -> (Layout, Vec<u8>) {
    let layout = Layout::new(dtype, shape).unwrap();
    (layout, Content::Photo.array(&layout, bits))
}

fn written(samples: &[u8], layout: Layout, options: &EncodeOptions) -> Vec<u8> {
    encode(ArrayRef::new(samples, layout).unwrap(), options).unwrap()
}

fn read(src: &[u8]) -> (Layout, iio_codec::AlignedBytes) {
    decode(src, &DecodeOptions::default()).unwrap()
}

fn default() -> EncodeOptions {
    EncodeOptions::default()
}

/// Peak signal-to-noise ratio of 8-bit samples in dB.
fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: f64 = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    10.0 * (255.0f64.powi(2) * a.len() as f64 / sum).log10()
}

#[test]
fn default_is_a_lossless_jp2_with_six_resolutions() {
    let (layout, samples) = photo(DType::U8, &[300, 280, 3], None);
    let src = written(&samples, layout, &default());
    let info = info(&src).unwrap();
    assert!(info.is_jp2 && info.coding.reversible && info.coding.component_transform);
    assert_eq!((info.n_resolutions(), info.n_layers(), info.size.n_tiles()), (6, 1, [1, 1]));
    assert_eq!((info.coding.progression, info.coding.code_block), (Progression::Lrcp, [6, 6]));
    assert!(src.len() < samples.len());
    assert!(*read(&src).1 == samples);
}

#[test]
fn level_is_the_psnr() {
    let (layout, samples) = photo(DType::U8, &[256, 256], None);
    let lossless = written(&samples, layout, &default()).len();
    let mut smaller = lossless;
    for level in [50.0, 40.0, 30.0] {
        let src = written(&samples, layout, &default().with_level(level));
        let coding = info(&src).unwrap().coding;
        assert_eq!((coding.reversible, coding.progression, coding.precinct(1)), (false, Progression::Rpcl, [8, 8]));
        assert!(src.len() < smaller, "{} bytes at {level} dB", src.len());
        smaller = src.len();
        let got = psnr(&samples, &read(&src).1);
        assert!((level - 2.0..level + 3.0).contains(&got), "{got} dB at level {level}");
    }
    // Below 1 there is no level.
    assert_eq!(written(&samples, layout, &default().with_level(0.9)).len(), lossless);
}

#[test]
fn rate_is_the_ratio() {
    let (layout, samples) = photo(DType::U8, &[256, 256], None);
    for rate in [5.0, 20.0] {
        let src = written(&samples, layout, &default().with_rate(rate).with_format(Format::J2k));
        let got = samples.len() as f64 / src.len() as f64;
        assert!((rate * 0.9..rate * 1.3).contains(&got), "ratio {got} for {rate}");
        assert!(psnr(&samples, &read(&src).1) > 25.0);
    }
}

#[test]
fn format_is_jp2_or_bare() {
    let (layout, samples) = photo(DType::U8, &[20, 20], None);
    let bare = written(&samples, layout, &default().with_format(Format::J2k));
    assert_eq!(bare[..4], [0xff, 0x4f, 0xff, 0x51]);
    let jp2 = written(&samples, layout, &default());
    assert_eq!(jp2[4..8], *b"jP  ");
    assert_eq!(info(&jp2).unwrap().codestream, bare);
}

#[test]
fn colour_space_is_named_and_guessed_from_the_samples() {
    let number = |shape: &[usize], options: &EncodeOptions| {
        let (layout, samples) = photo(DType::U8, shape, None);
        let src = written(&samples, layout, options);
        match info(&src).unwrap().colour {
            iio_jpeg2k::Colour::Enumerated(number) => Some(number),
            _ => None,
        }
    };
    assert_eq!(number(&[8, 8], &default()), Some(17));
    assert_eq!(number(&[8, 8, 3], &default()), Some(16));
    assert_eq!(number(&[8, 8, 4], &default()), Some(16));
    assert_eq!(number(&[8, 8, 3], &default().with_colour_space(ColourSpace::Sycc)), Some(18));
    assert_eq!(number(&[8, 8, 3], &default().with_colour_space(ColourSpace::Eycc)), Some(24));
    assert_eq!(number(&[8, 8, 4], &default().with_colour_space(ColourSpace::Cmyk)), Some(12));
    assert_eq!(number(&[8, 8, 3], &default().with_colour_space(ColourSpace::Gray)), Some(17));
    assert!(!matches!(number(&[8, 8, 5], &default()), Some(12 | 16 | 17 | 18 | 24)));
    assert!(!matches!(number(&[8, 8, 3], &default().with_colour_space(ColourSpace::Unspecified)), Some(16)));
}

#[test]
fn mct_decorrelates_rgb_only() {
    let (layout, grey) = photo(DType::U8, &[64, 64], None);
    let rgb: Vec<u8> = grey.iter().flat_map(|&value| [value; 3]).collect();
    let layout = Layout::new(layout.dtype(), &[64, 64, 3]).unwrap();
    let with = written(&rgb, layout, &default());
    let without = written(&rgb, layout, &default().with_mct(false));
    assert!(info(&with).unwrap().coding.component_transform && !info(&without).unwrap().coding.component_transform);
    assert!(with.len() < without.len() / 2, "{} and {} bytes", with.len(), without.len());
    assert!(*read(&with).1 == rgb && *read(&without).1 == rgb);
    let ycc = written(&rgb, layout, &default().with_colour_space(ColourSpace::Sycc));
    assert!(!info(&ycc).unwrap().coding.component_transform);
}

#[test]
fn planar_swaps_the_axes_both_ways() {
    let (layout, samples) = photo(DType::U16, &[3, 20, 30], None);
    let src = written(&samples, layout, &default().with_planar(true));
    let (back, planes) = decode(&src, &DecodeOptions::default().with_planar(true)).unwrap();
    assert_eq!((back, &*planes), (layout, &*samples));
    let (pixels_layout, pixels) = read(&src);
    assert_eq!(pixels_layout.shape(), [20, 30, 3]);
    let moved = ArrayRef::new(&samples, layout).unwrap().permute(&[1, 2, 0]).unwrap();
    let mut expected = Vec::new();
    moved.append_to(&mut expected).unwrap();
    assert!(*pixels == expected);
    // A view with gaps is encoded as it is seen.
    assert!(encode(moved, &default()).unwrap() == src);
}

#[test]
fn tiles_are_written_and_change_nothing() {
    let (layout, samples) = photo(DType::U8, &[50, 70, 3], None);
    let src = written(&samples, layout, &default().with_tile([32, 20]));
    let size = info(&src).unwrap().size;
    assert_eq!((size.tile, size.n_tiles()), ([32, 20], [3, 3]));
    assert!(*read(&src).1 == samples);
    let error = encode(ArrayRef::new(&samples, layout).unwrap(), &default().with_tile([0, 20])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn bits_per_sample_is_declared_and_checked() {
    for (dtype, bits, stored) in [(DType::U8, 5, 5), (DType::U16, 12, 12), (DType::I16, 9, 9), (DType::U32, 18, 18)] {
        let (layout, samples) = photo(dtype, &[33, 20], Some(bits));
        let options = default().with_bits_per_sample(bits as u8);
        let src = written(&samples, layout, &options);
        assert_eq!(info(&src).unwrap().size.component(0).unwrap().precision, stored);
        assert_eq!(header(&src, &DecodeOptions::default()).unwrap().bits, bits);
        let (back, decoded) = read(&src);
        assert!(back == layout && *decoded == samples, "{dtype} of {bits} bits");
    }
    let layout = Layout::new(DType::U8, &[1, 2]).unwrap();
    let refuse = |samples: &[u8], bits: u8| {
        let error = encode(ArrayRef::new(samples, layout).unwrap(), &default().with_bits_per_sample(bits)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.message().to_owned()
    };
    assert_eq!(refuse(&[3, 16], 4), "samples of uint8 need 5 bits, 4 are kept");
    assert_eq!(refuse(&[3, 16], 9), "bits_per_sample must be 1..=8 for uint8, got 9");
}

#[test]
fn wide_samples_take_the_bits_they_need() {
    for (dtype, bits) in [(DType::U32, 17), (DType::U32, 20), (DType::I32, 20), (DType::U32, 23), (DType::I32, 22)] {
        let (layout, samples) = photo(dtype, &[40, 30, 2], Some(bits));
        let src = written(&samples, layout, &default());
        assert!(u32::from(info(&src).unwrap().size.component(0).unwrap().precision) <= bits);
        let (back, decoded) = read(&src);
        assert!(back == layout && *decoded == samples, "{dtype} of {bits} bits");
    }
}

#[test]
fn samples_that_openjpeg_would_break_are_refused() {
    let (layout, samples) = photo(DType::U32, &[40, 30], Some(32));
    let error = encode(ArrayRef::new(&samples, layout).unwrap(), &default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "samples of uint32 need 32 bits, 26 are kept");
    // 25 bits fit where the picture is smooth, and not where it is noise.
    let noise = Content::Noise.array(&layout, Some(25));
    let mut dst = vec![1, 2, 3];
    let codec = Jpeg2k::new(default(), DecodeOptions::default());
    let view = ArrayRef::new(&noise, layout).unwrap();
    let error = codec.encoder().unwrap().encode_append(view, &mut dst, &Context::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(dst, [1, 2, 3]);
    let error = encode(view, &default().with_level(60.0)).unwrap_err();
    assert_eq!(error.message(), "samples of uint32 need 25 bits, 22 are kept");
}

#[test]
fn resolutions_follow_the_option_and_the_tile() {
    let (layout, samples) = photo(DType::U8, &[256, 256], None);
    let levels = |options: &EncodeOptions| info(&written(&samples, layout, options)).unwrap().n_resolutions();
    assert_eq!(levels(&default().with_resolutions(1u8)), 1);
    assert_eq!(levels(&default().with_resolutions(4u8)), 4);
    assert_eq!(levels(&default().with_resolutions(33u8)), 6);
    assert_eq!(levels(&default().with_tile([32, 64])), 3);
}

#[test]
fn reversible_chooses_the_wavelet() {
    let (layout, samples) = photo(DType::U8, &[64, 64], None);
    let wavelet = |options: &EncodeOptions| info(&written(&samples, layout, options)).unwrap().coding.reversible;
    assert!(wavelet(&default()) && !wavelet(&default().with_level(40.0)));
    assert!(!wavelet(&default().with_reversible(false)) && wavelet(&default().with_level(40.0).with_reversible(true)));
}

#[test]
fn layers_refine_the_picture() {
    let (layout, samples) = photo(DType::U8, &[128, 128], None);
    for options in [default(), default().with_level(45.0), default().with_rate(4.0)] {
        let src = written(&samples, layout, &options.with_layers(4u16));
        assert_eq!(info(&src).unwrap().n_layers(), 4);
        let at =
            |layers: u16| psnr(&samples, &decode(&src, &DecodeOptions::default().with_max_layers(layers)).unwrap().1);
        assert!(at(1) < at(2) && at(2) <= at(3) && at(3) <= at(4), "{} {} {} {}", at(1), at(2), at(3), at(4));
        assert!(at(0) == at(4) && at(9) == at(4));
    }
}

#[test]
fn progression_code_block_and_precinct_are_written() {
    let (layout, samples) = photo(DType::U8, &[100, 90, 3], None);
    for order in [Progression::Lrcp, Progression::Rlcp, Progression::Rpcl, Progression::Pcrl, Progression::Cprl] {
        let options = default().with_progression(order).with_code_block([16, 32]).with_precinct([64, 128]);
        let src = written(&samples, layout, &options);
        let coding = info(&src).unwrap().coding;
        assert_eq!((coding.progression, coding.code_block, coding.precinct(1)), (order, [4, 5], [6, 7]));
        assert!(*read(&src).1 == samples);
    }
    let kind = |options: EncodeOptions| encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap_err().kind();
    assert_eq!(kind(default().with_code_block([128, 64])), ErrorKind::InvalidArgument);
    assert_eq!(kind(default().with_code_block([24, 64])), ErrorKind::InvalidArgument);
    assert_eq!(kind(default().with_precinct([1, 64])), ErrorKind::InvalidArgument);
}

#[test]
fn threads_change_nothing() {
    let (layout, samples) = photo(DType::U8, &[200, 200, 3], None);
    let threads = iio_testkit::Threads(3);
    let cx = Context::default().with_executor(&threads);
    let codec = Jpeg2k::new(default().with_threads(0usize), DecodeOptions::default().with_threads(0usize));
    let src = codec.encoder().unwrap().encode(ArrayRef::new(&samples, layout).unwrap(), &cx).unwrap();
    assert!(src == written(&samples, layout, &default()));
    assert!(*codec.decoder().unwrap().decode(&src, None, &cx).unwrap().1 == samples);
}

#[test]
fn alpha_and_profile_are_put_into_the_file() {
    let (layout, samples) = photo(DType::U8, &[16, 16, 4], None);
    let profile: std::sync::Arc<[u8]> = (0..200).collect::<Vec<u8>>().into();
    let src = written(&samples, layout, &default().with_alpha(true).with_icc_profile(profile.clone()));
    let info = info(&src).unwrap();
    assert_eq!(info.colour, iio_jpeg2k::Colour::Icc(&profile));
    let kinds: Vec<_> = info.channel_definitions().map(|definition| definition.kind).collect();
    assert_eq!(kinds, [0, 0, 0, 1]);
    assert!(*read(&src).1 == samples);
    let error = encode(ArrayRef::new(&samples, layout).unwrap(), &default().with_alpha(true).with_format(Format::J2k));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn many_samples_and_signed_ones_round_trip() {
    for (dtype, shape) in
        [(DType::U8, &[5, 4, 300][..]), (DType::I8, &[31, 9, 3]), (DType::I16, &[17, 23]), (DType::I32, &[9, 9, 5])]
    {
        let (layout, samples) =
            photo(dtype, shape, Some(dtype.size() as u32 * 8).filter(|&bits| bits < 32).or(Some(20)));
        let (back, decoded) = read(&written(&samples, layout, &default()));
        assert!(back == layout && *decoded == samples, "{layout}");
    }
}

#[test]
fn arrays_that_are_no_images_are_refused() {
    let refuse = |dtype: DType, shape: &[usize]| {
        let layout = Layout::new(dtype, shape).unwrap();
        let samples = vec![0; layout.n_bytes()];
        encode(ArrayRef::new(&samples, layout).unwrap(), &default()).unwrap_err().kind()
    };
    assert_eq!(refuse(DType::F32, &[4, 4]), ErrorKind::InvalidArgument);
    assert_eq!(refuse(DType::U8, &[4]), ErrorKind::InvalidArgument);
    assert_eq!(refuse(DType::U8, &[2, 3, 4, 5]), ErrorKind::InvalidArgument);
    assert_eq!(refuse(DType::U8, &[0, 4]), ErrorKind::InvalidArgument);
    assert_eq!(refuse(DType::U8, &[1, 1, 16385]), ErrorKind::InvalidArgument);
}

#[test]
fn keys_of_imagecodecs_and_hints_build() {
    let (layout, samples) = photo(DType::U8, &[64, 64, 3], None);
    let config = Config::new()
        .set("level", 40)
        .set("codecformat", "J2K")
        .set("colorspace", 1)
        .set("resolutions", 3)
        .set("reversible", false)
        .set("mct", true)
        .set("numthreads", 1)
        .set("bitspersample", 8)
        .set("skipres", 1)
        .hint("jpeg_tables", "unknown here");
    let iio_codec::AnyCodec::Array(codec) = INFO.create(&CodecId::Name("jpeg2k"), &config).unwrap() else {
        panic!("an array codec");
    };
    let src = codec.encoder().unwrap().encode(ArrayRef::new(&samples, layout).unwrap(), &Context::default()).unwrap();
    assert!(!info(&src).unwrap().is_jp2);
    let (reduced, _) = codec.decoder().unwrap().decode(&src, None, &Context::default()).unwrap();
    assert_eq!(reduced.shape(), [32, 32, 3]);
    let error = INFO.create(&CodecId::Name("jpeg2k"), &Config::new().set("strict", false)).unwrap_err();
    assert!(error.message().starts_with("unknown option strict, known are "), "{error}");
}

#[test]
fn aperio_ycbcr_stays_as_stored() {
    let (layout, samples) = photo(DType::U8, &[32, 32, 3], None);
    let src = written(&samples, layout, &default().with_colour_space(ColourSpace::Sycc));
    let through = |id: CodecId<'_>| match INFO.create(&id, &Config::new()).unwrap() {
        iio_codec::AnyCodec::Array(codec) => {
            codec.decoder().unwrap().decode(&src, None, &Context::default()).unwrap().1
        }
        _ => panic!("an array codec"),
    };
    assert!(*through(CodecId::Tiff(33003)) == samples);
    assert!(*through(CodecId::Tiff(33005)) != samples);
}
