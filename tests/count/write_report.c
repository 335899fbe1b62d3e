/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* write_report FOLDER: every report of each sample as a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "count/report.h"
#include "sample_result.h"

static int write_one(const char *folder, const char *name, const char *ending,
                     const struct count_result *result)
{
    struct buf out CLEANUP(buf_release);
    buf_init(&out, 64 << 20);
    if (strcmp(ending, "html") == 0)
        TRY(count_report_html(result, &out));
    else if (strcmp(ending, "json") == 0)
        TRY(count_report_json(result, &out));
    else if (strcmp(ending, "csv") == 0)
        TRY(count_report_csv(result, &out));
    else
        TRY(count_report_text(result, strtoul(ending, NULL, 10), &out));
    char path[512];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
    return file_write(path, buf_bytes(&out), 0644, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        struct count_result *(*make)(void);
    } samples[] = {{"busy", sample_busy},
                   {"two", sample_two_lists},
                   {"many", sample_many_lists},
                   {"hostile", sample_hostile}};
    static const char *const endings[] = {"html", "json", "csv", "40", "80", "200"};
    for (size_t i = 0; argc == 2 && i < COUNT_OF(samples); i++) {
        for (size_t j = 0; j < COUNT_OF(endings); j++) {
            if (write_one(argv[1], samples[i].name, endings[j], samples[i].make()) < 0)
                return 1;
        }
    }
    return argc == 2 ? 0 : 2;
}
