//! Headers: white space, comments, sizes, signatures.

use iio_codec::{Check, DType, ErrorKind};
use iio_format_netpbm::{TupleType, Variant, check, header};

use crate::layout;

#[test]
fn comments_and_white_space_may_stand_between_all_words() {
    for (text, data_offset) in [
        (&b"P5\n2 3\n255\n"[..], 11),
        (b"P5#c\n2#c\n3#c\r255#c\n", 19),
        (b"P5 # a\n# b\n\t2\x0b3\x0c\n255 ", 21),
        (b"P5 2 3 255\r\n", 11),
        (b"P5 2 3 255 # this is a sample", 11),
    ] {
        let header = header(text).unwrap();
        assert_eq!(header.layout, layout(DType::U8, &[3, 2]));
        assert_eq!(header.data_offset, data_offset, "{}", text.escape_ascii());
    }
}

#[test]
fn a_comment_ends_a_word() {
    assert_eq!(header(b"P5 1#\n2 255\n").unwrap().layout.shape(), [2, 1]);
}

#[test]
fn headers_that_end_early_are_truncated() {
    for whole in [
        &b"P5 # c\n20 30 255\n"[..],
        b"P1 2 3\n",
        b"Pf 2 3 -1.0\n",
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 9\nENDHDR\n",
    ] {
        assert!(header(whole).is_ok());
        for len in 0..whole.len() {
            let error = header(&whole[..len]).unwrap_err();
            assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(len as u64)), "{error}");
        }
    }
}

#[test]
fn words_that_are_no_sizes_are_malformed_at_their_offset() {
    for (text, offset, what) in [
        (&b"P8 1 1 255\n"[..], 0, "magic is \"P8\""),
        (b"P5x1 1 255\n", 2, "magic is followed by \"x\""),
        (b"P5 0 1 255\n", 3, "width must be"),
        (b"P5 1 -1 255\n", 5, "height must be"),
        (b"P5 +1 1 255\n", 3, "width must be"),
        (b"P5 1 1 0\n", 7, "maxval must be"),
        (b"P5 1 1 65536\n", 7, "maxval must be"),
        (b"P5 99999999999999999999 1 255\n", 3, "width must be"),
        (b"P5 9999999999 9999999999 255\n", 0, "exceeds the address space"),
        (b"Pf 1 1 0\n", 7, "scale must be"),
        (b"Pf 1 1 nan\n", 7, "scale must be"),
        (b"Pf 1 1 inf\n", 7, "scale must be"),
        (b"P7 332\nWIDTH 1\n", 2, "P7 is followed by"),
        (b"P7\nWIDTH 1\nWIDTH 1\nENDHDR\n", 11, "twice"),
        (b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nENDHDR\n", 35, "lacks MAXVAL"),
        (b"P7\nCOLOR 1\nENDHDR\n", 3, "has a line \"COLOR 1\""),
        (b"P7\nDEPTH x\nENDHDR\n", 3, "DEPTH must be"),
    ] {
        let error = header(text).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(offset)), "{error}");
        assert!(error.message().contains(what), "{error}");
    }
}

#[test]
fn lines_of_pam_come_in_any_order() {
    let text = b"P7\n# c\nTUPLTYPE CMYK_ALPHA # or so\nMAXVAL 7\n\nDEPTH 5\r\n HEIGHT 2\nWIDTH\t1\nENDHDR\nxxx";
    let header = header(text).unwrap();
    assert_eq!(header.layout, layout(DType::U8, &[2, 1, 5]));
    assert_eq!((header.variant, header.tuple_type, header.alpha), (Variant::Pam, TupleType::Cmyk, true));
    assert_eq!((header.bits(), header.maxval, header.data_offset), (3, 7, text.len() - 3));
}

#[test]
fn tuple_type_that_does_not_go_with_the_depth_means_nothing() {
    let text = |depth, name: &str| format!("P7\nWIDTH 1\nHEIGHT 1\nDEPTH {depth}\nMAXVAL 1\n{name}ENDHDR\n");
    let tuple = |depth, name| {
        let header = header(text(depth, name).as_bytes()).unwrap();
        (header.tuple_type, header.alpha, header.layout.dtype())
    };
    assert_eq!(tuple(3, "TUPLTYPE RGB\n"), (TupleType::Rgb, false, DType::U8));
    assert_eq!(tuple(4, "TUPLTYPE RGB\n"), (TupleType::Other, false, DType::U8));
    assert_eq!(tuple(4, ""), (TupleType::Rgb, true, DType::U8));
    assert_eq!(tuple(5, ""), (TupleType::Other, false, DType::U8));
    assert_eq!(tuple(1, "TUPLTYPE BLACKANDWHITE\n"), (TupleType::BlackAndWhite, false, DType::Bool));
    assert_eq!(tuple(3, "TUPLTYPE BLACKANDWHITE\n"), (TupleType::Other, false, DType::U8));
    assert_eq!(tuple(1, "TUPLTYPE BLACKAND\nTUPLTYPE WHITE\n"), (TupleType::Other, false, DType::U8));
}

#[test]
fn check_looks_at_magic_and_what_follows() {
    for yes in [&b"P1 1"[..], b"P6\n1 1", b"P5\n# c", b"P5#", b"Pf\n1", b"PF 12", b"P7\nWIDTH", b"P7\n#"] {
        assert_eq!(check(yes), Check::Yes, "{}", yes.escape_ascii());
    }
    for unknown in [&b""[..], b"P", b"P4", b"P4\n ", b"P7\n"] {
        assert_eq!(check(unknown), Check::Unknown, "{}", unknown.escape_ascii());
    }
    for no in [
        &b"P0 1 1"[..],
        b"P8 1",
        b"PK\x03\x04",
        b"P7 332",
        b"P5x",
        b"P5\nabc",
        b"Photo",
        b"Q",
        b"Ph\n1 1",
        b"P3 people",
    ] {
        assert_eq!(check(no), Check::No, "{}", no.escape_ascii());
    }
}
