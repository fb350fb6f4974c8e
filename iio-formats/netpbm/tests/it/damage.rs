//! Broken files give typed errors: every truncation and every flipped bit of small files, through the reader.

use iio_codec::{DType, ErrorKind};
use iio_core::Selection;

use crate::{layout, open, read};

const FILES: [&[u8]; 8] = [
    b"P1 9 2\n010101010\n111111111\n",
    b"P2\n# c\n3 2\n15\n1 2 3\n4 5 15\n",
    b"P3 1 2 300 1 2 300 4 5 6 ",
    b"P4 9 2\n\xff\x80\x00\x00",
    b"P5 2 2 200\nabcd P6 1 1 255\nrgb",
    b"P6 1 1 300\n\x00\x01\x01\x00\x01\x2c",
    b"P7\nWIDTH 2\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nabcd",
    b"PF\n1 2\n-1.0\nabcdefghijklmnopqrstuvwx",
];

/// Reads all images; true if that went well. Any error must be one that a file can be blamed for.
fn survives(file: &[u8]) -> bool {
    let all = || -> iio_codec::Result<()> {
        let reader = open(file)?;
        for image in 0..reader.n_images()? {
            reader.metadata(image)?;
            let info = reader.info(image)?;
            let (found, _) = read(file, &Selection::image(image))?;
            assert_eq!(found, info.levels[0].layout);
        }
        reader.file_metadata().map(|_| ())
    };
    match all() {
        Ok(()) => true,
        Err(error) => {
            let blamed = matches!(error.kind(), ErrorKind::Malformed | ErrorKind::Truncated | ErrorKind::Limit { .. });
            assert!(blamed, "{error} of {}", file.escape_ascii());
            assert!(error.offset().is_some_and(|at| at <= file.len() as u64), "{error} of {}", file.escape_ascii());
            false
        }
    }
}

#[test]
fn truncations_are_errors() {
    for file in FILES {
        assert!(survives(file));
        let samples_end = file.trim_ascii_end().len();
        for len in 0..file.len() {
            let ok = survives(&file[..len]);
            // The first of two images is whole, and PBM digits need no end.
            let whole = len == 15 && file.starts_with(b"P5") || file.starts_with(b"P5 2 2") && (15..=19).contains(&len);
            let only_the_end = file.starts_with(b"P1") && len >= samples_end;
            assert_eq!(ok, whole || only_the_end, "{}", file[..len].escape_ascii());
        }
    }
}

#[test]
fn flipped_bits_are_survived() {
    let mut n_ok = 0;
    for file in FILES {
        for bit in 0..file.len() * 8 {
            let mut damaged = file.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            n_ok += usize::from(survives(&damaged));
        }
    }
    // Most of what is flipped are samples.
    assert!(n_ok > 200, "{n_ok}");
}

#[test]
fn bytes_of_headers_set_to_extremes_are_survived() {
    for file in FILES {
        for at in 0..file.len() {
            for byte in [0, 1, b'0', b'9', b'#', b'\n', b'-', 0x80, 0xff] {
                let mut damaged = file.to_vec();
                damaged[at] = byte;
                survives(&damaged);
                damaged.insert(at, byte);
                survives(&damaged);
            }
        }
    }
}

#[test]
fn a_dirty_destination_is_overwritten() {
    for file in FILES {
        let (layout, clean) = read(file, &Selection::default()).unwrap();
        let mut dirty = vec![0xa5; layout.n_bytes()];
        let dst = iio_codec::ArrayMut::new(&mut dirty, layout).unwrap();
        iio_format_netpbm::decode_into(file, dst, &iio_format_netpbm::DecodeOptions::default()).unwrap();
        assert_eq!(dirty, clean.as_slice());
    }
}

#[test]
fn another_layout_of_the_destination_is_refused() {
    let mut bytes = [0; 4];
    let dst = iio_codec::ArrayMut::new(&mut bytes, layout(DType::U8, &[4, 1])).unwrap();
    let error = iio_format_netpbm::decode_into(b"P5 2 2 255\nabcd", dst, &Default::default()).unwrap_err();
    assert_eq!(error.to_string(), "netpbm: image is uint8 [2, 2], destination uint8 [4, 1]");
}
