//! What the fuzz targets do, as functions that any fuzzer, test or soak can embed.
//!
//! All of them take the name of a codec or format of [`iio::builtin`], so that a new one is fuzzed without new code, and
//! any bytes. They return if the promises of `iio-codec` hold, and panic if one does not:
//! - a call gives `Ok`, or an error that the input can be blamed for: never `Internal`, `OutOfMemory`, `Io` or
//!   `Cancelled`;
//! - memory stays within [`LIMITS`] (a run adds `-malloc_limit_mb`), and time is bounded (a run adds `-timeout`);
//! - ways that lead to the same result give the same result: [`fuzz_decode_into`], [`fuzz_read`];
//! - other implementations decode to the same: [`fuzz_differential`] (feature `oracles`);
//! - what was encoded decodes, and to what it was: [`fuzz_roundtrip`], [`fuzz_write_read`].
//!
//! # Input
//! The first [`PREFIX_LEN`] bytes choose options, dtype and shape; the rest is the stream, or the samples. A prefix of
//! zeros means default options, so a file becomes a seed by 16 zeros in front of it. Options are not listed here: the
//! codec is asked which it has, and what they take, by way of its errors.

mod codec;
#[cfg(feature = "oracles")]
mod differential;
mod executor;
mod format;
mod input;
mod knob;
mod mutate;
#[cfg(feature = "oracles")]
mod oracle;
mod seed;

use std::sync::OnceLock;

use iio::{Error, ErrorKind, Limits, Registry};

pub use codec::{fuzz_decode, fuzz_decode_into, fuzz_roundtrip};
#[cfg(feature = "oracles")]
pub use differential::{fuzz_differential, fuzz_differential_with};
pub use format::{fuzz_read, fuzz_write_read};
pub use input::PREFIX_LEN;
pub use mutate::Damage;
#[cfg(feature = "oracles")]
pub use oracle::{Oracle, oracle};
pub use seed::write_seeds;

/// Limits of all calls: 16 MiB of output, 64 MiB of scratch, 16 MiB of metadata.
pub const LIMITS: Limits = limits();

const fn limits() -> Limits {
    Limits::NONE
        .with_output_bytes(16 << 20)
        .with_working_bytes(64 << 20)
        .with_metadata_bytes(16 << 20)
        .with_axis_len((1 << 31) - 1)
        .with_scans(500)
        .with_depth(32)
}

/// The name that the environment variable `IIO_FUZZ_NAME` gives.
///
/// # Panics
/// If it is not set.
pub fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| std::env::var("IIO_FUZZ_NAME").expect("IIO_FUZZ_NAME must name a codec or format"))
}

/// The codecs and formats of the build.
fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(iio::builtin)
}

/// Passes an error that the input can be blamed for.
///
/// # Panics
/// On any other.
#[track_caller]
fn blameless(error: &Error) {
    let kind = error.kind();
    let odd = matches!(kind, ErrorKind::Internal | ErrorKind::OutOfMemory | ErrorKind::Io | ErrorKind::Cancelled);
    assert!(!odd, "error of kind {}: {error}", kind.name());
}

/// The value, or `None` after an error that the input can be blamed for.
#[track_caller]
fn value<T>(result: iio::Result<T>) -> Option<T> {
    result.inspect_err(blameless).ok()
}

/// True for errors that come from the limits of the caller, not from the bytes.
fn is_limit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Limit { .. })
}
