"""Image transformation, compression, and decompression codecs: a drop-in for imagecodecs, on the codecs of iio.

The interface is that of imagecodecs, by Christoph Gohlke; the code is not. Functions are builtins of `pyiio._core`, made
when they are first used. Codecs that are not in this build are stubs: `imagecodecs.AVIF.available` is false, and their
functions raise `DelayedImportError`.

:Version: 2026.10.10

"""

from .imagecodecs import (
    DelayedImportError,
    __all__,
    __dir__,
    __getattr__,
    __version__,
    imagefileext,
    imread,
    imwrite,
    version,
)
