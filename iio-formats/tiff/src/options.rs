use iio_codec::{Config, Fields, Result};

use crate::FORMAT;

/// How a file is opened: what counts as an image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Reduced IFDs and SubIFDs that are smaller versions of an image are its levels. Default true; else every IFD of
    /// the chain is an image of one level.
    pub levels: bool,
    /// SubIFDs that are no levels are images as well, behind that of their IFD: the sensor data of DNG and NEF. Default
    /// false.
    pub sub_images: bool,
    /// A chain of IFDs that leads out of the file or to garbage ends there, instead of being an error where the number
    /// of images is asked for. Default false.
    pub lenient_chain: bool,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { levels: true, sub_images: false, lenient_chain: false }
    }
}

impl OpenOptions {
    /// Sets [`OpenOptions::levels`].
    #[must_use]
    pub const fn with_levels(mut self, levels: bool) -> Self {
        self.levels = levels;
        self
    }

    /// Sets [`OpenOptions::sub_images`].
    #[must_use]
    pub const fn with_sub_images(mut self, sub_images: bool) -> Self {
        self.sub_images = sub_images;
        self
    }

    /// Sets [`OpenOptions::lenient_chain`].
    #[must_use]
    pub const fn with_lenient_chain(mut self, lenient_chain: bool) -> Self {
        self.lenient_chain = lenient_chain;
        self
    }

    /// Reads the keys `levels`, `sub_images` and `lenient_chain`.
    pub(crate) fn from_config(config: &Config) -> Result<Self> {
        let mut options = Self::default();
        let mut fields = Fields::new(FORMAT.name, config);
        fields.bool("levels", &mut options.levels)?;
        fields.bool("sub_images", &mut options.sub_images)?;
        fields.bool("lenient_chain", &mut options.lenient_chain)?;
        fields.finish()?;
        Ok(options)
    }
}
