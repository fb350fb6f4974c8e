//! A stream from its first bit to its last: the levels that are ours.

use iio_codec::{Blame, Context, Result};

use super::bits::Writer;
use super::block::{Coder, Piece, put_nibbles};
use super::command::Command;
use super::encode_bound;
use super::matcher::{Effort, Matcher};
use crate::{EncodeOptions, INFO, Mode};

/// Input that is matched between two looks at the cancel flag.
const STEP: usize = 1 << 18;
/// A meta-block ends where it has so many commands or literals: the more, the less is spent on codes; the less, the
/// better they fit.
const MANY_COMMANDS: usize = 1 << 14;
const MANY_LITERALS: usize = 1 << 16;
/// The most input of a meta-block, half of what the format allows.
const MAX_BLOCK: usize = 1 << 23;

/// A worker that keeps its memory.
#[derive(Default)]
pub(super) struct Stream {
    matcher: Matcher,
    coder: Coder,
    commands: Vec<Command>,
}

/// The effort at a level, if the level is ours.
pub(super) fn effort(options: &EncodeOptions) -> Option<Effort> {
    let fast = Effort {
        hashed: 6,
        ways: 1,
        table_log: 16,
        recent: 1,
        words: 0,
        lazy: 0,
        enough: 16,
        patience: 64,
        context_from: 8192,
        max_codes: 8,
    };
    let middle = Effort {
        hashed: 5,
        ways: 8,
        table_log: 19,
        recent: 4,
        words: 1 << 17,
        lazy: 3,
        enough: 64,
        context_from: 0,
        max_codes: 16,
        ..fast
    };
    let high = Effort { ways: 16, table_log: 20, recent: 10, words: usize::MAX, enough: 128, patience: 128, ..middle };
    let effort = match options.level {
        2 => fast,
        3 => Effort { ways: 2, table_log: 17, lazy: 1, context_from: 1024, ..fast },
        4 => Effort { ways: 4, table_log: 18, lazy: 1, words: 1 << 12, enough: 24, context_from: 0, ..fast },
        5 => middle,
        6 => Effort { ways: 16, ..middle },
        7 => high,
        8 => Effort { ways: 32, table_log: 21, enough: 256, ..high },
        9 => Effort { ways: 64, table_log: 22, recent: 16, enough: 512, patience: 512, ..high },
        _ => return None,
    };
    Some(match options.mode {
        Mode::Text => Effort { words: usize::MAX, ..effort },
        Mode::Generic | Mode::Font => effort,
    })
}

/// The most memory that a stream takes: the table, and per byte of a step half a command of 20 bytes and the counts and
/// code words of block types, in vectors that may be twice as long as what they hold.
pub(super) fn working(effort: Effort, src_len: usize) -> u64 {
    (effort.table_len(src_len) * 4 + 40 * src_len.min(STEP) + (256 << 10)) as u64
}

impl Stream {
    /// Encodes into the start of `dst`.
    pub(super) fn encode(
        &mut self,
        effort: Effort,
        lgwin: u32,
        src: &[u8],
        dst: &mut [u8],
        cx: &Context<'_>,
    ) -> Result<usize> {
        let room = dst.len();
        let mut bits = Writer::new(dst);
        put_window(&mut bits, lgwin);
        let window = (1 << lgwin) - 16;
        self.matcher.begin(effort, src.len())?;
        let mut start = 0;
        while start < src.len() {
            let recent = self.matcher.recent();
            self.commands.clear();
            let (mut end, mut n_literals) = (start, 0);
            while end < src.len()
                && end - start < MAX_BLOCK
                && self.commands.len() < MANY_COMMANDS
                && n_literals < MANY_LITERALS
            {
                cx.check_cancel(&INFO)?;
                let stop = src.len().min(end + STEP);
                self.matcher.run(effort, src, end, stop, window, &mut self.commands);
                n_literals = self.commands.iter().map(|command| command.insert as usize).sum();
                end = stop;
            }
            let piece = Piece { src, start, end, is_last: end == src.len() };
            let before = bits.mark();
            self.coder.write(&mut bits, piece, &mut self.commands, effort);
            let stored = (end - start) as u64 * 8 + 40;
            if bits.position() - before.position() > stored {
                bits.back(before);
                self.matcher.restore(recent);
                put_stored(&mut bits, piece);
            }
            if bits.is_lost() {
                return Err(INFO.output_too_small(encode_bound(src.len()), room));
            }
            start = end;
        }
        if src.is_empty() {
            bits.put(3, 2);
        }
        bits.align();
        bits.finish().ok_or_else(|| INFO.output_too_small(encode_bound(src.len()), room))
    }
}

/// Writes WBITS, Section 9.1.
fn put_window(bits: &mut Writer<'_>, lgwin: u32) {
    match lgwin {
        16 => bits.put(0, 1),
        17 => bits.put(1, 7),
        18.. => bits.put(u64::from(1 | (lgwin - 17) << 1), 4),
        _ => bits.put(u64::from(1 | (lgwin - 8) << 4), 7),
    }
}

/// Writes a meta-block as it is. Such a block is never the last one.
fn put_stored(bits: &mut Writer<'_>, piece: Piece<'_>) {
    bits.put(0, 1);
    put_nibbles(bits, piece.end - piece.start);
    bits.put(1, 1);
    bits.align();
    bits.bytes(&piece.src[piece.start..piece.end]);
    if piece.is_last {
        bits.put(3, 2);
    }
}
