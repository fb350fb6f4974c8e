//! Limits, and what hostile streams ask for.

use iio_codec::{ArrayMut, Cancel, Context, DType, ErrorKind, Layout, Limits};
use iio_jpeg8::{DecodeOptions, decode, decode_into, decode_planes};

use crate::build::{FLAT, FLAT_LEVEL, flat_stream, sof, sos, stream, tables};

fn sized(height: u16, width: u16, marker: u8, data: &[u8]) -> Vec<u8> {
    let mut segments = tables();
    segments.extend([sof(marker, height, width, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 0, 0])]);
    stream(&segments, data)
}

#[test]
fn scans_are_limited() {
    let mut segments = tables();
    segments.push(sof(0xc2, 8, 8, &[[1, 0x11, 0]]));
    segments.push([&sos(&[[1, 0]], [0, 0, 0])[..], &[0b1010_1111]].concat());
    for _ in 0..10 {
        segments.push([&sos(&[[1, 0]], [1, 63, 0])[..], &[0x7f]].concat());
    }
    let src = stream(&segments, &[]);
    assert_eq!(decode(&src, &DecodeOptions::default()).unwrap().1[..], [FLAT_LEVEL; 64]);
    let limits = Limits::default().with_scans(10);
    let mut out = [0; 64];
    let layout = Layout::new(DType::U8, &[8, 8]).unwrap();
    let dst = ArrayMut::new(&mut out, layout).unwrap();
    let error = decode_into(&src, dst, &DecodeOptions::default(), &Context::with_limits(limits)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "scans", .. }), "{error}");
}

#[test]
fn sizes_are_gated_before_memory_is_taken() {
    // 65535 x 65535 exceeds the output limit, and 60000 x 15000 what few bytes can code.
    let error = decode(&sized(65535, 65535, 0xc0, &FLAT), &DecodeOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
    let error = decode(&sized(60000, 5000, 0xc0, &FLAT), &DecodeOptions::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
    let error = decode(&sized(8000, 8000, 0xc0, &FLAT), &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    // Coefficients count as well.
    let context = Context::with_limits(Limits::default().with_working_bytes(400_000));
    let sequential = decode_planes(&sized(256, 256, 0xc0, &[0; 4096]), &DecodeOptions::default(), &context);
    assert_eq!(sequential.unwrap().len(), 1);
    let progressive = decode_planes(&sized(360, 360, 0xc2, &[0; 4096]), &DecodeOptions::default(), &context);
    assert!(matches!(progressive.unwrap_err().kind(), ErrorKind::Limit { .. }));
}

#[test]
fn caller_can_cancel() {
    let cancel = Cancel::new();
    let context = Context::default().with_cancel(&cancel);
    assert!(decode_planes(&flat_stream(), &DecodeOptions::default(), &context).is_ok());
    cancel.cancel();
    let error = decode_planes(&flat_stream(), &DecodeOptions::default(), &context).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn frame_and_scan_headers_are_checked() {
    let with = |frame: Vec<u8>, scan: Vec<u8>| {
        let mut segments = tables();
        segments.extend([frame, scan]);
        decode(&stream(&segments, &[0; 64]), &DecodeOptions::default()).map(|_| ()).map_err(|error| error.kind())
    };
    let one = || sof(0xc0, 8, 8, &[[1, 0x11, 0]]);
    let scan = || sos(&[[1, 0]], [0, 63, 0]);
    let two = |b: [u8; 3]| sof(0xc0, 8, 8, &[[1, 0x11, 0], b]);
    let both = || sos(&[[1, 0], [2, 0]], [0, 63, 0]);
    assert_eq!(with(one(), scan()), Ok(()));
    assert_eq!(with(two([2, 0x11, 0]), both()), Ok(()));
    let malformed = Err(ErrorKind::Malformed);
    assert_eq!(with(sof(0xc0, 8, 8, &[[1, 0x01, 0]]), scan()), malformed, "factor 0");
    assert_eq!(with(sof(0xc0, 8, 8, &[[1, 0x15, 0]]), scan()), malformed, "factor 5");
    assert_eq!(with(sof(0xc0, 8, 8, &[[1, 0x11, 4]]), scan()), malformed, "table 4");
    assert_eq!(with(sof(0xc0, 8, 8, &[[1, 0x11, 1]]), scan()), malformed, "table that is not there");
    assert_eq!(with(sof(0xc0, 8, 0, &[[1, 0x11, 0]]), scan()), malformed, "width 0");
    assert_eq!(with(two([1, 0x11, 0]), both()), malformed, "the same number twice");
    assert_eq!(with(sof(0xc0, 8, 8, &[]), scan()), malformed, "no component");
    assert_eq!(with(one(), sos(&[[3, 0]], [0, 63, 0])), malformed, "unknown component");
    assert_eq!(with(one(), sos(&[[1, 0x40]], [0, 63, 0])), malformed, "table 4 in a scan");
    assert_eq!(with(two([2, 0x44, 0]), both()), malformed, "17 blocks in an MCU");
    assert_eq!(with(two([2, 0x11, 0]), sos(&[[2, 0], [1, 0]], [0, 63, 0])), malformed, "order of a scan");
    assert_eq!(with([one(), one()].concat(), scan()), malformed, "two frames");
    assert_eq!(with(vec![], scan()), malformed, "no frame");
    assert_eq!(with(sof(0xc0, 8, 8, &[[1, 0x11, 0]; 5]), scan()), Err(ErrorKind::Unsupported), "5 components");
    let progressive = || sof(0xc2, 8, 8, &[[1, 0x11, 0]]);
    for band in [[0, 5, 0], [5, 4, 0], [1, 64, 0], [0, 0, 0x31], [0, 0, 14]] {
        assert_eq!(with(progressive(), sos(&[[1, 0]], band)), malformed, "{band:?}");
    }
}
