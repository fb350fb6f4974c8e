//! The fate of every file of the corpus: pixels equal to the reference decoder, refused by both, or not implemented yet.
//!
//! `tests/corpus/expected.tsv` holds it, so that a change of any file's fate is seen. To renew it: make `reference.tsv`
//! by `tests/corpus/reference.py`, then
//! `IIO_REFERENCE=reference.tsv cargo test --release -p iio --test it -- --ignored expected_fates_are_written`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::fate;

fn table() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/expected.tsv")
}

/// path -> (fate, summary, note)
fn expected() -> BTreeMap<String, (String, String, String)> {
    let text = std::fs::read_to_string(table()).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut columns = line.splitn(4, '\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        (next(), (next(), next(), next()))
    });
    rows.collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_file_has_its_expected_fate() {
    let Some(corpus) = fate::corpus() else { return };
    let mut changed = Vec::new();
    let expected = expected();
    assert!(expected.len() > 300, "the table is there");
    for (path, (fate, summary, _)) in &expected {
        let now = fate::summary(&fate::observe(&corpus.join(path)));
        if now != *summary {
            changed.push(format!("{path}: was {fate} ({summary}), is {now}"));
        }
    }
    assert!(changed.is_empty(), "{} files changed:\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn no_file_differs_from_the_reference_without_an_explanation() {
    for (path, (fate, _, note)) in expected() {
        let silent = ["equal", "refused", "unimplemented"].contains(&fate.as_str());
        assert!(silent || !note.is_empty(), "{path}: {fate} without a note");
    }
}

#[test]
fn info_on_any_file_ends_with_a_description_or_an_error_of_one_line() {
    let Some(corpus) = fate::corpus() else { return };
    let mut paths = Vec::new();
    files(&corpus, &mut paths);
    assert!(paths.len() > 2000, "{} files", paths.len());
    for path in paths {
        let described = iio::imopen(&path, &iio::ReadOptions::default()).and_then(|file| {
            let n = file.n_images()?;
            (0..n).try_for_each(|image| file.info(image).and_then(|_| file.metadata(image)).map(|_| ()))
        });
        if let Err(error) = described {
            assert_ne!(error.kind(), iio::ErrorKind::Internal, "{}: {error}", path.display());
            assert!(!error.to_string().contains('\n'), "{}: {error}", path.display());
        }
    }
}

#[test]
#[ignore = "writes tests/corpus/expected.tsv; needs IIO_REFERENCE"]
fn expected_fates_are_written() {
    let corpus = fate::corpus().unwrap();
    let reference = fate::reference(Path::new(&std::env::var_os("IIO_REFERENCE").unwrap())).unwrap();
    let notes: BTreeMap<_, _> = if table().exists() { expected() } else { BTreeMap::new() };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut text = String::from(
        "# Fate of each file of the corpus; see tests/it/corpus.rs. Columns: path, fate against the reference, what iio\n\
         # gives (dtype, shape, CRC-32 of the samples), explanation where the fate is not plain.\n",
    );
    for (path, theirs) in &reference {
        let ours = fate::observe(&corpus.join(path));
        let fate = fate::fate(&ours, theirs);
        *counts.entry(fate).or_default() += 1;
        let note = notes.get(path).filter(|row| row.0 == fate).map_or("", |row| row.2.as_str());
        let tab = if note.is_empty() { "" } else { "\t" };
        writeln!(text, "{path}\t{fate}\t{}{tab}{note}", fate::summary(&ours)).unwrap();
    }
    std::fs::write(table(), text).unwrap();
    eprintln!("{counts:?}");
}
