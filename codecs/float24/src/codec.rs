use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, Check, CodecId,
    CodecInfo, CodecKind, Context, Directions, Error, Fields, Header, Layout, Result, Tier, zeroed_vec,
};
use iio_floatpred::Rows;

use crate::convert::{self, SAMPLE_LEN};
use crate::{ByteOrder, Options, Predictor, Rounding};

/// Samples between two looks at the cancel flag.
const CANCEL_SAMPLES: usize = 1 << 18;

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "float24",
    title: "Floats of 24 bits",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_float24"), CodecId::Zarr("imagecodecs_float24")],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(2),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like floats of 24 bits: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    let orders = [
        ("little", 0, ByteOrder::Little),
        ("big", 1, ByteOrder::Big),
        ("<", 0, ByteOrder::Little),
        (">", 1, ByteOrder::Big),
        ("=", 2, ByteOrder::NATIVE),
    ];
    fields.choice("byteorder", &orders, &mut options.byteorder)?;
    // Numbers as in imagecodecs.
    let roundings = [
        ("tonearest", 0, Rounding::ToNearest),
        ("upward", 2048, Rounding::Upward),
        ("downward", 1024, Rounding::Downward),
        ("towardzero", 3072, Rounding::TowardZero),
    ];
    fields.choice("rounding", &roundings, &mut options.rounding)?;
    // Numbers as in TIFF.
    let predictors = [
        ("none", 1, Predictor::None),
        ("float", 3, Predictor::Float),
        ("float x2", 34894, Predictor::FloatX2),
        ("float x4", 34895, Predictor::FloatX4),
    ];
    fields.choice("predictor", &predictors, &mut options.predictor)?;
    fields.int("axis", -8..=7, &mut options.axis)?;
    Ok(AnyCodec::Array(Arc::new(Float24::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Float24 {
    options: Options,
}

impl Float24 {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    fn worker(&self) -> Worker {
        Worker { options: self.options.clone(), row: Vec::new(), planes: Vec::new() }
    }
}

impl ArrayCodec for Float24 {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(self.worker()))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Ok(Box::new(self.worker()))
    }
}

struct Worker {
    options: Options,
    /// A row of the stream.
    row: Vec<u8>,
    /// Scratch of the predictor.
    planes: Vec<u8>,
}

/// The bytes in a stream of that many bytes of an array.
const fn stored(array_len: usize) -> usize {
    array_len / 4 * SAMPLE_LEN
}

impl Worker {
    fn decode_rows(&mut self, src: &[u8], rows: &Rows, mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        gate(rows, cx)?;
        if self.row.len() != rows.row_len {
            self.row = Vec::new();
            self.row = zeroed_vec(rows.row_len).map_err(|error| INFO.out_of_memory(rows.row_len).with_source(error))?;
        }
        let order = self.options.stored_order();
        let piece = dst.run_len().min(rows.row_len / SAMPLE_LEN * 4);
        let mut index = 0;
        for row in src.chunks_exact(rows.row_len) {
            cx.check_cancel(&INFO)?;
            self.row.copy_from_slice(row);
            iio_floatpred::decode_rows(&mut self.row, rows, &mut self.planes)?;
            for part in self.row.chunks_exact(stored(piece)) {
                convert::widen(part, dst.row_mut(index, piece).ok_or_else(lost)?, order);
                index += 1;
            }
        }
        Ok(())
    }

    /// `dst` has the length of the stream.
    fn encode_rows(&mut self, src: ArrayRef<'_>, rows: &Rows, dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        gate(rows, cx)?;
        let (order, rounding) = (self.options.stored_order(), self.options.rounding);
        let piece = src.run_len().min(rows.row_len / SAMPLE_LEN * 4);
        let mut index = 0;
        for row in dst.chunks_exact_mut(rows.row_len) {
            cx.check_cancel(&INFO)?;
            for part in row.chunks_exact_mut(stored(piece)) {
                convert::narrow(src.row(index, piece).ok_or_else(lost)?, part, order, rounding);
                index += 1;
            }
            iio_floatpred::encode_rows(row, rows, &mut self.planes)?;
        }
        Ok(())
    }

    /// `dst` has the length of the stream.
    fn encode_plain(&self, src: ArrayRef<'_>, dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let narrow = |(src, dst): (&[u8], &mut [u8])| {
            cx.check_cancel(&INFO)?;
            convert::narrow(src, dst, self.options.byteorder, self.options.rounding);
            Ok(())
        };
        if let Some(bytes) = src.contiguous() {
            let parts = bytes.chunks(CANCEL_SAMPLES * 4);
            return parts.zip(dst.chunks_mut(CANCEL_SAMPLES * SAMPLE_LEN)).try_for_each(narrow);
        }
        let row_len = src.run_len();
        src.rows(row_len).into_iter().flatten().zip(dst.chunks_mut(stored(row_len))).try_for_each(narrow)
    }
}

/// Refuses rows that exceed the working memory: each is held twice.
fn gate(rows: &Rows, cx: &Context<'_>) -> Result<()> {
    cx.gate_working(&INFO, 2 * rows.row_len as u64)
}

#[cold]
fn lost() -> Error {
    INFO.internal("array has no such piece")
}

impl ArrayDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(None)
    }

    fn decoded_layout(&self, src: &[u8], given: Option<&Layout>) -> Result<Layout> {
        let layout = given.ok_or_else(|| INFO.invalid_argument("a bare stream needs a layout"))?;
        self.options.rows(layout)?;
        whole(src, layout)?;
        Ok(*layout)
    }

    fn decode_into(&mut self, src: &[u8], mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let rows = self.options.rows(dst.layout())?;
        let src = whole(src, dst.layout())?;
        if dst.layout().is_empty() {
            return Ok(());
        }
        if let Some(rows) = rows {
            return self.decode_rows(src, &rows, dst, cx);
        }
        let widen = |(src, dst): (&[u8], &mut [u8])| {
            cx.check_cancel(&INFO)?;
            convert::widen(src, dst, self.options.byteorder);
            Ok(())
        };
        if let Some(bytes) = dst.contiguous() {
            let parts = src.chunks(CANCEL_SAMPLES * SAMPLE_LEN);
            return parts.zip(bytes.chunks_mut(CANCEL_SAMPLES * 4)).try_for_each(widen);
        }
        let row_len = dst.run_len();
        src.chunks(stored(row_len)).zip(dst.rows_mut(row_len).into_iter().flatten()).try_for_each(widen)
    }
}

/// The bytes of a stream that an array of `layout` takes.
fn whole<'a>(src: &'a [u8], layout: &Layout) -> Result<&'a [u8]> {
    let (need, have) = (stored(layout.n_bytes()), src.len());
    src.get(..need).ok_or_else(|| {
        INFO.truncated(format!("{layout} as floats of 24 bits needs {need} bytes, there are {have}")).at(have)
    })
}

impl ArrayEncoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        self.options.rows(layout).ok().map(|_| stored(layout.n_bytes()))
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let rows = self.options.rows(src.layout())?;
        let (start, len) = (dst.len(), stored(src.layout().n_bytes()));
        dst.try_reserve(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
        if len == 0 {
            return Ok(());
        }
        dst.resize(start + len, 0);
        let out = dst.get_mut(start..).unwrap_or(&mut []);
        let result = match rows {
            Some(rows) => self.encode_rows(src, &rows, out, cx),
            None => self.encode_plain(src, out, cx),
        };
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}

/// Writes the samples of `src` in C order into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if the dtype is not `float32`, or the array has no such axis; `Limit` if a row exceeds half of the
/// working memory; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &Options) -> Result<Vec<u8>> {
    Float24::new(options.clone()).worker().encode(src, &Context::default())
}

/// Reads as many samples as `dst` has; bytes that follow are not looked at.
///
/// # Errors
/// As [`encode`]; `Truncated` if `src` has fewer bytes.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &Options) -> Result<()> {
    Float24::new(options.clone()).worker().decode_into(src, dst, &Context::default())
}

/// Reads an array of `layout`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the array exceeds 1 GiB.
pub fn decode(src: &[u8], layout: &Layout, options: &Options) -> Result<AlignedBytes> {
    let (_, bytes) = Float24::new(options.clone()).worker().decode(src, Some(layout), &Context::default())?;
    Ok(bytes)
}
