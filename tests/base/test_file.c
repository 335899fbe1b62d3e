/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folder of the test at hand, and the file that most of them write. */
static char folder[64], path[96];

static int make_place(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/vouchsafe-file-XXXXXX", 27);
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/kept", folder);
    return 0;
}

static int remove_place(void **state)
{
    (void)state;
    file_use_calls(NULL);
    mem_fail_from(0);
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
    return rmdir(folder);
}

/* The calls, of which the nth of all fails; each write takes at most three bytes. */
static int calls_made, failing_call;

static bool fails_now(void)
{
    bool fails = ++calls_made == failing_call;
    if (fails)
        errno = EIO;
    return fails;
}

static ssize_t short_write(int fd, const void *data, size_t len)
{
    return fails_now() ? -1 : write(fd, data, len < 3 ? len : 3);
}

static int counted_fsync(int fd)
{
    return fails_now() ? -1 : fsync(fd);
}

static int counted_rename(const char *from, const char *to)
{
    return fails_now() ? -1 : rename(from, to);
}

static int counted_rename_new(const char *from, const char *to)
{
    return fails_now() ? -1 : renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

static void fail_call(int nth)
{
    static const struct file_calls calls = {short_write, counted_fsync, counted_rename,
                                            counted_rename_new};
    calls_made = 0;
    failing_call = nth;
    file_use_calls(&calls);
}

static void assert_holds(const char *text)
{
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(file_read(path, 1000, &b, NULL), 0);
    assert_string_equal(buf_cstr(&b), text);
    buf_release(&b);
}

static void assert_nothing_left_over(void)
{
    char temporary[112];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    assert_false(file_exists(temporary));
}

static void a_file_is_written_and_read(void **state)
{
    (void)state;
    struct stat st;
    assert_false(file_exists(path));
    assert_int_equal(file_write(path, span_text("one"), 0600, NULL), 0);
    assert_holds("one");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(file_write(path, span_text("two two"), 0600, NULL), 0);
    assert_holds("two two");
    assert_int_equal(file_write(path, span_of(NULL, 0), 0600, NULL), 0);
    assert_holds("");
    assert_nothing_left_over();
}

static void what_an_earlier_stop_left_is_in_no_way(void **state)
{
    (void)state;
    char temporary[112];
    struct stat st;
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    close(open(temporary, O_CREAT | O_WRONLY, 0666));
    assert_int_equal(file_write(path, span_text("new"), 0600, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_nothing_left_over();
}

static void reading_keeps_to_its_limits(void **state)
{
    (void)state;
    struct buf b;
    struct problem problem;
    buf_init(&b, 10);
    problem_clear(&problem);
    assert_int_equal(file_read(path, 10, &b, &problem), E_NOT_FOUND);
    assert_non_null(strstr(problem.text, path));
    assert_int_equal(file_write(path, span_text("12345"), 0600, NULL), 0);
    assert_int_equal(file_read(path, 4, &b, NULL), E_TOO_LARGE);
    assert_int_equal(b.len, 0);
    assert_int_equal(file_read(path, 5, &b, NULL), 0);
    assert_int_equal(file_read(path, 5, &b, NULL), 0);
    assert_string_equal(buf_cstr(&b), "1234512345");
    assert_int_equal(file_read(path, 5, &b, NULL), E_TOO_LARGE);
    assert_string_equal(buf_cstr(&b), "1234512345");
    buf_reset(&b);
    assert_int_equal(file_read(folder, 5, &b, NULL), E_IO);
    buf_release(&b);
}

static void creating_takes_no_place_that_is_taken(void **state)
{
    (void)state;
    assert_int_equal(file_create(path, span_text("one"), 0600, NULL), 0);
    assert_int_equal(file_create(path, span_text("two"), 0600, NULL), E_EXISTS);
    assert_holds("one");
    assert_nothing_left_over();
}

static void folders_are_made_once(void **state)
{
    (void)state;
    struct stat st;
    assert_int_equal(file_make_folder(path, NULL), 0);
    assert_int_equal(file_make_folder(path, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    char inside[112];
    snprintf(inside, sizeof inside, "%s/a/b", path);
    assert_int_equal(file_make_folder(inside, NULL), E_NOT_FOUND);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(file_write(path, span_text("x"), 0600, NULL), 0);
    assert_int_equal(file_make_folder(path, NULL), E_EXISTS);
}

static void the_folder_of_a_path_is_found(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    assert_int_equal(file_sync_folder_of("plain", NULL), 0);
    assert_int_equal(file_sync_folder_of("/", NULL), 0);
    assert_int_equal(file_sync_folder_of("/tmp", NULL), 0);
    assert_int_equal(file_sync_folder_of(path, NULL), 0);
    buf_printf(&b, "%s//", folder);
    assert_int_equal(file_sync_folder_of(buf_cstr(&b), NULL), 0);
    buf_reset(&b);
    buf_printf(&b, "%s/none/x", folder);
    assert_int_equal(file_sync_folder_of(buf_cstr(&b), NULL), E_NOT_FOUND);
    buf_release(&b);
}

/* The sync of the folder is the last call: only when that fails, the new file is there. */
static void any_call_may_fail_and_the_file_is_old_or_new(void **state)
{
    (void)state;
    fail_call(0);
    assert_int_equal(file_write(path, span_text("old text"), 0600, NULL), 0);
    int all = calls_made;
    assert_int_equal(all, 3 + 1 + 1 + 1);
    for (int nth = 1; nth <= all; nth++) {
        file_use_calls(NULL);
        assert_int_equal(file_write(path, span_text("old text"), 0600, NULL), 0);
        struct problem problem;
        problem_clear(&problem);
        fail_call(nth);
        assert_int_equal(file_write(path, span_text("new text"), 0600, &problem), E_IO);
        assert_true(problem.text[0]);
        assert_holds(nth < all ? "old text" : "new text");
        assert_nothing_left_over();
    }
}

static void any_call_may_fail_and_nothing_half_is_created(void **state)
{
    (void)state;
    for (int nth = 1; nth <= 6; nth++) {
        fail_call(nth);
        assert_int_equal(file_create(path, span_text("new text"), 0600, NULL), E_IO);
        file_use_calls(NULL);
        assert_int_equal(file_exists(path), nth == 6);
        assert_nothing_left_over();
        unlink(path);
    }
}

static void any_allocation_may_fail(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        assert_int_equal(file_write(path, span_text("old"), 0600, NULL), 0);
        mem_fail_from(nth);
        int error = file_write(path, span_text("new"), 0600, NULL);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        assert_nothing_left_over();
        struct buf b;
        buf_init(&b, 100);
        assert_int_equal(file_read(path, 100, &b, NULL), 0);
        assert_true(strcmp(buf_cstr(&b), "old") == 0 || strcmp(buf_cstr(&b), "new") == 0);
        buf_release(&b);
    }
}

/* In three pieces. */
static int write_stream(const char *one, const char *two, const char *three,
                        struct problem *problem)
{
    const char *const pieces[] = {one, two, three};
    struct file_stream *stream;
    TRY(file_stream_new(path, 0600, &stream, problem));
    int error = 0;
    for (size_t i = 0; i < COUNT_OF(pieces) && error == 0; i++)
        error = file_stream_put(stream, span_text(pieces[i]), problem);
    if (error == 0)
        error = file_stream_sync(stream, problem);
    if (error == 0)
        return file_stream_finish(stream, problem);
    assert_int_equal(file_stream_sync(stream, problem), error);
    file_stream_drop(stream);
    return error;
}

static void a_stream_has_its_name_when_it_is_finished(void **state)
{
    (void)state;
    struct stat st;
    struct file_stream *stream;
    assert_int_equal(write_stream("one", "", " two", NULL), 0);
    assert_holds("one two");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(file_stream_new(path, 0600, &stream, NULL), 0);
    assert_int_equal(file_stream_put(stream, span_text("other"), NULL), 0);
    assert_holds("one two");
    file_stream_drop(stream);
    assert_holds("one two");
    assert_nothing_left_over();
    file_stream_drop(NULL);
}

/* What is read from a pipe comes as it is put; a device stays one. */
static void a_stream_into_a_device_does_not_replace_it(void **state)
{
    (void)state;
    struct stat st;
    struct problem problem;
    struct file_stream *stream;
    char got[8] = "";
    assert_int_equal(mkfifo(path, 0600), 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(file_stream_new(path, 0600, &stream, NULL), 0);
    assert_int_equal(file_stream_put(stream, span_text("one"), NULL), 0);
    assert_int_equal(read(fd, got, sizeof got), 3);
    assert_string_equal(got, "one");
    assert_int_equal(file_stream_sync(stream, NULL), 0);
    assert_int_equal(file_stream_finish(stream, NULL), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    close(fd);
    assert_int_equal(file_stream_new("/dev/full", 0600, &stream, NULL), 0);
    problem_clear(&problem);
    assert_int_equal(file_stream_put(stream, span_text("one"), &problem), E_IO);
    assert_string_equal(problem.text, "/dev/full: No space left on device");
    file_stream_drop(stream);
    assert_int_equal(stat("/dev/full", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void any_call_of_a_stream_may_fail(void **state)
{
    (void)state;
    fail_call(0);
    assert_int_equal(write_stream("old ", "te", "xt", NULL), 0);
    int all = calls_made;
    assert_true(all >= 3 + 1 + 1 + 1);
    for (int nth = 1; nth <= all; nth++) {
        file_use_calls(NULL);
        assert_int_equal(write_stream("old ", "te", "xt", NULL), 0);
        struct problem problem;
        problem_clear(&problem);
        fail_call(nth);
        assert_int_equal(write_stream("new ", "te", "xt", &problem), E_IO);
        assert_true(problem.text[0]);
        assert_holds(nth < all ? "old text" : "new text");
        assert_nothing_left_over();
    }
}

static void any_allocation_of_a_stream_may_fail(void **state)
{
    (void)state;
    bool done = false;
    for (uint64_t nth = 1; !done; nth++) {
        mem_fail_from(nth);
        int error = write_stream("n", "e", "w", NULL);
        done = mem_asked() < nth;
        mem_fail_from(0);
        assert_int_equal(error, done ? 0 : E_NOMEM);
        assert_nothing_left_over();
    }
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    if (full < 0)
        skip();
    assert_int_equal(file_write_all(full, "x", 1), E_IO);
    assert_int_equal(file_write_all(full, "", 0), 0);
    close(full);
    assert_int_equal(file_write_all(-1, "x", 1), E_IO);
}

static void a_pipe_is_written_to_and_not_replaced(void **state)
{
    (void)state;
    struct stat st;
    char got[8];
    assert_int_equal(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_int_equal(file_write(path, span_text("one"), 0600, NULL), 0);
    assert_int_equal(read(reader, got, sizeof got), 3);
    assert_memory_equal(got, "one", 3);
    close(reader);
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_nothing_left_over();
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_file_is_written_and_read),
        IN_PLACE(what_an_earlier_stop_left_is_in_no_way),
        IN_PLACE(a_pipe_is_written_to_and_not_replaced),
        IN_PLACE(reading_keeps_to_its_limits),
        IN_PLACE(creating_takes_no_place_that_is_taken),
        IN_PLACE(folders_are_made_once),
        IN_PLACE(the_folder_of_a_path_is_found),
        IN_PLACE(any_call_may_fail_and_the_file_is_old_or_new),
        IN_PLACE(any_call_may_fail_and_nothing_half_is_created),
        IN_PLACE(any_allocation_may_fail),
        IN_PLACE(a_stream_has_its_name_when_it_is_finished),
        IN_PLACE(a_stream_into_a_device_does_not_replace_it),
        IN_PLACE(any_call_of_a_stream_may_fail),
        IN_PLACE(any_allocation_of_a_stream_may_fail),
        IN_PLACE(a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
