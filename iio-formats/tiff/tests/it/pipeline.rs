//! What stands between stored bytes and samples, and what codecs are told.

use iio_codec::{Config, DType, ErrorKind};
use iio_core::Selection;

use crate::build::{File, KINDS, PLAIN, Page, Value, count, error0, layout, open, read, read0, short};
use crate::fake::{PICTURE_NUMBER, PRIVATE, SAID};

#[test]
fn packbits_strips_are_decompressed() {
    let page = Page::strips(4, 2, 1).tag(259, short(32773)).chunk([253, 7]).chunk([3, 1, 2, 3, 4]);
    let file = File::of(PLAIN, &[page]);
    assert_eq!(read0(&file).unwrap().as_bytes(), [7, 7, 7, 7, 1, 2, 3, 4]);
    assert_eq!(open(&file).unwrap().info(0).unwrap().compression, "packbits");
}

#[test]
fn packed_bits_begin_a_byte_with_each_row() {
    for (bits, data, expected) in [
        (1, vec![0b1010_0000, 0b0110_0000], vec![1, 0, 1, 0, 1, 1]),
        (4, vec![0x12, 0x30, 0x45, 0x60], vec![1, 2, 3, 4, 5, 6]),
        (5, vec![0b0000_1000, 0b1000_0110, 0b1111_1000, 0b0000_0010], vec![1, 2, 3, 31, 0, 1]),
    ] {
        let page = Page::strips(3, 2, 2).tag(258, short(bits)).chunk(data);
        let image = read0(&File::of(PLAIN, &[page])).unwrap();
        assert_eq!(image.dtype(), if bits == 1 { DType::Bool } else { DType::U8 });
        assert_eq!(image.as_bytes(), expected, "{bits} bits");
    }
    let page = Page::strips(2, 1, 1).tag(258, short(12)).chunk([0x12, 0x3a, 0xbc]);
    for kind in KINDS {
        let image = read0(&File::of(kind, std::slice::from_ref(&page))).unwrap();
        assert_eq!(image.as_slice::<u16>().unwrap(), [0x123, 0xabc], "no byte order in packed bits, {kind:?}");
    }
}

#[test]
fn packed_bits_are_decompressed_before_they_are_unpacked() {
    let page = Page::strips(16, 1, 1).tag(258, short(1)).tag(259, short(32773)).chunk([255, 0b1000_0001]);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert_eq!(image.as_bytes(), [1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1]);
}

#[test]
fn fill_order_two_reverses_stored_bits() {
    let page = Page::strips(2, 1, 1).tag(266, short(2)).chunk([0b1000_0000, 0b0000_0011]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().as_bytes(), [1, 0b1100_0000]);
    // Before decompression, not after: packbits 255, 5 stored reversed.
    let page = Page::strips(2, 1, 1).tag(266, short(2)).tag(259, short(32773)).chunk([255, 5u8.reverse_bits()]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().as_bytes(), [5, 5]);
    let picture = Page::strips(2, 1, 1).tag(266, short(2)).tag(259, short(PICTURE_NUMBER)).chunk([2, 1, 1, 8, 9]);
    assert_eq!(read0(&File::of(PLAIN, &[picture])).unwrap().as_bytes(), [8, 9], "streams of images know their bits");
}

#[test]
fn predictor_runs_over_the_columns_in_native_order() {
    for kind in KINDS {
        let bytes = |values: &[u16]| -> Vec<u8> {
            values.iter().flat_map(|v| if kind.big_endian { v.to_be_bytes() } else { v.to_le_bytes() }).collect()
        };
        let gray =
            Page::strips(3, 2, 2).tag(258, short(16)).tag(317, short(2)).chunk(bytes(&[300, 1, 1, 500, 0xffff, 2]));
        let image = read0(&File::of(kind, &[gray])).unwrap();
        assert_eq!(image.as_slice::<u16>().unwrap(), [300, 301, 302, 500, 499, 501], "{kind:?}");
    }
    let rgb = Page::strips(2, 1, 1).tag(277, short(3)).tag(317, short(2)).chunk([1, 2, 3, 10, 20, 30]);
    let file = File::of(PLAIN, std::slice::from_ref(&rgb));
    assert_eq!(read0(&file).unwrap().as_bytes(), [1, 2, 3, 11, 22, 33]);
    assert_eq!(open(&file).unwrap().info(0).unwrap().compression, "none + delta");
    let planes = Page::strips(2, 1, 1).tag(277, short(2)).tag(284, short(2)).tag(317, short(2));
    let planes = planes.chunk([1, 10]).chunk([2, 20]);
    assert_eq!(read0(&File::of(PLAIN, &[planes])).unwrap().as_bytes(), [1, 11, 2, 22]);
}

#[test]
fn float_predictor_sees_bytes_as_stored() {
    // Bytes of 1.0, 2.0 (3f800000, 40000000), highest first, as differences: the same in either byte order.
    let gray = Page::strips(2, 1, 1).tag(258, short(32)).tag(339, short(3)).tag(317, short(3));
    let rgb = Page::strips(1, 1, 1).tag(258, short(32)).tag(339, short(3)).tag(317, short(3)).tag(277, short(3));
    let gray = gray.chunk([0x3f, 0x01, 0x40, 0x80, 0, 0, 0, 0]);
    let rgb = rgb.chunk([0x3f, 0x40, 0x40, 0x41, 0xc0, 0x40, 0x80, 0x00, 0x80, 0, 0, 0]);
    for kind in KINDS {
        let image = read0(&File::of(kind, std::slice::from_ref(&gray))).unwrap();
        assert_eq!(image.as_slice::<f32>().unwrap(), [1.0, 2.0], "{kind:?}");
        let image = read0(&File::of(kind, std::slice::from_ref(&rgb))).unwrap();
        assert_eq!(image.as_slice::<f32>().unwrap(), [1.0, 2.0, 4.0], "{kind:?}");
    }
}

#[test]
fn samples_of_three_bytes_begin_with_the_highest_in_either_byte_order() {
    let page = Page::strips(2, 1, 1).tag(258, short(24)).chunk([1, 2, 3, 0xff, 0, 0x80]);
    for kind in KINDS {
        let image = read0(&File::of(kind, std::slice::from_ref(&page))).unwrap();
        assert_eq!(image.as_slice::<u32>().unwrap(), [0x01_0203, 0xff_0080], "{kind:?}");
    }
}

#[test]
fn packed_signed_integers_keep_their_sign() {
    let page = Page::strips(2, 1, 1).tag(258, short(12)).tag(339, short(2)).chunk([0x7f, 0xff, 0xfe]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().as_slice::<i16>().unwrap(), [0x7ff, -2]);
}

#[test]
fn predictor_2_on_packed_bits_wraps_at_them() {
    // Samples 4000, 100, 200 as 12-bit differences 4000, 196, 100: 0xfa0 0x0c4 0x064.
    let page = Page::strips(3, 1, 1).tag(258, short(12)).tag(317, short(2)).chunk([0xfa, 0x00, 0xc4, 0x06, 0x40]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().as_slice::<u16>().unwrap(), [4000, 100, 200]);
    // Signed: 2000, -2000 is the difference 96 in 12 bits.
    let page = Page::strips(2, 1, 1).tag(258, short(12)).tag(339, short(2)).tag(317, short(2));
    let page = page.chunk([0x7d, 0x00, 0x60]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().as_slice::<i16>().unwrap(), [2000, -2000]);
}

#[test]
fn predictors_on_bilevel_samples_and_3_on_packed_bits_are_refused() {
    for (bits, predictor) in [(1, 2), (12, 3)] {
        let page = Page::strips(2, 1, 1).tag(258, short(bits)).tag(317, short(predictor)).chunk(count(3));
        let error = error0(&File::of(PLAIN, &[page]));
        let expected = format!("page 0: predictor {predictor} on samples of {bits} bits is not defined");
        assert!(error.contains(&expected), "{error}");
    }
}

#[test]
fn jpeg_tables_reach_the_codec_of_a_private_compression() {
    let page = Page::tiles(16, 16, 16, 32)
        .tag(259, short(PRIVATE))
        .tag(277, short(3))
        .tag(262, short(6))
        .tag(530, Value::Short(vec![1, 1]))
        .tag(347, Value::Undefined(vec![5, 0xff, 0xd9, 1, 2, 3]))
        .chunk(vec![1; 16 * 32 * 3]);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert!(image.as_bytes().iter().all(|&byte| byte == 6));
    let said = SAID.lock().unwrap();
    assert!(said.contains(&r#"Some("ycbcr") [16, 32, 3, 8] 6 tables"#.to_owned()), "{said:?}");
}

#[test]
fn tables_of_each_page_go_to_its_own_codec() {
    let page = |table: u8| {
        let page = Page::strips(2, 1, 1).tag(259, short(PRIVATE)).tag(262, short(1));
        page.tag(347, Value::Undefined(vec![table; 5])).chunk([0, 0])
    };
    let file = File::of(PLAIN, &[page(3), page(9)]);
    let reader = open(&file).unwrap();
    assert_eq!(reader.default_images().unwrap(), 0..2, "tables are no difference in kind");
    assert_eq!(read0(&file).unwrap().as_bytes(), [3, 3]);
    assert_eq!(read(&file, &Selection::image(1)).unwrap().as_bytes(), [9, 9]);
}

#[test]
fn image_codecs_decode_chunks_of_strips_tiles_and_planes() {
    let base = |page: Page| page.tag(259, short(PICTURE_NUMBER)).tag(317, short(2));
    let strips = base(Page::strips(2, 3, 2)).chunk([2, 2, 1, 1, 2, 3, 4]).chunk([2, 1, 1, 5, 6]);
    assert_eq!(read0(&File::of(PLAIN, &[strips])).unwrap().as_bytes(), [1, 2, 3, 4, 5, 6], "no predictor");
    let rgb = base(Page::tiles(1, 1, 2, 1)).tag(277, short(3)).chunk([2, 1, 3, 1, 2, 3, 4, 5, 6]);
    assert_eq!(read0(&File::of(PLAIN, &[rgb])).unwrap().as_bytes(), [1, 2, 3]);
    let planes = base(Page::strips(2, 1, 1)).tag(277, short(2)).tag(284, short(2));
    let planes = planes.chunk([2, 1, 1, 1, 2]).chunk([2, 1, 1, 3, 4]);
    let image = read0(&File::of(PLAIN, &[planes])).unwrap();
    assert_eq!((image.shape(), image.as_bytes()), (&[2, 1, 2][..], &[1, 2, 3, 4][..]));
}

#[test]
fn chunk_of_another_size_than_the_geometry_says_is_an_error() {
    let page = Page::strips(2, 2, 2).tag(259, short(PICTURE_NUMBER)).chunk([2, 1, 1, 1, 2]);
    let error = error0(&File::of(PLAIN, &[page]));
    assert!(error.contains("page 0, chunk 0: chunk declares uint8 [1, 2], uint8 [2, 2] was expected"), "{error}");
}

#[test]
fn stacks_of_image_codecs_are_read() {
    let page = |value: u8| Page::strips(2, 1, 1).tag(259, short(PICTURE_NUMBER)).chunk([2, 1, 1, value, value + 1]);
    let file = File::of(PLAIN, &[page(1), page(5)]);
    let reader = open(&file).unwrap();
    let plans = (0..2).map(|image| reader.plan(&Selection::image(image)).unwrap()).collect();
    let plan = iio_core::ReadPlan::stack(plans).unwrap();
    assert_eq!(plan.layout, layout(DType::U8, &[2, 1, 2]));
    assert_eq!(plan.pipelines.len(), 1, "pages of a kind share their workers");
    let bytes = plan.read(&iio_core::Source::from_bytes(file), &crate::build::env(), None).unwrap();
    assert_eq!(bytes[..], [1, 2, 5, 6]);
}

#[test]
fn unknown_compressions_and_missing_codecs_are_named() {
    let page = |number: u16| File::of(PLAIN, &[Page::strips(2, 1, 1).tag(259, short(number)).chunk([1, 2])]);
    let error = read0(&page(50001)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "tiff: page 0: compression webp: no codec for tiff:50001");
    assert!(error0(&page(4711)).contains("compression tiff:4711"));
    // Describing it needs no codec.
    assert_eq!(open(&page(50001)).unwrap().info(0).unwrap().compression, "webp");
}

#[test]
fn unknown_options_are_refused() {
    let file = File::of(PLAIN, &[Page::strips(2, 1, 1).chunk([1, 2])]);
    let error = crate::build::open_with(&file, &Config::new().set("pages", 3)).err().unwrap();
    assert_eq!(error.to_string(), "tiff: unknown option pages, known are levels, sub_images, lenient_chain");
}
