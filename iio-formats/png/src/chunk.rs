use iio_codec::{Blame, Error, Result};

use crate::INFO;
use crate::header::SIGNATURE;

/// Bytes of a chunk without its data: length, type, CRC.
pub(crate) const CHUNK_OVERHEAD: usize = 12;

/// The four letters that name a chunk. The case of each letter has a meaning (section 5.4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkType(pub [u8; 4]);

impl ChunkType {
    pub(crate) const IHDR: Self = Self(*b"IHDR");
    pub(crate) const PLTE: Self = Self(*b"PLTE");
    pub(crate) const IDAT: Self = Self(*b"IDAT");
    pub(crate) const IEND: Self = Self(*b"IEND");
    pub(crate) const TRNS: Self = Self(*b"tRNS");
    pub(crate) const ACTL: Self = Self(*b"acTL");

    /// True if a decoder that does not know this chunk may skip it.
    #[must_use]
    pub const fn is_ancillary(self) -> bool {
        self.0[0] & 0x20 != 0
    }

    /// True if an editor that does not know this chunk may copy it although the image changed.
    #[must_use]
    pub const fn is_safe_to_copy(self) -> bool {
        self.0[3] & 0x20 != 0
    }

    /// True if all four bytes are ASCII letters.
    #[must_use]
    pub fn is_valid(self) -> bool {
        self.0.iter().all(u8::is_ascii_alphabetic)
    }
}

impl core::fmt::Display for ChunkType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

impl core::fmt::Debug for ChunkType {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ChunkType({self})")
    }
}

/// A chunk as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk<'a> {
    pub(crate) kind: ChunkType,
    pub(crate) data: &'a [u8],
    /// Offset of the length field.
    pub(crate) offset: usize,
    crc: u32,
}

impl<'a> Chunk<'a> {
    /// The chunk of this type, data and CRC at `offset`.
    pub(crate) const fn new(kind: ChunkType, data: &'a [u8], crc: [u8; 4], offset: usize) -> Self {
        Self { kind, data, offset, crc: u32::from_be_bytes(crc) }
    }

    /// Offset of the data.
    pub(crate) const fn data_offset(&self) -> usize {
        self.offset + 8
    }

    /// Offset behind the CRC.
    pub(crate) const fn end(&self) -> usize {
        self.offset + CHUNK_OVERHEAD + self.data.len()
    }

    /// Compares the CRC of type and data.
    pub(crate) fn check_crc(&self) -> Result<()> {
        let crc = crc32(self.kind, self.data);
        if crc == self.crc {
            return Ok(());
        }
        let message = format!("CRC of {} is {:08x}, the file says {:08x}", self.kind, crc, self.crc);
        Err(INFO.malformed(message).at(self.data_offset() + self.data.len()))
    }
}

/// CRC-32 of a chunk type and its data (section 5.5).
pub(crate) fn crc32(kind: ChunkType, data: &[u8]) -> u32 {
    iio_deflate::crc32(iio_deflate::crc32(0, &kind.0), data)
}

/// Checks the signature.
pub(crate) fn check_signature(src: &[u8]) -> Result<()> {
    match src.get(..SIGNATURE.len()) {
        Some(head) if head == SIGNATURE => Ok(()),
        None if SIGNATURE.starts_with(src) => {
            Err(INFO.truncated(format!("signature has 8 bytes, got {}", src.len())).at(src.len()))
        }
        _ => Err(wrong_signature(src)),
    }
}

/// The signature is made to show what a transfer did to it (section 5.2): say so where it did.
#[cold]
fn wrong_signature(src: &[u8]) -> Error {
    let damaged = [
        (&b"\x89PNG\n\x1a\n"[..], "carriage returns were removed"),
        (b"\x89PNG\r\n\x1a\r\n", "line feeds became carriage return and line feed"),
        (b"\x89PNG\r\r\n\x1a", "line feeds became carriage return and line feed"),
        (b"\x89PNG\n\n\x1a", "carriage returns became line feeds"),
        (b"\x89PNG\r\r\x1a\r", "line feeds became carriage returns"),
        (b"\x09PNG\r\n\x1a\n", "the eighth bit was removed"),
    ];
    let cause = damaged.iter().find(|(bytes, _)| src.starts_with(bytes));
    let at = SIGNATURE.iter().zip(src).take_while(|(a, b)| a == b).count();
    match cause {
        Some((_, cause)) => INFO.malformed(format!("signature shows a transfer as text: {cause}")).at(at),
        None => INFO.malformed("not a PNG: signature is not 89 50 4e 47 0d 0a 1a 0a").at(at),
    }
}

/// Reads length and type of the chunk at `offset`.
pub(crate) fn chunk_head(&[l0, l1, l2, l3, t0, t1, t2, t3]: &[u8; 8], offset: usize) -> Result<(u32, ChunkType)> {
    let (len, kind) = (u32::from_be_bytes([l0, l1, l2, l3]), ChunkType([t0, t1, t2, t3]));
    if !kind.is_valid() {
        return Err(INFO.malformed(format!("chunk type \"{kind}\" is not four letters")).at(offset + 4));
    }
    if len > i32::MAX.unsigned_abs() {
        return Err(INFO.malformed(format!("length {len} of {kind} exceeds 2147483647")).at(offset));
    }
    Ok((len, kind))
}

/// Reads the chunk at `offset`.
pub(crate) fn chunk_at(src: &[u8], offset: usize) -> Result<Chunk<'_>> {
    let lacks =
        |what: &str, kind: &str| Err(INFO.truncated(format!("file ends in the {what} of {kind}")).at(src.len()));
    let rest = src.get(offset..).unwrap_or(&[]);
    let Some((head, rest)) = rest.split_first_chunk::<8>() else {
        if rest.is_empty() {
            return Err(INFO.truncated("file ends before IEND").at(src.len()));
        }
        return lacks("header", "a chunk");
    };
    let (len, kind) = chunk_head(head, offset)?;
    let Some((data, rest)) = usize::try_from(len).ok().and_then(|len| rest.split_at_checked(len)) else {
        return Err(INFO.truncated(format!("{kind} has {len} bytes, the file has {} more", rest.len())).at(src.len()));
    };
    let Some(&crc) = rest.first_chunk::<4>() else {
        return lacks("CRC", &kind.to_string());
    };
    Ok(Chunk::new(kind, data, crc, offset))
}

/// Appends a chunk.
pub(crate) fn push_chunk(dst: &mut Vec<u8>, kind: ChunkType, data: &[u8]) -> Result<()> {
    let len = u32::try_from(data.len()).ok().filter(|&len| len <= i32::MAX.unsigned_abs());
    let Some(len) = len else {
        return Err(INFO.invalid_argument(format!("{kind} of {} bytes exceeds 2147483647", data.len())));
    };
    let needed = data.len() + CHUNK_OVERHEAD;
    dst.try_reserve(needed).map_err(|error| INFO.out_of_memory(needed).with_source(error))?;
    dst.extend_from_slice(&len.to_be_bytes());
    dst.extend_from_slice(&kind.0);
    dst.extend_from_slice(data);
    dst.extend_from_slice(&crc32(kind, data).to_be_bytes());
    Ok(())
}
