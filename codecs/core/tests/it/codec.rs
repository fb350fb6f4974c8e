//! What the traits provide: growing, gates, exact decoding, appending, and the adapters for simple codecs.

use std::sync::Arc;

use iio_codec::{
    AlignedBytes, AnyCodec, ArrayDecoder, ArrayEncoder, ArrayMut, ArrayRef, Blame, Budget, BytesCodec, BytesDecoder,
    BytesEncoder, Check, CodecId, CodecInfo, CodecKind, Config, Context, DType, Direction, Directions, ErrorKind,
    Filter, FilterCodec, Header, Layout, Limits, Progress, Result, SimpleFilter, SizeHint, StatelessBytes, Tier,
};

static INFO: CodecInfo = CodecInfo {
    name: "test",
    title: "For tests",
    aliases: &[],
    ids: &[CodecId::Tiff(7), CodecId::Name("other")],
    kind: CodecKind::Bytes,
    directions: Directions::Both,
    tier: Tier::Safe,
    max_ratio: None,
    check: |_| Check::Unknown,
    build: |id, fields| {
        let mut hint = 0;
        fields.int("hint", 0..=2, &mut hint)?;
        let hint = match (id, hint) {
            (CodecId::Tiff(7), _) => Hint::AtMost(7),
            (_, 1) => Hint::Exact(1),
            _ => Hint::Unknown,
        };
        Ok(AnyCodec::Bytes(Arc::new(Repeat { hint })))
    },
    backend: None,
};

/// What `decoded_size` says, whatever the stream holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Hint {
    Exact(u64),
    AtMost(u64),
    Unknown,
}

/// Each byte of a stream gives 1000 times itself.
#[derive(Clone, Debug)]
struct Repeat {
    hint: Hint,
}

impl StatelessBytes for Repeat {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn decoded_size(&self, _: &[u8]) -> Result<SizeHint> {
        Ok(match self.hint {
            Hint::Exact(size) => SizeHint::Exact(size),
            Hint::AtMost(size) => SizeHint::AtMost(size),
            Hint::Unknown => SizeHint::Unknown,
        })
    }

    fn decode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<Progress> {
        let whole: Vec<u8> = src.iter().flat_map(|&byte| [byte; 1000]).collect();
        let written = whole.len().min(dst.len());
        dst[..written].copy_from_slice(&whole[..written]);
        Ok(Progress { consumed: src.len(), written, complete: written == whole.len() })
    }

    fn encode_bound(&self, src_len: usize) -> usize {
        src_len
    }

    fn encode_into(&self, src: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<usize> {
        if src.contains(&255) {
            return Err(INFO.invalid_argument("255"));
        }
        let n = src.len() / 1000;
        let have = dst.len();
        let dst = dst.get_mut(..n).ok_or_else(|| INFO.output_too_small(n, have))?;
        dst.iter_mut().zip(src.chunks(1000)).for_each(|(to, from)| *to = from[0]);
        Ok(n)
    }
}

fn decoder(hint: Hint) -> Box<dyn BytesDecoder> {
    BytesCodec::decoder(&Repeat { hint }).unwrap()
}

fn limited(bytes: u64) -> Context<'static> {
    Context::with_limits(Limits::default().with_output_bytes(bytes))
}

#[test]
fn sizes_known_or_not_give_the_same() {
    let src: Vec<u8> = (0..50).collect();
    let want: Vec<u8> = src.iter().flat_map(|&byte| [byte; 1000]).collect();
    for hint in [Hint::Exact(50_000), Hint::AtMost(50_000), Hint::AtMost(50_001), Hint::AtMost(u64::MAX), Hint::Unknown]
    {
        assert_eq!(decoder(hint).decode(&src, &Context::default()).unwrap(), want, "{hint:?}");
        assert_eq!(decoder(hint).decode(&src, &limited(50_000)).unwrap(), want, "{hint:?}");
    }
    assert_eq!(decoder(Hint::Unknown).decode(&[], &limited(0)).unwrap(), []);
}

#[test]
fn the_output_limit_holds_for_every_hint() {
    for hint in [Hint::Exact(50_000), Hint::AtMost(50_000), Hint::Unknown] {
        for allowed in [0, 16, 4096, 49_999] {
            let error = decoder(hint).decode(&[1; 50], &limited(allowed)).unwrap_err();
            let ErrorKind::Limit { which, requested, allowed: told } = error.kind() else {
                panic!("{hint:?}: {error}")
            };
            assert_eq!((which, told), ("output_bytes", allowed), "{hint:?}");
            assert!(requested > allowed, "{hint:?}");
        }
    }
}

#[test]
fn the_budget_holds_for_every_hint_and_is_taken_by_the_output() {
    for hint in [Hint::Exact(50_000), Hint::AtMost(60_000), Hint::Unknown] {
        let budget = Budget::new(70_000);
        let cx = Context { budget: Some(&budget), ..Context::default() };
        decoder(hint).decode(&[1; 50], &cx).unwrap();
        assert_eq!(budget.left(), 20_000, "{hint:?}");
        let error = decoder(hint).decode(&[1; 50], &cx).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { which: "budget", allowed: 20_000, .. }), "{hint:?}: {error}");
        assert_eq!(budget.left(), 20_000, "{hint:?}");
    }
}

#[test]
fn outputs_of_unknown_size_grow_up_to_what_is_allowed() {
    struct Endless(usize);
    impl BytesDecoder for Endless {
        fn info(&self) -> &'static CodecInfo {
            &INFO
        }
        fn decoded_size(&self, _: &[u8]) -> Result<SizeHint> {
            Ok(SizeHint::Unknown)
        }
        fn decode_into(&mut self, _: &[u8], dst: &mut [u8], _: &Context<'_>) -> Result<Progress> {
            self.0 = self.0.max(dst.len());
            Ok(Progress { consumed: 0, written: dst.len(), complete: false })
        }
    }
    let budget = Budget::new(20_000);
    let mut endless = Endless(0);
    let error = endless.decode(&[], &Context { budget: Some(&budget), ..Context::default() }).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "budget", requested: 20_001, .. }), "{error}");
    assert_eq!(endless.0, 20_000);
    let mut endless = Endless(0);
    endless.decode(&[], &limited(30_000)).unwrap_err();
    assert_eq!(endless.0, 30_000);
}

#[test]
fn streams_that_give_another_length_than_they_declare_are_at_fault() {
    let less = decoder(Hint::Exact(2001)).decode(&[1; 2], &Context::default()).unwrap_err();
    assert_eq!(less.kind(), ErrorKind::Truncated);
    assert_eq!(less.message(), "stream gives 2000 bytes, 2001 were expected");
    let more = decoder(Hint::Exact(1999)).decode(&[1; 2], &Context::default()).unwrap_err();
    assert_eq!(more.kind(), ErrorKind::Malformed);
    assert_eq!(more.message(), "stream gives more than the 1999 bytes it declares");
    let more = decoder(Hint::AtMost(1999)).decode(&[1; 2], &Context::default()).unwrap_err();
    assert_eq!(more.kind(), ErrorKind::Malformed);
    let unreal = decoder(Hint::Exact(u64::MAX)).decode(&[1; 2], &Context::with_limits(Limits::NONE)).unwrap_err();
    assert_eq!(unreal.kind(), ErrorKind::OutOfMemory);
}

#[test]
fn exact_decoding_takes_neither_less_nor_more() {
    let mut worker = decoder(Hint::Unknown);
    let mut exact = |len: usize| worker.decode_exact(&[1, 2], &mut vec![0; len], &Context::default());
    exact(2000).unwrap();
    assert_eq!(exact(2001).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(exact(1999).unwrap_err().kind(), ErrorKind::OutputTooSmall { needed: 2000 });
}

#[test]
fn encoders_append_and_leave_nothing_behind_on_errors() {
    let mut encoder = BytesCodec::encoder(&Repeat { hint: Hint::Unknown }).unwrap();
    let mut dst = vec![9, 9];
    encoder.encode_append(&[5; 3000], &mut dst, &Context::default()).unwrap();
    assert_eq!(dst, [9, 9, 5, 5, 5]);
    assert!(encoder.encode_append(&[255; 3000], &mut dst, &Context::default()).is_err());
    assert_eq!(dst, [9, 9, 5, 5, 5]);
    let stream = encoder.encode(&[5; 3000], &Context::default()).unwrap();
    assert_eq!((stream.len(), stream.capacity()), (3, 3));
    assert_eq!(encoder.encode_bound(7), 7);
}

#[test]
fn bounds_beyond_all_memory_are_an_error() {
    struct Greedy;
    impl BytesEncoder for Greedy {
        fn info(&self) -> &'static CodecInfo {
            &INFO
        }
        fn encode_bound(&self, _: usize) -> usize {
            usize::MAX
        }
        fn encode_into(&mut self, _: &[u8], _: &mut [u8], _: &Context<'_>) -> Result<usize> {
            Ok(0)
        }
    }
    let mut dst = vec![1, 2];
    let error = Greedy.encode_append(&[], &mut dst, &Context::default()).unwrap_err();
    assert_eq!((error.kind(), dst), (ErrorKind::OutOfMemory, vec![1, 2]));
}

#[test]
fn codecs_are_built_for_the_id_and_refuse_unknown_options() {
    let codec = INFO.create(&CodecId::Tiff(7), &Config::new()).unwrap();
    assert!(format!("{codec:?}").contains("AtMost(7)"));
    assert_eq!(codec.info().name, "test");
    let codec = INFO.create(&CodecId::Name("other"), &Config::new().set("hint", 1)).unwrap();
    assert!(format!("{codec:?}").contains("Exact(1)"));
    let error = INFO.create(&CodecId::Tiff(7), &Config::new().set("level", 1)).unwrap_err();
    assert_eq!(error.to_string(), "test: unknown option level, known are hint");
}

#[test]
fn ids_say_where_they_are_from() {
    let ids = [
        (CodecId::Name("lzw"), "lzw"),
        (CodecId::Tiff(5), "tiff:5"),
        (CodecId::TiffPredictor(2), "tiff-predictor:2"),
        (CodecId::Numcodecs("imagecodecs_lzw"), "numcodecs:imagecodecs_lzw"),
        (CodecId::Zarr("zstd"), "zarr:zstd"),
        (CodecId::Hdf5(32_015), "hdf5:32015"),
        (CodecId::Dicom("1.2.840.10008.1.2.5"), "dicom:1.2.840.10008.1.2.5"),
    ];
    for (id, text) in ids {
        assert_eq!(id.to_string(), text);
    }
    assert_eq!([Tier::Safe, Tier::Fuzzed, Tier::Named].map(Tier::number), [1, 2, 3]);
}

/// Samples as they are; the layout stands before them if there is one.
struct Raw(Option<Layout>);

impl ArrayDecoder for Raw {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn header(&self, _: &[u8]) -> Result<Option<Header>> {
        Ok(self.0.map(|layout| Header { layout, bits: 8 }))
    }

    fn decode_into(&mut self, src: &[u8], mut dst: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
        dst.store(src)
    }
}

impl ArrayEncoder for Raw {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn encode_bound(&self, layout: &Layout) -> Option<usize> {
        Some(layout.n_bytes())
    }

    fn encode_append(&mut self, src: ArrayRef<'_>, dst: &mut Vec<u8>, _: &Context<'_>) -> Result<()> {
        src.append_to(dst)
    }
}

#[test]
fn layouts_come_from_the_header_and_else_from_the_caller() {
    let (own, other) = (Layout::new(DType::U8, &[2, 3]).unwrap(), Layout::new(DType::U8, &[6]).unwrap());
    assert_eq!(Raw(Some(own)).decoded_layout(&[], Some(&other)).unwrap(), own);
    assert_eq!(Raw(None).decoded_layout(&[], Some(&other)).unwrap(), other);
    let error = Raw(None).decoded_layout(&[], None).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidArgument, "a bare stream needs a layout"));
    let (layout, bytes) = Raw(Some(own)).decode(&[1, 2, 3, 4, 5, 6], None, &Context::default()).unwrap();
    assert_eq!((layout, bytes), (own, AlignedBytes::from_slice(&[1, 2, 3, 4, 5, 6]).unwrap()));
}

#[test]
fn arrays_pass_the_gates_before_they_are_decoded() {
    let layout = Layout::new(DType::U16, &[1 << 20, 1 << 20]).unwrap();
    let error = Raw(Some(layout)).decode(&[], None, &Context::default()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", .. }), "{error}");
    let cx = Context::with_limits(Limits::default().with_axis_len(100));
    let error = Raw(None).decode(&[], Some(&layout), &cx).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "axis_len", .. }), "{error}");
}

#[test]
fn array_encoders_encode_into_new_memory() {
    let layout = Layout::new(DType::U8, &[2, 2]).unwrap();
    let stream = Raw(None).encode(ArrayRef::new(&[1, 2, 3, 4], layout).unwrap(), &Context::default()).unwrap();
    assert_eq!((stream.as_slice(), stream.capacity()), (&[1, 2, 3, 4][..], 4));
}

/// Adds one, or takes it away again; bytes only.
#[derive(Clone, Debug)]
struct PlusOne;

impl SimpleFilter for PlusOne {
    fn info(&self) -> &'static CodecInfo {
        &INFO
    }

    fn accepts(&self, layout: &Layout) -> Result<()> {
        match layout.dtype() {
            DType::U8 => Ok(()),
            dtype => Err(INFO.invalid_argument(format!("dtype must be uint8, got {dtype}"))),
        }
    }

    fn run(&mut self, direction: Direction, mut array: ArrayMut<'_>, _: &Context<'_>) -> Result<()> {
        let step = if direction == Direction::Encode { 1 } else { 255 };
        array.rows_mut(1).into_iter().flatten().for_each(|byte| byte[0] = byte[0].wrapping_add(step));
        Ok(())
    }
}

#[test]
fn simple_filters_run_both_ways_and_refuse_what_they_do_not_accept() {
    let cx = Context::default();
    let (mut encoder, mut decoder) = (FilterCodec::encoder(&PlusOne).unwrap(), FilterCodec::decoder(&PlusOne).unwrap());
    let layout = Layout::new(DType::U8, &[4]).unwrap();
    let mut bytes = [0, 1, 2, 255];
    encoder.run(ArrayMut::new(&mut bytes, layout).unwrap(), &cx).unwrap();
    assert_eq!(bytes, [1, 2, 3, 0]);
    let mut other = [9; 4];
    decoder.run_into(ArrayRef::new(&bytes, layout).unwrap(), ArrayMut::new(&mut other, layout).unwrap(), &cx).unwrap();
    assert_eq!((bytes, other), ([1, 2, 3, 0], [0, 1, 2, 255]));
    let wide = Layout::new(DType::U16, &[2]).unwrap();
    for worker in [&mut encoder, &mut decoder] {
        let error = worker.run(ArrayMut::new(&mut bytes, wide).unwrap(), &cx).unwrap_err();
        assert_eq!((error.kind(), bytes), (ErrorKind::InvalidArgument, [1, 2, 3, 0]));
        let differ = worker.run_into(
            ArrayRef::new(&[0; 4], layout).unwrap(),
            ArrayMut::new(&mut [0; 4], Layout::new(DType::U8, &[2, 2]).unwrap()).unwrap(),
            &cx,
        );
        assert_eq!(differ.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn values_and_workers_cross_threads() {
    fn shared<T: Send + Sync + ?Sized>() {}
    fn moved<T: Send + ?Sized>() {}
    shared::<AnyCodec>();
    moved::<Box<dyn BytesDecoder>>();
    moved::<Box<dyn ArrayEncoder>>();
    moved::<Box<dyn Filter>>();
    shared::<Context<'_>>();
}
