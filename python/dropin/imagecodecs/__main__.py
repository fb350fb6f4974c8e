"""`python -m imagecodecs FILE ...`: says what is in image files."""

import sys

from .imagecodecs import imread


def main(argv=None):
    """Decode files and print their shapes and dtypes."""
    files = sys.argv[1:] if argv is None else argv
    if not files:
        print('usage: python -m imagecodecs FILE ...')
        return 2
    failed = 0
    for name in files:
        try:
            image, codec = imread(name, return_codec=True, numthreads=0)
            print(f'{name}: {codec.__name__} {image.shape} {image.dtype}')
        except (ValueError, OSError) as error:
            failed = 1
            print(f'{name}: {error}', file=sys.stderr)
    return failed


if __name__ == '__main__':
    sys.exit(main())
