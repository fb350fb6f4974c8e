use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{IoSliceMut, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use iio_codec::{Error, ErrorKind, Result, zeroed_vec};

const WHO: &str = "source";

/// Bytes that are read by position, from any thread.
pub trait ReadAt: Send + Sync {
    /// The number of bytes.
    fn len(&self) -> u64;

    /// True if there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `dst` with the bytes from `offset` on. The range lies within [`ReadAt::len`].
    ///
    /// # Errors
    /// Any that the system gives; `UnexpectedEof` if the resource became shorter.
    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()>;

    /// Fills several buffers with the bytes from `offset` on, one after the other.
    ///
    /// # Errors
    /// As [`ReadAt::read_at`].
    fn read_vectored_at(&self, mut offset: u64, dst: &mut [IoSliceMut<'_>]) -> std::io::Result<()> {
        for part in dst {
            self.read_at(offset, part)?;
            offset += part.len() as u64;
        }
        Ok(())
    }

    /// All bytes, if they are in memory.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }

    /// Ranges closer than this many bytes are fetched as one.
    fn coalesce_gap(&self) -> u64 {
        4096
    }
}

impl ReadAt for Vec<u8> {
    fn len(&self) -> u64 {
        Self::len(self) as u64
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        let end = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let from = usize::try_from(offset).ok().and_then(|start| self.get(start..)).ok_or_else(end)?;
        dst.copy_from_slice(from.get(..dst.len()).ok_or_else(end)?);
        Ok(())
    }

    fn as_slice(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// A regular file: positioned reads, no shared cursor.
struct RandomFile {
    file: File,
    len: u64,
}

impl ReadAt for RandomFile {
    fn len(&self) -> u64 {
        self.len
    }

    #[cfg(unix)]
    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(&self.file, dst, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, mut offset: u64, mut dst: &mut [u8]) -> std::io::Result<()> {
        while !dst.is_empty() {
            let n = std::os::windows::fs::FileExt::seek_read(&self.file, dst, offset)?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            (dst, offset) = (&mut dst[n..], offset + n as u64);
        }
        Ok(())
    }

    /// One system call scatters a tile to its rows: the pixels move once, from the page cache to the image.
    #[cfg(unix)]
    fn read_vectored_at(&self, mut offset: u64, mut dst: &mut [IoSliceMut<'_>]) -> std::io::Result<()> {
        const MOST: usize = 1024; // IOV_MAX of Linux
        while !dst.is_empty() {
            let part = dst.len().min(MOST);
            let n = rustix::io::preadv(&self.file, &mut dst[..part], offset)?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            offset += n as u64;
            IoSliceMut::advance_slices(&mut dst, n);
        }
        Ok(())
    }
}

/// A `Read + Seek` behind a lock.
struct Stream<R> {
    inner: Mutex<R>,
    len: u64,
}

impl<R: Read + Seek + Send> ReadAt for Stream<R> {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.seek(SeekFrom::Start(offset))?;
        inner.read_exact(dst)
    }

    fn coalesce_gap(&self) -> u64 {
        64 << 10
    }
}

/// A readable resource of known length, shared by clones. Formats get their bytes from here and nowhere else.
#[derive(Clone)]
pub struct Source {
    data: Arc<dyn ReadAt>,
    name: Arc<str>,
}

impl Source {
    /// Reads from anything that reads by position. `name` stands in error messages.
    #[must_use]
    pub fn new(data: Arc<dyn ReadAt>, name: &str) -> Self {
        Self { data, name: name.into() }
    }

    /// Reads from memory.
    #[must_use]
    pub fn from_bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Arc::new(bytes.into()), "<bytes>")
    }

    /// Reads from a file.
    ///
    /// # Errors
    /// `Io`.
    pub fn from_file(file: File, name: &str) -> Result<Self> {
        let len = file.metadata().map_err(|error| io_error(name, error))?.len();
        Ok(Self::new(Arc::new(RandomFile { file, len }), name))
    }

    /// Reads from a stream that can seek. Parallel reads take turns.
    ///
    /// # Errors
    /// `Io`.
    pub fn from_stream<R: Read + Seek + Send + 'static>(mut stream: R, name: &str) -> Result<Self> {
        let len = stream.seek(SeekFrom::End(0)).map_err(|error| io_error(name, error))?;
        Ok(Self::new(Arc::new(Stream { inner: Mutex::new(stream), len }), name))
    }

    /// Name for people: a path, or `<bytes>`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.data.len()
    }

    /// True if there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes, if they are in memory.
    #[must_use]
    pub fn as_slice(&self) -> Option<&[u8]> {
        self.data.as_slice()
    }

    /// Ranges closer than this many bytes are fetched as one.
    #[must_use]
    pub fn coalesce_gap(&self) -> u64 {
        self.data.coalesce_gap()
    }

    fn check(&self, range: &Range<u64>) -> Result<()> {
        if range.start <= range.end && range.end <= self.len() {
            return Ok(());
        }
        let message = format!("bytes {}..{} exceed the {} bytes of {}", range.start, range.end, self.len(), self.name);
        Err(Error::new(WHO, ErrorKind::Truncated, message).at(self.len()))
    }

    /// The bytes of a range: borrowed if they are in memory, else read.
    ///
    /// # Errors
    /// `Truncated` if the range exceeds the source, before anything is allocated; `Io`; `OutOfMemory`.
    pub fn read(&self, range: Range<u64>) -> Result<Cow<'_, [u8]>> {
        self.check(&range)?;
        if let Some(bytes) = self.in_memory(&range) {
            return Ok(Cow::Borrowed(bytes));
        }
        let len = usize::try_from(range.end - range.start)
            .map_err(|_| Error::new(WHO, ErrorKind::OutOfMemory, "range exceeds the address space"))?;
        let mut bytes = zeroed_vec(len)?;
        self.data.read_at(range.start, &mut bytes).map_err(|error| io_error(&self.name, error))?;
        Ok(Cow::Owned(bytes))
    }

    /// The bytes of a range if the source is in memory and has them.
    #[must_use]
    pub fn in_memory(&self, range: &Range<u64>) -> Option<&[u8]> {
        self.data.as_slice()?.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
    }

    /// Fills `dst` with the bytes from `offset` on.
    ///
    /// # Errors
    /// `Truncated` if the range exceeds the source; `Io`.
    pub fn read_into(&self, offset: u64, dst: &mut [u8]) -> Result<()> {
        self.check(&(offset..offset.saturating_add(dst.len() as u64)))?;
        self.data.read_at(offset, dst).map_err(|error| io_error(&self.name, error))
    }

    /// Fills several buffers with the bytes from `offset` on.
    ///
    /// # Errors
    /// As [`Source::read_into`].
    pub fn read_vectored(&self, offset: u64, dst: &mut [IoSliceMut<'_>]) -> Result<()> {
        let len = dst.iter().map(|part| part.len() as u64).sum();
        self.check(&(offset..offset.saturating_add(len)))?;
        self.data.read_vectored_at(offset, dst).map_err(|error| io_error(&self.name, error))
    }

    /// A fetcher for a parser that says which ranges it needs.
    #[must_use]
    pub fn fetcher(&self) -> Fetcher {
        let known = Known { source: self.clone(), blocks: BTreeMap::new() };
        Fetcher { known }
    }
}

impl core::fmt::Debug for Source {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Source({}, {} bytes)", self.name, self.len())
    }
}

#[cold]
pub(crate) fn io_error(name: &str, error: std::io::Error) -> Error {
    let kind = if error.kind() == std::io::ErrorKind::UnexpectedEof { ErrorKind::Truncated } else { ErrorKind::Io };
    Error::new(WHO, kind, format!("{name}: {error}")).with_source(error)
}

/// What a sans-I/O parser answers.
#[derive(Debug)]
pub enum Step<T> {
    /// These bytes are needed; then ask again.
    Need(Range<u64>),
    /// The result.
    Done(T),
}

/// The parts of a source that a parser may look at.
pub struct Known {
    source: Source,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Known {
    /// The length of the source.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.source.len()
    }

    /// True if the source has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range, if they are there; else the parser answers [`Step::Need`].
    #[must_use]
    pub fn bytes(&self, range: Range<u64>) -> Option<&[u8]> {
        if let Some(bytes) = self.source.in_memory(&range) {
            return Some(bytes);
        }
        let (start, block) = self.blocks.range(..=range.start).next_back()?;
        let from = usize::try_from(range.start - start).ok()?;
        let len = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        block.get(from..from.checked_add(len)?)
    }
}

/// Drives a sans-I/O parser: fetches what it needs, with some read-ahead, and asks again.
pub struct Fetcher {
    known: Known,
}

impl Fetcher {
    /// Bytes that are read at least: the next thing a parser needs is often near.
    const READ_AHEAD: u64 = 16 << 10;

    /// Runs `parse` until it is done.
    ///
    /// # Errors
    /// Those of `parse`; `Truncated` if it needs what the source does not have; `Io`.
    pub fn drive<T>(&mut self, mut parse: impl FnMut(&Known) -> Result<Step<T>>) -> Result<T> {
        loop {
            let range = match parse(&self.known)? {
                Step::Done(value) => return Ok(value),
                Step::Need(range) => range,
            };
            let source = &self.known.source;
            source.check(&range)?;
            if self.known.bytes(range.clone()).is_some() {
                return Err(Error::new(WHO, ErrorKind::Internal, format!("parser asks again for {range:?}")));
            }
            let end = range.end.max(range.start.saturating_add(Self::READ_AHEAD)).min(source.len());
            let block = source.read(range.start..end)?.into_owned();
            self.known.blocks.insert(range.start, block);
        }
    }

    /// Forgets what was fetched.
    pub fn clear(&mut self) {
        self.known.blocks.clear();
    }
}
