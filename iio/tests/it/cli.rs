//! The command line tool, run as a user would.

use std::path::PathBuf;
use std::process::{Command, Output};

const CELLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cells.tif");

fn iio(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iio")).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn target(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("iio-cli-{}-{name}", std::process::id()))
}

#[test]
fn info_tells_levels_and_chunks() {
    let output = iio(&["info", CELLS]);
    assert!(output.status.success());
    let text = stdout(&output);
    for part in ["tiff", "uint8 192 x 256 x 3", "level 1", "12 tiles of 64 x 64", "lzw + delta", "synthetic cells"] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn info_as_json_is_one_object_per_line() {
    let output = iio(&["info", "--json", CELLS, CELLS]);
    let text = stdout(&output);
    assert_eq!(text.lines().count(), 2);
    let value: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(value["format"], "tiff");
    assert_eq!(value["images"][0]["levels"][1]["shape"], serde_json::json!([96, 128, 3]));
}

#[test]
fn info_goes_on_after_a_broken_file_and_fails_at_the_end() {
    let broken = target("broken.tif");
    std::fs::write(&broken, &std::fs::read(CELLS).unwrap()[..100]).unwrap();
    let output = iio(&["info", broken.to_str().unwrap(), "/nowhere.tif", CELLS]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 2, "one line per error");
    assert!(stdout(&output).contains("192 x 256"));
    std::fs::remove_file(broken).unwrap();
}

#[test]
fn convert_cuts_a_region_out_of_a_level() {
    let png = target("part.png");
    let output = iio(&["convert", CELLS, png.to_str().unwrap(), "--level", "1", "--region", "10:30,40:100"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(iio::imread(&png).unwrap().shape(), [20, 60, 3]);
    std::fs::remove_file(png).unwrap();
}

#[test]
fn convert_refuses_what_it_does_not_know() {
    let png = target("no.png");
    for arguments in [["--option", "colour=blue"], ["--page", "9"], ["--region", "0:500,0:10"]] {
        let output = iio(&[&["convert", CELLS, png.to_str().unwrap()][..], &arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(!png.exists(), "{arguments:?}");
    }
}

#[test]
fn codecs_and_formats_list_this_build() {
    let codecs: serde_json::Value = serde_json::from_slice(&iio(&["codecs", "--json"]).stdout).unwrap();
    let names: Vec<_> = codecs.as_array().unwrap().iter().map(|codec| codec["name"].as_str().unwrap()).collect();
    for name in ["deflate", "zlib", "gzip", "zstd", "lzw", "packbits", "delta", "floatpred", "packints", "jpeg2k"] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    let text = stdout(&iio(&["formats"]));
    assert!(["tiff", "png", "jp2", "netpbm"].iter().all(|name| text.contains(name)), "{text}");
}
