//! Records: what was measured, as JSON that `compare` reads again, and the machine it was measured on.

use std::process::Command;

use serde_json::{Map, Value, json};

/// A measurement of a codec.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Label of the row.
    pub codec: String,
    /// Name of the input.
    pub input: String,
    /// `decode` or `encode`.
    pub way: String,
    /// Megabytes of pixels per CPU second.
    pub mb_per_s: f64,
    /// The same of the peer.
    pub peer_mb_per_s: Option<f64>,
    /// What the ratio is off by, or the figure where there is no peer: half the distance of the quartiles, relative.
    pub noise: f64,
    /// Bytes of our stream per byte of pixels.
    pub size: f64,
    /// The same of the peer's stream, where it encodes.
    pub peer_size: Option<f64>,
    /// What else there is to say: no peer, other pixels.
    pub remarks: Vec<String>,
}

impl Record {
    /// An empty record.
    #[must_use]
    pub fn new(codec: &str, input: &str, way: &str) -> Self {
        Self { codec: codec.to_owned(), input: input.to_owned(), way: way.to_owned(), ..Self::default() }
    }

    /// A record from its JSON; `None` if it is none of a codec.
    #[must_use]
    pub fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let number = |key: &str| value.get(key)?.as_f64();
        let remarks = value.get("remarks").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            codec: text("codec")?,
            input: text("input")?,
            way: text("way")?,
            mb_per_s: number("mb_per_s")?,
            peer_mb_per_s: number("peer_mb_per_s"),
            noise: number("noise").unwrap_or(f64::NAN),
            size: number("size").unwrap_or(f64::NAN),
            peer_size: number("peer_size"),
            remarks: remarks.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    /// Our speed to that of the peer.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        self.peer_mb_per_s.map(|peer| self.mb_per_s / peer)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut value = json!({
            "codec": self.codec, "input": self.input, "way": self.way,
            "mb_per_s": digits(self.mb_per_s), "noise": digits(self.noise), "size": digits(self.size),
        });
        if let Some(peer) = self.peer_mb_per_s {
            value["peer_mb_per_s"] = digits(peer);
            value["ratio"] = digits(self.mb_per_s / peer);
        }
        if let Some(size) = self.peer_size {
            value["peer_size"] = digits(size);
        }
        if !self.remarks.is_empty() {
            value["remarks"] = json!(self.remarks);
        }
        value
    }
}

/// A figure with four digits: more is noise.
#[must_use]
pub fn digits(value: f64) -> Value {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { json!(0.0) } else { Value::Null };
    }
    let scale = 10f64.powi(3 - value.abs().log10().floor() as i32);
    json!((value * scale).round() / scale)
}

/// A figure for people: four digits at most, no more than three behind the point.
#[must_use]
pub fn shown(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "-".to_owned(),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Where and when: machine, date, commit.
#[must_use]
pub fn circumstances() -> Map<String, Value> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let value = |line: &str| line.strip_prefix(name)?.trim_start().strip_prefix(':').map(|v| v.trim().to_owned());
        cpu.lines().find_map(value)
    };
    let mut model = field("model name").unwrap_or_else(|| "?".to_owned());
    // Virtual machines call processors of many years by one name.
    if let (Some(family), Some(number)) = (field("cpu family"), field("model\t")) {
        model = format!("{model} (family {family}, model {number})");
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut commit = output("git", &["rev-parse", "--short", "HEAD"]);
    if !output("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty() {
        commit.push('+');
    }
    let mut all = Map::new();
    all.insert("date".into(), json!(output("date", &["-u", "+%F %H:%M"])));
    all.insert("commit".into(), json!(commit));
    all.insert("cpu".into(), json!(model));
    all.insert("cores".into(), json!(std::thread::available_parallelism().map_or(1, usize::from)));
    // Above one per core, other work ran at the same time.
    all.insert("load_at_start".into(), json!(load.split(' ').next().unwrap_or("?")));
    all
}

/// The circumstances as a sentence.
#[must_use]
pub fn sentence(circumstances: &Map<String, Value>) -> String {
    let text = |key: &str| circumstances.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
    let cores = circumstances.get("cores").and_then(Value::as_u64).unwrap_or(0);
    let mut words = format!(
        "{}, {cores} cores, load at the start {}, {} UTC, commit {}, release build.",
        text("cpu"),
        text("load_at_start"),
        text("date"),
        text("commit")
    );
    if let Some(renewed) = circumstances.get("renewed").and_then(Value::as_str) {
        words += &format!(" That is of the rows of {renewed}; the others are of an earlier run.");
    }
    words
}

/// How often allocations had to wait for the kernel to reclaim memory since it started; 0 where it does not tell.
#[must_use]
pub fn memory_stalls() -> u64 {
    let counters = std::fs::read_to_string("/proc/vmstat").unwrap_or_default();
    let stalls = counters.lines().filter(|line| line.starts_with("allocstall"));
    stalls.filter_map(|line| line.split(' ').nth(1)?.parse::<u64>().ok()).sum()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// A document of records: the circumstances, and one record a line, so that a diff of two says what changed.
#[must_use]
pub fn document(circumstances: &Map<String, Value>, records: &[Value]) -> String {
    let head: Vec<String> = circumstances.iter().map(|(key, value)| format!("  {}: {value},", json!(key))).collect();
    let records: Vec<String> = records.iter().map(|record| format!("    {record}")).collect();
    format!("{{\n{}\n  \"records\": [\n{}\n  ]\n}}\n", head.join("\n"), records.join(",\n"))
}

/// The records of a document, or of one JSON record a line; other lines are passed over.
#[must_use]
pub fn records(text: &str) -> Vec<Value> {
    if let Ok(Value::Object(mut document)) = serde_json::from_str(text)
        && let Some(Value::Array(records)) = document.remove("records")
    {
        return records;
    }
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}
