use iio_codec::{AlignedBytes, ArrayMut, Blame, Context, Error, Header, Layout, Result};

use crate::INFO;
use crate::ffi::{self, Image, Request, Source};
use crate::header::{Component, Info, Segments, info, marker, reduced};
use crate::options::DecodeOptions;
use crate::pixel::{self, Mapping, Samples};
use crate::plan::{Part, Plan, component_area};

/// Marker segments that decoding needs. The others are comments, or pointers to what has moved.
const KEPT: [u16; 12] = [
    marker::CAP,
    marker::COD,
    marker::COC,
    0xff5d,
    0xff5e,
    marker::QCD,
    marker::POC,
    marker::PPM,
    // The array transforms of Part 2: MCT, MCC, MCO, CBD.
    0xff74,
    0xff75,
    0xff77,
    0xff78,
];
/// Bytes of SOT, its marker included.
const SOT_LEN: usize = 12;

/// Reads the header: the layout that decoding gives, with the options applied, and the significant bits.
///
/// # Errors
/// `Malformed`, `Truncated`; `Unsupported` above 31 bits per sample; `InvalidArgument` if `reduce` or `region` do not
/// fit the image.
pub fn header(src: &[u8], options: &DecodeOptions) -> Result<Header> {
    let info = info(src)?;
    Geometry::new(&info, options)?.header(&info, options)
}

/// Decodes `src` into a new array, under the default limits.
///
/// # Errors
/// As [`header`] and [`decode_into`]; `Limit`; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    iio_codec::ArrayCodec::decoder(&crate::Jpeg2k::new(crate::EncodeOptions::default(), options.clone()))?.decode(
        src,
        None,
        &Context::default(),
    )
}

/// Decodes `src` into `dst`, whose layout must be that of [`header`].
///
/// # Errors
/// As [`header`]; `InvalidArgument` if the layout is another; `Limit` if OpenJPEG would hold more than
/// `working_bytes`; `Cancelled`.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    let info = info(src)?;
    let geometry = Geometry::new(&info, options)?;
    let header = geometry.header(&info, options)?;
    if *dst.layout() != header.layout {
        return Err(INFO.invalid_argument(format!("stream gives {}, destination is {}", header.layout, dst.layout())));
    }
    let plan = Plan::new(&info, geometry.window, options.reduce, options.allow_missing_end, cx)?;
    let mapping = Mapping::new(&info, options);
    Decode { info: &info, options, geometry, plan: &plan, mapping: &mapping, cx }.run(dst)
}

/// Where the pixels lie.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    /// The wanted part of the image on the reference grid: left, top, right, bottom.
    window: [u32; 4],
    /// The same in pixels of the reduced resolution, from the origin of the grid.
    pixels: [u32; 4],
    step: [u32; 2],
    reduce: u8,
}

impl Geometry {
    fn new(info: &Info<'_>, options: &DecodeOptions) -> Result<Self> {
        let (size, reduce) = (&info.size, options.reduce);
        if reduce > info.min_levels {
            let message = format!("reduce must be 0..={} for this stream, got {reduce}", info.min_levels);
            return Err(INFO.invalid_argument(message));
        }
        let step = size.step.map(u32::from);
        let mut window = size.area;
        if window.iter().any(|&edge| i32::try_from(edge).is_err()) {
            return Err(INFO.unsupported(format!("image area {window:?} reaches beyond 2^31 - 1")));
        }
        if let Some([left, top, right, bottom]) = options.region {
            let [width, height] = size.extent(0);
            if left >= right || top >= bottom || right > width || bottom > height {
                let message = format!("region {:?} is not within {width}x{height}", [left, top, right, bottom]);
                return Err(INFO.invalid_argument(message));
            }
            // Pixel p of the image is sample ceil(origin / step) + p of the finest components.
            let edge = |axis: usize, p: u32| (size.area[axis].div_ceil(step[axis]) + p).saturating_mul(step[axis]);
            window = [
                edge(0, left).max(size.area[0]),
                edge(1, top).max(size.area[1]),
                edge(0, right).min(size.area[2]),
                edge(1, bottom).min(size.area[3]),
            ];
        }
        let geometry = Self { window, pixels: [0; 4], step, reduce };
        let pixels = geometry.pixels(window);
        if pixels[0] >= pixels[2] || pixels[1] >= pixels[3] {
            let message =
                format!("no pixel is left of {:?} after reduce {reduce}", options.region.unwrap_or(size.area));
            return Err(INFO.invalid_argument(message));
        }
        Ok(Self { pixels, ..geometry })
    }

    /// Pixels at the reduced resolution within an area of the reference grid.
    fn pixels(&self, area: [u32; 4]) -> [u32; 4] {
        let edge = |at: u32, axis: usize| reduced(at.div_ceil(self.step[axis]), self.reduce);
        [edge(area[0], 0), edge(area[1], 1), edge(area[2], 0), edge(area[3], 1)]
    }

    fn header(&self, info: &Info<'_>, options: &DecodeOptions) -> Result<Header> {
        let (dtype, bits) = pixel::sample_type(info, options)?;
        let [left, top, right, bottom] = self.pixels;
        let (width, height) = (u64::from(right - left), u64::from(bottom - top));
        let layout = match (pixel::n_channels(info, options) as u64, options.planar) {
            (1, _) => Layout::from_u64(dtype, &[height, width]),
            (n, true) => Layout::from_u64(dtype, &[n, height, width]),
            (n, false) => Layout::from_u64(dtype, &[height, width, n]),
        };
        Ok(Header { layout: layout.map_err(|error| INFO.unsupported(error.message().to_owned()))?, bits })
    }
}

fn intersection(a: [u32; 4], b: [u32; 4]) -> [u32; 4] {
    [a[0].max(b[0]), a[1].max(b[1]), a[2].min(b[2]), a[3].min(b[3])]
}

/// One run of the decoder.
#[derive(Clone, Copy)]
struct Decode<'a> {
    info: &'a Info<'a>,
    options: &'a DecodeOptions,
    geometry: Geometry,
    plan: &'a Plan,
    mapping: &'a Mapping,
    cx: &'a Context<'a>,
}

impl Decode<'_> {
    fn run(&self, mut dst: ArrayMut<'_>) -> Result<()> {
        if !self.plan.split {
            return self.whole(dst);
        }
        let [_, _, columns, rows] = self.plan.tiles;
        let n = columns as usize * rows as usize;
        let width = self.cx.executor.width().min(n);
        let affordable = self.plan.working.saturating_mul(width as u64) <= self.cx.limits.working_bytes;
        if let (true, true, Some((cell, first))) = (width > 1, affordable, self.cells(&dst)) {
            let grid = dst.into_grid(&cell, &first)?;
            return self.cx.executor.try_for_each(n, &|index| {
                let cell = grid.take(index).ok_or_else(|| INFO.internal(format!("no cell {index}")))?;
                self.tile(index, cell)
            });
        }
        for index in 0..n {
            let pixels = self.tile_pixels(index)?;
            if pixels[0] < pixels[2] && pixels[1] < pixels[3] {
                let ranges = self.ranges(&dst, pixels);
                self.tile(index, dst.reborrow().window(&ranges)?)?;
            }
        }
        Ok(())
    }

    /// The cells of a grid of all tiles, if the tiles make one.
    fn cells(&self, dst: &ArrayMut<'_>) -> Option<(Vec<usize>, Vec<usize>)> {
        let [_, _, columns, rows] = self.plan.tiles.map(|n| n as usize);
        let lengths = |axis: usize, n: usize, stride: usize| -> Option<(usize, usize)> {
            let lengths: Result<Vec<u32>> =
                (0..n).map(|i| self.tile_pixels(i * stride).map(|p| p[axis + 2].saturating_sub(p[axis]))).collect();
            let lengths = lengths.ok()?;
            let (&first, rest) = lengths.split_first()?;
            let (&last, inner) = rest.split_last().unwrap_or((&first, &[]));
            let cell = inner.first().copied().unwrap_or(first.max(last));
            let regular =
                first > 0 && last > 0 && first <= cell && last <= cell && inner.iter().all(|&len| len == cell);
            regular.then_some((cell as usize, first as usize))
        };
        let (width, height) = (lengths(0, columns, 1)?, lengths(1, rows, columns)?);
        let n = pixel::n_channels(self.info, self.options);
        Some(match (dst.layout().ndim(), self.options.planar) {
            (2, _) => (vec![height.0, width.0], vec![height.1, width.1]),
            (_, true) => (vec![n, height.0, width.0], vec![n, height.1, width.1]),
            (_, false) => (vec![height.0, width.0, n], vec![height.1, width.1, n]),
        })
    }

    /// The wanted pixels of tile `index` of the plan.
    fn tile_pixels(&self, index: usize) -> Result<[u32; 4]> {
        let tile = self.plan.tile_index(self.info, index).ok_or_else(|| INFO.internal(format!("no tile {index}")))?;
        Ok(self.geometry.pixels(intersection(self.info.size.tile_area(tile), self.geometry.window)))
    }

    /// The ranges of the destination that hold `pixels`.
    fn ranges(&self, dst: &ArrayMut<'_>, pixels: [u32; 4]) -> Vec<core::ops::Range<usize>> {
        let [left, top, ..] = self.geometry.pixels;
        let [x0, x1] = [pixels[0], pixels[2]].map(|x| (x - left) as usize);
        let [y0, y1] = [pixels[1], pixels[3]].map(|y| (y - top) as usize);
        match (dst.shape(), self.options.planar) {
            (&[n, _, _], true) => vec![0..n, y0..y1, x0..x1],
            (&[_, _, n], false) => vec![y0..y1, x0..x1, 0..n],
            _ => vec![y0..y1, x0..x1],
        }
    }

    fn request(&self, area: [u32; 4], image: [u32; 4], serial: bool) -> Request {
        let width = self.cx.executor.width();
        let threads = match self.options.threads {
            _ if serial => 1,
            0 => width,
            threads => threads.min(width),
        };
        // All edges are below 2^31, by `Geometry::new`. Four zeros are OpenJPEG's way to ask for all.
        let area = if area == image { [0; 4] } else { area.map(u32::cast_signed) };
        Request {
            reduce: self.options.reduce.into(),
            max_layers: self.options.max_layers.into(),
            threads,
            area: Some(area),
        }
    }

    /// Decodes a tile as an image of its own.
    fn tile(&self, index: usize, dst: ArrayMut<'_>) -> Result<()> {
        self.cx.check_cancel(&INFO)?;
        let tile = self.plan.tile_index(self.info, index).ok_or_else(|| INFO.internal(format!("no tile {index}")))?;
        let image = self.info.size.tile_area(tile);
        let fetched = self.plan.fetch(image);
        let head = self.main_header(Some((tile, image)))?;
        let parts = self.plan.parts_of(tile);
        let many = self.cx.executor.width() > 1;
        self.decode(&head, parts, Some(0), fetched, self.request(fetched, image, many))
            .and_then(|planes| self.store(&planes, fetched, Some(tile), self.tile_pixels(index)?, dst))
            .map_err(|error| error.within(format_args!("tile {tile}")))
    }

    /// Decodes all tiles at once.
    fn whole(&self, dst: ArrayMut<'_>) -> Result<()> {
        let fetched = self.plan.window;
        let head = self.main_header(None)?;
        let single = self.info.size.n_tiles() == [1, 1];
        // With threads, OpenJPEG copies code blocks; without, a damaged high-throughput one is read beyond its end, and
        // may decode where the copy does not.
        let request = self.request(fetched, self.info.size.area, self.plan.high_throughput);
        let planes = self.decode(&head, &self.plan.parts, None, fetched, request)?;
        self.store(&planes, fetched, single.then_some(0), self.geometry.pixels, dst)
    }

    /// The main header without what decoding does not need, with one tile as its only one if it is given.
    fn main_header(&self, tile: Option<(u32, [u32; 4])>) -> Result<Vec<u8>> {
        let stream = self.info.codestream;
        // SOC and SIZ, the lengths of which were checked.
        let siz_end = 2 + 2 + 38 + 3 * self.info.size.n_components();
        let mut head = stream.get(..siz_end).unwrap_or(&[]).to_vec();
        if let Some((tile, [left, top, right, bottom])) = tile {
            let size = &self.info.size;
            let across = size.n_tiles()[0];
            let origin = [
                size.tile_origin[0].saturating_add((tile % across).saturating_mul(size.tile[0])),
                size.tile_origin[1].saturating_add((tile / across).saturating_mul(size.tile[1])),
            ];
            let [width, height] = size.tile;
            // Xsiz, Ysiz, XOsiz, YOsiz, XTsiz, YTsiz, XTOsiz, YTOsiz (A.5.1), behind SOC, SIZ, Lsiz and Rsiz.
            let values = [right, bottom, left, top, width, height, origin[0], origin[1]];
            for (to, value) in head.iter_mut().skip(8).zip(values.into_iter().flat_map(u32::to_be_bytes)) {
                *to = value;
            }
        }
        for segment in Segments::new(stream, siz_end, self.info.codestream_offset) {
            let segment = segment?;
            if KEPT.contains(&segment.marker) {
                let end = segment.at + 4 + segment.body.len();
                head.extend_from_slice(stream.get(segment.at..end).unwrap_or(&[]));
            }
        }
        Ok(head)
    }

    /// Decodes tile-parts behind a main header. Their tile number becomes `tile` if it is given.
    fn decode(
        &self,
        head: &[u8],
        parts: &[Part],
        tile: Option<u16>,
        fetched: [u32; 4],
        request: Request,
    ) -> Result<Image> {
        let stream = self.info.codestream;
        let sots: Vec<[u8; SOT_LEN]> = parts.iter().map(|part| sot(part, tile, self.plan.n_parts(part.tile))).collect();
        let mut pieces = Vec::with_capacity(2 * parts.len() + 2);
        pieces.push(head);
        for (sot, part) in sots.iter().zip(parts) {
            pieces.push(sot.as_slice());
            pieces.push(stream.get(part.start + SOT_LEN..part.end).unwrap_or(&[]));
        }
        let end = marker::EOC.to_be_bytes();
        pieces.push(end.as_slice());
        let image = ffi::decode(&mut Source::new(pieces), &request).map_err(|failure| self.failed(&failure))?;
        self.agree(&image, fetched)?;
        Ok(image)
    }

    #[cold]
    fn failed(&self, failure: &ffi::Failure) -> Error {
        let message = format!("{} failed: {}", failure.step, failure.message);
        if failure.message.to_ascii_lowercase().contains("not enough memory") {
            return Error::new("jpeg2k", iio_codec::ErrorKind::OutOfMemory, message);
        }
        INFO.malformed(message).at(self.info.codestream_offset)
    }

    /// Compares what OpenJPEG reports with what the header says.
    fn agree(&self, image: &Image, fetched: [u32; 4]) -> Result<()> {
        let size = &self.info.size;
        if image.n_components() != size.n_components() {
            let message = format!("header has {} components, OpenJPEG {}", size.n_components(), image.n_components());
            return Err(INFO.internal(message));
        }
        for (index, component) in size.components().enumerate() {
            let plane = image.plane(index).ok_or_else(|| INFO.internal(format!("no component {index}")))?;
            let [left, top, right, bottom] = component_area(fetched, component, self.options.reduce);
            let (width, height) = ((right - left) as usize, (bottom - top) as usize);
            if (plane.width, plane.height, plane.precision, plane.signed)
                != (width, height, component.precision.into(), component.signed)
            {
                let message = format!(
                    "component {index} is {width}x{height} of {} bits by the header, {}x{} of {} bits by OpenJPEG",
                    component.precision, plane.width, plane.height, plane.precision
                );
                return Err(INFO.internal(message));
            }
            if plane.samples.is_empty() {
                return Err(INFO.unsupported(format!("component {index} has no samples")));
            }
        }
        Ok(())
    }

    /// True if a component that was decoded up to `resolution` lacks nothing: the bands above it are empty.
    fn is_complete(&self, component: Component, fetched: [u32; 4], resolution: u32, levels: u8) -> bool {
        let Some(left_out) = u8::try_from(resolution).ok().and_then(|resolution| levels.checked_sub(resolution)) else {
            return false;
        };
        let extent = |reduce| {
            let [left, top, right, bottom] = component_area(fetched, component, reduce);
            [right - left, bottom - top]
        };
        left_out == self.options.reduce || extent(left_out) == extent(self.options.reduce)
    }

    /// Writes decoded planes to the destination of `pixels`.
    fn store(
        &self,
        image: &Image,
        fetched: [u32; 4],
        tile: Option<u32>,
        pixels: [u32; 4],
        dst: ArrayMut<'_>,
    ) -> Result<()> {
        let mut planes = Vec::with_capacity(self.info.size.n_components());
        for (index, component) in self.info.size.components().enumerate() {
            let plane = image.plane(index).ok_or_else(|| INFO.internal(format!("no component {index}")))?;
            let levels = tile.and_then(|tile| self.plan.levels(tile).get(index).copied());
            if levels.is_some_and(|levels| !self.is_complete(component, fetched, plane.resolution, levels)) {
                // Samples of a resolution that never came are not set.
                return Err(INFO.truncated(format!("component {index} ends at resolution {}", plane.resolution)));
            }
            let [left, top, ..] = component_area(fetched, component, self.options.reduce);
            let factor =
                [u32::from(component.dx) / self.geometry.step[0], u32::from(component.dy) / self.geometry.step[1]];
            planes.push(Samples { values: plane.samples, width: plane.width, origin: [left, top], factor });
        }
        pixel::write(self.mapping, &planes, [pixels[0], pixels[1]], dst)
    }
}

/// SOT of a part, with its length and the number of parts filled in, whatever the file leaves open (A.4.2).
fn sot(part: &Part, tile: Option<u16>, n_parts: u8) -> [u8; SOT_LEN] {
    let [marker, tile] = [marker::SOT, tile.unwrap_or(part.tile)].map(u16::to_be_bytes);
    let psot = u32::try_from(part.end - part.start).unwrap_or(0).to_be_bytes();
    let mut sot = [0; SOT_LEN];
    let numbers = [part.index, n_parts];
    let fields = [marker.as_slice(), &[0, 10], &tile, &psot, &numbers].into_iter().flatten();
    sot.iter_mut().zip(fields).for_each(|(to, &byte)| *to = byte);
    sot
}
