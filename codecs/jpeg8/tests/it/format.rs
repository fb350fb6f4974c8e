//! Streams made by hand, with sections of ITU-T T.81.

use iio_codec::{Check, Context, DType, ErrorKind};
use iio_jpeg8::{ColourSpace, DecodeOptions, Process, check, decode, decode_planes, header, info};

use crate::build::{FLAT, FLAT_LEVEL, dht, dqt, flat_stream, ramp, ramp_stream, segment, sof, sos, stream, tables};

fn options() -> DecodeOptions {
    DecodeOptions::default()
}

#[test]
fn one_coefficient_gives_its_cosine() {
    let (layout, samples) = decode(&ramp_stream(), &options()).unwrap();
    assert_eq!((layout.dtype(), layout.shape()), (DType::U8, &[8, 8][..]));
    assert_eq!(samples[..], ramp());
}

#[test]
fn dc_is_predicted_from_block_to_block() {
    // F.1.2.1: the second block has a difference of 0, the third of 5.
    let mut segments = tables();
    segments.extend([sof(0xc0, 8, 20, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    // 10 101 0, 0 0, 10 101 0
    let samples = decode(&stream(&segments, &[0b1010_1000, 0b1010_1011]), &options()).unwrap().1;
    assert_eq!(samples[..16], [FLAT_LEVEL; 16]);
    assert_eq!(samples[16..20], [FLAT_LEVEL + 5; 4]);
}

#[test]
fn restart_markers_forget_the_prediction() {
    // F.1.1.5.1, with DRI of one MCU.
    let mut segments = tables();
    segments.extend([segment(0xdd, &[0, 1]), sof(0xc0, 8, 16, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    let samples = decode(&stream(&segments, &[FLAT[0], 0xff, 0xd0, FLAT[0]]), &options()).unwrap().1;
    assert_eq!(samples[..16], [FLAT_LEVEL; 16]);
}

#[test]
fn rows_may_follow_the_scan() {
    // B.2.5: a height of 0, then DNL.
    let mut segments = tables();
    segments.extend([sof(0xc0, 0, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    let data = [&FLAT[..], &segment(0xdc, &[0, 5])].concat();
    assert_eq!(header(&stream(&segments, &data), &options()).unwrap().layout.shape(), [5, 8]);
    assert_eq!(decode(&stream(&segments, &data), &options()).unwrap().1[..], [FLAT_LEVEL; 40]);
    let open = stream(&segments, &FLAT);
    assert_eq!(header(&open, &options()).unwrap_err().kind(), ErrorKind::Malformed);
    assert_eq!(decode(&open, &options().with_shape([6, 8])).unwrap().1[..], [FLAT_LEVEL; 48]);
}

#[test]
fn highest_size_stands_for_the_shape_that_is_given() {
    let mut segments = tables();
    segments.extend([sof(0xc0, 65500, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    let open = stream(&segments, &FLAT);
    assert_eq!(header(&open, &options()).unwrap().layout.shape(), [65500, 8]);
    assert_eq!(decode(&open, &options().with_shape([7, 99])).unwrap().1[..], [FLAT_LEVEL; 56]);
    let error = header(&open, &options().with_shape([70_000, 8])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    // A size that is told is not overruled.
    assert_eq!(header(&flat_stream(), &options().with_shape([7, 99])).unwrap().layout.shape(), [8, 8]);
}

#[test]
fn tables_and_header_may_stand_apart() {
    let frame = sof(0xc0, 8, 8, &[[1, 0x11, 0]]);
    let scan = sos(&[[1, 0]], [0, 63, 0]);
    let short = stream(&[frame.clone(), scan.clone()], &FLAT);
    let error = decode(&short, &options()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("tables"), "{error}");

    let container = stream(&tables(), &[]);
    let with_tables = options().with_tables(std::sync::Arc::from(&container[..]));
    assert_eq!(decode(&short, &with_tables).unwrap().1[..], [FLAT_LEVEL; 64]);

    // Tables of the stream win.
    let own = stream(&[dqt(0, 16), frame.clone(), scan.clone()], &FLAT);
    assert_eq!(decode(&own, &with_tables).unwrap().1[..], [FLAT_LEVEL + 5; 64]);

    // All of the header apart, then all but the scan header.
    let head = [&[0xff, 0xd8][..], &tables().concat(), &frame].concat();
    let with_header = |head: Vec<u8>| options().with_header(std::sync::Arc::<[u8]>::from(head));
    let whole = with_header([&head[..], &scan].concat());
    assert_eq!(decode(&FLAT, &whole).unwrap().1[..], [FLAT_LEVEL; 64]);
    assert_eq!(decode(&[&scan[..], &FLAT].concat(), &with_header(head)).unwrap().1[..], [FLAT_LEVEL; 64]);
    assert_eq!(decode(&FLAT, &options()).unwrap_err().kind(), ErrorKind::Truncated);
}

#[test]
fn components_may_come_in_scans_of_their_own() {
    let mut segments = tables();
    segments.push(sof(0xc0, 8, 8, &[[7, 0x11, 0], [9, 0x11, 0]]));
    segments.push([&sos(&[[7, 0]], [0, 63, 0])[..], &FLAT].concat());
    let whole = stream(&[&segments[..], &[sos(&[[9, 0]], [0, 63, 0])]].concat(), &[0b0011_1111]);
    let (layout, samples) = decode(&whole, &options()).unwrap();
    assert_eq!(layout.shape(), [8, 8, 2]);
    assert_eq!(samples[..], [FLAT_LEVEL, 128].repeat(64));
    let error = decode(&stream(&segments, &[]), &options()).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Truncated, "component 9 has no scan"));
}

#[test]
fn progressive_stream_may_end_early_only_with_its_end() {
    let mut segments = tables();
    segments.push(sof(0xc2, 8, 8, &[[1, 0x11, 0]]));
    // G.1.2.1: DC without its lowest bit: 10 101 gives 5 * 2.
    segments.push(sos(&[[1, 0]], [0, 0, 1]));
    let whole = stream(&segments, &[0b1010_1111]);
    assert_eq!(decode(&whole, &options()).unwrap().1[..], [FLAT_LEVEL + 5; 64]);
    let open = &whole[..whole.len() - 2];
    assert_eq!(decode(open, &options()).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(decode(open, &options().with_allow_damaged(true)).unwrap().1[..], [FLAT_LEVEL + 5; 64]);
}

#[test]
fn end_marker_is_dispensable_and_data_is_not() {
    let whole = flat_stream();
    assert_eq!(decode(&whole[..whole.len() - 2], &options()).unwrap().1[..], [FLAT_LEVEL; 64]);
    let cut = &whole[..whole.len() - 3];
    assert_eq!(decode(cut, &options()).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(decode(cut, &options().with_allow_damaged(true)).unwrap().1.len(), 64);
}

#[test]
fn planes_are_given_as_stored() {
    // 4:2:0 of 9 x 11 pixels: an MCU of 6 blocks, each flat; the DC of the first luma block is 5, of chroma 0 and 5.
    let mut segments = tables();
    segments.push(sof(0xc0, 9, 11, &[[1, 0x22, 0], [2, 0x11, 0], [3, 0x11, 0]]));
    segments.push(sos(&[[1, 0], [2, 0], [3, 0]], [0, 63, 0]));
    // 10 101 0, 00 00 00, 00, 10 101 0
    let src = stream(&segments, &[0b1010_1000, 0b0000_0010, 0b1010_1111]);
    let planes = decode_planes(&src, &options(), &Context::default()).unwrap();
    let shapes: Vec<_> = planes.iter().map(|plane| plane.0.shape().to_vec()).collect();
    assert_eq!(shapes, [[9, 11], [5, 6], [5, 6]]);
    assert_eq!(planes[0].1[..], [FLAT_LEVEL; 99]);
    assert_eq!((planes[1].1[0], planes[2].1[29]), (128, FLAT_LEVEL));
    // 133 + 1.402 * 5, 133 - 0.71414 * 5, 133
    assert_eq!(decode(&src, &options()).unwrap().1[..3], [140, 129, 133]);
}

#[test]
fn info_tells_what_the_markers_tell() {
    let adobe = |transform| segment(0xee, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat());
    let jfif = segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    let space = |extra: Vec<u8>, ids: &[u8]| {
        let components: Vec<[u8; 3]> = ids.iter().map(|&id| [id, 0x11, 0]).collect();
        let scan: Vec<[u8; 2]> = ids.iter().map(|&id| [id, 0]).collect();
        let mut segments = tables();
        segments.extend([extra, sof(0xc0, 8, 8, &components), sos(&scan, [0, 63, 0])]);
        info(&stream(&segments, &[0; 4]), &options()).unwrap().colour_space()
    };
    assert_eq!(space(vec![], &[1]), ColourSpace::Gray);
    assert_eq!(space(vec![], &[1, 2]), ColourSpace::Unknown);
    assert_eq!(space(vec![], &[1, 2, 3]), ColourSpace::YCbCr);
    assert_eq!(space(vec![], b"RGB"), ColourSpace::Rgb);
    assert_eq!(space(adobe(0), &[1, 2, 3]), ColourSpace::Rgb);
    assert_eq!(space(adobe(1), b"RGB"), ColourSpace::YCbCr);
    assert_eq!(space([jfif, adobe(0)].concat(), b"RGB"), ColourSpace::YCbCr);
    assert_eq!(space(vec![], &[1, 2, 3, 4]), ColourSpace::Cmyk);
    assert_eq!(space(adobe(2), &[1, 2, 3, 4]), ColourSpace::Ycck);

    let told = info(&flat_stream(), &options()).unwrap();
    assert_eq!((told.process, told.arithmetic, told.precision), (Process::Sequential, false, 8));
    assert_eq!((told.width, told.height, told.components()[0].id), (8, 8, 1));
}

#[test]
fn what_is_for_other_codecs_says_so() {
    let with = |frame: Vec<u8>| {
        let mut segments = tables();
        segments.extend([frame, sos(&[[1, 0]], [1, 0, 0])]);
        decode(&stream(&segments, &FLAT), &options()).unwrap_err()
    };
    let mut deep = sof(0xc1, 8, 8, &[[1, 0x11, 0]]);
    deep[4] = 12;
    for (frame, text) in [
        (deep, "12 bits"),
        (sof(0xc3, 8, 8, &[[1, 0x11, 0]]), "lossless"),
        (sof(0xc5, 8, 8, &[[1, 0x11, 0]]), "hierarchical"),
        (sof(0xf7, 8, 8, &[[1, 0x11, 0]]), "JPEG-LS"),
    ] {
        let error = with(frame);
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn check_is_not_sure_of_what_decoders_skip() {
    let good = flat_stream();
    assert_eq!(check(&good), Check::Yes);
    let skipped = [&good[..2], b"{{{", &good[2..]].concat();
    assert_eq!(decode(&skipped, &options()).unwrap().1[..], decode(&good, &options()).unwrap().1[..]);
    assert_eq!(check(&skipped), Check::Unknown);
}

#[test]
fn check_knows_its_own() {
    assert_eq!(check(&flat_stream()), Check::Yes);
    assert_eq!(check(&stream(&tables(), &[])), Check::Yes);
    assert_eq!(check(&[0xff, 0xd8, 0xff, 0xf7, 0, 11]), Check::No);
    assert_eq!(check(&stream(&[segment(0xe0, b"x"), sof(0xf7, 8, 8, &[[1, 0x11, 0]])], &[])), Check::No);
    assert_eq!(check(&[0xff, 0xd8]), Check::Unknown);
    assert_eq!(check(b"\x89PNG\r\n\x1a\n"), Check::No);
}

#[test]
fn oversubscribed_huffman_table_is_refused() {
    let mut segments = tables();
    segments.extend([sof(0xc0, 8, 8, &[[1, 0x11, 0]]), sos(&[[1, 0]], [0, 63, 0])]);
    assert!(decode(&stream(&segments, &FLAT), &options()).is_ok());
    segments[1] = dht(0, 0, &[2, 1], &[0, 3, 4]);
    assert_eq!(decode(&stream(&segments, &FLAT), &options()).unwrap_err().kind(), ErrorKind::Malformed);
}
