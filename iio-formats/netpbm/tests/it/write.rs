//! The writer: variants by extension, several images, metadata.

use iio_codec::{ArrayRef, Config, DType, ErrorKind};
use iio_core::{MetaValue, Metadata, Selection, WriteImage};

use crate::{create, layout, noise, open, read, words, write};

fn hint(extension: &str) -> Config {
    Config::new().hint("extension", extension)
}

fn one(dtype: DType, shape: &[usize], config: &Config) -> iio_codec::Result<Vec<u8>> {
    let layout = layout(dtype, shape);
    write(&[(&vec![1; layout.n_bytes()], layout)], &Metadata::default(), config)
}

#[test]
fn extension_picks_the_variant_and_pnm_takes_what_fits() {
    let magic = |dtype, shape: &[usize], extension| one(dtype, shape, &hint(extension)).unwrap()[..2].to_vec();
    assert_eq!(magic(DType::Bool, &[2, 2], "pnm"), b"P4");
    assert_eq!(magic(DType::U8, &[2, 2], "pnm"), b"P5");
    assert_eq!(magic(DType::U16, &[2, 2, 3], "pnm"), b"P6");
    assert_eq!(magic(DType::U8, &[2, 2, 4], "pnm"), b"P7");
    assert_eq!(magic(DType::F32, &[2, 2], "pnm"), b"Pf");
    assert_eq!(magic(DType::F32, &[2, 2, 3], "pfm"), b"PF");
    assert_eq!(magic(DType::U8, &[2, 2], "pam"), b"P7");
    assert_eq!(magic(DType::U8, &[2, 2, 1], "pgm"), b"P5");
}

#[test]
fn extension_that_does_not_go_with_the_array_is_refused_with_what_fits() {
    let error = one(DType::U8, &[2, 2], &hint("ppm")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "ppm takes uint8 or uint16 [height, width, 3], got uint8 [2, 2], which pgm takes");
    assert_eq!(one(DType::U8, &[2, 2], &hint("ppm").set("variant", "pgm")).unwrap()[..2], *b"P5");
}

#[test]
fn options_have_an_effect() {
    let config = |key: &str, value: &str| Config::new().set(key, value);
    assert_eq!(one(DType::U8, &[1, 2], &config("ascii", "true")).unwrap(), b"P2\n2 1\n255\n1 1\n");
    assert_eq!(one(DType::U8, &[1, 2], &config("maxval", "7")).unwrap(), b"P5\n2 1\n7\n\x01\x01");
    assert_eq!(one(DType::U8, &[1, 2], &config("comment", "hello")).unwrap(), b"P5\n# hello\n2 1\n255\n\x01\x01");
    let file = one(DType::U8, &[1, 1, 2], &config("tuple_type", "XY")).unwrap();
    assert_eq!(file, b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE XY\nENDHDR\n\x01\x01");
    let file = one(DType::U8, &[1, 1], &config("variant", "pam")).unwrap();
    assert_eq!(file, b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\x01");
    assert_eq!(one(DType::U8, &[1, 1], &config("variant", "gif")).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn images_are_appended() {
    let (gray, rgb) = (noise(12), noise(2 * 36));
    let images = [(&gray[..], layout(DType::U8, &[3, 4])), (&rgb[..], layout(DType::U16, &[3, 4, 3]))];
    let file = write(&images, &Metadata::default(), &hint("pnm")).unwrap();
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 2);
    for (index, (samples, layout)) in images.iter().enumerate() {
        let (found, decoded) = read(&file, &Selection::image(index)).unwrap();
        assert_eq!((found, decoded.as_slice()), (*layout, *samples));
    }
    let error = write(&images, &Metadata::default(), &hint("pnm").set("ascii", true)).unwrap_err();
    assert_eq!(error.message(), "a plain file holds one image, this is the second");
}

#[test]
fn stacks_become_images_and_planes_become_samples() {
    let samples = noise(2 * 3 * 4 * 5);
    let pixels = ArrayRef::new(&samples, layout(DType::U8, &[2, 3, 4, 5])).unwrap();
    let file = |axes| {
        let mut writer = create(&hint("pnm")).unwrap();
        writer.write(&WriteImage { pixels, axes: Some(axes), meta: &Metadata::default() }, None).unwrap();
        writer.finish().unwrap().commit().unwrap().unwrap()
    };
    assert_eq!(open(&file("TZYX")).unwrap().n_images().unwrap(), 6);
    assert_eq!(read(&file("TZYX"), &Selection::image(5)).unwrap().1.as_slice(), &samples[100..]);
    assert_eq!(read(&file("TYXS"), &Selection::image(1)).unwrap().1.as_slice(), &samples[60..]);
    let (found, decoded) = read(&file("TSYX"), &Selection::image(1)).unwrap();
    assert_eq!(found, layout(DType::U8, &[4, 5, 3]));
    assert_eq!(decoded[..4], [samples[60], samples[80], samples[100], samples[61]]);
}

#[test]
fn what_a_file_says_of_itself_is_written_back() {
    for file in [
        &b"P5\n# one\n# two\n2 1\n15\n\x01\x0f"[..],
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE XY\nENDHDR\nxy",
        b"PF\n1 1\n-0.5\nabcdefghijkl",
    ] {
        let reader = open(file).unwrap();
        let meta = reader.metadata(0).unwrap();
        let (layout, samples) = read(file, &Selection::default()).unwrap();
        let again = write(&[(&samples, layout)], &meta, &hint("pnm")).unwrap();
        assert_eq!(again.escape_ascii().to_string(), file.escape_ascii().to_string());
    }
}

#[test]
fn metadata_that_no_longer_agrees_is_left_out() {
    let mut meta = Metadata::default();
    let tags = [
        ("magic", MetaValue::Text("P7".into())),
        ("maxval", MetaValue::Uint(15)),
        ("tuple_type", MetaValue::Text("RGB".into())),
    ];
    meta.tags.extend(tags.map(|(key, value)| (key.to_owned(), value)));
    let file = write(&[(&[16], layout(DType::U8, &[1, 1]))], &meta, &hint("pam")).unwrap();
    assert_eq!(file, b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\x10");
    let file = write(&[(&words(&[3]), layout(DType::U16, &[1, 1]))], &meta, &hint("pgm")).unwrap();
    assert_eq!(file, b"P5\n1 1\n65535\n\x00\x03");
}

#[test]
fn an_image_that_fails_halfway_spoils_the_file() {
    let mut writer = create(&hint("pgm").set("maxval", 5)).unwrap();
    let meta = Metadata::default();
    let mut image = |samples: &[u8]| {
        let pixels = ArrayRef::new(samples, layout(DType::U8, &[1, 1])).unwrap();
        writer.write(&WriteImage { pixels, axes: None, meta: &meta }, None)
    };
    assert!(image(&[6]).unwrap_err().message().contains("exceeds maxval"));
    assert!(image(&[1]).unwrap_err().message().contains("earlier image"));
    assert!(writer.finish().is_err());
}

#[test]
fn a_file_without_images_is_refused() {
    let error = create(&hint("pgm")).unwrap().finish().err().unwrap();
    assert_eq!(error.to_string(), "netpbm: no image was written");
}

#[test]
fn progress_reaches_the_end() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let last = AtomicU64::new(0);
    let n = 1 << 20;
    let samples = noise(n);
    let pixels = ArrayRef::new(&samples, layout(DType::U8, &[1024, 1024])).unwrap();
    let mut writer = create(&hint("pgm")).unwrap();
    let report = |done, total| {
        assert_eq!(total, n as u64);
        assert!(last.swap(done, Ordering::Relaxed) < done);
    };
    writer.write(&WriteImage { pixels, axes: Some("YX"), meta: &Metadata::default() }, Some(&report)).unwrap();
    assert_eq!(last.load(Ordering::Relaxed), n as u64);
}
