//! The loop that decodes nearly all symbols: no end of input or output is near, so it reads whole words and copies too
//! much. The scalar twin is `Inflate::symbols`; `tests/it/twins.rs` compares them.
//!
//! An inflater waits for one thing: the bits of a code tell where the next one begins. Between two codes lie a mask, a
//! look-up and a shift, and nothing else may join them. Hence
//! - the next entry is looked up before more bits are taken in, which never changes those that are there;
//! - two bits below the next one are spare, so that a mask gives the offset of an entry in bytes: the processor needs a
//!   cycle more to multiply an index;
//! - `n` may have anything above its bit 5, as shifts ignore that, and an entry is subtracted from it as it is.
//!
//! BMI2 shifts by any register, which is worth 6 %. The loop over slices that this one began as was a fifth slower (0.89 of
//! libdeflate's speed on Zen 4, where this one has 1.10): bounds take registers, of which there are too few. It is one long
//! function, and leaves in few ways, for the same reason: what looks alike may cost 5 %.

#![expect(clippy::cast_possible_truncation, reason = "bits that were masked, and literals")]

use crate::inflate::{
    Bits, DIST_BITS, DIST_TABLE, Fault, Inflate, LARGE, LITLEN_TABLE, OTHER, SECOND, SMALL, STOP, State,
};

/// How symbols are decoded. All ways have the same result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    /// By the loop of this module with the instructions of BMI2. Where the machine lacks them, as `Plain`.
    Bmi2,
    /// By the loop of this module.
    Plain,
    /// One by one.
    Scalar,
}

/// Bytes of input that a turn of the loop may read: it takes in a word twice, each behind 7 bytes of the last at most.
const INPUT: usize = 32;
/// Bytes of output that a turn may write before its match: three times up to 3, the last time as 2.
const LITERALS: usize = 10;
/// Bytes of the longest match.
const MATCH: usize = 258;
/// Bytes that may be written behind a match: a copy goes on by 32.
const BEYOND: usize = 32;

/// Bits that lie below the next one: those of an offset within an entry.
const SPARE: u32 = 2;

/// True if the loop can make a turn, be it one that asks whether its match has room.
#[inline(always)]
pub(crate) fn has_room(bits: &Bits, out: usize, src: &[u8], dst: &[u8]) -> bool {
    bits.at + INPUT <= src.len() && out + LITERALS + BEYOND <= dst.len()
}

/// Decodes symbols until the block ends, or the room. A match that has no room becomes the state.
pub(crate) fn run(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    if inflate.path == Path::Scalar {
        return Ok(());
    }
    #[cfg(target_arch = "x86_64")]
    if inflate.path == Path::Bmi2 && std::arch::is_x86_feature_detected!("bmi2") {
        // SAFETY: the machine has BMI2.
        unsafe { far_bmi2(inflate, src, dst)? };
        if inflate.state == State::Symbols {
            // SAFETY: as above.
            unsafe { near_bmi2(inflate, src, dst)? };
        }
        return Ok(());
    }
    far(inflate, src, dst)?;
    if inflate.state == State::Symbols { near(inflate, src, dst) } else { Ok(()) }
}

/// Decodes where the longest match has room.
fn far(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE => turns::<LARGE, false, false>(inflate, src, dst),
        _ => turns::<SMALL, false, false>(inflate, src, dst),
    }
}

/// Decodes where each match is asked for its room.
fn near(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE => turns::<LARGE, false, true>(inflate, src, dst),
        _ => turns::<SMALL, false, true>(inflate, src, dst),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
#[inline(never)]
fn near_bmi2(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE => turns::<LARGE, true, true>(inflate, src, dst),
        _ => turns::<SMALL, true, true>(inflate, src, dst),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "bmi2")]
fn far_bmi2(inflate: &mut Inflate, src: &[u8], dst: &mut [u8]) -> Result<(), Fault> {
    match inflate.tables.bits {
        LARGE => turns::<LARGE, true, false>(inflate, src, dst),
        _ => turns::<SMALL, true, false>(inflate, src, dst),
    }
}

/// Makes turns; `INDEX` are the index bits of the table of literals and lengths.
#[inline(always)]
fn turns<const INDEX: u32, const BMI2: bool, const NEAR: bool>(
    inflate: &mut Inflate,
    src: &[u8],
    dst: &mut [u8],
) -> Result<(), Fault> {
    const { assert!(1 << INDEX <= LITLEN_TABLE && 1 << DIST_BITS <= DIST_TABLE) };
    let output = if NEAR { LITERALS + BEYOND } else { LITERALS + MATCH + BEYOND };
    if inflate.bits.at + INPUT > src.len() || inflate.out + output > dst.len() {
        return Ok(());
    }
    let litlen = inflate.tables.litlen.as_ptr().cast::<u8>();
    let distances = inflate.tables.dist.as_ptr().cast::<u8>();
    let Bits { mut bits, mut n, mut at } = inflate.bits;
    // What has no room beside the spare bits is taken in again.
    let back = n.saturating_sub(48) / 8;
    at -= back as usize;
    n -= 8 * back;
    bits &= !(u64::MAX << n);
    bits <<= SPARE;
    n += SPARE;
    let result;
    // SAFETY: there are `INPUT` bytes at `at`, from which `n / 8` bytes and more were taken, and `output` bytes at `out`.
    // A turn begins with that much. It takes in a word at most twice, and moves on by at most 7 bytes each time. `out`
    // moves at most three times before a match, by up to 3, and a match ends `BEYOND` bytes before the end of `dst`:
    // where that is not asked, there is room for `MATCH`, than which no entry of `Tables::make` is longer. What is copied
    // was written, as `dist` is compared with that, and words are read from before where they are written. Indices of the
    // first tables are masked, those of the second ones are within them by `Tables::make`.
    unsafe {
        let start = dst.as_mut_ptr();
        let mut out = start.add(inflate.out);
        let out_last = start.add(dst.len() - output);
        let mut next = src.as_ptr().add(at);
        let in_last = src.as_ptr().add(src.len() - INPUT);
        macro_rules! refill {
            () => {
                bits |= u64::from_le_bytes(next.cast::<[u8; 8]>().read()).wrapping_shl(n);
                next = next.add(7).sub((n >> 3 & 7) as usize);
                n |= 56;
            };
        }
        macro_rules! skip {
            ($entry:expr) => {
                bits = bits.wrapping_shr($entry);
                n = n.wrapping_sub($entry);
            };
        }
        macro_rules! put {
            ($entry:expr) => {
                out.cast::<[u8; 2]>().write((($entry >> 16) as u16).to_le_bytes());
                out = out.add(($entry as usize >> 8) & 3);
            };
        }
        macro_rules! entry {
            ($table:expr, $index:expr) => {
                $table.add((bits & (((1 << $index) - 1) << SPARE)) as usize).cast::<u32>().read()
            };
        }
        refill!();
        let mut entry: u32 = entry!(litlen, INDEX);
        result = loop {
            if next > in_last || out > out_last {
                break Ok(false);
            }
            // There are 54 bits; two entries of literals and the longest length take 42.
            let mut saved = bits;
            skip!(entry);
            if entry & OTHER == 0 {
                let literals = entry;
                entry = entry!(litlen, INDEX);
                saved = bits;
                skip!(entry);
                put!(literals);
                if entry & OTHER == 0 {
                    let literals = entry;
                    entry = entry!(litlen, INDEX);
                    saved = bits;
                    skip!(entry);
                    put!(literals);
                    if entry & OTHER == 0 {
                        let literals = entry;
                        entry = entry!(litlen, INDEX);
                        refill!();
                        put!(literals);
                        continue;
                    }
                }
            }
            if entry & (SECOND | STOP) != 0 {
                if entry & STOP == 0 {
                    let index =
                        (entry >> 16) as usize + (saved >> (SPARE + INDEX) & !(u64::MAX << (entry >> 8 & 15))) as usize;
                    entry = litlen.cast::<u32>().add(index).read();
                    bits = saved.wrapping_shr(entry);
                    n = n.wrapping_sub(entry);
                    if entry & OTHER == 0 {
                        let literal = entry >> 16;
                        entry = entry!(litlen, INDEX);
                        refill!();
                        out.write(literal as u8);
                        out = out.add(1);
                        continue;
                    }
                }
                if entry & STOP != 0 {
                    bits = saved.wrapping_shr(entry >> 8 & 15);
                    n = n.wrapping_sub(entry >> 8 & 15);
                    break if entry >> 16 == 0 { Ok(true) } else { Err(Fault::LitlenSymbol) };
                }
            }
            let len = number::<BMI2>(entry, saved);
            entry = entry!(distances, DIST_BITS);
            if entry & (SECOND | STOP) != 0 {
                refill!();
                if entry & STOP == 0 {
                    let index = (entry >> 16) as usize
                        + (bits >> (SPARE + DIST_BITS) & !(u64::MAX << (entry >> 8 & 15))) as usize;
                    entry = distances.cast::<u32>().add(index).read();
                }
                if entry & STOP != 0 {
                    break Err(Fault::DistSymbol);
                }
            } else if (n & 63) < DIST_BITS + 13 + INDEX + SPARE {
                // A distance takes so many, and the look-up behind it.
                refill!();
            }
            let dist = number::<BMI2>(entry, bits);
            skip!(entry);
            entry = entry!(litlen, INDEX);
            refill!();
            if dist > out.offset_from_unsigned(start) {
                break Err(Fault::Distance);
            }
            if NEAR && len > out_last.offset_from_unsigned(start) + LITERALS - out.offset_from_unsigned(start) {
                inflate.state = State::Match { len, dist };
                break Ok(false);
            }
            let mut from = out.sub(dist).cast_const();
            let mut to = out;
            out = out.add(len);
            if dist >= 8 {
                macro_rules! word {
                    () => {
                        to.cast::<[u8; 8]>().write(from.cast::<[u8; 8]>().read());
                        from = from.add(8);
                        to = to.add(8);
                    };
                }
                word!();
                word!();
                if to < out {
                    word!();
                    word!();
                    while to < out {
                        word!();
                        word!();
                        word!();
                        word!();
                    }
                }
            } else if dist == 1 {
                let run = [from.read(); 16];
                to.cast::<[u8; 16]>().write(run);
                to = to.add(16);
                while to < out {
                    to.cast::<[u8; 16]>().write(run);
                    to = to.add(16);
                }
            } else {
                // A word holds the pattern once, and each copy makes it longer by itself.
                macro_rules! word {
                    () => {
                        to.cast::<[u8; 8]>().write(from.cast::<[u8; 8]>().read());
                        from = from.add(dist);
                        to = to.add(dist);
                    };
                }
                word!();
                word!();
                while to < out {
                    word!();
                    word!();
                }
            }
        };
        inflate.out = out.offset_from_unsigned(start);
        at = next.offset_from_unsigned(src.as_ptr());
    }
    inflate.bits = Bits { bits: bits >> SPARE, n: (n & 63) - SPARE, at };
    if result? {
        inflate.end_block();
    }
    Ok(())
}

/// The number that an entry of a length or distance stands for; `bits` begin with the spare ones.
#[inline(always)]
fn number<const BMI2: bool>(entry: u32, bits: u64) -> usize {
    let extra = if BMI2 {
        low_bits(bits >> SPARE, entry).wrapping_shr(entry >> 8)
    } else {
        ((bits >> SPARE) & !(u64::MAX.wrapping_shl(entry))).wrapping_shr(entry >> 8 & 15)
    };
    (entry >> 16) as usize + extra as usize
}

/// The lowest bits, as many as the low byte of `n` says.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn low_bits(bits: u64, n: u32) -> u64 {
    // SAFETY: called where the machine has BMI2.
    unsafe { core::arch::x86_64::_bzhi_u64(bits, n) }
}

#[cfg(not(target_arch = "x86_64"))]
fn low_bits(bits: u64, n: u32) -> u64 {
    bits & !(u64::MAX.wrapping_shl(n))
}
