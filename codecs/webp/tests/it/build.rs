//! Files made chunk by chunk, from RFC 9649.

use iio_codec::{ArrayRef, DType, Layout};
use iio_testkit::Content;
use iio_webp::{DecodeOptions, EncodeOptions, decode, encode};

pub(crate) fn layout(shape: &[usize]) -> Layout {
    Layout::new(DType::U8, shape).unwrap()
}

pub(crate) fn photo(shape: &[usize]) -> Vec<u8> {
    Content::Photo.array(&layout(shape), None)
}

pub(crate) fn packed(pixels: &[u8], shape: &[usize], options: &EncodeOptions) -> Vec<u8> {
    encode(ArrayRef::new(pixels, layout(shape)).unwrap(), options).unwrap()
}

/// Shape and pixels.
pub(crate) fn unpacked(file: &[u8], options: &DecodeOptions) -> (Vec<usize>, Vec<u8>) {
    let (layout, pixels) = decode(file, options).unwrap();
    (layout.shape().to_vec(), pixels.to_vec())
}

pub(crate) fn chunk(tag: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = tag.to_vec();
    chunk.extend_from_slice(&(data.len() as u32).to_le_bytes());
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(&[0][..data.len() % 2]);
    chunk
}

pub(crate) fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut data = b"WEBP".to_vec();
    data.extend(chunks.iter().flatten());
    chunk(b"RIFF", &data)
}

fn u24(value: u32) -> [u8; 3] {
    let [a, b, c, _] = value.to_le_bytes();
    [a, b, c]
}

pub(crate) fn vp8x(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let mut data = vec![flags, 0, 0, 0];
    data.extend(u24(width - 1));
    data.extend(u24(height - 1));
    chunk(b"VP8X", &data)
}

/// Background, loops.
pub(crate) fn anim() -> Vec<u8> {
    chunk(b"ANIM", &[1, 2, 3, 4, 5, 0])
}

/// A frame at `x`, `y`, of this size, with flags, and the chunks of its image.
pub(crate) fn anmf([x, y, width, height]: [u32; 4], flags: u8, image: &[u8]) -> Vec<u8> {
    let mut data = Vec::new();
    for value in [x / 2, y / 2, width - 1, height - 1, 40] {
        data.extend(u24(value));
    }
    data.push(flags);
    data.extend_from_slice(image);
    chunk(b"ANMF", &data)
}

/// A writer of bits, the lowest first.
#[derive(Clone, Default)]
pub(crate) struct Bits {
    pub(crate) bytes: Vec<u8>,
    n: usize,
}

impl Bits {
    pub(crate) fn put(mut self, value: u32, n: usize) -> Self {
        for bit in 0..n {
            if self.n.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= ((value >> bit & 1) as u8) << (self.n % 8);
            self.n += 1;
        }
        self
    }
}

/// The header of a VP8L stream (section 3.4).
pub(crate) fn vp8l_header(width: u32, height: u32, alpha: bool) -> Bits {
    Bits::default().put(0x2f, 8).put(width - 1, 14).put(height - 1, 14).put(alpha.into(), 1).put(0, 3)
}

/// An image of one colour in a `VP8L` chunk: no transform, no cache, no meta codes, five codes of one symbol each, so
/// that pixels take no bits (section 3.7.2.1.1).
pub(crate) fn vp8l([width, height]: [u32; 2], [r, g, b, a]: [u8; 4]) -> Vec<u8> {
    let simple = |bits: Bits, symbol: u8| bits.put(1, 1).put(0, 1).put(1, 1).put(symbol.into(), 8);
    let bits = vp8l_header(width, height, a != 255).put(0, 3);
    let bits = [g, r, b, a, 0].into_iter().fold(bits, simple);
    chunk(b"VP8L", &bits.bytes)
}
