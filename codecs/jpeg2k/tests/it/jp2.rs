//! JP2 files: ISO/IEC 15444-1, Annex I.

use iio_codec::{DType, ErrorKind};
use iio_jpeg2k::{Colour, DecodeOptions, PaletteColumn, decode, header, info};

use crate::build::{EXAMPLE, PACKETS, boxed, cod, example, jp2, part, qcd, siz, stream};

fn plain() -> DecodeOptions {
    DecodeOptions::default()
}

/// Three components of 1 x 9: the example and two of empty packets, which are 128 throughout.
fn three(order: [usize; 3]) -> Vec<u8> {
    let header = [siz([0, 0, 1, 9], [1, 9], [0, 0], &[[7, 1, 1]; 3]), cod(1, 1), qcd(1)];
    let packets = |resolution: usize| order.map(|slot| if slot == 0 { PACKETS[resolution] } else { &[0] }).concat();
    stream(&header, &[part(0, 0, 1, &[], &[packets(0), packets(1)].concat())])
}

fn colr(number: u32) -> Vec<u8> {
    boxed(b"colr", &[&[1, 0, 0], &number.to_be_bytes()[..]].concat())
}

#[test]
fn boxes_lead_to_the_code_stream() {
    let resc = boxed(b"res ", &boxed(b"resc", &[0, 3, 0, 2, 0, 5, 0, 1, 2, 1]));
    let src = jp2(9, 1, &[colr(17), resc], &example());
    let info = info(&src).unwrap();
    assert!(info.is_jp2);
    assert_eq!(info.colour, Colour::Enumerated(17));
    assert_eq!(info.capture_resolution, Some([150.0, 50.0]));
    assert_eq!(info.display_resolution, None);
    assert_eq!(src[info.codestream_offset..][..4], [0xff, 0x4f, 0xff, 0x51]);
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn long_and_open_box_lengths_are_read() {
    let mut src = jp2(9, 1, &[colr(17)], &example());
    let jp2c = src.len() - example().len() - 8;
    src[jp2c..jp2c + 4].fill(0);
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
    src[jp2c..jp2c + 4].copy_from_slice(&1u32.to_be_bytes());
    let len = (src.len() - jp2c + 8) as u64;
    src.splice(jp2c + 8..jp2c + 8, len.to_be_bytes());
    assert_eq!(*decode(&src, &plain()).unwrap().1, EXAMPLE);
}

#[test]
fn sizes_of_box_and_code_stream_must_agree() {
    let error = decode(&jp2(9, 2, &[colr(17)], &example()), &plain()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.message(), "ihdr declares 2x9, SIZ 1x9");
}

#[test]
fn first_known_colour_counts_and_profiles_are_given() {
    let unknown = boxed(b"colr", &[9, 0, 0, 1, 2]);
    let profile = boxed(b"colr", b"\x02\0\0profile");
    let src = jp2(9, 1, &[unknown, profile, colr(17)], &example());
    assert_eq!(info(&src).unwrap().colour, Colour::Icc(b"profile"));
}

#[test]
fn palette_is_looked_up_unless_told() {
    // 128 entries of [2n, 1000 - n]; samples above 127 do not occur in the example.
    let entries: Vec<u8> =
        (0..128u16).flat_map(|n| [2 * n as u8].into_iter().chain((1000 - n).to_be_bytes())).collect();
    let pclr = boxed(b"pclr", &[&[0, 128, 2, 7, 9][..], &entries].concat());
    let cmap = boxed(b"cmap", &[0, 0, 1, 0, 0, 0, 1, 1]);
    let src = jp2(9, 1, &[colr(16), pclr, cmap], &example());
    let palette = info(&src).unwrap().palette.unwrap();
    assert_eq!((palette.n_entries(), palette.depth(1)), (128, Some((10, false))));
    assert_eq!(palette.column(1).take(2).collect::<Vec<_>>(), [1000, 999]);
    assert_eq!(palette.channels().nth(1), Some(PaletteColumn::Mapped { component: 0, column: 1 }));

    let (layout, samples) = decode(&src, &plain()).unwrap();
    assert_eq!((layout.dtype(), layout.shape()), (DType::U16, &[9, 1, 2][..]));
    let expected: Vec<u8> =
        EXAMPLE.iter().flat_map(|&n| [2 * u16::from(n), 1000 - u16::from(n)]).flat_map(u16::to_ne_bytes).collect();
    assert_eq!(*samples, expected);
    let options = plain().with_palette(false);
    assert_eq!(header(&src, &options).unwrap().layout.shape(), [9, 1]);
    assert_eq!(*decode(&src, &options).unwrap().1, EXAMPLE);
}

#[test]
fn samples_beyond_the_palette_take_its_last_entry() {
    let pclr = boxed(b"pclr", &[0, 2, 1, 0x87, 5, 0xfe]);
    let cmap = boxed(b"cmap", &[0, 0, 1, 0]);
    let (layout, samples) = decode(&jp2(9, 1, &[pclr, cmap], &example()), &plain()).unwrap();
    assert_eq!(layout.dtype(), DType::I8);
    assert_eq!(*samples, [0xfe; 9]);
}

#[test]
fn cmap_must_fit_components_and_columns() {
    let pclr = boxed(b"pclr", &[0, 2, 1, 7, 5, 6]);
    let kind = |boxes: &[Vec<u8>]| decode(&jp2(9, 1, boxes, &example()), &plain()).map_err(|error| error.kind());
    assert_eq!(kind(&[boxed(b"cmap", &[0, 0, 1, 0])]).unwrap_err(), ErrorKind::Malformed);
    assert_eq!(kind(&[pclr.clone(), boxed(b"cmap", &[0, 1, 1, 0])]).unwrap_err(), ErrorKind::Malformed);
    assert_eq!(kind(&[pclr.clone(), boxed(b"cmap", &[0, 0, 1, 1])]).unwrap_err(), ErrorKind::Malformed);
    // A palette that nothing maps to is no palette.
    assert_eq!(*kind(&[pclr]).unwrap().1, EXAMPLE);
}

#[test]
fn channels_are_put_into_the_order_of_their_colours() {
    // Channel 0 is colour 3, channel 1 colour 1, channel 2 colour 2.
    let cdef = boxed(b"cdef", &[0, 3, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 2]);
    let src = jp2(9, 1, &[colr(16), cdef], &three([0, 1, 2]));
    let definition = info(&src).unwrap().channel_definitions().next().unwrap();
    assert_eq!((definition.channel, definition.kind, definition.association), (0, 0, 3));
    let (_, samples) = decode(&src, &plain()).unwrap();
    let expected: Vec<u8> = EXAMPLE.iter().flat_map(|&sample| [128, 128, sample]).collect();
    assert_eq!(*samples, expected);
    let (_, samples) = decode(&src, &plain().with_planar(true)).unwrap();
    assert_eq!(*samples, [[128; 18].as_slice(), &EXAMPLE].concat());
}

#[test]
fn sycc_becomes_rgb_unless_told() {
    // Chroma 128 is grey.
    let grey = jp2(9, 1, &[colr(18)], &three([0, 1, 2]));
    let expected: Vec<u8> = EXAMPLE.iter().flat_map(|&y| [y; 3]).collect();
    assert_eq!(*decode(&grey, &plain()).unwrap().1, expected);
    // Cr is the example: R = Y + 1.402 (Cr - 128), G = Y - 0.714 (Cr - 128), B = Y, products cut towards zero.
    let red = jp2(9, 1, &[colr(18)], &three([1, 2, 0]));
    let expected: Vec<u8> = EXAMPLE
        .iter()
        .flat_map(|&cr| {
            let cr = f64::from(cr) - 128.0;
            [128 + (1.402 * cr) as i32, 128 - (0.714 * cr) as i32, 128].map(|value| value as u8)
        })
        .collect();
    assert_eq!(*decode(&red, &plain()).unwrap().1, expected);
    let stored: Vec<u8> = EXAMPLE.iter().flat_map(|&cr| [128, 128, cr]).collect();
    assert_eq!(*decode(&red, &plain().with_to_rgb(false)).unwrap().1, stored);
    // sRGB is left alone.
    assert_eq!(*decode(&jp2(9, 1, &[colr(16)], &three([1, 2, 0])), &plain()).unwrap().1, stored);
}
