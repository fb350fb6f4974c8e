//! Bytes that lie: `Ok` or a typed error, in bounded time and memory.

use iio_codec::{ErrorKind, Limits};
use iio_core::{Reader, Selection, Source};

use crate::build::{File, KINDS, Kind, PLAIN, Page, Value, count, env, error0, long, open, short};
use crate::fake::{PICTURE_NUMBER, PRIVATE};

/// Small files that together use every path.
fn fixtures() -> Vec<Vec<u8>> {
    let plain = Page::strips(5, 4, 2).chunk(count(10)).chunk(count(10));
    let tiled = Page::tiles(3, 3, 2, 2).tag(259, short(32773)).tag(258, short(16)).tag(317, short(2));
    let tiled = (0..4).fold(tiled, |page, _| page.chunk([249, 7])).tag(42113, Value::Ascii("3"));
    let planes = Page::strips(3, 2, 2).tag(258, Value::Short(vec![4, 4])).tag(277, short(2)).tag(284, short(2));
    let planes = planes.chunk([1, 2, 3, 4]).chunk([5, 6, 7, 8]).tag(266, short(2));
    let picture = Page::tiles(2, 2, 2, 2).tag(259, short(PICTURE_NUMBER)).chunk([2, 2, 1, 1, 2, 3, 4]);
    let tables = Page::strips(2, 1, 1).tag(259, short(PRIVATE)).tag(347, Value::Undefined(vec![5; 9])).chunk([1, 2]);
    let described = plain
        .clone()
        .tag(270, Value::Ascii("described"))
        .tag(282, Value::Rational(vec![(1, 2)]))
        .tag(283, Value::Rational(vec![(1, 2)]))
        .tag(34665, Value::Ifd(vec![(33437, Value::Rational(vec![(28, 10)]))]))
        .tag(320, Value::Short(vec![1; 12]))
        .sub(Page::strips(2, 2, 2).chunk(count(4)))
        .sub(Page::strips(3, 3, 3).chunk(count(9)));
    let pages = [vec![plain.clone(), plain.tag(254, short(1))], vec![tiled, planes], vec![picture, tables, described]];
    KINDS.iter().flat_map(|&kind| pages.iter().map(move |pages| File::of(kind, pages))).collect()
}

/// Everything that a caller can ask for.
fn exercise(bytes: &[u8]) {
    let source = Source::from_bytes(bytes);
    let mut env = env();
    env.limits = Limits::default().with_output_bytes(1 << 20).with_metadata_bytes(1 << 16);
    env.total_output_bytes = 1 << 20;
    let Ok(reader) = (iio_format_tiff::FORMAT.open.unwrap())(&source, &Default::default(), &env) else { return };
    let n = reader.n_images().unwrap_or(3).min(4);
    let (_, _) = (reader.default_images(), reader.file_metadata());
    for image in 0..n {
        let _ = reader.metadata(image);
        let levels = reader.info(image).map_or(0, |info| info.levels.len());
        for level in 0..levels {
            for region in [false, true] {
                let selection = Selection::image(image).with_level(level);
                let selection = if region { selection.with_region(1..2, 1..2) } else { selection };
                run(&*reader, &selection, &source, &env);
            }
        }
    }
}

fn run(reader: &dyn Reader, selection: &Selection, source: &Source, env: &iio_core::Env) {
    let result = reader.plan(selection).and_then(|plan| plan.read(source, env, None));
    if let Err(error) = result {
        assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
    }
}

#[test]
fn all_fixtures_are_read_before_they_are_broken() {
    for bytes in fixtures() {
        let reader = open(&bytes).unwrap();
        for image in 0..reader.n_images().unwrap() {
            reader.metadata(image).unwrap();
            crate::build::read(&bytes, &Selection::image(image)).unwrap();
        }
    }
}

#[test]
fn every_truncation_is_ok_or_an_error() {
    for bytes in fixtures() {
        (0..bytes.len()).for_each(|len| exercise(&bytes[..len]));
    }
}

#[test]
fn every_flipped_bit_is_ok_or_an_error() {
    for bytes in fixtures() {
        for bit in 0..bytes.len() * 8 {
            let mut broken = bytes.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            exercise(&broken);
        }
    }
}

#[test]
fn every_word_of_ones_or_zeros_is_ok_or_an_error() {
    for bytes in fixtures() {
        for (at, value) in (0..bytes.len()).flat_map(|at| [(at, 0u8), (at, 0xff)]) {
            for len in [1, 2, 4, 8] {
                let mut broken = bytes.clone();
                let end = (at + len).min(bytes.len());
                broken[at..end].fill(value);
                exercise(&broken);
            }
        }
    }
}

#[test]
fn truncated_pixels_are_an_error_not_zeros() {
    let mut file = File::new(PLAIN);
    let page = Page::strips(64, 64, 64).tag(273, long(200)).tag(279, long(4096));
    file.page(&page);
    let mut bytes = file.bytes();
    bytes.resize(1000, 1);
    let error = crate::build::read0(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn a_huge_declared_image_is_refused_before_it_is_allocated() {
    let start = std::time::Instant::now();
    let huge = Page::strips(0x7fff_ffff, 0x7fff_ffff, 1).chunk([0; 4]);
    let error = error0(&File::of(PLAIN, std::slice::from_ref(&huge)));
    assert!(error.contains("StripOffsets has 1 values") || error.contains("exceed"), "{error}");
    let deep = huge.clone().tag(277, short(65535)).tag(258, short(64));
    let error = error0(&File::of(PLAIN, &[deep]));
    assert!(error.contains("exceed the address space"), "{error}");
    let wide = Page::strips(u32::MAX, 1, 1).chunk([0; 4]);
    assert!(error0(&File::of(PLAIN, &[wide])).contains("limit axis_len is 2147483647"));
    let all = || Value::Raw(4, 0x7fff_ffff, 8);
    let tall = Page::strips(2, 0x7fff_ffff, 1).tag(273, all()).tag(279, all());
    let error = error0(&File::of(PLAIN, &[tall]));
    assert!(error.contains("StripOffsets: 2147483647 values of LONG at byte 8 exceed the file"), "{error}");
    assert!(start.elapsed().as_millis() < 100);
}

#[test]
fn counts_are_compared_with_the_file_before_they_are_believed() {
    let big = Kind { big_endian: false, bigtiff: true };
    let mut bytes = File::of(big, &[Page::strips(2, 1, 1).chunk([1, 2])]);
    let at = u64::from_le_bytes(bytes[8..16].try_into().unwrap()) as usize;
    bytes[at..at + 8].copy_from_slice(&(u64::MAX / 20).to_le_bytes());
    assert!(error0(&bytes).contains("exceed the file"));
    let many = Page::strips(2, 1, 1).tag(258, Value::Raw(3, 1 << 30, 8)).chunk([1, 2]);
    assert!(crate::build::read0(&File::of(PLAIN, &[many])).is_err());
    let tables =
        Page::strips(2, 1, 1).tag(259, short(PRIVATE)).tag(347, Value::Raw(7, u64::from(u32::MAX), 8)).chunk([1]);
    let error = error0(&File::of(PLAIN, &[tables]));
    assert!(error.contains("tag 347 JPEGTables: 4294967295 values of UNDEFINED at byte 8 exceed the file"), "{error}");
}

#[test]
fn a_header_alone_is_an_error() {
    for (bytes, expected) in [
        (&b"II*\0"[..], "header needs 8 bytes, file has 4"),
        (b"II*\0\0\0\0\0", "file has no IFD"),
        (b"II*\0\x08\0\0\0", "first bytes of the IFD at byte 8 exceed the file"),
        (b"II*\0\x08\0\0\0\0\0", "IFD at byte 8 has no entries"),
        (b"II+\0\x08\0\0\0", "header of BigTIFF needs 16 bytes"),
        (b"II+\0\x04\0\0\0\x10\0\0\0\0\0\0\0", "BigTIFF with offsets of 4 bytes"),
        (b"IM*\0\x08\0\0\0", "file begins with 49 4d"),
        (b"II,\0\x08\0\0\0", "version is 44"),
    ] {
        let error = error0(bytes);
        assert!(error.contains(expected), "{error}");
    }
}
