/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "web_served.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "desk/found.h"
#include "desk/sql.h"

#define HEAD_MAX 16384

/* The desk */

static void unlock(struct served *served)
{
    struct problem problem = {""};
    int error = desk_unlock(served->desk, span_text(SERVED_PASSPHRASE), &problem);
    if (error < 0)
        fail_msg("unlock: %s", problem_text(&problem, error));
}

void served_begin(struct served *served)
{
    struct problem problem = {""};
    struct roster *roster = NULL;
    *served = (struct served){.serving = false};
    sem_init(&served->invited, 0, 0);
    snprintf(served->folder, sizeof served->folder, "/tmp/vouchsafe-web-XXXXXX");
    assert_non_null(mkdtemp(served->folder));
    assert_int_equal(seal_init(), 0);
    struct member_keys *keys = member_keys_random();
    assert_non_null(keys);
    assert_int_equal(found_folder(served->folder, &problem), 0);
    assert_int_equal(found_roster("Veshnia Legal Aid", "Mira Sol", keys, &roster, &problem), 0);
    int error = found_write(served->folder, roster, keys, span_text(SERVED_PASSPHRASE),
                            KEYFILE_COST_MINIMUM_FOR_TESTS, &problem);
    if (error < 0)
        fail_msg("found: %s", problem_text(&problem, error));
    roster_free(roster);
    member_keys_free(keys);
    assert_int_equal(desk_open(served->folder, &served->desk, &problem), 0);
    unlock(served);
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

void served_end(struct served *served)
{
    if (served->serving)
        served_stop(served);
    web_free(served->web);
    desk_rollback(served->desk); /* what a failed test had begun */
    desk_free(served->desk);
    sem_destroy(&served->invited);
    nftw(served->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Serving */

static void *serve(void *context)
{
    struct served *served = context;
    enum web_event event;
    struct buf address;
    while (web_run(served->web, &event) == 0 && event != WEB_STOP) {
        if (event != WEB_TERMINAL)
            continue;
        buf_init(&address, 512);
        web_invite(served->web, &address);
        snprintf(served->invitation, sizeof served->invitation, "%s",
                 strstr(buf_cstr(&address), "/open"));
        buf_release(&address);
        sem_post(&served->invited);
    }
    return NULL;
}

static void start(struct served *served)
{
    struct problem problem = {""};
    int error = web_unlocked(served->web, served->desk, &problem);
    if (error < 0)
        fail_msg("web_unlocked: %s", problem_text(&problem, error));
    assert_int_equal(pthread_create(&served->thread, NULL, serve, served), 0);
    served->serving = true;
}

void served_serve(struct served *served, const struct web_options *options)
{
    struct web_options real = {.token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS};
    if (options)
        real = *options;
    real.listen = "127.0.0.1:0";
    if (!served->web) {
        struct problem problem = {""};
        assert_int_equal(web_new(&real, &served->web, &problem), 0);
        snprintf(served->address, sizeof served->address, "%s", web_address(served->web));
    }
    start(served);
}

void served_stop(struct served *served)
{
    web_interrupt(served->web, WEB_STOP);
    pthread_join(served->thread, NULL);
    served->serving = false;
    assert_int_equal(desk_wake(served->desk, NULL), 0);
}

void served_unlock(struct served *served)
{
    unlock(served);
    start(served);
}

void served_invite(struct served *served)
{
    web_interrupt(served->web, WEB_TERMINAL);
    sem_wait(&served->invited);
}

void served_enter(struct served *served)
{
    served_invite(served);
    struct ask ask = {.path = served->invitation, .cookie = ""};
    struct reply reply = served_ask(served, &ask);
    assert_int_equal(reply.status, 200);
    const char *cookie = reply_header(&reply, "Set-Cookie");
    snprintf(served->cookie, sizeof served->cookie, "%.*s", (int)strcspn(cookie, ";"), cookie);
    reply_release(&reply);
}

/* Callers */

static void put(struct served *served, const struct entry_header *header,
                const struct entry_leaf *leaf, struct span sealed)
{
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                .sealed = sealed,
                                .source = STORE_FROM_DOOR};
    entry_header_write(header, header_bytes);
    entry_leaf_write(leaf, leaf_bytes);
    assert_int_equal(desk_begin(served->desk, NULL), 0);
    assert_int_equal(store_put_pending(desk_store(served->desk), &entry), 0);
    assert_int_equal(desk_commit(served->desk, NULL), 0);
}

void served_report(struct served *served, const struct caller_keys *caller, uint32_t minute,
                   const char *text, uint8_t ret_id[ENTRY_ID_BYTES])
{
    struct envelope envelope = {.kind = KIND_REPORT,
                                .kind_version = 1,
                                .minute = minute,
                                .language = "ru",
                                .channel = "line",
                                .wording = "verbatim",
                                .mailbox = caller->mailbox.public_key,
                                .reply_key = caller->reply_key};
    struct entry_header header = {.day = minute / 1440,
                                  .bucket = (uint8_t)entry_bucket_for(strlen(text))};
    struct entry_leaf leaf;
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES];
    struct buf sealed;
    random_bytes(header.id, sizeof header.id);
    if (served->id_start)
        memcpy(header.id, served->id_start, strlen(served->id_start));
    random_bytes(header.tag, sizeof header.tag);
    codename_erase_secret(caller->erase_key, 0, secret);
    codename_erase_tag(secret, header.erase_tag);
    buf_init(&sealed, 8u << 20);
    assert_int_equal(payload_seal(desk_epoch_now(served->desk)->pair.public_key, &header, &envelope,
                                  span_text(text), NULL, NULL, &sealed, &leaf),
                     0);
    put(served, &header, &leaf, buf_bytes(&sealed));
    buf_release(&sealed);
    memcpy(ret_id, header.id, ENTRY_ID_BYTES);
}

void served_erased(struct served *served, const struct caller_keys *caller,
                   const uint8_t id[ENTRY_ID_BYTES])
{
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES];
    codename_erase_secret(caller->erase_key, 0, secret);
    assert_int_equal(desk_begin(served->desk, NULL), 0);
    assert_int_equal(store_note_erased(desk_store(served->desk), id, secret), 0);
    assert_int_equal(desk_commit(served->desk, NULL), 0);
}

/* The client */

static int dial(const struct served *served)
{
    const char *colon = strchr(served->address, ':');
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void put_header(struct buf *out, const char *name, const char *value)
{
    if (value && value[0])
        buf_printf(out, "%s: %s\r\n", name, value);
}

static void write_request(const struct served *served, const struct ask *ask, struct buf *out)
{
    const char *method = ask->method ? ask->method : "GET";
    /* Without Host only HTTP/1.0 comes through the gate. */
    bool no_host = ask->host && !ask->host[0];
    buf_printf(out, "%s %s HTTP/1.%d\r\n", method, ask->path, no_host ? 0 : 1);
    put_header(out, "Host", ask->host ? ask->host : served->address);
    put_header(out, "Cookie", ask->cookie ? ask->cookie : served->cookie);
    put_header(out, "Origin", ask->origin);
    put_header(out, "Sec-Fetch-Site", ask->site);
    if (strcmp(method, "POST") == 0)
        buf_printf(out,
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                   strlen(ask->body ? ask->body : ""));
    buf_text(out, "\r\n");
    buf_text(out, ask->body ? ask->body : "");
}

struct reply served_ask(struct served *served, const struct ask *ask)
{
    struct reply reply = {.status = 0};
    struct buf request, got;
    int fd = dial(served);
    buf_init(&request, SERVED_BODY_MAX + HEAD_MAX);
    write_request(served, ask, &request);
    assert_int_equal(buf_error(&request), 0);
    for (size_t at = 0; at < request.len;) {
        ssize_t sent = send(fd, request.data + at, request.len - at, MSG_NOSIGNAL);
        assert_true(sent > 0);
        at += (size_t)sent;
    }
    buf_release(&request);
    buf_init(&got, 64u << 20);
    for (;;) {
        uint8_t chunk[65536];
        ssize_t len = recv(fd, chunk, sizeof chunk, 0);
        if (len <= 0)
            break;
        buf_put(&got, chunk, (size_t)len);
    }
    close(fd);
    reply.head = test_malloc(got.len + 1);
    memcpy(reply.head, buf_cstr(&got), got.len + 1);
    char *end = strstr(reply.head, "\r\n\r\n");
    assert_non_null(end);
    end[2] = '\0';
    reply.body = end + 4;
    reply.body_len = got.len - (size_t)(reply.body - reply.head);
    reply.status = (int)strtol(reply.head + 9, NULL, 10);
    buf_release(&got);
    return reply;
}

void reply_release(struct reply *reply)
{
    test_free(reply->head);
    *reply = (struct reply){.status = 0};
}

const char *reply_header(const struct reply *reply, const char *name)
{
    static char value[2048];
    char start[128];
    snprintf(start, sizeof start, "\r\n%s: ", name);
    const char *at = strcasestr(reply->head, start);
    value[0] = '\0';
    if (at) {
        at += strlen(start);
        snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    }
    return value;
}

struct reply served_get(struct served *served, const char *path)
{
    struct ask ask = {.path = path, .site = "same-origin"};
    return served_ask(served, &ask);
}

const char *served_hidden(const char *body, const char *name)
{
    static char value[256];
    char start[128];
    snprintf(start, sizeof start, "name=\"%s\" value=\"", name);
    const char *at = strstr(body, start);
    if (!at)
        fail_msg("the page has no field %s", name);
    at += strlen(start);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

struct reply served_post(struct served *served, const char *page, const char *path,
                         const char *fields)
{
    struct reply form = served_get(served, page);
    struct buf body;
    char origin[80];
    assert_int_equal(form.status, 200);
    buf_init(&body, SERVED_BODY_MAX);
    buf_printf(&body, "csrf=%s", served_hidden(form.body, "csrf"));
    buf_printf(&body, "%s%s", fields[0] ? "&" : "", fields);
    assert_int_equal(buf_error(&body), 0);
    snprintf(origin, sizeof origin, "http://%s", served->address);
    struct ask ask = {.method = "POST",
                      .path = path,
                      .origin = origin,
                      .site = "same-origin",
                      .body = buf_cstr(&body)};
    struct reply reply = served_ask(served, &ask);
    buf_release(&body);
    reply_release(&form);
    return reply;
}
