//! What the encoder writes, and that each of its options has an effect.

use iio_codec::{AnyCodec, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout};
use iio_jpeg8::{
    ColourSpace, DecodeOptions, EncodeOptions, INFO, Info, Process, Subsampling, decode, encode, info, tables,
};

use crate::build::picture;

fn array(pixels: &[u8], shape: [usize; 3]) -> ArrayRef<'_> {
    let shape = if shape[2] == 1 { &shape[..2] } else { &shape[..] };
    ArrayRef::new(pixels, Layout::new(DType::U8, shape).unwrap()).unwrap()
}

fn write(samples: usize, options: &EncodeOptions) -> Vec<u8> {
    encode(array(&picture(31, 45, samples), [31, 45, samples]), options).unwrap()
}

fn told(stream: &[u8]) -> Info {
    info(stream, &DecodeOptions::default()).unwrap()
}

fn distance(stream: &[u8], options: &DecodeOptions, samples: usize) -> u8 {
    let decoded = decode(stream, options).unwrap().1;
    decoded.iter().zip(picture(31, 45, samples)).map(|(a, b)| a.abs_diff(b)).max().unwrap()
}

fn factors(stream: &[u8]) -> Vec<(u8, u8)> {
    told(stream).components().iter().map(|c| (c.horizontal, c.vertical)).collect()
}

fn count(stream: &[u8], marker: u8) -> usize {
    stream.windows(2).filter(|pair| *pair == [0xff, marker]).count()
}

#[test]
fn quality_trades_size_for_distance() {
    let at = |quality| write(1, &EncodeOptions::default().with_quality(quality));
    let (low, high) = (at(20), at(100));
    assert!(low.len() < high.len());
    assert!(distance(&high, &DecodeOptions::default(), 1) < 3);
    assert!(distance(&low, &DecodeOptions::default(), 1) > 10);
    // As in libjpeg, 0 is 1, and tables are those of baseline.
    assert_eq!(at(0), at(1));
    assert_eq!(write(1, &EncodeOptions::default()), at(95));
}

#[test]
fn subsampling_sets_the_factors_of_luma() {
    assert_eq!(factors(&write(3, &EncodeOptions::default())), [(2, 2), (1, 1), (1, 1)]);
    for (sampling, luma) in [
        (Subsampling::S444, (1, 1)),
        (Subsampling::S422, (2, 1)),
        (Subsampling::S420, (2, 2)),
        (Subsampling::S440, (1, 2)),
        (Subsampling::S411, (4, 1)),
        (Subsampling::S410, (4, 2)),
        (Subsampling::S441, (1, 4)),
    ] {
        let stream = write(3, &EncodeOptions::default().with_subsampling(sampling));
        assert_eq!(factors(&stream), [luma, (1, 1), (1, 1)]);
        assert_eq!(decode(&stream, &DecodeOptions::default()).unwrap().0.shape(), [31, 45, 3]);
    }
}

#[test]
fn fancy_upsampling_is_an_option() {
    let stream = write(3, &EncodeOptions::default());
    let fancy = decode(&stream, &DecodeOptions::default()).unwrap().1;
    let plain = decode(&stream, &DecodeOptions::default().with_fancy_upsampling(false)).unwrap().1;
    assert!(fancy != plain);
}

#[test]
fn optimized_tables_make_a_smaller_stream_of_the_same_pixels() {
    let (plain, optimized) =
        (write(3, &EncodeOptions::default()), write(3, &EncodeOptions::default().with_optimize(true)));
    assert!(optimized.len() < plain.len());
    let read = |stream: &[u8]| decode(stream, &DecodeOptions::default()).unwrap();
    assert!(read(&plain) == read(&optimized));
}

#[test]
fn smoothing_makes_a_smaller_stream() {
    let (plain, smooth) =
        (write(3, &EncodeOptions::default()), write(3, &EncodeOptions::default().with_smoothing(100)));
    assert!(smooth.len() < plain.len());
}

#[test]
fn processes_give_the_same_pixels() {
    let plain = EncodeOptions::default();
    let read = |stream: &[u8]| decode(stream, &DecodeOptions::default()).unwrap();
    let reference = read(&write(3, &plain));
    for (options, process, arithmetic) in [
        (plain.clone().with_progressive(true), Process::Progressive, false),
        (plain.clone().with_arithmetic(true), Process::Sequential, true),
        (plain.clone().with_arithmetic(true).with_progressive(true), Process::Progressive, true),
    ] {
        let stream = write(3, &options);
        assert_eq!((told(&stream).process, told(&stream).arithmetic), (process, arithmetic));
        assert!(read(&stream) == reference, "{options:?}");
    }
}

#[test]
fn restart_markers_come_at_the_interval() {
    // 3 x 2 MCUs of 16 x 16.
    let by = |interval: u16| write(3, &EncodeOptions::default().with_restart_interval(interval));
    assert_eq!(
        (told(&by(2)).restart_interval, count(&by(2), 0xd0), count(&by(2), 0xd1), count(&by(2), 0xd2)),
        (2, 1, 1, 0)
    );
    let rows = write(3, &EncodeOptions::default().with_restart_rows(1_u16));
    assert_eq!((told(&rows).restart_interval, count(&rows, 0xd0), count(&rows, 0xd1)), (3, 1, 0));
}

#[test]
fn colour_spaces_of_array_and_stream() {
    let plain = EncodeOptions::default();
    let space = |samples, options: &EncodeOptions| told(&write(samples, options)).colour_space();
    assert_eq!(space(1, &plain), ColourSpace::Gray);
    assert_eq!(space(3, &plain), ColourSpace::YCbCr);
    assert_eq!(space(3, &plain.clone().with_outcolorspace(ColourSpace::Gray)), ColourSpace::Gray);
    let rgb = plain.clone().with_outcolorspace(ColourSpace::Rgb);
    assert_eq!(space(3, &rgb), ColourSpace::Rgb);
    assert!(distance(&write(3, &rgb), &DecodeOptions::default(), 3) < 16);

    // What is unknown has neither JFIF nor Adobe segment, and numbers from 0.
    let unknown = write(4, &plain);
    assert_eq!((told(&unknown).jfif, told(&unknown).adobe), (false, None));
    assert_eq!(told(&unknown).components().iter().map(|c| c.id).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(distance(&unknown, &DecodeOptions::default(), 4) < 16);
    let cmyk = write(4, &plain.clone().with_colorspace(ColourSpace::Cmyk));
    assert_eq!(told(&cmyk).adobe, Some(0));

    // The places of red and blue in the array.
    let bgr = write(3, &plain.clone().with_colorspace(ColourSpace::Bgr).with_subsampling(Subsampling::S444));
    let back = DecodeOptions::default().with_outcolorspace(ColourSpace::Bgr);
    assert!(distance(&bgr, &back, 3) < 40);
    assert!(distance(&bgr, &DecodeOptions::default(), 3) > 40);

    let refuse = |samples, options: EncodeOptions| {
        encode(array(&picture(31, 45, samples), [31, 45, samples]), &options).unwrap_err().kind()
    };
    assert_eq!(refuse(3, plain.clone().with_outcolorspace(ColourSpace::Cmyk)), ErrorKind::Unsupported);
    assert_eq!(refuse(3, plain.with_colorspace(ColourSpace::Gray)), ErrorKind::InvalidArgument);
}

#[test]
fn abbreviated_streams_need_their_tables() {
    let short = EncodeOptions::default().with_abbreviated(true);
    let (stream, whole) = (write(3, &short), write(3, &EncodeOptions::default()));
    assert!((count(&stream, 0xdb), count(&stream, 0xc4)) == (0, 0) && count(&whole, 0xc4) == 4);
    assert_eq!(decode(&stream, &DecodeOptions::default()).unwrap_err().kind(), ErrorKind::Malformed);
    let with = DecodeOptions::default().with_tables(std::sync::Arc::<[u8]>::from(tables(3, &short).unwrap()));
    assert!(decode(&stream, &with).unwrap() == decode(&whole, &DecodeOptions::default()).unwrap());
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let plain = EncodeOptions::default();
    for options in [
        plain.clone().with_quality(101),
        plain.clone().with_smoothing(101),
        plain.clone().with_smoothing(5).with_progressive(true),
        plain.clone().with_optimize(true).with_arithmetic(true),
        plain.clone().with_abbreviated(true).with_progressive(true),
        plain.with_restart_interval(5_u16).with_restart_rows(5_u16),
    ] {
        let error = encode(array(&picture(31, 45, 3), [31, 45, 3]), &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{options:?}");
    }
}

#[test]
fn arrays_that_are_no_images_are_refused() {
    let pixels = [0; 64];
    for (dtype, shape) in [
        (DType::U16, &[4, 8][..]),
        (DType::I8, &[8, 8]),
        (DType::U8, &[64]),
        (DType::U8, &[2, 4, 8]),
        (DType::U8, &[1, 2, 8, 4]),
    ] {
        let array = ArrayRef::new(&pixels, Layout::new(dtype, shape).unwrap()).unwrap();
        assert_eq!(encode(array, &EncodeOptions::default()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn colours_that_jfif_does_not_know_are_named_by_an_adobe_segment_alone() {
    let layout = Layout::new(DType::U8, &[8, 8, 3]).unwrap();
    let array = |bytes| ArrayRef::new(bytes, layout).unwrap();
    let bytes = [9; 192];
    let of = |space| encode(array(&bytes), &EncodeOptions::default().with_outcolorspace(Some(space))).unwrap();
    assert!(of(ColourSpace::YCbCr).starts_with(b"\xff\xd8\xff\xe0\0\x10JFIF"));
    assert!(of(ColourSpace::Rgb).starts_with(b"\xff\xd8\xff\xee\0\x0eAdobe"));
}

#[test]
fn colour_spaces_by_key_are_input_and_output_of_the_encoder() {
    let bytes = picture(16, 16, 3);
    let by_key = |config: &Config| {
        let codec = INFO.create(&CodecId::Numcodecs("imagecodecs_jpeg8"), config).unwrap();
        let AnyCodec::Array(codec) = codec else { panic!("jpeg8 is an array codec") };
        codec.encoder().unwrap().encode(array(&bytes, [16, 16, 3]), &Context::default()).unwrap()
    };
    let options = EncodeOptions::default().with_outcolorspace(Some(ColourSpace::Rgb));
    let rgb = encode(array(&bytes, [16, 16, 3]), &options).unwrap();
    assert_eq!(by_key(&Config::new().set("colorspace", "rgb").set("outcolorspace", "rgb")), rgb);
    let options = EncodeOptions::default().with_colorspace(Some(ColourSpace::Bgr));
    assert_eq!(
        by_key(&Config::new().set("colorspace", "ext_bgr")),
        encode(array(&bytes, [16, 16, 3]), &options).unwrap()
    );
}
