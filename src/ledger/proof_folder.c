/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/proof_folder.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/encode.h"
#include "base/file.h"

#define PATH_MAX_BYTES 4096
#define OPENING_MAX 256

static const char proof_ending[] = ".tlog-proof";
static const char opening_word[] = "k_com ";

/* A name that a shell, a web page and every file system take as it is. */
static bool name_allowed(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    static const char *const taken[] = {"leaf", "opening", "policy", "README.txt"};
    size_t len = strlen(name);
    if (len == 0 || len > PROOF_FOLDER_NAME_MAX || strspn(name, allowed) != len)
        return false;
    if (name[0] == '.' || name[0] == '-')
        return false;
    for (size_t i = 0; i < COUNT_OF(taken); i++) {
        if (strcmp(name, taken[i]) == 0)
            return false;
    }
    return true;
}

static int path_in(const char *folder, const char *name, const char *ending, struct buf *path)
{
    buf_reset(path);
    buf_printf(path, "%s/%s%s", folder, name, ending);
    return buf_error(path);
}

static int write_one(const char *folder, const char *name, const char *ending, struct span bytes,
                     struct problem *problem)
{
    CLEANUP(buf_release) struct buf path;
    buf_init(&path, PATH_MAX_BYTES);
    TRY(path_in(folder, name, ending, &path));
    return file_create(buf_cstr(&path), bytes, 0600, problem);
}

int proof_folder_write(const char *path, const struct proof_folder *folder, struct problem *problem)
{
    if (!name_allowed(folder->content_name))
        return problem_set(problem, E_ARGUMENT, "the content's name cannot be used");
    if (file_exists(path))
        return problem_set(problem, E_EXISTS, "%s is already there", path);
    CLEANUP(buf_wipe_release) struct buf opening;
    buf_init(&opening, OPENING_MAX);
    buf_text(&opening, opening_word);
    hex_put(&opening, span_of(folder->k_com, HASH_BYTES));
    buf_text(&opening, "\n");
    TRY(buf_error(&opening));
    const char *name = folder->content_name;
    TRY(file_make_folder(path, problem));
    TRY(write_one(path, name, "", folder->content, problem));
    TRY(write_one(path, name, proof_ending, folder->proof, problem));
    TRY(write_one(path, "leaf", "", folder->leaf, problem));
    TRY(write_one(path, "opening", "", buf_bytes(&opening), problem));
    TRY(write_one(path, "policy", "", folder->policy, problem));
    return write_one(path, "README.txt", "", folder->readme, problem);
}

/* A stranger's folder: a link would show a file from elsewhere as part of it, and opening a pipe
 * would wait for ever. */
static int check_plain(const char *path, struct problem *problem)
{
    struct stat st;
    if (lstat(path, &st) != 0 || S_ISREG(st.st_mode))
        return 0; /* reading says what is wrong with it */
    return problem_set(problem, E_FORMAT, "%s is not a plain file", path);
}

static int read_one(const char *folder, const char *name, const char *ending, size_t max_bytes,
                    struct buf *out, struct problem *problem)
{
    CLEANUP(buf_release) struct buf path;
    buf_init(&path, PATH_MAX_BYTES);
    TRY(path_in(folder, name, ending, &path));
    TRY(check_plain(buf_cstr(&path), problem));
    buf_init(out, max_bytes);
    return file_read(buf_cstr(&path), max_bytes, out, problem);
}

/* The one file that ends in .tlog-proof says how the content is called. */
static int find_name(DIR *entries, char ret_name[PROOF_FOLDER_NAME_MAX + 1])
{
    size_t found = 0, ending = sizeof proof_ending - 1;
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        size_t len = strlen(entry->d_name);
        if (len <= ending || strcmp(entry->d_name + len - ending, proof_ending) != 0)
            continue;
        REJECT_IF(len - ending > PROOF_FOLDER_NAME_MAX, E_FORMAT);
        memcpy(ret_name, entry->d_name, len - ending);
        ret_name[len - ending] = '\0';
        found++;
    }
    REJECT_IF(found == 0, E_NOT_FOUND);
    REJECT_IF(found > 1 || !name_allowed(ret_name), E_FORMAT);
    return 0;
}

static int read_name(const char *path, char ret_name[PROOF_FOLDER_NAME_MAX + 1],
                     struct problem *problem)
{
    DIR *entries = opendir(path);
    if (!entries)
        return problem_set(problem, E_NOT_FOUND, "%s is not a folder that can be read", path);
    int error = find_name(entries, ret_name);
    closedir(entries);
    if (error)
        return problem_set(problem, error, "%s does not hold exactly one file named *%s", path,
                           proof_ending);
    return 0;
}

static int read_opening(const char *path, uint8_t ret_k_com[HASH_BYTES], struct problem *problem)
{
    CLEANUP(buf_wipe_release) struct buf opening = {.data = NULL};
    TRY(read_one(path, "opening", "", OPENING_MAX, &opening, problem));
    struct cursor c;
    cursor_init(&c, buf_bytes(&opening));
    struct span word = cursor_bytes(&c, sizeof opening_word - 1);
    struct span digits = cursor_line(&c, OPENING_MAX);
    bool right = span_equal(word, span_text(opening_word)) && cursor_end(&c) == 0;
    if (!right || hex_read(digits, ret_k_com, HASH_BYTES) < 0)
        return problem_set(problem, E_FORMAT, "the file opening cannot be read");
    return 0;
}

static int verify_content_of(const char *path, const char *name, struct span leaf,
                             struct problem *problem)
{
    uint8_t k_com[HASH_BYTES];
    CLEANUP(buf_wipe_release) struct buf content = {.data = NULL};
    TRY(read_opening(path, k_com, problem));
    TRY(read_one(path, name, "", PROOF_FOLDER_CONTENT_MAX, &content, problem));
    struct hash hash = hash_sha256(buf_bytes(&content));
    return verify_content(leaf, k_com, &hash, problem);
}

static int verify_under(const char *path, const char *name, const struct policy *policy,
                        struct verify_result *ret_result, struct problem *problem)
{
    CLEANUP(buf_release) struct buf proof = {.data = NULL};
    CLEANUP(buf_release) struct buf leaf = {.data = NULL};
    TRY(read_one(path, name, proof_ending, PROOF_BYTES_MAX, &proof, problem));
    TRY(read_one(path, "leaf", "", ENTRY_LEAF_BYTES, &leaf, problem));
    TRY(verify_proof(buf_bytes(&proof), policy, buf_bytes(&leaf), ret_result, problem));
    return verify_content_of(path, name, buf_bytes(&leaf), problem);
}

int proof_folder_verify(const char *path, const struct span *policy,
                        struct verify_result *ret_result,
                        char ret_content_name[PROOF_FOLDER_NAME_MAX + 1],
                        struct hash *ret_policy_hash, struct problem *problem)
{
    char name[PROOF_FOLDER_NAME_MAX + 1];
    CLEANUP(buf_release) struct buf own = {.data = NULL};
    TRY(read_name(path, name, problem));
    if (!policy)
        TRY(read_one(path, "policy", "", POLICY_BYTES_MAX, &own, problem));
    struct span text = policy ? *policy : buf_bytes(&own);
    struct policy *parsed;
    TRY(policy_read(text, &parsed, problem));
    struct verify_result result;
    int error = verify_under(path, name, parsed, &result, problem);
    policy_free(parsed);
    REJECT_IF(error, error);
    *ret_result = result;
    memcpy(ret_content_name, name, sizeof name);
    if (ret_policy_hash)
        *ret_policy_hash = hash_sha256(text);
    return 0;
}
