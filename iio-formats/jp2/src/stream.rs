//! Finds the headers of a file, without the boxes between them and without the pixels.

use core::ops::Range;

use iio_codec::{Blame, Error, ErrorKind, Limits, Result};
use iio_core::Source;
use iio_jpeg2k::Info;

use crate::FORMAT;
use crate::boxes::Walk;

/// Bytes of the signature box.
const SIGNATURE: u64 = 12;

/// The headers of a file: what `iio_jpeg2k::info` reads, and nothing else.
#[derive(Debug)]
pub(crate) struct Headers {
    bytes: Vec<u8>,
    /// Where pieces of `bytes` begin, there and in the file.
    pieces: Vec<(usize, u64)>,
    /// The file from its start to the end of the code stream.
    pub(crate) range: Range<u64>,
}

impl Headers {
    /// Reads the signature, the `jp2h` boxes and the main header of the first code stream.
    pub(crate) fn read(source: &Source, limits: &Limits) -> Result<Self> {
        let mut headers = Self { bytes: Vec::new(), pieces: Vec::new(), range: 0..source.len() };
        let start = source.read(0..source.len().min(SIGNATURE))?;
        if start.get(4..8) != Some(b"jP  ") {
            headers.main_header(source, 0..source.len(), limits)?;
            return Ok(headers);
        }
        headers.copy(source, 0..source.len().min(SIGNATURE), limits)?;
        let mut walk = Walk::new(source, limits);
        while let Some(item) = walk.next()? {
            match &item.kind {
                b"jp2h" => headers.copy(source, item.start..item.body.end, limits)?,
                b"jp2c" => {
                    headers.range.end = item.body.end;
                    headers.pieces.push((headers.bytes.len(), item.start));
                    // A length of 0: up to the end, wherever that is now.
                    headers.bytes.extend_from_slice(b"\0\0\0\0jp2c");
                    headers.main_header(source, item.body, limits)?;
                    return Ok(headers);
                }
                _ => {}
            }
        }
        Err(FORMAT.truncated("file ends before its code stream").at(source.len()))
    }

    /// What the headers say.
    pub(crate) fn info(&self) -> Result<Info<'_>> {
        self.place(iio_jpeg2k::info(&self.bytes))
    }

    /// What decoding gives.
    pub(crate) fn header(&self, options: &iio_jpeg2k::DecodeOptions) -> Result<iio_codec::Header> {
        self.place(iio_jpeg2k::header(&self.bytes, options))
    }

    /// The body of the box `kind` within `jp2h`, if there is one.
    pub(crate) fn boxes(&self) -> impl Iterator<Item = (crate::boxes::Kind, &[u8])> {
        let all = crate::boxes::children(if self.pieces.len() > 1 { &self.bytes } else { &[] });
        all.filter(|(kind, _)| kind == b"jp2h").flat_map(|(_, body)| crate::boxes::children(body))
    }

    /// Moves the offset of an error from the headers to the file.
    fn place<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| match error.offset().and_then(|at| self.in_file(at)) {
            Some(at) => error.at(at),
            None => error,
        })
    }

    fn in_file(&self, at: u64) -> Option<u64> {
        let (from, to) = *self.pieces.iter().rev().find(|(from, _)| *from as u64 <= at)?;
        Some(to.saturating_add(at - from as u64))
    }

    fn copy(&mut self, source: &Source, range: Range<u64>, limits: &Limits) -> Result<()> {
        let len = (range.end - range.start).saturating_add(self.bytes.len() as u64);
        if len > limits.metadata_bytes {
            return Err(FORMAT.limit("headers", "metadata_bytes", len, limits.metadata_bytes).at(range.start));
        }
        self.pieces.push((self.bytes.len(), range.start));
        self.bytes.extend_from_slice(&source.read(range)?);
        Ok(())
    }

    /// Reads as much of the code stream as its main header takes.
    fn main_header(&mut self, source: &Source, stream: Range<u64>, limits: &Limits) -> Result<()> {
        const FIRST: u64 = 4096;
        let before = self.bytes.len();
        let n_pieces = self.pieces.len();
        let all = stream.end - stream.start;
        let mut len = all.min(FIRST);
        loop {
            self.bytes.truncate(before);
            self.pieces.truncate(n_pieces);
            self.copy(source, stream.start..stream.start + len, limits)?;
            match self.info() {
                Err(error) if is_short(&error) && len < all => len = len.saturating_mul(8).min(all),
                result => return result.map(|_| ()),
            }
        }
    }
}

fn is_short(error: &Error) -> bool {
    error.kind() == ErrorKind::Truncated
}
