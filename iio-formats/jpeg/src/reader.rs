use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use iio_codec::{AnyCodec, ArrayCodec, Blame, CodecId, Config, Header, Result};
use iio_core::{
    Colour, Env, FormatInfo, ImageInfo, MetaValue, Metadata, Pipeline, ReadPlan, Reader, Selection, Source,
};

use crate::segment::{Frame, read_head};
use crate::{FORMAT, metadata, mpf};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let codec = codec(config, env)?;
    let head = read_head(source, &(0..source.len()), &env.limits)?;
    let ranges = mpf::images(source, &head);
    let reader = JpegReader { source: source.clone(), env: env.clone(), codec, ranges, head };
    reader.header(0)?;
    Ok(Box::new(reader))
}

/// The codec of this name, whoever made it.
pub(crate) fn codec(config: &Config, env: &Env) -> Result<Arc<dyn ArrayCodec>> {
    match env.registry.create(&CodecId::Name("jpeg"), config)? {
        AnyCodec::Array(codec) => Ok(codec),
        other => Err(FORMAT.unsupported(format!("codec {} is no array codec", other.info().name))),
    }
}

struct JpegReader {
    source: Source,
    env: Env,
    codec: Arc<dyn ArrayCodec>,
    /// Where the images stand.
    ranges: Vec<Range<u64>>,
    /// The first image up to its first scan. Of others it is read when it is asked for.
    head: Vec<u8>,
}

impl JpegReader {
    fn image(&self, index: usize) -> Result<(Range<u64>, Cow<'_, [u8]>)> {
        let n = self.ranges.len();
        let missing = || FORMAT.invalid_argument(format!("there is no image {index}, the file has {n}"));
        let range = self.ranges.get(index).ok_or_else(missing)?.clone();
        let head = match index {
            0 => Cow::Borrowed(&*self.head),
            _ => Cow::Owned(read_head(&self.source, &range, &self.env.limits)?),
        };
        Ok((range, head))
    }

    fn header(&self, index: usize) -> Result<Header> {
        let (range, head) = self.image(index)?;
        let decoder = self.codec.decoder()?;
        let header = decoder.header(&head).map_err(|error| error.shifted(range.start))?;
        let header = header.ok_or_else(|| FORMAT.unsupported("codec jpeg does not read headers"))?;
        for &len in header.layout.shape() {
            if len as u64 > self.env.limits.axis_len {
                return Err(FORMAT.limit("image", "axis_len", len as u64, self.env.limits.axis_len));
            }
        }
        Ok(header)
    }
}

impl Reader for JpegReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        Ok(self.ranges.len())
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        let Header { layout, bits, .. } = self.header(image)?;
        let (_, head) = self.image(image)?;
        let (axes, colour) = match layout.shape() {
            [_, _] => ("YX", Colour::Gray),
            [_, _, 3] => ("YXS", Colour::Rgb),
            [_, _, 4] => ("YXS", Colour::Cmyk),
            _ => ("YXS", Colour::Other),
        };
        let frame = Frame::find(&head);
        let words = [frame.map(|frame| frame.process()), frame.and_then(|frame| frame.subsampling())];
        let compression = words.into_iter().flatten().fold("jpeg".to_owned(), |all, word| all + " " + word);
        Ok(ImageInfo::whole(layout, axes, bits, colour, &compression))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        self.image(image).map(|(_, head)| metadata::read(&head))
    }

    fn file_metadata(&self) -> Result<Metadata> {
        let mut meta = Metadata::default();
        if self.ranges.len() > 1 {
            meta.tags.push(("variant".to_owned(), MetaValue::Text("mpo".to_owned())));
        }
        Ok(meta)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        let layout = self.header(selection.image)?.layout;
        if selection.level != 0 {
            let message = format!("there is no level {}, the image has 1", selection.level);
            return Err(FORMAT.invalid_argument(message));
        }
        let (range, _) = self.image(selection.image)?;
        let pipeline = Pipeline { array: Some(self.codec.clone()), ..Pipeline::default() };
        let mut plan = ReadPlan::whole(FORMAT.name, layout, range, pipeline);
        if self.ranges.len() > 1 {
            plan.place = format!("image {}", selection.image);
        }
        let &[height, width, ..] = layout.shape() else {
            return Err(FORMAT.internal(format!("an image of {layout}")));
        };
        let region = selection.rectangle(&FORMAT, height, width)?;
        if selection.region.is_some() { plan.cropped(&region) } else { Ok(plan) }
    }
}
