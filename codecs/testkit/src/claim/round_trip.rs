use iio_codec::{AnyCodec, ArrayCodec, ArrayMut, ArrayRef, BytesCodec, Context, Directions, FilterCodec, Layout};

use crate::input::{arrays, byte_inputs};
use crate::suite::OptionSet;
use crate::trial::{Trial, difference, is_refusal, lossy_difference, same_but_for_ones};

pub(super) fn test(trial: &Trial<'_>) {
    for (set, codec) in trial.codecs() {
        match codec {
            AnyCodec::Bytes(codec) => bytes(trial, set, &*codec),
            AnyCodec::Array(codec) => array(trial, set, &*codec),
            AnyCodec::Filter(codec) => filter(trial, set, &*codec),
        }
    }
    given(trial);
}

fn bytes(trial: &Trial<'_>, set: &OptionSet, codec: &dyn BytesCodec) {
    if trial.suite.info.directions != Directions::Both {
        return;
    }
    let name = || set.name.clone();
    let (Some(mut encoder), Some(mut decoder)) =
        (trial.succeed(name, || codec.encoder()), trial.succeed(name, || codec.decoder()))
    else {
        return;
    };
    let cx = Context::default();
    for (content, len) in byte_inputs(trial.suite) {
        let src = content.bytes(len);
        let label = || format!("{}: {content:?} of {len} bytes", set.name);
        let Some(stream) = trial.succeed(label, || encoder.encode(&src, &cx)) else { continue };
        let Some(back) = trial.succeed(label, || decoder.decode(&stream, &cx)) else { continue };
        if let Some(difference) = difference(&back, &src) {
            trial.fail(format!("{}: {difference}", label()));
        }
        if trial.is_lost() {
            return;
        }
    }
}

fn array(trial: &Trial<'_>, set: &OptionSet, codec: &dyn ArrayCodec) {
    if trial.suite.info.directions != Directions::Both {
        return;
    }
    let name = || set.name.clone();
    let (Some(mut encoder), Some(mut decoder)) =
        (trial.succeed(name, || codec.encoder()), trial.succeed(name, || codec.decoder()))
    else {
        return;
    };
    let cx = Context::default();
    let mut n = 0;
    for (content, layout, src) in arrays(trial.suite, set) {
        let label = || format!("{}: {content:?} of {layout}", set.name);
        let Some(stream) = encoded(trial, &label, || encoder.encode(ArrayRef::new(&src, layout)?, &cx)) else {
            continue;
        };
        n += 1;
        let Some((got, back)) = trial.succeed(label, || decoder.decode(&stream, Some(&layout), &cx)) else { continue };
        trial.expect(same_but_for_ones(&got, &layout), || format!("{}: comes back as {got}", label()));
        if let Some(difference) = lossy_difference(layout.dtype(), &back, &src, set.max_diff) {
            trial.fail(format!("{}: {difference}", label()));
        }
        if trial.is_lost() {
            return;
        }
    }
    trial.expect(n > 0, || format!("{}: no layout is accepted", set.name));
}

/// What an encoder gave, unless it refuses a layout that it need not take.
fn encoded<R>(trial: &Trial<'_>, label: &dyn Fn() -> String, job: impl FnOnce() -> iio_codec::Result<R>) -> Option<R> {
    match trial.attempt(label, job)? {
        Err(error) if trial.suite.layouts.is_none() && is_refusal(&error) => None,
        result => trial.succeed(label, || result),
    }
}

fn filter(trial: &Trial<'_>, set: &OptionSet, codec: &dyn FilterCodec) {
    let name = || set.name.clone();
    let (Some(mut encoder), Some(mut decoder)) =
        (trial.succeed(name, || codec.encoder()), trial.succeed(name, || codec.decoder()))
    else {
        return;
    };
    let cx = Context::default();
    let mut n = 0;
    for (content, layout, src) in arrays(trial.suite, set) {
        let label = || format!("{}: {content:?} of {layout}", set.name);
        if encoded(trial, &label, || codec.accepts(&layout)).is_none() {
            continue;
        }
        n += 1;
        let mut work = src.clone();
        let done = trial.succeed(label, || {
            encoder.run(ArrayMut::new(&mut work, layout)?, &cx)?;
            decoder.run(ArrayMut::new(&mut work, layout)?, &cx)
        });
        if let (Some(()), Some(difference)) = (done, lossy_difference(layout.dtype(), &work, &src, set.max_diff)) {
            trial.fail(format!("{}: {difference}", label()));
        }
        if trial.is_lost() {
            return;
        }
    }
    trial.expect(n > 0, || format!("{}: no layout is accepted", set.name));
}

/// Known streams give what they are known to give.
fn given(trial: &Trial<'_>) {
    let info = trial.suite.info;
    if info.directions == Directions::Decode && trial.suite.given.is_empty() {
        trial.fail("the codec does not encode and there is no fixture, so nothing is shown");
    }
    let cx = Context::default();
    for fixture in &trial.suite.given {
        let label = || format!("fixture {}", fixture.name);
        let decoded: Option<(Option<Layout>, Vec<u8>)> = match trial.codec(&fixture.name, &fixture.config) {
            Some(AnyCodec::Bytes(codec)) => {
                trial.succeed(label, || Ok((None, codec.decoder()?.decode(&fixture.stream, &cx)?)))
            }
            Some(AnyCodec::Array(codec)) => trial.succeed(label, || {
                let (layout, bytes) = codec.decoder()?.decode(&fixture.stream, fixture.layout.as_ref(), &cx)?;
                Ok((Some(layout), bytes.to_vec()))
            }),
            Some(AnyCodec::Filter(_)) => {
                trial.fail(format!("{}: a filter has no streams", label()));
                None
            }
            None => None,
        };
        let Some((layout, bytes)) = decoded else { continue };
        trial.expect(layout == fixture.layout, || format!("{}: comes back as {layout:?}", label()));
        if let Some(difference) = difference(&bytes, &fixture.decoded) {
            trial.fail(format!("{}: {difference}", label()));
        }
    }
}
