//! Files by hand: chunks with right CRCs, pixel data in stored deflate blocks.

/// CRC-32 bit by bit, as section 5.5 and annex D describe it.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}

/// Adler-32 as RFC 1950 has it.
pub(crate) fn adler(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1u32, 0u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (b + a) % 65521)
    });
    b << 16 | a
}

/// A zlib stream of stored blocks.
pub(crate) fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let n = bytes.chunks(0xffff).count();
    for (index, block) in bytes.chunks(0xffff).enumerate() {
        let len = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(index + 1 == n));
        stream.extend(len.to_le_bytes());
        stream.extend((!len).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler(bytes).to_be_bytes());
    stream
}

pub(crate) fn ihdr(width: u32, height: u32, depth: u8, colour: u8, interlace: u8) -> Vec<u8> {
    [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, interlace]].concat()
}

/// A file of these chunks; IEND is added.
pub(crate) fn file(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in chunks.iter().chain(&[(b"IEND", Vec::new())]) {
        push(&mut file, kind, data);
    }
    file
}

pub(crate) fn push(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    file.extend(kind);
    file.extend(data);
    file.extend(crc(&[kind, data].concat()).to_be_bytes());
}

/// A file with these rows, filter bytes included.
pub(crate) fn image(header: Vec<u8>, before_data: &[(&[u8; 4], Vec<u8>)], rows: &[u8]) -> Vec<u8> {
    let mut chunks = vec![(b"IHDR", header)];
    chunks.extend(before_data.iter().cloned());
    chunks.push((b"IDAT", stored(rows)));
    file(&chunks)
}

/// The smallest file: one gray pixel of value 7.
pub(crate) fn tiny() -> Vec<u8> {
    image(ihdr(1, 1, 8, 0, 0), &[], &[0, 7])
}

/// Offset of the first chunk of this type.
pub(crate) fn offset_of(file: &[u8], kind: &[u8; 4]) -> usize {
    file.windows(4).position(|window| window == kind).unwrap() - 4
}
