/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every page, filled as on a busy day with invented people, for tests and for looking at. */
#ifndef TESTS_DRAW_SAMPLES_H
#define TESTS_DRAW_SAMPLES_H

#include "draw/template.h"

struct sample {
    const char *name;
    const struct template *page;
    void (*fill)(struct values *v, const struct language *language);
};
extern const struct sample samples[];
extern const size_t sample_count;

#endif
