/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "prop.h"
#include "seal/resume.h"
#include "seal/seal.h"

#define PARTS 5
#define PART_MAX_BYTES 300
#define FRONT_BYTES 28
#define START_BYTES (1 + FRONT_BYTES + 16 + 16)

static char folder[64], path[96];
static const struct hash work = {{1, 2, 3}}, other_work = {{1, 2, 4}};

static int no_sync(int fd)
{
    (void)fd;
    return 0;
}

/* Thousands of files; whether they are on the disk matters to one test only. */
static int set_up(void **state)
{
    static const struct file_calls calls = {.fsync = no_sync};
    (void)state;
    file_use_calls(&calls);
    snprintf(folder, sizeof folder, "/tmp/resume-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/parts", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing else is left there */
    return 0;
}

static struct parts *open_parts(void)
{
    struct parts *parts = NULL;
    struct problem problem = {""};
    int error = resume_open(path, &work, &parts, &problem);
    if (error < 0)
        fail_msg("%d: %s", error, problem.text);
    return parts;
}

/* What part i says: its number again and again, another length each. */
static struct span part_of(size_t i, uint8_t *bytes)
{
    size_t len = i * 61 % PART_MAX_BYTES;
    memset(bytes, (int)('A' + i), len);
    return span_of(bytes, len);
}

static int add_part(struct parts *parts, size_t i)
{
    uint8_t bytes[PART_MAX_BYTES];
    return parts_add(parts, part_of(i, bytes));
}

/* Takes all parts, which must be those from 0 on; how many, and how it ended. */
static size_t take_parts(struct parts *parts, int *ret_error)
{
    uint8_t bytes[PART_MAX_BYTES];
    struct buf out;
    size_t count = 0;
    bool got = true;
    *ret_error = 0;
    buf_init(&out, 1u << 20);
    while (*ret_error == 0 && got) {
        buf_reset(&out);
        *ret_error = parts_next(parts, &out, &got);
        if (*ret_error == 0 && got)
            assert_true(span_equal(buf_bytes(&out), part_of(count++, bytes)));
    }
    buf_release(&out);
    return count;
}

static size_t take_whole(struct parts *parts)
{
    int error;
    size_t count = take_parts(parts, &error);
    assert_int_equal(error, 0);
    return count;
}

static void make_file(size_t count)
{
    unlink(path);
    struct parts *parts = open_parts();
    for (size_t i = 0; i < count; i++)
        assert_int_equal(add_part(parts, i), 0);
    resume_free(parts);
}

static struct buf read_file(void)
{
    struct buf file;
    buf_init(&file, 1u << 20);
    assert_int_equal(file_read(path, 1u << 20, &file, NULL), 0);
    return file;
}

static void write_file(const uint8_t *data, size_t len)
{
    assert_int_equal(file_write(path, span_of(data, len), 0600, NULL), 0);
}

static void parts_come_back_in_order(void **state)
{
    (void)state;
    for (size_t runs = 0; runs < PARTS; runs++) {
        struct parts *parts = open_parts();
        struct stat st;
        assert_int_equal(take_whole(parts), runs);
        assert_int_equal(add_part(parts, runs), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        resume_free(parts);
    }
    struct parts *parts = open_parts();
    assert_int_equal(take_whole(parts), PARTS);
    assert_int_equal(resume_remove(parts, NULL), 0);
    assert_false(file_exists(path));
    resume_free(parts);
    resume_free(NULL);
}

/* What was not taken is forgotten by what is added. */
static void work_may_go_on_from_the_middle(void **state)
{
    (void)state;
    make_file(PARTS);
    struct parts *parts = open_parts();
    struct buf out;
    bool got;
    buf_init(&out, 1000);
    assert_int_equal(parts_next(parts, &out, &got), 0);
    assert_int_equal(parts_next(parts, &out, &got), 0);
    assert_true(got);
    buf_release(&out);
    assert_int_equal(add_part(parts, 2), 0);
    resume_free(parts);
    parts = open_parts();
    assert_int_equal(take_whole(parts), 3);
    resume_free(parts);
}

/* Killed after any byte: the whole parts are there, and the work goes on behind them. */
static void cut_off_anywhere_it_goes_on(void **state)
{
    (void)state;
    make_file(PARTS);
    struct buf file = read_file();
    size_t last = 0;
    for (size_t len = START_BYTES; len <= file.len; len++) {
        write_file(file.data, len);
        struct parts *parts = open_parts();
        size_t count = take_whole(parts);
        assert_in_range(count, last, last + 1);
        last = count;
        for (size_t i = count; i < PARTS; i++)
            assert_int_equal(add_part(parts, i), 0);
        resume_free(parts);
        parts = open_parts();
        assert_int_equal(take_whole(parts), PARTS);
        resume_free(parts);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, file.len);
    }
    assert_int_equal(last, PARTS);
    buf_release(&file);
}

/* After power is lost the end may be anything, of any length. */
static void rubbish_at_the_end_is_no_part(void **state)
{
    (void)state;
    struct prop prop = prop_start("resume_rubbish");
    make_file(2);
    struct buf file = read_file();
    for (int i = 0; i < 300; i++) {
        uint8_t rubbish[400];
        size_t len = prop_below(&prop, sizeof rubbish) + 1;
        for (size_t k = 0; k < len; k++)
            rubbish[k] = i % 3 == 0 ? 0 : (uint8_t)prop_below(&prop, 256);
        if (i % 3 == 2 && len > FRONT_BYTES + 16) { /* a length that fits */
            memset(rubbish, 0, 4);
            rubbish[2] = (uint8_t)((len - FRONT_BYTES - 16) >> 8);
            rubbish[3] = (uint8_t)(len - FRONT_BYTES - 16);
        }
        buf_put(&file, rubbish, len);
        write_file(file.data, file.len);
        buf_cut(&file, file.len - len);
        struct parts *parts = open_parts();
        int error;
        assert_int_equal(take_parts(parts, &error), 2);
        assert_int_equal(error, 0);
        resume_free(parts);
    }
    buf_release(&file);
}

static void other_work_is_refused(void **state)
{
    (void)state;
    struct parts *parts = NULL;
    struct problem problem = {""};
    make_file(PARTS);
    struct buf file = read_file();
    assert_int_equal(resume_open(path, &other_work, &parts, &problem), E_CANNOT_OPEN);
    assert_null(parts);
    assert_non_null(strstr(problem.text, path));
    assert_non_null(strstr(problem.text, "other lists"));
    struct buf after = read_file();
    assert_true(span_equal(buf_bytes(&file), buf_bytes(&after)));
    buf_release(&after);
    buf_release(&file);
}

/* Nothing that a person has by that name is written over. */
static void other_files_stay_as_they_are(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "\x01", "\x01notes", "name,born\nAnna,1980\n",
        "a text, longer than what such a file begins with, of something else"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct parts *parts = NULL;
        write_file((const uint8_t *)texts[i], strlen(texts[i]));
        assert_int_equal(resume_open(path, &work, &parts, NULL), E_CANNOT_OPEN);
        struct buf after = read_file();
        assert_true(span_equal(buf_bytes(&after), span_text(texts[i])));
        buf_release(&after);
    }
    struct parts *parts = NULL;
    struct problem problem = {""};
    unlink(path);
    assert_int_equal(resume_open("/nowhere/at/all", &work, &parts, &problem), E_NOT_FOUND);
    assert_non_null(strstr(problem.text, "/nowhere/at/all"));
    assert_int_equal(resume_open(folder, &work, &parts, NULL), E_IO);
    assert_int_equal(resume_open("/dev/null", &work, &parts, NULL), E_CANNOT_OPEN);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(resume_open(path, &work, &parts, NULL), E_CANNOT_OPEN);
    unlink(path);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_int_equal(resume_open(path, &work, &parts, NULL), E_IO);
    assert_null(parts);
}

/* No changed byte is ever taken for what was found: it is refused, or at the end forgotten. */
static void changes_are_never_taken(void **state)
{
    (void)state;
    make_file(PARTS);
    struct buf file = read_file();
    size_t refused = 0;
    for (size_t at = 0; at < file.len; at++) {
        struct parts *parts = NULL;
        file.data[at] ^= 1;
        write_file(file.data, file.len);
        file.data[at] ^= 1;
        int error = resume_open(path, &work, &parts, NULL);
        assert_int_equal(error, at < START_BYTES ? E_CANNOT_OPEN : 0);
        if (error < 0)
            continue;
        assert_in_range(take_parts(parts, &error), 0, PARTS - 1);
        assert_true(error == 0 || error == E_DAMAGED);
        if (error == E_DAMAGED)
            assert_non_null(strstr(parts->problem.text, "was changed"));
        refused += error == E_DAMAGED;
        resume_free(parts);
    }
    /* All but the last part, and lengths that point behind the end. */
    assert_true(refused > file.len / 2);
    buf_release(&file);
}

/* Parts in another order, or one twice. */
static void parts_keep_their_places(void **state)
{
    (void)state;
    static const uint8_t same[100] = {7};
    const size_t len = FRONT_BYTES + sizeof same + 16;
    struct parts *parts = open_parts();
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(parts_add(parts, span_of(same, sizeof same)), 0);
    resume_free(parts);
    struct buf file = read_file(), out;
    assert_int_equal(file.len, START_BYTES + 4 * len);
    memcpy(file.data + START_BYTES + len, file.data + START_BYTES, len);
    write_file(file.data, file.len);
    parts = open_parts();
    bool got;
    buf_init(&out, 1000);
    assert_int_equal(parts_next(parts, &out, &got), 0);
    assert_true(got);
    assert_int_equal(parts_next(parts, &out, &got), E_DAMAGED);
    resume_free(parts);
    buf_release(&out);
    buf_release(&file);
}

static void the_file_shows_nothing(void **state)
{
    (void)state;
    static const uint8_t zeros[20000];
    struct parts *parts = open_parts();
    assert_int_equal(parts_add(parts, span_of(zeros, sizeof zeros)), 0);
    assert_int_equal(parts_add(parts, span_of(zeros, sizeof zeros)), 0);
    resume_free(parts);
    struct buf file = read_file();
    const uint8_t *one = file.data + START_BYTES + FRONT_BYTES,
                  *two = one + sizeof zeros + 16 + FRONT_BYTES;
    size_t same = 0, zero = 0;
    for (size_t i = 0; i < sizeof zeros; i++) {
        same += one[i] == two[i];
        zero += one[i] == 0;
    }
    assert_in_range(same, 1, 200);
    assert_in_range(zero, 1, 200);
    buf_release(&file);
}

static void one_process_at_a_time(void **state)
{
    (void)state;
    struct parts *parts = open_parts(), *second = NULL;
    struct problem problem = {""};
    assert_int_equal(resume_open(path, &work, &second, &problem), E_BUSY);
    assert_non_null(strstr(problem.text, "another process"));
    resume_free(parts);
    parts = open_parts();
    resume_free(parts);
}

/* A disk that fails at any write or sync: it is said, and what was whole before is there. */

static unsigned calls_left;
static int error_number;

static bool may_go_on(void)
{
    if (calls_left > 0) {
        calls_left--;
        return true;
    }
    errno = error_number;
    return false;
}

static ssize_t failing_write(int fd, const void *data, size_t len)
{
    if (!may_go_on())
        return -1;
    return write(fd, data, len > 50 ? len / 2 : len);
}

static int failing_sync(int fd)
{
    (void)fd;
    return may_go_on() ? 0 : -1;
}

static int try_all(struct problem *problem, size_t *ret_added)
{
    struct parts *parts;
    *ret_added = 0;
    TRY(resume_open(path, &work, &parts, problem));
    int error = 0;
    while (error == 0 && *ret_added < PARTS) {
        error = add_part(parts, *ret_added);
        *ret_added += error == 0;
    }
    if (error < 0) {
        *problem = parts->problem;
        assert_int_equal(add_part(parts, *ret_added), E_IO); /* and again */
    }
    resume_free(parts);
    return error;
}

static void a_failing_disk_is_said_and_survived(void **state)
{
    (void)state;
    static const struct file_calls calls = {.write = failing_write, .fsync = failing_sync};
    int error = -1;
    for (unsigned allowed = 0; error < 0; allowed++) {
        struct problem problem = {""};
        size_t added, count = 0;
        unlink(path);
        calls_left = allowed;
        error_number = allowed % 2 ? ENOSPC : EIO;
        file_use_calls(&calls);
        error = try_all(&problem, &added);
        file_use_calls(NULL);
        if (error == 0)
            break;
        assert_int_equal(error, E_IO);
        assert_non_null(strstr(problem.text, folder));
        assert_non_null(strstr(problem.text, strerrordesc_np(error_number)));
        if (file_exists(path)) {
            struct parts *parts = open_parts();
            count = take_whole(parts);
            resume_free(parts);
        }
        assert_in_range(count, added, added + 1); /* the sync alone may have failed */
    }
    assert_int_equal(error, 0);
}

static int take_and_add(void)
{
    struct parts *parts;
    struct buf out;
    bool got = true;
    TRY(resume_open(path, &work, &parts, NULL));
    int error = 0;
    buf_init(&out, 1000);
    while (error == 0 && got) {
        buf_reset(&out);
        error = parts_next(parts, &out, &got);
    }
    if (error == 0)
        error = add_part(parts, 3);
    buf_release(&out);
    resume_free(parts);
    return error;
}

static void want_of_memory_is_said(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        make_file(3);
        mem_fail_from(nth);
        int error = take_and_add();
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
    }
    struct parts *parts = open_parts();
    uint8_t byte = 0;
    assert_int_equal(take_whole(parts), 4);
    assert_int_equal(parts_add(parts, span_of(&byte, PARTS_PART_MAX_BYTES + 1)), E_TOO_LARGE);
    resume_free(parts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_come_back_in_order),
        TEST(work_may_go_on_from_the_middle),
        TEST(cut_off_anywhere_it_goes_on),
        TEST(rubbish_at_the_end_is_no_part),
        TEST(other_work_is_refused),
        TEST(other_files_stay_as_they_are),
        TEST(changes_are_never_taken),
        TEST(parts_keep_their_places),
        TEST(the_file_shows_nothing),
        TEST(one_process_at_a_time),
        TEST(a_failing_disk_is_said_and_survived),
        TEST(want_of_memory_is_said),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
