use iio_codec::{AlignedBytes, ArrayMut, Blame, Context, DType, Header, Layout, Limits, Result};

use crate::backend::Call;
use crate::convert::Conversion;
use crate::header::{Info, Parsed, Parts, Process, Start, parse};
use crate::simd::Machine;
use crate::stream::{Survey, splice, survey};
use crate::upsample::Plane;
use crate::{ColourSpace, DecodeOptions, INFO, sequential};

/// Reads the markers before the first scan, those of [`DecodeOptions::tables`] and [`DecodeOptions::header`] included.
/// The size is that of the frame header, or what stands in for it.
///
/// # Errors
/// `Malformed`, `Truncated`; `Unsupported` for hierarchical JPEG and more than four components.
pub fn info(src: &[u8], options: &DecodeOptions) -> Result<Info> {
    let (mut info, _, _) = parse(&parts(src, options))?;
    if info.height == 0 && options.shape.is_none() {
        // It stands behind the first scan.
        return Ok(Plan::new(src, options, &Limits::NONE)?.info);
    }
    info.resize(None, options.shape)?;
    Ok(info)
}

/// The stream with what stands apart from it.
fn parts<'a>(src: &'a [u8], options: &'a DecodeOptions) -> Parts<'a> {
    let optional = |bytes: &'a Option<std::sync::Arc<[u8]>>| bytes.as_deref().unwrap_or(&[]);
    Parts { all: [optional(&options.tables), optional(&options.header), src] }
}

/// Tells the layout that decoding gives: `[height, width]` or `[height, width, samples]` of `u8`.
///
/// # Errors
/// As [`info`]; `Unsupported` for other than 8 bits, and for conversions that do not exist.
pub fn header(src: &[u8], options: &DecodeOptions) -> Result<Header> {
    let info = info(src, options)?;
    Ok(Header { layout: Colours::new(&info, options)?.layout, bits: 8 })
}

/// Decodes `src` into a new array, under the default limits.
///
/// # Errors
/// As [`header`] and [`decode_into`]; `Limit`; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    use iio_codec::ArrayCodec;
    let codec = crate::Jpeg8::new(crate::EncodeOptions::default(), options.clone());
    codec.decoder()?.decode(src, None, &Context::default())
}

/// Decodes `src` into `dst`, whose layout must be that of [`header`]; an axis of length 1 may be added for grey.
///
/// # Errors
/// As [`header`]; `InvalidArgument` if the layout is another; `Truncated` if coded data is missing, unless
/// [`DecodeOptions::allow_damaged`] says to fill in; `Limit`; `Cancelled`.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    Scratch::default().decode_into(src, dst, options, cx)
}

/// As [`decode`], without vector instructions, for tests.
#[doc(hidden)]
pub fn decode_scalar(src: &[u8], options: &DecodeOptions) -> Result<(Layout, Vec<u8>)> {
    let layout = header(src, options)?.layout;
    let mut scratch = Scratch::default();
    (scratch.rows.machine, scratch.sequential.machine) = (Machine::SCALAR, Machine::SCALAR);
    let mut pixels = iio_codec::zeroed_vec(layout.n_bytes())?;
    scratch.decode_into(src, ArrayMut::new(&mut pixels, layout)?, options, &Context::default())?;
    Ok((layout, pixels))
}

/// As [`decode`], but by the library alone, for the fuzzers: what we decode ourselves is to be the same.
#[doc(hidden)]
pub fn decode_by_library(src: &[u8], options: &DecodeOptions, cx: &Context<'_>) -> Result<(Layout, Vec<u8>)> {
    let layout = header(src, options)?.layout;
    cx.gate_output(&INFO, layout.n_bytes() as u64, src.len(), None)?;
    let mut pixels = iio_codec::zeroed_vec(layout.n_bytes())?;
    let mut scratch = Scratch { library_alone: true, ..Scratch::default() };
    scratch.decode_into(src, ArrayMut::new(&mut pixels, layout)?, options, cx)?;
    Ok((layout, pixels))
}

/// Decodes the planes as they are stored: neither enlarged nor converted. Each is `[height, width]` of its own size.
///
/// # Errors
/// As [`decode_into`].
pub fn decode_planes(src: &[u8], options: &DecodeOptions, cx: &Context<'_>) -> Result<Vec<(Layout, AlignedBytes)>> {
    let plan = Plan::new(src, options, &cx.limits)?;
    supported(&plan.info)?;
    cx.check_cancel(&INFO)?;
    let samples = |c| {
        let (width, height) = plan.info.extent(c);
        u64::from(width) * u64::from(height)
    };
    let n_bytes = plan.info.components().iter().map(samples).sum();
    cx.gate_output(&INFO, n_bytes, src.len(), None)?;
    plan.gate(options, cx, 0)?;
    let mut stream = Vec::new();
    let stream = plan.splice(false, &mut stream)?;
    let raw = plan.call(options, cx).planes(stream)?;
    let planes = plan.planes(&raw.planes, &raw.plane_widths, options)?;
    planes
        .iter()
        .map(|plane| {
            let layout = Layout::new(DType::U8, &[plane.height, plane.width])?;
            let mut bytes = AlignedBytes::zeroed(layout.n_bytes())?;
            let rows = bytes.chunks_exact_mut(plane.width);
            rows.enumerate().for_each(|(y, row)| row.copy_from_slice(plane.stored(y)));
            Ok((layout, bytes))
        })
        .collect()
}

/// What a stream and the options say together, before anything is allocated.
pub(crate) struct Plan<'a> {
    parts: Parts<'a>,
    pub(crate) info: Info,
    start: Start,
    survey: Survey,
}

/// Colour spaces, and what they make of the samples.
struct Colours {
    conversion: Conversion,
    source: ColourSpace,
    output: ColourSpace,
    layout: Layout,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(src: &'a [u8], options: &'a DecodeOptions, limits: &Limits) -> Result<Self> {
        let parts = parts(src, options);
        let (mut info, parsed, start): (Info, Parsed, Start) = parse(&parts)?;
        let survey = survey(&parts, &info, parsed, start, options.allow_damaged, limits)?;
        info.resize(survey.rows, options.shape)?;
        Ok(Self { parts, info, start, survey })
    }

    /// Checks what the library is going to hold, with `staged` bytes of our own, and that the input can give the image.
    fn gate(&self, options: &DecodeOptions, cx: &Context<'_>, staged: u64) -> Result<()> {
        let padded = |c| {
            let (width, height) = self.info.padded(c);
            width * height
        };
        let samples: u64 = self.info.components().iter().map(padded).sum();
        let (h, v) = self.info.max_factors();
        let (width, height) = (self.info.width.div_ceil(8 * h) * 8 * h, self.info.height.div_ceil(8 * v) * 8 * v);
        // Planes; two enlarged planes at most; coefficients of two bytes, and how far each block has come.
        let enlarged = 2 * u64::from(width) * u64::from(height);
        let coefficients = if self.survey.many { 2 * samples + samples / 16 } else { 0 };
        cx.gate_working(&INFO, samples + enlarged + coefficients + staged)?;
        // A Huffman code is a bit at least, and every block has one.
        let (blocks, len) = (self.info.n_blocks(), self.parts.all[2].len());
        if !self.info.arithmetic && !options.allow_damaged && blocks / 8 > len as u64 {
            let message =
                format!("{}x{} has {blocks} blocks, {len} bytes are too few", self.info.width, self.info.height);
            return Err(INFO.truncated(message).at(len));
        }
        Ok(())
    }

    fn splice<'t>(&self, ycbcr: bool, to: &'t mut Vec<u8>) -> Result<&'t [u8]>
    where
        'a: 't,
    {
        splice(&self.parts, &self.info, self.start, &self.survey, ycbcr, to)
    }

    fn call(&self, options: &DecodeOptions, cx: &Context<'_>) -> Call {
        Call { fancy: options.fancy_upsampling, lenient: options.allow_damaged, scans: cx.limits.scans }
    }

    /// True if the library itself gives the pixels that libjpeg gives: grey, and YCbCr whose luma has the full
    /// resolution.
    fn is_direct(&self, colours: &Colours) -> bool {
        let (h, v) = self.info.max_factors();
        let whole = |c: &crate::Component| h.is_multiple_of(c.horizontal.into()) && v.is_multiple_of(c.vertical.into());
        match self.info.components() {
            [_] => colours.output == ColourSpace::Gray,
            [luma, ..] => {
                colours.source == ColourSpace::YCbCr
                    && colours.output.rgb().is_some()
                    && (u32::from(luma.horizontal), u32::from(luma.vertical)) == (h, v)
                    && self.info.components().iter().all(whole)
            }
            [] => false,
        }
    }

    fn planes<'p>(&self, planes: &'p [Vec<u8>], strides: &[usize], options: &DecodeOptions) -> Result<Vec<Plane<'p>>> {
        let (h, v) = self.info.max_factors();
        let (h, v) = (u8::try_from(h).unwrap_or(4), u8::try_from(v).unwrap_or(4));
        let all = self.info.components().iter().zip(planes).zip(strides);
        let planes: Vec<_> = all
            .map(|((component, samples), &stride)| {
                let (width, height) = self.info.extent(component);
                let extent = (width as usize, height as usize);
                let factors = [[component.horizontal, h], [component.vertical, v]];
                Plane::new(samples, stride, extent, factors, options.fancy_upsampling)
            })
            .collect::<Result<_>>()?;
        if planes.len() != self.info.components().len() {
            return Err(INFO.internal(format!("libjpeg-turbo-rs gave {} planes", planes.len())));
        }
        Ok(planes)
    }
}

/// What a worker keeps between calls.
#[derive(Default)]
pub(crate) struct Scratch {
    stream: Vec<u8>,
    rows: Rows,
    sequential: sequential::Decoder,
    /// True if the library decodes what we could ourselves.
    library_alone: bool,
}

impl Scratch {
    pub(crate) fn decode_into(
        &mut self,
        src: &[u8],
        dst: ArrayMut<'_>,
        options: &DecodeOptions,
        cx: &Context<'_>,
    ) -> Result<()> {
        let plan = Plan::new(src, options, &cx.limits)?;
        let colours = Colours::new(&plan.info, options)?;
        let mut dst = dst;
        if dst.layout().ndim() == 3 && colours.layout.ndim() == 2 && dst.shape().last() == Some(&1) {
            dst = dst.index_axis(2, 0)?;
        }
        if *dst.layout() != colours.layout {
            let message = format!("stream gives {}, destination is {}", colours.layout, dst.layout());
            return Err(INFO.invalid_argument(message));
        }
        cx.check_cancel(&INFO)?;
        let n_bytes = colours.layout.n_bytes();
        let staged = if dst.is_contiguous() { 0 } else { n_bytes as u64 };
        plan.gate(options, cx, staged)?;
        if !self.library_alone && self.sequential.decode(&plan.parts, &plan.info, plan.start, cx)? {
            let planes = plan.planes(&self.sequential.planes, &self.sequential.strides, options)?;
            self.rows.fill(&planes, &colours, dst)?;
            self.sequential.trim();
            return Ok(());
        }
        let direct = plan.is_direct(&colours);
        let ycbcr = plan.info.components().len() == 3;
        let stream = plan.splice(ycbcr, &mut self.stream)?;
        let call = plan.call(options, cx);
        if let (true, Some(format)) = (direct, colours.output.format()) {
            if let Some(pixels) = dst.contiguous() {
                return call.pixels(stream, format, pixels);
            }
            let pixels = &mut self.rows.pixels;
            resize(pixels, n_bytes)?;
            call.pixels(stream, format, pixels)?;
            return dst.store(pixels);
        }
        let raw = call.planes(stream)?;
        cx.check_cancel(&INFO)?;
        let planes = plan.planes(&raw.planes, &raw.plane_widths, options)?;
        self.rows.fill(&planes, &colours, dst)
    }
}

/// Makes rows of pixels of planes.
#[derive(Default)]
struct Rows {
    machine: Machine,
    /// Rows of the components.
    scratch: [Vec<u8>; 4],
    /// The image, if the destination has gaps.
    pixels: Vec<u8>,
}

impl Rows {
    fn fill(&mut self, planes: &[Plane<'_>], colours: &Colours, dst: ArrayMut<'_>) -> Result<()> {
        let planes = planes.get(..colours.conversion.needed(planes.len())).unwrap_or(&[]);
        let n_bytes = colours.layout.n_bytes();
        let row_len = n_bytes / colours.layout.shape().first().map_or(1, |&height| height.max(1));
        let Self { machine, scratch, pixels } = self;
        let mut convert = |y: usize, to: &mut [u8]| {
            let mut rows: [&[u8]; 4] = [&[]; 4];
            for ((row, plane), scratch) in rows.iter_mut().zip(planes).zip(scratch.iter_mut()) {
                *row = plane.row(y, scratch, *machine);
            }
            colours.conversion.run(rows.get(..planes.len()).unwrap_or(&[]), to, *machine);
        };
        let mut dst = dst;
        if let Some(rows) = dst.rows_mut(row_len) {
            rows.enumerate().for_each(|(y, row)| convert(y, row));
            return Ok(());
        }
        resize(pixels, n_bytes)?;
        pixels.chunks_exact_mut(row_len).enumerate().for_each(|(y, row)| convert(y, row));
        dst.store(pixels)
    }
}

/// Refuses what is not implemented.
fn supported(info: &Info) -> Result<()> {
    if info.process == Process::Lossless {
        return Err(INFO.unsupported("lossless JPEG (SOF3) is not read by jpeg8"));
    }
    if info.precision != 8 {
        return Err(INFO.unsupported(format!("JPEG of {} bits is not read by jpeg8, 8 are", info.precision)));
    }
    Ok(())
}

impl Colours {
    fn new(info: &Info, options: &DecodeOptions) -> Result<Self> {
        supported(info)?;
        let n = info.components().len();
        let told = info.colour_space();
        let mut source = told;
        let mut output = match told {
            ColourSpace::YCbCr => ColourSpace::Rgb,
            ColourSpace::Ycck => ColourSpace::Cmyk,
            other => other,
        };
        if let Some(stored) = options.stored {
            (source, output) = stored.of_stream(info, source, output);
        }
        if let Some(space) = options.colorspace.filter(|&space| space != ColourSpace::Unknown) {
            let of_streams = matches!(space.format(), Some(f) if f.bytes_per_pixel() == n && space as u8 <= 5)
                || matches!((space, n), (ColourSpace::YCbCr, 3) | (ColourSpace::Ycck, 4));
            if !of_streams {
                let message = format!("colorspace {} for a stream of {n} components", space.name());
                return Err(INFO.invalid_argument(message));
            }
            (source, output) = (space, space);
        }
        output = options.outcolorspace.filter(|&space| space != ColourSpace::Unknown).unwrap_or(output);
        let Some(conversion) = Conversion::new(source, output) else {
            return Err(INFO.unsupported(format!("conversion from {} to {}", source.name(), output.name())));
        };
        let [height, width] = [u64::from(info.height), u64::from(info.width)];
        let layout = match output.samples().unwrap_or(n) as u64 {
            1 => Layout::from_u64(DType::U8, &[height, width]),
            samples => Layout::from_u64(DType::U8, &[height, width, samples]),
        }
        .map_err(|error| INFO.unsupported(error.message().to_owned()))?;
        Ok(Self { conversion, source, output, layout })
    }
}

fn resize(buffer: &mut Vec<u8>, len: usize) -> Result<()> {
    if buffer.capacity() < len {
        *buffer = iio_codec::zeroed_vec(len)?;
    }
    buffer.resize(len, 0);
    Ok(())
}
