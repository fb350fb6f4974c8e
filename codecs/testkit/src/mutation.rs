//! Damage that is done to good streams, in an order that is the same on every run.

use std::fmt;

use crate::Rng;

/// Streams up to this length are cut at every byte.
const ALL_CUTS: usize = 4096;
const SOME_CUTS: usize = 512;
/// Of streams up to this length every bit is flipped.
const ALL_FLIPS: usize = 1024;
const SOME_FLIPS: usize = 4096;
/// Where headers are.
const HEADER: usize = 64;
/// One mutation in so many is left of a suite that is to be quick.
const THIN: usize = 8;

/// One way to damage a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutation {
    /// Only the first bytes are left.
    Cut(usize),
    /// One bit is inverted.
    Flip(usize),
    /// A field is overwritten with the first bytes of `value`.
    Set { at: usize, value: [u8; 8], len: usize },
}

impl Mutation {
    /// Puts the damaged stream into `to`.
    pub(crate) fn apply(self, stream: &[u8], to: &mut Vec<u8>) {
        to.clear();
        to.extend_from_slice(stream);
        match self {
            Self::Cut(len) => to.truncate(len),
            Self::Flip(bit) => {
                if let Some(byte) = to.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Set { at, value, len } => {
                let field = to.iter_mut().skip(at).take(len);
                field.zip(value).for_each(|(byte, value)| *byte = value);
            }
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(len) => write!(f, "cut to {len} bytes"),
            Self::Flip(bit) => write!(f, "bit {} of byte {} flipped", bit % 8, bit / 8),
            Self::Set { at, value, len } => write!(f, "bytes from {at} set to {:02x?}", &value[..*len]),
        }
    }
}

fn thinned(all: impl Iterator<Item = Mutation>, quick: bool) -> Vec<Mutation> {
    all.step_by(if quick { THIN } else { 1 }).collect()
}

/// Cuts at every byte of a stream of up to 4 KiB; of longer ones at 512 places, the ends among them.
pub(crate) fn cuts(len: usize, quick: bool) -> Vec<Mutation> {
    if len <= ALL_CUTS {
        return thinned((0..len).map(Mutation::Cut), quick);
    }
    let mut rng = Rng::new(len as u64);
    let edges = (0..SOME_CUTS / 8).flat_map(|i| [i, len - 1 - i]);
    let inner = (0..SOME_CUTS - SOME_CUTS / 4).map(|_| rng.below(len));
    thinned(edges.chain(inner).map(Mutation::Cut), quick)
}

/// Every bit of a stream of up to 1 KiB; of longer ones 4096, half of them in the first 256 bytes.
pub(crate) fn flips(len: usize, quick: bool) -> Vec<Mutation> {
    if len <= ALL_FLIPS {
        return thinned((0..len * 8).map(Mutation::Flip), quick);
    }
    let mut rng = Rng::new(len as u64);
    let head = 0..SOME_FLIPS / 2;
    let rest = (0..SOME_FLIPS / 2).map(|_| rng.below(len * 8));
    thinned(head.chain(rest).map(Mutation::Flip), quick)
}

/// Each of the first 64 bytes, and each field of 2, 4 and 8 bytes that begins there, set to 0, 1, the greatest signed
/// and unsigned value and the sign bit, in both byte orders.
pub(crate) fn fields(len: usize, quick: bool) -> Vec<Mutation> {
    let mut all = Vec::new();
    for at in 0..len.min(HEADER) {
        for size in [1, 2, 4, 8] {
            if at + size > len {
                continue;
            }
            for value in [0, 1, u64::MAX, 1 << (size * 8 - 1), (1 << (size * 8 - 1)) - 1] {
                let (mut big, mut little) = ([0; 8], [0; 8]);
                little[..size].copy_from_slice(&value.to_le_bytes()[..size]);
                big[..size].copy_from_slice(&value.to_be_bytes()[8 - size..]);
                all.push(Mutation::Set { at, value: little, len: size });
                if big != little {
                    all.push(Mutation::Set { at, value: big, len: size });
                }
            }
        }
    }
    thinned(all.into_iter(), quick)
}
