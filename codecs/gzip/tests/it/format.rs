//! Vectors from RFC 1952, byte by byte: headers and trailers of one member.

use iio_codec::{AnyCodec, Check, CodecId, Config, Context, ErrorKind};
use iio_gzip::{
    DecodeOptions, EncodeOptions, INFO, check, crc32, decode, decode_exact, decode_into, encode, encode_bound,
    encode_into, header,
};

/// A stored block `abc`.
pub(crate) const BODY: [u8; 8] = [0x01, 0x03, 0x00, 0xfc, 0xff, b'a', b'b', b'c'];

/// CRC-32 of `abc`, and its length.
pub(crate) const TRAILER: [u8; 8] = [0xc2, 0x41, 0x24, 0x35, 3, 0, 0, 0];

/// 2.3: no flags, no time, level 0, system not known.
pub(crate) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];

pub(crate) fn strict(src: &[u8]) -> iio_codec::Result<Vec<u8>> {
    decode(src, &DecodeOptions::default())
}

pub(crate) fn lenient() -> DecodeOptions {
    DecodeOptions::default().with_ignore_checksum(true)
}

pub(crate) fn abc() -> Vec<u8> {
    [&HEADER[..], &BODY, &TRAILER].concat()
}

/// All optional fields: text, extra (one subfield), name, comment, header CRC.
fn full_header() -> Vec<u8> {
    let mut bytes = vec![0x1f, 0x8b, 8, 0x1f, 4, 3, 2, 1, 2, 3];
    bytes.extend([6, 0, b'A', b'P', 2, 0, 7, 9]);
    bytes.extend(b"a.raw\0note\0");
    let crc = crc32(0, &bytes).to_le_bytes();
    bytes.extend(&crc[..2]);
    bytes
}

#[test]
fn member_of_the_specification_decodes() {
    assert_eq!(strict(&abc()).unwrap(), b"abc");
    assert_eq!(encode(b"abc", &EncodeOptions::default().with_level(0)).unwrap(), abc());
}

#[test]
fn header_gives_all_fields() {
    let bytes = full_header();
    let fields = header(&bytes).unwrap();
    assert_eq!((fields.len, fields.text, fields.mtime, fields.xfl, fields.os), (31, true, 0x0102_0304, 2, 3));
    assert_eq!(fields.extra, Some(&[b'A', b'P', 2, 0, 7, 9][..]));
    assert_eq!((fields.name, fields.comment), (Some(&b"a.raw"[..]), Some(&b"note"[..])));
    let plain = header(&HEADER).unwrap();
    assert_eq!((plain.len, plain.extra, plain.name, plain.comment), (10, None, None, None));
    assert_eq!(strict(&[&bytes[..], &BODY, &TRAILER].concat()).unwrap(), b"abc");
}

#[test]
fn truncated_header_names_the_field() {
    let bytes = full_header();
    let fields = [
        (0..10, "the fixed part"),
        (10..18, "the extra field"),
        (18..24, "the file name"),
        (24..29, "the comment"),
        (29..31, "its CRC"),
    ];
    for (lens, field) in fields {
        for len in lens {
            let error = header(&bytes[..len]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Truncated);
            assert_eq!(error.to_string(), format!("gzip: header ends in {field} (at byte {len})"));
        }
    }
}

#[test]
fn broken_header_is_refused() {
    let error = |at: usize, value| {
        let mut bytes = abc();
        bytes[at] = value;
        strict(&bytes).unwrap_err().to_string()
    };
    assert_eq!(error(0, 0x1e), "gzip: begins with [1e, 8b], not with 1f 8b (at byte 0)");
    assert_eq!(error(2, 7), "gzip: compression method 7 is not deflate (8) (at byte 2)");
    assert_eq!(error(3, 0x60), "gzip: reserved flags 0x60 are set (at byte 3)");
    assert_eq!(strict(b"no").unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(strict(b"").unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn header_crc_is_checked_unless_ignored() {
    let mut bytes = full_header();
    bytes[18] = b'b';
    let error = header(&bytes).unwrap_err();
    assert!(error.message().starts_with("crc16 of the header is 0x"), "{error}");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(29)));
    let stream = [&bytes[..], &BODY, &TRAILER].concat();
    assert!(strict(&stream).is_err());
    assert_eq!(decode(&stream, &lenient()).unwrap(), b"abc");
}

#[test]
fn wrong_trailer_is_named_with_both_values() {
    let error = |at: usize| {
        let mut bytes = abc();
        bytes[at] ^= 1;
        assert_eq!(decode(&bytes, &lenient()).unwrap(), b"abc");
        assert_eq!(
            decode_exact(&bytes, &mut [0; 3], &DecodeOptions::default()).unwrap_err().to_string(),
            strict(&bytes).unwrap_err().to_string()
        );
        strict(&bytes).unwrap_err().to_string()
    };
    let text = "gzip: crc32 of the output is 0x352441c2, the stream says 0x352441c3 (at byte 18)";
    assert_eq!(error(18), text);
    let text = "gzip: output has 3 bytes (modulo 2^32), the stream says 2 (at byte 22)";
    assert_eq!(error(22), text);
}

#[test]
fn cut_trailer_is_truncated_unless_ignored() {
    let stream = abc();
    for len in 18..26 {
        let cut = &stream[..len];
        let error = strict(cut).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(error.to_string(), format!("gzip: crc32 and size need 8 bytes, got {} (at byte {len})", len - 18));
        let progress = decode_into(cut, &mut [0; 3], &DecodeOptions::default()).unwrap();
        assert_eq!((progress.written, progress.complete), (3, false));
        assert!(decode_exact(cut, &mut [0; 3], &DecodeOptions::default()).is_err());
        assert_eq!(decode(cut, &lenient()).unwrap(), b"abc");
    }
}

#[test]
fn check_asks_for_magic_and_method() {
    assert_eq!(check(&abc()), Check::Yes);
    for len in 0..3 {
        assert_eq!(check(&HEADER[..len]), Check::Unknown);
    }
    assert_eq!(check(&[0x1f, 0x8b, 7]), Check::No);
    assert_eq!(check(&[0x1f, 0x9d]), Check::No);
}

#[test]
fn encode_options_stand_in_the_header() {
    let stream = |options: &EncodeOptions| encode(b"abc", options).unwrap();
    assert_eq!(stream(&EncodeOptions::default())[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    for (level, xfl) in [(0, 4), (1, 4), (2, 0), (7, 0), (8, 2), (12, 2)] {
        assert_eq!(stream(&EncodeOptions::default().with_level(level))[8], xfl, "level {level}");
    }
    let options = EncodeOptions::default().with_name("d\u{e9}j\u{e0}.raw").with_mtime(0x0102_0304);
    let named = stream(&options);
    let fields = header(&named).unwrap();
    assert_eq!((fields.name, fields.mtime), (Some(&b"d\xe9j\xe0.raw"[..]), 0x0102_0304));
    assert_eq!(strict(&named).unwrap(), b"abc");
    assert!(named.len() <= encode_bound(3, &options));
    let mut dst = vec![0; named.len()];
    assert_eq!(encode_into(b"abc", &mut dst, &options).unwrap(), named.len());
    assert_eq!(dst, named);
    for len in 0..named.len() {
        let error = encode_into(b"abc", &mut dst[..len], &options).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "{error}");
    }
}

#[test]
fn level_trades_size() {
    let src: Vec<u8> = (0..40_000u32).map(|i| (i * i / 97 % 23) as u8).collect();
    let len = |level| encode(&src, &EncodeOptions::default().with_level(level)).unwrap().len();
    assert!(len(12) < len(6) && len(6) < len(1) && len(1) < len(0), "{} {} {}", len(12), len(6), len(1));
    assert_eq!(len(6), encode(&src, &EncodeOptions::default()).unwrap().len());
}

#[test]
fn bad_encode_options_are_refused() {
    let error = |options: EncodeOptions| encode(b"abc", &options).unwrap_err().to_string();
    assert_eq!(error(EncodeOptions::default().with_level(13)), "gzip: level must be 0..=12, got 13");
    let text = "gzip: name must be ISO 8859-1 without NUL, got '\u{20ac}' in it";
    assert_eq!(error(EncodeOptions::default().with_name("5 \u{20ac}")), text);
    assert!(error(EncodeOptions::default().with_name("a\0b")).contains("got '\\0' in it"));
}

#[test]
fn options_by_key_have_their_effect() {
    let build = |config: &Config| match INFO.create(&CodecId::Zarr("gzip"), config).unwrap() {
        AnyCodec::Bytes(codec) => codec,
        _ => panic!("a byte codec"),
    };
    let encode = |config: &Config| build(config).encoder().unwrap().encode(b"abc", &Context::default()).unwrap();
    assert_eq!(encode(&Config::new().set("level", 0)), abc());
    assert_eq!(encode(&Config::new()), encode(&Config::new().set("level", 6)));
    for level in [-1, 13] {
        let error = INFO.create(&CodecId::Zarr("gzip"), &Config::new().set("level", level)).unwrap_err();
        assert_eq!(error.to_string(), format!("gzip: level must be an integer in 0..=12, got {level}"));
    }
    let named = encode(&Config::new().set("name", "a").set("mtime", 7));
    assert_eq!(header(&named).unwrap().name, Some(&b"a"[..]));
    assert_eq!(header(&named).unwrap().mtime, 7);
    let mut broken = abc();
    broken[18] ^= 1;
    let decode = |config: &Config| build(config).decoder().unwrap().decode(&broken, &Context::default());
    assert!(decode(&Config::new()).is_err());
    assert_eq!(decode(&Config::new().set("ignore_checksum", true)).unwrap(), b"abc");
}
