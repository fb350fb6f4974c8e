//! What decoding will touch and what it will cost, before OpenJPEG sees a byte: tile-parts, packets, code blocks.
//!
//! Every tile is then decoded as an image of its own: the main header with the tile as its only one, and its
//! tile-parts. So OpenJPEG holds one tile instead of the whole image, nothing is copied from tile to image twice, tiles
//! go to several threads, and what lies outside a region costs nothing. OpenJPEG's own work on many tiles is needed
//! in a few cases only, see [`Plan::split`].

mod weight;

use iio_codec::{Blame, Context, Error, ErrorKind, Result};
use weight::Weight;
pub(crate) use weight::encoding;

use crate::INFO;
use crate::header::{
    Coding, Component, Info, Progression, Segment, Segments, be16, be32, component_number, marker, reduced,
};

/// Bytes of SOT, its marker included.
const SOT_LEN: usize = 12;
/// Coding parameters of one component of one tile, and what its packet iterators hold.
const COMPONENT_BYTES: u64 = 2048;
/// Coding parameters and marker index of one tile.
const TILE_BYTES: u64 = 10_000;
/// The buffer of the stream and other fixed costs.
const FIXED_BYTES: u64 = 1 << 19;

/// One tile-part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    pub(crate) tile: u16,
    /// Its number among the parts of its tile.
    pub(crate) index: u8,
    /// Where it begins (SOT) and ends in the code stream.
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What to decode, and how.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The window to decode on the reference grid: left, top, right, bottom.
    pub(crate) window: [u32; 4],
    /// Tiles are decoded whole and then cut: OpenJPEG 2.5.3 leaves high-throughput blocks out of a window, and a large
    /// part of a tile takes more room than all of it.
    whole_tiles: bool,
    /// Some tile has high-throughput blocks.
    pub(crate) high_throughput: bool,
    /// The tiles that meet the window: first column, first row, columns, rows.
    pub(crate) tiles: [u32; 4],
    /// The tile-parts of these tiles: by tile if split, else in file order.
    pub(crate) parts: Vec<Part>,
    /// True if each tile is decoded by itself.
    pub(crate) split: bool,
    /// The most that OpenJPEG holds for one tile, or for all if not split.
    pub(crate) working: u64,
    /// What is known of each tile.
    seen: Vec<Seen>,
    /// Decomposition levels of each component by the main header.
    levels: Vec<u8>,
    /// The same of tiles that have their own, by tile.
    own_levels: Vec<(u16, Vec<u8>)>,
}

/// Rounds a window outwards so that every component has the samples that its pixels are made of.
fn aligned(info: &Info<'_>, window: [u32; 4], reduce: u8) -> [u32; 4] {
    let unit = |axis: usize| {
        let lcm = info.size.components().fold(1u64, |unit, component| {
            let step = u64::from(if axis == 0 { component.dx } else { component.dy });
            // Beyond any image there is no need to be exact.
            if unit > u64::from(u32::MAX) { unit } else { unit / gcd(unit, step) * step }
        });
        lcm.saturating_mul(1 << reduce)
    };
    let [left, top, right, bottom] = info.size.area;
    let down = |at: u32, unit: u64, least: u32| u32::try_from(u64::from(at) / unit * unit).unwrap_or(0).max(least);
    let up = |at: u32, unit: u64, most: u32| {
        u32::try_from(u64::from(at).div_ceil(unit).saturating_mul(unit)).unwrap_or(u32::MAX).min(most)
    };
    let (across, along) = (unit(0), unit(1));
    // The first samples of a coarse component may lie behind the first pixels of an image off the grid's origin.
    let first = |at: u32, unit: u64| u32::try_from(u64::from(at).div_ceil(unit) * unit + 1).unwrap_or(u32::MAX);
    [
        down(window[0], across, left),
        down(window[1], along, top),
        up(window[2].max(first(left, across)), across, right),
        up(window[3].max(first(top, along)), along, bottom),
    ]
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// True if tile edges fall on samples of every component, so that a tile needs no neighbour.
fn edges_fit(info: &Info<'_>, reduce: u8) -> bool {
    let subsampled = info.size.components().any(|c| c.dx != info.size.step[0] || c.dy != info.size.step[1]);
    let [across, down] = info.size.n_tiles();
    if !subsampled || (across == 1 && down == 1) {
        return true;
    }
    let [left, top, right, bottom] = info.size.area;
    let inner = |origin: u32, len: u32, n: u32, axis: usize| {
        (1..n).all(|index| {
            let edge = origin.saturating_add(len.saturating_mul(index));
            let window = if axis == 0 { [edge, top, right, bottom] } else { [left, edge, right, bottom] };
            aligned(info, window, reduce).get(axis) == Some(&edge)
        })
    };
    // Two edges tell for all: their distance is that of all others.
    inner(info.size.tile_origin[0], info.size.tile[0], across.min(3), 0)
        && inner(info.size.tile_origin[1], info.size.tile[1], down.min(3), 1)
}

impl Plan {
    /// Walks the tile-parts and weighs the tiles that meet `wanted`, a window on the reference grid.
    pub(crate) fn new(
        info: &Info<'_>,
        wanted: [u32; 4],
        reduce: u8,
        allow_missing_end: bool,
        cx: &Context<'_>,
    ) -> Result<Self> {
        let size = &info.size;
        let [across, down] = size.n_tiles();
        let n_tiles = u64::from(across) * u64::from(down);
        let mut survey = Survey::new(info, reduce, cx)?;
        // Packed packet headers lie in the order of all tile-parts: none can be left out.
        let all = n_tiles > 1 && survey.packed_headers;
        let mut window = if all { size.area } else { aligned(info, wanted, reduce) };
        let first = |axis: usize| (window[axis] - size.tile_origin[axis]) / size.tile[axis];
        let end = |axis: usize| (window[axis + 2] - size.tile_origin[axis]).div_ceil(size.tile[axis]);
        let tiles = [first(0), first(1), end(0) - first(0), end(1) - first(1)];
        (survey.window, survey.tiles) = (window, tiles);
        survey.walk(allow_missing_end)?;
        let split = n_tiles > 1 && !all && !survey.empty_component && edges_fit(info, reduce);
        if split {
            survey.parts.sort_by_key(|part| part.tile);
        } else if n_tiles > 1 && survey.order_changes {
            // OpenJPEG leaves samples unset, and says so of the last tile only, where an order omits a resolution.
            return Err(INFO.unsupported("changes of the progression order in tiles that depend on each other"));
        }
        let in_part = survey.total(n_tiles, window, split, survey.in_part);
        let whole = survey.total(n_tiles, if split { window } else { size.area }, split, survey.whole);
        // Where tiles depend on each other, "whole" is an image of which not all tiles were looked at.
        let saves = (split || n_tiles == 1) && in_part > cx.limits.working_bytes && whole < in_part;
        let whole_tiles = survey.high_throughput || saves;
        let working = if whole_tiles { whole } else { in_part };
        if working > cx.limits.working_bytes {
            return Err(too_large(info, split, reduce, working, cx.limits.working_bytes));
        }
        if whole_tiles && !split {
            window = size.area;
        }
        let levels = survey.codings.iter().map(|coding| coding.levels).collect();
        let Survey { parts, seen, mut own_levels, high_throughput, .. } = survey;
        own_levels.sort_by_key(|(tile, _)| *tile);
        Ok(Self { window, whole_tiles, high_throughput, tiles, parts, split, working, seen, levels, own_levels })
    }

    /// What to decode of a tile.
    pub(crate) fn fetch(&self, [left, top, right, bottom]: [u32; 4]) -> [u32; 4] {
        if self.whole_tiles {
            return [left, top, right, bottom];
        }
        let [x0, y0, x1, y1] = self.window;
        [left.max(x0), top.max(y0), right.min(x1), bottom.min(y1)]
    }

    /// The number of parts of a tile.
    pub(crate) fn n_parts(&self, tile: u16) -> u8 {
        self.seen.get(usize::from(tile)).map_or(0, |seen| seen.n_parts)
    }

    /// Decomposition levels of each component of a tile.
    pub(crate) fn levels(&self, tile: u32) -> &[u8] {
        let own = self.own_levels.binary_search_by_key(&tile, |(tile, _)| u32::from(*tile));
        own.ok().and_then(|index| self.own_levels.get(index)).map_or(&self.levels, |(_, levels)| levels)
    }

    /// Indices of the tiles, row by row.
    pub(crate) fn tile_index(&self, info: &Info<'_>, n: usize) -> Option<u32> {
        let [column, row, columns, rows] = self.tiles;
        let n = u32::try_from(n).ok()?;
        (n < columns * rows).then(|| (row + n / columns) * info.size.n_tiles()[0] + column + n % columns)
    }

    /// The parts of a tile, in order. Only if split.
    pub(crate) fn parts_of(&self, tile: u32) -> &[Part] {
        let from = self.parts.partition_point(|part| u32::from(part.tile) < tile);
        let to = self.parts.partition_point(|part| u32::from(part.tile) <= tile);
        self.parts.get(from..to).unwrap_or(&[])
    }
}

#[cold]
fn too_large(info: &Info<'_>, split: bool, reduce: u8, requested: u64, allowed: u64) -> Error {
    let [width, height] = if split { info.size.tile } else { info.size.extent(0) };
    let what = if split || info.size.n_tiles() == [1, 1] { "a tile" } else { "an image of tiles that overlap" };
    let lower = if reduce < info.min_levels { " or decode a lower resolution with reduce" } else { "" };
    let message = format!(
        "{what} of {width}x{height} needs {requested} of working memory, limit working_bytes is {allowed}: raise it{lower}"
    );
    Error::new(INFO.name, ErrorKind::Limit { which: "working_bytes", requested, allowed }, message)
}

/// Left, top, right, bottom of a component within an area of the reference grid.
pub(crate) fn component_area(area: [u32; 4], component: Component, reduce: u8) -> [u32; 4] {
    let (dx, dy) = (u32::from(component.dx), u32::from(component.dy));
    let edge = |at: u32, step: u32| reduced(at.div_ceil(step), reduce);
    [edge(area[0], dx), edge(area[1], dy), edge(area[2], dx), edge(area[3], dy)]
}

fn area([left, top, right, bottom]: [u32; 4]) -> u64 {
    u64::from(right.saturating_sub(left)) * u64::from(bottom.saturating_sub(top))
}

/// What the survey saw of a tile.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    bytes: u64,
    packets: u64,
    /// Tile-parts that are there, and that are declared (0 if not).
    n_parts: u8,
    declared_parts: u8,
}

/// Reads all tile-parts.
struct Survey<'a, 'c> {
    info: &'a Info<'a>,
    cx: &'c Context<'c>,
    tiles: [u32; 4],
    window: [u32; 4],
    reduce: u8,
    /// Coding of each component by the main header, and bytes that the main header adds to the packets of any tile.
    codings: Vec<Coding<'a>>,
    packed_len: u64,
    seen: Vec<Seen>,
    parts: Vec<Part>,
    n_parts: usize,
    /// The most that a tile takes if what is wanted of it is decoded, and if all of it is.
    in_part: u64,
    whole: u64,
    /// The most bytes of a tile, which OpenJPEG gathers.
    most_bytes: u64,
    /// Steps that the survey itself took.
    steps: u64,
    own_levels: Vec<(u16, Vec<u8>)>,
    /// The progression order changes in some tile (POC).
    order_changes: bool,
    /// Some tile has high-throughput blocks.
    high_throughput: bool,
    /// Packet headers stand in the main header (PPM).
    packed_headers: bool,
    /// A tile has a component without samples, which OpenJPEG refuses in an image of its own.
    empty_component: bool,
}

impl<'a, 'c> Survey<'a, 'c> {
    fn new(info: &'a Info<'a>, reduce: u8, cx: &'c Context<'c>) -> Result<Self> {
        let n_components = info.size.n_components();
        let [across, down] = info.size.n_tiles();
        let n_tiles = across as usize * down as usize;
        let own = (n_components * size_of::<Coding<'_>>() + n_tiles * size_of::<Seen>()) as u64;
        cx.gate_working(&INFO, own)?;
        let mut survey = Self {
            info,
            cx,
            tiles: [0, 0, across, down],
            window: info.size.area,
            reduce,
            codings: vec![info.coding; n_components],
            packed_len: 0,
            seen: vec![Seen::default(); n_tiles],
            parts: Vec::new(),
            n_parts: 0,
            in_part: 0,
            whole: 0,
            most_bytes: 0,
            steps: 0,
            own_levels: Vec::new(),
            order_changes: false,
            high_throughput: info.high_throughput,
            packed_headers: false,
            empty_component: false,
        };
        for segment in Segments::new(info.codestream, 2, info.codestream_offset) {
            let segment = segment?;
            match segment.marker {
                marker::PPM => {
                    survey.packed_headers = true;
                    survey.packed_len += segment.body.len() as u64;
                }
                marker::POC => survey.order_changes = true,
                _ => {}
            }
            let mut codings = core::mem::take(&mut survey.codings);
            survey.apply(&segment, &mut codings)?;
            survey.codings = codings;
        }
        Ok(survey)
    }

    /// Applies COC; COD was applied by whoever made the list.
    fn apply(&self, segment: &Segment<'a>, codings: &mut [Coding<'a>]) -> Result<()> {
        if segment.marker == marker::COC {
            let at = self.info.codestream_offset + segment.at;
            let wrong = || INFO.malformed(format!("COC is for no component of {}", codings.len())).at(at);
            let (number, spec) = component_number(segment.body, codings.len()).ok_or_else(wrong)?;
            let coding = codings.get(number).copied().ok_or_else(wrong)?.with_coc(spec, at)?;
            if let Some(slot) = codings.get_mut(number) {
                *slot = coding;
            }
        }
        Ok(())
    }

    /// Bytes that OpenJPEG holds at most, if a tile takes `tile`.
    fn total(&self, n_tiles: u64, window: [u32; 4], split: bool, tile: u64) -> u64 {
        let size = &self.info.size;
        let mut working = FIXED_BYTES.saturating_add(tile).saturating_add(self.most_bytes);
        if n_tiles > 1 && !split {
            let samples = |component| area(component_area(window, component, self.reduce));
            let planes = size.components().map(samples).fold(0, u64::saturating_add);
            working = working
                .saturating_add(planes.saturating_mul(4))
                .saturating_add(n_tiles.saturating_mul(TILE_BYTES + size.n_components() as u64 * COMPONENT_BYTES))
                .saturating_add(self.info.codestream.len() as u64);
        }
        working
    }

    fn wants(&self, tile: u32) -> bool {
        let across = self.info.size.n_tiles()[0];
        let [column, row, columns, rows] = self.tiles;
        (column..column + columns).contains(&(tile % across)) && (row..row + rows).contains(&(tile / across))
    }

    fn walk(&mut self, allow_missing_end: bool) -> Result<()> {
        let (stream, base) = (self.info.codestream, self.info.codestream_offset);
        let mut at = self.info.tiles_at;
        loop {
            self.cx.check_cancel(&INFO)?;
            match be16(stream, at) {
                Some(marker::SOT) => at = self.part(at)?,
                Some(marker::EOC) => break,
                None if allow_missing_end && at == stream.len() => break,
                None => return Err(INFO.truncated("code stream ends without EOC").at(base + stream.len())),
                Some(other) => {
                    return Err(INFO.malformed(format!("{other:04X} stands where SOT or EOC is due")).at(base + at));
                }
            }
        }
        let [column, row, columns, rows] = self.tiles;
        let across = self.info.size.n_tiles()[0];
        for tile in
            (row..row + rows).flat_map(|row| (column..column + columns).map(move |column| row * across + column))
        {
            let Some(&Seen { bytes, packets, n_parts, declared_parts }) = self.seen.get(tile as usize) else {
                continue;
            };
            let truncated = |what: String| Err(INFO.truncated(format!("tile {tile} {what}")).at(base + at));
            if n_parts == 0 {
                let areas = self.info.size.components().map(|c| component_area(self.info.size.tile_area(tile), c, 0));
                if areas.into_iter().all(|edges| area(edges) == 0) {
                    continue;
                }
                return truncated("is missing".to_owned());
            }
            // One more than declared is a known slip of writers that count from 0 (OpenJPEG's issue 254).
            if n_parts < declared_parts {
                return truncated(format!("has {n_parts} of {declared_parts} parts"));
            }
            // A packet has a header of one byte at least.
            if packets > bytes.saturating_add(self.packed_len) {
                return truncated(format!("has {packets} packets in {bytes} bytes"));
            }
            self.most_bytes = self.most_bytes.max(bytes);
        }
        Ok(())
    }

    /// Reads the tile-part at `at` and returns where it ends.
    fn part(&mut self, at: usize) -> Result<usize> {
        let (stream, base) = (self.info.codestream, self.info.codestream_offset);
        let truncated = |what: String| INFO.truncated(what).at(base + stream.len());
        let (Some(len), Some(tile), Some(psot), Some(&[index, declared_parts])) =
            (be16(stream, at + 2), be16(stream, at + 4), be32(stream, at + 6), stream.get(at + 10..at + SOT_LEN))
        else {
            return Err(truncated("code stream ends within SOT".to_owned()));
        };
        let n_tiles = self.seen.len();
        if len != 10 || usize::from(tile) >= n_tiles {
            return Err(INFO.malformed(format!("SOT of length {len} for tile {tile} of {n_tiles}")).at(base + at));
        }
        let end = match psot as usize {
            // The last part may leave its length open: it goes up to EOC (A.4.2).
            0 => stream.len() - if stream.ends_with(&marker::EOC.to_be_bytes()) { 2 } else { 0 },
            len => at + len,
        };
        if end < at + SOT_LEN + 2 {
            return Err(INFO.malformed(format!("tile-part of {psot} bytes")).at(base + at));
        }
        let body = stream
            .get(..end)
            .ok_or_else(|| truncated(format!("part {index} of tile {tile} lacks {} bytes", end - stream.len())))?;
        self.n_parts += 1;
        if self.wants(tile.into()) {
            self.cx.gate_working(&INFO, (self.parts.len() * size_of::<Part>()) as u64)?;
            let seen = self.seen.get_mut(usize::from(tile)).ok_or_else(|| INFO.internal(format!("no tile {tile}")))?;
            if index != seen.n_parts {
                let message = format!("part {index} of tile {tile} follows {} parts", seen.n_parts);
                return Err(INFO.malformed(message).at(base + at));
            }
            seen.declared_parts = seen.declared_parts.max(declared_parts);
            seen.n_parts = index
                .checked_add(1)
                .ok_or_else(|| INFO.malformed(format!("tile {tile} has more than 255 parts")).at(base + at))?;
            self.parts.push(Part { tile, index, start: at, end });
            self.weigh(tile, body, at, index == 0)?;
        }
        Ok(end)
    }

    /// Reads the header of a tile-part and, if it is the first of its tile, weighs the tile.
    fn weigh(&mut self, tile: u16, body: &'a [u8], at: usize, first: bool) -> Result<()> {
        let info = self.info;
        let mut segments = Segments::new(body, at + SOT_LEN, info.codestream_offset);
        let (mut coding, mut codings) = (info.coding, None);
        for segment in segments.by_ref() {
            let segment = segment?;
            match segment.marker {
                marker::COD => {
                    coding = Coding::parse(segment.body, info.codestream_offset + segment.at)?;
                    codings = Some(vec![coding; info.size.n_components()]);
                }
                marker::COC => {
                    let mut list = codings.take().unwrap_or_else(|| self.codings.clone());
                    self.apply(&segment, &mut list)?;
                    codings = Some(list);
                }
                marker::POC => self.order_changes = true,
                _ => {}
            }
        }
        if segments.peek() != Some(marker::SOD) {
            return Err(INFO.malformed("tile-part header without SOD").at(info.codestream_offset + segments.at));
        }
        let mut packets = 0;
        if first {
            let mut weight = Weight::new(info.size.tile_area(tile.into()), self.window, self.reduce);
            for (component, coding) in info.size.components().zip(codings.as_ref().unwrap_or(&self.codings)) {
                self.high_throughput |= coding.block_style & 0x40 != 0;
                self.empty_component |= weight.add(component, coding)?;
            }
            let by_position =
                self.order_changes || !matches!(coding.progression, Progression::Lrcp | Progression::Rlcp);
            // The survey of many tiles of many components takes its time as well.
            self.steps += weight.n_resolutions;
            weight.check_steps(by_position, self.steps, info)?;
            let [in_part, whole] = weight.working(coding.n_layers, info.size.n_components());
            (self.in_part, self.whole) = (self.in_part.max(in_part), self.whole.max(whole));
            packets = weight.packets.saturating_mul(coding.n_layers.into());
            if let Some(codings) = codings {
                self.own_levels.push((tile, codings.iter().map(|coding| coding.levels).collect()));
            }
        }
        if let Some(seen) = self.seen.get_mut(usize::from(tile)) {
            seen.bytes += (body.len() - at) as u64;
            seen.packets = seen.packets.max(packets);
        }
        Ok(())
    }
}
