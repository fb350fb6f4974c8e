//! The plain encoder and decoder, of which there are three: with vector instructions, without, and the library's.

use iio_codec::{ArrayRef, DType, Layout};
use iio_jpeg8::{
    ColourSpace, DecodeOptions, EncodeOptions, Subsampling, decode, decode_scalar, encode, encode_scalar, info,
};
use libjpeg_turbo_rs::{ColorSpace, Decoder, Encoder, PixelFormat};

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
fn vectors_and_scalars_write_and_read_the_same() {
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
                    let stream = encode(array, &options).unwrap();
                    assert!(stream == encode_scalar(array, &options).unwrap(), "{shape:?} {options:?}");
                    for fancy in [true, false] {
                        let options = DecodeOptions::default().with_fancy_upsampling(fancy);
                        let (layout, pixels) = decode(&stream, &options).unwrap();
                        let (of_scalar, scalar) = decode_scalar(&stream, &options).unwrap();
                        assert!(layout == of_scalar && pixels[..] == scalar[..], "{shape:?} {options:?}");
                    }
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

/// Streams of which every second one has restart markers.
fn streams() -> Vec<Vec<u8>> {
    let mut streams = Vec::new();
    for shape in [[1, 1, 3], [16, 16, 3], [33, 17, 3], [45, 301, 3], [20, 31, 1], [130, 40, 1], [3, 5, 3]] {
        for pixels in images(shape) {
            for quality in [3, 50, 95, 100] {
                for sampling in SUBSAMPLINGS {
                    let options = EncodeOptions::default().with_quality(quality).with_subsampling(sampling);
                    let interval = if streams.len() % 2 == 0 { 0_u16 } else { 3 };
                    streams.push(encode(array(&pixels, shape), &options.with_restart_interval(interval)).unwrap());
                }
            }
        }
    }
    streams
}

/// What the library makes of a stream, and whether it was content with it.
fn by_library(stream: &[u8], fancy: bool, lenient: bool, dst: &mut [u8]) -> bool {
    let mut decoder = Decoder::new(stream).unwrap();
    let samples = info(stream, &DecodeOptions::default()).unwrap().components().len();
    decoder.set_output_format(if samples == 1 { PixelFormat::Grayscale } else { PixelFormat::Rgb });
    decoder.set_fast_upsample(!fancy);
    decoder.set_lenient(lenient);
    decoder.set_block_smoothing(true);
    decoder.decode_image_into(dst).is_ok()
}

#[test]
fn pixels_are_those_of_the_library() {
    for stream in streams() {
        for fancy in [true, false] {
            let (layout, ours) = decode(&stream, &DecodeOptions::default().with_fancy_upsampling(fancy)).unwrap();
            let mut theirs = vec![0; ours.len()];
            assert!(by_library(&stream, fancy, false, &mut theirs));
            assert!(ours[..] == theirs[..], "{layout} {fancy}");
        }
    }
}

/// Whatever is wrong with the data, the plain decoder leaves it to the library, whose answer counts.
#[test]
fn damaged_data_is_judged_as_the_library_does() {
    let mut whole = 0;
    for (i, stream) in streams().into_iter().enumerate() {
        let head = stream.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap() + 14;
        for step in [3, 17, 101, 997] {
            let mut damaged = stream.clone();
            damaged.iter_mut().skip(head + i % step).step_by(step).for_each(|byte| *byte ^= 1 << (i % 8));
            for lenient in [true, false] {
                let options = DecodeOptions::default().with_allow_damaged(lenient);
                let (ours, scalar) = (decode(&damaged, &options), decode_scalar(&damaged, &options));
                assert_eq!(ours.is_ok(), scalar.is_ok());
                let (Ok((layout, ours)), Ok((_, scalar))) = (ours, scalar) else { continue };
                assert!(ours[..] == scalar[..], "stream {i}, {layout}, a byte of {step}");
                let mut theirs = vec![0; ours.len()];
                assert!(by_library(&damaged, true, lenient, &mut theirs), "stream {i}, {layout}, a byte of {step}");
                assert!(ours[..] == theirs[..], "stream {i}, {layout}, a byte of {step}");
                whole += usize::from(!lenient);
            }
        }
    }
    assert!(whole > 0);
}
