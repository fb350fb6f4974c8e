//! The files: which pixels, which compression, which predictor.

use std::path::PathBuf;

use iio_codec::{DType, Layout, as_bytes};
use serde_json::{Value, json};

use super::reader::Readers;
use crate::input;
use crate::peer::Exchange;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pixels {
    /// 16-bit micrograph.
    U16,
    /// 16-bit terrain, which compresses far.
    Terrain,
    /// `float32` field.
    F32,
    /// RGB scene.
    Rgb,
    /// RGB scene of half the height and width, for slow codecs.
    SmallRgb,
}

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// First word of its name.
    label: &'static str,
    /// Compression as the tag has it.
    pub(super) code: u32,
    /// Compression as tifffile names it.
    compression: &'static str,
    /// Predictor as the tag has it.
    predictor: u32,
    /// What it holds.
    pixels: Pixels,
    /// The quality, if the codec loses something: then what tifffile decodes is what is expected.
    pub(super) lossy: Option<u32>,
    /// What our figure is to reach: a peer and how many times its speed per CPU second.
    pub(super) bar: Option<(&'static str, f64)>,
}

const BASE: Case =
    Case { label: "", code: 1, compression: "", predictor: 1, pixels: Pixels::U16, lossy: None, bar: None };

const LZW_P2: Case =
    Case { label: "lzw_p2", code: 5, compression: "lzw", predictor: 2, bar: Some(("gdal", 1.2)), ..BASE };
const ZLIB_P2: Case = Case {
    label: "zlib_p2",
    code: 8,
    compression: "adobe_deflate",
    predictor: 2,
    bar: Some(("tifffile", 1.2)),
    ..BASE
};
const ZSTD_P2: Case =
    Case { label: "zstd_p2", code: 50000, compression: "zstd", predictor: 2, bar: Some(("tifffile", 1.2)), ..BASE };

/// All kinds of files.
pub(super) const CASES: &[Case] = &[
    Case { label: "none", bar: Some(("memcpy", 0.25)), ..BASE },
    Case { label: "packbits", code: 32773, compression: "packbits", ..BASE },
    LZW_P2,
    ZLIB_P2,
    ZSTD_P2,
    Case { label: "terrain_lzw_p2", pixels: Pixels::Terrain, ..LZW_P2 },
    Case { label: "terrain_zlib_p2", pixels: Pixels::Terrain, ..ZLIB_P2 },
    Case { label: "terrain_zstd_p2", pixels: Pixels::Terrain, ..ZSTD_P2 },
    Case { label: "zlib_p3", code: 8, compression: "adobe_deflate", predictor: 3, pixels: Pixels::F32, ..BASE },
    Case {
        label: "jpeg",
        code: 7,
        compression: "jpeg",
        pixels: Pixels::Rgb,
        lossy: Some(90),
        bar: Some(("tifffile", 0.9)),
        ..BASE
    },
    Case { label: "webp", code: 50001, compression: "webp", pixels: Pixels::SmallRgb, ..BASE },
];

/// A file that is there.
pub(super) struct Stored {
    /// Its name in the exchange.
    pub(super) file: String,
    /// Name of the file of the pixels that it holds.
    pub(super) expected: String,
    /// Dtype and shape.
    pub(super) layout: Layout,
}

impl Case {
    /// Its name with a tile size.
    pub(super) fn name(&self, tile: usize) -> String {
        format!("{}_{tile}", self.label)
    }

    /// The kind of a file by its name.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| name.rsplit_once('_').is_some_and(|(label, _)| label == case.label))
    }

    /// Makes the file with tifffile, unless it is there from an earlier run.
    pub(super) fn make(
        &self,
        tile: usize,
        size: usize,
        exchange: &Exchange,
        readers: &mut Readers,
    ) -> Result<Stored, String> {
        let (pixels, layout) = self.pixels.make(size, exchange)?;
        let name = format!("{}_{size}", self.name(tile));
        let file = format!("{name}.tif");
        let expected = if self.lossy.is_some() { format!("{name}.raw") } else { pixels.clone() };
        if !exchange.here(&file).exists() {
            let arguments = match (self.lossy, self.compression) {
                (Some(level), _) => json!({"level": level}),
                (None, "webp") => json!({"lossless": true}),
                _ => Value::Null,
            };
            readers.make(&json!({
                "verb": "make",
                "file": exchange.there(&file),
                "pixels": exchange.there(&pixels),
                "expected": exchange.there(&expected),
                "dtype": layout.dtype().name(),
                "shape": layout.shape(),
                "tile": tile,
                "compression": if self.compression.is_empty() { Value::Null } else { json!(self.compression) },
                "predictor": if self.predictor == 1 { Value::Null } else { json!(self.predictor) },
                "arguments": arguments,
                "lossy": self.lossy.is_some(),
            }))?;
        }
        Ok(Stored { file, expected, layout })
    }
}

impl Pixels {
    /// Writes the pixels to a file, unless it is there; returns its name and layout.
    fn make(self, size: usize, exchange: &Exchange) -> Result<(String, Layout), String> {
        let half = size / 2;
        let (name, dtype, shape) = match self {
            Self::U16 => ("u16", DType::U16, vec![size, size]),
            Self::Terrain => ("terrain", DType::U16, vec![size, size]),
            Self::F32 => ("f32", DType::F32, vec![size, size]),
            Self::Rgb => ("rgb", DType::U8, vec![size, size, 3]),
            Self::SmallRgb => ("rgb-half", DType::U8, vec![half, half, 3]),
        };
        let layout = Layout::new(dtype, &shape).map_err(|error| error.to_string())?;
        // The version is that of what `input` computes.
        let name = format!("{name}_{size}_v1.raw");
        let path: PathBuf = exchange.here(&name);
        if std::fs::metadata(&path).is_ok_and(|file| file.len() == layout.n_bytes() as u64) {
            return Ok((name, layout));
        }
        match self {
            Self::U16 => exchange.put(&name, as_bytes(&input::microscopy(size, size)))?,
            Self::Terrain => exchange.put(&name, as_bytes(&input::terrain(size, size)))?,
            Self::F32 => exchange.put(&name, as_bytes(&input::field(size, size)))?,
            Self::Rgb => exchange.put(&name, &input::rgb_scene(size, size))?,
            Self::SmallRgb => exchange.put(&name, &input::rgb_scene(half, half))?,
        };
        Ok((name, layout))
    }
}
