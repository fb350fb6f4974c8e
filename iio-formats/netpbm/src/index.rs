//! Where the images of a file begin. They are found one after the other, and only as far as is asked for.

use iio_codec::{Blame, Check, ErrorKind, Limits, Result};
use iio_core::Source;

use crate::header::is_space;
use crate::{FORMAT, Header, check, header};

/// One image of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Where its header begins.
    pub(crate) start: u64,
    pub(crate) header: Header,
}

impl Entry {
    /// Where its samples begin.
    pub(crate) const fn data(&self) -> u64 {
        self.start.saturating_add(self.header.data_offset as u64)
    }

    /// Where its samples end, which may be beyond the file; plain ones take all there is.
    fn end(&self, file_len: u64) -> u64 {
        self.header.stored_len().map_or(file_len, |len| self.data().saturating_add(len))
    }
}

/// The images found so far.
#[derive(Debug)]
pub(crate) struct Index {
    entries: Vec<Entry>,
    /// Where the next header begins, if there is another one.
    next: Option<u64>,
}

impl Index {
    /// An index in which nothing was looked for.
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), next: Some(0) }
    }

    /// Image `index`.
    pub(crate) fn entry(&mut self, index: usize, source: &Source, limits: &Limits) -> Result<Entry> {
        loop {
            if let Some(entry) = self.entries.get(index) {
                return Ok(*entry);
            }
            if !self.advance(source, limits)? {
                let message = format!("there is no image {index}, the file has {}", self.entries.len());
                return Err(FORMAT.invalid_argument(message));
            }
        }
    }

    /// The number of images.
    pub(crate) fn count(&mut self, source: &Source, limits: &Limits) -> Result<usize> {
        while self.advance(source, limits)? {}
        Ok(self.entries.len())
    }

    /// Bytes behind the last image.
    pub(crate) fn trailing(&mut self, source: &Source, limits: &Limits) -> Result<u64> {
        self.count(source, limits)?;
        Ok(self.entries.last().map_or(0, |last| source.len().saturating_sub(last.end(source.len()))))
    }

    fn advance(&mut self, source: &Source, limits: &Limits) -> Result<bool> {
        let Some(start) = self.next else { return Ok(false) };
        let own = (self.entries.len() as u64 + 1).saturating_mul(size_of::<Entry>() as u64);
        if own > limits.metadata_bytes {
            let what = format!("index of {} images", self.entries.len() + 1);
            return Err(FORMAT.limit(what, "metadata_bytes", own, limits.metadata_bytes));
        }
        let place = |error: iio_codec::Error| {
            if self.entries.is_empty() { error } else { error.within(format_args!("image {}", self.entries.len())) }
        };
        let entry = Entry { start, header: read_header(source, start, limits).map_err(place)? };
        let end = entry.end(source.len());
        self.entries.push(entry);
        self.next = next_magic(source, end)?;
        Ok(true)
    }
}

/// Reads the header at `start`, in growing pieces until it is whole.
fn read_header(source: &Source, start: u64, limits: &Limits) -> Result<Header> {
    const FIRST: u64 = 512;
    let rest = source.len().saturating_sub(start);
    let mut len = rest.min(FIRST);
    let header = loop {
        let bytes = source.read(start..start + len)?;
        match header(&bytes) {
            Err(error) if error.kind() == ErrorKind::Truncated && len < rest => {}
            result => break result.map_err(|error| error.shifted(start))?,
        }
        if len >= limits.metadata_bytes {
            let error = FORMAT.limit("header", "metadata_bytes", len.saturating_add(1), limits.metadata_bytes);
            return Err(error.at(start));
        }
        len = len.saturating_mul(8).min(rest).min(limits.metadata_bytes.max(FIRST));
    };
    if let Some(&axis) = header.layout.shape().iter().find(|&&len| len as u64 > limits.axis_len) {
        return Err(FORMAT.limit(header.layout, "axis_len", axis as u64, limits.axis_len).at(start));
    }
    Ok(header)
}

/// Where the next image begins, if one does at or close behind `end`.
fn next_magic(source: &Source, end: u64) -> Result<Option<u64>> {
    /// White space and a magic with what makes it one fit in here.
    const LOOK: u64 = 64;
    if end >= source.len() {
        return Ok(None);
    }
    let bytes = source.read(end..end.saturating_add(LOOK).min(source.len()))?;
    let skip = bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len());
    let found = check(bytes.get(skip..).unwrap_or(&[])) == Check::Yes;
    Ok(found.then(|| end + skip as u64))
}
