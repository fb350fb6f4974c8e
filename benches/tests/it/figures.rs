use iio_benches::compare::{compare, table};
use iio_benches::input;
use iio_benches::plot::{Dot, Line, Plot};
use iio_benches::record::{Record, digits, document, records};
use iio_benches::report;
use iio_benches::stats::{geometric_mean, largest_difference, median, noise, psnr};
use iio_codec::DType;
use serde_json::{Map, Value, json};

fn record(codec: &str, mine: f64, peer: Option<f64>) -> Record {
    let mut record = Record::new(codec, "tile", "decode");
    (record.mb_per_s, record.peer_mb_per_s, record.noise, record.size) = (mine, peer, 0.01, 0.5);
    record
}

#[test]
fn medians_and_noise_are_those_of_the_quartiles() {
    assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
    assert_eq!(median(&[1.0, 2.0]), 1.5);
    assert_eq!(noise(&[90.0, 95.0, 100.0, 105.0, 110.0]), 0.05);
    assert!((geometric_mean(&[0.5, 2.0, 8.0]) - 2.0).abs() < 1e-12);
    assert!(median(&[]).is_nan());
}

#[test]
fn psnr_is_that_of_the_mean_squared_error() {
    assert_eq!(psnr(&[1, 2], &[1, 2], DType::U8), f64::INFINITY);
    // Every sample is off by one: 20 log10(255).
    assert!((psnr(&[1, 2], &[2, 1], DType::U8) - 48.1308).abs() < 1e-4);
    let wide = |sample: u16| sample.to_ne_bytes();
    assert!((psnr(&wide(7), &wide(8), DType::U16) - 96.3295).abs() < 1e-4);
    assert_eq!(psnr(&[1, 2], &[1], DType::U8), 0.0);
    assert_eq!(largest_difference(&wide(260), &wide(3), DType::U16), 257.0);
    assert_eq!(largest_difference(&[1], &[], DType::U8), f64::INFINITY);
}

#[test]
fn records_survive_json() {
    let mut first = record("lzw", 1234.567, Some(1000.0));
    first.remarks.push("said".to_owned());
    let text = document(&Map::new(), &[first.to_json(), record("png", 5.0, None).to_json()]);
    let read: Vec<Record> = records(&text).iter().filter_map(Record::from_json).collect();
    assert_eq!(read.len(), 2);
    assert_eq!((read[0].mb_per_s, read[0].peer_mb_per_s), (1235.0, Some(1000.0)));
    assert_eq!((&read[0].remarks, read[1].ratio()), (&vec!["said".to_owned()], None));
    assert_eq!(digits(0.012_345_6), json!(0.01235));
}

#[test]
fn lines_of_records_are_read_and_other_lines_are_not() {
    let text = "png is not in this build\n{\"codec\": \"lzw\", \"mb_per_s\": 3.0}\n";
    assert_eq!(records(text), [json!({"codec": "lzw", "mb_per_s": 3.0})]);
}

#[test]
fn only_what_exceeds_the_noise_differs() {
    let runs =
        |codec: &str, figures: [f64; 3]| figures.map(|mb| json!({"codec": codec, "way": "decode", "mb_per_s": mb}));
    let before: Vec<Value> = [runs("steady", [100.0; 3]), runs("noisy", [60.0, 100.0, 140.0])].concat();
    let after: Vec<Value> = [runs("steady", [110.0; 3]), runs("noisy", [110.0, 100.0, 110.0])].concat();
    let new = [json!({"codec": "new", "mb_per_s": 1.0})];
    let (pairs, alone) = compare(&before, &[&after[..], &new[..]].concat());
    assert_eq!(alone, ["only after: new"]);
    assert_eq!(pairs.iter().map(|pair| (pair.ratio() * 100.0).round()).collect::<Vec<_>>(), [110.0, 110.0]);
    assert_eq!(pairs.iter().map(iio_benches::compare::Pair::differs).collect::<Vec<_>>(), [true, false]);
    assert!(table(&pairs, &alone).contains("| steady, decode | 100 | 110 | 1.10 | ±0 % | faster |"));
}

#[test]
fn a_report_renews_the_rows_that_were_measured_and_keeps_the_others() {
    let folder = std::env::temp_dir().join(format!("iio-bench-report-{}", std::process::id()));
    let labels = ["lzw", "png"];
    let circumstances = Map::new();
    report::write(&folder, &circumstances, &[record("lzw", 1.0, Some(2.0)), record("png", 3.0, None)], None).unwrap();
    let merged = report::merge(&folder, vec![record("lzw", 7.0, Some(2.0))], &labels);
    assert_eq!(merged.iter().map(|r| (r.codec.as_str(), r.mb_per_s)).collect::<Vec<_>>(), [("lzw", 7.0), ("png", 3.0)]);
    let text = std::fs::read_to_string(folder.join("codecs.md")).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(text.contains("## Slower than the peer\n\n1 of 2 rows:"), "{text}");
    assert!(text.contains("| lzw | 0.50 | - | - | - |"), "{text}");
}

#[test]
fn dots_stand_on_a_logarithmic_axis() {
    let dot = |x| Dot { x, series: 0, title: "a < b".to_owned() };
    let line = Line { label: "lzw & more".to_owned(), dots: vec![dot(0.1), dot(1.0), dot(10.0), dot(f64::NAN)] };
    let plot = Plot { title: "t", axis: "ratio", series: &["decode"], mark: Some(1.0), lines: vec![line] };
    let svg = plot.to_svg();
    let places: Vec<f64> = svg
        .lines()
        .filter(|line| line.contains("<title>a &lt; b"))
        .filter_map(|line| line.split("cx=\"").nth(1)?.split('"').next()?.parse().ok())
        .collect();
    assert_eq!(places.len(), 3, "NaN has no place");
    assert!((places[1] - places[0] - (places[2] - places[1])).abs() < 0.2, "{places:?}");
    assert!(svg.contains("lzw &amp; more") && svg.contains("prefers-color-scheme: dark"));
    assert!(svg.contains(&format!(r#"<line class="mark" x1="{:.1}""#, places[1])), "{svg}");
}

#[test]
fn inputs_are_the_same_every_time_and_no_mere_noise() {
    assert_eq!(input::microscopy(16, 24), input::microscopy(16, 24));
    let pixels = input::microscopy(256, 256);
    let (low, high) = (pixels.iter().min().unwrap(), pixels.iter().max().unwrap());
    assert!((100..200).contains(low) && *high > 1000, "{low} to {high}");
    let scene = input::rgb_scene(128, 128);
    let step = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
    let neighbours = step(&scene[3..], &scene) / scene.len() as f64;
    let far = step(&scene[64 * 128 * 3 + 192..], &scene) / (scene.len() / 2) as f64;
    assert!(neighbours > 1.0 && neighbours < far / 3.0, "neighbours {neighbours}, far {far}");
    let field = input::field(64, 64);
    assert!(field.chunks(64).flat_map(|row| row.windows(2)).all(|pair| (pair[0] - pair[1]).abs() < 0.8));
}
