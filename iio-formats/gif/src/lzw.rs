//! Image data: a code size, and LZW codes in sub-blocks (section 22, appendix F).

use std::fmt;

use iio_codec::{Blame, BytesCodec, BytesDecoder, BytesEncoder, Context, Error, Result, zeroed_vec};
use iio_lzw::{DecodeOptions, Dialect, EncodeOptions, Lzw, encode_bound};

use crate::INFO;
use crate::block::sub_blocks;

/// The longest strings have one pixel less than codes have values, in 12 bits.
const RATIO: usize = 4096 * 8 / 12 + 1;

fn codec(size: u8) -> Lzw {
    let dialect = Dialect::Gif(size);
    // Pixels are counted; what ends them is not needed.
    let decode = DecodeOptions::default().with_dialect(dialect).with_allow_missing_end(true);
    Lzw::new(EncodeOptions::default().with_dialect(dialect), decode)
}

/// Decodes image data. Frames of one code size, as those of an animation are, share a table.
#[derive(Default)]
pub(crate) struct Unpacker {
    /// Code size and decoder of the last frame.
    decoder: Option<(u8, Box<dyn BytesDecoder>)>,
    /// Sub-blocks in one piece.
    codes: Vec<u8>,
}

impl Unpacker {
    /// Decodes as many indices as `dst` holds, or all there are; returns their number. `data` is the offset of the data
    /// in `src`.
    pub(crate) fn decode(&mut self, src: &[u8], data: usize, dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        let (&size, blocks) = src.get(data..).and_then(<[u8]>::split_first).unwrap_or((&0, &[]));
        if !(1..=11).contains(&size) {
            return Err(INFO.malformed(format!("code size {size} is not 1 to 11")).at(data));
        }
        let len = sub_blocks(blocks).map(<[u8]>::len).sum();
        self.codes.clear();
        self.codes.try_reserve(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
        sub_blocks(blocks).for_each(|block| self.codes.extend_from_slice(block));
        let decoder = match &mut self.decoder {
            Some((known, decoder)) if *known == size => decoder,
            other => &mut other.insert((size, codec(size).decoder()?)).1,
        };
        let result = decoder.decode_into(&self.codes, dst, cx);
        Ok(result.map_err(|error| located(&error, blocks, data + 1))?.written)
    }
}

impl fmt::Debug for Unpacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacker").finish_non_exhaustive()
    }
}

/// An error of codes as one of the file; `at` is where the sub-blocks begin.
#[cold]
fn located(error: &Error, blocks: &[u8], mut at: usize) -> Error {
    let mut offset = error.offset().and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
    for block in sub_blocks(blocks) {
        if offset < block.len() {
            break;
        }
        offset -= block.len();
        at += 1 + block.len();
    }
    Error::new(INFO.name, error.kind(), format!("image data: {}", error.message())).at(at + 1 + offset)
}

/// True if data of `len` bytes can hold `n` pixels.
pub(crate) const fn can_hold(len: usize, n: usize) -> bool {
    n <= len.saturating_mul(RATIO)
}

/// Encodes image data.
#[derive(Default)]
pub(crate) struct Packer {
    /// Code size and encoder of the last frame.
    encoder: Option<(u8, Box<dyn BytesEncoder>)>,
    codes: Vec<u8>,
}

impl Packer {
    /// Appends indices as image data.
    pub(crate) fn encode(&mut self, indices: &[u8], code_size: u8, dst: &mut Vec<u8>) -> Result<()> {
        let bound = encode_bound(indices.len());
        if self.codes.len() < bound {
            self.codes = zeroed_vec(bound)?;
        }
        let encoder = match &mut self.encoder {
            Some((known, encoder)) if *known == code_size => encoder,
            other => &mut other.insert((code_size, codec(code_size).encoder()?)).1,
        };
        let len = encoder.encode_into(indices, &mut self.codes, &Context::default())?;
        let reserved = len + len.div_ceil(255) + 2;
        dst.try_reserve(reserved).map_err(|error| INFO.out_of_memory(reserved).with_source(error))?;
        dst.push(code_size);
        for block in self.codes.get(..len).unwrap_or_default().chunks(255) {
            dst.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
            dst.extend_from_slice(block);
        }
        dst.push(0);
        Ok(())
    }
}

/// The order in which rows are stored (appendix E).
pub(crate) fn row_order(height: usize, interlaced: bool) -> impl Iterator<Item = usize> {
    let passes: &[(usize, usize)] = if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
    passes.iter().flat_map(move |&(first, step)| (first..height).step_by(step))
}
