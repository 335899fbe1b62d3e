/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Who is meant: the names of one text, and what pronouns and roles stand for. Where two may be
 * meant, nobody is. */
#ifndef ORIGINS_NAME_H
#define ORIGINS_NAME_H

#include "origins/speaker.h"

/* A run of words with capitals that stands outside of quotations. */
struct name {
    struct mention mention;
    uint64_t last, first;  /* hashes of its last and first word, without endings */
    uint64_t role;         /* of the word for what they are that stands beside it, or 0 */
    struct stretch called; /* by that role: "the minister of justice", or empty */
    enum gender gender;    /* by the title or role before it */
    bool subject;          /* no preposition stands before it */
    bool speaks;           /* a cue stands beside it */
};

struct names {
    const struct units *line;
    const struct quote_words *words;
    struct name *names; /* by mention.from */
    uint32_t count;
    uint32_t *by_last; /* numbers, by last and then by place */
};

#define NAME_NONE UINT32_MAX

/* A folded word without the longest ending of names that the language has. */
struct span name_stem(const struct quote_words *words, struct span folded);

/* E_NOMEM. */
int names_read(const struct units *line, const struct quote_words *words, struct arena *arena,
               struct names *ret_names) MUST_USE;
/* The name in the mention, or NAME_NONE. */
uint32_t names_in(const struct names *n, struct mention m);
/* The fullest form of a name: another or itself. Where two are called so, itself. */
uint32_t names_fullest(const struct names *n, uint32_t name);
/* Without titles. */
struct stretch names_stretch(const struct names *n, uint32_t name);
/* What they are, in the words of the text, or empty. */
struct stretch names_called(const struct names *n, uint32_t name);
/* Who a pronoun or a role stands for, or NAME_NONE. */
uint32_t names_meant(const struct names *n, struct mention m);

#endif
