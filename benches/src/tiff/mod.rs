//! TIFF files, whole, beside tifffile, GDAL and image-tiff: interleaved, wall and CPU time, medians, pixels compared.

mod case;
mod reader;
mod report;

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::peer::Exchange;
use crate::record::{self, digits};
use crate::stats;
use case::{CASES, Case, Stored};
use reader::{Readers, Time};

/// The reader that is iio twice at once, a thread each.
const APART: &str = "apart";

/// How to measure.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Height and width of the large files, in pixels; the slow codecs take half of it.
    pub size: usize,
    /// Rounds, in which the readers take turns; the median counts.
    pub rounds: usize,
    /// Seconds of work per round and reader.
    pub seconds: f64,
    /// Only files whose name begins with one of these.
    pub only: &'a [&'a str],
    /// Only this reader, for a profile.
    pub reader: Option<&'a str>,
    /// Folder with `suites`.
    pub shared: &'a Path,
    /// The program of `benches/image-tiff`, if it was built.
    pub image_tiff: Option<&'a Path>,
}

/// A reader with a number of threads over a file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    file: String,
    reader: &'static str,
    threads: usize,
    /// Megabytes of pixels.
    megabytes: f64,
    /// Seconds per round.
    times: Vec<Time>,
    /// The largest difference of a sample from what tifffile reads.
    differs: f64,
}

impl Row {
    /// What is asked of the times of all rounds.
    fn seconds(&self, of: fn(&Time) -> f64) -> Vec<f64> {
        self.times.iter().map(of).collect()
    }

    /// Megabytes of pixels per CPU second.
    fn cpu(&self) -> f64 {
        self.megabytes / stats::median(&self.seconds(|time| time.cpu))
    }

    /// Megabytes of pixels per second.
    fn wall(&self) -> f64 {
        self.megabytes / stats::median(&self.seconds(|time| time.wall))
    }

    fn noise(&self) -> f64 {
        stats::noise(&self.seconds(|time| time.cpu))
    }

    fn to_json(&self) -> Value {
        json!({
            "file": self.file, "reader": self.reader, "threads": self.threads, "mb_per_s": digits(self.cpu()),
            "wall_mb_per_s": digits(self.wall()), "noise": digits(self.noise()), "differs": self.differs,
        })
    }
}

/// What was measured.
pub struct Report {
    circumstances: Map<String, Value>,
    rows: Vec<Row>,
    /// Readers that cannot read a file, and why.
    remarks: Vec<String>,
}

impl Report {
    /// Writes `tiff.md`, `tiff.svg` and `tiff.json`.
    ///
    /// # Errors
    /// Says which file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        report::write(self, folder)
    }

    /// The tables.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        report::markdown(self)
    }
}

/// Makes the files that are not there yet, and measures. `progress` gets a line per file.
///
/// # Errors
/// No reference Python; pixels that differ where they must not.
pub fn run(
    settings: Settings<'_>,
    mut circumstances: Map<String, Value>,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, String> {
    let exchange = Exchange::new("bench-tiff")?;
    let mut readers = Readers::start(settings.shared, &exchange, settings.image_tiff)?;
    circumstances.insert("peer".into(), json!(readers.versions()));
    let mut report = Report { circumstances, rows: Vec::new(), remarks: Vec::new() };
    let registry = iio::builtin();
    let stalls = record::memory_stalls();
    for case in CASES {
        for tile in [256, 512] {
            let name = case.name(tile);
            if !settings.only.is_empty() && !settings.only.iter().any(|only| name.starts_with(only)) {
                continue;
            }
            if registry.codec(&iio::CodecId::Tiff(case.code)).is_err() && case.code != 1 {
                report.remarks.push(format!("{name}: no codec for TIFF {} in this build", case.code));
                continue;
            }
            let stored = case.make(tile, settings.size, &exchange, &mut readers)?;
            let rows = measure(settings, case, &name, &stored, &exchange, &mut readers, &mut report.remarks)?;
            for row in &rows {
                progress(&report::row(row));
            }
            report.rows.extend(rows);
        }
    }
    let stalls = record::memory_stalls() - stalls;
    if stalls > 0 {
        report.remarks.push(format!(
            "memory was short: the kernel stalled {stalls} allocations to reclaim some, which costs whoever needs fresh memory at that time"
        ));
    }
    if report.rows.is_empty() {
        return Err(format!("nothing to measure. {}", report.remarks.join("; ")));
    }
    Ok(report)
}

/// What reads, in turns. Copies of memory stand for what no reader can beat; two reads apart, each of one thread into
/// memory of its own, for what two threads of the machine can gain at that time.
const TURNS: [(&str, usize); 10] = [
    ("memcpy", 1),
    ("iio", 1),
    ("tifffile", 1),
    ("gdal", 1),
    ("image-tiff", 1),
    ("iio", 2),
    (APART, 2),
    ("tifffile", 2),
    ("gdal", 2),
    ("memcpy", 2),
];

/// Reads of a turn, of which the fastest counts. A virtual machine hands free memory back to its host, and whoever is given
/// such pages again pays two milliseconds for each 2 MiB, more than for decoding them: by chance, not by merit.
const READS: usize = 3;

fn measure(
    settings: Settings<'_>,
    case: &Case,
    name: &str,
    stored: &Stored,
    exchange: &Exchange,
    readers: &mut Readers,
    remarks: &mut Vec<String>,
) -> Result<Vec<Row>, String> {
    readers.load(stored, exchange)?;
    let mut turns = Vec::new();
    let wanted = |reader: &str| settings.reader.is_none_or(|only| only == reader);
    for (reader, threads) in TURNS.into_iter().filter(|(reader, _)| wanted(reader)) {
        // A wrong answer of ours ends the run; those of others are facts to report.
        match readers.check(reader, threads, stored, exchange) {
            Ok((once, differs)) if reader == "iio" && differs > 0.0 && case.lossy.is_none() => {
                return Err(format!("{name}: iio with {threads} threads is off by {differs} after {:.3} s", once.wall));
            }
            Ok((once, differs)) => {
                let n = ((settings.seconds / once.wall.max(1e-6)) as usize).clamp(1, 20);
                turns.push((reader, threads, differs, n, Vec::new()));
            }
            Err(cause) if reader == "iio" => return Err(format!("{name}: {cause}")),
            Err(cause) => remarks.push(format!("{name}: {reader} {threads}: {cause}")),
        }
    }
    for _ in 0..settings.rounds.max(1) {
        // What one has left in caches and in the kernel's lists of pages shall not always serve the same one.
        turns.reverse();
        for (reader, threads, _, n, times) in &mut turns {
            // While others had their turns, a machine that reclaims idle memory may have forgotten file and program.
            readers.read(reader, *threads, 1, stored, exchange)?;
            let mut best = readers.read(reader, *threads, *n, stored, exchange)?;
            for _ in 1..READS {
                let time = readers.read(reader, *threads, *n, stored, exchange)?;
                best = Time { wall: best.wall.min(time.wall), cpu: best.cpu.min(time.cpu) };
            }
            times.push(best);
        }
    }
    turns.sort_by_key(|(reader, threads, ..)| TURNS.iter().position(|turn| *turn == (*reader, *threads)));
    let megabytes = stored.layout.n_bytes() as f64 / 1e6;
    let row = |(reader, threads, differs, _, times)| Row {
        file: name.to_owned(),
        reader,
        threads,
        megabytes,
        times,
        differs,
    };
    Ok(turns.into_iter().map(row).collect())
}
