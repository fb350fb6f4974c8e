//! Options are checked, and unknown ones are refused with the known ones listed.

use iio_codec::{AnyCodec, ArrayRef, CodecId, Config, Context, DType, Error, ErrorKind, Layout, Value, key};

use crate::Content;
use crate::trial::{Trial, is_refusal};

const UNKNOWN: &str = "no_such_option";

pub(super) fn test(trial: &Trial<'_>) {
    let info = trial.suite.info;
    let id = CodecId::Name(info.name);
    let create = |config: &Config| trial.attempt(|| format!("create with {config:?}"), || info.create(&id, config));
    let known = match create(&Config::new().set(UNKNOWN, 1)) {
        Some(Err(error)) if error.kind() == ErrorKind::InvalidArgument => known_keys(trial, &error),
        Some(result) => {
            trial.fail(format!("the unknown option {UNKNOWN} gives {result:?}, not InvalidArgument"));
            return;
        }
        None => return,
    };
    for set in &trial.suite.sets {
        for used in set.config.keys() {
            trial.expect(known.iter().any(|key| key == used), || {
                format!("the error for an unknown option lists {known:?}, but not {used} of {}", set.name)
            });
        }
    }
    if let Some(Err(error)) = create(&Config::new().hint(UNKNOWN, 1)) {
        trial.fail(format!("an unknown hint is refused: {error:?}"));
    }
    // Containers pass on what they know.
    let hints = Config::new().hint(key::WIDTH, 16).hint(key::HEIGHT, 16).hint(key::SAMPLES, 1);
    if let Some(Err(error)) = create(&hints.hint(key::BITS_PER_SAMPLE, 8)) {
        trial.fail(format!("hints of a container are refused: {error:?}"));
    }
    for key in &known {
        for value in odd_values() {
            odd_value(trial, key, &value);
        }
    }
}

/// The keys that the error for an unknown option lists.
fn known_keys(trial: &Trial<'_>, error: &Error) -> Vec<String> {
    let message = error.message();
    trial.expect(message.contains(UNKNOWN), || format!("the error does not name the unknown option: {error}"));
    match message.split_once("known are ") {
        Some((_, keys)) => keys.split(", ").map(str::to_owned).collect(),
        None => {
            trial.expect(message.contains("there are none"), || format!("the error lists no known options: {error}"));
            Vec::new()
        }
    }
}

fn odd_values() -> Vec<Value> {
    let texts = ["", "-1", "1e999", "\u{0}", "no such name", "999999999999999999999"].map(Value::from);
    let ints = [0, 1, -1, i64::MIN, i64::MAX].map(Value::from);
    let floats = [f64::NAN, f64::INFINITY, -0.0, f64::MAX, 1e-300].map(Value::from);
    let lists = [Value::Ints(Vec::new()), Value::Ints(vec![i64::MAX; 9]), Value::from(Vec::<u8>::new())];
    let others = [Value::Bool(true), Value::Bool(false), Value::from(vec![0xff_u8; 100])];
    [texts.to_vec(), ints.to_vec(), floats.to_vec(), lists.to_vec(), others.to_vec()].concat()
}

/// A value that no one would pass is refused, or works: no panic, here or when the codec is used.
fn odd_value(trial: &Trial<'_>, key: &str, value: &Value) {
    let info = trial.suite.info;
    let config = Config::new().set(key, value.clone());
    let label = || format!("{key} = {value:?}");
    let codec = match trial.attempt(label, || info.create(&CodecId::Name(info.name), &config)) {
        Some(Ok(codec)) => codec,
        Some(Err(error)) => {
            trial.expect(is_refusal(&error), || format!("{}: {error:?}", label()));
            return;
        }
        None => return,
    };
    let Some(Err(error)) = trial.attempt(label, || use_once(&codec)) else { return };
    let bad = matches!(error.kind(), ErrorKind::Internal | ErrorKind::Io | ErrorKind::Cancelled);
    trial.expect(!bad, || format!("{}: {error:?}", label()));
}

fn use_once(codec: &AnyCodec) -> iio_codec::Result<()> {
    let cx = Context::default();
    let layout = Layout::new(DType::U8, &[16, 16])?;
    let mut src = Content::Photo.array(&layout, None);
    match codec {
        AnyCodec::Bytes(codec) => {
            let stream = codec.encoder()?.encode(&src, &cx)?;
            codec.decoder()?.decode(&stream, &cx).map(|_| ())
        }
        AnyCodec::Array(codec) => {
            let stream = codec.encoder()?.encode(ArrayRef::new(&src, layout)?, &cx)?;
            codec.decoder()?.decode(&stream, Some(&layout), &cx).map(|_| ())
        }
        AnyCodec::Filter(codec) => codec.encoder()?.run(iio_codec::ArrayMut::new(&mut src, layout)?, &cx),
    }
}
