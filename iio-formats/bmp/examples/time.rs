#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use iio_codec::*;
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0 }
fn t(name: &str, n: usize, mut f: impl FnMut()) { let a = cpu(); for _ in 0..n { f() } println!("{name}\t{:.3} ms", (cpu() - a) * 1000.0 / n as f64); }
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let raw = std::fs::read(&a[1]).unwrap();
    for shape in [&[1500usize, 2000][..], &[1000, 1000, 3], &[750, 1000, 4]] {
        let l = Layout::new(DType::U8, shape).unwrap();
        let src = ArrayRef::new(&raw[..l.n_bytes()], l).unwrap();
        let e = iio_format_bmp::encode(src, &Default::default()).unwrap();
        std::fs::write(format!("{}{}.bmp", a[2], shape.len() + shape.last().unwrap()), &e).unwrap();
        t(&format!("bmp encode {shape:?}"), 40, || { iio_format_bmp::encode(src, &Default::default()).unwrap(); });
        t(&format!("bmp decode {shape:?}"), 40, || { iio_format_bmp::decode(&e, &Default::default()).unwrap(); });
    }
}
