use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use iio::{AnyCodec, ArrayMut, ArrayRef, Check, CodecId, CodecInfo, Config, ErrorKind, Layout, Result, Value};
use iio_codec::{ArrayCodec, ArrayDecoder, BytesCodec, BytesDecoder, Context, FilterCodec, Progress, SizeHint};

use crate::executor::Backwards;
use crate::input::{Input, noise};
use crate::knob::{self, Knobs};
use crate::{LIMITS, blameless, is_limit, registry, value};

/// What dirty destinations are full of.
const DIRT: u8 = 0xa5;

/// Larger arrays are not decoded into destinations with gaps.
const GAPS_BYTES: usize = 4 << 20;

/// Decodes hostile bytes: `Ok` or an error to be blamed on them, within the limits, as large as the header and the ratio
/// of the codec say.
pub fn fuzz_decode(codec: &str, bytes: &[u8]) {
    let Some((input, codec, config)) = prepare(codec, bytes) else { return };
    let info = codec.info();
    let check = (info.check)(input.payload);
    let decoded = match codec {
        AnyCodec::Bytes(codec) => {
            let Some(mut decoder) = value(codec.decoder()) else { return };
            decode_bytes(&mut *decoder, input.payload).is_ok()
        }
        AnyCodec::Array(codec) => {
            let Some(mut decoder) = value(codec.decoder()) else { return };
            decode_array(&mut *decoder, &input).is_some_and(|(_, result)| result.is_ok())
        }
        AnyCodec::Filter(codec) => {
            let layout = input.layout();
            let accepted = value(codec.accepts(&layout)).is_some();
            let ran = filter(&*codec, &layout, &input.samples(&layout), false).is_some();
            assert_eq!(accepted, ran, "accepts() and run() of {layout}");
            return;
        }
    };
    assert!(!decoded || !config.is_empty() || check != Check::No, "decodes what check() says cannot be");
}

/// Decodes hostile bytes in several ways, which must agree: into new memory, into destinations that are clean, dirty,
/// exact, too long, too short or have gaps, with workers that are new or used, at any width.
pub fn fuzz_decode_into(codec: &str, bytes: &[u8]) {
    let Some((input, codec, _)) = prepare(codec, bytes) else { return };
    match codec {
        AnyCodec::Bytes(codec) => bytes_ways(&*codec, &input),
        AnyCodec::Array(codec) => array_ways(&*codec, &input),
        AnyCodec::Filter(codec) => filter_ways(&*codec, &input),
    }
}

/// Encodes what the input says and decodes it again. What byte codecs give back is what went in. So it is with arrays
/// and filters, if the options are lossless: those are that give noise back.
pub fn fuzz_roundtrip(codec: &str, bytes: &[u8]) {
    let Some((input, codec, config)) = prepare(codec, bytes) else { return };
    let layout = input.layout();
    match codec {
        AnyCodec::Bytes(codec) => bytes_trip(&*codec, input.payload),
        AnyCodec::Array(codec) => {
            // Bytes are what a container says of its streams, such as tables: the decoder may blame them, or miss those
            // that a JPEG stream was told to leave out.
            let told =
                config.keys().any(|key| key == "abbreviated" || matches!(config.value(key), Some(Value::Bytes(_))));
            returns(&layout, &input.samples(&layout), |layout, samples| array_trip(&*codec, layout, samples, told));
        }
        AnyCodec::Filter(codec) => {
            for decode_first in [false, true] {
                returns(&layout, &input.samples(&layout), |layout, samples| {
                    let there = filter(&*codec, layout, samples, !decode_first)?;
                    filter(&*codec, layout, &there, decode_first)
                });
            }
        }
    }
}

pub(crate) fn context<'a>() -> Context<'a> {
    Context::with_limits(LIMITS)
}

/// Builds the codec with the options that the input chooses, by the id that it chooses.
pub(crate) fn prepare<'a>(name: &str, bytes: &'a [u8]) -> Option<(Input<'a>, AnyCodec, Config)> {
    let info = registry().codec(&CodecId::Name(name)).expect("a codec");
    let input = Input::new(bytes)?;
    let own = CodecId::Name(info.name);
    let id = info.ids.get(input.id(info.ids.len() + 1).wrapping_sub(1)).unwrap_or(&own);
    let (codec, config) = knob::build(&knobs(info).config(&input), |config| info.create(id, config))?;
    Some((input, codec, config))
}

fn knobs(info: &'static CodecInfo) -> &'static Knobs {
    static KNOWN: Mutex<Option<HashMap<&str, &Knobs>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let id = CodecId::Name(info.name);
    let ask = || &*Box::leak(Box::new(Knobs::ask(|config| info.create(&id, config).map(drop))));
    known.get_or_insert_default().entry(info.name).or_insert_with(ask)
}

fn decode_bytes(decoder: &mut dyn BytesDecoder, src: &[u8]) -> Result<Vec<u8>> {
    let info = decoder.info();
    let hint = value(decoder.decoded_size(src));
    let result = decoder.decode(src, &context());
    match &result {
        Ok(bytes) => {
            let len = bytes.len() as u64;
            assert!(len <= LIMITS.output_bytes, "{len} bytes");
            match hint {
                Some(SizeHint::Exact(n)) => assert_eq!(len, n, "decoded_size() is not exact"),
                Some(SizeHint::AtMost(n)) => assert!(len <= n, "{len} bytes, at most {n} said decoded_size()"),
                Some(SizeHint::Unknown) => {}
                None => panic!("decoded_size() refuses what decodes"),
            }
            let reachable = info.max_ratio.map(|ratio| src.len() as u64 * u64::from(ratio) + 4096);
            assert!(reachable.is_none_or(|most| len <= most), "{len} bytes from {}, see max_ratio", src.len());
        }
        Err(error) => {
            blameless(error);
            let odd = matches!(error.kind(), ErrorKind::OutputTooSmall { .. });
            assert!(!odd, "decode() has no destination that could be too small: {error}");
        }
    }
    result
}

/// Decodes into new memory. `None` if the header or a gate refuses.
fn decode_array(decoder: &mut dyn ArrayDecoder, input: &Input<'_>) -> Option<(Layout, Result<Vec<u8>>)> {
    let (info, src, given) = (decoder.info(), input.payload, input.layout());
    let header = value(decoder.header(src));
    let layout = value(decoder.decoded_layout(src, Some(&given)));
    let result = decoder.decode(src, Some(&given), &context());
    let layout = match (layout, &result) {
        (Some(layout), Ok((decoded, bytes))) => {
            assert_eq!(layout, *decoded, "decoded_layout() and decode()");
            assert_eq!(bytes.len(), layout.n_bytes());
            layout
        }
        (Some(layout), Err(error)) => {
            blameless(error);
            layout
        }
        (None, Ok(_)) => panic!("decoded_layout() refuses what decodes"),
        (None, Err(error)) => {
            blameless(error);
            return None;
        }
    };
    if let Some(Some(header)) = header {
        assert_eq!(header.layout, layout, "header() and decoded_layout()");
    }
    value(context().gate_layout(info, &layout, src.len(), info.max_ratio))?;
    Some((layout, result.map(|(_, bytes)| bytes.to_vec())))
}

/// The array filtered in place; `None` if its layout is refused.
fn filter(codec: &dyn FilterCodec, layout: &Layout, samples: &[u8], encode: bool) -> Option<Vec<u8>> {
    let mut worker = value(if encode { codec.encoder() } else { codec.decoder() })?;
    let mut bytes = samples.to_vec();
    value(worker.run(ArrayMut::new(&mut bytes, *layout).expect("fits"), &context()))?;
    Some(bytes)
}

fn bytes_ways(codec: &dyn BytesCodec, input: &Input<'_>) {
    let Some(mut used) = value(codec.decoder()) else { return };
    let src = input.payload;
    let hint = used.decoded_size(src).ok();
    let whole = decode_bytes(&mut *used, src);
    let n = whole.as_ref().map_or(usize::from(input.rest()) << 4, Vec::len);
    let chosen = [0, 1, n / 2, n.saturating_sub(1), usize::from(input.rest()), n + 4096][usize::from(input.rest() % 6)];
    for len in [chosen, n, n + 1] {
        let (mut clean, mut dirty) = (vec![0; len], vec![DIRT; len]);
        let first = used.decode_into(src, &mut clean, &context());
        let Some(mut new) = value(codec.decoder()) else { return };
        let second = new.decode_into(src, &mut dirty, &context().with_executor(&Backwards));
        let (progress, good) = match (&first, &second) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a, b, "into {len} bytes, clean and dirty");
                assert!(a.consumed <= src.len() && a.written <= len, "{a:?}");
                assert!(clean[..a.written] == dirty[..a.written], "content shows through in {len} bytes, {a:?}");
                (*a, &clean[..a.written])
            }
            (Err(a), Err(b)) => {
                blameless(a);
                assert_eq!(a.to_string(), b.to_string(), "into {len} bytes, clean and dirty");
                assert!(whole.is_err(), "decode() gives {n} bytes, decode_into() {len} bytes: {a}");
                continue;
            }
            _ => panic!("into {len} bytes, clean and dirty: {first:?}, {second:?}"),
        };
        agrees(&whole, progress, good, (src.len(), len), hint);
    }
    pair_of(&mut *used, src, [chosen, n]);
    if let Ok(whole) = &whole {
        let mut exact = vec![DIRT; n];
        used.decode_exact(src, &mut exact, &context()).expect("decode_exact() of what decodes");
        assert!(exact == *whole, "decode_exact() and decode()");
    }
}

/// A stream and the start of it, decoded as a pair into so many bytes.
fn pair_of(worker: &mut dyn BytesDecoder, src: &[u8], [len, other_len]: [usize; 2]) {
    let sources = [src, &src[..src.len() - src.len() / 4]];
    let (mut dst, mut other) = (vec![DIRT; len], vec![DIRT; other_len]);
    let pair = worker.decode_pair([(sources[0], &mut dst), (sources[1], &mut other)], &context());
    for ((src, result), dst) in sources.into_iter().zip(pair).zip([dst, other]) {
        let mut alone = vec![0; dst.len()];
        match (result, worker.decode_into(src, &mut alone, &context())) {
            (Ok(a), Ok(b)) => {
                assert_eq!(a, b, "decode_pair() and decode_into()");
                assert!(dst[..a.written] == alone[..a.written], "decode_pair() and decode_into() give other bytes");
            }
            (Err(a), Err(b)) => assert_eq!(a.to_string(), b.to_string(), "decode_pair() and decode_into()"),
            (a, b) => panic!("decode_pair() and decode_into(): {a:?}, {b:?}"),
        }
    }
}

/// What `decode_into` gave, against what `decode` gave; `lens` are those of source and destination.
fn agrees(whole: &Result<Vec<u8>>, progress: Progress, good: &[u8], lens: (usize, usize), hint: Option<SizeHint>) {
    let (src_len, len) = lens;
    match whole {
        Ok(whole) => {
            assert_eq!(progress.complete, len >= whole.len(), "{progress:?}: {} bytes into {len}", whole.len());
            assert_eq!(progress.written, len.min(whole.len()), "{progress:?}: {} bytes into {len}", whole.len());
            assert!(whole.starts_with(good), "decode_into() and decode() give other bytes");
        }
        Err(error) => {
            let contradicts = match hint {
                Some(SizeHint::Exact(n)) => progress.written as u64 != n,
                Some(SizeHint::AtMost(n)) => progress.written as u64 > n,
                _ => false,
            };
            // A destination that is full may end the work before what else follows is looked at.
            let excess = progress.written == len && progress.consumed < src_len;
            let may = !progress.complete || contradicts || excess || is_limit(error);
            assert!(may, "decode_into() gives {progress:?}, but decode(): {error}");
        }
    }
}

fn array_ways(codec: &dyn ArrayCodec, input: &Input<'_>) {
    let Some(mut used) = value(codec.decoder()) else { return };
    let Some((layout, whole)) = decode_array(&mut *used, input) else { return };
    let src = input.payload;
    let mut dirty = vec![DIRT; layout.n_bytes()];
    let view = ArrayMut::new(&mut dirty, layout).expect("fits");
    same(&whole, &used.decode_into(src, view, &context()).map(|()| dirty), "contiguous");

    let Some(mut new) = value(codec.decoder()) else { return };
    let cx = context().with_executor(&Backwards);
    if let Some(gaps) = with_gaps(&layout, input.rest(), None, |view| new.decode_into(src, view, &cx)) {
        same(&whole, &gaps, "with gaps");
    }
    if let Ok(Some(_)) = used.header(src)
        && let Some((last, rest)) = layout.shape().split_last()
        && layout.n_bytes() < GAPS_BYTES
    {
        let wider = Layout::new(layout.dtype(), &[rest, &[last + 1]].concat()).expect("small");
        let mut bytes = vec![0; wider.n_bytes()];
        let view = ArrayMut::new(&mut bytes, wider).expect("fits");
        assert!(used.decode_into(src, view, &context()).is_err(), "{wider} takes what is {layout}");
    }
}

fn same(whole: &Result<Vec<u8>>, other: &Result<Vec<u8>>, how: &str) {
    match (whole, other) {
        (Ok(a), Ok(b)) => assert!(a == b, "{how}: decode_into() and decode() give other samples"),
        (Err(a), Err(b)) => assert_eq!(a.to_string(), b.to_string(), "{how}"),
        (Ok(_), Err(error)) => panic!("{how}: decode() succeeds, decode_into(): {error}"),
        (Err(error), Ok(_)) => panic!("{how}: decode_into() succeeds, decode(): {error}"),
    }
}

/// Runs `job` on an array whose axes have gaps behind them (which do, `choice` says), and returns its samples. The gaps
/// must be left alone. `None` if the array is too large, or has no axes.
fn with_gaps(
    layout: &Layout,
    choice: u8,
    samples: Option<&[u8]>,
    job: impl FnOnce(ArrayMut<'_>) -> Result<()>,
) -> Option<Result<Vec<u8>>> {
    let shape = layout.shape();
    let outer: Vec<usize> = shape.iter().enumerate().map(|(i, len)| len + usize::from(choice >> i & 1 == 1)).collect();
    let outer = Layout::new(layout.dtype(), &outer).ok().filter(|outer| outer.n_bytes() <= GAPS_BYTES)?;
    let ranges: Vec<_> = shape.iter().map(|&len| 0..len).collect();
    let mut bytes = vec![DIRT; outer.n_bytes()];
    let mut view = ArrayMut::new(&mut bytes, outer).expect("fits").window(&ranges).expect("within");
    if let Some(samples) = samples {
        view.store(samples).expect("the same layout");
    }
    let result = job(view.reborrow());
    let mut got = Vec::new();
    view.as_ref().append_to(&mut got).expect("memory");
    view.store(&vec![DIRT; layout.n_bytes()]).expect("the same layout");
    assert!(bytes.iter().all(|&byte| byte == DIRT), "writes beside its destination of {layout}");
    Some(result.map(|()| got))
}

fn filter_ways(codec: &dyn FilterCodec, input: &Input<'_>) {
    let layout = input.layout();
    let samples = input.samples(&layout);
    for encode in [false, true] {
        let Some(whole) = filter(codec, &layout, &samples, encode) else { return };
        let worker = || if encode { codec.encoder() } else { codec.decoder() };
        let Some(mut worker) = value(worker()) else { return };
        let whole = Ok(whole);
        let cx = context().with_executor(&Backwards);
        if let Some(gaps) = with_gaps(&layout, input.rest(), Some(&samples), |view| worker.run(view, &cx)) {
            same(&whole, &gaps, "with gaps");
        }
        let mut dirty = vec![DIRT; samples.len()];
        let view = ArrayMut::new(&mut dirty, layout).expect("fits");
        let ran = worker.run_into(ArrayRef::new(&samples, layout).expect("fits"), view, &context());
        same(&whole, &ran.map(|()| dirty), "run_into()");
    }
}

fn bytes_trip(codec: &dyn BytesCodec, payload: &[u8]) {
    let (Some(mut encoder), Some(mut decoder)) = (value(codec.encoder()), value(codec.decoder())) else { return };
    let Some(stream) = value(encoder.encode(payload, &context())) else { return };
    let bound = encoder.encode_bound(payload.len());
    assert!(stream.len() <= bound, "{} bytes exceed the bound of {bound}", stream.len());
    let mut dst = vec![DIRT; bound];
    let written = encoder.encode_into(payload, &mut dst, &context()).expect("encode_into() of what encodes");
    assert!(dst[..written] == stream, "encode_into() and encode()");
    if let Some(shorter) = stream.len().checked_sub(1) {
        let error = encoder.encode_into(payload, &mut dst[..shorter], &context()).expect_err("one byte is missing");
        assert!(matches!(error.kind(), ErrorKind::OutputTooSmall { .. }), "one byte is missing: {error}");
    }
    match decode_bytes(&mut *decoder, &stream) {
        Ok(decoded) => assert!(decoded == payload, "{} bytes come back as others", payload.len()),
        Err(error) => assert!(is_limit(&error), "cannot decode what it encoded: {error}"),
    }
}

/// Encodes and decodes; `None` if the encoder refuses, or the decoder by its options and limits. `told`: the
/// options part what belongs to the stream from it.
fn array_trip(codec: &dyn ArrayCodec, layout: &Layout, samples: &[u8], told: bool) -> Option<Vec<u8>> {
    let (mut encoder, mut decoder) = (value(codec.encoder())?, value(codec.decoder())?);
    let stream = value(encoder.encode(ArrayRef::new(samples, *layout).expect("fits"), &context()))?;
    let bound = encoder.encode_bound(layout);
    assert!(bound.is_none_or(|bound| stream.len() <= bound), "{} bytes exceed the bound {bound:?}", stream.len());
    match decoder.decode(&stream, Some(layout), &context()) {
        Ok((_, bytes)) => Some(bytes.to_vec()),
        Err(error) => {
            blameless(&error);
            let odd = matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Backend { .. });
            assert!(!odd || told, "cannot decode what it encoded: {error}");
            None
        }
    }
}

/// Passes if `trip` gives back what it gets, or if it is lossy: if it does not give back noise either.
///
/// # Panics
/// If noise comes back and these samples do not.
pub(crate) fn returns(layout: &Layout, samples: &[u8], trip: impl Fn(&Layout, &[u8]) -> Option<Vec<u8>>) {
    if trip(layout, samples).is_none_or(|back| back == samples) {
        return;
    }
    let larger: Vec<usize> =
        layout.shape().iter().enumerate().map(|(i, &len)| if i < 2 { len.max(16) } else { len }).collect();
    let larger = Layout::new(layout.dtype(), &larger).expect("small");
    let lossless = [*layout, larger].iter().all(|layout| {
        let noise = noise(layout);
        trip(layout, &noise).is_some_and(|back| back == noise)
    });
    assert!(!lossless, "noise comes back, but these samples of {layout} do not");
}

/// A stream for a seed: what the input makes up, encoded with the options that it chooses.
pub(crate) fn seed(info: &'static CodecInfo, bytes: &[u8]) -> Option<Vec<u8>> {
    let (input, codec, _) = prepare(info.name, bytes)?;
    let layout = input.layout();
    match codec {
        AnyCodec::Bytes(codec) => codec.encoder().ok()?.encode(input.payload, &context()).ok(),
        AnyCodec::Array(codec) => {
            let samples = input.samples(&layout);
            codec.encoder().ok()?.encode(ArrayRef::new(&samples, layout).ok()?, &context()).ok()
        }
        AnyCodec::Filter(codec) => filter(&*codec, &layout, &input.samples(&layout), true),
    }
}

/// The number of options that the codec has.
pub(crate) fn n_options(info: &'static CodecInfo) -> usize {
    knobs(info).len()
}

#[cfg(test)]
mod tests {
    use iio::{DType, Layout};
    use iio_codec::{Progress, SizeHint};

    use super::{agrees, returns};

    fn layout() -> Layout {
        Layout::new(DType::U8, &[2, 3]).unwrap()
    }

    #[test]
    fn trips_that_are_lossless_or_lossy_throughout_pass() {
        returns(&layout(), b"abcdef", |_, samples| Some(samples.to_vec()));
        returns(&layout(), b"abcdef", |_, samples| Some(samples.iter().map(|sample| sample & 0xf0).collect()));
        returns(&layout(), b"abcdef", |_, _| None);
    }

    #[test]
    #[should_panic(expected = "but these samples of")]
    fn a_trip_that_loses_some_samples_only_is_found() {
        returns(&layout(), b"abcdef", |_, samples| {
            Some(if samples == b"abcdef" { b"abcdeg".to_vec() } else { samples.to_vec() })
        });
    }

    #[test]
    fn a_full_destination_may_hide_an_error_behind_it() {
        let broken = Err(iio::Error::invalid_argument("test", "excess"));
        let progress = Progress { consumed: 3, written: 2, complete: true };
        agrees(&broken, progress, b"ab", (4, 2), Some(SizeHint::Unknown));
    }

    #[test]
    #[should_panic(expected = "but decode(): test: excess")]
    fn a_success_that_decode_does_not_have_is_found() {
        let broken = Err(iio::Error::invalid_argument("test", "excess"));
        let progress = Progress { consumed: 3, written: 2, complete: true };
        agrees(&broken, progress, b"ab", (4, 3), Some(SizeHint::Unknown));
    }
}
