//! What iio makes of a file of the corpus, and how that compares with the reference decoder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use iio::{Env, ErrorKind, ReadOptions, Selection};

/// The outcome for one image: `uint8 31x32x3 0123abcd`, or `error malformed`.
pub(crate) type Outcome = Result<String, ErrorKind>;

/// The corpus, if it is there. `IIO_REQUIRE_CORPUS` makes its absence a failure.
pub(crate) fn corpus() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = std::env::var_os("IIO_CORPUS").map_or_else(|| here.join("../../shared/corpus"), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("IIO_REQUIRE_CORPUS").is_none(), "no corpus at {}", path.display());
    eprintln!("skipped: no corpus at {} (set IIO_CORPUS)", path.display());
    None
}

/// Limits that let a broken file fail early on a machine of any size.
pub(crate) fn env() -> Env {
    iio::default_env().with_total_output_bytes(1 << 30)
}

/// Reads every level of every image.
pub(crate) fn observe(path: &Path) -> Vec<Outcome> {
    let file = match iio::imopen(path, &ReadOptions::default().with_env(env())) {
        Ok(file) => file,
        Err(error) => return vec![Err(error.kind())],
    };
    let n = match file.n_images() {
        Ok(n) => n,
        Err(error) => return vec![Err(error.kind())],
    };
    let mut outcomes = Vec::new();
    for image in 0..n {
        let levels = match file.info(image) {
            // The levels of a wavelet stream are computed: the reference has the full image only.
            Ok(_) if file.format().name == "jp2" => 1,
            Ok(info) => info.levels.len(),
            Err(error) => {
                outcomes.push(Err(error.kind()));
                continue;
            }
        };
        for level in 0..levels {
            let pixels = file.read(&Selection::image(image).with_level(level));
            outcomes.push(pixels.map(|pixels| digest(&pixels)).map_err(|error| error.kind()));
        }
    }
    outcomes
}

fn digest(image: &iio::NdImage) -> String {
    let shape: Vec<_> = image.shape().iter().map(ToString::to_string).collect();
    format!("{} {} {:08x}", image.dtype(), shape.join("x"), iio_deflate::crc32(0, image.as_bytes()))
}

/// One line that changes with any outcome: the outcomes if they are few, else their number and checksum.
pub(crate) fn summary(outcomes: &[Outcome]) -> String {
    let texts: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(digest) => digest.clone(),
            Err(kind) => format!("error {}", kind.name()),
        })
        .collect();
    let line = texts.join(", ");
    if texts.len() <= 2 {
        line
    } else {
        format!("{} images {:08x}", texts.len(), iio_deflate::crc32(0, line.as_bytes()))
    }
}

/// What the reference decoders made of each file, from `reference.py`: `None` stands for an error.
pub(crate) fn reference(path: &Path) -> std::io::Result<BTreeMap<String, Vec<Option<String>>>> {
    let mut files: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let outcome = match columns.as_slice() {
            [_, _, _, "error", ..] => None,
            [_, _, _, dtype, shape, crc] => Some(format!("{dtype} {shape} {crc}")),
            _ => continue,
        };
        files.entry(columns[0].to_owned()).or_default().push(outcome);
    }
    Ok(files)
}

/// How our outcomes compare with those of the reference.
pub(crate) fn fate(ours: &[Outcome], theirs: &[Option<String>]) -> &'static str {
    let read: Vec<_> = ours.iter().flatten().collect();
    let expected: Vec<_> = theirs.iter().flatten().collect();
    // Reduced pages are levels of ours, and pages of theirs; the order is the same, but some of theirs are not ours.
    let mut rest = expected.iter();
    let equal = read.iter().all(|digest| rest.any(|other| other == digest));
    let unsupported = ours.iter().any(|outcome| matches!(outcome, Err(ErrorKind::Unsupported)));
    let refused = ours.iter().any(Outcome::is_err);
    match (refused, theirs.iter().any(Option::is_none)) {
        _ if read.is_empty() && expected.is_empty() => "refused",
        _ if expected.is_empty() => "lenient",
        _ if !equal => "different",
        _ if unsupported => "unimplemented",
        (true, false) => "stricter",
        (false, false) if read.len() == expected.len() => "equal",
        (false, false) => "equal, fewer images",
        (true, true) => "equal, then refused",
        (false, true) => "equal, lenient",
    }
}
