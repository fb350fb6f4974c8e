use std::path::{Path, PathBuf};

use iio_codec::{Config, Error, ErrorKind, Result};
use iio_core::{FormatInfo, NdImage, ProgressFn, Target, WriteImage, Writer};

use crate::{WriteOptions, default_env};

/// A file that is being written. Nothing appears under its name before [`ImageWriter::finish`].
pub struct ImageWriter {
    writer: Box<dyn Writer>,
}

/// Creates a file. The format is that of the options, else that of the extension.
///
/// # Errors
/// `InvalidArgument` if no format is named and none has the extension, or an option is unknown; `Io`.
pub fn imcreate(target: impl Into<WriteTarget>, options: &WriteOptions) -> Result<ImageWriter> {
    let target = target.into().0;
    let env = options.env.clone().unwrap_or_else(default_env);
    let extension = target.extension();
    let format = match (&options.format, &extension) {
        (Some(name), _) => env.registry.format(name)?,
        (None, Some(extension)) => env.registry.format_for_extension(extension)?,
        (None, None) => {
            return Err(Error::invalid_argument("imwrite", "a target without extension needs the name of a format"));
        }
    };
    let create = format
        .create
        .ok_or_else(|| Error::new(format.name, ErrorKind::Unsupported, "this format is read only, not written"))?;
    let hints = extension.map_or_else(Config::new, |extension| Config::new().hint("extension", extension));
    let writer = create(target.open()?, &hints.merged(&options.config), &env)?;
    Ok(ImageWriter { writer })
}

/// Writes an image in the format of the extension, with what the format can carry of its metadata.
///
/// # Errors
/// As [`imcreate`] and [`ImageWriter::write`].
pub fn imwrite(target: impl Into<WriteTarget>, image: &NdImage) -> Result<()> {
    imwrite_with(target, image, &WriteOptions::default()).map(|_| ())
}

/// Writes an image. Returns the bytes if the target is `<bytes>`.
///
/// # Errors
/// As [`imwrite`].
pub fn imwrite_with(
    target: impl Into<WriteTarget>,
    image: &NdImage,
    options: &WriteOptions,
) -> Result<Option<Vec<u8>>> {
    let mut writer = imcreate(target, options)?;
    writer.write(image)?;
    writer.finish()
}

impl ImageWriter {
    /// The format.
    #[must_use]
    pub fn format(&self) -> &'static FormatInfo {
        self.writer.format()
    }

    /// Writes one image with what the format can carry of its metadata.
    ///
    /// # Errors
    /// `InvalidArgument` if the format cannot hold the image: the message says what it can; `Io`, `Cancelled`.
    pub fn write(&mut self, image: &NdImage) -> Result<()> {
        self.write_with_progress(image, None)
    }

    /// As [`ImageWriter::write`]; `on_progress` gets bytes of pixels done and bytes in all.
    ///
    /// # Errors
    /// As [`ImageWriter::write`].
    pub fn write_with_progress(&mut self, image: &NdImage, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        let image = WriteImage { pixels: image.view()?, axes: Some(image.axes()), meta: &image.meta };
        self.writer.write(&image, on_progress)
    }

    /// Completes the file and puts it in its place. Returns the bytes if the target is `<bytes>`.
    ///
    /// # Errors
    /// `Io`; an older file of the name is then still there.
    pub fn finish(self) -> Result<Option<Vec<u8>>> {
        self.writer.finish()?.commit()
    }
}

impl core::fmt::Debug for ImageWriter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ImageWriter({})", self.format().name)
    }
}

/// Where to write: made from a path, a URI, `<bytes>` or a [`Target`].
#[derive(Clone, Debug)]
pub struct WriteTarget(Target);

impl From<Target> for WriteTarget {
    fn from(target: Target) -> Self {
        Self(target)
    }
}

impl From<&str> for WriteTarget {
    fn from(uri: &str) -> Self {
        Self(Target::parse(uri))
    }
}

impl From<&String> for WriteTarget {
    fn from(uri: &String) -> Self {
        Self(Target::parse(uri))
    }
}

impl From<&Path> for WriteTarget {
    fn from(path: &Path) -> Self {
        Self(Target::Path(path.to_owned()))
    }
}

impl From<&PathBuf> for WriteTarget {
    fn from(path: &PathBuf) -> Self {
        Self(Target::Path(path.clone()))
    }
}
