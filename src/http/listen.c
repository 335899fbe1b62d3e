/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "http/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/encode.h"

#define BACKLOG 1024
#define HOST_BYTES_MAX 64

struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } address;
    socklen_t len;
};

static int read_local(const char *path, struct place *ret_place)
{
    size_t len = strlen(path);
    REJECT_IF(len == 0 || len >= sizeof ret_place->address.local.sun_path, E_ARGUMENT);
    ret_place->address.local.sun_family = AF_UNIX;
    memcpy(ret_place->address.local.sun_path, path, len + 1);
    ret_place->len = sizeof ret_place->address.local;
    return 0;
}

static int read_host(struct span host, uint16_t port, struct place *ret_place)
{
    char text[HOST_BYTES_MAX] = {0};
    bool v6 = host.len >= 2 && host.data[0] == '[' && host.data[host.len - 1] == ']';
    if (v6)
        host = span_slice(host, 1, host.len - 2);
    REJECT_IF(host.len == 0 || host.len >= sizeof text, E_ARGUMENT);
    memcpy(text, host.data, host.len);
    if (v6) {
        ret_place->address.v6.sin6_family = AF_INET6;
        ret_place->address.v6.sin6_port = htons(port);
        ret_place->len = sizeof ret_place->address.v6;
        return inet_pton(AF_INET6, text, &ret_place->address.v6.sin6_addr) == 1 ? 0 : E_ARGUMENT;
    }
    ret_place->address.v4.sin_family = AF_INET;
    ret_place->address.v4.sin_port = htons(port);
    ret_place->len = sizeof ret_place->address.v4;
    return inet_pton(AF_INET, text, &ret_place->address.v4.sin_addr) == 1 ? 0 : E_ARGUMENT;
}

static int read_address(const char *address, struct place *ret_place)
{
    *ret_place = (struct place){0};
    if (strncmp(address, "unix:", 5) == 0)
        return read_local(address + 5, ret_place);
    const char *colon = strrchr(address, ':');
    uint64_t port;
    REJECT_IF(!colon || decimal_read(span_text(colon + 1), UINT16_MAX, &port) < 0, E_ARGUMENT);
    return read_host(span_of(address, (size_t)(colon - address)), (uint16_t)port, ret_place);
}

/* A server that was killed leaves its socket in the file system; one that lives answers there. */
static void remove_stale(const struct place *place)
{
    struct stat about;
    const char *path = place->address.local.sun_path;
    if (lstat(path, &about) < 0 || !S_ISSOCK(about.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (connect(fd, &place->address.any, place->len) < 0 && errno == ECONNREFUSED)
        unlink(path);
    close(fd);
}

/* Accepted sockets inherit TCP_NODELAY, which saves a call for each. */
static int open_socket(const struct place *place)
{
    const int on = 1, family = place->address.any.sa_family;
    if (family == AF_UNIX)
        remove_stale(place);
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    REJECT_IF(fd < 0, E_IO);
    bool set = setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0;
    if (family != AF_UNIX)
        set = set && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
    if (family == AF_INET6)
        set = set && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) == 0;
    if (set && bind(fd, &place->address.any, place->len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return E_IO;
}

static unsigned port_of(int fd)
{
    struct place place = {.len = sizeof place.address};
    if (getsockname(fd, &place.address.any, &place.len) < 0)
        return 0;
    if (place.address.any.sa_family == AF_INET)
        return ntohs(place.address.v4.sin_port);
    return place.address.any.sa_family == AF_INET6 ? ntohs(place.address.v6.sin6_port) : 0;
}

int http_listen(const char *address, int *ret_fd, unsigned *ret_port, struct problem *problem)
{
    struct place place;
    int error = read_address(address, &place);
    if (error < 0)
        return problem_set(problem, error,
                           "%s is no address: write 127.0.0.1:8080, [::1]:8080 or unix:/path",
                           address);
    int fd = open_socket(&place);
    if (fd < 0)
        return problem_set(problem, E_IO, "cannot listen on %s: %s", address, strerror(errno));
    *ret_fd = fd;
    if (ret_port)
        *ret_port = port_of(fd);
    return 0;
}
