//! OpenJPEG behind safe types: the only unsafe code of this crate.
//!
//! OpenJPEG reports failures by return codes; it neither jumps nor throws. Its callbacks, which it may call from its
//! own threads, run no code here that could panic.

mod stream;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};
use std::sync::{Mutex, PoisonError};

use openjpeg_sys as opj;

pub(crate) use stream::Source;
use stream::{Sink, Stream};

/// Most bytes of messages that are kept of one call.
const LOG_LEN: usize = 512;

/// Name and version of the library.
pub(crate) fn version() -> String {
    // SAFETY: gives a static text.
    let text = unsafe { CStr::from_ptr(opj::opj_version()) };
    format!("openjpeg {}", text.to_string_lossy())
}

/// What failed, and what the library said.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) step: &'static str,
    pub(crate) message: String,
}

/// Collects the messages of one call.
#[derive(Default)]
struct Log(Mutex<Vec<u8>>);

impl Log {
    fn failure(&self, step: &'static str) -> Failure {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Failure { step, message: String::from_utf8_lossy(&bytes).trim_end_matches(['\n', ';', ' ', '.']).to_owned() }
    }
}

unsafe extern "C" fn on_message(message: *const c_char, log: *mut c_void) {
    if message.is_null() || log.is_null() {
        return;
    }
    // SAFETY: the codec holds the address of a `Log` that outlives it.
    let log = unsafe { &*log.cast::<Log>() };
    // SAFETY: OpenJPEG terminates its messages.
    let text = unsafe { CStr::from_ptr(message) }.to_bytes();
    let mut bytes = log.0.lock().unwrap_or_else(PoisonError::into_inner);
    let room = LOG_LEN.saturating_sub(bytes.len());
    let line = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    for line in line.take(4) {
        let line = line.get(..line.len().min(room)).unwrap_or(&[]);
        if bytes.len() + line.len() + 2 <= LOG_LEN && bytes.try_reserve(line.len() + 2).is_ok() {
            if !bytes.is_empty() {
                bytes.extend_from_slice(b"; ");
            }
            bytes.extend_from_slice(line);
        }
    }
}

/// A compressor or decompressor.
struct Codec<'a> {
    ptr: NonNull<opj::opj_codec_t>,
    log: PhantomData<&'a Log>,
}

impl<'a> Codec<'a> {
    /// Takes over what a constructor gave, and hears its errors.
    ///
    /// # Safety
    /// `ptr` is null or a codec that nobody else owns.
    unsafe fn new(ptr: *mut opj::opj_codec_t, log: &'a Log) -> Result<Self, Failure> {
        let ptr = NonNull::new(ptr).ok_or_else(|| log.failure("opj_create"))?;
        let codec = Self { ptr, log: PhantomData };
        let address = ptr::from_ref(log).cast_mut().cast();
        // SAFETY: the codec is alive; the log outlives it and is only shared.
        unsafe { opj::opj_set_error_handler(ptr.as_ptr(), Some(on_message), address) };
        Ok(codec)
    }
}

impl Drop for Codec<'_> {
    fn drop(&mut self) {
        // SAFETY: owned, and destroyed once.
        unsafe { opj::opj_destroy_codec(self.ptr.as_ptr()) };
    }
}

/// An image: its components and their samples.
pub(crate) struct Image(NonNull<opj::opj_image_t>);

// SAFETY: an image is plain memory that it owns.
unsafe impl Send for Image {}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: owned, and destroyed once.
        unsafe { opj::opj_image_destroy(self.0.as_ptr()) };
    }
}

/// The samples of one component.
#[derive(Clone, Copy)]
pub(crate) struct Plane<'a> {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) precision: u32,
    pub(crate) signed: bool,
    /// The highest resolution that was found, counted from 0.
    pub(crate) resolution: u32,
    /// `width * height` samples; none if the library left them out.
    pub(crate) samples: &'a [i32],
}

impl Image {
    pub(crate) fn n_components(&self) -> usize {
        // SAFETY: the image is alive.
        unsafe { (*self.0.as_ptr()).numcomps as usize }
    }

    fn component(&self, index: usize) -> Option<*mut opj::opj_image_comp_t> {
        if index >= self.n_components() {
            return None;
        }
        // SAFETY: the image is alive.
        let components = unsafe { (*self.0.as_ptr()).comps };
        if components.is_null() {
            return None;
        }
        // SAFETY: there are `numcomps` components.
        Some(unsafe { components.add(index) })
    }

    pub(crate) fn plane(&self, index: usize) -> Option<Plane<'_>> {
        // SAFETY: the component is alive as long as the image.
        let component = unsafe { *self.component(index)? };
        let (width, height) = (component.w as usize, component.h as usize);
        let samples = match NonNull::new(component.data) {
            // SAFETY: OpenJPEG allocates and fills `w * h` samples.
            Some(data) => unsafe { core::slice::from_raw_parts(data.as_ptr(), width.checked_mul(height)?) },
            None => &[],
        };
        let (precision, signed) = (component.prec, component.sgnd != 0);
        Some(Plane { width, height, precision, signed, resolution: component.resno_decoded, samples })
    }

    fn plane_mut(&mut self, index: usize) -> Option<&mut [i32]> {
        // SAFETY: as in `plane`.
        let component = unsafe { *self.component(index)? };
        let len = (component.w as usize).checked_mul(component.h as usize)?;
        let data = NonNull::new(component.data)?;
        // SAFETY: `opj_image_create` allocated and zeroed `w * h` samples; the image is borrowed exclusively.
        Some(unsafe { core::slice::from_raw_parts_mut(data.as_ptr(), len) })
    }
}

impl Image {
    fn set_precision(&mut self, precision: u32) {
        for component in (0..self.n_components()).filter_map(|index| self.component(index)) {
            // SAFETY: the component is alive as long as the image, which is borrowed exclusively.
            unsafe { (*component).prec = precision };
        }
    }
}

/// What to decode of a code stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Request {
    pub(crate) reduce: u32,
    pub(crate) max_layers: u32,
    pub(crate) threads: usize,
    /// Left, top, right, bottom on the reference grid; all of it if none.
    pub(crate) area: Option<[i32; 4]>,
}

/// Decodes a code stream, in strict mode: the lenient one is known to read and write beyond its buffers.
pub(crate) fn decode(source: &mut Source<'_>, request: &Request) -> Result<Image, Failure> {
    let log = Log::default();
    // SAFETY: gives a decompressor or null.
    let codec = unsafe { Codec::new(opj::opj_create_decompress(opj::CODEC_FORMAT::OPJ_CODEC_J2K), &log) }?;
    let stream = Stream::reading(source)?;
    let (codec, stream) = (codec.ptr.as_ptr(), (stream.ptr.as_ptr(), stream));
    let done = |code: opj::OPJ_BOOL, step| if code == 0 { Err(log.failure(step)) } else { Ok(()) };

    let mut parameters = MaybeUninit::<opj::opj_dparameters_t>::zeroed();
    // SAFETY: the parameters are plain numbers, for which zero is a value; the function fills them in.
    let parameters = unsafe {
        opj::opj_set_default_decoder_parameters(parameters.as_mut_ptr());
        parameters.assume_init_mut()
    };
    parameters.cp_reduce = request.reduce;
    parameters.cp_layer = request.max_layers;
    // SAFETY: codec and parameters are alive.
    done(unsafe { opj::opj_setup_decoder(codec, parameters) }, "opj_setup_decoder")?;
    // SAFETY: the codec is alive.
    done(unsafe { opj::opj_decoder_set_strict_mode(codec, 1) }, "opj_decoder_set_strict_mode")?;
    set_threads(codec, request.threads, &done)?;

    // OpenJPEG 2.5.1 to 2.5.3 write through this pointer if it is not null before the call (CVE-2025-54874).
    let mut image = ptr::null_mut();
    // SAFETY: all are alive.
    let code = unsafe { opj::opj_read_header(stream.0, codec, &raw mut image) };
    // Whatever the code, an image that was made is ours.
    let image = NonNull::new(image).map(Image);
    done(code, "opj_read_header")?;
    let image = image.ok_or_else(|| log.failure("opj_read_header"))?;
    if let Some([left, top, right, bottom]) = request.area {
        // SAFETY: all are alive.
        let code = unsafe { opj::opj_set_decode_area(codec, image.0.as_ptr(), left, top, right, bottom) };
        done(code, "opj_set_decode_area")?;
    }
    // SAFETY: all are alive.
    done(unsafe { opj::opj_decode(codec, stream.0, image.0.as_ptr()) }, "opj_decode")?;
    // SAFETY: all are alive.
    done(unsafe { opj::opj_end_decompress(codec, stream.0) }, "opj_end_decompress")?;
    Ok(image)
}

fn set_threads(
    codec: *mut opj::opj_codec_t,
    threads: usize,
    done: &impl Fn(opj::OPJ_BOOL, &'static str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // SAFETY: asks for a constant.
    if threads < 2 || unsafe { opj::opj_has_thread_support() } == 0 {
        return Ok(());
    }
    let threads = c_int::try_from(threads).unwrap_or(c_int::MAX);
    // SAFETY: the codec is alive and was set up.
    done(unsafe { opj::opj_codec_set_threads(codec, threads) }, "opj_codec_set_threads")
}

/// How to encode, in OpenJPEG's own terms.
#[derive(Clone, Debug)]
pub(crate) struct Parameters {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) n_components: u32,
    pub(crate) signed: bool,
    pub(crate) tile: [c_int; 2],
    pub(crate) resolutions: c_int,
    pub(crate) reversible: bool,
    pub(crate) mct: bool,
    pub(crate) layers: Layers,
    pub(crate) progression: opj::OPJ_PROG_ORDER,
    pub(crate) code_block: [c_int; 2],
    pub(crate) precinct: Option<[c_int; 2]>,
    pub(crate) threads: usize,
}

/// The quality of each layer.
#[derive(Clone, Debug)]
pub(crate) enum Layers {
    /// Compression ratios, decreasing; 0 is lossless.
    Rates(Vec<f32>),
    /// PSNR in dB, increasing.
    Psnr(Vec<f32>),
}

/// Why encoding failed.
pub(crate) enum EncodeFailure<E> {
    /// `fill` did.
    Fill(E),
    /// The `Vec` could not grow.
    OutOfMemory,
    /// The library did.
    Library(Failure),
}

impl<E> From<Failure> for EncodeFailure<E> {
    fn from(failure: Failure) -> Self {
        Self::Library(failure)
    }
}

/// Encodes an image to the end of `dst`. `fill` writes the samples of each component and tells what bits they need;
/// `precision` makes of the most of them the bits to declare, which are returned.
pub(crate) fn encode<E>(
    parameters: &Parameters,
    mut fill: impl FnMut(usize, &mut [i32]) -> Result<u32, E>,
    precision: impl FnOnce(u32) -> Result<u32, E>,
    dst: &mut Vec<u8>,
) -> Result<u32, EncodeFailure<E>> {
    let mut image = new_image(parameters)?;
    let mut used = 0;
    for index in 0..image.n_components() {
        let no_plane = Failure { step: "opj_image_create", message: "no samples".to_owned() };
        used = used.max(fill(index, image.plane_mut(index).ok_or(no_plane)?).map_err(EncodeFailure::Fill)?);
    }
    let bits = precision(used).map_err(EncodeFailure::Fill)?;
    image.set_precision(bits);
    let mut sink = Sink::new(dst);
    let result = compress(parameters, &image, &mut sink);
    let out_of_memory = sink.out_of_memory;
    match result {
        Err(_) if out_of_memory => Err(EncodeFailure::OutOfMemory),
        result => Ok(result.map(|()| bits)?),
    }
}

fn new_image(parameters: &Parameters) -> Result<Image, Failure> {
    let component = opj::opj_image_cmptparm_t {
        dx: 1,
        dy: 1,
        w: parameters.width,
        h: parameters.height,
        x0: 0,
        y0: 0,
        prec: 8,
        bpp: 0,
        sgnd: parameters.signed.into(),
    };
    let mut components = vec![component; parameters.n_components as usize];
    let space = opj::OPJ_COLOR_SPACE::OPJ_CLRSPC_UNSPECIFIED;
    // SAFETY: there are as many components as are declared; they are copied.
    let image = unsafe { opj::opj_image_create(parameters.n_components, components.as_mut_ptr(), space) };
    let no_memory = || Failure { step: "opj_image_create", message: "no memory for the samples".to_owned() };
    let image = NonNull::new(image).map(Image).ok_or_else(no_memory)?;
    // SAFETY: the image is alive and borrowed by nobody else.
    let fields = unsafe { &mut *image.0.as_ptr() };
    (fields.x0, fields.y0, fields.x1, fields.y1) = (0, 0, parameters.width, parameters.height);
    Ok(image)
}

fn compress(parameters: &Parameters, image: &Image, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let log = Log::default();
    // SAFETY: gives a compressor or null.
    let codec = unsafe { Codec::new(opj::opj_create_compress(opj::CODEC_FORMAT::OPJ_CODEC_J2K), &log) }?;
    let stream = Stream::writing(sink)?;
    let done = |code: opj::OPJ_BOOL, step| if code == 0 { Err(log.failure(step)) } else { Ok(()) };
    let mut native = Box::new(MaybeUninit::<opj::opj_cparameters_t>::zeroed());
    // SAFETY: the parameters are numbers, null pointers and enums, for all of which zero is a value; the function
    // fills them in.
    let native = unsafe {
        opj::opj_set_default_encoder_parameters(native.as_mut_ptr());
        native.assume_init_mut()
    };
    parameters.write(native);
    let (codec, stream, image) = (codec.ptr.as_ptr(), (stream.ptr.as_ptr(), stream), image.0.as_ptr());
    // SAFETY: all are alive.
    done(unsafe { opj::opj_setup_encoder(codec, native, image) }, "opj_setup_encoder")?;
    set_threads(codec, parameters.threads, &done)?;
    // SAFETY: all are alive.
    done(unsafe { opj::opj_start_compress(codec, image, stream.0) }, "opj_start_compress")?;
    // SAFETY: all are alive.
    done(unsafe { opj::opj_encode(codec, stream.0) }, "opj_encode")?;
    // SAFETY: all are alive.
    done(unsafe { opj::opj_end_compress(codec, stream.0) }, "opj_end_compress")
}

impl Parameters {
    fn write(&self, to: &mut opj::opj_cparameters_t) {
        to.tile_size_on = 1;
        [to.cp_tdx, to.cp_tdy] = self.tile;
        to.numresolution = self.resolutions;
        to.irreversible = (!self.reversible).into();
        to.tcp_mct = self.mct.into();
        to.prog_order = self.progression;
        [to.cblockw_init, to.cblockh_init] = self.code_block;
        let layers = match &self.layers {
            Layers::Rates(rates) => {
                to.cp_disto_alloc = 1;
                to.tcp_rates.iter_mut().zip(rates).for_each(|(to, &rate)| *to = rate);
                rates.len()
            }
            Layers::Psnr(psnr) => {
                to.cp_fixed_quality = 1;
                to.tcp_distoratio.iter_mut().zip(psnr).for_each(|(to, &psnr)| *to = psnr);
                psnr.len()
            }
        };
        to.tcp_numlayers = c_int::try_from(layers.min(to.tcp_rates.len())).unwrap_or(1);
        if let Some([width, height]) = self.precinct {
            to.csty |= 1;
            to.res_spec = self.resolutions;
            let n = usize::try_from(self.resolutions).unwrap_or(0);
            to.prcw_init.iter_mut().take(n).for_each(|slot| *slot = width);
            to.prch_init.iter_mut().take(n).for_each(|slot| *slot = height);
        }
    }
}
