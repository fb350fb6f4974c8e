use iio::{Config, Result, Value};

use crate::input::Input;
use crate::{blameless, registry};

/// Keys that are tried on all: a container that passes options on to its codec knows more than it tells.
const WELL_KNOWN: [&str; 12] = [
    "compression",
    "predictor",
    "tile",
    "rows_per_strip",
    "bigtiff",
    "byte_order",
    "planar",
    "photometric",
    "bits_per_sample",
    "fill_order",
    "level",
    "extension",
];

/// What an option takes.
#[derive(Debug)]
enum Kind {
    Int(i128, i128),
    Float(f64, f64),
    Bool,
    Choice(Vec<String>),
    Text,
    Bytes,
    Ints,
}

/// The options of a codec or format, found by asking.
#[derive(Debug)]
pub(crate) struct Knobs(Vec<(String, Kind)>);

impl Knobs {
    /// Asks `build`, which makes something from a config, for an option that nobody has, and then each option for a
    /// value that it cannot take: the errors tell the rest.
    pub(crate) fn ask(build: impl Fn(&Config) -> Result<()>) -> Self {
        let mut keys: Vec<String> = WELL_KNOWN.map(str::to_owned).to_vec();
        if let Err(error) = build(&Config::new().set("?", 0)) {
            let told = error.message().split_once("known are ").map_or("", |(_, list)| list);
            for key in told.split(", ").filter(|key| !key.is_empty()) {
                if !keys.iter().any(|known| known == key) {
                    keys.push(key.to_owned());
                }
            }
        }
        let kind = |key: &String| match build(&Config::new().set(key, &b"?"[..])) {
            Ok(()) => Some(Kind::Bytes),
            Err(error) if error.message().contains("unknown option") => None,
            Err(error) => Some(Kind::from_message(error.message())),
        };
        Self(keys.into_iter().filter_map(|key| kind(&key).map(|kind| (key, kind))).collect())
    }

    /// The number of options.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The options that the input chooses.
    pub(crate) fn config(&self, input: &Input<'_>) -> Config {
        let mut config = Config::new();
        for (number, choice) in input.options() {
            if !self.0.is_empty() {
                let (key, kind) = &self.0[number % self.0.len()];
                config = config.set(key, kind.pick(choice, input));
            }
        }
        config
    }
}

impl Kind {
    /// Understands `.. must be WHAT, got ..`.
    fn from_message(message: &str) -> Self {
        let what = message.split_once(" must be ").map_or(message, |(_, rest)| rest);
        let what = what.rsplit_once(", got").map_or(what, |(what, _)| what);
        if let Some(range) = what.strip_prefix("an integer in ").and_then(|range| range.split_once("..=")) {
            return Self::Int(range.0.parse().unwrap_or(i128::MIN), range.1.parse().unwrap_or(i128::MAX));
        }
        if let Some(range) = what.strip_prefix("a number in ").and_then(|range| range.split_once("..=")) {
            return Self::Float(range.0.parse().unwrap_or(0.0), range.1.parse().unwrap_or(f64::MAX));
        }
        if let Some(names) = what.strip_prefix("one of ") {
            return Self::Choice(names.split(", ").map(str::to_owned).collect());
        }
        match what {
            "true or false" => Self::Bool,
            "a text" => Self::Text,
            "bytes" => Self::Bytes,
            _ => Self::Ints,
        }
    }

    fn pick(&self, choice: u16, input: &Input<'_>) -> Value {
        let [high, low] = choice.to_be_bytes();
        match self {
            Self::Int(from, to) => {
                let step = i128::from(choice & 0x7fff);
                let value = match choice >> 14 {
                    0 | 1 => from + step,
                    2 => to - step % 256,
                    _ => 1i128 << (choice % 63),
                };
                Value::Int(value.clamp(*from, *to).clamp(i64::MIN.into(), i64::MAX.into()) as i64)
            }
            Self::Float(from, to) => match high {
                0 => Value::Float((from + f64::from(low)).min(*to)),
                255 => Value::Float(*to),
                _ => Value::Float((from + f64::from(choice) / 256.0).min(*to)),
            },
            Self::Bool => Value::Bool(choice % 2 == 1),
            Self::Choice(names) => Value::Str(names[usize::from(choice) % names.len()].clone()),
            Self::Text => {
                let codecs = registry().codecs();
                let names = ["none", "", "auto", "TIFF ÄÖ", "pgm", "ppm", "pam", "j2k"];
                let n = usize::from(choice) % (codecs.len() + names.len());
                let name = codecs.get(n).map_or_else(|| names[n - codecs.len()], |codec| codec.name);
                Value::Str(name.to_owned())
            }
            Self::Bytes => {
                let len = usize::from(choice).min(input.payload.len());
                Value::Bytes(input.payload[..len].into())
            }
            Self::Ints => {
                let number = |nibble: u8| match nibble {
                    0..=8 => i64::from(nibble),
                    9 => 16,
                    10 => 32,
                    11 => 48,
                    12 => 64,
                    13 => 256,
                    14 => i64::MAX,
                    _ => -1,
                };
                let [a, b, c, d] = [high >> 4, high & 15, low >> 4, low & 15].map(number);
                // A 15 in the last place shortens the list: most have two numbers.
                Value::Ints(if low & 15 == 15 { vec![a, b] } else { vec![a, b, c, d] })
            }
        }
    }
}

/// Builds with the options that the input chooses; with none of them where they do not go together.
pub(crate) fn build<T>(config: &Config, build: impl Fn(&Config) -> Result<T>) -> Option<(T, Config)> {
    match build(config) {
        Ok(built) => Some((built, config.clone())),
        Err(error) => {
            blameless(&error);
            build(&Config::new()).ok().map(|built| (built, Config::new()))
        }
    }
}

#[cfg(test)]
mod tests {
    use iio::CodecId;

    use super::{Kind, Knobs};
    use crate::registry;

    #[test]
    fn a_codec_tells_its_options() {
        let info = registry().codec(&CodecId::Name("zstd")).unwrap();
        let knobs = Knobs::ask(|config| info.create(&CodecId::Name("zstd"), config).map(drop));
        let kind = |key: &str| knobs.0.iter().find(|(known, _)| known == key).map(|(_, kind)| kind);
        assert!(matches!(kind("level"), Some(Kind::Int(_, 22))), "{knobs:?}");
        assert!(matches!(kind("checksum"), Some(Kind::Bool)), "{knobs:?}");
        assert!(kind("compression").is_none(), "{knobs:?}");
    }

    #[test]
    fn what_an_option_takes_is_read_from_its_error() {
        let kind = |what: &str| format!("{:?}", Kind::from_message(&format!("x must be {what}, got 1 bytes")));
        assert_eq!(kind("an integer in -1..=12"), "Int(-1, 12)");
        assert_eq!(kind("a number in 0..=1000"), "Float(0.0, 1000.0)");
        assert_eq!(kind("one of a, b"), "Choice([\"a\", \"b\"])");
        assert_eq!(kind("true or false"), "Bool");
        assert_eq!(kind("a list of integers"), "Ints");
    }
}
