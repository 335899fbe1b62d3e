/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The sections of a language that tell who speaks, looked up once. Each is never NULL. */
#ifndef ORIGINS_QUOTE_WORDS_H
#define ORIGINS_QUOTE_WORDS_H

#include "origins/language.h"

enum { SAY_FINITE = 0, SAY_PARTICIPLE = 2, SAY_PLAIN = 3, SAY_WEAK = 4 };
enum { CONJUNCTION_JOINS = 1, CONJUNCTION_PARTS = 2 };
enum gender { GENDER_NONE = 0, GENDER_MAN = 1, GENDER_WOMAN = 2, GENDER_MANY = 3, GENDER_SELF = 4 };

/* X(section) */
#define QUOTE_WORDS(X)                                                                             \
    X(say)                                                                                         \
    X(according)                                                                                   \
    X(pronoun)                                                                                     \
    X(determiner)                                                                                  \
    X(role)                                                                                        \
    X(title)                                                                                       \
    X(abbreviation)                                                                                \
    X(time)                                                                                        \
    X(between)                                                                                     \
    X(be)                                                                                          \
    X(conjunction)                                                                                 \
    X(preposition)                                                                                 \
    X(relative)                                                                                    \
    X(particle)                                                                                    \
    X(possessive)                                                                                  \
    X(ending)                                                                                      \
    X(work)                                                                                        \
    X(stop)

struct quote_words {
#define X(section) const struct language_section *section;
    QUOTE_WORDS(X)
#undef X
};

static inline struct quote_words quote_words_of(const struct language *language)
{
    return (struct quote_words){
#define X(section) .section = language_section(language, #section),
        QUOTE_WORDS(X)
#undef X
    };
}

#endif
