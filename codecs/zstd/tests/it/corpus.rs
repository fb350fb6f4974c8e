//! The golden files of the reference, if the corpus is there.

use std::path::PathBuf;

use iio_codec::ErrorKind;
use iio_zstd::{DecodeOptions, decode, decode_exact};

#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn golden(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(root.join("facebook+zstd/tests").join(folder)) else {
        eprintln!("skipped: no corpus, set IIO_CORPUS");
        return Vec::new();
    };
    let read = |path: PathBuf| (path.display().to_string(), std::fs::read(&path).unwrap());
    entries.map(|entry| read(entry.unwrap().path())).collect()
}

#[test]
fn golden_files_decode() {
    for (name, src) in golden("golden-decompression") {
        let decoded = decode(&src, &DecodeOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut dst = vec![0xa5; decoded.len()];
        decode_exact(&src, &mut dst, &DecodeOptions::default()).unwrap();
        assert!(dst == decoded, "{name}");
    }
}

#[test]
fn golden_errors_are_typed() {
    for (name, src) in golden("golden-decompression-errors") {
        let error = decode(&src, &DecodeOptions::default()).expect_err(&name);
        assert!(matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated), "{name}: {error:?}");
    }
}
