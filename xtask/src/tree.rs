//! The crates of the workspace, as the files tell of them: nothing is compiled to know them.

use std::path::{Path, PathBuf};

use crate::Result;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// A path as people see it: from the root on.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
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
    /// False if the facade has it only where it is asked for by name.
    pub(crate) is_default: bool,
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

    /// The first of the `ids` that is not written with a literal: the facade copies their text, and has no constants.
    pub(crate) fn id_without_literal(&self) -> Option<String> {
        let ids = self.field("ids")?;
        let Some(list) = ids.strip_prefix("&[").and_then(|list| list.strip_suffix(']')) else { return Some(ids) };
        let mut list: Vec<_> = list.split("CodecId::").map(|id| id.trim().trim_end_matches(',')).collect();
        let before = list.remove(0);
        let is_literal = |id: &&str| {
            let value = id.split_once('(').and_then(|(_, value)| value.strip_suffix(')')).unwrap_or_default();
            let number = value.starts_with(|c: char| c.is_ascii_digit());
            number || (value.len() > 1 && value.starts_with('"') && value.ends_with('"'))
        };
        if !before.is_empty() {
            return Some(before.to_owned());
        }
        list.into_iter().find(|id| !is_literal(id)).map(|id| format!("CodecId::{id}"))
    }

    /// The text of a string field, without quotes.
    pub(crate) fn text(&self, name: &str) -> String {
        self.field(name).map_or_else(String::new, |value| value.trim_matches('"').to_owned())
    }
}

/// Source text without its line comments, since fields are joined to one line.
fn without_comments(text: &str) -> String {
    let mut code = String::new();
    for line in text.lines() {
        let comment =
            line.match_indices("//").find(|(at, _)| line.get(..*at).is_some_and(|l| l.matches('"').count() % 2 == 0));
        code.push_str(line.get(..comment.map_or(line.len(), |(at, _)| at)).unwrap_or_default().trim_end());
        code.push('\n');
    }
    code
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
    let mut found: Vec<_> =
        entries.flatten().map(|entry| entry.path()).filter(|p| p.join("Cargo.toml").is_file()).collect();
    found.sort();
    Ok(found)
}

/// False if a manifest says `default = false` under `[package.metadata.iio]`.
fn is_default(manifest: &str) -> bool {
    let lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[package.metadata.iio]").skip(1);
    !lines.take_while(|line| !line.starts_with('[')).any(|line| line == "default = false")
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
                    Some(Statics { body: without_comments(text.get(start..start + end + 1)?) })
                })
            };
            let prefix = if is_format { "iio-format-" } else { "iio-" };
            all.push(Crate {
                package: format!("{prefix}{name}"),
                feature: name,
                is_format,
                is_default: is_default(&read(&path.join("Cargo.toml"))?),
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

#[cfg(test)]
mod tests {
    use super::{Statics, is_default, without_comments};

    fn ids(text: &str) -> Statics {
        Statics { body: without_comments(&format!("\n    name: \"a\",\n    ids: {text},\n")) }
    }

    #[test]
    fn comments_do_not_swallow_what_follows() {
        let info =
            ids("&[\n        CodecId::Tiff(1), // of \"TIFF\", since 1992\n        CodecId::Zarr(\"a//b\"),\n    ]");
        assert_eq!(info.field("ids").as_deref(), Some("&[ CodecId::Tiff(1), CodecId::Zarr(\"a//b\"), ]"));
        assert_eq!(info.text("name"), "a");
    }

    #[test]
    fn constants_in_ids_are_found() {
        for good in ["&[]", "&[CodecId::Tiff(34_925)]", "&[CodecId::Tiff(1), CodecId::Zarr(\"CONST\"), ]"] {
            assert_eq!(ids(good).id_without_literal(), None, "{good}");
        }
        for (bad, found) in [
            ("&[CodecId::Tiff(1), CodecId::Tiff(LZW)]", "CodecId::Tiff(LZW)"),
            ("&[LZW]", "LZW"),
            ("&[CodecId::Tiff(1), LZW, CodecId::Tiff(2)]", "CodecId::Tiff(1), LZW"),
            ("IDS", "IDS"),
        ] {
            assert_eq!(ids(bad).id_without_literal().as_deref(), Some(found), "{bad}");
        }
    }

    #[test]
    fn default_is_read_in_its_table_only() {
        assert!(!is_default("[package]\n\n[package.metadata.iio]\n# why\ndefault = false\n\n[lib]\n"));
        assert!(is_default("[package.metadata.iio]\n\n[features]\ndefault = false\n"));
        assert!(is_default("[package]\ndefault = false\n"));
    }
}
