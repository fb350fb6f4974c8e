//! From the bytes of an unfiltered row to samples: unpacked, scaled, looked up, byte order of the machine.

use iio_codec::{Blame, Result};

use crate::header::ColourType;
use crate::png::Head;
use crate::{DecodeOptions, INFO};

/// What is done to each row. Made once per image.
pub(crate) enum Expand {
    /// Samples of 8 bits: nothing.
    Copy,
    /// Samples of 16 bits: to the byte order of the machine.
    Native,
    /// Samples below 8 bits, each times `scale`; `key`, if any, becomes alpha 0, else alpha is `opaque`.
    Low { depth: u8, scale: u8, key: Option<u8>, opaque: u8 },
    /// Gray or RGB of 8 bits with a transparent value.
    Key8 { n: usize, key: [u8; 3] },
    /// Gray or RGB of 16 bits with a transparent value, in the byte order of the file.
    Key16 { n: usize, key: [[u8; 2]; 3] },
    /// Indices to `n` samples.
    Palette { depth: u8, n: usize, table: Box<[[u8; 4]; 256]> },
}

impl Expand {
    pub(crate) fn new(head: &Head, options: &DecodeOptions) -> Self {
        let depth = head.header.bit_depth;
        let max = if depth < 8 { (1 << depth) - 1 } else { u8::MAX };
        let key = head.transparent.filter(|_| options.expand_transparency);
        #[expect(clippy::cast_possible_truncation, reason = "the key has as many bits as a sample")]
        match (head.header.colour, depth, key) {
            (ColourType::Palette, ..) if options.expand_palette && head.palette.is_some() => {
                let table = head.palette.as_ref().map_or([[0; 4]; 256], |palette| *palette.table());
                Self::Palette { depth, n: head.output(options).0, table: Box::new(table) }
            }
            (ColourType::Palette, 1..8, _) => Self::Low { depth, scale: 1, key: None, opaque: max },
            (ColourType::Gray, 1..8, key) => {
                let scale = if options.scale_low_bits { u8::MAX / max } else { 1 };
                Self::Low { depth, scale, key: key.map(|[gray, ..]| gray as u8), opaque: scale * max }
            }
            (colour, 16, Some(key)) => Self::Key16 { n: colour.n_samples(), key: key.map(u16::to_be_bytes) },
            (colour, _, Some(key)) => Self::Key8 { n: colour.n_samples(), key: key.map(|value| value as u8) },
            (_, 16, None) => Self::Native,
            (_, _, None) => Self::Copy,
        }
    }

    /// Expands `raw` into `dst`, all of which is written. `scratch` is kept between rows.
    pub(crate) fn row(&self, raw: &[u8], dst: &mut [u8], scratch: &mut Vec<u8>) {
        match self {
            Self::Copy => dst.copy_from_slice(raw),
            Self::Native => to_native(raw, dst),
            Self::Low { depth, scale, key: None, .. } => unpack(*depth, *scale, raw, dst),
            &Self::Low { depth, scale, key: Some(key), opaque } => {
                let pixels = dst.as_chunks_mut::<2>().0;
                scratch.resize(pixels.len(), 0);
                unpack(depth, 1, raw, scratch);
                for (pixel, &value) in pixels.iter_mut().zip(scratch.iter()) {
                    *pixel = [value * scale, if value == key { 0 } else { opaque }];
                }
            }
            Self::Key8 { n: 1, key } => key8::<1, 2>(raw, key, dst),
            Self::Key8 { key, .. } => key8::<3, 4>(raw, key, dst),
            Self::Key16 { n: 1, key } => key16::<1, 2>(raw, key, dst),
            Self::Key16 { key, .. } => key16::<3, 4>(raw, key, dst),
            Self::Palette { depth: 8, n, table } => look_up(*n, table, raw, dst),
            Self::Palette { depth, n, table } => {
                scratch.resize(dst.len() / n, 0);
                unpack(*depth, 1, raw, scratch);
                look_up(*n, table, scratch, dst);
            }
        }
    }
}

/// Fails if an index of the row is not below `n_colours`. `width` is the number of pixels.
pub(crate) fn check_indices(
    depth: u8,
    width: usize,
    raw: &[u8],
    n_colours: usize,
    row_index: usize,
    scratch: &mut Vec<u8>,
) -> Result<()> {
    scratch.resize(width, 0);
    unpack(depth, 1, raw, scratch);
    match scratch.iter().max() {
        Some(&max) if usize::from(max) >= n_colours => {
            Err(INFO.malformed(format!("index {max} at row {row_index} exceeds the palette of {n_colours} colours")))
        }
        _ => Ok(()),
    }
}

/// Big-endian samples of 16 bits to native ones.
pub(crate) fn to_native(raw: &[u8], dst: &mut [u8]) {
    for (to, &from) in dst.as_chunks_mut::<2>().0.iter_mut().zip(raw.as_chunks::<2>().0) {
        *to = u16::from_be_bytes(from).to_ne_bytes();
    }
}

/// Samples of `depth` bits, the first in the highest bits, to bytes times `scale`. `dst` has a byte for each sample of
/// the row; the bits that fill up the last byte are left out.
fn unpack(depth: u8, scale: u8, raw: &[u8], dst: &mut [u8]) {
    match depth {
        1 => unpack_by::<1, 8>(scale, raw, dst),
        2 => unpack_by::<2, 4>(scale, raw, dst),
        4 => unpack_by::<4, 2>(scale, raw, dst),
        _ => dst.copy_from_slice(raw),
    }
}

fn unpack_by<const DEPTH: u32, const PER_BYTE: usize>(scale: u8, raw: &[u8], dst: &mut [u8]) {
    let samples = |byte: u8| {
        let mut samples = [0; PER_BYTE];
        let mut bits = byte;
        for sample in &mut samples {
            *sample = (bits >> (8 - DEPTH)) * scale;
            bits <<= DEPTH;
        }
        samples
    };
    let (whole, rest) = dst.as_chunks_mut::<PER_BYTE>();
    for (to, &byte) in whole.iter_mut().zip(raw) {
        *to = samples(byte);
    }
    if let Some(&byte) = raw.get(whole.len()) {
        rest.iter_mut().zip(samples(byte)).for_each(|(to, sample)| *to = sample);
    }
}

fn look_up(n: usize, table: &[[u8; 4]; 256], indices: &[u8], dst: &mut [u8]) {
    if n == 4 {
        for (to, &index) in dst.as_chunks_mut::<4>().0.iter_mut().zip(indices) {
            *to = table[usize::from(index)];
        }
        return;
    }
    for (to, &index) in dst.as_chunks_mut::<3>().0.iter_mut().zip(indices) {
        let [r, g, b, _] = table[usize::from(index)];
        *to = [r, g, b];
    }
}

fn key8<const N: usize, const M: usize>(raw: &[u8], key: &[u8; 3], dst: &mut [u8]) {
    for (to, from) in dst.as_chunks_mut::<M>().0.iter_mut().zip(raw.as_chunks::<N>().0) {
        to[..N].copy_from_slice(from);
        to[N] = if from[..] == key[..N] { 0 } else { u8::MAX };
    }
}

fn key16<const N: usize, const M: usize>(raw: &[u8], key: &[[u8; 2]; 3], dst: &mut [u8]) {
    let pixels = raw.as_chunks::<2>().0.as_chunks::<N>().0;
    for (to, from) in dst.as_chunks_mut::<2>().0.as_chunks_mut::<M>().0.iter_mut().zip(pixels) {
        for (to, &sample) in to.iter_mut().zip(from) {
            *to = u16::from_be_bytes(sample).to_ne_bytes();
        }
        to[N] = if from[..] == key[..N] { [0; 2] } else { [u8::MAX; 2] };
    }
}
