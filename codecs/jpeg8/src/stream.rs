//! The survey of all scans, and the stream as the decoder underneath gets to see it: one piece, with tables, size and
//! colour space as they hold, and without what is no concern of decoding.

use iio_codec::{Blame, Limits, Result};

use crate::INFO;
use crate::header::{Info, MAX_COMPONENTS, Parsed, Parts, Process, Scan, Start, marker, scan_end, segment};

/// A JFIF segment, which makes three components YCbCr.
pub(crate) const JFIF: [u8; 18] = [0xff, marker::APP0, 0, 16, b'J', b'F', b'I', b'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

/// What all scans together tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Survey {
    /// Offset behind the last byte that belongs to the stream, in the part of the first scan.
    end: usize,
    /// Rows, if the frame header left them open (DNL).
    pub(crate) rows: Option<u32>,
    /// True if the scans do not all come at once, so that coefficients are kept.
    pub(crate) many: bool,
}

/// Which bits of which coefficients have come.
struct Progress([[u8; 64]; MAX_COMPONENTS]);

/// No bit has come.
const NONE: u8 = 0xff;

impl Progress {
    fn take(&mut self, scan: &Scan, info: &Info) {
        for &component in scan.components() {
            let all = self.0.get_mut(component).map(|bits| match info.process {
                Process::Progressive => bits.get_mut(usize::from(scan.first)..=usize::from(scan.last)),
                _ => Some(&mut bits[..]),
            });
            if let Some(Some(bits)) = all {
                bits.fill(if info.process == Process::Progressive { scan.low } else { 0 });
            }
        }
    }
}

/// Walks over the scans from the first one, `start`, on. Of a stream that comes in one scan only its head is read.
pub(crate) fn survey(
    parts: &Parts<'_>,
    info: &Info,
    parsed: Parsed,
    start: Start,
    allow_damaged: bool,
    limits: &Limits,
) -> Result<Survey> {
    let src = parts.all.get(start.part).copied().unwrap_or(&[]);
    let mut parsed = parsed;
    let mut progress = Progress([[NONE; 64]; MAX_COMPONENTS]);
    let first = src.get(start.sos + 4..start.data).unwrap_or(&[]);
    let scan = Scan::parse(first, info, &parsed).map_err(|error| error.at(start.sos))?;
    progress.take(&scan, info);
    let many = info.process == Process::Progressive || scan.n < info.components().len();
    // A header of the container ends with the first scan header; the coded data is then the next part.
    if start.part < 2 || (!many && !info.arithmetic && info.height != 0) {
        if many {
            return Err(INFO.unsupported("several scans behind a header of the container"));
        }
        return Ok(Survey { end: src.len(), rows: None, many });
    }
    let (mut n, mut rows, mut at) = (1_u32, None, scan_end(src, start.data));
    let mut ended = None;
    while ended.is_none()
        && let Some(segment) = segment(src, at).or_else(|error| if allow_damaged { Ok(None) } else { Err(error) })?
    {
        at = segment.end;
        match segment.marker {
            marker::EOI => ended = Some(at),
            marker::DNL if segment.body.len() == 2 && rows.is_none() => {
                rows = segment.body.first_chunk().map(|&rows| u16::from_be_bytes(rows).into());
            }
            marker::SOS => {
                n += 1;
                if n > limits.scans {
                    return Err(INFO.limit("the stream", "scans", n.into(), limits.scans.into()).at(segment.start));
                }
                let scan = Scan::parse(segment.body, info, &parsed).map_err(|error| error.at(segment.start))?;
                progress.take(&scan, info);
                at = scan_end(src, at);
            }
            marker::DQT => parsed.quantization_tables(segment.body).map_err(|error| error.at(segment.start))?,
            marker::DHT => parsed.huffman_tables(segment.body).map_err(|error| error.at(segment.start))?,
            code if marker::is_frame(code) => return Err(INFO.malformed("a second frame header").at(segment.start)),
            _ => {}
        }
    }
    if !allow_damaged {
        // Arithmetic coding leaves out zeros at the end: what is missing cannot be told from them.
        if info.arithmetic && ended.is_none() {
            return Err(INFO.truncated("no end of the arithmetic-coded data").at(src.len()));
        }
        progress.judge(info, many && ended.is_none(), src.len())?;
    }
    Ok(Survey { end: ended.unwrap_or(src.len()), rows, many })
}

impl Progress {
    /// Without end marker all bits of all coefficients must have come: a scan that was cut off leaves no other trace.
    fn judge(&self, info: &Info, open: bool, len: usize) -> Result<()> {
        for (component, bits) in info.components().iter().zip(&self.0) {
            if bits.first() == Some(&NONE) {
                return Err(INFO.truncated(format!("component {} has no scan", component.id)).at(len));
            }
            if open && let Some(k) = bits.iter().position(|&bit| bit != 0) {
                let message = format!("no end, and coefficient {k} of component {} is not complete", component.id);
                return Err(INFO.truncated(message).at(len));
            }
        }
        Ok(())
    }
}

impl Info {
    /// The size in pixels, where the frame header leaves it open: `rows` is what follows the first scan (DNL), `given` what
    /// the caller says, height and width. libjpeg's highest size, which stands for a higher one that 16 bits do not hold,
    /// is open as well.
    pub(crate) fn resize(&mut self, rows: Option<u32>, given: Option<[u32; 2]>) -> Result<()> {
        let info = self;
        let open = |size: u32| size == 0 || size == 65500;
        if info.height == 0 {
            info.height = rows.unwrap_or(0);
        }
        if let Some([height, width]) = given {
            if open(info.height) {
                info.height = height;
            }
            if open(info.width) {
                info.width = width;
            }
        }
        if info.height == 0 || info.width == 0 {
            let message = format!("size {}x{} is left open (option shape)", info.width, info.height);
            return Err(INFO.malformed(message));
        }
        if info.height > 0xffff || info.width > 0xffff {
            let message = format!("size {}x{}, at most 65535x65535", info.width, info.height);
            return Err(INFO.unsupported(message));
        }
        Ok(())
    }
}

/// The stream as it came, if there is nothing to add, to leave out or to change but numbers in a JFIF segment.
fn as_it_is<'a>(parts: &Parts<'a>, info: &Info, survey: &Survey, ycbcr: bool) -> Option<&'a [u8]> {
    let [[], [], src] = parts.all else { return None };
    let src = src.get(..survey.end)?;
    if (ycbcr && !info.jfif) || info.adobe.is_some() || !src.ends_with(&[0xff, marker::EOI]) {
        return None;
    }
    let mut at = 0;
    while let Ok(Some(segment)) = segment(src, at) {
        match segment.marker {
            _ if segment.start != at => return None,
            marker::SOS => return Some(src),
            marker::SOI | marker::DQT | marker::DHT | marker::DAC | marker::DRI => {}
            marker::APP0 if segment.body.starts_with(b"JFIF\0") => {}
            code if marker::is_frame(code) => {
                let size = |i| segment.body.get(i..i + 2).map(|size| u32::from(size[0]) << 8 | u32::from(size[1]));
                if (size(1), size(3)) != (Some(info.height), Some(info.width)) {
                    return None;
                }
            }
            _ => return None,
        }
        at = segment.end;
    }
    None
}

/// The stream in one piece: SOI, JFIF where it makes `ycbcr`, tables, frame of the size of `info`, scans, EOI. It is
/// written to `to`, unless `src` is it already.
pub(crate) fn splice<'a>(
    parts: &Parts<'a>,
    info: &Info,
    start: Start,
    survey: &Survey,
    ycbcr: bool,
    to: &'a mut Vec<u8>,
) -> Result<&'a [u8]> {
    if let Some(src) = as_it_is(parts, info, survey, ycbcr) {
        return Ok(src);
    }
    let len: usize = parts.all.iter().map(|part| part.len()).sum::<usize>() + JFIF.len() + 4;
    to.clear();
    to.try_reserve(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    to.extend_from_slice(&[0xff, marker::SOI]);
    if ycbcr {
        to.extend_from_slice(&JFIF);
    }
    for (part, src) in parts.all.iter().enumerate().take(start.part + 1) {
        let mut at = 0;
        while let Some(segment) = segment(src, at)? {
            at = segment.end;
            let bytes = src.get(segment.start..segment.end).unwrap_or(&[]);
            match segment.marker {
                marker::SOS => {
                    to.extend_from_slice(bytes);
                    break;
                }
                marker::EOI => break,
                marker::DQT | marker::DHT => to.extend_from_slice(bytes),
                marker::DAC | marker::DRI if part > 0 => to.extend_from_slice(bytes),
                code if marker::is_frame(code) => {
                    to.extend_from_slice(bytes.get(..5).unwrap_or(&[]));
                    for size in [info.height, info.width] {
                        to.extend_from_slice(&u16::try_from(size).unwrap_or(0).to_be_bytes());
                    }
                    to.extend_from_slice(bytes.get(9..).unwrap_or(&[]));
                }
                _ => {}
            }
        }
    }
    let src = parts.all.get(start.part).copied().unwrap_or(&[]);
    to.extend_from_slice(src.get(start.data..survey.end).unwrap_or(&[]));
    if start.part < 2 {
        to.extend_from_slice(parts.all[2]);
    }
    to.extend_from_slice(&[0xff, marker::EOI]);
    Ok(to)
}
