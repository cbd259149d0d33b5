/* patience.c - clients that are late are cut off.
 * SPDX-License-Identifier: MIT */
#include "patience.h"

#include <dirent.h>
#include <math.h>
#include <netdb.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

typedef int end_of(int, struct sockaddr *, socklen_t *);

/* Is this the address, or NULL for any, and the port of that end of the socket? */
static bool end_is(int socket, end_of *end, const char *address, int port)
{
    char host[NI_MAXHOST], service[NI_MAXSERV];
    struct sockaddr_storage at;
    socklen_t len = sizeof at;

    if (end(socket, (struct sockaddr *)&at, &len) != 0 || (at.ss_family != AF_INET && at.ss_family != AF_INET6)
        || getnameinfo((struct sockaddr *)&at, len, host, sizeof host, service, sizeof service,
                       NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return false;
    return atoi(service) == port && (!address || strcmp(host, address) == 0);
}

/* Looks at every open descriptor: rare, and a few system calls each. */
void patience_cut(const struct patience_client *client, enum patience_for what)
{
    DIR *open_files = opendir("/proc/self/fd");
    struct dirent *entry;

    while (open_files && (entry = readdir(open_files))) {
        int fd = atoi(entry->d_name);
        if (end_is(fd, getpeername, client->address, client->port) && end_is(fd, getsockname, NULL, client->own_port))
            shutdown(fd, what == PATIENCE_BODY ? SHUT_RD : SHUT_RDWR);
    }
    if (open_files)
        closedir(open_files);
}

static void cut_late(struct patience *patience)
{
    double at = now();

    for (struct patience_client *client = patience->clients; client; client = client->next) {
        if (client->deadline > at)
            continue;
        patience_cut(client, client->what);
        client->deadline = HUGE_VAL;    /* once will do */
    }
}

static void *watch(void *user)
{
    struct patience *patience = user;

    pthread_mutex_lock(&patience->lock);
    while (!patience->stopped) {
        struct timespec at;
        clock_gettime(CLOCK_MONOTONIC, &at);
        at.tv_sec++;
        pthread_cond_timedwait(&patience->changed, &patience->lock, &at);
        cut_late(patience);
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

bool patience_init(struct patience *patience)
{
    pthread_condattr_t monotonic;
    sigset_t all, before;

    *patience = (struct patience){ .clients = NULL };
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&patience->lock, NULL);
    pthread_cond_init(&patience->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);                   /* signals are main's to handle */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&patience->thread, NULL, watch, patience) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

void patience_free(struct patience *patience)
{
    pthread_mutex_lock(&patience->lock);
    patience->stopped = true;
    pthread_cond_signal(&patience->changed);
    pthread_mutex_unlock(&patience->lock);
    pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->changed);
    pthread_mutex_destroy(&patience->lock);
}

void patience_begin(struct patience *patience, struct patience_client *client, enum patience_for what, double seconds)
{
    pthread_mutex_lock(&patience->lock);
    client->deadline = now() + seconds;
    client->what = what;
    client->next = patience->clients;
    client->at = &patience->clients;
    if (client->next)
        client->next->at = &client->next;
    patience->clients = client;
    pthread_mutex_unlock(&patience->lock);
}

void patience_end(struct patience *patience, struct patience_client *client)
{
    pthread_mutex_lock(&patience->lock);
    *client->at = client->next;
    if (client->next)
        client->next->at = client->at;
    pthread_mutex_unlock(&patience->lock);
}
