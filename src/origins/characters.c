/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/characters.h"

#include <stdlib.h>

#include "base/mem.h"

struct characters_place {
    uint32_t document, byte;
    uint32_t *place;
};

void characters_init(struct characters *c)
{
    *c = (struct characters){.count = 0};
}

void characters_release(struct characters *c)
{
    mem_free(c->places);
    characters_init(c);
}

int characters_put(struct characters *c, uint32_t document, uint32_t *place)
{
    if (c->count == c->capacity) {
        size_t capacity = c->capacity ? c->capacity * 2 : 256;
        struct characters_place *more = mem_realloc(c->places, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        c->places = more;
        c->capacity = capacity;
    }
    c->places[c->count++] =
        (struct characters_place){.document = document, .byte = *place, .place = place};
    return 0;
}

static int by_place(const void *x, const void *y)
{
    const struct characters_place *a = x, *b = y;
    if (a->document != b->document)
        return a->document < b->document ? -1 : 1;
    return (a->byte > b->byte) - (a->byte < b->byte);
}

int characters_count(struct characters *c, struct corpus_reader *reader)
{
    if (c->count > 1)
        qsort(c->places, c->count, sizeof *c->places, by_place);
    struct span text = {0};
    uint32_t byte = 0, characters = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct characters_place *p = &c->places[i];
        if (i == 0 || p->document != c->places[i - 1].document) {
            TRY(corpus_read(reader, p->document, &text));
            byte = characters = 0;
        }
        ASSERT(p->byte <= text.len);
        for (; byte < p->byte; byte++)
            characters += (text.data[byte] & 0xC0) != 0x80;
        *p->place = characters;
    }
    return 0;
}
