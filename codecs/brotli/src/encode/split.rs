//! Splits the symbols of a meta-block into blocks, Section 6: where the counts of symbols change, another code pays.

use super::entropy::{BIT, cost, joint_cost};

/// Types that a category of blocks has at most.
pub(super) const MAX_TYPES: usize = 256;

/// The blocks of a category, and how often each of their types has each of `N` symbols.
pub(super) struct Split<const N: usize> {
    pub(super) types: Vec<[u32; N]>,
    /// Type and length.
    pub(super) blocks: Vec<(u8, u32)>,
    /// The block in progress.
    current: Box<[u32; N]>,
    n: u32,
    /// The length at which a block is compared with those before.
    target: u32,
    step: u32,
    threshold: u64,
    /// The type of the last block, and the other type that was used last; and the costs of both.
    last: [usize; 2],
    costs: [u64; 2],
    n_joined: u32,
}

impl<const N: usize> Default for Split<N> {
    fn default() -> Self {
        Self {
            types: Vec::new(),
            blocks: Vec::new(),
            current: Box::new([0; N]),
            n: 0,
            target: 0,
            step: 0,
            threshold: 0,
            last: [0; 2],
            costs: [0; 2],
            n_joined: 0,
        }
    }
}

impl<const N: usize> Split<N> {
    /// Starts anew. Blocks have about `step` symbols and more. Another type has to save `threshold` bits.
    pub(super) fn begin(&mut self, step: u32, threshold: u64) {
        self.types.clear();
        self.blocks.clear();
        self.current.fill(0);
        (self.n, self.target, self.n_joined) = (0, step, 0);
        (self.step, self.threshold) = (step, threshold * BIT);
        (self.last, self.costs) = ([0; 2], [0; 2]);
    }

    #[inline]
    pub(super) fn add(&mut self, symbol: u16) {
        self.current[usize::from(symbol)] += 1;
        self.n += 1;
        if self.n == self.target {
            self.compare();
        }
    }

    /// Ends the last block. There is one type and one block at least.
    pub(super) fn end(&mut self) {
        if self.n > 0 || self.types.is_empty() {
            self.compare();
        }
    }

    /// Joins the block in progress with the last one, or makes it a block of the type before or of a new type.
    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "256 types at most")]
    fn compare(&mut self) {
        let n = std::mem::take(&mut self.n);
        let Some(last) = self.blocks.last_mut() else {
            self.types.push(*self.current);
            self.blocks.push((0, n));
            self.current.fill(0);
            return;
        };
        if self.costs[0] == 0 {
            self.costs = [cost(&self.types[0]); 2];
        }
        let own = cost(&*self.current);
        let joint = joint_cost(&self.current, &self.types[self.last[0]]);
        let loss = joint.saturating_sub(own + self.costs[0]);
        // Near enough: the other type is not looked at.
        let mut near = loss < self.threshold / 4;
        if !near && self.types.len() > 1 {
            let other = joint_cost(&self.current, &self.types[self.last[1]]);
            let other_loss = other.saturating_sub(own + self.costs[1]);
            if other_loss < self.threshold && other_loss + 20 * BIT < loss {
                self.last.swap(0, 1);
                self.costs = [other, self.costs[0]];
                self.blocks.push((self.last[0] as u8, n));
                self.take_current();
                (self.target, self.n_joined) = (self.step, 0);
                return;
            }
        }
        near |= loss <= self.threshold || self.types.len() == MAX_TYPES;
        if near {
            last.1 += n;
            self.costs[0] = joint;
            if self.types.len() == 1 {
                self.costs[1] = joint;
            }
            self.take_current();
            self.n_joined += 1;
            if self.n_joined > 1 {
                self.target += self.step;
            }
            return;
        }
        self.last = [self.types.len(), self.last[0]];
        self.costs = [own, self.costs[0]];
        self.blocks.push((self.types.len() as u8, n));
        self.types.push(*self.current);
        self.current.fill(0);
        (self.target, self.n_joined) = (self.step, 0);
    }

    /// Adds the counts in progress to those of the last type.
    fn take_current(&mut self) {
        for (count, current) in self.types[self.last[0]].iter_mut().zip(self.current.iter_mut()) {
            *count += std::mem::take(current);
        }
    }
}

impl Split<256> {
    pub(super) fn add_bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let n = bytes.len().min((self.target - self.n) as usize);
            let (now, rest) = bytes.split_at(n);
            now.iter().for_each(|&byte| self.current[usize::from(byte)] += 1);
            self.n += u32::try_from(n).unwrap_or(u32::MAX);
            if self.n == self.target {
                self.compare();
            }
            bytes = rest;
        }
    }
}
