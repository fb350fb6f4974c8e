//! Codecs over inputs, both ways, beside imagecodecs: interleaved, on one processor, CPU time of one thread, medians of the
//! fastest parts, answers checked.

use std::path::Path;

use serde_json::{Value, json};

use crate::input::Input;
use crate::measure::{Subject, Way};
use crate::peer::{Exchange, Peer};
use crate::record::Record;
use crate::row::Row;
use crate::stats;

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Rounds, in which we and the peer take turns; the median counts.
    pub rounds: usize,
    /// Seconds of work per round and side.
    pub seconds: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rounds: 5, seconds: 0.05 }
    }
}

/// imagecodecs in the reference Python.
pub struct ImageCodecs {
    peer: Peer,
    exchange: Exchange,
}

impl ImageCodecs {
    /// Starts it.
    ///
    /// # Errors
    /// Says why it does not run.
    pub fn start(shared: &Path) -> Result<Self, String> {
        let exchange = Exchange::new("bench")?;
        let peer = Peer::python(shared, &exchange, "peer.py", include_str!("peer.py"))?;
        Ok(Self { peer, exchange })
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> String {
        self.peer.greeting["version"].as_str().unwrap_or("?").to_owned()
    }

    /// What is asked: the same stream, or the same pixels.
    fn request(&self, row: &Row, input: &Input, subject: &Subject, way: Way) -> Result<Value, String> {
        let (bytes, arguments) = match way {
            Way::Decode => (&subject.stored, (row.decode_arguments)(&input.layout)),
            Way::Encode => (&subject.plain, (row.encode_arguments)(&input.layout)),
        };
        let mut call = json!({
            "function": format!("{}_{}", row.peer, way.name()),
            "file": self.exchange.put(way.name(), bytes)?,
            "arguments": arguments,
            "dtype": input.layout.dtype().name(),
            "shape": input.layout.shape(),
            "array": subject.is_filter() || (subject.is_array() && way == Way::Encode),
            "in_place": subject.is_filter(),
        });
        // The size is known to a container; the peer is twice as fast with it.
        if way == Way::Decode && !subject.is_filter() && !subject.is_array() {
            call["size"] = json!(subject.plain.len());
        }
        Ok(call)
    }

    /// Runs a call once: its CPU seconds, and what came out.
    fn once(&mut self, call: &Value) -> Result<(f64, Vec<u8>), String> {
        let mut call = call.clone();
        call["keep"] = json!(self.exchange.there("result"));
        Ok((self.peer.measure(&call, 1)?, self.exchange.get("result")?))
    }
}

/// Measures all rows with the inputs that they accept, both ways, and hands each record over as it comes. A row that
/// fails does not end the run.
///
/// # Errors
/// All that failed: codecs that gave an error, and wrong pixels.
pub fn run(
    registry: &iio::Registry,
    rows: &[Row],
    inputs: &[Input],
    settings: Settings,
    mut peer: Option<&mut ImageCodecs>,
    report: &mut dyn FnMut(Record),
) -> Result<(), String> {
    let mut failures = Vec::new();
    for row in rows {
        for input in inputs.iter().filter(|input| (row.accepts)(&input.layout)) {
            let subject = match Subject::new(registry, row, input) {
                Ok(subject) => subject,
                Err(error) => {
                    failures.push(format!("{} {}: {error}", row.label, input.name));
                    continue;
                }
            };
            for way in [Way::Decode, Way::Encode] {
                match measure(settings, row, input, &subject, way, peer.as_deref_mut()) {
                    Ok(record) => report(record),
                    Err(message) => failures.push(format!("{} {} {}: {message}", row.label, input.name, way.name())),
                }
            }
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn measure(
    settings: Settings,
    row: &Row,
    input: &Input,
    subject: &Subject,
    way: Way,
    peer: Option<&mut ImageCodecs>,
) -> Result<Record, String> {
    let ours = |n: usize| subject.run(way, n).map_err(|error| error.to_string());
    let repetitions = |once: f64| ((settings.seconds / once.max(1e-9)) as usize).clamp(1, 100_000);
    let (once, result) = ours(1)?;
    match way {
        Way::Decode => subject.check(&result)?,
        Way::Encode if result != subject.stored => return Err("the same pixels gave another stream".to_owned()),
        Way::Encode => {}
    }
    let mut record = Record::new(row.label, input.name, way.name());
    record.size = subject.stored.len() as f64 / subject.plain.len() as f64;
    let n = repetitions(once);
    let mut theirs = None;
    if let Some(peer) = peer.filter(|_| !row.peer.is_empty()) {
        match warm_up(peer, row, input, subject, way, &mut record) {
            Ok((call, once)) => theirs = Some((peer, call, repetitions(once), Vec::new())),
            Err(cause) => record.remarks.push(format!("no peer: {cause}")),
        }
    }
    let mut mine = Vec::new();
    for _ in 0..settings.rounds.max(1) {
        mine.push(ours(n)?.0);
        if let Some((peer, call, n, seconds)) = &mut theirs {
            seconds.push(peer.peer.measure(call, *n)?);
        }
    }
    let megabytes = subject.plain.len() as f64 / 1e6;
    record.mb_per_s = megabytes / stats::median(&mine);
    record.noise = stats::noise(&mine);
    if let Some((.., theirs)) = theirs {
        let ratios: Vec<f64> = mine.iter().zip(&theirs).map(|(mine, theirs)| theirs / mine).collect();
        record.peer_mb_per_s = Some(megabytes / stats::median(&theirs));
        record.noise = stats::noise(&ratios);
    }
    Ok(record)
}

/// The peer's call, and the seconds that it takes. Its answer is checked: it decodes our stream to the same pixels, and we
/// decode its stream.
fn warm_up(
    peer: &mut ImageCodecs,
    row: &Row,
    input: &Input,
    subject: &Subject,
    way: Way,
    record: &mut Record,
) -> Result<(Value, f64), String> {
    let call = peer.request(row, input, subject, way)?;
    let (_, result) = peer.once(&call)?;
    match way {
        Way::Decode => {
            if let Err(how) = subject.check(&result) {
                record.remarks.push(format!("peer decodes our stream otherwise: {how}"));
            }
        }
        Way::Encode => {
            record.peer_size = Some(result.len() as f64 / subject.plain.len() as f64);
            let decoded = subject.decode(&result, 1).map_err(|error| error.to_string());
            if let Err(how) = decoded.and_then(|(_, pixels)| subject.check(&pixels)) {
                record.remarks.push(format!("we decode the peer's stream otherwise: {how}"));
            }
        }
    }
    // The second call is warm.
    let (once, _) = peer.once(&call)?;
    Ok((call, once))
}
