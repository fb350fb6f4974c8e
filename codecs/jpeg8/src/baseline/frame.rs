//! What array and stream have in common, and the segments that say so.

use super::table;
use crate::header::marker;
use crate::options::Subsampling;
use crate::{ColourSpace, EncodeOptions};

/// Components of a stream.
pub(crate) const MAX_COMPONENTS: usize = 4;

/// What the samples of pixels become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// A component each; those that the stream has not are left.
    Apart,
    /// Those at these places a component each.
    Pick([usize; 3]),
    /// Luma of red, green and blue at these places.
    Luma([usize; 3]),
    /// Luma and differences.
    YCbCr([usize; 3]),
}

/// Array and stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) height: usize,
    pub(crate) width: usize,
    /// Samples of a pixel.
    pub(crate) samples: usize,
    pub(crate) conversion: Conversion,
    pub(crate) stream: ColourSpace,
    /// Components of the stream.
    pub(crate) n: usize,
    /// Factors of the first one; those of others are 1.
    pub(crate) factors: (usize, usize),
}

impl Frame {
    /// An array of `shape` in the space `array`, as a stream. Spaces must go together.
    pub(crate) fn new(
        [height, width, samples]: [usize; 3],
        array: ColourSpace,
        stream: ColourSpace,
        options: &EncodeOptions,
    ) -> Self {
        let conversion = match (array.rgb(), stream) {
            (Some(places), ColourSpace::YCbCr) => Conversion::YCbCr(places),
            (Some(places), ColourSpace::Gray) => Conversion::Luma(places),
            (Some(places), _) if array != ColourSpace::Rgb => Conversion::Pick(places),
            _ => Conversion::Apart,
        };
        let factors = match stream {
            ColourSpace::YCbCr => options.subsampling.unwrap_or(Subsampling::S420).factors(),
            _ => (1, 1),
        };
        let factors = (factors.0.into(), factors.1.into());
        Self { height, width, samples, conversion, stream, n: stream.samples().unwrap_or(samples), factors }
    }

    /// Whether the differences have tables of their own.
    fn n_tables(&self) -> usize {
        if self.stream == ColourSpace::YCbCr { 2 } else { 1 }
    }

    /// The tables of component `c`.
    pub(crate) fn table(&self, c: usize) -> usize {
        usize::from(c > 0 && self.n_tables() == 2)
    }

    /// Samples of a row of the full resolution. In any resolution rows fill vectors of 32.
    pub(crate) fn stride(&self) -> usize {
        (8 * self.factors.0 * self.mcus().0).next_multiple_of(32 * self.factors.0)
    }

    /// Bytes that rows of components take, at most.
    pub(crate) fn working_bytes(&self) -> u64 {
        let rows = 8 * self.factors.1 * self.n + MAX_COMPONENTS;
        (self.stride() * rows) as u64
    }

    /// Numbers of the components, as libjpeg gives them.
    fn ids(&self) -> [u8; 4] {
        match self.stream {
            ColourSpace::Rgb => *b"RGB\0",
            ColourSpace::Cmyk => *b"CMYK",
            ColourSpace::Unknown => [0, 1, 2, 3],
            _ => [1, 2, 3, 4],
        }
    }

    /// MCUs across and down.
    pub(crate) fn mcus(&self) -> (usize, usize) {
        (self.width.div_ceil(8 * self.factors.0), self.height.div_ceil(8 * self.factors.1))
    }

    /// MCUs between restart markers.
    pub(crate) fn interval(&self, options: &EncodeOptions) -> usize {
        let by_rows = usize::from(options.restart_rows) * self.mcus().0;
        if by_rows > 0 { by_rows.min(0xffff) } else { options.restart_interval.into() }
    }

    /// Writes all segments before the coded data.
    pub(crate) fn write_head(&self, steps: &[[u8; 64]; 2], options: &EncodeOptions, to: &mut Vec<u8>) {
        to.extend_from_slice(&[0xff, marker::SOI]);
        match self.stream {
            ColourSpace::Gray | ColourSpace::YCbCr => to.extend_from_slice(&crate::stream::JFIF),
            ColourSpace::Unknown => {}
            // The transform, 0, says that components are not YCbCr.
            _ => to.extend_from_slice(b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0"),
        }
        if !options.abbreviated {
            table::write_steps(steps, self.n_tables(), to);
        }
        let (ids, n) = (self.ids(), byte(self.n));
        to.extend_from_slice(&[0xff, marker::SOF0, 0, 8 + 3 * n, 8]);
        for size in [self.height, self.width] {
            to.extend_from_slice(&u16::try_from(size).unwrap_or(0).to_be_bytes());
        }
        to.push(n);
        let factors = (byte(self.factors.0 << 4 | self.factors.1), 0x11);
        for (c, id) in ids.into_iter().enumerate().take(self.n) {
            let factors = if c == 0 { factors.0 } else { factors.1 };
            to.extend_from_slice(&[id, factors, byte(self.table(c))]);
        }
        if !options.abbreviated {
            table::write_codes(self.n_tables(), to);
        }
        if let Ok(interval @ 1..) = u16::try_from(self.interval(options)) {
            to.extend_from_slice(&[0xff, marker::DRI, 0, 4]);
            to.extend_from_slice(&interval.to_be_bytes());
        }
        to.extend_from_slice(&[0xff, marker::SOS, 0, 6 + 2 * n, n]);
        for (c, id) in ids.into_iter().enumerate().take(self.n) {
            to.extend_from_slice(&[id, 0x11 * byte(self.table(c))]);
        }
        to.extend_from_slice(&[0, 63, 0]);
    }

    /// Writes the tables alone, as a stream.
    pub(crate) fn tables(&self, options: &EncodeOptions) -> Vec<u8> {
        let mut to = vec![0xff, marker::SOI];
        table::write_steps(&table::steps(options.quality), self.n_tables(), &mut to);
        table::write_codes(self.n_tables(), &mut to);
        to.extend_from_slice(&[0xff, marker::EOI]);
        to
    }
}

/// What is known to fit a byte.
fn byte(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
