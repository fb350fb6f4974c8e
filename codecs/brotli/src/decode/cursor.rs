//! The commands of a meta-block, Section 4.

use super::bits::Bits;
use super::block::{Block, Choice, Literals, Tables};
use super::command::Recent;
use super::copy::copy;
use super::dictionary::Word;
use super::fast;
use super::fault::Fault;

/// What changes with each command.
pub(super) struct Cursor<'a> {
    pub(super) bits: Bits<'a>,
    /// Bytes that were written.
    pub(super) out: usize,
    /// Bytes that the meta-block has yet to give.
    pub(super) left: usize,
    /// The largest distance, once as much was written.
    pub(super) window: usize,
    pub(super) recent: Recent,
    /// Literals that the present command has yet to give, and bytes to copy.
    pub(super) insert: usize,
    pub(super) copy: usize,
    /// Where those bytes are. [`UNREAD`] as long as there are literals before.
    pub(super) distance: usize,
    /// The context of that distance, if it has a symbol.
    pub(super) context: Option<u8>,
    /// For [`WORD`]: the length of the word before its transform, and its number.
    pub(super) word: (usize, usize),
}

/// In place of a distance: it was not read yet.
pub(super) const UNREAD: usize = 0;
/// In place of a distance: the bytes are the last ones of a word of the dictionary.
const WORD: usize = usize::MAX;

impl<'a> Cursor<'a> {
    pub(super) fn new(bits: Bits<'a>, window: usize) -> Self {
        Self {
            bits,
            out: 0,
            left: 0,
            window,
            recent: Recent::default(),
            insert: 0,
            copy: 0,
            distance: UNREAD,
            context: None,
            word: (0, 0),
        }
    }

    /// Copies stored bytes. True if `dst` is full before all are there.
    pub(super) fn store(&mut self, src: &'a [u8], dst: &mut [u8]) -> Result<bool, Fault> {
        let n = self.left.min(dst.len() - self.out);
        let bytes = self.bits.bytes(src, n);
        dst[self.out..self.out + bytes.len()].copy_from_slice(bytes);
        self.out += bytes.len();
        self.left -= bytes.len();
        if bytes.len() < n { Err(Fault::Cut) } else { Ok(self.left > 0) }
    }

    /// Runs commands to the end of the meta-block. True if `dst` is full before.
    pub(super) fn run(&mut self, block: &mut Block, tables: &Tables, dst: &mut [u8]) -> Result<bool, Fault> {
        let mut choice = tables.choose(block);
        loop {
            while self.insert > 0 {
                if self.out == dst.len() {
                    return Ok(true);
                }
                if block.literals.left == 0 {
                    (block.literals, self.bits) = block.literals.next(tables, self.bits);
                    choice.literals = tables.literals(block.literals.current);
                }
                self.insert_some(block, choice.literals, dst)?;
            }
            if self.copy > 0 && self.left > 0 {
                if self.distance == UNREAD {
                    if self.context.is_some() && block.distances.left == 0 {
                        (block.distances, self.bits) = block.distances.next(tables, self.bits);
                        choice.distances = tables.distances(block.distances.current);
                    }
                    self.read_distance(block, &choice)?;
                }
                if self.copy_some(dst) {
                    return Ok(true);
                }
            }
            if self.left == 0 {
                return Ok(false);
            }
            if block.commands.left == 0 {
                (block.commands, self.bits) = block.commands.next(tables, self.bits);
                choice.commands = tables.commands(block.commands.current);
            }
            fast::run(self, block, &choice, dst)?;
        }
    }

    /// Gives literals, as many as the command, the block and the room allow.
    #[expect(clippy::cast_possible_truncation, reason = "not more than the block has left")]
    fn insert_some(&mut self, block: &mut Block, literals: Literals<'_>, dst: &mut [u8]) -> Result<(), Fault> {
        let n = self.insert.min(block.literals.left as usize).min(dst.len() - self.out);
        let end = self.out + n;
        match literals {
            Literals::Plain(table) => table.literals(&mut self.bits, &mut dst[self.out..end]),
            Literals::Mapped(contexts) => contexts.literals(&mut self.bits, &mut dst[..end], self.out),
        }
        self.bits.check()?;
        self.out = end;
        self.insert -= n;
        self.left -= n;
        block.literals.left -= n as u32;
        Ok(())
    }

    fn read_distance(&mut self, block: &mut Block, choice: &Choice<'_>) -> Result<(), Fault> {
        let mut symbol = 0;
        if let Some(context) = self.context {
            block.distances.left -= 1;
            symbol = choice.distance_table(context).read(&mut self.bits);
        }
        self.bits.refill();
        let distance = block.parameters.distance(symbol, &self.recent, &mut self.bits);
        self.refer(symbol, distance)
    }

    /// Finds what is to be copied.
    pub(super) fn refer(&mut self, symbol: u32, distance: u32) -> Result<(), Fault> {
        self.bits.check()?;
        let back = self.out.min(self.window);
        if distance == 0 {
            return Err(Fault::rule("distance is zero or less"));
        } else if distance as usize > back {
            self.word = (self.copy, distance as usize - back - 1);
            self.copy = word_len(self.word, distance, back)?;
            self.distance = WORD;
        } else {
            if symbol != 0 {
                self.recent.push(distance);
            }
            self.distance = distance as usize;
        }
        if self.copy > self.left {
            return Err(too_long("copy", self.copy, self.left));
        }
        Ok(())
    }

    /// Copies what the command says. True if `dst` is full before.
    fn copy_some(&mut self, dst: &mut [u8]) -> bool {
        let n = self.copy.min(dst.len() - self.out);
        if self.distance == WORD {
            copy_word(self.word, self.copy, &mut dst[self.out..self.out + n]);
        } else {
            copy(dst, self.out, self.distance, n);
        }
        self.out += n;
        self.left -= n;
        self.copy -= n;
        self.copy > 0
    }
}

#[inline(never)]
fn word_len(word: (usize, usize), distance: u32, back: usize) -> Result<usize, Fault> {
    match Word::find(word.0, word.1) {
        Some(word) => Ok(word.bytes().len()),
        None => {
            Err(Fault::number(format!("distance {distance} exceeds {back}, and no word of {} bytes is there", word.0)))
        }
    }
}

/// Copies the start of the last `left` bytes of a word.
#[inline(never)]
fn copy_word((len, id): (usize, usize), left: usize, dst: &mut [u8]) {
    if let Some(word) = Word::find(len, id) {
        let rest = &word.bytes()[word.bytes().len() - left..];
        dst.copy_from_slice(&rest[..dst.len()]);
    }
}

#[cold]
pub(super) fn too_long(what: &str, len: usize, left: usize) -> Fault {
    Fault::number(format!("command has {len} bytes to {what}, the meta-block only {left} more"))
}
