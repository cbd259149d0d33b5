/* egress_test.c - is every address that is not public known as such, however it is written?
 * SPDX-License-Identifier: MIT */
#include "egress.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "check.h"

/* The first and the last address of each net that is special, and its neighbours. */
static const struct {
    const char *address;
    bool is_public;
} cases[] = {
    { "0.0.0.0", false },           { "0.255.255.255", false },     { "1.0.0.0", true },
    { "9.255.255.255", true },      { "10.0.0.0", false },          { "10.255.255.255", false },
    { "11.0.0.0", true },           { "8.8.8.8", true },            { "93.184.216.34", true },
    { "100.63.255.255", true },     { "100.64.0.0", false },        { "100.127.255.255", false },
    { "100.128.0.0", true },        { "126.255.255.255", true },    { "127.0.0.0", false },
    { "127.0.0.1", false },         { "127.1.2.3", false },         { "127.255.255.255", false },
    { "128.0.0.0", true },          { "169.253.255.255", true },    { "169.254.0.0", false },
    { "169.254.169.254", false },   { "169.254.170.2", false },     { "169.254.255.255", false },
    { "169.255.0.0", true },        { "172.15.255.255", true },     { "172.16.0.0", false },
    { "172.31.255.255", false },    { "172.32.0.0", true },         { "191.255.255.255", true },
    { "192.0.0.0", false },         { "192.0.0.170", false },       { "192.0.0.255", false },
    { "192.0.1.0", true },          { "192.0.2.0", false },         { "192.0.2.255", false },
    { "192.0.3.0", true },          { "192.88.98.255", true },      { "192.88.99.0", false },
    { "192.88.99.255", false },     { "192.88.100.0", true },       { "192.167.255.255", true },
    { "192.168.0.0", false },       { "192.168.255.255", false },   { "192.169.0.0", true },
    { "198.17.255.255", true },     { "198.18.0.0", false },        { "198.19.255.255", false },
    { "198.20.0.0", true },         { "198.51.99.255", true },      { "198.51.100.0", false },
    { "198.51.100.255", false },    { "198.51.101.0", true },       { "203.0.112.255", true },
    { "203.0.113.0", false },       { "203.0.113.255", false },     { "203.0.114.0", true },
    { "223.255.255.255", true },    { "224.0.0.0", false },         { "239.255.255.255", false },
    { "240.0.0.0", false },         { "255.255.255.254", false },   { "255.255.255.255", false },

    { "::", false },                { "::1", false },               { "::2", false },
    { "::7f00:1", false },          { "::127.0.0.1", false },       { "::8.8.8.8", false },
    { "::ffff:127.0.0.1", false },  { "::ffff:7f00:1", false },     { "::ffff:10.1.2.3", false },
    { "::ffff:169.254.169.254", false }, { "::ffff:0.0.0.0", false }, { "::ffff:8.8.8.8", true },
    { "::ffff:0:127.0.0.1", false },    /* translated, RFC 2765: one group further than mapped */
    { "::ffff:0:8.8.8.8", false },      { "::fffe:8.8.8.8", false }, { "1::ffff:8.8.8.8", false },
    { "64:ff9b::127.0.0.1", false },    { "64:ff9b::192.168.0.1", false }, { "64:ff9b::8.8.8.8", true },
    { "64:ff9b::1:8.8.8.8", false },    { "64:ff9b:1::8.8.8.8", false },   { "64:ff9b:1:ffff::1", false },
    { "64:ff9a::8.8.8.8", false },      { "100::", false },         { "100::1", false },
    { "100:0:0:1::1", false },          { "1fff:ffff::1", false },  { "2000::1", true },
    { "2001::", false },                { "2001:0:53aa:64c:0:fbff:f5ff:fffe", false },  /* Teredo */
    { "2001:2::1", false },             { "2001:10::1", false },    { "2001:20::1", false },
    { "2001:1ff:ffff::1", false },      { "2001:200::1", true },    { "2001:4860:4860::8888", true },
    { "2001:db7:ffff::1", true },       { "2001:db8::", false },    { "2001:db8:ffff::1", false },
    { "2001:db9::1", true },            { "2002:7f00:1::", false }, { "2002:7f00:1::1", false },
    { "2002:a9fe:a9fe::", false },      { "2002:c0a8:101::1", false }, { "2002:a00:1::1", false },
    { "2002:808:808::1", true },        { "2003::1", true },        { "2606:4700:4700::1111", true },
    { "2a00:1450:4001:81b::200e", true }, { "3ffe:ffff::1", true }, { "3fff::", false },
    { "3fff:fff:ffff::1", false },      { "3fff:1000::1", true },   { "4000::1", false },
    { "5f00::1", false },               { "fbff::1", false },       { "fc00::", false },
    { "fd00::1", false },               { "fd00:ec2::254", false }, { "fdff:ffff::1", false },
    { "fe00::1", false },               { "fe80::", false },        { "fe80::1", false },
    { "febf:ffff::1", false },          { "fec0::1", false },       { "feff:ffff::1", false },
    { "ff00::", false },                { "ff02::1", false },       { "ff0e::1", false },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
};

/* Returns its length; 0 when the text is no address. */
static size_t parse(struct sockaddr_storage *out, const char *text)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return sizeof *v4;
    }
    v6->sin6_family = AF_INET6;
    return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? sizeof *v6 : 0;
}

static void test_addresses(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sockaddr_storage address;
        size_t len = parse(&address, cases[i].address);
        CHECK(len > 0 && egress_is_public((struct sockaddr *)&address, len) == cases[i].is_public, "%s is %s",
              cases[i].address, cases[i].is_public ? "public" : "refused");
    }
}

/* All of IPv4 in steps: carried in IPv6, it is what it is by itself. */
static void test_carried(void)
{
    size_t differ = 0, publics = 0;

    for (uint32_t top = 0; top < 1u << 16; top++) {
        uint32_t v4 = top << 16 | 0x0201;
        struct sockaddr_in plain = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(v4) };
        struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 }, nat = mapped, sixtofour = mapped;
        memcpy(mapped.sin6_addr.s6_addr + 10, "\xff\xff", 2);
        memcpy(mapped.sin6_addr.s6_addr + 12, &plain.sin_addr, 4);
        memcpy(nat.sin6_addr.s6_addr, "\x00\x64\xff\x9b", 4);
        memcpy(nat.sin6_addr.s6_addr + 12, &plain.sin_addr, 4);
        memcpy(sixtofour.sin6_addr.s6_addr, "\x20\x02", 2);
        memcpy(sixtofour.sin6_addr.s6_addr + 2, &plain.sin_addr, 4);
        bool expected = egress_is_public((struct sockaddr *)&plain, sizeof plain);
        publics += expected;
        differ += egress_is_public((struct sockaddr *)&mapped, sizeof mapped) != expected;
        differ += egress_is_public((struct sockaddr *)&nat, sizeof nat) != expected;
        differ += egress_is_public((struct sockaddr *)&sixtofour, sizeof sixtofour) != expected;
    }
    CHECK(differ == 0 && publics > 50000 && publics < 60000, "an IPv4 address inside an IPv6 one is judged as it is (%zu, %zu)",
          differ, publics);
}

static void test_unknown(void)
{
    struct sockaddr_storage address;
    struct sockaddr_un path = { .sun_family = AF_UNIX, .sun_path = "/run/docker.sock" };
    char text[EGRESS_TEXT];

    size_t len = parse(&address, "8.8.8.8");
    CHECK(!egress_is_public((struct sockaddr *)&address, len - 1), "an IPv4 address that is cut off");
    CHECK(!egress_is_public((struct sockaddr *)&address, 0), "an address of no length");
    egress_text(text, (struct sockaddr *)&address, len);
    CHECK_TEXT(text, "8.8.8.8", "an IPv4 address as text");
    len = parse(&address, "2606:4700:4700::1111");
    CHECK(!egress_is_public((struct sockaddr *)&address, sizeof(struct sockaddr_in)), "an IPv6 address that is cut off");
    egress_text(text, (struct sockaddr *)&address, len);
    CHECK_TEXT(text, "2606:4700:4700::1111", "an IPv6 address as text");
    address.ss_family = AF_UNSPEC;
    CHECK(!egress_is_public((struct sockaddr *)&address, sizeof address), "an address of no family");
    address.ss_family = AF_PACKET;
    CHECK(!egress_is_public((struct sockaddr *)&address, sizeof address), "an address of a strange family");
    CHECK(!egress_is_public((struct sockaddr *)&path, sizeof path), "a path");
    egress_text(text, (struct sockaddr *)&path, sizeof path);
    CHECK_TEXT(text, "one of family 1", "a path as text");
}

static void test_list(void)
{
    static const char list[] = "pictures.internal cdn.lan:8443 10.0.0.7 [fd00::7]:443 a";
    static const struct {
        const char *list, *host, *port;
        bool admitted;
    } names[] = {
        { list, "pictures.internal", "443", true },     { list, "pictures.internal", "8443", true },
        { list, "PICTURES.Internal", "443", true },     { list, "pictures.internal.", "443", false },
        { list, "pictures.interna", "443", false },     { list, "pictures.internal.evil.example", "443", false },
        { list, "evil.pictures.internal", "443", false }, { list, "ictures.internal", "443", false },
        { list, "cdn.lan", "8443", true },              { list, "cdn.lan", "443", false },
        { list, "cdn.lan", "84431", false },            { list, "10.0.0.7", "443", true },
        { list, "10.0.0.70", "443", false },            { list, "[fd00::7]", "443", true },
        { list, "[fd00::7]", "8443", false },           { list, "a", "443", true },
        { list, "", "443", false },
        { list, " ", "443", false },                    { list, "a pictures.internal", "443", false },
        { "", "pictures.internal", "443", false },      { NULL, "pictures.internal", "443", false },
        { "", "", "443", false },
    };
    char long_name[400];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CHECK(egress_admits(names[i].list, names[i].host, names[i].port) == names[i].admitted, "list: \"%s\" %s is %s",
              names[i].host, names[i].port, names[i].admitted ? "admitted" : "not");
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    CHECK(!egress_admits(long_name, long_name, "443"), "list: a name that no host can have");
}

int main(void)
{
    test_addresses();
    test_carried();
    test_unknown();
    test_list();
    return check_finish();
}
