use core::ops::Range;

use iio_codec::{ArrayRef, Blame, Context, DType, Error, Layout, Result};
use libwebp_sys::WebPEncodingError;

use crate::container::{Animation, frames};
use crate::ffi::{self, Pixels, Settings};
use crate::options::check_delay;
use crate::write::{self, Extras, File};
use crate::{EncodeOptions, INFO, decode};

/// The most pixels along an axis of an image.
const MAX_SIDE: usize = 16383;

/// Bytes that libwebp holds per pixel, by measurement, on the worst of images: its hash chains and references, or the
/// tokens of macroblocks. An alpha plane of a lossy image is lossless.
const WORKING_LOSSLESS: u64 = 40;
const WORKING_LOSSY: u64 = 24;

/// Encodes an array to a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if dtype, shape or options do not fit; `Limit`; `OutOfMemory`; `Backend`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_append(src, &mut dst, options, &Context::default())?;
    dst.shrink_to_fit();
    Ok(dst)
}

/// Encodes an array to the end of `dst`.
///
/// # Errors
/// As [`encode`]; `Cancelled`. `dst` is then as before.
pub fn encode_append(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    let start = dst.len();
    let result = append(src, dst, options, cx);
    if result.is_err() {
        dst.truncate(start);
    }
    result
}

fn append(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    options.validate()?;
    match src.layout().ndim() {
        4 if src.shape().first() == Some(&1) => still(src.index_axis(0, 0)?, dst, options, cx),
        4 if !src.layout().is_empty() => {
            let n = src.shape().first().copied().unwrap_or(0);
            let mut animator = Animator::new(src.index_axis(0, 0)?.layout(), options, &Extras::default())?;
            for index in 0..n {
                let frame = src.index_axis(0, index)?;
                let added = animator.add(frame, options.delay, cx);
                added.map_err(|error| error.within(format_args!("frame {index}")))?;
            }
            let file = animator.finish(&Extras::default())?;
            dst.try_reserve(file.len()).map_err(|error| INFO.out_of_memory(file.len()).with_source(error))?;
            dst.extend_from_slice(&file);
            Ok(())
        }
        _ => still(src, dst, options, cx),
    }
}

fn still(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    let size = size(src.layout())?;
    let start = dst.len();
    let mut copy = Vec::new();
    image(pixels(src, size, &mut copy)?, dst, options, cx)?;
    if size.2 == 4 && options.keep_opaque { write::keep_alpha(dst, start) } else { Ok(()) }
}

/// Height, width and samples of an image that can be encoded.
fn size(layout: &Layout) -> Result<(usize, usize, usize)> {
    if let &[height, width, samples @ 3..=4] = layout.shape()
        && layout.dtype() == DType::U8
        && (1..=MAX_SIDE).contains(&height)
        && (1..=MAX_SIDE).contains(&width)
    {
        return Ok((height, width, samples));
    }
    let message = format!(
        "cannot encode {layout}, only uint8 [height, width, 3 or 4] of 1 to {MAX_SIDE} rows and columns, or a stack of these"
    );
    Err(INFO.invalid_argument(message))
}

fn pixels<'a>(
    src: ArrayRef<'a>,
    (height, width, samples): (usize, usize, usize),
    copy: &'a mut Vec<u8>,
) -> Result<Pixels<'a>> {
    let bytes = match src.contiguous() {
        Some(bytes) => bytes,
        None => {
            src.append_to(copy)?;
            copy
        }
    };
    Ok(Pixels { bytes, width, height, samples })
}

/// Encodes one image to a RIFF file at the end of `dst`.
fn image(src: Pixels<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    cx.check_cancel(&INFO)?;
    let lossless = options.is_lossless();
    let n_pixels = src.width as u64 * src.height as u64;
    cx.gate_working(&INFO, n_pixels * if lossless || src.samples == 4 { WORKING_LOSSLESS } else { WORKING_LOSSY })?;
    let settings = Settings {
        lossless,
        quality: options.quality(),
        method: options.method,
        exact: options.exact.unwrap_or(lossless),
        threads: decode::threads(options.threads, cx),
    };
    let cancel = cx.cancel;
    let cancelled = move || cancel.is_some_and(iio_codec::Cancel::is_cancelled);
    ffi::encode(src, &settings, &cancelled, dst).map_err(|code| explain(code, &src, cx))
}

fn explain(code: WebPEncodingError, src: &Pixels<'_>, cx: &Context<'_>) -> Error {
    match code {
        WebPEncodingError::VP8_ENC_ERROR_USER_ABORT => {
            let cancelled = cx.check_cancel(&INFO).err();
            cancelled.unwrap_or_else(|| INFO.internal("libwebp stopped without being asked to"))
        }
        WebPEncodingError::VP8_ENC_ERROR_OUT_OF_MEMORY
        | WebPEncodingError::VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY
        | WebPEncodingError::VP8_ENC_ERROR_BAD_WRITE => INFO.out_of_memory(src.bytes.len()),
        WebPEncodingError::VP8_ENC_ERROR_PARTITION0_OVERFLOW | WebPEncodingError::VP8_ENC_ERROR_PARTITION_OVERFLOW => {
            INFO.unsupported("the image is too complex for VP8 at this level: its partitions exceed their limit")
        }
        code => INFO.backend(code as i64, format!("libwebp gives {code:?}")),
    }
}

/// Bytes of pixels after which an animation gets a frame that does not depend on others, so that any frame is found soon.
const KEY_DISTANCE: u64 = 256 << 20;

/// Flags of a frame that stays when the next one comes: it replaces what was there, or is blended with it.
const REPLACE: u8 = 2;
const BLEND: u8 = 0;

/// Writes an animation frame by frame. Of each frame the rectangle that differs from the one before is stored; what
/// has not changed within is made transparent, if that is smaller.
pub struct Animator {
    options: EncodeOptions,
    layout: Layout,
    size: (usize, usize, usize),
    file: Vec<u8>,
    /// Samples of the frame before; empty at first.
    before: Vec<u8>,
    /// Memory for the next frame.
    scratch: Vec<u8>,
    /// Bytes of pixels since the last frame that does not depend on others.
    since_key: u64,
    /// True if a frame has alpha.
    alpha: bool,
}

impl Animator {
    /// Begins an animation of frames of `layout`, `[height, width, 3 or 4]` of `uint8`. What `options` say of the whole
    /// (loops, background) is written now, as is the ICC profile; the extras of [`Animator::finish`] must be the same.
    ///
    /// # Errors
    /// `InvalidArgument` if layout or options do not fit; `OutOfMemory`.
    pub fn new(layout: &Layout, options: &EncodeOptions, extras: &Extras<'_>) -> Result<Self> {
        options.validate()?;
        let size = size(layout)?;
        let mut file = Vec::new();
        let animation = Animation { background: options.background, loops: options.loops };
        let canvas = [size.1, size.0].map(|len| u32::try_from(len).unwrap_or(u32::MAX));
        write::head(&mut File::begin(&mut file)?, canvas, size.2 == 4, animation, extras)?;
        let (options, layout) = (options.clone(), *layout);
        Ok(Self { options, layout, size, file, before: Vec::new(), scratch: Vec::new(), since_key: 0, alpha: false })
    }

    /// Adds a frame that is shown for `delay` milliseconds.
    ///
    /// # Errors
    /// `InvalidArgument` if the layout is another; `Limit`, `OutOfMemory`, `Cancelled`, `Backend`.
    pub fn add(&mut self, frame: ArrayRef<'_>, delay: u32, cx: &Context<'_>) -> Result<()> {
        check_delay(delay)?;
        if *frame.layout() != self.layout {
            let message = format!("frame is {}, the first one {}", frame.layout(), self.layout);
            return Err(INFO.invalid_argument(message));
        }
        let mut samples = std::mem::take(&mut self.scratch);
        samples.clear();
        frame.append_to(&mut samples)?;
        let (height, width, n) = self.size;
        let first = self.before.is_empty();
        let (rows, columns) = if first || self.since_key > KEY_DISTANCE {
            self.since_key = 0;
            (0..height, 0..width)
        } else {
            self.changed(&samples)
        };
        self.since_key += rows.len() as u64 * columns.len() as u64 * 4;
        let area = [rows.clone(), columns.clone(), 0..n];
        let changed = ArrayRef::new(&samples, self.layout)?.window(&area)?;
        let (mut part, mut stream) = (Vec::new(), Vec::new());
        image(pixels(changed, (rows.len(), columns.len(), n), &mut part)?, &mut stream, &self.options, cx)?;
        let mut mode = REPLACE;
        if first && n == 4 && self.options.keep_opaque {
            // It says for the whole that there is alpha.
            write::keep_alpha(&mut stream, 0)?;
        } else if self.since_key > rows.len() as u64 * columns.len() as u64 * 4 {
            let before = ArrayRef::new(&self.before, self.layout)?.window(&area)?;
            if let Some(rgba) = differences(changed, before, n)? {
                let mut other = Vec::new();
                let pixels = Pixels { bytes: &rgba, width: columns.len(), height: rows.len(), samples: 4 };
                image(pixels, &mut other, &self.options, cx)?;
                if other.len() < stream.len() {
                    (stream, mode) = (other, BLEND);
                }
            }
        }
        self.append(&stream, &rows, &columns, delay, mode)?;
        // The next frame is compared with this one, and takes the memory of the one before.
        self.scratch = std::mem::replace(&mut self.before, samples);
        Ok(())
    }

    /// The smallest rectangle that holds all changes. It begins at even places, which is all that a file can say.
    fn changed(&self, samples: &[u8]) -> (Range<usize>, Range<usize>) {
        let (_, width, n) = self.size;
        let mut found: Option<(Range<usize>, Range<usize>)> = None;
        let pairs = samples.chunks_exact(width * n).zip(self.before.chunks_exact(width * n));
        for (y, (row, before)) in pairs.enumerate().filter(|(_, (row, before))| row != before) {
            let differs = |(a, b): (&[u8], &[u8])| a != b;
            let mut pixels = row.chunks_exact(n).zip(before.chunks_exact(n));
            let left = pixels.clone().position(differs).unwrap_or(0);
            let right = pixels.rposition(differs).unwrap_or(0) + 1;
            found = Some(match found {
                None => (y..y + 1, left..right),
                Some((rows, columns)) => (rows.start..y + 1, columns.start.min(left)..columns.end.max(right)),
            });
        }
        // A frame has a pixel at least.
        let (rows, columns) = found.unwrap_or((0..1, 0..1));
        (rows.start & !1..rows.end, columns.start & !1..columns.end)
    }

    fn append(
        &mut self,
        stream: &[u8],
        rows: &Range<usize>,
        columns: &Range<usize>,
        delay: u32,
        mode: u8,
    ) -> Result<()> {
        let images = frames(stream)?;
        self.alpha |= images.iter().any(|image| image.alpha);
        let range = images.first().map(|image| (usize::try_from(image.range.start), usize::try_from(image.range.end)));
        let chunks = match range {
            Some((Ok(start), Ok(end))) => stream.get(start..end),
            _ => None,
        };
        let chunks = chunks.ok_or_else(|| INFO.internal("libwebp wrote no image"))?;
        let mut header = [0; 16];
        let numbers = [columns.start / 2, rows.start / 2, columns.len() - 1, rows.len() - 1];
        for (to, number) in header.as_chunks_mut::<3>().0.iter_mut().zip(numbers) {
            // Sides are up to MAX_SIDE.
            let [a, b, c, _] = u32::try_from(number).unwrap_or(0).to_le_bytes();
            *to = [a, b, c];
        }
        let [a, b, c, _] = delay.to_le_bytes();
        header[12..].copy_from_slice(&[a, b, c, mode]);
        let pad: &[u8] = if chunks.len() % 2 == 1 { &[0] } else { &[] };
        File::resume(&mut self.file).chunk(*b"ANMF", &[&header, chunks, pad])
    }

    /// Ends the animation and gives the file.
    ///
    /// # Errors
    /// `InvalidArgument` if there is no frame, or the file exceeds 4 GiB; `OutOfMemory`.
    pub fn finish(mut self, extras: &Extras<'_>) -> Result<Vec<u8>> {
        if self.before.is_empty() {
            return Err(INFO.invalid_argument("an animation needs a frame"));
        }
        if !self.alpha {
            write::drop_alpha(&mut self.file);
        }
        let mut file = File::resume(&mut self.file);
        write::tail(&mut file, extras)?;
        file.finish()?;
        Ok(self.file)
    }
}

/// The pixels of `frame` as RGBA, those that equal `before` transparent. `None` if there are none, or if a pixel that
/// differs is not opaque: blending would change it.
fn differences(frame: ArrayRef<'_>, before: ArrayRef<'_>, n: usize) -> Result<Option<Vec<u8>>> {
    let row_len = frame.run_len();
    let (Some(rows), Some(rows_before)) = (frame.rows(row_len), before.rows(row_len)) else { return Ok(None) };
    let len = frame.layout().n_samples() / n * 4;
    let mut rgba = Vec::new();
    rgba.try_reserve(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    let mut any_equal = false;
    for (pixel, before) in rows.zip(rows_before).flat_map(|(a, b)| a.chunks_exact(n).zip(b.chunks_exact(n))) {
        match *pixel {
            _ if pixel == before => {
                any_equal = true;
                rgba.extend_from_slice(&[0; 4]);
            }
            [r, g, b] | [r, g, b, 255] => rgba.extend_from_slice(&[r, g, b, 255]),
            _ => return Ok(None),
        }
    }
    Ok(any_equal.then_some(rgba))
}
