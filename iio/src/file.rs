use iio_codec::{ArrayMut, Error, ErrorKind, Result};
use iio_core::{Env, FormatInfo, ImageInfo, Metadata, NdImage, ReadPlan, Reader, Selection, Source};

use crate::{IntoRequest, ReadOptions, default_env};

/// An open file: describes its images and reads them, whole or in parts, from any thread.
pub struct ImageFile {
    source: Source,
    reader: Box<dyn Reader>,
    env: Env,
}

/// Opens a file with [`ReadOptions::format`], [`ReadOptions::config`] and [`ReadOptions::env`].
///
/// # Errors
/// `Io`; `Unsupported` if no format knows the content; those of the format.
pub fn imopen(uri: impl IntoRequest, options: &ReadOptions) -> Result<ImageFile> {
    let request = uri.into_request()?;
    let env = options.env.clone().unwrap_or_else(default_env);
    let source = request.open(&env.limits)?;
    let format = match &options.format {
        Some(name) => env.registry.format(name)?,
        None => env.registry.detect(&source, request.extension())?,
    };
    let open = format
        .open
        .ok_or_else(|| Error::new(format.name, ErrorKind::Unsupported, "this format is written only, not read"))?;
    let reader = open(&source, &options.config, &env)?;
    Ok(ImageFile { source, reader, env })
}

/// Reads an image: the first one, or the whole stack where the format stores stacks as pages (TIFF).
///
/// # Errors
/// As [`imopen`]; those of the codecs, with place and offset; `Limit`.
pub fn imread(uri: impl IntoRequest) -> Result<NdImage> {
    imread_with(uri, &ReadOptions::default())
}

/// Reads an image, a level or a region.
///
/// # Errors
/// As [`imread`]; `InvalidArgument` if there is no such image, level or region.
pub fn imread_with(uri: impl IntoRequest, options: &ReadOptions) -> Result<NdImage> {
    let file = imopen(uri, options)?;
    match options.image {
        Some(image) => file.read(&Selection { image, ..options.selection.clone() }),
        None => file.read_default(&options.selection),
    }
}

/// Iterates over the images of a file, one at a time.
///
/// # Errors
/// As [`imopen`]; the items as [`imread`].
pub fn imiter(uri: impl IntoRequest) -> Result<impl Iterator<Item = Result<NdImage>>> {
    let file = imopen(uri, &ReadOptions::default())?;
    let n = file.n_images()?;
    Ok((0..n).map(move |image| file.read(&Selection::image(image))))
}

/// Describes the first image of a file without decoding it.
///
/// # Errors
/// As [`imopen`].
pub fn improps(uri: impl IntoRequest) -> Result<ImageInfo> {
    imopen(uri, &ReadOptions::default())?.info(0)
}

/// Reads the metadata of the first image of a file, without decoding it.
///
/// # Errors
/// As [`imopen`].
pub fn immeta(uri: impl IntoRequest) -> Result<Metadata> {
    imopen(uri, &ReadOptions::default())?.metadata(0)
}

impl ImageFile {
    /// The format.
    #[must_use]
    pub fn format(&self) -> &'static FormatInfo {
        self.reader.format()
    }

    /// Where the bytes come from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// The number of images.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` if they cannot be counted.
    pub fn n_images(&self) -> Result<usize> {
        self.reader.n_images()
    }

    /// Describes an image without decoding it.
    ///
    /// # Errors
    /// `InvalidArgument` if there is no such image; those of the format.
    pub fn info(&self, image: usize) -> Result<ImageInfo> {
        self.reader.info(image)
    }

    /// The metadata of an image.
    ///
    /// # Errors
    /// As [`ImageFile::info`].
    pub fn metadata(&self, image: usize) -> Result<Metadata> {
        self.reader.metadata(image)
    }

    /// The metadata of the file as a whole.
    ///
    /// # Errors
    /// Those of the format.
    pub fn file_metadata(&self) -> Result<Metadata> {
        self.reader.file_metadata()
    }

    /// Plans a read: byte ranges, codecs, and where each chunk lands.
    ///
    /// # Errors
    /// As [`ImageFile::info`]; `InvalidArgument` if there is no such level or region.
    pub fn plan(&self, selection: &Selection) -> Result<ReadPlan> {
        self.reader.plan(selection)
    }

    /// Reads an image, a level or a region, with its metadata.
    ///
    /// # Errors
    /// As [`ImageFile::plan`]; those of the codecs; `Limit`.
    pub fn read(&self, selection: &Selection) -> Result<NdImage> {
        self.read_with_progress(selection, None)
    }

    /// As [`ImageFile::read`]; `on_progress` gets bytes of pixels done and bytes in all, from any thread.
    ///
    /// # Errors
    /// As [`ImageFile::read`].
    pub fn read_with_progress(
        &self,
        selection: &Selection,
        on_progress: Option<iio_core::ProgressFn<'_>>,
    ) -> Result<NdImage> {
        let plan = self.reader.plan(selection)?;
        let image = NdImage::from_bytes(plan.read(&self.source, &self.env, on_progress)?, plan.layout)?;
        let axes = self.reader.info(selection.image)?.axes;
        Ok(image.with_axes(&axes).with_meta(self.reader.metadata(selection.image)?))
    }

    /// Reads an image, a level or a region into memory of the caller, which may have strides.
    ///
    /// # Errors
    /// As [`ImageFile::read`]; `InvalidArgument` if the layout of `dst` is not that of the selection.
    pub fn read_into(&self, selection: &Selection, dst: ArrayMut<'_>) -> Result<()> {
        self.reader.plan(selection)?.run(&self.source, dst, &self.env, None)
    }

    /// Reads what makes one array in this format: the first image, or the leading images of equal layout as a stack
    /// with one axis more.
    ///
    /// # Errors
    /// As [`ImageFile::read`].
    pub fn read_default(&self, selection: &Selection) -> Result<NdImage> {
        let images = self.reader.default_images()?;
        if images.len() <= 1 {
            return self.read(&Selection { image: images.start, ..selection.clone() });
        }
        let first = images.start;
        let plans = images.map(|image| self.reader.plan(&Selection { image, ..selection.clone() }));
        let plan = ReadPlan::stack(plans.collect::<Result<_>>()?)?;
        let image = NdImage::from_bytes(plan.read(&self.source, &self.env, None)?, plan.layout)?;
        let axes = format!("I{}", self.reader.info(first)?.axes);
        Ok(image.with_axes(&axes).with_meta(self.reader.metadata(first)?))
    }
}

impl core::fmt::Debug for ImageFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ImageFile({} {:?})", self.format().name, self.source)
    }
}
