//! Images and levels.

use iio_codec::Config;
use iio_core::Selection;

use crate::build::{File, PLAIN, Page, Value, open, open_with, read, short};

fn flat(width: u32, height: u32, value: u8) -> Page {
    Page::strips(width, height, height).chunk(vec![value; (width * height) as usize])
}

fn reduced(width: u32, height: u32, value: u8) -> Page {
    flat(width, height, value).tag(254, short(1))
}

fn sizes(file: &[u8], image: usize) -> Vec<Vec<usize>> {
    let levels = open(file).unwrap().info(image).unwrap().levels;
    levels.iter().map(|level| level.layout.shape().to_vec()).collect()
}

#[test]
fn reduced_pages_behind_an_image_are_its_levels() {
    let file = File::of(PLAIN, &[flat(9, 7, 1), reduced(5, 4, 2), reduced(3, 2, 3), flat(9, 7, 4), reduced(4, 3, 5)]);
    let reader = open(&file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
    assert_eq!(sizes(&file, 0), [[7, 9], [4, 5], [2, 3]]);
    assert_eq!(sizes(&file, 1), [[7, 9], [3, 4]]);
    assert_eq!(reader.default_images().unwrap(), 0..2);
    let level = |image, level| read(&file, &Selection::image(image).with_level(level)).unwrap().as_bytes()[0];
    assert_eq!([level(0, 0), level(0, 1), level(0, 2), level(1, 0), level(1, 1)], [1, 2, 3, 4, 5]);
}

#[test]
fn tiled_pages_of_an_aperio_slide_are_its_levels() {
    let tiled = |width: u32, height: u32, value: u8| {
        let tiles = (width.div_ceil(16) * height.div_ceil(16)) as usize;
        let page = Page::tiles(width, height, 16, 16).tag(270, Value::Ascii("Aperio Image Library v11.2.1"));
        (0..tiles).fold(page, |page, _| page.chunk(vec![value; 256]))
    };
    // Full, thumbnail, two levels, label, overview.
    let pages = [
        tiled(64, 50, 1),
        flat(32, 25, 2),
        tiled(32, 25, 3),
        tiled(16, 12, 4),
        reduced(20, 20, 5),
        flat(40, 20, 6).tag(254, short(9)),
    ];
    let file = File::of(PLAIN, &pages);
    let reader = open(&file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 4);
    assert_eq!(sizes(&file, 0), [[50, 64], [25, 32], [12, 16]]);
    assert_eq!(reader.default_images().unwrap(), 0..1);
    let value = |image, level| read(&file, &Selection::image(image).with_level(level)).unwrap().as_bytes()[0];
    assert_eq!([value(0, 0), value(0, 1), value(0, 2), value(1, 0), value(2, 0), value(3, 0)], [1, 3, 4, 2, 5, 6]);
    // As other software writes them, they are images.
    let plain = pages.map(|page| page.without(270));
    assert_eq!(open(&File::of(PLAIN, &plain)).unwrap().n_images().unwrap(), 6);
}

#[test]
fn levels_can_be_had_as_images() {
    let file = File::of(PLAIN, &[flat(8, 8, 1), reduced(4, 4, 2)]);
    let reader = open_with(&file, &Config::new().set("levels", false)).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
    assert_eq!(reader.info(0).unwrap().levels.len(), 1);
}

#[test]
fn thumbnails_of_other_kind_or_aspect_are_images() {
    let file = File::of(
        PLAIN,
        &[
            flat(64, 32, 1),
            reduced(32, 32, 2),
            reduced(32, 16, 3).tag(258, short(16)).tag(278, short(16)).without(339),
            reduced(65, 33, 4),
        ],
    );
    let file_16 = File::of(
        PLAIN,
        &[flat(64, 32, 1), Page { chunks: vec![vec![0; 1024]], ..reduced(32, 16, 3).tag(258, short(16)) }],
    );
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 4);
    assert_eq!(open(&file_16).unwrap().n_images().unwrap(), 2);
    assert_eq!(sizes(&file, 0).len(), 1);
}

#[test]
fn masks_have_levels_of_their_own() {
    // The order of GDAL: image, mask, reduced image, reduced mask.
    let mask = |width, height, kind| {
        let bytes = vec![0xff; (width as usize).div_ceil(8) * height as usize];
        Page { chunks: vec![bytes], ..flat(width, height, 0) }
            .tag(258, short(1))
            .tag(262, short(4))
            .tag(254, short(kind))
    };
    let file = File::of(PLAIN, &[flat(16, 16, 1), mask(16, 16, 4), reduced(8, 8, 2), mask(8, 8, 5), flat(16, 16, 3)]);
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 3);
    assert_eq!(sizes(&file, 0), [[16, 16], [8, 8]]);
    assert_eq!(sizes(&file, 1), [[16, 16], [8, 8]]);
    let level = |image, level| read(&file, &Selection::image(image).with_level(level)).unwrap().as_bytes()[0];
    assert_eq!([level(0, 1), level(1, 1), level(2, 0)], [2, 1, 3]);
}

#[test]
fn sub_directories_that_are_smaller_versions_are_levels() {
    let page = flat(16, 8, 1).sub(flat(4, 2, 3)).sub(flat(8, 4, 2)).sub(flat(7, 7, 9));
    let file = File::of(PLAIN, &[page, flat(16, 8, 5)]);
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 2);
    assert_eq!(sizes(&file, 0), [[8, 16], [4, 8], [2, 4]], "largest first, whatever their order");
    let level = |level| read(&file, &Selection::image(0).with_level(level)).unwrap().as_bytes()[0];
    assert_eq!([level(0), level(1), level(2)], [1, 2, 3]);
    let reader = open_with(&file, &Config::new().set("sub_images", true)).unwrap();
    assert_eq!(reader.n_images().unwrap(), 3);
    let shape = |image| reader.info(image).unwrap().levels[0].layout.shape().to_vec();
    assert_eq!([shape(0), shape(1), shape(2)], [[8, 16], [7, 7], [8, 16]]);
}

#[test]
fn equal_pages_make_one_array_and_others_end_it() {
    let range = |pages: &[Page]| open(&File::of(PLAIN, pages)).unwrap().default_images().unwrap();
    assert_eq!(range(&[flat(4, 4, 1), flat(4, 4, 2), flat(4, 4, 3)]), 0..3);
    assert_eq!(range(&[flat(4, 4, 1), flat(4, 4, 2), flat(4, 5, 3), flat(4, 4, 4)]), 0..2);
    assert_eq!(range(&[flat(4, 4, 1), flat(4, 4, 2).tag(262, short(1))]), 0..1, "other meaning");
    assert_eq!(range(&[flat(4, 4, 1), flat(4, 4, 2).tag(339, short(2))]), 0..1, "other dtype");
}
