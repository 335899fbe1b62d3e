#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the invented lists of this folder again: make.py FOLDER

In 2032 some two hundred persons were detained in Veshnia. Three organisations noted some of them, each in its own way: Open
Door Karsk in Latin letters, Tolma Lawyers in Cyrillic with the whole name in one column, Parents of Orlets as relatives wrote
it down, so that three of them may have reported one arrest. truth.csv says who is who: linking is not shown it. decisions.csv
is what Leyla found out about some pairs, by asking. Nobody here is real.
"""
import csv
import random
import sys
from pathlib import Path

PERSONS = 200
SEED = 2032

# As it is written in Cyrillic, and in Latin letters: the usual way first, then others.
FAMILIES = [
    ('Орлов', 'Orlov'), ('Петров', 'Petrov'), ('Лукин', 'Lukin'), ('Белов', 'Belov'), ('Жуков', 'Zhukov', 'Jukov'),
    ('Щукин', 'Shchukin', 'Schukin'), ('Ежов', 'Yezhov', 'Ezhov'), ('Харин', 'Kharin', 'Harin'), ('Царёв', 'Tsarev', 'Tsaryov'),
    ('Юрин', 'Yurin', 'Iurin'), ('Вершинин', 'Vershinin'), ('Сорокин', 'Sorokin'), ('Гусев', 'Gusev'), ('Мельник', 'Melnik'),
    ('Коваль', 'Koval'), ('Каримов', 'Karimov'), ('Алиев', 'Aliev', 'Aliyev'), ('Хасанов', 'Khasanov', 'Hasanov'),
    ('Ломидзе', 'Lomidze'), ('Григорян', 'Grigoryan', 'Grigorian'), ('Саргсян', 'Sargsyan'), ('Яковлев', 'Yakovlev', 'Iakovlev'),
    ('Шевцов', 'Shevtsov', 'Chevtsov'), ('Бычков', 'Bychkov'), ('Рябов', 'Ryabov', 'Riabov'), ('Федорчук', 'Fedorchuk'),
    ('Чернов', 'Chernov', 'Tchernov'), ('Зимин', 'Zimin'), ('Тихонов', 'Tikhonov', 'Tihonov'), ('Дьяков', 'Dyakov', 'Diakov'),
]
# Likewise; at the end how friends call them, in both.
MEN = [
    ('Павел', 'Pavel', 'Паша', 'Pasha'), ('Иван', 'Ivan', 'Ваня', 'Vanya'), ('Сергей', 'Sergei', 'Sergey', 'Серёжа', 'Seryozha'),
    ('Алексей', 'Alexei', 'Aleksey', 'Лёша', 'Lyosha'), ('Юрий', 'Yury', 'Yuri', 'Юра', 'Yura'),
    ('Михаил', 'Mikhail', 'Миша', 'Misha'), ('Григорий', 'Grigory', 'Grigori', 'Гриша', 'Grisha'),
    ('Тимур', 'Timur', 'Тимур', 'Timur'), ('Рустам', 'Rustam', 'Рустам', 'Rustam'), ('Леван', 'Levan', 'Леван', 'Levan'),
    ('Николай', 'Nikolai', 'Nikolay', 'Коля', 'Kolya'), ('Дмитрий', 'Dmitry', 'Dmitri', 'Дима', 'Dima'),
]
WOMEN = [
    ('Анна', 'Anna', 'Аня', 'Anya'), ('Мария', 'Maria', 'Mariya', 'Маша', 'Masha'), ('Вера', 'Vera', 'Вера', 'Vera'),
    ('Елена', 'Yelena', 'Elena', 'Лена', 'Lena'), ('Наталья', 'Natalia', 'Natalya', 'Наташа', 'Natasha'),
    ('Ольга', 'Olga', 'Оля', 'Olya'), ('Ксения', 'Ksenia', 'Kseniya', 'Ксюша', 'Ksyusha'), ('Жанна', 'Zhanna', 'Жанна', 'Zhanna'),
    ('Лейла', 'Leyla', 'Leila', 'Лейла', 'Leyla'), ('Татьяна', 'Tatyana', 'Tatiana', 'Таня', 'Tanya'),
]
FATHERS = [
    ('Павлов', 'Pavlov'), ('Иванов', 'Ivanov'), ('Сергеев', 'Sergeev'), ('Алексеев', 'Alexeev'), ('Юрьев', 'Yuriev'),
    ('Михайлов', 'Mikhailov'), ('Григорьев', 'Grigoriev'), ('Тимуров', 'Timurov'), ('Рустамов', 'Rustamov'),
    ('Николаев', 'Nikolaev'), ('Дмитриев', 'Dmitriev'), ('Петров', 'Petrov'),
]
TOWNS = [('Орлец', 'Orlets'), ('Карск', 'Karsk'), ('Толма', 'Tolma'), ('Желан', 'Zhelan')]
RELATIVES = ['mother', 'father', 'brother', 'sister', 'wife or husband', 'aunt', 'neighbour']

# Whoever looks for them must not be made one: the two who live behind one door.
TWINS = [{'woman': True, 'given': WOMEN[0], 'day': (1994, 3, 8)}, {'woman': True, 'given': WOMEN[2], 'day': (1994, 3, 8)}]
NAMESAKES = [{'woman': False, 'given': MEN[0], 'day': (1956, 11, 30)}, {'woman': False, 'given': MEN[0], 'day': (1986, 11, 3)}]


class Dice(random.Random):
    """Only random() is used: its numbers are the same in every version of Python."""

    def pick(self, choices):
        return choices[int(self.random() * len(choices))]

    def chance(self, share):
        return self.random() < share


def person_of(dice, number):
    woman = dice.chance(0.35)
    born = (1945 + int(dice.random() * 62), 1 + int(dice.random() * 12), 1 + int(dice.random() * 28))
    return {'number': number, 'woman': woman, 'family': dice.pick(FAMILIES), 'given': dice.pick(WOMEN if woman else MEN),
            'father': dice.pick(FATHERS), 'day': born, 'town': dice.pick(TOWNS),
            'phone': f'55{int(dice.random() * 1e7):07d}' if dice.chance(0.75) else ''}


def people(dice):
    persons = [person_of(dice, number) for number in range(PERSONS)]
    for first, of in ((10, TWINS), (20, NAMESAKES)):
        for one, fixed in zip((persons[first], persons[first + 1]), of):
            for shared in ('family', 'town', 'phone'):
                one[shared] = persons[first][shared]
            one.update(fixed)
    persons[11]['father'] = persons[10]['father']
    persons[21]['father'] = FATHERS[0]
    persons[20]['phone'] = persons[21]['phone'] = '550042117'
    return persons


def slip(dice, text):
    """A letter left out, doubled, or taken for the next one."""
    if len(text) < 4:
        return text
    at = 1 + int(dice.random() * (len(text) - 2))
    kind = int(dice.random() * 3)
    return text[:at] + ('', text[at] * 2, text[at + 1] + text[at])[kind] + text[at + (2 if kind == 2 else 1):]


def family_of(dice, person, latin, mistakes):
    forms = person['family']
    name = (forms[1] if dice.chance(0.7) else dice.pick(forms[1:])) if latin else forms[0]
    if not latin and dice.chance(0.5):
        name = name.replace('ё', 'е')
    if person['woman'] and name[-1] in 'vnвн' and name[-2:] not in ('an', 'ян'):
        name += 'a' if latin else 'а'
    return slip(dice, name) if dice.chance(mistakes) else name


def given_of(dice, person, latin, familiar):
    forms = person['given']
    if dice.chance(familiar):
        return forms[-1] if latin else forms[-2]
    return (forms[1] if dice.chance(0.7) else dice.pick(forms[1:-2])) if latin else forms[0]


def patronymic_of(person, latin):
    return person['father'][latin] + (('на', 'na') if person['woman'] else ('ич', 'ich'))[latin]


def day_of(dice, person, form, mistakes):
    year, month, day = person['day']
    if dice.chance(mistakes):
        kind = int(dice.random() * 3)
        if kind == 0 and day <= 12:
            month, day = day, month
        elif kind == 1:
            day = day - 1 if day > 1 else 2
        else:
            year += 10 if year < 1990 else -10
    return form.format(year=year, month=month, day=day)


def phone_of(dice, person, form, known):
    digits = person['phone']
    return form.format(digits[:3], digits[3:6], digits[6:]) if digits and dice.chance(known) else ''


def open_door(dice, person):
    return [family_of(dice, person, True, 0.12), given_of(dice, person, True, 0.03),
            patronymic_of(person, True) if dice.chance(0.7) else '',
            day_of(dice, person, '{year}-{month:02}-{day:02}', 0.08) if dice.chance(0.95) else '',
            person['town'][1], phone_of(dice, person, '+999 {}{}{}', 0.7)]


def lawyers(dice, person):
    whole = [family_of(dice, person, False, 0.08), given_of(dice, person, False, 0), patronymic_of(person, False)]
    return [' '.join(whole), day_of(dice, person, '{day:02}.{month:02}.{year}', 0.06), person['town'][0],
            phone_of(dice, person, '0{} {}-{}', 0.6)]


def parents(dice, person):
    latin = dice.chance(0.4)
    family, given = family_of(dice, person, latin, 0.12), given_of(dice, person, latin, 0.3)
    name = f'{given} {family}' if dice.chance(0.7) else f'{family} {given}'
    day = day_of(dice, person, '{day}/{month}/{year}', 0.1) if dice.chance(0.85) else ''
    return [name, day, person['town'][latin], phone_of(dice, person, '{}{}{}', 0.5), dice.pick(RELATIVES)]


LISTS = [
    ('open_door.csv', 'D', 0.5, ['case', 'family name', 'given name', 'patronymic', 'born', 'town', 'telephone'], open_door),
    ('lawyers.csv', 'L', 0.45, ['дело', 'фио', 'дата рождения', 'город', 'телефон'], lawyers),
    ('parents.csv', 'P', 0.4, ['report', 'name of the detained', 'date of birth', 'town', 'phone at home', 'reported by'],
     parents),
]
# What Leyla asked about, and what she noted.
DECIDED = [
    ('open_door.csv:D-47', 'parents.csv:P-33', 'asked the sister for his father\'s name'),
    ('open_door.csv:D-82', 'parents.csv:P-88', 'asked the father when she was born'),
    ('lawyers.csv:L-51', 'parents.csv:P-44', 'telephoned both families'),
    ('open_door.csv:D-77', 'parents.csv:P-29', 'telephoned both families'),
    ('open_door.csv:D-41', 'lawyers.csv:L-57', 'the lawyers have a copy of the passport'),
    ('open_door.csv:D-38', 'lawyers.csv:L-9', 'looked up the case file'),
    ('open_door.csv:D-22', 'parents.csv:P-76', 'asked the neighbour which house it was'),
]
BOTH = {10, 11, 20, 21}    # on every list
AGAIN = {30: 3, 31: 2, 32: 2} # of whom several relatives wrote


def write(path, rows):
    with open(path, 'w', newline='', encoding='utf-8') as file:
        csv.writer(file, lineterminator='\n').writerows(rows)


def main(folder):
    dice = Dice(SEED)
    persons = people(dice)
    truth = []
    for name, letter, share, header, record in LISTS:
        rows = []
        for person in persons:
            number = person['number']
            relatives = AGAIN.get(number, 0) if record is parents else 0
            for _ in range(relatives or int(dice.chance(share) or number in BOTH)):
                rows.append((dice.random(), number, record(dice, person)))
        rows.sort()
        write(folder / name, [header, *([f'{letter}-{at}', *row] for at, (_, _, row) in enumerate(rows, 1))])
        truth += [[f'{name}:{letter}-{at}', number] for at, (_, number, _) in enumerate(rows, 1)]
    write(folder / 'truth.csv', [['record', 'person'], *truth])
    who = dict(truth)
    write(folder / 'decisions.csv', [['time', 'reviewer', 'answer', 'a', 'b', 'reason'],
                                     *([f'2033-02-11 {9 + at}:20', 'Leyla', 'same' if who[a] == who[b] else 'different', a, b, why]
                                       for at, (a, b, why) in enumerate(DECIDED, 1))])


if __name__ == '__main__':
    main(Path(sys.argv[1]))
