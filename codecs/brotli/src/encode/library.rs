//! The levels of the crate `brotli`.

use brotli::enc::StandardAlloc;
use brotli::enc::backward_references::BrotliEncoderMode;
use brotli::enc::encode::{BrotliEncoderDestroyInstance, BrotliEncoderOperation, BrotliEncoderStateStruct};
use iio_codec::{Blame, Context, Result};

use super::encode_bound;
use crate::{EncodeOptions, INFO, Mode};

/// Input that the library gets at a time: between two pieces the caller may cancel. A multiple of all block sizes of
/// the library, so that pieces make no difference.
const PIECE: usize = 256 << 10;
/// Levels 0 and 1 end a block where a piece ends.
const FAST_PIECE: usize = 4 << 20;
/// The most that hash tables and block splitting take.
const SCRATCH: u64 = 48 << 20;

/// A stream by the library, which keeps nothing between streams.
pub(super) struct Library<'a> {
    options: &'a EncodeOptions,
}

impl<'a> Library<'a> {
    pub(super) const fn new(options: &'a EncodeOptions) -> Self {
        Self { options }
    }

    fn state(&self, src_len: usize) -> BrotliEncoderStateStruct<StandardAlloc> {
        let mut state = BrotliEncoderStateStruct::new(StandardAlloc::default());
        state.params.mode = match self.options.mode {
            Mode::Generic => BrotliEncoderMode::BROTLI_MODE_GENERIC,
            Mode::Text => BrotliEncoderMode::BROTLI_MODE_TEXT,
            Mode::Font => BrotliEncoderMode::BROTLI_MODE_FONT,
        };
        state.params.quality = self.options.level.cast_signed();
        state.params.lgwin = self.options.lgwin.cast_signed();
        state.params.size_hint = src_len;
        state
    }

    /// The most memory that the library takes: its ring buffer, hash tables, and above level 9 a tree over the window.
    fn working(&self) -> u64 {
        let window = 1u64 << self.options.lgwin.max(18);
        let tree = if self.options.level >= 10 { 8 * window } else { 0 };
        3 * window + tree + SCRATCH
    }

    fn run(
        &self,
        state: &mut BrotliEncoderStateStruct<StandardAlloc>,
        src: &[u8],
        dst: &mut [u8],
        cx: &Context<'_>,
    ) -> Result<usize> {
        let piece = if self.options.level < 2 { FAST_PIECE } else { PIECE };
        let (mut at, mut written, mut room) = (0, 0, dst.len());
        while !state.is_finished() {
            cx.check_cancel(&INFO)?;
            let rest = src.get(at..).unwrap_or(&[]);
            let piece = rest.get(..piece).unwrap_or(rest);
            let last = piece.len() == rest.len();
            let operation = if last {
                BrotliEncoderOperation::BROTLI_OPERATION_FINISH
            } else {
                BrotliEncoderOperation::BROTLI_OPERATION_PROCESS
            };
            let (mut input, mut read) = (piece.len(), 0);
            let before = (at, written);
            let fine = state.compress_stream(
                operation,
                &mut input,
                piece,
                &mut read,
                &mut room,
                dst,
                &mut written,
                &mut None,
                &mut |_, _, _, _| (),
            );
            at += read;
            if !fine {
                return Err(INFO.internal("library fails to encode").at(at));
            }
            if !state.is_finished() && before == (at, written) {
                if room == 0 {
                    return Err(INFO.output_too_small(encode_bound(src.len()), dst.len()));
                }
                return Err(INFO.internal("library stands still").at(at));
            }
        }
        Ok(written)
    }

    pub(super) fn encode_into(&self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        cx.gate_working(&INFO, self.working())?;
        let mut state = self.state(src.len());
        let written = self.run(&mut state, src, dst, cx);
        BrotliEncoderDestroyInstance(&mut state);
        written
    }
}
