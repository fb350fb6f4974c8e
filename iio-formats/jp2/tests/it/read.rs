//! Description, levels and regions.

use iio_codec::{ArrayRef, Config, DType, ErrorKind, Layout, Limits};
use iio_core::{Colour, Selection, Source};
use iio_format_jp2::FORMAT;
use iio_jpeg2k::{ColourSpace, EncodeOptions, Format};

use crate::{before_codestream, boxed, encoded, env, layout, open, open_with, read, read_with};

fn part(samples: &[u8], layout: Layout, y: std::ops::Range<usize>, x: std::ops::Range<usize>) -> Vec<u8> {
    let mut ranges = vec![y, x];
    ranges.extend(layout.shape().get(2).map(|&n| 0..n));
    let mut bytes = Vec::new();
    ArrayRef::new(samples, layout).unwrap().window(&ranges).unwrap().append_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn lossless_files_and_streams_give_the_samples() {
    for format in [Format::Jp2, Format::J2k] {
        for layout in [layout(DType::U8, &[61, 83]), layout(DType::U16, &[40, 50, 3]), layout(DType::U8, &[9, 7, 5])] {
            let (samples, file) = encoded(layout, &EncodeOptions::default().with_format(format));
            let (found, decoded) = read(&file, &Selection::default()).unwrap();
            assert_eq!((found, decoded.as_slice()), (layout, &samples[..]));
        }
    }
}

#[test]
fn info_describes_the_image_without_its_pixels() {
    let options = EncodeOptions::default().with_tile([64, 32]).with_resolutions(3).with_bits_per_sample(12);
    let (_, file) = encoded(layout(DType::U16, &[50, 70, 3]), &options);
    let end = file.windows(2).position(|marker| marker == [0xff, 0x90]).unwrap();
    // Up to the first tile-part: no pixel is there.
    let info = open(&file[..end + 2]).unwrap().info(0).unwrap();
    assert_eq!((&*info.axes, info.bits, info.colour, info.extra_samples), ("YXS", 12, Colour::Rgb, 0));
    assert_eq!((&*info.compression, info.chunking), ("jpeg2000 lossless", "tiles"));
    let shapes: Vec<_> = info.levels.iter().map(|level| (level.layout.shape().to_vec(), level.chunk.clone())).collect();
    let expected = [([50, 70, 3], [32, 64, 3]), ([25, 35, 3], [16, 32, 3]), ([13, 18, 3], [8, 16, 3])];
    assert_eq!(shapes, expected.map(|(shape, chunk)| (shape.to_vec(), chunk.to_vec())));
    assert_eq!(info.levels[0].n_chunks, 4);
}

#[test]
fn colour_and_extra_samples_are_those_of_the_file() {
    let tell = |shape: &[usize], options: EncodeOptions| {
        let (_, file) = encoded(layout(DType::U8, shape), &options);
        let info = open(&file).unwrap().info(0).unwrap();
        (info.colour, info.extra_samples)
    };
    let default = EncodeOptions::default;
    assert_eq!(tell(&[16, 16], default()), (Colour::Gray, 0));
    assert_eq!(tell(&[16, 16, 2], default().with_alpha(true)), (Colour::Gray, 1));
    assert_eq!(tell(&[16, 16, 4], default().with_alpha(true)), (Colour::Rgb, 1));
    assert_eq!(tell(&[16, 16, 4], default().with_colour_space(ColourSpace::Cmyk)), (Colour::Cmyk, 0));
    assert_eq!(tell(&[16, 16, 5], default().with_colour_space(ColourSpace::Cmyk)), (Colour::Cmyk, 1));
    assert_eq!(tell(&[16, 16, 3], default().with_colour_space(ColourSpace::Sycc)), (Colour::Rgb, 0));
    assert_eq!(tell(&[16, 16, 3], default().with_format(Format::J2k)), (Colour::Rgb, 0));
    assert_eq!(tell(&[16, 16, 5], default().with_format(Format::J2k)), (Colour::Other, 0));
    let lossy = encoded(layout(DType::U8, &[16, 16]), &default().with_level(30.0)).1;
    assert_eq!(open(&lossy).unwrap().info(0).unwrap().compression, "jpeg2000 lossy");
}

#[test]
fn regions_of_every_level_are_those_of_the_whole_level() {
    let default = EncodeOptions::default;
    for options in [
        default(),
        default().with_tile([101, 77]).with_resolutions(4),
        default().with_level(35.0),
        default().with_format(Format::J2k).with_tile([64, 64]).with_level(40.0).with_resolutions(4),
    ] {
        let (_, file) = encoded(layout(DType::U8, &[201, 235, 3]), &options);
        let n_levels = open(&file).unwrap().info(0).unwrap().levels.len();
        assert!(n_levels >= 4);
        for level in 0..n_levels {
            let (whole, samples) = read(&file, &Selection::default().with_level(level)).unwrap();
            let (h, w) = (whole.shape()[0], whole.shape()[1]);
            assert_eq!((h, w), (201usize.div_ceil(1 << level), 235usize.div_ceil(1 << level)));
            for (y, x) in [(0..h, 0..w), (0..1, 0..1), (h - 1..h, w - 1..w), (h / 3..h / 2 + 1, w / 4..w)] {
                let selection = Selection::default().with_level(level).with_region(y.clone(), x.clone());
                let (found, decoded) = read(&file, &selection).unwrap();
                assert_eq!(found, layout(DType::U8, &[y.len(), x.len(), 3]));
                let expected = part(&samples, whole, y.clone(), x.clone());
                assert!(decoded.as_slice() == expected, "level {level} rows {y:?} columns {x:?} {options:?}");
            }
        }
    }
}

/// A code stream whose image begins at (5, 3) of the reference grid instead of (0, 0): the same samples, for one tile
/// and no decomposition.
fn shifted() -> (Vec<u8>, Vec<u8>) {
    let options = EncodeOptions::default().with_format(Format::J2k).with_resolutions(1);
    let (samples, mut stream) = encoded(layout(DType::U8, &[20, 30]), &options);
    // SIZ: Xsiz, Ysiz, XOsiz, YOsiz, XTsiz, YTsiz begin behind SOC, SIZ, Lsiz, Rsiz.
    for (index, value) in [35u32, 23, 5, 3, 35, 23].into_iter().enumerate() {
        stream[8 + 4 * index..12 + 4 * index].copy_from_slice(&value.to_be_bytes());
    }
    (samples, stream)
}

#[test]
fn regions_count_from_the_corner_of_an_image_that_lies_off_the_origin() {
    let (_, stream) = shifted();
    let (whole, samples) = read(&stream, &Selection::default()).unwrap();
    assert_eq!(whole, layout(DType::U8, &[20, 30]));
    let (_, decoded) = read(&stream, &Selection::default().with_region(1..20, 2..9)).unwrap();
    assert_eq!(decoded.as_slice(), part(&samples, whole, 1..20, 2..9));
}

#[test]
fn planar_gives_samples_first_and_regions_of_them() {
    let interleaved = layout(DType::U8, &[20, 31, 3]);
    let (samples, file) = encoded(interleaved, &EncodeOptions::default());
    let config = Config::new().set("planar", true);
    let info = open_with(&file, &config, &env()).unwrap().info(0).unwrap();
    assert_eq!((&*info.axes, info.levels[0].layout.shape()), ("SYX", &[3, 20, 31][..]));
    let (found, decoded) = read_with(&file, &Selection::default().with_region(4..9, 10..31), &config).unwrap();
    assert_eq!(found.shape(), [3, 5, 21]);
    let expected = part(&samples, interleaved, 4..9, 10..31);
    for (index, plane) in decoded.chunks(5 * 21).enumerate() {
        let channel: Vec<_> = expected.iter().skip(index).step_by(3).copied().collect();
        assert_eq!(plane, channel);
    }
}

#[test]
fn options_of_the_codec_have_an_effect() {
    let options = EncodeOptions::default().with_layers(5u16).with_level(45.0);
    let (_, file) = encoded(layout(DType::U8, &[64, 64, 3]), &options);
    let all = read(&file, &Selection::default()).unwrap().1;
    let one = read_with(&file, &Selection::default(), &Config::new().set("max_layers", 1)).unwrap().1;
    assert!(all != one);
    let (_, file) =
        encoded(layout(DType::U8, &[16, 16, 3]), &EncodeOptions::default().with_colour_space(ColourSpace::Sycc));
    let rgb = read(&file, &Selection::default()).unwrap().1;
    let ycc = read_with(&file, &Selection::default(), &Config::new().set("to_rgb", false)).unwrap().1;
    assert!(rgb != ycc);
    let cut = &file[..file.len() - 2];
    assert_eq!(read(cut, &Selection::default()).unwrap_err().kind(), ErrorKind::Truncated);
    let config = Config::new().set("allow_missing_end", true);
    assert!(read_with(cut, &Selection::default(), &config).unwrap().1 == rgb);
    let threads = read_with(&file, &Selection::default(), &Config::new().set("threads", 1)).unwrap().1;
    assert!(threads == rgb);
    let error = open_with(&file, &Config::new().set("reduce", 1), &env()).err().unwrap();
    assert!(error.to_string().starts_with("jp2: unknown option reduce"), "{error}");
}

#[test]
fn images_levels_and_regions_that_are_not_there_are_refused() {
    let (_, file) = encoded(layout(DType::U8, &[64, 64]), &EncodeOptions::default().with_resolutions(3));
    for selection in [
        Selection::image(1),
        Selection::default().with_level(3),
        Selection::default().with_level(300),
        Selection::default().with_region(0..65, 0..64),
        Selection::default().with_level(1).with_region(0..33, 0..32),
    ] {
        assert_eq!(read(&file, &selection).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 1);
}

#[test]
fn large_boxes_in_front_of_the_stream_are_not_read_to_describe_the_image() {
    let (samples, file) = encoded(layout(DType::U8, &[32, 32]), &EncodeOptions::default());
    let file = before_codestream(&file, &boxed(b"free", &vec![0; 1 << 20]));
    let small = env().with_limits(Limits::default().with_metadata_bytes(10_000));
    let reader = open_with(&file, &Config::new(), &small).unwrap();
    assert_eq!(reader.info(0).unwrap().levels[0].layout, layout(DType::U8, &[32, 32]));
    reader.metadata(0).unwrap();
    assert_eq!(read(&file, &Selection::default()).unwrap().1.as_slice(), samples);
}

#[test]
fn bytes_behind_the_code_stream_are_not_fetched() {
    let (_, file) = encoded(layout(DType::U8, &[32, 32]), &EncodeOptions::default());
    let longer = [&file[..], &boxed(b"free", &[0; 1000])].concat();
    let plan = open(&longer).unwrap().plan(&Selection::default()).unwrap();
    assert_eq!(plan.n_stored_bytes(), file.len() as u64);
}

#[test]
fn headers_longer_than_the_first_read_are_found() {
    let (samples, file) = encoded(layout(DType::U8, &[32, 32]), &EncodeOptions::default().with_format(Format::J2k));
    // A comment of 60000 bytes behind SIZ.
    let siz_end = 2 + 2 + 38 + 3;
    let com = [&[0xff, 0x64, 0xea, 0x60, 0, 0][..], &vec![b'x'; 59_996]].concat();
    let stream = [&file[..siz_end], &com, &file[siz_end..]].concat();
    assert_eq!(read(&stream, &Selection::default()).unwrap().1.as_slice(), samples);
    let small = env().with_limits(Limits::default().with_metadata_bytes(10_000));
    let error = open_with(&stream, &Config::new(), &small).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", .. }), "{error}");
    let source = Source::from_stream(std::io::Cursor::new(stream), "stream").unwrap();
    let reader = (FORMAT.open.unwrap())(&source, &Config::new(), &env()).unwrap();
    assert_eq!(reader.plan(&Selection::default()).unwrap().read(&source, &env(), None).unwrap().as_slice(), samples);
}

#[test]
fn limits_on_axes_and_output_hold() {
    let (_, file) = encoded(layout(DType::U8, &[20, 40]), &EncodeOptions::default());
    let error =
        open_with(&file, &Config::new(), &env().with_limits(Limits::default().with_axis_len(39))).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "axis_len", requested: 40, .. }), "{error}");
    let tight = env().with_limits(Limits::default().with_output_bytes(799));
    let plan = open(&file).unwrap().plan(&Selection::default()).unwrap();
    let error = plan.read(&Source::from_bytes(&file[..]), &tight, None).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 800, .. }), "{error}");
}

#[test]
fn the_width_of_the_executor_does_not_change_the_result() {
    let wide = env().with_executor(std::sync::Arc::new(iio_core::RayonExecutor::with_threads(3).unwrap()));
    for options in [EncodeOptions::default(), EncodeOptions::default().with_tile([64, 64]).with_level(40.0)] {
        let (_, file) = encoded(layout(DType::U8, &[200, 150, 3]), &options);
        let source = Source::from_bytes(&file[..]);
        let plan = open(&file).unwrap().plan(&Selection::default().with_region(10..190, 5..150)).unwrap();
        assert!(plan.read(&source, &env(), None).unwrap() == plan.read(&source, &wide, None).unwrap());
    }
}
