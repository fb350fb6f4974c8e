//! Both ways against weezl, which shares no code with this crate.

use iio_lzw::{DecodeOptions, Dialect, EncodeOptions, decode, decode_exact, encode};
use weezl::BitOrder;

use crate::stream::noise;

fn samples() -> Vec<Vec<u8>> {
    let gradient = (0..60_000u32).map(|i| (i / 7 + i / 300 * 3).to_le_bytes()[0]);
    let words = (0..40_000u32).flat_map(|i| (30_000 + i / 16 + (i * i) % 5).to_le_bytes().into_iter().take(2));
    let mut samples = vec![vec![], vec![42], vec![0; 100_000], gradient.collect(), words.collect()];
    samples.extend([2, 3, 17, 255].map(|values| noise(70_000, values, u64::from(values))));
    samples.extend((1..40).map(|len| noise(len * 97, 9, len as u64)));
    samples.push([noise(3000, 2, 8).repeat(12), noise(20_000, 200, 6), vec![1; 9000]].concat());
    samples
}

#[test]
fn weezl_reads_what_is_written() {
    for src in samples() {
        let packed = encode(&src, &EncodeOptions::default()).unwrap();
        let decoded = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8).decode(&packed).unwrap();
        assert!(decoded == src, "tiff, {} bytes", src.len());
        let packed = encode(&src, &EncodeOptions::default().with_dialect(Dialect::Lsb)).unwrap();
        let decoded = weezl::decode::Decoder::new(BitOrder::Lsb, 8).decode(&packed).unwrap();
        assert!(decoded == src, "lsb, {} bytes", src.len());
    }
}

#[test]
fn what_weezl_writes_is_read() {
    for src in samples() {
        let tiff = weezl::encode::Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&src).unwrap();
        let lsb = weezl::encode::Encoder::new(BitOrder::Lsb, 8).encode(&src).unwrap();
        for packed in [tiff, lsb] {
            assert!(decode(&packed, &DecodeOptions::default()).unwrap() == src, "{} bytes", src.len());
            let mut dst = vec![0xa5; src.len()];
            decode_exact(&packed, &mut dst, &DecodeOptions::default()).unwrap();
            assert!(dst == src, "{} bytes", src.len());
        }
    }
}

#[test]
fn gif_is_read_and_written_with_all_code_sizes() {
    for size in 2..=8u8 {
        let options = EncodeOptions::default().with_dialect(Dialect::Gif(size));
        let decoding = DecodeOptions::default().with_dialect(Dialect::Gif(size)).with_require_clear(true);
        for src in samples() {
            let src: Vec<u8> = src.iter().map(|byte| byte >> (8 - size)).collect();
            let packed = encode(&src, &options).unwrap();
            let theirs = weezl::decode::Decoder::new(BitOrder::Lsb, size).decode(&packed).unwrap();
            assert!(theirs == src, "size {size}, {} bytes", src.len());
            for packed in [packed, weezl::encode::Encoder::new(BitOrder::Lsb, size).encode(&src).unwrap()] {
                assert!(decode(&packed, &decoding).unwrap() == src, "size {size}, {} bytes", src.len());
                let mut dst = vec![0xa5; src.len()];
                decode_exact(&packed, &mut dst, &decoding).unwrap();
                assert!(dst == src, "size {size}, {} bytes", src.len());
            }
        }
    }
}
