//! Writes what follows from the crates: the facade's table and features, and the matrices of the README.

use std::fmt::Write;

use crate::tree::{self, Crate};
use crate::{Result, say};

/// Writes all generated parts; with `check`, fails if one is not up to date.
pub(crate) fn run(check: bool) -> Result {
    let crates = tree::crates()?;
    ids_are_literals(&crates)?;
    let root = tree::root();
    let manifest = root.join("iio/Cargo.toml");
    let readme = root.join("README.md");
    let workspace = root.join("Cargo.toml");
    let mut manifest_text = between(
        &tree::read(&manifest)?,
        "# xtask codegen: dependencies",
        "# xtask codegen: end",
        &dependencies(&crates),
    )?;
    manifest_text = between(&manifest_text, "# xtask codegen: features", "# xtask codegen: end", &features(&crates))?;
    let mut readme_text = between(
        &tree::read(&readme)?,
        "<!-- xtask codegen: codecs -->",
        "<!-- xtask codegen: end -->",
        &codec_matrix(&crates),
    )?;
    readme_text = between(
        &readme_text,
        "<!-- xtask codegen: formats -->",
        "<!-- xtask codegen: end -->",
        &format_matrix(&crates),
    )?;
    let workspace_text = between(
        &tree::read(&workspace)?,
        "# xtask codegen: crates",
        "# xtask codegen: end",
        &workspace_crates(&crates),
    )?;
    let files = [
        (manifest, manifest_text),
        (readme, readme_text),
        (workspace, workspace_text),
        (root.join("iio/src/registry.rs"), registry(&crates)),
    ];
    for (path, text) in files {
        if tree::read(&path).is_ok_and(|old| old == text) {
            continue;
        }
        if check {
            return Err(format!("{} is not up to date: run cargo xtask codegen", tree::shown(&path)));
        }
        tree::write(&path, &text)?;
        say(&format!("wrote {}", tree::shown(&path)));
    }
    Ok(())
}

fn ids_are_literals(crates: &[Crate]) -> Result {
    let bad = crates.iter().filter_map(|krate| {
        let id = krate.codec.as_ref()?.id_without_literal()?;
        Some(format!(
            "{}: `{id}` in INFO.ids is no literal such as CodecId::Tiff(5): iio/src/registry.rs gets a copy of its text, \
             where a constant of the crate is unknown",
            tree::shown(&krate.path)
        ))
    });
    let bad: Vec<_> = bad.collect();
    if bad.is_empty() { Ok(()) } else { Err(bad.join("\n")) }
}

/// Replaces the lines between a line `begin` and the next line `end`.
fn between(text: &str, begin: &str, end: &str, new: &str) -> Result<String> {
    let missing = || format!("lines `{begin}` and `{end}` are missing");
    let start = text.find(begin).ok_or_else(missing)? + begin.len() + 1;
    let (head, rest) = text.split_at_checked(start).ok_or_else(missing)?;
    let stop = rest.find(end).ok_or_else(missing)?;
    Ok(format!("{head}{new}{}", rest.get(stop..).unwrap_or_default()))
}

fn workspace_crates(crates: &[Crate]) -> String {
    crates.iter().fold(String::new(), |mut text, krate| {
        let folder = if krate.is_format { "iio-formats" } else { "codecs" };
        let _ = writeln!(text, "{} = {{ path = \"{folder}/{}\", version = \"0.1.0\" }}", krate.package, krate.feature);
        text
    })
}

fn dependencies(crates: &[Crate]) -> String {
    crates.iter().fold(String::new(), |mut text, krate| {
        let _ = writeln!(text, "{} = {{ workspace = true, optional = true }}", krate.package);
        text
    })
}

fn features(crates: &[Crate]) -> String {
    let mut text = String::new();
    for (group, title, formats) in [
        ("codecs", "All codecs that need nothing but rustc and a C compiler.", false),
        ("formats", "All formats.", true),
    ] {
        let members: Vec<_> = crates.iter().filter(|krate| krate.is_format == formats).collect();
        let group_members = members.iter().filter(|krate| krate.is_default);
        let names: Vec<_> = group_members.map(|krate| format!("\"{}\"", krate.feature)).collect();
        let _ = writeln!(text, "## {title}\n{group} = [{}]", names.join(", "));
        for krate in members {
            // A codec and its container may share a name (webp): then one feature is both.
            let mut same = crates.iter().filter(|other| other.feature == krate.feature).peekable();
            if same.peek().is_some_and(|first| first.package != krate.package) {
                continue;
            }
            let packages: Vec<_> = same.map(|other| format!("\"dep:{}\"", other.package)).collect();
            if !krate.is_default {
                let _ = writeln!(text, "## Not among `{group}`: its manifest says why.");
            }
            let _ = writeln!(text, "{} = [{}]", krate.feature, packages.join(", "));
        }
    }
    text
}

fn registry(crates: &[Crate]) -> String {
    let mut rows = String::new();
    let mut ids_used = false;
    for krate in crates {
        let path = krate.package.replace('-', "_");
        let feature = &krate.feature;
        if let Some(codec) = &krate.codec {
            ids_used = true;
            let name = codec.text("name");
            let ids = codec.field("ids").unwrap_or_else(|| "&[]".to_owned());
            let _ = write!(
                rows,
                "    #[cfg(feature = \"{feature}\")]\n    let registry = registry.with_codec(&{path}::INFO);\n    \
                 #[cfg(not(feature = \"{feature}\"))]\n    let registry = registry.with_absent(AbsentCodec {{\n        \
                 name: \"{name}\",\n        ids: {ids},\n        feature: \"{feature}\",\n    }});\n"
            );
        }
    }
    for krate in crates.iter().filter(|krate| krate.format.is_some()) {
        let (path, feature) = (krate.package.replace('-', "_"), &krate.feature);
        let _ = write!(
            rows,
            "    #[cfg(feature = \"{feature}\")]\n    let registry = registry.with_format(&{path}::FORMAT);\n"
        );
    }
    let imports = if ids_used {
        "#[allow(unused_imports, reason = \"used for the codecs that are not in the build\")]\nuse iio_codec::CodecId;\n#[allow(unused_imports, reason = \"as above\")]\nuse iio_core::AbsentCodec;\n"
    } else {
        ""
    };
    format!(
        "// @generated by `cargo xtask codegen` from the INFO of each codec and the FORMAT of each format. Do not edit.\n\n\
         {imports}use iio_core::Registry;\n\n\
         /// The codecs and formats of this build, as its features tell.\n#[must_use]\n#[rustfmt::skip]\npub fn builtin() -> Registry {{\n    \
         let registry = Registry::empty();\n{rows}    registry\n}}\n"
    )
}

fn codec_matrix(crates: &[Crate]) -> String {
    let mut text =
        String::from("| codec | what it is | kind | tier | known to containers as |\n|---|---|---|---|---|\n");
    for (krate, codec) in crates.iter().filter_map(|krate| Some((krate, krate.codec.as_ref()?))) {
        let feature = if krate.is_default { "" } else { " (by its feature only)" };
        let kind = codec.text("kind").replace("CodecKind::", "").to_lowercase();
        let tier = match codec.text("tier").as_str() {
            "Tier::Safe" => 1,
            "Tier::Fuzzed" => 2,
            _ => 3,
        };
        let ids = codec.field("ids").unwrap_or_default().replace("CodecId::", "");
        let ids = ids.trim_start_matches("&[").trim_end_matches(']').trim().trim_end_matches(',').replace('"', "");
        let (name, title) = (codec.text("name"), codec.text("title"));
        let _ = writeln!(text, "| {name}{feature} | {title} | {kind} | {tier} | {ids} |");
    }
    text
}

fn format_matrix(crates: &[Crate]) -> String {
    let mut text = String::from("| format | what it is | reads | writes | extensions |\n|---|---|---|---|---|\n");
    let yes = |value: String| if value.starts_with("Some") { "yes" } else { "no" };
    for format in crates.iter().filter_map(|krate| krate.format.as_ref()) {
        let extensions = format.field("extensions").unwrap_or_default().replace(['"', '&', '[', ']'], "");
        let (open, create) = (format.field("open").unwrap_or_default(), format.field("create").unwrap_or_default());
        let (name, title) = (format.text("name"), format.text("title"));
        let _ = writeln!(
            text,
            "| {name} | {title} | {} | {} | {} |",
            yes(open),
            yes(create),
            extensions.trim().trim_end_matches(',')
        );
    }
    text
}
