//! A compressed meta-block, Section 9.2 and 9.3.

use super::bits::Writer;
use super::command::{Command, FAR};
use super::context::{Contexts, MAX_CODES, before, context, runs};
use super::entropy::{BIT, cost};
use super::matcher::Effort;
use super::prefix::{Builder, Word, add_word};
use super::split::Split;
use super::switch::{Switch, put_number};
use crate::decode::command::{Distances, N_COMMANDS};
use crate::decode::context::{LOOKUPS, Lookup};
use crate::decode::prefix::MAX_LEN;

/// The symbols of distances, with the largest postfix.
const N_DISTANCES: usize = 16 + (48 << 3);

/// Memory for codes, which a worker keeps.
#[derive(Default)]
pub(super) struct Coder {
    builder: Box<Builder>,
    literals: Split<256>,
    commands: Split<N_COMMANDS>,
    distances: Split<N_DISTANCES>,
    contexts: Contexts,
    maps: Maps,
    literal_words: Vec<[Word; 256]>,
    command_words: Vec<[Word; N_COMMANDS]>,
    distance_words: Vec<[Word; N_DISTANCES]>,
}

/// What a meta-block is of.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) src: &'a [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) is_last: bool,
}

impl Coder {
    /// Writes a meta-block. Contexts are looked at as the effort says.
    pub(super) fn write(&mut self, bits: &mut Writer<'_>, piece: Piece<'_>, commands: &mut [Command], effort: Effort) {
        let parameters = parameters(commands);
        let n_literals = self.count(parameters, commands);
        let by_context = self.count_literals(piece, commands, n_literals, effort);
        put_len(bits, piece);
        let Self { builder, literals, contexts, .. } = self;
        let (n_types, blocks) = if by_context { (1, &[][..]) } else { (literals.types.len(), &literals.blocks[..]) };
        let literal_switch = Switch::begin(builder, bits, n_types, blocks);
        let command_switch = Switch::begin(builder, bits, self.commands.types.len(), &self.commands.blocks);
        let distance_switch = Switch::begin(builder, bits, self.distances.types.len(), &self.distances.blocks);
        bits.put(parameters.postfix.into(), 6);
        let mode = if by_context { contexts.mode } else { 0 };
        (0..n_types).for_each(|_| bits.put(mode.into(), 2));
        let n_distances = self.distances.types.len();
        let (maps, n_distance_symbols) = (&mut self.maps, parameters.n_symbols());
        let counts = if by_context {
            maps.put(builder, bits, contexts.counts.len(), contexts.map.iter().copied());
            &contexts.counts
        } else {
            maps.put(builder, bits, n_types, (0..n_types * 64).map(|i| (i / 64).to_le_bytes()[0]));
            &literals.types
        };
        maps.put(builder, bits, n_distances, (0..n_distances * 4).map(|i| (i / 4).to_le_bytes()[0]));
        put_codes(builder, bits, counts, 256, MAX_LITERAL_LEN, &mut self.literal_words);
        put_codes(builder, bits, &self.commands.types, N_COMMANDS, MAX_LEN, &mut self.command_words);
        put_codes(builder, bits, &self.distances.types, n_distance_symbols, MAX_LEN, &mut self.distance_words);
        let body = Body {
            parameters,
            command_words: &self.command_words,
            commands: command_switch,
            distance_words: &self.distance_words,
            distances: distance_switch,
        };
        if by_context {
            let mut words = [[0; 256]; MAX_CODES];
            words.iter_mut().zip(&self.literal_words).for_each(|(to, words)| *to = *words);
            let codes = ByContext { lookup: &LOOKUPS[usize::from(mode)], map: &contexts.map, words: &words };
            body.write(bits, piece, commands, codes);
        } else {
            body.write(bits, piece, commands, ByBlock { words: &self.literal_words, switch: literal_switch });
        }
    }

    /// Counts literals by their contexts, and returns true, or else by blocks.
    fn count_literals(&mut self, piece: Piece<'_>, commands: &[Command], n_literals: usize, effort: Effort) -> bool {
        let Piece { src, start, .. } = piece;
        let by_context = n_literals >= effort.context_from && self.contexts.choose(src, start, commands, n_literals);
        if by_context {
            self.contexts.cluster(src, start, commands, n_literals, effort.max_codes);
        } else {
            self.literals.begin(512, 400);
            runs(commands, start).for_each(|(from, end)| self.literals.add_bytes(&src[from..end]));
            self.literals.end();
        }
        by_context
    }

    /// Finds the symbols of commands, and their blocks. Returns the number of literals.
    fn count(&mut self, parameters: Distances, commands: &mut [Command]) -> usize {
        self.commands.begin(1024, 500);
        self.distances.begin(512, 100);
        let mut n_literals = 0;
        for command in commands {
            command.code(parameters);
            n_literals += command.insert as usize;
            self.commands.add(command.symbol);
            if command.has_distance() {
                self.distances.add(command.distance);
            }
        }
        self.commands.end();
        self.distances.end();
        n_literals
    }
}

/// Chooses NPOSTFIX: where distances are multiples of a sample or a pixel, their low bits are better told by the code.
fn parameters(commands: &[Command]) -> Distances {
    let mut low = [0; 8];
    for command in commands {
        if let Some(distance) = command.code.checked_sub(FAR) {
            low[(distance.wrapping_sub(1) & 7) as usize] += 1;
        }
    }
    let total: u32 = low.iter().sum();
    let (mut best, mut postfix) = (0, 0);
    for bits in 1..=3 {
        let mut counts = [0; 8];
        low.iter().enumerate().for_each(|(i, &count)| counts[i & ((1 << bits) - 1)] += count);
        // What a longer code costs.
        let saved = (u64::from(total) * bits * BIT).saturating_sub(cost(&counts) + 40 * bits * BIT);
        if saved > best {
            (best, postfix) = (saved, bits);
        }
    }
    Distances { postfix: u32::from(postfix.to_le_bytes()[0]), direct: 0 }
}

/// Writes the start of a meta-block: whether it is the last one, its length, and that it is not stored.
fn put_len(bits: &mut Writer<'_>, piece: Piece<'_>) {
    bits.put(u64::from(piece.is_last), if piece.is_last { 2 } else { 1 });
    put_nibbles(bits, piece.end - piece.start);
    if !piece.is_last {
        bits.put(0, 1);
    }
}

/// Writes MNIBBLES and MLEN.
pub(super) fn put_nibbles(bits: &mut Writer<'_>, len: usize) {
    let n = ((len - 1).checked_ilog2().unwrap_or(0) / 4 + 1).max(4);
    bits.put(u64::from(n - 4), 2);
    bits.put(len as u64 - 1, 4 * n);
}

fn put_codes<const N: usize>(
    builder: &mut Builder,
    bits: &mut Writer<'_>,
    counts: &[[u32; N]],
    n_symbols: usize,
    limit: usize,
    words: &mut Vec<[Word; N]>,
) {
    words.clear();
    for counts in counts {
        words.push([0; N]);
        if let Some(words) = words.last_mut() {
            builder.build(bits, &counts[..n_symbols], limit, words);
        }
    }
}

/// Memory to store context maps with.
#[derive(Default)]
struct Maps {
    places: Vec<u8>,
    /// Symbols, their extra bits, and the number of those.
    symbols: Vec<(u16, u8, u8)>,
}

impl Maps {
    /// Stores which code each context has, Section 7.3: as places in a list of those that were used last, with runs of
    /// zeros.
    #[expect(clippy::cast_possible_truncation, reason = "runs are cut to 127")]
    fn put(&mut self, builder: &mut Builder, bits: &mut Writer<'_>, n_codes: usize, map: impl Iterator<Item = u8>) {
        put_number(bits, n_codes);
        if n_codes == 1 {
            return;
        }
        let mut list: [u8; 256] = std::array::from_fn(|i| i.to_le_bytes()[0]);
        self.places.clear();
        self.places.extend(map.map(|code| {
            let place = list.iter().position(|&other| other == code).unwrap_or(0);
            list[..=place].rotate_right(1);
            place.to_le_bytes()[0]
        }));
        let runs = || self.places.chunk_by(|a, b| a == b && *a == 0);
        let longest = runs().filter(|run| run[0] == 0).map(<[u8]>::len).max().unwrap_or(1);
        let max_run = longest.ilog2().min(6);
        self.symbols.clear();
        for run in runs() {
            if run[0] > 0 {
                self.symbols.push((u16::from(run[0]) + max_run as u16, 0, 0));
                continue;
            }
            let mut n = run.len();
            while n > 0 {
                let log = n.ilog2().min(max_run);
                let taken = n.min((2 << log) - 1);
                self.symbols.push((log as u16, (taken - (1 << log)) as u8, log as u8));
                n -= taken;
            }
        }
        bits.put(u64::from(max_run > 0), 1);
        if max_run > 0 {
            bits.put(u64::from(max_run) - 1, 4);
        }
        let n_symbols = n_codes + max_run as usize;
        let (mut counts, mut words) = ([0; 256 + 6], [0; 256 + 6]);
        self.symbols.iter().for_each(|&(symbol, ..)| counts[usize::from(symbol)] += 1);
        builder.build(bits, &counts[..n_symbols], MAX_LEN, &mut words);
        for &(symbol, extra, n) in &self.symbols {
            add_word(bits, words[usize::from(symbol)]);
            bits.put(extra.into(), n.into());
        }
        bits.put(1, 1);
    }
}

/// The longest word of a literal: so many as [`PER_FLUSH`] fit between two flushes.
const MAX_LITERAL_LEN: usize = 14;
const PER_FLUSH: usize = 4;

/// Writes literals.
trait Literals {
    fn write(&mut self, bits: &mut Writer<'_>, src: &[u8], from: usize, end: usize);
}

struct ByBlock<'a> {
    words: &'a [[Word; 256]],
    switch: Switch<'a>,
}

impl Literals for ByBlock<'_> {
    #[inline]
    fn write(&mut self, bits: &mut Writer<'_>, src: &[u8], mut from: usize, end: usize) {
        while from < end {
            if self.switch.left == 0 {
                self.switch.next(bits);
            }
            let n = (end - from).min(self.switch.left as usize);
            let words = &self.words[self.switch.current];
            let (groups, rest) = src[from..from + n].as_chunks::<PER_FLUSH>();
            for group in groups {
                group.iter().for_each(|&literal| add_word(bits, words[usize::from(literal)]));
                bits.flush();
            }
            rest.iter().for_each(|&literal| add_word(bits, words[usize::from(literal)]));
            bits.flush();
            from += n;
            self.switch.left -= u32::try_from(n).unwrap_or(self.switch.left);
        }
    }
}

struct ByContext<'a> {
    lookup: &'a Lookup,
    map: &'a [u8; 64],
    words: &'a [[Word; 256]; MAX_CODES],
}

impl Literals for ByContext<'_> {
    #[inline]
    fn write(&mut self, bits: &mut Writer<'_>, src: &[u8], from: usize, end: usize) {
        let (mut last, mut before_last) = before(src, from);
        let mut add = |bits: &mut Writer<'_>, literal: u8| {
            let code = self.map[context(self.lookup, last, before_last)];
            add_word(bits, self.words[usize::from(code) % MAX_CODES][usize::from(literal)]);
            (last, before_last) = (literal, last);
        };
        let (groups, rest) = src[from..end].as_chunks::<PER_FLUSH>();
        for group in groups {
            group.iter().for_each(|&literal| add(bits, literal));
            bits.flush();
        }
        rest.iter().for_each(|&literal| add(bits, literal));
        bits.flush();
    }
}

/// Commands and distances.
struct Body<'a> {
    parameters: Distances,
    command_words: &'a [[Word; N_COMMANDS]],
    commands: Switch<'a>,
    distance_words: &'a [[Word; N_DISTANCES]],
    distances: Switch<'a>,
}

impl Body<'_> {
    fn write(mut self, bits: &mut Writer<'_>, piece: Piece<'_>, commands: &[Command], mut literals: impl Literals) {
        let mut at = piece.start;
        for command in commands {
            if self.commands.left == 0 {
                self.commands.next(bits);
            }
            self.commands.left -= 1;
            add_word(bits, self.command_words[self.commands.current][usize::from(command.symbol)]);
            let [(insert, n_insert), (copy, n_copy)] = command.extra();
            bits.add(insert, n_insert);
            bits.flush();
            bits.put(copy, n_copy);
            if command.insert > 0 {
                let end = at + command.insert as usize;
                literals.write(bits, piece.src, at, end);
                at = end;
            }
            at += command.copy as usize;
            if command.has_distance() {
                if self.distances.left == 0 {
                    self.distances.next(bits);
                }
                self.distances.left -= 1;
                add_word(bits, self.distance_words[self.distances.current][usize::from(command.distance)]);
                let (extra, n) = command.distance_extra(self.parameters);
                bits.put(extra, n);
            }
        }
    }
}
