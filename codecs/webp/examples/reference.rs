//! Throw-away.
use iio_codec::*;
use iio_webp::*;
use std::io::Write;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let dir = &a[2];
    match &*a[1] {
        "decode" => {
            // for all files: out/<name>.raw and index
            let mut idx = std::fs::File::create(format!("{dir}/out/index.txt")).unwrap();
            let mut names: Vec<_> = std::fs::read_dir(format!("{dir}/files"))
                .unwrap()
                .map(|e| e.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            for n in names {
                let src = std::fs::read(format!("{dir}/files/{n}")).unwrap();
                match decode(&src, &DecodeOptions::default()) {
                    Ok((l, b)) => {
                        std::fs::write(format!("{dir}/out/{n}.raw"), &b[..]).unwrap();
                        writeln!(idx, "{n}\t{:?}", l.shape()).unwrap();
                    }
                    Err(e) => writeln!(idx, "{n}\tERR {e:?}").unwrap(),
                }
            }
        }
        "encode" => {
            // arr files: name_HxWxC.raw -> webp
            for e in std::fs::read_dir(format!("{dir}/arrays")).unwrap() {
                let p = e.unwrap().path();
                let n = p.file_stem().unwrap().to_str().unwrap().to_string();
                if p.extension().unwrap() != "raw" {
                    continue;
                }
                let shape: Vec<usize> = n.rsplit('_').next().unwrap().split('x').map(|v| v.parse().unwrap()).collect();
                let bytes = std::fs::read(&p).unwrap();
                let l = Layout::new(DType::U8, &shape).unwrap();
                let v = ArrayRef::new(&bytes, l).unwrap();
                for (k, o) in [
                    ("ll", EncodeOptions::default()),
                    ("l80", EncodeOptions::default().with_lossless(false).with_level(80.0)),
                    ("m0", EncodeOptions::default().with_method(0u8)),
                    ("m6l", EncodeOptions::default().with_method(6u8).with_lossless(false).with_level(30.0)),
                ] {
                    let f = encode(v, &o).unwrap();
                    std::fs::write(format!("{dir}/enc/{n}.{k}.webp"), &f).unwrap();
                    let (l2, b) = decode(&f, &DecodeOptions::default()).unwrap();
                    std::fs::write(format!("{dir}/enc/{n}.{k}.raw"), &b[..]).unwrap();
                    assert_eq!(l2.shape(), if shape[0] == 1 && shape.len() == 4 { &shape[1..] } else { &shape[..] });
                }
            }
        }
        "bench" => {
            let p = std::path::Path::new(&a[3]);
            let n = p.file_stem().unwrap().to_str().unwrap();
            let shape: Vec<usize> = n.rsplit('_').next().unwrap().split('x').map(|v| v.parse().unwrap()).collect();
            let bytes = std::fs::read(p).unwrap();
            let l = Layout::new(DType::U8, &shape).unwrap();
            let v = ArrayRef::new(&bytes, l).unwrap();
            let mut dst = vec![0u8; l.n_bytes()];
            for (k, o) in
                [("lossless", EncodeOptions::default()), ("lossy75", EncodeOptions::default().with_lossless(false))]
            {
                let reps = if l.n_bytes() > 1_000_000 { 5 } else { 200 };
                let c = codec(&o);
                let mut f = vec![];
                let m = if reps == 200 { 10 } else { 1 };
                let mut best = f64::MAX;
                for _ in 0..4 {
                    let t = cpu();
                    for _ in 0..m {
                        f.clear();
                        c.encoder().unwrap().encode_append(v, &mut f, &Context::default()).unwrap();
                    }
                    best = best.min((cpu() - t) / m as f64);
                }
                let mut bd = f64::MAX;
                for _ in 0..8 {
                    let t = cpu();
                    for _ in 0..m * 10 {
                        decode_into(
                            &f,
                            ArrayMut::new(&mut dst, l).unwrap(),
                            &DecodeOptions::default(),
                            &Context::default(),
                        )
                        .unwrap();
                    }
                    bd = bd.min((cpu() - t) / (m * 10) as f64);
                }
                println!("{n} {k} enc {:.3} ms dec {:.3} ms size {}", best * 1e3, bd * 1e3, f.len());
            }
        }
        "mem" => {
            let w: usize = a[3].parse().unwrap();
            let l = Layout::new(DType::U8, &[w, w, a[4].parse().unwrap()]).unwrap();
            let mut x = 1u32;
            let bytes: Vec<u8> = (0..l.n_bytes())
                .map(|i| {
                    x = x.wrapping_mul(1664525).wrapping_add(1013904223);
                    if a[5] == "noise" { (x >> 24) as u8 } else { (i / 3 % 251) as u8 ^ (x >> 30) as u8 }
                })
                .collect();
            let v = ArrayRef::new(&bytes, l).unwrap();
            let rss = || {
                std::fs::read_to_string("/proc/self/status")
                    .unwrap()
                    .lines()
                    .find(|l| l.starts_with("VmHWM"))
                    .unwrap()
                    .split_whitespace()
                    .nth(1)
                    .unwrap()
                    .parse::<f64>()
                    .unwrap()
                    * 1024.0
            };
            let o = if a[6] == "lossy" {
                EncodeOptions::default().with_lossless(false).with_level(90.0)
            } else {
                EncodeOptions::default().with_method(a[7].parse::<u8>().unwrap())
            };
            let b = rss();
            let f = encode(v, &o).unwrap();
            let e = rss();
            println!(
                "enc {} {} {} bytes/px {:.1} (stream {:.1})",
                a[5],
                a[6],
                a[4],
                (e - b) / (w * w) as f64,
                f.len() as f64 / (w * w) as f64
            );
            std::fs::write("/tmp/mem.webp", &f).unwrap();
        }
        "memdec" => {
            let f = std::fs::read("/tmp/mem.webp").unwrap();
            let i = info(&f).unwrap();
            let rss = || {
                std::fs::read_to_string("/proc/self/status")
                    .unwrap()
                    .lines()
                    .find(|l| l.starts_with("VmHWM"))
                    .unwrap()
                    .split_whitespace()
                    .nth(1)
                    .unwrap()
                    .parse::<f64>()
                    .unwrap()
                    * 1024.0
            };
            let b = rss();
            let (l, _d) = decode(&f, &DecodeOptions::default()).unwrap();
            println!(
                "dec bytes/px beyond output {:.2}",
                (rss() - b - l.n_bytes() as f64) / (i.width * i.height) as f64
            );
        }
        _ => panic!(),
    }
}
fn codec(o: &EncodeOptions) -> Webp {
    Webp::new(o.clone(), DecodeOptions::default())
}
fn cpu() -> f64 {
    std::thread::yield_now();
    let s = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    s.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
use iio_codec::ArrayCodec;
