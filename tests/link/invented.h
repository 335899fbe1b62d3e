/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lists for tests: invented by simulate.h, or written out; and what a run makes of them. */
#ifndef TESTS_LINK_INVENTED_H
#define TESTS_LINK_INVENTED_H

#include "base/spill.h"
#include "link/link.h"
#include "link/output.h"
#include "link/simulate.h"

#define INVENTED_LISTS_MAX 8

struct invented {
    size_t count;
    struct buf texts[INVENTED_LISTS_MAX];
    struct link_source sources[INVENTED_LISTS_MAX];
};

void invented_init(struct invented *all, const struct link_simulation *s);
/* One more, of that text; its name must live as long. */
void invented_add(struct invented *all, const char *name, const char *text);
void invented_release(struct invented *all);
/* The rows of each list in another order; the header stays. */
void invented_shuffle(struct invented *all, uint64_t seed);
struct link_options invented_options(const struct invented *all);

/* Must succeed. */
struct link_result *run_link(const struct link_options *options, unsigned threads,
                             struct spill *spill);
/* The record called so; there must be one. */
uint32_t record_called(const struct link_result *result, const char *name);

/* A sink into a buffer; limit: how many bytes it takes before it fails as a full disk does. */
struct caught {
    struct buf text;
    size_t limit;
};
void caught_init(struct caught *c);
struct link_sink caught_sink(struct caught *c);
struct link_output output_of(const struct link_result *result, const struct invented *all);

/* Spill space in memory. */
struct spill *memory_spill_new(void);
size_t memory_spill_used(const struct spill *spill);
void memory_spill_free(struct spill *spill);

#endif
