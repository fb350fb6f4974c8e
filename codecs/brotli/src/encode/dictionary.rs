//! Finds words of the built-in dictionary, Section 8, whole or without their last bytes.

use brotli::dictionary::{kBrotliDictionary, kBrotliDictionaryOffsetsByLength, kBrotliDictionarySizeBitsByLength};

const HASH_LOG: u32 = 14;
const WAYS: usize = 2;
const MAX_LEN: usize = 24;
/// The transforms of Appendix B that leave out so many last bytes of a word.
const WITHOUT_LAST: [usize; 10] = [0, 12, 27, 23, 42, 63, 56, 48, 59, 64];

/// Words by the hash of their first 4 bytes: their number above 5 bits with their length. 0 is none.
#[expect(clippy::cast_possible_truncation, reason = "2^11 words of a length at most")]
static WORDS: [[u16; WAYS]; 1 << HASH_LOG] = {
    let mut table = [[0; WAYS]; 1 << HASH_LOG];
    // The first words of each length are the ones that occur most.
    let mut index = 0;
    while index < 1 << 11 {
        let mut len = MAX_LEN;
        while len >= 4 {
            let bits = kBrotliDictionarySizeBitsByLength[len];
            if bits > 0 && index < 1 << bits {
                let at = kBrotliDictionaryOffsetsByLength[len] as usize + index * len;
                let words = &kBrotliDictionary;
                let slots = &mut table[hash([words[at], words[at + 1], words[at + 2], words[at + 3]])];
                let mut slot = 0;
                while slot < WAYS && slots[slot] != 0 {
                    slot += 1;
                }
                if slot < WAYS {
                    slots[slot] = (index << 5 | len) as u16;
                }
            }
            len -= 1;
        }
        index += 1;
    }
    table
};

const fn hash(bytes: [u8; 4]) -> usize {
    (u32::from_le_bytes(bytes).wrapping_mul(0x9e37_79b1) >> (32 - HASH_LOG)) as usize
}

/// The start of a word.
pub(super) struct Found {
    /// The bytes that are the same.
    pub(super) len: usize,
    /// Those of the whole word.
    pub(super) word: usize,
    /// Its number, which is added to the greatest distance and 1.
    pub(super) id: usize,
}

/// The words that start like `src`. `next` are its first bytes.
#[inline]
pub(super) fn find(src: &[u8], next: u64) -> impl Iterator<Item = Found> {
    let [a, b, c, d, ..] = next.to_le_bytes();
    let first = [a, b, c, d];
    WORDS[hash(first)].into_iter().filter_map(move |entry| {
        let (word, index) = (usize::from(entry & 31), usize::from(entry >> 5));
        let start = *kBrotliDictionaryOffsetsByLength.get(word)? as usize + index * word;
        let bytes = kBrotliDictionary.get(start..start + word)?;
        if !bytes.starts_with(&first) {
            return None;
        }
        let len = bytes.iter().zip(src).take_while(|(a, b)| a == b).count();
        let transform = *WITHOUT_LAST.get(word - len)?;
        Some(Found { len, word, id: index + (transform << kBrotliDictionarySizeBitsByLength[word]) })
    })
}
