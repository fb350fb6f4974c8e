//! The blocks of a file, one after the other, without allocation.

use core::ops::Range;

use iio_codec::{Blame, Check, Result};

use crate::INFO;

/// Tells whether bytes begin as a GIF file does.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    if src.len() < 6 {
        return if b"GIF8".starts_with(&src[..src.len().min(4)]) { Check::Unknown } else { Check::No };
    }
    if src.starts_with(b"GIF87a") || src.starts_with(b"GIF89a") { Check::Yes } else { Check::No }
}

/// Colours of a table: where it stands, and how many they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) at: usize,
    pub(crate) n: usize,
}

/// Header and logical screen descriptor (sections 17 and 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Screen {
    pub(crate) is_89a: bool,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) table: Option<Table>,
    pub(crate) background: u8,
    pub(crate) aspect: u8,
    /// Where the blocks begin.
    pub(crate) end: usize,
}

/// What becomes of the place of a frame when the next one comes (section 23).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Disposal {
    /// Not told: it stays.
    #[default]
    None,
    /// It stays.
    Keep,
    /// It becomes transparent or, in files without transparency, the background colour.
    Background,
    /// What was there before comes back.
    Previous,
}

impl Disposal {
    pub(crate) const fn from_bits(bits: u8) -> Self {
        match bits {
            1 => Self::Keep,
            2 => Self::Background,
            3 => Self::Previous,
            _ => Self::None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Keep => "keep",
            Self::Background => "background",
            Self::Previous => "previous",
        }
    }
}

/// Graphic control extension (section 23).
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    delay: Option<u16>,
    transparent: Option<u8>,
    disposal: Disposal,
}

/// An image descriptor (section 20) with what stands before it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Where its blocks begin and end.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Where its data begins: with the code size.
    pub(crate) data: usize,
    pub(crate) left: u16,
    pub(crate) top: u16,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) table: Option<Table>,
    pub(crate) interlaced: bool,
    /// Hundredths of a second.
    pub(crate) delay: Option<u16>,
    pub(crate) transparent: Option<u8>,
    pub(crate) disposal: Disposal,
}

/// What stands in a file.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    Frame(Frame),
    /// Sub-blocks, with their lengths and the terminator.
    Comment(Range<usize>),
    Application {
        id: [u8; 11],
        data: Range<usize>,
    },
    /// Plain text, or an extension that is not known.
    Other,
    Trailer,
}

#[cold]
fn ends(src: &[u8], what: &str) -> iio_codec::Error {
    INFO.truncated(format!("file ends within {what}")).at(src.len())
}

fn le16(bytes: [u8; 2]) -> u16 {
    u16::from_le_bytes(bytes)
}

fn table(src: &[u8], flags: u8, at: usize) -> Result<Option<Table>> {
    if flags & 0x80 == 0 {
        return Ok(None);
    }
    let n = 2 << (flags & 7);
    if src.len() < at + 3 * n {
        return Err(ends(src, &format!("a table of {n} colours")));
    }
    Ok(Some(Table { at, n }))
}

/// Reads what the file begins with.
pub(crate) fn screen(src: &[u8]) -> Result<Screen> {
    let is_89a = match src.get(..6) {
        Some(b"GIF87a") => false,
        Some(b"GIF89a") => true,
        None if b"GIF8".starts_with(src.get(..4).unwrap_or(src)) => return Err(ends(src, "the signature")),
        _ => return Err(INFO.malformed("not a GIF file: signature is not GIF87a or GIF89a").at(0)),
    };
    let Some(&[w0, w1, h0, h1, flags, background, aspect]) = src.get(6..).and_then(|rest| rest.first_chunk()) else {
        return Err(ends(src, "the screen descriptor"));
    };
    let (width, height) = (le16([w0, w1]), le16([h0, h1]));
    if width == 0 || height == 0 {
        return Err(INFO.malformed(format!("screen of {width} x {height} pixels")).at(6));
    }
    let table = table(src, flags, 13)?;
    let end = table.map_or(13, |table| table.at + 3 * table.n);
    Ok(Screen { is_89a, width, height, table, background, aspect, end })
}

/// Walks over the blocks behind the screen descriptor.
pub(crate) struct Blocks<'a> {
    src: &'a [u8],
    pub(crate) at: usize,
    control: Control,
    /// Where the blocks of the next frame begin.
    start: usize,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(src: &'a [u8], screen: &Screen) -> Self {
        Self { src, at: screen.end, control: Control::default(), start: screen.end }
    }

    fn take<const N: usize>(&mut self, what: &str) -> Result<[u8; N]> {
        let bytes = self.src.get(self.at..).and_then(|rest| rest.first_chunk()).ok_or_else(|| ends(self.src, what))?;
        self.at += N;
        Ok(*bytes)
    }

    /// The next block.
    pub(crate) fn next(&mut self) -> Result<Block> {
        // Some writers leave terminators behind that end nothing.
        while self.src.get(self.at) == Some(&0) {
            self.at += 1;
        }
        let at = self.at;
        let none = || INFO.truncated("file ends without trailer").at(self.src.len());
        let label = *self.src.get(at).ok_or_else(none)?;
        self.at += 1;
        match label {
            0x3b => Ok(Block::Trailer),
            0x2c => self.frame(),
            0x21 => self.extension(),
            _ => Err(INFO.malformed(format!("block begins with {label:#04x}, not 0x21, 0x2c or 0x3b")).at(at)),
        }
    }

    fn extension(&mut self) -> Result<Block> {
        let [label] = self.take("an extension")?;
        let start = self.at;
        self.skip("an extension")?;
        let block = self.src.get(start..self.at).unwrap_or(&[]);
        match (label, block) {
            (0xf9, &[4..=255, flags, d0, d1, transparent, ..]) => {
                self.control = Control {
                    delay: Some(le16([d0, d1])),
                    transparent: (flags & 1 == 1).then_some(transparent),
                    disposal: Disposal::from_bits(flags >> 2 & 7),
                };
                Ok(Block::Other)
            }
            (0xfe, _) => Ok(Block::Comment(start..self.at)),
            (0xff, &[11, ref id @ ..]) => match id.first_chunk() {
                Some(&id) => Ok(Block::Application { id, data: start + 12..self.at }),
                None => Ok(Block::Other),
            },
            (0x01, _) => {
                // Plain text takes the control that stands before it (section 25).
                self.control = Control::default();
                Ok(Block::Other)
            }
            _ => Ok(Block::Other),
        }
    }

    fn frame(&mut self) -> Result<Block> {
        let at = self.at;
        let [l0, l1, t0, t1, w0, w1, h0, h1, flags] = self.take("an image descriptor")?;
        let (width, height) = (le16([w0, w1]), le16([h0, h1]));
        if width == 0 || height == 0 {
            return Err(INFO.malformed(format!("frame of {width} x {height} pixels")).at(at));
        }
        let table = table(self.src, flags, self.at)?;
        self.at += table.map_or(0, |table| 3 * table.n);
        let data = self.at;
        let [_code_size] = self.take("image data")?;
        self.skip("image data")?;
        let control = core::mem::take(&mut self.control);
        let start = core::mem::replace(&mut self.start, self.at);
        Ok(Block::Frame(Frame {
            start,
            end: self.at,
            data,
            left: le16([l0, l1]),
            top: le16([t0, t1]),
            width,
            height,
            table,
            interlaced: flags & 0x40 != 0,
            delay: control.delay,
            transparent: control.transparent,
            disposal: control.disposal,
        }))
    }

    /// Goes behind the terminator of sub-blocks (section 15).
    fn skip(&mut self, what: &str) -> Result<()> {
        loop {
            let len = *self.src.get(self.at).ok_or_else(|| ends(self.src, what))?;
            self.at += 1 + usize::from(len);
            if len == 0 {
                return Ok(());
            }
        }
    }
}

/// The data of sub-blocks, one by one.
pub(crate) fn sub_blocks(mut src: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        let (&len, rest) = src.split_first()?;
        let (block, next) = rest.split_at_checked(len.into())?;
        src = next;
        (len > 0).then_some(block)
    })
}
