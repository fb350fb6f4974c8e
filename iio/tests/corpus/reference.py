"""Writes what the reference decoders make of the corpus: one line per image, tab separated.

usage: copy or bind the corpus to /data/corpus of suites/reference-python, then
       reference-python /data/reference.py /data/corpus > reference.tsv

Columns: path, decoder, index, dtype, shape, crc32 of the samples (little-endian, C order); a decoder that refuses
the file gives `error` and its message. TIFF: tifffile, all pages and SubIFDs in file order, raw samples. PNG, JPEG
and JPEG 2000: imagecodecs, each image of an MPO by itself. BMP: Pillow, then imagecodecs. GIF: imagecodecs, then Pillow, each frame. WebP: imagecodecs, each frame. netpbm: netpbmfile,
for PBM and PFM Pillow.
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

def jpeg(path):
    import imagecodecs
    from PIL import Image
    data = open(path, 'rb').read()
    yield imagecodecs.jpeg_decode(data)
    try:
        image = Image.open(path)
        entries, offsets = image.mpinfo[0xB002], image._MpoImageFile__mpoffsets
    except Exception:
        return
    for entry, offset in list(zip(entries, offsets))[1:]:
        yield imagecodecs.jpeg_decode(data[offset:offset + entry['Size']])

def webp(path):
    import imagecodecs
    frames = imagecodecs.webp_decode(open(path, 'rb').read())
    yield from frames if frames.ndim == 4 else [frames]

def netpbm(path):
    if os.path.splitext(path)[1].lower() in ('.pbm', '.pfm'):
        # netpbmfile keeps black as 1 and the last row first.
        from PIL import Image
        yield numpy.asarray(Image.open(path))
        return
    import netpbmfile
    with netpbmfile.NetpbmFile(path) as file:
        yield file.asarray()

def bmp(path):
    """Pillow, with gray palettes as one sample; where it refuses, imagecodecs (which gives RGB for these)."""
    from PIL import Image
    try:
        image = Image.open(path)
        if image.mode == '1':
            yield numpy.asarray(image).astype('u1') * 255
        elif image.mode == 'P':
            array = numpy.asarray(image.convert('RGB'))
            palette = numpy.array(image.getpalette('RGB')).reshape(-1, 3)
            yield array[..., 0] if (palette == palette[:, :1]).all() else array
        else:
            yield numpy.asarray(image)
    except OSError:
        import imagecodecs
        yield imagecodecs.bmp_decode(open(path, 'rb').read())

def gif(path):
    """imagecodecs, which composites; where it refuses, Pillow."""
    import imagecodecs
    from PIL import Image, ImageSequence
    try:
        array = imagecodecs.gif_decode(open(path, 'rb').read())
        yield from array if array.ndim == 4 else [array]
    except Exception:
        frames = [frame.convert('RGBA') for frame in ImageSequence.Iterator(Image.open(path))]
        arrays = numpy.stack([numpy.asarray(frame) for frame in frames])
        yield from arrays if (arrays[..., 3] < 255).any() else arrays[..., :3]

def decoder(path):
    head = open(path, 'rb').read(16)
    extension = os.path.splitext(path)[1].lower()
    if head[:2] == b'BM' or extension in ('.bmp', '.dib'):
        return bmp
    if head[:4] == b'GIF8' or extension == '.gif':
        return gif
    if head[:4] in (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+') or extension in ('.tif', '.tiff', '.svs'):
        return tiff
    if head[:8] == b'\x89PNG\r\n\x1a\n' or extension == '.png':
        return png
    if head[:3] == b'\xff\xd8\xff' and head[3:4] != b'\xf7' or extension in ('.jpg', '.jpeg', '.mpo'):
        return jpeg
    if head[4:8] == b'jP  ' or head[:4] == b'\xff\x4f\xff\x51' or extension in ('.jp2', '.j2k', '.j2c', '.jph', '.jpc'):
        return jpeg2k
    if (head[:4] == b'RIFF' and head[8:12] == b'WEBP') or extension == '.webp':
        return webp
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
