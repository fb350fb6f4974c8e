//! Real files, where the corpus is at hand.

use std::path::PathBuf;

use iio_webp::{DecodeOptions, decode};

/// The folder of a repository of the corpus, or a message.
fn folder(name: &str) -> Option<PathBuf> {
    let corpus = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = corpus.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// Two pictures, each coded in sixteen ways: every combination of the four transforms.
#[test]
fn lossless_streams_of_one_picture_are_equal() {
    let Some(folder) = folder("webmproject+libwebp-test-data") else { return };
    for picture in [1, 2] {
        let read = |n: u32| {
            let name = format!("lossless_vec_{picture}_{n}.webp");
            decode(&std::fs::read(folder.join(name)).unwrap(), &DecodeOptions::default()).unwrap()
        };
        let first = read(0);
        for n in 1..16 {
            assert!(read(n) == first, "picture {picture}, {n}");
        }
    }
}
