//! What stops a stream before its end.

use std::borrow::Cow;

/// Why a stream does not go on.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The input is at its end, the stream is not.
    Cut,
    /// A rule of RFC 7932 is broken.
    Broken(Cow<'static, str>),
    /// So many bytes cannot be allocated.
    Memory(usize),
}

impl Fault {
    #[cold]
    pub(crate) const fn rule(text: &'static str) -> Self {
        Self::Broken(Cow::Borrowed(text))
    }

    #[cold]
    pub(crate) const fn number(text: String) -> Self {
        Self::Broken(Cow::Owned(text))
    }
}
