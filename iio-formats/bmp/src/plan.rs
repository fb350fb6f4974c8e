//! Which bytes a selection needs.

use std::sync::Arc;

use iio_codec::{ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, Blame, CodecInfo, Context, Layout, Result};
use iio_core::{Chunk, Pipeline, ReadPlan, Region};

use crate::codec::decode_pixels;
use crate::header::ends;
use crate::raster::Raster;
use crate::{DecodeOptions, FORMAT, Header, INFO};

/// Rows of about this many bytes make a chunk.
const BAND: u64 = 256 << 10;

/// Rows of a chunk.
pub(crate) fn band_rows(header: &Header) -> usize {
    if !header.is_raw() {
        return header.height as usize;
    }
    let rows = (BAND / header.row_len().1.max(1)).clamp(1, header.height.into());
    usize::try_from(rows).unwrap_or(1)
}

/// `layout` with another height and width.
pub(crate) fn resized(layout: &Layout, height: usize, width: usize) -> Result<Layout> {
    let mut shape = layout.shape().to_vec();
    shape.iter_mut().zip([height, width]).for_each(|(slot, len)| *slot = len);
    Layout::new(layout.dtype(), &shape)
}

/// Plans to read a region. `gap` is the distance at which two reads are cheaper than one.
pub(crate) fn plan(
    header: &Header,
    region: &Region,
    options: &DecodeOptions,
    (file_len, gap): (u64, u64),
) -> Result<ReadPlan> {
    if header.is_raw() {
        return raw(header, region, options, (file_len, gap));
    }
    if header.data_offset >= file_len {
        return Err(ends(file_len, header.data_offset.saturating_add(1)));
    }
    let pixels = Pixels { header: header.clone(), options: options.clone(), raster: None };
    let pipeline = Pipeline { array: Some(Arc::new(pixels)), ..Pipeline::default() };
    let layout = header.layout(options)?;
    ReadPlan::whole(FORMAT.name, layout, header.data_offset..file_len, pipeline).cropped(region)
}

/// Bands of rows or, if the rows are long and little of them is wanted, pieces of rows.
fn raw(header: &Header, region: &Region, options: &DecodeOptions, (file_len, gap): (u64, u64)) -> Result<ReadPlan> {
    let whole = header.layout(options)?;
    let layout = resized(&whole, region.y.len(), region.x.len())?;
    let (height, width) = (header.height as usize, header.width as usize);
    let (row_len, stride) = header.row_len();
    let bits = u64::from(header.bits_per_pixel);
    // Columns of bits begin at a byte.
    let aligned = if bits < 8 { region.x.start / 8 * 8 } else { region.x.start };
    let piece_start = aligned as u64 * bits / 8;
    let piece_len = ((region.x.end - aligned) as u64 * bits).div_ceil(8);
    let in_pieces = row_len - piece_len > gap;
    let (cell, columns, skip) = if in_pieces {
        (1, region.x.end - aligned, region.x.start - aligned)
    } else {
        (band_rows(header).min(region.y.len()).max(1), width, region.x.start)
    };
    let stored = |rows: core::ops::Range<usize>| {
        if header.top_down { rows } else { height - rows.end..height - rows.start }
    };
    let at = |row: usize| header.data_offset.saturating_add((row as u64).saturating_mul(stride));
    let last = stored(region.y.clone()).end;
    let needed = at(last.saturating_sub(1)).saturating_add(row_len);
    if needed > file_len {
        return Err(ends(file_len, needed));
    }
    let chunks = region.y.clone().step_by(cell).map(|start| {
        let rows = start..(start + cell).min(region.y.end);
        let (n_rows, stored) = (rows.len(), stored(rows));
        let range = if in_pieces {
            let start = at(stored.start) + piece_start;
            start..start + piece_len
        } else {
            at(stored.start)..at(stored.end).min(file_len)
        };
        let mut skips = vec![0; whole.ndim()];
        skips.iter_mut().skip(1).take(1).for_each(|slot| *slot = skip);
        let number = (start / band_rows(header)) as u64;
        Ok(Chunk { range: Some(range), pipeline: 0, layout: resized(&whole, n_rows, columns)?, skip: skips, number })
    });
    let mut cells = layout.shape().to_vec();
    cells.iter_mut().take(1).for_each(|slot| *slot = cell);
    Ok(ReadPlan {
        who: FORMAT.name,
        place: String::new(),
        layout,
        first: cells.clone(),
        cell: cells,
        pipelines: vec![Arc::new(pipeline(header, options))],
        chunks: chunks.collect::<Result<_>>()?,
        fill: Vec::new(),
    })
}

fn pipeline(header: &Header, options: &DecodeOptions) -> Pipeline {
    let raster = Raster::new(header, options);
    // Rows that are whole words, upper one first, need only be put in their place.
    if raster.is_plain() && header.top_down && header.width.is_multiple_of(4) {
        return Pipeline::default();
    }
    let pixels = Pixels { header: header.clone(), options: options.clone(), raster: Some(raster) };
    Pipeline { array: Some(Arc::new(pixels)), ..Pipeline::default() }
}

/// Pixels without headers: what a chunk of a plan holds.
#[derive(Clone, Debug)]
struct Pixels {
    header: Header,
    options: DecodeOptions,
    /// `None`: runs.
    raster: Option<Raster>,
}

impl ArrayCodec for Pixels {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(self.clone()))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Err(INFO.unsupported("pixels without headers are decoded only"))
    }
}

impl ArrayDecoder for Pixels {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<iio_codec::Header>> {
        Ok(None)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        match &self.raster {
            Some(raster) => raster.decode(src, dst, !self.header.top_down, cx),
            None => decode_pixels(&self.header, src, dst, &self.options, cx),
        }
    }
}
