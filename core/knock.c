/* knock.c - wakes a listener until it has noticed.
 * SPDX-License-Identifier: MIT */
#include "knock.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ADDRESS_MAX = 64, EVERY_US = 20000 };

/* The address of "[::1]:8080s,…" as getaddrinfo() has it; free it. NULL: none. */
static struct addrinfo *find(const char *listen)
{
    const struct addrinfo numbers = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
    char host[ADDRESS_MAX], port[6];
    struct addrinfo *found = NULL;

    bool good = listen[0] == '[' ? sscanf(listen, "[%63[^]]]:%5[0-9]", host, port) == 2
                                 : sscanf(listen, "%63[^:]:%5[0-9]", host, port) == 2;
    return good && getaddrinfo(host, port, &numbers, &found) == 0 ? found : NULL;
}

static void *run(void *user)
{
    struct knock *knock = user;
    struct addrinfo *address = find(knock->listen);

    while (address && !knock->enough) {
        int door = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (door < 0)
            break;
        int ignored = connect(door, address->ai_addr, address->ai_addrlen);
        (void)ignored;          /* under way, or nobody is there any more */
        usleep(EVERY_US);
        close(door);
    }
    if (address)
        freeaddrinfo(address);
    return NULL;
}

void knock_start(struct knock *knock, const char *listen)
{
    knock->listen = listen;
    knock->started = pthread_create(&knock->thread, NULL, run, knock) == 0;
}

void knock_stop(struct knock *knock)
{
    knock->enough = true;
    if (knock->started)
        pthread_join(knock->thread, NULL);
}
