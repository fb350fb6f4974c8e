//! With an executor of any width a call gives the same.

use iio_codec::{AnyCodec, ArrayMut, ArrayRef, Context, Directions, Result};

use crate::fixture::Rig;
use crate::input::{byte_inputs, photos};
use crate::suite::OptionSet;
use crate::trial::{Trial, difference, is_refusal, lossy_difference};
use crate::{Content, Threads};

pub(super) fn test(trial: &Trial<'_>) {
    let threads = Threads(3);
    let cx = Context::default().with_executor(&threads);
    for fixture in trial.fixtures() {
        let label = || format!("{}: decode with three threads", fixture.name);
        let back = trial.succeed(label, || Rig::new(&fixture)?.decode(&fixture.stream, &cx));
        if let Some((_, back)) = back
            && let Some(difference) = difference(&back, &fixture.decoded)
        {
            trial.fail(format!("{}: {difference}", label()));
        }
    }
    for (set, codec) in trial.codecs() {
        encode(trial, set, &codec, &cx);
    }
}

/// What is encoded with threads decodes to the same as what is encoded without, with and without them. The streams may
/// differ, for where it is cut into jobs can depend on their number.
fn encode(trial: &Trial<'_>, set: &OptionSet, codec: &AnyCodec, cx: &Context<'_>) {
    let serial = Context::default();
    match codec {
        AnyCodec::Bytes(codec) if trial.suite.info.directions == Directions::Both => {
            let largest = byte_inputs(trial.suite).into_iter().map(|(_, len)| len).max().unwrap_or(0);
            for len in [0, largest] {
                if trial.suite.lengths.as_ref().is_some_and(|lengths| !lengths.contains(&len)) {
                    continue;
                }
                let src = Content::Photo.bytes(len);
                let label = || format!("{}: {len} bytes with three threads", set.name);
                let backs = trial.succeed(label, || {
                    let stream = codec.encoder()?.encode(&src, cx)?;
                    Ok([codec.decoder()?.decode(&stream, &serial)?, codec.decoder()?.decode(&stream, cx)?])
                });
                for back in backs.into_iter().flatten() {
                    if let Some(difference) = difference(&back, &src) {
                        trial.fail(format!("{}: {difference}", label()));
                    }
                }
            }
        }
        AnyCodec::Array(codec) if trial.suite.info.directions == Directions::Both => {
            for (layout, src) in photos(trial.suite, set, usize::MAX) {
                let label = || format!("{}: {layout} with three threads", set.name);
                let encode = || codec.encoder()?.encode(ArrayRef::new(&src, layout)?, cx);
                let stream = match trial.attempt(label, encode) {
                    Some(Err(error)) if is_refusal(&error) => continue,
                    Some(result) => trial.succeed(label, || result),
                    None => None,
                };
                let Some(stream) = stream else { continue };
                let decode = |cx| codec.decoder()?.decode(&stream, Some(&layout), cx);
                let backs = trial.succeed(label, || Ok([decode(&serial)?, decode(cx)?]));
                for (_, back) in backs.into_iter().flatten() {
                    if let Some(difference) = lossy_difference(layout.dtype(), &back, &src, set.max_diff) {
                        trial.fail(format!("{}: {difference}", label()));
                    }
                }
            }
        }
        AnyCodec::Filter(codec) => {
            for (layout, src) in photos(trial.suite, set, usize::MAX) {
                let label = || format!("{}: {layout} with three threads", set.name);
                let run = |cx: &Context<'_>| -> Result<Vec<u8>> {
                    let mut work = src.clone();
                    codec.encoder()?.run(ArrayMut::new(&mut work, layout)?, cx)?;
                    Ok(work)
                };
                if codec.accepts(&layout).is_ok()
                    && let Some((have, want)) = trial.succeed(label, || Ok((run(cx)?, run(&serial)?)))
                    && let Some(difference) = difference(&have, &want)
                {
                    trial.fail(format!("{}: {difference}", label()));
                }
            }
        }
        _ => {}
    }
}
