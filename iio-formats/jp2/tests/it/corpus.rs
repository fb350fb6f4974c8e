//! Real files. Skipped where the corpus is absent.

use std::path::{Path, PathBuf};

use iio_codec::{Config, DType, ErrorKind};
use iio_core::{Colour, Selection, Source};
use iio_format_jp2::FORMAT;

use crate::{env, layout, open, read};

fn corpus() -> Option<PathBuf> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus"));
    let folder = std::env::var_os("IIO_CORPUS").map_or_else(default, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no corpus at {}", folder.display());
    None
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let extension = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            files(&path, into);
        } else if FORMAT.extensions.contains(&&*extension) {
            into.push(path);
        }
    }
}

#[test]
fn all_files_are_described_and_their_lowest_level_is_read_or_they_are_refused() {
    let Some(folder) = corpus() else { return };
    let mut all = Vec::new();
    files(&folder, &mut all);
    let mut refused = Vec::new();
    for path in &all {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = std::fs::File::open(path).unwrap();
        let source = Source::from_file(file, &name).unwrap();
        let outcome = (|| {
            let reader = (FORMAT.open.unwrap())(&source, &Config::new(), &env())?;
            let info = reader.info(0)?;
            reader.metadata(0)?;
            let level = info.levels.len() - 1;
            let plan = reader.plan(&Selection::default().with_level(level))?;
            assert_eq!(plan.layout, info.levels[level].layout, "{name}");
            plan.read(&source, &env(), None)
        })();
        if let Err(error) = outcome {
            assert!(matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated), "{name}: {error}");
            refused.push(name);
        }
    }
    refused.sort();
    let broken = [
        "balloon_eciRGBv2_aware.jp2",
        "not_enough_data.jp2",
        "unbound_variable.jp2",
        "unknown_mode.j2k",
        "zero_height.j2k",
    ];
    assert!(all.len() > 100, "{} files", all.len());
    assert_eq!(refused, broken);
}

#[test]
fn metadata_of_conformance_files_is_found() {
    let Some(folder) = corpus() else { return };
    let conformance =
        |name: &str| std::fs::read(folder.join("uclouvain+openjpeg-data/input/conformance").join(name)).unwrap();
    let reader = open(&conformance("file1.jp2")).unwrap();
    assert_eq!(reader.metadata(0).unwrap().tags.iter().filter(|(name, _)| name == "xml").count(), 2);
    let reader = open(&conformance("file5.jp2")).unwrap();
    assert_eq!(reader.metadata(0).unwrap().icc_profile.map(|profile| profile.len()), Some(546));
    let reader = open(&conformance("file6.jp2")).unwrap();
    let info = reader.info(0).unwrap();
    assert_eq!((info.bits, info.colour, info.levels[0].layout), (12, Colour::Gray, layout(DType::U16, &[512, 768])));
    // A palette becomes colours.
    let (found, _) = read(&conformance("file9.jp2"), &Selection::default().with_level(3)).unwrap();
    assert_eq!(found, layout(DType::U8, &[64, 96, 3]));
}
