//! Pixels whose bits are told by masks.

use iio_codec::{Blame, Result};

use crate::INFO;
use crate::pixel::drop_fourth;

/// Which bits of a pixel make a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mask {
    shift: u32,
    /// The greatest sample; 0 if there is none.
    max: u32,
}

/// The bits of the samples of a pixel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Masks {
    red: Mask,
    green: Mask,
    blue: Mask,
    pub(crate) alpha: Mask,
}

impl Mask {
    fn new(mask: u32, bits: u16) -> Result<Self> {
        if mask == 0 {
            return Ok(Self::default());
        }
        let shift = mask.trailing_zeros();
        let max = mask >> shift;
        if max & max.wrapping_add(1) != 0 {
            return Err(INFO.malformed(format!("bits of mask {mask:#010x} are not in one piece")));
        }
        if u64::from(mask) >> bits != 0 {
            return Err(INFO.malformed(format!("mask {mask:#010x} exceeds {bits} bits")));
        }
        Ok(Self { shift, max })
    }

    /// The sample of a pixel, scaled to 0 to 255 and rounded down, as Pillow and imagecodecs do.
    #[expect(clippy::cast_possible_truncation, reason = "at most 255: the sample is at most its maximum")]
    fn sample(self, pixel: u32) -> u8 {
        let value = pixel >> self.shift & self.max;
        match self.max {
            0 => 0,
            255 => value as u8,
            max => (u64::from(value) * 255 / u64::from(max)) as u8,
        }
    }

    /// Samples of all values, where they are few.
    fn table(self) -> Option<[u8; 256]> {
        (self.max < 256).then(|| {
            let mut table = [0; 256];
            (0..=self.max).zip(&mut table).for_each(|(value, to)| *to = self.sample(value << self.shift));
            table
        })
    }
}

impl Masks {
    /// Red, green, blue, alpha.
    pub(crate) fn new(masks: [u32; 4], bits: u16) -> Result<Self> {
        let mut taken = 0u32;
        for mask in masks {
            if taken & mask != 0 {
                return Err(INFO.malformed(format!("mask {mask:#010x} shares bits with another one")));
            }
            taken |= mask;
        }
        let [red, green, blue, alpha] = masks.map(|mask| Mask::new(mask, bits));
        let masks = Self { red: red?, green: green?, blue: blue?, alpha: alpha? };
        if [masks.red, masks.green, masks.blue].iter().all(|mask| mask.max == 0) {
            return Err(INFO.malformed("all masks of colours are 0"));
        }
        Ok(masks)
    }

    /// True if bytes are blue, green, red, and alpha or one more.
    pub(crate) fn is_bytes(&self) -> bool {
        let byte = |mask: Mask, shift| mask.max == 255 && mask.shift == shift;
        byte(self.red, 16) && byte(self.green, 8) && byte(self.blue, 0) && (self.alpha.max == 0 || byte(self.alpha, 24))
    }

    /// Where samples of whole bytes begin; alpha may be missing.
    fn byte_shifts(&self) -> Option<[u32; 4]> {
        let is_byte = |mask: &Mask| mask.max == 255;
        let colours = [self.red, self.green, self.blue].iter().all(is_byte);
        let masks = [self.red, self.green, self.blue, self.alpha];
        (colours && (self.alpha.max == 0 || is_byte(&self.alpha))).then(|| masks.map(|mask| mask.shift))
    }

    /// Takes pixels of 32 bits apart: 3 samples each, or 4.
    pub(crate) fn unpack_long(&self, src: &[u8], has_alpha: bool, dst: &mut [u8]) {
        let pixels = src.as_chunks::<4>().0.iter().map(|&bytes| u32::from_le_bytes(bytes));
        match (self.byte_shifts(), has_alpha) {
            (Some([red, green, blue, _]), false) => {
                let byte = |pixel: u32, shift: u32| pixel >> shift & 255;
                let join = |p: u32| byte(p, red) | byte(p, green) << 8 | byte(p, blue) << 16;
                drop_fourth(src, dst, join);
            }
            (Some(shifts), true) => {
                for (to, pixel) in dst.as_chunks_mut::<4>().0.iter_mut().zip(pixels) {
                    let [red, green, blue, alpha] = shifts.map(|shift| pixel >> shift & 255);
                    *to = (red | green << 8 | blue << 16 | alpha << 24).to_le_bytes();
                }
            }
            (None, false) => self.unpack::<3>(pixels, dst),
            (None, true) => self.unpack::<4>(pixels, dst),
        }
    }

    /// Takes pixels apart that are given as words: `N` samples each.
    pub(crate) fn unpack<const N: usize>(&self, pixels: impl Iterator<Item = u32>, dst: &mut [u8]) {
        let masks = [self.red, self.green, self.blue, self.alpha];
        let tables = masks.map(Mask::table);
        let to = dst.as_chunks_mut::<N>().0;
        if let [Some(red), Some(green), Some(blue), Some(alpha)] = &tables {
            let tables = [red, green, blue, alpha];
            for (to, pixel) in to.iter_mut().zip(pixels) {
                for (sample, (mask, table)) in to.iter_mut().zip(masks.iter().zip(tables)) {
                    // Below 256: the table exists.
                    *sample = table[(pixel >> mask.shift & mask.max) as usize & 255];
                }
            }
            return;
        }
        for (to, pixel) in to.iter_mut().zip(pixels) {
            to.iter_mut().zip(masks).for_each(|(sample, mask)| *sample = mask.sample(pixel));
        }
    }
}
