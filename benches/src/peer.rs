//! imagecodecs in the reference Python, as a process that measures one call at a time.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The peer. Buffers are passed as files in the folder that both see.
pub(crate) struct Peer {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Peer {
    /// Starts the script in the reference Python; `None`, with the cause, if there is none.
    pub(crate) fn start(shared: &Path) -> Result<Self, String> {
        let python = shared.join("suites/reference-python");
        let cache = std::env::var_os("IIO_SUITES").map_or_else(
            || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/iio-suites"),
            PathBuf::from,
        );
        let folder = cache.join("data/bench");
        let failed = |error: std::io::Error| format!("{}: {error}", python.display());
        std::fs::create_dir_all(&folder).map_err(failed)?;
        std::fs::write(folder.join("peer.py"), include_str!("peer.py")).map_err(failed)?;
        let mut child = Command::new(&python)
            .arg("/data/bench/peer.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes to the peer".to_owned());
        };
        let mut peer = Self { child, requests, answers: BufReader::new(answers), folder };
        peer.answer()?;
        Ok(peer)
    }

    /// Puts a buffer where the peer sees it.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<String, String> {
        std::fs::write(self.folder.join(name), bytes).map_err(|error| format!("{name}: {error}"))?;
        Ok(format!("/data/bench/{name}"))
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(|error| error.to_string())?;
        serde_json::from_str(&line).map_err(|error| format!("peer answered {line:?}: {error}"))
    }

    /// Measures one call: CPU seconds of one of `n` repetitions on average, and the CRC-32 of the result.
    pub(crate) fn measure(&mut self, mut call: Value, n: usize) -> Result<(f64, u64), String> {
        if let Some(call) = call.as_object_mut() {
            call.insert("n".into(), json!(n));
        }
        writeln!(self.requests, "{call}").and_then(|()| self.requests.flush()).map_err(|error| error.to_string())?;
        let answer = self.answer()?;
        match (answer["seconds"].as_f64(), answer["crc"].as_u64()) {
            (Some(seconds), Some(crc)) => Ok((seconds, crc)),
            _ => Err(answer["error"].to_string()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
