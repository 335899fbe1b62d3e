#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The named characters of HTML, as Python's library has them, as a table in order: embed_entities.py OUT.c"""
import sys
from html.entities import html5
from pathlib import Path

lines = ['/* SPDX-License-Identifier: AGPL-3.0-or-later */', '#include "origins/read_entities.h"', '',
         'const struct read_entity read_entities[] = {']
lines += [f'    {{"{name}", "{"".join(f"{chr(92)}{byte:03o}" for byte in html5[name].encode())}"}},' for name in sorted(html5)]
lines += ['};', f'const size_t read_entities_count = {len(html5)};']
Path(sys.argv[1]).write_text('\n'.join(lines) + '\n')
