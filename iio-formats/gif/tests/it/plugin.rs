//! The format plugin: images, regions, metadata, writing.

use iio_codec::{ArrayRef, Config, DType, ErrorKind, Limits, Result};
use iio_core::{
    Colour, Env, MetaValue, Metadata, NdImage, Output, RayonExecutor, ReadPlan, Reader, Registry, Resolution,
    ResolutionUnit, Selection, Source, WriteImage,
};
use iio_format_gif::{EncodeOptions, FORMAT, encode};

use crate::{GREEN, RED, control, file, head, image, layout, noise};

fn env() -> Env {
    Env::new(Registry::empty().with_format(&FORMAT).into())
}

fn open(source: &Source, config: &Config) -> Result<Box<dyn Reader>> {
    (FORMAT.open.unwrap())(source, config, &env())
}

fn stream(file: &[u8]) -> Source {
    Source::from_stream(std::io::Cursor::new(file.to_vec()), "stream").unwrap()
}

/// Twelve frames that show through each other.
fn animation() -> (Vec<u8>, Vec<u8>) {
    let shape = [12, 20, 31, 4];
    let samples: Vec<u8> = noise(12 * 20 * 31 * 4).iter().map(|byte| byte & 0x80).collect();
    let samples: Vec<u8> =
        samples.chunks(4).flat_map(|p| if p[3] == 0 { [0; 4] } else { [p[0], p[1], p[2], 255] }).collect();
    let file = encode(ArrayRef::new(&samples, layout(&shape)).unwrap(), &EncodeOptions::default()).unwrap();
    (file, samples)
}

#[test]
fn images_are_the_same_in_any_order_and_as_a_stack() {
    let (file, samples) = animation();
    let frame_len = 20 * 31 * 4;
    for source in [Source::from_bytes(&file[..]), stream(&file)] {
        let reader = open(&source, &Config::new()).unwrap();
        assert_eq!((reader.n_images().unwrap(), reader.default_images().unwrap()), (12, 0..12));
        for image in [5, 11, 0, 3, 4, 3, 10] {
            let plan = reader.plan(&Selection::image(image)).unwrap();
            let found = plan.read(&source, &env(), None).unwrap();
            assert!(found.as_slice() == &samples[image * frame_len..][..frame_len], "{image}");
        }
        let parallel = env().with_executor(std::sync::Arc::new(RayonExecutor::with_threads(3).unwrap()));
        for env in [env(), parallel] {
            let plans = (0..12).map(|image| reader.plan(&Selection::image(image))).collect::<Result<_>>().unwrap();
            let stack = ReadPlan::stack(plans).unwrap();
            assert_eq!(stack.layout, layout(&[12, 20, 31, 4]));
            assert!(stack.read(&source, &env, None).unwrap().as_slice() == samples);
        }
    }
}

#[test]
fn regions_are_parts_of_images() {
    let (file, samples) = animation();
    let source = Source::from_bytes(&file[..]);
    let reader = open(&source, &Config::new()).unwrap();
    let plan = reader.plan(&Selection::image(7).with_region(3..11, 5..30)).unwrap();
    let whole = ArrayRef::new(&samples, layout(&[12, 20, 31, 4])).unwrap();
    let mut expected = Vec::new();
    whole.window(&[7..8, 3..11, 5..30, 0..4]).unwrap().append_to(&mut expected).unwrap();
    assert_eq!(plan.read(&source, &env(), None).unwrap().as_slice(), expected);
    for selection in
        [Selection::image(12), Selection::image(0).with_level(1), Selection::image(0).with_region(0..21, 0..1)]
    {
        assert_eq!(reader.plan(&selection).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn stored_frames_have_place_palette_and_disposal() {
    let src =
        file(&[head(4, 3), image([0, 0, 4, 3], 0, &[0; 12]), control(2, 9, Some(1)), image([1, 2, 2, 1], 0, &[3, 1])]);
    let source = Source::from_bytes(&src[..]);
    let reader = open(&source, &Config::new().set("asrgb", false)).unwrap();
    let info = reader.info(1).unwrap();
    assert_eq!((&*info.axes, info.colour, info.levels[0].layout), ("YX", Colour::Palette, layout(&[1, 2])));
    assert_eq!(reader.default_images().unwrap(), 0..1);
    let plan = reader.plan(&Selection::image(1)).unwrap();
    assert_eq!(plan.read(&source, &env(), None).unwrap().as_slice(), [3, 1]);
    let meta = reader.metadata(1).unwrap();
    for (name, value) in [("left", 1), ("top", 2), ("transparent", 1), ("duration", 90)] {
        assert_eq!(meta.tag(name), Some(&MetaValue::Uint(value)), "{name}");
    }
    assert_eq!(meta.tag("disposal"), Some(&MetaValue::Text("background".to_owned())));
    assert_eq!(meta.palette.unwrap()[1], [0, 65535, 0]);
    let reader = open(&source, &Config::new()).unwrap();
    let info = reader.info(1).unwrap();
    assert_eq!((&*info.axes, info.colour, info.extra_samples), ("YXS", Colour::Rgb, 1));
}

#[test]
fn whole_frames_of_a_broken_file_can_be_read_one_by_one() {
    let mut src = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0]), image([0, 0, 1, 1], 0, &[1])]);
    src.truncate(src.len() - 3);
    let source = Source::from_bytes(&src[..]);
    let reader = open(&source, &Config::new()).unwrap();
    let error = reader.n_images().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.message(), "file ends within image data after 1 whole frames");
    let plan = reader.plan(&Selection::image(0)).unwrap();
    assert_eq!(plan.read(&source, &env(), None).unwrap().as_slice(), RED);
    assert_eq!(reader.plan(&Selection::image(1)).unwrap_err().kind(), ErrorKind::Truncated);
    let reader = open(&source, &Config::new().set("allow_missing_end", true)).unwrap();
    assert_eq!(reader.n_images().unwrap(), 1);
}

#[test]
fn errors_have_the_offset_in_the_file() {
    let first = image([0, 0, 1, 1], 0, &[0]);
    let mut src = file(&[head(1, 1), first.clone(), image([0, 0, 1, 1], 0, &[1])]);
    let at = head(1, 1).len() + 2 * first.len() - 3;
    src[at] = 4 | 7 << 3;
    let source = Source::from_bytes(&src[..]);
    let reader = open(&source, &Config::new()).unwrap();
    let error = reader.plan(&Selection::image(1)).unwrap().read(&source, &env(), None).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(at as u64)), "{error}");
}

fn write(images: &[&NdImage], config: &Config) -> Result<Vec<u8>> {
    let mut writer = (FORMAT.create.unwrap())(Output::Bytes(Vec::new()), config, &env())?;
    for image in images {
        writer.write(&WriteImage { pixels: image.view()?, axes: Some(image.axes()), meta: &image.meta }, None)?;
    }
    Ok(writer.finish()?.commit()?.unwrap())
}

fn image_of_one() -> Vec<u8> {
    image([0, 0, 1, 1], 0, &[0])
}

#[test]
fn an_xmp_packet_with_a_zero_byte_is_refused() {
    let with = |xmp: &[u8]| {
        let mut meta = Metadata::default();
        meta.xmp = Some(xmp.to_vec());
        let image = NdImage::from_slice(&RED, DType::U8, &[1, 1, 3]).unwrap().with_meta(meta);
        write(&[&image], &Config::new())
    };
    assert!(with(b"<x/>").is_ok());
    let error = with(b"<x\0/>").unwrap_err();
    assert_eq!(error.to_string(), "gif: XMP packet has a zero byte at 2, GIF cannot hold it");
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.icc_profile = Some(noise(700));
    meta.xmp = Some(b"<x:xmpmeta>\x01</x:xmpmeta>".to_vec());
    meta.text = vec![("comment".to_owned(), "one".to_owned()), ("comment".to_owned(), "zw\u{f6}lf".to_owned())];
    meta.tags = vec![("duration".to_owned(), MetaValue::Uint(70)), ("loop".to_owned(), MetaValue::Uint(5))];
    let image = NdImage::from_slice(&[RED, GREEN].concat(), DType::U8, &[1, 2, 3]).unwrap().with_meta(meta.clone());
    let file = write(&[&image, &image], &Config::new()).unwrap();
    let reader = open(&Source::from_bytes(&file[..]), &Config::new()).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
    let found = reader.metadata(1).unwrap();
    assert_eq!((&found.icc_profile, &found.xmp, &found.text), (&meta.icc_profile, &meta.xmp, &meta.text));
    assert_eq!((found.tag("duration"), found.tag("loop")), (Some(&MetaValue::Uint(70)), Some(&MetaValue::Uint(5))));
    // Each image has its own comments; those at the end are of the last one.
    let comment = |text: &[u8]| [b"\x21\xfe\x01", text, b"\0"].concat();
    let dot = image_of_one;
    let src = crate::file(&[head(1, 1), comment(b"a"), dot(), comment(b"b"), dot(), comment(b"c")]);
    let reader = open(&Source::from_bytes(src), &Config::new()).unwrap();
    let texts = |image| reader.metadata(image).unwrap().text.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    assert_eq!((texts(0), texts(1)), (vec!["a".to_owned()], vec!["b".to_owned(), "c".to_owned()]));
    // Options come before what the image says.
    let config = Config::new().set("duration", 30).set("loop", -1).set("comment", "two");
    let file = write(&[&image, &image], &config).unwrap();
    let found = open(&Source::from_bytes(&file[..]), &Config::new()).unwrap().metadata(0).unwrap();
    assert_eq!((found.tag("duration"), found.tag("loop")), (Some(&MetaValue::Uint(30)), None));
    assert_eq!(found.text, [("comment".to_owned(), "two".to_owned())]);
    // A file that does not tell how often it is shown is written as one.
    let mut once = Metadata::default();
    once.tags = vec![("version".to_owned(), MetaValue::Text("89a".to_owned()))];
    let image = image.with_meta(once);
    let file = write(&[&image, &image], &Config::new()).unwrap();
    assert_eq!(open(&Source::from_bytes(&file[..]), &Config::new()).unwrap().metadata(0).unwrap().tag("loop"), None);
}

#[test]
fn aspect_is_a_resolution_without_unit() {
    let mut src = file(&[head(1, 1), image([0, 0, 1, 1], 0, &[0])]);
    src[12] = 113;
    let meta = open(&Source::from_bytes(src), &Config::new()).unwrap().metadata(0).unwrap();
    assert_eq!(meta.resolution, Some(Resolution { x: 64.0, y: 128.0, unit: ResolutionUnit::Aspect }));
}

#[test]
fn stacks_and_axes_are_understood() {
    // Three gray frames of 2 x 3, though the last axis could be RGB.
    let samples = noise(18);
    let image = NdImage::from_slice(&samples, DType::U8, &[3, 2, 3]).unwrap().with_axes("IYX");
    let file = write(&[&image], &Config::new()).unwrap();
    let reader = open(&Source::from_bytes(&file[..]), &Config::new()).unwrap();
    assert_eq!((reader.n_images().unwrap(), reader.info(0).unwrap().levels[0].layout), (3, layout(&[2, 3, 3])));
    let image = NdImage::from_slice(&samples, DType::U8, &[3, 2, 3]).unwrap().with_axes("SYX");
    let file = write(&[&image], &Config::new()).unwrap();
    let source = Source::from_bytes(&file[..]);
    let reader = open(&source, &Config::new()).unwrap();
    let found = reader.plan(&Selection::image(0)).unwrap().read(&source, &env(), None).unwrap();
    assert_eq!((reader.n_images().unwrap(), found[..3].to_vec()), (1, vec![samples[0], samples[6], samples[12]]));
    let small = NdImage::from_slice(&[1u8], DType::U8, &[1, 1]).unwrap();
    let error = write(&[&image, &small], &Config::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

#[test]
fn limits_hold() {
    let many: Vec<_> = std::iter::once(head(1, 1)).chain((0..500).map(|_| image([0, 0, 1, 1], 0, &[0]))).collect();
    let source = Source::from_bytes(file(&many));
    let open = |limits| (FORMAT.open.unwrap())(&source, &Config::new(), &env().with_limits(limits));
    assert_eq!(open(Limits::default()).unwrap().n_images().unwrap(), 500);
    let which = |result: Result<Box<dyn Reader>>| match result.err().map(|error| error.kind()) {
        Some(ErrorKind::Limit { which, .. }) => Some(which),
        _ => None,
    };
    assert_eq!(which(open(Limits::default().with_metadata_bytes(5000))), Some("metadata_bytes"));
    assert_eq!(which(open(Limits::default().with_axis_len(0))), Some("axis_len"));
}
