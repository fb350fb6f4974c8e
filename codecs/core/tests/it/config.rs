//! Options by key and value.

use std::sync::Arc;

use iio_codec::{Config, ErrorKind, Fields, Result, Value};

/// Reads one field from a config that holds it, and refuses what is left.
fn read<T>(value: impl Into<Value>, field: impl FnOnce(&mut Fields<'_>) -> Result<T>) -> Result<T> {
    let config = Config::new().set("x", value);
    let mut fields = Fields::new("test", &config);
    let read = field(&mut fields)?;
    fields.finish()?;
    Ok(read)
}

fn text<T: core::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    error.to_string()
}

fn int(value: impl Into<Value>) -> Result<i32> {
    read(value, |fields| {
        let mut to = 0;
        fields.int("x", -7..=22, &mut to).map(|()| to)
    })
}

#[test]
fn integers_are_read_within_their_range() {
    assert_eq!([int(-7).unwrap(), int(22).unwrap(), int(" 5 ").unwrap()], [-7, 22, 5]);
    assert_eq!(text(int(23)), "test: x must be an integer in -7..=22, got 23");
    assert_eq!(text(int(-8)), "test: x must be an integer in -7..=22, got -8");
    assert_eq!(text(int("many")), "test: x must be an integer in -7..=22, got \"many\"");
    for value in
        [Value::Float(1.0), Value::Bool(true), Value::Int(i64::MAX), Value::Int(i64::MIN), Value::Ints(vec![1])]
    {
        assert!(text(int(value)).starts_with("test: x must be an integer"));
    }
    // More than an i64 holds is refused, not cut.
    assert_eq!(text(int(usize::MAX)), format!("test: x must be an integer in -7..=22, got \"{}\"", usize::MAX));
}

#[test]
fn integers_do_not_wrap_around_in_narrow_types() {
    let narrow = |value: i64| {
        read(value, |fields| {
            let mut to = 0u8;
            fields.int("x", 0..=255, &mut to).map(|()| to)
        })
    };
    assert_eq!(narrow(255).unwrap(), 255);
    assert!(narrow(256).is_err() && narrow(-1).is_err());
}

#[test]
fn what_is_not_given_stays_as_it_is() {
    let config = Config::new();
    let mut fields = Fields::new("test", &config);
    let (mut a, mut b, mut c, mut d, mut e) = (5u8, 1.5, true, 'z', Some(3i64));
    fields.int("a", 0..=1, &mut a).unwrap();
    fields.float("b", 0.0..=1.0, &mut b).unwrap();
    fields.bool("c", &mut c).unwrap();
    fields.choice("d", &[("y", 1, 'y')], &mut d).unwrap();
    fields.int_opt("e", 0..=1, &mut e).unwrap();
    assert_eq!((a, b, c, d, e), (5, 1.5, true, 'z', Some(3)));
    assert_eq!((fields.text("f").unwrap(), fields.bytes("g").unwrap(), fields.ints("h").unwrap()), (None, None, None));
    fields.finish().unwrap();
}

#[test]
fn optional_integers_become_some() {
    let opt = |value: i64| {
        read(value, |fields| {
            let mut to = None;
            fields.int_opt("x", 1..=9u32, &mut to).map(|()| to)
        })
    };
    assert_eq!(opt(9).unwrap(), Some(9));
    assert!(opt(0).is_err());
}

#[test]
fn numbers_are_finite_and_within_their_range() {
    let float = |value: Value| {
        read(value, |fields| {
            let mut to = 0.0;
            fields.float("x", 0.0..=10.0, &mut to).map(|()| to)
        })
    };
    assert_eq!(float(Value::Float(2.5)).unwrap(), 2.5);
    assert_eq!(float(Value::Int(10)).unwrap(), 10.0);
    assert_eq!(float(Value::from("0.125")).unwrap(), 0.125);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 10.1, -0.1] {
        assert!(text(float(Value::Float(value))).starts_with("test: x must be a number in 0..=10, got"));
    }
    for value in ["nan", "inf", "1e999", ""] {
        assert!(float(Value::from(value)).is_err(), "{value}");
    }
}

#[test]
fn numbers_are_finite_even_where_the_range_is_open() {
    let mut to = 0.0;
    let config = Config::new().set("x", f64::INFINITY);
    assert!(Fields::new("test", &config).float("x", 0.0..=f64::INFINITY, &mut to).is_err());
}

#[test]
fn truth_has_several_names() {
    let bool = |value: Value| {
        read(value, |fields| {
            let mut to = false;
            fields.bool("x", &mut to).map(|()| to)
        })
    };
    for value in [Value::Bool(true), Value::Int(1), "true".into(), "yes".into(), "on".into(), "1".into()] {
        assert!(bool(value).unwrap());
    }
    for value in [Value::Bool(false), Value::Int(0), "false".into(), "no".into(), "off".into(), "0".into()] {
        assert!(!bool(value).unwrap());
    }
    assert_eq!(text(bool(Value::Int(2))), "test: x must be true or false, got 2");
    assert_eq!(text(bool("maybe".into())), "test: x must be true or false, got \"maybe\"");
}

#[test]
fn choices_are_known_by_name_and_number() {
    let choice = |value: Value| {
        read(value, |fields| {
            let mut to = ' ';
            fields.choice("x", &[("none", 1, 'n'), ("horizontal", 2, 'h')], &mut to).map(|()| to)
        })
    };
    // A command line has texts only, so a text with a number is one.
    for value in [Value::from("horizontal"), Value::from(" Horizontal "), Value::Int(2), Value::from("2")] {
        assert_eq!(choice(value).unwrap(), 'h');
    }
    assert_eq!(text(choice(Value::Int(3))), "test: x must be one of none, horizontal, got 3");
    assert_eq!(text(choice("vertical".into())), "test: x must be one of none, horizontal, got \"vertical\"");
    assert!(choice(Value::Float(2.0)).is_err());
}

#[test]
fn texts_bytes_and_lists_are_read_as_what_they_are() {
    assert_eq!(read("abc", |fields| fields.text("x").map(|text| text.map(str::to_owned))).unwrap().unwrap(), "abc");
    assert_eq!(text(read(1, |fields| fields.text("x").map(|_| ()))), "test: x must be a text, got 1");
    let bytes: Arc<[u8]> = vec![1, 2].into();
    assert_eq!(read(bytes.clone(), |fields| fields.bytes("x")).unwrap(), Some(bytes));
    assert_eq!(text(read("ab", |fields| fields.bytes("x"))), "test: x must be bytes, got \"ab\"");
    for value in [Value::Ints(vec![3, -4]), "3,-4".into(), "3 x -4".into()] {
        assert_eq!(read(value, |fields| fields.ints("x")).unwrap(), Some(vec![3, -4]));
    }
    assert_eq!(read(7, |fields| fields.ints("x")).unwrap(), Some(vec![7]));
    for value in [Value::from("3,,4"), "".into(), Value::Float(1.0), Value::from(vec![1u8])] {
        assert!(text(read(value, |fields| fields.ints("x"))).contains("a list of integers"));
    }
}

#[test]
fn unknown_options_are_refused_with_the_known_ones_listed() {
    let config = Config::new().set("levle", 1);
    let mut fields = Fields::new("test", &config);
    fields.int("level", 0..=9, &mut 0).unwrap();
    fields.bool("checksum", &mut false).unwrap();
    // Read by the encoder and by the decoder: listed once.
    fields.int("level", 0..=9, &mut 0).unwrap();
    assert_eq!(text(fields.finish()), "test: unknown option levle, known are level, checksum");
    assert_eq!(text(Fields::new("test", &config).finish()), "test: unknown option levle, there are none");
}

#[test]
fn hints_are_read_where_known_and_ignored_elsewhere() {
    let config = Config::new().hint("width", 256).hint("height", "x");
    let mut fields = Fields::new("test", &config);
    let mut width = 0;
    fields.int("width", 0..=1000, &mut width).unwrap();
    assert_eq!(width, 256);
    fields.finish().unwrap();
    // A hint that is read must still be right.
    assert!(Fields::new("test", &config).int("height", 0..=1000, &mut width).is_err());
}

#[test]
fn values_are_set_merged_and_removed() {
    let config = Config::new().set("a", 1).hint("b", 2);
    let merged = config.clone().merged(&Config::new().set("b", "new").set("c", true));
    assert_eq!(merged.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(merged.value("b"), Some(&Value::from("new")));
    // What was a hint is an option now.
    assert!(Fields::new("test", &Config::new().merged(&merged)).finish().is_err());
    let mut rest = merged;
    assert_eq!(rest.remove("a"), Some(Value::Int(1)));
    assert_eq!((rest.remove("a"), rest.value("a")), (None, None));
    assert_ne!(Config::new().set("a", 1), Config::new().hint("a", 1));
    assert!(Config::new().is_empty() && !config.is_empty());
}
