//! Two records side by side: the ratio of each row, with its noise.

use serde_json::Value;

use crate::record::shown;
use crate::stats;

/// What makes a row of a record.
const KEYS: [&str; 6] = ["codec", "input", "way", "file", "reader", "threads"];

/// A row that both records have.
pub struct Pair {
    /// What was measured.
    pub key: String,
    /// Megabytes per second before.
    pub before: f64,
    /// Megabytes per second after.
    pub after: f64,
    /// What the ratio is off by, relative.
    pub noise: f64,
}

impl Pair {
    /// After to before: above 1 is faster.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.after / self.before
    }

    /// True if the rows differ by more than 3 % and twice the noise.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.ratio().ln().abs() > (2.0 * self.noise).max(0.03)
    }
}

/// All figures of a row, where a record has several runs.
struct Row {
    key: String,
    figures: Vec<f64>,
    noise: f64,
}

fn rows(records: &[Value]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for record in records {
        let words = KEYS.iter().filter_map(|key| match record.get(key)? {
            Value::String(word) => Some(word.clone()),
            other => Some(format!("{key} {other}")),
        });
        let key = words.collect::<Vec<_>>().join(" | ");
        let Some(figure) = record["mb_per_s"].as_f64() else { continue };
        let noise = record["noise"].as_f64().unwrap_or(0.0);
        match rows.iter_mut().find(|row| row.key == key) {
            Some(row) => {
                row.figures.push(figure);
                row.noise = row.noise.max(noise);
            }
            None => rows.push(Row { key, figures: vec![figure], noise }),
        }
    }
    rows
}

/// Pairs the rows of two records; rows that only one has are named.
#[must_use]
pub fn compare(before: &[Value], after: &[Value]) -> (Vec<Pair>, Vec<String>) {
    let (before, after) = (rows(before), rows(after));
    let mut pairs = Vec::new();
    let mut alone = Vec::new();
    for row in &after {
        let Some(old) = before.iter().find(|old| old.key == row.key) else {
            alone.push(format!("only after: {}", row.key));
            continue;
        };
        // Runs that took turns tell the noise between processes; a single run, that of its rounds.
        let ratios: Vec<f64> = row.figures.iter().zip(&old.figures).map(|(after, before)| after / before).collect();
        let noise = if ratios.len() > 1 { stats::noise(&ratios) } else { row.noise.hypot(old.noise) };
        let (before, after) = (stats::median(&old.figures), stats::median(&row.figures));
        pairs.push(Pair { key: row.key.clone(), before, after, noise });
    }
    let gone = before.iter().filter(|old| !after.iter().any(|row| row.key == old.key));
    alone.extend(gone.map(|row| format!("only before: {}", row.key)));
    (pairs, alone)
}

/// The pairs as a Markdown table, and what it comes to.
#[must_use]
pub fn table(pairs: &[Pair], alone: &[String]) -> String {
    let mut text = "| row | before MB/s | after MB/s | ratio | noise | |\n|---|---|---|---|---|---|\n".to_owned();
    for pair in pairs {
        let word = match pair.ratio() {
            _ if !pair.differs() => "",
            ratio if ratio > 1.0 => "faster",
            _ => "slower",
        };
        let (before, after) = (shown(pair.before), shown(pair.after));
        let key = pair.key.replace(" | ", ", ");
        let (ratio, noise) = (pair.ratio(), pair.noise * 100.0);
        text += &format!("| {key} | {before} | {after} | {ratio:.2} | ±{noise:.0} % | {word} |\n");
    }
    let ratios: Vec<f64> = pairs.iter().map(Pair::ratio).collect();
    let count = |faster: bool| pairs.iter().filter(|pair| pair.differs() && (pair.ratio() > 1.0) == faster).count();
    let mean = stats::geometric_mean(&ratios);
    text += &format!(
        "\n{} rows, geometric mean {mean:.3}, {} faster, {} slower beyond 3 % and twice the noise.\n",
        pairs.len(),
        count(true),
        count(false)
    );
    alone.iter().for_each(|line| text += &format!("\n{line}"));
    text
}
