//! The main header of a code stream: ISO/IEC 15444-1, Annex A.

use iio_codec::{Blame, Error, Result};

use super::boxes::Colour;
use super::{Info, be16, be32};
use crate::INFO;

/// Marker codes, by the names of the specification (Table A.2; CAP is that of Part 15).
pub(crate) mod marker {
    pub(crate) const SOC: u16 = 0xff4f;
    pub(crate) const CAP: u16 = 0xff50;
    pub(crate) const SIZ: u16 = 0xff51;
    pub(crate) const COD: u16 = 0xff52;
    pub(crate) const COC: u16 = 0xff53;
    pub(crate) const QCD: u16 = 0xff5c;
    pub(crate) const POC: u16 = 0xff5f;
    pub(crate) const PPM: u16 = 0xff60;
    pub(crate) const SOT: u16 = 0xff90;
    pub(crate) const SOD: u16 = 0xff93;
    pub(crate) const EOC: u16 = 0xffd9;
}

/// The most components of a code stream (A.5.1).
const MAX_COMPONENTS: usize = 16384;
/// The most tiles of a code stream (A.4.2).
const MAX_TILES: u64 = 65535;
/// The most decomposition levels (A.6.1).
pub(crate) const MAX_LEVELS: u8 = 32;
/// Bytes of SIZ up to the components, its length field included.
const SIZ_FIXED: usize = 38;

/// One component as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// Bits per sample, sign included.
    pub precision: u8,
    /// True if samples are signed.
    pub signed: bool,
    /// Horizontal distance of samples on the reference grid (XRsiz).
    pub dx: u8,
    /// Vertical distance of samples on the reference grid (YRsiz).
    pub dy: u8,
}

/// SIZ: the reference grid, the tiles and the components (A.5.1).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Size<'a> {
    /// Capabilities (Rsiz).
    pub capabilities: u16,
    /// Image area on the reference grid: left, top, right, bottom (XOsiz, YOsiz, Xsiz, Ysiz).
    pub area: [u32; 4],
    /// Width and height of a tile (XTsiz, YTsiz).
    pub tile: [u32; 2],
    /// Left and top of the first tile (XTOsiz, YTOsiz).
    pub tile_origin: [u32; 2],
    /// Distance of pixels on the reference grid: the greatest that divides those of all components.
    pub step: [u8; 2],
    components: &'a [[u8; 3]],
}

impl<'a> Size<'a> {
    /// Number of components.
    #[must_use]
    pub const fn n_components(&self) -> usize {
        self.components.len()
    }

    /// The components, in order.
    pub fn components(&self) -> impl ExactSizeIterator<Item = Component> + Clone + 'a {
        self.components.iter().map(|&[ssiz, dx, dy]| Component {
            precision: (ssiz & 0x7f) + 1,
            signed: ssiz & 0x80 != 0,
            dx,
            dy,
        })
    }

    /// Component `index`.
    #[must_use]
    pub fn component(&self, index: usize) -> Option<Component> {
        self.components().nth(index)
    }

    /// Number of tiles horizontally and vertically.
    #[must_use]
    pub const fn n_tiles(&self) -> [u32; 2] {
        [
            (self.area[2] - self.tile_origin[0]).div_ceil(self.tile[0]),
            (self.area[3] - self.tile_origin[1]).div_ceil(self.tile[1]),
        ]
    }

    /// Width and height in pixels after the `reduce` highest resolutions are left out.
    #[must_use]
    pub const fn extent(&self, reduce: u8) -> [u32; 2] {
        let (x, y) = (self.step[0] as u32, self.step[1] as u32);
        let [left, top, right, bottom] = self.area;
        [
            reduced(right.div_ceil(x), reduce) - reduced(left.div_ceil(x), reduce),
            reduced(bottom.div_ceil(y), reduce) - reduced(top.div_ceil(y), reduce),
        ]
    }

    /// The area of tile `index` on the reference grid.
    pub(crate) fn tile_area(&self, index: u32) -> [u32; 4] {
        let across = self.n_tiles()[0].max(1);
        let left = self.tile_origin[0].saturating_add((index % across).saturating_mul(self.tile[0]));
        let top = self.tile_origin[1].saturating_add((index / across).saturating_mul(self.tile[1]));
        [
            left.max(self.area[0]),
            top.max(self.area[1]),
            left.saturating_add(self.tile[0]).min(self.area[2]),
            top.saturating_add(self.tile[1]).min(self.area[3]),
        ]
    }

    /// Reads the body of SIZ (behind the length) at `offset`.
    fn parse(body: &'a [u8], offset: usize) -> Result<Self> {
        let wrong = |message: String| INFO.malformed(message).at(offset);
        let (fixed, components) = body
            .split_at_checked(SIZ_FIXED - 2)
            .ok_or_else(|| wrong(format!("SIZ has {} bytes, {SIZ_FIXED} are fixed", body.len() + 2)))?;
        let word = |at| be32(fixed, at).unwrap_or_default();
        let (components, rest) = components.as_chunks::<3>();
        let n = usize::from(be16(fixed, 34).unwrap_or_default());
        if n == 0 || n > MAX_COMPONENTS || n != components.len() || !rest.is_empty() {
            return Err(wrong(format!("SIZ declares {n} components and has {} bytes", body.len() + 2)));
        }
        let mut size = Self {
            capabilities: be16(fixed, 0).unwrap_or_default(),
            area: [word(10), word(14), word(2), word(6)],
            tile: [word(18), word(22)],
            tile_origin: [word(26), word(30)],
            step: [0, 0],
            components,
        };
        let [left, top, right, bottom] = size.area;
        if left >= right || top >= bottom {
            return Err(wrong(format!("image area {:?} is empty", size.area)));
        }
        if size.tile.contains(&0)
            || size.tile_origin[0] > left
            || size.tile_origin[1] > top
            || size.tile_origin[0].saturating_add(size.tile[0]) <= left
            || size.tile_origin[1].saturating_add(size.tile[1]) <= top
        {
            let message = format!(
                "tiles of {:?} from {:?} do not hold the corner of {:?}",
                size.tile, size.tile_origin, size.area
            );
            return Err(wrong(message));
        }
        let [across, down] = size.n_tiles();
        if u64::from(across) * u64::from(down) > MAX_TILES {
            return Err(wrong(format!("{across}x{down} tiles, at most {MAX_TILES} are allowed")));
        }
        for (index, component) in size.components().enumerate() {
            if component.dx == 0 || component.dy == 0 || component.precision > 38 {
                return Err(wrong(format!("component {index} is {component:?}")));
            }
            size.step = [gcd(size.step[0], component.dx), gcd(size.step[1], component.dy)];
        }
        Ok(size)
    }
}

/// `n / 2^reduce`, rounded up.
pub(crate) const fn reduced(n: u32, reduce: u8) -> u32 {
    let cell = 1u64 << reduce;
    // At most `n`.
    #[expect(clippy::cast_possible_truncation, reason = "the quotient is not above n")]
    {
        (n as u64).div_ceil(cell) as u32
    }
}

const fn gcd(a: u8, b: u8) -> u8 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The order of packets (A.6.1, Table A.16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progression {
    /// Layer, resolution, component, position.
    #[default]
    Lrcp,
    /// Resolution, layer, component, position.
    Rlcp,
    /// Resolution, position, component, layer.
    Rpcl,
    /// Position, component, resolution, layer.
    Pcrl,
    /// Component, position, resolution, layer.
    Cprl,
}

/// COD: how tiles and components are coded (A.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coding<'a> {
    /// Order of packets.
    pub progression: Progression,
    /// Number of quality layers.
    pub n_layers: u16,
    /// True if the first three components went through a colour transform.
    pub component_transform: bool,
    /// Decomposition levels; resolutions are one more.
    pub levels: u8,
    /// Base-2 logarithms of width and height of a code block.
    pub code_block: [u8; 2],
    /// Flags of the code blocks (Table A.19).
    pub block_style: u8,
    /// True for the reversible 5/3 wavelet, false for the irreversible 9/7.
    pub reversible: bool,
    /// Precinct sizes by resolution, lowest first: a nibble of height, a nibble of width. Empty: 2^15.
    pub(crate) precincts: &'a [u8],
}

impl<'a> Coding<'a> {
    /// Base-2 logarithms of width and height of the precincts of a resolution, the lowest of which is 0.
    #[must_use]
    pub fn precinct(&self, resolution: u8) -> [u8; 2] {
        self.precincts.get(usize::from(resolution)).map_or([15, 15], |&byte| [byte & 15, byte >> 4])
    }

    /// Reads the body of COD at `offset`.
    pub(crate) fn parse(body: &'a [u8], offset: usize) -> Result<Self> {
        let wrong = |message: String| INFO.malformed(message).at(offset);
        let [style, order, layers_high, layers_low, transform, rest @ ..] = body else {
            return Err(wrong(format!("COD has {} bytes", body.len() + 2)));
        };
        let progression = match order {
            0 => Progression::Lrcp,
            1 => Progression::Rlcp,
            2 => Progression::Rpcl,
            3 => Progression::Pcrl,
            4 => Progression::Cprl,
            _ => return Err(wrong(format!("progression order {order} is not 0..=4"))),
        };
        let n_layers = u16::from_be_bytes([*layers_high, *layers_low]);
        if n_layers == 0 {
            return Err(wrong("COD declares no quality layers".to_owned()));
        }
        let coding = Self {
            progression,
            n_layers,
            component_transform: *transform != 0,
            levels: 0,
            code_block: [0, 0],
            block_style: 0,
            reversible: true,
            precincts: &[],
        };
        coding.with_component(rest, style & 1 != 0, "COD", offset)
    }

    /// Reads the body of COC, behind the component number, over this coding.
    pub(crate) fn with_coc(self, body: &'a [u8], offset: usize) -> Result<Self> {
        match body.split_first() {
            Some((style, rest)) => self.with_component(rest, style & 1 != 0, "COC", offset),
            None => Err(INFO.malformed("COC has no coding style").at(offset)),
        }
    }

    /// Reads SPcod or SPcoc (Table A.15).
    fn with_component(mut self, spec: &'a [u8], precincts: bool, name: &str, offset: usize) -> Result<Self> {
        let wrong = |message: String| INFO.malformed(message).at(offset);
        let [levels, width, height, style, wavelet, sizes @ ..] = spec else {
            return Err(wrong(format!("{name} ends within its parameters")));
        };
        if *levels > MAX_LEVELS {
            return Err(wrong(format!("{levels} decomposition levels, at most {MAX_LEVELS} are allowed")));
        }
        self.levels = *levels;
        // xcb and ycb are at most 10, and 12 together (A.6.1, Table A.18).
        if *width > 8 || *height > 8 || width + height > 8 {
            return Err(wrong(format!(
                "code blocks of 2^{} x 2^{} samples",
                u32::from(*width) + 2,
                u32::from(*height) + 2
            )));
        }
        self.code_block = [width + 2, height + 2];
        self.block_style = *style;
        self.reversible = match wavelet {
            0 => false,
            1 => true,
            _ => {
                return Err(INFO.unsupported(format!("wavelet {wavelet} of Part 2, 0 and 1 are supported")).at(offset));
            }
        };
        self.precincts = &[];
        if precincts {
            let n = usize::from(*levels) + 1;
            self.precincts =
                sizes.get(..n).ok_or_else(|| wrong(format!("{name} lacks precinct sizes, {n} are due")))?;
            if self.precincts.iter().skip(1).any(|byte| byte & 15 == 0 || byte >> 4 == 0) {
                return Err(wrong("precinct of 2^0 above the lowest resolution".to_owned()));
            }
        }
        Ok(self)
    }
}

/// One marker segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) marker: u16,
    /// What follows the length.
    pub(crate) body: &'a [u8],
    /// Offset of the marker in the code stream.
    pub(crate) at: usize,
}

/// Walks marker segments from `at` on, until SOT, SOD or EOC, which it leaves to the caller.
#[derive(Clone, Debug)]
pub(crate) struct Segments<'a> {
    codestream: &'a [u8],
    /// Offset of the next marker in the code stream.
    pub(crate) at: usize,
    /// What to add to offsets in errors.
    base: usize,
}

impl<'a> Segments<'a> {
    pub(crate) const fn new(codestream: &'a [u8], at: usize, base: usize) -> Self {
        Self { codestream, at, base }
    }

    /// The next marker without its segment.
    pub(crate) fn peek(&self) -> Option<u16> {
        be16(self.codestream, self.at)
    }

    fn step(&mut self) -> Result<Option<Segment<'a>>> {
        let at = self.at;
        let truncated = |what: &str| {
            INFO.truncated(format!("code stream ends within {what}")).at(self.base + self.codestream.len())
        };
        let marker = self.peek().ok_or_else(|| truncated("its header"))?;
        if matches!(marker, marker::SOT | marker::SOD | marker::EOC) {
            return Ok(None);
        }
        if marker < 0xff01 {
            return Err(INFO.malformed(format!("{marker:04X} stands where a marker is due")).at(self.base + at));
        }
        // These have no segment (A.1, Table A.1).
        if matches!(marker, 0xff30..=0xff3f) {
            self.at = at + 2;
            return Ok(Some(Segment { marker, body: &[], at }));
        }
        let len = usize::from(be16(self.codestream, at + 2).ok_or_else(|| truncated("its header"))?);
        let body_len = len
            .checked_sub(2)
            .ok_or_else(|| INFO.malformed(format!("marker {marker:04X} has length {len}")).at(self.base + at))?;
        let body = self
            .codestream
            .get(at + 4..)
            .and_then(|rest| rest.get(..body_len))
            .ok_or_else(|| truncated(&format!("marker segment {marker:04X}")))?;
        self.at = at + 2 + len;
        Ok(Some(Segment { marker, body, at }))
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Splits the body of COC (and its like) into component number and the rest.
pub(crate) fn component_number(body: &[u8], n_components: usize) -> Option<(usize, &[u8])> {
    if n_components < 257 {
        body.split_first().map(|(&number, rest)| (usize::from(number), rest))
    } else {
        body.split_first_chunk().map(|(number, rest)| (usize::from(u16::from_be_bytes(*number)), rest))
    }
}

/// What the main header says.
pub(super) struct Main<'a> {
    size: Size<'a>,
    coding: Coding<'a>,
    min_levels: u8,
    high_throughput: bool,
    tiles_at: usize,
}

impl<'a> Main<'a> {
    pub(super) fn into_info(self, codestream: &'a [u8], codestream_offset: usize) -> Info<'a> {
        Info {
            is_jp2: false,
            codestream,
            codestream_offset,
            size: self.size,
            coding: self.coding,
            min_levels: self.min_levels,
            high_throughput: self.high_throughput,
            colour: Colour::Unspecified,
            palette: None,
            capture_resolution: None,
            display_resolution: None,
            definitions: &[],
            tiles_at: self.tiles_at,
        }
    }
}

/// Reads the main header of a code stream that begins at `base` of the source.
pub(super) fn main_header(codestream: &[u8], base: usize) -> Result<Main<'_>> {
    if be16(codestream, 0) != Some(marker::SOC) {
        return Err(INFO.malformed("code stream does not begin with SOC").at(base));
    }
    let mut segments = Segments::new(codestream, 2, base);
    let size = match segments.next().transpose()? {
        Some(Segment { marker: marker::SIZ, body, at }) => Size::parse(body, base + at)?,
        _ => return Err(INFO.malformed("SIZ does not follow SOC").at(base + 2)),
    };
    let (mut coding, mut quantized, mut capabilities) = (None, false, false);
    let mut min_levels = u8::MAX;
    for segment in segments.by_ref() {
        let Segment { marker, body, at } = segment?;
        match marker {
            marker::COD => {
                let cod = Coding::parse(body, base + at)?;
                min_levels = min_levels.min(cod.levels);
                coding = Some(cod);
            }
            marker::COC => {
                let cod = coding.ok_or_else(|| INFO.malformed("COC stands before COD").at(base + at))?;
                let (_, spec) = component_number(body, size.n_components())
                    .ok_or_else(|| INFO.malformed("COC has no component number").at(base + at))?;
                min_levels = min_levels.min(cod.with_coc(spec, base + at)?.levels);
            }
            marker::QCD => quantized = true,
            marker::CAP => capabilities = true,
            marker::SIZ => return Err(INFO.malformed("a second SIZ").at(base + at)),
            _ => {}
        }
    }
    let end = segments.at;
    if segments.peek() != Some(marker::SOT) {
        return Err(INFO.malformed("main header is not followed by a tile-part").at(base + end));
    }
    let coding = coding.ok_or_else(|| INFO.malformed("main header lacks COD").at(base + end))?;
    if !quantized {
        return Err(INFO.malformed("main header lacks QCD").at(base + end));
    }
    // Bit 14 of Rsiz promises a CAP segment, which lists Part 15 by its bit 14 (T.814, A.2); HT blocks set bit 6.
    let high_throughput = (capabilities && size.capabilities & 0x4000 != 0) || coding.block_style & 0x40 != 0;
    Ok(Main { size, coding, min_levels, high_throughput, tiles_at: end })
}
