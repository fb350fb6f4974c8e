//! From an array to a file, band by band of rows.

use iio_codec::{ArrayRef, Blame, DType, Layout, Result};

use crate::raster::pack;
use crate::{EncodeOptions, INFO, TupleType, Variant, plain};

/// Rows are encoded in bands of about this many bytes.
const BAND: usize = 1 << 18;

/// How one image is written: options and layout, checked.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    header: Vec<u8>,
    pub(crate) variant: Variant,
    pub(crate) plain: bool,
    maxval: u16,
    layout: Layout,
}

impl Encoding {
    /// Checks that an image of this layout can be written so.
    pub(crate) fn new(layout: &Layout, options: &EncodeOptions) -> Result<Self> {
        let wrong = |message: String| Err(INFO.invalid_argument(message));
        let (variant, depth) = Variant::choose(options.variant, layout)?;
        if options.ascii && matches!(variant, Variant::Pam | Variant::Pfm) {
            return wrong(format!("ascii is for pbm, pgm and ppm, the image is written as {variant}"));
        }
        let range = match layout.dtype() {
            DType::U8 => 1..=255,
            DType::U16 => 256..=u16::MAX,
            _ => 1..=1,
        };
        let maxval = options.maxval.unwrap_or(*range.end());
        if !range.contains(&maxval) {
            let (least, most) = (range.start(), range.end());
            return wrong(format!("maxval must be {least}..={most} for {}, got {maxval}", layout.dtype()));
        }
        let scale = options.scale.unwrap_or(1.0);
        if !(scale > 0.0 && scale.is_finite()) {
            return wrong(format!("scale must be above 0, got {scale}"));
        }
        let plain = options.ascii;
        let mut this = Self { header: Vec::new(), variant, plain, maxval, layout: *layout };
        this.header = this.make_header(depth, scale, options)?.into_bytes();
        Ok(this)
    }

    fn make_header(&self, depth: usize, scale: f64, options: &EncodeOptions) -> Result<String> {
        let (&[height, width] | &[height, width, _]) = self.layout.shape() else {
            return Err(INFO.internal(format!("header of {}", self.layout)));
        };
        let comment = options.comment.as_deref().map(comment).unwrap_or_default();
        let maxval = self.maxval;
        Ok(match (self.variant, self.plain) {
            (Variant::Pbm, true) => format!("P1\n{comment}{width} {height}\n"),
            (Variant::Pbm, false) => format!("P4\n{comment}{width} {height}\n"),
            (Variant::Pgm, true) => format!("P2\n{comment}{width} {height}\n{maxval}\n"),
            (Variant::Pgm, false) => format!("P5\n{comment}{width} {height}\n{maxval}\n"),
            (Variant::Ppm, true) => format!("P3\n{comment}{width} {height}\n{maxval}\n"),
            (Variant::Ppm, false) => format!("P6\n{comment}{width} {height}\n{maxval}\n"),
            (Variant::Pam, _) => {
                let tuple_type = tuple_type(self.layout.dtype(), depth, maxval, options)?;
                let tuple_type = tuple_type.map_or_else(String::new, |name| format!("TUPLTYPE {name}\n"));
                format!(
                    "P7\n{comment}WIDTH {width}\nHEIGHT {height}\nDEPTH {depth}\nMAXVAL {maxval}\n{tuple_type}ENDHDR\n"
                )
            }
            (Variant::Pfm, _) => {
                let magic = if depth == 1 { "Pf" } else { "PF" };
                format!("{magic}\n{width} {height}\n-{scale:?}\n")
            }
        })
    }

    /// The header.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    fn n_rows(&self) -> usize {
        self.layout.shape().first().copied().unwrap_or(0)
    }

    fn band_rows(&self) -> usize {
        (BAND / self.layout.stride(0)).max(1)
    }

    /// Number of bands.
    pub(crate) fn n_bands(&self) -> usize {
        self.n_rows().div_ceil(self.band_rows())
    }

    /// The most bytes of header and samples.
    pub(crate) fn bound(&self) -> usize {
        let n = self.layout.n_samples();
        let samples = match (self.plain, self.layout.dtype()) {
            // Digits and, at the latest after 70 of them and at the end of a row, an end of line.
            (true, DType::Bool) => n.saturating_add(n / 70).saturating_add(self.n_rows()),
            (true, DType::U8) => n.saturating_mul(4),
            (true, _) => n.saturating_mul(6),
            (false, _) => self.layout.n_bytes(),
        };
        samples.saturating_add(self.header.len())
    }

    /// Appends band `index` in the order of the file, and returns the bytes of pixels it holds.
    pub(crate) fn band(&self, index: usize, src: ArrayRef<'_>, dst: &mut Vec<u8>) -> Result<usize> {
        let rows = self.n_rows();
        let start = (index * self.band_rows()).min(rows);
        let end = (start + self.band_rows()).min(rows);
        let range = if self.variant == Variant::Pfm { rows - end..rows - start } else { start..end };
        let mut ranges: Vec<_> = src.shape().iter().map(|&len| 0..len).collect();
        ranges.iter_mut().take(1).for_each(|slot| *slot = range.clone());
        let window = src.window(&ranges)?;
        let mut copy = Vec::new();
        let run = window.run_len();
        let samples = match window.rows(run).and_then(|mut rows| rows.next()).filter(|_| window.is_contiguous()) {
            Some(samples) => samples,
            None => {
                window.append_to(&mut copy)?;
                &copy
            }
        };
        self.check(samples, range.start)?;
        self.append(samples, dst)?;
        Ok(samples.len())
    }

    fn append(&self, samples: &[u8], dst: &mut Vec<u8>) -> Result<()> {
        let row_len = self.layout.stride(0);
        let rows = samples.chunks_exact(row_len);
        dst.try_reserve(samples.len()).map_err(|_| INFO.out_of_memory(samples.len()))?;
        match (self.variant, self.layout.dtype()) {
            (_, dtype) if self.plain => rows.for_each(|row| plain::encode(row, dtype, dst)),
            (Variant::Pbm, _) => rows.for_each(|row| pack(row, dst)),
            (_, DType::U16) => {
                let words = samples.as_chunks::<2>().0;
                dst.extend(words.iter().flat_map(|&bytes| u16::from_ne_bytes(bytes).to_be_bytes()));
            }
            (_, DType::F32) if cfg!(target_endian = "little") => {
                rows.rev().for_each(|row| dst.extend_from_slice(row));
            }
            (_, DType::F32) => rows.rev().for_each(|row| {
                dst.extend(row.as_chunks::<4>().0.iter().flat_map(|&bytes| u32::from_ne_bytes(bytes).to_le_bytes()));
            }),
            _ => dst.extend_from_slice(samples),
        }
        Ok(())
    }

    /// Refuses samples that no reader would take.
    fn check(&self, samples: &[u8], first_row: usize) -> Result<()> {
        let found = match (self.layout.dtype(), self.maxval) {
            (DType::U8, 255) | (DType::U16, u16::MAX) | (DType::F32, _) => None,
            (DType::U16, maxval) => {
                let words = || samples.as_chunks::<2>().0.iter().map(|&bytes| u16::from_ne_bytes(bytes));
                let max = words().max().filter(|&max| max > maxval);
                max.and_then(|max| Some((max, words().position(|value| value == max)?)))
            }
            (_, maxval) => {
                let max = samples.iter().max().filter(|&&max| u16::from(max) > maxval);
                max.and_then(|max| Some((u16::from(*max), samples.iter().position(|value| value == max)?)))
            }
        };
        let Some((value, index)) = found else { return Ok(()) };
        let row = first_row + index * self.layout.dtype().size() / self.layout.stride(0).max(1);
        Err(INFO.invalid_argument(format!("sample {value} in row {row} exceeds maxval {}", self.maxval)))
    }
}

fn tuple_type(dtype: DType, depth: usize, maxval: u16, options: &EncodeOptions) -> Result<Option<&str>> {
    let by_depth = match (dtype, depth) {
        (DType::Bool, 1) => return Ok(Some("BLACKANDWHITE")),
        (DType::Bool, _) => return Ok(Some("BLACKANDWHITE_ALPHA")),
        (_, 1) => Some("GRAYSCALE"),
        (_, 2) => Some("GRAYSCALE_ALPHA"),
        (_, 3) => Some("RGB"),
        (_, 4) => Some("RGB_ALPHA"),
        _ => None,
    };
    let Some(name) = options.tuple_type.as_deref() else { return Ok(by_depth) };
    let bare = name.trim() == name && (1..=255).contains(&name.len());
    if !bare || !name.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'#') {
        return Err(INFO.invalid_argument(format!("tuple_type must be 1 to 255 ASCII characters, got {name:?}")));
    }
    let (known, alpha) = TupleType::of(name.as_bytes());
    if let Some(n) = known.colours().map(|n| n + usize::from(alpha)).filter(|&n| n != depth) {
        return Err(INFO.invalid_argument(format!("tuple_type {name} has {n} samples, the image {depth}")));
    }
    if maxval == 1 && name.starts_with("BLACKANDWHITE") {
        return Err(INFO.invalid_argument(format!("tuple_type {name} with maxval 1 is for bool, got {dtype}")));
    }
    Ok(Some(name))
}

/// A comment as lines of a header.
fn comment(text: &str) -> String {
    let visible = |line: &str| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    text.lines().map(|line| format!("# {}\n", visible(line))).collect()
}
