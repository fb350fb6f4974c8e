//! Checks the invariants of ARCHITECTURE.md that a machine can check.

use std::path::Path;

use crate::tree::{self, Crate, shown};
use crate::{Result, codegen, say};

/// Lines of a file beyond which it is to be split.
const FILE_LINES: usize = 800;

/// Which crates stand on which codecs: where a stream or a container is defined on another.
const STANDS_ON: [(&str, &[&str]); 15] = [
    ("iio-zlib", &["iio-deflate"]),
    ("iio-gzip", &["iio-deflate"]),
    ("iio-floatpred", &["iio-delta", "iio-byteshuffle"]),
    ("iio-float24", &["iio-floatpred"]),
    ("iio-byteshuffle", &["iio-delta"]),
    ("iio-xor", &["iio-delta"]),
    ("iio-bitshuffle", &["iio-byteshuffle"]),
    ("iio-bslz4", &["iio-bitshuffle", "iio-lz4", "iio-zstd"]),
    ("iio-lz4f", &["iio-lz4"]),
    ("iio-lz4h5", &["iio-lz4"]),
    ("iio-mozjpeg", &["iio-jpeg8"]),
    ("iio-format-png", &["iio-zlib", "iio-deflate"]),
    ("iio-format-gif", &["iio-lzw"]),
    ("iio-format-jp2", &["iio-jpeg2k"]),
    ("iio-format-webp", &["iio-webp"]),
];

/// Words of the templates that say that a text is still to be written.
const SCAFFOLD: [&str; 5] = [
    "say what it is and where it occurs",
    "As scaffolded",
    "as scaffolded",
    "Writers that deviate, and the option that reads them.",
    "Specification with version and section.",
];

/// Checks all rules and lists every breach.
pub(crate) fn run() -> Result {
    let crates = tree::crates()?;
    let mut breaches = Vec::new();
    for krate in &crates {
        imports_go_down(krate, &mut breaches)?;
        codec_is_complete(krate, &mut breaches)?;
        tier_is_true(krate, &mut breaches)?;
        no_io(krate, &mut breaches)?;
    }
    core_is_low(&mut breaches)?;
    for folder in ["codecs", "iio-core", "iio-formats", "iio", "benches", "xtask", "fuzz"] {
        for file in tree::rust_files(&tree::root().join(folder))? {
            sources_are_clean(&file, &mut breaches)?;
        }
    }
    if let Err(message) = codegen::run(true) {
        breaches.extend(message.lines().map(str::to_owned));
    }
    if breaches.is_empty() {
        say(&format!("tidy: {} codec and format crates keep the rules", crates.len()));
        return Ok(());
    }
    Err(format!("{}\ntidy: {} breaches", breaches.join("\n"), breaches.len()))
}

/// The packages of ours that a manifest names under `[dependencies]`.
fn our_dependencies(manifest: &Path) -> Result<Vec<String>> {
    let text = tree::read(manifest)?;
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-dependencies");
        } else if inside && line.starts_with("iio") {
            found.extend(line.split(['=', ' ', '.']).next().map(str::to_owned));
        }
    }
    Ok(found)
}

/// A codec stands on `iio-codec`, a format on `iio-codec` and `iio-core`, and both on the codecs that [`STANDS_ON`] names.
fn imports_go_down(krate: &Crate, breaches: &mut Vec<String>) -> Result {
    let manifest = krate.path.join("Cargo.toml");
    let leaves = STANDS_ON.iter().find(|(package, _)| *package == krate.package).map_or(&[][..], |(_, leaves)| *leaves);
    for name in our_dependencies(&manifest)? {
        let below = name == "iio-codec" || (krate.is_format && name == "iio-core") || leaves.contains(&name.as_str());
        if !below {
            breaches.push(format!(
                "{}: depends on {name}. A codec may depend on iio-codec, a format on iio-core too; what is defined on \
                 another codec is named in STANDS_ON of xtask/src/tidy.rs",
                shown(&manifest)
            ));
        }
    }
    Ok(())
}

fn core_is_low(breaches: &mut Vec<String>) -> Result {
    for (folder, allowed) in [("codecs/core", &[][..]), ("iio-core", &["iio-codec"][..])] {
        let manifest = tree::root().join(folder).join("Cargo.toml");
        for name in our_dependencies(&manifest)? {
            if !allowed.contains(&name.as_str()) {
                breaches.push(format!("{}: depends on {name}", shown(&manifest)));
            }
        }
    }
    for manifest in std::fs::read_dir(tree::root().join("vendor")).into_iter().flatten().flatten() {
        let manifest = manifest.path().join("Cargo.toml");
        if manifest.is_file() && !our_dependencies(&manifest)?.is_empty() {
            breaches.push(format!("{}: vendor depends on nothing of ours", shown(&manifest)));
        }
    }
    Ok(())
}

/// A codec runs the conformance suite, and its docs have the sections of CONTRIBUTING.md in order.
fn codec_is_complete(krate: &Crate, breaches: &mut Vec<String>) -> Result {
    if krate.codec.is_none() && krate.format.is_none() {
        breaches.push(format!("{}: neither INFO nor FORMAT", shown(&krate.path)));
    }
    if krate.codec.is_none() {
        return Ok(());
    }
    let tests = tree::rust_files(&krate.path.join("tests"))?;
    let mut conforms = false;
    for test in &tests {
        conforms |= tree::read(test)?.contains("conformance!(");
    }
    if !conforms {
        breaches.push(format!("{}: does not run the conformance suite", shown(&krate.path)));
    }
    let docs = tree::read(&krate.path.join("src/lib.rs"))?;
    let mut at = 0;
    for section in ["# Format", "# Example", "# Limits and guarantees", "# Sources"] {
        match docs.get(at..).and_then(|rest| rest.find(&format!("//! {section}"))) {
            Some(found) => at += found,
            None => breaches.push(format!("{}/src/lib.rs: no section `{section}` in its place", shown(&krate.path))),
        }
    }
    for file in tree::rust_files(&krate.path)?.into_iter().chain([krate.path.join("Cargo.toml")]) {
        for (number, line) in tree::read(&file)?.lines().enumerate() {
            if let Some(words) = SCAFFOLD.iter().find(|words| line.contains(**words)) {
                breaches.push(format!("{}:{}: `{words}` is left from the scaffold", shown(&file), number + 1));
            }
        }
    }
    Ok(())
}

/// Only a codec whose own code is safe is of tier 1.
fn tier_is_true(krate: &Crate, breaches: &mut Vec<String>) -> Result {
    if krate.codec.as_ref().is_none_or(|codec| codec.text("tier") != "Tier::Safe") {
        return Ok(());
    }
    for file in tree::rust_files(&krate.path.join("src"))? {
        if tree::read(&file)?.lines().any(is_unsafe) {
            let file = shown(&file);
            breaches.push(format!("{file}: unsafe in a codec of Tier::Safe: it is Tier::Fuzzed, or Tier::Named"));
        }
    }
    Ok(())
}

fn is_unsafe(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"].iter().any(|word| code.contains(word))
}

/// Codecs and formats do no I/O, hold no global state and spawn no thread.
fn no_io(krate: &Crate, breaches: &mut Vec<String>) -> Result {
    let forbidden = [
        "std::fs",
        "std::net",
        "std::thread",
        "std::process",
        "println!",
        "OnceLock",
        "LazyLock",
        "static mut",
        "thread_local!",
    ];
    for file in tree::rust_files(&krate.path.join("src"))? {
        for (number, line) in tree::read(&file)?.lines().enumerate() {
            if let Some(word) =
                forbidden.iter().find(|word| line.contains(**word) && !line.trim_start().starts_with("//"))
            {
                breaches.push(format!("{}:{}: {word} in a codec or format", shown(&file), number + 1));
            }
        }
    }
    Ok(())
}

/// The rooms where unsafe may live.
fn unsafe_room(file: &Path) -> bool {
    let path = shown(file);
    let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name == "ffi.rs"
        || path.contains("/ffi/")
        || path.contains("/simd/")
        || path == "codecs/core/src/aligned.rs"
        || path == "codecs/core/src/view.rs"
        || path == "iio-core/src/mmap.rs"
}

fn sources_are_clean(file: &Path, breaches: &mut Vec<String>) -> Result {
    let text = tree::read(file)?;
    let lines = text.lines().count();
    if lines > FILE_LINES {
        breaches.push(format!("{}: {lines} lines, split it", shown(file)));
    }
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let place = || format!("{}:{}", shown(file), number + 1);
        if is_unsafe(line) && !unsafe_room(file) && !shown(file).starts_with("xtask/") {
            breaches.push(format!("{}: unsafe outside of its rooms", place()));
        }
        let unfinished = [concat!("todo", "!("), concat!("unimplemented", "!(")];
        if unfinished.iter().any(|word| code.contains(word)) {
            breaches.push(format!("{}: unfinished", place()));
        }
    }
    Ok(())
}
