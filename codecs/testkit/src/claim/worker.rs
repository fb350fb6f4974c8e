//! Workers: one that is used again gives what a fresh one gives, and the same input gives the same stream.

use iio_codec::{AnyCodec, ArrayMut, ArrayRef, Context, Directions, FilterCodec, Layout, Result};

use crate::fixture::{Fixture, Rig};
use crate::input::{byte_inputs, photos};
use crate::suite::OptionSet;
use crate::trial::{Trial, difference, is_refusal};
use crate::{Content, Rng};

pub(super) fn reuse(trial: &Trial<'_>) {
    let fixtures = trial.fixtures();
    for fixture in &fixtures {
        decoder(trial, fixture, &fixtures);
    }
    for (set, codec) in trial.codecs() {
        encoder(trial, set, &codec);
    }
}

/// One decoder is led through other streams, damage and garbage, and decodes its own stream after each.
fn decoder(trial: &Trial<'_>, fixture: &Fixture, others: &[Fixture]) {
    let cx = Context::default();
    let Some(mut rig) = trial.succeed(|| fixture.name.clone(), || Rig::new(fixture)) else { return };
    let mut garbage = vec![0; fixture.stream.len()];
    Rng::new(7).fill(&mut garbage);
    let half = fixture.stream.len() / 2;
    let mut torn = fixture.stream.clone();
    torn.iter_mut().skip(half).for_each(|byte| *byte ^= 0xff);
    let mut detours: Vec<(String, &[u8])> = vec![
        ("itself".to_owned(), &fixture.stream),
        ("nothing".to_owned(), &[]),
        ("a half".to_owned(), &fixture.stream[..half]),
        ("garbage".to_owned(), &garbage),
        ("itself with a damaged end".to_owned(), &torn),
    ];
    detours.extend(others.iter().map(|other| (other.name.clone(), other.stream.as_slice())));
    let mut small = vec![0; fixture.decoded.len() / 2];
    for (detour, stream) in detours {
        let label = || format!("{}: after {detour}", fixture.name);
        // Whether these succeed is for other claims.
        let calls = trial.attempt(label, || {
            drop(rig.decode(stream, &cx));
            if !rig.is_array() {
                drop(rig.fill(stream, &mut small, &cx));
            }
        });
        if calls.is_none() {
            return;
        }
        let Some((_, back)) = trial.succeed(label, || rig.decode(&fixture.stream, &cx)) else { continue };
        if let Some(difference) = difference(&back, &fixture.decoded) {
            trial.fail(format!("{}: {difference}", label()));
        }
    }
}

/// Inputs of different sizes for one encoder, small first, then large, then small again.
fn encoder(trial: &Trial<'_>, set: &OptionSet, codec: &AnyCodec) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    let cx = Context::default();
    match codec {
        AnyCodec::Bytes(codec) => {
            let mut lengths: Vec<_> = byte_inputs(trial.suite).into_iter().map(|(_, len)| len).collect();
            lengths.retain(|&len| len <= 5000);
            lengths.extend(lengths.clone().into_iter().rev());
            let inputs = lengths.into_iter().map(|len| (format!("{len} bytes"), Content::Runs.bytes(len)));
            let Some(mut kept) = trial.succeed(|| set.name.clone(), || codec.encoder()) else { return };
            for (name, src) in inputs {
                let label = || format!("{}: encode {name}", set.name);
                let pair = trial.succeed(label, || {
                    // An error on the way must leave no trace.
                    drop(kept.encode_into(&src, &mut [], &cx));
                    Ok((kept.encode(&src, &cx)?, codec.encoder()?.encode(&src, &cx)?))
                });
                same(trial, label, pair);
            }
        }
        AnyCodec::Array(codec) => {
            let Some(mut kept) = trial.succeed(|| set.name.clone(), || codec.encoder()) else { return };
            for (layout, src) in some_arrays(trial, set) {
                let label = || format!("{}: encode {layout}", set.name);
                let both = trial.attempt(label, || -> Result<_> {
                    let have = kept.encode(ArrayRef::new(&src, layout)?, &cx);
                    Ok((have, codec.encoder()?.encode(ArrayRef::new(&src, layout)?, &cx)))
                });
                match both {
                    Some(Ok((Ok(have), Ok(want)))) => same(trial, label, Some((have, want))),
                    Some(Ok((Err(a), Err(b)))) if a.kind() == b.kind() && is_refusal(&a) => {}
                    None => return,
                    Some(other) => trial.fail(format!("{}: {other:?}", label())),
                }
            }
        }
        AnyCodec::Filter(codec) => filter(trial, set, &**codec),
    }
}

fn same(trial: &Trial<'_>, label: impl Fn() -> String, pair: Option<(Vec<u8>, Vec<u8>)>) {
    if let Some((have, want)) = pair
        && let Some(difference) = difference(&have, &want)
    {
        trial.fail(format!("{}: not as a fresh worker: {difference}", label()));
    }
}

/// Arrays of all accepted layouts and some that may be refused, in an order that mixes them.
fn some_arrays(trial: &Trial<'_>, set: &OptionSet) -> Vec<(Layout, Vec<u8>)> {
    let mut all: Vec<_> = photos(trial.suite, set, 1 << 14).collect();
    let mut rng = Rng::new(3);
    for i in (1..all.len()).rev() {
        all.swap(i, rng.below(i + 1));
    }
    all
}

fn filter(trial: &Trial<'_>, set: &OptionSet, codec: &dyn FilterCodec) {
    let cx = Context::default();
    let workers = trial.succeed(|| set.name.clone(), || Ok([codec.encoder()?, codec.decoder()?]));
    let Some(mut workers) = workers else { return };
    for (layout, src) in some_arrays(trial, set) {
        for (index, kept) in workers.iter_mut().enumerate() {
            let way = ["encode", "decode"][index];
            let label = || format!("{}: {way} {layout}", set.name);
            let pair = trial.succeed(label, || {
                let mut fresh = if index == 0 { codec.encoder()? } else { codec.decoder()? };
                let (mut have, mut want) = (src.clone(), src.clone());
                let kept = kept.run(ArrayMut::new(&mut have, layout)?, &cx);
                let fresh = fresh.run(ArrayMut::new(&mut want, layout)?, &cx);
                trial.expect(kept.is_ok() == fresh.is_ok(), || format!("{}: {kept:?}, a fresh one {fresh:?}", label()));
                Ok((have, want))
            });
            same(trial, label, pair);
        }
    }
}

/// The same input gives the same stream from two codecs, built one after the other.
pub(super) fn determinism(trial: &Trial<'_>) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    let cx = Context::default();
    for set in &trial.suite.sets {
        let both = (trial.codec(&set.name, &set.config), trial.codec(&set.name, &set.config));
        match both {
            (Some(AnyCodec::Bytes(a)), Some(AnyCodec::Bytes(b))) => {
                for (content, len) in byte_inputs(trial.suite) {
                    if len > 5000 && content != Content::Photo {
                        continue;
                    }
                    let src = content.bytes(len);
                    let label = || format!("{}: {content:?} of {len} bytes", set.name);
                    let pair =
                        trial.succeed(label, || Ok((a.encoder()?.encode(&src, &cx)?, b.encoder()?.encode(&src, &cx)?)));
                    same(trial, label, pair);
                }
            }
            (Some(AnyCodec::Array(a)), Some(AnyCodec::Array(b))) => {
                for (layout, src) in some_arrays(trial, set) {
                    let label = || format!("{}: {layout}", set.name);
                    let one = || a.encoder()?.encode(ArrayRef::new(&src, layout)?, &cx);
                    let other = || b.encoder()?.encode(ArrayRef::new(&src, layout)?, &cx);
                    let pair = (trial.attempt(label, one), trial.attempt(label, other));
                    if let (Some(Ok(have)), Some(Ok(want))) = pair {
                        same(trial, label, Some((have, want)));
                    }
                }
            }
            _ => {}
        }
    }
}
