//! The files of the reference, if the corpus is there.

use std::path::PathBuf;

use iio_brotli::{EncodeOptions, decode, decode_into, encode};

#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn files() -> Vec<(String, Vec<u8>)> {
    let root = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(root.join("google+brotli/tests/testdata")) else {
        eprintln!("skipped: no corpus, set IIO_CORPUS");
        return Vec::new();
    };
    let read = |entry: std::fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(|entry| read(entry.unwrap())).collect()
}

#[test]
fn files_of_the_reference_decode() {
    for (name, src) in files() {
        let decoded = decode(&src).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut dst = vec![0xa5; decoded.len()];
        let progress = decode_into(&src, &mut dst).unwrap();
        assert!(progress.complete && dst == decoded, "{name}");
        match name.split('.').next() {
            Some("empty") => assert!(decoded.is_empty(), "{name}"),
            Some("x") => assert_eq!(decoded, b"X", "{name}"),
            Some("10x10y") => assert_eq!(decoded, b"XXXXXXXXXXYYYYYYYYYY"),
            Some("64x") => assert_eq!(decoded, [b'X'; 64]),
            Some("zeros") => assert_eq!(decoded, vec![0; 262_144]),
            Some("alice29") => assert_eq!(decoded.len(), 152_089),
            _ => assert!(!decoded.is_empty(), "{name}"),
        }
        let again = encode(&decoded, &EncodeOptions::default()).unwrap();
        assert!(decode(&again).unwrap() == decoded, "{name}");
    }
}
