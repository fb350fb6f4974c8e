//! An array codec with a header, or bare by option, and its defects.

use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, Check, CodecId, CodecInfo, CodecKind,
    Config, Context, DType, DTypeKind, Directions, Fields, Header, Layout, Result, Tier,
};
use iio_testkit::{Claim, Suite};

use crate::assert_fails;

static INFO: CodecInfo = CodecInfo {
    name: "toyarray",
    title: "Samples behind their layout",
    aliases: &[],
    ids: &[],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(1),
    check: |src| match src.first() {
        None => Check::Unknown,
        Some(b'@') => Check::Yes,
        Some(_) => Check::No,
    },
    build: |_, fields| {
        let mut codec = Toy::default();
        fields.bool("bare", &mut codec.bare)?;
        fields.bool("halve", &mut codec.halve)?;
        fields.int("defect", 0..=99, &mut codec.defect)?;
        Ok(AnyCodec::Array(Arc::new(codec)))
    },
    backend: None,
};
static BARE: CodecInfo = CodecInfo {
    name: "toybare",
    title: "Samples",
    aliases: &[],
    ids: &[],
    kind: CodecKind::Array,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(1),
    check: |_| Check::Unknown,
    build: |_: &CodecId<'_>, _: &mut Fields<'_>| Ok(AnyCodec::Array(Arc::new(Toy { bare: true, ..Toy::default() }))),
    backend: None,
};

/// Old content of the destination stays where the samples are zero.
const SKIPS_ZEROS: i64 = 1;
const IGNORES_STRIDES: i64 = 2;
const ENCODES_IN_MEMORY_ORDER: i64 = 3;
const REFUSES_ALL: i64 = 4;
const TAKES_ANY_LAYOUT: i64 = 5;
const BLAMES_THE_CALLER: i64 = 6;
const FILLS_UP_WITH_ZEROS: i64 = 7;
const TRUSTS_THE_AXES: i64 = 8;
const FORGETS_AXES: i64 = 9;
const TELLS_A_SMALL_BOUND: i64 = 10;
const LEAVES_BYTES_BEHIND: i64 = 11;

#[derive(Clone, Copy, Debug, Default)]
struct Toy {
    bare: bool,
    halve: bool,
    defect: i64,
}

impl Toy {
    fn of(&self) -> &'static CodecInfo {
        if self.bare { &BARE } else { &INFO }
    }
}

impl ArrayCodec for Toy {
    fn info(&self) -> &'static CodecInfo {
        self.of()
    }

    fn decoder(&self) -> Result<Box<dyn ArrayDecoder>> {
        Ok(Box::new(*self))
    }

    fn encoder(&self) -> Result<Box<dyn ArrayEncoder>> {
        Ok(Box::new(*self))
    }
}

impl ArrayDecoder for Toy {
    fn info(&self) -> &'static CodecInfo {
        self.of()
    }

    fn header(&self, src: &[u8]) -> Result<Option<Header>> {
        if self.bare {
            return Ok(None);
        }
        let Some(&[b'@', dtype, ndim, ref rest @ ..]) = src.get(..).filter(|src| src.len() >= 3) else {
            return Err(INFO.malformed("no header"));
        };
        let dtype = *DType::ALL.get(usize::from(dtype)).ok_or_else(|| INFO.malformed("dtype"))?;
        let axes = rest.get(..usize::from(ndim) * 8).ok_or_else(|| INFO.truncated("axes"))?;
        let mut shape: Vec<u64> =
            axes.chunks_exact(8).map(|axis| u64::from_le_bytes(axis.try_into().unwrap())).collect();
        if self.defect == FORGETS_AXES && shape.len() == 3 {
            shape = vec![shape[0], shape[1] * shape[2]];
        }
        let layout = match Layout::from_u64(dtype, &shape) {
            Ok(layout) => layout,
            Err(error) if self.defect == BLAMES_THE_CALLER => return Err(error),
            Err(error) => return Err(INFO.malformed("shape").with_source(error)),
        };
        Ok(Some(Header { layout, bits: dtype.size() as u32 * 8 }))
    }

    fn decode_into(&mut self, src: &[u8], mut dst: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
        let head = match self.header(src)? {
            Some(header) if header.layout == *dst.layout() || self.defect == TAKES_ANY_LAYOUT => {
                3 + usize::from(src[2]) * 8
            }
            Some(_) => return Err(INFO.invalid_argument("another layout")),
            None => 0,
        };
        let mut body = src[head..].to_vec();
        if self.halve {
            body.iter_mut().for_each(|byte| *byte <<= 1);
        }
        let n = dst.layout().n_bytes();
        assert!(self.defect != TRUSTS_THE_AXES || src[3] != 0xff, "axis of {}", src[3]);
        if body.len() < n && [FILLS_UP_WITH_ZEROS, TAKES_ANY_LAYOUT].contains(&self.defect) {
            body.resize(n, 0);
        }
        if body.len() < n {
            return Err(self.of().truncated(format!("{} of {n} bytes", body.len())));
        }
        match self.defect {
            IGNORES_STRIDES => {
                let row = dst.run_len();
                let first = dst.row_mut(0, row);
                first.into_iter().for_each(|to| to.copy_from_slice(&body[..row]));
                Ok(())
            }
            SKIPS_ZEROS => {
                let row = dst.run_len();
                for (to, from) in dst.rows_mut(row).into_iter().flatten().zip(body.chunks(row.max(1))) {
                    to.iter_mut().zip(from).filter(|(_, from)| **from != 0).for_each(|(to, from)| *to = *from);
                }
                Ok(())
            }
            _ => dst.store(&body[..n]),
        }
    }
}

impl ArrayEncoder for Toy {
    fn info(&self) -> &'static CodecInfo {
        self.of()
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        let head = if self.bare { 0 } else { 3 + layout.ndim() * 8 };
        Some(layout.n_bytes() + if self.defect == TELLS_A_SMALL_BOUND { 0 } else { head })
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, _: &Context<'_>) -> Result<()> {
        if self.defect == LEAVES_BYTES_BEHIND && src.dtype() == DType::C64 {
            dst.push(0);
        }
        if self.defect == REFUSES_ALL || src.dtype().kind() == DTypeKind::Complex {
            return Err(INFO.invalid_argument("this dtype is not accepted"));
        }
        if self.halve && src.dtype() != DType::U8 {
            return Err(INFO.invalid_argument("uint8 only"));
        }
        if !self.bare {
            let dtype = DType::ALL.iter().position(|&dtype| dtype == src.dtype()).unwrap() as u8;
            dst.extend_from_slice(&[b'@', dtype, src.shape().len() as u8]);
            src.shape().iter().for_each(|&axis| dst.extend_from_slice(&(axis as u64).to_le_bytes()));
        }
        let start = dst.len();
        match self.defect {
            ENCODES_IN_MEMORY_ORDER => {
                let mut order: Vec<_> = (0..src.shape().len()).collect();
                order.sort_by_key(|&axis| std::cmp::Reverse(src.strides()[axis]));
                src.permute(&order)?.append_to(dst)?;
            }
            _ => src.append_to(dst)?,
        }
        if self.halve {
            dst[start..].iter_mut().for_each(|byte| *byte >>= 1);
        }
        Ok(())
    }
}

fn with(defect: i64) -> Suite {
    Suite::new(&INFO).config("broken", Config::new().set("defect", defect))
}

mod sound {
    use super::*;

    fn suite() -> Suite {
        Suite::new(&INFO).lossy("half", Config::new().set("halve", true), 1)
    }

    iio_testkit::conformance!(suite());
}

mod bare {
    iio_testkit::conformance!(iio_testkit::Suite::new(&super::BARE));
}

mod given_layouts {
    use super::*;

    fn suite() -> Suite {
        Suite::new(&INFO)
            .layouts(&[(DType::U8, &[16, 16]), (DType::U16, &[3, 5, 7]), (DType::F32, &[9])])
            .array_fixture("by hand", b"@\x01\x01\x03\0\0\0\0\0\0\0abc", Layout::new(DType::U8, &[3]).unwrap(), b"abc")
    }

    iio_testkit::conformance!(suite());

    #[test]
    fn given_layouts_must_be_accepted() {
        let suite = Suite::new(&INFO).layouts(&[(DType::U8, &[4]), (DType::C64, &[4])]);
        assert_fails(&suite, Claim::RoundTrip, "complex64 [4]: Error(InvalidArgument");
    }
}

#[test]
fn layouts_that_are_all_refused_are_told() {
    assert_fails(&with(REFUSES_ALL), Claim::RoundTrip, "no layout is accepted");
}

#[test]
fn errors_beyond_the_stated_one_are_told() {
    let suite = Suite::new(&INFO).lossy("half", Config::new().set("halve", true), 0.5);
    assert_fails(&suite, Claim::RoundTrip, "error of 1, at most 0.5 are allowed");
}

#[test]
fn samples_that_are_not_written_are_told() {
    assert_fails(&with(SKIPS_ZEROS), Claim::DirtyDestination, "shows");
    assert_fails(&with(FILLS_UP_WITH_ZEROS), Claim::Truncations, "decode: gives");
}

#[test]
fn strides_that_are_ignored_are_told() {
    assert_fails(&with(IGNORES_STRIDES), Claim::Strides, "into Window: samples or the bytes beside them differ");
    assert_fails(&with(ENCODES_IN_MEMORY_ORDER), Claim::Strides, "from Reversed: stream differs");
}

#[test]
fn layouts_that_do_not_fit_and_are_taken_are_told() {
    assert_fails(&with(TAKES_ANY_LAYOUT), Claim::DestinationLengths, "gives Ok");
    assert_fails(&with(FORGETS_AXES), Claim::RoundTrip, "comes back as");
}

#[test]
fn shapes_of_a_stream_are_no_fault_of_the_caller() {
    assert_fails(&with(BLAMES_THE_CALLER), Claim::HeaderFields, "decode: is an error of kind invalid argument");
}

#[test]
fn panics_behind_a_fitting_header_are_told() {
    assert_fails(&with(TRUSTS_THE_AXES), Claim::HeaderFields, "panics: axis of 255");
}

#[test]
fn bounds_that_do_not_bound_are_told() {
    assert_fails(&with(TELLS_A_SMALL_BOUND), Claim::EncodeBound, "the bound is");
}

#[test]
fn bytes_left_behind_by_a_failed_encode_are_told() {
    assert_fails(&with(LEAVES_BYTES_BEHIND), Claim::EntryPointsAgree, "a failed encode_append leaves bytes behind");
}
