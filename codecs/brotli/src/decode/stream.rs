//! A stream from its first bit to its last, Section 9 and 10. Its history is the destination itself.
//!
//! Input is there as a whole, the destination may be short: where it is full, a [`Stream`] stops, and goes on in one
//! that is longer and begins with the same bytes.

use super::bits::Bits;
use super::block::{Block, Tables};
use super::cursor::Cursor;
use super::fault::Fault;

/// Why [`Stream::advance`] returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The stream came to its end.
    Done,
    /// The destination is full, and the stream gives more.
    Full,
    /// A meta-block came to its end.
    Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Header,
    Stored,
    Commands,
    Done,
}

/// A stream in progress.
pub(crate) struct Stream<'a> {
    src: &'a [u8],
    tables: &'a mut Tables,
    phase: Phase,
    /// True in the last meta-block.
    is_last: bool,
    block: Block,
    cursor: Cursor<'a>,
}

impl<'a> Stream<'a> {
    /// Starts at the first byte, whose window size was found good.
    pub(crate) fn new(tables: &'a mut Tables, src: &'a [u8], window_log: u32) -> Self {
        let mut bits = Bits::new(src);
        // Section 9.1.
        let width = match window_log {
            16 => 1,
            18.. => 4,
            _ => 7,
        };
        bits.read(width);
        let cursor = Cursor::new(bits, (1 << window_log) - 16);
        Self { src, tables, phase: Phase::Header, is_last: false, block: Block::default(), cursor }
    }

    /// The bytes that were written.
    pub(crate) const fn written(&self) -> usize {
        self.cursor.out
    }

    /// What the whole stream gives at least, as far as is known, if no rule is broken.
    pub(crate) const fn declared(&self) -> usize {
        self.cursor.out.saturating_add(self.cursor.left)
    }

    /// True if the stream has no other meta-block than the present one.
    pub(crate) const fn is_last(&self) -> bool {
        self.is_last
    }

    /// The byte of the input that comes next.
    pub(crate) fn position(&self) -> usize {
        self.src.len() - self.cursor.bits.n_unread()
    }

    /// Goes on until `dst` is full or a meta-block ends. `dst` begins with the bytes that were written.
    pub(crate) fn advance(&mut self, dst: &mut [u8]) -> Result<Step, Fault> {
        if self.phase == Phase::Header {
            self.read_header()?;
        }
        let full = match self.phase {
            Phase::Header => return Ok(Step::Next),
            Phase::Done => return Ok(Step::Done),
            Phase::Stored => self.cursor.store(self.src, dst)?,
            Phase::Commands => self.cursor.run(&mut self.block, self.tables, dst)?,
        };
        if full {
            return Ok(Step::Full);
        }
        self.end_block()?;
        Ok(if self.phase == Phase::Done { Step::Done } else { Step::Next })
    }

    /// Reads the header of a meta-block, Section 9.2.
    fn read_header(&mut self) -> Result<(), Fault> {
        let bits = &mut self.cursor.bits;
        self.is_last = bits.read(1) == 1;
        if self.is_last && bits.read(1) == 1 {
            return self.end_block();
        }
        let n_nibbles = 4 + bits.read(2);
        if n_nibbles == 7 {
            skip_metadata(self.src, bits)?;
            return self.end_block();
        }
        let len = bits.read(4 * n_nibbles);
        if n_nibbles > 4 && len >> (4 * n_nibbles - 4) == 0 {
            bits.check()?;
            return Err(Fault::number(format!(
                "length of a meta-block has {n_nibbles} nibbles, the last of which is 0"
            )));
        }
        self.cursor.left = len as usize + 1;
        if !self.is_last && bits.read(1) == 1 {
            align(bits, "bits before stored bytes are not zero")?;
            self.phase = Phase::Stored;
            return Ok(());
        }
        self.block = self.tables.read(bits, self.cursor.left)?;
        bits.check()?;
        self.phase = Phase::Commands;
        (self.cursor.insert, self.cursor.copy) = (0, 0);
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), Fault> {
        if self.is_last {
            align(&mut self.cursor.bits, "bits after the last meta-block are not zero")?;
            self.phase = Phase::Done;
        } else {
            self.cursor.bits.check()?;
            self.phase = Phase::Header;
        }
        Ok(())
    }
}

fn align(bits: &mut Bits<'_>, broken: &'static str) -> Result<(), Fault> {
    let is_zero = bits.align();
    bits.check()?;
    if is_zero { Ok(()) } else { Err(Fault::rule(broken)) }
}

fn skip_metadata<'a>(src: &'a [u8], bits: &mut Bits<'a>) -> Result<(), Fault> {
    if bits.read(1) == 1 {
        bits.check()?;
        return Err(Fault::rule("reserved bit of a metadata block is set"));
    }
    let n_bytes = bits.read(2);
    let len = bits.read(8 * n_bytes);
    if n_bytes > 1 && len >> (8 * n_bytes - 8) == 0 {
        bits.check()?;
        return Err(Fault::number(format!("length of a metadata block has {n_bytes} bytes, the last of which is 0")));
    }
    align(bits, "bits before metadata are not zero")?;
    let len = if n_bytes == 0 { 0 } else { len as usize + 1 };
    if bits.bytes(src, len).len() < len {
        return Err(Fault::Cut);
    }
    Ok(())
}
