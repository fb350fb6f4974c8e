use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use iio_codec::{Blame, Error, ErrorKind, Limits, Result};

use crate::Source;
use crate::source::io_error;

struct Here;
impl Blame for Here {
    fn who(&self) -> &'static str {
        "request"
    }
}

/// What is to be read: a path, a member of a zip archive, bytes, or a stream that can seek.
#[derive(Debug)]
pub struct Request {
    from: From,
    extension: Option<String>,
    name: String,
}

#[derive(Debug)]
enum From {
    Path(PathBuf),
    #[cfg_attr(not(feature = "zip"), expect(dead_code, reason = "named in the error"))]
    ZipMember(PathBuf, String),
    Source(Source),
}

/// The path of a URI: `file:` and `~/` are understood.
pub(crate) fn local_path(uri: &str) -> PathBuf {
    let path = uri.strip_prefix("file://").or_else(|| uri.strip_prefix("file:")).unwrap_or(uri);
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

fn extension_of(path: &Path) -> Option<String> {
    path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase())
}

impl Request {
    /// Understands a path, `~/`, `file:` URIs, and members of zip archives (`archive.zip/folder/image.png`).
    ///
    /// # Errors
    /// `Unsupported` for `http:`, `https:` and `ftp:`.
    pub fn parse(uri: &str) -> Result<Self> {
        if let Some(scheme) = ["http://", "https://", "ftp://"].iter().find(|scheme| uri.starts_with(**scheme)) {
            let scheme = scheme.trim_end_matches("://");
            return Err(Here.unsupported(format!("{scheme} is not implemented: download the file and pass its path")));
        }
        let path = local_path(uri);
        // A folder that is called *.zip is honoured: only what is no path is looked for in an archive.
        let from = match zip_member(&path) {
            Some((archive, member)) if !path.exists() => From::ZipMember(archive, member),
            _ => From::Path(path.clone()),
        };
        Ok(Self { from, extension: extension_of(&path), name: uri.to_owned() })
    }

    /// Reads a file.
    #[must_use]
    pub fn from_path(path: &Path) -> Self {
        Self { from: From::Path(path.to_owned()), extension: extension_of(path), name: path.display().to_string() }
    }

    /// Reads bytes.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::from_source(Source::from_bytes(bytes))
    }

    /// Reads a stream that can seek.
    ///
    /// # Errors
    /// `Io`.
    pub fn from_stream<R: Read + Seek + Send + 'static>(stream: R) -> Result<Self> {
        Source::from_stream(stream, "<stream>").map(Self::from_source)
    }

    /// Reads a source.
    #[must_use]
    pub fn from_source(source: Source) -> Self {
        let name = source.name().to_owned();
        Self { extension: extension_of(Path::new(&name)), from: From::Source(source), name }
    }

    /// Overrides the extension, which is a hint where the content does not tell the format.
    #[must_use]
    pub fn with_extension(mut self, extension: &str) -> Self {
        self.extension = Some(extension.trim_start_matches('.').to_ascii_lowercase());
        self
    }

    /// The extension, lower case, without the dot.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_deref()
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens the resource.
    ///
    /// # Errors
    /// `Io`; `Malformed` or `Limit` for a zip member that is broken or too large.
    pub fn open(&self, limits: &Limits) -> Result<Source> {
        match &self.from {
            From::Source(source) => Ok(source.clone()),
            From::Path(path) => {
                let file = File::open(path).map_err(|error| io_error(&self.name, error))?;
                let meta = file.metadata().map_err(|error| io_error(&self.name, error))?;
                if meta.is_dir() {
                    return Err(io_error(&self.name, std::io::ErrorKind::IsADirectory.into()));
                }
                if meta.is_file() {
                    return Source::from_file(file, &self.name);
                }
                // A pipe or device has no length: it is read whole.
                read_all(file, &self.name, limits.output_bytes)
            }
            From::ZipMember(archive, member) => open_member(archive, member, &self.name, limits),
        }
    }
}

fn read_all(from: impl Read, name: &str, limit: u64) -> Result<Source> {
    let mut bytes = Vec::new();
    from.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| io_error(name, error))?;
    if bytes.len() as u64 > limit {
        return Err(Here.limit(name, "output_bytes", bytes.len() as u64, limit));
    }
    Ok(Source::new(std::sync::Arc::new(bytes), name))
}

/// Splits `archive.zip/member` after the first component that ends in `.zip`.
fn zip_member(path: &Path) -> Option<(PathBuf, String)> {
    let archive = path.ancestors().skip(1).find(|a| extension_of(a).as_deref() == Some("zip") && a.is_file())?;
    let member = path.strip_prefix(archive).ok()?;
    let parts: Vec<_> = member.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Some((archive.to_owned(), parts.join("/")))
}

#[cfg(feature = "zip")]
fn open_member(archive: &Path, member: &str, name: &str, limits: &Limits) -> Result<Source> {
    let file = File::open(archive).map_err(|error| io_error(name, error))?;
    let broken = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) => io_error(name, error),
        zip::result::ZipError::FileNotFound => {
            io_error(name, std::io::Error::new(std::io::ErrorKind::NotFound, format!("no member {member}")))
        }
        error => Error::new("zip", ErrorKind::Malformed, format!("{}: {error}", archive.display())).with_source(error),
    };
    let mut zip = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(broken)?;
    let entry = zip.by_name(member).map_err(broken)?;
    if entry.size() > limits.output_bytes {
        return Err(Here.limit(name, "output_bytes", entry.size(), limits.output_bytes));
    }
    read_all(entry, name, limits.output_bytes)
}

#[cfg(not(feature = "zip"))]
fn open_member(_: &Path, _: &str, name: &str, _: &Limits) -> Result<Source> {
    Err(Error::new("zip", ErrorKind::Unsupported, format!("{name}: zip members need the feature `zip` of iio-core")))
}
