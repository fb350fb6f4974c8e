//! Copies within the output.

/// The bytes of a step, which may go beyond what is to be copied.
const WIDE: usize = 16;

/// Copies `len` bytes from `distance` bytes before `out` to `out`. Up to `slack` bytes behind them may be overwritten.
#[inline(always)]
pub(crate) fn copy(dst: &mut [u8], out: usize, distance: usize, len: usize, slack: usize) {
    let from = out - distance;
    if distance >= WIDE && slack >= WIDE && len <= 4 * WIDE {
        let mut i = 0;
        while i < len {
            dst.copy_within(from + i..from + i + WIDE, out + i);
            i += WIDE;
        }
        return;
    }
    copy_exactly(dst, out, distance, len);
}

fn copy_exactly(dst: &mut [u8], out: usize, distance: usize, len: usize) {
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
