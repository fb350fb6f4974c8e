//! Colour spaces: of the stream, of the array, and what a container says of them.

use std::sync::Arc;

use iio_codec::{AnyCodec, CodecId, Config, Context, ErrorKind};
use iio_jpeg8::{ColourSpace, DecodeOptions, INFO, Stored, decode};

use crate::build::{segment, sof, sos, stream, tables};

/// A pixel of levels 138, 128, 133, .. as `n` components.
fn pixel(n: u8, extra: &[u8]) -> Vec<u8> {
    let mut segments = tables();
    segments.push(extra.to_vec());
    let components: Vec<_> = (1..=n).map(|id| [id, 0x11, 0]).collect();
    let scan: Vec<_> = (1..=n).map(|id| [id, 0]).collect();
    segments.extend([sof(0xc0, 8, 8, &components), sos(&scan, [0, 63, 0])]);
    // DC differences of 7 (10 111 0), 0 (0 0), 5 (10 101 0), 0 (0 0).
    let bits = [0b1011_1000, 0b1010_1000, 0xff, 0];
    stream(&segments, &bits)
}

const STORED: [u8; 4] = [135, 128, 133, 128];
/// By T.871: 135 + 1.402 * 5, 135 - 0.71414 * 5, 135.
const RGB: [u8; 3] = [142, 131, 135];

fn first(src: &[u8], options: &DecodeOptions) -> Vec<u8> {
    let (layout, samples) = decode(src, options).unwrap();
    let n = layout.shape().get(2).copied().unwrap_or(1);
    samples[..n].to_vec()
}

fn adobe(transform: u8) -> Vec<u8> {
    segment(0xee, &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat())
}

#[test]
fn outcolorspace_chooses_the_samples_of_the_array() {
    let ycbcr = pixel(3, &[]);
    let give = |space| first(&ycbcr, &DecodeOptions::default().with_outcolorspace(space));
    let [r, g, b] = RGB;
    assert_eq!(first(&ycbcr, &DecodeOptions::default()), RGB);
    assert_eq!(give(ColourSpace::Unknown), RGB);
    assert_eq!(give(ColourSpace::Gray), STORED[..1]);
    assert_eq!(give(ColourSpace::YCbCr), STORED[..3]);
    assert_eq!(give(ColourSpace::Bgr), [b, g, r]);
    assert_eq!(give(ColourSpace::Rgba), [r, g, b, 255]);
    assert_eq!(give(ColourSpace::Rgbx), [r, g, b, 255]);
    assert_eq!(give(ColourSpace::Bgra), [b, g, r, 255]);
    assert_eq!(give(ColourSpace::Bgrx), [b, g, r, 255]);
    assert_eq!(give(ColourSpace::Argb), [255, r, g, b]);
    assert_eq!(give(ColourSpace::Xrgb), [255, r, g, b]);
    assert_eq!(give(ColourSpace::Abgr), [255, b, g, r]);
    assert_eq!(give(ColourSpace::Xbgr), [255, b, g, r]);
    let error = decode(&ycbcr, &DecodeOptions::default().with_outcolorspace(ColourSpace::Cmyk)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);

    let gray = |space| first(&pixel(1, &[]), &DecodeOptions::default().with_outcolorspace(space));
    assert_eq!(gray(ColourSpace::Abgr), [255, 135, 135, 135]);
    let rgb = |space| first(&pixel(3, &adobe(0)), &DecodeOptions::default().with_outcolorspace(space));
    assert_eq!(rgb(ColourSpace::Bgra), [133, 128, 135, 255]);
    // 0.299 * 135 + 0.587 * 128 + 0.114 * 133 = 130.7
    assert_eq!(rgb(ColourSpace::Gray), [131]);
}

#[test]
fn colorspace_overrules_the_markers() {
    let force = |src: &[u8], space| first(src, &DecodeOptions::default().with_colorspace(space));
    assert_eq!(force(&pixel(3, &[]), ColourSpace::Rgb), STORED[..3]);
    // What is told to be so is not converted, unless that is asked for as well.
    assert_eq!(force(&pixel(3, &adobe(0)), ColourSpace::YCbCr), STORED[..3]);
    let both =
        |src: &[u8], from, to| first(src, &DecodeOptions::default().with_colorspace(from).with_outcolorspace(to));
    assert_eq!(both(&pixel(3, &adobe(0)), ColourSpace::YCbCr, ColourSpace::Rgb), RGB);
    assert_eq!(force(&pixel(3, &[]), ColourSpace::Unknown), RGB);
    let [r, g, b] = RGB;
    assert_eq!(first(&pixel(4, &adobe(2)), &DecodeOptions::default()), [255 - r, 255 - g, 255 - b, 128]);
    assert_eq!(force(&pixel(4, &adobe(2)), ColourSpace::Cmyk), STORED);
    assert_eq!(force(&pixel(4, &[]), ColourSpace::Ycck), STORED);
    let cmyk = both(&pixel(4, &[]), ColourSpace::Ycck, ColourSpace::Cmyk);
    assert_eq!(cmyk, [255 - r, 255 - g, 255 - b, 128]);
    for (n, space) in [(3, ColourSpace::Gray), (3, ColourSpace::Cmyk), (4, ColourSpace::YCbCr), (3, ColourSpace::Bgr)] {
        let error = decode(&pixel(n, &[]), &DecodeOptions::default().with_colorspace(space)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn container_is_believed_unless_there_is_a_jfif_segment() {
    let jfif = segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    let rgb = DecodeOptions::default().with_stored(Stored::Rgb);
    assert_eq!(first(&pixel(3, &[]), &rgb), STORED[..3]);
    assert_eq!(first(&pixel(3, &adobe(1)), &rgb), STORED[..3]);
    assert_eq!(first(&pixel(3, &jfif), &rgb), RGB);
    assert_eq!(first(&pixel(4, &adobe(0)), &rgb), STORED);
    assert_eq!(first(&pixel(3, &[]), &rgb.clone().with_colorspace(ColourSpace::YCbCr)), STORED[..3]);
    assert_eq!(first(&pixel(3, &[]), &rgb.clone().with_outcolorspace(ColourSpace::Bgr)), [133, 128, 135]);
    assert_eq!(first(&pixel(3, &jfif), &DecodeOptions::default().with_stored(Stored::Other)), STORED[..3]);
}

#[test]
fn container_passes_what_it_knows_as_hints() {
    let decode = |id: CodecId<'_>, config: &Config, src: &[u8]| {
        let AnyCodec::Array(codec) = INFO.create(&id, config).unwrap() else { unreachable!("of kind array") };
        let samples = codec.decoder().unwrap().decode(src, None, &Context::default()).unwrap().1;
        samples[..3].to_vec()
    };
    let container = stream(&tables(), &[]);
    let hints = |space: &str| {
        Config::new()
            .hint("colour_space", space)
            .hint("jpeg_tables", Arc::<[u8]>::from(&container[..]))
            .hint("width", 8)
            .hint("height", 8)
            .hint("samples", 3)
            .hint("bits_per_sample", 8)
    };
    let mut short = pixel(3, &[]);
    short.drain(2..2 + tables().concat().len());
    assert_eq!(decode(CodecId::Tiff(7), &hints("ycbcr"), &short), RGB);
    assert_eq!(decode(CodecId::Tiff(33007), &hints("rgb"), &short), STORED[..3]);
    assert_eq!(decode(CodecId::Tiff(34892), &hints("lab"), &short), STORED[..3]);
    assert_eq!(decode(CodecId::Name("jpeg"), &Config::new().set("tables", container.clone()), &short), RGB);
    let left_open = sof(0xc0, 0, 0, &[[1, 0x11, 0], [2, 0x11, 0], [3, 0x11, 0]]);
    let mut open = short.clone();
    open.splice(2..2 + left_open.len(), left_open);
    assert_eq!(decode(CodecId::Tiff(7), &hints("ycbcr"), &open), RGB);
}
