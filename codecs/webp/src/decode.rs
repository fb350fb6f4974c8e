use iio_codec::{AlignedBytes, ArrayMut, Blame, Context, DType, Error, Header, Layout, Result};
use libwebp_sys::VP8StatusCode;

use crate::container::{Frame, Info, frames, info, scan, slice};
use crate::ffi::{self, DecodeFailure, Rows};
use crate::{Canvas, DecodeOptions, INFO};

/// Reads the header: the layout that decoding gives, with the options applied.
///
/// # Errors
/// `Malformed`, `Truncated`; `InvalidArgument` if there is no frame `index`.
pub fn header(src: &[u8], options: &DecodeOptions) -> Result<Header> {
    let info = info(src)?;
    Ok(Header { layout: layout(&info, options)?, bits: 8 })
}

fn layout(info: &Info, options: &DecodeOptions) -> Result<Layout> {
    pick(info, options)?;
    let samples = if options.has_alpha.unwrap_or(info.alpha) { 4 } else { 3 };
    let image = [u64::from(info.height), u64::from(info.width), samples];
    if options.index.is_none() && info.n_frames > 1 {
        let [height, width, samples] = image;
        return Layout::from_u64(DType::U8, &[info.n_frames as u64, height, width, samples]);
    }
    Layout::from_u64(DType::U8, &image)
}

/// The frame that the options ask for; 0 if that is all.
fn pick(info: &Info, options: &DecodeOptions) -> Result<usize> {
    let index = options.index.unwrap_or(0);
    let n = i64::try_from(info.n_frames).unwrap_or(i64::MAX);
    let from_start = if index < 0 { index.saturating_add(n) } else { index };
    usize::try_from(from_start)
        .ok()
        .filter(|&index| index < info.n_frames)
        .ok_or_else(|| INFO.invalid_argument(format!("there is no frame {index}, the file has {n}")))
}

/// Decodes `src` into a new array, under the default limits.
///
/// # Errors
/// As [`header`] and [`decode_into`]; `Limit`; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    iio_codec::ArrayCodec::decoder(&crate::Webp::new(crate::EncodeOptions::default(), options.clone()))?.decode(
        src,
        None,
        &Context::default(),
    )
}

/// Decodes `src` into `dst`, whose layout must be that of [`header`].
///
/// # Errors
/// As [`header`]; `InvalidArgument` if the layout is another; `Limit` if libwebp would hold more than
/// `working_bytes`; `Cancelled`.
pub fn decode_into(src: &[u8], mut dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    let mut first = None;
    let info = scan(src.len() as u64, &mut |offset, to| slice(src, offset, to), &mut |frame| {
        first.get_or_insert(frame);
        Ok(())
    })?;
    let layout = layout(&info, options)?;
    if *dst.layout() != layout {
        return Err(INFO.invalid_argument(format!("stream gives {layout}, destination is {}", dst.layout())));
    }
    cx.check_cancel(&INFO)?;
    let threads = threads(options.threads, cx);
    if info.animation.is_some() {
        return animation(src, &info, &mut dst, options, threads, cx);
    }
    let frame = first.ok_or_else(|| INFO.internal("no image"))?;
    let samples = layout.shape().last().copied().unwrap_or(0);
    let (row_len, height) = (frame.width as usize * samples, frame.height as usize);
    if let Some(mut rows) = Rows::of_view(&mut dst, row_len, height) {
        return image(src, &frame, &mut rows, samples, threads, cx);
    }
    // Pixels of the destination are apart.
    cx.gate_working(&INFO, layout.n_bytes() as u64)?;
    let mut copy = AlignedBytes::zeroed(layout.n_bytes())?;
    let mut rows = Rows::of_slice(&mut copy, row_len, height, row_len).ok_or_else(|| INFO.internal("no rows"))?;
    image(src, &frame, &mut rows, samples, threads, cx)?;
    dst.store(&copy)
}

/// True if libwebp shall use its second thread.
pub(crate) fn threads(asked: usize, cx: &Context<'_>) -> bool {
    let width = cx.executor.width();
    if asked == 0 { width > 1 } else { asked.min(width) > 1 }
}

fn animation(
    src: &[u8],
    info: &Info,
    dst: &mut ArrayMut<'_>,
    options: &DecodeOptions,
    threads: bool,
    cx: &Context<'_>,
) -> Result<()> {
    let frames = frames(src)?;
    let mut canvas = Canvas::new(info.width, info.height);
    if dst.layout().ndim() == 3 {
        canvas.show(src, &frames, pick(info, options)?, threads, cx)?;
        return canvas.store(dst.reborrow());
    }
    for index in 0..frames.len() {
        canvas.show(src, &frames, index, threads, cx)?;
        canvas.store(dst.reborrow().index_axis(0, index)?)?;
    }
    Ok(())
}

/// Decodes the image of one frame.
pub(crate) fn image(
    src: &[u8],
    frame: &Frame,
    rows: &mut Rows<'_>,
    samples: usize,
    threads: bool,
    cx: &Context<'_>,
) -> Result<()> {
    let (start, end) = (usize::try_from(frame.range.start), usize::try_from(frame.range.end));
    let chunks = start.ok().zip(end.ok()).and_then(|(start, end)| src.get(start..end));
    let chunks = chunks.ok_or_else(|| INFO.truncated("image is not all there").at(frame.range.start))?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    // Lossless: the pixels and the last rows; lossy: rows of macroblocks, and the alpha plane with its own decoder.
    let rows_of_blocks = u64::from(frame.width) * 128 + (1 << 16);
    let working = match (frame.lossless, frame.alpha) {
        (true, _) => pixels * 4 + rows_of_blocks,
        (false, true) => pixels * 5 + rows_of_blocks,
        (false, false) => rows_of_blocks,
    };
    cx.gate_working(&INFO, working)?;
    ffi::decode(chunks, rows, samples, threads).map_err(|failure| explain(&failure, frame))
}

fn explain(failure: &DecodeFailure, frame: &Frame) -> Error {
    let at = frame.range.start;
    let status = match failure {
        DecodeFailure::Header { width, height } => {
            let message = format!("libwebp reads {width} x {height}, not {} x {}", frame.width, frame.height);
            return INFO.malformed(message).at(at);
        }
        DecodeFailure::Status(status) => *status,
    };
    let kind = if frame.lossless { "VP8L" } else { "VP8" };
    match status {
        VP8StatusCode::VP8_STATUS_OUT_OF_MEMORY => {
            let len = (frame.width as usize).saturating_mul(frame.height as usize).saturating_mul(5);
            // What libwebp also says of a compressed alpha plane that is broken: is there memory or not?
            if frame.alpha && !frame.lossless && Vec::<u8>::new().try_reserve_exact(len).is_ok() {
                return INFO.malformed("ALPH bit stream is broken").at(at);
            }
            INFO.out_of_memory(len).at(at)
        }
        VP8StatusCode::VP8_STATUS_BITSTREAM_ERROR => INFO.malformed(format!("{kind} bit stream is broken")).at(at),
        VP8StatusCode::VP8_STATUS_SUSPENDED | VP8StatusCode::VP8_STATUS_NOT_ENOUGH_DATA => {
            INFO.truncated(format!("{kind} bit stream ends too early")).at(frame.range.end)
        }
        VP8StatusCode::VP8_STATUS_UNSUPPORTED_FEATURE => {
            INFO.unsupported(format!("{kind} bit stream has a feature that libwebp does not know")).at(at)
        }
        status => INFO.backend(status as i64, format!("libwebp gives {status:?}")).at(at),
    }
}
