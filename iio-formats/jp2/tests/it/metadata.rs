//! Metadata of boxes and markers, written by hand into files of our own.

use iio_codec::{DType, ErrorKind, Limits};
use iio_core::{MetaValue, ResolutionUnit, Selection};
use iio_jpeg2k::{EncodeOptions, Format};

use crate::{before_codestream, boxed, encoded, env, find, layout, open, open_with, picture, read};

fn gray() -> Vec<u8> {
    encoded(layout(DType::U8, &[16, 16]), &EncodeOptions::default()).1
}

/// The file with more boxes in its `jp2h`.
fn in_header(file: &[u8], bytes: &[u8]) -> Vec<u8> {
    let at = find(file, b"jp2h");
    let len = u32::from_be_bytes(*file[at..].first_chunk().unwrap());
    let end = at + len as usize;
    let len = len + u32::try_from(bytes.len()).unwrap();
    [&file[..at], &len.to_be_bytes(), &file[at + 4..end], bytes, &file[end..]].concat()
}

const XMP: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
const GEO: [u8; 16] = *b"\xb1\x4b\xf8\xbd\x08\x3d\x4b\x43\xa5\xae\x8c\xd7\xd5\xa6\xce\x03";

#[test]
fn uuid_and_xml_boxes_are_read_wherever_they_stand() {
    let uuid = |id: &[u8; 16], body: &[u8]| boxed(b"uuid", &[id, body].concat());
    let front =
        [uuid(&XMP, b"<xmp/>"), uuid(b"JpgTiffExif->JP2", b"II*\0\x08\0\0\0\0\0"), boxed(b"xml ", b"<front/>\0")];
    let back = [uuid(&GEO, b"geo"), uuid(&[0xab; 16], b"own"), boxed(b"xml ", b"<back/>")];
    let file = [before_codestream(&gray(), &front.concat()), back.concat()].concat();
    let meta = open(&file).unwrap().metadata(0).unwrap();
    assert_eq!(meta.xmp.as_deref(), Some(&b"<xmp/>"[..]));
    assert_eq!(meta.exif.as_deref(), Some(&b"II*\0\x08\0\0\0\0\0"[..]));
    let xml: Vec<_> = meta.tags.iter().filter(|(name, _)| name == "xml").map(|(_, value)| value.to_string()).collect();
    assert_eq!(xml, ["<front/>", "<back/>"]);
    assert_eq!(meta.tag("geojp2"), Some(&MetaValue::Bytes(b"geo".to_vec())));
    assert_eq!(meta.tag("uuid abababababababababababababababab"), Some(&MetaValue::Bytes(b"own".to_vec())));
    assert_eq!(meta.tag("brand"), Some(&MetaValue::Text("jp2".into())));
    // The image is the same.
    assert_eq!(read(&file, &Selection::default()).unwrap().1.as_slice(), picture(&layout(DType::U8, &[16, 16])));
}

#[test]
fn exif_prefix_of_jpeg_is_taken_off() {
    let file = before_codestream(&gray(), &boxed(b"uuid", b"JpgTiffExif->JP2Exif\0\0MM\0*"));
    assert_eq!(open(&file).unwrap().metadata(0).unwrap().exif.as_deref(), Some(&b"MM\0*"[..]));
}

#[test]
fn associated_boxes_are_followed_down_to_the_depth_limit() {
    let nest = |depth: usize| {
        let inner = [boxed(b"lbl ", b"gml.data"), boxed(b"xml ", b"<gml/>")].concat();
        (0..depth).fold(inner, |inner, _| boxed(b"asoc", &inner))
    };
    let meta = open(&before_codestream(&gray(), &nest(3))).unwrap().metadata(0).unwrap();
    assert_eq!(meta.tag("associated_xml"), Some(&MetaValue::Text("<gml/>".into())));
    assert_eq!(meta.tag("label"), Some(&MetaValue::Text("gml.data".into())));
    let error = open(&before_codestream(&gray(), &nest(40))).unwrap().metadata(0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "depth", .. }), "{error}");
}

#[test]
fn resolution_is_that_of_the_capture_then_that_for_display() {
    let resc = boxed(b"resc", b"\x2e\x23\x00\x01\x5c\x46\x00\x02\x00\x00");
    let resd = boxed(b"resd", b"\x00\x48\x00\x01\x00\x60\x00\x01\x02\x02");
    let both = in_header(&gray(), &boxed(b"res ", &[resc, resd.clone()].concat()));
    let meta = open(&both).unwrap().metadata(0).unwrap();
    let resolution = meta.resolution.unwrap();
    assert_eq!((resolution.x, resolution.y, resolution.unit), (11811.0, 11811.0, ResolutionUnit::Metre));
    let display = in_header(&gray(), &boxed(b"res ", &resd));
    let resolution = open(&display).unwrap().metadata(0).unwrap().resolution.unwrap();
    assert_eq!((resolution.x, resolution.y), (9600.0, 7200.0));
    assert!(meta.tag("display_resolution").is_some() && meta.tag("capture_resolution").is_some());
}

#[test]
fn icc_profile_is_read() {
    let profile = [&[0; 16][..], b"GRAYXYZ ", &[1; 104]].concat();
    let options = EncodeOptions::default().with_icc_profile(Some(profile.clone().into()));
    let (_, file) = encoded(layout(DType::U8, &[16, 16]), &options);
    assert_eq!(open(&file).unwrap().metadata(0).unwrap().icc_profile, Some(profile));
}

#[test]
fn comments_are_text_or_bytes() {
    let (_, stream) = encoded(layout(DType::U8, &[16, 16]), &EncodeOptions::default().with_format(Format::J2k));
    let at = stream.windows(2).position(|marker| marker == [0xff, 0x90]).unwrap();
    let com = b"\xff\x64\x00\x08\x00\x01na\xefv\xff\x64\x00\x06\x00\x00\x01\x02";
    let stream = [&stream[..at], com, &stream[at..]].concat();
    let meta = open(&stream).unwrap().metadata(0).unwrap();
    assert!(meta.text.contains(&("comment".to_owned(), "naïv".to_owned())), "{:?}", meta.text);
    assert_eq!(meta.tag("comment"), Some(&MetaValue::Bytes(vec![1, 2])));
    assert_eq!(meta.tag("container"), Some(&MetaValue::Text("j2k".into())));
}

#[test]
fn properties_of_the_code_stream_are_tags() {
    let options =
        EncodeOptions::default().with_tile([16, 32]).with_layers(2u16).with_resolutions(2).with_code_block([16, 32]);
    let (_, file) = encoded(layout(DType::U8, &[32, 32, 3]), &options);
    let meta = open(&file).unwrap().metadata(0).unwrap();
    let text = |name: &str| meta.tag(name).map(ToString::to_string).unwrap_or_default();
    let expected = [
        ("container", "jp2"),
        ("colour_space", "srgb"),
        ("enumerated_colour_space", "16"),
        ("alpha", "false"),
        ("component_bits", "8, 8, 8"),
        ("components", "3"),
        ("tile", "16, 32"),
        ("decomposition_levels", "1"),
        ("layers", "2"),
        ("progression", "lrcp"),
        ("code_block", "16, 32"),
        ("reversible", "true"),
        ("component_transform", "true"),
        ("high_throughput", "false"),
        ("bits_per_sample", "8"),
    ];
    for (name, value) in expected {
        assert_eq!(text(name), value, "{name}");
    }
}

#[test]
fn palette_is_metadata_if_it_is_not_applied() {
    // Four entries of red, green and blue; component 0 through columns 0, 1 and 2.
    let pclr = boxed(b"pclr", b"\x00\x04\x03\x07\x07\x07\x00\x00\x00\xff\x00\x00\x00\xff\x00\x00\x00\x80");
    let cmap = boxed(b"cmap", b"\x00\x00\x01\x00\x00\x00\x01\x01\x00\x00\x01\x02");
    let samples: Vec<u8> = (0..64).map(|i| i % 4).collect();
    let pixels = iio_codec::ArrayRef::new(&samples, layout(DType::U8, &[8, 8])).unwrap();
    let file = in_header(&iio_jpeg2k::encode(pixels, &EncodeOptions::default()).unwrap(), &[pclr, cmap].concat());
    let (found, colours) = read(&file, &Selection::default()).unwrap();
    assert_eq!((found.shape(), &colours[..12]), (&[8, 8, 3][..], &[0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 128][..]));
    assert_eq!(open(&file).unwrap().metadata(0).unwrap().palette, None);
    let config = iio_codec::Config::new().set("palette", false);
    let reader = open_with(&file, &config, &env()).unwrap();
    let info = reader.info(0).unwrap();
    assert_eq!((info.colour, &*info.axes), (iio_core::Colour::Palette, "YX"));
    let palette = reader.metadata(0).unwrap().palette.unwrap();
    assert_eq!(palette, [[0, 0, 0], [65535, 0, 0], [0, 65535, 0], [0, 0, 32896]]);
}

#[test]
fn metadata_beyond_the_limit_is_refused_before_it_is_read() {
    let file = before_codestream(&gray(), &boxed(b"xml ", &vec![b'x'; 50_000]));
    let small = env().with_limits(Limits::default().with_metadata_bytes(40_000));
    let error = open_with(&file, &iio_codec::Config::new(), &small).unwrap().metadata(0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", requested: 50_000, .. }), "{error}");
    let many = before_codestream(&gray(), &boxed(b"free", b"").repeat(5_000));
    let error = open_with(&many, &iio_codec::Config::new(), &small).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", .. }), "{error}");
}

#[test]
fn broken_boxes_behind_the_stream_are_passed_over_and_in_front_of_it_refused() {
    let broken = b"\x00\x00\x00\x03xml ";
    let file = [&gray()[..], broken].concat();
    assert!(open(&file).unwrap().metadata(0).is_ok());
    let file = before_codestream(&gray(), broken);
    let error = open(&file).err().unwrap();
    let at = u64::try_from(find(&gray(), b"jp2c")).unwrap();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(at)), "{error}");
}

#[test]
fn long_boxes_are_read() {
    let long = [&b"\x00\x00\x00\x01xml \x00\x00\x00\x00\x00\x00\x00\x14"[..], b"<x/>"].concat();
    let file = before_codestream(&gray(), &long);
    assert_eq!(open(&file).unwrap().metadata(0).unwrap().tag("xml"), Some(&MetaValue::Text("<x/>".into())));
    assert!(read(&file, &Selection::default()).is_ok());
}
