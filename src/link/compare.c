/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/mem.h"
#include "link/records_internal.h"

static const char *const date_names[] = {"missing",
#define X(name, text) text,
                                         LINK_DATE_LEVELS(X)
#undef X
};
static const char *const text_names[] = {"missing", "different",        "somewhat alike",
                                         "alike",   "one or two slips", "the same"};

unsigned link_field_levels(const struct link_records *r, unsigned field)
{
    return link_field_kind(r, field) == LINK_DATE ? COUNT_OF(date_names) : COUNT_OF(text_names);
}

const char *link_level_name(const struct link_records *r, unsigned field, unsigned level)
{
    ASSERT(level < link_field_levels(r, field));
    return link_field_kind(r, field) == LINK_DATE ? date_names[level] : text_names[level];
}

struct link_scratch {
    const struct link_records *records;
};

struct link_scratch *link_scratch_new(const struct link_records *r)
{
    struct link_scratch *s = mem_calloc(1, sizeof *s);
    if (s)
        s->records = r;
    return s;
}

void link_scratch_free(struct link_scratch *s)
{
    mem_free(s);
}

static unsigned compare_texts(const struct link_field *f, uint32_t va, uint32_t vb)
{
    const struct link_packed *a = &f->packed[va], *b = &f->packed[vb];
    if (!link_packed_may_reach(a, b, 0.8))
        return LINK_LEVEL_DIFFERENT;
    double jw =
        a->len < LINK_PACKED_BYTES && b->len < LINK_PACKED_BYTES
            ? link_packed_jaro_winkler(a, b)
            : link_jaro_winkler(link_pool_text(&f->plain, va), link_pool_text(&f->plain, vb));
    return jw >= 0.94 ? 4 : jw >= 0.88 ? 3 : jw >= 0.8 ? 2 : LINK_LEVEL_DIFFERENT;
}

static unsigned compare_values(const struct link_field *f, uint32_t va, uint32_t vb)
{
    if (va == 0 || vb == 0)
        return LINK_LEVEL_MISSING;
    if (f->kind == LINK_DATE)
        return link_date_compare(f->dates[va], f->dates[vb]);
    return va == vb ? 5 : compare_texts(f, va, vb);
}

unsigned link_compare(const struct link_records *r, unsigned field, uint32_t a, uint32_t b,
                      struct link_scratch *s)
{
    ASSERT(s && s->records == r && field < r->fields_count);
    const struct link_field *f = &r->fields[field];
    return compare_values(f, f->column[a], f->column[b]);
}

void link_compare_all(const struct link_records *r, uint32_t a, uint32_t b, uint8_t *levels,
                      struct link_scratch *s)
{
    for (unsigned i = 0; i < r->fields_count; i++)
        levels[i] = (uint8_t)link_compare(r, i, a, b, s);
}
