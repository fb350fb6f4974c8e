use iio_codec::{
    AlignedBytes, ArrayDecoder, ArrayMut, Blame, Check, CodecInfo, Context, Header, Layout, Result, RowsMut,
};
use iio_deflate::engine::Inflater;

use crate::expand::{Expand, check_indices};
use crate::filter::{PAETH, unfilter};
use crate::header::{ColourType, ImageHeader, SIGNATURE};
use crate::png::{Head, Png};
use crate::simd::unpaeth_two;
use crate::stream::Stream;
use crate::{DecodeOptions, INFO, expand, zlib};

/// Tells whether bytes carry the signature of PNG.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    if src.starts_with(&SIGNATURE) {
        Check::Yes
    } else if SIGNATURE.starts_with(src) {
        Check::Unknown
    } else {
        Check::No
    }
}

/// Returns the layout that `src` decodes to, from the chunks before its pixel data.
///
/// # Errors
/// As [`Head::parse`].
pub fn decoded_layout(src: &[u8], options: &DecodeOptions) -> Result<Layout> {
    Head::parse(src, options)?.layout(options)
}

/// Decodes `src` into new memory: `[height, width]` or `[height, width, samples]` of bytes or 16-bit samples.
///
/// # Errors
/// `Malformed`, `Truncated`, `Unsupported`; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    Decoder::new(options.clone()).decode(src, None, &Context::default())
}

/// Decodes `src` into `dst`, whose layout must be that of [`decoded_layout`].
///
/// # Errors
/// `InvalidArgument` if the layout is another one; `Malformed`, `Truncated`, `Unsupported`.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions) -> Result<()> {
    Decoder::new(options.clone()).decode_into(src, dst, &Context::default())
}

/// A worker that decodes: make one per thread and keep it. It holds the inflated rows of the largest image so far.
#[derive(Debug)]
pub struct Decoder {
    options: DecodeOptions,
    inflater: Inflater,
    /// Pixel data of several IDAT chunks in one piece.
    gathered: Vec<u8>,
    /// Rows as they come out of the zlib stream, each behind its filter byte.
    filtered: Option<AlignedBytes>,
}

impl Decoder {
    /// Makes a worker. Nothing is allocated until it is used.
    #[must_use]
    pub fn new(options: DecodeOptions) -> Self {
        Self { options, inflater: Inflater::new(&INFO), gathered: Vec::new(), filtered: None }
    }

    /// Decodes the pixels of a file whose structure is known into `dst`. `src` is the file.
    ///
    /// # Errors
    /// `InvalidArgument` if the layout of `dst` is not that of [`Head::layout`] (axes of length 1 do not count);
    /// `Malformed`, `Truncated`; `Limit` if the scratch exceeds `working_bytes`.
    pub fn decode_pixels(&mut self, png: &Png, src: &[u8], mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let layout = png.head.layout(&self.options)?;
        check_destination(&layout, dst.layout())?;
        png.gate_ratio()?;
        let row_len = layout.stride(0);
        if dst.n_rows(row_len).is_some() {
            return self.decode_rows(png, src, &mut dst, row_len, cx);
        }
        // Pixels that do not lie side by side, such as planes: by way of an image in which they do.
        cx.gate_working(&INFO, (layout.n_bytes() as u64).saturating_add(png.head.header.filtered_len()))?;
        let mut bytes = AlignedBytes::zeroed(layout.n_bytes())?;
        self.decode_rows(png, src, &mut ArrayMut::new(&mut bytes, layout)?, row_len, cx)?;
        dst.store(&bytes)
    }

    fn decode_rows(
        &mut self,
        png: &Png,
        src: &[u8],
        dst: &mut ArrayMut<'_>,
        row_len: usize,
        cx: &Context<'_>,
    ) -> Result<()> {
        let header = &png.head.header;
        let gathered = if png.n_data > 1 { png.data_len as u64 } else { 0 };
        let filtered_len = header.filtered_len();
        let working = filtered_len.saturating_add(gathered);
        let rows = Rows::new(&png.head, &self.options, cx);
        if working > cx.limits.working_bytes && !header.interlaced {
            let to = dst.rows_mut(row_len).ok_or_else(|| INFO.internal("destination has no rows"))?;
            return rows.stream(png, src, to, &self.options);
        }
        cx.gate_working(&INFO, working)?;
        let data = png.data(src, &mut self.gathered)?;
        let filtered_len = usize::try_from(filtered_len).map_err(|_| INFO.out_of_memory(usize::MAX))?;
        let kept = self.filtered.take().filter(|kept| kept.len() >= filtered_len);
        let kept = self.filtered.insert(kept.map_or_else(|| AlignedBytes::zeroed(filtered_len), Ok)?);
        let filtered = kept.get_mut(..filtered_len).unwrap_or(&mut []);
        zlib::inflate_pixels(&mut self.inflater, data, filtered, &self.options, cx)
            .map_err(|error| png.locate(src, error))?;
        if header.interlaced {
            return rows.interlaced(filtered, dst, row_len);
        }
        let mut to = dst.rows_mut(row_len).ok_or_else(|| INFO.internal("destination has no rows"))?;
        rows.start().band(&rows, filtered, &mut to)
    }
}

fn check_destination(layout: &Layout, dst: &Layout) -> Result<()> {
    let axes = |layout: &Layout| layout.shape().iter().copied().filter(|&len| len != 1).collect::<Vec<_>>();
    if layout == dst || (layout.dtype() == dst.dtype() && axes(layout) == axes(dst)) {
        return Ok(());
    }
    Err(INFO.invalid_argument(format!("image is {layout}, destination is {dst}")))
}

impl ArrayDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        Head::parse(src, &self.options)?.array_header(&self.options).map(Some)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let png = Png::parse(src, &self.options)?;
        self.decode_pixels(&png, src, dst, cx)
    }

    fn decode(&mut self, src: &[u8], _: Option<&Layout>, cx: &Context<'_>) -> Result<(Layout, AlignedBytes)> {
        let png = Png::parse(src, &self.options)?;
        let layout = png.head.layout(&self.options)?;
        png.gate(&layout, cx)?;
        let mut bytes = AlignedBytes::zeroed(layout.n_bytes())?;
        self.decode_pixels(&png, src, ArrayMut::new(&mut bytes, layout)?, cx)?;
        Ok((layout, bytes))
    }
}

/// How the rows of an image become samples.
struct Rows<'a> {
    header: &'a ImageHeader,
    expand: Expand,
    /// Colours that indices are checked against.
    n_colours: Option<usize>,
    cx: &'a Context<'a>,
}

/// Where the rows of one image or pass stand.
struct State<'a> {
    index: usize,
    /// The row above in the destination, where rows are unfiltered there.
    above: &'a [u8],
    /// The row above as it stands in the file, where rows are unfiltered before they are expanded: of an earlier band.
    carried: Vec<u8>,
    scratch: Vec<u8>,
}

impl<'a> Rows<'a> {
    fn new(head: &'a Head, options: &DecodeOptions, cx: &'a Context<'a>) -> Self {
        let strict = head.header.colour == ColourType::Palette && !options.ignore_index_range;
        let n_colours = head.palette.as_ref().filter(|_| strict).map(|palette| palette.colours().len());
        Self { header: &head.header, expand: Expand::new(head, options), n_colours, cx }
    }

    fn start<'b>(&self) -> State<'b> {
        State { index: 0, above: &[], carried: Vec::new(), scratch: Vec::new() }
    }

    /// Bytes of a row with its filter byte.
    fn line_len(&self, width: u32) -> Result<usize> {
        let len = self.header.row_len(width).saturating_add(1);
        usize::try_from(len).map_err(|_| INFO.out_of_memory(usize::MAX))
    }

    fn check_indices(&self, width: u32, raw: &[u8], index: usize, scratch: &mut Vec<u8>) -> Result<()> {
        match self.n_colours {
            Some(n) => check_indices(self.header.bit_depth, width as usize, raw, n, index, scratch),
            None => Ok(()),
        }
    }

    /// Decodes the seven passes of Adam7.
    fn interlaced(&self, mut filtered: &mut [u8], dst: &mut ArrayMut<'_>, row_len: usize) -> Result<()> {
        let pixel_len = row_len / self.header.width as usize;
        let step = self.header.filter_step();
        let (mut line, mut scratch) = (Vec::new(), Vec::new());
        for pass in self.header.passes() {
            let line_len = self.line_len(pass.width)?;
            let (lines, rest) = filtered
                .split_at_mut_checked(line_len.saturating_mul(pass.height as usize))
                .ok_or_else(|| INFO.internal("passes exceed the pixel data"))?;
            filtered = rest;
            line.resize(pixel_len * pass.width as usize, 0);
            let mut above: &[u8] = &[];
            for (index, source) in lines.chunks_exact_mut(line_len).enumerate() {
                self.cx.check_cancel(&INFO)?;
                let y = pass.y as usize + index * pass.dy as usize;
                let Some((&mut kind, raw)) = source.split_first_mut() else { break };
                unfilter(kind, step, above, raw, y)?;
                self.check_indices(pass.width, raw, y, &mut scratch)?;
                self.expand.row(raw, &mut line, &mut scratch);
                let to = dst.row_mut(y, row_len).ok_or_else(|| INFO.internal("destination lacks rows"))?;
                scatter(pixel_len, &line, to, pass.x as usize, pass.dx as usize);
                above = raw;
            }
        }
        Ok(())
    }

    /// Decodes an image whose rows exceed the working memory, by bands.
    fn stream(&self, png: &Png, src: &[u8], mut to: RowsMut<'_>, options: &DecodeOptions) -> Result<()> {
        let line_len = self.line_len(self.header.width)?;
        let per_band = (BAND / line_len).max(1);
        self.cx.gate_working(&INFO, (line_len as u64).saturating_mul(per_band as u64 + 1))?;
        let mut band = AlignedBytes::zeroed(per_band * line_len)?;
        let mut chunks = png.data_chunks(src).map(|chunk| chunk.data);
        let located = |error| png.locate(src, error);
        let mut source = Stream::new(&mut chunks).map_err(located)?;
        let mut state = self.start();
        let mut left = self.header.height as usize;
        while left > 0 {
            let n = left.min(per_band);
            let lines = band.get_mut(..n * line_len).unwrap_or(&mut []);
            source.fill(lines).map_err(located)?;
            state.band(self, lines, &mut to)?;
            left -= n;
        }
        source.finish(options).map_err(located)
    }
}

/// Bytes of inflated rows at a time, where there is no room for all.
const BAND: usize = 1 << 20;

impl<'a> State<'a> {
    /// Decodes whole rows, each behind its filter byte.
    fn band(&mut self, rows: &Rows<'_>, lines: &mut [u8], to: &mut RowsMut<'a>) -> Result<()> {
        let line_len = rows.line_len(rows.header.width)?;
        match rows.expand {
            Expand::Copy if rows.n_colours.is_none() => self.direct(rows, lines, line_len, to, <[u8]>::copy_from_slice),
            Expand::Native => self.direct(rows, lines, line_len, to, |to, raw| expand::to_native(raw, to)),
            _ => self.expanded(rows, lines, line_len, to),
        }
    }

    /// Unfilters in the destination. The filters do not mix the bytes of a sample, so samples of 16 bits can be
    /// brought to the byte order of the machine before.
    fn direct(
        &mut self,
        rows: &Rows<'_>,
        lines: &[u8],
        line_len: usize,
        to: &mut RowsMut<'a>,
        take: impl Fn(&mut [u8], &[u8]),
    ) -> Result<()> {
        let step = rows.header.filter_step();
        let mut lines = lines.chunks_exact(line_len).filter_map(<[u8]>::split_first).peekable();
        while let Some((&kind, raw)) = lines.next() {
            rows.cx.check_cancel(&INFO)?;
            let row = to.next().ok_or_else(|| INFO.internal("destination lacks rows"))?;
            take(row, raw);
            let paired = kind == PAETH && !self.above.is_empty();
            match lines.next_if(|&(&next, _)| paired && next == PAETH) {
                Some((_, raw)) => {
                    let next = to.next().ok_or_else(|| INFO.internal("destination lacks rows"))?;
                    take(next, raw);
                    unpaeth_two(step, self.above, row, next);
                    self.above = next;
                    self.index += 2;
                }
                None => {
                    unfilter(kind, step, self.above, row, self.index)?;
                    self.above = row;
                    self.index += 1;
                }
            }
        }
        Ok(())
    }

    fn expanded(&mut self, rows: &Rows<'_>, lines: &mut [u8], line_len: usize, to: &mut RowsMut<'a>) -> Result<()> {
        let step = rows.header.filter_step();
        let mut above: &[u8] = &self.carried;
        for (line, to) in lines.chunks_exact_mut(line_len).zip(to) {
            rows.cx.check_cancel(&INFO)?;
            let Some((&mut kind, raw)) = line.split_first_mut() else { break };
            unfilter(kind, step, above, raw, self.index)?;
            rows.check_indices(rows.header.width, raw, self.index, &mut self.scratch)?;
            rows.expand.row(raw, to, &mut self.scratch);
            above = raw;
            self.index += 1;
        }
        if self.index < rows.header.height as usize {
            self.carried = above.to_vec();
        }
        Ok(())
    }
}

/// Puts the pixels of a pass into their row of the image.
fn scatter(pixel_len: usize, src: &[u8], dst: &mut [u8], x: usize, dx: usize) {
    fn pixels<const N: usize>(src: &[u8], dst: &mut [u8], x: usize, dx: usize) {
        let to = dst.as_chunks_mut::<N>().0.iter_mut().skip(x).step_by(dx);
        to.zip(src.as_chunks::<N>().0).for_each(|(to, from)| *to = *from);
    }
    match pixel_len {
        1 => pixels::<1>(src, dst, x, dx),
        2 => pixels::<2>(src, dst, x, dx),
        3 => pixels::<3>(src, dst, x, dx),
        4 => pixels::<4>(src, dst, x, dx),
        6 => pixels::<6>(src, dst, x, dx),
        _ => pixels::<8>(src, dst, x, dx),
    }
}
