use iio::{DType, Layout};

/// Bytes of the input that choose options, dtype and shape.
pub const PREFIX_LEN: usize = 16;

/// Bytes of arrays that are encoded: enough for many blocks, little enough for many runs.
const ARRAY_BYTES: usize = 64 << 10;

/// An input: choices, and what they are applied to.
///
/// | byte | chooses |
/// |---|---|
/// | 0 | how many options are set: 0 to 3 (modulo 4) |
/// | 1, 2-3 | the first option, its value (big-endian) |
/// | 4, 5-6 | the second |
/// | 7, 8-9 | the third |
/// | 10 | dtype; 0 is u8 |
/// | 11 | axes: 0 to 3 (modulo 4); the rest chooses the id by which the codec is asked for |
/// | 12, 13, 14 | lengths of the axes: rows, columns, samples (modulo 8); of one axis, bytes 12-13 big-endian |
/// | 15 | what is left to choose: lengths of destinations, regions |
pub(crate) struct Input<'a> {
    prefix: [u8; PREFIX_LEN],
    pub(crate) payload: &'a [u8],
}

impl<'a> Input<'a> {
    /// `None` if the bytes do not even have a prefix.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (prefix, payload) = bytes.split_first_chunk()?;
        Some(Self { prefix: *prefix, payload })
    }

    /// The options that are to be set: number of the option, number of its value.
    pub(crate) fn options(&self) -> impl Iterator<Item = (usize, u16)> {
        let n = usize::from(self.prefix[0] % 4);
        self.prefix[1..10].chunks_exact(3).take(n).map(|c| (usize::from(c[0]), u16::from_be_bytes([c[1], c[2]])))
    }

    /// Chooses one of `n` ids.
    pub(crate) fn id(&self, n: usize) -> usize {
        usize::from(self.prefix[11] >> 2) % n
    }

    /// The last choice.
    pub(crate) fn rest(&self) -> u8 {
        self.prefix[15]
    }

    /// Bytes 12 to 14.
    pub(crate) fn lengths(&self) -> [u8; 3] {
        [12, 13, 14].map(|at| self.prefix[at])
    }

    /// The dtype and shape, of at most 64 KiB.
    pub(crate) fn layout(&self) -> Layout {
        let dtype = DType::ALL[usize::from(self.prefix[10]).wrapping_add(1) % DType::ALL.len()];
        let [rows, columns, samples] = self.lengths().map(usize::from);
        let mut shape = match self.prefix[11] % 4 {
            0 => vec![],
            1 => vec![rows << 8 | columns],
            2 => vec![rows, columns],
            _ => vec![rows, columns, samples % 8],
        };
        while shape.iter().product::<usize>() * dtype.size() > ARRAY_BYTES {
            shape[0] /= 2;
        }
        Layout::new(dtype, &shape).expect("64 KiB")
    }

    /// Samples of `layout`: the payload, again and again, until they are full. Bools are 0 or 1.
    pub(crate) fn samples(&self, layout: &Layout) -> Vec<u8> {
        let endless = self.payload.iter().copied().cycle().chain(std::iter::repeat(0));
        let mut bytes: Vec<u8> = endless.take(layout.n_bytes()).collect();
        if layout.dtype() == DType::Bool {
            bytes.iter_mut().for_each(|byte| *byte &= 1);
        }
        bytes
    }
}

/// Samples without structure: what a lossy codec loses most of.
pub(crate) fn noise(layout: &Layout) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    let mask = if layout.dtype() == DType::Bool { 1 } else { 0xff };
    (0..layout.n_bytes()).map(|_| next() & mask).collect()
}
