/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reads a document, looks at it as a program would, and writes the input as one string, which must
 * be read again as the same text. */
#include "base/error.h"
#include "fuzz.h"
#include "table/json.h"
#include "text/utf8.h"

static void look_at(const struct json_node *object)
{
    struct json_node list, item;
    struct problem problem;
    struct span text;
    int64_t number;
    bool flag;
    problem_clear(&problem);
    if (json_get_text(object, "a", &text, &problem) == 0)
        ASSERT(utf8_check(text, SIZE_MAX) == 0);
    if (json_get_int(object, "b", -100, 100, &number, &problem) == 0)
        ASSERT(number >= -100 && number <= 100);
    (void)!json_get_bool(object, "c", &flag, &problem);
    if (json_get_object(object, "d", &item, &problem) == 0)
        look_at(&item);
    if (json_get_array(object, "e", &list, &problem) < 0)
        return;
    for (size_t i = 0; i < json_count(&list); i++) {
        if (json_item_object(&list, i, &item, &problem) == 0)
            look_at(&item);
        else
            (void)!json_item_text(&list, i, &text, &problem);
    }
}

static void write_and_read(struct span text)
{
    struct buf out;
    struct json_writer w;
    struct json_node root;
    struct span back;
    buf_init(&out, 1 << 24);
    json_writer_init(&w, &out);
    json_open_object(&w, NULL);
    json_put_text(&w, "a", text);
    json_close_object(&w);
    json_writer_end(&w);
    int error = json_read(buf_bytes(&out), 1 << 24, &root, NULL);
    bool has_nul = false;
    for (size_t i = 0; i < text.len; i++)
        has_nul = has_nul || text.data[i] == 0;
    ASSERT((error == 0) == !has_nul);
    if (error == 0) {
        ASSERT(json_get_text(&root, "a", &back, NULL) == 0);
        ASSERT(utf8_check(text, SIZE_MAX) < 0 || span_equal(back, text));
        json_release(&root);
    }
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_node root;
    struct problem problem;
    problem_clear(&problem);
    if (json_read(span_of(data, size), 1 << 16, &root, &problem) == 0) {
        look_at(&root);
        json_release(&root);
    } else {
        ASSERT(problem.text[0]);
    }
    write_and_read(span_of(data, size));
    return 0;
}
