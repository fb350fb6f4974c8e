//! Streams that lie: refused before OpenJPEG allocates or runs for them.

use std::time::{Duration, Instant};

use iio_codec::{ArrayCodec, ArrayRef, Cancel, Context, DType, ErrorKind, Layout, Limits};
use iio_jpeg2k::{DecodeOptions, EncodeOptions, Format, Jpeg2k, decode, encode};
use iio_testkit::Content;

use crate::build::{EXAMPLE, PACKETS, cod, example, example_header, part, qcd, segment, siz, stream};

fn with(src: &[u8], cx: &Context<'_>) -> Result<(), iio_codec::Error> {
    Jpeg2k::default().decoder().unwrap().decode(src, None, cx).map(|_| ())
}

/// The error of `src` under the default limits, which must come at once.
fn refused(src: &[u8]) -> iio_codec::Error {
    let start = Instant::now();
    let error = with(src, &Context::default()).unwrap_err();
    assert!(start.elapsed() < Duration::from_millis(500), "{error} after {:?}", start.elapsed());
    error
}

#[test]
fn declared_size_beyond_the_limit_is_refused() {
    let header = [siz([0, 0, 60_000, 60_000], [60_000, 60_000], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    let src = stream(&header, &[part(0, 0, 1, &[], &[0; 100])]);
    let error = refused(&src);
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 3_600_000_000, .. }),
        "{error}"
    );
}

#[test]
fn planes_of_openjpeg_count_as_working_memory() {
    let header = [siz([0, 0, 20_000, 20_000], [20_000, 20_000], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    let src = stream(&header, &[part(0, 0, 1, &[], &[0; 100])]);
    let error = refused(&src);
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", requested, .. } if requested > 1_600_000_000),
        "{error}"
    );
}

#[test]
fn tiles_times_components_are_refused() {
    // OpenJPEG's issue 1250 in kind: coding parameters for 65025 tiles of 16384 components.
    let components = vec![[7, 1, 1]; 16384];
    let header = [siz([0, 0, 255, 255], [1, 1], [0, 0], &components), cod(1, 0), qcd(0)];
    let error = refused(&stream(&header, &[part(0, 0, 1, &[], &[0; 20_000])]));
    assert!(matches!(error.kind(), ErrorKind::Limit { .. } | ErrorKind::Truncated), "{error}");
}

#[test]
fn code_blocks_are_counted() {
    // Code blocks of 4 x 4: some 480 bytes each for 16 samples.
    let small = segment(0xff52, &[0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    let header = [siz([0, 0, 8000, 8000], [8000, 8000], [0, 0], &[[7, 1, 1]]), small.clone(), qcd(0)];
    let error = refused(&stream(&header, &[part(0, 0, 1, &[], &[0; 100])]));
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", requested, .. } if requested > 1_700_000_000),
        "{error}"
    );
    // The same, said by the tile only.
    let header = [siz([0, 0, 8000, 8000], [8000, 8000], [0, 0], &[[7, 1, 1]]), cod(1, 0), qcd(0)];
    let error = refused(&stream(&header, &[part(0, 0, 1, &small, &[0; 100])]));
    assert!(
        matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", requested, .. } if requested > 1_700_000_000),
        "{error}"
    );
}

#[test]
fn packets_need_bytes() {
    // 65535 layers of nothing: each packet has a byte at least.
    let header = [siz([0, 0, 64, 64], [64, 64], [0, 0], &[[7, 1, 1]]), cod(65535, 5), qcd(5)];
    let error = refused(&stream(&header, &[part(0, 0, 1, &[], &[0; 1000])]));
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.message(), "tile 0 has 393210 packets in 1014 bytes");
}

#[test]
fn precincts_of_one_sample_are_counted() {
    let precincts = segment(0xff52, &[1, 0, 0, 1, 0, 0, 3, 3, 0, 1, 0x00]);
    let header = [siz([0, 0, 4000, 4000], [4000, 4000], [0, 0], &[[7, 1, 1]]), precincts, qcd(0)];
    let error = refused(&stream(&header, &[part(0, 0, 1, &[], &[0; 100])]));
    assert!(matches!(error.kind(), ErrorKind::Limit { .. } | ErrorKind::Truncated), "{error}");
}

#[test]
fn missing_tiles_are_truncated_not_zeros() {
    let header = [siz([0, 0, 1, 30], [1, 10], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    let src = stream(&header, &[part(0, 0, 1, &[], &[0, 0]), part(2, 0, 1, &[], &[0, 0])]);
    let error = refused(&src);
    assert_eq!((error.kind(), error.message()), (ErrorKind::Truncated, "tile 1 is missing"));
    // A region that does not meet it is whole.
    assert_eq!(*decode(&src, &DecodeOptions::default().with_region([0, 20, 1, 30])).unwrap().1, [128; 10]);
    let parts = [part(0, 0, 3, &[], PACKETS[0]), part(0, 1, 3, &[], PACKETS[1])];
    let error = refused(&stream(&example_header(&[[7, 1, 1]]), &parts));
    assert_eq!((error.kind(), error.message()), (ErrorKind::Truncated, "tile 0 has 2 of 3 parts"));
}

#[test]
fn resolutions_that_never_come_are_truncated() {
    // POC: resolution 0 only. The samples of the others would be what the memory held.
    let poc = segment(0xff5f, &[0, 0, 0, 1, 1, 1, 0]);
    let mut header = example_header(&[[7, 1, 1]]);
    header.push(poc);
    let error = refused(&stream(&header, &[part(0, 0, 1, &[], &PACKETS.concat())]));
    assert_eq!((error.kind(), error.message()), (ErrorKind::Truncated, "component 0 ends at resolution 0"));
}

#[test]
fn parts_out_of_order_and_of_no_tile_are_malformed() {
    let header = example_header(&[[7, 1, 1]]);
    let data = PACKETS.concat();
    for parts in [
        vec![part(1, 0, 1, &[], &data)],
        vec![part(0, 1, 2, &[], &data)],
        vec![part(0, 0, 2, &[], PACKETS[0]), part(0, 0, 2, &[], PACKETS[1])],
    ] {
        assert_eq!(refused(&stream(&header, &parts)).kind(), ErrorKind::Malformed);
    }
}

#[test]
fn errors_carry_the_words_of_openjpeg() {
    let mut src = example();
    let data = src.windows(2).position(|pair| pair == [0xff, 0x93]).unwrap() + 2;
    // The length of the first code block becomes that of all that follows, and more.
    src[data + 2] = 0xfe;
    let error = refused(&src);
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.message().starts_with("opj_decode failed: read: segment too long (127)"), "{error}");
}

#[test]
fn working_memory_stays_within_its_estimate() {
    // A limit that a picture just exceeds is named with what would do, and that does.
    let layout = Layout::new(DType::U8, &[600, 500, 3]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    let src = encode(ArrayRef::new(&samples, layout).unwrap(), &EncodeOptions::default()).unwrap();
    let cx = |bytes| Context::with_limits(Limits::default().with_working_bytes(bytes));
    let error = with(&src, &cx(1 << 20)).unwrap_err();
    let ErrorKind::Limit { which: "working_bytes", requested, .. } = error.kind() else { panic!("{error}") };
    with(&src, &cx(requested)).unwrap();
    // Tiles are decoded one by one: the same picture then needs much less.
    let tiled =
        encode(ArrayRef::new(&samples, layout).unwrap(), &EncodeOptions::default().with_tile([100, 100])).unwrap();
    with(&tiled, &cx(1 << 20)).unwrap();
    let codec = Jpeg2k::default();
    let error = codec.encoder().unwrap().encode(ArrayRef::new(&samples, layout).unwrap(), &cx(1 << 20)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
}

#[test]
fn cancel_stops_between_tiles() {
    let cancel = Cancel::new();
    cancel.cancel();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    assert_eq!(with(&example(), &cx).unwrap_err().kind(), ErrorKind::Cancelled);
    let layout = Layout::new(DType::U8, &[9, 1]).unwrap();
    let error = Jpeg2k::default().encoder().unwrap().encode(ArrayRef::new(&EXAMPLE, layout).unwrap(), &cx).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn every_truncation_of_a_tiled_stream_is_an_error() {
    let layout = Layout::new(DType::U8, &[20, 20]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    let options = EncodeOptions::default().with_tile([16, 16]).with_format(Format::J2k);
    let src = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
    for len in 0..src.len() {
        let error = with(&src[..len], &Context::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{len} of {}: {error}", src.len());
    }
}
