//! Independent implementations, to compare with: other crates, and definitions written down as plainly as they can be.

use iio::{Config, DType, Layout};

/// An implementation of a codec by others, or by its definition alone.
#[non_exhaustive]
pub enum Oracle {
    /// Decodes a stream of default options; `None` if it refuses, or has no answer.
    Bytes {
        /// Options of our encoder that leave the stream one of default options.
        free: &'static [&'static str],
        /// Decodes a whole stream into at most as many bytes as given.
        decode: fn(&[u8], usize) -> Option<Vec<u8>>,
    },
    /// Decodes a stream that our encoder makes with `config`; `None` as above.
    Array {
        /// Options of our encoder that lose nothing, if there are any.
        config: Option<fn() -> Config>,
        /// Gives the shape and the samples, in native byte order.
        decode: fn(&[u8]) -> Option<(Vec<usize>, Vec<u8>)>,
        /// False if it takes damaged streams for other pixels: then only what our encoder makes is compared.
        any: bool,
    },
    /// Encodes (`true`) or decodes samples of a layout in place, with default options.
    Filter(fn(&mut [u8], &Layout, bool)),
}

/// What there is to compare a codec with.
#[must_use]
pub fn oracle(codec: &str) -> Option<Oracle> {
    use Oracle::{Array, Bytes, Filter};
    Some(match codec {
        "deflate" => Bytes { free: &["level"], decode: inflate },
        "zlib" => Bytes { free: &["level"], decode: zlib },
        "gzip" => Bytes { free: &["level"], decode: gzip },
        "zstd" => Bytes { free: &["level", "checksum", "content_size"], decode: zstd },
        "brotli" => Bytes { free: &["level", "mode", "lgwin"], decode: brotli },
        "lzw" => Bytes { free: &[], decode: lzw },
        "packbits" => Bytes { free: &["row_len"], decode: packbits },
        "lz4" => Bytes { free: &["level", "hc", "acceleration"], decode: lz4 },
        "lz4f" => Bytes {
            free: &["level", "block_size", "block_independent", "block_checksum", "content_checksum", "content_size"],
            decode: lz4f,
        },
        "lz4h5" => Bytes { free: &["block_size", "acceleration"], decode: lz4h5 },
        "png" => Array { config: Some(Config::new), decode: png, any: true },
        // libwebp and Pillow give what ours does of a damaged `color_cache_bits_11.webp`, image-webp 0.2.4 other pixels.
        "webp" => Array { config: Some(|| Config::new().set("lossless", true)), decode: webp, any: false },
        "jpeg8" => Array { config: None, decode: jpeg8, any: true },
        "bitorder" => Filter(|bytes, _, _| bytes.iter_mut().for_each(|byte| *byte = byte.reverse_bits())),
        "delta" => Filter(delta),
        "xor" => Filter(xor),
        "byteshuffle" => Filter(byteshuffle),
        "bitshuffle" => Filter(bitshuffle),
        "floatpred" => Filter(floatpred),
        _ => return None,
    })
}

fn inflate(src: &[u8], most: usize) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(src, most).ok()
}

fn zlib(src: &[u8], most: usize) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(src, most).ok()
}

/// One member without optional fields, whose trailer is not looked at.
fn gzip(src: &[u8], most: usize) -> Option<Vec<u8>> {
    let body = src.strip_prefix(&[0x1f, 0x8b, 8, 0])?.get(6..)?;
    inflate(body.get(..body.len().checked_sub(8)?)?, most)
}

fn zstd(src: &[u8], most: usize) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut dst = Vec::new();
    let decoder = ruzstd::decoding::StreamingDecoder::new(src).ok()?;
    decoder.take(most as u64 + 1).read_to_end(&mut dst).ok()?;
    (dst.len() <= most).then_some(dst)
}

fn brotli(src: &[u8], most: usize) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut dst = Vec::new();
    brotli::Decompressor::new(src, 4096).take(most as u64 + 1).read_to_end(&mut dst).ok()?;
    (dst.len() <= most).then_some(dst)
}

/// The dialect of TIFF 6, which the first code tells.
fn lzw(src: &[u8], most: usize) -> Option<Vec<u8>> {
    if !src.starts_with(&[0x80]) {
        return None;
    }
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let dst = decoder.decode(src).ok()?;
    (dst.len() <= most).then_some(dst)
}

fn packbits(src: &[u8], most: usize) -> Option<Vec<u8>> {
    let (mut dst, mut at) = (Vec::new(), 0);
    while let Some(&head) = src.get(at) {
        at += 1;
        match head {
            0..=127 => {
                dst.extend_from_slice(src.get(at..at + usize::from(head) + 1)?);
                at += usize::from(head) + 1;
            }
            129.. => {
                dst.resize(dst.len() + 257 - usize::from(head), *src.get(at)?);
                at += 1;
            }
            128 => {}
        }
    }
    (dst.len() <= most).then_some(dst)
}

fn lz4(src: &[u8], most: usize) -> Option<Vec<u8>> {
    lz4_flex::block::decompress(src, most).ok()
}

fn lz4f(src: &[u8], most: usize) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut dst = Vec::new();
    lz4_flex::frame::FrameDecoder::new(src).take(most as u64 + 1).read_to_end(&mut dst).ok()?;
    (dst.len() <= most).then_some(dst)
}

fn lz4h5(src: &[u8], most: usize) -> Option<Vec<u8>> {
    let (total, rest) = src.split_first_chunk()?;
    let (each, mut rest) = rest.split_first_chunk()?;
    let total = usize::try_from(u64::from_be_bytes(*total)).ok().filter(|&total| total <= most)?;
    let each = u32::from_be_bytes(*each) as usize;
    let mut dst = Vec::new();
    while dst.len() < total {
        let (len, body) = rest.split_first_chunk()?;
        let (block, behind) = body.split_at_checked(u32::from_be_bytes(*len) as usize)?;
        let gives = each.min(total - dst.len());
        let plain = if block.len() == gives { block.to_vec() } else { lz4(block, gives)? };
        if plain.len() != gives || gives == 0 {
            return None;
        }
        dst.extend_from_slice(&plain);
        rest = behind;
    }
    Some(dst)
}

/// Whole samples of 8 and 16 bits: what is expanded on the way differs by taste.
fn png(src: &[u8]) -> Option<(Vec<usize>, Vec<u8>)> {
    let mut reader = png::Decoder::new_with_limits(std::io::Cursor::new(src), png::Limits { bytes: 32 << 20 });
    reader.set_transformations(png::Transformations::IDENTITY);
    let mut reader = reader.read_info().ok()?;
    let info = reader.info();
    if info.trns.is_some() || info.color_type == png::ColorType::Indexed || info.is_animated() {
        return None;
    }
    let wide = match info.bit_depth {
        png::BitDepth::Eight => false,
        png::BitDepth::Sixteen => true,
        _ => return None,
    };
    let (height, width) = (info.height as usize, info.width as usize);
    let samples = info.color_type.samples();
    let mut bytes = vec![0; reader.output_buffer_size().filter(|&len| len <= 16 << 20)?];
    reader.next_frame(&mut bytes).ok()?;
    reader.finish().ok()?;
    if wide && cfg!(target_endian = "little") {
        bytes.chunks_exact_mut(2).for_each(<[u8]>::reverse);
    }
    let shape = if samples == 1 { vec![height, width] } else { vec![height, width, samples] };
    Some((shape, bytes))
}

/// Lossless stills.
fn webp(src: &[u8]) -> Option<(Vec<usize>, Vec<u8>)> {
    let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(src)).ok()?;
    if decoder.is_lossy() || decoder.is_animated() {
        return None;
    }
    let (width, height) = decoder.dimensions();
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let mut bytes = vec![0; decoder.output_buffer_size().filter(|&len| len <= 16 << 20)?];
    decoder.read_image(&mut bytes).ok()?;
    Some((vec![height as usize, width as usize, samples], bytes))
}

/// libjpeg-turbo-rs behind our crate, which decodes plain streams itself, whole or damaged, to the same pixels.
fn jpeg8(src: &[u8]) -> Option<(Vec<usize>, Vec<u8>)> {
    let (layout, pixels) =
        iio_jpeg8::decode_by_library(src, &iio_jpeg8::DecodeOptions::default(), &crate::codec::context()).ok()?;
    Some((layout.shape().to_vec(), pixels))
}

/// Rows along the last axis.
fn rows<'a>(bytes: &'a mut [u8], layout: &Layout) -> impl Iterator<Item = &'a mut [u8]> {
    let len = layout.shape().last().copied().unwrap_or(1) * layout.dtype().size();
    bytes.chunks_exact_mut(len.max(1))
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Combines neighbours as little-endian numbers: the machines that fuzz are.
fn combine(bytes: &mut [u8], layout: &Layout, encode: bool, with: impl Fn(u64, u64) -> u64) {
    let size = if layout.dtype() == DType::C64 { 8 } else { layout.dtype().size() };
    for row in rows(bytes, layout) {
        let n = row.len() / size;
        let order: Vec<usize> = if encode { (1..n).rev().collect() } else { (1..n).collect() };
        for i in order {
            let (left, right) = (number(&row[(i - 1) * size..i * size]), number(&row[i * size..(i + 1) * size]));
            row[i * size..(i + 1) * size].copy_from_slice(&with(left, right).to_le_bytes()[..size]);
        }
    }
}

fn delta(bytes: &mut [u8], layout: &Layout, encode: bool) {
    let with =
        if encode { |left, right: u64| right.wrapping_sub(left) } else { |left, right: u64| right.wrapping_add(left) };
    combine(bytes, layout, encode, with);
}

fn xor(bytes: &mut [u8], layout: &Layout, encode: bool) {
    if layout.dtype().size() <= 8 {
        combine(bytes, layout, encode, |left, right| left ^ right);
        return;
    }
    // A row of complex numbers of 16 bytes: byte by byte.
    for row in rows(bytes, layout) {
        let order: Vec<usize> = if encode { (16..row.len()).rev().collect() } else { (16..row.len()).collect() };
        order.into_iter().for_each(|i| row[i] ^= row[i - 16]);
    }
}

fn byteshuffle(bytes: &mut [u8], layout: &Layout, encode: bool) {
    planes(bytes, layout, layout.dtype().size(), encode, false);
}

/// Bit by bit.
fn bitshuffle(bytes: &mut [u8], layout: &Layout, encode: bool) {
    let size = layout.dtype().size();
    let block = (8192 / size / 8 * 8).max(128);
    let whole = bytes.len() / size / 8 * 8 * size;
    for block in bytes[..whole].chunks_mut(block * size) {
        let (from, n) = (block.to_vec(), block.len() / size);
        block.fill(0);
        for (sample, bit) in (0..n).flat_map(|sample| (0..8 * size).map(move |bit| (sample, bit))) {
            let (near, far) = (8 * size * sample + bit, n * bit + sample);
            let (from_bit, to_bit) = if encode { (near, far) } else { (far, near) };
            block[to_bit / 8] |= (from[from_bit / 8] >> (from_bit % 8) & 1) << (to_bit % 8);
        }
    }
}

fn floatpred(bytes: &mut [u8], layout: &Layout, encode: bool) {
    let size = layout.dtype().size();
    if encode {
        planes(bytes, layout, size, true, true);
    }
    for row in rows(bytes, layout) {
        if encode {
            (1..row.len()).rev().for_each(|i| row[i] = row[i].wrapping_sub(row[i - 1]));
        } else {
            (1..row.len()).for_each(|i| row[i] = row[i].wrapping_add(row[i - 1]));
        }
    }
    if !encode {
        planes(bytes, layout, size, false, true);
    }
}

/// Sorts the bytes of the samples of each row by their place in the sample, or back.
fn planes(bytes: &mut [u8], layout: &Layout, size: usize, encode: bool, reverse: bool) {
    for row in rows(bytes, layout) {
        let (from, n) = (row.to_vec(), row.len() / size);
        for (sample, byte) in (0..n).flat_map(|sample| (0..size).map(move |byte| (sample, byte))) {
            let plane = if reverse { size - 1 - byte } else { byte };
            let (near, far) = (sample * size + byte, plane * n + sample);
            if encode { row[far] = from[near] } else { row[near] = from[far] }
        }
    }
}
