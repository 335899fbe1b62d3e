/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as a WARC file, packed or not: documents are UTF-8 and have an address, and every
 * record that is left out is remarked on. */
#include <string.h>

#include "fuzz.h"
#include "origins/read.h"
#include "text/utf8.h"

static int more(void *arg, uint8_t *out, size_t room, size_t *ret_got)
{
    struct span *rest = arg, part = span_slice(*rest, 0, room < 777 ? room : 777);
    if (part.len)
        memcpy(out, part.data, part.len);
    *rest = span_slice(*rest, part.len, rest->len);
    *ret_got = part.len;
    return 0;
}

static int document(void *arg, const struct read_document *d)
{
    size_t *documents = arg;
    ASSERT(utf8_check(d->text, SIZE_MAX) == 0 && d->text.len > 0);
    ASSERT(d->about.day == ABOUT_DAY_NONE || (d->about.day > -63000 && d->about.day < 84000));
    ++*documents;
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
    size_t documents = 0;
    if (!languages)
        ASSERT(languages_new(&languages) == 0);
    struct span rest = span_of(data, size);
    const struct read_input input = {.name = "crawl.warc.gz", .more = more, .arg = &rest};
    const struct read_sink sink = {.document = document, .remark = remark, .arg = &documents};
    int error = read_documents(&input, languages, &sink, NULL, &problem);
    ASSERT(error == 0 || problem.text[0]);
    ASSERT(documents <= size / 20 + 1);
    return 0;
}
