//! From a page and a rectangle to the byte ranges of its chunks. Each leniency is a function of its own here.

use std::ops::Range;
use std::sync::Arc;

use iio_codec::{Blame, Error, Result};
use iio_core::{Chunk, Pipeline, ReadPlan, Region, Step};

use crate::FORMAT;
use crate::compression;
use crate::fetch::Bytes;
use crate::header::Order;
use crate::ifd::{Entry, usize_of};
use crate::page::Page;
use crate::tag::Tag;

/// Plain samples are read in pieces of about this many bytes, whatever the strips: they decode in parallel, and a region
/// takes its rows alone.
const PIECE: u64 = 512 << 10;

/// Values of an offset array that lie closer than this are fetched as one.
const GAP: u64 = 2048;

/// A part of an axis, cut into chunks.
#[derive(Clone, Copy)]
struct Span {
    start: u64,
    len: u64,
    chunk: u64,
}

impl Span {
    fn new(range: &Range<usize>, chunk: u64) -> Self {
        Self { start: range.start as u64, len: range.len() as u64, chunk }
    }

    /// The chunks that the part touches.
    const fn chunks(self) -> Range<u64> {
        self.start / self.chunk..(self.start + self.len).div_ceil(self.chunk)
    }

    /// Samples of the first cell.
    fn first(self) -> u64 {
        (self.chunk - self.start % self.chunk).min(self.len)
    }

    /// Samples of a full cell.
    fn cell(self) -> u64 {
        self.chunk.min(self.len)
    }

    /// Samples of chunk `index` before the part.
    const fn skip(self, index: u64) -> u64 {
        self.start.saturating_sub(index * self.chunk)
    }
}

/// Plans to read `region` of a page.
pub(crate) struct Planner<'a> {
    pub(crate) page: &'a Page,
    pub(crate) region: &'a Region,
    /// The length of the file.
    pub(crate) len: u64,
    /// Chunks are stored as they are.
    pub(crate) plain: bool,
}

impl Planner<'_> {
    /// Makes the plan; `bytes` fetches the offsets that it needs.
    pub(crate) fn plan(&self, bytes: &mut Bytes, pipeline: Arc<Pipeline>, place: String) -> Result<ReadPlan> {
        let page = self.page;
        let columns = Span::new(&self.region.x, page.coding.width);
        let (rows, chunks) = match self.lone_offset(bytes)? {
            Some(planes) => self.pieces(&planes)?,
            None => {
                let table = self.table(bytes, columns)?;
                match self.contiguous(&table) {
                    Some(planes) => self.pieces(&planes)?,
                    None => (self.rows(), self.chunks(&table, columns)?),
                }
            }
        };
        let along = |rows: u64, columns: u64| self.along(rows, columns, 1);
        Ok(ReadPlan {
            who: FORMAT.name,
            place,
            layout: page.region_layout(self.region.y.len() as u64, self.region.x.len() as u64)?,
            cell: along(rows.cell(), columns.cell())?,
            first: along(rows.first(), columns.first())?,
            pipelines: vec![pipeline],
            chunks,
            fill: page.fill.clone(),
        })
    }

    fn rows(&self) -> Span {
        Span::new(&self.region.y, self.page.coding.height)
    }

    /// Lengths along the axes of the layout.
    fn along(&self, rows: u64, columns: u64, planes: u64) -> Result<Vec<usize>> {
        let (shape, ndim) = self.page.shape(rows, columns, planes);
        shape.iter().take(ndim).map(|&len| usize_of(len)).collect()
    }

    /// Samples before the wanted part of a chunk, along the axes of the layout.
    fn skip(&self, rows: u64, columns: u64) -> Result<Vec<usize>> {
        let mut skip = self.along(rows, columns, 0)?;
        if !self.page.planar
            && let Some(samples) = skip.get_mut(2)
        {
            *samples = 0;
        }
        Ok(skip)
    }

    /// Loads offsets and byte counts of the chunks that the region touches.
    fn table(&self, bytes: &mut Bytes, columns: Span) -> Result<Table> {
        let (page, order) = (self.page, self.page.coding.order);
        let n = page.n_chunks();
        if page.offsets.count < n {
            return Err(too_few(&page.offsets, n, page.tiled));
        }
        let counts = match page.byte_counts {
            Some(counts) if counts.count >= n => Some(counts),
            // What plain samples take follows from the geometry, and a single chunk may take the rest of the file.
            None if self.plain || n == 1 => None,
            Some(_) if self.plain => None,
            Some(counts) if n == 1 && counts.count == 0 => None,
            Some(counts) => return Err(too_few(&counts, n, page.tiled)),
            None => {
                let message = format!("IFD at byte {} has no byte counts for its {n} chunks", page.at);
                return Err(FORMAT.malformed(message).at(page.at));
            }
        };
        let (grid_rows, grid_columns) = page.grid();
        let (down, across) = (self.rows().chunks(), columns.chunks());
        let row = |plane: u64, y: u64| (plane * grid_rows + y) * grid_columns;
        // Before lines are gone through: a broken height has more of them than the file has bytes.
        let behind = row(page.planes() - 1, down.end.saturating_sub(1)) + across.end;
        bytes.drive(|known| page.offsets.place(known, 0..behind).map(Step::Done))?;
        let lines = (0..page.planes()).flat_map(|plane| down.clone().map(move |y| (plane, y)));
        let mut runs: Vec<Range<u64>> = Vec::new();
        for (plane, y) in lines {
            let run = row(plane, y) + across.start..row(plane, y) + across.end;
            match runs.last_mut() {
                Some(last) if run.start - last.end <= GAP => last.end = run.end,
                _ => runs.push(run),
            }
        }
        let offsets = load(bytes, &page.offsets, order, &runs)?;
        let counts = counts.map(|counts| load(bytes, &counts, order, &runs)).transpose()?;
        Ok(Table { runs, offsets, counts })
    }

    /// Rule: a single offset for many strips of plain samples means that all of them follow each other. Gives the place
    /// of the first wanted row of each plane.
    fn lone_offset(&self, bytes: &mut Bytes) -> Result<Option<Vec<u64>>> {
        let page = self.page;
        if !self.plain || page.tiled || page.offsets.count != 1 || page.n_chunks() == 1 {
            return Ok(None);
        }
        let offset = bytes.drive(|known| page.offsets.uint(known, page.coding.order))?;
        let skipped = page.coding.row_bytes().saturating_mul(self.region.y.start as u64);
        let plane = page.coding.row_bytes().saturating_mul(page.height);
        let at = |index: u64| offset.saturating_add(plane.saturating_mul(index)).saturating_add(skipped);
        Ok(Some((0..page.planes()).map(at).collect()))
    }

    /// The place of the first wanted row of each plane, if plain strips follow each other without gaps.
    fn contiguous(&self, table: &Table) -> Option<Vec<u64>> {
        let page = self.page;
        if !self.plain || page.tiled {
            return None;
        }
        let (row_bytes, strips) = (page.coding.row_bytes(), self.rows().chunks());
        let mut planes = Vec::new();
        for plane in 0..page.planes() {
            let base = plane * page.grid().0;
            let (offsets, counts) = table.row(base + strips.start..base + strips.end)?;
            let begin = *offsets.first().filter(|&&begin| begin != 0)?;
            let mut expected = begin;
            for (index, &offset) in offsets.iter().enumerate() {
                let needed = self.rows_of(strips.start + index as u64).checked_mul(row_bytes)?;
                let count = counts.and_then(|counts| counts.get(index)).copied().unwrap_or(0);
                let holds = count == 0 || count >= needed || page.n_chunks() == 1;
                if offset != expected || !holds {
                    return None;
                }
                expected = expected.checked_add(needed)?;
            }
            let skipped = self.rows().skip(strips.start);
            planes.push(begin.checked_add(skipped.checked_mul(row_bytes)?)?);
        }
        Some(planes)
    }

    /// Chunks of about [`PIECE`] bytes from rows that follow each other; `planes` are the places of the first ones.
    fn pieces(&self, planes: &[u64]) -> Result<(Span, Vec<Chunk>)> {
        let page = self.page;
        let row_bytes = page.coding.row_bytes().max(1);
        let (start, end) = (self.region.y.start as u64, self.region.y.end as u64);
        let step = (PIECE / row_bytes).clamp(1, end - start);
        let rows = Span { start: 0, len: end - start, chunk: step };
        let full = page.chunk_layout(step)?;
        let skip = self.skip(0, self.region.x.start as u64)?;
        // The file bounds the number of pieces: it is looked at before they are made.
        let taken = rows.len.saturating_mul(row_bytes);
        if let Some(&base) = planes.iter().find(|base| base.saturating_add(taken) > self.len) {
            return Err(self.outside(base));
        }
        let mut chunks = Vec::new();
        for (plane, &base) in (0u64..).zip(planes) {
            for piece in rows.chunks() {
                let (top, bottom) = (piece * step, (piece * step + step).min(rows.len));
                let place = |row: u64| row.checked_mul(row_bytes).and_then(|bytes| base.checked_add(bytes));
                let (Some(from), Some(to)) = (place(top), place(bottom)) else { return Err(self.outside(base)) };
                let layout = if bottom - top == step { full } else { page.chunk_layout(bottom - top)? };
                let number = plane * page.grid().0 + (start + top) / page.coding.height;
                chunks.push(Chunk { range: Some(from..to), pipeline: 0, layout, skip: skip.clone(), number });
            }
        }
        Ok((rows, chunks))
    }

    /// One chunk per strip or tile.
    fn chunks(&self, table: &Table, columns: Span) -> Result<Vec<Chunk>> {
        let page = self.page;
        let (rows, (grid_rows, grid_columns)) = (self.rows(), page.grid());
        let (down, across) = (rows.chunks(), columns.chunks());
        let full = page.chunk_layout(page.coding.height)?;
        let n = (down.end - down.start).saturating_mul(across.end - across.start).saturating_mul(page.planes());
        let mut chunks = Vec::new();
        chunks.try_reserve_exact(usize_of(n)?).map_err(|_| FORMAT.out_of_memory(usize::MAX))?;
        for plane in 0..page.planes() {
            for y in down.clone() {
                let first = (plane * grid_rows + y) * grid_columns + across.start;
                let (offsets, counts) = table
                    .row(first..first + across.end - across.start)
                    .ok_or_else(|| FORMAT.internal("row not loaded"))?;
                for (index, x) in across.clone().enumerate() {
                    let offset = offsets.get(index).copied().unwrap_or(0);
                    let count = counts.and_then(|counts| counts.get(index)).copied();
                    let number = first + index as u64;
                    let (range, stored_rows) = self.locate(number, y, offset, count)?;
                    let layout = if stored_rows == page.coding.height { full } else { page.chunk_layout(stored_rows)? };
                    let skip = self.skip(rows.skip(y), columns.skip(x))?;
                    chunks.push(Chunk { range, pipeline: 0, layout, skip, number });
                }
            }
        }
        Ok(chunks)
    }

    /// Rows of the image in strip or row of tiles `y`.
    fn rows_of(&self, y: u64) -> u64 {
        (self.page.height - y * self.page.coding.height).min(self.page.coding.height)
    }

    /// Where chunk `number` stands, `None` for a hole, and how many rows it gives.
    fn locate(&self, number: u64, y: u64, offset: u64, count: Option<u64>) -> Result<(Option<Range<u64>>, u64)> {
        let page = self.page;
        let rows = if page.tiled { page.coding.height } else { self.rows_of(y) };
        match (offset, count) {
            (0, Some(0)) => return Ok((None, rows)),
            (0, _) => return Err(self.fault(number, "has offset 0")),
            _ => {}
        }
        let (taken, rows) = if self.plain {
            self.plain_size(number, y, rows, count)?
        } else {
            match count {
                Some(count @ 1..) => (count, rows),
                // Rule: what a single chunk of unknown length takes is the rest of the file.
                _ if page.n_chunks() == 1 => (self.len.saturating_sub(offset), rows),
                _ => return Err(self.fault(number, format_args!("at byte {offset} has 0 bytes"))),
            }
        };
        let end = offset.checked_add(taken).ok_or_else(|| self.outside(offset))?;
        Ok((Some(offset..end), rows))
    }

    /// Bytes and rows of a chunk of plain samples.
    fn plain_size(&self, number: u64, y: u64, rows: u64, count: Option<u64>) -> Result<(u64, u64)> {
        let page = self.page;
        let row_bytes = page.coding.row_bytes();
        let needed = rows.saturating_mul(row_bytes);
        match count {
            Some(count @ 1..) if count < needed => {
                // Rule: a tile may end with the image.
                let left = self.rows_of(y);
                if page.tiled && count >= left.saturating_mul(row_bytes) {
                    return Ok((left.saturating_mul(row_bytes), left));
                }
                // Rule: the byte count of a single chunk is not believed.
                if page.n_chunks() == 1 {
                    return Ok((needed, rows));
                }
                Err(FORMAT.truncated(format!("chunk {number} has {count} bytes, {needed} are needed")).at(page.at))
            }
            // Rule: missing and zero byte counts follow from the geometry, too large ones do not matter.
            _ => Ok((needed, rows)),
        }
    }

    #[cold]
    fn fault(&self, number: u64, what: impl core::fmt::Display) -> Error {
        FORMAT.malformed(format!("chunk {number} {what}")).at(self.page.offsets.at)
    }

    #[cold]
    fn outside(&self, offset: u64) -> Error {
        let message = format!("chunk at byte {offset} exceeds the file of {} bytes", self.len);
        FORMAT.truncated(message).at(self.page.offsets.at)
    }
}

#[cold]
fn too_few(entry: &Entry, n: u64, tiled: bool) -> Error {
    let what = if tiled { "tiles" } else { "strips" };
    let message = format!("{} has {} values, {n} {what} were expected", Tag(entry.tag), entry.count);
    FORMAT.malformed(message).at(entry.at)
}

/// Offsets and byte counts of some runs of chunks.
struct Table {
    /// Ascending, apart from each other.
    runs: Vec<Range<u64>>,
    offsets: Vec<Vec<u64>>,
    counts: Option<Vec<Vec<u64>>>,
}

impl Table {
    /// Offsets and byte counts of chunks that are part of one run.
    fn row(&self, chunks: Range<u64>) -> Option<(&[u64], Option<&[u64]>)> {
        let index = self.runs.partition_point(|run| run.end < chunks.end);
        let start = self.runs.get(index)?.start;
        let (from, to) = (chunks.start.checked_sub(start)?, chunks.end.checked_sub(start)?);
        let range = usize::try_from(from).ok()?..usize::try_from(to).ok()?;
        let counts = match &self.counts {
            Some(counts) => Some(counts.get(index)?.get(range.clone())?),
            None => None,
        };
        Some((self.offsets.get(index)?.get(range)?, counts))
    }
}

/// Loads the values `runs` of an array.
fn load(shared: &mut Bytes, entry: &Entry, order: Order, runs: &[Range<u64>]) -> Result<Vec<Vec<u64>>> {
    runs.iter().map(|run| shared.drive(|known| entry.uints(known, order, run.clone()))).collect()
}

/// True if chunks of a page are stored as they are.
pub(crate) fn is_plain(page: &Page) -> bool {
    page.coding.compression == compression::NONE
}
