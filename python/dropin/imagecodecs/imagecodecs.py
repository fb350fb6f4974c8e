"""The loader: attributes of the package are made when they are first asked for."""

import importlib.machinery
import mmap
import os
import sys
import types

from pyiio import _core

from . import _names, _table

__version__ = '2026.10.10'


class DelayedImportError(ImportError):
    """A codec that is not in this build was used."""

    def __init__(self, name):
        super().__init__(f"could not import name {name!r} from 'imagecodecs': the codec is not in this build of iio")


DelayedImportError.__module__ = 'imagecodecs'

# Attribute -> codec that brings it.
_ATTRIBUTES = {}
# Codec -> extension module.
_MODULE_OF = {codec: module for module, codecs in _names.MODULES.items() for codec in codecs}
_BUILT = set(_core.codecs())
_EXTRA = ('version', 'imread', 'imwrite', 'imagefileext', 'cython_version', 'numpy_abi_version', 'imcd_version')


def _add_codec(name, functions=(), /):
    """Register names of a codec: NAME, name_encode, name_decode, name_check, name_version, NameError."""
    names = [name.upper(), *(f'{name}_{verb}' for verb in ('encode', 'decode', 'check', 'version')), _error(name)]
    for attribute in (*names, *functions):
        _ATTRIBUTES[attribute] = name


def _error(name):
    return name.capitalize() + 'Error'


for _codec in sorted((*_MODULE_OF, *_names.PYTHON)):
    _add_codec(_codec)
for _module, _functions in _names.FUNCTIONS.items():
    for _function in _functions:
        if _function not in _EXTRA:
            _ATTRIBUTES[_function] = _function.partition('_')[0]
_ATTRIBUTES['ccitt_version'] = 'ccittrle'
_ATTRIBUTES['cms_check'] = 'cms'

__all__ = sorted({'__version__', 'DelayedImportError', *_EXTRA, *_ATTRIBUTES})


def _codecs():
    """Return names of all codecs."""
    return sorted(name.upper() for name in (*_MODULE_OF, *_names.PYTHON))


def _extensions():
    """Return names of extension modules."""
    return sorted([*_names.MODULES, '_shared'])


def _imcodecs():
    """Return image codecs by file extension, in the order in which they are tried."""
    return {
        'jpeg2k': ('j2k', 'jp2', 'j2c', 'jpc', 'jpx', 'jpf', 'jpg2'),
        'png': ('png',),
        'jpeg8': ('jpg', 'jpeg', 'jpe', 'jfif', 'jfi', 'jif'),
        'webp': ('webp', 'webm'),
        'gif': ('gif',),
        'bmp': ('bmp', 'dip', 'rle'),
        'numpy': ('npy', 'npz'),
        'apng': ('apng',),
        'avif': ('avif', 'avifs'),
        'b2nd': ('b2nd',),
        'brunsli': ('brn',),
        'dds': ('dds',),
        'exr': ('exr',),
        'heif': ('heif', 'heic', 'heifs', 'heics', 'hif'),
        'htj2k': ('jph', 'jhc', 'htj2k'),
        'jpegls': ('jls',),
        'jpegxl': ('jxl',),
        'jpegxr': ('jxr', 'hdp', 'wdp'),
        'jpegxs': ('jxs',),
        'lerc': ('lerc1', 'lerc2'),
        'ljpeg': ('ljp', 'ljpg', 'ljpeg'),
        'pcx': ('pcx', 'dcx'),
        'qoi': ('qoi',),
        'rgbe': ('hdr', 'rgbe', 'pic'),
        'tga': ('tga',),
        'tiff': ('tif', 'tiff', 'ptif', 'ptiff', 'tf8', 'tf2', 'btf'),
        'ultrahdr': ('uhdr', 'jpr'),
        'wavpack': ('wv',),
        'zfp': ('zfp',),
    }


def imagefileext():
    """Return list of image file extensions handled by imread and imwrite."""
    return [extension for extensions in _imcodecs().values() for extension in extensions]


def version(astype=None, /):
    """Return version information about all codecs and dependencies as str, tuple, or dict."""
    versions = [f'imagecodecs-{__version__}', 'cython-n/a']
    versions += [f'{name}-{row["backend"] or "iio"}' for name, row in _core.codecs().items()]
    if astype is str or astype is None:
        return ', '.join(versions)
    if astype is dict:
        return dict(item.rsplit('-', 1) if item.startswith(('imagecodecs', 'cython')) else item.split('-', 1)
                    for item in versions)
    return tuple(versions)


def cython_version():
    """Return Cython version string: there is none."""
    return 'cython n/a'


def numpy_abi_version():
    """Return NumPy ABI version string: buffers are used, not the ABI."""
    return 'numpy_abi n/a'


def imcd_version():
    """Return imcd library version string."""
    return 'imcd n/a (iio)'


class _Stub:
    """Codec constants that are missing."""

    available = False

    def __init__(self, name):
        self._name = name

    def __getattr__(self, name):
        raise DelayedImportError(self._name)

    def __bool__(self):
        return False


def _stub(name, attribute):
    """Return what stands for an attribute of a codec that is not in the build."""

    def missing(*args, **kwargs):
        raise DelayedImportError(name)

    if attribute == name.upper():
        return _Stub(name)
    if attribute.endswith('_check'):
        missing = lambda data: False  # noqa: E731
    elif attribute.endswith('_version'):
        missing = lambda: f'{name} n/a'  # noqa: E731
    missing.__name__ = missing.__qualname__ = attribute
    missing.__module__ = 'imagecodecs'
    return missing


def _make(name):
    """Return attributes of a codec that is in the build, by name."""
    row = _table.ROWS[name]
    enums = _table.enums(name)
    base = __getattr__('ImcdError') if _MODULE_OF.get(name) == '_imcd' else RuntimeError
    error = type(_error(name), (base,), {'__module__': 'imagecodecs', '__doc__': f'{name.upper()} codec exceptions.'})
    argument_error = type(_error(name), (error, ValueError), {'__module__': 'imagecodecs'})
    constants = {'available': True, '__module__': 'imagecodecs', '__doc__': f'{name.upper()} codec constants.'}
    result = {name.upper(): type(name.upper(), (), {**constants, **enums}), _error(name): error}
    for members in enums.values():
        members.__module__ = 'imagecodecs'
    from . import _special

    for verb, signature, fixed in (
        ('encode', row.encode, row.fixed_encode),
        ('decode', row.decode, row.fixed_decode),
        ('check', '', {}),
    ):
        function = f'{name}_{verb}'
        parameters = _table.parameters(signature)
        result[function] = _core.function(
            function,
            row.codec,
            verb,
            [(parameter, positional) for parameter, _, positional in parameters],
            module='imagecodecs',
            codec_id=f'imagecodecs_{row.id or name}',
            doc=_table.docs(function, signature),
            error=error,
            argument_error=argument_error,
            configure=_table.configure(signature, fixed, enums) if parameters or fixed else None,
            fallback=_special.fallback(name, verb, result),
            truncates=row.truncates,
            image=row.image,
        )
    backend = _core.codecs()[row.codec]['backend'] or 'iio'
    result[f'{name}_version'] = _named(lambda: f'{name} {backend.rpartition(" ")[2]}', f'{name}_version')
    for attribute, function in _special.special(name, result).items():
        result[attribute] = function if isinstance(function, type) else _named(function, attribute)
    return result


def _named(function, name):
    if isinstance(function, types.FunctionType):
        function.__name__ = function.__qualname__ = name
        function.__module__ = 'imagecodecs'
    return function


_LOADED = {}


def _load(name):
    """Return attributes of a codec, by name; None if it is not in the build."""
    if name not in _LOADED:
        from . import _special

        if name in _special.PYTHON:
            _LOADED[name] = {key: _named(value, key) for key, value in _special.PYTHON[name]().items()}
        elif name in _table.ROWS and _table.ROWS[name].codec in _BUILT:
            _LOADED[name] = _make(name)
        else:
            _LOADED[name] = None
    return _LOADED[name]


class _ImcdError(RuntimeError):
    """IMCD codec exceptions."""


_ImcdError.__module__ = 'imagecodecs'
_ImcdError.__name__ = _ImcdError.__qualname__ = 'ImcdError'


def __getattr__(name):
    """Return attribute of a codec, loading the codec."""
    if name == 'ImcdError':
        return _ImcdError
    if name in _EXTRA:
        return globals()[name]
    codec = _ATTRIBUTES.get(name)
    if codec is None:
        raise AttributeError(f"module 'imagecodecs' has no attribute {name!r}")
    found = _load(codec)
    value = _stub(codec, name) if found is None or name not in found else found[name]
    if found is not None:
        # Found at once the next time.
        setattr(sys.modules[__name__], name, value)
        setattr(sys.modules['imagecodecs'], name, value)
    return value


def __dir__():
    """Return names of all attributes."""
    return __all__


class _Finder:
    """Makes the modules that are extensions in imagecodecs: `imagecodecs._zstd`."""

    @staticmethod
    def find_spec(fullname, path=None, target=None):
        package, _, name = fullname.rpartition('.')
        codecs = _names.MODULES.get(name) if package == 'imagecodecs' else None
        if not codecs or all(_load(codec) is None for codec in codecs):
            return None
        return importlib.machinery.ModuleSpec(fullname, _Finder)

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        name = module.__name__.rpartition('.')[2]
        for codec in _names.MODULES[name]:
            module.__dict__.update(_load(codec) or {})


sys.meta_path.append(_Finder)


def imread(fileobj, /, codec=None, *, memmap=True, return_codec=False, **kwargs):
    """Return image array from file, bytes, or stream.

    Without codec, that of the file extension is tried first, then every other one whose check does not say no.
    """
    name = fileobj if isinstance(fileobj, (str, os.PathLike)) else getattr(fileobj, 'name', None)
    codecs = _read_codecs(codec, name)
    data = _read(fileobj, memmap)
    errors = []
    for decode in codecs:
        function = decode.__name__.rpartition('_')[0]
        if codec is None and __getattr__(f'{function}_check')(data) is False:
            continue
        arguments = dict(kwargs)
        if 'numthreads' in arguments and not function.startswith(('avif', 'jpeg2k', 'jpegxl', 'zfp')):
            del arguments['numthreads']
        try:
            image = decode(data, **arguments)
        except Exception as error:  # noqa: BLE001, all is told below
            errors.append(f'{decode.__name__}: {error}')
            continue
        return (image, decode) if return_codec else image
    reasons = '\n'.join(errors) or 'no codec takes it'
    raise ValueError(f'failed to decode {name or "data"}:\n{reasons}')


def _read_codecs(codec, name):
    if codec is None:
        order = _imcodecs()
        extension = _extension(name)
        first = [codec for codec, extensions in order.items() if extension in extensions]
        names = [*first, *(name for name in order if name not in first)]
        return [__getattr__(f'{name}_decode') for name in names if __getattr__(name.upper()).available]
    result = []
    for item in codec if isinstance(codec, (list, tuple)) else [codec]:
        if isinstance(item, str):
            item = {'jpeg': 'jpeg8'}.get(item.lower(), item.lower())
            if item.upper() not in _codecs() or not __getattr__(item.upper()).available:
                raise ValueError(f'codec {item!r} is not available')
            item = __getattr__(f'{item}_decode')
        result.append(item)
    return result


def _extension(name):
    return os.path.splitext(os.fspath(name))[1][1:].lower() if isinstance(name, (str, os.PathLike)) else ''


def _read(fileobj, memmap):
    if isinstance(fileobj, (str, os.PathLike)):
        with open(fileobj, 'rb') as fh:
            if memmap and os.fstat(fh.fileno()).st_size > 0:
                return mmap.mmap(fh.fileno(), 0, access=mmap.ACCESS_READ)
            return fh.read()
    if hasattr(fileobj, 'read') and not isinstance(fileobj, mmap.mmap):
        return fileobj.read()
    return fileobj


def imwrite(fileobj, data, /, codec=None, **kwargs):
    """Write image array to file or stream."""
    if codec is None:
        extension = _extension(fileobj if isinstance(fileobj, (str, os.PathLike)) else None)
        names = [name for name, extensions in _imcodecs().items() if extension in extensions]
        if not names:
            raise ValueError(f'no codec for file extension {extension!r}')
        codec = names[0]
    if isinstance(codec, str):
        codec = {'jpeg': 'jpeg8'}.get(codec.lower(), codec.lower())
        if codec.upper() not in _codecs() or not __getattr__(codec.upper()).available:
            raise ValueError(f'codec {codec!r} is not available')
        codec = __getattr__(f'{codec}_encode')
    encoded = codec(data, **kwargs)
    if isinstance(fileobj, (str, os.PathLike)):
        with open(fileobj, 'wb') as fh:
            fh.write(encoded)
    else:
        fileobj.write(encoded)
