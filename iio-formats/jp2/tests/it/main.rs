//! Tests of the JPEG 2000 file format.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panic, and say what is skipped"
)]

mod corpus;
mod damage;
mod metadata;
mod read;
mod write;

use iio_codec::{AlignedBytes, ArrayRef, Config, DType, Layout, Result};
use iio_core::{Env, Metadata, Output, Reader, Registry, Selection, Source, WriteImage, Writer};
use iio_format_jp2::FORMAT;
use iio_jpeg2k::EncodeOptions;

fn env() -> Env {
    Env::new(Registry::empty().with_format(&FORMAT).into())
}

fn open_with(file: &[u8], config: &Config, env: &Env) -> Result<Box<dyn Reader>> {
    (FORMAT.open.unwrap())(&Source::from_bytes(file), config, env)
}

fn open(file: &[u8]) -> Result<Box<dyn Reader>> {
    open_with(file, &Config::new(), &env())
}

fn read_with(file: &[u8], selection: &Selection, config: &Config) -> Result<(Layout, AlignedBytes)> {
    let plan = open_with(file, config, &env())?.plan(selection)?;
    Ok((plan.layout, plan.read(&Source::from_bytes(file), &env(), None)?))
}

fn read(file: &[u8], selection: &Selection) -> Result<(Layout, AlignedBytes)> {
    read_with(file, selection, &Config::new())
}

fn create(config: &Config) -> Result<Box<dyn Writer>> {
    (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), config, &env())
}

fn write_as(samples: &[u8], layout: Layout, axes: Option<&str>, meta: &Metadata, config: &Config) -> Result<Vec<u8>> {
    let mut writer = create(config)?;
    writer.write(&WriteImage { pixels: ArrayRef::new(samples, layout)?, axes, meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap())
}

fn write(samples: &[u8], layout: Layout, meta: &Metadata, config: &Config) -> Result<Vec<u8>> {
    write_as(samples, layout, None, meta, config)
}

fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

/// A picture with slopes and a texture, the same on every run.
fn picture(layout: &Layout) -> Vec<u8> {
    let n = layout.n_samples();
    let samples = (0..n).map(|i| (i * 7 / 5 + i / 97 * 3) % 251);
    match layout.dtype() {
        DType::U8 => samples.map(|v| v.to_le_bytes()[0]).collect(),
        _ => samples.flat_map(|v| u16::try_from(v * 16).unwrap().to_ne_bytes()).collect(),
    }
}

/// The picture and its file.
fn encoded(layout: Layout, options: &EncodeOptions) -> (Vec<u8>, Vec<u8>) {
    let samples = picture(&layout);
    let file = iio_jpeg2k::encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap();
    (samples, file)
}

/// A box.
fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes(), &kind[..], body].concat()
}

/// Where a box begins in a file, by its four letters.
fn find(file: &[u8], kind: &[u8; 4]) -> usize {
    file.windows(4).position(|window| window == kind).unwrap() - 4
}

/// The file with `bytes` in front of its code stream.
fn before_codestream(file: &[u8], bytes: &[u8]) -> Vec<u8> {
    let at = find(file, b"jp2c");
    [&file[..at], bytes, &file[at..]].concat()
}
