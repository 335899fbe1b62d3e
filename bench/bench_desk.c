/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A desk's morning: opening everything that its folder holds, then the inbox and searches over it.
 * The reports are invented words, about 1.5 KB each, sealed as a door seals them (16 KiB each on
 * disk), three to a caller, and placed in a log. Sealing them is not measured here.
 *
 *     bench_desk [REPORTS [FOLDER]]     10,000 in a folder under /tmp; 100,000 need 1.9 GB
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "desk/found.h"
#include "desk/model.h"
#include "desk/sql.h"
#include "ledger/place.h"
#include "seal/codename.h"
#include "seal/payload.h"

#define REPORTS_USUAL 10000u
#define REPORTS_A_CALLER 3
#define WORDS 6000u
#define WORDS_A_REPORT 220u
#define A_TRANSACTION 500u
#define SEARCHES 400u
#define PASSPHRASE "seven lamps above the river"

static char words[WORDS][24];

static void need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, error_name(error));
    exit(1);
}

static void make_words(void)
{
    static const char *const syllables[] = {"ka", "ro",  "men", "ti", "sul", "ва", "ло", "не",
                                            "ти", "ост", "der", "in", "ор",  "па", "ya", "че"};
    for (unsigned i = 0; i < WORDS; i++) {
        size_t len = 0;
        unsigned rest = i;
        for (int n = 0; n < 3 || rest; n++) {
            const char *s = syllables[rest % 16];
            memcpy(words[i] + len, s, strlen(s));
            len += strlen(s);
            rest /= 16;
        }
    }
}

/* Few words are common and many are rare, as in what people write. */
static const char *some_word(void)
{
    uint32_t r = random_below(1u << 16);
    uint64_t skewed = (uint64_t)r * r % (UINT64_C(1) << 32) >> 16;
    return words[(skewed * r >> 16) % WORDS];
}

static void make_text(struct buf *text)
{
    buf_reset(text);
    for (unsigned i = 0; i < WORDS_A_REPORT; i++)
        buf_printf(text, "%s%s", some_word(), i % 12 == 11 ? ".\n" : " ");
}

static void put_report(struct store *store, const struct roster *roster,
                       const struct caller_keys *caller, uint32_t minute, struct span text)
{
    struct entry_header header = {.day = minute / 1440, .bucket = 0};
    struct entry_leaf leaf;
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    const struct envelope envelope = {.kind = KIND_REPORT,
                                      .kind_version = 1,
                                      .minute = minute,
                                      .minute_order = 1,
                                      .language = "en",
                                      .channel = "line",
                                      .wording = "verbatim",
                                      .mailbox = caller->mailbox.public_key,
                                      .reply_key = caller->reply_key};
    struct buf sealed;
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    buf_init(&sealed, 1u << 16);
    need(payload_seal(roster_intake_at(roster, 0)->public_key, &header, &envelope, text, NULL,
                      roster_organisation(roster), &sealed, &leaf),
         "seal");
    entry_header_write(&header, header_bytes);
    entry_leaf_write(&leaf, leaf_bytes);
    const struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                      .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                      .sealed = buf_bytes(&sealed),
                                      .source = STORE_FROM_DOOR};
    need(store_put_pending(store, &entry), "put");
    buf_release(&sealed);
}

static void put_reports(struct store *store, const struct roster *roster, unsigned count)
{
    struct caller_keys caller;
    uint32_t now = clock_minute(clock_now_s());
    struct buf text;
    buf_init(&text, 16384);
    for (unsigned i = 0; i < count; i++) {
        uint8_t codename[WORDS_SECRET_BYTES];
        if (i % A_TRANSACTION == 0)
            need(store_begin(store), "begin");
        if (i % REPORTS_A_CALLER == 0) {
            codename_random(codename);
            codename_keys(codename, &caller);
        }
        make_text(&text);
        put_report(store, roster, &caller, now - random_below(60 * 24 * 60), buf_bytes(&text));
        if (i % A_TRANSACTION == A_TRANSACTION - 1 || i + 1 == count)
            need(store_commit(store), "commit");
    }
    buf_release(&text);
}

static void place(struct store *store, const struct roster *roster)
{
    uint8_t seed[32];
    struct sign_pair pair;
    struct note_key key;
    struct place_result result;
    random_bytes(seed, sizeof seed);
    sign_pair_of_seed(seed, &pair);
    need(note_key_make("vouchsafe/0000000000000000", NOTE_TYPE_ED25519, pair.public_key, &key),
         "key");
    const struct place p = {.pair = &pair,
                            .key = &key,
                            .intake = roster_intake_at(roster, 0)->public_key,
                            .day = clock_day(clock_now_s()),
                            .step = 1};
    need(place_day(store, &p, &result, NULL), "place");
}

static void make_desk(const char *folder, unsigned count)
{
    struct member_keys *keys = member_keys_random();
    struct roster *roster = NULL;
    struct store *store = NULL;
    need(keys ? 0 : E_NOMEM, "keys");
    need(found_roster("Open Door Karsk", "Ada", keys, &roster, NULL), "roster");
    need(found_write(folder, roster, keys, span_text(PASSPHRASE), KEYFILE_COST_MINIMUM_FOR_TESTS,
                     NULL),
         "found");
    need(store_open_sqlite(folder, &store, NULL), "store");
    put_reports(store, roster, count);
    place(store, roster);
    store_close(store);
    roster_free(roster);
    member_keys_free(keys);
}

static int by_number(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* One word as people search: usually not the commonest. */
static void search(struct model *model, unsigned reports)
{
    static int64_t took_us[SEARCHES];
    size_t found = 0;
    for (unsigned i = 0; i < SEARCHES; i++) {
        struct arena arena;
        struct model_hits hits;
        int64_t start_us = now_us();
        arena_init(&arena, 64u << 20);
        need(model_search(model, some_word(), 50, &arena, &hits, NULL), "search");
        found += hits.count;
        arena_release(&arena);
        took_us[i] = now_us() - start_us;
    }
    qsort(took_us, SEARCHES, sizeof took_us[0], by_number);
    printf("{\"bench\":\"desk_search\",\"reports\":%u,\"searches\":%u,\"median_ms\":%.2f,"
           "\"p99_ms\":%.2f,\"hits_each\":%.1f}\n",
           reports, SEARCHES, (double)took_us[SEARCHES / 2] / 1e3,
           (double)took_us[SEARCHES * 99 / 100] / 1e3, (double)found / SEARCHES);
}

static void look(struct model *model, unsigned reports)
{
    struct arena arena;
    struct model_rows rows;
    int64_t start_us = now_us();
    arena_init(&arena, 64u << 20);
    need(model_inbox(model, 0, 50, &arena, &rows), "inbox");
    arena_release(&arena);
    printf("{\"bench\":\"desk_inbox\",\"reports\":%u,\"conversations\":%zu,"
           "\"first_page_ms\":%.2f}\n",
           reports, rows.total, (double)(now_us() - start_us) / 1e3);
}

static void open_desk(const char *folder, unsigned reports)
{
    struct desk *desk;
    struct model *model;
    struct rusage use;
    need(desk_open(folder, &desk, NULL), "open");
    need(desk_unlock(desk, span_text(PASSPHRASE), NULL), "unlock");
    int64_t start_us = now_us();
    need(model_new(desk, &model, NULL), "model");
    need(model_refresh(model, NULL), "refresh");
    double took_s = (double)(now_us() - start_us) / 1e6;
    getrusage(RUSAGE_SELF, &use);
    printf("{\"bench\":\"desk_open\",\"reports\":%u,\"took_s\":%.2f,\"reports_a_s\":%.0f,"
           "\"resident_mib\":%.0f}\n",
           reports, took_s, reports / took_s, (double)use.ru_maxrss / 1024);
    look(model, reports);
    search(model, reports);
    model_free(model);
    desk_free(desk);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

int main(int argc, char **argv)
{
    char folder[4096];
    unsigned reports = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : REPORTS_USUAL;
    snprintf(folder, sizeof folder, "%.4000s/vouchsafe-bench-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (reports == 0 || !mkdtemp(folder)) {
        fprintf(stderr, "bench_desk [REPORTS [FOLDER]]\n");
        return 2;
    }
    need(seal_init(), "seal");
    need(sql_use_wiping_memory(), "sqlite");
    make_words();
    make_desk(folder, reports);
    open_desk(folder, reports);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}
