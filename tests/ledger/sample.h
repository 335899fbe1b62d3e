/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the ledger's tests stand on: keys and entries that are the same in every run, and folders
 * that go away. Entries fit together as entry_check wants, but nothing in them opens. */
#ifndef TESTS_LEDGER_SAMPLE_H
#define TESTS_LEDGER_SAMPLE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/policy.h"
#include "ledger/store.h"

#define assert_ok(call) assert_string_equal(error_name(call), error_name(0))
#define assert_error(call, error) assert_string_equal(error_name(call), error_name(error))

#define SAMPLE_COSIGNERS 4
#define SAMPLE_SEALED_BYTES 18570
#define SAMPLE_DAY 20552

struct sample_key {
    struct sign_pair pair;
    struct note_key key;
};

/* The log's key and the cosigners', set by sample_start. */
extern struct sample_key sample_log, sample_other_log, sample_cosigners[SAMPLE_COSIGNERS];

/* For cmocka's group setup. */
int sample_start(void **state);

struct sample_entry {
    uint8_t header[ENTRY_HEADER_BYTES], leaf[ENTRY_LEAF_BYTES];
    uint8_t id[ENTRY_ID_BYTES], tag[ENTRY_TAG_BYTES], erase_secret[32];
    uint8_t k_com[HASH_BYTES];
    char content[64]; /* what the leaf commits to */
    uint8_t sealed[SAMPLE_SEALED_BYTES];
    enum store_source source;
};
/* The nth entry: its id, tag and bytes depend on n alone. */
void sample_entry(unsigned n, enum store_source source, struct sample_entry *ret_entry);
/* Makes header and leaf again after something in them was set by hand. */
void sample_entry_of(const struct entry_header *header, struct sample_entry *entry);
struct store_entry sample_stored(const struct sample_entry *entry);

/* The signed note of a tree. */
void sample_note(const struct sample_key *key, const struct checkpoint *checkpoint,
                 struct buf *out);
struct checkpoint sample_checkpoint(uint64_t size, const struct hash *root);
/* Appends the entries n, n + 1, ... in that order, each as given by mode, and commits. */
enum sample_mode { SAMPLE_WHOLE, SAMPLE_LEAVES };
void sample_append(struct store *store, unsigned first, unsigned count, enum sample_mode mode);
/* Puts the entry as pending, in a transaction of its own. */
void sample_put(struct store *store, unsigned n, enum store_source source);
/* The cosigner's line for the log's note of that size goes into the store. */
void sample_cosign(struct store *store, unsigned cosigner, uint64_t size, uint64_t time_s);

/* A new folder, the one that sample_open opens a store in, until sample_folder_remove. */
void sample_folder(void);
const char *sample_folder_path(void);
void sample_folder_remove(void);
struct store *sample_open(void);

#endif
