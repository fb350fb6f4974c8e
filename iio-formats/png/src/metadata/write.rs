//! From [`Metadata`] to chunks, in the order that section 5.6 asks for.

use iio_codec::{Blame, Result};

use super::{Background, Metadata, Place, Text};
use crate::chunk::{ChunkType, push_chunk};
use crate::header::{ColourType, ImageHeader};
use crate::{INFO, zlib};

/// Appends what must stand before PLTE: how colours are to be read.
pub(crate) fn push_before_palette(metadata: &Metadata, header: &ImageHeader, dst: &mut Vec<u8>) -> Result<()> {
    let mut push = |kind: &[u8; 4], data: &[u8]| push_chunk(dst, ChunkType(*kind), data);
    if let Some(cicp) = metadata.cicp {
        push(b"cICP", &[cicp.primaries, cicp.transfer, cicp.matrix, u8::from(cicp.full_range)])?;
    }
    if let Some(display) = metadata.mastering_display {
        let points = [&display.primaries[..], &[display.white]].concat();
        let mut data: Vec<u8> = points.into_iter().flatten().flat_map(u16::to_be_bytes).collect();
        data.extend([display.max_luminance, display.min_luminance].into_iter().flat_map(u32::to_be_bytes));
        push(b"mDCV", &data)?;
    }
    if let Some(light) = metadata.content_light {
        push(b"cLLI", [light.max, light.max_frame_average].map(u32::to_be_bytes).as_flattened())?;
    }
    if let Some(gamma) = metadata.gamma {
        if gamma == 0 {
            return Err(INFO.invalid_argument("gamma must not be 0"));
        }
        push(b"gAMA", &gamma.to_be_bytes())?;
    }
    if let Some(xy) = metadata.chromaticities {
        let points = [xy.white, xy.red, xy.green, xy.blue];
        push(b"cHRM", points.as_flattened().iter().flat_map(|v| v.to_be_bytes()).collect::<Vec<_>>().as_slice())?;
    }
    if let Some(intent) = metadata.srgb {
        push(b"sRGB", &[intent as u8])?;
    }
    if let Some(icc) = &metadata.icc_profile {
        let mut data = keyword("profile name", &icc.name)?;
        data.extend([0, 0]);
        zlib::push_metadata(&icc.profile, &mut data)?;
        push(b"iCCP", &data)?;
    }
    if let Some(significant) = metadata.significant_bits {
        push(b"sBIT", significant_bits(&significant.bits, significant.n, header)?)?;
    }
    push_unknown(metadata, Place::BeforePalette, dst)
}

/// Appends what must stand between PLTE and IDAT, and what may stand anywhere.
pub(crate) fn push_after_palette(metadata: &Metadata, header: &ImageHeader, dst: &mut Vec<u8>) -> Result<()> {
    if let Some(background) = metadata.background {
        push_chunk(dst, ChunkType(*b"bKGD"), &background_bytes(background, header)?)?;
    }
    if let Some(physical) = metadata.physical {
        let [x, y] = [physical.x, physical.y].map(u32::to_be_bytes);
        let mut data = [x, y].as_flattened().to_vec();
        data.push(u8::from(physical.per_metre));
        push_chunk(dst, ChunkType(*b"pHYs"), &data)?;
    }
    if let Some(exif) = &metadata.exif {
        if !exif.starts_with(b"II*\0") && !exif.starts_with(b"MM\0*") {
            return Err(INFO.invalid_argument("exif must begin with a TIFF header, II*. or MM.*"));
        }
        push_chunk(dst, ChunkType(*b"eXIf"), exif)?;
    }
    if let Some(time) = metadata.time {
        let [y0, y1] = time.year.to_be_bytes();
        push_chunk(dst, ChunkType(*b"tIME"), &[y0, y1, time.month, time.day, time.hour, time.minute, time.second])?;
    }
    metadata.texts.iter().try_for_each(|text| push_text(text, dst))?;
    push_unknown(metadata, Place::BeforeData, dst)
}

/// Appends what stands between IDAT and IEND.
pub(crate) fn push_after_data(metadata: &Metadata, dst: &mut Vec<u8>) -> Result<()> {
    push_unknown(metadata, Place::AfterData, dst)
}

fn push_unknown(metadata: &Metadata, place: Place, dst: &mut Vec<u8>) -> Result<()> {
    for chunk in metadata.unknown.iter().filter(|chunk| chunk.place == place) {
        if !chunk.kind.is_valid() || !chunk.kind.is_ancillary() {
            return Err(INFO.invalid_argument(format!("{} is not the type of an ancillary chunk", chunk.kind)));
        }
        push_chunk(dst, chunk.kind, &chunk.data)?;
    }
    Ok(())
}

fn significant_bits<'a>(bits: &'a [u8; 4], n: u8, header: &ImageHeader) -> Result<&'a [u8]> {
    let (expected, depth) = match header.colour {
        ColourType::Palette => (3, 8),
        colour => (colour.n_samples(), header.bit_depth),
    };
    match bits.get(..usize::from(n)) {
        Some(bits) if bits.len() == expected && bits.iter().all(|bits| (1..=depth).contains(bits)) => Ok(bits),
        _ => {
            let message = format!("significant bits {bits:?} ({n}) must be {expected} values in 1..={depth}");
            Err(INFO.invalid_argument(message))
        }
    }
}

fn background_bytes(background: Background, header: &ImageHeader) -> Result<Vec<u8>> {
    match (background, header.colour) {
        (Background::Index(index), ColourType::Palette) => Ok(vec![index]),
        (Background::Gray(gray), ColourType::Gray | ColourType::GrayAlpha) => Ok(gray.to_be_bytes().to_vec()),
        (Background::Rgb(rgb), ColourType::Rgb | ColourType::Rgba) => {
            Ok(rgb.map(u16::to_be_bytes).as_flattened().to_vec())
        }
        _ => Err(INFO.invalid_argument(format!("background {background:?} in an image of type {:?}", header.colour))),
    }
}

fn push_text(text: &Text, dst: &mut Vec<u8>) -> Result<()> {
    let mut data = keyword("keyword", &text.keyword)?;
    data.push(0);
    if text.text.contains('\0') {
        return Err(INFO.invalid_argument(format!("text {} holds a zero character", text.keyword)));
    }
    let kind = match (&text.international, latin1(&text.text)) {
        (None, Some(latin1)) if text.compressed => {
            data.push(0);
            zlib::push_metadata(&latin1, &mut data)?;
            b"zTXt"
        }
        (None, Some(latin1)) => {
            data.extend(latin1);
            b"tEXt"
        }
        (international, _) => {
            let international = international.clone().unwrap_or_default();
            let fields = [&international.language, &international.keyword];
            if fields.iter().any(|field| field.contains('\0')) || !international.language.is_ascii() {
                return Err(INFO.invalid_argument(format!(
                    "text {} has a language or keyword that cannot be stored",
                    text.keyword
                )));
            }
            data.extend([u8::from(text.compressed), 0]);
            fields.iter().for_each(|field| data.extend(field.bytes().chain([0])));
            if text.compressed {
                zlib::push_metadata(text.text.as_bytes(), &mut data)?;
            } else {
                data.extend(text.text.bytes());
            }
            b"iTXt"
        }
    };
    push_chunk(dst, ChunkType(*kind), &data)
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// A keyword as bytes: 1 to 79 printable characters of Latin-1.
fn keyword(what: &str, text: &str) -> Result<Vec<u8>> {
    let printable = |bytes: &Vec<u8>| bytes.iter().all(|byte| matches!(byte, 32..=126 | 161..=255));
    match latin1(text).filter(printable) {
        Some(bytes) if (1..80).contains(&bytes.len()) => Ok(bytes),
        _ => Err(INFO.invalid_argument(format!("{what} \"{text}\" must be 1..=79 printable characters of Latin-1"))),
    }
}
