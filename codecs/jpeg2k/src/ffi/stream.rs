//! Streams: a code stream in pieces to read from, a `Vec` to write to.

use core::ffi::c_void;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};
use std::io::SeekFrom;

use openjpeg_sys as opj;

use super::Failure;

/// Size of the buffer in OpenJPEG's streams. Its default of 1 MiB costs more than a small tile.
const STREAM_BUFFER: usize = 1 << 16;

/// A code stream in pieces, which OpenJPEG reads as one.
pub(crate) struct Source<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    offset: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, offset: 0 }
    }

    fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    fn rest(&self) -> &'a [u8] {
        self.pieces.get(self.piece).and_then(|piece| piece.get(self.offset..)).unwrap_or(&[])
    }

    /// Moves on by `n` bytes or to the end, and gives the bytes passed over.
    fn advance(&mut self, n: usize) -> usize {
        let mut left = n;
        while self.piece < self.pieces.len() {
            let rest = self.rest().len();
            if left < rest {
                self.offset += left;
                return n;
            }
            left -= rest;
            self.piece += 1;
            self.offset = 0;
        }
        n - left
    }

    fn seek(&mut self, to: usize) -> bool {
        (self.piece, self.offset) = (0, 0);
        self.advance(to) == to
    }
}

unsafe extern "C" fn source_read(buffer: *mut c_void, len: opj::OPJ_SIZE_T, source: *mut c_void) -> opj::OPJ_SIZE_T {
    // SAFETY: the stream holds the address of a `Source` that is borrowed exclusively as long as the stream lives.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    let mut done = 0;
    while done < len && source.piece < source.pieces.len() {
        let from = source.rest();
        let n = from.len().min(len - done);
        // SAFETY: OpenJPEG gives room for `len` bytes, of which `done` are written.
        unsafe { ptr::copy_nonoverlapping(from.as_ptr(), buffer.cast::<u8>().add(done), n) };
        done += source.advance(n);
    }
    if done == 0 { opj::OPJ_SIZE_T::MAX } else { done }
}

unsafe extern "C" fn source_skip(n: opj::OPJ_OFF_T, source: *mut c_void) -> opj::OPJ_OFF_T {
    // SAFETY: as in `source_read`.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    match usize::try_from(n).map(|n| source.advance(n)).map(opj::OPJ_OFF_T::try_from) {
        Ok(Ok(passed)) => passed,
        _ => -1,
    }
}

unsafe extern "C" fn source_seek(to: opj::OPJ_OFF_T, source: *mut c_void) -> opj::OPJ_BOOL {
    // SAFETY: as in `source_read`.
    let source = unsafe { &mut *source.cast::<Source<'_>>() };
    usize::try_from(to).is_ok_and(|to| source.seek(to)).into()
}

/// Where OpenJPEG writes to: the end of a `Vec`.
pub(super) struct Sink<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    at: usize,
    pub(super) out_of_memory: bool,
}

impl<'a> Sink<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        let start = bytes.len();
        Self { bytes, start, at: 0, out_of_memory: false }
    }
}

impl Sink<'_> {
    /// Makes room up to `end` bytes behind the start.
    fn grow(&mut self, end: usize) -> bool {
        let len = self.start.saturating_add(end);
        let missing = len.saturating_sub(self.bytes.len());
        self.out_of_memory |= self.bytes.try_reserve(missing).is_err();
        if !self.out_of_memory && missing > 0 {
            self.bytes.resize(len, 0);
        }
        !self.out_of_memory
    }

    fn seek(&mut self, to: SeekFrom) -> Option<usize> {
        let at = match to {
            SeekFrom::Start(at) => usize::try_from(at).ok()?,
            SeekFrom::Current(by) => self.at.checked_add_signed(isize::try_from(by).ok()?)?,
            SeekFrom::End(_) => return None,
        };
        if !self.grow(at) {
            return None;
        }
        self.at = at;
        Some(at)
    }
}

unsafe extern "C" fn sink_write(buffer: *mut c_void, len: opj::OPJ_SIZE_T, sink: *mut c_void) -> opj::OPJ_SIZE_T {
    // SAFETY: the stream holds the address of a `Sink` that is borrowed exclusively as long as the stream lives.
    let sink = unsafe { &mut *sink.cast::<Sink<'_>>() };
    let Some(end) = sink.at.checked_add(len) else { return opj::OPJ_SIZE_T::MAX };
    if !sink.grow(end) {
        return opj::OPJ_SIZE_T::MAX;
    }
    // SAFETY: OpenJPEG gives `len` bytes that it has written.
    let from = unsafe { core::slice::from_raw_parts(buffer.cast::<u8>(), len) };
    if let Some(to) = sink.bytes.get_mut(sink.start + sink.at..sink.start + end) {
        to.copy_from_slice(from);
    }
    sink.at = end;
    len
}

unsafe extern "C" fn sink_skip(n: opj::OPJ_OFF_T, sink: *mut c_void) -> opj::OPJ_OFF_T {
    // SAFETY: as in `sink_write`.
    let sink = unsafe { &mut *sink.cast::<Sink<'_>>() };
    if sink.seek(SeekFrom::Current(n)).is_some() { n } else { -1 }
}

unsafe extern "C" fn sink_seek(to: opj::OPJ_OFF_T, sink: *mut c_void) -> opj::OPJ_BOOL {
    // SAFETY: as in `sink_write`.
    let sink = unsafe { &mut *sink.cast::<Sink<'_>>() };
    u64::try_from(to).is_ok_and(|to| sink.seek(SeekFrom::Start(to)).is_some()).into()
}

/// A stream over a source or a sink, which it borrows.
pub(super) struct Stream<'a> {
    pub(super) ptr: NonNull<opj::opj_stream_t>,
    borrow: PhantomData<&'a mut ()>,
}

impl<'a> Stream<'a> {
    fn create(buffer_len: usize, input: bool) -> Result<Self, Failure> {
        // SAFETY: allocates a stream, or gives null.
        let ptr = unsafe { opj::opj_stream_create(buffer_len, input.into()) };
        match NonNull::new(ptr) {
            Some(ptr) => Ok(Self { ptr, borrow: PhantomData }),
            None => Err(Failure { step: "opj_stream_create", message: String::new() }),
        }
    }

    pub(super) fn reading<'b: 'a>(source: &'a mut Source<'b>) -> Result<Self, Failure> {
        let len = source.len();
        let stream = Self::create(len.clamp(1024, STREAM_BUFFER), true)?;
        let (ptr, user) = (stream.ptr.as_ptr(), ptr::from_mut(source).cast());
        // SAFETY: the stream is alive, the callbacks take a `Source`, which is borrowed for 'a and not freed by it.
        unsafe {
            opj::opj_stream_set_read_function(ptr, Some(source_read));
            opj::opj_stream_set_skip_function(ptr, Some(source_skip));
            opj::opj_stream_set_seek_function(ptr, Some(source_seek));
            opj::opj_stream_set_user_data(ptr, user, None);
            opj::opj_stream_set_user_data_length(ptr, len as u64);
        }
        Ok(stream)
    }

    pub(super) fn writing<'b: 'a>(sink: &'a mut Sink<'b>) -> Result<Self, Failure> {
        let stream = Self::create(STREAM_BUFFER, false)?;
        let (ptr, user) = (stream.ptr.as_ptr(), ptr::from_mut(sink).cast());
        // SAFETY: the stream is alive, the callbacks take a `Sink`, which is borrowed for 'a and not freed by it.
        unsafe {
            opj::opj_stream_set_write_function(ptr, Some(sink_write));
            opj::opj_stream_set_skip_function(ptr, Some(sink_skip));
            opj::opj_stream_set_seek_function(ptr, Some(sink_seek));
            opj::opj_stream_set_user_data(ptr, user, None);
        }
        Ok(stream)
    }
}

impl Drop for Stream<'_> {
    fn drop(&mut self) {
        // SAFETY: owned, and destroyed once.
        unsafe { opj::opj_stream_destroy(self.ptr.as_ptr()) };
    }
}
