/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Why two records are held for one person, or for two: from what was known before anything was
 * compared to what is known after, a field a step, in bits and in plain words.
 *
 * A bit doubles the odds. What a field says is how much commoner what was seen is among records of
 * one person (m) than among others (u), given the fields that it goes together with; a rare value
 * says more. Fields add up (Fellegi and Sunter, JASA 1969). */
#ifndef LINK_EXPLAIN_H
#define LINK_EXPLAIN_H

#include "draw/chart_waterfall.h"
#include "link/output.h"

enum link_decided { LINK_DECIDED_NOT, LINK_DECIDED_SAME, LINK_DECIDED_DIFFERENT };

/* One pair; texts are the lists', as they are: who writes them out makes them visible. */
struct link_view {
    const char *a, *b; /* what the records are called (ident.h) */
    struct link_explanation why;
    bool together; /* in one cluster at present */
    enum link_decided decided;
    bool one_list; /* both in one list, and it holds each person once */
    unsigned rows; /* one a field */
    struct link_view_row {
        const char *field, *level;
        const char *of_a, *of_b; /* "": no value */
        double bits;
        double m, u;        /* of the level, given what it goes together with; 0: it is missing */
        double rarity_bits; /* how much of bits is for the values' being rare or common */
        const char *beside[2]; /* fields it goes together with, that are there; or NULL */
        const char *sentence;  /* what was seen, and what it says; with a full stop */
    } * row;
};

/* The views of pairs, which are read from the lists together. All lives in the arena. As rows.h;
 * for one thread at a time. */
int link_views(const struct link_output *o, const struct link_pair *pairs, size_t count,
               struct arena *arena, struct link_view *ret_views, struct problem *problem) MUST_USE;

/* Whether one of the two has a value: else there is nothing to show. */
bool link_view_row_says(const struct link_view_row *row);
/* "The chance that they are one person is 0.609: of 100 such pairs, 61 are." or, towards the ends,
 * "... is 0.988: of such pairs, 79 in 80 are." */
void link_view_put_chance(const struct link_view *view, struct buf *out);
/* "Before anything is compared: of all possible pairs one in 813 is of one person (-9.7 bits)." */
void link_view_put_prior(const struct link_view *view, struct buf *out);
/* What became of the pair: together or not, and whose doing it is when it is not the pair's own. */
void link_view_put_state(const struct link_view *view, struct buf *out);
/* The chart of a pair; what it points to lives in the arena. E_NOMEM. */
int link_view_chart(const struct link_view *view, struct arena *arena,
                    struct chart_waterfall *ret_chart) MUST_USE;

/* Each appends to out, whose error is sticky; 0, E_NOMEM or out's error. The text is for a terminal
 * of so many columns; the SVG stands by itself as a file. */
int link_explain_text(const struct link_view *view, size_t width, struct buf *out) MUST_USE;
int link_explain_json(const struct link_view *view, struct buf *out) MUST_USE;
int link_explain_svg(const struct link_view *view, struct buf *out) MUST_USE;

#endif
