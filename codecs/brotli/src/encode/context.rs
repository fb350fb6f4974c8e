//! Literals by what stands before them, Section 7: which of the contexts tells most, and which of them share a code.
//!
//! Pixels depend on their neighbours. Where the bytes before tell enough, their contexts take the place of blocks.

use super::command::Command;
use super::entropy::{BIT, cost, joint_cost, n_log2, step};
use crate::decode::context::{LOOKUPS, Lookup};

/// Literals that are looked at to choose: so many runs of so many.
const N_RUNS: usize = 64;
const RUN: usize = 512;
/// Symbols are put together for estimates.
const N_BINS: usize = 32;
const N_CONTEXTS: usize = 64;
/// Codes for literals at most.
pub(super) const MAX_CODES: usize = 16;
/// Modes that are worth a try: the 6 high bits of the byte before; text; sizes of the two bytes before.
const MODES: [u8; 3] = [1, 2, 3];

/// A literal of the sample, after the two bytes before it.
type Sampled = [u8; 3];

/// The literals of a meta-block by their contexts.
pub(super) struct Contexts {
    pub(super) mode: u8,
    /// The code of each context.
    pub(super) map: [u8; N_CONTEXTS],
    /// How often each code has each symbol.
    pub(super) counts: Vec<[u32; 256]>,
    sample: Vec<Sampled>,
    bins: [u8; 256],
    groups: Vec<Group>,
    /// For each group, which of those behind it is best to join, and what that costs.
    nearest: Vec<(i64, usize)>,
}

impl Default for Contexts {
    fn default() -> Self {
        Self {
            mode: 0,
            map: [0; N_CONTEXTS],
            counts: Vec::new(),
            sample: Vec::new(),
            bins: [0; 256],
            groups: Vec::new(),
            nearest: Vec::new(),
        }
    }
}

/// The two bytes before a position, the last one first.
pub(super) fn before(src: &[u8], at: usize) -> (u8, u8) {
    let back = |n| at.checked_sub(n).and_then(|at| src.get(at)).copied().unwrap_or(0);
    (back(1), back(2))
}

/// The context of a literal.
#[inline(always)]
pub(super) fn context(lookup: &Lookup, last: u8, before_last: u8) -> usize {
    usize::from(lookup[usize::from(last)] | lookup[256 + usize::from(before_last)]) & (N_CONTEXTS - 1)
}

/// The literals of commands: where each run begins, and where it ends.
pub(super) fn runs(commands: &[Command], start: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut at = start;
    commands.iter().filter(|command| command.insert + command.copy > 0).filter_map(move |command| {
        let from = at;
        let end = from + command.insert as usize;
        at = end + command.copy as usize;
        (end > from).then_some((from, end))
    })
}

/// Puts symbols into bins that occur about equally often.
fn bins(counts: &[u32; 256]) -> [u8; 256] {
    let total: u64 = counts.iter().map(|&count| u64::from(count)).sum::<u64>().max(1);
    let mut sum = 0u64;
    counts.map(|count| {
        let middle = sum + u64::from(count) / 2;
        sum += u64::from(count);
        (middle * N_BINS as u64 / total).min(N_BINS as u64 - 1).to_le_bytes()[0]
    })
}

impl Contexts {
    /// Chooses a mode by a sample of the `n_literals`, if one saves enough.
    pub(super) fn choose(&mut self, src: &[u8], start: usize, commands: &[Command], n_literals: usize) -> bool {
        self.take_sample(src, start, commands, n_literals);
        let mut counts = [0; 256];
        self.sample.iter().for_each(|&[_, _, literal]| counts[usize::from(literal)] += 1);
        self.bins = bins(&counts);
        let mut all = [0; N_BINS];
        counts.iter().zip(self.bins).for_each(|(&count, bin)| all[usize::from(bin)] += count);
        let plain = cost(&all);
        let estimates = MODES.into_iter().zip(self.estimates());
        let (mode, best) = estimates.min_by_key(|&(_, cost)| cost).unwrap_or((0, plain));
        self.mode = mode;
        let best = best.min(plain);
        let per_literal = (cost(&counts) / self.sample.len().max(1) as u64).max(1);
        let saved = (plain - best) / self.sample.len().max(1) as u64;
        saved * 20 > per_literal && saved * n_literals as u64 > 600 * BIT
    }

    /// What the sample takes with the contexts of each mode.
    fn estimates(&self) -> [u64; MODES.len()] {
        let lookups = MODES.map(|mode| &LOOKUPS[usize::from(mode)]);
        let mut cells = [[[0u16; N_BINS]; N_CONTEXTS]; MODES.len()];
        let mut totals = [[0u32; N_CONTEXTS]; MODES.len()];
        let (mut each, mut n_cells) = ([0; MODES.len()], [0; MODES.len()]);
        // A choice among few takes fewer literals than to find groups.
        let step_by = if self.sample.len() > 16 * RUN { 4 } else { 1 };
        for &[before_last, last, literal] in self.sample.chunks(RUN).step_by(step_by).flatten() {
            let bin = usize::from(self.bins[usize::from(literal)]) % N_BINS;
            for mode in 0..MODES.len() {
                let context = context(lookups[mode], last, before_last);
                let cell = &mut cells[mode][context][bin];
                each[mode] += u64::from(step(*cell));
                n_cells[mode] += u64::from(*cell == 0);
                *cell += 1;
                totals[mode][context] += 1;
            }
        }
        std::array::from_fn(|mode| {
            let n: u32 = totals[mode].iter().sum();
            let all = totals[mode].iter().map(|&total| n_log2(total)).sum::<u64>();
            // What few literals seem to save is chance: more than half a bit per cell.
            let cost = all.saturating_sub(each[mode]) + n_cells[mode] * BIT * 3 / 4;
            cost * self.sample.len() as u64 / u64::from(n.max(1))
        })
    }

    fn take_sample(&mut self, src: &[u8], start: usize, commands: &[Command], n_literals: usize) {
        let stride = RUN.max(n_literals.div_ceil(N_RUNS));
        self.sample.clear();
        // Literals to pass over, and to take after that.
        let (mut pass, mut take) = (0, RUN);
        for (from, end) in runs(commands, start) {
            let mut at = from;
            loop {
                let passed = pass.min(end - at);
                pass -= passed;
                at += passed;
                if at == end {
                    break;
                }
                let stop = end.min(at + take);
                // The first two bytes of all have none before them.
                let windows = src[at.saturating_sub(2)..stop].windows(3);
                self.sample.extend(windows.map(|bytes| [bytes[0], bytes[1], bytes[2]]));
                take -= stop - at;
                at = stop;
                if take == 0 {
                    (pass, take) = (stride - RUN, RUN);
                }
            }
        }
    }

    /// Finds contexts that share a code, by the sample, and counts the symbols of each of up to `max_codes` codes.
    pub(super) fn cluster(
        &mut self,
        src: &[u8],
        start: usize,
        commands: &[Command],
        n_literals: usize,
        max_codes: usize,
    ) {
        self.group();
        self.join((n_literals / self.sample.len().max(1)).max(1) as u64, max_codes.min(MAX_CODES));
        self.map_groups();
        let mut counts = [[0; 256]; MAX_CODES];
        let lookup = &LOOKUPS[usize::from(self.mode)];
        for (from, end) in runs(commands, start) {
            let (mut last, mut before_last) = before(src, from);
            for &literal in &src[from..end] {
                let code = self.map[context(lookup, last, before_last)];
                counts[usize::from(code) % MAX_CODES][usize::from(literal)] += 1;
                (last, before_last) = (literal, last);
            }
        }
        self.counts.clear();
        self.counts.extend_from_slice(&counts[..self.groups.len()]);
    }

    /// Puts contexts in a row together until each group is worth a look.
    fn group(&mut self) {
        let lookup = &LOOKUPS[usize::from(self.mode)];
        let mut by_context = [Group::EMPTY; N_CONTEXTS];
        for &[before_last, last, literal] in &self.sample {
            let group = &mut by_context[context(lookup, last, before_last)];
            group.n += 1;
            group.bins[usize::from(self.bins[usize::from(literal)]) % N_BINS] += 1;
            group.used[usize::from(literal >> 6)] |= 1 << (literal & 63);
        }
        let least = u32::try_from(self.sample.len() / 128).unwrap_or(u32::MAX).max(48);
        self.groups.clear();
        let mut pending = Group::EMPTY;
        for (context, group) in by_context.iter_mut().enumerate().filter(|(_, group)| group.n > 0) {
            group.contexts = 1 << context;
            pending.add(group);
            if pending.n >= least {
                self.groups.push(std::mem::replace(&mut pending, Group::EMPTY));
            }
        }
        match self.groups.last_mut() {
            Some(last) => last.add(&pending),
            None => self.groups.push(pending),
        }
        self.groups.iter_mut().for_each(Group::settle);
    }

    /// Joins groups as long as that saves bits. A literal of the sample stands for `weight` literals.
    fn join(&mut self, weight: u64, max_codes: usize) {
        let Self { groups, nearest, .. } = self;
        nearest.clear();
        nearest.extend((0..groups.len()).map(|i| find_nearest(groups, i, weight)));
        while groups.len() > 1 {
            let Some((i, &(loss, j))) = nearest.iter().enumerate().min_by_key(|&(i, &(loss, _))| (loss, i)) else {
                break;
            };
            if loss > 0 && groups.len() <= max_codes {
                break;
            }
            let other = groups.remove(j);
            nearest.remove(j);
            groups[i].add(&other);
            groups[i].settle();
            for k in 0..groups.len() {
                let (_, to) = nearest[k];
                if k == i || to == j || to == i {
                    nearest[k] = find_nearest(groups, k, weight);
                    continue;
                }
                nearest[k].1 = if to > j { to - 1 } else { to };
                if k < i {
                    let loss = groups[k].loss(&groups[i], weight);
                    if loss < nearest[k].0 {
                        nearest[k] = (loss, i);
                    }
                }
            }
        }
    }

    /// Gives each context its code. What does not occur in the sample is as what stands before it.
    fn map_groups(&mut self) {
        let mut code = 0;
        for (context, place) in self.map.iter_mut().enumerate() {
            if let Some(own) = (0u8..).zip(&self.groups).find(|(_, group)| group.contexts >> context & 1 == 1) {
                code = own.0;
            }
            *place = code;
        }
    }
}

/// Contexts that share a code.
#[derive(Clone, Copy)]
struct Group {
    /// A bit for each.
    contexts: u64,
    n: u32,
    bins: [u32; N_BINS],
    cost: u64,
    /// The symbols that occur.
    used: [u64; 4],
    code_cost: u64,
}

impl Group {
    const EMPTY: Self = Self { contexts: 0, n: 0, bins: [0; N_BINS], cost: 0, used: [0; 4], code_cost: 0 };

    fn add(&mut self, other: &Self) {
        self.contexts |= other.contexts;
        self.n += other.n;
        self.bins.iter_mut().zip(other.bins).for_each(|(sum, count)| *sum += count);
        self.used.iter_mut().zip(other.used).for_each(|(used, other)| *used |= other);
    }

    fn settle(&mut self) {
        self.cost = cost(&self.bins);
        self.code_cost = code_cost(self.used);
    }

    /// What it costs to join.
    fn loss(&self, other: &Self, weight: u64) -> i64 {
        let used = std::array::from_fn(|i| self.used[i] | other.used[i]);
        let apart = self.cost + other.cost;
        let loss = joint_cost(&self.bins, &other.bins).saturating_sub(apart) * weight;
        (loss + code_cost(used)).cast_signed() - (self.code_cost + other.code_cost).cast_signed()
    }
}

/// What storing the code of these symbols costs, about.
fn code_cost(used: [u64; 4]) -> u64 {
    let n: u32 = used.iter().map(|used| used.count_ones()).sum();
    u64::from(40 + 4 * n) * BIT
}

/// The group behind the one at `i` that is best to join it.
fn find_nearest(groups: &[Group], i: usize, weight: u64) -> (i64, usize) {
    let losses = groups.iter().enumerate().skip(i + 1).map(|(j, group)| (groups[i].loss(group, weight), j));
    losses.min().unwrap_or((i64::MAX, i))
}
