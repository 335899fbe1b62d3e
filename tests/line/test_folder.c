/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char path[160];

static const char *in_folder(const struct world *world, const char *name)
{
    snprintf(path, sizeof path, "%s/%s", world->path, name);
    return path;
}

static int open_again(struct world *world, struct problem *problem)
{
    folder_close(world->folder);
    world->folder = NULL;
    problem_clear(problem);
    return folder_open(world->path, &world->folder, problem);
}

static void write_file(const struct world *world, const char *name, const char *text)
{
    assert_ok(file_write(in_folder(world, name), span_text(text), 0600, NULL));
}

static void the_same_after_opening(void **state)
{
    struct world *world = *state;
    struct note_key key = world->folder->note_key;
    struct stat stat_of_key;

    world_reopen(world);
    assert_memory_equal(&world->folder->note_key, &key, sizeof key);
    assert_string_equal(roster_name(world->folder->roster), "Open Door Karsk");
    assert_int_equal(world->folder->settings.step, 16);
    assert_int_equal(world->folder->settings.doors, 2);
    assert_int_equal(stat(in_folder(world, "line.key"), &stat_of_key), 0);
    assert_int_equal(stat_of_key.st_mode & 0777, 0600);
}

static void one_program_at_a_time(void **state)
{
    struct world *world = *state;
    struct folder *second;
    struct problem problem;

    problem_clear(&problem);
    assert_error(folder_open(world->path, &second, &problem), E_BUSY);
    assert_non_null(strstr(problem_text(&problem, E_BUSY), "in use"));
}

static void made_once(void **state)
{
    struct world *world = *state;
    struct buf pack;

    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(world->roster, &pack);
    folder_close(world->folder);
    world->folder = NULL;
    assert_error(folder_create(world->path, buf_bytes(&pack), NULL), E_EXISTS);
    assert_ok(folder_open(world->path, &world->folder, NULL));
    buf_release(&pack);
}

/* A pack with any byte of its base64 changed makes no line. */
static void damaged_pack(void **state)
{
    struct world *world = *state;
    struct buf pack;
    char other[128];

    snprintf(other, sizeof other, "%s/other", world->place);
    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(world->roster, &pack);
    for (size_t at = 0; at < pack.len; at += 13) {
        uint8_t was = pack.data[at];

        pack.data[at] = was == 'A' ? 'B' : 'A';
        assert_int_not_equal(folder_create(other, buf_bytes(&pack), NULL), 0);
        assert_false(file_exists(other));
        pack.data[at] = was;
    }
    buf_release(&pack);
}

static void damaged_key(void **state)
{
    static const char *const texts[] = {"", "VSLN", "VSKN\001aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                        "VSLN\001aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    struct world *world = *state;
    struct problem problem;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        write_file(world, "line.key", texts[i]);
        assert_error(open_again(world, &problem), E_KEYFILE);
        assert_non_null(strstr(problem.text, "line.key"));
    }
    write_file(world, "line.key", "VSLN\002aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_error(open_again(world, &problem), E_VERSION);
}

/* A line with one bit of its key changed would be another line. */
static void changed_key(void **state)
{
    struct world *world = *state;
    struct problem problem;
    struct buf key;

    buf_init(&key, 64);
    assert_ok(file_read(in_folder(world, "line.key"), 64, &key, NULL));
    for (size_t at = 5; at < key.len; at++) {
        key.data[at] ^= 0x40;
        assert_ok(file_write(in_folder(world, "line.key"), buf_bytes(&key), 0600, NULL));
        assert_error(open_again(world, &problem), E_KEYFILE);
        assert_non_null(strstr(problem.text, "line.pub"));
        key.data[at] ^= 0x40;
    }
    assert_ok(file_write(in_folder(world, "line.key"), buf_bytes(&key), 0600, NULL));
    assert_ok(open_again(world, &problem));
    buf_release(&key);
}

static void settings(void **state)
{
    struct world *world = *state;
    struct problem problem;

    write_file(world, "settings", "# mine\n\nstep 64\ndoors 1\nother-way Telephone 0600 114\n");
    assert_ok(open_again(world, &problem));
    assert_int_equal(world->folder->settings.step, 64);
    assert_int_equal(world->folder->settings.doors, 1);
    assert_string_equal(world->folder->settings.other_way, "Telephone 0600 114");
}

static void settings_not_understood(void **state)
{
    static const char *const texts[] = {"step 0\n",  "step\n",    "step 65537\n", "doors 65\n",
                                        "doors 1",   "door 1\n",  "step 16 \n",   "step -1\n",
                                        "Step 16\n", "nonsense\n"};
    struct world *world = *state;
    struct problem problem;

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        write_file(world, "settings", texts[i]);
        assert_int_not_equal(open_again(world, &problem), 0);
        assert_non_null(strstr(problem.text, "settings"));
    }
}

static void not_a_folder(void **state)
{
    struct world *world = *state;
    struct problem problem;
    struct folder *folder;

    problem_clear(&problem);
    assert_int_not_equal(folder_open("/nonexistent/line", &folder, &problem), 0);
    assert_true(problem.text[0] != '\0');
    assert_int_not_equal(folder_open(world->place, &folder, &problem), 0);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(the_same_after_opening),
        WORLD_TEST(one_program_at_a_time),
        WORLD_TEST(made_once),
        WORLD_TEST(damaged_pack),
        WORLD_TEST(damaged_key),
        WORLD_TEST(changed_key),
        WORLD_TEST(settings),
        WORLD_TEST(settings_not_understood),
        WORLD_TEST(not_a_folder),
    };

    return cmocka_run_group_tests_name("folder", tests, NULL, NULL);
}
