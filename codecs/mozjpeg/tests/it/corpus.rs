//! Real photographs, where the corpus is at hand.

use std::path::PathBuf;

use iio_codec::ArrayRef;
use iio_mozjpeg::{DecodeOptions, EncodeOptions, decode, encode};

use crate::build::psnr;

const FOLDERS: [&str; 2] = ["python-pillow+Pillow/Tests/images", "libjpeg-turbo+libjpeg-turbo/testimages"];
/// Larger files take seconds.
const MAX_LEN: u64 = 200_000;

#[test]
fn photographs_take_fewer_bytes_than_by_jpeg8() {
    let corpus = std::env::var_os("IIO_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    // With the default options, with the coefficients of jpeg8, and of jpeg8.
    let (mut n, mut bytes) = (0, [0; 3]);
    for folder in FOLDERS {
        let Ok(entries) = std::fs::read_dir(corpus.join(folder)) else {
            eprintln!("skipped: {folder} is not there");
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = entry.path();
            if path.extension().is_none_or(|ext| ext != "jpg") || entry.metadata().unwrap().len() > MAX_LEN {
                continue;
            }
            let Ok((layout, pixels)) = decode(&std::fs::read(&path).unwrap(), &DecodeOptions::default()) else {
                continue;
            };
            // A picture of a few pixels is no photograph.
            if layout.shape().last() != Some(&3) || !(10_000..3_000_000).contains(&layout.n_bytes()) {
                continue;
            }
            let src = ArrayRef::new(&pixels, layout).unwrap();
            let options = EncodeOptions::default().with_quality(80);
            let small = encode(src, &options).unwrap();
            let same = encode(src, &options.with_trellis(false).with_deringing(false).with_quanttable(0)).unwrap();
            let usual = iio_jpeg8::encode(src, &iio_jpeg8::EncodeOptions::default().with_quality(80)).unwrap();
            let read = |stream: &[u8]| decode(stream, &DecodeOptions::default()).unwrap().1;
            assert!(read(&same) == read(&usual), "{}", path.display());
            // What it takes for better rounding is measured in bits and eyes, not in dB.
            assert!(psnr(&read(&small), &pixels) > 20.0, "{}: {}", path.display(), psnr(&read(&small), &pixels));
            n += 1;
            bytes = [bytes[0] + small.len(), bytes[1] + same.len(), bytes[2] + usual.len()];
        }
    }
    let [small, same, usual] = bytes;
    assert!(
        n == 0 || (n > 10 && small * 100 < usual * 85 && same * 100 < usual * 97),
        "{n} photographs: {bytes:?} bytes"
    );
}
