/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/compiler.h"

#include <stdio.h>
#include <stdlib.h>

/* Says the place in the program only: the values at hand may be a caller's words. */
void assert_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "internal error: %s is not so (%s:%d)\n", what, file, line);
    abort();
}
