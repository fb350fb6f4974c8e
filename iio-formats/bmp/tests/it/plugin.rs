//! The format plugin: regions, metadata, writing.

use iio_codec::{ArrayRef, Config, DType, ErrorKind, Layout, Limits, Result};
use iio_core::{
    Colour, Env, MetaValue, Metadata, NdImage, Output, Reader, Registry, Resolution, ResolutionUnit, Selection, Source,
    WriteImage,
};
use iio_format_bmp::{EncodeOptions, FORMAT, encode};

use crate::{Hand, layout, noise};

fn env() -> Env {
    Env::new(Registry::empty().with_format(&FORMAT).into())
}

fn open(source: &Source, config: &Config) -> Result<Box<dyn Reader>> {
    (FORMAT.open.unwrap())(source, config, &env())
}

fn sources(file: &[u8]) -> [Source; 2] {
    [Source::from_bytes(file), Source::from_stream(std::io::Cursor::new(file.to_vec()), "stream").unwrap()]
}

fn read(file: &[u8], config: &Config) -> Result<NdImage> {
    let source = Source::from_bytes(file);
    let reader = open(&source, config)?;
    let plan = reader.plan(&Selection::default())?;
    let image = NdImage::from_bytes(plan.read(&source, &env(), None)?, plan.layout)?;
    Ok(image.with_axes(&reader.info(0)?.axes).with_meta(reader.metadata(0)?))
}

fn write(image: &NdImage, config: &Config) -> Result<Vec<u8>> {
    let mut writer = (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), config, &env())?;
    writer.write(&WriteImage { pixels: image.view()?, axes: Some(image.axes()), meta: &image.meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap())
}

/// An image of each kind, large enough for several chunks, and its samples.
fn large() -> Vec<(Vec<u8>, Layout, Vec<u8>)> {
    let (h, w) = (90, 8203);
    let mut all = Vec::new();
    let mut add = |dtype, shape: &[usize], shift: u32, options: EncodeOptions| {
        let layout = layout(dtype, shape);
        let samples: Vec<u8> = noise(layout.n_bytes()).iter().map(|byte| byte >> shift).collect();
        all.push((encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap(), layout, samples));
    };
    let default = EncodeOptions::default;
    add(DType::U8, &[h, w], 0, default());
    add(DType::U8, &[h, w], 0, default().with_top_down(true));
    add(DType::U8, &[h, w - 3], 0, default().with_top_down(true));
    add(DType::U8, &[h, w], 4, default().with_bits_per_sample(4));
    add(DType::Bool, &[h, w], 7, default());
    add(DType::U8, &[h, w], 5, default().with_rle(true));
    add(DType::U8, &[h, w, 3], 0, default());
    add(DType::U8, &[h, w, 4], 0, default());
    all
}

#[test]
fn regions_are_those_of_the_whole_image_from_memory_and_stream() {
    let config = Config::new().set("bilevel_as_bool", true);
    for (file, layout, samples) in large() {
        let low = layout.dtype() == DType::U8 && u16::from_le_bytes([file[28], file[29]]) == 4;
        let config = if low { config.clone().set("expand", "indices") } else { config.clone() };
        let whole = ArrayRef::new(&samples, layout).unwrap();
        let (h, w) = (layout.shape()[0], layout.shape()[1]);
        for (y, x) in
            [(0..h, 0..w), (7..71, 0..w), (3..4, 5..6), (11..80, 13..8190), (40..90, 4001..4100), (0..1, w - 1..w)]
        {
            let selection = Selection::default().with_region(y.clone(), x.clone());
            let mut ranges = vec![y, x];
            ranges.extend(layout.shape().get(2).map(|&depth| 0..depth));
            let mut expected = Vec::new();
            whole.window(&ranges).unwrap().append_to(&mut expected).unwrap();
            for source in sources(&file) {
                let plan = open(&source, &config).unwrap().plan(&selection).unwrap();
                let found = plan.read(&source, &env(), None).unwrap();
                assert!(found.as_slice() == expected, "{layout} {ranges:?}");
            }
        }
    }
}

#[test]
fn regions_read_their_rows_only_and_of_wide_rows_their_columns() {
    for (file, layout, _) in large() {
        let source = Source::from_bytes(&file[..]);
        let reader = open(&source, &Config::new()).unwrap();
        let stored = |selection: &Selection| reader.plan(selection).unwrap().n_stored_bytes();
        let rows = stored(&Selection::default().with_region(10..20, 0..8000));
        let columns = stored(&Selection::default().with_region(10..20, 16..24));
        let bits = u64::from(u16::from_le_bytes([file[28], file[29]]));
        let stride = (layout.shape()[1] as u64 * bits).div_ceil(32) * 4;
        if reader.info(0).unwrap().chunking == "whole" {
            assert!(rows > 40 * stride / 2, "runs are read whole");
            continue;
        }
        assert_eq!(rows, 10 * stride, "{layout}");
        let row = (layout.shape()[1] as u64 * bits).div_ceil(8);
        let expected = if row - bits > 4096 { 10 * bits } else { 10 * stride };
        assert_eq!(columns, expected, "{layout}");
    }
}

#[test]
fn info_describes_an_image() {
    let info = |hand: Hand, config: &Config| open(&Source::from_bytes(hand.file()), config).unwrap().info(0).unwrap();
    let hand = Hand::new(3, 2, 4, &[0; 8]).palette(&[[1, 2, 3], [4, 5, 6]]);
    let found = info(hand.clone(), &Config::new());
    assert_eq!((&*found.axes, found.bits, found.colour, &*found.compression), ("YXS", 8, Colour::Rgb, "none"));
    let found = info(hand, &Config::new().set("expand", "indices"));
    assert_eq!((&*found.axes, found.bits, found.colour), ("YX", 4, Colour::Palette));
    let found = info(Hand::new(1, 1, 32, &[0; 4]).compressed(6).masks(&[1, 2, 4, 8]), &Config::new());
    assert_eq!((found.colour, found.extra_samples, &*found.compression), (Colour::Rgb, 1, "bitfields"));
    let found = info(Hand::new(1, 1, 24, &[1, 2, 3, 4, 0, 1]).compressed(4), &Config::new());
    assert_eq!((found.chunking, &*found.compression), ("whole", "rle24"));
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.resolution = Some(Resolution { x: 2834.0, y: 11811.0, unit: ResolutionUnit::Metre });
    meta.icc_profile = Some(noise(100));
    let image = NdImage::from_slice(&noise(12), DType::U8, &[2, 2, 3]).unwrap().with_meta(meta.clone());
    let mut found = read(&write(&image, &Config::new()).unwrap(), &Config::new()).unwrap().meta;
    assert_eq!(found.tag("header_len"), Some(&MetaValue::Uint(124)));
    found.tags.clear();
    assert_eq!(found, meta);
    // An option comes before what the image says.
    let found = read(&write(&image, &Config::new().set("ppm", vec![5i64, 6])).unwrap(), &Config::new()).unwrap().meta;
    assert_eq!(found.resolution.map(|r| (r.x, r.y)), Some((5.0, 6.0)));
    let inch = Metadata::default();
    let image = NdImage::from_slice(&noise(12), DType::U8, &[2, 2, 3]).unwrap().with_meta(inch);
    let found = read(&write(&image, &Config::new()).unwrap(), &Config::new()).unwrap().meta;
    assert_eq!(found.resolution.map(|r| r.x), Some(3780.0));
}

#[test]
fn palettes_of_indices_come_back() {
    let mut meta = Metadata::default();
    meta.palette = Some(vec![[0, 0, 0], [65535, 0, 257], [257 * 9, 65535, 65535]]);
    let image = NdImage::from_slice(&[0u8, 1, 2, 1], DType::U8, &[2, 2]).unwrap().with_meta(meta.clone());
    let file = write(&image, &Config::new()).unwrap();
    let found = read(&file, &Config::new().set("expand", "indices")).unwrap();
    assert_eq!((found.as_bytes(), &found.meta.palette), (image.as_bytes(), &meta.palette));
    assert_eq!(read(&file, &Config::new()).unwrap().as_bytes(), [0, 0, 0, 255, 0, 1, 9, 255, 255, 255, 0, 1]);
}

#[test]
fn linked_profiles_are_named_and_profiles_beyond_the_end_are_truncated() {
    let image = NdImage::from_slice(&[1u8, 2, 3], DType::U8, &[1, 1, 3]).unwrap();
    let mut file = write(&image, &Config::new().set("icc_profile", &b"C:\\a.icc\0"[..])).unwrap();
    assert_eq!(read(&file, &Config::new()).unwrap().meta.icc_profile.as_deref(), Some(&b"C:\\a.icc\0"[..]));
    file[70..74].copy_from_slice(b"KNIL");
    let meta = read(&file, &Config::new()).unwrap().meta;
    assert_eq!(meta.tag("icc_profile_path"), Some(&MetaValue::Text("C:\\a.icc".to_owned())));
    file.pop();
    assert_eq!(read(&file, &Config::new()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn embedded_files_go_to_the_codec_of_the_registry() {
    let file = Hand::new(1, 1, 0, b"\x89PNG\r\n\x1a\n").compressed(5).file();
    let error = open(&Source::from_bytes(file), &Config::new()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("tiff:34933"), "{error}");
}

#[test]
fn limits_levels_and_second_images_are_refused() {
    let file = Hand::new(11, 1, 8, &[0; 12]).palette(&[[0; 3]]).file();
    let source = Source::from_bytes(&file[..]);
    let limited = env().with_limits(Limits::default().with_axis_len(10));
    let error = (FORMAT.open.unwrap())(&source, &Config::new(), &limited).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "axis_len", .. }));
    let reader = open(&source, &Config::new()).unwrap();
    for selection in
        [Selection::image(1), Selection::default().with_level(1), Selection::default().with_region(0..2, 0..1)]
    {
        assert_eq!(reader.plan(&selection).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    let image = NdImage::from_slice(&[1u8], DType::U8, &[1, 1]).unwrap();
    let mut writer = (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), &Config::new(), &env()).unwrap();
    let image = WriteImage { pixels: image.view().unwrap(), axes: None, meta: &image.meta };
    writer.write(&image, None).unwrap();
    assert!(writer.write(&image, None).unwrap_err().message().contains("second"));
}
