//! Huffman codes of a block and their description (RFC 1951, 3.2.2 and 3.2.7).

use super::Bits;
use super::token::Tokens;

/// Literals, end of block and lengths; 286 and 287 occur in the fixed code only.
pub(super) const N_LITERAL: usize = 288;
pub(super) const N_DISTANCE: usize = 30;
pub(super) const END_OF_BLOCK: usize = 256;
const N_LITERAL_USED: usize = 286;
const N_LENGTH: usize = 19;

/// One less than the format allows: four literals and a rest of 7 bits then fit 64 bits.
const LITERAL_LIMIT: usize = 14;
const DISTANCE_LIMIT: usize = 15;
const LENGTH_LIMIT: usize = 7;

/// The order in which the lengths of the code length code stand.
const LENGTH_ORDER: [usize; N_LENGTH] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A code, first bit lowest, and its length.
#[derive(Clone, Copy, Default)]
pub(super) struct Code(u32);

impl Code {
    const fn new(bits: u16, len: u8) -> Self {
        Self((len as u32) << 16 | bits as u32)
    }

    #[inline(always)]
    pub(super) const fn bits(self) -> u64 {
        (self.0 & 0xffff) as u64
    }

    #[inline(always)]
    pub(super) const fn len(self) -> u32 {
        self.0 >> 16
    }
}

pub(super) struct Codes {
    pub(super) literal: [Code; N_LITERAL],
    pub(super) distance: [Code; N_DISTANCE],
    description: Description,
}

impl Codes {
    /// The codes of block type 1.
    pub(super) fn fixed() -> Self {
        let mut lengths = [8; N_LITERAL];
        lengths[144..256].fill(9);
        lengths[256..280].fill(7);
        let description = Description::default();
        Self { literal: codes(&lengths), distance: codes(&[5; N_DISTANCE]), description }
    }

    /// The best codes for these tokens.
    pub(super) fn of(tokens: &Tokens) -> Self {
        let mut literal = lengths::<N_LITERAL>(&tokens.literal, LITERAL_LIMIT);
        // A block of one symbol: give it a partner, since some decoders refuse a code that is not complete.
        if literal.iter().filter(|&&len| len > 0).count() == 1 {
            literal[usize::from(literal[0] > 0)] = 1;
        }
        let distance = lengths::<N_DISTANCE>(&tokens.distance, DISTANCE_LIMIT);
        let description = Description::new(&literal[..N_LITERAL_USED], &distance);
        Self { literal: codes(&literal), distance: codes(&distance), description }
    }

    /// Bits that the codes of the tokens take.
    pub(super) fn cost(&self, tokens: &Tokens) -> u64 {
        let sum = |counts: &[u32], codes: &[Code]| -> u64 {
            counts.iter().zip(codes).map(|(&n, code)| u64::from(n) * u64::from(code.len())).sum()
        };
        sum(&tokens.literal, &self.literal) + sum(&tokens.distance, &self.distance)
    }

    pub(super) fn description_bits(&self) -> u64 {
        self.description.bits
    }

    pub(super) fn describe(&self, out: &mut Bits<'_>) {
        self.description.put(out);
    }
}

/// The description of two codes: their lengths, run-length coded, by a third code.
#[derive(Default)]
struct Description {
    n_literal: usize,
    n_distance: usize,
    n_length: usize,
    lengths: [u8; N_LENGTH],
    codes: [Code; N_LENGTH],
    /// Symbol, extra bits, their number.
    symbols: Vec<(u8, u8, u8)>,
    bits: u64,
}

impl Description {
    fn new(literal: &[u8], distance: &[u8]) -> Self {
        let used = |lengths: &[u8], least: usize| {
            lengths.iter().rposition(|&len| len > 0).map_or(least, |at| (at + 1).max(least))
        };
        let (n_literal, n_distance) = (used(literal, 257), used(distance, 1));
        let all: Vec<u8> = literal.iter().take(n_literal).chain(distance.iter().take(n_distance)).copied().collect();
        let mut symbols = Vec::new();
        for run in all.chunk_by(|a, b| a == b) {
            push_run(run[0], run.len(), &mut symbols);
        }
        let mut counts = [0; N_LENGTH];
        for &(symbol, ..) in &symbols {
            counts[usize::from(symbol)] += 1;
        }
        let mut lengths = lengths::<N_LENGTH>(&counts, LENGTH_LIMIT);
        if lengths.iter().filter(|&&len| len > 0).count() == 1 {
            lengths[usize::from(lengths[0] > 0)] = 1;
        }
        let n_length = LENGTH_ORDER.iter().rposition(|&symbol| lengths[symbol] > 0).map_or(4, |at| (at + 1).max(4));
        let codes = codes(&lengths);
        let symbol_bits: u64 =
            symbols.iter().map(|&(symbol, _, n)| u64::from(codes[usize::from(symbol)].len()) + u64::from(n)).sum();
        let bits = 14 + 3 * n_length as u64 + symbol_bits;
        Self { n_literal, n_distance, n_length, lengths, codes, symbols, bits }
    }

    fn put(&self, out: &mut Bits<'_>) {
        out.put((self.n_literal - 257) as u64, 5);
        out.put((self.n_distance - 1) as u64, 5);
        out.put((self.n_length - 4) as u64, 4);
        out.flush();
        for &symbol in LENGTH_ORDER.iter().take(self.n_length) {
            out.put(u64::from(self.lengths[symbol]), 3);
            out.flush();
        }
        for &(symbol, extra, n) in &self.symbols {
            let code = self.codes[usize::from(symbol)];
            out.put(code.bits(), code.len());
            out.put(u64::from(extra), u32::from(n));
            out.flush();
        }
    }
}

/// Symbols for a run of `n` equal lengths.
#[expect(clippy::cast_possible_truncation, reason = "at most 138")]
fn push_run(len: u8, mut n: usize, to: &mut Vec<(u8, u8, u8)>) {
    if len > 0 && n > 0 {
        to.push((len, 0, 0));
        n -= 1;
    }
    while n >= 3 {
        let (piece, symbol) = match (len, n) {
            (0, 11..) => (n.min(138), (18, (n.min(138) - 11) as u8, 7)),
            (0, _) => (n, (17, (n - 3) as u8, 3)),
            _ => (n.min(6), (16, (n.min(6) - 3) as u8, 2)),
        };
        to.push(symbol);
        n -= piece;
    }
    to.extend(std::iter::repeat_n((len, 0, 0), n));
}

/// Lengths of a Huffman code for symbols that occur so often, none above `limit`.
fn lengths<const N: usize>(counts: &[u32; N], limit: usize) -> [u8; N] {
    let mut order: Vec<usize> = (0..N).filter(|&symbol| counts[symbol] > 0).collect();
    order.sort_by_key(|&symbol| counts[symbol]);
    let mut lengths = [0; N];
    if let [only] = order[..] {
        lengths[only] = 1;
        return lengths;
    }
    let mut per_length = depths(&order.iter().map(|&symbol| u64::from(counts[symbol])).collect::<Vec<_>>());
    enforce(&mut per_length, limit);
    // The rarest symbols get the longest codes.
    let mut next = order.into_iter();
    for (len, &n) in per_length.iter().enumerate().rev() {
        for symbol in next.by_ref().take(n) {
            lengths[symbol] = u8::try_from(len).unwrap_or(0);
        }
    }
    lengths
}

/// How many leaves of the Huffman tree over these weights, ascending, lie at each depth.
fn depths(weights: &[u64]) -> Vec<usize> {
    let n = weights.len();
    // Inner nodes come out in ascending order, so both queues are arrays.
    let mut inner: Vec<u64> = Vec::with_capacity(n);
    let mut parent = vec![0usize; 2 * n];
    let (mut leaf, mut taken) = (0, 0);
    for made in 0..n.saturating_sub(1) {
        let mut sum = 0;
        for _ in 0..2 {
            let from_leaf = leaf < n && (taken >= inner.len() || weights[leaf] <= inner[taken]);
            let (node, weight) = if from_leaf { (leaf, weights[leaf]) } else { (n + taken, inner[taken]) };
            if from_leaf {
                leaf += 1;
            } else {
                taken += 1;
            }
            parent[node] = n + made;
            sum += weight;
        }
        inner.push(sum);
    }
    let mut depth = vec![0usize; 2 * n];
    let mut per_depth = vec![0usize; 64];
    let root = (2 * n).saturating_sub(2);
    for node in (0..root).rev() {
        depth[node] = depth[parent[node]] + 1;
        if node < n {
            let at = depth[node].min(per_depth.len() - 1);
            per_depth[at] += 1;
        }
    }
    per_depth
}

/// Shortens codes beyond `limit` and lengthens others until the code is complete again.
fn enforce(per_length: &mut Vec<usize>, limit: usize) {
    let beyond: usize = per_length.iter().skip(limit + 1).sum();
    per_length.truncate(limit + 1);
    per_length[limit] += beyond;
    let room = 1usize << limit;
    let mut total: usize = per_length.iter().enumerate().skip(1).map(|(len, n)| n << (limit - len)).sum();
    while total > room {
        // One of the longest joins a shorter one, which moves one level down.
        per_length[limit] -= 1;
        if let Some(len) = (1..limit).rev().find(|&len| per_length[len] > 0) {
            per_length[len] -= 1;
            per_length[len + 1] += 2;
        }
        total -= 1;
    }
}

/// Canonical codes of these lengths, their bits reversed.
fn codes<const N: usize>(lengths: &[u8; N]) -> [Code; N] {
    let mut next = [0u16; 17];
    for &len in lengths {
        next[usize::from(len) + 1] += u16::from(len > 0);
    }
    // From counts (at len + 1) to the first code of each length.
    let mut first = 0;
    for slot in next.iter_mut().take(16).skip(1) {
        first = (first + *slot) << 1;
        *slot = first;
    }
    let mut codes = [Code::default(); N];
    for (code, &len) in codes.iter_mut().zip(lengths) {
        if len > 0 {
            let slot = &mut next[usize::from(len)];
            *code = Code::new(slot.reverse_bits() >> (16 - len), len);
            *slot = slot.wrapping_add(1);
        }
    }
    codes
}
