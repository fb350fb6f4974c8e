//! What one tile costs: samples, code blocks, precincts, packets (ISO/IEC 15444-1, Annex B).

use iio_codec::{Blame, Result};

use super::{area, component_area};
use crate::INFO;
use crate::header::{Coding, Component, Info, Progression, reduced};

/// What OpenJPEG allocates for a code block: its own fields, room for 10 segments, its share of two tag trees.
const BLOCK_BYTES: u64 = 480;
/// The same in the encoder, besides samples: 100 layers and 100 passes.
const ENCODED_BLOCK_BYTES: u64 = 9000;
/// What OpenJPEG allocates for one band of a precinct, mostly the heads of two tag trees.
const PRECINCT_BYTES: u64 = 320;
/// Width and height of a cell of the sparse array that OpenJPEG decodes a part of a tile to.
const SPARSE_CELL: u64 = 64;
/// Samples that the wavelet takes from both sides of a window.
const REACH: u64 = 16;
/// Steps of the packet iterator that are always granted, and those per byte of input. A step takes some nanoseconds.
const FREE_STEPS: u64 = 1 << 26;
const STEPS_PER_BYTE: u64 = 256;

/// What one tile costs.
pub(super) struct Weight {
    area: [u32; 4],
    /// What is wanted of the tile, if that is not all: OpenJPEG then keeps decoded blocks, a sparse copy and the window.
    window: Option<[u32; 4]>,
    reduce: u8,
    samples: u64,
    /// Samples of the blocks that the window touches, at all resolutions.
    touched: u64,
    blocks: u64,
    /// Precincts, counted once for each band.
    bands: u64,
    /// Packets of one layer.
    pub(super) packets: u64,
    most_precincts: u64,
    most_resolutions: u64,
    pub(super) n_resolutions: u64,
    /// The least precinct on the reference grid, as base-2 logarithms over the component's step.
    least: [u64; 2],
}

impl Weight {
    pub(super) const fn new(area: [u32; 4], window: [u32; 4], reduce: u8) -> Self {
        let inside = window[0] <= area[0] && window[1] <= area[1] && window[2] >= area[2] && window[3] >= area[3];
        Self {
            area,
            window: if inside { None } else { Some(window) },
            reduce,
            samples: 0,
            touched: 0,
            blocks: 0,
            bands: 0,
            packets: 0,
            most_precincts: 0,
            most_resolutions: 0,
            n_resolutions: 0,
            least: [u64::MAX, u64::MAX],
        }
    }

    /// Adds a component. True if it has no samples in this tile.
    pub(super) fn add(&mut self, component: Component, coding: &Coding<'_>) -> Result<bool> {
        if coding.levels < self.reduce {
            let message = format!("reduce {} exceeds {} decomposition levels of a tile", self.reduce, coding.levels);
            return Err(INFO.invalid_argument(message));
        }
        let full = component_area(self.area, component, 0);
        self.samples = self.samples.saturating_add(area(full));
        self.n_resolutions += u64::from(coding.levels) + 1;
        self.most_resolutions = self.most_resolutions.max(u64::from(coding.levels) + 1);
        for resolution in 0..=coding.levels {
            let below = coding.levels - resolution;
            let [left, top, right, bottom] = full.map(|edge| reduced(edge, below));
            if below >= self.reduce {
                self.touched = self.touched.saturating_add(self.touched_at(component, coding, below));
            }
            let [width, height] = coding.precinct(resolution);
            let across = cells(left, right, width);
            let down = cells(top, bottom, height);
            let precincts = across.saturating_mul(down);
            self.packets = self.packets.saturating_add(precincts);
            self.most_precincts = self.most_precincts.max(precincts);
            let step = [u64::from(component.dx), u64::from(component.dy)];
            for ((least, step), size) in self.least.iter_mut().zip(step).zip([width, height]) {
                *least = (*least).min(step << (u32::from(size) + u32::from(below)).min(48));
            }
            // Bands of a higher resolution have half its size, and so have their precincts.
            let (half, n_bands) = if resolution == 0 { (0, 1) } else { (1, 3) };
            let [block_width, block_height] = coding.code_block;
            let columns = cells(left >> half, right.div_ceil(1 << half), block_width.min(width.saturating_sub(half)));
            let rows = cells(top >> half, bottom.div_ceil(1 << half), block_height.min(height.saturating_sub(half)));
            self.blocks = self.blocks.saturating_add(columns.saturating_mul(rows).saturating_mul(n_bands));
            self.bands = self.bands.saturating_add(precincts.saturating_mul(n_bands));
        }
        Ok(area(full) == 0)
    }

    /// Samples of the code blocks, and of the cells of OpenJPEG's sparse copy, that the window touches at a resolution.
    fn touched_at(&self, component: Component, coding: &Coding<'_>, below: u8) -> u64 {
        let [left, top, right, bottom] = component_area(self.area, component, below);
        let [x0, y0, x1, y1] = component_area(self.window.unwrap_or(self.area), component, below);
        let along = |from: u32, to: u32, first: u32, last: u32, block: u8| {
            // A block of a band covers twice its size, and is touched from either side; so is a cell.
            let grown =
                u64::from(last.min(to).saturating_sub(first.max(from))) + (4 << block) + 4 * SPARSE_CELL + REACH;
            grown.min(u64::from(to - from).next_multiple_of(SPARSE_CELL))
        };
        let [block_width, block_height] = coding.code_block;
        along(left, right, x0, x1, block_width).saturating_mul(along(top, bottom, y0, y1, block_height))
    }

    /// Progression by position walks the reference grid in steps of the least precinct.
    pub(super) fn check_steps(&self, by_position: bool, others: u64, info: &Info<'_>) -> Result<()> {
        let [left, top, right, bottom] = self.area;
        let along = |from: u32, to: u32, step: u64| u64::from(to - from) / step.max(1) + 2;
        let positions = along(left, right, self.least[0]).saturating_mul(along(top, bottom, self.least[1]));
        let steps = others.saturating_add(if by_position { positions.saturating_mul(self.n_resolutions) } else { 0 });
        if steps > FREE_STEPS.saturating_add(STEPS_PER_BYTE.saturating_mul(info.codestream.len() as u64)) {
            let message =
                format!("a tile whose packets take {steps} steps to order, in {} bytes", info.codestream.len());
            return Err(INFO.unsupported(message));
        }
        Ok(())
    }

    /// Bytes that OpenJPEG holds while it decodes what is wanted of this tile, and all of it: samples as `i32`, the
    /// structures, a mark for each packet.
    pub(super) fn working(&self, n_layers: u16, n_components: usize) -> [u64; 2] {
        let marks = self
            .most_precincts
            .saturating_mul(n_components as u64)
            .saturating_mul(self.most_resolutions)
            .saturating_mul(u64::from(n_layers) + 1);
        let samples = self.samples >> (2 * u32::from(self.reduce)).min(63);
        let structures = [
            self.blocks.saturating_mul(BLOCK_BYTES),
            self.bands.saturating_mul(PRECINCT_BYTES),
            marks.saturating_mul(2),
            (n_components as u64).saturating_mul(super::COMPONENT_BYTES),
            super::TILE_BYTES,
        ];
        let structures = structures.into_iter().fold(0, u64::saturating_add);
        let whole = samples.saturating_mul(4);
        let in_part = if self.window.is_some() { samples.min(self.touched).saturating_mul(13) } else { whole };
        [in_part, whole].map(|held| held.saturating_add(structures))
    }
}

/// Cells of 2^`bits` that an interval touches.
fn cells(from: u32, to: u32, bits: u8) -> u64 {
    if from >= to {
        return 0;
    }
    u64::from(to).div_ceil(1 << bits) - u64::from(from >> bits)
}

/// Bytes of what OpenJPEG holds besides samples to encode a tile of `n` components.
pub(crate) fn encoding(
    [width, height]: [u32; 2],
    n: u64,
    n_layers: u16,
    levels: u8,
    code_block: [u8; 2],
    precincts: &[u8],
) -> u64 {
    let component = Component { precision: 8, signed: false, dx: 1, dy: 1 };
    let coding = Coding {
        progression: Progression::Lrcp,
        n_layers,
        component_transform: false,
        levels,
        code_block,
        block_style: 0,
        reversible: true,
        precincts,
    };
    let area = [0, 0, width, height];
    let mut weight = Weight::new(area, area, 0);
    // One component stands for all. With no resolution left out there is no error.
    if weight.add(component, &coding).is_err() {
        return u64::MAX;
    }
    let marks = weight.packets.saturating_mul(u64::from(n_layers) + 1).saturating_mul(2);
    let blocks = weight.blocks.saturating_mul(ENCODED_BLOCK_BYTES);
    blocks.saturating_add(weight.bands.saturating_mul(PRECINCT_BYTES)).saturating_add(marks).saturating_mul(n)
}
