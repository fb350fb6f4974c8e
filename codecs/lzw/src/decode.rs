use iio_codec::{
    Blame, BytesCodec, BytesDecoder, Check, CodecInfo, Context, ErrorKind, Progress, Result, SizeHint, zeroed_vec,
};

use crate::bits::{Lsb, Msb, Order};
use crate::machine::{FIRST, Machine, Stop, TABLE_LEN, Table, peek};
use crate::{DecodeOptions, Dialect, EncodeOptions, INFO, Lzw};

/// The longest string of the table has 4096 - 258 + 1 bytes, its code 12 bits: without clear codes a stream comes close
/// to 3839 * 8 / 12. (Encoders clear a full table and do not get beyond 1364.)
#[expect(clippy::cast_possible_truncation, reason = "2560")]
pub(crate) const MAX_RATIO: u32 = ((TABLE_LEN - FIRST + 1) * 2).div_ceil(3) as u32;

/// Tells whether bytes look like LZW: a clear code is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

/// Decodes `src` into the start of `dst`. If `dst` is full before `src` ends, the result says so by
/// `complete == false`; `consumed` then counts the bytes of whole codes. A stream that lacks its end code
/// fills `dst` and is not complete either; `consumed` then counts all of `src`.
///
/// Makes a table for each call: keep a worker of [`Lzw`] where chunks are many and small.
///
/// # Errors
/// `Malformed` if a code is not in the table; `Truncated` if the stream ends before `dst` is full, without an end code.
pub fn decode_into(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<Progress> {
    worker(options)?.decode_into(src, dst, &Context::default())
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// As [`decode_into`]; `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8], options: &DecodeOptions) -> Result<()> {
    worker(options)?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<Vec<u8>> {
    worker(options)?.decode(src, &Context::default())
}

fn worker(options: &DecodeOptions) -> Result<Box<dyn BytesDecoder>> {
    Lzw::new(EncodeOptions::default(), options.clone()).decoder()
}

/// A worker that keeps its table.
pub(crate) struct Decoder {
    table: Box<Table>,
    options: DecodeOptions,
}

impl Decoder {
    pub(crate) fn new(options: &DecodeOptions) -> Self {
        Self { table: Table::new(options.dialect.size()), options: options.clone() }
    }

    fn is_lsb(&self, src: &[u8]) -> bool {
        match self.options.dialect {
            Dialect::Auto => matches!(src, [0, second, ..] if second & 1 == 1),
            Dialect::Tiff => false,
            Dialect::Lsb | Dialect::Gif(_) => true,
        }
    }

    fn fill<O: Order>(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        self.check_start::<O>(src)?;
        let fills_only = matches!(self.options.dialect, Dialect::Gif(_));
        let mut machine = Machine::new(&mut self.table);
        let stop = match machine.run::<O>(src, dst, &|| cx.check_cancel(&INFO)) {
            // What stands behind the last pixel is nobody's.
            Err(error) if fills_only && machine.out == dst.len() && error.kind() == ErrorKind::Malformed => {
                return Ok(Progress { consumed: machine.bit / 8, written: dst.len(), complete: false });
            }
            stop => stop?,
        };
        match stop {
            Stop::Full => {
                let consumed = machine.bit / 8;
                machine.fill::<O>(src, dst)?;
                Ok(Progress { consumed, written: dst.len(), complete: false })
            }
            Stop::End => Ok(Progress { consumed: machine.bit.div_ceil(8), written: machine.out, complete: true }),
            Stop::Exhausted => {
                if machine.out < dst.len() {
                    self.options.check_end(src)?;
                }
                // Without the end code nobody knows whether more was to follow.
                let complete = self.options.allow_missing_end;
                Ok(Progress { consumed: src.len(), written: machine.out, complete })
            }
        }
    }

    fn grow<O: Order>(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        self.check_start::<O>(src)?;
        let limit = usize::try_from(cx.limits.output_bytes).unwrap_or(usize::MAX);
        let mut dst = zeroed_vec(src.len().saturating_mul(4).max(4096).min(limit))?;
        let mut machine = Machine::new(&mut self.table);
        loop {
            match machine.run::<O>(src, &mut dst, &|| cx.check_cancel(&INFO))? {
                Stop::End => break,
                Stop::Exhausted => {
                    self.options.check_end(src)?;
                    break;
                }
                Stop::Full if dst.len() >= limit => {
                    let needed = (limit as u64).saturating_add(1);
                    return Err(INFO.limit("output", "output_bytes", needed, cx.limits.output_bytes));
                }
                Stop::Full => {
                    let more = dst.len().min(limit - dst.len());
                    dst.try_reserve_exact(more).map_err(|error| INFO.out_of_memory(more).with_source(error))?;
                    dst.resize(dst.len() + more, 0);
                }
            }
        }
        cx.gate_output(&INFO, machine.out as u64, src.len(), None)?;
        dst.truncate(machine.out);
        dst.shrink_to_fit();
        Ok(dst)
    }

    fn check_start<O: Order>(&self, src: &[u8]) -> Result<()> {
        let size = usize::from(self.options.dialect.size());
        if self.options.require_clear && peek::<O>(src, 0, size + 1) != Some(1 << size) {
            return Err(INFO.malformed("stream does not begin with a clear code").at(0u64));
        }
        Ok(())
    }
}

impl DecodeOptions {
    fn check_end(&self, src: &[u8]) -> Result<()> {
        if !self.allow_missing_end {
            return Err(INFO.truncated("stream ends without an end code").at(src.len()));
        }
        Ok(())
    }
}

/// Bit positions have to fit an integer.
fn check_length(src: &[u8]) -> Result<()> {
    if src.len() > usize::MAX >> 4 {
        return Err(INFO.unsupported(format!("{} bytes of input are more than is implemented", src.len())));
    }
    Ok(())
}

impl BytesDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, _: &[u8]) -> Result<SizeHint> {
        Ok(SizeHint::Unknown)
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        check_length(src)?;
        if self.is_lsb(src) { self.fill::<Lsb>(src, dst, cx) } else { self.fill::<Msb>(src, dst, cx) }
    }

    fn decode_exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        let progress = self.decode_into(src, dst, cx)?;
        if progress.written < dst.len() {
            let message = format!("stream gives {} bytes, {} were expected", progress.written, dst.len());
            return Err(INFO.truncated(message).at(progress.consumed));
        }
        if progress.complete {
            return Ok(());
        }
        if progress.consumed == src.len() {
            return self.options.check_end(src);
        }
        Err(INFO.output_too_small(dst.len().saturating_add(1), dst.len()))
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        check_length(src)?;
        if self.is_lsb(src) { self.grow::<Lsb>(src, cx) } else { self.grow::<Msb>(src, cx) }
    }
}
