/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a page: what comes out is UTF-8, no longer than a few times the page, and has no
 * blank paragraphs. */
#include <string.h>

#include "fuzz.h"
#include "origins/read.h"
#include "text/utf8.h"

struct input {
    struct span rest;
    size_t size, documents;
};

static int more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct input *in = arg;
    struct span part = span_slice(in->rest, 0, room < 1000 ? room : 1000);
    if (part.len)
        memcpy(out, part.data, part.len);
    in->rest = span_slice(in->rest, part.len, in->rest.len);
    *ret_got = part.len;
    return 0;
}

static int document(void *arg, const struct read_document *d)
{
    struct input *in = arg;
    ASSERT(utf8_check(d->text, SIZE_MAX) == 0 && d->text.len > 0);
    ASSERT(d->text.len <= 6 * in->size + 64);
    ASSERT(utf8_check(d->about.title, SIZE_MAX) == 0);
    ASSERT(utf8_check(d->about.outlet, SIZE_MAX) == 0);
    ASSERT(utf8_check(d->about.address, SIZE_MAX) == 0);
    ASSERT(d->record.len == 0);
    in->documents++;
    return 0;
}

static int remark(void *arg, const char *sentence)
{
    (void)arg;
    ASSERT(sentence[0]);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct languages *languages;
    struct problem problem = {0};
    if (!languages)
        ASSERT(languages_new(&languages) == 0);
    struct input in = {.rest = span_of(data, size), .size = size};
    const struct read_input input = {.name = "page.html", .more = more, .arg = &in};
    const struct read_sink sink = {.document = document, .remark = remark, .arg = &in};
    if (size > 1 && (data[0] == 0x1f || data[0] == 'W'))
        return 0;
    int error = read_documents(&input, languages, &sink, NULL, &problem);
    ASSERT(error == 0 ? in.documents == 1 : problem.text[0] != '\0');
    return 0;
}
