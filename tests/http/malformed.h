/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests that the gate refuses, and with which status. Used on the gate alone and, over sockets,
 * on the whole server. All are judged with heads of 4096 bytes at most and bodies of 1000. */
#ifndef TESTS_HTTP_MALFORMED_H
#define TESTS_HTTP_MALFORMED_H

#include <stddef.h>

#define MALFORMED_HEAD_BYTES_MAX 4096
#define MALFORMED_BODY_BYTES_MAX 1000

struct malformed {
    const char *name;
    const char *bytes;
    size_t len;
    int status;
};

#define BYTES(text) text, sizeof(text) - 1
#define HOST "Host: a\r\n"
#define POST "POST / HTTP/1.1\r\n" HOST
#define GET "GET / HTTP/1.1\r\n" HOST
#define TEN "aaaaaaaaaa"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define EIGHT_LINES(x)                                                                             \
    x "0: 1\r\n" x "1: 1\r\n" x "2: 1\r\n" x "3: 1\r\n" x "4: 1\r\n" x "5: 1\r\n" x "6: 1\r\n" x   \
      "7: 1\r\n"
#define SIXTY_FOUR_LINES                                                                           \
    EIGHT_LINES("a")                                                                               \
    EIGHT_LINES("b")                                                                               \
    EIGHT_LINES("c")                                                                               \
    EIGHT_LINES("d") EIGHT_LINES("e") EIGHT_LINES("f") EIGHT_LINES("g") EIGHT_LINES("h")
#define NINES "9999999999"
#define EIGHT_FIELDS "a&b&c&d&e&f&g&h&"

static const struct malformed malformed[] = {
    /* Where does the body end: two readers, two answers. */
    {"CL.TE", BYTES(POST "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"), 501},
    {"TE.CL", BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\nG"), 501},
    {"chunked", BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 501},
    {"TE identity", BYTES(POST "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na"), 501},
    {"TE.TE", BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"),
     501},
    {"TE in capitals", BYTES(POST "TRANSFER-ENCODING: chunked\r\n\r\n0\r\n\r\n"), 501},
    {"TE, space before colon", BYTES(POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 400},
    {"TE, tab before colon", BYTES(POST "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n"), 400},
    {"TE after a bare CR", BYTES(POST "X: y\rTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"TE after a bare LF", BYTES(POST "X: y\nTransfer-Encoding: chunked\r\n\r\n"), 400},
    {"TE folded", BYTES(POST "Transfer-Encoding:\r\n chunked\r\n\r\n"), 501},
    {"TE with GET", BYTES(GET "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 501},
    {"TE in 1.0", BYTES("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 501},
    {"two lengths", BYTES(POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"), 400},
    {"two lengths, other case", BYTES(POST "Content-Length: 1\r\nCONTENT-length: 2\r\n\r\na"), 400},
    {"list of lengths", BYTES(POST "Content-Length: 1, 1\r\n\r\na"), 400},
    {"+5", BYTES(POST "Content-Length: +5\r\n\r\naaaaa"), 400},
    {"-5", BYTES(POST "Content-Length: -5\r\n\r\naaaaa"), 400},
    {"0x5", BYTES(POST "Content-Length: 0x5\r\n\r\naaaaa"), 400},
    {"5e0", BYTES(POST "Content-Length: 5e0\r\n\r\naaaaa"), 400},
    {"05", BYTES(POST "Content-Length: 05\r\n\r\naaaaa"), 400},
    {"5.0", BYTES(POST "Content-Length: 5.0\r\n\r\naaaaa"), 400},
    {"quoted length", BYTES(POST "Content-Length: \"5\"\r\n\r\naaaaa"), 400},
    {"length with space inside", BYTES(POST "Content-Length: 1 0\r\n\r\naaaaa"), 400},
    {"length with space behind", BYTES(POST "Content-Length: 5 \r\n\r\naaaaa"), 400},
    {"empty length", BYTES(POST "Content-Length:\r\n\r\n"), 400},
    {"length, vertical tab", BYTES(POST "Content-Length: \v5\r\n\r\naaaaa"), 400},
    {"length, no-break space",
     BYTES(POST "Content-Length: \xa0"
                "5\r\n\r\naaaaa"),
     400},
    {"length, other digits", BYTES(POST "Content-Length: \xd9\xa5\r\n\r\naaaaa"), 400},
    {"length of 2^64 + 5", BYTES(POST "Content-Length: 18446744073709551621\r\n\r\naaaaa"), 413},
    {"length of 2^63", BYTES(POST "Content-Length: 9223372036854775808\r\n\r\n"), 413},
    {"length of 40 nines", BYTES(POST "Content-Length: " NINES NINES NINES NINES "\r\n\r\n"), 413},
    {"one byte too many", BYTES(POST "Content-Length: 1001\r\n\r\n"), 413},
    {"no length", BYTES(POST "\r\n"), 411},
    {"no length in 1.0", BYTES("POST / HTTP/1.0\r\n\r\n"), 411},
    {"GET with a body", BYTES(GET "Content-Length: 5\r\n\r\naaaaa"), 400},
    {"GET with no length of body", BYTES(GET "Content-Length: 0\r\n\r\n"), 400},
    {"GET with a huge body", BYTES(GET "Content-Length: 99999\r\n\r\n"), 400},
    {"expect", BYTES(POST "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na"), 417},

    /* Where does a line end. */
    {"bare LF everywhere", BYTES("GET / HTTP/1.1\nHost: a\n\n"), 400},
    {"bare LF at the end", BYTES(GET "\n"), 400},
    {"bare LF after the request line", BYTES("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400},
    {"bare CR", BYTES("GET / HTTP/1.1\rHost: a\r\r"), 400},
    {"CR CR LF", BYTES("GET / HTTP/1.1\r\r\n" HOST "\r\n"), 400},
    {"folded", BYTES(GET "X: a\r\n b\r\n\r\n"), 400},
    {"folded by a tab", BYTES(GET "X: a\r\n\tb\r\n\r\n"), 400},
    {"folded at once", BYTES("GET / HTTP/1.1\r\n Host: a\r\n\r\n"), 400},
    {"empty line before", BYTES("\r\n" GET "\r\n"), 400},
    {"space before", BYTES(" " GET "\r\n"), 400},

    /* Headers. */
    {"space before colon", BYTES(GET "X : a\r\n\r\n"), 400},
    {"no colon", BYTES(GET "X\r\n\r\n"), 400},
    {"no name", BYTES(GET ": a\r\n\r\n"), 400},
    {"name of no token", BYTES(GET "X(y): a\r\n\r\n"), 400},
    {"name beyond ASCII", BYTES(GET "X\xc3\xa9: a\r\n\r\n"), 400},
    {"NUL in a name", BYTES(GET "X\0y: a\r\n\r\n"), 400},
    {"NUL in a value", BYTES(GET "X: a\0b\r\n\r\n"), 400},
    {"escape in a value", BYTES(GET "X: a\x1b[0m\r\n\r\n"), 400},
    {"DEL in a value", BYTES(GET "X: a\x7f\r\n\r\n"), 400},
    {"space behind a value", BYTES(GET "X: a \r\n\r\n"), 400},
    {"header twice", BYTES(GET "X: a\r\nY: b\r\nx: a\r\n\r\n"), 400},
    {"two cookies", BYTES(GET "Cookie: a=b\r\nCookie: c=d\r\n\r\n"), 400},
    {"many cookies", BYTES(GET "Cookie: " EIGHT_FIELDS ";;;;;;;;;,,,,,,,,,\r\n\r\n"), 431},
    {"65 headers", BYTES(GET SIXTY_FOUR_LINES "\r\n"), 431},
    {"long header", BYTES(GET "X: " THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND "\r\n\r\n"), 431},
    {"long header without end", BYTES(GET "X: " THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND), 431},

    /* Host. */
    {"no Host", BYTES("GET / HTTP/1.1\r\n\r\n"), 400},
    {"empty Host", BYTES("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 400},
    {"two Hosts", BYTES(GET "Host: b\r\n\r\n"), 400},
    {"Host with a path", BYTES("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), 400},
    {"Host with a user", BYTES("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"), 400},
    {"two Hosts in one", BYTES("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},

    /* The request line. */
    {"absolute form", BYTES("GET http://a/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"authority form", BYTES("CONNECT a:443 HTTP/1.1\r\n" HOST "\r\n"), 405},
    {"asterisk form", BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 405},
    {"asterisk with GET", BYTES("GET * HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"HEAD", BYTES("HEAD / HTTP/1.1\r\n" HOST "\r\n"), 405},
    {"PUT", BYTES("PUT / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na"), 405},
    {"TRACE", BYTES("TRACE / HTTP/1.1\r\n" HOST "\r\n"), 405},
    {"get", BYTES("get / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"GETT", BYTES("GETT / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"method of no token", BYTES("G(T / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"no method", BYTES(" / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces", BYTES("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces later", BYTES("GET /  HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"tab", BYTES("GET\t/\tHTTP/1.1\r\n" HOST "\r\n"), 400},
    {"space at the end", BYTES("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400},
    {"space in the path", BYTES("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", BYTES("GET /\r\n\r\n"), 400},
    {"fragment", BYTES("GET /#a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"backslash", BYTES("GET /\\a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"angle brackets", BYTES("GET /<script> HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"path beyond ASCII", BYTES("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"NUL in the path", BYTES("GET /\0 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"half an escape", BYTES("GET /%4 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"escape of no hex", BYTES("GET /%zz HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"long path", BYTES("GET /" THOUSAND THOUSAND THOUSAND " HTTP/1.1\r\n" HOST "\r\n"), 414},
    {"long path without end", BYTES("GET /" THOUSAND THOUSAND THOUSAND), 414},
    {"long method", BYTES(THOUSAND THOUSAND THOUSAND " / HTTP/1.1\r\n"), 414},
    {"33 fields",
     BYTES("GET /?" EIGHT_FIELDS EIGHT_FIELDS EIGHT_FIELDS EIGHT_FIELDS "i HTTP/1.1\r\n"), 400},
    {"HTTP/1.2", BYTES("GET / HTTP/1.2\r\n" HOST "\r\n"), 505},
    {"HTTP/2.0", BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505},
    {"HTTP/0.9 said", BYTES("GET / HTTP/0.9\r\n\r\n"), 505},
    {"HTTP/1.10", BYTES("GET / HTTP/1.10\r\n" HOST "\r\n"), 400},
    {"http/1.1", BYTES("GET / http/1.1\r\n" HOST "\r\n"), 400},
    {"HTTP/1,1", BYTES("GET / HTTP/1,1\r\n" HOST "\r\n"), 400},
    {"TLS", BYTES("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), 400},
    {"SSH", BYTES("SSH-2.0-OpenSSH_9.2\r\n"), 400},
    {"rubbish", BYTES("\x80\x81\x82\r\n"), 400},
};

#endif
