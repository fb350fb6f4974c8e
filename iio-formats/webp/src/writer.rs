use iio_codec::{ArrayRef, Blame, Config, Fields, Layout, Result};
use iio_core::{Env, FormatInfo, Metadata, Output, ProgressFn, Sink, WriteImage, Writer};
use iio_webp::{Animator, EncodeOptions};

use crate::{FORMAT, metadata};

pub(crate) fn create(output: Output, config: &Config, env: &Env) -> Result<Box<dyn Writer>> {
    let mut fields = Fields::new(FORMAT.name, config);
    let mut options = EncodeOptions::read(&mut fields)?;
    fields.finish()?;
    let given = |keys: [&str; 2]| keys.iter().any(|key| config.value(key).is_some());
    if !given(["threads", "numthreads"]) {
        options.threads = 0;
    }
    Ok(Box::new(WebpWriter {
        output,
        options,
        delay_given: given(["delay", "duration"]),
        animation_given: given(["loops", "loop"]) || given(["background", "background"]),
        env: env.clone(),
        state: State::Empty,
    }))
}

struct WebpWriter {
    output: Output,
    options: EncodeOptions,
    /// True if options come before what images say.
    delay_given: bool,
    animation_given: bool,
    env: Env,
    state: State,
}

enum State {
    Empty,
    /// Whether this is a still image is not known before the next one comes.
    First(Box<First>),
    Animation(Box<Animator>, Box<Metadata>),
}

struct First {
    pixels: Vec<u8>,
    layout: Layout,
    meta: Metadata,
}

impl WebpWriter {
    fn delay(&self, meta: &Metadata) -> u32 {
        let delay = metadata::duration(meta).filter(|_| !self.delay_given);
        delay.unwrap_or(self.options.delay)
    }

    fn add(&mut self, pixels: ArrayRef<'_>, meta: &Metadata) -> Result<()> {
        let delay = self.delay(meta);
        match std::mem::replace(&mut self.state, State::Empty) {
            State::Empty => {
                // What cannot be encoded is refused now, not at the end.
                Animator::new(pixels.layout(), &self.options, &metadata::extras(&Metadata::default()))?;
                let mut copy = Vec::new();
                pixels.append_to(&mut copy)?;
                let first = First { pixels: copy, layout: *pixels.layout(), meta: meta.clone() };
                self.state = State::First(Box::new(first));
            }
            State::First(first) => {
                let cx = self.env.whole_context();
                let mut options = self.options.clone();
                if !self.animation_given {
                    options = metadata::animation(&first.meta, options);
                }
                let mut animator = Animator::new(&first.layout, &options, &metadata::extras(&first.meta))?;
                animator.add(ArrayRef::new(&first.pixels, first.layout)?, self.delay(&first.meta), &cx)?;
                animator.add(pixels, delay, &cx)?;
                self.state = State::Animation(Box::new(animator), Box::new(first.meta));
            }
            State::Animation(mut animator, first) => {
                animator.add(pixels, delay, &self.env.whole_context())?;
                self.state = State::Animation(animator, first);
            }
        }
        Ok(())
    }
}

impl Writer for WebpWriter {
    fn format(&self) -> &'static FormatInfo {
        &FORMAT
    }

    fn write(&mut self, image: &WriteImage<'_>, on_progress: Option<ProgressFn<'_>>) -> Result<()> {
        let mut pixels = image.pixels;
        if image.axes.is_some_and(|axes| axes.ends_with("SYX")) {
            // Samples go last.
            let order: &[usize] = if pixels.layout().ndim() == 4 { &[0, 2, 3, 1] } else { &[1, 2, 0] };
            pixels = pixels.permute(order)?;
        }
        let n_bytes = pixels.layout().n_bytes() as u64;
        let report = |done: u64| on_progress.iter().for_each(|report| report(done, n_bytes));
        if pixels.layout().ndim() != 4 {
            self.add(pixels, image.meta)?;
            report(n_bytes);
            return Ok(());
        }
        let n = pixels.shape().first().copied().unwrap_or(0);
        if n == 0 {
            return Err(FORMAT.invalid_argument(format!("{} holds no image", pixels.layout())));
        }
        for index in 0..n {
            self.add(pixels.index_axis(0, index)?, image.meta)?;
            report(n_bytes / n as u64 * (index as u64 + 1));
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Output> {
        let file = match std::mem::replace(&mut self.state, State::Empty) {
            State::Empty => return Err(FORMAT.invalid_argument("no image was written")),
            State::First(first) => {
                let pixels = ArrayRef::new(&first.pixels, first.layout)?;
                let mut file = Vec::new();
                iio_webp::encode_append(pixels, &mut file, &self.options, &self.env.whole_context())?;
                if metadata::has_extras(&first.meta) {
                    file = iio_webp::with_extras(&file, &metadata::extras(&first.meta))?;
                }
                file
            }
            State::Animation(animator, meta) => animator.finish(&metadata::extras(&meta))?,
        };
        self.output.append(&file)?;
        Ok(self.output)
    }
}
