/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a fuzzer is here: fuzz/fuzz_NAME.c with this one function, a line in fuzz/meson.build, and
 * inputs in fuzz/corpus/NAME/. `./dev fuzz NAME` links it with libFuzzer; every other build links
 * it with replay.c, which runs it over its corpus, so that an input that once crashed is a test
 * from then on.
 *
 * The function returns 0 and leaves nothing behind: no memory, no files, no state that the next
 * call could see. What must hold of a result it states with ASSERT.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
