//! A worker that is warm allocates nothing per call, so a loop over tiles costs what the codec costs.

use iio::{AnyCodec, ArrayMut, CodecId, Config, DType, Layout};
use iio_codec::Context;
use iio_testkit::allocations;

/// Calls that are counted, after one that warms the worker up.
const CALLS: usize = 8;

/// Codecs whose encoder allocates for each stream, and why. Their decoders do not.
const ALLOCATING_ENCODERS: [(&str, &str); 1] = [("brotli", "the library makes its hash tables anew for each stream")];

fn tile() -> Vec<u8> {
    (0..256 * 256 * 3u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 29) as u8 + (i / 4096) as u8).collect()
}

#[test]
fn byte_codecs_allocate_nothing_per_tile() {
    let (cx, tile) = (Context::default(), tile());
    let registry = iio::builtin();
    let mut n = 0;
    for info in registry.codecs() {
        let AnyCodec::Bytes(codec) = registry.create(&CodecId::Name(info.name), &Config::new()).unwrap() else {
            continue;
        };
        let (mut encoder, mut decoder) = (codec.encoder().unwrap(), codec.decoder().unwrap());
        let mut stored = vec![0; encoder.encode_bound(tile.len())];
        let mut again = vec![0; tile.len()];
        let mut len = 0;
        let mut both = |stored: &mut [u8], again: &mut [u8], encode: bool| {
            if encode {
                len = encoder.encode_into(&tile, stored, &cx).unwrap();
            }
            decoder.decode_exact(&stored[..len], again, &cx).unwrap();
        };
        both(&mut stored, &mut again, true);
        let encode = ALLOCATING_ENCODERS.iter().all(|&(name, _)| name != info.name);
        let (counted, ()) = allocations(|| (0..CALLS).for_each(|_| both(&mut stored, &mut again, encode)));
        assert!(again == tile, "{}", info.name);
        assert_eq!(counted.n, 0, "{}: {counted:?}", info.name);
        n += 1;
    }
    assert!(n >= 6, "{n} byte codecs");
}

#[test]
fn filters_allocate_nothing_per_tile() {
    let (cx, registry) = (Context::default(), iio::builtin());
    let mut n = 0;
    for info in registry.codecs() {
        let AnyCodec::Filter(codec) = registry.create(&CodecId::Name(info.name), &Config::new()).unwrap() else {
            continue;
        };
        for (dtype, shape) in [(DType::U8, &[256, 256, 3][..]), (DType::U16, &[256, 256]), (DType::F32, &[256, 256])] {
            let layout = Layout::new(dtype, shape).unwrap();
            if codec.accepts(&layout).is_err() {
                continue;
            }
            let source: Vec<u8> = tile().into_iter().cycle().take(layout.n_bytes()).collect();
            let mut bytes = source.clone();
            let (mut encoder, mut decoder) = (codec.encoder().unwrap(), codec.decoder().unwrap());
            let mut both = |bytes: &mut [u8]| {
                encoder.run(ArrayMut::new(bytes, layout).unwrap(), &cx).unwrap();
                decoder.run(ArrayMut::new(bytes, layout).unwrap(), &cx).unwrap();
            };
            both(&mut bytes);
            let (counted, ()) = allocations(|| (0..CALLS).for_each(|_| both(&mut bytes)));
            assert!(bytes == source, "{} {layout}", info.name);
            assert_eq!(counted.n, 0, "{} {layout}: {counted:?}", info.name);
            n += 1;
        }
    }
    assert!(n >= 6, "{n} filters and layouts");
}
