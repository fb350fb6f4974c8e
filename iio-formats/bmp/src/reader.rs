use std::sync::Arc;

use iio_codec::{AnyCodec, ArrayCodec, Blame, CodecId, Config, ErrorKind, Fields, Layout, Result};
use iio_core::{
    Colour, Env, FormatInfo, ImageInfo, Level, MetaValue, Metadata, Pipeline, ReadPlan, Reader, Resolution,
    ResolutionUnit, Selection, Source,
};

use crate::plan::{band_rows, plan, resized};
use crate::{Compression, DecodeOptions, Expand, FORMAT, Header, header};

pub(crate) fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let options = DecodeOptions::read(&mut fields)?;
    fields.finish()?;
    let header = read_header(source)?;
    for len in [header.width, header.height] {
        if u64::from(len) > env.limits.axis_len {
            return Err(FORMAT.limit("image", "axis_len", len.into(), env.limits.axis_len));
        }
    }
    let embedded = if header.embedded().is_some() { Some(Embedded::open(&header, source, env)?) } else { None };
    Ok(Box::new(BmpReader { source: source.clone(), env: env.clone(), options, header, embedded }))
}

/// Headers, masks and a palette of any version have less than this.
const HEAD: u64 = 4096;

fn read_header(source: &Source) -> Result<Header> {
    header(&source.read(0..source.len().min(HEAD))?)
}

/// A JPEG or PNG file in place of the pixels.
struct Embedded {
    codec: Arc<dyn ArrayCodec>,
    layout: Layout,
    range: core::ops::Range<u64>,
}

impl Embedded {
    fn open(header: &Header, source: &Source, env: &Env) -> Result<Self> {
        // The numbers of TIFF find whichever codec the registry has for them.
        let id = CodecId::Tiff(if header.compression == Compression::Jpeg { 7 } else { 34933 });
        let AnyCodec::Array(codec) = env.registry.create(&id, &Config::new())? else {
            return Err(FORMAT.unsupported(format!("codec {id} does not decode images")));
        };
        let start = header.data_offset.min(source.len());
        let end = match header.image_len {
            0 => source.len(),
            len => start.saturating_add(len.into()).min(source.len()),
        };
        let bytes = source.read(start..end)?;
        let place = |error: iio_codec::Error| error.shifted(start).within("embedded file");
        let found = codec.decoder()?.header(&bytes).map_err(place)?;
        let layout = found.map(|found| found.layout);
        let fits = |layout: &Layout| layout.shape().starts_with(&[header.height as usize, header.width as usize]);
        let layout = layout.filter(fits).ok_or_else(|| {
            let message = format!("embedded file is not of {} x {}", header.height, header.width);
            FORMAT.malformed(message).at(start)
        })?;
        Ok(Self { codec, layout, range: start..end })
    }
}

struct BmpReader {
    source: Source,
    env: Env,
    options: DecodeOptions,
    header: Header,
    embedded: Option<Embedded>,
}

impl BmpReader {
    fn only(&self, image: usize) -> Result<()> {
        if image == 0 {
            return Ok(());
        }
        Err(FORMAT.invalid_argument(format!("there is no image {image}, the file has 1")))
    }

    fn layout(&self) -> Result<Layout> {
        self.embedded.as_ref().map_or_else(|| self.header.layout(&self.options), |embedded| Ok(embedded.layout))
    }
}

impl Reader for BmpReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        Ok(1)
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        self.only(image)?;
        let layout = self.layout()?;
        let samples = layout.shape().get(2).copied().unwrap_or(1);
        let indices = self.header.palette.is_some() && self.options.expand == Expand::Indices;
        let (colour, own) = match samples {
            1 if indices => (Colour::Palette, 1),
            1 | 2 => (Colour::Gray, 1),
            _ => (Colour::Rgb, 3),
        };
        let bits = if self.embedded.is_some() { 8 } else { self.header.bits(&self.options) };
        let axes = if layout.ndim() == 2 { "YX" } else { "YXS" };
        let info = ImageInfo::whole(layout, axes, bits, colour, self.header.compression.name())
            .with_extra_samples(samples.saturating_sub(own));
        if !self.header.is_raw() {
            return Ok(info);
        }
        let rows = band_rows(&self.header);
        let (height, width) = (self.header.height as usize, self.header.width as usize);
        let chunk = resized(&layout, rows, width)?.shape().to_vec();
        let level = Level { layout, chunk, n_chunks: height.div_ceil(rows) as u64 };
        Ok(info.with_chunking("strips").with_levels(vec![level]))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        self.only(image)?;
        let header = &self.header;
        let mut meta = Metadata::default();
        meta.resolution =
            header.pixels_per_metre.map(|[x, y]| Resolution { x: x.into(), y: y.into(), unit: ResolutionUnit::Metre });
        let mut tags = Vec::new();
        let mut tag = |name: &str, value| tags.push((name.to_owned(), value));
        tag("header_len", MetaValue::Uint(header.header_len.into()));
        tag("bits_per_pixel", MetaValue::Uint(header.bits_per_pixel.into()));
        tag("top_down", MetaValue::Bool(header.top_down));
        if let Some(space) = header.colour_space.filter(|space| space.iter().all(u8::is_ascii_graphic)) {
            tag("colour_space", MetaValue::Text(String::from_utf8_lossy(&space).into_owned()));
            // LCS_GM_BUSINESS, GRAPHICS, IMAGES, ABS_COLORIMETRIC
            meta.srgb_intent = header.intent.filter(|_| &space == b"sRGB").and_then(|intent| match intent {
                1 => Some(2),
                2 => Some(1),
                4 => Some(0),
                8 => Some(3),
                _ => None,
            });
        }
        if let Some(profile) = header.profile {
            let allowed = self.env.limits.metadata_bytes;
            if profile.len > allowed {
                return Err(FORMAT.limit("colour profile", "metadata_bytes", profile.len, allowed).at(profile.start));
            }
            let range = profile.start..profile.start.saturating_add(profile.len);
            let bytes = self.source.read(range).map_err(|error| match error.kind() {
                ErrorKind::Truncated => {
                    FORMAT.truncated("colour profile goes beyond the end of the file").at(profile.start)
                }
                _ => error,
            })?;
            if profile.linked {
                // A path in code page 1252; what is common to it and to Latin-1 is kept.
                let path = bytes.iter().take_while(|&&byte| byte != 0).map(|&byte| char::from(byte)).collect();
                tag("icc_profile_path", MetaValue::Text(path));
            } else {
                meta.icc_profile = Some(bytes.into_owned());
            }
        }
        if let Some(palette) = header.palette.as_ref().filter(|_| self.options.expand == Expand::Indices) {
            meta.palette = Some(palette.colours().iter().map(|colour| colour.map(|v| u16::from(v) * 257)).collect());
        }
        meta.tags = tags;
        Ok(meta)
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        self.only(selection.image)?;
        if selection.level != 0 {
            let message = format!("there is no level {}, the image has 1", selection.level);
            return Err(FORMAT.invalid_argument(message));
        }
        let region = selection.rectangle(&FORMAT, self.header.height as usize, self.header.width as usize)?;
        match &self.embedded {
            Some(embedded) => {
                let pipeline = Pipeline { array: Some(embedded.codec.clone()), ..Pipeline::default() };
                ReadPlan::whole(FORMAT.name, embedded.layout, embedded.range.clone(), pipeline).cropped(&region)
            }
            None => plan(&self.header, &region, &self.options, (self.source.len(), self.source.coalesce_gap())),
        }
    }
}
