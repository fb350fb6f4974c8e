"""Codecs for Zarr 2 (numcodecs), with the ids of imagecodecs: `imagecodecs_zstd`.

One class per codec of the build, made from the table: its parameters are those of the functions.

"""

import inspect
import logging

import numpy
from numcodecs.abc import Codec
from numcodecs.registry import get_codec, register_codec

from . import _table
from .imagecodecs import __getattr__ as _attribute

# Parameters of the classes that the functions have not: what bare streams and filters must be told.
_LAYOUT = ('shape', 'dtype')
_FILTERS = {'byteshuffle', 'delta', 'floatpred', 'xor'}
_PLAIN_FILTERS = {'bitorder', 'bitshuffle'}
_REQUIRED = {'packints': ('dtype', 'bitspersample')}
# Functions of `_special` whose parameters are not those of the table.
_PARAMETERS = {
    'byteshuffle': (('axis', 'dist', 'delta', 'reorder'), ('axis', 'dist', 'delta', 'reorder')),
    'float24': (('byteorder', 'rounding'), ('byteorder',)),
    # Chunks have the shape of the indices.
    'gif': (('colormap',), ('index', 'asrgb')),
    'isal': (('level', 'raw', 'gzip'), ('raw',)),
    'packbits': (('axis',), ()),
    'packints': (('dtype', 'bitspersample', 'bitorder', 'runlen'), ()),
}


def parameters(name):
    """Return names of parameters of encode and decode functions."""
    if name in _PARAMETERS:
        return _PARAMETERS[name]
    row = _table.ROWS[name]
    return tuple(
        tuple(parameter for parameter, kind, _ in _table.parameters(signature) if parameter[0] != '_')
        for signature in (row.encode, row.decode)
    )


def protective_squeeze(array, /):
    """Return array without leading axes of length one, of which an image has none; a chunk of one pixel stays one."""
    shape = array.shape
    if len(shape) > 2 and shape[-1] < 5:
        keep = 3
    else:
        keep = 2
    while len(shape) > keep and shape[0] == 1:
        shape = shape[1:]
    return array.reshape(shape)


def plain(value):
    """Return value as JSON has it."""
    if isinstance(value, numpy.dtype) or (isinstance(value, type) and issubclass(value, numpy.generic)):
        return numpy.dtype(value).str
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return list(value) if isinstance(value, tuple) else value


def _flat(out):
    """Return writable view of out as bytes; None for None."""
    return None if out is None else memoryview(out).cast('B')


class _Codec(Codec):
    """Base of the codecs. Parameters are attributes, as numcodecs wants it."""

    _name = ''
    _encode = ()
    _decode = ()

    def __init__(self, *args, **kwargs):
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        self.__dict__.update((key, plain(value)) for key, value in bound.arguments.items())

    def _arguments(self, names):
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    def _call(self, verb, data, out=None):
        names = self._encode if verb == 'encode' else self._decode
        return _attribute(f'{self._name}_{verb}')(data, out=out, **self._arguments(names))


class _BytesCodec(_Codec):
    def encode(self, buf):
        """Return encoded bytes."""
        return self._call('encode', buf)

    def decode(self, buf, out=None):
        """Return decoded bytes."""
        return self._call('decode', buf, _flat(out))


class _FilterCodec(_Codec):
    def encode(self, buf):
        """Return filtered bytes of array."""
        return self._call('encode', self._array(buf)).tobytes()

    def decode(self, buf, out=None):
        """Return array."""
        result = self._call('decode', self._array(buf))
        if out is None:
            return result
        _flat(out)[:] = memoryview(result).cast('B')
        return out

    def _array(self, buf):
        array = numpy.asarray(buf)
        if getattr(self, 'shape', None) is not None:
            array = array.reshape(-1).view(self.dtype).reshape(self.shape)
        return array


class _PlainFilterCodec(_FilterCodec):
    def encode(self, buf):
        return self._call('encode', numpy.asarray(buf)).tobytes()

    def decode(self, buf, out=None):
        result = self._call('decode', bytes(memoryview(buf).cast('B')))
        if out is None:
            return result
        _flat(out)[:] = result
        return out

    def _call(self, verb, data, out=None):
        # Bytes have no item size: both ways are called with them.
        return numpy.frombuffer(super()._call(verb, memoryview(data).cast('B').tobytes()), 'uint8')


class _ImageCodec(_Codec):
    def encode(self, buf):
        """Return encoded image."""
        array = numpy.asarray(buf)
        return self._call('encode', array if self.squeeze is False else protective_squeeze(array))

    def decode(self, buf, out=None):
        """Return image."""
        return self._call('decode', buf, _flat(out))


class _PackintsCodec(_Codec):
    def encode(self, buf):
        """Return packed integers."""
        return _attribute('packints_encode')(
            numpy.asarray(buf), self.bitspersample, **self._arguments(('bitorder', 'runlen'))
        )

    def decode(self, buf, out=None):
        """Return integers."""
        arguments = self._arguments(('bitorder', 'runlen'))
        result = _attribute('packints_decode')(buf, self.dtype, self.bitspersample, **arguments)
        if out is None:
            return result
        target = _flat(out)
        target[:] = memoryview(result).cast('B')[: target.nbytes]
        return out


class Checksum(Codec):
    """CHECKSUM codec for numcodecs: four bytes, the least significant first, in front of the data."""

    codec_id = 'imagecodecs_checksum'

    def __init__(self, *, kind):
        if kind not in {'crc32', 'adler32'}:
            raise ValueError(f'checksum {kind!r} is not in this build of iio, crc32 and adler32 are')
        self.kind = kind

    def _sum(self, data):
        return _attribute(f'zlib_{self.kind}')(data).to_bytes(4, 'little')

    def encode(self, buf):
        """Return checksum and data."""
        data = numpy.ascontiguousarray(buf).tobytes()
        return self._sum(data) + data

    def decode(self, buf, out=None):
        """Return data whose checksum is right."""
        data = memoryview(buf).cast('B')
        if self._sum(data[4:]) != data[:4]:
            raise RuntimeError(f'{self.kind} checksum does not match')
        if out is None:
            return bytes(data[4:])
        _flat(out)[:] = data[4:]
        return out


def _base(name):
    if name == 'packints':
        return _PackintsCodec
    if name in _FILTERS:
        return _FilterCodec
    if name in _PLAIN_FILTERS:
        return _PlainFilterCodec
    row = _table.ROWS.get(name)
    return _ImageCodec if row is None or row.image or name == 'float24' else _BytesCodec


def signature(encode, decode, layout, required=()):
    """Return signature of a class with these parameters."""
    names = dict.fromkeys((*encode, *decode, *layout))
    kind = inspect.Parameter.KEYWORD_ONLY
    defaults = {'runlen': 0, 'axis': -1, 'dist': 1, 'asrgb': False}
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                kind,
                default=inspect.Parameter.empty if name in required else defaults.get(name),
            )
            for name in names
        ]
    )


def _classes():
    rows = {name: parameters(name) for name in _table.ROWS if name != 'jpeg8'}
    rows['jpeg'] = (parameters('jpeg8')[0], ('tables', 'header', *parameters('jpeg8')[1][1:], 'bitspersample'))
    for name, (encode, decode) in rows.items():
        if not _attribute(name.upper()).available:
            continue
        layout = _LAYOUT if name in _FILTERS else ()
        if issubclass(_base(name), _ImageCodec):
            layout = ('squeeze',)
        yield type(
            name.capitalize(),
            (_base(name),),
            {
                'codec_id': f'imagecodecs_{name}',
                '_name': name,
                '_encode': encode,
                '_decode': decode,
                '__signature__': signature(encode, decode, layout, _REQUIRED.get(name, ())),
                '__module__': __name__,
                '__doc__': f'{name.upper()} codec for numcodecs.',
            },
        )


_CODECS = {cls.codec_id: cls for cls in (*_classes(), Checksum)}
globals().update((cls.__name__, cls) for cls in _CODECS.values())


def register_codecs(codecs=None, *, force=False, verbose=True):
    """Register codecs of this module with numcodecs."""
    for name, cls in _CODECS.items():
        if codecs is not None and name not in codecs:
            continue
        try:
            known = get_codec({'id': name, **dict.fromkeys(_REQUIRED.get(name[12:], ()), 8)})
        except (ValueError, TypeError):  # TypeError: known, but it must be told more
            known = None
        if known is not None:
            if not force:
                if verbose:
                    logging.getLogger(__name__).warning('numcodec %r already registered', name)
                continue
            if verbose:
                logging.getLogger(__name__).warning('replacing registered numcodec %r', name)
        register_codec(cls)
