/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The hatch, through libcurl. Clear text goes only where nobody listens (loopback) or where the
 * address is the key (onion); names are resolved by the proxy, never here, when there is one. */
#include <curl/curl.h>
#include <strings.h>

#include "base/encode.h"
#include "base/mem.h"
#include "desk/pull.h"
#include "desk/source_internal.h"
#include "seal/hash.h"
#include "seal/sign.h"

#define CONNECT_TIMEOUT_S 90L
#define REQUEST_TIMEOUT_S 600L
#define SLOW_BYTES_A_S 64L
#define SLOW_S 60L
#define NONCE_MAX 64
#define REFUSAL_MAX 300

struct line_source {
    CURL *curl;
    char *proxy; /* "" for none */
    const struct sign_pair *keys;
    char *origin;
    char nonce[NONCE_MAX + 1]; /* "" when a new one must be asked for */
    /* Of the request under way. */
    struct buf *out;
    size_t max_bytes, received;
    bool too_large, wants_body;
    int stopped; /* what on_wait returned */
    char refusal[REFUSAL_MAX + 1];
};

/* Addresses */

static bool ends_with(struct span text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && strncasecmp((const char *)text.data + text.len - len, end, len) == 0;
}

/* The host's name in a URL without user and port. Empty when it is no such URL. */
static struct span host_of(const char *address, const char *scheme)
{
    size_t skip = strlen(scheme);
    if (strncasecmp(address, scheme, skip) != 0)
        return span_of(NULL, 0);
    const char *host = address + skip;
    if (host[0] == '[') {
        size_t len = strcspn(host, "]");
        return host[len] ? span_of(host, len + 1) : span_of(NULL, 0);
    }
    return span_of(host, strcspn(host, ":/?#"));
}

static bool is_loopback(struct span host)
{
    return span_equal(host, span_text("127.0.0.1")) || span_equal(host, span_text("[::1]")) ||
           span_equal(host, span_text("localhost"));
}

static bool is_onion(const char *address)
{
    struct span clear = host_of(address, "http://"), sealed = host_of(address, "https://");
    return ends_with(clear, ".onion") || ends_with(sealed, ".onion");
}

int pull_address_check(const char *address, struct problem *problem)
{
    struct span clear = host_of(address, "http://"), sealed = host_of(address, "https://");
    if (strlen(address) > DESK_ADDRESS_MAX)
        return problem_set(problem, E_ARGUMENT, "The address is too long.");
    if (strchr(address, '@') || strpbrk(address, " \t\r\n\"'<>?#\\"))
        return problem_set(problem, E_ARGUMENT, "The address has a character that none has.");
    if (clear.len == 0 && sealed.len == 0)
        return problem_set(problem, E_ARGUMENT,
                           "The address must begin with http:// or https:// and name a host.");
    if (clear.len && !is_loopback(clear) && !ends_with(clear, ".onion"))
        return problem_set(problem, E_ARGUMENT,
                           "http:// in clear goes to an onion address or to this machine only: "
                           "others would see when the desk asks.");
    return 0;
}

/* One request */

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct line_source *line = context;
    size_t len = size * count;
    if (!line->wants_body) {
        size_t had = strlen(line->refusal), room = REFUSAL_MAX - had;
        memcpy(line->refusal + had, data, len < room ? len : room);
        return len;
    }
    if (len > line->max_bytes - line->received) {
        line->too_large = true;
        return 0;
    }
    line->received += len;
    buf_put(line->out, data, len);
    return buf_error(line->out) < 0 ? 0 : len;
}

/* "Vouchsafe-Next-Nonce: text" and the status line, which says whether the body is wanted. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
    static const char name[] = "Vouchsafe-Next-Nonce:";
    struct line_source *line = context;
    size_t len = size * count, at = sizeof name - 1;
    if (len > 12 && memcmp(data, "HTTP/", 5) == 0) {
        const char *space = memchr(data, ' ', len - 1);
        line->wants_body = space && space[1] == '2';
    }
    if (len <= at || strncasecmp(data, name, at) != 0)
        return len;
    while (at < len && data[at] == ' ')
        at++;
    size_t end = len;
    while (end > at && (data[end - 1] == '\r' || data[end - 1] == '\n' || data[end - 1] == ' '))
        end--;
    if (end - at <= NONCE_MAX) {
        memcpy(line->nonce, data + at, end - at);
        line->nonce[end - at] = '\0';
    }
    return len;
}

static int wait_more(void *context, curl_off_t down_of, curl_off_t down, curl_off_t up_of,
                     curl_off_t up)
{
    struct source *source = context;
    struct line_source *line = source->more;
    (void)down_of, (void)down, (void)up_of, (void)up;
    if (source->on_wait)
        line->stopped = source->on_wait(source->on_wait_context, "waiting", 0, 0);
    return line->stopped != 0;
}

static int set_options(struct source *source, const char *url)
{
    struct line_source *line = source->more;
    CURL *c = line->curl;
    curl_easy_reset(c);
    bool good = curl_easy_setopt(c, CURLOPT_URL, url) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_PROXY, line->proxy) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_NOPROXY, "") == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, wait_more) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_XFERINFODATA, source) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_TIMEOUT, REQUEST_TIMEOUT_S) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, SLOW_BYTES_A_S) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, SLOW_S) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_WRITEDATA, line) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
                curl_easy_setopt(c, CURLOPT_HEADERDATA, line) == CURLE_OK;
    return good ? 0 : E_NETWORK;
}

static int set_body(struct line_source *line, const struct span *body)
{
    if (!body)
        return 0;
    bool good = curl_easy_setopt(line->curl, CURLOPT_POST, 1L) == CURLE_OK &&
                curl_easy_setopt(line->curl, CURLOPT_POSTFIELDS, body->data) == CURLE_OK &&
                curl_easy_setopt(line->curl, CURLOPT_POSTFIELDSIZE, (long)body->len) == CURLE_OK;
    return good ? 0 : E_NETWORK;
}

static void put_header(struct curl_slist **list, struct buf *text, int *error)
{
    struct curl_slist *longer = curl_slist_append(*list, buf_cstr(text));
    if (buf_error(text) < 0 || !longer)
        *error = E_NOMEM;
    if (longer)
        *list = longer;
    buf_reset(text);
}

/* What is signed: docs/crypto.md, "Hatch". */
static void sign_request(const struct line_source *line, const char *path, const struct span *body,
                         uint8_t signature[SIGN_BYTES], int *error)
{
    struct hash hash = hash_sha256(body ? *body : span_of(NULL, 0));
    struct buf message;
    buf_init(&message, 8192);
    buf_printf(&message, "vouchsafe/hatch/1\n%s\n%s\n%s\n%s\n", body ? "POST" : "GET", path,
               line->nonce, line->origin);
    hex_put(&message, span_of(hash.bytes, sizeof hash.bytes));
    buf_u8(&message, '\n');
    if (buf_error(&message) < 0)
        *error = buf_error(&message);
    else
        sign_make(line->keys, buf_bytes(&message), signature);
    buf_release(&message);
}

static int set_headers(struct line_source *line, const char *path, const struct span *body,
                       struct curl_slist **list)
{
    uint8_t signature[SIGN_BYTES];
    struct buf text;
    int error = 0;
    buf_init(&text, 1024);
    buf_text(&text, "Expect:");
    put_header(list, &text, &error);
    buf_text(&text, "Content-Type: application/octet-stream");
    put_header(list, &text, &error);
    if (line->keys && line->nonce[0]) {
        sign_request(line, path, body, signature, &error);
        buf_text(&text, "Vouchsafe-Member: ");
        hex_put(&text, span_of(line->keys->public_key, SIGN_KEY_BYTES));
        put_header(list, &text, &error);
        buf_printf(&text, "Vouchsafe-Nonce: %s", line->nonce);
        put_header(list, &text, &error);
        buf_text(&text, "Vouchsafe-Signature: ");
        base64url_put(&text, span_of(signature, sizeof signature));
        put_header(list, &text, &error);
        line->nonce[0] = '\0';
    }
    buf_release(&text);
    if (error == 0 && curl_easy_setopt(line->curl, CURLOPT_HTTPHEADER, *list) != CURLE_OK)
        error = E_NETWORK;
    return error;
}

static int error_of_transfer(const struct line_source *line, CURLcode code, const char *address,
                             struct problem *problem)
{
    if (line->stopped)
        return line->stopped;
    if (line->too_large)
        return problem_set(problem, E_TOO_LARGE, "%s: the reply is too large.", address);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return problem_set(problem, E_TIMEOUT, "%s did not answer in time.", address);
    if (line->out && buf_error(line->out) < 0)
        return buf_error(line->out);
    return problem_set(problem, E_NETWORK, "%s could not be reached: %s", address,
                       curl_easy_strerror(code));
}

static int error_of_status(long status)
{
    switch (status) {
    case 200:
        return 0;
    case 403:
        return E_DENIED;
    case 404:
        return E_NOT_FOUND;
    case 408:
        return E_TIMEOUT;
    case 409:
        return E_FORK;
    case 410:
        return E_ERASED;
    case 413:
        return E_TOO_LARGE;
    case 503:
        return E_BUSY;
    default:
        return E_NETWORK;
    }
}

/* The refusal's sentence is a stranger's text: only plain characters of it are passed on. */
static int say_refusal(struct line_source *line, int error, long status, struct problem *problem)
{
    for (char *c = line->refusal; *c; c++) {
        if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
            *c = ' ';
    }
    return problem_set(problem, error, "The line refused (%ld): %s", status, line->refusal);
}

static int perform(struct source *source, const char *path, const struct span *body,
                   size_t max_bytes, struct buf *out, struct problem *problem)
{
    struct line_source *line = source->more;
    struct curl_slist *headers = NULL;
    struct buf url;
    long status = 0;
    line->out = out;
    line->max_bytes = max_bytes;
    line->received = 0;
    line->stopped = 0;
    line->too_large = line->wants_body = false;
    memset(line->refusal, 0, sizeof line->refusal);
    buf_init(&url, 4096);
    buf_printf(&url, "%s%s", source->address, path);
    int error = buf_error(&url);
    if (error == 0)
        error = set_options(source, buf_cstr(&url));
    if (error == 0)
        error = set_body(line, body);
    if (error == 0)
        error = set_headers(line, path, body, &headers);
    if (error == 0) {
        CURLcode code = curl_easy_perform(line->curl);
        curl_easy_getinfo(line->curl, CURLINFO_RESPONSE_CODE, &status);
        error = code == CURLE_OK ? error_of_status(status)
                                 : error_of_transfer(line, code, source->address, problem);
    }
    curl_slist_free_all(headers);
    buf_release(&url);
    return error < 0 && status >= 300 ? say_refusal(line, error, status, problem) : error;
}

/* A nonce for the first request, and after a reply that brought none. */
static int get_nonce(struct source *source, struct problem *problem)
{
    struct line_source *line = source->more;
    struct buf body;
    if (!line->keys || line->nonce[0])
        return 0;
    buf_init(&body, NONCE_MAX);
    int error = perform(source, "/nonce", NULL, NONCE_MAX, &body, problem);
    if (error == 0 && !line->nonce[0])
        error = problem_set(problem, E_NETWORK, "%s is not a line.", source->address);
    buf_release(&body);
    return error;
}

/* A line that was started again knows no nonce of before: one that came with an earlier reply is
 * refused then, and a new one is asked for, once. */
static int ask(struct source *source, const char *path, const struct span *body, size_t max_bytes,
               struct buf *out, struct problem *problem)
{
    struct line_source *line = source->more;
    bool fresh = !line->keys || !line->nonce[0];
    size_t before = out->len;
    TRY(get_nonce(source, problem));
    int error = perform(source, path, body, max_bytes, out, problem);
    if (error == E_DENIED && !fresh) {
        problem_clear(problem);
        line->nonce[0] = '\0';
        TRY(get_nonce(source, problem));
        error = perform(source, path, body, max_bytes, out, problem);
    }
    if (error < 0)
        out->len = before;
    return error;
}

static int line_get(struct source *source, const char *path, size_t max_bytes, struct buf *out,
                    struct problem *problem)
{
    return ask(source, path, NULL, max_bytes, out, problem);
}

static int line_get_sealed(struct source *source, const uint8_t *const *ids, size_t count,
                           struct buf *out, struct problem *problem)
{
    struct buf body;
    buf_init(&body, SOURCE_SEALED_MAX * ENTRY_ID_BYTES);
    for (size_t i = 0; i < count; i++)
        buf_put(&body, ids[i], ENTRY_ID_BYTES);
    struct span bytes = buf_bytes(&body);
    int error = buf_error(&body);
    if (error == 0)
        error = ask(source, "/sealed", &bytes, SOURCE_REPLY_MAX_BYTES, out, problem);
    buf_release(&body);
    return error;
}

static int line_post(struct source *source, const char *path, struct span body,
                     struct problem *problem)
{
    struct buf reply;
    buf_init(&reply, REFUSAL_MAX);
    int error = ask(source, path, &body, REFUSAL_MAX, &reply, problem);
    buf_release(&reply);
    return error;
}

static void line_release(struct source *source)
{
    struct line_source *line = source->more;
    if (!line)
        return;
    curl_easy_cleanup(line->curl);
    mem_free(line->proxy);
    mem_free(line->origin);
    mem_free(line);
}

static const struct source_ops line_ops = {
    .get = line_get, .get_sealed = line_get_sealed, .post = line_post, .release = line_release};

int source_open_line(const char *address, const char *proxy, const struct sign_pair *keys,
                     const char *origin, struct source **ret_source, struct problem *problem)
{
    struct source *source;
    TRY(pull_address_check(address, problem));
    if (!proxy)
        proxy = is_onion(address) ? SOURCE_TOR_PROXY : "";
    if (proxy[0] && strncmp(proxy, "socks5h://", 10) != 0)
        return problem_set(problem, E_ARGUMENT,
                           "A proxy begins with socks5h://, so that names are not looked up here.");
    TRY(source_internal_new(&line_ops, address, &source));
    struct line_source *line = source->more = mem_calloc(1, sizeof *line);
    if (line) {
        line->keys = keys;
        line->proxy = mem_strdup(proxy);
        line->origin = mem_strdup(origin);
        line->curl = curl_easy_init();
    }
    if (!line || !line->proxy || !line->origin || !line->curl) {
        source_free(source);
        return E_NOMEM;
    }
    size_t len = strlen(source->address);
    while (len && source->address[len - 1] == '/')
        source->address[--len] = '\0';
    *ret_source = source;
    return 0;
}

int pull_line_key(const char *address, const char *proxy, struct note_key *ret_key,
                  struct problem *problem)
{
    struct source *source;
    struct buf text;
    TRY(source_open_line(address, proxy, NULL, "", &source, problem));
    buf_init(&text, 4096);
    int error = source_get(source, "/line-key", 4096, &text, problem);
    struct span line = buf_bytes(&text);
    if (line.len && line.data[line.len - 1] == '\n')
        line.len--;
    if (error == 0 && note_key_read(line, ret_key) < 0)
        error = problem_set(problem, E_FORMAT, "%s does not show a line's key.", address);
    source_free(source);
    buf_release(&text);
    return error;
}
