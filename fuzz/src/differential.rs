use iio::{AnyCodec, ArrayMut, ArrayRef, CodecId, Config, Layout};

use crate::codec::{context, prepare};
use crate::input::Input;
use crate::oracle::{Oracle, oracle};
use crate::{LIMITS, is_limit, registry, value};

/// Compares a codec with an independent implementation, where there is one: see [`fuzz_differential_with`].
///
/// # Panics
/// If they differ.
pub fn fuzz_differential(codec: &str, bytes: &[u8]) {
    if let Some(oracle) = oracle(codec) {
        fuzz_differential_with(codec, bytes, &oracle);
    }
}

/// Compares a codec with any other implementation of it. What both decode is the same; what ours encodes, the other
/// decodes, to what went in. That one refuses what the other takes is no difference: leniency is a matter of taste.
///
/// # Panics
/// If they differ.
pub fn fuzz_differential_with(codec: &str, bytes: &[u8], oracle: &Oracle) {
    let Some((input, _, config)) = prepare(codec, bytes) else { return };
    let info = registry().codec(&CodecId::Name(codec)).expect("a codec");
    let create = |config: &Config| info.create(&CodecId::Name(info.name), config).expect("its own options");
    match (oracle, create(&Config::new())) {
        (Oracle::Bytes { free, decode }, AnyCodec::Bytes(codec)) => {
            let src = input.payload;
            if let (Some(mut worker), Some(theirs)) = (value(codec.decoder()), decode(src, most()))
                && let Some(ours) = value(worker.decode(src, &context()))
            {
                assert!(ours == theirs, "{} bytes decode to others, {} and {}", src.len(), ours.len(), theirs.len());
            }
            // By other ids, a codec may have other defaults.
            let Ok(AnyCodec::Bytes(encoding)) = info.create(&CodecId::Name(info.name), &config) else { return };
            if config.keys().all(|key| free.contains(&key))
                && let Some(mut worker) = value(encoding.encoder())
                && let Some(stream) = value(worker.encode(src, &context()))
            {
                let back = decode(&stream, most());
                assert!(back.as_deref() == Some(src), "they do not read what we write of {} bytes", src.len());
            }
        }
        (Oracle::Array { config, decode, any }, AnyCodec::Array(codec)) => {
            if *any && let (Some(mut worker), Some((shape, theirs))) = (value(codec.decoder()), decode(input.payload)) {
                match worker.decode(input.payload, None, &context()) {
                    Ok((layout, ours)) => compare(&layout, &ours, &shape, &theirs),
                    Err(error) => assert!(is_limit(&error) || value::<()>(Err(error)).is_none()),
                }
            }
            let Some(config) = config else { return };
            let AnyCodec::Array(encoding) = create(&config()) else { return };
            let layout = input.layout();
            let samples = input.samples(&layout);
            if let Some(mut worker) = value(encoding.encoder())
                && let Ok(array) = ArrayRef::new(&samples, layout)
                && let Some(stream) = value(worker.encode(array, &context()))
                && let Some((shape, theirs)) = decode(&stream)
            {
                compare(&layout, &samples, &shape, &theirs);
            }
        }
        (Oracle::Filter(run), AnyCodec::Filter(_)) => filter(&create(&Config::new()), &input, *run),
        _ => panic!("codec {codec} is of another kind than what it is compared with"),
    }
}

/// Bytes that an oracle may give.
fn most() -> usize {
    usize::try_from(LIMITS.output_bytes).unwrap_or(usize::MAX)
}

/// Axes of length 1 do not count, and a third sample axis of gray ones neither.
fn compare(layout: &Layout, ours: &[u8], shape: &[usize], theirs: &[u8]) {
    let axes = |shape: &[usize]| shape.iter().copied().filter(|&len| len != 1).collect::<Vec<_>>();
    assert_eq!(axes(layout.shape()), axes(shape), "shapes");
    assert!(ours == theirs, "samples of {layout} differ");
}

fn filter(codec: &AnyCodec, input: &Input<'_>, run: fn(&mut [u8], &Layout, bool)) {
    let AnyCodec::Filter(codec) = codec else { return };
    let layout = input.layout();
    let samples = input.samples(&layout);
    for encode in [false, true] {
        let Some(mut worker) = value(if encode { codec.encoder() } else { codec.decoder() }) else { return };
        let (mut ours, mut theirs) = (samples.clone(), samples.clone());
        if value(worker.run(ArrayMut::new(&mut ours, layout).expect("fits"), &context())).is_none() {
            return;
        }
        run(&mut theirs, &layout, encode);
        assert!(ours == theirs, "encode {encode}: samples of {layout} differ");
    }
}

#[cfg(test)]
mod tests {
    use super::fuzz_differential_with;
    use crate::oracle::{Oracle, oracle};

    fn input(payload: &[u8]) -> Vec<u8> {
        [&[0; 16], payload].concat()
    }

    #[test]
    fn every_oracle_agrees_on_what_our_encoder_makes() {
        for codec in iio::builtin().codecs() {
            if let Some(oracle) = oracle(codec.name) {
                let mut bytes = input(b"abcabcabcabcabcabdabcabcabcabcabe, and so on and so on");
                for (dtype, shape) in [(0, [16, 3, 3]), (5, [8, 3, 1]), (1, [4, 5, 3]), (10, [3, 9, 0])] {
                    bytes[10] = dtype;
                    bytes[11] = if shape[2] == 0 { 2 } else { 3 };
                    bytes[12..15].copy_from_slice(&shape);
                    fuzz_differential_with(codec.name, &bytes, &oracle);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "decode to others")]
    fn a_difference_is_found() {
        let wrong = Oracle::Bytes { free: &[], decode: |_, _| Some(b"other".to_vec()) };
        fuzz_differential_with("packbits", &input(&[1, 7, 8]), &wrong);
    }

    #[test]
    #[should_panic(expected = "do not read what we write")]
    fn a_stream_that_others_cannot_read_is_found() {
        let wrong = Oracle::Bytes { free: &[], decode: |_, _| None };
        fuzz_differential_with("packbits", &input(&[1, 7, 8]), &wrong);
    }
}
