//! The directory of further images in a file (CIPA DC-007).

use std::ops::Range;

use iio_core::Source;

use crate::segment::{APP2, segments};

/// Identifier of the segment.
pub(crate) const IDENTIFIER: &[u8] = b"MPF\0";
const MP_ENTRY: u16 = 0xb002;
const ENTRY_LEN: usize = 16;

/// Where the images of a file stand: the first one, and those that the directory in its head names.
pub(crate) fn images(source: &Source, head: &[u8]) -> Vec<Range<u64>> {
    let whole = 0..source.len();
    let Some((base, entries)) = directory(head) else { return vec![whole] };
    let mut ranges = Vec::new();
    for (index, entry) in entries.chunks_exact(ENTRY_LEN).enumerate() {
        let number = |at: usize| entry.get(at..).and_then(<[u8]>::first_chunk).copied();
        let (Some(size), Some(offset)) = (number(4), number(8)) else { break };
        let big = base.1;
        let value = |bytes: [u8; 4]| u64::from(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) });
        // The first image is the file itself, whatever its entry says.
        let start = if index == 0 { 0 } else { base.0 as u64 + value(offset) };
        let end = start.saturating_add(value(size));
        let stands = end <= source.len() && start < end;
        if !stands || source.read(start..end.min(start + 3)).map_or(true, |bytes| *bytes != [0xff, 0xd8, 0xff]) {
            break;
        }
        ranges.push(start..end);
    }
    if ranges.is_empty() { vec![whole] } else { ranges }
}

/// Offset of the TIFF header within the head and its byte order; the bytes of the entries.
fn directory(head: &[u8]) -> Option<((usize, bool), &[u8])> {
    let segment = segments(head).find(|segment| segment.marker == APP2 && segment.body.starts_with(IDENTIFIER))?;
    let block = segment.body.get(IDENTIFIER.len()..)?;
    let big = match block.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = *block.get(at..)?.first_chunk()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |at: usize| {
        let bytes = *block.get(at..)?.first_chunk()?;
        usize::try_from(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }).ok()
    };
    let start = u32_at(4)?;
    let n = usize::from(u16_at(start)?);
    let entry = (0..n).map(|i| start + 2 + i * 12).find(|&at| u16_at(at) == Some(MP_ENTRY))?;
    let (len, at) = (u32_at(entry + 4)?, u32_at(entry + 8)?);
    Some(((segment.at + IDENTIFIER.len(), big), block.get(at..at.checked_add(len)?)?))
}
