use std::sync::{Mutex, PoisonError};

use iio_codec::{Blame, Config, DType, Fields, Result};
use iio_core::{Colour, Env, FormatInfo, ImageInfo, Level, MetaValue, Metadata, ReadPlan, Reader, Selection, Source};

use crate::header::texts;
use crate::index::{Entry, Index};
use crate::plan::{band_rows, extent, plan, resized};
use crate::{DecodeOptions, FORMAT, TupleType, Variant};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let options = DecodeOptions::read(&mut fields)?;
    fields.finish()?;
    let reader = NetpbmReader { source: source.clone(), env: env.clone(), options, index: Mutex::new(Index::new()) };
    reader.entry(0)?;
    Ok(Box::new(reader))
}

struct NetpbmReader {
    source: Source,
    env: Env,
    options: DecodeOptions,
    index: Mutex<Index>,
}

impl NetpbmReader {
    fn with_index<T>(&self, job: impl FnOnce(&mut Index) -> Result<T>) -> Result<T> {
        job(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn entry(&self, image: usize) -> Result<Entry> {
        self.with_index(|index| index.entry(image, &self.source, &self.env.limits))
    }

    /// True if samples are stretched to the range of their dtype.
    fn scales(&self, entry: &Entry) -> bool {
        entry.header.raster(&self.options).scale
    }
}

impl Reader for NetpbmReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        self.with_index(|index| index.count(&self.source, &self.env.limits))
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        let entry = self.entry(image)?;
        let header = &entry.header;
        let (height, width) = extent(&header.layout);
        let rows = band_rows(&entry);
        let bits = header.bits_with(&self.options);
        let axes = if header.layout.ndim() == 2 { "YX" } else { "YXS" };
        let compression = if header.plain { "ascii" } else { "none" };
        let chunking = if header.plain { "whole" } else { "strips" };
        let level = Level {
            layout: header.layout,
            chunk: resized(&header.layout, rows, width)?.shape().to_vec(),
            n_chunks: height.div_ceil(rows) as u64,
        };
        let (colour, n_colours) = colour(&entry);
        Ok(ImageInfo::whole(header.layout, axes, bits, colour, compression)
            .with_extra_samples(header.depth().saturating_sub(n_colours))
            .with_chunking(chunking)
            .with_levels(vec![level]))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        let entry = self.entry(image)?;
        let header = &entry.header;
        let bytes = self.source.read(entry.start..entry.data())?;
        let (comments, tuple_type) = texts(&bytes);
        let mut meta = Metadata::default();
        meta.text = comments.into_iter().map(|comment| ("comment".to_owned(), comment)).collect();
        let mut tag = |name: &str, value| meta.tags.push((name.to_owned(), value));
        tag("magic", MetaValue::Text(header.magic().to_owned()));
        if header.variant == Variant::Pfm {
            tag("scale", MetaValue::Float(header.scale.abs()));
            let order = if header.scale < 0.0 { "little" } else { "big" };
            tag("byte_order", MetaValue::Text(order.to_owned()));
        } else if self.scales(&entry) {
            let most = if header.layout.dtype() == DType::U8 { 255 } else { 65535 };
            tag("maxval", MetaValue::Uint(most));
            tag("stored_maxval", MetaValue::Uint(header.maxval.into()));
        } else {
            tag("maxval", MetaValue::Uint(header.maxval.into()));
        }
        if let Some(name) = tuple_type.filter(|_| header.variant == Variant::Pam) {
            tag("tuple_type", MetaValue::Text(name));
        }
        Ok(meta)
    }

    fn file_metadata(&self) -> Result<Metadata> {
        let trailing = self.with_index(|index| index.trailing(&self.source, &self.env.limits))?;
        let mut meta = Metadata::default();
        if trailing > 0 {
            meta.tags.push(("trailing_bytes".to_owned(), MetaValue::Uint(trailing)));
        }
        Ok(meta)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        let entry = self.entry(selection.image)?;
        if selection.level > 0 {
            return Err(FORMAT.invalid_argument(format!("there is no level {}, images have one", selection.level)));
        }
        let (height, width) = extent(&entry.header.layout);
        let region = selection.rectangle(&FORMAT, height, width)?;
        let place = if selection.image == 0 { String::new() } else { format!("image {}", selection.image) };
        plan(&entry, &region, &self.options, place, (self.source.len(), self.source.coalesce_gap()))
    }
}

/// Meaning of the samples, and how many of them the colour takes.
fn colour(entry: &Entry) -> (Colour, usize) {
    let header = &entry.header;
    let depth = header.depth();
    match (header.variant, header.tuple_type) {
        (Variant::Ppm, _) | (Variant::Pam, TupleType::Rgb) => (Colour::Rgb, 3),
        (Variant::Pam, TupleType::Cmyk) => (Colour::Cmyk, 4),
        (Variant::Pam, TupleType::Other) if depth > 1 => (Colour::Other, depth),
        (Variant::Pfm, _) if depth == 3 => (Colour::Rgb, 3),
        _ => (Colour::Gray, 1),
    }
}
