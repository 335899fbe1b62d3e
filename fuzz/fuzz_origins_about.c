/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a text with a day in it, as the name of a file, as an address, and, behind a line
 * "--", as a table. A day that was found is written as a day that is found again. */
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "origins/about_table.h"

static void check_day(const struct languages *languages, int32_t day)
{
    struct buf written;
    int32_t again;
    buf_init(&written, 64);
    about_put_day(&written, day);
    ASSERT(written.len == 10);
    ASSERT(about_find_day(buf_bytes(&written), languages, &again) && again == day);
    buf_release(&written);
}

static void check_table(const struct languages *languages, struct span csv, struct span path)
{
    struct about_table *table;
    struct problem problem = {0};
    int error = about_table_read(csv, languages, &table, &problem);
    if (error < 0) {
        ASSERT(problem.text[0]);
        return;
    }
    struct about about = {.day = ABOUT_DAY_NONE};
    uint64_t line = 0;
    size_t before = about_table_unused(table, &line);
    about_table_apply(table, path, span_of(NULL, 0), &about);
    about_table_apply(table, path, path, &about);
    ASSERT(about_table_unused(table, &line) <= before);
    about_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct languages *languages;
    static const uint8_t mark[] = "\n--\n";
    struct arena arena;
    struct about about = {.day = ABOUT_DAY_NONE};
    int32_t day;
    if (!languages)
        ASSERT(languages_new(&languages) == 0);
    struct span text = span_of(data, size), csv = {0};
    const uint8_t *at = size ? memmem(data, size, mark, sizeof mark - 1) : NULL;
    if (at) {
        text.len = (size_t)(at - data);
        csv = span_slice(span_of(data, size), text.len + sizeof mark - 1, size);
    }
    arena_init(&arena, 1 << 20);
    if (about_find_day(text, languages, &day))
        check_day(languages, day);
    if (about_find_day_at_top(text, languages, &day))
        check_day(languages, day);
    ASSERT(about_from_name(text, &arena, &about) == 0 || size > 1 << 16);
    if (about.day != ABOUT_DAY_NONE)
        check_day(languages, about.day);
    ASSERT(about_host(text).len <= text.len);
    if (at)
        check_table(languages, csv, text);
    arena_release(&arena);
    return 0;
}
