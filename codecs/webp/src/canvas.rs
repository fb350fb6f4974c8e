//! The canvas on which the frames of an animation are laid over each other.

use iio_codec::{AlignedBytes, ArrayMut, Blame, Context, Result};

use crate::container::Frame;
use crate::ffi::Rows;
use crate::{INFO, decode};

/// Bytes of a pixel of the canvas: red, green, blue, alpha.
const RGBA: usize = 4;
/// Bytes of frames that one byte of the file may ask to be decoded for one image, once [`iio_codec::Limits::output_bytes`] are
/// exceeded: a frame that depends on a thousand others is legal, and a bomb if they are large and nearly empty.
const MAX_WORK_RATIO: u64 = 4096;

/// The canvas of an animation after one of its frames. Frames that follow are laid upon it, so that showing them in
/// order decodes each but once.
///
/// ```
/// # use iio_codec::{ArrayMut, ArrayRef, Context, DType, Layout};
/// # let layout = Layout::new(DType::U8, &[2, 8, 8, 3])?;
/// # let pixels: Vec<u8> = (0..layout.n_bytes()).map(|i| (i * 7) as u8).collect();
/// # let file = iio_webp::encode(ArrayRef::new(&pixels, layout)?, &Default::default())?;
/// let (info, frames) = (iio_webp::info(&file)?, iio_webp::frames(&file)?);
/// let mut canvas = iio_webp::Canvas::new(info.width, info.height);
/// let mut image = vec![0; 8 * 8 * 3];
/// canvas.show(&file, &frames, 1, false, &Context::default())?;
/// canvas.store(ArrayMut::new(&mut image, Layout::new(DType::U8, &[8, 8, 3])?)?)?;
/// assert_eq!(image, pixels[8 * 8 * 3..]);
/// # Ok::<(), iio_codec::Error>(())
/// ```
pub struct Canvas {
    width: u32,
    height: u32,
    /// Empty until the first frame is shown.
    pixels: Option<AlignedBytes>,
    /// The frame that is shown.
    shown: Option<usize>,
    /// A frame that is to be blended.
    scratch: Vec<u8>,
}

impl Canvas {
    /// Makes a canvas of this size, without pixels yet.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height, pixels: None, shown: None, scratch: Vec::new() }
    }

    /// Shows frame `index` of `frames`, whose places are those in `src`. What comes before may be missing from the
    /// canvas or not; what follows the frame need not be in `src`.
    ///
    /// # Errors
    /// `Malformed`, `Truncated`; `InvalidArgument` if there is no such frame; `Limit`, `OutOfMemory`, `Cancelled`.
    pub fn show(&mut self, src: &[u8], frames: &[Frame], index: usize, threads: bool, cx: &Context<'_>) -> Result<()> {
        if index >= frames.len() {
            let message = format!("there is no frame {index}, the file has {}", frames.len());
            return Err(INFO.invalid_argument(message));
        }
        let key = self.last_key(frames, index);
        // Whatever is left of an earlier frame serves if it is on the way.
        let first = match self.shown {
            Some(shown) if (key..=index).contains(&shown) => shown + 1,
            _ => key,
        };
        let way = frames.get(first..=index).unwrap_or(&[]);
        self.gate(src, way, cx)?;
        for (number, frame) in (first..).zip(way) {
            cx.check_cancel(&INFO)?;
            // A frame that fails leaves a canvas that is not to be built upon.
            let before = self.shown.take().and_then(|before| frames.get(before)).filter(|_| number != key);
            self.lay(src, frame, before, threads, cx).map_err(|error| error.within(format_args!("frame {number}")))?;
            self.shown = Some(number);
        }
        Ok(())
    }

    fn gate(&self, src: &[u8], way: &[Frame], cx: &Context<'_>) -> Result<()> {
        let area = |frame: &Frame| u64::from(frame.width) * u64::from(frame.height) * RGBA as u64;
        let work = way.iter().map(area).fold(0, u64::saturating_add);
        let allowed = cx.limits.output_bytes.max((src.len() as u64).saturating_mul(MAX_WORK_RATIO));
        if work > allowed {
            let what = format!("{} frames that are laid over each other", way.len());
            return Err(INFO.limit(what, "output_bytes", work, allowed));
        }
        let largest = way.iter().filter(|frame| frame.blend).map(area).max().unwrap_or(0);
        let canvas = u64::from(self.width) * u64::from(self.height) * RGBA as u64;
        cx.gate_working(&INFO, canvas.saturating_add(largest))
    }

    /// The last frame up to `index` that does not depend on those before it.
    fn last_key(&self, frames: &[Frame], index: usize) -> usize {
        let mut key = 0;
        for (number, pair) in (1..=index).zip(frames.windows(2)) {
            let [before, frame] = pair else { break };
            let replaces = (!frame.alpha || !frame.blend) && self.is_full(frame);
            if replaces || (before.dispose && (self.is_full(before) || key == number - 1)) {
                key = number;
            }
        }
        key
    }

    const fn is_full(&self, frame: &Frame) -> bool {
        frame.width == self.width && frame.height == self.height
    }

    /// Lays one frame upon the one before; `None` begins with an empty canvas.
    fn lay(
        &mut self,
        src: &[u8],
        frame: &Frame,
        before: Option<&Frame>,
        threads: bool,
        cx: &Context<'_>,
    ) -> Result<()> {
        let row_len = self.width as usize * RGBA;
        let mut pixels = match self.pixels.take() {
            Some(pixels) => pixels,
            None => AlignedBytes::zeroed(row_len * self.height as usize)?,
        };
        match before {
            None => pixels.fill(0),
            Some(before) if before.dispose => {
                rectangle(&mut pixels, row_len, before).for_each(|row| row.fill(0));
            }
            Some(_) => {}
        }
        let (len, height) = (frame.width as usize * RGBA, frame.height as usize);
        let no_rows = || INFO.internal("frame exceeds its canvas");
        if let Some(before) = before.filter(|_| frame.blend && frame.alpha) {
            // The scratch is overwritten by the decoder, in full.
            self.scratch.clear();
            self.scratch.try_reserve(len * height).map_err(|_| INFO.out_of_memory(len * height))?;
            self.scratch.resize(len * height, 0);
            let mut rows = Rows::of_slice(&mut self.scratch, len, height, len).ok_or_else(no_rows)?;
            decode::image(src, frame, &mut rows, RGBA, threads, cx)?;
            blend(&mut pixels, row_len, &self.scratch, frame, before);
        } else {
            let start = frame.y as usize * row_len + frame.x as usize * RGBA;
            let from = pixels.get_mut(start..).ok_or_else(no_rows)?;
            let mut rows = Rows::of_slice(from, len, height, row_len).ok_or_else(no_rows)?;
            decode::image(src, frame, &mut rows, RGBA, threads, cx)?;
        }
        self.pixels = Some(pixels);
        Ok(())
    }

    /// Copies the canvas to `dst`, `[height, width, samples]` with 3 or 4 samples. With 3, alpha is dropped.
    ///
    /// # Errors
    /// `InvalidArgument` if the layout is another, or no frame is shown.
    pub fn store(&self, mut dst: ArrayMut<'_>) -> Result<()> {
        let Some(pixels) = self.pixels.as_ref().filter(|_| self.shown.is_some()) else {
            return Err(INFO.invalid_argument("no frame is shown"));
        };
        let (width, height) = (self.width as usize, self.height as usize);
        let samples = match *dst.shape() {
            [h, w, samples @ 3..=4] if (h, w) == (height, width) => samples,
            _ => {
                let message = format!("canvas of {width} x {height}, destination is {}", dst.layout());
                return Err(INFO.invalid_argument(message));
            }
        };
        let mut copy;
        let row_len = width * samples;
        let store = |dst: &mut ArrayMut<'_>| match dst.rows_mut(row_len) {
            Some(rows) => {
                for (to, from) in rows.zip(pixels.chunks_exact(width * RGBA)) {
                    put(from, to, samples);
                }
                true
            }
            None => false,
        };
        if store(&mut dst) {
            return Ok(());
        }
        copy = AlignedBytes::zeroed(dst.layout().n_bytes())?;
        store(&mut ArrayMut::new(&mut copy, *dst.layout())?);
        dst.store(&copy)
    }
}

/// Copies a row of pixels, with or without alpha.
fn put(from: &[u8], to: &mut [u8], samples: usize) {
    if samples == RGBA {
        to.copy_from_slice(from);
        return;
    }
    for (to, &[r, g, b, _]) in to.as_chunks_mut::<3>().0.iter_mut().zip(from.as_chunks::<RGBA>().0) {
        *to = [r, g, b];
    }
}

/// The rows of a frame on the canvas.
fn rectangle<'a>(pixels: &'a mut [u8], row_len: usize, frame: &Frame) -> impl Iterator<Item = &'a mut [u8]> + use<'a> {
    let columns = frame.x as usize * RGBA..(frame.x + frame.width) as usize * RGBA;
    let rows = pixels.chunks_exact_mut(row_len).skip(frame.y as usize).take(frame.height as usize);
    rows.filter_map(move |row| row.get_mut(columns.clone()))
}

/// Blends a decoded frame with the canvas. Where the frame before was disposed of there is nothing to blend with.
fn blend(pixels: &mut [u8], row_len: usize, decoded: &[u8], frame: &Frame, before: &Frame) {
    let (top, bottom) = (before.y, before.y + before.height);
    let left = before.x.max(frame.x).min(frame.x + frame.width) - frame.x;
    let right = (before.x + before.width).max(frame.x).min(frame.x + frame.width) - frame.x;
    let rows = rectangle(pixels, row_len, frame).zip(decoded.chunks_exact(frame.width as usize * RGBA));
    for (y, (to, from)) in (frame.y..).zip(rows) {
        let cleared = before.dispose && (top..bottom).contains(&y);
        let cleared = if cleared { left as usize..right as usize } else { 0..0 };
        for (x, (to, from)) in to.as_chunks_mut::<RGBA>().0.iter_mut().zip(from.as_chunks::<RGBA>().0).enumerate() {
            *to = if from[3] == 255 || cleared.contains(&x) { *from } else { over(*from, *to) };
        }
    }
}

/// `from` over `to`, neither premultiplied, rounded as libwebp does it: a frame then looks the same in all programs.
fn over(from: [u8; 4], to: [u8; 4]) -> [u8; 4] {
    let alpha = u32::from(from[3]);
    if alpha == 0 {
        return to;
    }
    let below = (u32::from(to[3]) * (256 - alpha)) >> 8;
    let sum = alpha + below;
    let scale = (1 << 24) / sum;
    let mix = |from: u8, to: u8| {
        // At most 255 * sum * 2^24 / sum.
        let mixed = ((u32::from(from) * alpha + u32::from(to) * below) * scale) >> 24;
        u8::try_from(mixed).unwrap_or(u8::MAX)
    };
    [mix(from[0], to[0]), mix(from[1], to[1]), mix(from[2], to[2]), u8::try_from(sum).unwrap_or(u8::MAX)]
}
