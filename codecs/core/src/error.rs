use core::fmt;
use std::borrow::Cow;

/// The result of everything in this contract.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why an operation failed, by who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes break the rules of their format. The producer has to act.
    Malformed,
    /// The bytes end before the format says they may.
    Truncated,
    /// The bytes may be valid, but use a feature that is not implemented or not in this build.
    Unsupported,
    /// The caller passed a value, shape or dtype that is not accepted.
    InvalidArgument,
    /// The destination is too small.
    OutputTooSmall {
        /// Bytes that would have been enough; a lower bound where the exact size is not known.
        needed: u64,
    },
    /// A limit of the caller would be exceeded. Raise it if the source is trusted.
    Limit {
        /// Name of the field of [`Limits`](crate::Limits).
        which: &'static str,
        /// What the input asks for.
        requested: u64,
        /// What the limit allows.
        allowed: u64,
    },
    /// The allocator refused.
    OutOfMemory,
    /// The caller asked to stop.
    Cancelled,
    /// Reading or writing a resource failed; the source is the `std::io::Error`.
    Io,
    /// A library underneath failed without a cause that it names.
    Backend {
        /// Its return code.
        code: i64,
    },
    /// A bug in this crate. Stands where others would write `unreachable!`.
    Internal,
}

impl ErrorKind {
    /// The kind as one word, for tables and logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::Unsupported => "unsupported",
            Self::InvalidArgument => "invalid argument",
            Self::OutputTooSmall { .. } => "output too small",
            Self::Limit { .. } => "limit",
            Self::OutOfMemory => "out of memory",
            Self::Cancelled => "cancelled",
            Self::Io => "io",
            Self::Backend { .. } => "backend",
            Self::Internal => "internal",
        }
    }
}

/// An error of a codec or format: who, what, where, and why.
///
/// Displayed as `png: filter byte 7 at row 12 is not 0..=4 (at byte 4711)`. The size is one pointer.
pub struct Error(Box<Repr>);

struct Repr {
    who: &'static str,
    kind: ErrorKind,
    offset: Option<u64>,
    place: Option<String>,
    message: Cow<'static, str>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// Makes an error of any kind; [`Blame`] has shorter constructors.
    #[cold]
    pub fn new(who: &'static str, kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Repr { who, kind, offset: None, place: None, message: message.into(), source: None }))
    }

    /// Makes an error of kind `InvalidArgument`.
    #[cold]
    pub fn invalid_argument(who: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(who, ErrorKind::InvalidArgument, message)
    }

    /// Adds the byte offset in the input at which the fault was seen.
    #[must_use]
    pub fn at(mut self, offset: impl TryInto<u64>) -> Self {
        self.0.offset = offset.try_into().ok();
        self
    }

    /// Moves the offset by `base`, for a stream that is part of a larger file. Does nothing if there is no offset.
    #[must_use]
    pub fn shifted(mut self, base: u64) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset.saturating_add(base));
        self
    }

    /// Adds the place in the container (`page 0, tile 17`). Of nested places the outer one comes first.
    #[must_use]
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.0.place = Some(match self.0.place.take() {
            Some(inner) => format!("{place}, {inner}"),
            None => place.to_string(),
        });
        self
    }

    /// Adds the underlying error.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The name of the codec or format that failed.
    #[must_use]
    pub fn who(&self) -> &'static str {
        self.0.who
    }

    /// Who has to act.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The byte offset in the input, where it is known.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// The place in the container, where there is one.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }

    /// The message without name, place and offset.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.0.who)?;
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(offset) = self.0.offset {
            write!(f, " (at byte {offset})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?}, \"{self}\")", self.0.kind)?;
        self.0.source.as_ref().map_or(Ok(()), |source| write!(f, " caused by {source:?}"))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as &(dyn std::error::Error + 'static))
    }
}

/// Something that errors name as their origin: a codec's or a format's static description. So no error is nameless.
///
/// ```
/// use iio_codec::{Blame, ErrorKind};
/// struct Here;
/// impl Blame for Here {
///     fn who(&self) -> &'static str { "here" }
/// }
/// let error = Here.truncated("needs 4 bytes, got 3").at(3u64);
/// assert_eq!(error.kind(), ErrorKind::Truncated);
/// assert_eq!(error.to_string(), "here: needs 4 bytes, got 3 (at byte 3)");
/// ```
pub trait Blame {
    /// The name that errors carry.
    fn who(&self) -> &'static str;

    /// The bytes break the rules of their format.
    #[cold]
    fn malformed(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::Malformed, message)
    }

    /// The bytes end too early.
    #[cold]
    fn truncated(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::Truncated, message)
    }

    /// A feature that is not implemented or not in this build.
    #[cold]
    fn unsupported(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::Unsupported, message)
    }

    /// A value, shape or dtype of the caller is not accepted.
    #[cold]
    fn invalid_argument(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::InvalidArgument, message)
    }

    /// The destination of `have` bytes is too small for `needed` bytes.
    #[cold]
    fn output_too_small(&self, needed: usize, have: usize) -> Error {
        let message = format!("output needs {needed} bytes, destination has {have}");
        Error::new(self.who(), ErrorKind::OutputTooSmall { needed: needed as u64 }, message)
    }

    /// `what` asks for more than the limit `which` allows.
    #[cold]
    fn limit(&self, what: impl fmt::Display, which: &'static str, requested: u64, allowed: u64) -> Error {
        let message = format!("{what} needs {requested}, limit {which} is {allowed}");
        Error::new(self.who(), ErrorKind::Limit { which, requested, allowed }, message)
    }

    /// The allocator refused `bytes`.
    #[cold]
    fn out_of_memory(&self, bytes: usize) -> Error {
        Error::new(self.who(), ErrorKind::OutOfMemory, format!("cannot allocate {bytes} bytes"))
    }

    /// A library underneath failed.
    #[cold]
    fn backend(&self, code: i64, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::Backend { code }, message)
    }

    /// A bug in the crate that says so.
    #[cold]
    fn internal(&self, message: impl Into<Cow<'static, str>>) -> Error {
        Error::new(self.who(), ErrorKind::Internal, message)
    }
}
