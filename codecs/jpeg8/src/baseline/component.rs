use iio_codec::{Blame, Result};

use super::BATCH;
use super::block::{Block, Divisors};
use super::frame::Frame;
use crate::INFO;
use crate::simd::Machine;

/// One component, and the rows of it that belong to a row of MCUs.
#[derive(Debug, Default)]
pub(crate) struct Component {
    /// Blocks in an MCU, across and down.
    pub(crate) factors: (usize, usize),
    /// Samples of the image for one of the component, across and down.
    shrink: (usize, usize),
    /// Blocks that belong to the image.
    blocks: (usize, usize),
    /// Bytes from row to row of `rows`.
    stride: usize,
    rows: Vec<u8>,
    /// Rows of full resolution that make one row, if the resolution is lower.
    full: Vec<u8>,
    /// Rows of blocks of a batch.
    batch: Vec<[Block; 2]>,
}

impl Component {
    /// Fits the component to a frame.
    pub(crate) fn prepare(&mut self, frame: &Frame, index: usize) -> Result<()> {
        let (h, v) = frame.factors;
        let (across, down) = if index == 0 { (1, 1) } else { frame.factors };
        self.factors = (h / across, v / down);
        self.shrink = (across, down);
        self.blocks = (frame.width.div_ceil(8 * across), frame.height.div_ceil(8 * down));
        self.stride = frame.stride() / across;
        resize(&mut self.rows, 8 * self.factors.1 * self.stride)?;
        if self.shrink != (1, 1) {
            resize(&mut self.full, down * across * self.stride)?;
        }
        self.batch.resize(self.factors.1 * BATCH * self.factors.0 / 2, [Block::EMPTY; 2]);
        Ok(())
    }

    /// The place of row `r` of those in `group`, in the full resolution.
    pub(crate) fn row(&mut self, group: usize, r: usize) -> &mut [u8] {
        let (buffer, index, stride) = match self.shrink {
            (1, 1) => (&mut self.rows, group * self.factors.1 + r, self.stride),
            (across, _) => (&mut self.full, r, across * self.stride),
        };
        buffer.get_mut(index * stride..(index + 1) * stride).unwrap_or(&mut [])
    }

    /// Makes the row of a group of the rows of full resolution.
    pub(crate) fn shrink(&mut self, group: usize, machine: Machine) {
        if self.shrink != (1, 1)
            && let Some(to) = self.rows.get_mut(group * self.stride..(group + 1) * self.stride)
        {
            machine.shrink(self.shrink, &self.full, to);
        }
    }

    /// Repeats the last row of the group before.
    pub(crate) fn repeat(&mut self, group: usize) {
        let (n, stride) = (self.factors.1, self.stride);
        let last = (group * n).saturating_sub(1) * stride;
        for row in group * n..(group + 1) * n {
            self.rows.copy_within(last..last + stride, row * stride);
        }
    }

    /// Transforms the blocks of `BATCH` MCUs from `mcu` on.
    pub(crate) fn transform(&mut self, mcu: usize, divisors: &Divisors, machine: Machine) {
        let n = BATCH * self.factors.0 / 2;
        let first = mcu * self.factors.0 / 2;
        let rows = self.rows.as_chunks::<16>().0;
        let across = self.stride / 16;
        for (r, to) in self.batch.chunks_exact_mut(n).enumerate() {
            let rows = std::array::from_fn(|y| {
                let start = (8 * r + y) * across;
                rows.get(start + first..start + across.min(first + n)).unwrap_or(&[])
            });
            machine.transform(rows, divisors, to);
        }
    }

    /// The rows of blocks of a batch from `mcu` on, without those that lie outside the image.
    pub(crate) fn batch(&self, (mcu, mcu_row): (usize, usize)) -> [&[Block]; 4] {
        let (h, v) = self.factors;
        let n = self.blocks.0.saturating_sub(mcu * h).min(BATCH * h);
        let blocks = self.batch.as_flattened();
        std::array::from_fn(|r| match mcu_row * v + r < self.blocks.1 {
            true if r < v => blocks.get(r * BATCH * h..r * BATCH * h + n).unwrap_or(&[]),
            _ => &[],
        })
    }
}

pub(crate) fn resize(buffer: &mut Vec<u8>, len: usize) -> Result<()> {
    buffer.try_reserve(len.saturating_sub(buffer.len())).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    buffer.resize(len, 0);
    Ok(())
}
