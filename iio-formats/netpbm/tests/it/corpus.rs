//! Real files that hold the same picture in several ways. Skipped where the corpus is absent.

use std::path::PathBuf;

use iio_codec::{DType, ErrorKind};
use iio_core::Selection;

use crate::{layout, read};

/// Bytes of a file; `None`, with a message, if there is no corpus.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    let folder = std::env::var_os("IIO_CORPUS").map_or_else(default, PathBuf::from);
    if !folder.is_dir() {
        println!("skipped: no corpus at {}", folder.display());
        return None;
    }
    Some(std::fs::read(folder.join(name)).unwrap())
}

#[test]
fn plain_and_raw_files_of_one_picture_are_equal() {
    let folder = "python-pillow+Pillow/Tests/images";
    for (one, other, expected) in [
        ("hopper_8bit.ppm", "hopper_8bit_plain.ppm", layout(DType::U8, &[128, 128, 3])),
        ("hopper_8bit.pgm", "hopper_8bit_plain.pgm", layout(DType::U8, &[128, 128])),
        ("hopper_16bit.pgm", "hopper_16bit_plain.pgm", layout(DType::U16, &[128, 128])),
        ("hopper.pfm", "hopper_be.pfm", layout(DType::F32, &[128, 128])),
    ] {
        let Some(raw) = corpus(&format!("{folder}/{one}")) else { return };
        let Some(plain) = corpus(&format!("{folder}/{other}")) else { return };
        assert_ne!(raw, plain);
        let (found, samples) = read(&raw, &Selection::default()).unwrap();
        assert_eq!(found, expected);
        assert!(read(&plain, &Selection::default()).unwrap().1.as_slice() == samples.as_slice(), "{one}");
    }
}

#[test]
fn negative_size_is_malformed() {
    let Some(file) = corpus("python-pillow+Pillow/Tests/images/negative_size.ppm") else { return };
    let error = read(&file, &Selection::default()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(2)), "{error}");
}
