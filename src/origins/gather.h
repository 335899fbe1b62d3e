/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Files become a corpus: each is read (read.h), what a table says of it is put over what it says
 * itself (about_table.h), and when all are there they are named (about_names.h). What was left out
 * or put right is remarked on. The order of files changes nothing. */
#ifndef ORIGINS_GATHER_H
#define ORIGINS_GATHER_H

#include "origins/about_table.h"
#include "origins/corpus.h"
#include "origins/index.h"

#define GATHER_REMARKS_MAX 100000 /* of which the sentence is kept; more are counted */

struct gather_remark {
    struct span path;
    struct span sentence;
    size_t order;
};

struct gather;

/* What is handed in outlives it; table, index and watch may be NULL. */
struct gather_setup {
    struct corpus *corpus;
    const struct languages *languages;
    struct about_table *table;
    struct index_writer *index; /* all that is gathered is written there too */
    struct watch *watch;
    int32_t today; /* later days are remarked on; or ABOUT_DAY_NONE */
};
int gather_new(const struct gather_setup *setup, struct gather **ret_gather) MUST_USE;
void gather_free(struct gather *g);
/* A file in which there is no document is remarked on. stamp: changes when the file does. E_IO,
 * E_TOO_LARGE (the corpus is full), E_NOMEM, E_STOPPED. */
int gather_file(struct gather *g, struct span path, struct span stamp,
                const struct read_input *input, struct problem *problem) MUST_USE;
/* What an index has of files, but for those that keep says no to. E_FORMAT, E_VERSION, E_DAMAGED,
 * and errors as gather_file has them. */
int gather_index(struct gather *g, struct index_reader *index,
                 bool (*keep)(void *arg, struct span path, struct span stamp), void *arg,
                 struct problem *problem) MUST_USE;
/* A file that could not be opened and the like. E_NOMEM. */
int gather_remark(struct gather *g, struct span path, const char *sentence) MUST_USE;
/* Names all documents and closes the corpus. E_NOT_FOUND: there is none. E_NOMEM. */
int gather_close(struct gather *g, struct problem *problem) MUST_USE;
/* By path; *ret_count of all, of which GATHER_REMARKS_MAX are there at most. */
const struct gather_remark *gather_remarks(const struct gather *g, uint64_t *ret_count);

#endif
