/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a list of records, or as two, parted by a line "--": read, its columns guessed, and
 * brought to comparable fields; every value is looked at. The first byte says whether it is a file
 * that vouchsafe link wrote. */
#include "base/mem.h"
#include "fuzz.h"
#include "link/records.h"

static void look_at(const struct link_records *r)
{
    struct link_scratch *scratch = link_scratch_new(r);
    uint32_t count = (uint32_t)link_records_count(r);
    uint8_t there[LINK_FIELDS_MAX] = {0}, back[LINK_FIELDS_MAX] = {0};
    for (uint32_t i = 0; i < count && scratch; i++) {
        link_compare_all(r, i, count - 1 - i, there, scratch);
        link_compare_all(r, count - 1 - i, i, back, scratch);
        for (unsigned f = 0; f < link_records_fields(r); f++) {
            ASSERT(there[f] == back[f] && there[f] < link_field_levels(r, f));
            ASSERT(link_record_values(r, i)[f] < link_field_values(r, f));
        }
    }
    link_scratch_free(scratch);
}

static void understand(struct link_lists *lists)
{
    struct link_columns columns = {0};
    struct link_records *records;
    struct problem problem = {0};
    if (link_columns_guess(lists, NULL, &columns, &problem) == 0 &&
        link_records_new(lists, &columns, &records, &problem) == 0) {
        look_at(records);
        link_records_free(records);
    }
    link_columns_release(&columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t mark[] = "\n--\n";
    if (size == 0)
        return 0;
    struct span text = span_of(data + 1, size - 1);
    const uint8_t *at = text.len ? memmem(text.data, text.len, mark, sizeof mark - 1) : NULL;
    size_t first = at ? (size_t)(at - text.data) + 1 : text.len;
    struct link_source sources[] = {
        {.name = "one", .fd = -1, .text = span_slice(text, 0, first), .linked = data[0] == 'L'},
        {.name = "other", .fd = -1, .text = span_slice(text, first + sizeof mark - 2, SIZE_MAX)}};
    struct link_lists lists = {0};
    struct problem problem = {0};
    int error = link_read(sources, at ? 2 : 1, NULL, &lists, &problem);
    if (error == 0)
        understand(&lists);
    else
        ASSERT(error == E_NOMEM || problem.text[0]);
    link_lists_release(&lists);
    return 0;
}
