//! Streams bit by bit, and their common parts.

/// Writes bits, the lowest of each byte first.
#[derive(Clone, Default)]
pub(crate) struct Bits {
    bytes: Vec<u8>,
    n: usize,
}

impl Bits {
    /// Writes the lowest `n` bits of a number, the lowest first.
    pub(crate) fn number(mut self, value: usize, n: usize) -> Self {
        for i in 0..n {
            if self.n.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= u8::from(value >> i & 1 == 1) << (self.n % 8);
            self.n += 1;
        }
        self
    }

    /// Writes code words as they are read, spaces between them at will.
    pub(crate) fn words(self, words: &str) -> Self {
        let bits = words.bytes().filter(|&bit| bit != b' ');
        bits.fold(self, |bits, bit| bits.number(usize::from(bit == b'1'), 1))
    }

    /// A simple prefix code, Section 3.4, of an alphabet whose symbols have so many bits. Four symbols have two bits
    /// each.
    pub(crate) fn simple(self, width: usize, symbols: &[usize]) -> Self {
        let head = self.number(1, 2).number(symbols.len() - 1, 2);
        let bits = symbols.iter().fold(head, |bits, &symbol| bits.number(symbol, width));
        if symbols.len() == 4 { bits.number(0, 1) } else { bits }
    }

    /// The code of lengths of Section 3.5: the length of each symbol in order.
    pub(crate) fn lengths(self, lengths: &[usize]) -> Self {
        const WORDS: [&str; 6] = ["00", "1110", "110", "01", "10", "1111"];
        lengths.iter().fold(self.number(0, 2), |bits, &len| bits.words(WORDS[len]))
    }

    /// A code of all bytes, each by its own bits from the highest on: 256 times the length 8, which is what the first
    /// repetition repeats.
    pub(crate) fn bytes_as_they_are(self) -> Self {
        let only_16 = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        [2, 2, 2, 1].into_iter().fold(self.lengths(&only_16), |bits, extra| bits.number(extra, 2))
    }

    /// Bytes in that code.
    pub(crate) fn literals(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |bits, &byte| bits.number(usize::from(byte.reverse_bits()), 8))
    }

    pub(crate) fn end(self) -> Vec<u8> {
        self.bytes
    }
}

/// The start of a stream with a window of 2^16 and of its last meta-block, up to the block types.
pub(crate) fn last(len: usize) -> Bits {
    Bits::default().number(0, 1).words("10").number(0, 2).number(len - 1, 16)
}

/// The same up to the prefix codes: one block type of each kind, one code for all contexts, no direct distances.
pub(crate) fn plain(len: usize) -> Bits {
    last(len).words("000").number(0, 6).number(0, 2).words("00")
}

/// A distance as symbol and extra bits, where NPOSTFIX and NDIRECT are 0.
pub(crate) fn distance(distance: usize) -> (usize, usize, usize) {
    let value = distance + 3;
    let n = value.ilog2() as usize - 1;
    let symbol = 16 + 2 * (n - 1) + (value >> n & 1);
    (symbol, value & ((1 << n) - 1), n)
}
