use std::sync::Arc;
use std::sync::atomic::Ordering;

use iio_codec::{ArrayMut, Cancel, DType, ErrorKind, Layout, Limits};
use iio_core::{Chunk, Env, Pipeline, RayonExecutor, ReadPlan, Source};

use crate::fake::{Invert, InvertTwo, counted, env};

/// An image of u16 `[height, width]` in tiles that are stored one after the other from byte 10 on, edge tiles padded; and
/// the plan of a region of it.
struct Tiled {
    size: [usize; 2],
    tile: [usize; 2],
    pipeline: Pipeline,
}

impl Tiled {
    fn sample(y: usize, x: usize) -> u16 {
        (y * 1000 + x) as u16
    }

    fn file(&self, invert: bool, big_endian: bool) -> Vec<u8> {
        let mut file = vec![0x55; 10];
        for ty in 0..self.size[0].div_ceil(self.tile[0]) {
            for tx in 0..self.size[1].div_ceil(self.tile[1]) {
                for y in 0..self.tile[0] {
                    for x in 0..self.tile[1] {
                        let v = Self::sample(ty * self.tile[0] + y, tx * self.tile[1] + x);
                        let bytes = if big_endian { v.to_be_bytes() } else { v.to_ne_bytes() };
                        file.extend(bytes.map(|b| if invert { !b } else { b }));
                    }
                }
            }
        }
        file
    }

    fn plan(&self, y: std::ops::Range<usize>, x: std::ops::Range<usize>) -> ReadPlan {
        let [th, tw] = self.tile;
        let across = self.size[1].div_ceil(tw);
        let chunk_layout = Layout::new(DType::U16, &[th, tw]).unwrap();
        let mut chunks = Vec::new();
        for ty in y.start / th..y.end.div_ceil(th) {
            for tx in x.start / tw..x.end.div_ceil(tw) {
                let number = (ty * across + tx) as u64;
                let start = 10 + number * chunk_layout.n_bytes() as u64;
                chunks.push(Chunk {
                    range: Some(start..start + chunk_layout.n_bytes() as u64),
                    pipeline: 0,
                    layout: chunk_layout,
                    skip: vec![y.start.saturating_sub(ty * th), x.start.saturating_sub(tx * tw)],
                    number,
                });
            }
        }
        ReadPlan {
            who: "test",
            place: "page 3".to_owned(),
            layout: Layout::new(DType::U16, &[y.len(), x.len()]).unwrap(),
            cell: vec![th, tw],
            first: vec![(th - y.start % th).min(th), (tw - x.start % tw).min(tw)],
            pipelines: vec![Arc::new(self.pipeline.clone())],
            chunks,
            fill: Vec::new(),
        }
    }
}

fn expected(y: std::ops::Range<usize>, x: std::ops::Range<usize>) -> Vec<u8> {
    let samples = y.flat_map(|y| x.clone().map(move |x| Tiled::sample(y, x)));
    samples.flat_map(u16::to_ne_bytes).collect()
}

fn inverted() -> Pipeline {
    Pipeline { bytes: vec![Arc::new(Invert)], ..Pipeline::default() }
}

#[test]
fn any_region_equals_the_part_of_the_whole() {
    let swapped = Pipeline { swap: true, ..inverted() };
    for (pipeline, invert, big) in [
        (Pipeline::default(), false, false),
        (inverted(), true, false),
        (swapped, true, cfg!(target_endian = "little")),
    ] {
        let tiled = Tiled { size: [50, 70], tile: [16, 32], pipeline };
        let file = tiled.file(invert, big);
        for (y, x) in
            [(0..50, 0..70), (0..16, 0..32), (15..17, 31..33), (49..50, 69..70), (3..40, 5..66), (16..48, 32..64)]
        {
            for source in [Source::from_bytes(file.clone()), counted(file.clone()).1] {
                let pixels = tiled.plan(y.clone(), x.clone()).read(&source, &env(), None).unwrap();
                assert!(*pixels == expected(y.clone(), x.clone())[..], "{y:?} {x:?} {source:?}");
            }
        }
    }
}

#[test]
fn plain_tiles_of_long_rows_or_many_bytes_are_scattered_to_their_rows() {
    // A vectored read is one of each row here, as the default implementation has it.
    for (size, tile, reads) in [
        ([256, 512], [128, 256], 4),
        ([32, 4096], [16, 2048], 2 * 2 * 16),
        ([1024, 2048], [1024, 1024], 2 * 1024),
        // Edge tiles do not land as a whole.
        ([40, 4096], [16, 2048], 2 * (2 * 16 + 1)),
    ] {
        let tiled = Tiled { size, tile, pipeline: Pipeline::default() };
        let (data, source) = counted(tiled.file(false, false));
        let (height, width) = (0..size[0], 0..size[1]);
        let pixels = tiled.plan(height.clone(), width.clone()).read(&source, &env(), None).unwrap();
        assert!(*pixels == expected(height, width)[..], "{size:?} {tile:?}");
        assert_eq!(data.reads.load(Ordering::Relaxed), reads, "{size:?} {tile:?}");
        let tiles = size[0].div_ceil(tile[0]) * size[1].div_ceil(tile[1]);
        assert_eq!(data.n_bytes.load(Ordering::Relaxed), (tiles * tile[0] * tile[1] * 2) as u64, "{size:?} {tile:?}");
    }
}

#[test]
fn what_a_file_counts_beyond_the_samples_is_not_read() {
    // A whole tile, and one at an edge.
    for size in [[256, 256], [200, 200]] {
        let tiled = Tiled { size, tile: [256, 256], pipeline: Pipeline::default() };
        let mut file = tiled.file(false, false);
        file.resize(1 << 20, 7);
        let (data, source) = counted(file);
        let mut plan = tiled.plan(0..size[0], 0..size[1]);
        plan.chunks[0].range.as_mut().unwrap().end = 1 << 20;
        let pixels = plan.read(&source, &env(), None).unwrap();
        assert!(*pixels == expected(0..size[0], 0..size[1])[..]);
        assert_eq!(data.n_bytes.load(Ordering::Relaxed), 256 * 256 * 2);
    }
}

#[test]
fn region_reads_only_its_chunks() {
    let tiled = Tiled { size: [640, 640], tile: [64, 64], pipeline: inverted() };
    let (data, source) = counted(tiled.file(true, false));
    tiled.plan(100..120, 200..220).read(&source, &env(), None).unwrap();
    assert_eq!(data.n_bytes.load(Ordering::Relaxed), 64 * 64 * 2);
    assert_eq!(data.reads.load(Ordering::Relaxed), 1);
}

#[test]
fn neighbouring_small_chunks_are_read_at_once() {
    let tiled = Tiled { size: [64, 64], tile: [8, 8], pipeline: inverted() };
    let (data, source) = counted(tiled.file(true, false));
    tiled.plan(0..64, 0..64).read(&source, &env(), None).unwrap();
    assert_eq!(data.reads.load(Ordering::Relaxed), 1);
}

#[test]
fn result_and_error_are_the_same_at_every_width() {
    let tiled = Tiled { size: [300, 300], tile: [16, 16], pipeline: inverted() };
    let good = tiled.file(true, false);
    let mut bad = good.clone();
    for tile in [200, 77, 340] {
        bad[10 + tile * 512] = 0xee;
    }
    for threads in [1, 2, 7] {
        let env = env().with_executor(Arc::new(RayonExecutor::with_threads(threads).unwrap()));
        let pixels = tiled.plan(0..300, 0..300).read(&Source::from_bytes(good.clone()), &env, None).unwrap();
        assert!(*pixels == expected(0..300, 0..300)[..]);
        let error = tiled.plan(0..300, 0..300).read(&Source::from_bytes(bad.clone()), &env, None).unwrap_err();
        let text = format!("invert: page 3, chunk 77: begins with 0xee (at byte {})", 10 + 77 * 512);
        assert_eq!(error.to_string(), text, "{threads} threads");
    }
}

#[test]
fn chunks_are_decoded_in_pairs_where_the_codec_prefers_that() {
    let codec = InvertTwo::default();
    let pipeline = |swap| Pipeline { bytes: vec![Arc::new(codec.clone())], swap, ..Pipeline::default() };
    let pairs = || codec.pairs.swap(0, Ordering::Relaxed);
    // Edge tiles and an odd number of them; a tile that is a whole row lands in its place without scratch.
    for (size, tile, n) in [([300, 300], [16, 16], 361), ([48, 64], [16, 64], 3), ([1030, 1030], [512, 512], 9)] {
        for big_endian in [false, true] {
            let swap = big_endian == cfg!(target_endian = "little");
            let tiled = Tiled { size, tile, pipeline: pipeline(swap) };
            let source = counted(tiled.file(true, big_endian)).1;
            for threads in [1, 2] {
                let env = env().with_executor(Arc::new(RayonExecutor::with_threads(threads).unwrap()));
                let (height, width) = (0..size[0], 0..size[1]);
                let pixels = tiled.plan(height.clone(), width.clone()).read(&source, &env, None).unwrap();
                assert!(*pixels == expected(height, width)[..], "{size:?} {tile:?}");
                // Few chunks are left to the threads one by one.
                let few = threads == 2 && n < 16;
                assert_eq!(pairs(), if few { 0 } else { n / 2 }, "{size:?} {tile:?} {threads}");
            }
        }
    }
    // The first of the chunks that fail is told, with its own place, whichever of a pair it is.
    let tiled = Tiled { size: [64, 64], tile: [16, 16], pipeline: pipeline(false) };
    let plan = |source: &Source| tiled.plan(0..64, 0..64).read(source, &env(), None);
    for bad in 0..16 {
        let mut file = tiled.file(true, false);
        for tile in bad..16 {
            file[10 + tile * 512] = 0xee;
        }
        let text = format!("invert: page 3, chunk {bad}: begins with 0xee (at byte {})", 10 + bad * 512);
        assert_eq!(plan(&Source::from_bytes(file)).unwrap_err().to_string(), text);
    }
    // Scratch of both has to be within the limit.
    let source = Source::from_bytes(tiled.file(true, false));
    for (working_bytes, n) in [(1024, 8), (1023, 0), (512, 0)] {
        let env = env().with_limits(Limits::default().with_working_bytes(working_bytes));
        pairs();
        assert!(*tiled.plan(0..64, 0..64).read(&source, &env, None).unwrap() == expected(0..64, 0..64)[..]);
        assert_eq!(pairs(), n, "{working_bytes}");
    }
    // Holes have no pair, and a chunk that is too short is found.
    let mut holes = tiled.plan(0..64, 0..64);
    holes.chunks[5].range = None;
    let short = holes.chunks[9].range.as_mut().unwrap();
    short.end -= 1;
    let error = holes.read(&Source::from_bytes(tiled.file(true, false)), &env(), None).unwrap_err();
    assert!(error.to_string().contains("chunk 9: chunk gives 511 bytes"), "{error}");
}

#[test]
fn chunk_beyond_the_file_is_refused_before_anything_is_decoded() {
    let tiled = Tiled { size: [32, 32], tile: [16, 16], pipeline: inverted() };
    let mut file = tiled.file(true, false);
    file.truncate(file.len() - 1);
    let error = tiled.plan(0..32, 0..32).read(&Source::from_bytes(file), &env(), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().contains("page 3") && error.to_string().contains("chunk 3"), "{error}");
}

#[test]
fn absent_chunks_are_the_fill_value() {
    let tiled = Tiled { size: [16, 32], tile: [16, 16], pipeline: inverted() };
    let mut plan = tiled.plan(0..16, 0..32);
    plan.chunks[1].range = None;
    plan.fill = 999u16.to_ne_bytes().to_vec();
    let pixels = plan.read(&Source::from_bytes(tiled.file(true, false)), &env(), None).unwrap();
    let right: Vec<u16> = pixels.as_chunks::<2>().0.iter().map(|b| u16::from_ne_bytes(*b)).collect();
    assert_eq!(right[16..32], [999; 16]);
    assert_eq!(right[..16], (0..16).collect::<Vec<u16>>());
}

#[test]
fn short_chunk_is_truncated_and_excess_is_ignored() {
    let layout = Layout::new(DType::U8, &[4, 4]).unwrap();
    for pipeline in [Pipeline::default(), inverted()] {
        let plan = |len: u64| ReadPlan::whole("test", layout, 0..len, pipeline.clone());
        let source = Source::from_bytes(vec![1; 20]);
        assert_eq!(plan(15).read(&source, &env(), None).unwrap_err().kind(), ErrorKind::Truncated);
        assert!(plan(20).read(&source, &env(), None).is_ok());
    }
}

#[test]
fn stack_joins_plans_along_a_new_axis() {
    let tiled = Tiled { size: [20, 20], tile: [16, 16], pipeline: inverted() };
    let source = Source::from_bytes(tiled.file(true, false));
    let plan = ReadPlan::stack(vec![tiled.plan(0..20, 0..20), tiled.plan(0..20, 0..20)]).unwrap();
    assert_eq!(plan.layout.shape(), [2, 20, 20]);
    let pixels = plan.read(&source, &env(), None).unwrap();
    assert!(*pixels == [expected(0..20, 0..20), expected(0..20, 0..20)].concat()[..]);
    assert!(ReadPlan::stack(vec![tiled.plan(0..20, 0..20), tiled.plan(0..19, 0..20)]).is_err());
    assert!(ReadPlan::stack(Vec::new()).is_err());
}

#[test]
fn stacked_images_share_the_pipelines_that_they_have_in_common() {
    let layout = Layout::new(DType::U8, &[1]).unwrap();
    let shared = [Arc::new(Pipeline::default()), Arc::new(inverted())];
    let plan = |image: usize| {
        let mut plan = ReadPlan::whole("test", layout, 0..1, Pipeline::default());
        match image % 4 {
            // A pipeline of its own, equal to another or not.
            3 => {}
            2 => {
                // Two of them, in another order than those before.
                plan.pipelines = vec![shared[1].clone(), shared[0].clone()];
                plan.chunks[0].pipeline = 1;
            }
            number => plan.pipelines = vec![shared[number].clone()],
        }
        plan
    };
    let plans: Vec<_> = (0..2000).map(plan).collect();
    let stack = ReadPlan::stack(plans.clone()).unwrap();
    assert_eq!((stack.chunks.len(), stack.pipelines.len()), (2000, 2 + 500));
    for (plan, chunk) in plans.iter().zip(&stack.chunks) {
        let before = &plan.pipelines[plan.chunks[0].pipeline];
        assert!(Arc::ptr_eq(&stack.pipelines[chunk.pipeline], before));
    }
}

#[test]
fn strided_destination_keeps_what_is_beside_it() {
    let tiled = Tiled { size: [20, 20], tile: [16, 16], pipeline: inverted() };
    let source = Source::from_bytes(tiled.file(true, false));
    let mut canvas = vec![0xabu8; 30 * 30 * 2];
    let layout = Layout::new(DType::U16, &[30, 30]).unwrap();
    let window = ArrayMut::new(&mut canvas, layout).unwrap().window(&[5..25, 6..26]).unwrap();
    tiled.plan(0..20, 0..20).run(&source, window, &env(), None).unwrap();
    let pixels = expected(0..20, 0..20);
    for (y, row) in canvas.chunks(60).enumerate() {
        for (x, sample) in row.chunks(2).enumerate() {
            let inside = (5..25).contains(&y) && (6..26).contains(&x);
            let at = inside.then(|| ((y - 5) * 20 + x - 6) * 2);
            assert_eq!(sample, at.map_or(&[0xab; 2][..], |at| &pixels[at..at + 2]), "{y} {x}");
        }
    }
}

#[test]
fn total_limit_and_cancel_stop_the_work() {
    let tiled = Tiled { size: [20, 20], tile: [16, 16], pipeline: inverted() };
    let source = Source::from_bytes(tiled.file(true, false));
    let error = tiled.plan(0..20, 0..20).read(&source, &env().with_total_output_bytes(799), None).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { requested: 800, allowed: 799, .. }), "{error}");
    let cancel = Cancel::new();
    cancel.cancel();
    let error = tiled.plan(0..20, 0..20).read(&source, &env().with_cancel(cancel), None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
}

#[test]
fn progress_counts_all_pixels() {
    let tiled = Tiled { size: [40, 40], tile: [16, 16], pipeline: inverted() };
    let source = Source::from_bytes(tiled.file(true, false));
    let last = std::sync::atomic::AtomicU64::new(0);
    let env: Env = env();
    let report = |done: u64, all: u64| {
        assert_eq!(all, 3200);
        last.fetch_max(done, Ordering::Relaxed);
    };
    tiled.plan(0..40, 0..40).read(&source, &env, Some(&report)).unwrap();
    assert_eq!(last.load(Ordering::Relaxed), 3200);
}
