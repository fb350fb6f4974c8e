use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use iio::{ArrayRef, Check, Config, Env, ErrorKind, FormatInfo, Layout, Metadata, Region, Result, Selection, Source};
use iio_core::{Output, Reader, Sniff, WriteImage};

use crate::codec::returns;
use crate::executor::Backwards;
use crate::input::Input;
use crate::knob::{self, Knobs};
use crate::{LIMITS, blameless, is_limit, registry, value};

/// Images of one file that are read.
const IMAGES: usize = 3;

/// Opens a hostile file, describes its images, reads some of them: whole and a part of it, which must agree, in jobs that
/// run forwards and backwards, which must agree.
pub fn fuzz_read(format: &str, bytes: &[u8]) {
    let info = find(format);
    let (Some(input), Some(open)) = (Input::new(bytes), info.open) else { return };
    let source = Source::from_bytes(input.payload);
    let sniffed = sniff(info, input.payload);
    let config = knobs(info, false).config(&input);
    let opened = knob::build(&config, |config| open(&source, config, env()));
    let Some((reader, config)) = opened else { return };
    assert!(sniffed != Check::No || !config.is_empty(), "opens what sniff() says cannot be");
    let _ = value(reader.file_metadata());
    let Some(n) = value(reader.n_images()) else { return };
    if let Some(range) = value(reader.default_images()) {
        assert!(range.start <= range.end && range.end <= n, "default images {range:?} of {n}");
    }
    assert!(reader.info(n).is_err(), "image {n} of {n} is described");
    let last = n.checked_sub(1).filter(|&last| last >= IMAGES);
    for image in (0..n.min(IMAGES)).chain(last) {
        let _ = value(reader.metadata(image));
        read_image(&*reader, &source, image, &input);
    }
}

/// Writes images that the input makes up, and reads the file: what comes back is what was written, if the options are
/// lossless: those are that give noise back.
pub fn fuzz_write_read(format: &str, bytes: &[u8]) {
    let info = find(format);
    let Some(input) = Input::new(bytes) else { return };
    let config = knobs(info, true).config(&input);
    let layout = input.layout();
    returns(&layout, &input.samples(&layout), |layout, samples| {
        let n = 1 + usize::from(input.rest() >> 6 & 1);
        let file = write(info, layout, samples, &config, &input, n)?;
        let mut back = read_back(info, file);
        if n == 2 && back.len() == 2 * samples.len() {
            let second = back.split_off(samples.len());
            assert!(back == second, "the second image comes back as another than the first, which it equals");
        }
        Some(back)
    });
}

/// The format of this name.
fn find(name: &str) -> &'static FormatInfo {
    registry().format(name).expect("a format")
}

pub(crate) fn env() -> &'static Env {
    static ENV: OnceLock<Env> = OnceLock::new();
    ENV.get_or_init(|| {
        Env::new(Arc::new(registry().clone())).with_limits(LIMITS).with_total_output_bytes(LIMITS.output_bytes)
    })
}

fn backwards() -> &'static Env {
    static ENV: OnceLock<Env> = OnceLock::new();
    ENV.get_or_init(|| env().clone().with_executor(Arc::new(Backwards)))
}

fn sniff(info: &FormatInfo, file: &[u8]) -> Check {
    let (head, tail) = (&file[..file.len().min(512)], &file[file.len().saturating_sub(512)..]);
    (info.sniff)(&Sniff { head, tail, len: file.len() as u64 })
}

/// The options of reading or writing.
fn knobs(info: &'static FormatInfo, write: bool) -> &'static Knobs {
    static KNOWN: Mutex<Option<HashMap<(&str, bool), &Knobs>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().entry((info.name, write)).or_insert_with(|| {
        let layout = Layout::new(iio::DType::U8, &[16, 16]).expect("small");
        let samples = vec![0; layout.n_bytes()];
        let file = |config: &Config| try_write(info, &layout, &samples, config, &Metadata::default(), 1);
        let plain = file(&Config::new()).unwrap_or_default();
        Box::leak(Box::new(Knobs::ask(|config| match (write, info.open) {
            (true, _) => file(config).map(drop),
            (false, Some(open)) => open(&Source::from_bytes(&plain[..]), config, env()).map(drop),
            (false, None) => Ok(()),
        })))
    })
}

fn read_image(reader: &dyn Reader, source: &Source, image: usize, input: &Input<'_>) {
    let Some(about) = value(reader.info(image)) else { return };
    assert!(!about.levels.is_empty(), "image {image} has no levels");
    let level = usize::from(input.rest()) % about.levels.len();
    let layout = about.levels[level].layout;
    assert_eq!(about.axes.len(), layout.ndim(), "axes {} of {layout}", about.axes);
    let selection = Selection::image(image).with_level(level);
    let Some(plan) = value(reader.plan(&selection)) else { return };
    assert_eq!(plan.layout, layout, "plan() and info()");

    let whole = plan.read(source, env(), None);
    let other = plan.read(source, backwards(), None);
    match (&whole, &other) {
        (Ok(a), Ok(b)) => assert!(a == b, "forwards and backwards give other samples"),
        (Err(a), Err(b)) => {
            blameless(a);
            assert_eq!(a.kind().name(), b.kind().name(), "forwards {a}, backwards {b}");
        }
        (Ok(_), Err(error)) => panic!("forwards succeeds, backwards: {error}"),
        (Err(error), Ok(_)) => panic!("backwards succeeds, forwards: {error}"),
    }

    let (Some(y), Some(x)) = (about.axes.find('Y'), about.axes.find('X')) else { return };
    let Some(region) = region(&layout, y, x, input) else { return };
    let part = reader.plan(&selection.with_region(region.y.clone(), region.x.clone()));
    let part = part.and_then(|plan| Ok((plan.layout, plan.read(source, env(), None)?)));
    match (&whole, part) {
        (Ok(whole), Ok((part_layout, part))) => {
            let mut ranges: Vec<_> = layout.shape().iter().map(|&len| 0..len).collect();
            (ranges[y], ranges[x]) = (region.y, region.x);
            let window = ArrayRef::new(whole, layout).and_then(|whole| whole.window(&ranges)).expect("within");
            assert_eq!(*window.layout(), part_layout, "layout of region {ranges:?}");
            let mut expected = Vec::new();
            window.append_to(&mut expected).expect("memory");
            assert!(expected == part[..], "region {ranges:?} of {layout} has other samples than the whole");
        }
        // A library may need more scratch for a part of a tile than for all of it (OpenJPEG).
        (Ok(_), Err(error)) => assert!(is_limit(&error), "the whole succeeds, the region {region:?}: {error}"),
        (Err(_), Err(error)) => blameless(&error),
        // Damage lies beside the region.
        (Err(_), Ok(_)) => {}
    }
}

/// A region that the input chooses; `None` if the image is empty.
fn region(layout: &Layout, y: usize, x: usize, input: &Input<'_>) -> Option<Region> {
    let [a, b, c] = input.lengths();
    let range = |len: usize, start: u8, part: u8| {
        let start = len.checked_sub(1)? * usize::from(start) / 255;
        let n = 1 + (len - start - 1) * usize::from(part) / 255;
        Some(start..start + n)
    };
    Some(Region { y: range(layout.shape()[y], a, c)?, x: range(layout.shape()[x], b, c)? })
}

/// A file of `n` images, each with these samples; `None` if the format refuses.
fn write(
    info: &FormatInfo,
    layout: &Layout,
    samples: &[u8],
    config: &Config,
    input: &Input<'_>,
    n: usize,
) -> Option<Vec<u8>> {
    let choice = input.rest();
    let mut meta = Metadata::default();
    let some = |bit: u8| (choice >> bit & 1 == 1).then(|| input.payload.to_vec());
    meta.icc_profile = some(0);
    meta.exif = some(1);
    meta.xmp = some(2);
    meta.description = some(3).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    meta.text =
        some(4).map(|bytes| (String::from_utf8_lossy(&bytes).into_owned(), "x".to_owned())).into_iter().collect();
    meta.orientation = some(5).map(|bytes| bytes.len() as u8);
    match try_write(info, layout, samples, config, &meta, n) {
        Ok(file) => Some(file),
        Err(error) => {
            blameless(&error);
            let odd = matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated);
            assert!(!odd, "there is nothing to be {} about: {error}", error.kind().name());
            None
        }
    }
}

fn try_write(
    info: &FormatInfo,
    layout: &Layout,
    samples: &[u8],
    config: &Config,
    meta: &Metadata,
    n: usize,
) -> Result<Vec<u8>> {
    let create = info.create.ok_or_else(|| iio::Error::new(info.name, ErrorKind::Unsupported, "read only"))?;
    let mut writer = create(Output::Bytes(Vec::new()), config, env())?;
    for _ in 0..n {
        writer.write(&WriteImage { pixels: ArrayRef::new(samples, *layout)?, axes: None, meta }, None)?;
    }
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

/// All images of a file that was written here, one after the other.
fn read_back(info: &FormatInfo, file: Vec<u8>) -> Vec<u8> {
    assert!(sniff(info, &file) != Check::No, "sniff() does not know what was written");
    let open = info.open.expect("a format that reads what it writes");
    let source = Source::from_bytes(file);
    let reader = open(&source, &Config::new(), env()).expect("opens what was written");
    let plan = |image| {
        reader.metadata(image).expect("metadata of what was written");
        reader.plan(&Selection::image(image)).expect("a plan of what was written")
    };
    let images = 0..reader.n_images().expect("images that were written");
    let read = |image| plan(image).read(&source, env(), None).expect("samples that were written").to_vec();
    images.flat_map(read).collect()
}

/// A file for a seed: the samples that the input makes up, written with the options that it chooses.
pub(crate) fn seed(info: &'static FormatInfo, bytes: &[u8]) -> Option<Vec<u8>> {
    let input = Input::new(bytes)?;
    let layout = input.layout();
    let config = knobs(info, true).config(&input);
    try_write(info, &layout, &input.samples(&layout), &config, &Metadata::default(), 1).ok()
}

/// The number of options that the writer has.
pub(crate) fn n_options(info: &'static FormatInfo) -> usize {
    knobs(info, true).len()
}

/// True if a file carries the signature of the format.
pub(crate) fn is_one(info: &FormatInfo, file: &[u8]) -> bool {
    sniff(info, file) == Check::Yes
}
