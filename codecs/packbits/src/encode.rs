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

/// Runs of three bytes and more become runs. Runs of two do only where no literal is open: there they cost the same
/// and do not split a literal in two.
fn encode_row(row: &[u8], writer: &mut Writer<'_>) -> Option<()> {
    let (mut literal, mut at) = (0, 0);
    while let Some(&value) = row.get(at) {
        let len = row[at..].iter().take_while(|&&byte| byte == value).count();
        if len >= 3 || (len == 2 && literal == at) {
            writer.literals(&row[literal..at])?;
            writer.run(value, len)?;
            literal = at + len;
        }
        at += len;
    }
    writer.literals(&row[literal..])
}
