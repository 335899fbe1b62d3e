/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Paths are sorted by their parts from the last to the first: then those that share most of their
 * ends stand beside each other, and each needs one part more than it shares with a neighbour. */
#include "origins/about_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct named {
    struct about_place *place;
    struct span folder, file, last; /* last: file or what of it is shown */
};

static int compare(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

/* What comes behind the last slash. */
static struct span last_part(struct span path)
{
    size_t from = path.len;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    return span_slice(path, from, path.len);
}

static struct span before(struct span path, struct span part)
{
    path.len -= part.len;
    while (path.len > 0 && path.data[path.len - 1] == '/')
        path.len--;
    return path;
}

static struct span without_ending(struct span file)
{
    static const char *const endings[] = {".gz", ".html", ".htm", ".xhtml", ".txt", ".text"};
    struct span name = file;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        size_t len = strlen(endings[i]);
        if (name.len > len && memcmp(name.data + name.len - len, endings[i], len) == 0)
            name.len -= len;
    }
    return name;
}

static int by_folder(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int order = compare(a->folder, b->folder);
    return order ? order : compare(a->last, b->last);
}

static int by_ends(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int order = compare(a->last, b->last);
    struct span fa = a->folder, fb = b->folder;
    while (order == 0 && fa.len > 0 && fb.len > 0) {
        struct span pa = last_part(fa), pb = last_part(fb);
        order = compare(pa, pb);
        fa = before(fa, pa);
        fb = before(fb, pb);
    }
    return order ? order : (int)(fa.len > 0) - (int)(fb.len > 0);
}

/* How many parts at the end are the same, from 0. */
static size_t shared(const struct named *a, const struct named *b)
{
    size_t parts = compare(a->last, b->last) == 0;
    struct span fa = a->folder, fb = b->folder;
    while (parts > 0 && fa.len > 0 && fb.len > 0) {
        struct span pa = last_part(fa), pb = last_part(fb);
        if (compare(pa, pb) != 0)
            break;
        parts++;
        fa = before(fa, pa);
        fb = before(fb, pb);
    }
    return parts;
}

static void name_by(struct named *n, size_t parts)
{
    struct span path = n->place->path, folder = n->folder;
    for (size_t i = 1; i < parts && folder.len > 0; i++)
        folder = before(folder, last_part(folder));
    size_t from = folder.len;
    while (from < path.len && path.data[from] == '/')
        from++;
    n->place->name = span_slice(path, from, path.len - from - (n->file.len - n->last.len));
}

static void name_files(struct named *files, size_t count)
{
    if (count > 1)
        qsort(files, count, sizeof *files, by_folder);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && by_folder(&files[i], &files[end]) == 0;)
            end++;
        for (size_t j = i; end - i > 1 && j < end; j++)
            files[j].last = files[j].file;
    }
    if (count > 1)
        qsort(files, count, sizeof *files, by_ends);
    for (size_t i = 0; i < count; i++) {
        size_t most = i > 0 ? shared(&files[i], &files[i - 1]) : 0;
        size_t next = i + 1 < count ? shared(&files[i], &files[i + 1]) : 0;
        name_by(&files[i], 1 + (most > next ? most : next));
    }
}

static struct span address_of(struct span record)
{
    const uint8_t *space = memrchr(record.data, ' ', record.len);
    return span_slice(record, 0, space ? (size_t)(space - record.data) : record.len);
}

static int by_record(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    return compare(a->place->record, b->place->record);
}

static void name_records(struct named *records, size_t count)
{
    if (count > 1)
        qsort(records, count, sizeof *records, by_record);
    for (size_t i = 0; i < count; i++) {
        struct span address = address_of(records[i].place->record);
        bool same =
            (i > 0 && compare(address, address_of(records[i - 1].place->record)) == 0) ||
            (i + 1 < count && compare(address, address_of(records[i + 1].place->record)) == 0);
        records[i].place->name = same || address.len == 0 ? records[i].place->record : address;
    }
}

static int by_name(const void *x, const void *y)
{
    const struct named *a = x, *b = y;
    int order = compare(a->place->name, b->place->name);
    if (order == 0)
        order = compare(a->place->path, b->place->path);
    return order ? order : (a->place > b->place) - (a->place < b->place);
}

static bool is_taken(const struct named *sorted, size_t count, struct span name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(sorted[middle].last, name);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* What is still called the same gets a number behind its name. */
static int number_the_same(struct named *all, size_t count, struct arena *arena)
{
    if (count > 1)
        qsort(all, count, sizeof *all, by_name);
    for (size_t i = 0; i < count; i++)
        all[i].last = all[i].place->name;
    size_t number = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare(all[i].last, all[i - 1].last) != 0) {
            number = 1;
            continue;
        }
        char *name;
        do {
            name = arena_printf(arena, "%.*s (%zu)", (int)all[i].last.len,
                                (const char *)all[i].last.data, ++number);
            REJECT_IF(!name, E_NOMEM);
        } while (is_taken(all, count, span_text(name)));
        all[i].place->name = span_text(name);
    }
    return 0;
}

int about_names_make(struct about_place *places, size_t count, struct arena *arena)
{
    struct named *all = mem_calloc(count + 1, sizeof *all);
    REJECT_IF(!all, E_NOMEM);
    size_t files = 0, records = 0;
    for (size_t i = 0; i < count; i++) {
        bool record = places[i].record.len > 0;
        struct named *n = record ? &all[count - ++records] : &all[files++];
        n->place = &places[i];
        n->file = last_part(places[i].path);
        n->folder = before(places[i].path, n->file);
        n->last = without_ending(n->file);
    }
    name_files(all, files);
    name_records(all + files, records);
    int error = number_the_same(all, count, arena);
    mem_free(all);
    return error;
}
