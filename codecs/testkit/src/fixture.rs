//! Good streams, and decoders that are tried on them.

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayDecoder, ArrayMut, ArrayRef, BytesDecoder, Context, DType, Directions, Header, Layout,
    Progress, Result,
};

use crate::Content;
use crate::input::bits;
use crate::suite::OptionSet;
use crate::trial::{Trial, is_refusal};

/// A good stream with what it decodes to. Small: mutations try thousands of variants of it.
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) codec: AnyCodec,
    pub(crate) stream: Vec<u8>,
    /// `None` for byte codecs.
    pub(crate) layout: Option<Layout>,
    pub(crate) decoded: Vec<u8>,
    /// Made by the codec's own encoder. Others may consist of several streams, one behind the other.
    pub(crate) own: bool,
    /// An array stream that says its layout.
    pub(crate) has_header: bool,
}

/// Layouts for array fixtures; the first ones that are accepted are taken.
const LAYOUTS: [(DType, &[usize]); 12] = [
    (DType::U8, &[16, 16]),
    (DType::U16, &[7, 5]),
    (DType::U8, &[9, 7, 3]),
    (DType::F32, &[7, 5]),
    (DType::I16, &[7, 5]),
    (DType::F16, &[7, 5]),
    (DType::F64, &[7, 5]),
    (DType::U32, &[7, 5]),
    (DType::Bool, &[16, 16]),
    (DType::I32, &[7, 5]),
    (DType::U8, &[64]),
    (DType::U8, &[16, 16, 4]),
];
const CONTENTS: [Content; 3] = [Content::Photo, Content::Runs, Content::Noise];
const LENGTHS: [usize; 3] = [200, 600, 40];

impl Trial<'_> {
    /// The fixtures that were given, and small ones made by the encoder: three with the first option set, one with each
    /// of the others. Nothing for filters and codecs that do not decode.
    pub(crate) fn fixtures(&self) -> Vec<Fixture> {
        let mut all: Vec<Fixture> = self.suite.given.iter().filter_map(|given| self.given_fixture(given)).collect();
        if self.suite.info.directions == Directions::Both {
            for (index, (set, codec)) in self.codecs().enumerate() {
                let n = if index == 0 { 3 } else { 1 };
                match codec {
                    AnyCodec::Bytes(_) => self.byte_fixtures(set, &codec, n, &mut all),
                    AnyCodec::Array(_) => self.array_fixtures(set, &codec, n, &mut all),
                    AnyCodec::Filter(_) => {}
                }
            }
        }
        all
    }

    fn given_fixture(&self, given: &crate::suite::Given) -> Option<Fixture> {
        let name = format!("fixture {}", given.name);
        let codec = self.codec(&name, &given.config)?;
        self.finished(name, codec, given.stream.clone(), given.layout, false)
    }

    fn byte_fixtures(&self, set: &OptionSet, codec: &AnyCodec, n: usize, to: &mut Vec<Fixture>) {
        let AnyCodec::Bytes(bytes) = codec else { return };
        let lengths = match &self.suite.lengths {
            Some(lengths) => {
                let mut lengths: Vec<_> = lengths.iter().copied().filter(|&len| len > 0).collect();
                lengths.sort_unstable();
                lengths
            }
            None => LENGTHS.to_vec(),
        };
        for (len, content) in lengths.into_iter().zip(CONTENTS).take(n) {
            let name = format!("{}: {content:?} of {len} bytes", set.name);
            let src = content.bytes(len);
            let job = || bytes.encoder()?.encode(&src, &Context::default());
            let Some(stream) = self.succeed(|| name.clone(), job) else { continue };
            to.extend(self.finished(name, codec.clone(), stream, None, true));
        }
    }

    fn array_fixtures(&self, set: &OptionSet, codec: &AnyCodec, n: usize, to: &mut Vec<Fixture>) {
        let AnyCodec::Array(array) = codec else { return };
        let layouts = match &self.suite.layouts {
            Some(layouts) => {
                let mut layouts: Vec<_> = layouts.iter().copied().filter(|layout| !layout.is_empty()).collect();
                layouts.sort_unstable_by_key(Layout::n_bytes);
                layouts
            }
            None => LAYOUTS.iter().filter_map(|&(dtype, shape)| Layout::new(dtype, shape).ok()).collect(),
        };
        let start = to.len();
        for layout in layouts {
            if to.len() - start == n {
                break;
            }
            let content = CONTENTS[(to.len() - start) % CONTENTS.len()];
            let name = format!("{}: {content:?} of {layout}", set.name);
            let src = content.array(&layout, bits(&set.config));
            let job = || array.encoder()?.encode(ArrayRef::new(&src, layout)?, &Context::default());
            match self.attempt(|| name.clone(), job) {
                Some(Ok(stream)) => to.extend(self.finished(name, codec.clone(), stream, Some(layout), true)),
                Some(Err(error)) if !is_refusal(&error) || self.suite.layouts.is_some() => {
                    self.fail(format!("{name}: {error:?}"));
                }
                _ => {}
            }
        }
        self.expect(to.len() > start, || format!("{}: no layout is accepted", set.name));
    }

    /// A fixture with what its stream decodes to.
    fn finished(
        &self,
        name: String,
        codec: AnyCodec,
        stream: Vec<u8>,
        layout: Option<Layout>,
        own: bool,
    ) -> Option<Fixture> {
        let mut fixture = Fixture { name, codec, stream, layout, decoded: Vec::new(), own, has_header: false };
        let label = || fixture.name.clone();
        let (decoded, header) = self.succeed(label, || {
            let mut rig = Rig::new(&fixture)?;
            let header = rig.header(&fixture.stream)?;
            Ok((rig.decode(&fixture.stream, &Context::default())?, header))
        })?;
        (fixture.layout, fixture.decoded) = decoded;
        fixture.has_header = header.is_some();
        Some(fixture)
    }
}

/// A decoder of either kind, for streams like that of one fixture.
pub(crate) enum Rig {
    Bytes(Box<dyn BytesDecoder>),
    Array(Box<dyn ArrayDecoder>, Option<Layout>),
}

impl Rig {
    pub(crate) fn new(fixture: &Fixture) -> Result<Self> {
        match &fixture.codec {
            AnyCodec::Bytes(codec) => codec.decoder().map(Self::Bytes),
            AnyCodec::Array(codec) => Ok(Self::Array(codec.decoder()?, fixture.layout)),
            AnyCodec::Filter(codec) => {
                Err(iio_codec::Error::invalid_argument(codec.info().name, "a filter has no streams"))
            }
        }
    }

    pub(crate) const fn is_array(&self) -> bool {
        matches!(self, Self::Array(..))
    }

    /// The header; `None` for byte codecs.
    pub(crate) fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        match self {
            Self::Bytes(decoder) => decoder.decoded_size(src).map(|_| None),
            Self::Array(decoder, _) => decoder.header(src),
        }
    }

    /// Decodes into new memory. A layout is given only to streams that do not say theirs.
    pub(crate) fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<(Option<Layout>, Vec<u8>)> {
        match self {
            Self::Bytes(decoder) => Ok((None, decoder.decode(src, cx)?)),
            Self::Array(decoder, layout) => {
                let (layout, bytes) = decoder.decode(src, layout.as_ref(), cx)?;
                Ok((Some(layout), bytes.to_vec()))
            }
        }
    }

    /// Decodes into a destination, of the fixture's layout if it is an array.
    pub(crate) fn fill(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        let (consumed, written) = (src.len(), dst.len());
        match self {
            Self::Bytes(decoder) => decoder.decode_into(src, dst, cx),
            Self::Array(decoder, layout) => {
                let layout = layout.map_or_else(|| Layout::new(DType::U8, &[written]), Ok)?;
                decoder.decode_into(src, ArrayMut::new(dst, layout)?, cx)?;
                Ok(Progress { consumed, written, complete: true })
            }
        }
    }

    /// Decodes into a destination that the output fills.
    pub(crate) fn exact(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
        match self {
            Self::Bytes(decoder) => decoder.decode_exact(src, dst, cx),
            Self::Array(..) => self.fill(src, dst, cx).map(|_| ()),
        }
    }
}

/// Memory as the codec's callers have it, filled with a byte.
pub(crate) fn filled(len: usize, byte: u8) -> Result<AlignedBytes> {
    let mut bytes = AlignedBytes::zeroed(len)?;
    bytes.fill(byte);
    Ok(bytes)
}
