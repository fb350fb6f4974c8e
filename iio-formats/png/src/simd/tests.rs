//! That the twins are equal, and that the arithmetic is that of section 9.

use super::{average, cost, paeth, unaverage, unpaeth, unpaeth_two, unsub};
use crate::filter::{
    average_body, cost_body, paeth_body, predict, unaverage_scalar, unpaeth_scalar, unpaeth_two_scalar, unsub_scalar,
};

/// The predictor, word by word as section 9.4 has it.
fn specified(a: u8, b: u8, c: u8) -> u8 {
    let p = i32::from(a) + i32::from(b) - i32::from(c);
    let [pa, pb, pc] = [a, b, c].map(|value| (p - i32::from(value)).abs());
    if pa <= pb && pa <= pc {
        a
    } else if pb <= pc {
        b
    } else {
        c
    }
}

fn bytes(len: usize, seed: u64, step: u8) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut byte = || {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (state >> 56) as u8
    };
    // Small steps: the ties and near ties of photos.
    let mut value = 0u8;
    std::iter::repeat_with(|| {
        value = value.wrapping_add(byte() % step);
        value
    })
    .take(len)
    .collect()
}

#[test]
fn predictor_is_that_of_the_specification_for_all_bytes() {
    for a in 0..=255 {
        for b in 0..=255 {
            for c in 0..=255 {
                assert_eq!(predict(a, b, c), specified(a, b, c), "a {a}, b {b}, c {c}");
            }
        }
    }
}

#[test]
fn forward_paeth_is_that_of_the_specification_for_all_bytes() {
    let all: Vec<u8> = (0..=255).collect();
    for a in 0..=255u8 {
        for b in 0..=255u8 {
            let mut to = [0; 256];
            paeth(&mut to, &[0; 256], &[a; 256], &[b; 256], &all);
            for (c, value) in all.iter().zip(to) {
                assert_eq!(value.wrapping_neg(), specified(a, b, *c), "a {a}, b {b}, c {c}");
            }
        }
    }
}

#[test]
fn inverse_twins_are_equal_at_every_step_and_length() {
    fn one<const N: usize>() {
        for n_pixels in 0..70 {
            for (seed, change) in [(1, 255), (2, 7), (3, 2)] {
                let above = bytes(n_pixels * N, seed, change);
                let row = bytes(n_pixels * N, seed + 9, change);
                let (mut fast, mut plain) = (row.clone(), row.clone());
                unsub(N, &mut fast);
                unsub_scalar::<N>(&mut plain);
                assert_eq!(fast, plain, "sub, {n_pixels} pixels of {N}");
                (fast, plain) = (row.clone(), row.clone());
                unaverage(N, &above, &mut fast);
                unaverage_scalar::<N>(&above, &mut plain);
                assert_eq!(fast, plain, "average, {n_pixels} pixels of {N}");
                (fast, plain) = (row.clone(), row.clone());
                unpaeth(N, &above, &mut fast);
                unpaeth_scalar::<N>(&above, &mut plain);
                assert_eq!(fast, plain, "paeth, {n_pixels} pixels of {N}");
                // Two rows at a time, against one after the other.
                let below = bytes(n_pixels * N, seed + 20, change);
                let mut expected = below.clone();
                unpaeth_scalar::<N>(&plain, &mut expected);
                for two in [unpaeth_two_scalar::<N>, |above: &[u8], row: &mut [u8], next: &mut [u8]| {
                    unpaeth_two(N, above, row, next);
                }] {
                    let (mut first, mut second) = (row.clone(), below.clone());
                    two(&above, &mut first, &mut second);
                    assert_eq!((&first, &second), (&plain, &expected), "two rows of paeth, {n_pixels} pixels of {N}");
                }
            }
        }
    }
    one::<1>();
    one::<2>();
    one::<3>();
    one::<4>();
    one::<6>();
    one::<8>();
}

#[test]
fn forward_twins_are_equal_at_every_length() {
    for len in (0..200).chain([1 << 16]) {
        let [x, a, b, c] = [1, 2, 3, 4].map(|seed| bytes(len, seed, 255));
        let (mut fast, mut plain) = (vec![0; len], vec![0; len]);
        average(&mut fast, &x, &a, &b);
        average_body(&mut plain, &x, &a, &b);
        assert_eq!(fast, plain, "average of {len}");
        paeth(&mut fast, &x, &a, &b, &c);
        paeth_body(&mut plain, &x, &a, &b, &c);
        assert_eq!(fast, plain, "paeth of {len}");
        assert_eq!(cost(&x), cost_body(&x), "cost of {len}");
    }
}

#[test]
fn cost_reads_bytes_as_signed() {
    assert_eq!(cost(&[0, 1, 255, 128, 127]), 1 + 1 + 128 + 127);
}
