"""Writes TIFF files with tifffile and reads them with tifffile and GDAL: one JSON request a line, one JSON answer a line.

Requests: make (write a file, and the pixels that tifffile reads from it), read (n times; wall and CPU seconds of one), check
(read once, and compare with the expected pixels). Runs in suites/reference-python.
"""
import json, os, sys, time
import numpy, tifffile

try:
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning
    import warnings
    warnings.simplefilter('ignore', NotGeoreferencedWarning)
    gdal = rasterio.__gdal_version__
except ImportError:
    gdal = None


def make(call):
    pixels = numpy.fromfile(call['pixels'], call['dtype']).reshape(call['shape'])
    temporary = call['file'] + '.tmp'
    tifffile.imwrite(
        temporary, pixels, photometric='rgb' if pixels.ndim == 3 else 'minisblack', metadata=None,
        tile=(call['tile'], call['tile']), compression=call['compression'], predictor=call['predictor'],
        compressionargs=call['arguments'], maxworkers=os.cpu_count())
    found = tifffile.imread(temporary)
    if call['lossy']:
        found.tofile(call['expected'])
    elif not numpy.array_equal(found, pixels):
        raise ValueError('tifffile does not read what it wrote')
    os.replace(temporary, call['file'])
    return {'bytes': os.path.getsize(call['file'])}


def read_tifffile(file, threads):
    return tifffile.imread(file, maxworkers=threads)


def read_gdal(file, threads):
    with rasterio.open(file, NUM_THREADS=str(threads)) as dataset:
        return dataset.read()


def read(call):
    reader = {'tifffile': read_tifffile, 'gdal': read_gdal}[call['reader']]
    file, threads = call['file'], call['threads']
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(call['n']):
        pixels = None  # memory goes back first: each read fills fresh pages
        pixels = reader(file, threads)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall / call['n'], cpu / call['n'], pixels


def check(call):
    call['n'] = 1
    wall, cpu, pixels = read(call)
    if call['reader'] == 'gdal':
        # Bands come first: (3, height, width), or (1, height, width).
        pixels = pixels[0] if len(pixels) == 1 else numpy.moveaxis(pixels, 0, -1)
    expected = numpy.memmap(call['expected'], call['dtype'], 'r', shape=tuple(call['shape']))
    if pixels.shape != expected.shape or pixels.dtype != expected.dtype:
        raise ValueError(f'gives {pixels.dtype} {pixels.shape}')
    most = 0.0
    for first in range(0, len(expected), 512):
        a, b = pixels[first:first + 512], expected[first:first + 512]
        if not numpy.array_equal(a, b):
            most = max(most, float(numpy.abs(a.astype('f8') - b.astype('f8')).max()))
    return {'wall': wall, 'cpu': cpu, 'differs': most}


print(json.dumps({'tifffile': tifffile.__version__, 'gdal': gdal}), flush=True)
for line in sys.stdin:
    call = json.loads(line)
    try:
        if call['verb'] == 'make':
            answer = make(call)
        elif call['verb'] == 'check':
            answer = check(call)
        else:
            wall, cpu, _ = read(call)
            answer = {'wall': wall, 'cpu': cpu}
        print(json.dumps(answer), flush=True)
    except Exception as error:
        print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)
