//! Options by key, and the ids that change what they mean.

use iio_codec::{AnyCodec, CodecId, Config, Context};
use iio_zlib::INFO;

fn encode(id: CodecId<'_>, config: &Config, src: &[u8]) -> Vec<u8> {
    let AnyCodec::Bytes(codec) = INFO.create(&id, config).unwrap() else { panic!("a byte codec") };
    codec.encoder().unwrap().encode(src, &Context::default()).unwrap()
}

fn decode(id: CodecId<'_>, config: &Config, src: &[u8]) -> iio_codec::Result<Vec<u8>> {
    let AnyCodec::Bytes(codec) = INFO.create(&id, config).unwrap() else { panic!("a byte codec") };
    codec.decoder().unwrap().decode(src, &Context::default())
}

fn refusal(id: CodecId<'_>, config: &Config) -> String {
    INFO.create(&id, config).unwrap_err().to_string()
}

fn sample() -> Vec<u8> {
    (0..40_000u32).map(|i| (i * i / 97 % 23) as u8).collect()
}

#[test]
fn level_of_minus_one_is_the_default() {
    let (id, src) = (CodecId::Tiff(8), sample());
    let at = |level: i32| encode(id, &Config::new().set("level", level), &src);
    assert_eq!(at(-1), encode(id, &Config::new(), &src));
    assert_eq!(at(-1), at(6));
    assert!(at(9).len() < at(1).len());
    assert_eq!(refusal(id, &Config::new().set("level", 13)), "zlib: level must be an integer in -1..=12, got 13");
    assert_eq!(refusal(id, &Config::new().set("level", -2)), "zlib: level must be an integer in -1..=12, got -2");
}

#[test]
fn hdf5_level_comes_in_cd_values() {
    let (id, src) = (CodecId::Hdf5(1), sample());
    let cd = |values: &[i64]| Config::new().set("cd_values", values.to_vec());
    assert_eq!(encode(id, &cd(&[1]), &src), encode(id, &Config::new().set("level", 1), &src));
    assert_eq!(encode(id, &cd(&[]), &src), encode(id, &Config::new(), &src));
    assert_eq!(encode(id, &cd(&[1]).set("level", 9), &src), encode(id, &Config::new().set("level", 9), &src));
    for values in [&[10][..], &[-1], &[1, 2]] {
        assert!(refusal(id, &cd(values)).starts_with("zlib: cd_values must be one level in 0..=9, got ["));
    }
    assert!(refusal(CodecId::Tiff(8), &cd(&[1])).starts_with("zlib: unknown option cd_values"));
}

#[test]
fn raw_of_imagecodecs_leaves_the_frame_out() {
    let src = sample();
    let framed = encode(CodecId::Numcodecs("imagecodecs_deflate"), &Config::new(), &src);
    assert_eq!(framed, encode(CodecId::Name("zlib"), &Config::new(), &src));
    for id in ["imagecodecs_deflate", "imagecodecs_isal"] {
        for id in [CodecId::Numcodecs(id), CodecId::Zarr(id)] {
            assert_eq!(encode(id, &Config::new().set("raw", false), &src), framed);
            let raw = encode(id, &Config::new().set("raw", true), &src);
            assert_eq!(raw, framed[2..framed.len() - 4]);
            let fast = Config::new().set("raw", true).set("level", 1);
            let framed_fast = encode(id, &Config::new().set("level", 1), &src);
            assert!(framed_fast != framed);
            assert_eq!(encode(id, &fast, &src), framed_fast[2..framed_fast.len() - 4]);
            assert_eq!(decode(id, &fast, &raw).unwrap(), src);
            assert_eq!(decode(id, &Config::new(), &framed).unwrap(), src);
            assert!(decode(id, &fast, &framed).is_err() && decode(id, &Config::new(), &raw).is_err());
        }
    }
    assert!(refusal(CodecId::Name("zlib"), &Config::new().set("raw", true)).starts_with("zlib: unknown option raw"));
    let isal = CodecId::Numcodecs("imagecodecs_isal");
    assert_eq!(refusal(isal, &Config::new().set("gzip", true)), "zlib: a gzip frame is the codec gzip's");
}

#[test]
fn checksum_is_ignored_where_asked() {
    let mut stream = encode(CodecId::Name("zlib"), &Config::new(), b"abc");
    if let Some(last) = stream.last_mut() {
        *last ^= 1;
    }
    let decode = |config: &Config| decode(CodecId::Name("zlib"), config, &stream);
    assert!(decode(&Config::new()).is_err());
    assert_eq!(decode(&Config::new().set("ignore_checksum", true)).unwrap(), b"abc");
}
