//! Deviations of writers in the wild, rule by rule; and what is no longer believed.

use iio_codec::ErrorKind;

use crate::build::{File, PLAIN, Page, Value, count, error0, long, read0, short};

fn file(page: &Page) -> Vec<u8> {
    File::of(PLAIN, std::slice::from_ref(page))
}

/// Two strips of 2 rows of 3 bytes, with 2 bytes between them so that they do not follow each other.
fn gaps(counts: Option<Value>) -> Vec<u8> {
    let mut file = File::new(PLAIN);
    let (mut offsets, _) = file.data(&[count(6)]);
    file.pad(2);
    offsets.extend(file.data(&[vec![7; 6]]).0);
    let page = Page::strips(3, 4, 2).tag(273, Value::Long(offsets));
    file.page(&counts.into_iter().fold(page, |page, counts| page.tag(279, counts)));
    file.bytes()
}

const GAPS: [u8; 12] = [0, 1, 2, 3, 4, 5, 7, 7, 7, 7, 7, 7];

#[test]
fn missing_byte_counts_of_plain_strips_follow_from_the_geometry() {
    assert_eq!(read0(&gaps(None)).unwrap().as_bytes(), GAPS);
    let page = Page::strips(3, 4, 2).chunk(count(6)).chunk([7; 6]).no_counts();
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), GAPS);
}

#[test]
fn zero_and_too_few_byte_counts_of_plain_strips_follow_from_the_geometry() {
    assert_eq!(read0(&gaps(Some(Value::Long(vec![0, 0])))).unwrap().as_bytes(), GAPS);
    assert_eq!(read0(&gaps(Some(Value::Long(vec![6])))).unwrap().as_bytes(), GAPS);
}

#[test]
fn too_large_byte_counts_of_plain_strips_do_no_harm_while_the_samples_are_there() {
    assert_eq!(read0(&gaps(Some(Value::Long(vec![4_000_000, u32::MAX])))).unwrap().as_bytes(), GAPS);
}

#[test]
fn too_small_byte_counts_are_believed_but_for_a_single_strip() {
    let error = read0(&gaps(Some(Value::Long(vec![6, 5])))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().contains("page 0: chunk 1 has 5 bytes, 6 are needed"), "{error}");
    let page = Page::strips(3, 2, 2).chunk(count(6)).no_counts().tag(279, long(2));
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), count(6));
}

#[test]
fn a_compressed_single_strip_without_byte_count_takes_the_rest_of_the_file() {
    let page = Page::strips(4, 1, 1).tag(259, short(32773)).chunk([253, 7]);
    assert_eq!(read0(&file(&page.clone().no_counts())).unwrap().as_bytes(), [7; 4]);
    assert_eq!(read0(&file(&page.clone().no_counts().tag(279, long(0)))).unwrap().as_bytes(), [7; 4]);
    let two = Page::strips(4, 2, 1).tag(259, short(32773)).chunk([253, 7]).chunk([253, 7]).no_counts();
    let error = error0(&file(&two));
    assert!(error.contains("has no byte counts for its 2 chunks"), "{error}");
}

#[test]
fn rows_per_strip_that_is_missing_zero_or_huge_means_one_strip() {
    let page = Page::strips(3, 2, 2).chunk(count(6));
    for page in [page.clone().without(278), page.clone().tag(278, long(0)), page.clone().tag(278, long(u32::MAX))] {
        assert_eq!(read0(&file(&page)).unwrap().as_bytes(), count(6));
    }
}

#[test]
fn one_offset_for_many_plain_strips_means_that_they_follow_each_other() {
    let page = Page::strips(2, 5, 2).chunk(count(10));
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), count(10));
    let planes = Page::strips(2, 5, 2).tag(277, short(2)).tag(284, short(2)).chunk(count(20));
    let image = read0(&file(&planes)).unwrap();
    assert_eq!((image.shape(), image.as_bytes()), (&[2, 5, 2][..], &count(20)[..]));
    let region = iio_core::Selection::image(0).with_region(3..5, 1..2);
    assert_eq!(crate::build::read(&file(&planes), &region).unwrap().as_bytes(), [7, 9, 17, 19]);
}

#[test]
fn too_few_offsets_are_an_error_with_tag_and_place() {
    let page = Page::strips(2, 5, 1).chunk([1, 1]).chunk([2, 2]).chunk([3, 3]);
    let bytes = file(&page);
    let error = read0(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let text = error.to_string();
    assert!(
        text.starts_with("tiff: page 0: tag 273 StripOffsets has 3 values, 5 strips were expected (at byte "),
        "{text}"
    );
    let at = error.offset().unwrap() as usize;
    assert_eq!(bytes[at..at + 2], 273u16.to_le_bytes());
}

#[test]
fn too_many_offsets_and_values_are_ignored() {
    let page = Page::strips(2, 1, 1).chunk([1, 2]).chunk([3, 4]).tag(258, Value::Short(vec![8, 7, 6]));
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), [1, 2]);
}

#[test]
fn tiles_that_end_with_the_image_are_read() {
    let page = Page::tiles(2, 3, 2, 2).chunk(count(4)).chunk([8, 9]);
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), [0, 1, 2, 3, 8, 9]);
}

#[test]
fn holes_are_filled_with_nodata() {
    let page = Page::tiles(4, 1, 2, 1).chunk(vec![]).chunk([5, 6]);
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), [0, 0, 5, 6]);
    let page = page.tag(42113, Value::Ascii("255"));
    assert_eq!(read0(&file(&page)).unwrap().as_bytes(), [255, 255, 5, 6]);
    let all = Page::tiles(2, 1, 2, 1).tag(258, short(32)).tag(339, short(3)).tag(42113, Value::Ascii("-9999.5"));
    let all = all.tag(324, long(0)).tag(325, long(0));
    assert_eq!(read0(&file(&all)).unwrap().as_slice::<f32>().unwrap(), [-9999.5; 2]);
    let nan = all.tag(42113, Value::Ascii("nan"));
    assert!(read0(&file(&nan)).unwrap().as_slice::<f32>().unwrap().iter().all(|v| v.is_nan()));
    let impossible = Page::tiles(2, 1, 2, 1).tag(324, long(0)).tag(325, long(0)).tag(42113, Value::Ascii("-1"));
    assert_eq!(read0(&file(&impossible)).unwrap().as_bytes(), [0, 0], "no such sample: 0");
}

#[test]
fn a_chunk_that_is_half_a_hole_is_an_error() {
    let base = |offset: u32, bytes: u32| {
        Page::tiles(4, 1, 2, 1)
            .tag(259, short(32773))
            .tag(324, Value::Long(vec![8, offset]))
            .tag(325, Value::Long(vec![3, bytes]))
    };
    assert!(error0(&file(&base(0, 4))).contains("page 0: chunk 1 has offset 0"));
    assert!(error0(&file(&base(9, 0))).contains("page 0: chunk 1 at byte 9 has 0 bytes"));
}

#[test]
fn chunks_outside_of_the_file_are_truncated() {
    let page = Page::strips(2, 2, 1).tag(273, Value::Long(vec![8, 5000])).tag(279, Value::Long(vec![2, 2]));
    let error = read0(&file(&page)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert!(error.to_string().contains("page 0: chunk 1 at bytes 5000..5002 exceeds the file"), "{error}");
}
