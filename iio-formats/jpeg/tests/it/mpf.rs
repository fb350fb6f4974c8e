//! Files with several images.

use iio_codec::Config;
use iio_core::{Metadata, Selection};

use crate::{open, pixels, ramp, segment, with_segments, write};

/// A directory of two images: sizes and offset of the second, from the TIFF header of the directory on.
fn directory(sizes: [u32; 2], offset: u32) -> Vec<u8> {
    let mut body = b"MPF\0MM\0*\0\0\0\x08\0\x02".to_vec();
    body.extend_from_slice(b"\xb0\x01\0\x04\0\0\0\x01\0\0\0\x02");
    body.extend_from_slice(b"\xb0\x02\0\x07\0\0\0\x20\0\0\0\x26");
    body.extend_from_slice(&[0; 4]);
    for (size, at) in [(sizes[0], 0), (sizes[1], offset)] {
        body.extend_from_slice(&0u32.to_be_bytes());
        body.extend_from_slice(&size.to_be_bytes());
        body.extend_from_slice(&at.to_be_bytes());
        body.extend_from_slice(&[0; 4]);
    }
    segment(0xe2, &body)
}

fn two(sizes: impl Fn(u32, u32) -> [u32; 2]) -> (Vec<u8>, [Vec<u8>; 2]) {
    let [a, b] =
        [ramp(8, 8, 1), ramp(16, 8, 3)].map(|image| write(&image, &Config::new(), &Metadata::default()).unwrap());
    let len = directory([0, 0], 0).len();
    let (first, second) = ((a.len() + len) as u32, b.len() as u32);
    // The header stands 2 bytes of SOI, 4 of the segment and 4 of its identifier into the file.
    let file = with_segments(&a, &[directory(sizes(first, second), first - 10)]);
    ([file, b.clone()].concat(), [a, b])
}

#[test]
fn images_behind_the_first_are_found() {
    let (file, parts) = two(|a, b| [a, b]);
    let reader = open(&file).unwrap();
    assert_eq!(reader.n_images().unwrap(), 2);
    assert_eq!(reader.default_images().unwrap(), 0..1);
    assert_eq!(reader.info(1).unwrap().levels[0].layout.shape(), [16, 8, 3]);
    for (index, part) in parts.iter().enumerate() {
        let whole = pixels(part, &Selection::image(0)).unwrap();
        assert_eq!(pixels(&file, &Selection::image(index)).unwrap(), whole);
    }
    let error = open(&file).unwrap().info(2).unwrap_err();
    assert!(error.to_string().contains("there is no image 2, the file has 2"), "{error}");
}

#[test]
fn a_directory_that_leads_nowhere_ends_the_list() {
    let (file, _) = two(|a, b| [a, b + 1]);
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 1);
    let (mut file, parts) = two(|a, b| [a, b]);
    let at = file.len() - parts[1].len();
    file[at + 1] = 0;
    assert_eq!(open(&file).unwrap().n_images().unwrap(), 1);
    assert!(pixels(&file, &Selection::image(0)).is_ok());
}
