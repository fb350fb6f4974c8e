//! Palettes for images: exact ones where there are few colours, else by cuts where colours differ most.

use iio_codec::{Blame, Result, zeroed_vec};

use crate::INFO;

/// An image of indices.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    pub(crate) colours: Vec<[u8; 3]>,
    pub(crate) indices: Vec<u8>,
    pub(crate) transparent: Option<u8>,
}

/// Samples below are transparent.
pub(crate) const OPAQUE: u8 = 128;

/// A colour and its index.
type Slot = Option<([u8; 3], u8)>;

/// Colours and their indices: open addressing.
struct Exact {
    slots: Box<[Slot; 1024]>,
}

impl Exact {
    fn new(colours: &[[u8; 3]]) -> Self {
        let mut exact = Self { slots: Box::new([None; 1024]) };
        (0..=u8::MAX).zip(colours).for_each(|(index, &colour)| {
            let slot = exact.slot(colour);
            exact.slots[slot].get_or_insert((colour, index));
        });
        exact
    }

    /// The place of a colour. There are at most 256 of them: a free place exists.
    fn slot(&self, colour: [u8; 3]) -> usize {
        let [red, green, blue] = colour.map(u32::from);
        let hash = (red << 16 | green << 8 | blue).wrapping_mul(0x9e37_79b1) >> 22;
        let mut slot = hash as usize % 1024;
        while self.slots[slot].is_some_and(|(found, _)| found != colour) {
            slot = (slot + 1) % 1024;
        }
        slot
    }

    fn index(&self, colour: [u8; 3]) -> Option<u8> {
        self.slots[self.slot(colour)].map(|(_, index)| index)
    }
}

/// `None` stands for transparent.
fn colours<const N: usize>(pixels: &[u8]) -> impl Iterator<Item = Option<[u8; 3]>> {
    pixels.as_chunks::<N>().0.iter().map(|pixel| match *pixel.as_slice() {
        [red, green, blue] => Some([red, green, blue]),
        [red, green, blue, alpha] => (alpha >= OPAQUE).then_some([red, green, blue]),
        _ => None,
    })
}

/// Finds the indices of pixels among `known` colours; `None` if one is not there.
pub(crate) fn with_palette<const N: usize>(
    pixels: &[u8],
    known: &[[u8; 3]],
    transparent: Option<u8>,
) -> Result<Option<Vec<u8>>> {
    let exact = Exact::new(known);
    let mut indices = zeroed_vec(pixels.len() / N)?;
    let mut last = (None, None);
    for (to, colour) in indices.iter_mut().zip(colours::<N>(pixels)) {
        if last != (colour, last.1) || last.1.is_none() {
            last = (colour, colour.map_or(transparent, |colour| exact.index(colour)));
        }
        // A colour that stands for transparent is none of the picture.
        match last.1.filter(|&index| colour.is_none() || Some(index) != transparent) {
            Some(index) => *to = index,
            None => return Ok(None),
        }
    }
    Ok(Some(indices))
}

/// Finds a palette of at most `n` colours. Exact if there are no more.
pub(crate) fn quantize<const N: usize>(pixels: &[u8], n: usize, dither: bool, width: usize) -> Result<Indexed> {
    let mut known: Vec<[u8; 3]> = Vec::new();
    let mut exact = Exact::new(&[]);
    // Alpha comes back as alpha, whether this frame needs it or not.
    let has_holes = N == 4;
    let mut too_many = false;
    let mut last = None;
    for colour in colours::<N>(pixels) {
        let Some(colour) = colour else { continue };
        if too_many || last == Some(colour) {
            continue;
        }
        last = Some(colour);
        let slot = exact.slot(colour);
        if exact.slots[slot].is_none() {
            match u8::try_from(known.len()) {
                Ok(index) if known.len() < n => {
                    exact.slots[slot] = Some((colour, index));
                    known.push(colour);
                }
                _ => too_many = true,
            }
        }
    }
    let room = n - usize::from(has_holes);
    let mut transparent = None;
    let made = too_many || known.len() > room;
    let map = if made { Some(Map::new::<N>(pixels, room)) } else { None };
    let mut colours = map.as_ref().map_or(known, |map| map.colours.clone());
    if has_holes {
        transparent = u8::try_from(colours.len()).ok();
        colours.push([0; 3]);
    }
    let indices = match map {
        Some(map) => map.apply::<N>(pixels, transparent.unwrap_or(0), dither, width)?,
        None => {
            let found = with_palette::<N>(pixels, &colours[..colours.len() - usize::from(has_holes)], transparent)?;
            found.ok_or_else(|| INFO.internal("colour is not among those that were counted"))?
        }
    };
    Ok(Indexed { colours, indices, transparent })
}

/// Bits of each sample that colours are told apart by.
const BITS: u32 = 5;
const BINS: usize = 1 << (3 * BITS);

fn bin(colour: [u8; 3]) -> usize {
    colour.iter().fold(0, |bin, &sample| bin << BITS | usize::from(sample >> (8 - BITS)))
}

/// The pixels of a bin: their number, and the sums of their samples.
#[derive(Clone, Copy, Default)]
struct Bin {
    n: u64,
    sums: [u64; 3],
}

/// From any colour to one of a palette.
struct Map {
    colours: Vec<[u8; 3]>,
    /// The nearest colour of each bin; beyond 255: not looked for.
    nearest: Vec<u16>,
}

/// Samples of a bin.
fn samples(bin: usize) -> [usize; 3] {
    let mask = (1 << BITS) - 1;
    [bin >> (2 * BITS) & mask, bin >> BITS & mask, bin & mask]
}

struct Cut {
    bins: Vec<usize>,
    n: u64,
    /// The axis along which colours differ most, and their mean on it.
    axis: usize,
    mean: u64,
    /// The sum of squared differences to that mean.
    gain: u64,
}

impl Cut {
    fn new(bins: Vec<usize>, all: &[Bin]) -> Self {
        let (mut n, mut sums, mut squares) = (0, [0u64; 3], [0u64; 3]);
        for &bin in &bins {
            let weight = all[bin].n;
            n += weight;
            for (axis, sample) in samples(bin).into_iter().enumerate() {
                sums[axis] += weight * sample as u64;
                squares[axis] += weight * (sample * sample) as u64;
            }
        }
        let spread = |axis: usize| {
            let squared = u128::from(sums[axis]).pow(2) / u128::from(n.max(1));
            squares[axis].saturating_sub(u64::try_from(squared).unwrap_or(u64::MAX))
        };
        // Of equals the last one counts: eyes see green best.
        let axis = [2, 0, 1].into_iter().max_by_key(|&axis| spread(axis)).unwrap_or(1);
        Self { bins, n, axis, mean: sums[axis] / n.max(1), gain: spread(axis) }
    }

    /// What lies up to the mean, and beyond it.
    fn halves(mut self, all: &[Bin]) -> [Self; 2] {
        let (axis, mean) = (self.axis, self.mean);
        self.bins.sort_unstable_by_key(|&bin| (samples(bin)[axis], bin));
        let at = self.bins.partition_point(|&bin| samples(bin)[axis] as u64 <= mean);
        let upper = self.bins.split_off(at.clamp(1, self.bins.len() - 1));
        [Self::new(self.bins, all), Self::new(upper, all)]
    }

    #[expect(clippy::cast_possible_truncation, reason = "a mean of bytes")]
    fn colour(&self, all: &[Bin]) -> [u8; 3] {
        let mut sums = [0; 3];
        self.bins.iter().for_each(|&bin| sums.iter_mut().zip(all[bin].sums).for_each(|(to, sum)| *to += sum));
        sums.map(|sum| ((sum + self.n / 2) / self.n.max(1)) as u8)
    }
}

impl Map {
    fn new<const N: usize>(pixels: &[u8], n: usize) -> Self {
        let mut all = vec![Bin::default(); BINS];
        for colour in colours::<N>(pixels).flatten() {
            let to = &mut all[bin(colour)];
            to.n += 1;
            to.sums.iter_mut().zip(colour).for_each(|(sum, sample)| *sum += u64::from(sample));
        }
        let used = (0..BINS).filter(|&bin| all[bin].n > 0).collect();
        let mut cuts = vec![Cut::new(used, &all)];
        while cuts.len() < n
            && let Some(most) = (0..cuts.len()).filter(|&i| cuts[i].bins.len() > 1).max_by_key(|&i| cuts[i].gain)
        {
            cuts.swap_remove(most).halves(&all).into_iter().for_each(|half| cuts.push(half));
        }
        let colours = cuts.iter().map(|cut| cut.colour(&all)).collect();
        Self { colours, nearest: vec![u16::MAX; BINS] }
    }

    /// The index of the colour that is nearest to the bin of `colour`.
    fn nearest(&mut self, colour: [u8; 3]) -> u8 {
        let bin = bin(colour);
        if let Ok(known) = u8::try_from(self.nearest[bin]) {
            return known;
        }
        let centre = colour.map(|sample| i32::from(sample >> (8 - BITS) << (8 - BITS)) + (1 << (7 - BITS)));
        let distance = |palette: &[u8; 3]| -> i32 {
            palette.iter().zip(centre).map(|(&sample, centre)| (i32::from(sample) - centre).pow(2)).sum()
        };
        let found = (0..=u8::MAX).zip(&self.colours).min_by_key(|(_, palette)| distance(palette)).map_or(0, |(i, _)| i);
        self.nearest[bin] = found.into();
        found
    }

    fn apply<const N: usize>(mut self, pixels: &[u8], hole: u8, dither: bool, width: usize) -> Result<Vec<u8>> {
        let mut indices = zeroed_vec(pixels.len() / N)?;
        if !dither {
            for (to, colour) in indices.iter_mut().zip(colours::<N>(pixels)) {
                *to = colour.map_or(hole, |colour| self.nearest(colour));
            }
            return Ok(indices);
        }
        // Errors in sixteenths, with a place beside the row on each side.
        let mut errors = [vec![[0i32; 3]; width + 2], vec![[0i32; 3]; width + 2]];
        for (to, row) in indices.chunks_mut(width.max(1)).zip(pixels.chunks(width.max(1) * N)) {
            let [here, below] = &mut errors;
            for (x, (to, colour)) in to.iter_mut().zip(colours::<N>(row)).enumerate() {
                let Some(colour) = colour else {
                    *to = hole;
                    continue;
                };
                let mut wanted = [0u8; 3];
                for (axis, wanted) in wanted.iter_mut().enumerate() {
                    let value = i32::from(colour[axis]) + (here[x + 1][axis] >> 4);
                    *wanted = u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX);
                }
                *to = self.nearest(wanted);
                let found = self.colours.get(usize::from(*to)).copied().unwrap_or_default();
                for axis in 0..3 {
                    let error = i32::from(wanted[axis]) - i32::from(found[axis]);
                    here[x + 2][axis] += 7 * error;
                    below[x][axis] += 3 * error;
                    below[x + 1][axis] += 5 * error;
                    below[x + 2][axis] += error;
                }
            }
            errors.swap(0, 1);
            errors[1].fill([0; 3]);
        }
        Ok(indices)
    }
}
