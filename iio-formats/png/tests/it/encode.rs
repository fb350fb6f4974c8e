//! What the encoder writes, option by option.

use iio_codec::{AnyCodec, ArrayEncoder, ArrayRef, CodecId, Config, Context, DType, ErrorKind, Layout, Limits, Result};
use iio_format_png::{
    ColourType, DecodeOptions, EncodeOptions, Encoder, Filters, INFO, Palette, Png, PngCodec, Strategy, decode, encode,
};

use crate::file::{crc, offset_of};

fn layout(dtype: DType, shape: &[usize]) -> Layout {
    Layout::new(dtype, shape).unwrap()
}

fn write(bytes: &[u8], layout: Layout, options: &EncodeOptions) -> Result<Vec<u8>> {
    encode(ArrayRef::new(bytes, layout).unwrap(), options)
}

/// An image with smooth and noisy parts: [64, 48, 3].
fn photo() -> (Vec<u8>, Layout) {
    let mut noise = 1u32;
    let mut bytes = Vec::new();
    for y in 0..64u32 {
        for x in 0..48u32 {
            noise = noise.wrapping_mul(1_103_515_245).wrapping_add(12345);
            let grain = noise >> 30;
            bytes.extend([x * 3 + y + grain, y * 2 + grain, x + 100].map(|v| v.to_le_bytes()[0]));
        }
    }
    (bytes, layout(DType::U8, &[64, 48, 3]))
}

fn filter_bytes(file: &[u8]) -> Vec<u8> {
    let png = Png::parse(file, &DecodeOptions::default()).unwrap();
    let start = offset_of(file, b"IDAT") + 8;
    let rows = iio_deflate::decode(&file[start + 2..start + png.data_len - 4]).unwrap();
    let header = png.head.header;
    let line = (header.width as usize * header.colour.n_samples() * usize::from(header.bit_depth)).div_ceil(8) + 1;
    rows.chunks(line).map(|line| line[0]).collect()
}

#[test]
fn header_names_the_array() {
    use ColourType::{Gray, GrayAlpha, Rgb, Rgba};
    let cases: &[(DType, &[usize], ColourType, u8)] = &[
        (DType::U8, &[2, 3], Gray, 8),
        (DType::U8, &[2, 3, 1], Gray, 8),
        (DType::U8, &[2, 3, 2], GrayAlpha, 8),
        (DType::U8, &[2, 3, 3], Rgb, 8),
        (DType::U8, &[2, 3, 4], Rgba, 8),
        (DType::U16, &[2, 3], Gray, 16),
        (DType::U16, &[2, 3, 2], GrayAlpha, 16),
        (DType::U16, &[2, 3, 3], Rgb, 16),
        (DType::U16, &[2, 3, 4], Rgba, 16),
    ];
    for &(dtype, shape, colour, depth) in cases {
        let layout = layout(dtype, shape);
        let file = write(&vec![0; layout.n_bytes()], layout, &EncodeOptions::default()).unwrap();
        let header = Png::parse(&file, &DecodeOptions::default()).unwrap().head.header;
        assert_eq!((header.width, header.height, header.colour, header.bit_depth), (3, 2, colour, depth));
    }
}

#[test]
fn arrays_that_no_png_holds_are_refused() {
    let cases: &[(DType, &[usize])] = &[
        (DType::U8, &[4]),
        (DType::U8, &[2, 2, 5]),
        (DType::U8, &[2, 2, 0]),
        (DType::U8, &[0, 2]),
        (DType::U8, &[2, 0, 3]),
        (DType::U8, &[1, 2, 2, 3]),
        (DType::F32, &[2, 2]),
        (DType::I16, &[2, 2]),
        (DType::U32, &[2, 2, 3]),
        (DType::Bool, &[2, 2]),
    ];
    for &(dtype, shape) in cases {
        let layout = layout(dtype, shape);
        let error = write(&vec![0; layout.n_bytes()], layout, &EncodeOptions::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{layout}: {error}");
    }
}

#[test]
fn higher_levels_give_smaller_files() {
    let (bytes, layout) = photo();
    let len = |level| write(&bytes, layout, &EncodeOptions::default().with_level(level)).unwrap().len();
    assert!(len(0) > bytes.len());
    assert!(len(1) < bytes.len() && len(9) < len(1) && len(12) <= len(9), "{} {} {}", len(1), len(9), len(12));
    let error = write(&bytes, layout, &EncodeOptions::default().with_level(13)).unwrap_err();
    assert_eq!(error.to_string(), "png: level must be 0..=12, got 13");
}

#[test]
fn single_filters_are_used_for_every_row() {
    let (bytes, layout) = photo();
    for (filter, kind) in
        [(Filters::NONE, 0), (Filters::SUB, 1), (Filters::UP, 2), (Filters::AVERAGE, 3), (Filters::PAETH, 4)]
    {
        let file = write(&bytes, layout, &EncodeOptions::default().with_filter(filter)).unwrap();
        assert_eq!(filter_bytes(&file), [kind; 64]);
        assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes);
    }
}

#[test]
fn sets_of_filters_are_chosen_from() {
    let (bytes, layout) = photo();
    let kinds = |filter| filter_bytes(&write(&bytes, layout, &EncodeOptions::default().with_filter(filter)).unwrap());
    let fast = kinds(Filters::FAST);
    assert!(fast.iter().all(|&kind| kind <= 2) && fast.contains(&1), "{fast:?}");
    let two = kinds(Filters::SUB.or(Filters::AVERAGE));
    assert!(two.iter().all(|kind| [1, 3].contains(kind)), "{two:?}");
    assert_eq!(filter_bytes(&write(&bytes, layout, &EncodeOptions::default()).unwrap()), kinds(Filters::ALL));
    assert_eq!(Filters::from_bits(0), Some(Filters::NONE));
    assert_eq!(Filters::from_bits(56), Some(Filters::FAST));
    assert_eq!(Filters::from_bits(4), None);
}

#[test]
fn low_depths_and_indices_are_not_filtered_by_default() {
    let gray = layout(DType::U8, &[8, 8]);
    let bytes: Vec<u8> = (0..64).map(|i| i % 4).collect();
    let options = EncodeOptions::default().with_scale_low_bits(false).with_bits_per_sample(2);
    assert_eq!(filter_bytes(&write(&bytes, gray, &options).unwrap()), [0; 8]);
    let options = EncodeOptions::default().with_palette(Palette::new(&[[1, 2, 3]; 200]).unwrap());
    assert_eq!(filter_bytes(&write(&bytes, gray, &options).unwrap()), [0; 8]);
}

#[test]
fn strategies_give_streams_of_their_kind() {
    let (bytes, layout) = photo();
    let file = |strategy| write(&bytes, layout, &EncodeOptions::default().with_strategy(strategy)).unwrap();
    let mut lens = Vec::new();
    for strategy in [Strategy::Default, Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed] {
        let file = file(strategy);
        assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes, "{strategy:?}");
        lens.push(file.len());
    }
    assert!(lens[0] <= lens[2], "matches do not pay: {lens:?}");
    // The type of the first block, behind the bit that marks the last one.
    let kind = |file: &[u8]| file[offset_of(file, b"IDAT") + 10] >> 1 & 3;
    assert_eq!(kind(&file(Strategy::Fixed)), 1);
    assert_eq!(kind(&file(Strategy::HuffmanOnly)), 2);
}

#[test]
fn runs_are_found_by_rle_and_not_by_huffman_only() {
    let flat = layout(DType::U8, &[100, 1000]);
    let bytes = vec![200; 100_000];
    let len = |strategy| write(&bytes, flat, &EncodeOptions::default().with_strategy(strategy)).unwrap().len();
    // One bit per byte is the least without matches.
    assert!(len(Strategy::HuffmanOnly) > 12_500, "{}", len(Strategy::HuffmanOnly));
    assert!(len(Strategy::Rle) < 1000, "{}", len(Strategy::Rle));
    assert!(len(Strategy::Filtered) < 1000 && len(Strategy::Fixed) < 1500);
    // A pattern of 8 bytes has no runs, but matches.
    let pattern: Vec<u8> = (0..100_000u32).map(|i| (i % 8 * 31).to_le_bytes()[0]).collect();
    let len = |strategy| {
        let options = EncodeOptions::default().with_strategy(strategy).with_filter(Filters::NONE);
        write(&pattern, flat, &options).unwrap().len()
    };
    assert!(len(Strategy::Filtered) < 3000 && len(Strategy::Rle) > 30_000);
}

#[test]
fn noise_is_stored_rather_than_grown() {
    let mut noise = 7u64;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(99);
        noise.to_le_bytes()[7]
    })
    .take(300 * 300)
    .collect();
    let layout = layout(DType::U8, &[300, 300]);
    for strategy in [Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle] {
        let file = write(&bytes, layout, &EncodeOptions::default().with_strategy(strategy)).unwrap();
        assert!(file.len() < bytes.len() + 600, "{strategy:?}: {}", file.len());
        assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes);
    }
}

#[test]
fn strategies_survive_every_shape_of_statistics() {
    // Skewed counts make codes longer than the limit; single symbols make codes of one.
    let mut skewed = Vec::new();
    let (mut a, mut b) = (1u64, 1u64);
    for symbol in 0..24u8 {
        skewed.extend(std::iter::repeat_n(symbol * 3, usize::try_from(a).unwrap()));
        (a, b) = (b, a + b);
    }
    // Scattered, so that no runs remain.
    let n = skewed.len();
    let scattered: Vec<u8> = (0..n).map(|i| skewed[i * 7919 % n]).collect();
    for bytes in [scattered, vec![0], vec![9; 5], (0..=255).collect(), vec![0, 1]] {
        let layout = layout(DType::U8, &[1, bytes.len()]);
        for strategy in [Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed] {
            let options = EncodeOptions::default().with_strategy(strategy).with_filter(Filters::NONE);
            let file = write(&bytes, layout, &options).unwrap();
            assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes, "{strategy:?}");
        }
    }
}

#[test]
fn interlace_writes_passes() {
    let (bytes, layout) = photo();
    let file = write(&bytes, layout, &EncodeOptions::default().with_interlace(true)).unwrap();
    assert!(Png::parse(&file, &DecodeOptions::default()).unwrap().head.header.interlaced);
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes);
}

#[test]
fn scaled_values_are_packed_or_refused() {
    let gray = layout(DType::U8, &[1, 5]);
    let options = EncodeOptions::default().with_bits_per_sample(2);
    let file = write(&[0, 85, 170, 255, 85], gray, &options).unwrap();
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), [0, 85, 170, 255, 85]);
    let raw = DecodeOptions::default().with_scale_low_bits(false);
    assert_eq!(decode(&file, &raw).unwrap().1.as_slice(), [0, 1, 2, 3, 1]);
    let error = write(&[0, 86, 0, 0, 0], gray, &options).unwrap_err();
    assert_eq!(error.to_string(), "png: value 86 at row 0 is not a multiple of 85, as 2 bits scaled to 0..=255 are");
    let options = options.with_scale_low_bits(false);
    assert_eq!(write(&[0, 1, 2, 3, 1], gray, &options).unwrap(), file);
    let error = write(&[0, 4, 0, 0, 0], gray, &options).unwrap_err();
    assert_eq!(error.to_string(), "png: value 4 at row 0 exceeds 3, which 2 bits hold");
}

#[test]
fn bool_is_one_bit_if_asked_for() {
    let layout = layout(DType::Bool, &[1, 9]);
    let options = EncodeOptions::default().with_bits_per_sample(1);
    let file = write(&[1, 0, 1, 1, 0, 0, 0, 0, 1], layout, &options).unwrap();
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), [255, 0, 255, 255, 0, 0, 0, 0, 255]);
    assert_eq!(write(&[2; 9], layout, &options).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn depths_that_do_not_fit_are_refused() {
    let refused = |dtype, shape: &[usize], bits| {
        let layout = layout(dtype, shape);
        let options = EncodeOptions::default().with_bits_per_sample(bits);
        write(&vec![0; layout.n_bytes()], layout, &options).unwrap_err().kind() == ErrorKind::InvalidArgument
    };
    assert!(refused(DType::U8, &[1, 1], 3));
    assert!(refused(DType::U8, &[1, 1], 16));
    assert!(refused(DType::U16, &[1, 1], 8));
    assert!(refused(DType::U8, &[1, 1, 3], 4));
    assert!(write(&[0], layout(DType::U8, &[1, 1]), &EncodeOptions::default().with_bits_per_sample(8)).is_ok());
}

#[test]
fn palette_is_written_with_its_alpha() {
    let colours = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    let palette = Palette::new(&colours).unwrap().with_alpha(&[0, 128]).unwrap();
    let options = EncodeOptions::default().with_palette(palette.clone());
    let gray = layout(DType::U8, &[1, 4]);
    let file = write(&[0, 1, 2, 1], gray, &options).unwrap();
    let head = Png::parse(&file, &DecodeOptions::default()).unwrap().head;
    assert_eq!((head.header.colour, head.header.bit_depth), (ColourType::Palette, 2));
    assert_eq!(head.palette.unwrap(), palette);
    let expected = [1, 2, 3, 0, 4, 5, 6, 128, 7, 8, 9, 255, 4, 5, 6, 128];
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), expected);
    let error = write(&[0, 3, 0, 0], gray, &options).unwrap_err();
    assert_eq!(error.to_string(), "png: index 3 at row 0 exceeds the palette of 3 colours");
    let wide = options.clone().with_bits_per_sample(8);
    let file = write(&[0, 1, 2, 1], gray, &wide).unwrap();
    assert_eq!(Png::parse(&file, &DecodeOptions::default()).unwrap().head.header.bit_depth, 8);
    assert!(write(&[0, 1, 2, 1], gray, &options.with_bits_per_sample(1)).is_err());
    assert!(Palette::new(&[]).is_err() && Palette::new(&[[0; 3]; 257]).is_err());
    assert!(Palette::new(&colours).unwrap().with_alpha(&[0; 4]).is_err());
}

#[test]
fn transparent_value_is_written() {
    let rgb = layout(DType::U8, &[1, 2, 3]);
    let options = EncodeOptions::default().with_transparent([1, 2, 3]);
    let file = write(&[1, 2, 3, 4, 5, 6], rgb, &options).unwrap();
    assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), [1, 2, 3, 0, 4, 5, 6, 255]);
    let gray = layout(DType::U8, &[1, 6]);
    assert_eq!(
        decode(&write(&[1; 6], gray, &options).unwrap(), &DecodeOptions::default()).unwrap().1.as_slice(),
        [1, 0].repeat(6)
    );
    let high = EncodeOptions::default().with_transparent([256, 0, 0]);
    assert_eq!(write(&[1; 6], gray, &high).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(write(&[1; 4], layout(DType::U8, &[1, 2, 2]), &options).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn arrays_with_gaps_are_encoded_like_those_without() {
    let (bytes, layout_) = photo();
    let whole = ArrayRef::new(&bytes, layout_).unwrap();
    let window = whole.window(&[3..20, 5..30, 0..3]).unwrap();
    let mut copy = Vec::new();
    window.append_to(&mut copy).unwrap();
    let options = EncodeOptions::default();
    assert_eq!(encode(window, &options).unwrap(), write(&copy, *window.layout(), &options).unwrap());
    // Transposed: no two samples of a pixel row side by side.
    let turned = whole.permute(&[1, 0, 2]).unwrap();
    let mut copy = Vec::new();
    turned.append_to(&mut copy).unwrap();
    assert_eq!(encode(turned, &options).unwrap(), write(&copy, *turned.layout(), &options).unwrap());
    let planes = whole.permute(&[2, 0, 1]).unwrap().index_axis(0, 1).unwrap();
    let mut copy = Vec::new();
    planes.append_to(&mut copy).unwrap();
    assert_eq!(encode(planes, &options).unwrap(), write(&copy, *planes.layout(), &options).unwrap());
}

#[test]
fn images_beyond_working_memory_are_written_row_by_row() {
    let bytes: Vec<u8> = (0..600 * 500u32).map(|i| (i / 500 * 3 + i % 500 / 7).to_le_bytes()[0]).collect();
    let layout = layout(DType::U8, &[600, 500]);
    let view = ArrayRef::new(&bytes, layout).unwrap();
    for interlace in [false, true] {
        let mut encoder = Encoder::new(EncodeOptions::default().with_interlace(interlace)).unwrap();
        let limits = Limits::default().with_working_bytes(100_000);
        let file = encoder.encode(view, &Context::with_limits(limits)).unwrap();
        assert!(file.len() < bytes.len() / 2);
        assert_eq!(decode(&file, &DecodeOptions::default()).unwrap().1.as_slice(), bytes);
    }
}

#[test]
fn failed_encode_leaves_the_destination_as_it_was() {
    let mut encoder = Encoder::new(EncodeOptions::default().with_bits_per_sample(1)).unwrap();
    let mut dst = vec![1, 2, 3];
    let bytes = [0, 255, 7];
    let view = ArrayRef::new(&bytes, layout(DType::U8, &[3, 1])).unwrap();
    encoder.encode_append(view, &mut dst, &Context::default()).unwrap_err();
    assert_eq!(dst, [1, 2, 3]);
}

#[test]
fn chunks_carry_their_crc() {
    let file = write(&[1, 2, 3], layout(DType::U8, &[1, 1, 3]), &EncodeOptions::default()).unwrap();
    for kind in [b"IHDR", b"IDAT", b"IEND"] {
        let at = offset_of(&file, kind);
        let len = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        let stored = u32::from_be_bytes(file[at + 8 + len..at + 12 + len].try_into().unwrap());
        assert_eq!(stored, crc(&file[at + 4..at + 8 + len]));
    }
}

fn create(config: &Config) -> Result<AnyCodec> {
    INFO.create(&CodecId::Name("png"), config)
}

fn encode_with(config: &Config) -> Vec<u8> {
    let (bytes, layout) = photo();
    let AnyCodec::Array(codec) = create(config).unwrap() else { panic!("not an array codec") };
    codec.encoder().unwrap().encode(ArrayRef::new(&bytes, layout).unwrap(), &Context::default()).unwrap()
}

#[test]
fn config_keys_are_those_of_imagecodecs() {
    let (bytes, layout) = photo();
    let direct = |options: &EncodeOptions| write(&bytes, layout, options).unwrap();
    let default = EncodeOptions::default();
    assert_eq!(encode_with(&Config::new().set("level", -1)), direct(&default));
    assert_eq!(encode_with(&Config::new().set("level", 1)), direct(&default.clone().with_level(1)));
    for (filter, expected) in
        [("SUB", Filters::SUB), ("fast", Filters::FAST), ("no", Filters::NONE), ("all", Filters::ALL)]
    {
        assert_eq!(encode_with(&Config::new().set("filter", filter)), direct(&default.clone().with_filter(expected)));
    }
    let two = default.clone().with_filter(Filters::UP.or(Filters::PAETH));
    for config in
        [Config::new().set("filter", 160), Config::new().set("filter", "160"), Config::new().set("filter", "up+paeth")]
    {
        assert_eq!(encode_with(&config), direct(&two));
    }
    let rle = direct(&default.clone().with_strategy(Strategy::Rle));
    assert_eq!(encode_with(&Config::new().set("strategy", "RLE")), rle);
    assert_eq!(encode_with(&Config::new().set("strategy", 3)), rle);
    for bad in [
        Config::new().set("filter", 7),
        Config::new().set("filter", "best"),
        Config::new().set("strategy", 5),
        Config::new().set("level", 13),
        Config::new().set("primaries", "red"),
        Config::new().set("palette", vec![1u8, 2]),
        Config::new().set("palette_alpha", vec![1u8]),
        Config::new().set("transparent", vec![1i64, 2]),
        Config::new().set("bits_per_sample", 5),
        Config::new().set("quality", 5),
    ] {
        assert_eq!(create(&bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
    }
}

#[test]
fn colour_space_is_written_by_code_point_or_name() {
    let config = Config::new().set("primaries", "BT2020").set("transfer", "pq").set("matrix", 0);
    let file = encode_with(&config);
    let at = offset_of(&file, b"cICP");
    assert_eq!(file[at + 8..at + 12], [9, 16, 0, 1]);
    let file = encode_with(&Config::new().set("primaries", 12));
    assert_eq!(file[offset_of(&file, b"cICP") + 8..][..4], [12, 2, 0, 1]);
    let file = encode_with(&Config::new().set("matrix", "ictcp").set("transfer", "18"));
    assert_eq!(file[offset_of(&file, b"cICP") + 8..][..4], [2, 18, 14, 1]);
}

#[test]
fn options_reach_the_decoder_of_a_configured_codec() {
    let file = write(&[0, 255], layout(DType::U8, &[1, 2]), &EncodeOptions::default().with_bits_per_sample(1)).unwrap();
    let AnyCodec::Array(codec) = create(&Config::new().set("scale_low_bits", false)).unwrap() else { panic!() };
    let (_, bytes) = codec.decoder().unwrap().decode(&file, None, &Context::default()).unwrap();
    assert_eq!(bytes.as_slice(), [0, 1]);
    assert!(PngCodec::new(EncodeOptions::default().with_level(99), DecodeOptions::default()).is_err());
}
