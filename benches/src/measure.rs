//! One measurement: a codec, an input, a direction.

use iio_codec::{AnyCodec, ArrayMut, ArrayRef, CodecId, Config, Context, Error, Layout, Result};

use crate::input::Input;
use crate::row::Row;
use crate::stats;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Stream to pixels.
    Decode,
    /// Pixels to stream.
    Encode,
}

impl Way {
    /// One word for tables, and for the names of the peer's functions.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Encode => "encode",
        }
    }
}

/// CPU time of this thread, in seconds.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Asking the clock costs as much as decoding a small chunk: filters, which spoil their input, run over this many bytes
/// of copies between two looks at it.
const BATCH_BYTES: usize = 1 << 20;

/// A turn has so many parts, of which the fastest counts: other tenants of the machine take time from some of them.
const PARTS: usize = 5;

/// The codec of a row with workers and buffers that are reused, as a container does it.
pub struct Subject {
    codec: AnyCodec,
    layout: Layout,
    lossy: Option<f64>,
    /// What goes into the encoder.
    pub plain: Vec<u8>,
    /// What goes into the decoder.
    pub stored: Vec<u8>,
}

impl Subject {
    /// Makes the codec, its input, and its stream.
    ///
    /// # Errors
    /// Those of the codec; `Unsupported` if it is not in the registry.
    pub fn new(registry: &iio::Registry, row: &Row, input: &Input) -> Result<Self> {
        let codec = registry.create(&CodecId::Name(row.codec), &(row.config)(&input.layout))?;
        let mut plain = input.bytes.clone();
        (row.prepare)(&mut plain, &input.layout);
        if row.predicted {
            let axis = if input.layout.ndim() == 3 { -2i64 } else { -1 };
            let AnyCodec::Filter(delta) = registry.create(&CodecId::Name("delta"), &Config::new().set("axis", axis))?
            else {
                return Err(Error::invalid_argument("bench", "delta is no filter"));
            };
            delta.encoder()?.run(ArrayMut::new(&mut plain, input.layout)?, &Context::default())?;
        }
        let mut subject = Self { codec, layout: input.layout, lossy: row.lossy, plain, stored: Vec::new() };
        subject.stored = subject.encode(1)?.1;
        Ok(subject)
    }

    /// CPU seconds of one of `n` calls on average, in the fastest part of them, and the result.
    ///
    /// # Errors
    /// Those of the codec.
    pub fn run(&self, way: Way, n: usize) -> Result<(f64, Vec<u8>)> {
        match way {
            Way::Decode => self.decode(&self.stored, n),
            Way::Encode => self.encode(n),
        }
    }

    /// Decodes any stream of this codec: CPU seconds of one of `n` calls on average, and the pixels.
    ///
    /// # Errors
    /// Those of the codec.
    pub fn decode(&self, stored: &[u8], n: usize) -> Result<(f64, Vec<u8>)> {
        let cx = Context::default();
        let mut dst = vec![0u8; self.plain.len()];
        let seconds = match &self.codec {
            AnyCodec::Bytes(codec) => {
                let mut worker = codec.decoder()?;
                timed(n, || worker.decode_exact(stored, &mut dst, &cx))?
            }
            AnyCodec::Array(codec) => {
                let mut worker = codec.decoder()?;
                timed(n, || worker.decode_into(stored, ArrayMut::new(&mut dst, self.layout)?, &cx))?
            }
            AnyCodec::Filter(codec) => {
                let mut worker = codec.decoder()?;
                return in_place(stored, n, |bytes| worker.run(ArrayMut::new(bytes, self.layout)?, &cx));
            }
        };
        Ok((seconds, dst))
    }

    /// CPU seconds of one of `n` calls on average, and the stream.
    ///
    /// # Errors
    /// Those of the codec.
    pub fn encode(&self, n: usize) -> Result<(f64, Vec<u8>)> {
        let cx = Context::default();
        let mut dst = Vec::new();
        let seconds = match &self.codec {
            AnyCodec::Bytes(codec) => {
                let mut worker = codec.encoder()?;
                dst = vec![0; worker.encode_bound(self.plain.len())];
                let mut len = 0;
                let seconds = timed(n, || {
                    len = worker.encode_into(&self.plain, &mut dst, &cx)?;
                    Ok(())
                })?;
                dst.truncate(len);
                seconds
            }
            AnyCodec::Array(codec) => {
                let mut worker = codec.encoder()?;
                timed(n, || {
                    dst.clear();
                    worker.encode_append(ArrayRef::new(&self.plain, self.layout)?, &mut dst, &cx)
                })?
            }
            AnyCodec::Filter(codec) => {
                let mut worker = codec.encoder()?;
                return in_place(&self.plain, n, |bytes| worker.run(ArrayMut::new(bytes, self.layout)?, &cx));
            }
        };
        Ok((seconds, dst))
    }

    /// Compares decoded pixels with those that went in.
    ///
    /// # Errors
    /// Says how they differ.
    pub fn check(&self, pixels: &[u8]) -> core::result::Result<(), String> {
        match self.lossy {
            None if pixels == self.plain => Ok(()),
            None => Err("pixels differ".to_owned()),
            Some(least) => match stats::psnr(&self.plain, pixels, self.layout.dtype()) {
                found if found >= least => Ok(()),
                found => Err(format!("PSNR is {found:.1} dB, {least:.1} dB was expected")),
            },
        }
    }

    /// True if pixels come back as they were.
    #[must_use]
    pub const fn is_lossless(&self) -> bool {
        self.lossy.is_none()
    }

    /// True for filters, which work in place.
    #[must_use]
    pub const fn is_filter(&self) -> bool {
        matches!(self.codec, AnyCodec::Filter(_))
    }

    /// True for array codecs.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        matches!(self.codec, AnyCodec::Array(_))
    }
}

/// CPU seconds of one of `n` calls on average, in the fastest part of the turn.
fn timed(n: usize, mut job: impl FnMut() -> Result<()>) -> Result<f64> {
    fastest(n, |part| {
        let begin = cpu_seconds();
        (0..part).try_for_each(|_| job())?;
        Ok((cpu_seconds() - begin) / part as f64)
    })
}

/// As [`timed`], of a job that spoils what it works on: it gets copies of `src`. Making them does not count.
fn in_place(src: &[u8], n: usize, mut job: impl FnMut(&mut [u8]) -> Result<()>) -> Result<(f64, Vec<u8>)> {
    let batch = (BATCH_BYTES / src.len().max(1)).clamp(1, n.max(1));
    let mut copies = vec![src.to_vec(); batch];
    let seconds = fastest(n.div_ceil(batch), |batches| {
        let mut seconds = 0.0;
        for _ in 0..batches {
            copies.iter_mut().for_each(|copy| copy.copy_from_slice(src));
            let begin = cpu_seconds();
            copies.iter_mut().try_for_each(|copy| job(copy))?;
            seconds += cpu_seconds() - begin;
        }
        Ok(seconds / (batches * batch) as f64)
    })?;
    Ok((seconds, copies.into_iter().next().unwrap_or_default()))
}

/// The least of what the parts of a turn of `n` runs take.
fn fastest(n: usize, mut part: impl FnMut(usize) -> Result<f64>) -> Result<f64> {
    let (mut least, mut left) = (f64::INFINITY, n);
    for parts in (1..=PARTS.min(n)).rev() {
        least = least.min(part(left / parts)?);
        left -= left / parts;
    }
    Ok(least)
}
