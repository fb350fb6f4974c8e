//! The ways in agree with each other, and destinations of any length and content are treated alike.

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayMut, ArrayRef, BytesCodec, BytesDecoder, Context, DType, Directions, ErrorKind,
    FilterCodec, Layout, Progress, Result, SizeHint,
};

use crate::Content;
use crate::fixture::{Fixture, Rig, filled};
use crate::input::{arrays_of, photos};
use crate::suite::OptionSet;
use crate::trial::{Trial, difference};

/// What stands in a `Vec` before something is appended to it.
const BEFORE: [u8; 3] = [1, 2, 3];

pub(super) fn entry_points(trial: &Trial<'_>) {
    for fixture in trial.fixtures() {
        decoders(trial, &fixture);
    }
    for (set, codec) in trial.codecs() {
        match codec {
            AnyCodec::Bytes(codec) => byte_encoders(trial, set, &*codec),
            AnyCodec::Array(codec) => array_encoders(trial, set, &*codec),
            AnyCodec::Filter(codec) => filters(trial, set, &*codec),
        }
        if trial.is_lost() {
            return;
        }
    }
}

fn decoders(trial: &Trial<'_>, fixture: &Fixture) {
    let cx = Context::default();
    let label = || fixture.name.clone();
    let Some(mut rig) = trial.succeed(label, || Rig::new(fixture)) else { return };
    let Some(mut dst) = trial.succeed(label, || filled(fixture.decoded.len(), 0x55)) else { return };
    let calls: [(&str, bool); 2] = [("decode_into", false), ("decode_exact", true)];
    for (name, exact) in calls {
        let label = || format!("{}: {name}", fixture.name);
        dst.fill(0x55);
        let done = trial.succeed(label, || match exact {
            true => rig.exact(&fixture.stream, &mut dst, &cx),
            false => rig.fill(&fixture.stream, &mut dst, &cx).map(|_| ()),
        });
        if let (Some(()), Some(difference)) = (done, difference(&dst, &fixture.decoded)) {
            trial.fail(format!("{}: not as decode: {difference}", label()));
        }
    }
    if let Rig::Bytes(decoder) = &mut rig {
        pair(trial, fixture, &mut **decoder);
    }
    match &rig {
        Rig::Bytes(decoder) => {
            let have = fixture.decoded.len() as u64;
            let hint = trial.succeed(label, || decoder.decoded_size(&fixture.stream));
            let fits = match hint {
                Some(SizeHint::Exact(size)) => size == have,
                Some(SizeHint::AtMost(size)) => size >= have,
                Some(SizeHint::Unknown) | None => true,
            };
            trial.expect(fits, || format!("{}: decoded_size is {hint:?}, decode gives {have}", label()));
        }
        Rig::Array(decoder, given) => {
            let layout = trial.succeed(label, || decoder.decoded_layout(&fixture.stream, given.as_ref()));
            let same = layout.is_none() || layout == fixture.layout;
            trial.expect(same, || {
                format!("{}: decoded_layout is {layout:?}, decode gives {:?}", label(), fixture.layout)
            });
            let bare = trial.attempt(label, || decoder.decoded_layout(&fixture.stream, None));
            let told = bare.is_none_or(|result| match result {
                Ok(_) => fixture.has_header,
                Err(error) => !fixture.has_header && error.kind() == ErrorKind::InvalidArgument,
            });
            trial.expect(told, || format!("{}: decoded_layout without a given layout", label()));
        }
    }
}

/// A stream and the half of it, decoded as a pair, in both orders.
fn pair(trial: &Trial<'_>, fixture: &Fixture, decoder: &mut dyn BytesDecoder) {
    let cx = Context::default();
    let (whole, half) = (fixture.stream.as_slice(), &fixture.stream[..fixture.stream.len() / 2]);
    for (first, second) in [(whole, half), (half, whole)] {
        let label = || format!("{}: decode_pair of {} and {} bytes", fixture.name, first.len(), second.len());
        let mut dst = [0xaa, 0x55].map(|byte| vec![byte; fixture.decoded.len()]);
        let [to, other] = &mut dst;
        let Some(both) = trial.attempt(label, || decoder.decode_pair([(first, to), (second, other)], &cx)) else {
            return;
        };
        for ((src, dst), result) in [first, second].into_iter().zip(&dst).zip(both) {
            let mut alone = vec![0; dst.len()];
            let Some(expected) = trial.attempt(label, || decoder.decode_into(src, &mut alone, &cx)) else { return };
            let written = expected.as_ref().map_or(0, |progress| progress.written);
            let told = |result: Result<Progress>| result.map_err(|error| error.to_string());
            let (result, expected) = (told(result), told(expected));
            trial.expect(result == expected && dst[..written] == alone[..written], || {
                format!("{}: {result:?}, alone {expected:?}", label())
            });
        }
    }
}

fn byte_encoders(trial: &Trial<'_>, set: &OptionSet, codec: &dyn BytesCodec) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    let cx = Context::default();
    for len in trial.suite.lengths.clone().unwrap_or_else(|| vec![0, 1, 600]).into_iter().take(4) {
        let src = Content::Runs.bytes(len);
        let label = || format!("{}: encode {len} bytes", set.name);
        trial.succeed(label, || {
            let mut encoder = codec.encoder()?;
            let whole = encoder.encode(&src, &cx)?;
            let mut appended = BEFORE.to_vec();
            encoder.encode_append(&src, &mut appended, &cx)?;
            let mut into = vec![0x55; encoder.encode_bound(len)];
            let written = encoder.encode_into(&src, &mut into, &cx)?;
            trial
                .expect(appended.starts_with(&BEFORE), || format!("{}: encode_append changes what was there", label()));
            let results = [("encode_append", appended.get(BEFORE.len()..)), ("encode_into", into.get(..written))];
            for (name, result) in results {
                if let Some(difference) = difference(result.unwrap_or(&[]), &whole) {
                    trial.fail(format!("{}: {name} is not as encode: {difference}", label()));
                }
            }
            Ok(())
        });
    }
}

fn array_encoders(trial: &Trial<'_>, set: &OptionSet, codec: &dyn ArrayCodec) {
    if trial.suite.info.directions == Directions::Decode {
        return;
    }
    let cx = Context::default();
    for (layout, src) in photos(trial.suite, set, usize::MAX) {
        let label = || format!("{}: encode {layout}", set.name);
        trial.succeed(label, || {
            let mut encoder = codec.encoder()?;
            let mut appended = BEFORE.to_vec();
            let done = encoder.encode_append(ArrayRef::new(&src, layout)?, &mut appended, &cx);
            trial
                .expect(appended.starts_with(&BEFORE), || format!("{}: encode_append changes what was there", label()));
            if done.is_err() {
                trial.expect(appended == BEFORE, || format!("{}: a failed encode_append leaves bytes behind", label()));
                return Ok(());
            }
            let whole = encoder.encode(ArrayRef::new(&src, layout)?, &cx)?;
            if let Some(difference) = difference(&appended[BEFORE.len()..], &whole) {
                trial.fail(format!("{}: encode_append is not as encode: {difference}", label()));
            }
            Ok(())
        });
    }
}

/// `accepts` and `run` say the same, and `run_into` does what `run` does.
fn filters(trial: &Trial<'_>, set: &OptionSet, codec: &dyn FilterCodec) {
    let cx = Context::default();
    for (content, layout, src) in arrays_of(trial.suite, set, &[Content::Photo, Content::Extremes], usize::MAX) {
        for (way, make) in [("encode", true), ("decode", false)] {
            let label = || format!("{}: {way} {content:?} of {layout}", set.name);
            trial.succeed(label, || {
                let mut worker = if make { codec.encoder()? } else { codec.decoder()? };
                let mut work = src.clone();
                let accepts = codec.accepts(&layout);
                let run = worker.run(ArrayMut::new(&mut work, layout)?, &cx);
                match (&accepts, &run) {
                    (Ok(()), Ok(())) => {}
                    (Err(a), Err(b)) if [a, b].iter().all(|error| error.kind() == ErrorKind::InvalidArgument) => {
                        trial.expect(work == src, || format!("{}: what is refused is changed", label()));
                        return Ok(());
                    }
                    _ => {
                        trial.fail(format!("{}: accepts gives {accepts:?}, run gives {run:?}", label()));
                        return Ok(());
                    }
                }
                let mut into = vec![0x55; src.len()];
                worker.run_into(ArrayRef::new(&src, layout)?, ArrayMut::new(&mut into, layout)?, &cx)?;
                if let Some(difference) = difference(&into, &work) {
                    trial.fail(format!("{}: run_into is not as run: {difference}", label()));
                }
                Ok(())
            });
            if trial.is_lost() {
                return;
            }
        }
    }
}

/// Exact, short and long destinations.
pub(super) fn destination_lengths(trial: &Trial<'_>) {
    for fixture in trial.fixtures() {
        if fixture.layout.is_some() {
            wrong_layouts(trial, &fixture);
            continue;
        }
        let n = fixture.decoded.len();
        let label = || fixture.name.clone();
        let Some(mut rig) = trial.succeed(label, || Rig::new(&fixture)) else { continue };
        for len in [n, n + 1, n + 64, 2 * n + 5000] {
            roomy(trial, &fixture, &mut rig, len);
        }
        for len in [0, 1, n / 2, n.saturating_sub(17), n.saturating_sub(1)] {
            if len < n {
                short(trial, &fixture, &mut rig, len);
            }
        }
    }
}

/// A destination that is long enough.
fn roomy(trial: &Trial<'_>, fixture: &Fixture, rig: &mut Rig, len: usize) {
    let cx = Context::default();
    let n = fixture.decoded.len();
    let label = || format!("{}: {n} bytes into {len}", fixture.name);
    let Some(mut dst) = trial.succeed(label, || filled(len, 0x55)) else { return };
    if let Some(progress) = trial.succeed(label, || rig.fill(&fixture.stream, &mut dst, &cx)) {
        let whole = progress.written == n && progress.complete && progress.consumed <= fixture.stream.len();
        trial.expect(whole, || format!("{}: {progress:?}", label()));
        if let Some(difference) = difference(dst.get(..n).unwrap_or(&[]), &fixture.decoded) {
            trial.fail(format!("{}: {difference}", label()));
        }
    }
    if len > n
        && let Some(exact) = trial.attempt(label, || rig.exact(&fixture.stream, &mut dst, &cx))
    {
        let told = exact.as_ref().is_err_and(|error| error.kind() == ErrorKind::Truncated);
        trial.expect(told, || format!("{}: decode_exact gives {exact:?}, not Truncated", label()));
    }
}

/// A destination that the stream fills and more.
fn short(trial: &Trial<'_>, fixture: &Fixture, rig: &mut Rig, len: usize) {
    let cx = Context::default();
    let label = || format!("{}: {} bytes into {len}", fixture.name, fixture.decoded.len());
    let Some(mut dst) = trial.succeed(label, || filled(len, 0x55)) else { return };
    if let Some(progress) = trial.succeed(label, || rig.fill(&fixture.stream, &mut dst, &cx)) {
        let filled = matches!(progress, Progress { written, complete: false, .. } if written == len);
        trial.expect(filled, || format!("{}: {progress:?}", label()));
        if let Some(difference) = difference(&dst, &fixture.decoded[..len]) {
            trial.fail(format!("{}: {difference}", label()));
        }
    }
    if let Some(exact) = trial.attempt(label, || rig.exact(&fixture.stream, &mut dst, &cx)) {
        let told = exact
            .as_ref()
            .is_err_and(|error| matches!(error.kind(), ErrorKind::OutputTooSmall { needed } if needed > len as u64));
        trial.expect(told, || format!("{}: decode_exact gives {exact:?}, not OutputTooSmall", label()));
    }
}

/// Layouts that are not that of the stream are refused. A bare stream can be too long for a layout without harm, but
/// never too short.
fn wrong_layouts(trial: &Trial<'_>, fixture: &Fixture) {
    let Some(layout) = fixture.layout else { return };
    let cx = Context::default();
    let mut others: Vec<(bool, DType, Vec<usize>)> = Vec::new();
    for axis in 0..layout.ndim() {
        for (longer, step) in [(true, 1), (true, 64), (false, usize::MAX)] {
            let mut shape = layout.shape().to_vec();
            shape[axis] = shape[axis].wrapping_add(step);
            others.push((longer, layout.dtype(), shape));
        }
    }
    let wider = if layout.dtype().size() < 4 { DType::F64 } else { DType::U8 };
    others.push((layout.dtype().size() < 4, wider, layout.shape().to_vec()));
    for (longer, dtype, shape) in others {
        let Ok(other) = Layout::new(dtype, &shape) else { continue };
        let label = || format!("{}: {layout} into {other}", fixture.name);
        let result = trial.attempt(label, || -> Result<()> {
            let AnyCodec::Array(codec) = &fixture.codec else { return Ok(()) };
            let mut dst = filled(other.n_bytes(), 0x55)?;
            codec.decoder()?.decode_into(&fixture.stream, ArrayMut::new(&mut dst, other)?, &cx)
        });
        let Some(result) = result else { continue };
        let told = match result.as_ref().map_err(iio_codec::Error::kind) {
            Ok(()) => !fixture.has_header && !longer,
            Err(ErrorKind::InvalidArgument | ErrorKind::OutputTooSmall { .. }) => true,
            Err(ErrorKind::Truncated | ErrorKind::Malformed) => !fixture.has_header,
            Err(_) => false,
        };
        trial.expect(told, || format!("{}: gives {result:?}", label()));
    }
}

/// The result does not depend on what the destination held.
pub(super) fn dirty_destination(trial: &Trial<'_>) {
    let cx = Context::default();
    for fixture in trial.fixtures() {
        let label = || fixture.name.clone();
        let Some(mut rig) = trial.succeed(label, || Rig::new(&fixture)) else { continue };
        let n = fixture.decoded.len();
        let lengths = if rig.is_array() { vec![n] } else { vec![n, n / 2, n + 100] };
        for len in lengths {
            let results = [0x00, 0xaa, 0xff].map(|old| {
                let label = || format!("{}: into {len} bytes of {old:#04x}", fixture.name);
                trial.succeed(label, || {
                    let mut dst = filled(len, old)?;
                    let progress = rig.fill(&fixture.stream, &mut dst, &cx)?;
                    Ok((progress, dst))
                })
            });
            let [Some((first, clean)), rest @ ..] = results else { continue };
            for (progress, dst) in rest.into_iter().flatten() {
                trial.expect(progress == first, || format!("{}: {first:?}, {progress:?}", label()));
                let (have, want) = (dst.get(..first.written), clean.get(..first.written));
                if let Some(difference) = difference(have.unwrap_or(&[]), want.unwrap_or(&[])) {
                    trial.fail(format!("{}: old content of {len} bytes shows: {difference}", label()));
                }
            }
        }
    }
}
