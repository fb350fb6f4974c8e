//! Hostile streams: a result or an error, and the same one whatever the destination held.

use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind, Limits};
use iio_lzw::{DecodeOptions, EncodeOptions, INFO, decode, decode_into, encode};

use crate::stream::{noise, tiff};

fn agree(src: &[u8], len: usize) {
    let outcome = |fill| {
        let mut dst = vec![fill; len];
        let result = decode_into(src, &mut dst, &DecodeOptions::default());
        result.map(|progress| (progress, dst[..progress.written].to_vec())).map_err(|error| error.to_string())
    };
    let clean = outcome(0);
    assert!(clean == outcome(0xa5));
    if let (Ok((progress, bytes)), Ok(all)) = (&clean, decode(src, &DecodeOptions::default())) {
        assert_eq!(progress.complete, all.len() <= len);
        assert!(*bytes == all[..all.len().min(len)]);
    }
}

#[test]
fn flipped_bits_give_a_result_or_an_error() {
    for src in [noise(700, 3, 1), vec![5; 3000], [noise(90, 255, 2), vec![1; 40], noise(200, 2, 3)].concat()] {
        let packed = encode(&src, &EncodeOptions::default()).unwrap();
        agree(&packed, src.len());
        for bit in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            agree(&broken, src.len());
            agree(&broken, src.len() / 2);
        }
    }
}

#[test]
fn a_worker_after_an_error_is_as_new() {
    let mut worker = iio_codec::BytesCodec::decoder(&iio_lzw::Lzw::default()).unwrap();
    let cx = Context::default();
    // Long and short strings, those of one byte more than an entry holds among them, and ends in the midst of a group.
    let words: Vec<Vec<u8>> = (0..6).map(|n| noise(11 + n, 255, n as u64 + 1)).collect();
    let text: Vec<u8> = noise(400, 6, 7).iter().flat_map(|&n| words[usize::from(n)].clone()).collect();
    for src in [noise(700, 3, 1), vec![5; 3000], text] {
        let packed = encode(&src, &EncodeOptions::default()).unwrap();
        let mut dst = vec![0xa5; src.len()];
        for bit in (0..packed.len() * 8).step_by(5) {
            let mut broken = packed.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let len = src.len() - bit % src.len();
            let fresh = decode_into(&broken, &mut dst[..len], &DecodeOptions::default()).map_err(|e| e.to_string());
            let kept = worker.decode_into(&broken, &mut dst[..len], &cx).map_err(|e| e.to_string());
            assert_eq!(kept, fresh);
            worker.decode_exact(&packed, &mut dst, &cx).unwrap();
            assert!(dst == src, "{bit}");
        }
    }
}

#[test]
fn random_bytes_give_a_result_or_an_error() {
    for seed in 1..400 {
        let mut src = noise(600, 255, seed);
        agree(&src, 5000);
        src[0] = 0x80;
        agree(&src, 300);
        // Small codes only: these decode for long.
        let src: Vec<u32> = noise(2000, 255, seed)
            .iter()
            .zip(258u32..)
            .map(|(&byte, next)| {
                if byte < 100 { u32::from(byte) } else { (256 + u32::from(byte - 100) * (next - 256) / 150).min(4095) }
            })
            .collect();
        agree(&tiff(&src), 100_000);
    }
}

#[test]
fn output_beyond_the_limit_is_refused() {
    let AnyCodec::Bytes(codec) = INFO.create(&CodecId::Tiff(5), &Config::new()).unwrap() else {
        panic!("no byte codec")
    };
    let packed = encode(&vec![0; 1 << 20], &EncodeOptions::default()).unwrap();
    let limited = |bytes| Context::with_limits(Limits::default().with_output_bytes(bytes));
    let error = codec.decoder().unwrap().decode(&packed, &limited((1 << 20) - 1)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
    assert_eq!(codec.decoder().unwrap().decode(&packed, &limited(1 << 20)).unwrap().len(), 1 << 20);
}

#[test]
fn options_are_read_from_a_config() {
    let create = |config: Config| INFO.create(&CodecId::Name("lzw"), &config);
    let with = |config: Config| match create(config).unwrap() {
        AnyCodec::Bytes(codec) => codec,
        other => panic!("{other:?}"),
    };
    let cx = Context::default();
    let lsb = with(Config::new().set("dialect", "lsb")).encoder().unwrap().encode(&[1, 2, 3], &cx).unwrap();
    assert_eq!(lsb[0], 0);
    assert_eq!(with(Config::new().set("dialect", "lsb")).decoder().unwrap().decode(&lsb, &cx).unwrap(), [1, 2, 3]);
    assert_eq!(with(Config::new()).decoder().unwrap().decode(&lsb, &cx).unwrap(), [1, 2, 3]);
    assert!(with(Config::new().set("dialect", "tiff")).decoder().unwrap().decode(&lsb, &cx).is_err());
    let bare = tiff(&[1, 2, 3]);
    let lenient_bare = Config::new().set("allow_missing_end", true);
    assert_eq!(with(lenient_bare).decoder().unwrap().decode(&bare, &cx).unwrap(), [1, 2, 3]);
    let lenient = Config::new().set("allow_missing_end", true);
    assert_eq!(with(Config::new()).decoder().unwrap().decode(&bare, &cx).unwrap_err().kind(), ErrorKind::Truncated);
    let error = with(lenient.clone().set("require_clear", true)).decoder().unwrap().decode(&bare, &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed, "{error}");
    let error = create(Config::new().set("dialect", "gif")).unwrap_err();
    assert_eq!(error.to_string(), "lzw: dialect must be one of auto, tiff, lsb, got \"gif\"");
}
