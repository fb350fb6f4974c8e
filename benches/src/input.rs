//! The inputs: what people have. All are computed, the same on every machine, but for the photo and the tile, which are
//! cut from a photo of the corpus if that is there.

use std::path::{Path, PathBuf};

use iio_codec::{ArrayRef, DType, Error, Layout, Result, as_bytes};

/// Pixels that codecs are measured with.
pub struct Input {
    /// Name in tables.
    pub name: &'static str,
    /// Shape and dtype.
    pub layout: Layout,
    /// Samples, C order.
    pub bytes: Vec<u8>,
}

/// Mixes a seed and a position to 64 random bits (the finisher of splitmix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Roughly normal noise of standard deviation 1 from 64 random bits.
fn normal(bits: u64) -> f32 {
    let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
    (sum as f32 / 65536.0 - 2.0) * 1.732
}

/// Smooth random texture: values of 0 to 1 on a lattice of `step` pixels, blended in between.
struct Texture {
    seed: u64,
    step: f32,
}

impl Texture {
    const fn new(seed: u64, step: f32) -> Self {
        Self { seed, step }
    }

    fn corner(&self, y: u32, x: u32) -> f32 {
        (mix(self.seed << 56 ^ u64::from(y) << 28 ^ u64::from(x)) >> 40) as f32 / 16_777_216.0
    }

    fn at(&self, y: usize, x: usize) -> f32 {
        let (y, x) = (y as f32 / self.step, x as f32 / self.step);
        let (row, column) = (y as u32, x as u32);
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (v, h) = (ease(y - row as f32), ease(x - column as f32));
        let blend = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let above = blend(self.corner(row, column), self.corner(row, column + 1), h);
        let below = blend(self.corner(row + 1, column), self.corner(row + 1, column + 1), h);
        blend(above, below, v)
    }
}

/// A scene as a camera sees it: objects with edges, shading, fine texture, sensor noise. `[height, width, 3]`.
#[must_use]
pub fn rgb_scene(height: usize, width: usize) -> Vec<u8> {
    let (objects, shade) = (Texture::new(1, 90.0), Texture::new(2, 37.0));
    let (fine, colour) = (Texture::new(3, 3.0), Texture::new(4, 150.0));
    let mut bytes = Vec::with_capacity(height * width * 3);
    for (y, x) in positions(height, width) {
        let object = (objects.at(y, x) * 7.0).floor() / 7.0;
        let light = 20.0 + 150.0 * object + 60.0 * (shade.at(y, x) - 0.3) + 24.0 * (fine.at(y, x) - 0.5);
        let hue = colour.at(y, x) - 0.5;
        for (channel, tint) in [0.9f32, 0.1, -0.8].into_iter().enumerate() {
            let noise = normal(mix((y * width + x) as u64 * 3 + channel as u64));
            bytes.push((light * (1.0 + tint * hue) + 1.2 * noise).clamp(0.0, 255.0) as u8);
        }
    }
    bytes
}

/// Fluorescence under a microscope: dark ground, cells of different brightness, photon noise. `[height, width]`.
#[must_use]
pub fn microscopy(height: usize, width: usize) -> Vec<u16> {
    let (cells, inside, brightness) = (Texture::new(5, 48.0), Texture::new(6, 7.0), Texture::new(7, 110.0));
    let scene = positions(height, width).map(|(y, x)| {
        let cell = ((cells.at(y, x) - 0.52) * 6.0).clamp(0.0, 1.0);
        let photons = 30.0 + cell * (0.3 + brightness.at(y, x)) * (400.0 + 500.0 * inside.at(y, x));
        let noise = normal(mix((y * width + x) as u64 ^ 0x5eed));
        // Camera: offset 100, two counts per photon.
        (100.0 + 2.0 * (photons + photons.sqrt() * noise)).clamp(0.0, 65535.0) as u16
    });
    scene.collect()
}

/// A smooth physical field, such as temperature in kelvin, in full `float32` precision. `[height, width]`.
#[must_use]
pub fn field(height: usize, width: usize) -> Vec<f32> {
    let waves = [(300.0, 40.0), (90.0, 12.0), (25.0, 3.0)].map(|(step, amplitude)| (Texture::new(8, step), amplitude));
    let value = |(y, x)| 250.0 + waves.iter().map(|(texture, amplitude)| amplitude * texture.at(y, x)).sum::<f32>();
    positions(height, width).map(value).collect()
}

/// Heights of a landscape in decimetres: smooth, with a little roughness. `[height, width]`.
#[must_use]
pub fn terrain(height: usize, width: usize) -> Vec<u16> {
    let waves = [(400.0, 9000.0), (70.0, 700.0), (20.0, 60.0)].map(|(step, height)| (Texture::new(9, step), height));
    let value = |(y, x): (usize, usize)| {
        let rough = 0.7 * normal(mix((y * width + x) as u64 ^ 0xde3));
        (1000.0 + rough + waves.iter().map(|(texture, height)| height * texture.at(y, x)).sum::<f32>()) as u16
    };
    positions(height, width).map(value).collect()
}

fn positions(height: usize, width: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..height).flat_map(move |y| (0..width).map(move |x| (y, x)))
}

fn photo(corpus: Option<&Path>) -> Result<Input> {
    let file = corpus.map(|c| c.join("imazen+codec-corpus")).and_then(|folder| largest_png(&folder));
    if let Some(image) = file.and_then(|path| iio::imread(path.as_path()).ok())
        && image.dtype() == DType::U8
        && matches!(image.shape(), &[height, width, 3] if height.min(width) >= 256)
    {
        return Ok(Input { name: "rgb photo", layout: *image.layout(), bytes: image.as_bytes().to_vec() });
    }
    Ok(Input { name: "rgb scene", layout: Layout::new(DType::U8, &[512, 768, 3])?, bytes: rgb_scene(512, 768) })
}

/// A Kodak photo: the largest PNG of the corpus.
fn largest_png(folder: &Path) -> Option<PathBuf> {
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

/// The green samples of an RGB image.
fn green(image: &Input) -> Result<Input> {
    let &[height, width, _] = image.layout.shape() else {
        return Err(Error::invalid_argument("bench", "no RGB image"));
    };
    let bytes = image.bytes.as_chunks().0.iter().map(|&[_, green, _]| green).collect();
    Ok(Input { name: "gray photo", layout: Layout::new(DType::U8, &[height, width])?, bytes })
}

/// All inputs: an RGB photo, its green samples, a 16-bit micrograph, a float field, a tile of the photo, a chunk of the
/// micrograph, one of a landscape, which is smooth, and a chunk of 768 bytes, where the cost of a call counts.
///
/// # Errors
/// None in practice.
pub fn all(corpus: Option<&Path>) -> Result<Vec<Input>> {
    let photo = photo(corpus)?;
    let mut inputs = small(&photo)?;
    let field_layout = Layout::new(DType::F32, &[768, 1024])?;
    let image_layout = Layout::new(DType::U16, &[1024, 1024])?;
    let gray = green(&photo)?;
    let large = [
        photo,
        gray,
        Input { name: "u16 image", layout: image_layout, bytes: as_bytes(&microscopy(1024, 1024)).to_vec() },
        Input { name: "f32 field", layout: field_layout, bytes: as_bytes(&field(768, 1024)).to_vec() },
    ];
    inputs.splice(0..0, large);
    Ok(inputs)
}

/// The inputs of the size of a tile or less.
///
/// # Errors
/// `InvalidArgument` if the photo is smaller than a tile.
pub fn small(photo: &Input) -> Result<Vec<Input>> {
    let &[height, width, samples] = photo.layout.shape() else { return Ok(Vec::new()) };
    let (top, left) = (height.saturating_sub(256) / 2, width.saturating_sub(256) / 2);
    let window = [top..top + 256, left..left + 256, 0..samples];
    let mut tile = Vec::new();
    ArrayRef::new(&photo.bytes, photo.layout)?.window(&window)?.append_to(&mut tile)?;
    let chunk = |name, shape: [usize; 2], of: fn(usize, usize) -> Vec<u16>| -> Result<Input> {
        let samples = of(shape[0], shape[1]);
        Ok(Input { name, layout: Layout::new(DType::U16, &shape)?, bytes: as_bytes(&samples).to_vec() })
    };
    Ok(vec![
        Input { name: "256x256x3 tile", layout: Layout::new(DType::U8, &[256, 256, 3])?, bytes: tile },
        chunk("512x512 u16 chunk", [512, 512], microscopy)?,
        chunk("512x512 u16 terrain", [512, 512], terrain)?,
        chunk("768-byte chunk", [16, 24], microscopy)?,
    ])
}

/// The photo that is computed, for where the corpus must not count.
///
/// # Errors
/// None in practice.
pub fn scene() -> Result<Input> {
    photo(None)
}
