//! Files are written, with what goes with the pixels.

use iio_codec::{ArrayRef, Config, ErrorKind};
use iio_core::{MetaValue, Metadata, Selection, WriteImage};

use crate::{create, layout, open, photo, read, write};

fn meta() -> Metadata {
    let mut meta = Metadata::default();
    meta.icc_profile = Some(b"a profile".to_vec());
    meta.exif = Some(b"II*\0\x08\0\0\0".to_vec());
    meta.xmp = Some(b"<x:xmpmeta/>".to_vec());
    meta
}

#[test]
fn metadata_is_read_back() {
    for (shape, config) in [
        (&[9, 8, 3][..], Config::new()),
        (&[9, 8, 4], Config::new().set("lossless", false)),
        (&[3, 9, 8, 3], Config::new()),
    ] {
        let pixels = photo(shape);
        let file = write(&pixels, shape, None, &meta(), &config).unwrap();
        let found = open(&file).unwrap().metadata(0).unwrap();
        assert_eq!((found.icc_profile, found.exif, found.xmp), (meta().icc_profile, meta().exif, meta().xmp));
        let plain = write(&pixels, shape, None, &Metadata::default(), &config).unwrap();
        assert!(plain.len() < file.len());
        let [a, b] = [file, plain].map(|file| read(&file, &Selection::default()).unwrap());
        assert!(a == b);
    }
}

#[test]
fn exif_prefix_is_stripped() {
    let mut with_prefix = meta();
    with_prefix.exif = Some(b"Exif\0\0II*\0".to_vec());
    let file = write(&photo(&[4, 4, 3]), &[4, 4, 3], None, &with_prefix, &Config::new()).unwrap();
    assert_eq!(open(&file).unwrap().metadata(0).unwrap().exif.as_deref(), Some(&b"II*\0"[..]));
}

#[test]
fn images_become_frames_with_their_own_times() {
    let pixels = photo(&[3, 9, 8, 3]);
    let mut writer = create(&Config::new()).unwrap();
    for (frame, ms) in pixels.chunks_exact(9 * 8 * 3).zip([20u64, 500, 70]) {
        let mut meta = meta();
        meta.tags.push(("duration".to_owned(), MetaValue::Uint(ms)));
        meta.tags.push(("loop".to_owned(), MetaValue::Uint(3)));
        let colour = [10u64, 20, 30, 255].map(MetaValue::Uint).to_vec();
        meta.tags.push(("background".to_owned(), MetaValue::List(colour)));
        let pixels = ArrayRef::new(frame, layout(&[9, 8, 3])).unwrap();
        writer.write(&WriteImage { pixels, axes: Some("YXS"), meta: &meta }, None).unwrap();
    }
    let file = writer.finish().unwrap().commit().unwrap().unwrap();
    let reader = open(&file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 3);
    for (index, ms) in [20u64, 500, 70].into_iter().enumerate() {
        let found = reader.metadata(index).unwrap();
        assert_eq!(found.tag("duration"), Some(&MetaValue::Uint(ms)));
        assert_eq!(found.tag("loop"), Some(&MetaValue::Uint(3)));
        assert_eq!(found.tag("background").unwrap().to_string(), "10, 20, 30, 255");
        assert_eq!(found.icc_profile, meta().icc_profile);
        let frame = &pixels[index * 9 * 8 * 3..][..9 * 8 * 3];
        assert_eq!(&read(&file, &Selection::image(index)).unwrap().1[..], frame);
    }
}

#[test]
fn options_come_before_what_images_say() {
    let mut meta = Metadata::default();
    meta.tags.push(("duration".to_owned(), MetaValue::Uint(20)));
    meta.tags.push(("loop".to_owned(), MetaValue::Uint(3)));
    let config = Config::new().set("duration", 44).set("loop", 7);
    let file = write(&photo(&[2, 4, 4, 3]), &[2, 4, 4, 3], None, &meta, &config).unwrap();
    let found = open(&file).unwrap().metadata(1).unwrap();
    assert_eq!((found.tag("duration"), found.tag("loop")), (Some(&MetaValue::Uint(44)), Some(&MetaValue::Uint(7))));
}

#[test]
fn options_of_the_codec_are_followed() {
    let pixels = photo(&[32, 32, 3]);
    let lossy = Config::new().set("lossless", false).set("level", 30).hint("extension", "webp");
    let file = write(&pixels, &[32, 32, 3], None, &Metadata::default(), &lossy).unwrap();
    assert_eq!(open(&file).unwrap().info(0).unwrap().compression, "webp lossy");
    for config in [Config::new().set("level", 101), Config::new().set("quality", 3)] {
        assert_eq!(create(&config).err().map(|error| error.kind()), Some(ErrorKind::InvalidArgument));
    }
}

#[test]
fn planes_are_interleaved() {
    let planes: Vec<u8> = (0..60).collect();
    let file = write(&planes, &[3, 4, 5], Some("SYX"), &Metadata::default(), &Config::new()).unwrap();
    let (layout, pixels) = read(&file, &Selection::default()).unwrap();
    assert_eq!((layout.shape(), &pixels[..6]), (&[4, 5, 3][..], &[0, 20, 40, 1, 21, 41][..]));
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |shape: &[usize]| {
        write(&vec![0; layout(shape).n_bytes()], shape, None, &Metadata::default(), &Config::new()).unwrap_err().kind()
    };
    for shape in [&[8, 8][..], &[8, 8, 2], &[0, 8, 8, 3], &[8, 8, 5], &[16384, 1, 3]] {
        assert_eq!(refused(shape), ErrorKind::InvalidArgument, "{shape:?}");
    }
    assert_eq!(create(&Config::new()).unwrap().finish().err().map(|e| e.kind()), Some(ErrorKind::InvalidArgument));
    // Frames of one animation have one size.
    let mut writer = create(&Config::new()).unwrap();
    let meta = Metadata::default();
    let mut add = |shape: &[usize]| {
        let pixels = photo(shape);
        let pixels = ArrayRef::new(&pixels, layout(shape)).unwrap();
        writer.write(&WriteImage { pixels, axes: None, meta: &meta }, None)
    };
    add(&[8, 8, 3]).unwrap();
    assert_eq!(add(&[8, 9, 3]).unwrap_err().kind(), ErrorKind::InvalidArgument);
}
