//! Hand-made files, by the sections of the PNG specification, third edition.

use iio_codec::{ArrayDecoder, ArrayMut, Context, DType, ErrorKind, Layout};
use iio_format_png::{DecodeOptions, Decoder, Head, Png, check, decode, decode_into, decoded_layout};

use crate::file::{file, ihdr, image, stored, tiny};

fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

fn pixels(src: &[u8], options: &DecodeOptions) -> (Layout, Vec<u8>) {
    let (layout, bytes) = decode(src, options).unwrap();
    assert_eq!(decoded_layout(src, options).unwrap(), layout);
    (layout, bytes.to_vec())
}

fn plain(src: &[u8]) -> (Layout, Vec<u8>) {
    pixels(src, &DecodeOptions::default())
}

fn native(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

const RGB: &[u8; 6] = &[1, 2, 3, 4, 5, 6];

fn palette() -> (&'static [u8; 4], Vec<u8>) {
    (b"PLTE", RGB.to_vec())
}

#[test]
fn gray_below_8_bits_is_scaled_or_kept() {
    // 4.2: samples of 2 bits, the leftmost in the highest bits; 13.12 scaling by replication.
    let src = image(ihdr(5, 1, 2, 0, 0), &[], &[0, 0b00_01_10_11, 0b10_000000]);
    assert_eq!(plain(&src), (layout(DType::U8, &[1, 5]), vec![0, 85, 170, 255, 170]));
    let raw = DecodeOptions::default().with_scale_low_bits(false);
    assert_eq!(pixels(&src, &raw).1, [0, 1, 2, 3, 2]);
    assert_eq!(Decoder::new(raw).header(&src).unwrap().unwrap().bits, 2);
    assert_eq!(Decoder::new(DecodeOptions::default()).header(&src).unwrap().unwrap().bits, 8);
    let one = image(ihdr(9, 1, 1, 0, 0), &[], &[0, 0b1010_0001, 0x80]);
    assert_eq!(plain(&one).1, [255, 0, 255, 0, 0, 0, 0, 255, 255]);
    let four = image(ihdr(3, 1, 4, 0, 0), &[], &[0, 0x0f, 0x70]);
    assert_eq!(plain(&four).1, [0, 255, 119]);
}

#[test]
fn sixteen_bits_are_native() {
    let src = image(ihdr(2, 1, 16, 0, 0), &[], &[0, 0x12, 0x34, 0xff, 0x00]);
    assert_eq!(plain(&src), (layout(DType::U16, &[1, 2]), native(&[0x1234, 0xff00])));
}

#[test]
fn filters_of_16_bits_work_on_the_bytes_of_the_file() {
    // 9.2: Sub, Up, Average and Paeth of two gray pixels, low bytes without carry into the high ones.
    let rows = [1, 0x12, 0xff, 0x01, 0x02, 2, 0, 1, 0xff, 0, 3, 0, 0, 0, 0, 4, 1, 1, 1, 1];
    let src = image(ihdr(2, 4, 16, 0, 0), &[], &rows);
    // Row 0: 12ff, 12+1 ff+2 = 1301. Row 1: 12 00, 12 01. Row 2: means 09 00, (09+12)/2 = 0d, (00+01)/2 = 0.
    // Row 3: 09+1 00+1; p = 0a+0d-09 = 0e: 0d; p = 01+00-00 = 1: 01.
    assert_eq!(plain(&src).1, native(&[0x12ff, 0x1301, 0x1200, 0x1201, 0x0900, 0x0d00, 0x0a01, 0x0e02]));
}

#[test]
fn palette_becomes_rgb_or_rgba_or_stays() {
    let rows = [0, 0b0100_0000];
    let opaque = image(ihdr(2, 1, 1, 3, 0), &[palette()], &rows);
    assert_eq!(plain(&opaque), (layout(DType::U8, &[1, 2, 3]), vec![1, 2, 3, 4, 5, 6]));
    let clear = image(ihdr(2, 1, 1, 3, 0), &[palette(), (b"tRNS", vec![9])], &rows);
    assert_eq!(plain(&clear), (layout(DType::U8, &[1, 2, 4]), vec![1, 2, 3, 9, 4, 5, 6, 255]));
    let no_alpha = DecodeOptions::default().with_expand_transparency(false);
    assert_eq!(pixels(&clear, &no_alpha).1, RGB);
    let indices = DecodeOptions::default().with_expand_palette(false);
    assert_eq!(pixels(&clear, &indices), (layout(DType::U8, &[1, 2]), vec![0, 1]));
    let head = Head::parse(&clear, &indices).unwrap();
    assert_eq!(head.palette.unwrap().colours(), [[1, 2, 3, 9], [4, 5, 6, 255]]);
}

#[test]
fn index_beyond_the_palette_is_black_or_refused() {
    let src = image(ihdr(3, 1, 2, 3, 0), &[palette()], &[0, 0b00_10_01_00]);
    assert_eq!(plain(&src).1, [1, 2, 3, 0, 0, 0, 4, 5, 6]);
    let strict = DecodeOptions::default().with_ignore_index_range(false);
    let error = decode(&src, &strict).unwrap_err();
    assert_eq!(error.to_string(), "png: index 2 at row 0 exceeds the palette of 2 colours");
    let interlaced = image(ihdr(3, 1, 2, 3, 1), &[palette()], &[0, 0, 0, 0x80, 0, 0x40]);
    assert_eq!(plain(&interlaced).1, [1, 2, 3, 4, 5, 6, 0, 0, 0]);
    assert_eq!(decode(&interlaced, &strict).unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn transparent_value_becomes_alpha() {
    let key = |bytes: &[u8]| vec![(b"tRNS", bytes.to_vec())];
    let gray = image(ihdr(2, 1, 8, 0, 0), &key(&[0, 7]), &[0, 7, 8]);
    assert_eq!(plain(&gray), (layout(DType::U8, &[1, 2, 2]), vec![7, 0, 8, 255]));
    // 11.3.1.1: only as many bits as a sample has are compared.
    let high = image(ihdr(2, 1, 8, 0, 0), &key(&[1, 7]), &[0, 7, 8]);
    assert_eq!(plain(&high).1, [7, 0, 8, 255]);
    let low = image(ihdr(2, 1, 4, 0, 0), &key(&[0, 3]), &[0, 0x34]);
    assert_eq!(plain(&low).1, [51, 0, 68, 255]);
    assert_eq!(pixels(&low, &DecodeOptions::default().with_scale_low_bits(false)).1, [3, 0, 4, 15]);
    let deep = image(ihdr(2, 1, 16, 0, 0), &key(&[1, 2]), &[0, 1, 2, 1, 3]);
    assert_eq!(plain(&deep), (layout(DType::U16, &[1, 2, 2]), native(&[0x102, 0, 0x103, 0xffff])));
    let rgb = image(ihdr(2, 1, 8, 2, 0), &key(&[0, 1, 0, 2, 0, 3]), &[0, 1, 2, 3, 1, 2, 4]);
    assert_eq!(plain(&rgb), (layout(DType::U8, &[1, 2, 4]), vec![1, 2, 3, 0, 1, 2, 4, 255]));
    let wide = image(ihdr(1, 1, 16, 2, 0), &key(&[0, 1, 0, 2, 0, 3]), &[0, 0, 1, 0, 2, 0, 3]);
    assert_eq!(plain(&wide), (layout(DType::U16, &[1, 1, 4]), native(&[1, 2, 3, 0])));
    let off = DecodeOptions::default().with_expand_transparency(false);
    assert_eq!(pixels(&rgb, &off).0, layout(DType::U8, &[1, 2, 3]));
    assert_eq!(Head::parse(&rgb, &off).unwrap().transparent, Some([1, 2, 3]));
}

#[test]
fn alpha_of_the_pixels_stays() {
    let src = image(ihdr(1, 1, 8, 4, 0), &[], &[0, 5, 6]);
    assert_eq!(pixels(&src, &DecodeOptions::default().with_expand_transparency(false)).1, [5, 6]);
    let src = image(ihdr(1, 1, 16, 6, 0), &[], &[0, 0, 1, 0, 2, 0, 3, 0, 4]);
    assert_eq!(plain(&src), (layout(DType::U16, &[1, 1, 4]), native(&[1, 2, 3, 4])));
}

#[test]
fn adam7_passes_land_where_section_8_2_says() {
    // One gray byte per pixel, whose value is the number of its pass.
    const PASSES: [u8; 64] = [
        1, 6, 4, 6, 2, 6, 4, 6, 7, 7, 7, 7, 7, 7, 7, 7, 5, 6, 5, 6, 5, 6, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 3, 6, 4, 6, 3,
        6, 4, 6, 7, 7, 7, 7, 7, 7, 7, 7, 5, 6, 5, 6, 5, 6, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7,
    ];
    let mut rows = Vec::new();
    for (pass, (width, height)) in [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)].into_iter().enumerate() {
        for _ in 0..height {
            rows.push(0);
            rows.extend(vec![u8::try_from(pass).unwrap() + 1; width]);
        }
    }
    assert_eq!(plain(&image(ihdr(8, 8, 8, 0, 1), &[], &rows)).1, PASSES);
    // Passes without pixels have no rows either.
    assert_eq!(plain(&image(ihdr(1, 2, 8, 0, 1), &[], &[0, 1, 2, 6])).1, [1, 6]);
}

#[test]
fn first_row_has_zeros_above() {
    let average = image(ihdr(2, 1, 8, 2, 0), &[], &[3, 10, 20, 30, 1, 1, 1]);
    assert_eq!(plain(&average).1, [10, 20, 30, 6, 11, 16]);
    let paeth = image(ihdr(2, 1, 8, 0, 0), &[], &[4, 10, 1]);
    assert_eq!(plain(&paeth).1, [10, 11]);
    let up = image(ihdr(2, 1, 8, 0, 0), &[], &[2, 10, 1]);
    assert_eq!(plain(&up).1, [10, 1]);
}

#[test]
fn data_may_be_cut_anywhere_into_chunks() {
    let stream = stored(&[0, 1, 2, 0, 3, 4]);
    let header = (b"IHDR", ihdr(2, 2, 8, 0, 0));
    for cut in 0..=stream.len() {
        let (a, b) = stream.split_at(cut);
        let src = file(&[header.clone(), (b"IDAT", a.to_vec()), (b"IDAT", Vec::new()), (b"IDAT", b.to_vec())]);
        assert_eq!(plain(&src).1, [1, 2, 3, 4], "cut at {cut}");
    }
}

#[test]
fn bytes_after_iend_are_left_alone() {
    let mut src = tiny();
    let end = src.len();
    src.extend(b"and more");
    assert_eq!(plain(&src).1, [7]);
    assert_eq!(Png::parse(&src, &DecodeOptions::default()).unwrap().end, end);
}

#[test]
fn planes_and_gaps_are_filled_like_an_image() {
    let src = image(ihdr(2, 2, 8, 2, 0), &[], &[0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 10, 11, 12]);
    // [3, 2, 2] in memory, seen as [2, 2, 3].
    let mut planes = [0; 12];
    let view = ArrayMut::new(&mut planes, layout(DType::U8, &[3, 2, 2])).unwrap().permute(&[1, 2, 0]).unwrap();
    decode_into(&src, view, &DecodeOptions::default()).unwrap();
    assert_eq!(planes, [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12]);
    // A tile of a larger image.
    let mut large = [99; 36];
    let view = ArrayMut::new(&mut large, layout(DType::U8, &[3, 4, 3])).unwrap().window(&[1..3, 1..3, 0..3]).unwrap();
    decode_into(&src, view, &DecodeOptions::default()).unwrap();
    assert_eq!(large[12..], [99, 99, 99, 1, 2, 3, 4, 5, 6, 99, 99, 99, 99, 99, 99, 7, 8, 9, 10, 11, 12, 99, 99, 99]);
}

#[test]
fn other_layouts_are_refused() {
    let src = tiny();
    let mut bytes = [0; 2];
    let view = ArrayMut::new(&mut bytes, layout(DType::U16, &[1, 1])).unwrap();
    let error = decode_into(&src, view, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "png: image is uint8 [1, 1], destination is uint16 [1, 1]");
    let view = ArrayMut::new(&mut bytes[..1], layout(DType::U8, &[1, 1, 1])).unwrap();
    decode_into(&src, view, &DecodeOptions::default()).unwrap();
    assert_eq!(bytes[0], 7);
}

#[test]
fn animation_is_counted_and_its_default_image_read() {
    let control = (b"acTL", vec![0, 0, 0, 3, 0, 0, 0, 9]);
    let frame = (b"fcTL", vec![0; 26]);
    let src = file(&[
        (b"IHDR", ihdr(1, 1, 8, 0, 0)),
        control,
        frame.clone(),
        (b"IDAT", stored(&[0, 7])),
        frame,
        (b"fdAT", vec![0, 0, 0, 1, 1, 2, 3]),
    ]);
    let head = Head::parse(&src, &DecodeOptions::default()).unwrap();
    assert_eq!((head.n_frames(), head.animation.unwrap().n_plays), (3, 9));
    assert_eq!(plain(&src).1, [7]);
    assert_eq!(Head::parse(&tiny(), &DecodeOptions::default()).unwrap().n_frames(), 1);
}

#[test]
fn signature_decides_the_check() {
    use iio_codec::Check;
    assert_eq!(check(&tiny()), Check::Yes);
    assert_eq!(check(b"\x89PNG\r\n"), Check::Unknown);
    assert_eq!(check(b"\x89PNG\r\n\x1a\r"), Check::No);
    assert_eq!(check(b"\x8aMNG\r\n\x1a\n"), Check::No);
}

/// Rows of RGB with all filters, more than one band of 1 MiB.
fn large() -> (Vec<u8>, Vec<u8>) {
    let (width, height) = (1500u32, 700u32);
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(u8::try_from(y % 5).unwrap());
        rows.extend((0..width * 3).map(|x| (x * 7 + y * 13).to_le_bytes()[0] & 63));
    }
    (ihdr(width, height, 8, 2, 0), rows)
}

fn banded(src: &[u8], working_bytes: u64) -> iio_codec::Result<(Layout, Vec<u8>)> {
    let limits = iio_codec::Limits::default().with_working_bytes(working_bytes);
    let decoded = Decoder::new(DecodeOptions::default()).decode(src, None, &Context::with_limits(limits));
    decoded.map(|(layout, bytes)| (layout, bytes.to_vec()))
}

#[test]
fn bands_give_what_the_whole_gives() {
    let (header, rows) = large();
    for before_data in [vec![], vec![(b"tRNS", vec![0, 1, 0, 2, 0, 3])]] {
        let src = image(header.clone(), &before_data, &rows);
        assert_eq!(banded(&src, 3 << 20).unwrap(), plain(&src));
        // Chunks cut everywhere, in the zlib header and the checksum too.
        let data = stored(&rows);
        let mut chunks = vec![(b"IHDR", header.clone())];
        chunks.extend(before_data);
        let cuts = [0, 1, 1, 2, 5000, data.len() / 2, data.len() - 5, data.len() - 2, data.len()];
        chunks.extend(cuts.windows(2).map(|cut| (b"IDAT", data[cut[0]..cut[1]].to_vec())));
        assert_eq!(banded(&file(&chunks), 3 << 20).unwrap(), plain(&src));
        let error = banded(&src, 1 << 20).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { which: "working_bytes", .. }), "{error}");
    }
}

#[test]
fn bands_check_what_the_whole_checks() {
    let (header, rows) = large();
    let mut stream = stored(&rows);
    let good = file(&[(b"IHDR", header.clone()), (b"IDAT", stream.clone())]);
    banded(&good, 3 << 20).unwrap();
    let last = stream.len() - 1;
    stream[last] ^= 1;
    let bad = file(&[(b"IHDR", header.clone()), (b"IDAT", stream.clone())]);
    let (whole, parts) = (decode(&bad, &DecodeOptions::default()).unwrap_err(), banded(&bad, 3 << 20).unwrap_err());
    assert_eq!(whole.to_string(), parts.to_string());
    stream.truncate(last - 9);
    let cut = file(&[(b"IHDR", header.clone()), (b"IDAT", stream)]);
    assert_eq!(banded(&cut, 3 << 20).unwrap_err().kind(), ErrorKind::Truncated);
    let short = file(&[(b"IHDR", header), (b"IDAT", stored(&rows[..rows.len() - 1]))]);
    assert_eq!(banded(&short, 3 << 20).unwrap_err().kind(), ErrorKind::Truncated);
}
