use iio_codec::ErrorKind;
use iio_core::{Sink, Target};

fn folder(name: &str) -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("iio-core-out-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn file_appears_when_committed_and_replaces_the_older_one() {
    let folder = folder("commit");
    let path = folder.join("a.bin");
    std::fs::write(&path, b"older").unwrap();
    let mut output = Target::Path(path.clone()).open().unwrap();
    output.append(b"0123456789").unwrap();
    output.patch(3, b"xy").unwrap();
    output.append(b"!").unwrap();
    assert_eq!(output.position(), 11);
    assert_eq!(std::fs::read(&path).unwrap(), b"older");
    assert_eq!(output.commit().unwrap(), None);
    assert_eq!(std::fs::read(&path).unwrap(), b"012xy56789!");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn dropped_output_leaves_nothing() {
    let folder = folder("drop");
    let mut output = Target::Path(folder.join("a.bin")).open().unwrap();
    output.append(b"half").unwrap();
    drop(output);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn bytes_are_returned_and_patches_stay_within_them() {
    let mut output = Target::parse("<bytes>").open().unwrap();
    output.append(b"abc").unwrap();
    output.patch(1, b"X").unwrap();
    assert_eq!(output.patch(2, b"YZ").unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(output.commit().unwrap().unwrap(), b"aXc");
}

#[test]
fn missing_folder_is_an_error_at_once() {
    let Err(error) = Target::parse("/nowhere/at/all.png").open() else { panic!("opened") };
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(Target::parse("a.TIF").extension().as_deref(), Some("tif"));
}
