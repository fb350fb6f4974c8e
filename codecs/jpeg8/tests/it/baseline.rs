//! The plain encoder, of which there are three: with vector instructions, without, and the library's.

use iio_codec::{ArrayRef, DType, Layout};
use iio_jpeg8::{ColourSpace, EncodeOptions, Subsampling, encode, encode_scalar};
use libjpeg_turbo_rs::{ColorSpace, Encoder, PixelFormat};

use crate::build::{noise, picture};

const SUBSAMPLINGS: [Subsampling; 7] = [
    Subsampling::S444,
    Subsampling::S422,
    Subsampling::S420,
    Subsampling::S440,
    Subsampling::S411,
    Subsampling::S410,
    Subsampling::S441,
];

/// Smooth, rough, and as far from smooth as can be.
fn images(shape: [usize; 3]) -> [Vec<u8>; 3] {
    let [height, width, samples] = shape;
    let noise = noise(height * width * samples);
    let hard = noise.iter().map(|&sample| if sample < 128 { 0 } else { 255 }).collect();
    [picture(height, width, samples), noise, hard]
}

fn array(pixels: &[u8], shape: [usize; 3]) -> ArrayRef<'_> {
    let shape = if shape[2] == 1 { &shape[..2] } else { &shape[..] };
    ArrayRef::new(pixels, Layout::new(DType::U8, shape).unwrap()).unwrap()
}

#[test]
fn vectors_and_scalars_write_the_same_stream() {
    for shape in [[1, 1, 3], [7, 70, 3], [33, 17, 3], [64, 130, 3], [20, 31, 4], [40, 129, 4], [50, 150, 1]] {
        for pixels in images(shape) {
            for quality in [1, 25, 50, 80, 95, 100] {
                let plain = EncodeOptions::default().with_quality(quality);
                let rgb = |space| plain.clone().with_colorspace(Some(space));
                let options = match shape[2] {
                    1 => vec![plain],
                    3 => [rgb(ColourSpace::Bgr).with_outcolorspace(ColourSpace::Gray), rgb(ColourSpace::Unknown)]
                        .into_iter()
                        .chain(SUBSAMPLINGS.map(|sampling| plain.clone().with_subsampling(sampling)))
                        .collect(),
                    _ => vec![
                        rgb(ColourSpace::Argb),
                        rgb(ColourSpace::Abgr).with_outcolorspace(ColourSpace::Rgb),
                        rgb(ColourSpace::Cmyk),
                    ],
                };
                for options in options {
                    let array = array(&pixels, shape);
                    let same = encode(array, &options).unwrap() == encode_scalar(array, &options).unwrap();
                    assert!(same, "{shape:?} {options:?}");
                }
            }
        }
    }
}

#[test]
fn streams_are_those_of_the_library() {
    for shape in [[1, 1, 3], [16, 16, 3], [33, 17, 3], [45, 301, 3], [20, 31, 1], [130, 40, 1]] {
        let [height, width, samples] = shape;
        for pixels in images(shape) {
            for quality in [3, 49, 50, 75, 95, 100] {
                let format = if samples == 1 { PixelFormat::Grayscale } else { PixelFormat::Rgb };
                let library = || Encoder::new(&pixels, width, height, format).quality(quality).force_baseline(true);
                let plain = EncodeOptions::default().with_quality(quality);
                let ours = |options: EncodeOptions| encode(array(&pixels, shape), &options).unwrap();
                if samples == 1 {
                    assert!(ours(plain) == library().encode().unwrap(), "{shape:?} {quality}");
                    continue;
                }
                for (sampling, name) in [
                    (Subsampling::S444, libjpeg_turbo_rs::Subsampling::S444),
                    (Subsampling::S422, libjpeg_turbo_rs::Subsampling::S422),
                    (Subsampling::S420, libjpeg_turbo_rs::Subsampling::S420),
                    (Subsampling::S440, libjpeg_turbo_rs::Subsampling::S440),
                ] {
                    let options = plain.clone().with_subsampling(sampling);
                    let theirs = library().subsampling(name);
                    assert!(ours(options.clone()) == theirs.encode().unwrap(), "{shape:?} {quality} {sampling:?}");
                    let theirs = library().subsampling(name).restart_blocks(3);
                    let options = options.with_restart_interval(3_u16);
                    assert!(ours(options) == theirs.encode().unwrap(), "{shape:?} {quality} {sampling:?}, restarts");
                }
                let options = plain.clone().with_outcolorspace(ColourSpace::Gray);
                let theirs = library().grayscale_from_color(true);
                assert!(ours(options) == theirs.encode().unwrap(), "{shape:?} {quality} gray");
                // The library writes a JFIF segment, which contradicts the colours.
                let options = plain.with_outcolorspace(ColourSpace::Rgb);
                let (ours, theirs) = (ours(options), library().colorspace(ColorSpace::Rgb).encode().unwrap());
                assert!(ours.ends_with(&theirs[20..]), "{shape:?} {quality} rgb");
            }
        }
    }
}

#[test]
fn places_of_colours_are_found() {
    let shape = [33, 47, 3];
    let rgb = noise(33 * 47 * 3);
    let of = |order: [usize; 3], first: usize, samples: usize| -> Vec<u8> {
        let mut pixels = vec![7; 33 * 47 * samples];
        for (to, from) in pixels.chunks_exact_mut(samples).zip(rgb.chunks_exact(3)) {
            order.iter().enumerate().for_each(|(i, &sample)| to[first + i] = from[sample]);
        }
        pixels
    };
    for stream in [ColourSpace::YCbCr, ColourSpace::Rgb, ColourSpace::Gray] {
        let plain = EncodeOptions::default().with_outcolorspace(stream);
        let expected = encode(array(&rgb, shape), &plain).unwrap();
        for (space, order, first, samples) in [
            (ColourSpace::Bgr, [2, 1, 0], 0, 3),
            (ColourSpace::Rgba, [0, 1, 2], 0, 4),
            (ColourSpace::Bgrx, [2, 1, 0], 0, 4),
            (ColourSpace::Xrgb, [0, 1, 2], 1, 4),
            (ColourSpace::Abgr, [2, 1, 0], 1, 4),
        ] {
            let pixels = of(order, first, samples);
            let options = plain.clone().with_colorspace(space);
            assert!(encode(array(&pixels, [33, 47, samples]), &options).unwrap() == expected, "{space:?} {stream:?}");
        }
    }
}

#[test]
fn gaps_between_rows_and_pixels_do_not_count() {
    let pixels = noise(40 * 60 * 4);
    let layout = Layout::new(DType::U8, &[40, 60, 4]).unwrap();
    let whole = ArrayRef::new(&pixels, layout).unwrap();
    let options = EncodeOptions::default().with_colorspace(ColourSpace::Unknown);
    for ranges in [[3..40, 5..50, 0..4], [0..40, 0..60, 0..3], [1..2, 3..4, 1..4]] {
        let part = whole.window(&ranges).unwrap();
        let mut copy = Vec::new();
        part.append_to(&mut copy).unwrap();
        let expected = encode(ArrayRef::new(&copy, *part.layout()).unwrap(), &options).unwrap();
        assert!(encode(part, &options).unwrap() == expected, "{ranges:?}");
    }
}
