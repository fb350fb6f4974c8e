//! The table of what is measured: one row per codec and set of options, with the peer's call for it.
//!
//! A new codec needs one [`Row`] in [`ROWS`]; whatever is not said comes from [`BASE`].

use iio_codec::{Config, DType, DTypeKind, Layout};
use serde_json::{Map, Value, json};

/// A codec with options, and the functions of imagecodecs that do the same.
#[derive(Clone, Copy)]
pub struct Row {
    /// Name in our registry.
    pub codec: &'static str,
    /// Name in tables, where it is not that of the codec.
    pub label: &'static str,
    /// Our options for an input.
    pub config: fn(&Layout) -> Config,
    /// Whether an input is measured.
    pub accepts: fn(&Layout) -> bool,
    /// Bytes, not pixels, go in: TIFF's horizontal differencing was applied before, as in a file.
    pub predicted: bool,
    /// Changes the samples to what the codec can hold.
    pub prepare: fn(&mut [u8], &Layout),
    /// `None`: pixels come back as they were. Else the least PSNR of decoded pixels, in decibels.
    pub lossy: Option<f64>,
    /// Prefix of the peer's functions: `zlib` for `zlib_decode`. Empty: the peer has none.
    pub peer: &'static str,
    /// Keyword arguments of the peer's decoder and encoder.
    pub decode_arguments: fn(&Layout) -> Map<String, Value>,
    /// Keyword arguments of the peer's encoder.
    pub encode_arguments: fn(&Layout) -> Map<String, Value>,
}

fn none(_: &Layout) -> Config {
    Config::new()
}

fn any(_: &Layout) -> bool {
    true
}

fn as_they_are(_: &mut [u8], _: &Layout) {}

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

/// Grey or RGB of 8 bits.
fn is_picture(layout: &Layout) -> bool {
    layout.dtype() == DType::U8 && is_image(layout) && matches!(layout.shape(), [_, _] | [_, _, 3])
}

fn full_colour(_: &Layout) -> Config {
    Config::new().set("subsampling", "444")
}

fn full_colour_arguments(_: &Layout) -> Map<String, Value> {
    arguments(json!({"subsampling": "444"}))
}

/// Colours are not converted, as in TIFF of photometric interpretation RGB.
fn as_rgb(_: &Layout) -> Config {
    Config::new().set("outcolorspace", "rgb")
}

fn as_rgb_arguments(_: &Layout) -> Map<String, Value> {
    arguments(json!({"outcolorspace": "rgb"}))
}

/// What a row does not say: default options, every input, exact, no peer.
pub const BASE: Row = Row {
    codec: "",
    label: "",
    config: none,
    accepts: any,
    predicted: false,
    prepare: as_they_are,
    lossy: None,
    peer: "",
    decode_arguments: no_arguments,
    encode_arguments: no_arguments,
};

/// All rows.
pub const ROWS: &[Row] = &[
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
    Row { codec: "lz4f", label: "lz4f", peer: "lz4f", ..BASE },
    Row { codec: "lz4h5", label: "lz4h5", peer: "lz4h5", ..BASE },
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
    Row { codec: "bitshuffle", label: "bitshuffle", peer: "bitshuffle", ..BASE },
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
        prepare: to_12_bits,
        decode_arguments: packints_decode,
        encode_arguments: packints_encode,
        ..BASE
    },
    // The peer halves numbers whose fraction rounds up to 1, and the report says so.
    Row { codec: "float24", label: "float24", accepts: is_float, lossy: Some(90.0), peer: "float24", ..BASE },
    Row { codec: "png", label: "png", peer: "png", accepts: is_image, ..BASE },
    Row { codec: "bmp", label: "bmp", peer: "bmp", accepts: is_picture, ..BASE },
    Row {
        codec: "gif",
        label: "gif",
        config: gif_indices,
        peer: "gif",
        accepts: is_gray8,
        decode_arguments: gif_indices_arguments,
        ..BASE
    },
    // The peer encodes indices only, and the report says so.
    Row { codec: "gif", label: "gif colours", peer: "gif", accepts: is_rgb, prepare: to_125_colours, ..BASE },
    Row { codec: "jpeg2k", label: "jpeg2k", peer: "jpeg2k", accepts: is_image, ..BASE },
    Row { codec: "webp", label: "webp lossless", peer: "webp", accepts: is_rgb8, ..BASE },
    Row {
        codec: "webp",
        label: "webp 75",
        config: webp_lossy,
        peer: "webp",
        accepts: is_rgb8,
        lossy: Some(30.0),
        encode_arguments: webp_lossy_arguments,
        ..BASE
    },
    Row { codec: "jpeg8", label: "jpeg8", peer: "jpeg8", accepts: is_picture, lossy: Some(25.0), ..BASE },
    Row {
        codec: "jpeg8",
        label: "jpeg8 4:4:4",
        peer: "jpeg8",
        accepts: is_picture,
        lossy: Some(25.0),
        config: full_colour,
        encode_arguments: full_colour_arguments,
        ..BASE
    },
    Row {
        codec: "jpeg8",
        label: "jpeg8 RGB",
        peer: "jpeg8",
        accepts: is_rgb,
        lossy: Some(25.0),
        config: as_rgb,
        encode_arguments: as_rgb_arguments,
        ..BASE
    },
    // No wheel of the peer for Linux has it: the peer's jpeg8 reads what ours writes.
    #[cfg(feature = "mozjpeg")]
    Row { codec: "mozjpeg", label: "mozjpeg", peer: "jpeg8", accepts: is_picture, lossy: Some(25.0), ..BASE },
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

fn is_rgb8(layout: &Layout) -> bool {
    layout.dtype() == DType::U8 && matches!(layout.shape(), [_, _, 3 | 4])
}

fn is_rgb(layout: &Layout) -> bool {
    layout.dtype() == DType::U8 && matches!(layout.shape(), [_, _, 3])
}

fn is_gray8(layout: &Layout) -> bool {
    layout.dtype() == DType::U8 && layout.ndim() == 2
}

/// Five levels of each sample, which a palette holds.
fn to_125_colours(bytes: &mut [u8], _: &Layout) {
    bytes.iter_mut().for_each(|sample| *sample = *sample / 52 * 63);
}

/// Gray samples come back as the indices that they went in as.
fn gif_indices(_: &Layout) -> Config {
    Config::new().set("asrgb", false)
}

fn gif_indices_arguments(_: &Layout) -> Map<String, Value> {
    arguments(json!({"asrgb": false}))
}

fn webp_lossy(_: &Layout) -> Config {
    Config::new().set("lossless", false).set("level", 75)
}

fn webp_lossy_arguments(_: &Layout) -> Map<String, Value> {
    arguments(json!({"lossless": false, "level": 75}))
}

fn is_u16(layout: &Layout) -> bool {
    layout.dtype() == DType::U16
}

fn to_12_bits(bytes: &mut [u8], _: &Layout) {
    for sample in bytes.as_chunks_mut::<2>().0 {
        *sample = (u16::from_ne_bytes(*sample) & 0x0fff).to_ne_bytes();
    }
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
