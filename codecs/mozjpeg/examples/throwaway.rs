use iio_codec::*; use iio_mozjpeg::*; use std::time::Instant;
fn main() {
    let (h,w)=(2000usize,2000usize); let mut st=1u32;
    let p:Vec<u8>=(0..h*w*3).map(|i| { st=st.wrapping_mul(1664525).wrapping_add(1013904223); let (x,y)=((i/3%w) as f64,(i/3/w) as f64); (120.0+40.0*(x/31.0).sin()*(y/27.0).cos()+((st>>28) as f64)) as u8 }).collect();
    let l=Layout::new(DType::U8,&[h,w,3]).unwrap();
    let time=|n:&str,f:&dyn Fn()->usize| {let mut best=f64::MAX; let mut len=0; for _ in 0..4 {let t=Instant::now(); len=f(); best=best.min(t.elapsed().as_secs_f64());} println!("{n}: {:.0} ms {len}",best*1e3);};
    let a=||ArrayRef::new(&p,l).unwrap(); let o=EncodeOptions::default;
    time("jpeg8",&||iio_jpeg8::encode(a(),&Default::default()).unwrap().len());
    time("default",&||encode(a(),&o()).unwrap().len());
    time("no scans",&||encode(a(),&o().with_optimize_scans(false)).unwrap().len());
    time("seq",&||encode(a(),&o().with_progressive(false)).unwrap().len());
    time("no trellis seq no opt",&||encode(a(),&o().with_progressive(false).with_trellis(false).with_optimize(false)).unwrap().len());
}
