"""The table: what the functions of each codec are called with.

One row per codec of the build. A row names the codec in the registry of iio, and the parameters of `encode` and
`decode` beside `data` and `out`, in order: `name:kind`, behind `*` by keyword only. Options go to the codec under the
names of imagecodecs; it is built by its id `imagecodecs_<name>` and understands them.

Kinds: `0..9` clamps an integer, `0..1f` a number; `flag` is true or false; `int` an integer; `threads` a number of threads; an
enumeration of the codec by its name; `sampling` and `isal` see there; `any` as it is; `bytes` an array of bytes; `drop` is accepted and has no effect here.
"""

import enum
from dataclasses import dataclass, field
from functools import partial

import numpy

from ._names import ENUMS


@dataclass(frozen=True)
class Row:
    """A codec of the build."""

    codec: str  # name in the registry
    encode: str | None = ''
    decode: str | None = ''
    image: bool = False  # arrays are images: axes of length one around them are dropped
    truncates: bool = False  # an output that is too small is filled, and that is no error
    fixed_encode: dict = field(default_factory=dict)
    fixed_decode: dict = field(default_factory=dict)
    id: str | None = None  # where it is not the name


_JPEG_ENCODE = (
    'level:0..100, *, colorspace:CS, outcolorspace:CS, subsampling:sampling, optimize:flag, smoothing:0..100, '
)
_JPEG_DECODE = '*, tables:any, colorspace:CS, outcolorspace:CS, fancyupsampling:flag, shape:any'
_PNG = (
    'level:-1..9, *, strategy:STRATEGY, filter:FILTER, primaries:COLOR_PRIMARIES, '
    'transfer:TRANSFER_CHARACTERISTICS, matrix:MATRIX_COEFFICIENTS'
)

ROWS = {
    'bitorder': Row('bitorder'),
    'bitshuffle': Row('bitshuffle', '*, itemsize:any, blocksize:any', '*, itemsize:any, blocksize:any'),
    'bmp': Row('bmp', '*, ppm:any', '*, asrgb:bmprgb', image=True),
    'brotli': Row('brotli', 'level:0..11, *, mode:MODE, lgwin:10..24'),
    'byteshuffle': Row(
        'byteshuffle',
        '*, axis:any, dist:any, delta:flag, reorder:flag, item_size:any',
        '*, axis:any, dist:any, delta:flag, reorder:flag, item_size:any',
    ),
    'deflate': Row('zlib', 'level:0..12, *, raw:flag', '*, raw:flag'),
    'delta': Row('delta', '*, axis:any, dist:any', '*, axis:any, dist:any'),
    'float24': Row('float24', '*, byteorder:any, rounding:ROUND', '*, byteorder:any, _shape:any, _dtype:any'),
    'floatpred': Row('floatpred', '*, axis:any, dist:any', '*, axis:any, dist:any'),
    'gif': Row(
        'gif', '*, colormap:bytes', 'index:any, *, asrgb:flag', image=True, fixed_encode={'rgb': False}
    ),
    'gzip': Row('gzip', 'level:0..12'),
    'isal': Row('zlib', 'level:isal, *, raw:flag', '*, raw:flag'),
    'jpeg2k': Row(
        'jpeg2k',
        'level:0..1000f, *, codecformat:CODEC, colorspace:CLRSPC, planar:flag, tile:any, bitspersample:any, '
        'resolutions:1..33, reversible:flag, mct:flag, verbose:drop, numthreads:threads',
        '*, planar:flag, skipres:any, verbose:drop, numthreads:threads',
        image=True,
    ),
    'jpeg8': Row(
        'jpeg8',
        _JPEG_ENCODE + 'lossless:flag, predictor:any, bitspersample:any, validate:flag',
        _JPEG_DECODE,
        image=True,
    ),
    'lz4': Row('lz4', 'level:any, *, hc:flag, header:flag', '*, header:flag'),
    'lz4f': Row(
        'lz4f',
        'level:-1..12, *, blocksizeid:int, blockchecksum:flag, contentchecksum:flag, contentsize:flag',
        truncates=True,
    ),
    'lz4h5': Row('lz4h5', 'level:1..65537, blocksize:any'),
    'lzw': Row('lzw', truncates=True, fixed_decode={'allow_missing_end': True}),
    'mozjpeg': Row(
        'mozjpeg', _JPEG_ENCODE + 'notrellis:flag, quanttable:any, progressive:flag', _JPEG_DECODE, image=True
    ),
    'packbits': Row('packbits', '*, row_len:any'),
    'packints': Row(
        'packints', '*, bitspersample:any, bitorder:any, runlen:any',
        '*, bitspersample:any, bitorder:any, runlen:any, _shape:any, _dtype:any',
    ),
    'png': Row('png', _PNG, image=True),
    'spng': Row('png', 'level:-1..9, *, filter:FILTER', image=True, id='png'),
    'webp': Row(
        'webp',
        'level:-1..100f, *, lossless:flag, method:0..6, numthreads:threads, delay:any',
        'index:any, *, hasalpha:flag',
        image=True,
        fixed_encode={'keep_opaque': False},
    ),
    'xor': Row('xor', '*, axis:any', '*, axis:any'),
    'zlib': Row('zlib', 'level:-1..9'),
    'zlibng': Row('zlib', 'level:-1..9'),
    'zstd': Row('zstd', 'level:0..22, *, numthreads:threads'),
}


def _clamp(low, high, convert, value):
    return min(max(convert(value), low), high)


def _threads(value):
    return min(max(int(value), 0), 32)


def _sampling(value):
    # Factors of the colour differences across and down.
    return value if isinstance(value, str) else 'x'.join(str(int(factor)) for factor in value)


def _isal(value):
    # ISA-L has levels 0 to 3; what it calls 1 is about zlib's 1, and its best about zlib's 4.
    return (0, 1, 3, 6)[_clamp(0, 3, int, value)]


def enum_value(members, value):
    """Return number of enumeration member given by name, number, or member."""
    if isinstance(value, str):
        for member in members.__members__:
            if member.lower() == value.lower():
                return int(members.__members__[member])
        raise KeyError(value)
    if issubclass(members, enum.IntFlag) or members.__name__ in {'COMPRESSION', 'FILTER'}:
        return int(value)
    return int(members(value))


def enums(name):
    """Return enumerations of codec by name."""
    return {
        cls: getattr(enum, kind)(cls, [(k, int(v)) for k, v in (m.split('=') for m in members.split())])
        for cls, (kind, members) in ENUMS.get(name.upper(), {}).items()
    }


def _converter(kind, members):
    if kind == 'any':
        return lambda value: value
    if kind == 'int':
        return int
    if kind == 'drop':
        return lambda value: None
    if kind == 'flag':
        return bool
    if kind == 'threads':
        return _threads
    if kind == 'bytes':
        return lambda value: numpy.ascontiguousarray(value, 'uint8').tobytes()
    if kind == 'bmprgb':
        return lambda value: 'rgb' if value else 'indices'
    if kind == 'sampling':
        return _sampling
    if kind == 'isal':
        return _isal
    if '..' in kind:
        low, high = kind.rstrip('f').split('..')
        convert = float if kind.endswith('f') else int
        return partial(_clamp, convert(low), convert(high), convert)
    return partial(enum_value, members[kind])


def parameters(signature):
    """Return (name, kind, positional) of parameters in signature."""
    result, positional = [], True
    for item in filter(None, (item.strip() for item in signature.split(','))):
        if item == '*':
            positional = False
        else:
            name, _, kind = item.partition(':')
            result.append((name, kind, positional))
    return result


def configure(signature, fixed, members):
    """Return function from arguments to options. It is called once per thread and set of arguments."""
    converters = {name: _converter(kind, members) for name, kind, _ in parameters(signature)}
    # Where the codec has another name for it.
    keys = {name: 'expand' for name, kind, _ in parameters(signature) if kind == 'bmprgb'}

    def options(**given):
        result = dict(fixed)
        for name, value in given.items():
            if value is not None:
                result[keys.get(name, name)] = converters[name](value)
        return result

    return options


def docs(function, signature):
    """Return docstring that begins with a text signature."""
    names, keyword = ['data', '/'], False
    for name, _, positional in parameters(signature):
        if name.startswith('_'):
            continue
        if not positional and not keyword:
            names.append('*')
            keyword = True
        names.append(f'{name}=None')
    if not keyword:
        names.append('*')
    names.append('out=None')
    codec, _, verb = function.rpartition('_')
    if verb == 'check':
        return f'{function}(data, /)\n--\n\nReturn whether data is {codec.upper()} encoded, or None if unknown.'
    what = 'encoded data' if verb == 'encode' else 'decoded data'
    return f'{function}({", ".join(names)})\n--\n\nReturn {codec.upper()} {what}.'
