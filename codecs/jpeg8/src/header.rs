//! Marker segments up to the first scan: read, and checked, before anything else sees the stream.

use iio_codec::{Blame, Check, Result};

use crate::{ColourSpace, INFO};

/// Second bytes of markers, T.81 table B.1.
pub(crate) mod marker {
    pub(crate) const SOF0: u8 = 0xc0;
    pub(crate) const DHT: u8 = 0xc4;
    pub(crate) const SOF15: u8 = 0xcf;
    pub(crate) const JPG: u8 = 0xc8;
    pub(crate) const DAC: u8 = 0xcc;
    pub(crate) const RST0: u8 = 0xd0;
    pub(crate) const RST7: u8 = 0xd7;
    pub(crate) const SOI: u8 = 0xd8;
    pub(crate) const EOI: u8 = 0xd9;
    pub(crate) const SOS: u8 = 0xda;
    pub(crate) const DQT: u8 = 0xdb;
    pub(crate) const DNL: u8 = 0xdc;
    pub(crate) const DRI: u8 = 0xdd;
    pub(crate) const APP0: u8 = 0xe0;
    pub(crate) const APP14: u8 = 0xee;
    pub(crate) const SOF55: u8 = 0xf7;
    pub(crate) const COM: u8 = 0xfe;
    pub(crate) const TEM: u8 = 0x01;

    /// True for SOF0 to SOF15: the codes between DHT, JPG and DAC.
    pub(crate) const fn is_frame(code: u8) -> bool {
        matches!(code, SOF0..=SOF15) && !matches!(code, DHT | JPG | DAC)
    }
}

/// The most components of a frame that are read.
pub(crate) const MAX_COMPONENTS: usize = 4;
/// The most blocks of an MCU, T.81 B.2.3.
const MAX_BLOCKS: u32 = 10;
/// The highest bit of a coefficient that a scan may begin with: that of 8-bit samples, as libjpeg has it.
const MAX_BIT: u8 = 13;

/// How the samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Process {
    /// Sequential DCT (SOF0, SOF1, SOF9).
    Sequential,
    /// Progressive DCT (SOF2, SOF10).
    Progressive,
    /// Lossless, by prediction (SOF3, SOF11).
    Lossless,
}

/// One component of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Component {
    /// The number by which scans name it.
    pub id: u8,
    /// Samples across an MCU, in blocks of eight.
    pub horizontal: u8,
    /// Samples down an MCU, in blocks of eight.
    pub vertical: u8,
    /// Number of its quantization table.
    pub table: u8,
}

/// What the markers before the first scan tell, container tables included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Info {
    /// How the samples are coded.
    pub process: Process,
    /// True for arithmetic, false for Huffman coding.
    pub arithmetic: bool,
    /// Bits of each sample.
    pub precision: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// MCUs between restart markers; 0 is none.
    pub restart_interval: u16,
    /// True if there is a JFIF segment.
    pub jfif: bool,
    /// The transform of the Adobe segment: 0 none, 1 YCbCr, 2 YCCK.
    pub adobe: Option<u8>,
    pub(crate) n_components: usize,
    pub(crate) all: [Component; MAX_COMPONENTS],
}

impl Info {
    /// The components, in the order of the frame.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        self.all.get(..self.n_components).unwrap_or(&[])
    }

    /// The largest sampling factors: horizontal, vertical.
    pub(crate) fn max_factors(&self) -> (u32, u32) {
        let most = |factor: fn(&Component) -> u8| self.components().iter().map(factor).max().unwrap_or(1);
        (most(|c| c.horizontal).into(), most(|c| c.vertical).into())
    }

    /// The colour space that the markers tell, by the rules of libjpeg.
    #[must_use]
    pub fn colour_space(&self) -> ColourSpace {
        match (self.n_components, self.adobe) {
            (1, _) => ColourSpace::Gray,
            (3, _) if self.jfif => ColourSpace::YCbCr,
            (3, Some(0)) => ColourSpace::Rgb,
            (3, Some(_)) => ColourSpace::YCbCr,
            (3, None) if self.components().iter().map(|c| c.id).eq(*b"RGB") => ColourSpace::Rgb,
            (3, None) if self.process == Process::Lossless => ColourSpace::Rgb,
            (3, None) => ColourSpace::YCbCr,
            (4, None | Some(0)) => ColourSpace::Cmyk,
            (4, Some(_)) => ColourSpace::Ycck,
            _ => ColourSpace::Unknown,
        }
    }

    /// Width and height of a component in samples.
    pub(crate) fn extent(&self, component: &Component) -> (u32, u32) {
        let (h, v) = self.max_factors();
        (
            (self.width * u32::from(component.horizontal)).div_ceil(h),
            (self.height * u32::from(component.vertical)).div_ceil(v),
        )
    }

    /// Width and height of the planes that a decoder fills: whole MCUs.
    pub(crate) fn padded(&self, component: &Component) -> (u64, u64) {
        let (h, v) = self.max_factors();
        let across = u64::from(self.width.div_ceil(h * 8)) * u64::from(component.horizontal) * 8;
        (across, u64::from(self.height.div_ceil(v * 8)) * u64::from(component.vertical) * 8)
    }

    /// Blocks that the first scans of all components code.
    pub(crate) fn n_blocks(&self) -> u64 {
        let blocks = |component: &Component| {
            let (width, height) = self.extent(component);
            u64::from(width.div_ceil(8)) * u64::from(height.div_ceil(8))
        };
        self.components().iter().map(blocks).sum()
    }
}

/// A marker segment, or a marker that stands alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Offset of the 0xff before the marker.
    pub(crate) start: usize,
    /// What follows the length.
    pub(crate) body: &'a [u8],
    /// Offset behind the segment.
    pub(crate) end: usize,
}

/// The next marker segment at or behind `at`. What stands between segments is skipped, as libjpeg does.
pub(crate) fn segment(src: &[u8], at: usize) -> Result<Option<Segment<'_>>> {
    let mut at = at;
    loop {
        let Some(found) = find_ff(src, at) else { return Ok(None) };
        let mut code = found + 1;
        while src.get(code) == Some(&0xff) {
            code += 1;
        }
        let Some(&marker) = src.get(code) else { return Ok(None) };
        at = code + 1;
        let alone = matches!(marker, marker::SOI | marker::EOI | marker::TEM | marker::RST0..=marker::RST7);
        match marker {
            0 => continue,
            _ if alone => return Ok(Some(Segment { marker, start: code - 1, body: &[], end: at })),
            _ => {}
        }
        let rest = src.get(at..).unwrap_or(&[]);
        let Some((&[high, low], rest)) = rest.split_first_chunk() else {
            return Err(INFO.truncated(format!("marker {marker:#04x} has no length")).at(at));
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        let Some(body_len) = len.checked_sub(2) else {
            return Err(INFO.malformed(format!("segment {marker:#04x} has a length of {len}, at least 2")).at(at));
        };
        let Some(body) = rest.get(..body_len) else {
            let message = format!("segment {marker:#04x} needs {body_len} bytes, {} are left", rest.len());
            return Err(INFO.truncated(message).at(at));
        };
        return Ok(Some(Segment { marker, start: code - 1, body, end: at + len }));
    }
}

/// The offset of the next 0xff.
pub(crate) fn find_ff(src: &[u8], at: usize) -> Option<usize> {
    let rest = src.get(at..)?;
    let mut skipped = 0;
    // Blocks without one are passed by compares that the compiler makes wide.
    for block in rest.chunks(64) {
        if block.iter().fold(false, |any, &byte| any | (byte == 0xff)) {
            return block.iter().position(|&byte| byte == 0xff).map(|i| at + skipped + i);
        }
        skipped += block.len();
    }
    None
}

/// The offset of the marker that ends the entropy-coded data at `at`, or of the end.
pub(crate) fn scan_end(src: &[u8], at: usize) -> usize {
    let mut at = at;
    while let Some(found) = find_ff(src, at) {
        let mut code = found + 1;
        while src.get(code) == Some(&0xff) {
            code += 1;
        }
        match src.get(code) {
            Some(0 | marker::RST0..=marker::RST7) => at = code + 1,
            Some(_) => return found,
            None => break,
        }
    }
    src.len()
}

/// Tells whether `src` looks like a JPEG stream: its first marker is that of one, and its frame, if it is seen, is not
/// that of JPEG-LS. Anything else behind SOI is `Unknown`, since decoders skip it.
pub fn check(src: &[u8]) -> Check {
    let soi = [0xff, marker::SOI];
    let Some(rest) = src.strip_prefix(&soi) else {
        return if soi.starts_with(src) { Check::Unknown } else { Check::No };
    };
    let first = rest.iter().find(|&&byte| byte != 0xff).filter(|_| rest.starts_with(&[0xff]));
    let known = first.is_some_and(|&first| {
        marker::is_frame(first)
            || matches!(first, marker::DHT | marker::DAC | marker::SOS | marker::DQT | marker::DRI | marker::COM)
            || matches!(first, marker::APP0..=0xef)
    });
    let mut at = 2;
    while let Ok(Some(segment)) = segment(src, at) {
        match segment.marker {
            marker::SOF55 => return Check::No,
            marker::SOS | marker::EOI => break,
            code if marker::is_frame(code) => break,
            _ => at = segment.end,
        }
    }
    match first {
        _ if known => Check::Yes,
        Some(&marker::SOF55) => Check::No,
        _ => Check::Unknown,
    }
}

/// Where the first scan begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// The part that holds it.
    pub(crate) part: usize,
    /// Offset of SOS.
    pub(crate) sos: usize,
    /// Offset of the coded data.
    pub(crate) data: usize,
}

/// The parts of a stream that stand apart: tables of the container, a header of the container, the stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    /// `[tables, header, stream]`; the first two may be empty.
    pub(crate) all: [&'a [u8]; 3],
}

/// What was seen of tables, and of the frame.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) frame: Option<Info>,
    jfif: bool,
    adobe: Option<u8>,
    restart_interval: u16,
    quantization: [bool; 4],
    pub(crate) huffman: [[bool; 4]; 2],
}

/// Reads all markers up to the first scan.
pub(crate) fn parse(parts: &Parts<'_>) -> Result<(Info, Parsed, Start)> {
    let mut parsed = Parsed::default();
    for (part, src) in parts.all.iter().enumerate() {
        let begins = src.starts_with(&[0xff, marker::SOI]);
        let continues = part == 2 && !parts.all[1].is_empty();
        let absent = part < 2 && src.is_empty();
        if !(begins || continues || absent) {
            return Err(soi_missing(part, src));
        }
        let mut at = 0;
        while let Some(segment) = segment(src, at)? {
            at = segment.end;
            match segment.marker {
                marker::SOS if part == 0 => return Err(INFO.malformed("the tables hold a scan").at(segment.start)),
                marker::SOS => {
                    let Some(frame) = parsed.frame else {
                        return Err(INFO.malformed("a scan stands before the frame").at(segment.start));
                    };
                    let mut info = frame;
                    (info.jfif, info.adobe) = (parsed.jfif, parsed.adobe);
                    info.restart_interval = parsed.restart_interval;
                    parsed.check_quantization(&info)?;
                    return Ok((info, parsed, Start { part, sos: segment.start, data: segment.end }));
                }
                marker::EOI if part == 2 => return Err(INFO.malformed("no scan before the end").at(segment.start)),
                marker::EOI => break,
                _ => parsed.take(&segment, part == 0).map_err(|error| error.at(segment.start))?,
            }
        }
    }
    let len = parts.all[2].len();
    Err(INFO.truncated(format!("no scan within {len} bytes")).at(len))
}

#[cold]
fn soi_missing(part: usize, src: &[u8]) -> iio_codec::Error {
    let name = ["tables", "header", "stream"].get(part).copied().unwrap_or_default();
    match src.get(..2) {
        Some(&[a, b]) => INFO.malformed(format!("{name} begins with {a:02x}{b:02x}, not with SOI ffd8")).at(0u64),
        _ => INFO.truncated(format!("{name} has {} bytes, not even SOI", src.len())).at(0u64),
    }
}

impl Parsed {
    /// Takes a segment other than SOS and EOI. Of `tables`, SOI of the stream forgets all but DQT and DHT.
    fn take(&mut self, segment: &Segment<'_>, tables: bool) -> Result<()> {
        let body = segment.body;
        match segment.marker {
            marker::DQT => self.quantization_tables(body),
            marker::DHT => self.huffman_tables(body),
            marker::DAC if !body.len().is_multiple_of(2) || body.len() > 64 => {
                Err(INFO.malformed(format!("DAC has {} bytes", body.len())))
            }
            marker::DRI => match *body {
                [high, low] => {
                    if !tables {
                        self.restart_interval = u16::from_be_bytes([high, low]);
                    }
                    Ok(())
                }
                _ => Err(INFO.malformed(format!("DRI has {} bytes, not 2", body.len()))),
            },
            marker::APP0 if !tables && body.len() >= 14 && body.starts_with(b"JFIF\0") => {
                self.jfif = true;
                Ok(())
            }
            marker::APP14 if !tables && body.len() >= 12 && body.starts_with(b"Adobe") => {
                self.adobe = body.get(11).copied();
                Ok(())
            }
            code if marker::is_frame(code) && tables => Err(INFO.malformed("the tables hold a frame")),
            code if marker::is_frame(code) => self.frame(code, body),
            marker::SOF55 => Err(INFO.unsupported("the stream is JPEG-LS, which the codec jpegls reads")),
            _ => Ok(()),
        }
    }

    /// T.81 B.2.4.1.
    pub(crate) fn quantization_tables(&mut self, body: &[u8]) -> Result<()> {
        let mut rest = body;
        while let Some((&spec, tail)) = rest.split_first() {
            let (precision, id) = (spec >> 4, usize::from(spec & 15));
            let len = if precision == 0 { 64 } else { 128 };
            let (Some(slot), true) = (self.quantization.get_mut(id), precision <= 1) else {
                return Err(INFO.malformed(format!("DQT: table {id} of precision {precision}, at most 3 and 1")));
            };
            let Some(tail) = tail.get(len..) else {
                return Err(INFO.malformed(format!("DQT: table {id} has {} of {len} bytes", tail.len())));
            };
            *slot = true;
            rest = tail;
        }
        Ok(())
    }

    /// T.81 B.2.4.2.
    pub(crate) fn huffman_tables(&mut self, body: &[u8]) -> Result<()> {
        let mut rest = body;
        while let Some((&spec, tail)) = rest.split_first() {
            let (class, id) = (usize::from(spec >> 4), usize::from(spec & 15));
            let Some(slot) = self.huffman.get_mut(class).and_then(|tables| tables.get_mut(id)) else {
                return Err(INFO.malformed(format!("DHT: table {id} of class {class}, at most 3 and 1")));
            };
            let Some((counts, tail)) = tail.split_first_chunk::<16>() else {
                return Err(INFO.malformed(format!("DHT: table {id} has {} of 16 counts", tail.len())));
            };
            let n: usize = counts.iter().map(|&count| usize::from(count)).sum();
            let Some(tail) = tail.get(n..).filter(|_| n <= 256) else {
                return Err(INFO.malformed(format!("DHT: table {id} counts {n} codes, {} bytes follow", tail.len())));
            };
            // Codes of one length must leave room for longer ones (T.81 annex C).
            let mut left = 1_u32;
            for (&count, bits) in counts.iter().zip(1..) {
                left = match (left * 2).checked_sub(count.into()) {
                    Some(left) => left.min(1 << 16),
                    None => return Err(INFO.malformed(format!("DHT: table {id} has too many codes of {bits} bits"))),
                };
            }
            *slot = true;
            rest = tail;
        }
        Ok(())
    }

    /// T.81 B.2.2.
    fn frame(&mut self, code: u8, body: &[u8]) -> Result<()> {
        if self.frame.is_some() {
            return Err(INFO.malformed("a second frame header"));
        }
        let (process, arithmetic) = match code {
            0xc0 | 0xc1 => (Process::Sequential, false),
            0xc2 => (Process::Progressive, false),
            0xc3 => (Process::Lossless, false),
            0xc9 => (Process::Sequential, true),
            0xca => (Process::Progressive, true),
            0xcb => (Process::Lossless, true),
            _ => return Err(INFO.unsupported(format!("hierarchical JPEG (marker {code:#04x})"))),
        };
        let Some((&[precision, h0, h1, w0, w1, n], list)) = body.split_first_chunk() else {
            return Err(INFO.malformed(format!("frame header has {} bytes, at least 6", body.len())));
        };
        let n_components = usize::from(n);
        if list.len() != 3 * n_components || n_components == 0 {
            return Err(INFO.malformed(format!("frame header of {n} components has {} bytes", body.len())));
        }
        let mut all = [Component::default(); MAX_COMPONENTS];
        if n_components > MAX_COMPONENTS {
            return Err(INFO.unsupported(format!("{n} components, at most {MAX_COMPONENTS}")));
        }
        for (slot, &[id, factors, table]) in all.iter_mut().zip(list.as_chunks().0) {
            let (horizontal, vertical) = (factors >> 4, factors & 15);
            if !(1..=4).contains(&horizontal) || !(1..=4).contains(&vertical) || table > 3 {
                let message =
                    format!("component {id} has factors {horizontal}x{vertical}, table {table}; 1..=4, 0..=3");
                return Err(INFO.malformed(message));
            }
            *slot = Component { id, horizontal, vertical, table };
        }
        let info = Info {
            process,
            arithmetic,
            precision,
            width: u16::from_be_bytes([w0, w1]).into(),
            height: u16::from_be_bytes([h0, h1]).into(),
            restart_interval: 0,
            jfif: false,
            adobe: None,
            n_components,
            all,
        };
        let ids = info.components().iter().enumerate();
        if ids.clone().any(|(i, a)| ids.clone().take(i).any(|(_, b)| a.id == b.id)) {
            return Err(INFO.malformed("two components have the same number"));
        }
        self.frame = Some(info);
        Ok(())
    }

    fn check_quantization(&self, info: &Info) -> Result<()> {
        if info.process == Process::Lossless {
            return Ok(());
        }
        let missing = info.components().iter().find(|c| self.quantization.get(usize::from(c.table)) != Some(&true));
        match missing {
            Some(component) => Err(INFO.malformed(format!(
                "quantization table {} is not defined; the tables may be the container's (option tables)",
                component.table
            ))),
            None => Ok(()),
        }
    }
}

/// The header of a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scan {
    /// Indices of components in the frame.
    pub(crate) components: [usize; MAX_COMPONENTS],
    pub(crate) n: usize,
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// The bit of coefficients that this scan ends with.
    pub(crate) low: u8,
}

impl Scan {
    /// T.81 B.2.3.
    pub(crate) fn parse(body: &[u8], info: &Info, parsed: &Parsed) -> Result<Self> {
        let n = body.first().map_or(0, |&n| usize::from(n));
        let (Some(list), Some(&[first, last, bits])) = (body.get(1..1 + 2 * n), body.get(1 + 2 * n..)) else {
            return Err(INFO.malformed(format!("scan header of {n} components has {} bytes", body.len())));
        };
        if !(1..=MAX_COMPONENTS).contains(&n) {
            return Err(INFO.malformed(format!("a scan of {n} components")));
        }
        let (high, low) = (bits >> 4, bits & 15);
        let mut components = [0; MAX_COMPONENTS];
        let mut blocks = 0;
        for (i, &[id, tables]) in list.as_chunks().0.iter().enumerate() {
            let Some(index) = info.components().iter().position(|c| c.id == id) else {
                return Err(INFO.malformed(format!("a scan names component {id}, which the frame has not")));
            };
            if components.iter().take(i).any(|&before| before >= index) {
                return Err(INFO.malformed("the components of a scan are not in the order of the frame"));
            }
            components[i] = index;
            let component = info.all[index];
            blocks += u32::from(component.horizontal) * u32::from(component.vertical);
            let (dc, ac) = (usize::from(tables >> 4), usize::from(tables & 15));
            if dc > 3 || ac > 3 {
                return Err(INFO.malformed(format!("a scan names tables {dc} and {ac}, at most 3")));
            }
            // Sequential scans fall back to the tables of annex K, as motion JPEG needs it.
            let progressive = info.process == Process::Progressive && !info.arithmetic;
            let needs = [progressive && first == 0 && high == 0, progressive && last > 0];
            for ((class, id), needed) in [(0, dc), (1, ac)].into_iter().zip(needs) {
                if needed && !parsed.huffman[class][id] {
                    return Err(INFO.malformed(format!("Huffman table {id} of class {class} is not defined")));
                }
            }
        }
        if n > 1 && blocks > MAX_BLOCKS {
            return Err(INFO.malformed(format!("an MCU of {blocks} blocks, at most {MAX_BLOCKS}")));
        }
        if info.process == Process::Progressive {
            let band = if first == 0 { last == 0 } else { last >= first && last < 64 && n == 1 };
            if !band || low > MAX_BIT || (high != 0 && high != low + 1) {
                let message = format!("progressive scan of coefficients {first}..={last}, bits {high} to {low}");
                return Err(INFO.malformed(message));
            }
        }
        Ok(Self { components, n, first, last, low })
    }

    pub(crate) fn components(&self) -> &[usize] {
        self.components.get(..self.n).unwrap_or(&[])
    }
}
