//! Chunks beside the pixels, both ways.

use iio_codec::{ArrayRef, Context, DType, ErrorKind, Layout, Limits};
use iio_format_png::{
    Background, Chromaticities, ChunkType, Cicp, ContentLight, DecodeOptions, EncodeOptions, IccProfile, International,
    MasteringDisplay, Metadata, Physical, Place, Png, RenderingIntent, SignificantBits, Text, Time, UnknownChunk,
    decode, encode,
};

use crate::file::{file, ihdr, image, offset_of, stored};

fn read(src: &[u8]) -> Metadata {
    let options = DecodeOptions::default();
    Png::parse(src, &options).unwrap().metadata(src, &options, &Context::default()).unwrap()
}

fn with(chunks: &[(&[u8; 4], Vec<u8>)]) -> Metadata {
    read(&image(ihdr(1, 1, 8, 2, 0), chunks, &[0, 1, 2, 3]))
}

fn write(metadata: Metadata) -> Result<Vec<u8>, iio_codec::Error> {
    let layout = Layout::new(DType::U8, &[1, 1, 3]).unwrap();
    encode(ArrayRef::new(&[1, 2, 3], layout).unwrap(), &EncodeOptions::default().with_metadata(metadata))
}

fn full() -> Metadata {
    let mut metadata = Metadata::default()
        .with_text("Title", "caf\u{e9}\nline")
        .with_text("Author", "\u{4e2d}\u{6587}")
        .with_icc_profile("a profile", vec![5; 1000]);
    metadata.gamma = Some(45455);
    metadata.chromaticities = Some(Chromaticities { white: [1, 2], red: [3, 4], green: [5, 6], blue: [7, 8] });
    metadata.srgb = Some(RenderingIntent::Saturation);
    metadata.cicp = Some(Cicp { primaries: 9, transfer: 16, matrix: 0, full_range: true });
    metadata.mastering_display = Some(MasteringDisplay {
        primaries: [[1, 2], [3, 4], [5, 6]],
        white: [7, 8],
        max_luminance: 10_000_000,
        min_luminance: 1,
    });
    metadata.content_light = Some(ContentLight { max: 500, max_frame_average: 100 });
    metadata.significant_bits = Some(SignificantBits { bits: [5, 6, 5, 0], n: 3 });
    metadata.background = Some(Background::Rgb([1, 2, 3]));
    metadata.physical = Some(Physical { x: 11811, y: 5906, per_metre: true });
    metadata.exif = Some(b"II*\0\x08\0\0\0\0\0".to_vec());
    metadata.time = Some(Time { year: 2026, month: 11, day: 20, hour: 23, minute: 59, second: 60 });
    metadata.texts.push(Text {
        keyword: "Comment".into(),
        text: "z ".repeat(500),
        compressed: true,
        international: None,
    });
    metadata.texts.push(Text {
        keyword: "XML:com.adobe.xmp".into(),
        text: "<x:xmpmeta/>".into(),
        compressed: true,
        international: Some(International { language: "en-GB".into(), keyword: "\u{df}".into() }),
    });
    for (kind, place) in [(*b"prIv", Place::BeforePalette), (*b"hIST", Place::BeforeData), (*b"sPLT", Place::AfterData)]
    {
        metadata.unknown.push(UnknownChunk { kind: ChunkType(kind), data: vec![1, 2], place });
    }
    metadata
}

#[test]
fn everything_that_is_written_is_read() {
    let written = full();
    let src = write(written.clone()).unwrap();
    let mut expected = written;
    // A text that is not Latin-1 became iTXt; without a palette there is no "before" it.
    expected.texts[1].international = Some(International::default());
    expected.unknown[1].place = Place::BeforePalette;
    assert_eq!(read(&src), expected);
    assert_eq!(decode(&src, &DecodeOptions::default()).unwrap().1.as_slice(), [1, 2, 3]);
    assert_eq!(read(&src).xmp(), Some("<x:xmpmeta/>"));
    assert_eq!(read(&src).text("Title"), Some("caf\u{e9}\nline"));
    let [x, y] = read(&src).physical.unwrap().dpi().unwrap();
    assert!((x - 300.0).abs() < 0.01 && (y - 150.0).abs() < 0.02, "{x} {y}");
}

#[test]
fn chunks_are_written_in_the_order_of_section_5_6() {
    let src = write(full()).unwrap();
    let at = |kind: &[u8; 4]| offset_of(&src, kind);
    for kind in [b"cICP", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"mDCV", b"cLLI", b"bKGD", b"pHYs", b"eXIf"] {
        assert!(at(kind) < at(b"IDAT"), "{}", core::str::from_utf8(kind).unwrap());
    }
    assert!(at(b"sPLT") > at(b"IDAT"));
}

#[test]
fn texts_of_the_specification_are_read() {
    let metadata = with(&[
        (b"tEXt", b"Title\0caf\xe9".to_vec()),
        (b"zTXt", [b"Comment\0\0", &stored(b"abc\xe9")[..]].concat()),
        (b"iTXt", "Author\0\0\0de\0Urheber\0\u{4e2d}".as_bytes().to_vec()),
        (b"iTXt", [b"Note\0\x01\0\0\0", &stored("\u{df}".as_bytes())[..]].concat()),
    ]);
    assert_eq!(metadata.text("Title"), Some("caf\u{e9}"));
    assert_eq!(metadata.text("Comment"), Some("abc\u{e9}"));
    assert_eq!(metadata.text("Author"), Some("\u{4e2d}"));
    assert_eq!(metadata.texts[2].international.as_ref().unwrap().keyword, "Urheber");
    assert_eq!(metadata.text("Note"), Some("\u{df}"));
    assert_eq!(metadata.text("note"), None);
}

#[test]
fn numbers_of_the_specification_are_read() {
    let metadata = with(&[
        (b"gAMA", vec![0, 0, 0xb1, 0x8f]),
        (b"sRGB", vec![3]),
        (b"cICP", vec![12, 13, 0, 0]),
        (b"sBIT", vec![8, 7, 6]),
        (b"bKGD", vec![0, 1, 0, 2, 0, 3]),
        (b"pHYs", vec![0, 0, 0, 4, 0, 0, 0, 3, 0]),
        (b"tIME", vec![7, 0xea, 2, 28, 12, 34, 56]),
        (b"cHRM", (0..32).collect()),
    ]);
    assert_eq!(metadata.gamma, Some(45455));
    assert_eq!(metadata.srgb, Some(RenderingIntent::AbsoluteColorimetric));
    assert_eq!(metadata.cicp, Some(Cicp { primaries: 12, transfer: 13, matrix: 0, full_range: false }));
    assert_eq!(metadata.significant_bits, Some(SignificantBits { bits: [8, 7, 6, 0], n: 3 }));
    assert_eq!(metadata.background, Some(Background::Rgb([1, 2, 3])));
    assert_eq!(metadata.physical.unwrap().dpi(), None);
    assert_eq!(metadata.time.unwrap().year, 2026);
    assert_eq!(metadata.chromaticities.unwrap().red, [0x0809_0a0b, 0x0c0d_0e0f]);
    let gray = image(ihdr(1, 1, 8, 0, 0), &[(b"bKGD", vec![0, 9]), (b"sBIT", vec![5])], &[0, 1]);
    assert_eq!(read(&gray).background, Some(Background::Gray(9)));
    let palette = (b"PLTE", vec![1, 2, 3]);
    let indexed = image(ihdr(1, 1, 1, 3, 0), &[(b"sBIT", vec![8; 3]), palette, (b"bKGD", vec![0])], &[0, 0]);
    assert_eq!(read(&indexed).background, Some(Background::Index(0)));
    assert_eq!(read(&indexed).significant_bits.unwrap().n, 3);
}

#[test]
fn broken_chunks_are_skipped_unless_asked_for() {
    let strict = DecodeOptions::default().with_ignore_bad_ancillary(false);
    let cases: &[(&[u8; 4], &[u8], &str)] = &[
        (b"gAMA", &[0; 4], "gAMA has a length or value that is not allowed"),
        (b"gAMA", &[1; 5], "gAMA has a length or value that is not allowed"),
        (b"sRGB", &[4], "sRGB has a length or value that is not allowed"),
        (b"cICP", &[1, 1, 0, 2], "cICP has a length or value that is not allowed"),
        (b"sBIT", &[9, 8, 8], "sBIT has a length or value that is not allowed"),
        (b"bKGD", &[1], "bKGD has a length or value that is not allowed"),
        (b"pHYs", &[0, 0, 0, 1, 0, 0, 0, 1, 2], "pHYs has a length or value that is not allowed"),
        (b"tIME", &[7, 0xea, 13, 1, 0, 0, 0], "tIME has a length or value that is not allowed"),
        (b"eXIf", b"Exif\0\0II*\0", "eXIf has a length or value that is not allowed"),
        (b"tEXt", b"no end", "tEXt has no keyword of 1..=79 bytes"),
        (b"tEXt", b"\0x", "tEXt has no keyword of 1..=79 bytes"),
        (b"zTXt", b"a\0\x01x", "zTXt names no compression method 0"),
        (b"iTXt", b"a\0\x02\0\0\0x", "iTXt has no compression flag of 0 or 1"),
        (b"iTXt", b"a\0\0\0en", "iTXt lacks the end of its language or keyword"),
        (b"iTXt", b"a\0\0\0\0\0\xff", "iTXt is not UTF-8"),
        (b"iCCP", b"a\0\x01", "iCCP names no compression method 0"),
    ];
    for &(kind, data, message) in cases {
        let src = image(ihdr(1, 1, 8, 2, 0), &[(kind, data.to_vec())], &[0, 1, 2, 3]);
        assert_eq!(read(&src), Metadata::default(), "{message}");
        let png = Png::parse(&src, &strict).unwrap();
        let error = png.metadata(&src, &strict, &Context::default()).unwrap_err();
        assert_eq!((error.message(), error.offset()), (message, Some(33)));
    }
    let twice = with(&[(b"gAMA", vec![0, 0, 0, 1]), (b"gAMA", vec![0, 0, 0, 2])]);
    assert_eq!(twice.gamma, Some(1));
}

#[test]
fn wrong_crc_hides_a_chunk() {
    let mut src = image(ihdr(1, 1, 8, 2, 0), &[(b"gAMA", vec![0, 0, 0, 9])], &[0, 1, 2, 3]);
    assert_eq!(read(&src).gamma, Some(9));
    let at = offset_of(&src, b"gAMA") + 12;
    src[at] ^= 1;
    assert_eq!(read(&src).gamma, None);
    let options = DecodeOptions::default().with_ignore_crc(true);
    let png = Png::parse(&src, &options).unwrap();
    assert_eq!(png.metadata(&src, &options, &Context::default()).unwrap().gamma, Some(9));
}

#[test]
fn inflated_text_is_held_to_the_metadata_limit() {
    let mut metadata = Metadata::default();
    metadata.texts.push(Text {
        keyword: "Bomb".into(),
        text: "0".repeat(1 << 20),
        compressed: true,
        international: None,
    });
    let src = write(metadata).unwrap();
    assert!(src.len() < 5000);
    let options = DecodeOptions::default();
    let png = Png::parse(&src, &options).unwrap();
    let limit = |bytes| Context::with_limits(Limits::default().with_metadata_bytes(bytes));
    assert_eq!(png.metadata(&src, &options, &limit(4 << 20)).unwrap().texts[0].text.len(), 1 << 20);
    let error = png.metadata(&src, &options, &limit(1 << 19)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", .. }), "{error}");
    // Pixels do not ask for text.
    assert_eq!(decode(&src, &options).unwrap().1.as_slice(), [1, 2, 3]);
}

#[test]
fn many_small_texts_are_held_to_the_metadata_limit() {
    let mut chunks = vec![(b"IHDR", ihdr(1, 1, 8, 2, 0))];
    chunks.extend(std::iter::repeat_n((b"tEXt", b"a\0".to_vec()), 1000));
    chunks.push((b"IDAT", stored(&[0, 1, 2, 3])));
    let src = file(&chunks);
    let options = DecodeOptions::default();
    let png = Png::parse(&src, &options).unwrap();
    let limits = Limits::default().with_metadata_bytes(20_000);
    let error = png.metadata(&src, &options, &Context::with_limits(limits)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", .. }), "{error}");
}

#[test]
fn what_cannot_be_stored_is_refused() {
    let refused = |change: &dyn Fn(&mut Metadata)| {
        let mut metadata = Metadata::default();
        change(&mut metadata);
        write(metadata).unwrap_err().kind() == ErrorKind::InvalidArgument
    };
    assert!(refused(&|m| *m = Metadata::default().with_text("", "x")));
    assert!(refused(&|m| *m = Metadata::default().with_text("k".repeat(80), "x")));
    assert!(refused(&|m| *m = Metadata::default().with_text("a\u{4e2d}", "x")));
    assert!(refused(&|m| *m = Metadata::default().with_text("a", "x\0y")));
    assert!(refused(&|m| m.icc_profile = Some(IccProfile { name: "\n".into(), profile: vec![] })));
    assert!(refused(&|m| m.exif = Some(vec![1, 2, 3])));
    assert!(refused(&|m| m.gamma = Some(0)));
    assert!(refused(&|m| m.significant_bits = Some(SignificantBits { bits: [8; 4], n: 1 })));
    assert!(refused(&|m| m.background = Some(Background::Index(0))));
    assert!(refused(&|m| m.unknown.push(UnknownChunk {
        kind: ChunkType(*b"IDAT"),
        data: vec![],
        place: Place::AfterData
    })));
    assert!(refused(&|m| m.unknown.push(UnknownChunk {
        kind: ChunkType(*b"a1bc"),
        data: vec![],
        place: Place::AfterData
    })));
}

#[test]
fn kinds_of_chunks_tell_what_their_case_means() {
    assert!(ChunkType(*b"tEXt").is_ancillary() && ChunkType(*b"tEXt").is_safe_to_copy());
    assert!(!ChunkType(*b"IDAT").is_ancillary() && !ChunkType(*b"hIST").is_safe_to_copy());
    assert!(!ChunkType(*b"a1bc").is_valid());
    assert_eq!(ChunkType(*b"a\0bc").to_string(), "a\\x00bc");
}
