//! All floats of 24 bits, and many of 32, against the definition in exact arithmetic.

use iio_float24::Rounding;
use iio_testkit::Rng;

use crate::{ROUNDINGS, all_bits, floats};

/// The value of a magnitude. What would be the number after the largest one is 2^64.
fn value(magnitude: u32) -> f64 {
    let (exponent, fraction) = (magnitude >> 16, f64::from(magnitude & 0xffff));
    match exponent {
        0 => fraction * 2f64.powi(-78),
        _ => (65536.0 + fraction) * 2f64.powi(exponent.cast_signed() - 63 - 16),
    }
}

/// Finds the two neighbours of a number among all magnitudes, and takes the one that the rounding asks for.
fn model(sample: f32, rounding: Rounding) -> u32 {
    let sign = u32::from(sample.is_sign_negative()) << 23;
    let exact = f64::from(sample).abs();
    if sample.is_nan() {
        return sign | 0x7f_8000;
    }
    if exact >= 2f64.powi(64) {
        return sign | 0x7f_0000;
    }
    let (mut low, mut high) = (0u32, 0x7f_0000u32);
    while high - low > 1 {
        let middle = low.midpoint(high);
        if value(middle) <= exact { low = middle } else { high = middle }
    }
    let below = exact - value(low);
    let above = value(low + 1) - exact;
    let up = match rounding {
        Rounding::ToNearest => below > above || (below == above && low % 2 == 1),
        Rounding::Upward => sign == 0 && below > 0.0,
        Rounding::Downward => sign != 0 && below > 0.0,
        Rounding::TowardZero => false,
    };
    sign | (low + u32::from(up))
}

#[test]
fn all_patterns_have_the_value_of_their_fields() {
    let all: Vec<u32> = (0..1 << 24).collect();
    let decoded = floats(&all);
    for (&bits, sample) in all.iter().zip(&decoded) {
        let (sign, magnitude) = (bits >> 23, bits & 0x7f_ffff);
        assert_eq!(u32::from(sample.is_sign_negative()), sign, "{bits:06x}");
        if magnitude > 0x7f_0000 {
            assert_eq!(sample.to_bits() & 0x7fff_ffff, 0x7fc0_0000, "{bits:06x}");
        } else if magnitude == 0x7f_0000 {
            assert!(sample.is_infinite(), "{bits:06x}");
        } else {
            assert_eq!(f64::from(sample.abs()), value(magnitude), "{bits:06x}");
        }
    }
    for rounding in ROUNDINGS {
        let again = all_bits(&decoded, rounding);
        let expected = |bits: u32| if bits & 0x7f_ffff > 0x7f_0000 { bits & 0x80_0000 | 0x7f_8000 } else { bits };
        let wrong = all.iter().zip(&again).find(|(bits, again)| expected(**bits) != **again);
        assert_eq!(wrong, None, "{rounding:?}");
    }
}

#[test]
fn encoded_numbers_are_the_neighbour_that_the_rounding_asks_for() {
    let mut rng = Rng::new(24);
    // Every exponent with fractions around those where rounding changes, and any numbers.
    let mut samples = Vec::new();
    for exponent in 0..=255u32 {
        for low in (0..=0x200).chain([0x3f_ff80, 0x3f_ffff, 0x40_0000, 0x40_0001, 0x7f_ff3f, 0x7f_ff40, 0x7f_ff41]) {
            samples
                .extend([low, (0x7f_ffff - low) & 0x7f_ffff].map(|fraction| f32::from_bits(exponent << 23 | fraction)));
        }
    }
    let mut bytes = vec![0; 4 << 16];
    rng.fill(&mut bytes);
    samples.extend(bytes.as_chunks().0.iter().map(|&bytes| f32::from_ne_bytes(bytes)));
    // Most of these are in reach of 24 bits.
    rng.fill(&mut bytes);
    let near = |bytes| f32::from_bits(u32::from_ne_bytes(bytes) % ((70 << 23) - (40 << 23)) + (40 << 23));
    samples.extend(bytes.as_chunks().0.iter().map(|&bytes| near(bytes)));
    samples.extend(samples.clone().iter().map(|sample| -sample));
    for rounding in ROUNDINGS {
        for (&sample, found) in samples.iter().zip(all_bits(&samples, rounding)) {
            let expected = model(sample, rounding);
            assert_eq!(found, expected, "{rounding:?} {:08x}: {found:06x}, not {expected:06x}", sample.to_bits());
        }
    }
}
