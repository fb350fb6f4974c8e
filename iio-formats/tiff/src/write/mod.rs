//! The writer: pages of strips or tiles, encoded in parallel and appended in order, each followed by its directory.

mod chunk;
mod entry;
mod geometry;
mod options;

use std::sync::{Mutex, PoisonError};

use iio_codec::{Blame, Config, DTypeKind, Pool, Result};
use iio_core::{Env, FormatInfo, Metadata, Output, ProgressFn, ResolutionUnit, Sink, WriteImage, Writer};

use crate::FORMAT;
use crate::tag::{self, FieldType};
use chunk::Stages;
use entry::{Directory, Form};
use geometry::{Geometry, Pages};
pub use options::{Photometric, Predictor, WriteOptions};

/// Chunks that are encoded before they are appended, for each job that runs at the same time.
const CHUNKS_PER_JOB: usize = 4;

/// Makes a writer with the options of a config.
pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    Ok(Box::new(TiffWriter::new(output, WriteOptions::from_config(config)?, env)))
}

/// A TIFF file that is being written.
pub struct TiffWriter {
    output: Output,
    options: WriteOptions,
    env: Env,
    /// Set when the first image is written.
    form: Option<Form>,
    /// Where the offset of the next directory belongs.
    link: u64,
    n_images: usize,
}

impl TiffWriter {
    /// Makes a writer. Nothing is written before the first image.
    #[must_use]
    pub fn new(output: Output, options: WriteOptions, env: &Env) -> Self {
        Self { output, options, env: env.clone(), form: None, link: 0, n_images: 0 }
    }

    /// Writes the header when the first image tells how large the file may become.
    fn begin(&mut self, n_bytes: u64) -> Result<Form> {
        if let Some(form) = self.form {
            return Ok(form);
        }
        /// Room for directories and for data that compresses badly.
        const RESERVE: u64 = 64 << 20;
        let big = self.options.bigtiff.unwrap_or(n_bytes.saturating_add(RESERVE) > u64::from(u32::MAX));
        let form = Form { big_endian: self.options.big_endian, big };
        self.output.append(if form.big_endian { b"MM" } else { b"II" })?;
        self.output.append(&form.u16(if big { 43 } else { 42 }))?;
        if big {
            self.output.append(&form.u16(8))?;
            self.output.append(&form.u16(0))?;
        }
        self.link = self.output.position();
        self.output.append(&form.offset(0)?)?;
        self.form = Some(form);
        Ok(form)
    }

    fn write_page(&mut self, pages: &Pages<'_>, page: usize, job: &PageJob<'_>) -> Result<()> {
        let (offsets, counts) = self.write_chunks(pages, page, job)?;
        let mut directory = Directory::new(job.form);
        describe(&mut directory, job.geometry, job.stages, self.options.reversed_bits);
        describe_metadata(&mut directory, job);
        let (offsets_tag, counts_tag) = if job.geometry.tiled {
            (tag::TILE_OFFSETS, tag::TILE_BYTE_COUNTS)
        } else {
            (tag::STRIP_OFFSETS, tag::STRIP_BYTE_COUNTS)
        };
        directory.offsets(offsets_tag, &offsets)?;
        directory.offsets(counts_tag, &counts)?;
        let (start, next) = directory.append(&mut self.output)?;
        self.output.patch(self.link, &job.form.offset(start)?)?;
        self.link = next;
        self.n_images += 1;
        Ok(())
    }

    /// Encodes batches of chunks in parallel and appends them in order. Returns their offsets and byte counts.
    fn write_chunks(&mut self, pages: &Pages<'_>, page: usize, job: &PageJob<'_>) -> Result<(Vec<u64>, Vec<u64>)> {
        let n = job.geometry.n_chunks();
        let batch = self.env.executor().width().max(1) * CHUNKS_PER_JOB;
        let workers = Pool::new();
        let (mut offsets, mut counts) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let page_bytes = job.n_bytes / pages.n as u64;
        for first in (0..n).step_by(batch) {
            let encoded: Vec<Mutex<Vec<u8>>> = (first..n.min(first + batch)).map(|_| Mutex::default()).collect();
            let cx = self.env.chunk_context();
            self.env.executor().try_for_each(encoded.len(), &|index| {
                let (plane, rows, columns) = job.geometry.place(first + index);
                let layout = job.geometry.chunk_layout(rows.len())?;
                let sample = (job.geometry.planar || job.geometry.samples == 1).then_some(plane);
                let part = pages.window(page, rows, columns, sample)?;
                cx.check_cancel(&FORMAT)?;
                let stored = workers
                    .with(|| job.stages.worker(), |worker| worker.encode(part, &layout, &cx))
                    .map_err(|error| error.within(format_args!("image {page}, chunk {}", first + index)))?;
                if let Some(slot) = encoded.get(index) {
                    *slot.lock().unwrap_or_else(PoisonError::into_inner) = stored;
                }
                Ok(())
            })?;
            for stored in encoded {
                let stored = stored.into_inner().unwrap_or_else(PoisonError::into_inner);
                // Plain samples are read straight into an image: an even offset keeps all readers content.
                if self.output.position() % 2 == 1 {
                    self.output.append(&[0])?;
                }
                offsets.push(self.output.position());
                counts.push(stored.len() as u64);
                self.output.append(&stored)?;
            }
            if let Some(report) = job.on_progress {
                let done = page_bytes * n.min(first + batch) as u64 / n as u64;
                report(page_bytes * page as u64 + done, job.n_bytes);
            }
        }
        Ok((offsets, counts))
    }
}

/// What all pages of one call share.
struct PageJob<'a> {
    form: Form,
    geometry: &'a Geometry,
    stages: &'a Stages,
    meta: &'a Metadata,
    n_bytes: u64,
    on_progress: Option<ProgressFn<'a>>,
}

impl Writer for TiffWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        let pages = Pages::new(image)?;
        let geometry = Geometry::new(&pages, image.pixels.dtype(), &self.options, image.meta)?;
        let stages = Stages::new(&geometry, &self.options, &self.env)?;
        let n_bytes = image.pixels.layout().n_bytes() as u64;
        let form = self.begin(n_bytes)?;
        let job = PageJob { form, geometry: &geometry, stages: &stages, meta: image.meta, n_bytes, on_progress };
        (0..pages.n).try_for_each(|page| self.write_page(&pages, page, &job))
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        if self.n_images == 0 {
            return Err(FORMAT.invalid_argument("no image was written"));
        }
        Ok(self.output)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked when the geometry was made")]
fn describe(directory: &mut Directory, geometry: &Geometry, stages: &Stages, reversed_bits: bool) {
    let per_sample = |value: u32| vec![value as u16; geometry.samples];
    directory.longs(tag::IMAGE_WIDTH, &[geometry.width as u32]);
    directory.longs(tag::IMAGE_LENGTH, &[geometry.height as u32]);
    directory.shorts(tag::BITS_PER_SAMPLE, &per_sample(geometry.bits));
    directory.shorts(tag::COMPRESSION, &[stages.compression]);
    directory.shorts(tag::PHOTOMETRIC, &[stages.chroma.map_or(geometry.photometric, |_| 6)]);
    if let Some(chroma) = stages.chroma {
        directory.shorts(tag::YCBCR_SUBSAMPLING, &chroma);
    }
    directory.shorts(tag::SAMPLES_PER_PIXEL, &[geometry.samples as u16]);
    if reversed_bits {
        directory.shorts(tag::FILL_ORDER, &[2]);
    }
    if geometry.samples > 1 {
        directory.shorts(tag::PLANAR_CONFIGURATION, &[if geometry.planar { 2 } else { 1 }]);
    }
    if geometry.tiled {
        directory.longs(tag::TILE_WIDTH, &[geometry.chunk[1] as u32]);
        directory.longs(tag::TILE_LENGTH, &[geometry.chunk[0] as u32]);
    } else {
        directory.longs(tag::ROWS_PER_STRIP, &[geometry.chunk[0] as u32]);
    }
    if stages.predictor > 1 {
        directory.shorts(tag::PREDICTOR, &[stages.predictor]);
    }
    if geometry.extra > 0 {
        // The first one beyond grey or RGB is taken for alpha, not multiplied in (2); of others nothing is known (0).
        let alpha = u16::from(geometry.extra == 1) * 2;
        let mut values = vec![0; geometry.extra];
        values.iter_mut().take(1).for_each(|value| *value = alpha);
        directory.shorts(tag::EXTRA_SAMPLES, &values);
    }
    let format = match geometry.dtype.kind() {
        DTypeKind::Bool | DTypeKind::Uint => 1,
        DTypeKind::Int => 2,
        DTypeKind::Float => 3,
        DTypeKind::Complex => 6,
    };
    if format != 1 {
        directory.shorts(tag::SAMPLE_FORMAT, &per_sample(format));
    }
}

fn describe_metadata(directory: &mut Directory, job: &PageJob<'_>) {
    let meta = job.meta;
    let texts = [
        (tag::IMAGE_DESCRIPTION, &meta.description),
        (tag::SOFTWARE, &meta.software),
        (tag::DATE_TIME, &meta.date_time),
        (tag::PAGE_NAME, &meta.page_name),
    ];
    for (tag, text) in texts {
        if let Some(text) = text {
            directory.text(tag, text);
        }
    }
    if let Some(resolution) = meta.resolution {
        // Of the units of length TIFF has two; a metre is 100 of the other.
        let (unit, per) = match resolution.unit {
            ResolutionUnit::Aspect => (1, 1.0),
            ResolutionUnit::Inch => (2, 1.0),
            ResolutionUnit::Centimetre => (3, 1.0),
            ResolutionUnit::Metre => (3, 0.01),
        };
        directory.rational(tag::X_RESOLUTION, resolution.x * per);
        directory.rational(tag::Y_RESOLUTION, resolution.y * per);
        directory.shorts(tag::RESOLUTION_UNIT, &[unit]);
    }
    if let Some(orientation) = meta.orientation {
        directory.shorts(tag::ORIENTATION, &[orientation.into()]);
    }
    if let Some(profile) = &meta.icc_profile {
        directory.bytes(tag::ICC_PROFILE, FieldType::Undefined, profile);
    }
    if let Some(xmp) = &meta.xmp {
        directory.bytes(tag::XMP, FieldType::Byte, xmp);
    }
    if let (3, Some(palette)) = (job.geometry.photometric, &meta.palette) {
        // All reds, then all greens, then all blues, as many as the bits can number.
        let n = 1usize << job.geometry.bits.min(16);
        let column = |channel: usize| {
            let entries = palette.iter().take(n).map(move |entry| entry.get(channel).copied().unwrap_or(0));
            entries.chain(std::iter::repeat_n(0, n.saturating_sub(palette.len())))
        };
        let values: Vec<u16> = (0..3).flat_map(column).collect();
        directory.shorts(tag::COLOR_MAP, &values);
    }
}
