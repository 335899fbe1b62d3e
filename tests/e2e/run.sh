#!/bin/sh
# SPDX-License-Identifier: AGPL-3.0-or-later
# The whole-way tests: real programs ($VOUCHSAFE_BIN), real browsers. Flat TAP with a plan; 1 when something failed.
# run.sh [WORD...] runs only the tests whose names have one of the words.
set -eu
: "${VOUCHSAFE_BIN:?is the folder with vouchsafe and vouchsafe-line}"
VOUCHSAFE_BIN=$(cd "$VOUCHSAFE_BIN" && pwd)
export VOUCHSAFE_BIN
cd "$(dirname "$0")"
exec node run.mjs "$@"
