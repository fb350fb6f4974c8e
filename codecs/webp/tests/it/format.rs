//! Vectors made by hand from RFC 9649.

use iio_codec::{Check, ErrorKind};
use iio_webp::{DecodeOptions, EncodeOptions, Extras, check, frames, info, with_extras};

use crate::build::{anim, anmf, chunk, packed, photo, riff, unpacked, vp8l, vp8x};

fn plain() -> DecodeOptions {
    DecodeOptions::default()
}

#[test]
fn lossless_image_of_one_colour_is_read() {
    let file = riff(&[vp8l([3, 2], [10, 200, 30, 255])]);
    assert_eq!(unpacked(&file, &plain()), (vec![2, 3, 3], [10, 200, 30].repeat(6)));
    let file = riff(&[vp8l([3, 2], [10, 200, 30, 77])]);
    assert_eq!(unpacked(&file, &plain()), (vec![2, 3, 4], [10, 200, 30, 77].repeat(6)));
    let info = info(&file).unwrap();
    assert_eq!((info.width, info.height, info.alpha, info.lossless, info.n_frames), (3, 2, true, true, 1));
    assert!(!info.extended && info.animation.is_none());
}

#[test]
fn signature_is_recognised() {
    let file = riff(&[vp8l([1, 1], [0, 0, 0, 255])]);
    assert_eq!(check(&file), Check::Yes);
    assert_eq!(check(&file[..6]), Check::Unknown);
    assert_eq!(check(b"RIFF\0\0\0\0WAVEfmt "), Check::No);
    assert_eq!(check(b"\x89PNG\r\n\x1a\n"), Check::No);
}

#[test]
fn extended_file_shows_its_metadata() {
    let image = vp8l([2, 2], [1, 2, 3, 255]);
    let chunks = [
        vp8x(0x2c, 2, 2),
        chunk(b"ICCP", b"profile"),
        chunk(b"abcd", b"unknown"),
        image,
        chunk(b"EXIF", b"II*\0"),
        chunk(b"XMP ", b"<x/>"),
    ];
    let file = riff(&chunks);
    let info = info(&file).unwrap();
    let at = |range: &Option<core::ops::Range<u64>>| {
        let range = range.clone().unwrap();
        &file[range.start as usize..range.end as usize]
    };
    assert_eq!(at(&info.icc_profile), b"profile");
    assert_eq!(at(&info.exif), b"II*\0");
    assert_eq!(at(&info.xmp), b"<x/>");
    assert!(info.extended);
    assert_eq!(unpacked(&file, &plain()), (vec![2, 2, 3], [1, 2, 3].repeat(4)));
}

#[test]
fn bytes_behind_the_file_are_left_alone() {
    let mut file = riff(&[vp8l([2, 2], [1, 2, 3, 255])]);
    let n = file.len() as u64;
    file.extend_from_slice(b"padding");
    assert_eq!(info(&file).unwrap().len, n);
    assert_eq!(unpacked(&file, &plain()).1, [1, 2, 3].repeat(4));
}

#[test]
fn frame_header_is_read() {
    let image = vp8l([2, 3], [9, 8, 7, 255]);
    let file = riff(&[vp8x(0x12, 8, 6), anim(), anmf([4, 2, 2, 3], 1, &image)]);
    let info = info(&file).unwrap();
    assert_eq!((info.width, info.height, info.n_frames, info.alpha), (8, 6, 1, true));
    let animation = info.animation.unwrap();
    assert_eq!((animation.background, animation.loops), ([1, 2, 3, 4], 5));
    let frame = frames(&file).unwrap().remove(0);
    assert_eq!((frame.x, frame.y, frame.width, frame.height), (4, 2, 2, 3));
    assert_eq!(
        (frame.duration, frame.blend, frame.dispose, frame.alpha, frame.lossless),
        (40, true, true, false, true)
    );
    assert!(image.starts_with(&file[frame.range.start as usize..frame.range.end as usize]));
    // The canvas around it is transparent, whatever the background says.
    let (shape, pixels) = unpacked(&file, &plain());
    assert_eq!(shape, [6, 8, 4]);
    assert_eq!(pixels[..4], [0; 4]);
    assert_eq!(pixels[(2 * 8 + 4) * 4..][..4], [9, 8, 7, 255]);
}

#[test]
fn structure_that_breaks_rules_is_malformed() {
    let image = vp8l([2, 2], [1, 2, 3, 255]);
    let good = riff(std::slice::from_ref(&image));
    assert!(info(&good).is_ok());
    let cases = [
        (riff(&[chunk(b"ABCD", b"data"), image.clone()]), "first chunk is ABCD, must be VP8, VP8L or VP8X"),
        (riff(&[vp8x(0, 3, 2), image.clone()]), "image of 2 x 2 on a canvas of 3 x 2"),
        (riff(&[vp8x(0, 2, 2), chunk(b"EXIF", b"II*\0")]), "there is no image"),
        (riff(&[vp8x(2, 2, 2), anim()]), "there is no frame"),
        (riff(&[vp8x(2, 2, 2), anmf([0, 0, 2, 2], 0, &image)]), "animation without ANIM chunk"),
        (
            riff(&[vp8x(2, 3, 2), anim(), anmf([2, 0, 2, 2], 0, &image)]),
            "frame of 2 x 2 at 2, 0 exceeds the canvas of 3 x 2",
        ),
        (riff(&[vp8x(2, 9, 9), anim(), anmf([0, 0, 3, 2], 0, &image)]), "image of 2 x 2 in a frame of 3 x 2"),
        (riff(&[vp8x(2, 9, 9), anim(), anmf([0, 0, 3, 2], 0, b"")]), "frame without image"),
        (riff(&[vp8x(0, 1 << 24, 1 << 24), image]), "canvas of 16777216 x 16777216 has more than 4294967295 pixels"),
    ];
    for (file, message) in cases {
        let error = info(&file).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, message));
        assert!(error.offset().is_some());
    }
}

#[test]
fn headers_of_bit_streams_are_checked() {
    let shape = [16, 16, 3];
    let lossy = packed(&photo(&shape), &shape, &EncodeOptions::default().with_lossless(false));
    let lossless = packed(&photo(&shape), &shape, &EncodeOptions::default());
    // (file, byte, value, message)
    let cases: [(&[u8], usize, u8, &str); 6] = [
        (&lossy, 20, lossy[20] | 1, "VP8 frame is not a key frame"),
        (&lossy, 20, lossy[20] | 0x0e, "VP8 version 7 is not 0..=3"),
        (&lossy, 20, lossy[20] & !0x10, "VP8 frame is not to be shown"),
        (&lossy, 23, 0, "VP8 start code is 00 01 2a, must be 9d 01 2a"),
        (&lossless, 20, 0x2e, "VP8L signature is 2e, must be 2f"),
        (&lossless, 24, lossless[24] | 0x20, "VP8L version 1 is not 0"),
    ];
    for (file, byte, value, message) in cases {
        let mut bad = file.to_vec();
        assert!(info(&bad).is_ok());
        bad[byte] = value;
        let error = info(&bad).unwrap_err();
        assert_eq!((error.kind(), error.message(), error.offset()), (ErrorKind::Malformed, message, Some(20)));
    }
}

#[test]
fn extras_are_put_beside_a_still_image() {
    let shape = [9, 7, 4];
    for options in [EncodeOptions::default(), EncodeOptions::default().with_lossless(false)] {
        let file = packed(&photo(&shape), &shape, &options);
        let whole = with_extras(&file, &Extras::new(Some(b"icc"), Some(b"II*\0"), Some(b"<x/>"))).unwrap();
        let info = info(&whole).unwrap();
        assert_eq!(info.icc_profile.map(Iterator::count), Some(3));
        assert_eq!(info.exif.map(Iterator::count), Some(4));
        assert_eq!(info.xmp.map(Iterator::count), Some(4));
        assert_eq!(unpacked(&whole, &plain()), unpacked(&file, &plain()));
    }
    let stack = packed(&photo(&[2, 8, 8, 3]), &[2, 8, 8, 3], &EncodeOptions::default());
    assert_eq!(with_extras(&stack, &Extras::default()).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn alpha_planes_are_checked() {
    let shape = [4, 6, 3];
    let lossy = packed(&photo(&shape), &shape, &EncodeOptions::default().with_lossless(false))[12..].to_vec();
    let with = |alpha: &[u8]| riff(&[vp8x(0x10, 6, 4), chunk(b"ALPH", alpha), lossy.clone()]);
    let plane: Vec<u8> = (100..124).collect();
    let plain = [&[0], &plane[..]].concat();
    let (shape, pixels) = unpacked(&with(&plain), &DecodeOptions::default());
    assert_eq!(shape, [4, 6, 4]);
    assert!(pixels.iter().skip(3).step_by(4).eq(&plane));
    let cases = [
        (&plain[..24], "plain alpha has 23 bytes, 6 x 4 needs 24"),
        (&plain[..1], "ALPH has 1 bytes, too few for its header"),
        (&[2, 0, 0], "ALPH flags are 0x02: compression and pre-processing must be 0 or 1"),
        (&[0x40, 0, 0], "ALPH flags are 0x40: compression and pre-processing must be 0 or 1"),
    ];
    for (alpha, message) in cases {
        let error = info(&with(alpha)).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, message));
    }
    // A compressed plane that is none.
    let error = iio_webp::decode(&with(&[1, 0xff, 0xff, 0xff]), &DecodeOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, "ALPH bit stream is broken"));
}
