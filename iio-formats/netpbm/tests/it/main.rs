//! Tests of the Netpbm formats.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests fail by panic, and say what is skipped"
)]

mod corpus;
mod damage;
mod format;
mod header;
mod read;
mod regress;
mod suite;
mod write;

use iio_codec::{AlignedBytes, ArrayRef, Config, DType, Layout, Result};
use iio_core::{Env, Metadata, Output, Reader, Registry, Selection, Source, WriteImage, Writer};
use iio_format_netpbm::FORMAT;

/// A serial environment without codecs: the format needs none.
fn env() -> Env {
    Env::new(Registry::empty().with_format(&FORMAT).into())
}

fn open_with(file: &[u8], config: &Config) -> Result<Box<dyn Reader>> {
    (FORMAT.open.unwrap())(&Source::from_bytes(file), config, &env())
}

fn open(file: &[u8]) -> Result<Box<dyn Reader>> {
    open_with(file, &Config::new())
}

/// Reads through the plan, as the facade does.
fn read(file: &[u8], selection: &Selection) -> Result<(Layout, AlignedBytes)> {
    let plan = open(file)?.plan(selection)?;
    Ok((plan.layout, plan.read(&Source::from_bytes(file), &env(), None)?))
}

/// Like [`read`], from a source that is not in memory.
fn read_stream(file: &[u8], selection: &Selection) -> Result<(Layout, AlignedBytes)> {
    let source = Source::from_stream(std::io::Cursor::new(file.to_vec()), "stream")?;
    let plan = (FORMAT.open.unwrap())(&source, &Config::new(), &env())?.plan(selection)?;
    Ok((plan.layout, plan.read(&source, &env(), None)?))
}

fn create(config: &Config) -> Result<Box<dyn Writer>> {
    (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), config, &env())
}

fn write(images: &[(&[u8], Layout)], meta: &Metadata, config: &Config) -> Result<Vec<u8>> {
    let mut writer = create(config)?;
    for (samples, layout) in images {
        let pixels = ArrayRef::new(samples, *layout)?;
        writer.write(&WriteImage { pixels, axes: None, meta }, None)?;
    }
    Ok(writer.finish()?.commit()?.unwrap())
}

fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

fn words(samples: &[u16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect()
}

fn floats(samples: &[f32]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_ne_bytes()).collect()
}

/// Bytes that look like noise, the same on every run.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}
