//! What the headers say: JP2 boxes and the main header of the code stream. Pure and without allocation.

mod boxes;
mod codestream;

use iio_codec::{Blame, Check, Result};

pub use boxes::{ChannelDefinition, Colour, Palette, PaletteColumn};
pub use codestream::{Coding, Component, Progression, Size};
pub(crate) use codestream::{Segment, Segments, component_number, marker, reduced};

use crate::INFO;

/// The signature box, whole: a JP2 file begins with it.
pub(crate) const JP2_SIGNATURE: [u8; 12] = *b"\0\0\0\x0cjP  \r\n\x87\n";
/// SOC and SIZ: a code stream begins with them.
const SOC_SIZ: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];

/// What a JP2 file or a bare code stream says of itself. Borrows from the source.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Info<'a> {
    /// True if the source is a JP2 file (or one of its kin: JPX, JPH), false if it is a bare code stream.
    pub is_jp2: bool,
    /// The code stream, from SOC on.
    pub codestream: &'a [u8],
    /// Where the code stream begins in the source.
    pub codestream_offset: usize,
    /// SIZ: the reference grid, the tiles, the components.
    pub size: Size<'a>,
    /// COD: how components are coded unless a COC or a tile says otherwise.
    pub coding: Coding<'a>,
    /// The fewest decomposition levels of any component, by COD and COC: the greatest `reduce`.
    pub min_levels: u8,
    /// True if the code blocks may be high-throughput ones (Part 15, HTJ2K).
    pub high_throughput: bool,
    /// Colour space of the `colr` box.
    pub colour: Colour<'a>,
    /// Palette of the `pclr` and `cmap` boxes.
    pub palette: Option<Palette<'a>>,
    /// Vertical and horizontal resolution in pixels per metre at which the image was captured (`resc`).
    pub capture_resolution: Option<[f64; 2]>,
    /// Vertical and horizontal resolution in pixels per metre for display (`resd`).
    pub display_resolution: Option<[f64; 2]>,
    /// Entries of the `cdef` box, 6 bytes each.
    definitions: &'a [u8],
    /// Where the first tile-part begins in the code stream.
    pub(crate) tiles_at: usize,
}

impl<'a> Info<'a> {
    /// Width of the image in pixels: of the finest grid that all components lie on.
    #[must_use]
    pub const fn width(&self) -> u32 {
        self.size.extent(0)[0]
    }

    /// Height of the image in pixels.
    #[must_use]
    pub const fn height(&self) -> u32 {
        self.size.extent(0)[1]
    }

    /// Number of resolutions that can be decoded: `reduce` is less than this.
    #[must_use]
    pub const fn n_resolutions(&self) -> u8 {
        self.min_levels + 1
    }

    /// Number of quality layers.
    #[must_use]
    pub const fn n_layers(&self) -> u16 {
        self.coding.n_layers
    }

    /// The entries of the channel definition box: which channels are colour and which are opacity.
    pub fn channel_definitions(&self) -> impl Iterator<Item = ChannelDefinition> + 'a {
        self.definitions.chunks_exact(6).filter_map(ChannelDefinition::parse)
    }
}

/// Tells whether bytes look like JPEG 2000: a JP2 signature box, or the markers SOC and SIZ.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    let known = |signature: &[u8]| {
        let n = signature.len().min(src.len());
        (src.get(..n) == signature.get(..n)).then_some(n == signature.len())
    };
    match (known(&SOC_SIZ), known(&JP2_SIGNATURE)) {
        (Some(true), _) | (_, Some(true)) => Check::Yes,
        (None, None) => Check::No,
        _ => Check::Unknown,
    }
}

/// Reads the headers of a JP2 file or a bare code stream.
///
/// # Errors
/// `Malformed` or `Truncated`, with the offset in `src`; `Unsupported` if the source is something else.
pub fn info(src: &[u8]) -> Result<Info<'_>> {
    if src.starts_with(&SOC_SIZ) {
        let main = codestream::main_header(src, 0)?;
        return Ok(main.into_info(src, 0));
    }
    if src.starts_with(&JP2_SIGNATURE) {
        return boxes::file(src);
    }
    if check(src) == Check::Unknown {
        return Err(INFO.truncated(format!("{} bytes are no header", src.len())).at(src.len()));
    }
    Err(INFO.malformed("neither a JP2 signature box nor a code stream (FF4F FF51)").at(0))
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}
