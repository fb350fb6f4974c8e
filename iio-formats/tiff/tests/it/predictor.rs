//! Tiles with predictors: what the last filter stores itself and what is cut out of scratch are the same pixels.

use std::ops::Range;

use iio_codec::{ArrayMut, DType};
use iio_core::Selection;
use iio_testkit::Rng;

use crate::build::{File, Kind, Page, layout, read, short};

const HEIGHT: usize = 83;
const WIDTH: usize = 101;

/// How samples are stored.
#[derive(Clone, Copy, Debug)]
struct Case {
    dtype: DType,
    /// SampleFormat.
    format: u16,
    samples: usize,
    predictor: u16,
    /// Height and width of a tile.
    tile: [usize; 2],
    /// Compression: none, or PackBits.
    packed: bool,
    big_endian: bool,
}

impl Case {
    /// Bytes of a pixel.
    fn pixel_len(&self) -> usize {
        self.dtype.size() * self.samples
    }

    /// The rectangle of `pixels` at a place, with zeros beyond its edge.
    fn tile_at(&self, pixels: &[u8], top: usize, left: usize) -> Vec<u8> {
        let (len, [height, width]) = (self.pixel_len(), self.tile);
        let places = (top..top + height).flat_map(|y| (left..left + width).map(move |x| (y, x)));
        let pixel = |(y, x)| match y < HEIGHT && x < WIDTH {
            true => pixels[(y * WIDTH + x) * len..][..len].to_vec(),
            false => vec![0; len],
        };
        places.flat_map(pixel).collect()
    }

    /// A tile as it is stored.
    fn stored(&self, mut tile: Vec<u8>) -> Vec<u8> {
        let array = ArrayMut::new(&mut tile, layout(self.dtype, &[self.tile[0], self.tile[1], self.samples])).unwrap();
        match self.predictor {
            2 => iio_delta::encode(array, &iio_delta::Options::default().with_axis(-2)).unwrap(),
            _ => iio_floatpred::encode(array, &iio_floatpred::Options::default().with_axis(-2)).unwrap(),
        }
        if self.big_endian && self.predictor == 2 {
            tile.chunks_exact_mut(self.dtype.swap_size()).for_each(<[u8]>::reverse);
        }
        match self.packed {
            true => iio_packbits::encode(&tile, &iio_packbits::EncodeOptions::default()).unwrap(),
            false => tile,
        }
    }

    fn file(&self, pixels: &[u8]) -> Vec<u8> {
        let [height, width] = self.tile;
        let mut page = Page::tiles(WIDTH as u32, HEIGHT as u32, width as u16, height as u16)
            .tag(258, short(8 * self.dtype.size() as u16))
            .tag(259, short(if self.packed { 32773 } else { 1 }))
            .tag(277, short(self.samples as u16))
            .tag(317, short(self.predictor))
            .tag(339, short(self.format));
        for top in (0..HEIGHT).step_by(height) {
            for left in (0..WIDTH).step_by(width) {
                page = page.chunk(self.stored(self.tile_at(pixels, top, left)));
            }
        }
        File::of(Kind { big_endian: self.big_endian, bigtiff: false }, &[page])
    }

    fn check(&self) {
        let mut pixels = vec![0; HEIGHT * WIDTH * self.pixel_len()];
        Rng::new(7).fill(&mut pixels);
        let file = self.file(&pixels);
        let [height, width] = self.tile;
        let regions: [(Range<usize>, Range<usize>); 6] = [
            (0..HEIGHT, 0..WIDTH),
            // Whole tiles; parts that begin with a tile; parts that do not; edges of the image.
            (0..2 * height, width..3 * width),
            (0..height - 3, 0..width + 5),
            (3..height + 7, 9..2 * width),
            (height..height + 1, 1..WIDTH),
            (HEIGHT - 1..HEIGHT, WIDTH - 2..WIDTH),
        ];
        for (y, x) in regions {
            let image = read(&file, &Selection::image(0).with_region(y.clone(), x.clone())).unwrap();
            let len = self.pixel_len();
            let row = |y: usize| &pixels[(y * WIDTH + x.start) * len..(y * WIDTH + x.end) * len];
            let expected: Vec<u8> = y.clone().flat_map(|y| row(y).to_vec()).collect();
            assert!(image.as_bytes() == expected, "{self:?}, {y:?} {x:?}");
        }
    }
}

#[test]
fn whole_tiles_and_parts_of_them_give_the_same_pixels() {
    let kinds = [
        (DType::U8, 1, 2),
        (DType::I16, 2, 2),
        (DType::U32, 1, 2),
        (DType::F64, 3, 2),
        (DType::F16, 3, 3),
        (DType::F32, 3, 3),
        (DType::F64, 3, 3),
    ];
    for (dtype, format, predictor) in kinds {
        for (samples, tile) in [(1, [16, 16]), (1, [32, 16]), (3, [16, 32]), (4, [16, 16])] {
            for (packed, big_endian) in [(false, false), (false, true), (true, false), (true, true)] {
                Case { dtype, format, samples, predictor, tile, packed, big_endian }.check();
            }
        }
    }
}
