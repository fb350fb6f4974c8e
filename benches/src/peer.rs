//! A peer: a process that measures one call at a time. It gets one JSON request a line and gives one JSON answer a line.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::processor::Processors;

/// A process that answers requests.
pub struct Peer {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The first answer: versions.
    pub greeting: Value,
}

/// The folder that a chrooted Python and this process both see.
pub struct Exchange {
    folder: PathBuf,
}

impl Exchange {
    /// Makes the folder.
    ///
    /// # Errors
    /// Says why it cannot be made.
    pub fn new(name: &str) -> Result<Self, String> {
        let cache = std::env::var_os("IIO_SUITES").map_or_else(
            || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/iio-suites"),
            PathBuf::from,
        );
        let folder = cache.join("data").join(name);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self { folder })
    }

    /// Where this process sees a file.
    #[must_use]
    pub fn here(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Where the Python sees a file.
    #[must_use]
    pub fn there(&self, name: &str) -> String {
        let folder = self.folder.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        format!("/data/{folder}/{name}")
    }

    /// Writes a file; returns where the Python sees it.
    ///
    /// # Errors
    /// Says why it cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        std::fs::write(self.here(name), bytes).map_err(|error| format!("{name}: {error}"))?;
        Ok(self.there(name))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn get(&self, name: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.here(name)).map_err(|error| format!("{name}: {error}"))
    }
}

impl Peer {
    /// Starts a script in the reference Python.
    ///
    /// # Errors
    /// Says why it does not run: most often there is no reference Python.
    pub fn python(shared: &Path, exchange: &Exchange, name: &str, script: &str) -> Result<Self, String> {
        let script = exchange.put(name, script.as_bytes())?;
        Self::spawn(Command::new(shared.join("suites/reference-python")).arg(script))
    }

    /// Starts a process and takes its greeting.
    ///
    /// # Errors
    /// Says why it does not run.
    pub fn spawn(command: &mut Command) -> Result<Self, String> {
        let program = command.get_program().display().to_string();
        let failed = |error: std::io::Error| format!("{program}: {error}");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.map_err(failed)?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes to the peer".to_owned());
        };
        let mut peer = Self { child, requests, answers: BufReader::new(answers), greeting: Value::Null };
        peer.greeting = peer.answer()?;
        Ok(peer)
    }

    /// Keeps its first thread, and those that this starts from now on, on one processor, or frees it.
    pub fn confine(&self, processors: &Processors, confined: bool) {
        processors.confine_process(self.child.id(), confined);
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("peer answered {line:?}: {error}"))
    }

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// The peer's `error`, or that it is gone.
    pub fn ask(&mut self, request: &Value) -> Result<Value, String> {
        writeln!(self.requests, "{request}").and_then(|()| self.requests.flush()).map_err(|error| error.to_string())?;
        let answer = self.answer()?;
        match answer.get("error").and_then(Value::as_str) {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer),
        }
    }

    /// Measures a call: CPU seconds of one of `n` repetitions on average.
    ///
    /// # Errors
    /// As [`Peer::ask`].
    pub fn measure(&mut self, call: &Value, n: usize) -> Result<f64, String> {
        let mut call = call.clone();
        call["n"] = json!(n);
        let answer = self.ask(&call)?;
        answer["seconds"].as_f64().ok_or_else(|| format!("peer answered {answer}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
