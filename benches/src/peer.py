"""Measures calls of imagecodecs: one JSON request a line, one JSON answer a line. Runs in suites/reference-python."""
import json, sys, time, zlib
import imagecodecs, numpy

print(json.dumps({'version': imagecodecs.__version__}), flush=True)
for line in sys.stdin:
    call = json.loads(line)
    try:
        function = getattr(imagecodecs, call['function'])
        data = open(call['file'], 'rb').read()
        arguments = dict(call['arguments'])
        positional = [arguments.pop(key) for key in ('dtype', 'bitspersample') if key in arguments]
        in_place = call.get('in_place')
        if call.get('array'):
            data = numpy.frombuffer(data, call['dtype']).reshape(call['shape']).copy()
        if in_place:
            arguments['out'] = None
        elif call.get('size'):
            arguments['out'] = call['size']
        seconds = 0.0
        for _ in range(call['n']):
            if in_place:
                arguments['out'] = copy = data.copy()
                begin = time.process_time()
                result = function(copy, *positional, **arguments)
            else:
                begin = time.process_time()
                result = function(data, *positional, **arguments)
            seconds += time.process_time() - begin
        buffer = result.tobytes() if isinstance(result, numpy.ndarray) else bytes(result)
        print(json.dumps({'seconds': seconds / call['n'], 'crc': zlib.crc32(buffer)}), flush=True)
    except Exception as error:
        print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)
