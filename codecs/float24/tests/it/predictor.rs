//! Rows under the floating point predictors, against bytes by hand and a model.

use iio_codec::{
    AnyCodec, ArrayMut, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout, Limits, as_bytes, as_samples,
};
use iio_float24::{ByteOrder, INFO, Options, Predictor, decode, decode_into, encode};
use iio_testkit::Rng;

/// Technical Note 3, byte by byte: planes of the bytes, highest first, and their differences.
fn model(row: &[f32], lag: usize) -> Vec<u8> {
    let layout = Layout::new(DType::F32, &[row.len()]).unwrap();
    let big = Options::default().with_byteorder(ByteOrder::Big);
    let plain = encode(ArrayRef::new(as_bytes(row), layout).unwrap(), &big).unwrap();
    let planes: Vec<u8> = (0..3).flat_map(|plane| plain.iter().skip(plane).step_by(3).copied()).collect();
    let before = |at: usize| at.checked_sub(lag).map_or(0, |at| planes[at]);
    (0..planes.len()).map(|at| planes[at].wrapping_sub(before(at))).collect()
}

fn samples(n: usize) -> Vec<f32> {
    let mut bytes = vec![0; 3 * n];
    Rng::new(n as u64).fill(&mut bytes);
    // Without NaNs: their bits do not come back.
    bytes.as_chunks_mut::<3>().0.iter_mut().for_each(|[_, _, high]| *high &= 0xbf);
    let layout = Layout::new(DType::F32, &[n]).unwrap();
    as_samples(&decode(&bytes, &layout, &Options::default()).unwrap()).unwrap().to_vec()
}

#[test]
fn bytes_of_a_row_are_planes_of_differences() {
    let layout = Layout::new(DType::F32, &[2, 2]).unwrap();
    // 3f8000 c00000, 3f0001 3f0002.
    let array = [1.5f32, -2.0, 1.0 + 1.0 / 65536.0, 1.0 + 2.0 / 65536.0];
    let expected = [0x3f, 0x81, 0xc0, 0x80, 0, 0, 0x3f, 0, 0xc1, 0, 1, 1];
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let options = Options::default().with_predictor(Predictor::Float).with_byteorder(order);
        let stream = encode(ArrayRef::new(as_bytes(&array), layout).unwrap(), &options).unwrap();
        assert_eq!(stream, expected, "the same in either byte order");
        assert_eq!(*decode(&stream, &layout, &options).unwrap(), *as_bytes(&array));
    }
}

#[test]
fn rows_of_every_predictor_axis_and_shape_are_those_of_the_model() {
    for (predictor, dist) in [(Predictor::Float, 1), (Predictor::FloatX2, 2), (Predictor::FloatX4, 4)] {
        for shape in [[2, 7, 3], [3, 1, 4], [1, 100, 1], [2, 33, 2]] {
            for (axis, row, step) in [
                (-1, shape[2], 1),
                (-2, shape[1] * shape[2], shape[2]),
                (0, shape.iter().product(), shape[1] * shape[2]),
            ] {
                let layout = Layout::new(DType::F32, &shape).unwrap();
                let array = samples(layout.n_samples());
                let options = Options::default().with_predictor(predictor).with_axis(axis);
                let stream = encode(ArrayRef::new(as_bytes(&array), layout).unwrap(), &options).unwrap();
                let expected: Vec<u8> = array.chunks(row).flat_map(|row| model(row, dist * step)).collect();
                assert_eq!(stream, expected, "{predictor:?} {layout} axis {axis}");
                assert_eq!(*decode(&stream, &layout, &options).unwrap(), *as_bytes(&array), "{predictor:?} {layout}");
            }
        }
    }
}

/// Rows in pieces, and pieces of several rows.
#[test]
fn strides_do_not_change_the_result() {
    let shape = [4, 6, 3];
    let layout = Layout::new(DType::F32, &shape).unwrap();
    let array = samples(layout.n_samples());
    for strides in [[96, 16, 4], [100, 12, 4], [72, 12, 4], [400, 64, 20], [12, 48, 4]] {
        for predictor in [Predictor::None, Predictor::Float] {
            for axis in [-1, -2, -3] {
                let options = Options::default().with_predictor(predictor).with_axis(axis);
                let stream = encode(ArrayRef::new(as_bytes(&array), layout).unwrap(), &options).unwrap();
                let mut buffer = vec![0xa5; 3 * 400 + 5 * 64 + 2 * 20 + 4];
                let mut view = ArrayMut::with_strides(&mut buffer, layout, &strides).unwrap();
                decode_into(&stream, view.reborrow(), &options).unwrap();
                let mut copy = Vec::new();
                view.as_ref().append_to(&mut copy).unwrap();
                assert_eq!(copy, as_bytes(&array), "{strides:?} {predictor:?} axis {axis}");
                assert_eq!(encode(view.as_ref(), &options).unwrap(), stream, "{strides:?} {predictor:?} axis {axis}");
            }
        }
    }
}

#[test]
fn predictor_is_told_by_name_or_number_of_tiff() {
    let layout = Layout::new(DType::F32, &[1, 5, 1]).unwrap();
    let array = samples(5);
    let encoded = |config: &Config| {
        let AnyCodec::Array(codec) = INFO.create(&CodecId::Name("float24"), config).unwrap() else { panic!() };
        codec.encoder().unwrap().encode(ArrayRef::new(as_bytes(&array), layout).unwrap(), &Context::default())
    };
    for (name, number, dist) in [("float", 3, 1), ("float x2", 34894, 2), ("float x4", 34895, 4)] {
        assert_eq!(encoded(&Config::new().set("predictor", name).set("axis", -2)).unwrap(), model(&array, dist));
        assert_eq!(encoded(&Config::new().set("predictor", number).set("axis", 1)).unwrap(), model(&array, dist));
    }
    let plain = encoded(&Config::new()).unwrap();
    assert_eq!(encoded(&Config::new().set("predictor", "none").set("axis", 7)).unwrap(), plain, "no rows, no axis");
    let error = encoded(&Config::new().set("predictor", 3).set("axis", 3)).unwrap_err();
    assert_eq!(error.to_string(), "float24: axis 3 is not one of the 3 axes of float32 [1, 5, 1]");
}

#[test]
fn a_row_beyond_the_working_memory_is_refused() {
    let AnyCodec::Array(codec) = INFO.create(&CodecId::Name("float24"), &Config::new().set("predictor", 3)).unwrap()
    else {
        panic!()
    };
    let layout = Layout::new(DType::F32, &[16]).unwrap();
    let mut decoder = codec.decoder().unwrap();
    let mut run = |limit| {
        let cx = Context::with_limits(Limits::default().with_working_bytes(limit));
        decoder.decode(&[0; 48], Some(&layout), &cx).map(|_| ())
    };
    let error = run(95).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
    assert_eq!(error.to_string(), "float24: working memory needs 96, limit working_bytes is 95");
    run(96).unwrap();
}
