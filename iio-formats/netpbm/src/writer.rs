use iio_codec::{ArrayRef, Blame, Config, DType, Fields, Result};
use iio_core::{Env, FormatInfo, MetaValue, Metadata, Output, ProgressFn, Sink, WriteImage, Writer};

use crate::encode::Encoding;
use crate::{EncodeOptions, FORMAT, Variant};

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let mut options = EncodeOptions::read(&mut fields)?;
    if let Some(extension) = fields.text("extension")?
        && options.variant.is_none()
    {
        options.variant = Variant::of_extension(extension);
    }
    fields.finish()?;
    Ok(Box::new(NetpbmWriter { output, options, env: env.clone(), n_images: 0, state: State::Open }))
}

/// Whether another image may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A plain file holds one image.
    Full,
    /// An image is there in part.
    Failed,
}

struct NetpbmWriter {
    output: Output,
    options: EncodeOptions,
    env: Env,
    n_images: usize,
    state: State,
}

impl Writer for NetpbmWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        let pages = pages(image)?;
        let total: u64 = pages.iter().map(|page| page.layout().n_bytes() as u64).sum();
        let mut done = 0;
        for page in pages {
            match self.state {
                State::Open => {}
                State::Full => return Err(FORMAT.invalid_argument("a plain file holds one image, this is the second")),
                State::Failed => return Err(FORMAT.invalid_argument("an earlier image was not written to its end")),
            }
            let options = with_metadata(&self.options, image.meta, &page);
            // Errors up to here leave the file as it is.
            let encoding = Encoding::new(page.layout(), &options)?;
            self.state = State::Failed;
            self.page(&encoding, page, &mut |bytes| {
                done += bytes;
                on_progress.iter().for_each(|report| report(done, total));
            })?;
            self.n_images += 1;
            self.state = if encoding.plain { State::Full } else { State::Open };
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Output> {
        match (self.state, self.n_images) {
            (State::Failed, _) => Err(FORMAT.invalid_argument("an image was not written to its end")),
            (_, 0) => Err(FORMAT.invalid_argument("no image was written")),
            _ => Ok(self.output),
        }
    }
}

impl NetpbmWriter {
    fn page(&mut self, encoding: &Encoding, page: ArrayRef<'_>, report: &mut dyn FnMut(u64)) -> Result<()> {
        self.output.append(encoding.header())?;
        let mut band = Vec::new();
        for index in 0..encoding.n_bands() {
            self.env.chunk_context().check_cancel(&FORMAT)?;
            band.clear();
            let n_bytes = encoding.band(index, page, &mut band)?;
            self.output.append(&band)?;
            report(n_bytes as u64);
        }
        Ok(())
    }
}

/// The images of an array: all but the last two or three axes count them.
fn pages<'a>(image: &WriteImage<'a>) -> Result<Vec<ArrayRef<'a>>> {
    let mut pixels = image.pixels;
    let ndim = pixels.layout().ndim();
    let with_samples = match image.axes {
        Some(axes) if axes.ends_with("YXS") => true,
        Some(axes) if axes.ends_with("SYX") => {
            let order: Vec<_> = (0..ndim).filter(|&axis| axis + 3 != ndim).chain(ndim.checked_sub(3)).collect();
            pixels = pixels.permute(&order)?;
            true
        }
        Some(_) => false,
        None => ndim > 2,
    };
    let mut pages = vec![pixels];
    for _ in (if with_samples { 3 } else { 2 })..ndim {
        let each = |page: &ArrayRef<'a>| {
            let n = page.shape().first().copied().unwrap_or(0);
            let page = *page;
            (0..n).map(move |index| page.index_axis(0, index))
        };
        pages = pages.iter().flat_map(each).collect::<Result<_>>()?;
    }
    // One sample is none: PGM has no such axis.
    let squeeze = |page: ArrayRef<'a>| if matches!(page.shape(), [_, _, 1]) { page.index_axis(2, 0) } else { Ok(page) };
    pages.into_iter().map(squeeze).collect()
}

/// Adds what a file of this format said of itself, where the options do not say otherwise and the pixels still agree.
fn with_metadata(options: &EncodeOptions, meta: &Metadata, page: &ArrayRef<'_>) -> EncodeOptions {
    let mut options = options.clone();
    if options.comment.is_none() {
        let comments: Vec<_> = meta.text.iter().filter(|(key, _)| key == "comment").map(|(_, text)| &**text).collect();
        options.comment = Some(comments.join("\n")).filter(|text| !text.is_empty());
    }
    if meta.tag("magic").is_none() {
        return options;
    }
    if let Some(MetaValue::Float(scale)) = meta.tag("scale") {
        options.scale = options.scale.or(Some(*scale).filter(|scale| scale.is_finite() && *scale > 0.0));
    }
    if let Some(&MetaValue::Uint(maxval)) = meta.tag("maxval")
        && options.maxval.is_none()
    {
        options.maxval = u16::try_from(maxval).ok().filter(|&maxval| fits(page, maxval));
    }
    let variant = options.variant.or_else(|| Variant::choose(None, page.layout()).ok().map(|(variant, _)| variant));
    if let Some(MetaValue::Text(name)) = meta.tag("tuple_type")
        && options.tuple_type.is_none()
        && variant == Some(Variant::Pam)
    {
        let named = EncodeOptions { tuple_type: Some(name.clone()), ..options.clone() };
        if Encoding::new(page.layout(), &named).is_ok() {
            options = named;
        }
    }
    options
}

/// True if no sample exceeds `maxval`, and it is one for the dtype.
fn fits(page: &ArrayRef<'_>, maxval: u16) -> bool {
    let Some(mut rows) = page.rows(page.run_len()) else { return false };
    match page.dtype() {
        DType::U8 => maxval <= 255 && rows.all(|row| row.iter().all(|&value| u16::from(value) <= maxval)),
        DType::U16 => {
            let words = |row: &[u8]| row.as_chunks::<2>().0.iter().all(|&bytes| u16::from_ne_bytes(bytes) <= maxval);
            maxval > 255 && rows.all(words)
        }
        _ => false,
    }
}
