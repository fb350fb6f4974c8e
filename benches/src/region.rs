//! A 512x512 region of a 16384x8192 tiled TIFF: bytes read, tiles read, and memory held beyond the result.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use iio::{Config, DType, Env, Layout, NdImage, ReadOptions, Selection, Source, WriteOptions};
use iio_core::ReadAt;
use iio_testkit::allocations;

use crate::{Outcome, say};

const HEIGHT: usize = 16384;
const WIDTH: usize = 8192;

/// A file that counts what is read of it.
struct Counted {
    file: std::fs::File,
    len: u64,
    reads: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

impl ReadAt for Counted {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(dst.len() as u64, Ordering::Relaxed);
        std::os::unix::fs::FileExt::read_exact_at(&self.file, dst, offset)
    }
}

pub(crate) fn run() -> Outcome {
    let path = std::env::temp_dir().join(format!("iio-bench-region-{}.tif", std::process::id()));
    say("| compression | file MB | reads | KiB read | MiB held beyond the result | ms |\n|---|---|---|---|---|---|");
    let result = ["none", "packbits", "lzw", "zlib", "zstd"].iter().try_for_each(|compression| one(&path, compression));
    // Gone already if writing it failed.
    let _ = std::fs::remove_file(&path);
    result
}

fn one(path: &std::path::Path, compression: &str) -> Outcome {
    let text = |error: iio::Error| error.to_string();
    let io = |error: std::io::Error| error.to_string();
    let mut image = NdImage::zeroed(Layout::new(DType::U16, &[HEIGHT, WIDTH]).map_err(text)?).map_err(text)?;
    for (i, sample) in image.as_slice_mut::<u16>().unwrap_or_default().iter_mut().enumerate() {
        let (y, x) = (i / WIDTH, i % WIDTH);
        *sample = ((y * 3 + x * 5) / 7 + (i.wrapping_mul(0x9e37_79b9) >> 27 & 15)) as u16;
    }
    let config = Config::new().set("compression", compression).set("tile", "256x256");
    iio::imwrite_with(path, &image, &WriteOptions::default().with_config(config)).map_err(text)?;
    let file = std::fs::File::open(path).map_err(io)?;
    let len = file.metadata().map_err(io)?.len();
    let (reads, bytes) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let counted = Counted { file, len, reads: reads.clone(), bytes: bytes.clone() };
    let source = Source::new(Arc::new(counted), "region.tif");
    // Serial, so that all allocations are those of this thread.
    let options = ReadOptions::default().with_env(Env::new(Arc::new(iio::builtin())));
    let begin = Instant::now();
    let selection = Selection::image(0).with_region(5000..5512, 3000..3512);
    let (counts, part) = allocations(|| iio::imopen(source, &options)?.read(&selection));
    let part = part.map_err(text)?;
    let milliseconds = begin.elapsed().as_secs_f64() * 1e3;
    let view = image.view().and_then(|view| view.window(&[5000..5512, 3000..3512])).map_err(text)?;
    let mut expected = Vec::new();
    view.append_to(&mut expected).map_err(text)?;
    if part.as_bytes() != expected {
        return Err(format!("{compression}: pixels of the region differ"));
    }
    let beyond = (counts.peak as f64 - expected.len() as f64) / f64::from(1 << 20);
    say(&format!(
        "| {compression} | {:.0} | {} | {} | {beyond:.2} | {milliseconds:.1} |",
        len as f64 / 1e6,
        reads.load(Ordering::Relaxed),
        bytes.load(Ordering::Relaxed) / 1024,
    ));
    Ok(())
}
