/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A real number as text: as few digits as give the same number when they are read again, and whole
 * numbers up to 2^53 without an exponent. */
#ifndef TABLE_REAL_H
#define TABLE_REAL_H

#include "base/buf.h"

/* Finite. */
void real_put(struct buf *b, double v);

#endif
