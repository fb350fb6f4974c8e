"""Writes what the reference decoders make of the corpus: one line per image, tab separated.

usage: copy or bind the corpus to /data/corpus of suites/reference-python, then
       reference-python /data/reference.py /data/corpus > reference.tsv

Columns: path, decoder, index, dtype, shape, crc32 of the samples (little-endian, C order); a decoder that refuses
the file gives `error` and its message. TIFF: tifffile, all pages and SubIFDs in file order, raw samples. PNG and
JPEG 2000: imagecodecs. netpbm: netpbmfile, for PBM and PFM Pillow.
"""
import itertools, os, sys, zlib
import numpy

def tiff(path):
    import tifffile
    with tifffile.TiffFile(path) as tif:
        for page in tif.pages:
            yield page.asarray()
            if page.subifds:
                for sub in page.pages:
                    yield sub.asarray()

def png(path):
    import imagecodecs
    yield imagecodecs.png_decode(open(path, 'rb').read())

def jpeg2k(path):
    import imagecodecs
    yield imagecodecs.jpeg2k_decode(open(path, 'rb').read())

def netpbm(path):
    if os.path.splitext(path)[1].lower() in ('.pbm', '.pfm'):
        # netpbmfile keeps black as 1 and the last row first.
        from PIL import Image
        yield numpy.asarray(Image.open(path))
        return
    import netpbmfile
    with netpbmfile.NetpbmFile(path) as file:
        yield file.asarray()

def decoder(path):
    head = open(path, 'rb').read(16)
    extension = os.path.splitext(path)[1].lower()
    if head[:4] in (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+') or extension in ('.tif', '.tiff', '.svs'):
        return tiff
    if head[:8] == b'\x89PNG\r\n\x1a\n' or extension == '.png':
        return png
    if head[4:8] == b'jP  ' or head[:4] == b'\xff\x4f\xff\x51' or extension in ('.jp2', '.j2k', '.j2c', '.jph', '.jpc'):
        return jpeg2k
    if (head[:1] == b'P' and head[1:2] in b'1234567fF' and head[2:3].isspace()) or extension in ('.pbm', '.pgm', '.ppm', '.pnm', '.pam', '.pfm'):
        return netpbm

root = sys.argv[1]
for folder, folders, files in sorted(os.walk(root)):
    for name in sorted(files):
        path = os.path.join(folder, name)
        decode = decoder(path)
        if decode is None:
            continue
        row = [os.path.relpath(path, root), decode.__name__]
        index = 0
        try:
            # A chain of directories that never ends would run for ever.
            for index, array in enumerate(itertools.islice(decode(path), 2000)):
                array = numpy.ascontiguousarray(array)
                if array.dtype == bool:  # Pillow's True has any bits
                    array = array.view('u1') != 0
                array = array.astype(array.dtype.newbyteorder('<'))
                shape = 'x'.join(map(str, array.shape))
                print(*row, index, array.dtype.name, shape, f'{zlib.crc32(array.tobytes()):08x}', sep='\t', flush=True)
        except BaseException as error:
            message = f'{type(error).__name__}: {error}'.replace('\t', ' ').replace('\n', ' ')[:160]
            print(*row, index, 'error', message, sep='\t', flush=True)
