use std::sync::Arc;

use iio_codec::{
    AnyCodec, CodecId, CodecInfo, CodecKind, Context, Directions, Fields, Progress, Result, SizeHint, StatelessBytes,
    Tier,
};

use crate::{EncodeOptions, check, decode, encode};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "packbits",
    title: "PackBits run-length code of TIFF",
    aliases: &[],
    ids: &[CodecId::Tiff(32773), CodecId::Numcodecs("imagecodecs_packbits"), CodecId::Zarr("imagecodecs_packbits")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(decode::MAX_RATIO),
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut encode = EncodeOptions::default();
    fields.int("row_len", 0..=usize::MAX >> 1, &mut encode.row_len)?;
    Ok(AnyCodec::Bytes(Arc::new(PackBits::new(encode))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct PackBits {
    encode: EncodeOptions,
}

impl PackBits {
    /// Makes a codec that encodes with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions) -> Self {
        Self { encode }
    }
}

impl StatelessBytes for PackBits {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        crate::decoded_size(src).map(SizeHint::Exact)
    }

    fn decode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<Progress> {
        crate::decode_into(src, dst)
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        crate::encode_bound(src_len, &self.encode)
    }

    fn encode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<usize> {
        encode::encode_into(src, dst, &self.encode)
    }
}
