//! The report on codecs: a Markdown table, a plot, and the records, in `docs/benchmarks`.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::plot::{Dot, Line, Plot};
use crate::record::{self, Record, document, sentence, shown};
use crate::stats::geometric_mean;

/// Below this a row is slower than the peer's: 0.97 to 1.03 is a tie.
const TIE: f64 = 0.97;

/// Heading of the table of records.
pub const HEADING: &str = "\
| codec | input | way | MB/s | peer MB/s | ratio | noise | size | peer size |
|---|---|---|---|---|---|---|---|---|";

/// A record as a row of the table.
#[must_use]
pub fn row(record: &Record) -> String {
    let optional = |value: Option<f64>| value.map_or("-".to_owned(), shown);
    let percent = |value: f64| format!("{:.1} %", value * 100.0);
    format!(
        "| {} | {} | {} | {} | {} | {} | ±{:.0} % | {} | {} |{}",
        record.codec,
        record.input,
        record.way,
        shown(record.mb_per_s),
        optional(record.peer_mb_per_s),
        optional(record.ratio()),
        record.noise * 100.0,
        percent(record.size),
        record.peer_size.map_or("-".to_owned(), percent),
        if record.remarks.is_empty() { String::new() } else { format!(" {}", record.remarks.join("; ")) },
    )
}

/// Writes `codecs.md`, `codecs.svg` and `codecs.json`.
///
/// # Errors
/// Says which file cannot be written.
pub fn write(
    folder: &Path,
    circumstances: &Map<String, Value>,
    records: &[Record],
    failures: Option<&str>,
) -> Result<(), String> {
    let json: Vec<Value> = records.iter().map(Record::to_json).collect();
    save(folder, "codecs.json", &document(circumstances, &json))?;
    save(folder, "codecs.svg", &plot(records).to_svg())?;
    save(folder, "codecs.md", &markdown(circumstances, records, failures))
}

/// Writes a file of the report.
///
/// # Errors
/// Says which file cannot be written.
pub fn save(folder: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Adds the records of an earlier report to those that renew a part of it, in the order of `labels`.
#[must_use]
pub fn merge(folder: &Path, renewed: Vec<Record>, labels: &[&str]) -> Vec<Record> {
    let earlier = std::fs::read_to_string(folder.join("codecs.json")).unwrap_or_default();
    let earlier = record::records(&earlier);
    let is_kept =
        |old: &Record| labels.contains(&old.codec.as_str()) && !renewed.iter().any(|new| new.codec == old.codec);
    let mut all: Vec<Record> = earlier.iter().filter_map(Record::from_json).filter(is_kept).collect();
    all.extend(renewed);
    all.sort_by_key(|record| labels.iter().position(|label| *label == record.codec));
    all
}

/// Labels in the order of the table.
fn codecs(records: &[Record]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for record in records {
        if !names.contains(&record.codec.as_str()) {
            names.push(&record.codec);
        }
    }
    names
}

fn mean(records: &[Record], keep: impl Fn(&Record) -> bool) -> Option<f64> {
    let ratios: Vec<f64> = records.iter().filter(|record| keep(record)).filter_map(Record::ratio).collect();
    (!ratios.is_empty()).then(|| geometric_mean(&ratios))
}

fn is_chunk(record: &Record) -> bool {
    record.input.starts_with("768")
}

fn plot(records: &[Record]) -> Plot<'static> {
    let line = |codec: &str| {
        let dots = records.iter().filter(|record| record.codec == codec).filter_map(|record| {
            let series = match (record.way.as_str(), is_chunk(record)) {
                ("decode", false) => 0,
                ("encode", false) => 1,
                ("decode", true) => 2,
                _ => 3,
            };
            let ratio = record.ratio()?;
            let title = format!(
                "{} {} {}: {} MB/s, peer {} MB/s, ratio {}",
                record.codec,
                record.input,
                record.way,
                shown(record.mb_per_s),
                shown(record.peer_mb_per_s?),
                shown(ratio)
            );
            Some(Dot { x: ratio, series, title })
        });
        Line { label: codec.to_owned(), dots: dots.collect() }
    };
    Plot {
        title: "iio beside imagecodecs: CPU time of one thread, same streams",
        axis: "speed of iio / speed of imagecodecs (right of the line: iio is faster)",
        series: &["decode", "encode", "decode, 768 bytes", "encode, 768 bytes"],
        mark: Some(1.0),
        lines: codecs(records).into_iter().map(line).filter(|line| !line.dots.is_empty()).collect(),
    }
}

fn markdown(circumstances: &Map<String, Value>, records: &[Record], failures: Option<&str>) -> String {
    let peer = circumstances.get("peer").and_then(Value::as_str).unwrap_or("imagecodecs");
    let mut text = format!(
        "# Codecs beside {peer}\n\n\
         Made by `cargo xtask bench peers`; change nothing by hand. {}\n\n\
         Megabytes of pixels per CPU second of one thread: the same streams and the same pixels on both sides, in turns, of each\n\
         turn the fastest fifth, medians of the rounds. The ratio is ours to theirs, above 1 is faster, 0.97 to 1.03 is a tie; noise is half the distance of the quartiles of\n\
         the ratio. Size is the length of the stream, where it was encoded. Every answer was checked: our pixels come back, the peer\n\
         decodes our stream, we decode the peer's. iio decodes into memory that is there with a worker that is kept; imagecodecs makes a\n\
         new object per call, as its users do, and is told the size of the output; the rows of 768 bytes show the cost of a call. \"+\n\
         delta\": the samples were differenced before, as TIFF's predictor 2 does.\n\n\
         ![Ratio per codec](codecs.svg)\n\n## Summary\n\nGeometric means of the ratios, without and with the rows of 768 bytes only.\n\n\
         | codec | decode | encode | decode, 768 bytes | encode, 768 bytes |\n|---|---|---|---|---|\n",
        sentence(circumstances),
    );
    let cell = |value: Option<f64>| value.map_or("-".to_owned(), shown);
    let mut line = |label: &str, keep: &dyn Fn(&Record) -> bool| {
        let of = |way: &str, chunk: bool| cell(mean(records, |r| keep(r) && r.way == way && is_chunk(r) == chunk));
        let cells = [of("decode", false), of("encode", false), of("decode", true), of("encode", true)];
        text += &format!("| {label} | {} |\n", cells.join(" | "));
    };
    for codec in codecs(records) {
        line(codec, &|record| record.codec == codec);
    }
    line("**all**", &|_| true);
    let below: Vec<&Record> = records.iter().filter(|record| record.ratio().is_some_and(|ratio| ratio < TIE)).collect();
    text += &format!("\n## Slower than the peer\n\n{} of {} rows", below.len(), records.len());
    text += if below.is_empty() { ".\n" } else { ":\n\n" };
    if !below.is_empty() {
        text += HEADING;
        below.iter().for_each(|record| text += &format!("\n{}", row(record)));
        text.push('\n');
    }
    if let Some(failures) = failures {
        text += &format!("\n## Failed\n\n```text\n{failures}\n```\n");
    }
    text += &format!("\n## All rows\n\n{HEADING}\n");
    records.iter().for_each(|record| text += &format!("{}\n", row(record)));
    text
}

/// The circumstances with the peer's name.
#[must_use]
pub fn with_peer(mut circumstances: Map<String, Value>, peer: &str) -> Map<String, Value> {
    circumstances.insert("peer".into(), json!(peer));
    circumstances
}
