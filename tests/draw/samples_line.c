/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "samples_line.h"

static const char *const words[12][2] = {
    {"aban", "don"}, {"rive", "r"},  {"cand", "le"},   {"oak", NULL},
    {"mess", "age"}, {"humb", "le"}, {"star", "ling"}, {"pape", "r"},
    {"nort", "h"},   {"gent", "le"}, {"whea", "t"},    {"evid", "ence"},
};
#define CODENAME                                                                                   \
    "abandon river candle oak message humble starling paper north gentle wheat evidence"
#define TICKET                                                                                     \
    "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0"
#define STORY                                                                                      \
    "On Tuesday before dawn, men in two grey vans came to Mill Street in Karsk and took my "       \
    "neighbour, Ilya Varn. They did not say where to.\n\nHis sister asked at the station in "      \
    "Tolma on Wednesday. They told her to come back \"when it is quiet\"."

static void fill_org(struct values *v)
{
    values_text(v, "org", "Veshnia Legal Aid");
}

void line_home(struct values *v, const struct language *language)
{
    fill_org(v);
    values_languages(v, language);
    values_text(v, "other_way", "+000 555 0142, Mondays 10–12");
}

void line_home_closed(struct values *v, const struct language *language)
{
    line_home(v, language);
    values_flag(v, "closed", true);
}

static void fill_codename(struct values *v)
{
    fill_org(v);
    values_text(v, "codename", CODENAME);
    values_text(v, "ticket", TICKET);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct values *word = values_add(v, "words");
        values_text(word, "head", words[i][0]);
        values_text(word, "tail", words[i][1]);
    }
}

void line_write(struct values *v, const struct language *language)
{
    (void)language;
    fill_codename(v);
}

void line_write_busy(struct values *v, const struct language *language)
{
    (void)language;
    fill_codename(v);
    values_text(v, "text", STORY);
    struct values *problem = values_add(v, "problem");
    values_flag(problem, "busy", true);
    values_text(problem, "other_way", "+000 555 0142, Mondays 10–12");
}

void line_late(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
    values_text(v, "text", STORY);
    values_flag(v, "first", true);
}

void line_sent(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
    values_text(v, "greeting", "amber falcon");
}

void line_back(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
}

void line_back_word(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
    values_text(v, "codename", "aban rive cadnle oak mess humb star pape nort gent whea evid");
    struct values *problem = values_add(v, "problem");
    values_text(problem, "word", "cadnle");
    values_number(problem, "number", 3);
}

static void fill_mailbox(struct values *v)
{
    fill_org(v);
    values_text(v, "greeting", "amber falcon");
    values_text(v, "ticket", TICKET);
}

void line_mailbox_empty(struct values *v, const struct language *language)
{
    (void)language;
    fill_mailbox(v);
}

void line_mailbox(struct values *v, const struct language *language)
{
    (void)language;
    fill_mailbox(v);
    struct values *answer = values_add(v, "answers");
    values_text(answer, "day", "2031-04-11");
    values_text(answer, "text",
                "Thank you. We asked a lawyer in Tolma to go to the station.\n\n"
                "Did anybody else see the vans? Please do not ask around.");
    answer = values_add(v, "answers");
    values_text(answer, "day", "2031-04-09");
    values_text(answer, "text", "We have read what you wrote. Are you safe where you are now?");
}

void line_erase(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
    values_text(v, "ticket", TICKET);
}

void line_problem(struct values *v, const struct language *language)
{
    (void)language;
    fill_org(v);
    values_flag(v, "busy", true);
    values_text(v, "other_way", "+000 555 0142, Mondays 10–12");
}
