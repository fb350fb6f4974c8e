//! Limits, and callers who cancel.

use std::time::Instant;

use iio_codec::{Cancel, Context, ErrorKind, Limits};
use iio_mozjpeg::{EncodeOptions, encode_append};

use crate::build::{array, photo};

#[test]
fn memory_is_gated_before_it_is_taken() {
    let pixels = photo(200, 200, 3);
    let by = |bytes: u64, options: &EncodeOptions| {
        let cx = Context::with_limits(Limits::default().with_working_bytes(bytes));
        let mut dst = Vec::new();
        encode_append(array(&pixels, [200, 200, 3]), &mut dst, options, &cx)
    };
    let plain = EncodeOptions::default();
    let error = by(700_000, &plain).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
    assert!(by(720_000, &plain).is_ok());
    // What holds less needs less.
    assert!(by(270_000, &plain.with_optimize_scans(false)).is_ok());
}

#[test]
fn caller_can_cancel() {
    let pixels = photo(64, 64, 3);
    let cancel = Cancel::new();
    let cx = Context::default().with_cancel(&cancel);
    let mut dst = b"before".to_vec();
    let mut encode = || encode_append(array(&pixels, [64, 64, 3]), &mut dst, &EncodeOptions::default(), &cx);
    assert!(encode().is_ok());
    cancel.cancel();
    assert_eq!(encode().unwrap_err().kind(), ErrorKind::Cancelled);
    dst.truncate(6);
    assert_eq!(dst, b"before");
}

#[test]
fn caller_who_cancels_meanwhile_need_not_wait_for_the_end() {
    let pixels = photo(1500, 1500, 3);
    let options = EncodeOptions::default().with_optimize_scans(false);
    let run = |cancel: &Cancel, dst: &mut Vec<u8>| {
        let start = Instant::now();
        let cx = Context::default().with_cancel(cancel);
        (encode_append(array(&pixels, [1500, 1500, 3]), dst, &options, &cx), start.elapsed())
    };
    let mut whole = b"before".to_vec();
    let (done, took) = run(&Cancel::new(), &mut whole);
    assert!(done.is_ok() && whole.len() > 100_000);
    // At half time all rows are handed over: what is left of the work is behind the library's last call.
    let (cancel, mut dst) = (Cancel::new(), b"before".to_vec());
    let other = cancel.clone();
    let waiting = std::thread::spawn(move || {
        std::thread::sleep(took / 2);
        other.cancel();
    });
    let (stopped, _) = run(&cancel, &mut dst);
    waiting.join().unwrap();
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    assert_eq!(dst, b"before", "what was written is taken back");
}

#[test]
fn threads_do_not_disturb_each_other() {
    let pixels: Vec<_> = (0..4).map(|n| (photo(60 + 10 * n, 90, 3), 60 + 10 * n)).collect();
    let encode = |(pixels, height): &(Vec<u8>, usize)| {
        iio_mozjpeg::encode(array(pixels, [*height, 90, 3]), &EncodeOptions::default()).unwrap()
    };
    let alone: Vec<_> = pixels.iter().map(encode).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = pixels.iter().map(|item| scope.spawn(move || encode(item))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(alone == together);
}
