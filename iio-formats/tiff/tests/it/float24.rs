//! Floats of 24 bits: read to `float32` in every form, and written.

use std::sync::Arc;

use iio_codec::{Config, DType, ErrorKind, Layout, Result};
use iio_core::{Env, NdImage, Output, Registry, Selection, Source, WriteImage};
use iio_format_tiff::FORMAT;

use crate::build::{self, File, KINDS, Kind, PLAIN, Page, Value, error0, open, read0, short};

/// As they are stored, highest byte first, and what they are.
const NUMBERS: [(u32, f32); 6] =
    [(0x3f_0000, 1.0), (0x3f_8000, 1.5), (0xc0_0000, -2.0), (0x42_4000, 10.0), (0, 0.0), (0x7f_0000, f32::INFINITY)];

/// The first `n` of [`NUMBERS`] from `first` on, around the end.
fn numbers(first: usize, n: usize) -> Vec<(u32, f32)> {
    NUMBERS.into_iter().cycle().skip(first).take(n).collect()
}

fn values(numbers: &[(u32, f32)]) -> Vec<f32> {
    numbers.iter().map(|number| number.1).collect()
}

fn stored(numbers: &[(u32, f32)], kind: Kind) -> Vec<u8> {
    let each = |&(bits, _): &(u32, f32)| {
        let [_, a, b, c] = bits.to_be_bytes();
        if kind.big_endian { [a, b, c] } else { [c, b, a] }
    };
    numbers.iter().flat_map(each).collect()
}

/// Planes of the bytes of a row, as differences.
fn predicted(row: &[(u32, f32)], lag: usize) -> Vec<u8> {
    let plane = |shift: u32| row.iter().map(move |number| (number.0 >> shift) as u8);
    let bytes: Vec<u8> = plane(16).chain(plane(8)).chain(plane(0)).collect();
    let before = |at: usize| at.checked_sub(lag).map_or(0, |at| bytes[at]);
    (0..bytes.len()).map(|at| bytes[at].wrapping_sub(before(at))).collect()
}

fn float24(page: Page) -> Page {
    page.tag(258, short(24)).tag(339, short(3))
}

#[test]
fn samples_stand_in_the_byte_order_of_the_file() {
    for kind in KINDS {
        let row = numbers(0, 6);
        let page = float24(Page::strips(3, 2, 1)).chunk(stored(&row[..3], kind)).chunk(stored(&row[3..], kind));
        let file = File::of(kind, &[page]);
        let image = read0(&file).unwrap();
        assert_eq!((image.dtype(), image.shape()), (DType::F32, &[2, 3][..]));
        assert_eq!(image.as_slice::<f32>().unwrap(), values(&row), "{kind:?}");
        let region = Selection::image(0).with_region(1..2, 1..3);
        assert_eq!(build::read(&file, &region).unwrap().as_slice::<f32>().unwrap(), [0.0, f32::INFINITY], "{kind:?}");
    }
}

#[test]
fn samples_of_tiles_and_planes_find_their_place() {
    let (first, second) = (numbers(0, 256), numbers(3, 256));
    let tiles = float24(Page::tiles(20, 16, 16, 16)).chunk(stored(&first, PLAIN)).chunk(stored(&second, PLAIN));
    let image = read0(&File::of(PLAIN, &[tiles])).unwrap();
    let row = [&values(&first)[16..32], &values(&second)[16..20]].concat();
    assert_eq!(image.as_slice::<f32>().unwrap()[20..40], row);

    let planes = float24(Page::strips(3, 1, 1)).tag(277, short(2)).tag(284, short(2));
    let planes = planes.chunk(stored(&first[..3], PLAIN)).chunk(stored(&first[3..6], PLAIN));
    let image = read0(&File::of(PLAIN, &[planes])).unwrap();
    assert_eq!((image.shape(), image.as_slice::<f32>().unwrap()), (&[2, 1, 3][..], &values(&first[..6])[..]));
}

#[test]
fn compressed_and_reversed_bits_are_undone_first() {
    let row = numbers(0, 3);
    let packed = |bytes: &[u8]| [&[bytes.len() as u8 - 1], bytes].concat();
    for kind in KINDS {
        let plain = stored(&row, kind);
        let page = float24(Page::strips(3, 1, 1)).tag(259, short(32773)).chunk(packed(&plain));
        assert_eq!(read0(&File::of(kind, &[page])).unwrap().as_slice::<f32>().unwrap(), values(&row), "{kind:?}");
        let reversed: Vec<u8> = plain.iter().map(|byte| byte.reverse_bits()).collect();
        let page = float24(Page::strips(3, 1, 1)).tag(266, short(2)).chunk(reversed);
        assert_eq!(read0(&File::of(kind, &[page])).unwrap().as_slice::<f32>().unwrap(), values(&row), "{kind:?}");
    }
}

/// 1.0, 1.5, -2.0 are 3f0000, 3f8000, c00000: planes 3f 3f c0, 00 80 00, 00 00 00.
#[test]
fn float_predictor_has_planes_of_three_bytes() {
    let by_hand = [0x3f, 0x00, 0x81, 0x40, 0x80, 0x80, 0, 0, 0];
    assert_eq!(predicted(&numbers(0, 3), 1), by_hand);
    for kind in KINDS {
        let page = float24(Page::strips(3, 1, 1)).tag(317, short(3)).chunk(by_hand);
        let file = File::of(kind, &[page]);
        assert_eq!(read0(&file).unwrap().as_slice::<f32>().unwrap(), [1.0, 1.5, -2.0], "{kind:?}");
        assert_eq!(open(&file).unwrap().info(0).unwrap().compression, "none + floatpred");
    }
}

#[test]
fn float_predictors_run_over_rows_of_pixels() {
    let rows = numbers(0, 12);
    for (predictor, dist) in [(3, 1), (34894, 2), (34895, 4)] {
        // Two rows of two pixels of three samples, compressed.
        let data: Vec<u8> = rows.chunks(6).flat_map(|row| predicted(row, 3 * dist)).collect();
        let page = float24(Page::strips(2, 2, 2)).tag(277, short(3)).tag(317, short(predictor)).tag(259, short(32773));
        let file = File::of(PLAIN, &[page.chunk([&[data.len() as u8 - 1], &data[..]].concat())]);
        let image = read0(&file).unwrap();
        assert_eq!(image.as_slice::<f32>().unwrap(), values(&rows), "{predictor}");
        let region = Selection::image(0).with_region(1..2, 1..2);
        let pixel = build::read(&file, &region).unwrap();
        assert_eq!(pixel.as_slice::<f32>().unwrap(), values(&rows[9..]), "{predictor}");
        // The same numbers in planes.
        let planes = float24(Page::strips(6, 1, 1)).tag(277, short(2)).tag(284, short(2)).tag(317, short(predictor));
        let planes = planes.chunk(predicted(&rows[..6], dist)).chunk(predicted(&rows[6..], dist));
        let image = read0(&File::of(PLAIN, &[planes])).unwrap();
        assert_eq!(image.as_slice::<f32>().unwrap(), values(&rows), "{predictor} in planes");
    }
    let tile = numbers(1, 256);
    let data: Vec<u8> = tile.chunks(16).flat_map(|row| predicted(row, 1)).collect();
    let page = float24(Page::tiles(10, 2, 16, 16)).tag(317, short(3)).chunk(data);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert_eq!(image.as_slice::<f32>().unwrap(), [&values(&tile)[..10], &values(&tile)[16..26]].concat());
}

#[test]
fn predictor_2_is_refused() {
    let page = float24(Page::strips(3, 1, 1)).tag(317, short(2)).chunk([0; 9]);
    let error = error0(&File::of(PLAIN, &[page]));
    assert!(error.contains("page 0: predictor 2 on samples of 24 bits is not defined"), "{error}");
}

#[test]
fn short_chunks_are_truncated() {
    let page = float24(Page::strips(3, 1, 1)).tag(259, short(32773)).chunk([7, 1, 2, 3, 4, 5, 6, 7, 8]);
    let error = read0(&File::of(PLAIN, &[page])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert!(error.to_string().contains("needs 9 bytes, there are 8"), "{error}");
}

#[test]
fn missing_codec_is_named() {
    let file = File::of(PLAIN, &[float24(Page::strips(1, 1, 1)).chunk([0; 3])]);
    let env = Env::new(Arc::new(Registry::empty().with_format(&FORMAT)));
    let reader = FORMAT.open.unwrap()(&Source::from_bytes(file), &Config::new(), &env).unwrap();
    assert_eq!(reader.info(0).unwrap().levels[0].layout.dtype(), DType::F32, "describing it needs no codec");
    let error = reader.plan(&Selection::image(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("samples of 24 bits") && error.to_string().contains("float24"), "{error}");
}

#[test]
fn holes_have_the_value_of_nodata() {
    let page = float24(Page::strips(3, 2, 1)).tag(42113, Value::Ascii("-9999")).tag(259, short(32773));
    let row = stored(&numbers(0, 3), PLAIN);
    let page = page.chunk([&[8], &row[..]].concat()).chunk([]);
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    assert_eq!(image.as_slice::<f32>().unwrap(), [1.0, 1.5, -2.0, -9999.0, -9999.0, -9999.0]);
}

/// An image of numbers that 24 bits hold.
fn image(shape: &[usize]) -> NdImage {
    let mut image = NdImage::zeroed(Layout::new(DType::F32, shape).unwrap()).unwrap();
    for (index, sample) in image.as_bytes_mut().as_chunks_mut().0.iter_mut().enumerate() {
        let value = (index * 40503 % 131_071) as f32 / 8.0 - 4096.0;
        *sample = value.to_ne_bytes();
    }
    image
}

fn write(image: &NdImage, config: &Config) -> Result<Vec<u8>> {
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), config, &build::env())?;
    writer.write(&WriteImage { pixels: image.view()?, axes: None, meta: &image.meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

#[test]
fn written_images_come_back_in_every_form() {
    let forms = [
        Config::new(),
        Config::new().set("compression", "packbits").set("rows_per_strip", 5),
        Config::new().set("tile", "16x32").set("compression", "packbits"),
        Config::new().set("fill_order", "lsb").set("bigtiff", true),
        Config::new().set("planar", "separate").set("tile", "16"),
    ];
    for shape in [&[21, 37][..], &[21, 37, 3], &[1, 1]] {
        let image = image(shape);
        for (form, order) in forms.iter().flat_map(|form| [(form, "little"), (form, "big")]) {
            for (predictor, compression) in [("none", ""), ("float", " + floatpred"), ("auto", " + floatpred")] {
                let config = form.clone().set("bits_per_sample", 24).set("byte_order", order);
                let file = write(&image, &config.set("predictor", predictor)).unwrap();
                let info = open(&file).unwrap().info(0).unwrap();
                assert!(info.compression.ends_with(compression), "{}", info.compression);
                assert_eq!(info.compression.contains('+'), !compression.is_empty());
                let again = read0(&file).unwrap();
                let mut expected = image.as_slice::<f32>().unwrap().to_vec();
                if again.shape() != image.shape() {
                    // Samples that were put into planes.
                    expected =
                        (0..3).flat_map(|i| expected.iter().skip(i).step_by(3).copied().collect::<Vec<_>>()).collect();
                }
                assert_eq!(again.as_slice::<f32>().unwrap(), expected, "{shape:?} {form:?} {order} {predictor}");
            }
        }
    }
}

#[test]
fn what_is_written_has_three_bytes_a_sample_and_is_rounded() {
    let mut third = NdImage::zeroed(Layout::new(DType::F32, &[1, 2]).unwrap()).unwrap();
    third.as_bytes_mut().copy_from_slice(&[(1.0f32 / 3.0).to_ne_bytes(), 1.0f32.to_ne_bytes()].concat());
    let config = Config::new().set("bits_per_sample", 24).set("byte_order", "big");
    let file = write(&third, &config).unwrap();
    assert_eq!(file[8..14], [0x3d, 0x55, 0x55, 0x3f, 0, 0]);
    assert_eq!(read0(&file).unwrap().as_slice::<f32>().unwrap(), [0.333_332_06, 1.0]);
    let file = write(&third, &config.set("predictor", 3)).unwrap();
    assert_eq!(file[8..14], [0x3d, 0x02, 0x16, 0xab, 0x55, 0xab]);
}

#[test]
fn what_floats_of_24_bits_cannot_be_is_refused() {
    let refused = |dtype: DType, config: Config| {
        let image = NdImage::zeroed(Layout::new(dtype, &[16, 16]).unwrap()).unwrap();
        let error = write(&image, &config.set("bits_per_sample", 24)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
        error.to_string()
    };
    for dtype in [DType::F16, DType::F64, DType::C64, DType::U16] {
        assert!(refused(dtype, Config::new()).contains("bits_per_sample 24 does not fit"), "{dtype}");
    }
    assert!(refused(DType::F32, Config::new().set("predictor", 2)).contains("predictor"));
    let number = i64::from(crate::fake::PICTURE_NUMBER);
    let error = refused(DType::F32, Config::new().set("compression", number));
    assert!(error.contains("floats of 24 bits need a compression of bytes"), "{error}");
}
