//! The format plugin: what `imread` and `imwrite` use.

use std::sync::Arc;

use iio_codec::{Config, DType, ErrorKind, Result};
use iio_core::{Env, Metadata, NdImage, Output, Registry, Resolution, ResolutionUnit, Selection, Source, WriteImage};
use iio_format_png::FORMAT;

fn env() -> Env {
    Env::new(Arc::new(Registry::empty().with_format(&FORMAT)))
}

fn write(image: &NdImage, config: &Config) -> Result<Vec<u8>> {
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), config, &env())?;
    writer.write(&WriteImage { pixels: image.view()?, axes: None, meta: &image.meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

fn read(file: &[u8], config: &Config, selection: &Selection) -> Result<NdImage> {
    let source = Source::from_bytes(file);
    let reader = FORMAT.open.unwrap()(&source, config, &env())?;
    let plan = reader.plan(selection)?;
    assert_eq!(reader.info(0)?.levels.len(), 1);
    let image = NdImage::from_bytes(plan.read(&source, &env(), None)?, plan.layout)?;
    Ok(image.with_meta(reader.metadata(0)?))
}

fn whole(file: &[u8]) -> NdImage {
    read(file, &Config::new(), &Selection::image(0)).unwrap()
}

fn rgb(height: usize, width: usize) -> NdImage {
    let samples: Vec<u8> = (0..height * width * 3).map(|i| (i * 7 + i / 31).to_le_bytes()[0]).collect();
    NdImage::from_slice(&samples, DType::U8, &[height, width, 3]).unwrap()
}

#[test]
fn region_is_the_part_of_the_whole() {
    let image = rgb(40, 50);
    let file = write(&image, &Config::new().set("level", 1)).unwrap();
    let part = read(&file, &Config::new(), &Selection::image(0).with_region(11..30, 7..50)).unwrap();
    let mut expected = Vec::new();
    image.view().unwrap().window(&[11..30, 7..50, 0..3]).unwrap().append_to(&mut expected).unwrap();
    assert_eq!((part.shape(), part.as_bytes()), (&[19, 43, 3][..], &expected[..]));
    for selection in
        [Selection::image(1), Selection::image(0).with_level(1), Selection::image(0).with_region(0..41, 0..1)]
    {
        let error = read(&file, &Config::new(), &selection).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.description = Some("cells".to_owned());
    meta.software = Some("a test".to_owned());
    meta.date_time = Some("2026:11:20 12:34:56".to_owned());
    meta.gamma = Some(0.45455);
    meta.chromaticities = Some([0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]);
    meta.srgb_intent = Some(1);
    meta.cicp = Some([9, 16, 0, 1]);
    meta.exif = Some(b"II*\0\x08\0\0\0\0\0".to_vec());
    meta.xmp = Some(b"<x:xmpmeta/>".to_vec());
    meta.resolution = Some(Resolution { x: 2834.0, y: 2835.0, unit: ResolutionUnit::Metre });
    meta.text = vec![("Author".to_owned(), "somebody".to_owned()), ("Comment".to_owned(), "\u{4e2d}".to_owned())];
    let mut read = whole(&write(&rgb(3, 3).with_meta(meta.clone()), &Config::new()).unwrap()).meta;
    let tags = std::mem::take(&mut read.tags);
    assert_eq!(read, meta);
    assert!(tags.iter().any(|(name, _)| name == "bit_depth"));
}

#[test]
fn palettes_are_written_and_read_as_colours_or_indices() {
    let mut meta = Metadata::default();
    meta.palette = Some(vec![[0, 0, 0], [65535, 0, 257], [257 * 9, 65535, 65535]]);
    let indices = NdImage::from_slice(&[0u8, 1, 2, 1], DType::U8, &[2, 2]).unwrap().with_meta(meta.clone());
    let file = write(&indices, &Config::new()).unwrap();
    assert_eq!(whole(&file).as_bytes(), [0, 0, 0, 255, 0, 1, 9, 255, 255, 255, 0, 1]);
    let raw = read(&file, &Config::new().set("expand_palette", false), &Selection::image(0)).unwrap();
    assert_eq!((raw.as_bytes(), &raw.meta.palette), (indices.as_bytes(), &meta.palette));
}

#[test]
fn masks_are_stored_with_one_bit() {
    let mask = NdImage::from_slice(&[1u8, 0, 0, 1, 1, 0], DType::Bool, &[2, 3]).unwrap();
    let file = write(&mask, &Config::new()).unwrap();
    assert_eq!(file[24], 1, "bit depth in IHDR");
    assert_eq!(whole(&file).as_bytes(), [255, 0, 0, 255, 255, 0]);
}

#[test]
fn what_png_cannot_hold_is_refused() {
    let float = NdImage::from_slice(&[0f32; 4], DType::F32, &[2, 2]).unwrap();
    assert_eq!(write(&float, &Config::new()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let error = write(&rgb(2, 2), &Config::new().set("quality", 3)).unwrap_err();
    assert!(error.to_string().contains("level"), "lists what is known: {error}");
    assert!(read(b"\x89PNG\r\n\x1a\nrubbish", &Config::new(), &Selection::image(0)).is_err());
}
