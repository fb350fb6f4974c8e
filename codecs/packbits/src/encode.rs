use iio_codec::{Blame, Context, Result};

use crate::{EncodeOptions, INFO, PackBits};

/// The most bytes of a packet, literal or run.
const PACKET: usize = 128;

/// Returns the most bytes that `src_len` bytes can become: one more for every 128 bytes of every row.
#[must_use]
pub const fn encode_bound(src_len: usize, options: &EncodeOptions) -> usize {
    let row_len = if options.row_len == 0 || options.row_len > src_len { src_len } else { options.row_len };
    if row_len == 0 {
        return 0;
    }
    let per_row = row_len.div_ceil(PACKET);
    src_len.saturating_add(src_len.div_ceil(row_len).saturating_mul(per_row))
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    let row_len = if options.row_len == 0 { src.len().max(1) } else { options.row_len };
    let have = dst.len();
    let mut writer = Writer { dst, out: 0 };
    for row in src.chunks(row_len) {
        encode_row(row, &mut writer).ok_or_else(|| INFO.output_too_small(encode_bound(src.len(), options), have))?;
    }
    Ok(writer.out)
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    iio_codec::BytesCodec::encoder(&PackBits::new(options.clone()))?.encode(src, &Context::default())
}

struct Writer<'a> {
    dst: &'a mut [u8],
    out: usize,
}

impl Writer<'_> {
    #[expect(clippy::cast_possible_truncation, reason = "packets have at most 128 bytes")]
    fn literals(&mut self, bytes: &[u8]) -> Option<()> {
        for piece in bytes.chunks(PACKET) {
            let (head, body) = self.dst.get_mut(self.out..=self.out + piece.len())?.split_first_mut()?;
            *head = (piece.len() - 1) as u8;
            body.copy_from_slice(piece);
            self.out += piece.len() + 1;
        }
        Some(())
    }

    #[expect(clippy::cast_possible_truncation, reason = "packets have at most 128 bytes")]
    fn run(&mut self, value: u8, mut len: usize) -> Option<()> {
        while len > 0 {
            let piece = len.min(PACKET);
            // A run of one byte is a literal: header 257 - 1 would be the no-operation's neighbour 0.
            let head = if piece == 1 { 0 } else { (257 - piece) as u8 };
            self.dst.get_mut(self.out..self.out + 2)?.copy_from_slice(&[head, value]);
            self.out += 2;
            len -= piece;
        }
        Some(())
    }
}

/// Runs of three bytes and more become runs. Runs of two do only where no literal is open, as behind a full one, and at
/// the end of a row: there they cost the same and do not split a literal in two. A short row that packets do not
/// shorten becomes one literal, which is the faster one to decode.
fn encode_row(row: &[u8], writer: &mut Writer<'_>) -> Option<()> {
    let begin = writer.out;
    let mut rest = row;
    let mut ends_in_literal = false;
    while let Some(&value) = rest.first() {
        let len = run_len(rest, value);
        ends_in_literal = len == 1;
        if len >= 2 {
            writer.run(value, len)?;
            rest = rest.get(len..)?;
        } else {
            // Three bytes more tell whether a run begins within the packet.
            let window = rest.get(1..rest.len().min(PACKET + 3))?;
            let (literal, behind) = rest.split_at_checked((1 + literal_len(window)).min(PACKET))?;
            writer.literals(literal)?;
            rest = behind;
        }
    }
    if ends_in_literal && row.len() <= PACKET && writer.out - begin > row.len() {
        writer.out = begin;
        writer.literals(row)?;
    }
    Some(())
}

/// Eight bytes from `at` on; the first one in the lowest bits.
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.first_chunk().copied().map(u64::from_le_bytes)
}

/// The highest bit of each byte that is zero, and of no other.
const fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

/// How many bytes at the start are `value`.
fn run_len(bytes: &[u8], value: u8) -> usize {
    let all = u64::from_ne_bytes([value; 8]);
    let mut at = 0;
    while let Some(word) = word(bytes, at) {
        if word != all {
            return at + (word ^ all).trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + bytes.get(at..).unwrap_or(&[]).iter().take_while(|&&byte| byte == value).count()
}

/// How many bytes come before the first run of three, or before a run of two at the end.
fn literal_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    // Byte i of the sum is zero where bytes i, i + 1 and i + 2 are equal.
    while let (Some(first), Some(second), Some(third)) = (word(bytes, at), word(bytes, at + 1), word(bytes, at + 2)) {
        let runs = zero_bytes((first ^ second) | (second ^ third));
        if runs != 0 {
            return at + runs.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let tail = bytes.get(at..).unwrap_or(&[]);
    let run = tail.windows(3).position(|three| three[0] == three[1] && three[1] == three[2]);
    match (run, bytes) {
        (Some(run), _) => at + run,
        (None, [rest @ .., a, b]) if a == b => rest.len(),
        (None, _) => bytes.len(),
    }
}
