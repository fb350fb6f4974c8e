//! Real files, where the corpus is at hand.

use std::path::PathBuf;

use iio_jpeg8::{DecodeOptions, decode, header};

/// Whatever lies in these folders gives an image of the layout that the header tells, or an error.
#[test]
fn every_file_decodes_as_its_header_says_or_is_refused() {
    let corpus = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let mut decoded = 0;
    for folder in ["python-pillow+Pillow/Tests/images", "libjpeg-turbo+libjpeg-turbo/testimages"] {
        let Ok(entries) = std::fs::read_dir(corpus.join(folder)) else {
            eprintln!("skipped: {folder} is not there");
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ext| ext != "jpg") {
                continue;
            }
            let src = std::fs::read(&path).unwrap();
            let options = DecodeOptions::default();
            if let Ok((layout, samples)) = decode(&src, &options) {
                assert_eq!(header(&src, &options).unwrap().layout, layout);
                assert_eq!(samples.len(), layout.n_bytes());
                decoded += 1;
            }
        }
    }
    assert!(decoded == 0 || decoded > 20, "{decoded} files decoded");
}
