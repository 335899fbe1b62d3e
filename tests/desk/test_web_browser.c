/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* With a script in the place of the browser, that writes down what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "desk/browser.h"

#define ADDRESS "http://127.0.0.1:4100/open?token=5ec2e7"

static char folder[64], told[128];

static void put_program(const char *name, const char *last)
{
    char path[128], script[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(script, sizeof script,
             "#!/bin/sh\nfor a; do echo \"$a\" >>%s.part; done\n/bin/mv %s.part %s\n%s\n", told,
             told, told, last);
    assert_int_equal(file_write(path, span_text(script), 0700, NULL), 0);
}

static int make(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/vouchsafe-browser-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(told, sizeof told, "%s/told", folder);
    setenv("PATH", folder, 1);
    setenv("DISPLAY", ":99", 1);
    unsetenv("XDG_RUNTIME_DIR");
    return 0;
}

static int unmake(void **state)
{
    char path[128];
    static const char *const names[] = {"told", "chromium", "firefox-esr"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

static void wait_told(struct buf *out)
{
    for (int i = 0; i < 500 && !file_exists(told); i++)
        usleep(10000);
    buf_init(out, 65536);
    assert_int_equal(file_read(told, 65536, out, NULL), 0);
}

static mode_t mode_of(const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777;
}

static void assert_page(const struct browser *browser)
{
    char path[300];
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 65536);
    snprintf(path, sizeof path, "%s/open.html", browser->folder);
    assert_int_equal(mode_of(browser->folder), 0700);
    assert_int_equal(mode_of(path), 0600);
    assert_int_equal(file_read(path, 65536, &page, NULL), 0);
    assert_non_null(strstr(buf_cstr(&page), "url=" ADDRESS "\""));
}

static void the_token_is_no_argument(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    struct buf given CLEANUP(buf_release);
    char profile[260];
    put_program("chromium", "exec /bin/sleep 60");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), 0);
    wait_told(&given);
    assert_null(strstr(buf_cstr(&given), "token"));
    snprintf(profile, sizeof profile, "--user-data-dir=%s\n", browser.folder);
    assert_non_null(strstr(buf_cstr(&given), profile));
    snprintf(profile, sizeof profile, "file://%s/open.html\n", browser.folder);
    assert_non_null(strstr(buf_cstr(&given), profile));
    assert_page(&browser);
    pid_t pid = browser.pid;
    snprintf(profile, sizeof profile, "%s", browser.folder);
    browser_close(&browser);
    assert_false(file_exists(profile));
    assert_int_equal(kill(pid, 0), -1);
}

static void firefox_when_there_is_no_chromium(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    struct buf given CLEANUP(buf_release);
    char path[300];
    put_program("firefox-esr", "exec /bin/sleep 60");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), 0);
    wait_told(&given);
    assert_null(strstr(buf_cstr(&given), "token"));
    assert_non_null(strstr(buf_cstr(&given), "--profile\n"));
    snprintf(path, sizeof path, "%s/user.js", browser.folder);
    assert_true(file_exists(path));
    pid_t pid = browser.pid;
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), E_BUSY);
    assert_int_equal(browser.pid, pid);
    browser_close(&browser);
    assert_false(file_exists(path));
}

static void another_address_goes_to_the_one_that_runs(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    struct buf given CLEANUP(buf_release);
    char page[300];
    put_program("chromium", "exec /bin/sleep 60");
    assert_int_equal(browser_open(&browser, "http://127.0.0.1:4100/open?token=0ld", NULL), 0);
    wait_told(&given);
    pid_t pid = browser.pid;
    put_program("chromium", "exit 0");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), 0);
    assert_int_equal(browser.pid, pid);
    assert_page(&browser);
    snprintf(page, sizeof page, "%s", browser.folder);
    browser_close(&browser);
    assert_int_equal(kill(pid, 0), -1);
    assert_false(file_exists(page));
}

static void its_end_is_seen(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    put_program("chromium", "exit 0");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), 0);
    struct pollfd ended = {.fd = browser.fd, .events = POLLIN};
    assert_int_equal(poll(&ended, 1, 10000), 1);
    browser_close(&browser);
}

static void what_does_not_end_is_ended(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    struct buf given CLEANUP(buf_release);
    put_program("chromium", "trap '' TERM; while :; do /bin/sleep 1; done");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), 0);
    wait_told(&given);
    pid_t pid = browser.pid;
    browser_close(&browser);
    assert_int_equal(kill(pid, 0), -1);
}

static void without_a_display_or_a_browser(void **state)
{
    (void)state;
    struct browser browser = BROWSER_NONE;
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), E_NOT_FOUND);
    put_program("chromium", "exit 0");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    assert_int_equal(browser_open(&browser, ADDRESS, NULL), E_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_token_is_no_argument, make, unmake),
        cmocka_unit_test_setup_teardown(firefox_when_there_is_no_chromium, make, unmake),
        cmocka_unit_test_setup_teardown(another_address_goes_to_the_one_that_runs, make, unmake),
        cmocka_unit_test_setup_teardown(its_end_is_seen, make, unmake),
        cmocka_unit_test_setup_teardown(what_does_not_end_is_ended, make, unmake),
        cmocka_unit_test_setup_teardown(without_a_display_or_a_browser, make, unmake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
