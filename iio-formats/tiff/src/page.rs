use std::sync::Arc;

use iio_codec::{Blame, DType, Layout, Limits, Result};
use iio_core::{Colour, Known, Level, Step};

use crate::compression;
use crate::header::{Header, Order};
use crate::ifd::{Entry, Ifd, usize_of};
use crate::{FORMAT, old_jpeg, tag};

/// What an IFD tells of its image: geometry, coding, and where its chunks are told.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) at: u64,
    pub(crate) width: u64,
    pub(crate) height: u64,
    pub(crate) samples: u64,
    /// Samples lie in planes of their own.
    pub(crate) planar: bool,
    pub(crate) tiled: bool,
    pub(crate) extra_samples: usize,
    pub(crate) coding: Coding,
    pub(crate) offsets: Entry,
    pub(crate) byte_counts: Option<Entry>,
    pub(crate) sub_ifds: Option<Entry>,
    /// Bytes of the sample that stands in holes.
    pub(crate) fill: Vec<u8>,
}

/// Values that some codec may want, by the name of the hint.
pub(crate) type Hints = Vec<(&'static str, Vec<i64>)>;

/// How a chunk is coded: all that its pipeline depends on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Coding {
    pub(crate) order: Order,
    pub(crate) compression: u32,
    pub(crate) predictor: u32,
    /// Bits stand in bytes lowest first.
    pub(crate) reversed_bits: bool,
    pub(crate) bits: u32,
    pub(crate) dtype: DType,
    /// Width of a full chunk.
    pub(crate) width: u64,
    /// Height of a full chunk.
    pub(crate) height: u64,
    /// Samples per pixel in a chunk.
    pub(crate) samples: u64,
    pub(crate) photometric: Option<u64>,
    pub(crate) jpeg_tables: Option<Arc<[u8]>>,
    /// What belongs in front of each chunk (old JPEG).
    pub(crate) jpeg_header: Option<Arc<[u8]>>,
    pub(crate) hints: Hints,
}

impl Coding {
    /// Samples need unpacking.
    pub(crate) fn is_packed(&self) -> bool {
        self.bits as usize != self.dtype.size() * 8
    }

    /// Samples are floats of 24 bits, whose codec undoes the predictor of floats as well.
    pub(crate) fn is_float24(&self) -> bool {
        self.bits == 24 && self.dtype == DType::F32
    }

    /// Bytes of a row of a chunk before compression; rows begin at bytes.
    pub(crate) fn row_bytes(&self) -> u64 {
        self.width.saturating_mul(self.samples).saturating_mul(u64::from(self.bits)).div_ceil(8)
    }
}

/// Reads single values of an IFD, with their defaults.
struct Values<'a> {
    known: &'a Known,
    order: Order,
    ifd: &'a Ifd,
}

impl Values<'_> {
    fn uint(&self, tag: u16) -> Result<Step<Option<u64>>> {
        let Some(entry) = self.ifd.find(tag) else { return Ok(Step::Done(None)) };
        Ok(Step::Done(Some(need!(entry.uint(self.known, self.order)))))
    }

    /// The first values, at most `n` of them.
    fn uints(&self, tag: u16, n: u64) -> Result<Step<Vec<u64>>> {
        let Some(entry) = self.ifd.find(tag) else { return Ok(Step::Done(Vec::new())) };
        entry.uints(self.known, self.order, 0..entry.count.min(n))
    }

    fn side(&self, tag: u16, limits: &Limits) -> Result<Step<u64>> {
        let at = self.ifd.at;
        match need!(self.uint(tag)) {
            None => Err(FORMAT.malformed(format!("IFD at byte {at} has no {}", tag::Tag(tag))).at(at)),
            Some(0) => Err(FORMAT.malformed(format!("{} of the IFD at byte {at} is 0", tag::Tag(tag))).at(at)),
            Some(len) if len > limits.axis_len => {
                Err(FORMAT.limit(tag::Tag(tag), "axis_len", len, limits.axis_len).at(at))
            }
            Some(len) => Ok(Step::Done(len)),
        }
    }
}

/// NewSubfileType, or what the older SubfileType means in its terms.
pub(crate) fn subfile_type(known: &Known, header: Header, ifd: &Ifd) -> Result<Step<u64>> {
    let values = Values { known, order: header.order, ifd };
    if let Some(value @ 1..) = need!(values.uint(tag::NEW_SUBFILE_TYPE)) {
        return Ok(Step::Done(value));
    }
    Ok(Step::Done(match need!(values.uint(tag::SUBFILE_TYPE)) {
        Some(2) => 1,
        Some(3) => 2,
        _ => 0,
    }))
}

/// Parses the page of an IFD. Tags that the geometry does not depend on are not looked at.
pub(crate) fn parse(known: &Known, header: Header, ifd: &Ifd, limits: &Limits) -> Result<Step<Page>> {
    let values = Values { known, order: header.order, ifd };
    let at = ifd.at;
    if ifd.find(tag::IMAGE_WIDTH).is_none() && ifd.find(tag::IMAGE_LENGTH).is_none() {
        return Err(FORMAT.unsupported(format!("IFD at byte {at} holds no image: it has no ImageWidth")).at(at));
    }
    let (width, height) = (need!(values.side(tag::IMAGE_WIDTH, limits)), need!(values.side(tag::IMAGE_LENGTH, limits)));
    for depth in [tag::IMAGE_DEPTH, tag::TILE_DEPTH] {
        if let Some(value @ 2..) = need!(values.uint(depth)) {
            return Err(FORMAT.unsupported(format!("{} is {value}, volumes are not read", tag::Tag(depth))).at(at));
        }
    }
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let compression = number(need!(values.uint(tag::COMPRESSION)).unwrap_or(1));
    let mut photometric = need!(values.uint(tag::PHOTOMETRIC));
    let old_jpeg = compression == compression::OLD_JPEG;
    if old_jpeg && matches!(photometric, None | Some(2)) {
        photometric = Some(6);
    }
    let samples = match need!(values.uint(tag::SAMPLES_PER_PIXEL)) {
        Some(n @ 1..=0xffff) => n,
        Some(n) => return Err(FORMAT.malformed(format!("{n} samples per pixel are not 1..=65535")).at(at)),
        None if old_jpeg => 3,
        None => 1,
    };
    let bits = need!(bits(&values, samples, old_jpeg));
    let dtype = need!(dtype(&values, samples, bits));
    let planar = need!(planar(&values, samples));
    let (tiled, chunk_width, chunk_height) = need!(chunk_shape(&values, width, height, limits));
    if !compression::is_image(compression) || planar {
        need!(refuse_subsampling(&values, photometric));
    }
    let jpeg_tables = need!(jpeg_tables(&values, limits));
    let (mut offsets, mut byte_counts) = tables(ifd)?;
    let (mut tiled, mut chunk_width, mut chunk_height) = (tiled, chunk_width, chunk_height);
    let mut jpeg_header = None;
    if old_jpeg {
        let (rows, samples) = (chunk_height, if planar { 1 } else { samples });
        let frame = old_jpeg::Frame {
            width: chunk_width,
            rows,
            samples,
            subsampling: need!(subsampling(&values)),
            even: height.is_multiple_of(rows),
        };
        match need!(old_jpeg::layout(known, header.order, ifd, frame, limits)) {
            old_jpeg::Layout::Streams => {}
            old_jpeg::Layout::Headed(bytes) => jpeg_header = Some(bytes),
            old_jpeg::Layout::Whole(at, len) => {
                (offsets, byte_counts) = (at, len);
                (tiled, chunk_width, chunk_height) = (false, width, height);
            }
        }
    }
    let coding = Coding {
        order: header.order,
        compression,
        predictor: number(need!(values.uint(tag::PREDICTOR)).unwrap_or(1)),
        reversed_bits: need!(values.uint(tag::FILL_ORDER)) == Some(2),
        bits,
        dtype,
        width: chunk_width,
        height: chunk_height,
        samples: if planar { 1 } else { samples },
        photometric,
        jpeg_tables,
        jpeg_header,
        hints: need!(hints(&values)),
    };
    let named = colours(photometric, samples);
    let extra = ifd.find(tag::EXTRA_SAMPLES).map(|entry| entry.count);
    let extra_samples = usize_of(extra.unwrap_or(samples.saturating_sub(named)).min(samples - 1))?;
    let fill = need!(fill(&values, dtype));
    let sub_ifds = ifd.find(tag::SUB_IFDS).copied();
    let page =
        Page { at, width, height, samples, planar, tiled, extra_samples, coding, offsets, byte_counts, sub_ifds, fill };
    page.layout()?;
    page.chunk_layout(chunk_height)?;
    Ok(Step::Done(page))
}

/// The one number of bits that all samples have.
fn bits(values: &Values<'_>, samples: u64, old_jpeg: bool) -> Result<Step<u32>> {
    let list = need!(values.uints(tag::BITS_PER_SAMPLE, samples));
    let Some(&first) = list.first() else { return Ok(Step::Done(if old_jpeg { 8 } else { 1 })) };
    if list.iter().any(|&bits| bits != first) {
        let list: Vec<_> = list.iter().take(8).map(u64::to_string).collect();
        let message = format!("samples of unequal bits ({}) are not read", list.join(", "));
        return Err(FORMAT.unsupported(message).at(values.ifd.at));
    }
    Ok(Step::Done(u32::try_from(first).unwrap_or(u32::MAX)))
}

/// The dtype that holds samples of these bits.
fn dtype(values: &Values<'_>, samples: u64, bits: u32) -> Result<Step<DType>> {
    let formats = need!(values.uints(tag::SAMPLE_FORMAT, samples));
    let format = formats.first().copied().unwrap_or(1);
    if formats.iter().any(|&other| other != format) {
        let message = format!("samples of unequal formats ({formats:?}) are not read");
        return Err(FORMAT.unsupported(message).at(values.ifd.at));
    }
    let found = match (format, bits) {
        (1 | 4, 1) => Some(DType::Bool),
        (1 | 4, _) => DType::uint_for_bits(bits),
        (2, _) => DType::int_for_bits(bits),
        (3, 16) => Some(DType::F16),
        (3, 24 | 32) => Some(DType::F32),
        (3, 64) => Some(DType::F64),
        (6, 64) => Some(DType::C64),
        (6, 128) => Some(DType::C128),
        _ => None,
    };
    let Some(dtype) = found else {
        let kind = match format {
            1 => "unsigned integers",
            2 => "signed integers",
            3 => "floats",
            4 => "untyped samples",
            5 => "complex integers",
            6 => "complex floats",
            _ => "samples of an unknown format",
        };
        let message = format!("{kind} of {bits} bits (SampleFormat {format}) are not read");
        return Err(FORMAT.unsupported(message).at(values.ifd.at));
    };
    Ok(Step::Done(dtype))
}

fn planar(values: &Values<'_>, samples: u64) -> Result<Step<bool>> {
    match need!(values.uint(tag::PLANAR_CONFIGURATION)) {
        None | Some(0 | 1) => Ok(Step::Done(false)),
        // One plane is the same either way.
        Some(2) => Ok(Step::Done(samples > 1)),
        Some(value) => {
            let message = format!("{} is {value}, not 1 or 2", tag::Tag(tag::PLANAR_CONFIGURATION));
            Err(FORMAT.malformed(message).at(values.ifd.at))
        }
    }
}

/// Whether the image is tiled, and width and height of its chunks.
fn chunk_shape(values: &Values<'_>, width: u64, height: u64, limits: &Limits) -> Result<Step<(bool, u64, u64)>> {
    if values.ifd.find(tag::TILE_WIDTH).is_some() || values.ifd.find(tag::TILE_LENGTH).is_some() {
        let tile = (need!(values.side(tag::TILE_WIDTH, limits)), need!(values.side(tag::TILE_LENGTH, limits)));
        return Ok(Step::Done((true, tile.0, tile.1)));
    }
    let rows = match values.ifd.find(tag::ROWS_PER_STRIP) {
        Some(entry) if entry.count == 1 => need!(entry.uint(values.known, values.order)),
        _ => 0,
    };
    Ok(Step::Done((false, width, if rows == 0 { height } else { rows.min(height) })))
}

fn refuse_subsampling(values: &Values<'_>, photometric: Option<u64>) -> Result<Step<()>> {
    if photometric != Some(6) {
        return Ok(Step::Done(()));
    }
    let (x, y) = need!(subsampling(values));
    if (x, y) == (1, 1) {
        return Ok(Step::Done(()));
    }
    let message = format!("YCbCr with chroma subsampled {x} x {y} is read from JPEG streams only");
    Err(FORMAT.unsupported(message).at(values.ifd.at))
}

/// Pixels that share a sample of chroma: across, down.
fn subsampling(values: &Values<'_>) -> Result<Step<(u64, u64)>> {
    let factors = need!(values.uints(tag::YCBCR_SUBSAMPLING, 2));
    Ok(Step::Done(match factors.as_slice() {
        [x, y] => (*x, *y),
        _ => (2, 2),
    }))
}

fn jpeg_tables(values: &Values<'_>, limits: &Limits) -> Result<Step<Option<Arc<[u8]>>>> {
    let Some(entry) = values.ifd.find(tag::JPEG_TABLES) else { return Ok(Step::Done(None)) };
    let place = entry.place(values.known, 0..entry.count)?;
    let bytes = place.end - place.start;
    if bytes > limits.metadata_bytes {
        return Err(FORMAT.limit(tag::Tag(entry.tag), "metadata_bytes", bytes, limits.metadata_bytes).at(entry.at));
    }
    let bytes = need!(entry.raw(values.known, 0..entry.count));
    Ok(Step::Done(Some(bytes.into())))
}

/// Offsets and byte counts of the chunks. Tiles may be told by the tags of strips and the other way round.
fn tables(ifd: &Ifd) -> Result<(Entry, Option<Entry>)> {
    let first = |tags: [u16; 3]| tags.iter().find_map(|&tag| ifd.find(tag)).copied();
    let offsets = first([tag::TILE_OFFSETS, tag::STRIP_OFFSETS, tag::JPEG_INTERCHANGE_FORMAT]);
    let counts = first([tag::TILE_BYTE_COUNTS, tag::STRIP_BYTE_COUNTS, tag::JPEG_INTERCHANGE_FORMAT_LENGTH]);
    match offsets {
        Some(offsets) => Ok((offsets, counts)),
        None => {
            let message = format!("IFD at byte {} has neither StripOffsets nor TileOffsets", ifd.at);
            Err(FORMAT.malformed(message).at(ifd.at))
        }
    }
}

/// Values that codecs may want, whatever codec it is.
fn hints(values: &Values<'_>) -> Result<Step<Hints>> {
    const HINTS: [(u16, &str); 3] =
        [(tag::T4_OPTIONS, "t4_options"), (tag::T6_OPTIONS, "t6_options"), (tag::LERC_PARAMETERS, "lerc_parameters")];
    let mut hints = Vec::new();
    for (tag, key) in HINTS {
        let list = need!(values.uints(tag, 16));
        if !list.is_empty() {
            hints.push((key, list.iter().map(|&value| i64::try_from(value).unwrap_or(i64::MAX)).collect()));
        }
    }
    Ok(Step::Done(hints))
}

/// Samples of the colour alone.
const fn colours(photometric: Option<u64>, samples: u64) -> u64 {
    match photometric {
        Some(0 | 1 | 3 | 4 | 32803) => 1,
        Some(2 | 6 | 8 | 9 | 10) => 3,
        Some(5) => 4,
        _ => samples,
    }
}

/// The bytes of GDAL_NODATA as a sample; none if there is no such tag, or no such sample.
fn fill(values: &Values<'_>, dtype: DType) -> Result<Step<Vec<u8>>> {
    /// More is no number.
    const LONGEST: u64 = 256;
    let Some(entry) = values.ifd.find(tag::GDAL_NODATA).filter(|entry| entry.count <= LONGEST) else {
        return Ok(Step::Done(Vec::new()));
    };
    let text = need!(entry.text(values.known)).replace(',', ".");
    Ok(Step::Done(sample(text.trim(), dtype).unwrap_or_default()))
}

/// A number as the bytes of a sample.
fn sample(text: &str, dtype: DType) -> Option<Vec<u8>> {
    #[expect(clippy::cast_possible_truncation, reason = "integers were tested, f32 rounds as GDAL does")]
    let integer = || {
        text.parse::<i128>().ok().or_else(|| {
            let value = text.parse::<f64>().ok()?;
            (value.fract() == 0.0 && value.abs() < 1e19).then_some(value as i128)
        })
    };
    let float = || text.parse::<f64>().ok();
    #[expect(clippy::cast_possible_truncation, reason = "f32 rounds as GDAL does")]
    let single = || float().map(|value| value as f32);
    Some(match dtype {
        DType::Bool => vec![u8::try_from(integer()?).ok().filter(|&bit| bit < 2)?],
        DType::U8 => vec![u8::try_from(integer()?).ok()?],
        DType::I8 => i8::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::U16 => u16::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::I16 => i16::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::U32 => u32::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::I32 => i32::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::U64 => u64::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::I64 => i64::try_from(integer()?).ok()?.to_ne_bytes().to_vec(),
        DType::F32 => single()?.to_ne_bytes().to_vec(),
        DType::F64 => float()?.to_ne_bytes().to_vec(),
        DType::C64 => [single()?, 0.0].iter().flat_map(|half| half.to_ne_bytes()).collect(),
        DType::C128 => [float()?, 0.0].iter().flat_map(|half| half.to_ne_bytes()).collect(),
        _ => return None,
    })
}

impl Page {
    /// One letter per axis.
    pub(crate) const fn axes(&self) -> &'static str {
        match (self.planar, self.samples) {
            (true, _) => "SYX",
            (false, 1) => "YX",
            (false, _) => "YXS",
        }
    }

    /// Lengths of `rows`, `columns` and `planes` along the axes.
    pub(crate) fn shape(&self, rows: u64, columns: u64, planes: u64) -> ([u64; 3], usize) {
        match (self.planar, self.samples) {
            (true, _) => ([planes, rows, columns], 3),
            (false, 1) => ([rows, columns, 0], 2),
            (false, samples) => ([rows, columns, samples], 3),
        }
    }

    fn layout_of(&self, rows: u64, columns: u64, planes: u64) -> Result<Layout> {
        let (shape, ndim) = self.shape(rows, columns, planes);
        Layout::from_u64(self.coding.dtype, shape.get(..ndim).unwrap_or(&shape)).map_err(|_| {
            let message =
                format!("{rows} x {columns} x {} {} exceed the address space", self.samples, self.coding.dtype);
            FORMAT.malformed(message).at(self.at)
        })
    }

    /// What reading all of the page gives.
    pub(crate) fn layout(&self) -> Result<Layout> {
        self.region_layout(self.height, self.width)
    }

    /// What reading a part of the page gives.
    pub(crate) fn region_layout(&self, rows: u64, columns: u64) -> Result<Layout> {
        self.layout_of(rows, columns, self.samples)
    }

    /// What decoding a chunk of `rows` gives.
    pub(crate) fn chunk_layout(&self, rows: u64) -> Result<Layout> {
        self.layout_of(rows, self.coding.width, 1)
    }

    /// Rows and columns of chunks in a plane.
    pub(crate) fn grid(&self) -> (u64, u64) {
        (self.height.div_ceil(self.coding.height), self.width.div_ceil(self.coding.width))
    }

    /// Planes of chunks.
    pub(crate) const fn planes(&self) -> u64 {
        if self.planar { self.samples } else { 1 }
    }

    /// The number of chunks; saturates, and is then more than any file has.
    pub(crate) fn n_chunks(&self) -> u64 {
        let (rows, columns) = self.grid();
        rows.saturating_mul(columns).saturating_mul(self.planes())
    }

    /// The page as a level.
    pub(crate) fn level(&self) -> Result<Level> {
        let chunk = self.chunk_layout(self.coding.height)?.shape().to_vec();
        Ok(Level { layout: self.layout()?, chunk, n_chunks: self.n_chunks() })
    }

    /// Meaning of the samples that reading gives.
    pub(crate) const fn colour(&self) -> Colour {
        match self.coding.photometric {
            Some(0) => Colour::InvertedGray,
            Some(1) => Colour::Gray,
            Some(2) => Colour::Rgb,
            Some(3) => Colour::Palette,
            Some(4) => Colour::Mask,
            Some(5) => Colour::Cmyk,
            Some(6) if compression::is_jpeg(self.coding.compression) => Colour::Rgb,
            Some(6) => Colour::YCbCr,
            Some(8..=10) => Colour::Lab,
            Some(32803) => Colour::Cfa,
            _ => Colour::Other,
        }
    }

    /// `lzw + delta`.
    pub(crate) fn compression(&self) -> String {
        let name = compression::name(self.coding.compression);
        match compression::predictor_name(self.coding.predictor).as_str() {
            "" => name,
            predictor => format!("{name} + {predictor}"),
        }
    }

    /// True if the images of two pages stack: equal in all that makes one array of them.
    pub(crate) fn stacks_on(&self, other: &Self) -> bool {
        let kind = |page: &Self| (page.width, page.height, page.samples, page.planar, page.tiled, page.extra_samples);
        let coding = |page: &Self| Coding { jpeg_tables: None, ..page.coding.clone() };
        kind(self) == kind(other) && self.fill == other.fill && coding(self) == coding(other)
    }

    /// True if this is a smaller version of `full`: same samples, same aspect but for rounding.
    #[expect(clippy::cast_precision_loss, reason = "axes are shorter than 2^52")]
    pub(crate) fn is_level_of(&self, full: &Self) -> bool {
        let kind = |page: &Self| (page.samples, page.planar, page.coding.dtype, page.coding.bits);
        let smaller = self.width <= full.width
            && self.height <= full.height
            && (self.width, self.height) != (full.width, full.height);
        // The factors that give this length when the quotient is rounded either way.
        let factors = |len: u64, full: u64| (full as f64 / (len + 1) as f64, full as f64 / (len - 1) as f64);
        let (x, y) = (factors(self.width, full.width), factors(self.height, full.height));
        kind(self) == kind(full) && smaller && x.0.max(y.0) <= x.1.min(y.1)
    }
}
