use std::collections::HashMap;

use iio_codec::{AnyCodec, Blame, Check, CodecId, CodecInfo, Config, Error, ErrorKind, Result, Tier};

use crate::{FormatInfo, Sniff, Source};

/// A codec that exists, but is not in this build.
#[derive(Clone, Copy, Debug)]
pub struct AbsentCodec {
    /// Its name.
    pub name: &'static str,
    /// Ids by which containers ask for it.
    pub ids: &'static [CodecId<'static>],
    /// The cargo feature that brings it.
    pub feature: &'static str,
}

/// The codecs and formats that a read or write may use: a plain value, carried by the [`Env`](crate::Env).
///
/// There is no global registration. What is added later comes first, so that a codec or format can be replaced.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    codecs: Vec<&'static CodecInfo>,
    formats: Vec<&'static FormatInfo>,
    absent: Vec<AbsentCodec>,
    by_id: HashMap<CodecId<'static>, &'static CodecInfo>,
}

struct Here;
impl Blame for Here {
    fn who(&self) -> &'static str {
        "registry"
    }
}

impl Registry {
    /// Without any codec or format.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Adds a codec; it takes over the ids that it shares with earlier ones.
    #[must_use]
    pub fn with_codec(mut self, codec: &'static CodecInfo) -> Self {
        self.codecs.retain(|known| known.name != codec.name);
        self.codecs.push(codec);
        let names = std::iter::once(codec.name).chain(codec.aliases.iter().copied()).map(CodecId::Name);
        self.by_id.extend(codec.ids.iter().copied().chain(names).map(|id| (id, codec)));
        self
    }

    /// Adds a format. It is tried before earlier ones; one of the same name is replaced.
    #[must_use]
    pub fn with_format(mut self, format: &'static FormatInfo) -> Self {
        self.formats.retain(|known| known.name != format.name);
        self.formats.insert(0, format);
        self
    }

    /// Names a codec that is not in this build, so that errors can say which feature brings it.
    #[must_use]
    pub fn with_absent(mut self, codec: AbsentCodec) -> Self {
        self.absent.push(codec);
        self
    }

    /// Removes the codec and the format of this name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.codecs.retain(|codec| codec.name != name);
        self.formats.retain(|format| format.name != name);
        self.by_id.retain(|_, codec| codec.name != name);
        self
    }

    /// The codecs, in the order of registration.
    #[must_use]
    pub fn codecs(&self) -> &[&'static CodecInfo] {
        &self.codecs
    }

    /// The formats, in the order in which they are tried.
    #[must_use]
    pub fn formats(&self) -> &[&'static FormatInfo] {
        &self.formats
    }

    /// The codecs that are known but not in this build.
    #[must_use]
    pub fn absent(&self) -> &[AbsentCodec] {
        &self.absent
    }

    /// Finds a codec by a container's id or by name.
    ///
    /// # Errors
    /// `Unsupported`: names the feature if the codec is merely not in this build.
    pub fn codec(&self, id: &CodecId<'_>) -> Result<&'static CodecInfo> {
        if let Some(codec) = self.by_id.get(id) {
            return Ok(codec);
        }
        let named = |codec: &&AbsentCodec| codec.ids.contains(id) || *id == CodecId::Name(codec.name);
        Err(match self.absent.iter().find(named) {
            Some(AbsentCodec { name, feature, .. }) => Here
                .unsupported(format!("codec {name} ({id}) is not in this build: enable the cargo feature `{feature}`")),
            None => Here.unsupported(format!("no codec for {id}")),
        })
    }

    /// Makes a codec by a container's id or by name.
    ///
    /// # Errors
    /// As [`Registry::codec`] and [`CodecInfo::create`].
    pub fn create(&self, id: &CodecId<'_>, config: &Config) -> Result<AnyCodec> {
        self.codec(id)?.create(id, config)
    }

    /// Finds a format by name.
    ///
    /// # Errors
    /// `InvalidArgument` that lists the names.
    pub fn format(&self, name: &str) -> Result<&'static FormatInfo> {
        self.formats.iter().find(|format| format.name.eq_ignore_ascii_case(name)).copied().ok_or_else(|| {
            let names: Vec<_> = self.formats.iter().map(|format| format.name).collect();
            Here.invalid_argument(format!("no format is called {name}, known are {}", names.join(", ")))
        })
    }

    /// Finds the format to write by extension (without the dot).
    ///
    /// # Errors
    /// `InvalidArgument` that lists the extensions: never silently another format.
    pub fn format_for_extension(&self, extension: &str) -> Result<&'static FormatInfo> {
        let extension = extension.to_ascii_lowercase();
        let writes = |format: &&&FormatInfo| format.create.is_some() && format.writes.contains(&extension.as_str());
        self.formats.iter().find(writes).copied().ok_or_else(|| {
            let known: Vec<_> =
                self.formats.iter().filter(|f| f.create.is_some()).flat_map(|f| f.writes.iter().copied()).collect();
            Here.invalid_argument(format!("no format writes .{extension} files, known are {}", known.join(", ")))
        })
    }

    /// Finds the format of a source: by content, or, where no content decides, by extension.
    ///
    /// # Errors
    /// `Unsupported` that lists what was tried; `Malformed` for an empty source; `Io`.
    pub fn detect(&self, source: &Source, extension: Option<&str>) -> Result<&'static FormatInfo> {
        const ENDS: u64 = 512;
        let len = source.len();
        if len == 0 {
            return Err(Here.malformed(format!("{} is empty", source.name())));
        }
        let head = source.read(0..len.min(ENDS))?;
        let tail = source.read(len.saturating_sub(ENDS)..len)?;
        let sniff = Sniff { head: &head, tail: &tail, len };
        let readable = || self.formats.iter().copied().filter(|format| format.open.is_some());
        let answers: Vec<_> = readable().map(|format| (format, (format.sniff)(&sniff))).collect();
        if let Some((format, _)) = answers.iter().find(|(f, check)| *check == Check::Yes && f.tier < Tier::Named) {
            return Ok(format);
        }
        let by_extension = |format: &&(&'static FormatInfo, Check)| {
            format.1 != Check::No && extension.is_some_and(|e| format.0.extensions.contains(&e))
        };
        if let Some((format, _)) = answers.iter().find(by_extension) {
            return Ok(format);
        }
        let tried: Vec<_> = answers.iter().map(|(format, _)| format.name).collect();
        let shown: Vec<_> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let content = match known_signature(&head) {
            Some(name) => format!("content looks like {name}"),
            None => format!("content begins with {}", shown.join(" ")),
        };
        let message = format!("{}: {content}, which is none of {}", source.name(), tried.join(", "));
        Err(Error::new("registry", ErrorKind::Unsupported, message))
    }
}

/// What a file is by its first bytes, for the message about a format that is not in the build.
fn known_signature(head: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(usize, &[u8], &str); 28] = [
        (0, b"\xff\xd8\xff", "JPEG"),
        (0, b"GIF8", "GIF"),
        (8, b"WEBP", "WebP"),
        (0, b"BM", "BMP"),
        (0, b"\x89PNG", "PNG"),
        (0, b"II*\0", "TIFF"),
        (0, b"MM\0*", "TIFF"),
        (0, b"II+\0", "BigTIFF"),
        (0, b"MM\0+", "BigTIFF"),
        (4, b"jP  ", "JPEG 2000"),
        (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
        (0, b"\xff\x0a", "JPEG XL"),
        (4, b"JXL ", "JPEG XL"),
        (4, b"ftypavi", "AVIF"),
        (4, b"ftyphei", "HEIF"),
        (4, b"ftypmif1", "HEIF"),
        (0, b"II\xbc\x01", "JPEG XR"),
        (0, b"v/1\x01", "OpenEXR"),
        (0, b"#?RADIANCE", "Radiance HDR"),
        (0, b"8BPS", "Photoshop PSD"),
        (0, b"DDS ", "DDS"),
        (0, b"SIMPLE  =", "FITS"),
        (128, b"DICM", "DICOM"),
        (0, b"\x93NUMPY", "NPY"),
        (0, b"qoif", "QOI"),
        (0, b"\x0a\x05\x01", "PCX"),
        (0, b"\x1f\x8b", "gzip"),
        (0, b"PK\x03\x04", "zip (name a member: archive.zip/image.png)"),
    ];
    let found = |(at, bytes, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes));
    SIGNATURES.iter().find(found).map(|signature| signature.2)
}
