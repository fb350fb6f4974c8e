use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, Check, CodecId,
    CodecInfo, CodecKind, Context, Directions, Fields, Header, Layout, Result, Tier, key,
};

use crate::plan::Plan;
use crate::{BitOrder, Options, pack, unpack};

/// One bit becomes one sample of 8 bytes.
const MAX_RATIO: u32 = 64;

/// Bytes of an array between two looks at the cancel flag.
const CANCEL_BYTES: usize = 1 << 20;

/// What containers and registries know of this codec.
pub static INFO: CodecInfo = CodecInfo {
    name: "packints",
    title: "Packed integers of 1 to 64 bits",
    aliases: &[],
    ids: &[CodecId::Numcodecs("imagecodecs_packints"), CodecId::Zarr("imagecodecs_packints")],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(MAX_RATIO),
    check,
    build,
    backend: None,
};

/// Tells whether bytes look like packed integers: there is no signature, so `Unknown`.
#[must_use]
pub fn check(_src: &[u8]) -> Check {
    Check::Unknown
}

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut options = Options::default();
    fields.int_opt(key::BITS_PER_SAMPLE, 1..=64, &mut options.bits_per_sample)?;
    // As it is called in Numcodecs and Zarr.
    fields.int_opt("bitspersample", 1..=64, &mut options.bits_per_sample)?;
    let orders = [
        ("auto", 0, BitOrder::Auto),
        ("msb", 1, BitOrder::Msb),
        ("lsb", 2, BitOrder::Lsb),
        ("packed", 3, BitOrder::Packed),
        ("<", 2, BitOrder::Lsb),
        (">", 3, BitOrder::Packed),
    ];
    fields.choice("bitorder", &orders, &mut options.bitorder)?;
    fields.int("runlen", 0..=usize::MAX >> 1, &mut options.run_len)?;
    fields.bool("sign_extend", &mut options.sign_extend)?;
    fields.bool("truncate", &mut options.truncate)?;
    Ok(AnyCodec::Array(Arc::new(PackInts::new(options))))
}

/// The codec as a value, for registries and containers.
#[derive(Clone, Debug, Default)]
pub struct PackInts {
    options: Options,
}

impl PackInts {
    /// Makes a codec with these options.
    #[must_use]
    pub const fn new(options: Options) -> Self {
        Self { options }
    }
}

impl ArrayCodec for PackInts {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(self.clone()))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Ok(Box::new(self.clone()))
    }
}

impl ArrayDecoder for PackInts {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(None)
    }

    fn decoded_layout(&self, src: &[u8], given: Option<&Layout>) -> Result<Layout> {
        let layout = given.ok_or_else(|| INFO.invalid_argument("a bare stream needs a layout"))?;
        whole_plan(src, layout, &self.options)?;
        Ok(*layout)
    }

    fn decode_into(&mut self, src: &[u8], mut dst: ArrayMut<'_>, cx: &Context<'_>) -> Result<()> {
        let plan = whole_plan(src, dst.layout(), &self.options)?;
        let unpack = |first: usize, dst: &mut [u8]| {
            let mut rest = dst;
            for (offset, skip, take) in plan.runs(first, rest.len() / plan.size) {
                let (run, behind) = rest.split_at_mut(take * plan.size);
                unpack::unpack(&plan, src.get(offset..).unwrap_or(&[]), skip, run);
                rest = behind;
            }
        };
        if let Some(bytes) = dst.contiguous() {
            for (index, part) in bytes.chunks_mut(CANCEL_BYTES).enumerate() {
                cx.check_cancel(&INFO)?;
                unpack(index * CANCEL_BYTES / plan.size, part);
            }
            return Ok(());
        }
        let row_len = dst.run_len();
        for (index, row) in dst.rows_mut(row_len).into_iter().flatten().enumerate() {
            cx.check_cancel(&INFO)?;
            unpack(index * (row_len / plan.size), row);
        }
        Ok(())
    }
}

/// The plan of a stream that has as many bytes as it needs.
fn whole_plan(src: &[u8], layout: &Layout, options: &Options) -> Result<Plan> {
    let plan = Plan::new(options, layout)?;
    let (need, have) = (plan.stream_len(), src.len());
    if have < need {
        let message = format!("{layout} of {} bits needs {need} bytes, there are {have}", plan.bits);
        return Err(INFO.truncated(message).at(have));
    }
    Ok(plan)
}

impl ArrayEncoder for PackInts {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        Plan::new(&self.options, layout).ok().map(|plan| plan.stream_len())
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let plan = Plan::new(&self.options, src.layout())?;
        if plan.is_copy() {
            return src.append_to(dst);
        }
        let (start, len) = (dst.len(), plan.stream_len());
        dst.try_reserve(len).map_err(|error| INFO.out_of_memory(len).with_source(error))?;
        dst.resize(start + len, 0);
        let result = encode_all(&plan, src, dst.get_mut(start..).unwrap_or(&mut []), cx);
        if result.is_err() {
            dst.truncate(start);
        }
        result
    }
}

/// Packs all samples to `dst`, which has the length of the stream and is zero.
fn encode_all(plan: &Plan, src: ArrayRef<'_>, dst: &mut [u8], cx: &Context<'_>) -> Result<()> {
    let mut pack = |first: usize, src: &[u8]| -> Result<()> {
        cx.check_cancel(&INFO)?;
        if !plan.truncate
            && let Some((index, value)) = pack::misfit(plan, src)
        {
            let kind = if plan.signed { "signed" } else { "unsigned" };
            let message = format!("sample {} is {value}, which {kind} {} bits cannot hold", first + index, plan.bits);
            return Err(INFO.invalid_argument(message));
        }
        let mut rest = src;
        for (offset, skip, take) in plan.runs(first, rest.len() / plan.size) {
            let (run, behind) = rest.split_at(take * plan.size);
            pack::pack(plan, run, skip, dst.get_mut(offset..).unwrap_or(&mut []));
            rest = behind;
        }
        Ok(())
    };
    if let Some(bytes) = src.contiguous() {
        let mut parts = bytes.chunks(CANCEL_BYTES).enumerate();
        return parts.try_for_each(|(index, part)| pack(index * CANCEL_BYTES / plan.size, part));
    }
    let row_len = src.run_len();
    src.rows(row_len)
        .into_iter()
        .flatten()
        .enumerate()
        .try_for_each(|(index, row)| pack(index * (row_len / plan.size), row))
}

/// Returns the bytes that an array of `layout` is packed to.
///
/// # Errors
/// `InvalidArgument` if the options do not fit the dtype.
pub fn encoded_len(layout: &Layout, options: &Options) -> Result<usize> {
    Plan::new(options, layout).map(|plan| plan.stream_len())
}

/// Packs the samples of `src` in C order into a new `Vec`.
///
/// # Errors
/// `InvalidArgument` if the options do not fit the dtype, or for a sample that does not fit unless
/// [`Options::truncate`] is set; `OutOfMemory`.
pub fn encode(src: ArrayRef<'_>, options: &Options) -> Result<Vec<u8>> {
    PackInts::new(options.clone()).encode(src, &Context::default())
}

/// Unpacks as many samples as `dst` has; bytes that follow are not looked at.
///
/// # Errors
/// `InvalidArgument` if the options do not fit the dtype; `Truncated` if `src` has fewer bytes.
pub fn decode_into(src: &[u8], dst: ArrayMut<'_>, options: &Options) -> Result<()> {
    PackInts::new(options.clone()).decode_into(src, dst, &Context::default())
}

/// Unpacks an array of `layout`, under the default limits.
///
/// # Errors
/// As [`decode_into`]; `Limit` if the array exceeds 1 GiB; `OutOfMemory`.
pub fn decode(src: &[u8], layout: &Layout, options: &Options) -> Result<AlignedBytes> {
    let (_, bytes) = PackInts::new(options.clone()).decode(src, Some(layout), &Context::default())?;
    Ok(bytes)
}
