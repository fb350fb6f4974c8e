//! The encoder underneath, for all that `baseline` does not write.

use iio_codec::{Blame, Result};
use libjpeg_turbo_rs::{ColorSpace, Encoder, PixelFormat};

use crate::backend::guarded;
use crate::header::{marker, segment};
use crate::options::Subsampling;
use crate::{ColourSpace, EncodeOptions, INFO};

/// Appends the stream of an array of `shape`, in the spaces of array and stream, to `dst`.
pub(crate) fn append(
    pixels: &[u8],
    shape: [usize; 3],
    (array, stream): (ColourSpace, ColourSpace),
    options: &EncodeOptions,
    dst: &mut Vec<u8>,
) -> Result<()> {
    let [height, width, samples] = shape;
    // The library takes pixels of few kinds: others are put in that order first.
    let mut packed = Vec::new();
    let (pixels, array) = match (array.rgb(), array, stream) {
        (Some([r, g, b]), _, _) if array != ColourSpace::Rgb => {
            packed.try_reserve(height * width * 3).map_err(|_| INFO.out_of_memory(height * width * 3))?;
            packed.extend(pixels.chunks_exact(samples).flat_map(|pixel| [pixel[r], pixel[g], pixel[b]]));
            (&packed[..], ColourSpace::Rgb)
        }
        (_, ColourSpace::YCbCr, ColourSpace::Gray) => {
            packed.try_reserve(height * width).map_err(|_| INFO.out_of_memory(height * width))?;
            packed.extend(pixels.iter().step_by(3));
            (&packed[..], ColourSpace::Gray)
        }
        _ => (pixels, array),
    };
    let samples = array.samples().unwrap_or(samples);
    let stream =
        Job { pixels, shape: [height, width, samples], options, format: format(array, samples), stream }.run()?;
    if !options.abbreviated && dst.capacity() == 0 {
        *dst = stream;
        return Ok(());
    }
    let mut place = |bytes: &[u8]| {
        dst.try_reserve(bytes.len()).map_err(|error| INFO.out_of_memory(bytes.len()).with_source(error))?;
        dst.extend_from_slice(bytes);
        Ok(())
    };
    if !options.abbreviated {
        return place(&stream);
    }
    let mut short = vec![0xff, marker::SOI];
    let scan = keep(&stream, &mut short, |code| !matches!(code, marker::DQT | marker::DHT))?;
    short.extend_from_slice(stream.get(scan..).unwrap_or(&[]));
    place(&short)
}

/// Samples in the words of the library, which takes what it does not convert for one of its kinds.
const fn format(array: ColourSpace, samples: usize) -> PixelFormat {
    match (array, samples) {
        (ColourSpace::Cmyk, _) | (_, 4) => PixelFormat::Cmyk,
        (_, 3) => PixelFormat::Rgb,
        _ => PixelFormat::Grayscale,
    }
}

/// Copies the segments before the scan that `wanted` picks; tells where the scan begins.
fn keep(stream: &[u8], to: &mut Vec<u8>, wanted: impl Fn(u8) -> bool) -> Result<usize> {
    let mut at = 2;
    while let Some(segment) = segment(stream, at)? {
        if segment.marker == marker::SOS {
            return Ok(segment.start);
        }
        if wanted(segment.marker) {
            to.extend_from_slice(stream.get(segment.start..segment.end).unwrap_or(&[]));
        }
        at = segment.end;
    }
    Err(INFO.internal("libjpeg-turbo-rs wrote no scan"))
}

/// One run of the encoder.
struct Job<'a> {
    pixels: &'a [u8],
    shape: [usize; 3],
    options: &'a EncodeOptions,
    format: PixelFormat,
    stream: ColourSpace,
}

impl Job<'_> {
    fn run(&self) -> Result<Vec<u8>> {
        let [height, width, _] = self.shape;
        let options = self.options;
        let mut encoder = Encoder::new(self.pixels, width, height, self.format)
            .quality(options.quality.max(1))
            .optimize_huffman(options.optimize)
            .progressive(options.progressive)
            .arithmetic(options.arithmetic)
            .smoothing_factor(options.smoothing);
        // Below this quality steps exceed 255, which baseline cannot hold. Above, the library is quicker without.
        if options.quality < 50 {
            encoder = encoder.force_baseline(true);
        }
        if options.restart_interval > 0 {
            encoder = encoder.restart_blocks(options.restart_interval);
        }
        if options.restart_rows > 0 {
            encoder = encoder.restart_rows(options.restart_rows);
        }
        match self.stream {
            ColourSpace::YCbCr => {
                let sampling = options.subsampling.unwrap_or(Subsampling::S420);
                encoder = match options.smoothing {
                    0 => encoder.subsampling(sampling.named()),
                    _ => encoder.sampling_factors(vec![sampling.factors(), (1, 1), (1, 1)]),
                };
            }
            ColourSpace::Gray => encoder = encoder.grayscale_from_color(self.format != PixelFormat::Grayscale),
            ColourSpace::Rgb | ColourSpace::Unknown if self.format == PixelFormat::Rgb => {
                encoder = encoder.colorspace(ColorSpace::Rgb);
            }
            // The library codes four components in these ways only if it is told their factors.
            _ if options.progressive || options.arithmetic || options.smoothing > 0 => {
                encoder = encoder.sampling_factors(vec![(1, 1); self.shape[2]]);
            }
            _ => encoder = encoder.subsampling(libjpeg_turbo_rs::Subsampling::S444),
        }
        let stream = guarded(|| encoder.encode())?;
        match self.stream {
            ColourSpace::Unknown => anonymous(&stream),
            ColourSpace::Gray | ColourSpace::YCbCr => Ok(stream),
            // JFIF knows no other colours; the Adobe segment names them.
            _ => Ok(without_jfif(stream)),
        }
    }
}

/// Drops a JFIF segment.
fn without_jfif(mut stream: Vec<u8>) -> Vec<u8> {
    if let Ok(Some(first)) = segment(&stream, 2)
        && first.marker == marker::APP0
    {
        let range = first.start..first.end;
        stream.drain(range);
    }
    stream
}

/// Rewrites a stream of components that mean nothing: without Adobe segment, and numbered from 0.
fn anonymous(stream: &[u8]) -> Result<Vec<u8>> {
    let mut to = Vec::new();
    to.try_reserve(stream.len()).map_err(|error| INFO.out_of_memory(stream.len()).with_source(error))?;
    to.extend_from_slice(&[0xff, marker::SOI]);
    let mut ids: Vec<u8> = Vec::new();
    let mut at = 2;
    while let Some(segment) = segment(stream, at)? {
        at = segment.end;
        let bytes = stream.get(segment.start..segment.end).unwrap_or(&[]);
        let from = to.len();
        match segment.marker {
            marker::APP0 | marker::APP14 => {}
            marker::EOI => break,
            code if marker::is_frame(code) => {
                to.extend_from_slice(bytes);
                ids = bytes.iter().skip(10).step_by(3).copied().collect();
                for (slot, number) in to.iter_mut().skip(from + 10).step_by(3).zip(0..) {
                    *slot = number;
                }
            }
            marker::SOS => {
                to.extend_from_slice(bytes);
                let n = usize::from(segment.body.first().copied().unwrap_or(0));
                for slot in to.iter_mut().skip(from + 5).step_by(2).take(n) {
                    let number = ids.iter().position(|id| id == slot).unwrap_or(0);
                    *slot = u8::try_from(number).unwrap_or(0);
                }
                let end = crate::header::scan_end(stream, at);
                to.extend_from_slice(stream.get(at..end).unwrap_or(&[]));
                at = end;
            }
            _ => to.extend_from_slice(bytes),
        }
    }
    to.extend_from_slice(&[0xff, marker::EOI]);
    Ok(to)
}
