//! JPEG within TIFF: tables, strips that are cut, and the ways of the old JPEG.

use iio_codec::{ArrayRef, DType, Layout};
use iio_jpeg8::{DecodeOptions, EncodeOptions, decode, encode};

use crate::build::{File, KINDS, PLAIN, Page, Value, error0, long, read0, short};

/// An image of `samples` and its stream.
fn stream(height: usize, width: usize, samples: usize, options: &EncodeOptions) -> Vec<u8> {
    let layout = match samples {
        1 => Layout::new(DType::U8, &[height, width]),
        n => Layout::new(DType::U8, &[height, width, n]),
    };
    let layout = layout.unwrap();
    let bytes: Vec<u8> = (0..layout.n_bytes()).map(|i| (i * i / 7 % 251) as u8).collect();
    encode(ArrayRef::new(&bytes, layout).unwrap(), options).unwrap()
}

fn pixels(stream: &[u8]) -> Vec<u8> {
    decode(stream, &DecodeOptions::default()).unwrap().1.to_vec()
}

/// Segments of a marker, without marker and length.
fn segments(stream: &[u8], marker: u8) -> Vec<Vec<u8>> {
    let (mut found, mut at) = (Vec::new(), 2);
    while stream[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([stream[at + 2], stream[at + 3]]));
        if stream[at + 1] == marker {
            found.push(stream[at + 4..end].to_vec());
        }
        at = end;
    }
    found
}

/// Offset of the coded data.
fn data_at(stream: &[u8]) -> usize {
    let mut at = 2;
    loop {
        let end = at + 2 + usize::from(u16::from_be_bytes([stream[at + 2], stream[at + 3]]));
        if stream[at + 1] == 0xda {
            return end;
        }
        at = end;
    }
}

/// Tags of an old JPEG of one strip of colours.
fn old(width: u32, height: u32) -> Page {
    let page = Page::strips(width, height, height).tag(259, short(6)).tag(277, short(3)).tag(262, short(6));
    page.tag(258, Value::Short(vec![8, 8, 8])).tag(530, Value::Short(vec![2, 2]))
}

#[test]
fn the_last_strip_may_declare_the_rows_of_the_others() {
    let [full, longer] = [stream(16, 20, 1, &EncodeOptions::default()), stream(16, 20, 1, &EncodeOptions::default())];
    let page = Page::strips(20, 21, 16).tag(259, short(7)).tag(262, short(1)).chunk(full.clone()).chunk(longer);
    let whole = pixels(&full);
    for kind in KINDS {
        let image = read0(&File::of(kind, std::slice::from_ref(&page))).unwrap();
        assert_eq!(image.as_bytes(), [&whole[..], &whole[..5 * 20]].concat(), "{kind:?}");
    }
}

#[test]
fn tiles_at_the_edge_may_be_smaller_but_not_than_what_is_seen_of_them() {
    let (full, edge) = (stream(16, 16, 1, &EncodeOptions::default()), stream(16, 8, 1, &EncodeOptions::default()));
    let page = |width| {
        let page = Page::tiles(width, 16, 16, 16).tag(259, short(7)).tag(262, short(1));
        page.chunk(full.clone()).chunk(edge.clone())
    };
    let image = read0(&File::of(PLAIN, &[page(24)])).unwrap();
    let (left, right) = (pixels(&full), pixels(&edge));
    let rows = left.chunks(16).zip(right.chunks(8)).flat_map(|(a, b)| [a, b].concat());
    assert_eq!(image.as_bytes(), rows.collect::<Vec<_>>());
    let error = error0(&File::of(PLAIN, &[page(25)]));
    assert!(error.contains("chunk declares uint8 [16, 8], uint8 [16, 16] was expected"), "{error}");
}

#[test]
fn tables_of_the_page_go_in_front_of_each_tile() {
    let options = EncodeOptions::default().with_abbreviated(true);
    let tiles = [stream(16, 16, 3, &options), stream(16, 16, 3, &options)];
    let tables = iio_jpeg8::tables(3, &options).unwrap();
    let page = Page::tiles(32, 16, 16, 16).tag(259, short(7)).tag(262, short(6)).tag(277, short(3));
    let page = page.tag(258, Value::Short(vec![8, 8, 8])).tag(530, Value::Short(vec![2, 2]));
    let page = page.tag(347, Value::Undefined(tables.clone())).chunk(tiles[0].clone()).chunk(tiles[1].clone());
    let image = read0(&File::of(PLAIN, &[page])).unwrap();
    let with_tables = DecodeOptions::default().with_tables(Some(tables.into()));
    let tile = decode(&tiles[0], &with_tables).unwrap().1.to_vec();
    let rows = tile.chunks(48).flat_map(|row| [row, row].concat());
    assert_eq!(image.as_bytes(), rows.collect::<Vec<_>>());
}

#[test]
fn old_jpeg_in_one_piece_is_found_by_its_offset() {
    let whole = stream(24, 20, 3, &EncodeOptions::default());
    for kind in KINDS {
        // Without strips, with a strip that begins at the coded data, and with the stream in the strip.
        for way in 0..3 {
            let mut file = File::new(kind);
            file.pad(3);
            let at = file.data(std::slice::from_ref(&whole)).0[0];
            let interchange = |page: Page| page.tag(513, long(at)).tag(514, long(whole.len() as u32));
            let data = data_at(&whole) as u32;
            let page = match way {
                0 => interchange(old(20, 24)),
                1 => interchange(old(20, 24)).tag(273, long(at + data)).tag(279, long(whole.len() as u32 - data)),
                _ => old(20, 24).tag(273, long(at)).tag(279, long(whole.len() as u32)),
            };
            file.page(&page);
            let image = read0(&file.bytes()).unwrap();
            assert_eq!(image.as_bytes(), pixels(&whole), "{kind:?} {way}");
        }
    }
}

#[test]
fn old_jpeg_with_its_header_elsewhere_is_put_together() {
    let whole = stream(24, 20, 3, &EncodeOptions::default());
    let (header, data) = whole.split_at(data_at(&whole));
    let mut file = File::new(PLAIN);
    let places = file.data(&[data.to_vec(), vec![0; 8], header.to_vec()]).0;
    let page = old(20, 24).tag(513, long(places[2])).tag(514, long(header.len() as u32));
    file.page(&page.tag(273, long(places[0])).tag(279, long(data.len() as u32)));
    assert_eq!(read0(&file.bytes()).unwrap().as_bytes(), pixels(&whole));
}

#[test]
fn old_jpeg_of_bare_tables_is_put_together() {
    let whole = stream(24, 20, 3, &EncodeOptions::default());
    let data = whole[data_at(&whole)..].to_vec();
    let quantization: Vec<Vec<u8>> = segments(&whole, 0xdb).iter().map(|table| table[1..65].to_vec()).collect();
    let huffman = |class: u8| -> Vec<Vec<u8>> {
        let tables = segments(&whole, 0xc4).into_iter().filter(|table| table[0] >> 4 == class);
        tables.map(|table| table[1..].to_vec()).collect()
    };
    let mut file = File::new(PLAIN);
    let q = file.data(&quantization).0;
    let (dc, ac) = (file.data(&huffman(0)).0, file.data(&huffman(1)).0);
    let at = file.data(std::slice::from_ref(&data)).0[0];
    // Chroma shares a table.
    let three = |list: &[u32]| Value::Long(vec![list[0], list[1], list[1]]);
    let page = old(20, 24).tag(273, long(at)).tag(279, long(data.len() as u32));
    file.page(&page.tag(519, three(&q)).tag(520, three(&dc)).tag(521, three(&ac)));
    assert_eq!(read0(&file.bytes()).unwrap().as_bytes(), pixels(&whole));
}

#[test]
fn old_jpeg_without_anything_says_what_is_missing() {
    let error = error0(&File::of(PLAIN, &[old(8, 8).chunk(vec![1; 40])]));
    assert!(error.contains("old JPEG has neither a stream (JPEGInterchangeFormat) nor tables"), "{error}");
    let far = old(8, 8).tag(519, long(9999)).tag(520, long(9999)).tag(521, long(9999)).chunk(vec![1; 40]);
    let error = error0(&File::of(PLAIN, &[far]));
    assert!(error.contains("JPEG table at byte 9999 of 64 bytes exceeds the file"), "{error}");
}
