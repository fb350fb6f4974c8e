"""Measures calls of imagecodecs: one JSON request a line, one JSON answer a line. Runs in suites/reference-python.

A request has: function, file (what goes in), arguments (keywords), n (repetitions); array (the function takes an array of
dtype and shape), in_place (it is a filter), size (of the output, where a container knows it), keep (a file for the result).
"""
import json, sys, time
import imagecodecs, numpy

# Arguments that a function takes by position.
POSITIONAL = ('dtype', 'bitspersample')
# A look at the clock costs as much as a small chunk: filters run over this many bytes of copies between two of them.
BATCH_BYTES = 1 << 20
# A turn has so many parts, of which the fastest counts, as in measure.rs.
PARTS = 5


def fastest(n, part):
    """The least of what the parts of a turn of n runs take."""
    least, left = float('inf'), n
    for parts in range(min(PARTS, n), 0, -1):
        least = min(least, part(left // parts))
        left -= left // parts
    return least


def measure(call):
    """CPU seconds of one of n calls on average, in the fastest part of them, and the result."""
    function = getattr(imagecodecs, call['function'])
    with open(call['file'], 'rb') as file:
        data = file.read()
    arguments = dict(call['arguments'])
    positional = [arguments.pop(key) for key in POSITIONAL if key in arguments]
    if call.get('array'):
        data = numpy.frombuffer(data, call['dtype']).reshape(call['shape']).copy()
    n = call['n']
    clock = time.process_time
    result = None

    def calls(n):
        nonlocal result
        begin = clock()
        for _ in range(n):
            result = function(data, *positional, **arguments)
        return (clock() - begin) / n

    def batches(n):
        nonlocal result
        seconds = 0.0
        for _ in range(n):
            copies = [data.copy() for _ in range(batch)]
            begin = clock()
            for copy in copies:
                # Bitshuffle does not work in place: it reads the original and writes the copy.
                source = data if 'bitshuffle' in call['function'] else copy
                result = function(source, *positional, out=copy, **arguments)
            seconds += clock() - begin
        return seconds / (n * batch)

    if call.get('in_place'):
        batch = max(1, min(n, BATCH_BYTES // max(data.nbytes, 1)))
        return fastest(-(-n // batch), batches), result
    if call.get('size'):
        arguments['out'] = call['size']
    return fastest(n, calls), result


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
