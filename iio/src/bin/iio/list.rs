use std::process::ExitCode;

use iio::{Env, FormatInfo};
use serde_json::json;

use crate::say;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write a JSON array
    #[arg(long)]
    json: bool,
}

pub(crate) fn codecs(arguments: &Arguments, env: &Env) -> ExitCode {
    let mut codecs = env.registry.codecs().to_vec();
    codecs.sort_unstable_by_key(|codec| codec.name);
    if arguments.json {
        let rows: Vec<_> = codecs
            .iter()
            .map(|codec| {
                json!({
                    "name": codec.name,
                    "title": codec.title,
                    "aliases": codec.aliases,
                    "kind": format!("{:?}", codec.kind).to_lowercase(),
                    "directions": format!("{:?}", codec.directions).to_lowercase(),
                    "tier": codec.tier.number(),
                    "ids": codec.ids.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    "backend": codec.backend.map(|version| version()),
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return ExitCode::SUCCESS;
    }
    say(&format!("{:12} {:6} {:9} {:4} {:24} title", "codec", "kind", "does", "tier", "underneath"));
    for codec in codecs {
        let kind = format!("{:?}", codec.kind).to_lowercase();
        let does = format!("{:?}", codec.directions).to_lowercase();
        let backend = codec.backend.map_or_else(|| "own".to_owned(), |version| version());
        let (name, tier, title) = (codec.name, codec.tier.number(), codec.title);
        say(&format!("{name:12} {kind:6} {does:9} {tier:<4} {backend:24} {title}"));
    }
    for absent in env.registry.absent() {
        say(&format!("{:12} not in this build: cargo feature `{}`", absent.name, absent.feature));
    }
    ExitCode::SUCCESS
}

pub(crate) fn formats(arguments: &Arguments, env: &Env) -> ExitCode {
    let mut formats = env.registry.formats().to_vec();
    formats.sort_unstable_by_key(|format| format.name);
    let does = |format: &FormatInfo| match (format.open.is_some(), format.create.is_some()) {
        (true, true) => "read, write",
        (true, false) => "read",
        _ => "write",
    };
    if arguments.json {
        let rows: Vec<_> = formats
            .iter()
            .map(|format| {
                json!({
                    "name": format.name,
                    "title": format.title,
                    "extensions": format.extensions,
                    "writes": format.writes,
                    "modes": format!("{:?}", format.modes).to_lowercase(),
                    "read": format.open.is_some(),
                    "write": format.create.is_some(),
                    "tier": format.tier.number(),
                })
            })
            .collect();
        say(&json!(rows).to_string());
        return ExitCode::SUCCESS;
    }
    say(&format!("{:10} {:12} {:7} {:4} {:40} extensions", "format", "does", "images", "tier", "title"));
    for format in formats {
        let modes = format!("{:?}", format.modes).to_lowercase();
        let (name, tier, title) = (format.name, format.tier.number(), format.title);
        let extensions = format.extensions.join(" ");
        say(&format!("{name:10} {:12} {modes:7} {tier:<4} {title:40} {extensions}", does(format)));
    }
    ExitCode::SUCCESS
}
