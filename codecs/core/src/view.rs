//! Strided views of arrays and grids of disjoint tiles. One of the two rooms for unsafe in this crate.
//!
//! The invariant of both views: every sample `i` lies at `ptr + sum(i[a] * strides[a])`, within one allocation that the
//! view borrows, and in an [`ArrayMut`] no two samples share a byte.

use core::marker::PhantomData;
use core::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::layout::MAX_NDIM;
use crate::{DType, Error, Layout, Result};

type Strides = [usize; MAX_NDIM];

fn c_strides(layout: &Layout) -> Strides {
    let mut strides = [0; MAX_NDIM];
    for (axis, stride) in strides.iter_mut().enumerate().take(layout.ndim()) {
        *stride = layout.stride(axis);
    }
    strides
}

/// Index of the first axis of the longest suffix of axes that is contiguous, and the bytes of that suffix.
fn contiguous_suffix(layout: &Layout, strides: &Strides) -> (usize, usize) {
    let mut run = layout.dtype().size();
    let mut first = layout.ndim();
    for (axis, (&len, &stride)) in layout.shape().iter().zip(strides).enumerate().rev() {
        if len != 1 && stride != run {
            break;
        }
        run *= len;
        first = axis;
    }
    (first, run)
}

/// Byte offset of run `index`, where the runs are numbered in C order over the axes before `first`.
fn run_offset(layout: &Layout, strides: &Strides, first: usize, mut index: usize) -> usize {
    let mut offset = 0;
    for (&len, &stride) in layout.shape().iter().zip(strides).take(first).rev() {
        offset += index % len * stride;
        index /= len;
    }
    offset
}

/// Bytes from the first to behind the last sample.
fn extent(layout: &Layout, strides: &Strides) -> Option<usize> {
    if layout.is_empty() {
        return Some(0);
    }
    let mut extent = layout.dtype().size();
    for (&len, &stride) in layout.shape().iter().zip(strides) {
        extent = extent.checked_add((len - 1).checked_mul(stride)?)?;
    }
    Some(extent)
}

/// True if no two samples overlap: sorted by stride, each axis steps over all that lies within the ones before it.
fn is_injective(layout: &Layout, strides: &Strides) -> bool {
    let mut axes: Vec<(usize, usize)> =
        strides.iter().copied().zip(layout.shape().iter().copied()).filter(|&(_, len)| len > 1).collect();
    axes.sort_unstable();
    let mut reach = layout.dtype().size();
    axes.iter().all(|&(stride, len)| {
        let fits = stride >= reach;
        reach = stride.saturating_mul(len - 1).saturating_add(reach);
        fits
    })
}

fn checked_strides(layout: &Layout, strides: &[usize], buffer_len: usize) -> Result<Strides> {
    let mut all = [0; MAX_NDIM];
    if strides.len() != layout.ndim() {
        let message = format!("{} strides for {} axes", strides.len(), layout.ndim());
        return Err(Error::invalid_argument("view", message));
    }
    for (slot, &stride) in all.iter_mut().zip(strides) {
        *slot = stride;
    }
    if extent(layout, &all).is_none_or(|extent| extent > buffer_len) {
        let message = format!("{layout} with strides {strides:?} exceeds the buffer of {buffer_len} bytes");
        return Err(Error::invalid_argument("view", message));
    }
    Ok(all)
}

fn exact_len(layout: &Layout, buffer_len: usize) -> Result<()> {
    if buffer_len == layout.n_bytes() {
        return Ok(());
    }
    let message = format!("{layout} has {} bytes, the buffer has {buffer_len}", layout.n_bytes());
    Err(Error::invalid_argument("view", message))
}

/// Window of a layout: ranges per axis to (layout, byte offset).
fn window(layout: &Layout, strides: &Strides, ranges: &[Range<usize>]) -> Result<(Layout, usize)> {
    let mut shape = [0; MAX_NDIM];
    let fits = ranges.len() == layout.ndim()
        && ranges.iter().zip(layout.shape()).all(|(range, &len)| range.start <= range.end && range.end <= len);
    if !fits {
        return Err(Error::invalid_argument("view", format!("window {ranges:?} is not within {layout}")));
    }
    shape.iter_mut().zip(ranges).for_each(|(slot, range)| *slot = range.len());
    let layout = Layout::new(layout.dtype(), shape.get(..ranges.len()).unwrap_or(&[]))?;
    // Only a sample's offset is known to be in bounds, and to be computed without overflow.
    let offset = match layout.is_empty() {
        true => 0,
        false => ranges.iter().zip(strides).map(|(range, stride)| range.start * stride).sum(),
    };
    Ok((layout, offset))
}

/// Removes `axis` from a layout and its strides.
fn without_axis(layout: &Layout, strides: &Strides, axis: usize) -> Result<(Layout, Strides)> {
    let mut shape = layout.shape().to_vec();
    let mut left = strides.to_vec();
    shape.remove(axis);
    left.remove(axis);
    let mut all = [0; MAX_NDIM];
    all.iter_mut().zip(left).for_each(|(slot, stride)| *slot = stride);
    Ok((Layout::new(layout.dtype(), &shape)?, all))
}

fn permuted(layout: &Layout, strides: &Strides, order: &[usize]) -> Result<(Layout, Strides)> {
    let mut seen = [false; MAX_NDIM];
    let mut shape = [0; MAX_NDIM];
    let mut moved = [0; MAX_NDIM];
    let bad = || Error::invalid_argument("view", format!("{order:?} is no permutation of {} axes", layout.ndim()));
    if order.len() != layout.ndim() {
        return Err(bad());
    }
    for (to, &from) in order.iter().enumerate() {
        let len = *layout.shape().get(from).ok_or_else(bad)?;
        if core::mem::replace(&mut seen[from], true) {
            return Err(bad());
        }
        shape[to] = len;
        moved[to] = strides[from];
    }
    Ok((Layout::new(layout.dtype(), &shape[..order.len()])?, moved))
}

/// See [`ArrayMut::is_far`].
const FAR: usize = 3 << 20;

/// A read-only view of an array with strides.
#[derive(Clone, Copy)]
pub struct ArrayRef<'a> {
    ptr: *const u8,
    layout: Layout,
    strides: Strides,
    borrow: PhantomData<&'a [u8]>,
}

/// A writable view of an array with strides. Its samples do not overlap, so parts of it can go to several threads.
pub struct ArrayMut<'a> {
    ptr: *mut u8,
    layout: Layout,
    strides: Strides,
    borrow: PhantomData<&'a mut [u8]>,
}

// SAFETY: a view is a shared borrow of bytes.
unsafe impl Send for ArrayRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for ArrayRef<'_> {}
// SAFETY: a view is an exclusive borrow of the bytes of its samples.
unsafe impl Send for ArrayMut<'_> {}
// SAFETY: through a shared reference nothing can be written.
unsafe impl Sync for ArrayMut<'_> {}

macro_rules! shared_methods {
    () => {
        /// The dtype and shape.
        #[must_use]
        pub const fn layout(&self) -> &Layout {
            &self.layout
        }

        /// The type of the samples.
        #[must_use]
        pub const fn dtype(&self) -> DType {
            self.layout.dtype()
        }

        /// The axis lengths, in samples.
        #[must_use]
        pub fn shape(&self) -> &[usize] {
            self.layout.shape()
        }

        /// The distance of neighbours along each axis, in bytes.
        #[must_use]
        pub fn strides(&self) -> &[usize] {
            &self.strides[..self.layout.ndim()]
        }

        /// The bytes of the longest pieces that are contiguous and whole axes: the unit of fast copies.
        #[must_use]
        pub fn run_len(&self) -> usize {
            contiguous_suffix(&self.layout, &self.strides).1
        }

        /// True if the view has no gaps.
        #[must_use]
        pub fn is_contiguous(&self) -> bool {
            self.layout.is_empty() || contiguous_suffix(&self.layout, &self.strides).0 == 0
        }

        /// The number of rows of `row_len` bytes, if the array can be seen in C order as such rows, each contiguous.
        /// `None` if `row_len` does not divide [`Self::run_len`].
        #[must_use]
        pub fn n_rows(&self, row_len: usize) -> Option<usize> {
            if self.layout.is_empty() {
                return Some(0);
            }
            (row_len != 0 && self.run_len() % row_len == 0).then(|| self.layout.n_bytes() / row_len)
        }

        /// Byte offset of row `index` if there is such a row.
        fn row_offset(&self, index: usize, row_len: usize) -> Option<usize> {
            if index >= self.n_rows(row_len)? {
                return None;
            }
            let (first, run) = contiguous_suffix(&self.layout, &self.strides);
            let per_run = run / row_len;
            Some(run_offset(&self.layout, &self.strides, first, index / per_run) + index % per_run * row_len)
        }
    };
}

impl<'a> ArrayRef<'a> {
    shared_methods!();

    /// Sees `bytes` as a C-contiguous array.
    ///
    /// # Errors
    /// `InvalidArgument` if the length is not that of `layout`.
    pub fn new(bytes: &'a [u8], layout: Layout) -> Result<Self> {
        exact_len(&layout, bytes.len())?;
        Ok(Self { ptr: bytes.as_ptr(), strides: c_strides(&layout), layout, borrow: PhantomData })
    }

    /// Sees `bytes` as an array with `strides` in bytes.
    ///
    /// # Errors
    /// `InvalidArgument` if the array would exceed the bytes.
    pub fn with_strides(bytes: &'a [u8], layout: Layout, strides: &[usize]) -> Result<Self> {
        let strides = checked_strides(&layout, strides, bytes.len())?;
        Ok(Self { ptr: bytes.as_ptr(), strides, layout, borrow: PhantomData })
    }

    /// The bytes as one slice, if there are no gaps.
    #[must_use]
    pub fn contiguous(&self) -> Option<&'a [u8]> {
        // SAFETY: without gaps the samples are the `n_bytes` from `ptr` on.
        self.is_contiguous().then(|| unsafe { core::slice::from_raw_parts(self.ptr, self.layout.n_bytes()) })
    }

    /// Row `index` of `row_len` bytes, in C order; `None` if there is none or rows of that length have gaps.
    #[must_use]
    pub fn row(&self, index: usize, row_len: usize) -> Option<&'a [u8]> {
        let offset = self.row_offset(index, row_len)?;
        // SAFETY: a row is `row_len` contiguous bytes of samples of this view.
        Some(unsafe { core::slice::from_raw_parts(self.ptr.add(offset), row_len) })
    }

    /// The rows of `row_len` bytes, in C order; `None` if such rows have gaps.
    #[must_use]
    pub fn rows(&self, row_len: usize) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        let offsets = RowOffsets::new(self.layout, self.strides, row_len, self.n_rows(row_len)?);
        let ptr = self.ptr;
        // SAFETY: a row is `row_len` contiguous bytes of samples of this view, which borrows for 'a.
        Some(offsets.map(move |offset| unsafe { core::slice::from_raw_parts(ptr.add(offset), row_len) }))
    }

    /// The part of the array within `ranges`, one per axis.
    ///
    /// # Errors
    /// `InvalidArgument` if the ranges do not lie within the array.
    pub fn window(&self, ranges: &[Range<usize>]) -> Result<Self> {
        let (layout, offset) = window(&self.layout, &self.strides, ranges)?;
        // SAFETY: the offset is that of a sample of this view.
        Ok(Self { ptr: unsafe { self.ptr.add(offset) }, layout, ..*self })
    }

    /// The array at `index` of `axis`, with one axis less.
    ///
    /// # Errors
    /// `InvalidArgument` if there is no such index.
    pub fn index_axis(&self, axis: usize, index: usize) -> Result<Self> {
        let window = self.window(&axis_ranges(&self.layout, axis, index..index.saturating_add(1))?)?;
        let (layout, strides) = without_axis(&window.layout, &window.strides, axis)?;
        Ok(Self { layout, strides, ..window })
    }

    /// The same array with its axes in another order.
    ///
    /// # Errors
    /// `InvalidArgument` if `order` is not a permutation of the axes.
    pub fn permute(&self, order: &[usize]) -> Result<Self> {
        let (layout, strides) = permuted(&self.layout, &self.strides, order)?;
        Ok(Self { layout, strides, ..*self })
    }

    /// Copies the samples to the end of `dst`, in C order without gaps.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn append_to(&self, dst: &mut Vec<u8>) -> Result<()> {
        let len = self.layout.n_bytes();
        dst.try_reserve(len).map_err(|error| {
            Error::new("view", crate::ErrorKind::OutOfMemory, format!("cannot allocate {len} bytes")).with_source(error)
        })?;
        if let Some(rows) = self.rows(self.run_len()) {
            rows.for_each(|row| dst.extend_from_slice(row));
        }
        Ok(())
    }
}

impl<'a> ArrayMut<'a> {
    shared_methods!();

    /// Sees `bytes` as a C-contiguous array.
    ///
    /// # Errors
    /// `InvalidArgument` if the length is not that of `layout`.
    pub fn new(bytes: &'a mut [u8], layout: Layout) -> Result<Self> {
        exact_len(&layout, bytes.len())?;
        Ok(Self { ptr: bytes.as_mut_ptr(), strides: c_strides(&layout), layout, borrow: PhantomData })
    }

    /// Sees `bytes` as an array with `strides` in bytes.
    ///
    /// # Errors
    /// `InvalidArgument` if the array would exceed the bytes, or if samples would overlap.
    pub fn with_strides(bytes: &'a mut [u8], layout: Layout, strides: &[usize]) -> Result<Self> {
        let all = checked_strides(&layout, strides, bytes.len())?;
        if !layout.is_empty() && !is_injective(&layout, &all) {
            let message = format!("samples of {layout} overlap with strides {strides:?}");
            return Err(Error::invalid_argument("view", message));
        }
        Ok(Self { ptr: bytes.as_mut_ptr(), strides: all, layout, borrow: PhantomData })
    }

    /// A view of the same array for a shorter time.
    #[must_use]
    pub fn reborrow(&mut self) -> ArrayMut<'_> {
        ArrayMut { ptr: self.ptr, layout: self.layout, strides: self.strides, borrow: PhantomData }
    }

    /// A read-only view of the same array.
    #[must_use]
    pub fn as_ref(&self) -> ArrayRef<'_> {
        ArrayRef { ptr: self.ptr, layout: self.layout, strides: self.strides, borrow: PhantomData }
    }

    /// The bytes as one slice, if there are no gaps.
    #[must_use]
    pub fn contiguous(&mut self) -> Option<&mut [u8]> {
        // SAFETY: without gaps the samples are the `n_bytes` from `ptr` on.
        self.is_contiguous().then(|| unsafe { core::slice::from_raw_parts_mut(self.ptr, self.layout.n_bytes()) })
    }

    /// As [`ArrayMut::contiguous`], for as long as the view borrows.
    #[must_use]
    pub fn into_contiguous(self) -> Option<&'a mut [u8]> {
        // SAFETY: as in `contiguous`; the view is used up.
        self.is_contiguous().then(|| unsafe { core::slice::from_raw_parts_mut(self.ptr, self.layout.n_bytes()) })
    }

    /// Row `index` of `row_len` bytes, in C order; `None` if there is none or rows of that length have gaps.
    #[must_use]
    pub fn row_mut(&mut self, index: usize, row_len: usize) -> Option<&mut [u8]> {
        let offset = self.row_offset(index, row_len)?;
        // SAFETY: a row is `row_len` contiguous bytes of samples of this view, which is borrowed exclusively.
        Some(unsafe { core::slice::from_raw_parts_mut(self.ptr.add(offset), row_len) })
    }

    /// The rows of `row_len` bytes, in C order; `None` if such rows have gaps.
    #[must_use]
    pub fn rows_mut(&mut self, row_len: usize) -> Option<RowsMut<'_>> {
        let offsets = RowOffsets::new(self.layout, self.strides, row_len, self.n_rows(row_len)?);
        Some(RowsMut { view: self.reborrow(), row_len, offsets })
    }

    /// The part of the array within `ranges`, one per axis.
    ///
    /// # Errors
    /// `InvalidArgument` if the ranges do not lie within the array.
    pub fn window(self, ranges: &[Range<usize>]) -> Result<Self> {
        let (layout, offset) = window(&self.layout, &self.strides, ranges)?;
        // SAFETY: the offset is that of a sample of this view.
        Ok(Self { ptr: unsafe { self.ptr.add(offset) }, layout, ..self })
    }

    /// The array at `index` of `axis`, with one axis less.
    ///
    /// # Errors
    /// `InvalidArgument` if there is no such index.
    pub fn index_axis(self, axis: usize, index: usize) -> Result<Self> {
        let ranges = axis_ranges(&self.layout, axis, index..index.saturating_add(1))?;
        let window = self.window(&ranges)?;
        let (layout, strides) = without_axis(&window.layout, &window.strides, axis)?;
        Ok(Self { layout, strides, ..window })
    }

    /// The same array with its axes in another order.
    ///
    /// # Errors
    /// `InvalidArgument` if `order` is not a permutation of the axes.
    pub fn permute(self, order: &[usize]) -> Result<Self> {
        let (layout, strides) = permuted(&self.layout, &self.strides, order)?;
        Ok(Self { layout, strides, ..self })
    }

    /// True if the array, gaps included, reaches over more bytes than most caches hold, such as a tile within a large image.
    /// What is written there is not in the cache when it is read next, and written past it, it displaces nothing.
    #[must_use]
    pub fn is_far(&self) -> bool {
        extent(&self.layout, &self.strides).is_none_or(|extent| extent >= FAR)
    }

    /// Copies C-ordered bytes without gaps into the array.
    ///
    /// # Errors
    /// `InvalidArgument` if the length is not that of the array.
    pub fn store(&mut self, src: &[u8]) -> Result<()> {
        self.copy_from(ArrayRef::new(src, self.layout)?)
    }

    /// Copies an array of the same layout into this one.
    ///
    /// # Errors
    /// `InvalidArgument` if the layouts differ.
    pub fn copy_from(&mut self, src: ArrayRef<'_>) -> Result<()> {
        self.copy(src, false)
    }

    /// As [`ArrayMut::copy_from`], for samples that are not touched again soon: what [is far](ArrayMut::is_far) is written
    /// past the cache.
    ///
    /// # Errors
    /// As [`ArrayMut::copy_from`].
    pub fn copy_last(&mut self, src: ArrayRef<'_>) -> Result<()> {
        self.copy(src, self.is_far())
    }

    fn copy(&mut self, src: ArrayRef<'_>, far: bool) -> Result<()> {
        if src.layout != self.layout {
            return Err(Error::invalid_argument("view", format!("cannot copy {} to {}", src.layout, self.layout)));
        }
        if self.layout.is_empty() {
            return Ok(());
        }
        let (to_first, to_run) = contiguous_suffix(&self.layout, &self.strides);
        let (from_first, from_run) = contiguous_suffix(&self.layout, &src.strides);
        let run = to_run.min(from_run);
        let first = to_first.max(from_first);
        // The last strided axis is walked without divisions: it is the pixel loop when samples interleave.
        let Some(inner) = first.checked_sub(1) else {
            // SAFETY: both have no gaps and `run` bytes each; an exclusive borrow overlaps no other.
            unsafe { core::ptr::copy_nonoverlapping(src.ptr, self.ptr, run) };
            return Ok(());
        };
        let len = self.layout.shape()[inner];
        let n_outer = self.layout.n_bytes() / run / len;
        let (to_step, from_step) = (self.strides[inner], src.strides[inner]);
        let far = far && run >= FAR_RUN;
        for outer in 0..n_outer {
            let to = run_offset(&self.layout, &self.strides, inner, outer);
            let from = run_offset(&self.layout, &src.strides, inner, outer);
            // SAFETY: the offsets are those of samples of either view.
            unsafe {
                let (from, to) = (src.ptr.add(from), self.ptr.add(to));
                if far {
                    (0..len).for_each(|i| copy_far(from.add(i * from_step), to.add(i * to_step), run));
                } else {
                    copy_line(from, from_step, to, to_step, run, len);
                }
            }
        }
        if far {
            order_far_writes();
        }
        Ok(())
    }

    /// Cuts the array into a grid. Along each axis the first cell has `first` samples (or fewer, if the axis is
    /// shorter), the others `cell`, the last what is left. Each cell can be taken once, by any thread.
    ///
    /// # Errors
    /// `InvalidArgument` if a cell length is zero, or the first one exceeds it.
    pub fn into_grid(self, cell: &[usize], first: &[usize]) -> Result<Grid<'a>> {
        let ndim = self.layout.ndim();
        let valid = cell.len() == ndim
            && first.len() == ndim
            && cell.iter().zip(first).all(|(&cell, &first)| first > 0 && first <= cell);
        if !valid {
            let message = format!("cells {cell:?}, first {first:?} cannot cut {}", self.layout);
            return Err(Error::invalid_argument("grid", message));
        }
        let mut counts = [1; MAX_NDIM];
        let mut cells = [1; MAX_NDIM];
        let mut firsts = [1; MAX_NDIM];
        for axis in 0..ndim {
            (cells[axis], firsts[axis]) = (cell[axis], first[axis]);
            let rest = self.layout.shape()[axis].saturating_sub(first[axis]);
            counts[axis] = usize::from(self.layout.shape()[axis] > 0) + rest.div_ceil(cell[axis]);
        }
        let n = counts[..ndim].iter().product();
        let taken = std::iter::repeat_with(|| AtomicBool::new(false)).take(n).collect();
        Ok(Grid { array: self, cells, firsts, counts, taken })
    }
}

/// Bytes of a piece from which on it is worth the trouble to write past the cache.
const FAR_RUN: usize = 256;

/// Copies past the cache whatever are whole lines of it. Other threads see that after [`order_far_writes`] only.
///
/// # Safety
/// As of `copy_nonoverlapping`.
#[cfg(all(target_arch = "x86_64", not(miri)))]
unsafe fn copy_far(from: *const u8, to: *mut u8, len: usize) {
    use core::arch::x86_64::{_mm_loadu_si128, _mm_stream_si128};
    const LINE: usize = 64;
    let head = (to.addr().wrapping_neg() % LINE).min(len);
    let end = len - (len - head) % LINE;
    // SAFETY: all offsets are below `len`; from `head` on, which is the start of a line, steps of 16 are aligned.
    unsafe {
        core::ptr::copy_nonoverlapping(from, to, head);
        for at in (head..end).step_by(16) {
            _mm_stream_si128(to.add(at).cast(), _mm_loadu_si128(from.add(at).cast()));
        }
        core::ptr::copy_nonoverlapping(from.add(end), to.add(end), len - end);
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn order_far_writes() {
    // SAFETY: every x86-64 has the instruction.
    unsafe { core::arch::x86_64::_mm_sfence() };
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
use core::ptr::copy_nonoverlapping as copy_far;

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
const fn order_far_writes() {}

/// Copies `len` pieces of `run` bytes from one strided line to another.
///
/// # Safety
/// All pieces must be valid, and the lines must not overlap.
unsafe fn copy_line(from: *const u8, from_step: usize, to: *mut u8, to_step: usize, run: usize, len: usize) {
    macro_rules! pieces {
        ($size:literal) => {
            for i in 0..len {
                // SAFETY: by the contract of this function.
                unsafe { core::ptr::copy_nonoverlapping(from.add(i * from_step), to.add(i * to_step), $size) };
            }
        };
    }
    // A constant size turns the copy into one load and one store.
    match run {
        1 => pieces!(1),
        2 => pieces!(2),
        3 => pieces!(3),
        4 => pieces!(4),
        6 => pieces!(6),
        8 => pieces!(8),
        16 => pieces!(16),
        _ => {
            for i in 0..len {
                // SAFETY: by the contract of this function.
                unsafe { core::ptr::copy_nonoverlapping(from.add(i * from_step), to.add(i * to_step), run) };
            }
        }
    }
}

fn axis_ranges(layout: &Layout, axis: usize, range: Range<usize>) -> Result<Vec<Range<usize>>> {
    let mut ranges: Vec<_> = layout.shape().iter().map(|&len| 0..len).collect();
    match ranges.get_mut(axis) {
        Some(slot) => *slot = range,
        None => return Err(Error::invalid_argument("view", format!("axis {axis} of {layout}"))),
    }
    Ok(ranges)
}

/// The byte offsets of the rows of a view in C order. It steps along a line of runs: the divisions that find a row by its
/// number come once a line.
#[derive(Clone)]
struct RowOffsets {
    layout: Layout,
    strides: Strides,
    row_len: usize,
    /// Rows of a run, runs of a line and their distance, and the axes before the line.
    per_run: usize,
    per_line: usize,
    step: usize,
    outer: usize,
    /// Offsets of the next row and of its run; rows of the run, runs of the line and rows in all that are left.
    offset: usize,
    run: usize,
    rows_left: usize,
    runs_left: usize,
    n_left: usize,
    line: usize,
}

impl RowOffsets {
    fn new(layout: Layout, strides: Strides, row_len: usize, n: usize) -> Self {
        let (first, run) = contiguous_suffix(&layout, &strides);
        let outer = first.saturating_sub(1);
        let (per_line, step) = if first == 0 { (1, 0) } else { (layout.shape()[outer], strides[outer]) };
        // Without rows the lengths may be 0 as well; nothing is divided or stepped then.
        let per_run = run.checked_div(row_len).unwrap_or(0);
        Self {
            layout,
            strides,
            row_len,
            per_run,
            per_line,
            step,
            outer,
            offset: 0,
            run: 0,
            rows_left: per_run,
            runs_left: per_line,
            n_left: n,
            line: 0,
        }
    }
}

impl Iterator for RowOffsets {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.n_left = self.n_left.checked_sub(1)?;
        let offset = self.offset;
        self.rows_left -= 1;
        if self.rows_left > 0 {
            self.offset += self.row_len;
            return Some(offset);
        }
        self.rows_left = self.per_run;
        self.runs_left -= 1;
        if self.runs_left > 0 {
            self.run += self.step;
        } else if self.n_left > 0 {
            self.runs_left = self.per_line;
            self.line += 1;
            self.run = run_offset(&self.layout, &self.strides, self.outer, self.line);
        }
        self.offset = self.run;
        Some(offset)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.n_left, Some(self.n_left))
    }
}

/// The rows of an [`ArrayMut`], each once.
pub struct RowsMut<'a> {
    view: ArrayMut<'a>,
    row_len: usize,
    offsets: RowOffsets,
}

impl<'a> Iterator for RowsMut<'a> {
    type Item = &'a mut [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a mut [u8]> {
        let offset = self.offsets.next()?;
        // SAFETY: each row is handed out once, rows do not overlap, and the view is borrowed for 'a.
        Some(unsafe { core::slice::from_raw_parts_mut(self.view.ptr.add(offset), self.row_len) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.offsets.size_hint()
    }
}

impl ExactSizeIterator for RowsMut<'_> {}

/// An array that is cut into cells, each of which can be taken once, by any thread: the tiles of one image.
pub struct Grid<'a> {
    array: ArrayMut<'a>,
    cells: [usize; MAX_NDIM],
    firsts: [usize; MAX_NDIM],
    counts: [usize; MAX_NDIM],
    taken: Box<[AtomicBool]>,
}

impl<'a> Grid<'a> {
    /// The number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.taken.len()
    }

    /// True if there are no cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    /// The number of cells along each axis.
    #[must_use]
    pub fn counts(&self) -> &[usize] {
        &self.counts[..self.array.layout.ndim()]
    }

    /// The ranges of cell `index` (C order) along each axis.
    #[must_use]
    pub fn ranges(&self, index: usize) -> Option<Vec<Range<usize>>> {
        Some(self.cell(index)?[..self.array.layout.ndim()].to_vec())
    }

    /// As [`Grid::ranges`], without an allocation.
    fn cell(&self, mut index: usize) -> Option<[Range<usize>; MAX_NDIM]> {
        if index >= self.len() {
            return None;
        }
        let mut ranges = [const { 0..0 }; MAX_NDIM];
        for (axis, range) in ranges.iter_mut().enumerate().take(self.array.layout.ndim()).rev() {
            let position = index % self.counts[axis];
            index /= self.counts[axis];
            let start = position.checked_sub(1).map_or(0, |before| self.firsts[axis] + before * self.cells[axis]);
            let len = if position == 0 { self.firsts[axis] } else { self.cells[axis] };
            *range = start..(start + len).min(self.array.layout.shape()[axis]);
        }
        Some(ranges)
    }

    /// Takes cell `index` (C order); `None` if there is no such cell or it was taken.
    #[must_use]
    pub fn take(&self, index: usize) -> Option<ArrayMut<'a>> {
        if self.taken.get(index)?.swap(true, Ordering::AcqRel) {
            return None;
        }
        let ranges = self.cell(index)?;
        let ranges = &ranges[..self.array.layout.ndim()];
        let (layout, offset) = window(&self.array.layout, &self.array.strides, ranges).ok()?;
        // SAFETY: the offset is that of a sample of the array.
        let ptr = unsafe { self.array.ptr.add(offset) };
        // Cells do not overlap and each is handed out once, so the views borrow disjoint bytes for 'a.
        Some(ArrayMut { ptr, layout, strides: self.array.strides, borrow: PhantomData })
    }
}

impl core::fmt::Debug for ArrayRef<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ArrayRef({}, strides {:?})", self.layout, self.strides())
    }
}

impl core::fmt::Debug for ArrayMut<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ArrayMut({}, strides {:?})", self.layout, self.strides())
    }
}

impl core::fmt::Debug for Grid<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Grid({:?} of {:?})", self.counts(), self.array)
    }
}
