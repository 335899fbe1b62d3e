/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a file of lists. The first byte says what else is asked: strata, acts, a part of the
 * rest as doubtful pairs or as draws. What is read keeps its sums. */
#include "count/read.h"
#include "fuzz.h"

static void check_documented(const struct count_documented *d)
{
    ASSERT(d->persons <= COUNT_PERSONS_MAX);
    ASSERT(!d->has_reports || d->reports >= d->persons);
    ASSERT(!d->has_merged || d->persons_merged <= d->persons);
}

static void check_stratum(const struct count_data *data, const struct count_stratum_data *s)
{
    check_documented(&s->documented);
    ASSERT(s->has_table == (data->list_count <= COUNT_LISTS_MAX));
    for (unsigned i = 0; i < data->list_count; i++) {
        ASSERT(s->sizes[i] <= s->documented.persons);
        ASSERT(!s->has_table || s->sizes[i] == count_table_on(&s->table, i));
    }
    ASSERT(!s->has_table || count_table_n(&s->table) == s->documented.persons);
    ASSERT(!s->has_table || s->table.cells[0] == 0);
}

static void check(const struct count_data *data)
{
    uint64_t left = 0, persons = 0;
    for (size_t i = 0; i < data->left_out_count; i++)
        left += data->left_out[i].rows;
    ASSERT(data->rows == data->used + left && data->used > 0);
    ASSERT(data->list_count > 0 && data->list_count <= COUNT_NAMES_MAX);
    ASSERT(data->stratum_count > 0 && data->stratum_count <= COUNT_STRATA_MAX);
    ASSERT(data->took_for[0] && data->source);
    check_stratum(data, &data->whole);
    for (size_t i = 0; i < data->stratum_count; i++) {
        check_stratum(data, &data->strata[i]);
        persons += data->strata[i].documented.persons;
    }
    ASSERT(persons == data->whole.documented.persons);
    for (size_t i = 0; i < data->act_count; i++)
        check_documented(&data->acts[i].documented);
}

/* What stands behind the first line "--", if there is one. */
static struct span cut(struct span *text)
{
    static const uint8_t mark[] = "\n--\n";
    const uint8_t *at = text->len ? memmem(text->data, text->len, mark, sizeof mark - 1) : NULL;
    if (!at)
        return span_of(NULL, 0);
    size_t before = (size_t)(at - text->data) + 1;
    struct span behind = span_slice(*text, before + sizeof mark - 2, SIZE_MAX);
    text->len = before;
    return behind;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct count_data read;
    struct problem problem = {0};
    uint8_t asked = size > 0 ? data[0] : 0;
    struct span text = size > 0 ? span_of(data + 1, size - 1) : span_of(data, 0);
    const struct count_input more = {.fd = -1, .bytes = cut(&text)};
    const struct count_reading reading = {.input = {.fd = -1, .bytes = text},
                                          .by = asked & 1 ? "by" : NULL,
                                          .act = asked & 2 ? "act" : NULL,
                                          .doubtful = asked & 4 ? &more : NULL,
                                          .draws = asked & 8 ? &more : NULL,
                                          .has_form = (asked & 16) != 0,
                                          .form = (enum count_form)(asked >> 6) % 3,
                                          .hash_seed = asked};
    int error = count_read(&reading, &read, &problem);
    if (error < 0) {
        ASSERT(error == E_NOMEM || problem.text[0]);
        return 0;
    }
    check(&read);
    count_data_release(&read);
    return 0;
}
