use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, Check, CodecId, CodecInfo, CodecKind, Context, Direction, Directions, Fields, Layout, Result,
    SimpleFilter, Tier,
};

use crate::{array, simd};

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "bitorder",
    title: "Reversed bits in each byte (TIFF FillOrder 2)",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_bitorder"), CodecId::Zarr("imagecodecs_bitorder")],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Fuzzed,
    max_ratio: Some(1),
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, _: &mut Fields<'_>) -> Result<AnyCodec> {
    Ok(AnyCodec::Filter(Arc::new(Bitorder)))
}

/// The codec as a value, for registries and containers. It has no options.
#[derive(Clone, Debug, Default)]
pub struct Bitorder;

impl SimpleFilter for Bitorder {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, _layout: &Layout) -> Result<()> {
        Ok(())
    }

    fn run(&mut self, _: Direction, array: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        array::reverse(array, cx)
    }
}

/// Tells whether bytes look like reversed ones: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

/// Reverses the bits of each byte in place.
pub fn reverse_bits(bytes: &mut [u8]) {
    simd::reverse([bytes]);
}

/// Reverses the bits of each byte of `array`, of any dtype and strides, in place.
///
/// # Errors
/// None: any array is accepted.
pub fn encode(array: ArrayMut<'_>) -> Result<()> {
    array::reverse(array, &Context::default())
}

/// Undoes [`encode`], by the same.
///
/// # Errors
/// As [`encode`].
pub fn decode(array: ArrayMut<'_>) -> Result<()> {
    array::reverse(array, &Context::default())
}
