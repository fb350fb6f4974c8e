use flate2::{Compress, Compression, FlushCompress};
use iio_codec::{ArrayEncoder, ArrayRef, Blame, CodecInfo, Context, DType, Layout, Result};
use iio_deflate::engine::Deflater;

use crate::chunk::{CHUNK_OVERHEAD, ChunkType, push_chunk};
use crate::filter::{NONE, filter};
use crate::header::{ColourType, ImageHeader, Pass, SIGNATURE};
use crate::options::{EncodeOptions, Filters, Strategy};
use crate::{INFO, deflate, metadata, pack, simd, zlib};

/// The most bytes of data in one chunk.
const CHUNK_MAX: usize = i32::MAX as usize;

/// Encodes an array of `[height, width]` or `[height, width, samples]`: 1 to 4 samples of 8 or 16 bits mean gray, gray
/// and alpha, RGB, RGBA.
///
/// # Errors
/// `InvalidArgument` for a layout, value or option that a PNG cannot hold; `Limit`; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    Encoder::new(options.clone())?.encode(src, &Context::default())
}

/// A worker that encodes: make one per thread and keep it.
#[derive(Debug)]
pub struct Encoder {
    options: EncodeOptions,
    deflater: Deflater,
    /// All rows, each behind its filter byte.
    filtered: Vec<u8>,
}

impl Encoder {
    /// Makes a worker. Nothing is allocated until it is used.
    ///
    /// # Errors
    /// `InvalidArgument` for options that do not exist.
    pub fn new(options: EncodeOptions) -> Result<Self> {
        options.validate()?;
        let deflater = Deflater::new(&INFO, options.level)?;
        Ok(Self { options, deflater, filtered: Vec::new() })
    }

    fn push(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let header = image_header(src.layout(), &self.options)?;
        dst.try_reserve(SIGNATURE.len()).map_err(|error| INFO.out_of_memory(SIGNATURE.len()).with_source(error))?;
        dst.extend_from_slice(&SIGNATURE);
        push_chunk(dst, ChunkType::IHDR, &header.to_bytes())?;
        let metadata = self.options.metadata.as_deref();
        metadata.map_or(Ok(()), |metadata| metadata::push_before_palette(metadata, &header, dst))?;
        self.push_palette(&header, dst)?;
        metadata.map_or(Ok(()), |metadata| metadata::push_after_palette(metadata, &header, dst))?;
        self.push_data(&header, src, dst, cx)?;
        let metadata = self.options.metadata.as_deref();
        metadata.map_or(Ok(()), |metadata| metadata::push_after_data(metadata, dst))?;
        push_chunk(dst, ChunkType::IEND, &[])
    }

    fn push_palette(&self, header: &ImageHeader, dst: &mut Vec<u8>) -> Result<()> {
        if let Some(palette) = &self.options.palette {
            let rgb: Vec<u8> = palette.colours().iter().flat_map(|&[r, g, b, _]| [r, g, b]).collect();
            push_chunk(dst, ChunkType::PLTE, &rgb)?;
            if palette.has_alpha() {
                push_chunk(dst, ChunkType::TRNS, &palette.alpha().collect::<Vec<_>>())?;
            }
        }
        let Some(key) = self.options.transparent else { return Ok(()) };
        let max = u16::MAX >> (16 - header.bit_depth);
        let n = match header.colour {
            ColourType::Gray => 1,
            ColourType::Rgb => 3,
            colour => {
                return Err(INFO.invalid_argument(format!("a transparent value is for gray and RGB, not {colour:?}")));
            }
        };
        let key = key.get(..n).unwrap_or(&key);
        if key.iter().any(|&value| value > max) {
            return Err(INFO.invalid_argument(format!("transparent value {key:?} exceeds {max}")));
        }
        push_chunk(dst, ChunkType::TRNS, &key.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<_>>())
    }

    /// Appends the pixel data: one IDAT chunk, as long as it is not too large for one.
    fn push_data(
        &mut self,
        header: &ImageHeader,
        src: ArrayRef<'_>,
        dst: &mut Vec<u8>,
        cx: &Context<'_>,
    ) -> Result<()> {
        let start = dst.len();
        let overhead = |dst: &mut Vec<u8>, bytes: &[u8]| {
            dst.try_reserve(bytes.len()).map_err(|error| INFO.out_of_memory(bytes.len()).with_source(error))?;
            dst.extend_from_slice(bytes);
            Ok(())
        };
        overhead(dst, b"\0\0\0\0IDAT")?;
        if header.filtered_len() > cx.limits.working_bytes {
            self.stream_rows(header, src, dst, cx)?;
        } else {
            self.filter_rows(header, src, cx)?;
            let Self { options, deflater, filtered } = self;
            zlib::push_frame(filtered, dst, |src, dst| match options.strategy {
                Strategy::Default => deflater.deflate_append(src, dst, cx),
                strategy => deflate::deflate_append(src, strategy, dst, cx),
            })?;
        }
        let len = dst.len() - start - 8;
        if len > CHUNK_MAX {
            let data = dst.split_off(start + 8);
            dst.truncate(start);
            return data.chunks(CHUNK_MAX).try_for_each(|piece| push_chunk(dst, ChunkType::IDAT, piece));
        }
        let crc = iio_deflate::crc32(0, dst.get(start + 4..).unwrap_or(&[]));
        overhead(dst, &crc.to_be_bytes())?;
        if let (Some(field), Ok(len)) = (dst.get_mut(start..start + 4), u32::try_from(len)) {
            field.copy_from_slice(&len.to_be_bytes());
        }
        Ok(())
    }

    fn filter_rows(&mut self, header: &ImageHeader, src: ArrayRef<'_>, cx: &Context<'_>) -> Result<()> {
        let len = header.filtered_len();
        cx.gate_working(&INFO, len)?;
        let len = usize::try_from(len).map_err(|_| INFO.out_of_memory(usize::MAX))?;
        let Self { options, filtered, .. } = self;
        filtered.clear();
        filtered.try_reserve_exact(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
        RowFilter::new(header, options).run(src, cx, &mut |row| {
            filtered.extend_from_slice(row);
            Ok(())
        })
    }

    /// Filters and deflates row by row, where there is no room for all. The strategy has no effect then.
    fn stream_rows(&self, header: &ImageHeader, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let mut state = Compress::new(Compression::new(u32::from(self.options.level.min(9))), true);
        let mut deflate = |row: &[u8], flush: FlushCompress| -> Result<()> {
            let (begin, mut ended) = (state.total_in(), false);
            while !ended {
                let taken = usize::try_from(state.total_in() - begin).unwrap_or(usize::MAX);
                let rest = row.get(taken..).unwrap_or(&[]);
                ended = rest.is_empty() && !matches!(flush, FlushCompress::Finish);
                if ended {
                    break;
                }
                let room = row.len().max(1 << 16);
                dst.try_reserve(room).map_err(|error| INFO.out_of_memory(room).with_source(error))?;
                let status = state.compress_vec(rest, dst, flush);
                match status {
                    Ok(flate2::Status::StreamEnd) => ended = true,
                    Ok(_) => {}
                    Err(error) => return Err(INFO.internal("deflate failed").with_source(error)),
                }
            }
            Ok(())
        };
        RowFilter::new(header, &self.options).run(src, cx, &mut |row| deflate(row, FlushCompress::None))?;
        deflate(&[], FlushCompress::Finish)
    }
}

impl ArrayEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        let header = image_header(layout, &self.options).ok()?;
        let filtered = usize::try_from(header.filtered_len()).ok()?;
        // Fixed codes have 9 bits at most; the other strategies store what does not get smaller.
        let grown = if self.options.strategy == Strategy::Fixed { filtered / 8 } else { 0 };
        let deflated = Deflater::bound(filtered).saturating_add(grown);
        // Palette and transparency; metadata has no bound before it is deflated.
        let fixed = SIGNATURE.len() + 5 * CHUNK_OVERHEAD + 13 + 768 + 256;
        self.options.metadata.is_none().then(|| deflated.saturating_add(fixed + 64))
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        cx.check_cancel(&INFO)?;
        let start = dst.len();
        let result = self.push(src, dst, cx);
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}

/// The header of the image that an array becomes.
fn image_header(layout: &Layout, options: &EncodeOptions) -> Result<ImageHeader> {
    let bad = |message: String| Err(INFO.invalid_argument(message));
    let (height, width, n_samples) = match *layout.shape() {
        [height, width] => (height, width, 1),
        [height, width, n] => (height, width, n),
        _ => return bad(format!("array must be [height, width] or [height, width, 1..=4], got {layout}")),
    };
    let side = |len: usize| u32::try_from(len).ok().filter(|len| (1..=i32::MAX.unsigned_abs()).contains(len));
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return bad(format!("width and height must be 1..=2147483647, got {layout}"));
    };
    let (colour, natural) = match (n_samples, layout.dtype(), &options.palette) {
        (1, DType::U8, Some(palette)) => (ColourType::Palette, fewest_bits(palette.colours().len())),
        (_, _, Some(_)) => return bad(format!("with a palette the array must be uint8 [height, width], got {layout}")),
        // Only if asked for: decoding gives bytes of 0 and 255.
        (1, DType::Bool, None) if options.bits_per_sample == 1 => (ColourType::Gray, 1),
        (1, DType::U8, None) => (ColourType::Gray, 8),
        (1, DType::U16, None) => (ColourType::Gray, 16),
        (2..=4, DType::U8 | DType::U16, None) => {
            let colour = [ColourType::GrayAlpha, ColourType::Rgb, ColourType::Rgba][n_samples - 2];
            (colour, if layout.dtype() == DType::U8 { 8 } else { 16 })
        }
        _ => {
            return bad(format!(
                "array must be uint8 or uint16 with 1..=4 samples, or bool with 1 and bits_per_sample 1, got {layout}"
            ));
        }
    };
    let bit_depth = match (options.bits_per_sample, colour, natural) {
        (0, _, natural) => natural,
        (bits, ColourType::Palette, natural) if bits >= natural && bits <= 8 => bits,
        (bits, ColourType::Gray, 8) if bits <= 8 => bits,
        (bits, _, natural) if bits == natural => bits,
        (bits, ..) => {
            return bad(format!("{bits} bits per sample do not fit {colour:?} of {layout}, natural are {natural}"));
        }
    };
    Ok(ImageHeader { width, height, bit_depth, colour, interlaced: options.interlace })
}

const fn fewest_bits(n_colours: usize) -> u8 {
    match n_colours {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    }
}

/// Takes rows from an array, packs them as the file has them, and filters them.
struct RowFilter<'a> {
    header: &'a ImageHeader,
    options: &'a EncodeOptions,
    filters: Vec<u8>,
    /// The row as the file has it, and the one above.
    row: Vec<u8>,
    above: Vec<u8>,
    /// The best filtered row so far and the one that is tried, each behind its filter byte.
    best: Vec<u8>,
    tried: Vec<u8>,
}

impl<'a> RowFilter<'a> {
    fn new(header: &'a ImageHeader, options: &'a EncodeOptions) -> Self {
        let plain = header.colour == ColourType::Palette || header.bit_depth < 8;
        let filters = options.filter.unwrap_or(if plain { Filters::NONE } else { Filters::ALL });
        let filters = filters.types().collect();
        Self { header, options, filters, row: Vec::new(), above: Vec::new(), best: Vec::new(), tried: Vec::new() }
    }

    fn run(&mut self, src: ArrayRef<'_>, cx: &Context<'_>, emit: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let row_len = src.layout().stride(0);
        if src.n_rows(row_len).is_some() {
            return self.run_rows(src, row_len, cx, emit);
        }
        // Pixels that do not lie side by side: by way of an image in which they do.
        let layout = *src.layout();
        cx.gate_working(&INFO, (layout.n_bytes() as u64).saturating_add(self.header.filtered_len()))?;
        let mut bytes = Vec::new();
        src.append_to(&mut bytes)?;
        self.run_rows(ArrayRef::new(&bytes, layout)?, row_len, cx, emit)
    }

    fn run_rows(
        &mut self,
        src: ArrayRef<'_>,
        row_len: usize,
        cx: &Context<'_>,
        emit: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        for pass in self.header.passes() {
            let len = usize::try_from(self.header.row_len(pass.width)).map_err(|_| INFO.out_of_memory(usize::MAX))?;
            for line in [&mut self.row, &mut self.above] {
                line.clear();
                line.resize(len, 0);
            }
            for line in [&mut self.best, &mut self.tried] {
                line.clear();
                line.resize(len + 1, 0);
            }
            for index in 0..pass.height as usize {
                cx.check_cancel(&INFO)?;
                let y = pass.y as usize + index * pass.dy as usize;
                let source = src.row(y, row_len).ok_or_else(|| INFO.internal("array lacks rows"))?;
                self.take(source, y, &pass, src.dtype())?;
                self.choose();
                emit(&self.best)?;
                core::mem::swap(&mut self.row, &mut self.above);
            }
        }
        Ok(())
    }

    /// Brings the pixels of a pass in a row of the array to the form that the file has.
    fn take(&mut self, source: &[u8], y: usize, pass: &Pass, dtype: DType) -> Result<()> {
        let mut gathered = Vec::new();
        let source = if pass.dx == 1 && pass.x == 0 {
            source
        } else {
            let pixel_len = source.len() / self.header.width as usize;
            pack::gather(pixel_len, source, pass.x as usize, pass.dx as usize, &mut gathered);
            &gathered
        };
        let depth = self.header.bit_depth;
        match (self.header.colour, depth) {
            (_, 16) => pack::to_big_endian(source, &mut self.row),
            (ColourType::Palette, _) => {
                let n = self.options.palette.as_ref().map_or(256, |palette| palette.colours().len());
                if let Some(&index) = source.iter().max().filter(|&&index| usize::from(index) >= n) {
                    let message = format!("index {index} at row {y} exceeds the palette of {n} colours");
                    return Err(INFO.invalid_argument(message));
                }
                pack::pack(depth, source, &mut self.row);
            }
            (_, 8) => self.row.copy_from_slice(source),
            _ => {
                let scale =
                    if self.options.scale_low_bits && dtype != DType::Bool { u8::MAX / ((1 << depth) - 1) } else { 1 };
                let values = pack::unscale(depth, scale, source)
                    .map_err(|value| INFO.invalid_argument(bad_value(value, y, depth, scale)))?;
                pack::pack(depth, &values, &mut self.row);
            }
        }
        Ok(())
    }

    /// Leaves the cheapest filtered row in `best`.
    fn choose(&mut self) {
        let step = self.header.filter_step();
        let mut least = u64::MAX;
        let single = self.filters.len() == 1;
        for &kind in &self.filters {
            let Some((head, to)) = self.tried.split_first_mut() else { return };
            *head = kind;
            filter(kind, step, &self.above, &self.row, to);
            let cost = if single { 0 } else { simd::cost(to) };
            if cost < least {
                least = cost;
                core::mem::swap(&mut self.tried, &mut self.best);
            }
            // Nothing is cheaper than a row of zeros, and NONE is cheapest to undo.
            if cost == 0 && kind == NONE {
                break;
            }
        }
    }
}

fn bad_value(value: u8, y: usize, depth: u8, scale: u8) -> String {
    let max = (1u16 << depth) - 1;
    if scale == 1 {
        return format!("value {value} at row {y} exceeds {max}, which {depth} bits hold");
    }
    format!("value {value} at row {y} is not a multiple of {scale}, as {depth} bits scaled to 0..=255 are")
}
