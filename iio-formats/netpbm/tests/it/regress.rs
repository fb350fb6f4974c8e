//! Bugs that were, each with its input: first a valid one, then the bad one.

use iio_codec::{Check, DType, ErrorKind};
use iio_format_netpbm::{DecodeOptions, check, decode, header};

use crate::layout;

/// Found by fuzzing `read`: a line that begins with a vertical tab was taken for an empty one.
#[test]
fn pam_lines_behind_a_vertical_tab_are_read() {
    let pam = |before: &str, width: &str| format!("P7\n{before}WIDTH {width}\nHEIGHT 2\nDEPTH 1\nMAXVAL 9\nENDHDR\n");
    assert_eq!(header(pam("", "3").as_bytes()).unwrap().layout.shape(), [2, 3]);
    assert_eq!(header(pam("\x0b", "3\x0b").as_bytes()).unwrap().layout.shape(), [2, 3]);

    let bad = pam("\x0bY\n", "3");
    let error = header(bad.as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(3)), "{error}");
    assert_eq!(check(bad.as_bytes()), Check::No);
}

/// Found by fuzzing `decode_into`: of several samples above maxval the greatest was named, of all rows or of one.
#[test]
fn the_first_word_above_maxval_is_named() {
    let pgm = |samples: [u16; 4]| [b"P5 1 4 838\n".to_vec(), samples.map(u16::to_be_bytes).concat()].concat();
    let (read, samples) = decode(&pgm([1, 838, 0, 2]), &DecodeOptions::default()).unwrap();
    assert_eq!((read, &samples[2..4]), (layout(DType::U16, &[4, 1]), &838u16.to_ne_bytes()[..]));

    for scale in [false, true] {
        let mut options = DecodeOptions::default();
        options.scale = scale;
        let error = decode(&pgm([1, 839, 0, 65535]), &options).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(13)), "{error}");
        assert_eq!(error.message(), "sample 839 exceeds maxval 838");
    }
}
