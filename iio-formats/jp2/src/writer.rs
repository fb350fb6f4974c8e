use iio_codec::{AnyCodec, ArrayRef, Blame, CodecId, Config, DType, Result, Value, key};
use iio_core::{Env, FormatInfo, MetaValue, Metadata, Output, ProgressFn, Sink, WriteImage, Writer};

use crate::FORMAT;
use crate::colour::Space;
use crate::embed::embed;

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut config = config.clone();
    if let Some(Value::Str(extension)) = config.remove("extension") {
        config = match (&*extension, config.value("codecformat")) {
            ("jph" | "jhc", _) => {
                return Err(FORMAT.unsupported("HTJ2K (jph, jhc) is read only, jp2 and j2k are written"));
            }
            ("j2k" | "j2c" | "jpc", None) => config.set("codecformat", "j2k"),
            _ => config,
        };
    }
    // Options that are wrong are refused before anything is encoded.
    codec(&config)?;
    Ok(Box::new(Jp2Writer { output, config, env: env.clone(), done: false }))
}

fn codec(config: &Config) -> Result<AnyCodec> {
    iio_jpeg2k::INFO.create(&CodecId::Name(iio_jpeg2k::INFO.name), config)
}

struct Jp2Writer {
    output: Output,
    config: Config,
    env: Env,
    done: bool,
}

impl Writer for Jp2Writer {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        if self.done {
            return Err(FORMAT.invalid_argument("a file holds one image, this is the second"));
        }
        let (pixels, planar) = single(image)?;
        let config = self.configure(&pixels, planar, image.meta);
        let AnyCodec::Array(codec) = codec(&config)? else {
            return Err(FORMAT.internal("jpeg2k is no array codec"));
        };
        let mut file = codec.encoder()?.encode(pixels, &self.env.whole_context())?;
        if is_jp2(&config) {
            file = embed(file, image.meta)?;
        }
        self.output.append(&file)?;
        self.done = true;
        let n_bytes = image.pixels.layout().n_bytes() as u64;
        on_progress.iter().for_each(|report| report(n_bytes, n_bytes));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        if self.done { Ok(self.output) } else { Err(FORMAT.invalid_argument("no image was written")) }
    }
}

impl Jp2Writer {
    /// Adds what the image and its metadata say to the options, which win.
    fn configure(&self, pixels: &ArrayRef<'_>, planar: Option<bool>, meta: &Metadata) -> Config {
        let mut extra = Config::new().set(key::THREADS, 0);
        if let Some(planar) = planar {
            extra = extra.set("planar", planar);
        }
        let n = n_samples(pixels, planar.unwrap_or(false) || is_true(&self.config, "planar"));
        let jp2 = is_jp2(&self.config);
        let known = |space: Space| space.n_colours() == n || space.n_colours() + 1 == n;
        // Names as our reader gives them; of other formats' tags none is meant.
        let ours = |name| meta.tag(name).filter(|_| meta.tag("container").is_some());
        let text = |name| match ours(name) {
            Some(MetaValue::Text(text)) => Some(&**text),
            _ => None,
        };
        let spaces = [Space::Gray, Space::Rgb, Space::Ycc, Space::ExtendedYcc, Space::Cmyk];
        let declared = text("colour_space").and_then(|name| spaces.into_iter().find(|space| space.name() == name));
        let mut space = declared.filter(|space| known(*space));
        if let Some(profile) = meta.icc_profile.as_deref().filter(|_| jp2) {
            let of_profile = Space::of_profile(profile);
            if known(of_profile) && of_profile != Space::Lab {
                extra = extra.set("icc_profile", profile);
                space = Some(of_profile);
            }
        }
        if let Some(space) = space {
            extra = extra.set("colorspace", space.name());
        }
        // A file of this format says whether; of others the last of two and four samples is opacity.
        let n_colours = space.map_or(if n < 3 { 1 } else { 3 }, Space::n_colours);
        let alpha = !matches!(ours("alpha"), Some(MetaValue::Bool(false)));
        if jp2 && alpha && n == n_colours + 1 {
            extra = extra.set("alpha", true);
        }
        if let Some(&MetaValue::Uint(bits)) = ours(key::BITS_PER_SAMPLE)
            && let (Ok(bits), Some(used)) = (u8::try_from(bits), used_bits(pixels))
            && u32::from(bits) >= used
            && DType::uint_for_bits(bits.into()) == Some(pixels.dtype())
            && self.config.value("bitspersample").is_none()
        {
            extra = extra.set(key::BITS_PER_SAMPLE, bits);
        }
        extra.merged(&self.config)
    }
}

fn is_jp2(config: &Config) -> bool {
    !matches!(config.value("codecformat"), Some(Value::Int(0)))
        && !matches!(config.value("codecformat"), Some(Value::Str(name)) if name.eq_ignore_ascii_case("j2k"))
}

fn is_true(config: &Config, key: &str) -> bool {
    matches!(config.value(key), Some(Value::Bool(true)))
}

/// The one image of an array, and whether its samples are planar; `None` leaves it to the option.
fn single<'a>(image: &WriteImage<'a>) -> Result<(ArrayRef<'a>, Option<bool>)> {
    let mut pixels = image.pixels;
    let (ndim, planar) = match image.axes {
        Some(axes) if axes.ends_with("SYX") => (3, Some(true)),
        Some(axes) if axes.ends_with("YXS") => (3, Some(false)),
        Some(_) => (2, None),
        None => (3, None),
    };
    while pixels.layout().ndim() > ndim {
        if pixels.shape().first() != Some(&1) {
            let message = format!("takes one image, got a stack of {}", image.pixels.layout());
            return Err(FORMAT.invalid_argument(message));
        }
        pixels = pixels.index_axis(0, 0)?;
    }
    Ok((pixels, planar))
}

fn n_samples(pixels: &ArrayRef<'_>, planar: bool) -> usize {
    match (pixels.shape(), planar) {
        (&[n, _, _], true) | (&[_, _, n], false) => n,
        _ => 1,
    }
}

/// Bits that unsigned samples need.
fn used_bits(pixels: &ArrayRef<'_>) -> Option<u32> {
    let rows = pixels.rows(pixels.run_len())?;
    match pixels.dtype() {
        DType::U8 => rows.flatten().copied().max().map(|max| u8::BITS - max.leading_zeros()),
        DType::U16 => {
            let words = |row: &[u8]| row.as_chunks::<2>().0.iter().map(|&bytes| u16::from_ne_bytes(bytes)).max();
            rows.filter_map(words).max().map(|max| u16::BITS - max.leading_zeros())
        }
        _ => None,
    }
}
