//! Colours of indices.

use iio_codec::{Blame, Result};

use crate::INFO;

/// Red, green and blue of each index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    colours: Vec<[u8; 3]>,
}

impl Palette {
    /// Reads the colours at `end` and moves it behind them. `declared` is 0 where the depth tells their number.
    pub(crate) fn read(
        src: &[u8],
        end: &mut usize,
        declared: u32,
        bits: u16,
        pixels_at: Option<u32>,
        core: bool,
    ) -> Result<Self> {
        let start = *end;
        let entry_len: usize = if core { 3 } else { 4 };
        let most = 1usize << bits;
        let mut n = if declared == 0 { most } else { declared as usize };
        if let Some(at) = pixels_at.filter(|&at| at > 0) {
            let room = (at as usize).saturating_sub(start) / entry_len;
            if n > room && declared != 0 {
                let message = format!("palette of {n} colours at byte {start} exceeds the pixels at byte {at}");
                return Err(INFO.malformed(message).at(start));
            }
            // Headers of OS/2 1.x cannot tell that there are fewer.
            n = n.min(room);
        } else if n > most {
            return Err(INFO.malformed(format!("palette of {n} colours for {bits} bits per pixel")).at(start));
        }
        if n == 0 {
            return Err(INFO.malformed(format!("{bits} bits per pixel without a palette")).at(start));
        }
        *end = start + n * entry_len;
        let Some(bytes) = src.get(start..start + n.min(most) * entry_len) else {
            return Err(INFO.truncated(format!("palette of {n} colours ends after {} bytes", src.len())).at(src.len()));
        };
        let colours = bytes.chunks_exact(entry_len).map(|entry| match *entry {
            [blue, green, red, ..] => [red, green, blue],
            _ => [0; 3],
        });
        Ok(Self { colours: colours.collect() })
    }

    pub(crate) fn colours(&self) -> &[[u8; 3]] {
        &self.colours
    }

    pub(crate) fn is_gray(&self) -> bool {
        self.colours.iter().all(|[red, green, blue]| red == green && green == blue)
    }

    /// True if there are black and white, in any order, and nothing else.
    pub(crate) fn is_bilevel(&self) -> bool {
        matches!(*self.colours, [[0, 0, 0], [255, 255, 255]] | [[255, 255, 255], [0, 0, 0]])
    }
}
