//! Differences of bytes within a row, over a distance of `lag` bytes.

/// Goes backwards, so that what is subtracted is not yet a difference.
pub(crate) fn encode(row: &mut [u8], lag: usize) {
    let end = encode_blocks::<64>(row, lag, row.len());
    let end = encode_blocks::<16>(row, lag, end);
    for at in (lag..end).rev() {
        row[at] = row[at].wrapping_sub(row[at - lag]);
    }
}

/// Encodes whole blocks of `N` bytes before `end` and returns where the first one begins. The compiler makes vectors of
/// the blocks.
#[inline]
fn encode_blocks<const N: usize>(row: &mut [u8], lag: usize, mut end: usize) -> usize {
    while end >= N && end - N >= lag {
        let start = end - N;
        let Some(&before) = row.get(start - lag..).and_then(<[u8]>::first_chunk::<N>) else { break };
        let Some(here) = row.get_mut(start..).and_then(<[u8]>::first_chunk_mut::<N>) else { break };
        for (here, before) in here.iter_mut().zip(before) {
            *here = here.wrapping_sub(before);
        }
        end = start;
    }
    end
}

pub(crate) fn decode(row: &mut [u8], lag: usize) {
    match lag {
        1 => decode_carried::<1>(row),
        2 => decode_carried::<2>(row),
        3 => decode_carried::<3>(row),
        4 => decode_carried::<4>(row),
        _ => decode_far(row, lag),
    }
}

/// A distance of `N` bytes: those before stay in registers.
fn decode_carried<const N: usize>(row: &mut [u8]) {
    let mut carry = [0u8; N];
    let (groups, tail) = row.as_chunks_mut::<N>();
    for group in groups {
        for (byte, carry) in group.iter_mut().zip(&mut carry) {
            *carry = carry.wrapping_add(*byte);
            *byte = *carry;
        }
    }
    for (byte, carry) in tail.iter_mut().zip(carry) {
        *byte = byte.wrapping_add(carry);
    }
}

/// A distance at which a stretch of `lag` bytes can be added at once.
fn decode_far(row: &mut [u8], lag: usize) {
    let mut start = lag;
    while let Some((done, rest)) = row.split_at_mut_checked(start) {
        if rest.is_empty() {
            break;
        }
        for (here, before) in rest.iter_mut().zip(&done[start - lag..]) {
            *here = here.wrapping_add(*before);
        }
        start += lag;
    }
}
