/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The ids are few bytes and all different, so they stay as the reader has them; finding is rare,
 * but may be asked for each of many decisions: a table of rows by hash. */
#include "link/ident.h"

#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "link/records.h"

#define FIRST_ROW 2 /* row 1 is the header */

/* A column whose every row has another value. */
static struct link_raw_column *find_ids(struct link_list *list, unsigned number,
                                        const struct link_columns *columns)
{
    for (unsigned i = 0; i < columns->count; i++) {
        const struct link_column *c = &columns->columns[i];
        struct link_raw_column *raw = &list->columns[c->list == number ? c->index : 0];
        if (c->list == number && c->role == LINK_ROLE_ID && raw->counts[0] == 0 &&
            link_pool_count(&raw->values) == list->rows + 1)
            return raw;
    }
    return NULL;
}

static uint64_t slot_of(const struct link_ident_list *list, struct span id)
{
    return link_hash(id, 2) & (list->index_size - 1);
}

static int make_index(struct link_ident_list *list)
{
    list->index_size = 16;
    while (list->index_size < 2 * (size_t)list->rows)
        list->index_size *= 2;
    list->index = mem_calloc(list->index_size, sizeof *list->index);
    REJECT_IF(!list->index, E_NOMEM);
    for (uint32_t row = 0; row < list->rows; row++) {
        uint64_t slot = slot_of(list, link_pool_text(&list->ids, list->id_of[row]));
        while (list->index[slot])
            slot = (slot + 1) & (list->index_size - 1);
        list->index[slot] = row + 1;
    }
    return 0;
}

int link_idents_take(struct link_idents *idents, struct link_lists *lists,
                     const struct link_columns *columns)
{
    uint32_t start = 0;
    idents->lists = mem_calloc(lists->count, sizeof *idents->lists);
    REJECT_IF(!idents->lists, E_NOMEM);
    for (unsigned i = 0; i < lists->count; i++) {
        struct link_list *list = &lists->lists[i];
        struct link_ident_list *taken = &idents->lists[idents->count++];
        struct link_raw_column *raw = find_ids(list, i, columns);
        *taken = (struct link_ident_list){
            .name = mem_strdup(list->name), .start = start, .rows = list->rows};
        REJECT_IF(!taken->name, E_NOMEM);
        start += list->rows;
        if (!raw)
            continue;
        taken->ids = raw->values;
        taken->id_of = raw->ids;
        raw->values = (struct link_pool){0};
        raw->ids = NULL;
        TRY(make_index(taken));
    }
    return 0;
}

void link_idents_release(struct link_idents *idents)
{
    for (unsigned i = 0; i < idents->count; i++) {
        mem_free(idents->lists[i].name);
        link_pool_release(&idents->lists[i].ids);
        mem_free(idents->lists[i].id_of);
        mem_free(idents->lists[i].index);
    }
    mem_free(idents->lists);
    *idents = (struct link_idents){0};
}

void link_idents_put(const struct link_idents *idents, uint32_t record, struct buf *out)
{
    unsigned i = idents->count - 1;
    while (idents->lists[i].start > record)
        i--;
    const struct link_ident_list *list = &idents->lists[i];
    uint32_t row = record - list->start;
    buf_printf(out, "%s:", list->name);
    if (list->index)
        buf_span(out, link_pool_text(&list->ids, list->id_of[row]));
    else
        buf_printf(out, "%u", row + FIRST_ROW);
}

static uint32_t find_row(const struct link_ident_list *list, struct span id)
{
    uint64_t number;
    if (!list->index) {
        bool is_row = decimal_read(id, UINT32_MAX, &number) == 0 && number >= FIRST_ROW &&
                      number - FIRST_ROW < list->rows;
        return is_row ? (uint32_t)number - FIRST_ROW : LINK_IDENT_NONE;
    }
    for (uint64_t slot = slot_of(list, id); list->index[slot];
         slot = (slot + 1) & (list->index_size - 1)) {
        uint32_t row = list->index[slot] - 1;
        if (span_equal(link_pool_text(&list->ids, list->id_of[row]), id))
            return row;
    }
    return LINK_IDENT_NONE;
}

uint32_t link_idents_find(const struct link_idents *idents, struct span name)
{
    for (unsigned i = 0; i < idents->count; i++) {
        const struct link_ident_list *list = &idents->lists[i];
        size_t len = strlen(list->name);
        if (name.len <= len || memcmp(name.data, list->name, len) != 0 || name.data[len] != ':')
            continue;
        uint32_t row = find_row(list, span_slice(name, len + 1, SIZE_MAX));
        if (row != LINK_IDENT_NONE)
            return list->start + row;
    }
    return LINK_IDENT_NONE;
}
