//! Truncations, bit flips and header fields: every damaged stream gives `Ok` or a typed error.

use std::time::Instant;

use iio_codec::{AlignedBytes, Context, Error, ErrorKind, Limits, Progress, Result};

use crate::ffi::count;
use crate::fixture::{Fixture, Rig, filled};
use crate::mutation::{Mutation, cuts, fields, flips};
use crate::trial::{Trial, difference};

/// Peak of memory beside input and limits.
const SLACK: u64 = 1 << 20;
/// A worker that went through so many damaged streams must still decode the good one.
const PROBE_EVERY: usize = 64;

pub(super) fn truncations(trial: &Trial<'_>) {
    run(trial, cuts);
}

pub(super) fn bit_flips(trial: &Trial<'_>) {
    run(trial, flips);
}

pub(super) fn header_fields(trial: &Trial<'_>) {
    run(trial, fields);
}

fn run(trial: &Trial<'_>, mutations: fn(usize, bool) -> Vec<Mutation>) {
    for fixture in trial.fixtures() {
        let Some(mut bench) = Bench::new(trial, &fixture) else { continue };
        let mut stream = Vec::new();
        for (index, mutation) in mutations(fixture.stream.len(), trial.suite.quick).into_iter().enumerate() {
            mutation.apply(&fixture.stream, &mut stream);
            bench.try_one(mutation, &stream);
            if index % PROBE_EVERY == 0 {
                bench.probe(mutation);
            }
            if trial.is_lost() {
                return;
            }
        }
    }
}

/// One fixture, a worker that is kept through all mutations, and two destinations with different old content.
struct Bench<'a> {
    trial: &'a Trial<'a>,
    fixture: &'a Fixture,
    rig: Rig,
    clean: AlignedBytes,
    dirty: AlignedBytes,
    limits: Limits,
}

impl<'a> Bench<'a> {
    fn new(trial: &'a Trial<'a>, fixture: &'a Fixture) -> Option<Self> {
        let len = fixture.decoded.len();
        // Enough for what is damaged a little, small enough that bombs cost no time.
        let limits = Limits::default().with_output_bytes((len as u64 * 4).max(1 << 20)).with_working_bytes(128 << 20);
        let label = || fixture.name.clone();
        trial.succeed(label, || {
            let (clean, dirty) = (filled(len, 0)?, filled(len, 0xaa)?);
            Ok(Self { trial, fixture, rig: Rig::new(fixture)?, clean, dirty, limits })
        })
    }

    fn label(&self, mutation: Mutation, call: &str) -> String {
        format!("{}: {mutation}: {call}", self.fixture.name)
    }

    /// Runs one call on the kept worker; after a panic a new one takes its place.
    fn call<R>(
        &mut self,
        mutation: Mutation,
        name: &str,
        job: impl FnOnce(&mut Self, &Context<'_>) -> Result<R>,
    ) -> Option<Result<R>> {
        let cx = Context::with_limits(self.limits);
        let (trial, fixture) = (self.trial, self.fixture);
        let label = || format!("{}: {mutation}: {name}", fixture.name);
        let start = Instant::now();
        let counted = trial.attempt(label, || count(|| job(self, &cx)));
        let took = start.elapsed();
        let limit = trial.suite.time_limit;
        trial.expect(took <= limit, || format!("{}: takes {took:?}, at most {limit:?} are allowed", label()));
        let Some((counted, result)) = counted else {
            self.rig = trial.succeed(label, || Rig::new(fixture))?;
            return None;
        };
        // Zeros where nothing counts. The rig copies the output of an array once.
        let allowed = self.limits.output_bytes * 2 + self.limits.working_bytes + fixture.stream.len() as u64 + SLACK;
        trial.expect(counted.peak <= allowed, || {
            format!("{}: takes {} bytes of memory, at most {allowed} are allowed", label(), counted.peak)
        });
        if let Err(error) = &result {
            self.judge(mutation, name, error);
        }
        Some(result)
    }

    /// Sees that an error names who has to act: the producer of the stream.
    fn judge(&self, mutation: Mutation, name: &str, error: &Error) {
        let for_caller = match error.kind() {
            ErrorKind::Internal | ErrorKind::Io | ErrorKind::Cancelled | ErrorKind::OutOfMemory => true,
            // Damage can change the layout that the header says, so that it is the destination which does not fit.
            ErrorKind::InvalidArgument | ErrorKind::OutputTooSmall { .. } => match name {
                "decode" => !self.rig.is_array() || self.fixture.has_header,
                "decode_exact" => false,
                _ => !self.rig.is_array(),
            },
            _ => false,
        };
        self.trial.expect(!for_caller, || {
            format!("{}: is an error of kind {}: {error}", self.label(mutation, name), error.kind().name())
        });
        self.trial
            .expect(!error.message().is_empty(), || format!("{}: error says nothing", self.label(mutation, name)));
    }

    /// The worker still decodes the good stream.
    fn probe(&mut self, mutation: Mutation) {
        let (trial, fixture) = (self.trial, self.fixture);
        let label = || format!("{}: the whole stream after {mutation}", fixture.name);
        let Some((_, back)) = trial.succeed(label, || self.rig.decode(&fixture.stream, &Context::default())) else {
            return;
        };
        if let Some(difference) = difference(&back, &fixture.decoded) {
            trial.fail(format!("{}: {difference}", label()));
        }
    }

    fn try_one(&mut self, mutation: Mutation, stream: &[u8]) {
        let whole = self.call(mutation, "decode", |bench, cx| Ok(bench.rig.decode(stream, cx)?.1));
        let clean = self.call(mutation, "decode_into zeros", |bench, cx| {
            bench.clean.fill(0);
            bench.rig.fill(stream, &mut bench.clean, cx)
        });
        let dirty = self.call(mutation, "decode_into 0xaa", |bench, cx| {
            bench.dirty.fill(0xaa);
            bench.rig.fill(stream, &mut bench.dirty, cx)
        });
        let (Some(whole), Some(clean), Some(dirty)) = (whole, clean, dirty) else { return };
        self.compare_destinations(mutation, stream, &clean, &dirty);
        if !self.rig.is_array() {
            self.compare_entries(mutation, stream, &whole, &clean);
        }
        if let Mutation::Cut(len) = mutation {
            self.truncation(mutation, stream, len, &whole);
        }
    }

    /// Old content of the destination makes no difference.
    fn compare_destinations(
        &self,
        mutation: Mutation,
        stream: &[u8],
        clean: &Result<Progress>,
        dirty: &Result<Progress>,
    ) {
        let label = || self.label(mutation, "decode_into");
        match (clean, dirty) {
            (Ok(a), Ok(b)) => {
                self.trial.expect(a == b, || format!("{}: {a:?} into zeros, {b:?} into 0xaa", label()));
                let possible = a.consumed <= stream.len() && a.written <= self.clean.len();
                self.trial.expect(possible, || format!("{}: {a:?} is not possible", label()));
                let full = a.complete || a.written == self.clean.len();
                self.trial.expect(full, || format!("{}: {a:?} neither complete nor full", label()));
                let (zeros, others) = (self.clean.get(..a.written), self.dirty.get(..a.written));
                if let (Some(zeros), Some(others)) = (zeros, others)
                    && let Some(difference) = difference(others, zeros)
                {
                    self.trial.fail(format!("{}: old content shows: {difference}", label()));
                }
            }
            (Err(a), Err(b)) if a.kind() == b.kind() => {}
            _ => self.trial.fail(format!("{}: {clean:?} into zeros, {dirty:?} into 0xaa", label())),
        }
    }

    /// `decode` and `decode_into` of a byte codec tell the same.
    fn compare_entries(&self, mutation: Mutation, stream: &[u8], whole: &Result<Vec<u8>>, part: &Result<Progress>) {
        let label = || self.label(mutation, "decode and decode_into");
        match (whole, part) {
            (Ok(whole), Ok(part)) => {
                let have = self.clean.get(..part.written).unwrap_or(&[]);
                let fits = whole.len() <= self.clean.len();
                self.trial.expect(part.complete == fits, || format!("{}: {} bytes, {part:?}", label(), whole.len()));
                if let Some(difference) = difference(have, &whole[..whole.len().min(have.len())]) {
                    self.trial.fail(format!("{}: {difference}", label()));
                }
            }
            (Ok(whole), Err(error)) => self.trial.fail(format!("{}: {} bytes, {error:?}", label(), whole.len())),
            // What stands behind the end of a stream is the caller's to judge who fills a destination, and an error to
            // one who asked for all there is.
            (Err(error), Ok(Progress { complete: true, consumed, .. })) if *consumed == stream.len() => {
                let limit = matches!(error.kind(), ErrorKind::Limit { .. });
                self.trial.expect(limit, || format!("{}: {error:?}, {part:?}", label()));
            }
            _ => {}
        }
    }

    /// A part of a stream never passes for the whole.
    fn truncation(&mut self, mutation: Mutation, stream: &[u8], len: usize, whole: &Result<Vec<u8>>) {
        let (trial, fixture) = (self.trial, self.fixture);
        let in_tail = fixture.stream.len() - len <= trial.suite.optional_tail;
        let bare = trial.suite.bare && !self.rig.is_array();
        let exact = self.call(mutation, "decode_exact", |bench, cx| {
            bench.dirty.fill(0xaa);
            bench.rig.exact(stream, &mut bench.dirty, cx)
        });
        if let Some(Ok(())) = exact {
            let same = self.dirty[..] == fixture.decoded[..];
            let allowed = same && (bare || in_tail);
            trial.expect(allowed, || format!("{}: succeeds", self.label(mutation, "decode_exact")));
        }
        let Ok(whole) = whole else { return };
        let is_start = fixture.decoded.starts_with(whole);
        let is_shorter = whole.len() < fixture.decoded.len();
        let allowed = match (bare, in_tail) {
            (true, _) => is_start,
            (_, true) => is_start && !is_shorter,
            // What was cut off may have been the last of several streams.
            _ => !fixture.own && !self.rig.is_array() && is_start && is_shorter,
        };
        trial.expect(allowed, || {
            format!("{}: gives {} of {} bytes", self.label(mutation, "decode"), whole.len(), fixture.decoded.len())
        });
    }
}
