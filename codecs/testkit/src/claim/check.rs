//! `check` knows its own streams and claims no others.

use iio_codec::{Check, CodecKind};

use crate::family::FAMILIES;
use crate::mutation::{cuts, fields, flips};
use crate::trial::Trial;

pub(super) fn test(trial: &Trial<'_>) {
    let check = trial.suite.info.check;
    let fixtures = trial.fixtures();
    let own: Vec<(&str, &[u8])> = fixtures.iter().map(|fixture| (fixture.name.as_str(), &fixture.stream[..])).collect();
    own_streams(trial, check, &own);
    foreign_streams(trial, check, &own);
    let all = own.iter().copied().chain(FAMILIES.iter().map(|family| (family.name, family.stream)));
    let mut damaged = Vec::new();
    for (name, stream) in all {
        let len = stream.len();
        for mutation in [cuts(len, false), flips(len, trial.suite.quick), fields(len, false)].concat() {
            mutation.apply(stream, &mut damaged);
            trial.attempt(|| format!("check of {name}: {mutation}"), || check(&damaged));
            if trial.is_lost() {
                return;
            }
        }
    }
}

/// Whether a codec has a signature shows on its own streams: then it says yes to each of them. Never does it say no to
/// one, or to the beginning of one.
fn own_streams(trial: &Trial<'_>, check: fn(&[u8]) -> Check, own: &[(&str, &[u8])]) {
    let answer = |name: &str, stream: &[u8]| trial.attempt(|| format!("check of {name}"), || check(stream));
    let answers: Vec<_> = own.iter().map(|&(name, stream)| (name, stream, answer(name, stream))).collect();
    let has_signature = answers.iter().any(|(.., answer)| *answer == Some(Check::Yes));
    for (name, stream, answer) in answers {
        let told = answer == Some(Check::Yes) || (!has_signature && answer == Some(Check::Unknown));
        trial.expect(told || stream.is_empty(), || format!("check of its own stream {name} is {answer:?}"));
        for len in 0..stream.len().min(64) {
            let part = trial.attempt(|| format!("check of {len} bytes of {name}"), || check(&stream[..len]));
            trial.expect(part != Some(Check::No), || format!("check of the first {len} bytes of {name} is No"));
        }
    }
    let empty = trial.attempt(|| "check of nothing".to_owned(), || check(&[]));
    trial.expect(empty.is_none_or(|answer| answer == Check::Unknown), || format!("check of nothing is {empty:?}"));
}

fn foreign_streams(trial: &Trial<'_>, check: fn(&[u8]) -> Check, own: &[(&str, &[u8])]) {
    let is_filter = trial.suite.info.kind == CodecKind::Filter;
    let is_own = |group: &str| {
        let mut members = FAMILIES.iter().filter(|family| family.group == group);
        members.any(|family| {
            trial.suite.families.contains(&family.name) || own.iter().any(|(_, stream)| family.has(stream))
        })
    };
    for family in FAMILIES {
        let label = || format!("check of a {} stream", family.name);
        let Some(answer) = trial.attempt(label, || check(family.stream)) else { continue };
        if is_filter {
            trial
                .expect(answer == Check::Unknown, || format!("{} is {answer:?}, but a filter has no streams", label()));
        } else if answer == Check::Yes && !is_own(family.group) {
            trial.fail(format!("{} is Yes", label()));
        }
    }
    for name in &trial.suite.families {
        let known = FAMILIES.iter().any(|family| family.name == *name);
        trial.expect(known, || format!("the suite says that it reads {name}, which is no family of the testkit"));
    }
}
