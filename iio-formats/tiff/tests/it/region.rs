//! A region or level reads its own chunks, and nothing else.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use iio_codec::{DType, ErrorKind};
use iio_core::{Env, Selection, Source};

use crate::build::{File, Noting, PLAIN, Page, Value, count, env, layout, open, read, short};

/// An image of 6 x 4 tiles of 32 x 32 whose samples tell their place, data first, IFD last.
fn tiled() -> (Vec<u8>, Vec<u8>) {
    let (width, height) = (190usize, 125usize);
    let pixel = |y: usize, x: usize| (y * 7 + x * 3) as u8;
    let mut page = Page::tiles(width as u32, height as u32, 32, 32);
    for (ty, tx) in (0..4).flat_map(|ty| (0..6).map(move |tx| (ty, tx))) {
        let tile: Vec<u8> = (0..1024).map(|i| pixel(ty * 32 + i / 32, tx * 32 + i % 32)).collect();
        page = page.chunk(tile);
    }
    let pixels = (0..height * width).map(|i| pixel(i / width, i % width)).collect();
    (File::of(PLAIN, &[page]), pixels)
}

fn cut(pixels: &[u8], width: usize, y: Range<usize>, x: Range<usize>) -> Vec<u8> {
    y.flat_map(|row| pixels[row * width + x.start..row * width + x.end].to_vec()).collect()
}

#[test]
fn every_kind_of_region_is_cut_right() {
    let (file, pixels) = tiled();
    for (y, x) in
        [(0..125, 0..190), (0..1, 0..1), (31..33, 31..33), (40..50, 40..60), (96..125, 160..190), (5..100, 3..4)]
    {
        let image = read(&file, &Selection::image(0).with_region(y.clone(), x.clone())).unwrap();
        assert_eq!(image.shape(), [y.len(), x.len()]);
        assert_eq!(image.as_bytes(), cut(&pixels, 190, y.clone(), x.clone()), "{y:?} {x:?}");
    }
}

#[test]
fn regions_of_strips_are_cut_right_whether_or_not_strips_follow_each_other() {
    let pixels: Vec<u8> = count(13 * 11);
    for gap in [0, 5] {
        let mut file = File::new(PLAIN);
        let (mut offsets, mut counts) = (Vec::new(), Vec::new());
        for strip in pixels.chunks(3 * 11) {
            let (offset, count) = file.data(&[strip.to_vec()]);
            offsets.extend(offset);
            counts.extend(count);
            file.pad(gap);
        }
        let page = Page::strips(11, 13, 3).tag(273, Value::Long(offsets)).tag(279, Value::Long(counts));
        file.page(&page);
        let file = file.bytes();
        for (y, x) in [(0..13, 0..11), (2..4, 3..5), (12..13, 10..11), (3..6, 0..11), (4..5, 1..2)] {
            let image = read(&file, &Selection::image(0).with_region(y.clone(), x.clone())).unwrap();
            assert_eq!(image.as_bytes(), cut(&pixels, 11, y.clone(), x.clone()), "{y:?} {x:?}, gap {gap}");
        }
    }
}

#[test]
fn regions_outside_of_the_image_are_refused() {
    let (file, _) = tiled();
    let reader = open(&file).unwrap();
    for (y, x) in [(0..126, 0..1), (0..1, 180..191), (3..3, 0..1)] {
        let error = reader.plan(&Selection::image(0).with_region(y, x)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
    let error = reader.plan(&Selection::image(0).with_level(1)).unwrap_err();
    assert_eq!(error.to_string(), "tiff: there is no level 1, image 0 has 1");
    let error = reader.plan(&Selection::image(1)).unwrap_err();
    assert_eq!(error.to_string(), "tiff: there is no image 1, the file has 1");
}

#[test]
fn a_region_reads_its_tiles_and_the_directory_alone() {
    let (file, _) = tiled();
    let data_end = 8 + 24 * 1024;
    let len = file.len() as u64;
    let noting = Noting::new(file, 0);
    let source = Source::new(noting.clone(), "noted");
    let reader = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env()).unwrap();
    noting.take();
    let plan = reader.plan(&Selection::image(0).with_region(30..70, 60..70)).unwrap();
    let reads = noting.take();
    assert!(
        reads.iter().all(|range| range.start >= data_end && range.end <= len),
        "the directory stands at the end: {reads:?}"
    );
    let pixels = plan.read(&source, &env(), None).unwrap();
    assert_eq!(pixels.len(), 40 * 10);
    // Rows 0 to 2 of tiles, columns 1 and 2, each tile of 1024 bytes.
    let mut reads = noting.take();
    reads.sort_by_key(|range| range.start);
    let tiles = [1, 2, 7, 8, 13, 14].map(|tile| 8 + tile * 1024..8 + (tile + 1) * 1024);
    let covered: Vec<u64> = reads.iter().flat_map(Range::clone).collect();
    assert_eq!(covered, tiles.iter().flat_map(Range::clone).collect::<Vec<u64>>());
    assert_eq!(plan.n_stored_bytes(), 6 * 1024);
}

#[test]
fn a_level_reads_its_own_tiles_alone() {
    let full = Page::tiles(64, 64, 32, 32);
    let full = (0..4u8).fold(full, |page, tile| page.chunk([tile; 1024]));
    let half = Page::tiles(32, 32, 32, 32).tag(254, short(1)).chunk([9; 1024]);
    let noting = Noting::new(File::of(PLAIN, &[full, half]), 0);
    let source = Source::new(noting.clone(), "noted");
    let reader = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env()).unwrap();
    let plan = reader.plan(&Selection::image(0).with_level(1)).unwrap();
    noting.take();
    assert_eq!(plan.read(&source, &env(), None).unwrap()[..], [9; 1024]);
    assert_eq!(noting.take().iter().map(|range| range.end - range.start).sum::<u64>(), 1024);
}

#[test]
fn rows_of_a_single_huge_strip_are_read_alone() {
    let (width, height) = (4096u32, 1024u32);
    let pixels: Vec<u8> = (0..width * height).map(|i| (i >> 12) as u8).collect();
    let noting = Noting::new(File::of(PLAIN, &[Page::strips(width, height, height).chunk(pixels)]), 0);
    let source = Source::new(noting.clone(), "noted");
    let reader = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env()).unwrap();
    assert_eq!(reader.info(0).unwrap().levels[0].n_chunks, 1);
    let plan = reader.plan(&Selection::image(0).with_region(512..514, 7..9)).unwrap();
    noting.take();
    assert_eq!(plan.read(&source, &env(), None).unwrap()[..], [0, 0, 1, 1]);
    assert_eq!(noting.take(), vec![8 + 512 * 4096..8 + 514 * 4096; 1]);
    assert!(reader.plan(&Selection::image(0)).unwrap().chunks.len() > 4, "the whole is read in pieces");
}

/// Claims to be in the file what is not there: only arrays of offsets are.
struct Sparse {
    head: Vec<u8>,
    n: u64,
}

impl iio_core::ReadAt for Sparse {
    fn len(&self) -> u64 {
        1 << 50
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        for (byte, at) in dst.iter_mut().zip(offset..) {
            let table = |start: u64| at.checked_sub(start).filter(|at| *at < self.n * 8);
            *byte = match (self.head.get(at as usize), table(1 << 20), table(1 << 30)) {
                (Some(byte), ..) => *byte,
                (_, Some(place), _) => ((1u64 << 40) + place / 8 * 65536).to_le_bytes()[place as usize % 8],
                (_, _, Some(place)) => 65536u64.to_le_bytes()[place as usize % 8],
                _ => 0,
            };
        }
        Ok(())
    }
}

#[test]
fn a_million_tiles_are_planned_in_a_second_and_a_region_of_them_at_once() {
    let side = 1024u64;
    let mut file = File::new(crate::build::Kind { big_endian: false, bigtiff: true });
    let n = side * side;
    let page = Page::tiles((side * 256) as u32, (side * 256) as u32, 256, 256);
    let place = |start: u64| Value::Raw(16, n, start as u32);
    file.page(&page.tag(324, place(1 << 20)).tag(325, place(1 << 30)));
    let head = file.bytes();
    let source = Source::new(Arc::new(Sparse { head, n }), "sparse");
    let env: Env = env();
    let reader = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env).unwrap();
    let start = Instant::now();
    let plan = reader.plan(&Selection::image(0).with_region(131_072..131_584, 131_072..131_584)).unwrap();
    assert!(start.elapsed().as_millis() < 100, "{:?}", start.elapsed());
    assert_eq!((plan.chunks.len(), plan.layout), (4, layout(DType::U8, &[512, 512])));
    let first = 512 * side + 512;
    assert_eq!(plan.chunks[0].range, Some((1 << 40) + first * 65536..(1 << 40) + (first + 1) * 65536));
    let plan = reader.plan(&Selection::image(0)).unwrap();
    assert_eq!(plan.chunks.len(), 1 << 20);
    // The source of this test alone takes a part of it; the bar is for a machine that does other things.
    assert!(start.elapsed().as_secs_f64() < 3.0, "{:?}", start.elapsed());
}
