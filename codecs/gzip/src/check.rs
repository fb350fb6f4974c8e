use iio_codec::{Blame, Check, Error, Result};

use crate::INFO;

/// ID1, ID2, CM, FLG, MTIME, XFL, OS.
pub(crate) const FIXED_LEN: usize = 10;

/// CRC32, ISIZE.
pub(crate) const TRAILER_LEN: usize = 8;

pub(crate) const ID: [u8; 2] = [0x1f, 0x8b];
pub(crate) const CM_DEFLATE: u8 = 8;

const FTEXT: u8 = 1;
const FHCRC: u8 = 2;
const FEXTRA: u8 = 4;
pub(crate) const FNAME: u8 = 8;
const FCOMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// Tells whether bytes look like a gzip file: by its two magic bytes and the method, deflate.
#[must_use]
pub fn check(src: &[u8]) -> Check {
    match src {
        [0x1f, 0x8b, CM_DEFLATE, ..] => Check::Yes,
        [] | [0x1f] | [0x1f, 0x8b] => Check::Unknown,
        _ => Check::No,
    }
}

/// The header of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// Bytes of the header: the deflate stream follows.
    pub len: usize,
    /// FTEXT: the writer took the content for text.
    pub text: bool,
    /// MTIME: seconds since 1970; 0 is not known.
    pub mtime: u32,
    /// XFL: 2 for the best and 4 for the fastest compression.
    pub xfl: u8,
    /// OS: 0 FAT, 3 Unix, 255 not known.
    pub os: u8,
    /// FEXTRA: subfields of two ID bytes, a length (u16, little-endian) and data.
    pub extra: Option<&'a [u8]>,
    /// FNAME, ISO 8859-1, without its NUL.
    pub name: Option<&'a [u8]>,
    /// FCOMMENT, ISO 8859-1, without its NUL.
    pub comment: Option<&'a [u8]>,
}

/// Reads the header of the first member.
///
/// # Errors
/// `Truncated`; `Malformed` if the magic bytes or the header's CRC are wrong; `Unsupported` if the method is not deflate
/// or reserved flags are set.
pub fn header(src: &[u8]) -> Result<Header<'_>> {
    parse(src, false)
}

pub(crate) fn parse(src: &[u8], ignore_checksum: bool) -> Result<Header<'_>> {
    let Some(&[id1, id2, cm, flags, m0, m1, m2, m3, xfl, os]) = src.first_chunk::<FIXED_LEN>() else {
        return Err(match src.iter().zip(ID).position(|(&byte, id)| byte != id) {
            None => truncated(src, "the fixed part"),
            Some(_) => magic(src),
        });
    };
    if [id1, id2] != ID {
        return Err(magic(src));
    }
    if cm != CM_DEFLATE {
        return Err(INFO.unsupported(format!("compression method {cm} is not deflate (8)")).at(2u64));
    }
    if flags & RESERVED != 0 {
        return Err(INFO.unsupported(format!("reserved flags {:#04x} are set", flags & RESERVED)).at(3u64));
    }
    let mut rest = Rest { src, at: FIXED_LEN };
    let extra = if flags & FEXTRA == 0 { None } else { Some(rest.extra()?) };
    let name = if flags & FNAME == 0 { None } else { Some(rest.text("the file name")?) };
    let comment = if flags & FCOMMENT == 0 { None } else { Some(rest.text("the comment")?) };
    if flags & FHCRC != 0 {
        rest.crc16(ignore_checksum)?;
    }
    let mtime = u32::from_le_bytes([m0, m1, m2, m3]);
    Ok(Header { len: rest.at, text: flags & FTEXT != 0, mtime, xfl, os, extra, name, comment })
}

fn magic(src: &[u8]) -> Error {
    INFO.malformed(format!("begins with {:02x?}, not with 1f 8b", src.get(..2).unwrap_or(src))).at(0u64)
}

fn truncated(src: &[u8], what: &str) -> Error {
    INFO.truncated(format!("header ends in {what}")).at(src.len())
}

/// The optional fields of a header, in their order.
struct Rest<'a> {
    src: &'a [u8],
    at: usize,
}

impl<'a> Rest<'a> {
    fn left(&self) -> &'a [u8] {
        self.src.get(self.at..).unwrap_or(&[])
    }

    fn u16(&mut self, what: &str) -> Result<u16> {
        let bytes = self.left().first_chunk().ok_or_else(|| truncated(self.src, what))?;
        self.at += 2;
        Ok(u16::from_le_bytes(*bytes))
    }

    fn extra(&mut self) -> Result<&'a [u8]> {
        const WHAT: &str = "the extra field";
        let len = usize::from(self.u16(WHAT)?);
        let bytes = self.left().get(..len).ok_or_else(|| truncated(self.src, WHAT))?;
        self.at += len;
        Ok(bytes)
    }

    fn text(&mut self, what: &str) -> Result<&'a [u8]> {
        let left = self.left();
        let len = left.iter().position(|&byte| byte == 0).ok_or_else(|| truncated(self.src, what))?;
        self.at += len + 1;
        Ok(left.get(..len).unwrap_or(left))
    }

    /// The low half of the CRC-32 of all that is before it.
    fn crc16(&mut self, ignore: bool) -> Result<()> {
        let at = self.at;
        let actual = iio_deflate::crc32(0, self.src.get(..at).unwrap_or(&[])) & 0xffff;
        let stored = u32::from(self.u16("its CRC")?);
        if stored != actual && !ignore {
            let message = format!("crc16 of the header is {actual:#06x}, the stream says {stored:#06x}");
            return Err(INFO.malformed(message).at(at));
        }
        Ok(())
    }
}

/// Reads CRC32 and ISIZE at `at`, compares them with those of `decoded`, and returns where the member ends.
///
/// # Errors
/// `Truncated`; `Malformed` if they differ.
pub(crate) fn trailer(src: &[u8], at: usize, decoded: &[u8]) -> Result<usize> {
    let rest = src.get(at..).unwrap_or(&[]);
    let Some(&[c0, c1, c2, c3, n0, n1, n2, n3]) = rest.first_chunk::<TRAILER_LEN>() else {
        return Err(INFO.truncated(format!("crc32 and size need 8 bytes, got {}", rest.len())).at(src.len()));
    };
    let (stored, actual) = (u32::from_le_bytes([c0, c1, c2, c3]), iio_deflate::crc32(0, decoded));
    if stored != actual {
        let message = format!("crc32 of the output is {actual:#010x}, the stream says {stored:#010x}");
        return Err(INFO.malformed(message).at(at));
    }
    let (stored, actual) = (u32::from_le_bytes([n0, n1, n2, n3]), decoded.len() as u64 & 0xffff_ffff);
    if u64::from(stored) != actual {
        let message = format!("output has {actual} bytes (modulo 2^32), the stream says {stored}");
        return Err(INFO.malformed(message).at(at + 4));
    }
    Ok(at + TRAILER_LEN)
}

/// What comes after a member.
pub(crate) enum Next {
    /// Another member, at this offset.
    Member(usize),
    /// Nothing that belongs to the file, which ends at this offset.
    End(usize),
}

/// Looks behind the member that ends at `at`: files may be concatenated, and tapes pad them with zeros.
pub(crate) fn next(src: &[u8], at: usize) -> Next {
    let rest = src.get(at..).unwrap_or(&[]);
    match rest.iter().position(|&byte| byte != 0) {
        None => Next::End(src.len()),
        Some(zeros) if rest.get(zeros..zeros + 2) == Some(&ID) => Next::Member(at + zeros),
        Some(_) => Next::End(at),
    }
}

/// What the file may give, for a first allocation. ISIZE stands at the end of the last member, counts that member only,
/// modulo 2^32, and may be anything if other bytes follow: it is taken where deflate can have turned that many bytes into
/// these, and gives way to a rule of thumb where not.
pub(crate) fn guess(src: &[u8]) -> usize {
    let isize = src.last_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
    let most = src.len().saturating_mul(iio_deflate::engine::MAX_RATIO as usize);
    if isize >= src.len() / 2 && isize <= most { isize } else { iio_deflate::engine::guess(src.len()) }
}
