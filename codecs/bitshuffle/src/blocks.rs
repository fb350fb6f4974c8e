//! Blocks of bytes: samples to byte planes, each of these to rows of bits, and back.

use iio_byteshuffle::{join_planes, split_planes};
use iio_codec::{ArrayMut, Blame, Context, Direction, Result, zeroed_vec};

use crate::options::{Blocks, GROUP};
use crate::{INFO, simd};

pub(crate) fn run(
    blocks: &Blocks,
    direction: Direction,
    mut array: ArrayMut<'_>,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    if blocks.len == 0 {
        return Ok(());
    }
    if let Some(bytes) = array.contiguous() {
        return run_bytes(blocks, direction, bytes, grow(scratch, blocks.len, cx)?, cx);
    }
    // Blocks end anywhere within the pieces of an array with gaps.
    let len = array.layout().n_bytes();
    let (whole, scratch) = grow(scratch, len.saturating_add(blocks.len), cx)?.split_at_mut(len);
    ArrayMut::new(whole, *array.layout())?.copy_from(array.as_ref())?;
    run_bytes(blocks, direction, whole, scratch, cx)?;
    array.store(whole)
}

fn run_bytes(
    blocks: &Blocks,
    direction: Direction,
    bytes: &mut [u8],
    scratch: &mut [u8],
    cx: &Context<'_>,
) -> Result<()> {
    let group = GROUP * blocks.item_size;
    for block in bytes.chunks_mut(blocks.len) {
        let len = block.len() / group * group;
        let (Some(block), Some(scratch)) = (block.get_mut(..len), scratch.get_mut(..len)) else { break };
        if len > 0 {
            cx.check_cancel(&INFO)?;
            run_block(blocks.item_size, direction, block, scratch, cx)?;
        }
    }
    Ok(())
}

/// `block` has samples, a multiple of 8, and `scratch` is as long.
fn run_block(
    item_size: usize,
    direction: Direction,
    block: &mut [u8],
    scratch: &mut [u8],
    cx: &Context<'_>,
) -> Result<()> {
    let plane = block.len() / item_size;
    match direction {
        Direction::Encode => {
            match item_size {
                1 => scratch.copy_from_slice(block),
                _ => split_planes(block, scratch, item_size, false, cx)?,
            }
            simd::to_rows(scratch, block, plane);
        }
        Direction::Decode => {
            simd::from_rows(block, scratch, plane);
            match item_size {
                1 => block.copy_from_slice(scratch),
                _ => join_planes(scratch, block, item_size, false, cx)?,
            }
        }
    }
    Ok(())
}

/// Replaces samples of `item_size` bytes by bit planes in each block of `block_size` samples (0: the default), for codecs
/// that stand on this one. `scratch` grows to one block and is best kept for the next call.
///
/// # Errors
/// `InvalidArgument` if a size is not possible or `bytes` are not whole samples; `Limit`, `OutOfMemory`, `Cancelled`.
pub fn encode_bytes(
    bytes: &mut [u8],
    item_size: usize,
    block_size: usize,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let blocks = Blocks::new(bytes.len(), item_size, block_size)?;
    whole(&blocks, Direction::Encode, bytes, scratch, cx)
}

/// Undoes [`encode_bytes`].
///
/// # Errors
/// As [`encode_bytes`].
pub fn decode_bytes(
    bytes: &mut [u8],
    item_size: usize,
    block_size: usize,
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    let blocks = Blocks::new(bytes.len(), item_size, block_size)?;
    whole(&blocks, Direction::Decode, bytes, scratch, cx)
}

fn whole(
    blocks: &Blocks,
    direction: Direction,
    bytes: &mut [u8],
    scratch: &mut Vec<u8>,
    cx: &Context<'_>,
) -> Result<()> {
    if blocks.len == 0 {
        return Ok(());
    }
    run_bytes(blocks, direction, bytes, grow(scratch, blocks.len, cx)?, cx)
}

/// Makes `scratch` at least `len` bytes long and returns so many.
fn grow<'a>(scratch: &'a mut Vec<u8>, len: usize, cx: &Context<'_>) -> Result<&'a mut [u8]> {
    if scratch.len() < len {
        cx.gate_working(&INFO, len as u64)?;
        *scratch = Vec::new();
        *scratch = zeroed_vec(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
    }
    scratch.get_mut(..len).ok_or_else(|| INFO.internal("scratch did not grow"))
}
