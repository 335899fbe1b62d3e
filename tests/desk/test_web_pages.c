/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the pages show and do, on a real desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "desk/when.h"
#include "seal/answer.h"
#include "web_served.h"

static struct served w;
static struct caller_keys caller;

static int begin(void **state)
{
    uint8_t codename[WORDS_SECRET_BYTES];
    (void)state;
    setenv("TZ", "UTC0", 1);
    tzset();
    served_begin(&w);
    codename_random(codename);
    codename_keys(codename, &caller);
    return 0;
}

static int end(void **state)
{
    (void)state;
    served_end(&w);
    return 0;
}

static void open_pages(void)
{
    served_serve(&w, NULL);
    served_enter(&w);
}

static void hex(const uint8_t id[ENTRY_ID_BYTES], char out[2 * ENTRY_ID_BYTES + 1])
{
    for (size_t i = 0; i < ENTRY_ID_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", id[i]);
}

/* The caller's report of a minute, and the path of its page. */
static const char *report(uint32_t minute, const char *text, uint8_t ret_id[ENTRY_ID_BYTES])
{
    static char path[64];
    char id[2 * ENTRY_ID_BYTES + 1];
    served_report(&w, &caller, minute, text, ret_id);
    hex(ret_id, id);
    snprintf(path, sizeof path, "/report/%s", id);
    return path;
}

static uint32_t now(void)
{
    return clock_minute(clock_now_s());
}

static void assert_page(const char *path, const char *with, const char *without)
{
    struct reply reply = served_get(&w, path);
    if (reply.status != 200 || !strstr(reply.body, with))
        fail_msg("%s (%d) lacks: %s\n%s", path, reply.status, with, reply.body);
    if (without && strstr(reply.body, without))
        fail_msg("%s has: %s", path, without);
    reply_release(&reply);
}

/* Posts what leads to another page; gives its path. */
static const char *assert_goes(const char *page, const char *path, const char *fields)
{
    static char location[256];
    struct reply reply = served_post(&w, page, path, fields);
    if (reply.status != 303)
        fail_msg("%s: %d\n%s", path, reply.status, reply.body);
    snprintf(location, sizeof location, "%s", reply_header(&reply, "Location"));
    reply_release(&reply);
    return location;
}

static void assert_refused(const char *page, const char *path, const char *fields, int status,
                           const char *with)
{
    struct reply reply = served_post(&w, page, path, fields);
    if (reply.status != status || !strstr(reply.body, with))
        fail_msg("%s: %d, lacks: %s\n%s", path, reply.status, with, reply.body);
    reply_release(&reply);
}

/* Reading */

static void hostile_text_is_only_text(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    (void)state;
    const char *path = report(now(),
                              "<script>alert(1)</script> \"photo\xe2\x80\xaegpj.exe\"\n"
                              "{{csrf}} & <img src=x onerror=y>",
                              id);
    open_pages();
    assert_page(path, "&lt;script&gt;alert(1)&lt;/script&gt; &quot;photo[U+202E]gpj.exe&quot;",
                "<script>alert");
    assert_page(path, "{{csrf}} &amp; &lt;img", "\xe2\x80\xae");
    assert_page("/", "[U+202E]", "<script>alert");
    assert_page("/search?q=photo", "[U+202E]", "<script>alert");
    assert_page("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "&lt;script&gt;", "<script>alert");
}

static void a_damaged_text_is_shown_as_such(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    (void)state;
    const char *path = report(now(), "before \xff\x1b[2J after", id);
    open_pages();
    assert_page(path, "before ", "\x1b");
    assert_page(path, " after", "\xff");
}

static void the_inbox_is_in_the_order_of_the_desk(void **state)
{
    uint8_t first[ENTRY_ID_BYTES], second[ENTRY_ID_BYTES];
    struct caller_keys other = caller;
    uint8_t codename[WORDS_SECRET_BYTES];
    char path[64], id[2 * ENTRY_ID_BYTES + 1];
    (void)state;
    codename_random(codename);
    codename_keys(codename, &other);
    served_report(&w, &caller, now() - 100, "the older one", first);
    served_report(&w, &other, now() - 10, "the newer one", second);
    open_pages();
    struct reply reply = served_get(&w, "/");
    assert_true(strstr(reply.body, "the older one") < strstr(reply.body, "the newer one"));
    assert_non_null(strstr(reply.body, "<span class=\"count\">2</span>"));
    reply_release(&reply);
    hex(second, id);
    snprintf(path, sizeof path, "/report/%s/details", id);
    assert_goes("/", path, "danger=1");
    reply = served_get(&w, "/");
    assert_true(strstr(reply.body, "the older one") > strstr(reply.body, "the newer one"));
    assert_non_null(strstr(reply.body, "Danger now"));
    reply_release(&reply);
}

static void search_finds_both_ways_of_writing(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    (void)state;
    const char *path = report(now(), "\xd0\x81\xd0\xb6\xd0\xb8\xd0\xba \xd0\xb2 Tolma", id);
    open_pages();
    assert_page("/search?q=%D0%B5%D0%B6%D0%B8%D0%BA",
                "<mark>\xd0\x81\xd0\xb6\xd0\xb8\xd0\xba</mark>", NULL);
    assert_page("/search?q=tolm", path, NULL);
    assert_page("/search?q=orlets", "Nothing was found", "<mark>");
    assert_page("/search", "Search", "Nothing was found");
    assert_page("/search?q=%22%26%5C%2A%20OR", "Search", NULL);
}

static void what_is_not_there(void **state)
{
    (void)state;
    open_pages();
    static const struct {
        const char *path;
        int status;
    } asked[] = {{"/report/0011223344556677", 404},
                 {"/report/xyz", 400},
                 {"/report/", 404},
                 {"/report/00/11", 404},
                 {"/nothing", 404},
                 {"/report/../..", 404},
                 {"/favicon.ico", 404},
                 {"//", 404},
                 {"/?a=%zz", 400}};
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        struct reply reply = served_get(&w, asked[i].path);
        if (reply.status != asked[i].status)
            fail_msg("%s: %d", asked[i].path, reply.status);
        reply_release(&reply);
    }
    assert_refused("/", "/", "", 404, "nothing here");
    assert_refused("/", "/status", "", 404, "nothing here");
    assert_refused("/", "/report/0011", "", 404, "nothing here");
    assert_refused("/", "/awake", "", 404, "nothing here");
}

/* A change of language on a page that came of a POST. */
static void a_get_of_a_form_s_path_leads_to_its_page(void **state)
{
    static const char *const ways[][2] = {{"/report/0a1b/answer?lang=ru", "/report/0a1b"},
                                          {"/report/0a1b/details", "/report/0a1b"},
                                          {"/erasures/0a1b", "/erasures"},
                                          {"/pull", "/"},
                                          {"/lock", "/"}};
    (void)state;
    open_pages();
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct reply reply = served_get(&w, ways[i][0]);
        assert_int_equal(reply.status, 303);
        assert_string_equal(reply_header(&reply, "Location"), ways[i][1]);
        reply_release(&reply);
    }
}

static void the_language_is_kept(void **state)
{
    (void)state;
    open_pages();
    assert_page("/", "<html lang=\"en\"", NULL);
    assert_page("/?lang=ru", "<html lang=\"ru\"", NULL);
    assert_page("/take", "<html lang=\"ru\"", NULL);
    assert_page("/status?lang=xx", "<html lang=\"ru\"", NULL);
    assert_page("/status?lang=en", "<html lang=\"en\"", NULL);
}

/* Taking */

#define CALL                                                                                       \
    "channel=telephone&language=ru&wording=summary&text=Two+grey+vans+in+Karsk&danger=1"           \
    "&due=2031-04-09T18%3A00&safe_ways=Only+the+line&safe_hours=after+21&somebody_else=The+book"   \
    "&interpreter=none&members_note=Vera+calls&consent-lawyer=1"

static void a_call_is_written_down(void **state)
{
    char path[64];
    (void)state;
    open_pages();
    snprintf(path, sizeof path, "%s", assert_goes("/take", "/take", CALL));
    assert_memory_equal(path, "/report/", 8);
    static const char *const shown[] = {"It is sealed and kept.",
                                        "Two grey vans in Karsk",
                                        "Danger now",
                                        "Due by 2031-04-09 18:00",
                                        "Mira Sol",
                                        "Only the line",
                                        "after 21",
                                        "The book",
                                        "Vera calls",
                                        "passing it to a lawyer",
                                        "in summary",
                                        "Waiting to be sent"};
    struct reply reply = served_get(&w, path);
    assert_int_equal(reply.status, 200);
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        if (!strstr(reply.body, shown[i]))
            fail_msg("%s lacks %s", path, shown[i]);
    }
    assert_non_null(strstr(reply.body, "There is no mailbox to answer to."));
    reply_release(&reply);
    assert_page(path, "Two grey vans", "It is sealed and kept."); /* said once */
    assert_page("/", "Waiting to be sent: ", NULL);
}

static void a_form_sent_twice_is_one_call(void **state)
{
    char fields[512], first[256];
    (void)state;
    open_pages();
    struct reply page = served_get(&w, "/take");
    snprintf(fields, sizeof fields, "once=%s&%s", served_hidden(page.body, "once"), CALL);
    reply_release(&page);
    snprintf(first, sizeof first, "%s", assert_goes("/take", "/take", fields));
    assert_string_equal(assert_goes("/take", "/take", fields), first);
    assert_page("/status", "<dt>Reports</dt><dd>1</dd>", NULL);
}

static void what_is_wrong_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    open_pages();
    assert_refused("/take", "/take", "channel=telephone&wording=summary&text=&safe_ways=post", 400,
                   "There is no text yet.");
    assert_refused("/take", "/take", "channel=telephone&wording=summary&text=&safe_ways=post", 400,
                   ">\npost</textarea>");
    assert_refused("/take", "/take", "channel=telephone&wording=summary&text=story&due=tomorrow",
                   400, "A time is written like this");
    assert_refused("/take", "/take",
                   "channel=telephone&wording=summary&text=story&came=2099-01-01T00%3A00", 400,
                   "The call cannot lie in the future.");
    assert_refused("/take", "/take", "channel=pigeon&wording=summary&text=story", 400, "story");
    assert_refused("/take", "/take", "channel=paper&wording=summary&text=%FF", 400, "UTF-8");
    assert_page("/", "There is nothing here.", NULL);
}

static void times_are_local(void **state)
{
    (void)state;
    setenv("TZ", "<+03>-3", 1);
    tzset();
    open_pages();
    assert_page("/take", "UTC+03:00", NULL);
    const char *path = assert_goes(
        "/take", "/take",
        "channel=paper&wording=verbatim&text=note&came=2026-04-10T01%3A30&due=2031-04-10T00%3A15");
    assert_page(path, "<time>2026-04-10 01:30</time>", NULL);
    assert_page(path, "Due by 2031-04-10 00:15", NULL);
    assert_page(path, "value=\"2031-04-10T00:15\"", NULL);
}

/* Answering */

struct found {
    unsigned count;
    char text[256];
};

static int find_answer(void *context, const struct store_entry *entry)
{
    struct found *found = context;
    struct buf text;
    uint8_t epoch[SEAL_KEY_BYTES];
    memcpy(epoch, desk_epoch_now(w.desk)->pair.public_key, sizeof epoch);
    buf_init(&text, ANSWER_TEXT_MAX);
    if (entry->source == STORE_OUTBOX && answer_open(&caller.mailbox, epoch, entry->header,
                                                     entry->leaf, entry->sealed, &text) == 0) {
        found->count++;
        snprintf(found->text, sizeof found->text, "%s", buf_cstr(&text));
    }
    buf_release(&text);
    return 0;
}

static void an_answer_is_sealed_for_the_caller(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], answer[80], fields[256];
    struct found found = {.count = 0};
    (void)state;
    snprintf(path, sizeof path, "%s", report(now() - 60, "what happened", id));
    open_pages();
    snprintf(answer, sizeof answer, "%s/answer", path);
    struct reply page = served_get(&w, path);
    assert_non_null(strstr(page.body, "Not answered"));
    snprintf(fields, sizeof fields, "once=%s&text=Are+you+safe%%3F",
             served_hidden(page.body, "once"));
    reply_release(&page);
    assert_string_equal(assert_goes(path, answer, fields), path);
    assert_string_equal(assert_goes(path, answer, fields), path); /* the same form again */
    assert_page(path, "Are you safe?", "Not answered</span>");
    assert_page(path, "Answer by Mira Sol", NULL);
    assert_page(path, "Waiting to be sent", NULL);
    served_stop(&w);
    assert_int_equal(store_each_pending(desk_store(w.desk), find_answer, &found), 0);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.text, "Are you safe?");
}

static void answers_stand_in_the_order_they_were_given(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], answer[80], fields[128], texts[6][16];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now() - 60, "what happened", id));
    open_pages();
    snprintf(answer, sizeof answer, "%s/answer", path);
    for (int i = 0; i < 6; i++) {
        snprintf(texts[i], sizeof texts[i], "answer-%d", i);
        snprintf(fields, sizeof fields, "text=%s", texts[i]);
        assert_goes(path, answer, fields);
    }
    struct reply reply = served_get(&w, path);
    const char *at = reply.body;
    for (int i = 0; i < 6; i++) {
        at = strstr(at, texts[i]);
        assert_non_null(at);
    }
    reply_release(&reply);
}

/* A pull may bring the caller's next words while the member is still writing. */
static void what_came_meanwhile_still_waits(void **state)
{
    uint8_t first[ENTRY_ID_BYTES], second[ENTRY_ID_BYTES];
    char path[64], to[80], shown[2 * ENTRY_ID_BYTES + 1], fields[256];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now() - 60, "they watch the house", first));
    report(now(), "they are at the door", second);
    open_pages();
    struct reply page = served_get(&w, path);
    hex(second, shown);
    assert_string_equal(served_hidden(page.body, "shown"), shown);
    reply_release(&page);
    hex(first, shown); /* as a page from before the second had it */
    snprintf(to, sizeof to, "%s/answer", path);
    snprintf(fields, sizeof fields, "shown=%s&text=Stay+inside.", shown);
    assert_goes(path, to, fields);
    assert_page(path, "Not answered</span>", NULL);
    snprintf(to, sizeof to, "%s/handled", path);
    snprintf(fields, sizeof fields, "shown=%s&handled=1", shown);
    assert_goes(path, to, fields);
    assert_page(path, "Not answered</span>", "Done</span>");
    hex(second, shown);
    snprintf(fields, sizeof fields, "shown=%s&handled=1", shown);
    assert_goes(path, to, fields);
    assert_page(path, "Done</span>", "Not answered</span>");
}

static void an_answer_that_cannot_be_is_given_back(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], answer[80];
    static char fields[ANSWER_TEXT_MAX + 64];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now() - 60, "what happened", id));
    open_pages();
    snprintf(answer, sizeof answer, "%s/answer", path);
    assert_refused(path, answer, "text=", 400, "There is no text yet.");
    snprintf(fields, sizeof fields, "text=begins");
    memset(fields + strlen(fields), 'x', ANSWER_TEXT_MAX);
    assert_refused(path, answer, fields, 400, "The answer is too long: 16000 bytes are the most.");
    assert_refused(path, answer, fields, 400, ">\nbeginsxxx");
    assert_page(path, "Not answered", NULL);
}

/* Details */

static void details_change_one_by_one(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], details[80];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now(), "story", id));
    open_pages();
    snprintf(details, sizeof details, "%s/details", path);
    assert_goes(path, details, "danger=1&safe_ways=post&consent-court=1");
    assert_page(path, "using it before a court", NULL);
    assert_page(path, "Danger now", NULL);
    assert_goes(path, details, "safe_ways=post&interpreter=Vera");
    assert_page(path, "Vera", "class=\"mark danger\"");
    assert_page("/", "Waiting to be sent: 4.", NULL);
    assert_goes(path, details, "safe_ways=post&interpreter=Vera");
    assert_page("/", "Waiting to be sent: 4.", NULL); /* nothing new, no record */
    assert_page(path, "They refused", NULL);
    assert_refused(path, details, "due=soon&interpreter=Vera+and+Ilya", 400, "Vera and Ilya");
    served_stop(&w);
}

static void what_is_handled_goes_to_the_end(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], handled[80];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now() - 60, "story", id));
    open_pages();
    snprintf(handled, sizeof handled, "%s/handled", path);
    assert_string_equal(assert_goes(path, handled, "handled=1"), "/");
    assert_page("/", "Done", "Not answered");
    assert_string_equal(assert_goes(path, handled, "handled=0"), path);
    assert_page("/", "Not answered", "Done</span>");
}

/* Erasing */

static void what_a_caller_erased_is_hidden_until_decided(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], decide[80];
    (void)state;
    snprintf(path, sizeof path, "%s", report(now(), "the secret story", id));
    served_erased(&w, &caller, id);
    snprintf(decide, sizeof decide, "/erasures/%s", path + strlen("/report/"));
    open_pages();
    assert_page(path, "The caller asked for everything to be erased.", "the secret story");
    assert_page("/", "Inbox", "the secret story");
    assert_page("/erasures", decide, "the secret story");
    assert_refused("/erasures", decide, "decision=perhaps", 400, "not allowed");
    assert_string_equal(assert_goes("/erasures", decide, "decision=keep"), "/erasures");
    assert_page(path, "the secret story", NULL);
    assert_page("/erasures", "Kept, and shown again.", decide);
    assert_goes("/erasures", decide, "decision=erase"); /* what is decided stays */
    assert_page(path, "the secret story", NULL);
}

static void what_is_erased_for_good_is_gone(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    char path[64], decide[80];
    struct store_entry entry;
    (void)state;
    snprintf(path, sizeof path, "%s", report(now(), "the secret story", id));
    served_erased(&w, &caller, id);
    snprintf(decide, sizeof decide, "/erasures/%s", path + strlen("/report/"));
    open_pages();
    assert_goes("/erasures", decide, "decision=erase");
    assert_page("/erasures", "Erased for good.", decide);
    assert_refused("/erasures", "/erasures/00112233445566778899aabbccddeeff", "decision=erase", 404,
                   "nothing here");
    served_stop(&w);
    int error = store_find(desk_store(w.desk), id, &entry);
    assert_true(error == E_NOT_FOUND || (error == 0 && entry.sealed.len == 0));
}

/* A line gives ids as it likes, also two that are shown alike. */
static void a_decision_is_about_one_caller(void **state)
{
    uint8_t id[ENTRY_ID_BYTES], other_id[ENTRY_ID_BYTES], codename[WORDS_SECRET_BYTES];
    struct caller_keys other;
    char path[64], decide[80];
    (void)state;
    codename_random(codename);
    codename_keys(codename, &other);
    w.id_start = "same";
    served_report(&w, &other, now(), "to be kept", other_id);
    snprintf(path, sizeof path, "%s", report(now(), "to be erased", id));
    served_erased(&w, &other, other_id);
    served_erased(&w, &caller, id);
    snprintf(decide, sizeof decide, "/erasures/%s", path + strlen("/report/"));
    open_pages();
    assert_goes("/erasures", decide, "decision=erase");
    served_stop(&w);
    struct store_entry entry;
    assert_int_equal(store_find(desk_store(w.desk), id, &entry), 0);
    assert_int_equal(entry.sealed.len, 0);
    assert_int_equal(store_find(desk_store(w.desk), other_id, &entry), 0);
    assert_true(entry.sealed.len > 0);
}

/* The state, alarms, pulling */

static void an_alarm_is_on_every_page_until_it_was_seen(void **state)
{
    struct reply reply;
    char path[32];
    (void)state;
    assert_int_equal(alarm_raise(w.desk, ALARM_ROLLBACK, NULL, "From 12 to <8\xe2\x80\xae>."), 0);
    open_pages();
    assert_page("/", "an older log than the one", NULL);
    assert_page("/take", "From 12 to &lt;8[U+202E]&gt;.", NULL);
    reply = served_get(&w, "/status");
    const char *at = strstr(reply.body, "/alarms/");
    assert_non_null(at);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(at, "\""), at);
    reply_release(&reply);
    assert_refused("/", "/alarms/77", "", 404, "nothing here");
    assert_goes("/status", path, "");
    assert_page("/status", "Status", "older log");
}

static void the_state_is_told(void **state)
{
    uint8_t id[ENTRY_ID_BYTES];
    (void)state;
    report(now(), "story", id);
    open_pages();
    assert_page("/status", "<dt>Reports</dt><dd>1</dd>", NULL);
    assert_page("/status", "<svg", NULL);
    assert_page("/status", "<dt>Epoch</dt><dd>1</dd>", NULL);
}

static void wait_note(const char *with)
{
    for (int i = 0; i < 100; i++) {
        struct reply reply = served_get(&w, "/status");
        bool found = strstr(reply.body, with);
        reply_release(&reply);
        if (found)
            return;
        usleep(50000);
    }
    fail_msg("never said: %s", with);
}

static void a_pull_that_fails_says_why(void **state)
{
    struct web_options options = {
        .token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS, .from = "/nonexistent/stick"};
    (void)state;
    served_serve(&w, &options);
    served_enter(&w);
    assert_string_equal(assert_goes("/status", "/pull", "back=%2Fstatus"), "/status");
    wait_note("role=\"alert\"");
    assert_string_equal(assert_goes("/", "/pull", "back=https%3A%2F%2Fdesk.example"), "/");
}

/* docs/crypto.md, "The log": the origin names the line's key and the organisation. */
static void pin_a_line(const char *address)
{
    static const uint8_t seed[32] = {7};
    struct desk_line line = {.pinned = true};
    struct sign_pair pair;
    char name[64];
    snprintf(line.address, sizeof line.address, "%s", address);
    sign_pair_of_seed(seed, &pair);
    struct span parts[] = {span_of(pair.public_key, SIGN_KEY_BYTES),
                           span_of(desk_organisation(w.desk), 32)};
    struct hash hash = hash_sha256_parts(parts, COUNT_OF(parts));
    size_t len = (size_t)snprintf(name, sizeof name, "vouchsafe/");
    for (size_t i = 0; i < 8; i++)
        len += (size_t)snprintf(name + len, sizeof name - len, "%02x", hash.bytes[i]);
    assert_int_equal(note_key_make(name, NOTE_TYPE_ED25519, pair.public_key, &line.key), 0);
    assert_int_equal(desk_begin(w.desk, NULL), 0);
    assert_int_equal(desk_line_put(w.desk, &line, NULL), 0);
    assert_int_equal(desk_commit(w.desk, NULL), 0);
}

static void pull_from_a_folder(const struct web_options *options)
{
    struct buf chain;
    char path[128];
    pin_a_line("");
    assert_int_equal(file_make_folder(options->from, NULL), 0);
    buf_init(&chain, 1u << 20);
    roster_chain_write(desk_roster(w.desk), &chain);
    snprintf(path, sizeof path, "%s/roster", options->from);
    assert_int_equal(file_write(path, buf_bytes(&chain), 0600, NULL), 0);
    buf_release(&chain);
    snprintf(path, sizeof path, "%s/pending", options->from);
    assert_int_equal(file_write(path, span_text(""), 0600, NULL), 0);
    snprintf(path, sizeof path, "%s/erased", options->from);
    assert_int_equal(file_write(path, span_text(""), 0600, NULL), 0);
    served_serve(&w, options);
    served_enter(&w);
}

static void a_pull_says_what_it_brought(void **state)
{
    char from[128];
    struct web_options options = {.token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS, .from = from};
    (void)state;
    snprintf(from, sizeof from, "%s/stick", w.folder);
    pull_from_a_folder(&options);
    assert_page("/", "Not fetched since the desk was unlocked.", NULL);
    assert_string_equal(assert_goes("/", "/pull", ""), "/");
    assert_page("/", "Fetched from the line: 0. Sent: 0.", NULL);
    assert_page("/", "Last fetched from the line:", "Not fetched since");
}

static void pulls_come_by_themselves(void **state)
{
    char from[128];
    struct web_options options = {
        .token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS, .from = from, .every_ms = 200};
    (void)state;
    snprintf(from, sizeof from, "%s/stick", w.folder);
    pull_from_a_folder(&options);
    wait_note("<dt>Last fetched</dt><dd>20");
    assert_goes("/take", "/take", CALL); /* works beside it */
    served_stop(&w);
}

/* A line that takes the connection and says nothing. */
static void nobody_waits_for_a_line_that_is_silent(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    char address[64];
    struct web_options options = {
        .token_ms = WEB_TOKEN_MS, .idle_ms = WEB_IDLE_MS, .every_ms = 3600000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)state;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    snprintf(address, sizeof address, "http://127.0.0.1:%u", ntohs(at.sin_port));
    pin_a_line(address);
    served_serve(&w, &options);
    served_enter(&w);
    struct pollfd called = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&called, 1, 20000), 1);
    assert_page("/", "Inbox", NULL); /* pages are quick beside it */
    assert_goes("/take", "/take", CALL);
    int64_t begun_ms = clock_monotonic_ms();
    served_stop(&w);
    web_free(w.web);
    w.web = NULL;
    assert_true(clock_monotonic_ms() - begun_ms < 10000);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hostile_text_is_only_text, begin, end),
        cmocka_unit_test_setup_teardown(a_damaged_text_is_shown_as_such, begin, end),
        cmocka_unit_test_setup_teardown(the_inbox_is_in_the_order_of_the_desk, begin, end),
        cmocka_unit_test_setup_teardown(search_finds_both_ways_of_writing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_not_there, begin, end),
        cmocka_unit_test_setup_teardown(a_get_of_a_form_s_path_leads_to_its_page, begin, end),
        cmocka_unit_test_setup_teardown(the_language_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_call_is_written_down, begin, end),
        cmocka_unit_test_setup_teardown(a_form_sent_twice_is_one_call, begin, end),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_and_nothing_is_lost, begin, end),
        cmocka_unit_test_setup_teardown(times_are_local, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_is_sealed_for_the_caller, begin, end),
        cmocka_unit_test_setup_teardown(answers_stand_in_the_order_they_were_given, begin, end),
        cmocka_unit_test_setup_teardown(what_came_meanwhile_still_waits, begin, end),
        cmocka_unit_test_setup_teardown(an_answer_that_cannot_be_is_given_back, begin, end),
        cmocka_unit_test_setup_teardown(details_change_one_by_one, begin, end),
        cmocka_unit_test_setup_teardown(what_is_handled_goes_to_the_end, begin, end),
        cmocka_unit_test_setup_teardown(what_a_caller_erased_is_hidden_until_decided, begin, end),
        cmocka_unit_test_setup_teardown(what_is_erased_for_good_is_gone, begin, end),
        cmocka_unit_test_setup_teardown(a_decision_is_about_one_caller, begin, end),
        cmocka_unit_test_setup_teardown(an_alarm_is_on_every_page_until_it_was_seen, begin, end),
        cmocka_unit_test_setup_teardown(the_state_is_told, begin, end),
        cmocka_unit_test_setup_teardown(a_pull_that_fails_says_why, begin, end),
        cmocka_unit_test_setup_teardown(a_pull_says_what_it_brought, begin, end),
        cmocka_unit_test_setup_teardown(pulls_come_by_themselves, begin, end),
        cmocka_unit_test_setup_teardown(nobody_waits_for_a_line_that_is_silent, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
