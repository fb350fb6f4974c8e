//! From chunks to [`Metadata`].

use iio_codec::{Blame, Context, Error, ErrorKind, Result};

use super::{
    Background, Chromaticities, Cicp, ContentLight, IccProfile, International, MasteringDisplay, Metadata, Physical,
    Place, RenderingIntent, SignificantBits, Text, Time, UnknownChunk,
};
use crate::chunk::{Chunk, ChunkType, chunk_at};
use crate::header::{ColourType, ImageHeader, SIGNATURE};
use crate::png::Png;
use crate::{DecodeOptions, INFO, zlib};

impl Png {
    /// Reads everything beside the pixels. `src` is the file. Of chunks that may stand once the first counts.
    ///
    /// # Errors
    /// `Limit` if it exceeds `metadata_bytes`, inflated text and profiles included; `Malformed` or `Truncated` for a
    /// broken chunk if `options` do not skip it.
    pub fn metadata(&self, src: &[u8], options: &DecodeOptions, cx: &Context<'_>) -> Result<Metadata> {
        let mut reader = Reader::new(self.head.header, cx);
        let mut offset = SIGNATURE.len();
        while offset < self.end {
            let chunk = chunk_at(src, offset)?;
            offset = chunk.end();
            reader.read(&chunk, options)?;
        }
        Ok(reader.metadata)
    }
}

/// Faults of the caller's limits are never skipped.
fn must_stop(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Unsupported)
}

/// Gathers metadata from the chunks of a file, which it is given in their order.
pub(crate) struct Reader<'a> {
    header: ImageHeader,
    pub(crate) metadata: Metadata,
    place: Place,
    /// What is left of `metadata_bytes`.
    room: u64,
    cx: &'a Context<'a>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(header: ImageHeader, cx: &'a Context<'a>) -> Self {
        let room = cx.limits.metadata_bytes;
        Self { header, metadata: Metadata::default(), place: Place::BeforePalette, room, cx }
    }

    /// Takes a chunk; a broken one is skipped if `options` allow it.
    pub(crate) fn read(&mut self, chunk: &Chunk<'_>, options: &DecodeOptions) -> Result<()> {
        let checked = if options.ignore_crc || !chunk.kind.is_ancillary() { Ok(()) } else { chunk.check_crc() };
        match checked.and_then(|()| self.take(chunk)) {
            Err(error) if !options.ignore_bad_ancillary || must_stop(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// Notes a chunk whose data has no say here; false if it is to be read.
    pub(crate) fn pass(&mut self, kind: ChunkType) -> bool {
        match &kind.0 {
            b"IHDR" | b"IEND" | b"tRNS" | b"acTL" | b"fcTL" | b"fdAT" => {}
            b"PLTE" => self.place = Place::BeforeData,
            b"IDAT" => self.place = Place::AfterData,
            _ => return false,
        }
        true
    }

    /// Fails if a chunk of `len` bytes exceeds what is left of the limit, before it is read.
    pub(crate) fn gate(&self, kind: ChunkType, len: u64, offset: usize) -> Result<()> {
        if len <= self.room {
            return Ok(());
        }
        let allowed = self.cx.limits.metadata_bytes;
        let requested = (allowed - self.room).saturating_add(len);
        Err(INFO.limit(format!("metadata up to {kind}"), "metadata_bytes", requested, allowed).at(offset))
    }

    fn take(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        if self.pass(chunk.kind) {
            return Ok(());
        }
        let to = &mut self.metadata;
        match &chunk.kind.0 {
            b"gAMA" => {
                set(&mut to.gamma, chunk, |data| Some(u32::from_be_bytes(*data.as_array()?)).filter(|&gamma| gamma > 0))
            }
            b"cHRM" => set(&mut to.chromaticities, chunk, chromaticities),
            b"sRGB" => set(&mut to.srgb, chunk, intent),
            b"cICP" => set(&mut to.cicp, chunk, cicp),
            b"mDCV" => set(&mut to.mastering_display, chunk, mastering_display),
            b"cLLI" => set(&mut to.content_light, chunk, |data| {
                let [max, max_frame_average] = words(data.as_array::<8>()?);
                Some(ContentLight { max, max_frame_average })
            }),
            b"sBIT" => {
                let header = self.header;
                set(&mut to.significant_bits, chunk, |data| significant_bits(&header, data))
            }
            b"bKGD" => {
                let colour = self.header.colour;
                set(&mut to.background, chunk, |data| background(colour, data))
            }
            b"pHYs" => set(&mut to.physical, chunk, physical),
            b"tIME" => set(&mut to.time, chunk, time),
            b"eXIf" => {
                self.charge(chunk, chunk.data.len())?;
                set(&mut self.metadata.exif, chunk, |data| {
                    (data.starts_with(b"II*\0") || data.starts_with(b"MM\0*")).then(|| data.to_vec())
                })
            }
            b"iCCP" => self.icc_profile(chunk),
            b"tEXt" | b"zTXt" => self.text(chunk),
            b"iTXt" => self.international_text(chunk),
            _ => {
                self.charge(chunk, chunk.data.len() + size_of::<UnknownChunk>())?;
                let place = self.place;
                self.metadata.unknown.push(UnknownChunk { kind: chunk.kind, data: chunk.data.to_vec(), place });
                Ok(())
            }
        }
    }

    /// Takes `bytes` from what the caller allows for metadata.
    fn charge(&mut self, chunk: &Chunk<'_>, bytes: usize) -> Result<()> {
        self.gate(chunk.kind, bytes as u64, chunk.offset)?;
        self.room -= bytes as u64;
        Ok(())
    }

    /// Inflates the end of a chunk's data.
    fn inflate(&mut self, chunk: &Chunk<'_>, data: &[u8]) -> Result<Vec<u8>> {
        let offset = chunk.data_offset() + chunk.data.len() - data.len();
        let bytes = zlib::inflate_metadata(data, offset, self.room, self.cx)?;
        self.charge(chunk, bytes.len())?;
        Ok(bytes)
    }

    fn icc_profile(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        if self.metadata.icc_profile.is_some() {
            return Err(second(chunk));
        }
        let (name, rest) = keyword(chunk)?;
        let Some((0, data)) = rest.split_first() else {
            return Err(wrong(chunk, "names no compression method 0"));
        };
        let profile = self.inflate(chunk, data)?;
        self.metadata.icc_profile = Some(IccProfile { name, profile });
        Ok(())
    }

    fn text(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let (keyword, rest) = keyword(chunk)?;
        let compressed = chunk.kind == ChunkType(*b"zTXt");
        let text = match (compressed, rest.split_first()) {
            (false, _) => latin1(rest),
            (true, Some((0, data))) => latin1(&self.inflate(chunk, data)?),
            (true, _) => return Err(wrong(chunk, "names no compression method 0")),
        };
        self.push(chunk, Text { keyword, text, compressed, international: None })
    }

    fn international_text(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let (keyword, rest) = keyword(chunk)?;
        let &[flag @ (0 | 1), method, ref rest @ ..] = rest else {
            return Err(wrong(chunk, "has no compression flag of 0 or 1"));
        };
        if flag == 1 && method != 0 {
            return Err(wrong(chunk, "names no compression method 0"));
        }
        let fields = split_at_nul(rest).and_then(|(language, rest)| Some((language, split_at_nul(rest)?)));
        let Some((language, (translated, data))) = fields else {
            return Err(wrong(chunk, "lacks the end of its language or keyword"));
        };
        let bytes = if flag == 1 { self.inflate(chunk, data)? } else { data.to_vec() };
        let utf8 = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| wrong(chunk, "is not UTF-8"));
        let international = International { language: latin1(language), keyword: utf8(translated.to_vec())? };
        let text = utf8(bytes)?;
        self.push(chunk, Text { keyword, text, compressed: flag == 1, international: Some(international) })
    }

    fn push(&mut self, chunk: &Chunk<'_>, text: Text) -> Result<()> {
        self.charge(chunk, text.keyword.len() + text.text.len() + size_of::<Text>())?;
        self.metadata.texts.push(text);
        Ok(())
    }
}

/// Sets a field from a chunk that may stand once.
fn set<T>(to: &mut Option<T>, chunk: &Chunk<'_>, parse: impl FnOnce(&[u8]) -> Option<T>) -> Result<()> {
    if to.is_some() {
        return Err(second(chunk));
    }
    *to = Some(parse(chunk.data).ok_or_else(|| wrong(chunk, "has a length or value that is not allowed"))?);
    Ok(())
}

#[cold]
fn second(chunk: &Chunk<'_>) -> Error {
    INFO.malformed(format!("second {}", chunk.kind)).at(chunk.offset)
}

#[cold]
fn wrong(chunk: &Chunk<'_>, fault: &str) -> Error {
    INFO.malformed(format!("{} {fault}", chunk.kind)).at(chunk.offset)
}

fn split_at_nul(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = data.iter().position(|&byte| byte == 0)?;
    Some((data.get(..at)?, data.get(at + 1..)?))
}

/// Splits off a keyword of 1 to 79 bytes and the zero behind it.
fn keyword<'a>(chunk: &Chunk<'a>) -> Result<(String, &'a [u8])> {
    match split_at_nul(chunk.data) {
        Some((keyword, rest)) if (1..80).contains(&keyword.len()) => Ok((latin1(keyword), rest)),
        _ => Err(wrong(chunk, "has no keyword of 1..=79 bytes")),
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn words<const N: usize, const M: usize>(data: &[u8; N]) -> [u32; M] {
    let mut words = [0; M];
    words.iter_mut().zip(data.as_chunks::<4>().0).for_each(|(word, &bytes)| *word = u32::from_be_bytes(bytes));
    words
}

fn chromaticities(data: &[u8]) -> Option<Chromaticities> {
    let [wx, wy, rx, ry, gx, gy, bx, by] = words(data.as_array::<32>()?);
    Some(Chromaticities { white: [wx, wy], red: [rx, ry], green: [gx, gy], blue: [bx, by] })
}

fn intent(data: &[u8]) -> Option<RenderingIntent> {
    Some(match data {
        [0] => RenderingIntent::Perceptual,
        [1] => RenderingIntent::RelativeColorimetric,
        [2] => RenderingIntent::Saturation,
        [3] => RenderingIntent::AbsoluteColorimetric,
        _ => return None,
    })
}

fn cicp(data: &[u8]) -> Option<Cicp> {
    let &[primaries, transfer, matrix, range @ (0 | 1)] = data else { return None };
    Some(Cicp { primaries, transfer, matrix, full_range: range == 1 })
}

fn mastering_display(data: &[u8]) -> Option<MasteringDisplay> {
    let (points, luminance) = data.as_array::<24>()?.split_first_chunk::<16>()?;
    let mut xy = [[0u16; 2]; 4];
    for (to, from) in xy.as_flattened_mut().iter_mut().zip(points.as_chunks::<2>().0) {
        *to = u16::from_be_bytes(*from);
    }
    let [red, green, blue, white] = xy;
    let [max_luminance, min_luminance] = words(luminance.as_array::<8>()?);
    Some(MasteringDisplay { primaries: [red, green, blue], white, max_luminance, min_luminance })
}

fn significant_bits(header: &ImageHeader, data: &[u8]) -> Option<SignificantBits> {
    // The colours of a palette have 8 bits each, whatever the indices have.
    let (n, depth) = match header.colour {
        ColourType::Palette => (3, 8),
        colour => (colour.n_samples(), header.bit_depth),
    };
    if data.len() != n || data.iter().any(|bits| !(1..=depth).contains(bits)) {
        return None;
    }
    let mut bits = [0; 4];
    bits.iter_mut().zip(data).for_each(|(to, &from)| *to = from);
    Some(SignificantBits { bits, n: u8::try_from(n).ok()? })
}

fn background(colour: ColourType, data: &[u8]) -> Option<Background> {
    Some(match (colour, data) {
        (ColourType::Palette, &[index]) => Background::Index(index),
        (ColourType::Gray | ColourType::GrayAlpha, &[h, l]) => Background::Gray(u16::from_be_bytes([h, l])),
        (ColourType::Rgb | ColourType::Rgba, &[rh, rl, gh, gl, bh, bl]) => {
            Background::Rgb([[rh, rl], [gh, gl], [bh, bl]].map(u16::from_be_bytes))
        }
        _ => return None,
    })
}

fn physical(data: &[u8]) -> Option<Physical> {
    let (words_, unit) = data.as_array::<9>()?.split_first_chunk::<8>()?;
    let [x, y] = words(words_);
    match unit {
        [unit @ (0 | 1)] => Some(Physical { x, y, per_metre: *unit == 1 }),
        _ => None,
    }
}

fn time(data: &[u8]) -> Option<Time> {
    let &[y0, y1, month, day, hour, minute, second] = data else { return None };
    let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    valid.then_some(Time { year: u16::from_be_bytes([y0, y1]), month, day, hour, minute, second })
}
