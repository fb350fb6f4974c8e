//! A caller who asked to stop gets the result, or `Cancelled`; the worker is as good as before.

use iio_codec::{AnyCodec, ArrayMut, ArrayRef, Cancel, Context, Directions, ErrorKind, Result};

use crate::fixture::Rig;
use crate::input::{byte_inputs, photos};
use crate::suite::OptionSet;
use crate::trial::{Trial, difference, is_refusal};

pub(super) fn test(trial: &Trial<'_>) {
    let cancel = Cancel::new();
    cancel.cancel();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    for fixture in trial.fixtures() {
        let label = || format!("{}: decode", fixture.name);
        let Some(mut rig) = trial.succeed(label, || Rig::new(&fixture)) else { continue };
        let stopped = trial.attempt(label, || rig.decode(&fixture.stream, &cx).map(|(_, bytes)| bytes));
        outcome(trial, label, stopped, Some(&fixture.decoded));
        let again = trial.attempt(label, || rig.decode(&fixture.stream, &Context::default()).map(|(_, bytes)| bytes));
        if let Some(Err(error)) = &again {
            trial.fail(format!("{}: after it was cancelled: {error:?}", label()));
        }
        outcome(trial, label, again, Some(&fixture.decoded));
    }
    if trial.suite.info.directions != Directions::Decode {
        for (set, codec) in trial.codecs() {
            encoder(trial, set, &codec, &cx);
        }
    }
}

fn outcome(trial: &Trial<'_>, label: impl Fn() -> String, result: Option<Result<Vec<u8>>>, want: Option<&[u8]>) {
    match (result, want) {
        (Some(Ok(have)), Some(want)) => {
            if let Some(difference) = difference(&have, want) {
                trial.fail(format!("{}: cancelled: {difference}", label()));
            }
        }
        (Some(Err(error)), _) if error.kind() != ErrorKind::Cancelled => {
            trial.fail(format!("{}: cancelled: {error:?}", label()));
        }
        _ => {}
    }
}

fn encoder(trial: &Trial<'_>, set: &OptionSet, codec: &AnyCodec, cx: &Context<'_>) {
    let label = || format!("{}: encode", set.name);
    match codec {
        AnyCodec::Bytes(codec) => {
            let Some((content, len)) = byte_inputs(trial.suite).pop() else { return };
            let src = content.bytes(len);
            let want = trial.succeed(label, || codec.encoder()?.encode(&src, &Context::default()));
            let have = trial.attempt(label, || codec.encoder()?.encode(&src, cx));
            outcome(trial, label, have, want.as_deref());
        }
        AnyCodec::Array(codec) => {
            for (layout, src) in photos(trial.suite, set, usize::MAX) {
                let encode = |cx: &Context<'_>| codec.encoder()?.encode(ArrayRef::new(&src, layout)?, cx);
                let Some(Ok(want)) = trial.attempt(label, || encode(&Context::default())) else { continue };
                outcome(trial, label, trial.attempt(label, || encode(cx)), Some(&want));
            }
        }
        AnyCodec::Filter(codec) => {
            for (layout, src) in photos(trial.suite, set, usize::MAX) {
                let run = |cx: &Context<'_>| {
                    let mut work = src.clone();
                    codec.encoder()?.run(ArrayMut::new(&mut work, layout)?, cx)?;
                    Ok(work)
                };
                match trial.attempt(label, || run(&Context::default())) {
                    Some(Ok(want)) => outcome(trial, label, trial.attempt(label, || run(cx)), Some(&want)),
                    Some(Err(error)) if !is_refusal(&error) => trial.fail(format!("{}: {error:?}", label())),
                    _ => {}
                }
            }
        }
    }
}
