//! Finds repeated bytes: a table of recent positions by the bytes that stand there, and what to take of them.

#![expect(clippy::cast_possible_truncation, reason = "positions count modulo 2^24, lengths are below 2^18")]

use iio_codec::{Blame, Result};

use super::command::{Command, FAR, Recent};
use super::dictionary;
use crate::INFO;

/// How hard is looked for matches and contexts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Bytes that a hash is of.
    pub(super) hashed: u32,
    /// Positions that are kept for a hash.
    pub(super) ways: usize,
    /// Logarithm of the positions that are kept, at most.
    pub(super) table_log: u32,
    /// How many symbols of recent distances are tried.
    pub(super) recent: usize,
    /// Bytes of the input that are looked up in the dictionary.
    pub(super) words: usize,
    /// How many positions ahead a better match is looked for.
    pub(super) lazy: u32,
    /// The length of a match that is taken without a look for a better one.
    pub(super) enough: usize,
    /// Literals after which positions are left out.
    pub(super) patience: usize,
    /// Literals of a block from which on it pays to look at their contexts.
    pub(super) context_from: usize,
    /// Codes for contexts at most. The more, the slower is decoding: their tables leave the first cache.
    pub(super) max_codes: usize,
}

/// In 1/30 bit, by trial: what a literal takes, what each bit of a distance takes, what a match has to save, and how much
/// more a later one has to.
const LITERAL: i32 = 135;
const DISTANCE: i32 = 30;
const LEAST: i32 = 220;
const LAZY: i32 = 175;
/// The same for the symbols of recent distances.
const NEAR: [i32; 16] = [15, -24, -24, -24, -28, -28, -32, -32, -36, -36, -36, -36, -36, -36, -36, -36];
/// Positions at the start and at the end of a match that are all made known. Of those between it is every fourth.
const DENSE: usize = 16;
const TAIL: usize = 8;

/// Positions by hash: 24 bits of the position, above 8 bits of the hash. The latest of a bucket comes first.
#[derive(Default)]
pub(super) struct Matcher {
    table: Vec<u32>,
    recent: Recent,
    words: Words,
}

#[derive(Clone, Copy, Default)]
struct Match {
    len: usize,
    distance: usize,
    score: i32,
    /// The length of a whole word of the dictionary; 0 for a match in the window.
    word: u8,
}

impl Matcher {
    /// Starts with an input of so many bytes.
    pub(super) fn begin(&mut self, effort: Effort, src_len: usize) -> Result<()> {
        let len = effort.table_len(src_len);
        self.table.clear();
        self.table.try_reserve_exact(len).map_err(|error| INFO.out_of_memory(4 * len).with_source(error))?;
        self.table.resize(len, 0);
        (self.recent, self.words) = (Recent::default(), Words::default());
        Ok(())
    }

    pub(super) fn recent(&self) -> Recent {
        self.recent
    }

    /// Goes back to distances of before.
    pub(super) fn restore(&mut self, recent: Recent) {
        self.recent = recent;
    }

    /// Appends the commands for `src[start..end]` to those for what is before. Distances are up to `window`.
    pub(super) fn run(
        &mut self,
        effort: Effort,
        src: &[u8],
        start: usize,
        end: usize,
        window: usize,
        commands: &mut Vec<Command>,
    ) {
        match (effort.ways, effort.recent) {
            (1, _) => self.parse::<1, 1>(effort, src, start, end, window, commands),
            (2, _) => self.parse::<2, 1>(effort, src, start, end, window, commands),
            (4, _) => self.parse::<4, 1>(effort, src, start, end, window, commands),
            (8, _) => self.parse::<8, 4>(effort, src, start, end, window, commands),
            (16, 4) => self.parse::<16, 4>(effort, src, start, end, window, commands),
            (16, _) => self.parse::<16, 10>(effort, src, start, end, window, commands),
            (32, _) => self.parse::<32, 10>(effort, src, start, end, window, commands),
            _ => self.parse::<64, 16>(effort, src, start, end, window, commands),
        }
    }

    fn parse<const WAYS: usize, const RECENT: usize>(
        &mut self,
        effort: Effort,
        src: &[u8],
        start: usize,
        end: usize,
        window: usize,
        commands: &mut Vec<Command>,
    ) {
        let src = &src[..end];
        let buckets = self.table.as_chunks_mut::<WAYS>().0;
        let mut finder =
            Finder { cut: 64 - 8 * effort.hashed, shift: 32 - buckets.len().ilog2(), buckets, src, window };
        let mut recent = self.recent;
        let mut near = recent.near::<RECENT>();
        let mut at = extend(commands, src, start, recent);
        let mut anchor = at;
        if let Some(&Command { insert, copy: 0, .. }) = commands.last() {
            // What was left goes on.
            commands.pop();
            anchor -= insert as usize;
        }
        let mut patient = start + effort.patience;
        let mut words = self.words;
        // What was found at the position before, and how often it was passed over for something better.
        let (mut pending, mut delays) = (Match::default(), 0);
        while let Some(next) = load(src, at) {
            let mut found = finder.find(at, next, &near);
            if found.len == 0 && at < effort.words && words.is_useful(next) {
                found = words.find(src, at, next, window);
            }
            if pending.len == 0 {
                if found.len == 0 {
                    at += 1;
                    if at > patient {
                        at = finder.skip(at, at > patient + 4 * effort.patience);
                    }
                    continue;
                }
                if delays < effort.lazy && found.len < effort.enough {
                    (pending, delays) = (found, delays + 1);
                    at += 1;
                    continue;
                }
                pending = found;
            } else if found.score >= pending.score + LAZY {
                pending = found;
                if delays < effort.lazy && found.len < effort.enough {
                    delays += 1;
                    at += 1;
                    continue;
                }
            } else {
                at -= 1;
            }
            commands.push(pending.command(at - anchor, &mut recent));
            near = recent.near();
            finder.insert(at, pending);
            at += pending.len;
            anchor = at;
            patient = at + pending.len + effort.patience;
            (pending, delays) = (Match::default(), 0);
        }
        if pending.len > 0 {
            at -= 1;
            commands.push(pending.command(at - anchor, &mut recent));
            anchor = at + pending.len;
        }
        if anchor < end {
            commands.push(Command { insert: (end - anchor) as u32, ..Command::default() });
        }
        (self.recent, self.words) = (recent, words);
    }
}

/// Makes the last copy as long as it can be, where it was cut at `at`. Returns its end.
fn extend(commands: &mut [Command], src: &[u8], at: usize, recent: Recent) -> usize {
    let distance = recent.0[0] as usize;
    match commands.last_mut() {
        Some(Command { copy, word: 0, .. }) if *copy > 0 => {
            let more = longer(&src[at - distance..], &src[at..]);
            *copy += more as u32;
            at + more
        }
        _ => at,
    }
}

/// What a match or word saves that has no recent distance.
#[inline(always)]
const fn far_score(len: usize, distance: usize) -> i32 {
    LITERAL * (len as u32).cast_signed() - DISTANCE * distance.ilog2().cast_signed()
}

impl Match {
    #[inline]
    fn command(self, insert: usize, recent: &mut Recent) -> Command {
        let (insert, copy, distance) = (insert as u32, self.len as u32, self.distance as u32);
        let code = if self.word > 0 { distance + FAR } else { recent.code(distance) };
        Command { insert, copy, word: self.word, code, ..Command::default() }
    }
}

/// How much the dictionary is of use.
#[derive(Clone, Copy, Default)]
struct Words {
    n_tried: u32,
    n_found: u32,
}

impl Words {
    /// Text in ASCII is looked up as long as that finds something.
    #[inline]
    const fn is_useful(self, next: u64) -> bool {
        const HIGH: u32 = 0x8080_8080;
        let next = next as u32;
        (next | next.wrapping_sub(0x2020_2020)) & HIGH == 0 && self.n_found >= self.n_tried >> 7
    }

    #[inline(never)]
    fn find(&mut self, src: &[u8], at: usize, next: u64, window: usize) -> Match {
        self.n_tried += 1;
        let mut best = Match { score: LEAST, ..Match::default() };
        for found in dictionary::find(&src[at..], next) {
            let distance = at.min(window) + 1 + found.id;
            let score = far_score(found.len, distance);
            if score > best.score {
                best = Match { len: found.len, distance, score, word: found.word.to_le_bytes()[0] };
            }
        }
        self.n_found += u32::from(best.len > 0);
        best
    }
}

impl Effort {
    pub(super) fn table_len(self, src_len: usize) -> usize {
        src_len.clamp(256, 1 << self.table_log).next_power_of_two()
    }
}

#[inline(always)]
fn load(src: &[u8], at: usize) -> Option<u64> {
    src.get(at..).and_then(<[u8]>::first_chunk).map(|bytes| u64::from_le_bytes(*bytes))
}

struct Finder<'a, const WAYS: usize> {
    buckets: &'a mut [[u32; WAYS]],
    /// How far the bytes behind those of the hash are shifted out.
    cut: u32,
    shift: u32,
    src: &'a [u8],
    window: usize,
}

impl<const WAYS: usize> Finder<'_, WAYS> {
    /// The bucket of the bytes that come next, and the entry for their position.
    #[inline(always)]
    fn place(&self, at: usize, next: u64) -> (usize, u32) {
        let hash = ((next << self.cut).wrapping_mul(0x9e37_79b1_85eb_ca87) >> 32) as u32;
        let bucket = hash >> self.shift;
        let tag = hash >> (self.shift - 8) & 0xff;
        (bucket as usize, (at as u32) << 8 | tag)
    }

    /// Finds the best match at a position, and makes the position known.
    #[inline(always)]
    fn find<const RECENT: usize>(&mut self, at: usize, next: u64, near: &[u32; RECENT]) -> Match {
        let (bucket, entry) = self.place(at, next);
        let bucket = &mut self.buckets[bucket];
        let mut best = Match { score: LEAST, ..Match::default() };
        let reach = at.min(self.window);
        for (i, &distance) in near.iter().enumerate() {
            let distance = distance as usize;
            if distance.wrapping_sub(1) >= reach {
                continue;
            }
            let len = common(self.src, at - distance, at, next);
            let least = if RECENT == 1 {
                4
            } else if i < 2 {
                2
            } else {
                3
            };
            if len < least {
                continue;
            }
            let score = LITERAL * (len as u32).cast_signed() + NEAR[i];
            if score > best.score {
                best = Match { len, distance, score, word: 0 };
            }
        }
        let mut same = 0u64;
        for (i, known) in bucket.iter().enumerate() {
            same |= u64::from(entry.wrapping_sub(*known) & 0xff == 0) << i;
        }
        while same != 0 {
            let known = bucket[same.trailing_zeros() as usize % WAYS];
            same &= same - 1;
            let distance = (entry.wrapping_sub(known) >> 8) as usize;
            if distance.wrapping_sub(1) >= reach {
                continue;
            }
            let len = common(self.src, at - distance, at, next);
            if len < 4 {
                continue;
            }
            let score = far_score(len, distance);
            if score > best.score {
                best = Match { len, distance, score, word: 0 };
            }
        }
        *bucket = pushed(*bucket, entry);
        best
    }

    #[inline(always)]
    fn store(&mut self, at: usize) {
        if let Some(next) = load(self.src, at) {
            self.keep(at, next);
        }
    }

    #[inline(always)]
    fn keep(&mut self, at: usize, next: u64) {
        let (bucket, entry) = self.place(at, next);
        let bucket = &mut self.buckets[bucket];
        *bucket = pushed(*bucket, entry);
    }

    /// Makes positions of a match known.
    #[inline(always)]
    fn insert(&mut self, at: usize, found: Match) {
        let end = at + found.len;
        // In runs the last period is enough.
        let start = if found.distance < found.len >> 2 { (at + 2).max(end - (found.distance << 2)) } else { at + 2 };
        let dense = end.min(start + DENSE);
        self.keep_all(start, dense, 1);
        let tail = end.saturating_sub(TAIL).max(dense);
        self.keep_all(dense, tail, 4);
        self.keep_all(tail, end, 1);
    }

    #[inline(always)]
    fn keep_all(&mut self, start: usize, end: usize, step: usize) {
        let bytes = self.src.get(start..(end + 7).min(self.src.len())).unwrap_or_default();
        for (at, bytes) in (start..).zip(bytes.windows(8)).step_by(step) {
            if let Some(bytes) = bytes.first_chunk() {
                self.keep(at, u64::from_le_bytes(*bytes));
            }
        }
    }

    /// Passes over bytes where nothing is found, and makes some of them known.
    #[inline]
    fn skip(&mut self, at: usize, far: bool) -> usize {
        let (step, by) = if far { (16, 4) } else { (8, 2) };
        let end = (at + step).min(self.src.len());
        for at in (at..end).step_by(by) {
            self.store(at);
        }
        end
    }
}

/// A bucket with another entry, without the oldest one.
#[inline(always)]
fn pushed<const WAYS: usize>(bucket: [u32; WAYS], entry: u32) -> [u32; WAYS] {
    std::array::from_fn(|i| if i == 0 { entry } else { bucket[i - 1] })
}

/// How many bytes are the same from `a` and from the later `b` on, whose first 8 are `next`.
#[inline(always)]
fn common(src: &[u8], a: usize, b: usize, next: u64) -> usize {
    let Some(first) = load(src, a) else { return 0 };
    let differ = first ^ next;
    if differ != 0 {
        return (differ.trailing_zeros() >> 3) as usize;
    }
    8 + longer(&src[a + 8..], &src[b + 8..])
}

#[inline(never)]
fn longer(a: &[u8], b: &[u8]) -> usize {
    let mut len = 0;
    for (x, y) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let differ = u64::from_le_bytes(*x) ^ u64::from_le_bytes(*y);
        if differ != 0 {
            return len + (differ.trailing_zeros() >> 3) as usize;
        }
        len += 8;
    }
    len + a[len..].iter().zip(&b[len..]).take_while(|(x, y)| x == y).count()
}
