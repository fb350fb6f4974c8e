use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use iio_codec::{Error, ErrorKind, Result};

use crate::source::io_error;

/// A place to write: bytes are appended, and earlier ones may be patched.
pub trait Sink: Send {
    /// Appends bytes.
    ///
    /// # Errors
    /// `Io`.
    fn append(&mut self, bytes: &[u8]) -> Result<()>;

    /// Overwrites bytes that were appended before.
    ///
    /// # Errors
    /// `Io`; `Internal` if the range was not written yet.
    fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<()>;

    /// The number of bytes so far.
    fn position(&self) -> u64;
}

impl Sink for Vec<u8> {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.try_reserve(bytes.len()).map_err(|error| {
            Error::new("output", ErrorKind::OutOfMemory, format!("cannot allocate {} bytes", bytes.len()))
                .with_source(error)
        })?;
        self.extend_from_slice(bytes);
        Ok(())
    }

    fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let target =
            usize::try_from(offset).ok().and_then(|start| self.get_mut(start..start.checked_add(bytes.len())?));
        match target {
            Some(target) => {
                target.copy_from_slice(bytes);
                Ok(())
            }
            None => Err(unwritten(offset, bytes.len())),
        }
    }

    fn position(&self) -> u64 {
        self.len() as u64
    }
}

#[cold]
fn unwritten(offset: u64, len: usize) -> Error {
    Error::new("output", ErrorKind::Internal, format!("patch of {len} bytes at {offset} exceeds what was written"))
}

/// Where an image is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file. It appears under its name when all is written, and replaces an older one only then.
    Path(PathBuf),
    /// Memory; [`Output::commit`] returns the bytes.
    Bytes,
}

impl Target {
    /// Understands a path, `file:` URIs, `~/` and `<bytes>`.
    #[must_use]
    pub fn parse(uri: &str) -> Self {
        if uri == "<bytes>" { Self::Bytes } else { Self::Path(crate::request::local_path(uri)) }
    }

    /// The extension, lower case, without the dot.
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        match self {
            Self::Path(path) => path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()),
            Self::Bytes => None,
        }
    }

    /// Opens the target.
    ///
    /// # Errors
    /// `Io` if the folder does not exist or cannot be written.
    pub fn open(&self) -> Result<Output> {
        match self {
            Self::Bytes => Ok(Output::Bytes(Vec::new())),
            Self::Path(path) => PendingFile::create(path).map(Output::File),
        }
    }
}

impl From<&Path> for Target {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

/// An open target. What was written is discarded unless it is committed.
pub enum Output {
    /// Memory.
    Bytes(Vec<u8>),
    /// A file beside its final place.
    File(PendingFile),
}

impl Output {
    /// Makes the result visible: a file gets its name, memory is returned.
    ///
    /// # Errors
    /// `Io`; the older file, if there was one, is then still there.
    pub fn commit(self) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Bytes(bytes) => Ok(Some(bytes)),
            Self::File(file) => file.commit().map(|()| None),
        }
    }

    fn sink(&mut self) -> &mut dyn Sink {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::File(file) => file,
        }
    }
}

impl Sink for Output {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.sink().append(bytes)
    }

    fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.sink().patch(offset, bytes)
    }

    fn position(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.position(),
        }
    }
}

/// A file that is written under a temporary name in the folder of its final place, and renamed at the end.
pub struct PendingFile {
    file: Option<std::io::BufWriter<File>>,
    temporary: PathBuf,
    path: PathBuf,
    position: u64,
}

impl PendingFile {
    fn create(path: &Path) -> Result<Self> {
        let name = path.file_name().ok_or_else(|| {
            Error::new("output", ErrorKind::InvalidArgument, format!("{} is not a file name", path.display()))
        })?;
        // A temporary of another process or thread must not be overwritten: names are tried until one is free.
        for attempt in 0..100u32 {
            let temporary =
                path.with_file_name(format!(".{}.{}.{attempt}.tmp", name.to_string_lossy(), std::process::id()));
            match File::create_new(&temporary) {
                Ok(file) => {
                    let file = Some(std::io::BufWriter::with_capacity(1 << 16, file));
                    return Ok(Self { file, temporary, path: path.to_owned(), position: 0 });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(io_error(&path.display().to_string(), error)),
            }
        }
        let error = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        Err(io_error(&path.display().to_string(), error))
    }

    fn fail(&self, error: std::io::Error) -> Error {
        io_error(&self.path.display().to_string(), error)
    }

    fn open_file(&mut self) -> Result<&mut std::io::BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| Error::new("output", ErrorKind::Internal, "written after commit"))
    }

    fn commit(mut self) -> Result<()> {
        if let Some(mut file) = self.file.take() {
            file.flush().map_err(|error| self.fail(error))?;
        }
        std::fs::rename(&self.temporary, &self.path).map_err(|error| self.fail(error))?;
        // Nothing is left to remove.
        self.temporary = PathBuf::new();
        Ok(())
    }
}

impl Sink for PendingFile {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let result = self.open_file()?.write_all(bytes);
        result.map_err(|error| self.fail(error))?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn patch(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        let end = self.position;
        if offset.checked_add(bytes.len() as u64).is_none_or(|last| last > end) {
            return Err(unwritten(offset, bytes.len()));
        }
        let file = self.open_file()?;
        let result = file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| file.write_all(bytes))
            .and_then(|()| file.seek(SeekFrom::Start(end)).map(|_| ()));
        result.map_err(|error| self.fail(error))
    }

    fn position(&self) -> u64 {
        self.position
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            // Best effort: a leftover temporary is no loss of data.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}
