#![expect(clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use iio_codec::{ArrayMut, ArrayRef, Context, Filter, FilterCodec, Layout};

use crate::Rng;

/// Strides of an array of three axes: with gaps behind each of them, or with the last two exchanged.
fn with_gaps(layout: &Layout) -> [[usize; 3]; 4] {
    let &[_, rows, _] = layout.shape() else { panic!("{layout} does not have three axes") };
    let (size, whole) = (layout.dtype().size(), [0, 1, 2].map(|axis| layout.stride(axis)));
    [
        [whole[0] + 48, whole[1], whole[2]],
        [(whole[1] + 48) * rows, whole[1] + 48, whole[2]],
        whole.map(|stride| stride * 3),
        [whole[0], size, size * rows],
    ]
}

/// Bytes that an array takes with its gaps, all set to `value`.
fn buffer(layout: &Layout, strides: [usize; 3], value: u8) -> Vec<u8> {
    let last: usize = layout.shape().iter().zip(strides).map(|(len, stride)| (len - 1) * stride).sum();
    vec![value; last + layout.dtype().size()]
}

/// The samples without gaps.
fn copy(array: ArrayRef<'_>) -> Vec<u8> {
    let mut copy = Vec::new();
    array.append_to(&mut copy).expect("memory");
    copy
}

fn random(layout: &Layout) -> Vec<u8> {
    let mut samples = vec![0; layout.n_bytes()];
    Rng::new(2).fill(&mut samples);
    samples
}

/// Asserts that a filter gives the same on an array of three axes with gaps behind each of them, or with the last two
/// exchanged, as on the same array without gaps, both ways. `label` tells the options.
///
/// # Panics
/// If it does not, or if `layout` does not have three axes.
pub fn strides_do_not_matter(
    layout: &Layout,
    label: &str,
    encode: impl Fn(ArrayMut<'_>),
    decode: impl Fn(ArrayMut<'_>),
) {
    let samples = random(layout);
    for strides in with_gaps(layout) {
        for (there, back) in [(&encode as &dyn Fn(ArrayMut<'_>), &decode as &dyn Fn(ArrayMut<'_>)), (&decode, &encode)]
        {
            let mut expected = samples.clone();
            there(ArrayMut::new(&mut expected, *layout).expect("fits"));
            let mut buffer = buffer(layout, strides, 0xa5);
            let mut array = ArrayMut::with_strides(&mut buffer, *layout, &strides).expect("strides that nest");
            array.store(&samples).expect("the same layout");
            there(array.reborrow());
            assert!(copy(array.as_ref()) == expected, "{layout} {label} strides {strides:?}");
            back(array.reborrow());
            assert!(copy(array.as_ref()) == samples, "{layout} {label} strides {strides:?}, back");
        }
    }
}

/// Asserts that a filter gives in another array of three axes what it gives in place, both ways, whatever the gaps of
/// either, and writes nothing beside it. One destination is a tile of an image of many megabytes.
///
/// # Panics
/// If it does not, or if `layout` does not have three axes.
pub fn another_place_does_not_matter(codec: &dyn FilterCodec, layout: &Layout) {
    let whole = [0, 1, 2].map(|axis| layout.stride(axis));
    let far = [(8 << 20) / layout.shape().first().map_or(1, |&len| len.max(1)) / 64 * 64, whole[1], whole[2]];
    let samples = random(layout);
    for make in [FilterCodec::encoder, FilterCodec::decoder] {
        let mut worker = make(codec).expect("a worker");
        let mut expected = samples.clone();
        worker.run(ArrayMut::new(&mut expected, *layout).expect("fits"), &Context::default()).expect("accepted");
        for to in with_gaps(layout).into_iter().chain([whole, far]) {
            for from in [whole, with_gaps(layout)[1]] {
                let found = moved(worker.as_mut(), layout, &samples, from, to);
                assert!(found == expected, "{codec:?} {layout} from strides {from:?} to {to:?}");
            }
        }
    }
}

/// What a filter gives from one array into another.
fn moved(worker: &mut dyn Filter, layout: &Layout, samples: &[u8], from: [usize; 3], to: [usize; 3]) -> Vec<u8> {
    let mut src = buffer(layout, from, 0x33);
    let mut view = ArrayMut::with_strides(&mut src, *layout, &from).expect("strides that nest");
    view.store(samples).expect("the same layout");
    let src = view.as_ref();
    let mut dst = buffer(layout, to, 0xa5);
    let mut view = ArrayMut::with_strides(&mut dst, *layout, &to).expect("strides that nest");
    worker.run_into(src, view.reborrow(), &Context::default()).expect("accepted");
    let found = copy(view.as_ref());
    // What was beside the samples is still there.
    view.store(&vec![0xa5; samples.len()]).expect("the same layout");
    assert!(dst.iter().all(|&byte| byte == 0xa5), "{layout} to strides {to:?}: written beside the samples");
    found
}
