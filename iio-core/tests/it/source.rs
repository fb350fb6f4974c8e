use std::io::{Cursor, IoSliceMut};

use iio_codec::{ErrorKind, Limits};
use iio_core::{Request, Source, Step};

fn temporary(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("iio-core-{}-{name}", std::process::id()))
}

#[test]
fn file_memory_and_stream_give_the_same_bytes() {
    let bytes: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let path = temporary("bytes");
    std::fs::write(&path, &bytes).unwrap();
    let sources = [
        Source::from_bytes(bytes.clone()),
        Source::from_stream(Cursor::new(bytes.clone()), "stream").unwrap(),
        Source::from_file(std::fs::File::open(&path).unwrap(), "file").unwrap(),
    ];
    for source in sources {
        assert_eq!(source.len(), 5000);
        assert_eq!(&*source.read(100..3000).unwrap(), &bytes[100..3000]);
        let mut parts = vec![[0u8; 3]; 1500];
        let mut slices: Vec<_> = parts.iter_mut().map(|part| IoSliceMut::new(part)).collect();
        source.read_vectored(7, &mut slices).unwrap();
        assert!(parts.concat() == bytes[7..4507], "more parts than one system call takes: {source:?}");
        let error = source.read(4999..5001).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated, "{error}");
        assert!(source.read(u64::MAX - 1..u64::MAX).is_err());
    }
    std::fs::remove_file(path).unwrap();
}

#[test]
fn fetcher_brings_what_a_parser_needs() {
    let bytes: Vec<u8> = (0..100_000u32).map(|i| i as u8).collect();
    let source = Source::from_stream(Cursor::new(bytes), "stream").unwrap();
    let mut asked = 0;
    let sum = source
        .fetcher()
        .drive(|known| {
            asked += 1;
            let mut sum = 0u32;
            for start in [90_000u64, 10, 50_000] {
                match known.bytes(start..start + 2) {
                    Some(pair) => sum += u32::from(pair[0]) + u32::from(pair[1]),
                    None => return Ok(Step::Need(start..start + 2)),
                }
            }
            Ok(Step::Done(sum))
        })
        .unwrap();
    let expected: u32 = [90_000u32, 90_001, 10, 11, 50_000, 50_001].iter().map(|i| u32::from(*i as u8)).sum();
    assert_eq!((sum, asked), (expected, 4));
}

#[test]
fn fetcher_refuses_what_the_source_does_not_have() {
    let source = Source::from_bytes(vec![0; 10]);
    let error = source.fetcher().drive(|_| Ok(Step::<()>::Need(5..15))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
    let error = source.fetcher().drive(|_| Ok(Step::<()>::Need(5..6))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "asks again for what is there");
}

#[test]
fn requests_tell_extension_and_refuse_what_is_not_implemented() {
    assert_eq!(Request::parse("a/B.TIF").unwrap().extension(), Some("tif"));
    assert_eq!(Request::parse("file:///a.png").unwrap().extension(), Some("png"));
    assert_eq!(Request::from_bytes(vec![1]).with_extension(".Tif").extension(), Some("tif"));
    assert_eq!(Request::parse("https://example.org/a.png").unwrap_err().kind(), ErrorKind::Unsupported);
    let error = Request::parse("/nowhere/a.png").unwrap().open(&Limits::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("/nowhere/a.png"), "{error}");
    assert!(Request::parse("/tmp").unwrap().open(&Limits::default()).is_err(), "a folder");
}

#[test]
#[cfg(feature = "zip")]
fn zip_members_are_read_under_the_limit() {
    use std::io::Write;
    let path = temporary("archive.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("folder/a.bin", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&[7; 10_000]).unwrap();
    zip.finish().unwrap();
    let member = format!("{}/folder/a.bin", path.display());
    let request = Request::parse(&member).unwrap();
    assert_eq!(&*request.open(&Limits::default()).unwrap().read(0..10_000).unwrap(), [7; 10_000]);
    let error = request.open(&Limits::default().with_output_bytes(9_999)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
    let error = Request::parse(&format!("{}/b", path.display())).unwrap().open(&Limits::default()).unwrap_err();
    assert!(error.to_string().contains("no member b"), "{error}");
    std::fs::remove_file(path).unwrap();
}
