//! What reads: iio here, image-tiff in a process, tifffile and GDAL in the reference Python, and copies of memory.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use iio::{Env, Executor, RayonExecutor, ReadOptions};
use iio_codec::AlignedBytes;
use serde_json::{Value, json};

use super::APART;
use super::case::Stored;
use crate::peer::{Exchange, Peer};
use crate::processor::Processors;
use crate::stats;

/// Seconds of one read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

/// All readers.
pub(super) struct Readers {
    python: Peer,
    image_tiff: Option<Peer>,
    /// Pools of one thread, which stays on one processor as those of peers do, and of two.
    pools: [Arc<RayonExecutor>; 2],
    /// Pools of one thread, which may run anywhere.
    apart: [Arc<RayonExecutor>; 2],
    processors: Processors,
    registry: Arc<iio::Registry>,
    /// Expected pixels of the file at hand: what is copied, and compared with.
    pixels: Vec<u8>,
    /// Which file they came from.
    loaded: String,
}

/// CPU time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

impl Readers {
    pub(super) fn start(shared: &Path, exchange: &Exchange, image_tiff: Option<&Path>) -> Result<Self, String> {
        let python = Peer::python(shared, exchange, "tiff_peer.py", include_str!("../tiff_peer.py"))?;
        let pool = |threads| RayonExecutor::with_threads(threads).map(Arc::new).map_err(|error| error.to_string());
        let processors = Processors::here();
        let confined = pool(1)?;
        let confine = |_| {
            processors.confine_thread();
            Ok(())
        };
        confined.try_for_each(1, &confine).map_err(|error| error.to_string())?;
        Ok(Self {
            python,
            image_tiff: image_tiff.map(|program| Peer::spawn(&mut Command::new(program))).transpose()?,
            pools: [confined, pool(2)?],
            apart: [pool(1)?, pool(1)?],
            processors,
            registry: Arc::new(iio::builtin()),
            pixels: Vec::new(),
            loaded: String::new(),
        })
    }

    pub(super) fn versions(&self) -> String {
        let word = |value: &Value| value.as_str().unwrap_or("not there").to_owned();
        let greeting = &self.python.greeting;
        format!(
            "tifffile {}, GDAL {} (rasterio), image-tiff {}",
            word(&greeting["tifffile"]),
            word(&greeting["gdal"]),
            self.image_tiff.as_ref().map_or("not there".to_owned(), |peer| word(&peer.greeting["image-tiff"])),
        )
    }

    pub(super) fn make(&mut self, call: &Value) -> Result<(), String> {
        self.python.ask(call).map(|_| ())
    }

    /// Takes the expected pixels of a file into memory.
    pub(super) fn load(&mut self, stored: &Stored, exchange: &Exchange) -> Result<(), String> {
        if self.loaded != stored.expected {
            // What is there goes first: both need not fit.
            self.pixels = Vec::new();
            self.pixels = exchange.get(&stored.expected)?;
            self.loaded.clone_from(&stored.expected);
        }
        Ok(())
    }

    /// Reads once, and returns the largest difference of a sample from the expected pixels.
    pub(super) fn check(
        &mut self,
        reader: &str,
        threads: usize,
        stored: &Stored,
        exchange: &Exchange,
    ) -> Result<(Time, f64), String> {
        if let Some(peer) = self.peer(reader)? {
            let answer = peer.ask(&call("check", reader, threads, 1, stored, exchange))?;
            let differs = answer["differs"].as_f64().ok_or("no answer")?;
            return Ok((time(&answer)?, differs));
        }
        let begin = Instant::now();
        let found = self.once(reader, threads, &exchange.here(&stored.file))?;
        let wall = begin.elapsed().as_secs_f64();
        let equal = found.as_slice() == self.pixels.as_slice();
        let differs =
            if equal { 0.0 } else { stats::largest_difference(&self.pixels, &found, stored.layout.dtype()).max(1e-9) };
        Ok((Time { wall, cpu: wall }, differs))
    }

    /// Reads `n` times; seconds of one on average.
    pub(super) fn read(
        &mut self,
        reader: &str,
        threads: usize,
        n: usize,
        stored: &Stored,
        exchange: &Exchange,
    ) -> Result<Time, String> {
        let processors = self.processors;
        if let Some(peer) = self.peer(reader)? {
            peer.confine(&processors, threads == 1);
            return time(&peer.ask(&call("read", reader, threads, n, stored, exchange))?);
        }
        let path = exchange.here(&stored.file);
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        if reader == APART {
            self.apart(n, &path)?;
            return Ok(Time {
                wall: wall.elapsed().as_secs_f64() / (2 * n) as f64,
                cpu: (cpu_seconds() - cpu) / (2 * n) as f64,
            });
        }
        for _ in 0..n {
            drop(self.once(reader, threads, &path)?);
        }
        Ok(Time { wall: wall.elapsed().as_secs_f64() / n as f64, cpu: (cpu_seconds() - cpu) / n as f64 })
    }

    /// The process of a reader; `None` if it is this one.
    fn peer(&mut self, reader: &str) -> Result<Option<&mut Peer>, String> {
        match reader {
            "iio" | "memcpy" | APART => Ok(None),
            "image-tiff" => self.image_tiff.as_mut().map(Some).ok_or_else(|| "not built".to_owned()),
            "gdal" if self.python.greeting["gdal"].is_null() => Err("no rasterio in the reference Python".to_owned()),
            _ => Ok(Some(&mut self.python)),
        }
    }

    /// Reads the file, or copies the pixels, into fresh memory.
    fn once(&self, reader: &str, threads: usize, path: &Path) -> Result<AlignedBytes, String> {
        let text = |error: iio::Error| error.to_string();
        let pool = self.pools.get(threads - 1).ok_or_else(|| format!("no pool of {threads} threads"))?;
        if reader == "memcpy" {
            return copy(&self.pixels, pool.as_ref()).map_err(text);
        }
        self.image(pool, path)
    }

    fn image(&self, pool: &Arc<RayonExecutor>, path: &Path) -> Result<AlignedBytes, String> {
        let env = Env::new(self.registry.clone()).with_executor(pool.clone());
        let image = iio::imread_with(path, &ReadOptions::default().with_env(env)).map_err(|error| error.to_string())?;
        Ok(image.into_bytes())
    }

    /// Reads the file `n` times with one thread, twice at once.
    fn apart(&self, n: usize, path: &Path) -> Result<(), String> {
        let [one, other] = &self.apart;
        let read = |pool| (0..n).try_for_each(|_| self.image(pool, path).map(drop));
        std::thread::scope(|scope| {
            let handle = scope.spawn(|| read(other));
            read(one)?;
            handle.join().map_err(|_| "a reader panicked".to_owned())?
        })
    }
}

/// Copies bytes into fresh memory of the kind that images have, each thread a part.
fn copy(src: &[u8], pool: &RayonExecutor) -> iio::Result<AlignedBytes> {
    let mut dst = AlignedBytes::zeroed(src.len())?;
    let part = src.len().div_ceil(pool.width()).max(1);
    let parts: Vec<_> = dst.chunks_mut(part).zip(src.chunks(part)).map(std::sync::Mutex::new).collect();
    pool.try_for_each(parts.len(), &|index| {
        if let Some(mut pair) = parts.get(index).and_then(|pair| pair.lock().ok()) {
            let (to, from) = &mut *pair;
            to.copy_from_slice(from);
        }
        Ok(())
    })?;
    drop(parts);
    Ok(dst)
}

fn call(verb: &str, reader: &str, threads: usize, n: usize, stored: &Stored, exchange: &Exchange) -> Value {
    // image-tiff is not in the chroot.
    let place = |name: &str| match reader {
        "image-tiff" => exchange.here(name).display().to_string(),
        _ => exchange.there(name),
    };
    json!({
        "verb": verb, "reader": reader, "threads": threads, "n": n, "file": place(&stored.file),
        "expected": place(&stored.expected), "dtype": stored.layout.dtype().name(), "shape": stored.layout.shape(),
    })
}

fn time(answer: &Value) -> Result<Time, String> {
    match (answer["wall"].as_f64(), answer["cpu"].as_f64()) {
        (Some(wall), Some(cpu)) => Ok(Time { wall, cpu }),
        _ => Err(format!("answered {answer}")),
    }
}
