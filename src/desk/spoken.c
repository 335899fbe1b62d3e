/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/spoken.h"

#include "base/compiler.h"

static const struct spoken table[] = {
    {"ab", "Аԥсуа", false},       {"ady", "Адыгабзэ", false},
    {"am", "አማርኛ", false},        {"ar", "العربية", true},
    {"av", "Авар", false},        {"az", "Azərbaycan", false},
    {"ba", "Башҡорт", false},     {"be", "Беларуская", false},
    {"bg", "Български", false},   {"bs", "Bosanski", false},
    {"bua", "Буряад", false},     {"ce", "Нохчийн", false},
    {"chm", "Марий", false},      {"ckb", "کوردی", true},
    {"crh", "Qırımtatar", false}, {"cs", "Čeština", false},
    {"cv", "Чӑваш", false},       {"de", "Deutsch", false},
    {"el", "Ελληνικά", false},    {"en", "English", false},
    {"es", "Español", false},     {"et", "Eesti", false},
    {"fa", "فارسی", true},        {"fi", "Suomi", false},
    {"fr", "Français", false},    {"he", "עברית", true},
    {"hi", "हिन्दी", false},       {"hr", "Hrvatski", false},
    {"hu", "Magyar", false},      {"hy", "Հայերեն", false},
    {"inh", "ГӀалгӀай", false},   {"it", "Italiano", false},
    {"ka", "ქართული", false},     {"kbd", "Къэбэрдей", false},
    {"kk", "Қазақ", false},       {"kmr", "Kurmancî", false},
    {"ko", "한국어", false},      {"krc", "Къарачай-малкъар", false},
    {"kum", "Къумукъ", false},    {"ky", "Кыргыз", false},
    {"lbe", "Лакку", false},      {"lez", "Лезги", false},
    {"lt", "Lietuvių", false},    {"lv", "Latviešu", false},
    {"mk", "Македонски", false},  {"mn", "Монгол", false},
    {"my", "မြန်မာ", false},       {"os", "Ирон", false},
    {"pl", "Polski", false},      {"ps", "پښتو", true},
    {"pt", "Português", false},   {"ro", "Română", false},
    {"rom", "Romani", false},     {"ru", "Русский", false},
    {"sah", "Саха", false},       {"sk", "Slovenčina", false},
    {"so", "Soomaali", false},    {"sq", "Shqip", false},
    {"sr", "Српски", false},      {"sw", "Kiswahili", false},
    {"tg", "Тоҷикӣ", false},      {"th", "ไทย", false},
    {"ti", "ትግርኛ", false},        {"tk", "Türkmen", false},
    {"tr", "Türkçe", false},      {"tt", "Татар", false},
    {"tyv", "Тыва", false},       {"udm", "Удмурт", false},
    {"ug", "ئۇيغۇرچە", true},     {"uk", "Українська", false},
    {"ur", "اردو", true},         {"uz", "Oʻzbek", false},
    {"vi", "Tiếng Việt", false},  {"yi", "ייִדיש", true},
    {"zh", "中文", false},
};

const struct spoken *spoken_at(size_t place)
{
    return place < COUNT_OF(table) ? &table[place] : NULL;
}

const struct spoken *spoken_find(const char *code)
{
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        if (strcmp(table[i].code, code) == 0)
            return &table[i];
    }
    return NULL;
}
