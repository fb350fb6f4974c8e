//! What each option does.

use iio_codec::{AnyCodec, ArrayCodec, ArrayRef, CodecId, Config, Context, ErrorKind, key};
use iio_testkit::Threads;
use iio_webp::{DecodeOptions, EncodeOptions, INFO, Webp, frames, info};

use crate::build::{layout, packed, photo, unpacked};

const SHAPE: [usize; 3] = [96, 128, 3];

fn lossy(level: f64) -> EncodeOptions {
    EncodeOptions::default().with_lossless(false).with_level(level)
}

fn error(a: &[u8], b: &[u8]) -> u64 {
    a.iter().zip(b).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum()
}

#[test]
fn lossless_is_the_default_and_exact() {
    let pixels = photo(&SHAPE);
    let file = packed(&pixels, &SHAPE, &EncodeOptions::default());
    assert!(info(&file).unwrap().lossless);
    assert_eq!(unpacked(&file, &DecodeOptions::default()).1, pixels);
    let file = packed(&pixels, &SHAPE, &lossy(75.0));
    assert!(!info(&file).unwrap().lossless);
    assert_ne!(unpacked(&file, &DecodeOptions::default()).1, pixels);
}

#[test]
fn level_trades_size_for_quality() {
    let pixels = photo(&SHAPE);
    let [low, high] = [10.0, 95.0].map(|level| packed(&pixels, &SHAPE, &lossy(level)));
    assert!(low.len() < high.len());
    let [low, high] = [low, high].map(|file| error(&unpacked(&file, &DecodeOptions::default()).1, &pixels));
    assert!(low > high);
}

#[test]
fn level_below_zero_is_lossless() {
    let pixels = photo(&SHAPE);
    let file = packed(&pixels, &SHAPE, &lossy(-1.0));
    assert_eq!(file, packed(&pixels, &SHAPE, &EncodeOptions::default()));
}

#[test]
fn level_of_lossless_is_effort() {
    let pixels = photo(&SHAPE);
    let [fast, small] = [0.0, 100.0].map(|level| packed(&pixels, &SHAPE, &EncodeOptions::default().with_level(level)));
    assert!(small.len() < fast.len());
    assert_eq!(unpacked(&fast, &DecodeOptions::default()).1, pixels);
}

#[test]
fn method_trades_time_for_size() {
    let pixels = photo(&SHAPE);
    let [fast, small] = [0u8, 6].map(|method| packed(&pixels, &SHAPE, &EncodeOptions::default().with_method(method)));
    assert!(small.len() < fast.len());
    let [fast, small] = [0u8, 6].map(|method| packed(&pixels, &SHAPE, &lossy(75.0).with_method(method)));
    assert_ne!(small, fast);
}

#[test]
fn exact_keeps_colours_of_transparent_pixels() {
    let shape = [32, 32, 4];
    let mut pixels = photo(&shape);
    pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[3] = if pixel[1] > 100 { 0 } else { 200 });
    assert!(pixels.as_chunks::<4>().0.iter().any(|pixel| pixel[3] == 0 && pixel[0] != 0));
    let kept = packed(&pixels, &shape, &EncodeOptions::default());
    assert_eq!(unpacked(&kept, &DecodeOptions::default()).1, pixels);
    let free = packed(&pixels, &shape, &EncodeOptions::default().with_exact(false));
    assert!(free.len() < kept.len());
    let found = unpacked(&free, &DecodeOptions::default()).1;
    assert_ne!(found, pixels);
    for (found, pixel) in found.as_chunks::<4>().0.iter().zip(pixels.as_chunks::<4>().0) {
        assert!(found == pixel || (found[3] == 0 && pixel[3] == 0));
    }
    // Lossy files are the smaller for it by default.
    assert_eq!(packed(&pixels, &shape, &lossy(75.0)), packed(&pixels, &shape, &lossy(75.0).with_exact(false)));
    assert_ne!(packed(&pixels, &shape, &lossy(75.0)), packed(&pixels, &shape, &lossy(75.0).with_exact(true)));
}

#[test]
fn has_alpha_sets_the_number_of_samples() {
    let (rgb, rgba) = ([5, 6, 3], [5, 6, 4]);
    let mut pixels = photo(&rgba);
    pixels[3] = 9;
    let with = packed(&pixels, &rgba, &EncodeOptions::default());
    let without = packed(&photo(&rgb), &rgb, &EncodeOptions::default());
    let asked = |value: Option<bool>| DecodeOptions::default().with_has_alpha(value);
    assert_eq!(unpacked(&with, &asked(None)), (rgba.to_vec(), pixels.clone()));
    assert_eq!(unpacked(&with, &asked(Some(true))), (rgba.to_vec(), pixels.clone()));
    let dropped: Vec<u8> = pixels.as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
    assert_eq!(unpacked(&with, &asked(Some(false))), (rgb.to_vec(), dropped));
    let added: Vec<u8> = photo(&rgb).as_chunks::<3>().0.iter().flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    assert_eq!(unpacked(&without, &asked(Some(true))), (rgba.to_vec(), added));
    assert_eq!(unpacked(&without, &asked(None)), (rgb.to_vec(), photo(&rgb)));
}

#[test]
fn samples_of_a_container_set_the_number_of_samples() {
    let shape = [5, 6, 3];
    let file = packed(&photo(&shape), &shape, &EncodeOptions::default());
    let header = |config: Config| {
        let AnyCodec::Array(codec) = INFO.create(&CodecId::Tiff(50001), &config).unwrap() else { return Vec::new() };
        codec.decoder().unwrap().header(&file).unwrap().unwrap().layout.shape().to_vec()
    };
    let hints = |n: i64| Config::new().hint(key::SAMPLES, n).hint(key::WIDTH, 6).hint(key::HEIGHT, 5);
    assert_eq!(header(hints(3)), [5, 6, 3]);
    assert_eq!(header(hints(4)), [5, 6, 4]);
    // Not RGB: the stream says what it is, and the container sees that it does not fit.
    assert_eq!(header(hints(1)), [5, 6, 3]);
    assert_eq!(header(hints(4).set("hasalpha", false)), [5, 6, 3]);
}

#[test]
fn index_picks_a_frame() {
    let shape = [4, 9, 8, 3];
    let pixels = photo(&shape);
    let file = packed(&pixels, &shape, &EncodeOptions::default());
    let frame = |index: i64| unpacked(&file, &DecodeOptions::default().with_index(index));
    let len = 9 * 8 * 3;
    assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), pixels.clone()));
    for (start, index, from_end) in [(0, 0, -4), (len, 1, -3), (3 * len, 3, -1)] {
        let part = (vec![9, 8, 3], pixels[start..][..len].to_vec());
        assert_eq!(frame(index), part);
        assert_eq!(frame(from_end), part);
    }
    for index in [4, -5, i64::MAX, i64::MIN] {
        let error = iio_webp::decode(&file, &DecodeOptions::default().with_index(index)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert_eq!(error.message(), format!("there is no frame {index}, the file has 4"));
    }
}

#[test]
fn delay_loops_and_background_are_written() {
    let shape = [3, 9, 8, 3];
    let options = EncodeOptions::default().with_delay(77u32).with_loops(5u16).with_background([1, 2, 3, 4]);
    let file = packed(&photo(&shape), &shape, &options);
    assert!(frames(&file).unwrap().iter().all(|frame| frame.duration == 77));
    let animation = info(&file).unwrap().animation.unwrap();
    assert_eq!((animation.loops, animation.background), (5, [1, 2, 3, 4]));
    let file = packed(&photo(&shape), &shape, &EncodeOptions::default());
    assert!(frames(&file).unwrap().iter().all(|frame| frame.duration == 100));
    let animation = info(&file).unwrap().animation.unwrap();
    assert_eq!((animation.loops, animation.background), (0, [255; 4]));
}

#[test]
fn threads_are_those_of_the_executor_and_change_nothing() {
    // What they do is seen in their number only: the result is the same.
    let shape = [256, 512, 4];
    let pixels = photo(&shape);
    let four = Threads(4);
    let threads = |n: usize, wide: bool| {
        let codec = Webp::new(lossy(80.0).with_threads(n), DecodeOptions::default().with_threads(n));
        let cx = if wide { Context::default().with_executor(&four) } else { Context::default() };
        let mut file = Vec::new();
        let view = ArrayRef::new(&pixels, layout(&shape)).unwrap();
        codec.encoder().unwrap().encode_append(view, &mut file, &cx).unwrap();
        let decoded = codec.decoder().unwrap().decode(&file, None, &cx).unwrap().1.to_vec();
        (file, decoded)
    };
    let one = threads(1, false);
    for (n, wide) in [(0, true), (2, true), (8, false)] {
        assert_eq!(threads(n, wide), one);
    }
}

#[test]
fn names_of_imagecodecs_are_understood() {
    let config = Config::new()
        .set("level", 60.0)
        .set("lossless", false)
        .set("method", 2)
        .set("numthreads", 2)
        .set("delay", 50)
        .set("hasalpha", true)
        .set("index", 0);
    assert!(INFO.create(&CodecId::Numcodecs("imagecodecs_webp"), &config).is_ok());
}

#[test]
fn values_out_of_range_are_refused() {
    let cases = [
        ("level", "101"),
        ("level", "-2"),
        ("method", "7"),
        ("delay", "16777216"),
        ("loops", "65536"),
        ("background", "1,2,3"),
        ("background", "1,2,3,256"),
        ("exact", "perhaps"),
        ("keep_opaque", "perhaps"),
    ];
    for (key, value) in cases {
        let error = INFO.create(&CodecId::Name("webp"), &Config::new().set(key, value)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().starts_with(key), "{error}");
    }
}

#[test]
fn layouts_that_webp_cannot_hold_are_refused() {
    for shape in
        [&[8, 8][..], &[8, 8, 1], &[8, 8, 2], &[8, 8, 5], &[0, 8, 3], &[16384, 1, 3], &[0, 8, 8, 3], &[2, 2, 2, 2, 3]]
    {
        let bytes = vec![0; layout(shape).n_bytes()];
        let error = iio_webp::encode(ArrayRef::new(&bytes, layout(shape)).unwrap(), &EncodeOptions::default());
        assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument, "{shape:?}");
    }
    let wide = iio_codec::Layout::new(iio_codec::DType::U16, &[2, 2, 3]).unwrap();
    let error = iio_webp::encode(ArrayRef::new(&[0; 24], wide).unwrap(), &EncodeOptions::default()).unwrap_err();
    assert!(error.message().starts_with("cannot encode uint16 [2, 2, 3], only uint8"), "{error}");
}
