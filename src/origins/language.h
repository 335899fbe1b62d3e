/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What is known of a language: lists of words, each for a purpose, out of a file a language
 * (data/en.txt, data/ru.txt, built in; others are read when the program starts). Code knows
 * purposes, never words: a further language is a further file.
 *
 *     # a comment
 *     [say]                a section: a purpose
 *     said                 an entry: one word or several, compared after folding (text/fold.h)
 *     according to
 *     сообщ*               the last word may be the beginning of a word
 *     two dozen = 24       with a number
 *
 * Sections, and what they are for, are listed in docs/origins.md. */
#ifndef ORIGINS_LANGUAGE_H
#define ORIGINS_LANGUAGE_H

#include "base/error.h"
#include "base/span.h"

#define LANGUAGE_FILE_MAX_BYTES (1u << 20)
#define LANGUAGE_ENTRY_WORDS_MAX 8
#define LANGUAGES_MAX 64

struct language; /* one; lives as long as its struct languages */
struct languages;
struct language_section;

/* With those that are built in. E_NOMEM. */
int languages_new(struct languages **ret_languages) MUST_USE;
void languages_free(struct languages *l);
/* One more, or in the place of one with that name: two to eight letters a to z. E_FORMAT and E_UTF8
 * with the line, E_TOO_LARGE, E_NOMEM; then nothing was added. */
int languages_add(struct languages *l, const char *name, struct span text,
                  struct problem *problem) MUST_USE;
/* Which one a text is in: by how many of its first words stand in [stop]. NULL: none is likely. */
const struct language *languages_detect(const struct languages *l, struct span text);
const struct language *languages_find(const struct languages *l, const char *name);
/* All of them, from 0; NULL behind the last. */
const struct language *languages_at(const struct languages *l, size_t index);

const char *language_name(const struct language *l);
/* Never NULL: a section that the file lacks is empty. Accepts NULL for the language. */
const struct language_section *language_section(const struct language *l, const char *section);
/* The longest entry that stands at the front of words, which are folded; 0, or how many words it
 * has. *ret_number is its number, or 0; may be NULL. */
size_t language_match(const struct language_section *s, const struct span *words, size_t count,
                      int64_t *ret_number);
/* For one word. */
bool language_has(const struct language_section *s, struct span word);
/* Calls visit for each entry that is one whole word, folded. */
void language_each_word(const struct language_section *s,
                        void (*visit)(void *arg, struct span word), void *arg);
size_t language_section_count(const struct language_section *s);

#endif
