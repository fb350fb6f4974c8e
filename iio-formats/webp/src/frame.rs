//! Frames of an animation as chunks of a plan.

use std::sync::Arc;

use iio_codec::{ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, Blame, CodecInfo, Context, Header, Layout, Result};
use iio_webp::{Canvas, Frame};

use crate::FORMAT;

/// An animation that was opened: decodes the beginning of its file, up to the end of a frame, to what is then seen.
///
/// It is made for one file. All frames of a plan share it, so that a worker that is asked for frame after frame goes on
/// from where it was.
#[derive(Clone, Debug)]
pub(crate) struct Animation {
    pub(crate) frames: Arc<[Frame]>,
    pub(crate) layout: Layout,
    pub(crate) size: [u32; 2],
    pub(crate) threads: usize,
}

impl ArrayCodec for Animation {
    fn info(&self) -> &'static CodecInfo {
        &iio_webp::INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        let [width, height] = self.size;
        Ok(Box::new(Worker { animation: self.clone(), canvas: Canvas::new(width, height) }))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Err(FORMAT.unsupported("frames of a file are read only"))
    }
}

struct Worker {
    animation: Animation,
    canvas: Canvas,
}

impl ArrayDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &iio_webp::INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(Some(Header { layout: self.animation.layout, bits: 8 }))
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let frames = &self.animation.frames;
        let end = src.len() as u64;
        let index = frames.binary_search_by_key(&end, |frame| frame.range.end);
        let index = index.map_err(|_| FORMAT.internal(format!("no frame ends at byte {end}")))?;
        let threads = match self.animation.threads {
            0 => cx.executor.width(),
            threads => threads.min(cx.executor.width()),
        };
        self.canvas.show(src, frames, index, threads > 1, cx)?;
        self.canvas.store(dst)
    }
}
