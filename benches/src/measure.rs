//! One measurement: a codec, an input, a direction.

use iio_codec::{AnyCodec, ArrayMut, ArrayRef, CodecId, Config, Context, Layout, Result};

use crate::input::Input;
use crate::row::Row;

/// CPU time of this thread, in seconds.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The codec of a row with workers and buffers that are reused, as a container does it.
pub(crate) struct Subject {
    codec: AnyCodec,
    layout: Layout,
    /// What goes into the encoder.
    pub(crate) plain: Vec<u8>,
    /// What goes into the decoder.
    pub(crate) stored: Vec<u8>,
}

impl Subject {
    pub(crate) fn new(registry: &iio::Registry, row: &Row, input: &Input) -> Result<Self> {
        let codec = registry.create(&CodecId::Name(row.codec), &(row.config)(&input.layout))?;
        let mut plain = input.bytes.clone();
        if row.label.starts_with("packints") {
            // 12 bits hold 0 to 4095.
            plain.chunks_exact_mut(2).for_each(|sample| sample[1] &= 0x0f);
        }
        if row.predicted {
            let axis = if input.layout.ndim() == 3 { -2i64 } else { -1 };
            let AnyCodec::Filter(delta) = registry.create(&CodecId::Name("delta"), &Config::new().set("axis", axis))?
            else {
                return Err(iio_codec::Error::invalid_argument("bench", "delta is no filter"));
            };
            delta.encoder()?.run(ArrayMut::new(&mut plain, input.layout)?, &Context::default())?;
        }
        let mut subject = Self { codec, layout: input.layout, plain, stored: Vec::new() };
        subject.stored = subject.encode(1)?.1;
        Ok(subject)
    }

    /// CPU seconds of one of `n` calls on average, and the result.
    pub(crate) fn decode(&self, n: usize) -> Result<(f64, Vec<u8>)> {
        let cx = Context::default();
        let mut dst = vec![0u8; self.plain.len()];
        let mut seconds = 0.0;
        match &self.codec {
            AnyCodec::Bytes(codec) => {
                let mut worker = codec.decoder()?;
                seconds += timed(n, || worker.decode_exact(&self.stored, &mut dst, &cx))?;
            }
            AnyCodec::Array(codec) => {
                let mut worker = codec.decoder()?;
                seconds += timed(n, || worker.decode_into(&self.stored, ArrayMut::new(&mut dst, self.layout)?, &cx))?;
            }
            AnyCodec::Filter(codec) => {
                let mut worker = codec.decoder()?;
                for _ in 0..n {
                    dst.copy_from_slice(&self.stored);
                    seconds += timed(1, || worker.run(ArrayMut::new(&mut dst, self.layout)?, &cx))?;
                }
                seconds /= n as f64;
            }
        }
        Ok((seconds, dst))
    }

    /// CPU seconds of one of `n` calls on average, and the result.
    pub(crate) fn encode(&self, n: usize) -> Result<(f64, Vec<u8>)> {
        let cx = Context::default();
        let mut dst = Vec::new();
        let mut seconds = 0.0;
        match &self.codec {
            AnyCodec::Bytes(codec) => {
                let mut worker = codec.encoder()?;
                dst = vec![0; worker.encode_bound(self.plain.len())];
                let mut len = 0;
                seconds += timed(n, || {
                    len = worker.encode_into(&self.plain, &mut dst, &cx)?;
                    Ok(())
                })?;
                dst.truncate(len);
            }
            AnyCodec::Array(codec) => {
                let mut worker = codec.encoder()?;
                seconds += timed(n, || {
                    dst.clear();
                    worker.encode_append(ArrayRef::new(&self.plain, self.layout)?, &mut dst, &cx)
                })?;
            }
            AnyCodec::Filter(codec) => {
                let mut worker = codec.encoder()?;
                for _ in 0..n {
                    dst.clone_from(&self.plain);
                    seconds += timed(1, || worker.run(ArrayMut::new(&mut dst, self.layout)?, &cx))?;
                }
                seconds /= n as f64;
            }
        }
        Ok((seconds, dst))
    }

    /// True for filters, which work in place.
    pub(crate) fn is_filter(&self) -> bool {
        matches!(self.codec, AnyCodec::Filter(_))
    }

    /// True for array codecs.
    pub(crate) fn is_array(&self) -> bool {
        matches!(self.codec, AnyCodec::Array(_))
    }
}

fn timed(n: usize, mut job: impl FnMut() -> Result<()>) -> Result<f64> {
    let begin = cpu_seconds();
    for _ in 0..n {
        job()?;
    }
    Ok((cpu_seconds() - begin) / n as f64)
}
