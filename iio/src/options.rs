use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use iio_codec::{Config, Result};
use iio_core::{Env, RayonExecutor, Request, Selection, Source};

/// The environment that is used where none is given: all codecs and formats of this build, rayon's global thread pool,
/// default limits.
#[must_use]
pub fn default_env() -> Env {
    static DEFAULT: OnceLock<Env> = OnceLock::new();
    DEFAULT
        .get_or_init(|| Env::new(Arc::new(crate::builtin())).with_executor(Arc::new(RayonExecutor::global())))
        .clone()
}

/// What can be read: a path or URI, bytes, or a [`Request`].
pub trait IntoRequest {
    /// Makes a request.
    ///
    /// # Errors
    /// `Unsupported` for a scheme that is not implemented.
    fn into_request(self) -> Result<Request>;
}

impl IntoRequest for Request {
    fn into_request(self) -> Result<Request> {
        Ok(self)
    }
}

impl IntoRequest for &str {
    fn into_request(self) -> Result<Request> {
        Request::parse(self)
    }
}

impl IntoRequest for &String {
    fn into_request(self) -> Result<Request> {
        Request::parse(self)
    }
}

impl IntoRequest for &Path {
    fn into_request(self) -> Result<Request> {
        self.to_str().map_or_else(|| Ok(Request::from_path(self)), Request::parse)
    }
}

impl IntoRequest for &PathBuf {
    fn into_request(self) -> Result<Request> {
        self.as_path().into_request()
    }
}

impl IntoRequest for Vec<u8> {
    fn into_request(self) -> Result<Request> {
        Ok(Request::from_bytes(self))
    }
}

impl IntoRequest for &[u8] {
    fn into_request(self) -> Result<Request> {
        Ok(Request::from_bytes(self))
    }
}

impl IntoRequest for Source {
    fn into_request(self) -> Result<Request> {
        Ok(Request::from_source(self))
    }
}

/// How to read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The image; `None` takes what makes one array in this format: the first image, or all of a TIFF stack.
    pub image: Option<usize>,
    /// Level and region; its image is overridden by `image`.
    pub selection: Selection,
    /// Name of the format; `None` detects it.
    pub format: Option<String>,
    /// Options of the format.
    pub config: Config,
    /// Registry, limits and executor; `None` takes [`default_env`].
    pub env: Option<Env>,
}

impl ReadOptions {
    /// Sets the image.
    #[must_use]
    pub const fn with_image(mut self, image: usize) -> Self {
        self.image = Some(image);
        self
    }

    /// Sets the pyramid level; 0 is full resolution.
    #[must_use]
    pub const fn with_level(mut self, level: usize) -> Self {
        self.selection.level = level;
        self
    }

    /// Sets the region, in pixels of the level.
    #[must_use]
    pub fn with_region(mut self, y: std::ops::Range<usize>, x: std::ops::Range<usize>) -> Self {
        self.selection = self.selection.with_region(y, x);
        self
    }

    /// Sets the format.
    #[must_use]
    pub fn with_format(mut self, format: &str) -> Self {
        self.format = Some(format.to_owned());
        self
    }

    /// Sets the options of the format.
    #[must_use]
    pub fn with_config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Sets registry, limits and executor.
    #[must_use]
    pub fn with_env(mut self, env: Env) -> Self {
        self.env = Some(env);
        self
    }
}

/// How to write.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Name of the format; `None` takes it from the extension.
    pub format: Option<String>,
    /// Options of the format and of its codec: `compression`, `level`, `tile` ..
    pub config: Config,
    /// Registry, limits and executor; `None` takes [`default_env`].
    pub env: Option<Env>,
}

impl WriteOptions {
    /// Sets the format.
    #[must_use]
    pub fn with_format(mut self, format: &str) -> Self {
        self.format = Some(format.to_owned());
        self
    }

    /// Sets the options of the format and of its codec.
    #[must_use]
    pub fn with_config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Sets registry, limits and executor.
    #[must_use]
    pub fn with_env(mut self, env: Env) -> Self {
        self.env = Some(env);
        self
    }
}
