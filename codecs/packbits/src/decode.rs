use iio_codec::{Blame, BytesDecoder, Check, Context, Progress, Result};

use crate::{INFO, PackBits};

/// Two bytes give 128.
pub(crate) const MAX_RATIO: u32 = 64;

/// Short pieces are copied as one block of this size where both buffers have room for it: one load and one store
/// instead of a call. What is written too much is overwritten by the next packet, or was never claimed as written.
const BLOCK: usize = 16;

/// The most bytes that a packet gives.
const PACKET: usize = 128;

/// The header of a literal of [`PACKET`] bytes, and the bytes that it takes.
const FULL: u8 = 127;
const FULL_LEN: usize = PACKET + 1;

/// Full literals that are copied at once: their headers are then read ahead of the copies, which outrun the cache else.
const BATCH: usize = 4;

/// Tells whether bytes look like PackBits: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

/// Returns the bytes that `src` decodes to, by a walk over the packet headers.
///
/// # Errors
/// `Truncated` if the last packet is not whole.
pub fn decoded_size(src: &[u8]) -> Result<u64> {
    let (mut size, mut at) = (0u64, 0usize);
    while let Some(&n) = src.get(at) {
        let (bytes, taken) = packet(n);
        size += bytes as u64;
        at += taken;
    }
    if at > src.len() {
        return Err(truncated(at - src.len()).at(src.len()));
    }
    Ok(size)
}

/// Bytes that a packet gives, and bytes that it takes, its header included.
const fn packet(n: u8) -> (usize, usize) {
    match n {
        0..128 => (n as usize + 1, n as usize + 2),
        128 => (0, 1),
        _ => (257 - n as usize, 2),
    }
}

#[cold]
fn truncated(missing: usize) -> iio_codec::Error {
    INFO.truncated(format!("last packet lacks {missing} bytes"))
}

/// Decodes `src` into the start of `dst`. If `dst` is full before `src` ends, the result says so by
/// `complete == false`; `consumed` then counts whole packets.
///
/// # Errors
/// `Truncated` if the last packet is not whole.
pub fn decode_into(src: &[u8], dst: &mut [u8]) -> Result<Progress> {
    let (mut at, mut out) = decode_inside(src, dst);
    while let Some(&n) = src.get(at) {
        let (len, taken) = packet(n);
        if len > dst.len() - out {
            return fill(src, at, dst, out);
        }
        if n < 128 {
            if let (true, Some(from), Some(to)) =
                (len <= BLOCK, src.get(at + 1..at + 1 + BLOCK), dst.get_mut(out..out + BLOCK))
            {
                to.copy_from_slice(from);
            } else if let (Some(from), Some(to)) = (src.get(at + 1..at + taken), dst.get_mut(out..out + len)) {
                to.copy_from_slice(from);
            } else {
                return Err(truncated(at + taken - src.len()).at(src.len()));
            }
        } else if n > 128 {
            let Some(&value) = src.get(at + 1) else {
                return Err(truncated(1).at(src.len()));
            };
            match dst.get_mut(out..out + BLOCK) {
                Some(to) if len <= BLOCK => to.fill(value),
                _ => dst.get_mut(out..out + len).unwrap_or(&mut []).fill(value),
            }
        }
        at += taken;
        out += len;
    }
    Ok(Progress { consumed: at, written: out, complete: true })
}

/// Decodes while both buffers reach beyond a batch of packets, and returns the bytes taken and given.
///
/// Without calls and with few guesses, of which a wrong one costs as much as a packet: nearly all literals are one copy
/// of 64 bytes, and a run is expected behind a literal that is not full.
fn decode_inside(src: &[u8], dst: &mut [u8]) -> (usize, usize) {
    let (src_len, dst_len) = (src.len(), dst.len());
    let (mut src, mut dst) = (src, dst);
    while let (Some(from), Some(to)) =
        (src.first_chunk::<{ BATCH * FULL_LEN }>(), dst.first_chunk_mut::<{ BATCH * PACKET }>())
    {
        let (taken, given) = match from[0] {
            FULL => full_literals(from, to),
            n @ 0..FULL => literal_and_run(n, from, to),
            128 => (1, 0),
            n => (2, run(n, from[1], to, 0)),
        };
        src = &src[taken..];
        dst = &mut dst[given..];
    }
    (src_len - src.len(), dst_len - dst.len())
}

/// Copies a full literal, or all four if four follow each other.
#[inline]
fn full_literals(from: &[u8; BATCH * FULL_LEN], to: &mut [u8; BATCH * PACKET]) -> (usize, usize) {
    let (packets, to) = (from.as_chunks::<FULL_LEN>().0, to.as_chunks_mut::<PACKET>().0);
    let n = if packets.iter().all(|packet| packet[0] == FULL) { BATCH } else { 1 };
    for (packet, to) in packets.iter().zip(to).take(n) {
        to.copy_from_slice(&packet[1..]);
    }
    (n * FULL_LEN, n * PACKET)
}

/// Copies the literal with header `n`, and the run behind it if there is one; returns the bytes taken and given.
#[inline]
fn literal_and_run(n: u8, from: &[u8; BATCH * FULL_LEN], to: &mut [u8; BATCH * PACKET]) -> (usize, usize) {
    to[..64].copy_from_slice(&from[1..65]);
    if n >= 64 {
        to[64..PACKET].copy_from_slice(&from[65..FULL_LEN]);
    }
    let (given, taken) = packet(n);
    match from[taken] {
        m @ 129.. => (taken + 2, given + run(m, from[taken + 1], to, given)),
        _ => (taken, given),
    }
}

/// Writes the run with header `n` at `to[at..]` and returns its length.
#[inline]
fn run(n: u8, value: u8, to: &mut [u8; BATCH * PACKET], at: usize) -> usize {
    let (len, _) = packet(n);
    to[at..at + BLOCK].fill(value);
    if len > BLOCK {
        to[at + BLOCK..at + PACKET].fill(value);
    }
    len
}

/// Fills the rest of `dst` with a part of the packet at `at`, which gives more than there is room for.
#[cold]
fn fill(src: &[u8], at: usize, dst: &mut [u8], out: usize) -> Result<Progress> {
    let rest = dst.get_mut(out..).unwrap_or(&mut []);
    let body = src.get(at + 1..).unwrap_or(&[]);
    match (src.get(at).is_some_and(|&n| n < 128), body.get(..rest.len()), body.first()) {
        (true, Some(from), _) => rest.copy_from_slice(from),
        (false, _, Some(&value)) => rest.fill(value),
        (true, None, _) => return Err(truncated(rest.len() - body.len()).at(src.len())),
        (false, _, None) => return Err(truncated(1).at(src.len())),
    }
    Ok(Progress { consumed: at, written: dst.len(), complete: false })
}

/// Decodes `src` into exactly `dst.len()` bytes.
///
/// # Errors
/// `Truncated` if it gives fewer bytes, `OutputTooSmall` if it gives more.
pub fn decode_exact(src: &[u8], dst: &mut [u8]) -> Result<()> {
    worker()?.decode_exact(src, dst, &Context::default())
}

/// Decodes `src` into a new `Vec`, under the default limits.
///
/// # Errors
/// `Truncated`; `Limit` if the output exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8]) -> Result<Vec<u8>> {
    worker()?.decode(src, &Context::default())
}

fn worker() -> Result<Box<dyn BytesDecoder>> {
    iio_codec::BytesCodec::decoder(&PackBits::default())
}
