//! The plain encoder: sequential, with the Huffman tables of annex K. What it writes is what libjpeg writes, bit for bit.
//!
//! Rows of MCUs go through it one after the other: pixels to rows of components (`sample`), these to blocks (`block`),
//! and some MCUs at a time, so that blocks stay in the nearest cache, to the stream (`entropy`).

pub(crate) mod block;
mod component;
pub(crate) mod entropy;
mod frame;
pub(crate) mod sample;
pub(crate) mod table;

use iio_codec::{ArrayRef, Context, Result};

use self::block::Divisors;
use self::component::{Component, resize};
use self::entropy::{Bits, Part};
pub(crate) use self::frame::Frame;
use self::frame::{Conversion, MAX_COMPONENTS};
use self::table::CODES;
use crate::header::marker;
use crate::simd::Machine;
use crate::{EncodeOptions, INFO};

/// MCUs that are transformed, then coded. Even, since blocks are made in pairs.
const BATCH: usize = 8;

/// What a worker keeps between calls.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) machine: Machine,
    components: [Component; MAX_COMPONENTS],
    /// Samples of a row of pixels, apart, if they are converted.
    planes: [Vec<u8>; MAX_COMPONENTS],
}

/// Where restart markers come, and what they restart.
struct Progress {
    interval: usize,
    /// MCUs up to the next marker.
    left: usize,
    /// The number of the next marker, 0 to 7.
    number: u8,
    /// The last DC coefficient of each component.
    dc: [i16; MAX_COMPONENTS],
}

impl Scratch {
    /// Appends the stream of `src` to `to`. Rows of pixels must have no gaps.
    pub(crate) fn encode(
        &mut self,
        src: ArrayRef<'_>,
        frame: &Frame,
        options: &EncodeOptions,
        to: &mut Vec<u8>,
        cx: &Context<'_>,
    ) -> Result<()> {
        for (index, component) in self.components.iter_mut().enumerate().take(frame.n) {
            component.prepare(frame, index)?;
        }
        for plane in &mut self.planes {
            resize(plane, frame.stride())?;
        }
        let steps = table::steps(options.quality);
        let divisors = [Divisors::new(&steps[0]), Divisors::new(&steps[1])];
        frame.write_head(&steps, options, to);
        let interval = frame.interval(options);
        let mut progress = Progress { interval, left: interval, number: 0, dc: [0; MAX_COMPONENTS] };
        let mut bits = Bits::new(to);
        for mcu_row in 0..frame.mcus().1 {
            cx.check_cancel(&INFO)?;
            self.fill(src, frame, mcu_row);
            for mcu in (0..frame.mcus().0).step_by(BATCH) {
                self.code((mcu, mcu_row), frame, &divisors, &mut bits, &mut progress)?;
            }
        }
        bits.end(marker::EOI)
    }

    /// Fills the rows of the components with row `mcu_row` of the MCUs. As in libjpeg, rows that an MCU lacks are made
    /// in two ways: one that is needed to make a row of lower resolution repeats the last one of the image, others the
    /// last one of the component.
    fn fill(&mut self, src: ArrayRef<'_>, frame: &Frame, mcu_row: usize) {
        let v = frame.factors.1;
        for group in 0..8 {
            let first = (8 * mcu_row + group) * v;
            if first >= frame.height {
                self.components.iter_mut().take(frame.n).for_each(|component| component.repeat(group));
                continue;
            }
            for r in 0..v {
                let y = (first + r).min(frame.height - 1);
                self.convert(src.row(y, frame.width * frame.samples).unwrap_or(&[]), frame, (group, r));
            }
            for component in self.components.iter_mut().take(frame.n) {
                component.shrink(group, self.machine);
            }
        }
    }

    /// Makes row `r` of a group of the components of a row of pixels.
    fn convert(&mut self, pixels: &[u8], frame: &Frame, (group, r): (usize, usize)) {
        let Self { machine, components, planes } = self;
        let components = components.get_mut(..frame.n).unwrap_or(&mut []);
        let mut rows = components.iter_mut().map(|component| component.row(group, r));
        let places = match frame.conversion {
            Conversion::Apart => {
                split(*machine, pixels, frame, rows);
                return;
            }
            Conversion::Pick(places) | Conversion::Luma(places) | Conversion::YCbCr(places) => places,
        };
        split(*machine, pixels, frame, planes.iter_mut().map(|plane| &mut plane[..]));
        let rgb = places.map(|place| planes.get(place).map_or(&[][..], |plane| plane));
        let mut next = || rows.next().unwrap_or(&mut []);
        match frame.conversion {
            Conversion::YCbCr(_) => machine.ycbcr(rgb, [next(), next(), next()]),
            Conversion::Luma(_) => machine.luma(rgb, next()),
            _ => rows.zip(rgb).for_each(|(row, plane)| row.iter_mut().zip(plane).for_each(|(to, &from)| *to = from)),
        }
    }

    /// Transforms and codes a batch of MCUs.
    fn code(
        &mut self,
        (mcu, mcu_row): (usize, usize),
        frame: &Frame,
        divisors: &[Divisors; 2],
        bits: &mut Bits<'_>,
        progress: &mut Progress,
    ) -> Result<()> {
        let mut parts = [const { Part::NONE }; MAX_COMPONENTS];
        let all = self.components.iter_mut().zip(&mut parts).zip(progress.dc).take(frame.n);
        for (c, ((component, part), dc)) in all.enumerate() {
            let table = frame.table(c);
            component.transform(mcu, &divisors[table], self.machine);
            let (across, down) = component.factors;
            *part = Part { codes: &CODES[table], dc, across, down, rows: component.batch((mcu, mcu_row)) };
        }
        let parts = parts.get_mut(..frame.n).unwrap_or(&mut []);
        let (mut done, n) = (0, BATCH.min(frame.mcus().0 - mcu));
        while done < n {
            let mut run = n - done;
            if progress.interval > 0 {
                if progress.left == 0 {
                    bits.end(marker::RST0 + progress.number)?;
                    parts.iter_mut().for_each(|part| part.dc = 0);
                    (progress.left, progress.number) = (progress.interval, (progress.number + 1) % 8);
                }
                run = run.min(progress.left);
                progress.left -= run;
            }
            self.machine.code(bits, parts, done..done + run)?;
            done += run;
        }
        progress.dc.iter_mut().zip(parts).for_each(|(dc, part)| *dc = part.dc);
        Ok(())
    }
}

/// Takes the samples of a row of pixels apart, and repeats the last ones. Planes may be fewer than samples.
fn split<'a>(machine: Machine, pixels: &[u8], frame: &Frame, planes: impl Iterator<Item = &'a mut [u8]>) {
    let mut planes = planes;
    match frame.samples {
        1 => split_in::<1>(machine, pixels, frame.width, &mut planes),
        3 => split_in::<3>(machine, pixels, frame.width, &mut planes),
        _ => split_in::<4>(machine, pixels, frame.width, &mut planes),
    }
}

fn split_in<'a, const N: usize>(
    machine: Machine,
    pixels: &[u8],
    width: usize,
    planes: &mut impl Iterator<Item = &'a mut [u8]>,
) {
    let mut planes: [&mut [u8]; N] = std::array::from_fn(|_| planes.next().unwrap_or(&mut []));
    machine.split(pixels, planes.each_mut().map(|plane| &mut **plane));
    for plane in planes {
        if let Some((row, rest)) = plane.split_at_mut_checked(width)
            && let Some(&last) = row.last()
        {
            rest.fill(last);
        }
    }
}
