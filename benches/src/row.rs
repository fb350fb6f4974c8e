//! The table of what is measured: one row per codec, with the peer's call for it.

use iio_codec::{Config, DType, DTypeKind, Layout};
use serde_json::{Map, Value, json};

/// A codec with options, and the functions of imagecodecs that do the same.
pub(crate) struct Row {
    /// Name in our registry.
    pub(crate) codec: &'static str,
    /// Name in tables, where it is not that of the codec.
    pub(crate) label: &'static str,
    /// Our options for an input.
    pub(crate) config: fn(&Layout) -> Config,
    /// Whether an input is measured.
    pub(crate) accepts: fn(&Layout) -> bool,
    /// Bytes, not pixels, go in: TIFF's horizontal differencing was applied before, as in a file.
    pub(crate) predicted: bool,
    /// Prefix of the peer's functions: `zlib` for `zlib_decode`.
    pub(crate) peer: &'static str,
    /// Keyword arguments of the peer's decoder and encoder.
    pub(crate) decode_arguments: fn(&Layout) -> Map<String, Value>,
    /// Keyword arguments of the peer's encoder.
    pub(crate) encode_arguments: fn(&Layout) -> Map<String, Value>,
}

fn none(_: &Layout) -> Config {
    Config::new()
}

fn any(_: &Layout) -> bool {
    true
}

fn no_arguments(_: &Layout) -> Map<String, Value> {
    Map::new()
}

fn arguments(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Axis of neighbouring pixels: samples stand behind it.
fn pixel_axis(layout: &Layout) -> i64 {
    if layout.ndim() == 3 { -2 } else { -1 }
}

fn axis_config(layout: &Layout) -> Config {
    Config::new().set("axis", pixel_axis(layout))
}

fn axis_arguments(layout: &Layout) -> Map<String, Value> {
    arguments(json!({"axis": pixel_axis(layout)}))
}

fn level_6(_: &Layout) -> Map<String, Value> {
    arguments(json!({"level": 6}))
}

fn is_float(layout: &Layout) -> bool {
    layout.dtype().kind() == DTypeKind::Float
}

fn is_integer(layout: &Layout) -> bool {
    !is_float(layout)
}

fn is_wide(layout: &Layout) -> bool {
    layout.dtype().size() > 1
}

fn is_image(layout: &Layout) -> bool {
    is_integer(layout) && layout.n_bytes() > 4096
}

const BASE: Row = Row {
    codec: "",
    label: "",
    config: none,
    accepts: any,
    predicted: false,
    peer: "",
    decode_arguments: no_arguments,
    encode_arguments: no_arguments,
};

/// All rows.
pub(crate) const ROWS: &[Row] = &[
    Row {
        codec: "deflate",
        label: "deflate",
        peer: "deflate",
        decode_arguments: raw,
        encode_arguments: raw_level_6,
        ..BASE
    },
    Row { codec: "zlib", label: "zlib", peer: "zlib", encode_arguments: level_6, ..BASE },
    Row {
        codec: "zlib",
        label: "zlib + delta",
        peer: "zlib",
        predicted: true,
        accepts: is_integer,
        encode_arguments: level_6,
        ..BASE
    },
    Row { codec: "gzip", label: "gzip", peer: "gzip", encode_arguments: level_6, ..BASE },
    Row { codec: "zstd", label: "zstd", peer: "zstd", ..BASE },
    Row { codec: "zstd", label: "zstd + delta", peer: "zstd", predicted: true, accepts: is_integer, ..BASE },
    Row { codec: "lz4", label: "lz4", peer: "lz4", ..BASE },
    Row { codec: "lz4", label: "lz4 hc", config: high, peer: "lz4", encode_arguments: high_arguments, ..BASE },
    Row { codec: "brotli", label: "brotli", peer: "brotli", ..BASE },
    Row { codec: "lzw", label: "lzw", peer: "lzw", ..BASE },
    Row { codec: "lzw", label: "lzw + delta", peer: "lzw", predicted: true, accepts: is_integer, ..BASE },
    Row { codec: "packbits", label: "packbits", peer: "packbits", ..BASE },
    Row {
        codec: "packbits",
        label: "packbits + delta",
        peer: "packbits",
        predicted: true,
        accepts: is_integer,
        ..BASE
    },
    Row {
        codec: "delta",
        label: "delta",
        config: axis_config,
        peer: "delta",
        accepts: is_integer,
        decode_arguments: axis_arguments,
        encode_arguments: axis_arguments,
        ..BASE
    },
    Row {
        codec: "floatpred",
        label: "floatpred",
        config: axis_config,
        peer: "floatpred",
        accepts: is_float,
        decode_arguments: axis_arguments,
        encode_arguments: axis_arguments,
        ..BASE
    },
    Row { codec: "bitorder", label: "bitorder", peer: "bitorder", ..BASE },
    Row {
        codec: "byteshuffle",
        label: "byteshuffle",
        config: axis_config,
        peer: "byteshuffle",
        accepts: is_wide,
        decode_arguments: axis_arguments,
        encode_arguments: axis_arguments,
        ..BASE
    },
    Row {
        codec: "xor",
        label: "xor",
        config: axis_config,
        peer: "xor",
        decode_arguments: axis_arguments,
        encode_arguments: axis_arguments,
        ..BASE
    },
    Row {
        codec: "packints",
        label: "packints 12",
        config: bits_12,
        peer: "packints",
        accepts: is_u16,
        decode_arguments: packints_decode,
        encode_arguments: packints_encode,
        ..BASE
    },
    Row { codec: "png", label: "png", peer: "png", accepts: is_image, ..BASE },
    Row { codec: "jpeg2k", label: "jpeg2k", peer: "jpeg2k", accepts: is_image, ..BASE },
];

fn raw(_: &Layout) -> Map<String, Value> {
    arguments(json!({"raw": true}))
}

fn raw_level_6(_: &Layout) -> Map<String, Value> {
    arguments(json!({"raw": true, "level": 6}))
}

fn high(_: &Layout) -> Config {
    Config::new().set("hc", true)
}

fn high_arguments(_: &Layout) -> Map<String, Value> {
    arguments(json!({"hc": true}))
}

fn is_u16(layout: &Layout) -> bool {
    layout.dtype() == DType::U16
}

fn bits_12(_: &Layout) -> Config {
    Config::new().set("bits_per_sample", 12)
}

fn packints_decode(_: &Layout) -> Map<String, Value> {
    arguments(json!({"dtype": "uint16", "bitspersample": 12}))
}

fn packints_encode(_: &Layout) -> Map<String, Value> {
    arguments(json!({"bitspersample": 12}))
}
