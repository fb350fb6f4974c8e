//! Each option has an effect that shows in the bytes or in what is accepted.

use iio_codec::{AnyCodec, BytesCodec, CodecId, Config, Context, ErrorKind, Executor, Result, SizeHint, key};
use iio_zstd::{
    DecodeOptions, EncodeOptions, INFO, LEVELS, Zstd, decode, decoded_size, encode, encode_bound, encode_into,
};
use std::sync::Arc;

fn noise(len: usize, mut state: u64) -> Vec<u8> {
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[4]
    };
    std::iter::repeat_with(step).take(len).collect()
}

/// Noise of few values: compresses, but by less at fast levels.
fn picture(len: usize) -> Vec<u8> {
    noise(len, 7).iter().enumerate().map(|(i, byte)| (byte & 3) + i.to_le_bytes()[1] % 32).collect()
}

fn defaults() -> EncodeOptions {
    EncodeOptions::default()
}

fn back(packed: &[u8]) -> Vec<u8> {
    decode(packed, &DecodeOptions::default()).unwrap()
}

fn codec(config: &Config) -> Result<Arc<dyn BytesCodec>> {
    match INFO.create(&CodecId::Hdf5(32015), config)? {
        AnyCodec::Bytes(codec) => Ok(codec),
        other => panic!("{other:?}"),
    }
}

#[test]
fn levels_trade_time_for_size() {
    let src = picture(100_000);
    let len = |level| {
        let packed = encode(&src, &defaults().with_level(level).unwrap()).unwrap();
        assert_eq!(back(&packed), src);
        packed.len()
    };
    assert!(len(-1000) > len(-1) && len(-1) > len(19), "{} {} {}", len(-1000), len(-1), len(19));
    assert_eq!(len(0), len(3));
    assert_eq!(len(3), encode(&src, &defaults()).unwrap().len());
}

#[test]
fn values_out_of_range_are_refused_with_the_range() {
    assert_eq!(LEVELS, zstd::zstd_safe::min_c_level()..=zstd::zstd_safe::max_c_level());
    let error = defaults().with_level(23).unwrap_err();
    assert_eq!(error.to_string(), "zstd: level must be -131072..=22, got 23");
    let error = codec(&Config::new().set(key::LEVEL, -131_073)).unwrap_err();
    assert_eq!(error.to_string(), "zstd: level must be an integer in -131072..=22, got -131073");
    let mut options = defaults();
    options.window_log = Some(9);
    assert_eq!(Zstd::new(options, DecodeOptions::default()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(defaults().with_threads(257).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn checksum_adds_four_bytes_and_finds_damage() {
    let src = noise(1000, 1);
    let plain = encode(&src, &defaults()).unwrap();
    let mut summed = encode(&src, &defaults().with_checksum(true)).unwrap();
    assert_eq!(summed.len(), plain.len() + 4);
    assert_eq!(back(&summed), src);
    let middle = summed.len() / 2;
    summed[middle] ^= 1;
    let error = decode(&summed, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "zstd: content does not match its checksum (at byte 0)");
}

#[test]
fn content_size_is_written_unless_told_otherwise() {
    let src = picture(3_000_000);
    assert_eq!(decoded_size(&encode(&src, &defaults()).unwrap()).unwrap(), SizeHint::Exact(3_000_000));
    let unknown = encode(&src, &defaults().with_content_size(false)).unwrap();
    assert!(matches!(decoded_size(&unknown).unwrap(), SizeHint::AtMost(3_000_000..)));
    assert_eq!(back(&unknown), src);
    let mut dst = vec![1; src.len()];
    iio_zstd::decode_exact(&unknown, &mut dst, &DecodeOptions::default()).unwrap();
    assert_eq!(dst, src);
    dst.pop();
    let progress = iio_zstd::decode_into(&unknown, &mut dst, &DecodeOptions::default()).unwrap();
    assert!(!progress.complete && dst == src[..src.len() - 1]);
}

#[test]
fn window_log_limits_how_far_matches_reach_and_long_extends_it() {
    let far = noise(1 << 20, 3).repeat(2);
    let len = |options: EncodeOptions| {
        let packed = encode(&far, &options).unwrap();
        assert_eq!(back(&packed), far);
        packed.len()
    };
    let narrow = defaults().with_level(1).unwrap().with_window_log(Some(17)).unwrap();
    let wide = defaults().with_level(1).unwrap().with_window_log(Some(22)).unwrap();
    assert!(len(narrow.clone()) > far.len() && len(wide) < far.len() * 3 / 4);
    assert!(len(narrow.with_window_log(None).unwrap().with_long(true)) < far.len() * 3 / 4);
}

#[derive(Debug)]
struct Wide(usize);

impl Executor for Wide {
    fn width(&self) -> usize {
        self.0
    }

    fn try_for_each(&self, n: usize, job: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
        (0..n).try_for_each(job)
    }
}

#[test]
fn threads_give_the_same_bytes_at_every_width() {
    let src = picture(5_000_000);
    let at = |config: &Config, width| {
        codec(config).unwrap().encoder().unwrap().encode(&src, &Context::default().with_executor(&Wide(width))).unwrap()
    };
    // At this level a job has 2 MiB.
    let config = Config::new().set(key::LEVEL, 1);
    let serial = at(&config, 4);
    let jobs = at(&config.clone().set(key::THREADS, 0), 1);
    assert!(serial != jobs);
    assert_eq!(back(&jobs), src);
    for (threads, width) in [(0, 2), (0, 4), (2, 1), (4, 2), (3, 8)] {
        assert!(at(&config.clone().set(key::THREADS, threads), width) == jobs, "{threads} at {width}");
    }
}

#[test]
fn numthreads_is_the_key_of_zarr() {
    let src = picture(5_000_000);
    let at = |config: &Config| {
        codec(config).unwrap().encoder().unwrap().encode(&src, &Context::default().with_executor(&Wide(4))).unwrap()
    };
    let config = Config::new().set(key::LEVEL, 1);
    assert!(at(&config.clone().set("numthreads", 2)) == at(&config.clone().set(key::THREADS, 2)));
    assert!(at(&config.clone().set("numthreads", 1)) == at(&config));
    assert!(at(&config.clone().set("numthreads", 2)) != at(&config));
}

#[test]
fn options_are_keys() {
    let far = noise(1 << 20, 3).repeat(2);
    let write = |config: &Config| codec(config).unwrap().encoder().unwrap().encode(&far, &Context::default()).unwrap();
    let direct = |options: &EncodeOptions| encode(&far, options).unwrap();
    let default = write(&Config::new());
    assert!(default == direct(&defaults()));
    for (config, options) in [
        (Config::new().set("level", -5), defaults().with_level(-5).unwrap()),
        (Config::new().set("checksum", true), defaults().with_checksum(true)),
        (Config::new().set("content_size", false), defaults().with_content_size(false)),
        (Config::new().set("window_log", 17), defaults().with_window_log(Some(17)).unwrap()),
        (Config::new().set("window_log", 17).set("long", true), {
            defaults().with_window_log(Some(17)).unwrap().with_long(true)
        }),
        (Config::new().set("long", true), defaults().with_long(true)),
    ] {
        let packed = write(&config);
        assert!(packed == direct(&options) && packed != default, "{config:?}");
    }
    // Without a content size a frame declares its window.
    let wide = direct(&defaults().with_content_size(false).with_window_log(Some(21)).unwrap());
    let read = |config: &Config| codec(config).unwrap().decoder().unwrap().decode(&wide, &Context::default());
    assert!(read(&Config::new()).unwrap() == far);
    let error = read(&Config::new().set("window_log_max", 20)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit { which: "window_log_max", requested: 1 << 21, allowed: 1 << 20 });
}

#[test]
fn worker_survives_a_small_destination() {
    let src = noise(3_000_000, 5);
    for threads in [1, 2] {
        let codec = Zstd::new(defaults().with_threads(threads).unwrap(), DecodeOptions::default()).unwrap();
        let mut encoder = codec.encoder().unwrap();
        let error = encoder.encode_into(&src, &mut [0; 100], &Context::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: encode_bound(src.len()) as u64 });
        assert_eq!(back(&encoder.encode(&src, &Context::default()).unwrap()), src);
    }
    let mut dst = [0; 64];
    let written = encode_into(b"abc", &mut dst, &defaults()).unwrap();
    assert_eq!(back(&dst[..written]), b"abc");
}

#[test]
fn hdf5_client_data_hold_the_level() {
    let src = picture(50_000);
    let with = |config: &Config| codec(config).unwrap().encoder().unwrap().encode(&src, &Context::default()).unwrap();
    let level = |level: i32| with(&Config::new().set(key::LEVEL, level));
    assert_eq!(with(&Config::new().set(key::CD_VALUES, vec![19_i64])), level(19));
    assert_eq!(with(&Config::new().set(key::CD_VALUES, vec![i64::from((-7i32).cast_unsigned())])), level(-7));
    assert_eq!(with(&Config::new().set(key::CD_VALUES, Vec::<i64>::new())), level(3));
    assert_eq!(with(&Config::new().set(key::CD_VALUES, vec![99_i64])), level(22));
    assert_ne!(level(19), level(-7));
}
