//! Huffman codes of literals (RFC 8878, Section 4.2).

use super::backward::Backward;
use super::fse::Distribution;

/// Bits of the longest code.
const LOG_MAX: u32 = 11;

/// A table of codes: the symbol above the bits of its code, for each of the next bits.
pub(crate) struct Huffman {
    /// Bits that index the table; 0 without one.
    log: u32,
    entries: [u16; 1 << LOG_MAX],
}

impl Huffman {
    pub(super) const fn new() -> Self {
        Self { log: 0, entries: [0; 1 << LOG_MAX] }
    }

    /// Forgets the table.
    pub(super) const fn clear(&mut self) {
        self.log = 0;
    }

    /// Bits that index the table, 1 at least if one was read.
    pub(crate) const fn log(&self) -> u32 {
        self.log
    }

    pub(crate) const fn entries(&self) -> &[u16; 1 << LOG_MAX] {
        &self.entries
    }

    /// Reads the description at the start of `src`; returns the bytes that it takes.
    pub(super) fn read(&mut self, src: &[u8]) -> Option<usize> {
        let (&head, rest) = src.split_first()?;
        let mut weights = [0u8; 256];
        let (n, taken) = match usize::from(head) {
            head @ 128.. => {
                let n = head - 127;
                let packed = rest.get(..n.div_ceil(2))?;
                for (pair, byte) in weights.chunks_mut(2).zip(packed) {
                    pair.iter_mut().zip([byte >> 4, byte & 15]).for_each(|(to, from)| *to = from);
                }
                (n, packed.len())
            }
            len => (compressed(rest.get(..len)?, &mut weights)?, len),
        };
        self.make(&mut weights, n)?;
        Some(1 + taken)
    }

    /// Makes the table of `n` weights and one more, which follows from them.
    fn make(&mut self, weights: &mut [u8; 256], n: usize) -> Option<()> {
        self.log = 0;
        let given = weights.get(..n)?;
        if given.iter().any(|&weight| u32::from(weight) > LOG_MAX) {
            return None;
        }
        let sum: u32 = given.iter().map(|&weight| 1 << weight >> 1).sum();
        let log = sum.checked_ilog2()? + 1;
        let rest = (1u32 << log) - sum;
        if log > LOG_MAX || !rest.is_power_of_two() {
            return None;
        }
        *weights.get_mut(n)? = rest.ilog2() as u8 + 1;
        let weights = weights.get(..=n)?;
        // A code of the least weight has a sibling.
        let least = weights.iter().filter(|&&weight| weight == 1).count();
        if least < 2 || least % 2 == 1 {
            return None;
        }
        let mut at = 0;
        for weight in 1..=log as u8 {
            let entry = (log + 1 - u32::from(weight)) as u16;
            for (symbol, _) in weights.iter().enumerate().filter(|(_, other)| **other == weight) {
                let len = 1usize << (weight - 1);
                self.entries.get_mut(at..at + len)?.fill((symbol as u16) << 8 | entry);
                at += len;
            }
        }
        self.log = log;
        Some(())
    }
}

/// Decodes weights that are compressed; returns how many there are.
fn compressed(src: &[u8], weights: &mut [u8; 256]) -> Option<usize> {
    let (distribution, taken) = Distribution::read(src, 6, 13)?;
    let mut states = [(0u8, 0u32, 0u32); 64];
    distribution.states(|state, symbol, n, base| {
        if let Some(to) = states.get_mut(state) {
            *to = (symbol, n, base);
        }
    })?;
    let mut bits = Backward::new(src.get(taken..)?)?;
    let (mut state, mut other) = (bits.read(distribution.log)?, bits.read(distribution.log)?);
    let mut n = 0;
    loop {
        let (symbol, len, base) = *states.get(state as usize)?;
        // The last weight is the inferred one.
        *weights.get_mut(..255)?.get_mut(n)? = symbol;
        n += 1;
        let Some(more) = bits.read(len) else {
            let (symbol, ..) = *states.get(other as usize)?;
            *weights.get_mut(..255)?.get_mut(n)? = symbol;
            return Some(n + 1);
        };
        state = other;
        other = base + more;
    }
}
