//! Rows of components to rows of pixels, in the fixed-point numbers of libjpeg.

use crate::ColourSpace;
use crate::simd::Machine;

/// What happens to the samples of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// They stand side by side.
    Interleave,
    /// The first one is taken: grey of grey or YCbCr.
    First,
    /// Luma of red, green and blue.
    RgbToGray,
    /// Grey in the places of red, green and blue.
    GrayToRgb(ColourSpace),
    /// Red, green and blue in other places.
    RgbToRgb(ColourSpace),
    /// As JFIF has it.
    YCbCrToRgb(ColourSpace),
    /// The first three are YCbCr of the complements.
    YcckToCmyk,
}

impl Conversion {
    /// The conversion between two spaces, where libjpeg has one.
    pub(crate) fn new(from: ColourSpace, to: ColourSpace) -> Option<Self> {
        use ColourSpace::{Cmyk, Gray, Rgb, YCbCr, Ycck};
        match (from, to) {
            (Gray, Gray) | (YCbCr, Gray) => Some(Self::First),
            _ if from == to => Some(Self::Interleave),
            (Rgb, Gray) => Some(Self::RgbToGray),
            (Gray, _) if to.rgb().is_some() => Some(Self::GrayToRgb(to)),
            (Rgb, _) if to.rgb().is_some() => Some(Self::RgbToRgb(to)),
            (YCbCr, _) if to.rgb().is_some() => Some(Self::YCbCrToRgb(to)),
            (Ycck, Cmyk) => Some(Self::YcckToCmyk),
            _ => None,
        }
    }

    /// Components that are looked at, of those there are.
    pub(crate) const fn needed(self, n_components: usize) -> usize {
        if matches!(self, Self::First) { 1 } else { n_components }
    }

    /// Fills a row of pixels. Rows of components may be longer than needed.
    pub(crate) fn run(self, rows: &[&[u8]], to: &mut [u8], machine: Machine) {
        match (self, rows) {
            (Self::Interleave | Self::First, [row]) => copy(row, to),
            (Self::Interleave, [a, b]) => {
                let pixels = to.as_chunks_mut::<2>().0.iter_mut().zip(*a).zip(*b);
                pixels.for_each(|((to, &a), &b)| *to = [a, b]);
            }
            (Self::Interleave | Self::RgbToRgb(ColourSpace::Rgb), [a, b, c]) => machine.join([a, b, c], to),
            (Self::Interleave, [a, b, c, d]) => machine.join([a, b, c, d], to),
            (Self::YCbCrToRgb(ColourSpace::Rgb), [y, cb, cr]) => machine.rgb([y, cb, cr], to),
            (Self::RgbToGray, [r, g, b]) => {
                let pixels = to.iter_mut().zip(*r).zip(*g).zip(*b);
                pixels.for_each(|(((to, &r), &g), &b)| *to = luma(r, g, b));
            }
            (Self::GrayToRgb(space), [row]) => place(space, row.iter().map(|&v| [v, v, v]), to),
            (Self::RgbToRgb(space), [r, g, b]) => {
                place(space, r.iter().zip(*g).zip(*b).map(|((&r, &g), &b)| [r, g, b]), to);
            }
            (Self::YCbCrToRgb(space), [y, cb, cr]) => {
                place(space, y.iter().zip(*cb).zip(*cr).map(|((&y, &cb), &cr)| rgb(y, cb, cr)), to);
            }
            (Self::YcckToCmyk, [y, cb, cr, k]) => {
                let pixels = to.as_chunks_mut::<4>().0.iter_mut().zip(*y).zip(*cb).zip(*cr).zip(*k);
                pixels.for_each(|((((to, &y), &cb), &cr), &k)| {
                    let [r, g, b] = rgb(y, cb, cr);
                    *to = [255 - r, 255 - g, 255 - b, k];
                });
            }
            _ => {}
        }
    }
}

/// Puts samples side by side.
#[inline(always)]
pub(crate) fn join<const N: usize>(rows: [&[u8]; N], to: &mut [u8]) {
    let to = to.as_chunks_mut::<N>().0;
    let n = rows.iter().fold(to.len(), |n, row| n.min(row.len()));
    let rows = rows.map(|row| row.get(..n).unwrap_or(&[]));
    for (x, to) in to.iter_mut().enumerate().take(n) {
        for (to, row) in to.iter_mut().zip(&rows) {
            *to = row[x];
        }
    }
}

/// As JFIF has it.
#[inline(always)]
pub(crate) fn rgb_row([y, cb, cr]: [&[u8]; 3], to: &mut [u8]) {
    for (((to, &y), &cb), &cr) in to.as_chunks_mut::<3>().0.iter_mut().zip(y).zip(cb).zip(cr) {
        *to = rgb(y, cb, cr);
    }
}

fn copy(row: &[u8], to: &mut [u8]) {
    if let Some(row) = row.get(..to.len()) {
        to.copy_from_slice(row);
    }
}

/// Puts red, green and blue where `space` has them; what is left is 255.
fn place(space: ColourSpace, pixels: impl Iterator<Item = [u8; 3]>, to: &mut [u8]) {
    let (Some([r, g, b]), Some(samples)) = (space.rgb(), space.samples()) else { return };
    for (to, pixel) in to.chunks_exact_mut(samples).zip(pixels) {
        to.fill(255);
        for (at, value) in [r, g, b].into_iter().zip(pixel) {
            if let Some(to) = to.get_mut(at) {
                *to = value;
            }
        }
    }
}

/// Parts of 65536, rounded.
const fn fix(value: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "constants below 2")]
    {
        (value * 65536.0 + 0.5) as i32
    }
}

const HALF: i32 = 1 << 15;

#[inline(always)]
fn rgb(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (i32::from(y), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = (fix(1.402) * cr + HALF) >> 16;
    let blue = (fix(1.772) * cb + HALF) >> 16;
    let green = (-fix(0.34414) * cb + HALF - fix(0.71414) * cr) >> 16;
    [clamp(y + red), clamp(y + green), clamp(y + blue)]
}

fn luma(r: u8, g: u8, b: u8) -> u8 {
    clamp((fix(0.299) * i32::from(r) + fix(0.587) * i32::from(g) + fix(0.114) * i32::from(b) + HALF) >> 16)
}

#[inline(always)]
#[expect(clippy::cast_sign_loss, reason = "clamped")]
fn clamp(value: i32) -> u8 {
    value.clamp(0, 255) as u8
}
