//! Image data: a code size, and LZW codes in sub-blocks (section 22, appendix F).

use iio_codec::{Blame, Context, Result};
use weezl::BitOrder;

use crate::INFO;
use crate::block::sub_blocks;

/// The longest strings have one pixel less than codes have values, in 12 bits.
const RATIO: usize = 4096 * 8 / 12 + 1;

/// Strings of codes: each is that of another code and one index more.
struct Strings {
    prefix: [u16; 4096],
    last: [u8; 4096],
    first: [u8; 4096],
    len: [u16; 4096],
}

impl Strings {
    fn new(size: u8) -> Box<Self> {
        let mut strings = Box::new(Self { prefix: [0; 4096], last: [0; 4096], first: [0; 4096], len: [1; 4096] });
        for (code, index) in (0..1usize << size).zip(0..=u8::MAX) {
            (strings.last[code], strings.first[code]) = (index, index);
        }
        strings
    }

    fn push(&mut self, next: u16, before: u16, last: u8) {
        let (to, before_at) = (usize::from(next) & 4095, usize::from(before) & 4095);
        self.prefix[to] = before;
        self.last[to] = last;
        self.first[to] = self.first[before_at];
        self.len[to] = self.len[before_at] + 1;
    }

    /// Writes as much of a string as there is room for.
    fn write(&self, code: u16, dst: &mut [u8]) -> usize {
        let mut code = usize::from(code) & 4095;
        let n = usize::from(self.len[code]);
        let room = dst.len().min(n);
        for _ in room..n {
            code = usize::from(self.prefix[code]) & 4095;
        }
        for to in dst.iter_mut().take(room).rev() {
            *to = self.last[code];
            code = usize::from(self.prefix[code]) & 4095;
        }
        room
    }
}

/// Decodes as many indices as `dst` holds, or all there are; returns their number. `data` is the offset of the data in `src`.
pub(crate) fn decode(src: &[u8], data: usize, dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
    let (&size, blocks) = src.get(data..).and_then(<[u8]>::split_first).unwrap_or((&0, &[]));
    if !(1..=11).contains(&size) {
        return Err(INFO.malformed(format!("code size {size} is not 1 to 11")).at(data));
    }
    let mut strings = Strings::new(size);
    let clear = 1u16 << size;
    let first_width = u32::from(size) + 1;
    let (mut next, mut width, mut before) = (clear + 2, first_width, None);
    let (mut bits, mut n_bits) = (0u32, 0);
    let (mut written, mut at) = (0, data + 1);
    for (number, block) in sub_blocks(blocks).enumerate() {
        if number % 256 == 0 {
            cx.check_cancel(&INFO)?;
        }
        for (offset, &byte) in block.iter().enumerate() {
            bits |= u32::from(byte) << n_bits;
            n_bits += 8;
            while n_bits >= width {
                #[expect(clippy::cast_possible_truncation, reason = "codes have 12 bits at most")]
                let code = (bits & ((1 << width) - 1)) as u16;
                bits >>= width;
                n_bits -= width;
                if code == clear {
                    (next, width, before) = (clear + 2, first_width, None);
                    continue;
                }
                if code == clear + 1 {
                    return Ok(written);
                }
                let fault = |what: &str| {
                    let message = format!("code {code} {what} after {written} pixels, the next new one is {next}");
                    INFO.malformed(message).at(at + 1 + offset)
                };
                if code < clear && code > 255 {
                    return Err(fault("is no index of 8 bits"));
                }
                match before {
                    None if code > clear => return Err(fault("has no string")),
                    None => {}
                    Some(_) if code > next || (code == next && next > 4095) => return Err(fault("has no string")),
                    Some(before) if next <= 4095 => {
                        let from = if code == next { before } else { code };
                        strings.push(next, before, strings.first[usize::from(from) & 4095]);
                        next += 1;
                        width += u32::from(width < 12 && next == 1 << width);
                    }
                    Some(_) => {}
                }
                before = Some(code);
                written += strings.write(code, dst.get_mut(written..).unwrap_or_default());
                if written == dst.len() {
                    return Ok(written);
                }
            }
        }
        at += 1 + block.len();
    }
    Ok(written)
}

/// True if data of `len` bytes can hold `n` pixels.
pub(crate) const fn can_hold(len: usize, n: usize) -> bool {
    n <= len.saturating_mul(RATIO)
}

/// Appends indices as image data.
pub(crate) fn encode(indices: &[u8], code_size: u8, dst: &mut Vec<u8>) -> Result<()> {
    dst.push(code_size);
    let mut codes = Vec::new();
    let mut worker = weezl::encode::Encoder::new(BitOrder::Lsb, code_size);
    let result = worker.into_vec(&mut codes).encode_all(indices);
    result.status.map_err(|error| INFO.internal(format!("LZW: {error}")))?;
    for block in codes.chunks(255) {
        dst.push(u8::try_from(block.len()).unwrap_or(u8::MAX));
        dst.extend_from_slice(block);
    }
    dst.push(0);
    Ok(())
}

/// The order in which rows are stored (appendix E).
pub(crate) fn row_order(height: usize, interlaced: bool) -> impl Iterator<Item = usize> {
    let passes: &[(usize, usize)] = if interlaced { &[(0, 8), (4, 8), (2, 4), (1, 2)] } else { &[(0, 1)] };
    passes.iter().flat_map(move |&(first, step)| (first..height).step_by(step))
}
