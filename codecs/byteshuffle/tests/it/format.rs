//! Vectors made by hand.

use iio_byteshuffle::{INFO, Options, decode, encode};
use iio_codec::{AnyCodec, ArrayMut, CodecId, Config, Context, DType, ErrorKind, Layout, Result};

/// Of `uint16` [2, 3], from bytes in memory.
fn both_ways(options: &Options, samples: [u8; 12], encoded: [u8; 12]) {
    let layout = Layout::new(DType::U16, &[2, 3]).unwrap();
    let mut array = samples;
    encode(ArrayMut::new(&mut array, layout).unwrap(), options).unwrap();
    assert_eq!(array, encoded);
    decode(ArrayMut::new(&mut array, layout).unwrap(), options).unwrap();
    assert_eq!(array, samples);
}

const SAMPLES: [u8; 12] = [1, 100, 2, 102, 4, 104, 7, 107, 11, 110, 16, 120];

#[test]
fn each_row_has_its_planes() {
    both_ways(&Options::default(), SAMPLES, [1, 2, 4, 100, 102, 104, 7, 11, 16, 107, 110, 120]);
}

#[test]
fn axis_zero_makes_one_row() {
    let encoded = [1, 2, 4, 7, 11, 16, 100, 102, 104, 107, 110, 120];
    both_ways(&Options::default().with_axis(0), SAMPLES, encoded);
    both_ways(&Options::default().with_axis(-2), SAMPLES, encoded);
}

#[test]
fn delta_goes_through_all_planes_of_a_row() {
    let options = Options::default().with_delta(true);
    both_ways(&options, SAMPLES, [1, 1, 2, 96, 2, 2, 7, 4, 5, 91, 3, 10]);
    both_ways(&options.clone().with_dist(2), SAMPLES, [1, 2, 3, 98, 98, 4, 7, 11, 9, 96, 94, 13]);
    both_ways(&options.with_axis(0), SAMPLES, [1, 2, 4, 6, 9, 12, 93, 91, 88, 7, 8, 16]);
}

#[test]
fn reorder_puts_the_most_significant_plane_first() {
    let options = Options::default().with_reorder(true);
    if cfg!(target_endian = "little") {
        both_ways(&options, SAMPLES, [100, 102, 104, 1, 2, 4, 107, 110, 120, 7, 11, 16]);
    } else {
        both_ways(&options, SAMPLES, [1, 2, 4, 100, 102, 104, 7, 11, 16, 107, 110, 120]);
    }
}

#[test]
fn items_need_not_be_samples() {
    let options = Options::default().with_axis(0).with_item_size(Some(5));
    both_ways(&options, SAMPLES, [1, 104, 100, 7, 2, 107, 102, 11, 4, 110, 16, 120]);
    both_ways(&options.clone().with_item_size(Some(1)), SAMPLES, SAMPLES);
    both_ways(&options.clone().with_item_size(Some(100)), SAMPLES, SAMPLES);
    let error = encode(
        ArrayMut::new(&mut [0; 4], Layout::new(DType::U8, &[4]).unwrap()).unwrap(),
        &options.with_item_size(Some(0)),
    );
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

fn encoded_by(id: CodecId<'_>, config: &Config) -> Result<Vec<u8>> {
    let AnyCodec::Filter(codec) = INFO.create(&id, config)? else { panic!("not a filter") };
    let mut bytes: Vec<u8> = (0..8).collect();
    let layout = Layout::new(DType::U8, &[2, 4])?;
    codec.encoder()?.run(ArrayMut::new(&mut bytes, layout)?, &Context::default())?;
    Ok(bytes)
}

#[test]
fn hdf5_gives_the_sample_size_in_cd_values() {
    let encoded = |values: Option<&[i64]>| {
        let config = values.map_or_else(Config::new, |values| Config::new().set("cd_values", values.to_vec()));
        encoded_by(CodecId::Hdf5(2), &config)
    };
    assert_eq!(encoded(Some(&[4])).unwrap(), [0, 4, 1, 5, 2, 6, 3, 7]);
    assert_eq!(encoded(Some(&[2])).unwrap(), [0, 2, 4, 6, 1, 3, 5, 7]);
    assert_eq!(encoded(Some(&[3])).unwrap(), [0, 3, 1, 4, 2, 5, 6, 7]);
    for bytes_stay in [Some(&[1][..]), Some(&[]), None] {
        assert_eq!(encoded(bytes_stay).unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
    for bad in [&[0][..], &[-4], &[4, 4], &[1 << 40]] {
        assert_eq!(encoded(Some(bad)).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
    }
}

#[test]
fn numcodecs_shuffle_has_elements_of_four_bytes_unless_told() {
    for id in [CodecId::Numcodecs("shuffle"), CodecId::Zarr("numcodecs.shuffle")] {
        let encoded = |config: Config| encoded_by(id, &config).unwrap();
        assert_eq!(encoded(Config::new()), [0, 4, 1, 5, 2, 6, 3, 7]);
        assert_eq!(encoded(Config::new().set("elementsize", 2)), [0, 2, 4, 6, 1, 3, 5, 7]);
        assert_eq!(encoded(Config::new().set("elementsize", 0)), [0, 1, 2, 3, 4, 5, 6, 7]);
    }
}

#[test]
fn imagecodecs_ids_take_all_options() {
    for id in [CodecId::Numcodecs("imagecodecs_byteshuffle"), CodecId::Zarr("imagecodecs_byteshuffle")] {
        let encoded = |config: Config| encoded_by(id, &config);
        let items = Config::new().set("item_size", 2);
        assert_eq!(encoded(items.clone()).unwrap(), [0, 2, 1, 3, 4, 6, 5, 7]);
        assert_eq!(encoded(items.clone().set("axis", 0)).unwrap(), [0, 2, 4, 6, 1, 3, 5, 7]);
        assert_eq!(encoded(items.clone().set("delta", true)).unwrap(), [0, 2, 255, 2, 4, 2, 255, 2]);
        assert_eq!(encoded(items.clone().set("delta", true).set("dist", 2)).unwrap(), [0, 2, 1, 1, 4, 6, 1, 1]);
        #[cfg(target_endian = "little")]
        assert_eq!(encoded(items.set("reorder", true)).unwrap(), [1, 3, 0, 2, 5, 7, 4, 6]);
        let error = encoded(Config::new().set("axis", 2)).unwrap_err();
        assert_eq!(error.to_string(), "byteshuffle: axis 2 is not one of the 2 axes of uint8 [2, 4]");
    }
}
