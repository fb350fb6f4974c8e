//! What the encoder writes, and that each of its options has an effect.

use iio_codec::{ArrayRef, DType, ErrorKind, Layout};
use iio_mozjpeg::{
    ColourSpace, DecodeOptions, EncodeOptions, Info, Process, Subsampling, decode, encode, encode_append, info,
};

use crate::build::{array, photo, psnr};

const SHAPE: [usize; 2] = [120, 150];

fn write(samples: usize, options: &EncodeOptions) -> Vec<u8> {
    let pixels = photo(SHAPE[0], SHAPE[1], samples);
    encode(array(&pixels, [SHAPE[0], SHAPE[1], samples]), options).unwrap()
}

fn refused(samples: usize, options: &EncodeOptions) -> ErrorKind {
    let pixels = photo(SHAPE[0], SHAPE[1], samples);
    encode(array(&pixels, [SHAPE[0], SHAPE[1], samples]), options).unwrap_err().kind()
}

fn told(stream: &[u8]) -> Info {
    info(stream, &DecodeOptions::default()).unwrap()
}

fn read(stream: &[u8]) -> Vec<u8> {
    decode(stream, &DecodeOptions::default()).unwrap().1.to_vec()
}

/// How near the stream is to the picture of as many samples.
fn nearness(stream: &[u8], samples: usize) -> f64 {
    psnr(&read(stream), &photo(SHAPE[0], SHAPE[1], samples))
}

fn factors(stream: &[u8]) -> Vec<(u8, u8)> {
    told(stream).components().iter().map(|c| (c.horizontal, c.vertical)).collect()
}

fn count(stream: &[u8], marker: u8) -> usize {
    stream.windows(2).filter(|pair| *pair == [0xff, marker]).count()
}

/// Steps of the first quantization table: behind the marker come two bytes of length and one of its number.
fn steps(stream: &[u8]) -> &[u8] {
    let at = stream.windows(2).position(|pair| *pair == [0xff, 0xdb]).unwrap() + 5;
    &stream[at..at + 64]
}

fn plain() -> EncodeOptions {
    EncodeOptions::default()
}

/// What libjpeg does.
fn as_libjpeg() -> EncodeOptions {
    plain().with_progressive(false).with_trellis(false).with_optimize(false).with_deringing(false).with_quanttable(0)
}

#[test]
fn streams_are_smaller_than_those_of_jpeg8() {
    let pixels = photo(SHAPE[0], SHAPE[1], 3);
    let src = array(&pixels, [SHAPE[0], SHAPE[1], 3]);
    for (quality, least) in [(50, 28.0), (75, 29.0), (90, 30.0), (95, 31.0), (100, 32.0)] {
        let theirs = iio_jpeg8::encode(src, &iio_jpeg8::EncodeOptions::default().with_quality(quality)).unwrap();
        let ours = write(3, &plain().with_quality(quality));
        assert!(ours.len() * 100 < theirs.len() * 93, "{quality}: {} of {}", ours.len(), theirs.len());
        // jpeg8 itself reads them, and what it gives is not far from what it writes.
        let (_, samples) = iio_jpeg8::decode(&ours, &DecodeOptions::default()).unwrap();
        let (near, theirs) = (psnr(&samples, &pixels), psnr(&read(&theirs), &pixels));
        assert!(near > least && near > theirs - 1.5, "{quality}: {near} dB, jpeg8 {theirs} dB");
    }
}

#[test]
fn quality_trades_size_for_nearness() {
    let at = |quality| write(1, &plain().with_quality(quality));
    let (low, high) = (at(20), at(100));
    assert!(low.len() * 4 < high.len(), "{} {}", low.len(), high.len());
    assert!(nearness(&high, 1) > 45.0 && nearness(&low, 1) < 35.0, "{} {}", nearness(&high, 1), nearness(&low, 1));
    // As in libjpeg, 0 is 1, and tables are those of baseline.
    assert_eq!(at(0), at(1));
    assert!(steps(&at(0)).iter().all(|&step| step > 100));
    assert_eq!(write(1, &plain()), at(95));
}

#[test]
fn subsampling_sets_the_factors_of_luma() {
    assert_eq!(factors(&write(3, &plain())), [(2, 2), (1, 1), (1, 1)]);
    for (sampling, luma) in [
        (Subsampling::S444, (1, 1)),
        (Subsampling::S422, (2, 1)),
        (Subsampling::S420, (2, 2)),
        (Subsampling::S440, (1, 2)),
        (Subsampling::S411, (4, 1)),
        (Subsampling::S410, (4, 2)),
        (Subsampling::S441, (1, 4)),
    ] {
        for progressive in [true, false] {
            let stream = write(3, &plain().with_subsampling(sampling).with_progressive(progressive));
            assert_eq!(factors(&stream), [luma, (1, 1), (1, 1)]);
            assert!(nearness(&stream, 3) > 26.0, "{sampling:?}: {} dB", nearness(&stream, 3));
        }
    }
    assert!(nearness(&write(3, &plain().with_subsampling(Subsampling::S444)), 3) > nearness(&write(3, &plain()), 3));
}

#[test]
fn optimized_tables_make_a_smaller_stream_of_the_same_pixels() {
    let sequential = plain().with_progressive(false).with_trellis(false);
    let optimized = write(3, &sequential);
    let fixed = write(3, &sequential.with_optimize(false));
    assert!(optimized.len() < fixed.len());
    assert!(read(&optimized) == read(&fixed));
    // A progressive stream has tables of its own whatever is asked for.
    assert!(write(3, &plain().with_optimize(false)) == write(3, &plain()));
    // Trellis quantization goes without as well.
    assert!(nearness(&write(3, &plain().with_progressive(false).with_optimize(false)), 3) > 30.0);
}

#[test]
fn smoothing_makes_a_smaller_stream() {
    for options in [plain(), plain().with_progressive(false)] {
        let smooth = |factor: u8| write(3, &options.clone().with_smoothing(factor)).len();
        assert!(smooth(100) < smooth(30) && smooth(30) < smooth(0), "{} {} {}", smooth(0), smooth(30), smooth(100));
    }
}

#[test]
fn progressive_streams_have_many_scans() {
    let (progressive, sequential) = (write(3, &plain()), write(3, &plain().with_progressive(false)));
    assert_eq!((told(&progressive).process, told(&sequential).process), (Process::Progressive, Process::Sequential));
    assert!(count(&progressive, 0xda) > 3 && count(&sequential, 0xda) == 1);
    assert!(progressive.len() < sequential.len());
}

#[test]
fn trellis_makes_a_smaller_stream_of_other_pixels() {
    for options in [plain(), plain().with_progressive(false)] {
        let (with, without) = (write(3, &options), write(3, &options.clone().with_trellis(false)));
        assert!(with.len() * 100 < without.len() * 97, "{} of {}", with.len(), without.len());
        assert!(nearness(&with, 3) < nearness(&without, 3));
    }
}

#[test]
fn scans_that_are_tried_are_no_longer_and_of_the_same_pixels() {
    for samples in [1, 3] {
        let (with, without) = (write(samples, &plain()), write(samples, &plain().with_optimize_scans(false)));
        assert!(with.len() < without.len(), "{} of {}", with.len(), without.len());
        assert!(read(&with) == read(&without));
    }
    // Nothing is tried of other colour spaces, and of sequential streams.
    for options in [plain().with_outcolorspace(ColourSpace::Rgb), plain().with_progressive(false)] {
        assert!(write(3, &options) == write(3, &options.clone().with_optimize_scans(false)));
    }
}

#[test]
fn quantization_tables_are_those_of_the_index() {
    let quality_50 = |index: u8| write(1, &plain().with_quality(50).with_quanttable(index));
    let all: Vec<_> = (0..9).map(|index| steps(&quality_50(index)).to_vec()).collect();
    // Annex K, table K.1, whose first row in the order of figure 5 begins with 16, 11, 12, 14.
    assert_eq!(all[0][..4], [16, 11, 12, 14]);
    assert!(all[1].iter().all(|&step| step == 16), "{:?}", all[1]);
    for (index, table) in all.iter().enumerate() {
        assert!(all[..index].iter().all(|other| other != table), "{index}");
    }
    assert_eq!(steps(&write(1, &plain().with_quality(50))), all[3]);
    assert_eq!(refused(1, &plain().with_quanttable(9)), ErrorKind::InvalidArgument);
}

#[test]
fn deringing_overshoots_white() {
    // Black letters on white ring, which overshooting moves to where it is clamped.
    let letters: Vec<u8> =
        (0..64 * 64).map(|i| if i % 64 / 5 % 3 == 0 && i / 64 / 7 % 2 == 0 { 20 } else { 255 }).collect();
    let by = |on: bool| encode(array(&letters, [64, 64, 1]), &plain().with_quality(60).with_deringing(on)).unwrap();
    let white = |stream: &[u8]| read(stream).iter().filter(|&&level| level == 255).count();
    assert!(white(&by(true)) > white(&by(false)), "{} {}", white(&by(true)), white(&by(false)));
}

#[test]
fn without_what_is_new_the_stream_is_that_of_jpeg8() {
    let coded = |stream: &[u8]| {
        let at = stream.windows(2).position(|pair| *pair == [0xff, 0xda]).unwrap();
        stream[at..].to_vec()
    };
    for samples in [1, 3] {
        let pixels = photo(SHAPE[0], SHAPE[1], samples);
        let src = array(&pixels, [SHAPE[0], SHAPE[1], samples]);
        for quality in [30, 95] {
            let theirs = iio_jpeg8::encode(src, &iio_jpeg8::EncodeOptions::default().with_quality(quality)).unwrap();
            let ours = write(samples, &as_libjpeg().with_quality(quality));
            assert!(coded(&ours) == coded(&theirs), "{samples} samples at {quality}");
            assert!(read(&ours) == read(&theirs));
        }
    }
}

#[test]
fn colour_spaces_of_array_and_stream() {
    let space = |samples, options: &EncodeOptions| told(&write(samples, options)).colour_space();
    assert_eq!(space(1, &plain()), ColourSpace::Gray);
    assert_eq!(space(3, &plain()), ColourSpace::YCbCr);
    assert_eq!(space(3, &plain().with_outcolorspace(ColourSpace::Gray)), ColourSpace::Gray);
    let rgb = plain().with_outcolorspace(ColourSpace::Rgb);
    assert_eq!(space(3, &rgb), ColourSpace::Rgb);
    assert!(nearness(&write(3, &rgb), 3) > 35.0);
    let cmyk = plain().with_colorspace(ColourSpace::Cmyk);
    assert_eq!(space(4, &cmyk), ColourSpace::Cmyk);
    assert_eq!(told(&write(4, &cmyk)).adobe, Some(0));
    let ycck = cmyk.clone().with_outcolorspace(ColourSpace::Ycck);
    for subsampling in [None, Some(Subsampling::S444), Some(Subsampling::S422), Some(Subsampling::S411)] {
        for progressive in [true, false] {
            let stream = write(4, &ycck.clone().with_subsampling(subsampling).with_progressive(progressive));
            assert_eq!((told(&stream).colour_space(), told(&stream).adobe), (ColourSpace::Ycck, Some(2)));
            let luma = subsampling.map_or((2, 2), Subsampling::factors);
            assert_eq!(factors(&stream), [luma, (1, 1), (1, 1), luma]);
            assert!(nearness(&stream, 4) > 26.0, "{subsampling:?}: {} dB", nearness(&stream, 4));
        }
    }
    assert_eq!(refused(4, &ycck.with_subsampling(Subsampling::S410)), ErrorKind::InvalidArgument);

    // What is unknown has neither JFIF nor Adobe segment, and numbers from 0.
    for samples in [2, 4] {
        let unknown = write(samples, &plain());
        assert_eq!((told(&unknown).jfif, told(&unknown).adobe), (false, None));
        assert_eq!(
            told(&unknown).components().iter().map(|c| usize::from(c.id)).collect::<Vec<_>>(),
            Vec::from_iter(0..samples)
        );
        assert!(nearness(&unknown, samples) > 35.0);
    }
}

#[test]
fn samples_of_a_pixel_may_be_in_other_places() {
    let pixels = photo(SHAPE[0], SHAPE[1], 3);
    let reference = write(3, &plain());
    for (space, places) in [
        (ColourSpace::Rgbx, [0, 1, 2, 3]),
        (ColourSpace::Bgrx, [2, 1, 0, 3]),
        (ColourSpace::Xbgr, [3, 2, 1, 0]),
        (ColourSpace::Xrgb, [3, 0, 1, 2]),
        (ColourSpace::Rgba, [0, 1, 2, 3]),
        (ColourSpace::Bgra, [2, 1, 0, 3]),
        (ColourSpace::Abgr, [3, 2, 1, 0]),
        (ColourSpace::Argb, [3, 0, 1, 2]),
    ] {
        // What fills the fourth place is not coded.
        let moved: Vec<u8> = pixels
            .chunks_exact(3)
            .flat_map(|pixel| places.map(|place| pixel.get(place).copied().unwrap_or(77)))
            .collect();
        let stream = encode(array(&moved, [SHAPE[0], SHAPE[1], 4]), &plain().with_colorspace(space)).unwrap();
        assert!(stream == reference, "{space:?}");
    }
    let bgr: Vec<u8> = pixels.chunks_exact(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
    let stream = encode(array(&bgr, [SHAPE[0], SHAPE[1], 3]), &plain().with_colorspace(ColourSpace::Bgr)).unwrap();
    assert!(stream == reference);
}

#[test]
fn luma_and_differences_may_be_given() {
    let full = plain().with_subsampling(Subsampling::S444).with_quality(100);
    let as_stored = DecodeOptions::default().with_outcolorspace(ColourSpace::YCbCr);
    let given = full.clone().with_colorspace(ColourSpace::YCbCr);
    let stream = write(3, &given);
    assert_eq!(told(&stream).colour_space(), ColourSpace::YCbCr);
    let stored = decode(&stream, &as_stored).unwrap().1;
    assert!(psnr(&stored, &photo(SHAPE[0], SHAPE[1], 3)) > 40.0);
    assert!(nearness(&stream, 3) < 20.0, "the decoder converts");
    let luma = write(3, &given.with_outcolorspace(ColourSpace::Gray));
    let first: Vec<u8> = photo(SHAPE[0], SHAPE[1], 3).into_iter().step_by(3).collect();
    assert!(psnr(&read(&luma), &first) > 40.0);
}

#[test]
fn colour_spaces_that_do_not_go_together_are_refused() {
    for (samples, array, stream) in [
        (3, ColourSpace::Rgb, ColourSpace::Cmyk),
        (3, ColourSpace::Rgb, ColourSpace::Ycck),
        (3, ColourSpace::Rgb, ColourSpace::Unknown),
        (3, ColourSpace::Rgb, ColourSpace::Bgr),
        (1, ColourSpace::Gray, ColourSpace::Rgb),
        (1, ColourSpace::Gray, ColourSpace::YCbCr),
        (3, ColourSpace::YCbCr, ColourSpace::Rgb),
        (4, ColourSpace::Ycck, ColourSpace::Cmyk),
        (4, ColourSpace::Unknown, ColourSpace::Cmyk),
    ] {
        let options = plain().with_colorspace(array).with_outcolorspace(stream);
        assert_eq!(refused(samples, &options), ErrorKind::Unsupported, "{array:?} {stream:?}");
    }
    assert_eq!(refused(3, &plain().with_colorspace(ColourSpace::Gray)), ErrorKind::InvalidArgument);
    assert_eq!(refused(3, &plain().with_colorspace(ColourSpace::Cmyk)), ErrorKind::InvalidArgument);
}

#[test]
fn numbers_out_of_range_are_refused() {
    for options in [plain().with_quality(101), plain().with_smoothing(101), plain().with_quanttable(255)] {
        assert_eq!(refused(3, &options), ErrorKind::InvalidArgument, "{options:?}");
    }
}

#[test]
fn arrays_that_are_no_images_are_refused() {
    let pixels = [0; 64];
    for (dtype, shape) in [
        (DType::U16, &[4, 8][..]),
        (DType::I8, &[8, 8]),
        (DType::U8, &[64]),
        (DType::U8, &[2, 4, 8]),
        (DType::U8, &[1, 2, 8, 4]),
    ] {
        let array = ArrayRef::new(&pixels, Layout::new(dtype, shape).unwrap()).unwrap();
        assert_eq!(encode(array, &plain()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    for shape in [&[0, 8][..], &[8, 0], &[8, 8, 0]] {
        let array = ArrayRef::new(&[], Layout::new(DType::U8, shape).unwrap()).unwrap();
        assert_eq!(encode(array, &plain()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn sides_may_have_65500_pixels() {
    for shape in [[65500, 1, 1], [1, 65500, 3]] {
        let pixels = photo(shape[0], shape[1], shape[2]);
        let stream = encode(array(&pixels, shape), &plain()).unwrap();
        assert!(psnr(&read(&stream), &pixels) > 28.0);
    }
    let pixels = vec![0; 65501];
    let error = encode(array(&pixels, [65501, 1, 1]), &plain()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

#[test]
fn streams_are_appended() {
    let pixels = photo(40, 50, 3);
    let mut dst = b"before".to_vec();
    let src = array(&pixels, [40, 50, 3]);
    encode_append(src, &mut dst, &plain(), &iio_codec::Context::default()).unwrap();
    assert_eq!(&dst[..6], b"before");
    assert!(dst[6..] == encode(src, &plain()).unwrap());
}

#[test]
fn streams_longer_than_a_buffer_are_whole() {
    // Noise at the highest quality: some bytes a pixel.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(400 * 400)
    .collect();
    for options in [plain().with_quality(100), as_libjpeg().with_quality(100)] {
        let stream = encode(array(&noise, [400, 400, 1]), &options).unwrap();
        assert!(stream.len() > 2 * (64 << 10), "{}", stream.len());
        assert!(psnr(&read(&stream), &noise) > 45.0);
    }
}
