//! The reader: several images, regions, plans, metadata.

use iio_codec::{ArrayRef, Config, DType, ErrorKind, Layout, Limits};
use iio_core::{Colour, MetaValue, Selection, Source};
use iio_format_netpbm::{EncodeOptions, FORMAT, Variant, encode};

use crate::{env, floats, layout, noise, open, open_with, read, read_stream, words};

#[test]
fn images_that_follow_each_other_are_counted_and_read() {
    let file = b"P4 9 1\n\x80\x00P5 2 1 255\nabP7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nENDHDR\nxyP2 1 1 9 7\n";
    let reader = open(file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 4);
    let second = read(file, &Selection::image(1)).unwrap();
    assert_eq!((second.0, second.1.as_slice()), (layout(DType::U8, &[1, 2]), &b"ab"[..]));
    assert_eq!(read(file, &Selection::image(0)).unwrap().1.as_slice(), [0, 1, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(read_stream(file, &Selection::image(2)).unwrap().1.as_slice(), b"xy");
    assert_eq!(read_stream(file, &Selection::image(3)).unwrap().1.as_slice(), [7]);
    let error = read(file, &Selection::image(4)).unwrap_err();
    assert_eq!(error.to_string(), "netpbm: there is no image 4, the file has 4");
}

#[test]
fn white_space_between_images_is_passed_over_and_other_bytes_end_the_file() {
    let file = b"P5 1 1 255\na\n\nP5 1 1 255\nb\njunk";
    let reader = open(file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
    assert_eq!(read(file, &Selection::image(1)).unwrap().1.as_slice(), b"b");
    assert_eq!(reader.file_metadata().unwrap().tag("trailing_bytes"), Some(&MetaValue::Uint(5)));
    // Samples that look like white space or a magic are samples.
    let file = b"P5 1 2 255\n P5 1 2 255\nP5P5 1 1 255\n\n";
    assert_eq!(open(file).unwrap().n_images().unwrap(), 1);
}

#[test]
fn a_second_image_with_a_broken_header_is_malformed_when_it_is_asked_for() {
    let file = b"P5 1 1 255\naP5 0 1 255\n";
    assert_eq!(read(file, &Selection::image(0)).unwrap().1.as_slice(), b"a");
    for error in [open(file).unwrap().n_images().unwrap_err(), read(file, &Selection::image(1)).unwrap_err()] {
        assert_eq!((error.kind(), error.offset(), error.place()), (ErrorKind::Malformed, Some(15), Some("image 1")));
    }
}

/// An image of each kind of samples, large enough for several chunks, and its samples.
fn large() -> Vec<(Vec<u8>, Layout, Vec<u8>)> {
    let mut all = Vec::new();
    let mut add = |variant: Option<Variant>, layout: Layout, samples: Vec<u8>, options: EncodeOptions| {
        let file = encode(ArrayRef::new(&samples, layout).unwrap(), &options.with_variant(variant)).unwrap();
        all.push((file, layout, samples));
    };
    let default = EncodeOptions::default;
    let (h, w) = (90, 8203);
    let bits: Vec<_> = noise(h * w).iter().map(|byte| byte >> 7).collect();
    add(None, layout(DType::Bool, &[h, w]), bits.clone(), default());
    add(Some(Variant::Pam), layout(DType::Bool, &[h, w]), bits, default());
    add(None, layout(DType::U8, &[h, w]), noise(h * w), default());
    let low: Vec<_> = noise(h * w * 3).iter().map(|byte| byte % 101).collect();
    add(None, layout(DType::U8, &[h, w, 3]), low.clone(), default().with_maxval(100));
    add(None, layout(DType::U8, &[h, w, 3]), low, default().with_ascii(true));
    add(None, layout(DType::U16, &[h, w]), noise(2 * h * w), default());
    let low: Vec<_> = noise(2 * h * w).chunks(2).map(|b| u16::from_ne_bytes([b[0], b[1]]) % 1001).collect();
    add(None, layout(DType::U16, &[h, w]), words(&low), default().with_maxval(1000));
    let samples: Vec<_> = noise(h * w * 3).iter().map(|&byte| f32::from(byte) / 7.0).collect();
    add(None, layout(DType::F32, &[h, w, 3]), floats(&samples), default());
    add(None, layout(DType::F32, &[h, w]), floats(&samples[..h * w]), default());
    all
}

#[test]
fn regions_are_those_of_the_whole_image_from_memory_and_stream() {
    for (file, layout, samples) in large() {
        let whole = ArrayRef::new(&samples, layout).unwrap();
        let (h, w) = (layout.shape()[0], layout.shape()[1]);
        for (y, x) in
            [(0..h, 0..w), (7..71, 0..w), (3..4, 5..6), (11..80, 13..8190), (40..90, 4001..4100), (0..1, w - 1..w)]
        {
            let selection = Selection::default().with_region(y.clone(), x.clone());
            let mut ranges = vec![y, x];
            ranges.extend(layout.shape().get(2).map(|&depth| 0..depth));
            let mut expected = Vec::new();
            whole.window(&ranges).unwrap().append_to(&mut expected).unwrap();
            for (found, decoded) in [read(&file, &selection).unwrap(), read_stream(&file, &selection).unwrap()] {
                assert_eq!(found.n_bytes(), expected.len());
                assert!(decoded.as_slice() == expected, "{} {ranges:?}", file[..20].escape_ascii());
            }
        }
    }
}

#[test]
fn raw_regions_read_their_rows_only_and_of_wide_rows_their_columns() {
    for (file, layout, _) in large() {
        let reader = open(&file).unwrap();
        let info = reader.info(0).unwrap();
        let rows = reader.plan(&Selection::default().with_region(10..20, 0..8000)).unwrap().n_stored_bytes();
        let columns = reader.plan(&Selection::default().with_region(10..20, 16..24)).unwrap().n_stored_bytes();
        if info.chunking == "whole" {
            assert_eq!(rows, file.len() as u64 - open_header_len(&file));
            continue;
        }
        let row_len = (file.len() as u64 - open_header_len(&file)) / 90;
        assert_eq!(rows, 10 * row_len, "{layout}");
        // Rows of bits are short: not worth a read each.
        let expected = if row_len > 4096 + 24 { 10 * 8 * row_len / 8203 } else { 10 * row_len };
        assert_eq!(columns, expected, "{layout}");
    }
}

fn open_header_len(file: &[u8]) -> u64 {
    iio_format_netpbm::header(file).unwrap().data_offset as u64
}

#[test]
fn regions_outside_and_levels_are_refused() {
    let file = b"P5 2 2 255\nabcd";
    for selection in [
        Selection::default().with_region(0..3, 0..2),
        Selection::default().with_region(1..1, 0..2),
        Selection::default().with_level(1),
    ] {
        assert_eq!(read(file, &selection).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn truncated_samples_are_found_before_memory_is_taken() {
    let file = b"P6 100000 100000 255\nabc";
    let error = read(file, &Selection::default()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(24)));
    assert_eq!(error.message(), "samples go up to byte 30000000021, the file has 24");
    let error = read(b"P2 100000 100000 255\n1 2 ", &Selection::default()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(25)));
    // The rows that are there can be read.
    let file = b"P5 2 3 255\nabcde";
    assert_eq!(read(file, &Selection::default().with_region(0..2, 0..2)).unwrap().1.as_slice(), b"abcd");
    assert_eq!(open(file).unwrap().n_images().unwrap(), 1);
}

#[test]
fn limits_on_axes_and_headers_hold() {
    let source = |file: &[u8]| Source::from_bytes(file);
    let open = |file: &[u8], limits| (FORMAT.open.unwrap())(&source(file), &Config::new(), &env().with_limits(limits));
    let kind = |result: iio_codec::Result<_>| match result {
        Ok(_) => None,
        Err(error) => match error.kind() {
            ErrorKind::Limit { which, .. } => Some(which),
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(kind(open(b"P5 11 1 255\n", Limits::default().with_axis_len(10))), Some("axis_len"));
    assert_eq!(kind(open(b"P5 10 1 255\n", Limits::default().with_axis_len(10))), None);
    let comment = [&b"P5 #"[..], &[b'c'; 10_000], b"\n1 1 255\nx"].concat();
    assert_eq!(kind(open(&comment, Limits::default())), None);
    assert_eq!(kind(open(&comment, Limits::default().with_metadata_bytes(5000))), Some("metadata_bytes"));
    let many = b"P5 1 1 9\n\x01".repeat(1000);
    let reader = open(&many, Limits::default().with_metadata_bytes(5000)).unwrap();
    assert_eq!(kind(reader.n_images().map(|_| reader)), Some("metadata_bytes"));
    assert_eq!(open(&many, Limits::default()).unwrap().n_images().unwrap(), 1000);
}

#[test]
fn info_describes_an_image() {
    let info = open(b"P6 2 3 15\n").unwrap().info(0).unwrap();
    assert_eq!((&*info.axes, info.bits, info.colour, &*info.compression), ("YXS", 4, Colour::Rgb, "none"));
    assert_eq!((info.chunking, info.levels[0].n_chunks), ("strips", 1));
    let info =
        open(b"P7\nWIDTH 2\nHEIGHT 3\nDEPTH 4\nMAXVAL 65535\nTUPLTYPE RGB_ALPHA\nENDHDR\n").unwrap().info(0).unwrap();
    assert_eq!((info.bits, info.colour, info.extra_samples), (16, Colour::Rgb, 1));
    assert_eq!(info.levels[0].layout, layout(DType::U16, &[3, 2, 4]));
    let info = open(b"P1 2 3\n").unwrap().info(0).unwrap();
    assert_eq!((&*info.axes, info.bits, info.colour, &*info.compression), ("YX", 1, Colour::Gray, "ascii"));
    let info = open(b"PF 1000 1000 1\n").unwrap().info(0).unwrap();
    assert_eq!((info.bits, info.levels[0].chunk.clone(), info.levels[0].n_chunks), (32, vec![21, 1000, 3], 48));
}

#[test]
fn metadata_has_comments_and_what_the_header_says() {
    let meta = open(b"P5 # one\n#two \n2 3 15\n").unwrap().metadata(0).unwrap();
    let comment = |text: &str| ("comment".to_owned(), text.to_owned());
    assert_eq!(meta.text, [comment("one"), comment("two")]);
    assert_eq!(meta.tag("magic"), Some(&MetaValue::Text("P5".into())));
    assert_eq!(meta.tag("maxval"), Some(&MetaValue::Uint(15)));
    let meta = open(b"PF 2 3 -0.5\n").unwrap().metadata(0).unwrap();
    assert_eq!(meta.tag("scale"), Some(&MetaValue::Float(0.5)));
    assert_eq!(meta.tag("byte_order"), Some(&MetaValue::Text("little".into())));
    let file = b"P7\nWIDTH 2\nHEIGHT 3\nDEPTH 4\nMAXVAL 9\nTUPLTYPE A B\nTUPLTYPE C\nENDHDR\n";
    let meta = open(file).unwrap().metadata(0).unwrap();
    assert_eq!(meta.tag("tuple_type"), Some(&MetaValue::Text("A B C".into())));
}

#[test]
fn scale_option_changes_samples_bits_and_maxval() {
    let config = Config::new().set("scale", true);
    let file = b"P5 2 1 15\n\x0f\x01";
    let reader = open_with(file, &config).unwrap();
    assert_eq!(reader.info(0).unwrap().bits, 8);
    assert_eq!(reader.metadata(0).unwrap().tag("maxval"), Some(&MetaValue::Uint(255)));
    assert_eq!(reader.metadata(0).unwrap().tag("stored_maxval"), Some(&MetaValue::Uint(15)));
    let plan = reader.plan(&Selection::default()).unwrap();
    assert_eq!(plan.read(&Source::from_bytes(&file[..]), &env(), None).unwrap().as_slice(), [255, 17]);
}

#[test]
fn unknown_options_are_refused() {
    let error = open_with(b"P5 1 1 9\n\x01", &Config::new().set("scales", true)).err().unwrap();
    assert_eq!(error.to_string(), "netpbm: unknown option scales, known are scale, allow_missing_end");
}
