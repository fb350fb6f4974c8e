//! Benchmarks: every codec over what people have, both ways, beside imagecodecs; TIFF files beside tifffile, GDAL and
//! image-tiff; regions of large files.
//!
//! A benchmark is a row in a table ([`row::ROWS`]): a codec by name, its options, which inputs it takes, and the peer's call
//! that does the same. Sides take turns, CPU time counts, medians are shown, every answer is checked, and each figure is kept
//! as a JSON record that [`compare::compare`] reads again.
//!
//! # A codec from outside
//! Any [`CodecInfo`](iio::CodecInfo) can be measured: add it to a registry, write a row, run.
//!
//! ```
//! use iio_benches::{codecs, input, row::{BASE, Row}};
//!
//! // In place of `iio::builtin()`: `iio::builtin().with_codec(&my_codec::INFO)`.
//! let registry = iio::builtin();
//! let rows = [Row { codec: "packbits", label: "mine", peer: "packbits", ..BASE }];
//! let settings = codecs::Settings { rounds: 1, seconds: 0.0 };
//! let mut records = Vec::new();
//! // With a peer: `codecs::ImageCodecs::start(shared)`, where `shared/suites/reference-python` is.
//! codecs::run(&registry, &rows, &input::small(&input::scene()?)?, settings, None, &mut |record| records.push(record))?;
//! assert_eq!(records.len(), 2 * 4);
//! assert!(records.iter().all(|record| record.mb_per_s > 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

pub mod codecs;
pub mod compare;
pub mod input;
pub mod measure;
pub mod peer;
pub mod plot;
pub mod processor;
pub mod record;
pub mod report;
pub mod row;
pub mod stats;
pub mod tiff;
