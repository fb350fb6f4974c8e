#![expect(clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

use iio_codec::{ArrayMut, Layout};

use crate::Rng;

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
    let &[_, rows, _] = layout.shape() else { panic!("{layout} does not have three axes") };
    let (size, whole) = (layout.dtype().size(), [0, 1, 2].map(|axis| layout.stride(axis)));
    let mut samples = vec![0; layout.n_bytes()];
    Rng::new(2).fill(&mut samples);
    for strides in [
        [whole[0] + 48, whole[1], whole[2]],
        [(whole[1] + 48) * rows, whole[1] + 48, whole[2]],
        whole.map(|stride| stride * 3),
        [whole[0], size, size * rows],
    ] {
        for (there, back) in [(&encode as &dyn Fn(ArrayMut<'_>), &decode as &dyn Fn(ArrayMut<'_>)), (&decode, &encode)]
        {
            let mut expected = samples.clone();
            there(ArrayMut::new(&mut expected, *layout).expect("fits"));
            let extent =
                layout.shape().iter().zip(strides).map(|(len, stride)| (len - 1) * stride).sum::<usize>() + size;
            let mut buffer = vec![0xa5; extent];
            let mut array = ArrayMut::with_strides(&mut buffer, *layout, &strides).expect("strides that nest");
            array.store(&samples).expect("the same layout");
            let copy = |array: &ArrayMut<'_>| {
                let mut copy = Vec::new();
                array.as_ref().append_to(&mut copy).expect("memory");
                copy
            };
            there(array.reborrow());
            assert!(copy(&array) == expected, "{layout} {label} strides {strides:?}");
            back(array.reborrow());
            assert!(copy(&array) == samples, "{layout} {label} strides {strides:?}, back");
        }
    }
}
