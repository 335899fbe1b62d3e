/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The desk's folder: what unlocks it and what does not, who may use it at a time, what it keeps. */
#include "world.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "desk/found.h"

struct setting {
    struct world *w;
    struct desk *desk;
};

static int set_up(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    s->w = world_new();
    s->desk = world_desk(s->w, "desk");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *s = *state;
    desk_free(s->desk);
    world_free(s->w);
    free(s);
    return 0;
}

/* Closes the desk and tries it again. */
static int open_again(struct setting *s, const char *passphrase, struct problem *problem)
{
    struct desk *desk;
    desk_free(s->desk);
    s->desk = NULL;
    problem_clear(problem);
    TRY(desk_open(world_path(s->w, "desk"), &desk, problem));
    s->desk = desk;
    return desk_unlock(desk, span_text(passphrase), problem);
}

static void opens_again(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), 0);
    assert_true(desk_unlocked(s->desk) && desk_awake(s->desk));
    assert_string_equal(desk_member(s->desk)->name, "Ada");
    assert_true(desk_line(s->desk)->pinned);
    assert_int_equal(desk_epoch_now(s->desk)->epoch, 1);
    desk_lock(s->desk);
    assert_false(desk_unlocked(s->desk));
    assert_int_equal(desk_epochs(s->desk), 0);
}

static void wrong_passphrase(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    assert_int_equal(open_again(s, "seven lamps above the lake", &problem), E_PASSPHRASE);
    assert_false(desk_unlocked(s->desk));
    assert_int_equal(desk_unlock(s->desk, span_text(WORLD_PASSPHRASE), &problem), 0);
}

/* Every byte of the key file counts. */
static void damaged_key_file(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    for (size_t at = 0; at < KEYFILE_BYTES; at += 9) {
        /* Higher costs are obeyed, as far as they are allowed: that takes long. */
        if (at >= 5 && at < 21)
            continue;
        const char *folder = world_path(s->w, "desk");
        world_flip(folder, "key", at, 1);
        int error = open_again(s, WORLD_PASSPHRASE, &problem);
        if (error >= 0)
            fail_msg("byte %zu", at);
        assert_true(!s->desk || !desk_unlocked(s->desk));
        world_flip(world_path(s->w, "desk"), "key", at, 1);
    }
    struct buf file;
    buf_init(&file, 1024);
    world_read(world_path(s->w, "desk"), "key", &file);
    world_write(world_path(s->w, "desk"), "key", span_slice(buf_bytes(&file), 0, 100));
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), E_KEYFILE);
    buf_u8(&file, 0);
    world_write(world_path(s->w, "desk"), "key", buf_bytes(&file));
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), E_KEYFILE);
    buf_release(&file);
}

static void put_key_file(struct setting *s, const struct member_keys *keys,
                         const uint8_t *organisation)
{
    struct buf file;
    buf_init(&file, KEYFILE_BYTES);
    assert_int_equal(keyfile_write(keys, organisation, span_text(WORLD_PASSPHRASE),
                                   KEYFILE_COST_MINIMUM_FOR_TESTS, &file),
                     0);
    world_write(world_path(s->w, "desk"), "key", buf_bytes(&file));
    buf_release(&file);
}

static void another_organisations_key_file(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    static const uint8_t other[32] = {9};
    put_key_file(s, s->w->keys, other);
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), E_OTHER_ORG);
    struct member_keys *stranger = member_keys_random();
    put_key_file(s, stranger, roster_organisation(s->w->roster));
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), E_ROSTER);
    member_keys_free(stranger);
}

static void no_desk(void **state)
{
    struct setting *s = *state;
    struct desk *desk;
    struct problem problem;
    problem_clear(&problem);
    assert_int_equal(desk_open(world_path(s->w, "nothing"), &desk, &problem), E_NOT_FOUND);
    assert_non_null(strstr(problem.text, "vouchsafe init"));
}

static void weak_passphrases(void **state)
{
    (void)state;
    struct problem problem;
    static const char *const weak[] = {"", "eleven char", "aaaaaaaaaaaaaaaaaaaa", "ababababababab",
                                       "\xD0\xB9\xD0\xB9\xD0\xB9\xD0\xB9\xD0\xB9\xD0\xB9\xD0\xB9"};
    for (size_t i = 0; i < COUNT_OF(weak); i++) {
        problem_clear(&problem);
        assert_int_equal(desk_passphrase_check(span_text(weak[i]), &problem), E_ARGUMENT);
        assert_true(problem.text[0] != '\0');
    }
    assert_int_equal(desk_passphrase_check(span_text(WORLD_PASSPHRASE), &problem), 0);
    assert_int_equal(desk_passphrase_check(span_text("twelve chars"), &problem), 0);
}

/* One program at a time; asleep, others may. */
static void one_at_a_time(void **state)
{
    struct setting *s = *state;
    char path[300];
    snprintf(path, sizeof path, "%s/lock", world_path(s->w, "desk"));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    desk_sleep(s->desk);
    assert_false(desk_awake(s->desk));
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    close(fd);
    struct desk *twin;
    struct problem problem;
    problem_clear(&problem);
    uint64_t before = desk_changes(s->desk);
    assert_int_equal(desk_twin(s->desk, &twin, &problem), 0);
    assert_true(desk_unlocked(twin));
    assert_int_equal(alarm_raise(twin, ALARM_GAP, NULL, "by the twin"), 0);
    desk_free(twin);
    assert_int_equal(desk_wake(s->desk, &problem), 0);
    assert_true(desk_changes(s->desk) > before);
    assert_true(desk_unlocked(s->desk));
    assert_true(world_has_alarm(s->desk, ALARM_GAP));
}

static void alarms_are_kept_until_seen(void **state)
{
    struct setting *s = *state;
    struct arena arena;
    struct alarm *alarms;
    size_t count;
    struct problem problem;
    static const uint8_t entry[16] = {1, 2, 3};
    arena_init(&arena, 1u << 20);
    assert_int_equal(alarm_raise(s->desk, ALARM_FORK, NULL, "one"), 0);
    assert_int_equal(alarm_raise(s->desk, ALARM_FORK, NULL, "one"), 0);
    assert_int_equal(alarm_raise(s->desk, ALARM_MISSING, entry, "two"), 0);
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), 0);
    assert_int_equal(alarm_list(s->desk, &arena, &alarms, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(alarms[0].kind, ALARM_FORK);
    assert_string_equal(alarms[1].detail, "two");
    assert_true(alarms[1].has_entry);
    assert_memory_equal(alarms[1].entry, entry, 16);
    assert_int_equal(alarm_seen(s->desk, alarms[0].number), 0);
    assert_int_equal(alarm_seen(s->desk, 99), E_NOT_FOUND);
    assert_int_equal(alarm_list(s->desk, &arena, &alarms, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(alarms[0].kind, ALARM_MISSING);
    arena_release(&arena);
}

/* Whoever can raise many cannot hide one: what was seen makes room. The list is filled with copies
 * of one alarm, which would otherwise take a commit each. */
static void alarms_that_were_seen_make_room(void **state)
{
    struct setting *s = *state;
    struct arena arena;
    struct alarm *alarms;
    struct span one;
    struct buf many;
    size_t count;
    arena_init(&arena, 1u << 20);
    buf_init(&many, 1u << 20);
    assert_int_equal(alarm_raise(s->desk, ALARM_MISSING, NULL, "one of many"), 0);
    assert_int_equal(store_value_get(desk_store(s->desk), "alarms", &one), 0);
    for (int i = 0; i < ALARM_KEPT_MAX; i++)
        buf_span(&many, one);
    assert_int_equal(desk_begin(s->desk, NULL), 0);
    assert_int_equal(store_value_put(desk_store(s->desk), "alarms", buf_bytes(&many)), 0);
    assert_int_equal(desk_commit(s->desk, NULL), 0);
    buf_release(&many);
    assert_int_equal(alarm_raise(s->desk, ALARM_FORK, NULL, "no room"), 0);
    assert_int_equal(alarm_list(s->desk, &arena, &alarms, &count), 0);
    assert_int_equal(count, ALARM_KEPT_MAX);
    assert_int_equal(alarm_seen(s->desk, alarms[0].number), 0);
    assert_int_equal(alarm_raise(s->desk, ALARM_FORK, NULL, "room"), 0);
    assert_int_equal(alarm_list(s->desk, &arena, &alarms, &count), 0);
    assert_int_equal(count, 1);
    assert_int_equal(alarms[0].kind, ALARM_FORK);
    arena_release(&arena);
}

static int put_line(struct desk *desk, const struct desk_line *line, struct problem *problem)
{
    problem_clear(problem);
    assert_int_equal(desk_begin(desk, problem), 0);
    int error = desk_line_put(desk, line, problem);
    if (error < 0)
        desk_rollback(desk);
    else
        assert_int_equal(desk_commit(desk, problem), 0);
    return error;
}

static void a_log_keeps_its_key(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    struct world *other = world_new();
    struct desk_line line = {.pinned = true, .key = other->line->note_key};
    assert_int_equal(put_line(s->desk, &line, &problem), E_OTHER_ORG);
    line.key = s->w->line->note_key;
    snprintf(line.address, sizeof line.address, "http://127.0.0.1:1");
    assert_int_equal(put_line(s->desk, &line, &problem), 0);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    line.pinned = false;
    assert_int_equal(put_line(s->desk, &line, &problem), E_FORK);
    line.pinned = true;
    snprintf(line.address, sizeof line.address, "http://127.0.0.1:2");
    assert_int_equal(put_line(s->desk, &line, &problem), 0);
    assert_string_equal(desk_line(s->desk)->address, "http://127.0.0.1:2");
    world_free(other);
    world_day(WORLD_DAY);
}

static void a_damaged_roster_is_named(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    struct span chain;
    struct buf bytes;
    buf_init(&bytes, 1u << 20);
    assert_int_equal(store_value_get(desk_store(s->desk), "roster", &chain), 0);
    buf_span(&bytes, chain);
    bytes.data[bytes.len - 5] ^= 1;
    assert_int_equal(desk_begin(s->desk, NULL), 0);
    assert_int_equal(store_value_put(desk_store(s->desk), "roster", buf_bytes(&bytes)), 0);
    assert_int_equal(desk_commit(s->desk, NULL), 0);
    buf_release(&bytes);
    assert_int_equal(open_again(s, WORLD_PASSPHRASE, &problem), E_SIGNATURE);
    assert_non_null(strstr(problem.text, "roster"));
}

static void addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"http://127.0.0.1:8081", "http://[::1]:8081",
                                       "http://localhost:1",    "http://abcd.onion",
                                       "HTTP://ABCD.ONION:81/", "https://hatch.example"};
    static const char *const bad[] = {"",
                                      "127.0.0.1:8081",
                                      "http://hatch.example",
                                      "http://127.0.0.1.example",
                                      "http://127.0.0.1@example",
                                      "http://notonion",
                                      "http://x.onion.example",
                                      "ftp://127.0.0.1",
                                      "http://127.0.0.1/a b",
                                      "http://",
                                      "file:///etc/passwd"};
    struct problem problem;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        problem_clear(&problem);
        if (pull_address_check(good[i], &problem) != 0)
            fail_msg("%s: %s", good[i], problem.text);
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        problem_clear(&problem);
        if (pull_address_check(bad[i], &problem) != E_ARGUMENT)
            fail_msg("%s", bad[i]);
    }
}

/* Founding and recovering */

static void a_folder_is_founded_once(void **state)
{
    struct setting *s = *state;
    struct problem problem;
    problem_clear(&problem);
    assert_int_equal(found_folder(world_path(s->w, "desk"), &problem), E_EXISTS);
    assert_int_equal(found_folder(world_path(s->w, "a/b/c"), &problem), 0);
    assert_true(file_exists(world_path(s->w, "a/b/c")));
}

static void make_sheets(const struct world *w, struct found_sheet sheets[2])
{
    memset(sheets, 0, 2 * sizeof *sheets);
    sheets[0].number = 1;
    sheets[1].number = 2;
    kit_split(w->keys->seed, sheets[0].secret, sheets[1].secret);
}

static void read_back(const struct world *w, const struct found_sheet *sheet, const char *line_end,
                      struct found_sheet *ret_sheet)
{
    struct problem problem;
    struct buf text, changed;
    problem_clear(&problem);
    buf_init(&text, 8192);
    buf_init(&changed, 16384);
    found_sheet_write(sheet, w->roster, "Ada", &text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n')
            buf_text(&changed, line_end);
        else
            buf_u8(&changed, text.data[i]);
    }
    int error = found_sheet_read(buf_bytes(&changed), ret_sheet, &problem);
    if (error < 0)
        fail_msg("%s", problem_text(&problem, error));
    buf_release(&text);
    buf_release(&changed);
}

static void two_sheets_make_the_key(void **state)
{
    struct setting *s = *state;
    struct found_sheet sheets[2], read[2];
    struct member_keys *keys;
    struct problem problem;
    problem_clear(&problem);
    make_sheets(s->w, sheets);
    read_back(s->w, &sheets[0], "\n", &read[0]);
    read_back(s->w, &sheets[1], "\r\n", &read[1]);
    assert_int_equal(read[0].number, 1);
    assert_int_equal(read[1].number, 2);
    assert_string_equal(read[0].organisation, read[1].organisation);
    assert_int_equal(found_keys_of_sheets(&read[1], &read[0], s->w->roster, &keys, &problem), 0);
    assert_memory_equal(keys->sign.public_key, s->w->keys->sign.public_key, SIGN_KEY_BYTES);
    member_keys_free(keys);
    assert_int_equal(found_keys_of_sheets(&read[0], &read[0], s->w->roster, &keys, &problem),
                     E_OTHER_ORG);
}

static void sheets_of_different_kits(void **state)
{
    struct setting *s = *state;
    struct found_sheet one[2], again[2], foreign[2], read[2];
    struct member_keys *keys;
    struct problem problem;
    struct world *other = world_new();
    make_sheets(s->w, one);
    make_sheets(s->w, again);
    make_sheets(other, foreign);
    problem_clear(&problem);
    assert_int_equal(found_keys_of_sheets(&one[0], &again[1], s->w->roster, &keys, &problem),
                     E_ROSTER);
    assert_non_null(strstr(problem.text, "different kits"));
    problem_clear(&problem);
    read_back(s->w, &one[0], "\n", &read[0]);
    read_back(other, &foreign[1], "\n", &read[1]);
    assert_int_equal(found_keys_of_sheets(&read[0], &read[1], s->w->roster, &keys, &problem),
                     E_OTHER_ORG);
    problem_clear(&problem);
    read_back(s->w, &one[1], "\n", &read[1]);
    assert_int_equal(found_keys_of_sheets(&read[0], &read[1], other->roster, &keys, &problem),
                     E_OTHER_ORG);
    assert_non_null(strstr(problem.text, "another organisation"));
    world_free(other);
    world_day(WORLD_DAY);
}

static void a_mistyped_sheet_is_named(void **state)
{
    (void)state;
    struct found_sheet sheet;
    struct problem problem;
    problem_clear(&problem);
    assert_int_equal(found_sheet_read(span_text("one two three"), &sheet, &problem), E_ARGUMENT);
    problem_clear(&problem);
    assert_int_equal(found_sheet_read(span_text("xxxx a b c d e f g h i j k"), &sheet, &problem),
                     E_BAD_WORD);
}

/* A new desk, from the kit and the pack, has all that the line still gives. */
static void a_desk_is_made_again(void **state)
{
    struct setting *s = *state;
    struct world_caller caller;
    uint8_t id[ENTRY_ID_BYTES];
    struct store_entry entry;
    world_caller(&caller);
    world_report(s->w, &caller, "Help.", id);
    world_close(s->w);
    const char *from = world_export(s->w);
    desk_free(s->desk);
    world_remove(world_path(s->w, "desk"));
    s->desk = world_desk(s->w, "desk");
    world_pull_well(s->desk, from);
    assert_int_equal(store_find(desk_store(s->desk), id, &entry), 0);
    assert_true(entry.sealed.len > 0);
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(opens_again),
        DESK_TEST(wrong_passphrase),
        DESK_TEST(damaged_key_file),
        DESK_TEST(another_organisations_key_file),
        DESK_TEST(no_desk),
        cmocka_unit_test(weak_passphrases),
        DESK_TEST(one_at_a_time),
        DESK_TEST(alarms_are_kept_until_seen),
        DESK_TEST(alarms_that_were_seen_make_room),
        DESK_TEST(a_log_keeps_its_key),
        DESK_TEST(a_damaged_roster_is_named),
        cmocka_unit_test(addresses),
        DESK_TEST(a_folder_is_founded_once),
        DESK_TEST(two_sheets_make_the_key),
        DESK_TEST(sheets_of_different_kits),
        DESK_TEST(a_mistyped_sheet_is_named),
        DESK_TEST(a_desk_is_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
