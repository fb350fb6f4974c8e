//! The checksum XXH32, in one piece or in several.

const PRIME_1: u32 = 0x9e37_79b1;
const PRIME_2: u32 = 0x85eb_ca77;
const PRIME_3: u32 = 0xc2b2_ae3d;
const PRIME_4: u32 = 0x27d4_eb2f;
const PRIME_5: u32 = 0x1656_67b1;

/// Bytes of a stripe: a word for each lane.
const STRIPE: usize = 16;

/// Returns the XXH32 of `bytes` with seed 0.
#[must_use]
pub fn xxh32(bytes: &[u8]) -> u32 {
    let mut hash = Xxh32::new();
    hash.update(bytes);
    hash.finish()
}

/// A checksum in progress.
pub(crate) struct Xxh32 {
    lanes: [u32; 4],
    /// Bytes that do not fill a stripe yet.
    rest: [u8; STRIPE],
    rest_len: usize,
    len: u64,
}

impl Xxh32 {
    pub(crate) const fn new() -> Self {
        let lanes = [PRIME_1.wrapping_add(PRIME_2), PRIME_2, 0, 0u32.wrapping_sub(PRIME_1)];
        Self { lanes, rest: [0; STRIPE], rest_len: 0, len: 0 }
    }

    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        self.len += bytes.len() as u64;
        if self.rest_len > 0 {
            let room = &mut self.rest[self.rest_len..];
            let (now, later) = bytes.split_at(room.len().min(bytes.len()));
            room[..now.len()].copy_from_slice(now);
            self.rest_len += now.len();
            bytes = later;
            if self.rest_len < STRIPE {
                return;
            }
            self.rest_len = 0;
            let stripe = self.rest;
            self.stripes(&[stripe]);
        }
        let (stripes, rest) = bytes.as_chunks();
        self.stripes(stripes);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.rest_len = rest.len();
    }

    fn stripes(&mut self, stripes: &[[u8; STRIPE]]) {
        // Kept out of memory during the loop.
        let mut lanes = self.lanes;
        for stripe in stripes {
            for (lane, word) in lanes.iter_mut().zip(stripe.as_chunks().0) {
                let sum = lane.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIME_2));
                *lane = sum.rotate_left(13).wrapping_mul(PRIME_1);
            }
        }
        self.lanes = lanes;
    }

    pub(crate) fn finish(&self) -> u32 {
        let [a, b, c, d] = self.lanes;
        let mut hash = match self.len {
            0..16 => PRIME_5,
            _ => [b.rotate_left(7), c.rotate_left(12), d.rotate_left(18)].iter().fold(a.rotate_left(1), sum),
        };
        #[expect(clippy::cast_possible_truncation, reason = "the length is taken modulo 2^32")]
        let len = self.len as u32;
        hash = hash.wrapping_add(len);
        let (words, bytes) = self.rest[..self.rest_len].as_chunks();
        for word in words {
            hash = hash.wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIME_3));
            hash = hash.rotate_left(17).wrapping_mul(PRIME_4);
        }
        for &byte in bytes {
            hash = hash.wrapping_add(u32::from(byte).wrapping_mul(PRIME_5));
            hash = hash.rotate_left(11).wrapping_mul(PRIME_1);
        }
        hash = (hash ^ hash >> 15).wrapping_mul(PRIME_2);
        hash = (hash ^ hash >> 13).wrapping_mul(PRIME_3);
        hash ^ hash >> 16
    }
}

fn sum(a: u32, b: &u32) -> u32 {
    a.wrapping_add(*b)
}
