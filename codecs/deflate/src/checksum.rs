use crate::ffi;

/// Continues a CRC-32 (polynomial 0x04c11db7, reflected: that of gzip, PNG and zip) from `value`, which is 0 at the
/// start.
///
/// ```
/// let whole = iio_deflate::crc32(0, b"123456789");
/// assert_eq!(whole, 0xcbf4_3926);
/// assert_eq!(iio_deflate::crc32(iio_deflate::crc32(0, b"1234"), b"56789"), whole);
/// ```
#[must_use]
pub fn crc32(value: u32, bytes: &[u8]) -> u32 {
    ffi::crc32(value, bytes)
}

/// Continues an Adler-32 (that of zlib) from `value`, which is 1 at the start.
///
/// ```
/// assert_eq!(iio_deflate::adler32(1, b"Wikipedia"), 0x11e6_0398);
/// ```
#[must_use]
pub fn adler32(value: u32, bytes: &[u8]) -> u32 {
    // The definition keeps both sums below 65521; a start value beyond that would break libdeflate's carry analysis.
    let reduce = |half: u32| if half >= ADLER_BASE { half - ADLER_BASE } else { half };
    ffi::adler32(reduce(value >> 16) << 16 | reduce(value & 0xffff), bytes)
}

const ADLER_BASE: u32 = 65521;
