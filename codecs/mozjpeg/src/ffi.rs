//! mozjpeg's compressor behind safe types: the only unsafe code of this crate.
//!
//! libjpeg's error handler must not return. The one here unwinds through the frames of the library, which are compiled
//! for that, up to [`encode`]. Nothing is printed, and there is no state but that of the call.

use core::any::Any;
use core::ffi::{CStr, c_int, c_void};
use core::mem::zeroed;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mozjpeg_sys as jpeg;

/// The colour spaces of libjpeg, by its names.
pub(crate) use jpeg::J_COLOR_SPACE as Space;

/// Bytes that the library writes at a time.
const BUFFER_LEN: usize = 64 << 10;
/// Rows that the library is handed at a time.
const ROWS: usize = 16;

/// What the library is told.
pub(crate) struct Settings {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) samples: u8,
    pub(crate) array: Space,
    pub(crate) stream: Space,
    pub(crate) quality: u8,
    /// Factors of luma (and black), where the others have 1.
    pub(crate) factors: Option<(u8, u8)>,
    pub(crate) optimize: bool,
    pub(crate) smoothing: u8,
    pub(crate) trellis: bool,
    pub(crate) quanttable: Option<u8>,
    pub(crate) progressive: bool,
    pub(crate) optimize_scans: bool,
    pub(crate) deringing: bool,
}

/// Why there is no stream.
pub(crate) enum Failure {
    Cancelled,
    OutOfMemory,
    /// The library gave up, for a reason that has a number and a text.
    Library(c_int, String),
}

/// What the callbacks work on.
struct Client<'a> {
    buffer: Vec<u8>,
    dst: &'a mut Vec<u8>,
    cancelled: &'a dyn Fn() -> bool,
    /// Passes that can be left without leaking: scans that are tried out lie in memory that only the library knows.
    safe_passes: c_int,
}

impl Client<'_> {
    /// Appends the first `len` bytes of the buffer.
    fn flush(&mut self, len: usize) -> bool {
        let written = self.buffer.get(..len).unwrap_or(&[]);
        if self.dst.try_reserve(written.len()).is_err() {
            return false;
        }
        self.dst.extend_from_slice(written);
        true
    }
}

/// The version of the library, from its table of messages.
pub(crate) fn version() -> String {
    // SAFETY: of integers, pointers and optional functions, all of which may be zero.
    let mut errors: jpeg::jpeg_error_mgr = unsafe { zeroed() };
    // SAFETY: fills the structure.
    unsafe { jpeg::jpeg_std_error(&mut errors) };
    format!("mozjpeg-sys {}", message(&errors, jpeg::JMSG_VERSION as c_int))
}

/// Compresses rows of `width * samples` bytes to the end of `dst`, which is as before on failure. `pixels` must hold
/// `height` of them.
pub(crate) fn encode(
    settings: &Settings,
    pixels: &[u8],
    dst: &mut Vec<u8>,
    cancelled: &dyn Fn() -> bool,
) -> Result<(), Failure> {
    let row_len = settings.width as usize * usize::from(settings.samples);
    if row_len == 0 || row_len.checked_mul(settings.height as usize) != Some(pixels.len()) {
        return Err(Failure::Library(0, "pixels are not those of the image".to_owned()));
    }
    let start = dst.len();
    let buffer = iio_codec::zeroed_vec(BUFFER_LEN).map_err(|_| Failure::OutOfMemory)?;
    let mut client = Client { buffer, dst, cancelled, safe_passes: c_int::MAX };
    // SAFETY: of integers, pointers, optional functions and enums whose first value is 0: all may be zero.
    let (mut errors, mut info): (jpeg::jpeg_error_mgr, jpeg::jpeg_compress_struct) = unsafe { (zeroed(), zeroed()) };
    // SAFETY: fills the structure.
    unsafe { jpeg::jpeg_std_error(&mut errors) };
    errors.error_exit = Some(on_error);
    errors.emit_message = Some(on_trace);
    errors.output_message = Some(on_message);
    info.common.err = &raw mut errors;
    // SAFETY: `info` has an error handler, and the pixels are those of the settings.
    let run = || unsafe { compress(&mut info, settings, pixels, row_len, &mut client) };
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(failure(payload)));
    // SAFETY: created by the library, or zero, which it takes for not created.
    unsafe { jpeg::jpeg_destroy_compress(&mut info) };
    if result.is_err() {
        client.dst.truncate(start);
    }
    result
}

fn failure(payload: Box<dyn Any + Send>) -> Failure {
    match payload.downcast::<Failure>() {
        Ok(failure) => *failure,
        Err(_) => Failure::Library(0, "a panic within the library".to_owned()),
    }
}

/// # Safety
/// `info` must be zero but for its error handler; `pixels` must hold `height` rows of `row_len` bytes.
unsafe fn compress(
    info: &mut jpeg::jpeg_compress_struct,
    settings: &Settings,
    pixels: &[u8],
    row_len: usize,
    client: &mut Client<'_>,
) -> Result<(), Failure> {
    let mut target = jpeg::jpeg_destination_mgr {
        next_output_byte: core::ptr::null_mut(),
        free_in_buffer: 0,
        init_destination: Some(on_begin),
        empty_output_buffer: Some(on_full),
        term_destination: Some(on_end),
    };
    let mut progress = jpeg::jpeg_progress_mgr {
        progress_monitor: Some(on_progress),
        pass_counter: 0,
        pass_limit: 0,
        completed_passes: 0,
        total_passes: 0,
    };
    // Without the search there is nothing to leak. It begins after two passes of trellis quantization a component.
    let searches = settings.progressive && settings.optimize_scans;
    if searches {
        client.safe_passes = if settings.trellis { 2 * c_int::from(settings.samples.min(3)) } else { 0 };
    }
    let cancelled = client.cancelled;
    // SAFETY: by the contract of this function; what `info` points to outlives all calls, for it is destroyed without
    // looking at it.
    unsafe {
        jpeg::jpeg_create_compress(info);
        info.common.client_data = core::ptr::from_mut(client).cast::<c_void>();
        info.common.progress = &raw mut progress;
        info.dest = &raw mut target;
        configure(info, settings);
        jpeg::jpeg_start_compress(info, 1);
    }
    let mut rows = pixels.chunks_exact(row_len);
    loop {
        let mut some = [core::ptr::null(); ROWS];
        let n = some.iter_mut().zip(rows.by_ref()).map(|(to, row)| *to = row.as_ptr()).count();
        let Ok(n_rows) = u32::try_from(n).map_err(|_| Failure::OutOfMemory) else { break };
        if n_rows == 0 {
            break;
        }
        if cancelled() {
            return Err(Failure::Cancelled);
        }
        // SAFETY: the rows have the length that was told, and `n_rows` pointers are there.
        unsafe { jpeg::jpeg_write_scanlines(info, some.as_ptr(), n_rows) };
    }
    // SAFETY: started above.
    unsafe { jpeg::jpeg_finish_compress(info) };
    Ok(())
}

/// # Safety
/// `info` must have been created.
unsafe fn configure(info: &mut jpeg::jpeg_compress_struct, settings: &Settings) {
    let flag = jpeg::boolean::from;
    info.image_width = settings.width;
    info.image_height = settings.height;
    info.input_components = settings.samples.into();
    info.in_color_space = settings.array;
    // SAFETY: created; the parameters are those that the library knows.
    unsafe {
        jpeg::jpeg_set_defaults(info);
        jpeg::jpeg_set_colorspace(info, settings.stream);
        if let Some(index) = settings.quanttable {
            jpeg::jpeg_c_set_int_param(info, jpeg::JINT_BASE_QUANT_TBL_IDX, index.into());
        }
        jpeg::jpeg_set_quality(info, settings.quality.into(), 1);
        jpeg::jpeg_c_set_bool_param(info, jpeg::JBOOLEAN_TRELLIS_QUANT, flag(settings.trellis));
        jpeg::jpeg_c_set_bool_param(info, jpeg::JBOOLEAN_OVERSHOOT_DERINGING, flag(settings.deringing));
        let search = settings.progressive && settings.optimize_scans;
        jpeg::jpeg_c_set_bool_param(info, jpeg::JBOOLEAN_OPTIMIZE_SCANS, flag(search));
        if settings.progressive {
            // The script that is there is that of the usual colour space.
            jpeg::jpeg_simple_progression(info);
        }
    }
    if !settings.progressive {
        info.num_scans = 0;
        info.scan_info = core::ptr::null();
    }
    info.optimize_coding = flag(settings.optimize);
    info.smoothing_factor = settings.smoothing.into();
    let n = usize::try_from(info.num_components).unwrap_or(0);
    if let (Some((horizontal, vertical)), false) = (settings.factors, info.comp_info.is_null()) {
        // SAFETY: the library has an array of ten components at least, of which the first `n` are set.
        let components = unsafe { core::slice::from_raw_parts_mut(info.comp_info, n) };
        // Luma, and black as well.
        for component in components.iter_mut().step_by(3) {
            component.h_samp_factor = horizontal.into();
            component.v_samp_factor = vertical.into();
        }
    }
}

/// The text of a message, without its numbers.
fn message(errors: &jpeg::jpeg_error_mgr, code: c_int) -> String {
    let index = usize::try_from(code).unwrap_or(usize::MAX);
    if errors.jpeg_message_table.is_null() || code > errors.last_jpeg_message || index == usize::MAX {
        return "no message".to_owned();
    }
    // SAFETY: the table of the library has texts up to the last message.
    let text = unsafe { *errors.jpeg_message_table.add(index) };
    if text.is_null() {
        return "no message".to_owned();
    }
    // SAFETY: texts of the library are constants that end with a zero.
    unsafe { CStr::from_ptr(text.cast()) }.to_string_lossy().into_owned()
}

extern "C-unwind" fn on_error(common: &mut jpeg::jpeg_common_struct) {
    // SAFETY: set in `encode`, where it lives.
    let errors = unsafe { &*common.err };
    let failure = match errors.msg_code {
        code if code == jpeg::JERR_OUT_OF_MEMORY as c_int => Failure::OutOfMemory,
        code => Failure::Library(code, message(errors, code)),
    };
    // Unlike `panic!` this runs no hook, which would print.
    resume_unwind(Box::new(failure));
}

extern "C-unwind" fn on_trace(_: &mut jpeg::jpeg_common_struct, _: c_int) {}

extern "C-unwind" fn on_message(_: &mut jpeg::jpeg_common_struct) {}

extern "C-unwind" fn on_progress(common: &mut jpeg::jpeg_common_struct) {
    // SAFETY: set in `compress`; nobody else uses it while the library runs.
    let client = unsafe { &*common.client_data.cast::<Client<'_>>() };
    // SAFETY: as above.
    let pass = unsafe { (*common.progress).completed_passes };
    // Where a panic aborts, to be late is better.
    if cfg!(panic = "unwind") && pass < client.safe_passes && (client.cancelled)() {
        resume_unwind(Box::new(Failure::Cancelled));
    }
}

/// Lets the library write the buffer from its beginning.
fn rewind(info: &mut jpeg::jpeg_compress_struct, client: &mut Client<'_>) {
    // SAFETY: the library calls with the destination that `compress` has set.
    let target = unsafe { &mut *info.dest };
    target.next_output_byte = client.buffer.as_mut_ptr();
    target.free_in_buffer = client.buffer.len();
}

/// # Safety
/// Must be called from a callback, for no longer than it runs.
unsafe fn client<'a>(info: &jpeg::jpeg_compress_struct) -> &'a mut Client<'a> {
    // SAFETY: set in `compress`; nobody else uses it while the library runs.
    unsafe { &mut *info.common.client_data.cast::<Client<'a>>() }
}

extern "C-unwind" fn on_begin(info: &mut jpeg::jpeg_compress_struct) {
    // SAFETY: this is a callback.
    let client = unsafe { client(info) };
    rewind(info, client);
}

extern "C-unwind" fn on_full(info: &mut jpeg::jpeg_compress_struct) -> jpeg::boolean {
    // SAFETY: this is a callback.
    let client = unsafe { client(info) };
    if !client.flush(BUFFER_LEN) {
        resume_unwind(Box::new(Failure::OutOfMemory));
    }
    rewind(info, client);
    1
}

extern "C-unwind" fn on_end(info: &mut jpeg::jpeg_compress_struct) {
    // SAFETY: this is a callback.
    let client = unsafe { client(info) };
    // SAFETY: the destination is that which `compress` has set.
    let free = unsafe { (*info.dest).free_in_buffer };
    if !client.flush(BUFFER_LEN.saturating_sub(free)) {
        resume_unwind(Box::new(Failure::OutOfMemory));
    }
}
