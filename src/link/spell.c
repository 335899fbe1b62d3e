/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sounds and not letters are kept because one name must come out as "Haled", "Khalid" and its
 * Cyrillic and Arabic forms, none of which can be had from another without a rule that the engine
 * might share. */
#include <string.h>

#include "link/spell.h"
#include "text/utf8.h"

struct sound {
    char code;
    const char *latin[SPELL_ROMANISATIONS];
    const char
        *other[SPELL_SCRIPT_COUNT - 1]; /* Cyrillic, Arabic, Greek, Hebrew, Georgian, Armenian */
};

/* Short vowels are not written in Arabic and Hebrew within a word: write_one leaves out a and e. */
static const struct sound sounds_table[] = {
    {'a', {"a", "a", "a", "a"}, {"а", "ا", "α", "א", "ა", "ա"}},
    {'b', {"b", "b", "b", "b"}, {"б", "ب", "μπ", "ב", "ბ", "բ"}},
    {'v', {"v", "w", "v", "v"}, {"в", "ف", "β", "ו", "ვ", "վ"}},
    {'g', {"g", "g", "gu", "g"}, {"г", "غ", "γ", "ג", "გ", "գ"}},
    {'d', {"d", "d", "d", "d"}, {"д", "د", "ντ", "ד", "დ", "դ"}},
    {'e', {"e", "e", "e", "e"}, {"е", "ي", "ε", "א", "ე", "ե"}},
    {'Z', {"zh", "sch", "j", "j"}, {"ж", "ج", "ζ", "ז", "ჟ", "ժ"}},
    {'z', {"z", "s", "z", "z"}, {"з", "ز", "ζ", "ז", "ზ", "զ"}},
    {'i', {"i", "i", "i", "i"}, {"и", "ي", "ι", "י", "ი", "ի"}},
    {'y', {"y", "j", "i", "y"}, {"й", "ي", "ι", "י", "ი", "յ"}},
    {'k', {"k", "k", "k", "k"}, {"к", "ك", "κ", "ק", "კ", "կ"}},
    {'l', {"l", "l", "l", "l"}, {"л", "ل", "λ", "ל", "ლ", "լ"}},
    {'m', {"m", "m", "m", "m"}, {"м", "م", "μ", "מ", "მ", "մ"}},
    {'n', {"n", "n", "n", "n"}, {"н", "ن", "ν", "נ", "ნ", "ն"}},
    {'o', {"o", "o", "o", "o"}, {"о", "و", "ο", "ו", "ო", "ո"}},
    {'p', {"p", "p", "p", "p"}, {"п", "ب", "π", "פ", "პ", "պ"}},
    {'r', {"r", "r", "r", "r"}, {"р", "ر", "ρ", "ר", "რ", "ր"}},
    {'s', {"s", "s", "s", "s"}, {"с", "س", "σ", "ס", "ს", "ս"}},
    {'t', {"t", "t", "t", "t"}, {"т", "ت", "τ", "ט", "ტ", "տ"}},
    {'u', {"u", "u", "ou", "u"}, {"у", "و", "ου", "ו", "უ", "ու"}},
    {'f', {"f", "f", "f", "f"}, {"ф", "ف", "φ", "פ", "ფ", "ֆ"}},
    {'h', {"h", "h", "h", "h"}, {"х", "ه", "χ", "ה", "ჰ", "հ"}},
    {'x', {"kh", "ch", "kh", "h"}, {"х", "خ", "χ", "ח", "ხ", "խ"}},
    {'c', {"ts", "z", "ts", "c"}, {"ц", "تس", "τσ", "צ", "ც", "ց"}},
    {'C', {"ch", "tsch", "tch", "ç"}, {"ч", "تش", "τσ", "צ׳", "ჩ", "չ"}},
    {'S', {"sh", "sch", "ch", "ş"}, {"ш", "ش", "σ", "ש", "შ", "շ"}},
    {'w', {"y", "y", "y", "ı"}, {"ы", "ي", "ι", "י", "ი", "ը"}},
    {'A', {"ya", "ja", "ia", "ya"}, {"я", "يا", "ια", "יא", "ია", "յա"}},
    {'U', {"yu", "ju", "iou", "yu"}, {"ю", "يو", "ιου", "יו", "იუ", "յու"}},
    {'E', {"ye", "je", "ie", "e"}, {"е", "ي", "ιε", "י", "ე", "ե"}},
    {'J', {"j", "dsch", "dj", "c"}, {"дж", "ج", "τζ", "ג׳", "ჯ", "ջ"}},
};

static const struct sound *sound_of(char code)
{
    for (size_t i = 0; i < COUNT_OF(sounds_table); i++) {
        if (sounds_table[i].code == code)
            return &sounds_table[i];
    }
    ASSERT(!"a sound that is in the table");
    return NULL;
}

/* Capital forms by arithmetic, for the letters of the table only. */
static uint32_t capital(uint32_t c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 'A';
    if (c >= 0x430 && c <= 0x44f)
        return c - 0x20; /* Cyrillic */
    if (c >= 0x3b1 && c <= 0x3c9)
        return c - 0x20; /* Greek */
    if (c >= 0x561 && c <= 0x586)
        return c - 0x30; /* Armenian */
    if (c == 0xe7)
        return 0xc7;
    return c == 0x15f ? 0x15e : c;
}

void spell(const char *sounds, enum spell_script script, unsigned romanisation, struct buf *out)
{
    bool without_vowels = script == SPELL_ARABIC || script == SPELL_HEBREW;
    size_t len = strlen(sounds);
    for (size_t i = 0; i < len; i++) {
        const struct sound *sound = sound_of(sounds[i]);
        bool inner = i > 0 && i + 1 < len;
        if (without_vowels && inner && (sounds[i] == 'a' || sounds[i] == 'e'))
            continue;
        struct span text =
            span_text(script == SPELL_LATIN ? sound->latin[romanisation % SPELL_ROMANISATIONS]
                                            : sound->other[script - 1]);
        if (i == 0)
            utf8_put(out, capital(utf8_next(&text)));
        buf_span(out, text);
    }
}

uint32_t spell_letter(enum spell_script script, struct rng *rng)
{
    const struct sound *sound = &sounds_table[rng_below(rng, COUNT_OF(sounds_table))];
    struct span text =
        span_text(script == SPELL_LATIN ? sound->latin[0] : sound->other[script - 1]);
    return utf8_next(&text);
}

static const char *const men[] = {
    "murat",   "andrey", "davit",    "xalid",   "aleksandr", "ibrahim", "sergey", "georgiy",
    "tigran",  "ruslan", "mixail",   "ilAs",    "nikolay",   "JamSid",  "anton",  "levan",
    "zaur",    "timur",  "vladimir", "Evgeniy", "Uriy",      "kazbek",  "armen",  "Seyxmus",
    "boris",   "taras",  "oleg",     "Cingiz",  "daniEl",    "soslan",  "petros", "zviad",
    "arkadiy", "musa",   "Zanibek",  "xristo",  "farid",     "grigor",  "lom",    "pavel",
};
static const char *const women[] = {
    "maria", "zarema", "elena",  "nino",    "fatima", "tamara",     "anna",    "olga",
    "leyla", "madina", "Ulia",   "ketevan", "sona",   "xediZat",    "irina",   "natalA",
    "aySe",  "asma",   "zulfiA", "dilara",  "vera",   "marta",      "gulnara", "sofiA",
    "liana", "roza",   "svetla", "eteri",   "amina",  "aleksandra", "Cinara",  "karine",
};
static const struct {
    const char *name, *nickname;
} nicknames[] = {
    {"aleksandr", "saSa"}, {"aleksandra", "saSa"}, {"mixail", "miSa"},  {"maria", "maSa"},
    {"andrey", "andrUSa"}, {"elena", "lena"},      {"nikolay", "kolA"}, {"vladimir", "volodA"},
    {"Uriy", "Ura"},       {"tamara", "toma"},     {"anna", "anA"},     {"olga", "olA"},
    {"ibrahim", "ibo"},    {"georgiy", "goga"},    {"davit", "dato"},   {"sergey", "serEZa"},
    {"natalA", "nataSa"},  {"irina", "ira"},       {"boris", "borA"},   {"pavel", "paSa"},
};

/* The square makes the first names of a list some ten times as common as the last. */
static size_t skewed(struct rng *rng, size_t count)
{
    double u = rng_unit(rng);
    return (size_t)((double)count * u * u);
}

static void copy_sounds(char to[SPELL_SOUNDS_MAX], const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    ASSERT(a_len + b_len < SPELL_SOUNDS_MAX);
    memcpy(to, a, a_len);
    memcpy(to + a_len, b, b_len + 1);
}

void spell_given(bool woman, struct rng *rng, char sounds[SPELL_SOUNDS_MAX])
{
    const char *name =
        woman ? women[skewed(rng, COUNT_OF(women))] : men[skewed(rng, COUNT_OF(men))];
    copy_sounds(sounds, name, "");
}

void spell_family(uint64_t index, bool woman, char sounds[SPELL_SOUNDS_MAX])
{
    static const char *const onsets[] = {"b", "d",  "k",  "m", "z", "t", "s",  "x",  "g", "r",
                                         "v", "Sk", "Cm", "l", "n", "p", "br", "tr", "Z", ""};
    static const char *const vowels[] = {"a", "e", "i", "o", "u", "A"};
    static const char *const codas[] = {"r", "l", "n", "k",  "m",  "s",
                                        "z", "t", "d", "rt", "lk", ""};
    static const struct {
        const char *man, *woman;
    } endings[] = {{"ov", "ova"},        {"ev", "eva"}, {"in", "ina"},    {"enko", "enko"},
                   {"iSvili", "iSvili"}, {"An", "An"},  {"adze", "adze"}, {"skiy", "skaA"},
                   {"oglu", "oglu"},     {"iC", "iC"}};
    struct rng rng;
    rng_init(&rng, UINT64_C(0x66616d696c79), index);
    char stem[SPELL_SOUNDS_MAX] = "";
    size_t syllables = 1 + rng_below(&rng, 2);
    for (size_t i = 0; i < syllables; i++) {
        char longer[SPELL_SOUNDS_MAX];
        copy_sounds(longer, stem, onsets[rng_below(&rng, COUNT_OF(onsets))]);
        copy_sounds(stem, longer, vowels[rng_below(&rng, COUNT_OF(vowels))]);
        copy_sounds(longer, stem, codas[rng_below(&rng, COUNT_OF(codas))]);
        copy_sounds(stem, longer, "");
    }
    size_t ending = rng_below(&rng, COUNT_OF(endings));
    copy_sounds(sounds, stem, woman ? endings[ending].woman : endings[ending].man);
}

void spell_patronymic(const char *father, bool woman, char sounds[SPELL_SOUNDS_MAX])
{
    char stem[SPELL_SOUNDS_MAX];
    copy_sounds(stem, father, "");
    size_t len = strlen(stem);
    while (len > 1 && strchr("aeiouyAEUw", stem[len - 1]))
        stem[--len] = '\0';
    copy_sounds(sounds, stem, woman ? "ovna" : "oviC");
}

bool spell_nickname(const char *given, char sounds[SPELL_SOUNDS_MAX])
{
    for (size_t i = 0; i < COUNT_OF(nicknames); i++) {
        if (strcmp(nicknames[i].name, given) == 0) {
            copy_sounds(sounds, nicknames[i].nickname, "");
            return true;
        }
    }
    return false;
}
