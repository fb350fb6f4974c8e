//! Which bytes a selection needs.

use std::sync::Arc;

use iio_codec::{ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, Blame, CodecInfo, Context, Header, Layout, Result};
use iio_core::{Chunk, Pipeline, ReadPlan, Region};

use crate::codec::decode_samples;
use crate::index::Entry;
use crate::raster::{Raster, Samples};
use crate::{DecodeOptions, FORMAT, INFO};

/// Rows of about this many bytes make a chunk.
const BAND: usize = 256 << 10;

/// Rows of a chunk of this image.
pub(crate) fn band_rows(entry: &Entry) -> usize {
    let (rows, width) = extent(&entry.header.layout);
    if entry.header.plain {
        return rows;
    }
    let row_len = entry.header.samples().row_len(width, entry.header.depth());
    (BAND / row_len.max(1)).clamp(1, rows)
}

/// Height and width.
pub(crate) fn extent(layout: &Layout) -> (usize, usize) {
    let mut axes = layout.shape().iter().copied();
    (axes.next().unwrap_or(0), axes.next().unwrap_or(0))
}

/// `layout` with another height and width.
pub(crate) fn resized(layout: &Layout, height: usize, width: usize) -> Result<Layout> {
    let mut shape = layout.shape().to_vec();
    shape.iter_mut().zip([height, width]).for_each(|(slot, len)| *slot = len);
    Layout::new(layout.dtype(), &shape)
}

/// Plans to read a region of an image.
///
/// `gap` is the distance at which two reads are cheaper than one.
pub(crate) fn plan(
    entry: &Entry,
    region: &Region,
    options: &DecodeOptions,
    place: String,
    (file_len, gap): (u64, u64),
) -> Result<ReadPlan> {
    let layout = resized(&entry.header.layout, region.y.len(), region.x.len())?;
    let mut plan = if entry.header.plain {
        plain(entry, region, options, layout, file_len)?
    } else {
        raw(entry, region, options, layout, file_len, gap)?
    };
    plan.place = place;
    Ok(plan)
}

fn ends(file_len: u64, needed: u64) -> iio_codec::Error {
    FORMAT.truncated(format!("samples go up to byte {needed}, the file has {file_len}")).at(file_len)
}

/// One chunk: where a row begins is known only when all before it were read.
fn plain(entry: &Entry, region: &Region, options: &DecodeOptions, layout: Layout, file_len: u64) -> Result<ReadPlan> {
    let needed = entry.data().saturating_add(entry.header.least_len());
    if needed > file_len {
        return Err(ends(file_len, needed));
    }
    let codec = Rows { header: entry.header, options: options.clone(), raster: None };
    let pipeline = Pipeline { array: Some(Arc::new(codec)), ..Pipeline::default() };
    let mut plan = ReadPlan::whole(FORMAT.name, layout, entry.data()..file_len, pipeline);
    for chunk in &mut plan.chunks {
        chunk.layout = entry.header.layout;
        chunk.skip.iter_mut().zip([region.y.start, region.x.start]).for_each(|(slot, start)| *slot = start);
    }
    Ok(plan)
}

/// Bands of rows or, if the rows are long and little of them is wanted, pieces of rows.
fn raw(
    entry: &Entry,
    region: &Region,
    options: &DecodeOptions,
    layout: Layout,
    file_len: u64,
    gap: u64,
) -> Result<ReadPlan> {
    let header = &entry.header;
    let samples = header.samples();
    let (height, width) = extent(&header.layout);
    let row_len = samples.row_len(width, header.depth());
    // Columns of bits begin at a byte.
    let aligned = if samples == Samples::Bits { region.x.start / 8 * 8 } else { region.x.start };
    let piece_start = samples.row_len(aligned, header.depth());
    let piece_len = samples.row_len(region.x.end - aligned, header.depth());
    let in_pieces = (row_len - piece_len) as u64 > gap;
    let (cell, columns, skip) = if in_pieces {
        (1, region.x.end - aligned, region.x.start - aligned)
    } else {
        (band_rows(entry).min(region.y.len()).max(1), width, region.x.start)
    };
    // Row `y` of the file, counted from its first one.
    let stored_rows = |rows: core::ops::Range<usize>| {
        if samples.is_bottom_up() { height - rows.end..height - rows.start } else { rows }
    };
    let at = |row: usize| entry.data().saturating_add(row as u64 * row_len as u64);
    let last = stored_rows(region.y.clone()).end;
    if at(last) > file_len {
        return Err(ends(file_len, at(last)));
    }
    let chunks = region.y.clone().step_by(cell).map(|start| {
        let rows = start..(start + cell).min(region.y.end);
        let n_rows = rows.len();
        let stored = stored_rows(rows);
        let range = if in_pieces {
            let start = at(stored.start) + piece_start as u64;
            start..start + piece_len as u64
        } else {
            at(stored.start)..at(stored.end)
        };
        let layout = resized(&header.layout, n_rows, columns)?;
        let mut skips = vec![0; layout.ndim()];
        skips.iter_mut().skip(1).take(1).for_each(|slot| *slot = skip);
        let number = (start / band_rows(entry)) as u64;
        Ok(Chunk { range: Some(range), pipeline: 0, layout, skip: skips, number })
    });
    let mut cells = layout.shape().to_vec();
    cells.iter_mut().take(1).for_each(|slot| *slot = cell);
    Ok(ReadPlan {
        who: FORMAT.name,
        place: String::new(),
        layout,
        first: cells.clone(),
        cell: cells,
        pipelines: vec![Arc::new(pipeline(entry, options))],
        chunks: chunks.collect::<Result<_>>()?,
        fill: Vec::new(),
    })
}

fn pipeline(entry: &Entry, options: &DecodeOptions) -> Pipeline {
    let raster = entry.header.raster(options);
    if raster.is_plain_bytes() {
        return Pipeline::default();
    }
    if raster.is_plain_words() {
        return Pipeline { swap: cfg!(target_endian = "little"), ..Pipeline::default() };
    }
    let codec = Rows { header: entry.header, options: options.clone(), raster: Some(raster) };
    Pipeline { array: Some(Arc::new(codec)), ..Pipeline::default() }
}

/// Rows without a header: what a chunk of a plan holds.
#[derive(Clone, Debug)]
struct Rows {
    header: crate::Header,
    options: DecodeOptions,
    /// `None`: plain.
    raster: Option<Raster>,
}

impl ArrayCodec for Rows {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(self.clone()))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Err(INFO.unsupported("rows without a header are decoded only"))
    }
}

impl ArrayDecoder for Rows {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(None)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        match self.raster {
            Some(raster) => raster.decode(src, dst, cx),
            None => decode_samples(&self.header, src, dst, &self.options, cx),
        }
    }
}
