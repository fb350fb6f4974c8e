//! Copies within the output.

/// The bytes of a step, which may go beyond what is to be copied.
pub(super) const WIDE: usize = 16;

/// Copies `len` bytes from `distance` bytes before `out` to `out`, and may overwrite [`WIDE`] bytes behind them.
#[inline(always)]
pub(super) fn copy_wide(dst: &mut [u8], out: usize, distance: usize, len: usize) {
    if distance < WIDE || len > 4 * WIDE {
        return copy(dst, out, distance, len);
    }
    let from = out - distance;
    dst.copy_within(from..from + WIDE, out);
    let mut done = WIDE;
    while done < len {
        dst.copy_within(from + done..from + done + WIDE, out + done);
        done += WIDE;
    }
}

/// Copies `len` bytes from `distance` bytes before `out` to `out`.
#[inline(never)]
pub(super) fn copy(dst: &mut [u8], out: usize, distance: usize, len: usize) {
    let (from, end) = (out - distance, out + len);
    if distance >= len {
        dst.copy_within(from..from + len, out);
    } else if distance == 1 {
        let byte = dst[from];
        dst[out..end].fill(byte);
    } else if len <= 2 * WIDE {
        for i in out..end {
            dst[i] = dst[i - distance];
        }
    } else {
        // What was copied is copied with the rest, twice as long each time.
        let mut at = out;
        while at < end {
            let n = (at - from).min(end - at);
            dst.copy_within(from..from + n, at);
            at += n;
        }
    }
}
