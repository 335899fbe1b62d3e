#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Builds language files into the program as they are: embed_languages.py OUT.c LANGUAGE.txt ..."""
import sys
from pathlib import Path

lines = ['/* SPDX-License-Identifier: AGPL-3.0-or-later */', '#include "origins/languages_data.h"', '']
table = []
for path in sorted(map(Path, sys.argv[2:])):
    data = path.read_bytes()
    lines.append(f'static const unsigned char {path.stem}_text[] = {{')
    lines += ['    ' + ','.join(map(str, data[i:i + 24])) + ',' for i in range(0, len(data), 24)]
    lines.append('};')
    table.append(f'    {{"{path.stem}", {path.stem}_text, sizeof {path.stem}_text}},')
lines += [f'const struct language_data language_data[] = {{', *table, '};',
          f'const size_t language_data_count = {len(table)};']
Path(sys.argv[1]).write_text('\n'.join(lines) + '\n')
