//! Reads commands, and runs them far from the ends of input, output and blocks, where little has to be looked at.

use super::block::{Block, Choice, Literals};
use super::command::COMMANDS;
use super::copy::{WIDE, copy_wide};
use super::cursor::{Cursor, UNREAD, too_long};
use super::fault::Fault;
use super::prefix::FEW;

/// More input than a command takes without its literals, with what is loaded ahead.
const MAX_COMMAND: usize = 32;

/// Reads commands to the end of a block, and runs them. The first that is special, or the last one, is left to `cursor`.
/// There has to be one in the block.
#[inline(never)]
#[expect(clippy::cast_possible_truncation, reason = "not more than the block has left")]
pub(super) fn run(
    cursor: &mut Cursor<'_>,
    block: &mut Block,
    choice: &Choice<'_>,
    dst: &mut [u8],
) -> Result<(), Fault> {
    let (mut bits, mut out, mut recent) = (cursor.bits.copied(), cursor.out, cursor.recent);
    // Bytes that may be written.
    let end = dst.len().min(out + cursor.left);
    let mut n_literals = block.literals.left as usize;
    let (mut n_commands, mut n_distances) = (block.commands.left, block.distances.left);
    (cursor.insert, cursor.copy, cursor.distance) = (0, 0, UNREAD);
    let mut special = None;
    while n_commands > 0 {
        n_commands -= 1;
        bits.refill();
        let command = COMMANDS[choice.commands.symbol(&mut bits) as usize];
        let (insert_extra, copy_extra) = (u32::from(command.insert_extra), u32::from(command.copy_extra));
        let insert = usize::from(command.insert) + bits.take(insert_extra) as usize;
        if insert_extra + copy_extra > 41 {
            bits.refill();
        }
        let copy = usize::from(command.copy) + bits.take(copy_extra) as usize;
        if insert + copy + WIDE > end - out
            || insert > n_literals
            || n_distances == 0
            || bits.n_rest() < 2 * insert + MAX_COMMAND
        {
            (cursor.insert, cursor.copy, cursor.context) = (insert, copy, command.context);
            break;
        }
        let run = out..out + insert;
        match choice.literals {
            _ if insert == 0 => {}
            Literals::Plain(table) if insert <= FEW => table.few_literals(&mut bits, &mut dst[run]),
            Literals::Plain(table) => table.literals(&mut bits, &mut dst[run]),
            Literals::Mapped(contexts) => contexts.literals(&mut bits, &mut dst[..run.end], out),
        }
        n_literals -= insert;
        out += insert;
        bits.refill();
        let mut symbol = 0;
        if let Some(context) = command.context {
            n_distances -= 1;
            symbol = choice.distance_table(context).symbol(&mut bits);
        }
        let distance = block.parameters.distance(symbol, &recent, &mut bits);
        if distance.wrapping_sub(1) as usize >= out.min(cursor.window) {
            // A word of the dictionary, or a fault.
            cursor.copy = copy;
            special = Some((symbol, distance));
            break;
        }
        if symbol != 0 {
            recent.push(distance);
        }
        copy_wide(dst, out, distance as usize, copy);
        out += copy;
    }
    cursor.left -= out - cursor.out;
    (cursor.bits, cursor.out, cursor.recent) = (bits, out, recent);
    block.literals.left = n_literals as u32;
    (block.commands.left, block.distances.left) = (n_commands, n_distances);
    cursor.bits.check()?;
    if cursor.insert > cursor.left {
        return Err(too_long("insert", cursor.insert, cursor.left));
    }
    special.map_or(Ok(()), |(symbol, distance)| cursor.refer(symbol, distance))
}
