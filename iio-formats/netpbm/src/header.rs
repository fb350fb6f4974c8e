//! The header: pure, and without allocation.

use core::ops::Range;

use iio_codec::{Blame, Check, DType, Error, Layout, Result};

use crate::raster::Samples;
use crate::{INFO, Variant};

/// The tuple type of a PAM file: what its samples mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TupleType {
    /// There is none, or it is not known here.
    Other,
    /// `BLACKANDWHITE`: 1 is white.
    BlackAndWhite,
    /// `GRAYSCALE`.
    Grayscale,
    /// `RGB`.
    Rgb,
    /// `CMYK`, as ImageMagick writes it.
    Cmyk,
}

impl TupleType {
    /// The type and whether opacity follows.
    pub(crate) fn of(name: &[u8]) -> (Self, bool) {
        let (name, alpha) = name.strip_suffix(b"_ALPHA").map_or((name, false), |name| (name, true));
        match name {
            b"BLACKANDWHITE" => (Self::BlackAndWhite, alpha),
            b"GRAYSCALE" => (Self::Grayscale, alpha),
            b"RGB" => (Self::Rgb, alpha),
            b"CMYK" => (Self::Cmyk, alpha),
            _ => (Self::Other, false),
        }
    }

    /// Samples of the colour, without opacity.
    pub(crate) const fn colours(self) -> Option<usize> {
        match self {
            Self::BlackAndWhite | Self::Grayscale => Some(1),
            Self::Rgb => Some(3),
            Self::Cmyk => Some(4),
            Self::Other => None,
        }
    }
}

/// What the header of an image says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Header {
    /// The format.
    pub variant: Variant,
    /// True if samples are decimal numbers.
    pub plain: bool,
    /// The array that decoding gives.
    pub layout: Layout,
    /// The greatest sample value: 1 for PBM, 0 for PFM, which has none.
    pub maxval: u16,
    /// What samples mean. PBM, PGM, PPM and PFM tell by their magic.
    pub tuple_type: TupleType,
    /// True if the last sample of a pixel is opacity.
    pub alpha: bool,
    /// Scale of a PFM file, negative if it is little-endian; 1 for other files.
    pub scale: f64,
    /// Where the samples begin.
    pub data_offset: usize,
}

impl Header {
    /// Samples per pixel.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.layout.shape().get(2).copied().unwrap_or(1)
    }

    /// Significant bits of each sample.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        match self.variant {
            Variant::Pfm => 32,
            _ => u16::BITS - self.maxval.leading_zeros(),
        }
    }

    /// The two characters at the start.
    #[must_use]
    pub fn magic(&self) -> &'static str {
        match (self.variant, self.plain) {
            (Variant::Pbm, true) => "P1",
            (Variant::Pgm, true) => "P2",
            (Variant::Ppm, true) => "P3",
            (Variant::Pbm, false) => "P4",
            (Variant::Pgm, false) => "P5",
            (Variant::Ppm, false) => "P6",
            (Variant::Pam, _) => "P7",
            (Variant::Pfm, _) if self.depth() == 1 => "Pf",
            (Variant::Pfm, _) => "PF",
        }
    }

    pub(crate) fn samples(&self) -> Samples {
        match (self.variant, self.maxval) {
            (Variant::Pbm, _) => Samples::Bits,
            (Variant::Pfm, _) => Samples::F32 { little: self.scale < 0.0 },
            (_, 0..=255) => Samples::U8,
            _ => Samples::U16,
        }
    }

    /// Bytes of the samples; `None` for plain files, where they depend on the digits.
    pub(crate) fn stored_len(&self) -> Option<u64> {
        let [height, width, ..] = *self.layout.shape() else { return None };
        (!self.plain).then(|| self.samples().row_len(width, self.depth()) as u64 * height as u64)
    }

    /// The fewest bytes that the samples can stand in.
    pub(crate) fn least_len(&self) -> u64 {
        let n = self.layout.n_samples() as u64;
        match (self.stored_len(), self.variant) {
            (Some(len), _) => len,
            (None, Variant::Pbm) => n,
            // A digit each, and a space between them.
            (None, _) => n.saturating_mul(2) - 1,
        }
    }
}

/// Tells whether bytes look like an image: by magic and what follows it.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    let Some((magic, rest)) = src.split_at_checked(2) else {
        return if src.is_empty() || src == b"P" { Check::Unknown } else { Check::No };
    };
    if !matches!(magic, [b'P', b'1'..=b'7' | b'f' | b'F']) {
        return Check::No;
    }
    let Some(first) = rest.first() else { return Check::Unknown };
    if !is_space(*first) && *first != b'#' {
        return Check::No;
    }
    match rest.iter().find(|&&byte| !is_space(byte)) {
        None => Check::Unknown,
        Some(b'#') => Check::Yes,
        Some(b'W' | b'H' | b'D' | b'M' | b'T' | b'E') if magic == b"P7" => Check::Yes,
        Some(b'0'..=b'9') if magic != b"P7" => Check::Yes,
        Some(_) => Check::No,
    }
}

/// Reads the header of the image that `src` begins with. The samples need not be there.
///
/// # Errors
/// `Malformed`; `Truncated` if the header does not end.
pub fn header(src: &[u8]) -> Result<Header> {
    let mut text = Text { src, at: 2 };
    let (variant, plain) = match src.get(..2) {
        Some(b"P1") => (Variant::Pbm, true),
        Some(b"P2") => (Variant::Pgm, true),
        Some(b"P3") => (Variant::Ppm, true),
        Some(b"P4") => (Variant::Pbm, false),
        Some(b"P5") => (Variant::Pgm, false),
        Some(b"P6") => (Variant::Ppm, false),
        Some(b"P7") => return text.pam(),
        Some(b"Pf" | b"PF") => (Variant::Pfm, false),
        Some(other) => {
            let message = format!("magic is \"{}\", must be P1 to P7, Pf or PF", other.escape_ascii());
            return Err(INFO.malformed(message).at(0));
        }
        None => return Err(text.ends()),
    };
    text.space_after_magic()?;
    let mut parts = Parts { variant, plain, ..Parts::default() };
    (parts.width, parts.height) = (text.size("width")?, text.size("height")?);
    match variant {
        Variant::Pbm => parts.maxval = 1,
        Variant::Pfm => parts.scale = text.scale()?,
        _ => parts.maxval = text.maxval()?,
    }
    parts.depth = if variant == Variant::Ppm || src.get(1) == Some(&b'F') { 3 } else { 1 };
    // One character, which may be the end of a comment; what follows it is a sample.
    text.end_of_token()?;
    parts.header(text.at)
}

/// The comments and the tuple type of a header, for metadata.
pub(crate) fn texts(header_bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(trimmed(bytes)).into_owned();
    let mut comments = Vec::new();
    let mut tuple_type: Option<String> = None;
    for line in header_bytes.split(|&byte| byte == b'\n' || byte == b'\r') {
        if let Some(start) = line.iter().position(|&byte| byte == b'#') {
            comments.push(text(line.get(start + 1..).unwrap_or(&[])));
        } else if let Some(rest) = trimmed(line).strip_prefix(b"TUPLTYPE") {
            let part = text(rest);
            tuple_type = Some(tuple_type.map_or(part.clone(), |before| format!("{before} {part}")));
        }
    }
    (comments, tuple_type)
}

pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Without the white space around it: that of [`is_space`], which has a vertical tab and `trim_ascii` has none.
fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

/// What a header is made of.
struct Parts {
    variant: Variant,
    plain: bool,
    width: u64,
    height: u64,
    depth: u64,
    maxval: u16,
    tuple_type: TupleType,
    alpha: bool,
    scale: f64,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            variant: Variant::Pam,
            plain: false,
            width: 0,
            height: 0,
            depth: 0,
            maxval: 0,
            tuple_type: TupleType::Other,
            alpha: false,
            scale: 1.0,
        }
    }
}

impl Parts {
    fn header(self, data_offset: usize) -> Result<Header> {
        let bool_pam = self.tuple_type == TupleType::BlackAndWhite && self.maxval == 1;
        let dtype = match (self.variant, self.maxval) {
            (Variant::Pbm, _) => DType::Bool,
            (Variant::Pfm, _) => DType::F32,
            _ if bool_pam => DType::Bool,
            (_, 0..=255) => DType::U8,
            _ => DType::U16,
        };
        let shape = [self.height, self.width, self.depth];
        let shape = if self.depth == 1 { shape.get(..2).unwrap_or(&shape) } else { &shape };
        // Sizes that no machine can hold are the file's fault here, not the caller's.
        let layout =
            Layout::from_u64(dtype, shape).map_err(|error| INFO.malformed(error.message().to_owned()).at(0))?;
        Ok(Header {
            variant: self.variant,
            plain: self.plain,
            layout,
            maxval: self.maxval,
            tuple_type: self.tuple_type,
            alpha: self.alpha,
            scale: self.scale,
            data_offset,
        })
    }
}

/// A cursor in the text of a header.
struct Text<'a> {
    src: &'a [u8],
    at: usize,
}

impl<'a> Text<'a> {
    #[cold]
    fn ends(&self) -> Error {
        INFO.truncated("file ends within the header").at(self.src.len())
    }

    fn peek(&self) -> Result<u8> {
        self.src.get(self.at).copied().ok_or_else(|| self.ends())
    }

    fn space_after_magic(&self) -> Result<()> {
        match self.peek()? {
            byte if is_space(byte) || byte == b'#' => Ok(()),
            byte => Err(INFO.malformed(format!("magic is followed by \"{}\"", byte.escape_ascii())).at(self.at)),
        }
    }

    /// Skips a comment up to its end of line, which counts as white space.
    fn comment(&mut self) -> Result<()> {
        while !matches!(self.peek()?, b'\n' | b'\r') {
            self.at += 1;
        }
        Ok(())
    }

    /// The next word and where it stands. What ends it was seen, so it is whole.
    fn token(&mut self) -> Result<(&'a [u8], usize)> {
        loop {
            match self.peek()? {
                b'#' => self.comment()?,
                byte if is_space(byte) => self.at += 1,
                _ => break,
            }
        }
        let start = self.at;
        while !matches!(self.peek()?, byte if is_space(byte) || byte == b'#') {
            self.at += 1;
        }
        Ok((self.src.get(start..self.at).unwrap_or(&[]), start))
    }

    fn end_of_token(&mut self) -> Result<()> {
        if self.peek()? == b'#' {
            self.comment()?;
        }
        self.at += 1;
        Ok(())
    }

    fn size(&mut self, what: &str) -> Result<u64> {
        let (word, at) = self.token()?;
        size(word, at, what)
    }

    fn maxval(&mut self) -> Result<u16> {
        let (word, at) = self.token()?;
        maxval(word, at)
    }

    fn scale(&mut self) -> Result<f64> {
        let (word, at) = self.token()?;
        let scale = str::from_utf8(word).ok().filter(|word| word.len() <= 64).and_then(|word| word.parse::<f64>().ok());
        scale
            .filter(|scale| scale.is_finite() && *scale != 0.0)
            .ok_or_else(|| INFO.malformed(format!("scale must be a number other than 0, got {}", shown(word))).at(at))
    }

    /// The next line of a PAM header, without white space around it, and where it stands.
    fn line(&mut self) -> Result<(&'a [u8], usize)> {
        let start = self.at;
        while self.peek()? != b'\n' {
            self.at += 1;
        }
        let line = trimmed(self.src.get(start..self.at).unwrap_or(&[]));
        self.at += 1;
        Ok((line, start))
    }

    /// The header of a PAM file: lines of a key and a value, in any order.
    fn pam(mut self) -> Result<Header> {
        self.space_after_magic()?;
        if let (rest @ [first, ..], at) = self.line()?
            && *first != b'#'
        {
            return Err(INFO.malformed(format!("P7 is followed by {}", shown(rest))).at(at));
        }
        let mut parts = Parts::default();
        let mut named = false;
        loop {
            let (line, at) = self.line()?;
            let end = line.iter().position(|&byte| is_space(byte) || byte == b'#').unwrap_or(line.len());
            let (key, rest) = line.split_at_checked(end).unwrap_or((line, &[]));
            let value = trimmed(rest.split(|&byte| byte == b'#').next().unwrap_or(&[]));
            match key {
                b"ENDHDR" => break,
                b"" => {}
                b"WIDTH" => once(&mut parts.width, size(value, at, "WIDTH")?, at)?,
                b"HEIGHT" => once(&mut parts.height, size(value, at, "HEIGHT")?, at)?,
                b"DEPTH" => once(&mut parts.depth, size(value, at, "DEPTH")?, at)?,
                b"MAXVAL" => once(&mut parts.maxval, maxval(value, at)?, at)?,
                // Several of them are one text, which is then none of the known ones.
                b"TUPLTYPE" => {
                    (parts.tuple_type, parts.alpha) = if named { TupleType::of(b"") } else { TupleType::of(value) };
                    named = true;
                }
                _ => return Err(INFO.malformed(format!("PAM header has a line {}", shown(line))).at(at)),
            }
        }
        let numbers =
            [("WIDTH", parts.width), ("HEIGHT", parts.height), ("DEPTH", parts.depth), ("MAXVAL", parts.maxval.into())];
        if let Some((key, _)) = numbers.iter().find(|(_, value)| *value == 0) {
            return Err(INFO.malformed(format!("PAM header lacks {key}")).at(self.at));
        }
        let expected = parts.tuple_type.colours().map(|n| n as u64 + u64::from(parts.alpha));
        if expected.is_some_and(|n| n != parts.depth) {
            // A name that does not go with the depth means nothing; the samples are there all the same.
            (parts.tuple_type, parts.alpha) = (TupleType::Other, false);
        }
        if !named {
            (parts.tuple_type, parts.alpha) = match parts.depth {
                1 | 2 => (TupleType::Grayscale, parts.depth == 2),
                3 | 4 => (TupleType::Rgb, parts.depth == 4),
                _ => (TupleType::Other, false),
            };
        }
        parts.header(self.at)
    }
}

fn once<T: Default + PartialEq>(slot: &mut T, value: T, at: usize) -> Result<()> {
    if *slot != T::default() {
        return Err(INFO.malformed("PAM header has a line twice").at(at));
    }
    *slot = value;
    Ok(())
}

fn size(word: &[u8], at: usize, what: &str) -> Result<u64> {
    number(word)
        .filter(|&value| value > 0)
        .ok_or_else(|| INFO.malformed(format!("{what} must be a number above 0, got {}", shown(word))).at(at))
}

fn maxval(word: &[u8], at: usize) -> Result<u16> {
    number(word)
        .and_then(|value| u16::try_from(value).ok())
        .filter(|&value| value > 0)
        .ok_or_else(|| INFO.malformed(format!("maxval must be 1..=65535, got {}", shown(word))).at(at))
}

fn number(word: &[u8]) -> Option<u64> {
    let digits = word.iter().all(u8::is_ascii_digit);
    str::from_utf8(word).ok().filter(|_| digits)?.parse().ok()
}

/// A word of a file, short enough for a message.
fn shown(word: &[u8]) -> String {
    let range: Range<usize> = 0..word.len().min(24);
    format!("\"{}\"", word.get(range).unwrap_or(&[]).escape_ascii())
}
