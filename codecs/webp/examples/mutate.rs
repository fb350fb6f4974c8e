//! Throw-away.
use iio_codec::*;
use iio_webp::*;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let secs: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(dir)
        .unwrap()
        .map(|e| {
            let p = e.unwrap().path();
            (p.display().to_string(), std::fs::read(&p).unwrap())
        })
        .filter(|f| f.1.len() < 60000)
        .collect();
    let limits = Limits::default().with_output_bytes(16 << 20).with_working_bytes(64 << 20);
    let cx = Context::with_limits(limits);
    let mut x = 88172645463325252u64;
    let mut r = |n: usize| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x % n.max(1) as u64) as usize
    };
    let (mut n, mut ok, mut slow) = (0, 0, 0f64);
    let mut kinds = std::collections::BTreeMap::new();
    let t = std::time::Instant::now();
    while t.elapsed().as_secs() < secs {
        let (name, f) = &files[r(files.len())];
        let mut b = f.clone();
        for _ in 0..1 + r(6) {
            let head = r(2) == 0;
            let lim = if head { b.len().min(100) } else { b.len() };
            let at = r(lim);
            match r(6) {
                0 => b[at] ^= 1 << r(8),
                1 => b[at] = 0,
                2 => b[at] = 255,
                3 => b[at] = r(256) as u8,
                4 => {
                    let l = r(b.len() - at).min(50);
                    let to = r(b.len() - l);
                    let part = b[at..at + l].to_vec();
                    b[to..to + l].copy_from_slice(&part);
                }
                _ => {
                    if r(4) == 0 {
                        let cut = r(b.len()).max(20);
                        let len = (cut as u32 - 8).to_le_bytes();
                        b.truncate(cut.max(20));
                        b[4..8].copy_from_slice(&len);
                    }
                }
            }
            if b.is_empty() {
                break;
            }
        }
        let o = DecodeOptions::default()
            .with_index([None, Some(-1), Some(1)][r(3)])
            .with_has_alpha([None, Some(true), Some(false)][r(3)]);
        let s = std::time::Instant::now();
        let d = Webp::new(EncodeOptions::default(), o.clone()).decoder().unwrap().decode(&b, None, &cx);
        let e = s.elapsed().as_secs_f64();
        if e > slow {
            slow = e;
            eprintln!("{e:.3} s {name} {:?}", d.as_ref().map(|d| d.0));
        }
        match d {
            Ok((l, p)) => {
                ok += 1;
                if n % 8 == 0 {
                    let (_, q) = {
                        let mut v = AlignedBytes::zeroed(l.n_bytes()).unwrap();
                        v.fill(0xa5);
                        decode_into(&b, ArrayMut::new(&mut v, l).unwrap(), &o, &cx).unwrap();
                        (l, v)
                    };
                    assert!(p[..] == q[..], "dirty {name}");
                }
            }
            Err(e) => *kinds.entry(e.kind().name()).or_insert(0) += 1,
        }
        n += 1;
    }
    println!("{n} runs, {ok} ok, {kinds:?}, slowest {slow:.3} s");
}
use iio_codec::ArrayCodec;
