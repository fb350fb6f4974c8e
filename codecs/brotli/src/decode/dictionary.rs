//! The built-in dictionary and its transforms: Section 8, Appendices A and B. The words are in the crate `brotli`.

use brotli::dictionary::{kBrotliDictionary, kBrotliDictionaryOffsetsByLength, kBrotliDictionarySizeBitsByLength};

/// The most bytes that a word gives: 24 of its own, and as many as any prefix and suffix have.
pub(crate) const MAX_WORD: usize = 24 + 13;

/// What a transform does to a word.
#[derive(Clone, Copy)]
enum Change {
    Keep,
    UpperFirst,
    UpperAll,
    OmitFirst(usize),
    OmitLast(usize),
}

use Change::{Keep, OmitFirst, OmitLast, UpperAll, UpperFirst};

/// Appendix B: prefix, change, suffix.
#[rustfmt::skip]
static TRANSFORMS: [(&str, Change, &str); 121] = [
    ("", Keep, ""), ("", Keep, " "), (" ", Keep, " "), ("", OmitFirst(1), ""), ("", UpperFirst, " "),
    ("", Keep, " the "), (" ", Keep, ""), ("s ", Keep, " "), ("", Keep, " of "), ("", UpperFirst, ""),
    ("", Keep, " and "), ("", OmitFirst(2), ""), ("", OmitLast(1), ""), (", ", Keep, " "), ("", Keep, ", "),
    (" ", UpperFirst, " "), ("", Keep, " in "), ("", Keep, " to "), ("e ", Keep, " "), ("", Keep, "\""),
    ("", Keep, "."), ("", Keep, "\">"), ("", Keep, "\n"), ("", OmitLast(3), ""), ("", Keep, "]"), ("", Keep, " for "),
    ("", OmitFirst(3), ""), ("", OmitLast(2), ""), ("", Keep, " a "), ("", Keep, " that "), (" ", UpperFirst, ""),
    ("", Keep, ". "), (".", Keep, ""), (" ", Keep, ", "), ("", OmitFirst(4), ""), ("", Keep, " with "),
    ("", Keep, "'"), ("", Keep, " from "), ("", Keep, " by "), ("", OmitFirst(5), ""), ("", OmitFirst(6), ""),
    (" the ", Keep, ""), ("", OmitLast(4), ""), ("", Keep, ". The "), ("", UpperAll, ""), ("", Keep, " on "),
    ("", Keep, " as "), ("", Keep, " is "), ("", OmitLast(7), ""), ("", OmitLast(1), "ing "), ("", Keep, "\n\t"),
    ("", Keep, ":"), (" ", Keep, ". "), ("", Keep, "ed "), ("", OmitFirst(9), ""), ("", OmitFirst(7), ""),
    ("", OmitLast(6), ""), ("", Keep, "("), ("", UpperFirst, ", "), ("", OmitLast(8), ""), ("", Keep, " at "),
    ("", Keep, "ly "), (" the ", Keep, " of "), ("", OmitLast(5), ""), ("", OmitLast(9), ""), (" ", UpperFirst, ", "),
    ("", UpperFirst, "\""), (".", Keep, "("), ("", UpperAll, " "), ("", UpperFirst, "\">"), ("", Keep, "=\""),
    (" ", Keep, "."), (".com/", Keep, ""), (" the ", Keep, " of the "), ("", UpperFirst, "'"), ("", Keep, ". This "),
    ("", Keep, ","), (".", Keep, " "), ("", UpperFirst, "("), ("", UpperFirst, "."), ("", Keep, " not "),
    (" ", Keep, "=\""), ("", Keep, "er "), (" ", UpperAll, " "), ("", Keep, "al "), (" ", UpperAll, ""),
    ("", Keep, "='"), ("", UpperAll, "\""), ("", UpperFirst, ". "), (" ", Keep, "("), ("", Keep, "ful "),
    (" ", UpperFirst, ". "), ("", Keep, "ive "), ("", Keep, "less "), ("", UpperAll, "'"), ("", Keep, "est "),
    (" ", UpperFirst, "."), ("", UpperAll, "\">"), (" ", Keep, "='"), ("", UpperFirst, ","), ("", Keep, "ize "),
    ("", UpperAll, "."), ("\u{a0}", Keep, ""), (" ", Keep, ","), ("", UpperFirst, "=\""), ("", UpperAll, "=\""),
    ("", Keep, "ous "), ("", UpperAll, ", "), ("", UpperFirst, "='"), (" ", UpperFirst, ","), (" ", UpperAll, "=\""),
    (" ", UpperAll, ", "), ("", UpperAll, ","), ("", UpperAll, "("), ("", UpperAll, ". "), (" ", UpperAll, "."),
    ("", UpperAll, "='"), (" ", UpperAll, ". "), (" ", UpperFirst, "=\""), (" ", UpperAll, "='"),
    (" ", UpperFirst, "='"),
];

/// The words of a length: the first one, and the logarithm of their number.
fn words(len: usize) -> Option<(usize, u32)> {
    let bits = kBrotliDictionarySizeBitsByLength.get(len).copied().filter(|&bits| bits > 0)?;
    Some((kBrotliDictionaryOffsetsByLength[len] as usize, u32::from(bits)))
}

/// A word that is transformed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    bytes: [u8; MAX_WORD],
    len: usize,
}

impl Word {
    /// Finds the word of length `len` by how far a distance exceeds the greatest one, less 1; none if it is not there.
    pub(crate) fn find(len: usize, id: usize) -> Option<Self> {
        let (start, n_bits) = words(len)?;
        let index = id & ((1 << n_bits) - 1);
        let &(prefix, change, suffix) = TRANSFORMS.get(id >> n_bits)?;
        let word = kBrotliDictionary.get(start + index * len..)?.get(..len)?;
        let kept = match change {
            OmitFirst(n) => word.get(n..).unwrap_or(&[]),
            OmitLast(n) => &word[..len.saturating_sub(n)],
            Keep | UpperFirst | UpperAll => word,
        };
        let mut result = Self { bytes: [0; MAX_WORD], len: 0 };
        result.push(prefix.as_bytes());
        let start = result.len;
        result.push(kept);
        let own = &mut result.bytes[start..result.len];
        match change {
            UpperFirst => _ = to_upper(own),
            UpperAll => {
                let mut at = 0;
                while at < own.len() {
                    at += to_upper(&mut own[at..]);
                }
            }
            Keep | OmitFirst(_) | OmitLast(_) => {}
        }
        result.push(suffix.as_bytes());
        Some(result)
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Makes the first character of UTF-8 a capital by the rule of Section 8, and returns how many bytes it has.
fn to_upper(word: &mut [u8]) -> usize {
    let (len, at, flip) = match word.first() {
        Some(b'a'..=b'z') => (1, 0, 32),
        Some(0..192) | None => return 1,
        Some(192..224) => (2, 1, 32),
        Some(224..) => (3, 2, 5),
    };
    if let Some(byte) = word.get_mut(at) {
        *byte ^= flip;
    }
    len
}
