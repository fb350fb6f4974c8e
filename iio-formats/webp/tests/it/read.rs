//! Files are described, planned and read.

use std::sync::Arc;

use iio_codec::{Check, Config, ErrorKind, Limits};
use iio_core::{Colour, Env, MetaValue, ReadPlan, Registry, Selection, Sniff, Source};
use iio_format_webp::FORMAT;

use crate::{encoded, env, open, open_with, read};

const STACK: [usize; 4] = [5, 12, 17, 3];

#[test]
fn still_image_is_described() {
    let (pixels, file) = encoded(&[12, 17, 4]);
    let reader = open(&file).unwrap();
    let info = reader.info(0).unwrap();
    assert_eq!((info.axes.as_str(), info.bits, info.colour, info.extra_samples), ("YXS", 8, Colour::Rgb, 1));
    assert_eq!(info.compression, "webp lossless");
    assert_eq!(reader.n_images().unwrap(), 1);
    let (layout, found) = read(&file, &Selection::default()).unwrap();
    assert_eq!((layout.shape(), &found[..]), (&[12, 17, 4][..], &pixels[..]));
    for selection in [Selection::image(1), Selection::default().with_level(1)] {
        assert_eq!(read(&file, &selection).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn region_is_cut_out() {
    let (pixels, file) = encoded(&STACK);
    let (layout, found) = read(&file, &Selection::image(3).with_region(2..9, 5..11)).unwrap();
    assert_eq!(layout.shape(), [7, 6, 3]);
    let frame = &pixels[3 * 12 * 17 * 3..];
    let rows = (2..9).flat_map(|y| frame[(y * 17 + 5) * 3..(y * 17 + 11) * 3].iter().copied());
    assert!(rows.eq(found.iter().copied()));
    let beyond = Selection::default().with_region(0..13, 0..2);
    assert_eq!(read(&file, &beyond).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn frames_are_images_and_make_a_stack() {
    let (pixels, file) = encoded(&STACK);
    let reader = open(&file).unwrap();
    assert_eq!((reader.n_images().unwrap(), reader.default_images().unwrap()), (5, 0..5));
    for (index, frame) in pixels.chunks_exact(12 * 17 * 3).enumerate() {
        assert_eq!(&read(&file, &Selection::image(index)).unwrap().1[..], frame);
    }
    let plans = (0..5).map(|index| reader.plan(&Selection::image(index)).unwrap()).collect();
    let stack = ReadPlan::stack(plans).unwrap();
    // They share their workers, so that each frame is decoded once.
    assert_eq!(stack.pipelines.len(), 1);
    let source = Source::from_bytes(file);
    assert!(stack.read(&source, &env(), None).unwrap()[..] == pixels[..]);
    let wide = env().with_executor(Arc::new(iio_testkit::Threads(3)));
    assert!(stack.read(&source, &wide, None).unwrap()[..] == pixels[..]);
}

#[test]
fn frames_are_read_backwards() {
    let (pixels, file) = encoded(&STACK);
    let reader = open(&file).unwrap();
    let plans = (0..5).rev().map(|index| reader.plan(&Selection::image(index)).unwrap()).collect();
    let found = ReadPlan::stack(plans).unwrap().read(&Source::from_bytes(file), &env(), None).unwrap();
    for (found, frame) in found.chunks_exact(12 * 17 * 3).rev().zip(pixels.chunks_exact(12 * 17 * 3)) {
        assert!(found == frame);
    }
}

#[test]
fn files_are_read_where_they_lie() {
    /// A source that is not in memory, and counts what is read.
    struct Counted(Vec<u8>, std::sync::atomic::AtomicUsize);
    impl iio_core::ReadAt for Counted {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }
        fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
            self.1.fetch_add(dst.len(), std::sync::atomic::Ordering::Relaxed);
            self.0.read_at(offset, dst)
        }
    }
    let (pixels, file) = encoded(&[200, 300, 3]);
    let data = Arc::new(Counted(file, Default::default()));
    let source = Source::new(data.clone(), "counted");
    let reader = (FORMAT.open.unwrap())(&source, &Config::new(), &env()).unwrap();
    reader.info(0).unwrap();
    reader.metadata(0).unwrap();
    let n = data.1.load(std::sync::atomic::Ordering::Relaxed);
    assert!(n < 100, "{n} bytes were read for the headers");
    let plan = reader.plan(&Selection::default()).unwrap();
    assert!(plan.read(&source, &env(), None).unwrap()[..] == pixels[..]);
}

#[test]
fn alpha_is_added_or_dropped_by_option() {
    let (_, file) = encoded(&[12, 17, 4]);
    let samples = |file: &[u8], value: bool| {
        let reader = open_with(file, &Config::new().set("has_alpha", value)).unwrap();
        let plan = reader.plan(&Selection::default()).unwrap();
        plan.read(&Source::from_bytes(file), &env(), None).unwrap();
        plan.layout.shape().last().copied()
    };
    assert_eq!((samples(&file, true), samples(&file, false)), (Some(4), Some(3)));
    let (_, stack) = encoded(&STACK);
    assert_eq!((samples(&stack, true), samples(&stack, false)), (Some(4), Some(3)));
    for config in [Config::new().set("index", 1), Config::new().set("level", 1)] {
        assert_eq!(open_with(&file, &config).err().map(|error| error.kind()), Some(ErrorKind::InvalidArgument));
    }
}

#[test]
fn animation_is_described_by_tags() {
    let (_, file) = encoded(&STACK);
    let meta = open(&file).unwrap().metadata(2).unwrap();
    assert_eq!(meta.tag("duration"), Some(&MetaValue::Uint(100)));
    assert_eq!(meta.tag("n_frames"), Some(&MetaValue::Uint(5)));
    assert_eq!(meta.tag("loop"), Some(&MetaValue::Uint(0)));
    let (_, still) = encoded(&[5, 5, 3]);
    assert!(open(&still).unwrap().metadata(0).unwrap().tags.is_empty());
}

#[test]
fn content_is_recognised() {
    let (_, file) = encoded(&[5, 5, 3]);
    let sniff = |head: &[u8]| (FORMAT.sniff)(&Sniff { head, tail: &[], len: 100 });
    assert_eq!(sniff(&file), Check::Yes);
    assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt "), Check::No);
    let registry = Registry::empty().with_format(&FORMAT);
    assert_eq!(registry.format_for_extension("webp").unwrap().name, "webp");
}

#[test]
fn every_truncation_is_an_error() {
    for shape in [&[9, 8, 4][..], &STACK] {
        let (_, file) = encoded(shape);
        let last = Selection::image(open(&file).unwrap().n_images().unwrap() - 1);
        assert!(read(&file, &last).is_ok());
        for len in 0..file.len() - 1 {
            let error = read(&file[..len], &last).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Truncated | ErrorKind::Malformed), "{len}: {error}");
        }
    }
}

#[test]
fn every_flipped_bit_gives_pixels_or_an_error() {
    let (_, file) = encoded(&STACK);
    let mut errors = 0;
    for bit in 0..file.len() * 8 {
        let mut bad = file.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        errors += usize::from(read(&bad, &Selection::image(4)).is_err());
    }
    assert!(errors > 100, "{errors}");
}

#[test]
fn limits_hold_and_errors_say_where() {
    let (_, file) = encoded(&STACK);
    let source = Source::from_bytes(file.clone());
    let tight = env().with_limits(Limits::default().with_axis_len(16));
    let error = (FORMAT.open.unwrap())(&source, &Config::new(), &tight).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "axis_len", requested: 17, allowed: 16 }));
    let tight = Env::new(Registry::empty().into()).with_limits(Limits::default().with_working_bytes(100));
    let reader = (FORMAT.open.unwrap())(&source, &Config::new(), &tight).unwrap();
    let error = reader.plan(&Selection::image(2)).unwrap().read(&source, &tight, None).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
    // A bit stream whose first bytes say nothing that can be decoded: the error has its place.
    let frame = iio_webp::frames(&file).unwrap().remove(1);
    let mut bad = file;
    let start = usize::try_from(frame.range.start).unwrap() + 13;
    bad[start..start + 8].fill(0xff);
    let error = read(&bad, &Selection::image(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.offset(), Some(frame.range.start));
    assert!(error.place().is_some_and(|place| place.starts_with("frame 1")), "{error}");
}
