/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "prop.h"
#include "seal/seal.h"
#include "seal/spill.h"

#define BLOCK 65536u

static struct spill *new_spill(void)
{
    struct spill *s;
    struct problem problem = {""};
    assert_int_equal(spill_sealed_new("/tmp", &s, &problem), 0);
    return s;
}

/* The descriptor of the one file without a name that this process holds; -1 when there is none. */
static int find_unnamed(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int found = -1;
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        int fd = (int)strtol(e->d_name, NULL, 10);
        struct stat st;
        if (e->d_name[0] != '.' && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0)
            found = fd;
    }
    closedir(dir);
    return found;
}

static void fill(uint8_t *data, size_t len, uint64_t from)
{
    for (size_t i = 0; i < len; i++)
        data[i] = (uint8_t)((from + i) * 2654435761u >> 13);
}

static void test_reads_what_was_put(void **state)
{
    (void)state;
    struct prop prop = prop_start("spill");
    static uint8_t data[200000], back[200000];
    struct spill *s = new_spill();
    uint64_t total = 0;
    for (int i = 0; i < 300; i++) {
        size_t len = prop_below(&prop, i % 7 == 0 ? sizeof data : 3000);
        fill(data, len, total);
        assert_int_equal(spill_append(s, data, len), 0);
        total += len;
        size_t want = prop_below(&prop, sizeof back);
        want = want > total ? (size_t)total : want;
        uint64_t from = prop_below(&prop, total - want + 1);
        assert_int_equal(spill_read(s, from, back, want), 0);
        fill(data, want, from);
        assert_memory_equal(back, data, want);
    }
    spill_sealed_free(s);
}

static void test_nothing_is_left(void **state)
{
    (void)state;
    assert_int_equal(find_unnamed(), -1);
    struct spill *s = new_spill();
    assert_true(find_unnamed() >= 0);
    spill_sealed_free(s);
    assert_int_equal(find_unnamed(), -1);
    spill_sealed_free(NULL);
}

static void test_the_file_shows_nothing(void **state)
{
    (void)state;
    static uint8_t zeros[4 * BLOCK], file[4 * (BLOCK + 16) + 1];
    struct spill *s = new_spill();
    assert_int_equal(spill_append(s, zeros, sizeof zeros), 0);
    ssize_t got = pread(find_unnamed(), file, sizeof file, 0);
    assert_int_equal(got, 4 * (BLOCK + 16));
    /* Equal blocks look unlike, and none like what went in. */
    size_t same = 0, zero = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        same += file[i] == file[i + BLOCK + 16];
        zero += file[i] == 0;
    }
    assert_in_range(same, 1, 600);
    assert_in_range(zero, 1, 600);
    spill_sealed_free(s);
}

static void test_changes_are_noticed(void **state)
{
    (void)state;
    static uint8_t data[3 * BLOCK], block[BLOCK + 16];
    uint8_t out;
    struct spill *s = new_spill();
    assert_int_equal(spill_append(s, data, sizeof data), 0);
    int fd = find_unnamed();
    assert_int_equal(pread(fd, block, sizeof block, 0), sizeof block);
    /* The first block in the second's place. */
    assert_int_equal(pwrite(fd, block, sizeof block, BLOCK + 16), sizeof block);
    assert_int_equal(spill_read(s, 0, &out, 1), 0);
    assert_int_equal(spill_read(s, BLOCK, &out, 1), E_DAMAGED);
    assert_non_null(strstr(s->problem.text, "changed"));
    block[77] ^= 1;
    assert_int_equal(pwrite(fd, block, sizeof block, 0), sizeof block);
    assert_int_equal(spill_read(s, 0, &out, 1), E_DAMAGED);
    assert_int_equal(ftruncate(fd, 2 * (BLOCK + 16) + 5), 0);
    assert_int_equal(spill_read(s, 2 * BLOCK, &out, 1), E_IO);
    spill_sealed_free(s);
}

static unsigned writes_left;

static ssize_t full_disk(int fd, const void *data, size_t len)
{
    if (writes_left == 0) {
        errno = ENOSPC;
        return -1;
    }
    writes_left--;
    return write(fd, data, len < 1000 ? len : len - 1);
}

static void test_full_disk(void **state)
{
    (void)state;
    static const struct file_calls calls = {.write = full_disk};
    static uint8_t data[BLOCK], out[BLOCK];
    file_use_calls(&calls);
    for (unsigned allowed = 0; allowed < 8; allowed++) {
        struct spill *s = new_spill();
        writes_left = allowed;
        int error = 0;
        for (int i = 0; i < 20 && error == 0; i++) {
            fill(data, sizeof data, (uint64_t)i * BLOCK);
            error = spill_append(s, data, sizeof data);
        }
        assert_int_equal(error, E_IO);
        assert_non_null(strstr(s->problem.text, "No space left"));
        assert_int_equal(spill_append(s, data, 1), E_IO);
        for (unsigned i = 0; i < allowed / 2; i++) { /* what was written whole is still there */
            fill(data, sizeof data, (uint64_t)i * BLOCK);
            assert_int_equal(spill_read(s, (uint64_t)i * BLOCK, out, BLOCK), 0);
            assert_memory_equal(out, data, BLOCK);
        }
        spill_sealed_free(s);
    }
    file_use_calls(NULL);
}

static void test_no_folder(void **state)
{
    (void)state;
    struct spill *s = NULL;
    struct problem problem = {""};
    assert_int_equal(spill_sealed_new("/nowhere/at/all", &s, &problem), E_IO);
    assert_null(s);
    assert_non_null(strstr(problem.text, "/nowhere/at/all"));
    /* /proc knows no temporary files at all. */
    problem_clear(&problem);
    assert_int_equal(spill_sealed_new("/proc", &s, &problem), E_IO);
    assert_null(s);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct spill *s = NULL;
    mem_fail_from(1);
    assert_int_equal(spill_sealed_new("/tmp", &s, NULL), E_NOMEM);
    mem_fail_from(0);
    assert_null(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_was_put),
        cmocka_unit_test(test_nothing_is_left),
        cmocka_unit_test(test_the_file_shows_nothing),
        cmocka_unit_test(test_changes_are_noticed),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_no_memory),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
