use core::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use iio_codec::{
    ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, Blame, CodecInfo, Config, Context, DType, Fields, Header, Layout,
    Result,
};
use iio_core::{
    Colour, Env, FormatInfo, ImageInfo, MetaValue, Metadata, Pipeline, ReadPlan, Reader, Resolution, ResolutionUnit,
    Selection, Source,
};

use crate::block::sub_blocks;
use crate::index::Index;
use crate::lzw::Unpacker;
use crate::player::{Player, Screen, store_indices};
use crate::{DecodeOptions, FORMAT, INFO};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let options = DecodeOptions::read(&mut fields)?;
    fields.finish()?;
    // Frames are found only one behind the other, and each is drawn over those before: the file is held in memory.
    let source = match source.as_slice() {
        Some(_) => source.clone(),
        None => {
            env.chunk_context().gate_working(&FORMAT, source.len())?;
            Source::from_bytes(source.read(0..source.len())?.into_owned())
        }
    };
    let index = Index::new(source.as_slice().unwrap_or(&[]), &options, &env.limits)?;
    for len in [index.size.0 as u64, index.size.1 as u64] {
        if len > env.limits.axis_len {
            return Err(FORMAT.limit("screen", "axis_len", len, env.limits.axis_len));
        }
    }
    let file = File { source, index, options, screens: Mutex::new(Vec::new()) };
    Ok(Box::new(GifReader { file: Arc::new(file), env: env.clone() }))
}

/// A file and what is known of it.
struct File {
    source: Source,
    index: Index,
    options: DecodeOptions,
    /// Screens that were drawn to some frame, to go on from.
    screens: Mutex<Vec<Screen>>,
}

impl core::fmt::Debug for File {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("File").field("index", &self.index).field("options", &self.options).finish_non_exhaustive()
    }
}

/// Screens that are kept.
const SCREENS: usize = 8;

impl File {
    fn bytes(&self) -> &[u8] {
        self.source.as_slice().unwrap_or(&[])
    }

    fn screens<T>(&self, job: impl FnOnce(&mut Vec<Screen>) -> T) -> T {
        job(&mut self.screens.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Draws the screen of an image, going on from the nearest one before it.
    fn draw(&self, number: usize, mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let file = (self.bytes(), &self.index);
        if let ([_], Some(bytes)) = (self.index.frames.as_slice(), dst.contiguous())
            && bytes.len() == self.index.screen_len()
        {
            return Player::new(&self.index, cx)?.play(file, number, bytes, &self.options, cx);
        }
        let found = self.screens(|screens| {
            let next = |i: usize| screens.get(i).map(|screen| screen.player.next);
            let before = (0..screens.len()).filter(|&i| next(i).is_some_and(|next| next <= number + 1));
            before.max_by_key(|&i| next(i)).map(|i| screens.swap_remove(i))
        });
        let mut screen = match found {
            Some(screen) => screen,
            None => Screen::new(&self.index, cx)?,
        };
        screen.player.play(file, number, &mut screen.canvas, &self.options, cx)?;
        dst.store(&screen.canvas)?;
        self.screens(|screens| {
            screens.push(screen);
            if screens.len() > SCREENS {
                screens.remove(0);
            }
        });
        Ok(())
    }

    /// What image `number` gives.
    fn layout(&self, number: usize) -> Result<Layout> {
        let index = &self.index;
        let frame = index.frame(number)?;
        if !self.options.asrgb {
            return Layout::new(DType::U8, &[frame.height.into(), frame.width.into()]);
        }
        let samples = if index.has_alpha { 4 } else { 3 };
        Layout::new(DType::U8, &[index.size.0, index.size.1, samples])
    }

    /// The data of sub-blocks as one piece.
    fn joined(&self, range: &Range<usize>) -> Vec<u8> {
        let blocks = self.bytes().get(range.clone()).unwrap_or(&[]);
        sub_blocks(blocks).collect::<Vec<_>>().concat()
    }
}

struct GifReader {
    file: Arc<File>,
    env: Env,
}

impl Reader for GifReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        self.file.index.n_frames()
    }

    /// All images: an animation is one array.
    fn default_images(&self) -> Result<Range<usize>> {
        let n = self.n_images()?;
        let first = self.file.layout(0)?;
        let same = (1..n).take_while(|&image| self.file.layout(image).is_ok_and(|layout| layout == first)).count();
        Ok(0..1 + same)
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        let layout = self.file.layout(image)?;
        let interlaced = self.file.index.frame(image)?.interlaced;
        let compression = if interlaced { "lzw, interlaced" } else { "lzw" };
        Ok(match layout.shape() {
            [_, _, samples] => {
                ImageInfo::whole(layout, "YXS", 8, Colour::Rgb, compression).with_extra_samples(samples - 3)
            }
            _ => ImageInfo::whole(layout, "YX", 8, Colour::Palette, compression),
        })
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        let (file, index) = (&self.file, &self.file.index);
        let frame = index.frame(image)?;
        let mut meta = Metadata::default();
        // Comments behind the last image are its own.
        let until = if image + 1 == index.frames.len() { usize::MAX } else { frame.end };
        let own = |range: &&Range<usize>| range.start >= frame.start && range.start < until;
        let comments: Vec<_> = index.comments.iter().filter(own).collect();
        let lengths =
            comments.iter().copied().chain(&index.icc_profile).chain(&index.xmp).map(|range| range.len() as u64);
        let (needed, allowed) = (lengths.sum::<u64>(), self.env.limits.metadata_bytes);
        if needed > allowed {
            return Err(FORMAT.limit("metadata", "metadata_bytes", needed, allowed));
        }
        for range in comments {
            // 7-bit ASCII, says the specification; what is not UTF-8 is taken for Latin-1.
            let text = String::from_utf8(file.joined(range))
                .unwrap_or_else(|error| error.as_bytes().iter().map(|&byte| char::from(byte)).collect());
            meta.text.push(("comment".to_owned(), text));
        }
        meta.icc_profile = index.icc_profile.as_ref().map(|range| file.joined(range)).filter(|icc| !icc.is_empty());
        meta.xmp = index.xmp.as_ref().and_then(|range| xmp(file.bytes().get(range.clone())?));
        if index.screen.aspect != 0 {
            // Width to height of a pixel is (aspect + 15) / 64; samples per length are the inverse.
            let y = f64::from(index.screen.aspect) + 15.0;
            meta.resolution = Some(Resolution { x: 64.0, y, unit: ResolutionUnit::Aspect });
        }
        let mut tags = Vec::new();
        let mut tag = |name: &str, value| tags.push((name.to_owned(), value));
        tag("version", MetaValue::Text(if index.screen.is_89a { "89a" } else { "87a" }.to_owned()));
        if let Some(loops) = index.loops {
            tag("loop", MetaValue::Uint(loops.into()));
        }
        if let Some(delay) = frame.delay {
            tag("duration", MetaValue::Uint(u64::from(delay) * 10));
        }
        tag("background", MetaValue::Uint(index.screen.background.into()));
        if !file.options.asrgb {
            tag("left", MetaValue::Uint(frame.left.into()));
            tag("top", MetaValue::Uint(frame.top.into()));
            tag("disposal", MetaValue::Text(frame.disposal.name().to_owned()));
            if let Some(transparent) = frame.transparent {
                tag("transparent", MetaValue::Uint(transparent.into()));
            }
            let colours = frame.colours(&index.screen, file.bytes());
            meta.palette = colours.map(|c| c.iter().map(|colour| colour.map(|v| u16::from(v) * 257)).collect());
        }
        for (id, range) in &index.applications {
            tag(&String::from_utf8_lossy(id), MetaValue::Uint(range.len() as u64));
        }
        meta.tags = tags;
        Ok(meta)
    }

    fn file_metadata(&self) -> Result<Metadata> {
        let index = &self.file.index;
        let mut meta = Metadata::default();
        let mut tag = |name: &str, value| meta.tags.push((name.to_owned(), value));
        tag("screen_width", MetaValue::Uint(index.screen.width.into()));
        tag("screen_height", MetaValue::Uint(index.screen.height.into()));
        Ok(meta)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        let layout = self.file.layout(selection.image)?;
        if selection.level != 0 {
            let message = format!("there is no level {}, images have one", selection.level);
            return Err(FORMAT.invalid_argument(message));
        }
        let &[height, width, ..] = layout.shape() else { return Err(FORMAT.internal(format!("image of {layout}"))) };
        let region = selection.rectangle(&FORMAT, height, width)?;
        let frame = self.file.index.frame(selection.image)?;
        let codec = FrameCodec { file: self.file.clone(), number: selection.image };
        let pipeline = Pipeline { array: Some(Arc::new(codec)), ..Pipeline::default() };
        let range = frame.start as u64..frame.end as u64;
        let mut plan = ReadPlan::whole(FORMAT.name, layout, range, pipeline).cropped(&region)?;
        if selection.image > 0 {
            plan.place = format!("image {}", selection.image);
        }
        Ok(plan)
    }
}

/// The packet before its trailer of 258 bytes, of which the last one ends the sub-blocks.
fn xmp(block: &[u8]) -> Option<Vec<u8>> {
    let packet = block.get(..block.len().checked_sub(258)?)?;
    (!packet.is_empty()).then(|| packet.to_vec())
}

/// One image. Frames before it are drawn as well, if they were not: their bytes are at hand.
#[derive(Clone, Debug)]
struct FrameCodec {
    file: Arc<File>,
    number: usize,
}

impl ArrayCodec for FrameCodec {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(self.clone()))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Err(INFO.unsupported("frames of a file are decoded only"))
    }
}

impl ArrayDecoder for FrameCodec {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(Some(Header { layout: self.file.layout(self.number)?, bits: 8 }))
    }

    fn decode_into(&mut self, _: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let file = &*self.file;
        // The plan adds where the chunk begins to the offsets of errors, which here are those of the file.
        let base = file.index.frame(self.number)?.start as u64;
        let result = if file.options.asrgb {
            file.draw(self.number, dst, cx)
        } else {
            let to = (dst, &mut Unpacker::default(), &mut Vec::new());
            store_indices(file.bytes(), file.index.frame(self.number)?, to, &file.options, cx)
                .map_err(|error| error.within(format_args!("frame {}", self.number)))
        };
        result.map_err(|error| match error.offset().and_then(|offset| offset.checked_sub(base)) {
            Some(offset) => error.at(offset),
            None => error.at(0),
        })
    }
}
