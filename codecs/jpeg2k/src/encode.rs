use iio_codec::{AlignedBytes, ArrayMut, ArrayRef, Blame, Context, DType, Result};
use openjpeg_sys as opj;

use crate::DecodeOptions;
use crate::INFO;
use crate::boxes;
use crate::ffi::{self, EncodeFailure, Layers, Parameters};
use crate::header::Progression;
use crate::options::{ColourSpace, EncodeOptions, Format};
use crate::plan;

/// The most components of a code stream.
const MAX_COMPONENTS: usize = 16384;
/// The most bits that OpenJPEG's encoder takes, for some samples: its coefficients have 25, of which the wavelet needs a
/// share that depends on the samples. Beyond, it writes noise and no error.
const MAX_BITS: u32 = 26;
/// The same for anything but lossless, by experiment: smooth images of 23 bits come out as noise.
const MAX_LOSSY_BITS: u32 = 22;
/// Up to here the worst samples fit. What is encoded with more bits is decoded again and compared.
const SAFE_BITS: u32 = 20;
/// PSNR that a quality layer has less than the next, in dB.
const LAYER_DB: f64 = 4.0;

/// Encodes an array to a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if dtype, shape, samples or options do not fit; `Limit`; `OutOfMemory`; `Backend`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_append(src, &mut dst, options, &Context::default())?;
    dst.shrink_to_fit();
    Ok(dst)
}

/// Encodes an array to the end of `dst`.
///
/// # Errors
/// As [`encode`]; `Cancelled`. `dst` is then as before.
pub fn encode_append(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    options.validate()?;
    cx.check_cancel(&INFO)?;
    let mut planes = Planes::new(src, options)?;
    let parameters = parameters(&planes, options, cx)?;
    gate(&planes, &parameters, cx)?;
    let (mut copy, layout) = (Vec::new(), *src.layout());
    if src.n_rows(planes.row_len()).is_none() {
        // Pixels of the source are apart.
        src.append_to(&mut copy)?;
        planes.view = ArrayRef::new(&copy, layout)?;
    }
    let fill = |index: usize, plane: &mut [i32]| {
        cx.check_cancel(&INFO)?;
        planes.fill(index, plane)
    };
    let most = if options.is_lossless() && parameters.reversible { MAX_BITS } else { MAX_LOSSY_BITS };
    let precision = |used| precision(layout.dtype(), options, most, used);
    let start = dst.len();
    let head_len = planes.head(options, 1, 0).len();
    dst.try_reserve(head_len).map_err(|error| INFO.out_of_memory(head_len).with_source(error))?;
    dst.resize(start + head_len, 0);
    let result = ffi::encode(&parameters, fill, precision, dst).map_err(|failure| match failure {
        EncodeFailure::Fill(error) => error,
        EncodeFailure::OutOfMemory => INFO.out_of_memory(layout.n_bytes()),
        EncodeFailure::Library(failure) => INFO.backend(0, format!("{} failed: {}", failure.step, failure.message)),
    });
    let result = result.and_then(|bits| {
        let codestream = dst.get(start + head_len..).unwrap_or(&[]);
        if most == MAX_BITS {
            planes.verify(codestream, bits, cx)?;
        }
        Ok(planes.head(options, bits, codestream.len()))
    });
    match &result {
        Ok(head) => dst.iter_mut().skip(start).zip(head).for_each(|(to, &byte)| *to = byte),
        Err(_) => dst.truncate(start),
    }
    result.map(|_| ())
}

/// The source, row by row.
struct Planes<'a> {
    view: ArrayRef<'a>,
    n: usize,
    height: usize,
    width: usize,
    planar: bool,
}

impl<'a> Planes<'a> {
    fn new(src: ArrayRef<'a>, options: &EncodeOptions) -> Result<Self> {
        let layout = *src.layout();
        let refused = |expected: &str| Err(INFO.invalid_argument(format!("cannot encode {layout}, only {expected}")));
        let (n, height, width) = match (layout.shape(), options.planar) {
            (&[height, width], _) => (1, height, width),
            (&[n, height, width], true) | (&[height, width, n], false) => (n, height, width),
            _ => {
                return refused(
                    "[height, width] or, with planar, [samples, height, width], else [height, width, samples]",
                );
            }
        };
        if !matches!(layout.dtype(), DType::U8 | DType::U16 | DType::U32 | DType::I8 | DType::I16 | DType::I32) {
            return refused("integers of 8, 16 or 32 bits");
        }
        if layout.is_empty() || n > MAX_COMPONENTS || i32::try_from(width.max(height)).is_err() {
            return refused("1 to 16384 samples and 1 to 2^31 - 1 rows and columns");
        }
        Ok(Self { view: src, n, height, width, planar: options.planar && n > 1 })
    }

    fn row_len(&self) -> usize {
        self.width * self.view.dtype().size() * if self.planar { 1 } else { self.n }
    }

    fn signed(&self) -> bool {
        matches!(self.view.dtype(), DType::I8 | DType::I16 | DType::I32)
    }

    fn colour_space(&self, options: &EncodeOptions) -> ColourSpace {
        options.colour_space.unwrap_or(match self.n {
            1 | 2 => ColourSpace::Gray,
            3 | 4 => ColourSpace::Srgb,
            _ => ColourSpace::Unspecified,
        })
    }

    /// What stands before the code stream.
    fn head(&self, options: &EncodeOptions, precision: u32, codestream_len: usize) -> Vec<u8> {
        if options.format == Format::J2k {
            return Vec::new();
        }
        // Widths, heights and samples were checked.
        let image = boxes::Image {
            width: u32::try_from(self.width).unwrap_or(u32::MAX),
            height: u32::try_from(self.height).unwrap_or(u32::MAX),
            n_components: u16::try_from(self.n).unwrap_or(u16::MAX),
            precision,
            signed: self.signed(),
            colour_space: self.colour_space(options),
        };
        boxes::before(&image, options, codestream_len)
    }

    /// Writes plane `index` and returns the bits that its samples need.
    fn fill(&self, index: usize, plane: &mut [i32]) -> Result<u32> {
        match self.view.dtype() {
            DType::U8 => self.fill_as::<u8>(index, plane),
            DType::U16 => self.fill_as::<u16>(index, plane),
            DType::U32 => self.fill_as::<u32>(index, plane),
            DType::I8 => self.fill_as::<i8>(index, plane),
            DType::I16 => self.fill_as::<i16>(index, plane),
            _ => self.fill_as::<i32>(index, plane),
        }
    }

    /// Decodes what was encoded without loss and compares.
    fn verify(&self, encoded: &[u8], bits: u32, cx: &Context<'_>) -> Result<()> {
        if bits <= SAFE_BITS {
            return Ok(());
        }
        let options = DecodeOptions::default().with_planar(self.planar).with_to_rgb(false);
        let layout = crate::header(encoded, &options)?.layout;
        let mut bytes = AlignedBytes::zeroed(layout.n_bytes())?;
        crate::decode_into(encoded, ArrayMut::new(&mut bytes, layout)?, &options, cx)?;
        let mut rows = bytes.chunks_exact(self.row_len()).enumerate();
        if rows.all(|(index, row)| self.view.row(index, self.row_len()) == Some(row)) {
            return Ok(());
        }
        Err(INFO
            .unsupported(format!("these samples of {bits} bits exceed the coefficients of OpenJPEG, 20 bits are safe")))
    }

    fn fill_as<T: Widen>(&self, index: usize, plane: &mut [i32]) -> Result<u32> {
        let (n, first) = if self.planar { (1, index * self.height) } else { (self.n, 0) };
        let channel = if self.planar { 0 } else { index } * T::SIZE;
        let mut used = 0;
        for (y, to) in plane.chunks_exact_mut(self.width).enumerate() {
            let row = self.view.row(first + y, self.row_len()).ok_or_else(|| INFO.internal(format!("no row {y}")))?;
            for (to, pixel) in to.iter_mut().zip(row.chunks_exact(n * T::SIZE)) {
                let (value, bits) = T::widen(pixel.get(channel..channel + T::SIZE).unwrap_or(&[]));
                *to = value;
                used |= bits;
            }
        }
        Ok(u32::BITS - used.leading_zeros() + u32::from(self.signed()))
    }
}

/// A sample as OpenJPEG takes it.
trait Widen {
    const SIZE: usize;
    /// The value, and its bits below the sign.
    fn widen(bytes: &[u8]) -> (i32, u32);
}

macro_rules! widen {
    ($($type:ty: $value:ident => $bits:expr;)+) => {$(
        impl Widen for $type {
            const SIZE: usize = size_of::<Self>();
            #[inline]
            fn widen(bytes: &[u8]) -> (i32, u32) {
                let $value = bytes.first_chunk().map_or(0, |bytes| Self::from_ne_bytes(*bytes));
                ($bits.0, $bits.1)
            }
        }
    )+};
}
widen! {
    u8: v => (i32::from(v), u32::from(v));
    u16: v => (i32::from(v), u32::from(v));
    u32: v => (v.cast_signed(), v);
    i8: v => (i32::from(v), i32::from(v ^ (v >> 7)).cast_unsigned());
    i16: v => (i32::from(v), i32::from(v ^ (v >> 15)).cast_unsigned());
    i32: v => (v, (v ^ (v >> 31)).cast_unsigned());
}

/// Bits that the samples are declared to have, of which they need `used`.
fn precision(dtype: DType, options: &EncodeOptions, most: u32, used: u32) -> Result<u32> {
    // Fewer bits than this would be decoded to a narrower dtype.
    let (least, most) = match dtype.size() {
        1 => (1, 8),
        2 => (9, 16),
        _ => (17, most),
    };
    let given = u32::from(options.bits_per_sample);
    if given != 0 && !(least..=most).contains(&given) {
        let message = format!("bits_per_sample must be {least}..={most} for {dtype}, got {given}");
        return Err(INFO.invalid_argument(message));
    }
    let bits = match given {
        0 if most <= 16 => most,
        0 => used.clamp(least, most),
        given => given,
    };
    if used > bits {
        return Err(INFO.invalid_argument(format!("samples of {dtype} need {used} bits, {bits} are kept")));
    }
    Ok(bits)
}

/// OpenJPEG's parameters.
fn parameters(planes: &Planes<'_>, options: &EncodeOptions, cx: &Context<'_>) -> Result<Parameters> {
    let [width, height] = [planes.width, planes.height].map(|len| i32::try_from(len).unwrap_or(i32::MAX));
    let [tile_width, tile_height] = match options.tile {
        Some([w, h]) => {
            [i32::try_from(w).unwrap_or(i32::MAX).min(width), i32::try_from(h).unwrap_or(i32::MAX).min(height)]
        }
        None => [width, height],
    };
    let n_tiles = [(width, tile_width), (height, tile_height)]
        .map(|(len, tile)| (len.cast_unsigned()).div_ceil(tile.cast_unsigned()));
    if u64::from(n_tiles[0]) * u64::from(n_tiles[1]) > 65535 {
        return Err(INFO.invalid_argument(format!("{}x{} tiles, at most 65535 are allowed", n_tiles[0], n_tiles[1])));
    }
    let lossless = options.is_lossless();
    // The lowest resolution keeps at least 8 samples along the shorter side of a tile, as in imagecodecs.
    let useful = (tile_width.min(tile_height).ilog2().max(3) - 2).cast_signed();
    let precinct = options.precinct.map(|sizes| sizes.map(|len| i32::try_from(len).unwrap_or(i32::MAX)));
    let threads = match options.threads {
        0 => cx.executor.width(),
        threads => threads.min(cx.executor.width()),
    };
    let default_order = if lossless { Progression::Lrcp } else { Progression::Rpcl };
    Ok(Parameters {
        width: width.cast_unsigned(),
        height: height.cast_unsigned(),
        n_components: u32::try_from(planes.n).unwrap_or(u32::MAX),
        signed: planes.signed(),
        tile: [tile_width, tile_height],
        resolutions: i32::from(options.resolutions).min(useful),
        reversible: options.reversible.unwrap_or(lossless),
        mct: options.mct && matches!(planes.n, 3 | 4) && planes.colour_space(options) == ColourSpace::Srgb,
        layers: layers(options),
        progression: native_order(options.progression.unwrap_or(default_order)),
        code_block: options.code_block.map(|len| i32::try_from(len).unwrap_or(i32::MAX)),
        precinct: precinct.or((!lossless).then_some([256, 256])),
        threads,
    })
}

/// Checks what OpenJPEG will hold: samples as `i32` in image, tile and code blocks, and the structures of a tile.
fn gate(planes: &Planes<'_>, parameters: &Parameters, cx: &Context<'_>) -> Result<()> {
    let n = planes.n as u64;
    let samples = u64::from(parameters.width).saturating_mul(parameters.height.into()).saturating_mul(n);
    let tile = parameters.tile.map(i32::unsigned_abs);
    let in_tile = u64::from(tile[0]).saturating_mul(tile[1].into()).saturating_mul(n);
    let tiled = tile != [parameters.width, parameters.height];
    let levels = u8::try_from(parameters.resolutions - 1).unwrap_or(0);
    let exponent = |len: i32| u8::try_from(len.unsigned_abs().ilog2()).unwrap_or(15);
    let [x, y] = parameters.precinct.unwrap_or([1 << 15; 2]).map(exponent);
    let precincts = vec![y << 4 | x; usize::from(levels) + 1];
    let (Layers::Rates(layers) | Layers::Psnr(layers)) = &parameters.layers;
    let n_layers = u16::try_from(layers.len()).unwrap_or(u16::MAX);
    let structures = plan::encoding(tile, n, n_layers, levels, parameters.code_block.map(exponent), &precincts);
    let held = samples
        .saturating_mul(4)
        .saturating_add(in_tile.saturating_mul(if tiled { 10 } else { 6 }))
        .saturating_add(structures);
    cx.gate_working(&INFO, held)
}

/// The quality of each layer, the last of which is what the options ask for.
#[expect(clippy::cast_possible_truncation, reason = "OpenJPEG takes f32")]
fn layers(options: &EncodeOptions) -> Layers {
    let below = (0..options.layers).rev().map(f64::from);
    if options.is_lossless() || options.rate > 1.0 {
        // Each layer has twice the ratio of the next; the last one of a lossless stream is 0, which is all.
        let last = if options.is_lossless() { 1.0 } else { options.rate };
        let rate = |below: f64| if below == 0.0 && options.is_lossless() { 0.0 } else { (last * below.exp2()) as f32 };
        return Layers::Rates(below.map(rate).collect());
    }
    // Evenly spaced where the range below is too short for the usual distance.
    let distance = LAYER_DB.min(options.level / f64::from(options.layers));
    Layers::Psnr(below.map(|below| (options.level - below * distance) as f32).collect())
}

const fn native_order(order: Progression) -> opj::OPJ_PROG_ORDER {
    match order {
        Progression::Lrcp => opj::OPJ_PROG_ORDER::OPJ_LRCP,
        Progression::Rlcp => opj::OPJ_PROG_ORDER::OPJ_RLCP,
        Progression::Rpcl => opj::OPJ_PROG_ORDER::OPJ_RPCL,
        Progression::Pcrl => opj::OPJ_PROG_ORDER::OPJ_PCRL,
        Progression::Cprl => opj::OPJ_PROG_ORDER::OPJ_CPRL,
    }
}
