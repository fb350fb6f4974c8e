//! The chain of directories, whole and broken.

use iio_codec::{Config, ErrorKind};
use iio_core::{Reader, Selection};

use crate::build::{File, KINDS, PLAIN, Page, open, open_with, read};

fn pages(n: u8) -> Vec<Page> {
    (0..n).map(|value| Page::strips(2, 1, 1).chunk([value, value])).collect()
}

/// Where the link of the last IFD stands: at the end of these files.
fn relink(mut file: Vec<u8>, to: u32) -> Vec<u8> {
    let end = file.len();
    file[end - 4..].copy_from_slice(&to.to_le_bytes());
    file
}

#[test]
fn pages_are_read_in_the_order_of_the_chain() {
    for kind in KINDS {
        let file = File::of(kind, &pages(5));
        let reader = open(&file).unwrap();
        assert_eq!(reader.n_images().unwrap(), 5);
        for page in [4, 0, 2] {
            assert_eq!(read(&file, &Selection::image(page)).unwrap().as_bytes(), [page as u8; 2]);
        }
    }
}

#[test]
fn a_chain_that_comes_back_ends_there() {
    let file = File::of(PLAIN, &pages(3));
    let first = u32::from_le_bytes(file[4..8].try_into().unwrap());
    let last = file.len() as u32 - 4 - 6 * 12 - 2;
    for to in [first, last] {
        let reader = open(&relink(file.clone(), to)).unwrap();
        assert_eq!(reader.n_images().unwrap(), 3);
        assert_eq!(reader.default_images().unwrap(), 0..3);
    }
}

#[test]
fn a_break_of_the_chain_does_no_harm_to_pages_before_it() {
    for to in [3_000_000u32, 9] {
        let file = relink(File::of(PLAIN, &pages(2)), to);
        let reader = open(&file).unwrap();
        assert_eq!(read(&file, &Selection::image(1)).unwrap().as_bytes(), [1, 1]);
        assert!(reader.info(0).is_ok() && reader.metadata(1).is_ok());
        assert!(reader.n_images().is_err(), "a count would hide that pages are missing");
        assert!(reader.default_images().is_err());
        assert!(reader.plan(&Selection::image(2)).is_err());
        let lenient = open_with(&file, &Config::new().set("lenient_chain", true)).unwrap();
        assert_eq!(lenient.n_images().unwrap(), 2);
        assert_eq!(lenient.default_images().unwrap(), 0..2);
    }
}

#[test]
fn an_offset_of_the_next_that_is_cut_off_is_none() {
    let file = File::of(PLAIN, &pages(2));
    let reader = open(&file[..file.len() - 4]).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
}

#[test]
fn pages_without_an_image_are_counted_and_end_a_stack() {
    let mut all = pages(2);
    all.push(Page::default().tag(305, crate::build::Value::Ascii("me")));
    let file = File::of(PLAIN, &all);
    let reader = open(&file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 3);
    assert_eq!(reader.default_images().unwrap(), 0..2);
    let error = reader.info(2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("page 2: IFD at byte"), "{error}");
}

#[test]
fn pages_that_are_broken_do_not_end_a_stack_in_silence() {
    let mut all = pages(3);
    all[1] = all[1].clone().without(257);
    let reader: Box<dyn Reader> = open(&File::of(PLAIN, &all)).unwrap();
    let error = reader.default_images().unwrap_err();
    assert!(error.to_string().contains("has no tag 257 ImageLength"), "{error}");
}

#[test]
fn long_chains_are_walked_in_linear_time() {
    let start = std::time::Instant::now();
    let file = File::of(PLAIN, &vec![pages(250); 80].concat());
    let reader = open(&file).unwrap();
    assert_eq!(reader.default_images().unwrap(), 0..20_000);
    for image in (0..20_000).rev() {
        reader.plan(&Selection::image(image)).unwrap();
    }
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}
