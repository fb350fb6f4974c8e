//! The boxes of a JP2 file around a code stream: ISO/IEC 15444-1, Annex I. OpenJPEG writes them as well, but no ICC
//! profile, and for opacity only beside a colour space it knows.

use crate::header::JP2_SIGNATURE;
use crate::options::{ColourSpace, EncodeOptions};

/// What the boxes tell of the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) n_components: u16,
    pub(crate) precision: u32,
    pub(crate) signed: bool,
    pub(crate) colour_space: ColourSpace,
}

/// Bytes of a box header.
const HEADER_LEN: usize = 8;

/// The boxes up to the head of `jp2c`, for a code stream of `codestream_len` bytes.
pub(crate) fn before(image: &Image, options: &EncodeOptions, codestream_len: usize) -> Vec<u8> {
    let mut header = boxed(*b"ihdr", &image.ihdr());
    header.extend(boxed(*b"colr", &image.colr(options)));
    if options.alpha {
        header.extend(boxed(*b"cdef", &image.cdef()));
    }
    let mut boxes = JP2_SIGNATURE.to_vec();
    boxes.extend(boxed(*b"ftyp", b"jp2 \0\0\0\0jp2 "));
    boxes.extend(boxed(*b"jp2h", &header));
    // A length of 0: up to the end of the file.
    boxes.extend(u32::try_from(codestream_len + HEADER_LEN).unwrap_or(0).to_be_bytes());
    boxes.extend(b"jp2c");
    boxes
}

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + HEADER_LEN).unwrap_or(u32::MAX);
    [&len.to_be_bytes(), &kind, body].concat()
}

impl Image {
    fn ihdr(&self) -> Vec<u8> {
        let depth = u8::try_from(self.precision - 1).unwrap_or(0) | u8::from(self.signed) << 7;
        let unknown = u8::from(self.colour_space == ColourSpace::Unspecified);
        let mut body = [self.height.to_be_bytes(), self.width.to_be_bytes()].concat();
        body.extend(self.n_components.to_be_bytes());
        // BPC, C (always 7), UnkC, IPR.
        body.extend([depth, 7, unknown, 0]);
        body
    }

    fn colr(&self, options: &EncodeOptions) -> Vec<u8> {
        if let Some(profile) = &options.icc_profile {
            return [&[2, 0, 0], profile.as_ref()].concat();
        }
        let number: u32 = match self.colour_space {
            ColourSpace::Unspecified => 0,
            ColourSpace::Srgb => 16,
            ColourSpace::Gray => 17,
            ColourSpace::Sycc => 18,
            ColourSpace::Eycc => 24,
            ColourSpace::Cmyk => 12,
        };
        [&[1, 0, 0], number.to_be_bytes().as_slice()].concat()
    }

    /// All channels are colours in their order, but the last, which is the opacity of the whole.
    fn cdef(&self) -> Vec<u8> {
        let last = self.n_components - 1;
        let entries = (0..=last).flat_map(|channel| {
            let (kind, association) = if channel == last { (1, 0) } else { (0, channel + 1) };
            [channel, kind, association].map(u16::to_be_bytes)
        });
        [self.n_components.to_be_bytes()].into_iter().chain(entries).flatten().collect()
    }
}
