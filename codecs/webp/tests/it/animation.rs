//! Frames laid over each other, and how they are written.

use iio_codec::{ArrayMut, ArrayRef, Context, ErrorKind};
use iio_webp::{Animator, Canvas, DecodeOptions, EncodeOptions, Extras, frames, info};

use crate::build::{anim, anmf, layout, packed, photo, riff, unpacked, vp8l, vp8x};

const BLEND: u8 = 0;
const DISPOSE: u8 = 1;
const REPLACE: u8 = 2;

/// Pixel `x`, `y` of frame `index` of a stack of RGBA.
fn pixel((shape, pixels): &(Vec<usize>, Vec<u8>), index: usize, x: usize, y: usize) -> [u8; 4] {
    let start = ((index * shape[1] + y) * shape[2] + x) * 4;
    [0, 1, 2, 3].map(|sample| pixels[start + sample])
}

/// An animation of 6 x 4.
fn animation(frames: &[Vec<u8>]) -> Vec<u8> {
    riff(&[&[vp8x(0x12, 6, 4), anim()], frames].concat())
}

const GREY: [u8; 4] = [100, 100, 100, 255];
const HALF: [u8; 4] = [200, 0, 40, 128];

#[test]
fn frames_are_blended_or_replace() {
    let full = anmf([0, 0, 6, 4], REPLACE, &vp8l([6, 4], GREY));
    let file = animation(&[
        full,
        anmf([2, 2, 2, 2], BLEND, &vp8l([2, 2], HALF)),
        anmf([4, 0, 2, 2], REPLACE, &vp8l([2, 2], HALF)),
        anmf([0, 0, 2, 2], BLEND, &vp8l([2, 2], [7, 7, 7, 0])),
        anmf([0, 0, 2, 2], BLEND, &vp8l([2, 2], [7, 8, 9, 255])),
    ]);
    let stack = unpacked(&file, &DecodeOptions::default());
    assert_eq!(stack.0, [5, 4, 6, 4]);
    assert_eq!(pixel(&stack, 0, 2, 2), GREY);
    // 255 * (256 - 128) / 256 = 127 of the grey: (200 * 128 + 100 * 127) / 255, cut.
    assert_eq!(pixel(&stack, 1, 2, 2), [150, 49, 69, 255]);
    assert_eq!(pixel(&stack, 1, 4, 2), GREY);
    assert_eq!(pixel(&stack, 2, 4, 1), HALF);
    assert_eq!(pixel(&stack, 2, 2, 2), [150, 49, 69, 255]);
    assert_eq!(pixel(&stack, 3, 0, 0), GREY);
    assert_eq!(pixel(&stack, 4, 0, 0), [7, 8, 9, 255]);
}

#[test]
fn disposed_frames_leave_transparent_pixels() {
    let file = animation(&[
        anmf([0, 0, 6, 4], REPLACE, &vp8l([6, 4], GREY)),
        anmf([2, 0, 2, 2], REPLACE | DISPOSE, &vp8l([2, 2], [1, 2, 3, 255])),
        anmf([2, 0, 4, 4], BLEND, &vp8l([4, 4], HALF)),
    ]);
    let stack = unpacked(&file, &DecodeOptions::default());
    assert_eq!(pixel(&stack, 1, 2, 0), [1, 2, 3, 255]);
    assert_eq!(pixel(&stack, 1, 1, 0), GREY);
    // Nothing is there to blend with: the frame as it is.
    assert_eq!(pixel(&stack, 2, 2, 0), HALF);
    assert_eq!(pixel(&stack, 2, 3, 1), HALF);
    assert_eq!(pixel(&stack, 2, 4, 0), [150, 49, 69, 255]);
    assert_eq!(pixel(&stack, 2, 2, 2), [150, 49, 69, 255]);
}

#[test]
fn alpha_is_that_of_what_is_shown() {
    let alpha = |frames: &[Vec<u8>]| info(&animation(frames)).unwrap().alpha;
    let full = anmf([0, 0, 6, 4], REPLACE, &vp8l([6, 4], GREY));
    let painted = anmf([0, 0, 2, 2], BLEND, &vp8l([2, 2], HALF));
    assert!(!alpha(&[full.clone(), painted.clone()]));
    assert!(alpha(&[full.clone(), anmf([0, 0, 2, 2], REPLACE, &vp8l([2, 2], HALF))]));
    assert!(alpha(&[full.clone(), anmf([0, 0, 2, 2], DISPOSE, &vp8l([2, 2], GREY)), painted.clone()]));
    assert!(alpha(&[anmf([0, 0, 6, 2], REPLACE, &vp8l([6, 2], GREY)), painted.clone()]));
    assert!(alpha(&[anmf([0, 0, 6, 4], REPLACE, &vp8l([6, 4], HALF)), painted]));
}

#[test]
fn equal_frames_come_back() {
    let frame = photo(&[20, 30, 3]);
    let shape = [4, 20, 30, 3];
    let file = packed(&frame.repeat(4), &shape, &EncodeOptions::default());
    assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), frame.repeat(4)));
    // They cost a pixel each.
    let one = packed(&frame, &[20, 30, 3], &EncodeOptions::default());
    assert!(file.len() < one.len() + 300, "{} against {}", file.len(), one.len());
}

#[test]
fn changed_rectangle_is_stored() {
    let frame = photo(&[40, 60, 3]);
    let mut next = frame.clone();
    for (y, x) in [(11, 21), (17, 32)] {
        next[(y * 60 + x) * 3] ^= 0x55;
    }
    let shape = [2, 40, 60, 3];
    let pixels = [frame, next].concat();
    let file = packed(&pixels, &shape, &EncodeOptions::default());
    let second = frames(&file).unwrap().remove(1);
    assert_eq!((second.x, second.y, second.width, second.height), (20, 10, 13, 8));
    // Two pixels differ: the others are left out.
    assert!(second.blend && second.alpha);
    assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), pixels));
}

#[test]
fn stacks_with_alpha_are_exact() {
    let mut pixels = photo(&[20, 30, 4]);
    let mut stack = pixels.clone();
    let mut rng = iio_testkit::Rng::new(7);
    for _ in 0..8 {
        for _ in 0..20 {
            let at = rng.below(20 * 30) * 4;
            let alpha = [0, 128, 255][rng.below(3)];
            let value = [rng.below(256) as u8, rng.below(256) as u8, 3, alpha];
            pixels[at..at + 4].copy_from_slice(&value);
        }
        stack.extend_from_slice(&pixels);
    }
    let shape = [9, 20, 30, 4];
    let file = packed(&stack, &shape, &EncodeOptions::default());
    assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), stack));
}

#[test]
fn opaque_alpha_stays_a_sample() {
    for shape in [&[9, 7, 4][..], &[3, 9, 7, 4]] {
        let mut pixels = photo(shape);
        pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[3] = 255);
        let file = packed(&pixels, shape, &EncodeOptions::default());
        assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), pixels.clone()));
        let file = packed(&pixels, shape, &EncodeOptions::default().with_lossless(false));
        let (found, lossy) = unpacked(&file, &DecodeOptions::default());
        assert_eq!(found, shape);
        assert!(lossy.as_chunks::<4>().0.iter().all(|pixel| pixel[3] == 255));
    }
}

#[test]
fn opaque_alpha_is_dropped_if_asked_for() {
    for (shape, without) in [(&[9, 7, 4][..], &[9, 7, 3][..]), (&[3, 9, 7, 4], &[3, 9, 7, 3])] {
        let mut pixels = photo(shape);
        pixels.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel[3] = 255);
        let options = EncodeOptions::default().with_keep_opaque(false);
        let file = packed(&pixels, shape, &options);
        let colours: Vec<u8> =
            pixels.as_chunks::<4>().0.iter().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        assert_eq!(unpacked(&file, &DecodeOptions::default()), (without.to_vec(), colours));
        assert!(file != packed(&pixels, shape, &EncodeOptions::default()));
        assert_eq!(unpacked(&file, &DecodeOptions::default().with_has_alpha(true)), (shape.to_vec(), pixels.clone()));
        // Alpha that is not opaque, in the last frame only, stays.
        *pixels.last_mut().unwrap() = 7;
        let file = packed(&pixels, shape, &options);
        assert_eq!(unpacked(&file, &DecodeOptions::default()), (shape.to_vec(), pixels));
    }
}

#[test]
fn stack_of_one_is_a_still_image() {
    let pixels = photo(&[9, 7, 3]);
    let file = packed(&pixels, &[1, 9, 7, 3], &EncodeOptions::default());
    assert_eq!(file, packed(&pixels, &[9, 7, 3], &EncodeOptions::default()));
}

#[test]
fn canvas_shows_frames_in_any_order() {
    let shape = [6, 20, 30, 4];
    let pixels = photo(&shape);
    for lossless in [true, false] {
        let file = packed(&pixels, &shape, &EncodeOptions::default().with_lossless(lossless));
        let all = unpacked(&file, &DecodeOptions::default()).1;
        let frames = frames(&file).unwrap();
        let mut canvas = Canvas::new(30, 20);
        for index in [3, 4, 4, 1, 5, 0, 2] {
            canvas.show(&file, &frames, index, false, &Context::default()).unwrap();
            let mut image = vec![1; 20 * 30 * 4];
            canvas.store(ArrayMut::new(&mut image, layout(&[20, 30, 4])).unwrap()).unwrap();
            assert!(image == all[index * image.len()..][..image.len()], "frame {index}");
        }
    }
}

#[test]
fn canvas_refuses_what_it_cannot_show() {
    let shape = [2, 8, 8, 3];
    let file = packed(&photo(&shape), &shape, &EncodeOptions::default());
    let frames = frames(&file).unwrap();
    let mut canvas = Canvas::new(8, 8);
    let mut image = vec![0; 8 * 8 * 3];
    let mut store = |canvas: &Canvas, shape: &[usize]| {
        canvas.store(ArrayMut::new(&mut image, layout(shape)).unwrap()).map_err(|error| error.kind())
    };
    assert_eq!(store(&canvas, &[8, 8, 3]), Err(ErrorKind::InvalidArgument));
    let error = canvas.show(&file, &frames, 2, false, &Context::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    canvas.show(&file, &frames, 1, false, &Context::default()).unwrap();
    assert_eq!(store(&canvas, &[8, 8, 3]), Ok(()));
    assert_eq!(store(&canvas, &[4, 16, 3]), Err(ErrorKind::InvalidArgument));
    // After a failure nothing is shown.
    assert!(canvas.show(&file[..60], &frames, 1, false, &Context::default()).is_ok());
    assert!(canvas.show(&file[..60], &frames, 0, false, &Context::default()).is_err());
    assert_eq!(store(&canvas, &[8, 8, 3]), Err(ErrorKind::InvalidArgument));
}

#[test]
fn animator_takes_times_and_extras() {
    let pixels = photo(&[2, 9, 7, 3]);
    let extras = Extras::new(Some(b"icc"), Some(b"II*\0"), Some(b"<x/>"));
    let mut animator = Animator::new(&layout(&[9, 7, 3]), &EncodeOptions::default(), &extras).unwrap();
    let cx = Context::default();
    for (frame, delay) in pixels.chunks_exact(9 * 7 * 3).zip([10, 16_777_215]) {
        animator.add(ArrayRef::new(frame, layout(&[9, 7, 3])).unwrap(), delay, &cx).unwrap();
    }
    let other = ArrayRef::new(&pixels[..4 * 5 * 3], layout(&[4, 5, 3])).unwrap();
    assert_eq!(animator.add(other, 0, &cx).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let same = ArrayRef::new(&pixels[..9 * 7 * 3], layout(&[9, 7, 3])).unwrap();
    assert_eq!(animator.add(same, 1 << 24, &cx).unwrap_err().kind(), ErrorKind::InvalidArgument);
    let file = animator.finish(&extras).unwrap();
    let info = info(&file).unwrap();
    assert!(info.icc_profile.is_some() && info.exif.is_some() && info.xmp.is_some());
    assert_eq!(frames(&file).unwrap().iter().map(|frame| frame.duration).collect::<Vec<_>>(), [10, 16_777_215]);
    assert_eq!(unpacked(&file, &DecodeOptions::default()).1, pixels);
    let empty = Animator::new(&layout(&[9, 7, 3]), &EncodeOptions::default(), &extras).unwrap();
    assert_eq!(empty.finish(&extras).unwrap_err().kind(), ErrorKind::InvalidArgument);
}
