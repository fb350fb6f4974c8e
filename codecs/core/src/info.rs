use core::fmt;

use crate::{AnyCodec, Blame, Config, Fields, Result};

/// Static description of a codec: one `pub static INFO` per crate. Errors take their name from it.
#[derive(Debug)]
pub struct CodecInfo {
    /// The name, lower case: `lzw`. Unique among all codecs.
    pub name: &'static str,
    /// One line for people: `Lempel-Ziv-Welch of TIFF and GIF`.
    pub title: &'static str,
    /// Other names that lead to this codec.
    pub aliases: &'static [&'static str],
    /// Numbers and names under which containers know it.
    pub ids: &'static [CodecId<'static>],
    /// Which of the three interfaces it has.
    pub kind: CodecKind,
    /// Whether it encodes, decodes or both.
    pub directions: Directions,
    /// How far the implementation is to be trusted with hostile bytes.
    pub tier: Tier,
    /// The highest ratio of output to input that the format can reach, where it has one: the second gate. 1 for filters.
    pub max_ratio: Option<u32>,
    /// Tells whether bytes look like a stream of this codec.
    pub check: fn(&[u8]) -> Check,
    /// Makes a codec for the id it was found by, from dynamic options. Call [`CodecInfo::create`] instead: it also
    /// refuses options that the codec does not know.
    pub build: fn(&CodecId<'_>, &mut Fields<'_>) -> Result<AnyCodec>,
    /// Name and version of the library underneath; `None` if the codec is our own code.
    pub backend: Option<fn() -> String>,
}

impl CodecInfo {
    /// Makes a codec from dynamic options.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown key (the message lists the known ones) or a value that is not accepted.
    pub fn create(&self, id: &CodecId<'_>, config: &Config) -> Result<AnyCodec> {
        let mut fields = Fields::new(self.name, config);
        let codec = (self.build)(id, &mut fields)?;
        fields.finish()?;
        Ok(codec)
    }
}

impl Blame for CodecInfo {
    fn who(&self) -> &'static str {
        self.name
    }
}

/// Which of the three interfaces a codec has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodecKind {
    /// Bytes to bytes: deflate, LZW.
    Bytes,
    /// Array to bytes: JPEG 2000, packed integers.
    Array,
    /// Array to array of the same layout, in place: delta.
    Filter,
}

/// What a codec can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Directions {
    /// Encodes and decodes.
    Both,
    /// Decodes only.
    Decode,
    /// Encodes only: what it writes is decoded by another codec.
    Encode,
}

/// How far an implementation is to be trusted with hostile bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// Safe Rust.
    Safe = 1,
    /// Rust with unsafe, or C, that is fuzzed continuously and has no open memory-safety report.
    Fuzzed = 2,
    /// The rest. Reached by name or by a container's explicit id only, never by content sniffing.
    Named = 3,
}

impl Tier {
    /// 1, 2 or 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// Whether bytes look like a stream of a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// They carry its signature.
    Yes,
    /// They cannot be one.
    No,
    /// The format has no signature, or the bytes are too few to tell.
    Unknown,
}

/// The name or number under which a container knows a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum CodecId<'a> {
    /// Our own name or alias.
    Name(&'a str),
    /// Value of the TIFF tag 259, Compression.
    Tiff(u32),
    /// Value of the TIFF tag 317, Predictor.
    TiffPredictor(u32),
    /// `id` of a numcodecs codec (Zarr v2): `imagecodecs_lzw`.
    Numcodecs(&'a str),
    /// Name of a Zarr v3 codec: `zstd`.
    Zarr(&'a str),
    /// Number of a registered HDF5 filter.
    Hdf5(u32),
    /// UID of a DICOM transfer syntax.
    Dicom(&'a str),
}

impl fmt::Display for CodecId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Tiff(value) => write!(f, "tiff:{value}"),
            Self::TiffPredictor(value) => write!(f, "tiff-predictor:{value}"),
            Self::Numcodecs(id) => write!(f, "numcodecs:{id}"),
            Self::Zarr(name) => write!(f, "zarr:{name}"),
            Self::Hdf5(number) => write!(f, "hdf5:{number}"),
            Self::Dicom(uid) => write!(f, "dicom:{uid}"),
        }
    }
}
