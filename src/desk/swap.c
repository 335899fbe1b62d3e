/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* /proc/swaps names devices and files. A device-mapper device says in /sys/dev/block/M:N/dm/uuid
 * what it is ("CRYPT-..."), and in slaves/ what it lies on. */
#include "desk/swap.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"

#define DEPTH_MAX 4
#define FILE_MAX_BYTES 65536

static bool begins(const struct buf *text, const char *with)
{
    return text->len >= strlen(with) && memcmp(text->data, with, strlen(with)) == 0;
}

static bool is_crypt(const char *device)
{
    struct buf path, uuid;
    buf_init(&path, 4096);
    buf_init(&uuid, FILE_MAX_BYTES);
    buf_printf(&path, "%s/dm/uuid", device);
    bool crypt =
        file_read(buf_cstr(&path), FILE_MAX_BYTES, &uuid, NULL) == 0 && begins(&uuid, "CRYPT-");
    buf_release(&path);
    buf_release(&uuid);
    return crypt;
}

/* device: its folder in /sys. Encrypted when it is, or when all that it lies on is. */
static bool is_encrypted(const char *device, unsigned depth)
{
    if (is_crypt(device))
        return true;
    struct buf path;
    buf_init(&path, 4096);
    buf_printf(&path, "%s/slaves", device);
    DIR *slaves = depth < DEPTH_MAX ? opendir(buf_cstr(&path)) : NULL;
    size_t below = 0, encrypted = 0, len = path.len;
    for (struct dirent *entry; slaves && (entry = readdir(slaves));) {
        if (entry->d_name[0] == '.')
            continue;
        buf_cut(&path, len);
        buf_printf(&path, "/%s", entry->d_name);
        below++;
        encrypted += is_encrypted(buf_cstr(&path), depth + 1);
    }
    if (slaves)
        closedir(slaves);
    buf_release(&path);
    return below > 0 && encrypted == below;
}

static bool area_in_clear(const char *root, const char *area)
{
    if (strncmp(area, "/dev/zram", strlen("/dev/zram")) == 0)
        return false;
    struct buf path;
    struct stat about = {0};
    buf_init(&path, 4096);
    buf_printf(&path, "%s%s", root, area);
    bool known = stat(buf_cstr(&path), &about) == 0;
    dev_t device = S_ISBLK(about.st_mode) ? about.st_rdev : about.st_dev;
    buf_reset(&path);
    buf_printf(&path, "%s/sys/dev/block/%u:%u", root, major(device), minor(device));
    bool clear = !known || !is_encrypted(buf_cstr(&path), 0);
    buf_release(&path);
    return clear;
}

/* One line of /proc/swaps: its name ends at the first space (spaces in it are written \040, so that
 * such a file is not found and counts as in the clear). */
static bool line_in_clear(const char *root, struct span line)
{
    char area[1024];
    size_t len = 0;
    while (len < line.len && len + 1 < sizeof area && line.data[len] != ' ' &&
           line.data[len] != '\t') {
        area[len] = (char)line.data[len];
        len++;
    }
    area[len] = '\0';
    return area[0] == '/' && area_in_clear(root, area);
}

bool swap_in_clear(const char *root)
{
    struct buf path, swaps;
    struct cursor c;
    bool clear = false;
    buf_init(&path, 4096);
    buf_init(&swaps, FILE_MAX_BYTES);
    buf_printf(&path, "%s/proc/swaps", root);
    int error = file_read(buf_cstr(&path), FILE_MAX_BYTES, &swaps, NULL);
    if (error < 0) /* a kernel without swap has no such file */
        clear = error != E_NOT_FOUND;
    cursor_init(&c, buf_bytes(&swaps));
    while (error == 0 && cursor_left(&c) > 0 && !c.failed)
        clear |= line_in_clear(root, cursor_line(&c, FILE_MAX_BYTES));
    buf_release(&path);
    buf_release(&swaps);
    return clear;
}
