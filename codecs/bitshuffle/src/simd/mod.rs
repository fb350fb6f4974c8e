//! Between planes of bytes and rows of bits. The scalar twin of either way is here too; `tests/it/rows.rs` compares them.
//!
//! Eight bytes are a matrix of 8x8 bits, and a plane of `n` bytes becomes 8 rows of `n / 8` bytes in two steps: each
//! matrix is transposed, and then byte `k` of all matrices goes to row `k`. With vectors, 128 bytes are held in a lane of
//! eight registers. GFNI transposes two matrices per lane with one instruction (it takes the bytes of a matrix in the
//! other order, which costs a shuffle); else three rounds of masked shifts do it. The second step is a rotation of the
//! bits of the byte's index, of which each round of interleaving the first four registers with the last four turns one.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// Bits of a byte: rows of a plane, bytes of a matrix.
const BITS: usize = 8;

/// From planes of `len` bytes, a multiple of 8, to 8 rows of bits each. Both slices have the same length.
pub(crate) fn to_rows(planes: &[u8], rows: &mut [u8], len: usize) {
    to_rows_with(planes, rows, len, true);
}

/// Undoes [`to_rows`].
pub(crate) fn from_rows(rows: &[u8], planes: &mut [u8], len: usize) {
    from_rows_with(rows, planes, len, true);
}

/// As encoding samples of one byte on a machine without GFNI, for tests.
#[doc(hidden)]
pub fn to_rows_without_gfni(planes: &[u8], rows: &mut [u8], len: usize) {
    to_rows_with(planes, rows, len, false);
}

/// As decoding samples of one byte on a machine without GFNI, for tests.
#[doc(hidden)]
pub fn from_rows_without_gfni(rows: &[u8], planes: &mut [u8], len: usize) {
    from_rows_with(rows, planes, len, false);
}

/// The twin of encoding samples of one byte without vector instructions, for tests.
#[doc(hidden)]
pub fn to_rows_scalar(planes: &[u8], rows: &mut [u8], len: usize) {
    for (plane, rows) in planes.chunks_exact(len).zip(rows.chunks_exact_mut(len)) {
        plane_to_rows(plane, rows, 0);
    }
}

/// The twin of decoding samples of one byte without vector instructions, for tests.
#[doc(hidden)]
pub fn from_rows_scalar(rows: &[u8], planes: &mut [u8], len: usize) {
    for (rows, plane) in rows.chunks_exact(len).zip(planes.chunks_exact_mut(len)) {
        rows_to_plane(rows, plane, 0);
    }
}

fn to_rows_with(planes: &[u8], rows: &mut [u8], len: usize, gfni: bool) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        let gfni = gfni && std::arch::is_x86_feature_detected!("gfni");
        for (plane, rows) in planes.chunks_exact(len).zip(rows.chunks_exact_mut(len)) {
            let done = if gfni {
                // SAFETY: the machine has AVX2 and GFNI.
                unsafe { avx2::to_rows_gfni(plane, rows) }
            } else {
                // SAFETY: the machine has AVX2.
                unsafe { avx2::to_rows(plane, rows) }
            };
            plane_to_rows(plane, rows, done);
        }
        return;
    }
    let _ = gfni;
    to_rows_scalar(planes, rows, len);
}

fn from_rows_with(rows: &[u8], planes: &mut [u8], len: usize, gfni: bool) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        let gfni = gfni && std::arch::is_x86_feature_detected!("gfni");
        for (rows, plane) in rows.chunks_exact(len).zip(planes.chunks_exact_mut(len)) {
            let done = if gfni {
                // SAFETY: the machine has AVX2 and GFNI.
                unsafe { avx2::from_rows_gfni(rows, plane) }
            } else {
                // SAFETY: the machine has AVX2.
                unsafe { avx2::from_rows(rows, plane) }
            };
            rows_to_plane(rows, plane, done);
        }
        return;
    }
    let _ = gfni;
    from_rows_scalar(rows, planes, len);
}

/// The matrices of a plane from `first` on.
fn plane_to_rows(plane: &[u8], rows: &mut [u8], first: usize) {
    let (matrices, row_len) = (plane.as_chunks::<BITS>().0, rows.len() / BITS);
    for (at, matrix) in matrices.iter().enumerate().skip(first) {
        let turned = transpose(u64::from_le_bytes(*matrix)).to_le_bytes();
        for (row, byte) in rows.chunks_exact_mut(row_len).zip(turned) {
            row[at] = byte;
        }
    }
}

/// As [`plane_to_rows`], the other way.
fn rows_to_plane(rows: &[u8], plane: &mut [u8], first: usize) {
    let (matrices, row_len) = (plane.as_chunks_mut::<BITS>().0, rows.len() / BITS);
    for (at, matrix) in matrices.iter_mut().enumerate().skip(first) {
        for (row, byte) in rows.chunks_exact(row_len).zip(&mut *matrix) {
            *byte = row[at];
        }
        *matrix = transpose(u64::from_le_bytes(*matrix)).to_le_bytes();
    }
}

/// Transposes a matrix of 8x8 bits: bit `j` of byte `i` changes places with bit `i` of byte `j`.
const fn transpose(mut x: u64) -> u64 {
    // Blocks of 1, 2 and 4 bits off the diagonal change places.
    let t = (x ^ (x >> 7)) & 0x00aa_00aa_00aa_00aa;
    x ^= t ^ (t << 7);
    let t = (x ^ (x >> 14)) & 0x0000_cccc_0000_cccc;
    x ^= t ^ (t << 14);
    let t = (x ^ (x >> 28)) & 0x0000_0000_f0f0_f0f0;
    x ^ t ^ (t << 28)
}
