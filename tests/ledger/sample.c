/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sample.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "seal/codename.h"

struct sample_key sample_log, sample_other_log, sample_cosigners[SAMPLE_COSIGNERS];

static void make_key(const char *name, uint8_t type, struct sample_key *key)
{
    struct hash seed = hash_sha256(span_text(name));
    sign_pair_of_seed(seed.bytes, &key->pair);
    assert_ok(note_key_make(name, type, key->pair.public_key, &key->key));
}

int sample_start(void **state)
{
    (void)state;
    assert_ok(seal_init());
    make_key("vouchsafe/0123456789abcdef", NOTE_TYPE_ED25519, &sample_log);
    make_key("vouchsafe/fedcba9876543210", NOTE_TYPE_ED25519, &sample_other_log);
    for (unsigned i = 0; i < SAMPLE_COSIGNERS; i++) {
        char name[32];
        snprintf(name, sizeof name, "desk/%016x", 0xa0 + i);
        make_key(name, NOTE_TYPE_COSIGNATURE, &sample_cosigners[i]);
    }
    return 0;
}

static struct hash derive(const char *what, unsigned n)
{
    char text[64];
    snprintf(text, sizeof text, "%s %u", what, n);
    return hash_sha256(span_text(text));
}

void sample_entry_of(const struct entry_header *header, struct sample_entry *entry)
{
    struct entry_leaf leaf;
    entry_header_write(header, entry->header);
    memcpy(leaf.id, header->id, sizeof leaf.id);
    leaf.header = hash_sha256(span_of(entry->header, sizeof entry->header));
    leaf.sealed = hash_sha256(span_of(entry->sealed, sizeof entry->sealed));
    struct hash content = hash_sha256(span_text(entry->content));
    leaf.commitment = entry_commitment(entry->k_com, header->id, &content);
    entry_leaf_write(&leaf, entry->leaf);
    memcpy(entry->id, header->id, sizeof entry->id);
    memcpy(entry->tag, header->tag, sizeof entry->tag);
}

void sample_entry(unsigned n, enum store_source source, struct sample_entry *ret_entry)
{
    struct entry_header header = {.day = SAMPLE_DAY, .bucket = 0};
    struct hash id = derive("id", n), tag = derive("tag", n), secret = derive("secret", n);
    memcpy(header.id, id.bytes, sizeof header.id);
    memcpy(header.tag, tag.bytes, sizeof header.tag);
    memcpy(ret_entry->erase_secret, secret.bytes, sizeof ret_entry->erase_secret);
    codename_erase_tag(ret_entry->erase_secret, header.erase_tag);
    struct hash k_com = derive("k_com", n);
    memcpy(ret_entry->k_com, k_com.bytes, sizeof ret_entry->k_com);
    snprintf(ret_entry->content, sizeof ret_entry->content, "What happened in Karsk, part %u.\n",
             n);
    memset(ret_entry->sealed, (int)n, sizeof ret_entry->sealed);
    memcpy(ret_entry->sealed + 1, id.bytes, HASH_BYTES);
    ret_entry->sealed[0] = SEAL_SUITE;
    ret_entry->source = source;
    sample_entry_of(&header, ret_entry);
}

struct store_entry sample_stored(const struct sample_entry *entry)
{
    return (struct store_entry){.header = span_of(entry->header, sizeof entry->header),
                                .leaf = span_of(entry->leaf, sizeof entry->leaf),
                                .sealed = span_of(entry->sealed, sizeof entry->sealed),
                                .source = entry->source};
}

struct checkpoint sample_checkpoint(uint64_t size, const struct hash *root)
{
    struct checkpoint checkpoint = {.size = size, .root = *root};
    memcpy(checkpoint.origin, sample_log.key.name, strlen(sample_log.key.name));
    return checkpoint;
}

void sample_note(const struct sample_key *key, const struct checkpoint *checkpoint, struct buf *out)
{
    size_t from = out->len;
    checkpoint_write(checkpoint, out);
    struct span text = span_slice(buf_bytes(out), from, out->len);
    struct buf line;
    buf_init(&line, 4096);
    note_sign_line(&key->key, &key->pair, text, &line);
    buf_text(out, "\n");
    buf_span(out, buf_bytes(&line));
    buf_release(&line);
    assert_ok(buf_error(out));
}

void sample_append(struct store *store, unsigned first, unsigned count, enum sample_mode mode)
{
    struct sample_entry *made = calloc(count + 1, sizeof *made);
    struct store_entry *stored = calloc(count + 1, sizeof *stored);
    struct merkle_source nodes = store_nodes(store);
    struct merkle_edge edge;
    struct buf note;
    assert_ok(merkle_edge_load(&nodes, store_size(store), &edge));
    for (unsigned i = 0; i < count; i++) {
        sample_entry(first + i, STORE_FROM_DOOR, &made[i]);
        stored[i] = sample_stored(&made[i]);
        struct hash leaf = merkle_leaf_hash(stored[i].leaf);
        assert_ok(merkle_edge_add(&edge, &leaf, NULL, NULL));
        if (mode == SAMPLE_LEAVES)
            stored[i].header = stored[i].sealed = span_of(NULL, 0);
    }
    struct hash root = merkle_edge_root(&edge);
    struct checkpoint checkpoint = sample_checkpoint(edge.size, &root);
    buf_init(&note, NOTE_BYTES_MAX);
    sample_note(&sample_log, &checkpoint, &note);
    assert_ok(store_begin(store));
    assert_ok(store_append(store, stored, count, &checkpoint, buf_bytes(&note)));
    assert_ok(store_commit(store));
    buf_release(&note);
    free(stored);
    free(made);
}

void sample_put(struct store *store, unsigned n, enum store_source source)
{
    struct sample_entry entry;
    sample_entry(n, source, &entry);
    struct store_entry stored = sample_stored(&entry);
    assert_ok(store_begin(store));
    assert_ok(store_put_pending(store, &stored));
    assert_ok(store_commit(store));
}

void sample_cosign(struct store *store, unsigned cosigner, uint64_t size, uint64_t time_s)
{
    struct span bytes;
    struct note note;
    struct buf line;
    assert_ok(store_note_of_size(store, size, &bytes));
    assert_ok(note_read(bytes, &note, NULL));
    buf_init(&line, 4096);
    note_cosign_line(&sample_cosigners[cosigner].key, &sample_cosigners[cosigner].pair, note.text,
                     time_s, &line);
    note_release(&note);
    assert_ok(store_begin(store));
    assert_ok(store_put_cosignature(store, size, buf_bytes(&line)));
    assert_ok(store_commit(store));
    buf_release(&line);
}

static char folder[64];

void sample_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/ledger-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

const char *sample_folder_path(void)
{
    return folder;
}

void sample_folder_remove(void)
{
    char path[512];
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(unlink(path), 0);
    }
    closedir(entries);
    assert_int_equal(rmdir(folder), 0);
}

struct store *sample_open(void)
{
    struct store *store = NULL;
    struct problem problem = {""};
    int error = store_open_sqlite(folder, &store, &problem);
    assert_string_equal(problem.text, "");
    assert_ok(error);
    return store;
}
