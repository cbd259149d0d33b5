/* egress.c - which addresses are public, and which hosts the operator admits.
 *
 * After the registries of special addresses that IANA keeps (RFC 6890 and later).
 * SPDX-License-Identifier: MIT */
#include "egress.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 253 };

/* IPv4 that is not public. */
static const struct {
    unsigned char net[4];
    unsigned bits;
} private_v4[] = {
    { { 0 }, 8 },               /* this network; Linux takes 0.0.0.0 for itself */
    { { 10 }, 8 },
    { { 100, 64 }, 10 },        /* shared by a provider's customers */
    { { 127 }, 8 },
    { { 169, 254 }, 16 },       /* link-local, and where clouds keep their secrets */
    { { 172, 16 }, 12 },
    { { 192, 0, 0 }, 24 },
    { { 192, 0, 2 }, 24 },      /* for documents, as the two other nets of 24 bits below */
    { { 192, 88, 99 }, 24 },    /* relays of 6to4 */
    { { 192, 168 }, 16 },
    { { 198, 18 }, 15 },        /* for measurements */
    { { 198, 51, 100 }, 24 },
    { { 203, 0, 113 }, 24 },
    { { 224 }, 4 },             /* multicast */
    { { 240 }, 4 },             /* reserved, and broadcast */
};

/* IPv6 that stands for an IPv4 address, which is then the one to judge. */
static const struct {
    unsigned char net[16];
    unsigned bits, at;          /* at: where its four bytes are */
} carries_v4[] = {
    { { [10] = 0xff, [11] = 0xff }, 96, 12 },           /* ::ffff:a.b.c.d, mapped */
    { { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },             /* 64:ff9b::a.b.c.d, NAT64 */
    { { 0x20, 0x02 }, 16, 2 },                          /* 2002:aabb:ccdd::, 6to4 */
};

/* All the public IPv6 that there is, and what in it is not. */
static const unsigned char global_v6[16] = { 0x20 };    /* 2000::/3 */
enum { GLOBAL_V6_BITS = 3 };

static const struct {
    unsigned char net[16];
    unsigned bits;
} private_v6[] = {
    { { 0x20, 0x01 }, 23 },                             /* protocols: Teredo, ORCHID, benchmarks */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32 },                 /* for documents, as the next */
    { { 0x3f, 0xff }, 20 },
};

static bool within(const unsigned char *address, const unsigned char *net, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(address, net, whole) != 0)
        return false;
    return rest == 0 || (address[whole] ^ net[whole]) >> (8 - rest) == 0;
}

static bool is_public_v4(const unsigned char address[4])
{
    for (size_t i = 0; i < sizeof private_v4 / sizeof private_v4[0]; i++) {
        if (within(address, private_v4[i].net, private_v4[i].bits))
            return false;
    }
    return true;
}

static bool is_public_v6(const unsigned char address[16])
{
    for (size_t i = 0; i < sizeof carries_v4 / sizeof carries_v4[0]; i++) {
        if (within(address, carries_v4[i].net, carries_v4[i].bits))
            return is_public_v4(address + carries_v4[i].at);
    }
    for (size_t i = 0; i < sizeof private_v6 / sizeof private_v6[0]; i++) {
        if (within(address, private_v6[i].net, private_v6[i].bits))
            return false;
    }
    return within(address, global_v6, GLOBAL_V6_BITS);
}

/* Where an address lies in its sockaddr; NULL when it is of no kind that we know. */
static const unsigned char *bytes_of(const struct sockaddr *address, size_t len)
{
    if (address->sa_family == AF_INET && len >= sizeof(struct sockaddr_in))
        return (const unsigned char *)address + offsetof(struct sockaddr_in, sin_addr);
    if (address->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6))
        return (const unsigned char *)address + offsetof(struct sockaddr_in6, sin6_addr);
    return NULL;
}

bool egress_is_public(const struct sockaddr *address, size_t len)
{
    const unsigned char *bytes = bytes_of(address, len);

    if (!bytes)
        return false;
    return address->sa_family == AF_INET ? is_public_v4(bytes) : is_public_v6(bytes);
}

static bool lists(const char *list, const char *name)
{
    size_t len = strlen(name);

    while (*list) {
        size_t n = strcspn(list, " ");
        if (n == len && strncasecmp(list, name, n) == 0)
            return true;
        list += n;
        list += strspn(list, " ");
    }
    return false;
}

bool egress_admits(const char *list, const char *host, const char *port)
{
    char with_port[NAME_MAX_BYTES + 1 + 5 + 1];

    if (!list || !*host)
        return false;
    int len = snprintf(with_port, sizeof with_port, "%s:%s", host, port);
    return len > 0 && (size_t)len < sizeof with_port && (lists(list, host) || lists(list, with_port));
}

void egress_text(char out[EGRESS_TEXT], const struct sockaddr *address, size_t len)
{
    const unsigned char *bytes = bytes_of(address, len);

    if (!bytes || !inet_ntop(address->sa_family, bytes, out, EGRESS_TEXT))
        snprintf(out, EGRESS_TEXT, "one of family %d", address->sa_family);
}
