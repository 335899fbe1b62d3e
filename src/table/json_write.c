/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "table/json.h"

#include "table/real.h"
#include "text/utf8.h"

void json_writer_init(struct json_writer *w, struct buf *out)
{
    *w = (struct json_writer){.out = out};
}

/* Legal in JSON as they are, but they hide or turn around what a terminal shows. */
static bool must_escape(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7F && c <= 0x9F) || c == 0xAD ||
           c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
           (c >= 0xE0000 && c <= 0xE0FFF);
}

static void put_escaped(struct buf *out, uint32_t c)
{
    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", (int)c);
    else if (c == '\n')
        buf_text(out, "\\n");
    else if (c > 0xFFFF)
        buf_printf(out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                   (unsigned)(0xDC00 + (c & 0x3FF)));
    else
        buf_printf(out, "\\u%04x", (unsigned)c);
}

static void put_string(struct buf *out, struct span text)
{
    buf_u8(out, '"');
    while (text.len) {
        struct span rest = text;
        uint32_t c = utf8_next(&rest);
        if (c == UTF8_INVALID)
            utf8_put(out, 0xFFFD);
        else if (must_escape(c))
            put_escaped(out, c);
        else
            buf_put(out, text.data, text.len - rest.len);
        text = rest;
    }
    buf_u8(out, '"');
}

/* The comma and the key before a value. */
static void begin_value(struct json_writer *w, const char *key)
{
    bool in_object = w->depth && w->closes[w->depth] == '}';
    ASSERT(in_object == (key != NULL));
    ASSERT(w->depth || !w->any[0]);
    if (w->any[w->depth])
        buf_u8(w->out, ',');
    w->any[w->depth] = true;
    if (key) {
        put_string(w->out, span_text(key));
        buf_u8(w->out, ':');
    }
}

static void open_level(struct json_writer *w, const char *key, char opens, char closes)
{
    begin_value(w, key);
    ASSERT(w->depth < JSON_DEPTH_MAX);
    w->depth++;
    w->any[w->depth] = false;
    w->closes[w->depth] = closes;
    buf_u8(w->out, (uint8_t)opens);
}

static void close_level(struct json_writer *w, char closes)
{
    ASSERT(w->depth && w->closes[w->depth] == closes);
    w->depth--;
    buf_u8(w->out, (uint8_t)closes);
}

void json_open_object(struct json_writer *w, const char *key)
{
    open_level(w, key, '{', '}');
}

void json_close_object(struct json_writer *w)
{
    close_level(w, '}');
}

void json_open_array(struct json_writer *w, const char *key)
{
    open_level(w, key, '[', ']');
}

void json_close_array(struct json_writer *w)
{
    close_level(w, ']');
}

void json_put_text(struct json_writer *w, const char *key, struct span text)
{
    begin_value(w, key);
    put_string(w->out, text);
}

void json_put_cstr(struct json_writer *w, const char *key, const char *text)
{
    json_put_text(w, key, span_text(text));
}

void json_put_int(struct json_writer *w, const char *key, int64_t v)
{
    begin_value(w, key);
    buf_printf(w->out, "%lld", (long long)v);
}

void json_put_real(struct json_writer *w, const char *key, double v)
{
    begin_value(w, key);
    real_put(w->out, v);
}

void json_put_bool(struct json_writer *w, const char *key, bool v)
{
    begin_value(w, key);
    buf_text(w->out, v ? "true" : "false");
}

void json_put_null(struct json_writer *w, const char *key)
{
    begin_value(w, key);
    buf_text(w->out, "null");
}

void json_writer_end(struct json_writer *w)
{
    ASSERT(w->depth == 0 && w->any[0]);
    buf_u8(w->out, '\n');
}
