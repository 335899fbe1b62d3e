/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Character references of HTML: &eacute; &#233; &#xE9; as the standard reads them, with or without
 * the semicolon where that is allowed. tools/embed_entities.py makes the table. */
#ifndef ORIGINS_READ_ENTITIES_H
#define ORIGINS_READ_ENTITIES_H

#include "base/buf.h"

struct read_entity {
    const char *name; /* without & and, for most, with the semicolon; in the order of strcmp */
    const char *text;
};
extern const struct read_entity read_entities[];
extern const size_t read_entities_count;

/* text begins with &. Appends what it stands for, and returns how many bytes of text that was; 0,
 * and nothing appended, when it is none. */
size_t read_entities_put(struct span text, struct buf *out);
/* All of a text, with every reference decoded. */
void read_entities_decode(struct span text, struct buf *out);

#endif
