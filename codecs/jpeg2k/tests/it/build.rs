//! Code streams and boxes written out by hand, from ISO/IEC 15444-1, Annexes A and I.

/// The image of the example in J.10.1: one column of nine samples.
pub(crate) const EXAMPLE: [u8; 9] = [101, 103, 104, 105, 96, 97, 96, 102, 109];

/// The packets of that image: two resolutions, one layer, one component. The packet headers are those of B.10 for
/// code blocks of 16 passes in 7 bytes (3 zero bit-planes) and of 7 passes in 3 bytes (7 zero bit-planes); the last two
/// bytes of the first code block are one of several that end it alike.
pub(crate) const PACKETS: [&[u8]; 2] =
    [&[0xc7, 0xd4, 0x0e, 0x01, 0x8f, 0x0d, 0xc8, 0x75, 0x80, 0xc0], &[0xc0, 0x7c, 0x21, 0x80, 0x0f, 0xb1, 0x76]];

/// A marker segment, length included.
pub(crate) fn segment(marker: u16, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len() + 2).unwrap();
    [&marker.to_be_bytes(), &len.to_be_bytes(), body].concat()
}

/// SIZ for an image area and tiles, with components of Ssiz, XRsiz, YRsiz.
pub(crate) fn siz(area: [u32; 4], tile: [u32; 2], origin: [u32; 2], components: &[[u8; 3]]) -> Vec<u8> {
    let [left, top, right, bottom] = area;
    let words = [right, bottom, left, top, tile[0], tile[1], origin[0], origin[1]];
    let mut body = vec![0, 0];
    body.extend(words.into_iter().flat_map(u32::to_be_bytes));
    body.extend(u16::try_from(components.len()).unwrap().to_be_bytes());
    body.extend(components.concat());
    segment(0xff51, &body)
}

/// COD: LRCP, no component transform, code blocks of 32 x 32, wavelet 5/3.
pub(crate) fn cod(layers: u16, levels: u8) -> Vec<u8> {
    let [high, low] = layers.to_be_bytes();
    segment(0xff52, &[0, 0, high, low, 0, levels, 3, 3, 0, 1])
}

/// QCD: no quantization, two guard bits, exponents of 8-bit samples.
pub(crate) fn qcd(levels: u8) -> Vec<u8> {
    let mut body = vec![0x40, 0x40];
    body.extend([0x48, 0x48, 0x50].repeat(levels.into()));
    segment(0xff5c, &body)
}

/// A tile-part.
pub(crate) fn part(tile: u16, index: u8, n_parts: u8, header: &[u8], data: &[u8]) -> Vec<u8> {
    let len = u32::try_from(12 + header.len() + 2 + data.len()).unwrap();
    let mut sot = segment(0xff90, &[&tile.to_be_bytes()[..], &len.to_be_bytes(), &[index, n_parts]].concat());
    sot.extend_from_slice(header);
    sot.extend_from_slice(&[0xff, 0x93]);
    sot.extend_from_slice(data);
    sot
}

/// SOC, main header, tile-parts, EOC.
pub(crate) fn stream(header: &[Vec<u8>], parts: &[Vec<u8>]) -> Vec<u8> {
    [&[0xff, 0x4f][..], &header.concat(), &parts.concat(), &[0xff, 0xd9]].concat()
}

/// The main header of the example, for components of Ssiz, XRsiz, YRsiz.
pub(crate) fn example_header(components: &[[u8; 3]]) -> Vec<Vec<u8>> {
    let (dx, dy) = (u32::from(components[0][1]), u32::from(components[0][2]));
    vec![siz([0, 0, dx, 9 * dy], [dx, 9 * dy], [0, 0], components), cod(1, 1), qcd(1)]
}

/// The example as a code stream.
pub(crate) fn example() -> Vec<u8> {
    stream(&example_header(&[[7, 1, 1]]), &[part(0, 0, 1, &[], &PACKETS.concat())])
}

/// A box.
pub(crate) fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let len = u32::try_from(body.len() + 8).unwrap();
    [&len.to_be_bytes(), &kind[..], body].concat()
}

/// A JP2 file around a code stream of `height` x `width`, with boxes behind `ihdr`.
pub(crate) fn jp2(height: u32, width: u32, boxes: &[Vec<u8>], codestream: &[u8]) -> Vec<u8> {
    let ihdr = [&height.to_be_bytes()[..], &width.to_be_bytes(), &[0, 1, 7, 7, 0, 0]].concat();
    let header = [boxed(b"ihdr", &ihdr), boxes.concat()].concat();
    [
        boxed(b"jP  ", b"\r\n\x87\n"),
        boxed(b"ftyp", b"jp2 \0\0\0\0jp2 "),
        boxed(b"jp2h", &header),
        boxed(b"jp2c", codestream),
    ]
    .concat()
}
