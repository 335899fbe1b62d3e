/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stddef.h>

#include "world.h"

#include <dirent.h>
#include <ftw.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "desk/found.h"
#include "desk/model_internal.h"
#include "desk/sql.h"
#include "line/day.h"
#include "line/export.h"
#include "seal/payload.h"
#include "seal/secret.h"

#define TURNS 4

static void well(int error, const struct problem *problem)
{
    if (error < 0)
        print_error("%s: %s\n", error_name(error), problem_text(problem, error));
    assert_true(error >= 0);
}

void world_day(uint32_t day)
{
    clock_use_fixed_s(day ? (int64_t)day * 86400 + 43200 : 0);
}

const char *world_path(const struct world *w, const char *name)
{
    static char paths[TURNS][256];
    static unsigned turn;
    char *path = paths[turn++ % TURNS];
    snprintf(path, sizeof paths[0], "%s/%s", w->root, name);
    return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void world_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_line(struct world *w)
{
    struct problem problem;
    struct buf pack;
    problem_clear(&problem);
    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(w->roster, &pack);
    well(folder_create(world_path(w, "line"), buf_bytes(&pack), &problem), &problem);
    well(folder_open(world_path(w, "line"), &w->line, &problem), &problem);
    w->line->settings.step = 1;
    buf_release(&pack);
}

struct world *world_new(void)
{
    return world_new_on(WORLD_DAY);
}

struct world *world_new_on(uint32_t day)
{
    struct problem problem;
    problem_clear(&problem);
    well(seal_init(), NULL);
    well(sql_use_wiping_memory(), NULL);
    world_day(day);
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    snprintf(w->root, sizeof w->root, "/tmp/vouchsafe-desk-XXXXXX");
    assert_non_null(mkdtemp(w->root));
    w->keys = member_keys_random();
    assert_non_null(w->keys);
    well(found_roster("Open Door Karsk", "Ada", w->keys, &w->roster, &problem), &problem);
    make_line(w);
    return w;
}

void world_free(struct world *w)
{
    folder_close(w->line);
    roster_free(w->roster);
    member_keys_free(w->keys);
    world_remove(w->root);
    free(w);
    clock_use_fixed_s(0);
}

struct desk *world_desk(struct world *w, const char *name)
{
    struct problem problem;
    struct desk *desk;
    problem_clear(&problem);
    const char *folder = world_path(w, name);
    well(found_folder(folder, &problem), &problem);
    well(found_write(folder, w->line->roster, w->keys, span_text(WORLD_PASSPHRASE),
                     KEYFILE_COST_MINIMUM_FOR_TESTS, &problem),
         &problem);
    well(desk_open(folder, &desk, &problem), &problem);
    well(desk_unlock(desk, span_text(WORLD_PASSPHRASE), &problem), &problem);
    const struct desk_line line = {.pinned = true, .key = w->line->note_key};
    well(desk_begin(desk, &problem), &problem);
    well(desk_line_put(desk, &line, &problem), &problem);
    well(desk_commit(desk, &problem), &problem);
    return desk;
}

struct model *world_model(struct desk *desk)
{
    struct problem problem;
    struct model *model;
    problem_clear(&problem);
    well(model_new(desk, &model, &problem), &problem);
    well(model_refresh(model, &problem), &problem);
    return model;
}

/* Callers */

void world_caller(struct world_caller *caller)
{
    codename_random(caller->codename);
    codename_keys(caller->codename, &caller->keys);
    caller->slot = 0;
}

static void put_pending(struct world *w, const struct entry_header *header,
                        const struct entry_leaf *leaf, struct span sealed)
{
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    entry_header_write(header, header_bytes);
    entry_leaf_write(leaf, leaf_bytes);
    const struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                      .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                      .sealed = sealed,
                                      .source = STORE_FROM_DOOR};
    well(store_begin(w->line->store), NULL);
    well(store_put_pending(w->line->store, &entry), NULL);
    well(store_commit(w->line->store), NULL);
}

static void seal(struct world *w, const uint8_t recipient[SEAL_KEY_BYTES],
                 const struct envelope *envelope, struct span content,
                 const struct sign_pair *signer, const uint8_t erase_tag[ENTRY_TAG_BYTES],
                 uint8_t ret_id[ENTRY_ID_BYTES])
{
    struct entry_header header;
    struct entry_leaf leaf;
    struct buf sealed;
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    memcpy(header.erase_tag, erase_tag, sizeof header.erase_tag);
    header.day = clock_day(clock_now_s());
    header.bucket = (uint8_t)entry_bucket_for(content.len);
    buf_init(&sealed, 4u << 20);
    well(payload_seal(recipient, &header, envelope, content, signer, roster_organisation(w->roster),
                      &sealed, &leaf),
         NULL);
    put_pending(w, &header, &leaf, buf_bytes(&sealed));
    buf_release(&sealed);
    if (ret_id)
        memcpy(ret_id, header.id, ENTRY_ID_BYTES);
}

void world_payload(struct world *w, const uint8_t recipient[SEAL_KEY_BYTES],
                   const struct envelope *envelope, struct span content,
                   const struct sign_pair *signer, uint8_t ret_id[ENTRY_ID_BYTES])
{
    uint8_t erase_tag[ENTRY_TAG_BYTES];
    random_bytes(erase_tag, sizeof erase_tag);
    seal(w, recipient, envelope, content, signer, erase_tag, ret_id);
}

void world_report_to(struct world *w, struct world_caller *caller, size_t epoch, uint32_t minute,
                     const char *text, uint8_t ret_id[ENTRY_ID_BYTES])
{
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES], erase_tag[ENTRY_TAG_BYTES];
    const struct envelope envelope = {.kind = KIND_REPORT,
                                      .kind_version = 1,
                                      .minute = minute,
                                      .minute_order = caller->slot + 1,
                                      .language = "en",
                                      .channel = "line",
                                      .wording = "verbatim",
                                      .mailbox = caller->keys.mailbox.public_key,
                                      .reply_key = caller->keys.reply_key};
    codename_erase_secret(caller->keys.erase_key, caller->slot++, secret);
    codename_erase_tag(secret, erase_tag);
    seal(w, roster_intake_at(w->line->roster, epoch)->public_key, &envelope, span_text(text), NULL,
         erase_tag, ret_id);
}

void world_report(struct world *w, struct world_caller *caller, const char *text,
                  uint8_t ret_id[ENTRY_ID_BYTES])
{
    world_report_to(w, caller, roster_intakes(w->line->roster) - 1, clock_minute(clock_now_s()),
                    text, ret_id);
}

void world_erase(struct world *w, struct world_caller *caller, unsigned slot)
{
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES];
    uint64_t count;
    codename_erase_secret(caller->keys.erase_key, slot, secret);
    well(store_begin(w->line->store), NULL);
    well(store_erase(w->line->store, secret, &count), NULL);
    well(store_commit(w->line->store), NULL);
    assert_true(count > 0);
}

/* The line */

void world_close(struct world *w)
{
    struct place_result result;
    struct problem problem;
    problem_clear(&problem);
    well(day_close(w->line, clock_day(clock_now_s()), &result, &problem), &problem);
}

const char *world_export(struct world *w)
{
    struct problem problem;
    char name[32];
    uint64_t entries;
    problem_clear(&problem);
    snprintf(name, sizeof name, "export-%u", ++w->exports);
    const char *path = world_path(w, name);
    well(export_folder(w->line, path, &entries, &problem), &problem);
    return path;
}

struct sending {
    struct world *w;
    struct desk *desk;
};

static int send_one(void *context, const struct store_entry *entry)
{
    struct sending *s = context;
    if (entry->source != STORE_OUTBOX)
        return 0;
    struct store_entry sent = *entry;
    sent.source = STORE_FROM_HATCH;
    return store_put_pending(s->w->line->store, &sent);
}

static int collect_outbox(void *context, const struct store_entry *entry)
{
    struct buf *ids = context;
    if (entry->source == STORE_OUTBOX)
        buf_put(ids, entry->header.data + 1, ENTRY_ID_BYTES);
    return 0;
}

void world_send(struct world *w, struct desk *desk)
{
    struct sending s = {w, desk};
    struct buf ids;
    buf_init(&ids, 1u << 20);
    well(store_begin(w->line->store), NULL);
    well(store_each_pending(desk_store(desk), send_one, &s), NULL);
    well(store_commit(w->line->store), NULL);
    well(store_each_pending(desk_store(desk), collect_outbox, &ids), NULL);
    well(desk_begin(desk, NULL), NULL);
    for (size_t at = 0; at < ids.len; at += ENTRY_ID_BYTES)
        well(store_mark_sent(desk_store(desk), ids.data + at), NULL);
    well(desk_commit(desk, NULL), NULL);
    buf_release(&ids);
}

/* Pulling */

int world_pull(struct desk *desk, const char *from, struct pull_report *ret_report,
               struct problem *problem)
{
    const struct pull_options options = {.from = from, .order = 1};
    problem_clear(problem);
    return pull_run(desk, &options, ret_report, problem);
}

void world_pull_well(struct desk *desk, const char *from)
{
    struct pull_report report;
    struct problem problem;
    well(world_pull(desk, from, &report, &problem), &problem);
}

bool world_has_alarm(struct desk *desk, enum alarm_kind kind)
{
    struct arena arena;
    struct alarm *alarms;
    size_t count;
    bool found = false;
    arena_init(&arena, 1u << 20);
    well(alarm_list(desk, &arena, &alarms, &count), NULL);
    for (size_t i = 0; i < count; i++)
        found |= alarms[i].kind == kind;
    arena_release(&arena);
    return found;
}

/* Each table in the order of its key, each value with its length before it. */
static int digest_table(struct model *model, const char *text, struct buf *out)
{
    sqlite3_stmt *stmt;
    TRY(sql_query(&model->sql, text, SQL_NONE, &stmt));
    int more;
    while ((more = sql_step(stmt)) > 0) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            struct span value = sql_bytes(stmt, i);
            buf_u32(out, (uint32_t)value.len);
            buf_span(out, value);
        }
    }
    TRY(more);
    struct hash hash = hash_sha256(buf_bytes(out));
    TRY(buf_error(out));
    buf_reset(out);
    buf_put(out, hash.bytes, sizeof hash.bytes);
    return buf_error(out);
}

struct hash world_digest(struct model *model)
{
    static const char *const tables[] = {
        "SELECT id, state FROM entries ORDER BY id",
        "SELECT * FROM alarms ORDER BY kind, id",
        "SELECT * FROM reports ORDER BY id",
        "SELECT entry, body FROM texts ORDER BY entry",
        "SELECT * FROM answers ORDER BY id",
        "SELECT * FROM details ORDER BY report, field",
        "SELECT * FROM consents ORDER BY report, purpose, recipient",
        "SELECT * FROM erased ORDER BY id",
        "SELECT * FROM erasures ORDER BY entry, signer",
        "SELECT * FROM cosigned ORDER BY id",
        "SELECT * FROM convs ORDER BY conv",
    };
    struct buf out;
    buf_init(&out, SIZE_MAX / 8);
    for (size_t i = 0; i < COUNT_OF(tables); i++)
        well(digest_table(model, tables[i], &out), NULL);
    struct hash digest = hash_sha256(buf_bytes(&out));
    buf_wipe_release(&out);
    return digest;
}

/* Files */

void world_copy(const char *from, const char *to)
{
    DIR *entries = opendir(from);
    assert_non_null(entries);
    well(file_make_folder(to, NULL), NULL);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        struct buf bytes;
        if (entry->d_type != DT_REG)
            continue;
        buf_init(&bytes, 256u << 20);
        world_read(from, entry->d_name, &bytes);
        world_write(to, entry->d_name, buf_bytes(&bytes));
        buf_release(&bytes);
    }
    closedir(entries);
}

static void join(const char *folder, const char *name, char out[256])
{
    snprintf(out, 256, "%s/%s", folder, name);
}

void world_read(const char *folder, const char *name, struct buf *out)
{
    char path[256];
    struct problem problem;
    problem_clear(&problem);
    join(folder, name, path);
    well(file_read(path, 64u << 20, out, &problem), &problem);
}

void world_write(const char *folder, const char *name, struct span bytes)
{
    char path[256];
    struct problem problem;
    problem_clear(&problem);
    join(folder, name, path);
    well(file_write(path, bytes, 0600, &problem), &problem);
}

void world_flip(const char *folder, const char *name, size_t at, uint8_t bits)
{
    struct buf bytes;
    buf_init(&bytes, 64u << 20);
    world_read(folder, name, &bytes);
    assert_true(at < bytes.len);
    bytes.data[at] ^= bits;
    world_write(folder, name, buf_bytes(&bytes));
    buf_release(&bytes);
}

void world_id_text(const uint8_t id[ENTRY_ID_BYTES], char out[33])
{
    for (size_t i = 0; i < ENTRY_ID_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", id[i]);
}
