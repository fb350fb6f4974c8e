//! The conformance suite that every codec of iio passes: what the contract of `iio-codec` promises, shown on real calls.
//!
//! A codec crate writes one function that describes the suite, and one line that turns it into tests:
//!
//! ```ignore
//! use iio_codec::Config;
//! use iio_testkit::{Suite, conformance};
//!
//! fn suite() -> Suite {
//!     Suite::new(&iio_packbits::INFO).bare().config("rows", Config::new().set("row_len", 64))
//! }
//!
//! conformance!(suite());
//! ```
//!
//! [`conformance!`] gives one test per [`Claim`], named by it; a test that fails lists up to ten failures, each with the
//! option set, the input and the mutation that shows it, so that it can be repeated. All inputs are made here, by a
//! generator of our own, and are the same on every run and machine.
//!
//! # What is run
//! The default options and every set given by [`Suite::config`] and [`Suite::lossy`], over standard lengths (byte
//! codecs) or dtypes x shapes (array codecs and filters) and six kinds of [`Content`]. Array encoders and filters may
//! refuse a standard layout by `InvalidArgument` or `Unsupported`, as long as one per option set is left; layouts given by
//! [`Suite::layouts`], and lengths, must be accepted.
//!
//! A claim that has no meaning for a kind of codec (truncations of a filter) holds for it.
//!
//! # Allocations
//! That a warm worker allocates nothing can only be seen through a global allocator, which is the test binary's to
//! choose: see [`CountingAllocator`]. With it in place, limits are also held against the peak of memory.

mod claim;
mod content;
mod executor;
mod family;
mod ffi;
mod fixture;
mod input;
mod mutation;
mod placement;
mod strides;
mod suite;
mod trial;

pub use claim::Claim;
pub use content::{Content, Rng};
pub use executor::Threads;
pub use ffi::{Allocations, CountingAllocator, allocations};
pub use strides::{another_place_does_not_matter, strides_do_not_matter};
pub use suite::Suite;

/// Expands to one `#[test]` per [`Claim`] for the [`Suite`] that the expression gives. Use it once per module.
#[macro_export]
macro_rules! conformance {
    ($suite:expr) => {
        $crate::conformance! { @tests $suite;
            info_is_true => InfoIsTrue,
            options_are_checked => OptionsAreChecked,
            round_trip => RoundTrip,
            entry_points_agree => EntryPointsAgree,
            destination_lengths => DestinationLengths,
            dirty_destination => DirtyDestination,
            strides => Strides,
            worker_reuse => WorkerReuse,
            determinism => Determinism,
            any_width => AnyWidth,
            encode_bound => EncodeBound,
            truncations => Truncations,
            bit_flips => BitFlips,
            header_fields => HeaderFields,
            limits_hold => LimitsHold,
            check_is_honest => CheckIsHonest,
            cancel => Cancel,
        }
    };
    (@tests $suite:expr; $($name:ident => $claim:ident,)+) => {
        $(
            #[test]
            fn $name() {
                $suite.assert($crate::Claim::$claim);
            }
        )+

        // Does not compile if a claim has no test.
        const _: fn($crate::Claim) = |claim| match claim {
            $($crate::Claim::$claim => (),)+
        };
    };
}
