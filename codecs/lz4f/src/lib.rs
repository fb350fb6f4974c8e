//! LZ4 frames: what the tool `lz4` writes, and Numcodecs and Zarr `imagecodecs_lz4f`.
//!
//! # Format
//! A stream is one frame or more. All integers are little-endian; checksums are XXH32 with seed 0.
//!
//! | part of a frame | bytes | meaning |
//! |---|---|---|
//! | magic | 4 | 0x184D2204 |
//! | FLG | 1 | bits 7 and 6: version 01; 5: blocks are independent; 4: they have checksums; 3: the size of the content follows; 2: the content has a checksum; 0: the number of a dictionary follows |
//! | BD | 1 | bits 6 to 4: the most bytes that a block gives, 4 to 7 for 64 KiB, 256 KiB, 1 MiB, 4 MiB |
//! | size of the content | 0 or 8 | |
//! | checksum of the header | 1 | bits 15 to 8 of that of FLG to here |
//! | block | 4 + n + 0 or 4 | n, with bit 31 set if the block is stored as it is; an LZ4 block; its checksum |
//! | end mark | 4 | 0 |
//! | checksum of the content | 0 or 4 | |
//!
//! Matches of a block that is not independent reach back into the blocks before it. Between frames there may be
//! skippable ones: a magic of 0x184D2A50 to 0x184D2A5F, a size of 4 bytes, and so many bytes that are passed over.
//!
//! # Example
//! ```
//! use iio_lz4f::{EncodeOptions, decode, encode};
//! let tile = [7u8; 4096];
//! let packed = encode(&tile, &EncodeOptions::default().with_content_checksum(true))?;
//! assert_eq!(packed[..4], [0x04, 0x22, 0x4d, 0x18]);
//! assert_eq!(decode(&packed)?, tile);
//! # Ok::<(), iio_codec::Error>(())
//! ```
//!
//! # Limits and guarantees
//! Tier 2: the C library encodes; frames are read here, and their blocks by `iio-lz4`, in Rust. The highest ratio is
//! 255. Every checksum is verified. A worker that encodes keeps what the library allocates: 16 KiB, or 256 KiB at the
//! levels from 3 on. Decoding takes nothing but its output; where a frame does not tell the size of its content, that
//! may be decoded more than once while it grows. The output depends on the input, the options and the version of the
//! library alone.
//!
//! # Dialects
//! Frames that need a dictionary, and the legacy format (magic 0x184C2102), are refused as unsupported. Bytes behind a
//! frame that begin no other frame are an error; imagecodecs reads the first frame alone and whatever follows it.
//!
//! # Sources
//! LZ4 Frame Format Description 1.6.4. xxHash fast digest algorithm 0.1.1.

mod codec;
mod decode;
mod encode;
mod ffi;
mod frame;
mod options;
mod xxh32;

pub use codec::{INFO, Lz4f};
pub use decode::{decode, decode_exact, decode_into};
pub use encode::{encode, encode_bound, encode_into};
pub use frame::{check, decoded_size};
pub use options::{BlockSize, EncodeOptions, LEVELS};
#[doc(hidden)]
pub use xxh32::xxh32;
