//! The functions that users call.

use std::sync::Arc;

use iio::{Config, DType, Env, ErrorKind, NdImage, ReadOptions, Registry, Selection, WriteOptions};

const CELLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cells.tif");

fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("iio-facade-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn pyramid_of_the_example_is_described_without_decoding() {
    let info = iio::improps(CELLS).unwrap();
    let shapes: Vec<_> = info.levels.iter().map(|level| level.layout.shape().to_vec()).collect();
    assert_eq!(shapes, [[192, 256, 3], [96, 128, 3]]);
    assert_eq!((info.axes.as_str(), info.compression.as_str(), info.chunking), ("YXS", "lzw + delta", "tiles"));
    let meta = iio::immeta(CELLS).unwrap();
    assert_eq!(meta.description.as_deref(), Some("synthetic cells"));
}

#[test]
fn region_and_level_are_parts_of_the_whole() {
    let whole = iio::imread(CELLS).unwrap();
    let part = iio::imread_with(CELLS, &ReadOptions::default().with_region(60..70, 120..140)).unwrap();
    assert_eq!(part.shape(), [10, 20, 3]);
    let view = whole.view().unwrap().window(&[60..70, 120..140, 0..3]).unwrap();
    let mut expected = Vec::new();
    view.append_to(&mut expected).unwrap();
    assert_eq!(part.as_bytes(), expected);
    let level = iio::imread_with(CELLS, &ReadOptions::default().with_level(1)).unwrap();
    assert_eq!(level.shape(), [96, 128, 3]);
    let error = iio::imread_with(CELLS, &ReadOptions::default().with_level(2)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

#[test]
fn reading_into_a_window_of_a_larger_image_leaves_the_rest_alone() {
    let file = iio::imopen(CELLS, &ReadOptions::default()).unwrap();
    let mut canvas = NdImage::from_slice(&vec![7u8; 200 * 300 * 3], DType::U8, &[200, 300, 3]).unwrap();
    let window = canvas.view_mut().unwrap().window(&[4..196, 40..296, 0..3]).unwrap();
    file.read_into(&Selection::image(0), window).unwrap();
    let bytes = canvas.as_bytes();
    assert!(bytes[..4 * 900].iter().all(|&b| b == 7), "rows above");
    assert!(bytes[196 * 900..].iter().all(|&b| b == 7), "rows below");
    let whole = iio::imread(CELLS).unwrap();
    assert_eq!(&bytes[4 * 900 + 120..4 * 900 + 120 + 768], &whole.as_bytes()[..768]);
}

#[test]
fn what_is_written_is_read_in_every_format() {
    let folder = folder("formats");
    let image = iio::imread(CELLS).unwrap();
    for name in ["a.png", "a.tif", "a.ppm", "a.jp2", "a.j2k", "a.pam"] {
        let path = folder.join(name);
        iio::imwrite(&path, &image).unwrap();
        let again = iio::imread(&path).unwrap();
        assert_eq!(again.layout(), image.layout(), "{name}");
        assert!(again.as_bytes() == image.as_bytes(), "{name}: pixels differ");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn options_reach_the_codec_and_unknown_ones_are_refused() {
    let image = iio::imread(CELLS).unwrap();
    let write = |config: Config| {
        iio::imwrite_with("<bytes>", &image, &WriteOptions::default().with_format("tiff").with_config(config))
    };
    let size = |level: i64| write(Config::new().set("compression", "zstd").set("level", level)).unwrap().unwrap().len();
    assert!(size(19) < size(1), "a higher level gives fewer bytes");
    let error = write(Config::new().set("compression", "zstd").set("colour", "blue")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("colour"), "{error}");
}

#[test]
fn failed_write_leaves_the_older_file() {
    let folder = folder("older");
    let path = folder.join("a.png");
    let image = iio::imread(CELLS).unwrap();
    iio::imwrite(&path, &image).unwrap();
    let before = std::fs::read(&path).unwrap();
    let complex = NdImage::from_slice(&[[0f32, 1.0]; 4], DType::C64, &[2, 2]).unwrap();
    assert_eq!(iio::imwrite(&path, &complex).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no temporary file is left");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn unknown_extension_is_never_another_format() {
    let image = iio::imread(CELLS).unwrap();
    let error = iio::imwrite("/nowhere/a.zzz", &image).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("png"), "lists what is known: {error}");
    let error = iio::imwrite("/nowhere/a.dng", &image).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "read as TIFF, but what is written is no DNG: {error}");
}

#[test]
fn wrong_extension_is_read_by_content() {
    let folder = folder("wrong");
    let path = folder.join("cells.png");
    std::fs::copy(CELLS, &path).unwrap();
    assert_eq!(iio::imopen(&path, &ReadOptions::default()).unwrap().format().name, "tiff");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn codec_that_is_not_in_the_registry_is_named() {
    let registry = iio::builtin().without("lzw");
    let options = ReadOptions::default().with_env(Env::new(Arc::new(registry)));
    let error = iio::imread_with(CELLS, &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let error =
        iio::imread_with(CELLS, &ReadOptions::default().with_env(Env::new(Arc::new(Registry::empty())))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[test]
fn total_limit_is_checked_before_allocation() {
    let options = ReadOptions::default().with_env(iio::default_env().with_total_output_bytes(1000));
    let error = iio::imread_with(CELLS, &options).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "total_output_bytes", .. }), "{error}");
}

#[test]
fn table_of_ids_is_that_of_the_codecs() {
    let registry = iio::builtin();
    for codec in registry.codecs() {
        for id in codec.ids {
            assert_eq!(registry.codec(id).unwrap().name, codec.name, "{id} is claimed by two codecs");
        }
    }
}

#[test]
fn bytes_streams_and_zip_members_are_read_as_files() {
    let whole = iio::imread(CELLS).unwrap();
    let bytes = std::fs::read(CELLS).unwrap();
    assert!(iio::imread(bytes.clone()).unwrap().as_bytes() == whole.as_bytes());
    let stream = iio::Request::from_stream(std::io::Cursor::new(bytes)).unwrap();
    assert!(iio::imread(stream).unwrap().as_bytes() == whole.as_bytes());
}
