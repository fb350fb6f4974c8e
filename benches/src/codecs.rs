//! Every codec over every input, both ways, beside imagecodecs: interleaved, CPU time of one thread, medians.

use std::path::Path;

use serde_json::{Value, json};

use crate::input::{self, Input};
use crate::measure::Subject;
use crate::peer::Peer;
use crate::row::{ROWS, Row};
use crate::{Outcome, complain, say};

/// How to run.
pub(crate) struct Settings<'a> {
    /// Only rows whose label contains this.
    pub(crate) only: Option<&'a str>,
    /// Rounds; the median counts.
    pub(crate) rounds: usize,
    /// Seconds of work per round and measurement.
    pub(crate) seconds: f64,
    /// Folder with `suites` and `corpus`.
    pub(crate) shared: &'a Path,
    /// Print JSON records instead of a table.
    pub(crate) json: bool,
}

/// A direction.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Decode,
    Encode,
}

pub(crate) fn run(settings: &Settings<'_>) -> Outcome {
    let registry = iio::builtin();
    let corpus = settings.shared.join("corpus");
    let inputs = input::all(corpus.is_dir().then_some(corpus.as_path())).map_err(|error| error.to_string())?;
    let mut peer = Peer::start(settings.shared).map_err(|cause| complain(&format!("no peer: {cause}"))).ok();
    if !settings.json {
        say("| codec | input | way | MB/s | peer MB/s | ratio |\n|---|---|---|---|---|---|");
    }
    for row in ROWS.iter().filter(|row| settings.only.is_none_or(|only| row.label.contains(only))) {
        if registry.codec(&iio::CodecId::Name(row.codec)).is_err() {
            complain(&format!("{} is not in this build", row.codec));
            continue;
        }
        for input in inputs.iter().filter(|input| (row.accepts)(&input.layout)) {
            let subject = Subject::new(&registry, row, input).map_err(|error| format!("{}: {error}", row.label))?;
            for way in [Way::Decode, Way::Encode] {
                measure(settings, row, input, &subject, way, peer.as_mut())?;
            }
        }
    }
    Ok(())
}

fn measure(
    settings: &Settings<'_>,
    row: &Row,
    input: &Input,
    subject: &Subject,
    way: Way,
    mut peer: Option<&mut Peer>,
) -> Outcome {
    let ours = |n: usize| if way == Way::Decode { subject.decode(n) } else { subject.encode(n) };
    let text = |error: iio::Error| format!("{} {}: {error}", row.label, input.name);
    let (once, result) = ours(1).map_err(text)?;
    if way == Way::Decode && result != subject.plain {
        return Err(format!("{} {}: decoded pixels differ", row.label, input.name));
    }
    let n = ((settings.seconds / once.max(1e-9)) as usize).clamp(1, 100_000);
    let call = peer.as_deref().map(|peer| request(peer, row, input, subject, way)).transpose()?;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    // The peer repeats as often as fits the same time.
    let mut peer_n = 1;
    if let (Some(peer), Some(call)) = (peer.as_deref_mut(), &call)
        && let Ok((once, _)) = peer.measure(call.clone(), 1)
    {
        peer_n = ((settings.seconds / once.max(1e-7)) as usize).clamp(1, 100_000);
    }
    for _ in 0..settings.rounds {
        mine.push(ours(n).map_err(text)?.0);
        if let (Some(peer), Some(call)) = (peer.as_deref_mut(), &call) {
            match peer.measure(call.clone(), peer_n) {
                Ok((seconds, crc)) => {
                    if way == Way::Decode && crc != u64::from(iio_deflate::crc32(0, &subject.plain)) {
                        complain(&format!("{} {}: the peer decodes other pixels", row.label, input.name));
                    }
                    theirs.push(seconds);
                }
                Err(cause) => complain(&format!("{} {}: {cause}", row.label, input.name)),
            }
        }
    }
    let megabytes = subject.plain.len() as f64 / 1e6;
    let (mine, theirs) = (megabytes / median(&mut mine), (!theirs.is_empty()).then(|| megabytes / median(&mut theirs)));
    let way = if way == Way::Decode { "decode" } else { "encode" };
    if settings.json {
        let record =
            json!({"codec": row.label, "input": input.name, "way": way, "mb_per_s": mine, "peer_mb_per_s": theirs});
        say(&record.to_string());
    } else {
        let peer = theirs.map_or("-".to_owned(), |v| format!("{v:.0}"));
        let ratio = theirs.map_or("-".to_owned(), |v| format!("{:.2}", mine / v));
        say(&format!("| {} | {} | {way} | {mine:.0} | {peer} | {ratio} |", row.label, input.name));
    }
    Ok(())
}

/// What the peer is asked to do: the same stream, or the same pixels.
fn request(peer: &Peer, row: &Row, input: &Input, subject: &Subject, way: Way) -> Result<Value, String> {
    let (name, bytes, arguments) = match way {
        Way::Decode => ("decode", &subject.stored, (row.decode_arguments)(&input.layout)),
        Way::Encode => ("encode", &subject.plain, (row.encode_arguments)(&input.layout)),
    };
    let mut call = json!({
        "function": format!("{}_{name}", row.peer),
        "file": peer.put(name, bytes)?,
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

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
