//! The claims, each a function that puts a codec on trial.

mod bound;
mod cancel;
mod check;
mod damage;
mod entry;
mod info;
mod limits;
mod options;
mod round_trip;
mod strides;
mod width;
mod worker;

use crate::trial::Trial;

macro_rules! claims {
    ($($(#[$doc:meta])+ $claim:ident, $text:literal, $test:path;)+) => {
        /// Something that holds for every codec.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Claim {
            $($(#[$doc])+ $claim,)+
        }

        impl Claim {
            /// All claims.
            pub const ALL: &'static [Self] = &[$(Self::$claim),+];

            /// The claim in one sentence.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$claim => $text,)+
                }
            }

            pub(crate) fn test(self, trial: &Trial<'_>) {
                match self {
                    $(Self::$claim => $test(trial),)+
                }
            }
        }
    };
}

claims! {
    /// The static description is that of the codec: kind, directions, ids and names.
    InfoIsTrue, "the description tells the truth", info::test;
    /// An unknown option is `InvalidArgument` that lists the known ones; odd values are refused or work.
    OptionsAreChecked, "options are checked, unknown ones are refused", options::test;
    /// Encode, then decode gives the input back; known streams give what they are known to give.
    RoundTrip, "encode, then decode gives the input back", round_trip::test;
    /// `decode`, `decode_into`, `decode_exact` and the size or layout told before agree; so do the ways to encode, and
    /// for filters `accepts`, `run` and `run_into`.
    EntryPointsAgree, "all ways in give the same", entry::entry_points;
    /// Exact and long destinations hold the output; short ones are filled by byte decoders, which say so. Layouts that
    /// are not that of the stream are refused.
    DestinationLengths, "destinations of any length are treated as the contract says", entry::destination_lengths;
    /// The result does not depend on what the destination held before.
    DirtyDestination, "old content of the destination makes no difference", entry::dirty_destination;
    /// Windows, permuted axes, odd pitches and addresses give what arrays without gaps give; bytes beside them stay.
    Strides, "strided arrays give the same, and nothing beside them is touched", strides::test;
    /// A worker that was used, also with an error, gives what a fresh one gives.
    WorkerReuse, "a used worker gives what a fresh one gives", worker::reuse;
    /// The same input gives the same stream.
    Determinism, "the same input gives the same stream", worker::determinism;
    /// An executor of three threads that begins with the last job makes no difference to what is decoded.
    AnyWidth, "an executor of any width gives the same", width::test;
    /// No stream is longer than `encode_bound`; a destination that is too small is `OutputTooSmall`.
    EncodeBound, "encode_bound bounds", bound::test;
    /// Every truncation gives a typed error, never a part that passes for the whole.
    Truncations, "a truncated stream is an error", damage::truncations;
    /// Every flipped bit gives `Ok` or a typed error in bounded time, the same for any destination.
    BitFlips, "a flipped bit gives Ok or a typed error", damage::bit_flips;
    /// Every header field at its extremes gives `Ok` or a typed error in bounded time.
    HeaderFields, "header fields at their extremes give Ok or a typed error", damage::header_fields;
    /// Output, budget, axis and working memory limits give errors of kind `Limit`, and what is within them is decoded.
    LimitsHold, "limits hold", limits::test;
    /// `check` says yes or unknown to its own streams, never yes to those of another family, and never panics.
    CheckIsHonest, "check knows its own streams and claims no others", check::test;
    /// With the cancel flag set, a call gives its result or `Cancelled`.
    Cancel, "a cancelled call gives its result or Cancelled", cancel::test;
}
