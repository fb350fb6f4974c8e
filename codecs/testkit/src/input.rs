//! Which inputs a suite runs: lengths, layouts and contents.

use iio_codec::{Config, DType, Layout, Value, key};

use crate::suite::OptionSet;
use crate::{Content, Suite};

/// Around every power of two that block sizes and counters like.
const LENGTHS: [usize; 24] =
    [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 127, 128, 129, 255, 256, 257, 1000, 4095, 4097];
const LARGE_LENGTHS: [usize; 3] = [65_535, 65_537, 196_608];

const SHAPES: [&[usize]; 18] = [
    &[],
    &[0],
    &[1],
    &[37],
    &[0, 0],
    &[0, 5],
    &[5, 0],
    &[1, 1],
    &[1, 17],
    &[33, 1],
    &[7, 5],
    &[16, 16],
    &[5, 7, 1],
    &[5, 7, 2],
    &[17, 13, 3],
    &[8, 9, 4],
    &[3, 8, 9],
    &[2, 3, 6, 5],
];
const LARGE_SHAPES: [&[usize]; 2] = [&[256, 256, 3], &[253, 255]];
const LARGE_DTYPES: [DType; 3] = [DType::U8, DType::U16, DType::F32];

/// The contents of large inputs: all, or one where time is short.
fn large_contents(suite: &Suite) -> &'static [Content] {
    if suite.quick { &[Content::Photo] } else { &Content::ALL }
}

/// The inputs of a byte codec.
pub(crate) fn byte_inputs(suite: &Suite) -> Vec<(Content, usize)> {
    let all = |lengths: &[usize], contents: &[Content]| {
        let pairs = lengths.iter().flat_map(|&len| contents.iter().map(move |&content| (content, len)));
        pairs.collect::<Vec<_>>()
    };
    match &suite.lengths {
        Some(lengths) => all(lengths, &Content::ALL),
        None => [all(&LENGTHS, &Content::ALL), all(&LARGE_LENGTHS, large_contents(suite))].concat(),
    }
}

/// Bits that integers are limited to by an option.
pub(crate) fn bits(config: &Config) -> Option<u32> {
    match config.value(key::BITS_PER_SAMPLE) {
        Some(&Value::Int(bits)) => u32::try_from(bits).ok().filter(|&bits| bits > 0),
        _ => None,
    }
}

/// The layouts of an array codec or filter, small and large.
pub(crate) fn layouts(suite: &Suite) -> (Vec<Layout>, Vec<Layout>) {
    if let Some(layouts) = &suite.layouts {
        return layouts.iter().partition(|layout| layout.n_bytes() <= 1 << 16);
    }
    let all = |dtypes: &[DType], shapes: &[&[usize]]| {
        let pairs =
            shapes.iter().flat_map(|&shape| dtypes.iter().filter_map(move |&dtype| Layout::new(dtype, shape).ok()));
        pairs.collect::<Vec<_>>()
    };
    (all(&DType::ALL, &SHAPES), all(&LARGE_DTYPES, &LARGE_SHAPES))
}

/// The inputs of an array codec or filter, with their samples.
pub(crate) fn arrays(suite: &Suite, set: &OptionSet) -> impl Iterator<Item = (Content, Layout, Vec<u8>)> {
    arrays_of(suite, set, &Content::ALL, usize::MAX)
}

/// One input for each layout of up to so many bytes.
pub(crate) fn photos(suite: &Suite, set: &OptionSet, max: usize) -> impl Iterator<Item = (Layout, Vec<u8>)> {
    arrays_of(suite, set, &[Content::Photo], max).map(|(_, layout, samples)| (layout, samples))
}

/// The inputs of some contents and up to so many bytes.
pub(crate) fn arrays_of(
    suite: &Suite,
    set: &OptionSet,
    contents: &'static [Content],
    max: usize,
) -> impl Iterator<Item = (Content, Layout, Vec<u8>)> {
    let (small, large) = layouts(suite);
    let lossy = set.max_diff.is_some();
    let small_contents: &[Content] = if lossy { &Content::SMOOTH } else { &Content::ALL };
    let large_contents: &[Content] = if lossy { &[Content::Photo] } else { large_contents(suite) };
    let pairs = |layouts: Vec<Layout>, contents: &'static [Content]| {
        layouts.into_iter().flat_map(move |layout| contents.iter().map(move |&content| (content, layout)))
    };
    let bits = bits(&set.config);
    let all = pairs(small, small_contents).chain(pairs(large, large_contents));
    all.filter(move |(content, layout)| contents.contains(content) && layout.n_bytes() <= max)
        .map(move |(content, layout)| (content, layout, content.array(&layout, bits)))
}
