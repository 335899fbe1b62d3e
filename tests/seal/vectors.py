#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""docs/crypto.md a second time, by itself: vectors.py check PROGRAM | write

It shares no code with src/seal and no library but for the primitives' specifications: X25519, Ed25519, ChaCha20 and
Poly1305 are OpenSSL's (python3-cryptography), BLAKE2b and SHA-256 Python's, Argon2id the reference implementation
(python3-argon2); XChaCha20 and libsodium's key derivation and secretstream are written here from their descriptions.

write: makes the vectors anew, in docs/crypto.md, tests/seal/vectors.h and tests/seal/data/.
check: the vectors are as they stand there, and what PROGRAM (tests/seal/make_sealed.c) has sealed opens here.
"""
import base64
import hashlib
import hmac
import struct
import subprocess
import sys
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.poly1305 import Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).resolve().parent.parent.parent
CHUNK = 65536
FINAL, MESSAGE = 3, 0


# The primitives, by the names of docs/crypto.md.

def b2b(size, personal, data, key=b''):
    return hashlib.blake2b(data, digest_size=size, person=personal, key=key).digest()


def kdf(size, number, context, key):
    return hashlib.blake2b(b'', digest_size=size, key=key, salt=struct.pack('<Q', number) + bytes(8),
                           person=context + bytes(8)).digest()


def sha256(data):
    return hashlib.sha256(data).digest()


def raw(public_key):
    return public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def dh_public(secret):
    return raw(X25519PrivateKey.from_private_bytes(secret).public_key())


def dh(secret, public):
    return X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))


def sign_public(seed):
    return raw(Ed25519PrivateKey.from_private_bytes(seed).public_key())


def sign(seed, message):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify(public, message, signature):
    Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha, 2.2."""
    x = list(struct.unpack('<4I', b'expand 32-byte k') + struct.unpack('<8I', key) + struct.unpack('<4I', nonce))

    def quarter(a, b, c, d):
        for i, j, k, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[i] = (x[i] + x[j]) & 0xffffffff
            word = x[k] ^ x[i]
            x[k] = (word << bits | word >> (32 - bits)) & 0xffffffff
    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack('<8I', *x[:4], *x[12:])


def xchacha(key, nonce):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])), bytes(4) + nonce[16:]


def aead_seal(kn, ad, plain):
    cipher, nonce = xchacha(kn[:32], kn[32:])
    return cipher.encrypt(nonce, plain, ad)


def aead_open(kn, ad, sealed):
    cipher, nonce = xchacha(kn[:32], kn[32:])
    return cipher.decrypt(nonce, sealed, ad)


class Stream:
    """crypto_secretstream_xchacha20poly1305, after libsodium's documentation."""

    def __init__(self, key, header):
        self.key, self.nonce, self.counter = hchacha20(key, header[:16]), header[16:], 1

    def blocks(self, first_block):
        nonce = struct.pack('<I', first_block) + struct.pack('<I', self.counter) + self.nonce
        return Cipher(ChaCha20(self.key, nonce), mode=None).encryptor()

    def mac(self, ad, tag_block, sealed):
        poly = Poly1305(self.blocks(0).update(bytes(64))[:32])
        poly.update(ad + bytes(-len(ad) % 16) + tag_block + sealed + bytes(len(sealed) % 16)
                    + struct.pack('<QQ', len(ad), 64 + len(sealed)))
        return poly.finalize()

    def step(self, mac, tag):
        assert tag in (MESSAGE, FINAL)
        self.nonce = bytes(a ^ b for a, b in zip(self.nonce, mac))
        self.counter += 1

    def push(self, plain, ad, tag):
        tag_block = self.blocks(1).update(bytes([tag]) + bytes(63))
        sealed = self.blocks(2).update(plain)
        mac = self.mac(ad, tag_block, sealed)
        self.step(mac, tag)
        return tag_block[:1] + sealed + mac

    def pull(self, chunk, ad):
        sealed, mac = chunk[1:-16], chunk[-16:]
        tag = self.blocks(1).update(chunk[:1] + bytes(63))[0]
        tag_block = chunk[:1] + self.blocks(1).update(bytes([tag]) + bytes(63))[1:]
        assert hmac.compare_digest(mac, self.mac(ad, tag_block, sealed))
        plain = self.blocks(2).update(sealed)
        self.step(mac, tag)
        return plain, tag


# Layouts.

def field(number, value):
    return struct.pack('>HI', number, len(value)) + value


def u32(value):
    return struct.pack('>I', value)


def u64(value):
    return struct.pack('>Q', value)


def read_fields(data):
    fields = []
    while data:
        number, size = struct.unpack('>HI', data[:6])
        assert len(data) >= 6 + size and (not fields or fields[-1][0] <= number)
        fields.append((number, data[6:6 + size]))
        data = data[6 + size:]
    return fields


def bucket_bytes(bucket):
    if bucket < 4:
        return 16384 << 2 * bucket
    return (5 + (bucket - 4) % 4) << (18 + (bucket - 4) // 4)


def bucket_for(size):
    return next(bucket for bucket in range(44) if size <= bucket_bytes(bucket))


def make_header(entry_id, tag, erase_tag, day, bucket):
    return b'\x01' + entry_id + tag + erase_tag + u32(day) + bytes([bucket])


def make_leaf(header, sealed, k_com, content):
    entry_id = header[1:17]
    commitment = hmac.new(k_com, entry_id + sha256(content), 'sha256').digest()
    return b'\x01' + entry_id + sha256(header) + sha256(sealed) + commitment


# Payloads.

def payload_keys(dk):
    return kdf(56, 1, b'VsPayld1', dk), kdf(32, 2, b'VsPayld1', dk), kdf(32, 3, b'VsPayld1', dk)


def record_message(organisation, header, recipient, content, fields):
    return b'vouchsafe/record/1\n\x01' + organisation + header + recipient + sha256(content) + fields


def payload_seal(recipient, header, fields, content, e, dk, stream_header):
    public = dh_public(e)
    kn = b2b(56, b'vouchsafe-seal-1', b'\x01' + public + recipient + dh(e, recipient))
    en, k_stream, k_com = payload_keys(dk)
    envelope = (struct.pack('>H', len(fields)) + fields).ljust(2048, b'\0')
    padded = content.ljust(bucket_bytes(header[53]), b'\0')
    stream = Stream(k_stream, stream_header)
    chunks = b''
    for at in range(0, len(padded), CHUNK):
        chunks += stream.push(padded[at:at + CHUNK], header, FINAL if at + CHUNK >= len(padded) else MESSAGE)
    sealed = b'\x01' + public + aead_seal(kn, header, dk) + aead_seal(en, header, envelope) + stream_header + chunks
    return sealed, make_leaf(header, sealed, k_com, content)


def payload_open(secret, header, leaf, sealed, organisation):
    recipient, public = dh_public(secret), sealed[1:33]
    assert header[0] == leaf[0] == sealed[0] == 1
    kn = b2b(56, b'vouchsafe-seal-1', b'\x01' + public + recipient + dh(secret, public))
    en, k_stream, k_com = payload_keys(aead_open(kn, header, sealed[33:81]))
    envelope = aead_open(en, header, sealed[81:2145])
    size = struct.unpack('>H', envelope[:2])[0]
    data = envelope[2:2 + size]
    assert not any(envelope[2 + size:])
    fields = dict(read_fields(data))
    stream, padded, at, tag = Stream(k_stream, sealed[2145:2169]), b'', 2169, MESSAGE
    while at < len(sealed):
        assert tag == MESSAGE
        plain, tag = stream.pull(sealed[at:at + CHUNK + 17], header)
        padded += plain
        at += CHUNK + 17
    assert tag == FINAL and len(padded) == bucket_bytes(header[53])
    length = struct.unpack('>Q', fields[6])[0]
    content = padded[:length]
    assert not any(padded[length:]) and bucket_for(length) == header[53]
    assert leaf == make_leaf(header, sealed, k_com, content)
    if 61 in fields:
        verify(fields[60], record_message(organisation, header, recipient, content, data[:-70]), fields[61])
    return fields, content


# Answers.

def answer_keys(public, epoch, mailbox, fresh, lasting):
    kn = b2b(56, b'vouchsafe-answer', b'\x01' + public + epoch + mailbox + fresh + lasting)
    return kn, kdf(32, 3, b'VsAnswr1', kn[:32])


def answer_seal(epoch_secret, mailbox, header, text, e):
    public = dh_public(e)
    kn, k_com = answer_keys(public, dh_public(epoch_secret), mailbox, dh(e, mailbox), dh(epoch_secret, mailbox))
    plain = (u32(len(text)) + text).ljust(18570 - 33 - 16, b'\0')
    sealed = b'\x01' + public + aead_seal(kn, header, plain)
    return sealed, make_leaf(header, sealed, k_com, text)


def answer_open(mailbox_secret, epoch, header, leaf, sealed):
    public = sealed[1:33]
    kn, k_com = answer_keys(public, epoch, dh_public(mailbox_secret), dh(mailbox_secret, public), dh(mailbox_secret, epoch))
    plain = aead_open(kn, header, sealed[33:])
    size = struct.unpack('>I', plain[:4])[0]
    assert len(sealed) == 18570 and not any(plain[4 + size:])
    assert leaf == make_leaf(header, sealed, k_com, plain[4:4 + size])
    return plain[4:4 + size]


# Codenames, tickets, members.

def word_list(language):
    return (ROOT / f'src/seal/words/{language}.txt').read_text(encoding='utf-8').split()


def codes(data, count):
    value = int.from_bytes(data, 'big') >> (len(data) * 8 - 11 * count)
    return [value >> 11 * (count - 1 - i) & 2047 for i in range(count)]


def secret_words(secret, words):
    return ' '.join(words[code] for code in codes(secret + bytes([sha256(secret)[0] & 0xf0]), 12))


def six_words(data):
    return ' '.join(word_list('en')[code] for code in codes(data, 6))


def caller(codename):
    root = b2b(32, b'vouchsafe-caller', codename)
    return {name: kdf(16 if name == 'greeting' else 32, number, b'VsCaller', root)
            for number, name in enumerate(('mailbox', 'reply_key', 'erase_key', 'greeting', 'send_key'), 1)}


def ticket_seal(key, nonce, minute, codename, form_nonce, language):
    plain = u32(minute) + codename + form_nonce + bytes([language])
    sealed = nonce + aead_seal(key + nonce, b'vouchsafe/ticket/1', plain)
    return base64.urlsafe_b64encode(sealed).rstrip(b'=')


def ticket_open(key, text):
    sealed = base64.urlsafe_b64decode(text + b'=' * (-len(text) % 4))
    return aead_open(key + sealed[:24], b'vouchsafe/ticket/1', sealed[24:])


def member(seed):
    root = b2b(32, b'vouchsafe-member', seed)
    return [kdf(32, number, b'VsMember', root) for number in (1, 2, 3)]


def argon2id(passphrase, salt, opslimit, memlimit):
    return hash_secret_raw(passphrase, salt, opslimit, memlimit // 1024, 1, 32, Type.ID)


def keyfile_write(seed, organisation, passphrase, salt, nonce, opslimit, memlimit):
    clear = b'VSKF\x01' + u64(opslimit) + u64(memlimit) + salt + organisation + sign_public(member(seed)[1])
    return clear + nonce + aead_seal(argon2id(passphrase, salt, opslimit, memlimit) + nonce, clear, seed)


def keyfile_open(file, passphrase):
    assert len(file) == 157 and file[:5] == b'VSKF\x01'
    opslimit, memlimit = struct.unpack('>QQ', file[5:21])
    key = argon2id(passphrase, file[21:37], opslimit, memlimit)
    seed = aead_open(key + file[101:125], file[:101], file[125:])
    assert sign_public(member(seed)[1]) == file[69:101]
    return seed


# Roster.

def roster_entry(kind, sequence, previous, day, fields, signer):
    body = bytes([1, kind]) + u32(sequence) + previous + u32(day) + u32(len(fields)) + fields
    return body + b'\x01' + sign_public(signer) + sign(signer, b'vouchsafe/roster/1\n' + body)


def roster_check(entry, sequence, previous):
    version, kind, found, before, _, size = struct.unpack('>BBI32sII', entry[:46])
    assert (version, found, before) == (1, sequence, previous) and len(entry) == 46 + size + 97
    verify(entry[-96:-64], b'vouchsafe/roster/1\n' + entry[:-97], entry[-64:])
    return kind, read_fields(entry[46:46 + size])


def grant_key(public, encrypt, shared):
    return b2b(56, b'vouchsafe-grant1', public + encrypt + shared)


def grant_seal(sign_key, encrypt, epoch_secret, e):
    kn = grant_key(dh_public(e), encrypt, dh(e, encrypt))
    return sign_key + dh_public(e) + aead_seal(kn, dh_public(epoch_secret), epoch_secret)


def grant_open(encrypt_secret, grant, epoch):
    public = grant[32:64]
    secret = aead_open(grant_key(public, dh_public(encrypt_secret), dh(encrypt_secret, public)), epoch, grant[64:])
    assert dh_public(secret) == epoch
    return secret


# The vectors. count(a, n) is n bytes going up from a: what people can type again.

RESUME_FIRST = b'vouchsafe resume'


def resume_key(work):
    return b2b(32, b'vouchsafe-resume', work)


def resume_write(work, parts, nonces):
    file = b'\x01'
    for number, (part, nonce) in enumerate(zip([RESUME_FIRST, *parts], nonces)):
        file += u32(len(part)) + nonce + aead_seal(resume_key(work) + nonce, u64(number) + u32(len(part)), part)
    return file


def resume_read(work, file):
    assert file[:1] == b'\x01'
    parts, at = [], 1
    while at < len(file):
        size = struct.unpack('>I', file[at:at + 4])[0]
        nonce, sealed = file[at + 4:at + 28], file[at + 28:at + 44 + size]
        parts.append(aead_open(resume_key(work) + nonce, u64(len(parts)) + u32(size), sealed))
        at += 44 + size
    assert parts[0] == RESUME_FIRST
    return parts[1:]


def count(first, size):
    return bytes((first + i) % 256 for i in range(size))


CODENAME, SEED, PASSPHRASE = count(0x00, 16), count(0x10, 16), b'seven calm herons by the lake'
EPOCH_SECRET, TICKET_KEY = count(0x20, 32), count(0x40, 32)
DAY, MINUTE, ORGANISATION_NAME, MEMBER_NAME = 23456, 33776645, 'Телефон доверия, Карск', 'Mira Dolan'
CONTENT = 'They came at night.\nПришли ночью.\n'.encode()
ANSWER = 'Come on Tuesday, by the market. Ask for Ada.'.encode()


def caller_vectors(put):
    keys = caller(CODENAME)
    erase, answers = kdf(32, 0, b'VsErase_', keys['erase_key']), kdf(32, 0, b'VsErAns_', keys['reply_key'])
    put('codename', CODENAME)
    put('codename_en', secret_words(CODENAME, word_list('en')))
    put('codename_ru', secret_words(CODENAME, word_list('ru')))
    put('mailbox_public', dh_public(keys['mailbox']))
    for name in ('reply_key', 'erase_key', 'send_key'):
        put(name, keys[name])
    put('greeting_ru', ' '.join(word_list('ru')[code] for code in codes(keys['greeting'], 2)))
    put('reply_tag_0', kdf(16, 0, b'VsReply_', keys['reply_key']))
    put('reply_tag_63', kdf(16, 63, b'VsReply_', keys['reply_key']))
    put('erase_secret_0', erase)
    put('erase_tag_0', b2b(16, b'vouchsafe-erase1', erase))
    put('answer_erase_secret_0', answers)
    put('answer_erase_tag_0', b2b(16, b'vouchsafe-erase1', answers))
    put('form_nonce', count(0x60, 16))
    put('content', CONTENT)
    put('entry_id', b2b(16, b'vouchsafe-send-1', count(0x60, 16) + sha256(CONTENT), keys['send_key']))


def ticket_vectors(put):
    put('ticket_key', TICKET_KEY)
    put('ticket', ticket_seal(TICKET_KEY, count(0x70, 24), MINUTE, CODENAME, count(0x60, 16), 1).decode())
    put('ticket_key_next', kdf(32, 1, b'VsTicket', TICKET_KEY))


def roster_vectors(put):
    encrypt, signing, cosigning = member(SEED)
    put('seed', SEED)
    put('encrypt_public', dh_public(encrypt))
    put('sign_public', sign_public(signing))
    put('cosign_public', sign_public(cosigning))
    found = roster_entry(1, 0, bytes(32), DAY, field(1, ORGANISATION_NAME.encode()) + field(2, MEMBER_NAME.encode())
                         + field(3, dh_public(encrypt)) + field(4, sign_public(signing))
                         + field(5, sign_public(cosigning)), signing)
    organisation = sha256(found)
    intake = roster_entry(2, 1, organisation, DAY, field(10, u32(1)) + field(11, dh_public(EPOCH_SECRET))
                          + field(12, u32(DAY)) + field(13, u32(DAY + 90))
                          + field(14, grant_seal(sign_public(signing), dh_public(encrypt), EPOCH_SECRET, count(0x80, 32))),
                          signing)
    put('found_entry', found)
    put('organisation', organisation)
    put('organisation_words', six_words(organisation))
    put('epoch_secret', EPOCH_SECRET)
    put('epoch_public', dh_public(EPOCH_SECRET))
    put('intake_entry', intake)
    put('passphrase', PASSPHRASE)
    put('keyfile', keyfile_write(SEED, organisation, PASSPHRASE, count(0x90, 16), count(0xa0, 24), 1, 8192))
    return organisation


def sealed_vectors(put, organisation):
    signing, keys = member(SEED)[1], caller(CODENAME)
    epoch, mailbox = dh_public(EPOCH_SECRET), dh_public(keys['mailbox'])
    header = make_header(count(0xc0, 16), count(0xd0, 16), count(0xe0, 16), DAY, 0)
    fields = (field(1, u32(1)) + field(2, u32(1)) + field(3, u32(MINUTE)) + field(4, u32(2)) + field(5, u64(3))
              + field(6, u64(len(CONTENT))) + field(7, b'ru') + field(8, mailbox) + field(9, keys['reply_key'])
              + field(10, b'telephone') + field(11, b'verbatim') + field(60, sign_public(signing)))
    fields += field(61, sign(signing, record_message(organisation, header, epoch, CONTENT, fields)))
    dk = count(0x30, 32)
    sealed, leaf = payload_seal(epoch, header, fields, CONTENT, count(0xb0, 32), dk, count(0xf0, 24))
    put('header', header)
    put('data_key', dk)
    put('k_com', payload_keys(dk)[2])
    put('payload_fields', fields)
    put('payload_leaf', leaf)
    put('payload_sealed_sha256', sha256(sealed))
    answer, answer_leaf = answer_seal(EPOCH_SECRET, mailbox, header, ANSWER, count(0x50, 32))
    put('answer_text', ANSWER)
    put('answer_leaf', answer_leaf)
    put('answer_sealed_sha256', sha256(answer))
    assert payload_open(EPOCH_SECRET, header, leaf, sealed, organisation)[1] == CONTENT
    return {'payload.bin': sealed, 'answer.bin': answer}


def resume_vectors(put):
    work = count(0x00, 32)
    put('resume_work', work)
    put('resume_key', resume_key(work))
    put('resume_file', resume_write(work, [CONTENT, b''], [count(first, 24) for first in (0x10, 0x28, 0x40)]))


def vectors():
    values = {}
    organisation = None
    caller_vectors(values.__setitem__)
    ticket_vectors(values.__setitem__)
    organisation = roster_vectors(values.__setitem__)
    files = sealed_vectors(values.__setitem__, organisation)
    resume_vectors(values.__setitem__)
    return values, files


# Where they stand.

def text_of(value):
    return value if isinstance(value, str) else value.hex()


def as_header(values):
    lines = ['/* SPDX-License-Identifier: AGPL-3.0-or-later */',
             '/* Made by tests/seal/vectors.py from docs/crypto.md alone; src/seal had no part in it. */',
             '/* clang-format off */', '#ifndef TESTS_SEAL_VECTORS_H', '#define TESTS_SEAL_VECTORS_H', '']
    for name, value in values.items():
        text, pieces = text_of(value), []
        while text:
            pieces.append(f'    "{text[:80]}"')
            text = text[80:]
        lines.append(f'#define VECTOR_{name.upper()} \\\n' + ' \\\n'.join(pieces))
    return '\n'.join(lines + ['', '#endif', ''])


def as_page(values):
    """The part of docs/crypto.md from "## Vectors" to the end of its block."""
    lines = []
    for name, value in values.items():
        text = text_of(value)
        lines.append(f'{name} =' if len(text) > 92 else f'{name} = {text}')
        lines += [f'    {text[at:at + 112]}' for at in range(0, len(text), 112)] if len(text) > 92 else []
    return '```\n' + '\n'.join(lines) + '\n```\n'


def page_with(page, values):
    before, rest = page.split('\n## Vectors\n', 1)
    intro, block = rest.split('```\n', 1)
    return before + '\n## Vectors\n' + intro + as_page(values) + block.split('```\n', 1)[1]


def places(values, files):
    page = ROOT / 'docs/crypto.md'
    here = Path(__file__).resolve().parent
    wanted = {page: page_with(page.read_text(encoding='utf-8'), values).encode(), here / 'vectors.h': as_header(values).encode()}
    wanted.update({here / 'data' / name: data for name, data in files.items()})
    return wanted


def open_made(program, organisation):
    """What the C code has just made, in the order of tests/seal/make_sealed.c."""
    data, blocks = subprocess.run([program], stdout=subprocess.PIPE, check=True).stdout, []
    while data:
        size = struct.unpack('>I', data[:4])[0]
        blocks.append(data[4:4 + size])
        data = data[4 + size:]
    report, record, answer, ticket, keyfile, found, intake, resume = blocks
    fields, content = payload_open(EPOCH_SECRET, report[:54], report[54:167], report[167:], organisation)
    assert content == CONTENT and fields[7] == b'ru' and 61 not in fields
    fields, content = payload_open(EPOCH_SECRET, record[:54], record[54:167], record[167:], organisation)
    assert content == bytes(140000) and fields[60] == sign_public(member(SEED)[1]) and 61 in fields
    mailbox = caller(CODENAME)['mailbox']
    assert answer_open(mailbox, dh_public(EPOCH_SECRET), answer[:54], answer[54:167], answer[167:]) == ANSWER
    assert ticket_open(TICKET_KEY, ticket) == u32(MINUTE) + CODENAME + count(0x60, 16) + b'\x01'
    assert keyfile_open(keyfile, PASSPHRASE) == SEED
    assert roster_check(found, 0, bytes(32))[0] == 1
    kind, fields = roster_check(intake, 1, sha256(found))
    assert kind == 2
    grant_open(member(SEED)[0], dict(fields)[14], dict(fields)[11])
    assert resume_read(count(0x00, 32), resume) == [CONTENT, b'']


def main(arguments):
    values, files = vectors()
    wanted = places(values, files)
    if arguments[0] == 'write':
        for path, data in wanted.items():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return 0
    other = [str(path) for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data]
    for path in other:
        print(f'{path} does not hold the vectors of docs/crypto.md', file=sys.stderr)
    open_made(arguments[1], values['organisation'])
    return 1 if other else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
