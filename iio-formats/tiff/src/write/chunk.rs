//! How a chunk of samples becomes bytes: the stages of a [`iio_core::Pipeline`] in reverse.

use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayEncoder, ArrayMut, ArrayRef, Blame, BytesCodec, BytesEncoder, CodecId, Config, Context,
    DType, Filter, FilterCodec, Layout, Result, Value, key,
};
use iio_core::Env;

use crate::FORMAT;
use crate::compression;
use crate::write::geometry::Geometry;
use crate::write::options::{Photometric, Predictor, WriteOptions};

/// The codecs of all chunks, and the values of the tags that name them.
#[derive(Clone, Debug)]
pub(super) struct Stages {
    pub(super) compression: u16,
    pub(super) predictor: u16,
    filter: Option<Arc<dyn FilterCodec>>,
    /// Samples to bytes: packed bits, or a compression of images.
    array: Option<Arc<dyn ArrayCodec>>,
    bytes: Option<Arc<dyn BytesCodec>>,
    bit_order: Option<Arc<dyn FilterCodec>>,
    swap: bool,
    /// RGB is stored as YCbCr, by the codec: pixels that share a sample of chroma, across and down.
    pub(super) chroma: Option<[u16; 2]>,
}

impl Stages {
    pub(super) fn new(geometry: &Geometry, options: &WriteOptions, env: &Env) -> Result<Self> {
        let mut stages = Self {
            compression: 1,
            predictor: 1,
            filter: None,
            array: None,
            bytes: None,
            bit_order: None,
            swap: options.big_endian != cfg!(target_endian = "big"),
            chroma: None,
        };
        stages.find_compression(geometry, options, env)?;
        stages.find_predictor(geometry, options, env)?;
        if geometry.is_float24() && stages.array.is_some() {
            return Err(FORMAT.invalid_argument("floats of 24 bits need a compression of bytes"));
        }
        if geometry.is_packed() && stages.array.is_none() {
            stages.array = Some(stages.packer(geometry, options, env)?);
            stages.swap = false;
        }
        if options.reversed_bits {
            match env.registry.create(&CodecId::Name("bitorder"), &Config::new())? {
                AnyCodec::Filter(codec) => stages.bit_order = Some(codec),
                other => return Err(FORMAT.invalid_argument(format!("codec {} is no filter", other.info().name))),
            }
        }
        Ok(stages)
    }

    /// The codec that turns an array to packed samples.
    fn packer(&self, geometry: &Geometry, options: &WriteOptions, env: &Env) -> Result<Arc<dyn ArrayCodec>> {
        let (id, config) = if geometry.is_float24() {
            let config = Config::new().set("byteorder", if options.big_endian { "big" } else { "little" });
            let config = config.set("predictor", self.predictor).set("axis", column_axis(geometry));
            (CodecId::Name("float24"), config)
        } else {
            let in_row = geometry.chunk[1] * if geometry.planar { 1 } else { geometry.samples };
            let config = Config::new().set(key::BITS_PER_SAMPLE, geometry.bits).set("runlen", in_row);
            (CodecId::Name("packints"), config)
        };
        match env.registry.create(&id, &config)? {
            AnyCodec::Array(codec) => Ok(codec),
            other => Err(FORMAT.invalid_argument(format!("codec {} does not pack bits", other.info().name))),
        }
    }

    fn find_compression(&mut self, geometry: &Geometry, options: &WriteOptions, env: &Env) -> Result<()> {
        let name = options.compression.to_ascii_lowercase();
        if matches!(name.as_str(), "none" | "false" | "no" | "1") {
            return match options.codec.keys().find(|key| *key != "extension") {
                None => Ok(()),
                Some(key) => Err(FORMAT.invalid_argument(format!("unknown option {key} without compression"))),
            };
        }
        let info = match (name.parse(), name.as_str()) {
            (Ok(number), _) => env.registry.codec(&CodecId::Tiff(number))?,
            // `deflate` is a bare stream as a codec, and means zlib in TIFF.
            (Err(_), "deflate" | "adobe_deflate") => env.registry.codec(&CodecId::Name("zlib"))?,
            (Err(_), name) => env.registry.codec(&CodecId::Name(name))?,
        };
        let numbers = info.ids.iter().filter_map(|id| match id {
            CodecId::Tiff(number) => u16::try_from(*number).ok(),
            _ => None,
        });
        let asked = name.parse().ok();
        self.compression = asked
            .or_else(|| numbers.clone().next())
            .ok_or_else(|| FORMAT.invalid_argument(format!("codec {} has no compression number in TIFF", info.name)))?;
        let mut config = options
            .codec
            .clone()
            .hint(key::WIDTH, geometry.chunk[1])
            .hint(key::HEIGHT, geometry.chunk[0])
            .hint(key::SAMPLES, if geometry.planar { 1 } else { geometry.samples });
        if compression::is_jpeg(self.compression.into()) {
            if config.value("abbreviated").is_some() {
                return Err(FORMAT.invalid_argument("abbreviated streams need JPEGTables, which are not written"));
            }
            let rgb = geometry.photometric == 2 && geometry.samples == 3 && !geometry.planar;
            if rgb && options.photometric == Photometric::Auto {
                self.chroma = Some(chroma(&config));
            }
            let colour_space = match (geometry.photometric, self.chroma) {
                (_, Some(_)) => "ycbcr",
                (2, None) if rgb => "rgb",
                (5, None) if geometry.samples == 4 && !geometry.planar => "cmyk",
                _ => "gray",
            };
            config = config.hint(key::COLOUR_SPACE, colour_space);
        }
        if info.name == "packbits" && config.value("row_len").is_none() {
            // TIFF 6.0, section 9: each row is packed separately.
            let in_row = geometry.chunk[1] * if geometry.planar { 1 } else { geometry.samples };
            config = config.set("row_len", (in_row * geometry.bits as usize).div_ceil(8));
        }
        if info.name == "jpeg2k" && config.value("codecformat").is_none() {
            config = config.set("codecformat", "j2k");
        }
        match info.create(&CodecId::Tiff(self.compression.into()), &config)? {
            AnyCodec::Bytes(codec) => self.bytes = Some(codec),
            AnyCodec::Array(codec) => {
                self.array = Some(codec);
                self.swap = false;
            }
            AnyCodec::Filter(_) => return Err(FORMAT.invalid_argument(format!("codec {} is a filter", info.name))),
        }
        Ok(())
    }

    fn find_predictor(&mut self, geometry: &Geometry, options: &WriteOptions, env: &Env) -> Result<()> {
        let is_float = matches!(geometry.dtype, DType::F16 | DType::F32 | DType::F64);
        let number = match options.predictor {
            Predictor::None => return Ok(()),
            Predictor::Delta => 2,
            Predictor::Float => 3,
            Predictor::Auto if self.array.is_some() => return Ok(()),
            Predictor::Auto if geometry.is_packed() && !geometry.is_float24() => return Ok(()),
            Predictor::Auto if is_float => 3,
            Predictor::Auto => 2,
        };
        if number == 3 && geometry.is_float24() && self.array.is_none() {
            // The codec of the samples applies it.
            self.predictor = 3;
            return Ok(());
        }
        if self.array.is_some() || geometry.is_packed() {
            return Err(FORMAT.invalid_argument("a predictor needs whole samples and a compression of bytes"));
        }
        if number == 3 && !is_float {
            return Err(FORMAT.invalid_argument(format!("predictor 3 is for floats, not {}", geometry.dtype)));
        }
        let layout = geometry.chunk_layout(geometry.chunk[0])?;
        let config = Config::new().set("axis", column_axis(geometry));
        match env.registry.create(&CodecId::TiffPredictor(number), &config)? {
            AnyCodec::Filter(codec) => {
                codec.accepts(&layout)?;
                self.filter = Some(codec);
            }
            other => return Err(FORMAT.invalid_argument(format!("codec {} is no filter", other.info().name))),
        }
        self.predictor = if number == 3 { 3 } else { 2 };
        // The bytes of floats are put in their order by the predictor itself.
        self.swap &= !compression::is_float_predictor(number);
        Ok(())
    }

    pub(super) fn worker(&self) -> Result<ChunkWorker> {
        Ok(ChunkWorker {
            filter: self.filter.as_ref().map(|codec| codec.encoder()).transpose()?,
            array: self.array.as_ref().map(|codec| codec.encoder()).transpose()?,
            bytes: self.bytes.as_ref().map(|codec| codec.encoder()).transpose()?,
            bit_order: self.bit_order.as_ref().map(|codec| codec.encoder()).transpose()?,
            swap: self.swap,
            samples: Vec::new(),
        })
    }
}

/// The axis that predictors run along.
const fn column_axis(geometry: &Geometry) -> i64 {
    if geometry.planar || geometry.samples == 1 { -1 } else { -2 }
}

/// Encodes chunks, one at a time, with scratch that is kept.
pub(super) struct ChunkWorker {
    filter: Option<Box<dyn Filter>>,
    array: Option<Box<dyn ArrayEncoder>>,
    bytes: Option<Box<dyn BytesEncoder>>,
    bit_order: Option<Box<dyn Filter>>,
    swap: bool,
    samples: Vec<u8>,
}

impl ChunkWorker {
    /// Encodes the part of an image that a chunk of this layout holds; what the chunk has beyond it is 0.
    pub(super) fn encode(&mut self, part: ArrayRef<'_>, chunk: &Layout, cx: &Context<'_>) -> Result<Vec<u8>> {
        let n_bytes = chunk.n_bytes();
        cx.gate_working(&FORMAT, n_bytes as u64)?;
        if self.samples.len() != n_bytes {
            self.samples = iio_codec::zeroed_vec(n_bytes)?;
        }
        if part.layout() != chunk {
            self.samples.fill(0);
        }
        let ranges: Vec<_> = part.shape().iter().map(|&len| 0..len).collect();
        ArrayMut::new(&mut self.samples, *chunk)?.window(&ranges)?.copy_from(part)?;
        if let Some(filter) = &mut self.filter {
            filter.run(ArrayMut::new(&mut self.samples, *chunk)?, cx)?;
        }
        if self.swap {
            reverse(&mut self.samples, chunk.dtype().swap_size());
        }
        let mut stored = Vec::new();
        match (&mut self.array, &mut self.bytes) {
            (Some(array), None) => array.encode_append(ArrayRef::new(&self.samples, *chunk)?, &mut stored, cx)?,
            (Some(array), Some(bytes)) => {
                let packed = array.encode(ArrayRef::new(&self.samples, *chunk)?, cx)?;
                bytes.encode_append(&packed, &mut stored, cx)?;
            }
            (None, Some(bytes)) => bytes.encode_append(&self.samples, &mut stored, cx)?,
            (None, None) => stored.extend_from_slice(&self.samples),
        }
        if let Some(filter) = &mut self.bit_order {
            let layout = Layout::new(DType::U8, &[stored.len()])?;
            filter.run(ArrayMut::new(&mut stored, layout)?, cx)?;
        }
        Ok(stored)
    }
}

fn reverse(bytes: &mut [u8], size: usize) {
    match size {
        2 => bytes.as_chunks_mut::<2>().0.iter_mut().for_each(|sample| sample.reverse()),
        4 => bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|sample| sample.reverse()),
        8 => bytes.as_chunks_mut::<8>().0.iter_mut().for_each(|sample| sample.reverse()),
        _ => {}
    }
}

/// What the option `subsampling` of a JPEG codec means for the tag YCbCrSubSampling.
fn chroma(config: &Config) -> [u16; 2] {
    let text = match config.value("subsampling") {
        Some(Value::Str(text)) => text.clone(),
        Some(Value::Int(number)) => number.to_string(),
        _ => String::new(),
    };
    match text.replace(':', "").as_str() {
        "444" | "1x1" => [1, 1],
        "422" | "2x1" => [2, 1],
        "440" | "1x2" => [1, 2],
        "411" | "4x1" => [4, 1],
        "410" | "4x2" => [4, 2],
        "441" | "1x4" => [1, 4],
        _ => [2, 2],
    }
}
