"""Write `dropin/imagecodecs/__init__.pyi` from the package that `cargo xtask python build` made.

usage: PYTHONPATH=FOLDER python tools/stubs.py
"""

import pathlib

import imagecodecs

HEAD = '''# Written by tools/stubs.py. Do not edit.

from enum import IntEnum, IntFlag
from typing import Any, Literal, overload

from numpy.typing import ArrayLike, NDArray

Buffer = bytes | bytearray | memoryview | NDArray[Any]
Out = int | bytearray | memoryview | NDArray[Any] | type[bytes] | type[bytearray] | None
'''
KINDS = {'encode': ('Buffer | ArrayLike', 'Any'), 'decode': ('Buffer', 'Any'), 'check': ('Buffer', 'bool | None')}


def function(name, value):
    """Return stub of function."""
    verb = name.rpartition('_')[2]
    if verb not in KINDS:
        return f'def {name}(*args: Any, **kwargs: Any) -> Any: ...'
    data, result = KINDS[verb]
    text = getattr(value, '__text_signature__', None)
    if text is None:
        return f'def {name}(data: {data}, /, *args: Any, **kwargs: Any) -> {result}: ...'
    names = [part.strip() for part in text.strip('()').split(',')]
    typed = {'data': f'data: {data}', 'out=None': 'out: Out = None', '/': '/', '*': '*'}
    arguments = [typed.get(part) or f'{part.partition("=")[0]}: Any = None' for part in names]
    return f'def {name}({", ".join(arguments)}) -> {result}: ...'


def constants(name, value):
    """Return stub of class of constants."""
    lines = [f'class {name}:', '    available: bool']
    if value.available:
        for key, members in vars(value).items():
            if isinstance(members, type):
                kind = members.__mro__[1].__name__
                lines.append(f'    class {key}({kind}):')
                lines += [f'        {member} = {int(number)}' for member, number in members.__members__.items()]
    return '\n'.join(lines)


def main():
    """Write stub file."""
    parts = [HEAD, '__all__ = [', *(f"    '{name}'," for name in imagecodecs.__all__), ']', '']
    for name in imagecodecs.__all__:
        value = getattr(imagecodecs, name)
        if name == '__version__':
            parts.append('__version__: str')
        elif name.isupper() or name[0].isupper() and hasattr(value, 'available'):
            parts.append(constants(name, value))
        elif name.endswith('Error'):
            parts.append(f'class {name}({"ImportError" if name == "DelayedImportError" else "RuntimeError"}): ...')
        else:
            parts.append(function(name, value))
    path = pathlib.Path(__file__).parent.parent / 'dropin' / 'imagecodecs' / '__init__.pyi'
    path.write_text('\n'.join(parts).replace(', overload', '').replace('Any, Literal', 'Any') + '\n')


if __name__ == '__main__':
    main()
