//! Real files, where the corpus is at hand.

use std::path::PathBuf;

use iio_codec::{ArrayCodec, Context, DType};
use iio_jpeg2k::{DecodeOptions, EncodeOptions, Jpeg2k, decode, header};
use iio_testkit::Threads;

/// The folder of a repository of the corpus, or a message.
fn folder(name: &str) -> Option<PathBuf> {
    let corpus = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = corpus.join(name);
    if !folder.is_dir() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

/// One picture, coded by the conformance suite in ever other ways: tiles, offsets, subsampled grids, tile-parts, packed
/// packet headers, styles of code blocks, orders.
#[test]
fn conformance_streams_of_one_picture_are_equal() {
    let Some(folder) = folder("uclouvain+openjpeg-data/input/conformance") else { return };
    let mono =
        ["a1_mono", "a3_mono", "a5_mono", "b1_mono", "b2_mono", "b3_mono", "c1_mono", "c2_mono", "f1_mono", "f2_mono"];
    let colour =
        ["a2_colr", "a4_colr", "d1_colr", "d2_colr", "e1_colr", "e2_colr", "g1_colr", "g2_colr", "g3_colr", "g4_colr"];
    for (names, shape) in [(mono, &[179, 303][..]), (colour, &[149, 256, 3])] {
        let read = |name: &str| {
            decode(&std::fs::read(folder.join(name).with_extension("j2c")).unwrap(), &DecodeOptions::default())
        };
        let first = read(names[0]).unwrap();
        assert_eq!((first.0.dtype(), first.0.shape()), (DType::U8, shape));
        for name in names {
            assert!(read(name).unwrap() == first, "{name}");
        }
    }
}

/// Whatever lies in these folders gives an image of the layout that the header tells, or an error.
#[test]
fn every_file_decodes_as_its_header_says_or_is_refused() {
    let places = [
        "uclouvain+openjpeg-data/input/conformance",
        "aous72+jp2k_test_codestreams/openjph",
        "python-pillow+Pillow/Tests/images",
        "cgohlke+imagecodecs/tests/data",
    ];
    let mut decoded = 0;
    for folder in places.into_iter().filter_map(folder) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.extension().is_some_and(|ext| ["jp2", "j2k", "j2c", "jph"].iter().any(|known| ext == *known)) {
                continue;
            }
            let src = std::fs::read(&path).unwrap();
            let options = DecodeOptions::default();
            if let Ok((layout, samples)) = decode(&src, &options) {
                assert_eq!(header(&src, &options).unwrap().layout, layout);
                assert_eq!(samples.len(), layout.n_bytes());
                decoded += 1;
            }
        }
    }
    assert!(decoded == 0 || decoded > 90, "{decoded} files decoded");
}

#[test]
fn damaged_high_throughput_blocks_fare_the_same_at_any_width() {
    let Some(folder) = folder("aous72+jp2k_test_codestreams/openjph") else { return };
    let codec = Jpeg2k::new(EncodeOptions::default(), DecodeOptions::default().with_threads(0usize));
    let threads = Threads(3);
    let good = std::fs::read(folder.join("simple_enc_irv97_64x64_yuv.j2c")).unwrap();
    let same = |src: &[u8]| {
        let fate = |cx: &Context<'_>| {
            let decoded = codec.decoder().unwrap().decode(src, None, cx);
            decoded.map(|(_, samples)| samples.to_vec()).map_err(|error| error.to_string())
        };
        let (narrow, wide) = (fate(&Context::default()), fate(&Context::default().with_executor(&threads)));
        assert!(narrow == wide, "narrow: {:?}, wide: {:?}", narrow.as_ref().err(), wide.as_ref().err());
        narrow.is_ok()
    };
    assert!(same(&good));
    let n_good = (200..good.len()).step_by(3).filter(|&at| {
        let mut bad = good.clone();
        bad[at] ^= 0x81;
        same(&bad)
    });
    assert!(n_good.count() > 0);
}
