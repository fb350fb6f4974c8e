//! Files by hand, header by header.

use iio_codec::{Check, DType, ErrorKind};
use iio_format_bmp::{Compression, DecodeOptions, Expand, check, decode, header};

use crate::{Hand, layout};

const RED: [u8; 3] = [255, 0, 0];
const GREEN: [u8; 3] = [0, 255, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const GRAY: [u8; 3] = [9, 9, 9];

#[track_caller]
fn pixels(file: &[u8], shape: &[usize]) -> Vec<u8> {
    let (found, samples) = decode(file, &DecodeOptions::default()).unwrap();
    assert_eq!(found, layout(DType::U8, shape));
    samples.to_vec()
}

fn rgb(colours: &[[u8; 3]]) -> Vec<u8> {
    colours.concat()
}

#[test]
fn rows_stand_from_the_bottom_up_unless_the_height_is_negative() {
    let stored = [3, 2, 1, 0, 6, 5, 4, 0];
    assert_eq!(pixels(&Hand::new(1, 2, 24, &stored).file(), &[2, 1, 3]), [4, 5, 6, 1, 2, 3]);
    assert_eq!(pixels(&Hand::new(1, -2, 24, &stored).file(), &[2, 1, 3]), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn indices_of_all_depths_begin_at_the_highest_bits() {
    let four = [RED, GREEN, BLUE, GRAY];
    let file = |bits, palette: &[[u8; 3]], row: &[u8]| Hand::new(3, 1, bits, row).palette(palette).file();
    assert_eq!(pixels(&file(1, &four[..2], &[0b0110_0000, 0, 0, 0]), &[1, 3, 3]), rgb(&[RED, GREEN, GREEN]));
    assert_eq!(pixels(&file(2, &four, &[0b1101_1000, 0, 0, 0]), &[1, 3, 3]), rgb(&[GRAY, GREEN, BLUE]));
    assert_eq!(pixels(&file(4, &four, &[0x20, 0x30, 0, 0]), &[1, 3, 3]), rgb(&[BLUE, RED, GRAY]));
    assert_eq!(pixels(&file(8, &four, &[1, 0, 2, 0]), &[1, 3, 3]), rgb(&[GREEN, RED, BLUE]));
}

#[test]
fn gray_palettes_give_gray_samples_and_options_choose() {
    let file = Hand::new(2, 1, 8, &[1, 0, 0, 0]).palette(&[[7; 3], [200; 3]]).file();
    assert_eq!(pixels(&file, &[1, 2]), [200, 7]);
    let with = |options: DecodeOptions| decode(&file, &options).unwrap().1.to_vec();
    assert_eq!(with(DecodeOptions::default().with_expand(Expand::Rgb)), [200, 200, 200, 7, 7, 7]);
    assert_eq!(with(DecodeOptions::default().with_expand(Expand::Indices)), [1, 0]);
    // Gray is not black and white.
    assert_eq!(with(DecodeOptions::default().with_bilevel_as_bool(true)), [200, 7]);
    let file = Hand::new(2, 1, 1, &[0x40, 0, 0, 0]).palette(&[[255; 3], [0; 3]]).file();
    let (found, samples) = decode(&file, &DecodeOptions::default().with_bilevel_as_bool(true)).unwrap();
    assert_eq!((found, samples.as_slice()), (layout(DType::Bool, &[1, 2]), &[1, 0][..]));
    assert_eq!(pixels(&file, &[1, 2]), [255, 0]);
}

#[test]
fn headers_of_all_versions_are_read() {
    let mut hand = Hand::new(1, 1, 8, &[1, 0, 0, 0]);
    hand.header_len = 12;
    let file = hand.clone().palette(&[RED, GREEN]).file();
    assert_eq!(pixels(&file, &[1, 1, 3]), GREEN);
    for len in [16, 40, 42, 52, 56, 64, 108, 124] {
        let mut hand = Hand::new(1, 1, 8, &[1, 0, 0, 0]).palette(&[RED, GREEN]);
        hand.header_len = len;
        hand.between.splice(0..0, vec![0; (len as usize).saturating_sub(40)]);
        assert_eq!(pixels(&hand.file(), &[1, 1, 3]), GREEN, "{len}");
        assert_eq!(header(&hand.file()).unwrap().header_len, len);
    }
    for len in [0, 11, 13, 14, 41, 66, 107, 125] {
        let mut file = Hand::new(1, 1, 8, &[1, 0, 0, 0]).palette(&[RED, GREEN]).file();
        file[14] = len;
        assert_eq!(decode(&file, &DecodeOptions::default()).unwrap_err().kind(), ErrorKind::Malformed, "{len}");
    }
}

#[test]
fn a_dib_without_file_header_is_read() {
    let hand = Hand::new(1, 1, 8, &[1, 0, 0, 0]).palette(&[RED, GREEN]);
    assert_eq!(pixels(&hand.dib(), &[1, 1, 3]), GREEN);
    assert_eq!(check(&hand.dib()), Check::Unknown);
    assert_eq!(check(&hand.file()), Check::Yes);
    let hand = Hand::new(1, 1, 24, &[1, 2, 3, 0]);
    assert_eq!(header(&hand.dib()).unwrap().data_offset, 40);
    assert_eq!(pixels(&hand.dib(), &[1, 1, 3]), [3, 2, 1]);
}

#[test]
fn pixels_of_16_bits_have_5_5_5_or_what_masks_say() {
    let file = Hand::new(2, 1, 16, &[0x00, 0x7c, 0xff, 0xff]).file();
    assert_eq!(pixels(&file, &[1, 2, 3]), [255, 0, 0, 255, 255, 255]);
    let masks = |masks: &[u32], row: &[u8]| Hand::new(2, 1, 16, row).compressed(3).masks(masks).file();
    // 1 of 31 is 8.2 of 255, 1 of 63 is 4.05.
    let file = masks(&[0xf800, 0x07e0, 0x001f], &[0x21, 0x08, 0x00, 0x04]);
    assert_eq!(pixels(&file, &[1, 2, 3]), [8, 4, 8, 0, 129, 0]);
    let mut hand = Hand::new(2, 1, 16, &[0x34, 0x12, 0xff, 0x0f]).compressed(6).masks(&[0xf00, 0xf0, 0xf, 0xf000]);
    assert_eq!(pixels(&hand.file(), &[1, 2, 4]), [34, 51, 68, 17, 255, 255, 255, 0]);
    // The same masks within a header of version 3.
    hand.header_len = 56;
    hand.compression = 3;
    assert_eq!(pixels(&hand.file(), &[1, 2, 4]), [34, 51, 68, 17, 255, 255, 255, 0]);
}

#[test]
fn pixels_of_32_bits_have_no_alpha_without_a_mask_of_it() {
    let row = [1, 2, 3, 4];
    assert_eq!(pixels(&Hand::new(1, 1, 32, &row).file(), &[1, 1, 3]), [3, 2, 1]);
    let masks = |masks: &[u32]| Hand::new(1, 1, 32, &row).compressed(6).masks(masks).file();
    assert_eq!(pixels(&masks(&[0xff_0000, 0xff00, 0xff, 0xff00_0000]), &[1, 1, 4]), [3, 2, 1, 4]);
    assert_eq!(pixels(&masks(&[0xff, 0xff00, 0xff_0000, 0]), &[1, 1, 3]), [1, 2, 3]);
    assert_eq!(pixels(&masks(&[0xff00_0000, 0xff_0000, 0xff00, 0xff]), &[1, 1, 4]), [4, 3, 2, 1]);
    // 0x04030201: the upper ten bits are 16, of the next ten 48, of the last twelve 513.
    assert_eq!(pixels(&masks(&[0xffc0_0000, 0x003f_f000, 0xfff, 0]), &[1, 1, 3]), [3, 11, 31]);
    // One sample may be missing.
    assert_eq!(pixels(&masks(&[0xff_0000, 0, 0xff, 0]), &[1, 1, 3]), [3, 0, 1]);
}

#[test]
fn masks_that_make_no_sense_are_malformed() {
    let error = |bits, masks: &[u32]| {
        let file = Hand::new(1, 1, bits, &[0; 4]).compressed(3).masks(masks).file();
        let error = decode(&file, &DecodeOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(54)));
        error.message().to_owned()
    };
    assert_eq!(error(16, &[0xf00f, 0xf0, 0xf00]), "bits of mask 0x0000f00f are not in one piece");
    assert_eq!(error(16, &[0xf0000, 0xf0, 0xf00]), "mask 0x000f0000 exceeds 16 bits");
    assert_eq!(error(32, &[0xff, 0xff0, 0xff000]), "mask 0x00000ff0 shares bits with another one");
    assert_eq!(error(32, &[0, 0, 0]), "all masks of colours are 0");
}

fn runs(width: i32, height: i32, bits: u16, compression: u32, runs: &[u8]) -> Vec<u8> {
    let colours: Vec<[u8; 3]> = (0..1 << bits).map(|i: u16| [i.to_le_bytes()[0]; 3]).collect();
    Hand::new(width, height, bits, runs).compressed(compression).palette(&colours).file()
}

#[test]
fn rle8_has_runs_literals_deltas_and_ends() {
    let file = runs(5, 3, 8, 1, &[3, 7, 0, 0, 0, 3, 1, 2, 3, 0, 2, 4, 0, 0, 5, 9, 0, 1]);
    // From the bottom up.
    let expected = [9, 9, 9, 9, 9, 1, 2, 3, 4, 4, 7, 7, 7, 0, 0];
    assert_eq!(pixels(&file, &[3, 5]), expected);
    // Two columns right, one row up; then the end, with rows that nothing was written to.
    let file = runs(5, 4, 8, 1, &[1, 6, 0, 2, 2, 1, 2, 8, 0, 1]);
    assert_eq!(pixels(&file, &[4, 5]), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 8, 6, 0, 0, 0, 0]);
}

#[test]
fn rle4_alternates_two_indices() {
    let file = runs(5, 2, 4, 2, &[5, 0x12, 0, 0, 0, 5, 0xab, 0xcd, 0xe0, 0, 0, 1]);
    assert_eq!(pixels(&file, &[2, 5]), [10, 11, 12, 13, 14, 1, 2, 1, 2, 1]);
    // Four nibbles are a word already.
    let file = runs(4, 1, 4, 2, &[0, 4, 0x12, 0x34, 0, 1]);
    assert_eq!(pixels(&file, &[1, 4]), [1, 2, 3, 4]);
}

#[test]
fn rle24_has_pixels() {
    let file = |runs: &[u8]| Hand::new(3, 2, 24, runs).compressed(4).file();
    let runs = [2, 1, 2, 3, 0, 0, 0, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0, 0, 1];
    let expected = [12, 11, 10, 15, 14, 13, 18, 17, 16, 3, 2, 1, 3, 2, 1, 0, 0, 0];
    assert_eq!(pixels(&file(&runs), &[2, 3, 3]), expected);
    assert_eq!(header(&file(&runs)).unwrap().compression, Compression::Rle24);
}

#[test]
fn runs_that_leave_the_image_are_malformed() {
    let good = runs(4, 2, 8, 1, &[4, 1, 0, 0, 4, 2, 0, 0, 0, 1]);
    assert_eq!(pixels(&good, &[2, 4]), [2, 2, 2, 2, 1, 1, 1, 1]);
    for (runs_of, message) in [
        (&[5, 1, 0, 1][..], "run of 5 pixels from column 0 of row 0 exceeds the width of 4"),
        (&[4, 1, 1, 1, 0, 1], "run of 1 pixels from column 4 of row 0 exceeds the width of 4"),
        (&[0, 5, 1, 1, 1, 1, 1, 0, 0, 1], "run of 5 pixels from column 0 of row 0 exceeds the width of 4"),
        (&[0, 0, 0, 0, 1, 1, 0, 1], "run of 1 pixels after the last of 2 rows"),
        (&[0, 2, 5, 0, 0, 1], "delta of 5 columns, 0 rows from column 0 of row 0 leaves the image"),
        (&[0, 2, 0, 2, 0, 1], "delta of 0 columns, 2 rows from column 0 of row 0 leaves the image"),
    ] {
        let error = decode(&runs(4, 2, 8, 1, runs_of), &DecodeOptions::default()).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, message));
        assert!(error.offset() >= Some(54 + 1024), "{error}");
    }
}

#[test]
fn runs_without_end_are_truncated_unless_all_pixels_are_there_or_an_option_allows_it() {
    let whole = runs(4, 2, 8, 1, &[4, 1, 0, 0, 4, 2]);
    assert_eq!(pixels(&whole, &[2, 4]), [2, 2, 2, 2, 1, 1, 1, 1]);
    for part in [&[4, 1, 0, 0, 3, 2][..], &[4, 1], &[4, 1, 0, 3, 9], &[]] {
        let error = decode(&runs(4, 2, 8, 1, part), &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    }
    let lenient = DecodeOptions::default().with_allow_missing_end(true);
    let samples = decode(&runs(4, 2, 8, 1, &[4, 1, 0, 0, 3, 2]), &lenient).unwrap().1;
    assert_eq!(samples.as_slice(), [2, 2, 2, 0, 1, 1, 1, 1]);
}

#[test]
fn indices_beyond_the_palette_are_malformed_unless_ignored() {
    let file = |index| Hand::new(2, 1, 8, &[1, index, 0, 0]).palette(&[RED, GREEN]).file();
    assert_eq!(pixels(&file(0), &[1, 2, 3]), rgb(&[GREEN, RED]));
    let error = decode(&file(2), &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "bmp: index 2 in column 1 has no colour, the palette has 2 (at byte 62)");
    let lenient = DecodeOptions::default().with_ignore_index_range(true);
    assert_eq!(decode(&file(2), &lenient).unwrap().1.as_slice(), [0, 255, 0, 0, 0, 0]);
}

#[test]
fn what_is_not_read_is_refused_by_name() {
    let error = |file: &[u8]| decode(file, &DecodeOptions::default()).unwrap_err();
    let hand = |bits, compression| Hand::new(1, 1, bits, &[0; 8]).compressed(compression).file();
    for (file, word) in [
        (hand(1, 3), "Huffman"),
        (hand(0, 4), "JPEG"),
        (hand(0, 5), "PNG"),
        (hand(32, 11), "CMYK"),
        (hand(64, 0), "64 bits"),
        (b"BA\x28\0\0\0".to_vec(), "arrays of OS/2"),
        (b"CI\x28\0\0\0".to_vec(), "icons and pointers of OS/2"),
    ] {
        let error = error(&file);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.message().contains(word), "{error}");
    }
    for (bits, compression) in [(3, 0), (0, 0), (4, 1), (8, 2), (24, 3), (8, 4), (8, 7), (24, 1)] {
        assert_eq!(error(&hand(bits, compression)).kind(), ErrorKind::Malformed, "{bits} {compression}");
    }
}

#[test]
fn sizes_and_palettes_out_of_range_are_malformed() {
    let good = Hand::new(2, 1, 8, &[1, 0, 0, 0]).palette(&[RED, GREEN]);
    pixels(&good.file(), &[1, 2, 3]);
    let refused = |change: &dyn Fn(&mut Hand)| {
        let mut hand = good.clone();
        change(&mut hand);
        let error = decode(&hand.file(), &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    };
    refused(&|hand| hand.width = 0);
    refused(&|hand| hand.width = -2);
    refused(&|hand| hand.height = 0);
    refused(&|hand| hand.height = i32::MIN);
    refused(&|hand| hand.colours = 3);
    refused(&|hand| hand.between.clear());
    let mut file = good.file();
    file[10] = 20;
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn rows_of_all_widths_have_every_pixel_in_its_place() {
    // Loops take many pixels at a time, and what is left over in another way.
    for width in (1..=70).chain([255, 1000]) {
        let pixel = |i: usize| [i, i + 85, i + 170, i + 40].map(|value| value.to_le_bytes()[0]);
        let samples = |order: &[usize]| -> Vec<u8> {
            (0..width).flat_map(|i| order.iter().map(move |&sample| pixel(i)[sample])).collect()
        };
        let stored = |order: &[usize]| {
            let mut row = samples(order);
            row.resize(row.len().next_multiple_of(4), 0);
            row
        };
        let hand = |bits, order: &[usize]| Hand::new(i32::try_from(width).unwrap(), 1, bits, &stored(order));
        let masks = |order: &[usize], masks: &[u32]| hand(32, order).compressed(6).masks(masks).file();
        let rgb = samples(&[0, 1, 2]);
        let rgba = samples(&[0, 1, 2, 3]);
        assert_eq!(pixels(&hand(24, &[2, 1, 0]).file(), &[1, width, 3]), rgb, "{width}");
        assert_eq!(pixels(&hand(32, &[2, 1, 0, 3]).file(), &[1, width, 3]), rgb, "{width}");
        let swapped = masks(&[0, 1, 2, 3], &[0xff, 0xff00, 0xff_0000, 0]);
        assert_eq!(pixels(&swapped, &[1, width, 3]), rgb, "{width}");
        let v4 = masks(&[2, 1, 0, 3], &[0xff_0000, 0xff00, 0xff, 0xff00_0000]);
        assert_eq!(pixels(&v4, &[1, width, 4]), rgba, "{width}");
        let big = masks(&[3, 2, 1, 0], &[0xff00_0000, 0xff_0000, 0xff00, 0xff]);
        assert_eq!(pixels(&big, &[1, width, 4]), rgba, "{width}");
        let colours: Vec<[u8; 3]> = (0..256).map(|i| [pixel(i)[0], pixel(i)[1], pixel(i)[2]]).collect();
        assert_eq!(pixels(&hand(8, &[0]).palette(&colours).file(), &[1, width, 3]), rgb, "{width}");
        let encoded = |samples: &[u8], depth| {
            let src = iio_codec::ArrayRef::new(samples, layout(DType::U8, &[1, width, depth])).unwrap();
            iio_format_bmp::encode(src, &iio_format_bmp::EncodeOptions::default()).unwrap()
        };
        assert_eq!(encoded(&rgb, 3)[54..], stored(&[2, 1, 0]), "{width}");
        assert_eq!(encoded(&rgba, 4)[122..], stored(&[2, 1, 0, 3]), "{width}");
    }
}
