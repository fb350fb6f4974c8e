//! All frames of a file, and what is said of it.

use core::ops::Range;

use iio_codec::{Blame, Error, ErrorKind, Limits, Result};

use crate::block::{Block, Blocks, Disposal, Frame, Screen, screen};
use crate::{DecodeOptions, INFO};

/// Where everything stands in a file.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) screen: Screen,
    /// Height and width of images: the screen, and whatever of frames lies outside of it.
    pub(crate) size: (usize, usize),
    pub(crate) frames: Vec<Frame>,
    /// Sub-blocks of comments.
    pub(crate) comments: Vec<Range<usize>>,
    pub(crate) loops: Option<u16>,
    pub(crate) icc_profile: Option<Range<usize>>,
    pub(crate) xmp: Option<Range<usize>>,
    /// Other application extensions.
    pub(crate) applications: Vec<([u8; 11], Range<usize>)>,
    /// True if composited images have alpha.
    pub(crate) has_alpha: bool,
    /// Why the file could not be read to its end.
    broken: Option<(ErrorKind, String, Option<u64>)>,
}

/// What frames have in common, found without allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summary {
    pub(crate) n_frames: usize,
    pub(crate) has_alpha: bool,
    /// Height and width of images.
    pub(crate) size: (usize, usize),
}

impl Frame {
    /// Colours of this frame, or the global ones.
    pub(crate) fn colours<'a>(&self, screen: &Screen, src: &'a [u8]) -> Option<&'a [[u8; 3]]> {
        let table = self.table.or(screen.table)?;
        src.get(table.at..table.at + 3 * table.n).map(|bytes| bytes.as_chunks().0)
    }

    /// True if it has pixels that are transparent, or can have.
    pub(crate) fn has_alpha(&self, screen: &Screen) -> bool {
        let n = self.table.or(screen.table).map_or(256, |table| table.n);
        self.transparent.is_some_and(|index| usize::from(index) < n)
    }

    /// A size that holds the frame as well.
    fn extend(&self, (height, width): (usize, usize)) -> (usize, usize) {
        let bottom = usize::from(self.top) + usize::from(self.height);
        (height.max(bottom), width.max(usize::from(self.left) + usize::from(self.width)))
    }

    /// True if nothing of what was there before can be seen or comes back.
    pub(crate) fn hides_all(&self, index: &Index) -> bool {
        let whole = (self.left, self.top) == (0, 0) && self.extend((0, 0)) == index.size;
        // Pixels of a transparent index without colour are not drawn either.
        whole && self.transparent.is_none() && self.disposal != Disposal::Previous
    }
}

impl Screen {
    /// Height and width.
    fn size(&self) -> (usize, usize) {
        (self.height.into(), self.width.into())
    }
}

/// Says how much of a file is good.
fn after(error: &Error, n_frames: usize) -> String {
    format!("{} after {n_frames} whole frames", error.message())
}

/// Counts frames, as [`Index::new`] does.
pub(crate) fn summary(src: &[u8], options: &DecodeOptions) -> Result<(Screen, Summary)> {
    let screen = screen(src)?;
    let mut summary = Summary { n_frames: 0, has_alpha: false, size: screen.size() };
    let mut blocks = Blocks::new(src, &screen);
    loop {
        match blocks.next() {
            Ok(Block::Frame(frame)) => {
                summary.n_frames += 1;
                summary.has_alpha |= frame.has_alpha(&screen);
                summary.size = frame.extend(summary.size);
            }
            Ok(Block::Trailer) => break,
            Ok(_) => {}
            Err(_) if options.allow_missing_end && summary.n_frames > 0 => break,
            Err(error) => {
                let message = after(&error, summary.n_frames);
                return Err(Error::new(INFO.name, error.kind(), message).at(error.offset().unwrap_or(0)));
            }
        }
    }
    if summary.n_frames == 0 {
        return Err(INFO.malformed("file has no image").at(blocks.at));
    }
    Ok((screen, summary))
}

impl Index {
    /// Finds everything. A file that breaks off behind its first frame is an error only when all are asked for.
    pub(crate) fn new(src: &[u8], options: &DecodeOptions, limits: &Limits) -> Result<Self> {
        let screen = screen(src)?;
        let mut index = Self {
            screen,
            size: screen.size(),
            frames: Vec::new(),
            comments: Vec::new(),
            loops: None,
            icc_profile: None,
            xmp: None,
            applications: Vec::new(),
            has_alpha: false,
            broken: None,
        };
        let mut blocks = Blocks::new(src, &screen);
        loop {
            index.gate(limits)?;
            match blocks.next() {
                Ok(Block::Frame(frame)) => {
                    index.size = frame.extend(index.size);
                    index.frames.push(frame);
                }
                Ok(Block::Comment(range)) => index.comments.push(range),
                Ok(Block::Application { id, data }) => index.application(src, id, data),
                Ok(Block::Other) => {}
                Ok(Block::Trailer) => break,
                Err(_) if options.allow_missing_end && !index.frames.is_empty() => break,
                Err(error) if index.frames.is_empty() => {
                    let message = after(&error, 0);
                    return Err(Error::new(INFO.name, error.kind(), message).at(error.offset().unwrap_or(0)));
                }
                Err(error) => {
                    index.broken = Some((error.kind(), after(&error, index.frames.len()), error.offset()));
                    break;
                }
            }
        }
        if index.frames.is_empty() {
            return Err(INFO.malformed("file has no image").at(blocks.at));
        }
        index.has_alpha = index.frames.iter().any(|frame| frame.has_alpha(&screen));
        Ok(index)
    }

    fn gate(&self, limits: &Limits) -> Result<()> {
        let ranges = self.comments.len() + 2 * self.applications.len();
        let own = size_of::<Frame>() * self.frames.len() + size_of::<Range<usize>>() * ranges;
        if own as u64 > limits.metadata_bytes {
            let what = format!("index of {} frames", self.frames.len());
            return Err(INFO.limit(what, "metadata_bytes", own as u64, limits.metadata_bytes));
        }
        Ok(())
    }

    fn application(&mut self, src: &[u8], id: [u8; 11], data: Range<usize>) {
        match &id {
            b"NETSCAPE2.0" | b"ANIMEXTS1.0" => {
                if let Some(&[3, 1, n0, n1, ..]) = src.get(data) {
                    self.loops = Some(u16::from_le_bytes([n0, n1]));
                }
            }
            b"ICCRGBG1012" => self.icc_profile = Some(data),
            b"XMP DataXMP" => self.xmp = Some(data),
            _ => self.applications.push((id, data)),
        }
    }

    /// Samples of a pixel of the screen.
    pub(crate) const fn samples(&self) -> usize {
        if self.has_alpha { 4 } else { 3 }
    }

    /// Bytes of the screen.
    pub(crate) const fn screen_len(&self) -> usize {
        self.size.0 * self.size.1 * self.samples()
    }

    /// The number of frames, or why they could not be counted.
    pub(crate) fn n_frames(&self) -> Result<usize> {
        match &self.broken {
            None => Ok(self.frames.len()),
            Some((kind, message, offset)) => {
                let error = Error::new(INFO.name, *kind, message.clone());
                Err(match offset {
                    Some(offset) => error.at(*offset),
                    None => error,
                })
            }
        }
    }

    pub(crate) fn frame(&self, number: usize) -> Result<&Frame> {
        match self.frames.get(number) {
            Some(frame) => Ok(frame),
            None => {
                // What the file broke off at tells more than that there is no such frame.
                let n = self.n_frames()?;
                Err(INFO.invalid_argument(format!("there is no image {number}, the file has {n}")))
            }
        }
    }
}
