//! The writer: container by extension, colour space, metadata.

use iio_codec::{Config, DType, ErrorKind};
use iio_core::{Colour, MetaValue, Metadata, Resolution, ResolutionUnit, Selection};
use iio_jpeg2k::Colour as StreamColour;

use crate::{create, layout, open, picture, read, write, write_as};

fn hint(extension: &str) -> Config {
    Config::new().hint("extension", extension)
}

fn gray(config: &Config) -> Vec<u8> {
    let layout = layout(DType::U8, &[24, 20]);
    write(&picture(&layout), layout, &Metadata::default(), config).unwrap()
}

#[test]
fn extension_tells_files_from_code_streams() {
    for (extension, is_file) in
        [("jp2", true), ("jpx", true), ("jpf", true), ("j2k", false), ("j2c", false), ("jpc", false)]
    {
        let file = gray(&hint(extension));
        assert_eq!(iio_jpeg2k::info(&file).unwrap().is_jp2, is_file, "{extension}");
        let (found, decoded) = read(&file, &Selection::default()).unwrap();
        assert_eq!((found, decoded.as_slice()), (layout(DType::U8, &[24, 20]), &picture(&found)[..]));
    }
    assert!(iio_jpeg2k::info(&gray(&Config::new())).unwrap().is_jp2);
    assert!(iio_jpeg2k::info(&gray(&hint("j2k").set("codecformat", "jp2"))).unwrap().is_jp2);
    assert_eq!(create(&hint("jph")).err().unwrap().kind(), ErrorKind::Unsupported);
}

#[test]
fn options_go_to_the_codec() {
    let config =
        hint("jp2").set("tile", vec![20i64, 16]).set("layers", 3).set("resolutions", 2).set("reversible", false);
    let file = gray(&config);
    let info = iio_jpeg2k::info(&file).unwrap();
    assert_eq!((info.size.tile, info.n_layers(), info.coding.levels, info.coding.reversible), ([20, 16], 3, 1, false));
    assert!(gray(&hint("jp2").set("level", 25)).len() < gray(&hint("jp2")).len());
    let error = create(&hint("jp2").set("quality", 3)).err().unwrap();
    assert!(error.to_string().contains("unknown option quality"), "{error}");
    assert_eq!(create(&hint("j2k").set("alpha", true)).err().unwrap().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn colours_and_opacity_follow_the_samples() {
    let tell = |shape: &[usize], axes, config: &Config| {
        let layout = layout(DType::U8, shape);
        let file = write_as(&picture(&layout), layout, axes, &Metadata::default(), config).unwrap();
        let info = open(&file).unwrap().info(0).unwrap();
        let stream = iio_jpeg2k::info(&file).unwrap();
        (info.colour, info.extra_samples, stream.channel_definitions().filter(|d| d.kind == 1).count())
    };
    assert_eq!(tell(&[8, 8], None, &hint("jp2")), (Colour::Gray, 0, 0));
    assert_eq!(tell(&[8, 8, 2], Some("YXS"), &hint("jp2")), (Colour::Gray, 1, 1));
    assert_eq!(tell(&[8, 8, 3], None, &hint("jp2")), (Colour::Rgb, 0, 0));
    assert_eq!(tell(&[8, 8, 4], None, &hint("jp2")), (Colour::Rgb, 1, 1));
    assert_eq!(tell(&[4, 8, 8], Some("SYX"), &hint("jp2")), (Colour::Rgb, 1, 1));
    assert_eq!(tell(&[8, 8, 4], None, &hint("jp2").set("alpha", false)).2, 0);
    assert_eq!(
        tell(&[8, 8, 4], None, &hint("jp2").set("colorspace", "cmyk").set("alpha", false)),
        (Colour::Cmyk, 0, 0)
    );
    assert_eq!(tell(&[8, 8, 4], None, &hint("j2k")).2, 0);
}

#[test]
fn planar_samples_are_written_as_such() {
    let planes = layout(DType::U8, &[3, 8, 9]);
    let samples = picture(&planes);
    let file = write_as(&samples, planes, Some("SYX"), &Metadata::default(), &hint("j2k")).unwrap();
    let (found, decoded) = read(&file, &Selection::default()).unwrap();
    assert_eq!(found.shape(), [8, 9, 3]);
    assert_eq!(decoded[..3], [samples[0], samples[72], samples[144]]);
    let file = write(&samples, planes, &Metadata::default(), &hint("j2k").set("planar", true)).unwrap();
    assert_eq!(read(&file, &Selection::default()).unwrap().0.shape(), [8, 9, 3]);
}

#[test]
fn stacks_are_refused_and_axes_of_one_dropped() {
    let stack = layout(DType::U8, &[2, 8, 9]);
    let error = write_as(&picture(&stack), stack, Some("IYX"), &Metadata::default(), &hint("jp2")).unwrap_err();
    assert_eq!(error.to_string(), "jp2: takes one image, got a stack of uint8 [2, 8, 9]");
    let one = layout(DType::U8, &[1, 8, 9]);
    let file = write_as(&picture(&one), one, Some("IYX"), &Metadata::default(), &hint("jp2")).unwrap();
    assert_eq!(read(&file, &Selection::default()).unwrap().0.shape(), [8, 9]);
    let wrong = layout(DType::F32, &[8, 9]);
    let error = write(&vec![0; wrong.n_bytes()], wrong, &Metadata::default(), &hint("jp2")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
}

#[test]
fn a_file_holds_one_image() {
    let mut writer = create(&hint("jp2")).unwrap();
    let pixels = [1; 64];
    let meta = Metadata::default();
    let mut image = || {
        let pixels = iio_codec::ArrayRef::new(&pixels, layout(DType::U8, &[8, 8])).unwrap();
        writer.write(&iio_core::WriteImage { pixels, axes: None, meta: &meta }, None)
    };
    image().unwrap();
    assert_eq!(image().unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(create(&hint("jp2")).unwrap().finish().is_err());
}

#[test]
fn metadata_is_written_and_read_back() {
    let mut meta = Metadata::default();
    meta.resolution = Some(Resolution { x: 300.0, y: 72.0, unit: ResolutionUnit::Inch });
    meta.xmp = Some(b"<x:xmpmeta/>".to_vec());
    meta.exif = Some(b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec());
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    meta.icc_profile = Some(profile);
    let rgb = layout(DType::U8, &[16, 16, 3]);
    let file = write(&picture(&rgb), rgb, &meta, &hint("jp2")).unwrap();
    assert!(matches!(iio_jpeg2k::info(&file).unwrap().colour, StreamColour::Icc(_)));
    let back = open(&file).unwrap().metadata(0).unwrap();
    assert_eq!((&back.xmp, &back.exif, &back.icc_profile), (&meta.xmp, &meta.exif, &meta.icc_profile));
    let resolution = back.resolution.unwrap();
    assert!(
        (resolution.x - 300.0 / 0.0254).abs() < 1e-3 && (resolution.y - 72.0 / 0.0254).abs() < 1e-3,
        "{resolution:?}"
    );
    assert_eq!(read(&file, &Selection::default()).unwrap().1.as_slice(), picture(&rgb));
    // A code stream has no place for it.
    let stream = write(&picture(&rgb), rgb, &meta, &hint("j2k")).unwrap();
    assert_eq!(open(&stream).unwrap().metadata(0).unwrap().xmp, None);
}

#[test]
fn profile_of_another_number_of_colours_is_left_out() {
    let mut meta = Metadata::default();
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"CMYK");
    meta.icc_profile = Some(profile);
    let rgb = layout(DType::U8, &[16, 16, 3]);
    let file = write(&picture(&rgb), rgb, &meta, &hint("jp2")).unwrap();
    assert_eq!(iio_jpeg2k::info(&file).unwrap().colour, StreamColour::Enumerated(16));
    let cmyk = layout(DType::U8, &[16, 16, 4]);
    let file = write(&picture(&cmyk), cmyk, &meta, &hint("jp2")).unwrap();
    assert_eq!(open(&file).unwrap().info(0).unwrap().colour, Colour::Cmyk);
}

#[test]
fn what_a_file_says_of_itself_is_written_back() {
    let cmyk = layout(DType::U16, &[16, 16, 4]);
    let config = hint("jp2").set("colorspace", "cmyk").set("alpha", false).set("bits_per_sample", 12);
    let mut meta = Metadata::default();
    let tags = [
        ("container", MetaValue::Text("jp2".into())),
        ("xml", MetaValue::Text("<a/>".into())),
        ("geojp2", MetaValue::Bytes(vec![1])),
    ];
    meta.tags.extend(tags.map(|(name, value)| (name.to_owned(), value)));
    let first = write(&picture(&cmyk), cmyk, &meta, &config).unwrap();
    let meta = open(&first).unwrap().metadata(0).unwrap();
    let second = write(&picture(&cmyk), cmyk, &meta, &hint("jp2")).unwrap();
    let info = open(&second).unwrap().info(0).unwrap();
    assert_eq!((info.colour, info.bits, info.extra_samples), (Colour::Cmyk, 12, 0));
    let meta = open(&second).unwrap().metadata(0).unwrap();
    assert_eq!(meta.tag("xml"), Some(&MetaValue::Text("<a/>".into())));
    assert_eq!(meta.tag("geojp2"), Some(&MetaValue::Bytes(vec![1])));
    // Samples that have become larger are not cut.
    let bright: Vec<u8> = [0xff; 2048].to_vec();
    let third = write(&bright, cmyk, &meta, &hint("jp2")).unwrap();
    assert_eq!(open(&third).unwrap().info(0).unwrap().bits, 16);
    assert_eq!(read(&third, &Selection::default()).unwrap().1.as_slice(), bright);
}
