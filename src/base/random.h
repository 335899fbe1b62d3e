/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Random bytes from the kernel (getrandom(2)). Stops the process if the kernel has none to give:
 * nothing here may go on with guessable numbers. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t len);
/* Evenly 0 .. below - 1; below > 0. */
uint32_t random_below(uint32_t below);

#endif
