//! `encode_bound` bounds, and a destination that is too small is told so.

use iio_codec::{AnyCodec, ArrayCodec, ArrayRef, BytesCodec, Context, Directions, ErrorKind};

use crate::input::{arrays, byte_inputs};
use crate::suite::OptionSet;
use crate::trial::Trial;

pub(super) fn test(trial: &Trial<'_>) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    for (set, codec) in trial.codecs() {
        match codec {
            AnyCodec::Bytes(codec) => bytes(trial, set, &*codec),
            AnyCodec::Array(codec) => array(trial, set, &*codec),
            AnyCodec::Filter(_) => {}
        }
        if trial.is_lost() {
            return;
        }
    }
}

fn bytes(trial: &Trial<'_>, set: &OptionSet, codec: &dyn BytesCodec) {
    let cx = Context::default();
    let Some(mut encoder) = trial.succeed(|| set.name.clone(), || codec.encoder()) else { return };
    for (content, len) in byte_inputs(trial.suite).into_iter().filter(|&(_, len)| len <= 70_000) {
        let src = content.bytes(len);
        let label = || format!("{}: {content:?} of {len} bytes", set.name);
        let bound = encoder.encode_bound(len);
        // A destination that is longer than the bound shows how much is really written.
        let mut dst = vec![0; bound.saturating_add(1000)];
        let Some(written) = trial.succeed(label, || encoder.encode_into(&src, &mut dst, &cx)) else { continue };
        trial.expect(written <= bound, || format!("{}: {written} bytes, the bound is {bound}", label()));
        let at_bound = trial.succeed(label, || encoder.encode_into(&src, &mut vec![0; bound], &cx));
        trial.expect(at_bound.is_none_or(|n| n <= bound), || format!("{}: {at_bound:?} of {bound} bytes", label()));
        if len > 5000 {
            continue;
        }
        for have in [0, 1, written / 2, written.saturating_sub(1)] {
            if have < written {
                too_small(trial, &label, have, || encoder.encode_into(&src, &mut vec![0; have], &cx));
            }
        }
        if trial.is_lost() {
            return;
        }
    }
    // What no machine holds must not make the sum of the bound overflow.
    for len in [usize::MAX, usize::MAX / 2, usize::MAX >> 8] {
        trial.attempt(|| format!("{}: bound of {len}", set.name), || encoder.encode_bound(len));
    }
}

fn too_small(
    trial: &Trial<'_>,
    label: &dyn Fn() -> String,
    have: usize,
    job: impl FnOnce() -> iio_codec::Result<usize>,
) {
    let label = || format!("{}: into {have} bytes", label());
    let Some(result) = trial.attempt(label, job) else { return };
    let told = result
        .as_ref()
        .is_err_and(|error| matches!(error.kind(), ErrorKind::OutputTooSmall { needed } if needed > have as u64));
    trial.expect(told, || format!("{}: gives {result:?}, not OutputTooSmall", label()));
}

fn array(trial: &Trial<'_>, set: &OptionSet, codec: &dyn ArrayCodec) {
    let cx = Context::default();
    let Some(mut encoder) = trial.succeed(|| set.name.clone(), || codec.encoder()) else { return };
    for (content, layout, src) in arrays(trial.suite, set) {
        let label = || format!("{}: {content:?} of {layout}", set.name);
        let Some(bound) = trial.attempt(label, || encoder.encode_bound(&layout)) else { return };
        let Some(bound) = bound else { continue };
        let Some(Ok(stream)) = trial.attempt(label, || encoder.encode(ArrayRef::new(&src, layout)?, &cx)) else {
            continue;
        };
        let len = stream.len();
        trial.expect(len <= bound, || format!("{}: {len} bytes, the bound is {bound}", label()));
        if trial.is_lost() {
            return;
        }
    }
}
