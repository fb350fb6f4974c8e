use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, CodecId, CodecInfo,
    CodecKind, Context, Directions, Fields, Layout, Result, Tier,
};

use crate::encode::Encoding;
use crate::header::ends;
use crate::raster::Raster;
use crate::{DecodeOptions, EncodeOptions, Header, check, header, rle};

/// What registries know of this codec: a file in memory.
pub static INFO: CodecInfo = CodecInfo {
    name: "bmp",
    title: "BMP and DIB of Windows and OS/2",
    aliases: &["dib"],
    ids: &[CodecId::Numcodecs("imagecodecs_bmp"), CodecId::Zarr("imagecodecs_bmp")],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    // Runs may leave any part of an image out.
    max_ratio: None,
    check,
    build,
    backend: None,
};

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let encode = EncodeOptions::read(fields)?;
    let decode = DecodeOptions::read(fields)?;
    Ok(AnyCodec::Array(Arc::new(Bmp { encode, decode })))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct Bmp {
    encode: EncodeOptions,
    decode: DecodeOptions,
}

impl Bmp {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(encode: EncodeOptions, decode: DecodeOptions) -> Self {
        Self { encode, decode }
    }
}

/// Decodes a file, under the default limits.
///
/// # Errors
/// `Malformed`, `Truncated`, `Unsupported`; `Limit` if the samples exceed 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], options: &DecodeOptions) -> Result<(Layout, AlignedBytes)> {
    Worker(Bmp::new(EncodeOptions::default(), options.clone())).decode(src, None, &Context::default())
}

/// Decodes a file into `dst`, which has the layout of its header.
///
/// # Errors
/// `Malformed`, `Truncated`, `Unsupported`; `InvalidArgument` if `dst` has another layout.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions) -> Result<()> {
    decode_image(src, dst, options, &Context::default())
}

/// Encodes an array as a file.
///
/// # Errors
/// `InvalidArgument` if the options or the format do not hold the array; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &EncodeOptions) -> Result<Vec<u8>> {
    let mut dst = Vec::new();
    encode_image(src, &mut dst, options, &Context::default())?;
    Ok(dst)
}

/// Encodes an array into the start of `dst` and returns the bytes written.
///
/// # Errors
/// As [`encode`]; `OutputTooSmall`.
pub fn encode_into(src: ArrayRef<'_>, dst: &mut [u8], options: &EncodeOptions) -> Result<usize> {
    let file = encode(src, options)?;
    let have = dst.len();
    let to = dst.get_mut(..file.len()).ok_or_else(|| INFO.output_too_small(file.len(), have))?;
    to.copy_from_slice(&file);
    Ok(file.len())
}

fn decode_image(src: &[u8], dst: ArrayMut<'_>, options: &DecodeOptions, cx: &Context<'_>) -> Result<()> {
    let header = header(src)?;
    let layout = header.layout(options)?;
    if *dst.layout() != layout {
        return Err(INFO.invalid_argument(format!("image is {layout}, destination {}", dst.layout())));
    }
    let pixels = usize::try_from(header.data_offset).ok().and_then(|start| src.get(start..));
    let pixels = pixels.ok_or_else(|| ends(src.len() as u64, header.data_end().unwrap_or(header.data_offset)))?;
    decode_pixels(&header, pixels, dst, options, cx).map_err(|error| error.shifted(header.data_offset))
}

/// Decodes what stands behind the headers.
pub(crate) fn decode_pixels(
    header: &Header,
    src: &[u8],
    dst: ArrayMut<'_>,
    options: &DecodeOptions,
    cx: &Context<'_>,
) -> Result<()> {
    let raster = Raster::new(header, options);
    if header.compression.is_rle() {
        return rle::decode(header.compression, &raster, src, (dst, !header.top_down), options, cx);
    }
    raster.decode(src, dst, !header.top_down, cx)
}

fn encode_image(src: ArrayRef<'_>, dst: &mut Vec<u8>, options: &EncodeOptions, cx: &Context<'_>) -> Result<()> {
    let encoding = Encoding::new(src.layout(), options)?;
    let (start, bound) = (dst.len(), encoding.bound());
    dst.try_reserve(if options.rle { 0 } else { bound })
        .map_err(|error| INFO.out_of_memory(bound).with_source(error))?;
    dst.extend_from_slice(encoding.head());
    let data = dst.len();
    for index in 0..encoding.n_bands() {
        cx.check_cancel(&INFO)?;
        encoding.band(index, src, dst)?;
    }
    for (at, bytes) in encoding.patches(dst.len() - data)? {
        let at = usize::try_from(at).unwrap_or(usize::MAX).saturating_add(start);
        dst.get_mut(at..at.saturating_add(4)).iter_mut().for_each(|to| to.copy_from_slice(&bytes));
    }
    dst.extend_from_slice(encoding.profile());
    Ok(())
}

/// Decodes and encodes: there is no state.
struct Worker(Bmp);

impl ArrayCodec for Bmp {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(Worker(self.clone())))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        self.encode.validate()?;
        Ok(Box::new(Worker(self.clone())))
    }
}

impl ArrayDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, src: &[u8]) -> Result<Option<iio_codec::Header>> {
        let header = header(src)?;
        let layout = header.layout(&self.0.decode)?;
        Ok(Some(iio_codec::Header { layout, bits: header.bits(&self.0.decode) }))
    }

    fn decode_into(&mut self, src: &[u8], dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        decode_image(src, dst, &self.0.decode, cx)
    }

    /// Rows that are not there are missed before memory is taken for them.
    fn decoded_layout(&self, src: &[u8], _: Option<&Layout>) -> Result<Layout> {
        let header = header(src)?;
        let layout = header.layout(&self.0.decode)?;
        match header.data_end() {
            Some(end) if end > src.len() as u64 => Err(ends(src.len() as u64, end)),
            _ => Ok(layout),
        }
    }
}

impl ArrayEncoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        Encoding::new(layout, &self.0.encode).ok().map(|encoding| encoding.bound())
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let start = dst.len();
        let result = encode_image(src, dst, &self.0.encode, cx);
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}
