/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Many small records, put down by tasks in any order and taken up again part by part: in memory up
 * to a limit, beyond that in the spill space. A part's records come in the order of the tasks'
 * numbers and, of one task, in the order in which they were put: whoever was first changes nothing.
 *
 * A record is a few 32-bit numbers. */
#ifndef ORIGINS_SEED_RUNS_H
#define ORIGINS_SEED_RUNS_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/spill.h"

#define SEED_RUNS_PARTS_MAX 4096
#define SEED_RUNS_NUMBERS_MAX 4 /* of a record */

/* Where several of them put what does not fit: nobody else puts anything there meanwhile. */
struct seed_space {
    struct spill *spill; /* NULL: all stays in memory */
    uint64_t bytes;      /* that were put so far */
    size_t memory_left_bytes;
    pthread_mutex_t lock;
};

struct seed_runs;
/* What one thread is putting. */
struct seed_writer {
    uint32_t *numbers;
    uint16_t *parts;
    size_t count, capacity;
};
/* What one thread has taken; and as much room again, for sorting. */
struct seed_part {
    uint32_t *numbers, *room;
    size_t count, capacity; /* records */
};

/* E_NOMEM. */
int seed_space_init(struct seed_space *s, size_t memory_bytes, struct spill *spill) MUST_USE;
void seed_space_release(struct seed_space *s);
int seed_runs_new(unsigned numbers, uint32_t parts, uint32_t tasks, struct seed_space *space,
                  struct seed_runs **ret_runs) MUST_USE;
void seed_runs_free(struct seed_runs *r);

/* Room for that many more in the writer. E_NOMEM. */
int seed_writer_reserve(struct seed_writer *w, size_t more) MUST_USE;
void seed_writer_release(struct seed_writer *w);
/* All that the writer has becomes the task's; the writer is empty then. E_IO, E_NOMEM. */
int seed_runs_put(struct seed_runs *r, uint32_t task, struct seed_writer *w) MUST_USE;

/* E_IO, E_NOMEM. */
int seed_runs_take(struct seed_runs *r, uint32_t part, struct seed_part *ret_part) MUST_USE;
void seed_part_release(struct seed_part *p);
/* Stably, by the lowest bits of one of the numbers. */
void seed_part_sort(struct seed_part *p, unsigned numbers, unsigned which, unsigned bits);

#endif
