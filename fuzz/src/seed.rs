use std::fs;
use std::path::{Path, PathBuf};

use iio::{Check, CodecId, CodecInfo, FormatInfo};

use crate::input::{PREFIX_LEN, noise};
use crate::{codec, format, name, registry};

/// Larger files of the corpus are no seeds.
const FILE_BYTES: u64 = 64 << 10;

/// dtype, axes, lengths (see `Input`): of images that all kinds of codecs take some of.
const LAYOUTS: [[u8; 5]; 12] = [
    [0, 2, 17, 19, 0],
    [0, 3, 16, 18, 3],
    [0, 3, 9, 21, 4],
    [0, 1, 1, 44, 0],
    [1, 2, 20, 16, 0],
    [1, 3, 5, 7, 3],
    [2, 2, 16, 16, 0],
    [5, 2, 16, 8, 0],
    [6, 1, 0, 100, 0],
    [10, 2, 16, 16, 0],
    [11, 2, 8, 8, 0],
    [14, 2, 13, 17, 0],
];

/// Writes seeds for `target` to the folder that the environment variable `IIO_FUZZ_SEEDS` names: what our own encoders
/// and writers make with each of their options, and the files of `IIO_CORPUS` of the right kind. Does nothing without.
///
/// # Panics
/// If the folder cannot be written.
pub fn write_seeds(target: &str) {
    let Some(folder) = std::env::var_os("IIO_FUZZ_SEEDS").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).expect("IIO_FUZZ_SEEDS must be a folder");
    let save = |label: &str, prefix: &[u8], payload: &[u8]| {
        let path = folder.join(format!("seed-{label}"));
        if !path.exists() {
            fs::write(path, [prefix, payload].concat()).expect("IIO_FUZZ_SEEDS must be writable");
        }
    };
    let of_format = matches!(target, "read" | "write_read");
    let codec = (!of_format).then(|| registry().codec(&CodecId::Name(name())).expect("a codec"));
    let info = of_format.then(|| registry().format(name()).expect("a format"));
    let n_options = codec.map_or(0, codec::n_options) + info.map_or(0, format::n_options);
    for (label, prefix, content) in made_up(n_options) {
        let input = [&prefix[..], &content].concat();
        let made = codec.and_then(|info| codec::seed(info, &input)).or_else(|| format::seed(info?, &input));
        match (target, made) {
            // Options of readers are others than those of writers.
            ("read", Some(file)) => save(&label, &[0; PREFIX_LEN], &file),
            ("roundtrip" | "write_read", Some(_)) => save(&label, &prefix, &content),
            (_, Some(stream)) => save(&label, &prefix, &stream),
            (_, None) => {}
        }
    }
    if !matches!(target, "roundtrip" | "write_read")
        && let Some(corpus) = std::env::var_os("IIO_CORPUS")
    {
        let right = |file: &[u8]| match (codec, info) {
            (Some(info), _) => (info.check)(file) == Check::Yes,
            (_, Some(info)) => format::is_one(info, file),
            _ => false,
        };
        for (number, path) in files(Path::new(&corpus), FILE_BYTES).iter().enumerate() {
            if let Ok(file) = fs::read(path)
                && right(&file)
            {
                save(&format!("corpus-{number}"), &[0; PREFIX_LEN], &file);
            }
        }
    }
}

/// What our encoders and writers make, with the labels of their options.
pub(crate) fn made(
    codec: Option<&'static CodecInfo>,
    info: Option<&'static FormatInfo>,
) -> impl Iterator<Item = (String, Vec<u8>)> {
    let n_options = codec.map_or(0, codec::n_options) + info.map_or(0, format::n_options);
    made_up(n_options).into_iter().filter_map(move |(label, prefix, content)| {
        let input = [&prefix[..], &content].concat();
        let made = codec.and_then(|info| codec::seed(info, &input)).or_else(|| format::seed(info?, &input));
        made.map(|stream| (label, stream))
    })
}

/// Labels, prefixes and contents: all layouts, then all options with some values.
fn made_up(n_options: usize) -> Vec<(String, [u8; PREFIX_LEN], Vec<u8>)> {
    let text: Vec<u8> = (0..400usize).map(|i| b"the quick brown fox "[i * i / 7 % 20]).collect();
    let ramp: Vec<u8> = (0..=255).collect();
    let runs: Vec<u8> = (0..600u16).map(|i| (i / 37) as u8).collect();
    let layout = iio::Layout::new(iio::DType::U8, &[200]).expect("small");
    let contents = [text, ramp, runs, noise(&layout)];
    let prefix = |option: Option<(u8, u16)>, layout: [u8; 5]| {
        let mut prefix = [0; PREFIX_LEN];
        if let Some((key, value)) = option {
            let [high, low] = value.to_be_bytes();
            prefix[..4].copy_from_slice(&[1, key, high, low]);
        }
        prefix[10..15].copy_from_slice(&layout);
        prefix
    };
    let mut all = Vec::new();
    for (n, &layout) in LAYOUTS.iter().enumerate() {
        for (c, content) in contents.iter().enumerate().filter(|(c, _)| n == 0 || *c == n % 4) {
            all.push((format!("layout-{n}-{c}"), prefix(None, layout), content.clone()));
        }
    }
    for key in 0..u8::try_from(n_options).unwrap_or(u8::MAX) {
        for (v, value) in [0u16, 1, 2, 3, 4, 5, 7, 9, 0x11ff, 0x88ff, 0xc003].into_iter().enumerate() {
            let (layout, content) = (LAYOUTS[v % 3], contents[v % 4].clone());
            all.push((format!("option-{key}-{v}"), prefix(Some((key, value)), layout), content));
        }
    }
    all
}

/// Small files below a folder, sorted.
pub(crate) fn files(folder: &Path, most: u64) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => open.push(entry.path()),
                Ok(about) if about.len() <= most => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    found
}
