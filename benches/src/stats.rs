//! Medians, noise, and how far two arrays of pixels are apart.

use iio_codec::DType;

/// The median; NaN of nothing.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Half the distance of the quartiles, relative to the median: what a figure is off by, plus or minus.
#[must_use]
pub fn noise(values: &[f64]) -> f64 {
    (quantile(values, 0.75) - quantile(values, 0.25)) / 2.0 / median(values)
}

/// The value below which the part `at` of all values lies, interpolated.
fn quantile(values: &[f64], at: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = at * sorted.len().saturating_sub(1) as f64;
    match (sorted.get(place.floor() as usize), sorted.get(place.ceil() as usize)) {
        (Some(low), Some(high)) => low + (high - low) * place.fract(),
        _ => f64::NAN,
    }
}

/// The geometric mean; NaN of nothing.
#[must_use]
pub fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

/// Samples as numbers; `None` for dtypes that no lossy row has.
fn numbers(bytes: &[u8], dtype: DType) -> Option<Box<dyn Iterator<Item = f64> + '_>> {
    Some(match dtype {
        DType::U8 => Box::new(bytes.iter().map(|&sample| f64::from(sample))),
        DType::U16 => Box::new(bytes.as_chunks::<2>().0.iter().map(|b| f64::from(u16::from_ne_bytes(*b)))),
        DType::F32 => Box::new(bytes.as_chunks::<4>().0.iter().map(|b| f64::from(f32::from_ne_bytes(*b)))),
        _ => return None,
    })
}

/// The peak signal-to-noise ratio in decibels, infinite if all samples are equal. The peak is that of the integer type,
/// for floats the range of `expected`.
#[must_use]
pub fn psnr(expected: &[u8], found: &[u8], dtype: DType) -> f64 {
    if expected == found {
        return f64::INFINITY;
    }
    let (Some(a), Some(b)) = (numbers(expected, dtype), numbers(found, dtype)) else { return 0.0 };
    if expected.len() != found.len() {
        return 0.0;
    }
    let (mut n, mut sum, mut low, mut high) = (0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
    for (a, b) in a.zip(b) {
        n += 1.0;
        sum += (a - b) * (a - b);
        (low, high) = (low.min(a), high.max(a));
    }
    let peak = match dtype {
        DType::U8 => 255.0,
        DType::U16 => 65535.0,
        _ => high - low,
    };
    10.0 * (peak * peak / (sum / n)).log10()
}

/// The largest difference of two samples; infinite if there are not as many.
#[must_use]
pub fn largest_difference(expected: &[u8], found: &[u8], dtype: DType) -> f64 {
    match (numbers(expected, dtype), numbers(found, dtype)) {
        (Some(a), Some(b)) if expected.len() == found.len() => {
            a.zip(b).fold(0.0, |most, (a, b)| (a - b).abs().max(most))
        }
        _ => f64::INFINITY,
    }
}
