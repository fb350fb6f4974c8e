//! Header, byte orders, dtypes, strips, tiles, planes.

use iio_codec::{Check, DType};
use iio_core::{Colour, Selection, Sniff};

use crate::build::{File, KINDS, PLAIN, Page, Value, count, error0, layout, long, open, read0, short};

/// 16-bit values in the byte order of a file.
fn words(values: &[u16], big_endian: bool) -> Vec<u8> {
    let bytes = |v: &u16| if big_endian { v.to_be_bytes() } else { v.to_le_bytes() };
    values.iter().flat_map(bytes).collect()
}

#[test]
fn a_file_written_byte_by_byte_is_read() {
    // TIFF 6.0, section 2: header, IFD, data; grey, 2 x 1, one strip.
    let bytes: Vec<u8> = [
        &b"II\x2a\0\x0a\0\0\0"[..],
        &[7, 9],
        &[6, 0],
        &[0x00, 1, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0],
        &[0x01, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        &[0x02, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0],
        &[0x06, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0],
        &[0x11, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0],
        &[0x17, 1, 4, 0, 1, 0, 0, 0, 2, 0, 0, 0],
        &[0, 0, 0, 0],
    ]
    .concat();
    let image = read0(&bytes).unwrap();
    assert_eq!((image.shape(), image.as_bytes()), (&[1, 2][..], &[7, 9][..]));
    assert_eq!(open(&bytes).unwrap().info(0).unwrap().colour, Colour::Gray);
}

#[test]
fn both_byte_orders_and_bigtiff_give_the_same_samples() {
    let values: Vec<u16> = (0..12).map(|i| i * 1001).collect();
    for kind in KINDS {
        let data = words(&values, kind.big_endian);
        let page = Page::strips(4, 3, 2).tag(258, short(16)).chunk(&data[..16]).chunk(&data[16..]);
        let image = read0(&File::of(kind, &[page])).unwrap();
        assert_eq!(*image.layout(), layout(DType::U16, &[3, 4]), "{kind:?}");
        assert_eq!(image.as_slice::<u16>().unwrap(), values, "{kind:?}");
    }
}

#[test]
fn content_decides_what_is_a_tiff() {
    let sniff = |head: &[u8]| (iio_format_tiff::FORMAT.sniff)(&Sniff { head, tail: head, len: head.len() as u64 });
    for head in [b"II*\0....", b"MM\0*....", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"] {
        assert_eq!(sniff(head), Check::Yes);
    }
    for head in [&b"II"[..], b"MM*\0....", b"II\0*....", b"\x89PNG\r\n\x1a\n"] {
        assert_eq!(sniff(head), Check::No);
    }
}

#[test]
fn every_dtype_is_read_in_its_byte_order() {
    let cases = [
        (8, 1, DType::U8),
        (8, 2, DType::I8),
        (16, 1, DType::U16),
        (16, 2, DType::I16),
        (16, 3, DType::F16),
        (32, 1, DType::U32),
        (32, 2, DType::I32),
        (32, 3, DType::F32),
        (64, 1, DType::U64),
        (64, 2, DType::I64),
        (64, 3, DType::F64),
        (64, 6, DType::C64),
        (128, 6, DType::C128),
        (32, 4, DType::U32),
    ];
    for kind in KINDS {
        for (bits, format, dtype) in cases {
            let native = count(2 * dtype.size());
            let mut stored = native.clone();
            if kind.big_endian {
                stored.chunks_exact_mut(dtype.swap_size()).for_each(<[u8]>::reverse);
            }
            let page = Page::strips(2, 1, 1).tag(258, short(bits)).tag(339, short(format)).chunk(stored);
            let image = read0(&File::of(kind, &[page])).unwrap();
            assert_eq!(*image.layout(), layout(dtype, &[1, 2]));
            assert_eq!(image.as_bytes(), native, "{kind:?} {dtype}");
        }
    }
}

#[test]
fn last_strip_is_shorter() {
    let page = Page::strips(3, 5, 2).chunk(count(6)).chunk([10; 6]).chunk([20; 3]);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert_eq!(image.as_bytes(), [0, 1, 2, 3, 4, 5, 10, 10, 10, 10, 10, 10, 20, 20, 20]);
}

#[test]
fn edge_tiles_are_cropped() {
    let tile = |value: u8| (0..4u8).map(|i| value + i).collect::<Vec<_>>();
    let page = Page::tiles(3, 3, 2, 2).chunk(tile(0)).chunk(tile(10)).chunk(tile(20)).chunk(tile(30));
    let file = File::of(PLAIN, &[page]);
    assert_eq!(read0(&file).unwrap().as_bytes(), [0, 1, 10, 2, 3, 12, 20, 21, 30]);
    let info = open(&file).unwrap().info(0).unwrap();
    assert_eq!((info.chunking, &info.levels[0].chunk[..], info.levels[0].n_chunks), ("tiles", &[2, 2][..], 4));
}

#[test]
fn samples_of_pixels_stay_together() {
    let page = Page::strips(2, 2, 1)
        .tag(258, Value::Short(vec![8; 3]))
        .tag(277, short(3))
        .tag(262, short(2))
        .chunk(count(6))
        .chunk([9; 6]);
    let file = File::of(PLAIN, &[page]);
    let image = read0(&file).unwrap();
    assert_eq!(image.shape(), [2, 2, 3]);
    assert_eq!(image.as_bytes(), [0, 1, 2, 3, 4, 5, 9, 9, 9, 9, 9, 9]);
    let info = open(&file).unwrap().info(0).unwrap();
    assert_eq!((info.axes.as_str(), info.colour, info.bits), ("YXS", Colour::Rgb, 8));
    assert_eq!(
        (info.chunking, info.levels[0].chunk.as_slice(), info.levels[0].n_chunks),
        ("strips", &[1, 2, 3][..], 2)
    );
}

#[test]
fn planes_are_an_axis_in_front() {
    for tiled in [false, true] {
        let base = if tiled { Page::tiles(2, 2, 2, 2) } else { Page::strips(2, 2, 2) };
        let page = base
            .tag(277, short(3))
            .tag(284, short(2))
            .tag(262, short(2))
            .chunk(count(4))
            .chunk([10, 11, 12, 13])
            .chunk([20, 21, 22, 23]);
        let file = File::of(PLAIN, &[page]);
        let image = read0(&file).unwrap();
        assert_eq!(image.shape(), [3, 2, 2]);
        assert_eq!(image.as_bytes(), [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]);
        let info = open(&file).unwrap().info(0).unwrap();
        assert_eq!((info.axes.as_str(), info.levels[0].n_chunks), ("SYX", 3));
        assert_eq!(info.levels[0].chunk, [1, 2, 2]);
    }
}

#[test]
fn planes_of_one_sample_are_no_axis() {
    let page = Page::strips(2, 1, 1).tag(284, short(2)).chunk([1, 2]);
    assert_eq!(read0(&File::of(PLAIN, &[page])).unwrap().shape(), [1, 2]);
}

#[test]
fn regions_of_planes_hold_all_planes() {
    let page = Page::tiles(4, 4, 2, 2).tag(277, short(2)).tag(284, short(2));
    let page = (0..8u8).fold(page, |page, tile| page.chunk([tile; 4]));
    let file = File::of(PLAIN, &[page]);
    let image = crate::build::read(&file, &Selection::image(0).with_region(1..4, 1..3)).unwrap();
    assert_eq!(image.shape(), [2, 3, 2]);
    assert_eq!(image.as_bytes(), [0, 1, 2, 3, 2, 3, 4, 5, 6, 7, 6, 7]);
}

#[test]
fn extra_samples_are_counted() {
    let rgba = Page::strips(1, 1, 1).tag(277, short(4)).tag(262, short(2)).chunk(count(4));
    let info = |page: Page| open(&File::of(PLAIN, &[page])).unwrap().info(0).unwrap();
    assert_eq!(info(rgba.clone()).extra_samples, 1);
    assert_eq!(info(rgba.tag(338, short(2))).extra_samples, 1);
    let gray = Page::strips(1, 1, 1).tag(277, short(3)).tag(262, short(1)).chunk(count(3));
    assert_eq!(info(gray).extra_samples, 2);
    let cmyk = Page::strips(1, 1, 1).tag(277, short(4)).tag(262, short(5)).chunk(count(4));
    assert_eq!(info(cmyk).extra_samples, 0);
}

#[test]
fn missing_tags_have_the_defaults_of_the_specification() {
    // BitsPerSample 1, SamplesPerPixel 1, Compression none.
    let page = Page::strips(8, 1, 1).without(258).chunk([0b1010_0001]);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert_eq!(*image.layout(), layout(DType::Bool, &[1, 8]));
    assert_eq!(image.as_bytes(), [1, 0, 1, 0, 0, 0, 0, 1]);
}

#[test]
fn unsorted_directories_and_any_integer_type_are_read() {
    let mut file = File::new(PLAIN);
    let (offsets, counts) = file.data(&[count(2)]);
    let tags = [
        (279, Value::Short(vec![counts[0] as u16])),
        (257, Value::Byte(vec![1])),
        (273, Value::Long8(vec![offsets[0].into()])),
        (258, long(8)),
        (256, long(2)),
    ];
    let at = file.ifd(&tags) as u32;
    let mut bytes = file.bytes();
    bytes[4..8].copy_from_slice(&at.to_le_bytes());
    assert_eq!(read0(&bytes).unwrap().as_bytes(), [0, 1]);
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let page = || Page::strips(2, 1, 1).tag(277, short(3)).chunk(count(64));
    let file = |page: Page| error0(&File::of(PLAIN, &[page]));
    let error = file(page().tag(258, Value::Short(vec![5, 6, 5])));
    assert!(error.contains("samples of unequal bits (5, 6, 5) are not read"), "{error}");
    let error = file(page().tag(339, Value::Short(vec![1, 3, 1])));
    assert!(error.contains("unequal formats ([1, 3, 1])"), "{error}");
    let error = file(page().tag(258, short(20)).tag(339, short(3)));
    assert!(error.contains("floats of 20 bits (SampleFormat 3) are not read"), "{error}");
    let error = file(page().tag(258, short(32)).tag(339, short(5)));
    assert!(error.contains("complex integers of 32 bits"), "{error}");
    let error = file(page().tag(32997, long(7)));
    assert!(error.contains("tag 32997 ImageDepth is 7"), "{error}");
    let error = file(page().tag(262, short(6)));
    assert!(error.contains("YCbCr with chroma subsampled 2 x 2"), "{error}");
    assert!(read0(&File::of(PLAIN, &[page().tag(262, short(6)).tag(530, Value::Short(vec![1, 1]))])).is_ok());
}
