//! Each option has an effect that shows in the bytes.

use iio_brotli::{
    Brotli, EncodeOptions, INFO, LEVELS, Mode, WINDOW_LOGS, decode, decode_into, encode, encode_bound, encode_into,
};
use iio_codec::{AnyCodec, BytesCodec, CodecId, Config, Context, ErrorKind, Limits, key};

use super::oracle::noise;

/// Noise of few values: compresses, but by less at fast levels.
fn picture(len: usize) -> Vec<u8> {
    noise(len, 7).iter().enumerate().map(|(i, byte)| (byte & 3) + i.to_le_bytes()[1] % 32).collect()
}

fn defaults() -> EncodeOptions {
    EncodeOptions::default()
}

fn checked(src: &[u8], options: &EncodeOptions) -> Vec<u8> {
    let packed = encode(src, options).unwrap();
    assert!(decode(&packed).unwrap() == src, "{options:?}");
    packed
}

fn by_config(config: &Config, src: &[u8]) -> Vec<u8> {
    match INFO.create(&CodecId::Numcodecs("brotli"), config).unwrap() {
        AnyCodec::Bytes(codec) => codec.encoder().unwrap().encode(src, &Context::default()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn levels_trade_time_for_size() {
    let src = picture(100_000);
    let len = |level| checked(&src, &defaults().with_level(level).unwrap()).len();
    assert!(len(0) > len(4) && len(4) > len(11), "{} {} {}", len(0), len(4), len(11));
    assert_eq!(len(4), checked(&src, &defaults()).len());
    assert_eq!(len(11), by_config(&Config::new().set(key::LEVEL, 11), &src).len());
}

#[test]
fn values_out_of_range_are_refused_with_the_range() {
    let error = defaults().with_level(12).unwrap_err();
    assert_eq!(error.to_string(), "brotli: level must be 0..=11, got 12");
    for lgwin in [9, 25] {
        assert_eq!(defaults().with_lgwin(lgwin).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let mut options = defaults();
    options.lgwin = 30;
    assert_eq!(encode(b"abc", &options).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(Brotli::new(options).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let id = CodecId::Numcodecs("brotli");
    let error = INFO.create(&id, &Config::new().set("mode", "image")).unwrap_err();
    assert!(error.message().contains("generic, text, font"), "{error}");
}

#[test]
fn window_limits_how_far_matches_reach_and_is_written() {
    let far = noise(1 << 17, 3).repeat(2);
    let narrow = checked(&far, &defaults().with_lgwin(16).unwrap());
    let wide = checked(&far, &defaults().with_lgwin(20).unwrap());
    assert!(narrow.len() > far.len() && wide.len() < far.len() * 3 / 4, "{} {}", narrow.len(), wide.len());
    assert_eq!((narrow[0] & 1, wide[0] & 15), (0, 0x7));
    assert_eq!(by_config(&Config::new().set("lgwin", 16), &far), narrow);
}

#[test]
fn modes_change_the_stream_and_not_the_content() {
    let src: Vec<u8> = (0..40_000u32).flat_map(|i| i.wrapping_mul(40_503).to_le_bytes()).collect();
    let with = |mode| checked(&src, &defaults().with_level(11).unwrap().with_mode(mode).with_lgwin(18).unwrap());
    let (generic, font) = (with(Mode::Generic), with(Mode::Font));
    assert_ne!(generic, font);
    let config = Config::new().set(key::LEVEL, 11).set("lgwin", 18);
    assert_eq!(by_config(&config.clone().set("mode", "font"), &src), font);
    assert_eq!(by_config(&config.clone().set("mode", 2), &src), font);
    assert_eq!(by_config(&config, &src), generic);
    let text =
        "Gr\u{fc}\u{df}e aus dem W\u{f6}rterbuch \u{2014} ".repeat(9) + &String::from_utf8_lossy(&picture(9_000));
    let at = |mode| checked(text.as_bytes(), &defaults().with_level(5).unwrap().with_mode(mode));
    assert_eq!(at(Mode::Text), by_config(&Config::new().set(key::LEVEL, 5).set("mode", "text"), text.as_bytes()));
}

#[test]
fn bound_holds_for_noise_at_every_level_and_window() {
    let src = noise(300_000, 9);
    for level in [0, 1, 2, 3, 4, 5, 7, 9] {
        for lgwin in [*WINDOW_LOGS.start(), 12, 17, *WINDOW_LOGS.end()] {
            let options = defaults().with_level(level).unwrap().with_lgwin(lgwin).unwrap();
            for len in [0, 1, 1000, 70_000, src.len()] {
                let part = &src[..len];
                let packed = checked(part, &options);
                assert!(packed.len() <= encode_bound(len), "{options:?}: {len} gives {}", packed.len());
            }
        }
    }
    assert_eq!(LEVELS, 0..=11);
}

#[test]
fn pieces_of_input_join_and_bytes_behind_are_left() {
    // Longer than a piece in both directions, stored and compressed.
    for src in [noise(900_000, 5), picture(3_000_000)] {
        for level in [0, 1, 4] {
            let mut packed = checked(&src, &defaults().with_level(level).unwrap());
            let end = packed.len();
            packed.extend([0xff; 9]);
            let mut dst = vec![0; src.len() + 5];
            let progress = decode_into(&packed, &mut dst).unwrap();
            assert_eq!((progress.consumed, progress.written, progress.complete), (end, src.len(), true));
            assert!(dst[..src.len()] == src);
        }
    }
}

#[test]
fn worker_survives_a_small_destination() {
    let src = noise(100_000, 5);
    let mut encoder = Brotli::default().encoder().unwrap();
    let error = encoder.encode_into(&src, &mut [0; 100], &Context::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutputTooSmall { needed: encode_bound(src.len()) as u64 });
    assert!(decode(&encoder.encode(&src, &Context::default()).unwrap()).unwrap() == src);
    let mut dst = [0; 64];
    let written = encode_into(b"abc", &mut dst, &defaults()).unwrap();
    assert_eq!(decode(&dst[..written]).unwrap(), b"abc");
}

#[test]
fn encoder_needs_working_memory_for_its_window() {
    let codec = Brotli::new(defaults().with_level(11).unwrap().with_lgwin(24).unwrap()).unwrap();
    let cx = Context::with_limits(Limits::default().with_working_bytes(64 << 20));
    let error = codec.encoder().unwrap().encode(b"abc", &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}
