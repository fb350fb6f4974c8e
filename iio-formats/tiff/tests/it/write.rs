//! What the writer writes, the reader reads; and what cannot be stored is refused.

use std::sync::Arc;

use iio_codec::{Config, DType, ErrorKind, Layout, Result};
use iio_core::{Env, Metadata, NdImage, Output, Registry, Resolution, ResolutionUnit, Selection, Source, WriteImage};
use iio_format_tiff::FORMAT;

fn env() -> Env {
    let registry = Registry::empty()
        .with_format(&FORMAT)
        .with_codec(&iio_packbits::INFO)
        .with_codec(&iio_packints::INFO)
        .with_codec(&iio_bitorder::INFO)
        .with_codec(&iio_delta::INFO)
        .with_codec(&iio_floatpred::INFO)
        .with_codec(&iio_jpeg8::INFO);
    Env::new(Arc::new(registry))
}

/// Samples that differ from their neighbours, within the bits of the dtype or `bits`.
fn image(dtype: DType, shape: &[usize], bits: Option<u32>) -> NdImage {
    let layout = Layout::new(dtype, shape).unwrap();
    let mut image = NdImage::zeroed(layout).unwrap();
    let size = dtype.size();
    for (i, sample) in image.as_bytes_mut().chunks_exact_mut(size).enumerate() {
        let value = match (dtype, bits) {
            (DType::Bool, _) => (i as u64 * 7 / 3) & 1,
            (_, Some(bits)) => (i as u64 * 2_654_435_761) & ((1 << bits) - 1),
            _ => i as u64 * 2_654_435_761,
        };
        let bytes = u128::from(value).to_ne_bytes();
        sample.copy_from_slice(&bytes[..size]);
    }
    image
}

fn write(images: &[(&NdImage, Option<&str>)], config: &Config) -> Result<Vec<u8>> {
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), config, &env())?;
    for (image, axes) in images {
        writer.write(&WriteImage { pixels: image.view()?, axes: *axes, meta: &image.meta }, None)?;
    }
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

fn read(file: &[u8], page: usize) -> NdImage {
    let env = env();
    let source = Source::from_bytes(file);
    let reader = FORMAT.open.unwrap()(&source, &Config::new(), &env).unwrap();
    let plan = reader.plan(&Selection::image(page)).unwrap();
    let pixels = plan.read(&source, &env, None).unwrap();
    NdImage::from_bytes(pixels, plan.layout).unwrap().with_meta(reader.metadata(page).unwrap())
}

fn same(a: &NdImage, b: &NdImage) -> bool {
    a.layout() == b.layout() && a.as_bytes() == b.as_bytes()
}

#[test]
fn every_dtype_comes_back_in_every_form() {
    let forms = [
        Config::new(),
        Config::new().set("byte_order", "big"),
        Config::new().set("bigtiff", true).set("byte_order", ">"),
        Config::new().set("tile", "16x32"),
        Config::new().set("rows_per_strip", 7).set("compression", "packbits"),
        Config::new().set("tile", "32").set("compression", 32773).set("fill_order", "lsb").set("byte_order", "big"),
    ];
    for dtype in DType::ALL.into_iter().filter(|dtype| *dtype != DType::BF16) {
        for shape in [&[37, 50][..], &[37, 50, 3], &[1, 1], &[5, 1, 2]] {
            let image = image(dtype, shape, None);
            for form in &forms {
                let file = write(&[(&image, None)], form).unwrap();
                assert!(same(&read(&file, 0), &image), "{dtype} {shape:?} {form:?}");
            }
        }
    }
}

#[test]
fn bigtiff_is_written_when_asked_by_option_or_extension() {
    let gray = image(DType::U8, &[4, 4], None);
    let version = |config: Config| write(&[(&gray, None)], &config.set("byte_order", "little")).unwrap()[2];
    assert_eq!(version(Config::new()), 42);
    assert_eq!(version(Config::new().hint("extension", "tif")), 42);
    assert_eq!(version(Config::new().set("bigtiff", true)), 43);
    assert_eq!(version(Config::new().hint("extension", "btf")), 43);
    assert_eq!(version(Config::new().hint("extension", "tf8").set("bigtiff", false)), 42);
}

#[test]
fn predictors_come_back_and_fit_the_dtype() {
    for (dtype, predictor) in [
        (DType::U8, "delta"),
        (DType::U16, "auto"),
        (DType::I32, "2"),
        (DType::F32, "auto"),
        (DType::F64, "float"),
        (DType::F16, "3"),
    ] {
        for order in ["little", "big"] {
            for form in [Config::new(), Config::new().set("tile", "16x16")] {
                let image = image(dtype, &[21, 33, 3], None);
                let config = form.set("predictor", predictor).set("byte_order", order).set("compression", "packbits");
                let file = write(&[(&image, None)], &config).unwrap();
                assert!(same(&read(&file, 0), &image), "{dtype} {predictor} {order}");
            }
        }
    }
    let error = write(&[(&image(DType::U8, &[4, 4], None), None)], &Config::new().set("predictor", 3)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

#[test]
fn packed_bits_come_back() {
    for (dtype, bits) in
        [(DType::U8, 1), (DType::U8, 3), (DType::U16, 10), (DType::U16, 12), (DType::U32, 20), (DType::U64, 63)]
    {
        for shape in [&[9, 13][..], &[9, 13, 3]] {
            let image = image(dtype, shape, Some(bits));
            let config = Config::new().set("bits_per_sample", bits).set("rows_per_strip", 4);
            let file = write(&[(&image, None)], &config).unwrap();
            let again = read(&file, 0);
            // One bit is a mask when it is read.
            let expected = if bits == 1 { DType::Bool } else { dtype };
            assert_eq!(
                (again.dtype(), again.as_bytes() == image.as_bytes()),
                (expected, true),
                "{bits} bits {shape:?}"
            );
        }
    }
    let error =
        write(&[(&image(DType::U8, &[4, 4], None), None)], &Config::new().set("bits_per_sample", 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

#[test]
fn planes_are_stored_apart_when_asked_or_when_samples_come_first() {
    let interleaved = image(DType::U16, &[20, 30, 3], None);
    for form in [Config::new(), Config::new().set("tile", "16x16")] {
        let file = write(&[(&interleaved, None)], &form.clone().set("planar", "separate")).unwrap();
        let planes = read(&file, 0);
        assert_eq!(planes.shape(), [3, 20, 30]);
        for (i, sample) in interleaved.as_slice::<u16>().unwrap().iter().enumerate() {
            assert_eq!(planes.as_slice::<u16>().unwrap()[i % 3 * 600 + i / 3], *sample);
        }
        let again = write(&[(&planes, Some("SYX"))], &form).unwrap();
        assert!(same(&read(&again, 0), &planes));
        let joined = write(&[(&planes, Some("SYX"))], &form.clone().set("planar", "contig")).unwrap();
        assert!(same(&read(&joined, 0), &interleaved));
    }
}

#[test]
fn stacks_become_pages_and_images_are_appended() {
    let stack = image(DType::U8, &[2, 3, 17, 19], None);
    let single = image(DType::U16, &[8, 8], None);
    let file = write(&[(&stack, Some("TZYX")), (&single, None)], &Config::new()).unwrap();
    for page in 0..6 {
        let pixels = read(&file, page);
        assert_eq!(pixels.shape(), [17, 19]);
        assert_eq!(pixels.as_bytes(), &stack.as_bytes()[page * 323..(page + 1) * 323]);
    }
    assert!(same(&read(&file, 6), &single));
    assert!(write(&[], &Config::new()).is_err(), "a file without images");
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.description = Some("cells".to_owned());
    meta.software = Some("a test".to_owned());
    meta.page_name = Some("first".to_owned());
    meta.orientation = Some(6);
    meta.icc_profile = Some(vec![9; 131]);
    meta.resolution = Some(Resolution { x: 15_384.615, y: 300.0, unit: ResolutionUnit::Centimetre });
    let image = image(DType::U8, &[4, 5], None).with_meta(meta.clone());
    for config in [Config::new(), Config::new().set("bigtiff", true).set("byte_order", "big")] {
        let read = read(&write(&[(&image, None)], &config).unwrap(), 0).meta;
        assert_eq!(read.description, meta.description);
        assert_eq!(read.software, meta.software);
        assert_eq!(read.page_name, meta.page_name);
        assert_eq!(read.orientation, meta.orientation);
        assert_eq!(read.icc_profile, meta.icc_profile);
        let (read, meta) = (read.resolution.unwrap(), meta.resolution.unwrap());
        assert!((read.x - meta.x).abs() < 1e-6 && read.y == meta.y && read.unit == meta.unit, "{read:?}");
    }
}

#[test]
fn palette_makes_a_palette_image() {
    let mut meta = Metadata::default();
    meta.palette = Some((0..256u16).map(|i| [i * 257, 65535 - i * 257, 7]).collect());
    let image = image(DType::U8, &[6, 6], None).with_meta(meta.clone());
    let again = read(&write(&[(&image, None)], &Config::new()).unwrap(), 0);
    assert!(same(&again, &image));
    assert_eq!(again.meta.palette, meta.palette);
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason() {
    let gray = image(DType::U8, &[20, 20], None);
    for (key, value, word) in [
        ("tile", "20x20", "multiples of 16"),
        ("tile", "0x16", "multiples of 16"),
        ("compression", "nonsense", "nonsense"),
        ("colour", "blue", "colour"),
        ("bigtiff", "perhaps", "auto, true, false"),
        ("rows_per_strip", "0", "1..="),
    ] {
        let error = write(&[(&gray, None)], &Config::new().set(key, value)).unwrap_err();
        assert!(error.to_string().contains(word), "{key}={value}: {error}");
        assert!(matches!(error.kind(), ErrorKind::InvalidArgument | ErrorKind::Unsupported), "{error}");
    }
    let brain = image(DType::BF16, &[4, 4], None);
    assert_eq!(write(&[(&brain, None)], &Config::new()).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn colours_become_ycbcr_in_jpeg_unless_told_otherwise() {
    let layout = Layout::new(DType::U8, &[40, 50, 3]).unwrap();
    let smooth: Vec<u8> = (0..layout.n_bytes()).map(|i| ((i / 150) * 3 + (i % 150) / 3 + (i % 3) * 40) as u8).collect();
    let image = NdImage::from_slice(&smooth, DType::U8, layout.shape()).unwrap();
    let jpeg = Config::new().set("compression", "jpeg").set("level", 98);
    for (config, photometric, subsampling) in [
        (jpeg.clone(), 6, Some("2, 2")),
        (jpeg.clone().set("subsampling", "444").set("tile", "32x16"), 6, Some("1, 1")),
        (jpeg.clone().set("photometric", "rgb"), 2, None),
        (jpeg.clone().set("planar", "separate"), 2, None),
    ] {
        let file = write(&[(&image, Some("YXS"))], &config).unwrap();
        let back = read(&file, 0);
        let worst = back.as_bytes().iter().zip(&smooth).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(back.layout() == image.layout() || back.layout().shape() == [3, 40, 50], "{}", back.layout());
        if back.layout() == image.layout() {
            assert!(worst < Some(16), "{config:?}: {worst:?}");
        }
        let tag = |name: &str| back.meta.tag(name).map(ToString::to_string);
        assert_eq!(tag("YCbCrSubSampling").as_deref(), subsampling, "{config:?}");
        assert!(tag("PhotometricInterpretation").unwrap().contains(&photometric.to_string()), "{config:?}");
    }
    let error = write(&[(&image, None)], &jpeg.set("abbreviated", true)).unwrap_err();
    assert!(error.to_string().contains("JPEGTables"), "{error}");
}
