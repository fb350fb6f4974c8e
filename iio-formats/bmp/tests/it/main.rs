//! Tests of BMP.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panic, and say what is skipped"
)]

mod corpus;
mod damage;
mod format;
mod plugin;
mod suite;
mod write;

use iio_codec::{DType, Layout};

fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

/// Bytes that look like noise, the same on every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

/// A file by hand.
#[derive(Clone)]
struct Hand {
    header_len: u32,
    width: i32,
    height: i32,
    bits: u16,
    compression: u32,
    colours: u32,
    /// Masks and palette, as they stand.
    between: Vec<u8>,
    pixels: Vec<u8>,
}

impl Hand {
    fn new(width: i32, height: i32, bits: u16, pixels: &[u8]) -> Self {
        let (header_len, compression, colours) = (40, 0, 0);
        Self { header_len, width, height, bits, compression, colours, between: Vec::new(), pixels: pixels.to_vec() }
    }

    fn compressed(mut self, compression: u32) -> Self {
        self.compression = compression;
        self
    }

    /// Red, green, blue of each index.
    fn palette(mut self, colours: &[[u8; 3]]) -> Self {
        self.colours = u32::try_from(colours.len()).unwrap();
        let fourth: &[u8] = if self.header_len == 12 { &[] } else { &[0] };
        self.between.extend(colours.iter().flat_map(|&[r, g, b]| [&[b, g, r][..], fourth].concat()));
        self
    }

    fn masks(mut self, masks: &[u32]) -> Self {
        self.between.extend(masks.iter().flat_map(|mask| mask.to_le_bytes()));
        self
    }

    /// The DIB header and what follows it.
    fn dib(&self) -> Vec<u8> {
        let mut dib = self.header_len.to_le_bytes().to_vec();
        if self.header_len == 12 {
            dib.extend(u16::try_from(self.width).unwrap().to_le_bytes());
            dib.extend(u16::try_from(self.height).unwrap().to_le_bytes());
            dib.extend([1, 0]);
            dib.extend(self.bits.to_le_bytes());
        } else {
            dib.extend(self.width.to_le_bytes());
            dib.extend(self.height.to_le_bytes());
            dib.extend([1, 0]);
            dib.extend(self.bits.to_le_bytes());
            dib.extend(self.compression.to_le_bytes());
            dib.extend([0; 4]);
            dib.extend(2835u32.to_le_bytes());
            dib.extend(11811u32.to_le_bytes());
            dib.extend(self.colours.to_le_bytes());
            dib.extend([0; 4]);
            dib.truncate(self.header_len as usize);
        }
        [&dib[..], &self.between, &self.pixels].concat()
    }

    fn file(&self) -> Vec<u8> {
        let dib = self.dib();
        let mut file = b"BM".to_vec();
        file.extend(u32::try_from(dib.len() + 14).unwrap().to_le_bytes());
        file.extend([0; 4]);
        file.extend(u32::try_from(dib.len() + 14 - self.pixels.len()).unwrap().to_le_bytes());
        file.extend(dib);
        file
    }
}
