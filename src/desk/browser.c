/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/browser.h"

#include <fcntl.h>
#include <ftw.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define END_WAIT_MS 3000
#define PATH_BYTES_MAX 4096
#define ARGUMENTS_MAX 16

enum kind { CHROMIUM, FIREFOX };

static const struct {
    const char *name;
    enum kind kind;
} programs[] = {{"chromium", CHROMIUM}, {"firefox-esr", FIREFOX}, {"firefox", FIREFOX}};

/* Nothing of it to disk, nothing of it to the network: the pages are on this computer. */
static const char firefox_settings[] =
    "user_pref(\"browser.privatebrowsing.autostart\", true);\n"
    "user_pref(\"browser.aboutwelcome.enabled\", false);\n"
    "user_pref(\"browser.shell.checkDefaultBrowser\", false);\n"
    "user_pref(\"browser.startup.homepage_override.mstone\", \"ignore\");\n"
    "user_pref(\"browser.cache.disk.enable\", false);\n"
    "user_pref(\"browser.safebrowsing.malware.enabled\", false);\n"
    "user_pref(\"browser.safebrowsing.phishing.enabled\", false);\n"
    "user_pref(\"app.update.enabled\", false);\n"
    "user_pref(\"app.normandy.enabled\", false);\n"
    "user_pref(\"datareporting.healthreport.uploadEnabled\", false);\n"
    "user_pref(\"datareporting.policy.dataSubmissionEnabled\", false);\n"
    "user_pref(\"toolkit.telemetry.enabled\", false);\n"
    "user_pref(\"network.captive-portal-service.enabled\", false);\n"
    "user_pref(\"network.connectivity-service.enabled\", false);\n"
    "user_pref(\"network.prefetch-next\", false);\n"
    "user_pref(\"network.proxy.type\", 0);\n"
    "user_pref(\"signon.rememberSignons\", false);\n";

/* Finding */

static bool has_display(void)
{
    const char *wayland = getenv("WAYLAND_DISPLAY"), *x11 = getenv("DISPLAY");
    return (wayland && wayland[0]) || (x11 && x11[0]);
}

/* The program's path, in one of the folders of PATH. */
static bool find_program(const char *name, char out[PATH_BYTES_MAX])
{
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t len = strcspn(at, ":");
        int wrote = snprintf(out, PATH_BYTES_MAX, "%.*s/%s", (int)len, at, name);
        if (at[0] == '/' && wrote < PATH_BYTES_MAX && access(out, X_OK) == 0)
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

static bool find_any(char out[PATH_BYTES_MAX], enum kind *ret_kind)
{
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        *ret_kind = programs[i].kind;
        if (find_program(programs[i].name, out))
            return true;
    }
    return false;
}

static bool is_in_memory(const char *folder)
{
    struct statfs about;
    return statfs(folder, &about) == 0 &&
           (about.f_type == TMPFS_MAGIC || about.f_type == RAMFS_MAGIC);
}

static int make_folder(char out[BROWSER_FOLDER_MAX + 1])
{
    const char *places[] = {getenv("XDG_RUNTIME_DIR"), "/dev/shm"};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (!places[i] || places[i][0] != '/' || !is_in_memory(places[i]))
            continue;
        int wrote = snprintf(out, BROWSER_FOLDER_MAX + 1, "%s/vouchsafe-XXXXXX", places[i]);
        if (wrote <= BROWSER_FOLDER_MAX && mkdtemp(out)) /* mode 0700 */
            return 0;
    }
    out[0] = '\0';
    return E_NOT_FOUND;
}

/* Starting */

static int put_file(const char *folder, const char *name, const char *text, struct problem *problem)
{
    char path[PATH_BYTES_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return file_write(path, span_text(text), 0600, problem);
}

/* The address is of digits, letters and "/.:?=[]" alone, so it needs no escaping. */
static int put_page(const char *folder, const char *address, struct problem *problem)
{
    struct buf page CLEANUP(buf_wipe_release);
    buf_init(&page, 4096);
    buf_printf(&page,
               "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" "
               "content=\"no-referrer\"><title>Vouchsafe</title>"
               "<meta http-equiv=\"refresh\" content=\"0; url=%s\">\n",
               address);
    TRY(buf_error(&page));
    return put_file(folder, "open.html", buf_cstr(&page), problem);
}

static void list_arguments(enum kind kind, const char *program, const struct browser *browser,
                           char texts[2][PATH_BYTES_MAX], const char *arguments[ARGUMENTS_MAX])
{
    size_t count = 0;
    snprintf(texts[0], PATH_BYTES_MAX, "--user-data-dir=%s", browser->folder);
    snprintf(texts[1], PATH_BYTES_MAX, "file://%s/open.html", browser->folder);
    arguments[count++] = program;
    if (kind == CHROMIUM) {
        static const char *const fixed[] = {
            "--no-first-run",     "--no-default-browser-check", "--disable-sync",
            "--disable-breakpad", "--disable-component-update", "--disable-background-networking",
            "--no-proxy-server",  "--password-store=basic",     "--incognito"};
        arguments[count++] = texts[0];
        for (size_t i = 0; i < COUNT_OF(fixed); i++)
            arguments[count++] = fixed[i];
    } else {
        arguments[count++] = "--profile";
        arguments[count++] = browser->folder;
    }
    arguments[count++] = texts[1];
    arguments[count] = NULL;
}

/* In a group of its own, so that Ctrl-C in the terminal is the desk's alone, and all of it can be
 * ended at once. */
static NORETURN void become(const char *program, const char *const arguments[], pid_t group)
{
    int nothing = open("/dev/null", O_RDWR);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, group);
    for (int fd = 0; nothing >= 0 && fd < 3; fd++)
        dup2(nothing, fd);
    execv(program, (char *const *)(uintptr_t)arguments);
    _exit(127);
}

/* What is started while the browser runs only tells it the address and ends. */
static int start(enum kind kind, const char *program, struct browser *browser)
{
    char texts[2][PATH_BYTES_MAX];
    const char *arguments[ARGUMENTS_MAX];
    list_arguments(kind, program, browser, texts, arguments);
    pid_t pid = fork();
    if (pid == 0)
        become(program, arguments, browser->pid);
    REJECT_IF(pid < 0, E_IO);
    setpgid(pid, browser->pid); /* whoever comes first, it or its child */
    if (browser->pid) {
        if (browser->helper)
            waitpid(browser->helper, NULL, WNOHANG);
        browser->helper = pid;
        return 0;
    }
    browser->pid = pid;
    browser->fd = pidfd_open(pid, 0);
    browser->deaf = kind == FIREFOX; /* hears another of its kind only where a session has a bus */
    return 0;
}

static bool has_ended(const struct browser *browser)
{
    struct pollfd ended = {.fd = browser->fd, .events = POLLIN};
    return browser->fd < 0 || poll(&ended, 1, 0) != 0;
}

static int try_open(struct browser *browser, const char *address, struct problem *problem)
{
    char program[PATH_BYTES_MAX];
    enum kind kind;
    REJECT_IF(!has_display() || !find_any(program, &kind), E_NOT_FOUND);
    if (!browser->pid)
        TRY(make_folder(browser->folder));
    TRY(put_page(browser->folder, address, problem));
    if (kind == FIREFOX)
        TRY(put_file(browser->folder, "user.js", firefox_settings, problem));
    return start(kind, program, browser);
}

int browser_open(struct browser *browser, const char *address, struct problem *problem)
{
    if (browser->pid && has_ended(browser))
        browser_close(browser);
    REJECT_IF(browser->pid && browser->deaf, E_BUSY);
    int error = try_open(browser, address, problem);
    if (error < 0)
        browser_close(browser);
    return error;
}

/* Ending */

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *where)
{
    (void)about;
    (void)type;
    (void)where;
    remove(path);
    return 0;
}

static void end_program(struct browser *browser)
{
    struct pollfd ended = {.fd = browser->fd, .events = POLLIN};
    kill(-browser->pid, SIGTERM);
    if (browser->fd < 0 || poll(&ended, 1, END_WAIT_MS) != 1)
        kill(-browser->pid, SIGKILL);
    waitpid(browser->pid, NULL, 0);
    kill(-browser->pid, SIGKILL); /* what it left behind in its group */
    if (browser->helper)
        waitpid(browser->helper, NULL, 0);
}

void browser_close(struct browser *browser)
{
    if (browser->pid)
        end_program(browser);
    if (browser->fd >= 0)
        close(browser->fd);
    if (browser->folder[0])
        nftw(browser->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    *browser = BROWSER_NONE;
}
