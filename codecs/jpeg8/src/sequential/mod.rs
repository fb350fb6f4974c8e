//! The plain decoder: one scan of Huffman codes with all components, 8 bits. It gives planes, or nothing: whatever is not
//! as it should be is left to the library, which knows what libjpeg makes of it.

mod huffman;
pub(crate) mod inverse;

use std::ops::Range;

use iio_codec::{Context, Result};

use self::huffman::Data;
pub(crate) use self::huffman::{Reader, Table};
use crate::INFO;
use crate::baseline::table::ZIGZAG;
use crate::header::{Info, MAX_COMPONENTS, Parts, Process, Start, marker, segment};
use crate::simd::Machine;

/// MCUs that are read, then transformed. Even, since blocks are transformed in pairs.
const BATCH: usize = 8;

/// One component, and its plane.
#[derive(Debug, Default)]
pub(crate) struct Component {
    /// Blocks in an MCU, across and down.
    factors: (usize, usize),
    /// Numbers of the tables of DC and AC coefficients.
    tables: [usize; 2],
    steps: Steps,
    /// The DC coefficient of the block before.
    dc: i16,
    /// Rows of blocks of a batch.
    batch: Vec<[[i16; 64]; 2]>,
}

impl Component {
    /// Makes samples of a batch of blocks from `mcu` on.
    fn transform(&self, plane: &mut [u8], stride: usize, (mcu, mcu_row): (usize, usize), machine: Machine) {
        let (h, v) = self.factors;
        let (n, first) = (BATCH * h / 2, mcu * h / 2);
        let last = (first + n).min(stride / 16);
        for (r, blocks) in self.batch.chunks_exact(n).enumerate() {
            let start = 8 * (mcu_row * v + r) * stride;
            let mut rows = plane.get_mut(start..start + 8 * stride).unwrap_or(&mut []).chunks_exact_mut(stride);
            let to = std::array::from_fn(|_| match rows.next() {
                Some(row) => row.as_chunks_mut::<16>().0.get_mut(first..last).unwrap_or(&mut []),
                None => &mut [],
            });
            machine.inverse(blocks.get(..last - first).unwrap_or(&[]), &self.steps.0, to);
        }
    }
}

/// Tables of DC and AC coefficients.
pub(crate) type Codes<'a> = [&'a Table; 2];

/// Reads MCUs of a batch. `None` for what is no code.
#[inline(always)]
pub(crate) fn read(
    reader: &mut Reader<'_>,
    components: &mut [Component],
    codes: &[Codes<'_>],
    mcus: Range<usize>,
) -> Option<()> {
    let mut here = *reader;
    for mcu in mcus {
        for (component, &codes) in components.iter_mut().zip(codes) {
            let (h, v) = component.factors;
            let mut last = component.dc;
            for row in component.batch.as_flattened_mut().chunks_exact_mut(BATCH * h).take(v) {
                for block in row.get_mut(mcu * h..(mcu + 1) * h)? {
                    here.block(codes, &mut last, &ZIGZAG, block)?;
                }
            }
            component.dc = last;
        }
    }
    *reader = here;
    Some(())
}

/// Steps at the places of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps(pub(crate) [i16; 64]);

impl Default for Steps {
    fn default() -> Self {
        Self([0; 64])
    }
}

/// What a worker keeps between calls.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    pub(crate) machine: Machine,
    data: Data,
    components: [Component; MAX_COMPONENTS],
    pub(crate) planes: Vec<Vec<u8>>,
    /// Samples from row to row of the planes.
    pub(crate) strides: [usize; MAX_COMPONENTS],
}

/// Tables of the stream, by their numbers.
#[derive(Default)]
struct Tables {
    codes: [[Option<Table>; 4]; 2],
    steps: [Option<Steps>; 4],
}

impl Tables {
    fn read(parts: &Parts<'_>, start: Start) -> Option<Self> {
        let mut tables = Self::default();
        for src in parts.all.iter().take(start.part + 1) {
            let mut at = 0;
            while let Ok(Some(segment)) = segment(src, at) {
                at = segment.end;
                match segment.marker {
                    marker::DQT => tables.take_steps(segment.body)?,
                    marker::DHT => tables.take_codes(segment.body)?,
                    marker::SOS | marker::EOI => break,
                    _ => {}
                }
            }
        }
        Some(tables)
    }

    /// Takes tables of steps of 8 bits.
    fn take_steps(&mut self, body: &[u8]) -> Option<()> {
        for table in body.chunks(65) {
            let (&number, steps) = table.split_first()?;
            let mut at = [0; 64];
            for (place, &step) in ZIGZAG.into_iter().zip(steps.first_chunk::<64>()?) {
                at[usize::from(place)] = i16::from(step);
            }
            *self.steps.get_mut(usize::from(number))? = Some(Steps(at));
        }
        Some(())
    }

    fn take_codes(&mut self, body: &[u8]) -> Option<()> {
        let mut rest = body;
        while let Some((&spec, tail)) = rest.split_first() {
            let (counts, tail) = tail.split_first_chunk::<16>()?;
            let (symbols, tail) = tail.split_at_checked(counts.iter().map(|&n| usize::from(n)).sum())?;
            let (class, number) = (usize::from(spec >> 4), usize::from(spec & 15));
            // A table that cannot be right may be one that is not used.
            *self.codes.get_mut(class)?.get_mut(number)? = Table::new(counts, symbols, class == 1);
            rest = tail;
        }
        Some(())
    }
}

/// Bytes that a worker keeps for the next image.
const KEPT: usize = 16 << 20;

impl Decoder {
    /// Gives back what a large image took.
    pub(crate) fn trim(&mut self) {
        if self.planes.iter().map(Vec::capacity).sum::<usize>() > KEPT {
            self.planes = Vec::new();
            self.data = Data::default();
        }
    }

    /// Fills the planes. False if the stream is none of those that are decoded here.
    pub(crate) fn decode(&mut self, parts: &Parts<'_>, info: &Info, start: Start, cx: &Context<'_>) -> Result<bool> {
        if info.process != Process::Sequential || info.arithmetic || start.part != 2 || !parts.all[1].is_empty() {
            return Ok(false);
        }
        let src = parts.all[2];
        let Some(tables) = Tables::read(parts, start) else { return Ok(false) };
        let body = src.get(start.sos + 4..start.data).unwrap_or(&[]);
        if self.prepare(info, body, &tables).is_none() || !self.data.fill(src.get(start.data..).unwrap_or(&[])) {
            return Ok(false);
        }
        self.run(info, &tables, cx)
    }

    /// Fits the components to the frame and to the scan header. `None` if they are not as they should be.
    fn prepare(&mut self, info: &Info, scan: &[u8], tables: &Tables) -> Option<()> {
        let n = info.components().len();
        let (&[count], list) = scan.split_first_chunk::<1>()?;
        if usize::from(count) != n {
            return None;
        }
        let (across, down) = mcus(info);
        self.planes.resize_with(n, Vec::new);
        for (c, frame) in info.components().iter().enumerate() {
            let &[id, numbers] = list.as_chunks::<2>().0.get(c)?;
            if id != frame.id {
                return None;
            }
            let component = self.components.get_mut(c)?;
            let (h, v) = if n == 1 { (1, 1) } else { (usize::from(frame.horizontal), usize::from(frame.vertical)) };
            component.factors = (h, v);
            component.tables = [usize::from(numbers >> 4), usize::from(numbers & 15)];
            component.steps = (*tables.steps.get(usize::from(frame.table))?)?;
            component.dc = 0;
            component.batch.resize(v * BATCH * h / 2, [[0; 64]; 2]);
            let stride = (across * h * 8).next_multiple_of(16);
            self.strides[c] = stride;
            let (plane, len) = (self.planes.get_mut(c)?, stride * down * v * 8);
            plane.try_reserve(len.saturating_sub(plane.len())).ok()?;
            plane.resize(len, 0);
        }
        Some(())
    }

    fn run(&mut self, info: &Info, tables: &Tables, cx: &Context<'_>) -> Result<bool> {
        let Self { machine, data, components, planes, strides } = self;
        let components = components.get_mut(..info.components().len()).unwrap_or(&mut []);
        let mut codes = Vec::new();
        for component in components.iter() {
            let [dc, ac] = component.tables;
            let (dc, ac) = (tables.codes[0].get(dc), tables.codes[1].get(ac));
            let (Some(Some(dc)), Some(Some(ac))) = (dc, ac) else { return Ok(false) };
            codes.push([dc, ac]);
        }
        let Some(reader) = data.reader(0) else { return Ok(false) };
        let interval = usize::from(info.restart_interval);
        let mut place = Place { data, reader, segment: 0, interval, left: interval };
        let (across, down) = mcus(info);
        for mcu_row in 0..down {
            cx.check_cancel(&INFO)?;
            if place.reader.is_beyond() {
                return Ok(false);
            }
            for mcu in (0..across).step_by(BATCH) {
                if place.read(components, &codes, BATCH.min(across - mcu), *machine).is_none() {
                    return Ok(false);
                }
                for ((component, plane), &stride) in components.iter().zip(planes.iter_mut()).zip(strides.iter()) {
                    component.transform(plane, stride, (mcu, mcu_row), *machine);
                }
            }
        }
        Ok(place.reader.is_at_end() && place.segment + 1 == data.n_segments())
    }
}

/// How far the data is read.
struct Place<'a> {
    data: &'a Data,
    reader: Reader<'a>,
    segment: usize,
    /// MCUs in a segment; 0 if there is one segment.
    interval: usize,
    /// MCUs up to the end of the segment.
    left: usize,
}

impl Place<'_> {
    /// Reads a batch of `n` MCUs.
    fn read(&mut self, components: &mut [Component], codes: &[Codes<'_>], n: usize, machine: Machine) -> Option<()> {
        components.iter_mut().for_each(|component| component.batch.fill([[0; 64]; 2]));
        let mut done = 0;
        while done < n {
            let mut run = n - done;
            if self.interval > 0 {
                if self.left == 0 {
                    self.segment += 1;
                    self.reader = self.data.reader(self.segment).filter(|_| self.reader.is_at_end())?;
                    self.left = self.interval;
                    components.iter_mut().for_each(|component| component.dc = 0);
                }
                run = run.min(self.left);
                self.left -= run;
            }
            machine.read(&mut self.reader, components, codes, done..done + run)?;
            done += run;
        }
        Some(())
    }
}

/// MCUs across and down. One component alone has MCUs of one block.
fn mcus(info: &Info) -> (usize, usize) {
    let (h, v) = if info.components().len() == 1 { (1, 1) } else { info.max_factors() };
    (info.width.div_ceil(8 * h) as usize, info.height.div_ceil(8 * v) as usize)
}
