use core::fmt;
use std::ops::Range;

use iio_codec::{ArrayRef, Blame, Check, Config, Error, Layout, Result, Tier};

use crate::{Env, Metadata, Output, ReadPlan, Source};

/// Opens a reader. The config holds the format's own options.
pub type OpenFn = fn(&Source, &Config, &Env) -> Result<Box<dyn Reader>>;
/// Makes a writer. The config holds the format's own options, valid for all images.
pub type CreateFn = fn(Output, &Config, &Env) -> Result<Box<dyn Writer>>;

/// Static description of a format: one `pub static FORMAT` per crate. Errors take their name from it.
pub struct FormatInfo {
    /// The name, lower case: `tiff`.
    pub name: &'static str,
    /// One line for people.
    pub title: &'static str,
    /// Extensions without the dot, lower case, the preferred one first.
    pub extensions: &'static [&'static str],
    /// Those of them that are written: a dialect that is only read does not get a file of another kind.
    pub writes: &'static [&'static str],
    /// How many images a file holds.
    pub modes: Modes,
    /// How far the implementation is to be trusted with hostile bytes.
    pub tier: Tier,
    /// Tells whether a file looks like this format.
    pub sniff: fn(&Sniff<'_>) -> Check,
    /// Opens a reader; `None` if the format is write-only.
    pub open: Option<OpenFn>,
    /// Makes a writer; `None` if the format is read-only.
    pub create: Option<CreateFn>,
}

impl Blame for FormatInfo {
    fn who(&self) -> &'static str {
        self.name
    }
}

impl fmt::Debug for FormatInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FormatInfo({})", self.name)
    }
}

/// How many images a file of a format holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modes {
    /// One.
    Single,
    /// One or more.
    Multi,
}

/// The ends of a file, for a look at its signature.
#[derive(Clone, Copy, Debug)]
pub struct Sniff<'a> {
    /// The first bytes, up to 512.
    pub head: &'a [u8],
    /// The last bytes, up to 512.
    pub tail: &'a [u8],
    /// The length of the file.
    pub len: u64,
}

/// Meaning of the samples of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Colour {
    /// Grey, 0 is black.
    Gray,
    /// Grey, 0 is white.
    InvertedGray,
    /// Red, green, blue.
    Rgb,
    /// Indices of a colour map.
    Palette,
    /// Luma and colour differences.
    YCbCr,
    /// Inks.
    Cmyk,
    /// CIE L*a*b*.
    Lab,
    /// A mask: 1 bit.
    Mask,
    /// Colour filter array of a camera.
    Cfa,
    /// Something else, or not told.
    Other,
}

impl Colour {
    /// One word for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gray => "gray",
            Self::InvertedGray => "gray (0 is white)",
            Self::Rgb => "rgb",
            Self::Palette => "palette",
            Self::YCbCr => "ycbcr",
            Self::Cmyk => "cmyk",
            Self::Lab => "lab",
            Self::Mask => "mask",
            Self::Cfa => "cfa",
            Self::Other => "other",
        }
    }
}

/// One resolution level of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// What reading this level gives.
    pub layout: Layout,
    /// Shape of the chunks it is stored in, along the axes of `layout`.
    pub chunk: Vec<usize>,
    /// The number of chunks.
    pub n_chunks: u64,
}

/// What a file tells of one image without decoding it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageInfo {
    /// One letter per axis of the layouts: `YX`, `YXS`, `SYX`.
    pub axes: String,
    /// Significant bits of each sample.
    pub bits: u32,
    /// Meaning of the samples.
    pub colour: Colour,
    /// Samples beyond those of the colour; alpha among them.
    pub extra_samples: usize,
    /// Name of the compression, with its predictor: `lzw + delta`.
    pub compression: String,
    /// How the chunks lie: `tiles`, `strips`, `whole`, `rows`.
    pub chunking: &'static str,
    /// Full resolution first. At least one.
    pub levels: Vec<Level>,
}

impl ImageInfo {
    /// Describes an image with one level of one chunk.
    #[must_use]
    pub fn whole(layout: Layout, axes: &str, bits: u32, colour: Colour, compression: &str) -> Self {
        let level = Level { chunk: layout.shape().to_vec(), layout, n_chunks: 1 };
        Self {
            axes: axes.to_owned(),
            bits,
            colour,
            extra_samples: 0,
            compression: compression.to_owned(),
            chunking: "whole",
            levels: vec![level],
        }
    }

    /// Sets [`ImageInfo::extra_samples`].
    #[must_use]
    pub const fn with_extra_samples(mut self, n: usize) -> Self {
        self.extra_samples = n;
        self
    }

    /// Sets [`ImageInfo::chunking`].
    #[must_use]
    pub const fn with_chunking(mut self, chunking: &'static str) -> Self {
        self.chunking = chunking;
        self
    }

    /// Replaces the levels.
    #[must_use]
    pub fn with_levels(mut self, levels: Vec<Level>) -> Self {
        self.levels = levels;
        self
    }
}

/// A rectangle of pixels of one level.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// Rows.
    pub y: Range<usize>,
    /// Columns.
    pub x: Range<usize>,
}

/// Which part of which image to read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// The image, from 0.
    pub image: usize,
    /// The resolution level; 0 is full resolution.
    pub level: usize,
    /// The rectangle, in pixels of that level; `None` is all.
    pub region: Option<Region>,
}

impl Selection {
    /// All of image `image`.
    #[must_use]
    pub const fn image(image: usize) -> Self {
        Self { image, level: 0, region: None }
    }

    /// Sets the level.
    #[must_use]
    pub const fn with_level(mut self, level: usize) -> Self {
        self.level = level;
        self
    }

    /// Sets the rectangle.
    #[must_use]
    pub fn with_region(mut self, y: Range<usize>, x: Range<usize>) -> Self {
        self.region = Some(Region { y, x });
        self
    }

    /// The rectangle within an image of `height` and `width`, checked.
    ///
    /// # Errors
    /// `InvalidArgument` if the rectangle is empty or exceeds the image.
    pub fn rectangle(&self, who: &(impl Blame + ?Sized), height: usize, width: usize) -> Result<Region> {
        let Some(region) = &self.region else { return Ok(Region { y: 0..height, x: 0..width }) };
        let fits = |range: &Range<usize>, len: usize| range.start < range.end && range.end <= len;
        if fits(&region.y, height) && fits(&region.x, width) {
            return Ok(region.clone());
        }
        let message = format!(
            "region rows {}..{}, columns {}..{} is empty or exceeds the image of {height} x {width}",
            region.y.start, region.y.end, region.x.start, region.x.end
        );
        Err(Error::invalid_argument(who.who(), message))
    }
}

/// An open file of some format. All methods may be called from several threads.
pub trait Reader: Send + Sync {
    /// The format.
    fn format(&self) -> &'static FormatInfo;

    /// The number of images.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` if the images cannot be counted; `Io`.
    fn n_images(&self) -> Result<usize>;

    /// The images that make one array when none is named: image 0, or the first images of equal layout where the
    /// format stores stacks as images (TIFF).
    ///
    /// # Errors
    /// As [`Reader::n_images`].
    fn default_images(&self) -> Result<Range<usize>> {
        Ok(0..1)
    }

    /// Describes an image without decoding it.
    ///
    /// # Errors
    /// `InvalidArgument` if there is no such image; `Malformed`, `Truncated`, `Unsupported`; `Io`.
    fn info(&self, image: usize) -> Result<ImageInfo>;

    /// The metadata of an image.
    ///
    /// # Errors
    /// As [`Reader::info`].
    fn metadata(&self, image: usize) -> Result<Metadata>;

    /// The metadata of the file as a whole, in the format's own terms: version, byte order, variant.
    ///
    /// # Errors
    /// As [`Reader::n_images`].
    fn file_metadata(&self) -> Result<Metadata> {
        Ok(Metadata::default())
    }

    /// Plans a read: which byte ranges, decoded how, land where.
    ///
    /// # Errors
    /// As [`Reader::info`]; `InvalidArgument` if there is no such level or the region exceeds it.
    fn plan(&self, selection: &Selection) -> Result<ReadPlan>;
}

/// An image to be written.
#[derive(Clone, Copy, Debug)]
pub struct WriteImage<'a> {
    /// The samples: `[height, width]` or `[height, width, samples]`, or a stack of these if the format takes it.
    pub pixels: ArrayRef<'a>,
    /// One letter per axis, if known.
    pub axes: Option<&'a str>,
    /// What is to be saved beside the pixels.
    pub meta: &'a Metadata,
}

impl<'a> WriteImage<'a> {
    /// The one image of the array as `[height, width]` or `[height, width, samples]`, for formats that hold no other:
    /// leading axes of length 1 are left out, planes are seen as samples.
    ///
    /// # Errors
    /// `InvalidArgument`, in the name of `who`, for a stack.
    pub fn single(&self, who: &(impl Blame + ?Sized)) -> Result<ArrayRef<'a>> {
        let planar = self.axes.is_some_and(|axes| axes.ends_with("SYX"));
        let ndim = if planar || self.axes.is_none_or(|axes| axes.ends_with("YXS")) { 3 } else { 2 };
        let mut pixels = self.pixels;
        while pixels.layout().ndim() > ndim {
            if pixels.shape().first() != Some(&1) {
                let message = format!("takes one image, got a stack of {}", self.pixels.layout());
                return Err(Error::invalid_argument(who.who(), message));
            }
            pixels = pixels.index_axis(0, 0)?;
        }
        if planar { pixels.permute(&[1, 2, 0]) } else { Ok(pixels) }
    }
}

/// A file of some format that is being written.
pub trait Writer: Send {
    /// The format.
    fn format(&self) -> &'static FormatInfo;

    /// Writes one image. `on_progress` gets bytes of pixels done and bytes in all.
    ///
    /// # Errors
    /// `InvalidArgument` if the format cannot hold the image: the message says what it can; `Io`, `Cancelled`.
    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<crate::ProgressFn<'_>>) -> Result<()>;

    /// Writes what comes last and hands the output back, to be committed by the caller.
    ///
    /// # Errors
    /// `InvalidArgument` if no image was written; `Io`.
    fn finish(self: Box<Self>) -> Result<Output>;
}
