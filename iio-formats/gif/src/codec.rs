use core::ops::Range;
use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, CodecId, CodecInfo,
    CodecKind, Context, DType, Directions, Fields, Header, Layout, Result, Tier,
};

use crate::block::{Block, Blocks, Screen};
use crate::encode::{Assembly, Said, frame_axes, frames};
use crate::index::{Index, Summary, summary};
use crate::lzw::Unpacker;
use crate::player::{Player, Screen as OwnScreen, store_indices};
use crate::{DecodeOptions, EncodeOptions, check};

/// What registries know of this codec: a file in memory.
pub static INFO: CodecInfo = CodecInfo {
    name: "gif",
    title: "GIF 87a and 89a",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_gif"), CodecId::Zarr("imagecodecs_gif")],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    // A frame of one pixel makes an image of the size of the screen.
    max_ratio: None,
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let encode = EncodeOptions::read(fields)?;
    let mut decode = DecodeOptions::read(fields)?;
    fields.int_opt("index", -0x7fff_ffff..=0x7fff_ffff, &mut decode.index)?;
    Ok(AnyCodec::Array(Arc::new(Gif { encode, decode })))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Gif {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Gif {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

/// Decodes a file, under the default limits: `[images, height, width, 3 or 4]`, or without the first axis if there is
/// one image.
///
/// # Errors
/// `Malformed`, `Truncated`; `InvalidArgument` if there is no image of the index, or indices of frames of several sizes
/// are asked for; `Limit` if the samples exceed 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    Worker(Gif::new(EncodeOptions::default(), options.clone())).decode(src, None, &Context::default())
}

/// Decodes a file into `dst`, which has the layout that [`decode`] gives.
///
/// # Errors
/// As [`decode`]; `InvalidArgument` if `dst` has another layout.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions) -> Result<()> {
    decode_images(src, dst, options, &Context::default())
}

/// Encodes an array as a file: `[.., height, width]` gray samples, or indices with
/// [`EncodeOptions::colormap`], or `[.., height, width, 3 or 4]`. Leading axes are frames.
///
/// # Errors
/// `InvalidArgument` if the options or the format do not hold the array; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_images(src, &mut dst, options, &Context::default())?;
    Ok(dst)
}

/// Encodes an array into the start of `dst` and returns the bytes written.
///
/// # Errors
/// As [`encode`]; `OutputTooSmall`.
pub fn encode_into(src: ArrayRef<'_>, dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    let file = encode(src, options)?;
    let have = dst.len();
    let to = dst.get_mut(..file.len()).ok_or_else(|| INFO.output_too_small(file.len(), have))?;
    to.copy_from_slice(&file);
    Ok(file.len())
}

/// The image that an index means; `None` for all.
fn resolve(index: Option<i64>, n: usize) -> Result<Option<usize>> {
    let Some(index) = index else { return Ok(None) };
    let count = i64::try_from(n).unwrap_or(i64::MAX);
    let found = if index < 0 { index.saturating_add(count) } else { index };
    match usize::try_from(found).ok().filter(|&found| found < n) {
        Some(found) => Ok(Some(found)),
        None => Err(INFO.invalid_argument(format!("there is no image {index}, the file has {n}"))),
    }
}

/// What decoding gives, found without allocation.
fn layout(src: &[u8], options: &DecodeOptions) -> Result<Layout> {
    let (screen, summary) = summary(src, options)?;
    let one = resolve(options.index, summary.n_frames)?;
    let axes = if options.asrgb {
        let samples = if summary.has_alpha { 4 } else { 3 };
        vec_of(summary.n_frames, one, &[summary.size.0, summary.size.1, samples])
    } else {
        let (height, width) = frame_size(src, &screen, summary, one)?;
        vec_of(summary.n_frames, one, &[height, width])
    };
    axes.map_err(|error| INFO.malformed(error.message().to_owned()))
}

/// `[n, ..shape]`, or `shape` for one image.
fn vec_of(n: usize, one: Option<usize>, shape: &[usize]) -> Result<Layout> {
    if one.is_some() || n == 1 {
        return Layout::new(DType::U8, shape);
    }
    let mut all = [n; 4];
    all.iter_mut().skip(1).zip(shape).for_each(|(to, len)| *to = *len);
    Layout::new(DType::U8, all.get(..=shape.len()).unwrap_or(&[]))
}

/// Height and width of one frame, or of all.
fn frame_size(src: &[u8], screen: &Screen, summary: Summary, one: Option<usize>) -> Result<(usize, usize)> {
    let mut size: Option<(usize, usize)> = None;
    let mut blocks = Blocks::new(src, screen);
    let mut number = 0;
    while number < summary.n_frames {
        if let Block::Frame(frame) = blocks.next()? {
            let own = (usize::from(frame.height), usize::from(frame.width));
            match (one, size) {
                (Some(one), _) if one == number => return Ok(own),
                (None, Some(size)) if size != own => {
                    let message = format!(
                        "frame {number} is {} x {}, those before are {} x {}: ask for one by its index",
                        own.0, own.1, size.0, size.1
                    );
                    return Err(INFO.invalid_argument(message));
                }
                _ => size = Some(own),
            }
            number += 1;
        }
    }
    size.ok_or_else(|| INFO.internal("no frame"))
}

fn decode_images(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    let expected = layout(src, options)?;
    if *dst.layout() != expected {
        return Err(INFO.invalid_argument(format!("images are {expected}, destination {}", dst.layout())));
    }
    let index = Index::new(src, options, &cx.limits)?;
    let n = index.n_frames()?;
    let one = resolve(options.index, n)?;
    let images = one.map_or(0..n, |one| one..one + 1);
    if options.asrgb {
        return draw_images((src, &index), images, dst, options, cx);
    }
    let (mut dst, stacked) = (dst, expected.ndim() > 2);
    let (mut unpacker, mut scratch) = (Unpacker::default(), Vec::new());
    for number in images {
        cx.check_cancel(&INFO)?;
        let to = if stacked { dst.reborrow().index_axis(0, number)? } else { dst.reborrow() };
        store_indices(src, index.frame(number)?, (to, &mut unpacker, &mut scratch), options, cx)
            .map_err(|error| error.within(format_args!("frame {number}")))?;
    }
    Ok(())
}

/// Draws all images, or one.
fn draw_images(
    (src, index): (&[u8], &Index),
    images: Range<usize>,
    mut dst: ArrayMut<'_>,
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    let (len, stacked) = (index.screen_len(), dst.layout().ndim() > 3);
    let first = images.start;
    let Some(bytes) = dst.contiguous().filter(|bytes| bytes.len() == len * images.len()) else {
        let mut screen = OwnScreen::new(index, cx)?;
        for number in images {
            cx.check_cancel(&INFO)?;
            screen.player.play((src, index), number, &mut screen.canvas, options, cx)?;
            let mut to = if stacked { dst.reborrow().index_axis(0, number - first)? } else { dst.reborrow() };
            to.store(&screen.canvas)?;
        }
        return Ok(());
    };
    // The screen is the place of the image itself, and begins as the image before.
    let mut player = Player::new(index, cx)?;
    for number in images {
        cx.check_cancel(&INFO)?;
        let (done, rest) = bytes.split_at_mut((number - first) * len);
        let canvas = rest.get_mut(..len).ok_or_else(|| INFO.internal(format!("no room for image {number}")))?;
        let before = done.len().checked_sub(len).and_then(|start| done.get(start..));
        let hides = index.frame(number)?.hides_all(index) && !options.allow_missing_pixels;
        if let Some(before) = before.filter(|_| !hides) {
            canvas.copy_from_slice(before);
        }
        player.play((src, index), number, canvas, options, cx)?;
    }
    Ok(())
}

fn encode_images(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    let (n_axes, samples) = frame_axes(src.layout(), options)?;
    let mut assembly = Assembly::new(options)?;
    for frame in frames(src, n_axes)? {
        cx.check_cancel(&INFO)?;
        assembly.push(frame, samples, &Said::default(), dst)?;
    }
    assembly.finish(dst)
}

/// Decodes and encodes: there is no state.
struct Worker(Gif);

impl ArrayCodec for Gif {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Worker(self.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Worker(self.clone())))
    }
}

impl ArrayDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        Ok(Some(Header { layout: layout(src, &self.0.decode)?, bits: 8 }))
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        decode_images(src, dst, &self.0.decode, cx)
    }
}

impl ArrayEncoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        let options = &self.0.encode;
        let (n_axes, samples) = frame_axes(layout, options).ok()?;
        let n = layout.shape().iter().take(n_axes).product::<usize>();
        let pixels = layout.n_samples() / samples.max(1);
        // 12 bits for each pixel at worst and a clear code now and then, in blocks of 255 bytes; descriptors and colours.
        let data = pixels.checked_mul(2)?;
        let comment = options.comment.as_ref().map_or(0, |comment| comment.len() * 2 + 4);
        data.checked_add(n.checked_mul(1024)?)?.checked_add(1024 + comment)
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let start = dst.len();
        let result = encode_images(src, dst, &self.0.encode, cx);
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}
