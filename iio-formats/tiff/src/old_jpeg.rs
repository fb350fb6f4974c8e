//! The JPEG of TIFF 6.0 (Compression 6), which lays a stream into pieces. Each way to lay it is a rule here.
//!
//! Given is a stream in JPEGInterchangeFormat, whole or up to the scan, or its tables by themselves. Streams within strips
//! are decoded as those of Compression 7.

use std::sync::Arc;

use iio_codec::{Blame, Limits, Result};
use iio_core::{Known, Step};

use crate::FORMAT;
use crate::header::Order;
use crate::ifd::{Entry, Ifd};
use crate::tag;

const SOI: [u8; 2] = [0xff, 0xd8];
const RESTART_INTERVAL: u16 = 515;
const Q_TABLES: u16 = 519;
const DC_TABLES: u16 = 520;
const AC_TABLES: u16 = 521;

/// What of a page is other than its tags say.
#[derive(Debug)]
pub(crate) enum Layout {
    /// Chunks are streams.
    Streams,
    /// The image is one stream, at the offset that an entry tells; of this length, or up to where it ends.
    Whole(Entry, Option<Entry>),
    /// Chunks are coded data behind these bytes.
    Headed(Arc<[u8]>),
}

/// The geometry that a header tells again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) width: u64,
    pub(crate) rows: u64,
    pub(crate) samples: u64,
    /// Horizontal and vertical, of the first component.
    pub(crate) subsampling: (u64, u64),
    /// Rows of the last strip are as many as those of the others.
    pub(crate) even: bool,
}

/// Finds out how the stream of a page is laid.
pub(crate) fn layout(known: &Known, order: Order, ifd: &Ifd, frame: Frame, limits: &Limits) -> Result<Step<Layout>> {
    let chunks = [tag::TILE_OFFSETS, tag::STRIP_OFFSETS].iter().find_map(|&tag| ifd.find(tag)).copied();
    let first = match chunks {
        Some(chunks) => need!(chunks.uints(known, order, 0..chunks.count.min(1))).first().copied(),
        None => None,
    };
    if let Some(at) = first
        && need!(bytes(known, at, 2)) == SOI
    {
        return Ok(Step::Done(Layout::Streams));
    }
    let stream = ifd.find(tag::JPEG_INTERCHANGE_FORMAT).copied();
    let len = ifd.find(tag::JPEG_INTERCHANGE_FORMAT_LENGTH).copied();
    if let Some(entry) = stream {
        let at = need!(entry.uint(known, order));
        let len_value = match len {
            Some(len) => need!(len.uint(known, order)),
            None => 0,
        };
        if need!(bytes(known, at, 2)) == SOI {
            let end = at.saturating_add(len_value);
            return match first {
                None => Ok(Step::Done(Layout::Whole(entry, len))),
                // The length may be that of the header alone, but the data follow it.
                Some(first) if (at..=end).contains(&first) => Ok(Step::Done(Layout::Whole(entry, None))),
                Some(_) if len_value > limits.metadata_bytes => Err(FORMAT
                    .limit("JPEGInterchangeFormat", "metadata_bytes", len_value, limits.metadata_bytes)
                    .at(at)),
                Some(_) => Ok(Step::Done(Layout::Headed(need!(bytes(known, at, len_value)).into()))),
            };
        }
    }
    let header = need!(header(known, order, ifd, frame));
    Ok(Step::Done(Layout::Headed(header.into())))
}

/// As many bytes as there are, up to `len`.
fn bytes(known: &Known, at: u64, len: u64) -> Result<Step<&[u8]>> {
    let end = at.saturating_add(len).min(known.len());
    let range = at.min(end)..end;
    Ok(match known.bytes(range.clone()) {
        Some(bytes) => Step::Done(bytes),
        None => Step::Need(range),
    })
}

/// A header from SOI to the scan, of tables that stand by themselves.
fn header(known: &Known, order: Order, ifd: &Ifd, frame: Frame) -> Result<Step<Vec<u8>>> {
    let fault = |message: String| FORMAT.malformed(message).at(ifd.at);
    let [Some(q), Some(dc), Some(ac)] = [Q_TABLES, DC_TABLES, AC_TABLES].map(|tag| ifd.find(tag).copied()) else {
        let message = "old JPEG has neither a stream (JPEGInterchangeFormat) nor tables (519, 520, 521)";
        return Err(fault(message.to_owned()));
    };
    if !frame.even {
        let message = "old JPEG of tables and strips whose last one is shorter is not read";
        return Err(FORMAT.unsupported(message).at(ifd.at));
    }
    let (Ok(rows), Ok(width)) = (u16::try_from(frame.rows), u16::try_from(frame.width)) else {
        return Err(fault(format!("old JPEG of {} x {}, at most 65535", frame.width, frame.rows)));
    };
    let Some(n) = u8::try_from(frame.samples).ok().filter(|n| matches!(n, 1 | 3)) else {
        return Err(FORMAT.unsupported(format!("old JPEG of {} samples is not read", frame.samples)).at(ifd.at));
    };
    let mut header = SOI.to_vec();
    for id in 0..n {
        let at = need!(table(known, order, &q, id));
        push(&mut header, 0xdb, &[&[id], need!(exactly(known, at, 64))]);
        for (entry, class) in [(&dc, 0), (&ac, 0x10)] {
            let at = need!(table(known, order, entry, id));
            let counts = need!(exactly(known, at, 16));
            let n_codes = counts.iter().map(|&count| u64::from(count)).sum();
            let codes = need!(exactly(known, at + 16, n_codes));
            push(&mut header, 0xc4, &[&[class | id], counts, codes]);
        }
    }
    if let Some(entry) = ifd.find(RESTART_INTERVAL) {
        let interval = u16::try_from(need!(entry.uint(known, order))).unwrap_or(0);
        push(&mut header, 0xdd, &[&interval.to_be_bytes()]);
    }
    let (across, down) = if n == 1 { (1, 1) } else { frame.subsampling };
    let factors = |id: u8| if id == 0 { u8::try_from((across & 15) << 4 | (down & 15)).unwrap_or(0x11) } else { 0x11 };
    let of_frame: Vec<u8> = (0..n).flat_map(|id| [id + 1, factors(id), id]).collect();
    push(&mut header, 0xc0, &[&[8], &rows.to_be_bytes(), &width.to_be_bytes(), &[n], &of_frame]);
    let of_scan: Vec<u8> = (0..n).flat_map(|id| [id + 1, id << 4 | id]).collect();
    push(&mut header, 0xda, &[&[n], &of_scan, &[0, 63, 0]]);
    Ok(Step::Done(header))
}

/// The offset of the table of component `id`.
fn table(known: &Known, order: Order, entry: &Entry, id: u8) -> Result<Step<u64>> {
    let offsets = need!(entry.uints(known, order, 0..entry.count.min(4)));
    match offsets.get(usize::from(id)).or(offsets.last()) {
        Some(&at) => Ok(Step::Done(at)),
        None => Err(entry.malformed("has no values")),
    }
}

fn exactly(known: &Known, at: u64, len: u64) -> Result<Step<&[u8]>> {
    let found = need!(bytes(known, at, len));
    if found.len() as u64 == len {
        return Ok(Step::Done(found));
    }
    Err(FORMAT.truncated(format!("JPEG table at byte {at} of {len} bytes exceeds the file")).at(at))
}

fn push(header: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let len: usize = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    header.extend_from_slice(&[0xff, marker]);
    // 16 counts sum up to 4080 at most.
    header.extend_from_slice(&u16::try_from(len).unwrap_or(u16::MAX).to_be_bytes());
    parts.iter().for_each(|part| header.extend_from_slice(part));
}
