//! Workers for raw DEFLATE that zlib and gzip frame: our inflater, and libdeflate as the deflater.

use iio_codec::{Blame, CodecInfo, Context, Error, Progress, Result};

use crate::ffi;
use crate::inflate::{Fault, Inflate};
#[doc(hidden)]
pub use crate::simd::Path;

/// The highest ratio that DEFLATE reaches: a match of 258 bytes takes one bit for its length and one for its distance.
pub const MAX_RATIO: u32 = 1032;

/// The levels of [`Deflater`].
pub const LEVELS: core::ops::RangeInclusive<u8> = 0..=12;

/// Output between two looks at the cancel flag.
const STEP: usize = 4 << 20;

/// What the inflater holds.
const INFLATE_WORKING_BYTES: u64 = Inflate::BYTES as u64;

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

/// Inflates raw DEFLATE streams. Its tables are allocated at first use and kept.
pub struct Inflater {
    info: &'static CodecInfo,
    path: Path,
    inflate: Option<Inflate>,
    /// For the second of two streams.
    other: Option<Inflate>,
}

impl Inflater {
    /// Makes a worker whose errors name `info`.
    #[must_use]
    pub const fn new(info: &'static CodecInfo) -> Self {
        Self::with_path(info, Path::Bmi2)
    }

    /// As [`Inflater::new`], for tests: the way to decode symbols makes no difference.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_path(info: &'static CodecInfo, path: Path) -> Self {
        Self { info, path, inflate: None, other: None }
    }

    /// Inflates the stream at the start of `src` into the start of `dst`.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`, with the offset in `src`, if that shows before `dst` is full; `Cancelled`,
    /// `Limit`.
    pub fn inflate_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Inflated> {
        let info = self.info;
        finish(info, self.begin(cx)?, src, dst, cx)
    }

    /// Inflates two streams, each as [`Inflater::inflate_into`] does. Both at once take up to a quarter less time than one
    /// after the other, if they are about as long.
    pub fn inflate_both(
        &mut self,
        [(src, dst), (other_src, other_dst)]: [(&[u8], &mut [u8]); 2],
        cx: &Context<'_>,
    ) -> [Result<Inflated>; 2] {
        let info = self.info;
        // The cancel flag is not looked at in between.
        if dst.len().max(other_dst.len()) > STEP
            || cx.check_cancel(info).is_err()
            || cx.gate_working(info, 2 * INFLATE_WORKING_BYTES).is_err()
        {
            return [self.inflate_into(src, dst, cx), self.inflate_into(other_src, other_dst, cx)];
        }
        let first = self.inflate.get_or_insert_with(|| Inflate::new(self.path));
        let second = self.other.get_or_insert_with(|| Inflate::new(self.path));
        first.reset();
        second.reset();
        Inflate::run_both((first, src, dst), (second, other_src, other_dst));
        [finish(info, first, src, dst, cx), finish(info, second, other_src, other_dst, cx)]
    }

    /// Inflates the stream at the start of `src` to the end of `dst`, and returns the bytes of `src` that belong to
    /// it. `guess` is what it may give: a good one saves time. A bad one does no harm.
    ///
    /// # Errors
    /// As [`Inflater::inflate_into`]; `Limit` once `dst` would become longer than [`output_room`]; `OutOfMemory`. What
    /// `dst` then holds beyond its old length is unspecified.
    pub fn inflate_append(&mut self, src: &[u8], dst: &mut Vec<u8>, guess: usize, cx: &Context<'_>) -> Result<usize> {
        let info = self.info;
        let inflate = self.begin(cx)?;
        let (start, most) = (dst.len(), output_room(cx).max(dst.len()));
        let mut len = start.saturating_add(guess.max(1)).min(most);
        loop {
            if lengthen(dst, len, most).is_none() {
                // A guess that cannot be allocated may be a lie.
                let less = dst.len().saturating_add(MIN_GROWTH).min(most);
                lengthen(dst, less, most).ok_or_else(|| info.out_of_memory(less))?;
            }
            let room = dst.get_mut(start..).unwrap_or(&mut []);
            match run(info, inflate, src, room, cx)? {
                Ok(true) => {
                    dst.truncate(start + inflate.written());
                    return Ok(inflate.consumed());
                }
                Ok(false) if dst.len() >= most => return Err(over(info, most, cx)),
                Ok(false) => len = dst.len().saturating_add((dst.len() - start).max(MIN_GROWTH)).min(most),
                Err(fault) => return Err(broken(info, fault, inflate, src)),
            }
        }
    }

    /// Checks the limits, and begins a stream.
    fn begin(&mut self, cx: &Context<'_>) -> Result<&mut Inflate> {
        cx.check_cancel(self.info)?;
        if self.inflate.is_none() {
            cx.gate_working(self.info, INFLATE_WORKING_BYTES)?;
        }
        let inflate = self.inflate.get_or_insert_with(|| Inflate::new(self.path));
        inflate.reset();
        Ok(inflate)
    }
}

/// Goes on with a stream to its end, or that of `dst`.
fn finish(info: &CodecInfo, inflate: &mut Inflate, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Inflated> {
    let end = match run(info, inflate, src, dst, cx)? {
        Ok(true) => End::Reached,
        Ok(false) => End::Beyond,
        Err(fault) if inflate.written() == dst.len() => End::Missing(broken(info, fault, inflate, src)),
        Err(fault) => return Err(broken(info, fault, inflate, src)),
    };
    Ok(Inflated { consumed: inflate.consumed(), written: inflate.written(), end })
}

/// Inflates until the stream ends or `dst` is full.
fn run(
    info: &CodecInfo,
    inflate: &mut Inflate,
    src: &[u8],
    dst: &mut [u8],
    cx: &Context<'_>,
) -> Result<Result<bool, Fault>> {
    loop {
        let upto = inflate.written().saturating_add(STEP).min(dst.len());
        match inflate.run(src, dst.get_mut(..upto).unwrap_or(&mut [])) {
            Ok(false) if upto < dst.len() => cx.check_cancel(info)?,
            result => return Ok(result),
        }
    }
}

/// Makes `dst` as long as `len`, with room for twice that up to `most`: the members of a gzip file come in thousands.
fn lengthen(dst: &mut Vec<u8>, len: usize, most: usize) -> Option<()> {
    if dst.capacity() == 0 {
        *dst = iio_codec::zeroed_vec(len).ok()?;
        return Some(());
    }
    let more = len.saturating_sub(dst.len());
    if more > dst.capacity() - dst.len() {
        dst.try_reserve_exact(more.max(dst.len().min(most - dst.len()))).ok()?;
    }
    dst.resize(len.max(dst.len()), 0);
    Some(())
}

#[cold]
fn broken(info: &CodecInfo, fault: Fault, inflate: &Inflate, src: &[u8]) -> Error {
    let message = format!("{}, after {} bytes of output", fault.text(), inflate.written());
    match fault {
        Fault::Truncated => info.truncated(message).at(src.len()),
        _ => info.malformed(message).at(inflate.consumed()),
    }
}

impl core::fmt::Debug for Inflater {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inflater").field("info", &self.info.name).finish_non_exhaustive()
    }
}

/// The first growth where nothing is known.
const MIN_GROWTH: usize = 4096;

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
