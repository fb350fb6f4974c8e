"""Codecs for Zarr 3, with the names of imagecodecs: `imagecodecs_zstd`.

Filters that keep the dtype are array to array codecs, images and what else knows about arrays array to bytes codecs
(serializers), the rest bytes to bytes codecs (compressors).

"""

import asyncio

import numpy
from zarr.abc.codec import ArrayArrayCodec, ArrayBytesCodec, BytesBytesCodec
from zarr.registry import register_codec

from . import _table
from .imagecodecs import __getattr__ as _attribute
from .numcodecs import parameters, plain, protective_squeeze

_ARRAY_ARRAY = {'bitorder', 'delta', 'xor'}
_REQUIRED = {'checksum': ('kind',), 'packints': ('bitspersample',)}
_ARRAY_BYTES = {'bitshuffle', 'byteshuffle', 'float24', 'floatpred', 'jpeg', 'packints'}


class _Codec:
    """Base of the codecs: a name, and parameters that are JSON."""

    is_fixed_size = False
    _name = ''
    _encode = ()
    _decode = ()

    def __init__(self, *args, **kwargs):
        bound = self.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        object.__setattr__(self, 'arguments', {key: plain(value) for key, value in bound.arguments.items()})

    @classmethod
    def from_dict(cls, data):
        """Return codec from metadata."""
        return cls(**data.get('configuration', {}))

    def to_dict(self):
        """Return metadata of codec."""
        configuration = {key: value for key, value in self.arguments.items() if value is not None}
        return {'name': f'imagecodecs_{self._name}', 'configuration': configuration}

    def compute_encoded_size(self, input_byte_length, _chunk_spec):
        """Return size of encoded bytes: filters keep it, for the others it is not known."""
        if self._name in _ARRAY_ARRAY:
            return input_byte_length
        raise NotImplementedError

    def __eq__(self, other):
        return type(self) is type(other) and self.arguments == other.arguments

    def __hash__(self):
        return hash((type(self), repr(self.arguments)))

    def __repr__(self):
        arguments = ', '.join(f'{key}={value!r}' for key, value in self.arguments.items() if value is not None)
        return f'{type(self).__name__}({arguments})'

    def _call(self, verb, data):
        names = self._encode if verb == 'encode' else self._decode
        arguments = {name: self.arguments[name] for name in names if self.arguments[name] is not None}
        return _attribute(f'{self._name}_{verb}')(data, **arguments)

    async def _decode_single(self, chunk_data, chunk_spec):
        return await asyncio.to_thread(self._decode_sync, chunk_data, chunk_spec)

    async def _encode_single(self, chunk_data, chunk_spec):
        return await asyncio.to_thread(self._encode_sync, chunk_data, chunk_spec)


class _BytesBytes(_Codec, BytesBytesCodec):
    def _decode_sync(self, chunk_data, chunk_spec):
        return chunk_spec.prototype.buffer.from_bytes(self._call('decode', chunk_data.as_numpy_array()))

    def _encode_sync(self, chunk_data, chunk_spec):
        return chunk_spec.prototype.buffer.from_bytes(self._call('encode', chunk_data.as_numpy_array()))


class _Checksum(_BytesBytes):
    def _call(self, verb, data):
        from .numcodecs import Checksum

        return getattr(Checksum(kind=self.arguments['kind']), verb)(data)


class _ArrayArray(_Codec, ArrayArrayCodec):
    def _decode_sync(self, chunk_data, chunk_spec):
        array = self._call('decode', chunk_data.as_numpy_array())
        return chunk_spec.prototype.nd_buffer.from_ndarray_like(array.reshape(chunk_spec.shape))

    def _encode_sync(self, chunk_data, chunk_spec):
        return chunk_spec.prototype.nd_buffer.from_ndarray_like(self._call('encode', chunk_data.as_numpy_array()))


class _ArrayBytes(_Codec, ArrayBytesCodec):
    """An array to bytes codec. What it decodes to has the bytes of the chunk, if not its shape."""

    def _decode_sync(self, chunk_data, chunk_spec):
        dtype = chunk_spec.dtype.to_native_dtype()
        array = self._unpack(chunk_data.as_numpy_array(), chunk_spec.shape, dtype)
        array = numpy.frombuffer(array, dtype) if isinstance(array, (bytes, bytearray, memoryview)) else array
        return chunk_spec.prototype.nd_buffer.from_ndarray_like(array.reshape(-1).view(dtype).reshape(chunk_spec.shape))

    def _encode_sync(self, chunk_data, chunk_spec):
        encoded = self._pack(numpy.ascontiguousarray(chunk_data.as_numpy_array()))
        encoded = encoded.tobytes() if isinstance(encoded, numpy.ndarray) else encoded
        return chunk_spec.prototype.buffer.from_bytes(encoded)

    def _pack(self, array):
        return self._call('encode', protective_squeeze(array))

    def _unpack(self, data, shape, dtype):
        return self._call('decode', data)


class _Filter(_ArrayBytes):
    def _pack(self, array):
        return self._call('encode', array)

    def _unpack(self, data, shape, dtype):
        return self._call('decode', data.view(dtype).reshape(shape))


class _Bitshuffle(_ArrayBytes):
    # The parameter counts for bytes; arrays bring the size of their items.
    def _pack(self, array):
        return self._call('encode', array)

    def _unpack(self, data, shape, dtype):
        return self._call('decode', data.view(dtype).reshape(shape))


class _Packints(_ArrayBytes):
    def _options(self):
        return {name: self.arguments[name] for name in ('bitorder', 'runlen') if self.arguments[name] is not None}

    def _pack(self, array):
        return _attribute('packints_encode')(array, self.arguments['bitspersample'], **self._options())

    def _unpack(self, data, shape, dtype):
        bits = self.arguments['bitspersample']
        return _attribute('packints_decode')(data, dtype, bits, **self._options())[: int(numpy.prod(shape))]


def _base(name):
    if name in _ARRAY_ARRAY:
        return _ArrayArray
    if name == 'packints':
        return _Packints
    if name == 'checksum':
        return _Checksum
    if name == 'bitshuffle':
        return _Bitshuffle
    if name in {'byteshuffle', 'floatpred'}:
        return _Filter
    row = _table.ROWS.get(name)
    return _ArrayBytes if name in _ARRAY_BYTES or (row is not None and row.image) else _BytesBytes


def _classes():
    from .numcodecs import signature

    rows = {name: parameters(name) for name in _table.ROWS if name != 'jpeg8'}
    rows['jpeg'] = (parameters('jpeg8')[0], ('tables', 'header', *parameters('jpeg8')[1][1:], 'bitspersample'))
    rows['checksum'] = (('kind',), ())
    rows['packints'] = (('bitspersample', 'bitorder', 'runlen'), ())
    for name, (encode, decode) in rows.items():
        if name != 'checksum' and not _attribute(name.upper()).available:
            continue
        yield type(
            name.capitalize(),
            (_base(name),),
            {
                '_name': name,
                '_encode': encode,
                '_decode': decode,
                '__signature__': signature(encode, decode, (), _REQUIRED.get(name, ())),
                '__module__': __name__,
                '__doc__': f'{name.upper()} codec for Zarr 3.',
            },
        )


_CODECS = {f'imagecodecs_{cls._name}': cls for cls in _classes()}
globals().update((cls.__name__, cls) for cls in _CODECS.values())


def register_codecs(codecs=None, *, force=False, verbose=True):
    """Register codecs of this module with zarr."""
    for name, cls in _CODECS.items():
        if codecs is None or name in codecs:
            register_codec(name, cls)
