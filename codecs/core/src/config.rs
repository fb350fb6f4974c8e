//! Options as keys and values: how a container, a registry or a command line builds a codec it does not know.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::{Error, Result};

/// Keys that several codecs share, so that a container can pass them on without knowing the codec.
pub mod key {
    /// `Bytes`: an abbreviated JPEG stream with the tables of all tiles (TIFF 347).
    pub const JPEG_TABLES: &str = "jpeg_tables";
    /// `Str`: colour space of the samples as stored: `gray`, `rgb`, `ycbcr`, `cmyk` ..
    pub const COLOUR_SPACE: &str = "colour_space";
    /// `Int`: width of the chunk in pixels.
    pub const WIDTH: &str = "width";
    /// `Int`: height of the chunk in pixels.
    pub const HEIGHT: &str = "height";
    /// `Int`: samples per pixel in the chunk.
    pub const SAMPLES: &str = "samples";
    /// `Int`: significant bits of each sample.
    pub const BITS_PER_SAMPLE: &str = "bits_per_sample";
    /// `Int`: compression level, in the codec's own range.
    pub const LEVEL: &str = "level";
    /// `Int`: threads inside one call, at most the executor's width; 0 is that width.
    pub const THREADS: &str = "threads";
    /// `Ints`: HDF5 `cd_values`.
    pub const CD_VALUES: &str = "cd_values";
}

/// The value of one option.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// A text. Read as any other type where it parses as one, for command lines.
    Str(String),
    /// Opaque bytes, shared.
    Bytes(Arc<[u8]>),
    /// A list of integers.
    Ints(Vec<i64>),
}

macro_rules! value_from {
    ($($type:ty => $value:ident => $make:expr;)+) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )+};
}
value_from! {
    bool => v => Self::Bool(v);
    i64 => v => Self::Int(v);
    i32 => v => Self::Int(v.into());
    u32 => v => Self::Int(v.into());
    u16 => v => Self::Int(v.into());
    u8 => v => Self::Int(v.into());
    usize => v => i64::try_from(v).map_or(Self::Str(v.to_string()), Self::Int);
    f64 => v => Self::Float(v);
    &str => v => Self::Str(v.to_owned());
    String => v => Self::Str(v);
    Vec<u8> => v => Self::Bytes(v.into());
    &[u8] => v => Self::Bytes(v.into());
    Arc<[u8]> => v => Self::Bytes(v);
    Vec<i64> => v => Self::Ints(v);
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    value: Value,
    hint: bool,
}

/// Options of a codec or format, by key. Unknown keys are refused when something is built, except hints.
///
/// ```
/// use iio_codec::Config;
/// let config = Config::new().set("level", 9).hint("width", 256);
/// assert_eq!(config.keys().collect::<Vec<_>>(), ["level", "width"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config(BTreeMap<String, Entry>);

impl Config {
    /// No options.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets an option that the codec must know.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), Entry { value: value.into(), hint: false });
        self
    }

    /// Sets an option that a codec may ignore. Containers pass what they know this way, so that a replacement codec
    /// with fewer options still builds.
    #[must_use]
    pub fn hint(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(key.into(), Entry { value: value.into(), hint: true });
        self
    }

    /// Adds all of `other`, whose values win.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().map(|(key, entry)| (key.clone(), entry.clone())));
        self
    }

    /// Removes an option and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.remove(key).map(|entry| entry.value)
    }

    /// The value of an option.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|entry| &entry.value)
    }

    /// The keys, sorted.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// True if there are no options.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads a [`Config`] field by field and notes which keys the reader knows.
pub struct Fields<'a> {
    who: &'static str,
    config: &'a Config,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Begins to read `config` on behalf of `who`.
    #[must_use]
    pub fn new(who: &'static str, config: &'a Config) -> Self {
        Self { who, config, known: Vec::new() }
    }

    fn know(&mut self, key: &'static str) {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
    }

    fn entry(&mut self, key: &'static str) -> Option<&'a Value> {
        self.know(key);
        self.config.value(key)
    }

    fn wrong(&self, key: &str, expected: impl core::fmt::Display, value: &Value) -> Error {
        let message = match value {
            Value::Int(v) => format!("{key} must be {expected}, got {v}"),
            Value::Float(v) => format!("{key} must be {expected}, got {v}"),
            Value::Bool(v) => format!("{key} must be {expected}, got {v}"),
            Value::Str(v) => format!("{key} must be {expected}, got \"{v}\""),
            Value::Bytes(v) => format!("{key} must be {expected}, got {} bytes", v.len()),
            Value::Ints(v) => format!("{key} must be {expected}, got {v:?}"),
        };
        Error::invalid_argument(self.who, message)
    }

    /// Reads an integer within `range`, if it is given.
    ///
    /// # Errors
    /// `InvalidArgument` if it is no integer or out of range.
    pub fn int<T>(&mut self, key: &'static str, range: RangeInclusive<T>, to: &mut T) -> Result<()>
    where
        T: TryFrom<i64> + PartialOrd + Copy + core::fmt::Display,
    {
        let Some(value) = self.entry(key) else { return Ok(()) };
        let number = match value {
            Value::Int(v) => Some(*v),
            Value::Str(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number.and_then(|v| T::try_from(v).ok()).filter(|v| range.contains(v)) {
            Some(v) => {
                *to = v;
                Ok(())
            }
            None => {
                let expected = format!("an integer in {}..={}", range.start(), range.end());
                Err(self.wrong(key, expected, value))
            }
        }
    }

    /// Reads an integer within `range` into an option, if it is given.
    ///
    /// # Errors
    /// As [`Fields::int`].
    pub fn int_opt<T>(&mut self, key: &'static str, range: RangeInclusive<T>, to: &mut Option<T>) -> Result<()>
    where
        T: TryFrom<i64> + PartialOrd + Copy + core::fmt::Display,
    {
        if self.config.value(key).is_none() {
            self.know(key);
            return Ok(());
        }
        let mut v = *range.start();
        self.int(key, range, &mut v)?;
        *to = Some(v);
        Ok(())
    }

    /// Reads a finite number within `range`, if it is given.
    ///
    /// # Errors
    /// `InvalidArgument` if it is no number or out of range.
    pub fn float(&mut self, key: &'static str, range: RangeInclusive<f64>, to: &mut f64) -> Result<()> {
        let Some(value) = self.entry(key) else { return Ok(()) };
        let number = match value {
            Value::Float(v) => Some(*v),
            #[expect(clippy::cast_precision_loss, reason = "options are small")]
            Value::Int(v) => Some(*v as f64),
            Value::Str(text) => text.trim().parse().ok(),
            _ => None,
        };
        match number.filter(|v| v.is_finite() && range.contains(v)) {
            Some(v) => {
                *to = v;
                Ok(())
            }
            None => Err(self.wrong(key, format!("a number in {}..={}", range.start(), range.end()), value)),
        }
    }

    /// Reads a truth value, if it is given.
    ///
    /// # Errors
    /// `InvalidArgument` if it is none.
    pub fn bool(&mut self, key: &'static str, to: &mut bool) -> Result<()> {
        let Some(value) = self.entry(key) else { return Ok(()) };
        *to = match value {
            Value::Bool(v) => *v,
            Value::Int(0) => false,
            Value::Int(1) => true,
            Value::Str(text) => match text.as_str() {
                "true" | "yes" | "on" | "1" => true,
                "false" | "no" | "off" | "0" => false,
                _ => return Err(self.wrong(key, "true or false", value)),
            },
            _ => return Err(self.wrong(key, "true or false", value)),
        };
        Ok(())
    }

    /// Reads one of several names (case-insensitive) or the number that goes with it, if it is given.
    ///
    /// # Errors
    /// `InvalidArgument` with the names that are accepted.
    pub fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, i64, T)], to: &mut T) -> Result<()> {
        let Some(value) = self.entry(key) else { return Ok(()) };
        let found = match value {
            Value::Int(v) => choices.iter().find(|choice| choice.1 == *v),
            Value::Bool(v) => choices.iter().find(|choice| choice.0 == if *v { "true" } else { "false" }),
            Value::Str(text) => {
                let number = text.trim().parse::<i64>().ok();
                let mut named = choices.iter();
                named
                    .find(|choice| choice.0.eq_ignore_ascii_case(text.trim()))
                    .or_else(|| choices.iter().find(|choice| Some(choice.1) == number))
            }
            _ => None,
        };
        match found {
            Some(choice) => {
                *to = choice.2;
                Ok(())
            }
            None => {
                let names: Vec<_> = choices.iter().map(|choice| choice.0).collect();
                Err(self.wrong(key, format!("one of {}", names.join(", ")), value))
            }
        }
    }

    /// Reads a text, if it is given.
    ///
    /// # Errors
    /// `InvalidArgument` if it is none.
    pub fn text(&mut self, key: &'static str) -> Result<Option<&'a str>> {
        match self.entry(key) {
            None => Ok(None),
            Some(Value::Str(text)) => Ok(Some(text)),
            Some(value) => Err(self.wrong(key, "a text", value)),
        }
    }

    /// Reads bytes, if they are given.
    ///
    /// # Errors
    /// `InvalidArgument` if it is something else.
    pub fn bytes(&mut self, key: &'static str) -> Result<Option<Arc<[u8]>>> {
        match self.entry(key) {
            None => Ok(None),
            Some(Value::Bytes(bytes)) => Ok(Some(bytes.clone())),
            Some(value) => Err(self.wrong(key, "bytes", value)),
        }
    }

    /// Reads a list of integers, if it is given; a text is split at commas and `x`.
    ///
    /// # Errors
    /// `InvalidArgument` if it is something else.
    pub fn ints(&mut self, key: &'static str) -> Result<Option<Vec<i64>>> {
        let Some(value) = self.entry(key) else { return Ok(None) };
        let list = match value {
            Value::Ints(list) => Some(list.clone()),
            Value::Int(v) => Some(vec![*v]),
            Value::Str(text) => text.split([',', 'x']).map(|part| part.trim().parse().ok()).collect(),
            _ => None,
        };
        list.map(Some).ok_or_else(|| self.wrong(key, "a list of integers", value))
    }

    /// Refuses keys that nobody read, unless they are hints.
    ///
    /// # Errors
    /// `InvalidArgument` that lists the known keys.
    pub fn finish(self) -> Result<()> {
        let unknown = |(key, entry): &(&String, &Entry)| !entry.hint && !self.known.contains(&key.as_str());
        match self.config.0.iter().find(unknown) {
            None => Ok(()),
            Some((key, _)) if self.known.is_empty() => {
                Err(Error::invalid_argument(self.who, format!("unknown option {key}, there are none")))
            }
            Some((key, _)) => {
                let known = self.known.join(", ");
                Err(Error::invalid_argument(self.who, format!("unknown option {key}, known are {known}")))
            }
        }
    }
}
