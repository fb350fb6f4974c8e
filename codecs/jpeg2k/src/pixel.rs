//! From OpenJPEG's planes of `i32` to samples, row by row: subsampled components, palettes, sYCC, interleaving.

use iio_codec::{ArrayMut, Blame, DType, Result};

use crate::INFO;
use crate::header::{Colour, Component, Info, PaletteColumn};
use crate::options::DecodeOptions;

/// The most bits of a sample that OpenJPEG takes.
const MAX_PRECISION: u8 = 31;

/// Where the samples of an output channel come from.
#[derive(Debug)]
struct Channel {
    component: usize,
    /// Palette column: a sample is looked up, and clamped to the entries.
    lookup: Option<Box<[i32]>>,
}

/// How components become channels.
#[derive(Debug)]
pub(crate) struct Mapping {
    channels: Vec<Channel>,
    /// The first three channels are sYCC to be made RGB. Bits of a sample, and the zero of both chroma channels.
    ycc: Option<(u8, i32)>,
    planar: bool,
}

/// Applied palette, if there is one.
fn palette<'a>(info: &Info<'a>, options: &DecodeOptions) -> Option<crate::Palette<'a>> {
    info.palette.filter(|_| options.palette)
}

/// Number of output channels.
pub(crate) fn n_channels(info: &Info<'_>, options: &DecodeOptions) -> usize {
    palette(info, options).map_or(info.size.n_components(), |palette| palette.n_channels())
}

/// The smallest dtype that holds all channels, and the significant bits in it.
pub(crate) fn sample_type(info: &Info<'_>, options: &DecodeOptions) -> Result<(DType, u32)> {
    let mut most = [0u8; 2];
    let mut add = |(precision, signed): (u8, bool)| {
        let slot = &mut most[usize::from(signed)];
        *slot = precision.max(*slot);
    };
    if let Some(palette) = palette(info, options) {
        for channel in palette.channels() {
            match channel {
                PaletteColumn::Mapped { column, .. } => palette.depth(column).into_iter().for_each(&mut add),
                PaletteColumn::Direct { component } => {
                    info.size.component(component.into()).map(depth).into_iter().for_each(&mut add);
                }
            }
        }
    } else {
        info.size.components().map(depth).for_each(&mut add);
    }
    // Components that are only looked up are decoded all the same.
    let widest = info.size.components().map(|c| c.precision).max().unwrap_or(0).max(most[0]).max(most[1]);
    if widest > MAX_PRECISION {
        return Err(INFO.unsupported(format!("{widest} bits per sample, at most {MAX_PRECISION} are supported")));
    }
    let [unsigned, signed] = most.map(u32::from);
    let (bits, dtype) = match (unsigned, signed) {
        (_, 0) => (unsigned, DType::uint_for_bits(unsigned)),
        (0, _) => (signed, DType::int_for_bits(signed)),
        _ => (signed.max(unsigned + 1), DType::int_for_bits(signed.max(unsigned + 1))),
    };
    let dtype = dtype.ok_or_else(|| INFO.internal(format!("no dtype for {bits} bits")))?;
    Ok((dtype, bits))
}

fn depth(component: Component) -> (u8, bool) {
    (component.precision, component.signed)
}

/// Whether the first three components are sYCC: by the header, or by their subsampling, as the tools of OpenJPEG
/// guess. The zero of chroma goes with it.
fn ycc(info: &Info<'_>, options: &DecodeOptions) -> Option<(u8, i32)> {
    if !options.to_rgb || palette(info, options).is_some() {
        return None;
    }
    let size = &info.size;
    let (y, cb, cr) = (size.component(0)?, size.component(1)?, size.component(2)?);
    let distances = |c: Component| [c.dx, c.dy];
    let alike = y.precision == cb.precision && cb == cr && !y.signed && distances(y) == size.step;
    let subsampled = size.n_components() == 3 && distances(y) == [1, 1] && matches!(distances(cb), [2, 1 | 2]);
    let zero = if cb.signed { 0 } else { 1i32.checked_shl(u32::from(cb.precision) - 1)? };
    (alike && (info.colour == Colour::SYCC || subsampled)).then_some((y.precision, zero))
}

impl Mapping {
    pub(crate) fn new(info: &Info<'_>, options: &DecodeOptions) -> Self {
        let direct = |component| Channel { component, lookup: None };
        let mut channels: Vec<Channel> = match palette(info, options) {
            None => (0..info.size.n_components()).map(direct).collect(),
            Some(palette) => {
                let channels = palette.channels().map(|channel| match channel {
                    PaletteColumn::Direct { component } => direct(component.into()),
                    PaletteColumn::Mapped { component, column } => {
                        // At most 31 bits, by `sample_type`.
                        let lookup =
                            palette.column(column).map(|value| i32::try_from(value).unwrap_or(i32::MAX)).collect();
                        Channel { component: component.into(), lookup: Some(lookup) }
                    }
                });
                channels.collect()
            }
        };
        reorder(info, &mut channels);
        Self { channels, ycc: ycc(info, options), planar: options.planar }
    }

    /// True if rows of components are rows of channels as they are.
    fn is_plain(&self) -> bool {
        self.ycc.is_none() && self.channels.iter().all(|channel| channel.lookup.is_none())
    }
}

/// Puts the colour channels into the order of their colours (I.5.3.6). Others stay where they are.
fn reorder(info: &Info<'_>, channels: &mut [Channel]) {
    // Where channel `cn` has gone to while earlier entries swapped.
    let mut places: Vec<usize> = (0..channels.len()).collect();
    for definition in info.channel_definitions() {
        let Some(to) = definition.association.checked_sub(1).map(usize::from) else { continue };
        let Some(&from) = places.get(usize::from(definition.channel)) else { continue };
        if definition.kind != 0 || to >= channels.len() || from == to {
            continue;
        }
        channels.swap(from, to);
        places.iter_mut().for_each(|place| {
            *place = match *place {
                p if p == from => to,
                p if p == to => from,
                p => p,
            }
        });
    }
}

/// The samples of one component within the pixels that are written.
#[derive(Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) values: &'a [i32],
    pub(crate) width: usize,
    /// Left and top of the samples, in samples of the component from the origin of the reference grid.
    pub(crate) origin: [u32; 2],
    /// Pixels per sample.
    pub(crate) factor: [u32; 2],
}

impl Samples<'_> {
    /// The nearest sample to pixel `at` along an axis of `len` samples.
    fn nearest(&self, axis: usize, at: u32, len: usize) -> usize {
        let sample = (at / self.factor[axis]).saturating_sub(self.origin[axis]);
        (sample as usize).min(len.saturating_sub(1))
    }

    fn row(&self, pixel: u32) -> &[i32] {
        let height = self.values.len() / self.width.max(1);
        let start = self.nearest(1, pixel, height) * self.width;
        self.values.get(start..start + self.width).unwrap_or(&[])
    }
}

/// Writes the pixels from `origin` on into `dst`: `[height, width]`, `[height, width, samples]` or planar.
pub(crate) fn write(mapping: &Mapping, planes: &[Samples<'_>], origin: [u32; 2], dst: ArrayMut<'_>) -> Result<()> {
    match dst.dtype().size() {
        1 => write_as::<u8>(mapping, planes, origin, dst),
        2 => write_as::<u16>(mapping, planes, origin, dst),
        _ => write_as::<u32>(mapping, planes, origin, dst),
    }
}

/// An integer as it lies in memory; signed ones have the same bits.
trait Narrow {
    const SIZE: usize;
    fn put(value: i32, to: &mut [u8]);
}

macro_rules! narrow {
    ($($type:ty)+) => {$(
        impl Narrow for $type {
            const SIZE: usize = size_of::<Self>();
            #[inline]
            fn put(value: i32, to: &mut [u8]) {
                // OpenJPEG clamps to the precision, which fits.
                #[allow(clippy::cast_possible_truncation, reason = "not for all types of this macro")]
                to.copy_from_slice(&(value.cast_unsigned() as Self).to_ne_bytes());
            }
        }
    )+};
}
narrow!(u8 u16 u32);

fn write_as<T: Narrow>(
    mapping: &Mapping,
    planes: &[Samples<'_>],
    origin: [u32; 2],
    mut dst: ArrayMut<'_>,
) -> Result<()> {
    let n = mapping.channels.len();
    let planar = mapping.planar && n > 1;
    let ((true, &[_, height, width]) | (false, &[height, width] | &[height, width, _])) = (planar, dst.shape()) else {
        return Err(INFO.internal(format!("no image layout: {}", dst.layout())));
    };
    let row_len = width * if planar { 1 } else { n } * T::SIZE;
    if dst.n_rows(row_len).is_none() {
        // Pixels of the destination are apart: through memory of our own.
        let layout = *dst.layout();
        let mut bytes = iio_codec::AlignedBytes::zeroed(layout.n_bytes())?;
        write_as::<T>(mapping, planes, origin, ArrayMut::new(&mut bytes, layout)?)?;
        return dst.store(&bytes);
    }
    let mut rows = Rows::new(mapping, planes, origin, width);
    let no_row = || INFO.internal("rows are missing");
    for y in 0..height {
        rows.load(y);
        if planar {
            for channel in 0..n {
                let to = dst.row_mut(channel * height + y, row_len).ok_or_else(no_row)?;
                interleave::<T>(&[rows.channel(channel)], to);
            }
        } else {
            let to = dst.row_mut(y, row_len).ok_or_else(no_row)?;
            match n {
                1 => interleave::<T>(&[rows.channel(0)], to),
                3 => interleave::<T>(&[rows.channel(0), rows.channel(1), rows.channel(2)], to),
                4 => {
                    let channels = [rows.channel(0), rows.channel(1), rows.channel(2), rows.channel(3)];
                    interleave::<T>(&channels, to);
                }
                _ => (0..n).for_each(|channel| scatter::<T>(rows.channel(channel), to, channel, n)),
            }
        }
    }
    Ok(())
}

/// Writes whole pixels of `N` channels.
fn interleave<T: Narrow>(channels: &[&[i32]], to: &mut [u8]) {
    match *channels {
        [a] => to.chunks_exact_mut(T::SIZE).zip(a).for_each(|(to, &a)| T::put(a, to)),
        [a, b, c] => {
            for (((to, &a), &b), &c) in to.chunks_exact_mut(3 * T::SIZE).zip(a).zip(b).zip(c) {
                let (first, rest) = to.split_at_mut(T::SIZE);
                let (second, third) = rest.split_at_mut(T::SIZE);
                T::put(a, first);
                T::put(b, second);
                T::put(c, third);
            }
        }
        _ => channels.iter().enumerate().for_each(|(index, row)| scatter::<T>(row, to, index, channels.len())),
    }
}

/// Writes one channel of pixels of `n` channels.
fn scatter<T: Narrow>(row: &[i32], to: &mut [u8], channel: usize, n: usize) {
    for (pixel, &value) in to.chunks_exact_mut(n * T::SIZE).zip(row) {
        if let Some(to) = pixel.get_mut(channel * T::SIZE..(channel + 1) * T::SIZE) {
            T::put(value, to);
        }
    }
}

/// The channels of one row of pixels.
struct Rows<'a> {
    mapping: &'a Mapping,
    planes: &'a [Samples<'a>],
    origin: [u32; 2],
    width: usize,
    y: u32,
    /// Sample of each pixel, for components whose samples are not pixels.
    columns: Vec<Vec<usize>>,
    /// Rows that are computed, by channel; empty where the plane's own row serves.
    computed: Vec<Vec<i32>>,
}

impl<'a> Rows<'a> {
    fn new(mapping: &'a Mapping, planes: &'a [Samples<'a>], origin: [u32; 2], width: usize) -> Self {
        let columns = planes.iter().map(|plane| {
            if plane.factor[0] == 1 {
                return Vec::new();
            }
            (origin[0]..).take(width).map(|x| plane.nearest(0, x, plane.width)).collect()
        });
        let columns: Vec<Vec<usize>> = columns.collect();
        let plain = mapping.is_plain() && columns.iter().all(Vec::is_empty);
        let computed = if plain { Vec::new() } else { vec![Vec::new(); mapping.channels.len()] };
        Self { mapping, planes, origin, width, y: origin[1], columns, computed }
    }

    /// The row of a component from its first pixel on, if its samples are pixels.
    fn direct(&self, component: usize) -> &'a [i32] {
        let Some(plane) = self.planes.get(component) else { return &[] };
        let from = (self.origin[0] - plane.origin[0].min(self.origin[0])) as usize;
        // The planes outlive these rows.
        let height = plane.values.len() / plane.width.max(1);
        let start = plane.nearest(1, self.y, height) * plane.width + from;
        plane.values.get(start..start + self.width).unwrap_or(&[])
    }

    /// Goes to row `y` of the destination.
    fn load(&mut self, y: usize) {
        self.y = self.origin[1].saturating_add(u32::try_from(y).unwrap_or(u32::MAX));
        for index in 0..self.computed.len() {
            let mut row = core::mem::take(&mut self.computed[index]);
            self.compute(index, &mut row);
            self.computed[index] = row;
        }
        if let (Some((bits, zero)), [y, cb, cr, ..]) = (self.mapping.ycc, self.computed.as_mut_slice()) {
            ycc_to_rgb(y, cb, cr, bits, zero);
        }
    }

    fn compute(&self, channel: usize, row: &mut Vec<i32>) {
        let Some(channel) = self.mapping.channels.get(channel) else { return };
        row.clear();
        match (self.columns.get(channel.component), self.planes.get(channel.component)) {
            (Some(columns), Some(plane)) if !columns.is_empty() => {
                let samples = plane.row(self.y);
                row.extend(columns.iter().map(|&column| samples.get(column).copied().unwrap_or(0)));
            }
            _ => row.extend_from_slice(self.direct(channel.component)),
        }
        if let Some(lookup) = &channel.lookup {
            let last = lookup.len().saturating_sub(1);
            for value in row {
                let entry = usize::try_from(*value).unwrap_or(0).min(last);
                *value = lookup.get(entry).copied().unwrap_or(0);
            }
        }
    }

    fn channel(&self, index: usize) -> &[i32] {
        match (self.computed.get(index), self.mapping.channels.get(index)) {
            (Some(row), _) => row,
            (None, Some(channel)) => self.direct(channel.component),
            (None, None) => &[],
        }
    }
}

/// sYCC to RGB in place, as OpenJPEG's tools round it: Amendment 1 to IEC 61966-2-1, products cut towards zero.
#[expect(clippy::cast_possible_truncation, reason = "bounded by twice the samples")]
fn ycc_to_rgb(y: &mut [i32], cb: &mut [i32], cr: &mut [i32], bits: u8, zero: i32) {
    let top = i32::MAX >> (31 - u32::from(bits.min(31)));
    for ((y, cb), cr) in y.iter_mut().zip(cb).zip(cr) {
        let (luma, blue, red) = (*y, f64::from(*cb - zero), f64::from(*cr - zero));
        let part = |value: f64| value as i32;
        *y = luma.saturating_add(part(1.402 * red)).clamp(0, top);
        *cb = luma.saturating_sub(part(0.344 * blue + 0.714 * red)).clamp(0, top);
        *cr = luma.saturating_add(part(1.772 * blue)).clamp(0, top);
    }
}
