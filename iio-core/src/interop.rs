//! `NdImage` in the terms of other crates.

use iio_codec::{Error, Result, Sample};

use crate::NdImage;

#[cfg(feature = "ndarray")]
impl NdImage {
    /// The image as a view of the crate `ndarray`, without a copy.
    ///
    /// # Errors
    /// `InvalidArgument` if `T` does not stand for the dtype.
    pub fn to_ndarray<T: Sample>(&self) -> Result<ndarray::ArrayViewD<'_, T>> {
        let samples = self.as_slice::<T>().ok_or_else(|| wrong_type::<T>(self))?;
        ndarray::ArrayViewD::from_shape(self.shape(), samples)
            .map_err(|error| Error::invalid_argument("image", "shape does not fit").with_source(error))
    }

    /// Copies an array of the crate `ndarray`, of any strides, into an image of this dtype.
    ///
    /// # Errors
    /// `InvalidArgument` if `dtype` is not one that `T` stands for, or there are more axes than an image has;
    /// `OutOfMemory`.
    pub fn from_ndarray<T: Sample>(array: &ndarray::ArrayViewD<'_, T>, dtype: iio_codec::DType) -> Result<Self> {
        match array.as_slice() {
            Some(samples) => Self::from_slice(samples, dtype, array.shape()),
            None => Self::from_slice(&array.iter().copied().collect::<Vec<_>>(), dtype, array.shape()),
        }
    }
}

#[cold]
fn wrong_type<T>(image: &NdImage) -> Error {
    let message = format!("{} does not stand for {}", core::any::type_name::<T>(), image.dtype());
    Error::invalid_argument("image", message)
}

#[cfg(feature = "image")]
mod dynamic {
    use iio_codec::{DType, Error, Result, Sample};
    use image::{DynamicImage, ImageBuffer, Pixel};

    use crate::NdImage;

    impl NdImage {
        /// The image as a value of the crate `image`: 1 to 4 samples of `uint8` or `uint16`, 3 or 4 of `float32`.
        ///
        /// # Errors
        /// `InvalidArgument` for any other dtype or shape: nothing is converted silently.
        pub fn into_dynamic_image(self) -> Result<DynamicImage> {
            let (height, width, samples) = match *self.shape() {
                [height, width] => (height, width, 1),
                [height, width, samples] => (height, width, samples),
                _ => return Err(unfit(&self)),
            };
            let fits = |len: usize| u32::try_from(len).map_err(|_| unfit(&self));
            let (height, width) = (fits(height)?, fits(width)?);
            let image = match (self.dtype(), samples) {
                (DType::U8, 1) => buffer(&self, width, height).map(DynamicImage::ImageLuma8),
                (DType::U8, 2) => buffer(&self, width, height).map(DynamicImage::ImageLumaA8),
                (DType::U8, 3) => buffer(&self, width, height).map(DynamicImage::ImageRgb8),
                (DType::U8, 4) => buffer(&self, width, height).map(DynamicImage::ImageRgba8),
                (DType::U16, 1) => buffer(&self, width, height).map(DynamicImage::ImageLuma16),
                (DType::U16, 2) => buffer(&self, width, height).map(DynamicImage::ImageLumaA16),
                (DType::U16, 3) => buffer(&self, width, height).map(DynamicImage::ImageRgb16),
                (DType::U16, 4) => buffer(&self, width, height).map(DynamicImage::ImageRgba16),
                (DType::F32, 3) => buffer(&self, width, height).map(DynamicImage::ImageRgb32F),
                (DType::F32, 4) => buffer(&self, width, height).map(DynamicImage::ImageRgba32F),
                _ => None,
            };
            image.ok_or_else(|| unfit(&self))
        }

        /// Copies a value of the crate `image`.
        ///
        /// # Errors
        /// `InvalidArgument` for a colour type that is not known yet; `OutOfMemory`.
        pub fn from_dynamic_image(image: &DynamicImage) -> Result<Self> {
            use DynamicImage as D;
            match image {
                D::ImageLuma8(b) => copied(b, DType::U8),
                D::ImageLumaA8(b) => copied(b, DType::U8),
                D::ImageRgb8(b) => copied(b, DType::U8),
                D::ImageRgba8(b) => copied(b, DType::U8),
                D::ImageLuma16(b) => copied(b, DType::U16),
                D::ImageLumaA16(b) => copied(b, DType::U16),
                D::ImageRgb16(b) => copied(b, DType::U16),
                D::ImageRgba16(b) => copied(b, DType::U16),
                D::ImageRgb32F(b) => copied(b, DType::F32),
                D::ImageRgba32F(b) => copied(b, DType::F32),
                other => Err(Error::invalid_argument("image", format!("colour type {:?} is not known", other.color()))),
            }
        }
    }

    fn buffer<P: Pixel>(image: &NdImage, width: u32, height: u32) -> Option<ImageBuffer<P, Vec<P::Subpixel>>>
    where
        P::Subpixel: Sample,
    {
        ImageBuffer::from_raw(width, height, image.as_slice::<P::Subpixel>()?.to_vec())
    }

    fn copied<P: Pixel>(buffer: &ImageBuffer<P, Vec<P::Subpixel>>, dtype: DType) -> Result<NdImage>
    where
        P::Subpixel: Sample,
    {
        let (height, width, samples) = (buffer.height() as usize, buffer.width() as usize, P::CHANNEL_COUNT as usize);
        let shape = [height, width, samples];
        let shape = if samples == 1 { &shape[..2] } else { &shape[..] };
        NdImage::from_slice(buffer.as_raw(), dtype, shape)
    }

    #[cold]
    fn unfit(image: &NdImage) -> Error {
        let message = format!("{} is not among the colour types of the crate image", image.layout());
        Error::invalid_argument("image", message)
    }
}
