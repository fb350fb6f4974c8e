//! A filter, and its defects.

use std::sync::Arc;

use iio_codec::{
    AnyCodec, ArrayMut, Blame, Check, CodecInfo, CodecKind, Config, Context, DTypeKind, Direction, Directions, Layout,
    Result, SimpleFilter, Tier,
};
use iio_testkit::{Claim, Suite};

use crate::assert_fails;

const SOUND: CodecInfo = CodecInfo {
    name: "toyfilter",
    title: "Adds the number of the row to each byte",
    aliases: &[],
    ids: &[],
    kind: CodecKind::Filter,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: None,
    check: |_| Check::Unknown,
    build: |_, fields| {
        let mut defect = 0;
        fields.int("defect", 0..=99, &mut defect)?;
        Ok(AnyCodec::Filter(Arc::new(Toy { defect, calls: 0 })))
    },
    backend: None,
};
static INFO: CodecInfo = SOUND;

const IS_NO_INVERSE: i64 = 1;
const IGNORES_STRIDES: i64 = 3;
const KEEPS_STATE: i64 = 4;
const WRAPS_WRONG: i64 = 5;
const REFUSES_ALL: i64 = 6;

#[derive(Clone, Debug)]
struct Toy {
    defect: i64,
    calls: u8,
}

impl SimpleFilter for Toy {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        match layout.dtype().kind() {
            _ if self.defect == REFUSES_ALL => Err(INFO.invalid_argument("nothing is accepted")),
            DTypeKind::Int | DTypeKind::Uint => Ok(()),
            _ => Err(INFO.invalid_argument(format!("integers are accepted, not {}", layout.dtype()))),
        }
    }

    fn run(&mut self, direction: Direction, mut array: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
        if self.defect == KEEPS_STATE {
            self.calls = self.calls.wrapping_add(1);
        }
        if self.defect == IGNORES_STRIDES && !array.is_contiguous() {
            return Ok(());
        }
        // Byte by byte: rows of one sample exist in every array.
        let size = array.dtype().size();
        let calls = self.calls;
        for (index, sample) in array.rows_mut(size).into_iter().flatten().enumerate() {
            for byte in sample {
                let step = (index as u8).wrapping_add(calls);
                *byte = match direction {
                    Direction::Encode if self.defect == WRAPS_WRONG => byte.saturating_add(step),
                    Direction::Encode => byte.wrapping_add(step),
                    Direction::Decode if self.defect == IS_NO_INVERSE => byte.wrapping_add(step),
                    Direction::Decode => byte.wrapping_sub(step),
                };
            }
        }
        Ok(())
    }
}

fn with(defect: i64) -> Suite {
    Suite::new(&INFO).config("broken", Config::new().set("defect", defect))
}

mod sound {
    iio_testkit::conformance!(iio_testkit::Suite::new(&super::INFO));
}

#[test]
fn filters_that_do_not_undo_are_told() {
    assert_fails(&with(IS_NO_INVERSE), Claim::RoundTrip, "broken: Ramp of");
    assert_fails(&with(WRAPS_WRONG), Claim::RoundTrip, "broken: Noise of");
}

#[test]
fn strides_that_are_ignored_are_told() {
    assert_fails(&with(IGNORES_STRIDES), Claim::Strides, "in OddPitch: samples or the bytes beside them differ");
}

#[test]
fn state_of_an_earlier_call_is_told() {
    assert_fails(&with(KEEPS_STATE), Claim::WorkerReuse, "not as a fresh worker");
}

#[test]
fn layouts_that_are_all_refused_are_told() {
    assert_fails(&with(REFUSES_ALL), Claim::RoundTrip, "no layout is accepted");
}

#[test]
fn signatures_of_filters_are_told() {
    static GREEDY: CodecInfo = CodecInfo { check: |_| Check::No, ..SOUND };
    assert_fails(&Suite::new(&GREEDY), Claim::CheckIsHonest, "a filter has no streams");
}

/// A filter whose worker takes what the codec refuses.
mod lenient {
    use super::*;
    use iio_codec::{Filter, FilterCodec};

    static LENIENT: CodecInfo = CodecInfo { build: |_, _| Ok(AnyCodec::Filter(Arc::new(Lenient))), ..SOUND };

    #[derive(Debug)]
    struct Lenient;

    impl FilterCodec for Lenient {
        fn info(&self) -> &'static CodecInfo {
            &LENIENT
        }

        fn accepts(&self, layout: &Layout) -> Result<()> {
            match layout.dtype().size() {
                1 => Ok(()),
                _ => Err(LENIENT.invalid_argument("bytes only")),
            }
        }

        fn decoder(&self) -> Result<Box<dyn Filter>> {
            Ok(Box::new(Identity))
        }

        fn encoder(&self) -> Result<Box<dyn Filter>> {
            Ok(Box::new(Identity))
        }
    }

    struct Identity;

    impl Filter for Identity {
        fn info(&self) -> &'static CodecInfo {
            &LENIENT
        }

        fn run(&mut self, _: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_accepts_refuses_and_run_takes_is_told() {
        assert_fails(&Suite::new(&LENIENT), Claim::EntryPointsAgree, "run gives Ok");
        assert_eq!(Suite::new(&LENIENT).run(Claim::RoundTrip), Ok(()));
    }
}
