//! The image-tiff crate as a peer: one JSON request a line, one JSON answer a line; the protocol of `tiff_peer.py`.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::time::Instant;

use serde_json::{Value, json};
use tiff::decoder::{Decoder, DecodingResult, Limits};

fn main() -> std::io::Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{}", json!({"image-tiff": env!("CARGO_PKG_VERSION")}))?;
    for line in std::io::stdin().lock().lines() {
        let answer = serde_json::from_str(&line?).map_err(|error| error.to_string()).and_then(|call| answer(&call));
        writeln!(output, "{}", answer.unwrap_or_else(|error| json!({"error": error})))?;
    }
    Ok(())
}

/// CPU time of this process, in seconds.
fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn answer(call: &Value) -> Result<Value, String> {
    let text = |key: &str| call[key].as_str().ok_or_else(|| format!("no {key}"));
    if call["threads"] != 1 {
        return Err("has no threads of its own".to_owned());
    }
    let check = call["verb"] == "check";
    let n = if check { 1 } else { call["n"].as_u64().unwrap_or(1) };
    let file = text("file")?;
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let mut pixels = None;
    for _ in 0..n {
        // Memory goes back first: each read fills fresh pages.
        drop(pixels.take());
        pixels = Some(read(file)?);
    }
    let (wall, cpu) = (wall.elapsed().as_secs_f64() / n as f64, (cpu_seconds() - cpu) / n as f64);
    let mut answer = json!({"wall": wall, "cpu": cpu});
    if let (true, Some(pixels)) = (check, pixels) {
        let expected = std::fs::read(text("expected")?).map_err(|error| error.to_string())?;
        answer["differs"] = json!(difference(&pixels, &expected)?);
    }
    Ok(answer)
}

fn read(path: &str) -> Result<DecodingResult, String> {
    let text = |error: tiff::TiffError| error.to_string();
    let file = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    let mut decoder = Decoder::new(file).map_err(text)?.with_limits(Limits::unlimited());
    decoder.read_image().map_err(text)
}

/// The largest difference of two samples.
fn difference(pixels: &DecodingResult, expected: &[u8]) -> Result<f64, String> {
    fn most<T: Copy, const N: usize>(found: &[T], expected: &[u8], make: fn([u8; N]) -> T, wide: fn(T) -> f64) -> f64 {
        let expected = expected.as_chunks::<N>().0;
        if found.len() != expected.len() {
            return f64::MAX;
        }
        let differences = found.iter().zip(expected).map(|(a, b)| (wide(*a) - wide(make(*b))).abs());
        differences.fold(0.0, f64::max)
    }
    Ok(match pixels {
        DecodingResult::U8(found) => most(found, expected, u8::from_ne_bytes, f64::from),
        DecodingResult::U16(found) => most(found, expected, u16::from_ne_bytes, f64::from),
        DecodingResult::F32(found) => most(found, expected, f32::from_ne_bytes, f64::from),
        _ => return Err("gives samples of another type".to_owned()),
    })
}
