/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the reports for people show of a run: which parts come first, and their texts. */
#ifndef ORIGINS_REPORT_PARTS_H
#define ORIGINS_REPORT_PARTS_H

#include "origins/differ.h"
#include "origins/origins.h"

#define REPORT_WORDING_BYTES_MAX 2400 /* of a wording that is shown: what is longer is cut */

/* Numbers, the weightiest first, in the arena; at most max of all there are. E_NOMEM. */
struct report_pick {
    uint32_t *numbers;
    size_t count, of;
};
/* By how many documents have them, then by number. */
int report_pick_statements(const struct origins *o, size_t max, struct arena *arena,
                           struct report_pick *ret_pick) MUST_USE;
/* The longest. */
int report_pick_passages(const struct origins *o, size_t max, struct arena *arena,
                         struct report_pick *ret_pick) MUST_USE;
/* Copies, then rewritten ones, then the others. */
int report_pick_pairs(const struct origins *o, size_t max, struct arena *arena,
                      struct report_pick *ret_pick) MUST_USE;

/* On one line, made visible, in the arena. E_IO, E_NOMEM. */
int report_wording(const struct wording *w, struct corpus_reader *reader, struct arena *arena,
                   struct span *ret_shown) MUST_USE;
int report_stretch(uint32_t document, struct stretch s, struct corpus_reader *reader,
                   struct arena *arena, struct span *ret_shown) MUST_USE;

/* Wordings of a statement with the same words, and who has them. */
struct report_wording {
    struct span shown;
    struct differ_side
        marked;          /* where it differs from the complete one; without pieces: it is that */
    uint32_t *documents; /* each once */
    uint32_t count;
    bool fragment;
};
struct report_wordings {
    struct report_wording *wordings; /* the complete one first */
    size_t count;
    uint32_t left_out; /* beyond REPORT_WORDINGS_MAX, and those that were not read */
};
#define REPORT_WORDINGS_MAX 24
#define REPORT_WORDINGS_READ_MAX 500 /* of a statement */
/* E_IO, E_NOMEM. */
int report_wordings(const struct statement *s, struct corpus_reader *reader, struct arena *arena,
                    struct report_wordings *ret_wordings) MUST_USE;

#endif
