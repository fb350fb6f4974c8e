//! The segments in front of the first scan.

use std::ops::Range;

use iio_codec::{Blame, Check, Limits, Result};
use iio_core::Source;

use crate::FORMAT;

pub(crate) const SOI: u8 = 0xd8;
pub(crate) const SOS: u8 = 0xda;
pub(crate) const DRI: u8 = 0xdd;
pub(crate) const APP0: u8 = 0xe0;
pub(crate) const APP1: u8 = 0xe1;
pub(crate) const APP2: u8 = 0xe2;
pub(crate) const APP13: u8 = 0xed;
pub(crate) const APP14: u8 = 0xee;
pub(crate) const COM: u8 = 0xfe;
/// The frame of JPEG-LS.
const SOF55: u8 = 0xf7;

/// True for the markers SOF0 to SOF15.
pub(crate) const fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc)
}

/// True for markers that no length follows: SOI, EOI, TEM, RST0 to RST7.
const fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xd0..=0xd9)
}

/// A segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u8,
    /// Offset of its body in the head.
    pub(crate) at: usize,
    /// What follows the length.
    pub(crate) body: &'a [u8],
}

/// The segments of a head that is whole up to the scan; what is cut or broken ends them.
pub(crate) fn segments(head: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += head.get(at..)?.iter().position(|&byte| byte == 0xff)?;
            at += head.get(at..)?.iter().position(|&byte| byte != 0xff)?;
            let &marker = head.get(at)?;
            at += 1;
            if marker == 0 || stands_alone(marker) {
                continue;
            }
            let len = usize::from(u16::from_be_bytes(*head.get(at..)?.first_chunk()?));
            let start = at + 2;
            at += len.max(2);
            return Some(Segment { marker, at: start, body: head.get(start..at)? });
        }
    })
}

/// Tells whether a file begins like one. 512 bytes may not reach the frame. What is no segment behind SOI is `Unknown`,
/// since decoders skip it.
pub(crate) fn check(head: &[u8]) -> Check {
    let soi = [0xff, SOI];
    let Some(rest) = head.strip_prefix(&soi) else {
        return if soi.starts_with(head) { Check::Unknown } else { Check::No };
    };
    let before_scan = |segment: &Segment<'_>| !is_frame(segment.marker) && segment.marker != SOS;
    if segments(head).take_while(before_scan).any(|segment| segment.marker == SOF55) {
        return Check::No;
    }
    let first = rest.iter().find(|&&byte| byte != 0xff).filter(|_| rest.starts_with(&[0xff]));
    match first {
        // Tables, a frame, applications, a comment.
        Some(0xc0..=0xcf | 0xdb..=0xdf | 0xe0..=0xef | &COM) => Check::Yes,
        // Cut.
        Some(&SOF55) => Check::No,
        _ => Check::Unknown,
    }
}

/// Bytes of a file up to and with the header of its first scan.
pub(crate) fn read_head(source: &Source, range: &Range<u64>, limits: &Limits) -> Result<Vec<u8>> {
    const FIRST: u64 = 16 << 10;
    let all = range.end.saturating_sub(range.start);
    let mut len = all.min(FIRST);
    loop {
        let head = source.read(range.start..range.start + len)?;
        match head_len(&head) {
            Some(end) => return Ok(head.get(..end).unwrap_or(&head).to_vec()),
            // Without a scan: the codec says what is missing.
            None if len == all => return Ok(head.into_owned()),
            None if len >= limits.metadata_bytes => {
                return Err(FORMAT.limit("headers", "metadata_bytes", len + 1, limits.metadata_bytes).at(range.start));
            }
            None => len = len.saturating_mul(4).min(all).min(limits.metadata_bytes),
        }
    }
}

/// Where the header of the first scan ends, if the head reaches so far.
fn head_len(head: &[u8]) -> Option<usize> {
    segments(head).find(|segment| segment.marker == SOS).map(|segment| segment.at + segment.body.len())
}

/// The frame of an image: what kind of JPEG it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'a> {
    marker: u8,
    components: &'a [[u8; 3]],
}

impl<'a> Frame<'a> {
    pub(crate) fn find(head: &'a [u8]) -> Option<Self> {
        let segment = segments(head).find(|segment| is_frame(segment.marker))?;
        let (&[_, _, _, _, _, n], rest) = segment.body.split_first_chunk()?;
        let components = rest.as_chunks::<3>().0.get(..usize::from(n))?;
        Some(Self { marker: segment.marker, components })
    }

    /// The process: `baseline`, `progressive` ..
    pub(crate) const fn process(&self) -> &'static str {
        match self.marker {
            0xc0 => "baseline",
            0xc1 => "extended",
            0xc2 => "progressive",
            0xc3 => "lossless",
            0xc5..=0xc7 | 0xcd..=0xcf => "hierarchical",
            0xc9 => "arithmetic",
            0xca => "arithmetic progressive",
            _ => "arithmetic lossless",
        }
    }

    /// `4:2:0` and the like, for three components and more.
    pub(crate) fn subsampling(&self) -> Option<&'static str> {
        let factors = |component: &[u8; 3]| (component[1] >> 4, component[1] & 15);
        let [first, rest @ ..] = self.components else { return None };
        if rest.len() < 2 || rest.iter().take(2).any(|component| factors(component) != (1, 1)) {
            return None;
        }
        Some(match factors(first) {
            (1, 1) => "4:4:4",
            (2, 1) => "4:2:2",
            (2, 2) => "4:2:0",
            (1, 2) => "4:4:0",
            (4, 1) => "4:1:1",
            (4, 2) => "4:1:0",
            _ => return None,
        })
    }
}
