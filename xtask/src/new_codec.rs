//! Makes a codec crate from a template.

use crate::tree;
use crate::{Result, codegen, say};

/// Path in the crate, and text by kind.
const FILES: [(&str, [&str; 3]); 6] = [
    ("Cargo.toml", [include_str!("../templates/Cargo.toml.txt"); 3]),
    (
        "src/lib.rs",
        [
            include_str!("../templates/bytes/lib.rs.txt"),
            include_str!("../templates/array/lib.rs.txt"),
            include_str!("../templates/filter/lib.rs.txt"),
        ],
    ),
    (
        "src/codec.rs",
        [
            include_str!("../templates/bytes/codec.rs.txt"),
            include_str!("../templates/array/codec.rs.txt"),
            include_str!("../templates/filter/codec.rs.txt"),
        ],
    ),
    ("tests/it/main.rs", [include_str!("../templates/main.rs.txt"); 3]),
    (
        "tests/it/format.rs",
        [
            include_str!("../templates/bytes/format.rs.txt"),
            include_str!("../templates/array/format.rs.txt"),
            include_str!("../templates/filter/format.rs.txt"),
        ],
    ),
    (
        "tests/it/suite.rs",
        [
            include_str!("../templates/bytes/suite.rs.txt"),
            include_str!("../templates/array/suite.rs.txt"),
            include_str!("../templates/filter/suite.rs.txt"),
        ],
    ),
];

/// Makes `codecs/NAME` and enters it in the facade.
pub(crate) fn run(name: &str, kind: &str) -> Result {
    let valid = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !valid {
        return Err(format!("{name}: a codec's name is lower case letters and digits, and begins with a letter"));
    }
    let (column, does, model) = match kind {
        "bytes" => (0, "copies its input", "codecs/packbits (our own code) or codecs/zstd (a library underneath)"),
        "array" => (1, "copies its input", "codecs/packints (our own code) or codecs/jpeg2k (a library underneath)"),
        "filter" => (2, "inverts every bit", "codecs/bitorder (any sample) or codecs/delta (numbers along an axis)"),
        _ => return Err(format!("{kind}: the kinds are bytes, array and filter")),
    };
    // Features of the facade have one name space.
    if ["default", "cli", "codecs", "formats"].contains(&name)
        || tree::crates()?.iter().any(|krate| krate.feature == name)
    {
        return Err(format!("{name}: a feature of iio has this name"));
    }
    let folder = tree::root().join("codecs").join(name);
    if folder.exists() {
        return Err(format!("{} exists", folder.display()));
    }
    let mut initials = name.chars();
    let kind_type = initials.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(initials).collect::<String>();
    for (path, texts) in FILES {
        let text = texts.get(column).copied().unwrap_or_default();
        tree::write(&folder.join(path), &text.replace("{{name}}", name).replace("{{Name}}", &kind_type))?;
    }
    codegen::run(false)?;
    // The order of names in lists depends on the name.
    crate::cargo(&["fmt", "--package", &format!("iio-{name}")], &[])?;
    say(&format!(
        "made codecs/{name}: it compiles, {does}, and passes its suite: cargo test -p iio-{name}\n\
         The model to follow is {model}.\n\
         Next: Cargo.toml (description), src/lib.rs (docs, functions), src/codec.rs (INFO, options), tests/it/format.rs\n\
         (vectors from the specification), cargo xtask codegen, a row in benches/src/row.rs, a line in CHANGELOG.md.\n\
         cargo xtask tidy tells what is left to write."
    ));
    Ok(())
}
