"""Codecs in pure Python and NumPy, and the third-party modules that tests compare with: None where they are missing."""

import importlib

import numpy

__version__ = '2026.10.10'


def _optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


bitshuffle = _optional('bitshuffle')
blosc = _optional('blosc')
blosc2 = _optional('blosc2')
brotli = _optional('brotli')
bz2 = _optional('bz2')
lz4 = _optional('lz4')
if lz4 is not None:
    _optional('lz4.block')
    _optional('lz4.frame')
lzf = _optional('lzf')
lzfse = _optional('liblzfse')
lzma = _optional('lzma')
snappy = _optional('snappy')
tifffile = _optional('tifffile')
zlib = _optional('zlib')
zopfli = _optional('zopfli')
if zopfli is not None and not hasattr(zopfli, 'ZOPFLI_FORMAT_ZLIB'):
    zopfli = None
zstd = _optional('zstd')


def version(astype=None, /):
    """Return version information about this module."""
    return f'imagecodecs.py {__version__}' if astype is None else astype([f'imagecodecs.py-{__version__}'])


def _along(function, data, axis, dtype=None):
    if isinstance(data, (bytes, bytearray, memoryview)):
        return function(numpy.frombuffer(data, 'uint8'), 0).tobytes()
    return function(numpy.asarray(data), axis)


def delta_encode(data, /, axis=-1, out=None):
    """Return differences of neighbours along axis; floats are differenced as integers."""

    def encode(array, axis):
        words = array.view(f'{array.dtype.byteorder}i{array.itemsize}') if array.dtype.kind == 'f' else array
        words = words.astype(words.dtype.newbyteorder('='))
        first = numpy.take(words, [0], axis=axis)
        result = numpy.concatenate([first, numpy.diff(words, axis=axis)], axis=axis)
        if array.dtype.kind == 'f':
            return result.astype(f'{array.dtype.byteorder}i{array.itemsize}').view(array.dtype)
        return result.astype(array.dtype)

    return _along(encode, data, axis)


def delta_decode(data, /, axis=-1, out=None):
    """Return sums along axis."""

    def decode(array, axis):
        words = array.view(f'{array.dtype.byteorder}i{array.itemsize}') if array.dtype.kind == 'f' else array
        result = numpy.cumsum(words, axis=axis, dtype=words.dtype.newbyteorder('='))
        if array.dtype.kind == 'f':
            return result.astype(f'{array.dtype.byteorder}i{array.itemsize}').view(array.dtype)
        return result.astype(array.dtype)

    return _along(decode, data, axis)


def xor_encode(data, /, axis=-1, out=None):
    """Return XOR of neighbours along axis."""

    def encode(array, axis):
        words = array.view(f'u{array.itemsize}')
        words = numpy.moveaxis(words.copy(), axis, -1)
        words[..., 1:] = words[..., 1:] ^ words[..., :-1].copy()
        return numpy.ascontiguousarray(numpy.moveaxis(words, -1, axis)).view(array.dtype)

    return _along(encode, data, axis)


def xor_decode(data, /, axis=-1, out=None):
    """Return running XOR along axis."""

    def decode(array, axis):
        words = numpy.ascontiguousarray(array).view(f'u{array.itemsize}')
        return numpy.bitwise_xor.accumulate(words, axis=axis).view(array.dtype)

    return _along(decode, data, axis)


def packbits_decode(data, /, out=None):
    """Return decoded PackBits data."""
    result, index, size = [], 0, len(data)
    while index < size:
        n = data[index]
        index += 1
        if n < 128:
            result.append(bytes(data[index : index + n + 1]))
            index += n + 1
        elif n > 128:
            result.append(bytes(data[index : index + 1]) * (257 - n))
            index += 1
    return b''.join(result)
