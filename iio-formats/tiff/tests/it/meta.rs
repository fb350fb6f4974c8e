//! Metadata.

use iio_codec::ErrorKind;
use iio_core::{MetaValue, Metadata, Resolution, ResolutionUnit};

use crate::build::{File, KINDS, PLAIN, Page, Value, env, long, open, short};

fn page() -> Page {
    Page::strips(2, 1, 1).chunk([1, 2])
}

fn meta(page: &Page) -> Metadata {
    open(&File::of(PLAIN, std::slice::from_ref(page))).unwrap().metadata(0).unwrap()
}

#[test]
fn the_typed_model_is_filled() {
    for kind in KINDS {
        let page = page()
            .tag(270, Value::Ascii("a title"))
            .tag(305, Value::Ascii("tests"))
            .tag(306, Value::Ascii("2026:11:20 10:00:00"))
            .tag(285, Value::Ascii("one"))
            .tag(274, short(6))
            .tag(282, Value::Rational(vec![(300, 2)]))
            .tag(283, Value::Rational(vec![(72, 1)]))
            .tag(296, short(3))
            .tag(34675, Value::Undefined(vec![1; 2000]))
            .tag(700, Value::Byte(b"<x:xmpmeta/>".to_vec()))
            .tag(315, Value::Ascii("me"));
        let meta = open(&File::of(kind, &[page])).unwrap().metadata(0).unwrap();
        assert_eq!(meta.description.as_deref(), Some("a title"));
        assert_eq!(meta.software.as_deref(), Some("tests"));
        assert_eq!(meta.date_time.as_deref(), Some("2026:11:20 10:00:00"));
        assert_eq!(meta.page_name.as_deref(), Some("one"));
        assert_eq!(meta.orientation, Some(6));
        assert_eq!(meta.resolution, Some(Resolution { x: 150.0, y: 72.0, unit: ResolutionUnit::Centimetre }));
        assert_eq!(meta.icc_profile, Some(vec![1; 2000]));
        assert_eq!(meta.xmp, Some(b"<x:xmpmeta/>".to_vec()));
        assert_eq!(meta.text, [("Artist".to_owned(), "me".to_owned())]);
    }
}

#[test]
fn all_tags_are_told_by_name_in_file_order() {
    let page = page()
        .tag(340, Value::Double(vec![0.5]))
        .tag(321, Value::Short(vec![3, 4]))
        .tag(33434, Value::SRational(vec![(-1, 3)]))
        .tag(37500, Value::Undefined(vec![1, 2, 3, 4, 5]))
        .tag(65100, Value::Ascii("mine"));
    let meta = meta(&page);
    let names: Vec<_> = meta.tags.iter().map(|(name, _)| name.as_str()).collect();
    let expected = ["ImageWidth", "ImageLength", "BitsPerSample", "StripOffsets", "RowsPerStrip", "StripByteCounts"];
    assert_eq!(names[..6], expected);
    assert_eq!(names[6..], ["HalftoneHints", "SMinSampleValue", "ExposureTime", "MakerNote", "65100"]);
    assert_eq!(meta.tag("ImageWidth"), Some(&MetaValue::Uint(2)));
    assert_eq!(meta.tag("SMinSampleValue"), Some(&MetaValue::Float(0.5)));
    assert_eq!(meta.tag("HalftoneHints"), Some(&MetaValue::List(vec![MetaValue::Uint(3), MetaValue::Uint(4)])));
    assert_eq!(meta.tag("ExposureTime"), Some(&MetaValue::Rational(-1, 3)));
    assert_eq!(meta.tag("MakerNote"), Some(&MetaValue::Bytes(vec![1, 2, 3, 4, 5])));
    assert_eq!(meta.tag("65100"), Some(&MetaValue::Text("mine".to_owned())));
}

#[test]
fn long_arrays_are_summarised() {
    let meta = meta(&page().tag(65100, Value::Short(vec![1; 1001])).tag(65101, Value::Short(vec![1; 1000])));
    let Some(MetaValue::Map(map)) = meta.tag("65100") else { panic!("{:?}", meta.tag("65100")) };
    assert_eq!(
        map[..2],
        [("type".to_owned(), MetaValue::Text("SHORT".to_owned())), ("count".to_owned(), MetaValue::Uint(1001))]
    );
    assert!(matches!(meta.tag("65101"), Some(MetaValue::List(list)) if list.len() == 1000));
}

#[test]
fn exif_and_gps_are_maps() {
    let exif = Value::Ifd(vec![(33437, Value::Rational(vec![(28, 10)])), (36864, Value::Undefined(b"0232".to_vec()))]);
    let gps = Value::Ifd(vec![(1, Value::Ascii("N"))]);
    let meta = meta(&page().tag(34665, exif).tag(34853, gps));
    let expected = [
        ("FNumber".to_owned(), MetaValue::Rational(28, 10)),
        ("ExifVersion".to_owned(), MetaValue::Bytes(b"0232".to_vec())),
    ];
    assert_eq!(meta.tag("ExifIFD"), Some(&MetaValue::Map(expected.to_vec())));
    let north = vec![("GPSLatitudeRef".to_owned(), MetaValue::Text("N".to_owned()))];
    assert_eq!(meta.tag("GPSIFD"), Some(&MetaValue::Map(north)));
    assert_eq!(meta.exif, None);
}

#[test]
fn palettes_are_told_beside_the_indices() {
    let map: Vec<u16> = (0..12).map(|i| i * 100).collect();
    let page = page().tag(258, short(2)).tag(262, short(3)).tag(320, Value::Short(map));
    let meta = meta(&page);
    assert_eq!(meta.palette, Some(vec![[0, 400, 800], [100, 500, 900], [200, 600, 1000], [300, 700, 1100]]));
}

#[test]
fn text_that_is_not_utf8_is_latin_1() {
    let meta = meta(&page().tag(270, Value::Byte(vec![b'5', 0xb5, b'm', 0, 0])));
    assert_eq!(meta.description.as_deref(), Some("5µm"));
}

#[test]
fn a_broken_tag_does_no_harm_to_the_others() {
    let meta = meta(
        &page().tag(270, Value::Raw(2, 50, 4_000_000)).tag(305, Value::Ascii("tests")).tag(999, Value::Raw(77, 1, 1)),
    );
    assert_eq!((meta.description.is_none(), meta.software.as_deref()), (false, Some("tests")));
    let Some(MetaValue::Text(text)) = meta.tag("ImageDescription") else { panic!() };
    assert!(text.starts_with("<tiff: tag 270 ImageDescription: 50 values of ASCII at byte 4000000 exceed"), "{text}");
    assert!(matches!(meta.tag("999"), Some(MetaValue::Text(text)) if text.contains("unknown type 77")));
}

#[test]
fn metadata_stays_within_its_limit() {
    let page = page().tag(65100, Value::Ascii("x")).tag(34675, Value::Undefined(vec![0; 5000]));
    let file = File::of(PLAIN, &[page]);
    let source = iio_core::Source::from_bytes(file);
    let mut env = env();
    env.limits = env.limits.with_metadata_bytes(4000);
    let reader = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env).unwrap();
    let error = reader.metadata(0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", .. }), "{error}");
    assert!(reader.info(0).is_ok());
}

#[test]
fn the_file_tells_its_kind() {
    let flavour = |page: Page| {
        let meta = open(&File::of(KINDS[3], &[page])).unwrap().file_metadata().unwrap();
        assert_eq!(meta.tag("byte_order"), Some(&MetaValue::Text("big".to_owned())));
        assert_eq!(meta.tag("bigtiff"), Some(&MetaValue::Bool(true)));
        meta.tag("flavour").unwrap().to_string()
    };
    assert_eq!(flavour(page()), "plain");
    assert_eq!(flavour(page().tag(270, Value::Ascii("<?xml version=\"1.0\"?><OME></OME>"))), "ome");
    assert_eq!(flavour(page().tag(270, Value::Ascii("ImageJ=1.53t\nimages=3"))), "imagej");
    assert_eq!(flavour(page().tag(270, Value::Ascii("Aperio Image Library v11"))), "svs");
    assert_eq!(flavour(page().tag(34735, Value::Short(vec![1, 1, 0, 0]))), "geotiff");
    assert_eq!(flavour(page().tag(254, long(0))), "plain");
}
