use std::time::Duration;

use iio_codec::{CodecInfo, Config, DType, Layout};

use crate::Claim;
use crate::trial;

/// One set of options that the claims are run with.
#[derive(Clone, Debug)]
pub(crate) struct OptionSet {
    pub(crate) name: String,
    pub(crate) config: Config,
    /// `None`: lossless.
    pub(crate) max_diff: Option<f64>,
}

/// A stream that is known to be good, with what it decodes to.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) config: Config,
    pub(crate) stream: Vec<u8>,
    pub(crate) layout: Option<Layout>,
    pub(crate) decoded: Vec<u8>,
}

/// What is run for one codec: its description, option sets, layouts and fixtures.
#[derive(Clone, Debug)]
pub struct Suite {
    pub(crate) info: &'static CodecInfo,
    pub(crate) sets: Vec<OptionSet>,
    pub(crate) layouts: Option<Vec<Layout>>,
    pub(crate) lengths: Option<Vec<usize>>,
    pub(crate) given: Vec<Given>,
    pub(crate) families: Vec<&'static str>,
    pub(crate) bare: bool,
    pub(crate) optional_tail: usize,
    pub(crate) quick: bool,
    pub(crate) time_limit: Duration,
}

impl Suite {
    /// Makes a suite that runs a codec with its default options.
    #[must_use]
    pub fn new(info: &'static CodecInfo) -> Self {
        let default = OptionSet { name: "default".to_owned(), config: Config::new(), max_diff: None };
        Self {
            info,
            sets: vec![default],
            layouts: None,
            lengths: None,
            given: Vec::new(),
            families: Vec::new(),
            bare: false,
            optional_tail: 0,
            quick: false,
            time_limit: Duration::from_secs(5),
        }
    }

    /// Adds a lossless option set. If it has `bits_per_sample`, integers stay within that many bits.
    #[must_use]
    pub fn config(self, name: &str, config: Config) -> Self {
        self.set(name, config, None)
    }

    /// Adds a lossy option set with its greatest error, per sample, on constant and photo-like content. An empty
    /// `Config` makes the default set lossy.
    #[must_use]
    pub fn lossy(self, name: &str, config: Config, max_abs_diff: impl Into<f64>) -> Self {
        self.set(name, config, Some(max_abs_diff.into()))
    }

    fn set(mut self, name: &str, config: Config, max_diff: Option<f64>) -> Self {
        self.sets.retain(|set| set.config != config);
        self.sets.push(OptionSet { name: name.to_owned(), config, max_diff });
        self
    }

    /// Sets the layouts that an array codec or filter is run with, instead of the standard ones. It must accept them.
    ///
    /// # Panics
    /// If a layout exceeds the address space or has more than eight axes.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a suite that is wrong cannot be run")]
    pub fn layouts(mut self, layouts: &[(DType, &[usize])]) -> Self {
        let make = |&(dtype, shape): &(DType, &[usize])| Layout::new(dtype, shape).expect("a layout that can exist");
        self.layouts = Some(layouts.iter().map(make).collect());
        self
    }

    /// Sets the input lengths that a byte codec is run with, instead of the standard ones, for codecs that take
    /// multiples of something only.
    #[must_use]
    pub fn lengths(mut self, lengths: &[usize]) -> Self {
        self.lengths = Some(lengths.to_vec());
        self
    }

    /// Adds a stream of a byte codec that is known to be good, read with the default options.
    #[must_use]
    pub fn fixture(self, name: &str, stream: impl AsRef<[u8]>, decoded: impl AsRef<[u8]>) -> Self {
        self.fixture_with(name, Config::new(), stream, decoded)
    }

    /// As [`Suite::fixture`], read with options.
    #[must_use]
    pub fn fixture_with(
        mut self,
        name: &str,
        config: Config,
        stream: impl AsRef<[u8]>,
        decoded: impl AsRef<[u8]>,
    ) -> Self {
        let (stream, decoded) = (stream.as_ref().to_vec(), decoded.as_ref().to_vec());
        self.given.push(Given { name: name.to_owned(), config, stream, layout: None, decoded });
        self
    }

    /// Adds a stream of an array codec that is known to be good, read with the default options.
    #[must_use]
    pub fn array_fixture(
        self,
        name: &str,
        stream: impl AsRef<[u8]>,
        layout: Layout,
        decoded: impl AsRef<[u8]>,
    ) -> Self {
        self.array_fixture_with(name, Config::new(), stream, layout, decoded)
    }

    /// As [`Suite::array_fixture`], read with options.
    #[must_use]
    pub fn array_fixture_with(
        mut self,
        name: &str,
        config: Config,
        stream: impl AsRef<[u8]>,
        layout: Layout,
        decoded: impl AsRef<[u8]>,
    ) -> Self {
        let (stream, decoded) = (stream.as_ref().to_vec(), decoded.as_ref().to_vec());
        self.given.push(Given { name: name.to_owned(), config, stream, layout: Some(layout), decoded });
        self
    }

    /// Says that streams have neither header nor end (PackBits), so that a truncated one can be a shorter whole one:
    /// `decode` of a truncation may then give a part of the output from its start; `decode_exact` succeeds only if
    /// what was cut off gives nothing.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.bare = true;
        self
    }

    /// Says that the last `len` bytes of a stream carry no data (an end marker), so that a stream without them, or
    /// without a part of them, may be decoded, with the same result as the whole one.
    #[must_use]
    pub fn optional_tail(mut self, len: usize) -> Self {
        self.optional_tail = len;
        self
    }

    /// Says that streams of a further family (`zlib`, `jp2` ..) are the codec's own: `check` may say yes to them.
    /// Families that its own streams belong to need not be named.
    #[must_use]
    pub fn reads(mut self, family: &'static str) -> Self {
        self.families.push(family);
        self
    }

    /// Thins out, for codecs that take milliseconds per stream: one mutation in eight, and of the large inputs one
    /// content instead of six.
    #[must_use]
    pub fn quick(mut self) -> Self {
        self.quick = true;
        self
    }

    /// Sets the longest time that one mutated stream may take, 5 s by default. Twelve times as long is a hang.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Tests a claim.
    ///
    /// # Errors
    /// What shows that the claim does not hold, one line each.
    pub fn run(&self, claim: Claim) -> Result<(), String> {
        trial::run(self, claim)
    }

    /// Tests a claim.
    ///
    /// # Panics
    /// If it does not hold.
    #[expect(clippy::panic, reason = "this is what fails the test")]
    pub fn assert(&self, claim: Claim) {
        if let Err(failures) = self.run(claim) {
            panic!("{}: {}\n{failures}", self.info.name, claim.text());
        }
    }
}
