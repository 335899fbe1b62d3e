/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The one way to the heap, so that tests can make the Nth allocation fail. NULL on failure. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

void *mem_alloc(size_t bytes) MUST_USE;
/* Zeroed; an overflow of count * size is a failure. */
void *mem_calloc(size_t count, size_t size) MUST_USE;
void *mem_realloc(void *old, size_t bytes) MUST_USE;
char *mem_strdup(const char *text) MUST_USE;
void mem_free(void *p);
/* Overwrites memory in a way that the compiler keeps (explicit_bzero). */
void mem_wipe(void *p, size_t bytes);

/* For tests: the nth allocation from now (1 = the next) and all after it fail; 0 = none. */
void mem_fail_from(uint64_t nth);
/* How many were asked for since the last mem_fail_from. */
uint64_t mem_asked(void);

#endif
