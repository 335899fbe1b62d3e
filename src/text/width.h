/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How many columns of a terminal a text takes: East Asian wide characters two (Unicode Standard
 * Annex 11), combining marks none, all others one. For text that show.h has been over. */
#ifndef TEXT_WIDTH_H
#define TEXT_WIDTH_H

#include "base/span.h"

size_t width_columns(struct span text);
/* The longest beginning that takes at most that many columns; marks stay with their letter. */
struct span width_cut(struct span text, size_t columns);

#endif
