//! Writes small TIFF files, byte by byte.

use std::sync::Arc;

use iio_codec::{Config, DType, Layout, Result};
use iio_core::{Env, NdImage, ReadAt, Reader, Registry, Selection, Source};

/// Values of a tag.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Byte(Vec<u8>),
    Ascii(&'static str),
    Short(Vec<u16>),
    Long(Vec<u32>),
    Long8(Vec<u64>),
    Rational(Vec<(u32, u32)>),
    SRational(Vec<(i32, i32)>),
    Double(Vec<f64>),
    Undefined(Vec<u8>),
    /// Type, count, value field.
    Raw(u16, u64, u32),
    /// Offset of another directory.
    Ifd(Vec<(u16, Value)>),
}

/// One short.
pub(crate) fn short(value: u16) -> Value {
    Value::Short(vec![value])
}

/// One long.
pub(crate) fn long(value: u32) -> Value {
    Value::Long(vec![value])
}

/// A page to be written: tags, and the stored bytes of its chunks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) tags: Vec<(u16, Value)>,
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) subs: Vec<Page>,
    /// Writes no StripByteCounts or TileByteCounts.
    pub(crate) no_counts: bool,
}

impl Page {
    /// Width, height, and strips of `rows` of `uint8`.
    pub(crate) fn strips(width: u32, height: u32, rows: u32) -> Self {
        Self::default().tag(256, long(width)).tag(257, long(height)).tag(258, short(8)).tag(278, long(rows))
    }

    /// Width, height, and tiles of `uint8`.
    pub(crate) fn tiles(width: u32, height: u32, tile_width: u16, tile_height: u16) -> Self {
        let page = Self::default().tag(256, long(width)).tag(257, long(height)).tag(258, short(8));
        page.tag(322, short(tile_width)).tag(323, short(tile_height))
    }

    /// Sets or replaces a tag.
    pub(crate) fn tag(mut self, tag: u16, value: Value) -> Self {
        self.tags.retain(|(known, _)| *known != tag);
        self.tags.push((tag, value));
        self
    }

    /// Removes a tag.
    pub(crate) fn without(mut self, tag: u16) -> Self {
        self.tags.retain(|(known, _)| *known != tag);
        self
    }

    pub(crate) fn chunk(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.chunks.push(bytes.into());
        self
    }

    pub(crate) fn sub(mut self, page: Self) -> Self {
        self.subs.push(page);
        self
    }

    pub(crate) fn no_counts(mut self) -> Self {
        self.no_counts = true;
        self
    }
}

/// The kinds of files.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) big_endian: bool,
    pub(crate) bigtiff: bool,
}

/// Little-endian, classic.
pub(crate) const PLAIN: Kind = Kind { big_endian: false, bigtiff: false };

/// All four.
pub(crate) const KINDS: [Kind; 4] = [
    PLAIN,
    Kind { big_endian: true, bigtiff: false },
    Kind { big_endian: false, bigtiff: true },
    Kind { big_endian: true, bigtiff: true },
];

/// A file in the making.
pub(crate) struct File {
    kind: Kind,
    bytes: Vec<u8>,
    /// Where the offset of the next IFD goes.
    link: usize,
}

impl File {
    pub(crate) fn new(kind: Kind) -> Self {
        let mut file = Self { kind, bytes: Vec::new(), link: 0 };
        file.bytes.extend(if kind.big_endian { b"MM" } else { b"II" });
        file.u16(if kind.bigtiff { 43 } else { 42 });
        if kind.bigtiff {
            file.u16(8);
            file.u16(0);
        }
        file.link = file.bytes.len();
        file.offset(0);
        file
    }

    /// A file of these pages.
    pub(crate) fn of(kind: Kind, pages: &[Page]) -> Vec<u8> {
        let mut file = Self::new(kind);
        for page in pages {
            file.page(page);
        }
        file.bytes
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn pad(&mut self, n: usize) {
        self.bytes.resize(self.bytes.len() + n, 0xaa);
    }

    fn put(&mut self, little: &[u8]) {
        if self.kind.big_endian { self.bytes.extend(little.iter().rev()) } else { self.bytes.extend(little) }
    }

    fn u16(&mut self, value: u16) {
        self.put(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.put(&value.to_le_bytes());
    }

    fn offset(&mut self, value: usize) {
        if self.kind.bigtiff {
            self.put(&(value as u64).to_le_bytes());
        } else {
            self.u32(u32::try_from(value).unwrap());
        }
    }

    fn patch_link(&mut self, at: usize) {
        let end = self.bytes.len();
        self.offset(at);
        let bytes = self.bytes.split_off(end);
        self.bytes[self.link..self.link + bytes.len()].copy_from_slice(&bytes);
    }

    /// Appends a page, and links it to the page before.
    pub(crate) fn page(&mut self, page: &Page) {
        let at = self.detached(page);
        self.patch_link(at);
        self.link = self.bytes.len() - if self.kind.bigtiff { 8 } else { 4 };
    }

    /// Appends the data and the IFD of a page that the chain does not lead to; returns the place of the IFD.
    fn detached(&mut self, page: &Page) -> usize {
        let subs: Vec<u32> = page.subs.iter().map(|sub| u32::try_from(self.detached(sub)).unwrap()).collect();
        let mut tags = page.tags.clone();
        if !subs.is_empty() {
            tags.push((330, Value::Long(subs)));
        }
        let (offsets, counts) = self.data(&page.chunks);
        let tiled = tags.iter().any(|(tag, _)| *tag == 322);
        if !page.chunks.is_empty() {
            tags.push((if tiled { 324 } else { 273 }, Value::Long(offsets)));
            if !page.no_counts {
                tags.push((if tiled { 325 } else { 279 }, Value::Long(counts)));
            }
        }
        tags.sort_by_key(|(tag, _)| *tag);
        self.ifd(&tags)
    }

    /// Appends chunks. Empty ones become holes.
    pub(crate) fn data(&mut self, chunks: &[Vec<u8>]) -> (Vec<u32>, Vec<u32>) {
        let place = |chunk: &Vec<u8>| {
            let at = if chunk.is_empty() { 0 } else { self.bytes.len() };
            self.bytes.extend(chunk);
            (u32::try_from(at).unwrap(), u32::try_from(chunk.len()).unwrap())
        };
        chunks.iter().map(place).unzip()
    }

    /// Appends an IFD with a zero link, returns its place.
    pub(crate) fn ifd(&mut self, tags: &[(u16, Value)]) -> usize {
        let fields: Vec<_> = tags.iter().map(|(tag, value)| (*tag, self.value(value))).collect();
        let inline = if self.kind.bigtiff { 8 } else { 4 };
        let places: Vec<_> = fields.iter().map(|(_, (_, _, data))| self.outlying(data, inline)).collect();
        let at = self.bytes.len();
        if self.kind.bigtiff {
            self.put(&(fields.len() as u64).to_le_bytes());
        } else {
            self.u16(fields.len() as u16);
        }
        for ((tag, (kind, count, data)), place) in fields.into_iter().zip(places) {
            self.u16(tag);
            self.u16(kind);
            if self.kind.bigtiff {
                self.put(&count.to_le_bytes());
            } else {
                self.u32(count as u32);
            }
            match place {
                Some(place) => self.offset(place),
                None => {
                    self.bytes.extend(&data);
                    self.bytes.resize(self.bytes.len() + inline - data.len(), 0);
                }
            }
        }
        self.offset(0);
        at
    }

    fn outlying(&mut self, data: &[u8], inline: usize) -> Option<usize> {
        if data.len() <= inline {
            return None;
        }
        let at = self.bytes.len();
        self.bytes.extend(data);
        Some(at)
    }

    /// Type, count and bytes.
    fn value(&mut self, value: &Value) -> (u16, u64, Vec<u8>) {
        if let Value::Ifd(tags) = value {
            let at = u32::try_from(self.ifd(tags)).unwrap();
            return self.value(&Value::Long(vec![at]));
        }
        let mut scratch = Self { kind: self.kind, bytes: Vec::new(), link: 0 };
        let (kind, count) = match value {
            Value::Byte(list) => (1, scratch.all(list, |list, v| list.push(*v))),
            Value::Ascii(text) => {
                scratch.bytes.extend(text.bytes().chain([0]));
                (2, text.len() + 1)
            }
            Value::Short(list) => {
                list.iter().for_each(|v| scratch.u16(*v));
                (3, list.len())
            }
            Value::Long(list) => {
                list.iter().for_each(|v| scratch.u32(*v));
                (4, list.len())
            }
            Value::Long8(list) => {
                list.iter().for_each(|v| scratch.put(&v.to_le_bytes()));
                (16, list.len())
            }
            Value::Rational(list) => {
                list.iter().for_each(|(n, d)| [n, d].iter().for_each(|v| scratch.u32(**v)));
                (5, list.len())
            }
            Value::SRational(list) => {
                list.iter().for_each(|(n, d)| [n, d].iter().for_each(|v| scratch.put(&v.to_le_bytes())));
                (10, list.len())
            }
            Value::Double(list) => {
                list.iter().for_each(|v| scratch.put(&v.to_le_bytes()));
                (12, list.len())
            }
            Value::Undefined(list) => (7, scratch.all(list, |list, v| list.push(*v))),
            Value::Raw(kind, count, field) => {
                scratch.u32(*field);
                return (*kind, *count, scratch.bytes);
            }
            Value::Ifd(_) => (4, 0),
        };
        (kind, count as u64, scratch.bytes)
    }

    fn all(&mut self, list: &[u8], put: impl Fn(&mut Vec<u8>, &u8)) -> usize {
        list.iter().for_each(|v| put(&mut self.bytes, v));
        list.len()
    }
}

/// An environment with some codecs of the house and those of [`crate::fake`].
pub(crate) fn env() -> Env {
    let registry = Registry::empty()
        .with_codec(&iio_packbits::INFO)
        .with_codec(&iio_bitorder::INFO)
        .with_codec(&iio_packints::INFO)
        .with_codec(&iio_delta::INFO)
        .with_codec(&iio_floatpred::INFO)
        .with_codec(&iio_float24::INFO)
        .with_codec(&iio_jpeg8::INFO)
        .with_codec(&crate::fake::TABLES)
        .with_codec(&crate::fake::PICTURE);
    Env::new(Arc::new(registry.with_format(&iio_format_tiff::FORMAT)))
}

/// Opens bytes.
pub(crate) fn open(bytes: &[u8]) -> Result<Box<dyn Reader>> {
    open_with(bytes, &Config::new())
}

/// Opens bytes with options.
pub(crate) fn open_with(bytes: &[u8], config: &Config) -> Result<Box<dyn Reader>> {
    (iio_format_tiff::FORMAT.open.unwrap())(&Source::from_bytes(bytes), config, &env())
}

/// Plans and reads.
pub(crate) fn read(bytes: &[u8], selection: &Selection) -> Result<NdImage> {
    let plan = open(bytes)?.plan(selection)?;
    NdImage::from_bytes(plan.read(&Source::from_bytes(bytes), &env(), None)?, plan.layout)
}

/// Reads image 0.
pub(crate) fn read0(bytes: &[u8]) -> Result<NdImage> {
    read(bytes, &Selection::image(0))
}

/// The text of the error of reading image 0.
pub(crate) fn error0(bytes: &[u8]) -> String {
    read0(bytes).unwrap_err().to_string()
}

pub(crate) fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

/// Bytes 0, 1, 2 ..
pub(crate) fn count(n: usize) -> Vec<u8> {
    (0..n).map(|i| i as u8).collect()
}

/// Bytes that note which ranges were read from them, and are not in memory for those who ask.
pub(crate) struct Noting {
    bytes: Vec<u8>,
    pub(crate) reads: std::sync::Mutex<Vec<std::ops::Range<u64>>>,
    gap: u64,
}

impl Noting {
    pub(crate) fn new(bytes: Vec<u8>, gap: u64) -> Arc<Self> {
        Arc::new(Self { bytes, reads: Default::default(), gap })
    }

    /// The ranges read since the last call.
    pub(crate) fn take(&self) -> Vec<std::ops::Range<u64>> {
        std::mem::take(&mut *self.reads.lock().unwrap())
    }
}

impl ReadAt for Noting {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        self.reads.lock().unwrap().push(offset..offset + dst.len() as u64);
        let from = offset as usize;
        dst.copy_from_slice(&self.bytes[from..from + dst.len()]);
        Ok(())
    }

    fn coalesce_gap(&self) -> u64 {
        self.gap
    }
}
