"""Measures calls of imagecodecs: one JSON request a line, one JSON answer a line. Runs in suites/reference-python.

A request has: function, file (what goes in), arguments (keywords), n (repetitions); array (the function takes an array of
dtype and shape), in_place (it is a filter), size (of the output, where a container knows it), keep (a file for the result).
"""
import json, sys, time
import imagecodecs, numpy

# Arguments that a function takes by position.
POSITIONAL = ('dtype', 'bitspersample')
# Bitshuffle does not work in place: it reads the original and writes the copy.
# A look at the clock costs as much as a small chunk: filters run over this many bytes of copies between two of them.
BATCH_BYTES = 1 << 20


def measure(call):
    """CPU seconds of one of n calls on average, and the result."""
    function = getattr(imagecodecs, call['function'])
    with open(call['file'], 'rb') as file:
        data = file.read()
    arguments = dict(call['arguments'])
    positional = [arguments.pop(key) for key in POSITIONAL if key in arguments]
    if call.get('array'):
        data = numpy.frombuffer(data, call['dtype']).reshape(call['shape']).copy()
    n = call['n']
    clock = time.process_time
    if not call.get('in_place'):
        if call.get('size'):
            arguments['out'] = call['size']
        begin = clock()
        for _ in range(n):
            result = function(data, *positional, **arguments)
        return (clock() - begin) / n, result
    seconds, left = 0.0, n
    batch = max(1, min(n, BATCH_BYTES // max(data.nbytes, 1)))
    while left > 0:
        copies = [data.copy() for _ in range(min(batch, left))]
        begin = clock()
        for copy in copies:
            result = function(data if 'bitshuffle' in call['function'] else copy, *positional, out=copy, **arguments)
        seconds += clock() - begin
        left -= len(copies)
    return seconds / n, result


print(json.dumps({'version': imagecodecs.__version__}), flush=True)
for line in sys.stdin:
    call = json.loads(line)
    try:
        seconds, result = measure(call)
        if call.get('keep'):
            with open(call['keep'], 'wb') as file:
                file.write(result.tobytes() if isinstance(result, numpy.ndarray) else result)
        print(json.dumps({'seconds': seconds}), flush=True)
    except Exception as error:
        print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)
