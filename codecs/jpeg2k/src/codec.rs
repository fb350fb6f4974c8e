use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, CodecId, CodecInfo, CodecKind, Context,
    Directions, Fields, Header, Layout, Result, Tier,
};

use crate::{DecodeOptions, EncodeOptions, check, decode, encode, ffi, options};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "jpeg2k",
    title: "JPEG 2000 code streams and JP2 files, HTJ2K decoding",
    aliases: &["jpeg2000", "jp2", "j2k", "openjpeg"],
    ids: &[
        CodecId::Tiff(34712),
        CodecId::Tiff(33003),
        CodecId::Tiff(33004),
        CodecId::Tiff(33005),
        CodecId::Numcodecs("imagecodecs_jpeg2k"),
        CodecId::Zarr("imagecodecs_jpeg2k"),
        CodecId::Dicom("1.2.840.10008.1.2.4.90"),
        CodecId::Dicom("1.2.840.10008.1.2.4.91"),
    ],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    // A tile of any size can be empty packets.
    max_ratio: None,
    check,
    build,
    backend: Some(ffi::version),
};

fn build(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let (encode, decode) = options::read(id, fields)?;
    Ok(AnyCodec::Array(Arc::new(Jpeg2k::new(encode, decode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Jpeg2k {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Jpeg2k {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

impl ArrayCodec for Jpeg2k {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Decoder(self.decode.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Encoder(self.encode.clone())))
    }
}

/// OpenJPEG makes all its memory anew for every image: there is nothing to keep but the options.
struct Decoder(DecodeOptions);

impl ArrayDecoder for Decoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        decode::header(src, &self.0).map(Some)
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        decode::decode_into(src, dst, &self.0, cx)
    }
}

struct Encoder(EncodeOptions);

impl ArrayEncoder for Encoder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, _: &Layout) -> Option<usize> {
        None
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        encode::encode_append(src, dst, &self.0, cx)
    }
}
