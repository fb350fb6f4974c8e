//! Files by hand, block by block.

use iio_codec::{Check, ErrorKind};
use iio_format_gif::{DecodeOptions, check, decode};

use crate::{BLUE, GRAY, GREEN, RED, control, file, head, image, layout};

#[track_caller]
fn pixels(file: &[u8], shape: &[usize]) -> Vec<u8> {
    let (found, samples) = decode(file, &DecodeOptions::default()).unwrap();
    assert_eq!(found, layout(shape));
    samples.to_vec()
}

fn rgb(colours: &[[u8; 3]]) -> Vec<u8> {
    colours.concat()
}

#[test]
fn an_image_has_the_colours_of_its_indices() {
    let src = file(&[head(2, 2), image([0, 0, 2, 2], 0, &[0, 1, 2, 3])]);
    assert_eq!(pixels(&src, &[2, 2, 3]), rgb(&[RED, GREEN, BLUE, GRAY]));
    assert_eq!(check(&src), Check::Yes);
    let raw = DecodeOptions::default().with_asrgb(false);
    assert_eq!(decode(&src, &raw).unwrap().1.as_slice(), [0, 1, 2, 3]);
    let mut old = src;
    old[4] = b'7';
    assert_eq!(pixels(&old, &[2, 2, 3]), rgb(&[RED, GREEN, BLUE, GRAY]));
}

#[test]
fn lzw_strings_grow_from_what_came_before() {
    // Appendix F with indices of 2 bits: clear 4, 1, 6 (the string 1 1 that this code itself makes), 6, end 5. Codes
    // have 3 bits, and 4 once entry 7 was made.
    let bits = 4 | 1 << 3 | 6 << 6 | 6 << 9 | 5 << 12;
    let [a, b, ..] = u32::to_le_bytes(bits);
    let mut src = head(5, 1);
    src.extend([0x2c, 0, 0, 0, 0, 5, 0, 1, 0, 0, 2, 2, a, b, 0, 0x3b]);
    assert_eq!(pixels(&src, &[1, 5, 3]), rgb(&[GREEN; 5]));
}

#[test]
fn interlaced_rows_come_in_four_passes() {
    // Rows 0 and 8; 4; 2, 6; 1, 3, 5, 7.
    let src = file(&[head(1, 9), image([0, 0, 1, 9], 0x40, &[0, 0, 1, 2, 2, 3, 3, 3, 3])]);
    assert_eq!(pixels(&src, &[9, 1, 3]), rgb(&[RED, GRAY, BLUE, GRAY, GREEN, GRAY, BLUE, GRAY, RED]));
}

#[test]
fn local_colours_come_before_global_ones() {
    let mut local = image([0, 0, 1, 1], 0x80, &[1]);
    local.splice(10..10, [1, 2, 3, 4, 5, 6]);
    assert_eq!(pixels(&file(&[head(1, 1), local]), &[1, 1, 3]), [4, 5, 6]);
}

#[test]
fn frames_are_disposed_of_as_the_control_says() {
    let whole = |indices: &[u8]| image([0, 0, 2, 1], 0, indices);
    let dot = |disposal| [control(disposal, 0, None), image([1, 0, 1, 1], 0, &[1])].concat();
    let animation = |disposal| file(&[head(2, 1), whole(&[0, 2]), dot(disposal), image([0, 0, 1, 1], 0, &[3])]);
    let first = [RED, BLUE, RED, GREEN];
    for (disposal, last) in [(0, GREEN), (1, GREEN), (2, GRAY), (3, BLUE)] {
        let expected = rgb(&[&first[..], &[GRAY, last]].concat());
        assert_eq!(pixels(&animation(disposal), &[3, 1, 2, 3]), expected, "{disposal}");
    }
}

#[test]
fn transparent_indices_leave_what_was_there_and_give_alpha() {
    let src = file(&[
        head(2, 1),
        control(1, 0, Some(0)),
        image([0, 0, 2, 1], 0, &[0, 2]),
        control(0, 0, Some(1)),
        image([0, 0, 2, 1], 0, &[3, 1]),
    ]);
    // Nothing is the background colour with alpha 0.
    assert_eq!(pixels(&src, &[2, 1, 2, 4]), [9, 9, 9, 0, 0, 0, 255, 255, 9, 9, 9, 255, 0, 0, 255, 255]);
    // A transparent index without colour is none.
    let src = file(&[head(1, 1), control(0, 0, Some(4)), image([0, 0, 1, 1], 0, &[2])]);
    assert_eq!(pixels(&src, &[1, 1, 3]), BLUE);
}

#[test]
fn frames_beyond_the_screen_make_it_larger_for_all() {
    let src = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0]), image([1, 1, 1, 1], 0, &[1])]);
    let expected = [RED, GRAY, GRAY, GRAY, RED, GRAY, GRAY, GREEN];
    assert_eq!(pixels(&src, &[2, 2, 2, 3]), rgb(&expected));
}

#[test]
fn index_picks_an_image_from_either_end() {
    let src = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0]), image([0, 0, 1, 1], 0, &[1])]);
    let at = |index: i64| decode(&src, &DecodeOptions::default().with_index(index));
    assert_eq!(at(0).unwrap().1.as_slice(), RED);
    assert_eq!(at(1).unwrap().1.as_slice(), GREEN);
    assert_eq!(at(-1).unwrap(), at(1).unwrap());
    assert_eq!(at(-2).unwrap(), at(0).unwrap());
    for index in [2, -3] {
        assert_eq!(at(index).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn indices_of_frames_of_several_sizes_are_asked_for_one_by_one() {
    let src = file(&[head(2, 1), image([0, 0, 2, 1], 0, &[0, 1]), image([1, 0, 1, 1], 0, &[3])]);
    let raw = DecodeOptions::default().with_asrgb(false);
    assert_eq!(decode(&src, &raw).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let (found, samples) = decode(&src, &raw.with_index(1)).unwrap();
    assert_eq!((found, samples.as_slice()), (layout(&[1, 1]), &[3][..]));
}

#[test]
fn missing_pixels_are_truncated_and_say_how_much_is_good() {
    let src = file(&[head(2, 2), image([0, 0, 2, 2], 0, &[0, 1, 2])]);
    let error = decode(&src, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().starts_with("gif: frame 0: image data ends after 3 of 4 pixels"), "{error}");
    let lenient = DecodeOptions::default().with_allow_missing_pixels(true);
    assert_eq!(decode(&src, &lenient).unwrap().1.as_slice(), rgb(&[RED, GREEN, BLUE, GRAY]));
    assert_eq!(decode(&src, &lenient.with_asrgb(false)).unwrap().1.as_slice(), [0, 1, 2, 0]);
}

#[test]
fn a_missing_trailer_is_truncated_unless_allowed() {
    let mut src = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0]), image([0, 0, 1, 1], 0, &[1])]);
    src.pop();
    let error = decode(&src, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.message(), "file ends without trailer after 2 whole frames");
    let lenient = DecodeOptions::default().with_allow_missing_end(true);
    assert_eq!(decode(&src, &lenient).unwrap().0, layout(&[2, 1, 1, 3]));
    src.truncate(src.len() - 2);
    assert_eq!(decode(&src, &lenient).unwrap().0, layout(&[1, 1, 3]));
}

#[test]
fn broken_files_are_refused_by_what_is_broken() {
    let good = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0])]);
    pixels(&good, &[1, 1, 3]);
    let refused = |at: usize, value: u8, message: &str| {
        let mut src = good.clone();
        src[at] = value;
        let error = decode(&src, &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
        assert!(error.to_string().contains(message), "{error}");
    };
    refused(5, b'b', "signature");
    refused(6, 0, "screen of 0 x 1 pixels");
    refused(25, 0x2d, "block begins with 0x2d");
    refused(30, 0, "frame of 0 x 1 pixels");
    refused(35, 0, "code size 0 is not 1 to 11 (at byte 35)");
    refused(35, 12, "code size 12 is not 1 to 11 (at byte 35)");
    // Code 7 after a clear code.
    refused(37, 4 | 7 << 3, "frame 0: image data: code 7 at bit 3 follows a clear code, only 0 to 3 may (at byte 37)");
    let none = file(&[head(1, 1)]);
    assert_eq!(decode(&none, &DecodeOptions::default()).unwrap_err().message(), "file has no image");
}

#[test]
fn code_sizes_above_8_are_read_while_indices_have_8_bits() {
    // Code size 9: clear 512, end 513, codes of 10 bits.
    let with = |index: u32| {
        let codes = u32::to_le_bytes(512 | index << 10 | 513 << 20);
        let mut src = head(1, 1);
        src.extend([0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 9, 4]);
        src.extend(codes);
        src.extend([0, 0x3b]);
        src
    };
    assert_eq!(pixels(&with(2), &[1, 1, 3]), BLUE);
    let error = decode(&with(256), &DecodeOptions::default()).unwrap_err();
    assert!(error.message().contains("code 256 at bit 10 is no byte"), "{error}");
}

#[test]
fn an_image_with_missing_pixels_is_the_same_by_its_index_and_among_all() {
    // The second frame would hide the first one, if it had all of its pixels.
    let src = file(&[head(2, 1), image([0, 0, 2, 1], 0, &[0, 1]), image([0, 0, 2, 1], 0, &[2])]);
    let lenient = DecodeOptions::default().with_allow_missing_pixels(true);
    let all = decode(&src, &lenient).unwrap().1;
    assert_eq!(all.as_slice(), rgb(&[RED, GREEN, BLUE, GREEN]));
    assert_eq!(decode(&src, &lenient.with_index(1)).unwrap().1.as_slice(), rgb(&[BLUE, GREEN]));
}

#[test]
fn data_goes_on_over_the_bounds_of_sub_blocks() {
    // Codes of 3 bits, cut after each byte; the last one is not there.
    let indices = [3, 2, 1, 0, 1, 2, 3];
    let cut = |codes: &[u8]| {
        let mut src = head(7, 1);
        src.extend([0x2c, 0, 0, 0, 0, 7, 0, 1, 0, 0, 2]);
        codes.iter().for_each(|&byte| src.extend([1, byte]));
        src.extend([0, 0x3b]);
        src
    };
    let mut codes = crate::codes(&indices);
    let raw = DecodeOptions::default().with_asrgb(false);
    assert_eq!(decode(&cut(&codes), &raw).unwrap().1.as_slice(), indices);
    // Code 7 after the third clear code, at bit 15: the offset is that of its byte in the file, two bytes each.
    codes[1] |= 0x80;
    codes[2] |= 3;
    let error = decode(&cut(&codes), &raw).unwrap_err();
    assert_eq!(error.offset(), Some(36 + 2 + 1), "{error}");
}
