//! The decoder's inner loops.
//!
//! A string of LZW is one that was written before and one byte more, so it lies in the output already: the table holds
//! lengths and places, and no chains that have to be walked backwards; short strings it holds themselves (see
//! [`crate::string`]). Three routines share the work, each with more care and less speed than the one before:
//!
//! | routine | takes | asks for |
//! |---|---|---|
//! | [`Cursor::advance_group`] | up to eight codes | strings of up to six bytes, 16 bytes to read, 64 to write |
//! | [`Cursor::advance`] | one code | a string that exists, 16 bytes to read, room for blocks |
//! | [`Machine::step`] | one code of any kind | nothing |
//!
//! The group never waits for its own results. Codes of known width are cut from the input by position alone; the end of
//! the output is a chain of one addition for each code; nothing is read from the output. One check for each code finds
//! all that is not ordinary: the entries of clear and end code, of strings that are long, and of codes that are not made
//! yet have no short string.

use std::cell::Cell;

use iio_codec::{Blame, Error, Result};

use crate::INFO;
use crate::bits::Order;
use crate::string::Text;

/// The first entry that is not fixed, where strings are of whole bytes.
pub(crate) const FIRST: usize = 258;
pub(crate) const MAX_WIDTH: usize = 12;
pub(crate) const TABLE_LEN: usize = 1 << MAX_WIDTH;
const MASK: usize = TABLE_LEN - 1;
/// Codes that are decoded together.
const GROUP: usize = 8;
/// A long string is copied in blocks of this size.
const BLOCK: usize = 16;

/// The strings of all codes. Entries from the machine's `next` on are left over from other streams.
pub(crate) type Table = [Text; TABLE_LEN];

/// Makes a table with the fixed entries, for bytes of `size` bits.
pub(crate) fn table(size: u8) -> Box<Table> {
    let mut table = Box::new([Text::NONE; TABLE_LEN]);
    for (byte, text) in (0..=u8::MAX).zip(table.iter_mut().take(1 << size)) {
        *text = Text::literal(byte);
    }
    table
}

/// Why [`Machine::run`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// At an end code.
    End,
    /// At the end of the input.
    Exhausted,
    /// Before a code whose string does not fit.
    Full,
}

/// Where a decoder stands in its stream.
pub(crate) struct Machine<'t> {
    table: &'t mut Table,
    /// Position of the next code in bits.
    pub(crate) bit: usize,
    /// Bytes written.
    pub(crate) out: usize,
    width: usize,
    /// The clear code. The end code and the entries follow.
    clear: usize,
    /// The entry that the next code ends.
    next: usize,
    /// The string before; `NONE` after a clear code.
    last: Text,
}

impl<'t> Machine<'t> {
    /// Begins a stream of bytes of `size` bits, of which the table has the entries.
    pub(crate) fn new(table: &'t mut Table, size: u8) -> Self {
        let mut machine = Self { table, bit: 0, out: 0, width: 0, clear: 1 << size, next: 0, last: Text::NONE };
        machine.clear();
        machine
    }

    fn clear(&mut self) {
        self.width = self.clear.trailing_zeros() as usize + 1;
        (self.next, self.last) = (self.clear + 2, Text::NONE);
    }

    /// Decodes until something stops it. It may go on with a longer `dst` that begins with the same bytes.
    pub(crate) fn run<O: Order>(
        &mut self,
        src: &[u8],
        dst: &mut [u8],
        cancel: &dyn Fn() -> Result<()>,
    ) -> Result<Stop> {
        let mut steps = 0u32;
        loop {
            if self.last != Text::NONE {
                if self.next < TABLE_LEN {
                    self.run_fast::<O>(src, dst);
                } else {
                    self.run_full::<O>(src, dst);
                }
            }
            if let Some(stop) = self.step::<O>(src, dst)? {
                return Ok(stop);
            }
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(256) {
                cancel()?;
            }
        }
    }

    /// Decodes ordinary codes. Whatever stops it is left to the caller.
    fn run_fast<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) {
        let _ = (O::NARROW && self.width == 6 && self.run_width::<O, 6>(src, dst))
            | (O::NARROW && self.width == 7 && self.run_width::<O, 7>(src, dst))
            | (O::NARROW && self.width == 8 && self.run_width::<O, 8>(src, dst))
            | (self.width == 9 && self.run_width::<O, 9>(src, dst))
            | (self.width == 10 && self.run_width::<O, 10>(src, dst))
            | (self.width == 11 && self.run_width::<O, 11>(src, dst))
            | (self.width == 12 && self.run_width::<O, 12>(src, dst));
    }

    /// Decodes ordinary codes of one width. True if it came to their end.
    #[inline(never)]
    fn run_width<O: Order, const WIDTH: usize>(&mut self, src: &[u8], dst: &mut [u8]) -> bool {
        let limit = O::outgrown(WIDTH).min(TABLE_LEN);
        let mut bit = self.bit;
        let table = Cell::from_mut(&mut *self.table).as_array_of_cells();
        let mut at = Cursor { out: self.out, next: self.next, last: self.last };
        while at.next < limit {
            let Some(bytes) = src.get(bit >> 3..).and_then(<[u8]>::first_chunk::<16>) else { break };
            let done = at.advance_group::<O, WIDTH>(table, bytes, bit & 7, limit, dst);
            bit += done * WIDTH;
            if done == GROUP {
                continue;
            }
            // The code that ended the group would end the next one at once.
            let Some(first) = src.get(bit >> 3..).and_then(<[u8]>::first_chunk) else { break };
            if !at.advance(table, O::first(O::load(*first, bit & 7), WIDTH), dst) {
                break;
            }
            bit += WIDTH;
        }
        self.bit = bit;
        (self.out, self.next, self.last) = (at.out, at.next, at.last);
        let done = at.next == limit;
        if done && WIDTH < MAX_WIDTH {
            self.width = WIDTH + 1;
        }
        done
    }

    /// Decodes ordinary codes while the table is full. Whatever stops it is left to the caller.
    #[inline(never)]
    fn run_full<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) {
        // The caller looks after being cancelled in between.
        for _ in 0..TABLE_LEN {
            let Some(bytes) = src.get(self.bit >> 3..).and_then(<[u8]>::first_chunk) else { return };
            let text = self.table[O::first(O::load(*bytes, self.bit & 7), MAX_WIDTH) & MASK];
            if text == Text::NONE {
                return;
            }
            let len = if text.is_short() {
                let Some(to) = dst.get_mut(self.out..).and_then(<[u8]>::first_chunk_mut) else { return };
                *to = text.bytes();
                text.short_len()
            } else {
                copy_blocks(dst, text, self.out)
            };
            if len == 0 {
                return;
            }
            self.out += len;
            self.bit += MAX_WIDTH;
            self.last = text;
        }
    }

    /// Decodes one code of any kind, at any place.
    #[inline(never)]
    fn step<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) -> Result<Option<Stop>> {
        let Some(code) = peek::<O>(src, self.bit, self.width) else { return Ok(Some(Stop::Exhausted)) };
        if code == self.clear {
            self.bit += self.width;
            self.clear();
            return Ok(None);
        }
        if code == self.clear + 1 {
            self.bit += self.width;
            return Ok(Some(Stop::End));
        }
        let text = self.text(code)?;
        let len = text.len();
        if len > dst.len() - self.out {
            return Ok(Some(Stop::Full));
        }
        if text.is_short() {
            dst[self.out..self.out + len].copy_from_slice(&text.bytes()[..len]);
        } else {
            copy(dst, text.offset(), self.out, len);
        }
        if self.last != Text::NONE && self.next < TABLE_LEN {
            self.table[self.next] = self.last.extended(text, self.out);
            self.next += 1;
        }
        self.bit += self.width;
        if self.next == O::outgrown(self.width) && self.width < MAX_WIDTH {
            self.width += 1;
        }
        self.last = text;
        self.out += len;
        Ok(None)
    }

    /// The string of a code that is neither a clear nor an end code.
    fn text(&self, code: usize) -> Result<Text> {
        let known = if self.last == Text::NONE { self.clear } else { self.next };
        match self.table.get(code) {
            Some(&text) if code < known && text != Text::NONE => Ok(text),
            Some(_) if code == known && code != self.clear => Ok(self.last.extended(self.last, self.out)),
            _ => Err(self.no_entry(code)),
        }
    }

    #[cold]
    fn no_entry(&self, code: usize) -> Error {
        let message = if code < self.clear {
            format!("code {code} at bit {} is no byte", self.bit)
        } else if self.last == Text::NONE {
            let most = self.clear.min(256) - 1;
            format!("code {code} at bit {} follows a clear code, only 0 to {most} may", self.bit)
        } else {
            format!("code {code} at bit {} exceeds the table of {} entries", self.bit, self.next)
        };
        INFO.malformed(message).at(self.bit / 8)
    }

    /// Fills the rest of `dst` with a part of the string at which [`Machine::run`] stopped.
    pub(crate) fn fill<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) -> Result<()> {
        let code = peek::<O>(src, self.bit, self.width).ok_or_else(|| INFO.internal("no code to fill with"))?;
        let text = self.text(code)?;
        let room = dst.len() - self.out;
        if text.is_short() {
            dst[self.out..].copy_from_slice(&text.bytes()[..room]);
        } else {
            copy(dst, text.offset(), self.out, room);
        }
        self.out = dst.len();
        Ok(())
    }
}

/// What the fast loop holds in registers.
#[derive(Clone, Copy)]
struct Cursor {
    out: usize,
    next: usize,
    last: Text,
}

impl Cursor {
    /// Decodes up to eight codes whose strings have up to six bytes, and returns how many.
    #[inline(always)]
    fn advance_group<O: Order, const WIDTH: usize>(
        &mut self,
        table: &[Cell<Text>; TABLE_LEN],
        bytes: &[u8; 16],
        skip: usize,
        limit: usize,
        dst: &mut [u8],
    ) -> usize {
        // Ranges are proven here once, so that nothing is checked for each code but the code.
        let Some(slots) = table.get(self.next..limit).and_then(<[_]>::first_chunk::<GROUP>) else { return 0 };
        let Some(window) = dst.get_mut(self.out..).and_then(<[u8]>::first_chunk_mut::<{ GROUP * 8 }>) else { return 0 };
        let half = (skip + 4 * WIDTH) / 8;
        let (Some(first), Some(second)) = (bytes.first_chunk(), bytes.get(half..).and_then(<[u8]>::first_chunk)) else {
            return 0;
        };
        // Codes of this group may be for its own entries, but only once they are made.
        for slot in slots {
            slot.set(Text::NONE);
        }
        let unknown = self.next + GROUP;
        let mut last = self.last;
        let mut len = 0;
        macro_rules! take {
            ($group:lifetime, $word:ident, $at:literal, $i:literal) => {
                let code = O::first(O::rest($word, $at * WIDTH), WIDTH);
                if code >= unknown {
                    break $group $i;
                }
                let text = table[code].get();
                if !text.is_shorter() {
                    break $group $i;
                }
                window[len..len + 8].copy_from_slice(&text.bytes());
                slots[$i].set(if $i == 0 { last.extended(text, self.out) } else { last.appended(text) });
                last = text;
                len += text.short_len();
            };
        }
        let done = 'group: {
            let word = O::load(*first, skip);
            take!('group, word, 0, 0);
            take!('group, word, 1, 1);
            take!('group, word, 2, 2);
            take!('group, word, 3, 3);
            let word = O::load(*second, (skip + 4 * WIDTH) & 7);
            take!('group, word, 0, 4);
            take!('group, word, 1, 5);
            take!('group, word, 2, 6);
            take!('group, word, 3, 7);
            8
        };
        self.last = last;
        self.out += len;
        self.next += done;
        done
    }

    /// Decodes one code, or does nothing and returns false.
    #[inline(always)]
    fn advance(&mut self, table: &[Cell<Text>; TABLE_LEN], code: usize, dst: &mut [u8]) -> bool {
        if code > self.next {
            return false;
        }
        // Right if the code is the one whose entry is made here, so that case is no branch. Else it is made again below.
        table[self.next & MASK].set(self.last.extended(self.last, self.out));
        let text = table[code].get();
        if text == Text::NONE {
            return false;
        }
        let len = if text.is_short() {
            let Some(to) = dst.get_mut(self.out..).and_then(<[u8]>::first_chunk_mut) else { return false };
            *to = text.bytes();
            text.short_len()
        } else {
            copy_blocks(dst, text, self.out)
        };
        if len == 0 {
            return false;
        }
        if self.last.is_shorter() {
            table[self.next & MASK].set(self.last.appended(text));
        }
        self.last = text;
        self.out += len;
        self.next += 1;
        true
    }
}

/// The code at `bit`, if it is whole.
pub(crate) fn peek<O: Order>(src: &[u8], bit: usize, width: usize) -> Option<usize> {
    let rest = src.get(bit >> 3..)?;
    if rest.len() * 8 < (bit & 7) + width {
        return None;
    }
    let mut bytes = [0; 8];
    let n = rest.len().min(bytes.len());
    bytes[..n].copy_from_slice(&rest[..n]);
    Some(O::first(O::load(bytes, bit & 7), width))
}

/// Copies a string of the output to its end. Of a string that ends beyond `to`, as the last one may that was written,
/// the rest is its own beginning.
fn copy(dst: &mut [u8], from: usize, to: usize, len: usize) {
    let n = len.min(to - from);
    dst.copy_within(from..from + n, to);
    if n < len {
        dst.copy_within(to..to + len - n, to + n);
    }
}

/// Copies a long string to byte `to`, in blocks that write more than the string. Returns its length, or 0 if there is no
/// room for the blocks.
#[inline(always)]
fn copy_blocks(dst: &mut [u8], text: Text, to: usize) -> usize {
    let (from, len) = (text.offset(), text.long_len());
    if len > 4 * BLOCK || to - from < BLOCK || dst.len() - to < 4 * BLOCK {
        return copy_far(dst, from, to, len);
    }
    // All that is read was written before: by earlier strings, or by the block before.
    dst.copy_within(from..from + BLOCK, to);
    dst.copy_within(from + BLOCK..from + 2 * BLOCK, to + BLOCK);
    if len > 2 * BLOCK {
        dst.copy_within(from + 2 * BLOCK..from + 3 * BLOCK, to + 2 * BLOCK);
        dst.copy_within(from + 3 * BLOCK..from + 4 * BLOCK, to + 3 * BLOCK);
    }
    len
}

/// As [`copy`], but returns the length, or 0 if there is no room.
#[inline(never)]
fn copy_far(dst: &mut [u8], from: usize, to: usize, len: usize) -> usize {
    if dst.len() - to < len {
        return 0;
    }
    copy(dst, from, to, len);
    len
}
