use std::process::ExitCode;

use iio::{Env, ImageFile, ImageInfo, Metadata, ReadOptions, ResolutionUnit, Result};
use serde_json::{Map, Value, json};

use crate::json::{meta_value, metadata_json};
use crate::{complain, say};

/// Images that are shown unless all are asked for.
const SHOWN: usize = 8;
/// Characters of a value that are shown unless all are asked for.
const WIDTH: usize = 100;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files, or members of zip archives (archive.zip/image.png)
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Write one JSON object per file and line
    #[arg(long)]
    json: bool,
    /// Show all images and whole values
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, env: &Env) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for file in &arguments.files {
        let shown = if arguments.json { as_json(file, env) } else { as_text(file, arguments.all, env) };
        match shown {
            Ok(text) => say(text.trim_end()),
            Err(error) => {
                complain(&format!("{file}: {error}"));
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn open(file: &str, env: &Env) -> Result<ImageFile> {
    iio::imopen(file, &ReadOptions::default().with_env(env.clone()))
}

fn shape(shape: &[usize]) -> String {
    let parts: Vec<_> = shape.iter().map(ToString::to_string).collect();
    parts.join(" x ")
}

fn as_text(file: &str, all: bool, env: &Env) -> Result<String> {
    let open = open(file, env)?;
    let n = open.n_images()?;
    let plural = if n == 1 { "" } else { "s" };
    let mut text = format!("{file}: {}, {} bytes, {n} image{plural}\n", open.format().name, open.source().len());
    describe_metadata(&open.file_metadata()?, true, &mut text);
    let shown = if all { n } else { n.min(SHOWN) };
    for index in 0..shown {
        describe_image(index, &open.info(index)?, &mut text);
        describe_metadata(&open.metadata(index)?, all, &mut text);
    }
    if shown < n {
        text += &format!("  and {} more (--all shows them)\n", n - shown);
    }
    Ok(text)
}

fn describe_image(index: usize, info: &ImageInfo, text: &mut String) {
    for (number, level) in info.levels.iter().enumerate() {
        let name = if number == 0 { format!("  image {index}") } else { format!("    level {number}") };
        let chunks = match level.n_chunks {
            1 => String::new(),
            n => format!(", {n} {} of {}", info.chunking, shape(&level.chunk)),
        };
        let layout = &level.layout;
        *text += &format!("{name}: {} {} ({})", layout.dtype(), shape(layout.shape()), info.axes);
        if number == 0 {
            let bits = info.bits as usize;
            if bits != layout.dtype().size() * 8 {
                *text += &format!(", {bits} bits");
            }
            *text += &format!(", {}", info.colour.name());
            if info.extra_samples > 0 {
                *text += &format!(" + {} extra", info.extra_samples);
            }
            *text += &format!(", {}", info.compression);
        }
        *text += &format!("{chunks}\n");
    }
}

fn describe_metadata(meta: &Metadata, all: bool, text: &mut String) {
    let mut row = |key: &str, value: &str| {
        let mut line: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !all && line.chars().count() > WIDTH {
            line = line.chars().take(WIDTH).collect::<String>() + " ..";
        }
        *text += &format!("    {key}: {line}\n");
    };
    let bytes = |value: &Option<Vec<u8>>| value.as_ref().map(|v| format!("{} bytes", v.len()));
    let pairs = [
        ("description", meta.description.clone()),
        ("software", meta.software.clone()),
        ("date and time", meta.date_time.clone()),
        ("page name", meta.page_name.clone()),
        ("resolution", meta.resolution.map(|r| format!("{} x {} {}", r.x, r.y, unit(r.unit)))),
        ("spacing", meta.spacing.as_ref().map(|v| format!("{v:?}"))),
        ("orientation", meta.orientation.filter(|&o| o != 1).map(|o| o.to_string())),
        ("gamma", meta.gamma.map(|v| v.to_string())),
        ("chromaticities", meta.chromaticities.map(|v| format!("{v:?}"))),
        ("srgb intent", meta.srgb_intent.map(|v| v.to_string())),
        ("cicp", meta.cicp.map(|v| format!("{v:?}"))),
        ("palette", meta.palette.as_ref().map(|v| format!("{} entries", v.len()))),
        ("icc profile", bytes(&meta.icc_profile)),
        ("exif", bytes(&meta.exif)),
        ("xmp", meta.xmp.as_ref().map(|v| format!("{} bytes", v.len()))),
    ];
    for (key, value) in pairs {
        if let Some(value) = value {
            row(key, &value);
        }
    }
    meta.text.iter().for_each(|(key, value)| row(key, value));
    if all {
        meta.tags.iter().for_each(|(key, value)| row(key, &value.to_string()));
    } else if !meta.tags.is_empty() {
        let names: Vec<_> = meta.tags.iter().map(|(key, _)| key.as_str()).collect();
        row("tags", &names.join(", "));
    }
}

const fn unit(unit: ResolutionUnit) -> &'static str {
    match unit {
        ResolutionUnit::Aspect => "(aspect ratio)",
        ResolutionUnit::Inch => "per inch",
        ResolutionUnit::Centimetre => "per centimetre",
        ResolutionUnit::Metre => "per metre",
    }
}

fn as_json(file: &str, env: &Env) -> Result<String> {
    let open = open(file, env)?;
    let n = open.n_images()?;
    let mut images = Vec::new();
    for index in 0..n {
        images.push(image_json(index, &open.info(index)?, &open.metadata(index)?));
    }
    let value = json!({
        "file": file,
        "format": open.format().name,
        "bytes": open.source().len(),
        "n_images": n,
        "metadata": metadata_json(&open.file_metadata()?),
        "images": images,
    });
    Ok(value.to_string())
}

fn image_json(index: usize, info: &ImageInfo, meta: &Metadata) -> Value {
    let levels: Vec<_> = info
        .levels
        .iter()
        .map(|level| json!({"shape": level.layout.shape(), "chunk": level.chunk, "n_chunks": level.n_chunks}))
        .collect();
    let first = info.levels.first();
    let mut image = Map::new();
    image.insert("index".into(), json!(index));
    image.insert("shape".into(), json!(first.map(|level| level.layout.shape())));
    image.insert("dtype".into(), json!(first.map(|level| level.layout.dtype().name())));
    image.insert("axes".into(), json!(info.axes));
    image.insert("bits".into(), json!(info.bits));
    image.insert("colour".into(), json!(info.colour.name()));
    image.insert("extra_samples".into(), json!(info.extra_samples));
    image.insert("compression".into(), json!(info.compression));
    image.insert("chunking".into(), json!(info.chunking));
    image.insert("levels".into(), json!(levels));
    image.insert("metadata".into(), metadata_json(meta));
    let tags: Map<_, _> = meta.tags.iter().map(|(key, value)| (key.clone(), meta_value(value))).collect();
    image.insert("tags".into(), Value::Object(tags));
    Value::Object(image)
}
