//! The decoder's inner loops.
//!
//! A string of LZW is one that was written before and one byte more, so it lies in the output already: the table holds
//! texts or places, and no chains that have to be walked backwards (see [`crate::string`]). Three routines share the
//! work, each with more care and less speed than the one before:
//!
//! | routine | takes | asks for |
//! |---|---|---|
//! | [`group`] | up to eight codes | strings of less than 16 bytes, 16 bytes to read, 128 to write |
//! | [`Cursor::advance_singly`] | codes one by one | strings that exist or are made by their code, 8 bytes to read, room for blocks |
//! | [`Machine::step`] | one code of any kind | nothing |
//!
//! The group never waits for its own results. Codes of known width are cut from the input by position alone; the end of
//! the output is a chain of one addition for each code; nothing is read from the output. One check for each code finds
//! all that is not ordinary: clear and end code, strings that are long, and codes whose entries are not made yet have a
//! great length. Each loop is a function of its own, or it would lack registers.

use std::cell::Cell;

use iio_codec::{Blame, Error, Result};

use crate::INFO;
use crate::bits::Order;
use crate::string::{INLINE, Rows, Text};

/// The first entry that is not fixed, where strings are of whole bytes.
pub(crate) const FIRST: usize = 258;
pub(crate) const MAX_WIDTH: usize = 12;
pub(crate) const TABLE_LEN: usize = 1 << MAX_WIDTH;
const MASK: usize = TABLE_LEN - 1;
/// Codes that are decoded together.
const GROUP: usize = 8;
/// A long string is copied in blocks, four at once.
const BLOCK: usize = 16;
/// Beyond so many times four blocks another copy is faster.
const MAX_BLOCKS: usize = 4;
/// A long string is rarely alone: so many short ones are decoded one by one before the next group.
const PATIENCE: u32 = 4;
/// In place of a length: no string.
const NONE: u16 = u16::MAX;

/// The strings of all codes. In one piece, so that one register reaches everything.
pub(crate) struct Table {
    texts: [Cell<Text>; TABLE_LEN],
    /// `NONE` for clear and end code, and from `next` on.
    lens: [Cell<u16>; TABLE_LEN],
    rows: Rows,
    /// The clear code. The end code and the entries follow.
    clear: usize,
    /// The entry that the next code ends.
    next: usize,
}

/// The entries that a group makes.
type Slots<'t> = (&'t [Cell<Text>; GROUP], &'t [Cell<u16>; GROUP]);

impl Table {
    /// Makes a table for bytes of `size` bits.
    pub(crate) fn new(size: u8) -> Box<Self> {
        let clear = 1 << size;
        let texts = [const { Cell::new(Text::EMPTY) }; TABLE_LEN];
        let lens = [const { Cell::new(NONE) }; TABLE_LEN];
        let table = Box::new(Self { texts, lens, rows: Rows::new(), clear, next: clear + 2 });
        for (code, byte) in (0..=u8::MAX).enumerate().take(clear) {
            table.set(code, Entry { text: Text::literal(byte), len: 1 });
        }
        table
    }

    /// Drops all entries but the fixed ones.
    fn clear(&mut self) {
        for len in &self.lens[self.clear + 2..self.next] {
            len.set(NONE);
        }
        self.next = self.clear + 2;
    }

    #[inline(always)]
    fn get(&self, code: usize) -> Option<Entry> {
        let len = self.lens[code & MASK].get();
        (len != NONE).then(|| Entry { text: self.texts[code & MASK].get(), len: len.into() })
    }

    #[inline(always)]
    fn set(&self, code: usize, entry: Entry) {
        self.texts[code & MASK].set(entry.text);
        self.lens[code & MASK].set(entry.stored_len());
    }

    /// Entries from `next` on, if there are enough below `limit`.
    #[inline(always)]
    fn slots(&self, next: usize, limit: usize) -> Option<Slots<'_>> {
        Some((self.texts.get(next..limit)?.first_chunk()?, self.lens.get(next..limit)?.first_chunk()?))
    }

    /// The string `last`, which ends at byte `end` of the output, and the first byte of `next`, which follows it there.
    #[inline(always)]
    fn extended(&self, last: Entry, next: Text, end: usize) -> Entry {
        Entry { text: last.text.extended(last.len, next, end, &self.rows), len: last.len + 1 }
    }
}

/// A string.
#[derive(Clone, Copy)]
struct Entry {
    text: Text,
    len: usize,
}

impl Entry {
    /// The length as it stands in the table: the longest string has 3839 bytes.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "3839")]
    fn stored_len(self) -> u16 {
        self.len as u16
    }

    /// True if the text is the string.
    #[inline(always)]
    fn is_inline(self) -> bool {
        self.len <= INLINE
    }

    /// True if it is that with one byte more, too.
    #[inline(always)]
    fn is_short(self) -> bool {
        self.len < INLINE
    }
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
    /// The string before; none after a clear code.
    last: Option<Entry>,
}

impl<'t> Machine<'t> {
    /// Begins a stream.
    pub(crate) fn new(table: &'t mut Table) -> Self {
        let mut machine = Self { table, bit: 0, out: 0, width: 0, last: None };
        machine.clear();
        machine
    }

    fn clear(&mut self) {
        self.table.clear();
        self.width = self.table.clear.trailing_zeros() as usize + 1;
        self.last = None;
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
            if let Some(last) = self.last {
                if self.table.next < TABLE_LEN {
                    self.run_fast::<O>(src, dst, last);
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
    fn run_fast<O: Order>(&mut self, src: &[u8], dst: &mut [u8], mut last: Entry) {
        let last = &mut last;
        let _ = (O::NARROW && self.width == 6 && self.run_width::<O, 6>(src, dst, last))
            | (O::NARROW && self.width == 7 && self.run_width::<O, 7>(src, dst, last))
            | (O::NARROW && self.width == 8 && self.run_width::<O, 8>(src, dst, last))
            | (self.width == 9 && self.run_width::<O, 9>(src, dst, last))
            | (self.width == 10 && self.run_width::<O, 10>(src, dst, last))
            | (self.width == 11 && self.run_width::<O, 11>(src, dst, last))
            | (self.width == 12 && self.run_width::<O, 12>(src, dst, last));
        self.last = Some(*last);
    }

    /// Decodes ordinary codes of one width. True if it came to their end.
    fn run_width<O: Order, const WIDTH: usize>(&mut self, src: &[u8], dst: &mut [u8], last: &mut Entry) -> bool {
        let limit = O::outgrown(WIDTH).min(TABLE_LEN);
        let mut at = Cursor { table: self.table, bit: self.bit, out: self.out, next: self.table.next, last: *last };
        while at.next < limit {
            if at.last.is_short() {
                at.advance_groups::<O, WIDTH>(limit, src, dst);
                if dst.len() - at.out < GROUP * INLINE {
                    at.advance_last_groups::<O>(WIDTH, limit, src, dst);
                }
            }
            if !at.advance_singly::<O>(WIDTH, limit, src, dst) {
                break;
            }
        }
        let done = at.next == limit;
        *last = at.last;
        (self.bit, self.out, self.table.next) = (at.bit, at.out, at.next);
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
            let Some(entry) = self.table.get(O::first(O::load(*bytes, self.bit & 7), MAX_WIDTH)) else { return };
            if !put(dst, entry, self.out) {
                return;
            }
            self.out += entry.len;
            self.bit += MAX_WIDTH;
            self.last = Some(entry);
        }
    }

    /// Decodes one code of any kind, at any place.
    #[inline(never)]
    fn step<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) -> Result<Option<Stop>> {
        let Some(code) = peek::<O>(src, self.bit, self.width) else { return Ok(Some(Stop::Exhausted)) };
        if code == self.table.clear {
            self.bit += self.width;
            self.clear();
            return Ok(None);
        }
        if code == self.table.clear + 1 {
            self.bit += self.width;
            return Ok(Some(Stop::End));
        }
        let entry = self.entry(code)?;
        if entry.len > dst.len() - self.out {
            return Ok(Some(Stop::Full));
        }
        copy(dst, entry, self.out, entry.len);
        if let Some(last) = self.last.filter(|_| self.table.next < TABLE_LEN) {
            self.table.set(self.table.next, self.table.extended(last, entry.text, self.out));
            self.table.next += 1;
        }
        self.bit += self.width;
        if self.table.next == O::outgrown(self.width) && self.width < MAX_WIDTH {
            self.width += 1;
        }
        self.last = Some(entry);
        self.out += entry.len;
        Ok(None)
    }

    /// The string of a code that is neither a clear nor an end code.
    fn entry(&self, code: usize) -> Result<Entry> {
        if let Some(entry) = self.table.get(code) {
            return Ok(entry);
        }
        match self.last {
            Some(last) if code == self.table.next => Ok(self.table.extended(last, last.text, self.out)),
            _ => Err(self.no_entry(code)),
        }
    }

    #[cold]
    fn no_entry(&self, code: usize) -> Error {
        let clear = self.table.clear;
        let message = if code < clear {
            format!("code {code} at bit {} is no byte", self.bit)
        } else if self.last.is_none() {
            let most = clear.min(256) - 1;
            format!("code {code} at bit {} follows a clear code, only 0 to {most} may", self.bit)
        } else {
            format!("code {code} at bit {} exceeds the table of {} entries", self.bit, self.table.next)
        };
        INFO.malformed(message).at(self.bit / 8)
    }

    /// Fills the rest of `dst` with a part of the string at which [`Machine::run`] stopped.
    pub(crate) fn fill<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) -> Result<()> {
        let code = peek::<O>(src, self.bit, self.width).ok_or_else(|| INFO.internal("no code to fill with"))?;
        copy(dst, self.entry(code)?, self.out, dst.len() - self.out);
        self.out = dst.len();
        Ok(())
    }
}

/// Where the fast loops stand.
struct Cursor<'t> {
    table: &'t Table,
    bit: usize,
    out: usize,
    next: usize,
    last: Entry,
}

impl Cursor<'_> {
    /// Decodes codes by eight, while their strings are short and there is room for the longest.
    #[inline(never)]
    fn advance_groups<O: Order, const WIDTH: usize>(&mut self, limit: usize, src: &[u8], dst: &mut [u8]) {
        let table = self.table;
        let Self { mut bit, mut out, mut next, mut last, .. } = *self;
        while let Some(slots) = table.slots(next, limit) {
            let Some(bytes) = src.get(bit >> 3..).and_then(<[u8]>::first_chunk) else { break };
            let Some(window) = dst.get_mut(out..).and_then(<[u8]>::first_chunk_mut) else { break };
            let (done, len) = group::<O>(table, slots, bytes, bit & 7, WIDTH, window, &mut last);
            out += len;
            next += done;
            bit += done * WIDTH;
            if done < GROUP {
                break;
            }
        }
        (self.bit, self.out, self.next, self.last) = (bit, out, next, last);
    }

    /// As [`Cursor::advance_groups`], where there may be less room.
    #[inline(never)]
    fn advance_last_groups<O: Order>(&mut self, width: usize, limit: usize, src: &[u8], dst: &mut [u8]) {
        while let Some(slots) = self.table.slots(self.next, limit) {
            let Some(bytes) = src.get(self.bit >> 3..).and_then(<[u8]>::first_chunk) else { return };
            let (mut window, mut last) = ([0; _], self.last);
            let (done, len) = group::<O>(self.table, slots, bytes, self.bit & 7, width, &mut window, &mut last);
            let Some(to) = dst.get_mut(self.out..self.out + len) else {
                for len in slots.1 {
                    len.set(NONE);
                }
                return;
            };
            to.copy_from_slice(&window[..len]);
            self.last = last;
            self.out += len;
            self.next += done;
            self.bit += done * width;
            if done < GROUP {
                return;
            }
        }
    }

    /// Decodes codes one by one, until strings are short. Returns false before a code that is not ordinary.
    #[inline(never)]
    fn advance_singly<O: Order>(&mut self, width: usize, limit: usize, src: &[u8], dst: &mut [u8]) -> bool {
        let table = self.table;
        let Self { mut bit, mut out, mut next, mut last, .. } = *self;
        let mut patience = 1;
        while next < limit && patience > 0 {
            let Some(bytes) = src.get(bit >> 3..).and_then(<[u8]>::first_chunk) else { break };
            let code = O::first(O::load(*bytes, bit & 7), width);
            let entry = match table.get(code) {
                Some(entry) => entry,
                None if code == next => table.extended(last, last.text, out),
                None => break,
            };
            if !put(dst, entry, out) {
                break;
            }
            table.set(next, table.extended(last, entry.text, out));
            last = entry;
            out += entry.len;
            next += 1;
            bit += width;
            patience = if entry.is_short() { patience - 1 } else { PATIENCE };
        }
        (self.bit, self.out, self.next, self.last) = (bit, out, next, last);
        next == limit || patience == 0
    }
}

/// Decodes up to eight codes whose strings are short, as `last` has to be. Returns how many codes, and how many bytes.
#[inline(always)]
fn group<O: Order>(
    table: &Table,
    (texts, lens): Slots<'_>,
    bytes: &[u8; 16],
    skip: usize,
    width: usize,
    window: &mut [u8; GROUP * INLINE],
    last: &mut Entry,
) -> (usize, usize) {
    let half = (skip + 4 * width) / 8;
    let (Some(first), Some(second)) = (bytes.first_chunk(), bytes.get(half..).and_then(<[u8]>::first_chunk)) else {
        return (0, 0);
    };
    let mut len = 0;
    macro_rules! take {
        ($group:lifetime, $word:ident, $at:literal, $i:literal) => {
            let code = O::first(O::rest($word, $at * width), width);
            let entry = Entry { text: table.texts[code].get(), len: table.lens[code].get().into() };
            if !entry.is_short() {
                break $group $i;
            }
            if let Some(to) = window.get_mut(len..).and_then(<[_]>::first_chunk_mut) {
                entry.text.write(to);
            }
            texts[$i].set(last.text.appended(last.len, entry.text, &table.rows));
            lens[$i].set(last.stored_len() + 1);
            *last = entry;
            len += entry.len;
        };
    }
    let done = 'group: {
        let word = O::load(*first, skip);
        take!('group, word, 0, 0);
        take!('group, word, 1, 1);
        take!('group, word, 2, 2);
        take!('group, word, 3, 3);
        let word = O::load(*second, (skip + 4 * width) & 7);
        take!('group, word, 0, 4);
        take!('group, word, 1, 5);
        take!('group, word, 2, 6);
        take!('group, word, 3, 7);
        GROUP
    };
    (done, len)
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

/// Writes the first `len` bytes of a string to byte `to` of the output.
fn copy(dst: &mut [u8], entry: Entry, to: usize, len: usize) {
    if entry.is_inline() {
        let mut bytes = [0; INLINE];
        entry.text.write(&mut bytes);
        dst[to..to + len].copy_from_slice(&bytes[..len]);
        return;
    }
    // Of a string that ends beyond `to`, as the last one may that was written, the rest is its own beginning.
    let from = entry.text.place();
    let n = len.min(to - from);
    dst.copy_within(from..from + n, to);
    if n < len {
        dst.copy_within(to..to + len - n, to + n);
    }
}

/// Writes a string to byte `to` of the output, and behind it what may be written over. False if there is no room for
/// that.
#[inline(always)]
fn put(dst: &mut [u8], entry: Entry, to: usize) -> bool {
    if entry.is_inline() {
        let Some(to) = dst.get_mut(to..).and_then(<[u8]>::first_chunk_mut) else { return false };
        entry.text.write(to);
        return true;
    }
    let blocks = entry.len.div_ceil(4 * BLOCK);
    if blocks > MAX_BLOCKS || dst.len() - to < blocks * (4 * BLOCK) {
        return put_far(dst, entry, to);
    }
    let from = entry.text.place();
    let behind = to - from;
    for block in 0..blocks {
        let from = from + block * (4 * BLOCK);
        let Some(bytes) = dst.get_mut(from..from + behind + 4 * BLOCK) else { return false };
        // All that is read was written before: by earlier strings or, as they are more than a block behind, by the
        // block before.
        bytes.copy_within(..BLOCK, behind);
        bytes.copy_within(BLOCK..2 * BLOCK, behind + BLOCK);
        bytes.copy_within(2 * BLOCK..3 * BLOCK, behind + 2 * BLOCK);
        bytes.copy_within(3 * BLOCK..4 * BLOCK, behind + 3 * BLOCK);
    }
    true
}

/// As [`put`], for any string.
#[inline(never)]
fn put_far(dst: &mut [u8], entry: Entry, to: usize) -> bool {
    let room = dst.len() - to >= entry.len;
    if room {
        copy(dst, entry, to, entry.len);
    }
    room
}
