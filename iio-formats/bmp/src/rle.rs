//! Runs: RLE8, RLE4 and RLE24.

use iio_codec::{ArrayMut, Blame, Context, Result, zeroed_vec};

use crate::raster::{Raster, Rows};
use crate::{Compression, DecodeOptions, INFO};

/// The place of an escape is 0; what follows says which one.
const END_OF_LINE: u8 = 0;
const END_OF_BITMAP: u8 = 1;
const DELTA: u8 = 2;

/// The row that is being filled.
struct Pen<'a, 'b> {
    rows: Rows<'a>,
    raster: &'b Raster,
    /// Bytes of a pixel.
    size: usize,
    row: Vec<u8>,
    x: usize,
    y: usize,
}

impl Pen<'_, '_> {
    /// Goes to the start of row `y` and writes those before it.
    fn go_to(&mut self, y: usize, cx: &Context<'_>) -> Result<()> {
        while self.y < y {
            if self.y.is_multiple_of(64) {
                cx.check_cancel(&INFO)?;
            }
            self.rows.write(self.y, |to| self.raster.samples(&self.row, to))?;
            self.row.fill(0);
            self.y += 1;
        }
        self.x = 0;
        Ok(())
    }

    /// Room for `n` pixels from here on.
    fn room(&mut self, n: usize) -> Result<&mut [u8]> {
        let (x, y, width) = (self.x, self.y, self.rows.width);
        if y >= self.rows.n {
            return Err(INFO.malformed(format!("run of {n} pixels after the last of {} rows", self.rows.n)));
        }
        let room = self.row.get_mut(x * self.size..(x + n) * self.size);
        self.x += n;
        room.ok_or_else(|| {
            INFO.malformed(format!("run of {n} pixels from column {x} of row {y} exceeds the width of {width}"))
        })
    }
}

/// Decodes all rows. Pixels that are not written have index 0, or are black.
pub(crate) fn decode(
    compression: Compression,
    raster: &Raster,
    src: &[u8],
    (dst, bottom_up): (ArrayMut<'_>, bool),
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    let rows = Rows::new(dst, raster.depth(), bottom_up)?;
    let size = if compression == Compression::Rle24 { 3 } else { 1 };
    let row = zeroed_vec(rows.width.saturating_mul(size))?;
    let mut pen = Pen { rows, raster, size, row, x: 0, y: 0 };
    let mut at = 0;
    while let Some(&[n, value]) = src.get(at..).and_then(|rest| rest.first_chunk()) {
        let rest = src.get(at + 2..).unwrap_or(&[]);
        let taken = match (n, value) {
            (0, END_OF_LINE) => {
                // The last line may have an end as well.
                let next = (pen.y + 1).min(pen.rows.n);
                pen.go_to(next, cx).map(|()| 0)
            }
            (0, END_OF_BITMAP) => {
                let last = pen.rows.n;
                return pen.go_to(last, cx).map_err(|error| error.at(at));
            }
            (0, DELTA) => delta(&mut pen, rest, cx),
            (0, n) => literal(&mut pen, compression, n.into(), rest),
            (n, value) => run(&mut pen, compression, n.into(), value, rest),
        };
        at += 2 + taken.map_err(|error| if error.offset().is_some() { error } else { error.at(at) })?;
    }
    if pen.y >= pen.rows.n || (pen.y + 1 == pen.rows.n && pen.x == pen.rows.width) || options.allow_missing_end {
        let last = pen.rows.n;
        return pen.go_to(last, cx).map_err(|error| error.at(at));
    }
    let message = format!("runs end in row {} of {} without end of bitmap", pen.y, pen.rows.n);
    Err(INFO.truncated(message).at(src.len()))
}

fn cut() -> iio_codec::Error {
    INFO.truncated("runs end within one")
}

fn delta(pen: &mut Pen<'_, '_>, rest: &[u8], cx: &Context<'_>) -> Result<usize> {
    let &[dx, dy] = rest.first_chunk().ok_or_else(cut)?;
    let (x, y) = (pen.x + usize::from(dx), pen.y + usize::from(dy));
    if x > pen.rows.width || y >= pen.rows.n {
        let (x0, y0) = (pen.x, pen.y);
        return Err(
            INFO.malformed(format!("delta of {dx} columns, {dy} rows from column {x0} of row {y0} leaves the image"))
        );
    }
    pen.go_to(y, cx)?;
    pen.x = x;
    Ok(2)
}

fn literal(pen: &mut Pen<'_, '_>, compression: Compression, n: usize, rest: &[u8]) -> Result<usize> {
    let len = if compression == Compression::Rle4 { n.div_ceil(2) } else { n * pen.size };
    let src = rest.get(..len).ok_or_else(cut)?;
    let room = pen.room(n)?;
    if compression == Compression::Rle4 {
        let pairs = room.chunks_mut(2).zip(src);
        pairs.for_each(|(to, &pair)| to.iter_mut().zip([pair >> 4, pair & 15]).for_each(|(to, index)| *to = index));
    } else {
        room.copy_from_slice(src);
    }
    // Filled up to words; the last one of a file may lack that.
    Ok(len.next_multiple_of(2))
}

fn run(pen: &mut Pen<'_, '_>, compression: Compression, n: usize, value: u8, rest: &[u8]) -> Result<usize> {
    let room = pen.room(n)?;
    match compression {
        Compression::Rle24 => {
            let &[green, red] = rest.first_chunk().ok_or_else(cut)?;
            room.as_chunks_mut().0.fill([value, green, red]);
            return Ok(2);
        }
        Compression::Rle4 => {
            room.chunks_mut(2).for_each(|to| to.iter_mut().zip([value >> 4, value & 15]).for_each(|(to, i)| *to = i));
        }
        _ => room.fill(value),
    }
    Ok(0)
}

/// Pixels that are worth a run.
const LEAST_RUN: usize = 3;

/// Encodes a row of indices, with end of line.
pub(crate) fn encode_row(row: &[u8], four_bits: bool, dst: &mut Vec<u8>) {
    let mut rest = row;
    while let Some(&value) = rest.first() {
        let n = run_len(rest);
        if n >= LEAST_RUN {
            push_run(value, n, four_bits, dst);
            rest = rest.get(n..).unwrap_or(&[]);
            continue;
        }
        let mut end = 0;
        while end < rest.len().min(254) && run_len(rest.get(end..).unwrap_or(&[])) < LEAST_RUN {
            end += 1;
        }
        let (literal, next) = rest.split_at(end);
        push_literal(literal, four_bits, dst);
        rest = next;
    }
    dst.extend_from_slice(&[0, END_OF_LINE]);
}

/// Ends the runs of an image.
pub(crate) fn encode_end(dst: &mut Vec<u8>) {
    dst.extend_from_slice(&[0, END_OF_BITMAP]);
}

fn run_len(rest: &[u8]) -> usize {
    let first = rest.first();
    rest.iter().take(255).take_while(|value| Some(*value) == first).count()
}

#[expect(clippy::cast_possible_truncation, reason = "runs and literals have 255 pixels at most")]
fn push_run(value: u8, n: usize, four_bits: bool, dst: &mut Vec<u8>) {
    dst.extend_from_slice(&[n as u8, if four_bits { value << 4 | value } else { value }]);
}

#[expect(clippy::cast_possible_truncation, reason = "runs and literals have 255 pixels at most")]
fn push_literal(literal: &[u8], four_bits: bool, dst: &mut Vec<u8>) {
    if literal.len() < 3 {
        // 0, 1 and 2 are escapes.
        literal.iter().for_each(|&value| push_run(value, 1, four_bits, dst));
        return;
    }
    dst.extend_from_slice(&[0, literal.len() as u8]);
    let start = dst.len();
    if four_bits {
        let pair = |pair: &[u8]| pair.first().map_or(0, |a| a << 4) | pair.get(1).copied().unwrap_or(0);
        dst.extend(literal.chunks(2).map(pair));
    } else {
        dst.extend_from_slice(literal);
    }
    if (dst.len() - start) % 2 == 1 {
        dst.push(0);
    }
}
