/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* jansson recurses, with a limit of depth of 2,048: the depth is counted before it is asked. */
#include "table/json.h"

#include <jansson.h>
#include <pthread.h>

#include "base/mem.h"
#include "text/show.h"

/* Without memory jansson says nothing, or that a string was expected where one was. */
static _Thread_local bool ran_out;

static void *allocate(size_t bytes)
{
    void *p = mem_alloc(bytes);
    ran_out = ran_out || !p;
    return p;
}

static void use_our_memory(void)
{
    json_set_alloc_funcs(allocate, mem_free);
}

static int check_depth(struct span text, struct problem *problem)
{
    size_t depth = 0, line = 1;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        line += c == '\n';
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{') && ++depth > JSON_DEPTH_MAX)
            return problem_set(problem, E_TOO_LARGE, "line %zu: more than %d levels", line,
                               JSON_DEPTH_MAX);
        else if (!quoted && (c == ']' || c == '}') && depth)
            depth--;
    }
    return 0;
}

/* jansson quotes what it did not like: that is somebody else's text. */
static int say_syntax(const json_error_t *why, struct problem *problem)
{
    struct buf shown;
    buf_init(&shown, PROBLEM_TEXT_MAX);
    show_line(&shown, span_text(why->text), JSON_ERROR_TEXT_LENGTH);
    problem_set(problem, E_FORMAT, "line %d, column %d: %s", why->line, why->column,
                buf_cstr(&shown));
    buf_release(&shown);
    return E_FORMAT;
}

int json_read(struct span text, size_t max_bytes, struct json_node *ret_root,
              struct problem *problem)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, use_our_memory);
    if (text.len > max_bytes)
        return problem_set(problem, E_TOO_LARGE, "more than %zu bytes", max_bytes);
    TRY(check_depth(text, problem));
    json_error_t why;
    ran_out = false;
    struct span known = span_of(text.data, text.len);
    json_t *value = json_loadb((const char *)known.data, known.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!value)
        return ran_out ? E_NOMEM : say_syntax(&why, problem);
    *ret_root = (struct json_node){.value = value};
    return 0;
}

void json_release(struct json_node *root)
{
    ASSERT(!root->parent);
    /* Nodes are for looking only; the root is the one through which the tree is ours. */
    union {
        const void *seen;
        json_t *ours;
    } value = {root->value};
    json_decref(value.ours);
    *root = (struct json_node){0};
}

static void put_path(struct buf *path, const struct json_node *node)
{
    if (!node->parent)
        return;
    put_path(path, node->parent);
    if (node->key)
        buf_printf(path, "%s%s", path->len ? "." : "", node->key);
    else
        buf_printf(path, "[%zu]", node->index);
}

static int refuse(const struct json_node *node, int error, const char *expected,
                  struct problem *problem)
{
    struct buf path;
    buf_init(&path, PROBLEM_TEXT_MAX);
    put_path(&path, node);
    problem_set(problem, error, "%s: expected %s", path.len ? buf_cstr(&path) : "the document",
                expected);
    buf_release(&path);
    return error;
}

static bool is_type(const struct json_node *node, json_type type)
{
    const json_t *value = node->value;
    return value && json_typeof(value) == type;
}

/* A node for the member, of that type; the node is made in any case, for its path. */
static int get_member(const struct json_node *object, const char *key, json_type type,
                      const char *expected, struct json_node *node, struct problem *problem)
{
    if (!is_type(object, JSON_OBJECT))
        return refuse(object, E_FORMAT, "an object", problem);
    *node = (struct json_node){
        .value = json_object_get(object->value, key), .parent = object, .key = key};
    if (!node->value)
        return refuse(node, E_MISSING, expected, problem);
    return is_type(node, type) ? 0 : refuse(node, E_FORMAT, expected, problem);
}

static int get_item(const struct json_node *array, size_t index, json_type type,
                    const char *expected, struct json_node *node, struct problem *problem)
{
    ASSERT(index < json_count(array));
    *node = (struct json_node){
        .value = json_array_get(array->value, index), .parent = array, .index = index};
    return is_type(node, type) ? 0 : refuse(node, E_FORMAT, expected, problem);
}

static struct span text_of(const struct json_node *node)
{
    return span_of(json_string_value(node->value), json_string_length(node->value));
}

bool json_has(const struct json_node *object, const char *key)
{
    return json_object_get(object->value, key) != NULL;
}

int json_get_object(const struct json_node *object, const char *key, struct json_node *ret_node,
                    struct problem *problem)
{
    struct json_node node;
    TRY(get_member(object, key, JSON_OBJECT, "an object", &node, problem));
    *ret_node = node;
    return 0;
}

int json_get_array(const struct json_node *object, const char *key, struct json_node *ret_node,
                   struct problem *problem)
{
    struct json_node node;
    TRY(get_member(object, key, JSON_ARRAY, "a list", &node, problem));
    *ret_node = node;
    return 0;
}

int json_get_text(const struct json_node *object, const char *key, struct span *ret_text,
                  struct problem *problem)
{
    struct json_node node;
    TRY(get_member(object, key, JSON_STRING, "text", &node, problem));
    *ret_text = text_of(&node);
    return 0;
}

int json_get_int(const struct json_node *object, const char *key, int64_t min, int64_t max,
                 int64_t *ret_value, struct problem *problem)
{
    struct json_node node;
    TRY(get_member(object, key, JSON_INTEGER, "a whole number", &node, problem));
    int64_t value = json_integer_value(node.value);
    if (value < min || value > max) {
        char expected[80];
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld", (long long)min,
                 (long long)max);
        return refuse(&node, E_FORMAT, expected, problem);
    }
    *ret_value = value;
    return 0;
}

int json_get_real(const struct json_node *object, const char *key, double min, double max,
                  double *ret_value, struct problem *problem)
{
    struct json_node node;
    if (get_member(object, key, JSON_INTEGER, "a number", &node, NULL) < 0)
        TRY(get_member(object, key, JSON_REAL, "a number", &node, problem));
    double value = json_number_value(node.value);
    if (!(value >= min && value <= max)) {
        char expected[80];
        snprintf(expected, sizeof expected, "a number from %g to %g", min, max);
        return refuse(&node, E_FORMAT, expected, problem);
    }
    *ret_value = value;
    return 0;
}

int json_get_bool(const struct json_node *object, const char *key, bool *ret_value,
                  struct problem *problem)
{
    struct json_node node;
    if (get_member(object, key, JSON_TRUE, "true or false", &node, NULL) == 0) {
        *ret_value = true;
        return 0;
    }
    TRY(get_member(object, key, JSON_FALSE, "true or false", &node, problem));
    *ret_value = false;
    return 0;
}

size_t json_count(const struct json_node *array)
{
    return json_array_size(array->value);
}

int json_item_object(const struct json_node *array, size_t index, struct json_node *ret_node,
                     struct problem *problem)
{
    struct json_node node;
    TRY(get_item(array, index, JSON_OBJECT, "an object", &node, problem));
    *ret_node = node;
    return 0;
}

int json_item_text(const struct json_node *array, size_t index, struct span *ret_text,
                   struct problem *problem)
{
    struct json_node node;
    TRY(get_item(array, index, JSON_STRING, "text", &node, problem));
    *ret_text = text_of(&node);
    return 0;
}
