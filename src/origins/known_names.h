/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* When two ways of writing a name mean the same: after dropping what stands before the name ("the
 * hotline Open Door Karsk"), in Latin letters, folded; and where somebody says so in a file of
 * names. One thread at a time. */
#ifndef ORIGINS_KNOWN_NAMES_H
#define ORIGINS_KNOWN_NAMES_H

#include "base/buf.h"
#include "base/error.h"
#include "origins/language.h"

#define KNOWN_NAMES_MAX_BYTES (8u << 20)
#define KNOWN_NAME_MAX_BYTES 256 /* of a key: what is longer is cut */

struct known_names;

/* Of the languages, which must live as long: endings that names have ("Петровой", "Петрова"). */
int known_names_new(const struct languages *languages, struct known_names **ret_names) MUST_USE;
void known_names_free(struct known_names *n);
/* CSV without a header: each row the ways of writing one name, first the one that is shown.
 * E_FORMAT, E_UTF8, E_TOO_LARGE with the line, E_NOMEM; a name that stands in two rows is
 * E_FORMAT. */
int known_names_add(struct known_names *n, struct span csv, struct problem *problem) MUST_USE;

/* Appends the key of a name as a text writes it: Latin small letters, words one space apart,
 * without the endings of other alphabets' languages; empty
 * when there is no capital letter in it. E_NOMEM. */
int known_names_key(struct known_names *n, struct span name, struct buf *out) MUST_USE;
/* The name to show for a key that stands in the file, or an empty span. */
struct span known_names_shown(const struct known_names *n, struct span key);

#endif
