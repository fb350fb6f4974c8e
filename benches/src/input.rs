//! The inputs: what people have. All are computed, but for the photo, which comes from the corpus if it is there.

use std::path::Path;

use iio_codec::{DType, Layout, Result, as_bytes};

/// Pixels that codecs are measured with.
pub(crate) struct Input {
    /// Name in tables.
    pub(crate) name: &'static str,
    /// Shape and dtype.
    pub(crate) layout: Layout,
    /// Samples, C order.
    pub(crate) bytes: Vec<u8>,
}

/// A deterministic source of noise (splitmix64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Roughly normal, standard deviation 1.
    fn normal(&mut self) -> f64 {
        let sum: u64 = (0..4).map(|_| self.next() >> 48).sum();
        (sum as f64 / 65536.0 - 2.0) * 1.732
    }
}

/// A smooth scene with shot noise: `base` counts and more.
fn scene(height: usize, width: usize, base: f64, scale: f64) -> impl Iterator<Item = f64> {
    let mut noise = Noise(20_261_120);
    (0..height * width).map(move |i| {
        let (y, x) = ((i / width) as f64, (i % width) as f64);
        let smooth = base + scale * (1.0 + (x / 61.0).sin() * (y / 47.0).cos() + 0.5 * ((x + 2.0 * y) / 13.0).sin());
        smooth + smooth.max(1.0).sqrt() * noise.normal()
    })
}

fn u16_image(height: usize, width: usize) -> Vec<u16> {
    scene(height, width, 200.0, 900.0).map(|v| v.clamp(0.0, 65535.0) as u16).collect()
}

fn photo(corpus: Option<&Path>) -> Result<Input> {
    let file = corpus.map(|c| c.join("imazen+codec-corpus")).and_then(|folder| largest_png(&folder));
    if let Some(image) = file.and_then(|path| iio::imread(path.as_path()).ok())
        && image.dtype() == DType::U8
        && image.shape().len() == 3
    {
        return Ok(Input { name: "rgb photo", layout: *image.layout(), bytes: image.as_bytes().to_vec() });
    }
    let (height, width) = (512, 768);
    let gray: Vec<_> = scene(height, width, 10.0, 100.0).collect();
    let bytes =
        gray.iter().flat_map(|v| [*v, v * 0.8 + 9.0, v * 0.5 + 40.0]).map(|v| v.clamp(0.0, 255.0) as u8).collect();
    Ok(Input { name: "rgb scene", layout: Layout::new(DType::U8, &[height, width, 3])?, bytes })
}

/// A Kodak photo: the largest PNG of the corpus.
fn largest_png(folder: &Path) -> Option<std::path::PathBuf> {
    let mut open = vec![folder.to_owned()];
    let mut best = None;
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "png") {
                best = best.max(Some((entry.metadata().ok()?.len(), path)));
            }
        }
    }
    best.map(|(_, path)| path)
}

/// All inputs.
pub(crate) fn all(corpus: Option<&Path>) -> Result<Vec<Input>> {
    let mut inputs = vec![photo(corpus)?];
    let large = u16_image(1024, 1024);
    inputs.push(Input {
        name: "u16 image",
        layout: Layout::new(DType::U16, &[1024, 1024])?,
        bytes: as_bytes(&large).to_vec(),
    });
    let field: Vec<f32> = scene(768, 1024, 270.0, 30.0).map(|v| (v * 16.0).round() as f32 / 16.0).collect();
    inputs.push(Input {
        name: "f32 field",
        layout: Layout::new(DType::F32, &[768, 1024])?,
        bytes: as_bytes(&field).to_vec(),
    });
    let tile: Vec<u8> =
        scene(256, 256, 10.0, 90.0).flat_map(|v| [v, v * 0.9, v * 0.7]).map(|v| v.clamp(0.0, 255.0) as u8).collect();
    inputs.push(Input { name: "256x256x3 tile", layout: Layout::new(DType::U8, &[256, 256, 3])?, bytes: tile });
    let chunk = u16_image(512, 512);
    inputs.push(Input {
        name: "512x512 u16 chunk",
        layout: Layout::new(DType::U16, &[512, 512])?,
        bytes: as_bytes(&chunk).to_vec(),
    });
    let small = u16_image(16, 24);
    inputs.push(Input {
        name: "768-byte chunk",
        layout: Layout::new(DType::U16, &[16, 24])?,
        bytes: as_bytes(&small).to_vec(),
    });
    Ok(inputs)
}
