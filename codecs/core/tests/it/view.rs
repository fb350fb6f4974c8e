//! Strided views against a naive model: the list of the byte offsets of all samples, in C order.

use std::ops::Range;
use std::sync::Barrier;

use iio_codec::{ArrayMut, ArrayRef, DType, Grid, Layout};

use crate::Numbers;

/// Rounds of the random tests; Miri is slow.
const ROUNDS: u64 = if cfg!(miri) { 60 } else { 3000 };
const DTYPES: [DType; 5] = [DType::U8, DType::U16, DType::F32, DType::C64, DType::C128];

/// What a view is, told without strides.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    dtype: DType,
    shape: Vec<usize>,
    offsets: Vec<usize>,
}

/// One way to make a view of a view.
#[derive(Clone, Debug)]
enum Step {
    Window(Vec<Range<usize>>),
    Permute(Vec<usize>),
    Index(usize, usize),
}

impl Model {
    fn new(dtype: DType, shape: &[usize], strides: &[usize]) -> Self {
        let offsets = indices(shape).iter().map(|index| index.iter().zip(strides).map(|(i, s)| i * s).sum()).collect();
        Self { dtype, shape: shape.to_vec(), offsets }
    }

    fn at(&self, index: &[usize]) -> usize {
        let flat = index.iter().zip(&self.shape).fold(0, |flat, (i, len)| flat * len + i);
        self.offsets[flat]
    }

    fn apply(&self, step: &Step) -> Self {
        let shape: Vec<usize> = match step {
            Step::Window(ranges) => ranges.iter().map(ExactSizeIterator::len).collect(),
            Step::Permute(order) => order.iter().map(|&axis| self.shape[axis]).collect(),
            Step::Index(axis, _) => {
                let mut shape = self.shape.clone();
                shape.remove(*axis);
                shape
            }
        };
        let old = |index: &Vec<usize>| -> usize {
            self.at(&match step {
                Step::Window(ranges) => index.iter().zip(ranges).map(|(i, range)| range.start + i).collect(),
                Step::Permute(order) => {
                    let mut old = vec![0; index.len()];
                    order.iter().zip(index).for_each(|(&axis, &i)| old[axis] = i);
                    old
                }
                Step::Index(axis, at) => {
                    let mut old = index.clone();
                    old.insert(*axis, *at);
                    old
                }
            })
        };
        Self { dtype: self.dtype, offsets: indices(&shape).iter().map(old).collect(), shape }
    }

    /// The bytes of all samples, in C order.
    fn read(&self, buffer: &[u8]) -> Vec<u8> {
        let size = self.dtype.size();
        self.offsets.iter().flat_map(|&at| &buffer[at..at + size]).copied().collect()
    }

    fn write(&self, buffer: &mut [u8], bytes: &[u8]) {
        let size = self.dtype.size();
        for (&at, sample) in self.offsets.iter().zip(bytes.chunks_exact(size)) {
            buffer[at..at + size].copy_from_slice(sample);
        }
    }

    /// True if samples from `start` on follow each other in memory, `len` of them.
    fn is_run(&self, start: usize, len: usize) -> bool {
        let size = self.dtype.size();
        self.offsets[start..start + len].windows(2).all(|pair| pair[1] == pair[0] + size)
    }
}

/// All indices of a shape, in C order.
fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    shape.iter().fold(vec![Vec::new()], |all, &len| {
        all.iter().flat_map(|index| (0..len).map(move |i| [&index[..], &[i]].concat())).collect()
    })
}

fn random_steps(numbers: &mut Numbers, model: &Model) -> (Vec<Step>, Model) {
    let (mut steps, mut model) = (Vec::new(), model.clone());
    for _ in 0..numbers.below(4) {
        let ndim = model.shape.len();
        let step = match numbers.below(3) {
            0 => Step::Window(
                model
                    .shape
                    .iter()
                    .map(|&len| {
                        let start = numbers.below(len + 1);
                        // Mostly something is left.
                        let most = len - start;
                        start..start + if numbers.below(8) == 0 { 0 } else { most - numbers.below(2).min(most) }
                    })
                    .collect(),
            ),
            1 => {
                let mut order: Vec<_> = (0..ndim).collect();
                for i in (1..ndim).rev() {
                    order.swap(i, numbers.below(i + 1));
                }
                Step::Permute(order)
            }
            _ if ndim > 0 => {
                let axis = numbers.below(ndim);
                if model.shape[axis] == 0 {
                    continue;
                }
                Step::Index(axis, numbers.below(model.shape[axis]))
            }
            _ => continue,
        };
        model = model.apply(&step);
        steps.push(step);
    }
    (steps, model)
}

fn seen<'a>(mut view: ArrayRef<'a>, steps: &[Step]) -> ArrayRef<'a> {
    for step in steps {
        view = match step {
            Step::Window(ranges) => view.window(ranges),
            Step::Permute(order) => view.permute(order),
            Step::Index(axis, index) => view.index_axis(*axis, *index),
        }
        .unwrap();
    }
    view
}

fn seen_mut<'a>(mut view: ArrayMut<'a>, steps: &[Step]) -> ArrayMut<'a> {
    for step in steps {
        view = match step {
            Step::Window(ranges) => view.window(ranges),
            Step::Permute(order) => view.permute(order),
            Step::Index(axis, index) => view.index_axis(*axis, *index),
        }
        .unwrap();
    }
    view
}

fn random_layout(numbers: &mut Numbers) -> Layout {
    let shape: Vec<_> = (0..numbers.below(5)).map(|_| numbers.below(6)).collect();
    Layout::new(DTYPES[numbers.below(DTYPES.len())], &shape).unwrap()
}

fn c_strides(layout: &Layout) -> Vec<usize> {
    (0..layout.ndim()).map(|axis| layout.stride(axis)).collect()
}

/// A buffer in which no byte is like its neighbours.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 + i / 256) as u8).collect()
}

#[test]
fn views_of_views_read_what_the_model_reads() {
    for seed in 0..ROUNDS {
        let mut numbers = Numbers(seed);
        let layout = random_layout(&mut numbers);
        let buffer = pattern(layout.n_bytes());
        let base = Model::new(layout.dtype(), layout.shape(), &c_strides(&layout));
        let (steps, model) = random_steps(&mut numbers, &base);
        let view = seen(ArrayRef::new(&buffer, layout).unwrap(), &steps);
        assert_eq!(view.shape(), model.shape, "{layout} {steps:?}");
        let want = model.read(&buffer);
        let mut have = vec![9, 9];
        view.append_to(&mut have).unwrap();
        assert_eq!(have[..2], [9, 9]);
        assert_eq!(have[2..], want, "{layout} {steps:?}");
        check_runs(&view, &model, &want);
    }
}

/// Contiguity and rows of every length.
fn check_runs(view: &ArrayRef<'_>, model: &Model, want: &[u8]) {
    let (n, size) = (model.offsets.len(), model.dtype.size());
    let contiguous = n == 0 || model.is_run(0, n);
    assert_eq!(view.is_contiguous(), contiguous, "{view:?}");
    assert_eq!(view.contiguous(), contiguous.then_some(want), "{view:?}");
    if n == 0 {
        assert_eq!(view.rows(size).map(Iterator::count), Some(0));
        return;
    }
    let run = view.run_len() / size;
    // The longest that is whole axes.
    let suffixes = model.shape.iter().rev().scan(1, |product, &len| {
        *product *= len;
        Some(*product)
    });
    let longest = suffixes.take_while(|&len| (0..n / len).all(|i| model.is_run(i * len, len))).last();
    assert_eq!(run, longest.unwrap_or(1), "{view:?}");
    for row_len in 0..=want.len() + 1 {
        let divides = row_len != 0 && (run * size).is_multiple_of(row_len);
        let rows: Option<Vec<_>> = view.rows(row_len).map(Iterator::collect);
        assert_eq!(rows.is_some(), divides, "rows of {row_len} of {view:?}");
        assert_eq!(view.n_rows(row_len), divides.then(|| want.len() / row_len));
        if let Some(rows) = rows {
            assert_eq!(rows.concat(), want);
            let past = rows.len();
            assert_eq!(view.row(past, row_len), None);
            assert_eq!(view.row(past - 1, row_len), rows.last().copied());
        }
    }
}

#[test]
fn views_of_views_write_what_the_model_writes_and_nothing_else() {
    for seed in 0..ROUNDS {
        let mut numbers = Numbers(seed ^ 0xabc);
        let layout = random_layout(&mut numbers);
        let base = Model::new(layout.dtype(), layout.shape(), &c_strides(&layout));
        let (steps, model) = random_steps(&mut numbers, &base);
        let samples = pattern(model.offsets.len() * layout.dtype().size() + 1)[1..].to_vec();
        let mut want = vec![0xee; layout.n_bytes()];
        model.write(&mut want, &samples);

        let mut buffer = vec![0xee; layout.n_bytes()];
        seen_mut(ArrayMut::new(&mut buffer, layout).unwrap(), &steps).store(&samples).unwrap();
        assert_eq!(buffer, want, "store: {layout} {steps:?}");

        buffer.fill(0xee);
        let mut view = seen_mut(ArrayMut::new(&mut buffer, layout).unwrap(), &steps);
        let row_len = view.run_len();
        let rows: Vec<_> = view.rows_mut(row_len).map(Iterator::collect).unwrap_or_default();
        // All rows live at the same time: none may alias another.
        for (row, samples) in rows.into_iter().zip(samples.chunks(row_len.max(1))) {
            row.copy_from_slice(samples);
        }
        assert_eq!(buffer, want, "rows_mut: {layout} {steps:?}");

        buffer.fill(0xee);
        let mut view = seen_mut(ArrayMut::new(&mut buffer, layout).unwrap(), &steps);
        for (index, samples) in samples.chunks(row_len.max(1)).enumerate() {
            view.row_mut(index, row_len).unwrap().copy_from_slice(samples);
        }
        assert!(view.row_mut(samples.len() / row_len.max(1), row_len).is_none());
        assert_eq!(buffer, want, "row_mut: {layout} {steps:?}");
    }
}

#[test]
fn copies_between_all_stride_patterns_are_those_of_the_model() {
    for seed in 0..ROUNDS {
        let mut numbers = Numbers(seed ^ 0x777);
        let layout = random_layout(&mut numbers);
        let (from, from_len) = random_strides(&mut numbers, &layout);
        let (to, to_len) = random_strides(&mut numbers, &layout);
        let source = pattern(from_len);
        let mut buffer = vec![0xee; to_len];
        let mut want = buffer.clone();
        let samples = Model::new(layout.dtype(), layout.shape(), &from).read(&source);
        Model::new(layout.dtype(), layout.shape(), &to).write(&mut want, &samples);
        let src = ArrayRef::with_strides(&source, layout, &from).unwrap();
        let mut dst = ArrayMut::with_strides(&mut buffer, layout, &to).unwrap();
        dst.copy_from(src).unwrap();
        assert_eq!(buffer, want, "{layout} from {from:?} to {to:?}");
    }
}

/// Strides without overlap: axes in any order in memory, gaps of any size between them; and the bytes that this takes.
fn random_strides(numbers: &mut Numbers, layout: &Layout) -> (Vec<usize>, usize) {
    let mut order: Vec<_> = (0..layout.ndim()).collect();
    if numbers.below(2) == 0 {
        order.reverse();
    }
    for i in (1..order.len()).rev() {
        if numbers.below(3) == 0 {
            order.swap(i, numbers.below(i + 1));
        }
    }
    let mut strides = vec![0; layout.ndim()];
    let mut step = layout.dtype().size();
    for axis in order {
        step += [0, 0, 0, 1, 5][numbers.below(5)];
        strides[axis] = step;
        step *= layout.shape()[axis].max(1);
    }
    (strides, step)
}

#[test]
fn pixels_of_every_size_are_copied_between_interleaved_lines() {
    // Each width of the copy kernel, and others beside it.
    for size in 1..=17usize {
        let layout = Layout::new(DType::U8, &[3, 5, size]).unwrap();
        let (from, to) = ([5 * (size + 2), size + 2, 1], [5 * (size + 1) + 3, size + 1, 1]);
        let source = pattern(15 * (size + 2));
        let mut buffer = vec![0xee; 15 * (size + 1) + 9];
        let mut want = buffer.clone();
        let samples = Model::new(DType::U8, layout.shape(), &from).read(&source);
        Model::new(DType::U8, layout.shape(), &to).write(&mut want, &samples);
        let src = ArrayRef::with_strides(&source, layout, &from).unwrap();
        ArrayMut::with_strides(&mut buffer, layout, &to).unwrap().copy_from(src).unwrap();
        assert_eq!(buffer, want, "{size}");
    }
}

/// Rows of every length around lines of the cache, at every distance from one; an array near and one that is far.
#[test]
fn copies_past_the_cache_are_copies() {
    let size = 4 << 20;
    for (far, stride, len) in [(false, 700, 256), (true, size / 2, 256)]
        .into_iter()
        .chain((0..70).flat_map(|i| [(true, size / 2 + i, 256 + i), (true, size / 2 + 64, 255 + i)]))
    {
        let layout = Layout::new(DType::U8, &[3, len]).unwrap();
        let src = pattern(3 * len);
        let mut bytes = vec![0xa5; 2 * stride + len + 9];
        let start = len % 9;
        let mut dst = ArrayMut::with_strides(&mut bytes[start..], layout, &[stride, 1]).unwrap();
        assert_eq!(dst.is_far(), far);
        dst.copy_last(ArrayRef::new(&src, layout).unwrap()).unwrap();
        for (row, want) in src.chunks_exact(len).enumerate() {
            let at = start + row * stride;
            assert!(bytes[at..at + len] == *want, "row {row} of {len} bytes, {stride} apart");
            bytes[at..at + len].fill(0xa5);
        }
        assert!(bytes.iter().all(|&byte| byte == 0xa5), "{len} bytes, {stride} apart: written beside the rows");
    }
}

#[test]
fn samples_that_would_overlap_are_rejected() {
    let overlaps: [(&[usize], &[usize]); 6] = [
        (&[2], &[0]),
        (&[4], &[1]),
        (&[3, 3], &[2, 2]),
        (&[3, 3], &[4, 2]),
        (&[2, 5], &[8, 2]),
        (&[2, 2, 2], &[2, 4, 4]),
    ];
    for (shape, strides) in overlaps {
        let layout = Layout::new(DType::U16, shape).unwrap();
        let mut buffer = [0; 64];
        let error = ArrayMut::with_strides(&mut buffer, layout, strides).unwrap_err();
        assert!(error.message().contains("overlap"), "{error}");
        // To read them is no harm.
        assert!(ArrayRef::with_strides(&buffer, layout, strides).is_ok());
    }
    // The stride of an axis of one sample says nothing.
    let layout = Layout::new(DType::U16, &[1, 4]).unwrap();
    assert!(ArrayMut::with_strides(&mut [0; 8], layout, &[0, 2]).is_ok());
    assert!(ArrayMut::with_strides(&mut [0; 8], layout, &[usize::MAX, 2]).is_ok());
}

#[test]
fn whatever_strides_are_accepted_no_two_samples_share_a_byte() {
    let mut accepted = 0;
    for seed in 0..ROUNDS {
        let mut numbers = Numbers(seed ^ 0x5555);
        let layout = random_layout(&mut numbers);
        let strides: Vec<_> = (0..layout.ndim()).map(|_| numbers.below(40)).collect();
        let mut buffer = vec![0; 400];
        if ArrayMut::with_strides(&mut buffer, layout, &strides).is_err() {
            continue;
        }
        accepted += 1;
        let mut offsets = Model::new(layout.dtype(), layout.shape(), &strides).offsets;
        offsets.sort_unstable();
        assert!(offsets.windows(2).all(|pair| pair[1] - pair[0] >= layout.dtype().size()), "{layout} {strides:?}");
        assert!(offsets.last().is_none_or(|last| last + layout.dtype().size() <= 400), "{layout} {strides:?}");
    }
    assert!(accepted > ROUNDS / 10, "{accepted}");
}

#[test]
fn buffers_that_are_too_short_are_rejected() {
    let layout = Layout::new(DType::U16, &[3, 4]).unwrap();
    assert!(ArrayRef::new(&[0; 23], layout).is_err());
    assert!(ArrayRef::new(&[0; 25], layout).is_err());
    assert!(ArrayMut::new(&mut [0; 25], layout).is_err());
    // Last sample at 2 * 10 + 3 * 2, and two bytes for it.
    assert!(ArrayRef::with_strides(&[0; 27], layout, &[10, 2]).is_err());
    assert!(ArrayRef::with_strides(&[0; 28], layout, &[10, 2]).is_ok());
    for strides in [[usize::MAX, 2], [usize::MAX / 2, usize::MAX / 2], [isize::MAX as usize, 2]] {
        let error = ArrayRef::with_strides(&[0; 28], layout, &strides).unwrap_err();
        assert!(error.message().contains("exceeds the buffer"), "{error}");
        assert!(ArrayMut::with_strides(&mut [0; 28], layout, &strides).is_err());
    }
    assert!(ArrayRef::with_strides(&[0; 28], layout, &[2]).is_err());
}

#[test]
fn empty_views_accept_every_window_without_overflow() {
    let layout = Layout::new(DType::U8, &[0, 5]).unwrap();
    let view = ArrayRef::with_strides(&[], layout, &[usize::MAX, usize::MAX]).unwrap();
    let window = view.window(&[0..0, 3..5]).unwrap();
    assert_eq!((window.shape(), window.contiguous()), (&[0, 2][..], Some(&[][..])));
    let layout = Layout::new(DType::U8, &[1, 1]).unwrap();
    let view = ArrayRef::with_strides(&[7], layout, &[usize::MAX, usize::MAX]).unwrap();
    assert_eq!(view.window(&[1..1, 1..1]).unwrap().shape(), [0, 0]);
    assert_eq!(view.contiguous(), Some(&[7][..]));
}

#[test]
fn windows_indices_and_orders_that_do_not_exist_are_rejected() {
    let buffer = [0; 12];
    let view = ArrayRef::new(&buffer, Layout::new(DType::U8, &[3, 4]).unwrap()).unwrap();
    #[expect(clippy::reversed_empty_ranges, reason = "this is what is tested")]
    let backwards = 2..1;
    for ranges in [&[0..4, 0..4][..], &[], &[0..3, 0..4, 0..1], &[backwards, 0..1], &[4..4, 0..1]] {
        assert!(view.window(ranges).is_err(), "{ranges:?}");
    }
    for (axis, index) in [(0, 3), (1, 4), (2, 0), (0, usize::MAX), (usize::MAX, 0)] {
        assert!(view.index_axis(axis, index).is_err(), "{axis} {index}");
    }
    for order in [&[0][..], &[0, 0], &[0, 2], &[0, 1, 2], &[1, usize::MAX]] {
        assert!(view.permute(order).is_err(), "{order:?}");
    }
}

#[test]
fn copies_between_different_layouts_are_rejected() {
    let mut to = [0; 12];
    let mut dst = ArrayMut::new(&mut to, Layout::new(DType::U8, &[3, 4]).unwrap()).unwrap();
    for (dtype, shape) in [(DType::U8, &[4, 3][..]), (DType::I8, &[3, 4]), (DType::U8, &[12]), (DType::U16, &[3, 2])] {
        let layout = Layout::new(dtype, shape).unwrap();
        let error = dst.copy_from(ArrayRef::new(&[1; 12], layout).unwrap()).unwrap_err();
        assert!(error.message().starts_with("cannot copy"), "{error}");
    }
    assert!(dst.store(&[1; 11]).is_err());
    assert_eq!(to, [0; 12]);
}

#[test]
fn reborrows_and_shared_views_see_the_same_array() {
    let mut buffer = pattern(24);
    let layout = Layout::new(DType::U16, &[3, 4]).unwrap();
    let mut view = ArrayMut::new(&mut buffer, layout).unwrap();
    view.reborrow().window(&[1..2, 1..3]).unwrap().store(&[1, 2, 3, 4]).unwrap();
    let mut bytes = Vec::new();
    view.as_ref().index_axis(0, 1).unwrap().append_to(&mut bytes).unwrap();
    assert_eq!(bytes, [&pattern(24)[8..10], &[1, 2, 3, 4], &pattern(24)[14..16]].concat());
    view.contiguous().unwrap()[0] = 99;
    assert_eq!(view.into_contiguous().unwrap()[0], 99);
    assert_eq!(buffer[0], 99);
}

#[test]
fn grids_cover_every_sample_exactly_once() {
    for seed in 0..ROUNDS {
        let mut numbers = Numbers(seed ^ 0x9999);
        let layout = random_layout(&mut numbers);
        let (strides, len) = random_strides(&mut numbers, &layout);
        let cell: Vec<_> = (0..layout.ndim()).map(|_| 1 + numbers.below(4)).collect();
        let first: Vec<_> = cell.iter().map(|&len| 1 + numbers.below(len)).collect();
        let mut buffer = vec![0; len];
        let view = ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap();
        let grid = view.into_grid(&cell, &first).unwrap();
        assert_eq!(grid.len(), grid.counts().iter().product::<usize>());
        assert_eq!(grid.is_empty(), layout.is_empty());
        let size = layout.dtype().size();
        for index in 0..grid.len() {
            let mut tile = grid.take(index).unwrap();
            let ranges = grid.ranges(index).unwrap();
            assert_eq!(tile.shape(), ranges.iter().map(ExactSizeIterator::len).collect::<Vec<_>>());
            for (axis, range) in ranges.iter().enumerate() {
                assert!(
                    !range.is_empty() && range.len() <= cell[axis] && (range.start > 0 || range.end <= first[axis])
                );
                assert!(range.start == 0 || (range.start - first[axis]) % cell[axis] == 0);
            }
            // Adds one to every sample of the tile.
            let mut rows = tile.rows_mut(size).unwrap();
            rows.by_ref().for_each(|sample| sample.iter_mut().for_each(|byte| *byte += 1));
            assert_eq!(rows.len(), 0);
        }
        assert!(grid.take(grid.len()).is_none() && grid.ranges(grid.len()).is_none());
        let mut want = vec![0; len];
        let ones = vec![1; layout.n_bytes()];
        Model::new(layout.dtype(), layout.shape(), &strides).write(&mut want, &ones);
        assert_eq!(buffer, want, "{layout} {strides:?} {cell:?} {first:?}");
    }
}

#[test]
fn cells_are_taken_once() {
    let mut buffer = vec![0; 12];
    let view = ArrayMut::new(&mut buffer, Layout::new(DType::U8, &[3, 4]).unwrap()).unwrap();
    let grid = view.into_grid(&[2, 2], &[2, 2]).unwrap();
    assert_eq!(grid.counts(), [2, 2]);
    assert!(grid.take(1).is_some());
    assert!(grid.take(1).is_none());
    assert!(grid.take(4).is_none());
    assert!(grid.take(0).is_some());
}

#[test]
fn cells_without_length_and_first_cells_that_exceed_them_are_rejected() {
    for (cell, first) in
        [(&[0, 2][..], &[1, 1][..]), (&[2, 2], &[0, 2]), (&[2, 2], &[3, 2]), (&[2], &[2]), (&[2, 2], &[2])]
    {
        let mut buffer = vec![0; 12];
        let view = ArrayMut::new(&mut buffer, Layout::new(DType::U8, &[3, 4]).unwrap()).unwrap();
        assert!(view.into_grid(cell, first).is_err(), "{cell:?} {first:?}");
    }
}

#[test]
fn first_cells_longer_than_the_array_are_the_whole_of_it() {
    let mut buffer = vec![0; 6];
    let view = ArrayMut::new(&mut buffer, Layout::new(DType::U8, &[2, 3]).unwrap()).unwrap();
    let grid = view.into_grid(&[usize::MAX, 4], &[usize::MAX, 4]).unwrap();
    assert_eq!((grid.len(), grid.ranges(0)), (1, Some(vec![0..2, 0..3])));
}

#[test]
fn threads_fill_the_tiles_of_one_image() {
    let (height, width) = (37, 53);
    let layout = Layout::new(DType::U16, &[height, width, 3]).unwrap();
    let mut buffer = vec![0; layout.n_bytes()];
    let grid: Grid<'_> = ArrayMut::new(&mut buffer, layout).unwrap().into_grid(&[8, 8, 3], &[5, 8, 3]).unwrap();
    let n_threads = 4;
    let start = Barrier::new(n_threads);
    // Every thread tries every tile; each tile goes to one of them.
    let taken: usize = std::thread::scope(|scope| {
        let run = || {
            start.wait();
            let mut taken = 0;
            for index in 0..grid.len() {
                let Some(mut tile) = grid.take(index) else { continue };
                let samples = vec![index as u8 + 1; tile.layout().n_bytes()];
                tile.store(&samples).unwrap();
                taken += 1;
            }
            taken
        };
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(taken, grid.len());
    let ranges: Vec<_> = (0..grid.len()).map(|index| grid.ranges(index).unwrap()).collect();
    for (index, ranges) in ranges.iter().enumerate() {
        for y in ranges[0].clone() {
            let row = &buffer[(y * width + ranges[1].start) * 6..(y * width + ranges[1].end) * 6];
            assert!(row.iter().all(|&byte| byte == index as u8 + 1), "tile {index}, row {y}");
        }
    }
}

#[test]
fn views_tell_what_they_are() {
    let view = ArrayRef::new(&[0; 12], Layout::new(DType::U16, &[2, 3]).unwrap()).unwrap();
    assert_eq!(format!("{view:?}"), "ArrayRef(uint16 [2, 3], strides [6, 2])");
}
