//! Vectors from ISO/IEC 15444-1, byte by byte.

use iio_codec::{Check, DType, ErrorKind};
use iio_jpeg2k::{DecodeOptions, Progression, check, decode, header, info};

use crate::build::{EXAMPLE, PACKETS, cod, example, example_header, part, qcd, segment, siz, stream};

fn plain() -> DecodeOptions {
    DecodeOptions::default()
}

#[test]
fn example_of_j10_decodes() {
    let (layout, samples) = decode(&example(), &plain()).unwrap();
    assert_eq!((layout.dtype(), layout.shape()), (DType::U8, &[9, 1][..]));
    assert_eq!(*samples, EXAMPLE);
}

#[test]
fn info_tells_what_the_markers_say() {
    let src = example();
    let info = info(&src).unwrap();
    assert!(!info.is_jp2 && !info.high_throughput && info.coding.reversible && !info.coding.component_transform);
    assert_eq!((info.width(), info.height(), info.size.n_components()), (1, 9, 1));
    assert_eq!((info.n_resolutions(), info.n_layers(), info.coding.code_block), (2, 1, [5, 5]));
    assert_eq!(info.coding.progression, Progression::Lrcp);
    assert_eq!((info.size.tile, info.size.n_tiles()), ([1, 9], [1, 1]));
    let component = info.size.component(0).unwrap();
    assert_eq!((component.precision, component.signed, component.dx, component.dy), (8, false, 1, 1));
}

#[test]
fn signed_samples_have_no_level_shift() {
    let src = stream(&example_header(&[[0x87, 1, 1]]), &[part(0, 0, 1, &[], &PACKETS.concat())]);
    let (layout, samples) = decode(&src, &plain()).unwrap();
    assert_eq!(layout.dtype(), DType::I8);
    assert_eq!(*samples, EXAMPLE.map(|sample| sample.wrapping_sub(128)));
}

#[test]
fn dtype_is_the_narrowest_that_holds_all_components() {
    let dtype =
        |components: &[[u8; 3]]| header(&stream(&example_header(components), &[part(0, 0, 1, &[], &[])]), &plain());
    let of = |components: &[[u8; 3]]| dtype(components).map(|header| (header.layout.dtype(), header.bits)).unwrap();
    assert_eq!(of(&[[0, 1, 1]]), (DType::U8, 1));
    assert_eq!(of(&[[8, 1, 1]]), (DType::U16, 9));
    assert_eq!(of(&[[15, 1, 1]]), (DType::U16, 16));
    assert_eq!(of(&[[16, 1, 1]]), (DType::U32, 17));
    assert_eq!(of(&[[0x80 + 30, 1, 1]]), (DType::I32, 31));
    assert_eq!(of(&[[7, 1, 1], [11, 1, 1]]), (DType::U16, 12));
    assert_eq!(of(&[[7, 1, 1], [0x83, 1, 1]]), (DType::I16, 9));
    assert_eq!(of(&[[3, 1, 1], [0x87, 1, 1]]), (DType::I8, 8));
    assert_eq!(dtype(&[[31, 1, 1]]).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn precision_below_a_byte_keeps_its_value() {
    // 7 bits: the level shift is 64, and OpenJPEG clamps to 127.
    let src = stream(&example_header(&[[6, 1, 1]]), &[part(0, 0, 1, &[], &PACKETS.concat())]);
    let (layout, samples) = decode(&src, &plain()).unwrap();
    assert_eq!((layout.dtype(), header(&src, &plain()).unwrap().bits), (DType::U8, 7));
    assert_eq!(*samples, EXAMPLE.map(|sample| sample - 64));
}

#[test]
fn common_subsampling_is_no_subsampling() {
    let src = stream(&example_header(&[[7, 2, 3]]), &[part(0, 0, 1, &[], &PACKETS.concat())]);
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn coarser_components_are_repeated_to_the_finest_grid() {
    // Component 0 has a sample at every row of 18, component 1 at every other: nine.
    let header = [siz([0, 0, 1, 18], [1, 18], [0, 0], &[[7, 1, 1], [7, 1, 2]]), cod(1, 1), qcd(1)];
    // LRCP: resolution 0 of both components, then resolution 1. Component 0 has empty packets: all samples are 128.
    let data = [&[0], PACKETS[0], &[0], PACKETS[1]].concat();
    let (layout, samples) = decode(&stream(&header, &[part(0, 0, 1, &[], &data)]), &plain()).unwrap();
    assert_eq!(layout.shape(), [18, 1, 2]);
    let expected: Vec<u8> = (0..18).flat_map(|row| [128, EXAMPLE[row / 2]]).collect();
    assert_eq!(*samples, expected);
}

#[test]
fn tiles_are_placed_on_the_reference_grid() {
    // Tiles begin at rows 0, 9 and 18, the image at row 5. The last tile is the example, the others have empty packets.
    let header = [siz([0, 5, 1, 27], [1, 9], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    let parts = [part(0, 0, 1, &[], &[0, 0]), part(2, 0, 1, &[], &PACKETS.concat()), part(1, 0, 1, &[], &[0, 0])];
    let (layout, samples) = decode(&stream(&header, &parts), &plain()).unwrap();
    assert_eq!(layout.shape(), [22, 1]);
    assert_eq!(*samples, [[128; 13].as_slice(), &EXAMPLE].concat());
}

#[test]
fn tile_parts_of_several_tiles_may_interleave() {
    let header = [siz([0, 0, 1, 19], [1, 10], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    let parts = [
        part(0, 0, 0, &[], &[0]),
        part(1, 0, 2, &[], PACKETS[0]),
        part(0, 1, 2, &[], &[0]),
        part(1, 1, 2, &[], PACKETS[1]),
    ];
    let (_, samples) = decode(&stream(&header, &parts), &plain()).unwrap();
    assert_eq!(*samples, [[128; 10].as_slice(), &EXAMPLE].concat());
}

#[test]
fn number_of_tile_parts_may_be_one_too_low() {
    // OpenJPEG's issue 254: TNsot counts from 0.
    let parts = [part(0, 0, 1, &[], PACKETS[0]), part(0, 1, 1, &[], PACKETS[1])];
    assert_eq!(*decode(&stream(&example_header(&[[7, 1, 1]]), &parts), &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn last_tile_part_may_leave_its_length_open() {
    let mut src = example();
    let sot = src.windows(2).position(|pair| pair == [0xff, 0x90]).unwrap();
    src[sot + 6..sot + 10].fill(0);
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn comments_pointers_and_markers_without_length_are_skipped() {
    let mut header = example_header(&[[7, 1, 1]]);
    header.insert(1, segment(0xff64, b"\0\x01a comment"));
    // A TLM that points to nowhere.
    header.push(segment(0xff55, &[0, 0x40, 0xff, 0xff, 0xff, 0xff]));
    header.push(vec![0xff, 0x30]);
    let src = stream(&header, &[part(0, 0, 1, &[], &PACKETS.concat())]);
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn bytes_behind_the_end_are_ignored() {
    let src = [example(), vec![0, 1, 2]].concat();
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn missing_end_is_truncated_unless_allowed() {
    let mut src = example();
    src.truncate(src.len() - 2);
    let error = decode(&src, &plain()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(error.to_string(), format!("jpeg2k: code stream ends without EOC (at byte {})", src.len()));
    assert_eq!(*decode(&src, &plain().with_allow_missing_end(true)).unwrap().1, EXAMPLE);
    // That is no licence to lack data.
    src.truncate(src.len() - 1);
    assert_eq!(decode(&src, &plain().with_allow_missing_end(true)).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn check_wants_both_markers() {
    let src = example();
    assert_eq!(check(&src), Check::Yes);
    assert_eq!(check(&src[..2]), Check::Unknown);
    assert_eq!(check(&[]), Check::Unknown);
    assert_eq!(check(&[0xff, 0x4f, 0xff, 0x52]), Check::No);
}
