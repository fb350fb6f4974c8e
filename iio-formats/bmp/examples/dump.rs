#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::unwrap_used)]
fn crc(bytes: &[u8]) -> u32 {
    let table: Vec<u32> =
        (0..256u32).map(|i| (0..8).fold(i, |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 })).collect();
    !bytes.iter().fold(u32::MAX, |c, &b| table[((c ^ u32::from(b)) & 255) as usize] ^ (c >> 8))
}
fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap();
        match iio_format_bmp::decode(&bytes, &Default::default()) {
            Ok((layout, samples)) => {
                let s = layout.shape();
                let rgb: Vec<u8> =
                    if s.len() == 2 { samples.iter().flat_map(|&v| [v; 3]).collect() } else { samples.to_vec() };
                println!("{path}\tok\t{:?}\t{:08x}\t{:08x}", s, crc(&samples), crc(&rgb));
            }
            Err(e) => println!("{path}\terror\t{:?} {e}", e.kind().name()),
        }
    }
}
