/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/export.h"

#include "base/encode.h"
#include "base/file.h"
#include "ledger/tile.h"

#define TILE_WIDTH 256
#define FILE_BYTES_MAX (1u << 30)

struct export
{
    struct folder *folder;
    const char *to;
    struct problem *problem;
    struct buf bytes; /* of the file that is being written */
    uint64_t entries;
};

/* Makes every folder on the way to a path below the export. */
static int make_folders(const struct export *e, const char *name)
{
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        struct buf path;
        int error;

        buf_init(&path, FOLDER_PATH_MAX);
        buf_printf(&path, "%s/", e->to);
        buf_put(&path, name, (size_t)(slash - name));
        error = buf_error(&path);
        if (error == 0)
            error = file_make_folder(buf_cstr(&path), e->problem);
        buf_release(&path);
        TRY(error);
    }
    return 0;
}

static int write_file(struct export *e, const char *name, struct span bytes)
{
    struct buf path;
    int error;

    TRY(make_folders(e, name));
    buf_init(&path, FOLDER_PATH_MAX);
    buf_printf(&path, "%s/%s", e->to, name);
    error = buf_error(&path);
    if (error == 0)
        error = file_write(buf_cstr(&path), bytes, 0600, e->problem);
    buf_release(&path);
    return error;
}

/* Writes what was gathered in e->bytes. */
static int write_gathered(struct export *e, const char *name)
{
    TRY(buf_error(&e->bytes));
    return write_file(e, name, buf_bytes(&e->bytes));
}

static int write_tile(struct export *e, const struct tile *tile)
{
    struct buf name;
    int error;

    buf_reset(&e->bytes);
    TRY(tile_make(e->folder->store, tile, &e->bytes));
    buf_init(&name, 256);
    tile_path_write(tile, &name);
    error = write_gathered(e, buf_cstr(&name));
    buf_release(&name);
    return error;
}

/* The tiles of one level: the hash tile and, at the lowest, the entries. */
static int write_level(struct export *e, unsigned level, uint64_t count)
{
    for (uint64_t at = 0; at < count; at += TILE_WIDTH) {
        struct tile tile = {
            .level = level,
            .index = at / TILE_WIDTH,
            .width = count - at < TILE_WIDTH ? (unsigned)(count - at) : TILE_WIDTH,
        };

        TRY(write_tile(e, &tile));
        if (level > 0)
            continue;
        tile.entries = true;
        TRY(write_tile(e, &tile));
    }
    return 0;
}

static int write_tiles(struct export *e)
{
    uint64_t count = store_size(e->folder->store);

    for (unsigned level = 0; count > 0; level++, count /= TILE_WIDTH)
        TRY(write_level(e, level, count));
    return 0;
}

static int write_entry(struct export *e, const struct store_entry *entry)
{
    struct entry_leaf leaf;
    struct buf name;
    int error;

    TRY(entry_leaf_read(entry->leaf, &leaf));
    buf_reset(&e->bytes);
    buf_span(&e->bytes, entry->header);
    buf_span(&e->bytes, entry->sealed);
    buf_init(&name, 64);
    buf_text(&name, "sealed/");
    hex_put(&name, span_of(leaf.id, sizeof leaf.id));
    error = write_gathered(e, buf_cstr(&name));
    buf_release(&name);
    return error;
}

static int write_sealed(void *context, const struct store_entry *entry)
{
    struct export *e = context;

    if (entry->sealed.len == 0)
        return 0;
    e->entries++;
    return write_entry(e, entry);
}

/* Its header alone, with which a desk checks the secret. */
static int write_erased(void *context, const uint8_t id[ENTRY_ID_BYTES], const uint8_t secret[32])
{
    struct export *e = context;
    struct store_entry entry;

    (void)secret;
    TRY(store_find(e->folder->store, id, &entry));
    return entry.sealed.len == 0 ? write_entry(e, &entry) : 0;
}

static int gather_pending(void *context, const struct store_entry *entry)
{
    struct export *e = context;

    buf_span(&e->bytes, entry->header);
    buf_span(&e->bytes, entry->leaf);
    return buf_error(&e->bytes);
}

static int gather_erased(void *context, const uint8_t id[ENTRY_ID_BYTES], const uint8_t secret[32])
{
    struct export *e = context;

    buf_put(&e->bytes, id, ENTRY_ID_BYTES);
    buf_put(&e->bytes, secret, 32);
    return buf_error(&e->bytes);
}

static int write_lists(struct export *e)
{
    struct store *store = e->folder->store;

    buf_reset(&e->bytes);
    TRY(store_each_pending(store, gather_pending, e));
    TRY(write_gathered(e, "pending"));
    buf_reset(&e->bytes);
    TRY(store_each_erased(store, gather_erased, e));
    TRY(write_gathered(e, "erased"));
    buf_reset(&e->bytes);
    roster_chain_write(e->folder->roster, &e->bytes);
    TRY(write_gathered(e, "roster"));
    buf_reset(&e->bytes);
    note_key_write(&e->folder->note_key, &e->bytes);
    buf_text(&e->bytes, "\n");
    return write_gathered(e, "line-key");
}

/* Last, so that a directory without it is one that was not finished. */
static int write_checkpoint(struct export *e)
{
    struct span note;
    int error = store_last_note(e->folder->store, &note);

    if (error == E_NOT_FOUND)
        return 0;
    TRY(error);
    buf_reset(&e->bytes);
    buf_span(&e->bytes, note);
    return write_gathered(e, "checkpoint");
}

static int write_all(struct export *e)
{
    TRY(file_make_folder(e->to, e->problem));
    TRY(write_lists(e));
    TRY(write_tiles(e));
    TRY(store_each_pending(e->folder->store, write_sealed, e));
    TRY(store_each_logged(e->folder->store, 0, write_sealed, e));
    TRY(store_each_erased(e->folder->store, write_erased, e));
    return write_checkpoint(e);
}

int export_folder(struct folder *folder, const char *to, uint64_t *ret_entries,
                  struct problem *problem)
{
    struct export e = {.folder = folder, .to = to, .problem = problem};
    int error;

    if (file_exists(to))
        return problem_set(problem, E_EXISTS, "%s is there already.", to);
    buf_init(&e.bytes, FILE_BYTES_MAX);
    error = write_all(&e);
    buf_release(&e.bytes);
    *ret_entries = e.entries;
    return error;
}
