//! Compositing: frames drawn one over the other.

use iio_codec::{ArrayMut, Blame, Context, Result, zeroed_vec};

use crate::block::{Disposal, Frame};
use crate::colour::{masked, opaque, words};
use crate::index::Index;
use crate::lzw::{Unpacker, can_hold, row_order};
use crate::{DecodeOptions, INFO};

/// What is kept from one frame to the next, but for the screen itself: that is the caller's, often the result.
#[derive(Debug)]
pub(crate) struct Player {
    /// What was at the place of the last frame before it, if that is to come back.
    before: Vec<u8>,
    indices: Vec<u8>,
    unpacker: Unpacker,
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

/// Refuses a frame that cannot have its pixels: gates come before memory.
fn gate(frame: &Frame, options: &DecodeOptions, cx: &Context<'_>) -> Result<usize> {
    let n = usize::from(frame.width) * usize::from(frame.height);
    if !can_hold(frame.end - frame.data, n) && !options.allow_missing_pixels {
        return Err(missing(frame, 0, n));
    }
    cx.gate_working(&INFO, n as u64)?;
    Ok(n)
}

fn missing(frame: &Frame, found: usize, n: usize) -> iio_codec::Error {
    INFO.truncated(format!("image data ends after {found} of {n} pixels")).at(frame.end)
}

/// Decodes the indices of a frame, in the order in which its rows are stored; returns how many the data has. Others
/// are 0.
fn unpack(
    src: &[u8],
    frame: &Frame,
    (unpacker, to): (&mut Unpacker, &mut [u8]),
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<usize> {
    let found = unpacker.decode(src, frame.data, to, cx)?;
    if found < to.len() && !options.allow_missing_pixels {
        return Err(missing(frame, found, to.len()));
    }
    to.get_mut(found..).iter_mut().for_each(|rest| rest.fill(0));
    Ok(found)
}

/// Decodes the indices of a frame into `dst`.
pub(crate) fn store_indices(
    src: &[u8],
    frame: &Frame,
    (mut dst, unpacker, scratch): (ArrayMut<'_>, &mut Unpacker, &mut Vec<u8>),
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    let n = gate(frame, options, cx)?;
    if !frame.interlaced
        && let Some(to) = dst.contiguous().filter(|to| to.len() == n)
    {
        return unpack(src, frame, (unpacker, to), options, cx).map(drop);
    }
    resize(scratch, n)?;
    unpack(src, frame, (unpacker, scratch), options, cx)?;
    let width = usize::from(frame.width);
    let rows = scratch.chunks_exact(width).zip(row_order(frame.height.into(), frame.interlaced));
    for (row, y) in rows {
        match dst.row_mut(y, width) {
            Some(to) => to.copy_from_slice(row),
            None => dst.reborrow().index_axis(0, y)?.store(row)?,
        }
    }
    Ok(())
}

/// A screen of its own.
#[derive(Debug)]
pub(crate) struct Screen {
    pub(crate) player: Player,
    pub(crate) canvas: Vec<u8>,
}

impl Screen {
    pub(crate) fn new(index: &Index, cx: &Context<'_>) -> Result<Self> {
        cx.gate_working(&INFO, index.screen_len() as u64 * 2)?;
        Ok(Self { player: Player::new(index, cx)?, canvas: zeroed_vec(index.screen_len())? })
    }
}

impl Player {
    /// Begins with an empty screen.
    pub(crate) fn new(index: &Index, cx: &Context<'_>) -> Result<Self> {
        cx.gate_working(&INFO, index.screen_len() as u64)?;
        Ok(Self { before: Vec::new(), indices: Vec::new(), unpacker: Unpacker::default(), next: 0, last: None })
    }

    /// Draws frames up to `number` over what `canvas` has from the last call, of [`Index::screen_len`] bytes.
    pub(crate) fn play(
        &mut self,
        (src, index): (&[u8], &Index),
        number: usize,
        canvas: &mut [u8],
        options: &DecodeOptions,
        cx: &Context<'_>,
    ) -> Result<()> {
        let frames = index.frames.get(..=number).ok_or_else(|| INFO.internal(format!("no frame {number}")))?;
        if self.next > number + 1 {
            (self.next, self.last) = (0, None);
        }
        // What a frame hides need not be drawn. If it is the next one, that matters only to who made the canvas.
        let rest = frames.get(self.next..).unwrap_or(&[]);
        let hides = rest.iter().rposition(|frame| frame.hides_all(index));
        match hides.filter(|&ahead| ahead > 0 || !options.allow_missing_pixels) {
            Some(ahead) => {
                (self.next, self.last) = (self.next + ahead, None);
                if !self.step((src, index), canvas, options, cx)? {
                    // Some of its pixels are missing, and those before are seen after all.
                    (self.next, self.last) = (0, None);
                    fill(canvas, background(src, index), index.samples());
                }
            }
            None if self.next == 0 => fill(canvas, background(src, index), index.samples()),
            None => {}
        }
        while self.next <= number {
            self.step((src, index), canvas, options, cx)?;
        }
        Ok(())
    }

    /// Draws the next frame. False if it has not all of its pixels.
    fn step(
        &mut self,
        (src, index): (&[u8], &Index),
        canvas: &mut [u8],
        options: &DecodeOptions,
        cx: &Context<'_>,
    ) -> Result<bool> {
        let frame = index.frame(self.next)?;
        let found = self.unpack(src, frame, options, cx);
        let found = found.map_err(|error| error.within(format_args!("frame {}", self.next)))?;
        self.dispose(src, index, canvas);
        if frame.disposal == Disposal::Previous {
            self.save(index, frame, canvas)?;
        }
        self.draw((src, index), frame, found, canvas);
        self.last = Some(*frame);
        self.next += 1;
        Ok(found == self.indices.len())
    }

    fn unpack(&mut self, src: &[u8], frame: &Frame, options: &DecodeOptions, cx: &Context<'_>) -> Result<usize> {
        resize(&mut self.indices, gate(frame, options, cx)?)?;
        unpack(src, frame, (&mut self.unpacker, &mut self.indices), options, cx)
    }

    /// Keeps what is at the place of a frame: no more than that, for the screen may be large and frames many.
    fn save(&mut self, index: &Index, frame: &Frame, canvas: &mut [u8]) -> Result<()> {
        let len = index.samples() * columns(frame, index.size.1).len();
        resize(&mut self.before, len * usize::from(frame.height))?;
        let kept = self.before.chunks_exact_mut(len.max(1));
        kept.zip(rows(canvas, frame, index)).for_each(|(to, row)| to.copy_from_slice(row));
        Ok(())
    }

    fn dispose(&mut self, src: &[u8], index: &Index, canvas: &mut [u8]) {
        let Some(last) = self.last.take() else { return };
        let rows = rows(canvas, &last, index);
        match last.disposal {
            Disposal::None | Disposal::Keep => {}
            Disposal::Previous => {
                let len = index.samples() * columns(&last, index.size.1).len();
                rows.zip(self.before.chunks_exact(len.max(1))).for_each(|(row, kept)| row.copy_from_slice(kept));
            }
            Disposal::Background => {
                let colour = background(src, index);
                rows.for_each(|row| fill(row, colour, index.samples()));
            }
        }
    }

    fn draw(&self, (src, index): (&[u8], &Index), frame: &Frame, found: usize, canvas: &mut [u8]) {
        let colours = words(frame.colours(&index.screen, src));
        let (samples, width) = (index.samples(), usize::from(frame.width));
        let columns = columns(frame, index.size.1);
        let columns = columns.start * samples..columns.end * samples;
        let stride = index.size.1 * samples;
        let rows = self.indices.chunks_exact(width).zip(row_order(frame.height.into(), frame.interlaced));
        for (number, (row, y)) in rows.enumerate() {
            // Pixels that the data does not have are not drawn.
            let have = found.saturating_sub(number * width).min(width);
            let y = usize::from(frame.top) + y;
            let to = canvas.get_mut(y * stride..(y + 1) * stride);
            let Some(to) = to.and_then(|to| to.get_mut(columns.clone())) else { continue };
            let row = row.get(..have).unwrap_or(row);
            match frame.transparent {
                Some(transparent) => masked(row, transparent, &colours, to, samples),
                None => opaque(row, &colours, to, samples),
            }
        }
    }
}

/// Fills pixels of 3 or 4 samples.
fn fill(pixels: &mut [u8], colour: [u8; 4], samples: usize) {
    match samples {
        4 => pixels.as_chunks_mut().0.fill(colour),
        _ => pixels.as_chunks_mut().0.fill([colour[0], colour[1], colour[2]]),
    }
}

/// The part of the rows of the screen that a frame covers.
fn rows<'a>(canvas: &'a mut [u8], frame: &Frame, index: &Index) -> impl Iterator<Item = &'a mut [u8]> + use<'a> {
    let (columns, samples) = (columns(frame, index.size.1), index.samples());
    let columns = columns.start * samples..columns.end * samples;
    let rows = canvas.chunks_exact_mut((index.size.1 * samples).max(1));
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
