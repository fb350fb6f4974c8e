//! Regions and resolutions against the whole image.

use iio_codec::{ArrayMut, ArrayRef, Context, DType, ErrorKind, Layout};
use iio_jpeg2k::{DecodeOptions, EncodeOptions, Format, decode, decode_into, encode, header};
use iio_testkit::{Content, Threads};

const SHAPE: [usize; 3] = [61, 83, 3];

fn image() -> (Layout, Vec<u8>) {
    let layout = Layout::new(DType::U8, &SHAPE).unwrap();
    (layout, Content::Photo.array(&layout, None))
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let (layout, samples) = image();
    let base = EncodeOptions::default().with_format(Format::J2k).with_resolutions(3);
    let with = |options: &EncodeOptions| encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap();
    vec![
        ("one tile", with(&base)),
        ("tiles", with(&base.clone().with_tile([32, 34]))),
        ("odd tiles", with(&base.clone().with_tile([33, 35]))),
        ("small precincts", with(&base.clone().with_precinct([16, 16]).with_code_block([8, 8]))),
        ("irreversible", with(&base.clone().with_reversible(false).with_tile([40, 40]))),
    ]
}

fn crop(samples: &[u8], width: usize, [left, top, right, bottom]: [usize; 4]) -> Vec<u8> {
    (top..bottom).flat_map(|row| &samples[(row * width + left) * 3..(row * width + right) * 3]).copied().collect()
}

#[test]
fn region_is_the_same_as_a_crop() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default()).unwrap();
        for region in
            [[0, 0, 83, 61], [0, 0, 1, 1], [82, 60, 83, 61], [7, 5, 50, 44], [33, 17, 66, 34], [31, 0, 33, 61]]
        {
            let (layout, part) = decode(&src, &DecodeOptions::default().with_region(region)).unwrap();
            let expected = crop(&whole, 83, region.map(|edge| edge as usize));
            assert_eq!(layout.n_bytes(), expected.len(), "{name} {region:?}");
            assert!(*part == expected, "{name} {region:?}");
        }
    }
}

#[test]
fn reduce_halves_and_keeps_the_picture() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default()).unwrap();
        let (layout, half) = decode(&src, &DecodeOptions::default().with_reduce(1u8)).unwrap();
        assert_eq!(layout.shape(), [31, 42, 3], "{name}");
        // The low-pass sample at (y, x) lies at (2y, 2x) and is a smooth picture's neighbour.
        let far = (0..31 * 42 * 3).filter(|index| {
            let (y, x, c) = (index / 126, index / 3 % 42, index % 3);
            whole[(2 * y * 83 + 2 * x) * 3 + c].abs_diff(half[*index]) > 24
        });
        assert!(far.count() < 31 * 42 * 3 / 20, "{name}");
    }
}

#[test]
fn region_of_a_reduced_image_is_its_crop() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default().with_reduce(2u8)).unwrap();
        // Full-resolution columns 10 to 49 hold the reduced columns 3 to 12: those whose place is a multiple of 4.
        let (layout, part) =
            decode(&src, &DecodeOptions::default().with_reduce(2u8).with_region([10, 7, 50, 33])).unwrap();
        assert_eq!(layout.shape(), [7, 10, 3], "{name}");
        assert!(*part == crop(&whole, 21, [3, 2, 13, 9]), "{name}");
    }
}

#[test]
fn tiles_decode_alike_on_any_number_of_threads() {
    for (name, src) in streams() {
        let expected = decode(&src, &DecodeOptions::default()).unwrap().1;
        for (width, planar, reduce) in [(2, false, 0), (4, true, 0), (3, false, 1), (4, false, 2)] {
            let options = DecodeOptions::default().with_planar(planar).with_reduce(reduce).with_threads(0usize);
            let layout = header(&src, &options).unwrap().layout;
            let mut samples = vec![0xa5; layout.n_bytes()];
            let threads = Threads(width);
            let cx = Context::default().with_executor(&threads);
            decode_into(&src, ArrayMut::new(&mut samples, layout).unwrap(), &options, &cx).unwrap();
            let serial = decode(&src, &options.with_threads(1usize)).unwrap().1;
            assert!(*serial == samples, "{name} at width {width}");
            if !planar && reduce == 0 {
                assert!(*expected == samples, "{name} at width {width}");
            }
        }
    }
}

#[test]
fn destination_may_have_gaps() {
    let (_, src) = streams().remove(1);
    let expected = decode(&src, &DecodeOptions::default()).unwrap().1;
    let layout = header(&src, &DecodeOptions::default()).unwrap().layout;
    // Rows apart, and pixels apart.
    for (pixel, row) in [(3, 83 * 3 + 7), (5, 83 * 5)] {
        let mut buffer = vec![0xa5; 61 * row];
        let view = ArrayMut::with_strides(&mut buffer, layout, &[row, pixel, 1]).unwrap();
        decode_into(&src, view, &DecodeOptions::default(), &Context::default()).unwrap();
        for (index, &sample) in expected.iter().enumerate() {
            let (y, x, c) = (index / 249, index / 3 % 83, index % 3);
            assert_eq!(buffer[y * row + x * pixel + c], sample);
        }
        assert_eq!(buffer[83 * pixel..row], vec![0xa5; row - 83 * pixel]);
    }
}

#[test]
fn options_that_do_not_fit_the_image_are_refused() {
    let (_, src) = streams().remove(0);
    let kind = |options: DecodeOptions| decode(&src, &options).unwrap_err();
    let error = kind(DecodeOptions::default().with_reduce(3u8));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "reduce must be 0..=2 for this stream, got 3");
    for region in [[0, 0, 84, 61], [5, 5, 5, 6], [0, 62, 1, 63], [9, 0, 3, 2]] {
        let error = kind(DecodeOptions::default().with_region(region));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    // Pixels 5 to 6 of columns: none of them is a multiple of 4.
    let error = kind(DecodeOptions::default().with_reduce(2u8).with_region([5, 0, 7, 61]));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}
