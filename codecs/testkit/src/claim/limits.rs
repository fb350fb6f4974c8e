//! Limits and budgets hold, and are checked before memory is taken.

use iio_codec::{AnyCodec, Budget, Context, Directions, Error, ErrorKind, Limits, Result};

use crate::Content;
use crate::ffi::{CountingAllocator, count};
use crate::fixture::{Fixture, Rig};
use crate::trial::Trial;

/// Peak that a call may have beside its input and the limits.
const SLACK: u64 = 1 << 20;

pub(super) fn test(trial: &Trial<'_>) {
    for fixture in trial.fixtures() {
        if fixture.decoded.len() < 24 {
            continue;
        }
        output(trial, &fixture);
        budget(trial, &fixture);
        axes(trial, &fixture);
        working(trial, &fixture);
    }
    ratio(trial);
    large(trial);
}

fn decode(trial: &Trial<'_>, fixture: &Fixture, what: &str, cx: &Context<'_>) -> Option<Result<Vec<u8>>> {
    let label = || format!("{}: {what}", fixture.name);
    let mut rig = trial.succeed(label, || Rig::new(fixture))?;
    let (counted, result) =
        trial.attempt(label, || count(|| rig.decode(&fixture.stream, cx).map(|(_, bytes)| bytes)))?;
    if CountingAllocator::is_active() {
        // Rig::decode copies the output of an array once.
        let outputs = cx.limits.output_bytes.saturating_mul(2);
        let allowed =
            outputs.saturating_add(cx.limits.working_bytes).saturating_add(SLACK + fixture.stream.len() as u64);
        trial.expect(counted.peak <= allowed, || format!("{}: takes {} bytes", label(), counted.peak));
    }
    Some(result)
}

/// Expects an error of kind `Limit` whose name and numbers make sense.
fn refused(trial: &Trial<'_>, fixture: &Fixture, what: &str, cx: &Context<'_>, names: &[&str]) {
    let Some(result) = decode(trial, fixture, what, cx) else { return };
    let told = result.as_ref().is_err_and(|error| is_limit(error, names));
    let result = result.map(|bytes| bytes.len());
    trial.expect(told, || format!("{}: {what}: gives {result:?}, not the limit {}", fixture.name, names.join(" or ")));
}

fn is_limit(error: &Error, names: &[&str]) -> bool {
    matches!(error.kind(), ErrorKind::Limit { which, requested, allowed } if names.contains(&which) && requested > allowed)
}

fn accepted(trial: &Trial<'_>, fixture: &Fixture, what: &str, cx: &Context<'_>) {
    let Some(result) = decode(trial, fixture, what, cx) else { return };
    let same = result.as_ref().is_ok_and(|bytes| *bytes == fixture.decoded);
    let result = result.map(|bytes| bytes.len());
    trial.expect(same, || format!("{}: {what}: gives {result:?}", fixture.name));
}

fn output(trial: &Trial<'_>, fixture: &Fixture) {
    let n = fixture.decoded.len() as u64;
    for bytes in [16, n - 1] {
        let cx = Context::with_limits(Limits::default().with_output_bytes(bytes));
        refused(trial, fixture, &format!("output_bytes {bytes} for {n}"), &cx, &["output_bytes"]);
    }
    let cx = Context::with_limits(Limits::default().with_output_bytes(n));
    accepted(trial, fixture, &format!("output_bytes {n} for {n}"), &cx);
}

/// A budget that is just enough is used up by one call.
fn budget(trial: &Trial<'_>, fixture: &Fixture) {
    let n = fixture.decoded.len() as u64;
    let budget = Budget::new(n);
    let cx = Context { budget: Some(&budget), ..Context::default() };
    accepted(trial, fixture, "a budget that is just enough", &cx);
    let left = budget.left();
    trial.expect(left == 0, || format!("{}: {left} of a budget of {n} bytes are left", fixture.name));
    refused(trial, fixture, "a budget that is used up", &cx, &["budget"]);
    let small = Budget::new(n - 1);
    let cx = Context { budget: Some(&small), ..Context::default() };
    refused(trial, fixture, "a budget that lacks one byte", &cx, &["budget"]);
}

fn axes(trial: &Trial<'_>, fixture: &Fixture) {
    let Some(longest) = fixture.layout.and_then(|layout| layout.shape().iter().copied().max()) else { return };
    let longest = longest as u64;
    let cx = Context::with_limits(Limits::default().with_axis_len(longest - 1));
    refused(trial, fixture, &format!("axis_len {} for {longest}", longest - 1), &cx, &["axis_len"]);
    let cx = Context::with_limits(Limits::default().with_axis_len(longest));
    accepted(trial, fixture, &format!("axis_len {longest}"), &cx);
}

/// Whoever needs working memory says so, whoever needs none decodes.
fn working(trial: &Trial<'_>, fixture: &Fixture) {
    for bytes in [0, 16, 4096] {
        let what = format!("working_bytes {bytes}");
        let cx = Context::with_limits(Limits::default().with_working_bytes(bytes));
        let Some(result) = decode(trial, fixture, &what, &cx) else { continue };
        let fine = match &result {
            Ok(bytes) => *bytes == fixture.decoded,
            Err(error) => is_limit(error, &["working_bytes"]),
        };
        let result = result.map(|bytes| bytes.len());
        trial.expect(fine, || format!("{}: {what}: gives {result:?}", fixture.name));
    }
}

/// No stream of ours reaches a higher ratio than the description says.
fn ratio(trial: &Trial<'_>) {
    let Some(max) = trial.suite.info.max_ratio else { return };
    let cx = Context::default();
    for (set, codec) in trial.codecs() {
        let AnyCodec::Bytes(codec) = codec else { return };
        if trial.suite.info.directions != Directions::Both || trial.suite.lengths.is_some() {
            return;
        }
        let src = Content::Constant.bytes(1 << 20);
        let label = || format!("{}: {} equal bytes", set.name, src.len());
        let Some(stream) = trial.succeed(label, || codec.encoder()?.encode(&src, &cx)) else { continue };
        let reach = stream.len() as u64 * u64::from(max) + 4096;
        trial.expect(src.len() as u64 <= reach, || {
            format!("{}: become {}, a ratio above the {max} of max_ratio", label(), stream.len())
        });
        let back = trial.succeed(label, || codec.decoder()?.decode(&stream, &cx));
        trial.expect(back.is_none_or(|back| back == src), || format!("{}: do not come back", label()));
    }
}

/// An output that is far larger than the stream is refused before there is memory for it.
fn large(trial: &Trial<'_>) {
    for (set, codec) in trial.codecs() {
        let AnyCodec::Bytes(bytes) = &codec else { return };
        if trial.suite.info.directions != Directions::Both || trial.suite.lengths.is_some() {
            return;
        }
        let decoded = Content::Constant.bytes(if trial.suite.quick { 256 << 10 } else { 4 << 20 });
        let name = format!("{}: {} equal bytes", set.name, decoded.len());
        let label = || name.clone();
        let encode = || bytes.encoder()?.encode(&decoded, &Context::default());
        let Some(stream) = trial.succeed(label, encode) else { continue };
        let (codec, n) = (codec.clone(), decoded.len() as u64);
        let fixture =
            Fixture { name: name.clone(), codec, stream, layout: None, decoded, own: true, has_header: false };
        accepted(trial, &fixture, "decode", &Context::default());
        let tight = Context::with_limits(Limits::default().with_output_bytes(16));
        refused(trial, &fixture, "output_bytes 16", &tight, &["output_bytes"]);
        let peak = |cx: &Context<'_>| count(|| Rig::new(&fixture)?.decode(&fixture.stream, cx)).0.peak;
        let peaks = trial.attempt(label, || (peak(&tight), peak(&Context::default())));
        if let (true, Some((refused, accepted))) = (CountingAllocator::is_active(), peaks) {
            let before = refused.saturating_add(n / 2) <= accepted;
            trial.expect(before, || {
                format!("{}: takes {accepted} bytes, and {refused} when output_bytes is 16", label())
            });
        }
    }
}
