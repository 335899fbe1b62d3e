/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/hatch.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "line/nonce.h"
#include "line/worker.h"

#define CONNECTIONS_MAX 64
#define HEAD_BYTES_MAX 8192
#define BODY_BYTES_MAX (2u << 20)
/* A desk behind Tor pulls large replies. */
#define DEADLINE_MS (600 * 1000)

struct hatch {
    struct worker worker;
    struct nonces nonces;
    struct note_key note_key;
    int64_t started_ms;
};

/* A request whose answer the keeper is asked for. */
struct exchange {
    struct hatch *hatch;
    struct http_request *request; /* NULL when the desk has gone */
    bool changes_roster;
};

static uint32_t now_s(const struct hatch *hatch)
{
    return (uint32_t)((clock_monotonic_ms() - hatch->started_ms) / 1000);
}

static void reply(struct hatch *hatch, struct http_request *request, int status,
                  const char *content_type, struct span body)
{
    struct buf nonce;
    struct http_reply_header header = {"Vouchsafe-Next-Nonce", NULL};

    buf_init(&nonce, 64);
    nonce_make(&hatch->nonces, now_s(hatch), &nonce);
    header.value = buf_cstr(&nonce);
    http_reply(request, status, content_type, body, &header, 1);
    buf_release(&nonce);
}

static void refuse(struct hatch *hatch, struct http_request *request, int error)
{
    reply(hatch, request, error_http_status(error), "text/plain; charset=utf-8",
          span_text(error_sentence(error)));
}

static void exchange_gone(void *state)
{
    ((struct exchange *)state)->request = NULL;
}

static void answered(void *context, int error, struct span body)
{
    struct exchange *exchange = context;

    if (error == 0 && exchange->changes_roster)
        worker_refresh_roster(&exchange->hatch->worker);
    if (exchange->request) {
        http_set_state(exchange->request, NULL, NULL);
        if (error == 0)
            reply(exchange->hatch, exchange->request, 200, "application/octet-stream", body);
        else
            refuse(exchange->hatch, exchange->request, error);
    }
    mem_free(exchange);
}

static void ask(struct hatch *hatch, struct http_request *request, enum wire_op op,
                struct span body)
{
    struct exchange *exchange = mem_calloc(1, sizeof *exchange);
    int error = exchange ? 0 : E_NOMEM;

    if (error == 0) {
        *exchange = (struct exchange){
            .hatch = hatch, .request = request, .changes_roster = op == WIRE_ROSTER_ADD};
        http_set_state(request, exchange, exchange_gone);
        error = ask_later(hatch->worker.ask, op, body, answered, exchange);
    }
    if (error < 0) {
        http_set_state(request, NULL, NULL);
        mem_free(exchange);
        refuse(hatch, request, error);
    }
}

/* What is signed; docs/crypto.md, "Hatch". */
static void signed_text(const struct hatch *hatch, const struct http_request *request,
                        const char *nonce, struct buf *out)
{
    struct hash body = hash_sha256(http_body(request));

    buf_printf(out, "vouchsafe/hatch/1\n%s\n%s\n%s\n%s\n", http_method(request), http_path(request),
               nonce, hatch->note_key.name);
    hex_put(out, span_of(body.bytes, HASH_BYTES));
    buf_text(out, "\n");
}

static int check_signature(const struct hatch *hatch, const struct http_request *request,
                           const uint8_t member[SIGN_KEY_BYTES], const char *nonce,
                           const char *signature_text)
{
    struct buf text, signature;
    int error;

    buf_init(&text, 16384);
    buf_init(&signature, 128);
    signed_text(hatch, request, nonce, &text);
    error = base64url_read(span_text(signature_text), &signature);
    if (error == 0)
        error = buf_error(&text);
    if (error == 0 &&
        (signature.len != SIGN_BYTES || !sign_verify(member, buf_bytes(&text), signature.data)))
        error = E_SIGNATURE;
    buf_release(&text);
    buf_release(&signature);
    return error;
}

/* Who asks: a member whose signature fits and whose nonce was not used before. */
static int check_member(struct hatch *hatch, struct http_request *request,
                        uint8_t ret_member[SIGN_KEY_BYTES])
{
    const char *member = http_header(request, "Vouchsafe-Member");
    const char *nonce = http_header(request, "Vouchsafe-Nonce");
    const char *signature = http_header(request, "Vouchsafe-Signature");
    uint8_t nonce_bytes[NONCE_BYTES];

    REJECT_IF(!member || !nonce || !signature, E_DENIED);
    REJECT_IF(http_query(request)[0] != '\0', E_DENIED);
    TRY(hex_read(span_text(member), ret_member, SIGN_KEY_BYTES));
    REJECT_IF(!roster_member_find(hatch->worker.roster, ret_member), E_DENIED);
    TRY(nonce_check(&hatch->nonces, now_s(hatch), span_text(nonce), nonce_bytes));
    TRY(check_signature(hatch, request, ret_member, nonce, signature));
    return nonce_use(&hatch->nonces, now_s(hatch), nonce_bytes);
}

static bool is_request(const struct http_request *request, const char *method, const char *path)
{
    return strcmp(http_method(request), method) == 0 && strcmp(http_path(request), path) == 0;
}

static void give_nonce(struct hatch *hatch, struct http_request *request)
{
    struct buf nonce;

    buf_init(&nonce, 64);
    nonce_make(&hatch->nonces, now_s(hatch), &nonce);
    reply(hatch, request, 200, "text/plain; charset=utf-8", buf_bytes(&nonce));
    buf_release(&nonce);
}

static void give_line_key(struct hatch *hatch, struct http_request *request)
{
    struct buf key;

    buf_init(&key, 1024);
    note_key_write(&hatch->note_key, &key);
    buf_text(&key, "\n");
    reply(hatch, request, 200, "text/plain; charset=utf-8", buf_bytes(&key));
    buf_release(&key);
}

static void take_held(struct hatch *hatch, struct http_request *request,
                      const uint8_t member[SIGN_KEY_BYTES])
{
    struct span note = http_body(request);
    struct buf body;

    buf_init(&body, BODY_BYTES_MAX + SIGN_KEY_BYTES);
    buf_put(&body, member, SIGN_KEY_BYTES);
    buf_span(&body, note);
    /* The keeper drops a connection that asks for what is out of bounds, so bounds are kept
     * here. */
    if (buf_error(&body) < 0 || note.len == 0 || body.len > wire_rule_of(WIRE_HELD)->body_max)
        refuse(hatch, request, E_FORMAT);
    else
        ask(hatch, request, WIRE_HELD, buf_bytes(&body));
    buf_release(&body);
}

static void post(struct hatch *hatch, struct http_request *request, enum wire_op op)
{
    struct span body = http_body(request);
    const struct wire_rule *rule = wire_rule_of(op);

    if (body.len < rule->body_min || body.len > rule->body_max)
        refuse(hatch, request, body.len > rule->body_max ? E_TOO_LARGE : E_FORMAT);
    else
        ask(hatch, request, op, body);
}

static const struct {
    const char *path;
    enum wire_op op;
} lists[] = {
    {"/checkpoint", WIRE_CHECKPOINT},
    {"/pending", WIRE_PENDING},
    {"/erased", WIRE_ERASED},
    {"/roster", WIRE_ROSTER},
};

static bool give_list(struct hatch *hatch, struct http_request *request)
{
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        if (is_request(request, "GET", lists[i].path)) {
            ask(hatch, request, lists[i].op, span_of(NULL, 0));
            return true;
        }
    }
    return false;
}

static bool path_begins(const struct http_request *request, const char *start)
{
    return strncmp(http_path(request), start, strlen(start)) == 0;
}

static void serve_member(struct hatch *hatch, struct http_request *request,
                         const uint8_t member[SIGN_KEY_BYTES])
{
    bool get = strcmp(http_method(request), "GET") == 0;
    struct span tile = span_text(http_path(request) + 1);

    if (give_list(hatch, request))
        return;
    if (get && path_begins(request, "/tile/") && tile.len <= wire_rule_of(WIRE_TILE)->body_max)
        ask(hatch, request, WIRE_TILE, tile);
    else if (is_request(request, "POST", "/sealed"))
        post(hatch, request, WIRE_SEALED);
    else if (is_request(request, "POST", "/entry"))
        post(hatch, request, WIRE_PUT);
    else if (is_request(request, "POST", "/roster"))
        post(hatch, request, WIRE_ROSTER_ADD);
    else if (is_request(request, "POST", "/held"))
        take_held(hatch, request, member);
    else
        refuse(hatch, request, E_NOT_FOUND);
}

static void handle(void *context, struct http_request *request)
{
    struct hatch *hatch = context;
    uint8_t member[SIGN_KEY_BYTES];
    int error;

    if (is_request(request, "GET", "/nonce")) {
        give_nonce(hatch, request);
        return;
    }
    if (is_request(request, "GET", "/line-key")) {
        give_line_key(hatch, request);
        return;
    }
    error = check_member(hatch, request, member);
    if (error < 0)
        /* One answer for all: who is no member learns nothing from the kind of refusal. */
        refuse(hatch, request, error == E_BUSY ? E_BUSY : E_DENIED);
    else
        serve_member(hatch, request, member);
}

int hatch_run(const struct hatch_config *config)
{
    struct hatch hatch = {.note_key = config->note_key, .started_ms = clock_monotonic_ms()};
    struct worker_config worker = {
        .listen_fd = config->listen_fd,
        .keeper_fd = config->keeper_fd,
        .limits = {.connections_max = CONNECTIONS_MAX,
                   .head_bytes_max = HEAD_BYTES_MAX,
                   .body_bytes_max = BODY_BYTES_MAX,
                   .deadline_ms = DEADLINE_MS},
        .handler = handle,
        .context = &hatch,
    };
    int error;

    TRY(nonce_init(&hatch.nonces));
    error = worker_start(&hatch.worker, &worker);
    if (error == 0)
        error = worker_run(&hatch.worker);
    worker_release(&hatch.worker);
    nonce_release(&hatch.nonces);
    return error;
}
