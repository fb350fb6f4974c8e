#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use iio_codec::*;
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0 }
fn t(name: &str, n: usize, mut f: impl FnMut()) { let a = cpu(); for _ in 0..n { f() } println!("{name}\t{:.3} ms", (cpu() - a) * 1000.0 / n as f64); }
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let f = std::fs::read(&a[1]).unwrap();
    t("gif decode newton", 20, || { iio_format_gif::decode(&f, &Default::default()).unwrap(); });
    let g = std::fs::read(&a[2]).unwrap();
    t("gif decode colors", 50, || { iio_format_gif::decode(&g, &Default::default()).unwrap(); });
    let raw = std::fs::read(&a[3]).unwrap();
    let l = Layout::new(DType::U8, &[1500, 2000]).unwrap();
    let e = iio_format_gif::encode(ArrayRef::new(&raw, l).unwrap(), &Default::default()).unwrap();
    t("gif encode gray", 5, || { iio_format_gif::encode(ArrayRef::new(&raw, l).unwrap(), &Default::default()).unwrap(); });
    t("gif decode gray idx", 10, || { iio_format_gif::decode(&e, &iio_format_gif::DecodeOptions::default().with_asrgb(false)).unwrap(); });
    let d = iio_format_gif::decode(&f, &Default::default()).unwrap();
    let e2 = iio_format_gif::encode(ArrayRef::new(&d.1, d.0).unwrap(), &iio_format_gif::EncodeOptions::default().with_crop(true)).unwrap();
    println!("newton {} -> {}", f.len(), e2.len());
    std::fs::write(&a[4], e2).unwrap();
    std::fs::write(format!("{}.gray.gif", a[4]), e).unwrap();
    t("gif encode newton", 2, || { iio_format_gif::encode(ArrayRef::new(&d.1, d.0).unwrap(), &Default::default()).unwrap(); });
}
