//! Layouts: sizes that cannot overflow, dtypes and their names.

use iio_codec::{DType, DTypeKind, ErrorKind, Layout, MAX_NDIM, match_dtype};

#[test]
fn sizes_and_strides_are_those_of_c_order() {
    let layout = Layout::new(DType::U16, &[2, 3, 4]).unwrap();
    assert_eq!((layout.ndim(), layout.n_samples(), layout.n_bytes()), (3, 24, 48));
    assert_eq!([0, 1, 2].map(|axis| layout.stride(axis)), [24, 8, 2]);
    assert_eq!(layout.to_string(), "uint16 [2, 3, 4]");
    assert_eq!(layout.with_dtype(DType::F64).unwrap().n_bytes(), 192);
}

#[test]
fn no_axes_are_one_sample() {
    let layout = Layout::new(DType::C128, &[]).unwrap();
    assert_eq!((layout.n_samples(), layout.n_bytes(), layout.is_empty()), (1, 16, false));
}

#[test]
fn arrays_beyond_the_address_space_are_rejected() {
    let max = isize::MAX as usize;
    assert!(Layout::new(DType::U8, &[max]).is_ok());
    assert!(Layout::new(DType::U8, &[max, 1]).is_ok());
    for (dtype, shape) in [
        (DType::U8, &[max + 1][..]),
        (DType::U8, &[usize::MAX]),
        (DType::U16, &[max]),
        (DType::U16, &[max / 2 + 1]),
        (DType::U8, &[1 << 32, 1 << 32]),
        (DType::C128, &[1 << 20, 1 << 20, 1 << 20]),
        // 2^128: the product wraps around to 0.
        (DType::U8, &[1 << 16; 8]),
    ] {
        let error = Layout::new(dtype, shape).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.message().contains("exceeds the address space"), "{error}");
    }
}

#[test]
fn empty_axes_do_not_hide_an_overflow() {
    assert!(Layout::new(DType::U8, &[0, usize::MAX, usize::MAX]).is_err());
    assert!(Layout::new(DType::U8, &[usize::MAX, 0]).is_err());
    let layout = Layout::new(DType::U32, &[0, 5]).unwrap();
    assert_eq!((layout.n_bytes(), layout.is_empty(), layout.stride(0)), (0, true, 20));
}

#[test]
fn more_axes_than_there_are_is_rejected() {
    assert!(Layout::new(DType::U8, &[1; MAX_NDIM]).is_ok());
    assert!(Layout::new(DType::U8, &[1; MAX_NDIM + 1]).is_err());
    assert!(Layout::from_u64(DType::U8, &[1; MAX_NDIM + 1]).is_err());
}

#[test]
fn sizes_from_files_are_checked() {
    assert_eq!(Layout::from_u64(DType::U8, &[3, 4]).unwrap(), Layout::new(DType::U8, &[3, 4]).unwrap());
    for shape in [&[u64::MAX][..], &[1 << 63], &[1 << 32, 1 << 32]] {
        assert_eq!(Layout::from_u64(DType::U8, shape).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn layouts_differ_by_dtype_and_by_axes() {
    let layout = Layout::new(DType::U8, &[2, 1]).unwrap();
    for other in [Layout::new(DType::I8, &[2, 1]), Layout::new(DType::U8, &[2]), Layout::new(DType::U8, &[1, 2])] {
        assert_ne!(layout, other.unwrap());
    }
    assert_eq!(layout, Layout::new(DType::U8, &[2, 1]).unwrap());
}

#[test]
fn names_lead_back_to_their_dtype() {
    for dtype in DType::ALL {
        assert_eq!(DType::from_name(dtype.name()), Some(dtype));
        assert_eq!(DType::from_name(&format!("<{}", dtype.name())), Some(dtype));
        assert_eq!(DType::from_name(&format!(">{}", dtype.name())), None);
        assert_eq!(format!("{dtype:>12}").len(), 12);
    }
    let short = ["?", "u1", "u2", "u4", "u64", "i1", "i2", "i4", "i64", "f2", "bf16", "f4", "f8", "c8", "c16"];
    assert_eq!(short.map(|name| DType::from_name(name).unwrap()), DType::ALL);
    assert_eq!(DType::from_name("uint7"), None);
}

#[test]
fn swapped_units_are_halves_of_complex_numbers() {
    for dtype in DType::ALL {
        let parts = if dtype.kind() == DTypeKind::Complex { 2 } else { 1 };
        assert_eq!(dtype.swap_size() * parts, dtype.size());
    }
}

#[test]
fn the_narrowest_dtype_for_bits_holds_them() {
    for bits in 1..=64 {
        let (unsigned, signed) = (DType::uint_for_bits(bits).unwrap(), DType::int_for_bits(bits).unwrap());
        for dtype in [unsigned, signed] {
            let width = dtype.size() as u32 * 8;
            assert!(width >= bits && (width == 8 || width / 2 < bits), "{bits} {dtype}");
        }
        assert_eq!((unsigned.kind(), signed.kind()), (DTypeKind::Uint, DTypeKind::Int));
    }
    assert_eq!([0, 65, u32::MAX].map(DType::uint_for_bits), [None; 3]);
    assert_eq!([0, 65].map(DType::int_for_bits), [None; 2]);
}

#[test]
fn match_dtype_binds_the_type_of_that_size() {
    for dtype in DType::ALL {
        let size = match_dtype!(dtype, T => size_of::<T>(), else => 0);
        let others = [DType::Bool, DType::F16, DType::BF16, DType::C64, DType::C128];
        assert_eq!(size, if others.contains(&dtype) { 0 } else { dtype.size() }, "{dtype}");
    }
}
