//! BMP Suite: files that hold the same picture in several ways, and files that are broken. Skipped where the corpus is
//! absent.

use std::path::PathBuf;

use iio_codec::ErrorKind;
use iio_format_bmp::{DecodeOptions, decode};

/// Bytes of a file; `None`, with a message, if there is no corpus.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let root = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let file = std::fs::read(root.join("python-pillow+Pillow/Tests/images/bmp").join(name)).ok();
    if file.is_none() {
        println!("skipped: no {name} in {}", root.display());
    }
    file
}

#[test]
fn files_of_one_picture_are_equal() {
    for names in [
        &[
            "g/pal8.bmp",
            "g/pal8-0.bmp",
            "g/pal8os2.bmp",
            "g/pal8rle.bmp",
            "g/pal8topdown.bmp",
            "g/pal8v4.bmp",
            "q/pal8os2sp.bmp",
            "q/pal8os2v2.bmp",
            "q/pal8os2v2-16.bmp",
            "b/rletopdown.bmp",
        ][..],
        &["g/pal4.bmp", "g/pal4rle.bmp"],
        &["g/pal1.bmp", "g/pal1wb.bmp", "b/badplanes.bmp", "b/badfilesize.bmp", "b/badbitssize.bmp", "b/baddens1.bmp"],
    ] {
        let Some(first) = corpus(names[0]) else { return };
        let first = decode(&first, &DecodeOptions::default()).unwrap();
        for name in &names[1..] {
            let Some(file) = corpus(name) else { return };
            assert!(decode(&file, &DecodeOptions::default()).unwrap() == first, "{name}");
        }
    }
}

#[test]
fn broken_files_are_refused() {
    for (name, kind) in [
        ("b/badbitcount.bmp", ErrorKind::Malformed),
        ("b/badheadersize.bmp", ErrorKind::Malformed),
        ("b/badpalettesize.bmp", ErrorKind::Malformed),
        ("b/badrle.bmp", ErrorKind::Malformed),
        ("b/badwidth.bmp", ErrorKind::Malformed),
        ("b/pal8badindex.bmp", ErrorKind::Malformed),
        ("b/shortfile.bmp", ErrorKind::Truncated),
    ] {
        let Some(file) = corpus(name) else { return };
        let error = decode(&file, &DecodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{name}: {error}");
    }
}
