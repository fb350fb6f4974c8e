//! The report on TIFF files: `tiff.md`, `tiff.svg`, `tiff.json`.

use std::path::Path;

use serde_json::Value;

use super::case::Case;
use super::reader::Time;
use super::{APART, Report, Row};
use crate::plot::{Dot, Line, Plot};
use crate::record::{document, sentence, shown};
use crate::report::save;
use crate::stats;

/// Names of readers as people know them, in the order of colours.
const READERS: [(&str, &str); 6] = [
    ("iio", "iio"),
    ("tifffile", "tifffile"),
    ("gdal", "GDAL"),
    ("image-tiff", "image-tiff"),
    ("memcpy", "memcpy"),
    (APART, "iio, a read each,"),
];

/// What two threads are to reach in wall time, as a multiple of one.
const TWO_THREADS: f64 = 1.8;

pub(super) fn write(report: &Report, folder: &Path) -> Result<(), String> {
    let json: Vec<Value> = report.rows.iter().map(Row::to_json).collect();
    save(folder, "tiff.json", &document(&report.circumstances, &json))?;
    save(folder, "tiff.svg", &plot(report).to_svg())?;
    save(folder, "tiff.md", &markdown(report))
}

/// A row for people.
pub(super) fn row(row: &Row) -> String {
    let differs = if row.differs > 0.0 { format!(" (pixels differ by {})", shown(row.differs)) } else { String::new() };
    let (wall, cpu, noise) = (shown(row.wall()), shown(row.cpu()), row.noise() * 100.0);
    format!("{} {} {}: {wall} MB/s, {cpu} MB/CPU-s ±{noise:.0} %{differs}", row.file, row.reader, row.threads)
}

fn find<'a>(report: &'a Report, file: &str, reader: &str, threads: usize) -> Option<&'a Row> {
    report.rows.iter().find(|row| row.file == file && row.reader == reader && row.threads == threads)
}

fn files(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = report.rows.iter().map(|row| row.file.as_str()).collect();
    names.dedup();
    names
}

fn plot(report: &Report) -> Plot<'static> {
    let line = |file: &str| {
        let dots = READERS.iter().enumerate().filter_map(|(series, (reader, name))| {
            let row = find(report, file, reader, 1)?;
            Some(Dot { x: row.cpu(), series, title: format!("{file}, {name}: {} MB per CPU second", shown(row.cpu())) })
        });
        Line { label: file.to_owned(), dots: dots.collect() }
    };
    Plot {
        title: "Reading tiled TIFF files, one thread",
        axis: "MB of pixels per CPU second",
        series: &["iio", "tifffile", "GDAL", "image-tiff", "memcpy into fresh memory"],
        mark: None,
        lines: files(report).into_iter().map(line).collect(),
    }
}

pub(super) fn markdown(report: &Report) -> String {
    let peers = report.circumstances.get("peer").and_then(Value::as_str).unwrap_or("peers");
    let mut text = format!(
        "# Reading TIFF files beside {peers}\n\n\
         Made by `cargo xtask bench tiff`; change nothing by hand. {}\n\n\
         Whole files, opened each time, page cache warm, into fresh memory; megabytes of pixels per second of wall time / per CPU second of\n\
         all threads, readers in turns, of each turn the fastest of three reads, medians of the rounds. The files are written by tifffile: `uint16` micrographs (noise\n\
         of photons) or terrain (smooth), for `p3` a `float32` field, for JPEG and WebP an RGB scene; p2 and p3 are predictors, the number\n\
         is the edge of the tiles. All pixels are compared with those that tifffile reads, a difference is named. GDAL gives planes where\n\
         the others give interleaved samples. image-tiff has no threads of its own. The bars compare round by round.\n\n\
         Two threads gain what the machine has: the processors of a virtual one may be halves of one core, and share the memory. So they are\n\
         also compared with two whole reads at once, of one thread each and into memory of their own, which wait for nothing in iio.\n\n\
         ![MB per CPU second](tiff.svg)\n\n## Bars\n\n\
         | file | what | ratio | bar | noise | |\n|---|---|---|---|---|---|\n",
        sentence(&report.circumstances),
    );
    for file in files(report) {
        bars(report, file).iter().for_each(|line| text += line);
    }
    let columns: Vec<(&str, &str, usize)> = [1, 2]
        .into_iter()
        .flat_map(|threads| READERS.iter().map(move |(reader, name)| (*reader, *name, threads)))
        .filter(|(reader, _, threads)| report.rows.iter().any(|row| row.reader == *reader && row.threads == *threads))
        .collect();
    let heads: Vec<String> = columns.iter().map(|(_, name, threads)| format!("{name} {threads}")).collect();
    text += &format!("\n## Wall / CPU\n\n| file | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(columns.len()));
    for file in files(report) {
        let cells: Vec<String> = columns
            .iter()
            .map(|(reader, _, threads)| match find(report, file, reader, *threads) {
                Some(row) if row.differs > 0.0 => {
                    format!("{} / {} (off by {})", shown(row.wall()), shown(row.cpu()), shown(row.differs))
                }
                Some(row) => format!("{} / {}", shown(row.wall()), shown(row.cpu())),
                None => "-".to_owned(),
            })
            .collect();
        text += &format!("| {file} | {} |\n", cells.join(" | "));
    }
    if !report.remarks.is_empty() {
        text += "\n## Remarks\n\n";
        report.remarks.iter().for_each(|remark| text += &format!("- {remark}\n"));
    }
    text
}

/// How many times as fast the first row is, by what `seconds` takes from a time, round by round: the median, and its noise.
fn gain(row: &Row, to: &Row, seconds: fn(&Time) -> f64) -> (f64, f64) {
    let ratios: Vec<f64> = row.times.iter().zip(&to.times).map(|(time, to)| seconds(to) / seconds(time)).collect();
    (stats::median(&ratios), stats::noise(&ratios))
}

/// What is asked of a file, and whether it is reached.
fn bars(report: &Report, file: &str) -> Vec<String> {
    let (Some(one), Some(two)) = (find(report, file, "iio", 1), find(report, file, "iio", 2)) else {
        return Vec::new();
    };
    let line = |what: &str, (ratio, noise): (f64, f64), bar: f64, below: &str| {
        let word = if ratio >= bar { "reached" } else { below };
        format!("| {file} | {what} | {ratio:.2} | {bar} | ±{:.0} % | {word} |\n", noise * 100.0)
    };
    let mut lines = Vec::new();
    if let Some((peer, bar)) = Case::of(file).and_then(|case| case.bar)
        && let Some(theirs) = find(report, file, peer, 1)
    {
        lines.push(line(&format!("CPU, to {peer}"), gain(one, theirs, |time| time.cpu), bar, "**below**"));
    }
    let wall = |time: &Time| time.wall;
    let two_to_one = gain(two, one, wall);
    let Some(apart) = find(report, file, APART, 2) else {
        lines.push(line("wall, two threads to one", two_to_one, TWO_THREADS, "**below**"));
        return lines;
    };
    let to_apart = gain(two, apart, wall);
    // Threads cannot gain what the machine has not.
    let below = if to_apart.0 >= TWO_THREADS / 2.0 { "below, as two reads" } else { "**below**" };
    lines.push(line("wall, two threads to one", two_to_one, TWO_THREADS, below));
    lines.push(line("wall, two threads to two reads", to_apart, TWO_THREADS / 2.0, "**below**"));
    lines
}
