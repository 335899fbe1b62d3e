/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* JSON (RFC 8259), the one way in and the one way out.
 *
 * Out: a writer that appends to a buffer as it is told. To nest wrongly is our own mistake and
 * stops the process. Text may be anything: what is no UTF-8 becomes U+FFFD, and controls,
 * bidirectional and invisible characters are escaped, so that a terminal is safe from them.
 *
 * In: a whole document with limits, then members by name and type. Each refusal says where:
 * "line 2, column 7: ..." for the syntax, "members[2].name: expected text" for the content. */
#ifndef TABLE_JSON_H
#define TABLE_JSON_H

#include "base/buf.h"
#include "base/error.h"

#define JSON_DEPTH_MAX 32

struct json_writer {
    struct buf *out;
    size_t depth;
    bool any[JSON_DEPTH_MAX + 1];
    char closes[JSON_DEPTH_MAX + 1];
};

/* key is the member's name inside an object, and NULL inside an array and at the top. */
void json_writer_init(struct json_writer *w, struct buf *out);
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);
void json_put_text(struct json_writer *w, const char *key, struct span text);
void json_put_cstr(struct json_writer *w, const char *key, const char *text);
void json_put_int(struct json_writer *w, const char *key, int64_t v);
/* Finite. As few digits as give the same number when they are read again. */
void json_put_real(struct json_writer *w, const char *key, double v);
void json_put_bool(struct json_writer *w, const char *key, bool v);
void json_put_null(struct json_writer *w, const char *key);
/* Everything was closed and there was one value; a newline is added. */
void json_writer_end(struct json_writer *w);

/* A place in a document that was read; the parent must live as long as the node. */
struct json_node {
    const void *value;
    const struct json_node *parent;
    const char *key;
    size_t index;
};

/* Refuses over JSON_DEPTH_MAX levels, doubled names, U+0000, and anything after the value. The
 * root is released with json_release. E_FORMAT, E_TOO_LARGE, E_NOMEM. */
int json_read(struct span text, size_t max_bytes, struct json_node *ret_root,
              struct problem *problem) MUST_USE;
void json_release(struct json_node *root);

/* A member of an object. E_MISSING when there is none, E_FORMAT when it is of another type. */
bool json_has(const struct json_node *object, const char *key);
int json_get_object(const struct json_node *object, const char *key, struct json_node *ret_node,
                    struct problem *problem) MUST_USE;
int json_get_array(const struct json_node *object, const char *key, struct json_node *ret_node,
                   struct problem *problem) MUST_USE;
/* The view lives as long as the root. */
int json_get_text(const struct json_node *object, const char *key, struct span *ret_text,
                  struct problem *problem) MUST_USE;
int json_get_int(const struct json_node *object, const char *key, int64_t min, int64_t max,
                 int64_t *ret_value, struct problem *problem) MUST_USE;
/* A whole number is a real one too. */
int json_get_real(const struct json_node *object, const char *key, double min, double max,
                  double *ret_value, struct problem *problem) MUST_USE;
int json_get_bool(const struct json_node *object, const char *key, bool *ret_value,
                  struct problem *problem) MUST_USE;
/* The items of an array; index below json_count. */
size_t json_count(const struct json_node *array);
int json_item_object(const struct json_node *array, size_t index, struct json_node *ret_node,
                     struct problem *problem) MUST_USE;
int json_item_text(const struct json_node *array, size_t index, struct span *ret_text,
                   struct problem *problem) MUST_USE;

#endif
