# SPDX-License-Identifier: AGPL-3.0-or-later
"""How tests in Python are run and what they say (TAP). Both functions give the exit status of the program."""
import tempfile
import traceback
from pathlib import Path


def in_folder(test):
    """Calls it with an empty folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        test(Path(folder))


def run(names, call=in_folder):
    """Of these names (globals()) the functions test_…, each by call."""
    tests = [(name, test) for name, test in names.items() if name.startswith('test_')]
    failed = 0
    print(f'1..{len(tests)}')
    for number, (name, test) in enumerate(tests, 1):
        try:
            call(test)
            print(f'ok {number} - {name[5:]}', flush=True)
        except Exception as error: # whatever it is, the next test is run
            failed += 1
            print(f'not ok {number} - {name[5:]}\n# {error!r} {traceback.extract_tb(error.__traceback__)}', flush=True)
    return int(failed > 0)


def say(results):
    """Of what was looked at ({name: faults}) each, and what is wrong with it."""
    print(f'1..{len(results)}')
    for number, (name, faults) in enumerate(results.items(), 1):
        print(f'{"not ok" if faults else "ok"} {number} - {name}')
        for fault in faults:
            print('# ' + str(fault).replace('\n', '\n# '))
    return int(not results or any(results.values()))
