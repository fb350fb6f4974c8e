//! Arrays within larger buffers: windows, permuted axes, odd row pitches and odd addresses.

use std::ops::Range;

use iio_codec::{AlignedBytes, ArrayMut, ArrayRef, Layout, Result};

use crate::fixture::filled;

/// How an array lies in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// A window of a larger array.
    Window,
    /// The axes in reverse order in memory: columns are contiguous.
    Reversed,
    /// A window of an array with its first two axes exchanged.
    SwappedWindow,
    /// Without gaps, at an odd address.
    Odd,
    /// Rows with an odd distance, so that samples are not aligned.
    OddPitch,
}

impl Placement {
    pub(crate) const ALL: [Self; 5] = [Self::Window, Self::Reversed, Self::SwappedWindow, Self::Odd, Self::OddPitch];

    /// The order in which the axes lie in memory: axis `order[i]` of the buffer is axis `i` of the array.
    fn order(self, ndim: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..ndim).collect();
        match self {
            Self::Reversed => order.reverse(),
            Self::SwappedWindow if ndim > 1 => order.swap(0, 1),
            _ => {}
        }
        order
    }

    fn margin(self) -> usize {
        usize::from(matches!(self, Self::Window | Self::SwappedWindow))
    }

    /// Layout of the whole buffer, and the ranges of the array in it.
    fn parent(self, layout: &Layout) -> Result<(Layout, Vec<Range<usize>>)> {
        let order = self.order(layout.ndim());
        let mut shape = vec![0; layout.ndim()];
        let mut ranges = vec![0..0; layout.ndim()];
        for (axis, &at) in order.iter().enumerate() {
            let len = layout.shape()[axis];
            shape[at] = len + 3 * self.margin();
            ranges[at] = self.margin()..self.margin() + len;
        }
        Ok((Layout::new(layout.dtype(), &shape)?, ranges))
    }

    /// C strides, with an odd byte behind each piece of the first axis.
    fn odd_strides(layout: &Layout) -> Vec<usize> {
        let mut strides: Vec<_> = (0..layout.ndim()).map(|axis| layout.stride(axis)).collect();
        if let Some(first) = strides.first_mut() {
            *first += 1;
        }
        strides
    }

    /// A buffer for the array, filled with guard bytes.
    pub(crate) fn buffer(self, layout: &Layout, guard: u8) -> Result<AlignedBytes> {
        let len = match self {
            Self::Odd => layout.n_bytes() + 1,
            Self::OddPitch => layout.n_bytes() + layout.shape().first().copied().unwrap_or(0),
            _ => self.parent(layout)?.0.n_bytes(),
        };
        filled(len, guard)
    }

    /// The array, to be written.
    pub(crate) fn view_mut<'a>(self, buffer: &'a mut [u8], layout: &Layout) -> Result<ArrayMut<'a>> {
        match self {
            Self::Odd => ArrayMut::new(buffer.get_mut(1..).unwrap_or(&mut []), *layout),
            Self::OddPitch => ArrayMut::with_strides(buffer, *layout, &Self::odd_strides(layout)),
            _ => {
                let (parent, ranges) = self.parent(layout)?;
                ArrayMut::new(buffer, parent)?.window(&ranges)?.permute(&self.order(layout.ndim()))
            }
        }
    }

    /// The array, to be read.
    pub(crate) fn view<'a>(self, buffer: &'a [u8], layout: &Layout) -> Result<ArrayRef<'a>> {
        match self {
            Self::Odd => ArrayRef::new(buffer.get(1..).unwrap_or(&[]), *layout),
            Self::OddPitch => ArrayRef::with_strides(buffer, *layout, &Self::odd_strides(layout)),
            _ => {
                let (parent, ranges) = self.parent(layout)?;
                ArrayRef::new(buffer, parent)?.window(&ranges)?.permute(&self.order(layout.ndim()))
            }
        }
    }

    /// A buffer that holds the samples, with guard bytes around them.
    pub(crate) fn holding(self, layout: &Layout, samples: &[u8], guard: u8) -> Result<AlignedBytes> {
        let mut buffer = self.buffer(layout, guard)?;
        self.view_mut(&mut buffer, layout)?.store(samples)?;
        Ok(buffer)
    }
}
