use iio_codec::{AnyCodec, Blame, CodecId, Config, DType, DTypeKind, Error, ErrorKind, FilterCodec, Result, key};
use iio_core::{Pipeline, Registry};
use std::sync::Arc;

use crate::FORMAT;
use crate::compression;
use crate::header::Order;
use crate::page::Coding;

/// Assembles how chunks are decoded: bit order, compression, packed bits, byte order, predictor.
pub(crate) fn pipeline(coding: &Coding, registry: &Registry) -> Result<Pipeline> {
    let mut pipeline = Pipeline::default();
    match decompressor(coding, registry)? {
        None => {}
        Some(AnyCodec::Bytes(codec)) => pipeline.bytes.push(codec),
        Some(AnyCodec::Array(codec)) => pipeline.array = Some(codec),
        Some(AnyCodec::Filter(codec)) => {
            let name = codec.info().name;
            return Err(FORMAT.unsupported(format!("codec {name} is a filter, no compression")));
        }
    }
    // Codecs of images know bit order, byte order and prediction themselves, and writers set these tags regardless.
    let is_image = pipeline.array.is_some();
    if coding.reversed_bits && (!is_image || compression::is_fax(coding.compression)) {
        pipeline.bit_order = Some(filter(registry, CodecId::Name("bitorder"), &Config::new())?);
    }
    if is_image {
        return Ok(pipeline);
    }
    if coding.is_packed() {
        pipeline.array = Some(unpacker(coding, registry)?);
    }
    let float_predictor = compression::is_float_predictor(coding.predictor);
    pipeline.swap =
        coding.order != Order::NATIVE && coding.dtype.swap_size() > 1 && !coding.is_packed() && !float_predictor;
    if coding.predictor > 1 && !(coding.is_float24() && float_predictor) {
        pipeline.filters.push(predictor(coding, registry)?);
    }
    Ok(pipeline)
}

/// The codec of the compression, with all that a codec might want to know as hints; `None` for plain samples.
fn decompressor(coding: &Coding, registry: &Registry) -> Result<Option<AnyCodec>> {
    let compression = coding.compression;
    if compression == compression::NONE {
        return Ok(None);
    }
    let int = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let mut config = Config::new()
        .hint(key::WIDTH, int(coding.width))
        .hint(key::HEIGHT, int(coding.height))
        .hint(key::SAMPLES, int(coding.samples))
        .hint(key::BITS_PER_SAMPLE, coding.bits);
    if let Some(colour_space) = colour_space(coding) {
        config = config.hint(key::COLOUR_SPACE, colour_space);
    }
    if let Some(tables) = &coding.jpeg_tables {
        config = config.hint(key::JPEG_TABLES, tables.clone());
    }
    if let Some(header) = &coding.jpeg_header {
        config = config.hint("header", header.clone());
    }
    for (key, values) in &coding.hints {
        config = match values.as_slice() {
            [value] => config.hint(*key, *value),
            values => config.hint(*key, values.to_vec()),
        };
    }
    let id = CodecId::Tiff(compression);
    let synonym = CodecId::Tiff(compression::canonical(compression));
    let id = if registry.codec(&id).is_err() && registry.codec(&synonym).is_ok() { synonym } else { id };
    registry.create(&id, &config).map(Some).map_err(|error| name(error, &compression::name(compression)))
}

/// Adds the name that people know to an error that only has a number.
fn name(error: Error, name: &str) -> Error {
    if error.kind() != ErrorKind::Unsupported {
        return error;
    }
    FORMAT.unsupported(format!("compression {name}: {}", error.message())).with_source(error)
}

/// The colour space as stored, in the words of [`key::COLOUR_SPACE`].
const fn colour_space(coding: &Coding) -> Option<&'static str> {
    Some(match (coding.photometric, coding.samples) {
        (_, 1) | (Some(0 | 1), _) => "gray",
        (Some(2), _) => "rgb",
        (Some(5), _) => "cmyk",
        (Some(6), _) => "ycbcr",
        (Some(8..=10), _) => "lab",
        _ => return None,
    })
}

fn filter(registry: &Registry, id: CodecId<'_>, config: &Config) -> Result<Arc<dyn FilterCodec>> {
    match registry.create(&id, config)? {
        AnyCodec::Filter(filter) => Ok(filter),
        other => {
            Err(FORMAT.unsupported(format!("codec {} is no filter, but is registered as {id}", other.info().name)))
        }
    }
}

/// The codec that turns packed bits to samples.
fn unpacker(coding: &Coding, registry: &Registry) -> Result<Arc<dyn iio_codec::ArrayCodec>> {
    let (id, config) = if coding.is_float24() {
        (CodecId::Name("float24"), float24_config(coding))
    } else {
        let run = i64::try_from(coding.width.saturating_mul(coding.samples)).unwrap_or(i64::MAX);
        let config = Config::new().set(key::BITS_PER_SAMPLE, coding.bits).set("runlen", run);
        let is_signed = coding.dtype.kind() == DTypeKind::Int;
        (CodecId::Name("packints"), if is_signed { config.set("sign_extend", true) } else { config })
    };
    match registry.create(&id, &config).map_err(|error| name(error, &format!("samples of {} bits", coding.bits)))? {
        AnyCodec::Array(codec) => Ok(codec),
        other => Err(FORMAT.unsupported(format!("codec {} is no array codec", other.info().name))),
    }
}

fn float24_config(coding: &Coding) -> Config {
    let config = Config::new().set("byteorder", if coding.order == Order::Big { "big" } else { "little" });
    if !compression::is_float_predictor(coding.predictor) {
        return config;
    }
    config.set("predictor", coding.predictor).set("axis", column_axis(coding))
}

/// The axis that predictors run along.
const fn column_axis(coding: &Coding) -> i64 {
    if coding.samples == 1 { -1 } else { -2 }
}

fn predictor(coding: &Coding, registry: &Registry) -> Result<Arc<dyn FilterCodec>> {
    let value = coding.predictor;
    let mut config = Config::new().set("axis", column_axis(coding));
    if coding.is_packed() {
        if coding.dtype == DType::Bool || coding.is_float24() || compression::is_float_predictor(value) {
            let message = format!("predictor {value} on samples of {} bits is not defined", coding.bits);
            return Err(FORMAT.unsupported(message));
        }
        config = config.set(key::BITS_PER_SAMPLE, coding.bits);
    }
    let filter = filter(registry, CodecId::TiffPredictor(value), &config)
        .map_err(|error| name(error, &format!("predictor {value}")))?;
    Ok(filter)
}
