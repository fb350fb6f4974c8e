use std::ops::Range;

use iio::{Config, Env, Error, ImageFile, ReadOptions, Result, Selection, WriteOptions};
use iio_core::Modes;

use crate::complain;
use crate::progress::Bar;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// File to read, or a member of a zip archive
    #[arg(value_name = "IN")]
    input: String,
    /// File to write; its extension tells the format
    #[arg(value_name = "OUT")]
    output: String,
    /// Format to write, if not that of the extension
    #[arg(long, value_name = "NAME")]
    format: Option<String>,
    /// Page to convert, from 0; all pages if OUT can hold them
    #[arg(long, value_name = "N")]
    page: Option<usize>,
    /// Pyramid level; 0 is full resolution
    #[arg(long, default_value_t = 0, value_name = "N")]
    level: usize,
    /// Region in pixels of the level: rows, then columns, `y0:y1,x0:x1`
    #[arg(long, value_name = "ROWS,COLUMNS", value_parser = parse_region)]
    region: Option<(Range<usize>, Range<usize>)>,
    /// Option of the format or codec that writes: `compression=zstd`, `level=9`, `tile=256x256`
    #[arg(long = "option", short = 'o', value_name = "KEY=VALUE", value_parser = parse_option)]
    options: Vec<(String, String)>,
    /// Option of the format that reads
    #[arg(long = "read-option", value_name = "KEY=VALUE", value_parser = parse_option)]
    read_options: Vec<(String, String)>,
    /// Show no progress bar
    #[arg(long, short)]
    quiet: bool,
}

fn parse_range(text: &str) -> Option<Range<usize>> {
    let (start, end) = text.split_once(':')?;
    Some(start.trim().parse().ok()?..end.trim().parse().ok()?)
}

fn parse_region(text: &str) -> Result<(Range<usize>, Range<usize>), String> {
    let ranges = text.split_once(',').and_then(|(y, x)| Some((parse_range(y)?, parse_range(x)?)));
    ranges.ok_or_else(|| "expected rows and columns as y0:y1,x0:x1".to_owned())
}

fn parse_option(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()));
    pair.ok_or_else(|| "expected KEY=VALUE".to_owned())
}

fn config(pairs: &[(String, String)]) -> Config {
    pairs.iter().fold(Config::new(), |config, (key, value)| config.set(key.as_str(), value.as_str()))
}

pub(crate) fn run(arguments: &Arguments, env: &Env) -> Result<()> {
    let read = ReadOptions::default().with_config(config(&arguments.read_options)).with_env(env.clone());
    let input = iio::imopen(&arguments.input, &read)?;
    let mut write = WriteOptions::default().with_config(config(&arguments.options)).with_env(env.clone());
    if let Some(format) = &arguments.format {
        write = write.with_format(format);
    }
    let n = input.n_images()?;
    let mut output = iio::imcreate(&arguments.output, &write)?;
    let pages = match arguments.page {
        Some(page) if page < n => page..page + 1,
        Some(page) => {
            let message = format!("{} has {n} images, there is no page {page}", arguments.input);
            return Err(Error::invalid_argument("convert", message));
        }
        None if output.format().modes == Modes::Multi => 0..n,
        None => {
            if n > 1 {
                let format = output.format().name;
                complain(&format!("note: {format} holds one image, page 0 of {n} is converted (--page chooses)"));
            }
            0..n.min(1)
        }
    };
    for page in pages {
        let image = read_page(&input, page, arguments)?;
        let bar = Bar::new("write", arguments.quiet);
        let result = output.write_with_progress(&image, Some(&|done, all| bar.report(done, all)));
        bar.finish();
        result?;
    }
    output.finish().map(|_| ())
}

fn read_page(input: &ImageFile, page: usize, arguments: &Arguments) -> Result<iio::NdImage> {
    let mut selection = Selection::image(page).with_level(arguments.level);
    if let Some((y, x)) = arguments.region.clone() {
        selection = selection.with_region(y, x);
    }
    let bar = Bar::new("read ", arguments.quiet);
    let image = input.read_with_progress(&selection, Some(&|done, all| bar.report(done, all)));
    bar.finish();
    image
}
