//! Broken files give typed errors: truncations and flipped bits of small files, through reader, metadata and plan.

use iio_codec::{DType, ErrorKind, Limits};
use iio_core::{Resolution, ResolutionUnit, Selection, Source};

use crate::{encoded, env, layout, open, open_with, picture, write};

/// A small file with all kinds of boxes, and a small stream.
fn files() -> [Vec<u8>; 2] {
    let mut meta = iio_core::Metadata::default();
    meta.resolution = Some(Resolution { x: 10.0, y: 10.0, unit: ResolutionUnit::Centimetre });
    meta.xmp = Some(b"<xmp/>".to_vec());
    meta.exif = Some(b"II*\0".to_vec());
    let rgb = layout(DType::U8, &[8, 8, 3]);
    let jp2 = write(&picture(&rgb), rgb, &meta, &iio_codec::Config::new()).unwrap();
    let options = iio_jpeg2k::EncodeOptions::default().with_format(iio_jpeg2k::Format::J2k).with_tile([8, 8]);
    [jp2, encoded(layout(DType::U16, &[12, 12]), &options).1]
}

/// Reads all there is; true if that went well.
fn survives(file: &[u8]) -> bool {
    let limits = Limits::default().with_output_bytes(64 << 20).with_working_bytes(64 << 20);
    let env = env().with_limits(limits);
    let all = || -> iio_codec::Result<()> {
        let reader = open_with(file, &iio_codec::Config::new(), &env)?;
        reader.metadata(0)?;
        let info = reader.info(0)?;
        let last = info.levels.len() - 1;
        for level in [0, last] {
            let plan = reader.plan(&Selection::default().with_level(level))?;
            assert_eq!(plan.layout, info.levels[level].layout);
            plan.read(&Source::from_bytes(file), &env, None)?;
        }
        Ok(())
    };
    match all() {
        Ok(()) => true,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::Internal, "{error}");
            assert_ne!(error.kind(), ErrorKind::Io, "{error}");
            assert!(error.offset().is_none_or(|at| at <= file.len() as u64), "{error}");
            false
        }
    }
}

#[test]
fn truncations_are_errors() {
    for file in files() {
        assert!(survives(&file));
        for len in 0..file.len() {
            assert!(!survives(&file[..len]), "{len} of {}", file.len());
        }
    }
}

#[test]
fn flipped_bits_are_survived() {
    for file in files() {
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            survives(&damaged);
        }
    }
}

#[test]
fn bytes_set_to_extremes_are_survived() {
    for file in files() {
        for at in 0..file.len().min(400) {
            for byte in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = file.clone();
                damaged[at] = byte;
                survives(&damaged);
            }
        }
    }
}

#[test]
fn errors_carry_offsets_of_the_file() {
    let [jp2, _] = files();
    // SIZ of the code stream, far behind where it stands among the headers alone.
    let at = jp2.windows(4).position(|marker| marker == [0xff, 0x4f, 0xff, 0x51]).unwrap();
    let mut damaged = jp2.clone();
    damaged[at + 2] = 0x50;
    let error = open(&damaged).err().unwrap();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(at as u64 + 2)));
    let error = open(&[]).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
    assert_eq!(open(b"no image").err().unwrap().kind(), ErrorKind::Malformed);
}
