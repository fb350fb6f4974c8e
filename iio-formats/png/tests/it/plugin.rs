//! The format plugin: what `imread` and `imwrite` use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use iio_codec::{Config, Context, DType, ErrorKind, Result};
use iio_core::{
    Env, Metadata, NdImage, Output, ReadAt, Registry, Resolution, ResolutionUnit, Selection, Source, WriteImage,
};
use iio_format_png::{FORMAT, Png};

use crate::file::{file, ihdr, offset_of, stored};

fn env() -> Env {
    Env::new(Arc::new(Registry::empty().with_format(&FORMAT)))
}

fn write(image: &NdImage, config: &Config) -> Result<Vec<u8>> {
    let mut writer = FORMAT.create.unwrap()(Output::Bytes(Vec::new()), config, &env())?;
    writer.write(&WriteImage { pixels: image.view()?, axes: None, meta: &image.meta }, None)?;
    Ok(writer.finish()?.commit()?.unwrap_or_default())
}

fn read(file: &[u8], config: &Config, selection: &Selection) -> Result<NdImage> {
    let source = Source::from_bytes(file);
    let reader = FORMAT.open.unwrap()(&source, config, &env())?;
    let plan = reader.plan(selection)?;
    assert_eq!(reader.info(0)?.levels.len(), 1);
    let image = NdImage::from_bytes(plan.read(&source, &env(), None)?, plan.layout)?;
    Ok(image.with_meta(reader.metadata(0)?))
}

fn whole(file: &[u8]) -> NdImage {
    read(file, &Config::new(), &Selection::image(0)).unwrap()
}

fn rgb(height: usize, width: usize) -> NdImage {
    let samples: Vec<u8> = (0..height * width * 3).map(|i| (i * 7 + i / 31).to_le_bytes()[0]).collect();
    NdImage::from_slice(&samples, DType::U8, &[height, width, 3]).unwrap()
}

#[test]
fn region_is_the_part_of_the_whole() {
    let image = rgb(40, 50);
    let file = write(&image, &Config::new().set("level", 1)).unwrap();
    let part = read(&file, &Config::new(), &Selection::image(0).with_region(11..30, 7..50)).unwrap();
    let mut expected = Vec::new();
    image.view().unwrap().window(&[11..30, 7..50, 0..3]).unwrap().append_to(&mut expected).unwrap();
    assert_eq!((part.shape(), part.as_bytes()), (&[19, 43, 3][..], &expected[..]));
    for selection in
        [Selection::image(1), Selection::image(0).with_level(1), Selection::image(0).with_region(0..41, 0..1)]
    {
        let error = read(&file, &Config::new(), &selection).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    }
}

#[test]
fn metadata_comes_back() {
    let mut meta = Metadata::default();
    meta.description = Some("cells".to_owned());
    meta.software = Some("a test".to_owned());
    meta.date_time = Some("2026:11:20 12:34:56".to_owned());
    meta.gamma = Some(0.45455);
    meta.chromaticities = Some([0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06]);
    meta.srgb_intent = Some(1);
    meta.cicp = Some([9, 16, 0, 1]);
    meta.exif = Some(b"II*\0\x08\0\0\0\0\0".to_vec());
    meta.xmp = Some(b"<x:xmpmeta/>".to_vec());
    meta.resolution = Some(Resolution { x: 2834.0, y: 2835.0, unit: ResolutionUnit::Metre });
    meta.text = vec![("Author".to_owned(), "somebody".to_owned()), ("Comment".to_owned(), "\u{4e2d}".to_owned())];
    let mut read = whole(&write(&rgb(3, 3).with_meta(meta.clone()), &Config::new()).unwrap()).meta;
    let tags = std::mem::take(&mut read.tags);
    assert_eq!(read, meta);
    assert!(tags.iter().any(|(name, _)| name == "bit_depth"));
}

#[test]
fn palettes_are_written_and_read_as_colours_or_indices() {
    let mut meta = Metadata::default();
    meta.palette = Some(vec![[0, 0, 0], [65535, 0, 257], [257 * 9, 65535, 65535]]);
    let indices = NdImage::from_slice(&[0u8, 1, 2, 1], DType::U8, &[2, 2]).unwrap().with_meta(meta.clone());
    let file = write(&indices, &Config::new()).unwrap();
    assert_eq!(whole(&file).as_bytes(), [0, 0, 0, 255, 0, 1, 9, 255, 255, 255, 0, 1]);
    let raw = read(&file, &Config::new().set("expand_palette", false), &Selection::image(0)).unwrap();
    assert_eq!((raw.as_bytes(), &raw.meta.palette), (indices.as_bytes(), &meta.palette));
}

#[test]
fn masks_are_stored_with_one_bit() {
    let mask = NdImage::from_slice(&[1u8, 0, 0, 1, 1, 0], DType::Bool, &[2, 3]).unwrap();
    let file = write(&mask, &Config::new()).unwrap();
    assert_eq!(file[24], 1, "bit depth in IHDR");
    assert_eq!(whole(&file).as_bytes(), [255, 0, 0, 255, 255, 0]);
}

#[test]
fn what_png_cannot_hold_is_refused() {
    let float = NdImage::from_slice(&[0f32; 4], DType::F32, &[2, 2]).unwrap();
    assert_eq!(write(&float, &Config::new()).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let error = write(&rgb(2, 2), &Config::new().set("quality", 3)).unwrap_err();
    assert!(error.to_string().contains("level"), "lists what is known: {error}");
    assert!(read(b"\x89PNG\r\n\x1a\nrubbish", &Config::new(), &Selection::image(0)).is_err());
}

/// A file that counts the bytes that are read of it.
struct Counting {
    file: Vec<u8>,
    fetched: AtomicU64,
}

impl ReadAt for Counting {
    fn len(&self) -> u64 {
        self.file.len() as u64
    }

    fn read_at(&self, offset: u64, dst: &mut [u8]) -> std::io::Result<()> {
        self.fetched.fetch_add(dst.len() as u64, Ordering::Relaxed);
        self.file.read_at(offset, dst)
    }
}

/// The metadata of a file, and the bytes that were fetched to open the file and to read it.
fn metadata_and_bytes(file: &[u8], config: &Config) -> (Result<Metadata>, u64) {
    let data = Arc::new(Counting { file: file.to_vec(), fetched: AtomicU64::new(0) });
    let reader = FORMAT.open.unwrap()(&Source::new(data.clone(), "counted"), config, &env()).unwrap();
    let meta = reader.metadata(0);
    (meta, data.fetched.load(Ordering::Relaxed))
}

/// 2000 x 1000 pixels in IDAT chunks of so many bytes, with texts before, behind, and a frame of an animation.
fn with_texts(idat_len: usize) -> Vec<u8> {
    let rows = stored(&[&[0][..], &[7; 2000]].concat().repeat(1000));
    let text = |text: &str| (b"tEXt", [b"Note\0", text.as_bytes()].concat());
    let mut chunks = vec![(b"IHDR", ihdr(2000, 1000, 8, 0, 0)), (b"gAMA", vec![0, 0, 0, 9]), text("before")];
    chunks.extend(rows.chunks(idat_len).map(|part| (b"IDAT", part.to_vec())));
    chunks.extend([text("behind"), (b"fdAT", vec![1; 500_000]), text("at the end")]);
    file(&chunks)
}

#[test]
fn metadata_fetches_no_pixels() {
    for idat_len in [usize::MAX, 300_000, 8192] {
        let src = with_texts(idat_len.min(3_000_000));
        let n_chunks = src.windows(4).filter(|kind| kind == b"IDAT").count() as u64;
        let (meta, fetched) = metadata_and_bytes(&src, &Config::new());
        let meta = meta.unwrap();
        assert_eq!(meta.gamma, Some(9e-5));
        let texts: Vec<&str> = meta.text.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["before", "behind", "at the end"]);
        assert!(src.len() > 2_500_000 && fetched <= 4 * 4096 + 8 * n_chunks + 200, "{fetched} bytes of {}", src.len());
        // A file in memory gives the same.
        assert_eq!(whole(&src).meta, meta);
    }
}

#[test]
fn crc_of_pixels_is_no_matter_of_metadata_and_that_of_a_text_is() {
    let mut src = with_texts(8192);
    let at = offset_of(&src, b"IDAT") + 100;
    src[at] ^= 1;
    assert_eq!(metadata_and_bytes(&src, &Config::new()).0.unwrap().text.len(), 3);
    let at = offset_of(&src, b"tEXt") + 15;
    src[at] ^= 1;
    assert_eq!(metadata_and_bytes(&src, &Config::new()).0.unwrap().text.len(), 2);
    let strict = Config::new().set("ignore_bad_ancillary", false);
    src[at] ^= 1;
    assert_eq!(metadata_and_bytes(&src, &strict).0.unwrap().text.len(), 3);
    let last = src.windows(4).rposition(|kind| kind == b"tEXt").unwrap();
    src[last + 12] ^= 1;
    let error = metadata_and_bytes(&src, &strict).0.unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(last as u64 + 4 + 15)));
    assert!(error.message().starts_with("CRC of tEXt is "), "{error}");
}

#[test]
fn metadata_of_a_cut_file_is_an_error_wherever_it_is_cut() {
    let text = (b"tEXt", b"Note\0x".to_vec());
    let src = file(&[(b"IHDR", ihdr(1, 1, 8, 0, 0)), (b"IDAT", stored(&[0, 7])), text]);
    assert_eq!(metadata_and_bytes(&src, &Config::new()).0.unwrap().text.len(), 1);
    let end = offset_of(&src, b"IEND");
    for cut in offset_of(&src, b"IDAT") + 8..src.len() {
        let error = metadata_and_bytes(&src[..cut], &Config::new()).0.unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Truncated, Some(cut as u64)), "{error}");
    }
    let message = |cut| metadata_and_bytes(&src[..cut], &Config::new()).0.unwrap_err().message().to_owned();
    assert_eq!(message(end), "file ends before IEND");
    assert_eq!(message(end + 7), "file ends in the header of a chunk");
    assert_eq!(message(end - 4), "file ends in the CRC of tEXt");
    assert_eq!(message(end - 5), "tEXt has 6 bytes, the file has 5 more");
    let lenient = Config::new().set("ignore_missing_end", true);
    assert_eq!(metadata_and_bytes(&src[..end], &lenient).0.unwrap().text.len(), 1);
    assert!(metadata_and_bytes(&src[..end - 1], &lenient).0.is_err());
}

#[test]
fn chunks_that_metadata_finds_in_the_wrong_place_are_named() {
    let (header, data) = ((b"IHDR", ihdr(1, 1, 8, 0, 0)), (b"IDAT", stored(&[0, 7])));
    let text = (b"tEXt", b"a\0b".to_vec());
    let error =
        |chunks: &[(&[u8; 4], Vec<u8>)]| metadata_and_bytes(&file(chunks), &Config::new()).0.unwrap_err().to_string();
    let (first, second) = (header.clone(), data.clone());
    assert_eq!(error(&[first, second, header.clone()]), "png: IHDR comes after IDAT (at byte 58)");
    let chunks = [header.clone(), data.clone(), text, data.clone()];
    assert_eq!(error(&chunks), "png: IDAT chunks are not consecutive (at byte 73)");
    assert_eq!(error(&[header, data, (b"IDAX", vec![])]), "png: critical chunk IDAX is not known (at byte 58)");
}

#[test]
fn chunk_beyond_the_metadata_limit_is_refused_before_it_is_read() {
    let text = (b"tEXt", [&b"Note\0"[..], &[b'x'; 100_000]].concat());
    let src = file(&[(b"IHDR", ihdr(1, 1, 8, 0, 0)), (b"IDAT", stored(&[0, 7])), text]);
    let data = Arc::new(Counting { file: src, fetched: AtomicU64::new(0) });
    let mut env = env();
    env.limits = env.limits.with_metadata_bytes(50_000);
    let reader = FORMAT.open.unwrap()(&Source::new(data.clone(), "counted"), &Config::new(), &env).unwrap();
    let error = reader.metadata(0).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "metadata_bytes", allowed: 50_000, .. }), "{error}");
    assert!(data.fetched.load(Ordering::Relaxed) < 3 * 4096);
}

/// What the whole file gives, a walk over its chunks gives too, whatever bit is flipped; it may only pass over faults
/// of the pixel data.
#[test]
fn walk_agrees_with_the_whole_file() {
    let text = (b"tEXt", b"Note\0x".to_vec());
    let gamma = (b"gAMA", vec![0, 0, 0, 9]);
    let whole = file(&[(b"IHDR", ihdr(1, 1, 8, 0, 0)), gamma, (b"IDAT", stored(&[0, 7])), text]);
    let options = iio_format_png::DecodeOptions::default();
    let (mut agreed, mut failed) = (0, 0);
    for bit in 0..whole.len() * 8 {
        let mut src = whole.clone();
        src[bit / 8] ^= 1 << (bit % 8);
        let Ok(reader) = FORMAT.open.unwrap()(&Source::from_bytes(src.clone()), &Config::new(), &env()) else {
            continue;
        };
        let walked = reader.metadata(0);
        match Png::parse(&src, &options).and_then(|png| png.metadata(&src, &options, &Context::default())) {
            Ok(expected) => {
                let walked = walked.unwrap();
                let texts: Vec<_> =
                    expected.texts.iter().map(|text| (text.keyword.clone(), text.text.clone())).collect();
                assert_eq!(
                    (walked.gamma, walked.text),
                    (expected.gamma.map(|v| f64::from(v) / 1e5), texts),
                    "bit {bit}"
                );
                agreed += 1;
            }
            Err(error) => {
                let pixels = error.message().starts_with("CRC of I");
                assert!(walked.is_err() || pixels, "bit {bit}: {error}");
                failed += 1;
            }
        }
    }
    assert!(agreed > 100 && failed > 100, "{agreed} agreed, {failed} failed");
}
