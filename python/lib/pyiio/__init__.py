"""Image codecs and image I/O for science, in Rust.

The functions follow imageio's version 3: `imread`, `imwrite`, `imiter`, `improps`, `immeta`, and `imopen` for files that
are read in parts: `imopen('slide.tif').read(0, level=2, region=(0, 0, 512, 512))` reads its own chunks and nothing
else. Arrays are those of NumPy; the GIL is released while files are read, decoded, encoded and written.

Faults of a file raise `RuntimeError` (with attributes `kind` and `offset`), wrong arguments `ValueError`, the system's
`OSError`.

"""

import os
from dataclasses import dataclass

import numpy

from ._core import ImageFile, clear_cache, codecs, formats, set_limits
from . import _core

__version__ = '0.1.0'

__all__ = [
    'ImageFile',
    'ImageProperties',
    'clear_cache',
    'codecs',
    'formats',
    'imiter',
    'immeta',
    'imopen',
    'improps',
    'imread',
    'imwrite',
    'set_limits',
]


@dataclass(frozen=True)
class ImageProperties:
    """What `imread` of the same arguments gives, and more of the image than its pixels."""

    shape: tuple
    dtype: numpy.dtype
    n_images: int | None = None
    is_batch: bool = False
    spacing: tuple | None = None
    axes: str = ''
    bits: int = 0
    colour: str = ''
    compression: str = ''
    levels: tuple = ()


def imopen(uri, io_mode='r', *, plugin=None, extension=None, format_hint=None, **options):
    """Return open file: a path, URI, bytes or a stream. `plugin` names the format; else its content tells.

    Files are opened to be read. `extension` and `format_hint` are taken as imageio has them: the content decides.
    """
    if 'r' not in io_mode:
        raise ValueError(f"io_mode must be 'r', got {io_mode!r}: imwrite writes")
    return _core.imopen(_source(uri), format=_format(plugin), **options)


def imread(uri, *, index=None, plugin=None, extension=None, format_hint=None, level=0, region=None, **options):
    """Return image as array.

    By default, what makes one array in the format: the first image, or the stack of the pages of a TIFF. An `index` takes
    one image, `...` all of them as a stack. `level` is a resolution level, `region` is `(top, left, height, width)`.
    """
    with_file = imopen(uri, plugin=plugin, extension=extension, format_hint=format_hint, **options)
    if index is Ellipsis:
        return numpy.stack([with_file.read(i, level=level, region=region) for i in range(with_file.n_images)])
    return with_file.read(_index(with_file, index), level=level, region=region)


def imiter(uri, *, plugin=None, extension=None, format_hint=None, **options):
    """Yield images of file as arrays, one at a time."""
    with_file = imopen(uri, plugin=plugin, extension=extension, format_hint=format_hint, **options)
    for index in range(with_file.n_images):
        yield with_file.read(index)


def improps(uri, *, index=None, plugin=None, extension=None, format_hint=None, **options):
    """Return properties of image, without decoding it; `index=...` describes the stack of all images."""
    with_file = imopen(uri, plugin=plugin, extension=extension, format_hint=format_hint, **options)
    batch = index is Ellipsis
    first = 0 if batch or index is None else _index(with_file, index)
    found = with_file.properties(first)
    n_images = with_file.n_images
    return ImageProperties(
        shape=(n_images, *found['shape']) if batch else found['shape'],
        dtype=found['dtype'],
        n_images=n_images if batch else None,
        is_batch=batch,
        spacing=with_file.metadata(first).get('spacing'),
        axes=found['axes'],
        bits=found['bits'],
        colour=found['colour'],
        compression=found['compression'],
        levels=tuple(level['shape'] for level in found['levels']),
    )


def immeta(uri, *, index=None, plugin=None, extension=None, format_hint=None, exclude_applied=True, **options):
    """Return metadata of image (by default the first) as dict; `index=...` returns that of the file."""
    with_file = imopen(uri, plugin=plugin, extension=extension, format_hint=format_hint, **options)
    return with_file.metadata(None if index is Ellipsis else _index(with_file, index) or 0)


def imwrite(uri, image, *, plugin=None, extension=None, format_hint=None, **options):
    """Write image, or list of images, to path or stream; return encoded bytes if uri is '<bytes>'.

    `plugin` names the format, else the extension does. `options` go to the format and its codec.
    """
    images = list(image) if isinstance(image, (list, tuple)) else [image]
    name = _format(plugin)
    if name is None and (extension or format_hint):
        name = _format_of(extension or format_hint)
    if uri == '<bytes>' or hasattr(uri, 'write'):
        encoded = _core.imwrite('<bytes>', images, format=name, **options)
        return encoded if uri == '<bytes>' else uri.write(encoded) and None
    return _core.imwrite(uri, images, format=name, **options)


def _source(uri):
    return uri.read() if hasattr(uri, 'read') and not isinstance(uri, (str, os.PathLike)) else uri


def _index(with_file, index):
    return index + with_file.n_images if index is not None and index < 0 else index


def _format(plugin):
    return plugin.lower() if isinstance(plugin, str) else plugin


def _format_of(extension):
    extension = extension.lower().lstrip('.')
    for row in formats():
        if row['writes'] and extension in row['extensions']:
            return row['name']
    raise ValueError(f'no format writes .{extension} files')
