//! Builds and tests the Python packages of `python/`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, cargo_in, say, tree};

/// Builds the extension module and assembles a folder for PYTHONPATH, whose path is the last line of the output.
pub(crate) fn run(words: &[&str]) -> Result {
    match words {
        ["build"] => {
            let folder = build()?;
            say(&folder.to_string_lossy());
            Ok(())
        }
        ["test", rest @ ..] => test(rest),
        _ => Err("usage: cargo xtask python build | test [PYTEST ARGS]".to_owned()),
    }
}

fn build() -> Result<PathBuf> {
    let source = tree::root().join("python");
    // The packages of `python/` have their own lock file and features: with a folder of their own, neither build
    // makes the other one begin again.
    let target = target_folder().join("python-build");
    cargo_in(&source, &["build", "--release", "--target-dir", &target.to_string_lossy()])?;
    let folder = target_folder().join("python");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    copy(&source.join("lib/pyiio"), &folder.join("pyiio"))?;
    copy(&source.join("dropin/imagecodecs"), &folder.join("imagecodecs"))?;
    let library = ["lib_core.so", "lib_core.dylib", "_core.dll"].map(|name| target.join("release").join(name));
    let library = library.iter().find(|path| path.exists()).ok_or("cargo made no extension module")?;
    let name = if cfg!(windows) { "_core.pyd" } else { "_core.abi3.so" };
    let module = folder.join("pyiio").join(name);
    std::fs::copy(library, &module).map_err(|error| format!("{}: {error}", module.display()))?;
    Ok(folder)
}

/// Builds, and runs `python/tests` in a virtual environment of its own.
fn test(rest: &[&str]) -> Result {
    let folder = build()?;
    let environment = target_folder().join("python-venv");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python3" });
    if !python.exists() {
        command(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    // numcodecs and zarr are what some tests skip without.
    let needed = ["pytest", "numpy", "numcodecs", "zarr"];
    let has_all = "import pytest, numpy, numcodecs, zarr";
    if !Command::new(&python).args(["-c", has_all]).output().is_ok_and(|output| output.status.success()) {
        command(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(needed))?;
    }
    let tests = tree::root().join("python/tests");
    let mut pytest = Command::new(&python);
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(tests).args(rest).env("PYTHONPATH", folder);
    command(&mut pytest)
}

fn command(command: &mut Command) -> Result {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{name} did not start: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed")) }
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| tree::root().join("target"), PathBuf::from)
}

/// Copies the Python files of a folder.
fn copy(from: &Path, to: &Path) -> Result {
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    std::fs::create_dir_all(to).map_err(|error| fault(to, error))?;
    for entry in std::fs::read_dir(from).map_err(|error| fault(from, error))? {
        let path = entry.map_err(|error| fault(from, error))?.path();
        let wanted = path.extension().is_some_and(|extension| extension == "py" || extension == "pyi");
        if let (true, Some(name)) = (wanted || path.ends_with("py.typed"), path.file_name()) {
            std::fs::copy(&path, to.join(name)).map_err(|error| fault(&path, error))?;
        }
    }
    Ok(())
}
