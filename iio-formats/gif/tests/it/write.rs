//! The encoder, option by option.

use iio_codec::{ArrayRef, DType, ErrorKind, Layout};
use iio_format_gif::{DecodeOptions, Disposal, EncodeOptions, decode, encode, encode_into};

use crate::{layout, noise};

fn made(shape: &[usize], samples: &[u8], options: &EncodeOptions) -> Vec<u8> {
    encode(ArrayRef::new(samples, layout(shape)).unwrap(), options).unwrap()
}

fn back(file: &[u8]) -> Vec<u8> {
    decode(file, &DecodeOptions::default()).unwrap().1.to_vec()
}

fn find(file: &[u8], what: &[u8]) -> Option<usize> {
    file.windows(what.len()).position(|window| window == what)
}

/// A picture with more colours than a palette has.
fn photo(height: usize, width: usize) -> Vec<u8> {
    let pixel = |y: usize, x: usize| [y * 255 / height, x * 255 / width, (x + y) * 255 / (height + width)];
    (0..height * width).flat_map(|i| pixel(i / width, i % width).map(|v| v.to_le_bytes()[0])).collect()
}

fn mean_error(a: &[u8], b: &[u8]) -> f64 {
    let sum: u32 = a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum();
    f64::from(sum) / a.len() as f64
}

#[test]
fn gray_and_colormap_are_stored_as_they_are() {
    let samples = noise(6 * 5);
    let file = made(&[6, 5], &samples, &EncodeOptions::default());
    assert!(file.starts_with(b"GIF87a"));
    let raw = DecodeOptions::default().with_asrgb(false);
    assert_eq!(decode(&file, &raw).unwrap().1.as_slice(), samples);
    assert!(back(&file).chunks(3).zip(&samples).all(|(rgb, &gray)| rgb == [gray; 3]));
    let colours = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    let file = made(&[1, 3], &[2, 0, 1], &EncodeOptions::default().with_colormap(colours));
    assert_eq!(back(&file), [7, 8, 9, 1, 2, 3, 4, 5, 6]);
    // Four colours have two bits, in table and codes.
    assert_eq!(file[10] & 7, 1);
    let options = EncodeOptions::default().with_colormap(colours).with_transparent(Some(0));
    assert_eq!(back(&made(&[1, 2], &[0, 1], &options)), [1, 2, 3, 0, 4, 5, 6, 255]);
}

#[test]
fn up_to_256_colours_are_lossless_and_one_is_left_for_transparent() {
    let all: Vec<u8> = (0..256).flat_map(|i: usize| [i, 255 - i, i * 7 % 256].map(|v| v.to_le_bytes()[0])).collect();
    assert_eq!(back(&made(&[16, 16, 3], &all, &EncodeOptions::default())), all);
    let holes: Vec<u8> = all.as_chunks::<3>().0.iter().flat_map(|&[r, g, b]| [r, g, b, 255]).collect();
    let mut holes = holes;
    holes[..4].fill(0);
    assert_eq!(back(&made(&[16, 16, 4], &holes, &EncodeOptions::default())), holes);
    // Alpha is on or off.
    let found = back(&made(&[1, 2, 4], &[1, 2, 3, 127, 4, 5, 6, 128], &EncodeOptions::default()));
    assert_eq!((found[3], &found[4..]), (0, &[4, 5, 6, 255][..]));
}

#[test]
fn more_colours_are_quantized_closely_and_dither_keeps_means() {
    let photo = photo(64, 96);
    let plain = EncodeOptions::default().with_dither(false);
    let found = back(&made(&[64, 96, 3], &photo, &plain));
    assert!(mean_error(&found, &photo) < 6.0, "{}", mean_error(&found, &photo));
    let few = back(&made(&[64, 96, 3], &photo, &plain.clone().with_n_colours(32)));
    let distinct: std::collections::BTreeSet<_> = few.chunks(3).collect();
    assert!(distinct.len() <= 32, "{}", distinct.len());
    assert!(mean_error(&few, &photo) > mean_error(&found, &photo));
    // Means of blocks are nearer with dithering than without.
    let dithered = back(&made(&[64, 96, 3], &photo, &EncodeOptions::default().with_n_colours(32)));
    assert_ne!(dithered, few);
    let blocks = |pixels: &[u8]| -> Vec<u8> {
        let block = |b: usize| {
            let (y, x) = (b / 12 * 8, b % 12 * 8);
            let sum: usize = (0..64).map(|i| usize::from(pixels[((y + i / 8) * 96 + x + i % 8) * 3])).sum();
            (sum / 64).to_le_bytes()[0]
        };
        (0..96).map(block).collect()
    };
    let wanted = blocks(&photo);
    let (with, without) = (mean_error(&blocks(&dithered), &wanted), mean_error(&blocks(&few), &wanted));
    assert!(with < 0.8 * without, "{with} {without}");
}

#[test]
fn interlaced_files_decode_to_the_same() {
    let samples = noise(17 * 9);
    let plain = made(&[17, 9], &samples, &EncodeOptions::default());
    let interlaced = made(&[17, 9], &samples, &EncodeOptions::default().with_interlace(true));
    assert_ne!(plain, interlaced);
    assert_eq!(back(&plain), back(&interlaced));
}

#[test]
fn animations_have_loops_delays_and_disposal() {
    let samples = noise(3 * 4 * 5).iter().map(|byte| byte & 0x80).collect::<Vec<_>>();
    let options =
        EncodeOptions::default().with_rgb(Some(false)).with_duration([40, 105, 655_350]).with_loops(Some(513));
    let file = made(&[3, 4, 5], &samples, &options.clone().with_disposal(Some(Disposal::Keep)));
    assert!(find(&file, b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x01\x02\0").is_some());
    for delay in [[4, 0], [11, 0], [0xff, 0xff]] {
        assert!(find(&file, &[0x21, 0xf9, 4, 1 << 2, delay[0], delay[1], 0, 0]).is_some(), "{delay:?}");
    }
    // One number holds for all; no number writes no control.
    let file = made(&[3, 4, 5], &samples, &options.clone().with_duration([20]).with_loops(None));
    assert_eq!(file.windows(5).filter(|window| *window == [0x21, 0xf9, 4, 0, 2]).count(), 3);
    assert!(find(&file, b"NETSCAPE").is_none());
    let file = made(&[3, 4, 5], &samples, &options.clone().with_duration([]));
    assert!(find(&file, &[0x21, 0xf9]).is_none());
    let short = options.with_duration([1, 2]);
    let error = encode(ArrayRef::new(&samples, layout(&[3, 4, 5])).unwrap(), &short).unwrap_err();
    assert_eq!(error.message(), "duration has 2 numbers, frame 2 has none");
    // A single image is not shown again and again.
    let file = made(&[4, 5], &samples[..20], &EncodeOptions::default().with_loops(Some(3)));
    assert!(find(&file, b"NETSCAPE").is_none());
}

#[test]
fn frames_with_holes_replace_those_before() {
    let (on, off) = ([9, 8, 7, 255], [0, 0, 0, 0]);
    let frames = [[on, off, off], [off, on, off], [on, on, on], [off, off, on]].concat().concat();
    for crop in [false, true] {
        let file = made(&[4, 1, 3, 4], &frames, &EncodeOptions::default().with_crop(crop));
        assert_eq!(back(&file), frames, "{crop}");
    }
    // Told to keep, they show through.
    let keep = EncodeOptions::default().with_disposal(Some(Disposal::Keep));
    assert_eq!(back(&made(&[4, 1, 3, 4], &frames, &keep))[12..20], [on, on].concat());
}

#[test]
fn crop_stores_what_changes_only() {
    let mut frames = vec![10; 3 * 40 * 50 * 3];
    frames[40 * 50 * 3 + (7 * 50 + 9) * 3] = 99;
    frames[40 * 50 * 3 * 2 + (30 * 50 + 41) * 3 + 1] = 98;
    let plain = made(&[3, 40, 50, 3], &frames, &EncodeOptions::default());
    let cropped = made(&[3, 40, 50, 3], &frames, &EncodeOptions::default().with_crop(true));
    assert_eq!((back(&plain) == frames, back(&cropped) == frames), (true, true));
    assert!(cropped.len() < plain.len());
    // One pixel, then the rectangle of the old and the new one.
    assert!(find(&cropped, &[0x2c, 9, 0, 7, 0, 1, 0, 1, 0]).is_some());
    assert!(find(&cropped, &[0x2c, 9, 0, 7, 0, 33, 0, 24, 0]).is_some());
}

#[test]
fn comments_are_written_in_sub_blocks() {
    let text = "a comment ".repeat(30);
    let file = made(&[1, 1], &[0], &EncodeOptions::default().with_comment(&text));
    assert!(file.starts_with(b"GIF89a"));
    let at = find(&file, &[0x21, 0xfe, 255]).unwrap();
    assert_eq!(&file[at + 3..at + 258], &text.as_bytes()[..255]);
    assert_eq!((file[at + 258], file[at + 259 + 45]), (45, 0));
}

#[test]
fn what_gif_cannot_hold_is_refused() {
    let refused = |layout: Layout, options: &EncodeOptions| {
        let samples = vec![200; layout.n_bytes()];
        let error = encode(ArrayRef::new(&samples, layout).unwrap(), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    };
    let plain = EncodeOptions::default();
    refused(Layout::new(DType::U16, &[2, 2]).unwrap(), &plain);
    refused(layout(&[2]), &plain);
    refused(layout(&[0, 2]), &plain);
    refused(layout(&[1, 65536]), &plain);
    refused(layout(&[2, 2, 2]), &plain.clone().with_rgb(Some(true)));
    refused(layout(&[2, 2]), &plain.clone().with_colormap([[0; 3]; 200]));
    refused(layout(&[2, 2]), &plain.clone().with_colormap(&[][..]));
    refused(layout(&[2, 2]), &plain.clone().with_transparent(Some(1)));
    refused(layout(&[2, 2, 3]), &plain.clone().with_n_colours(1));
    refused(layout(&[2, 2, 3]), &plain.clone().with_duration([655_351]));
    let pixels = ArrayRef::new(&[1, 2, 3], layout(&[1, 1, 3])).unwrap();
    let mut short = [0; 10];
    assert!(matches!(encode_into(pixels, &mut short, &plain).unwrap_err().kind(), ErrorKind::OutputTooSmall { .. }));
}
