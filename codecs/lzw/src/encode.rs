use std::marker::PhantomData;

use iio_codec::{Blame, BytesCodec, BytesEncoder, CodecInfo, Context, Result};

use crate::bits::{Lsb, Msb, Order};
use crate::machine::{FIRST, MAX_WIDTH, TABLE_LEN};
use crate::{DecodeOptions, Dialect, EncodeOptions, INFO, Lzw};

/// The table is cleared before its last entries are used, since some decoders go to 13 bits there.
const FULL: usize = TABLE_LEN - 2;
/// Eight slots for each entry: most searches end at the first slot, and a wrong guess of the processor about that costs
/// more than reaching into the second-level cache.
const HASH_BITS: u32 = 15;
const HASH_LEN: usize = 1 << HASH_BITS;
/// Distance of the slots that a search goes through: not a neighbour, since strings that are alike begin nearby.
const STRIDE: usize = 0x2b35;

/// Returns the most bytes that `src_len` bytes can become: 12 bits each, and those of clear and end codes.
#[must_use]
pub const fn encode_bound(src_len: usize) -> usize {
    let codes = src_len.saturating_add(src_len / (FULL - FIRST)).saturating_add(3);
    codes.saturating_add(codes.div_ceil(2))
}

/// Encodes `src` into the start of `dst` and returns the bytes written.
///
/// Makes a table for each call: keep a worker of [`Lzw`] where chunks are many and small.
///
/// # Errors
/// `OutputTooSmall` if `dst` has no room.
pub fn encode_into(src: &[u8], dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    worker(options)?.encode_into(src, dst, &Context::default())
}

/// Encodes `src` into a new `Vec`.
///
/// # Errors
/// `OutOfMemory`.
pub fn encode(src: &[u8], options: &EncodeOptions) -> Result<Vec<u8>> {
    worker(options)?.encode(src, &Context::default())
}

fn worker(options: &EncodeOptions) -> Result<Box<dyn BytesEncoder>> {
    Lzw::new(options.clone(), DecodeOptions::default()).encoder()
}

/// A worker that keeps its table.
pub(crate) struct Encoder {
    codes: Codes,
    options: EncodeOptions,
}

impl Encoder {
    pub(crate) fn new(options: &EncodeOptions) -> Self {
        // By way of a `Vec`: an array would pass over the stack.
        let slots = vec![0; HASH_LEN].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; HASH_LEN]));
        Self { codes: Codes { slots, generation: 0 }, options: options.clone() }
    }

    fn run<O: Order>(&mut self, src: &[u8], dst: &mut [u8]) -> Option<usize> {
        let size = usize::from(self.options.dialect.size());
        let (min_width, clear) = (size + 1, 1 << size);
        let (end, first_entry) = (clear + 1, clear + 2);
        let mut writer = Writer { order: PhantomData::<O>, dst, out: 0, buffer: 0, waiting: 0 };
        let codes = &mut self.codes;
        writer.put(clear, min_width)?;
        let (mut width, mut next) = (min_width, first_entry);
        if let Some((&first, rest)) = src.split_first() {
            codes.clear();
            let mut prefix = usize::from(first);
            for &byte in rest {
                if let Some(code) = codes.find_or_add(prefix, byte, next) {
                    prefix = code;
                    continue;
                }
                writer.put(prefix, width)?;
                prefix = usize::from(byte);
                next += 1;
                // The decoder is one entry behind.
                if next > O::outgrown(width) {
                    width += 1;
                }
                if next == FULL {
                    writer.put(clear, width)?;
                    codes.clear();
                    (width, next) = (min_width, first_entry);
                }
            }
            writer.put(prefix, width)?;
            // The decoder makes an entry now.
            if next + 1 > O::outgrown(width) && width < MAX_WIDTH {
                width += 1;
            }
        }
        writer.put(end, width)?;
        writer.finish()
    }
}

/// Where a byte sends a search. Of a string's hash only shift and exclusive-or wait for the string before it: that chain,
/// byte after byte, is what bounds the encoder on smooth data.
#[expect(clippy::cast_possible_truncation, reason = "a hash of 15 bits")]
const SPREAD: [u16; 256] = {
    let mut spread = [0; 256];
    let mut byte = 0;
    while byte < spread.len() {
        spread[byte] = ((byte as u32).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as u16;
        byte += 1;
    }
    spread
};

/// Which code follows a code by a byte: a hash table with open addresses, a slot of 64 bits each: generation, code before
/// and byte (20 bits), code (12 bits). Clearing is the next generation.
struct Codes {
    slots: Box<[u64; HASH_LEN]>,
    generation: u32,
}

impl Codes {
    fn clear(&mut self) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 {
            self.slots.fill(0);
            self.generation = 1;
        }
    }

    /// Finds the code of the string `prefix`, `byte`, or makes it `next`.
    #[inline(always)]
    fn find_or_add(&mut self, prefix: usize, byte: u8, next: usize) -> Option<usize> {
        let key = u64::from(self.generation) << 20 | (prefix << 8) as u64 | u64::from(byte);
        let mut at = prefix << 3 ^ usize::from(SPREAD[usize::from(byte)]);
        loop {
            let slot = &mut self.slots[at % HASH_LEN];
            if *slot >> 12 == key {
                return Some((*slot & 0xfff) as usize);
            }
            if *slot >> 32 != u64::from(self.generation) {
                *slot = key << 12 | next as u64;
                return None;
            }
            at += STRIDE;
        }
    }
}

/// Writes codes as bits.
struct Writer<'a, O> {
    order: PhantomData<O>,
    dst: &'a mut [u8],
    out: usize,
    buffer: u64,
    /// Bits in the buffer, fewer than 8 between calls.
    waiting: usize,
}

impl<O: Order> Writer<'_, O> {
    #[inline(always)]
    fn put(&mut self, code: usize, width: usize) -> Option<()> {
        self.buffer = O::put(self.buffer, self.waiting, code, width);
        self.waiting += width;
        let bytes = O::bytes(self.buffer);
        let whole = self.waiting / 8;
        match self.dst.get_mut(self.out..self.out + bytes.len()) {
            Some(to) => to.copy_from_slice(&bytes),
            None => self.dst.get_mut(self.out..self.out + whole)?.copy_from_slice(&bytes[..whole]),
        }
        self.out += whole;
        self.buffer = O::drop_bits(self.buffer, 8 * whole);
        self.waiting %= 8;
        Some(())
    }

    fn finish(self) -> Option<usize> {
        let bytes = O::bytes(self.buffer);
        let rest = self.waiting.div_ceil(8);
        self.dst.get_mut(self.out..self.out + rest)?.copy_from_slice(&bytes[..rest]);
        Some(self.out + rest)
    }
}

impl BytesEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        encode_bound(src_len)
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.check_cancel(&INFO)?;
        let have = dst.len();
        let written = match self.options.dialect {
            Dialect::Auto | Dialect::Tiff => self.run::<Msb>(src, dst),
            Dialect::Lsb => self.run::<Lsb>(src, dst),
            Dialect::Gif(size) => {
                let most = src.iter().fold(0, |most, &byte| byte.max(most));
                if u16::from(most) >> size > 0 {
                    return Err(INFO.invalid_argument(format!("byte {most} has more than {size} bits")));
                }
                self.run::<Lsb>(src, dst)
            }
        };
        written.ok_or_else(|| INFO.output_too_small(encode_bound(src.len()), have))
    }
}
