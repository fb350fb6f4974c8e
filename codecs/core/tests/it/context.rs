//! Gates, budgets and the cancel flag.

use iio_codec::{Blame, Budget, Cancel, Context, DType, ErrorKind, Layout, Limits};

struct Here;

impl Blame for Here {
    fn who(&self) -> &'static str {
        "here"
    }
}

#[test]
fn output_passes_up_to_the_limit() {
    let cx = Context::with_limits(Limits::default().with_output_bytes(100));
    cx.gate_output(&Here, 100, 0, None).unwrap();
    let error = cx.gate_output(&Here, 101, 0, None).unwrap_err();
    assert_eq!(error.to_string(), "here: output needs 101, limit output_bytes is 100");
    assert_eq!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 101, allowed: 100 });
}

#[test]
fn declarations_that_the_input_cannot_reach_are_malformed() {
    let cx = Context::default();
    cx.gate_output(&Here, 10 * 64 + 4096, 10, Some(64)).unwrap();
    let error = cx.gate_output(&Here, 10 * 64 + 4097, 10, Some(64)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.message(), "declares 4737 bytes, but 10 bytes of input reach 4736 at most");
    // The product must not wrap around.
    cx.gate_output(&Here, 1 << 30, 1 << 33, Some(1 << 31)).unwrap();
    // The limit comes first: it is the caller's.
    let cx = Context::with_limits(Limits::default().with_output_bytes(1));
    let error = cx.gate_output(&Here, u64::MAX, 0, Some(1)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
}

#[test]
fn budgets_are_shared_and_taken_only_by_what_passes() {
    let budget = Budget::new(100);
    let cx = Context { budget: Some(&budget), ..Context::with_limits(Limits::default().with_output_bytes(80)) };
    cx.gate_output(&Here, 60, 0, None).unwrap();
    assert_eq!(budget.left(), 40);
    assert!(cx.gate_output(&Here, 81, 0, None).is_err());
    assert!(cx.gate_output(&Here, 4097, 0, Some(1)).is_err());
    assert_eq!(budget.left(), 40);
    let error = cx.gate_output(&Here, 41, 0, None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit { which: "budget", requested: 41, allowed: 40 });
    assert_eq!(budget.left(), 40);
    cx.gate_output(&Here, 40, 0, None).unwrap();
    budget.give(5);
    assert_eq!((budget.left(), budget.total()), (5, 100));
    assert!(!budget.take(6) && budget.take(5) && budget.take(0));
}

#[test]
fn budgets_never_give_more_than_they_have_to_threads() {
    let budget = Budget::new(10_000);
    let taken: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| (0..1000).filter(|_| budget.take(7)).count() as u64)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((taken, budget.left()), (10_000 / 7, 10_000 % 7));
}

#[test]
fn layouts_pass_by_their_axes_and_their_bytes() {
    let cx = Context::with_limits(Limits::default().with_axis_len(10).with_output_bytes(150));
    let layout = |shape: &[usize]| Layout::new(DType::U16, shape).unwrap();
    cx.gate_layout(&Here, &layout(&[7, 10]), 0, None).unwrap();
    let error = cx.gate_layout(&Here, &layout(&[2, 11]), 0, None).unwrap_err();
    assert_eq!(error.to_string(), "here: uint16 [2, 11] needs 11, limit axis_len is 10");
    // Also where there are no bytes.
    assert!(cx.gate_layout(&Here, &layout(&[0, 11]), 0, None).is_err());
    let error = cx.gate_layout(&Here, &layout(&[8, 10]), 0, None).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { which: "output_bytes", requested: 160, .. }));
    assert_eq!(cx.gate_layout(&Here, &layout(&[8]), 0, Some(1)).map_err(|error| error.kind()), Ok(()));
}

#[test]
fn working_memory_passes_up_to_the_limit() {
    let cx = Context::with_limits(Limits::default().with_working_bytes(10));
    cx.gate_working(&Here, 10).unwrap();
    let error = cx.gate_working(&Here, 11).unwrap_err();
    assert_eq!(error.to_string(), "here: working memory needs 11, limit working_bytes is 10");
}

#[test]
fn cancelled_calls_stop_on_every_copy_of_the_flag() {
    let cancel = Cancel::new();
    let cx = Context { cancel: Some(&cancel), ..Context::default() };
    cx.check_cancel(&Here).unwrap();
    cancel.clone().cancel();
    assert!(cancel.is_cancelled());
    let error = cx.check_cancel(&Here).unwrap_err();
    assert_eq!((error.kind(), error.who()), (ErrorKind::Cancelled, "here"));
    Context::default().check_cancel(&Here).unwrap();
}

#[test]
fn contexts_tell_what_they_hold() {
    let budget = Budget::new(7);
    let text = format!("{:?}", Context { budget: Some(&budget), ..Context::default() });
    assert!(text.contains("executor_width: 1") && text.contains("total: 7"), "{text}");
}

#[test]
fn limits_are_those_of_the_documentation_and_are_set_one_by_one() {
    let limits = Limits::default();
    assert_eq!((limits.output_bytes, limits.working_bytes, limits.metadata_bytes), (1 << 30, 512 << 20, 64 << 20));
    assert_eq!((limits.axis_len, limits.scans, limits.depth), ((1 << 31) - 1, 500, 32));
    let set = Limits::NONE
        .with_output_bytes(1)
        .with_working_bytes(2)
        .with_metadata_bytes(3)
        .with_axis_len(4)
        .with_scans(5)
        .with_depth(6);
    assert_eq!((set.output_bytes, set.working_bytes, set.metadata_bytes), (1, 2, 3));
    assert_eq!((set.axis_len, set.scans, set.depth), (4, 5, 6));
}
