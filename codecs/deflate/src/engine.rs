//! Workers for raw DEFLATE that zlib and gzip frame.
//!
//! Two libraries share the work. libdeflate is the faster one, but needs the whole stream and room for all its output,
//! and says only that something failed. zlib-rs (by flate2) can stop at a full destination, grow and continue, and
//! names faults and where they are. So libdeflate goes first, and what it does not finish is given to zlib-rs from the
//! start: a destination that is too small, a size that was guessed too low, or a broken stream.
//!
//! The two do not agree on every stream. libdeflate takes symbols that RFC 1951 reserves (length 286 and 287, distance 30
//! and 31) and bits without a symbol in a code of one or none. A stream is valid here if either library takes all of it,
//! whatever the size of the destination; what zlib-rs refuses and libdeflate found only too large is therefore asked of
//! libdeflate once more, with more room.

use flate2::{Decompress, FlushDecompress, Status};
use iio_codec::{Blame, CodecInfo, Context, Error, ErrorKind, Progress, Result};

use crate::ffi::{self, Verdict};

/// The highest ratio that DEFLATE reaches: a match of 258 bytes takes one bit for its length and one for its distance.
pub const MAX_RATIO: u32 = 1032;

/// The levels of [`Deflater`].
pub const LEVELS: core::ops::RangeInclusive<u8> = 0..=12;

/// Output between two looks at the cancel flag.
const STEP: usize = 4 << 20;

/// More than both decoders hold: 11 KiB of tables in libdeflate, 48 KiB of window and tables in zlib-rs.
const INFLATE_WORKING_BYTES: u64 = 64 << 10;

/// What an encoder holds, as measured of libdeflate 1.26 and rounded up.
const fn deflate_working_bytes(level: u8) -> u64 {
    match level {
        0 => 8 << 10,
        1 => 208 << 10,
        2..=9 => 672 << 10,
        _ => 9 << 20,
    }
}

/// Where an inflated stream stands when the call returns.
#[derive(Debug)]
pub enum End {
    /// The stream came to its end.
    Reached,
    /// The destination is full, and the stream gives more.
    Beyond,
    /// The destination is full, but instead of the end of the stream came this fault.
    Missing(Error),
}

/// What a call did.
#[derive(Debug)]
pub struct Inflated {
    /// Bytes of `src` that belong to the stream.
    pub consumed: usize,
    /// Bytes of `dst` that were written.
    pub written: usize,
    /// Where the stream stands.
    pub end: End,
}

impl Inflated {
    /// Counts offsets from the start of a frame that has `len` bytes before the stream.
    #[must_use]
    pub fn shifted(mut self, len: usize) -> Self {
        self.consumed += len;
        if let End::Missing(error) = self.end {
            self.end = End::Missing(error.shifted(len as u64));
        }
        self
    }

    /// The view of those who take a full destination for enough.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        Progress { consumed: self.consumed, written: self.written, complete: matches!(self.end, End::Reached) }
    }

    /// The view of those who know the size.
    ///
    /// # Errors
    /// `Truncated` if the stream gave less than `expected` bytes, `OutputTooSmall` if it gives more, and what came
    /// instead of its end.
    pub fn exact(self, info: &CodecInfo, expected: usize) -> Result<()> {
        match self.end {
            End::Reached if self.written == expected => Ok(()),
            End::Reached => {
                let message = format!("stream gives {} bytes, {expected} were expected", self.written);
                Err(info.truncated(message).at(self.consumed))
            }
            End::Beyond => Err(info.output_too_small(expected.saturating_add(1), expected)),
            End::Missing(error) => Err(error),
        }
    }
}

/// Inflates raw DEFLATE streams. Its libraries are made at first use and kept.
pub struct Inflater {
    info: &'static CodecInfo,
    whole: Option<ffi::Decompressor>,
    stream: Option<Decompress>,
}

impl Inflater {
    /// Makes a worker whose errors name `info`.
    #[must_use]
    pub const fn new(info: &'static CodecInfo) -> Self {
        Self { info, whole: None, stream: None }
    }

    /// Inflates the stream at the start of `src` into the start of `dst`.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`, with the offset in `src`, if that shows before `dst` is full; `Cancelled`,
    /// `OutOfMemory`, `Limit`.
    pub fn inflate_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Inflated> {
        cx.check_cancel(self.info)?;
        match self.whole(cx)?.inflate_into(src, dst) {
            Ok((consumed, written)) => Ok(Inflated { consumed, written, end: End::Reached }),
            Err(Verdict::Broken) => self.stream_into(src, dst, cx),
            Err(Verdict::TooLarge) => match self.stream_into(src, dst, cx) {
                Err(error) if error.kind() == ErrorKind::Malformed => self.overrule_into(src, dst, error, cx),
                result => result,
            },
        }
    }

    /// Fills `dst` by way of a buffer that holds all of the stream.
    #[cold]
    fn overrule_into(&mut self, src: &[u8], dst: &mut [u8], error: Error, cx: &Context<'_>) -> Result<Inflated> {
        let mut all = Vec::new();
        let most = usize::try_from(cx.limits.working_bytes).unwrap_or(usize::MAX).min(output_room(cx));
        let consumed = self.overrule(src, &mut all, dst.len().saturating_mul(2), most, error, cx)?;
        let written = dst.len().min(all.len());
        if let (Some(to), Some(from)) = (dst.get_mut(..written), all.get(..written)) {
            to.copy_from_slice(from);
        }
        let end = if written < all.len() { End::Beyond } else { End::Reached };
        Ok(Inflated { consumed, written, end })
    }

    /// Inflates with libdeflate, to the end of `dst`, what zlib-rs refused with `error`.
    #[cold]
    fn overrule(
        &mut self,
        src: &[u8],
        dst: &mut Vec<u8>,
        guess: usize,
        most: usize,
        error: Error,
        cx: &Context<'_>,
    ) -> Result<usize> {
        let mut room = guess.max(MIN_GROWTH).min(most);
        loop {
            cx.check_cancel(self.info)?;
            match self.append_whole(src, dst, room, cx)? {
                Ok(consumed) => return Ok(consumed),
                Err(Verdict::TooLarge) if room < most => room = room.saturating_mul(2).min(most),
                Err(_) => return Err(error),
            }
        }
    }

    #[cold]
    fn stream_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Inflated> {
        let info = self.info;
        let mut stream = self.stream(src);
        loop {
            cx.check_cancel(info)?;
            let written = stream.written;
            let room = dst.get_mut(written..).unwrap_or(&mut []);
            if room.is_empty() {
                let (consumed, end) = stream.past_full(info);
                return Ok(Inflated { consumed, written, end });
            }
            let step = room.len().min(STEP);
            let room = room.get_mut(..step).unwrap_or(&mut []);
            let run = |state: &mut Decompress, src: &[u8]| state.decompress(src, room, FlushDecompress::None);
            let end = match stream.step(info, run) {
                Ok(false) => continue,
                Ok(true) => End::Reached,
                // A block that follows the last byte of output is read ahead.
                Err(error) if stream.written == dst.len() => End::Missing(error),
                Err(error) => return Err(error),
            };
            return Ok(Inflated { consumed: stream.consumed, written: stream.written, end });
        }
    }

    /// Inflates the stream at the start of `src` to the end of `dst`, and returns the bytes of `src` that belong to
    /// it. `guess` is what it may give: a good one saves time. A bad one does no harm.
    ///
    /// # Errors
    /// As [`Inflater::inflate_into`]; `Limit` once `dst` would become longer than [`output_room`]. What `dst` then holds
    /// beyond its old length is unspecified.
    pub fn inflate_append(&mut self, src: &[u8], dst: &mut Vec<u8>, guess: usize, cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(self.info)?;
        let most = output_room(cx).saturating_sub(dst.len());
        let guess = guess.max(dst.capacity() - dst.len()).min(most);
        let mut verdict = match self.append_whole(src, dst, guess, cx)? {
            Ok(consumed) => return Ok(consumed),
            Err(verdict) => verdict,
        };
        // Second try: streams of high ratio are short, and all they can give is no large allocation.
        let all = src.len().saturating_mul(MAX_RATIO as usize).min(SECOND_GUESS).min(most);
        if verdict == Verdict::TooLarge && all / 2 > guess {
            verdict = match self.append_whole(src, dst, all, cx)? {
                Ok(consumed) => return Ok(consumed),
                Err(verdict) => verdict,
            };
        }
        let start = dst.len();
        match self.stream_append(src, dst, cx) {
            Err(error) if verdict == Verdict::TooLarge && error.kind() == ErrorKind::Malformed => {
                dst.truncate(start);
                self.overrule(src, dst, guess.saturating_mul(2), most, error, cx)
            }
            result => result,
        }
    }

    /// Tries libdeflate with this much room. A guess that cannot be allocated may be a lie, and is no error.
    fn append_whole(
        &mut self,
        src: &[u8],
        dst: &mut Vec<u8>,
        room: usize,
        cx: &Context<'_>,
    ) -> Result<Result<usize, Verdict>> {
        if room > dst.capacity() - dst.len() {
            // Doubling, within the limit: the members of a gzip file come in thousands.
            let more = dst.len().min(output_room(cx).saturating_sub(dst.len())).max(room);
            if dst.try_reserve_exact(more).is_err() {
                return Ok(Err(Verdict::TooLarge));
            }
        }
        Ok(self.whole(cx)?.inflate_append(src, dst, room))
    }

    #[cold]
    fn stream_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<usize> {
        let info = self.info;
        let most = output_room(cx);
        let mut stream = self.stream(src);
        loop {
            cx.check_cancel(info)?;
            if dst.len() >= most {
                return match stream.past_full(info) {
                    (consumed, End::Reached) if dst.len() == most => Ok(consumed),
                    (_, End::Missing(error)) => Err(error),
                    _ => Err(over(info, most, cx)),
                };
            }
            if dst.len() == dst.capacity() {
                let more = dst.len().clamp(MIN_GROWTH, usize::MAX >> 1).min(most - dst.len());
                dst.try_reserve_exact(more).map_err(|error| info.out_of_memory(more).with_source(error))?;
            }
            if stream.step(info, |state, src| state.decompress_vec(src, dst, FlushDecompress::None))? {
                return if dst.len() > most { Err(over(info, most, cx)) } else { Ok(stream.consumed) };
            }
        }
    }

    fn whole(&mut self, cx: &Context<'_>) -> Result<&mut ffi::Decompressor> {
        if self.whole.is_none() {
            cx.gate_working(self.info, INFLATE_WORKING_BYTES)?;
            self.whole = Some(ffi::Decompressor::new().ok_or_else(|| self.info.out_of_memory(11 << 10))?);
        }
        self.whole.as_mut().ok_or_else(|| self.info.internal("no decompressor"))
    }

    fn stream<'a>(&'a mut self, src: &'a [u8]) -> Stream<'a> {
        let state = self.stream.get_or_insert_with(|| Decompress::new(false));
        state.reset(false);
        Stream { state, src, consumed: 0, written: 0 }
    }
}

impl core::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inflater").field("info", &self.info.name).finish_non_exhaustive()
    }
}

/// The first growth where nothing is known.
const MIN_GROWTH: usize = 4096;

/// The most that is allocated for a second guess.
const SECOND_GUESS: usize = 16 << 20;

/// What a stream of `src_len` bytes may give where nothing tells: four times as much, which few images exceed.
#[must_use]
pub const fn guess(src_len: usize) -> usize {
    let guess = src_len.saturating_mul(4);
    if guess < MIN_GROWTH { MIN_GROWTH } else { guess }
}

/// The most bytes that one call may give under these limits and this budget. Allocate no more for a size that is
/// guessed or declared.
#[must_use]
pub fn output_room(cx: &Context<'_>) -> usize {
    let bytes = cx.budget.map_or(u64::MAX, iio_codec::Budget::left).min(cx.limits.output_bytes);
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

#[cold]
fn over(info: &'static CodecInfo, most: usize, cx: &Context<'_>) -> Error {
    let needed = (most as u64).saturating_add(1);
    match cx.gate_output(info, needed, 0, None) {
        Err(error) => error,
        Ok(()) => info.limit("output", "output_bytes", needed, cx.limits.output_bytes),
    }
}

/// A pass of zlib-rs over one stream.
struct Stream<'a> {
    state: &'a mut Decompress,
    src: &'a [u8],
    consumed: usize,
    written: usize,
}

impl Stream<'_> {
    /// Runs one call on what is left of the input. True at the end of the stream.
    fn step(
        &mut self,
        info: &CodecInfo,
        run: impl FnOnce(&mut Decompress, &[u8]) -> Result<Status, flate2::DecompressError>,
    ) -> Result<bool> {
        let before = (self.consumed, self.written);
        let status = run(self.state, self.src.get(self.consumed..).unwrap_or(&[]));
        // Both counts are of slices of this address space.
        self.consumed = usize::try_from(self.state.total_in()).unwrap_or(usize::MAX);
        self.written = usize::try_from(self.state.total_out()).unwrap_or(usize::MAX);
        match status {
            Ok(Status::StreamEnd) => Ok(true),
            Ok(_) if (self.consumed, self.written) != before => Ok(false),
            Ok(_) => {
                let message = format!("stream ends inside a deflate block, after {} bytes of output", self.written);
                Err(info.truncated(message).at(self.src.len()))
            }
            Err(error) => {
                let message = format!("{}, after {} bytes of output", fault(error.message()), self.written);
                Err(info.malformed(message).at(self.consumed))
            }
        }
    }

    /// Finds out what follows a full destination: the end mark may be all that is left.
    fn past_full(&mut self, info: &CodecInfo) -> (usize, End) {
        let (mut spill, written) = ([0], self.written);
        let end = loop {
            match self.step(info, |state, src| state.decompress(src, &mut spill, FlushDecompress::None)) {
                _ if self.written > written => break End::Beyond,
                Ok(true) => break End::Reached,
                Ok(false) => {}
                Err(error) => break End::Missing(error),
            }
        };
        (self.consumed, end)
    }
}

/// What zlib's terse texts mean, with the names of RFC 1951.
fn fault(message: Option<&str>) -> &str {
    match message {
        Some("invalid block type") => "block type 3 is reserved",
        Some("invalid stored block lengths") => "LEN and NLEN of a stored block are not complements",
        Some("too many length or distance symbols") => "a block declares over 286 length or 30 distance symbols",
        Some("invalid code lengths set") => "the code length code is over-subscribed or incomplete",
        Some("invalid bit length repeat") => "a code length repeat has nothing to repeat or runs past the last symbol",
        Some("invalid code -- missing end-of-block") => "the literal/length code lacks the end-of-block symbol",
        Some("invalid literal/lengths set") => "the literal/length code is over-subscribed or incomplete",
        Some("invalid distances set") => "the distance code is over-subscribed or incomplete",
        Some("invalid literal/length code") => "bits that are no literal/length symbol",
        Some("invalid distance code") => "bits that are no distance symbol",
        Some("invalid distance too far back" | "invalid distance code too far back") => {
            "a distance reaches before the start of the output"
        }
        Some(other) => other,
        None => "the deflate block is broken",
    }
}

/// Deflates whole buffers at one level. Its library is made at first use and kept.
pub struct Deflater {
    info: &'static CodecInfo,
    level: u8,
    whole: Option<ffi::Compressor>,
}

impl Deflater {
    /// Makes a worker whose errors name `info`.
    ///
    /// # Errors
    /// `InvalidArgument` if `level` is not one of [`LEVELS`].
    pub fn new(info: &'static CodecInfo, level: u8) -> Result<Self> {
        if !LEVELS.contains(&level) {
            return Err(info.invalid_argument(format!("level must be 0..=12, got {level}")));
        }
        Ok(Self { info, level, whole: None })
    }

    /// The level.
    #[must_use]
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// The most bytes that `src_len` bytes become, at any level.
    #[must_use]
    pub fn bound(src_len: usize) -> usize {
        ffi::deflate_bound(src_len)
    }

    /// Deflates `src` into the start of `dst` and returns the bytes written.
    ///
    /// # Errors
    /// `OutputTooSmall`, `Cancelled`, `Limit`, `OutOfMemory`.
    pub fn deflate_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        let (info, have) = (self.info, dst.len());
        cx.check_cancel(self.info)?;
        if let Some(small) = Small::new(src, self.level) {
            let to = dst.get_mut(..small.bytes().len());
            to.ok_or_else(|| info.output_too_small(Self::bound(src.len()), have))?.copy_from_slice(small.bytes());
            return Ok(small.bytes().len());
        }
        self.whole(cx)?.deflate_into(src, dst).ok_or_else(|| info.output_too_small(Self::bound(src.len()), have))
    }

    /// Deflates `src` to the end of `dst`.
    ///
    /// # Errors
    /// `Cancelled`, `Limit`, `OutOfMemory`. `dst` is then as before.
    pub fn deflate_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let (info, bound) = (self.info, Self::bound(src.len()));
        dst.try_reserve(bound).map_err(|error| info.out_of_memory(bound).with_source(error))?;
        cx.check_cancel(self.info)?;
        if let Some(small) = Small::new(src, self.level) {
            dst.extend_from_slice(small.bytes());
            return Ok(());
        }
        self.whole(cx)?
            .deflate_append(src, dst)
            .ok_or_else(|| info.internal(format!("{bound} bytes did not hold what they bound")))
    }

    fn whole(&mut self, cx: &Context<'_>) -> Result<&mut ffi::Compressor> {
        if self.whole.is_none() {
            let bytes = deflate_working_bytes(self.level);
            cx.gate_working(self.info, bytes)?;
            let refused = || self.info.out_of_memory(usize::try_from(bytes).unwrap_or(usize::MAX));
            self.whole = Some(ffi::Compressor::new(self.level).ok_or_else(refused)?);
        }
        self.whole.as_mut().ok_or_else(|| self.info.internal("no compressor"))
    }
}

/// A few bytes as literals of a block with fixed codes (RFC 1951, 3.2.6). libdeflate stores what is so short, which takes
/// five bytes more than there are.
struct Small {
    stream: [u8; Self::MOST],
    len: usize,
}

impl Small {
    const MOST: usize = 64;

    /// `None` where libdeflate does not store, or where storing takes less.
    fn new(src: &[u8], level: u8) -> Option<Self> {
        // libdeflate's own rule.
        let stored = 55usize.checked_sub(usize::from(level) * 4)?;
        if level == 0 || src.len() > stored {
            return None;
        }
        let mut small = Self { stream: [0; Self::MOST], len: 0 };
        let mut bits = 0;
        // The last block, with fixed codes.
        small.push(&mut bits, 0b011, 3);
        for &byte in src {
            // Codes are defined from the highest bit on, streams are filled from the lowest.
            match u16::from(byte) {
                literal @ ..144 => small.push(&mut bits, (0x30 + literal).reverse_bits() >> 8, 8),
                literal => small.push(&mut bits, (0x190 + literal - 144).reverse_bits() >> 7, 9),
            }
        }
        // The end of the block is 7 zeros.
        bits += 7;
        small.len = bits.div_ceil(8);
        (small.len < src.len() + 5).then_some(small)
    }

    fn push(&mut self, bits: &mut usize, code: u16, n_bits: usize) {
        let code = u32::from(code) << (*bits % 8);
        for (slot, byte) in self.stream.iter_mut().skip(*bits / 8).zip(code.to_le_bytes()) {
            *slot |= byte;
        }
        *bits += n_bits;
    }

    fn bytes(&self) -> &[u8] {
        self.stream.get(..self.len).unwrap_or(&[])
    }
}

impl core::fmt::Debug for Deflater {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Deflater").field("info", &self.info.name).field("level", &self.level).finish_non_exhaustive()
    }
}
