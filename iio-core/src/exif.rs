//! What an EXIF block says that the metadata model has a name for. The block itself is kept as it is.

use crate::{Metadata, Resolution, ResolutionUnit};

const IMAGE_DESCRIPTION: u16 = 270;
const ORIENTATION: u16 = 274;
const X_RESOLUTION: u16 = 282;
const Y_RESOLUTION: u16 = 283;
const RESOLUTION_UNIT: u16 = 296;
const SOFTWARE: u16 = 305;
const DATE_TIME: u16 = 306;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const RATIONAL: u16 = 5;

/// A block: a TIFF header, and entries that hold or point to their values.
struct Block<'a> {
    bytes: &'a [u8],
    big: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// Offset of the four bytes of the value.
    at: usize,
}

impl<'a> Block<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let big = match bytes.get(..4)? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big })
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// The entries of the first directory, as many as the block holds.
    fn entries(&self) -> impl Iterator<Item = Entry> {
        let start = self.u32(4).and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
        let n = usize::from(self.u16(start).unwrap_or(0));
        (0..n).map_while(move |index| {
            let at = start.checked_add(2 + index * 12)?;
            Some(Entry { tag: self.u16(at)?, kind: self.u16(at + 2)?, count: self.u32(at + 4)?, at: at + 8 })
        })
    }

    fn find(&self, tag: u16, kind: u16) -> Option<Entry> {
        self.entries().find(|entry| entry.tag == tag && entry.kind == kind && entry.count > 0)
    }

    fn short(&self, tag: u16) -> Option<u16> {
        self.u16(self.find(tag, SHORT)?.at)
    }

    fn rational(&self, tag: u16) -> Option<f64> {
        let at = usize::try_from(self.u32(self.find(tag, RATIONAL)?.at)?).ok()?;
        let value = f64::from(self.u32(at)?) / f64::from(self.u32(at.checked_add(4)?)?);
        (value.is_finite() && value > 0.0).then_some(value)
    }

    fn text(&self, tag: u16) -> Option<String> {
        let entry = self.find(tag, ASCII)?;
        let count = usize::try_from(entry.count).ok()?;
        let at = if count <= 4 { entry.at } else { usize::try_from(self.u32(entry.at)?).ok()? };
        let bytes = self.bytes.get(at..at.checked_add(count)?)?;
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_end_matches('\0').trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

impl Metadata {
    /// Keeps an EXIF block (from its TIFF header on), and fills from it what is not known yet: orientation, resolution,
    /// description, software, time. A block that is broken is kept all the same.
    pub fn take_exif(&mut self, exif: Vec<u8>) {
        if let Some(block) = Block::new(&exif) {
            let orientation = block.short(ORIENTATION).and_then(|value| u8::try_from(value).ok());
            self.orientation = self.orientation.or(orientation.filter(|value| (1..=8).contains(value)));
            self.description = self.description.take().or_else(|| block.text(IMAGE_DESCRIPTION));
            self.software = self.software.take().or_else(|| block.text(SOFTWARE));
            self.date_time = self.date_time.take().or_else(|| block.text(DATE_TIME));
            if self.resolution.is_none()
                && let (Some(x), Some(y)) = (block.rational(X_RESOLUTION), block.rational(Y_RESOLUTION))
            {
                let unit = match block.short(RESOLUTION_UNIT) {
                    Some(1) => ResolutionUnit::Aspect,
                    Some(3) => ResolutionUnit::Centimetre,
                    _ => ResolutionUnit::Inch,
                };
                self.resolution = Some(Resolution { x, y, unit });
            }
        }
        self.exif = Some(exif);
    }

    /// The EXIF block to be written: [`Metadata::exif`] with [`Metadata::orientation`] in it, or a block that holds the
    /// orientation alone. `None` if there is nothing to say.
    #[must_use]
    pub fn exif_to_write(&self) -> Option<Vec<u8>> {
        let wanted = self.orientation.filter(|value| (1..=8).contains(value));
        let Some(mut exif) = self.exif.clone() else {
            return wanted.filter(|&value| value != 1).map(minimal);
        };
        let place = Block::new(&exif).and_then(|block| Some((block.big, block.find(ORIENTATION, SHORT)?.at)));
        if let (Some(value), Some((big, at))) = (wanted, place)
            && let Some(slot) = exif.get_mut(at..at + 2)
        {
            let value = u16::from(value);
            slot.copy_from_slice(&if big { value.to_be_bytes() } else { value.to_le_bytes() });
        }
        Some(exif)
    }
}

/// A block of one entry.
fn minimal(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}
