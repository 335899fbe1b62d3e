/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The main of a fuzzer in ordinary builds: replay PATH..., where a path is an input or a folder of
 * inputs. Each input is handed over in a block of exactly its size, so that the sanitizers see a
 * read of one byte too many. The empty input is always tried. It speaks no TAP: a replay is one
 * test, however many inputs it has.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define REPLAY_PATH_MAX 4096

static int replay_stream(FILE *stream, size_t size)
{
    uint8_t *data = malloc(size ? size : 1);
    if (!data || fread(data, 1, size, stream) != size) {
        free(data);
        return -1;
    }
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int replay_file(const char *path, size_t size)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return -1;
    fprintf(stderr, "%s\n", path);
    int failed = replay_stream(stream, size);
    fclose(stream);
    return failed;
}

static int replay_path(const char *path);

static int replay_folder(const char *folder)
{
    struct dirent **names;
    int count = scandir(folder, &names, NULL, alphasort);
    int failed = count < 0 ? -1 : 0;
    for (int i = 0; i < count; i++) {
        char path[REPLAY_PATH_MAX];
        int len = snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && (len >= REPLAY_PATH_MAX || replay_path(path) < 0))
            failed = -1;
        free(names[i]);
    }
    if (count >= 0)
        free(names);
    return failed;
}

static int replay_path(const char *path)
{
    struct stat about;
    int failed = stat(path, &about);
    if (failed == 0 && S_ISDIR(about.st_mode))
        failed = replay_folder(path);
    else if (failed == 0)
        failed = replay_file(path, (size_t)about.st_size);
    if (failed < 0)
        fprintf(stderr, "cannot replay %s: %s\n", path, strerror(errno));
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    uint8_t *nothing = calloc(1, 1);
    if (nothing)
        LLVMFuzzerTestOneInput(nothing, 0);
    free(nothing);
    for (int i = 1; i < argc; i++) {
        if (replay_path(argv[i]) < 0)
            failed = 1;
    }
    return failed;
}
