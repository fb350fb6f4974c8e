//! Codecs of the simplest kind: they show what the format hands to a codec, whatever codec it is.

use std::sync::{Arc, Mutex};

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, Blame, Check, CodecId, CodecInfo, CodecKind, Context,
    DType, Directions, Fields, Header, Layout, Progress, Result, SizeHint, StatelessBytes, Tier, key,
};

const fn info(
    name: &'static str,
    ids: &'static [CodecId<'static>],
    kind: CodecKind,
    build: fn(&CodecId<'_>, &mut Fields<'_>) -> Result<AnyCodec>,
) -> CodecInfo {
    CodecInfo {
        name,
        title: "of these tests",
        aliases: &[],
        ids,
        kind,
        directions: Directions::Decode,
        tier: Tier::Safe,
        max_ratio: None,
        check: |_| Check::Unknown,
        build,
        backend: None,
    }
}

/// Number of a compression that needs JPEGTables.
pub(crate) const PRIVATE: u16 = 60001;
pub(crate) static TABLES: CodecInfo =
    info("tables", &[CodecId::Tiff(PRIVATE as u32)], CodecKind::Bytes, |_, fields| {
        let tables = fields.bytes(key::JPEG_TABLES)?;
        let colour_space = fields.text(key::COLOUR_SPACE)?.map(str::to_owned);
        let mut sizes = [0; 4];
        for (key, size) in [key::WIDTH, key::HEIGHT, key::SAMPLES, key::BITS_PER_SAMPLE].into_iter().zip(&mut sizes) {
            fields.int(key, 0..=i64::MAX, size)?;
        }
        let tables = tables.filter(|tables| !tables.is_empty());
        let tables = tables.ok_or_else(|| TABLES.invalid_argument("no jpeg_tables"))?;
        let said = format!("{colour_space:?} {sizes:?} {} tables", tables.len());
        SAID.lock().unwrap().push(said);
        Ok(AnyCodec::Bytes(Arc::new(Tables(tables))))
    });
/// What [`TABLES`] was built with.
pub(crate) static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Number of a compression whose streams have a header and know their own colours.
pub(crate) const PICTURE_NUMBER: u16 = 60002;
pub(crate) static PICTURE: CodecInfo =
    info("picture", &[CodecId::Tiff(PICTURE_NUMBER as u32)], CodecKind::Array, |_, _| {
        Ok(AnyCodec::Array(Arc::new(Picture)))
    });

/// Adds the first byte of the tables to each byte.
#[derive(Clone, Debug)]
struct Tables(Arc<[u8]>);

impl StatelessBytes for Tables {
    fn info(&self) -> &'static CodecInfo {
        &TABLES
    }
    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        Ok(SizeHint::Exact(src.len() as u64))
    }
    fn decode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<Progress> {
        let n = src.len().min(dst.len());
        dst.iter_mut().zip(src).for_each(|(to, from)| *to = from.wrapping_add(self.0[0]));
        Ok(Progress { consumed: n, written: n, complete: n == src.len() })
    }
    fn encode_bound(&self, n: usize) -> usize {
        n
    }
    fn encode_into(&self, _: &[u8], _: &mut [u8], _: &Context<'_>) -> Result<usize> {
        Err(TABLES.unsupported("decodes only"))
    }
}

/// Streams of width, height, samples and then the samples.
#[derive(Clone, Debug)]
struct Picture;

impl ArrayCodec for Picture {
    fn info(&self) -> &'static CodecInfo {
        &PICTURE
    }
    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Self))
    }
    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Err(PICTURE.unsupported("decodes only"))
    }
}

impl ArrayDecoder for Picture {
    fn info(&self) -> &'static CodecInfo {
        &PICTURE
    }
    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        let &[width, height, samples, ..] = src else { return Err(PICTURE.truncated("no header")) };
        let shape = [height.into(), width.into(), samples.into()];
        let layout = Layout::new(DType::U8, if samples == 1 { &shape[..2] } else { &shape })?;
        Ok(Some(Header { layout, bits: 8 }))
    }
    fn decode_into(&mut self, src: &[u8], mut dst: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
        let header = self.header(src)?.unwrap();
        if header.layout != *dst.layout() {
            return Err(PICTURE.invalid_argument(format!("{} is not {}", dst.layout(), header.layout)));
        }
        dst.store(&src[3..])
    }
}
