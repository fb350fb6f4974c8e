//! The crates of the workspace, as the files tell of them: nothing is compiled to know them.

use std::path::{Path, PathBuf};

use crate::Result;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A codec or format crate.
pub(crate) struct Crate {
    /// Its folder.
    pub(crate) path: PathBuf,
    /// Name of the package: `iio-zlib`.
    pub(crate) package: String,
    /// Name of the facade's feature: `zlib`.
    pub(crate) feature: String,
    /// True for formats.
    pub(crate) is_format: bool,
    /// What its `pub static INFO: CodecInfo` says.
    pub(crate) codec: Option<Statics>,
    /// What its `pub static FORMAT: FormatInfo` says.
    pub(crate) format: Option<Statics>,
}

/// The fields of a static description, as source text.
pub(crate) struct Statics {
    body: String,
}

impl Statics {
    /// The text of a field up to the comma that ends it.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let start = self.body.find(&format!("\n    {name}: "))? + name.len() + 7;
        let text = self.body.get(start..)?;
        let mut depth = 0;
        let mut quoted = false;
        for (at, character) in text.char_indices() {
            match character {
                '"' => quoted = !quoted,
                '[' | '(' | '{' if !quoted => depth += 1,
                ']' | ')' | '}' if !quoted => depth -= 1,
                ',' if !quoted && depth == 0 => {
                    return Some(text.get(..at)?.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                _ => {}
            }
        }
        None
    }

    /// The text of a string field, without quotes.
    pub(crate) fn text(&self, name: &str) -> String {
        self.field(name).map_or_else(String::new, |value| value.trim_matches('"').to_owned())
    }
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes a file.
pub(crate) fn write(path: &Path, text: &str) -> Result {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Subfolders that hold a crate, sorted.
fn folders(of: &str) -> Result<Vec<PathBuf>> {
    let path = root().join(of);
    let entries = std::fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|p| p.join("Cargo.toml").is_file()).collect();
    found.sort();
    Ok(found)
}

/// All codec and format crates, sorted: codecs first.
pub(crate) fn crates() -> Result<Vec<Crate>> {
    let mut all = Vec::new();
    for (parent, is_format) in [("codecs", false), ("iio-formats", true)] {
        for path in folders(parent)? {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if !is_format && matches!(name.as_str(), "core" | "testkit") {
                continue;
            }
            let sources = rust_files(&path.join("src"))?;
            let mut texts = Vec::new();
            for source in &sources {
                texts.push(read(source)?);
            }
            let statics = |declared: &str| {
                texts.iter().find_map(|text| {
                    let start = text.find(declared)? + declared.len();
                    let end = text.get(start..)?.find("\n};")?;
                    Some(Statics { body: text.get(start..start + end + 1)?.to_owned() })
                })
            };
            let prefix = if is_format { "iio-format-" } else { "iio-" };
            all.push(Crate {
                package: format!("{prefix}{name}"),
                feature: name,
                is_format,
                codec: statics("pub static INFO: CodecInfo = CodecInfo {"),
                format: statics("pub static FORMAT: FormatInfo = FormatInfo {"),
                path,
            });
        }
    }
    Ok(all)
}

/// All Rust files below a folder, sorted.
pub(crate) fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
