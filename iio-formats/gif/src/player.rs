//! Compositing: frames drawn one over the other.

use iio_codec::{ArrayMut, Blame, Context, Result, zeroed_vec};

use crate::block::{Disposal, Frame};
use crate::index::Index;
use crate::lzw::{can_hold, decode, row_order};
use crate::{DecodeOptions, INFO};

/// The screen after some frames.
pub(crate) struct Player {
    /// Red, green, blue, alpha.
    canvas: Vec<u8>,
    /// What was at the place of the last frame before it, if that is to come back.
    before: Vec<u8>,
    indices: Vec<u8>,
    /// The frame that comes next.
    pub(crate) next: usize,
    /// The frame that is to be disposed of.
    last: Option<Frame>,
}

/// Makes `buffer` exactly `len` bytes long.
fn resize(buffer: &mut Vec<u8>, len: usize) -> Result<()> {
    if buffer.capacity() < len {
        *buffer = zeroed_vec(len)?;
    }
    buffer.resize(len, 0);
    Ok(())
}

/// Decodes the indices of a frame, in the order of rows of the frame.
pub(crate) fn indices(
    src: &[u8],
    frame: &Frame,
    to: &mut Vec<u8>,
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<usize> {
    let n = usize::from(frame.width) * usize::from(frame.height);
    let missing = |found: usize| INFO.truncated(format!("image data ends after {found} of {n} pixels")).at(frame.end);
    // Gates come before memory.
    if !can_hold(frame.end - frame.data, n) && !options.allow_missing_pixels {
        return Err(missing(0));
    }
    cx.gate_working(&INFO, n as u64)?;
    resize(to, n)?;
    let found = decode(src, frame.data, to, cx)?;
    if found < n {
        if !options.allow_missing_pixels {
            return Err(missing(found));
        }
        to.get_mut(found..).iter_mut().for_each(|rest| rest.fill(0));
    }
    Ok(found)
}

impl Player {
    /// An empty screen.
    pub(crate) fn new(index: &Index, cx: &Context<'_>) -> Result<Self> {
        let len = 4 * index.size.0 * index.size.1;
        cx.gate_working(&INFO, len as u64 * 2)?;
        Ok(Self { canvas: zeroed_vec(len)?, before: Vec::new(), indices: Vec::new(), next: 0, last: None })
    }

    /// Draws frames up to `number`.
    pub(crate) fn play(
        &mut self,
        src: &[u8],
        index: &Index,
        number: usize,
        options: &DecodeOptions,
        cx: &Context<'_>,
    ) -> Result<()> {
        let frames = index.frames.get(..=number).ok_or_else(|| INFO.internal(format!("no frame {number}")))?;
        if self.next > number + 1 {
            (self.next, self.last) = (0, None);
        }
        // What a frame hides need not be drawn.
        let rest = frames.get(self.next..).unwrap_or(&[]);
        if let Some(ahead) = rest.iter().rposition(|frame| frame.covers(index)).filter(|&ahead| ahead > 0) {
            (self.next, self.last) = (self.next + ahead, None);
        }
        if self.next == 0 {
            let colour = background(src, index);
            self.canvas.as_chunks_mut().0.fill(colour);
        }
        while self.next <= number {
            let Some(frame) = frames.get(self.next) else { break };
            let place = |error: iio_codec::Error| error.within(format_args!("frame {}", self.next));
            let found = indices(src, frame, &mut self.indices, options, cx).map_err(place)?;
            self.dispose(src, index);
            if frame.disposal == Disposal::Previous {
                self.save(index, frame)?;
            }
            self.draw(src, index, frame, found);
            self.last = Some(*frame);
            self.next += 1;
        }
        Ok(())
    }

    /// Keeps what is at the place of a frame: no more than that, for the screen may be large and frames many.
    fn save(&mut self, index: &Index, frame: &Frame) -> Result<()> {
        let columns = columns(frame, index.size.1);
        resize(&mut self.before, 4 * columns.len() * usize::from(frame.height))?;
        let rows = rows(&mut self.canvas, frame, index);
        let kept = self.before.as_chunks_mut().0.chunks_exact_mut(columns.len().max(1));
        kept.zip(rows).for_each(|(to, row)| to.copy_from_slice(row));
        Ok(())
    }

    fn dispose(&mut self, src: &[u8], index: &Index) {
        let Some(last) = self.last.take() else { return };
        let rows = rows(&mut self.canvas, &last, index);
        match last.disposal {
            Disposal::None | Disposal::Keep => {}
            Disposal::Previous => {
                let kept = self.before.as_chunks().0.chunks_exact(columns(&last, index.size.1).len().max(1));
                rows.zip(kept).for_each(|(row, kept)| row.copy_from_slice(kept));
            }
            Disposal::Background => {
                let colour = background(src, index);
                rows.for_each(|row| row.fill(colour));
            }
        }
    }

    fn draw(&mut self, src: &[u8], index: &Index, frame: &Frame, found: usize) {
        let mut colours = [[0, 0, 0, u8::MAX]; 256];
        match frame.colours(&index.screen, src) {
            Some(table) => {
                colours.iter_mut().zip(table).for_each(|(to, &[red, green, blue])| *to = [red, green, blue, u8::MAX]);
            }
            // Without any table indices are gray values, as in Pillow.
            None => (0..=u8::MAX).zip(&mut colours).for_each(|(i, to)| *to = [i, i, i, u8::MAX]),
        }
        let transparent = frame.transparent;
        let (screen_width, width) = (index.size.1, usize::from(frame.width));
        let columns = columns(frame, screen_width);
        let pixels = self.canvas.as_chunks_mut::<4>().0;
        let rows = self.indices.chunks_exact(width).zip(row_order(frame.height.into(), frame.interlaced));
        for (number, (row, y)) in rows.enumerate() {
            // Pixels that the data does not have are not drawn.
            let have = found.saturating_sub(number * width).min(width);
            let y = usize::from(frame.top) + y;
            let to = pixels.get_mut(y * screen_width..(y + 1) * screen_width);
            let Some(to) = to.and_then(|to| to.get_mut(columns.clone())) else { continue };
            for (to, &index) in to.iter_mut().zip(row.iter().take(have)) {
                if Some(index) != transparent {
                    *to = colours[usize::from(index)];
                }
            }
        }
    }

    /// Copies the screen into an image of 3 or 4 samples.
    pub(crate) fn copy_to(&self, mut dst: ArrayMut<'_>) -> Result<()> {
        let &[height, width, samples] = dst.shape() else {
            return Err(INFO.internal(format!("screen into {}", dst.layout())));
        };
        if samples == 4 {
            return dst.store(&self.canvas);
        }
        let opaque = |row: &[[u8; 4]], to: &mut [u8]| {
            let pixels = to.as_chunks_mut::<3>().0.iter_mut().zip(row);
            pixels.for_each(|(to, &[red, green, blue, _])| *to = [red, green, blue]);
        };
        let rows = self.canvas.as_chunks().0.chunks_exact(width).take(height).enumerate();
        let mut scratch = Vec::new();
        for (y, row) in rows {
            let mut to = dst.reborrow().index_axis(0, y)?;
            match to.contiguous() {
                Some(to) => opaque(row, to),
                None => {
                    resize(&mut scratch, width * 3)?;
                    opaque(row, &mut scratch);
                    to.store(&scratch)?;
                }
            }
        }
        Ok(())
    }
}

/// The part of the rows of the screen that a frame covers.
fn rows<'a>(canvas: &'a mut [u8], frame: &Frame, index: &Index) -> impl Iterator<Item = &'a mut [[u8; 4]]> {
    let (columns, width) = (columns(frame, index.size.1), index.size.1);
    let rows = canvas.as_chunks_mut::<4>().0.chunks_exact_mut(width.max(1));
    let rows = rows.skip(frame.top.into()).take(frame.height.into());
    rows.filter_map(move |row| row.get_mut(columns.clone()))
}

/// The columns of the screen that a frame covers.
fn columns(frame: &Frame, width: usize) -> core::ops::Range<usize> {
    let start = usize::from(frame.left).min(width);
    start..(usize::from(frame.left) + usize::from(frame.width)).min(width)
}

/// What the screen shows where there is no frame: the background colour, transparent if the file has transparency.
fn background(src: &[u8], index: &Index) -> [u8; 4] {
    let table = index.screen.table.and_then(|table| src.get(table.at..table.at + 3 * table.n));
    let colour = table.and_then(|bytes| bytes.as_chunks::<3>().0.get(usize::from(index.screen.background)));
    let [red, green, blue] = colour.copied().unwrap_or([0; 3]);
    [red, green, blue, if index.has_alpha { 0 } else { u8::MAX }]
}
