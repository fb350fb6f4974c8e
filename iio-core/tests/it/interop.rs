use iio_codec::{DType, ErrorKind};
use iio_core::NdImage;

#[test]
#[cfg(feature = "ndarray")]
fn ndarray_views_share_the_samples() {
    let image = NdImage::from_slice(&[0u16, 1, 2, 3, 4, 5], DType::U16, &[2, 3]).unwrap();
    let view = image.to_ndarray::<u16>().unwrap();
    assert_eq!(view.shape(), [2, 3]);
    assert_eq!(view[[1, 2]], 5);
    assert!(std::ptr::eq(view.as_ptr(), image.as_slice::<u16>().unwrap().as_ptr()));
    let transposed = NdImage::from_ndarray(&view.t().into_dyn(), DType::U16).unwrap();
    assert_eq!(transposed.as_slice::<u16>().unwrap(), [0, 3, 1, 4, 2, 5]);
    assert_eq!(image.to_ndarray::<u8>().unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
#[cfg(feature = "image")]
fn dynamic_images_hold_the_same_samples() {
    for (dtype, samples) in [(DType::U8, 1), (DType::U8, 2), (DType::U8, 3), (DType::U8, 4)] {
        let bytes: Vec<u8> = (0..6 * samples as u8).collect();
        let shape = [2, 3, samples];
        let shape = if samples == 1 { &shape[..2] } else { &shape[..] };
        let image = NdImage::from_slice(&bytes, dtype, shape).unwrap().into_dynamic_image().unwrap();
        let again = NdImage::from_dynamic_image(&image).unwrap();
        assert_eq!((again.shape(), again.as_bytes()), (shape, &bytes[..]));
    }
    let signed = NdImage::from_slice(&[0i8; 4], DType::I8, &[2, 2]).unwrap();
    assert_eq!(signed.into_dynamic_image().unwrap_err().kind(), ErrorKind::InvalidArgument);
}
