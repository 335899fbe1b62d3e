/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/found.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "desk/desk_internal.h"
#include "seal/roster_sign.h"
#include "seal/secret.h"
#include "text/show.h"

#define WORDS_HEADING "Words:"
#define ORGANISATION_HEADING "Organisation's six words: "
#define SHEET_HEADING "Vouchsafe recovery kit, sheet "

/* The folder */

static int make_folders(char *path, struct problem *problem)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int error = file_exists(path) ? 0 : file_make_folder(path, problem);
        *slash = '/';
        TRY(error);
    }
    return file_make_folder(path, problem);
}

int found_folder(const char *folder, struct problem *problem)
{
    char *key = desk_path(folder, "key"), *path = mem_strdup(folder);
    int error = key && path && path[0] ? 0 : E_NOMEM;
    if (error == 0 && file_exists(key))
        error = problem_set(problem, E_EXISTS,
                            "There is a desk in %s already. If its passphrase is lost: move the "
                            "file \"key\" in it away, then vouchsafe recover",
                            folder);
    if (error == 0)
        error = make_folders(path, problem);
    mem_free(key);
    mem_free(path);
    return error;
}

int found_roster(const char *organisation, const char *member, const struct member_keys *keys,
                 struct roster **ret_roster, struct problem *problem)
{
    struct roster *roster = roster_new();
    uint32_t today = clock_day(clock_now_s());
    REJECT_IF(!roster, E_NOMEM);
    int error = roster_sign_found(roster, organisation, member, keys, today, problem);
    if (error == 0)
        error = roster_sign_intake(roster, keys, today, today + FOUND_INTAKE_DAYS, problem);
    if (error < 0)
        roster_free(roster);
    else
        *ret_roster = roster;
    return error;
}

static int write_file(const char *folder, const char *name, const struct buf *bytes, bool new,
                      struct problem *problem)
{
    char *path = desk_path(folder, name);
    REJECT_IF(!path, E_NOMEM);
    int error = buf_error(bytes);
    if (error == 0)
        error = new ? file_create(path, buf_bytes(bytes), 0600, problem)
                    : file_write(path, buf_bytes(bytes), 0600, problem);
    mem_free(path);
    return error;
}

int found_write_pack(const char *folder, const struct roster *roster, struct problem *problem)
{
    struct buf pack;
    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(roster, &pack);
    int error = write_file(folder, "pack.txt", &pack, false, problem);
    buf_release(&pack);
    return error;
}

static int put_chain(struct store *store, const struct roster *roster)
{
    struct buf chain;
    buf_init(&chain, STORE_VALUE_MAX);
    roster_chain_write(roster, &chain);
    int error = buf_error(&chain);
    if (error == 0)
        error = store_begin(store);
    if (error == 0)
        error = store_value_put(store, DESK_VALUE_ROSTER, buf_bytes(&chain));
    if (error == 0)
        error = store_commit(store);
    buf_release(&chain);
    return error;
}

/* A log that is there already, as in a copy of a lost desk: kept, when it is the organisation's. */
static int check_store(struct store *store, const struct roster *roster, bool *ret_longer,
                       struct problem *problem)
{
    struct span chain;
    struct roster *old;
    *ret_longer = true;
    if (store_size(store) == 0 && store_pending_count(store) == 0)
        return 0;
    TRY(store_value_get(store, DESK_VALUE_ROSTER, &chain));
    TRY(roster_chain_read(chain, &old, problem));
    bool same = memcmp(roster_organisation(old), roster_organisation(roster), 32) == 0;
    *ret_longer = roster_count(roster) > roster_count(old);
    roster_free(old);
    return same ? 0 : E_OTHER_ORG;
}

static int write_store(const char *folder, const struct roster *roster, struct problem *problem)
{
    struct store *store;
    bool longer;
    TRY(store_open_sqlite(folder, &store, problem));
    int error = check_store(store, roster, &longer, problem);
    if (error == 0 && longer)
        error = put_chain(store, roster);
    store_close(store);
    if (error == E_OTHER_ORG)
        return problem_set(problem, error, "The log in %s is another organisation's.", folder);
    return error;
}

int found_write(const char *folder, const struct roster *roster, const struct member_keys *keys,
                struct span passphrase, enum keyfile_cost cost, struct problem *problem)
{
    struct buf file;
    ASSERT(roster_member_find(roster, keys->sign.public_key));
    TRY(write_store(folder, roster, problem));
    TRY(found_write_pack(folder, roster, problem));
    buf_init(&file, KEYFILE_BYTES);
    int error = keyfile_write(keys, roster_organisation(roster), passphrase, cost, &file);
    if (error == 0)
        error = write_file(folder, "key", &file, true, problem);
    buf_release(&file);
    return error;
}

/* Sheets */

static void put_words(struct buf *out, const uint8_t secret[WORDS_SECRET_BYTES])
{
    const char *words[WORDS_SECRET_COUNT];
    words_of_secret(words_of_language("en"), secret, words);
    for (unsigned i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(out, "%s%2u. %-12s", i % 3 == 0 ? "\n    " : "", i + 1, words[i]);
    buf_text(out, "\n");
    secret_wipe(words, sizeof words);
}

void found_sheet_write(const struct found_sheet *sheet, const struct roster *roster,
                       const char *member, struct buf *out)
{
    char day[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(clock_day(clock_now_s()), day);
    buf_printf(out, SHEET_HEADING "%u of 2\n\nOrganisation: ", sheet->number);
    show_line(out, span_text(roster_name(roster)), ROSTER_NAME_MAX);
    buf_text(out, "\n" ORGANISATION_HEADING);
    words_six(roster_organisation(roster), out);
    buf_text(out, "\nMember: ");
    show_line(out, span_text(member), ROSTER_NAME_MAX);
    buf_printf(out, "\nMade on: %s\n\n" WORDS_HEADING "\n", day);
    put_words(out, sheet->secret);
    buf_printf(out,
               "\nThis sheet alone opens nothing. With sheet %u it opens everything: keep the two\n"
               "in different places, with people who do not know of each other. They are for the\n"
               "day on which the computer or the passphrase is lost: vouchsafe recover\n",
               3 - sheet->number);
}

/* The rest of the line after the heading. */
static struct span after(struct span text, const char *heading)
{
    const char *at = memmem(text.data, text.len, heading, strlen(heading));
    if (!at)
        return span_of(NULL, 0);
    struct span rest = span_of(at + strlen(heading),
                               text.len - (size_t)(at - (const char *)text.data) - strlen(heading));
    const uint8_t *newline = rest.len ? memchr(rest.data, '\n', rest.len) : NULL;
    return newline ? span_of(rest.data, (size_t)(newline - rest.data)) : rest;
}

static struct span words_of_text(struct span text)
{
    const char *at = memmem(text.data, text.len, WORDS_HEADING, strlen(WORDS_HEADING));
    if (!at)
        return text;
    at += strlen(WORDS_HEADING);
    const char *end = (const char *)text.data + text.len;
    while (at < end && (*at == '\n' || *at == '\r' || *at == ' '))
        at++;
    size_t len = (size_t)(end - at);
    const char *stop = memmem(at, len, "\n\n", 2);
    if (!stop)
        stop = memmem(at, len, "\r\n\r\n", 4);
    return span_of(at, stop ? (size_t)(stop - at) : len);
}

int found_sheet_read(struct span text, struct found_sheet *ret_sheet, struct problem *problem)
{
    struct found_sheet sheet = {0};
    const struct words_list *list;
    struct span number = after(text, SHEET_HEADING), six = after(text, ORGANISATION_HEADING);
    TRY(words_read_secret(words_of_language("en"), words_of_text(text), sheet.secret, &list,
                          problem));
    if (number.len && (number.data[0] == '1' || number.data[0] == '2'))
        sheet.number = number.data[0] - '0';
    while (six.len && (six.data[six.len - 1] == '\r' || six.data[six.len - 1] == ' '))
        six.len--;
    if (six.len < sizeof sheet.organisation)
        memcpy(sheet.organisation, six.data, six.len);
    *ret_sheet = sheet;
    secret_wipe(sheet.secret, sizeof sheet.secret);
    return 0;
}

static int check_pair(const struct found_sheet *one, const struct found_sheet *two,
                      struct problem *problem)
{
    if (one->number && one->number == two->number)
        return problem_set(problem, E_OTHER_ORG, "Both are sheet %u: the other one is needed.",
                           one->number);
    if (one->organisation[0] && two->organisation[0] &&
        strcmp(one->organisation, two->organisation) != 0)
        return problem_set(problem, E_OTHER_ORG,
                           "The two sheets are of different organisations' kits.");
    return 0;
}

static int check_organisation(const struct found_sheet *sheet, const struct roster *roster,
                              struct problem *problem)
{
    struct buf six;
    buf_init(&six, 256);
    words_six(roster_organisation(roster), &six);
    bool other = sheet->organisation[0] && strcmp(sheet->organisation, buf_cstr(&six)) != 0;
    buf_release(&six);
    if (other)
        return problem_set(problem, E_OTHER_ORG,
                           "The sheets belong to another organisation than %s.",
                           roster_name(roster));
    return 0;
}

int found_keys_of_sheets(const struct found_sheet *one, const struct found_sheet *two,
                         const struct roster *roster, struct member_keys **ret_keys,
                         struct problem *problem)
{
    uint8_t seed[MEMBER_SEED_BYTES];
    TRY(check_pair(one, two, problem));
    if (roster) {
        TRY(check_organisation(one, roster, problem));
        TRY(check_organisation(two, roster, problem));
    }
    kit_join(one->secret, two->secret, seed);
    struct member_keys *keys = member_keys_of_seed(seed);
    secret_wipe(seed, sizeof seed);
    REJECT_IF(!keys, E_NOMEM);
    if (roster && !roster_member_find(roster, keys->sign.public_key)) {
        member_keys_free(keys);
        return problem_set(problem, E_ROSTER,
                           "These two sheets make no key of a member of %s: they are of different "
                           "kits, or of another organisation.",
                           roster_name(roster));
    }
    *ret_keys = keys;
    return 0;
}
