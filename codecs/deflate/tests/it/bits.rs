//! Writes bit streams by hand.

/// Bits from the least significant one of each byte on (RFC 1951, 3.1.1).
#[derive(Default)]
pub(crate) struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// A number, least significant bit first.
    pub(crate) fn number(mut self, value: u32, n_bits: u32) -> Self {
        for i in 0..n_bits {
            self.bit(value >> i & 1 == 1);
        }
        self
    }

    /// A Huffman code, most significant bit first: as it is written, `"0110"`.
    pub(crate) fn code(mut self, code: &str) -> Self {
        for c in code.chars() {
            self.bit(c == '1');
        }
        self
    }

    fn bit(&mut self, bit: bool) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let (true, Some(last)) = (bit, self.bytes.last_mut()) {
            *last |= 1 << (self.used % 8);
        }
        self.used += 1;
    }

    pub(crate) fn done(self) -> Vec<u8> {
        self.bytes
    }
}

/// BFINAL and BTYPE.
pub(crate) fn block(last: bool, kind: u32) -> Bits {
    Bits::default().number(last.into(), 1).number(kind, 2)
}

/// A dynamic block of 257 literal/length symbols and one distance symbol (3.2.7), up to its code lengths. The code
/// length code gives these lengths to the symbols 1 and 18, and to 16.
pub(crate) fn dynamic(one: u32, eighteen: u32, sixteen: u32) -> Bits {
    let mut bits = block(true, 2).number(0, 5).number(0, 5).number(14, 4);
    // The order is 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1.
    bits = bits.number(sixteen, 3).number(0, 3).number(eighteen, 3);
    for _ in 3..17 {
        bits = bits.number(0, 3);
    }
    bits.number(one, 3)
}
