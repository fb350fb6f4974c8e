use iio_codec::{Blame, Config, Result, Value};
use iio_core::{
    Env, FormatInfo, MetaValue, Metadata, Output, ProgressFn, Resolution, ResolutionUnit, Sink, WriteImage, Writer,
};

use crate::FORMAT;
use crate::metadata::{EXIF, ICC, JFIF, PHOTOSHOP, XMP};
use crate::reader::codec;
use crate::segment::{APP0, APP1, APP2, APP13, COM, SOI};

/// Bytes that a segment holds behind its length.
const ROOM: usize = 65533;

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut config = config.clone();
    config.remove("extension");
    if config.value("abbreviated").is_some_and(|value| *value != Value::Bool(false)) {
        return Err(FORMAT.invalid_argument("abbreviated streams have no tables: a file needs them"));
    }
    // Options that are wrong are refused before anything is encoded.
    codec(&config, env)?;
    Ok(Box::new(JpegWriter { output, config, env: env.clone(), done: false }))
}

struct JpegWriter {
    output: Output,
    config: Config,
    env: Env,
    done: bool,
}

impl Writer for JpegWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        if self.done {
            return Err(FORMAT.invalid_argument("a file holds one image, this is the second"));
        }
        let pixels = image.single(&FORMAT)?;
        let stream = codec(&self.config, &self.env)?.encoder()?.encode(pixels, &self.env.whole_context())?;
        let file = embed(stream, image.meta)?;
        self.output.append(&file)?;
        self.done = true;
        let n_bytes = image.pixels.layout().n_bytes() as u64;
        on_progress.iter().for_each(|report| report(n_bytes, n_bytes));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        if self.done { Ok(self.output) } else { Err(FORMAT.invalid_argument("no image was written")) }
    }
}

/// Puts metadata into a stream: behind its JFIF segment, if it has one, since that must be the first.
fn embed(stream: Vec<u8>, meta: &Metadata) -> Result<Vec<u8>> {
    let mut segments = Vec::new();
    if let Some(exif) = meta.exif_to_write() {
        push(&mut segments, APP1, &[EXIF, &exif], "EXIF")?;
    }
    if let Some(xmp) = &meta.xmp {
        push(&mut segments, APP1, &[XMP, xmp], "XMP")?;
    }
    if let Some(profile) = &meta.icc_profile {
        let parts = profile.chunks(ROOM - ICC.len() - 2);
        let n = u8::try_from(parts.len()).map_err(|_| too_large("ICC profile", profile.len()))?;
        for (number, part) in (1..=n).zip(parts) {
            push(&mut segments, APP2, &[ICC, &[number, n], part], "ICC profile")?;
        }
    }
    if let Some(MetaValue::Bytes(resources)) = meta.tag("photoshop") {
        push(&mut segments, APP13, &[PHOTOSHOP, resources], "Photoshop resources")?;
    }
    for (_, text) in meta.text.iter().filter(|(name, _)| name.eq_ignore_ascii_case("comment")) {
        push(&mut segments, COM, &[text.as_bytes()], "comment")?;
    }
    let jfif = meta.resolution.as_ref().and_then(density);
    if segments.is_empty() && jfif.is_none() {
        return Ok(stream);
    }
    let old = jfif_len(&stream);
    let mut file = Vec::new();
    let room = stream.len() + segments.len() + 32;
    file.try_reserve(room).map_err(|error| FORMAT.out_of_memory(room).with_source(error))?;
    file.extend_from_slice(&[0xff, SOI]);
    match (jfif, old) {
        // A stream without JFIF has colours that JFIF does not know.
        (Some(density), 1..) => push(&mut file, APP0, &[JFIF, &[1, 2], &density, &[0, 0]], "JFIF")?,
        _ => file.extend_from_slice(stream.get(2..2 + old).unwrap_or(&[])),
    }
    file.extend_from_slice(&segments);
    file.extend_from_slice(stream.get(2 + old..).unwrap_or(&[]));
    Ok(file)
}

/// Appends a segment.
fn push(dst: &mut Vec<u8>, marker: u8, parts: &[&[u8]], what: &str) -> Result<()> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let declared = u16::try_from(len + 2).map_err(|_| too_large(what, len))?;
    dst.extend_from_slice(&[0xff, marker]);
    dst.extend_from_slice(&declared.to_be_bytes());
    parts.iter().for_each(|part| dst.extend_from_slice(part));
    Ok(())
}

#[cold]
fn too_large(what: &str, len: usize) -> iio_codec::Error {
    FORMAT.invalid_argument(format!("{what} of {len} bytes exceeds what a JPEG file holds: shorten or drop it"))
}

/// Bytes of the JFIF segment behind SOI, with its marker; 0 if there is none.
fn jfif_len(stream: &[u8]) -> usize {
    match stream.get(2..).and_then(<[u8]>::split_first_chunk) {
        Some((&[0xff, APP0, high, low], body)) if body.starts_with(JFIF) => {
            2 + usize::from(u16::from_be_bytes([high, low]))
        }
        _ => 0,
    }
}

/// The unit and the densities of a JFIF segment; `None` if 16 bits do not hold them.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked against the range")]
fn density(resolution: &Resolution) -> Option<[u8; 5]> {
    let (unit, factor) = match resolution.unit {
        ResolutionUnit::Aspect => (0, 1.0),
        ResolutionUnit::Inch => (1, 1.0),
        ResolutionUnit::Centimetre => (2, 1.0),
        ResolutionUnit::Metre => (2, 0.01),
    };
    let rounded = |value: f64| Some((value * factor).round()).filter(|value| (1.0..=65535.0).contains(value));
    let [x, y] = [rounded(resolution.x)? as u16, rounded(resolution.y)? as u16].map(u16::to_be_bytes);
    Some([unit, x[0], x[1], y[0], y[1]])
}
