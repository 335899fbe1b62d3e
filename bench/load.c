/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* load --connect ADDRESS --connections N --requests N
 *      (--get PATH | --post PATH (--body-file FILE | --body-lines FILE) [--type TYPE])
 *      [--host HOST] [--status CODE]
 *
 * {N} in a path or a body is replaced by the number of the request, from 0, so that no two are the
 * same. With --body-lines the request of number n sends line n of the file, and after the last the
 * first again. Prints one line of JSON with the figures, the machine and the load on it before and
 * after. Ends with 1 when a reply had another status than --status (200). */
#include <stdio.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "load_run.h"

#define BODY_BYTES_MAX (64u << 20)
#define LINE_BYTES_MAX 256

struct options {
    const char *connect, *get, *post, *body_file, *body_lines, *type, *host;
    uint64_t connections, requests, status;
    struct buf body;
    struct span *lines;
    size_t line_count;
};

static void put_numbered(struct buf *out, struct span text, uint64_t n)
{
    size_t at = 0;
    for (size_t i = 0; i + 3 <= text.len; i++) {
        if (memcmp(text.data + i, "{N}", 3) != 0)
            continue;
        buf_span(out, span_slice(text, at, i - at));
        buf_printf(out, "%llu", (unsigned long long)n);
        at = i + 3;
    }
    buf_span(out, span_slice(text, at, text.len - at));
}

static void put_head(struct buf *out, const struct options *o, const char *method, uint64_t n)
{
    buf_printf(out, "%s ", method);
    put_numbered(out, span_text(o->post ? o->post : o->get), n);
    buf_printf(out, " HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\nAccept: */*\r\n", o->host);
}

static void make_request(void *context, uint64_t n, struct buf *out)
{
    const struct options *o = context;
    if (!o->post) {
        put_head(out, o, "GET", n);
        buf_text(out, "\r\n");
        return;
    }
    struct buf body;
    buf_init(&body, BODY_BYTES_MAX);
    put_numbered(&body, o->lines[n % o->line_count], n);
    put_head(out, o, "POST", n);
    buf_printf(out, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", o->type, body.len);
    buf_span(out, buf_bytes(&body));
    if (buf_error(&body) < 0)
        buf_fail(out, buf_error(&body));
    buf_release(&body);
}

/* Every line, or all as one. */
static int read_bodies(struct options *o, struct problem *problem)
{
    const char *path = o->body_lines ? o->body_lines : o->body_file;
    TRY(file_read(path, BODY_BYTES_MAX, &o->body, problem));
    struct span all = buf_bytes(&o->body);
    size_t count = 1;
    for (size_t i = 0; o->body_lines && i < all.len; i++)
        count += all.data[i] == '\n';
    o->lines = mem_calloc(count, sizeof *o->lines);
    REJECT_IF(!o->lines, E_NOMEM);
    if (!o->body_lines) {
        o->lines[o->line_count++] = all;
        return 0;
    }
    struct cursor c;
    cursor_init(&c, all);
    while (cursor_left(&c) > 0) {
        struct span line = cursor_line(&c, all.len);
        if (c.failed)
            return problem_set(problem, E_FORMAT, "%s does not end in a newline", path);
        o->lines[o->line_count++] = line;
    }
    if (o->line_count == 0)
        return problem_set(problem, E_FORMAT, "%s is empty", path);
    return 0;
}

static int read_option(struct options *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **text;
        uint64_t *number;
    } known[] = {
        {"--connect", &o->connect, NULL},
        {"--get", &o->get, NULL},
        {"--post", &o->post, NULL},
        {"--body-file", &o->body_file, NULL},
        {"--body-lines", &o->body_lines, NULL},
        {"--type", &o->type, NULL},
        {"--host", &o->host, NULL},
        {"--connections", NULL, &o->connections},
        {"--requests", NULL, &o->requests},
        {"--status", NULL, &o->status},
    };
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strcmp(name, known[i].name) != 0)
            continue;
        if (!known[i].text)
            return decimal_read(span_text(value), 100000000, known[i].number);
        *known[i].text = value;
        return 0;
    }
    return E_ARGUMENT;
}

static int read_options(int argc, char **argv, struct options *o, struct problem *problem)
{
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || read_option(o, argv[i], argv[i + 1]) < 0)
            return problem_set(problem, E_ARGUMENT, "%s: see the top of bench/load.c", argv[i]);
    }
    bool body = o->body_file || o->body_lines;
    if (!o->connect || !o->get == !o->post || (o->post && !body) || !o->connections || !o->requests)
        return problem_set(problem, E_ARGUMENT,
                           "needs --connect, --connections, --requests and --get or --post");
    return o->post ? read_bodies(o, problem) : 0;
}

static void put_first_line(struct buf *out, const char *path, const char *key)
{
    char line[LINE_BYTES_MAX] = "";
    FILE *stream = fopen(path, "r");
    while (stream && fgets(line, sizeof line, stream) && strncmp(line, key, strlen(key)) != 0)
        line[0] = '\0';
    if (stream)
        fclose(stream);
    const char *at = key[0] && strchr(line, ':') ? strchr(line, ':') + 2 : line;
    buf_printf(out, "\"%.*s\"", (int)strcspn(at, "\"\\\n"), at);
}

static int run(const struct options *o, struct problem *problem)
{
    struct load_plan plan = {
        o->connect, (unsigned)o->connections, o->requests, (int)o->status, make_request, NULL};
    struct options copy = *o;
    struct load_result result;
    struct buf out;
    plan.context = &copy;
    buf_init(&out, 65536);
    buf_printf(&out, "{\"load_before\": ");
    put_first_line(&out, "/proc/loadavg", "");
    int error = load_run(&plan, &result, problem);
    if (error == 0) {
        buf_text(&out, ", \"load_after\": ");
        put_first_line(&out, "/proc/loadavg", "");
        buf_text(&out, ", \"cpu\": ");
        put_first_line(&out, "/proc/cpuinfo", "model name");
        buf_printf(&out, ", \"cores\": %ld", sysconf(_SC_NPROCESSORS_ONLN));
        buf_printf(&out, ", \"what\": \"%s %s\", ", o->post ? "POST" : "GET",
                   o->post ? o->post : o->get);
        load_put(&out, &plan, &result);
        printf("%s}\n", buf_cstr(&out));
    }
    buf_release(&out);
    if (error == 0 && result.bad)
        return problem_set(problem, E_NETWORK, "not every reply was as it should be");
    return error;
}

int main(int argc, char **argv)
{
    struct problem problem = {0};
    struct options o = {.host = "load", .type = "application/x-www-form-urlencoded", .status = 200};
    buf_init(&o.body, BODY_BYTES_MAX);
    int error = read_options(argc, argv, &o, &problem);
    if (error == 0)
        error = run(&o, &problem);
    if (error < 0)
        fprintf(stderr, "load: %s\n", problem_text(&problem, error));
    mem_free(o.lines);
    buf_release(&o.body);
    return error < 0 ? 1 : 0;
}
