//! Arrays with strides: the same result as without, and nothing beside them is touched.

use iio_codec::{AnyCodec, ArrayCodec, ArrayMut, ArrayRef, Context, Directions, FilterCodec, Layout};

use crate::fixture::Fixture;
use crate::input::photos;
use crate::placement::Placement;
use crate::suite::OptionSet;
use crate::trial::{Trial, difference};

const GUARD: u8 = 0xc5;

pub(super) fn test(trial: &Trial<'_>) {
    for fixture in trial.fixtures() {
        destinations(trial, &fixture);
    }
    for (set, codec) in trial.codecs() {
        match codec {
            AnyCodec::Bytes(_) => {}
            AnyCodec::Array(codec) => sources(trial, set, &*codec),
            AnyCodec::Filter(codec) => filters(trial, set, &*codec),
        }
    }
}

/// Decoders write into any placement what they write into an array without gaps.
fn destinations(trial: &Trial<'_>, fixture: &Fixture) {
    let (AnyCodec::Array(codec), Some(layout)) = (&fixture.codec, &fixture.layout) else { return };
    let cx = Context::default();
    for placement in Placement::ALL {
        let label = || format!("{}: into {placement:?}", fixture.name);
        let have = trial.succeed(label, || {
            let mut buffer = placement.buffer(layout, GUARD)?;
            codec.decoder()?.decode_into(&fixture.stream, placement.view_mut(&mut buffer, layout)?, &cx)?;
            Ok((buffer, placement.holding(layout, &fixture.decoded, GUARD)?))
        });
        compare(trial, label, have);
    }
}

/// Compares a buffer with the one that was expected, guard bytes included.
fn compare<B: core::ops::Deref<Target = [u8]>>(trial: &Trial<'_>, label: impl Fn() -> String, pair: Option<(B, B)>) {
    if let Some((have, want)) = pair
        && let Some(difference) = difference(&have, &want)
    {
        trial.fail(format!("{}: samples or the bytes beside them differ: {difference}", label()));
    }
}

/// Encoders read from any placement what they read from an array without gaps.
fn sources(trial: &Trial<'_>, set: &OptionSet, codec: &dyn ArrayCodec) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    let cx = Context::default();
    for (layout, src) in photos(trial.suite, set, 1 << 14) {
        let label = || format!("{}: {layout}", set.name);
        let encode = || codec.encoder()?.encode(ArrayRef::new(&src, layout)?, &cx);
        let Some(Ok(want)) = trial.attempt(label, encode) else { continue };
        for placement in Placement::ALL {
            let label = || format!("{}: {layout} from {placement:?}", set.name);
            let have = trial.succeed(label, || {
                let buffer = placement.holding(&layout, &src, GUARD)?;
                codec.encoder()?.encode(placement.view(&buffer, &layout)?, &cx)
            });
            if let Some(have) = have
                && let Some(difference) = difference(&have, &want)
            {
                trial.fail(format!("{}: stream differs: {difference}", label()));
            }
        }
    }
}

fn filters(trial: &Trial<'_>, set: &OptionSet, codec: &dyn FilterCodec) {
    for (layout, src) in photos(trial.suite, set, 1 << 14) {
        if codec.accepts(&layout).is_err() {
            continue;
        }
        for (way, encode) in [("encode", true), ("decode", false)] {
            for placement in Placement::ALL {
                let label = || format!("{}: {way} {layout} in {placement:?}", set.name);
                let pair = trial.succeed(label, || filtered(codec, encode, placement, &layout, &src));
                compare(trial, label, pair);
            }
        }
    }
}

/// The buffer as filtered in place, and as it should be.
fn filtered(
    codec: &dyn FilterCodec,
    encode: bool,
    placement: Placement,
    layout: &Layout,
    src: &[u8],
) -> iio_codec::Result<(iio_codec::AlignedBytes, iio_codec::AlignedBytes)> {
    let cx = Context::default();
    let mut worker = if encode { codec.encoder()? } else { codec.decoder()? };
    let mut want = src.to_vec();
    worker.run(ArrayMut::new(&mut want, *layout)?, &cx)?;
    let mut buffer = placement.holding(layout, src, GUARD)?;
    worker.run(placement.view_mut(&mut buffer, layout)?, &cx)?;
    Ok((buffer, placement.holding(layout, &want, GUARD)?))
}
