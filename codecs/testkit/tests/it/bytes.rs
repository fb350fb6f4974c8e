//! A run-length codec with a header and an end mark, and its defects.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use iio_codec::{
    AnyCodec, Blame, BytesCodec, BytesDecoder, BytesEncoder, Check, CodecId, CodecInfo, CodecKind, Config, Context,
    Directions, ErrorKind, Fields, Progress, Result, SizeHint, Tier,
};
use iio_testkit::{Claim, Suite, conformance};

use crate::{assert_fails, failing};

const MAGIC: [u8; 2] = *b"TY";
const HEADER: usize = 6;

const SOUND: CodecInfo = CodecInfo {
    name: "toy",
    title: "Runs with a header and an end mark",
    aliases: &["toyrle"],
    ids: &[CodecId::Tiff(65_000)],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: Some(128),
    check,
    build,
    backend: None,
};
static INFO: CodecInfo = SOUND;

fn check(src: &[u8]) -> Check {
    match src.get(..2) {
        Some(magic) if magic == MAGIC => Check::Yes,
        Some(_) => Check::No,
        None => Check::Unknown,
    }
}

fn build(_: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
    let mut defect = Defect::None;
    let choices: Vec<_> = DEFECTS.iter().map(|&defect| (name(defect), defect as i64, defect)).collect();
    fields.choice("defect", &choices, &mut defect)?;
    Ok(AnyCodec::Bytes(Arc::new(Toy { defect, info: &INFO })))
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Defect {
    None,
    /// Panics at a count that no encoder writes.
    Panics,
    /// Trusts such a count and skips so many bytes of the destination.
    LeaksOldContent,
    /// Loses the last byte of long outputs.
    LosesTheLastByte,
    AllocatesBeforeTheGate,
    IgnoresTheLimit,
    TakesTheEndOfInputForTheEnd,
    FillsUpWithZeros,
    Hangs,
    IsSlow,
    KeepsStateAfterErrors,
    EncodesDifferentlyEachTime,
    BoundIsTooSmall,
    BlamesTheCaller,
    SaysInternal,
    WritesPartOnly,
    TellsTheWrongSize,
    NeverComplete,
    IgnoresTheBudget,
    FailsWhenCancelled,
    AppendsInFront,
    NeedsOneThread,
    DecodeIsStricter,
}

const DEFECTS: [Defect; 23] = [
    Defect::None,
    Defect::Panics,
    Defect::LeaksOldContent,
    Defect::LosesTheLastByte,
    Defect::AllocatesBeforeTheGate,
    Defect::IgnoresTheLimit,
    Defect::TakesTheEndOfInputForTheEnd,
    Defect::FillsUpWithZeros,
    Defect::Hangs,
    Defect::IsSlow,
    Defect::KeepsStateAfterErrors,
    Defect::EncodesDifferentlyEachTime,
    Defect::BoundIsTooSmall,
    Defect::BlamesTheCaller,
    Defect::SaysInternal,
    Defect::WritesPartOnly,
    Defect::TellsTheWrongSize,
    Defect::NeverComplete,
    Defect::IgnoresTheBudget,
    Defect::FailsWhenCancelled,
    Defect::AppendsInFront,
    Defect::NeedsOneThread,
    Defect::DecodeIsStricter,
];

/// A name by which the choice of the defect is written in a `Config`.
fn name(defect: Defect) -> &'static str {
    format!("{defect:?}").leak()
}

#[derive(Clone, Debug)]
struct Toy {
    defect: Defect,
    info: &'static CodecInfo,
}

struct Worker {
    toy: Toy,
    spoilt: bool,
}

impl BytesCodec for Toy {
    fn info(&self) -> &'static CodecInfo {
        self.info
    }

    fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
        Ok(Box::new(Worker { toy: self.clone(), spoilt: false }))
    }

    fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
        Ok(Box::new(Worker { toy: self.clone(), spoilt: false }))
    }
}

impl Worker {
    fn is(&self, defect: Defect) -> bool {
        self.toy.defect == defect
    }

    fn broken(&self, message: &'static str) -> iio_codec::Error {
        match self.toy.defect {
            Defect::BlamesTheCaller => INFO.invalid_argument(message),
            Defect::SaysInternal => INFO.internal(message),
            _ => INFO.malformed(message),
        }
    }

    fn len(&self, src: &[u8]) -> Result<usize> {
        let Some((header, _)) = src.split_at_checked(HEADER) else {
            return Err(INFO.truncated("no header"));
        };
        if header[..2] != MAGIC {
            if self.is(Defect::Hangs) {
                std::thread::sleep(Duration::from_secs(3600));
            }
            if self.is(Defect::IsSlow) {
                std::thread::sleep(Duration::from_millis(60));
            }
            return Err(self.broken("no signature"));
        }
        Ok(u32::from_le_bytes([header[2], header[3], header[4], header[5]]) as usize)
    }

    fn run(&mut self, src: &[u8], dst: &mut [u8]) -> Result<Progress> {
        let len = self.len(src)?;
        let (mut at, mut out) = (HEADER, 0);
        loop {
            let Some(&count) = src.get(at) else {
                if self.is(Defect::FillsUpWithZeros) && at > HEADER {
                    let end = len.min(dst.len());
                    dst[out..end].fill(0);
                    return Ok(Progress { consumed: at, written: end, complete: end == len });
                }
                if self.is(Defect::TakesTheEndOfInputForTheEnd) {
                    return Ok(Progress { consumed: at, written: out, complete: true });
                }
                return Err(INFO.truncated("no end mark"));
            };
            if count == 0 {
                let complete = !self.is(Defect::NeverComplete) || dst.len() == len;
                return match out == len {
                    true => Ok(Progress { consumed: at + 1, written: out, complete }),
                    false => Err(self.broken("the header tells another length")),
                };
            }
            let Some(&value) = src.get(at + 1) else { return Err(INFO.truncated("no value")) };
            let mut write = true;
            match (count, self.toy.defect) {
                (0x81.., Defect::Panics) => panic!("count {count}"),
                (0x81.., Defect::LeaksOldContent) => write = false,
                (0x81.., _) => return Err(self.broken("count above 128")),
                _ => {}
            }
            let n = usize::from(count).min(dst.len() - out);
            if write {
                dst[out..out + n].fill(value);
            }
            out += n;
            if n < usize::from(count) {
                return Ok(Progress { consumed: at, written: out, complete: false });
            }
            at += 2;
        }
    }
}

impl BytesDecoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        self.toy.info
    }

    fn decoded_size(&self, src: &[u8]) -> Result<SizeHint> {
        let len = self.len(src)? as u64;
        if self.is(Defect::TakesTheEndOfInputForTheEnd) {
            return Ok(SizeHint::AtMost(len));
        }
        Ok(SizeHint::Exact(if self.is(Defect::TellsTheWrongSize) { len + 1 } else { len }))
    }

    fn decode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<Progress> {
        match cx.check_cancel(&INFO) {
            Err(_) if self.is(Defect::FailsWhenCancelled) => return Err(INFO.backend(-1, "stopped")),
            result => result?,
        }
        if self.is(Defect::NeedsOneThread) && cx.executor.width() > 1 {
            dst.fill(0);
            return Ok(Progress { consumed: src.len(), written: dst.len(), complete: true });
        }
        let have = dst.len();
        let result = if self.spoilt { Err(INFO.malformed("state of an earlier call")) } else { self.run(src, dst) };
        self.spoilt = result.is_err() && self.is(Defect::KeepsStateAfterErrors);
        let mut progress = result?;
        if self.is(Defect::LosesTheLastByte) && progress.complete && have > 100 {
            dst[progress.written - 1] = 0;
        }
        if self.is(Defect::WritesPartOnly) && progress.written < have {
            progress.written -= progress.written.min(1);
        }
        Ok(progress)
    }

    fn decode(&mut self, src: &[u8], cx: &Context<'_>) -> Result<Vec<u8>> {
        let len = self.len(src)?;
        let (mut gate, mut taken) = (*cx, Vec::new());
        match self.toy.defect {
            // Enough to show, and never touched.
            Defect::AllocatesBeforeTheGate => taken = Vec::<u8>::with_capacity(black_box(len.min(1 << 30))),
            Defect::IgnoresTheLimit => gate.limits.output_bytes = 64 << 20,
            Defect::IgnoresTheBudget => gate.budget = None,
            _ => {}
        }
        let SizeHint::Exact(size) = self.decoded_size(src)? else {
            gate.gate_output(&INFO, len as u64, src.len(), INFO.max_ratio)?;
            let mut dst = vec![0; len];
            let progress = self.decode_into(src, &mut dst, cx)?;
            dst.truncate(progress.written);
            return Ok(dst);
        };
        gate.gate_output(&INFO, size, src.len(), INFO.max_ratio)?;
        drop(taken);
        let mut dst = iio_codec::zeroed_vec(size as usize)?;
        match self.decode_exact(src, &mut dst, cx) {
            Err(error) if matches!(error.kind(), ErrorKind::OutputTooSmall { .. }) => {
                Err(INFO.malformed("more than the header tells"))
            }
            Ok(()) if self.is(Defect::DecodeIsStricter) && dst.first() == Some(&0) => Err(INFO.malformed("zero")),
            result => result.map(|()| dst),
        }
    }
}

impl BytesEncoder for Worker {
    fn info(&self) -> &'static CodecInfo {
        self.toy.info
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        let bound = src_len.saturating_mul(2).saturating_add(HEADER + 1);
        if self.is(Defect::BoundIsTooSmall) { src_len / 2 + 20 } else { bound }
    }

    fn encode_into(&mut self, src: &[u8], dst: &mut [u8], cx: &Context<'_>) -> Result<usize> {
        use std::sync::atomic::{AtomicU8, Ordering};
        static CALLS: AtomicU8 = AtomicU8::new(0);
        cx.check_cancel(&INFO)?;
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&(src.len() as u32).to_le_bytes());
        let mut rest = src;
        while let Some(&value) = rest.first() {
            let mut most = 128;
            if self.is(Defect::EncodesDifferentlyEachTime) {
                most = 1 + usize::from(CALLS.fetch_add(1, Ordering::Relaxed) % 100);
            }
            let n = rest.iter().take(most).take_while(|&&byte| byte == value).count();
            out.extend_from_slice(&[n as u8, value]);
            rest = &rest[n..];
        }
        out.push(0);
        match dst.get_mut(..out.len()) {
            Some(dst) => dst.copy_from_slice(&out),
            None => return Err(INFO.output_too_small(out.len(), dst.len())),
        }
        Ok(out.len())
    }

    fn encode_append(&mut self, src: &[u8], dst: &mut Vec<u8>, cx: &Context<'_>) -> Result<()> {
        let mut own = vec![0; src.len() * 2 + HEADER + 1];
        let len = self.encode_into(src, &mut own, cx)?;
        let at = if self.is(Defect::AppendsInFront) { 0 } else { dst.len() };
        dst.splice(at..at, own[..len].iter().copied());
        Ok(())
    }
}

fn with(defect: Defect) -> Suite {
    Suite::new(&INFO).config(name(defect), Config::new().set("defect", name(defect)))
}

fn sound() -> Suite {
    Suite::new(&INFO).config("named", Config::new().set("defect", "None"))
}

mod sound {
    iio_testkit::conformance!(super::sound());
}

/// Encodes only, or decodes only with a fixture.
mod one_way {
    use super::*;

    static DECODES: CodecInfo = CodecInfo { directions: Directions::Decode, build: build_decoder, ..SOUND };

    #[derive(Debug)]
    struct Decodes(Toy);

    impl BytesCodec for Decodes {
        fn info(&self) -> &'static CodecInfo {
            &DECODES
        }

        fn decoder(&self) -> Result<Box<dyn BytesDecoder>> {
            self.0.decoder()
        }

        fn encoder(&self) -> Result<Box<dyn BytesEncoder>> {
            Err(DECODES.unsupported("encodes nothing"))
        }
    }

    fn build_decoder(_: &CodecId<'_>, _: &mut Fields<'_>) -> Result<AnyCodec> {
        Ok(AnyCodec::Bytes(Arc::new(Decodes(Toy { defect: Defect::None, info: &DECODES }))))
    }

    fn suite() -> Suite {
        Suite::new(&DECODES).fixture("by hand", b"TY\x05\0\0\0\x02a\x03b\0", b"aabbb")
    }

    conformance!(suite());

    #[test]
    fn without_a_fixture_nothing_is_shown() {
        assert_fails(&Suite::new(&DECODES), Claim::RoundTrip, "nothing is shown");
    }

    #[test]
    fn fixture_with_another_output_is_told() {
        let suite = Suite::new(&DECODES).fixture("by hand", b"TY\x05\0\0\0\x02a\x03b\0", b"aabbc");
        assert_fails(&suite, Claim::RoundTrip, "fixture by hand: byte 4 is 0x62, not 0x63");
    }
}

#[test]
fn panics_are_told_with_the_mutation() {
    assert_fails(&with(Defect::Panics), Claim::BitFlips, "bit 7 of byte 6 flipped: decode: panics: count 1");
}

#[test]
fn old_content_that_shows_is_told() {
    assert_fails(&with(Defect::LeaksOldContent), Claim::BitFlips, "old content shows: byte");
}

#[test]
fn lost_bytes_are_told() {
    assert_fails(&with(Defect::LosesTheLastByte), Claim::RoundTrip, "Runs of 127 bytes: byte 126 is 0x00");
    assert_fails(&with(Defect::WritesPartOnly), Claim::DestinationLengths, "200 bytes into 264: Progress");
}

#[test]
fn limits_that_do_not_hold_are_told() {
    assert_fails(&with(Defect::IgnoresTheLimit), Claim::LimitsHold, "not the limit output_bytes");
    assert_fails(&with(Defect::IgnoresTheBudget), Claim::LimitsHold, "not the limit budget");
    assert_fails(&with(Defect::IgnoresTheBudget), Claim::LimitsHold, "of a budget of 200 bytes are left");
}

#[test]
fn memory_that_is_taken_before_the_gate_is_told() {
    assert_fails(&with(Defect::AllocatesBeforeTheGate), Claim::LimitsHold, "when output_bytes is 16");
    assert_fails(&with(Defect::AllocatesBeforeTheGate), Claim::HeaderFields, "bytes of memory");
}

#[test]
fn parts_that_pass_for_the_whole_are_told() {
    let suite = with(Defect::TakesTheEndOfInputForTheEnd);
    assert_fails(&suite, Claim::Truncations, "decode: gives 0 of 200 bytes");
    // That it is bare excuses the part, as far as it is one.
    assert_eq!(suite.bare().run(Claim::Truncations), Ok(()));
    assert_fails(&with(Defect::FillsUpWithZeros), Claim::Truncations, "decode_exact: succeeds");
    assert_fails(&with(Defect::FillsUpWithZeros).bare(), Claim::Truncations, "decode_exact: succeeds");
}

#[test]
fn streams_without_their_optional_tail_are_whole() {
    fn build_lenient(_: &CodecId<'_>, _: &mut Fields<'_>) -> Result<AnyCodec> {
        Ok(AnyCodec::Bytes(Arc::new(Toy { defect: Defect::FillsUpWithZeros, info: &LENIENT })))
    }
    static LENIENT: CodecInfo = CodecInfo { directions: Directions::Decode, build: build_lenient, ..SOUND };
    // A cut of one byte takes the end mark; one of three takes data that zeros cannot replace.
    let stream = b"TY\x05\0\0\0\x02a\x03b\0";
    let suite = Suite::new(&LENIENT).fixture("by hand", stream, b"aabbb");
    assert_fails(&suite, Claim::Truncations, "by hand: cut to 10 bytes: decode_exact: succeeds");
    let failures = suite.clone().optional_tail(1).run(Claim::Truncations).unwrap_err();
    assert!(!failures.contains("cut to 10 bytes: decode"), "{failures}");
    assert!(failures.contains("cut to 8 bytes: decode: gives 5 of 5 bytes"), "{failures}");
    assert_fails(&suite.optional_tail(3), Claim::Truncations, "cut to 8 bytes: decode_exact: succeeds");
}

#[test]
fn hangs_are_told_and_do_not_hang_the_suite() {
    let suite = with(Defect::Hangs).time_limit(Duration::from_millis(100));
    assert_fails(&suite, Claim::BitFlips, "bit 0 of byte 0 flipped: decode: hangs");
}

#[test]
fn slow_mutations_are_told() {
    let suite = with(Defect::IsSlow).time_limit(Duration::from_millis(40));
    assert_fails(&suite, Claim::BitFlips, "at most 40ms are allowed");
}

#[test]
fn state_that_survives_an_error_is_told() {
    assert_fails(&with(Defect::KeepsStateAfterErrors), Claim::WorkerReuse, "after garbage");
    assert_fails(&with(Defect::KeepsStateAfterErrors), Claim::BitFlips, "the whole stream after bit");
}

#[test]
fn streams_that_differ_are_told() {
    assert_fails(&with(Defect::EncodesDifferentlyEachTime), Claim::Determinism, "not as a fresh worker");
}

#[test]
fn bounds_that_do_not_bound_are_told() {
    assert_fails(&with(Defect::BoundIsTooSmall), Claim::EncodeBound, "the bound is");
}

#[test]
fn errors_that_blame_the_wrong_one_are_told() {
    assert_fails(&with(Defect::BlamesTheCaller), Claim::BitFlips, "is an error of kind invalid argument");
    assert_fails(&with(Defect::SaysInternal), Claim::HeaderFields, "is an error of kind internal");
}

#[test]
fn sizes_and_progress_that_are_not_true_are_told() {
    assert_fails(&with(Defect::TellsTheWrongSize), Claim::RoundTrip, "were expected");
    assert_fails(&with(Defect::NeverComplete), Claim::DestinationLengths, "complete: false");
}

#[test]
fn cancelled_calls_that_fail_otherwise_are_told() {
    assert_fails(&with(Defect::FailsWhenCancelled), Claim::Cancel, "Backend");
}

#[test]
fn ways_in_that_disagree_on_damage_are_told() {
    let reason = "bytes from 7 set to [00]: decode and decode_into: Error(Malformed, \"toy: zero\"), Ok(";
    assert_fails(&with(Defect::DecodeIsStricter), Claim::HeaderFields, reason);
}

#[test]
fn results_that_depend_on_the_executor_are_told() {
    assert_fails(&with(Defect::NeedsOneThread), Claim::AnyWidth, "decode with three threads: byte 0 is 0x00");
}

#[test]
fn appending_to_the_wrong_end_is_told() {
    assert_fails(&with(Defect::AppendsInFront), Claim::EntryPointsAgree, "encode_append changes what was there");
}

#[test]
fn checks_that_lie_are_told() {
    static GREEDY: CodecInfo =
        CodecInfo { check: |src| if src.is_empty() { Check::Unknown } else { Check::Yes }, ..SOUND };
    static BLIND: CodecInfo = CodecInfo { check: |_| Check::No, ..SOUND };
    static FRAGILE: CodecInfo = CodecInfo { check: |src| if src[0] == b'T' { Check::Yes } else { Check::No }, ..SOUND };
    static FICKLE: CodecInfo =
        CodecInfo { check: |src| if src.len() > 100 { Check::Yes } else { Check::Unknown }, ..SOUND };
    assert_fails(&Suite::new(&GREEDY), Claim::CheckIsHonest, "check of a zlib stream is Yes");
    assert_fails(&Suite::new(&BLIND), Claim::CheckIsHonest, "check of its own stream");
    assert_fails(&Suite::new(&FRAGILE), Claim::CheckIsHonest, "panics: index out of bounds");
    assert_fails(&Suite::new(&FICKLE), Claim::CheckIsHonest, "is Some(Unknown)");
    assert_fails(&Suite::new(&INFO).reads("zlip"), Claim::CheckIsHonest, "no family of the testkit");
}

#[test]
fn descriptions_that_are_not_true_are_told() {
    static ARRAY: CodecInfo = CodecInfo { kind: CodecKind::Array, ..SOUND };
    static TWICE: CodecInfo = CodecInfo { ids: &[CodecId::Tiff(1), CodecId::Tiff(1)], ..SOUND };
    static ONE_WAY: CodecInfo = CodecInfo { directions: Directions::Decode, ..SOUND };
    static LOW: CodecInfo = CodecInfo { max_ratio: Some(2), ..SOUND };
    static NAMELESS: CodecInfo = CodecInfo { backend: Some(String::new), ..SOUND };
    assert_fails(&Suite::new(&ARRAY), Claim::InfoIsTrue, "kind Bytes");
    assert_fails(&Suite::new(&TWICE), Claim::InfoIsTrue, "an id occurs twice");
    assert_fails(&Suite::new(&ONE_WAY), Claim::InfoIsTrue, "but the encoder is Ok");
    assert_fails(&Suite::new(&LOW), Claim::LimitsHold, "a ratio above the 2 of max_ratio");
    assert_fails(&Suite::new(&NAMELESS), Claim::InfoIsTrue, "the backend has no name");
}

#[test]
fn options_that_are_not_checked_are_told() {
    fn deaf(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
        fields.text("no_such_option")?;
        build(id, fields)
    }
    fn fragile(id: &CodecId<'_>, fields: &mut Fields<'_>) -> Result<AnyCodec> {
        let mut level = 1i64;
        fields.int("level", i64::MIN..=i64::MAX, &mut level)?;
        assert!(level != 0, "division by the level");
        build(id, fields)
    }
    static DEAF: CodecInfo = CodecInfo { build: deaf, ..SOUND };
    static FRAGILE: CodecInfo = CodecInfo { build: fragile, ..SOUND };
    // The type is wrong, but the option was known: the error lists nothing.
    assert_fails(&Suite::new(&DEAF), Claim::OptionsAreChecked, "the error lists no known options");
    assert_fails(&Suite::new(&FRAGILE), Claim::OptionsAreChecked, "panics: division by the level");
    let suite = Suite::new(&INFO).config("typo", Config::new().hint("levle", 1));
    assert_fails(&suite, Claim::OptionsAreChecked, "but not levle of typo");
}

#[test]
fn sets_that_cannot_be_built_fail_every_claim_but_none_by_panic() {
    let suite = Suite::new(&INFO).config("wrong", Config::new().set("defect", "no such"));
    assert!(failing(&suite).contains(&Claim::RoundTrip));
    assert_fails(&suite, Claim::RoundTrip, "wrong: create: ");
}

#[test]
fn quick_runs_fewer_mutations_and_still_finds_the_panic() {
    assert_fails(&with(Defect::Panics).quick(), Claim::HeaderFields, "panics: count");
}
