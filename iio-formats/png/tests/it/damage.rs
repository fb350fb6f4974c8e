//! Broken files: each is valid before one thing is changed, and refused by name and offset after.

use iio_codec::{ArrayDecoder, Context, Error, ErrorKind, Limits};
use iio_format_png::{DecodeOptions, Decoder, Head, Png, decode};

use crate::file::{crc, file, ihdr, image, offset_of, push, stored, tiny};

fn lenient() -> DecodeOptions {
    DecodeOptions::default()
}

fn strict() -> DecodeOptions {
    DecodeOptions::default().with_ignore_bad_ancillary(false)
}

#[track_caller]
fn refused(src: &[u8], message: &str) -> Error {
    let error = decode(src, &lenient()).unwrap_err();
    assert_eq!(error.to_string(), message);
    error
}

fn header() -> (&'static [u8; 4], Vec<u8>) {
    (b"IHDR", ihdr(1, 1, 8, 0, 0))
}

fn data() -> (&'static [u8; 4], Vec<u8>) {
    (b"IDAT", stored(&[0, 7]))
}

#[test]
fn damaged_signatures_say_what_happened() {
    let with = |signature: &[u8]| [signature, &tiny()[8..]].concat();
    decode(&with(b"\x89PNG\r\n\x1a\n"), &lenient()).unwrap();
    let as_text = "png: signature shows a transfer as text:";
    refused(&with(b"\x89PNG\n\x1a\n"), &format!("{as_text} carriage returns were removed (at byte 4)"));
    refused(&with(b"\x89PNG\n\n\x1a\n"), &format!("{as_text} carriage returns became line feeds (at byte 4)"));
    refused(&with(b"\x89PNG\r\r\x1a\r"), &format!("{as_text} line feeds became carriage returns (at byte 5)"));
    refused(&with(b"\x09PNG\r\n\x1a\n"), &format!("{as_text} the eighth bit was removed (at byte 0)"));
    refused(b"GIF89a..", "png: not a PNG: signature is not 89 50 4e 47 0d 0a 1a 0a (at byte 0)");
    assert_eq!(refused(b"\x89PN", "png: signature has 8 bytes, got 3 (at byte 3)").kind(), ErrorKind::Truncated);
}

#[test]
fn header_fields_out_of_range_are_refused() {
    let with = |width, height, depth, colour, interlace| {
        file(&[(b"IHDR", ihdr(width, height, depth, colour, interlace)), data()])
    };
    decode(&with(1, 1, 8, 0, 0), &lenient()).unwrap();
    refused(&with(0, 1, 8, 0, 0), "png: width 0 is not 1..=2147483647 (at byte 16)");
    refused(&with(1, 1 << 31, 8, 0, 0), "png: height 2147483648 is not 1..=2147483647 (at byte 16)");
    refused(&with(1, 1, 3, 0, 0), "png: bit depth 3 with colour type 0 is not one of [1, 2, 4, 8, 16] (at byte 16)");
    refused(&with(1, 1, 4, 2, 0), "png: bit depth 4 with colour type 2 is not one of [8, 16] (at byte 16)");
    refused(&with(1, 1, 16, 3, 0), "png: bit depth 16 with colour type 3 is not one of [1, 2, 4, 8] (at byte 16)");
    refused(&with(1, 1, 8, 5, 0), "png: colour type 5 is not 0, 2, 3, 4 or 6 (at byte 16)");
    refused(&with(1, 1, 8, 0, 2), "png: interlace method 2 is not 0 or 1 (at byte 16)");
    let mut methods = ihdr(1, 1, 8, 0, 0);
    methods[10] = 1;
    let src = file(&[(b"IHDR", methods), data()]);
    refused(&src, "png: compression method 1, filter method 0, both must be 0 (at byte 16)");
    refused(&file(&[(b"IHDR", vec![0; 12]), data()]), "png: IHDR has 12 bytes, must have 13 (at byte 16)");
}

#[test]
fn wrong_crc_of_a_critical_chunk_is_refused_unless_ignored() {
    for kind in [b"IHDR", b"IDAT", b"IEND"] {
        let mut src = tiny();
        let at = offset_of(&src, kind);
        let len = usize::from(src[at + 3]);
        src[at + 8 + len] ^= 1;
        let error = decode(&src, &lenient()).unwrap_err();
        assert_eq!(error.offset(), Some(at as u64 + 8 + len as u64));
        assert!(error.message().starts_with(&format!("CRC of {} is", core::str::from_utf8(kind).unwrap())), "{error}");
        assert_eq!(decode(&src, &lenient().with_ignore_crc(true)).unwrap().1.as_slice(), [7]);
    }
}

#[test]
fn order_and_number_of_chunks_are_checked() {
    decode(&file(&[header(), data()]), &lenient()).unwrap();
    refused(&file(&[data()]), "png: first chunk is IDAT, must be IHDR (at byte 8)");
    refused(&file(&[header(), header(), data()]), "png: second IHDR (at byte 33)");
    refused(&file(&[header(), data(), header()]), "png: IHDR comes after IDAT (at byte 58)");
    refused(&file(&[header()]), "png: IEND comes before any IDAT (at byte 33)");
    let text = (b"tEXt", b"a\0b".to_vec());
    refused(&file(&[header(), data(), text, data()]), "png: IDAT chunks are not consecutive (at byte 73)");
    refused(&file(&[header(), (b"IDAX", vec![]), data()]), "png: critical chunk IDAX is not known (at byte 33)");
    let palette = (b"PLTE", vec![1, 2, 3]);
    let indexed = (b"IHDR", ihdr(1, 1, 8, 3, 0));
    let rows = (b"IDAT", stored(&[0, 0]));
    decode(&file(&[indexed.clone(), palette.clone(), rows.clone()]), &lenient()).unwrap();
    refused(
        &file(&[indexed.clone(), rows.clone()]),
        "png: IDAT comes before PLTE, which colour type 3 needs (at byte 33)",
    );
    refused(&file(&[indexed.clone(), palette.clone(), palette.clone(), rows.clone()]), "png: second PLTE (at byte 48)");
    refused(
        &file(&[indexed.clone(), rows.clone(), palette]),
        "png: IDAT comes before PLTE, which colour type 3 needs (at byte 33)",
    );
    let message = "png: PLTE has 4 bytes, must be 3 for each of 1..=256 colours (at byte 41)";
    refused(&file(&[indexed, (b"PLTE", vec![1; 4]), rows]), message);
}

#[test]
fn chunk_types_and_lengths_are_checked() {
    let mut src = tiny();
    let at = offset_of(&src, b"IDAT");
    src[at + 4] = b'1';
    refused(&src, &format!("png: chunk type \"1DAT\" is not four letters (at byte {})", at + 4));
    let mut src = tiny();
    src[at] = 0x80;
    refused(&src, &format!("png: length 2147483661 of IDAT exceeds 2147483647 (at byte {at})"));
    let mut src = tiny();
    src[at] = 0x7f;
    let error = decode(&src, &lenient()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn missing_end_is_refused_unless_ignored() {
    let src = tiny();
    let end = offset_of(&src, b"IEND");
    let options = lenient().with_ignore_missing_end(true);
    refused(&src[..end], &format!("png: file ends before IEND (at byte {end})"));
    assert_eq!(decode(&src[..end], &options).unwrap().1.as_slice(), [7]);
    // A cut within a chunk is another matter.
    for cut in end + 1..src.len() {
        assert_eq!(decode(&src[..cut], &options).unwrap_err().kind(), ErrorKind::Truncated);
    }
}

#[test]
fn pixel_data_too_short_is_refused() {
    let src = image(ihdr(2, 2, 8, 0, 0), &[], &[0, 1, 2, 0, 3]);
    let error = refused(&src, "png: pixel data ends after 5 of 6 bytes (at byte 53)");
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn pixel_data_too_long_is_accepted_unless_refused() {
    let src = image(ihdr(2, 1, 8, 0, 0), &[], &[0, 1, 2, 0, 3]);
    assert_eq!(decode(&src, &lenient()).unwrap().1.as_slice(), [1, 2]);
    let error = decode(&src, &lenient().with_ignore_excess(false)).unwrap_err();
    assert_eq!(error.message(), "pixel data goes on behind the last row");
    let mut stream = stored(&[0, 1, 2]);
    stream.push(0);
    let src = file(&[(b"IHDR", ihdr(2, 1, 8, 0, 0)), (b"IDAT", stream)]);
    decode(&src, &lenient()).unwrap();
    let error = decode(&src, &lenient().with_ignore_excess(false)).unwrap_err();
    assert_eq!(error.message(), "IDAT goes on behind the zlib stream");
}

#[test]
fn wrong_or_missing_adler_is_refused_unless_ignored() {
    let good = stored(&[0, 7]);
    let options = lenient().with_ignore_checksum(true);
    let with = |stream: Vec<u8>| file(&[header(), (b"IDAT", stream)]);
    let mut bad = good.clone();
    *bad.last_mut().unwrap() ^= 1;
    refused(&with(bad.clone()), "png: Adler-32 of the pixel data is 00090008, the file says 00090009 (at byte 50)");
    assert_eq!(decode(&with(bad), &options).unwrap().1.as_slice(), [7]);
    let cut = good[..good.len() - 2].to_vec();
    assert_eq!(decode(&with(cut.clone()), &lenient()).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(decode(&with(cut), &options).unwrap().1.as_slice(), [7]);
    // Not even the end of the deflate stream: the block is not marked as the last.
    let mut open = good[..good.len() - 4].to_vec();
    open[2] = 0;
    let error = decode(&with(open.clone()), &lenient()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert_eq!(decode(&with(open), &options).unwrap().1.as_slice(), [7]);
}

#[test]
fn broken_zlib_headers_are_refused() {
    let with = |head: [u8; 2]| {
        let mut stream = stored(&[0, 7]);
        stream[..2].copy_from_slice(&head);
        file(&[header(), (b"IDAT", stream)])
    };
    decode(&with([0x78, 0x9c]), &lenient()).unwrap();
    refused(
        &with([0x79, 0x01]),
        "png: zlib header 79 is not deflate with a window of at most 32768 bytes (at byte 41)",
    );
    refused(
        &with([0x88, 0x1c]),
        "png: zlib header 88 is not deflate with a window of at most 32768 bytes (at byte 41)",
    );
    refused(&with([0x78, 0x02]), "png: zlib header 78 02 is not a multiple of 31 (at byte 41)");
    refused(&with([0x78, 0x20]), "png: zlib header asks for a dictionary (at byte 41)");
}

#[test]
fn broken_deflate_is_refused_with_its_place() {
    let mut stream = stored(&[0, 7]);
    stream[2] = 7;
    let error = refused(
        &file(&[header(), (b"IDAT", stream)]),
        "png: pixel data: block type 3 is reserved, after 0 bytes of output (at byte 44)",
    );
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn unknown_filter_is_refused_with_its_row() {
    refused(&image(ihdr(1, 2, 8, 0, 0), &[], &[0, 7, 5, 7]), "png: filter byte 5 at row 1 is not 0..=4");
    let interlaced = image(ihdr(1, 2, 8, 0, 1), &[], &[0, 7, 9, 7]);
    refused(&interlaced, "png: filter byte 9 at row 1 is not 0..=4");
}

#[test]
fn bad_ancillary_chunks_are_skipped_unless_asked_for() {
    let gray = |chunks: &[(&[u8; 4], Vec<u8>)]| {
        let mut all = vec![header()];
        all.extend(chunks.iter().cloned());
        all.push(data());
        file(&all)
    };
    let key = (b"tRNS", vec![0, 7]);
    let cases: &[(Vec<u8>, &str)] = &[
        (gray(&[(b"tRNS", vec![0])]), "tRNS has 1 bytes, must have 2 for gray, 6 for RGB"),
        (gray(&[(b"PLTE", vec![1, 2, 3])]), "PLTE in a gray image"),
        (gray(&[(b"acTL", vec![0; 8])]), "acTL declares no frames"),
        (gray(&[(b"acTL", vec![1; 7])]), "acTL does not have 8 bytes"),
        (gray(&[(b"acTL", vec![1; 8]), (b"acTL", vec![1; 8])]), "second acTL"),
        (image(ihdr(1, 1, 8, 4, 0), std::slice::from_ref(&key), &[0, 7, 7]), "tRNS in an image with alpha"),
    ];
    for (src, message) in cases {
        decode(src, &lenient()).unwrap();
        assert_eq!(decode(src, &strict()).unwrap_err().message(), *message);
    }
    // Of two the first counts.
    let twice = gray(&[key, (b"tRNS", vec![0, 8])]);
    assert_eq!(decode(&twice, &lenient()).unwrap().1.as_slice(), [7, 0]);
    assert_eq!(decode(&twice, &strict()).unwrap_err().message(), "second tRNS");
    let (indexed, palette) = (ihdr(1, 1, 8, 3, 0), (b"PLTE", vec![1, 2, 3]));
    let early = image(indexed.clone(), &[(b"tRNS", vec![5]), palette.clone()], &[0, 0]);
    assert_eq!(decode(&early, &lenient()).unwrap().1.as_slice(), [1, 2, 3]);
    assert_eq!(decode(&early, &strict()).unwrap_err().message(), "tRNS comes before PLTE");
    let many = image(indexed, &[palette, (b"tRNS", vec![5, 6])], &[0, 0]);
    assert_eq!(decode(&many, &lenient()).unwrap().1.as_slice(), [1, 2, 3]);
    assert_eq!(decode(&many, &strict()).unwrap_err().message(), "tRNS has 2 values for a palette of 1");
    let reach = image(ihdr(1, 1, 1, 3, 0), &[(b"PLTE", vec![1; 9])], &[0, 0]);
    decode(&reach, &lenient()).unwrap();
    assert_eq!(decode(&reach, &strict()).unwrap_err().message(), "PLTE has 3 colours, 1 bits reach 2");
}

#[test]
fn wrong_crc_of_an_ancillary_chunk_makes_it_unseen() {
    let mut src = file(&[header(), (b"tRNS", vec![0, 7]), data()]);
    assert_eq!(decode(&src, &lenient()).unwrap().1.as_slice(), [7, 0]);
    let at = offset_of(&src, b"tRNS") + 10;
    src[at] ^= 1;
    assert_eq!(decode(&src, &lenient()).unwrap().1.as_slice(), [7]);
    assert_eq!(decode(&src, &strict()).unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(decode(&src, &strict().with_ignore_crc(true)).unwrap().1.as_slice(), [7, 0]);
}

#[test]
fn declared_size_is_refused_before_memory_is_asked_for() {
    let huge = file(&[(b"IHDR", ihdr(i32::MAX as u32, i32::MAX as u32, 16, 6, 0)), data()]);
    assert!(matches!(
        decode(&huge, &lenient()).unwrap_err().kind(),
        ErrorKind::Limit { which: "output_bytes" | "axis_len", .. }
    ));
    let large = file(&[(b"IHDR", ihdr(1 << 17, 1 << 17, 8, 0, 0)), data()]);
    let error =
        refused(&large, "png: 131072x131072 Gray at 8 bits needs 17179869184, limit output_bytes is 1073741824");
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }));
    // Within the limit, but more than deflate can hold.
    let lie = file(&[(b"IHDR", ihdr(20000, 20000, 8, 0, 0)), data()]);
    let error = decode(&lie, &lenient()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.message().ends_with("but 13 bytes of IDAT reach 13416 at most"), "{error}");
    let limits = Limits::default().with_axis_len(9);
    let wide = image(ihdr(10, 1, 8, 0, 0), &[], &[0; 11]);
    let error = Decoder::new(lenient()).decode(&wide, None, &Context::with_limits(limits)).unwrap_err();
    assert_eq!(error.message(), "10x1 Gray at 8 bits needs 10, limit axis_len is 9");
}

#[test]
fn interlaced_image_beyond_working_memory_is_refused() {
    let src = image(ihdr(40, 40, 8, 0, 1), &[], &vec![0; 40 * 40 + 75]);
    let limits = Limits::default().with_working_bytes(1000);
    let error = Decoder::new(lenient()).decode(&src, None, &Context::with_limits(limits)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}

#[test]
fn data_gathered_from_chunks_counts_as_working_memory() {
    // Interlaced, so that it cannot be read piece by piece instead.
    let stream = stored(&vec![0; 400 * 400 + 750]);
    let (a, b) = stream.split_at(2000);
    let header = (b"IHDR", ihdr(400, 400, 8, 0, 1));
    let limits = Limits::default().with_working_bytes(200_000);
    let decode = |src: &[u8]| Decoder::new(lenient()).decode(src, None, &Context::with_limits(limits));
    decode(&file(&[header.clone(), (b"IDAT", stream.clone())])).unwrap();
    let error = decode(&file(&[header, (b"IDAT", a.to_vec()), (b"IDAT", b.to_vec())])).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}

#[test]
fn faults_are_found_in_the_chunk_that_has_them() {
    let mut stream = stored(&[0, 7]);
    let last = stream.len() - 1;
    stream[last] ^= 1;
    let (a, b) = stream.split_at(7);
    let src = file(&[header(), (b"IDAT", a.to_vec()), (b"IDAT", vec![]), (b"IDAT", b.to_vec())]);
    let error = decode(&src, &lenient()).unwrap_err();
    // Two bytes of the stored block are in the third chunk, the Adler-32 behind them.
    let third = src.len() - 12 - 4 - b.len();
    assert_eq!(error.offset(), Some(third as u64 + 2), "{error}");
}

#[test]
fn many_empty_chunks_cost_no_memory_and_little_time() {
    let mut src = b"\x89PNG\r\n\x1a\n".to_vec();
    push(&mut src, b"IHDR", &ihdr(1, 1, 8, 0, 0));
    for _ in 0..200_000 {
        push(&mut src, b"teXt", &[]);
    }
    push(&mut src, b"IDAT", &stored(&[0, 7]));
    for _ in 0..200_000 {
        push(&mut src, b"IDAT", &[]);
    }
    push(&mut src, b"IEND", &[]);
    assert_eq!(decode(&src, &lenient()).unwrap().1.as_slice(), [7]);
    assert_eq!(Png::parse(&src, &lenient()).unwrap().n_data, 200_001);
}

#[test]
fn head_needs_no_more_than_what_comes_before_the_data() {
    let src = tiny();
    let at = offset_of(&src, b"IDAT");
    for cut in 0..src.len() {
        let result = Head::parse(&src[..cut], &lenient());
        assert_eq!(result.is_ok(), cut >= at + 8, "cut at {cut}");
        if cut < at {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Truncated);
        }
    }
}

#[test]
fn crc_of_these_tests_is_that_of_the_specification() {
    // The CRC of every IEND chunk.
    assert_eq!(crc(b"IEND"), 0xae42_6082);
}
