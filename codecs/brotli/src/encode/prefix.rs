//! Prefix codes, Section 3: their lengths by the counts of symbols, and how they are stored.

use super::bits::Writer;
use crate::decode::prefix::{LENGTH_ORDER, MAX_LEN, MAX_SYMBOLS};

/// A code word as it is written, its first bit lowest, above 4 bits with its length.
pub(super) type Word = u32;

/// Writes a symbol.
#[inline(always)]
pub(super) fn add_word(bits: &mut Writer<'_>, word: Word) {
    bits.add(u64::from(word >> 4), word & 15);
}

/// Memory to build codes with.
pub(super) struct Builder {
    /// Counts above 10 bits with the symbol, in order.
    leaves: [u32; MAX_SYMBOLS],
    weights: [u32; 2 * MAX_SYMBOLS],
    parents: [u16; 2 * MAX_SYMBOLS],
    lens: [u8; MAX_SYMBOLS],
    n_of_len: [u16; MAX_LEN + 1],
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            leaves: [0; MAX_SYMBOLS],
            weights: [0; 2 * MAX_SYMBOLS],
            parents: [0; 2 * MAX_SYMBOLS],
            lens: [0; MAX_SYMBOLS],
            n_of_len: [0; MAX_LEN + 1],
        }
    }
}

/// The bits that a symbol of an alphabet takes as a number.
const fn width(n_symbols: usize) -> u32 {
    (n_symbols - 1).ilog2() + 1
}

impl Builder {
    /// Finds the lengths of the best code that has no words longer than `limit`, and returns the number of symbols
    /// that have one. Counts are below 2^22, and a symbol that is alone has the length 0.
    #[expect(clippy::cast_possible_truncation, reason = "symbols and their number are below 2^10")]
    pub(super) fn measure(&mut self, counts: &[u32], limit: usize) -> usize {
        self.lens[..counts.len()].fill(0);
        self.n_of_len.fill(0);
        let mut n = 0;
        for (symbol, &count) in (0..).zip(counts) {
            if count > 0 {
                debug_assert!(count < 1 << 22);
                self.leaves[n] = count << 10 | symbol;
                n += 1;
            }
        }
        if n < 2 {
            return n;
        }
        self.leaves[..n].sort_unstable();
        for (weight, leaf) in self.weights.iter_mut().zip(&self.leaves[..n]) {
            *weight = leaf >> 10;
        }
        // Of two queues, leaves and nodes, both ascending, the two lightest become the next node.
        let (mut leaf, mut node) = (0, n);
        for next in n..2 * n - 1 {
            let mut weight = 0;
            for _ in 0..2 {
                let lightest = if leaf < n && (node == next || self.weights[leaf] <= self.weights[node]) {
                    leaf += 1;
                    leaf - 1
                } else {
                    node += 1;
                    node - 1
                };
                weight += self.weights[lightest];
                self.parents[lightest] = next as u16;
            }
            self.weights[next] = weight;
        }
        self.assign(n, limit);
        n
    }

    /// Gives the leaves of the tree their lengths.
    #[expect(clippy::cast_possible_truncation, reason = "lengths are below 16")]
    fn assign(&mut self, n: usize, limit: usize) {
        // Depths take the place of weights.
        self.weights[2 * n - 2] = 0;
        let of_len = &mut self.n_of_len;
        for at in (0..2 * n - 2).rev() {
            let depth = self.weights[usize::from(self.parents[at])] + 1;
            self.weights[at] = depth;
            if at < n {
                of_len[limit.min(depth as usize)] += 1;
            }
        }
        // Where words were too long, there are now too many. A word that gets longer by a bit has room for one of them.
        let words: u32 = (1..=limit).map(|len| u32::from(of_len[len]) << (limit - len)).sum();
        for _ in 1 << limit..words {
            let len = (1..limit).rev().find(|&len| of_len[len] > 0).unwrap_or(1);
            of_len[len] -= 1;
            of_len[len + 1] += 2;
            of_len[limit] -= 1;
        }
        let mut leaves = self.leaves[..n].iter();
        for len in (1..=limit).rev() {
            for leaf in leaves.by_ref().take(of_len[len].into()) {
                self.lens[(leaf & 1023) as usize] = len as u8;
            }
        }
    }

    /// Makes the code words of the lengths, Section 3.2.
    fn words(&self, words: &mut [Word]) {
        let lens = &self.lens[..words.len()];
        let (mut next, mut word) = ([0u16; MAX_LEN + 1], 0);
        for (next, count) in next[1..].iter_mut().zip(&self.n_of_len[1..]) {
            word <<= 1;
            *next = word;
            word = word.wrapping_add(*count);
        }
        for (word, &len) in words.iter_mut().zip(lens) {
            *word = 0;
            if len > 0 {
                let next = &mut next[usize::from(len)];
                *word = u32::from(next.reverse_bits() >> (16 - len)) << 4 | u32::from(len);
                *next = next.wrapping_add(1);
            }
        }
    }

    /// Builds the best code with words of up to `limit` bits for an alphabet with these counts, and writes it.
    pub(super) fn build(&mut self, bits: &mut Writer<'_>, counts: &[u32], limit: usize, words: &mut [Word]) {
        let n_symbols = counts.len();
        let n_unused = counts.iter().rev().take_while(|&&count| count == 0).count();
        let counts = &counts[..counts.len() - n_unused];
        let n = self.measure(counts, limit);
        let words = &mut words[..counts.len()];
        self.words(words);
        if n <= 4 {
            self.store_simple(bits, n, width(n_symbols));
        } else {
            self.store(bits, counts.len());
        }
    }

    /// Section 3.4.
    fn store_simple(&mut self, bits: &mut Writer<'_>, n: usize, width: u32) {
        let symbols = &mut self.leaves[..n.max(1)];
        if n == 0 {
            symbols[0] = 0;
        }
        symbols.iter_mut().for_each(|leaf| *leaf &= 1023);
        symbols.sort_unstable_by_key(|&symbol| (self.lens[symbol as usize], symbol));
        bits.put(1 | (symbols.len() as u64 - 1) << 2, 4);
        for &symbol in &*symbols {
            bits.put(symbol.into(), width);
        }
        if n == 4 {
            bits.put(u64::from(self.lens[symbols[0] as usize] == 1), 1);
        }
    }

    /// Section 3.5: the lengths of all symbols up to the last one that occurs, by a code of their own.
    fn store(&mut self, bits: &mut Writer<'_>, len: usize) {
        let mut runs = Runs { symbols: [(0, 0); MAX_SYMBOLS], n: 0, counts: [0; 18] };
        let mut last = 8;
        for same in self.lens[..len].chunk_by(|a, b| a == b) {
            let (value, mut n) = (same[0], same.len());
            if value == 0 {
                runs.repeat(17, 3, 0, n);
                continue;
            }
            if value != last {
                runs.push(value, 0);
                n -= 1;
            }
            last = value;
            runs.repeat(16, 2, value, n);
        }
        let n_used = self.measure(&runs.counts, 5);
        let mut words = [0; 18];
        self.words(&mut words);
        let mut lens = [0u8; 18];
        lens.copy_from_slice(&self.lens[..18]);
        if n_used == 1 {
            // Its word takes no bits, but it has to have a length.
            lens.iter_mut().zip(&runs.counts).filter(|&(_, &count)| count > 0).for_each(|(len, _)| *len = 1);
        }
        store_length_code(bits, &lens, n_used);
        for &(symbol, extra) in &runs.symbols[..runs.n] {
            add_word(bits, words[usize::from(symbol)]);
            bits.put(extra.into(), if symbol < 16 { 0 } else { u32::from(symbol) - 14 });
        }
    }
}

/// Stores the lengths of the code of lengths.
fn store_length_code(bits: &mut Writer<'_>, lens: &[u8; 18], n_used: usize) {
    /// Words and their lengths, for the lengths 0 to 5.
    const WORDS: [(u64, u32); 6] = [(0b00, 2), (0b0111, 4), (0b011, 3), (0b10, 2), (0b01, 2), (0b1111, 4)];
    let in_order = LENGTH_ORDER.map(|symbol| lens[symbol]);
    let zeros = in_order.iter().take_while(|&&len| len == 0).count();
    let skip = if zeros < 2 { 0 } else { zeros.min(3) };
    // A code of one symbol is never full, so all lengths are read.
    let trailing = if n_used == 1 { 0 } else { in_order.iter().rev().take_while(|&&len| len == 0).count() };
    bits.put(skip as u64, 2);
    for &len in &in_order[skip..18 - trailing] {
        let (word, n) = WORDS[usize::from(len)];
        bits.put(word, n);
    }
}

/// Lengths as symbols of the code of lengths, with their extra bits.
struct Runs {
    symbols: [(u8, u8); MAX_SYMBOLS],
    n: usize,
    counts: [u32; 18],
}

impl Runs {
    fn push(&mut self, symbol: u8, extra: u8) {
        self.symbols[self.n] = (symbol, extra);
        self.counts[usize::from(symbol)] += 1;
        self.n += 1;
    }

    /// `n` times `value`, by `symbol` with so many extra bits if they are 3 or more. Symbols in a row are digits, the
    /// highest first.
    fn repeat(&mut self, symbol: u8, width: u32, value: u8, n: usize) {
        let Some(mut rest) = n.checked_sub(3) else {
            (0..n).for_each(|_| self.push(value, 0));
            return;
        };
        let start = self.n;
        loop {
            self.push(symbol, (rest & ((1 << width) - 1)).to_le_bytes()[0]);
            rest >>= width;
            if rest == 0 {
                break;
            }
            rest -= 1;
        }
        self.symbols[start..self.n].reverse();
    }
}
