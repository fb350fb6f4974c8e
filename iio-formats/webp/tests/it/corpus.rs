//! Real files, where the corpus is at hand.

use std::path::{Path, PathBuf};

use iio_core::{ReadPlan, Selection, Source};
use iio_webp::DecodeOptions;

use crate::{env, open};

fn files(folder: &Path, to: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, to);
        } else if path.extension().is_some_and(|extension| extension == "webp") {
            to.push(path);
        }
    }
}

/// The codec decodes all frames at once, the reader each by itself and all of them as a stack.
#[test]
fn frames_are_those_of_the_codec() {
    let corpus = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    if paths.is_empty() {
        eprintln!("skipped: no files in {}", corpus.display());
    }
    for path in paths {
        let file = std::fs::read(&path).unwrap();
        let (layout, pixels) = iio_webp::decode(&file, &DecodeOptions::default()).unwrap();
        let reader = open(&file).unwrap();
        let n = reader.n_images().unwrap();
        let expected = if n == 1 { 3 } else { 4 };
        assert_eq!(layout.ndim(), expected, "{}", path.display());
        let source = Source::from_bytes(file);
        let plans: Vec<_> = (0..n).map(|image| reader.plan(&Selection::image(image)).unwrap()).collect();
        for (plan, frame) in plans.iter().zip(pixels.chunks_exact(pixels.len() / n)) {
            assert!(plan.read(&source, &env(), None).unwrap()[..] == *frame, "{}", path.display());
        }
        let stack = ReadPlan::stack(plans).unwrap().read(&source, &env(), None).unwrap();
        assert!(stack[..] == pixels[..], "{}", path.display());
        for image in 0..n {
            reader.info(image).unwrap();
            reader.metadata(image).unwrap();
        }
    }
}
