//! Vectors made by hand from the description of the format.

use iio_bitshuffle::{INFO, Options, decode, decode_bytes, encode, encode_bytes};
use iio_codec::{AnyCodec, ArrayMut, CodecId, Config, Context, DType, ErrorKind, Layout, Limits};

fn both_ways(plain: &[u8], dtype: DType, options: &Options) -> Vec<u8> {
    let layout = Layout::new(dtype, &[plain.len() / dtype.size()]).unwrap();
    let mut bytes = plain.to_vec();
    encode(ArrayMut::new(&mut bytes, layout).unwrap(), options).unwrap();
    let encoded = bytes.clone();
    decode(ArrayMut::new(&mut bytes, layout).unwrap(), options).unwrap();
    assert_eq!(bytes, plain);
    encoded
}

#[test]
fn least_significant_bit_of_all_samples_comes_first() {
    let plain = [1, 0, 1, 1, 0, 0, 0, 0x81];
    assert_eq!(both_ways(&plain, DType::U8, &Options::default()), [0b1000_1101, 0, 0, 0, 0, 0, 0, 0x80]);
}

#[test]
fn planes_of_byte_0_come_before_those_of_byte_1() {
    let plain: Vec<u8> = (0..8).flat_map(|i| [i, 0x80]).collect();
    let expected = [0xaa, 0xcc, 0xf0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff];
    assert_eq!(both_ways(&plain, DType::U16, &Options::default()), expected);
    // 16 samples: two bytes a plane.
    let plain: Vec<u8> = (0..16).flat_map(|i| [i, 0x80]).collect();
    let encoded = both_ways(&plain, DType::U16, &Options::default());
    assert_eq!(encoded[..10], [0xaa, 0xaa, 0xcc, 0xcc, 0xf0, 0xf0, 0, 0xff, 0, 0]);
}

#[test]
fn up_to_seven_samples_at_the_end_stay() {
    let plain: Vec<u8> = (0..30).collect();
    let encoded = both_ways(&plain, DType::U16, &Options::default());
    assert_eq!(encoded[16..], plain[16..]);
    assert_ne!(encoded[..16], plain[..16]);
    assert_eq!(both_ways(&plain[..14], DType::U16, &Options::default()), plain[..14]);
}

#[test]
fn block_size_counts_samples() {
    let plain: Vec<u8> = (0..64).collect();
    let encoded = both_ways(&plain, DType::U16, &Options::default().with_block_size(8));
    for (block, plain) in encoded.chunks(16).zip(plain.chunks(16)) {
        assert_eq!(block, both_ways(plain, DType::U16, &Options::default()));
    }
    assert_ne!(encoded, both_ways(&plain, DType::U16, &Options::default()));
}

#[test]
fn default_block_has_8192_bytes_or_128_samples() {
    let plain: Vec<u8> = (0u32..200_000).flat_map(|i| i.wrapping_mul(0x9e37_79b9).to_be_bytes()).collect();
    for (item_size, block_size) in [(1, 8192), (2, 4096), (3, 2728), (5, 1632), (16, 512), (100, 128), (500, 128)] {
        let plain = &plain[..plain.len() / item_size * item_size];
        let options = Options::default().with_item_size(Some(item_size));
        let encoded = both_ways(plain, DType::U8, &options);
        assert!(encoded == both_ways(plain, DType::U8, &options.clone().with_block_size(block_size)), "{item_size}");
        assert!(encoded != both_ways(plain, DType::U8, &options.with_block_size(block_size + 8)), "{item_size}");
    }
}

#[test]
fn item_size_overrides_that_of_the_dtype() {
    let plain: Vec<u8> = (0..48).collect();
    let as_u16 = both_ways(&plain, DType::U16, &Options::default());
    assert_eq!(both_ways(&plain, DType::U8, &Options::default().with_item_size(Some(2))), as_u16);
    // Samples of 3 bytes: 16 of them, two bytes a plane.
    let of_3 = both_ways(&plain, DType::U8, &Options::default().with_item_size(Some(3)));
    assert_eq!(of_3[..6], [0xaa, 0xaa, 0x66, 0x66, 0xb4, 0xb4]);
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let refused = |len: usize, options: &Options| {
        let layout = Layout::new(DType::U8, &[len]).unwrap();
        let error = encode(ArrayMut::new(&mut vec![0; len], layout).unwrap(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        error.to_string()
    };
    let items_of_3 = Options::default().with_item_size(Some(3));
    assert_eq!(refused(16, &items_of_3), "bitshuffle: 16 bytes are not whole samples of 3 bytes");
    let message = "bitshuffle: item_size must be 1..=2147483647, got 0";
    assert_eq!(refused(16, &Options::default().with_item_size(Some(0))), message);
    let message = "bitshuffle: block_size must be a multiple of 8 in 0..=2147483640, got 12";
    assert_eq!(refused(16, &Options::default().with_block_size(12)), message);
    let error = INFO.create(&CodecId::Name("bitshuffle"), &Config::new().set("block_size", 12)).unwrap_err();
    assert_eq!(error.to_string(), message);
    let layout = Layout::new(DType::U8, &[15]).unwrap();
    encode(ArrayMut::new(&mut [0; 15], layout).unwrap(), &items_of_3).unwrap();
}

#[test]
fn ids_of_imagecodecs_read_its_keys() {
    let plain: Vec<u8> = (0..64).collect();
    for id in [CodecId::Numcodecs("imagecodecs_bitshuffle"), CodecId::Zarr("imagecodecs_bitshuffle")] {
        let with = |dtype: DType, item_size: i64, block_size: i64| {
            let config = Config::new().set("itemsize", item_size).set("blocksize", block_size);
            let AnyCodec::Filter(codec) = INFO.create(&id, &config).unwrap() else { panic!("no filter") };
            let mut bytes = plain.clone();
            let layout = Layout::new(dtype, &[64 / dtype.size()]).unwrap();
            let array = ArrayMut::new(&mut bytes, layout).unwrap();
            codec.encoder().unwrap().run(array, &Context::default()).unwrap();
            bytes
        };
        let options = Options::default();
        assert_eq!(with(DType::U16, 1, 0), both_ways(&plain, DType::U16, &options));
        assert_eq!(with(DType::U8, 4, 8), both_ways(&plain, DType::U32, &options.clone().with_block_size(8)));
    }
    assert!(INFO.create(&CodecId::Name("bitshuffle"), &Config::new().set("itemsize", 2)).is_err());
}

#[test]
fn bytes_are_what_arrays_are() {
    let plain: Vec<u8> = (0..255).cycle().take(30_000).collect();
    let (mut bytes, mut scratch) = (plain.clone(), Vec::new());
    encode_bytes(&mut bytes, 4, 0, &mut scratch, &Context::default()).unwrap();
    assert!(bytes == both_ways(&plain, DType::U32, &Options::default()));
    decode_bytes(&mut bytes, 4, 0, &mut scratch, &Context::default()).unwrap();
    assert!(bytes == plain);
}

#[test]
fn scratch_is_working_memory() {
    let mut bytes = vec![1; 100_000];
    let run = |bytes: &mut [u8], allowed| {
        let cx = Context::with_limits(Limits::default().with_working_bytes(allowed));
        encode_bytes(bytes, 1, 65536, &mut Vec::new(), &cx)
    };
    run(&mut bytes, 65536).unwrap();
    let error = run(&mut bytes, 65535).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}
