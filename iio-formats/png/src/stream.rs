//! Pixel data of an image that is too large to be inflated at once: piece by piece, chunk by chunk.

use flate2::{Decompress, FlushDecompress, Status};
use iio_codec::{Blame, Error, Result};
use iio_deflate::adler32;

use crate::png::Png;
use crate::zlib::{check_header, check_trailer, excess, header_is_cut};
use crate::{DecodeOptions, INFO};

/// The pixel data of a file, without a copy of it. Offsets of errors are those in the data as one piece.
pub(crate) struct Stream<'a> {
    state: Decompress,
    chunks: &'a mut dyn Iterator<Item = &'a [u8]>,
    /// What is left of the chunk that is read.
    current: &'a [u8],
    taken: usize,
    adler: u32,
    ended: bool,
}

impl<'a> Stream<'a> {
    /// Begins with the data of these chunks.
    pub(crate) fn new(chunks: &'a mut dyn Iterator<Item = &'a [u8]>) -> Result<Self> {
        let state = Decompress::new(false);
        let mut stream = Self { state, chunks, current: &[], taken: 0, adler: 1, ended: false };
        let mut header = [0; 2];
        for byte in &mut header {
            *byte = stream.byte().ok_or_else(|| header_is_cut(stream.taken))?;
        }
        check_header(header)?;
        Ok(stream)
    }

    /// Goes on to a chunk that is not empty, if there is one.
    fn refill(&mut self) {
        while self.current.is_empty()
            && let Some(next) = self.chunks.next()
        {
            self.current = next;
        }
    }

    fn take(&mut self, n: usize) {
        self.current = self.current.get(n..).unwrap_or(&[]);
        self.taken += n;
    }

    fn byte(&mut self) -> Option<u8> {
        self.refill();
        let byte = *self.current.first()?;
        self.take(1);
        Some(byte)
    }

    fn step(&mut self, dst: &mut [u8]) -> Result<usize> {
        self.refill();
        let (before_in, before_out) = (self.state.total_in(), self.state.total_out());
        let status = self.state.decompress(self.current, dst, FlushDecompress::None);
        let len = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (read, written) = (len(self.state.total_in() - before_in), len(self.state.total_out() - before_out));
        self.take(read);
        match status {
            Ok(Status::StreamEnd) => self.ended = true,
            Ok(_) if written > 0 || read > 0 => {}
            Ok(_) => return Err(INFO.truncated("pixel data ends inside a deflate block").at(self.taken)),
            Err(error) => {
                let message = format!("pixel data: {}", error.message().unwrap_or("the deflate block is broken"));
                return Err(INFO.malformed(message).at(self.taken));
            }
        }
        Ok(written)
    }

    /// Inflates the next `dst.len()` bytes.
    pub(crate) fn fill(&mut self, dst: &mut [u8]) -> Result<()> {
        let mut written = 0;
        while let Some(room) = dst.get_mut(written..).filter(|room| !room.is_empty()) {
            if self.ended {
                let message = format!("pixel data ends after {} bytes", self.state.total_out());
                return Err(INFO.truncated(message).at(self.taken));
            }
            written += self.step(room)?;
        }
        self.adler = adler32(self.adler, dst);
        Ok(())
    }

    /// Checks what follows the last row.
    pub(crate) fn finish(mut self, options: &DecodeOptions) -> Result<()> {
        let mut spill = [0];
        while !self.ended {
            match self.step(&mut spill) {
                Ok(0) => {}
                Ok(_) if options.ignore_excess => return Ok(()),
                Ok(_) => return Err(excess(self.taken)),
                Err(_) if options.ignore_checksum => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        let (mut trailer, end) = (Vec::new(), self.taken as u64);
        // One byte more than the checksum tells whether anything follows it.
        while trailer.len() < 5
            && let Some(byte) = self.byte()
        {
            trailer.push(byte);
        }
        check_trailer(&trailer, self.adler, options).map_err(|error| error.shifted(end))
    }
}

impl Png {
    /// The offset in the file of what stands at an offset in the pixel data as one piece: that of the error.
    #[cold]
    pub(crate) fn locate(&self, src: &[u8], error: Error) -> Error {
        let Some(mut offset) = error.offset() else { return error };
        let mut at = 0;
        for chunk in self.data_chunks(src) {
            at = chunk.data_offset() as u64 + offset.min(chunk.data.len() as u64);
            match offset.checked_sub(chunk.data.len() as u64) {
                // The end of one chunk is said of that one, not of the next.
                Some(rest) if rest > 0 => offset = rest,
                _ => break,
            }
        }
        error.at(at)
    }
}
