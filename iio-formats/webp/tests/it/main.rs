//! Tests of the WebP file format.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panic")]

mod corpus;
mod read;
mod write;

use iio_codec::{AlignedBytes, ArrayRef, Config, DType, Layout, Result};
use iio_core::{Env, Metadata, Output, Reader, Registry, Selection, Source, WriteImage, Writer};
use iio_format_webp::FORMAT;
use iio_testkit::Content;

fn env() -> Env {
    Env::new(Registry::empty().with_format(&FORMAT).into())
}

fn open_with(file: &[u8], config: &Config) -> Result<Box<dyn Reader>> {
    (FORMAT.open.unwrap())(&Source::from_bytes(file), config, &env())
}

fn open(file: &[u8]) -> Result<Box<dyn Reader>> {
    open_with(file, &Config::new())
}

fn read(file: &[u8], selection: &Selection) -> Result<(Layout, AlignedBytes)> {
    let plan = open(file)?.plan(selection)?;
    Ok((plan.layout, plan.read(&Source::from_bytes(file), &env(), None)?))
}

fn create(config: &Config) -> Result<Box<dyn Writer>> {
    (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), config, &env())
}

/// Writes one array.
fn write(pixels: &[u8], shape: &[usize], axes: Option<&str>, meta: &Metadata, config: &Config) -> Result<Vec<u8>> {
    let mut writer = create(config)?;
    writer.write(&WriteImage { pixels: ArrayRef::new(pixels, layout(shape))?, axes, meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap())
}

fn layout(shape: &[usize]) -> Layout {
    Layout::new(DType::U8, shape).unwrap()
}

fn photo(shape: &[usize]) -> Vec<u8> {
    Content::Photo.array(&layout(shape), None)
}

/// The file of a photo, without loss.
fn encoded(shape: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let pixels = photo(shape);
    let file = write(&pixels, shape, None, &Metadata::default(), &Config::new()).unwrap();
    (pixels, file)
}
