//! The format plugin: a PNG file is one image of one chunk.

use std::sync::Arc;

use iio_codec::{ArrayRef, Blame, Check, Config, ErrorKind, Fields, Result, Tier};
use iio_core::{
    Colour, Env, FormatInfo, ImageInfo, MetaValue, Metadata, Modes, Output, Pipeline, ProgressFn, ReadPlan, Reader,
    Resolution, ResolutionUnit, Selection, Sink, Source, WriteImage, Writer,
};

use crate::codec::{read_decode_options, read_encode_options};
use crate::metadata::{Chromaticities, Cicp, IccProfile, Physical, RenderingIntent, Time};
use crate::{ColourType, DecodeOptions, EncodeOptions, Encoder, Head, Palette, PngCodec, check, walk};

/// What registries know of this format.
pub static FORMAT: FormatInfo = FormatInfo {
    name: "png",
    title: "PNG, Portable Network Graphics",
    extensions: &["png"],
    writes: &["png"],
    modes: Modes::Single,
    tier: Tier::Fuzzed,
    sniff: |sniff| if check(sniff.head) == Check::Yes { Check::Yes } else { Check::No },
    open: Some(open),
    create: Some(create),
};

/// Keyword of the text that holds an XMP packet.
const XMP: &str = "XML:com.adobe.xmp";
const DESCRIPTION: &str = "Description";
const SOFTWARE: &str = "Software";

fn open(source: &Source, config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    let mut options = DecodeOptions::default();
    let mut fields = Fields::new(FORMAT.name, config);
    read_decode_options(&mut fields, &mut options)?;
    fields.finish()?;
    let head = read_head(source, &options)?;
    for len in [head.header.width, head.header.height] {
        if u64::from(len) > env.limits.axis_len {
            return Err(FORMAT.limit("image", "axis_len", len.into(), env.limits.axis_len));
        }
    }
    Ok(Box::new(PngReader { source: source.clone(), env: env.clone(), options, head }))
}

/// Reads no more of the file than what comes before the pixels.
fn read_head(source: &Source, options: &DecodeOptions) -> Result<Head> {
    let mut len = 4096.min(source.len());
    loop {
        match Head::parse(&source.read(0..len)?, options) {
            Err(error) if error.kind() == ErrorKind::Truncated && len < source.len() => {
                len = len.saturating_mul(8).min(source.len());
            }
            head => return head,
        }
    }
}

struct PngReader {
    source: Source,
    env: Env,
    options: DecodeOptions,
    head: Head,
}

impl PngReader {
    fn only(&self, image: usize) -> Result<()> {
        if image == 0 {
            return Ok(());
        }
        Err(FORMAT.invalid_argument(format!("there is no image {image}, the file has 1")))
    }
}

impl Reader for PngReader {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn n_images(&self) -> Result<usize> {
        Ok(1)
    }

    fn info(&self, image: usize) -> Result<ImageInfo> {
        self.only(image)?;
        let header = self.head.array_header(&self.options)?;
        let (colour, own) = match self.head.header.colour {
            ColourType::Gray | ColourType::GrayAlpha => (Colour::Gray, 1),
            ColourType::Palette if !self.options.expand_palette => (Colour::Palette, 1),
            ColourType::Rgb | ColourType::Rgba | ColourType::Palette => (Colour::Rgb, 3),
        };
        let (n_samples, _) = self.head.output(&self.options);
        let axes = if n_samples == 1 { "YX" } else { "YXS" };
        let compression = if self.head.header.interlaced { "deflate, interlaced" } else { "deflate" };
        let info = ImageInfo::whole(header.layout, axes, header.bits, colour, compression);
        Ok(info.with_extra_samples(n_samples.saturating_sub(own)))
    }

    fn metadata(&self, image: usize) -> Result<Metadata> {
        self.only(image)?;
        let cx = self.env.chunk_context();
        let chunks = walk::metadata(&self.source, self.head.header, &self.options, &cx)?;
        Ok(from_chunks(chunks, &self.head, &self.options))
    }

    fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        self.only(selection.image)?;
        if selection.level != 0 {
            let message = format!("there is no level {}, the image has 1", selection.level);
            return Err(FORMAT.invalid_argument(message));
        }
        let layout = self.head.layout(&self.options)?;
        let codec = PngCodec::new(EncodeOptions::default(), self.options.clone())?;
        let pipeline = Pipeline { array: Some(Arc::new(codec)), ..Pipeline::default() };
        let plan = ReadPlan::whole(FORMAT.name, layout, 0..self.source.len(), pipeline);
        match &selection.region {
            None => Ok(plan),
            Some(_) => plan.cropped(&selection.rectangle(&FORMAT, layout.shape()[0], layout.shape()[1])?),
        }
    }
}

fn scaled(value: u32) -> f64 {
    f64::from(value) / 1e5
}

fn from_chunks(chunks: crate::Metadata, head: &Head, options: &DecodeOptions) -> Metadata {
    let mut meta = Metadata::default();
    meta.gamma = chunks.gamma.map(scaled);
    meta.chromaticities = chunks.chromaticities.map(|c| {
        let [[wx, wy], [rx, ry], [gx, gy], [bx, by]] = [c.white, c.red, c.green, c.blue];
        [wx, wy, rx, ry, gx, gy, bx, by].map(scaled)
    });
    meta.srgb_intent = chunks.srgb.map(|intent| intent as u8);
    meta.cicp = chunks.cicp.map(|c| [c.primaries, c.transfer, c.matrix, c.full_range.into()]);
    meta.resolution = chunks.physical.map(|physical| Resolution {
        x: physical.x.into(),
        y: physical.y.into(),
        unit: if physical.per_metre { ResolutionUnit::Metre } else { ResolutionUnit::Aspect },
    });
    meta.date_time = chunks
        .time
        .map(|t| format!("{:04}:{:02}:{:02} {:02}:{:02}:{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second));
    meta.exif = chunks.exif;
    for text in chunks.texts {
        match text.keyword.as_str() {
            XMP if meta.xmp.is_none() => meta.xmp = Some(text.text.into_bytes()),
            DESCRIPTION if meta.description.is_none() => meta.description = Some(text.text),
            SOFTWARE if meta.software.is_none() => meta.software = Some(text.text),
            _ => meta.text.push((text.keyword, text.text)),
        }
    }
    let mut tag = |name: &str, value: MetaValue| meta.tags.push((name.to_owned(), value));
    tag("bit_depth", MetaValue::Uint(head.header.bit_depth.into()));
    tag("colour_type", MetaValue::Text(format!("{:?}", head.header.colour).to_lowercase()));
    tag("interlaced", MetaValue::Bool(head.header.interlaced));
    if let Some(profile) = &chunks.icc_profile {
        tag("icc_profile_name", MetaValue::Text(profile.name.clone()));
    }
    if let Some(animation) = head.animation {
        tag("n_frames", MetaValue::Uint(animation.n_frames.into()));
        tag("n_plays", MetaValue::Uint(animation.n_plays.into()));
    }
    if let Some(significant) = chunks.significant_bits {
        let bits = significant.bits.iter().take(significant.n.into());
        tag("significant_bits", MetaValue::List(bits.map(|&n| MetaValue::Uint(n.into())).collect()));
    }
    if let Some(background) = chunks.background {
        tag("background", MetaValue::Text(format!("{background:?}")));
    }
    for chunk in chunks.unknown {
        tag(&chunk.kind.to_string(), MetaValue::Bytes(chunk.data));
    }
    meta.icc_profile = chunks.icc_profile.map(|profile| profile.profile);
    if let Some(palette) = head.palette.as_ref().filter(|_| !options.expand_palette) {
        meta.palette = Some(palette.colours().iter().map(|c| [c[0], c[1], c[2]].map(|v| u16::from(v) * 257)).collect());
    }
    meta
}

fn create(output: Output, config: &Config, _: &Env) -> Result<Box<dyn Writer>> {
    let mut options = EncodeOptions::default();
    let mut fields = Fields::new(FORMAT.name, config);
    fields.bool("scale_low_bits", &mut options.scale_low_bits)?;
    read_encode_options(&mut fields, &mut options)?;
    fields.finish()?;
    options.validate()?;
    Ok(Box::new(PngWriter { output, options, written: false }))
}

struct PngWriter {
    output: Output,
    options: EncodeOptions,
    written: bool,
}

impl Writer for PngWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        if self.written {
            return Err(FORMAT.invalid_argument("a PNG file holds one image, this is the second"));
        }
        let pixels = image.single(&FORMAT)?;
        let mut options = self.options.clone();
        let mut chunks = options.metadata.as_deref().cloned().unwrap_or_default();
        to_chunks(image.meta, &mut chunks)?;
        options.metadata = Some(Arc::new(chunks));
        if options.palette.is_none() {
            options.palette = palette(&pixels, image.meta)?;
        }
        if pixels.dtype() == iio_codec::DType::Bool {
            options.bits_per_sample = 1;
        }
        let file = iio_codec::ArrayEncoder::encode(&mut Encoder::new(options)?, pixels, &Default::default())?;
        self.output.append(&file)?;
        self.written = true;
        if let Some(report) = on_progress {
            let n_bytes = image.pixels.layout().n_bytes() as u64;
            report(n_bytes, n_bytes);
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        if self.written { Ok(self.output) } else { Err(FORMAT.invalid_argument("no image was written")) }
    }
}

/// The colours of an image of indices, if it comes with some that fit.
fn palette(pixels: &ArrayRef<'_>, meta: &Metadata) -> Result<Option<Palette>> {
    let indices = pixels.dtype() == iio_codec::DType::U8 && pixels.shape().len() == 2;
    let colours = meta.palette.as_ref().filter(|colours| indices && (1..=256).contains(&colours.len()));
    let narrow = |colours: &Vec<[u16; 3]>| {
        let colours: Vec<[u8; 3]> = colours.iter().map(|colour| colour.map(|v| v.to_be_bytes()[0])).collect();
        Palette::new(&colours)
    };
    colours.map(narrow).transpose()
}

fn to_chunks(meta: &Metadata, chunks: &mut crate::Metadata) -> Result<()> {
    // What options say comes first.
    chunks.gamma = chunks.gamma.or_else(|| meta.gamma.and_then(fixed));
    if chunks.icc_profile.is_none() {
        let profile = meta.icc_profile.clone();
        chunks.icc_profile = profile.map(|profile| IccProfile { name: "icc".to_owned(), profile });
    }
    if chunks.exif.is_none() {
        chunks.exif.clone_from(&meta.exif);
    }
    if chunks.cicp.is_none() {
        chunks.cicp = meta.cicp.map(|[primaries, transfer, matrix, full_range]| Cicp {
            primaries,
            transfer,
            matrix,
            full_range: full_range != 0,
        });
    }
    chunks.chromaticities = meta.chromaticities.and_then(|values| {
        let [wx, wy, rx, ry, gx, gy, bx, by] = values.map(fixed);
        Some(Chromaticities { white: [wx?, wy?], red: [rx?, ry?], green: [gx?, gy?], blue: [bx?, by?] })
    });
    // A file has one of iCCP and sRGB (11.3.2.3).
    chunks.srgb = meta.srgb_intent.filter(|_| chunks.icc_profile.is_none()).and_then(|intent| match intent {
        0 => Some(RenderingIntent::Perceptual),
        1 => Some(RenderingIntent::RelativeColorimetric),
        2 => Some(RenderingIntent::Saturation),
        3 => Some(RenderingIntent::AbsoluteColorimetric),
        _ => None,
    });
    chunks.physical = meta.resolution.and_then(physical);
    chunks.time = meta.date_time.as_deref().and_then(time);
    let mut put = |keyword: &str, text: &str| {
        let known = std::mem::take(chunks);
        *chunks = known.with_text(keyword, text);
    };
    if let Some(text) = &meta.description {
        put(DESCRIPTION, text);
    }
    if let Some(text) = &meta.software {
        put(SOFTWARE, text);
    }
    if let Some(xmp) = &meta.xmp {
        let text = core::str::from_utf8(xmp)
            .map_err(|error| FORMAT.invalid_argument("XMP is not UTF-8, PNG holds no other").with_source(error))?;
        put(XMP, text);
    }
    meta.text.iter().for_each(|(keyword, text)| put(keyword, text));
    Ok(())
}

/// A number times 100000.
fn fixed(value: f64) -> Option<u32> {
    whole(value * 1e5)
}

/// The nearest integer, if it fits a chunk.
fn whole(value: f64) -> Option<u32> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range that is tested")]
    (value.is_finite() && (0.0..=2_147_483_647.0).contains(&value)).then(|| value.round() as u32)
}

fn physical(resolution: Resolution) -> Option<Physical> {
    let per = match resolution.unit {
        ResolutionUnit::Aspect | ResolutionUnit::Metre => 1.0,
        ResolutionUnit::Inch => 1.0 / 0.0254,
        ResolutionUnit::Centimetre => 100.0,
    };
    let (x, y) = (whole(resolution.x * per)?, whole(resolution.y * per)?);
    Some(Physical { x, y, per_metre: resolution.unit != ResolutionUnit::Aspect })
}

/// `YYYY:MM:DD HH:MM:SS`, with any separators.
fn time(text: &str) -> Option<Time> {
    let numbers: Vec<u16> = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .map_while(|part| part.parse().ok())
        .collect();
    let &[year, month, day, hour, minute, second] = numbers.as_slice() else { return None };
    let narrow =
        |value: u16, range: core::ops::RangeInclusive<u16>| u8::try_from(value).ok().filter(|_| range.contains(&value));
    Some(Time {
        year,
        month: narrow(month, 1..=12)?,
        day: narrow(day, 1..=31)?,
        hour: narrow(hour, 0..=23)?,
        minute: narrow(minute, 0..=59)?,
        second: narrow(second, 0..=60)?,
    })
}
