//! Damage to streams, the same on every machine and in every run: what case `n` of a seed is depends on these alone.

use std::collections::BTreeMap;
use std::path::Path;

use iio::{Check, CodecId, CodecInfo, Config, Selection, Source};

use crate::format::{self, env};
use crate::input::PREFIX_LEN;
use crate::seed::files;
use crate::{registry, seed};

/// Larger files and chunks of the corpus are left out: their damage would mostly be to pixels.
const STREAM_BYTES: u64 = 1 << 20;
/// Streams of one origin.
const PER_FILE: usize = 4;

/// Streams and how they are damaged.
pub struct Damage {
    codec: Option<&'static str>,
    format: Option<&'static str>,
    streams: Vec<Vec<u8>>,
    seed: u64,
}

impl Damage {
    /// Gathers streams for a codec or format: files of `corpus`, chunks within them, and what our encoders make.
    /// `None` if there is no codec and no format of this name.
    #[must_use]
    pub fn new(name: &str, corpus: &Path, seed: u64) -> Option<Self> {
        // An alias is none: jpeg is the format, jpeg8 the codec. A name may be both, such as png.
        let found = registry().codec(&CodecId::Name(name)).ok().filter(|info| info.name == name);
        let format = registry().format(name).ok().filter(|info| info.name == name);
        let mut streams = Vec::new();
        match (found, format) {
            (Some(info), _) => of_codec(info, corpus, &mut streams),
            (None, Some(info)) => {
                let right = |file: &Vec<u8>| format::is_one(info, file);
                let files = files(corpus, STREAM_BYTES);
                streams.extend(files.iter().filter_map(|path| std::fs::read(path).ok()).filter(right));
            }
            (None, None) => return None,
        }
        if let Some(format) = format.filter(|_| found.is_some() || streams.is_empty()) {
            streams.extend(seed::made(None, Some(format)).map(|(_, stream)| stream));
        }
        Some(Self { codec: found.map(|info| info.name), format: format.map(|info| info.name), streams, seed })
    }

    /// The number of streams that are damaged.
    #[must_use]
    pub fn n_streams(&self) -> usize {
        self.streams.len()
    }

    /// Input number `case`, for the functions of this crate.
    #[must_use]
    pub fn case(&self, case: u64) -> Vec<u8> {
        let mut dice = Dice(self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ case.wrapping_mul(0xd1b5_4a32_d192_ed03));
        let mut prefix = [0u8; PREFIX_LEN];
        prefix.iter_mut().for_each(|byte| *byte = dice.byte());
        // Default options and the first id for three cases of four; layout and region are any.
        if dice.below(4) != 0 {
            prefix[..10].fill(0);
            prefix[11] %= 4;
        }
        let mut stream = self.streams.get(dice.below(self.streams.len())).cloned().unwrap_or_default();
        for _ in 0..=dice.below(4) {
            let other = self.streams.get(dice.below(self.streams.len())).map_or(&[][..], Vec::as_slice);
            damage(&mut stream, other, &mut dice);
        }
        if self.codec == Some("png") && dice.below(2) == 0 {
            mend_png(&mut stream);
        }
        [&prefix[..], &stream].concat()
    }

    /// Runs a case: the claims of [`crate::fuzz_decode`] and [`crate::fuzz_read`].
    pub fn run(&self, bytes: &[u8]) {
        self.codec.inspect(|name| crate::fuzz_decode(name, bytes));
        self.format.inspect(|name| crate::fuzz_read(name, bytes));
    }
}

fn of_codec(info: &'static CodecInfo, corpus: &Path, streams: &mut Vec<Vec<u8>>) {
    for path in files(corpus, 64 << 20) {
        let Ok(file) = std::fs::read(&path) else { continue };
        if file.len() as u64 <= STREAM_BYTES && (info.check)(&file) == Check::Yes {
            streams.push(file);
        } else {
            streams.extend(chunks(info, file).unwrap_or_default());
        }
    }
    streams.extend(seed::made(Some(info), None).map(|(_, stream)| stream));
}

/// Chunks of a file that this codec is the first to see.
fn chunks(info: &CodecInfo, file: Vec<u8>) -> Option<Vec<Vec<u8>>> {
    let format = registry().formats().iter().find(|format| format.open.is_some() && format::is_one(format, &file))?;
    let source = Source::from_bytes(file);
    let reader = (format.open?)(&source, &Config::new(), env()).ok()?;
    let plan = reader.plan(&Selection::image(0)).ok()?;
    let mut by_length = BTreeMap::new();
    for chunk in plan.chunks {
        let pipeline = plan.pipelines.get(chunk.pipeline)?;
        let first = pipeline.bytes.first().map(|codec| codec.info());
        let first = first.or_else(|| pipeline.array.as_ref().map(|codec| codec.info()));
        if first.is_some_and(|first| first.name == info.name)
            && let Some(range) = chunk.range.filter(|range| range.end - range.start <= STREAM_BYTES)
        {
            by_length.insert(range.end - range.start, range);
        }
    }
    // The shortest, the longest and some between.
    let step = by_length.len().div_ceil(PER_FILE).max(1);
    let some = by_length.into_values().rev().step_by(step);
    Some(some.filter_map(|range| source.read(range).ok().map(|bytes| bytes.into_owned())).collect())
}

/// Small random numbers (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`, or 0.
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n as u64).max(1)).unwrap_or(0)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    /// A position: half of them among the first 512 bytes, where headers are.
    fn place(&mut self, len: usize) -> usize {
        let head = self.below(2) == 0;
        self.below(if head { len.min(512) } else { len })
    }
}

fn damage(stream: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let len = stream.len();
    let at = dice.place(len);
    let end = (at + 1 + dice.below(64)).min(len);
    match dice.below(10) {
        0 | 1 => stream.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << dice.below(8)),
        2 => stream.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.byte()),
        3 | 4 => {
            // Fields of headers: nothing, one, most, the sign.
            let width = [1, 2, 4, 8][dice.below(4)];
            let field = [0, 1, u64::MAX, 1 << 63, u64::MAX >> 1][dice.below(5)];
            let bytes = if dice.below(2) == 0 { field.to_le_bytes() } else { field.to_be_bytes() };
            let part = if bytes[0] == 0 && field != 0 { &bytes[8 - width..] } else { &bytes[..width] };
            stream.iter_mut().skip(at).zip(part).for_each(|(to, from)| *to = *from);
        }
        5 => stream.truncate(at),
        6 => drop(stream.drain(at..end)),
        7 => {
            let part = stream[at..end].to_vec();
            stream.splice(at..at, part);
        }
        8 => stream[at..end].fill(dice.byte()),
        _ => {
            let from = dice.place(other.len());
            let part = &other[from..(from + 1 + dice.below(256)).min(other.len())];
            stream.splice(at..end, part.iter().copied());
        }
    }
}

/// Makes the checksums of chunks right: else, little damage is seen by what is behind them.
fn mend_png(stream: &mut [u8]) {
    let mut at = 8;
    while let Some((len, rest)) = stream.get_mut(at..).and_then(<[u8]>::split_first_chunk_mut) {
        let len = u32::from_be_bytes(*len) as usize;
        let Some((body, behind)) = rest.split_at_mut_checked(len.saturating_add(4)) else { return };
        let Some(sum) = behind.first_chunk_mut() else { return };
        *sum = crc(body).to_be_bytes();
        at += len + 12;
    }
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
    !bytes.iter().fold(!0, |sum, &byte| (0..8).fold(sum ^ u32::from(byte), step))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Damage, mend_png};

    #[test]
    fn a_case_depends_on_name_seed_and_number_alone() {
        let new = |seed| Damage::new("packbits", Path::new("/nowhere"), seed).unwrap();
        let (a, b, c) = (new(1), new(1), new(2));
        assert!((0..200).all(|case| a.case(case) == b.case(case)));
        assert!((0..200).any(|case| a.case(case) != c.case(case)));
        assert!((1..200).any(|case| a.case(case) != a.case(0)));
    }

    #[test]
    fn checksums_of_chunks_are_mended() {
        let end = [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82];
        let mut stream = [&[0; 8][..], &end, &end, &[0, 0, 0, 9, 1]].concat();
        let whole = stream.clone();
        stream[16..20].fill(7);
        stream[30] = 0;
        mend_png(&mut stream);
        assert_eq!(stream, whole);
    }

    #[test]
    fn damage_to_nothing_is_no_panic() {
        let damage = Damage { codec: Some("packbits"), format: None, streams: vec![vec![], vec![7]], seed: 3 };
        (0..5000).for_each(|case| assert!(damage.case(case).len() >= 16));
    }
}
