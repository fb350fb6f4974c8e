use iio_codec::{Blame, Check, Result};
use iio_core::{Known, Sniff, Step};

use crate::FORMAT;

/// What the first bytes tell: the byte order, and classic or BigTIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) order: Order,
    /// BigTIFF: offsets and counts have 64 bits.
    pub(crate) big: bool,
    /// Offset of the first IFD.
    pub(crate) first: u64,
}

/// Byte order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) const NATIVE: Self = if cfg!(target_endian = "big") { Self::Big } else { Self::Little };

    pub(crate) fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub(crate) fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub(crate) fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }
}

impl Header {
    /// Bytes of an offset.
    pub(crate) const fn offset_len(self) -> u64 {
        if self.big { 8 } else { 4 }
    }

    /// Bytes of an entry of an IFD.
    pub(crate) const fn entry_len(self) -> u64 {
        if self.big { 20 } else { 12 }
    }

    /// Bytes of the number of entries of an IFD.
    pub(crate) const fn count_len(self) -> u64 {
        if self.big { 8 } else { 2 }
    }

    /// Reads an unsigned integer of `bytes.len()` bytes: 1, 2, 4 or 8.
    pub(crate) fn uint(self, bytes: &[u8]) -> u64 {
        uint(self.order, bytes)
    }
}

/// Reads an unsigned integer of `bytes.len()` bytes.
pub(crate) fn uint(order: Order, bytes: &[u8]) -> u64 {
    let join = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    match order {
        Order::Big => bytes.iter().fold(0, join),
        Order::Little => bytes.iter().rev().fold(0, join),
    }
}

/// Looks for `II*\0`, `MM\0*`, and the same of BigTIFF.
pub(crate) fn sniff(file: &Sniff<'_>) -> Check {
    match file.head {
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Check::Yes,
        _ => Check::No,
    }
}

/// Parses the header.
pub(crate) fn parse(known: &Known) -> Result<Step<Header>> {
    if known.len() < 8 {
        return Err(FORMAT.truncated(format!("header needs 8 bytes, file has {}", known.len())).at(known.len()));
    }
    let Some(&[a, b, c, d, w, x, y, z]) = known.bytes(0..8) else { return Ok(Step::Need(0..8)) };
    let order = match [a, b] {
        [b'I', b'I'] => Order::Little,
        [b'M', b'M'] => Order::Big,
        _ => return Err(FORMAT.malformed(format!("file begins with {a:02x} {b:02x}, not with II or MM")).at(0u64)),
    };
    match order.u16([c, d]) {
        42 => Ok(Step::Done(Header { order, big: false, first: u64::from(order.u32([w, x, y, z])) })),
        43 => {
            if known.len() < 16 {
                let message = format!("header of BigTIFF needs 16 bytes, file has {}", known.len());
                return Err(FORMAT.truncated(message).at(known.len()));
            }
            let Some(&[s, t, u, v, w, x, y, z]) = known.bytes(8..16) else { return Ok(Step::Need(8..16)) };
            let Some(&[l, m, n, o]) = known.bytes(4..8) else { return Ok(Step::Need(4..8)) };
            if (order.u16([l, m]), order.u16([n, o])) != (8, 0) {
                return Err(FORMAT
                    .unsupported(format!("BigTIFF with offsets of {} bytes", order.u16([l, m])))
                    .at(4u64));
            }
            Ok(Step::Done(Header { order, big: true, first: order.u64([s, t, u, v, w, x, y, z]) }))
        }
        version => Err(FORMAT.malformed(format!("version is {version}, not 42 or 43")).at(2u64)),
    }
}
