/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* write_samples FOLDER: every page in every language as a file, to be looked at in a browser. */
#include <stdio.h>

#include "base/file.h"
#include "samples.h"

static int write_one(const char *folder, const struct sample *sample,
                     const struct language *language)
{
    struct arena arena CLEANUP(arena_release);
    arena_init(&arena, 1 << 20);
    struct buf page CLEANUP(buf_release);
    buf_init(&page, 1 << 20);
    struct values *v = values_new(&arena);
    sample->fill(v, language);
    TRY(template_render(sample->page, language, v, &page));
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.%s.html", folder, sample->name, language->code);
    return file_write(path, buf_bytes(&page), 0644, NULL);
}

int main(int argc, char **argv)
{
    const struct language *language;
    for (size_t i = 0; argc == 2 && (language = language_at(i)); i++) {
        for (size_t j = 0; j < sample_count; j++) {
            if (write_one(argv[1], &samples[j], language) < 0)
                return 1;
        }
    }
    return argc == 2 ? 0 : 2;
}
