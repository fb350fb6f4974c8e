//! Tables of finite state entropy (RFC 8878, Section 4.1).

/// Symbols of the largest alphabet, that of match lengths, and room for one more.
const SYMBOLS: usize = 64;

/// How often each symbol comes: -1 stands for less than once.
pub(super) struct Distribution {
    counts: [i16; SYMBOLS],
    symbols: usize,
    /// Bits of a state.
    pub(super) log: u32,
}

impl Distribution {
    /// The one that needs no description.
    pub(super) fn predefined(counts: &[i16], log: u32) -> Self {
        let mut all = [0; SYMBOLS];
        all.iter_mut().zip(counts).for_each(|(to, from)| *to = *from);
        Self { counts: all, symbols: counts.len(), log }
    }

    /// Reads the description at the start of `src`; returns the bytes that it takes as well.
    pub(super) fn read(src: &[u8], log_max: u32, symbols_max: usize) -> Option<(Self, usize)> {
        let log = u32::from(*src.first()? & 15) + 5;
        if log > log_max {
            return None;
        }
        let mut counts = [0i16; SYMBOLS];
        let (mut at, mut symbol) = (4, 0);
        let (mut left, mut threshold, mut n) = ((1 << log) + 1, 1 << log, log + 1);
        while left > 1 && symbol < symbols_max {
            let bits = peek(src, at).cast_signed();
            let short = 2 * threshold - 1 - left;
            let mut value = bits & (threshold - 1);
            if value < short {
                at += n as usize - 1;
            } else {
                value = bits & (2 * threshold - 1);
                if value >= threshold {
                    value -= short;
                }
                at += n as usize;
            }
            let count = value - 1;
            left -= count.abs();
            *counts.get_mut(symbol)? = count as i16;
            symbol += 1;
            let mut skip = if count == 0 { 3 } else { 0 };
            while skip == 3 {
                skip = peek(src, at) as usize & 3;
                at += 2;
                symbol += skip;
            }
            while left < threshold && threshold > 1 {
                n -= 1;
                threshold >>= 1;
            }
        }
        let taken = at.div_ceil(8);
        (left == 1 && symbol <= symbols_max && taken <= src.len())
            .then_some((Self { counts, symbols: symbol, log }, taken))
    }

    /// Calls `put` for each state with its symbol, the bits to read for the next state, and what to add to them.
    pub(super) fn states(&self, mut put: impl FnMut(usize, u8, u32, u32)) -> Option<()> {
        let size = 1usize << self.log;
        let mut symbols = [0u8; 512];
        let symbols = symbols.get_mut(..size)?;
        let mut next = [0u32; SYMBOLS];
        let counts = self.counts.get(..self.symbols)?;
        let mut high = size;
        for (symbol, (&count, next)) in counts.iter().zip(&mut next).enumerate() {
            if count < 0 {
                high = high.checked_sub(1)?;
                *symbols.get_mut(high)? = symbol as u8;
                *next = 1;
            } else {
                *next = u32::from(count.cast_unsigned());
            }
        }
        let (step, mask, mut at) = ((size >> 1) + (size >> 3) + 3, size - 1, 0);
        for (symbol, &count) in counts.iter().enumerate() {
            for _ in 0..count {
                *symbols.get_mut(at)? = symbol as u8;
                loop {
                    at = (at + step) & mask;
                    if at < high {
                        break;
                    }
                }
            }
        }
        if at != 0 {
            return None;
        }
        for (state, &symbol) in symbols.iter().enumerate() {
            let next = next.get_mut(usize::from(symbol))?;
            let n = self.log - next.checked_ilog2()?;
            put(state, symbol, n, (*next << n) - size as u32);
            *next += 1;
        }
        Some(())
    }
}

/// The bits from `at` on, 25 at least; zeros behind the end.
fn peek(src: &[u8], at: usize) -> u32 {
    let bytes = src.get(at / 8..).unwrap_or_default();
    let mut word = [0; 4];
    word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    u32::from_le_bytes(word) >> (at % 8)
}
