/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The language files that are built in; tools/embed_languages.py makes the table. */
#ifndef ORIGINS_LANGUAGES_DATA_H
#define ORIGINS_LANGUAGES_DATA_H

#include <stddef.h>

struct language_data {
    const char *name; /* en */
    const unsigned char *text;
    size_t len;
};
extern const struct language_data language_data[];
extern const size_t language_data_count;

#endif
