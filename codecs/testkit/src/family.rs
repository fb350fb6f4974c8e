//! One small stream or header of each of many formats, written by hand from their specifications: `check` of one codec
//! must not claim those of another.

/// A format with a signature.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    /// Formats of one group may be claimed by whoever reads one of them.
    pub(crate) group: &'static str,
    /// The beginning that all its streams share.
    signature: &'static [u8],
    pub(crate) stream: &'static [u8],
}

impl Family {
    /// True if a stream belongs to this family.
    pub(crate) fn has(&self, stream: &[u8]) -> bool {
        match (self.name, stream) {
            // RFC 1950, section 2.2: method 8, and a multiple of 31.
            ("zlib", [cmf, flg, ..]) => cmf & 15 == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)).is_multiple_of(31),
            ("webp", _) => stream.starts_with(b"RIFF") && stream.get(8..12) == Some(b"WEBP"),
            ("avif" | "heif", _) => stream.get(4..8) == Some(b"ftyp"),
            _ => stream.starts_with(self.signature),
        }
    }
}

macro_rules! families {
    ($($name:literal $group:literal $signature:literal $stream:expr;)+) => {
        &[$(Family { name: $name, group: $group, signature: $signature, stream: $stream }),+]
    };
}

pub(crate) const FAMILIES: &[Family] = families! {
    // RFC 1950: "hello" as a stored block.
    "zlib" "zlib" b"\x78" b"\x78\x01\x01\x05\x00\xfa\xffhello\x06\x2c\x02\x15";
    // RFC 1952: the same.
    "gzip" "gzip" b"\x1f\x8b\x08" b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x01\x05\x00\xfa\xffhello\x86\xa6\x10\x36\x05\x00\x00\x00";
    // RFC 8878: one raw block in a single segment.
    "zstd" "zstd" b"\x28\xb5\x2f\xfd" b"\x28\xb5\x2f\xfd\x20\x05\x29\x00\x00hello";
    // LZ4 frame format 1.6: version 1, independent blocks, end mark.
    "lz4f" "lz4f" b"\x04\x22\x4d\x18" b"\x04\x22\x4d\x18\x60\x40\x82\x00\x00\x00\x00";
    // No blocks.
    "bz2" "bz2" b"BZh" b"BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00";
    // No blocks, CRC64.
    "xz" "lzma" b"\xfd7zXZ\x00" b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x00\x00\x00\x00\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04YZ";
    // "hello", a dictionary of 256 KiB, no size, end mark.
    "lzma" "lzma" b"\x5d\x00\x00" b"\x5d\x00\x00\x04\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00\x34\x19\x49\xdb\x85\x64\xf1\x93\xb1\xff\xfb\x8f\xc0\x00";
    // Framing format: stream identifier, one uncompressed chunk.
    "snappy" "snappy" b"\xff\x06\x00\x00sNaPpY" b"\xff\x06\x00\x00sNaPpY\x01\x09\x00\x00\xbb\x1f\x1c\x19hello";
    "lzfse" "lzfse" b"bvx" b"bvx-\x05\x00\x00\x00hellobvx$";
    "png" "png" b"\x89PNG\r\n\x1a\n" b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55";
    // T.81: SOI, APP0, SOF0 of 8 x 8, one component.
    "jpeg" "jpeg" b"\xff\xd8\xff" b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00";
    // T.87: SOI, SOF55.
    "jpegls" "jpeg" b"\xff\xd8\xff\xf7" b"\xff\xd8\xff\xf7\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00";
    // T.800: signature box, file type box.
    "jp2" "jpeg2000" b"\x00\x00\x00\x0cjP  \r\n\x87\n" b"\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 \x00\x00\x00\x00jp2 ";
    // SOC, SIZ of 1 x 1, one component.
    "j2k" "jpeg2000" b"\xff\x4f\xff\x51" b"\xff\x4f\xff\x51\x00\x29\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x07\x01\x01";
    "jxl codestream" "jpegxl" b"\xff\x0a" b"\xff\x0a\x00\x10\xb0\x13\x08\x00";
    "jxl" "jpegxl" b"\x00\x00\x00\x0cJXL \r\n\x87\n" b"\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl ";
    "jxr" "jpegxr" b"II\xbc" b"II\xbc\x01\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    "webp" "webp" b"RIFF" b"RIFF\x12\x00\x00\x00WEBPVP8L\x05\x00\x00\x00\x2f\x00\x00\x00\x00\x00";
    "wav" "wav" b"RIFF" b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00";
    "tiff II" "tiff" b"II*\x00" b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    "tiff MM" "tiff" b"MM\x00*" b"MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00";
    "bigtiff" "tiff" b"II+\x00" b"II+\x00\x08\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x00";
    "gif" "gif" b"GIF8" b"GIF89a\x01\x00\x01\x00\x00\x00\x00\x3b";
    "bmp" "bmp" b"BM" b"BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00";
    "qoi" "qoi" b"qoif" b"qoif\x00\x00\x00\x01\x00\x00\x00\x01\x03\x00\xc0\x00\x00\x00\x00\x00\x00\x00\x01";
    "netpbm" "netpbm" b"P6\n" b"P6\n1 1\n255\nabc";
    "rgbe" "rgbe" b"#?RADIANCE" b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd";
    "exr" "exr" b"\x76\x2f\x31\x01" b"\x76\x2f\x31\x01\x02\x00\x00\x00channels\x00chlist\x00";
    "dds" "dds" b"DDS " b"DDS \x7c\x00\x00\x00\x07\x10\x00\x00\x04\x00\x00\x00\x04\x00\x00\x00";
    "avif" "heif" b"" b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf";
    "heif" "heif" b"" b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic";
    "lerc" "lerc" b"Lerc2 " b"Lerc2 \x04\x00\x00\x00\x00\x00\x00\x00";
    "npy" "npy" b"\x93NUMPY" b"\x93NUMPY\x01\x00\x76\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}";
    "hdf5" "hdf5" b"\x89HDF\r\n\x1a\n" b"\x89HDF\r\n\x1a\n\x00\x00\x00\x00\x00\x08\x08\x00";
    "zip" "zip" b"PK\x03\x04" b"PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    "wavpack" "wavpack" b"wvpk" b"wvpk\x18\x00\x00\x00\x10\x04\x00\x00\x00\x00\x00\x00";
    "text" "text" b"the quick" b"the quick brown fox jumps over the lazy dog";
    "zeros" "zeros" b"" &[0; 64];
};
