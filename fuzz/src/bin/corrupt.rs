//! `corrupt NAME --n N --seed S [--case K]`: damages real files and streams, decodes them under a watch of memory and time.
//!
//! The cases run in a process of their own, which the watch ends when it takes too much. The last line on stdout is for
//! `cargo xtask corrupt`: executions, seconds, faults.

use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use iio_fuzz::Damage;

/// Resident memory that a case may reach: twice the output, scratch and metadata that the limits allow, the streams that
/// are held, and what the allocator keeps.
const MEMORY_BYTES: u64 = 512 << 20;
/// A case decodes at most 16 MiB of output from at most 1 MiB, in a few ways.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some(task) = Task::parse(&words) else {
        eprintln!("usage: corrupt NAME [--n N] [--seed S] [--case K]");
        return ExitCode::FAILURE;
    };
    match task.only {
        Some(case) if task.worker => task.work(case),
        Some(case) => task.show(case),
        None => task.watch(),
    }
}

struct Task {
    name: String,
    n: u64,
    seed: u64,
    /// The only case, or that to begin with.
    only: Option<u64>,
    worker: bool,
}

impl Task {
    fn parse(words: &[String]) -> Option<Self> {
        let (name, rest) = words.split_first()?;
        let mut task = Self { name: name.clone(), n: 10_000, seed: 1, only: None, worker: false };
        for pair in rest.chunks(2) {
            let value = pair.get(1)?.parse().ok()?;
            match pair[0].as_str() {
                "--n" => task.n = value,
                "--seed" => task.seed = value,
                "--case" => task.only = Some(value),
                "--work-from" => (task.only, task.worker) = (Some(value), true),
                _ => return None,
            }
        }
        Some(task)
    }

    fn damage(&self) -> Option<Damage> {
        let corpus = std::env::var_os("IIO_CORPUS").map_or_else(|| PathBuf::from("../shared/corpus"), PathBuf::from);
        Damage::new(&self.name, &corpus, self.seed)
    }

    /// Writes the input of one case to a file, and runs it without a watch.
    fn show(&self, case: u64) -> ExitCode {
        let Some(damage) = self.damage() else { return no_such(&self.name) };
        let bytes = damage.case(case);
        let path = std::env::temp_dir().join(format!("corrupt-{}-{}-{case}", self.name, self.seed));
        match std::fs::write(&path, &bytes) {
            Ok(()) => println!("{} bytes in {}", bytes.len(), path.display()),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
        damage.run(&bytes);
        ExitCode::SUCCESS
    }

    /// Runs cases from `first` on and announces each: `> K`, and `! K message` for a claim that does not hold.
    fn work(&self, first: u64) -> ExitCode {
        let Some(damage) = self.damage() else { return no_such(&self.name) };
        std::panic::set_hook(Box::new(|_| {}));
        println!("= {}", damage.n_streams());
        for case in first..self.n {
            let bytes = damage.case(case);
            println!("> {case}");
            let _ = std::io::stdout().flush();
            if let Err(cause) = catch_unwind(AssertUnwindSafe(|| damage.run(&bytes))) {
                let text = cause.downcast_ref::<String>().cloned();
                let text = text.or_else(|| cause.downcast_ref::<&str>().map(|&text| text.to_owned()));
                println!("! {case} {}", text.unwrap_or_default().replace('\n', " "));
            }
        }
        ExitCode::SUCCESS
    }

    fn watch(&self) -> ExitCode {
        let start = Instant::now();
        let (mut next, mut faults, mut n_streams, mut peak) = (0, Vec::new(), 0, 0);
        let mut slowest = (Duration::ZERO, 0);
        let mut told = Instant::now();
        while next < self.n {
            let mut child = match self.spawn(next) {
                Ok(child) => child,
                Err(error) => {
                    eprintln!("{error}");
                    return ExitCode::FAILURE;
                }
            };
            let (sender, lines) = channel();
            let Some(stdout) = child.stdout.take() else { return ExitCode::FAILURE };
            std::thread::spawn(move || {
                BufReader::new(stdout).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
            let (mut current, mut since) = (None, Instant::now());
            let end = loop {
                // Gathering streams takes its time, too.
                let patience = if current.is_none() { PATIENCE * 12 } else { PATIENCE };
                match lines.recv_timeout(Duration::from_millis(20)) {
                    Ok(line) => match line.split_at_checked(2) {
                        Some(("> ", case)) => {
                            if let Some(case) = current {
                                slowest = slowest.max((since.elapsed(), case));
                            }
                            (current, since) = (case.parse::<u64>().ok(), Instant::now());
                            if told.elapsed() > Duration::from_secs(5) {
                                eprintln!("{}: {case} of {}", self.name, self.n);
                                told = Instant::now();
                            }
                        }
                        Some(("! ", fault)) => faults.push(fault.to_owned()),
                        Some(("= ", n)) => n_streams = n.parse().unwrap_or(0),
                        _ => {}
                    },
                    Err(RecvTimeoutError::Disconnected) => break None,
                    Err(RecvTimeoutError::Timeout) => {}
                }
                let resident = resident(&child);
                peak = peak.max(resident);
                if resident > MEMORY_BYTES {
                    break Some(format!("takes {} MiB", resident >> 20));
                }
                if since.elapsed() > patience {
                    break Some(format!("takes more than {} s", patience.as_secs()));
                }
            };
            if end.is_some() {
                let _ = child.kill();
            }
            let (done, status) = child.wait().map_or((false, String::new()), |s| (s.success(), s.to_string()));
            match (current, end) {
                (Some(_), None) if done => next = self.n,
                (Some(case), end) => {
                    faults.push(format!("{case} {}", end.unwrap_or(status)));
                    next = case + 1;
                }
                (None, end) => {
                    eprintln!("the worker ended before its first case: {}", end.unwrap_or(status));
                    return ExitCode::FAILURE;
                }
            }
        }
        faults.iter().for_each(|fault| eprintln!("{} case {fault}", self.name));
        eprintln!(
            "{}: {} cases of {n_streams} streams, seed {}: {} faults, at most {} MiB, slowest {:.0} ms (case {})",
            self.name,
            self.n,
            self.seed,
            faults.len(),
            peak >> 20,
            slowest.0.as_secs_f64() * 1e3,
            slowest.1
        );
        println!("{} {} {}", self.n, start.elapsed().as_secs(), faults.len());
        if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn spawn(&self, first: u64) -> std::io::Result<Child> {
        Command::new(std::env::current_exe()?)
            .arg(&self.name)
            .args(["--n", &self.n.to_string(), "--seed", &self.seed.to_string()])
            .args(["--work-from", &first.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }
}

fn no_such(name: &str) -> ExitCode {
    eprintln!("there is no codec or format {name}");
    ExitCode::FAILURE
}

/// Bytes of memory that a process holds; 0 where the system does not tell.
fn resident(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) << 10
}
