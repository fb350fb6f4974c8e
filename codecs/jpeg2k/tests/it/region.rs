//! Regions and resolutions against the whole image.

use iio_codec::{AlignedBytes, ArrayCodec, ArrayMut, ArrayRef, Context, DType, ErrorKind, Layout, Limits, Result};
use iio_jpeg2k::{DecodeOptions, EncodeOptions, Format, Jpeg2k, decode, decode_into, encode, header};
use iio_testkit::{Content, Threads};

use crate::build::{cod, part, qcd, siz, stream};

const SHAPE: [usize; 3] = [61, 83, 3];

fn image() -> (Layout, Vec<u8>) {
    let layout = Layout::new(DType::U8, &SHAPE).unwrap();
    (layout, Content::Photo.array(&layout, None))
}

fn streams() -> Vec<(&'static str, Vec<u8>)> {
    let (layout, samples) = image();
    let base = EncodeOptions::default().with_format(Format::J2k).with_resolutions(3);
    let with = |options: &EncodeOptions| encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap();
    vec![
        ("one tile", with(&base)),
        ("tiles", with(&base.clone().with_tile([32, 34]))),
        ("odd tiles", with(&base.clone().with_tile([33, 35]))),
        ("small precincts", with(&base.clone().with_precinct([16, 16]).with_code_block([8, 8]))),
        ("irreversible", with(&base.clone().with_reversible(false).with_tile([40, 40]))),
    ]
}

fn crop(samples: &[u8], width: usize, [left, top, right, bottom]: [usize; 4]) -> Vec<u8> {
    (top..bottom).flat_map(|row| &samples[(row * width + left) * 3..(row * width + right) * 3]).copied().collect()
}

#[test]
fn region_is_the_same_as_a_crop() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default()).unwrap();
        for region in
            [[0, 0, 83, 61], [0, 0, 1, 1], [82, 60, 83, 61], [7, 5, 50, 44], [33, 17, 66, 34], [31, 0, 33, 61]]
        {
            let (layout, part) = decode(&src, &DecodeOptions::default().with_region(region)).unwrap();
            let expected = crop(&whole, 83, region.map(|edge| edge as usize));
            assert_eq!(layout.n_bytes(), expected.len(), "{name} {region:?}");
            assert!(*part == expected, "{name} {region:?}");
        }
    }
}

#[test]
fn region_before_the_first_sample_of_a_coarse_component_is_the_same_as_a_crop() {
    // Columns 4 to 11; the second component, reduced, has its only one at 8. No packet has content: all is 128.
    let header = [siz([4, 0, 12, 12], [12, 12], [0, 0], &[[7, 1, 1], [7, 4, 1]]), cod(1, 1), qcd(1)];
    let src = stream(&header, &[part(0, 0, 1, &[], &[0; 4])]);
    let half = DecodeOptions::default().with_reduce(1u8);
    let (layout, whole) = decode(&src, &half).unwrap();
    assert_eq!((layout.shape(), &whole[..]), (&[6, 4, 2][..], &[128; 48][..]));
    let (layout, part) = decode(&src, &half.with_region([0, 0, 2, 2])).unwrap();
    assert_eq!((layout.shape(), &part[..]), (&[1, 1, 2][..], &[128; 2][..]));
}

#[test]
fn reduce_halves_and_keeps_the_picture() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default()).unwrap();
        let (layout, half) = decode(&src, &DecodeOptions::default().with_reduce(1u8)).unwrap();
        assert_eq!(layout.shape(), [31, 42, 3], "{name}");
        // The low-pass sample at (y, x) lies at (2y, 2x) and is a smooth picture's neighbour.
        let far = (0..31 * 42 * 3).filter(|index| {
            let (y, x, c) = (index / 126, index / 3 % 42, index % 3);
            whole[(2 * y * 83 + 2 * x) * 3 + c].abs_diff(half[*index]) > 24
        });
        assert!(far.count() < 31 * 42 * 3 / 20, "{name}");
    }
}

#[test]
fn region_of_a_reduced_image_is_its_crop() {
    for (name, src) in streams() {
        let (_, whole) = decode(&src, &DecodeOptions::default().with_reduce(2u8)).unwrap();
        // Full-resolution columns 10 to 49 hold the reduced columns 3 to 12: those whose place is a multiple of 4.
        let (layout, part) =
            decode(&src, &DecodeOptions::default().with_reduce(2u8).with_region([10, 7, 50, 33])).unwrap();
        assert_eq!(layout.shape(), [7, 10, 3], "{name}");
        assert!(*part == crop(&whole, 21, [3, 2, 13, 9]), "{name}");
    }
}

#[test]
fn tiles_decode_alike_on_any_number_of_threads() {
    for (name, src) in streams() {
        let expected = decode(&src, &DecodeOptions::default()).unwrap().1;
        for (width, planar, reduce) in [(2, false, 0), (4, true, 0), (3, false, 1), (4, false, 2)] {
            let options = DecodeOptions::default().with_planar(planar).with_reduce(reduce).with_threads(0usize);
            let layout = header(&src, &options).unwrap().layout;
            let mut samples = vec![0xa5; layout.n_bytes()];
            let threads = Threads(width);
            let cx = Context::default().with_executor(&threads);
            decode_into(&src, ArrayMut::new(&mut samples, layout).unwrap(), &options, &cx).unwrap();
            let serial = decode(&src, &options.with_threads(1usize)).unwrap().1;
            assert!(*serial == samples, "{name} at width {width}");
            if !planar && reduce == 0 {
                assert!(*expected == samples, "{name} at width {width}");
            }
        }
    }
}

#[test]
fn destination_may_have_gaps() {
    let (_, src) = streams().remove(1);
    let expected = decode(&src, &DecodeOptions::default()).unwrap().1;
    let layout = header(&src, &DecodeOptions::default()).unwrap().layout;
    // Rows apart, and pixels apart.
    for (pixel, row) in [(3, 83 * 3 + 7), (5, 83 * 5)] {
        let mut buffer = vec![0xa5; 61 * row];
        let view = ArrayMut::with_strides(&mut buffer, layout, &[row, pixel, 1]).unwrap();
        decode_into(&src, view, &DecodeOptions::default(), &Context::default()).unwrap();
        for (index, &sample) in expected.iter().enumerate() {
            let (y, x, c) = (index / 249, index / 3 % 83, index % 3);
            assert_eq!(buffer[y * row + x * pixel + c], sample);
        }
        assert_eq!(buffer[83 * pixel..row], vec![0xa5; row - 83 * pixel]);
    }
}

#[test]
fn options_that_do_not_fit_the_image_are_refused() {
    let (_, src) = streams().remove(0);
    let kind = |options: DecodeOptions| decode(&src, &options).unwrap_err();
    let error = kind(DecodeOptions::default().with_reduce(3u8));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert_eq!(error.message(), "reduce must be 0..=2 for this stream, got 3");
    for region in [[0, 0, 84, 61], [5, 5, 5, 6], [0, 62, 1, 63], [9, 0, 3, 2]] {
        let error = kind(DecodeOptions::default().with_region(region));
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
    // Pixels 5 to 6 of columns: none of them is a multiple of 4.
    let error = kind(DecodeOptions::default().with_reduce(2u8).with_region([5, 0, 7, 61]));
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
}

fn within(src: &[u8], options: &DecodeOptions, working_bytes: u64) -> Result<(Layout, AlignedBytes)> {
    let cx = Context::with_limits(Limits::default().with_working_bytes(working_bytes));
    Jpeg2k::new(EncodeOptions::default(), options.clone()).decoder()?.decode(src, None, &cx)
}

/// The least limit under which this decodes, by the error of a lower one.
fn needed(src: &[u8], options: &DecodeOptions) -> u64 {
    match within(src, options, 1 << 16).unwrap_err().kind() {
        ErrorKind::Limit { which: "working_bytes", requested, .. } => requested,
        other => panic!("{other:?}"),
    }
}

/// OpenJPEG holds more for most of a tile than for all of it.
#[test]
fn region_within_the_memory_of_the_whole_is_its_crop() {
    let layout = Layout::new(DType::U8, &[500, 600, 3]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    for tile in [None, Some([400, 350])] {
        let options = EncodeOptions::default().with_tile(tile);
        let src = encode(ArrayRef::new(&samples, layout).unwrap(), &options).unwrap();
        let least = needed(&src, &DecodeOptions::default());
        within(&src, &DecodeOptions::default(), least).unwrap();
        for (reduce, region) in
            [(0, [1, 1, 600, 500]), (0, [0, 0, 599, 500]), (0, [7, 9, 590, 410]), (1, [2, 2, 600, 500])]
        {
            let options = DecodeOptions::default().with_reduce(reduce).with_region(region);
            let least = needed(&src, &DecodeOptions::default().with_reduce(reduce)).min(least);
            assert!(needed(&src, &options) <= least, "{tile:?} {region:?}");
            let (_, part) = within(&src, &options, least).unwrap();
            let [left, top, right, bottom] = region.map(|edge: u32| edge.div_ceil(1 << reduce) as usize);
            let whole = decode(&src, &DecodeOptions::default().with_reduce(reduce)).unwrap();
            assert!(*part == crop(&whole.1, whole.0.shape()[1], [left, top, right, bottom]), "{tile:?} {region:?}");
            assert!(*part == *decode(&src, &options).unwrap().1, "{tile:?} {region:?}");
        }
    }
}

/// One tile of 13000 x 13000 with empty packets: all samples are 128.
fn huge() -> Vec<u8> {
    let header = [siz([0, 0, 13_000, 13_000], [13_000, 13_000], [0, 0], &[[7, 1, 1]]), cod(1, 1), qcd(1)];
    stream(&header, &[part(0, 0, 1, &[], &[0, 0])])
}

#[test]
fn small_region_of_a_tile_beyond_the_limit_decodes() {
    let src = huge();
    assert!(needed(&src, &DecodeOptions::default()) > Limits::default().working_bytes);
    let options = DecodeOptions::default().with_region([12_900, 0, 13_000, 50]);
    let (layout, samples) = decode(&src, &options).unwrap();
    assert_eq!(layout.shape(), [50, 100]);
    assert_eq!(*samples, [128; 5000]);
}

#[test]
fn limit_of_a_large_tile_is_named_with_the_way_out() {
    let src = huge();
    let options = DecodeOptions::default().with_region([1, 1, 13_000, 13_000]);
    let error = decode(&src, &options).unwrap_err();
    let ErrorKind::Limit { which: "working_bytes", requested, allowed } = error.kind() else { panic!("{error}") };
    let text = format!(
        "jpeg2k: a tile of 13000x13000 needs {requested} of working memory, limit working_bytes is {allowed}: raise it \
         or decode a lower resolution with reduce"
    );
    assert_eq!(error.to_string(), text);
    let last = decode(&src, &options.with_reduce(1u8)).map(|(layout, _)| layout).unwrap();
    assert_eq!(last.shape(), [6499, 6499]);
}

/// The most memory that this process ever held.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Runs itself in a process of its own, where no other test takes memory.
#[cfg(target_os = "linux")]
#[test]
fn memory_of_a_region_stays_within_the_limit() {
    const FILE: &str = "IIO_JPEG2K_REGION_TEST";
    if let Some(path) = std::env::var_os(FILE) {
        let src = std::fs::read(path).unwrap();
        let limit = needed(&src, &DecodeOptions::default());
        let before = peak();
        let (layout, _) = within(&src, &DecodeOptions::default().with_region([1, 1, 1999, 1999]), limit).unwrap();
        let used = peak() - before;
        assert!(used < limit + layout.n_bytes() as u64 + (4 << 20), "{used} bytes under a limit of {limit}");
        return;
    }
    let layout = Layout::new(DType::U8, &[2000, 2000]).unwrap();
    let samples = Content::Photo.array(&layout, None);
    let src = encode(ArrayRef::new(&samples, layout).unwrap(), &EncodeOptions::default()).unwrap();
    let path = std::env::temp_dir().join(format!("iio-jpeg2k-region-{}.jp2", std::process::id()));
    std::fs::write(&path, src).unwrap();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "region::memory_of_a_region_stays_within_the_limit", "--nocapture"])
        .env(FILE, &path)
        .output();
    std::fs::remove_file(&path).unwrap();
    let child = child.unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}
