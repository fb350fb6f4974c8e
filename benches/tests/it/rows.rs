use iio_benches::codecs::{self, Settings};
use iio_benches::input;
use iio_benches::record::Record;
use iio_benches::row::{BASE, ROWS, Row};

fn run(rows: &[Row]) -> (Vec<Record>, Result<(), String>) {
    let inputs = input::scene().and_then(|scene| input::small(&scene)).unwrap_or_default();
    assert_eq!(inputs.len(), 4);
    let mut records = Vec::new();
    let settings = Settings { rounds: 1, seconds: 0.0 };
    let outcome = codecs::run(&iio::builtin(), rows, &inputs, settings, None, &mut |record| records.push(record));
    (records, outcome)
}

#[test]
fn every_row_gives_back_its_pixels() {
    let (records, outcome) = run(ROWS);
    assert_eq!(outcome, Ok(()));
    for record in &records {
        assert!(record.mb_per_s > 0.0 && record.size > 0.0, "{record:?}");
        let back = records.iter().filter(|other| (&other.codec, &other.input) == (&record.codec, &record.input));
        assert_eq!(back.count(), 2, "{} {} has both ways", record.codec, record.input);
    }
}

#[test]
fn labels_are_unique() {
    let mut labels: Vec<&str> = ROWS.iter().map(|row| row.label).collect();
    labels.sort_unstable();
    let all = labels.len();
    labels.dedup();
    assert_eq!(labels.len(), all);
}

#[test]
fn pixels_that_do_not_come_back_are_a_failure() {
    // A lossy codec (the bits above the twelfth are gone) under the claim that it is not.
    let config = |_: &_| iio_codec::Config::new().set("bits_per_sample", 8);
    let accepts = |layout: &iio_codec::Layout| layout.dtype() == iio_codec::DType::U16;
    let row = Row { codec: "packints", label: "wrong", config, accepts, ..BASE };
    let (records, outcome) = run(&[row]);
    assert!(records.iter().all(|record| record.way != "decode"), "{records:?}");
    let message = outcome.unwrap_err();
    assert!(message.contains("wrong"), "{message}");
}

#[test]
fn lossy_rows_have_a_least_psnr() {
    let config = |_: &_| iio_codec::Config::new().set("level", 40.0);
    let accepts = |layout: &iio_codec::Layout| layout.ndim() == 3;
    let row = Row { codec: "jpeg2k", label: "lossy", config, accepts, lossy: Some(35.0), ..BASE };
    let (records, outcome) = run(&[row]);
    assert_eq!((outcome, records.len()), (Ok(()), 2));
    let (_, outcome) = run(&[Row { lossy: Some(70.0), ..row }]);
    assert!(outcome.unwrap_err().contains("PSNR"));
    let (_, outcome) = run(&[Row { lossy: None, ..row }]);
    assert!(outcome.unwrap_err().contains("pixels differ"));
}
