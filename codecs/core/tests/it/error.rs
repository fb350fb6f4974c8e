//! Errors: who, what, where and why.

use std::error::Error as _;

use iio_codec::{Blame, Error, ErrorKind};

struct Png;

impl Blame for Png {
    fn who(&self) -> &'static str {
        "png"
    }
}

#[test]
fn errors_say_who_where_and_what() {
    let error = Png.malformed("filter byte 7 at row 12 is not 0..=4");
    assert_eq!(error.to_string(), "png: filter byte 7 at row 12 is not 0..=4");
    let error = error.at(4711usize);
    assert_eq!(error.to_string(), "png: filter byte 7 at row 12 is not 0..=4 (at byte 4711)");
    let error = error.within("tile 17").within("page 0").shifted(1000);
    assert_eq!(error.to_string(), "png: page 0, tile 17: filter byte 7 at row 12 is not 0..=4 (at byte 5711)");
    assert_eq!((error.who(), error.offset(), error.place()), ("png", Some(5711), Some("page 0, tile 17")));
    assert_eq!(error.message(), "filter byte 7 at row 12 is not 0..=4");
}

#[test]
fn offsets_that_are_not_known_stay_unknown_and_great_ones_saturate() {
    assert_eq!(Png.malformed("x").shifted(5).offset(), None);
    assert_eq!(Png.malformed("x").at(u64::MAX - 1).shifted(5).offset(), Some(u64::MAX));
    assert_eq!(Png.malformed("x").at(-1i32).offset(), None);
    assert_eq!(Png.malformed("x").at(u128::MAX).offset(), None);
}

#[test]
fn constructors_set_the_kind_that_they_are_called() {
    let cases = [
        (Png.malformed("m"), ErrorKind::Malformed, "malformed"),
        (Png.truncated("m"), ErrorKind::Truncated, "truncated"),
        (Png.unsupported("m"), ErrorKind::Unsupported, "unsupported"),
        (Png.invalid_argument("m"), ErrorKind::InvalidArgument, "invalid argument"),
        (Png.output_too_small(9, 3), ErrorKind::OutputTooSmall { needed: 9 }, "output too small"),
        (Png.limit("x", "depth", 33, 32), ErrorKind::Limit { which: "depth", requested: 33, allowed: 32 }, "limit"),
        (Png.out_of_memory(5), ErrorKind::OutOfMemory, "out of memory"),
        (Png.backend(-3, "m"), ErrorKind::Backend { code: -3 }, "backend"),
        (Png.internal("m"), ErrorKind::Internal, "internal"),
        (Error::new("png", ErrorKind::Io, "m"), ErrorKind::Io, "io"),
        (Error::new("png", ErrorKind::Cancelled, "m"), ErrorKind::Cancelled, "cancelled"),
    ];
    for (error, kind, name) in cases {
        assert_eq!((error.kind(), error.kind().name(), error.who()), (kind, name, "png"));
    }
    assert_eq!(Png.output_too_small(9, 3).message(), "output needs 9 bytes, destination has 3");
    assert_eq!(Png.limit("scan 33", "depth", 33, 32).message(), "scan 33 needs 33, limit depth is 32");
    assert_eq!(Png.out_of_memory(5).message(), "cannot allocate 5 bytes");
}

#[test]
fn sources_are_kept() {
    let inner = "x".parse::<i32>().unwrap_err();
    let error = Png.malformed("number").with_source(inner.clone());
    assert_eq!(error.source().unwrap().to_string(), inner.to_string());
    assert_eq!(format!("{error:?}"), format!("Error(Malformed, \"png: number\") caused by {inner:?}"));
    assert!(Png.malformed("number").source().is_none());
}

#[test]
fn errors_are_one_pointer_and_cross_threads() {
    fn crosses<T: Send + Sync + 'static>(_: &T) {}
    crosses(&Png.malformed("x"));
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
}
