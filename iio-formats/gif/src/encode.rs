//! The way from frames to a file.

use iio_codec::{ArrayRef, Blame, DType, Layout, Result};

use crate::block::Disposal;
use crate::lzw::{Packer, row_order};
use crate::quantize::{Indexed, OPAQUE, quantize, with_palette};
use crate::{EncodeOptions, INFO};

/// What stands in a file beside its frames.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) icc_profile: Option<Vec<u8>>,
    pub(crate) xmp: Option<Vec<u8>>,
}

/// What an image says of itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    /// Milliseconds that it is shown.
    pub(crate) duration: Option<u32>,
    pub(crate) palette: Option<Vec<[u8; 3]>>,
    pub(crate) comments: Vec<String>,
}

/// Part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rect {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// A frame that waits for the next one, which tells what becomes of it.
struct Pending {
    rect: Rect,
    image: Indexed,
    /// Its colours are the global ones.
    is_global: bool,
    delay: Option<u16>,
    disposal: Disposal,
    /// They stand before it.
    comments: Vec<String>,
}

/// A file in the making: frames go in, bytes come out.
pub(crate) struct Assembly {
    options: EncodeOptions,
    pub(crate) extras: Extras,
    size: Option<(usize, usize)>,
    global: Vec<[u8; 3]>,
    global_transparent: Option<u8>,
    pending: Option<Pending>,
    /// Pixels of the pending frame, all of them.
    shown: Vec<u8>,
    pixel_len: usize,
    n_frames: usize,
    has_head: bool,
    packer: Packer,
}

/// How the axes of an array are frames: the axes in front of a frame, and samples per pixel (0: indices).
pub(crate) fn frame_axes(layout: &Layout, options: &EncodeOptions) -> Result<(usize, usize)> {
    let shape = layout.shape();
    let rgb = match options.rgb {
        Some(rgb) => rgb,
        None => options.colormap.is_none() && shape.len() >= 3 && matches!(shape.last(), Some(3 | 4)),
    };
    let samples = if rgb { shape.last().copied().unwrap_or(0) } else { 0 };
    let own = if rgb { 3 } else { 2 };
    let is_frame = shape.len() >= own && matches!(samples, 0 | 3 | 4) && layout.dtype() == DType::U8;
    if !is_frame {
        let message = format!("GIF holds uint8 [.., height, width] and [.., height, width, 3 or 4], got {layout}");
        return Err(INFO.invalid_argument(message));
    }
    let size = shape.iter().rev().skip(own - 2).take(2);
    if layout.is_empty() || size.into_iter().any(|&len| len > u16::MAX.into()) {
        return Err(INFO.invalid_argument(format!("height and width must be 1..=65535, got {layout}")));
    }
    Ok((shape.len() - own, samples))
}

/// The frames of an array, in order.
pub(crate) fn frames<'a>(src: ArrayRef<'a>, n_axes: usize) -> Result<Vec<ArrayRef<'a>>> {
    let mut frames = vec![src];
    for _ in 0..n_axes {
        let each = |frame: &ArrayRef<'a>| {
            let (n, frame) = (frame.shape().first().copied().unwrap_or(0), *frame);
            (0..n).map(move |index| frame.index_axis(0, index))
        };
        frames = frames.iter().flat_map(each).collect::<Result<_>>()?;
    }
    Ok(frames)
}

impl Assembly {
    pub(crate) fn new(options: &EncodeOptions) -> Result<Self> {
        options.validate()?;
        Ok(Self {
            options: options.clone(),
            extras: Extras::default(),
            size: None,
            global: Vec::new(),
            global_transparent: None,
            pending: None,
            shown: Vec::new(),
            pixel_len: 0,
            n_frames: 0,
            has_head: false,
            packer: Packer::default(),
        })
    }

    /// Hundredths of a second that frame `number` is shown.
    fn delay(&self, number: usize, given: Option<u32>) -> Result<Option<u16>> {
        let ms = match self.options.duration.as_slice() {
            [] => given,
            [all] => Some(*all),
            list => match list.get(number) {
                Some(ms) => Some(*ms),
                None => {
                    let message = format!("duration has {} numbers, frame {number} has none", list.len());
                    return Err(INFO.invalid_argument(message));
                }
            },
        };
        Ok(ms.map(|ms| u16::try_from(ms.saturating_add(5) / 10).unwrap_or(u16::MAX)))
    }

    /// Adds a frame: `[height, width]` indices if `samples` is 0, else `[height, width, samples]`. What can be written
    /// of the file goes to `dst`.
    pub(crate) fn push(&mut self, frame: ArrayRef<'_>, samples: usize, said: &Said, dst: &mut Vec<u8>) -> Result<()> {
        let colours = said.palette.as_deref();
        let &[height, width, ..] = frame.shape() else {
            return Err(INFO.internal(format!("frame of {}", frame.layout())));
        };
        let size = *self.size.get_or_insert((height, width));
        let pixel_len = samples.max(1);
        if self.n_frames > 0 && (size != (height, width) || self.pixel_len != pixel_len) {
            let message = format!(
                "frame {} is {}, those before are {} x {} of {} samples",
                self.n_frames,
                frame.layout(),
                size.0,
                size.1,
                self.pixel_len
            );
            return Err(INFO.invalid_argument(message));
        }
        self.pixel_len = pixel_len;
        let delay = self.delay(self.n_frames, said.duration)?;
        let mut pixels = Vec::new();
        frame.append_to(&mut pixels)?;
        for pixel in pixels.as_chunks_mut::<4>().0.iter_mut().filter(|_| samples == 4) {
            *pixel = if pixel[3] < OPAQUE { [0; 4] } else { [pixel[0], pixel[1], pixel[2], u8::MAX] };
        }
        let whole = Rect { left: 0, top: 0, width, height };
        let has_holes = self.has_holes(&pixels);
        let mut rect = whole;
        match &mut self.pending {
            Some(pending) if has_holes && self.options.disposal.is_none() => {
                // What shows through must not be the frame before, not even the part of it that was left out.
                pending.disposal = Disposal::Background;
                if pending.rect != whole {
                    let (delay, comments) = (pending.delay, core::mem::take(&mut pending.comments));
                    let shown = core::mem::take(&mut self.shown);
                    let again = self.make(&shown, whole, delay, colours)?;
                    self.pending = Some(Pending { disposal: Disposal::Background, comments, ..again });
                }
            }
            Some(pending) if self.options.crop && !has_holes => {
                if matches!(pending.disposal, Disposal::None | Disposal::Keep) {
                    rect = changed(&self.shown, &pixels, width, pixel_len);
                }
            }
            _ => {}
        }
        let mut next = self.make(&pixels, rect, delay, colours)?;
        next.comments = match &self.options.comment {
            Some(comment) if self.n_frames == 0 => vec![comment.clone()],
            Some(_) => Vec::new(),
            None => said.comments.clone(),
        };
        self.shown = pixels;
        self.n_frames += 1;
        if let Some(pending) = self.pending.replace(next) {
            self.flush(&pending, dst)?;
        }
        Ok(())
    }

    fn has_holes(&self, pixels: &[u8]) -> bool {
        match (self.pixel_len, self.options.transparent) {
            (4, _) => pixels.as_chunks::<4>().0.iter().any(|pixel| pixel[3] == 0),
            (1, Some(index)) => pixels.contains(&index),
            _ => false,
        }
    }

    /// Finds indices and colours of a part of a frame.
    fn make(&mut self, pixels: &[u8], rect: Rect, delay: Option<u16>, colours: Option<&[[u8; 3]]>) -> Result<Pending> {
        let width = self.size.map_or(0, |size| size.1);
        let part = crop(pixels, rect, width, self.pixel_len);
        let first = self.n_frames == 0;
        let n = usize::from(self.options.n_colours);
        let image = match self.pixel_len {
            3 => self.colours::<3>(&part, n, rect.width)?,
            4 => self.colours::<4>(&part, n, rect.width)?,
            _ => self.indices(part, colours)?,
        };
        if first {
            self.global.clone_from(&image.colours);
            self.global_transparent = image.transparent;
        }
        let is_global = image.colours == self.global;
        let disposal = self.options.disposal.unwrap_or_default();
        Ok(Pending { rect, image, is_global, delay, disposal, comments: Vec::new() })
    }

    fn colours<const N: usize>(&self, part: &[u8], n: usize, width: usize) -> Result<Indexed> {
        if self.n_frames > 0
            && let Some(indices) = with_palette::<N>(part, &self.global, self.global_transparent)?
        {
            let transparent = self.global_transparent;
            return Ok(Indexed { colours: self.global.clone(), indices, transparent });
        }
        quantize::<N>(part, n, self.options.dither, width)
    }

    fn indices(&self, indices: Vec<u8>, given: Option<&[[u8; 3]]>) -> Result<Indexed> {
        let transparent = self.options.transparent;
        let colours = match self.options.colormap.as_deref().or(given) {
            Some(colours) => colours.to_vec(),
            None => (0..=u8::MAX).map(|gray| [gray; 3]).collect(),
        };
        let greatest = indices.iter().fold(0, |most, &index| index.max(most));
        if usize::from(greatest) >= colours.len() {
            let message = format!("index {greatest} has no colour, the colormap has {}", colours.len());
            return Err(INFO.invalid_argument(message));
        }
        Ok(Indexed { colours, indices, transparent })
    }

    /// Writes the last frame and the trailer.
    pub(crate) fn finish(&mut self, dst: &mut Vec<u8>) -> Result<()> {
        let Some(pending) = self.pending.take() else { return Err(INFO.invalid_argument("no image was written")) };
        self.flush(&pending, dst)?;
        dst.push(0x3b);
        Ok(())
    }

    fn flush(&mut self, pending: &Pending, dst: &mut Vec<u8>) -> Result<()> {
        if !self.has_head {
            self.has_head = true;
            self.head(pending, dst);
        }
        for comment in &pending.comments {
            dst.extend_from_slice(&[0x21, 0xfe]);
            push_sub_blocks(comment.as_bytes(), dst);
        }
        let transparent = pending.image.transparent;
        if transparent.is_some() || pending.delay.is_some() || pending.disposal != Disposal::None {
            let flags = (pending.disposal as u8) << 2 | u8::from(transparent.is_some());
            let [d0, d1] = pending.delay.unwrap_or(0).to_le_bytes();
            dst.extend_from_slice(&[0x21, 0xf9, 4, flags, d0, d1, transparent.unwrap_or(0), 0]);
        }
        let Rect { left, top, width, height } = pending.rect;
        dst.push(0x2c);
        for value in [left, top, width, height] {
            dst.extend_from_slice(&u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes());
        }
        let bits = table_bits(pending.image.colours.len());
        let interlace = if self.options.interlace { 0x40 } else { 0 };
        if pending.is_global {
            dst.push(interlace);
        } else {
            dst.push(interlace | 0x80 | (bits - 1));
            push_table(&pending.image.colours, bits, dst);
        }
        let indices = if self.options.interlace {
            let rows: Vec<&[u8]> = pending.image.indices.chunks_exact(width).collect();
            &row_order(height, true).filter_map(|y| rows.get(y).copied()).collect::<Vec<_>>().concat()
        } else {
            &pending.image.indices
        };
        self.packer.encode(indices, bits.max(2), dst)
    }

    /// Signature, screen, global colours, and what applies to the file as a whole. There is more than one frame if
    /// another one waits.
    fn head(&self, first: &Pending, dst: &mut Vec<u8>) {
        let animated = self.pending.is_some() || self.n_frames > 1;
        let loops = self.options.loops.filter(|_| animated);
        let plain = loops.is_none()
            && self.extras.icc_profile.is_none()
            && self.extras.xmp.is_none()
            && first.comments.is_empty()
            && first.image.transparent.is_none()
            && first.delay.is_none()
            && !animated;
        dst.extend_from_slice(if plain { b"GIF87a" } else { b"GIF89a" });
        let (height, width) = self.size.unwrap_or((0, 0));
        for value in [width, height] {
            dst.extend_from_slice(&u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes());
        }
        let bits = table_bits(self.global.len());
        // Where nothing is drawn, decoders show the background: with the transparent colour pixels come back as they were.
        dst.extend_from_slice(&[0x80 | 7 << 4 | (bits - 1), self.global_transparent.unwrap_or(0), 0]);
        push_table(&self.global, bits, dst);
        if let Some(loops) = loops {
            let [n0, n1] = loops.to_le_bytes();
            dst.extend_from_slice(b"\x21\xff\x0bNETSCAPE2.0\x03\x01");
            dst.extend_from_slice(&[n0, n1, 0]);
        }
        if let Some(profile) = &self.extras.icc_profile {
            dst.extend_from_slice(b"\x21\xff\x0bICCRGBG1012");
            push_sub_blocks(profile, dst);
        }
        if let Some(xmp) = &self.extras.xmp {
            // XMP part 3, 1.1.2: the packet as it is, and a trailer on which any decoder finds the end.
            dst.extend_from_slice(b"\x21\xff\x0bXMP DataXMP");
            dst.extend_from_slice(xmp);
            dst.push(1);
            dst.extend((0..=u8::MAX).rev());
            dst.push(0);
        }
    }
}

/// Bits of the indices of a table, 1 to 8.
fn table_bits(n: usize) -> u8 {
    (1..8).find(|&bits| 1 << bits >= n).unwrap_or(8)
}

fn push_table(colours: &[[u8; 3]], bits: u8, dst: &mut Vec<u8>) {
    let filled = colours.iter().copied().chain(core::iter::repeat([0; 3])).take(1 << bits);
    dst.extend(filled.flatten());
}

fn push_sub_blocks(bytes: &[u8], dst: &mut Vec<u8>) {
    for block in bytes.chunks(255) {
        dst.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        dst.extend_from_slice(block);
    }
    dst.push(0);
}

/// The rectangle in which two images differ; one pixel if they do not.
fn changed(before: &[u8], now: &[u8], width: usize, pixel_len: usize) -> Rect {
    let (mut x, mut y) = ((usize::MAX, 0), (usize::MAX, 0));
    let rows = before.chunks_exact(width * pixel_len).zip(now.chunks_exact(width * pixel_len)).enumerate();
    for (row, (a, b)) in rows.filter(|(_, (a, b))| a != b) {
        y = (y.0.min(row), row + 1);
        let mut pixels = a.chunks_exact(pixel_len).zip(b.chunks_exact(pixel_len)).map(|(a, b)| a != b);
        let last = width - pixels.clone().rev().position(|differs| differs).unwrap_or(0);
        x = (x.0.min(pixels.position(|differs| differs).unwrap_or(0)), x.1.max(last));
    }
    if y.1 == 0 {
        return Rect { left: 0, top: 0, width: 1, height: 1 };
    }
    Rect { left: x.0, top: y.0, width: x.1 - x.0, height: y.1 - y.0 }
}

fn crop(pixels: &[u8], rect: Rect, width: usize, pixel_len: usize) -> Vec<u8> {
    let columns = rect.left * pixel_len..(rect.left + rect.width) * pixel_len;
    let rows = pixels.chunks_exact((width * pixel_len).max(1)).skip(rect.top).take(rect.height);
    rows.filter_map(|row| row.get(columns.clone())).collect::<Vec<_>>().concat()
}
