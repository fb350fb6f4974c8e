//! A codec that can fail, a source that counts, and an image to cut up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use iio_codec::{
    AnyCodec, Blame, BytesCodec, BytesDecoder, BytesEncoder, Check, CodecId, CodecInfo, CodecKind, Context, Directions,
    Fields, Progress, Result, SizeHint, StatelessBytes, Tier,
};
use iio_core::{Env, ReadAt, Registry, Source};

pub(crate) static INFO: CodecInfo = CodecInfo {
    name: "invert",
    title: "inverts bytes; refuses a chunk that begins with 0xee",
    aliases: &["not"],
    ids: &[CodecId::Tiff(60000)],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(1),
    check: |_| Check::Unknown,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, _: &mut Fields<'_>) -> Result<AnyCodec> {
    Ok(AnyCodec::Bytes(Arc::new(Invert)))
}

#[derive(Clone, Debug)]
pub(crate) struct Invert;

impl StatelessBytes for Invert {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        Ok(SizeHint::Exact(src.len() as u64))
    }

    fn decode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<Progress> {
        if src.first() == Some(&0xee) {
            return Err(INFO.malformed("begins with 0xee").at(0u64));
        }
        let n = src.len().min(dst.len());
        dst.iter_mut().zip(src).for_each(|(to, from)| *to = !from);
        Ok(Progress { consumed: n, written: n, complete: n == src.len() })
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        src_len
    }

    fn encode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<usize> {
        dst.iter_mut().zip(src).for_each(|(to, from)| *to = !from);
        Ok(src.len())
    }
}

/// As [`Invert`], but two chunks at once, which it counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct InvertTwo {
    pub(crate) pairs: Arc<AtomicU64>,
}

impl BytesCodec for InvertTwo {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(self.clone()))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        BytesCodec::encoder(&Invert)
    }
}

impl BytesDecoder for InvertTwo {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        Ok(SizeHint::Exact(src.len() as u64))
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        StatelessBytes::decode_into(&Invert, src, dst, cx)
    }

    fn pairs(&self) -> bool {
        true
    }

    fn decode_pair(&mut self, pair: [(&[u8], &mut [u8]); 2], cx: &Context<'_>) -> [Result<Progress>; 2] {
        self.pairs.fetch_add(1, Ordering::Relaxed);
        pair.map(|(src, dst)| self.decode_into(src, dst, cx))
    }
}

/// Bytes that are not in memory as far as the source tells, and a count of what is read.
#[derive(Default)]
pub(crate) struct Counted {
    pub(crate) bytes: Vec<u8>,
    pub(crate) reads: AtomicU64,
    pub(crate) n_bytes: AtomicU64,
}

impl ReadAt for Counted {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.n_bytes.fetch_add(dst.len() as u64, Ordering::Relaxed);
        self.bytes.read_at(offset, dst)
    }
}

pub(crate) fn counted(bytes: Vec<u8>) -> (Arc<Counted>, Source) {
    let data = Arc::new(Counted { bytes, ..Counted::default() });
    (data.clone(), Source::new(data, "counted"))
}

pub(crate) fn env() -> Env {
    Env::new(Arc::new(Registry::empty().with_codec(&INFO)))
}
