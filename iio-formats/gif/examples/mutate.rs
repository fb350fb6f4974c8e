#![allow(missing_docs, clippy::all, clippy::print_stdout, clippy::unwrap_used)]
use iio_codec::*;
use iio_core::*;
use iio_format_gif::FORMAT;
fn main() {
    let limits = Limits::default().with_output_bytes(16 << 20).with_working_bytes(64 << 20).with_metadata_bytes(4 << 20);
    let env = Env::new(Registry::empty().with_format(&FORMAT).into()).with_limits(limits).with_total_output_bytes(16 << 20);
    let files: Vec<Vec<u8>> = std::env::args().skip(1).map(|p| std::fs::read(p).unwrap()).filter(|b| b.len() < 65536).collect();
    let mut s = 0x1234_5678_9abc_def1u64;
    let mut rnd = move |n: usize| { s ^= s << 13; s ^= s >> 7; s ^= s << 17; (s % n.max(1) as u64) as usize };
    let (begin, mut n, mut ok, mut slow) = (std::time::Instant::now(), 0, 0, 0.0f64);
    let mut kinds = std::collections::BTreeMap::new();
    while begin.elapsed().as_secs() < 25 {
        let mut b = files[rnd(files.len())].clone();
        for _ in 0..1 + rnd(6) {
            let l = b.len(); if l == 0 { break }
            match rnd(6) {
                0 => { let i = rnd(l.min(200)); b[i] = rnd(256) as u8 }
                1 => { let i = rnd(l); b[i] = [0, 1, 127, 128, 255][rnd(5)] }
                2 => { let i = rnd(l); b.truncate(i) }
                3 => { let i = rnd(l); let j = (i + rnd(64)).min(l); b.drain(i..j); }
                4 => { let i = rnd(l); let j = (i + rnd(64)).min(l); let part = b[i..j].to_vec(); let k = rnd(l); b.splice(k..k, part); }
                _ => { let i = rnd(l); b[i] ^= 1 << rnd(8) }
            }
        }
        n += 1;
        let t = std::time::Instant::now();
        let source = Source::from_bytes(b.clone());
        let config = if rnd(3) == 0 { Config::new().set("allow_missing_end", true) } else { Config::new() };
        let result = (|| -> Result<()> {
            let reader = (FORMAT.open.unwrap())(&source, &config, &env)?;
            let _ = reader.file_metadata(); let m = reader.n_images().unwrap_or(1);
            for i in [0, m - 1, m / 2] {
                let info = reader.info(i)?; let _ = reader.metadata(i);
                let plan = reader.plan(&Selection::image(i))?;
                assert_eq!(plan.layout, info.levels[0].layout);
                let whole = plan.read(&source, &env, None)?;
                let (h, w) = (plan.layout.shape()[0], plan.layout.shape()[1]);
                let (y, x) = (rnd(h)..h, rnd(w)..w);
                let part = reader.plan(&Selection::image(i).with_region(y.clone(), x.clone()))?;
                let p = part.read(&source, &env, None)?;
                let mut r = vec![y, x]; r.extend(plan.layout.shape().get(2).map(|&d| 0..d));
                let mut e = Vec::new(); ArrayRef::new(&whole, plan.layout)?.window(&r)?.append_to(&mut e)?;
                assert!(p.as_slice() == e);
            }
            Ok(())
        })();
        slow = slow.max(t.elapsed().as_secs_f64());
        match result { Ok(()) => ok += 1, Err(e) => { assert!(!matches!(e.kind(), ErrorKind::Internal | ErrorKind::InvalidArgument), "{e}"); *kinds.entry(e.kind().name()).or_insert(0) += 1 } }
        if let Ok((l, p)) = iio_format_gif::INFO.create(&CodecId::Name("gif"), &Config::new()).and_then(|c| match c { AnyCodec::Array(c) => c.decoder(), _ => unreachable!() }).and_then(|mut d| d.decode(&b, None, &Context::with_limits(limits))) { assert_eq!(l.n_bytes(), p.len()); }
    }
    println!("gif: {n} inputs, {ok} ok, {kinds:?}, slowest {slow:.3} s");
}
