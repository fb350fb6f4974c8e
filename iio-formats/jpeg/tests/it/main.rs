//! Tests of the JPEG format.
#![expect(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

use iio_codec::{Check, Config, DType, ErrorKind, Result};
use iio_core::{
    Env, MetaValue, Metadata, NdImage, Output, Reader, Registry, Resolution, ResolutionUnit, Selection, Sniff, Source,
    WriteImage,
};
use iio_format_jpeg::FORMAT;

mod mpf;

fn env() -> Env {
    Env::new(Registry::empty().with_codec(&iio_jpeg8::INFO).into())
}

fn ramp(height: usize, width: usize, samples: usize) -> NdImage {
    let bytes: Vec<u8> = (0..height * width * samples).map(|i| (i * 3 % 251) as u8).collect();
    let shape = if samples == 1 { vec![height, width] } else { vec![height, width, samples] };
    NdImage::from_slice(&bytes, DType::U8, &shape).unwrap()
}

fn write(image: &NdImage, config: &Config, meta: &Metadata) -> Result<Vec<u8>> {
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), config, &env())?;
    writer.write(&WriteImage { pixels: image.view()?, axes: None, meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

fn open(file: &[u8]) -> Result<Box<dyn Reader>> {
    FORMAT.open.unwrap()(&Source::from_bytes(file), &Config::new(), &env())
}

fn pixels(file: &[u8], selection: &Selection) -> Result<Vec<u8>> {
    let plan = open(file)?.plan(selection)?;
    Ok(plan.read(&Source::from_bytes(file), &env(), None)?.as_slice().to_vec())
}

fn sniff(file: &[u8]) -> Check {
    (FORMAT.sniff)(&Sniff { head: file, tail: &[], len: file.len() as u64 })
}

/// A segment with its marker.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat()
}

/// The file with segments behind its first two bytes.
fn with_segments(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.orientation = Some(8);
    meta.xmp = Some(b"<x:xmpmeta/>".to_vec());
    // More than two segments hold.
    meta.icc_profile = Some((0..150_000u32).map(|i| (i % 253) as u8).collect());
    meta.text = vec![("comment".to_owned(), "grüße".to_owned())];
    meta.resolution = Some(Resolution { x: 300.0, y: 150.0, unit: ResolutionUnit::Inch });
    meta.tags = vec![("photoshop".to_owned(), MetaValue::Bytes(b"8BIM".to_vec()))];
    let file = write(&ramp(9, 17, 3), &Config::new(), &meta).unwrap();
    let back = open(&file).unwrap().metadata(0).unwrap();
    assert_eq!((back.orientation, &back.xmp, &back.icc_profile), (meta.orientation, &meta.xmp, &meta.icc_profile));
    assert_eq!((&back.text, &back.resolution), (&meta.text, &meta.resolution));
    assert_eq!(back.tag("photoshop"), meta.tag("photoshop"));
    assert_eq!(back.tag("subsampling").unwrap().to_string(), "4:2:0");

    // Written again, with another orientation: the EXIF block keeps the rest.
    let mut again = back.clone();
    again.orientation = Some(3);
    let file = write(&ramp(9, 17, 3), &Config::new(), &again).unwrap();
    let last = open(&file).unwrap().metadata(0).unwrap();
    assert_eq!((last.orientation, last.icc_profile), (Some(3), back.icc_profile));
}

#[test]
fn exif_in_either_byte_order_gives_orientation_resolution_and_texts() {
    let file = write(&ramp(8, 8, 1), &Config::new(), &Metadata::default()).unwrap();
    let little = b"II*\0\x08\0\0\0\x04\0\
        \x12\x01\x03\0\x01\0\0\0\x06\0\0\0\
        \x1a\x01\x05\0\x01\0\0\0\x3e\0\0\0\
        \x1b\x01\x05\0\x01\0\0\0\x3e\0\0\0\
        \x31\x01\x02\0\x04\0\0\0abc\0\0\0\0\0\x90\0\0\0\x02\0\0\0";
    let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x05\0\0\0\0\0\0";
    // The JFIF segment would tell its own resolution.
    let jfif_less = [&file[..2], &file[20..]].concat();
    let of = |exif: &[u8]| {
        let file = with_segments(&jfif_less, &[segment(0xe1, &[b"Exif\0\0", exif].concat())]);
        open(&file).unwrap().metadata(0).unwrap()
    };
    let meta = of(little);
    assert_eq!((meta.orientation, meta.software.as_deref()), (Some(6), Some("abc")));
    assert_eq!(meta.resolution, Some(Resolution { x: 72.0, y: 72.0, unit: ResolutionUnit::Inch }));
    assert_eq!(meta.exif.as_deref(), Some(&little[..]));
    assert_eq!(of(big).orientation, Some(5));
    // Cut anywhere, a block is kept and tells what is there.
    (0..little.len()).for_each(|len| assert_eq!(of(&little[..len]).exif.unwrap().len(), len));
}

#[test]
fn parts_of_profiles_and_packets_are_joined_in_their_order() {
    let file = write(&ramp(8, 8, 1), &Config::new(), &Metadata::default()).unwrap();
    let icc = |n: u8, part: &[u8]| segment(0xe2, &[b"ICC_PROFILE\0", &[n, 2][..], part].concat());
    let xmp = |at: u32, part: &[u8]| {
        let head = [b"http://ns.adobe.com/xmp/extension/\0", &[b'0'; 32][..], &6u32.to_be_bytes(), &at.to_be_bytes()];
        segment(0xe1, &[&head.concat()[..], part].concat())
    };
    let file = with_segments(&file, &[icc(2, b"cd"), xmp(3, b"456"), icc(1, b"ab"), xmp(0, b"123")]);
    let meta = open(&file).unwrap().metadata(0).unwrap();
    assert_eq!(meta.icc_profile.as_deref(), Some(&b"abcd"[..]));
    assert_eq!(meta.tag("extended_xmp"), Some(&MetaValue::Bytes(b"123456".to_vec())));
}

#[test]
fn a_region_is_that_part_of_the_whole() {
    let file = write(&ramp(20, 30, 3), &Config::new(), &Metadata::default()).unwrap();
    let whole = pixels(&file, &Selection::image(0)).unwrap();
    let part = pixels(&file, &Selection::image(0).with_region(3..7, 10..12)).unwrap();
    let expected: Vec<u8> = (3..7).flat_map(|y| whole[(y * 30 + 10) * 3..(y * 30 + 12) * 3].to_vec()).collect();
    assert_eq!(part, expected);
}

#[test]
fn the_compression_tells_process_and_subsampling() {
    let told = |config: Config, samples| {
        let file = write(&ramp(8, 8, samples), &config, &Metadata::default()).unwrap();
        open(&file).unwrap().info(0).unwrap().compression
    };
    assert_eq!(told(Config::new(), 3), "jpeg baseline 4:2:0");
    assert_eq!(told(Config::new().set("progressive", true).set("subsampling", "444"), 3), "jpeg progressive 4:4:4");
    assert_eq!(told(Config::new(), 1), "jpeg baseline");
}

#[test]
fn signatures_of_kin_are_told_apart() {
    let file = write(&ramp(8, 8, 1), &Config::new(), &Metadata::default()).unwrap();
    assert_eq!(sniff(&file), Check::Yes);
    assert_eq!(sniff(&file[..2]), Check::Unknown);
    // Decoders skip what is no marker.
    let skipped = [&file[..2], b"{{{", &file[2..]].concat();
    let image = Selection::image(0);
    assert_eq!(pixels(&skipped, &image).unwrap(), pixels(&file, &image).unwrap());
    assert_eq!(sniff(&skipped), Check::Unknown);
    // JPEG-LS, JPEG 2000, JPEG XR.
    assert_eq!(sniff(&[0xff, 0xd8, 0xff, 0xf7, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0]), Check::No);
    assert_eq!(sniff(&[0xff, 0x4f, 0xff, 0x51]), Check::No);
    assert_eq!(sniff(b"II\xbc\x01"), Check::No);
}

#[test]
fn what_does_not_fit_is_refused_with_its_size() {
    let mut meta = Metadata::default();
    meta.xmp = Some(vec![b' '; 70_000]);
    let error = write(&ramp(8, 8, 1), &Config::new(), &meta).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("XMP of 70029 bytes exceeds what a JPEG file holds"), "{error}");
    let stack = NdImage::from_slice(&[0u8; 128], DType::U8, &[2, 8, 8]).unwrap();
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), &Config::new(), &env()).unwrap();
    let image = WriteImage { pixels: stack.view().unwrap(), axes: Some("TYX"), meta: &Metadata::default() };
    let error = writer.write(&image, None).unwrap_err();
    assert!(error.to_string().contains("takes one image, got a stack of uint8 [2, 8, 8]"), "{error}");
}

#[test]
fn a_file_without_tables_is_refused() {
    let abbreviated =
        |value: bool| write(&ramp(8, 8, 1), &Config::new().set("abbreviated", value), &Metadata::default());
    assert!(open(&abbreviated(false).unwrap()).is_ok());
    assert_eq!(abbreviated(true).unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn planes_are_written_as_samples() {
    let interleaved = ramp(8, 8, 3);
    let bytes = interleaved.as_bytes();
    let planes: Vec<u8> = (0..3).flat_map(|s| bytes.iter().skip(s).step_by(3).copied()).collect();
    let planar = NdImage::from_slice(&planes, DType::U8, &[1, 3, 8, 8]).unwrap();
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), &Config::new(), &env()).unwrap();
    let image = WriteImage { pixels: planar.view().unwrap(), axes: Some("TSYX"), meta: &Metadata::default() };
    writer.write(&image, None).unwrap();
    let file = writer.finish().unwrap().commit().unwrap().unwrap();
    assert_eq!(file, write(&interleaved, &Config::new(), &Metadata::default()).unwrap());
}

#[test]
fn damage_gives_pixels_or_a_typed_error() {
    let mut meta = Metadata::default();
    (meta.orientation, meta.xmp) = (Some(2), Some(b"<x/>".to_vec()));
    let file = write(&ramp(16, 16, 3), &Config::new(), &meta).unwrap();
    let try_all = |bytes: &[u8]| {
        if let Ok(reader) = open(bytes) {
            let _ = reader.metadata(0);
        }
        match pixels(bytes, &Selection::image(0)) {
            Ok(_) => true,
            Err(error) => {
                let kinds = ["malformed", "truncated", "unsupported", "limit"];
                assert!(kinds.contains(&error.kind().name()), "{error}");
                false
            }
        }
    };
    assert!(try_all(&file));
    (0..file.len() - 2).for_each(|len| assert!(!try_all(&file[..len]), "cut at {len}"));
    for bit in 0..file.len() * 8 {
        let mut bytes = file.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        try_all(&bytes);
    }
}
