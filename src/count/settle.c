/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/number.h"
#include "count/settle.h"

#include "base/mem.h"
#include "text/fold.h"

static const char *const left_why[COUNT_LEFT_COUNT] = {
    [COUNT_LEFT_NO_ID] = "the row names no person",
    [COUNT_LEFT_NO_LIST] = "the row names no list",
    [COUNT_LEFT_OTHER_LIST] = "the list is none of those asked for",
    [COUNT_LEFT_ON_NO_LIST] = "the person is on none of the lists",
    [COUNT_LEFT_UNSEEN] = "those on no list are what is to be estimated",
};

struct settling {
    struct count_gather *g;
    struct count_data *data;
    struct count_order *order;
};

/* Names */

/* Where each name stands when they are in the order of their bytes. There are at most
 * COUNT_STRATA_MAX, so that going through all pairs is fast. */
static void order_names(const struct count_ids *names, uint16_t *place)
{
    for (uint32_t i = 0; i < names->count; i++) {
        struct span a = count_ids_text(names, i);
        place[i] = 0;
        for (uint32_t j = 0; j < names->count; j++) {
            struct span b = count_ids_text(names, j);
            int differ = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
            place[i] += differ > 0 || (differ == 0 && a.len > b.len);
        }
    }
}

static const char *copy_name(struct settling *s, struct span name)
{
    return arena_copy_text(s->data->memory, name);
}

static int name_lists(struct settling *s)
{
    const struct count_gather *g = s->g;
    uint16_t place[COUNT_NAMES_MAX];
    s->data->list_count = count_gather_lists(g);
    order_names(&g->lists, place);
    for (unsigned i = 0; i < s->data->list_count; i++) {
        bool records = g->columns.form == COUNT_FORM_RECORDS;
        s->order->list[i] = (uint8_t)(records ? place[i] : i);
        char room[COUNT_LIST_NAME_BYTES];
        const char *name =
            copy_name(s, records ? count_ids_text(&g->lists, i)
                                 : count_columns_list(g->rows, &g->columns, i, room));
        REJECT_IF(!name, E_NOMEM);
        s->data->lists[s->order->list[i]] = name;
    }
    return 0;
}

static int name_strata(struct settling *s)
{
    const struct count_gather *g = s->g;
    struct count_data *data = s->data;
    bool has_strata = g->columns.by != COUNT_NO_COLUMN;
    data->stratum_count = has_strata ? g->strata.count : 1;
    data->strata = arena_alloc(data->memory, data->stratum_count * sizeof *data->strata);
    REJECT_IF(!data->strata, E_NOMEM);
    order_names(&g->strata, s->order->stratum);
    if (!has_strata) {
        s->order->stratum[0] = 0;
        return 0;
    }
    data->by = copy_name(s, count_rows_title(g->rows, g->columns.by));
    REJECT_IF(!data->by, E_NOMEM);
    for (uint32_t i = 0; i < g->strata.count; i++) {
        const char *name = copy_name(s, count_ids_text(&g->strata, i));
        REJECT_IF(!name, E_NOMEM);
        data->strata[s->order->stratum[i]].name = name;
    }
    return 0;
}

static int name_acts(struct settling *s)
{
    const struct count_gather *g = s->g;
    struct count_data *data = s->data;
    data->act_count = g->acts.count;
    data->acts = arena_alloc(data->memory, data->act_count * sizeof *data->acts);
    REJECT_IF(!data->acts, E_NOMEM);
    order_names(&g->acts, s->order->act);
    for (uint32_t i = 0; i < g->acts.count; i++) {
        const char *name = copy_name(s, count_ids_text(&g->acts, i));
        REJECT_IF(!name, E_NOMEM);
        data->acts[s->order->act[i]].name = name;
    }
    return 0;
}

/* Numbers */

/* In places of data: what is gathered by list, in the order in which lists came. */
static uint32_t placed(const struct settling *s, uint32_t on)
{
    uint32_t result = 0;
    for (; on; on &= on - 1)
        result |= UINT32_C(1) << s->order->list[__builtin_ctz(on)];
    return result;
}

static void count_persons(struct settling *s)
{
    struct count_gather *g = s->g;
    for (uint32_t i = 0; i < g->persons.count; i++) {
        struct count_tally *t = &g->tallies[g->stratum[i] & ~COUNT_STRATUM_SEVERAL];
        count_gather_tally(g, t, placed(s, g->on[i]), 1);
        t->persons_merged += count_gather_root(g, i) == i;
    }
}

static int count_merged_acts(struct settling *s)
{
    struct count_gather *g = s->g;
    struct count_keys merged;
    uint64_t at = 0, key;
    int error = 0;
    count_keys_init(&merged, g->reading->hash_seed);
    while (g->parent && error == 0 && count_keys_next(&g->person_acts, &at, &key)) {
        uint64_t act = key % COUNT_ACTS_MAX;
        uint64_t root = count_gather_root(g, (uint32_t)(key / COUNT_ACTS_MAX));
        bool is_new = false;
        error = count_keys_put(&merged, root * COUNT_ACTS_MAX + act, &is_new);
        g->act_tallies[act].persons_merged += is_new;
    }
    count_keys_release(&merged);
    return error;
}

static struct count_documented documented(const struct settling *s, uint64_t reports,
                                          uint64_t persons, uint64_t merged)
{
    bool has_merged = s->g->parent != NULL;
    return (struct count_documented){.has_reports = s->data->form == COUNT_FORM_RECORDS,
                                     .reports = reports,
                                     .persons = persons,
                                     .has_merged = has_merged,
                                     .persons_merged = has_merged ? merged : 0};
}

static void put_tally(const struct settling *s, const struct count_tally *t,
                      struct count_stratum_data *to)
{
    to->documented = documented(s, t->reports, t->persons, t->persons_merged);
    memcpy(to->sizes, t->sizes, sizeof to->sizes);
    to->has_table = s->data->list_count <= COUNT_LISTS_MAX;
    if (to->has_table) {
        to->table.lists = s->data->list_count;
        memcpy(to->table.cells, t->cells, sizeof to->table.cells);
    }
}

static int put_whole(struct settling *s)
{
    const struct count_gather *g = s->g;
    struct count_tally *sum = mem_calloc(1, sizeof *sum);
    REJECT_IF(!sum, E_NOMEM);
    for (size_t i = 0; i < s->data->stratum_count; i++) {
        const struct count_tally *t = &g->tallies[i];
        sum->persons += t->persons;
        sum->reports += t->reports;
        sum->persons_merged += t->persons_merged;
        for (unsigned j = 0; j < COUNT_NAMES_MAX; j++)
            sum->sizes[j] += t->sizes[j];
        for (unsigned j = 0; j < COUNT_CELLS_MAX; j++)
            sum->cells[j] += t->cells[j];
        put_tally(s, t, &s->data->strata[s->order->stratum[i]]);
    }
    put_tally(s, sum, &s->data->whole);
    mem_free(sum);
    for (size_t i = 0; i < s->data->act_count; i++) {
        const struct count_act_tally *t = &g->act_tallies[i];
        s->data->acts[s->order->act[i]].documented =
            documented(s, t->reports, t->persons, t->persons_merged);
    }
    return 0;
}

static void put_left_out(struct settling *s)
{
    const struct count_gather *g = s->g;
    s->data->rows = g->row_count;
    s->data->used = g->used_count;
    for (size_t i = 0; i < COUNT_LEFT_COUNT; i++) {
        if (g->left[i].rows > 0)
            s->data->left_out[s->data->left_out_count++] = (struct count_left_out){
                .why = left_why[i], .rows = g->left[i].rows, .first_line = g->left[i].first_line};
    }
}

/* Notes */

/* What does not fit is not silent: the last note says that there are more. */
static int note(struct settling *s, const char *format, ...) PRINTF_LIKE(2, 3);
static int note(struct settling *s, const char *format, ...)
{
    struct count_data *data = s->data;
    struct buf text;
    va_list args;
    if (data->note_count == COUNT_NOTES_MAX)
        return 0;
    buf_init(&text, 65536);
    va_start(args, format);
    if (data->note_count + 1 < COUNT_NOTES_MAX)
        buf_vprintf(&text, format, args);
    else
        buf_text(&text, "There is more of this kind than is listed here.");
    va_end(args);
    const char *copy = buf_error(&text) == 0 ? copy_name(s, buf_bytes(&text)) : NULL;
    buf_release(&text);
    REJECT_IF(!copy, E_NOMEM);
    data->notes[data->note_count++] = copy;
    return 0;
}

#define ROWS(seen) NUMBER((seen).rows), NUMBER((seen).first_line)

static int note_rows(struct settling *s)
{
    const struct count_gather *g = s->g;
    if (g->again.rows > 0 && g->columns.form == COUNT_FORM_FREQUENCIES)
        TRY(note(s,
                 "Rows that give a history once more: %s (the first on line %s); they were "
                 "added up.",
                 ROWS(g->again)));
    else if (g->again.rows > 0)
        TRY(note(s,
                 "Rows of a person who had a row before: %s (the first on line %s); all rows "
                 "of one id are one person.",
                 ROWS(g->again)));
    if (g->strata_differ.rows > 0)
        TRY(note(s,
                 "Persons with rows in several strata: %s (the first is seen on line %s); each "
                 "is counted in the stratum of their first row.",
                 ROWS(g->strata_differ)));
    if (g->unknown_pairs.rows > 0)
        TRY(note(s,
                 "Doubtful pairs that name somebody who is not in the file: %s (the first on "
                 "line %s of the pairs); they change nothing.",
                 ROWS(g->unknown_pairs)));
    return 0;
}

static uint64_t both(const struct settling *s, unsigned i, unsigned j)
{
    return s->g->both[i < j ? i : j][i < j ? j : i];
}

static int note_pair(struct settling *s, unsigned i, unsigned j)
{
    const char *a = s->data->lists[i], *b = s->data->lists[j];
    const uint64_t *sizes = s->data->whole.sizes;
    uint64_t common = both(s, i, j);
    if (sizes[i] == 0 || sizes[j] == 0)
        return 0;
    if (common == sizes[i] && common == sizes[j])
        return note(s,
                    "The lists %.*s and %.*s hold exactly the same persons: one of them says "
                    "nothing.",
                    COUNT_SHORT(a), COUNT_SHORT(b));
    if (common == sizes[i])
        return note(s, "Everybody on the list %.*s is on %.*s too.", COUNT_SHORT(a),
                    COUNT_SHORT(b));
    if (common == sizes[j])
        return note(s, "Everybody on the list %.*s is on %.*s too.", COUNT_SHORT(b),
                    COUNT_SHORT(a));
    return 0;
}

static int note_lists(struct settling *s)
{
    for (unsigned i = 0; i < s->data->list_count; i++) {
        if (s->data->whole.sizes[i] == 0)
            TRY(note(s, "Nobody is on the list %.*s.", COUNT_SHORT(s->data->lists[i])));
        for (unsigned j = i + 1; j < s->data->list_count; j++)
            TRY(note_pair(s, i, j));
    }
    return 0;
}

/* Names that differ only in case, accents or the like are hardly two lists. */
static int note_alike(struct settling *s)
{
    struct buf a, b;
    int error = 0;
    buf_init(&a, 1u << 20);
    buf_init(&b, 1u << 20);
    for (unsigned i = 0; error == 0 && i < s->data->list_count; i++) {
        buf_reset(&a);
        error = fold_search(span_text(s->data->lists[i]), &a);
        for (unsigned j = 0; error == 0 && j < i; j++) {
            buf_reset(&b);
            error = fold_search(span_text(s->data->lists[j]), &b);
            if (error == 0 && span_equal(buf_bytes(&a), buf_bytes(&b)))
                error = note(s, "The lists %.*s and %.*s are named alike, and taken for two.",
                             COUNT_SHORT(s->data->lists[j]), COUNT_SHORT(s->data->lists[i]));
        }
    }
    buf_release(&a);
    buf_release(&b);
    return error == E_NOMEM ? error : 0;
}

static int refuse_absent_lists(const struct settling *s)
{
    const struct count_gather *g = s->g;
    const struct count_reading *reading = g->reading;
    uint32_t number;
    if (g->columns.form != COUNT_FORM_RECORDS ||
        g->used_count + g->left[COUNT_LEFT_OTHER_LIST].rows == 0)
        return 0;
    for (size_t i = 0; i < reading->list_count; i++) {
        if (!count_ids_find(&g->lists, span_text(reading->lists[i]), &number))
            return problem_set(g->problem, E_NOT_FOUND, "no row names the list \"%.*s\".",
                               COUNT_SHORT(reading->lists[i]));
    }
    return 0;
}

static int refuse_nothing(const struct settling *s)
{
    const struct count_gather *g = s->g;
    size_t why = 0;
    while (why < COUNT_LEFT_COUNT && g->left[why].rows == 0)
        why++;
    if (g->used_count > 0 || why == COUNT_LEFT_COUNT)
        return 0;
    return problem_set(g->problem, E_FORMAT, "line %llu: no row can be used; here %s.",
                       (unsigned long long)g->left[why].first_line, left_why[why]);
}

int count_settle(struct count_gather *g, struct count_data *data, struct count_order *ret_order)
{
    struct settling s = {.g = g, .data = data, .order = ret_order};
    TRY(refuse_absent_lists(&s));
    TRY(refuse_nothing(&s));
    data->form = g->columns.form;
    count_columns_describe(g->rows, &g->columns, data->took_for, sizeof data->took_for);
    TRY(name_lists(&s));
    TRY(name_strata(&s));
    TRY(name_acts(&s));
    count_persons(&s);
    TRY(count_merged_acts(&s));
    TRY(put_whole(&s));
    put_left_out(&s);
    TRY(note_rows(&s));
    TRY(note_lists(&s));
    return note_alike(&s);
}
