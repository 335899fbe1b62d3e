/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The ledger's speed: entries put durably at 1, 16 and 64 a transaction, a placement of 20,000,
 * and what desks and doors ask of a store of that size. The plain write of the same bytes, synced
 * as often, stands beside the puts: that is what the disk gives.
 *
 *     bench_ledger [FOLDER]     the folder (default: the current one) says which disk
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "ledger/place.h"
#include "ledger/tile.h"

#define PLACED 20000u
#define PUTS 4096u
#define ASKED 20000u

static uint8_t sealed[18570];

static void need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, error_name(error));
    exit(1);
}

static double since_s(int64_t start_ms)
{
    return (double)(clock_monotonic_ms() - start_ms) / 1000.0;
}

/* An entry as a door sends one, but for the sealing, which is measured elsewhere. */
static void put_one(struct store *store)
{
    struct entry_header header = {.day = 20000, .bucket = 0};
    uint8_t header_bytes[ENTRY_HEADER_BYTES], leaf_bytes[ENTRY_LEAF_BYTES];
    struct entry_leaf leaf;
    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    random_bytes(sealed + 1, 64);
    entry_header_write(&header, header_bytes);
    memcpy(leaf.id, header.id, sizeof leaf.id);
    leaf.header = hash_sha256(span_of(header_bytes, sizeof header_bytes));
    leaf.sealed = hash_sha256(span_of(sealed, sizeof sealed));
    random_bytes(leaf.commitment.bytes, HASH_BYTES);
    entry_leaf_write(&leaf, leaf_bytes);
    struct store_entry entry = {.header = span_of(header_bytes, sizeof header_bytes),
                                .leaf = span_of(leaf_bytes, sizeof leaf_bytes),
                                .sealed = span_of(sealed, sizeof sealed),
                                .source = STORE_FROM_DOOR};
    need(store_put_pending(store, &entry), "put");
}

static double put_many(struct store *store, unsigned count, unsigned batch)
{
    int64_t start_ms = clock_monotonic_ms();
    for (unsigned done = 0; done < count;) {
        need(store_begin(store), "begin");
        for (unsigned i = 0; i < batch && done < count; i++, done++)
            put_one(store);
        need(store_commit(store), "commit");
    }
    return since_s(start_ms);
}

static double write_plain(const char *path, unsigned count, unsigned batch)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    need(fd < 0 ? E_IO : 0, path);
    int64_t start_ms = clock_monotonic_ms();
    for (unsigned i = 1; i <= count; i++) {
        need(file_write_all(fd, sealed, sizeof sealed), path);
        if (i % batch == 0 || i == count)
            need(fdatasync(fd) == 0 ? 0 : E_IO, path);
    }
    double seconds = since_s(start_ms);
    close(fd);
    unlink(path);
    return seconds;
}

static void measure_puts(struct store *store, const char *folder)
{
    static const unsigned batches[] = {1, 16, 64};
    char path[4200];
    snprintf(path, sizeof path, "%s/plain", folder);
    for (size_t i = 0; i < COUNT_OF(batches); i++) {
        unsigned count = batches[i] == 1 ? PUTS / 8 : PUTS;
        double plain_s = write_plain(path, count, batches[i]);
        double put_s = put_many(store, count, batches[i]);
        printf("{\"case\": \"put\", \"entries_a_transaction\": %u, \"entries\": %u, "
               "\"sealed_bytes\": %zu, \"puts_per_s\": %.0f, \"plain_writes_per_s\": %.0f}\n",
               batches[i], count, sizeof sealed, count / put_s, count / plain_s);
    }
}

static void measure_placement(struct store *store)
{
    struct sign_pair pair;
    struct note_key key;
    struct dh_pair intake;
    struct place_result result;
    struct problem problem = {""};
    uint8_t seed[32];
    random_bytes(seed, sizeof seed);
    sign_pair_of_seed(seed, &pair);
    dh_pair_random(&intake);
    need(note_key_make("vouchsafe/0123456789abcdef", NOTE_TYPE_ED25519, pair.public_key, &key),
         "key");
    uint64_t pending = store_pending_count(store);
    if (pending < PLACED)
        put_many(store, (unsigned)(PLACED - pending), 64);
    pending = store_pending_count(store);
    struct place place = {&pair, &key, intake.public_key, 20000, PLACED + 2 * PUTS};
    place.step = (uint32_t)pending;
    int64_t start_ms = clock_monotonic_ms();
    need(place_day(store, &place, &result, &problem), problem.text);
    double seconds = since_s(start_ms);
    printf("{\"case\": \"place\", \"entries\": %llu, \"cover\": %llu, \"total_s\": %.2f, "
           "\"entries_per_s\": %.0f}\n",
           (unsigned long long)result.placed, (unsigned long long)result.cover, seconds,
           (double)result.placed / seconds);
    put_many(store, 600, 64);
    place.step = 1000;
    start_ms = clock_monotonic_ms();
    need(place_day(store, &place, &result, &problem), problem.text);
    seconds = since_s(start_ms);
    printf("{\"case\": \"place\", \"entries\": %llu, \"cover\": %llu, \"total_s\": %.2f, "
           "\"entries_per_s\": %.0f}\n",
           (unsigned long long)result.placed, (unsigned long long)result.cover, seconds,
           (double)result.placed / seconds);
}

static void measure_reading(struct store *store)
{
    uint8_t tag[ENTRY_TAG_BYTES];
    struct store_entry entry;
    int64_t start_ms = clock_monotonic_ms();
    for (unsigned i = 0; i < ASKED; i++) {
        random_bytes(tag, sizeof tag);
        need(store_find_tag(store, tag, &entry) == E_NOT_FOUND ? 0 : E_DAMAGED, "tag");
        need(store_erase_tag_used(store, tag) ? E_DAMAGED : 0, "erase tag");
    }
    double probe_s = since_s(start_ms);
    struct merkle_source nodes = store_nodes(store);
    struct merkle_proof proof;
    uint64_t size = store_size(store);
    start_ms = clock_monotonic_ms();
    for (unsigned i = 0; i < ASKED / 10; i++)
        need(merkle_prove_inclusion(&nodes, i * 7919u % size, size, &proof), "proof");
    double proof_s = since_s(start_ms);
    struct buf bytes;
    buf_init(&bytes, TILE_BYTES_MAX);
    start_ms = clock_monotonic_ms();
    for (unsigned i = 0; i < 500; i++) {
        struct tile tile = {
            .entries = i % 2, .index = i % (size / TILE_WIDTH), .width = TILE_WIDTH};
        buf_reset(&bytes);
        need(tile_make(store, &tile, &bytes), "tile");
    }
    double tile_s = since_s(start_ms);
    buf_release(&bytes);
    printf("{\"case\": \"read\", \"log_entries\": %llu, \"tag_probes_per_s\": %.0f, "
           "\"inclusion_proofs_per_s\": %.0f, \"tiles_per_s\": %.0f}\n",
           (unsigned long long)size, 2 * ASKED / probe_s, ASKED / 10 / proof_s, 500 / tile_s);
}

static void measure_open(const char *folder)
{
    struct store *store;
    struct problem problem = {""};
    int64_t start_ms = clock_monotonic_ms();
    need(store_open_sqlite(folder, &store, &problem), problem.text);
    printf("{\"case\": \"open\", \"total_s\": %.3f}\n", since_s(start_ms));
    store_close(store);
}

int main(int argc, char **argv)
{
    char folder[4096], command[4200];
    struct store *store;
    struct problem problem = {""};
    snprintf(folder, sizeof folder, "%s/bench-ledger-XXXXXX", argc > 1 ? argv[1] : ".");
    need(seal_init(), "seal");
    need(mkdtemp(folder) ? 0 : E_IO, folder);
    random_bytes(sealed, sizeof sealed);
    sealed[0] = SEAL_SUITE;
    need(store_open_sqlite(folder, &store, &problem), problem.text);
    measure_puts(store, folder);
    measure_placement(store);
    measure_reading(store);
    store_close(store);
    measure_open(folder);
    static const char *const files[] = {"log.db", "log.db-wal", "pending.db", "pending.db-wal",
                                        "count"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(command, sizeof command, "%s/%s", folder, files[i]);
        unlink(command);
    }
    return rmdir(folder);
}
