/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A door and its keeper as processes, at a time of the test's choosing. What doors say on days like
 * any other is tested by tests/e2e. */
#include "world.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "line/door.h"
#include "line/keeper.h"
#include "seal/secret.h"

#define DAY_S INT64_C(86400)

struct place {
    struct world *world;
    pid_t keeper, door;
    int control_fd;
    unsigned port;
};

static int make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    void *world;

    if (!place || world_make(&world) < 0)
        return -1;
    place->world = world;
    *state = place;
    return 0;
}

static int end_child(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int make_free(void **state)
{
    struct place *place = *state;
    void *world = place->world;

    if (place->door > 0) {
        kill(place->door, SIGTERM);
        end_child(place->door);
    }
    if (place->keeper > 0) {
        close(place->control_fd);
        end_child(place->keeper);
    }
    free(place);
    return world_remove(&world);
}

static void start_keeper(struct place *place)
{
    int pair[2];

    folder_close(place->world->folder);
    place->world->folder = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    fflush(NULL);
    place->keeper = fork();
    if (place->keeper == 0) {
        struct folder *folder;

        close(pair[0]);
        if (folder_open(place->world->path, &folder, NULL) == 0)
            (void)!keeper_run(folder, pair[1]);
        _exit(0);
    }
    close(pair[1]);
    place->control_fd = pair[0];
}

static void start_door(struct place *place)
{
    int listen_fd, pair[2];

    assert_ok(http_listen("127.0.0.1:0", &listen_fd, &place->port, NULL));
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    fflush(NULL);
    place->door = fork();
    if (place->door == 0) {
        struct door_config config = {.listen_fd = listen_fd,
                                     .keeper_fd = pair[0],
                                     .ticket_keys = secret_alloc(sizeof(struct ticket_keys)),
                                     .other_way = "Telephone 0600 114"};

        close(pair[1]);
        close(place->control_fd);
        ticket_keys_random(door_minute(), config.ticket_keys);
        _exit(door_run(&config) < 0 ? 1 : 0);
    }
    world_give(place->control_fd, pair[1], WIRE_DOOR);
    close(pair[0]);
    close(listen_fd);
}

static void start_at(struct place *place, int64_t now_s)
{
    clock_use_fixed_s(now_s);
    start_keeper(place);
    start_door(place);
}

/* The whole reply as text, in the buffer, which is emptied first. */
static void ask(const struct place *place, const char *method, const char *path, const char *form,
                struct buf *reply)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)place->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct buf request;
    uint8_t chunk[4096];
    ssize_t got;

    buf_init(&request, 8192);
    buf_printf(&request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", method,
               path);
    if (form)
        buf_printf(&request,
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n",
                   strlen(form));
    buf_printf(&request, "\r\n%s", form ? form : "");
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_ok(file_write_all(fd, request.data, request.len));
    buf_release(&request);
    buf_reset(reply);
    while ((got = recv(fd, chunk, sizeof chunk, 0)) > 0)
        buf_put(reply, chunk, (size_t)got);
    close(fd);
}

static bool says(const struct buf *reply, const char *text)
{
    return strstr(buf_cstr(reply), text) != NULL;
}

static void assert_open(const struct place *place)
{
    struct buf reply;

    buf_init(&reply, 1u << 20);
    ask(place, "GET", "/", NULL, &reply);
    assert_true(says(&reply, "action=\"/new\""));
    ask(place, "POST", "/new", "lang=en", &reply);
    assert_true(says(&reply, "HTTP/1.1 200 "));
    assert_true(says(&reply, "name=\"ticket\""));
    buf_release(&reply);
}

/* First reports are refused, with another way named; whoever has a codename may still come back. */
static void assert_closed(const struct place *place)
{
    const struct words_list *list = words_of_language("en");
    uint8_t codename[WORDS_SECRET_BYTES] = {0};
    const char *words[WORDS_SECRET_COUNT];
    struct buf reply, form;

    buf_init(&reply, 1u << 20);
    buf_init(&form, 1024);
    ask(place, "GET", "/", NULL, &reply);
    assert_true(says(&reply, "New reports cannot be accepted"));
    assert_false(says(&reply, "action=\"/new\""));
    assert_true(says(&reply, "Telephone 0600 114"));
    ask(place, "POST", "/new", "lang=en", &reply);
    assert_true(says(&reply, "HTTP/1.1 503 "));
    assert_false(says(&reply, "name=\"ticket\""));
    assert_true(says(&reply, "Telephone 0600 114"));
    words_of_secret(list, codename, words);
    buf_text(&form, "lang=en&codename=");
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&form, "%s+", words[i]);
    ask(place, "POST", "/mailbox", buf_cstr(&form), &reply);
    assert_true(says(&reply, "HTTP/1.1 200 "));
    assert_true(says(&reply, "Welcome back"));
    buf_release(&form);
    buf_release(&reply);
}

static void open_on_the_first_day(void **state)
{
    struct place *place = *state;

    start_at(place, WORLD_NOW_S);
    assert_open(place);
}

static void open_on_the_last_day(void **state)
{
    struct place *place = *state;

    start_at(place, WORLD_NOW_S + 30 * DAY_S);
    assert_open(place);
}

static void closed_after_the_last_day(void **state)
{
    struct place *place = *state;

    start_at(place, WORLD_NOW_S + 31 * DAY_S);
    assert_closed(place);
}

static void closed_before_the_first_day(void **state)
{
    struct place *place = *state;

    start_at(place, WORLD_NOW_S - DAY_S);
    assert_closed(place);
}

#define SAME_CALLER 40

/* The parts of a header that could be the same twice: tag and erase tag. */
struct seen {
    size_t count;
    uint8_t tags[SAME_CALLER][2 * ENTRY_TAG_BYTES];
};

static int see(void *context, const struct store_entry *entry)
{
    struct seen *seen = context;

    assert_true(seen->count < SAME_CALLER);
    memcpy(seen->tags[seen->count++], entry->header.data + 1 + ENTRY_ID_BYTES, 2 * ENTRY_TAG_BYTES);
    return 0;
}

static void assert_unlinked(const struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const uint8_t *a = seen->tags[i], *b = seen->tags[j];

            assert_memory_not_equal(a, b, ENTRY_TAG_BYTES);
            assert_memory_not_equal(a + ENTRY_TAG_BYTES, b + ENTRY_TAG_BYTES, ENTRY_TAG_BYTES);
        }
    }
}

static void send_again(const struct place *place, const uint8_t codename[WORDS_SECRET_BYTES],
                       int number)
{
    const char *words[WORDS_SECRET_COUNT];
    struct buf reply, form;

    buf_init(&reply, 1u << 20);
    buf_init(&form, 1024);
    words_of_secret(words_of_language("en"), codename, words);
    buf_printf(&form, "lang=en&text=report+%d&codename=", number);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&form, "%s+", words[i]);
    ask(place, "POST", "/send", buf_cstr(&form), &reply);
    assert_true(says(&reply, "HTTP/1.1 200 "));
    buf_release(&form);
    buf_release(&reply);
}

static void stop_both(struct place *place)
{
    kill(place->door, SIGTERM);
    end_child(place->door);
    place->door = 0;
    close(place->control_fd);
    end_child(place->keeper);
    place->keeper = 0;
}

/* Forty of the sixty-four erase tags: taken blindly, two would be the same. */
static void entries_of_one_caller_are_unlinked(void **state)
{
    struct place *place = *state;
    uint8_t codename[WORDS_SECRET_BYTES];
    struct seen seen = {0};

    codename_random(codename);
    start_at(place, WORLD_NOW_S);
    for (int i = 0; i < SAME_CALLER; i++)
        send_again(place, codename, i);
    stop_both(place);
    assert_ok(folder_open(place->world->path, &place->world->folder, NULL));
    assert_ok(store_each_pending(place->world->folder->store, see, &seen));
    assert_int_equal(seen.count, SAME_CALLER);
    assert_unlinked(&seen);
}

/* A sanitizer keeps copies of its own. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW 1
#endif
#endif

#ifndef HAS_SHADOW
#define SOUGHT_MAX (8 + 4 * CODENAME_SLOTS)
#define REGION_BYTES_MAX (64u << 20)

/* What nobody should find in a process, and what was found. */
struct sought {
    size_t count;
    struct {
        uint8_t bytes[32];
        size_t len;
        bool found;
    } list[SOUGHT_MAX];
};

static void seek(struct sought *sought, const void *bytes, size_t len)
{
    assert_true(sought->count < SOUGHT_MAX && len <= 32);
    memcpy(sought->list[sought->count].bytes, bytes, len);
    sought->list[sought->count++].len = len;
}

/* All that a codename gives but the public keys. */
static void seek_caller(struct sought *sought, const uint8_t codename[WORDS_SECRET_BYTES])
{
    struct caller_keys keys;
    uint8_t bytes[CODENAME_ERASE_SECRET_BYTES], tag[CODENAME_TAG_BYTES];

    codename_keys(codename, &keys);
    seek(sought, codename, WORDS_SECRET_BYTES);
    seek(sought, keys.mailbox.secret_key, sizeof keys.mailbox.secret_key);
    seek(sought, keys.reply_key, sizeof keys.reply_key);
    seek(sought, keys.erase_key, sizeof keys.erase_key);
    seek(sought, keys.send_key, sizeof keys.send_key);
    for (unsigned slot = 0; slot < CODENAME_SLOTS; slot++) {
        codename_reply_tag(keys.reply_key, slot, tag);
        seek(sought, tag, sizeof tag);
        codename_answer_erase_secret(keys.reply_key, slot, bytes);
        seek(sought, bytes, sizeof bytes);
        codename_erase_secret(keys.erase_key, slot, bytes);
        seek(sought, bytes, sizeof bytes);
        codename_erase_tag(bytes, tag);
        seek(sought, tag, sizeof tag);
    }
}

/* How many of them are anywhere in the memory that the process can write to. */
static size_t count_found(struct sought *sought, pid_t pid)
{
    char path[64], line[512];
    size_t count = 0;
    uint8_t *region = malloc(REGION_BYTES_MAX);
    FILE *maps;
    int memory;

    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    memory = open(path, O_RDONLY | O_CLOEXEC);
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    assert_true(region && memory >= 0 && maps);
    while (fgets(line, sizeof line, maps)) {
        char *rest;
        uint64_t from = strtoull(line, &rest, 16), to = strtoull(rest + 1, &rest, 16);
        ssize_t got;

        if (strncmp(rest, " rw", 3) != 0)
            continue;
        assert_true(to - from <= REGION_BYTES_MAX);
        got = pread(memory, region, to - from, (off_t)from);
        for (size_t i = 0; got > 0 && i < sought->count; i++)
            if (memmem(region, (size_t)got, sought->list[i].bytes, sought->list[i].len))
                sought->list[i].found = true;
    }
    for (size_t i = 0; i < sought->count; i++)
        count += sought->list[i].found;
    fclose(maps);
    close(memory);
    free(region);
    return count;
}

static void take_ticket(const struct buf *reply, struct buf *form)
{
    const char *start = strstr(buf_cstr(reply), "name=\"ticket\" value=\"");

    assert_non_null(start);
    start += strlen("name=\"ticket\" value=\"");
    buf_reset(form);
    buf_printf(form, "lang=en&ticket=%.*s", (int)strcspn(start, "\""), start);
}

/* Writes, comes back, and erases: after each the door holds nothing of it, and the keeper only what
 * it keeps: an erase tag, and when it is erased the tag's secret. */
static void nothing_of_a_caller_stays(void **state)
{
    struct place *place = *state;
    uint8_t codename[WORDS_SECRET_BYTES];
    const char *words[WORDS_SECRET_COUNT];
    struct sought door = {0}, keeper = {0};
    struct buf reply, form;

    start_at(place, WORLD_NOW_S);
    codename_random(codename);
    seek_caller(&door, codename);
    seek(&door, "The lamp over the weir was out", 30);
    keeper = door;
    send_again(place, codename, 1);
    buf_init(&reply, 1u << 20);
    buf_init(&form, 1024);
    words_of_secret(words_of_language("en"), codename, words);
    buf_text(&form, "lang=en&codename=");
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&form, "%s+", words[i]);
    ask(place, "POST", "/mailbox", buf_cstr(&form), &reply);
    assert_int_equal(count_found(&door, place->door), 0);
    take_ticket(&reply, &form);
    buf_text(&form, "&text=The+lamp+over+the+weir+was+out");
    ask(place, "POST", "/send", buf_cstr(&form), &reply);
    assert_true(says(&reply, "HTTP/1.1 200 "));
    assert_int_equal(count_found(&door, place->door), 0);
    assert_in_range(count_found(&keeper, place->keeper), 0, 2);
    buf_cut(&form, form.len - strlen("&text=The+lamp+over+the+weir+was+out"));
    ask(place, "POST", "/erased", buf_cstr(&form), &reply);
    assert_true(says(&reply, "HTTP/1.1 200 "));
    assert_int_equal(count_found(&door, place->door), 0);
    assert_in_range(count_found(&keeper, place->keeper), 0, 4);
    buf_release(&form);
    buf_release(&reply);
}

#endif

/* Without a keeper nothing can be kept: the door ends, and says nothing more to anybody. */
static void ends_with_its_keeper(void **state)
{
    struct place *place = *state;

    start_at(place, WORLD_NOW_S);
    assert_open(place);
    kill(place->keeper, SIGKILL);
    end_child(place->keeper);
    place->keeper = 0;
    close(place->control_fd);
    end_child(place->door);
    place->door = 0;
}

int main(void)
{
#define DOOR_TEST(name) cmocka_unit_test_setup_teardown(name, make, make_free)
    const struct CMUnitTest tests[] = {
        DOOR_TEST(open_on_the_first_day),
        DOOR_TEST(open_on_the_last_day),
        DOOR_TEST(closed_after_the_last_day),
        DOOR_TEST(closed_before_the_first_day),
        DOOR_TEST(entries_of_one_caller_are_unlinked),
#ifndef HAS_SHADOW
        DOOR_TEST(nothing_of_a_caller_stays),
#endif
        DOOR_TEST(ends_with_its_keeper),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("door", tests, NULL, NULL);
}
