/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/file.h"
#include "desk/swap.h"

static char root[64];

static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *at = strchr(whole + strlen(root) + 1, '/'); at; at = strchr(at + 1, '/')) {
        *at = '\0';
        assert_int_equal(file_make_folder(whole, NULL), 0);
        *at = '/';
    }
    assert_int_equal(file_write(whole, span_text(text), 0600, NULL), 0);
}

static void put_swaps(const char *area)
{
    char text[512];
    snprintf(text, sizeof text,
             "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
             "%s partition\t8388604\t0\t-2\n",
             area);
    put("/proc/swaps", text);
}

/* What /sys says of the device that a file of the test lies on. */
static void put_device(const char *below, const char *text)
{
    struct stat about;
    char path[256];
    assert_int_equal(stat(root, &about), 0);
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u%s", major(about.st_dev), minor(about.st_dev),
             below);
    put(path, text);
}

static int make(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/vouchsafe-swap-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    return remove(path);
}

static int unmake(void **state)
{
    (void)state;
    return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void no_swap_is_fine(void **state)
{
    (void)state;
    assert_false(swap_in_clear(root));
    put("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    assert_false(swap_in_clear(root));
}

static void compressed_memory_is_fine(void **state)
{
    (void)state;
    put_swaps("/dev/zram0");
    assert_false(swap_in_clear(root));
}

static void a_plain_disk_is_not(void **state)
{
    (void)state;
    put("/swapfile", "");
    put_swaps("/swapfile");
    assert_true(swap_in_clear(root));
    put_device("/dm/uuid", "LVM-abcdef\n");
    assert_true(swap_in_clear(root));
}

static void what_is_not_found_is_not(void **state)
{
    (void)state;
    put_swaps("/gone\\040away");
    assert_true(swap_in_clear(root));
}

static void an_encrypted_disk_is_fine(void **state)
{
    (void)state;
    put("/swapfile", "");
    put_swaps("/swapfile");
    put_device("/dm/uuid", "CRYPT-LUKS2-0123-swap\n");
    assert_false(swap_in_clear(root));
}

static void a_volume_on_encrypted_disks_is_fine(void **state)
{
    (void)state;
    put("/swapfile", "");
    put_swaps("/swapfile");
    put_device("/dm/uuid", "LVM-abcdef\n");
    put_device("/slaves/dm-0/dm/uuid", "CRYPT-LUKS2-0123-disk\n");
    assert_false(swap_in_clear(root));
    put_device("/slaves/sdb1/size", "1\n");
    assert_true(swap_in_clear(root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_swap_is_fine, make, unmake),
        cmocka_unit_test_setup_teardown(compressed_memory_is_fine, make, unmake),
        cmocka_unit_test_setup_teardown(a_plain_disk_is_not, make, unmake),
        cmocka_unit_test_setup_teardown(what_is_not_found_is_not, make, unmake),
        cmocka_unit_test_setup_teardown(an_encrypted_disk_is_fine, make, unmake),
        cmocka_unit_test_setup_teardown(a_volume_on_encrypted_disks_is_fine, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
