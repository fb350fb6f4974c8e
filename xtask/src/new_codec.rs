//! Makes a codec crate from a template.

use crate::tree;
use crate::{Result, codegen, say};

/// Path in the crate, and text by kind.
const FILES: [(&str, [&str; 3]); 5] = [
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
    ("tests/it/suite.rs", [include_str!("../templates/suite.rs.txt"); 3]),
];

/// Makes `codecs/NAME` and enters it in the facade.
pub(crate) fn run(name: &str, kind: &str) -> Result {
    let valid = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !valid {
        return Err(format!("{name}: a codec's name is lower case letters and digits, and begins with a letter"));
    }
    let column = ["bytes", "array", "filter"]
        .iter()
        .position(|known| *known == kind)
        .ok_or_else(|| format!("{kind}: the kinds are bytes, array and filter"))?;
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
    say(&format!(
        "made codecs/{name}: it compiles, copies its input, and passes its suite.\n\
         Next: src/lib.rs (docs, functions), src/codec.rs (INFO: ids, options), tests/it/format.rs (vectors from the\n\
         specification), then cargo test -p iio-{name}. The model to follow is codecs/packbits."
    ));
    Ok(())
}
