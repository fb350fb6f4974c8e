//! A stream from its first bit to its last, Section 9 and 10. Its history is the destination itself.
//!
//! Input is there as a whole, the destination may be short: where it is full, a [`Stream`] stops, and goes on in one
//! that is longer and begins with the same bytes.

use super::bits::Bits;
use super::block::{Block, Codebook, Literals, Tables};
use super::command::{COMMANDS, Distances, Recent};
use super::context::Lookup;
use super::copy::copy;
use super::dictionary::Word;
use super::fault::Fault;
use super::prefix::{Code, Table};

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
    tables: &'a mut Tables,
    phase: Phase,
    /// True in the last meta-block.
    is_last: bool,
    block: Block,
    cursor: Cursor<'a>,
}

/// What changes with each command. It is copied while commands run: the compiler then knows that nobody else sees it.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    bits: Bits<'a>,
    /// Bytes that were written.
    out: usize,
    /// Bytes that the meta-block has yet to give.
    left: usize,
    /// The largest distance, once as much was written.
    window: usize,
    recent: Recent,
    /// Literals that the present command has yet to give, and bytes to copy.
    insert: usize,
    copy: usize,
    /// Where those bytes are. [`UNREAD`] as long as there are literals before.
    distance: usize,
    /// The context of that distance, if it has a symbol.
    context: Option<u8>,
    /// For [`WORD`]: the length of the word before its transform, and its number.
    word: (usize, usize),
}

/// In place of a distance: it was not read yet.
const UNREAD: usize = 0;
/// In place of a distance: the bytes are the last ones of a word of the dictionary.
const WORD: usize = usize::MAX;

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
        let cursor = Cursor {
            bits,
            out: 0,
            left: 0,
            window: (1 << window_log) - 16,
            recent: Recent::default(),
            insert: 0,
            copy: 0,
            distance: UNREAD,
            context: None,
            word: (0, 0),
        };
        Self { tables, phase: Phase::Header, is_last: false, block: Block::default(), cursor }
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
        self.cursor.bits.position()
    }

    /// Goes on until `dst` is full or a meta-block ends. `dst` begins with the bytes that were written.
    pub(crate) fn advance(&mut self, dst: &mut [u8]) -> Result<Step, Fault> {
        if self.phase == Phase::Header {
            self.read_header()?;
        }
        let full = match self.phase {
            Phase::Header => return Ok(Step::Next),
            Phase::Done => return Ok(Step::Done),
            Phase::Stored => self.cursor.store(dst)?,
            Phase::Commands => {
                let mut cursor = self.cursor;
                let result = cursor.run(&mut self.block, self.tables, dst);
                self.cursor = cursor;
                result?
            }
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
            skip_metadata(bits)?;
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
        self.block = self.tables.read(bits)?;
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

fn skip_metadata(bits: &mut Bits<'_>) -> Result<(), Fault> {
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
    if bits.bytes(len).len() < len {
        return Err(Fault::Cut);
    }
    Ok(())
}

impl Cursor<'_> {
    /// Copies stored bytes. True if `dst` is full before all are there.
    fn store(&mut self, dst: &mut [u8]) -> Result<bool, Fault> {
        let n = self.left.min(dst.len() - self.out);
        let bytes = self.bits.bytes(n);
        dst[self.out..self.out + bytes.len()].copy_from_slice(bytes);
        self.out += bytes.len();
        self.left -= bytes.len();
        if bytes.len() < n { Err(Fault::Cut) } else { Ok(self.left > 0) }
    }

    /// Runs commands to the end of the meta-block. True if `dst` is full before.
    #[inline(always)]
    fn run(&mut self, block: &mut Block, tables: &Tables, dst: &mut [u8]) -> Result<bool, Fault> {
        // What the types of the present blocks choose.
        let mut literals = tables.literals(block.literals.current);
        let mut commands = tables.command(block.commands.current);
        let mut distances = tables.distances(block.distances.current);
        loop {
            while self.insert > 0 {
                if self.out == dst.len() {
                    return Ok(true);
                }
                if block.literals.left == 0 {
                    (block.literals, self.bits) = block.literals.next(tables, self.bits);
                    literals = tables.literals(block.literals.current);
                }
                self.literals(block, literals, dst)?;
            }
            if self.left == 0 {
                return Ok(false);
            }
            if self.copy > 0 {
                if self.distance == UNREAD {
                    if self.context.is_some() {
                        if block.distances.left == 0 {
                            (block.distances, self.bits) = block.distances.next(tables, self.bits);
                            distances = tables.distances(block.distances.current);
                        }
                        block.distances.left -= 1;
                    }
                    self.read_distance(block.parameters, tables, distances)?;
                }
                if self.copy(dst) {
                    return Ok(true);
                }
                if self.left == 0 {
                    return Ok(false);
                }
            }
            if block.commands.left == 0 {
                (block.commands, self.bits) = block.commands.next(tables, self.bits);
                commands = tables.command(block.commands.current);
            }
            block.commands.left -= 1;
            self.read_command(commands)?;
        }
    }

    #[inline(always)]
    fn read_command(&mut self, commands: Table<'_>) -> Result<(), Fault> {
        self.bits.refill();
        let command = COMMANDS[commands.symbol(&mut self.bits) as usize];
        let (insert_extra, copy_extra) = (u32::from(command.insert_extra), u32::from(command.copy_extra));
        self.insert = usize::from(command.insert) + self.bits.take(insert_extra) as usize;
        if insert_extra + copy_extra > 41 {
            self.bits.refill();
        }
        self.copy = usize::from(command.copy) + self.bits.take(copy_extra) as usize;
        self.bits.check()?;
        if self.insert > self.left {
            return Err(too_long("insert", self.insert, self.left));
        }
        (self.distance, self.context) = (UNREAD, command.context);
        Ok(())
    }

    /// Gives literals, as many as the command, the block and the room allow.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "not more than the block has left")]
    fn literals(&mut self, block: &mut Block, literals: Literals<'_>, dst: &mut [u8]) -> Result<(), Fault> {
        let n = self.insert.min(block.literals.left as usize).min(dst.len() - self.out);
        let end = self.out + n;
        match literals {
            Literals::Plain(table) => plain_literals(&mut self.bits, table, &mut dst[self.out..end]),
            Literals::Mapped(lookup, map, codebook) => {
                self.bits = mapped_literals(self.bits, lookup, map, codebook, &mut dst[..end], self.out);
            }
        }
        self.bits.check()?;
        self.out = end;
        self.insert -= n;
        self.left -= n;
        block.literals.left -= n as u32;
        Ok(())
    }

    #[inline(always)]
    fn read_distance(&mut self, parameters: Distances, tables: &Tables, codes: &[Code; 4]) -> Result<(), Fault> {
        let mut symbol = 0;
        self.bits.refill();
        if let Some(context) = self.context {
            symbol = tables.table(codes[usize::from(context & 3)]).symbol(&mut self.bits);
        }
        let distance = parameters.distance(symbol, &self.recent, &mut self.bits);
        self.bits.check()?;
        let Some(distance) = distance else {
            return Err(Fault::rule("distance is zero or less"));
        };
        let back = self.out.min(self.window);
        if distance as usize > back {
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
    #[inline(always)]
    fn copy(&mut self, dst: &mut [u8]) -> bool {
        let n = self.copy.min(dst.len() - self.out);
        if self.distance == WORD {
            copy_word(self.word, self.copy, &mut dst[self.out..self.out + n]);
        } else {
            let slack = (dst.len() - self.out).min(self.left) - n;
            copy(dst, self.out, self.distance, n, slack);
        }
        self.out += n;
        self.left -= n;
        self.copy -= n;
        self.copy > 0
    }
}

/// Decodes literals of one code.
#[inline(always)]
fn plain_literals(bits: &mut Bits<'_>, table: Table<'_>, run: &mut [u8]) {
    // Five times 11 root bits are there after one load.
    let (fives, rest) = run.as_chunks_mut::<5>();
    for five in fives {
        bits.refill();
        for byte in five {
            *byte = table.literal(bits);
        }
    }
    bits.refill();
    for byte in rest {
        *byte = table.literal(bits);
    }
}

/// Decodes literals, from `out` to the end of `dst`, each by the code of its context.
#[inline(never)]
fn mapped_literals<'a>(
    mut bits: Bits<'a>,
    lookup: &Lookup,
    map: &[u8; 64],
    codebook: Codebook<'_>,
    dst: &mut [u8],
    out: usize,
) -> Bits<'a> {
    let before = |back: usize| out.checked_sub(back).map_or(0, |at| dst[at]);
    let (mut last, mut before_last) = (before(1), before(2));
    for byte in &mut dst[out..] {
        bits.refill();
        let context = lookup[usize::from(last)] | lookup[256 + usize::from(before_last)];
        *byte = codebook.table(map[usize::from(context & 63)]).symbol(&mut bits).to_le_bytes()[0];
        (before_last, last) = (last, *byte);
    }
    bits
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
fn too_long(what: &str, len: usize, left: usize) -> Fault {
    Fault::number(format!("command has {len} bytes to {what}, the meta-block only {left} more"))
}
