//! Symbols for lengths and distances: Sections 4 and 5.

use crate::decode::command::{COMMANDS, COPIES, Distances, INSERTS, Range, SHORT};

/// Literals, then a copy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Command {
    pub(super) insert: u32,
    /// 0 in the last command of a meta-block, if that ends with literals.
    pub(super) copy: u32,
    /// The bytes of a word of the dictionary, of which `copy` are its start; 0 for a copy from the window.
    pub(super) word: u8,
    /// Below 16 a symbol for a recent distance, else the distance and [`FAR`].
    pub(super) code: u32,
    pub(super) symbol: u16,
    /// The symbol of the distance, if it has one.
    pub(super) distance: u16,
}

/// What is added to distances that are no recent ones.
pub(super) const FAR: u32 = 16;

/// Code numbers of short lengths.
const fn short<const N: usize>(ranges: &[Range; 24]) -> [u8; N] {
    let (mut table, mut len, mut code) = ([0; N], 0, 0u8);
    while len < N {
        while code < 23 && len >= ranges[code as usize + 1].base as usize {
            code += 1;
        }
        table[len] = code;
        len += 1;
    }
    table
}

static SHORT_INSERTS: [u8; 256] = short(&INSERTS);
static SHORT_COPIES: [u8; 256] = short(&COPIES);

fn code(len: u32, short: &[u8; 256], ranges: &[Range; 24]) -> usize {
    match short.get(len as usize) {
        Some(&code) => code.into(),
        None => ranges.iter().rposition(|range| u32::from(range.base) <= len).unwrap_or(0),
    }
}

/// The symbol of a command. With `is_last` its distance is the last one, which has no symbol then, if it is below
/// [`N_IMPLICIT`].
#[expect(clippy::cast_possible_truncation, reason = "below 704")]
fn symbol(insert: u32, copy: u32, is_last: bool) -> u16 {
    /// Where the symbols begin, by the upper parts of both codes.
    const CELLS: [[usize; 3]; 3] = [[128, 192, 384], [256, 320, 512], [448, 576, 640]];
    let insert = code(insert, &SHORT_INSERTS, &INSERTS);
    let copy = code(copy, &SHORT_COPIES, &COPIES);
    let start = if is_last && insert < 8 && copy < 16 { copy >> 3 << 6 } else { CELLS[insert >> 3][copy >> 3] };
    (start | (insert & 7) << 3 | copy & 7) as u16
}

/// Commands below have the last distance without a symbol.
pub(super) const N_IMPLICIT: u16 = 128;

impl Command {
    /// Finds the symbols.
    #[inline]
    pub(super) fn code(&mut self, parameters: Distances) {
        self.symbol = symbol(self.insert, self.copy_code(), self.code == 0);
        self.distance = match self.code.checked_sub(FAR) {
            None => self.code.to_le_bytes()[0].into(),
            Some(distance) => split_distance(distance, parameters).0,
        };
    }

    /// The copy length that is told. The last command of a meta-block may say anything.
    #[inline]
    fn copy_code(&self) -> u32 {
        if self.word > 0 { self.word.into() } else { self.copy.max(2) }
    }

    pub(super) const fn has_distance(&self) -> bool {
        self.symbol >= N_IMPLICIT && self.copy > 0
    }

    /// The bits behind the symbol of the command, those of the insert length first, each as value and number.
    #[inline]
    pub(super) fn extra(&self) -> [(u64, u32); 2] {
        let command = &COMMANDS[usize::from(self.symbol)];
        let copy = self.copy_code();
        [
            ((self.insert - u32::from(command.insert)).into(), command.insert_extra.into()),
            ((copy - u32::from(command.copy)).into(), command.copy_extra.into()),
        ]
    }

    /// The bits behind the symbol of the distance.
    #[inline]
    pub(super) fn distance_extra(&self, parameters: Distances) -> (u64, u32) {
        match self.code.checked_sub(FAR) {
            None => (0, 0),
            Some(distance) => {
                let (_, extra, n) = split_distance(distance, parameters);
                (extra.into(), n)
            }
        }
    }
}

/// A distance as symbol, extra bits, and their number. There are no direct ones.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "below 16 + 48 * 8")]
const fn split_distance(distance: u32, parameters: Distances) -> (u16, u32, u32) {
    let Distances { postfix, .. } = parameters;
    let low = (distance - 1) & ((1 << postfix) - 1);
    let high = ((distance - 1) >> postfix) + 4;
    let n = high.ilog2() - 1;
    let symbol = 16 + ((((n - 1) << 1 | (high >> n & 1)) << postfix) | low);
    (symbol as u16, high & ((1 << n) - 1), n)
}

/// The last four distances, the latest first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent(pub(super) [u32; 4]);

impl Default for Recent {
    fn default() -> Self {
        Self([4, 11, 15, 16])
    }
}

impl Recent {
    /// The distances of the first `N` symbols; zero and less are far out of reach.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "wraps")]
    pub(super) fn near<const N: usize>(&self) -> [u32; N] {
        std::array::from_fn(|i| self.0[SHORT[i].0].wrapping_add(SHORT[i].1 as u32))
    }

    /// What [`Command::code`] is for a distance, which becomes the latest.
    #[inline]
    pub(super) fn code(&mut self, distance: u32) -> u32 {
        let [last, second, third, fourth] = self.0;
        if distance == last {
            return 0;
        }
        self.0 = [distance, last, second, third];
        let near = |of: u32| distance.wrapping_sub(of).wrapping_add(3) < 7;
        if distance == second {
            return 1;
        } else if distance == third {
            return 2;
        } else if distance == fourth {
            return 3;
        } else if near(last) || near(second) {
            let is = |&(which, add): &(usize, i32)| [last, second][which].checked_add_signed(add) == Some(distance);
            if let Some(code) = SHORT[4..].iter().position(is) {
                return 4 + u32::from(code.to_le_bytes()[0]);
            }
        }
        distance + FAR
    }
}
