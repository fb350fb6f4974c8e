//! What is decoded, and by which options: `iio-jpeg8` has the tests of the format itself.

use std::sync::Arc;

use iio_codec::{Check, Context, DType, ErrorKind, Layout};
use iio_mozjpeg::{ColourSpace, DecodeOptions, EncodeOptions, check, decode, decode_into, encode, header};

use crate::build::{array, photo, ramp, ramp_stream, short_ramp, tables};

fn plain() -> DecodeOptions {
    DecodeOptions::default()
}

fn stream() -> Vec<u8> {
    encode(array(&photo(40, 50, 3), [40, 50, 3]), &EncodeOptions::default()).unwrap()
}

#[test]
fn one_coefficient_gives_its_cosine() {
    let (layout, samples) = decode(&ramp_stream(), &plain()).unwrap();
    assert_eq!((layout.dtype(), layout.shape()), (DType::U8, &[8, 8][..]));
    assert_eq!(samples[..], ramp());
}

#[test]
fn tables_may_stand_apart() {
    let error = decode(&short_ramp(8), &plain()).unwrap_err();
    assert_eq!((error.kind(), error.who()), (ErrorKind::Malformed, "mozjpeg"));
    let with = plain().with_tables(Arc::<[u8]>::from(tables()));
    assert_eq!(decode(&short_ramp(8), &with).unwrap().1[..], ramp());
}

#[test]
fn shape_stands_in_for_a_height_that_is_open() {
    let with = plain().with_tables(Arc::<[u8]>::from(tables()));
    assert_eq!(header(&short_ramp(0), &with).unwrap_err().kind(), ErrorKind::Malformed);
    let shaped = with.with_shape([5, 8]);
    assert_eq!(header(&short_ramp(0), &shaped).unwrap().layout.shape(), [5, 8]);
    assert_eq!(decode(&short_ramp(0), &shaped).unwrap().1[..], ramp()[..40]);
}

#[test]
fn colour_spaces_of_stream_and_array() {
    let stream = stream();
    let read = |options: &DecodeOptions| decode(&stream, options).unwrap();
    let (layout, rgb) = read(&plain());
    let (_, bgr) = read(&plain().with_outcolorspace(ColourSpace::Bgr));
    assert!(rgb.chunks_exact(3).zip(bgr.chunks_exact(3)).all(|(a, b)| [a[0], a[1], a[2]] == [b[2], b[1], b[0]]));
    let (grey, luma) = read(&plain().with_outcolorspace(ColourSpace::Gray));
    assert_eq!((layout.shape(), grey.shape()), (&[40, 50, 3][..], &[40, 50][..]));
    // Told to be RGB, samples are as stored.
    let (_, stored) = read(&plain().with_colorspace(ColourSpace::Rgb));
    assert!(stored.iter().step_by(3).eq(luma.iter()));
    assert!(stored != rgb);
}

#[test]
fn fancy_upsampling_is_an_option() {
    let stream = stream();
    let fancy = decode(&stream, &plain()).unwrap().1;
    assert!(fancy != decode(&stream, &plain().with_fancy_upsampling(false)).unwrap().1);
}

#[test]
fn streams_that_are_cut_are_refused_in_the_name_of_this_codec() {
    let stream = stream();
    let cut = &stream[..stream.len() / 2];
    let error = decode(cut, &plain()).unwrap_err();
    assert_eq!((error.kind(), error.who()), (ErrorKind::Truncated, "mozjpeg"));
    assert!(decode(cut, &plain().with_allow_damaged(true)).is_ok());
    let mut out = [0; 8];
    let layout = Layout::new(DType::U8, &[2, 4]).unwrap();
    let dst = iio_codec::ArrayMut::new(&mut out, layout).unwrap();
    let error = decode_into(&stream, dst, &plain(), &Context::default()).unwrap_err();
    assert_eq!((error.kind(), error.who()), (ErrorKind::InvalidArgument, "mozjpeg"));
}

#[test]
fn streams_are_known_by_their_markers() {
    assert_eq!(check(&stream()), Check::Yes);
    assert_eq!(check(b"\x89PNG\r\n\x1a\n"), Check::No);
}
