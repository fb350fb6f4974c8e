//! Aligned memory and the views of bytes as samples.

use iio_codec::{
    AlignedBytes, DType, ErrorKind, Sample, as_bytes, as_bytes_mut, as_samples, as_samples_mut, zeroed_vec,
};

#[test]
fn bytes_begin_at_a_multiple_of_64_and_are_zero() {
    // Several at a time, so that the allocator hands out different addresses.
    let kept: Vec<_> = [0, 1, 7, 63, 64, 65, 1000, 4096, 100_000].map(|len| AlignedBytes::zeroed(len).unwrap()).into();
    for bytes in &kept {
        assert_eq!(bytes.as_ptr() as usize % 64, 0, "{bytes:?}");
        assert!(bytes.iter().all(|&byte| byte == 0));
        assert_eq!(bytes.is_empty(), bytes.iter().next().is_none());
    }
}

#[test]
#[cfg_attr(miri, ignore = "advice to the system")]
fn huge_allocations_are_zero_aligned_and_writable_to_both_ends() {
    for len in [(4 << 20) - 1, 4 << 20, (9 << 20) + 17] {
        let mut bytes = AlignedBytes::zeroed(len).unwrap();
        assert_eq!((bytes.len(), bytes.as_ptr() as usize % 64), (len, 0));
        assert!(bytes.iter().step_by(4095).all(|&byte| byte == 0));
        (bytes[0], bytes[len - 1]) = (1, 2);
        assert_eq!((bytes[0], bytes[len - 1]), (1, 2));
    }
}

#[test]
fn memory_that_no_machine_has_is_an_error() {
    for len in [usize::MAX, usize::MAX - 63, isize::MAX as usize, isize::MAX as usize - 63, 1 << 62] {
        assert_eq!(AlignedBytes::zeroed(len).unwrap_err().kind(), ErrorKind::OutOfMemory);
    }
    for len in [usize::MAX, isize::MAX as usize + 1, 1 << 62] {
        let error = zeroed_vec(len).unwrap_err();
        assert_eq!(error.to_string(), format!("memory: cannot allocate {len} bytes"));
    }
}

#[test]
fn slices_are_copied_and_compared() {
    let bytes = AlignedBytes::from_slice(&[1, 2, 3]).unwrap();
    assert_eq!(bytes.as_slice(), [1, 2, 3]);
    assert_eq!(bytes, AlignedBytes::from_slice(&[1, 2, 3]).unwrap());
    assert_ne!(bytes, AlignedBytes::from_slice(&[1, 2]).unwrap());
    assert_eq!(format!("{bytes:?}"), "AlignedBytes(3 bytes)");
}

#[test]
fn zeroed_vectors_are_ordinary_ones() {
    let mut bytes = zeroed_vec(1000).unwrap();
    assert_eq!((bytes.len(), bytes.capacity()), (1000, 1000));
    assert!(bytes.iter().all(|&byte| byte == 0));
    bytes.push(1);
    bytes.shrink_to_fit();
    assert_eq!(zeroed_vec(0).unwrap(), []);
}

#[test]
fn threads_share_and_move_bytes() {
    let mut bytes = AlignedBytes::zeroed(100).unwrap();
    std::thread::scope(|scope| {
        let (left, right) = bytes.split_at_mut(50);
        scope.spawn(|| left.fill(1));
        scope.spawn(|| right.fill(2));
    });
    let bytes = std::thread::spawn(move || bytes).join().unwrap();
    assert_eq!((bytes[0], bytes[99]), (1, 2));
}

fn there_and_back<T: Sample + PartialEq + core::fmt::Debug + Default>(samples: &[T]) {
    let mut bytes = AlignedBytes::from_slice(as_bytes(samples)).unwrap();
    assert_eq!(as_samples::<T>(&bytes).unwrap(), samples);
    as_samples_mut::<T>(&mut bytes).unwrap()[0] = T::default();
    assert_eq!(as_samples::<T>(&bytes).unwrap()[0], T::default());
    let size = size_of::<T>();
    for cut in 1..size {
        assert!(as_samples::<T>(&bytes[..bytes.len() - cut]).is_none(), "length");
        assert!(as_samples_mut::<T>(&mut bytes[cut..]).is_none(), "length");
        if !cut.is_multiple_of(align_of::<T>()) {
            let end = bytes.len() - size + cut;
            assert!(as_samples::<T>(&bytes[cut..end]).is_none(), "address");
        }
    }
    // No bytes are no samples, wherever they are.
    assert_eq!(as_samples::<T>(&[]), Some(&[][..]));
    assert_eq!(as_samples::<T>(&bytes[1..1]), Some(&[][..]));
    assert_eq!(as_samples_mut::<T>(&mut AlignedBytes::zeroed(0).unwrap()).map(|samples| samples.len()), Some(0));
}

#[test]
fn samples_and_bytes_are_seen_as_each_other() {
    there_and_back(&[1u8, 2, 3]);
    there_and_back(&[1u16, 2, 0xffff]);
    there_and_back(&[1u32, 2]);
    there_and_back(&[u64::MAX, 2]);
    there_and_back(&[-1i8, 2]);
    there_and_back(&[-1i16, 2]);
    there_and_back(&[i32::MIN, 2]);
    there_and_back(&[i64::MIN, 2]);
    there_and_back(&[1.5f32, -0.5]);
    there_and_back(&[1.5f64, f64::INFINITY]);
    there_and_back(&[[1.5f32, 2.5], [3.5, 4.5]]);
    there_and_back(&[[1.5f64, 2.5], [3.5, 4.5]]);
    let mut samples = [0x0102u16, 0];
    as_bytes_mut(&mut samples)[2..].copy_from_slice(&7u16.to_ne_bytes());
    assert_eq!(samples, [0x0102, 7]);
}

#[test]
fn types_stand_for_dtypes_of_their_size_only() {
    fn sizes<T: Sample>() -> Vec<DType> {
        let stands: Vec<_> = DType::ALL.into_iter().filter(|&dtype| T::stands_for(dtype)).collect();
        assert!(!stands.is_empty() && stands.iter().all(|dtype| dtype.size() == size_of::<T>()));
        stands
    }
    let all = [
        sizes::<u8>(),
        sizes::<u16>(),
        sizes::<u32>(),
        sizes::<u64>(),
        sizes::<i8>(),
        sizes::<i16>(),
        sizes::<i32>(),
        sizes::<i64>(),
        sizes::<f32>(),
        sizes::<f64>(),
        sizes::<[f32; 2]>(),
        sizes::<[f64; 2]>(),
    ];
    let mut all = all.concat();
    all.sort_unstable();
    assert_eq!(all, DType::ALL);
}
