"""What does not fit the table: codecs in Python, functions over functions, arrays that are not native."""

import io

import numpy

from pyiio import _core

from . import _table

# Attributes of the constants beside enumerations.
CONSTANTS = {
    # What imagecodecs calls legacy: 8 bits and no lossless mode.
    'jpeg8': {'all_precisions': False, 'legacy': True},
    'mozjpeg': {'all_precisions': False, 'legacy': True},
    'lz4f': {'VERSION': 100},
}


def special(name, made):
    """Return attributes that replace or complete those made from the table."""
    for key, value in CONSTANTS.get(name, {}).items():
        setattr(made[name.upper()], key, value)
    special = globals().get(f'_{name}')
    return special(made) if special else {}


def _checksums(name):
    def crc32(data, value=None, /):
        """Return CRC-32 checksum of data."""
        return _core.crc32(data, value)

    def adler32(data, value=None, /):
        """Return Adler-32 checksum of data."""
        return _core.adler32(data, value)

    return {f'{name}_crc32': crc32, f'{name}_adler32': adler32}


def _zlib(made):
    return _checksums('zlib')


def _zlibng(made):
    return _checksums('zlibng')


def _deflate(made):
    return _checksums('deflate')


def _isal(made):
    common = {'module': 'imagecodecs', 'codec_id': 'imagecodecs_gzip', 'error': made['IsalError']}
    gzip_encode = _core.function(
        'isal_encode', 'gzip', 'encode', [('level', True)], configure=_table.configure('level:isal', {}, {}), **common
    )
    gzip_decode = _core.function('isal_decode', 'gzip', 'decode', [], **common)
    zlib_encode, zlib_decode, zlib_check = made['isal_encode'], made['isal_decode'], made['isal_check']

    def encode(data, /, level=None, *, raw=False, gzip=False, out=None):
        """Return ISAL encoded data."""
        if gzip:
            return gzip_encode(data, level, out=out)
        return zlib_encode(data, level, raw=raw, out=out)

    def decode(data, /, *, raw=False, out=None):
        """Return decoded ISAL data: zlib or gzip, or deflate if raw."""
        if not raw and bytes(memoryview(data).cast('B')[:2]) == b'\x1f\x8b':
            return gzip_decode(data, out=out)
        return zlib_decode(data, raw=raw, out=out)

    def check(data, /):
        """Return whether data is zlib or gzip encoded."""
        return bytes(memoryview(data).cast('B')[:2]) == b'\x1f\x8b' or zlib_check(data)

    return {'isal_encode': encode, 'isal_decode': decode, 'isal_check': check, **_checksums('isal')}


def _lzw(made):
    def check(data, /):
        """Return whether data begins with the clear code of LZW: of 9 bits, the most or the least significant first."""
        head = bytes(memoryview(data).cast('B')[:2])
        return len(head) == 2 and (head[0] == 0x80 and head[1] < 0x80 or head[0] == 0 and head[1] & 1 == 1)

    return {'lzw_check': check}


def _packbits(made):
    encode_rows = made['packbits_encode']

    def encode(data, /, *, axis=None, out=None):
        """Return PACKBITS encoded data. Runs of arrays end with rows along axis, the last one by default."""
        if not isinstance(data, numpy.ndarray) or data.ndim == 0:
            return encode_rows(data, out=out)
        data = numpy.ascontiguousarray(data)
        axis = (data.ndim if axis is None or axis < 0 else 0) + (-1 if axis is None else axis)
        row = data.itemsize
        for length in data.shape[axis:]:
            row *= length
        return encode_rows(data, row_len=row, out=out) if data.size else b''

    decode_all, error = made['packbits_decode'], made['PackbitsError']

    def decode(data, /, *, out=None):
        """Return decoded PACKBITS data. A zero behind it is padding."""
        try:
            return decode_all(data, out=out)
        except error:
            data = memoryview(data).cast('B')
            if len(data) == 0 or data[-1] != 0:
                raise
        return decode_all(data[:-1], out=out)

    return {'packbits_encode': encode, 'packbits_decode': decode}


def _packints(made):
    pack, unpack = made['packints_encode'], made['packints_decode']

    def checked(bitspersample, bitorder, runlen):
        if bitorder not in {None, '<', '>'}:
            raise ValueError(f'invalid bitorder {bitorder!r}')
        if bitorder is not None and runlen:
            raise ValueError('runlen is not supported with bitorder')
        return int(bitspersample)

    def encode(data, bitspersample, /, *, bitorder=None, runlen=0, out=None):
        """Return packed integers."""
        bits = checked(bitspersample, bitorder, runlen)
        return pack(data, bitspersample=bits, bitorder=bitorder, runlen=int(runlen), out=out)

    def decode(data, dtype, bitspersample, /, *, bitorder=None, runlen=0, out=None):
        """Return unpacked integers."""
        bits = checked(bitspersample, bitorder, runlen)
        size = memoryview(data).nbytes
        if bitorder == '>' and bits in {10, 12}:
            count = size // 3 * 2 + (size % 3) // 2
        elif runlen:
            row = (int(runlen) * bits + 7) // 8
            count = size // row * int(runlen)
        else:
            count = size * 8 // bits
        dtype = numpy.dtype(dtype)
        result = unpack(
            data,
            bitspersample=bits,
            bitorder=bitorder,
            runlen=int(runlen),
            _shape=(count,),
            _dtype=dtype.newbyteorder('='),
            out=out,
        )
        return result if dtype.isnative or out is not None else result.astype(dtype)

    return {'packints_encode': encode, 'packints_decode': decode}


def _float24(made):
    narrow, widen = made['float24_encode'], made['float24_decode']

    def encode(data, /, *, byteorder=None, rounding=None, out=None):
        """Return FLOAT24 encoded array."""
        data = numpy.asarray(data)
        if not data.dtype.isnative:
            data = data.astype(data.dtype.newbyteorder('='))
        return narrow(data, byteorder=byteorder, rounding=rounding, out=out)

    def decode(data, /, *, byteorder=None, out=None):
        """Return FLOAT24 decoded array."""
        size = memoryview(data).nbytes
        if size % 3:
            raise ValueError(f'data size {size} is not a multiple of 3')
        return widen(data, byteorder=byteorder, _shape=(size // 3,), _dtype='float32', out=out)

    return {'float24_encode': encode, 'float24_decode': decode}


def fallback(name, verb, made):
    """Return function that filters arrays that are not native, or have gaps; None if codec is no filter."""
    if _core.codecs().get(_table.ROWS[name].codec, {}).get('kind') != 'filter':
        return None

    def run(data, out, arguments):
        function = made[f'{name}_{verb}']
        array = numpy.ascontiguousarray(data)
        if data.ndim == 0 or array.ndim > 8:
            raise ValueError(f'{name} takes arrays of 1 to 8 dimensions, got {data.ndim}')
        sizes = {'f': (2, 4, 8), 'c': (8, 16), 'V': range(1, 256)}.get(array.dtype.kind, (1, 2, 4, 8))
        if array.dtype.kind not in '?biufcmMV' or array.itemsize not in sizes:
            raise ValueError(f'dtype {array.dtype} is not supported')
        if array.dtype.kind == 'V':
            result = _items(function, verb, array, arguments, made)
        else:
            result = _native(function, name, verb, array, arguments)
        result = result.reshape(data.shape)
        if out is None:
            return result
        if not isinstance(out, numpy.ndarray) or out.shape != data.shape or out.itemsize != data.itemsize:
            raise ValueError(f'out does not have the shape {data.shape} and item size {data.itemsize} of data')
        out[...] = result.view(out.dtype)
        return out

    return run


def _native(function, name, verb, array, arguments):
    dtype = array.dtype
    if dtype.kind in 'mM':
        return _native(function, name, verb, array.view(dtype.str[0] + 'i8'), arguments).view(dtype)
    native = dtype.newbyteorder('=')
    by_value = name in {'delta', 'xor'}
    if name == 'floatpred' and not dtype.isnative:
        # Byte planes are the same for both orders: the most significant one comes first.
        if verb == 'encode':
            return function(array.astype(native), **arguments).view(dtype)
        return function(array.view(native), **arguments).astype(dtype)
    if not dtype.isnative and by_value:
        if dtype.kind == 'f' and name == 'xor':
            words = f'u{dtype.itemsize}'
            return _native(function, name, verb, array.view('>' + words), arguments).view(dtype)
        return function(array.astype(native), **arguments).astype(dtype)
    if not dtype.isnative and arguments.get('reorder'):
        arguments = {**arguments, 'reorder': False}
    return function(array.view(native), **arguments).view(dtype)


def _items(function, verb, array, arguments, made):
    """Shuffle items of any size, such as numbers of 3 bytes."""
    if 'byteshuffle_encode' not in made:
        raise ValueError(f'dtype {array.dtype} is not supported')
    from .imagecodecs import __getattr__ as attribute

    arguments = dict(arguments)
    size, axis = array.itemsize, arguments.pop('axis', -1)
    axis = axis if axis >= 0 else axis + array.ndim
    items = numpy.frombuffer(array.tobytes(), 'uint8').reshape(*array.shape, size)
    distance = int(arguments.pop('dist', 1) or 1)
    for length in array.shape[axis + 1 :]:
        distance *= length
    row = distance * array.shape[axis] * size
    delta = arguments.pop('delta', False)
    if delta and verb == 'decode':
        items = attribute('delta_decode')(items.reshape(-1, row), dist=distance).reshape(items.shape)
    items = function(items, axis=axis, item_size=size, **arguments)
    if delta and verb == 'encode':
        items = attribute('delta_encode')(items.reshape(-1, row), dist=distance)
    return numpy.frombuffer(items.tobytes(), array.dtype).reshape(array.shape)


def _none_codec():
    class NoneError(RuntimeError):
        """NONE codec exceptions."""

    class NONE:
        """NONE codec constants."""

        available = True

    def encode(data, *args, **kwargs):
        """Return data as it is."""
        return data

    def check(data, /):
        """Return None: anything is data."""

    NONE.__module__ = NoneError.__module__ = 'imagecodecs'
    return {
        'NONE': NONE,
        'NoneError': NoneError,
        'none_encode': encode,
        'none_decode': lambda data, *args, **kwargs: data,
        'none_check': check,
        'none_version': lambda: 'none n/a',
    }


def _put(data, out):
    """Return data in out."""
    if out is None or out is bytes:
        return data
    if out is bytearray:
        return bytearray(data)
    if isinstance(out, int):
        if len(data) > out:
            raise ValueError('output too small')
        return data
    view = memoryview(out).cast('B')
    view[: len(data)] = data
    return view[: len(data)]


def _numpy_codec():
    class NumpyError(RuntimeError):
        """NUMPY codec exceptions."""

    class NUMPY:
        """NUMPY codec constants."""

        available = True

    def encode(data, /, level=None, *, out=None):
        """Return NPY or, with level, NPZ encoded data."""
        with io.BytesIO() as fh:
            if level:
                numpy.savez_compressed(fh, data)
            else:
                numpy.save(fh, data)
            return _put(fh.getvalue(), out)

    def decode(data, /, index=None, *, out=None, **kwargs):
        """Return decoded NPY or NPZ data."""
        with io.BytesIO(data) as fh:
            try:
                result = numpy.load(fh, **{'allow_pickle': False, **kwargs})
                if hasattr(result, 'files'):
                    index = 0 if index is None else index
                    result = result[result.files[index] if isinstance(index, int) else index]
            except (ValueError, OSError, EOFError, KeyError, IndexError) as error:
                raise NumpyError(str(error)) from error
        if out is not None:
            out[...] = result.reshape(out.shape)
            return out
        return result

    def check(data, /):
        """Return whether data is NPY or NPZ."""
        return bytes(memoryview(data).cast('B')[:6]) == b'\x93NUMPY' or bytes(data[:2]) == b'PK'

    NUMPY.__module__ = NumpyError.__module__ = 'imagecodecs'
    return {
        'NUMPY': NUMPY,
        'NumpyError': NumpyError,
        'numpy_encode': encode,
        'numpy_decode': decode,
        'numpy_check': check,
        'numpy_version': lambda: f'numpy {numpy.__version__}',
    }


def _jpeg_codec():
    from .imagecodecs import __getattr__ as attribute

    available = attribute('JPEG8').available
    enums = _table.enums('jpeg')
    for members in enums.values():
        members.__module__ = 'imagecodecs'
    error = type('JpegError', (RuntimeError,), {'__module__': 'imagecodecs', '__doc__': 'JPEG codec exceptions.'})
    constants = type(
        'JPEG', (), {'available': available, 'all_precisions': False, 'legacy': True, '__module__': 'imagecodecs', **enums}
    )

    def encode(data, /, level=None, *, out=None, **kwargs):
        """Return JPEG encoded image: see jpeg8_encode."""
        return attribute('jpeg8_encode')(data, level, out=out, **kwargs)

    def decode(data, /, *, header=None, bitspersample=None, out=None, **kwargs):
        """Return decoded JPEG image: see jpeg8_decode. Lossless streams it does not take go to ljpeg_decode."""
        if header is not None:
            data = b''.join((header, data, b'\xff\xd9'))
        try:
            return attribute('jpeg8_decode')(data, out=out, **kwargs)
        except RuntimeError:
            if kwargs.get('tables') is not None or not attribute('LJPEG').available:
                raise
        return attribute('ljpeg_decode')(data, out=out)

    return {
        'JPEG': constants,
        'JpegError': error,
        'jpeg_encode': encode,
        'jpeg_decode': decode,
        'jpeg_check': attribute('jpeg8_check'),
        'jpeg_version': attribute('jpeg8_version'),
    }


# Codecs that are Python.
PYTHON = {'none': _none_codec, 'numpy': _numpy_codec, 'jpeg': _jpeg_codec}
