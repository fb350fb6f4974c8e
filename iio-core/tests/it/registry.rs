use iio_codec::{Check, CodecId, Config, ErrorKind, Tier};
use iio_core::{AbsentCodec, FormatInfo, Modes, Registry, Source};

use crate::fake::INFO;

const fn format(
    name: &'static str,
    extensions: &'static [&'static str],
    tier: Tier,
    sniff: fn(&iio_core::Sniff<'_>) -> Check,
) -> FormatInfo {
    FormatInfo {
        name,
        title: "a format of the tests",
        extensions,
        writes: &[],
        modes: Modes::Single,
        tier,
        sniff,
        open: Some(|_, _, _| Err(iio_codec::Error::invalid_argument("test", "not opened"))),
        create: None,
    }
}

static MAGIC: FormatInfo =
    format(
        "magic",
        &["mag"],
        Tier::Safe,
        |sniff| if sniff.head.starts_with(b"MAGIC") { Check::Yes } else { Check::No },
    );
static BARE: FormatInfo = format("bare", &["raw"], Tier::Safe, |_| Check::Unknown);
static FOOTER: FormatInfo =
    format(
        "footer",
        &["foo"],
        Tier::Safe,
        |sniff| if sniff.tail.ends_with(b"END") { Check::Yes } else { Check::Unknown },
    );
static NAMED: FormatInfo = format("named", &["nam"], Tier::Named, |_| Check::Yes);

fn registry() -> Registry {
    Registry::empty().with_codec(&INFO).with_format(&MAGIC).with_format(&BARE).with_format(&FOOTER).with_format(&NAMED)
}

fn detect(bytes: &[u8], extension: Option<&str>) -> Result<&'static str, iio_codec::Error> {
    registry().detect(&Source::from_bytes(bytes), extension).map(|format| format.name)
}

#[test]
fn content_comes_before_extension() {
    assert_eq!(detect(b"MAGIC..", Some("raw")).unwrap(), "magic");
    assert_eq!(detect(b"......END", None).unwrap(), "footer");
    assert_eq!(detect(b"......", Some("raw")).unwrap(), "bare");
}

#[test]
fn extension_does_not_help_where_content_says_no() {
    let error = detect(b"text that is no image", Some("mag")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("74 65 78 74") && error.to_string().contains("magic"), "{error}");
    let error = detect(b"GIF89a..", Some("mag")).unwrap_err();
    assert!(error.to_string().contains("looks like GIF"), "{error}");
    assert_eq!(detect(b"", Some("raw")).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn sniffing_never_leads_to_the_lowest_tier() {
    assert!(detect(b"......", None).is_err());
    assert_eq!(detect(b"......", Some("nam")).unwrap(), "named");
}

#[test]
fn codecs_are_found_by_id_name_and_alias() {
    for id in [CodecId::Tiff(60000), CodecId::Name("invert"), CodecId::Name("not")] {
        assert_eq!(registry().codec(&id).unwrap().name, "invert");
    }
    let error = registry().create(&CodecId::Tiff(60000), &Config::new().set("level", 3)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(registry().create(&CodecId::Tiff(60000), &Config::new().hint("level", 3)).is_ok(), "a hint may be ignored");
}

#[test]
fn absent_codec_names_its_feature() {
    let absent = AbsentCodec { name: "lerc", ids: &[CodecId::Tiff(34887)], feature: "lerc" };
    let error = registry().with_absent(absent).codec(&CodecId::Tiff(34887)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("feature `lerc`"), "{error}");
    assert!(registry().without("invert").codec(&CodecId::Tiff(60000)).is_err());
}
