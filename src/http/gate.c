/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Lines are judged in order, each byte once, and nothing is judged before the bytes that decide it
 * are there: so the verdict on a beginning is the verdict on the whole, and a head that comes byte
 * by byte cannot be seen in two ways.
 *
 * The bounds on query fields and cookies are there because the library behind the gate makes a
 * record of each in the memory of the connection. */
#include "http/gate.h"

#include <string.h>
#include <strings.h>

#include "base/encode.h"

enum { BAD_REQUEST = 400, NOT_ALLOWED = 405, LENGTH_REQUIRED = 411, BODY_TOO_LARGE = 413 };
enum { LINE_TOO_LONG = 414, EXPECTATION = 417, HEAD_TOO_LARGE = 431, NOT_IMPLEMENTED = 501 };
enum { VERSION_NOT_SUPPORTED = 505 };

struct gate {
    struct span bytes;
    const struct gate_limits *limits;
    struct gate_head *head;
    size_t at; /* where the next line begins */
    bool http_1_1, has_host, has_length;
    size_t count;
    struct span names[GATE_HEADERS_MAX];
};

/* Lists by nature, of which we read nothing that two lines could disagree about. */
static const char *const repeatable[] = {
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "via",
};

static enum gate_verdict refuse(struct gate *g, int status)
{
    g->head->status = status;
    return GATE_REFUSE;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_one_of(uint8_t c, const char *set)
{
    return c && strchr(set, c);
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alphanumeric(text.data[i]) && !is_one_of(text.data[i], "-_!#$%&'*+.^`|~"))
            return false;
    }
    return text.len > 0;
}

static bool is_text(struct span text, const char *wanted)
{
    return span_equal(text, span_text(wanted));
}

static bool is_name(struct span name, const char *wanted)
{
    size_t len = strlen(wanted);
    return name.len == len && strncasecmp((const char *)name.data, wanted, len) == 0;
}

static size_t count_of(struct span text, const char *set)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += is_one_of(text.data[i], set);
    return count;
}

/* The next line without its CRLF, which must end before line_max. GATE_PASS when there is one. */
static enum gate_verdict take_line(struct gate *g, size_t line_max, int too_long,
                                   struct span *ret_line)
{
    const uint8_t *bytes = g->bytes.data;
    bool after_cr = false;
    for (size_t i = g->at;; i++) {
        if (i == line_max)
            return refuse(g, too_long);
        if (i == g->bytes.len)
            return GATE_MORE;
        uint8_t c = bytes[i];
        if (after_cr && c == '\n') {
            *ret_line = span_slice(g->bytes, g->at, i - 1 - g->at);
            g->at = i + 1;
            return GATE_PASS;
        }
        if (after_cr || c == 0x7f || (c < 0x20 && c != '\r' && c != '\t'))
            return refuse(g, BAD_REQUEST);
        after_cr = c == '\r';
    }
}

/* Cuts off what stands before the first c; false when there is no c. */
static bool take_until(struct span *rest, uint8_t c, struct span *ret_part)
{
    const uint8_t *found = rest->len ? memchr(rest->data, c, rest->len) : NULL;
    if (!found)
        return false;
    size_t len = (size_t)(found - rest->data);
    *ret_part = span_slice(*rest, 0, len);
    *rest = span_slice(*rest, len + 1, rest->len - len - 1);
    return true;
}

static int version_status(struct gate *g, struct span version)
{
    const uint8_t *at = version.data;
    if (version.len != 8 || memcmp(at, "HTTP/", 5) != 0 || at[6] != '.' || !is_digit(at[5]) ||
        !is_digit(at[7]))
        return BAD_REQUEST;
    g->http_1_1 = is_text(version, "HTTP/1.1");
    return g->http_1_1 || is_text(version, "HTTP/1.0") ? 0 : VERSION_NOT_SUPPORTED;
}

static int method_status(struct gate *g, struct span method)
{
    static const char *const known[] = {"HEAD",    "PUT",   "DELETE", "CONNECT",
                                        "OPTIONS", "TRACE", "PATCH"};
    g->head->post = is_text(method, "POST");
    if (g->head->post || is_text(method, "GET"))
        return 0;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (is_text(method, known[i]))
            return NOT_ALLOWED;
    }
    return is_token(method) ? NOT_IMPLEMENTED : BAD_REQUEST;
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 3986: *( "/" pchar* ) [ "?" query ] */
static int target_status(struct gate *g, struct span target)
{
    if (target.len == 0 || target.data[0] != '/')
        return BAD_REQUEST;
    for (size_t i = 0; i < target.len; i++) {
        uint8_t c = target.data[i];
        bool escape = c == '%' && i + 2 < target.len && is_hex(target.data[i + 1]) &&
                      is_hex(target.data[i + 2]);
        if (!escape && !is_alphanumeric(c) && !is_one_of(c, "/-._~?=&:@!$'()*+,;"))
            return BAD_REQUEST;
    }
    if (count_of(target, "&") >= GATE_QUERY_FIELDS_MAX)
        return BAD_REQUEST;
    g->head->target = target;
    return 0;
}

static enum gate_verdict check_request_line(struct gate *g)
{
    bool short_head = g->limits->head_bytes_max < GATE_LINE_BYTES_MAX;
    struct span line, method = {0}, target = {0};
    enum gate_verdict verdict =
        take_line(g, short_head ? g->limits->head_bytes_max : GATE_LINE_BYTES_MAX,
                  short_head ? HEAD_TOO_LARGE : LINE_TOO_LONG, &line);
    if (verdict != GATE_PASS)
        return verdict;
    if (!take_until(&line, ' ', &method) || !take_until(&line, ' ', &target))
        return refuse(g, BAD_REQUEST);
    int status = version_status(g, line);
    if (!status)
        status = method_status(g, method);
    if (!status)
        status = target_status(g, target);
    return status ? refuse(g, status) : GATE_PASS;
}

static bool is_repeated(const struct gate *g, struct span name)
{
    for (size_t i = 0; i < COUNT_OF(repeatable); i++) {
        if (is_name(name, repeatable[i]))
            return false;
    }
    for (size_t i = 0; i < g->count; i++) {
        if (g->names[i].len == name.len &&
            strncasecmp((const char *)g->names[i].data, (const char *)name.data, name.len) == 0)
            return true;
    }
    return false;
}

/* uri-host [ ":" port ], by its characters. */
static bool is_host(struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (!is_alphanumeric(value.data[i]) && !is_one_of(value.data[i], "-.:[]_~%!$&'()*+,;="))
            return false;
    }
    return value.len > 0;
}

static int length_status(struct gate *g, struct span value)
{
    uint64_t length;
    for (size_t i = 0; i < value.len; i++) {
        if (!is_digit(value.data[i]))
            return BAD_REQUEST;
    }
    if (value.len == 0 || (value.len > 1 && value.data[0] == '0'))
        return BAD_REQUEST;
    g->has_length = true;
    /* Only digits are left, so that it cannot be read means that it is too large. */
    if (decimal_read(value, g->limits->body_bytes_max, &length) < 0)
        return g->head->post ? BODY_TOO_LARGE : BAD_REQUEST;
    g->head->body_bytes = (size_t)length;
    return 0;
}

static int value_status(struct gate *g, struct span name, struct span value)
{
    if (value.len && is_one_of(value.data[value.len - 1], " \t"))
        return BAD_REQUEST;
    if (is_name(name, "host")) {
        g->has_host = true;
        return is_host(value) ? 0 : BAD_REQUEST;
    }
    if (is_name(name, "content-length"))
        return length_status(g, value);
    if (is_name(name, "transfer-encoding"))
        return NOT_IMPLEMENTED;
    if (is_name(name, "expect"))
        return EXPECTATION;
    if (is_name(name, "cookie"))
        return count_of(value, ";,") >= GATE_COOKIES_MAX ? HEAD_TOO_LARGE : 0;
    return 0;
}

static enum gate_verdict check_header(struct gate *g, struct span line)
{
    struct span name = {0};
    if (!take_until(&line, ':', &name) || !is_token(name))
        return refuse(g, BAD_REQUEST);
    if (g->count == GATE_HEADERS_MAX)
        return refuse(g, HEAD_TOO_LARGE);
    if (is_repeated(g, name))
        return refuse(g, BAD_REQUEST);
    g->names[g->count++] = name;
    while (line.len && is_one_of(line.data[0], " \t"))
        line = span_slice(line, 1, line.len - 1);
    int status = value_status(g, name, line);
    return status ? refuse(g, status) : GATE_PASS;
}

static enum gate_verdict check_end(struct gate *g)
{
    if (g->http_1_1 && !g->has_host)
        return refuse(g, BAD_REQUEST);
    if (g->head->post && !g->has_length)
        return refuse(g, LENGTH_REQUIRED);
    if (!g->head->post && g->has_length)
        return refuse(g, BAD_REQUEST);
    g->head->head_bytes = g->at;
    return GATE_PASS;
}

enum gate_verdict gate_check(struct span bytes, const struct gate_limits *limits,
                             struct gate_head *ret_head)
{
    struct gate g = {.bytes = bytes, .limits = limits, .head = ret_head};
    *ret_head = (struct gate_head){0};
    enum gate_verdict verdict = check_request_line(&g);
    while (verdict == GATE_PASS) {
        struct span line;
        verdict = take_line(&g, limits->head_bytes_max, HEAD_TOO_LARGE, &line);
        if (verdict == GATE_PASS && line.len == 0)
            return check_end(&g);
        if (verdict == GATE_PASS)
            verdict = check_header(&g, line);
    }
    return verdict;
}
